"""A student's history on a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from autograder.history import Version
from autograder.show import console
from autograder.standing import points_text


def show_history(student: str, unit: str, versions: Sequence[Version]) -> None:
    """Print a row for each version, the oldest first, with what changed by it."""
    console.print(Text(f"{student}, {unit}", style="bold"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("", "graded (UTC)", "handed in", "points", "what changed"):
        table.add_column(heading, overflow="fold")
    earlier: Version | None = None
    for number, version in enumerate(versions, 1):
        waiting = sum(points is None for points in version.points.values())
        total = f"{points_text(version.total)} of {points_text(version.max_points)}"
        table.add_row(
            str(number),
            version.graded,
            version.handed_in or "not known",
            Text(total + (f", {waiting} waiting" if waiting else "")),
            Text(_news(earlier, version)),
        )
        earlier = version
    console.print(table)


def _news(earlier: Version | None, version: Version) -> str:
    if earlier is None:
        return "the first"
    again = version.submission == earlier.submission
    changes = [
        f"{name} {_points(earlier.points.get(name))} → {_points(points)}"
        for name, points in version.points.items()
        if points != earlier.points.get(name)
    ]
    what = "the same notebook, graded again" if again else "handed in again"
    return f"{what}: {', '.join(changes) or 'the same marks'}"


def _points(points: float | None) -> str:
    return "waiting" if points is None else points_text(points)
