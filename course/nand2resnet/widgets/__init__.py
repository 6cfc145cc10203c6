"""The course's interactive figures: one class here is one figure in a notebook."""

from nand2resnet.widgets.activation_explorer import ActivationExplorer
from nand2resnet.widgets.capacity_explorer import CapacityExplorer
from nand2resnet.widgets.channel_gates import ChannelGates
from nand2resnet.widgets.class_templates import ClassTemplates
from nand2resnet.widgets.computation_graph import ComputationGraph
from nand2resnet.widgets.decision_boundary import DecisionBoundary
from nand2resnet.widgets.digit_reader import DigitReader
from nand2resnet.widgets.error_by_year import ErrorByYear
from nand2resnet.widgets.filter_explorer import FilterExplorer
from nand2resnet.widgets.fit_explorer import FitExplorer
from nand2resnet.widgets.gradient_field import GradientField
from nand2resnet.widgets.gradient_noise import GradientNoise
from nand2resnet.widgets.inception_module import InceptionModule
from nand2resnet.widgets.layer_table import LayerTable
from nand2resnet.widgets.learning_boundary import LearningBoundary
from nand2resnet.widgets.learning_rate_explorer import LearningRateExplorer
from nand2resnet.widgets.multiplier_circuit import MultiplierCircuit
from nand2resnet.widgets.occlusion import Occlusion
from nand2resnet.widgets.optimizer_race import OptimizerRace
from nand2resnet.widgets.outlier_lines import OutlierLines
from nand2resnet.widgets.pooling import Pooling
from nand2resnet.widgets.receptive_field import ReceptiveField
from nand2resnet.widgets.search_duel import SearchDuel
from nand2resnet.widgets.shortcut_cutter import ShortcutCutter
from nand2resnet.widgets.signal_by_depth import SignalByDepth
from nand2resnet.widgets.sliding_kernel import SlidingKernel
from nand2resnet.widgets.softmax_temperature import SoftmaxTemperature
from nand2resnet.widgets.step_and_sigmoid import StepAndSigmoid
from nand2resnet.widgets.subnetworks import Subnetworks
from nand2resnet.widgets.which_basin import WhichBasin

__all__ = [
    "ActivationExplorer",
    "CapacityExplorer",
    "ChannelGates",
    "ClassTemplates",
    "ComputationGraph",
    "DecisionBoundary",
    "DigitReader",
    "ErrorByYear",
    "FilterExplorer",
    "FitExplorer",
    "GradientField",
    "GradientNoise",
    "InceptionModule",
    "LayerTable",
    "LearningBoundary",
    "LearningRateExplorer",
    "MultiplierCircuit",
    "Occlusion",
    "OptimizerRace",
    "OutlierLines",
    "Pooling",
    "ReceptiveField",
    "SearchDuel",
    "ShortcutCutter",
    "SignalByDepth",
    "SlidingKernel",
    "SoftmaxTemperature",
    "StepAndSigmoid",
    "Subnetworks",
    "WhichBasin",
]
