"""Where no control group can be had: look several times a second what a sandbox uses in all."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

SECONDS_BETWEEN_LOOKS: Final = 0.05
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
BYTES_PER_DESCRIPTOR: Final = 256 << 10  # what the kernel may hold for a full socket
BYTES_PER_FILE: Final = 2 << 10  # of the kernel's memory, for each file of a tmpfs
WRITABLE: Final = ("tmp", "dev/shm")


class Watchdog(threading.Thread):
    """Ends a sandbox that uses more than it may.

    Parameters
    ----------
    process : int
        The process all others of the sandbox descend from.
    limit : int
        Bytes of memory, together.
    end : callable
        Ends the sandbox.
    """

    def __init__(self, process: int, limit: int, end: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._process = process
        self._limit = limit
        self._end = end
        self._over = threading.Event()
        self.bit = False

    def run(self) -> None:
        """Look until the sandbox has ended, or has to be."""
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            if memory_used(self._process, self._limit) > self._limit:
                self.bit = True
                self._end()
                return

    def stop(self) -> None:
        """The sandbox has ended."""
        self._over.set()
        if self.is_alive():
            self.join()


def memory_used(process: int, enough: int) -> int:
    """Bytes that a process and its descendants use; if more than ``enough``, counted with care.

    Pages that several processes share are at first counted for each, which is quick and too much.
    """
    family = [process, *descendants(process)]
    others = sum(map(_kernel_memory, family)) + _files(family)
    quick = sum(map(_resident, family)) + others
    return quick if quick <= enough else sum(map(_share, family)) + others


def descendants(process: int) -> Iterator[int]:
    """The processes below this one. Orphans in a sandbox stay below its first process."""
    with contextlib.suppress(OSError):
        for thread in Path(f"/proc/{process}/task").iterdir():
            children = (thread / "children").read_text().split()
            for child in map(int, children):
                yield child
                yield from descendants(child)


def _resident(process: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE
    return 0


def _share(process: int) -> int:
    """Resident memory, each page divided by the number of processes that share it."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return _resident(process)


def _kernel_memory(process: int) -> int:
    with contextlib.suppress(OSError):
        return len(list(Path(f"/proc/{process}/fd").iterdir())) * BYTES_PER_DESCRIPTOR
    return 0


def _files(family: list[int]) -> int:
    """What lies in the folders in memory that the sandbox can write to."""
    used = 0
    for place in WRITABLE:
        for process in family[2:]:  # the first two are bubblewrap's, perhaps still outside
            with contextlib.suppress(OSError):
                status = os.statvfs(f"/proc/{process}/root/{place}")
                used += (status.f_blocks - status.f_bfree) * status.f_frsize
                used += (status.f_files - status.f_ffree) * BYTES_PER_FILE
                break
    return used
