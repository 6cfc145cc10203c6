"""A written derivation waits for a human: in the gradebook, and where the formgrader shows it."""

import pytest

from autograder.classroom import grade_class
from autograder.unit import load_unit
from tests.grading.handed_in import answered, hand_in, solved
from tests.grading.marks import give_by_hand, marks
from tests.grading.test_agreement import TOKEN, serving

QUESTION = "softmax_gradient"
ANSWER = "The derivative of the logarithm of the sum is p_j."


@pytest.fixture(scope="module")
def unit():
    return load_unit("04_activations_and_losses")


@pytest.fixture(scope="module")
def graded(tmp_path_factory, unit):
    """Ann has derived the gradient, Bob has left the question as it was."""
    folder = tmp_path_factory.mktemp("written")
    hand_in(folder, unit, "ann", answered(unit, ANSWER))
    hand_in(folder, unit, "bob", solved(unit))
    grade_class(unit.name, folder)
    return folder


def test_everything_else_is_marked_and_the_derivation_waits(unit, graded):
    ann, bob = (marks(graded, unit.name)[student] for student in ("ann", "bob"))
    assert ann["to look at"] == {QUESTION}
    assert ann["scores"][QUESTION] is None
    assert ann["total"] == unit.max_points - 3
    assert bob["to look at"] == set()
    assert bob["scores"][QUESTION] == 0


def test_the_formgrader_asks_for_the_derivations_mark(unit, graded, own_jupyter, browser):
    with serving(graded, own_jupyter) as formgrader:
        shown = {one["student"]: one for one in formgrader.json(f"submissions/{unit.name}")}
        assert [name for name, one in shown.items() if one["needs_manual_grade"]] == ["ann"]
        listed = formgrader.json(f"submitted_notebooks/{unit.name}/{unit.notebook_name}")
        (notebook,) = [one["id"] for one in listed if one["student"] == "ann"]
        page = browser.new_page(extra_http_headers={"Authorization": f"token {TOKEN}"})
        page.set_default_timeout(120_000)
        page.goto(f"{formgrader.address}formgrader/submissions/{notebook}")
        page.get_by_text(ANSWER).wait_for()
        # An automatic mark would stand in the box already.
        box = page.locator(f".nbgrader_cell:has-text('{ANSWER}') input.score")
        assert box.get_attribute("placeholder") in ("", None)
        page.close()


def test_a_mark_given_by_hand_is_added(unit, graded):
    give_by_hand(graded, unit.name, "ann", QUESTION, 2.5)
    assert marks(graded, unit.name)["ann"]["total"] == unit.max_points - 0.5
