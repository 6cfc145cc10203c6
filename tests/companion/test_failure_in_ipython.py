"""In IPython and in a Jupyter kernel a failing check shows its message, not a traceback."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

import nand2resnet

COURSE = str(Path(nand2resnet.__file__).parents[1])

DEFINITIONS = """\
import numpy as np
from nand2resnet.check import check

def cube(v):
    return v**3

def derivative(f, v, h=1e-5):
    return (f(v + h) - f(v - h)) / h

def project(w, x):
    total = 0.0
    return total + w @ x

def gradient_descent(grad, v0):
    raise NotImplementedError("return the path of the ball")
"""

WRONG_VALUE = """check(cube, 2.0, expected=8.0)
check(
    derivative, cube, 2.0,
    expected=12.0,
)"""

WRONG_VALUE_SHOWN = """derivative(cube, 2.0) is not right yet.
24.0 came; 12.0 was expected. That is 2 times what was expected.

Cell In[2], line 2: check(derivative, cube, 2.0, expected=12.0)"""

ERROR = "check(project, np.ones(3), np.ones(4), expected=0.0)"

STUB = "check(gradient_descent, cube, 1.0, expected=0.0)"

CALLED_ELSEWHERE = """v = 1.0
path = gradient_descent(cube, v)"""

NO_ONE_TO_ASK = "input()"

NOT_A_STUB = [
    "import asyncio\nasyncio.AbstractEventLoop().run_forever()",
    "raise NotImplementedError('by the cell itself')",
]


def without_colours(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.fixture(scope="module")
def outputs():
    """What a real kernel sends for each cell: a list of outputs by cell."""
    sources = (DEFINITIONS, WRONG_VALUE, ERROR, STUB, CALLED_ELSEWHERE, *NOT_A_STUB, NO_ONE_TO_ASK)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    client = nbclient.NotebookClient(notebook, kernel_name="python3", allow_errors=True)
    environment = os.environ | {"PYTHONPATH": COURSE}
    client.execute(env=environment)
    return [cell.outputs for cell in notebook.cells]


def error_of(cell_outputs, name="CheckFailed"):
    (error,) = [output for output in cell_outputs if output.output_type == "error"]
    assert error.ename == name
    return without_colours("\n".join(error.traceback))


def test_a_wrong_value_shows_the_message_and_the_failing_call(outputs):
    assert outputs[1][0].text == "✓ cube(2.0): 8.0\n"
    assert error_of(outputs[1]) == WRONG_VALUE_SHOWN


def test_an_error_of_the_learners_shows_the_line_of_their_cell(outputs):
    shown = error_of(outputs[2]).splitlines()
    assert shown[0] == (
        "project(array([1.0, 1.0, 1.0]), array([1.0, 1.0, 1.0, 1.0])) stopped with an error."
    )
    assert shown[1].startswith("ValueError: matmul")
    assert shown[2] == "  Cell In[1], line 12, in project: return total + w @ x"
    assert shown[3].startswith("Each row of what stands on the left")
    assert shown[4:] == [
        "",
        f"Cell In[3], line 1: {ERROR}",
    ]


def test_a_stub_shows_its_own_message(outputs):
    assert error_of(outputs[3]) == (
        "`gradient_descent` is not written yet.\nreturn the path of the ball\n\n"
        f"Cell In[4], line 1: {STUB}"
    )


def test_an_unwritten_function_called_by_any_other_cell_is_named_without_a_traceback(outputs):
    assert error_of(outputs[4], "NotImplementedError") == (
        "`gradient_descent` is not written yet.\n"
        "Write it above, run its cell, then run this one again.\n\n"
        "Cell In[5], line 2: path = gradient_descent(cube, v)"
    )


@pytest.mark.parametrize("cell", [5, 6])
def test_what_is_no_unwritten_function_keeps_its_traceback(outputs, cell):
    shown = error_of(outputs[cell], "NotImplementedError")
    assert "Traceback (most recent call last)" in shown
    assert "is not written yet" not in shown


def test_a_question_that_nobody_can_answer_is_no_unwritten_function(outputs):
    shown = error_of(outputs[7], "StdinNotImplementedError")
    assert "is not written yet" not in shown


def test_ipython_in_a_terminal_shows_the_same(tmp_path):
    (tmp_path / "work.ipy").write_text(f"{DEFINITIONS}\n{WRONG_VALUE}", encoding="utf-8")
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=nocolor", "work.ipy"]
    environment = os.environ | {"PYTHONPATH": COURSE, "IPYTHONDIR": str(tmp_path)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", timeout=120
    )
    shown = without_colours(done.stdout + done.stderr)
    assert "24.0 came; 12.0 was expected. That is 2 times what was expected." in shown
    assert "check(derivative, cube, 2.0, expected=12.0)" in shown
    assert "Traceback" not in shown
    assert "nand2resnet" not in shown
