"""How fast a class is graded: ours, warm and cold, beside stock nbgrader; prints JSON.

The same submissions of unit 01 (right ones and known mistakes; nothing that hangs, which would cost
nbgrader half a minute each) are graded by whole commands that take turns, so that a machine that
slows down slows all. nbgrader runs the visible checks in a kernel of its own for each notebook;
ours runs the hidden cases as well, in a sandbox. Both fill an empty gradebook.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from autograder.grading import oracle_for
from autograder.simulate import simulated_class
from autograder.unit import ROOT, Unit, load_unit

UNIT: Final = "01_gradient_descent"
HONEST: Final = ("reference", "alternative", "mistake")  # how the names of those to be graded begin
PROGRAMS: Final = Path(sys.executable).parent
CONFIG: Final = "c = get_config()\nc.CourseDirectory.course_id = 'course'\n"


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
        notebook = unit.path.with_suffix(".ipynb")
        run([PROGRAMS / "n2r", "build", unit.name], ROOT)
        shutil.copy(notebook, source)
        run([PROGRAMS / "nbgrader", "generate_assignment", unit.name], place)
        for student, content in submissions(unit, size):
            folder = place / "submitted" / student / unit.name
            folder.mkdir(parents=True)
            (folder / notebook.name).write_bytes(content)
        yield place


def run(command: list[str | Path], place: Path) -> None:
    """Run a command, which must go well."""
    # nbgrader calls alembic by its bare name.
    environment = os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    ended = subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True)
    if ended.returncode != 0:
        raise RuntimeError(f"{command} ended with {ended.returncode}: {ended.stderr[-2000:]}")


def seconds(command: list[str | Path], template: Path) -> float:
    """Wall-clock time of a command on a fresh copy of the class."""
    with tempfile.TemporaryDirectory(prefix="n2r-benchmark-") as name:
        place = Path(name) / "class"
        shutil.copytree(template, place)
        begun = time.perf_counter()
        run(command, place)
        return time.perf_counter() - begun


def main() -> None:
    """Measure, and print seconds a submission and the ratios of each round."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    ours = [PROGRAMS / "n2r", "grade", UNIT, "--class", "."]
    commands: dict[str, list[str | Path]] = {
        "nbgrader": [PROGRAMS / "nbgrader", "autograde", UNIT],
        "warm": [*ours, "--backend", "warm"],
        "cold": [*ours, "--backend", "bubblewrap"],
    }
    with classroom(load_unit(UNIT), options.size) as place:
        rounds = [
            {name: seconds(command, place) for name, command in commands.items()}
            for _ in range(options.rounds)
        ]
    each = {name: [one[name] / options.size for one in rounds] for name in commands}
    ratios = {
        name: statistics.median(one["nbgrader"] / one[name] for one in rounds)
        for name in ("warm", "cold")
    }
    result = {
        "unit": UNIT,
        "submissions": options.size,
        "rounds": options.rounds,
        "seconds_per_submission": {
            name: round(statistics.median(times), 3) for name, times in each.items()
        },
        "throughput_vs_nbgrader": round(ratios["warm"], 1),
        "throughput_cold_vs_nbgrader": round(ratios["cold"], 1),
    }
    print(json.dumps({"grading": result}))


if __name__ == "__main__":
    main()
