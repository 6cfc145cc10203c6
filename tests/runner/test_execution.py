"""Cells in a real sandbox: outputs as a notebook has them, and trouble that stays where it is."""

from __future__ import annotations

import textwrap
from dataclasses import replace

import pytest

from autograder.execution import execute
from autograder.job import Execution, Job, JobCell, PackedCase, PackedExercise
from autograder.receiving import LARGEST_OUTPUTS
from autograder.runner.frames import pack
from autograder.sandbox import Limits, choose
from autograder.sandbox.bubblewrap import ENVIRONMENT
from autograder.sandbox.contents import contents_for

QUICK = Limits(cell=3.0, case=1.0, wall=60.0)


def run(*sources: str, limits: Limits = QUICK, **exercises: PackedExercise) -> Execution:
    """Run cells; a source that is the name of an exercise is its grade cell.

    Cells that begin with a function are needed, as solution cells are.
    """
    cells = tuple(
        JobCell(number, "", source)
        if source in exercises
        else JobCell(number, textwrap.dedent(source), needed=source.strip().startswith("def "))
        for number, source in enumerate(sources)
    )
    return execute(Job(cells, exercises, ""), choose(), contents_for(), limits)


def calls(name: str, *inputs: dict[str, object], check: str = "") -> PackedExercise:
    """An exercise that is called with these inputs."""
    return PackedExercise((name,), check, {}, tuple(PackedCase(None, pack(one)) for one in inputs))


def text_of(execution: Execution, cell: int) -> str:
    return "".join(output.get("text", "") for output in execution.outputs[cell])


@pytest.fixture(scope="module")
def ordinary() -> Execution:
    return run(
        "x = 1\nprint('hello', x)\nx",  # 0
        "import sys; print('warned', file=sys.stderr)",  # 1
        "import asyncio\nawait asyncio.sleep(0)\ny = 2",  # 2
        "print(x + y)",  # 3
        "1 / 0",  # 4
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",  # 5
        "from IPython.display import *; display(HTML('<b>bold</b>'))",  # 6
        "h = display('first', display_id=True)\nh.update('second')",  # 7
        "print('gone'); clear_output(); print('kept')",  # 8
        "import os; os.system('echo from a program')",  # 9
        "input()",  # 10
        "import sys; sys.exit()",  # 11
        "def broken(:",  # 12
        "import ipywidgets\nipywidgets.IntSlider()",  # 13
        "get_ipython().run_line_magic('time', '1')",  # 14
        "print('x' * 10_000_000)",  # 15
        "!echo shell",  # 16
    )


def test_outputs_are_those_of_a_notebook(ordinary: Execution) -> None:
    assert ordinary.stopped is None
    stream, result = ordinary.outputs[0]
    assert stream == {"output_type": "stream", "name": "stdout", "text": "hello 1\n"}
    assert result["output_type"] == "execute_result"
    assert result["data"] == {"text/plain": "1"}
    assert ordinary.outputs[1][0]["name"] == "stderr"
    assert text_of(ordinary, 3) == "3\n"
    assert ordinary.outputs[6][0]["data"]["text/html"] == "<b>bold</b>"
    assert [output["data"]["text/plain"] for output in ordinary.outputs[7]] == ["'second'"]
    assert text_of(ordinary, 8) == "kept\n"
    assert "from a program" in text_of(ordinary, 9)
    assert "shell" in text_of(ordinary, 16)


def test_a_figure_comes_as_one_picture(ordinary: Execution) -> None:
    pictures = [o for o in ordinary.outputs[5] if "image/png" in o.get("data", {})]
    assert len(pictures) == 1
    assert not any("image/png" in o.get("data", {}) for o in ordinary.outputs[6])


@pytest.mark.parametrize(
    ("cell", "name"),
    [(4, "ZeroDivisionError"), (10, "StdinNotImplementedError"), (12, "SyntaxError")],
)
def test_errors_are_outputs(ordinary: Execution, cell: int, name: str) -> None:
    assert [o["ename"] for o in ordinary.outputs[cell] if o["output_type"] == "error"] == [name]


def test_long_output_is_cut(ordinary: Execution) -> None:
    assert len(text_of(ordinary, 15)) < 200_000
    assert "was cut" in text_of(ordinary, 15)


def test_an_endless_cell_costs_only_itself() -> None:
    execution = run("x = 1", "while True: pass", "print(x)")
    assert execution.outputs[1][0]["ename"] == "TimeLimit"
    assert text_of(execution, 2) == "1\n"


def test_a_cell_that_cannot_be_interrupted_is_left_out() -> None:
    stubborn = """
    import signal
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True: pass
    """
    execution = run("x = 1", stubborn, "print(x)", limits=replace(QUICK, cell=1.0))
    assert "killed" in execution.notes[1]
    assert text_of(execution, 2) == "1\n"


def test_a_cell_that_ends_the_process_is_left_out() -> None:
    execution = run("x = 1", "import os; os._exit(3)", "print(x)")
    assert list(execution.notes) == [1]
    assert text_of(execution, 2) == "1\n"


