"""Whose row it is: the people of a system's table, and the students of the gradebook.

The gradebook's ids are those that ``n2r collect`` makes, or a hub's user names. A row that could
be somebody else's is nobody's: a mark in the wrong row is worse than one entered by hand.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from autograder.collect.naming import clean


@dataclass(frozen=True)
class Someone:
    """What a row says about a person.

    Parameters
    ----------
    name : str
        As the table has it.
    number : str
        The system's: Canvas's ID, Moodle's number within one assignment.
    logins : tuple of str
        Other names that may be the gradebook's id as they stand.
    name_is_enough : bool
        Whether the system's downloads tell people apart by nothing but their names.
    """

    name: str
    number: str = ""
    logins: tuple[str, ...] = ()
    name_is_enough: bool = False


@dataclass(frozen=True)
class Matching:
    """The students by row, and the rows that could be of several students, or share one."""

    students: Mapping[int, str]
    doubtful: Mapping[int, str]


def match(
    people: Mapping[int, Someone], students: Collection[str], named: Mapping[str, str]
) -> Matching:
    """Find each row's student.

    Parameters
    ----------
    named : mapping
        Ids by name or number, as an instructor wrote them down for ``n2r collect --students``.
    """
    namesakes = Counter(clean(one.name) for one in people.values())
    found: dict[int, str] = {}
    doubtful: dict[int, str] = {}
    for row, one in people.items():
        for candidates in _guesses(one, students, named, alone=namesakes[clean(one.name)] == 1):
            if len(candidates) == 1:
                found[row] = next(iter(candidates))
            elif candidates:
                doubtful[row] = f"could be {' or '.join(sorted(candidates))}"
            if candidates:
                break
    for student, count in Counter(found.values()).items():
        if count > 1:
            for row in [row for row, one in found.items() if one == student]:
                doubtful[row] = f"{count} rows could be {student}"
                del found[row]
    return Matching(found, doubtful)


def _guesses(
    one: Someone, students: Collection[str], named: Mapping[str, str], *, alone: bool
) -> Iterator[set[str]]:
    """The students it could be, by better and then by weaker evidence."""
    keys = (f"{one.name}_{one.number}", one.number, one.name)
    told = next((named[key] for key in keys if key and key in named), None)
    if told is not None:
        yield {told} & set(students)
    if one.number:
        yield {student for student in students if _is_collected(student, one)}
    yield {login for login in one.logins if login in students}
    if one.name_is_enough and alone:
        yield {clean(one.name)} & set(students)


def _is_collected(student: str, one: Someone) -> bool:
    """Whether ``n2r collect`` would have made this id of that name and number."""
    name, _, number = student.rpartition("-")
    return number == one.number and letters(name) == letters(one.name)


def letters(name: str) -> str:
    """The name's letters and digits alone, small and without accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if unicodedata.category(letter)[0] in "LN")
