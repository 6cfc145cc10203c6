"""Grading processes: they die alone, and they die with the one that started them."""

import contextlib
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from autograder.class_folder import open_class
from autograder.errors import BadUnit, NoSandbox
from autograder.submissions import Submission, find_submissions
from autograder.unit import Unit
from autograder.workers import Result, Task, failed, grade_all, grade_task
from tests.grading.handed_in import hand_in, released, solved
from tests.grading.waiting import wait_until

SEED = "seed"


class Bomb:
    """Goes off where it is unpacked: in the grading process."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __reduce__(self) -> tuple[Any, ...]:
        return eval, (self.code,)


def submissions(root: Path, unit: Unit, *students: str) -> list[Submission]:
    for student in students:
        hand_in(root, unit, student, solved(unit))
    return find_submissions(open_class(root), unit)


def grade(tasks: list[Task]) -> dict[str, Result]:
    return {task.submission.student: result for task, result in grade_all(iter(tasks), 2)}


def test_each_submission_is_graded_and_its_content_hashed(tmp_path, small_unit):
    people = submissions(tmp_path, small_unit, "ann", "bob", "cid")
    hand_in(tmp_path, small_unit, "bob", released(small_unit))
    results = grade([Task(small_unit.name, one, SEED) for one in people])
    assert {name: result.verdict.points for name, result in results.items()} == {
        "ann": 2.0,
        "bob": 0.0,
        "cid": 2.0,
    }
    for one in people:
        assert results[one.student].digest == one.content().digest
        assert results[one.student].notebook.startswith(b"{")


def test_a_process_that_always_dies_costs_one_submission(tmp_path, small_unit):
    people = submissions(tmp_path, small_unit, "ann", "bob", "cid", "dan", "eve")
    tasks = [Task(small_unit.name, one, SEED) for one in people]
    tasks[1] = Task(small_unit.name, people[1], Bomb("__import__('os')._exit(9)"))
    results = grade(tasks)
    statuses = {name: result.verdict.status for name, result in results.items()}
    assert statuses == dict.fromkeys(("ann", "cid", "dan", "eve"), "graded") | {"bob": "failed"}
    assert "died, twice" in results["bob"].verdict.notes[0]
    assert [one.points for one in results["bob"].verdict.exercises] == [None]
    assert results["bob"].notebook is None


def test_a_process_that_dies_once_costs_nothing(tmp_path, small_unit):
    people = submissions(tmp_path, small_unit, "ann", "bob")
    been_here = tmp_path / "been-here"
    once = f"{SEED!r} if __import__('os').path.exists({str(been_here)!r}) else "
    once += f"(open({str(been_here)!r}, 'w').close(), __import__('os').kill("
    once += "__import__('os').getpid(), 9))"
    tasks = [Task(small_unit.name, people[0], Bomb(once)), Task(small_unit.name, people[1], SEED)]
    results = grade(tasks)
    assert {result.verdict.status for result in results.values()} == {"graded"}
    assert been_here.exists()


def test_a_fork_server_that_dies_costs_nothing(tmp_path, small_unit, monkeypatch):
    people = submissions(tmp_path, small_unit, "ann", "bob", "cid", "dan")
    submit, calls = ProcessPoolExecutor.submit, []

    def fail_once(pool, *arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise EOFError("unexpected EOF")
        return submit(pool, *arguments)

    monkeypatch.setattr(ProcessPoolExecutor, "submit", fail_once)
    results = grade([Task(small_unit.name, one, SEED) for one in people])
    assert {name: one.verdict.points for name, one in results.items()} == dict.fromkeys(
        ("ann", "bob", "cid", "dan"), 2.0
    )


def test_an_error_of_the_graders_own_is_one_submissions_verdict(tmp_path, small_unit):
    class Unreadable:
        student = "ann"

        def content(self) -> None:
            raise MemoryError("no room")

    result = grade_task(Task(small_unit.name, Unreadable(), SEED))
    assert result.verdict.status == "failed"
    assert "MemoryError: no room (test_workers.py, line" in result.verdict.notes[0]


def test_what_would_go_wrong_for_everybody_is_raised(tmp_path, small_unit):
    (one,) = submissions(tmp_path, small_unit, "ann")
    with pytest.raises(NoSandbox):
        list(grade_all(iter([Task(small_unit.name, one, SEED, "none")]), 1))


def test_a_reference_that_fails_is_not_blamed_on_learners(small_unit, tmp_path, monkeypatch):
    (one,) = submissions(tmp_path, small_unit, "ann")

    def broken(_self: object, _name: str) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("autograder.oracle.Oracle.expectation", broken)
    with pytest.raises(BadUnit, match="the reference fails on the cases of the seed 'seed'"):
        grade_task(Task(small_unit.name, one, SEED))


def test_every_part_of_a_failed_submission_waits(unit, tmp_path):
    (one,) = submissions(tmp_path, unit, "ann")
    verdict = failed(Task(unit.name, one, SEED), "reason").verdict
    assert verdict.max_points == unit.max_points
    assert {part.points for part in verdict.exercises} == {None}
    assert {part.status for part in verdict.exercises} == {"failed"}


ENDLESS = """
import sys
from pathlib import Path
from autograder.class_folder import open_class
from autograder.submissions import find_submissions
from autograder.unit import load_unit
from autograder.workers import Task, grade_all

if __name__ == "__main__":
    unit = load_unit("00_start_here")
    people = find_submissions(open_class(Path(sys.argv[1])), unit)
    for _ in grade_all((Task(unit.name, one, "seed") for one in people), 2):
        print("one is graded", flush=True)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_no_process_outlives_the_one_that_started_it(tmp_path, small_unit, how):
    endless = solved(small_unit, {"mean_square": "while True:\n    pass"})
    for student in ("bob", "cid"):
        hand_in(tmp_path, small_unit, student, endless)
    hand_in(tmp_path, small_unit, "ann", solved(small_unit))
    program = subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "one is graded\n"
    wait_until(lambda: sandboxed(descendants(program.pid)))
    family = descendants(program.pid)
    if how is signal.SIGINT:
        os.killpg(program.pid, how)  # as Ctrl-C does
    else:
        program.kill()
    program.wait(60)
    wait_until(lambda: not [one for one in family if is_alive(one)])


def descendants(pid: int) -> list[tuple[int, str]]:
    """The children of a process and theirs, each with its start, for numbers are used again."""
    children: dict[int, list[tuple[int, str]]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent, start = status_of(int(place.name))
            children.setdefault(parent, []).append((int(place.name), start))
    found, new = [], children.get(pid, [])
    while new:
        found += new
        new = [child for one, _ in new for child in children.get(one, [])]
    return found


def is_alive(process: tuple[int, str]) -> bool:
    try:
        return status_of(process[0])[1] == process[1]
    except OSError:
        return False


def sandboxed(family: list[tuple[int, str]]) -> bool:
    """Whether a runner is at work among them."""
    commands = []
    for pid, _ in family:
        with contextlib.suppress(OSError):
            commands.append(Path(f"/proc/{pid}/cmdline").read_bytes())
    return any(b"-I\0-S\0" in command and b"bwrap" not in command for command in commands)


def status_of(pid: int) -> tuple[int, str]:
    """A process's parent and start time; one that has ended, but not been waited for, has none."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    if fields[0] == "Z":
        raise ProcessLookupError
    return int(fields[1]), fields[19]
