"""Grade one submission: a pure function of submission, unit and seed."""

from __future__ import annotations

import functools
import json
import re
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from nbformat import NotebookNode

from autograder.build.stubs import source_of
from autograder.errors import UnreadableNotebook
from autograder.execution import execute
from autograder.job import Execution, Job, JobCell, Observed
from autograder.leaderboard import entry_of
from autograder.merge import LONGEST_CODE, Merged, MergedCell, merge
from autograder.notebook import graded_notebook, released_cells
from autograder.oracle import NOT_WRITTEN, Oracle
from autograder.runner.frames import MOST_VALUES, values_in
from autograder.sandbox import Backend, Limits, choose
from autograder.sandbox.contents import NUMPY_UNITS, contents_for
from autograder.unit import Cell, Unit, load_unit
from autograder.verdict import CriterionVerdict, ExerciseVerdict, Status, SubmissionVerdict

LARGEST_NOTEBOOK_BYTES: Final = 20 << 20
MOST_CELLS: Final = 2000
MOST_CODE: Final = 300_000  # characters: even as escaped JSON they fit into one frame
LIMITS: Final = Limits()
NEEDED: Final = ("setup", "exercise")  # the cells that marks depend on


@dataclass(frozen=True)
class Graded:
    """A verdict, and the notebook that shows it: nbgrader's autograded notebook."""

    verdict: SubmissionVerdict
    notebook: NotebookNode


def grade_submission(
    unit_name: str,
    student: str,
    submission: bytes | Path,
    seed: str,
    backend_name: str | None = None,
    *,
    trust_submissions: bool = False,
) -> Graded:
    """Grade one notebook in a sandbox. It raises only for what is not the submission's fault."""
    begun = time.monotonic()
    unit = load_unit(unit_name)
    backend = choose(backend_name, trust_submissions=trust_submissions)
    oracle = oracle_for(unit.name, seed)
    try:
        merged = merge(unit, read_notebook(submission, unit))
    except UnreadableNotebook as error:
        return refuse(unit, student, str(error))
    execution = run_merged(unit, oracle, merged, backend, LIMITS)
    exercises = tuple(_judge(unit, oracle, merged, execution))
    status: Status = "graded"
    if execution.stopped is not None:
        status = "stopped"
    elif any(verdict.status == "waiting" for verdict in exercises):
        status = "waiting"
    notes = (*merged.notes, *_run_notes(execution))
    seconds = time.monotonic() - begun
    verdict = SubmissionVerdict(student, unit.name, status, seconds, exercises, notes)
    return Graded(verdict, graded_notebook(unit, merged, execution, verdict))


def refuse(unit: Unit, student: str, reason: str) -> Graded:
    """The verdict on what is not a notebook of the unit: nothing earned, and why."""
    verdicts = _nothing(unit, reason)
    verdict = SubmissionVerdict(student, unit.name, "unreadable", 0.0, verdicts, (reason,))
    notebook = graded_notebook(unit, merge(unit, {"cells": []}), Execution(), verdict)
    return Graded(verdict, notebook)


@functools.lru_cache(maxsize=4)
def oracle_for(unit_name: str, seed: str) -> Oracle:
    """The oracle of a unit and seed: the reference answers once for a whole class."""
    return Oracle(load_unit(unit_name), seed)


def try_sources(
    unit: Unit,
    exercise: str,
    source: str,
    seed: str,
    backend: Backend,
) -> ExerciseVerdict:
    """Grade one version of one exercise by itself, in the same sandbox by the same oracle."""
    oracle = oracle_for(unit.name, seed)
    setup = [cell.source for cell in unit.cells if cell.role == "setup"]
    cells = [JobCell(number, text, needed=True) for number, text in enumerate([*setup, source])]
    cells.append(JobCell(len(cells), "", exercise))
    packed = {exercise: oracle.expectation(exercise).packed}
    job = Job(tuple(cells), packed, unit.probes_source)
    execution = execute(job, backend, sandbox_contents(unit), LIMITS)
    observed = execution.observed.get(exercise, Observed())
    verdict = oracle.judge(exercise, observed)
    trouble = execution.stopped or execution.notes.get(len(setup))
    trouble = trouble or _cell_error(execution.outputs.get(len(setup), []))
    trouble = trouble or _earlier_exercise_missing(unit, verdict)
    return verdict if trouble is None else _with_error(verdict, trouble)


