"""A learner's progress: noted by a real kernel, kept in a file that little breaks, and told."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import jupyter_client
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nand2resnet.contents import checked_by, course
from nand2resnet.progress import record, text, wording
from nand2resnet.progress.panel import panel_html
from nand2resnet.progress.record import Entry, note, parse, read
from nand2resnet.progress.standing import next_step, standing

WHEN = "2030-05-06T12:00:00+00:00"
UNITS = {unit.name: unit for unit in course()}
FIRST, SECOND = UNITS["00_start_here"], UNITS["01_gradient_descent"]


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where progress is kept; there is none yet."""
    monkeypatch.setenv(record.FOLDER_VARIABLE, str(tmp_path / "kept"))
    return tmp_path / "kept" / "progress.jsonl"


def written(file):
    return [(entry.exercise, entry.passed) for entry in parse(file.read_bytes())[0]]


# --- What a check notes

RIGHT = "def mean_square(x):\n    return np.mean(x**2)"
WRONG = "def mean_square(x):\n    return np.mean(x) ** 2"
STUB = "def mean_square(x):\n    raise NotImplementedError('return the mean of the squares')"
CHECK = """check(mean_square, np.array([1.0, 2.0, 6.0]), expected=41 / 3)
check(mean_square, np.array([[1, -1], [2, -2], [3, -6]]), expected=55 / 6)"""
SETUP = "import numpy as np\nfrom nand2resnet.check import check"


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """A kernel; returns its file and what runs a cell in it, as JupyterLab or as a program does."""
    folder = tmp_path_factory.mktemp("kernel")
    environment = os.environ | {record.FOLDER_VARIABLE: str(folder), "IPYTHONDIR": str(folder)}
    manager, client = jupyter_client.manager.start_new_kernel(env=environment, cwd=folder)

    def run(source, cell_id="a cell"):
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
        message = client.session.msg("execute_request", content)
        if cell_id is not None:
            message["metadata"]["cellId"] = cell_id
        client.shell_channel.send(message)
        return printed(client, message["header"]["msg_id"])

    yield folder / "progress.jsonl", run
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def printed(client, asked):
    """What a cell shows as text, once the kernel has done with it."""
    shown = []
    while True:
        message = client.get_iopub_msg(timeout=60)
        content = message["content"]
        if message["parent_header"].get("msg_id") == asked:
            if content.get("execution_state") == "idle":
                return "".join(shown)
            shown += [content.get("text", ""), *content.get("traceback", [])]


def test_a_check_notes_what_it_found_and_nothing_that_it_did_not(kernel):
    file, run = kernel
    for source in (SETUP, STUB, CHECK, RIGHT, "check(mean_square, np.ones(3), expected=1.0)"):
        run(source)
    assert not file.exists()  # not written yet; and a learner's own check is none of the course's
    run(CHECK, cell_id=None)  # as nbconvert, nbclient and our tests execute a notebook
    assert not file.exists()
    as_ever = run(CHECK)
    assert as_ever.count("✓") == 2
    run(CHECK + "\n")
    assert written(file) == [("mean_square", True)]
    run(WRONG)
    run(CHECK)
    assert written(file)[1:] == [("mean_square", False)]
    run("del mean_square")
    run(CHECK)  # a NameError, as after a restart
    run(RIGHT)
    run(CHECK)
    assert written(file)[2:] == [("mean_square", True)]
    file.unlink()
    file.mkdir()  # where nothing can be written, the check says what it says elsewhere
    assert run(CHECK) == as_ever
    file.rmdir()


IN_THE_GRADERS_SHELL = f"""
from autograder.runner.shell import make_shell, run_cell
shell = make_shell()
for source in ({SETUP!r}, {RIGHT!r}, {CHECK!r}):
    outputs = run_cell(shell, source, 20)
passed = outputs[0]["text"].count("✓")
shell.run_cell({CHECK!r}, cell_id="a cell")
print(passed, file=__import__("sys").__stdout__)
"""


def test_the_graders_shell_notes_nothing(file):
    ran = subprocess.run(
        [sys.executable, "-c", IN_THE_GRADERS_SHELL], capture_output=True, text=True
    )
    assert ran.stdout == "2\n", ran.stderr
    assert not file.exists()


def test_the_check_cell_of_every_exercise_is_known():
    """The digest is of the text that the learner's notebook holds."""
    notebooks = Path(wording.notebook_of(FIRST)).parents[1]
    for unit in course():
        cells = json.loads((notebooks / unit.name / unit.notebook).read_text())["cells"]
        sources = {cell["id"]: "".join(cell["source"]) for cell in cells}
        for exercise in unit.exercises:
            assert checked_by(sources[exercise.name]) == (unit, exercise)


# --- The file


def note_many(file, exercises):
    for exercise in exercises:
        note(file, FIRST.name, exercise, passed=True)


def test_notebooks_that_are_open_at_once_lose_nothing(file):
    groups = [[f"exercise_{group}_{number}" for number in range(20)] for group in range(3)]
    with ProcessPoolExecutor(3) as processes:
        list(processes.map(note_many, [file] * 3, groups))
    assert sorted(written(file)) == sorted((name, True) for group in groups for name in group)


