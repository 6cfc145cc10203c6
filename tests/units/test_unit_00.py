"""Unit 00: the walk through an exercise happens as its text tells it."""

import subprocess
import sys

import numpy as np
import pytest

from autograder.unit import COURSE, load_unit
from nand2resnet.check import CheckFailed, check

UNIT = load_unit("00_start_here")


def test_the_mistake_on_purpose_is_one_that_the_check_names():
    told = next(cell.source for cell in UNIT.cells if "make a mistake on purpose" in cell.source)
    body = "    return np.mean(x) ** 2"
    assert body in told
    versions = [
        UNIT.variant_source("mean_square", mistake)
        for mistake in UNIT.exercises["mean_square"].mistakes
        if mistake.name == "square of the mean"
    ]
    assert body in versions[0]
    namespace = UNIT.namespace(mean_square=versions[0])
    with pytest.raises(CheckFailed, match="Which comes first"):
        exec(UNIT.cell("check", "mean_square").source, namespace)


def test_numbers_of_the_text():
    mean_square = UNIT.namespace()["mean_square"]
    assert round(mean_square(np.array([1, 2, 6])), 2) == 13.67
    assert mean_square(np.array([1, 3])) == 5.0
    check(mean_square, np.array([1, 3]), expected=5.0)


@pytest.mark.parametrize(
    ("path", "says"), [([], "make lab"), ([str(COURSE)], "numpy")], ids=["no course", "no numpy"]
)
def test_the_first_cell_helps_where_something_is_missing(path, says):
    cell = next(cell.source for cell in UNIT.cells if cell.is_code)
    script = f"import sys\nsys.path[:0] = {path!r}\n{cell}"
    # -S: without what is installed, the course's own package included
    bare = [sys.executable, "-I", "-S", "-c", script]
    done = subprocess.run(bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert says in done.stdout
    assert "Traceback" not in done.stderr
