"""Who is stuck or falling behind: four plain rules, each with the evidence it found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import TYPE_CHECKING, Final, Literal

from autograder.standing import standing
from autograder.verdict import SubmissionVerdict

if TYPE_CHECKING:
    from autograder.report.course import Mark

MISSED: Final = 2
"""Units at the end of the course that have not been handed in."""
LOW: Final = 0.5
"""Share of the points below which a unit counts as low."""
LOW_UNITS: Final = 2
"""Low units, the last ones handed in, that make somebody stuck."""
FALL: Final = 0.25
"""By how much the last units lie below the ones before, for somebody who falls."""
SAME_CRITERION: Final = 3
"""Units in which the same criterion was missed."""

Kind = Literal["missing", "low", "falling", "same criterion"]
RULES: Final[dict[Kind, str]] = {
    "missing": f"has not handed in the last {MISSED} units, or more",
    "low": f"has under {LOW:.0%} of the points in each of the last {LOW_UNITS} units handed in",
    "falling": f"has in the last {LOW_UNITS} units handed in {FALL * 100:.0f} points of a hundred "
    f"less, on average, than in the units before ({LOW_UNITS} or more)",
    "same criterion": f"has missed a criterion of the same name in {SAME_CRITERION} or more units, "
    "in exercises that were written",
}


@dataclass(frozen=True)
class Trouble:
    """One reason for which somebody is listed, in words."""

    kind: Kind
    words: str


def troubles(marks: Sequence[Mark]) -> Iterator[Trouble]:
    """Apply the rules to one learner's units, in the order of the course.

    A unit for which there is still time, or that was handed in and is not graded yet, is passed
    over.

    Parameters
    ----------
    marks : sequence of Mark
        One per unit.
    """
    over = [mark for mark in marks if mark.state not in ("open", "ungraded", "failed")]
    missed = _missed_at_the_end(over)
    if len(missed) >= MISSED:
        names = ", ".join(missed)
        what = "any unit" if len(missed) == len(over) else f"the last {len(missed)} units"
        yield Trouble("missing", f"has not handed in {what} ({names})")
    shares = [(mark.unit, mark.share) for mark in over if mark.share is not None]
    last, before = shares[-LOW_UNITS:], shares[:-LOW_UNITS]
    listed = ", ".join(f"{short(unit)}: {share:.0%}" for unit, share in last)
    if len(last) == LOW_UNITS and all(share < LOW for _, share in last):
        yield Trouble("low", f"low in the last {LOW_UNITS} units handed in ({listed})")
    if len(before) >= LOW_UNITS and (now := _mean(last)) <= (was := _mean(before)) - FALL:
        yield Trouble("falling", f"fell from {was:.0%} to {now:.0%} ({listed})")
    if again := list(_missed_again(mark.verdict for mark in over)):
        named = ", ".join(f"“{name}” ({', '.join(units)})" for name, units in again)
        yield Trouble("same criterion", f"missed again and again: {named}")


def short(unit: str) -> str:
    """A unit's number, by which the course is spoken of; its whole name if it has none."""
    number = unit.partition("_")[0]
    return number if number.isdigit() else unit


def _missed_at_the_end(marks: Sequence[Mark]) -> list[str]:
    missed: list[str] = []
    for mark in reversed(marks):
        if mark.state != "missing":
            break
        missed.insert(0, short(mark.unit))
    return missed


def _missed_again(verdicts: Iterable[SubmissionVerdict | None]) -> Iterator[tuple[str, list[str]]]:
    """Criteria that were missed in several units, most units first."""
    units: dict[str, list[str]] = {}
    for verdict in verdicts:
        for name in sorted(set(_missed_criteria(verdict))):
            units.setdefault(name, []).append(short(verdict.unit) if verdict else "")
    often = [item for item in units.items() if len(item[1]) >= SAME_CRITERION]
    yield from sorted(often, key=lambda item: (-len(item[1]), item[0]))


def _missed_criteria(verdict: SubmissionVerdict | None) -> Iterator[str]:
    """The criteria missed in exercises that were written: a stub says nothing of a skill."""
    for entry in verdict.exercises if verdict else ():
        if standing(entry).state in ("part", "none"):
            yield from (criterion.name for criterion in entry.criteria if not criterion.passed)


def _mean(shares: Sequence[tuple[str, float]]) -> float:
    return mean(share for _, share in shares)
