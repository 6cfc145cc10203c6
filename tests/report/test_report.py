"""The class report as an instructor meets it: in a real browser, from a file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from nbgrader.server_extensions.formgrader.handlers import default_handlers
from playwright.sync_api import Browser, Page

from autograder.errors import GraderError
from autograder.report import class_report, report_html
from autograder.report.formgrader import Formgrader, formgrader_at
from autograder.report.roll import Roll
from autograder.report.specimens import Specimen
from autograder.standing import with_manual_scores
from tests.feedback.hostile import PAYLOADS
from tests.feedback.reading import poor_contrasts, structural_faults
from tests.feedback.test_hostile import hostile_verdict, without_its_policy
from tests.feedback.watching import watch
from tests.report import term
from tests.report.classroom import NOTES, QUESTIONS, UNIT, UNIT_TITLE, class_of_24

SCREENSHOT = Path(__file__).parents[2] / "assets" / "screenshots" / "report.png"
MONDAY = datetime(2026, 11, 23, 8, 5)
JOHN = (
    "john low 5 of 20 not written: gradient_check, largest_stable_lr; "
    "not right yet: derivative, gradient_descent"
)
# A dark page is light on paper; heads of tables repeat, and not as buttons, which are drawn once.
PRINTED = """() => ({
  paper: getComputedStyle(document.body).backgroundColor,
  head: getComputedStyle(document.querySelector("thead")).display,
  row: getComputedStyle(document.querySelector("tbody tr")).breakInside,
  heading: getComputedStyle(document.querySelector("th button")).display,
})"""
OWN_ELEMENTS = ("script", "form", "input", "select", "button")


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Write a report and open it; complaints in the console and requests fail the test."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    path = tmp_path / "reports" / "report.html"
    path.parent.mkdir()
    page.on("request", lambda ask: ask.url == path.as_uri() or complaints.append(ask.url))

    def open_page(verdicts: Any = None, **options: Any) -> Page:
        options = {"unit_titles": {UNIT: UNIT_TITLE}, "made": MONDAY} | options
        class_report(class_of_24() if verdicts is None else verdicts, path=path, **options)
        page.goto(path.as_uri())
        return page

    yield open_page
    page.close()
    assert not complaints


@pytest.fixture(scope="module")
def tab(browser: Browser) -> Iterator[Page]:
    """One page for all payloads: making a new one takes longer than the test."""
    page = browser.new_page()
    yield page
    page.close()


def words(text: str) -> str:
    """The text with one space between words."""
    return " ".join(text.split())


def violations(page: Page) -> list[str]:
    """What axe-core, the checker of accessibility, has against a page as it stands."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:100]}" for one in found for node in one["nodes"]]


def names(page: Page) -> list[str]:
    """The learners whose rows are to be seen, in order."""
    rows = page.locator("table.heat tbody tr:visible th")
    return [text.split()[0] for text in rows.all_inner_texts()]


def test_the_first_screen_says_how_the_class_did(opened: Any) -> None:
    header = words(opened().inner_text("body > header"))
    for part in (
        "Gradient descent", "24 submissions", "23 November 2026, 08:05",
        "Half of those graded have 88% or more of the points decided so far.",
        "The hardest exercise was largest_stable_lr: 68% of its 2 points.",
        "The most common mistake, made by 4 learners in numerical_gradient: v is changed.",
        "handed in 24 of 24", "median of those graded 88%", "with all points so far 4",
        "submissions to look at 6", "answers to mark 44",
    ):  # fmt: skip
        assert part in header


def test_what_a_person_must_look_at_comes_first_the_gravest_before_all(opened: Any) -> None:
    page = opened()
    rows = page.locator("#look tbody tr").all_inner_texts()
    assert [words(row) for row in rows] == [
        "niklaus unreadable 0 of 20 the file is empty",
        "tim unreadable 0 of 20 the file is not JSON: it ends in the middle of a string (line 212)",
        "ken stopped 11 of 20 grading was stopped after 60 seconds of processor time",
        "grace note 15 of 20 the grade cell of derivative had been deleted; it was put back",
        f"leslie note 15 of 20 {words(NOTES['leslie'][0]).replace('`', '')}",
        f"mary note 16 of 20 {NOTES['mary'][0]}",
    ]
    assert page.locator("main section").first.inner_text().startswith("Waiting for you")


def test_who_needs_help_is_named_with_what_is_missing(opened: Any) -> None:
    rows = opened().locator("#helped tbody tr").all_inner_texts()
    assert [words(row) for row in rows] == ["kurt blank 0 of 20 no exercise has been written", JOHN]


def test_mistakes_come_with_their_hint_an_example_and_names(opened: Any) -> None:
    page = opened()
    cards = [words(text) for text in page.locator(".mistake:visible").all_inner_texts()]
    assert cards[0] == (
        "4 learners v is changed in numerical_gradient Hint given: Print v before and after the "
        "call. Who moved it? claude, frances, joan, radia"
    )
    assert cards[1].startswith("3 learners smallest eigenvalue in largest_stable_lr")
    assert (
        "the call largest_stable_lr([[4., 0.], [0., 1.]] (shape (2, 2))) what came 2.0" in cards[1]
    )
    page.click("#once summary")
    assert "no known mistake" in page.inner_text("#once")
    assert page.locator("#once .mistake").count() == 5


