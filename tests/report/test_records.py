"""What the report reads from a real gradebook of nbgrader's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.class_folder import ClassFolder, open_class
from autograder.database import open_database
from autograder.report.cover import Cover
from autograder.report.records import human_marks, names_of_people, roll_of

UNIT, NOTEBOOK = "01_gradient_descent", "gradient_descent"
COVER = Cover(UNIT, "Gradient descent", NOTEBOOK)
DUE = datetime(2026, 11, 2, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    """A gradebook with two submissions, in one of which a person has marked."""
    found = open_class(tmp_path_factory.mktemp("class"))
    with open_database(found) as gradebook:
        gradebook.add_assignment(UNIT, duedate="2026-11-02 17:00:00 UTC")
        gradebook.add_assignment("02_regression")
        gradebook.add_notebook(NOTEBOOK, UNIT)
        for name, kind in (("derivative", "code"), ("why", "markdown")):
            place = {"notebook": NOTEBOOK, "assignment": UNIT}
            gradebook.add_grade_cell(name, max_score=2, cell_type=kind, **place)
            solution = name if kind == "markdown" else f"{name}-solution"
            gradebook.add_solution_cell(solution, **place)
        gradebook.add_student("ada", first_name="Ada", last_name="Lovelace")
        gradebook.add_student("bob")
        with gradebook.db.no_autoflush:  # half-made rows are none of the database's business
            gradebook.add_submission(UNIT, "ada", timestamp="2026-11-02 18:00:00 UTC")
            gradebook.add_submission(UNIT, "bob")
        gradebook.update_or_create_submission(UNIT, "bob", extension=timedelta(days=2))
        (notebook,) = gradebook.find_submission(UNIT, "ada").notebooks
        next(one for one in notebook.grades if one.name == "why").manual_score = 1.5
        next(one for one in notebook.grades if one.name == "derivative").manual_score = 0.0
        for comment in notebook.comments:
            comment.manual_comment = f"on {comment.name}"
        gradebook.db.commit()
    return found


def test_marks_and_comments_by_hand_are_found_by_exercise_or_question(folder: ClassFolder) -> None:
    found = human_marks(folder, COVER)
    assert set(found) == {"ada"}, "whoever nobody has marked is not in it"
    assert found["ada"].scores == {"why": 1.5, "derivative": 0.0}
    assert found["ada"].comments == {"why": "on why", "derivative": "on derivative-solution"}


def test_the_roll_has_names_times_extensions_and_the_formgraders_ids(folder: ClassFolder) -> None:
    roll = roll_of(folder, [("eve", UNIT)])
    assert roll.names == {"ada": "Ada Lovelace", "bob": ""}
    assert roll.everybody() == ("ada", "bob", "eve")
    assert roll.due == {UNIT: DUE}
    ada, bob = roll.hand_in("ada", UNIT), roll.hand_in("bob", UNIT)
    assert (ada.when, ada.due) == (DUE + timedelta(hours=1), DUE)
    assert (bob.when, bob.due) == (None, DUE + timedelta(days=2))
    with open_database(folder) as gradebook:
        shown = gradebook.find_submission_notebook(NOTEBOOK, UNIT, "ada").id
    assert ada.page == shown
    assert roll.hand_in("ada", "02_regression").page is None


def test_names_are_told_whole_and_in_parts(folder: ClassFolder) -> None:
    assert set(names_of_people(folder)) == {"Ada", "Lovelace", "Ada Lovelace"}


def test_a_class_without_a_gradebook_has_a_roll_too(tmp_path: Path) -> None:
    bare = open_class(tmp_path)
    assert roll_of(bare).everybody() == ()
    assert human_marks(bare, COVER) == {}
    assert names_of_people(bare) == []
    assert not (tmp_path / "gradebook.db").exists(), "a report makes no gradebook"
