"""A unit as a page shows it: the learner's cells, with the outputs of a solved notebook."""

from __future__ import annotations

import copy
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from autograder.errors import BadUnit
from autograder.hashes import hash_of
from autograder.unit import COURSE, ROOT, Unit

RECORDED: Final = "application/vnd.nand2resnet.recorded+json"
WIDGET_STATE: Final = "application/vnd.jupyter.widget-state+json"
WIDGET_VIEW: Final = "application/vnd.jupyter.widget-view+json"
SECONDS_A_CELL: Final = 3600
"""Units that train take minutes on a busy machine."""
SAME_EVERYWHERE: Final = {"NAND2RESNET_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
"""The digits that ship with the course, and sums in one order. The environment may differ."""
ANSI: Final = re.compile(r"\x1b\[[0-9;]*m")

# Runs after the last cell, in the notebook's own kernel: only there are the functions that the
# figures call.
RECORD: Final = "from autograder.site.recorder import record as _record\n_record()"


def page_notebook(unit: Unit, cache: Path, *, execute: bool = True) -> NotebookNode:
    """The released notebook with outputs and figures of the solved one.

    Parameters
    ----------
    unit : Unit
        The unit.
    cache : Path
        Where executed notebooks are kept, by the hash of what they were executed from.
    execute : bool
        Whether to execute the unit; without, it is shown without outputs.

    Raises
    ------
    BadUnit
        If a cell of the solved notebook fails.
    """
    released = nbformat.read(unit.release, as_version=4)
    if not execute:
        return released
    kept = cache / f"{unit.name}-{_version(unit)}.ipynb"
    if kept.exists():
        return nbformat.read(kept, as_version=4)
    page = _with_outputs(released, _executed(unit, released))
    for older in cache.glob(f"{unit.name}-*.ipynb"):
        older.unlink()
    cache.mkdir(parents=True, exist_ok=True)
    partial = kept.with_suffix(".partial")
    partial.write_text(in_order(page), encoding="utf-8")
    partial.replace(kept)
    return page


def in_order(notebook: NotebookNode) -> str:
    """The notebook as text; other than nbformat's own, dicts of figures keep their order.

    A figure offers its choices in the order of a dict.
    """
    return json.dumps(notebook, ensure_ascii=False)


def is_cached(unit: Unit, cache: Path) -> bool:
    """Whether the unit need not be executed again."""
    return (cache / f"{unit.name}-{_version(unit)}.ipynb").exists()


def _version(unit: Unit) -> str:
    """Hash of what decides a page's outputs: the unit, the companion package, the recorder."""
    companion = COURSE / "nand2resnet"
    ours = Path(__file__).parent
    files = [
        unit.path,
        *(path for path in companion.rglob("*") if path.suffix in {".py", ".js", ".css"}),
        *(ours / name for name in ("executed.py", "recorder.py", "walks.py")),
    ]
    parts = [part for path in sorted(files) for part in (path.name.encode(), path.read_bytes())]
    return hash_of(*parts)[:16]


def _executed(unit: Unit, released: NotebookNode) -> NotebookNode:
    """Every cell run by a real kernel, the reference in place of what a learner is to write."""
    import nbclient  # a site whose units are all cached needs no kernel
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    solved = copy.deepcopy(released)
    for cell in solved.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            cell.source = unit.reference_source(grade_id.removesuffix("-solution"))
    solved.cells.append(nbformat.v4.new_code_cell(RECORD))
    path = os.pathsep.join([str(COURSE), str(ROOT)])
    environment = SAME_EVERYWHERE | dict(os.environ) | {"PYTHONPATH": path}
    with tempfile.TemporaryDirectory(prefix="n2r-site-") as folder:
        client = nbclient.NotebookClient(
            solved,
            timeout=SECONDS_A_CELL,
            resources={"metadata": {"path": folder}},
            extra_arguments=["--log-level=ERROR"],
        )
        try:
            # The progress of a learner who begins, not of whoever makes the site.
            client.execute(env=environment | {"NAND2RESNET_PROGRESS": folder})
        except (CellExecutionError, CellTimeoutError) as error:
            told = ANSI.sub("", str(error)).strip()
            raise BadUnit(f"{unit.name}: a cell of the solved notebook fails:\n{told}") from None
    return solved


def _with_outputs(released: NotebookNode, solved: NotebookNode) -> NotebookNode:
    """The learner's cells, the solved notebook's outputs, and what the recorder saw of figures."""
    *cells, recorder = solved.cells
    for cell, ran in zip(released.cells, cells, strict=True):
        if cell.cell_type == "code":
            cell.outputs = [_cleaned(output) for output in ran.outputs if _is_shown(output)]
            cell.execution_count = None
    models = solved.metadata.get("widgets", {}).get(WIDGET_STATE, {}).get("state", {})
    for name, recording in _recordings(recorder).items():
        models[name]["recorded"] = recording
    released.metadata["widgets"] = {WIDGET_STATE: {"state": models}}
    return released


def _recordings(cell: NotebookNode) -> dict[str, Any]:
    found = [output.data[RECORDED] for output in cell.outputs if RECORDED in output.get("data", {})]
    return dict(found[0]) if found else {}


def _is_shown(output: NotebookNode) -> bool:
    """Not what a library says on its way: only what a cell prints or shows."""
    return not (output.output_type == "stream" and output.name == "stderr")


def _cleaned(output: NotebookNode) -> NotebookNode:
    """One output; a cell's last value is shown like everything else, without its number."""
    if output.output_type == "execute_result":
        output.output_type = "display_data"
        del output["execution_count"]
    return output
