"""What a sandbox is told about one submission, and what came back: plain data, both ways."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.runner.frames import pack
from autograder.runner.probing import Observation
from autograder.sandbox import Limits


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

    @functools.cached_property
    def frame(self) -> bytes:
        """All of it as one frame: the same for a whole class, so it is made once."""
        cases = [
            vars(case)
            | {"inputs": np.frombuffer(case.inputs, np.uint8), "report": list(case.report)}
            for case in self.cases
        ]
        told = {"names": list(self.names), "check": self.check, "cases": cases}
        return pack(told | {"check_replays": self.check_replays})


@dataclass(frozen=True)
class JobCell:
    """A cell to run; with an exercise, a grade cell at which that exercise is probed.

    ``needed`` cells are those that marks depend on: the course's setup and the solutions.
    """

    index: int
    source: str
    exercise: str | None = None
    needed: bool = False


@dataclass(frozen=True)
class Job:
    """Everything one submission's runner is told."""

    cells: tuple[JobCell, ...]
    exercises: Mapping[str, PackedExercise]
    probes: str

    def frames(self, limits: Limits, skip: set[int]) -> bytes:
        """The job without some cells, as the frames the runner reads."""
        cells = [vars(cell) for cell in self.cells if cell.index not in skip]
        first = {"probes": self.probes, "exercises": list(self.exercises)}
        last = {"cells": cells, "cell_seconds": limits.cell, "case_seconds": limits.case}
        exercises = [exercise.frame for exercise in self.exercises.values()]
        return b"".join([pack(first), *exercises, pack(last)])


@dataclass
class Observed:
    """What one exercise's probes brought back: visible checks in order, cases by number."""

    visible: list[tuple[str, Observation]] = field(default_factory=list)
    cases: dict[int, Observation] = field(default_factory=dict)


@dataclass
class Execution:
    """What became of one job.

    ``notes`` say, by cell, what brought the runner down; ``bare`` is True if it could only be
    brought to an end without the cells that marks do not depend on.
    """

    outputs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    observed: dict[str, Observed] = field(default_factory=dict)
    notes: dict[int, str] = field(default_factory=dict)
    bare: bool = False
    stopped: str | None = None
