"""What a learner reads in the feedback page, opened in a real browser."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from autograder.feedback import feedback_html
from autograder.verdict import SubmissionVerdict
from tests.feedback.notebook import code, graded_notebook, markdown, notebook
from tests.feedback.reading import poor_contrasts, structural_faults
from tests.report.classroom import UNIT_TITLE, class_of_24, exercise_verdict

SCREENSHOT = Path(__file__).parents[2] / "assets" / "screenshots" / "feedback.png"


def a_verdict() -> SubmissionVerdict:
    """A submission with something of everything: right, partly, wrong, blank, waiting."""
    alonzo = next(verdict for verdict in class_of_24() if verdict.student == "alonzo")
    derivative, _, check, _, _, *questions = alonzo.exercises
    raising = "it raised TypeError at `path.append(v)`: append() takes one argument"
    return replace(
        alonzo,
        exercises=(
            derivative,
            exercise_verdict("numerical_gradient", raising),
            check,
            exercise_verdict("gradient_descent", "tolerance checked after the step"),
            exercise_verdict("largest_stable_lr", "blank"),
            *questions,
        ),
        notes=("the check cell of `derivative` had been deleted; it was put back",),
    )


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Open a feedback page; complaints in the console fail the test."""
    page = browser.new_page(viewport={"width": 1000, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_page(*args: Any, **options: Any) -> Page:
        path = tmp_path / "feedback.html"
        path.write_text(feedback_html(*args, **options), encoding="utf-8")
        page.goto(path.as_uri())
        return page

    yield open_page
    page.close()
    assert not complaints


def test_the_summary_gives_points_states_and_notes(opened: Any) -> None:
    page = opened(graded_notebook(), a_verdict(), unit_title=UNIT_TITLE)
    assert page.title() == "Feedback for alonzo: Gradient descent"
    assert page.inner_text(".total") == "7 of 20 points so far: 4 more wait for a person"
    rows = page.locator(".overview tbody tr").all_inner_texts()
    assert [" ".join(row.split()) for row in rows] == [
        "derivative ◐ partly right 1 of 3",
        "numerical_gradient ✗ not right yet 0 of 4",
        "gradient_check ✓ right 2 of 2",
        "gradient_descent ◐ partly right 4 of 5",
        "largest_stable_lr – not written 0 of 2",
        "why_it_diverges … waits for a person … of 2",
        "which_basin … waits for a person … of 2",
    ]
    assert "had been deleted" in page.inner_text(".notes")


def test_the_card_of_an_exercise_follows_its_check_and_explains(opened: Any) -> None:
    page = opened(graded_notebook(), a_verdict())
    card = page.locator(".work .card").first
    previous = card.evaluate("(card) => card.previousElementSibling.className")
    assert previous == "check"
    text = card.inner_text()
    for part in (
        "derivative", "partly right", "1 of 3 points",
        "This looks like: one-sided difference",
        "Hint: Halve h: does the error halve, or shrink to a quarter?",
        "derivative(f=power(exponent=3), v=2.0, h=0.01)", "12.0601", "12.0001",
        "✗ not yet", "0 of 2", "✓ passed", "1 of 1",
    ):  # fmt: skip
        assert part in text
    assert text.count("Halve h") == 1, "the criterion's message repeats the hint"


def test_the_summary_leads_to_each_card_by_keyboard(opened: Any) -> None:
    page = opened(graded_notebook(), a_verdict())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to your work"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    target = page.evaluate("document.querySelector(':target h3').textContent")
    assert target == "derivative"


def test_formulas_are_drawn_and_code_is_coloured(opened: Any) -> None:
    page = opened(graded_notebook(), a_verdict())
    assert page.locator("math").count() == 9
    assert page.locator("math mfrac").count() >= 3
    height = page.locator("math[display=block] mfrac").first.evaluate(
        "(fraction) => fraction.getBoundingClientRect().height"
    )
    assert height > 25, "a fraction stands on two lines"
    keyword, text = (
        page.locator(where).first.evaluate("(element) => getComputedStyle(element).color")
        for where in ("pre.code .py-k", "pre.code")
    )
    assert keyword != text


def test_what_a_person_added_is_shown_as_such(opened: Any) -> None:
    page = opened(
        graded_notebook(),
        a_verdict(),
        comments={"why_it_diverges": "Good. But *why* must $\\eta < 2/\\lambda$?"},
        manual_scores={"why_it_diverges": 1.5},
    )
    card = page.locator(".work .card").last
    assert "1.5 of 2 points" in card.inner_text()
    assert "Marked by your instructor." in card.inner_text()
    assert card.locator(".comment em").inner_text() == "why"
    assert card.locator(".comment math").count() == 1
    assert page.inner_text(".total") == "8.5 of 20 points so far: 2 more wait for a person"


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("unreadable", "could not be read as a notebook"),
        ("failed", "not your mistake"),
        ("stopped", "limit of time or memory"),
    ],
)
def test_what_could_not_be_graded_says_why_and_what_next(
    opened: Any, status: Any, words: str
) -> None:
    exercises = tuple(
        replace(exercise, points=0.0, status=status, criteria=(), error="the file is empty")
        for exercise in a_verdict().exercises
    )
    verdict = replace(a_verdict(), status=status, exercises=exercises)
    page = opened(None, verdict)
    assert words in page.inner_text(".trouble")
    assert "There is no notebook to show." in page.inner_text("main")
    assert page.locator(".card").count() == len(exercises)
    assert not structural_faults(page)


