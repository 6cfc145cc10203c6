"""Verdicts and seeds that are kept in the class folder."""

import dataclasses
import json
import multiprocessing
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.class_folder import SETTINGS, ClassFolder, only_grader, open_class, write_atomically
from autograder.errors import ClassTrouble
from autograder.hashes import hash_of
from autograder.kept import Kept, fingerprint, keep, load_kept, load_verdicts
from autograder.seeds import seed_of
from autograder.verdict import CriterionVerdict, Example, ExerciseVerdict, SubmissionVerdict

words = st.text(max_size=8)
maybe = st.none() | words
points = st.floats(0, 20, allow_nan=False)
criteria = st.builds(CriterionVerdict, words, points, points, st.booleans(), maybe)
examples = st.builds(Example, words, words, words)
exercises = st.builds(
    ExerciseVerdict,
    unit=words,
    exercise=words,
    points=st.none() | points,
    max_points=points,
    criteria=st.lists(criteria, max_size=2).map(tuple),
    diagnosis=maybe,
    hint=maybe,
    error=maybe,
    status=st.sampled_from(["graded", "waiting", "unreadable", "stopped", "failed"]),
    example=st.none() | examples,
)
verdicts = st.builds(
    SubmissionVerdict,
    student=st.just("ann"),
    unit=st.just("00_start_here"),
    status=st.sampled_from(["graded", "waiting", "unreadable", "stopped", "failed"]),
    seconds=points,
    exercises=st.lists(exercises, max_size=3).map(tuple),
    notes=st.lists(words, max_size=2).map(tuple),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> ClassFolder:
    return open_class(tmp_path_factory.mktemp("class"))


@given(verdict=verdicts, recorded=maybe)
def test_what_is_kept_comes_back_the_same(folder, verdict, recorded):
    kept = Kept(verdict, "fingerprint", "submission", recorded)
    keep(folder, kept)
    assert load_kept(folder, "00_start_here", "ann") == kept
    assert load_verdicts(folder, "00_start_here") == [verdict]


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}", '{"verdict": {}}', "\ufffd"])
def test_what_is_damaged_is_as_good_as_missing(tmp_path, damage):
    folder = open_class(tmp_path)
    verdict = SubmissionVerdict("ann", "00_start_here", "graded", 1.0)
    keep(folder, Kept(verdict, "f", "s"))
    (path,) = folder.ours.glob("verdicts/00_start_here/ann.json")
    path.write_text(damage)
    assert load_kept(folder, "00_start_here", "ann") is None
    assert load_verdicts(folder, "00_start_here") == []


def test_the_fingerprint_holds_everything_that_decides_a_mark(small_unit, unit):
    one = fingerprint("submission", small_unit, "seed")
    assert one == fingerprint("submission", small_unit, "seed")
    others = {
        fingerprint("other", small_unit, "seed"),
        fingerprint("submission", unit, "seed"),
        fingerprint("submission", small_unit, "other"),
    }
    assert len(others | {one}) == 4


def test_a_changed_file_of_the_unit_changes_the_fingerprint(small_unit, tmp_path, monkeypatch):
    solutions = tmp_path / "solutions"
    solutions.mkdir()
    release = tmp_path / "release.ipynb"
    release.write_text("{}")
    (solutions / "exercises.py").write_text("a = 1")
    monkeypatch.setattr("autograder.kept.ROOT", tmp_path)
    moved = dataclasses.replace(small_unit, path=solutions / "start_here.py")
    monkeypatch.setattr(type(moved), "release", release)
    before = fingerprint("submission", moved, "seed")
    (solutions / "exercises.py").write_text("a = 2")
    after = fingerprint("submission", moved, "seed")
    release.write_text("{ }")
    assert len({before, after, fingerprint("submission", moved, "seed")}) == 3


@given(st.lists(st.binary(max_size=3), max_size=3), st.lists(st.binary(max_size=3), max_size=3))
def test_a_hash_tells_where_pieces_end(one, other):
    assert (hash_of(*one) == hash_of(*other)) == (one == other)


def test_a_seed_is_drawn_once_and_kept_from_others(tmp_path):
    folder = open_class(tmp_path)
    seed = seed_of(folder, "00_start_here")
    assert len(seed) == 32
    assert seed_of(folder, "00_start_here") == seed
    assert seed_of(folder, "01_gradient_descent") != seed
    assert stat.S_IMODE((folder.ours / "seeds.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.ours.stat().st_mode) == 0o700


def test_a_seed_can_be_given_and_drawn_again(tmp_path):
    folder = open_class(tmp_path)
    first = seed_of(folder, "00_start_here")
    assert seed_of(folder, "00_start_here", seed="mine") == "mine"
    assert seed_of(folder, "00_start_here") == "mine"
    again = seed_of(folder, "00_start_here", reseed=True)
    assert again not in (first, "mine")
    assert seed_of(folder, "00_start_here") == again


def test_damaged_seeds_are_not_drawn_again_in_silence(tmp_path):
    folder = open_class(tmp_path)
    (folder.ours / "seeds.json").write_text("{")
    with pytest.raises(ClassTrouble, match="--seed"):
        seed_of(folder, "00_start_here")


def _draw(root: Path, seeds: multiprocessing.Queue) -> None:
    seeds.put(seed_of(open_class(root), "00_start_here"))


def test_two_programs_at_once_agree_on_the_seed(tmp_path):
    context = multiprocessing.get_context("fork")
    seeds = context.Queue()
    drawing = [context.Process(target=_draw, args=(tmp_path, seeds)) for _ in range(8)]
    for process in drawing:
        process.start()
    drawn = {seeds.get() for _ in drawing}
    for process in drawing:
        process.join()
    assert len(drawn) == 1
    assert json.loads((tmp_path / ".n2r" / "seeds.json").read_text()) == {
        "00_start_here": drawn.pop()
    }


def test_only_one_grader_works_on_a_class(tmp_path):
    folder = open_class(tmp_path)
    with only_grader(folder), pytest.raises(ClassTrouble, match="another"), only_grader(folder):
        pass
    with only_grader(folder):
        pass  # the lock was given back


def test_writing_replaces_even_what_is_read_only(tmp_path):
    path = tmp_path / "new" / "file"
    write_atomically(path, b"one", mode=0o444)
    write_atomically(path, b"two", mode=0o444)
    assert path.read_bytes() == b"two"
    assert [one.name for one in path.parent.iterdir()] == ["file"]


def test_a_class_elsewhere_gets_settings_once(tmp_path):
    folder = open_class(tmp_path)
    assert folder.db_url == f"sqlite:///{tmp_path / 'gradebook.db'}"
    assert folder.course_id == "nand2resnet"
    settings = tmp_path / SETTINGS
    text = settings.read_text() + 'c.CourseDirectory.db_url = "postgresql://grader@host/class"\n'
    settings.write_text(text)
    assert open_class(tmp_path).db_url == "postgresql://grader@host/class"
    assert settings.read_text() == text


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("c = get_config(\n", "cannot be read: SyntaxError"),
        ("1 / 0\n", "cannot be read: ZeroDivisionError"),
        ("c.CourseDirectory.directory_structure = 'x/{student_id}'\n", "directory_structure"),
    ],
)
def test_unusable_settings_say_why(tmp_path, settings, said):
    (tmp_path / SETTINGS).write_text(settings)
    with pytest.raises(ClassTrouble, match=said):
        open_class(tmp_path)


def test_no_class_folder(tmp_path):
    with pytest.raises(ClassTrouble, match="there is no class folder"):
        open_class(tmp_path / "absent")
