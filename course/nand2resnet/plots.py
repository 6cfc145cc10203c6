"""Pictures that the notebooks share: labelled axes, colours for all eyes, words for screen readers.

Every function returns a :class:`DescribedFigure`, which a notebook shows where it is the last value
of a cell. ``alt`` replaces the description that a function makes up by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import matplotlib as mpl
import numpy as np
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nand2resnet.described_figure import DescribedFigure
from nand2resnet.failure import CheckFailed, learners_lines, name_of_stub
from nand2resnet.palette import LINES_ON_WHITE, PALETTE

Function = Callable[..., Any]
Drawing = TypeVar("Drawing", bound=Callable[..., DescribedFigure])

COLOURS = [PALETTE[name] for name in LINES_ON_WHITE]
QUIET = "#767676"
"""A grey that still stands out from white enough to be read."""
STYLE: Any = {
    "axes.prop_cycle": cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 11,
    "axes.titlesize": 11,
    "axes.grid": False,
    "figure.facecolor": "white",
    "font.size": 11,
    "image.cmap": "cividis",
    "legend.frameon": False,
    "lines.linewidth": 2.0,
    "lines.markersize": 5.0,
}
WIDTH = 6.4
"""Of a figure, in inches."""
POINTS_OF_A_CURVE = 401
POINTS_OF_A_GRID = 81
"""Along each axis of a plane on which level sets are drawn."""
LEVELS = 14
SMALLEST_STEP, LARGEST_STEP = 1e-13, 1e-1
ROW_OF_IMAGES = 6
WIDEST_IMAGE, LINE_OF_TITLE = 1.5, 0.2
"""In inches."""
MARKERS = ("o", "s", "^", "D")
CIRCLES_TO_MEET: Any = {"linestyle": "none", "fillstyle": "none", "markersize": 11}
"""How points are drawn through which something else should go."""


def use_style() -> None:
    """Give the plots that a notebook draws itself the course's look."""
    mpl.rcParams.update(STYLE)


def drawing(function: Drawing) -> Drawing:
    """Draw in the course's style, and say which function a picture lacks or trips over."""

    @functools.wraps(function)
    def drawn(*args: Any, **options: Any) -> DescribedFigure:
        with mpl.rc_context(STYLE):
            try:
                return function(*args, **options)
            except NotImplementedError as error:
                stub = name_of_stub(error) or "a function"
                message = f"This figure needs `{stub}`, which is not written yet."
                raise CheckFailed(message) from error
            except Exception as error:
                lines = learners_lines(error)
                if not lines:
                    raise
                what = f"This figure cannot be drawn: {type(error).__name__}: {error}"
                raise CheckFailed("\n  ".join([what, *lines])) from error

    return drawn  # type: ignore[return-value]


@drawing
def function_with_path(
    f: Function,
    path: Any,
    *,
    between: tuple[float, float] | None = None,
    alt: str | None = None,
) -> DescribedFigure:
    """Draw a function of one number, and a path of points on its graph.

    Parameters
    ----------
    f : callable
        Takes and returns one number.
    path : array_like, shape (T + 1,)
        Where the ball was at the start and after each step.
    between : (float, float), optional
        The part of the axis to draw; by default the path and some room beside it.
    alt : str, optional
        Description.
    """
    points = np.asarray(path, dtype=np.float64).ravel()
    left, right = between or with_room(points)
    figure, axes = new_figure()
    at = np.linspace(left, right, POINTS_OF_A_CURVE)
    axes.plot(at, values(f, at), color=PALETTE["black"])
    inside = points[(points >= left) & (points <= right)]
    heights = values(f, inside)
    axes.plot(inside, heights, "o-", color=PALETTE["vermillion"], linewidth=1)
    if inside.size:
        axes.annotate("start", (inside[0], heights[0]), (6, 6), textcoords="offset points")
    axes.set(xlabel="v", ylabel="f(v)", xlim=(left, right))
    figure.alt = alt or (
        f"The graph of f from {left:.3g} to {right:.3g} and a path of {len(points) - 1} steps on "
        f"it, from {points[0]:.3g} to {points[-1]:.3g}."
    )
    return figure


