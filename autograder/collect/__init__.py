"""Take a class's download from Canvas or Moodle into nbgrader's ``submitted/`` folder.

All of it is read first; only then is anything written, and only to the one path that a student's
id and the unit give. What is there already stays, unless told to replace it.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from autograder.class_folder import ClassFolder, only_grader, write_atomically, writing_in
from autograder.collect.download import read_download
from autograder.collect.people import (
    Identity,
    Notebook,
    Person,
    by_person,
    ids,
    judge,
    read_students,
    unit_of,
)
from autograder.errors import UnreadableNotebook
from autograder.lateness import remember_marks
from autograder.submissions import LARGEST_SUBMISSION_BYTES, printable, read_file
from autograder.unit import Unit, load_unit

Result = Literal["taken in", "as before", "replaced", "kept", "not taken in", "left out"]
ALL_WELL: Final = 0
NEEDS_A_LOOK: Final = 1
NOT_REPLACED: Final = 3


@dataclass(frozen=True)
class Row:
    """What became of one student's hand-in, or of a file that is nobody's.

    ``late`` is what the system says; ``timestamp`` is what was written for nbgrader, if anything;
    ``fine`` is whether nobody needs to look at it.
    """

    result: Result
    student: str | None
    file: str | None
    late: bool = False
    timestamp: str | None = None
    notes: tuple[str, ...] = ()
    fine: bool = True


@dataclass(frozen=True)
class Collection:
    """What became of a download, students first."""

    unit: str
    rows: tuple[Row, ...]

    @property
    def status(self) -> int:
        """The exit status of ``n2r collect``."""
        if any(row.result == "kept" for row in self.rows):
            return NOT_REPLACED
        return ALL_WELL if all(row.fine for row in self.rows) else NEEDS_A_LOOK

    def as_json(self) -> list[dict[str, Any]]:
        """Return what ``--json`` writes."""
        return [{"unit": self.unit, **vars(row)} for row in self.rows]


@dataclass(frozen=True)
class Options:
    """Whether to replace what differs, to write at all, and to believe the download's times."""

    force: bool = False
    dry_run: bool = False
    times: bool = False


def collect(
    download: Path,
    folder: ClassFolder,
    unit_name: str | None = None,
    options: Options = Options(),
    students: Path | None = None,
) -> Collection:
    """Take a download, an archive or the folder it was unpacked to, into a class.

    Parameters
    ----------
    unit_name : str, optional
        The unit it is of; by default the one most of its notebooks are called after.
    students : Path, optional
        A table with the columns ``lms``, which holds a number, a name, or both as in the download,
        and ``student``, the id to use.

    Raises
    ------
    ClassTrouble
        The download or the table cannot be used. Nothing was written.
    """
    named = {} if students is None else read_students(students)
    with tempfile.TemporaryDirectory() as spool:
        people, left = by_person(read_download(download), Path(spool))
        unit = load_unit(unit_name) if unit_name else unit_of(people.values())
        identities = ids(people, named)
        with contextlib.nullcontext() if options.dry_run else only_grader(folder):
            rows = [
                _take(folder, unit, person, identities[key], options)
                for key, person in people.items()
            ]
            if not options.dry_run:
                _remember_late(folder, unit, rows)
    rows.sort(key=lambda row: row.student or "")
    rest = [Row("left out", None, printable(name), notes=(why,), fine=False) for name, why in left]
    return Collection(unit.name, (*rows, *rest))


def _remember_late(folder: ClassFolder, unit: Unit, rows: list[Row]) -> None:
    """Keep the system's word on what lies in submitted/ now."""
    there = ("taken in", "as before", "replaced")
    late = {row.student: row.late for row in rows if row.student and row.result in there}
    remember_marks(folder, unit.name, late)


def _take(
    folder: ClassFolder,
    unit: Unit,
    person: Person,
    identity: Identity,
    options: Options,
) -> Row:
    """Take in the notebook of one person that counts."""
    student, doubts = identity
    judged = judge(person, unit)
    notes = (*doubts, *judged.notes)
    if judged.counts is None:
        return Row("not taken in", student, None, person.late, notes=notes, fine=False)
    file = printable(judged.counts.member)
    place = folder.submitted / student / unit.name
    content = judged.counts.place.read_bytes()
    result, trouble = _compared(place, unit, content, options)
    timestamp = None
    if result in ("taken in", "replaced"):
        timestamp = _timestamp(judged.counts) if options.times else None
        if not options.dry_run:
            _write(place, unit, content, timestamp)
    fine = judged.readable and not doubts and trouble is None
    notes = notes if trouble is None else (*notes, trouble)
    return Row(result, student, file, person.late, timestamp, notes, fine)


def _compared(
    place: Path, unit: Unit, content: bytes, options: Options
) -> tuple[Result, str | None]:
    """What to do with a notebook, by what is there already; and what speaks against it."""
    path = place / f"{unit.notebook_name}.ipynb"
    if any(one.is_symlink() for one in (place.parent, place, path)):
        return "not taken in", f"{path} is or lies behind a link; links are not followed"
    if not os.path.lexists(path):
        return "taken in", None
    try:
        same = read_file(path, LARGEST_SUBMISSION_BYTES) == content
    except UnreadableNotebook:
        same = False
    if same:
        return "as before", None
    if options.force:
        return "replaced", None
    return "kept", "what was handed in before differs, and stays; --force replaces it"


def _write(place: Path, unit: Unit, content: bytes, timestamp: str | None) -> None:
    """Write the notebook, and its time as nbgrader reads it; an earlier one's goes."""
    with writing_in(place):
        write_atomically(place / f"{unit.notebook_name}.ipynb", content)
        if timestamp is None:
            (place / "timestamp.txt").unlink(missing_ok=True)
        else:
            write_atomically(place / "timestamp.txt", f"{timestamp}\n".encode())


def _timestamp(notebook: Notebook) -> str | None:
    return None if notebook.time is None else f"{notebook.time:%Y-%m-%d %H:%M:%S} UTC"
