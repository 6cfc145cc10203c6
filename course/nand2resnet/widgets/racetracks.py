"""The landscapes of the optimiser race: heights, slopes, level sets, and rates to begin with."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from matplotlib.figure import Figure as Drawing
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

POINTS_OF_A_GRID: Final = 121
DECIMALS: Final = 4  # less than a pixel; more would only make the message longer
TURN: Final = np.radians(30)


@dataclass(frozen=True)
class Racetrack:
    """A landscape over the plane, and how the race on it begins.

    Attributes
    ----------
    height : callable
        From points of shape (..., 2) to heights of shape (...).
    gradient : callable
        From a point of shape (2,) to the slope there.
    x, y : (float, float)
        What the picture shows.
    bottoms : sequence of (float, float)
        Where the lowest places are.
    lowest : float
        The height there.
    start : (float, float)
        Where everyone starts at first.
    steps : int
        How long the race is.
    rates : mapping of str to float
        Everyone's learning rate at first.
    """

    height: Callable[[FloatArray], FloatArray]
    gradient: Callable[[FloatArray], FloatArray]
    x: tuple[float, float]
    y: tuple[float, float]
    bottoms: Sequence[tuple[float, float]]
    lowest: float
    start: tuple[float, float]
    steps: int
    rates: Mapping[str, float]

    def as_dict(self) -> dict[str, object]:
        """What the drawing needs."""
        return {
            "x": self.x,
            "y": self.y,
            "bottoms": self.bottoms,
            "start": self.start,
            "steps": self.steps,
            "rates": dict(self.rates),
            "levels": level_sets(self),
        }


def level_sets(track: Racetrack) -> list[list[list[float]]]:
    """Lines of equal height, each a list of points; every one is twice as high as the one below."""
    x, y = (np.linspace(*span, POINTS_OF_A_GRID) for span in (track.x, track.y))
    heights = track.height(np.stack(np.meshgrid(x, y), axis=-1)) - track.lowest
    levels = heights.max() * 2.0 ** np.arange(-14, 0)
    contours = Drawing().subplots().contour(x, y, heights, levels=levels)
    return [line.round(3).tolist() for lines in contours.allsegs for line in lines if len(line) > 1]


def _quadratic(hessian: FloatArray) -> tuple[Callable[..., FloatArray], Callable[..., FloatArray]]:
    def height(w: FloatArray) -> FloatArray:
        return np.asarray(0.5 * np.einsum("...i,ij,...j->...", w, hessian, w))

    return height, hessian.dot


def _saddle_height(w: FloatArray) -> FloatArray:
    """x²/2 + (y² - 1)²/4: a pass at (0, 0) between the bottoms (0, 1) and (0, -1)."""
    return np.asarray(w[..., 0] ** 2 / 2 + (w[..., 1] ** 2 - 1) ** 2 / 4)


def _saddle_gradient(w: FloatArray) -> FloatArray:
    x, y = w
    return np.array([x, y * (y**2 - 1)])


def _rosenbrock_height(w: FloatArray) -> FloatArray:
    """(1 - x)² + 100 (y - x²)². Source: H. Rosenbrock (1960), The Computer Journal 3, 175."""
    return np.asarray((1 - w[..., 0]) ** 2 + 100 * (w[..., 1] - w[..., 0] ** 2) ** 2)


def _rosenbrock_gradient(w: FloatArray) -> FloatArray:
    x, y = w
    return np.array([2 * (x - 1) - 400 * x * (y - x**2), 200 * (y - x**2)])


_RAVINE = np.diag([1.0, 25.0])
_TURN = np.array([[np.cos(TURN), -np.sin(TURN)], [np.sin(TURN), np.cos(TURN)]])
_IN_RAVINES = {
    "descent": 0.0398,
    "sgd_momentum": 0.02,
    "nesterov": 0.02,
    "adagrad": 0.501,
    "rmsprop": 0.1,
    "adam": 0.2,
}

TRACKS: Final = {
    "ravine": Racetrack(
        *_quadratic(_RAVINE),
        x=(-3.0, 5.4),
        y=(-1.5, 1.5),
        bottoms=[(0, 0)],
        lowest=0.0,
        start=(4.0, 1.0),
        steps=120,
        rates=_IN_RAVINES,
    ),
    "turned ravine": Racetrack(
        *_quadratic(_TURN @ _RAVINE @ _TURN.T),
        x=(-3.0, 4.6),
        y=(-2.2, 3.6),
        bottoms=[(0, 0)],
        lowest=0.0,
        start=(2.96, 2.87),
        steps=120,
        rates=_IN_RAVINES,
    ),
    "saddle": Racetrack(
        _saddle_height,
        _saddle_gradient,
        x=(-1.4, 2.8),
        y=(-1.5, 1.5),
        bottoms=[(0, 1), (0, -1)],
        lowest=0.0,
        start=(2.0, 0.001),
        steps=120,
        rates={
            "descent": 0.0501,
            "sgd_momentum": 0.02,
            "nesterov": 0.02,
            "adagrad": 0.2,
            "rmsprop": 0.02,
            "adam": 0.0501,
        },
    ),
    "Rosenbrock": Racetrack(
        _rosenbrock_height,
        _rosenbrock_gradient,
        x=(-2.0, 2.0),
        y=(-1.0, 2.6),
        bottoms=[(1, 1)],
        lowest=0.0,
        start=(-1.2, 1.0),
        steps=400,
        rates={
            "descent": 0.001,
            "sgd_momentum": 0.002,
            "nesterov": 0.00126,
            "adagrad": 1.0,
            "rmsprop": 0.1,
            "adam": 0.398,
        },
    ),
}
