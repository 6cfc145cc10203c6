"""Sort a download by person, and find which of a person's files is the notebook to grade."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from autograder.collect.download import Member, made_by_a_system
from autograder.collect.naming import HandIn, read_name, student_id, without_copy_number
from autograder.errors import ClassTrouble, UnreadableNotebook
from autograder.grading import read_notebook
from autograder.submissions import LONGEST_STUDENT_ID, printable
from autograder.unit import Unit, load_unit, unit_names

NO_NAME: Final = "its name is neither as Canvas nor as Moodle would write it"
COLUMNS: Final = ("lms", "student")
NAMESAKES: Final = (
    "several people would be {0}, and Moodle numbers them anew in every assignment: "
    "tell them apart with --students"
)

Identity = tuple[str, tuple[str, ...]]  # an id for the gradebook, and doubts about it


@dataclass(frozen=True)
class Notebook:
    """A notebook somebody handed in; its content lies at ``place``."""

    member: str
    hand_in: HandIn
    place: Path
    time: datetime | None

    @property
    def stem(self) -> str:
        """The name the learner's file has, without copy number and ending."""
        return without_copy_number(PurePosixPath(self.hand_in.file).stem)[0]


@dataclass
class Person:
    """Everything of one person in a download."""

    hand_in: HandIn
    notebooks: list[Notebook] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    late: bool = False


@dataclass(frozen=True)
class Judged:
    """Which of a person's notebooks counts, and what to know about it and the others."""

    counts: Notebook | None
    notes: tuple[str, ...]
    readable: bool


def by_person(
    members: Iterable[Member], spool: Path
) -> tuple[dict[tuple[str, str], Person], list[tuple[str, str]]]:
    """Sort a download; the contents go to files in ``spool``.

    Returns
    -------
    people : dict
        By what tells them apart in the download.
    left : list of (str, str)
        The files that are nobody's, each with the reason.
    """
    people: dict[tuple[str, str], Person] = {}
    left: list[tuple[str, str]] = []
    for number, member in enumerate(members):
        if made_by_a_system(member.name):
            continue
        hand_in = read_name(member.name)
        if hand_in is None:
            left.append((member.name, member.trouble or NO_NAME))
            continue
        person = people.setdefault(hand_in.person, Person(hand_in))
        person.late |= hand_in.late
        file = printable(hand_in.file)
        if member.trouble is not None:
            person.notes.append(f"{file}: {member.trouble}")
        elif member.content is None:
            person.notes.append(f"{file} is not a notebook")
        else:
            place = spool / str(number)
            place.write_bytes(member.content)
            person.notebooks.append(Notebook(member.name, hand_in, place, member.time))
    return people, left


def unit_of(people: Iterable[Person]) -> Unit:
    """The unit after which most of the notebooks are called.

    Raises
    ------
    ClassTrouble
        None is called after a unit.
    """
    units = {unit.notebook_name: unit for unit in map(load_unit, unit_names())}
    stems = Counter(one.stem for person in people for one in person.notebooks)
    known = [stem for stem, _ in stems.most_common() if stem in units]
    if not known:
        raise ClassTrouble(
            "no notebook in the download is called as a unit's notebook is. Say which unit it is "
            "of: n2r collect DOWNLOAD UNIT. Nothing was collected."
        )
    return units[known[0]]


def judge(person: Person, unit: Unit) -> Judged:
    """Choose the notebook that counts: one that can be graded, and of those the newest.

    Newest is the highest number of upload; where the system has none, the file with the
    notebook's own name, else the highest copy number.
    """
    notes, readable, unreadable = list(person.notes), [], []
    for one in person.notebooks:
        content, file = one.place.read_bytes(), printable(one.hand_in.file)
        trouble = _trouble(content, unit)
        if trouble is None:
            readable.append(one)
        elif (other := _other_unit(content, unit)) is not None:
            notes.append(f"{file} is the notebook of {other}")
        else:
            unreadable.append(one)
            notes.append(f"{file} cannot be graded: {trouble}")
    candidates = readable or unreadable
    if not candidates:
        return Judged(None, tuple(notes) or ("there is no notebook",), readable=False)
    *older, newest = sorted(candidates, key=lambda one: _newness(one, unit))
    kind = printable(newest.hand_in.file)
    if older:
        rest = ", ".join(printable(one.hand_in.file) for one in older)
        notes.append(f"there are {len(candidates)} notebooks; {kind} counts, not {rest}")
    elif newest.stem != unit.notebook_name:
        notes.append(f"it was called {kind}")
    return Judged(newest, tuple(notes), readable=bool(readable))


def ids(
    people: Mapping[tuple[str, str], Person], named: Mapping[str, str]
) -> dict[tuple[str, str], Identity]:
    """Give everybody an id for the gradebook, with notes where it may not be the right one.

    Raises
    ------
    ClassTrouble
        Two people would have one id, by the table or without it.
    """
    found = {key: _named(person.hand_in, named) for key, person in people.items()}
    own = {key: student_id(people[key].hand_in) for key, one in found.items() if one is None}
    count = Counter([*own.values(), *filter(None, found.values())])
    identities: dict[tuple[str, str], Identity] = {
        key: (one, ()) for key, one in found.items() if one is not None
    }
    for key, one in own.items():
        alone = count[one] == 1
        number = people[key].hand_in.number or "no-number"
        identities[key] = (one, ()) if alone else (f"{one}-{number}", (NAMESAKES.format(one),))
    twice = Counter(one for one, _ in identities.values()).most_common(1)
    if twice and twice[0][1] > 1:
        raise ClassTrouble(
            f"more than one person of this download would be {twice[0][0]!r}. Nothing was "
            "collected; tell them apart with --students"
        )
    return identities


def read_students(path: Path) -> dict[str, str]:
    """Read the table that gives people the ids an instructor wants.

    Raises
    ------
    ClassTrouble
        It cannot be read, lacks a column, or an id in it cannot be used.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise ClassTrouble(f"{path} cannot be read: {error}") from error
    table = {}
    for row in rows:
        lms, student = ((row.get(column) or "").strip() for column in COLUMNS)
        if not lms or not _usable(student):
            raise ClassTrouble(
                f"{path} must have the columns {' and '.join(COLUMNS)}, and in each row a name or "
                f"number, and an id that can be a folder's name; it has {lms!r} and {student!r}"
            )
        table[lms] = student
    return table


def _named(hand_in: HandIn, named: Mapping[str, str]) -> str | None:
    for key in (f"{hand_in.name}_{hand_in.number}", hand_in.number, hand_in.name):
        if key and key in named:
            return named[key]
    return None


def _usable(student: str) -> bool:
    return (
        0 < len(student) <= LONGEST_STUDENT_ID
        and student.isprintable()
        and not student.startswith(".")
        and "/" not in student
        and "\\" not in student
    )


def _trouble(content: bytes, unit: Unit) -> str | None:
    try:
        read_notebook(content, unit)
    except UnreadableNotebook as error:
        return str(error)
    return None


def _other_unit(content: bytes, unit: Unit) -> str | None:
    others = [name for name in unit_names() if name != unit.name]
    fitting = (name for name in others if _trouble(content, load_unit(name)) is None)
    return next(fitting, None)


def _newness(one: Notebook, unit: Unit) -> tuple[int, bool, int]:
    stem = PurePosixPath(one.hand_in.file).stem
    number = without_copy_number(stem)[1]
    return (one.hand_in.upload, stem == unit.notebook_name, number)
