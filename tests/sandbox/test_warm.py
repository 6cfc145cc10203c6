"""A forked runner does what one started anew does, and leaves nothing to the next."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder import grading
from autograder.execution import execute
from autograder.grading import grade_submission
from autograder.job import Execution, Job, JobCell
from autograder.sandbox import Backend, Limits, warm
from autograder.sandbox.bubblewrap import Bubblewrap
from autograder.sandbox.contents import contents_for
from autograder.sandbox.warm import WarmBubblewrap
from autograder.unit import load_unit, unit_names
from tests.grading.handed_in import solved
from tests.sandbox.forked import trouble

QUICK = Limits(cell=12.0, case=1.0, wall=60.0)
ADDRESS = re.compile(r"0x[0-9a-f]{6,}")
CELLS = [
    "x = 1\nprint('hello', x)\nx",
    "import sys; print('warned', file=sys.stderr)",
    "import asyncio\nawait asyncio.sleep(0)\ny = 2",
    "print(x + y, _, Out, len(In))",
    "get_ipython().execution_count",
    "1 / 0",
    "import warnings; warnings.warn('careful')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "fig, ax = plt.subplots(); ax.set_title('a title'); print(fig.canvas)",
    "plt.figure(); plt.imshow([[1, 2], [3, 4]]); plt.show(); print('after')",
    "import matplotlib; print(matplotlib.rcParams)",
    "from IPython.display import *; display(HTML('<b>bold</b>'))",
    "h = display('first', display_id=True)\nh.update('second')",
    "print('gone'); clear_output(); print('kept')",
    "import os; os.system('echo from a program')",
    "!ls -A /tmp /tmp/*",
    "%%capture caught\nprint('hidden')",
    "print(caught.stdout)",
    "%who",
    "%timeit_but_there_is_none",
    "input()",
    "import sys; sys.exit()",
    "def broken(:",
    "import ipywidgets\nipywidgets.IntSlider()",
    "@ipywidgets.interact(a=(0, 3))\ndef show(a=1):\n    print('shown', a)",
    "from nand2resnet.check import check\nimport nand2resnet; print(sorted(vars(nand2resnet)))",
    "check(abs, -2, expected=3)",
    "import resource as r; print([r.getrlimit(k) for k in range(16)])",
    "print(os.getuid(), os.getgid(), os.getgroups(), os.getpid(), os.getppid(), os.getcwd())",
    "print(sorted(os.environ.items()), os.uname().nodename)",
    "print(sys.argv, sys.path, sys.flags, sys.executable, sys.stdin, sys.getrecursionlimit())",
    "print(sorted(os.listdir('/proc')), sorted(os.listdir('/dev')), sorted(os.listdir('/')))",
    "print([os.statvfs(p).f_blocks for p in ('/tmp', '/dev/shm')])",
    "print(open('/proc/self/status').read())",
    "import signal; print({s: signal.getsignal(s) for s in signal.valid_signals()})",
    "import threading; print([thread.name for thread in threading.enumerate()])",
    "import gc; print(gc.isenabled(), gc.get_threshold())",
    "import torch",
    "import autograder",
    "import numpy as np\nnp.show_config(); print(np.geterr(), np.get_printoptions())",
    "import builtins; print(sorted(dir(builtins)), sorted(globals()))",
    "open('/tmp/file', 'w').write('x' * 100_000_000)",
    "np.zeros(1 << 30)",
    "import socket; socket.create_connection(('127.0.0.1', 9), 1)",
    "def endless():\n    return endless()\nendless()",
    "while True:\n    pass",
]  # fmt: skip


def run(backend: Backend, *sources: str) -> Execution:
    cells = tuple(JobCell(place, textwrap.dedent(text)) for place, text in enumerate(sources))
    return execute(Job(cells, {}, ""), backend, contents_for(), QUICK)


def told(execution: Execution, cell: int = 0) -> str:
    """The outputs of a cell, without where things lie in memory and how deep the runner calls."""
    text = ADDRESS.sub("0x...", json.dumps(execution.outputs[cell], indent=1))
    return re.sub(r"\d{3} times|\d\d:\d\d", "...", text)


@pytest.fixture(scope="module")
def cold() -> Bubblewrap:
    if (reason := trouble()) is not None:
        pytest.skip(f"nothing can be forked here: {reason}")
    return Bubblewrap()


@pytest.fixture(scope="module")
def forked(cold) -> Iterator[WarmBubblewrap]:
    backend = WarmBubblewrap()
    yield backend
    backend.end()


@pytest.fixture(scope="module")
def both(cold, forked) -> tuple[Execution, Execution]:
    return run(cold, *CELLS), run(forked, *CELLS)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cell", range(len(CELLS)), ids=CELLS)
def test_every_kind_of_cell_shows_the_same(both, cell):
    started, forked = both
    assert told(forked, cell) == told(started, cell)


@pytest.mark.parametrize("name", unit_names())
def test_every_unit_gets_the_same_verdict_and_outputs(cold, forked, name, monkeypatch):
    unit = load_unit(name)

    def graded(backend: Backend) -> tuple[list, list]:
        monkeypatch.setattr(grading, "choose", lambda *_, **__: backend)
        done = grade_submission(name, "alice", json.dumps(solved(unit)).encode(), "seed")
        entries = [entry | {"seconds": None} for entry in done.verdict.as_json()]
        outputs = [output for cell in done.notebook.cells for output in cell.get("outputs", [])]
        # Not their text: some show how long something took.
        kinds = [(output.output_type, sorted(output.get("data", {}))) for output in outputs]
        return entries, kinds

    assert graded(forked) == graded(cold)


@pytest.mark.filterwarnings("error")
def test_nothing_of_one_submission_reaches_the_next(forked):
    spoil = """
        import builtins, os, sys, numpy as np, nand2resnet.check
        from IPython import get_ipython
        builtins.spoiled = np.spoiled = nand2resnet.check.spoiled = sys.spoiled = True
        np.sum = None
        os.environ["SPOILED"] = "yes"
        get_ipython().spoiled = True
        for place in ("/tmp", "/dev/shm"):
            open(f"{place}/spoiled", "w").close()
        if os.fork() == 0:
            __import__("time").sleep(1000)
    """
    look = """
        import builtins, os, sys, numpy as np, nand2resnet.check
        things = (builtins, np, nand2resnet.check, sys, get_ipython())
        print([hasattr(thing, "spoiled") for thing in things], np.sum is None)
        print("SPOILED" in os.environ)
        print([os.path.exists(f"{place}/spoiled") for place in ("/tmp", "/dev/shm")])
    """
    run(forked, spoil)
    text = told(run(forked, look))
    assert "False" in text
    assert "True" not in text


@pytest.mark.filterwarnings("error")
def test_unseeded_numbers_differ_from_one_submission_to_the_next(forked):
    draw = """
        import random, numpy as np
        print(random.random(), np.random.rand(), np.random.default_rng().random())
    """
    texts = [told(run(forked, draw)) for _ in range(2)]
    numbers = [set(re.findall(r"0\.\d+", text)) for text in texts]
    assert [len(drawn) for drawn in numbers] == [3, 3]
    assert not numbers[0] & numbers[1]


@pytest.mark.filterwarnings("error")
def test_a_server_that_was_killed_is_started_again(cold):
    backend = WarmBubblewrap()
    run(backend, "1")
    (server,) = backend._servers.values()
    os.killpg(server.process.pid, signal.SIGKILL)
    server.process.wait()
    assert "42" in told(run(backend, "42"))
    (again,) = backend._servers.values()
    assert again is not server
    backend.end()


def test_what_cannot_start_warm_starts_cold_with_a_notice(cold, monkeypatch):
    monkeypatch.setattr(warm, "START", "import sys; sys.exit({control})")
    with pytest.warns(RuntimeWarning, match="slower: the server has ended"):
        execution = run(WarmBubblewrap(), "42")
    assert "42" in told(execution)


def test_a_server_that_cannot_fork_says_why_and_the_start_is_cold(cold, monkeypatch):
    refuse = (
        "import os\n"
        "from autograder.runner import server\n"
        "def fails(): raise OSError('the kernel said no')\n"
        "server.enter_namespaces = fails\n"
    )
    begin, call = warm.START.rsplit("; ", 1)
    start = "\n".join([*begin.split("; "), refuse, call])
    monkeypatch.setattr(warm, "START", start)
    with pytest.warns(RuntimeWarning, match="failed: the kernel said no"):
        execution = run(WarmBubblewrap(), "42")
    assert "42" in told(execution)


def test_server_and_fork_die_with_the_grader(cold):
    program = """
        import time
        from autograder.sandbox import Limits
        from autograder.sandbox.contents import contents_for
        from autograder.sandbox.warm import WarmBubblewrap
        backend = WarmBubblewrap()
        running = backend.launch(contents_for(), Limits())
        (server,) = backend._servers.values()
        print(running.pid, server.process.pid, flush=True)
        time.sleep(1000)
    """
    grader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    try:
        processes = list(map(int, grader.stdout.readline().split()))
        assert len(processes) == 2
    finally:
        grader.kill()
        grader.wait()
    deadline = time.monotonic() + 20
    while any(Path("/proc", str(process)).exists() for process in processes):
        assert time.monotonic() < deadline, "a process of the sandbox outlived the grader"
        time.sleep(0.05)


def test_a_fork_that_cannot_be_limited_never_begins_and_the_start_is_cold(cold, monkeypatch):
    class Refusing:
        def enter(self, _process):
            raise PermissionError("the group takes nobody")

        def ran_out_of_memory(self):
            return False

        def remove(self):
            pass

    monkeypatch.setattr(warm, "make_group", lambda _: Refusing())
    backend = WarmBubblewrap()
    with pytest.warns(RuntimeWarning, match="the group takes nobody"):
        execution = run(backend, "42")
    assert "42" in told(execution)
    backend.end()


def test_an_expected_server_is_the_one_that_forks():
    if (reason := trouble()) is not None:
        pytest.skip(f"nothing can be forked here: {reason}")
    backend = WarmBubblewrap()
    backend.expect(contents_for())
    (server,) = backend._servers.values()
    running = backend.launch(contents_for(), Limits())
    assert running.process is server.process
    running.kill()
    backend.end()