def _earlier_exercise_missing(unit: Unit, verdict: ExerciseVerdict) -> str | None:
    """In a notebook the learner's own stands above; a file that is tried stands by itself."""
    said = [verdict.error, *(criterion.message for criterion in verdict.criteria)]
    for name in re.findall(r"name '(\w+)' is not defined", " ".join(filter(None, said))):
        if name in unit.exercises and name != verdict.exercise:
            return (
                f"it calls `{name}`, an exercise of its own, in a way that the reference does not; "
                f"put a version of `{name}` into the file as well"
            )
    return None


def sandbox_contents(unit: Unit) -> Any:
    """What the unit's sandbox holds."""
    return contents_for((*NUMPY_UNITS, *unit.roots))


def read_notebook(submission: bytes | Path, unit: Unit) -> dict[str, Any]:
    """Read a submitted notebook, believing nothing.

    Raises
    ------
    UnreadableNotebook
        It is too large, not JSON, not a notebook, or of another unit; the message says which.
    """
    data = _bytes_of(submission)
    if not data.strip():
        raise UnreadableNotebook("the file is empty")
    if values_in(data) > MOST_VALUES:
        raise UnreadableNotebook(
            "the file holds hundreds of thousands of values, as no notebook does; clear the "
            "outputs and save it again"
        )
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise UnreadableNotebook("the file is not a notebook: it is not JSON") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(_is_cell(cell) for cell in cells):
        raise UnreadableNotebook(
            "the file is not a notebook of format 4; open and save it in JupyterLab"
        )
    if len(cells) > MOST_CELLS:
        raise UnreadableNotebook(f"the notebook has {len(cells)} cells; {MOST_CELLS} are allowed")
    code = sum(len(source_of(cell)) for cell in cells if _is_small_code(cell))
    if code > MOST_CODE:
        raise UnreadableNotebook(
            f"the notebook has {code:,} characters of code; {MOST_CODE:,} are allowed"
        )
    if not _belongs(cells, unit):
        raise UnreadableNotebook(
            f"this is not the notebook of {unit.name}: it has none of its exercise cells"
        )
    return {"cells": cells}


def _bytes_of(submission: bytes | Path) -> bytes:
    if isinstance(submission, bytes):
        size, data = len(submission), submission
    else:
        if submission.is_symlink() or not submission.is_file():
            raise UnreadableNotebook("the file is missing, or is a link")
        size = submission.stat().st_size
        data = submission.read_bytes() if size <= LARGEST_NOTEBOOK_BYTES else b""
    if size > LARGEST_NOTEBOOK_BYTES:
        largest = LARGEST_NOTEBOOK_BYTES >> 20
        raise UnreadableNotebook(f"the file has {size >> 20} MiB; a notebook may have {largest}")
    return data


def _is_cell(cell: Any) -> bool:
    if not isinstance(cell, dict) or cell.get("cell_type") not in ("code", "markdown", "raw"):
        return False
    source = cell.get("source", None)
    if isinstance(source, list):
        return all(isinstance(line, str) for line in source)
    return isinstance(source, str)


def _is_small_code(cell: dict[str, Any]) -> bool:
    """Whether it is code that will be run: a longer cell is left out by itself."""
    return cell["cell_type"] == "code" and len(source_of(cell)) <= LONGEST_CODE


def _belongs(cells: list[dict[str, Any]], unit: Unit) -> bool:
    known = {cell.grade_id for cell in unit.cells if cell.grade_id is not None}
    if not known:
        return True
    for cell in cells:
        metadata = cell.get("metadata")
        nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        if isinstance(nbgrader, dict) and nbgrader.get("grade_id") in known:
            return True
    return False


def run_merged(
    unit: Unit, oracle: Oracle, merged: Merged, backend: Backend, limits: Limits
) -> Execution:
    """Run a merged notebook's code and probe its exercises."""
    return execute(job_of(unit, oracle, merged), backend, sandbox_contents(unit), limits)


