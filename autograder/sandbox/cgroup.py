"""A control group for one sandbox: the kernel counts all its memory and processes together.

There is one wherever this user may make one: as root on most machines, and on a desktop whose
systemd has handed the user a part of the tree. Both versions of Linux's control groups serve.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.sandbox.interface import Limits

NEEDED: Final = ("memory", "pids")
PREFIX: Final = "n2r-"
SECONDS_TO_EMPTY: Final = 10.0
TASKS_OF_THE_SANDBOX: Final = 8  # bubblewrap's own, besides what runs in it
ENTER: Final = 'while [ "$1" != -- ]; do echo 0 > "$1/cgroup.procs"; shift; done; shift; exec "$@"'

_numbers = itertools.count()


@dataclass(frozen=True)
class Group:
    """Folders of the control group's tree: one in version 2, one a controller in version 1."""

    folders: Mapping[str, Path]

    def entrance(self) -> list[str]:
        """The start of a command that enters the group, and fails where it cannot."""
        return ["sh", "-ec", ENTER, "sh", *map(str, self._unique()), "--"]

    def enter(self, process: int) -> None:
        """Put a process into the group, and with it whatever it will start."""
        for folder in self._unique():
            (folder / "cgroup.procs").write_text(str(process))

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel had to end a process of the group for want of memory."""
        for name in ("memory.events", "memory.oom_control"):
            with contextlib.suppress(OSError):
                lines = (self.folders["memory"] / name).read_text().splitlines()
                counts = dict(line.split() for line in lines if len(line.split()) == 2)
                return int(counts.get("oom_kill", 0)) > 0
        return False

    def remove(self) -> None:
        """End whatever is left in the group, and remove it.

        Raises
        ------
        RuntimeError
            Something in it could not be ended.
        """
        deadline = time.monotonic() + SECONDS_TO_EMPTY
        for folder in self._unique():
            with contextlib.suppress(OSError):
                (folder / "cgroup.kill").write_text("1")
            while folder.exists():
                with contextlib.suppress(OSError):
                    folder.rmdir()
                    break
                if time.monotonic() > deadline:
                    raise RuntimeError(f"processes of a sandbox are still alive: see {folder}")
                time.sleep(0.005)

    def _unique(self) -> list[Path]:
        return list(dict.fromkeys(self.folders.values()))


def make_group(limits: Limits) -> Group | None:
    """Make a group with these limits; None where this user may not."""
    parents = places()
    if parents is None:
        return None
    name = f"{PREFIX}{os.getpid()}-{next(_numbers)}"
    group = Group({controller: parent / name for controller, parent in parents.items()})
    try:
        for folder in dict.fromkeys(group.folders.values()):
            folder.mkdir()
        _set_limits(group, limits)
    except OSError:
        with contextlib.suppress(OSError):
            group.remove()
        return None
    return group


@functools.cache  # which is right as long as nobody moves this program to another group
def places(needed: tuple[str, ...] = NEEDED) -> dict[str, Path] | None:
    """For each controller the folder in which this user can make groups; None if one lacks.

    What graders that were killed have left there is removed.
    """
    found: dict[str, Path] = {}
    own = dict(_own_groups())
    for controllers, root, mounted_at in _trees(needed):
        for controller in needed:
            key = controller if controllers else ""
            if key not in own or (controllers and controller not in controllers):
                continue
            inside = Path("/") / os.path.relpath(own[key], root)
            place = _nearest_usable(mounted_at, mounted_at / inside.relative_to("/"), controller)
            if place is not None and controller not in found:
                found[controller] = place
    if set(found) != set(needed):
        return None
    for place in set(found.values()):
        _remove_forgotten(place)
    return found


def _nearest_usable(top: Path, own: Path, controller: str) -> Path | None:
    """The folder itself (version 1), or the nearest above it that hands the controller on."""
    if not (top / "cgroup.controllers").exists():
        return own if os.access(own / "cgroup.procs", os.W_OK) else None
    for folder in (own, *own.parents):
        if not folder.is_relative_to(top):
            return None
        with contextlib.suppress(OSError):
            handed_on = (folder / "cgroup.subtree_control").read_text().split()
            writable = os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)
            if controller in handed_on and writable:
                return folder
    return None


def _own_groups() -> Iterator[tuple[str, str]]:
    """(controller, path) for each tree this process is in; "" stands for version 2."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            yield from ((controller, path) for controller in controllers.split(","))


def _trees(needed: tuple[str, ...]) -> Iterator[tuple[set[str], str, Path]]:
    """(controllers, the part that is mounted, where) of each mounted tree; none in version 2."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text().splitlines():
            before, _, after = line.partition(" - ")
            root, mounted_at = before.split()[3:5]
            kind, _, options = after.split()[:3]
            if kind == "cgroup2":
                yield set(), root, Path(mounted_at)
            elif kind == "cgroup" and set(needed) & set(options.split(",")):
                yield set(options.split(",")), root, Path(mounted_at)


def _set_limits(group: Group, limits: Limits) -> None:
    memory, processes = group.folders["memory"], group.folders["pids"]
    (processes / "pids.max").write_text(str(limits.processes + TASKS_OF_THE_SANDBOX))
    total = str(limits.total_memory)
    if (memory / "memory.max").exists():
        (memory / "memory.max").write_text(total)
        optional = {"memory.swap.max": "0", "memory.oom.group": "1"}
    else:
        (memory / "memory.limit_in_bytes").write_text(total)
        optional = {"memory.memsw.limit_in_bytes": total}
    for name, value in optional.items():
        if (memory / name).exists():
            (memory / name).write_text(value)


def _remove_forgotten(parent: Path) -> None:
    """Remove the empty groups of graders that were killed."""
    for folder in parent.glob(f"{PREFIX}*"):
        if not Path("/proc", folder.name.split("-")[1]).exists():
            with contextlib.suppress(OSError):
                folder.rmdir()
