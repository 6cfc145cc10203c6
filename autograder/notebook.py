"""The graded notebook: the master's cells, the learner's sources, and outputs we wrote."""

from __future__ import annotations

from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from autograder.build.source import KERNEL, cell_ids, nbgrader_metadata
from autograder.execution import Execution
from autograder.feedback import criteria_table
from autograder.merge import Merged, MergedCell
from autograder.sanitize import clean_outputs
from autograder.unit import Unit
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

LONGEST_SOURCE: Final = 1 << 20


def graded_notebook(
    unit: Unit, merged: Merged, execution: Execution, verdict: SubmissionVerdict
) -> NotebookNode:
    """Build nbgrader's autograded notebook; nothing of the submission but text survives."""
    verdicts = {one.exercise: one for one in verdict.exercises}
    checksums = released_checksums(unit)
    identities = cell_ids(unit)
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = NotebookNode(
        {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    )
    for index, cell in enumerate(merged.cells):
        made = _cell(cell, identities, index)
        if cell.master is not None:
            identity = identities[cell.master]
            metadata = nbgrader_metadata(unit.cells[cell.master], identity)
            if metadata:
                metadata["nbgrader"]["checksum"] = checksums.get(identity, "")
                metadata["nbgrader"]["cell_type"] = made.cell_type
            made.metadata = NotebookNode(nbformat.from_dict(metadata))
        if made.cell_type == "code":
            made.outputs = _outputs(unit, cell, index, execution, verdicts)
        notebook.cells.append(made)
    return notebook


def released_checksums(unit: Unit) -> dict[str, str]:
    """Nbgrader's checksums of the released cells: an unchanged answer is "No response."."""
    release = nbformat.read(unit.release, as_version=4)
    marks = [cell.metadata.get("nbgrader", {}) for cell in release.cells]
    return {mark["grade_id"]: mark["checksum"] for mark in marks if "checksum" in mark}


def points_output(points: float, max_points: float) -> NotebookNode:
    """The output nbgrader reads a mark from: repr of a float between 0 and the maximum."""
    clipped = min(max(float(points), 0.0), float(max_points))
    return nbformat.v4.new_output(
        "execute_result", {"text/plain": repr(clipped)}, execution_count=None
    )


def _cell(cell: MergedCell, identities: list[str], index: int) -> NotebookNode:
    identity = f"own-{index}" if cell.master is None else identities[cell.master]
    source = cell.source.replace("\x00", "")[:LONGEST_SOURCE]
    make = nbformat.v4.new_code_cell if cell.is_code else nbformat.v4.new_markdown_cell
    made: NotebookNode = make(source, id=identity)
    return made


def _outputs(
    unit: Unit,
    cell: MergedCell,
    index: int,
    execution: Execution,
    verdicts: dict[str, ExerciseVerdict],
) -> list[NotebookNode]:
    master = unit.cells[cell.master] if cell.master is not None else None
    if master is None or master.role != "check" or master.name is None:
        outputs: list[Any] = clean_outputs(execution.outputs.get(index, []))
        return [nbformat.from_dict(output) for output in outputs]
    verdict = verdicts[master.name]
    table = nbformat.v4.new_output("display_data", {"text/html": criteria_table(verdict)})
    return [points_output(verdict.points or 0.0, verdict.max_points), table]
