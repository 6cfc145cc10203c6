"""A fixed exercise: who changes, by how much, and nothing written before somebody says so."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.regrade.changes import change_of, median_points
from autograder.unit import ROOT
from autograder.verdict import ExerciseVerdict, SubmissionVerdict
from tests.grading.handed_in import hand_in, released, solved
from tests.grading.marks import comment_by_hand, give_by_hand, marks

WRONG = "def mean_square(x):\n    return np.mean(x) ** 2"
FAULT = """

@mean_square.accept("any shape")
def _(case, observation, reference):
    return "this criterion is itself not right"
"""
PROGRAM = """
import json, sys
from pathlib import Path
from autograder.classroom import grade_class
from autograder.class_folder import open_class
from autograder.history import history
from autograder.regrade import enter_regraded, regrade

def snapshot(root):
    folders = (root / "autograded", root / ".n2r" / "verdicts", root / ".n2r" / "history")
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in paths}

if __name__ == "__main__":
    root, said = Path(sys.argv[1]), {}
    options = {"workers": 1, "backend": "none", "trust_submissions": True}
    if sys.argv[2] == "grade":
        grade_class("00_start_here", root, **options)
    else:
        before, database = snapshot(root), (root / "gradebook.db").read_bytes()
        found = regrade("00_start_here", root, **options)
        said["untouched"] = snapshot(root) == before
        said["untouched"] &= (root / "gradebook.db").read_bytes() == database
        graded = []
        again = regrade("00_start_here", root, **options,
                        on_verdict=lambda verdict, now: graded.append(now))
        said["staged"] = again == found and not any(graded)
        said["changes"] = {
            one.student: [one.before, one.after, [list(vars(e).values()) for e in one.exercises]]
            for one in found.different
        }
        said["medians"], said["others"] = found.medians, found.others
        said["entered"] = enter_regraded("00_start_here", root)
        said["different then"] = len(regrade("00_start_here", root, **options).different)
        said["history"] = [v.total for v in history(open_class(root), "00_start_here", "ann")]
    print(json.dumps(said))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """This repository with unit 00 alone, in which an exercise can be broken."""
    place = tmp_path / "repository"
    place.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", place)
    ignore = shutil.ignore_patterns("__pycache__", "*.ipynb_checkpoints")
    for part in ("autograder", "course/nand2resnet", "course/00_start_here"):
        shutil.copytree(ROOT / part, place / part, ignore=ignore)
    shutil.copytree(ROOT / "solutions" / "00_start_here", place / "solutions" / "00_start_here",
                    ignore=ignore)  # fmt: skip
    return place


def run(copy: Path, class_dir: Path, what: str) -> dict[str, Any]:
    path = f"{copy}{os.pathsep}{copy / 'course'}"
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(class_dir), what],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": path, "PATH": programs},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_regrading_shows_first_and_enters_when_told(copy, tmp_path, small_unit, new_gradebook):
    class_dir = tmp_path / "class"
    class_dir.mkdir()
    (class_dir / "gradebook.db").write_bytes(new_gradebook)
    for student in ("ann", "bea", "cid"):
        hand_in(class_dir, small_unit, student, solved(small_unit))
    hand_in(class_dir, small_unit, "bob", solved(small_unit, {"mean_square": WRONG}))
    hand_in(class_dir, small_unit, "nil", released(small_unit))
    exercises = copy / "solutions" / "00_start_here" / "exercises.py"
    right = exercises.read_text()
    exercises.write_text(right + FAULT)
    run(copy, class_dir, "grade")
    faulty = {name: one["total"] for name, one in marks(class_dir, small_unit.name).items()}
    assert faulty == {"ann": 1, "bea": 1, "cid": 1, "bob": 0, "nil": 0}
    give_by_hand(class_dir, small_unit.name, "bea", "mean_square", 1.75)
    comment_by_hand(class_dir, small_unit.name, "bea", "mean_square-solution", "Right, I think.")
    hand_in(class_dir, small_unit, "new", solved(small_unit))

    exercises.write_text(right)
    said = run(copy, class_dir, "regrade")
    assert said["untouched"]
    assert said["staged"], "what was graded again is not graded a third time"
    assert said["changes"] == {
        "ann": [1, 2, [["mean_square", 1, 2, None]]],
        "bea": [1.75, 1.75, [["mean_square", 1, 2, 1.75]]],
        "cid": [1, 2, [["mean_square", 1, 2, None]]],
    }
    assert said["medians"] == [1, 1.75]
    assert said["others"] == ["new"]
    assert (said["entered"], said["different then"]) == (5, 0)
    assert said["history"] == [1, 2]
    entered = marks(class_dir, small_unit.name)
    totals = {name: one["total"] for name, one in entered.items()}
    assert totals == {"ann": 2, "bea": 1.75, "cid": 2, "bob": 0, "nil": 0}
    assert entered["bea"]["to look at"] == {"mean_square"}
    assert entered["bea"]["comments"]["mean_square-solution"] == "Right, I think."
    assert not (class_dir / ".n2r" / "regrade" / small_unit.name).exists()


def verdict(student: str, status: str = "graded", **points: float | None) -> SubmissionVerdict:
    exercises = tuple(ExerciseVerdict("u", name, given, 3.0) for name, given in points.items())
    notes = ("the grader failed: it is ours",) if status == "failed" else ()
    return SubmissionVerdict(student, "u", status, 1.0, exercises, notes)  # type: ignore[arg-type]


def test_a_grader_that_fails_changes_no_mark():
    change = change_of(verdict("ann", f=2.0), verdict("ann", "failed", f=None), {})
    assert (change.before, change.after, change.exercises) == (2.0, 2.0, ())
    assert change.trouble == "the grader failed: it is ours"


def test_marks_can_fall_and_what_waits_is_no_point():
    change = change_of(verdict("ann", f=2.0, g=1.0, why=None), verdict("ann", f=0.5, g=1.0), {})
    assert (change.before, change.after) == (3.0, 1.5)
    assert [(one.exercise, one.before, one.after) for one in change.exercises] == [("f", 2.0, 0.5)]


def test_the_median_is_of_everybody_not_of_those_who_change():
    given = [(1.0, 3.0), (2.0, 2.0), (3.0, 3.0), (0.0, 0.0)]
    changes = [
        change_of(verdict("x", f=before), verdict("x", f=after), {}) for before, after in given
    ]
    assert median_points(changes) == (1.5, 2.5)
