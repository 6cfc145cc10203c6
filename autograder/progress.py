"""How far grading has come: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from autograder.classroom import OnVerdict
from autograder.verdict import SubmissionVerdict

LINES: int = 10
"""Without a terminal, about so many lines tell how far grading has come."""


class RateColumn(ProgressColumn):
    """Submissions a second, of late."""

    def render(self, task: Task) -> Text:
        """The rate, once there is one."""
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


@contextmanager
def grading_progress(total: int) -> Iterator[OnVerdict]:
    """Give the callback that `grade_class` calls for each verdict."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain_lines(console, total)
        return
    columns = (
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[last]}"),
        RateColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("grading", total=total, last="")

        def show(verdict: SubmissionVerdict, _now: bool) -> None:
            progress.update(task, advance=1, last=f"{verdict.student} {verdict.points:g}")

        yield show


def _plain_lines(console: Console, total: int) -> OnVerdict:
    done = 0
    every = max(1, total // LINES)
    begun = time.monotonic()

    def show(verdict: SubmissionVerdict, _now: bool) -> None:
        nonlocal done
        done += 1
        if done in (1, total) or done % every == 0:
            rate = done / max(1e-3, time.monotonic() - begun)
            left = f", {(total - done) / rate:.0f} s left" if done < total else ""
            last = f"{verdict.student} {verdict.points:g}"
            console.print(f"graded {done} of {total}, {rate:.1f} a second{left}: {last}")

    return show


@contextmanager
def reporting_progress() -> Iterator[Callable[[int, int], None]]:
    """Give the callback that `write_course` calls after each unit."""
    columns = (TextColumn("reports"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reports", total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