def values(f: Function, at: np.ndarray) -> np.ndarray:
    """What ``f`` gives at each of several numbers, called with one Python float at a time."""
    return np.array([float(f(v)) for v in at.tolist()])


def with_room(points: np.ndarray) -> tuple[float, float]:
    """An interval with all finite points and a quarter of their spread on both sides."""
    finite = points[np.isfinite(points)]
    room = max(float(np.ptp(finite)) / 4, 0.5)
    return float(finite.min()) - room, float(finite.max()) + room


@drawing
def rising_and_falling(
    f: Function,
    derivative: Function,
    *,
    between: tuple[float, float],
    alt: str | None = None,
) -> DescribedFigure:
    """Draw a function of one number by the sign of its derivative.

    Parameters
    ----------
    f : callable
        Takes and returns one number.
    derivative : callable
        The learner's: ``derivative(f, v)`` is the slope of ``f`` at ``v``.
    between : (float, float)
        The part of the axis to draw.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    at = np.linspace(*between, POINTS_OF_A_CURVE)
    heights = values(f, at)
    slopes = values(functools.partial(derivative, f), at)
    # Told apart without colours too: what falls is dashed.
    for name, colour, line, where in (
        ("rising: derivative > 0", "vermillion", "-", slopes > 0),
        ("falling: derivative < 0", "blue", "--", slopes < 0),
    ):
        axes.plot(at, np.where(where, heights, np.nan), line, color=PALETTE[colour], label=name)
    axes.set(xlabel="v", ylabel="f(v)")
    axes.legend()
    figure.alt = alt or (
        f"The graph of f from {between[0]:.3g} to {between[1]:.3g}, coloured by the sign of its "
        f"derivative. {turning_points(at, slopes)}"
    )
    return figure


def turning_points(at: np.ndarray, slopes: np.ndarray) -> str:
    """Say where slopes change their sign."""
    start = "rising" if slopes[0] > 0 else "falling"
    places = []
    for index in np.nonzero(np.diff(slopes > 0))[0]:
        around = slice(index, index + 2)
        order = np.argsort(slopes[around])
        places.append(f"{np.interp(0, slopes[around][order], at[around][order]):.2g}")
    return (
        f"It is {start} at first and turns near {', '.join(places)}."
        if places
        else (f"It is {start} throughout.")
    )


@drawing
def error_against_step(
    derivative: Function, f: Function, df: Function, *, at: float, alt: str | None = None
) -> DescribedFigure:
    """Draw how far a one-sided and the learner's central difference are from the exact slope.

    Parameters
    ----------
    derivative : callable
        The learner's: ``derivative(f, v, h)``.
    f, df : callable
        A function of one number and its exact derivative.
    at : float
        Where the slope is taken.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    count = round(4 * np.log10(LARGEST_STEP / SMALLEST_STEP)) + 1
    steps = np.geomspace(SMALLEST_STEP, LARGEST_STEP, count)
    exact = float(df(at))
    one_sided = np.abs((values(f, at + steps) - values(f, np.array([at]))) / steps - exact)
    central = np.abs(values(functools.partial(derivative, f, at), steps) - exact)
    axes.loglog(steps, one_sided, "s--", color=PALETTE["blue"], label="one-sided")
    axes.loglog(steps, central, "o-", color=PALETTE["vermillion"], label="yours")
    axes.set(xlabel="step h", ylabel="error of the slope")
    axes.legend()
    best = {"one-sided": steps[np.argmin(one_sided)], "yours": steps[np.argmin(central)]}
    figure.alt = alt or (
        f"The error of two difference quotients against the step h, from {SMALLEST_STEP:.0e} to "
        f"{LARGEST_STEP:.0e}, both axes logarithmic. The one-sided one is best near "
        f"h = {best['one-sided']:.0e}, yours near h = {best['yours']:.0e}."
    )
    return figure


