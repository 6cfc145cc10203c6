"""A stock nbgrader in this repository releases the notebook, and nothing that stands beside it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

BESIDE = [
    "toy.py", "exercises.py", "probes.py", "audit.json", "settings.toml", "notes.md", "answers.npz",
    ".hidden", "__pycache__/exercises.cpython-311.pyc", "audits/toy.json",
]  # fmt: skip
REFERENCE = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION
'''
SOLUTION_CELL = {
    "schema_version": 3, "grade_id": "double",
    "grade": False, "solution": True, "locked": False, "task": False,
}  # fmt: skip
# What the formgrader's button does: the same configuration, without the application's scope.
AS_THE_FORMGRADER = """
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
app = NbGrader()
app.load_config_file()
api = NbGraderAPI(CourseDirectory(config=app.config), config=app.config)
result = api.generate_assignment("toy")
assert result["success"], result
"""


WHAT_THE_EXCHANGE_SKIPS = """
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import ignore_patterns
app = NbGrader()
app.load_config_file()
skip = ignore_patterns(exclude=CourseDirectory(config=app.config).ignore)
skipped = skip(".", ["timestamp.txt", "toy.ipynb", "exercises.py"])
assert skipped == ["exercises.py"], skipped
"""


@pytest.fixture
def course(repository, tmp_path):
    """A course of one toy unit, with all that may stand beside its notebook."""
    shutil.copy(repository / "nbgrader_config.py", tmp_path)
    unit = tmp_path / "solutions" / "toy"
    for name in BESIDE:
        (unit / name).parent.mkdir(parents=True, exist_ok=True)
        (unit / name).write_text("the answer")
    grading = {
        "schema_version": 3,
        "grade": False,
        "solution": True,
        "locked": False,
        "task": False,
    }
    cell = new_code_cell(REFERENCE, metadata={"nbgrader": grading | {"grade_id": "double"}})
    nbformat.write(new_notebook(cells=[cell]), unit / "toy.ipynb")
    return tmp_path


def run(course, *command):
    programs = Path(sys.executable).parent
    variables = os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=course, env=variables, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def released(course):
    return sorted(
        str(path.relative_to(course / "course"))
        for path in (course / "course").rglob("*")
        if path.is_file()
    )


def test_generate_assignment_releases_the_notebook_alone(course):
    run(course, "nbgrader", "generate_assignment", "toy")
    assert released(course) == ["toy/toy.ipynb"]
    (cell,) = json.loads((course / "course/toy/toy.ipynb").read_text())["cells"]
    source = "".join(cell["source"])
    assert "return 2 * x" not in source
    assert 'raise NotImplementedError("Write your code here, in place of this line.")' in source
    assert (course / "gradebook.db").exists()


def test_the_formgraders_button_releases_the_notebook_alone(course):
    run(course, sys.executable, "-c", AS_THE_FORMGRADER)
    assert released(course) == ["toy/toy.ipynb"]


def test_a_submissions_timestamp_is_not_ignored(course):
    """Late penalties hang on it, and the exchange skips what the configuration ignores."""
    run(course, sys.executable, "-c", WHAT_THE_EXCHANGE_SKIPS)
