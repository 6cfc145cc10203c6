"""Draw a picture for each unit, assets/units/UNIT.svg: one idea, computed, in the course's colours.

    python assets/unit_pictures.py            # all of them
    python assets/unit_pictures.py 03 13      # two

What can be computed is: the paths descend, the lines fit, the picture is convolved. They are signs,
not plots to read numbers from, and so have no axes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from nand2resnet.data import diabetes, digits
from nand2resnet.ilsvrc import ENTRIES
from nand2resnet.palette import PALETTE

ROOT: Final = Path(__file__).parents[1]
OUT: Final = ROOT / "assets" / "units"
SIZE: Final = (3.2, 2.4)  # inches
WIDE, HIGH = 4.0, 3.0  # of a picture that is drawn rather than plotted
INK, PALE = "#333333", "#DDDDDD"
BLUE, RED, GREEN = PALETTE["blue"], PALETTE["vermillion"], PALETTE["green"]
ORANGE, SKY, PURPLE = PALETTE["orange"], PALETTE["sky"], PALETTE["purple"]
Draw = Callable[[Axes], None]


def main() -> None:
    """Draw the pictures of the units whose numbers are named, or of all."""
    OUT.mkdir(exist_ok=True)
    for folder in sorted((ROOT / "course").glob("[0-9][0-9]_*")):
        number = folder.name[:2]
        if not sys.argv[1:] or number in sys.argv[1:]:
            save(PICTURES[number], OUT / f"{folder.name}.svg")


def save(draw: Draw, path: Path) -> None:
    """Draw one picture; the same bytes each time."""
    with plt.rc_context({"svg.hashsalt": path.stem, "lines.solid_capstyle": "round"}):
        figure = plt.figure(figsize=SIZE)
        axes = figure.add_axes((0.03, 0.03, 0.94, 0.94))
        axes.set_axis_off()
        draw(axes)
        figure.savefig(path, metadata={"Date": None})
        plt.close(figure)


def start_here(axes: Axes) -> None:
    """A cell, and the answer to it."""
    drawn(axes)
    box(axes, 0.3, 1.2, 3.4, 1.4, "#F5F5F5")
    axes.text(0.55, 2.1, "def mean_square(x):", family="monospace", size=10, color=INK)
    axes.text(0.55, 1.6, "    return ...", family="monospace", size=10, color=BLUE)
    axes.plot([0.5, 0.75, 1.2], [0.6, 0.35, 0.85], color=GREEN, lw=5)
    axes.text(1.45, 0.5, "right", size=12, color=GREEN)


def gradient_descent(axes: Axes) -> None:
    """A step that is too small, one that is right, and one that is almost too long."""
    curvatures = np.array([1.0, 6.0])
    x, y = np.meshgrid(np.linspace(-3, 3, 80), np.linspace(-1.6, 1.6, 60))
    axes.contour(x, y, x**2 * curvatures[0] + y**2 * curvatures[1], 9, colors=PALE)
    for rate, colour in ((0.02, SKY), (0.12, BLUE), (0.31, RED)):
        path = [np.array([-2.7, 1.25])]
        for _ in range(14):
            path.append(path[-1] * (1 - rate * curvatures))
        axes.plot(*np.transpose(path), "o-", color=colour, ms=3, lw=1.5)


def regression(axes: Axes) -> None:
    """Real measurements, and the line of least squares through them."""
    features, target, names = diabetes()
    x, y = features[:120, names.index("body mass index")], target[:120]
    slope, offset = np.polyfit(x, y, 1)
    ends = np.array([x.min(), x.max()])
    axes.scatter(x, y, s=8, color=SKY)
    axes.plot(ends, slope * ends + offset, color=RED, lw=3)


def perceptron(axes: Axes) -> None:
    """The line by which one perceptron is a NAND gate."""
    x = np.array([-0.5, 1.5])
    axes.fill_between(x, -0.5, 1.5 - x, color=SKY, alpha=0.35, lw=0)
    axes.plot(x, 1.5 - x, color=INK, lw=2)
    for a, b in ((0, 0), (0, 1), (1, 0), (1, 1)):
        nand = not (a and b)
        axes.plot(a, b, "o" if nand else "s", ms=15, color=BLUE if nand else RED)
        axes.text(a, b, int(nand), color="white", ha="center", va="center", weight="bold")
    axes.set(xlim=(-0.5, 1.5), ylim=(-0.5, 1.5))


def activations(axes: Axes) -> None:
    """Sigmoid, tanh and ReLU."""
    z = np.linspace(-3, 3, 200)
    for values, colour in ((1 / (1 + np.exp(-z)), BLUE), (np.tanh(z), GREEN), (z.clip(0), RED)):
        axes.plot(z, values, color=colour, lw=3)
    axes.axhline(0, color=PALE, zorder=0)
    axes.axvline(0, color=PALE, zorder=0)
    axes.set_ylim(-1.2, 1.8)


def backpropagation(axes: Axes) -> None:
    """Values go forward, slopes come back."""
    drawn(axes)
    places = {"x": (0.4, 2.4), "w": (0.4, 0.6), "×": (1.7, 1.5), "L": (3.4, 1.5)}
    for begin, end in (("x", "×"), ("w", "×"), ("×", "L")):
        arrow(axes, places[begin], places[end], BLUE, 0.12)
        arrow(axes, places[end], places[begin], RED, 0.12)
    for name, place in places.items():
        node(axes, *place, name)


def optimizers(axes: Axes) -> None:
    """Plain descent, momentum and Adam in a long valley."""
    curvatures = np.array([1.0, 20.0])
    x, y = np.meshgrid(np.linspace(-2.6, 0.6, 80), np.linspace(-0.6, 0.6, 60))
    axes.contour(x, y, curvatures[0] * x**2 + curvatures[1] * y**2, 10, colors=PALE)
    for path, colour in (
        (walk(curvatures, rate=0.085, momentum=0.0), SKY),
        (walk(curvatures, rate=0.02, momentum=0.85), BLUE),
        (adam(curvatures, rate=0.12), RED),
    ):
        axes.plot(*path.T, "-", color=colour, lw=2)
        axes.plot(*path[-1], "o", color=colour, ms=6)
    axes.set(xlim=(-2.7, 0.6), ylim=(-0.62, 0.62))


def walk(curvatures: np.ndarray, rate: float, momentum: float, steps: int = 40) -> np.ndarray:
    """The path of gradient descent with momentum, (steps + 1, 2)."""
    place, velocity = np.array([-2.4, 0.45]), np.zeros(2)
    path = [place]
    for _ in range(steps):
        velocity = momentum * velocity - rate * curvatures * place
        place = place + velocity
        path.append(place)
    return np.array(path)


def adam(curvatures: np.ndarray, rate: float, steps: int = 40) -> np.ndarray:
    """The path of Adam, (steps + 1, 2), with the settings of Kingma and Ba 2015."""
    place, first, second = np.array([-2.4, 0.45]), np.zeros(2), np.zeros(2)
    path = [place]
    for step in range(1, steps + 1):
        slope = curvatures * place
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        place = place - rate * first / (1 - 0.9**step) / np.sqrt(second / (1 - 0.999**step) + 1e-8)
        path.append(place)
    return np.array(path)


def initialization(axes: Axes) -> None:
    """How large a signal is after each of 20 layers of ReLUs, for three sizes of weights."""
    rng = np.random.default_rng(0)
    for scale, colour in ((1.0, SKY), (np.sqrt(2), GREEN), (1.8, RED)):
        signal, sizes = rng.normal(size=(200, 100)), []
        for _ in range(20):
            signal = (signal @ rng.normal(size=(100, 100)) * scale / 10).clip(0)
            sizes.append(signal.std())
        axes.plot(np.log10(sizes), "o-", color=colour, ms=4, lw=2)


def regularization(axes: Axes) -> None:
    """Polynomials of growing degree: the training error falls, the error on new points turns."""
    rng = np.random.default_rng(3)
    x, new = np.linspace(-1, 1, 24), np.linspace(-0.97, 0.97, 200)
    y, degrees = np.sin(3 * x) + rng.normal(scale=0.35, size=24), range(1, 14)
    fits = [np.polynomial.Polynomial.fit(x, y, degree) for degree in degrees]
    axes.plot(degrees, [np.mean((fit(x) - y) ** 2) for fit in fits], "o-", color=BLUE, lw=2, ms=4)
    truth = np.sin(3 * new)
    errors = [np.mean((fit(new) - truth) ** 2) + 0.35**2 for fit in fits]
    axes.plot(degrees, errors, "s-", color=RED, lw=2, ms=4)


def convolution(axes: Axes) -> None:
    """A digit, a window on it, and what a kernel that looks for edges makes of it."""
    picture = digits().images[3].reshape(8, 8) / 16
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    windows = np.lib.stride_tricks.sliding_window_view(picture, (3, 3))
    drawn(axes)
    axes.imshow(picture, cmap="Greys", extent=(0.1, 1.9, 0.6, 2.4))
    axes.imshow((windows * kernel).sum((2, 3)), cmap="RdBu", extent=(2.4, 3.75, 0.8, 2.2))
    axes.add_patch(Rectangle((0.55, 1.275), 0.675, 0.675, fill=False, ec=RED, lw=3))
    arrow(axes, (1.3, 1.6), (2.8, 1.6), RED)


def lenet(axes: Axes) -> None:
    """Maps that grow smaller and more, and the ten numbers at the end."""
    drawn(axes)
    picture = digits().images[0].reshape(8, 8)
    axes.imshow(picture, cmap="Greys", extent=(0.0, 0.9, 1.05, 1.95))
    for left, side, count, colour in ((1.15, 0.85, 3, SKY), (2.15, 0.55, 5, BLUE)):
        for number in range(count):
            low = 1.5 - side / 2 + 0.09 * (number - count / 2)
            box(axes, left + 0.09 * number, low, side, side, colour, edge="white")
    for number in range(10):
        colour = RED if number == 0 else PALE
        axes.add_patch(Rectangle((3.6, 2.35 - 0.19 * number), 0.15, 0.15, color=colour))


def alexnet(axes: Axes) -> None:
    """The lowest error of each year's challenge; 2012 is the year of AlexNet."""
    best = {one.year: one.error for one in sorted(ENTRIES, key=lambda one: -one.error)}
    for year, error in best.items():
        axes.bar(year, error, color=RED if year == 2012 else SKY, width=0.75)


