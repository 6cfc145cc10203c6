"""A command's time: by the clock, and of all processors together, with everything it starts."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ACCOUNTS: Final = Path("/sys/fs/cgroup/cpuacct")
PROGRAMS: Final = Path(sys.executable).parent


@dataclass(frozen=True)
class Took:
    """Seconds of a command; those of the processors are None where nobody counts them.

    ``first`` is when it wrote its first line to stderr, which is where progress is told;
    ``memory`` the most bytes that it, or one process that it waited for, has held.
    """

    wall: float
    cpu: float | None
    first: float
    memory: int


def run(command: list[str | Path], place: Path) -> Took:
    """Run a command, which must go well."""
    # nbgrader calls alembic by its bare name.
    environment = os.environ | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    account = _open_account()
    begun = time.perf_counter()
    program = subprocess.Popen(
        command,
        cwd=place,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=None if account is None else lambda: _enter(account),
    )
    assert program.stderr is not None
    said = [program.stderr.readline()]
    first = time.perf_counter() - begun
    said += program.stderr.readlines()
    _, status, usage = os.wait4(program.pid, 0)
    wall = time.perf_counter() - begun
    program.returncode = os.waitstatus_to_exitcode(status)
    if program.returncode != 0:
        text = b"".join(said).decode(errors="replace")[-2000:]
        raise RuntimeError(f"{command} ended with {program.returncode}: {text}")
    cpu = None if account is None else _close(account)
    return Took(wall, cpu, first, usage.ru_maxrss << 10)


def _open_account() -> Path | None:
    """A control group that counts seconds (version 1), where this user may make one."""
    account = ACCOUNTS / f"n2r-benchmark-{os.getpid()}-{time.monotonic_ns()}"
    try:
        account.mkdir()
    except OSError:
        return None
    return account


def _enter(account: Path) -> None:
    (account / "cgroup.procs").write_text("0")


def _close(account: Path) -> float:
    seconds = int((account / "cpuacct.usage").read_text()) / 1e9
    for _ in range(100):  # until the last process in it has been buried
        with contextlib.suppress(OSError):
            account.rmdir()
            break
        time.sleep(0.05)
    return seconds
