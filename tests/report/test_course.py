"""The report on the course, in a real browser, and written from a class folder."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from typer.testing import CliRunner

from autograder.class_folder import ClassFolder, open_class
from autograder.cli import app
from autograder.database import open_database
from autograder.errors import GraderError
from autograder.kept import Kept, keep
from autograder.publishing import write_course
from autograder.report import course_report
from autograder.report.course import course_of
from autograder.report.formgrader import Formgrader
from autograder.report.roll import HandIn, Roll
from tests.feedback.hostile import PAYLOADS
from tests.feedback.reading import poor_contrasts, structural_faults
from tests.feedback.test_hostile import hostile_verdict, without_its_policy
from tests.feedback.watching import watch
from tests.report import term
from tests.report.classroom import UNIT
from tests.report.test_report import OWN_ELEMENTS, PRINTED, violations, words

NOW = datetime(2026, 11, 23, 8, 5, tzinfo=UTC)
SCREENSHOT = Path(__file__).parents[2] / "assets" / "screenshots" / "course_report.png"


def write_page(path: Path) -> Path:
    """The report on the made-up term."""
    units = term.units()
    return course_report(
        course_of(units, term.roll(), NOW),
        path=path,
        titles=term.TITLES,
        notebooks={unit: unit[3:] for unit in units},
        reports={unit: f"{unit}.html" for unit in units},
        feedback_links={("ada", UNIT): "../feedback/ada.html"},
        roll=term.roll(),
        formgrader=Formgrader(),
        made=NOW,
    )


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page, opened once; complaints in the console fail the module."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text))
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(write_page(tmp_path_factory.mktemp("reports") / "course.html").as_uri())
    yield tab
    tab.close()
    assert not complaints


def learners(page: Page) -> list[str]:
    """Whose rows are to be seen, in order."""
    rows = page.locator("#all-learners tbody tr:visible th")
    return [text.split()[0] for text in rows.all_inner_texts()]


def test_who_is_stuck_comes_first_with_the_evidence_and_the_rules(page: Page) -> None:
    rows = [words(row) for row in page.locator("#behind tbody tr").all_inner_texts()]
    assert "zeno Zeno of Elea 0% has not handed in any unit (00, 01, 02, 03, 04)" in rows
    assert "tim 0% has not handed in the last 3 units (02, 03, 04)" in rows
    assert rows[0].startswith("radia 44% low in the last 2 units handed in (03: 0%, 04: 0%)")
    section = words(page.inner_text("section:has(#stuck)"))
    assert "has not handed in the last 2 units, or more" in section
    assert page.locator("main section").first.inner_text().startswith("Who is stuck")


def test_units_are_told_in_numbers_and_in_a_picture(page: Page) -> None:
    rows = [words(row) for row in page.locator("#by-unit tbody tr").all_inner_texts()]
    assert len(rows) == len(term.UNITS)
    assert rows[1].startswith("01 Gradient descent due 2 November 2026")
    assert "24 80% largest_stable_lr v is changed (4) 6 44 3 0.9 s up to 124 s" in rows[1]
    label = page.locator(".over-units svg").get_attribute("aria-label") or ""
    assert "handed in: 00 96%, 01 96%, 02 92%, 03 88%, 04 88%" in label
    link = page.locator("#by-unit tbody tr").nth(1).locator("td a")
    assert link.get_attribute("href") == (
        f"http://localhost:8888/formgrader/gradebook/{UNIT}/gradient_descent/"
    )


def test_everybody_is_there_to_sort_and_filter(page: Page) -> None:
    assert len(learners(page)) == 25
    mean = page.locator("#all-learners").get_by_role("button", name="mean")
    mean.press("Enter")
    mean.press("Enter")
    assert learners(page)[0] == "frances"
    assert mean.locator("..").get_attribute("aria-sort") == "descending"
    page.get_by_label("Show").select_option("without the last unit")
    assert sorted(learners(page)) == ["niklaus", "tim", "zeno"]
    page.get_by_label("Name").fill("ZENO")
    assert learners(page) == ["zeno"]
    assert page.inner_text("[role=status]") == "1 of 25 learners shown"
    page.get_by_label("Name").fill("")
    page.get_by_label("Show").select_option("everybody")
    feedback = page.get_by_role("link", name="ada, 01: 100%")
    assert feedback.get_attribute("href") == "../feedback/ada.html"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_can_read_it(page: Page, theme: str) -> None:
    assert not structural_faults(page)
    assert not poor_contrasts(page, theme)
    assert theme == "dark" or not violations(page), "but for colours, both are the same"


def test_it_prints_and_fits_a_phone(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(PRINTED)["paper"] == "rgb(255, 255, 255)"
    assert page.evaluate(PRINTED)["heading"] == "contents"
    page.emulate_media(media="screen", color_scheme="light")
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.set_viewport_size({"width": 1280, "height": 900})


def test_no_learner_acts_in_it(browser: Browser, tmp_path: Path) -> None:
    hostile = [replace(hostile_verdict(payload), unit="u") for payload in PAYLOADS.values()]
    names = {payload: payload for one in PAYLOADS.values() for payload in (one, f"b{one}")}
    roll = Roll(names, hand_ins={(payload, "u"): HandIn(page=payload) for payload in names})
    path = course_report(
        course_of({"u": hostile, "v": []}, roll, NOW),
        path=tmp_path / "course.html",
        feedback_links={(payload, "u"): payload for payload in PAYLOADS.values()},
        roll=roll,
        formgrader=Formgrader(),
    )
    path.write_text(without_its_policy(path.read_text(encoding="utf-8")), encoding="utf-8")
    tab = browser.new_page()
    assert watch(tab, path, own=OWN_ELEMENTS).harmless
    tab.close()


# From a class folder


@pytest.fixture
def folder(tmp_path: Path) -> ClassFolder:
    """Two units graded, one submission waiting to be, a due date, and a learner's name."""
    found = open_class(tmp_path)
    for unit in term.UNITS[:2]:
        for verdict in term.units()[unit]:
            keep(found, Kept(verdict, "f", "s"))
    late = found.submitted / "turing" / UNIT
    late.mkdir(parents=True)
    (late / "gradient_descent.ipynb").write_text("{}")
    with open_database(found) as gradebook:
        gradebook.add_assignment(UNIT, duedate="2026-11-02 17:00:00 UTC")
        gradebook.add_student("ada", first_name="Ada", last_name="Lovelace")
        gradebook.add_student("absent", first_name="=Nobody")
        with gradebook.db.no_autoflush:  # half-made rows are none of the database's business
            gradebook.add_submission(UNIT, "ada", timestamp="2026-11-02 18:00:00 UTC")
    return found


