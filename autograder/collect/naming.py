"""Whose file it is, by the name a learning management system gave it in a download.

Canvas puts everything into one folder, as ``doejane_LATE_12345_678_notebook-1.ipynb``: the name
without spaces, a mark if it is late, the person's number, the upload's number, the file's own name.
With anonymous grading the person is ``anon_x7Ygc``. Moodle makes a folder for everybody,
``Jane Doe_12345_assignsubmission_file_/notebook.ipynb``, or, without folders, writes the same in
front of the file's name. Its number belongs to the person in this one assignment: the next one has
other numbers.

What a learner can choose, the file's own name and in Moodle the folders around it, comes last in
both, and Moodle's names hold no underscores; so the first that fits is the system's, and no learner
can hand in under another's name.

Source: Canvas, lib/content_zipper.rb; Moodle, mod/assign/classes/downloader.php.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

LONGEST_ID: Final = 64

_CANVAS: Final = re.compile(
    r"(?:(?P<name>(?!LATE_|anon_)\w+?)_)?(?P<late>LATE_)?"
    r"(?P<number>[0-9]+|anon_[A-Za-z0-9]+)_(?P<upload>[0-9]+)_(?P<file>[^/]+)"
)
_MOODLE: Final = re.compile(
    r"(?P<name>[^/_]+)(?:_(?P<number>[0-9]+))?_assignsubmission_(?P<plugin>[a-z]+)_?(?P<file>[^/]*)"
)
_COPY: Final = re.compile(r"(?:[-_ ]?\(?(?P<number>[0-9]+)\)?|-Copy(?P<copy>[0-9]*))$")


@dataclass(frozen=True)
class HandIn:
    """One file of a download.

    ``number`` is the person's number in the system; ``upload`` grows from upload to upload in
    Canvas and is 0 in Moodle; ``file`` is the name the learner gave.
    """

    system: Literal["Canvas", "Moodle"]
    name: str
    number: str
    file: str
    late: bool = False
    upload: int = 0

    @property
    def person(self) -> tuple[str, str]:
        """Who it is, within this download."""
        return (self.number, "" if self.system == "Canvas" else self.name)


def read_name(path: str) -> HandIn | None:
    """Tell whose file this is; None if the name is neither Canvas's nor Moodle's.

    Parameters
    ----------
    path : str
        The file's name in the download, with ``/`` between folders.
    """
    parts = path.split("/")
    for place, part in enumerate(parts):
        found = _MOODLE.fullmatch(part)
        if found:
            file = "/".join(parts[place + 1 :]) or found["file"]
            return HandIn("Moodle", found["name"], found["number"] or "", file)
    found = _CANVAS.fullmatch(parts[-1])
    if not found:
        return None
    late, upload = found["late"] is not None, int(found["upload"])
    return HandIn("Canvas", found["name"] or "", found["number"], found["file"], late, upload)


def student_id(one: HandIn) -> str:
    """Make an id for the gradebook: Canvas's name and number, Moodle's name alone.

    Canvas's number stays with a person; Moodle's changes with every assignment, and an id made
    from it would make a new student of everybody each time.
    """
    name = clean(one.name)
    if one.system == "Moodle":
        return name
    return clean(f"{name}-{one.number}" if one.name else one.number)


def clean(text: str) -> str:
    """Reduce to small letters and digits of any script with hyphens between them.

    Such an id is safe as a folder's name, also where upper and lower case are the same, in web
    addresses, and in the patterns by which nbgrader finds submissions.
    """
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(letter if _belongs(letter) else "-" for letter in plain)
    short = re.sub("-+", "-", kept).strip("-")
    if short and len(short.encode()) <= LONGEST_ID:
        return short
    digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    head = short.encode()[: LONGEST_ID - 9].decode(errors="ignore").strip("-")
    return f"{head}-{digest}" if head else f"student-{digest}"


def _belongs(letter: str) -> bool:
    """Letters, digits, and the marks that Indian and other scripts write vowels with."""
    return unicodedata.category(letter)[0] in "LNM"


def without_copy_number(stem: str) -> tuple[str, int]:
    """Split what a browser or JupyterLab appends: ``notes (2)``, ``notes-2``, ``notes-Copy2``."""
    found = _COPY.search(stem)
    if not found or not found.start():
        return stem, 0
    return stem[: found.start()], int(found["number"] or found["copy"] or 1)
