"""Run cells and probes in a sandbox, and bring back outputs and observations.

Nothing that comes back is believed: frames are parsed within bounds, and a runner that dies,
hangs or babbles is ended and started again without the cell that brought it down.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from autograder.runner.frames import FrameReader, MalformedFrame, pack
from autograder.runner.probing import Observation, Trouble
from autograder.sandbox import Backend, Contents, Limits, Running

MOST_STARTS: Final = 4
SECONDS_TO_START: Final = 60.0
GRACE_SECONDS: Final = 5.0


@dataclass(frozen=True)
class PackedCase:
    """A case as the runner gets it: inputs, never an answer to this exercise."""

    probe: str | None
    inputs: bytes
    report: tuple[str, ...] = ()
    replays: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class PackedExercise:
    """An exercise as the runner gets it."""

    names: tuple[str, ...]
    check: str
    check_replays: Mapping[str, Mapping[str, Any]]
    cases: tuple[PackedCase, ...]


@dataclass(frozen=True)
class JobCell:
    """A cell to run; with an exercise, a grade cell at which that exercise is probed."""

    index: int
    source: str
    exercise: str | None = None


@dataclass(frozen=True)
class Job:
    """Everything one submission's runner is told."""

    cells: tuple[JobCell, ...]
    exercises: Mapping[str, PackedExercise]
    probes: str

    def frames(self, limits: Limits, skip: set[int]) -> bytes:
        """The job without some cells, as the two frames the runner reads."""
        cells = [vars(cell) for cell in self.cells if cell.index not in skip]
        exercises = {name: _exercise_data(packed) for name, packed in self.exercises.items()}
        job: dict[str, Any] = {"cells": cells, "exercises": exercises}
        job |= {"cell_seconds": limits.cell, "case_seconds": limits.case}
        return pack({"probes": self.probes}) + pack(job)


def _exercise_data(packed: PackedExercise) -> dict[str, Any]:
    cases = [
        vars(case) | {"inputs": np.frombuffer(case.inputs, np.uint8), "report": list(case.report)}
        for case in packed.cases
    ]
    return vars(packed) | {"names": list(packed.names), "cases": cases}


@dataclass
class Observed:
    """What one exercise's probes brought back: visible checks in order, cases by number."""

    visible: list[tuple[str, Observation]] = field(default_factory=list)
    cases: dict[int, Observation] = field(default_factory=dict)


@dataclass
class Execution:
    """What became of one job."""

    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    observed: dict[str, Observed] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    stopped: str | None = None


def execute(job: Job, backend: Backend, contents: Contents, limits: Limits) -> Execution:
    """Run a job to its end, starting again without a cell that brings the runner down."""
    execution = Execution()
    deadline = time.monotonic() + limits.wall
    skip: set[int] = set()
    for _ in range(MOST_STARTS):
        run = _Run(job, execution, limits, deadline)
        run.go(backend.launch(contents, limits), skip)
        if run.finished:
            return execution
        if time.monotonic() >= deadline:
            execution.stopped = f"it was stopped: it ran for more than {limits.wall:g} seconds"
            return execution
        if run.cell is None:
            execution.stopped = f"the sandbox could not start its runner ({run.reason})"
            return execution
        execution.notes[run.cell] = run.reason
        skip.add(run.cell)
        # What an earlier start observed stands; only what is missing is run again.
        skip |= {
            cell.index
            for cell in job.cells
            if cell.exercise in execution.observed and cell.index <= run.cell
        }
    execution.stopped = f"it was given up: {MOST_STARTS} cells brought the runner down"
    return execution


class _Run:
    """One start of the runner."""

    def __init__(self, job: Job, execution: Execution, limits: Limits, deadline: float) -> None:
        self._job = job
        self._execution = execution
        self._limits = limits
        self._deadline = deadline
        self._steps = {name: len(packed.cases) for name, packed in job.exercises.items()}
        self.cell: int | None = None
        self.finished = False
        self.reason = "the process ended while it ran"

    def go(self, running: Running, skip: set[int]) -> None:
        """Send the job, take the reports, and end the runner whatever happens."""
        try:
            with _sending(running, self._job.frames(self._limits, skip)):
                for message in self._messages(running):
                    self._take(message)
                    if self.finished:
                        break
        except MalformedFrame as error:
            self.reason = f"it wrote something that is not a report: {error}"

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

    def _take(self, message: Any) -> None:
        """Take one report. Malformed ones are as bad as none."""
        if not isinstance(message, dict):
            raise MalformedFrame("a report is not a dict")
        kind = message.get("kind")
        if kind == "cell":
            self.cell = self._index(message)
        elif kind == "outputs":
            outputs = message.get("outputs")
            self._execution.outputs[self._index(message)] = checked_outputs(outputs)
        elif kind == "observation":
            self._observe(message)
        elif kind == "done":
            self.finished = True

    def _index(self, message: dict[Any, Any]) -> int:
        index = message.get("index")
        if type(index) is not int or not 0 <= index < 1_000_000:
            raise MalformedFrame("a report names no cell")
        return index

    def _observe(self, message: dict[Any, Any]) -> None:
        name, step, after = message.get("exercise"), message.get("step"), message.get("after")
        if type(name) is not str or name not in self._steps or type(step) is not int:
            raise MalformedFrame("an observation belongs to no exercise")
        observation = Observation(
            message.get("value"),
            _trouble(message.get("error")),
            after if isinstance(after, dict) else {},
        )
        observed = self._execution.observed.setdefault(name, Observed())
        if step == 0 and len(observed.visible) < 1000:
            observed.visible.append((str(message.get("key")), observation))
        elif 1 <= step <= self._steps[name]:
            observed.cases.setdefault(step - 1, observation)


def _trouble(data: Any) -> Trouble | None:
    if data is None:
        return None
    if not isinstance(data, dict):
        raise MalformedFrame("an error is not well formed")
    ancestors = data.get("ancestors")
    names = ancestors if isinstance(ancestors, list | tuple) else ()
    line = data.get("line")
    return Trouble(
        str(data.get("type"))[:100],
        tuple(str(name)[:100] for name in names[:8]),
        str(data.get("message"))[:2000],
        line[:300] if isinstance(line, str) else None,
    )


def checked_outputs(outputs: Any) -> list[dict[str, Any]]:
    """Outputs of the four kinds a notebook knows, with text where text belongs."""
    if not isinstance(outputs, list):
        raise MalformedFrame("outputs are not a list")
    return [good for good in map(_checked_output, outputs[:200]) if good is not None]


def _checked_output(output: Any) -> dict[str, Any] | None:
    if not isinstance(output, dict):
        return None
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return {"output_type": "stream", "name": name, "text": str(output.get("text"))}
    if kind == "error":
        lines = output.get("traceback")
        traceback = [str(line) for line in lines] if isinstance(lines, list) else []
        error = {"ename": str(output.get("ename")), "evalue": str(output.get("evalue"))}
        return {"output_type": "error"} | error | {"traceback": traceback[:1000]}
    data = output.get("data")
    if kind not in ("display_data", "execute_result") or not isinstance(data, dict):
        return None
    texts = {str(mime): text for mime, text in data.items() if isinstance(text, str)}
    checked: dict[str, Any] = {"output_type": kind, "data": texts, "metadata": {}}
    if kind == "execute_result":
        checked["execution_count"] = None
    return checked


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
