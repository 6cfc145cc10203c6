"""Verdicts kept in the class folder: what is graded already, and what the gradebook knows of it."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from autograder.class_folder import ClassFolder, write_atomically, writing_in
from autograder.hashes import hash_of
from autograder.unit import COURSE, ROOT, Unit
from autograder.verdict import CriterionVerdict, Entry, Example, ExerciseVerdict, SubmissionVerdict

GRADER: Final = ROOT / "autograder"
COMPANION: Final = COURSE / "nand2resnet"


@dataclass(frozen=True)
class Kept:
    """A verdict, and what it was reached from.

    Parameters
    ----------
    verdict : SubmissionVerdict
        What grading found.
    fingerprint : str
        Hash of everything that decides the verdict; another one means: grade again.
    submission : str
        Hash of what was handed in.
    recorded : str or None
        Once the gradebook has this verdict: a hash of which gradebook, and of the timestamp.
    settled : str or None
        The ``submission`` whose marks the gradebook took last. What a human gave to that very
        submission needs no second look.
    """

    verdict: SubmissionVerdict
    fingerprint: str
    submission: str
    recorded: str | None = None
    settled: str | None = None


def load_verdicts(folder: ClassFolder, unit: str) -> list[SubmissionVerdict]:
    """All verdicts on a unit, by student: for feedback and reports, without grading again."""
    kept = (read_kept(path) for path in sorted((folder.ours / "verdicts" / unit).glob("*.json")))
    return [one.verdict for one in kept if one is not None]


def load_kept(folder: ClassFolder, unit: str, student: str) -> Kept | None:
    """What is kept on a submission; None if nothing is, or nothing that can be read."""
    return read_kept(_place(folder, unit, student))


def keep(folder: ClassFolder, kept: Kept) -> None:
    """Keep a verdict, in place of an earlier one on the same submission."""
    path = _place(folder, kept.verdict.unit, kept.verdict.student)
    with writing_in(folder.ours):
        write_kept(path, kept)


def write_kept(path: Path, kept: Kept) -> None:
    """Write it to a file, whole or not at all."""
    write_atomically(path, json.dumps(asdict(kept), indent=1).encode() + b"\n", mode=0o600)


def fingerprint(submission: str, unit: Unit, seed: str) -> str:
    """Hash of all that decides a verdict: submission, unit, grader, seed."""
    parts = (submission, unit_version(unit), grader_version(), seed)
    return hash_of(*(part.encode() for part in parts))


def unit_version(unit: Unit) -> str:
    """Hash of a unit's files, as they are now."""
    return _hash_of_files([*unit.path.parent.glob("*.py"), unit.release])


@functools.cache
def grader_version() -> str:
    """Hash of the code that grades, as it was when this program started to."""
    return _hash_of_files([*GRADER.rglob("*.py"), *COMPANION.rglob("*.py")])


def _hash_of_files(paths: Iterable[Path]) -> str:
    parts = []
    for path in sorted(paths):
        parts += [str(path.relative_to(ROOT)).encode(), path.read_bytes()]
    return hash_of(*parts)


def _place(folder: ClassFolder, unit: str, student: str) -> Path:
    return folder.ours / "verdicts" / unit / f"{student}.json"


def read_kept(path: Path) -> Kept | None:
    """Read it back; None if it is not there, or not whole."""
    try:
        data = json.loads(path.read_bytes())
        return Kept(**data | {"verdict": _verdict(data["verdict"])})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None  # as good as missing: the submission is graded again


def _verdict(data: dict[str, Any]) -> SubmissionVerdict:
    exercises = tuple(_exercise(one) for one in data["exercises"])
    return SubmissionVerdict(**data | {"exercises": exercises, "notes": tuple(data["notes"])})


def _exercise(data: dict[str, Any]) -> ExerciseVerdict:
    criteria = tuple(CriterionVerdict(**one) for one in data["criteria"])
    example = data["example"] and Example(**data["example"])
    entry = data["entry"] and Entry(**data["entry"])
    return ExerciseVerdict(**data | {"criteria": criteria, "example": example, "entry": entry})
