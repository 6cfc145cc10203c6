"""Grading a class: as it comes, again, after a kill, and with what cannot be graded in it."""

import shutil
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.class_folder import open_class
from autograder.classroom import grade_class
from autograder.errors import ClassTrouble, NoSandbox, UnknownName
from autograder.kept import grader_version, load_verdicts
from autograder.unit import Unit
from autograder.verdict import SubmissionVerdict
from tests.grading.handed_in import answered, hand_in, released, solved
from tests.grading.marks import give_by_hand, marks, scores
from tests.grading.programs import WRONG, big_class, kill, results, start


class Listener:
    """What a command line would show: who was graded now, and whose verdict still holds."""

    def __init__(self) -> None:
        self.now: list[str] = []
        self.still: list[str] = []

    def __call__(self, verdict: SubmissionVerdict, now: bool) -> None:
        (self.now if now else self.still).append(verdict.student)


@pytest.fixture
def class_dir(tmp_path: Path, new_gradebook: bytes) -> Path:
    (tmp_path / "gradebook.db").write_bytes(new_gradebook)
    return tmp_path


def grade(class_dir: Path, unit: Unit, **options: Any) -> tuple[set[str], dict[str, Any]]:
    """Grade; who was graded now, and the verdicts by student."""
    listener = Listener()
    verdicts = grade_class(unit.name, class_dir, workers=2, on_verdict=listener, **options)
    assert sorted(listener.now + listener.still) == [one.student for one in verdicts]
    return set(listener.now), {one.student: one for one in verdicts}


def test_a_class_is_graded_once_and_then_only_what_changed(class_dir, small_unit):
    hand_in(class_dir, small_unit, "ann", solved(small_unit), "2025-01-02 10:00:00 UTC")
    hand_in(class_dir, small_unit, "bob", solved(small_unit, {"mean_square": WRONG}))
    hand_in(class_dir, small_unit, "cid", released(small_unit))
    now, verdicts = grade(class_dir, small_unit)
    assert now == {"ann", "bob", "cid"}
    assert {name: one.points for name, one in verdicts.items()} == {"ann": 2, "bob": 0, "cid": 0}
    assert verdicts["bob"].exercises[0].diagnosis == "square of the mean"
    first = marks(class_dir, small_unit.name)
    assert {name: one["total"] for name, one in first.items()} == {"ann": 2, "bob": 0, "cid": 0}
    assert first["cid"]["comments"] == {"mean_square-solution": "No response."}

    now, again = grade(class_dir, small_unit)
    assert now == set()
    assert again == verdicts
    assert marks(class_dir, small_unit.name) == first

    hand_in(class_dir, small_unit, "bob", solved(small_unit))
    hand_in(class_dir, small_unit, "dan", solved(small_unit))
    now, verdicts = grade(class_dir, small_unit)
    assert now == {"bob", "dan"}
    assert {one.points for name, one in verdicts.items() if name != "cid"} == {2.0}
    assert marks(class_dir, small_unit.name)["bob"]["total"] == 2.0

    assert grade(class_dir, small_unit, only=["ann"], force=True)[0] == {"ann"}
    assert grade(class_dir, small_unit, reseed=True)[0] == {"ann", "bob", "cid", "dan"}
    assert load_verdicts(open_class(class_dir), small_unit.name) == list(
        grade(class_dir, small_unit)[1].values()
    )


def test_graded_notebooks_lie_where_nbgrader_looks(class_dir, small_unit):
    hand_in(class_dir, small_unit, "ann", solved(small_unit), "2025-01-02 10:00:00 UTC\n")
    grade(class_dir, small_unit)
    folder = class_dir / "autograded" / "ann" / small_unit.name
    assert {path.name for path in folder.iterdir()} == {"start_here.ipynb", "timestamp.txt"}
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o444
    nbformat.validate(nbformat.read(folder / "start_here.ipynb", as_version=4))


