"""Where a cell calls a function that is not written yet, say which, and show no traceback.

The checks and figures say so by themselves. This is for every other cell: whoever runs a notebook
cell by cell meets unwritten functions in examples and loops as well.
"""

from __future__ import annotations

import sys
import traceback
from types import TracebackType
from typing import Any

from nand2resnet.failure import (
    CheckFailed,
    in_a_library,
    name_of_stub,
    own_frames,
    written_frame,
)


def tell_calmly() -> None:
    """From now on, if this runs in IPython or Jupyter; elsewhere nothing is changed."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        shell.set_custom_exc((NotImplementedError,), show)


def show(
    shell: Any,
    kind: type[NotImplementedError],
    error: NotImplementedError,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """What IPython calls when a cell ends in a NotImplementedError."""
    told = message(error) if kind is NotImplementedError else None  # not IPython's kind of it
    if told is not None:
        # IPython asks an error how it wants to be shown; so does the kernel, and nbclient sees it.
        error._render_traceback_ = CheckFailed(told)._render_traceback_  # type: ignore[attr-defined]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset, running_compiled_code=True)


def message(error: NotImplementedError) -> str | None:
    """Which function is missing, and where it was called; None if it is no stub of the learner's.

    A library may raise the same error, and so may a cell itself.
    """
    frames = own_frames(error)
    last = traceback.extract_tb(error.__traceback__)[-1]
    if len(frames) < 2 or in_a_library(last.filename) or not frames[-1].name.isidentifier():
        return None
    name = name_of_stub(error)
    advice = "Write it above, run its cell, then run this one again."
    return f"`{name}` is not written yet.\n{advice}\n\n{written_frame(frames[0])}"
