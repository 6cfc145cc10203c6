"""One unit as its author wrote it: cells, exercises, probes, and the reference made from them."""

from __future__ import annotations

import difflib
import functools
import importlib.util
import linecache
import re
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from autograder.errors import BadUnit, UnknownName
from autograder.exercise import Alternative, Exercise, Mistake

ROOT: Final = Path(__file__).resolve().parents[1]
SOLUTIONS: Final = ROOT / "solutions"
COURSE: Final = ROOT / "course"
BEGIN_SOLUTION: Final = "### BEGIN SOLUTION"
END_SOLUTION: Final = "### END SOLUTION"

Role = Literal["setup", "exercise", "check", "demo", "question", "plain", "prose"]


@dataclass(frozen=True)
class Cell:
    """One cell of a unit's source.

    ``name`` is the exercise's or question's name, for the roles that have one; ``line`` is where
    the cell's text begins in the source file, for error messages.
    """

    role: Role
    source: str
    name: str | None = None
    points: float | None = None
    line: int = 0

    @property
    def is_code(self) -> bool:
        """Whether the cell holds code."""
        return self.role not in ("question", "prose")

    @property
    def grade_id(self) -> str | None:
        """The nbgrader id of the cell, if it has one."""
        return f"{self.name}-solution" if self.role == "exercise" else self.name


@dataclass(frozen=True, eq=False)
class Unit:
    """One nbgrader assignment: one notebook.

    ``probes`` is the namespace of probes.py and ``probes_source`` its text, the only unit code
    that enters the sandbox; ``roots`` are the distributions the unit may import.
    """

    name: str
    path: Path
    cells: tuple[Cell, ...]
    exercises: Mapping[str, Exercise]
    probes_source: str
    probes: Mapping[str, Any]
    roots: tuple[str, ...] = ()

    @property
    def notebook_name(self) -> str:
        """The notebook's file name without its ending."""
        return self.path.stem

    @property
    def release(self) -> Path:
        """Where the learner's notebook lies."""
        return COURSE / self.name / f"{self.notebook_name}.ipynb"

    @property
    def questions(self) -> tuple[Cell, ...]:
        """The written questions."""
        return tuple(cell for cell in self.cells if cell.role == "question")

    @property
    def max_points(self) -> float:
        """What the unit is worth, written questions included."""
        written = sum(cell.points or 0.0 for cell in self.questions)
        return written + sum(exercise.max_points for exercise in self.exercises.values())

    def names_of(self, exercise: str) -> tuple[str, ...]:
        """What the exercise's solution cell defines."""
        return self.exercises[exercise].names or (exercise,)

    def cell(self, role: Role, name: str) -> Cell:
        """The exercise cell or check cell of that name."""
        for cell in self.cells:
            if cell.role == role and cell.name == name:
                return cell
        raise BadUnit(f"{self.path.name} has no cell with {role}={name!r}")

    def reference_source(self, exercise: str) -> str:
        """The reference: the solution cell's text without the markers."""
        return "".join(split_solutions(self.cell("exercise", exercise).source))

    def variant_source(self, exercise: str, version: Mistake | Alternative) -> str:
        """The solution cell's text with a mistake in it, or another right version of it."""
        if version.source is not None:
            return renamed(version.source, self.names_of(exercise))
        parts = split_solutions(self.cell("exercise", exercise).source)
        for old, new in version.edits if isinstance(version, Mistake) else ():
            count = sum(part.count(old) for part in parts[1::2])
            if count != 1:
                raise BadUnit(
                    f"{self.name}: the mistake {version.name!r} of `{exercise}` edits {old!r}, "
                    f"which occurs {count} times in the solution; it must be once"
                )
            parts[1::2] = [part.replace(old, new) for part in parts[1::2]]
        return "".join(parts)

    def namespace(self, **versions: str) -> dict[str, Any]:
        """What setup and exercise cells define, with other versions of some exercises.

        The namespace belongs to a module of its own, registered so that classes can be found.
        """
        module = types.ModuleType("reference")
        sys.modules["reference"] = module
        for cell in self.cells:
            if cell.role == "setup":
                run_source(cell.source, f"<cell {self.name} line {cell.line}>", module.__dict__)
            elif cell.role == "exercise" and cell.name is not None:
                source = versions.get(cell.name, "".join(split_solutions(cell.source)))
                run_source(source, f"<cell {self.name} {cell.name}>", module.__dict__)
        return module.__dict__


def run_source(source: str, filename: str, namespace: dict[str, Any]) -> None:
    """Execute the author's code, with its lines available to tracebacks and inspect."""
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    exec(compile(source, filename, "exec"), namespace)


def split_solutions(source: str) -> list[str]:
    """The text at the markers, which are left out: given, solution, given, solution, ..., given."""
    return _MARKERS.split(source)


_MARKERS: Final = re.compile(
    rf"^[ \t]*(?:{BEGIN_SOLUTION}|{END_SOLUTION})[ \t]*(?:\n|\Z)", re.MULTILINE
)


def renamed(source: str, names: tuple[str, ...]) -> str:
    """The source of one function or class under the exercise's name.

    Several names cannot be guessed: such versions are given as text and kept as they are.
    """
    if len(names) > 1:
        return source
    definition = re.search(r"^(?:async def|def|class) (\w+)", source, re.MULTILINE)
    if definition is None or re.search(rf"^(?:def|class) {names[0]}\b", source, re.MULTILINE):
        return source
    return re.sub(rf"\b{definition[1]}\b", names[0], source)


def unit_names() -> list[str]:
    """The units present, in the order of the course."""
    return sorted(path.parent.name for path in SOLUTIONS.glob("*/exercises.py"))


