"""Which column of a table is a unit's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograder.collect.naming import clean
from autograder.errors import ClassTrouble
from autograder.marks.sheet import Sheet
from autograder.publishing import title_of
from autograder.unit import Unit, load_unit


def chosen_column(
    sheet: Sheet, titles: Mapping[int, str], unit: Unit, named: Mapping[str, str]
) -> int:
    """The column the instructor named, else the one whose title holds the unit's name or title.

    Parameters
    ----------
    titles : mapping of int to str
        The columns there are to choose from.
    named : mapping of str to str
        Headings or titles, by unit.

    Raises
    ------
    ClassTrouble
        There is none, or more than one.
    """
    wanted = named.get(unit.name)
    if wanted is not None:
        found = [
            place
            for place, title in titles.items()
            if wanted.strip() in (title.strip(), sheet.heading[place].strip())
        ]
    else:
        ours = (clean(unit.name), clean(title_of(unit)))
        plain = {place: clean(title) for place, title in titles.items()}
        found = [place for place, title in plain.items() if title in ours] or [
            place for place, title in plain.items() if any(one in title for one in ours)
        ]
    if len(found) == 1:
        return found[0]
    raise ClassTrouble(
        f"{'no column' if not found else 'more than one column'} of {sheet.path.name} is "
        f"{unit.name}'s. Say which: --column '{unit.name}=TITLE'. There are: "
        f"{', '.join(repr(title) for title in titles.values()) or 'none'}. Nothing was written."
    )


def named_columns(told: Iterable[str]) -> dict[str, str]:
    """Read ``UNIT=TITLE`` as the command line has it: titles by unit.

    Raises
    ------
    GraderError
        Something else stands there, or an unknown unit.
    """
    named = {}
    for one in told:
        unit, equals, title = one.partition("=")
        if not equals or not title.strip():
            raise ClassTrouble(f"--column takes UNIT=TITLE, such as '01=Homework 1'; not {one!r}")
        named[load_unit(unit.strip()).name] = title
    return named
