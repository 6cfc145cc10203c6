"""Run a program in a sandbox, as the runner is run, and read what it prints."""

from __future__ import annotations

import contextlib
import os
import select
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.sandbox import Backend, Limits, Running, bubblewrap
from autograder.sandbox.contents import contents_for
from autograder.sandbox.watchdog import descendants

SMALL = Limits(total_memory=300 << 20, processes=24, cpu=60)


@dataclass
class Ended:
    """What a program printed, and the limit that ended it."""

    text: str
    limit: str | None


@dataclass(frozen=True)
class Sandbox:
    """A backend under test."""

    backend: Backend
    monkeypatch: pytest.MonkeyPatch

    def put_in_place(self, program: str) -> None:
        """Let the next start run this program."""
        self.monkeypatch.setattr(bubblewrap, "START", program)

    @contextmanager
    def started(self, source: str, limits: Limits = SMALL) -> Iterator[Running]:
        """Start a program in place of the runner; what it prints comes out of ``reports``."""
        program = "import os, sys; os.dup2({reports}, 1); os.dup2({reports}, 2)\n"
        program += "sys.stdout.reconfigure(line_buffering=True)\n"
        program += textwrap.dedent(source).replace("{", "{{").replace("}", "}}")
        self.put_in_place(program)
        running = self.backend.launch(contents_for(), limits)
        os.close(running.job)
        try:
            yield running
        finally:
            if running.process.returncode is None:
                running.kill()
            os.close(running.reports)

    def run(self, source: str, limits: Limits = SMALL) -> Ended:
        """Run a program to its end."""
        with self.started(source, limits) as running:
            text = b"".join(iter(lambda: os.read(running.reports, 1 << 16), b""))
            running.kill()
            return Ended(text.decode(errors="replace"), running.limit_hit())


def read_until(running: Running, text: bytes, seconds: float = 60.0) -> bytes:
    """What has been printed once this text has come."""
    read, deadline = b"", time.monotonic() + seconds
    while text not in read:
        assert select.select([running.reports], [], [], deadline - time.monotonic())[0], read
        more = os.read(running.reports, 1 << 16)
        assert more, read
        read += more
    return read


def process_inside(running: Running) -> int | None:
    """The host's number of a process in a running sandbox; None while there is none."""
    ours = namespace_of(os.getpid())
    below = [one for one in descendants(running.pid) if namespace_of(one) != ours]
    return below[-1] if below else None


def namespace_of(process: int) -> int | None:
    """The PID namespace a living process is in."""
    with contextlib.suppress(OSError):
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        if state not in "ZX":
            return Path(f"/proc/{process}/ns/pid").stat().st_ino
    return None


def namespace_inside(running: Running) -> int:
    """The PID namespace of a running sandbox."""
    process = process_inside(running)
    assert process is not None
    assert namespace_of(process) != namespace_of(os.getpid())
    return held_namespace(process)


def held_namespace(process: int) -> int:
    """A process's PID namespace; open, lest the kernel gives its number to the next sandbox."""
    descriptor = os.open(f"/proc/{process}/ns/pid", os.O_RDONLY)  # until the tests have ended
    return os.fstat(descriptor).st_ino


def processes_in(namespace: int) -> list[int]:
    """The living processes of a PID namespace, by the host's view."""
    numbers = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [number for number in numbers if namespace_of(number) == namespace]
