"""Run a program in the sandbox, as the runner is run, and read what it prints."""

from __future__ import annotations

import os
import select
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from autograder.sandbox import Limits, Running, bubblewrap, choose
from autograder.sandbox.contents import contents_for

SMALL = Limits(total_memory=300 << 20, processes=24, cpu=60)


@dataclass
class Ended:
    """What a program printed, and the limit that ended it."""

    text: str
    limit: str | None


@contextmanager
def started(
    source: str, monkeypatch: pytest.MonkeyPatch, limits: Limits = SMALL
) -> Iterator[Running]:
    """Start a program in place of the runner; what it prints comes out of ``reports``."""
    program = "import os, sys; os.dup2({reports}, 1); os.dup2({reports}, 2)\n"
    program += "sys.stdout.reconfigure(line_buffering=True)\n"
    program += textwrap.dedent(source).replace("{", "{{").replace("}", "}}")
    monkeypatch.setattr(bubblewrap, "START", program)
    backend = choose()
    running = backend.launch(contents_for(), limits)
    os.close(running.job)
    try:
        yield running
    finally:
        if running.process.returncode is None:
            running.kill()
        os.close(running.reports)


def run(source: str, monkeypatch: pytest.MonkeyPatch, limits: Limits = SMALL) -> Ended:
    """Run a program to its end."""
    with started(source, monkeypatch, limits) as running:
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
