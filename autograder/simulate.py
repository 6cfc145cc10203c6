"""A simulated class: what learners hand in, good, wrong and broken, and the marks it deserves.

The marks are worked out here without a sandbox, from the author's own versions; that the grader
arrives at the same ones by its long way round is what the demo shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from autograder.build.stubs import source_of
from autograder.oracle import Oracle
from autograder.unit import Unit

CLASS_SIZE: Final = 24
Notebook = dict[str, Any]


@dataclass(frozen=True)
class Simulated:
    """One learner: what is handed in, the points it deserves, the mistakes to be named."""

    student: str
    content: bytes
    expected: Mapping[str, float]
    diagnoses: Mapping[str, str] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """The points in all."""
        return sum(self.expected.values())


def simulated_class(
    unit: Unit, oracle: Oracle, other: Unit, size: int = CLASS_SIZE
) -> list[Simulated]:
    """Everything a grader has to cope with, and every known mistake; at least ``size`` learners."""
    release = json.loads(unit.release.read_bytes())
    maker = _Maker(unit, oracle, release)
    learners = [
        maker.solved("reference", {}),
        *maker.alternatives(),
        *maker.broken(other),
    ]
    mistakes = max(len(exercise.mistakes) for exercise in unit.exercises.values())
    wanted = max(mistakes, size - len(learners))
    learners += [maker.mistaken(number) for number in range(wanted)]
    return sorted(learners, key=lambda learner: learner.student)


class _Maker:
    """Fills the released notebook in."""

    def __init__(self, unit: Unit, oracle: Oracle, release: Notebook) -> None:
        self._unit = unit
        self._oracle = oracle
        self._release = release
        self._full = {name: one.max_points for name, one in unit.exercises.items()}
        self._reference = {name: unit.reference_source(name) for name in unit.exercises}

    def solved(
        self,
        student: str,
        versions: Mapping[str, str],
        edit: Callable[[list[dict[str, Any]]], None] = lambda _: None,
        *,
        expected: Mapping[str, float] | None = None,
        answers: bool = True,
    ) -> Simulated:
        """The reference in every exercise, except for these versions; then an edit of the cells.

        Written questions get an answer, which waits for a human.
        """
        notebook = json.loads(json.dumps(self._release))
        for cell in notebook["cells"]:
            name = exercise_of(cell)
            if name in self._reference:
                cell["source"] = versions.get(name, self._reference[name])
            elif answers and is_question(cell):
                cell["source"] = source_of(cell) + "\n\nBecause of what we measured above."
        edit(notebook["cells"])
        content = (json.dumps(notebook, indent=1) + "\n").encode()
        return Simulated(student, content, {**self._full, **(expected or {})})

    def alternatives(self) -> list[Simulated]:
        """The other right answers: the first of every exercise, the second of every exercise."""
        most = max(len(exercise.alternatives) for exercise in self._unit.exercises.values())
        learners = []
        for number in range(most):
            versions = {
                name: self._unit.variant_source(
                    name, exercise.alternatives[number % len(exercise.alternatives)]
                )
                for name, exercise in self._unit.exercises.items()
                if exercise.alternatives
            }
            learners.append(self.solved(f"alternative-{number + 1}", versions))
        return learners

    def mistaken(self, number: int) -> Simulated:
        """A known mistake in every exercise; the points are what the oracle gives for it here."""
        versions, expected, diagnoses = {}, {}, {}
        for name, exercise in self._unit.exercises.items():
            if exercise.mistakes:
                mistake = exercise.mistakes[number % len(exercise.mistakes)]
                diagnoses[name] = mistake.name
                versions[name] = self._unit.variant_source(name, mistake)
                observed = self._oracle.observe_version(name, versions[name])
                expected[name] = self._oracle.judge(name, observed).points or 0.0
        learner = self.solved(f"mistake-{number + 1:02}", versions, expected=expected)
        return replace(learner, diagnoses=diagnoses)

    def broken(self, other: Unit) -> list[Simulated]:
        """What else is handed in: unfinished, damaged, or hostile by accident."""
        names = list(self._unit.exercises)
        stubs = {
            name: source_of(cell)
            for cell in self._release["cells"]
            if (name := exercise_of(cell)) is not None
        }
        second_half = names[(len(names) + 1) // 2 :]
        first, last = names[0], names[-1]
        nothing = dict.fromkeys(names, 0.0)
        header = definition_of(stubs[first])
        return [
            self.solved("blank", stubs, expected=nothing, answers=False),
            self.solved(
                "half-done",
                {name: stubs[name] for name in second_half},
                expected=dict.fromkeys(second_half, 0.0),
            ),
            self.solved(
                "syntax-error", {first: f"{header}\n    return (\n"}, expected={first: 0.0}
            ),
            self.solved(
                "infinite-loop",
                {last: f"{definition_of(stubs[last])}\n    while True:\n        pass\n"},
                expected={last: 0.0},
            ),
            self.solved("deleted-grade-cell", {}, lambda cells: _delete(cells, first)),
            self.solved("duplicated-cell", {}, lambda cells: _duplicate(cells, first)),
            self.solved("warning", {}, lambda cells: _insert(cells, WARNING)),
            self.solved(
                "os-exit",
                {first: f"{header}\n    import os\n    os._exit(0)\n"},
                expected={first: 0.0},
            ),
            Simulated("not-json", b"{this was a notebook once", nothing),
            Simulated("empty-file", b"", nothing),
            Simulated("other-unit", other.release.read_bytes(), nothing),
        ]


WARNING: Final = (
    "import sys, warnings\n"
    "warnings.warn('this is only a warning')\n"
    "print('and this a message', file=sys.stderr)\n"
)


def exercise_of(cell: dict[str, Any]) -> str | None:
    """The exercise whose solution cell this is."""
    mark = cell["metadata"].get("nbgrader", {})
    if mark.get("solution") and not mark.get("grade"):
        return str(mark["grade_id"]).removesuffix("-solution")
    return None


def is_question(cell: dict[str, Any]) -> bool:
    """Whether this is a written question."""
    mark = cell["metadata"].get("nbgrader", {})
    return bool(mark.get("solution") and mark.get("grade"))


def definition_of(stub: str) -> str:
    """The stub's first line that defines something, up to its colon."""
    lines = stub.splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(("def ", "class ")))
    end = next(n for n in range(start, len(lines)) if lines[n].rstrip().endswith(":"))
    return "\n".join(lines[start : end + 1])


def _place(cells: list[dict[str, Any]], grade_id: str) -> int:
    marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    return next(n for n, mark in enumerate(marks) if mark.get("grade_id") == grade_id)


def _delete(cells: list[dict[str, Any]], exercise: str) -> None:
    del cells[_place(cells, exercise)]


def _duplicate(cells: list[dict[str, Any]], exercise: str) -> None:
    place = _place(cells, f"{exercise}-solution")
    copy = json.loads(json.dumps(cells[place])) | {"id": "a-copy"}
    cells.insert(place, copy)


def _insert(cells: list[dict[str, Any]], source: str) -> None:
    cell = {"cell_type": "code", "id": "mine", "metadata": {}, "source": source}
    cells.insert(0, cell | {"outputs": [], "execution_count": None})
