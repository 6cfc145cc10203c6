"""A class's download becomes submissions, and those are graded."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder.class_folder import ClassFolder, only_grader, open_class
from autograder.collect import NEEDS_A_LOOK, NOT_REPLACED, Collection, Options, Row, collect
from autograder.errors import ClassTrouble, UnknownName
from autograder.submissions import find_submissions
from autograder.unit import Unit
from tests.grading.handed_in import hand_in, released, solved
from tests.grading.marks import scores

JANE = "Jane Doe_5_assignsubmission_file_/start_here.ipynb"
NAME = "start_here.ipynb"
CLOSED = "it is an archive, and stays closed; if the notebook is in it, ask for the notebook"


@pytest.fixture
def folder(tmp_path: Path) -> ClassFolder:
    (tmp_path / "class").mkdir()
    return open_class(tmp_path / "class")


@pytest.fixture(scope="module")
def right(small_unit: Unit) -> bytes:
    return json.dumps(solved(small_unit)).encode()


@pytest.fixture(scope="module")
def blank(small_unit: Unit) -> bytes:
    return json.dumps(released(small_unit)).encode()


def download(place: Path, members: Mapping[str, bytes]) -> Path:
    path = place / "submissions.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def rows(collection: Collection) -> dict[str | None, Row]:
    return {row.student or row.file: row for row in collection.rows}


def results(collection: Collection) -> dict[str | None, str]:
    return {name: row.result for name, row in rows(collection).items()}


def handed_in(folder: ClassFolder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.submitted)): path.read_bytes()
        for path in sorted(folder.submitted.rglob("*"))
        if path.is_file()
    }


def test_both_systems_downloads_become_nbgraders_layout(folder, tmp_path, right, blank, small_unit):
    members = {
        f"doejane_12_101_{NAME}": right,
        f"smithbob_LATE_13_103_{NAME}": blank,
        JANE: right,
        f"Ünal Öz_6_assignsubmission_file_{NAME}": blank,
    }
    collection = collect(download(tmp_path, members), folder)
    assert (collection.unit, collection.status) == (small_unit.name, 0)
    assert set(results(collection).values()) == {"taken in"}
    assert [name for name, row in rows(collection).items() if row.late] == ["smithbob-13"]
    path = f"{small_unit.name}/{NAME}"
    assert handed_in(folder) == {
        f"doejane-12/{path}": right,
        f"jane-doe/{path}": right,
        f"smithbob-13/{path}": blank,
        f"ünal-öz/{path}": blank,
    }
    assert len(find_submissions(folder, small_unit)) == 4


def test_an_unpacked_download_is_the_same(folder, tmp_path, right):
    path = download(tmp_path, {JANE: right})
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")
    assert results(collect(tmp_path / "unpacked", folder)) == {"jane-doe": "taken in"}
    assert results(collect(path, folder)) == {"jane-doe": "as before"}


def test_of_several_uploads_the_newest_that_can_be_graded_counts(folder, tmp_path, right, blank):
    members = {
        f"ann_1_300_{NAME}": b"{",
        f"ann_1_200_{NAME}": right,
        f"ann_1_100_{NAME}": blank,
        f"Bob_2_assignsubmission_file_/{NAME}": right,
        "Bob_2_assignsubmission_file_/start_here-Copy1.ipynb": blank,
    }
    collection = collect(download(tmp_path, members), folder)
    found = handed_in(folder)
    assert found[f"ann-1/00_start_here/{NAME}"] == found[f"bob/00_start_here/{NAME}"] == right
    ann, bob = rows(collection)["ann-1"], rows(collection)["bob"]
    assert ann.file == f"ann_1_200_{NAME}"
    assert any("cannot be graded" in note for note in ann.notes)
    assert any(f"{NAME} counts, not start_here-Copy1.ipynb" in note for note in bob.notes)


def test_what_needs_a_look_is_told_and_graded_if_it_can_be(folder, tmp_path, unit, right):
    other = json.dumps(released(unit)).encode()
    members = {
        f"ann_1_100_{NAME}": right,
        f"bob_2_100_{NAME}": other,
        f"cid_3_100_{NAME}": b'{"cells": [',
        "dan_4_100_answers.pdf": b"%PDF",
        "eve_5_100_work.zip": b"PK",
        "fay_6_100_my homework.ipynb": right,
        f"../gus_7_100_{NAME}": right,
        "readme.txt": b"hello",
    }
    collection = collect(download(tmp_path, members), folder)
    assert collection.status == NEEDS_A_LOOK
    told = {name: (row.result, row.fine, *row.notes) for name, row in rows(collection).items()}
    assert told == {
        "ann-1": ("taken in", True),
        "bob-2": ("not taken in", False, f"{NAME} is the notebook of {unit.name}"),
        "cid-3": (
            "taken in",
            False,
            f"{NAME} cannot be graded: the file is not a notebook: it is not JSON",
        ),
        "dan-4": ("not taken in", False, "answers.pdf is not a notebook"),
        "eve-5": (
            "not taken in",
            False,
            f"work.zip: {CLOSED}",
        ),
        "fay-6": ("taken in", True, "it was called my homework.ipynb"),
        "gus-7": ("not taken in", False, f"{NAME}: its name leads out of the download"),
        "readme.txt": (
            "left out",
            False,
            "its name is neither as Canvas nor as Moodle would write it",
        ),
    }
    assert {name.partition("/")[0] for name in handed_in(folder)} == {"ann-1", "cid-3", "fay-6"}


def test_nothing_is_replaced_without_being_told_to(folder, tmp_path, small_unit, right, blank):
    before = hand_in(folder.root, small_unit, "jane-doe", blank, "2025-01-02 10:00:00 UTC")
    path = download(tmp_path, {JANE: right})
    collection = collect(path, folder)
    assert (collection.status, results(collection)) == (NOT_REPLACED, {"jane-doe": "kept"})
    assert before.read_bytes() == blank
    assert (before.parent / "timestamp.txt").exists()

    collection = collect(path, folder, options=Options(force=True))
    assert (collection.status, results(collection)) == (0, {"jane-doe": "replaced"})
    assert before.read_bytes() == right
    assert not (before.parent / "timestamp.txt").exists()  # it was the other notebook's


def test_a_dry_run_says_the_same_and_writes_nothing(folder, tmp_path, small_unit, right, blank):
    hand_in(folder.root, small_unit, "jane-doe", blank)
    path, before = download(tmp_path, {JANE: right, f"a_1_2_{NAME}": right}), handed_in(folder)
    for force in (False, True):
        dry = collect(path, folder, options=Options(force=force, dry_run=True))
        assert handed_in(folder) == before
        assert dry == collect(path, folder, options=Options(force=force, dry_run=True))
    assert dry == collect(path, folder, options=Options(force=True))
    assert handed_in(folder) != before


def test_times_are_believed_only_when_asked(folder, tmp_path, small_unit, right):
    info = zipfile.ZipInfo(JANE, (2026, 3, 1, 12, 30, 10))
    info.extra = b"\x55\x54\x05\x00\x01" + (1_772_368_210).to_bytes(4, "little")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, right)
        archive.writestr("Jane Doe_5_assignsubmission_file_/timestamp.txt", "1999-01-01 00:00 UTC")
    collect(path, folder)
    (submission,) = find_submissions(folder, small_unit)
    assert submission.timestamp() is None
    (submission.folder / NAME).unlink()
    collection = collect(path, folder, options=Options(times=True))
    assert submission.timestamp() == "2026-03-01 12:30:10 UTC" == collection.rows[0].timestamp


def test_links_in_the_class_are_not_followed(folder, tmp_path, small_unit, right):
    elsewhere = hand_in(tmp_path / "elsewhere", small_unit, "jane-doe", b"precious")
    place = folder.submitted / "jane-doe"
    for link, target in (
        (place, elsewhere.parent.parent),
        (place / small_unit.name, elsewhere.parent),
        (place / small_unit.name / NAME, elsewhere),
    ):
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)
        collection = collect(download(tmp_path, {JANE: right}), folder, options=Options(force=True))
        assert results(collection) == {"jane-doe": "not taken in"}
        assert "links are not followed" in rows(collection)["jane-doe"].notes[0]
        link.unlink()
    assert elsewhere.read_bytes() == b"precious"


def test_people_of_one_name_are_kept_apart_and_told(folder, tmp_path, right, blank):
    members = {JANE: right, f"JANE DOE_6_assignsubmission_file_/{NAME}": blank}
    path = download(tmp_path, members)
    collection = collect(path, folder)
    assert collection.status == NEEDS_A_LOOK
    assert results(collection) == {"jane-doe-5": "taken in", "jane-doe-6": "taken in"}
    assert all("--students" in row.notes[0] for row in collection.rows)

    table = tmp_path / "students.csv"
    table.write_text("\ufefflms,student\r\n5,jd1\r\nJANE DOE_6,jd2\r\n", encoding="utf-8")
    collection = collect(path, folder, students=table)
    assert results(collection) == {"jd1": "taken in", "jd2": "taken in"}
    assert collection.status == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name,id\nJane,1\n", "must have the columns lms and student"),
        ("lms,student\n5,../evil\n", "can be a folder's name"),
        ("lms,student\n5,\n", "can be a folder's name"),
        ("lms,student\n5,.hidden\n", "can be a folder's name"),
        ("lms,student\n5,same\n6,same\n", "more than one person"),
    ],
)
def test_a_table_of_students_that_cannot_be_used(folder, tmp_path, right, text, said):
    table = tmp_path / "students.csv"
    table.write_text(text)
    path = download(tmp_path, {JANE: right, f"Bob_6_assignsubmission_file_/{NAME}": right})
    with pytest.raises(ClassTrouble, match=said):
        collect(path, folder, students=table)
    assert handed_in(folder) == {}


def test_a_download_that_cannot_be_used_changes_nothing(folder, tmp_path, right):
    path = download(tmp_path, {JANE: right})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ClassTrouble, match="Download it once more"):
        collect(path, folder)
    with pytest.raises(ClassTrouble, match="Say which unit"):
        collect(download(tmp_path, {"ann_1_2_a.ipynb": right}), folder)
    with pytest.raises(UnknownName):
        collect(download(tmp_path, {JANE: right}), folder, "99")
    assert handed_in(folder) == {}


def test_not_while_the_class_is_being_graded(folder, tmp_path, right):
    with only_grader(folder), pytest.raises(ClassTrouble, match="is at work"):
        collect(download(tmp_path, {JANE: right}), folder)
    assert handed_in(folder) == {}


def n2r(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *map(str, arguments)],
        env=os.environ | {"COLUMNS": "200"},
        check=False,
        capture_output=True,
        text=True,
    )


def test_from_a_download_to_marks(tmp_path, small_unit, new_gradebook, right, blank):
    class_dir = tmp_path / "class"
    class_dir.mkdir()
    (class_dir / "gradebook.db").write_bytes(new_gradebook)
    members = {
        f"doejane_12_101_{NAME}": right,
        f"smithbob_LATE_13_103_{NAME}": blank,
        f"kim_14_104_{NAME}": b"{",
        "\x1b[31mevil[bold]_15_105_a.txt": b"",
    }
    path = download(tmp_path, members)
    ran = n2r("collect", path, "--class", class_dir, "--json", tmp_path / "rows.json")
    assert ran.returncode == NEEDS_A_LOOK, ran.stderr
    assert "smithbob-13" in ran.stdout
    assert "1 hand-in is late" in ran.stdout
    assert "\x1b" not in ran.stdout
    entries = json.loads((tmp_path / "rows.json").read_text())
    assert [one["student"] for one in entries] == ["doejane-12", "kim-14", "smithbob-13", None]
    assert {one["unit"] for one in entries} == {small_unit.name}

    graded = n2r("grade", small_unit.name, "--class", class_dir, "--workers", 2)
    assert graded.returncode == 1, graded.stderr  # one notebook cannot be read
    found = {name: sum(one.values()) for name, one in scores(class_dir, small_unit.name).items()}
    assert found == {"doejane-12": 2, "kim-14": 0, "smithbob-13": 0}

    again = n2r("collect", path, small_unit.name, "--class", class_dir)
    assert "3 as before" in again.stdout
    refused = n2r("collect", tmp_path / "absent.zip", "--class", class_dir)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "n2r: there is no" in refused.stderr
