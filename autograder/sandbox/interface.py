"""The words every backend shares: what is put in, what is allowed, what is running."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

MEBI: Final = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Times in seconds, sizes in bytes."""

    address_space: int = 2048 * MEBI
    total_memory: int = 1536 * MEBI
    processes: int = 64
    file_size: int = 64 * MEBI
    temporary_files: int = 64 * MEBI
    open_files: int = 256
    cpu: int = 600
    wall: float = 300.0
    cell: float = 30.0
    case: float = 5.0
    reported: int = 256 * MEBI


@dataclass(frozen=True)
class Contents:
    """What a sandbox holds besides the interpreter: nothing here may contain an answer.

    Parameters
    ----------
    packages : tuple of Path
        Files and folders of site-packages the unit may import.
    modules : tuple of Path
        The runner's package and the learner's companion package.
    data : tuple of Path
        Folders with data that the unit declares, mounted read-only.
    """

    packages: tuple[Path, ...]
    runner: Path
    companion: Path
    data: tuple[Path, ...] = ()


@dataclass
class Running:
    """A runner at work: its process, the pipe its job goes into, the pipe its reports come from.

    Whoever writes the job closes that pipe.
    """

    process: subprocess.Popen[bytes]
    job: int
    reports: int

    @property
    def pid(self) -> int:
        """The process here that all of it descends from."""
        return self.process.pid

    def is_lost(self) -> bool:
        """Whether somebody outside has killed it: that says nothing about what ran in it."""
        return self.process.poll() == -signal.SIGKILL

    def kill(self) -> None:
        """End it with everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def limit_hit(self) -> str | None:
        """Once it has ended: the limit that ended it, if one did."""
        return None


class Backend(Protocol):
    """A way to run the runner apart from the host."""

    name: str

    def trouble(self) -> str | None:
        """Why this backend does not work here, or None."""

    def expect(self, contents: Contents) -> None:
        """Begin to get ready for jobs with these contents, where that takes a while."""

    def launch(self, contents: Contents, limits: Limits) -> Running:
        """Start the runner."""
