"""How fast a class is graded: ours, warm and cold, beside stock nbgrader and the floor; JSON.

The same submissions (right ones and known mistakes; nothing that hangs, which would cost nbgrader
half a minute each) are graded by whole commands that take turns, so that a machine that slows down
slows all. nbgrader runs the visible checks in a kernel of its own for each notebook; ours runs the
hidden cases as well, in a sandbox. Both fill an empty gradebook. The floor is the learners' own
code alone (:mod:`tests.benchmarks.floor`).
"""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from autograder.grading import oracle_for
from autograder.simulate import simulated_class
from autograder.unit import ROOT, Unit, load_unit
from tests.benchmarks.cpu import PROGRAMS, Took, run

HONEST: Final = ("reference", "alternative", "mistake")  # how the names of those to be graded begin
CONFIG: Final = "c = get_config()\nc.CourseDirectory.course_id = 'course'\n"
Command = list[str | Path]


def submissions(unit: Unit, size: int) -> Iterator[tuple[str, bytes]]:
    """So many learners with their notebooks: each kind in turn."""
    everybody = simulated_class(unit, oracle_for(unit.name, "benchmark"), load_unit("00"))
    honest = [one.content for one in everybody if one.student.startswith(HONEST)]
    for number, content in enumerate(itertools.islice(itertools.cycle(honest), size)):
        yield f"learner-{number:05}", content


@contextmanager
def classroom(unit: Unit, size: int) -> Iterator[Path]:
    """A folder of nbgrader's, with the assignment made by a stock nbgrader, and a class."""
    with tempfile.TemporaryDirectory(prefix="n2r-benchmark-") as name:
        place = Path(name)
        (place / "nbgrader_config.py").write_text(CONFIG)
        source = place / "source" / unit.name
        source.mkdir(parents=True)
        run([PROGRAMS / "n2r", "build", unit.name], ROOT)
        shutil.copy(unit.path.with_suffix(".ipynb"), source)
        run([PROGRAMS / "nbgrader", "generate_assignment", unit.name], place)
        for student, content in submissions(unit, size):
            folder = place / "submitted" / student / unit.name
            folder.mkdir(parents=True)
            (folder / f"{unit.notebook_name}.ipynb").write_bytes(content)
        yield place


def timed(
    command: list[str | Path], template: Path, *, then: list[str | Path] | None = None
) -> Took:
    """The time of a command on a fresh copy of the class; or of one that comes after it."""
    with tempfile.TemporaryDirectory(prefix="n2r-benchmark-") as name:
        place = Path(name) / "class"
        shutil.copytree(template, place)
        took = run(command, place)
        return took if then is None else run(then, place)


def floor(unit: Unit, place: Path) -> dict[str, float]:
    """Seconds of the learners' own code, by the clock and of the processor."""
    command = [sys.executable, "-m", "tests.benchmarks.floor", unit.name, str(place)]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def measure(unit: Unit, size: int, rounds: int, nbgrader: bool) -> dict[str, Any]:
    """Seconds a submission and the ratios of each round, for one class."""
    ours = [PROGRAMS / "n2r", "grade", unit.name, "--class", "."]
    commands: dict[str, Command] = {
        "warm": [*ours, "--backend", "warm"],
        "cold": [*ours, "--backend", "bubblewrap"],
    }
    if nbgrader:
        commands["nbgrader"] = [PROGRAMS / "nbgrader", "autograde", unit.name]
    feedback = [PROGRAMS / "n2r", "feedback", unit.name, "--class", "."]
    took: dict[str, list[Took]] = {name: [] for name in commands}
    floors = []
    with classroom(unit, size) as place:
        for _ in range(rounds):
            for name, command in commands.items():
                took[name].append(timed(command, place))
            floors.append(floor(unit, place))
        pages = timed(commands["warm"], place, then=feedback)
    result: dict[str, Any] = {"submissions": size, "rounds": rounds}
    result["seconds_per_submission"] = {
        name: round(statistics.median(one.wall for one in turns) / size, 3)
        for name, turns in took.items()
    }
    result["seconds_to_first_verdict"] = round(statistics.median(t.first for t in took["warm"]), 2)
    result["largest_process_mebibytes"] = max(one.memory for one in took["warm"]) >> 20
    result["feedback_seconds_per_submission"] = round(pages.wall / size, 3)
    if took["warm"][0].cpu is not None:
        result["cpu_seconds_per_submission"] = {
            name: round(statistics.median(one.cpu or 0 for one in turns) / size, 3)
            for name, turns in took.items()
        }
        result["cpu_seconds_per_submission"]["floor"] = round(
            statistics.median(one["cpu"] for one in floors) / size, 3
        )
        result["cpu_vs_floor"] = round(
            statistics.median(
                (one.cpu or 0) / low["cpu"] for one, low in zip(took["warm"], floors, strict=True)
            ),
            2,
        )
    for name in ("warm", "cold") if nbgrader else ():
        ratios = [a.wall / b.wall for a, b in zip(took["nbgrader"], took[name], strict=True)]
        key = "throughput_vs_nbgrader" if name == "warm" else "throughput_cold_vs_nbgrader"
        result[key] = round(statistics.median(ratios), 1)
    return result


def main() -> None:
    """Measure a class of few, for nbgrader's one submission as well, and one of many."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--unit", default="01_gradient_descent")
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--without-nbgrader", action="store_true")
    options = parser.parse_args()
    unit = load_unit(options.unit)
    result = measure(unit, options.size, options.rounds, not options.without_nbgrader)
    print(json.dumps({"grading": {"unit": unit.name} | result}))


if __name__ == "__main__":
    main()
