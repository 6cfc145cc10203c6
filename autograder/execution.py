"""Run cells and probes in a sandbox, and bring back outputs and observations.

Nothing that comes back is believed: frames are parsed within bounds, and a runner that dies,
hangs or babbles is ended and started again without the cell that brought it down. If that does
not help, it is started with nothing but the cells that marks depend on.
"""

from __future__ import annotations

import contextlib
import copy
import os
import selectors
import threading
import time
from collections.abc import Iterator
from typing import Any, Final

from autograder.errors import SandboxFailed
from autograder.job import Execution, Job
from autograder.receiving import Receiver
from autograder.runner.frames import FrameReader, MalformedFrame
from autograder.sandbox import Backend, Contents, Limits, Running

MOST_STARTS: Final = 4
MOST_BARE_STARTS: Final = 4
MOST_LOSSES: Final = 2
SECONDS_TO_START: Final = 60.0
GRACE_SECONDS: Final = 5.0


def execute(job: Job, backend: Backend, contents: Contents, limits: Limits) -> Execution:
    """Run a job to its end, starting again without a cell that brings the runner down.

    Raises
    ------
    SandboxFailed
        The runner did not get as far as the first cell.
    """
    execution = Execution()
    deadline = time.monotonic() + limits.wall
    skip: set[int] = set()
    for start in range(MOST_STARTS + MOST_BARE_STARTS):
        if start == MOST_STARTS:
            skip = _bare(job, execution)
        run, execution = _run_job(job, execution, skip, limits, deadline, backend, contents)
        if run.finished:
            return execution
        if time.monotonic() >= deadline:
            execution.stopped = f"it was stopped: it ran for more than {limits.wall:g} seconds"
            return execution
        if run.cell is None:
            raise SandboxFailed(
                f"the sandbox could not start its runner ({run.reason}); `n2r doctor` looks for "
                "the reason"
            )
        execution.notes[run.cell] = run.reason
        skip.add(run.cell)
        # What an earlier start observed stands; only what is missing is run again.
        skip |= {
            cell.index
            for cell in job.cells
            if cell.exercise in execution.observed and cell.index <= run.cell
        }
    execution.stopped = "it was given up: too many cells brought the runner down"
    return execution


def _run_job(
    job: Job,
    before: Execution,
    skip: set[int],
    limits: Limits,
    deadline: float,
    backend: Backend,
    contents: Contents,
) -> tuple[_Run, Execution]:
    """Start the runner once; and again, as if nothing had been, where its sandbox was killed."""
    for _ in range(1 + MOST_LOSSES):
        execution = copy.deepcopy(before)
        run = _Run(job, execution, skip, limits, deadline)
        run.go(backend.launch(contents, limits))
        if run.finished or not run.lost:
            break
    return run, execution


def _bare(job: Job, execution: Execution) -> set[int]:
    """What to leave out so that nothing but setup, solutions and probes is run.

    An exercise that was not observed to its end is probed anew: what a cell's threads, processes
    or changes to the interpreter did to it, it is not to pay for. Who is to blame for earlier
    falls is not known for certain (a cell can lie about it), so every solution is run again.
    """
    execution.bare = True
    complete = {
        name
        for name, packed in job.exercises.items()
        if name in execution.observed and len(execution.observed[name].cases) == len(packed.cases)
    }
    execution.observed = {name: execution.observed[name] for name in complete}
    execution.notes = {
        cell.index: execution.notes[cell.index]
        for cell in job.cells
        if cell.index in execution.notes and not cell.needed and cell.exercise is None
    }
    return {
        cell.index
        for cell in job.cells
        if cell.exercise in complete or (cell.exercise is None and not cell.needed)
    }


class _Run:
    """One start of the runner."""

    def __init__(
        self, job: Job, execution: Execution, skip: set[int], limits: Limits, deadline: float
    ) -> None:
        self._frames = job.frames(limits, skip)
        self._receiver = Receiver(job, execution, skip)
        self._limits = limits
        self._deadline = deadline
        self.reason = "the process ended while it ran"
        self.lost = False

    @property
    def cell(self) -> int | None:
        """The cell the runner was at."""
        return self._receiver.cell

    @property
    def finished(self) -> bool:
        """Whether the runner came to its end."""
        return self._receiver.finished

    def go(self, running: Running) -> None:
        """Send the job, take the reports, and end the runner whatever happens."""
        try:
            with _sending(running, self._frames):
                for message in self._messages(running):
                    self._receiver.take(message)
                    if self.finished:
                        return
                self.lost = running.is_lost()
        except MalformedFrame as error:
            self.reason = f"it wrote something that is not a report: {error}"
        limit = running.limit_hit()
        self.lost = self.lost and limit is None
        self.reason = limit or self.reason

    def _messages(self, running: Running) -> Iterator[Any]:
        reader = FrameReader()
        received = 0
        with selectors.DefaultSelector() as selector:
            selector.register(running.reports, selectors.EVENT_READ)
            while True:
                patience = min(self._patience(), self._deadline - time.monotonic())
                if patience <= 0 or not selector.select(patience):
                    self.reason = "it did not come to an end and had to be killed"
                    return
                data = os.read(running.reports, 1 << 16)
                received += len(data)
                if received > self._limits.reported:
                    self.reason = "it reported more than it may"
                    return
                if not data:
                    return
                yield from reader.feed(data)

    def _patience(self) -> float:
        if self.cell is None:
            return SECONDS_TO_START
        return max(self._limits.cell, 4 * self._limits.case) + GRACE_SECONDS


@contextlib.contextmanager
def _sending(running: Running, frames: bytes) -> Iterator[None]:
    """Write the job from a thread: the runner may die before it has read it all."""

    def send() -> None:
        with contextlib.suppress(OSError), os.fdopen(running.job, "wb") as pipe:
            pipe.write(frames)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        running.kill()  # nobody reads the job any more, so the thread ends too
        thread.join()
        os.close(running.reports)
