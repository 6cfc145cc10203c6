"""A sandbox that is killed from outside says nothing about the notebook in it."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from autograder import execution as executing
from autograder.execution import MOST_LOSSES, execute
from autograder.job import Execution, Job, JobCell
from autograder.receiving import Receiver
from autograder.sandbox import Limits, choose
from autograder.sandbox.contents import contents_for
from autograder.sandbox.interface import Contents, Running
from tests.sandbox.forked import trouble

CELLS = ("print('before')", "import time; time.sleep(2)", "print('after')")
SLEEPING = 1


class Watched:
    """A backend that remembers what it started."""

    def __init__(self, name: str) -> None:
        self._backend = choose(name)
        self.name = name
        self.started: list[Running] = []

    def trouble(self) -> str | None:
        return self._backend.trouble()

    def launch(self, contents: Contents, limits: Limits) -> Running:
        self.started.append(self._backend.launch(contents, limits))
        return self.started[-1]


@pytest.fixture(params=["warm", "bubblewrap"])
def backend(request: pytest.FixtureRequest) -> Watched:
    if request.param == "warm" and (reason := trouble()) is not None:
        pytest.skip(f"nothing can be forked here: {reason}")
    return Watched(request.param)


def run(backend: Watched, *sources: str) -> Execution:
    cells = tuple(JobCell(number, source, needed=True) for number, source in enumerate(sources))
    return execute(Job(cells, {}, ""), backend, contents_for(), Limits())


def kill_while_asleep(backend: Watched, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    class Assassin(Receiver):
        def take(self, message: Any) -> None:
            super().take(message)
            if self.cell == SLEEPING and len(backend.started) <= times:
                backend.started[-1].process.send_signal(signal.SIGKILL)

    monkeypatch.setattr(executing, "Receiver", Assassin)


def test_a_sandbox_that_was_killed_is_started_again_as_if_nothing_had_been(backend, monkeypatch):
    undisturbed = run(Watched(backend.name), *CELLS)
    kill_while_asleep(backend, monkeypatch, times=1)
    assert run(backend, *CELLS) == undisturbed
    assert len(backend.started) == 2


def test_a_sandbox_that_is_killed_every_time_is_given_up(backend, monkeypatch):
    kill_while_asleep(backend, monkeypatch, times=1 + MOST_LOSSES)
    execution = run(backend, *CELLS)
    assert len(backend.started) == 2 + MOST_LOSSES
    assert execution.notes == {SLEEPING: "the process ended while it ran"}


def test_a_runner_that_kills_itself_is_not_lost(backend):
    execution = run(backend, "import os; os.kill(os.getpid(), 9)", "print('on')")
    assert len(backend.started) == 2
    assert set(execution.notes) == {0}
    assert execution.outputs[1][0]["text"] == "on\n"
