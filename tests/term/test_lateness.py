"""Due dates, extensions and what lateness costs: one file, and nbgrader knows it too."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.class_folder import open_class
from autograder.collect import Options, collect
from autograder.errors import ClassTrouble
from autograder.lateness import Policy, in_words, late_ones, marked_late, read_rules
from autograder.marks import Request, write_marks
from autograder.marks.totals import marks_in_gradebook
from tests.grading.handed_in import released
from tests.grading.marks import gradebook, marks
from tests.term.conftest import enter, entry, small_entry

DUE = "[due]\n01_gradient_descent = 2026-10-05T23:59:00+02:00\n"
LONGER = "[extensions.01]\ncid = 2026-10-07T23:59:00+02:00\n"
TEN_PERCENT = "[late]\npercent_per_day = 10\nat_most_percent = 50\ngrace_minutes = 15\n"
TIMES = {
    "ann": "2026-10-05 21:59:00 UTC",
    "bob": "2026-10-06 23:00:00 UTC",
    "cid": "2026-10-07 21:00:00 UTC",
    "dan": "2026-10-05 22:10:00 UTC",
    "eve": "2026-12-24 12:00:00 UTC",
    "fay": None,
}


def grade(folder, unit, rules: str):
    (folder.root / "class.toml").write_text(rules)
    folder = open_class(folder.root)
    enter(folder, unit, *(entry(unit, student, time) for student, time in TIMES.items()))
    return folder


def test_without_a_policy_being_late_is_said_and_costs_nothing(folder, unit):
    folder = grade(folder, unit, DUE)
    late = late_ones(folder, unit)
    assert {student: str(one) for student, one in late.items()} == {
        "bob": "late by 1 day 1 h",
        "cid": "late by 1 day 23 h",
        "dan": "late by 11 min",
        "eve": "late by 79 days 14 h",
    }
    assert {one["penalty"] for one in marks(folder.root, unit.name).values()} == {None}


def test_extensions_and_a_policy_count_as_nbgraders_own(folder, unit):
    folder = grade(folder, unit, DUE + LONGER + TEN_PERCENT)
    penalties = {name: one["penalty"] for name, one in marks(folder.root, unit.name).items()}
    of_18 = {"ann": None, "bob": 3.6, "cid": None, "dan": 0.0, "eve": 9.0, "fay": None}
    assert penalties == {name: cost and pytest.approx(cost) for name, cost in of_18.items()}
    totals = marks_in_gradebook(folder, unit).marks
    assert totals["bob"].points == pytest.approx(14.4)
    assert str(totals["bob"].late) == "late by 1 day 1 h, which cost 3.6 points"
    with gradebook(folder.root) as book:
        assert book.find_submission(unit.name, "cid").extension == timedelta(days=2)

    folder = grade(folder, unit, DUE + TEN_PERCENT)  # the extension is taken back
    assert marks(folder.root, unit.name)["cid"]["penalty"] == pytest.approx(3.6)


def test_nbgrader_autograde_takes_off_the_same(folder, unit):
    """The step of `nbgrader autograde` that assigns penalties, with the class's own settings."""
    from nbformat.v4 import new_notebook
    from nbgrader.preprocessors import AssignLatePenalties

    folder = grade(folder, unit, DUE + LONGER + TEN_PERCENT)
    before = {name: one["penalty"] for name, one in marks(folder.root, unit.name).items()}
    with gradebook(folder.root) as book:
        for submission in book.assignment_submissions(unit.name):
            submission.notebooks[0].late_submission_penalty = None
        book.db.commit()
    place = {"notebook": unit.notebook_name, "assignment": unit.name, "db_url": folder.db_url}
    for student in TIMES:
        step = AssignLatePenalties(config=folder.settings)
        step.preprocess(new_notebook(), {"nbgrader": {**place, "student": student}})
    after = {name: one["penalty"] for name, one in marks(folder.root, unit.name).items()}
    assert after == before
    assert after["bob"] == pytest.approx(3.6)


