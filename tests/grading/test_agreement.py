"""Three ways to grade a class, one set of marks: ours, nbgrader's, and the formgrader's button."""

import json
import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from autograder.class_folder import open_class
from autograder.classroom import grade_class
from autograder.errors import GraderError
from autograder.kept import load_verdicts
from autograder.nbgrader_glue import current_unit, grade_into_gradebook
from autograder.publishing import write_feedback
from autograder.seeds import seed_of
from autograder.submissions import find_submissions
from autograder.unit import Unit
from autograder.workers import failed
from tests.grading.conftest import Program
from tests.grading.handed_in import (
    answered,
    cell,
    hand_in,
    position,
    released,
    solved,
    twice,
    with_cell,
    without,
)
from tests.grading.marks import give_by_hand, marks, scores

FIRST = "derivative"
FULL = {"derivative": 3.0, "numerical_gradient": 5.0, "gradient_check": 3.0}
FULL |= {"gradient_descent": 5.0, "largest_stable_lr": 2.0, "why_it_diverges": 0.0}
NOTHING = dict.fromkeys(FULL, 0.0)
TIME = "2025-01-02 10:00:00 UTC"
WARNING = "import sys, warnings\nwarnings.warn('careful')\nprint('and', file=sys.stderr)"
HEADER = "def derivative(f, v, h=1e-5):\n"


def a_class(unit: Unit) -> dict[str, tuple[Any, dict[str, float | None]]]:
    """What each student hands in, and the marks this deserves."""
    mistake = unit.variant_source(FIRST, unit.exercises[FIRST].mistakes[0])
    copied = twice(solved(unit, {FIRST: mistake}), f"{FIRST}-solution")
    copied["cells"][position(copied, f"{FIRST}-solution") + 1]["source"] = unit.reference_source(
        FIRST
    )
    easy = answered(unit, "The step grows with the slope.")
    cell(easy, FIRST)["metadata"]["nbgrader"]["points"] = 100
    cell(easy, FIRST)["source"] = "100"
    lost = FULL | {FIRST: 0.0}
    return {
        "reference": (solved(unit), FULL),
        "mistake": (solved(unit, {FIRST: mistake}), lost),
        "blank": (released(unit), NOTHING),
        "answered": (answered(unit, "It overshoots."), FULL | {"why_it_diverges": None}),
        "greedy": (easy, FULL | {"why_it_diverges": None}),
        "deleted-check": (without(solved(unit), FIRST), FULL),
        "deleted-answer": (without(solved(unit), f"{FIRST}-solution"), lost),
        "duplicated": (copied, FULL),
        "exits": (solved(unit, {FIRST: HEADER + "    import os\n    os._exit(0)"}), lost),
        "syntax": (solved(unit, {FIRST: HEADER + "    return ("}), lost),
        "warns": (with_cell(solved(unit), WARNING), FULL),
        "not-json": (b"{", NOTHING),
        "empty": (b"", NOTHING),
    }


@pytest.fixture(scope="module")
def handed_in(unit: Unit) -> dict[str, tuple[Any, dict[str, float | None]]]:
    return a_class(unit)


@pytest.fixture(scope="module")
def ours(tmp_path_factory, unit, handed_in) -> Path:
    """The class, graded by `n2r grade`."""
    folder = tmp_path_factory.mktemp("ours")
    for student, (notebook, _) in handed_in.items():
        hand_in(folder, unit, student, notebook, TIME)
    grade_class(unit.name, folder, workers=2)
    return folder


@pytest.fixture(scope="module")
def theirs(tmp_path_factory, unit, handed_in, ours, nbgrader) -> Path:
    """The same class, graded by `nbgrader autograde` with nothing done before."""
    folder = tmp_path_factory.mktemp("theirs")
    for student, (notebook, _) in handed_in.items():
        hand_in(folder, unit, student, notebook, TIME)
    seed_of(open_class(folder), unit.name, seed=seed_of(open_class(ours), unit.name))
    done = nbgrader(folder, "autograde", unit.name)
    assert done.returncode == 0, done.stdout
    return folder


def test_our_marks_are_the_ones_deserved(unit, ours, handed_in):
    assert scores(ours, unit.name) == {name: expected for name, (_, expected) in handed_in.items()}


def test_the_verdicts_say_the_same_as_the_gradebook(unit, ours):
    entered = scores(ours, unit.name)
    for verdict in load_verdicts(open_class(ours), unit.name):
        for one in verdict.exercises:
            if one.points is not None:
                assert entered[verdict.student][one.exercise] == one.points


def test_nbgrader_autograde_gives_the_same_gradebook(unit, ours, theirs):
    assert marks(theirs, unit.name) == marks(ours, unit.name)


