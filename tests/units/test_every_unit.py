"""What every notebook owes its learners, whatever it is about."""

import ast
import doctest
import inspect
import os
import re
import subprocess
import sys

import nbclient
import nbformat
import numpy as np
import pytest

from autograder.build.stubs import source_of
from autograder.simulate import exercise_of
from autograder.unit import COURSE, load_unit, split_solutions, unit_names

HEAVY = {"torch", "scipy", "sklearn", "pandas", "autograder", "nbgrader", "anywidget", "ipywidgets"}
LONGEST_CODE = 15
LONGEST_STUB = 32
HINTS = ["Hint 1, a nudge", "Hint 2, a pointer", "Hint 3, a worked neighbour"]


@pytest.fixture(scope="module", params=unit_names())
def unit(request):
    return load_unit(request.param)


def text_before(unit, cell):
    """The prose right above a cell."""
    return unit.cells[unit.cells.index(cell) - 1].source


def test_each_exercise_has_a_heading_and_a_ladder_of_three_hints(unit):
    for cell in unit.cells:
        if cell.role == "exercise":
            text = text_before(unit, cell)
            assert f"### Exercise: `{cell.name}`" in text
            assert re.findall(r"<summary>(.*?)</summary>", text) == HINTS
            # Each inside the one before, so that it can be opened only after that one.
            nested = re.findall(r"</?details>", text)
            assert nested == ["<details>"] * len(HINTS) + ["</details>"] * len(HINTS)


def test_each_stub_tells_what_goes_in_what_comes_out_and_one_example(unit):
    for cell in unit.cells:
        if cell.role == "exercise":
            stub = next(
                node
                for node in ast.parse(cell.source).body
                if isinstance(node, ast.FunctionDef | ast.ClassDef)
            )
            documented = ast.get_docstring(stub)
            returns = ["Returns\n---"] if isinstance(stub, ast.FunctionDef) else []
            for part in ("Parameters\n---", *returns, "Example\n---", ">>> "):
                assert part in documented, f"{cell.name} lacks {part!r}"
            for argument in arguments_of(stub):
                assert re.search(rf"^{argument} : ", documented, re.MULTILINE), argument


def test_the_examples_in_the_docstrings_are_true(unit):
    for name in unit.exercises:
        namespace = unit.namespace()
        examples = doctest.DocTestParser().get_examples(inspect.getdoc(namespace[name]))
        for example in examples:
            if example.want:
                came = eval(example.source, namespace)
                assert_same(came, eval(example.want, {"array": np.array}))
            else:
                exec(example.source, namespace)
        assert any(example.want for example in examples), name


def assert_same(came, expected):
    if isinstance(expected, dict):
        assert came.keys() == expected.keys()
        came, expected = list(came.values()), list(expected.values())
    if isinstance(expected, tuple | list):
        for part, wanted in zip(came, expected, strict=True):
            assert_same(part, wanted)
        return
    assert np.shape(came) == np.shape(expected)
    assert np.allclose(came, expected, rtol=1e-6)


def arguments_of(stub):
    """What a function takes, or what a class is made with."""
    if isinstance(stub, ast.FunctionDef):
        return [argument.arg for argument in stub.args.args]
    made = next(node for node in stub.body if getattr(node, "name", "") == "__init__")
    return arguments_of(made)[1:]


def test_code_cells_are_short(unit):
    for cell in unit.cells:
        if cell.is_code:
            stub = "".join(split_solutions(cell.source)[::2])
            limit = LONGEST_STUB if cell.role == "exercise" else LONGEST_CODE
            code = [line for line in stub.splitlines() if line.strip()]
            assert len(code) <= limit, f"line {cell.line}: {len(code)} lines of code"


def test_a_prediction_is_asked_before_each_figure(unit):
    """From one figure to the next there is something to predict, or the figure answers one."""
    asked = 0
    for cell in unit.cells:
        if cell.role == "prose":
            asked += len(re.findall(r"\bPredict", cell.source))
    figures = [cell for cell in unit.cells if cell.role == "demo"]
    assert asked >= len(figures) - 1, f"{asked} predictions for {len(figures)} figures"


