"""How much faster two Dask workers grade a class than one, on this machine; prints JSON.

Scheduler, workers and coordinator share its processors, so that two of these are the least on
which two workers can be told from one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path

from autograder.class_folder import open_class
from autograder.submissions import Submission, find_submissions
from autograder.unit import load_unit
from autograder.workers import Task, grade_on_cluster
from tests.benchmarks.grading import submissions
from tests.grading.dask_cluster import Cluster

UNIT = "01_gradient_descent"


def seconds(class_of: list[Submission], workers: int) -> float:
    """From the first verdict to the last, with so many workers that have graded before."""
    with tempfile.TemporaryDirectory(prefix="n2r-benchmark-") as name:
        cluster = Cluster(Path(name))
        try:
            for _ in range(workers):
                cluster.add_worker()
            tasks = [Task(UNIT, one, "benchmark") for one in class_of]
            list(grade_on_cluster(iter(tasks[: 4 * workers]), cluster.address))
            begun = time.perf_counter()
            for _ in grade_on_cluster(iter(tasks), cluster.address):
                pass
            return time.perf_counter() - begun
        finally:
            cluster.end()


def main() -> None:
    """Let one worker and two take turns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    unit = load_unit(UNIT)
    with tempfile.TemporaryDirectory(prefix="n2r-benchmark-") as name:
        for student, content in submissions(unit, options.size):
            folder = Path(name) / "submitted" / student / unit.name
            folder.mkdir(parents=True)
            (folder / f"{unit.notebook_name}.ipynb").write_bytes(content)
        class_of = find_submissions(open_class(Path(name)), unit)
        rounds = [(seconds(class_of, 1), seconds(class_of, 2)) for _ in range(options.rounds)]
    result = {
        "submissions": options.size,
        "rounds": options.rounds,
        "two_workers_vs_one": round(statistics.median(one / two for one, two in rounds), 2),
    }
    print(json.dumps({"cluster": result}))


if __name__ == "__main__":
    main()