def nearest(name: str, known: list[str]) -> str:
    """A sentence with the names that were perhaps meant."""
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    close = close or [candidate for candidate in known if name in candidate]
    return f"Did you mean {' or '.join(close)}?" if close else f"There are: {', '.join(known)}."


@functools.cache
def load_unit(name: str) -> Unit:
    """Load a unit by its name, or by an unambiguous beginning of it such as ``01``.

    Raises
    ------
    UnknownName
        There is no such unit.
    BadUnit
        The unit's files are not as they must be.
    """
    known = unit_names()
    matching = [unit for unit in known if unit == name or unit.startswith(f"{name}_")]
    if len(matching) != 1:
        raise UnknownName(f"there is no unit {name!r}. {nearest(name, known)}")
    folder = SOLUTIONS / matching[0]
    sources = [path for path in folder.glob("*.py") if path.name not in NOT_A_NOTEBOOK]
    if len(sources) != 1:
        raise BadUnit(
            f"{folder.name} must hold one notebook source beside probes.py and "
            f"exercises.py; it holds {len(sources)}"
        )
    cells = read_cells(sources[0])
    probes_path = folder / "probes.py"
    module = load_module(folder / "exercises.py", f"solutions_{folder.name}_exercises")
    exercises = in_notebook_order(named_exercises(module), cells, folder.name)
    return Unit(
        name=folder.name,
        path=sources[0],
        cells=tuple(with_points(cells, exercises)),
        exercises=exercises,
        probes_source=probes_path.read_text(encoding="utf-8"),
        probes=vars(load_module(probes_path, f"solutions_{folder.name}_probes")),
        roots=tuple(getattr(module, "PACKAGES", ())),
    )


NOT_A_NOTEBOOK: Final = ("probes.py", "exercises.py")


def find_exercise(unit: Unit, name: str) -> Exercise:
    """The exercise of that name.

    Raises
    ------
    UnknownName
        With the nearest names there are.
    """
    if name not in unit.exercises:
        known = list(unit.exercises)
        raise UnknownName(f"{unit.name} has no exercise {name!r}. {nearest(name, known)}")
    return unit.exercises[name]


def read_cells(path: Path) -> list[Cell]:
    """Read the cells of a py:percent source and what each one is for."""
    import jupytext  # a third of a second, not needed for `n2r --help`

    text = path.read_text(encoding="utf-8")
    notebook = jupytext.reads(text, fmt="py:percent")
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("# %%")]
    cells = []
    for number, cell in zip(lines, notebook.cells, strict=False):
        cells.append(read_cell(cell, number, path))
    return cells


def read_cell(cell: Any, line: int, path: Path) -> Cell:
    """One notebook cell with the build's metadata as a :class:`Cell`."""
    metadata = cell.metadata
    if cell.cell_type == "markdown":
        if "question" in metadata:
            points = float(metadata.get("points", 0))
            return Cell("question", cell.source, metadata["question"], points, line)
        return Cell("prose", cell.source, line=line)
    if cell.cell_type != "code":
        raise BadUnit(f"{path.name}, line {line}: only markdown and code cells are supported")
    for role in ("exercise", "check"):
        if role in metadata:
            return Cell(role, cell.source, metadata[role], line=line)
    for role in ("setup", "demo"):
        if metadata.get(role):
            return Cell(role, cell.source, line=line)  # type: ignore[arg-type]
    return Cell("plain", cell.source, line=line)


def load_module(path: Path, name: str) -> types.ModuleType:
    """Import one of a unit's files under a name of its own."""
    if not path.exists():
        raise BadUnit(f"{path.parent.name} has no {path.name}")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None, "a .py file always has a spec"
    assert spec.loader is not None, "and a loader"
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def named_exercises(module: types.ModuleType) -> dict[str, Exercise]:
    """The exercises of exercises.py; each takes the name of its variable."""
    exercises = {}
    for name, value in vars(module).items():
        if isinstance(value, Exercise):
            value.name = name
            exercises[name] = value
    return exercises


def in_notebook_order(
    exercises: dict[str, Exercise], cells: list[Cell], unit: str
) -> dict[str, Exercise]:
    """The exercises in the order of the notebook, each with its two cells.

    Raises
    ------
    BadUnit
        A cell without an exercise, an exercise without a cell, or a check before its exercise.
    """
    solved = [cell.name for cell in cells if cell.role == "exercise"]
    checked = [cell.name for cell in cells if cell.role == "check"]
    if solved != checked:
        raise BadUnit(
            f"{unit}: exercise cells are {solved}, but check cells are {checked}; "
            "each exercise needs one check cell, in the same order"
        )
    missing = [name for name in solved if name not in exercises]
    unused = [name for name in exercises if name not in solved]
    if missing or unused:
        raise BadUnit(f"{unit}: exercises.py lacks {missing}, and the notebook lacks {unused}")
    return {name: exercises[name] for name in solved if name is not None}


def with_points(cells: list[Cell], exercises: Mapping[str, Exercise]) -> list[Cell]:
    """The cells, check cells with the points that exercises.py gives."""
    return [
        Cell(cell.role, cell.source, cell.name, exercises[cell.name].max_points, cell.line)
        if cell.role == "check" and cell.name is not None
        else cell
        for cell in cells
    ]


def unit_of_notebook(path: Path) -> str:
    """The unit whose notebook has this file's name.

    Raises
    ------
    UnknownName
        No unit's notebook is called so.
    """
    for name in unit_names():
        if load_unit(name).notebook_name == path.stem:
            return name
    raise UnknownName(f"no unit's notebook is called {path.name}; name the unit with --unit")
