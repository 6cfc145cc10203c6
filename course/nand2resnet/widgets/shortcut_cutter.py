"""Cut the shortcuts of the learner's residual network one by one, and watch its gradient."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import traitlets

from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

Function = Callable[..., object]

DEPTHS = (20, 32, 44, 56)
LAYERS_OF_A_BLOCK = 2
OFF_THE_SCALE = 99.0
"""What stands for zero and for infinity among powers of ten."""
CSS = (Path(__file__).parent / "shortcut_cutter.css").read_text(encoding="utf-8")


class ShortcutCutter(Figure):
    """A row of blocks whose shortcuts can be cut, and the gradient at every layer.

    Parameters
    ----------
    network : callable
        ``network(depth, cuts)`` makes the network with the shortcuts of these blocks cut; blocks
        are counted from 0, the input side first.
    gradients : callable
        ``gradients(network)`` gives the size of the gradient at each convolution, the input side
        first: ``depth - 1`` numbers.

    Attributes
    ----------
    depth : int
        Layers of the chosen network.
    cuts : list of int
        The blocks whose shortcuts are cut.
    sizes, whole : list of float
        Powers of ten: the gradient at each layer, now and with every shortcut; empty in trouble.
    trouble : str
        What is wrong with the learner's network, in words for the learner, or empty.

    Examples
    --------
    >>> ShortcutCutter(network_with_cuts, gradients_of)  # doctest: +SKIP
    """

    _esm = module_text("shortcut_cutter.js")
    _css = Figure._css + NEURONS_CSS + CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    depth = traitlets.Int().tag(sync=True)
    cuts: traitlets.List[int] = traitlets.List(traitlets.Int()).tag(sync=True)
    sizes: traitlets.List[float] = traitlets.List().tag(sync=True)
    whole: traitlets.List[float] = traitlets.List().tag(sync=True)

    def __init__(self, network: Function, gradients: Function) -> None:
        self._network, self._gradients = network, gradients
        self._wholes: dict[int, list[float]] = {}
        first = {"depth": DEPTHS[-1], "cuts": []}
        super().__init__(scale={"depths": list(DEPTHS)}, first=first, **first)
        self._compute()
        self.observe(lambda _: self._change_depth(), names="depth")
        self.observe(lambda _: self._compute(), names="cuts")

    def _change_depth(self) -> None:
        """Forget the blocks that the new network does not have, and measure it."""
        left = [block for block in self.cuts if block < blocks_of(self.depth)]
        if left == self.cuts:
            self._compute()
        else:
            self.cuts = left  # which measures

    def _compute(self) -> None:
        """Run the learner's network with the chosen cuts, and publish what came."""
        try:
            if self.depth not in self._wholes:
                self._wholes[self.depth] = self._measure([])
            whole = self._wholes[self.depth]
            sizes = self._measure(self.cuts) if self.cuts else whole
        except LearnerTroubleError as trouble:
            self.trouble, self.sizes, self.whole = str(trouble), [], []
            return
        self.trouble = ""
        with self.hold_sync():
            self.whole, self.sizes = whole, sizes

    def _measure(self, cuts: Sequence[int]) -> list[float]:
        network = call(self._network, self.depth, sorted(cuts), name="CifarResNet")
        measured = call(self._gradients, network, name="CifarResNet")
        return powers_of_ten(one_number_a_layer(measured, self.depth - 1))


def blocks_of(depth: int) -> int:
    """How many blocks of two layers a network of this depth has."""
    return (depth - 2) // LAYERS_OF_A_BLOCK


def one_number_a_layer(measured: object, layers: int) -> FloatArray:
    """The sizes as an array, or what is wrong with them."""
    try:
        sizes = np.asarray(measured, dtype=float)
    except (TypeError, ValueError):
        raise LearnerTroubleError("The gradients should be a list of numbers.") from None
    if sizes.shape != (layers,):
        raise LearnerTroubleError(
            f"A `CifarResNet` of depth {layers + 1} should have {layers} convolutions; yours has "
            f"{sizes.size}. (Shortcuts of option A have none.)"
        )
    return sizes


def powers_of_ten(sizes: FloatArray) -> list[float]:
    """The logarithms to the base 10; zero, infinity and nan go off the scale."""
    with np.errstate(all="ignore"):
        powers = np.log10(np.where(np.isnan(sizes), np.inf, sizes))
    found: list[float] = np.clip(powers, -OFF_THE_SCALE, OFF_THE_SCALE).round(4).tolist()
    return found
