"""``n2r similar``: compare a class, write the page, say what was found."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console

from autograder.class_folder import ClassFolder, writing_in
from autograder.publishing import REPORTS, title_of
from autograder.similarity import FEWEST_STATEMENTS, compare_class, exercises_in_words
from autograder.similarity.long_answers import long_answers
from autograder.similarity.page import write_page
from autograder.standing import counted
from autograder.submissions import find_submissions
from autograder.unit import Unit


def write_similar(folder: ClassFolder, unit: Unit) -> Iterator[str]:
    """Compare the long answers of a unit; yield what to tell, as it comes.

    Raises
    ------
    ClassTrouble
        Nobody has handed anything in, or the page cannot be written.
    """
    long = long_answers(unit)
    if not long:
        yield (
            f"{unit.name} has no long answer: no reference has {FEWEST_STATEMENTS} statements, and "
            "short ones are alike by nature. Nothing was compared."
        )
        return
    number = len(find_submissions(folder, unit))
    yield f"Comparing {counted(number, 'submission')}: {', '.join(exercises_in_words(long))}"
    told = Console(stderr=True)
    comparison = compare_class(folder, unit, lambda name: told.print(f"compared {name}"))
    path = folder.root / REPORTS / f"{unit.name}-similar.html"
    with writing_in(path.parent):
        write_page(comparison, path, title_of(unit))
    yield f"{counted(len(comparison.pairs), 'pair')} to look at. {path}"
    yield "This is a place to look, not a verdict: read both sides first."
