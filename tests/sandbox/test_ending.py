"""When a sandbox is ended nothing of it is alive, whatever it did to stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from autograder.sandbox.cgroup import PREFIX, places
from autograder.unit import ROOT
from tests.sandbox.inside import held_namespace, namespace_inside, processes_in, read_until

STUBBORN = """
import ctypes, os, signal, time
runner = os.getpid()
for number in range(1, 65):
    try: signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError): pass
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(0)
            break
        os._exit(0)
print("alive", flush=True)
while True: time.sleep(1)
"""


@pytest.mark.parametrize("_", range(3))
def test_nothing_is_alive_afterwards(_, counting_sandbox):
    with counting_sandbox.started(STUBBORN) as running:
        read_until(running, b"alive\nalive\nalive\nalive")
        namespace = namespace_inside(running)
        assert len(processes_in(namespace)) > 4
        running.kill()
        assert processes_in(namespace) == []


def test_nothing_is_alive_after_the_runner_has_left_by_itself(sandbox):
    source = STUBBORN.replace(
        "while True: time.sleep(1)", "time.sleep(1 if os.getpid() == runner else 60)"
    )
    with sandbox.started(source) as running:
        read_until(running, b"alive\nalive\nalive\nalive")
        namespace = namespace_inside(running)
        while os.read(running.reports, 1 << 16):
            pass
        running.kill()
        assert processes_in(namespace) == []


def test_control_groups_are_removed(bubblewrapped):
    folders = places()
    if folders is None:
        pytest.skip("this user may not make control groups")
    with bubblewrapped.started("import time; print('up'); time.sleep(60)") as running:
        read_until(running, b"up")
        mine = f"{PREFIX}{os.getpid()}-*"
        assert all(list(folder.glob(mine)) for folder in folders.values())
        running.kill()
        assert not any(list(folder.glob(mine)) for folder in folders.values())


@pytest.mark.parametrize("kind", ["bubblewrapped", "contained"])  # a fork's end: test_warm
def test_it_dies_with_the_grader(kind, request):
    """A grader that is killed in the middle leaves no sandbox behind."""
    sandbox = request.getfixturevalue(kind)
    program = f"""
    import os, time
    from autograder.sandbox import Limits, bubblewrap, choose
    from autograder.sandbox.contents import contents_for
    from tests.sandbox.inside import namespace_inside
    bubblewrap.START = "import os, time; os.write({{reports}}, b'up'); time.sleep(600)"
    running = choose({sandbox.backend.name!r}).launch(contents_for(), Limits())
    os.read(running.reports, 2)
    print(namespace_inside(running), flush=True)
    time.sleep(600)
    """
    grader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert grader.stdout is not None
    namespace = int(grader.stdout.readline())
    held_namespace(processes_in(namespace)[0])
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    deadline = time.monotonic() + 30
    while processes_in(namespace) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_in(namespace) == []
