"""Grade many submissions at once, each in a process that may die without harm to the others."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from autograder.errors import BadUnit, GraderError
from autograder.submissions import Submission
from autograder.unit import Unit, load_unit
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

ONE_THREAD: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
IN_FLIGHT_PER_WORKER: Final = 2  # while one is graded, the next one waits at the door


@dataclass(frozen=True)
class Task:
    """A submission to grade.

    It stays small, for the grading process reads the notebook: a process pool that breaks while
    more than a pipe holds is on its way hangs for ever (in Python 3.11 up to 3.11.4).
    """

    unit: str
    submission: Submission
    seed: str
    backend: str | None = None
    trust_submissions: bool = False


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
    from autograder.grading import grade_submission, refuse

    _let_reference_answer(task)
    begun = time.monotonic()
    try:
        handed_in = task.submission.content()
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


def cores() -> int:
    """How many processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def grade_all(tasks: Iterator[Task], workers: int) -> Generator[tuple[Task, Result], None, None]:
    """Grade on so many processes; results come as they are ready.

    A process that dies takes along what the others were doing. Whatever was under way is then
    graded again, one by one in a process of its own; what kills that one too has failed.

    Raises
    ------
    GraderError
        As :func:`grade_task`.
    """
    while True:
        suspects: list[Task] = []
        with _processes(workers) as executor:
            yield from _until_one_dies(executor, tasks, workers * IN_FLIGHT_PER_WORKER, suspects)
        if not suspects:
            return
        for task in suspects:
            yield task, _grade_alone(task)


def _until_one_dies(
    executor: Executor, tasks: Iterator[Task], in_flight: int, suspects: list[Task]
) -> Iterator[tuple[Task, Result]]:
    """Grade until there is nothing left, or a process has died: then fill ``suspects``."""
    flying: dict[Future[Result], Task] = {}

    def launch(count: int) -> None:
        for task in islice(tasks, count):
            try:
                flying[executor.submit(grade_task, task)] = task
            except BrokenProcessPool:
                suspects.append(task)
                return

    launch(in_flight)
    while flying:
        done, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in done:
            task = flying.pop(future)
            if isinstance(future.exception(), BrokenProcessPool):
                suspects.append(task)
                continue
            if not suspects:
                launch(1)
            yield task, future.result()


def _grade_alone(task: Task) -> Result:
    with _processes(1) as executor:
        try:
            return executor.submit(grade_task, task).result()
        except BrokenProcessPool:
            return failed(task, "the process that graded it died, twice (out of memory?)")


@contextlib.contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    """Processes that end with this one, however it ends, and at once if the block is left early."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.grading"])
    leash, held = context.Pipe(duplex=False)
    with contextlib.ExitStack() as stack:
        stack.callback(leash.close)
        stack.enter_context(_environment(ONE_THREAD))
        executor = ProcessPoolExecutor(workers, context, _on_a_leash, (leash,))
        stack.callback(executor.shutdown, cancel_futures=True)
        try:
            yield executor
        except BaseException:
            held.close()
            raise
    held.close()


def _on_a_leash(leash: Connection) -> None:
    """In a grading process: die when the other end closes, and leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch() -> None:
        with contextlib.suppress(OSError):
            leash.poll(None)
        os._exit(1)  # the sandbox dies with the process

    threading.Thread(target=watch, daemon=True).start()


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _graded_parts(unit: Unit) -> Iterator[tuple[str, float]]:
    """Exercises and written questions with their points, in the order of the notebook."""
    for cell in unit.cells:
        if cell.role in ("check", "question") and cell.name is not None:
            yield cell.name, cell.points or 0.0
