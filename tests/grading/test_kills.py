"""`kill -9` at random moments, of whatever is at work: run again, and nothing shows it."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from autograder.class_folder import open_class
from autograder.classroom import grade_class
from autograder.kept import grader_version
from autograder.unit import Unit
from tests.full import FULL
from tests.grading.programs import big_class, results, start

KILLS = 50 if FULL else 5
KILLS_IN_ONE_CLASS = 5
SEED = '{"00_start_here": "the same"}'
SECONDS = 120


def new_class(class_dir: Path, unit: Unit) -> Path:
    class_dir.mkdir()
    big_class(class_dir, unit)
    open_class(class_dir)
    (class_dir / ".n2r" / "seeds.json").write_text(SEED)
    return class_dir


def at_work(program: psutil.Process) -> Iterator[psutil.Process]:
    """Grading processes, what forks them, and sandboxes; not what is in a sandbox."""
    for process in program.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            command = " ".join(process.cmdline())
            if process.name() == "bwrap" or "multiprocessing" in command:
                yield process


def kill_something(program: psutil.Process, chance: random.Random) -> psutil.Process | None:
    """Kill the grader half of the time, and otherwise one of its helpers; which one."""
    with contextlib.suppress(psutil.NoSuchProcess):
        helpers = list(at_work(program))
        victim = chance.choice(helpers) if helpers and chance.random() < 0.5 else program
        if victim.status() != psutil.STATUS_ZOMBIE:
            victim.kill()
            return victim
    return None


def test_nothing_is_lost_by_kills_at_random_moments(tmp_path, small_unit, new_gradebook):
    begun = time.monotonic()
    undisturbed = new_class(tmp_path / "undisturbed", small_unit)
    grade_class(small_unit.name, undisturbed, workers=2)
    expected, longest = results(undisturbed, small_unit), time.monotonic() - begun
    seed = random.randrange(1000)
    chance = random.Random(seed)
    kills = number = 0
    while kills < KILLS:
        number += 1
        class_dir = new_class(tmp_path / f"killed-{number}", small_unit)
        if chance.random() < 0.5:
            (class_dir / "gradebook.db").write_bytes(new_gradebook)
        told = []
        for _ in range(KILLS_IN_ONE_CLASS):
            program = start(class_dir, small_unit, *chance.choice([(), ("force",)]))
            moment = chance.uniform(0, longest)
            time.sleep(moment)
            victim = kill_something(psutil.Process(program.pid), chance)
            program.communicate(timeout=SECONDS)
            grader_killed = victim is not None and victim.pid == program.pid
            assert program.returncode == (-9 if grader_killed else 0), (seed, told)
            kills += victim is not None
            told.append(f"{victim} after {moment:.2f} s")
        grade_class(small_unit.name, class_dir, workers=2)
        if grader_version() != grader_version.__wrapped__():
            pytest.skip("the grader was edited meanwhile, and so everything is graded again")
        assert results(class_dir, small_unit) == expected, (seed, told)
