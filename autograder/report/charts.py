"""The report's pictures: small SVG drawings with a title and a description in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from autograder.report.distribution import Distribution
from autograder.report.punctuality import Band
from autograder.standing import STANDINGS, State, counted

ORDER: Final[tuple[State, ...]] = ("full", "part", "none", "blank")
"""From the most to the least of an exercise that is right."""
FILL_OF_BAND: Final[dict[Band, State]] = {
    "a day or more before": "full",
    "on the last day": "part",
    "in the last hour": "blank",
    "late": "none",
}

WIDTH, HEIGHT = 640, 230
LEFT, BOTTOM, TOP = 40, 44, 48
MOST_TICKS: Final = 16


def histogram(marks: Distribution, *, title: str) -> Markup:
    """Draw how many have which share of the points; who counts as 0 stands apart, on the left.

    Parameters
    ----------
    marks : Distribution
        Everybody's marks.
    title : str
        The picture's title, also for who cannot see it.
    """
    bins = marks.bins
    edges = [f"{tenth * 10}%" for tenth in range(len(bins) + 1)]
    zeros = ", ".join(f"{len(who)} {why}" for why, who in marks.zeros.items())
    spoken = [f"0: {marks.zero}" + (f" ({zeros})" if zeros else "")]
    spoken += [
        f"{low} to {high}: {count}"
        for count, low, high in zip(bins, edges, edges[1:], strict=False)
    ]
    below = "share of the points decided so far"
    svg = _picture(WIDTH, HEIGHT, title, f"{below}. {', '.join(spoken)}.")
    floor, start = HEIGHT - BOTTOM, LEFT + 70
    step = (WIDTH - LEFT - start) / len(bins)
    scale = (floor - TOP) / max(*bins, marks.zero, 1)
    _column(svg, marks.zero, LEFT, step, floor, scale, "fill-blank")
    _write(svg, "0", LEFT + step / 2, floor + 17, "soft")
    for number, count in enumerate(bins):
        _column(svg, count, start + number * step, step, floor, scale, "bar")
    for from_x, to_x in ((LEFT, LEFT + step), (start, WIDTH - LEFT)):
        _add(svg, "line", x1=from_x, y1=floor, x2=to_x, y2=floor).set("class", "axis")
    for number, edge in enumerate(edges):
        text = edge if number else ">0"  # what is 0 stands apart
        _write(svg, text, start + number * step, floor + 17, "soft")
    _write(svg, below, (start + WIDTH - LEFT) / 2, HEIGHT - 6, "soft")
    _write(svg, "people", LEFT, 16, "soft start")
    if marks.median:
        x = start + min(marks.median, 1.0) * (WIDTH - LEFT - start)
        _add(svg, "line", x1=x, y1=22, x2=x, y2=floor).set("class", "median")
        _write(svg, "median", x, 16, "soft")
    return _finished(svg)


def stacked_bar(states: Mapping[State, int], *, title: str) -> Markup:
    """Draw the shares of right, partly right, not right and not written, each with its number.

    Parameters
    ----------
    states : mapping of State to int
        Number of submissions by state.
    title : str
        The picture's title; the numbers are added in words.
    """
    parts = [(STANDINGS[state].word, states.get(state, 0), state) for state in ORDER]
    return _stacked(parts, title, "nothing graded")


def bands_bar(bands: Mapping[Band, int], *, title: str) -> Markup:
    """Draw how many handed in how long before the due date, each with its number.

    Parameters
    ----------
    bands : mapping
        Number of submissions by band.
    title : str
        The picture's title.
    """
    parts = [(band, bands.get(band, 0), fill) for band, fill in FILL_OF_BAND.items()]
    return _stacked(parts, title, "no times known")


def bar(part: int, whole: int, *, title: str) -> Markup:
    """Draw how many of a number passed.

    Parameters
    ----------
    part, whole : int
        How many, of how many.
    title : str
        What is counted.
    """
    svg = _picture(160, 12, title, f"{part} of {counted(whole, 'submission')}")
    _add(svg, "rect", x=0, y=1, width=160, height=10, rx=2).set("class", "track")
    if part:
        _add(svg, "rect", x=0, y=1, width=160 * part / whole, height=10, rx=2).set("class", "bar")
    return _finished(svg)


@dataclass(frozen=True)
class Line:
    """One line over the units: its name, its kind (``"mean"`` or ``"part"``), its shares."""

    name: str
    kind: str
    shares: Sequence[float | None]


def lines_over_units(units: Sequence[str], lines: Sequence[Line], *, title: str) -> Markup:
    """Draw shares over the units of the course, each line with its own marker and its name.

    Parameters
    ----------
    units : sequence of str, length n
        What stands under the points.
    lines : sequence of Line
        Shares between 0 and 1, length n each; None where there is none.
    title : str
        The picture's title.
    """
    spoken = "; ".join(f"{line.name}: {_spoken(units, line.shares)}" for line in lines)
    svg = _picture(WIDTH, HEIGHT, title, f"share by unit. {spoken}.")
    floor, left, right = HEIGHT - BOTTOM, LEFT + 10, WIDTH - 130
    step = (right - left - 20) / max(len(units) - 1, 1)
    for tenth in (0, 5, 10):
        y = floor - tenth / 10 * (floor - 24)
        _add(svg, "line", x1=left, y1=y, x2=right, y2=y).set("class", "grid")
        _write(svg, f"{tenth * 10}%", left - 8, y + 4, "soft end")
    every = -(-len(units) // MOST_TICKS)
    for number, unit in enumerate(units):
        if number % every == 0:
            _write(svg, unit, left + 10 + number * step, floor + 17, "soft")
    _write(svg, "unit", (left + right) / 2, HEIGHT - 6, "soft")
    labels: list[float] = []
    for line in lines:
        points = [
            (left + 10 + number * step, floor - min(share, 1.0) * (floor - 24))
            for number, share in enumerate(line.shares)
            if share is not None
        ]
        _line(svg, line, points, labels)
    return _finished(svg)


def swatch(state: State) -> Markup:
    """Draw the legend's sample of a state's colour; the word stands beside it."""
    svg = Element("svg", {"viewBox": "0 0 14 14", "class": "swatch", "aria-hidden": "true"})
    _add(svg, "rect", x=0, y=0, width=14, height=14, rx=2).set("class", f"fill-{state}")
    return _finished(svg)


def _column(
    svg: Element, count: int, x: float, width: float, floor: float, scale: float, kind: str
) -> None:
    height = count * scale
    place = {"x": x + 3, "y": floor - height, "width": width - 6, "height": height, "rx": 2}
    _add(svg, "rect", **place).set("class", f"column {kind}")
    if count:
        _write(svg, str(count), x + width / 2, floor - height - 6)


def _stacked(parts: Sequence[tuple[str, int, str]], title: str, empty: str) -> Markup:
    """Draw words with counts side by side; the third of each part names its colour."""
    total = sum(count for _, count, _ in parts) or 1
    spoken = ", ".join(f"{count} {word}" for word, count, _ in parts if count)
    svg = _picture(320, 26, title, spoken or empty)
    svg.set("preserveAspectRatio", "xMinYMid meet")
    x = 0.0
    for _, count, fill in parts:
        width = 320 * count / total
        if not count:
            continue
        segment = _add(svg, "rect", x=x, y=0, width=max(width - 1.5, 0.5), height=26)
        segment.set("class", f"fill-{fill}")
        if width >= 8 * len(str(count)) + 3:
            _write(svg, str(count), x + width / 2, 18, f"on-{fill}")
        x += width
    return _finished(svg)


def _line(
    svg: Element, line: Line, points: Sequence[tuple[float, float]], labels: list[float]
) -> None:
    """Draw one line, its markers, and its name beside its end, clear of other names."""
    if not points:
        return
    path = SubElement(svg, "polyline", {"class": f"line line-{line.kind}"})
    path.set("points", " ".join(f"{x:.6g},{y:.6g}" for x, y in points))
    for x, y in points:
        if line.kind == "mean":
            _add(svg, "circle", cx=x, cy=y, r=4.5).set("class", "marker-mean")
        else:
            _add(svg, "rect", x=x - 4, y=y - 4, width=8, height=8).set("class", "marker-part")
    end, height = points[-1]
    while any(abs(height - other) < 16 for other in labels):
        height += 16 if height < HEIGHT / 2 else -16
    labels.append(height)
    _write(svg, line.name, end + 12, height + 4, "start")


def _spoken(units: Sequence[str], shares: Sequence[float | None]) -> str:
    pairs = zip(units, shares, strict=True)
    return ", ".join(f"{unit} {share:.0%}" for unit, share in pairs if share is not None)


def _picture(width: float, height: float, title: str, description: str) -> Element:
    label = f"{title}. {description}"
    return Element("svg", {"viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": label})


def _add(svg: Element, shape: str, **numbers: float) -> Element:
    return SubElement(svg, shape, {name: f"{value:.6g}" for name, value in numbers.items()})


def _write(svg: Element, text: str, x: float, y: float, kind: str = "value") -> None:
    label = _add(svg, "text", x=x, y=y)
    label.set("class", kind)
    anchors = {"start": "start", "end": "end"}
    label.set("text-anchor", anchors.get(kind.rpartition(" ")[2], "middle"))
    label.text = text


def _finished(svg: Element) -> Markup:
    """Write the drawing; the element tree has escaped every text and attribute in it."""
    return Markup(tostring(svg, encoding="unicode"))