def test_what_the_file_does_not_say_stays_as_it_is_in_the_gradebook(folder, unit):
    enter(folder, unit, entry(unit, "bob", TIMES["bob"]))
    with gradebook(folder.root) as book:
        book.update_or_create_assignment(unit.name, duedate="2026-10-06 00:00:00 UTC")
        book.grant_extension(unit.name, "bob", days=1)
    folder = grade(folder, unit, TEN_PERCENT)
    assert "bob" not in late_ones(folder, unit)
    assert set(late_ones(folder, unit)) == {"cid", "eve"}


def test_nbgraders_own_setting_holds_where_the_file_has_no_policy(folder, unit):
    settings = folder.root / "nbgrader_config.py"
    settings.write_text(settings.read_text() + 'c.LateSubmissionPlugin.penalty_method = "zero"\n')
    settings.write_text(settings.read_text() + 'c.ClassPolicy.penalty_method = "zero"\n')
    folder = grade(folder, unit, DUE)
    assert marks(folder.root, unit.name)["bob"]["penalty"] == 18.0


def test_late_by_the_systems_word_is_said_though_nobody_knows_by_how_much(
    folder, small_unit, tmp_path
):
    blank = json.dumps(released(small_unit)).encode()
    for late in ("LATE_", ""):
        with zipfile.ZipFile(tmp_path / "canvas.zip", "w") as archive:
            archive.writestr(f"smithbob_{late}13_103_start_here.ipynb", blank)
        collect(tmp_path / "canvas.zip", folder, small_unit.name, Options(dry_run=True))
        assert marked_late(folder, small_unit.name) == (set() if late else {"smithbob-13"})
        collect(tmp_path / "canvas.zip", folder, small_unit.name)
        enter(folder, small_unit, small_entry(small_unit, "smithbob-13", 1.0))
        said = {name: str(one) for name, one in late_ones(folder, small_unit).items()}
        expected = {"smithbob-13": "late, nobody knows by how much"} if late else {}
        assert said == expected
    out = folder.root / "marks.csv"
    assert write_marks(folder, Request(("00",), "csv", out)).complete


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[due]\n77 = 2026-10-05T23:59:00Z", "no unit '77'"),
        ('[due]\n01 = "5 October"', "without quotes"),
        ("[due]\n01 = 2026-10-05", "date and time"),
        ("[extensions.01]\nann = 2026-10-05T23:59:00Z", r"needs a date .* under \[due\]"),
        ("[late]\nper_day = 10", "there are percent_per_day"),
        ("[late]\npercent_per_day = -1", "0 or more"),
        ("[late]\ngrace_minutes = 5", "needs percent_per_day"),
        ("[policy]\nx = 1", r"no \[policy\]"),
        ("due = 3\n", r"\[due\] must hold"),
        ("[due\n", "cannot be read"),
    ],
)
def test_an_error_in_the_file_is_told_and_nothing_is_changed(folder, text, said):
    (folder.root / "class.toml").write_text(text)
    with pytest.raises(ClassTrouble, match=said):
        read_rules(folder.root)


@settings(max_examples=50)
@given(
    st.floats(0, 100), st.floats(0, 1e7), st.floats(0, 1e7), st.floats(0, 100), st.floats(0, 200)
)
def test_a_penalty_grows_with_lateness_and_is_never_more_than_the_points(
    points, seconds, more, percent, most
):
    policy = Policy(percent, min(most, 100.0), grace_minutes=10)
    earlier, later = policy.penalty(points, seconds), policy.penalty(points, seconds + more)
    assert 0 <= earlier <= later <= points * (1 + 1e-9)
    assert policy.penalty(points, 600) == 0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "1 min"), (3_660, "1 h 1 min"), (86_400, "1 day"), (180_000, "2 days 2 h")],
)
def test_times_are_said_in_their_two_largest_units(seconds, words):
    assert in_words(seconds) == words
