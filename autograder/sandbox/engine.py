"""The programs that run containers: podman and docker, whose command lines mostly agree."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NAMES: Final = ("podman", "docker")


@dataclass(frozen=True)
class Engine:
    """One of them; podman on Linux can take a folder for a container's root."""

    program: str
    takes_folder: bool

    @property
    def words(self) -> list[str]:
        """The start of every command."""
        words = [self.program]
        if self.program != "podman" or sys.platform != "linux":
            return words
        if not Path("/run/systemd/system").exists():
            words += ["--cgroup-manager", "cgroupfs"]
        if not Path("/sys/fs/cgroup/cgroup.controllers").exists() and shutil.which("runc"):
            words += ["--runtime", "runc"]  # crun refuses a mixture of control groups' versions
        return words


def engines() -> list[Engine]:
    """The engines that are installed, the better one first."""
    found = [name for name in NAMES if shutil.which(name)]
    return [Engine(name, name == "podman" and sys.platform == "linux") for name in found]
