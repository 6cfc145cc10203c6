"""Limits on what a learner's server and all it starts use together, by Linux's control groups."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.deploy.settings import ServerLimits
from autograder.errors import GraderError
from autograder.sandbox.cgroup import places

CONTROLLERS: Final = ("memory", "pids", "cpu")
NAME: Final = "nand2resnet-hub-{}"
LEAF: Final = "hub"  # of the hub itself, in version 2
PERIOD: Final = 100_000  # microseconds
MEGABYTE: Final = 1 << 20
SECONDS_TO_END: Final = 5.0


@dataclass(frozen=True)
class ServerGroup:
    """The control group of one learner: a folder, or one a controller in version 1."""

    folders: Mapping[str, Path]

    def doors(self) -> list[int]:
        """Files open for writing; a process that writes 0 to each is in the group."""
        return [os.open(folder / "cgroup.procs", os.O_WRONLY) for folder in self._unique()]

    def end(self) -> None:
        """Kill whatever is left in the group, and remove it."""
        deadline = time.monotonic() + SECONDS_TO_END
        for folder in self._unique():
            while folder.exists() and time.monotonic() < deadline:
                with contextlib.suppress(OSError):
                    for process in (folder / "cgroup.procs").read_text().split():
                        with contextlib.suppress(ProcessLookupError):
                            os.kill(int(process), signal.SIGKILL)
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                time.sleep(0.01)

    def _unique(self) -> list[Path]:
        return list(dict.fromkeys(self.folders.values()))


def make_server_group(username: str, limits: ServerLimits) -> ServerGroup | None:
    """Make a learner's group, anew; None where this machine has none and they are not required.

    Raises
    ------
    GraderError
        The limits are required and cannot be set.
    """
    try:
        _make_room()
        parents = places(CONTROLLERS)
        if parents is None:
            raise OSError("no control groups for memory, processes and processors can be made here")
        group = ServerGroup({name: at / NAME.format(username) for name, at in parents.items()})
        group.end()
        for folder in dict.fromkeys(group.folders.values()):
            folder.mkdir()
        _set(group, limits)
    except OSError as error:
        if not limits.required:
            return None
        raise GraderError(
            f"a learner's server cannot be limited on this machine: {error}. The hub must run as "
            "root, as a service with Delegate=yes. To do without limits: required = false in "
            "hub.toml, under [limits]."
        ) from error
    return group


def _set(group: ServerGroup, limits: ServerLimits) -> None:
    memory, processes, processor = (group.folders[name] for name in CONTROLLERS)
    total = str(limits.memory_mb * MEGABYTE)
    quota = int(limits.cpus * PERIOD)
    (processes / "pids.max").write_text(str(limits.processes))
    if (memory / "memory.max").exists():  # version 2
        (memory / "memory.max").write_text(total)
        (processor / "cpu.max").write_text(f"{quota} {PERIOD}")
        optional = {"memory.swap.max": "0"}
    else:
        (memory / "memory.limit_in_bytes").write_text(total)
        (processor / "cpu.cfs_period_us").write_text(str(PERIOD))
        (processor / "cpu.cfs_quota_us").write_text(str(quota))
        optional = {"memory.memsw.limit_in_bytes": total}
    for name, value in optional.items():  # where swap is counted
        with contextlib.suppress(OSError):
            (memory / name).write_text(value)


def _make_room(root: Path = Path("/sys/fs/cgroup")) -> None:
    """In version 2 make the hub's own group one that has groups: its processes move into a leaf."""
    if not (root / "cgroup.controllers").exists():
        return
    own = root / Path("/proc/self/cgroup").read_text().partition("::")[2].strip().lstrip("/")
    if own.name == LEAF or own == root:
        return
    leaf = own / LEAF
    leaf.mkdir(exist_ok=True)
    for process in (own / "cgroup.procs").read_text().split():
        with contextlib.suppress(ProcessLookupError):
            (leaf / "cgroup.procs").write_text(process)
    (own / "cgroup.subtree_control").write_text(" ".join(f"+{name}" for name in CONTROLLERS))