def test_nbgrader_autograde_writes_the_same_notebooks(unit, ours, theirs):
    def notebooks(folder: Path) -> dict[str, str]:
        found = (folder / "autograded").rglob("*.ipynb")
        return {str(path.relative_to(folder)): path.read_text() for path in found}

    assert notebooks(theirs) == notebooks(ours)


def test_both_keep_the_same_verdicts(unit, ours, theirs):
    def verdicts(folder: Path) -> list[Any]:
        kept = load_verdicts(open_class(folder), unit.name)
        return [(one.student, one.status, one.exercises, one.notes) for one in kept]

    assert verdicts(theirs) == verdicts(ours)


def test_what_nbgrader_graded_is_not_graded_again(unit, theirs):
    before = marks(theirs, unit.name)
    graded_now = []
    grade_class(
        unit.name, theirs, on_verdict=lambda one, now: graded_now.append(one.student) if now else 0
    )
    assert graded_now == []
    assert marks(theirs, unit.name) == before


def test_nbgrader_generate_feedback_writes_the_same_pages(unit, ours, nbgrader):
    pages = {path: path.read_text() for path in write_feedback(open_class(ours), unit)}
    for path in pages:
        path.unlink()
    done = nbgrader(ours, "generate_feedback", unit.name, "--force")
    assert done.returncode == 0, done.stdout
    assert {path: path.read_text() for path in pages} == pages


def test_a_misnamed_notebook_earns_nothing_either_way(tmp_path, small_unit, nbgrader):
    hand_in(tmp_path, small_unit, "bob", solved(small_unit))
    path = hand_in(tmp_path, small_unit, "ann", solved(small_unit))
    path.rename(path.with_name("my copy.ipynb"))
    open_class(tmp_path)
    done = nbgrader(tmp_path, "autograde", small_unit.name)
    assert done.returncode == 1, "nbgrader says that there was something to see to"
    totals = {name: one["total"] for name, one in marks(tmp_path, small_unit.name).items()}
    assert totals == {"ann": 0.0, "bob": 2.0}
    grade_class(small_unit.name, tmp_path)
    entered = marks(tmp_path, small_unit.name)
    assert {name: one["total"] for name, one in entered.items()} == totals
    assert "my copy.ipynb" in entered["ann"]["comments"]["mean_square-solution"]


def test_when_the_grader_fails_the_gradebook_asks_for_a_human(
    tmp_path, small_unit, new_gradebook, monkeypatch
):
    (tmp_path / "gradebook.db").write_bytes(new_gradebook)
    hand_in(tmp_path, small_unit, "ann", solved(small_unit))
    folder = open_class(tmp_path)
    grade_class(small_unit.name, tmp_path)
    monkeypatch.setattr(
        "autograder.nbgrader_glue.grade_task", lambda task: failed(task, "it is Monday")
    )
    (submission,) = find_submissions(folder, small_unit)
    with pytest.raises(GraderError, match="it is Monday"):
        grade_into_gradebook(folder, small_unit, submission)
    entered = marks(tmp_path, small_unit.name)["ann"]
    assert entered["to look at"] == {"mean_square"}
    assert "Monday" not in entered["comments"]["mean_square-solution"]
    monkeypatch.undo()
    assert [one.status for one in grade_class(small_unit.name, tmp_path)] == ["graded"]
    assert marks(tmp_path, small_unit.name)["ann"]["to look at"] == set()


def test_a_formgrader_that_runs_for_weeks_grades_by_todays_files(small_unit, monkeypatch):
    before = current_unit(small_unit.name)
    assert current_unit(small_unit.name) is before
    monkeypatch.setattr("autograder.nbgrader_glue.unit_version", lambda _unit: "tomorrow's")
    assert current_unit(small_unit.name) is not before


# --- The formgrader ----------------------------------------------------------------------------

TOKEN = "only-for-this-test"


class Formgrader:
    """A Jupyter server's address, and requests to its formgrader."""

    def __init__(self, address: str) -> None:
        self.address = address

    def get(self, path: str) -> str:
        return self._send(urllib.request.Request(f"{self.address}formgrader/{path}"))

    def json(self, path: str) -> Any:
        return json.loads(self.get(f"api/{path}"))

    def autograde(self, unit: Unit, student: str) -> dict[str, Any]:
        path = f"{self.address}formgrader/api/submission/{unit.name}/{student}/autograde"
        return json.loads(self._send(urllib.request.Request(path, method="POST")))

    def _send(self, request: urllib.request.Request) -> str:
        request.add_header("Authorization", f"token {TOKEN}")
        with urllib.request.urlopen(request, timeout=300) as answer:
            return answer.read().decode()


