"""Where nbgrader's formgrader shows a class's work: addresses for the report's links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from autograder.errors import GraderError

DEFAULT: Final = "http://localhost:8888/formgrader"


@dataclass(frozen=True)
class Formgrader:
    """A running formgrader; ``base`` is its address up to ``/formgrader``."""

    base: str = DEFAULT

    def answers(self, unit: str, notebook: str) -> str:
        """Where all submissions of a unit are listed for marking by hand."""
        return f"{self.base}/gradebook/{quote(unit, safe='')}/{quote(notebook, safe='')}/"

    def submission(self, page: str) -> str:
        """Where one submission is marked; ``page`` is its notebook's id in the gradebook."""
        return f"{self.base}/submissions/{quote(page, safe='')}/"

    def submissions(self, unit: str) -> str:
        """Where a unit's submissions are listed, with a button to grade one again."""
        return f"{self.base}/manage_submissions/{quote(unit, safe='')}/"


def formgrader_at(address: str) -> Formgrader:
    """Read an address as somebody copies it from a browser.

    Raises
    ------
    GraderError
        It is no address of a web page.
    """
    parts = urlsplit(address.strip())
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise GraderError(
            f"{address!r} is no address of a formgrader; it begins with http:// or https://, as in "
            f"{DEFAULT} or https://hub.example.org/user/ada/formgrader"
        )
    before = parts.path.split("/formgrader", 1)[0].rstrip("/")
    server = f"{parts.scheme}://{quote(parts.netloc, safe='@:.[]')}"
    return Formgrader(f"{server}{quote(before, safe='/@:~%')}/formgrader")
