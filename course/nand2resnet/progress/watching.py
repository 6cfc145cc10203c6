"""Note what a check cell gave, when a learner runs one.

That is in a notebook, opened in JupyterLab or the like: only such a front end says which cell it
runs. Where a notebook is executed as a whole by a program, and in the grader's shell, which has no
kernel, nothing is noted.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from nand2resnet.contents import checked_by
from nand2resnet.failure import CheckFailed
from nand2resnet.progress.record import note, record_file

MARK = "check"
"""What every check cell holds; other cells are passed over without a further look."""


def watch_checks() -> None:
    """From now on, if this runs in a Jupyter kernel; elsewhere nothing is changed."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and getattr(shell, "kernel", None) is not None:
        shell.events.register("post_run_cell", note_cell)


def note_cell(result: Any) -> None:
    """Note the outcome of a cell, if it is a check; IPython calls this after each cell."""
    is_a_learners = getattr(result.info, "cell_id", None) is not None
    if not is_a_learners or MARK not in result.info.raw_cell:
        return
    # Nothing that happens here may come between a learner and an exercise.
    with contextlib.suppress(Exception):
        passed = verdict_of(result)
        checked = checked_by(result.info.raw_cell)
        if passed is not None and checked is not None:
            unit, exercise = checked
            note(record_file(), unit.name, exercise.name, passed=passed)


def verdict_of(result: Any) -> bool | None:
    """Whether the answer passed; None if the cell did not come to judge one.

    It did not if nothing is written yet, or if it stopped with an error of its own, as it does
    after a restart of the kernel, or where it was interrupted.
    """
    if result.success:
        return True
    error = result.error_in_exec
    is_refused = isinstance(error, CheckFailed)
    return False if is_refused and not isinstance(error.__cause__, NotImplementedError) else None
