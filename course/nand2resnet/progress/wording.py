"""Progress in words: the same sentences for the terminal and for the panel."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import nand2resnet
from nand2resnet.contents import UnitEntry
from nand2resnet.progress.standing import ExerciseStanding, NextStep, UnitStanding

CALM = "No check has passed yet: that is where everybody begins."
DONE = "Every check of the units that you have has passed."
LIMIT = (
    "A passed check says that the answer is right on the examples of the notebook; the grader "
    "tries more."
)


def summary(units: Sequence[UnitStanding]) -> str:
    """How much has been done, in a sentence."""
    passed, needed = sum(unit.passed for unit in units), sum(len(unit.needed) for unit in units)
    if passed == 0:
        return CALM
    if passed == needed:
        return DONE
    return f"{passed} of {needed} exercises have passed their checks."


def count(unit: UnitStanding) -> str:
    """How much of a unit has been done: ``3 of 8``, and optional exercises beside it."""
    optional = [each for each in unit.exercises if each.exercise.is_optional]
    extra = sum(each.state == "passed" for each in optional)
    return f"{unit.passed} of {len(unit.needed)}" + (f", {extra} optional" if extra else "")


def state(each: ExerciseStanding) -> str:
    """How an exercise stands, in a few words."""
    day = f"{each.since.astimezone():%Y-%m-%d}" if each.since else ""
    optional = ", optional" if each.exercise.is_optional else ""
    return {
        "new": f"not yet{optional}",
        "tried": f"tried{optional}",
        "passed": f"passed on {day}{optional}",
        "lost": f"had passed, refused on {day}{optional}",
    }[each.state]


def invitation(step: NextStep) -> str:
    """What to do next, up to where its notebook lies."""
    verb = {"lost": "Look again at", "tried": "Go on with"}.get(step.exercise.state, "Next:")
    name = f"`{step.exercise.exercise.name}`"
    return f"{verb} {name} in unit {step.unit.number}, {step.unit.title}"


def notebook_of(unit: UnitEntry) -> Path | None:
    """The unit's notebook, looked for around the current folder and beside this package."""
    here = Path.cwd()
    for folder in (here, here / "course", here.parent, Path(nand2resnet.__file__).parents[1]):
        notebook = folder / unit.name / unit.notebook
        if notebook.is_file():
            return notebook
    return None
