"""Grading on a Dask cluster: its workers need the course and a sandbox, no database, no disk.

A notebook travels to a worker with its task, and comes back graded. The worker grades it in a
process of its own, as this machine would, so that what kills that process does not kill the worker.
"""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import socket
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from autograder.errors import ClusterTrouble, GraderError
from autograder.hashes import hash_of
from autograder.kept import grader_version, unit_version
from autograder.unit import load_unit
from autograder.workers.flight import fly, submit
from autograder.workers.processes import DIED_TWICE, IN_FLIGHT_PER_WORKER, processes
from autograder.workers.task import Result, Task, failed, grade_task

SECONDS_TO_ANSWER: Final = 20.0
SECONDS_FOR_A_WORKER: Final = 60.0
LOST: Final = "the cluster lost the worker that graded it, several times (out of memory?)"

_own = threading.local()


def grade_on_cluster(
    tasks: Iterator[Task], scheduler: str
) -> Generator[tuple[Task, Result], None, None]:
    """Grade on the workers of a Dask scheduler; results come as they are ready.

    Raises
    ------
    ClusterTrouble
        The scheduler or its workers cannot be used; the message says what to do.
    GraderError
        As :func:`~autograder.workers.task.grade_task`.
    """
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_client(scheduler))
        executor = client.get_executor(pure=False)
        stack.callback(executor.shutdown, wait=False)  # what is under way when we leave early ends
        most = functools.partial(_most, client, scheduler)
        for task, future in fly(executor, grade_for_others, map(_packed, tasks), most):
            yield task, _result(task, future, scheduler)


def grade_for_others(task: Task) -> Result:
    """On a worker of the cluster: grade in a process of its own, and once more if it dies.

    Raises
    ------
    ClusterTrouble
        What is installed here is not what the task comes from.
    GraderError
        As :func:`~autograder.workers.task.grade_task`.
    """
    if task.version != _version(task.unit):
        raise ClusterTrouble(
            f"the worker on {socket.gethostname()} has another version of the course or the "
            "grader; install the one of this machine there and start the worker again"
        )
    for _ in range(2):
        try:
            return submit(_own_process(), grade_task, task).result()
        except BrokenProcessPool:
            _own.process.close()
            del _own.process
    return failed(task, DIED_TWICE)


def _own_process() -> Executor:
    """The grading process of this thread of the worker; it ends with the worker."""
    if not hasattr(_own, "process"):
        # Dask's workers are "daemons", which may start no process, lest it be left behind.
        multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        _own.process = contextlib.ExitStack()
        _own.executor = _own.process.enter_context(processes(1))
    return _own.executor


def _packed(task: Task) -> Task:
    """The task with all that a machine needs that does not see the class folder."""
    return replace(task, handed_in=task.submission.content(), version=_version(task.unit))


@functools.cache
def _version(unit: str) -> str:
    return hash_of(grader_version().encode(), unit_version(load_unit(unit)).encode())


@contextlib.contextmanager
def _client(scheduler: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise ClusterTrouble(
            "a cluster needs the package distributed: pip install 'nand2resnet[cluster]'"
        ) from None
    try:
        _see_that_it_speaks(scheduler)
        client = Client(scheduler, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterTrouble(
            f"no Dask scheduler answers at {scheduler} ({error}).\n"
            "`dask scheduler` starts one and says its address, such as tcp://10.0.0.1:8786."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_FOR_A_WORKER)
        except TimeoutError:
            raise ClusterTrouble(
                f"the scheduler at {scheduler} has no workers; start some where the course is "
                f"installed: dask worker {scheduler} --nthreads 1 --nworkers auto"
            ) from None
        yield client


def _see_that_it_speaks(scheduler: str) -> None:
    """Wait for the first byte, which Dask's client would do without end."""
    place = urlsplit(scheduler)
    if place.scheme not in ("tcp", "tls") or place.hostname is None or place.port is None:
        raise ValueError("this is no address of the form tcp://host:port")
    address = (place.hostname, place.port)
    with socket.create_connection(address, timeout=SECONDS_TO_ANSWER) as connection:
        if place.scheme == "tcp" and not connection.recv(1):
            raise ConnectionError("it hung up")


def _most(client: Any, scheduler: str) -> int:
    """How many submissions the cluster's workers can have at a time, as many as there are now."""
    try:
        threads = sum(client.nthreads().values())
    except OSError:
        raise ClusterTrouble(_went_away(scheduler)) from None
    return max(1, threads) * IN_FLIGHT_PER_WORKER


def _went_away(scheduler: str) -> str:
    return (
        f"the scheduler at {scheduler} went away. What was graded is kept: start it, and run this "
        "again"
    )


def _result(task: Task, future: Future[Result], scheduler: str) -> Result:
    from distributed import KilledWorker

    try:
        return future.result()
    except GraderError:
        raise
    except KilledWorker:
        return failed(task, LOST)
    except (CancelledError, BrokenProcessPool):
        raise ClusterTrouble(_went_away(scheduler)) from None
    except Exception as error:
        raise ClusterTrouble(
            f"a worker of {scheduler} could not be used ({type(error).__name__}: {error}).\n"
            "Scheduler and workers need the same course and packages as this machine."
        ) from error
