"""The table for a spreadsheet: whole, in order, and never a formula."""

from __future__ import annotations

import csv
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.report import write_csv
from autograder.standing import with_manual_scores
from autograder.verdict import ExerciseVerdict, SubmissionVerdict
from tests.report.classroom import CRITERIA, QUESTIONS, UNIT, class_of_24


def read(path: Path, delimiter: str = ",") -> list[list[str]]:
    """The rows of a CSV file, as a spreadsheet splits it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def test_one_line_per_submission_one_column_per_exercise(tmp_path: Path) -> None:
    header, *lines = read(write_csv(class_of_24(), tmp_path / "class.csv"))
    assert header == [
        *("student", "unit", "status", "points", "max_points", "waiting_points"),
        *CRITERIA, *QUESTIONS, "diagnoses", "notes",
    ]  # fmt: skip
    assert len(lines) == 24
    by_student = {line[0]: dict(zip(header, line, strict=True)) for line in lines}
    alonzo = by_student["alonzo"]
    assert (float(alonzo["points"]), float(alonzo["derivative"])) == (14.0, 1.0)
    assert alonzo["why_it_diverges"] == "", "what waits has no number yet"
    assert alonzo["diagnoses"] == "derivative: one-sided difference"
    assert by_student["tim"]["status"] == "unreadable"


def test_marks_given_by_hand_fill_their_columns(tmp_path: Path) -> None:
    marked = [with_manual_scores(verdict, QUESTIONS) for verdict in class_of_24()]
    header, first, *_ = read(write_csv(marked, tmp_path / "class.csv"))
    line = dict(zip(header, first, strict=True))
    assert (float(line["points"]), float(line["waiting_points"])) == (20.0, 0.0)


def test_exercises_of_two_units_do_not_share_a_column(tmp_path: Path) -> None:
    other = SubmissionVerdict(
        "ada", "02", "graded", 1.0, (ExerciseVerdict("02", "derivative", 1.0, 2.0),)
    )
    header, *_ = read(write_csv([*class_of_24(), other], tmp_path / "class.csv"))
    assert "02/derivative" in header
    assert f"{UNIT}/derivative" in header


TEXT = st.text(
    st.sampled_from("=+-@＝＋－＠\t\r\n;,|'\" aé1!") | st.characters(codec="utf-8"), max_size=20
)


@given(TEXT, TEXT)
@example("=1+1", "x")
@example("a;=1+1", "-2")
@example('a"\t=1', "@x")
@example("\u202e=1", "\x00=1")
@example("  =1", "\r\n+1")
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_field_is_a_formula_however_the_line_is_split(
    delimiter: str, student: str, note: str
) -> None:
    entry = ExerciseVerdict("01", note, 1.0, 2.0, diagnosis=student)
    verdict = SubmissionVerdict(student, note, "graded", 1.0, (entry,), (note, student))
    with TemporaryDirectory() as folder:
        for row in read(write_csv([verdict], Path(folder) / "class.csv"), delimiter):
            for field in row:
                assert not field.strip(' "\t\r\n').startswith(tuple("=+-@＝＋－＠")), row


def test_accents_and_other_scripts_survive(tmp_path: Path) -> None:
    verdict = SubmissionVerdict("Łukasiewicz 李", "01", "graded", 1.0)
    assert read(write_csv([verdict], tmp_path / "class.csv"))[1][0] == "Łukasiewicz 李"
