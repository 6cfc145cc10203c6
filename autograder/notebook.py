"""The graded notebook: the master's cells, the learner's sources, and outputs we wrote."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from autograder.build.source import KERNEL, cell_ids, nbgrader_metadata, new_cell
from autograder.feedback import criteria_table
from autograder.job import Execution
from autograder.merge import Merged, MergedCell
from autograder.sanitize import clean_attachments, clean_markdown, clean_outputs, clean_text
from autograder.unit import Unit
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

LONGEST_SOURCE: Final = 1 << 20


def graded_notebook(
    unit: Unit, merged: Merged, execution: Execution, verdict: SubmissionVerdict
) -> NotebookNode:
    """Build nbgrader's autograded notebook; nothing of the submission but text survives."""
    verdicts = {one.exercise: one for one in verdict.exercises}
    released = released_cells(unit)
    identities = cell_ids(unit)
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = NotebookNode(
        {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}}
    )
    trusted = {cell.source for cell in unit.cells} | {cell.source for cell in released.values()}
    for index, cell in enumerate(merged.cells):
        made = _cell(cell, identities, index, trusted)
        if cell.master is not None:
            identity = identities[cell.master]
            metadata = nbgrader_metadata(unit.cells[cell.master], identity)
            if not cell.answered:
                made.source = released[identity].source
            if metadata:
                metadata["nbgrader"]["checksum"] = released[identity].metadata.nbgrader.checksum
                metadata["nbgrader"]["cell_type"] = made.cell_type
            made.metadata = NotebookNode(nbformat.from_dict(metadata))
        if made.cell_type == "code":
            made.outputs = _outputs(unit, cell, index, execution, verdicts)
        notebook.cells.append(made)
    return notebook


def released_cells(unit: Unit) -> Mapping[str, NotebookNode]:
    """The released cells by id. An answer with the checksum of its released cell is none."""
    return _cells_of(unit.release, unit.release.stat().st_mtime_ns)


@functools.lru_cache(maxsize=4)  # one reading for a whole class
def _cells_of(release: Path, _changed: int) -> Mapping[str, NotebookNode]:
    notebook = nbformat.read(release, as_version=4)
    return MappingProxyType({cell.id: cell for cell in notebook.cells})


def points_output(points: float, max_points: float) -> NotebookNode:
    """The output nbgrader reads a mark from: repr of a float between 0 and the maximum."""
    clipped = min(max(float(points), 0.0), float(max_points))
    return _output("execute_result", {"text/plain": repr(clipped)}, execution_count=None)


def _output(kind: str, data: dict[str, str], **more: None) -> NotebookNode:
    made: NotebookNode = nbformat.from_dict(
        {"output_type": kind, "data": data, "metadata": {}, **more}
    )
    return made


def _cell(
    cell: MergedCell, identities: list[str], index: int, trusted: Collection[str]
) -> NotebookNode:
    """Make a cell. What the course wrote stays to the letter; a learner's markdown is reduced."""
    identity = f"own-{index}" if cell.master is None else identities[cell.master]
    if cell.is_code:
        return new_cell(clean_text(cell.source, LONGEST_SOURCE), identity, is_code=True)
    attachments = clean_attachments(cell.attachments)
    is_ours = cell.source in trusted
    source = cell.source if is_ours else clean_markdown(cell.source, attachments)
    made = new_cell(source, identity, is_code=False)
    if attachments:
        made.attachments = nbformat.from_dict(attachments)
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
    table = _output("display_data", {"text/html": criteria_table(verdict)})
    return [points_output(verdict.points or 0.0, verdict.max_points), table]
