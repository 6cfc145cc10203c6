"""A submission improved twice: every graded version leaves a line, and only ever one more."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.class_folder import open_class
from autograder.history import history, remember
from autograder.history.table import show_history
from autograder.kept import Kept
from autograder.verdict import ExerciseVerdict, SubmissionVerdict

UNIT, STUDENT = "01_gradient_descent", "ann"


def kept(points: float | None, submission: str, status: str = "graded") -> Kept:
    exercises = (
        ExerciseVerdict(UNIT, "derivative", points, 3.0),
        ExerciseVerdict(UNIT, "why", None, 2.0, status="waiting"),
    )
    verdict = SubmissionVerdict(STUDENT, UNIT, status, 1.0, exercises)  # type: ignore[arg-type]
    return Kept(verdict, "fingerprint", submission)


@pytest.fixture
def graded(tmp_path: Path):
    """A class in which somebody handed in three times, and was graded again once."""
    folder = open_class(tmp_path)
    remember(folder, kept(0.0, "first"), None)
    remember(folder, kept(1.0, "second"), "2026-10-01 10:00:00 UTC")
    remember(folder, kept(1.0, "second"), "2026-10-01 10:00:00 UTC")  # --force: nothing new
    remember(folder, kept(3.0, "third"), "2026-10-02 10:00:00 UTC")
    remember(folder, kept(2.0, "third"), "2026-10-02 10:00:00 UTC")  # the exercise was mended
    remember(folder, kept(0.0, "third", "failed"), None)
    return folder


def test_each_version_is_there_with_hash_time_and_marks(graded):
    versions = history(graded, UNIT, STUDENT)
    assert [(one.submission, one.total, (one.handed_in or "")[:10]) for one in versions] == [
        ("first", 0.0, ""),
        ("second", 1.0, "2026-10-01"),
        ("third", 3.0, "2026-10-02"),
        ("third", 2.0, "2026-10-02"),
    ]
    assert versions[0].points == {"derivative": 0.0, "why": None}
    assert versions[0].max_points == 5.0
    assert history(graded, UNIT, "nobody") == []


def test_the_table_says_what_changed(graded, capsys, monkeypatch):
    monkeypatch.setattr("autograder.history.table.console.width", 200, raising=False)
    show_history(STUDENT, UNIT, history(graded, UNIT, STUDENT))
    said = capsys.readouterr().out
    assert "handed in again: derivative 0 → 1" in said
    assert "the same notebook, graded again: derivative 3 → 2" in said
    assert "2 of 5, 1 waiting" in said


@settings(max_examples=30)
@given(st.integers(0, 400), st.binary(max_size=20))
def test_a_line_cut_short_costs_that_line_at_most(tmp_path_factory, cut, rubbish):
    folder = open_class(tmp_path_factory.mktemp("class"))
    for number in range(3):
        remember(folder, kept(float(number), f"{number}"), None)
    (path,) = (folder.ours / "history").rglob("*.jsonl")
    whole = path.read_bytes()
    path.write_bytes(whole[: max(0, len(whole) - cut)] + rubbish.replace(b"\n", b""))
    left = whole[: max(0, len(whole) - cut)].count(b"\n")
    remember(folder, kept(9.0, "new"), None)
    totals = [version.total for version in history(folder, UNIT, STUDENT)]
    assert totals[:left] == [0.0, 1.0, 2.0][:left]
    assert totals[-1] == 9.0
    assert len(totals) <= left + 2


def test_a_link_in_its_place_is_not_written_through(graded, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "file"
    elsewhere.write_text("")
    path = graded.ours / "history" / UNIT / f"{STUDENT}.jsonl"
    path.unlink()
    path.symlink_to(elsewhere)
    from autograder.errors import ClassTrouble

    with pytest.raises(ClassTrouble):
        remember(graded, replace(kept(1.0, "x")), None)
    assert elsewhere.read_text() == ""
    assert os.path.lexists(path)
