"""A unit's leaderboards as a page for the class."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

from autograder.class_folder import write_atomically
from autograder.leaderboard import boards
from autograder.pages import render_page
from autograder.verdict import SubmissionVerdict

STYLES: Final = ("page.css", "report.css")


def leaderboard_page(
    verdicts: Iterable[SubmissionVerdict],
    *,
    path: Path,
    title: str,
    people: Iterable[str] = (),
    made: datetime | None = None,
) -> Path | None:
    """Write a unit's leaderboards as a page that a class may see; return its path.

    It holds pseudonyms and what was measured, and nothing else of anybody. Where nobody is to be
    shown there is no page, and an earlier one is taken away.

    Parameters
    ----------
    verdicts : iterable of SubmissionVerdict
        One per learner.
    path : Path
        The file to write.
    title : str
        The unit's.
    people : iterable of str
        Names that no pseudonym may give away, besides those of the verdicts.
    made : datetime, optional
        The time the page gives as its own; by default now.
    """
    found = boards(verdicts, people)
    if not any(board.places for board in found):
        path.unlink(missing_ok=True)
        return None
    page = render_page(
        "leaderboard.html",
        styles=STYLES,
        title=title,
        boards=found,
        made=made or datetime.now().astimezone(),
    )
    write_atomically(path, page.encode())
    return path