def test_what_cannot_be_graded_has_its_reason_and_stops_nobody(class_dir, small_unit):
    good = solved(small_unit)
    hand_in(class_dir, small_unit, "good", good)
    bad = {
        "empty": (b"", "the file is empty"),
        "no-json": (b"{this was a notebook", "it is not JSON"),
        "no-notebook": (b"[1, 2]", "not a notebook of format 4"),
        "binary": (bytes(range(256)), "it is not JSON"),
    }
    for student, (content, _) in bad.items():
        hand_in(class_dir, small_unit, student, content)
    hand_in(class_dir, small_unit, "misnamed", good).rename(
        class_dir / "submitted" / "misnamed" / small_unit.name / "start_here (1).ipynb"
    )
    (class_dir / "submitted" / "nothing" / small_unit.name).mkdir(parents=True)
    hand_in(class_dir, small_unit, "linked", good).unlink()
    (class_dir / "submitted" / "linked" / small_unit.name / "start_here.ipynb").symlink_to(
        class_dir / "submitted" / "good" / small_unit.name / "start_here.ipynb"
    )
    reasons = {student: reason for student, (_, reason) in bad.items()}
    reasons |= {"misnamed": "start_here (1).ipynb", "nothing": "the folder is empty"}
    reasons |= {"linked": "is a link"}

    _, verdicts = grade(class_dir, small_unit)
    entered = marks(class_dir, small_unit.name)
    assert verdicts["good"].status == "graded"
    assert entered["good"]["total"] == 2.0
    for student, reason in reasons.items():
        verdict, entry = verdicts[student], entered[student]
        assert verdict.status == "unreadable"
        assert reason in verdict.notes[0]
        assert [one.points for one in verdict.exercises] == [0.0]
        assert reason in entry["comments"]["mean_square-solution"]
        assert (entry["scores"], entry["to look at"]) == ({"mean_square": 0.0}, set())
        assert (class_dir / "autograded" / student / small_unit.name / "start_here.ipynb").exists()
    assert grade(class_dir, small_unit)[0] == set()


def test_another_units_notebook_is_named_as_such(class_dir, small_unit, unit):
    hand_in(class_dir, small_unit, "ann", solved(unit))
    _, verdicts = grade(class_dir, small_unit)
    assert verdicts["ann"].status == "unreadable"
    assert "not the notebook of 00_start_here" in verdicts["ann"].notes[0]


def test_what_a_human_gave_survives_every_way_to_grade_again(class_dir, unit):
    hand_in(class_dir, unit, "ann", answered(unit, "It overshoots, further every time."))
    hand_in(class_dir, unit, "bob", solved(unit))
    grade(class_dir, unit)
    entered = marks(class_dir, unit.name)
    assert entered["ann"]["to look at"] == {"why_it_diverges"}
    assert entered["bob"]["to look at"] == set()
    assert entered["bob"]["comments"]["why_it_diverges"] == "No response."

    give_by_hand(class_dir, unit.name, "ann", "why_it_diverges", 1.5)
    settled = marks(class_dir, unit.name)
    assert settled["ann"]["total"] == 19.5
    for options in ({}, {"force": True}, {"seed": "another"}):
        grade(class_dir, unit, **options)
        assert marks(class_dir, unit.name) == settled

    hand_in(class_dir, unit, "ann", answered(unit, "On second thoughts: the step is too long."))
    grade(class_dir, unit)
    changed = marks(class_dir, unit.name)["ann"]
    assert changed["by hand"]["why_it_diverges"] == 1.5
    assert changed["to look at"] == {"why_it_diverges"}


def test_a_new_time_is_entered_without_grading_again(class_dir, small_unit):
    hand_in(class_dir, small_unit, "ann", solved(small_unit), "2025-01-02 10:00:00 UTC")
    grade(class_dir, small_unit)
    hand_in(class_dir, small_unit, "ann", solved(small_unit), "2025-01-09 10:00:00 UTC")
    assert grade(class_dir, small_unit)[0] == set()
    assert marks(class_dir, small_unit.name)["ann"]["time"].day == 9


@pytest.mark.parametrize("lost", ["everything", "one submission", "a score"])
def test_a_gradebook_that_lost_something_is_filled_without_grading(class_dir, small_unit, lost):
    for student in ("ann", "bob"):
        hand_in(class_dir, small_unit, student, solved(small_unit))
    grade(class_dir, small_unit)
    whole = marks(class_dir, small_unit.name)
    book = class_dir / "gradebook.db"
    if lost == "everything":
        book.unlink()
    else:
        with sqlite3.connect(book) as connection:
            connection.execute("UPDATE grade SET auto_score = 0.5 WHERE rowid = 1")
            if lost == "one submission":
                for table in ("grade", "comment", "submitted_notebook", "submitted_assignment"):
                    connection.execute(f"DELETE FROM {table} WHERE rowid = 1")
    assert grade(class_dir, small_unit)[0] == set()
    assert marks(class_dir, small_unit.name) == whole


def test_a_lost_graded_notebook_is_made_again(class_dir, small_unit):
    for student in ("ann", "bob"):
        hand_in(class_dir, small_unit, student, solved(small_unit))
    grade(class_dir, small_unit)
    shutil.rmtree(class_dir / "autograded" / "bob")
    assert grade(class_dir, small_unit)[0] == {"bob"}


