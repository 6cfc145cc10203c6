"""Run a program in a fork of the warm server, in place of the runner."""

from __future__ import annotations

import functools
import subprocess
from dataclasses import dataclass

from autograder.sandbox import Limits, warm
from autograder.sandbox.bubblewrap import Bubblewrap, drop_privileges, namespaces
from autograder.sandbox.warm import WarmBubblewrap
from tests.sandbox.inside import Sandbox

# The server's own start, but for what its forks do.
IN_PLACE = """
import sys
sys.path[:0] = ["/grader/code", "/grader/packages"]
from autograder.runner import server
def run_job(job, reports, shell):
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    exec(PROGRAM.format(job=job, reports=reports), dict(__name__="__main__"))
    sys.stdout.flush()
    server.os._exit(0)
server.run_job = run_job
server.serve(CONTROL)
"""


@functools.cache
def trouble() -> str | None:
    """Why nothing can be forked here: a kernel may allow namespaces, but none within another."""
    if (told := Bubblewrap().trouble()) is not None:
        return told
    command = [*drop_privileges(), *namespaces(Limits()), "--", "unshare", "--user", "true"]
    ended = subprocess.run(command, capture_output=True, text=True)
    return ended.stderr.strip() or "unshare fails" if ended.returncode else None


@dataclass(frozen=True)
class Forked(Sandbox):
    """The warm backend, with a server of its own for each program."""

    backend: WarmBubblewrap

    def put_in_place(self, program: str) -> None:
        """Let the next server's forks run this program."""
        self.backend.end()
        start = IN_PLACE.replace("PROGRAM", repr(program)).replace("{", "{{").replace("}", "}}")
        self.monkeypatch.setattr(warm, "START", start.replace("CONTROL", "{control}"))
