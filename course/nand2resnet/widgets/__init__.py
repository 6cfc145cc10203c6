"""The course's interactive figures: one class here is one figure in a notebook."""

from nand2resnet.widgets.gradient_field import GradientField
from nand2resnet.widgets.learning_rate_explorer import LearningRateExplorer
from nand2resnet.widgets.which_basin import WhichBasin

__all__ = ["GradientField", "LearningRateExplorer", "WhichBasin"]
