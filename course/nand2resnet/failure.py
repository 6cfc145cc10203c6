"""The one error of a check: short, in words, without the library's own frames."""

from __future__ import annotations

import linecache
import os
import sys
import sysconfig
import traceback
from pathlib import Path
from types import CodeType, TracebackType

from nand2resnet import wording

PACKAGE = str(Path(__file__).parent) + os.sep
PATHS = ("stdlib", "platstdlib", "purelib", "platlib")
LIBRARIES = tuple(sysconfig.get_paths()[name] for name in PATHS)
LONGEST_LINE = 100
MOST_FRAMES = 3
BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


class CheckFailed(AssertionError):
    """What came from the learner's code is not what was asked for; the message says how."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback: the message and the line of the check."""
        title, _, rest = str(self).partition("\n")
        lines = [f"{BOLD}{title}{PLAIN}", *rest.splitlines()]
        calling = line_of_the_check(self.__traceback__)
        return [*lines, "", calling] if calling else lines


def line_of_the_check(trace: TracebackType | None) -> str | None:
    """The learner's line that called the check: the last one before the library's frames."""
    calling = None
    for frame in traceback.extract_tb(trace):
        if frame.filename.startswith(PACKAGE):
            break
        calling = frame
    return written_frame(calling) if calling else None


def learners_lines(error: BaseException) -> list[str]:
    """The last lines of the learner's own code that an error passed through, innermost last."""
    frames = own_frames(error)
    return [written_frame(frame, within=True) for frame in frames[-MOST_FRAMES:]]


def name_of_stub(error: NotImplementedError) -> str | None:
    """The function or class that is not written yet: the one in which the error arose."""
    passed = (frame.f_code for frame, _ in traceback.walk_tb(error.__traceback__))
    own = [code for code in passed if not in_a_library(code.co_filename)]
    return called(own[-1]) if own else None


def called(code: CodeType) -> str:
    """What a learner calls this code: a function by its name, ``__init__`` by its class's."""
    *around, name = code.co_qualname.split(".")
    return around[-1] if name == "__init__" and around else code.co_name


def own_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of an error that lie below the check, outside of libraries."""
    frames = list(traceback.extract_tb(error.__traceback__))
    return [frame for frame in frames if not in_a_library(frame.filename)]


def in_a_library(filename: str) -> bool:
    """Whether a frame belongs to this package, to Python or to an installed package."""
    internal = filename.startswith(("<frozen", "<__array")) or filename.endswith((".pyx", ".pxd"))
    return internal or filename.startswith((PACKAGE, *LIBRARIES))


def written_frame(frame: traceback.FrameSummary, within: bool = False) -> str:
    """``Cell In[3], line 4, in derivative: return (f(v + h) - f(v)) / h``."""
    code = source_of(frame)
    inside = f", in {frame.name}" if within and not frame.name.startswith("<") else ""
    place = f"{name_of_file(frame.filename)}, line {frame.lineno}{inside}"
    return f"{place}: {wording.shortened(code, LONGEST_LINE)}" if code else place


def source_of(frame: traceback.FrameSummary) -> str:
    """The lines of the running expression as one."""
    first = frame.lineno or 0
    last = frame.end_lineno or first
    lines = (linecache.getline(frame.filename, line).strip() for line in range(first, last + 1))
    return " ".join(lines).strip().replace("( ", "(").replace(", )", ")")


def name_of_file(filename: str) -> str:
    """A cell as IPython names it (``Cell In[3]``), any other file by its name."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        label = shell.compile.format_code_name(filename)
        if label is not None:
            return " ".join(label)
    return Path(filename).name
