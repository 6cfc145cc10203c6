"""What grading again would change, on a terminal."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from autograder.regrade import Regrading
from autograder.regrade.changes import Change, ExerciseChange
from autograder.show import MOST_NAMED, console
from autograder.standing import counted, points_text


def show_regrading(regrading: Regrading) -> None:
    """Print a row for everybody whose marks differ, then the medians."""
    different = regrading.different
    if different:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in ("student", "now", "then", "by", "where"):
            table.add_column(heading, overflow="fold")
        for change in sorted(different, key=lambda one: (one.after - one.before, one.student)):
            table.add_row(*_row(change))
        console.print(table)
    before, after = regrading.medians
    number = counted(len(regrading.changes), "submission")
    console.print(
        f"{regrading.unit}: the marks of {len(different)} of {number} change; "
        f"the median goes from {points_text(before)} to {points_text(after)} points"
    )
    if regrading.others:
        named = ", ".join(regrading.others[:MOST_NAMED])
        more = len(regrading.others) - MOST_NAMED
        named += f" and {more} more" if more > 0 else ""
        console.print(Text(f"Handed in since the last `n2r grade`, and not looked at: {named}"))


def _row(change: Change) -> tuple[Text, ...]:
    if change.trouble is not None:
        return (
            Text(change.student),
            Text(points_text(change.before)),
            Text("as now"),
            Text(),
            Text(change.trouble, "red"),
        )
    by = change.after - change.before
    style = "green" if by > 0 else "red" if by < 0 else "yellow"
    sign = f"{'+' if by > 0 else ''}{points_text(by)}"
    return (
        Text(change.student),
        Text(points_text(change.before)),
        Text(points_text(change.after)),
        Text(sign, style),
        Text("; ".join(map(_exercise, change.exercises))),
    )


def _exercise(change: ExerciseChange) -> str:
    said = f"{change.exercise} {_points(change.before)} → {_points(change.after)}"
    if change.by_hand is not None:
        said += f" (a person gave {points_text(change.by_hand)}, which stays: look at it again)"
    return said


def _points(points: float | None) -> str:
    return "waiting" if points is None else points_text(points)
