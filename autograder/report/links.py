"""Where the names and questions of a report lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from autograder.report.formgrader import Formgrader
from autograder.report.roll import Handed, Roll


@dataclass(frozen=True)
class Links:
    """Addresses for a page; None where there is nothing to lead to.

    Parameters
    ----------
    feedback : mapping
        Relative paths of feedback pages.
    roll : Roll
        Which submissions the gradebook has.
    formgrader : Formgrader or None
        Where work is marked by hand.
    notebook : str or None
        The name of the unit's notebook in the gradebook, for a report on one unit.
    course : str or None
        Relative path of the report on the whole course.
    """

    feedback: Mapping[Handed, str]
    roll: Roll
    formgrader: Formgrader | None = None
    notebook: str | None = None
    course: str | None = None

    def feedback_of(self, student: str, unit: str) -> str | None:
        """A learner's feedback page, as a relative address."""
        path = self.feedback.get((student, unit))
        return quote(path, safe="/._-") if path else None

    def marking_of(self, student: str, unit: str) -> str | None:
        """The formgrader's page on one submission."""
        page = self.roll.hand_in(student, unit).page
        return self.formgrader.submission(page) if self.formgrader and page else None

    def answers(self, unit: str) -> str | None:
        """The formgrader's list of submissions to mark by hand."""
        if self.formgrader is None or self.notebook is None:
            return None
        return self.formgrader.answers(unit, self.notebook)