def test_an_exercise_shows_once_even_if_its_cell_is_there_twice(opened: Any) -> None:
    check = code("check(derivative)", grade_id="derivative", grade=True)
    page = opened(notebook(check, check, markdown("end")), a_verdict())
    assert page.locator(".card:has-text('one-sided difference')").count() == 1
    assert page.locator(".card").count() == len(a_verdict().exercises)


@pytest.mark.parametrize("odd", [{"cells": "x"}, {"cells": [1, None, {}]}, {}, {"cells": [{
    "cell_type": "code", "source": ["a", 1], "metadata": {"nbgrader": 3}, "outputs": "x",
    "attachments": 7}]}])  # fmt: skip
def test_an_odd_notebook_is_no_obstacle(odd: Any) -> None:
    assert "one-sided difference" in feedback_html(odd, a_verdict())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it(opened: Any, theme: str) -> None:
    page = opened(graded_notebook(), a_verdict(), comments={"gradient_check": "Well done."})
    assert not structural_faults(page)
    assert not poor_contrasts(page, theme)


def test_the_readers_see_what_is_wrong_with_a_page(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content(
        "<h1>a</h1><h3>b</h3><p style='color:#999'>pale</p><svg></svg><a href='#x'>c</a>"
        "<p>dark</p><svg role='img' aria-label='d' width='50' height='20'>"
        "<rect width='50' height='20' fill='#222'/><text x='5' y='15'>on it</text></svg>"
    )
    faults, poor = structural_faults(page), poor_contrasts(page, "light")
    page.close()
    assert {"h1 is followed by h3", "no target #x", "svg without a description"} <= set(faults)
    assert [text.split(": ")[1] for text in poor] == ["pale", "on it"]


def test_it_fits_a_phone_and_paper(opened: Any) -> None:
    page = opened(graded_notebook(), a_verdict())
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator(".check").first.is_visible()
    assert len(page.pdf(format="A4")) > 10_000


@pytest.mark.skipif("N2R_SCREENSHOTS" not in os.environ, reason="set N2R_SCREENSHOTS to draw it")
def test_draw_the_screenshot(opened: Any) -> None:
    kept = ("derivative", "gradient_descent", "why_it_diverges")
    exercises = tuple(entry for entry in a_verdict().exercises if entry.exercise in kept)
    page = opened(
        graded_notebook(), replace(a_verdict(), exercises=exercises), unit_title=UNIT_TITLE
    )
    page.set_viewport_size({"width": 960, "height": 1600})
    page.screenshot(path=SCREENSHOT)
    assert SCREENSHOT.stat().st_size < 300_000
