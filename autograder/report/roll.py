"""Who is in a class, and what nbgrader's gradebook knows of when they handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from autograder.verdict import SubmissionVerdict

Handed = tuple[str, str]
"""Student and unit."""


@dataclass(frozen=True)
class HandIn:
    """One submission as the gradebook has it.

    Parameters
    ----------
    when : datetime or None
        The time it was handed in, with its zone.
    due : datetime or None
        The time this learner had, an extension included.
    page : str or None
        The id under which the formgrader shows it.
    """

    when: datetime | None = None
    due: datetime | None = None
    page: str | None = None


@dataclass(frozen=True)
class Roll:
    """A class: its people with their names, as far as known, and what they handed in.

    Parameters
    ----------
    names : mapping
        Full names, perhaps empty, by student id.
    due : mapping
        Due dates, without extensions, by unit; units without one are missing.
    hand_ins : mapping
        By student and unit.
    ungraded : frozenset
        Students and units that were handed in and have no verdict yet.
    """

    names: Mapping[str, str] = field(default_factory=dict)
    due: Mapping[str, datetime] = field(default_factory=dict)
    hand_ins: Mapping[Handed, HandIn] = field(default_factory=dict)
    ungraded: frozenset[Handed] = frozenset()

    def everybody(self, verdicts: Iterable[SubmissionVerdict] = ()) -> tuple[str, ...]:
        """All ids there are, in order: of the gradebook, and of whoever handed something in."""
        handed_in = {student for student, _ in self.ungraded}
        return tuple(sorted({*self.names, *handed_in, *(one.student for one in verdicts)}))

    def hand_in(self, student: str, unit: str) -> HandIn:
        """What is known of one submission; nothing, if it is not in the gradebook."""
        return self.hand_ins.get((student, unit), HandIn())

    def is_open(self, unit: str, now: datetime) -> bool:
        """Whether there is still time: then nobody is missing yet."""
        return unit in self.due and now < self.due[unit]
