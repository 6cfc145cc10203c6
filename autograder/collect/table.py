"""What became of a download, on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from autograder.collect import Collection, Result, Row
from autograder.show import console
from autograder.standing import counted

STYLES: Final[dict[Result, str]] = {
    "taken in": "green",
    "replaced": "green",
    "as before": "dim",
    "kept": "yellow",
    "not taken in": "red",
    "left out": "red",
}


def show_collection(collection: Collection, *, dry_run: bool) -> None:
    """Print a row for every student and every file that is nobody's, then a summary."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("student", "result", "late", "notes"):
        table.add_column(heading, overflow="fold")
    for row in collection.rows:
        table.add_row(
            Text(row.student or row.file or "", "" if row.student else "dim"),
            Text(row.result, STYLES[row.result]),
            Text("late" if row.late else "", "yellow"),
            Text("\n".join(row.notes)),
        )
    console.print(table)
    for line in _summary(collection, dry_run=dry_run):
        console.print(Text(line))


def _summary(collection: Collection, *, dry_run: bool) -> list[str]:
    rows = collection.rows
    counts = Counter(row.result for row in rows)
    number = sum(row.student is not None for row in rows)
    parts = ", ".join(f"{counts[result]} {result}" for result in STYLES if counts[result])
    lines = [f"{collection.unit}, {counted(number, 'student')}: {parts or 'nothing there'}"]
    if dry_run:
        lines[0] += " (a dry run: nothing was taken in)"
    worries = sum(not row.fine for row in rows)
    if worries:
        lines.append(f"{counted(worries, 'row needs', 'rows need')} a look: see the notes")
    late = _late_without_time(rows)
    if late:
        lines.append(
            f"{counted(late, 'hand-in is', 'hand-ins are')} late, and the download does not say by "
            "how much: for nbgrader's late penalties write the time into timestamp.txt there"
        )
    return lines


def _late_without_time(rows: Sequence[Row]) -> int:
    return sum(row.late and row.timestamp is None and row.student is not None for row in rows)
