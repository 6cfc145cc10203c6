"""The gradebook: what is entered, what stays, and what is said when it cannot be used."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.build.source import notebook_bytes, source_notebook
from autograder.class_folder import ClassFolder, open_class
from autograder.database import check_gradebook
from autograder.errors import ClassTrouble
from autograder.gradebook import ClassGradebook, Entry, Marks, marks_of
from autograder.unit import Unit
from tests.grading.handed_in import cell, released
from tests.grading.marks import cells, comment_by_hand, give_by_hand, gradebook, marks

ON_TIME = "2025-01-02 10:00:00 UTC"
LATE = "2025-01-09 10:00:00 UTC"
FULL = {"derivative": 3.0, "numerical_gradient": 5.0, "gradient_check": 3.0}
FULL |= {"gradient_descent": 5.0, "largest_stable_lr": 2.0, "why_it_diverges": None}


def entry(unit: Unit, student: str = "ann", **changes: Any) -> Entry:
    """Somebody with full marks and an answer that waits for a human."""
    scores = {**FULL, **changes.pop("scores", {})}
    solutions = [f"{name}-solution" for name in unit.exercises]
    comments = dict.fromkeys([*solutions, "why_it_diverges"], None)
    given = {"student": student, "timestamp": ON_TIME, "marks": Marks(scores, comments)}
    return Entry(**{**given, **changes})


@pytest.fixture
def folder(tmp_path: Path, new_gradebook: bytes) -> ClassFolder:
    (tmp_path / "gradebook.db").write_bytes(new_gradebook)
    return open_class(tmp_path)


def enter(folder: ClassFolder, unit: Unit, *entries: Entry) -> None:
    book = ClassGradebook(folder, unit)
    try:
        book.register()
        book.record(entries)
        book.assign_late_penalties()
    finally:
        book.close()


def test_a_unit_is_registered_as_nbgrader_itself_would(unit, folder, nbgrader, tmp_path_factory):
    enter(folder, unit)

    theirs = tmp_path_factory.mktemp("theirs")
    source = theirs / "source" / unit.name
    source.mkdir(parents=True)
    (source / f"{unit.notebook_name}.ipynb").write_bytes(notebook_bytes(source_notebook(unit)))
    settings = (
        "c = get_config()\n"
        f"load_subconfig('nbgrader_config.py', path={str(Path(__file__).parents[2])!r})\n"
        "c.CourseDirectory.source_directory = 'source'\n"
        "c.CourseDirectory.release_directory = 'release'\n"
    )
    (theirs / "nbgrader_config.py").write_text(settings)
    done = nbgrader(theirs, "generate_assignment", unit.name)
    assert done.returncode == 0, done.stdout

    assert cells(folder.root, unit.name) == cells(theirs, unit.name)
    ours_is_idempotent = cells(folder.root, unit.name)
    enter(folder, unit)
    assert cells(folder.root, unit.name) == ours_is_idempotent


def test_scores_comments_flags_and_times_are_entered(unit, folder):
    blank = dict.fromkeys(FULL, 0.0)
    silent = dict.fromkeys(entry(unit).marks.comments, "No response.")
    enter(folder, unit, entry(unit), entry(unit, "bob", marks=Marks(blank, silent), timestamp=None))
    found = marks(folder.root, unit.name)
    assert found["ann"]["scores"] == FULL
    assert found["ann"]["to look at"] == {"why_it_diverges"}
    assert found["ann"]["time"].isoformat() == "2025-01-02T10:00:00"
    assert found["ann"]["total"] == 18.0
    assert found["bob"]["scores"] == blank
    assert found["bob"]["to look at"] == set()
    assert set(found["bob"]["comments"].values()) == {"No response."}
    assert found["bob"]["time"] is None


def test_a_reason_stands_at_every_cell(unit, folder):
    nothing = Marks(dict.fromkeys(FULL, 0.0), dict.fromkeys(entry(unit).marks.comments))
    enter(folder, unit, entry(unit, marks=nothing, reason="the file is empty"))
    found = marks(folder.root, unit.name)["ann"]
    assert set(found["comments"].values()) == {"the file is empty"}
    assert found["to look at"] == set()
    enter(folder, unit, entry(unit))
    assert set(marks(folder.root, unit.name)["ann"]["comments"].values()) == {None}


def test_where_the_grader_failed_scores_stay_and_a_human_is_asked(unit, folder):
    enter(folder, unit, entry(unit))
    enter(folder, unit, entry(unit, marks=None, reason="ours"), entry(unit, "new", marks=None))
    found = marks(folder.root, unit.name)
    assert found["ann"]["scores"] == FULL
    assert found["ann"]["to look at"] == set(FULL)
    assert set(found["ann"]["comments"].values()) == {"ours"}
    assert found["new"]["scores"] == dict.fromkeys(FULL)
    assert found["new"]["to look at"] == set(FULL)


def test_what_a_human_gave_stays(unit, folder):
    enter(folder, unit, entry(unit))
    give_by_hand(folder.root, unit.name, "ann", "why_it_diverges", 1.5)
    give_by_hand(folder.root, unit.name, "ann", "derivative", 2.5)
    comment_by_hand(folder.root, unit.name, "ann", "why_it_diverges", "Nearly.")

    enter(folder, unit, entry(unit, same_submission=True))
    same = marks(folder.root, unit.name)["ann"]
    assert same["by hand"] == {**dict.fromkeys(FULL), "why_it_diverges": 1.5, "derivative": 2.5}
    assert same["to look at"] == set()
    assert same["total"] == 19.0

    enter(folder, unit, entry(unit, same_submission=True, scores={"derivative": 1.0}))
    assert marks(folder.root, unit.name)["ann"]["to look at"] == {"derivative"}

    enter(folder, unit, entry(unit, scores={"derivative": 1.0}))
    another = marks(folder.root, unit.name)["ann"]
    assert another["to look at"] == {"derivative", "why_it_diverges"}
    assert another["by hand"] == same["by hand"]
    assert another["comments"]["why_it_diverges"] == "Nearly."


def test_late_penalties_are_nbgraders_own(unit, folder):
    settings = folder.root / "nbgrader_config.py"
    settings.write_text(settings.read_text() + 'c.LateSubmissionPlugin.penalty_method = "zero"\n')
    folder = open_class(folder.root)
    people = (entry(unit), entry(unit, "bob", timestamp=LATE), entry(unit, "cid", timestamp=None))
    enter(folder, unit, *people)
    assert {one["penalty"] for one in marks(folder.root, unit.name).values()} == {None}
    with gradebook(folder.root) as book:
        book.update_or_create_assignment(unit.name, duedate="2025-01-05 00:00:00 UTC")
    enter(folder, unit)
    penalties = {name: one["penalty"] for name, one in marks(folder.root, unit.name).items()}
    assert penalties == {"ann": None, "bob": 18.0, "cid": None}
    with gradebook(folder.root) as book:
        book.grant_extension(unit.name, "bob", weeks=1)
    enter(folder, unit)
    assert marks(folder.root, unit.name)["bob"]["penalty"] is None


def test_a_time_that_is_none_is_no_time(unit, folder):
    enter(folder, unit, entry(unit, timestamp="yesterday, honestly"))
    assert marks(folder.root, unit.name)["ann"]["time"] is None


def test_a_batch_is_entered_whole_or_not_at_all(unit, folder):
    enter(folder, unit, entry(unit))
    broken = entry(unit, "bob", marks=Marks({}, {}))
    book = ClassGradebook(folder, unit)
    with pytest.raises(KeyError):
        book.record([entry(unit, scores={"derivative": 0.0}), broken])
    book.close()
    found = marks(folder.root, unit.name)
    assert set(found) == {"ann"}
    assert found["ann"]["scores"] == FULL


def test_scores_are_read_back(unit, folder):
    enter(folder, unit, entry(unit))
    book = ClassGradebook(folder, unit)
    assert book.scores() == {"ann": FULL}
    book.close()


def rename_cell(folder: ClassFolder, table: str, old: str, new: str) -> None:
    """As if the unit had been another one when the class was first graded."""
    with sqlite3.connect(folder.root / "gradebook.db") as connection:
        changed = connection.execute(f"UPDATE {table} SET name = ? WHERE name = ?", (new, old))
        assert changed.rowcount > 0


def test_other_locked_cells_are_taken_over(unit, folder):
    enter(folder, unit, entry(unit))
    now = cells(folder.root, unit.name)
    demo = next(name for name in now["source"] if name.startswith("demo"))
    rename_cell(folder, "source_cell", demo, "an-older-demo")
    enter(folder, unit)
    assert cells(folder.root, unit.name) == now


def test_other_exercises_are_refused_once_there_are_marks(unit, folder):
    enter(folder, unit)
    now = cells(folder.root, unit.name)
    rename_cell(folder, "base_cell", "derivative", "slope")
    enter(folder, unit, entry(unit))
    assert cells(folder.root, unit.name) == now

    rename_cell(folder, "base_cell", "derivative", "slope")
    with pytest.raises(ClassTrouble, match="new: derivative; gone: slope"):
        enter(folder, unit)
    assert marks(folder.root, unit.name)["ann"]["scores"]["slope"] == 3.0


def test_marks_are_read_as_nbgrader_reads_them(unit):
    notebook = released(unit)
    table = {"output_type": "display_data", "data": {"text/html": "<b>9</b>"}, "metadata": {}}
    for name in unit.exercises:
        score = {"text/plain": "1.5"}
        result = {"output_type": "execute_result", "data": score, "metadata": {}}
        cell(notebook, name)["outputs"] = [result | {"execution_count": None}, table]
    found = marks_of(nbformat.reads(json.dumps(notebook), as_version=4))
    assert found.scores == {**dict.fromkeys(unit.exercises, 1.5), "why_it_diverges": 0}
    assert set(found.comments.values()) == {"No response."}

    cell(notebook, "why_it_diverges")["source"] = "Because it overshoots."
    cell(notebook, "derivative-solution")["source"] = "pass"
    found = marks_of(nbformat.reads(json.dumps(notebook), as_version=4))
    assert found.scores["why_it_diverges"] is None
    assert found.comments["why_it_diverges"] is None
    assert found.comments["derivative-solution"] is None


# --- What cannot be used ---------------------------------------------------------------------


def damaged(path: Path, how: str) -> None:
    content = bytearray(path.read_bytes())
    if how == "no database":
        content = bytearray(b"these are not the marks you are looking for" * 100)
    elif how == "cut off":
        del content[len(content) // 2 :]
    elif how == "overwritten":
        content[4096:] = os.urandom(len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize("how", ["no database", "cut off", "overwritten"])
def test_a_damaged_gradebook_is_seen_before_grading(unit, folder, how):
    enter(folder, unit, entry(unit))
    check_gradebook(folder.db_url)
    path = folder.root / "gradebook.db"
    damaged(path, how)
    before = path.read_bytes()
    with pytest.raises(ClassTrouble, match="is damaged"):
        check_gradebook(folder.db_url)
    assert path.read_bytes() == before


def test_a_new_gradebook_is_what_nbgrader_itself_makes(new_gradebook, own_jupyter, tmp_path):
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    ours.write_bytes(new_gradebook)
    make = "import sys; from nbgrader.api import Gradebook; Gradebook(sys.argv[1]).close()"
    url = f"sqlite:///{theirs}"
    subprocess.run([sys.executable, "-c", make, url], env=own_jupyter, check=True)

    def schema(path):
        with sqlite3.connect(path) as connection:
            tables = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name")
            version = connection.execute("SELECT version_num FROM alembic_version")
            return tables.fetchall(), version.fetchall()

    assert schema(ours) == schema(theirs)


def test_an_empty_file_becomes_a_gradebook(unit, folder):
    (folder.root / "gradebook.db").write_bytes(b"")
    check_gradebook(folder.db_url)
    enter(folder, unit, entry(unit))
    assert marks(folder.root, unit.name)["ann"]["total"] == 18.0


def test_a_gradebook_that_was_being_made_is_made_again(unit, folder):
    (folder.root / "gradebook.db").unlink()
    (folder.root / "gradebook.db.partial").write_bytes(b"SQLite format 3\0 and then the power went")
    enter(folder, unit, entry(unit))
    assert marks(folder.root, unit.name)["ann"]["total"] == 18.0
    assert [path.name for path in folder.root.glob("gradebook*")] == ["gradebook.db"]


def test_a_gradebook_of_another_nbgrader_says_how_to_bring_it_up_to_date(unit, folder):
    enter(folder, unit, entry(unit))
    with sqlite3.connect(folder.root / "gradebook.db") as connection:
        connection.execute("ALTER TABLE grade DROP COLUMN extra_credit")
    with pytest.raises(ClassTrouble, match="nbgrader db upgrade"):
        enter(folder, unit, entry(unit))


def test_a_gradebook_in_use_says_so(unit, folder, monkeypatch):
    monkeypatch.setattr("autograder.database.SECONDS_TO_WAIT_FOR_OTHERS", 0.1)
    enter(folder, unit, entry(unit))
    with sqlite3.connect(folder.root / "gradebook.db") as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ClassTrouble, match="in use by another program"):
            check_gradebook(folder.db_url)
        connection.rollback()


def test_a_gradebook_on_a_server_that_is_not_there(unit, folder):
    settings = folder.root / "nbgrader_config.py"
    nowhere = "sqlite:////nowhere/gradebook.db"
    settings.write_text(settings.read_text() + f"c.CourseDirectory.db_url = {nowhere!r}\n")
    with pytest.raises(ClassTrouble, match="cannot be written"):
        enter(open_class(folder.root), unit)


GRADE = """
import sys
from pathlib import Path
from autograder.classroom import grade_class
from autograder.errors import GraderError

if __name__ == "__main__":
    try:
        grade_class("00_start_here", Path(sys.argv[1]))
    except GraderError as error:
        print(error)
        sys.exit(2)
"""


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="a read-only folder is made by bwrap")
@pytest.mark.parametrize("place", ["", ".n2r", "gradebook.db"])
def test_a_read_only_place_says_what_to_do(folder, small_unit, place):
    (folder.submitted / "ann" / small_unit.name).mkdir(parents=True)
    enter(folder, small_unit)
    before = (folder.root / "gradebook.db").read_bytes()
    locked = str(folder.root / place)
    command = ["bwrap", "--dev-bind", "/", "/", "--ro-bind", locked, locked, "--", sys.executable]
    done = subprocess.run(
        [*command, "-c", GRADE, str(folder.root)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "cannot" in done.stdout
    assert "writable" in done.stdout
    assert "Traceback" not in done.stderr
    assert (folder.root / "gradebook.db").read_bytes() == before
