"""Underfitting and overfitting: a curve of ReLU units, dots, and a price on weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import traitlets

from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray

TUNING_CSS = (Path(__file__).parent / "tuning.css").read_text(encoding="utf-8")
"""What the figures of unit 08 add to drawing.css."""

UNITS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30, 35, 40]
DOTS = [20, 40, 80, 160]
PRICES = [0.0, *(float(f"1e{power}") for power in range(-6, 1))]
FIRST = {"units": 26, "dots": 20, "price": 0.0}
NOISE = 0.3
NEW_DOTS = 500
SEED = 3
POINTS_OF_THE_CURVE = 241
OUT_OF_SIGHT = 20.0


class CapacityExplorer(Figure):
    """Choose units, dots and a price; see the fitted curve, and both errors for every size.

    Attributes
    ----------
    units : int
        How many ReLU units, one of `UNITS`.
    dots : int
        How many dots it learns from, one of `DOTS`.
    price : float
        Of the squares of the weights, one of `PRICES`.
    fit : dict
        The ``curve`` at ``scale["at"]``, and the errors ``own`` and ``new`` for each of `UNITS`.

    Examples
    --------
    >>> CapacityExplorer()  # doctest: +SKIP
    """

    _esm = module_text("capacity_explorer.js")
    _css = Figure._css + NEURONS_CSS + TUNING_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    units = traitlets.Int().tag(sync=True)
    dots = traitlets.Int().tag(sync=True)
    price = traitlets.Float().tag(sync=True)
    fit = traitlets.Dict().tag(sync=True)

    def __init__(self) -> None:
        rng = np.random.default_rng(SEED)
        self._x, self._y = measured(max(DOTS), rng)
        self._new_x, self._new_y = measured(NEW_DOTS, rng)
        self._kinks = spread_out(max(UNITS))
        self._at = np.linspace(0, 1, POINTS_OF_THE_CURVE)
        super().__init__(
            scale={
                "units": UNITS,
                "dots": DOTS,
                "prices": PRICES,
                "noise": NOISE,
                "x": self._x.round(4).tolist(),
                "y": self._y.round(4).tolist(),
                "at": self._at.tolist(),
                "truth": truth(self._at).tolist(),
            },
            **FIRST,
        )
        self._fit()
        self.observe(lambda _: self._fit(), names=["units", "dots", "price"])

    def _fit(self) -> None:
        """Fit every size, and publish the errors of all and the curve of the chosen one."""
        x, y = self._x[: self.dots], self._y[: self.dots]
        own, new = [], []
        for units in UNITS:
            kinks = self._kinks[:units]
            weights = fitted(x, y, kinks, self.price)
            own.append(error(responses(x, kinks) @ weights, y))
            new.append(error(responses(self._new_x, kinks) @ weights, self._new_y))
            if units == self.units:
                curve = responses(self._at, kinks) @ weights
        self.fit = {
            "units": self.units,
            "curve": np.clip(curve, -OUT_OF_SIGHT, OUT_OF_SIGHT).round(4).tolist(),
            "own": own,
            "new": new,
        }


def truth(x: FloatArray) -> FloatArray:
    """The curve that was measured."""
    curve: FloatArray = 0.9 * np.sin(2 * np.pi * x) + 0.5 * x
    return curve


def measured(count: int, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Some places on the curve, and what was measured there, with noise."""
    x = rng.uniform(0, 1, size=count)
    return x, truth(x) + NOISE * rng.normal(size=count)


def spread_out(count: int) -> FloatArray:
    """Where the units bend: 1/2, 1/4, 3/4, 1/8, ...; each new one stands in a widest gap.

    Source: J. G. van der Corput (1935), the sequence in base 2.
    """
    places = np.zeros(count)
    for number in range(1, count + 1):
        digits = f"{number:b}"[::-1]
        places[number - 1] = sum(int(bit) / 2**k for k, bit in enumerate(digits, start=1))
    return places


def responses(x: FloatArray, kinks: FloatArray) -> FloatArray:
    """What the output unit gets: 1, x, and a ReLU unit for each kink; shape (N, 2 + units)."""
    return np.column_stack([np.ones_like(x), x, np.maximum(x[:, np.newaxis] - kinks, 0)])


def fitted(x: FloatArray, y: FloatArray, kinks: FloatArray, price: float) -> FloatArray:
    """The weights with the least mean squared error plus ``price`` times their squares.

    The bias goes free. Where several are equally good, the shortest is taken.
    """
    inputs = responses(x, kinks)
    charged = np.sqrt(price * len(x)) * np.eye(inputs.shape[1])[1:]
    rows = np.vstack([inputs, charged])
    weights: FloatArray = np.linalg.lstsq(rows, np.append(y, np.zeros(len(charged))))[0]
    return weights


def error(said: FloatArray, y: FloatArray) -> float:
    """The root of the mean squared error."""
    return float(np.sqrt(np.mean((said - y) ** 2)))
