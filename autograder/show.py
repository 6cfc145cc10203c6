"""Verdicts on a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from autograder.lateness import Lateness
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

console = Console()
MOST_NAMED: Final = 20


def show_submission(verdict: SubmissionVerdict) -> None:
    """Print every exercise's verdict, then the total."""
    for exercise in verdict.exercises:
        show_exercise(exercise, title=exercise.exercise)
    for note in verdict.notes:
        console.print(Text(f"note: {note}", style="yellow"))
    total = f"{verdict.points:g} of {verdict.max_points:g} points"
    console.print(Text(f"{verdict.status}: {total} in {verdict.seconds:.1f} s", style="bold"))


def show_class(verdicts: Sequence[SubmissionVerdict]) -> None:
    """Print a summary, and every submission that needs a human, with the reason."""
    graded = [verdict for verdict in verdicts if verdict.status in ("graded", "waiting")]
    console.print(f"{len(graded)} of {len(verdicts)} submissions graded")
    for verdict in verdicts:
        if verdict not in graded:
            reason = "; ".join(verdict.notes)
            console.print(Text(f"  {verdict.student}: {verdict.status}: {reason}", style="yellow"))
    waiting = [verdict.student for verdict in verdicts if verdict.status == "waiting"]
    if waiting:
        named = ", ".join(waiting[:MOST_NAMED])
        more = f" and {len(waiting) - MOST_NAMED} more" if len(waiting) > MOST_NAMED else ""
        text = f"{len(waiting)} have written answers that wait for a human in the formgrader: "
        console.print(Text(f"{text}{named}{more}"))


def show_late(late: Sequence[Lateness]) -> None:
    """Print who handed in late, by how much, and what it cost; the latest first."""
    if not late:
        return
    console.print(f"{len(late)} handed in late:")
    ordered = sorted(late, key=lambda one: (-(one.seconds or math.inf), one.student))
    for one in ordered[:MOST_NAMED]:
        console.print(Text(f"  {one.student}: {one}"))
    if len(late) > MOST_NAMED:
        console.print(f"  and {len(late) - MOST_NAMED} more")


def show_exercise(verdict: ExerciseVerdict, *, title: str) -> None:
    """Print one exercise's criteria and, where something is wrong, why and a hint."""
    earned = "waiting" if verdict.points is None else f"{verdict.points:g}"
    console.print(Text(f"{title}: {earned} of {verdict.max_points:g}", style="bold"))
    table = Table(box=None, show_header=False, padding=(0, 1))
    for criterion in verdict.criteria:
        mark = Text("✓", style="green") if criterion.passed else Text("✗", style="red")
        points = f"{criterion.points:g}/{criterion.max_points:g}"
        message = criterion.message if criterion.message != verdict.error else None
        table.add_row(mark, points, Text(criterion.name), Text(message or "", "dim"))
    if verdict.criteria:
        console.print(table)
    if verdict.error:
        console.print(Text(f"  {verdict.error}", style="red"))
    if verdict.hint:
        console.print(Text(f"  hint ({verdict.diagnosis}): {verdict.hint}", style="cyan"))
