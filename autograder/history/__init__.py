"""What became of a student's submissions of a unit, one after the other.

The gradebook knows only the last one, which is the one that counts. Here every version that was
graded leaves a line: a hash of what was handed in, times, and marks. Lines are only ever added; a
line cut short by a crash is not read, and the next one begins anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.class_folder import ClassFolder, writing_in
from autograder.kept import Kept


@dataclass(frozen=True)
class Version:
    """One graded version.

    Parameters
    ----------
    graded : str
        When, in UTC.
    handed_in : str or None
        The text of nbgrader's timestamp.txt.
    submission : str
        Hash of what was handed in: another one means that it was handed in again, the same one
        that it was graded again.
    points : mapping of str to float or None
        By exercise and written question; None where a human decides. What a human gave is in the
        gradebook.
    """

    graded: str
    handed_in: str | None
    submission: str
    status: str
    max_points: float
    points: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """What the grader gave in all."""
        return sum(points or 0.0 for points in self.points.values())


def history(folder: ClassFolder, unit: str, student: str) -> list[Version]:
    """The versions of a student's submission, the oldest first."""
    try:
        lines = _place(folder, unit, student).read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [version for version in map(_version, lines) if version is not None]


def remember(folder: ClassFolder, kept: Kept, handed_in: str | None) -> None:
    """Add a verdict to its student's history, unless it only says again what the last line says.

    A grader that failed has graded nothing, and leaves no line.
    """
    verdict = kept.verdict
    if verdict.status == "failed":
        return
    before = history(folder, verdict.unit, verdict.student)
    points = {one.exercise: one.points for one in verdict.exercises}
    if before and (before[-1].submission, before[-1].points) == (kept.submission, points):
        return
    version = Version(
        graded=f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        handed_in=handed_in,
        submission=kept.submission,
        status=verdict.status,
        max_points=verdict.max_points,
        points=points,
    )
    with writing_in(folder.ours):
        _append(_place(folder, verdict.unit, verdict.student), json.dumps(asdict(version)))


def _append(path: Path, line: str) -> None:
    """Add a line in one write; behind one that a crash cut short, on a new line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        file.write(b"\n" * torn + line.encode() + b"\n")
        os.fsync(file.fileno())


def _place(folder: ClassFolder, unit: str, student: str) -> Path:
    return folder.ours / "history" / unit / f"{student}.jsonl"


def _version(line: bytes) -> Version | None:
    try:
        data: dict[str, Any] = json.loads(line)
        return Version(**data)
    except (ValueError, TypeError):
        return None
