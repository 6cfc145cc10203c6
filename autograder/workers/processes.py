"""Grading processes of this machine: they die alone, and with the one that started them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from typing import Final

from autograder.workers.flight import fly, submit
from autograder.workers.task import Result, Task, failed, grade_task

ONE_THREAD: Final = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
IN_FLIGHT_PER_WORKER: Final = 2  # while one is graded, the next one waits at the door
DIED_TWICE: Final = "the process that graded it died, twice (out of memory?)"


def cores() -> int:
    """How many processors this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def get_ready() -> ForkServerContext:
    """Let the server that forks grading processes import what they need, while we do other things.

    Returns
    -------
    ForkServerContext
        In which the processes are made.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.grading", "jupytext"])  # which reads a unit
    with _environment(ONE_THREAD):  # which its forks inherit
        forkserver.ensure_running()
    return context


def grade_all(tasks: Iterator[Task], workers: int) -> Generator[tuple[Task, Result], None, None]:
    """Grade on so many processes; results come as they are ready.

    A process that dies takes along what the others were doing. Whatever was under way is then
    graded again, one by one in a process of its own; what kills that one too has failed.

    Raises
    ------
    GraderError
        As :func:`~autograder.workers.task.grade_task`.
    """
    while True:
        suspects: list[Task] = []
        with processes(workers) as executor:
            yield from _until_one_dies(executor, tasks, workers * IN_FLIGHT_PER_WORKER, suspects)
        if not suspects:
            return
        for task in suspects:
            yield task, _grade_alone(task)


def _until_one_dies(
    executor: Executor, tasks: Iterator[Task], most: int, suspects: list[Task]
) -> Iterator[tuple[Task, Result]]:
    """Grade until there is nothing left, or a process has died: then fill ``suspects``."""
    for task, future in fly(executor, grade_task, tasks, lambda: 0 if suspects else most):
        if isinstance(future.exception(), BrokenProcessPool):
            suspects.append(task)
        else:
            yield task, future.result()


def _grade_alone(task: Task) -> Result:
    with processes(1) as executor:
        try:
            return submit(executor, grade_task, task).result()
        except BrokenProcessPool:
            return failed(task, DIED_TWICE)


@contextlib.contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Processes that end with this one, however it ends, and at once if the block is left early."""
    context = get_ready()
    leash, held = context.Pipe(duplex=False)
    with contextlib.ExitStack() as stack:
        stack.callback(leash.close)
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
