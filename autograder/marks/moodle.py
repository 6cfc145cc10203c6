"""Moodle's two tables: an assignment's grading worksheet, and the grades of a course.

The worksheet is for one assignment. Moodle knows people in it by ``Participant 12345``, a number
that is another one in the next assignment, and passes over rows that were graded in Moodle since
(it compares "Last modified (grade)"), so all columns stay. Feedback goes along. The grades of the
course, exported as plain text, take several units: Moodle's import asks which column is what.

Source: Moodle, mod/assign/feedback/offline/importgradeslib.php and mod/assign/gradingtable.php.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from autograder.errors import ClassTrouble
from autograder.marks.columns import chosen_column
from autograder.marks.filling import Column, Plan
from autograder.marks.matching import Someone
from autograder.marks.sheet import Sheet, number_in
from autograder.marks.totals import UnitMarks
from autograder.publishing import title_of

WHO: Final = ("First name", "Last name", "Surname", "Username", "ID number", "Email address")
_LAST_NUMBER = re.compile(r"([0-9]+)\s*$")
_REAL = re.compile(r"(?:Assignment:|Assign:)?\s*(?P<title>.*?)\s*(?:\((?:Real|Points)\))?")


def plan(sheet: Sheet, marks: Sequence[UnitMarks], named: Mapping[str, str]) -> Plan:
    """Say where marks go in a worksheet, or in a course's exported grades.

    Raises
    ------
    ClassTrouble
        It is neither, or a worksheet cannot take what is asked for.
    """
    if sheet.column("Identifier") is not None and sheet.column("Grade") is not None:
        return _worksheet(sheet, marks)
    if sheet.column("Email address") is not None:
        return _course(sheet, marks, named)
    raise ClassTrouble(
        f"{sheet.path} is neither a grading worksheet (its heading has Identifier and Grade) nor "
        "a course's exported grades (Email address).\nDownload it with Moodle's language set to "
        "English, and give it as it is. Nothing was written."
    )


def _worksheet(sheet: Sheet, marks: Sequence[UnitMarks]) -> Plan:
    if len(marks) > 1:
        raise ClassTrouble(
            f"{sheet.path} is one assignment's grading worksheet, and takes the marks of one unit. "
            "For several at once export the course's grades. Nothing was written."
        )
    identifier, grade = sheet.column("Identifier"), sheet.column("Grade")
    assert identifier is not None, "or it is no worksheet"
    assert grade is not None, "or it is no worksheet"
    most = sheet.column("Maximum grade")
    people = {row: _participant(sheet, cells) for row, cells in enumerate(sheet.rows)}
    column = Column(
        grade, {row: None if most is None else number_in(sheet.rows[row][most]) for row in people}
    )
    comma = replace(sheet, delimiter=",")  # the only one that all versions of Moodle read
    return Plan(
        sheet=comma,
        people=people,
        columns={marks[0].unit.name: column},
        kept=tuple(range(len(sheet.heading))),
        identity=(identifier,),
        comments=sheet.column("Feedback comments"),
    )


def _participant(sheet: Sheet, row: Sequence[str]) -> Someone:
    """A person by name, number in this assignment, and what a hub may call them."""
    identifier = _cell(sheet, row, "Identifier")
    number = _LAST_NUMBER.search(identifier)
    name = _cell(sheet, row, "Full name") or "Participant"  # so are the folders of blind marking
    return Someone(name, number[1] if number else "", _logins(sheet, row), name_is_enough=True)


def _course(sheet: Sheet, marks: Sequence[UnitMarks], named: Mapping[str, str]) -> Plan:
    who = tuple(place for name in WHO if (place := sheet.column(name)) is not None)
    titles = {
        place: found["title"]
        for place, heading in enumerate(sheet.heading)
        if place not in who and (found := _REAL.fullmatch(heading.strip()))
    }
    places, wider = {}, sheet
    for one in marks:
        if one.unit.name in named:
            places[one.unit.name] = chosen_column(sheet, titles, one.unit, named)
        else:
            places[one.unit.name] = len(wider.heading)
            heading = (*wider.heading, title_of(one.unit))
            wider = replace(wider, heading=heading, rows=tuple((*row, "") for row in wider.rows))
    people = {row: _student(sheet, cells) for row, cells in enumerate(sheet.rows)}
    columns = {unit: Column(place, {}) for unit, place in places.items()}
    kept = (*who, *(column.place for column in columns.values()))
    identity = tuple(
        place
        for name in ("Username", "ID number", "Email address")
        if (place := sheet.column(name)) is not None
    )
    return Plan(wider, people, columns, kept, identity)


def _student(sheet: Sheet, row: Sequence[str]) -> Someone:
    last = _cell(sheet, row, "Last name") or _cell(sheet, row, "Surname")
    name = f"{_cell(sheet, row, 'First name')} {last}".strip()
    return Someone(name, "", _logins(sheet, row), name_is_enough=True)


def _logins(sheet: Sheet, row: Sequence[str]) -> tuple[str, ...]:
    found = (_cell(sheet, row, name) for name in ("Username", "Email address", "ID number"))
    return tuple(login for login in found if login)


def _cell(sheet: Sheet, row: Sequence[str], heading: str) -> str:
    place = sheet.column(heading)
    return "" if place is None else row[place].strip()