def test_an_exercise_that_dies_leaves_the_others_their_marks() -> None:
    source = """
    def dies(n):
        import os
        if n == 2:
            os._exit(0)
        return n
    def lives(n):
        return n
    """
    inputs = [{"n": n} for n in (1, 2, 3)]
    execution = run(
        source, "dies", "lives", dies=calls("dies", *inputs), lives=calls("lives", *inputs)
    )
    dies = execution.observed["dies"].cases
    assert [dies[0].value, dies[2].value] == [1, 3]
    assert dies[1].error is not None
    assert dies[1].error.type == "Died"
    assert [execution.observed["lives"].cases[n].value for n in range(3)] == [1, 2, 3]


def test_an_exercise_changes_nothing_for_the_next() -> None:
    source = """
    import numpy as np
    def vandal(n):
        np.mean = lambda x: 42
        globals()["honest"] = lambda n: 0
        return n
    def honest(n):
        return float(np.mean(n))
    """
    execution = run(
        source,
        "vandal",
        "honest",
        vandal=calls("vandal", {"n": 1}),
        honest=calls("honest", {"n": 5}),
    )
    assert execution.observed["honest"].cases[0].value == 5.0


def test_an_endless_exercise_is_not_waited_for_case_after_case() -> None:
    execution = run(
        "def f(n):\n    while True: pass",
        "f",
        f=calls("f", *[{"n": n} for n in range(30)]),
        limits=replace(QUICK, wall=30.0),
    )
    assert execution.stopped is None
    errors = [observation.error for observation in execution.observed["f"].cases.values()]
    assert [error.type for error in errors if error] == ["TimeLimit"] * 30


def test_babble_on_the_pipe_ends_the_run_not_the_grader() -> None:
    babble = """
    import os
    for descriptor in range(3, 64):
        try: os.write(descriptor, b"x" * 4096)
        except OSError: pass
    """
    execution = run("print('before')", babble, "print('after')")
    assert text_of(execution, 0) == "before\n"
    assert 1 in execution.notes


def test_nothing_of_the_host_is_inside() -> None:
    execution = run(
        """
        import os, socket
        print(sorted(os.listdir('/')), os.getuid() != 0)
        """,
        "print(*os.environ)",
        "socket.create_connection(('127.0.0.1', 22), 1)",
        "open('/usr/written', 'w')",
        "import nbgrader",
    )
    listing = text_of(execution, 0)
    assert "['bin', 'dev', 'etc', 'grader', 'lib', 'lib64', 'proc', 'tmp', 'usr'] True" in listing
    allowed = {*ENVIRONMENT, "PWD", "COLUMNS", "LINES"}
    assert set(text_of(execution, 1).split()) <= allowed
    names = [execution.outputs[cell][0]["ename"] for cell in (2, 3, 4)]
    assert names[0] in ("OSError", "ConnectionRefusedError")
    assert names[1] in ("OSError", "PermissionError")
    assert names[2] == "ModuleNotFoundError"


def test_exercises_are_graded_whatever_other_cells_leave_running() -> None:
    """Threads that never end use up what a process may have, so that no probe can be started."""
    greedy = """
    import threading
    waiting = threading.Event()
    try:
        while True:
            threading.Thread(target=waiting.wait, daemon=True).start()
    except RuntimeError:
        pass
    """
    names = ["first", "second", "third", "fourth", "fifth"]
    solutions = [f"def {name}(n):\n    return n" for name in names]
    exercises = {name: calls(name, {"n": 1}) for name in names}
    execution = run(greedy, *solutions, *names, **exercises)
    assert execution.stopped is None
    assert execution.bare
    assert [execution.observed[name].cases[0].value for name in names] == [1] * 5


def test_a_lie_about_who_brought_the_runner_down_costs_nobody_anything() -> None:
    liar = """
    import os, struct
    report = b'{"!":"dict","items":[["kind","cell"],["index",1]]}'
    for descriptor in range(3, 64):
        try: os.write(descriptor, struct.pack(">IQ", len(report), 0) + report + b"x" * 4096)
        except OSError: pass
    """
    execution = run(
        liar, "def honest(n):\n    return n", "honest", honest=calls("honest", {"n": 1})
    )
    assert execution.stopped is None
    assert execution.observed["honest"].cases[0].value == 1
    assert 1 not in execution.notes


def test_reports_are_about_what_was_asked_for() -> None:
    """A report of a cell that is not in the job, or of no known kind, ends the run."""
    forger = """
    import os, struct
    report = b'{"!":"dict","items":[["kind","outputs"],["index",70],["outputs",[]]]}'
    for descriptor in range(3, 64):
        try: os.write(descriptor, struct.pack(">IQ", len(report), 0) + report)
        except OSError: pass
    """
    execution = run(forger, "print('after')")
    assert execution.outputs.keys() == {1}
    assert "names no cell" in execution.notes[0]


def test_messages_cannot_write_to_a_terminal() -> None:
    execution = run("raise ValueError('\\x1b]0;title\\x07\\ud800 red: \\x1b[31m')")
    assert execution.outputs[0][0]["evalue"] == "\ufffd red: "


def test_what_a_notebook_shows_is_bounded() -> None:
    picture = """
    from IPython.display import HTML, display
    for _ in range(3):
        display(HTML("x" * 1_200_000))
    """
    execution = run(*[picture] * 8)
    shown = sum(
        len(output.get("data", {}).get("text/html", ""))
        for outputs in execution.outputs.values()
        for output in outputs
    )
    assert 8 << 20 < shown <= LARGEST_OUTPUTS
    assert "left out" in text_of(execution, 7)
