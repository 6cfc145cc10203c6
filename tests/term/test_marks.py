"""Marks into the tables that Canvas and Moodle export, and what of them those take back."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.class_folder import ClassFolder, open_class
from autograder.collect.naming import HandIn, student_id
from autograder.errors import ClassTrouble
from autograder.marks import Filled, Request, write_marks
from tests.grading.marks import comment_by_hand, give_by_hand
from tests.term.conftest import enter, entry, small_entry

CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Notes,Start here (901),Gradient descent (902),"
    "Essay (903),Assignments Current Score,Final Score\r\n"
    ",,,,,,,Manual Posting,,,\r\n"
    "    Points Possible,,,,,,2,20,10,(read only),(read only)\r\n"
    '"Doe, Jane",12,s-12,jdoe,Term 1,,,,9,90,90\r\n'
    '"Öz, Ünal",13,s-13,uoz,Term 1,shy,,EX,,,\r\n'
    '"=HYPERLINK(""http://x"")",14,s-14,evil,Term 1,,1,3,,,\r\n'
    '"Formula, Fay",15,=1+1,ffay,Term 1,,,,,,\r\n'
    '"Smith, Bob",16,s-16,bob,Term 1,,,,,,\r\n'
    '"Student, Test",17,,abc,Term 1,,,,,,\r\n'
)
WORKSHEET = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum grade,"
    "Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 501,Jane Doe,7,jane@x.org,Submitted,,20.00,Yes,"Monday, 5 October 2026",-,\n'
    "Participant 502,Max Muster,8,max1@x.org,Submitted,,20.00,Yes,-,-,Well done.\n"
    "Participant 503,Max Muster,9,max2@x.org,Submitted,3.5,20.00,Yes,-,-,\n"
    "Participant 504,=cmd,10,e@x.org,No submission,,20.00,Yes,-,-,\n"
)
COURSE = (
    "First name;Last name;ID number;Email address;Assignment: Start here (Real);Course total (Real)"
    "\nJane;Doe;7;jane@x.org;-;-\nBob;Smith;8;bob@x.org;1,5;1,5\n"
)


def ask(
    folder: ClassFolder, system: str, text: str, *units: str, bom: bool = False, **options: object
) -> tuple[Filled, list[list[str]], bytes]:
    """Write marks into a table; what became of them, the new table, and its bytes."""
    table, out = folder.root / "export.csv", folder.root / "import.csv"
    table.write_bytes((b"\xef\xbb\xbf" if bom else b"") + text.encode())
    request = Request(units, system, out, table, **options)
    filled = write_marks(folder, request)
    written = out.read_bytes()
    delimiter = ";" if b";" in written.split(b"\n")[0] else ","
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig")), delimiter=delimiter))
    return filled, rows, written


def fates(filled: Filled) -> dict[tuple[str, str], str]:
    return {(line.student, line.unit[:2]): line.fate for line in filled.lines}


@pytest.fixture
def canvas_class(canvas_gradebook, tmp_path) -> ClassFolder:
    (tmp_path / "gradebook.db").write_bytes(canvas_gradebook)
    return open_class(tmp_path)


@pytest.fixture(scope="module")
def canvas_gradebook(new_gradebook, tmp_path_factory, unit, small_unit) -> bytes:
    """Ids as ``n2r collect`` makes them of Canvas's downloads, and some from elsewhere."""
    place = tmp_path_factory.mktemp("canvas")
    (place / "gradebook.db").write_bytes(new_gradebook)
    folder = open_class(place)
    jane, unal = (
        student_id(HandIn("Canvas", name, number, "x"))
        for name, number in (("doejane", "12"), ("özünal", "13"))
    )
    assert (jane, unal) == ("doejane-12", "özünal-13")
    evil = "hyperlinkhttpx-14"
    enter(folder, unit, entry(unit, jane, derivative=1.5), entry(unit, unal), entry(unit, evil))
    enter(folder, unit, entry(unit, "formulafay-15"), entry(unit, "stranger"))
    enter(folder, unit, entry(unit, "bob", why_it_diverges=None))
    enter(folder, small_unit, *(small_entry(small_unit, one, 2.0) for one in (jane, evil, "bob")))
    return (place / "gradebook.db").read_bytes()


