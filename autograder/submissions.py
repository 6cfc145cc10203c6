"""What a class handed in: nbgrader's ``submitted/<student>/<unit>/<notebook>.ipynb``.

Links are not followed: a learner could make one that points to anything the instructor can read.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.class_folder import ClassFolder
from autograder.errors import ClassTrouble, UnknownName, UnreadableNotebook
from autograder.hashes import hash_of
from autograder.unit import Unit, nearest

LARGEST_SUBMISSION_BYTES: Final = 20 << 20
TIMESTAMP: Final = "timestamp.txt"  # written by nbgrader beside what is handed in
SECRET: Final = "submission_secret.txt"  # so too; only who handed it in knows it
LARGEST_TEXT_BYTES: Final = 200
LONGEST_STUDENT_ID: Final = 128  # what nbgrader's tables hold
MOST_NAMES_SHOWN: Final = 3


@dataclass(frozen=True)
class HandedIn:
    """A notebook as it was handed in; or nothing, and why it cannot be graded."""

    notebook: bytes
    refusal: str | None = None

    @property
    def digest(self) -> str:
        """Hash of what was handed in, or of why that is nothing."""
        return hash_of(self.notebook, (self.refusal or "").encode())


@dataclass(frozen=True)
class Submission:
    """One student's folder for one unit."""

    student: str
    folder: Path
    notebook_name: str

    def content(self) -> HandedIn:
        """What was handed in; if there is no readable file of the right name, what was found."""
        try:
            return HandedIn(self._read())
        except UnreadableNotebook as error:
            return HandedIn(b"", str(error))

    def _read(self) -> bytes:
        name = f"{self.notebook_name}.ipynb"
        if self._is_elsewhere():
            raise UnreadableNotebook("the folder is a link to another; links are not followed")
        try:
            return read_file(self.folder / name, LARGEST_SUBMISSION_BYTES)
        except (FileNotFoundError, NotADirectoryError):
            raise UnreadableNotebook(f"there is no {name}: {self._found()}") from None

    def timestamp(self) -> str | None:
        """When it was handed in, as nbgrader's ``timestamp.txt`` says; None if there is none."""
        return self._line(TIMESTAMP)

    def secret(self) -> str | None:
        """What nbgrader's ``submission_secret.txt`` says; None if there is none."""
        return self._line(SECRET)

    def _line(self, name: str) -> str | None:
        """The text of a small file beside the notebook; None if there is none."""
        if self._is_elsewhere():
            return None
        try:
            text = read_file(self.folder / name, LARGEST_TEXT_BYTES)
        except (OSError, UnreadableNotebook):
            return None
        return text.decode(errors="replace").strip() or None

    def _is_elsewhere(self) -> bool:
        return self.folder.is_symlink() or self.folder.parent.is_symlink()

    def _found(self) -> str:
        """What the folder holds instead of the notebook."""
        if not self.folder.is_dir():
            return "in place of the unit's folder stands a file"
        try:
            names = sorted({path.name for path in self.folder.iterdir()} - {TIMESTAMP, SECRET})
        except OSError as error:
            return f"the folder cannot be read ({error.strerror})"
        notebooks = [name for name in names if name.endswith(".ipynb")]
        shown = [printable(name) for name in notebooks or names]
        if not shown:
            return "the folder is empty"
        more = f" and {len(shown) - MOST_NAMES_SHOWN} more" if len(shown) > MOST_NAMES_SHOWN else ""
        listed = ", ".join(shown[:MOST_NAMES_SHOWN]) + more
        if len(notebooks) == 1:
            return f"the folder holds {listed}; if that is the notebook, rename it"
        return f"the folder holds {listed}"


def students_with(folder: ClassFolder, unit: str) -> list[str]:
    """Who has handed something in for a unit, by its name; whatever it is."""
    return [student for student, _ in _places(folder, unit)]


def find_submissions(
    folder: ClassFolder, unit: Unit, only: Collection[str] | None = None
) -> list[Submission]:
    """The submissions of a unit, by student; those of some students only, if asked.

    Raises
    ------
    ClassTrouble
        There are none at all.
    UnknownName
        A student who was asked for has handed nothing in.
    """
    found = {one.student: one for one in _submissions(folder, unit)}
    if not found:
        raise ClassTrouble(
            f"nobody has handed in {unit.name}: there is no "
            f"{folder.submitted}/<student>/{unit.name}/{unit.notebook_name}.ipynb"
        )
    for student in only or ():
        if student not in found:
            raise UnknownName(
                f"{student!r} has not handed in {unit.name}. {nearest(student, list(found))}"
            )
    return [found[student] for student in sorted(found) if only is None or student in only]


def _submissions(folder: ClassFolder, unit: Unit) -> Iterator[Submission]:
    for student, place in _places(folder, unit.name):
        yield Submission(student, place, unit.notebook_name)


def _places(folder: ClassFolder, unit: str) -> Iterator[tuple[str, Path]]:
    """Students, and what lies where their folders for a unit should."""
    try:
        students = list(os.scandir(folder.submitted))
    except OSError:
        return
    for student in students:
        place = Path(student.path) / unit
        if not student.name.startswith(".") and os.path.lexists(place):
            yield student_id(student.name), place


def student_id(name: str) -> str:
    """The folder's name; if the gradebook could not take that, one made from it."""
    if name.isprintable() and len(name) <= LONGEST_STUDENT_ID:
        return name
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:8]
    return f"{printable(name)[: LONGEST_STUDENT_ID // 2]}-{digest}"


def read_file(path: Path, largest: int) -> bytes:
    """Read an ordinary file; never a link, a pipe or a device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise
    except OSError as error:
        if path.is_symlink():
            raise UnreadableNotebook(f"{path.name} is a link; links are not followed") from None
        raise UnreadableNotebook(f"{path.name} cannot be read: {error.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableNotebook(f"{path.name} is not a file")
        if status.st_size > largest:
            raise UnreadableNotebook(
                f"{path.name} has {status.st_size >> 20} MiB; {largest >> 20} MiB are allowed "
                "(clear the outputs and save it again)"
            )
        with os.fdopen(os.dup(descriptor), "rb") as file:
            return file.read(largest)
    finally:
        os.close(descriptor)


def printable(name: str) -> str:
    """The name as it is; if it would not show, with escapes in it."""
    return name if name.isprintable() else ascii(name)[1:-1]
