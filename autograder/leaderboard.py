"""Who is shown on a unit's leaderboard, under which pseudonym, with what the oracle measured.

A pseudonym is a learner's own text: it is read from the notebook, never run, and never believed.
Nothing on a leaderboard tells who somebody is.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from autograder.job import Observed
from autograder.merge import Merged
from autograder.oracle import Oracle
from autograder.sanitize import clean_name
from autograder.verdict import Entry, ExerciseVerdict, SubmissionVerdict

LONGEST_PSEUDONYM: Final = 24
LONG_ENOUGH: Final = 5
"""Letters of a name that give somebody away inside a longer text; shorter ones do as a whole."""


@dataclass(frozen=True)
class Place:
    """One line of a leaderboard."""

    rank: int
    pseudonym: str
    values: tuple[float | int, ...]


@dataclass(frozen=True)
class Board:
    """The leaderboard of one exercise. ``hidden`` counts entries that would have given a name."""

    unit: str
    exercise: str
    columns: tuple[str, ...]
    places: tuple[Place, ...]
    hidden: int


def entry_of(
    oracle: Oracle, verdict: ExerciseVerdict, observed: Observed, merged: Merged
) -> Entry | None:
    """What a submission shows of an exercise: nothing without a pseudonym, or without all points.

    Parameters
    ----------
    oracle : Oracle
        Of the unit; it knows the cases.
    verdict : ExerciseVerdict
        What the oracle said.
    observed : Observed
        What came out of the sandbox.
    merged : Merged
        The submission, in which the pseudonym stands.
    """
    board = oracle.unit.exercises[verdict.exercise].board
    if board is None or verdict.points != verdict.max_points:
        return None
    sources = (cell.source for cell in merged.cells if cell.is_code)
    pseudonym = pseudonym_in(sources, board.pseudonym)
    if not pseudonym:
        return None
    first = oracle.expectation(verdict.exercise).cases[0]
    return Entry(pseudonym, dict(board.measure(first.case, observed.cases[0])))


def pseudonym_in(sources: Iterable[str], variable: str) -> str:
    """The text that a notebook's cells give to a variable, the last time they do; else nothing.

    The cells are read, not run: only a text that stands there as it is counts.
    """
    found = ""
    for source in sources:
        if variable not in source:
            continue
        try:
            statements = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue  # a magic, or no Python
        for statement in statements:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str(text))):
                    found = text if name == variable else found
    return shown(found)


def shown(pseudonym: str) -> str:
    """A pseudonym as it may be shown: one short line of text; empty if nothing is left of it."""
    text = unicodedata.normalize("NFKC", pseudonym[: 8 * LONGEST_PSEUDONYM])
    if not letters(text):
        return ""
    return "".join(filter(str.isprintable, clean_name(text, LONGEST_PSEUDONYM)))


def letters(text: str) -> str:
    """What is left of a name without accents, case, spaces and signs: to compare names by."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(c for c in apart if not unicodedata.combining(c)))


def boards(verdicts: Iterable[SubmissionVerdict], people: Iterable[str] = ()) -> list[Board]:
    """The leaderboards of a class, one for each exercise that somebody is shown for.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner and unit.
    people : iterable of str
        Names of people, besides the ids of those who handed something in. An entry whose
        pseudonym gives one of them away is not shown.
    """
    verdicts = list(verdicts)
    names = {letters(name) for name in (*people, *(verdict.student for verdict in verdicts))}
    names.discard("")
    entries: dict[tuple[str, str], list[Entry]] = {}
    for verdict in verdicts:
        for exercise in verdict.exercises:
            if exercise.entry is not None:
                entries.setdefault((exercise.unit, exercise.exercise), []).append(exercise.entry)
    return [_board(*key, entries[key], names) for key in sorted(entries)]


def _board(unit: str, exercise: str, entries: list[Entry], names: set[str]) -> Board:
    open_ones = [entry for entry in entries if not gives_away(entry.pseudonym, names)]
    columns = tuple(entries[0].values)
    # Ties by pseudonym: the order must not tell who handed in first, or whose id comes first.
    ordered = sorted(open_ones, key=lambda entry: (*_merit(entry), entry.pseudonym))
    chosen = Counter(letters(entry.pseudonym) for entry in ordered)
    met: Counter[str] = Counter()
    ranks: dict[tuple[float, ...], int] = {}
    places = []
    for place, entry in enumerate(ordered, 1):
        same = letters(entry.pseudonym)
        met[same] += 1
        text = entry.pseudonym if chosen[same] == 1 else f"{entry.pseudonym} ({met[same]})"
        rank = ranks.setdefault(_merit(entry), place)
        places.append(Place(rank, text, tuple(entry.values[name] for name in columns)))
    return Board(unit, exercise, columns, tuple(places), len(entries) - len(open_ones))


def _merit(entry: Entry) -> tuple[float, ...]:
    """What entries are sorted by: of shares more is better, of costs less."""
    return tuple(-v if isinstance(v, float) else v for v in entry.values.values())


def gives_away(pseudonym: str, names: set[str]) -> bool:
    """Whether a pseudonym is the name of somebody, holds it, or is a long part of it."""
    told = letters(pseudonym)
    length = len(told)
    held = {told[a:b] for a in range(length) for b in range(a + LONG_ENOUGH, length + 1)}
    if told in names or not held.isdisjoint(names):
        return True
    return length >= LONG_ENOUGH and told in "\n".join(names)