def test_the_notebook_opens_with_goals_and_closes_with_what_was_learnt(unit):
    opening, closing = unit.cells[0].source, unit.cells[-1].source
    assert re.search(r"\*\d+ minutes, \d+ points\b", opening)
    assert "## What we learnt, where next" in closing
    minutes, points = map(int, re.search(r"\*(\d+) minutes, (\d+) points", opening).groups())
    assert points == unit.max_points
    parts = [int(found) for found in re.findall(r"^\| \d+ \|.*\| (\d+) \|$", opening, re.MULTILINE)]
    assert not parts or sum(parts) == minutes


def test_each_exercise_has_mistakes_with_hints_and_other_right_answers(unit):
    for name, exercise in unit.exercises.items():
        assert len(exercise.mistakes) >= 3, name
        assert len(exercise.alternatives) >= 2, name
        for mistake in exercise.mistakes:
            assert "?" in mistake.hint or mistake.hint.endswith("."), mistake.name
            reference = unit.reference_source(name).partition('"""')[2].rpartition('"""')[2]
            for line in reference.strip().splitlines():
                given_away = len(line.strip()) > 15 and line.strip() in mistake.hint
                assert not given_away, f"{mistake.name}: the hint holds {line.strip()!r}"


def test_from_01_on_a_unit_is_worth_20_points(unit):
    if not unit.name.startswith("00"):
        assert unit.max_points == 20


def executed(unit, folder, versions):
    """Every cell of the released notebook run by a real kernel, these exercises written into it."""
    notebook = nbformat.read(unit.release, as_version=4)
    for cell in notebook.cells:
        cell.source = versions.get(exercise_of(cell), source_of(cell))
    nbclient.NotebookClient(
        notebook, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute(env=os.environ | {"PYTHONPATH": str(COURSE)})
    return notebook


def errors_of(notebook):
    """What a learner reads instead of a result, without colours, and the cell it stands below."""
    return [
        (re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(output.traceback)), cell.source)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]


def unwritten_names(unit):
    """What the learner is to write: functions, classes and their methods."""
    stubs = [
        node
        for name in unit.exercises
        for node in ast.parse(unit.cell("exercise", name).source).body
    ]
    methods = [node for stub in stubs if isinstance(stub, ast.ClassDef) for node in stub.body]
    kinds = ast.FunctionDef | ast.ClassDef
    return {node.name for node in stubs + methods if isinstance(node, kinds)}


def test_whoever_runs_cell_by_cell_reads_which_function_is_missing(unit, tmp_path):
    told = errors_of(executed(unit, tmp_path, {}))
    assert len(told) >= len(unit.exercises)
    waiting = ""
    for message, source in told:
        lost = re.search(r"^NameError: name '(\w+)' is not defined", message, re.MULTILINE)
        expected_to_be_lost = lost and re.search(rf"\b{lost[1]}\b", waiting)
        waiting += source
        if expected_to_be_lost:
            continue  # a cell further up would have defined it, and has said what it lacks
        assert "Traceback" not in message
        named = re.search(r"`(\w+)`,? (?:which )?is not written yet", message)
        assert named, message
        assert named[1] in unwritten_names(unit), message


def test_solved_it_runs_from_top_to_bottom(unit, tmp_path):
    solved = {name: unit.reference_source(name) for name in unit.exercises}
    assert errors_of(executed(unit, tmp_path, solved)) == []


def test_the_first_setup_cell_loads_nothing_heavy(unit):
    """The time to the first result is measured by a benchmark; this is what it hangs on."""
    first = next(cell.source for cell in unit.cells if cell.role == "setup")
    ask = "import sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    environment = os.environ | {"PYTHONPATH": str(COURSE)}
    done = subprocess.run(
        [sys.executable, "-c", f"{first}\n{ask}"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not HEAVY & set(done.stdout.split())