def inception(axes: Axes) -> None:
    """Four ways through one module, and the maps of all of them stacked."""
    drawn(axes)
    box(axes, 0.1, 1.2, 0.5, 0.6, PALE)
    for number, colour in enumerate((SKY, BLUE, ORANGE, GREEN)):
        height = 2.55 - 0.7 * number
        arrow(axes, (0.6, 1.5), (1.4, height), INK, head=False)
        box(axes, 1.4, height - 0.22, 0.8, 0.44, colour)
        arrow(axes, (2.2, height), (3.25, 1.95 - 0.3 * number), INK, head=False)
        box(axes, 3.25, 1.8 - 0.3 * number, 0.55, 0.3, colour)


def resnet(axes: Axes) -> None:
    """Two layers, and the way around them."""
    drawn(axes)
    arrow(axes, (0.1, 1.1), (3.9, 1.1), INK)
    for left in (0.9, 1.9):
        box(axes, left, 0.8, 0.7, 0.6, SKY)
    arrow(axes, (0.45, 1.15), (3.2, 1.3), RED, -0.6)
    node(axes, 3.2, 1.1, "+")


def senet(axes: Axes) -> None:
    """Channels, the gate of each, and what the gates let through."""
    drawn(axes)
    for number, gate in enumerate((0.9, 0.25, 0.7, 0.1, 0.5)):
        low = 2.35 - 0.5 * number
        box(axes, 0.3, low, 1.1, 0.36, BLUE)
        axes.add_patch(Rectangle((1.75, low), 0.16, 0.36 * gate, color=ORANGE))
        axes.add_patch(Rectangle((1.75, low), 0.16, 0.36, fill=False, ec=INK))
        box(axes, 2.3, low, 1.1, 0.36, BLUE, alpha=gate)


