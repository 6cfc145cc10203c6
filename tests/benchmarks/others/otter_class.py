"""A class for Otter-Grader: a unit's visible checks as its tests, a command for each submission."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.unit import ROOT, Unit
from autograder.workers.processes import cores
from tests.benchmarks.others.otter import ENVIRONMENT, environment, install

OTTER = str(ENVIRONMENT / "bin" / "otter")
START = "import otter\ngrader = otter.Notebook()"
COMPANION = ("numpy", "matplotlib", "ipywidgets", "anywidget", "tqdm")


def prepare(unit: Unit, class_of: Iterable[tuple[str, bytes]], place: Path) -> list[str | Path]:
    """Write the assignment and the submissions, and return the command that grades them all.

    Otter has no parallel mode without Docker, so that the command starts one process a core.
    """
    install()
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", *COMPANION]
    subprocess.run(pip, check=True, capture_output=True)
    tests = place / "tests"
    tests.mkdir(parents=True)
    for name in unit.exercises:
        (tests / f"{name}.py").write_text(test_of(unit, name))
    (place / "otter_config.json").write_text('{"pdf": false}')
    generate = [OTTER, "generate", "-t", "tests", "-o", "autograder.zip"]
    subprocess.run(generate, cwd=place, env=environment(place), check=True, capture_output=True)
    for student, content in class_of:
        folder = place / "submitted" / student
        folder.mkdir(parents=True)
        path = folder / f"{unit.notebook_name}.ipynb"
        path.write_text(json.dumps(with_otters_checks(json.loads(content), unit)))
    settings = [f"{key}={value}" for key, value in environment(place).items()]
    settings.append(f"PYTHONPATH={ROOT / 'course'}")
    one = shlex.join([OTTER, "run", "--no-logo", "-a", "autograder.zip"])
    grade = f'{one} -o "$(dirname "$1")" "$1" >/dev/null'
    every = f"ls submitted/*/*.ipynb | xargs -n 1 -P {cores()} sh -c {shlex.quote(grade)} sh"
    return ["env", *settings, "sh", "-ec", every]


def test_of(unit: Unit, name: str) -> str:
    """Otter's test of one exercise: the visible check, which raises where it does not pass."""
    source = unit.cell("check", name).source.splitlines()
    lines = [*QUIETLY, *(f"        {line}" for line in source), "visible()"]
    marks = ["..." if line.startswith(" ") else ">>>" for line in lines]
    code = "\n".join(f"{mark} {line}" for mark, line in zip(marks, lines, strict=True))
    case = {"code": f"{code}\n", "hidden": False, "locked": False}
    suite = {"type": "doctest", "scored": True, "setup": "", "teardown": "", "cases": [case]}
    test = {"name": name, "points": unit.exercises[name].max_points, "suites": [suite]}
    return f"OK_FORMAT = True\n\ntest = {test!r}\n"


QUIETLY = (  # a doctest fails where something is printed
    "def visible():",
    "    import contextlib, io",
    "    with contextlib.redirect_stdout(io.StringIO()):",
)


def with_otters_checks(notebook: dict[str, Any], unit: Unit) -> dict[str, Any]:
    """The submission with Otter's call in the place of each check cell."""
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in unit.exercises:
            cell["source"] = f'grader.check("{name}")'
    first = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    first["source"] = f"{START}\n{''.join(first['source'])}"
    return notebook
