"""One submission graded in this process: what goes in, what comes out, and what went wrong."""

from __future__ import annotations

import time
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import BadUnit, GraderError
from autograder.sandbox import choose
from autograder.submissions import HandedIn, Submission
from autograder.unit import Unit, load_unit
from autograder.verdict import ExerciseVerdict, SubmissionVerdict


@dataclass(frozen=True)
class Task:
    """A submission to grade.

    It stays small, for the grading process reads the notebook: a process pool that breaks while
    more than a pipe holds is on its way hangs for ever (in Python 3.11 up to 3.11.4). A process
    on another machine cannot: then the notebook goes along, as ``handed_in``, with the
    ``version`` of course and grader by which it is to be graded.
    """

    unit: str
    submission: Submission
    seed: str
    backend: str | None = None
    trust_submissions: bool = False
    handed_in: HandedIn | None = None
    version: str = ""


@dataclass(frozen=True)
class Result:
    """A verdict, the graded notebook's text, and the hash of what was graded.

    If the grader itself failed there is no notebook, and nothing counts as graded.
    """

    verdict: SubmissionVerdict
    notebook: bytes | None = None
    digest: str = ""


def grade_task(task: Task) -> Result:
    """Grade one submission in this process.

    Whatever goes wrong in the grader with this one submission becomes a verdict ``failed``; only
    what would go wrong with every submission is raised.

    Raises
    ------
    GraderError
        The unit or the sandbox cannot be used.
    """
    from autograder.build.source import notebook_bytes  # a second, in the grading process
    from autograder.grading import grade_submission, refuse, sandbox_contents

    backend = choose(task.backend, trust_submissions=task.trust_submissions)
    backend.expect(sandbox_contents(load_unit(task.unit)))
    _let_reference_answer(task)
    begun = time.monotonic()
    try:
        handed_in = task.handed_in or task.submission.content()
        if handed_in.refusal is not None:
            graded = refuse(load_unit(task.unit), task.submission.student, handed_in.refusal)
        else:
            graded = grade_submission(
                task.unit,
                task.submission.student,
                handed_in.notebook,
                task.seed,
                task.backend,
                trust_submissions=task.trust_submissions,
            )
        return Result(graded.verdict, notebook_bytes(graded.notebook), handed_in.digest)
    except GraderError:
        raise
    except Exception as error:  # noqa: BLE001 - one submission never stops the others
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        reason = f"{type(error).__name__}: {error} ({where})"
        return failed(task, reason, time.monotonic() - begun)


def _let_reference_answer(task: Task) -> None:
    """Once per process and seed. What fails here is no submission's fault, and fails for all."""
    from autograder.grading import oracle_for

    try:
        oracle = oracle_for(load_unit(task.unit).name, task.seed)
        for name in oracle.unit.exercises:
            oracle.expectation(name)
    except GraderError:
        raise
    except Exception as error:
        raise BadUnit(
            f"{task.unit}: the reference fails on the cases of the seed {task.seed!r}: "
            f"{type(error).__name__}: {error}. `n2r audit {task.unit}` says more"
        ) from error


def failed(task: Task, reason: str, seconds: float = 0.0) -> Result:
    """The verdict when the grader, not the submission, is at fault: no points, given or taken."""
    unit = load_unit(task.unit)
    text = f"the grader failed: {reason}"
    verdicts = tuple(
        ExerciseVerdict(unit.name, name, None, points, error=text, status="failed")
        for name, points in _graded_parts(unit)
    )
    student = task.submission.student
    return Result(SubmissionVerdict(student, unit.name, "failed", seconds, verdicts, (text,)))


def _graded_parts(unit: Unit) -> Iterator[tuple[str, float]]:
    """Exercises and written questions with their points, in the order of the notebook."""
    for cell in unit.cells:
        if cell.role in ("check", "question") and cell.name is not None:
            yield cell.name, cell.points or 0.0