@settings(max_examples=20)
@given(cut=st.integers(min_value=0), later=st.integers(1, 3))
def test_a_crash_costs_the_line_that_was_being_written(tmp_path_factory, cut, later):
    file = tmp_path_factory.mktemp("cut") / "progress.jsonl"
    note_many(file, ["one", "two"])
    whole = file.read_bytes()
    kept = whole[: cut % (len(whole) + 1)]
    file.write_bytes(kept)
    note_many(file, [f"later_{number}" for number in range(later)])
    names = [name for name, _ in written(file)]
    complete = ["one", "two"][: kept.count(b"\n")]
    assert names[: len(complete)] == complete
    assert names[-later:] == [f"later_{number}" for number in range(later)]


@settings(max_examples=30)
@given(content=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_a_damaged_file_is_set_aside_and_what_can_be_read_is_kept(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("damaged")
    file = folder / "progress.jsonl"
    line = json.dumps({"unit": "u", "exercise": "e", "passed": True, "when": WHEN}).encode()
    file.write_bytes(content + b"\n" + line + b"\n")
    _, unreadable = parse(file.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(record.FOLDER_VARIABLE, str(folder))
        first, again = read(), read()
    assert first.entries[-1] == Entry("u", "e", True, WHEN)
    assert again == record.Record(first.entries)
    asides = [path for path in folder.iterdir() if path != file]
    assert len(asides) == bool(unreadable)
    for aside in asides:
        assert aside.name in first.remark
        assert aside.read_bytes() == content + b"\n" + line + b"\n"


@pytest.mark.parametrize(
    "line",
    [b"[1, 2]", b"{}", b"null", b'{"unit": 1, "exercise": "e", "passed": true, "when": "x"}'],
)
def test_what_is_no_entry_is_not_taken_for_one(line):
    assert parse(line) == ([], 1)


# --- In words


def entry(exercise, passed=True, unit=SECOND):
    return Entry(unit.name, exercise, passed, WHEN)


def test_the_latest_outcome_counts():
    entries = [entry("mean_square", unit=FIRST), entry("derivative"), entry("derivative", False)]
    first, second, *_ = units = standing(course(), entries)
    assert first.is_done
    assert [each.state for each in second.exercises][:2] == ["lost", "new"]
    assert next_step(units).exercise.exercise.name == "derivative"
    _, second, *_ = units = standing(course(), [*entries, entry("derivative")])
    assert second.passed == 1
    assert next_step(units).exercise.exercise.name == "numerical_gradient"


def test_optional_exercises_are_counted_apart_and_not_asked_for():
    unit = UNITS["05_backpropagation"]
    needed = [each.name for each in unit.exercises if not each.is_optional]
    (stands,) = units = standing([unit], [entry(name, unit=unit) for name in needed])
    assert len(needed) < len(unit.exercises)
    assert stands.is_done
    assert next_step(units) is None
    (stands,) = standing([unit], [entry("Value", unit=unit)])
    assert (stands.passed, wording.count(stands)) == (0, "0 of 13, 1 optional")


def test_the_command_tells_what_passed_and_what_to_do_next(file):
    note(file, FIRST.name, "mean_square", passed=True)
    note(file, SECOND.name, "derivative", passed=False)
    ran = subprocess.run(
        [sys.executable, "-m", "nand2resnet", "progress"], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert re.search(r"00  Start here +1 of 1  done\n", ran.stdout)
    assert re.search(r"derivative +tried\n", ran.stdout)
    assert "Go on with `derivative` in unit 01, Gradient descent\n" in ran.stdout
    path = re.search(r"^  (\S+gradient_descent\.ipynb)$", ran.stdout, re.MULTILINE)[1]
    assert Path(path).is_file()
    assert str(file) in ran.stdout


def test_before_anything_has_passed_it_is_calm(file):
    assert wording.CALM in text.progress_text()
    assert wording.CALM in panel_html()
    assert not file.parent.exists()


def test_where_nothing_can_be_kept_this_is_said(tmp_path, monkeypatch):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    monkeypatch.setenv(record.FOLDER_VARIABLE, str(blocked / "below"))
    assert "cannot be written" in text.progress_text()
    monkeypatch.setenv(record.FOLDER_VARIABLE, "off")
    assert "so nothing is noted" in text.progress_text()
    assert "so nothing is noted" in panel_html()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without a home")
def test_a_user_without_a_home_is_told():
    nobody = "import os, runpy, sys; os.setuid(54321); sys.argv[1:] = ['progress']\n"
    nobody += "runpy.run_module('nand2resnet', run_name='__main__')"
    environment = {name: value for name, value in os.environ.items() if name != "HOME"}
    environment.pop(record.FOLDER_VARIABLE)
    ran = subprocess.run(
        [sys.executable, "-c", nobody], env=environment, capture_output=True, text=True
    )
    assert "This user has no home folder" in ran.stdout, ran.stderr
