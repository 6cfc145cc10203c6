"""Channel gates: how far each is open for each digit, and what is read once some are closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import traitlets

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

FIRST: dict[str, list[int]] = {"closed": []}
MOST_PICTURES = 400
"""More would keep the reader waiting at each click."""


class ChannelGates(Figure):
    """A table of gates by digit and channel; channels to close; what is read with them closed.

    Parameters
    ----------
    network : torch.nn.Module
        The learner's, trained.
    block : torch.nn.Module
        The squeeze-and-excitation block in it, with the learner's ``gates(x)``.
    pictures : tensor (N, 1, H, W)
        The first 400 of them are shown to the network.
    labels : tensor (N,)
        What is on them, from 0.

    Attributes
    ----------
    closed : list of int
        Channels whose gate is closed.
    gates : list of list of float
        The mean gate, by digit and channel; empty in trouble.
    open_right, right : list of float
        The share of each digit's pictures that is read with all gates open, and now.
    needed : list of int
        For each digit, the channel without which fewest of its pictures are read.
    shown : list of int
        The closed channels that `right` belongs to.
    trouble : str
        What is wrong with the learner's network, in words for the learner, or empty.

    Examples
    --------
    >>> ChannelGates(small, small.late_gate, pictures, labels)  # doctest: +SKIP
    """

    _esm = module_text("channel_gates.js")
    _css = Figure._css + (Path(__file__).parent / "channel_gates.css").read_text(encoding="utf-8")

    first = traitlets.Dict(FIRST).tag(sync=True)
    closed: traitlets.List[int] = traitlets.List().tag(sync=True)
    gates: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    open_right: traitlets.List[float] = traitlets.List().tag(sync=True)
    right: traitlets.List[float] = traitlets.List().tag(sync=True)
    needed: traitlets.List[int] = traitlets.List().tag(sync=True)
    shown: traitlets.List[int] = traitlets.List([-1]).tag(sync=True)

    def __init__(self, network: Any, block: Any, pictures: Any, labels: Any) -> None:
        self._network, self._block = network, block
        self._pictures = pictures[:MOST_PICTURES]
        self._labels = np.asarray(labels[:MOST_PICTURES])
        super().__init__(**FIRST)
        self._look()
        self.observe(lambda _: self._compute(), names="closed")

    def _look(self) -> None:
        """Find the gates of each digit, and the channel each needs most: once."""
        try:
            gates = self._gates()
            everything = self._share_right([])
            without = np.array([self._share_right([channel]) for channel in range(gates.shape[1])])
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            return
        with self.hold_sync():
            self.gates = by_class(gates, self._labels).round(3).tolist()
            self.open_right = everything.tolist()
            self.needed = without.argmin(axis=0).tolist()
            self.right, self.shown = self.open_right, []

    def _compute(self) -> None:
        if not self.gates:
            return
        try:
            right = self._share_right(self.closed)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            return
        with self.hold_sync():
            self.trouble = ""
            self.right, self.shown = right.tolist(), list(self.closed)

    def _gates(self) -> FloatArray:
        """The gates of every picture, as the learner's block gives them."""
        came: list[Any] = []
        with hooked(self._block, lambda _, inputs, output: came.append((inputs[0], output))):
            self._scores()
        if not came:
            raise LearnerTroubleError("The network never calls this block in its `forward`.")
        maps, output = came[-1]
        if getattr(output, "shape", None) != maps.shape:
            raise LearnerTroubleError(
                "`SEBlock` should return maps of the shape that came in, "
                f"{tuple(maps.shape)}; {tuple(getattr(output, 'shape', ()))} came out."
            )
        gates = self._called(self._block.gates, maps, name="gates")
        if getattr(gates, "shape", None) != maps.shape[:2]:
            raise LearnerTroubleError(
                "`gates` should return one number for each picture and channel, of shape "
                f"{tuple(maps.shape[:2])}."
            )
        found: FloatArray = gates.detach().double().numpy()
        return found

    def _share_right(self, closed: list[int]) -> FloatArray:
        """The share of each digit's pictures that is read with these channels closed."""

        def close(_: Any, __: Any, output: Any) -> Any:
            kept = output.clone()
            kept[:, closed] = 0  # what a gate at 0 leaves of its channel
            return kept

        with hooked(self._block, close):
            said = self._scores().argmax(dim=1).numpy()
        return by_class((said == self._labels).astype(float)[:, np.newaxis], self._labels)[:, 0]

    def _scores(self) -> Any:
        return self._called(self._network, self._pictures, name="forward")

    def _called(self, function: Callable[..., object], *inputs: Any, name: str) -> Any:
        import torch  # the units before 10 do without

        training = self._network.training
        self._network.eval()
        try:
            with torch.no_grad():
                return call(function, *inputs, name=name)
        finally:
            self._network.train(training)


@contextmanager
def hooked(block: Any, hook: Callable[..., Any]) -> Iterator[None]:
    """Within the context: let a hook see what goes through a module, and change what comes out."""
    handle = block.register_forward_hook(hook)
    try:
        yield
    finally:
        handle.remove()


def by_class(values: FloatArray, labels: np.ndarray) -> FloatArray:
    """Means over the rows of each class: (N, C) -> (classes, C)."""
    classes = range(int(labels.max()) + 1)
    return np.array([values[labels == label].mean(axis=0) for label in classes])