@drawing
def level_sets(
    f: Function,
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    path: Any = None,
    alt: str | None = None,
) -> DescribedFigure:
    """Draw the level sets of a function of two numbers, and a path on them.

    Parameters
    ----------
    f : callable
        Takes a point, an array of shape (2,), and returns one number.
    x, y : (float, float)
        The part of the plane to draw.
    path : array_like, shape (T + 1, 2), optional
        A path to draw; see :func:`path_on`.
    alt : str, optional
        Description.
    """
    shape = (y[1] - y[0]) / (x[1] - x[0])
    figure, axes = new_figure(height=float(np.clip(0.6 + WIDTH * shape, 3, 6)))
    draw_levels(axes, f, x, y)
    axes.set(xlabel="x", ylabel="y", xlim=x, ylim=y)
    axes.set_aspect("equal", adjustable="box")
    figure.alt = alt or (
        f"Level sets of f for x from {x[0]:.3g} to {x[1]:.3g} and y from {y[0]:.3g} to {y[1]:.3g}."
    )
    return figure if path is None else path_on(figure, path)


def draw_levels(
    axes: Axes, f: Function, x: tuple[float, float], y: tuple[float, float], flip: bool = False
) -> None:
    """Draw level sets of ``f([x, y])``, or of ``f([y, x])``, with their values."""
    across, up = (np.linspace(*span, POINTS_OF_A_GRID) for span in (x, y))
    order = slice(None, None, -1) if flip else slice(None)
    heights = [[float(f(np.array([a, b])[order])) for a in across] for b in up]
    lines = axes.contour(across, up, heights, levels=LEVELS, colors=QUIET, linewidths=1)
    axes.clabel(lines, fontsize=8)


