"""Are an exercise's tests any good? The reference, other right answers, mistakes, mutants.

An audit proves that the reference and every alternative earn full marks, that every known mistake
loses marks and is recognised, and that no small change of the reference goes unnoticed.
"""

from __future__ import annotations

import itertools
import json
import os
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from autograder.audit.examination import Examination
from autograder.audit.findings import ExerciseAudit, Survivor
from autograder.audit.forked import run_all
from autograder.audit.record import Record, fingerprint, read_records, write_records
from autograder.sandbox import Backend, choose
from autograder.unit import Unit, find_exercise, load_unit, unit_names

__all__ = ["ExerciseAudit", "Survivor", "audit_unit", "run"]

SEEDS: Final = tuple(f"audit-{number}" for number in range(8))
SAMPLE: Final = 1
"""So many exercises are audited again although nothing they depend on has changed."""

Watch = Callable[[str, int, int], None]
"""Called as ``watch(exercise, done, tasks)``."""


def run(
    unit: str | None,
    exercise: str | None = None,
    json_file: Path | None = None,
    fresh: bool = False,
    workers: int | None = None,
) -> int:
    """What ``n2r audit`` does: audit, print, write JSON.

    Parameters
    ----------
    unit : str or None
        A unit; all of them if None.
    exercise : str, optional
        One exercise of the unit; all of them by default.
    json_file : Path, optional
        Where the audits are written as a list.
    fresh : bool
        Audit everything, whatever earlier audits found.
    workers : int, optional
        Processes at a time; by default one per core.

    Returns
    -------
    int
        The exit status: 0 if there is nothing left to do, else 1.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

    from autograder.audit.table import show

    audits = []
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    # Refreshed by hand, because a refreshing thread and forks do not go together.
    with Progress(*columns, auto_refresh=False, transient=True) as progress:
        bars: dict[str, TaskID] = {}

        def watch(name: str, done: int, tasks: int) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=tasks)
            progress.update(bars[name], completed=done, refresh=True)

        for name in [unit] if unit is not None else unit_names():
            chosen = [exercise] if exercise is not None else None
            bars.clear()
            audits += audit_unit(name, exercises=chosen, workers=workers, fresh=fresh, watch=watch)
    show(audits, Console())
    if json_file is not None:
        text = json.dumps([audit.as_json() for audit in audits], indent=1)
        json_file.write_text(text + "\n", encoding="utf-8")
    return 0 if all(audit.is_clean for audit in audits) else 1


def audit_unit(
    unit_name: str,
    *,
    exercises: Sequence[str] | None = None,
    seeds: Sequence[str] = SEEDS,
    workers: int | None = None,
    fresh: bool = False,
    watch: Watch | None = None,
) -> list[ExerciseAudit]:
    """Audit exercises of a unit: those that have changed since the last audit, and a sample.

    What is found is kept in ``solutions/<unit>/audit.json``.

    Parameters
    ----------
    unit_name : str
        A unit, or an unambiguous beginning of its name.
    exercises : sequence of str, optional
        Some of its exercises; by default all, and then one of those that have not changed is
        audited again.
    seeds : sequence of str
        Each decides the hidden cases of one round.
    workers : int, optional
        Processes at a time; by default one per core.
    fresh : bool
        Audit all of them, whatever earlier audits found.
    watch : callable, optional
        Told how far each exercise is.

    Returns
    -------
    list of ExerciseAudit
        One for each exercise, in the order of the notebook.

    Raises
    ------
    UnknownName
        There is no such unit or exercise.
    NoSandbox
        Something has to be audited, and learners' code cannot be run safely here.
    """
    unit = load_unit(unit_name)
    for name in exercises or ():
        find_exercise(unit, name)
    names = [name for name in unit.exercises if exercises is None or name in exercises]
    records = read_records(unit)
    current = {name: fingerprint(unit, name, seeds) for name in names}
    unchanged = [
        name
        for name in names
        if not fresh and name in records and records[name].fingerprint == current[name]
    ]
    sample = random.sample(unchanged, min(SAMPLE, len(unchanged))) if exercises is None else []
    due = [name for name in names if name not in unchanged or name in sample]
    if due:
        for audit in examine(unit, due, seeds, choose(), workers or os.cpu_count() or 1, watch):
            known = records.get(audit.exercise)
            if audit.exercise in sample and known and known.audit.says_the_same(audit):
                continue  # so that the file changes only where something else was found
            records[audit.exercise] = Record(current[audit.exercise], audit)
        write_records(unit, records)
    return [records[name].audit for name in names]


def examine(
    unit: Unit,
    names: Sequence[str],
    seeds: Sequence[str],
    backend: Backend,
    workers: int,
    watch: Watch | None,
) -> Iterable[ExerciseAudit]:
    """Audit these exercises together, so that no core waits for the slowest."""
    examinations = {name: Examination(unit, name, seeds, backend) for name in names}
    done = dict.fromkeys(names, 0)
    tasks = (examination.tasks() for examination in examinations.values())
    for task in run_all(itertools.chain.from_iterable(tasks), workers):
        done[task.owner] += 1
        if watch is not None:
            watch(task.owner, done[task.owner], examinations[task.owner].size)
    return [examination.result() for examination in examinations.values()]
