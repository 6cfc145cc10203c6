"""When a sandbox is ended nothing of it is alive, whatever it did to stay."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from autograder.sandbox.cgroup import PREFIX, places
from autograder.sandbox.watchdog import descendants
from tests.sandbox.inside import read_until, started

STUBBORN = """
import ctypes, os, signal, time
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


def processes_in(namespace: int) -> list[str]:
    """The living processes of a PID namespace, by the host's view."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
            if (process / "ns/pid").stat().st_ino == namespace and state not in "ZX":
                found.append((process / "comm").read_text().strip())
    return found


def namespace_below(process: int) -> int:
    """The PID namespace that a process's descendants are in."""
    deepest = list(descendants(process))[-1]
    return Path(f"/proc/{deepest}/ns/pid").stat().st_ino


@pytest.mark.parametrize("_", range(3))
def test_nothing_is_alive_afterwards(_, monkeypatch, memory_counted_by):
    with started(STUBBORN, monkeypatch) as running:
        read_until(running, b"alive\nalive\nalive\nalive")
        namespace = namespace_below(running.process.pid)
        assert namespace != Path("/proc/self/ns/pid").stat().st_ino
        assert len(processes_in(namespace)) > 4
        running.kill()
        assert processes_in(namespace) == []


def test_nothing_is_alive_after_the_runner_has_left_by_itself(monkeypatch):
    source = STUBBORN.replace(
        "while True: time.sleep(1)", "time.sleep(1 if os.getpid() == 2 else 60)"
    )
    with started(source, monkeypatch) as running:
        read_until(running, b"alive\nalive\nalive\nalive")
        namespace = namespace_below(running.process.pid)
        os.waitid(os.P_PID, running.process.pid, os.WEXITED | os.WNOWAIT)
        running.kill()
        assert processes_in(namespace) == []


def test_control_groups_are_removed(monkeypatch):
    folders = places()
    if folders is None:
        pytest.skip("this user may not make control groups")
    with started("import time; print('up', flush=True); time.sleep(60)", monkeypatch) as running:
        read_until(running, b"up")
        mine = f"{PREFIX}{os.getpid()}-*"
        assert all(list(folder.glob(mine)) for folder in folders.values())
        running.kill()
        assert not any(list(folder.glob(mine)) for folder in folders.values())


def test_it_dies_with_the_grader(tmp_path):
    """A grader that is killed in the middle leaves no sandbox behind."""
    program = """
    import sys, time
    from autograder.sandbox import Limits, bubblewrap, choose
    from autograder.sandbox.contents import contents_for
    bubblewrap.START = "import os, time; os.write({reports}, b'up'); time.sleep(600)"
    running = choose().launch(contents_for(), Limits())
    import os
    os.read(running.reports, 2)
    print(running.process.pid, flush=True)
    time.sleep(600)
    """
    grader = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True
    )
    assert grader.stdout is not None
    outer = int(grader.stdout.readline())
    namespace = namespace_below(outer)
    assert processes_in(namespace)
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    deadline = time.monotonic() + 30
    while processes_in(namespace) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert processes_in(namespace) == []
