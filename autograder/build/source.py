"""nbgrader's source notebook, made from a unit's cells; the same cells give the same bytes."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from autograder.unit import Cell, Unit

KERNEL: Final = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
NBGRADER_SCHEMA: Final = 3


def source_notebook(unit: Unit) -> NotebookNode:
    """The unit as nbgrader's source notebook: with solutions, ids and points, without outputs."""
    seen: dict[str, int] = {}
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = NotebookNode(
        {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    )
    notebook.cells = [notebook_cell(cell, seen) for cell in unit.cells]
    nbformat.validate(notebook)
    return notebook


def cell_ids(unit: Unit) -> list[str]:
    """The notebook ids of the unit's cells, in order."""
    seen: dict[str, int] = {}
    return [cell_id(cell, seen) for cell in unit.cells]


def notebook_cell(cell: Cell, seen: dict[str, int]) -> NotebookNode:
    """One cell with nbgrader's metadata and an id that depends on its content alone."""
    identity = cell_id(cell, seen)
    metadata = nbgrader_metadata(cell, identity)
    return new_cell(cell.source, identity, is_code=cell.is_code, metadata=metadata)


def new_cell(
    source: str, identity: str, *, is_code: bool, metadata: dict[str, Any] | None = None
) -> NotebookNode:
    """A code or markdown cell with an id of ours; it is validated with the whole notebook."""
    cell = {"id": identity, "metadata": metadata or {}, "source": source}
    kind: dict[str, Any] = {"cell_type": "code", "execution_count": None, "outputs": []}
    made: NotebookNode = nbformat.from_dict(cell | (kind if is_code else {"cell_type": "markdown"}))
    return made


def cell_id(cell: Cell, seen: dict[str, int]) -> str:
    """The grade id, else a hash of type, text and how often that text came before."""
    if cell.grade_id is not None:
        return cell.grade_id.replace(".", "-")
    text = f"{cell.is_code}\n{cell.source}"
    occurrence = seen[text] = seen.get(text, 0) + 1
    digest = hashlib.sha256(f"{text}\n{occurrence}".encode()).hexdigest()[:12]
    return f"{'demo' if cell.role == 'demo' else 'cell'}-{digest}"


def nbgrader_metadata(cell: Cell, identity: str) -> dict[str, Any]:
    """What nbgrader needs to know; nothing for prose and for cells the learner may change."""
    shared: dict[str, Any] = {"grade_id": identity, "schema_version": NBGRADER_SCHEMA}
    shared["task"] = False
    if cell.role == "exercise":
        return {"nbgrader": shared | {"grade": False, "locked": False, "solution": True}}
    if cell.role == "check":
        points = {"grade": True, "locked": True, "solution": False, "points": cell.points}
        return {"nbgrader": shared | points}
    if cell.role == "question":
        written = {"grade": True, "locked": False, "solution": True, "points": cell.points}
        return {"nbgrader": shared | written}
    if cell.role == "demo":
        return {"nbgrader": shared | {"grade": False, "locked": True, "solution": False}}
    return {}


def notebook_bytes(notebook: NotebookNode) -> bytes:
    """The notebook as nbgrader and JupyterLab write it."""
    text: str = nbformat.v4.writes(notebook)  # unlike nbformat.writes, without validating it again
    return (text.rstrip("\n") + "\n").encode()
