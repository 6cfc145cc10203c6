"""Which submissions are alike beyond the given code, in the long answers of a unit only.

Short functions are alike by nature, and say nothing. What is found is a place to look, never a
verdict: people who learned together write alike, and so do people who read the same text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from autograder.class_folder import ClassFolder
from autograder.errors import UnreadableNotebook
from autograder.grading import read_notebook
from autograder.merge import merge
from autograder.notebook import released_cells
from autograder.similarity.distinctive import distinctive
from autograder.similarity.long_answers import FEWEST_STATEMENTS, long_answers
from autograder.similarity.pairs import ALIKE, Alike, alike_pairs
from autograder.similarity.tokens import known_names, shown_source, tokens_of
from autograder.submissions import Submission, find_submissions
from autograder.unit import Unit

__all__ = ["ALIKE", "FEWEST_STATEMENTS", "Alike", "Comparison", "Pair", "compare", "compare_class"]

LONGEST_ANSWER: Final = 20_000  # characters; a whole unit has fewer
OnExercise = Callable[[str], None]


@dataclass(frozen=True)
class Pair:
    """Two students whose long answers are alike, and in which exercises."""

    students: tuple[str, str]
    exercises: Mapping[str, Alike]

    @property
    def share(self) -> float:
        """How alike the most alike of their answers are."""
        return max(alike.share for alike in self.exercises.values())


@dataclass(frozen=True)
class Comparison:
    """What was compared, and which pairs were found, the most remarkable first.

    Parameters
    ----------
    compared : mapping of str to int
        The statements of the reference, by exercise compared.
    unread : tuple of str
        Students whose notebook could not be read.
    """

    unit: str
    compared: Mapping[str, int]
    students: tuple[str, ...]
    unread: tuple[str, ...]
    pairs: tuple[Pair, ...]


def compare_class(
    folder: ClassFolder, unit: Unit, on_exercise: OnExercise | None = None
) -> Comparison:
    """Compare what a class handed in.

    Raises
    ------
    ClassTrouble
        Nobody has handed anything in.
    """
    answers, unread = {}, []
    for submission in find_submissions(folder, unit):
        try:
            answers[submission.student] = _answers(unit, submission)
        except UnreadableNotebook:
            unread.append(submission.student)
    return compare(unit, answers, unread, on_exercise)


def compare(
    unit: Unit,
    answers: Mapping[str, Mapping[str, str]],
    unread: Iterable[str] = (),
    on_exercise: OnExercise | None = None,
) -> Comparison:
    """Compare answers, by student and exercise.

    Parameters
    ----------
    on_exercise : callable, optional
        Called with the name of an exercise once it has been compared.
    """
    long, known = long_answers(unit), known_names(unit)
    given = released_cells(unit)
    found: dict[tuple[str, str], dict[str, Alike]] = defaultdict(dict)
    for name in long:
        stub = given[f"{name}-solution"].source
        sources = {
            student: shown_source(mine[name], stub)
            for student, mine in answers.items()
            if name in mine and len(mine[name]) <= LONGEST_ANSWER
        }
        streams = {student: tokens_of(source, known) for student, source in sources.items()}
        skeleton = tokens_of(stub, known)
        for (one, other), alike in alike_pairs(sources, distinctive(streams, skeleton)).items():
            found[one, other][name] = alike
        if on_exercise is not None:
            on_exercise(name)
    pairs = [Pair(students, exercises) for students, exercises in found.items()]
    pairs.sort(key=lambda pair: (-len(pair.exercises), -pair.share, pair.students))
    return Comparison(unit.name, long, tuple(sorted(answers)), tuple(unread), tuple(pairs))


def _answers(unit: Unit, submission: Submission) -> dict[str, str]:
    """A student's source by exercise, as far as it was handed in."""
    handed_in = submission.content()
    if handed_in.refusal is not None:
        raise UnreadableNotebook(handed_in.refusal)
    merged = merge(unit, read_notebook(handed_in.notebook, unit))
    found = {}
    for cell in merged.cells:
        master = None if cell.master is None else unit.cells[cell.master]
        if master is not None and master.role == "exercise" and master.name and cell.answered:
            found[master.name] = cell.source
    return found


def exercises_in_words(compared: Mapping[str, int]) -> Sequence[str]:
    """Name each exercise with the length of its reference."""
    return [f"{name} ({number} statements)" for name, number in compared.items()]
