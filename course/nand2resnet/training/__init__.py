"""Training, from a bar that shows how far a loop has got to runs on a GPU.

``from nand2resnet.training import progress`` needs NumPy's units' packages only. Everything else is
for the units with PyTorch and is imported from its own module, so that torch is not loaded here.
"""

from nand2resnet.training.progress_bar import progress

__all__ = ["progress"]
