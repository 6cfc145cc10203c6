"""Canvas's gradebook as a CSV file: exported there, filled here, imported there.

The columns up to Section say who it is; then come the instructor's own, one per assignment with
its number in parentheses, and sums that are read only. Under the heading stands a row that says
which assignments are posted by hand, if any, and one with the points possible.

Only the assignments asked for are written: a column that is not in the file stays as it is in
Canvas, whatever has happened there since the export.

Source: Canvas, lib/gradebook_exporter.rb and lib/gradebook_importer.rb.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from autograder.errors import ClassTrouble
from autograder.marks.columns import chosen_column
from autograder.marks.filling import Column, Plan
from autograder.marks.matching import Someone
from autograder.marks.sheet import Sheet, number_in
from autograder.marks.totals import UnitMarks

POSSIBLE: Final = "Points Possible"
EXCUSED: Final = ("EX", "N/A")
_ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<number>[0-9]+)\)")
_POSTING = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)
_READ_ONLY = re.compile(r"read\s+only", re.IGNORECASE)


def plan(sheet: Sheet, marks: Sequence[UnitMarks], named: Mapping[str, str]) -> Plan:
    """Say where marks go in an exported gradebook.

    Raises
    ------
    ClassTrouble
        It is none, or has no column, or several, that could be a unit's.
    """
    number, section = sheet.column("ID"), sheet.column("Section")
    if number is None or section is None or number > section:
        raise ClassTrouble(
            f"{sheet.path} is not Canvas's gradebook: its heading must have Student, ID and "
            "Section. Export it under Grades and give it as it is. Nothing was written."
        )
    possible = next((row for row in sheet.rows if POSSIBLE in row[0]), None)
    titles = {
        place: found["title"]
        for place, heading in enumerate(sheet.heading)
        if place > section
        and (found := _ASSIGNMENT.fullmatch(heading))
        and not (possible and _READ_ONLY.search(possible[place]))
    }
    people = {
        row: _someone(sheet, values, number)
        for row, values in enumerate(sheet.rows)
        if not _is_no_person(values)
    }
    columns = {}
    for one in marks:
        theirs = chosen_column(sheet, titles, one.unit, named)
        most = number_in(possible[theirs]) if possible else None
        columns[one.unit.name] = Column(theirs, dict.fromkeys(people, most))
    kept = (*range(section + 1), *sorted({column.place for column in columns.values()}))
    identity = tuple(
        place
        for name in ("ID", "SIS User ID", "SIS Login ID", "Integration ID")
        if (place := sheet.column(name)) is not None
    )
    return Plan(sheet, people, columns, kept, identity, final=EXCUSED)


def _someone(sheet: Sheet, row: Sequence[str], number: int) -> Someone:
    logins = tuple(
        row[place].strip()
        for name in ("SIS Login ID", "SIS User ID")
        if (place := sheet.column(name)) is not None and row[place].strip()
    )
    return Someone(" ".join(row[:number]), row[number].strip(), logins)


def _is_no_person(row: Sequence[str]) -> bool:
    return POSSIBLE in row[0] or all(_POSTING.fullmatch(cell) for cell in row)