@contextmanager
def serving(folder: Path, environment: dict[str, str]) -> Iterator[Formgrader]:
    """A Jupyter server in a class folder, as an instructor starts it, on a port of its choice."""
    command = ["jupyter", "server", "--no-browser", "--port=0", f"--IdentityProvider.token={TOKEN}"]
    command += ["--ServerApp.jpserver_extensions={'nbgrader': True}", "--ServerApp.open_browser=0"]
    command += ["--allow-root"] if os.geteuid() == 0 else []
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            yield Formgrader(address_of(server, environment, folder / "server.log"))
        finally:
            server.terminate()
            server.wait()


def address_of(server: subprocess.Popen[bytes], environment: dict[str, str], log: Path) -> str:
    """The server writes its address into a file, on a busy machine before it listens there."""
    place = Path(environment["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{server.pid}.json"
    while server.poll() is None:
        try:
            url = json.loads(place.read_text())["url"]
            address = urlsplit(url)
            socket.create_connection((address.hostname, address.port)).close()
            return url
        except (FileNotFoundError, ValueError, ConnectionRefusedError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="module")
def formgrader(ours: Path, own_jupyter: dict[str, str]) -> Iterator[Formgrader]:
    with serving(ours, own_jupyter) as server:
        yield server


def test_the_formgrader_shows_the_graded_class(unit, ours, handed_in, formgrader):
    (assignment,) = [one for one in formgrader.json("assignments") if one["name"] == unit.name]
    assert assignment["num_submissions"] == len(handed_in)
    assert assignment["max_score"] == unit.max_points
    entered = marks(ours, unit.name)
    shown = {one["student"]: one for one in formgrader.json(f"submissions/{unit.name}")}
    assert {name: one["score"] for name, one in shown.items()} == {
        name: one["total"] for name, one in entered.items()
    }
    assert all(one["autograded"] for one in shown.values())
    waiting = {name for name, one in shown.items() if one["needs_manual_grade"]}
    assert waiting == {"answered", "greedy"}


def test_the_formgrader_opens_every_graded_notebook(unit, handed_in, formgrader):
    listed = formgrader.json(f"submitted_notebooks/{unit.name}/{unit.notebook_name}")
    assert {one["student"] for one in listed} == set(handed_in)
    for one in listed:
        page = formgrader.get(f"submissions/{one['id']}")
        assert "numerical_gradient" in page


def test_an_instructor_sees_the_graded_class_in_the_browser(
    unit, ours, handed_in, formgrader, browser
):
    page = browser.new_page(extra_http_headers={"Authorization": f"token {TOKEN}"})
    page.set_default_timeout(120_000)
    page.goto(f"{formgrader.address}formgrader/manage_submissions/{unit.name}")
    rows = page.locator("table tbody tr")
    rows.nth(len(handed_in) - 1).wait_for()
    shown = [" ".join(row.split()) for row in rows.all_inner_texts()]
    assert len(shown) == len(handed_in)
    for student, entered in marks(ours, unit.name).items():
        (row,) = [text for text in shown if f" {student} " in f" {text} "]
        assert f"{entered['total']:g} / {unit.max_points:g}" in row
    page.close()


def test_the_formgraders_button_gives_the_same_marks(unit, ours, theirs, handed_in, formgrader):
    give_by_hand(ours, unit.name, "answered", "why_it_diverges", 1.5)
    settled = marks(ours, unit.name)
    for student in handed_in:
        answer = formgrader.autograde(unit, student)
        assert answer["success"], answer
    after = marks(ours, unit.name)
    assert after == settled
    after["answered"]["by hand"]["why_it_diverges"] = None
    assert {name: one["scores"] for name, one in after.items()} == scores(theirs, unit.name)


def test_the_button_grades_what_has_been_handed_in_since(unit, ours, formgrader):
    hand_in(ours, unit, "blank", solved(unit), "2025-01-03 10:00:00 UTC")
    assert formgrader.autograde(unit, "blank")["success"]
    entered = marks(ours, unit.name)["blank"]
    assert entered["scores"] == FULL
    assert entered["time"].day == 3


def test_nbgrader_skips_what_is_graded_and_grades_again_when_told(unit, ours, nbgrader: Program):
    done = nbgrader(ours, "autograde", unit.name, "--student=mistake")
    assert done.returncode == 0, done.stdout
    assert "Skipping existing assignment" in done.stdout
    before = marks(ours, unit.name)
    done = nbgrader(ours, "autograde", unit.name, "--student=mistake", "--force")
    assert done.returncode == 0, done.stdout
    assert marks(ours, unit.name) == before
