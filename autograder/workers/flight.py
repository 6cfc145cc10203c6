"""Tasks on an executor: a few at a time, and their results as they are ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

from autograder.workers.task import Result, Task


def fly(
    executor: Executor,
    grade: Callable[[Task], Result],
    tasks: Iterator[Task],
    most: Callable[[], int],
) -> Iterator[tuple[Task, Future[Result]]]:
    """Submit tasks and yield them with their futures once these are done.

    Parameters
    ----------
    most : callable
        How many may be under way now. Where it says 0, no more are taken from ``tasks``.
    """
    flying: dict[Future[Result], Task] = {}
    while True:
        for task in islice(tasks, max(0, most() - len(flying))):
            flying[submit(executor, grade, task)] = task
        if not flying:
            return
        done, _ = wait(flying, return_when=FIRST_COMPLETED)
        for future in done:
            yield flying.pop(future), future


def submit(executor: Executor, grade: Callable[[Task], Result], task: Task) -> Future[Result]:
    """The future of a task, also where the executor has broken or what forks its processes died."""
    try:
        return executor.submit(grade, task)
    except (BrokenExecutor, EOFError, OSError) as error:
        future: Future[Result] = Future()
        future.set_exception(BrokenProcessPool(str(error)))
        return future
