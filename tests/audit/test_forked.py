"""Tasks in forked processes: what hangs, dies or grows is ended, and the others go on."""

import os
import time

import psutil
import pytest

from autograder.audit.forked import Task, run_all

MEBI = 1 << 20


def outcome_of(run, patience=60.0, **limits):
    ends = []
    list(run_all([Task("test", run, ends.append, patience, **limits)], workers=2))
    (ended,) = ends
    return ended


def hang(alive):
    alive("the endless one")
    while True:
        pass


def test_results_come_back():
    ended = outcome_of(lambda _: {"answer": [42, None, "x" * 100_000]})
    assert ended.result == {"answer": [42, None, "x" * 100_000]}
    assert (ended.trouble, ended.is_fault) == (None, False)


def test_a_hanging_task_is_killed_and_named():
    ended = outcome_of(hang, patience=0.2)
    assert (ended.result, ended.is_fault) == (None, False)
    assert ended.trouble == "the endless one: came to no end"


def test_signs_of_life_keep_a_task_alive():
    def run(alive):
        for step in range(8):
            time.sleep(0.1)
            alive(f"step {step}")
        return "done"

    assert outcome_of(run, patience=0.5).result == "done"


def test_a_task_that_vanishes():
    def run(alive):
        alive("the vanishing one")
        os._exit(3)

    ended = outcome_of(run)
    assert ended.trouble == "the vanishing one: died"
    assert not ended.is_fault


def test_memory_is_limited():
    ended = outcome_of(lambda _: len(bytearray(200 * MEBI)), memory=100 * MEBI)
    assert ended.trouble.startswith("MemoryError")
    assert not ended.is_fault
    assert outcome_of(lambda _: len(bytearray(200 * MEBI)), memory=None).result == 200 * MEBI


def test_an_error_of_the_task_itself_is_a_fault():
    ended = outcome_of(lambda _: 1 / 0)
    assert ended.is_fault
    assert ended.trouble.startswith("ZeroDivisionError: division by zero (test_forked.py, line")


def test_children_say_nothing(capfd):
    outcome_of(lambda _: os.write(1, b"stdout") + os.write(2, b"stderr"))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("workers", [1, 3])
def test_so_many_at_a_time_and_all_of_them(workers, tmp_path):
    def run(alive):
        mark = tmp_path / str(os.getpid())
        mark.touch()
        time.sleep(0.05)
        running = len(list(tmp_path.iterdir()))
        mark.unlink()
        return running

    ends = []
    tasks = [Task(str(number), run, ends.append, 60.0) for number in range(7)]
    assert sorted(task.owner for task in run_all(tasks, workers)) == list("0123456")
    assert 1 <= max(ended.result for ended in ends) <= workers


def test_nobody_is_left_behind_when_the_caller_gives_up():
    quick = Task("quick", lambda _: 1, lambda _: None, 60.0)
    slow = Task("slow", hang, lambda _: None, 60.0)
    before = set(psutil.Process().children())  # a browser of another test, say
    running = run_all([quick, slow, slow], workers=3)
    assert next(running).owner == "quick"
    assert set(psutil.Process().children()) > before
    running.close()
    assert set(psutil.Process().children()) <= before
