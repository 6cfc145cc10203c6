"""What became of the marks, on a terminal: whoever needs a look by name, the others in number."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from rich.table import Table
from rich.text import Text

from autograder.marks.filling import Fate, Filled, Line
from autograder.show import MOST_NAMED, console
from autograder.standing import counted, points_text

SAID: dict[Fate, str] = {
    "written": "written",
    "waiting": "waits for a person; left as it was",
    "kept": "left as it was",
    "not in the table": "not in the table; enter it by hand, or name them with --students",
    "left out": "left out",
}


def show_filled(filled: Filled, out: Path) -> None:
    """Print who was not entered and why, who was late, and how many were written."""
    shown = [line for line in filled.lines if line.fate != "written" or line.mark.late]
    if shown:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in ("student", "unit", "mark", "what became of it", "late"):
            table.add_column(heading, overflow="fold")
        for line in shown:
            table.add_row(*_row(line))
        console.print(table)
    for name, why in filled.doubtful:
        console.print(Text(f"{name}: {why}; left as it was", "yellow"))
    if filled.idle:
        named = ", ".join(filled.idle[:MOST_NAMED])
        more = len(filled.idle) - MOST_NAMED
        more_said = f" and {more} more" if more > 0 else ""
        console.print(Text(f"In the table without a mark, left as they were: {named}{more_said}"))
    counts = Counter(line.fate for line in filled.lines)
    parts = ", ".join(f"{counts[fate]} {fate}" for fate in SAID if counts[fate])
    console.print(Text(f"{out}: {counted(len(filled.lines), 'mark')}: {parts}"))


def _row(line: Line) -> tuple[Text, ...]:
    style = "" if line.fate == "written" else "yellow" if line.fate != "left out" else "red"
    said = SAID[line.fate] + (f" ({line.reason})" if line.reason else "")
    points = points_text(line.mark.points)
    return (
        Text(line.student),
        Text(line.unit),
        Text(f"{points} so far" if line.mark.waiting else points),
        Text(said, style),
        Text(str(line.mark.late) if line.mark.late else ""),
    )
