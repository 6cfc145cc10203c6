"""The unit in the course's table of contents: data, so that a learner's progress can be shown."""

from __future__ import annotations

import json
import re

from autograder.unit import Unit
from nand2resnet.contents import digest_of


def contents_bytes(unit: Unit) -> bytes:
    """The contents file of a unit."""
    exercises = [
        {
            "name": name,
            "points": exercise.max_points,
            "check": digest_of(unit.cell("check", name).source),
        }
        for name, exercise in unit.exercises.items()
    ]
    data = {
        "unit": unit.name,
        "title": title_of(unit),
        "notebook": unit.release.name,
        "exercises": exercises,
        "questions": [{"name": cell.name, "points": cell.points} for cell in unit.questions],
    }
    return (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode()


def title_of(unit: Unit) -> str:
    """What stands at the top of the notebook; the notebook's name if nothing does."""
    for cell in unit.cells:
        if cell.role == "prose" and (heading := re.search(r"^# (.+)$", cell.source, re.MULTILINE)):
            return heading[1].strip()
    return unit.notebook_name
