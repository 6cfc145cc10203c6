"""Progress as plain text, for a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from nand2resnet.contents import course
from nand2resnet.progress import record, wording
from nand2resnet.progress.standing import UnitStanding, next_step, standing


def progress_text() -> str:
    """Where the learner stands, what to do next, and where that is kept."""
    kept = record.read()
    units = standing(course(), kept.entries)
    lines = ["Your progress", "", *table(units), "", wording.summary(units), *what_next(units)]
    if kept.entries:
        lines += ["", wording.LIMIT]
    return "\n".join([*lines, "", *place(kept)])


def table(units: Sequence[UnitStanding]) -> Iterator[str]:
    """A line for each unit; below one that is begun and not done, a line for each exercise."""
    width = max((len(each.unit.title) for each in units), default=0)
    for each in units:
        mark = "done" if each.is_done else ""
        title = each.unit.title.ljust(width)
        yield f"  {each.unit.number}  {title}  {wording.count(each):>8}  {mark}".rstrip()
        if each.is_begun and not each.is_done:
            names = max(len(one.exercise.name) for one in each.exercises)
            for one in each.exercises:
                yield f"        {one.exercise.name.ljust(names)}  {wording.state(one)}"


def what_next(units: Sequence[UnitStanding]) -> list[str]:
    """The next step and its notebook, if there is one."""
    step = next_step(units)
    if step is None:
        return []
    notebook = wording.notebook_of(step.unit)
    where = os.path.relpath(notebook) if notebook else f"{step.unit.name}/{step.unit.notebook}"
    return ["", wording.invitation(step), f"  {where}"]


def place(kept: record.Record) -> Iterator[str]:
    """Where progress is kept, and what there is to say about that."""
    if kept.remark:
        yield kept.remark
        return
    yield f"This is kept in {record.record_file()}, on this machine only."