def test_a_mistake_shows_how_one_learner_wrote_it(opened: Any) -> None:
    source = "def numerical_gradient(f, v, h=1e-5):\n    v[0] += h  # <b>here</b>"
    cause = (UNIT, "numerical_gradient", "v is changed")
    page = opened(specimens={cause: Specimen(source, left_out=2)})
    card = page.locator(".mistake").first
    card.get_by_text("How one of them wrote it").click()
    assert card.locator("pre").inner_text() == source
    assert "2 lines more" in card.inner_text()
    assert page.locator(".specimen").count() == 1


def test_every_exercise_and_criterion_has_its_share(opened: Any) -> None:
    page = opened()
    row = page.locator(".exercises tbody tr").first
    assert words(row.inner_text()) == (
        "derivative 18 2 1 1 85% of 3 central difference 18 of 22 any function 20 of 22"
    )
    label = row.locator(".drawn svg").get_attribute("aria-label")
    assert label == "derivative. 18 right, 2 partly right, 1 not right yet, 1 not written"
    widths = row.locator(".criteria svg .bar").evaluate_all(
        "(bars) => bars.map((bar) => Number(bar.getAttribute('width')))"
    )
    assert widths == pytest.approx([160 * 18 / 22, 160 * 20 / 22], rel=1e-4)


def test_the_histogram_says_in_words_what_it_draws(opened: Any) -> None:
    picture = opened().locator(".histogram svg")
    label = picture.get_attribute("aria-label")
    assert "0: 3 (2 unreadable, 1 nothing written)" in label
    assert "60% to 70%: 5" in label
    assert "90% to 100%: 8" in label
    heights = picture.locator(".column").evaluate_all(
        "(bars) => bars.map((bar) => Number(bar.getAttribute('height')))"
    )
    counts = [3, 0, 0, 0, 1, 0, 0, 5, 0, 7, 8]
    assert heights == pytest.approx([max(heights) * count / 8 for count in counts], rel=1e-4)


def test_the_table_sorts_by_keyboard_and_says_so(opened: Any) -> None:
    page = opened()
    by_name = names(page)
    assert by_name == sorted(by_name)
    points = page.locator("#all-learners").get_by_role("button", name="points")
    points.focus()
    page.keyboard.press("Enter")
    assert points.locator("..").get_attribute("aria-sort") == "ascending"
    assert names(page)[:3] == ["kurt", "niklaus", "tim"]
    page.keyboard.press("Space")
    assert points.locator("..").get_attribute("aria-sort") == "descending"
    assert names(page)[-3:] == ["kurt", "niklaus", "tim"], "ties stay in the order of names"
    assert set(names(page)[:4]) == {"ada", "barbara", "emmy", "mary"}
    page.locator("#all-learners").get_by_role("button", name="learner").press("Enter")
    assert names(page) == by_name
    assert points.locator("..").get_attribute("aria-sort") is None


def test_the_table_filters_by_name_and_by_need(opened: Any) -> None:
    page = opened()
    page.get_by_label("Name").fill("AL")
    assert names(page) == ["alonzo", "donald"]
    page.get_by_label("Name").fill("")
    page.get_by_label("Show").select_option("who needs help")
    assert names(page) == ["john", "kurt"]
    assert page.inner_text("[role=status]") == "2 of 24 learners shown"
    page.get_by_label("Show").select_option("submissions to look at")
    assert names(page) == ["grace", "ken", "leslie", "mary", "niklaus", "tim"]
    page.get_by_label("Name").press("Enter")
    assert page.url.endswith("report.html"), "Enter must not send the form"


def test_names_lead_to_feedback_pages_and_nowhere_else(opened: Any) -> None:
    links = {("ada", UNIT): "../feedback/ada/a b.html", ("emmy", UNIT): "javascript:window.ran=1"}
    page = opened(feedback_links=links)
    hrefs = page.locator("table.heat a").evaluate_all("(a) => a.map((a) => a.getAttribute('href'))")
    assert hrefs == ["../feedback/ada/a%20b.html", "javascript%3Awindow.ran%3D1"]
    assert (
        page.locator("#all-learners").get_by_role("link", name="emmy").evaluate("(a) => a.protocol")
        == "file:"
    )


def test_marks_given_by_hand_count_and_nothing_waits_any_more(opened: Any) -> None:
    marked = [with_manual_scores(verdict, QUESTIONS) for verdict in class_of_24()]
    page = opened(marked)
    assert "No written answer waits" in page.inner_text("section:has(#you)")
    assert "answers to mark 0" in words(page.inner_text("body > header"))
    assert words(page.locator("table.heat tbody .total").first.inner_text()) == "20"


