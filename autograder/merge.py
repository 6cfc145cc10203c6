"""Merge, don't trust: the master's cells with the learner's sources, and the learner's own cells.

Which cells are graded, their points, locks and order come from the unit alone. From the
submission come only sources: of solution cells by grade id, of cells the learner may edit by cell
id, and the learner's own cells, each kept behind the master's cell it followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from autograder.build.source import cell_ids
from autograder.build.stubs import source_of
from autograder.unit import Cell, Unit

# Characters in one cell. A unit's own cells have a few thousand; a text may hold a picture.
LONGEST_CODE: Final = 50_000
LONGEST_TEXT: Final = 1_000_000


@dataclass(frozen=True)
class MergedCell:
    """One cell of the notebook that is graded.

    ``master`` is the number of the unit's cell, or None for the learner's own; ``answered`` says
    whether the learner handed this cell in at all. ``attachments`` are the pictures a learner put
    into a markdown cell, as the file has them: not to be believed.
    """

    source: str
    is_code: bool
    master: int | None
    answered: bool = True
    attachments: Any = None


@dataclass(frozen=True)
class Merged:
    """A submission on the master's frame, and what was noticed while putting it there."""

    cells: tuple[MergedCell, ...]
    notes: tuple[str, ...]


def merge(unit: Unit, notebook: dict[str, Any]) -> Merged:
    """Put a learner's notebook onto the unit's cells."""
    submitted = [_Submitted(cell) for cell in notebook["cells"]]
    notes = [cell.left_out for cell in submitted if cell.left_out is not None]
    places = _assign(unit, submitted)
    own = _own_cells(submitted, places)
    merged: list[MergedCell] = list(own.get(None, ()))
    for number, cell in enumerate(unit.cells):
        theirs = [submitted[place] for place in places.get(number, ())]
        merged += _with_master(number, cell, theirs, notes)
        merged += own.get(number, ())
    if _out_of_order(places):
        notes.append("cells had been moved; they were graded in the order of the course")
    return Merged(tuple(merged), tuple(notes))


class _Submitted:
    """What is read of a submitted cell: type, source, ids. All else is ignored.

    ``left_out`` says why the source is not, if it is far longer than any cell can need.
    """

    def __init__(self, cell: dict[str, Any]) -> None:
        metadata = cell.get("metadata")
        nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
        self.is_code = cell.get("cell_type") == "code"
        self.source, self.left_out = _bounded(source_of(cell), self.is_code)
        self.grade_id = grade_id if isinstance(grade_id, str) else None
        self.id = cell["id"] if isinstance(cell.get("id"), str) else None
        self.attachments = cell.get("attachments")


def _bounded(source: str, is_code: bool) -> tuple[str, str | None]:
    """The source, or in its place a comment; and what to say about it."""
    most = LONGEST_CODE if is_code else LONGEST_TEXT
    if len(source) <= most:
        return source, None
    reason = f"a cell had {len(source):,} characters, more than {most:,}; it was left out"
    return f"{'# ' if is_code else ''}[{reason}]", reason


def _assign(unit: Unit, submitted: list[_Submitted]) -> dict[int, list[int]]:
    """For each master cell the submitted cells that are it: by grade id, cell id, or text."""
    identities = cell_ids(unit)
    by_identity = {identity: number for number, identity in enumerate(identities)}
    by_text: dict[tuple[bool, str], int] = {}
    for number, cell in enumerate(unit.cells):
        by_text.setdefault((cell.is_code, cell.source.strip()), number)
    places: dict[int, list[int]] = {}
    for place, theirs in enumerate(submitted):
        found = by_identity.get(theirs.grade_id or "")
        if found is None:
            found = by_identity.get(theirs.id or "")
        if found is None:
            found = by_text.get((theirs.is_code, theirs.source.strip()))
        if found is not None:
            places.setdefault(found, []).append(place)
    return places


def _own_cells(
    submitted: list[_Submitted], places: dict[int, list[int]]
) -> dict[int | None, list[MergedCell]]:
    """The learner's own cells by the master cell they come after."""
    master_of = {place: number for number, found in places.items() for place in found}
    own: dict[int | None, list[MergedCell]] = {}
    anchor: int | None = None
    for place, cell in enumerate(submitted):
        if place in master_of:
            anchor = master_of[place]
        elif cell.source.strip():
            merged = MergedCell(cell.source, cell.is_code, None, attachments=cell.attachments)
            own.setdefault(anchor, []).append(merged)
    return own


def _with_master(
    number: int, cell: Cell, theirs: list[_Submitted], notes: list[str]
) -> list[MergedCell]:
    """The merged cell, or cells, for one cell of the master."""
    if cell.role in ("exercise", "question"):
        return _answers(number, cell, theirs, notes)
    kept = MergedCell(cell.source, cell.is_code, number)
    if cell.role == "check" and not theirs:
        notes.append(f"the check cell of `{cell.name}` had been deleted; it was put back")
    if cell.role not in ("setup", "plain"):
        return [kept]
    changed = [
        MergedCell(one.source, True, None)
        for one in theirs
        if one.is_code and one.source.strip() != cell.source.strip()
    ]
    if cell.role == "setup":  # the course's names always stand, whatever the learner added
        return [*changed, kept]
    if not changed:
        return [kept]
    first, *copies = changed
    return [MergedCell(first.source, True, number), *copies]


def _answers(
    number: int, cell: Cell, theirs: list[_Submitted], notes: list[str]
) -> list[MergedCell]:
    """A solution cell. Of copies the last is the answer, and the earlier ones run before it."""
    fitting = [one for one in theirs if one.is_code == cell.is_code]
    if not fitting:
        notes.append(f"the cell of `{cell.name}` was missing; it counts as not written")
        return [MergedCell("", cell.is_code, number, answered=False)]
    if len(fitting) > 1:
        notes.append(
            f"the cell of `{cell.name}` was there {len(fitting)} times; all were run, "
            "the last one counts"
        )
    *earlier, last = fitting
    copies = [MergedCell(one.source, cell.is_code, None) for one in earlier]
    answer = MergedCell(last.source, cell.is_code, number, attachments=last.attachments)
    return [*copies, answer]


def _out_of_order(places: dict[int, list[int]]) -> bool:
    firsts = [found[-1] for _, found in sorted(places.items())]
    return firsts != sorted(firsts)
