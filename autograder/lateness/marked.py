"""Who is late by the word of Canvas or Moodle, whose downloads do not say by how much."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from autograder.class_folder import ClassFolder, write_atomically, writing_in


def marked_late(folder: ClassFolder, unit: str) -> frozenset[str]:
    """The students whose last collected submission bore the mark."""
    try:
        students = json.loads(_place(folder, unit).read_bytes())
    except (FileNotFoundError, ValueError):
        return frozenset()
    return frozenset(one for one in students if isinstance(one, str))


def remember_marks(folder: ClassFolder, unit: str, late: Mapping[str, bool]) -> None:
    """Remember, for these students, whether what was collected now was marked as late."""
    known = set(marked_late(folder, unit))
    now = known.difference(late) | {student for student, is_late in late.items() if is_late}
    if now != known:
        with writing_in(folder.ours):
            text = json.dumps(sorted(now), indent=1) + "\n"
            write_atomically(_place(folder, unit), text.encode(), mode=0o600)


def _place(folder: ClassFolder, unit: str) -> Path:
    return folder.ours / "late" / f"{unit}.json"
