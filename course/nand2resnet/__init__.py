"""nand2resnet: the learner's companion to the notebooks.

Nothing heavy is imported here, so that ``import nand2resnet`` is quick and works in an
environment that lacks a package (``nand2resnet.environment`` then says which).
"""

__version__ = "0.1.0"
