"""What the course holds: its units, and the exercises of each, as plain data.

The build writes one ``<unit>.json`` into this folder:

    {"unit": "...", "title": "...", "notebook": "....ipynb",
     "exercises": [{"name": "...", "points": 2.0, "check": "<digest of its check cell>"}],
     "questions": [{"name": "...", "points": 2.0}]}
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
DIGEST_LENGTH = 16


@dataclass(frozen=True)
class ExerciseEntry:
    """An exercise in the table of contents.

    Attributes
    ----------
    name : str
        What the learner writes.
    points : float
        What it is worth; 0 if it is optional.
    check : str
        The digest of the cell that checks it.
    """

    name: str
    points: float
    check: str

    @property
    def is_optional(self) -> bool:
        """Whether it carries no points."""
        return self.points == 0


@dataclass(frozen=True)
class UnitEntry:
    """A unit in the table of contents: one notebook.

    Attributes
    ----------
    name, title : str
        ``01_gradient_descent``, and what stands at the top of its notebook.
    notebook : str
        The notebook's file name; it lies in a folder that is called like the unit.
    exercises : tuple of ExerciseEntry
        In the order of the notebook.
    questions : int
        How many questions are to be answered in words.
    """

    name: str
    title: str
    notebook: str
    exercises: tuple[ExerciseEntry, ...]
    questions: int

    @property
    def number(self) -> str:
        """The unit's number, as in ``unit 01``."""
        return self.name.partition("_")[0]


@functools.cache
def course(folder: Path = FOLDER) -> tuple[UnitEntry, ...]:
    """The units that are here, in the order of the course; one that cannot be read is left out."""
    units = []
    for path in sorted(folder.glob("*.json")):
        try:
            units.append(_read_unit(path))
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return tuple(units)


def _read_unit(path: Path) -> UnitEntry:
    data = json.loads(path.read_text(encoding="utf-8"))
    exercises = tuple(
        ExerciseEntry(entry["name"], float(entry["points"]), entry["check"])
        for entry in data["exercises"]
    )
    return UnitEntry(
        data["unit"], data["title"], data["notebook"], exercises, len(data["questions"])
    )


def digest_of(source: str) -> str:
    """Identify a check cell by its text, by 16 hexadecimal digits; space around it is ignored."""
    return hashlib.sha256(source.strip().encode()).hexdigest()[:DIGEST_LENGTH]


def checked_by(source: str, folder: Path = FOLDER) -> tuple[UnitEntry, ExerciseEntry] | None:
    """The exercise whose check cell has this text, and its unit; None if it is another cell."""
    digest = digest_of(source)
    for unit in course(folder):
        for exercise in unit.exercises:
            if exercise.check == digest:
                return unit, exercise
    return None
