"""`n2r grade` as a program of its own, which can be killed, and all that it leaves behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograder.class_folder import open_class
from autograder.kept import load_verdicts
from autograder.unit import Unit
from tests.grading.handed_in import hand_in, solved, with_cell
from tests.grading.marks import marks

WRONG = "def mean_square(x):\n    return np.mean(x) ** 2"
GRADE = """
import sys
import time
from pathlib import Path
from autograder.classroom import grade_class

def show(verdict, now):
    print(verdict.student, now, flush=True)

if __name__ == "__main__":
    force = sys.argv[3:] == ["force"]
    grade_class(sys.argv[1], Path(sys.argv[2]), workers=2, force=force, on_verdict=show)
"""


def start(class_dir: Path, unit: Unit, *force: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", GRADE, unit.name, str(class_dir), *force],
        stdout=subprocess.PIPE,
        text=True,
    )


def kill(program: subprocess.Popen[str]) -> None:
    os.kill(program.pid, signal.SIGKILL)
    program.wait()


def big_class(class_dir: Path, unit: Unit) -> None:
    for number in range(6):
        hand_in(class_dir, unit, f"right-{number}", with_cell(solved(unit), f"x = {number}"))
    hand_in(class_dir, unit, "wrong", solved(unit, {"mean_square": WRONG}))
    hand_in(class_dir, unit, "bad", b"{")


def results(class_dir: Path, unit: Unit) -> dict[str, Any]:
    """Everything that grading leaves behind, without times of day and random identifiers."""
    verdicts = load_verdicts(open_class(class_dir), unit.name)
    return {
        "verdicts": [(one.student, one.status, one.exercises, one.notes) for one in verdicts],
        "marks": marks(class_dir, unit.name),
        "notebooks": {
            str(path.relative_to(class_dir)): path.read_bytes()
            for path in (class_dir / "autograded").rglob("*")
            if path.is_file()
        },
    }
