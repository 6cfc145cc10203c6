"""Verdicts that do not count yet, with their notebooks, beside the ones that do."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.class_folder import ClassFolder, write_atomically, writing_in
from autograder.kept import Kept, fingerprint, read_kept, write_kept
from autograder.unit import Unit
from autograder.workers import Result, Task


def stage(folder: ClassFolder, unit: Unit, task: Task, result: Result) -> None:
    """Keep a result for later; one of a grader that failed is not for keeping."""
    if result.notebook is None:
        return
    place = _place(folder, unit, task)
    kept = Kept(result.verdict, fingerprint(result.digest, unit, task.seed), result.digest)
    with writing_in(folder.ours):
        write_atomically(place.with_suffix(".ipynb"), result.notebook, mode=0o600)
        write_kept(place, kept)


def load_staged(folder: ClassFolder, unit: Unit, task: Task, digest: str) -> Result | None:
    """The result for this very submission, unit and grader; None if there is none."""
    place = _place(folder, unit, task)
    kept = read_kept(place)
    if kept is None or kept.fingerprint != fingerprint(digest, unit, task.seed):
        return None
    try:
        return Result(kept.verdict, place.with_suffix(".ipynb").read_bytes(), digest)
    except FileNotFoundError:
        return None


def clear_staged(folder: ClassFolder, unit: Unit) -> None:
    """Forget them all, once they count."""
    shutil.rmtree(_folder(folder, unit), ignore_errors=True)


def _place(folder: ClassFolder, unit: Unit, task: Task) -> Path:
    return _folder(folder, unit) / f"{task.submission.student}.json"


def _folder(folder: ClassFolder, unit: Unit) -> Path:
    return folder.ours / "regrade" / unit.name