def job_of(unit: Unit, oracle: Oracle, merged: Merged) -> Job:
    """What a sandbox is given of a merged notebook: code, and the inputs of the cases."""
    cells = []
    for index, cell in enumerate(merged.cells):
        role = "own" if cell.master is None else unit.cells[cell.master].role
        if role == "check" and cell.master is not None:
            cells.append(JobCell(index, "", unit.cells[cell.master].name))
        elif cell.is_code and role != "demo" and cell.source.strip():
            cells.append(JobCell(index, cell.source, needed=role in NEEDED))
    packed = {name: oracle.expectation(name).packed for name in unit.exercises}
    return Job(tuple(cells), packed, unit.probes_source)


def _judge(
    unit: Unit, oracle: Oracle, merged: Merged, execution: Execution
) -> list[ExerciseVerdict]:
    verdicts = []
    for index, cell in enumerate(merged.cells):
        master = unit.cells[cell.master] if cell.master is not None else None
        if master is None or master.name is None:
            continue
        if master.role == "exercise":
            solution = index
        elif master.role == "check":
            observed = execution.observed.get(master.name, Observed())
            verdict = oracle.judge(master.name, observed)
            verdict = replace(verdict, entry=entry_of(oracle, verdict, observed, merged))
            trouble = _trouble(merged, execution, solution)
            verdicts.append(verdict if trouble is None else _with_error(verdict, trouble))
        elif master.role == "question":
            verdicts.append(_written(unit, master, cell))
    return verdicts


def _trouble(merged: Merged, execution: Execution, solution: int) -> str | None:
    """Why an exercise's own cell did not run to its end, if so."""
    if not merged.cells[solution].answered:
        return "its cell was missing from the notebook"
    if solution in execution.notes:
        return f"its cell brought the notebook down: {execution.notes[solution]}"
    return _cell_error(execution.outputs.get(solution, [])) or execution.stopped


def _cell_error(outputs: list[dict[str, Any]]) -> str | None:
    for output in outputs:
        if output.get("output_type") == "error":
            return f"{output['ename']}: {output['evalue']}"
    return None


def _with_error(verdict: ExerciseVerdict, trouble: str) -> ExerciseVerdict:
    """The verdict with the reason that matters most; a full mark needs none."""
    if verdict.points == verdict.max_points:
        return verdict
    return ExerciseVerdict(**{**vars(verdict), "error": trouble})


def _written(unit: Unit, question: Cell, answer: MergedCell) -> ExerciseVerdict:
    """A written answer waits for a human; one that was never begun earns nothing."""
    name, points = question.name or "", question.points or 0.0
    begun = answer.answered and answer.source.strip() != released_cells(unit)[name].source.strip()
    if begun:
        return ExerciseVerdict(unit.name, name, None, points, status="waiting")
    return ExerciseVerdict(unit.name, name, 0.0, points, error=NOT_WRITTEN)


def _nothing(unit: Unit, reason: str) -> tuple[ExerciseVerdict, ...]:
    """Zero everywhere, with the reason."""
    verdicts = []
    for cell in unit.cells:
        if cell.role == "check" and cell.name is not None:
            criteria = tuple(
                CriterionVerdict(name, 0.0, criterion.points, False, reason)
                for name, criterion in unit.exercises[cell.name].criteria.items()
            )
            points = unit.exercises[cell.name].max_points
            zero = ExerciseVerdict(
                unit.name, cell.name, 0.0, points, criteria, error=reason, status="unreadable"
            )
            verdicts.append(zero)
        elif cell.role == "question" and cell.name is not None:
            points = cell.points or 0.0
            verdicts.append(
                ExerciseVerdict(
                    unit.name, cell.name, 0.0, points, error=reason, status="unreadable"
                )
            )
    return tuple(verdicts)


def _run_notes(execution: Execution) -> list[str]:
    """What the instructor should know about cells that brought the runner down."""
    notes = [
        f"cell {index + 1} brought the notebook down ({reason}); it was left out"
        for index, reason in sorted(execution.notes.items())
    ]
    if execution.bare:
        notes.append(
            "with the learner's own cells the notebook could not be run to its end; the exercises "
            "were graded without them"
        )
    return notes + ([execution.stopped] if execution.stopped else [])
