"""The report's pictures: small SVG drawings with a title and a description in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

from markupsafe import Markup

from autograder.standing import STANDINGS, State, counted

ORDER: Final[tuple[State, ...]] = ("full", "part", "none", "blank")
"""From the most to the least of an exercise that is right."""

WIDTH, HEIGHT = 640, 230
LEFT, BOTTOM, TOP = 40, 44, 48


def histogram(
    counts: Sequence[int],
    marks: Sequence[str],
    *,
    title: str,
    below: str,
    median: float | None = None,
) -> Markup:
    """Draw how many submissions fall into each bin, every bar with its number.

    Parameters
    ----------
    counts : sequence of int, length n
        Height of each bar.
    marks : sequence of str, length n + 1
        What stands under the edges of the bins.
    title : str
        The picture's title, also for who cannot see it.
    below : str
        The label of the horizontal axis.
    median : float, optional
        Where, between 0 and 1 along the axis, the median is marked.
    """
    spoken = ", ".join(
        f"{low} to {high}: {count}"
        for count, low, high in zip(counts, marks, marks[1:], strict=False)
    )
    svg = _picture(WIDTH, HEIGHT, title, f"{below}. {spoken}.")
    floor, step = HEIGHT - BOTTOM, (WIDTH - 2 * LEFT) / len(counts)
    scale = (floor - TOP) / max(*counts, 1)
    for number, count in enumerate(counts):
        x, height = LEFT + number * step, count * scale
        bar = {"x": x + 3, "y": floor - height, "width": step - 6, "height": height, "rx": 2}
        _add(svg, "rect", **bar).set("class", "bar")
        if count:
            _write(svg, str(count), x + step / 2, floor - height - 6)
    _add(svg, "line", x1=LEFT, y1=floor, x2=WIDTH - LEFT, y2=floor).set("class", "axis")
    for number, mark in enumerate(marks):
        _write(svg, mark, LEFT + number * step, floor + 17, "soft")
    _write(svg, below, WIDTH / 2, HEIGHT - 6, "soft")
    if median is not None:
        x = LEFT + median * (WIDTH - 2 * LEFT)
        _add(svg, "line", x1=x, y1=22, x2=x, y2=floor).set("class", "median")
        _write(svg, "median", x, 16, "soft")
    return _finished(svg)


def stacked_bar(states: dict[State, int], *, title: str) -> Markup:
    """Draw the shares of right, partly right, not right and not written, each with its number.

    Parameters
    ----------
    states : dict of State to int
        Number of submissions by state.
    title : str
        The picture's title; the numbers are added in words.
    """
    parts = [(state, states.get(state, 0)) for state in ORDER if states.get(state, 0)]
    total = sum(count for _, count in parts) or 1
    spoken = ", ".join(f"{count} {STANDINGS[state].word}" for state, count in parts)
    svg = _picture(320, 26, title, spoken or "nothing graded")
    svg.set("preserveAspectRatio", "xMinYMid meet")
    x = 0.0
    for state, count in parts:
        width = 320 * count / total
        segment = _add(svg, "rect", x=x, y=0, width=max(width - 1.5, 0.5), height=26)
        segment.set("class", f"fill-{state}")
        if width >= 11:
            _write(svg, str(count), x + width / 2, 18, f"on-{state}")
        x += width
    return _finished(svg)


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


def swatch(state: State) -> Markup:
    """Draw the legend's sample of a state's colour; the word stands beside it."""
    svg = Element("svg", {"viewBox": "0 0 14 14", "class": "swatch", "aria-hidden": "true"})
    _add(svg, "rect", x=0, y=0, width=14, height=14, rx=2).set("class", f"fill-{state}")
    return _finished(svg)


def _picture(width: float, height: float, title: str, description: str) -> Element:
    label = f"{title}. {description}"
    svg = Element("svg", {"viewBox": f"0 0 {width} {height}", "role": "img", "aria-label": label})
    SubElement(svg, "title").text = title
    SubElement(svg, "desc").text = description
    return svg


def _add(svg: Element, shape: str, **numbers: float) -> Element:
    return SubElement(svg, shape, {name: f"{value:.6g}" for name, value in numbers.items()})


def _write(svg: Element, text: str, x: float, y: float, kind: str = "value") -> None:
    label = _add(svg, "text", x=x, y=y)
    label.set("text-anchor", "middle")
    label.set("class", kind)
    label.text = text


def _finished(svg: Element) -> Markup:
    """Write the drawing; the element tree has escaped every text and attribute in it."""
    return Markup(tostring(svg, encoding="unicode"))