def test_whoever_handed_nothing_in_is_counted_and_named(opened: Any) -> None:
    page = opened(term.units()[UNIT], roll=term.roll())
    assert "handed in 24 of 25" in words(page.inner_text("body > header"))
    assert "1 not handed in zeno" in words(page.inner_text("#zeros"))
    page.get_by_label("Name").fill("elea")
    assert names(page) == [term.NEVER], "names of people are searched too"
    page.get_by_label("Name").fill("")
    page.get_by_label("Show").select_option("without a verdict")
    assert names(page) == [term.NEVER]
    when = words(page.inner_text("section:has(#time)"))
    assert "8 a day or more before" in when
    assert "3 late" in when


def test_answers_to_mark_lead_to_the_formgrader(opened: Any) -> None:
    page = opened(
        term.units()[UNIT],
        roll=term.roll(),
        formgrader=formgrader_at("https://hub.example.org/user/ada/formgrader/gradebook/x?y#z"),
        notebook="gradient_descent",
    )
    links = page.locator("section:has(#you) a").evaluate_all("(a) => a.map((a) => a.href)")
    base = "https://hub.example.org/user/ada/formgrader"
    assert f"{base}/gradebook/{UNIT}/gradient_descent/" in links
    assert f"{base}/submissions/0001/" in links
    patterns = [rf"/user/ada{pattern}$" for pattern, *_ in default_handlers]
    for link in links:
        shown = [pattern for pattern in patterns if re.match(pattern, urlsplit(link).path)]
        assert shown, f"nbgrader's formgrader has no page {link}"


@pytest.mark.parametrize("address", ["", "localhost:8888", "javascript:alert(1)", "file:///etc"])
def test_a_formgrader_is_on_the_web(address: str) -> None:
    with pytest.raises(GraderError, match="no address of a formgrader"):
        formgrader_at(address)


@pytest.mark.parametrize("verdicts", [[], class_of_24()[:1], class_of_24()[14:15]])
def test_a_class_of_nobody_or_one_has_a_report_too(opened: Any, verdicts: Any) -> None:
    page = opened(verdicts)
    assert not structural_faults(page)
    assert page.locator("table.heat tbody tr").count() == len(verdicts)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it(opened: Any, theme: str) -> None:
    page = opened(roll=term.roll())
    page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    assert not structural_faults(page)
    assert not poor_contrasts(page, theme)
    assert theme == "dark" or not violations(page), "but for colours, both are the same"


def test_a_state_has_a_sign_or_number_besides_its_colour(opened: Any) -> None:
    cells = opened().locator("table.heat tbody td:not(:last-child)").all_inner_texts()
    assert all(text.strip() for text in cells)


def test_it_reads_without_its_script_fits_a_phone_and_prints(opened: Any, browser: Browser) -> None:
    page = opened()
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert len(page.pdf(prefer_css_page_size=True)) > 10_000
    page.emulate_media(media="print")
    assert not page.locator("form.filters").first.is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(PRINTED) == {
        "paper": "rgb(255, 255, 255)", "head": "table-header-group", "row": "avoid",
        "heading": "contents",
    }  # fmt: skip
    without = browser.new_context(java_script_enabled=False).new_page()
    without.goto(page.url)
    assert without.locator("table.heat tbody tr").count() == 24
    assert without.locator("button:visible, input:visible").count() == 0, "nothing that is dead"
    without.context.close()


def test_the_page_is_one_file_that_names_no_other(tmp_path: Path) -> None:
    page = report_html(class_of_24(), made=MONDAY)
    assert not re.findall(r"""(?:src|href)=["'](?!#)[^"']*|url\(|@import""", page)
    assert "default-src &#39;none&#39;" in page
    assert report_html(class_of_24(), made=MONDAY) == page
    assert report_html(reversed(class_of_24()), made=MONDAY) == page


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_the_report_does_nothing_for_a_learner(tab: Page, tmp_path: Path, payload: str) -> None:
    unreadable = replace(hostile_verdict(payload), student=f"b{payload}", status="unreadable")
    page = report_html(
        [hostile_verdict(payload), unreadable],
        unit_titles={payload: payload},
        feedback_links={(payload, payload): payload},
        roll=Roll({payload: payload, f"c{payload}": payload}),
        specimens={(payload, payload, payload): Specimen(payload)},
        formgrader=Formgrader(),
        notebook=payload,
        made=MONDAY,
    )
    path = tmp_path / "report.html"
    path.write_text(without_its_policy(page), encoding="utf-8")
    deeds = watch(tab, path, own=OWN_ELEMENTS)
    assert deeds.harmless, deeds
    assert page.count("<script>") == page.count("</script>") == 1


@pytest.mark.skipif("N2R_SCREENSHOTS" not in os.environ, reason="set N2R_SCREENSHOTS to draw it")
def test_draw_the_screenshot(opened: Any) -> None:
    verdicts, roll = term.units()[UNIT], term.roll()
    page = opened(verdicts, roll=roll, formgrader=Formgrader(), notebook="gradient_descent")
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.screenshot(path=SCREENSHOT)
    assert SCREENSHOT.stat().st_size < 300_000
