"""Run the author's code in forked processes, a few at a time: what hangs or grows is ended.

For mistakes, alternatives and mutants, which the author wrote or which were made from what the
author wrote. A learner's code never runs here.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import selectors
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

MOST_ADDED_MEMORY: Final = 1 << 30
RESULT: Final = b"\x00"
"""Ends the signs of life; the result follows it."""

Alive = Callable[[str], None]
"""Called in the process: a sign of life that says what is about to run."""


@dataclass(frozen=True)
class Ended:
    """How a task ended.

    Attributes
    ----------
    result : JSON-able
        What the task returned; None if it came to no end.
    trouble : str or None
        What was running when it had to be killed, or died, or the error it raised.
    is_fault : bool
        Whether it raised an error (other than of memory): tasks are written not to.
    seconds : float
        How long it ran.
    """

    result: Any
    trouble: str | None
    is_fault: bool
    seconds: float


@dataclass(frozen=True)
class Task:
    """Something to run in a process of its own.

    Parameters
    ----------
    owner : str
        Whom it is run for, for whoever watches.
    run : callable
        Called with an :data:`Alive`; returns plain data.
    take : callable
        Called in the parent with what became of it.
    patience : float
        Seconds after the last sign of life at which the process is killed.
    memory : int, optional
        Bytes of address space it may add to what it was born with; None for any number.
    """

    owner: str
    run: Callable[[Alive], Any]
    take: Callable[[Ended], None]
    patience: float
    memory: int | None = MOST_ADDED_MEMORY


def run_all(tasks: Iterable[Task], workers: int) -> Iterator[Task]:
    """Run tasks, so many at a time; yield each when its end has been taken."""
    waiting = iter(tasks)
    with selectors.DefaultSelector() as selector, contextlib.ExitStack() as stack:
        running: dict[int, _Process] = {}
        stack.callback(_kill_all, running)
        exhausted = False
        while True:
            while not exhausted and len(running) < workers:
                task = next(waiting, None)
                if task is None:
                    exhausted = True
                else:
                    process = _Process.start(task)
                    running[process.pipe] = process
                    selector.register(process.pipe, selectors.EVENT_READ)
            if not running:
                return
            left = min(process.deadline for process in running.values()) - time.monotonic()
            for key, _ in selector.select(max(left, 0)):
                running[key.fd].read()
            for process in [process for process in running.values() if process.is_over()]:
                selector.unregister(process.pipe)
                del running[process.pipe]
                process.task.take(process.end())
                yield process.task


def _kill_all(running: dict[int, _Process]) -> None:
    """Leave nobody behind when whoever waits for the tasks gives up."""
    for process in running.values():
        process.kill()


@dataclass
class _Process:
    """One forked process and what has come from it."""

    task: Task
    number: int
    pipe: int
    begun: float
    deadline: float
    received: bytearray = field(default_factory=bytearray)
    closed: bool = False

    @classmethod
    def start(cls, task: Task) -> _Process:
        """Fork; the child never returns from here."""
        reading, writing = os.pipe()
        number = os.fork()
        if number == 0:
            _live(task, writing)
        os.close(writing)
        now = time.monotonic()
        return cls(task, number, reading, now, now + task.patience)

    def read(self) -> None:
        """Take what has come, which is a sign of life."""
        data = os.read(self.pipe, 1 << 16)
        self.received += data
        self.closed = not data
        self.deadline = time.monotonic() + self.task.patience

    def is_over(self) -> bool:
        """Whether it has ended or must be ended."""
        return self.closed or time.monotonic() >= self.deadline

    def kill(self) -> None:
        """End it, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.number, signal.SIGKILL)
        os.waitpid(self.number, 0)
        os.close(self.pipe)

    def end(self) -> Ended:
        """What became of it; it is gone afterwards."""
        self.kill()
        seconds = time.monotonic() - self.begun
        signs, found, result = bytes(self.received).partition(RESULT)
        if found and self.closed:
            answer = json.loads(result)
            return Ended(answer["result"], answer["trouble"], answer["is_fault"], seconds)
        doing = signs.decode().rstrip("\n").rpartition("\n")[2]
        how = "died" if self.closed else "came to no end"
        return Ended(None, f"{doing}: {how}".removeprefix(": "), False, seconds)


def _live(task: Task, pipe: int) -> None:
    """The life of the child: run the task, write its result, vanish without a clean-up."""

    def alive(doing: str) -> None:
        os.write(pipe, f"{doing}\n".encode())

    answer: dict[str, Any] = {"result": None, "trouble": None, "is_fault": False}
    try:
        _be_silent()
        if task.memory is not None:
            _limit_memory(task.memory)
        answer["result"] = task.run(alive)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the parent has to know
        answer["trouble"] = _shortly(error)
        answer["is_fault"] = not isinstance(error, MemoryError)
    try:
        remaining = RESULT + json.dumps(answer).encode()
        while remaining:
            remaining = remaining[os.write(pipe, remaining) :]
    finally:
        os._exit(0)


def _be_silent() -> None:
    """Give the child nothing to read from and nowhere to print to."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)


def _limit_memory(added: int) -> None:
    """Let this process grow by so many bytes of address space."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + added, hard))


def _shortly(error: BaseException) -> str:
    """An error with the place it came from."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
