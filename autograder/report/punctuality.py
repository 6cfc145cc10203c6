"""When a class handed in, against the time each learner had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Final, Literal

from autograder.report.roll import HandIn
from autograder.verdict import SubmissionVerdict

Band = Literal["a day or more before", "on the last day", "in the last hour", "late"]
BANDS: Final[tuple[Band, ...]] = (
    "a day or more before",
    "on the last day",
    "in the last hour",
    "late",
)
SLOWEST: Final = 5


@dataclass(frozen=True)
class Punctuality:
    """When a unit was handed in. ``unknown`` counts those without a time or a due date."""

    bands: Mapping[Band, int]
    unknown: int
    first: datetime | None
    last: datetime | None
    late: tuple[str, ...]

    @property
    def known(self) -> int:
        """How many can be compared with a due date."""
        return sum(self.bands.values())


def punctuality(hand_ins: Mapping[str, HandIn]) -> Punctuality:
    """Sort submissions by how long before the learner's due date they came.

    Parameters
    ----------
    hand_ins : mapping
        What is known of each submission, by student.
    """
    bands: Counter[Band] = Counter()
    late = []
    for student, one in sorted(hand_ins.items()):
        if one.when is None or one.due is None:
            continue
        band = band_of(one.due - one.when)
        bands[band] += 1
        if band == "late":
            late.append(student)
    times = [one.when for one in hand_ins.values() if one.when is not None]
    return Punctuality(
        {band: bands[band] for band in BANDS if bands[band]},
        len(hand_ins) - sum(bands.values()),
        min(times, default=None),
        max(times, default=None),
        tuple(late),
    )


def band_of(left: timedelta) -> Band:
    """The band of a submission that came so long before its due date."""
    if left < timedelta(0):
        return "late"
    if left < timedelta(hours=1):
        return "in the last hour"
    return "on the last day" if left < timedelta(days=1) else "a day or more before"


@dataclass(frozen=True)
class GradingTime:
    """Seconds of grading: in all, of the typical submission, and of the slowest ones."""

    total: float
    typical: float
    slowest: tuple[SubmissionVerdict, ...]


def grading_time(verdicts: Iterable[SubmissionVerdict]) -> GradingTime | None:
    """How long grading took; None without submissions."""
    ordered = sorted(verdicts, key=lambda verdict: (-verdict.seconds, verdict.student))
    if not ordered:
        return None
    seconds = [verdict.seconds for verdict in ordered]
    return GradingTime(sum(seconds), median(seconds), tuple(ordered[:SLOWEST]))
