"""What a report says of a unit itself: its title, and the name of its notebook."""

from __future__ import annotations

from dataclasses import dataclass

from autograder.errors import BadUnit
from autograder.unit import NOT_A_NOTEBOOK, SOLUTIONS, Cell, Unit, read_cells


@dataclass(frozen=True)
class Cover:
    """A unit without its exercises."""

    name: str
    title: str
    notebook_name: str


def cover_of(unit: Unit) -> Cover:
    """The cover of a unit that has been loaded."""
    return Cover(unit.name, _title(unit.cells) or unit.name, unit.notebook_name)


def read_cover(unit: str) -> Cover:
    """Read a unit's cover without running any of its code: that of some loads PyTorch.

    Raises
    ------
    BadUnit
        The course has no such unit any more.
    """
    sources = [path for path in (SOLUTIONS / unit).glob("*.py") if path.name not in NOT_A_NOTEBOOK]
    if len(sources) != 1:
        raise BadUnit(f"the class has verdicts on {unit}, which is not in {SOLUTIONS} as a unit")
    return Cover(unit, _title(read_cells(sources[0])) or unit, sources[0].stem)


def _title(cells: list[Cell] | tuple[Cell, ...]) -> str | None:
    """The first heading of a notebook."""
    for cell in cells:
        if cell.role == "prose" and cell.source.startswith("# "):
            return cell.source.splitlines()[0].removeprefix("# ")
    return None
