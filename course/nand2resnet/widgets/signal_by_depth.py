"""Signal and gradient by depth: what arrives at each layer of a network, by the learner's code."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from nand2resnet.widgets.activation_explorer import CLASSIFIERS_CSS
from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

Function = Callable[..., object]

DEEPEST = 60
LARGEST_POWER = 2.0
"""Of 2: the scale goes from a quarter to four."""
OFF_THE_SCALE = 99.0
"""What stands for zero and for infinity among powers of ten, and for a loss that ran away."""
FIRST = {"depth": 50, "power": 0.0, "norm": False}
SEED = 1


class SignalByDepth(Figure):
    """Choose a network and see how large signal and gradient are at each of its layers.

    Parameters
    ----------
    signal_by_depth : callable
        The learner's ``signal_by_depth(layers, x, dout)``.
    network : callable
        ``network(depth, initialiser, activation, scale, norm)`` gives a list of layers, the same
        number for each of the ``depth`` steps.
    starts : mapping of str to callable
        Initialisers by the names under which they are offered; the first one is the first state.
    activations : mapping of str to callable
        What makes an activation layer, by name; the middle one is the first state.
    x : array_like, shape (N, D)
        What goes in.
    train : callable, optional
        ``train(layers)`` gives the loss before each step. With it come a button and a switch for
        batch norm.

    Attributes
    ----------
    start, activation : str
        The chosen ones.
    depth : int
        How many layers.
    power : float
        All weights are multiplied by two to this power.
    norm : bool
        Whether there is a batch norm before each activation.
    sizes : dict
        ``signal`` and ``gradient``: powers of ten, at the input and behind each activation, cut
        off at `OFF_THE_SCALE`; empty in trouble.
    asked : int
        How often the button was pressed.
    losses, earlier : list of float
        The losses of the last training, and those of a network chosen before.
    trouble : str
        What is wrong with the learner's functions, in words for the learner, or empty.

    Examples
    --------
    >>> SignalByDepth(signal_by_depth, deep_network, starts, activations, X)  # doctest: +SKIP
    """

    _esm = module_text("signal_by_depth.js")
    _css = Figure._css + NEURONS_CSS + CLASSIFIERS_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict().tag(sync=True)
    start = traitlets.Unicode().tag(sync=True)
    activation = traitlets.Unicode().tag(sync=True)
    depth = traitlets.Int().tag(sync=True)
    power = traitlets.Float().tag(sync=True)
    norm = traitlets.Bool().tag(sync=True)
    sizes = traitlets.Dict().tag(sync=True)
    asked = traitlets.Int().tag(sync=True)
    losses: traitlets.List[float] = traitlets.List().tag(sync=True)
    earlier: traitlets.List[float] = traitlets.List().tag(sync=True)

    def __init__(
        self,
        signal_by_depth: Function,
        network: Function,
        starts: Mapping[str, Function],
        activations: Mapping[str, Function],
        x: ArrayLike,
        train: Function | None = None,
    ) -> None:
        self._signal_by_depth, self._network, self._train_it = signal_by_depth, network, train
        self._starts, self._activations = dict(starts), dict(activations)
        self._x = np.asarray(x, dtype=float)
        names = list(self._activations)
        first = {**FIRST, "start": next(iter(self._starts)), "activation": names[len(names) // 2]}
        super().__init__(
            scale={
                "deepest": DEEPEST,
                "power": LARGEST_POWER,
                "starts": list(self._starts),
                "activations": names,
                "trains": train is not None,
            },
            first=first,
            **first,
        )
        self._compute()
        chosen = ["start", "activation", "depth", "power", "norm"]
        self.observe(lambda _: self._compute(), names=chosen)
        self.observe(lambda _: self._learn(), names="asked")

    def _layers(self) -> Sequence[object]:
        start, activation = self._starts[self.start], self._activations[self.activation]
        inputs = (self.depth, start, activation, 2.0**self.power, self.norm)
        layers = call(self._network, *inputs, name="deep_network")
        if not isinstance(layers, Sequence) or len(layers) % self.depth:
            raise LearnerTroubleError("`deep_network` should return a list of layers.")
        return layers

    def _compute(self) -> None:
        """Run the learner's function on the chosen network, and publish the sizes."""
        if self.losses:
            self.earlier, self.losses = self.losses, []
        try:
            sizes = self._measure()
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.sizes = {}
            return
        self.trouble = ""
        self.sizes = sizes

    def _measure(self) -> dict[str, list[float]]:
        layers = self._layers()
        name = "signal_by_depth"
        with np.errstate(all="ignore"):
            dout = self._slopes_behind(layers)
            measured = call(self._signal_by_depth, layers, self._x, dout, name=name)
        signal, gradient = two_lists(measured, len(layers) + 1, name)
        every = len(layers) // self.depth
        return {
            "signal": powers_of_ten(signal[::every]),
            "gradient": powers_of_ten(gradient[::every]),
        }

    def _slopes_behind(self, layers: Sequence[object]) -> FloatArray:
        """Random slopes of size 1 along the outputs of the last layer."""
        out = self._x
        for layer in layers:
            out, _ = call(layer.forward, out, name="forward")  # type: ignore[attr-defined, misc]
        slopes = np.random.default_rng(SEED).normal(size=np.shape(out))
        return np.asarray(slopes / np.sqrt(np.mean(slopes**2)))

    def _learn(self) -> None:
        """Train the chosen network, and publish its losses."""
        if self._train_it is None or self.trouble:
            return
        try:
            with np.errstate(all="ignore"):
                losses = call(self._train_it, self._layers(), name="learn")
            found = np.asarray(losses, dtype=float)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            return
        ran_away = ~np.isfinite(found) | (found > OFF_THE_SCALE)
        self.losses = np.where(ran_away, OFF_THE_SCALE, found).round(4).tolist()


def two_lists(measured: object, length: int, name: str) -> tuple[FloatArray, FloatArray]:
    """Make two arrays of what the learner's function returned, or say what is wrong with it."""
    if not isinstance(measured, tuple | list) or len(measured) != 2:
        raise LearnerTroubleError(f"`{name}` should return two lists: (signal, gradient).")
    try:
        signal, gradient = (np.asarray(part, dtype=float) for part in measured)
    except (TypeError, ValueError):
        raise LearnerTroubleError(f"`{name}` should return two lists of numbers.") from None
    if signal.shape != (length,) or gradient.shape != (length,):
        raise LearnerTroubleError(
            f"For {length - 1} layers `{name}` should return two lists of {length} numbers; they "
            f"have the shapes {signal.shape} and {gradient.shape}."
        )
    return signal, gradient


def powers_of_ten(sizes: FloatArray) -> list[float]:
    """The logarithms to the base 10; zero, infinity and nan go off the scale."""
    with np.errstate(all="ignore"):
        powers = np.log10(np.where(np.isnan(sizes), np.inf, sizes))
    found: list[float] = np.clip(powers, -OFF_THE_SCALE, OFF_THE_SCALE).round(4).tolist()
    return found
