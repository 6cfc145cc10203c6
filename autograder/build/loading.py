"""Load a unit for the build: whatever is wrong with one of its files is said with its line."""

from __future__ import annotations

import re
from pathlib import Path

from autograder import unit as units
from autograder.build.places import lines_passed, place, place_of_exercise, told
from autograder.errors import BadUnit, UnknownName
from autograder.unit import NOT_A_NOTEBOOK, Cell, Unit, load_unit, read_cells


def load_for_build(name: str) -> Unit:
    """The unit of that name.

    Raises
    ------
    UnknownName
        There is no such unit.
    BadUnit
        One of its files is not as it must be; the message begins with the file and the line.
    """
    try:
        return load_unit(name)
    except UnknownName:
        raise
    except FileNotFoundError as error:
        missing = Path(error.filename)
        raise BadUnit(f"{missing.parent}: there is no {missing.name}; it may be empty") from error
    except BadUnit as error:
        raise BadUnit(with_place(folder_of(name), str(error))) from error
    except Exception as error:
        raise BadUnit(f"{place_in(folder_of(name), error)}: {told(error)}") from error


def folder_of(name: str) -> Path:
    """The folder of a unit that is known to be there."""
    return next(
        path.parent
        for path in units.SOLUTIONS.glob("*/exercises.py")
        if path.parent.name == name or path.parent.name.startswith(f"{name}_")
    )


def place_in(folder: Path, error: Exception) -> str:
    """The innermost line of the unit's files that an error passed through."""
    for filename, line in reversed(lines_passed(error)):
        if Path(filename).parent == folder:
            return place(Path(filename), line)
    return place_of_bad_option(folder) or str(folder)


def place_of_bad_option(folder: Path) -> str | None:
    """The cell whose options cannot be read."""
    for path in notebooks_in(folder):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            points = re.search(r"^# %%.*\bpoints=(\S+)", line)
            if points and not re.fullmatch(r"\d+(\.\d+)?", points[1]):
                return place(path, number)
    return None


def with_place(folder: Path, message: str) -> str:
    """A message of the loader, with the line that it is about, where there is one."""
    sources = notebooks_in(folder)
    if len(sources) != 1 or "only markdown and code cells" in message:
        # Said of the folder, or with its line already.
        return re.sub(
            rf"^{re.escape(sources[0].name)}, line (\d+)",
            lambda found: place(sources[0], int(found[1])),
            message,
        )
    cells = read_cells(sources[0])
    return f"{place_of_disorder(folder, sources[0], cells)}: {message}"


def place_of_disorder(folder: Path, source: Path, cells: list[Cell]) -> str:
    """The first cell that lacks its partner, else the exercise that lacks its cells."""
    solved = [cell for cell in cells if cell.role == "exercise"]
    checked = [cell for cell in cells if cell.role == "check"]
    for exercise, check in zip(solved, checked, strict=False):
        if exercise.name != check.name:
            return place(source, check.line)
    unpaired = solved[len(checked) :] or checked[len(solved) :]
    if unpaired:
        return place(source, unpaired[0].line)
    path = folder / "exercises.py"
    made = set(re.findall(r"^(\w+) = Exercise\(", path.read_text(encoding="utf-8"), re.MULTILINE))
    for cell in solved:
        if cell.name not in made:
            return place(source, cell.line)
    unused = sorted(made - {str(cell.name) for cell in solved})
    return place_of_exercise(path, unused[0]) if unused else place(path, 1)


def notebooks_in(folder: Path) -> list[Path]:
    """The notebook sources of a unit; there should be one."""
    return sorted(path for path in folder.glob("*.py") if path.name not in NOT_A_NOTEBOOK)