def test_without_a_unit_every_report_is_written(folder: ClassFolder) -> None:
    ran = CliRunner().invoke(app, ["report", "--class", str(folder.root)])
    assert ran.exit_code == 0, ran.output
    reports = folder.root / "reports"
    assert {path.name for path in reports.iterdir()} == {
        "course.html", "course.csv", *(f"{unit}.{kind}" for unit in term.UNITS[:2]
                                       for kind in ("html", "csv")),
    }  # fmt: skip
    unit = (reports / f"{UNIT}.html").read_text(encoding="utf-8")
    assert "1</strong> not graded yet" in unit, "turing's"
    assert 'href="course.html"' in unit
    course = (reports / "course.html").read_text(encoding="utf-8")
    assert "26 learners, 2 units" in course, "absent and turing are of the class too"
    assert "Ada Lovelace" in course
    assert ", late" in course
    with (reports / "course.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = {line["student"]: line for line in csv.DictReader(file)}
    assert lines["ada"][UNIT] == "1.0"
    assert lines["absent"]["name"] == "'=Nobody"
    assert lines["absent"][UNIT] == ""


def test_a_class_without_verdicts_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="n2r grade UNIT"):
        write_course(open_class(tmp_path))


@pytest.mark.skipif("N2R_SCREENSHOTS" not in os.environ, reason="set N2R_SCREENSHOTS to draw it")
def test_draw_the_screenshot(page: Page) -> None:
    page.reload()
    page.evaluate("scrollTo(0, 0)")
    page.set_viewport_size({"width": 1280, "height": 1500})
    page.screenshot(path=SCREENSHOT)
    assert SCREENSHOT.stat().st_size < 300_000
