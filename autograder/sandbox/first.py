"""The first process in a container: when the grader ends it, all others end with it.

It is the only part of this package that enters a sandbox, and imports nothing but the standard
library. The container's standard input is its leash: the grader holds the other end, and never
writes there once the job is sent.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import struct
import sys
from pathlib import Path
from typing import Final

# Exit statuses, besides Python's own; an engine's own words begin at 125.
ENDED: Final = 0
NO_LIMITS: Final = 64
OUT_OF_MEMORY: Final = 65

JOB, REPORTS = 3, 4  # where the runner finds its two pipes
CONTROL_GROUP: Final = Path("/sys/fs/cgroup")
# In version 2 of Linux's control groups, and in version 1.
MEMORY_LIMITS: Final = ("memory.max", "memory/memory.limit_in_bytes")
PROCESS_LIMITS: Final = ("pids.max", "pids/pids.max")
MEMORY_EVENTS: Final = ("memory.events", "memory/memory.oom_control")
FONTS: Final = Path("/grader/fonts")
MATPLOTLIB: Final = Path("/tmp/matplotlib")

# All that the runner may open. What else an engine shows, such as /proc, tells of the host.
SHOWN: Final = ("/dev", "/etc", "/grader", "/tmp", "/usr", sys.base_prefix)
SHOWN_FILES: Final = ("/proc/cpuinfo", "/proc/meminfo")

# From Linux's prctl.h, seccomp.h and landlock.h.
SET_DUMPABLE, SET_SECCOMP, FILTER = 4, 22, 2
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # the same on every processor
PATH_BENEATH = 1
READ_FILE, OPEN = 1 << 2, 0b1111  # opened at all: to execute, write, read, or be listed


def stay_first(memory: int, processes: int, filter_: bytes) -> None:
    """Return in a child process, which is to become the runner; the first process never returns.

    Parameters
    ----------
    memory, processes : int
        The limits that the engine was asked for. Where it does not hold them, nothing is run.
    filter_ : bytes
        A program that filters system calls, as the kernel reads it; empty if there is none.
    """
    if not (_held(MEMORY_LIMITS, memory) and _held(PROCESS_LIMITS, processes)):
        os._exit(NO_LIMITS)
    if filter_:
        _load(filter_)
    _link_fonts()
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which the kernel keeps from a first process
    runner = os.fork()
    if runner == 0:
        _become_runner()
        return
    # Nobody inside may read or change this process, nor make it tend to the dead.
    ctypes.CDLL(None).prctl(SET_DUMPABLE, 0, 0, 0, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.close(1)
    _wait(runner)
    os._exit(OUT_OF_MEMORY if _ran_out_of_memory() else ENDED)


def _become_runner() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.setsid()
    os.dup2(0, JOB)
    os.dup2(1, REPORTS)
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    _open_nothing_but()


def _wait(runner: int) -> None:
    """Until the runner has ended, or the grader has let go of the leash."""
    poll = select.poll()
    poll.register(0, 0)  # nothing but the other end's being closed
    with contextlib.suppress(ProcessLookupError):
        poll.register(os.pidfd_open(runner), select.POLLIN)
        poll.poll()


def _held(names: tuple[str, str], limit: int) -> bool:
    """Whether the container's control group has this limit, or a lower one."""
    return any(text.isdigit() and int(text) <= limit for text in _read(names))


def _ran_out_of_memory() -> bool:
    """Whether the kernel had to end a process of the container for want of memory."""
    lines = [line.split() for text in _read(MEMORY_EVENTS) for line in text.splitlines()]
    return any(line[0] == "oom_kill" and int(line[1]) > 0 for line in lines if len(line) == 2)


def _read(names: tuple[str, str]) -> list[str]:
    files = [CONTROL_GROUP / name for name in names]
    return [file.read_text().strip() for file in files if file.exists()]


def _link_fonts() -> None:
    """Give matplotlib the image's list of fonts, where it may also write."""
    MATPLOTLIB.mkdir(exist_ok=True)
    for file in FONTS.iterdir() if FONTS.exists() else ():
        (MATPLOTLIB / file.name).symlink_to(file)


def _open_nothing_but() -> None:
    """Keep this process and all that come from it from opening what is not shown, by Landlock.

    Where the kernel has none, there is what the engine itself covers.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    handled = struct.pack("=Q", OPEN)
    rules = libc.syscall(CREATE_RULESET, handled, len(handled), 0)
    if rules < 0:
        return
    allowed = [*((path, OPEN) for path in SHOWN), *((path, READ_FILE) for path in SHOWN_FILES)]
    for path, access in allowed:
        with contextlib.suppress(FileNotFoundError):
            place = os.open(path, os.O_PATH | os.O_CLOEXEC)
            beneath = struct.pack("=Qi", access, place)
            _must(libc.syscall(ADD_RULE, rules, PATH_BENEATH, beneath, 0))
            os.close(place)
    _must(libc.syscall(RESTRICT_SELF, rules, 0))
    os.close(rules)


def _must(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), "the kernel refuses what keeps the runner apart")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def _load(filter_: bytes) -> None:
    """Filter the system calls of this process and of all that come from it, for good."""
    program = _Program(len(filter_) // 8, filter_)
    libc = ctypes.CDLL(None, use_errno=True)
    _must(libc.prctl(SET_SECCOMP, FILTER, ctypes.byref(program), 0, 0))