def test_what_is_wrong_is_said_before_anything_is_graded(class_dir, small_unit):
    with pytest.raises(UnknownName, match="Did you mean"):
        grade_class("01_gradient_decent", class_dir)
    with pytest.raises(ClassTrouble, match="nobody has handed in"):
        grade_class(small_unit.name, class_dir)
    hand_in(class_dir, small_unit, "ann", solved(small_unit))
    with pytest.raises(NoSandbox, match="--trust-submissions"):
        grade_class(small_unit.name, class_dir, backend="none")
    (class_dir / "gradebook.db").write_text("not a database, and much too long for an empty one")
    with pytest.raises(ClassTrouble, match="is damaged"):
        grade_class(small_unit.name, class_dir)
    assert not (class_dir / "autograded").exists()


def test_a_damaged_gradebook_costs_no_verdict(class_dir, small_unit):
    hand_in(class_dir, small_unit, "ann", solved(small_unit))
    grade(class_dir, small_unit)
    whole = marks(class_dir, small_unit.name)
    book = class_dir / "gradebook.db"
    book.write_bytes(book.read_bytes()[:10_000])
    with pytest.raises(ClassTrouble, match="Move it away"):
        grade(class_dir, small_unit)
    book.rename(class_dir / "gradebook.damaged")
    assert grade(class_dir, small_unit)[0] == set()
    assert marks(class_dir, small_unit.name) == whole


# --- Killed ----------------------------------------------------------------------------------


def kill_after(class_dir: Path, unit: Unit, verdicts: int) -> list[str]:
    """Start to grade, and kill it when so many verdicts have come; who was graded."""
    program = start(class_dir, unit)
    seen = lines_of(program, verdicts)
    kill(program)
    return [line.split()[0] for line in seen]


def kill_while_making_a_gradebook(class_dir: Path, unit: Unit) -> None:
    program = start(class_dir, unit)
    kill_when_there_is(class_dir / "gradebook.db.partial", program)


def kill_in_a_transaction(class_dir: Path, unit: Unit) -> None:
    """Kill it when it has written into the gradebook, but could not yet commit."""
    reader = sqlite3.connect(class_dir / "gradebook.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM course").fetchall()  # from now on nobody can commit
    program = start(class_dir, unit)
    lines_of(program, 1)  # the gradebook has been looked at
    kill_when_there_is(class_dir / "gradebook.db-journal", program)
    reader.close()
    assert (class_dir / "gradebook.db-journal").exists()


def lines_of(program: subprocess.Popen[str], count: int) -> list[str]:
    assert program.stdout is not None
    return [program.stdout.readline() for _ in range(count)]


def kill_when_there_is(place: Path, program: subprocess.Popen[str]) -> None:
    while not place.exists():
        assert program.poll() is None, "it had ended before it could be killed"
        time.sleep(0.01)
    kill(program)


def test_killed_and_run_again_gives_the_same_result(tmp_path_factory, small_unit, new_gradebook):
    undisturbed = tmp_path_factory.mktemp("undisturbed")
    killed = tmp_path_factory.mktemp("killed")
    for class_dir in (undisturbed, killed):
        big_class(class_dir, small_unit)
    grade(undisturbed, small_unit, seed="the same")
    open_class(killed)
    (killed / ".n2r" / "seeds.json").write_text('{"00_start_here": "the same"}')

    first = kill_after(killed, small_unit, 2)
    kill_while_making_a_gradebook(killed, small_unit)
    (killed / "gradebook.db").write_bytes(new_gradebook)
    kill_in_a_transaction(killed, small_unit)
    assert scores(killed, small_unit.name) == {}
    now, _ = grade(killed, small_unit)

    if grader_version() != grader_version.__wrapped__():
        pytest.skip("the grader was edited meanwhile, and so everything is graded again")
    assert now.isdisjoint(first)
    assert results(killed, small_unit) == results(undisturbed, small_unit)
    assert not list(killed.glob("gradebook.db-*"))
    assert scores(killed, small_unit.name)["right-0"] == {"mean_square": 2.0}


def test_two_graders_do_not_get_in_each_others_way(tmp_path, small_unit):
    hand_in(tmp_path, small_unit, "ann", solved(small_unit, {"mean_square": "while True: pass"}))
    hand_in(tmp_path, small_unit, "bob", solved(small_unit))
    program = start(tmp_path, small_unit)
    assert program.stdout is not None
    assert program.stdout.readline().split()[0] == "bob"
    try:
        with pytest.raises(ClassTrouble, match="another `n2r grade` is at work"):
            grade_class(small_unit.name, tmp_path)
    finally:
        program.kill()
        program.wait()
