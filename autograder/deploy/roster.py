"""The roster: a table of who takes part, read and checked as a whole before anything is done."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.errors import GraderError

INSTRUCTOR: Final = "instructor"
LEARNER: Final = "learner"
COLUMNS: Final = ("username", "role", "first_name", "last_name")
# What every system takes, without the + that ends a name in the exchange; and short, for the
# paths of kernels' sockets, below the home, must be.
USERNAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,19}")


@dataclass(frozen=True)
class Person:
    """One row of the roster."""

    username: str
    role: str
    first_name: str
    last_name: str


@dataclass(frozen=True)
class Roster:
    """The people of a class: one instructor's account, and the learners."""

    instructor: Person
    learners: tuple[Person, ...]

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody."""
        return (self.instructor, *self.learners)


def read_roster(path: Path) -> Roster:
    """Read a roster.

    Raises
    ------
    GraderError
        It cannot be used; every line that is wrong is named.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GraderError(f"cannot read the roster {path}: {error}") from error
    if rows and (missing := [name for name in COLUMNS if name not in rows[0]]):
        raise GraderError(f"the roster {path} lacks the columns: {', '.join(missing)}")
    people = [Person(*((row[name] or "").strip() for name in COLUMNS)) for row in rows]
    wrong = _wrong(people)
    instructors = [person for person in people if person.role == INSTRUCTOR]
    if len(instructors) != 1:
        wrong.append(f"there must be one instructor's account, and there are {len(instructors)}")
    if wrong:
        raise GraderError(
            f"the roster {path} cannot be used; nothing was done.\n" + "\n".join(wrong)
        )
    return Roster(instructors[0], tuple(one for one in people if one.role == LEARNER))


def _wrong(people: list[Person]) -> list[str]:
    wrong = []
    seen: dict[str, int] = {}
    for line, person in enumerate(people, start=2):
        if not USERNAME.fullmatch(person.username):
            wrong.append(
                f"line {line}: {person.username!r} cannot be a username; "
                "take up to 20 small letters, digits, - and _, first a letter"
            )
        if person.role not in (INSTRUCTOR, LEARNER):
            wrong.append(f"line {line}: role {person.role!r} is neither instructor nor learner")
        if person.username in seen:
            wrong.append(f"line {line}: {person.username} is in line {seen[person.username]} too")
        seen.setdefault(person.username, line)
    return wrong