def test_canvas_takes_back_its_own_rows_with_marks_for_two_units(canvas_class):
    filled, rows, written = ask(canvas_class, "canvas", CANVAS, "00", "01", bom=True)
    assert written.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in written
    who = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    assert rows[0] == [*who, "Start here (901)", "Gradient descent (902)"]
    assert rows[1] == ["", "", "", "", "", "", "Manual Posting"]
    assert rows[2] == ["    Points Possible", "", "", "", "", "2", "20"]
    by_id = {row[1]: row for row in rows[3:]}
    assert by_id["12"] == ["Doe, Jane", "12", "s-12", "jdoe", "Term 1", "2", "16.5"]
    assert by_id["13"][5:] == ["", "EX"], "who is excused stays so"
    assert by_id["16"][5:] == ["2", ""], "a mark that waits is not written"
    assert by_id["17"][5:] == ["", ""]
    assert by_id["14"][0] == "'=HYPERLINK(\"'http://x\"')" or by_id["14"][0].startswith("'=")
    assert by_id["14"][5:] == ["2", "18"]
    assert "15" not in by_id, "its identity would be a formula"
    assert fates(filled) == {
        ("bob", "00"): "written",
        ("doejane-12", "00"): "written",
        ("hyperlinkhttpx-14", "00"): "written",
        ("bob", "01"): "waiting",
        ("doejane-12", "01"): "written",
        ("formulafay-15", "01"): "left out",
        ("hyperlinkhttpx-14", "01"): "written",
        ("stranger", "01"): "not in the table",
        ("özünal-13", "01"): "kept",
    }
    assert filled.idle == ("Student, Test",)


def test_marks_given_by_hand_count_and_nothing_waits_then(canvas_class, unit):
    give_by_hand(canvas_class.root, unit.name, "bob", "why_it_diverges", 1.25)
    filled, rows, _ = ask(canvas_class, "canvas", CANVAS, "01")
    assert next(row for row in rows if row[3] == "bob")[-1] == "19.25"
    assert fates(filled)["bob", "01"] == "written"


def test_with_semicolons_numbers_have_a_decimal_comma(canvas_class):
    text = "\n".join(";".join(row) for row in csv.reader(io.StringIO(CANVAS)))
    _, rows, _ = ask(canvas_class, "canvas", text, "01")
    assert next(row for row in rows if row[1] == "12")[-1] == "16,5"


def test_other_points_are_refused_unless_scaled(canvas_class):
    hundred = CANVAS.replace(",2,20,10,", ",2,100,10,")
    with pytest.raises(ClassTrouble, match=r"worth 20 points.*counts it of 100"):
        ask(canvas_class, "canvas", hundred, "01")
    assert not (canvas_class.root / "import.csv").exists()
    _, rows, _ = ask(canvas_class, "canvas", hundred, "01", scale=True)
    assert next(row for row in rows if row[1] == "12")[-1] == "82.5"


def test_a_column_that_cannot_be_told_must_be_named(canvas_class, unit):
    other = CANVAS.replace("Gradient descent (902)", "Homework 1 (902)")
    with pytest.raises(ClassTrouble, match=r"no column .*'Homework 1'"):
        ask(canvas_class, "canvas", other, "01")
    named = {unit.name: "Homework 1"}
    assert ask(canvas_class, "canvas", other, "01", columns=named)[1][3][-1] == "16.5"
    with pytest.raises(ClassTrouble, match="Essay"):  # sums are read only, and nobody's choice
        ask(canvas_class, "canvas", other, "01", columns={unit.name: "Final Score"})


def test_a_number_alone_makes_nobody_the_owner_of_a_mark(folder, unit):
    enter(folder, unit, entry(unit, "somebody-12"), entry(unit, "12"))
    filled, rows, _ = ask(folder, "canvas", CANVAS, "01")
    assert set(fates(filled).values()) == {"not in the table"}
    named = folder.root / "ids.csv"
    named.write_text("lms,student\n12,somebody-12\n")
    filled, rows, _ = ask(folder, "canvas", CANVAS, "01", students=named)
    assert rows[3][-1] == "18"