PICTURES: Final[dict[str, Draw]] = {
    f"{number:02}": draw
    for number, draw in enumerate(
        (
            *(start_here, gradient_descent, regression, perceptron, activations, backpropagation),
            *(optimizers, initialization, regularization, convolution, lenet, alexnet),
            *(inception, resnet, senet),
        )
    )
}


def drawn(axes: Axes) -> None:
    """A picture that is drawn has one scale for both directions."""
    axes.set(xlim=(0, WIDE), ylim=(0, HIGH), aspect="equal")


def box(
    axes: Axes,
    left: float,
    low: float,
    wide: float,
    high: float,
    colour: str,
    *,
    edge: str = "none",
    alpha: float = 1.0,
) -> None:
    """A box with round corners."""
    style = "round,pad=0,rounding_size=0.06"
    patch = FancyBboxPatch((left, low), wide, high, style, fc=colour, ec=edge, alpha=alpha)
    axes.add_patch(patch)


def node(axes: Axes, x: float, y: float, text: str) -> None:
    """A circle with a sign in it."""
    axes.plot(x, y, "o", ms=22, mfc="white", mec=INK, mew=2, zorder=3)
    axes.text(x, y, text, size=13, ha="center", va="center", color=INK, zorder=4)


def arrow(
    axes: Axes,
    begin: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    bend: float = 0.0,
    *,
    head: bool = True,
) -> None:
    """An arrow, bent to its left by this share of its length."""
    style = "-|>" if head else "-"
    bow = f"arc3,rad={bend}"
    patch = FancyArrowPatch(
        begin,
        end,
        arrowstyle=style,
        connectionstyle=bow,
        mutation_scale=16,
        lw=2.5,
        color=colour,
        shrinkA=13 if bend > 0 else 0,
        shrinkB=13 if bend > 0 else 0,
    )
    axes.add_patch(patch)


if __name__ == "__main__":
    main()
