"""Hostile notebooks: an honest one with payloads in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.unit import Unit
from tests.attacks.attack import Attack, as_solution, toolbox
from tests.attacks.target import Target
from tests.grading.handed_in import cell, released, solved

VICTIM = "derivative"


def with_own_cells(unit: Unit, target: Target, attacks: Sequence[Attack]) -> dict[str, Any]:
    """One exercise blank, the others solved, and payloads in cells before all others."""
    notebook = solved(unit)
    cell(notebook, f"{VICTIM}-solution")["source"] = cell(released(unit), f"{VICTIM}-solution")[
        "source"
    ]
    return before_all(notebook, toolbox(target.known), *(attack.source for attack in attacks))


def all_blank(unit: Unit, target: Target, attacks: Sequence[Attack]) -> dict[str, Any]:
    """No exercise solved, so that no right answer is in memory, and payloads before and after."""
    sources = [attack.source for attack in attacks]
    notebook = before_all(released(unit), toolbox(target.known), *sources)
    notebook["cells"] += [own_cell(source) for source in sources]
    return notebook


def with_solutions(unit: Unit, target: Target, attacks: Sequence[Attack]) -> dict[str, Any]:
    """Payloads as the first solutions, the others right."""
    exercises = list(unit.exercises)[: len(attacks)]
    versions = {
        exercise: as_solution(attack, exercise)
        for exercise, attack in zip(exercises, attacks, strict=True)
    }
    return before_all(solved(unit, versions), toolbox(target.known))


def before_all(notebook: dict[str, Any], *sources: str) -> dict[str, Any]:
    """With cells of one's own before all others."""
    return notebook | {"cells": [*map(own_cell, sources), *notebook["cells"]]}


def own_cell(source: str) -> dict[str, Any]:
    """A cell the course does not know."""
    own: dict[str, Any] = {"cell_type": "code", "id": f"own-{abs(hash(source)):x}", "metadata": {}}
    return own | {"source": source, "outputs": [], "execution_count": None}
