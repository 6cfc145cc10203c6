"""The leaderboard: who is on it, under which name, with whose numbers, and what it never shows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser

from autograder.class_folder import open_class
from autograder.database import open_database
from autograder.grading import grade_submission
from autograder.kept import Kept, keep, load_verdicts
from autograder.leaderboard import (
    LONGEST_PSEUDONYM,
    boards,
    gives_away,
    letters,
    pseudonym_in,
    shown,
)
from autograder.publishing import write_report
from autograder.report import leaderboard_page, report_html
from autograder.simulate import exercise_of
from autograder.unit import load_unit
from autograder.verdict import Entry, ExerciseVerdict, SubmissionVerdict
from tests.feedback.hostile import PAYLOADS
from tests.feedback.test_hostile import without_its_policy
from tests.feedback.watching import watch
from tests.report.test_report import OWN_ELEMENTS

UNIT = "14_senet_and_beyond"


def submission(student: str, pseudonym: str | None, accuracy: float = 0.9, size: int = 3000) -> Any:
    """A submission that is on the leaderboard if it has a pseudonym."""
    values = {"accuracy": accuracy, "parameters": size, "multiply-adds": 70_000}
    entry = None if pseudonym is None else Entry(pseudonym, values)
    exercise = ExerciseVerdict(UNIT, "capstone", 5.0, 5.0, entry=entry)
    return SubmissionVerdict(student, UNIT, "graded", 1.0, (exercise,))


def pseudonyms(*verdicts: Any, people: Any = ()) -> list[tuple[int, str]]:
    """Ranks and pseudonyms of the one board."""
    (board,) = boards(verdicts, people)
    return [(place.rank, place.pseudonym) for place in board.places]


# Reading a pseudonym


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        (['pseudonym = ""'], ""),
        (['pseudonym = "  Gauss "'], "Gauss"),
        (['pseudonym = "one"', "x = 1", 'pseudonym = "two"'], "two"),
        (['pseudonym = "one"', 'pseudonym = ""'], ""),
        (["pseudonym = input()"], ""),
        (["pseudonym = 3"], ""),
        (["pseudonym = 'a' + 'b'"], ""),
        (["if True:\n    pseudonym = 'inside'"], ""),
        (["%magic pseudonym = 'x'"], ""),
        (["pseudonym = '" + "x" * 500 + "'"], "x" * (LONGEST_PSEUDONYM - 1) + "…"),
        (["pseudonym = '\\n \\t '"], ""),
        (["pseudonym = '---'"], ""),
        (["pseudonym = 'two\\nlines'"], "two lines"),
        (["pseudonym = '\\u202eevil'"], "\\u202eevil"),
        (["(" * 5000 + "pseudonym"], ""),
    ],
)
def test_a_pseudonym_is_read_and_never_run(sources: list[str], found: str) -> None:
    assert pseudonym_in(sources, "pseudonym") == found


@given(text=st.text())
def test_whatever_is_written_becomes_one_short_line(text: str) -> None:
    told = shown(text)
    assert len(told) <= LONGEST_PSEUDONYM
    assert "\n" not in told
    assert told.isprintable()


# Who is shown


def test_nobody_without_a_pseudonym_is_shown_and_no_board_without_anybody() -> None:
    assert boards([submission("ada", None)]) == []
    assert pseudonyms(submission("ada", None), submission("emmy", "Noether ring")) == [
        (1, "Noether ring")
    ]


def test_the_best_come_first_and_equals_share_a_rank() -> None:
    found = pseudonyms(
        submission("a", "slow", 0.90, 3000),
        submission("b", "small", 0.95, 1000),
        submission("c", "large", 0.95, 3000),
        submission("d", "twin", 0.95, 1000),
    )
    assert found == [(1, "small"), (1, "twin"), (3, "large"), (4, "slow")]


@pytest.mark.parametrize(
    "pseudonym",
    ["mallory", "MALLORY", " m.a.l.l.o.r.y ", "Mállory", "I am mallory!", "Eve Hacker", "hacker"],
)
def test_a_name_is_no_pseudonym(pseudonym: str) -> None:
    """One's own or somebody else's: whoever writes it, it would say who somebody is."""
    class_ = [submission("eve", pseudonym), submission("mallory", "Gauss")]
    (board,) = boards(class_, ["Eve", "Hacker", "Eve Hacker"])
    assert [place.pseudonym for place in board.places] == ["Gauss"]
    assert board.hidden == 1


def test_a_short_name_inside_a_word_gives_nobody_away() -> None:
    assert not gives_away("Canada", {letters("ada")})
    assert gives_away("A d a", {letters("ada")})


def test_somebody_elses_pseudonym_does_not_become_theirs() -> None:
    """Both are shown, each with its own numbers, and neither as the one and only."""
    found = pseudonyms(
        submission("victim", "Gauss", 0.95), submission("thief", "  gauss", 0.90), people=()
    )
    assert found == [(1, "Gauss (1)"), (2, "  gauss (2)")]


def test_the_order_of_equals_does_not_tell_whose_id_comes_first() -> None:
    one = pseudonyms(submission("a", "zeta"), submission("b", "alpha"))
    other = pseudonyms(submission("a", "alpha"), submission("b", "zeta"))
    assert one == other


# The pages


def test_the_page_for_the_class_holds_no_name(tmp_path: Path) -> None:
    class_ = [submission("adalovelace", "Gauss"), submission("emmynoether", None)]
    path = tmp_path / "board.html"
    assert leaderboard_page(class_, path=path, title="SENet") == path
    page = path.read_text()
    assert "Gauss" in page
    assert "90.0%" in page
    assert "70,000" in page
    for name in ("adalovelace", "emmynoether"):
        assert name not in page
    assert leaderboard_page([submission("x", None)], path=path, title="SENet") is None
    assert not path.exists(), "whoever withdraws is not shown by yesterday's page"


def test_the_report_has_a_leaderboard_where_somebody_takes_part() -> None:
    page = report_html([submission("ada", "Gauss")])
    section = page.partition('<section aria-labelledby="leaderboard">')[2].partition("</section>")[
        0
    ]
    assert "Gauss" in section
    assert "ada" not in section.replace("leaderboard", "").replace("Leaderboard", "")
    assert 'id="leaderboard"' not in report_html([submission("ada", None)])


def test_no_pseudonym_runs_anything(browser: Browser, tmp_path: Path) -> None:
    """Every payload at once, whole and as it is cut, in both pages, without their second wall."""
    class_ = [
        replace(submission(f"s{number}", text), student=f"s{number}")
        for number, payload in enumerate(PAYLOADS.values())
        for text in (payload, shown(payload))
    ]
    page = browser.new_page()
    board = tmp_path / "board.html"
    leaderboard_page(class_, path=board, title=next(iter(PAYLOADS.values())))
    report = tmp_path / "report.html"
    report.write_text(report_html(class_))
    for path, own in ((board, ()), (report, OWN_ELEMENTS)):
        path.write_text(without_its_policy(path.read_text()), encoding="utf-8")
        deeds = watch(page, path, own=own)
        assert deeds.harmless, deeds
    page.close()


# From the notebook to the page


@pytest.fixture(scope="module")
def cheated() -> SubmissionVerdict:
    """A solved capstone whose cells claim to be better than they are."""
    unit = load_unit(UNIT)
    notebook = json.loads(unit.release.read_bytes())
    claim = """