def test_moodles_worksheet_comes_back_with_marks_and_feedback(folder, unit, small_unit):
    people = ("jane-doe", "max-muster-502", "max-muster-503")
    enter(folder, unit, *(entry(unit, one) for one in people), entry(unit, "gone"))
    comment_by_hand(folder.root, unit.name, "jane-doe", "why_it_diverges", "Nearly: 0 < lr.")
    filled, rows, written = ask(folder, "moodle", WORKSHEET, "01")
    assert b"\r\n" not in written
    before = list(csv.reader(io.StringIO(WORKSHEET)))
    grade, feedback = before[0].index("Grade"), len(before[0]) - 1
    assert [row[grade] for row in rows[1:]] == ["18", "18", "18", ""]
    for old, new in zip(before, rows, strict=True):
        same = [n for n in range(len(old)) if n not in (1, grade, feedback)]
        assert [old[n] for n in same] == [new[n] for n in same]
    assert rows[4][1] == "'=cmd"
    assert rows[1][feedback].startswith("Marks by exercise: derivative 3 of 3, ")
    assert "why_it_diverges: Nearly: 0 &lt; lr." in rows[1][feedback]
    assert rows[2][feedback] == "Well done.", "what a person wrote in Moodle stays"
    assert fates(filled)["gone", "01"] == "not in the table"
    enter(folder, small_unit, small_entry(small_unit, "jane-doe", 2.0))
    with pytest.raises(ClassTrouble, match="one unit"):
        ask(folder, "moodle", WORKSHEET, "01", "00")


def test_a_worksheet_saved_by_a_spreadsheet_with_semicolons_is_written_with_commas(folder, unit):
    enter(folder, unit, entry(unit, "jane-doe"))
    text = "\n".join(";".join(row) for row in csv.reader(io.StringIO(WORKSHEET)))
    _, rows, written = ask(folder, "moodle", text, "01")
    assert rows[1][5] == "18"
    assert written.startswith(b"Identifier,Full name,")


def test_namesakes_without_numbers_are_nobodys(folder, unit):
    enter(folder, unit, entry(unit, "max-muster"))
    filled, rows, _ = ask(folder, "moodle", WORKSHEET, "01")
    assert fates(filled) == {("max-muster", "01"): "not in the table"}
    assert [row[5] for row in rows[2:4]] == ["", "3.5"]


def test_moodles_course_grades_take_several_units(folder, unit, small_unit):
    enter(folder, unit, entry(unit, "jane-doe"))
    enter(folder, small_unit, small_entry(small_unit, "bob@x.org", 1.5))
    columns = {small_unit.name: "Start here"}
    filled, rows, _ = ask(folder, "moodle", COURSE, "00", "01", columns=columns)
    who = ["First name", "Last name", "ID number", "Email address"]
    assert rows[0] == [*who, "Assignment: Start here (Real)", "Gradient descent"]
    assert [row[4:] for row in rows[1:]] == [["-", "18"], ["1,5", ""]]
    assert filled.complete


@pytest.mark.parametrize(
    ("system", "text", "said"),
    [
        ("canvas", WORKSHEET, "not Canvas's gradebook"),
        ("moodle", CANVAS, "neither a grading worksheet"),
        ("canvas", "one column\n1\n", "no heading"),
        ("canvas", 'Student,ID,Section\n"Doe', "cannot be read as a table"),
        ("canvas", "Student,ID,Section\n1,2,3,4\n", "row 2 is longer"),
        ("blackboard", CANVAS, "there are canvas, moodle, csv"),
    ],
)
def test_what_is_no_table_of_the_system_is_refused(folder, unit, system, text, said):
    enter(folder, unit, entry(unit, "ann"))
    with pytest.raises(ClassTrouble, match=said):
        ask(folder, system, text, "01")


def test_our_own_table_says_what_it_does_not_count(canvas_class, unit):
    out = canvas_class.root / "marks.csv"
    command = [sys.executable, "-m", "autograder", "marks", "00", "01", str(out)]
    done = subprocess.run(
        [*command, "--class", str(canvas_class.root)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "1 waiting" in done.stdout
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"))))
    by_student = {row["student"]: row for row in rows}
    assert by_student["bob"][unit.name] == ""
    assert "why_it_diverges" in by_student["bob"][f"{unit.name} remarks"]
    assert by_student["doejane-12"][unit.name] == "16.5"
    assert by_student["stranger"]["00_start_here remarks"] == "nothing handed in"


def test_the_table_itself_is_never_written_over(canvas_class):
    path = Path(canvas_class.root / "export.csv")
    path.write_bytes(CANVAS.encode())
    with pytest.raises(ClassTrouble, match="another name"):
        write_marks(canvas_class, Request(("01",), "canvas", path, path))
    assert path.read_bytes() == CANVAS.encode()
