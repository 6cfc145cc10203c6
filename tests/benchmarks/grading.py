"""How fast a class is graded: ours, warm and cold, beside nbgrader, Otter and the floor; JSON.

The same submissions (right ones and known mistakes; nothing that hangs, which would cost nbgrader
half a minute each) are graded by whole commands that take turns, so that a machine that slows down
slows all. nbgrader and Otter run the visible checks, in a kernel or process of its own for each
notebook; ours runs the hidden cases as well, in a sandbox. nbgrader and ours fill an empty
gradebook. The floor is the learners' own code alone (:mod:`tests.benchmarks.floor`).

    python -m tests.benchmarks.grading [--unit 09 --size 20 --alone]

measures a class of 200 of unit 01 beside the others and a small one of the unit whose exercises
compute most by itself; or the one that is named.
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
from tests.benchmarks.others import otter_class

HONEST: Final = ("reference", "alternative", "mistake")  # how the names of those to be graded begin
CONFIG: Final = "c = get_config()\nc.CourseDirectory.course_id = 'course'\n"
OTHERS: Final = ("nbgrader", "otter")
BESIDE_OTHERS: Final = ("01_gradient_descent", 200)
HEAVIEST: Final = ("09_convolution", 20)
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


def measure(unit: Unit, size: int, rounds: int, alone: bool) -> dict[str, Any]:
    """Seconds a submission and the ratios of each round, for one class."""
    ours = [PROGRAMS / "n2r", "grade", unit.name, "--class", "."]
    commands: dict[str, Command] = {
        "warm": [*ours, "--backend", "warm"],
        "cold": [*ours, "--backend", "bubblewrap"],
    }
    feedback = [PROGRAMS / "n2r", "feedback", unit.name, "--class", "."]
    floors = []
    with classroom(unit, size) as place, tempfile.TemporaryDirectory() as others:
        templates = dict.fromkeys(commands, place)
        if not alone:
            commands["nbgrader"] = [PROGRAMS / "nbgrader", "autograde", unit.name]
            templates |= {"nbgrader": place, "otter": Path(others)}
            commands["otter"] = otter_class.prepare(unit, submissions(unit, size), Path(others))
        took: dict[str, list[Took]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                took[name].append(timed(command, templates[name]))
            floors.append(floor(unit, place))
        pages = timed(commands["warm"], place, then=feedback)
    return {
        "submissions": size,
        "rounds": rounds,
        **per_submission(took, size),
        "feedback_seconds_per_submission": round(pages.wall / size, 3),
        **beside_floor(took["warm"], floors, size),
        **beside_others(took),
    }


def per_submission(took: dict[str, list[Took]], size: int) -> dict[str, Any]:
    """Seconds by the clock and of the processors, and what our warm command needed besides."""
    warm = took["warm"]
    result: dict[str, Any] = {
        "seconds_per_submission": {
            name: round(statistics.median(one.wall for one in turns) / size, 3)
            for name, turns in took.items()
        },
        "seconds_to_first_verdict": round(statistics.median(one.first for one in warm), 2),
        "largest_process_mebibytes": max(one.memory for one in warm) >> 20,
    }
    if warm[0].cpu is not None:
        result["cpu_seconds_per_submission"] = {
            name: round(statistics.median(one.cpu or 0 for one in turns) / size, 3)
            for name, turns in took.items()
        }
    return result


def beside_floor(
    warm: list[Took], floors: list[dict[str, float]], size: int
) -> dict[str, float | None]:
    """The processors' time of the learners' own code alone, and how many times it ours takes."""
    ratios = [
        one.cpu / low["cpu"] for one, low in zip(warm, floors, strict=True) if one.cpu is not None
    ]
    return {
        "floor_cpu_seconds_per_submission": round(
            statistics.median(low["cpu"] for low in floors) / size, 3
        ),
        "cpu_vs_floor": round(statistics.median(ratios), 2) if ratios else None,
    }


def beside_others(took: dict[str, list[Took]]) -> dict[str, float]:
    """How many times as long the others take as ours, warm and cold."""
    result = {}
    for other in (name for name in OTHERS if name in took):
        for ours, words in (("warm", ""), ("cold", "cold_")):
            ratios = [a.wall / b.wall for a, b in zip(took[other], took[ours], strict=True)]
            result[f"throughput_{words}vs_{other}"] = round(statistics.median(ratios), 1)
    return result


def main() -> None:
    """Measure a class beside the others and one of the heaviest unit, or the one asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--unit")
    parser.add_argument("--size", type=int, default=BESIDE_OTHERS[1])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--alone", action="store_true", help="without nbgrader and Otter")
    options = parser.parse_args()
    if options.unit is not None:
        unit = load_unit(options.unit)
        result = measure(unit, options.size, options.rounds, options.alone)
        print(json.dumps({"grading": {"unit": unit.name} | result}))
        return
    results = {}
    for key, (name, size) in {"grading": BESIDE_OTHERS, "grading_heaviest": HEAVIEST}.items():
        measured = measure(load_unit(name), size, options.rounds, key != "grading")
        results[key] = {"unit": name} | measured
    print(json.dumps(results))


if __name__ == "__main__":
    main()
