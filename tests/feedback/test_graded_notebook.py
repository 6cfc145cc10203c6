"""What a learner wrote into markdown cells reaches the graded notebook as text and PNG only."""

from __future__ import annotations

import nbformat

from autograder.job import Execution
from autograder.merge import merge
from autograder.notebook import graded_notebook
from autograder.unit import load_unit
from autograder.verdict import ExerciseVerdict, SubmissionVerdict
from tests.feedback.notebook import markdown, picture

ATTACK = "<script>window.ran=1</script> ![a](attachment:missing.png) [b](javascript:1)"


def test_a_learners_markdown_is_reduced_and_the_courses_own_is_kept_to_the_letter() -> None:
    unit = load_unit("01_gradient_descent")
    question = unit.questions[0].name
    assert question is not None
    released = nbformat.read(unit.release, as_version=4)
    answer = markdown(f"My sketch ![s](attachment:s.png) {ATTACK}", grade_id=question) | {
        "attachments": {"s.png": {"image/png": picture(), "text/html": ATTACK}}
    }
    merged = merge(unit, {"cells": [answer, markdown(ATTACK) | {"id": "own"}]})
    exercises = tuple(ExerciseVerdict(unit.name, name, 0.0, 1.0) for name in unit.exercises)
    verdict = SubmissionVerdict("ada", unit.name, "waiting", 0.0, exercises)
    made = graded_notebook(unit, merged, Execution(), verdict)

    nbformat.validate(made)
    text = nbformat.writes(made)
    assert "<script" not in text
    assert "](javascript:" not in text
    assert "attachment:missing.png)" in text
    assert "![a]" not in text
    (answered,) = (cell for cell in made.cells if cell.get("attachments"))
    assert list(answered.attachments) == ["s.png"]
    assert list(answered.attachments["s.png"]) == ["image/png"]
    assert "![s](attachment:s.png)" in answered.source
    sources = [cell.source for cell in made.cells]
    course = [cell.source for cell in released.cells if cell.id != question]
    assert [source for source in sources if source in course] == course
