"""Dropout as an ensemble: subnetworks drawn by the learner's dropout, their average, test mode."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import traitlets

from nand2resnet.widgets.capacity_explorer import TUNING_CSS
from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

NAME = "dropout_forward"
UNITS, DOTS = 40, 24
MOST = 50
PROBABILITIES = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]
TRAINED_WITH = 0.2
FIRST = {"count": 50, "drop_prob": 0.2, "seed": 0}
REACH = (-2.0, 2.0)
POINTS_OF_A_CURVE = 81
NOISE = 0.15
STEPS, RATE = 4000, 0.05


class Subnetworks(Figure):
    """Draw subnetworks of a small trained network, and compare their average with test mode.

    Parameters
    ----------
    dropout_forward : callable
        The learner's ``dropout_forward(x, drop_prob, rng, training)``. It is called once for each
        subnetwork, with a row of ones: one mask for all inputs.

    Attributes
    ----------
    count : int
        How many subnetworks are drawn, 1 to `MOST`.
    drop_prob : float
        One of `PROBABILITIES`.
    seed : int
        Of the generator that is handed to the learner's function.
    drawn : dict
        The ``curves`` of the subnetworks, their ``average`` and ``test`` mode at ``scale["at"]``,
        and the ``gap``, the root of the mean square of the difference of the two; empty in trouble.

    Examples
    --------
    >>> Subnetworks(dropout_forward)  # doctest: +SKIP
    """

    _esm = module_text("subnetworks.js")
    _css = Figure._css + NEURONS_CSS + TUNING_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    count = traitlets.Int().tag(sync=True)
    drop_prob = traitlets.Float().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    drawn = traitlets.Dict().tag(sync=True)

    def __init__(self, dropout_forward: Callable[..., object]) -> None:
        self._dropout_forward = dropout_forward
        x, y, params = trained_network()
        at = np.linspace(*REACH, POINTS_OF_A_CURVE)
        self._hidden, (self._v, self._c) = hidden_of(at, params), params[2:]
        super().__init__(
            scale={
                "most": MOST,
                "probabilities": PROBABILITIES,
                "at": at.tolist(),
                "x": x.tolist(),
                "y": y.tolist(),
            },
            **FIRST,
        )
        self._draw()
        self.observe(lambda _: self._draw(), names=["count", "drop_prob", "seed"])

    def _draw(self) -> None:
        """Run the learner's function for each subnetwork, and publish what comes of it."""
        rng = np.random.default_rng(self.seed)
        try:
            factors = [self._factors(rng, training=True) for _ in range(self.count)]
            all_on = self._factors(rng, training=False)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.drawn = {}
            return
        curves = np.array([self._response(factor) for factor in factors])
        test, average = self._response(all_on), curves.mean(axis=0)
        self.trouble = ""
        self.drawn = {
            "curves": curves.round(3).tolist(),
            "average": average.round(4).tolist(),
            "test": test.round(4).tolist(),
            "gap": float(np.sqrt(np.mean((average - test) ** 2))),
        }

    def _response(self, factors: FloatArray) -> FloatArray:
        response: FloatArray = (self._hidden * factors) @ self._v + self._c
        return response

    def _factors(self, rng: np.random.Generator, training: bool) -> FloatArray:
        """By what the learner's function multiplies each of the units."""
        ones = np.ones((1, UNITS))
        came = call(self._dropout_forward, ones, self.drop_prob, rng, training, name=NAME)
        if not isinstance(came, tuple | list) or len(came) != 2:
            raise LearnerTroubleError(
                f"`{NAME}` should return the pair (out, cache); it returned {type(came).__name__}."
            )
        try:
            out = np.asarray(came[0], dtype=float)
        except (TypeError, ValueError):
            raise LearnerTroubleError(
                f"The `out` of `{NAME}` is not an array of numbers."
            ) from None
        if out.shape != (1, UNITS) or not np.isfinite(out).all():
            raise LearnerTroubleError(
                f"For x of the shape (1, {UNITS}) the `out` of `{NAME}` should have the same shape "
                f"and finite numbers; its shape is {out.shape}."
            )
        return out


def hidden_of(x: FloatArray, params: tuple[FloatArray, ...]) -> FloatArray:
    """The hidden layer's outputs, shape (N, units)."""
    w, b = params[:2]
    return np.maximum(x[:, np.newaxis] * w + b, 0)


@functools.cache
def trained_network() -> tuple[FloatArray, FloatArray, tuple[FloatArray, ...]]:
    """Dots, and a network with one input and one output, trained on them with dropout (Adam)."""
    rng = np.random.default_rng(2)
    x = np.sort(rng.uniform(*REACH, size=DOTS))
    y = np.sin(2 * x) + NOISE * rng.normal(size=DOTS)
    params = [
        rng.normal(size=UNITS),
        rng.normal(size=UNITS),
        rng.normal(size=UNITS) / 6,
        np.zeros(1),
    ]
    first, second = ([np.zeros_like(p) for p in params] for _ in range(2))
    for step in range(1, STEPS + 1):
        mask = (rng.random((DOTS, UNITS)) >= TRAINED_WITH) / (1 - TRAINED_WITH)
        for k, slope in enumerate(slopes(x, y, params, mask)):
            first[k] = 0.9 * first[k] + 0.1 * slope
            second[k] = 0.999 * second[k] + 0.001 * slope**2
            size = np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8
            rate = RATE * (1 - step / (STEPS + 1))
            params[k] = params[k] - rate * first[k] / (1 - 0.9**step) / size
    return x, y, tuple(params)


def slopes(
    x: FloatArray, y: FloatArray, params: list[FloatArray], mask: FloatArray
) -> list[FloatArray]:
    """The gradient of half the mean squared error, with a mask over the hidden units."""
    w, b, v, c = params
    z = x[:, np.newaxis] * w + b
    hidden = np.maximum(z, 0) * mask
    wrong = (hidden @ v + c - y) / len(x)
    dz = wrong[:, np.newaxis] * v * mask * (z > 0)
    return [x @ dz, dz.sum(axis=0), hidden.T @ wrong, wrong.sum(keepdims=True)]