@drawing
def path_on(
    figure: DescribedFigure, path: Any, *, label: str = "path", circles: bool = False
) -> DescribedFigure:
    """Add a path to a figure of level sets.

    Parameters
    ----------
    figure : DescribedFigure
        From :func:`level_sets`.
    path : array_like, shape (T + 1, 2)
        Where the ball was at the start and after each step. What leaves the picture is cut off.
    label : str
        What the legend calls it.
    circles : bool
        Draw circles and no line, for points that another path should meet.
    """
    axes = figure.axes[0]
    points = np.asarray(path, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 2:
        raise CheckFailed(f"A path has the shape (T + 1, 2); this one has {points.shape}.")
    look: dict[str, Any] = {"color": COLOURS[(1 + len(axes.lines)) % len(COLOURS)]}
    if circles:
        look = {"color": PALETTE["black"], **CIRCLES_TO_MEET}
    axes.plot(*points.T, marker="o", label=label, scalex=False, scaley=False, **look)
    axes.legend(loc="upper right", frameon=True)
    start, end = ("({:.3g}, {:.3g})".format(*point) for point in (points[0], points[-1]))
    figure.alt += f" The path “{label}” takes {len(points) - 1} steps from {start} to {end}."
    return figure


@drawing
def map_of(
    cities: Mapping[str, tuple[float, float]],
    place: Any,
    f: Function,
    *,
    alt: str | None = None,
) -> DescribedFigure:
    """Draw cities, a place among them, and the level sets of a function of the place.

    Parameters
    ----------
    cities : mapping of str to (float, float)
        Latitude and longitude in degrees, by name.
    place : array_like, shape (2,)
        Latitude and longitude in degrees.
    f : callable
        Takes such a place and returns one number.
    alt : str, optional
        Description.
    """
    lats, lons = np.array(list(cities.values())).T
    lat, lon = (float(degrees) for degrees in place)
    y, x = (with_room(np.append(degrees, extra)) for degrees, extra in ((lats, lat), (lons, lon)))
    figure, axes = new_figure(height=5.6)
    draw_levels(axes, f, x, y, flip=True)
    axes.plot(lons, lats, "o", color=PALETTE["blue"])
    axes.plot(lon, lat, "*", color=PALETTE["vermillion"], markersize=16)
    for name, (city_lat, city_lon) in (*cities.items(), ("here", (lat, lon))):
        axes.annotate(name, (city_lon, city_lat), (8, 6), textcoords="offset points")
    axes.set(xlabel="longitude in degrees east", ylabel="latitude in degrees north")
    axes.set(xlim=x, ylim=y)
    # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
    axes.set_aspect(1 / np.cos(np.radians(np.mean(y))))
    figure.alt = alt or (
        f"A map of {', '.join(cities)} with level sets and a star at {lat:.1f} degrees north, "
        f"{lon:.1f} degrees east."
    )
    return figure


@drawing
def images(
    pictures: Any, *, titles: Sequence[Any] | None = None, alt: str | None = None
) -> DescribedFigure:
    """Draw grey pictures side by side, dark on white.

    Parameters
    ----------
    pictures : array_like, shape (N, H, W)
        Ink from 0 (white) to the largest value (black).
    titles : sequence of length N, optional
        What to write above each.
    alt : str, optional
        Description.
    """
    pictures = np.asarray(pictures)
    height, width = pictures.shape[1:]
    columns = min(ROW_OF_IMAGES, len(pictures))
    rows = -(-len(pictures) // columns)
    side = min(WIDTH / columns, WIDEST_IMAGE)
    lines = 0 if titles is None else 2 + max(str(title).count("\n") for title in titles)
    figure = DescribedFigure(columns * side, rows * (side * height / width + lines * LINE_OF_TITLE))
    for index, picture in enumerate(pictures):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.imshow(picture, cmap="gray_r", vmin=0, vmax=pictures.max())
        axes.set_axis_off()
        # White pixels end where the picture ends, also on white paper.
        frame = Rectangle((-0.5, -0.5), width, height, fill=False, edgecolor=QUIET, clip_on=False)
        axes.add_patch(frame)
        if titles is not None:
            axes.set_title(str(titles[index]))
    named = "" if titles is None else f", titled {', '.join(map(str, titles))}"
    figure.alt = alt or f"{len(pictures)} pictures of {height} by {width} pixels{named}."
    return figure


@drawing
def to_meet(
    at: Sequence[float],
    circles: Mapping[str, Sequence[float]],
    yours: Mapping[str, Function] | None = None,
    *,
    names: tuple[str, str],
    alt: str | None = None,
) -> DescribedFigure:
    """Draw what should come out as circles and, once it is written, what comes out as lines.

    Parameters
    ----------
    at : sequence of float
        Where along the axis.
    circles : mapping of str to sequence of float
        By their names in the legend, the values that should come out, the first at ``at[0]``. A
        list may be shorter than ``at``.
    yours : mapping of str to callable, optional
        By the same names, functions from a list of places to as many values.
    names : (str, str)
        What the axes show.
    alt : str, optional
        Description.
    """
    figure, axes = new_figure()
    told = []
    for (label, values), marker, colour in zip(circles.items(), MARKERS, COLOURS, strict=False):
        places = list(at)[: len(values)]
        axes.plot(places, values, marker=marker, color=colour, label=label, **CIRCLES_TO_MEET)
        told.append(f"“{label}” {', '.join(f'{value:.3g}' for value in values)}")
        if yours is not None:
            came = np.asarray(yours[label](places), dtype=np.float64)
            axes.plot(places, came, ".-", color=colour, label=f"{label}, yours")
            told[-1] += f" (yours: {', '.join(f'{value:.3g}' for value in came)})"
    axes.set(xlabel=names[0], ylabel=names[1])
    axes.legend()
    figure.alt = alt or (
        f"Circles that a right answer meets, {names[1]} against {names[0]} from {at[0]:.3g} to "
        f"{at[-1]:.3g}: {'; '.join(told)}."
    )
    return figure


def new_figure(height: float = 3.6) -> tuple[DescribedFigure, Axes]:
    """A figure with one pair of axes; ``height`` in inches."""
    figure = DescribedFigure(WIDTH, height)
    return figure, figure.add_subplot()
