"""Begin an exercise: a skeleton in each of a unit's three files, to be filled in.

Everything that has to be written says so. Until all of it is, `n2r audit` finds fault with the
exercise and `n2r build` does not release the unit.
"""

from __future__ import annotations

import ast
import keyword
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import BadUnit
from autograder.unit import Unit, find_exercise, load_unit

NOTEBOOK: Final = '''
# %% [markdown]
# ### Exercise: `{name}`
#
# FILL IN: what the learner is to write, in two or three sentences.
#
# <details><summary>Hint 1, a nudge</summary>
#
# FILL IN: a question that makes the learner look at the right place.
#
# <details><summary>Hint 2, a pointer</summary>
#
# FILL IN: what to use, and what to mind.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# FILL IN: something similar, worked out.
#
# ```python
# def neighbour(x):
#     return x
# ```
#
# </details></details></details>


# %% exercise="{name}"
def {name}(x):
    """FILL IN: what it gives, in one line.

    Parameters
    ----------
    x : ndarray of shape (N,)
        FILL IN: what it is, and its unit.

    Returns
    -------
    ndarray of shape (N,)

    Example
    -------
    >>> {name}(np.array([1.0, 2.0, 4.0]))
    FILL IN
    """
    ### BEGIN SOLUTION
    raise NotImplementedError("FILL IN: the reference solution of {name}")
    ### END SOLUTION


# %% check="{name}"
check({name}, np.array([1.0, 2.0, 4.0]), expected="FILL IN: what comes back")
'''
EXERCISES: Final = """

# --- {name} {dashes}

{name} = Exercise(points={{"an array": 1, "awkward arrays": 1}})


@{name}.cases
def _(rng):
    yield Case("an array", x=rng.normal(size=5).round(2))
    # FILL IN: what breaks wrong solutions. One entry, none in a row in memory, large, float32?
    yield Case("awkward arrays", x=build("{name}_input", values=rng.normal(size=3).round(2)))


# FILL IN: three or more mistakes that people make. Text of the reference, and what they write.
{name}.mistake(
    "FILL IN: a name for it",
    "FILL IN: a hint that does not give the answer away?",
    "FILL IN: text that occurs once in the reference",
    "FILL IN: what is there instead",
)


# FILL IN: two or more other right ways to write it; the grader must not refuse them.
@{name}.alternative("FILL IN: how it differs from the reference")
def {name}_written_differently(x):
    raise NotImplementedError("FILL IN: another right solution")
"""
PROBES: Final = '''

def {name}_input(values: np.ndarray) -> np.ndarray:
    """FILL IN: an input that plain data cannot say, here one that is not in a row in memory."""
    return np.repeat(np.asarray(values), 2)[::2]
'''
IMPORTS: Final = {
    "np": "import numpy as np",
    "Case": "from autograder.exercise import Case",
    "Exercise": "from autograder.exercise import Exercise",
    "build": "from autograder.exercise import build",
}
"""How the skeletons' files get what they lack."""
SECTION: Final = "# --- "
WIDTH: Final = 96


@dataclass(frozen=True)
class Place:
    """Where something is to be filled in: a file and the first line of the skeleton."""

    path: Path
    line: int


def new_exercise(unit_name: str, name: str, after: str | None = None) -> list[Place]:
    """Write the skeleton of an exercise into a unit's notebook, exercises.py and probes.py.

    Parameters
    ----------
    unit_name : str
        A unit, or an unambiguous beginning of its name.
    name : str
        What the learner's function is to be called.
    after : str, optional
        The exercise that it follows; by default the unit's last one.

    Returns
    -------
    list of Place
        The three files, and where in them the skeleton begins.

    Raises
    ------
    UnknownName
        There is no such unit, or no exercise of the name ``after``.
    BadUnit
        The unit cannot be loaded, or the name cannot be taken. Nothing was written.
    """
    unit = load_unit(unit_name)
    if after is None:
        after = list(unit.exercises)[-1] if unit.exercises else None
    else:
        find_exercise(unit, after)
    _check_name(unit, name)
    folder = unit.path.parent
    texts = {
        unit.path: _with_cells(unit, name, after),
        folder / "exercises.py": _with_section(folder / "exercises.py", name, after),
        folder / "probes.py": _with_builder(folder / "probes.py", name),
    }
    for path, (text, _) in texts.items():
        ast.parse(text, path.name)
    for path, (text, _) in texts.items():
        beside = path.with_suffix(".py.new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    load_unit.cache_clear()
    return [Place(path, line) for path, (_, line) in texts.items()]


def _check_name(unit: Unit, name: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise BadUnit(f"{name!r} cannot be the name of a function; use letters, digits and _")
    if name in unit.namespace() or name in unit.exercises:
        raise BadUnit(f"{unit.name} has something called {name!r} already; choose another name")
    if name in unit.probes or f"{name}_input" in unit.probes:
        raise BadUnit(f"probes.py of {unit.name} has something called {name!r} already")


def _with_cells(unit: Unit, name: str, after: str | None) -> tuple[str, int]:
    """The notebook's source with the exercise's cells behind another one's, or at the end."""
    lines = unit.path.read_text(encoding="utf-8").splitlines()
    index = unit.cells.index(unit.cell("check", after)) + 1 if after else len(unit.cells)
    end = unit.cells[index].line - 1 if index < len(unit.cells) else len(lines)
    return _inserted(lines, end, NOTEBOOK.format(name=name))


def _with_section(path: Path, name: str, after: str | None) -> tuple[str, int]:
    """exercises.py with a section for the exercise behind another one's, or at the end."""
    dashes = "-" * max(3, WIDTH - len(f"{SECTION}{name} "))
    section = EXERCISES.format(name=name, dashes=dashes)
    lines = _importing(path, "np", "Case", "Exercise", "build")
    headings = [number for number, line in enumerate(lines) if line.startswith(SECTION)]
    own = [number for number in headings if re.fullmatch(rf"# --- {after} -*", lines[number])]
    following = [number for number in headings if own and number > own[0]]
    return _inserted(lines, following[0] if following else len(lines), section)


def _with_builder(path: Path, name: str) -> tuple[str, int]:
    """probes.py with a builder of inputs at its end."""
    lines = _importing(path, "np")
    return _inserted(lines, len(lines), PROBES.format(name=name))


def _importing(path: Path, *names: str) -> list[str]:
    """A file's lines, with imports of these names where it lacks them."""
    text = path.read_text(encoding="utf-8")
    body = ast.parse(text).body
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    known = {alias.asname or alias.name for node in imports for alias in node.names}
    lines = text.splitlines()
    # Behind the imports there are, or else behind the docstring.
    end = max((node.end_lineno or 0 for node in (*body[:1], *imports)), default=0)
    missing = [IMPORTS[name] for name in names if name not in known]
    return [*lines[:end], *missing, *lines[end:]]


def _inserted(lines: list[str], end: int, text: str) -> tuple[str, int]:
    """Lines with a text before the line of that number, and the line on which it begins."""
    before, behind = lines[:end], lines[end:]
    while before and not before[-1].strip():
        before.pop()
    blank = len(text) - len(text.lstrip("\n"))
    # Two empty lines before a heading or a function, as everywhere in these files.
    gap = [""] * 2 if behind and behind[0].startswith((SECTION, "def ", "class ")) else [""]
    together = [*before, *text.rstrip("\n").splitlines(), *(gap if behind else []), *behind]
    return "\n".join(together) + "\n", len(before) + blank + 1