from nand2resnet import contest, blueprints
contest.MOST_PARAMETERS = 10**9
contest.measured = lambda *_: contest.Result(blueprints.Cost(1, 1), 1.0)
contest.accuracy = lambda *_: 1.0
blueprints.cost_of_plan = lambda *_: (blueprints.Cost(1, 1), (2, 10))
accuracy, parameters, multiply_adds = 1.0, 1, 1
"""
    for cell in notebook["cells"]:
        name = exercise_of(cell)
        if name == "capstone":
            cell["source"] = claim + unit.reference_source(name)
        if "".join(cell["source"]).strip() == 'pseudonym = ""':
            cell["source"] = 'pseudonym = "<i>Gauss</i>"'
    return grade_submission(UNIT, "mallory", json.dumps(notebook).encode(), "a seed").verdict


def test_the_numbers_are_the_oracles_whatever_the_notebook_claims(
    cheated: SubmissionVerdict,
) -> None:
    (entry,) = (verdict.entry for verdict in cheated.exercises if verdict.entry)
    assert entry.pseudonym == "<i>Gauss</i>"
    assert entry.values["parameters"] == 2722
    assert entry.values["multiply-adds"] == 53_280
    assert 0.85 < entry.values["accuracy"] < 0.99


def test_an_entry_is_kept_and_read_again(cheated: SubmissionVerdict, tmp_path: Path) -> None:
    class Folder:
        ours = tmp_path

    keep(Folder(), Kept(cheated, "fingerprint", "submission"))  # type: ignore[arg-type]
    (again,) = load_verdicts(Folder(), UNIT)  # type: ignore[arg-type]
    assert again == cheated
    (board,) = boards([again])
    assert board.columns == ("accuracy", "parameters", "multiply-adds")


def test_a_name_that_only_the_gradebook_knows_is_no_pseudonym_either(tmp_path: Path) -> None:
    """From kept verdicts to both pages, by what `n2r report` calls."""
    folder = open_class(tmp_path)
    with open_database(folder) as gradebook:
        gradebook.update_or_create_student("s17", first_name="Sofja", last_name="Kovalevskaya")
    for student, pseudonym in (("s17", "kovalevskaya!"), ("s18", "Gauss")):
        keep(folder, Kept(submission(student, pseudonym), "fingerprint", "submission"))
    page, _, board_page = write_report(folder, load_unit(UNIT))
    board = board_page.read_text()
    assert "Gauss" in board
    assert "kovalevskaya" not in board.casefold()
    assert "kovalevskaya!" not in page.read_text()
    assert "1 entry not shown" in page.read_text()
