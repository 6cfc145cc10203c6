"""A term of five units with the class of 24 and a few stories: the course's report is tested and
looked at with it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from autograder.report.roll import HandIn, Roll
from autograder.verdict import ExerciseVerdict, SubmissionVerdict
from tests.report.classroom import UNIT, UNIT_TITLE, class_of_24

TITLES = {
    "00_start_here": "Start here",
    UNIT: UNIT_TITLE,
    "02_regression": "Regression",
    "03_perceptron": "The perceptron",
    "04_activations_and_losses": "Activations and losses",
}
UNITS = tuple(TITLES)
FIRST_DUE = datetime(2026, 10, 26, 17, 0, tzinfo=UTC)
NEVER = "zeno"
NAMES = {"ada": "Ada Lovelace", "kurt": "Kurt Gödel", NEVER: "Zeno of Elea"}
# Who leaves after which unit, and whose work is as kurt's, all blank, from which unit on.
LEAVES = {"tim": 1, "niklaus": 2}
FADES = {"radia": 3}
RECURRING = ("any shape", "input left alone")
"""Criteria that every unit has; the others are a unit's own."""
EARLY = (50, 30, 20, 6, 2, 0.5, -3)
"""Hours before the due date, in turn."""


def units() -> dict[str, list[SubmissionVerdict]]:
    """The verdicts of each unit; every learner's luck wanders through the class."""
    return {name: _unit(number, name) for number, name in enumerate(UNITS)}


def roll() -> Roll:
    """The class's names and times; the last unit has no due date."""
    due = {name: FIRST_DUE + timedelta(weeks=week) for week, name in enumerate(UNITS[:-1])}
    hand_ins = {}
    for name, verdicts in units().items():
        for number, verdict in enumerate(verdicts):
            limit = due.get(name)
            early = timedelta(hours=EARLY[number % len(EARLY)])
            when = limit - early if limit else FIRST_DUE + timedelta(weeks=4) - early
            page = f"{number:02}{name[:2]}"
            hand_ins[verdict.student, name] = HandIn(when, limit, page)
    everybody = {verdict.student for verdict in class_of_24()} | set(NAMES)
    return Roll(dict.fromkeys(sorted(everybody), "") | NAMES, due, hand_ins)


def _unit(number: int, name: str) -> list[SubmissionVerdict]:
    found = class_of_24()
    turned = found if name == UNIT else found[5 * number :] + found[: 5 * number]
    by_student = {one.student: one for one in found}
    verdicts = []
    for learner, luck in zip(found, turned, strict=True):
        if number > LEAVES.get(learner.student, len(UNITS)):
            continue
        fades = number >= FADES.get(learner.student, len(UNITS))
        verdict = by_student["kurt"] if fades or learner.student == "kurt" else luck
        exercises = tuple(_moved(entry, name) for entry in verdict.exercises)
        own = replace(verdict, student=learner.student, unit=name, exercises=exercises)
        verdicts.append(replace(own, seconds=verdict.seconds * (1 + number)))
    return verdicts


def _moved(entry: ExerciseVerdict, unit: str) -> ExerciseVerdict:
    """The exercise as one of another unit, with criteria of that unit's own."""
    criteria = tuple(
        part
        if unit == UNIT or part.name in RECURRING
        else replace(part, name=f"{part.name} ({unit[:2]})")
        for part in entry.criteria
    )
    return replace(entry, unit=unit, criteria=criteria)
