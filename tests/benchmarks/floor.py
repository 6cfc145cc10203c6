"""The floor: what the learners' own code costs, and nothing else; prints JSON.

The same cells through one warm IPython shell, and the same calls of the probes: in one process,
without a sandbox, a comparison, a verdict or a gradebook. No grader that runs it can be faster.
"""

from __future__ import annotations

import json
import mmap
import os
import sys
import threading
import time
from pathlib import Path

from autograder.grading import LIMITS, job_of, merge, oracle_for, read_notebook
from autograder.runner import main as runner
from autograder.runner.server import LOADED_FIRST
from autograder.runner.shell import Shell, make_shell, run_cell
from autograder.unit import load_unit


def run_bare(shell: Shell, frames: bytes) -> None:
    """Run a job's cells and calls in this process, and throw away what they say."""
    reading, writing = os.pipe()
    sender = threading.Thread(target=lambda: os.fdopen(writing, "wb").write(frames))
    sender.start()
    probes: dict[str, object] = {}
    job = runner.receive_job(reading, probes)
    sender.join()
    for cell in job["cells"]:
        if cell["exercise"] is None:
            run_cell(shell, cell["source"], job["cell_seconds"])
        else:
            progress = mmap.mmap(-1, 8)
            runner.probe_from(0, shell, job, cell["exercise"], probes, lambda _: None, progress)
    shell.reset(new_session=True)


def main(unit_name: str, class_dir: Path) -> None:
    """Run a whole class twice, and print the seconds of the second time."""
    answer = os.dup(1)  # a shell takes 1 and 2 for itself
    unit = load_unit(unit_name)
    oracle = oracle_for(unit.name, "floor")
    runner.load(*LOADED_FIRST, *runner.COMPANION)
    jobs = [
        job_of(unit, oracle, merge(unit, read_notebook(path.read_bytes(), unit))).frames(
            LIMITS, set()
        )
        for path in sorted(class_dir.glob(f"submitted/*/{unit.name}/*.ipynb"))
    ]
    shell = make_shell()
    run_bare(shell, jobs[0])
    wall, cpu = time.perf_counter(), time.process_time()
    for frames in jobs:
        run_bare(shell, frames)
    took = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    os.write(answer, json.dumps(took | {"submissions": len(jobs)}).encode() + b"\n")
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
