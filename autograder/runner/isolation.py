"""How a fork of the warm server shuts itself in: namespaces, folders of its own, no rights.

All of it happens before the learner's code is there. What is done here for a fork, bubblewrap
does for a cold start; the names of flags and calls are Linux's own.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x20000, 0x8000000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND = 0x1, 0x2, 0x4, 0x20, 0x1000
PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 22, 24, 38
PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 47, 4
SECCOMP_MODE_FILTER: Final = 2
CAPABILITY_VERSION_3: Final = 0x20080522
MOST_CAPABILITIES: Final = 64
BYTES_PER_INSTRUCTION: Final = 8
# The server needs /proc to map users; a fork sees an empty folder in its place.
PROC: Final = "/grader/proc"
NAMES_OF_LIMITS: Final = {
    "address_space": resource.RLIMIT_AS,
    "processes": resource.RLIMIT_NPROC,
    "file_size": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "cpu": resource.RLIMIT_CPU,
    "core": resource.RLIMIT_CORE,
}

_libc = ctypes.CDLL(None, use_errno=True)
_libc.mount.argtypes = (*(ctypes.c_char_p,) * 3, ctypes.c_ulong, ctypes.c_char_p)
_libc.prctl.argtypes = (ctypes.c_int, *(ctypes.c_ulong,) * 4)


def enter_namespaces() -> None:
    """Have mounts, users and shared memory of one's own; the next fork is a first process.

    Raises
    ------
    OSError
        The kernel does not allow it.
    """
    user, group = os.geteuid(), os.getegid()
    _call("unshare", CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path(PROC, "self", name).write_text(text)


@dataclass(frozen=True)
class Kept:
    """A folder of the server, or a file: its bytes, and whether a fork may change it."""

    content: bytes | None
    writable: bool


def lying_in(folder: str) -> dict[str, Kept]:
    """What is in a folder, by path; folders before what is in them."""
    return {
        str(path): Kept(None if path.is_dir() else path.read_bytes(), os.access(path, os.W_OK))
        for path in sorted(Path(folder).rglob("*"))
    }


def mount_folders(temporary_files: int, kept: Mapping[str, Kept]) -> None:
    """Give the fork a /tmp and /dev/shm of its own, and hide the server's /proc.

    Parameters
    ----------
    temporary_files : int
        Bytes that fit into each.
    kept : mapping from str to Kept
        What lay in the server's /tmp when it was ready, and is to lie in the fork's.
    """
    size = f"mode=0755,size={temporary_files}".encode()
    for place in (b"/tmp", b"/dev/shm"):
        _mount(b"tmpfs", place, b"tmpfs", MS_NOSUID | MS_NODEV, size)
    hidden = PROC.encode()
    _mount(b"tmpfs", hidden, b"tmpfs", MS_NOSUID | MS_NODEV | MS_RDONLY, b"mode=0555,size=4096")
    os.chdir("/tmp")  # the one of the server is below the new one, and is still "here" till now
    for path, one in kept.items():
        if one.content is None:
            Path(path).mkdir()
            continue
        Path(path).write_bytes(one.content)
        if not one.writable:
            name, flags = path.encode(), MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV
            _mount(name, name, b"", MS_BIND, b"")
            _mount(b"", name, b"", flags, b"")


def give_up_rights(limits: Mapping[str, int], filter_: bytes) -> None:
    """Take the limits, no capability, no way to more, and the filter of system calls."""
    _call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    for capability in range(MOST_CAPABILITIES):
        with contextlib.suppress(OSError):  # this kernel has fewer
            _call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
    header, nothing = struct.pack("=Ii", CAPABILITY_VERSION_3, 0), bytes(24)
    _call("capset", header, nothing)
    for name, which in NAMES_OF_LIMITS.items():
        resource.setrlimit(which, (limits[name], limits[name]))
    if filter_:
        _load(filter_)


def _load(filter_: bytes) -> None:
    instructions = ctypes.create_string_buffer(filter_, len(filter_))
    address = ctypes.addressof(instructions)
    program = struct.pack("=HxxxxxxQ", len(filter_) // BYTES_PER_INSTRUCTION, address)
    held = ctypes.create_string_buffer(program, len(program))
    _call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(held), 0, 0)


def _mount(source: bytes, target: bytes, kind: bytes, flags: int, data: bytes) -> None:
    _call("mount", source, target, kind, flags, data)


def _call(name: str, *arguments: int | bytes) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
