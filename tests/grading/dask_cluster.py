"""A Dask cluster of real programs on this machine."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from autograder.unit import ROOT
from tests.grading.waiting import SECONDS, wait_until


class Cluster:
    """A scheduler and its workers, each a program of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "scheduler.json"
        self.workers: list[subprocess.Popen[bytes]] = []
        options = ("--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(self._file))
        self.scheduler = self._dask("scheduler", *options, "--no-dashboard")
        wait_until(self._has_an_address)

    @property
    def address(self) -> str:
        return json.loads(self._file.read_text())["address"]

    def _has_an_address(self) -> bool:
        # The scheduler opens its file some time before it writes it.
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return bool(self.address)
        return False

    def add_worker(self) -> None:
        options = ("--nthreads", "1", "--no-dashboard", "--local-directory", str(self._folder))
        self.workers.append(self._dask("worker", self.address, *options))

    def end(self) -> None:
        for program in (*self.workers, self.scheduler):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(program.pid, signal.SIGKILL)
            program.wait(SECONDS)

    def _dask(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *arguments],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'course'}"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
