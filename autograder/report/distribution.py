"""How the marks of a unit are distributed: everybody of the class is counted exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from statistics import mean, median
from typing import Final, Literal

from autograder.report.overview import nothing_written, score
from autograder.verdict import SubmissionVerdict

BINS: Final = 10

Zero = Literal["not handed in", "unreadable", "stopped", "nothing written", "nothing right yet"]
Undecided = Literal["not graded yet", "the grader failed", "waits for a person"]

ZEROS: Final[tuple[Zero, ...]] = (
    "not handed in",
    "unreadable",
    "stopped",
    "nothing written",
    "nothing right yet",
)
UNDECIDED: Final[tuple[Undecided, ...]] = (
    "not graded yet",
    "the grader failed",
    "waits for a person",
)


@dataclass(frozen=True)
class Distribution:
    """Everybody's share of the points decided so far.

    Parameters
    ----------
    shares : tuple of float
        Of those with some points; above 0, at most 1 unless a person gave more.
    zeros : mapping
        Who counts as 0, by why.
    undecided : mapping
        Who has no mark yet, by why.
    """

    shares: tuple[float, ...]
    zeros: Mapping[Zero, tuple[str, ...]]
    undecided: Mapping[Undecided, tuple[str, ...]]

    @property
    def bins(self) -> list[int]:
        """How many have a share in each tenth; full points count in the last."""
        counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in self.shares)
        return [counts[number] for number in range(BINS)]

    @property
    def zero(self) -> int:
        """How many count as 0."""
        return sum(map(len, self.zeros.values()))

    @property
    def people(self) -> int:
        """How many there are in all."""
        return len(self.shares) + self.zero + sum(map(len, self.undecided.values()))

    @property
    def with_zeros(self) -> tuple[float, ...]:
        """The shares of all whose mark is decided, nothing handed in included."""
        return (*self.shares, *([0.0] * self.zero))

    @property
    def mean(self) -> float | None:
        """The mean share of all whose mark is decided."""
        return mean(self.with_zeros) if self.with_zeros else None

    @property
    def median(self) -> float | None:
        """The share that half of all whose mark is decided reach."""
        return median(self.with_zeros) if self.with_zeros else None


def distribution(
    verdicts: Iterable[SubmissionVerdict],
    everybody: Iterable[str] = (),
    ungraded: Collection[str] = (),
) -> Distribution:
    """Sort the class into marks above 0, marks of 0 with their reason, and no mark yet.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        Of one unit, at most one per student.
    everybody : iterable of str
        The students of the class; those of the verdicts are added.
    ungraded : collection of str
        Students who handed in something that has not been graded.
    """
    graded = {verdict.student: verdict for verdict in verdicts}
    shares: list[float] = []
    zeros: dict[Zero, list[str]] = {kind: [] for kind in ZEROS}
    undecided: dict[Undecided, list[str]] = {kind: [] for kind in UNDECIDED}
    for student in sorted({*everybody, *graded, *ungraded}):
        verdict = graded.get(student)
        share = score(verdict).share if verdict else None
        if share:
            shares.append(share)
        elif verdict is None and student in ungraded:
            undecided["not graded yet"].append(student)
        elif verdict is not None and verdict.status == "failed":
            undecided["the grader failed"].append(student)
        elif verdict is not None and share is None and verdict.status != "unreadable":
            undecided["waits for a person"].append(student)
        else:
            zeros[_why_nothing(verdict)].append(student)
    return Distribution(
        tuple(shares),
        {kind: tuple(found) for kind, found in zeros.items() if found},
        {kind: tuple(found) for kind, found in undecided.items() if found},
    )


def _why_nothing(verdict: SubmissionVerdict | None) -> Zero:
    if verdict is None:
        return "not handed in"
    if verdict.status == "unreadable":
        return "unreadable"
    if verdict.status == "stopped":
        return "stopped"
    return "nothing written" if nothing_written(verdict) else "nothing right yet"
