"""What learners hand in, made from the released notebook of a unit."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.unit import Unit

Notebook = dict[str, Any]


def released(unit: Unit) -> Notebook:
    return json.loads(unit.release.read_bytes())


def solved(unit: Unit, versions: Mapping[str, str] | None = None) -> Notebook:
    """The notebook with the reference in every exercise, except for these versions."""
    notebook = released(unit)
    for name in unit.exercises:
        source = (versions or {}).get(name, unit.reference_source(name))
        cell(notebook, f"{name}-solution")["source"] = source
    return notebook


def answered(unit: Unit, text: str) -> Notebook:
    """The reference everywhere, and this answer to every written question."""
    notebook = solved(unit)
    for question in unit.questions:
        cell(notebook, question.grade_id)["source"] = text
    return notebook


def cell(notebook: Notebook, grade_id: str | None) -> dict[str, Any]:
    return notebook["cells"][position(notebook, grade_id)]


def position(notebook: Notebook, grade_id: str | None) -> int:
    ids = [one["metadata"].get("nbgrader", {}).get("grade_id") for one in notebook["cells"]]
    return ids.index(grade_id)


def without(notebook: Notebook, grade_id: str) -> Notebook:
    del notebook["cells"][position(notebook, grade_id)]
    return notebook


def twice(notebook: Notebook, grade_id: str) -> Notebook:
    """With a copy of a cell behind it, as copying in JupyterLab makes it: same metadata, new id."""
    place = position(notebook, grade_id)
    twin = copy.deepcopy(notebook["cells"][place])
    notebook["cells"].insert(place + 1, twin | {"id": "a-copy"})
    return notebook


def with_cell(notebook: Notebook, source: str) -> Notebook:
    """With a cell of the learner's own at the end."""
    own = {"cell_type": "code", "id": "own", "metadata": {}, "source": source}
    notebook["cells"].append(own | {"outputs": [], "execution_count": None})
    return notebook


def hand_in(
    class_dir: Path,
    unit: Unit,
    student: str,
    notebook: Notebook | bytes,
    timestamp: str | None = None,
) -> Path:
    """Put a notebook where nbgrader collects it."""
    folder = class_dir / "submitted" / student / unit.name
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{unit.notebook_name}.ipynb"
    content = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    path.write_bytes(content)
    if timestamp is not None:
        (folder / "timestamp.txt").write_text(timestamp)
    return path
