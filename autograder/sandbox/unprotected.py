"""No sandbox at all: for submissions that the person at the keyboard wrote."""

from __future__ import annotations

import os
import subprocess
import sys

from autograder.sandbox.bubblewrap import ENVIRONMENT, START
from autograder.sandbox.interface import Contents, Limits, Running


class Unprotected:
    """Runs the runner as an ordinary child process, with nothing between it and the host."""

    name = "none"

    def trouble(self) -> str | None:
        """It always works; that is the trouble with it."""
        return None

    def expect(self, contents: Contents) -> None:
        """Every start is a new one."""

    def launch(self, contents: Contents, limits: Limits) -> Running:  # noqa: ARG002
        """Start the runner with this environment's packages."""
        job_read, job_write = os.pipe()
        reports_read, reports_write = os.pipe()
        paths = [str(contents.companion.parent), str(contents.runner.parents[1])]
        start = START.format(job=job_read, reports=reports_write)
        start = start.replace("['/grader/code', '/grader/packages']", repr(paths))
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        process = subprocess.Popen(
            [sys.executable, "-c", start],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(job_read, reports_write),
            start_new_session=True,
            env=ENVIRONMENT | kept,
        )
        os.close(job_read)
        os.close(reports_write)
        return Running(process, job_write, reports_read)
