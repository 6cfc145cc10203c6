"""Grade a class again, as after a mended exercise, and see what changes before it counts.

What was graded again lies in the class's ``.n2r/regrade/`` until it is entered or out of date;
gradebook, verdicts and graded notebooks are left alone until then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.class_folder import ClassFolder, only_grader, open_class
from autograder.classroom import OnVerdict, enter_results
from autograder.errors import ClassTrouble
from autograder.kept import Kept, fingerprint, load_kept
from autograder.regrade.changes import Change, change_of, median_points
from autograder.regrade.staged import clear_staged, load_staged, stage
from autograder.report.records import HumanMarks, human_marks
from autograder.sandbox import choose
from autograder.seeds import seed_of
from autograder.submissions import Submission, find_submissions
from autograder.unit import Unit, load_unit
from autograder.verdict import SubmissionVerdict
from autograder.workers import Result, Task, cores, grade_all

__all__ = ["Change", "Regrading", "enter_regraded", "regrade", "to_regrade"]


@dataclass(frozen=True)
class Again:
    """One submission that was graded before, with the verdict that counts so far."""

    task: Task
    before: Kept
    digest: str


@dataclass(frozen=True)
class Regrading:
    """What grading again would change; ``others`` handed in since, or for the first time."""

    unit: str
    changes: tuple[Change, ...]
    others: tuple[str, ...]

    @property
    def different(self) -> tuple[Change, ...]:
        """The submissions whose marks are not the same, in any exercise."""
        return tuple(change for change in self.changes if change.exercises or change.trouble)

    @property
    def medians(self) -> tuple[float, float]:
        """The median of the class before and after."""
        return median_points(self.changes)


def regrade(
    unit_name: str,
    class_dir: Path | None = None,
    *,
    workers: int | None = None,
    backend: str | None = None,
    trust_submissions: bool = False,
    only: Collection[str] | None = None,
    on_verdict: OnVerdict | None = None,
) -> Regrading:
    """Grade what was graded before with the unit as it is now, and enter nothing.

    Parameters are those of :func:`~autograder.classroom.grade_class`.

    Raises
    ------
    GraderError
        Nothing can be graded, or nothing has been.
    """
    unit, folder = load_unit(unit_name), open_class(class_dir)
    choose(backend, trust_submissions=trust_submissions)
    told = on_verdict or (lambda _verdict, _now: None)
    with only_grader(folder):
        again, others = to_regrade(folder, unit, only, backend, trust=trust_submissions)
        todo, failures = [], {}
        for one in again:
            found = _known(folder, unit, one)
            if found is None:
                todo.append(one.task)
            else:
                told(found.verdict, False)
        with contextlib.closing(grade_all(iter(todo), workers or cores())) as results:
            for task, result in results:
                stage(folder, unit, task, result)
                if result.notebook is None:
                    failures[task.submission.student] = result.verdict
                told(result.verdict, True)
        return Regrading(unit.name, tuple(_changes(folder, unit, again, failures)), others)


def enter_regraded(
    unit_name: str, class_dir: Path | None = None, only: Collection[str] | None = None
) -> int:
    """Enter what :func:`regrade` found, as grading would have; return the number of submissions.

    What has changed since, a submission or the unit, is not entered.
    """
    unit, folder = load_unit(unit_name), open_class(class_dir)
    with only_grader(folder):
        again, _ = to_regrade(folder, unit, only)
        results = [
            (one.task, found)
            for one in again
            if (found := load_staged(folder, unit, one.task, one.digest)) is not None
        ]
        enter_results(folder, unit, results)
        clear_staged(folder, unit)
    return len(results)


def to_regrade(
    folder: ClassFolder,
    unit: Unit,
    only: Collection[str] | None = None,
    backend: str | None = None,
    *,
    trust: bool = False,
) -> tuple[list[Again], tuple[str, ...]]:
    """Tell submissions that were graded as they are from those that are new since.

    Raises
    ------
    ClassTrouble
        None was graded.
    """
    again, others = [], []
    seed: str | None = None
    for submission in find_submissions(folder, unit, only):
        before, digest = load_kept(folder, unit.name, submission.student), _digest(submission)
        if before is None or before.submission != digest:
            others.append(submission.student)
            continue
        seed = seed or seed_of(folder, unit.name)
        again.append(Again(Task(unit.name, submission, seed, backend, trust), before, digest))
    if not again:
        raise ClassTrouble(
            f"nothing of {unit.name} has been graded as it lies there; `n2r grade {unit.name}` "
            "does that"
        )
    return again, tuple(others)


def _digest(submission: Submission) -> str:
    return submission.content().digest


def _known(folder: ClassFolder, unit: Unit, one: Again) -> Result | None:
    """The result by the unit as it is now, if there is one: staged, or the one that counts."""
    if one.before.fingerprint == fingerprint(one.digest, unit, one.task.seed):
        return Result(one.before.verdict, digest=one.digest)
    return load_staged(folder, unit, one.task, one.digest)


def _changes(
    folder: ClassFolder,
    unit: Unit,
    again: list[Again],
    failures: Mapping[str, SubmissionVerdict],
) -> Iterator[Change]:
    by_hand = human_marks(folder, unit)
    for one in again:
        student = one.task.submission.student
        found = _known(folder, unit, one)
        after = failures.get(student) or (found.verdict if found else one.before.verdict)
        yield change_of(one.before.verdict, after, by_hand.get(student, HumanMarks()).scores)
