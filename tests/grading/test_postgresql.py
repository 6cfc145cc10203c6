"""A gradebook on a real PostgreSQL server: what it says, and what happens when it goes away."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import classroom
from autograder.class_folder import open_class
from autograder.classroom import grade_class
from autograder.errors import GradebookTrouble
from autograder.gradebook import ClassGradebook
from tests.grading.marks import marks
from tests.grading.programs import big_class, kill, start

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
SECONDS = 60


def programs() -> Path | None:
    """Where PostgreSQL's programs are: on the path, or where Debian puts them."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    return next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


class Server:
    """A PostgreSQL server of our own, on a socket in a folder."""

    def __init__(self, programs: Path, place: Path) -> None:
        self._programs, self._place = programs, place
        self._data = place / "data"
        self._user = None
        if os.geteuid() == 0:  # as which PostgreSQL refuses to run
            self._user = "nobody"
            os.chown(place, pwd.getpwnam(self._user).pw_uid, -1)
        self._run("initdb", "--auth=trust", "--username=grader", "-D", str(self._data))
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://grader@/postgres?host={self._place}"

    def start(self) -> None:
        options = f"-c listen_addresses='' -c fsync=off -k {self._place}"
        log = str(self._place / "log")
        self._run("pg_ctl", "-D", str(self._data), "-o", options, "-l", log, "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        # Not a pipe: the server that pg_ctl leaves behind would hold its other end.
        with (self._place / "said").open("wb") as said:
            subprocess.run(
                command, check=True, stdout=said, stderr=said, user=self._user, cwd=self._place
            )


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    place = programs()
    if place is None:
        pytest.skip("no PostgreSQL: install it with `apt-get install postgresql`")
    with tempfile.TemporaryDirectory(prefix="n2r-", dir="/tmp") as name:  # sockets' names are short
        made = Server(place, Path(name))
        yield made
        with contextlib.suppress(subprocess.CalledProcessError):
            made.stop()


@pytest.fixture
def server(running: Server) -> Iterator[Server]:
    """The server, without a gradebook in it."""
    yield running
    from sqlalchemy import create_engine, text

    engine = create_engine(running.url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def class_on(server: Server | None, class_dir: Path, unit) -> Path:
    class_dir.mkdir()
    big_class(class_dir, unit)
    open_class(class_dir)
    if server is not None:
        settings = class_dir / "nbgrader_config.py"
        settings.write_text(
            settings.read_text() + f"c.CourseDirectory.db_url = {server.url!r}\n",
        )
    (class_dir / ".n2r" / "seeds.json").write_text('{"00_start_here": "the same"}')
    return class_dir


def test_the_gradebook_says_what_one_in_a_file_says(server, tmp_path, small_unit):
    in_a_file = class_on(None, tmp_path / "file", small_unit)
    on_the_server = class_on(server, tmp_path / "server", small_unit)
    for class_dir in (in_a_file, on_the_server, on_the_server):
        grade_class(small_unit.name, class_dir, workers=2)
    assert not (on_the_server / "gradebook.db").exists()
    entered = marks(on_the_server, small_unit.name, server.url)
    assert entered == marks(in_a_file, small_unit.name)
    assert entered["right-0"]["total"] == 2.0


def test_a_server_that_goes_away_costs_no_verdict(server, tmp_path, small_unit, monkeypatch):
    class_dir = class_on(server, tmp_path / "class", small_unit)
    record = ClassGradebook.record

    def stop_before_the_first(gradebook, entries):
        monkeypatch.setattr(ClassGradebook, "record", record)
        server.stop()
        gradebook.record(entries)

    monkeypatch.setattr(ClassGradebook, "record", stop_before_the_first)
    monkeypatch.setattr(classroom, "SUBMISSIONS_PER_TRANSACTION", 1)
    graded = []

    def note(verdict, now):
        graded.append((verdict.student, now))

    with pytest.raises(GradebookTrouble, match="the gradebook on its server"):
        grade_class(small_unit.name, class_dir, workers=2, on_verdict=note)
    everybody = {one.name for one in (class_dir / "submitted").iterdir()}
    assert {student for student, _ in graded} == everybody
    graded.clear()
    server.start()
    grade_class(small_unit.name, class_dir, workers=2, on_verdict=note)
    assert set(graded) == {(student, False) for student in everybody}
    assert set(marks(class_dir, small_unit.name, server.url)) == everybody


def test_a_grader_that_is_killed_leaves_no_half_gradebook(server, tmp_path, small_unit):
    class_dir = class_on(server, tmp_path / "class", small_unit)
    for patience in (0.5, 1.0, 1.5, 2.0, 2.5):
        program = start(class_dir, small_unit, "force")
        time.sleep(patience)
        kill(program)
        assert set(marks(class_dir, small_unit.name, server.url)) in (
            set(),
            {one.name for one in (class_dir / "submitted").iterdir()},
        )
    grade_class(small_unit.name, class_dir, workers=2)
    assert len(marks(class_dir, small_unit.name, server.url)) == 8
