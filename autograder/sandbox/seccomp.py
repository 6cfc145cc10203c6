"""A filter of system calls: what no notebook needs, the kernel refuses before it looks at it.

Most holes in kernels were in calls that an ordinary program never makes. The filter is a short
program of classic BPF, which bubblewrap loads as the last thing before it starts the runner.
"""

from __future__ import annotations

import errno
import platform
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LAST_KNOWN_CALL: Final = 462  # mseal, Linux 6.10; what is newer does not exist for a notebook

# Name: number on x86-64, on aarch64. From Linux's asm/unistd_64.h and asm-generic/unistd.h.
REFUSED: Final[dict[str, tuple[int, int | None]]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    # parts of the kernel with a history
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "modify_ldt": (154, None),
    "vmsplice": (278, 75),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    "lookup_dcookie": (212, 18),
    # memory that is neither a process's nor a file's, and so would not be counted
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # the machine itself
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "vhangup": (153, 58),
    "iopl": (172, None),
    "ioperm": (173, None),
    "uselib": (134, None),
}

# Namespaces that `clone` could make: mount, cgroup, uts, ipc, user, pid, net.
NEW_NAMESPACES: Final = 0x7E020000
# The families of sockets that stay inside: unix, IPv4 and IPv6 (there is no way out of the
# namespace), and the one of netlink that lists network interfaces. A vsock would lead out of it.
FAMILIES: Final = (1, 2, 10)
NETLINK, NETLINK_ROUTE = 16, 0
# Requests that put text into a terminal's input.
TERMINAL_REQUESTS: Final = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
HARMLESS_PERSONALITIES: Final = (0, 0xFFFFFFFF)  # plain Linux; "which one is it?"


@dataclass(frozen=True)
class Architecture:
    """How the kernel names a processor, and the numbers of the calls whose arguments matter."""

    column: int
    audit_name: int
    clone: int
    clone3: int
    socket: int
    ioctl: int
    personality: int


ARCHITECTURES: Final = {
    "x86_64": Architecture(0, 0xC000003E, 56, 435, 41, 16, 135),
    "aarch64": Architecture(1, 0xC00000B7, 220, 435, 198, 29, 92),
}
# macOS's name for it; the machine that its containers run on is Linux.
NAMED_ELSEWHERE: Final = {"arm64": "aarch64"}

# Instructions of classic BPF, and where in `struct seccomp_data` things are.
LOAD, EQUAL, GREATER, ANY_BIT, RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
CALL_AT, ARCHITECTURE_AT, ARGUMENTS_AT = 0, 4, 16
ALLOW, REFUSE = 0x7FFF0000, 0x00050000


def program() -> bytes | None:
    """The filter for this machine; None where it has none (another processor than those above)."""
    machine = platform.machine()
    architecture = ARCHITECTURES.get(NAMED_ELSEWHERE.get(machine, machine))
    return None if architecture is None else program_for(architecture)


def program_for(architecture: Architecture) -> bytes:
    """The filter for a processor, as the kernel reads it."""
    return b"".join(struct.pack("=HBBI", *words) for words in _instructions(architecture))


Instruction = tuple[int, int, int, int]


def _instructions(machine: Architecture) -> Iterator[Instruction]:
    yield _load(ARCHITECTURE_AT)
    yield from _unless_equal(machine.audit_name, errno.ENOSYS)  # calls by another machine's rules
    yield _load(CALL_AT)
    yield (GREATER, 0, 1, LAST_KNOWN_CALL)
    yield _refuse(errno.ENOSYS)
    for numbers in REFUSED.values():
        number = numbers[machine.column]
        if number is not None:
            yield from _if_equal(number, [_refuse(errno.EPERM)])
    # Its flags stand in memory, which a filter cannot read: programs fall back to `clone`.
    yield from _if_equal(machine.clone3, [_refuse(errno.ENOSYS)])
    yield from _if_equal(machine.clone, _if_any_bit(0, NEW_NAMESPACES, errno.EPERM))
    yield from _if_equal(machine.socket, _unless_family())
    yield from _if_equal(machine.ioctl, _if_one_of(1, TERMINAL_REQUESTS, errno.EPERM))
    yield from _if_equal(
        machine.personality, _unless_one_of(0, HARMLESS_PERSONALITIES, errno.EPERM)
    )
    yield (RETURN, 0, 0, ALLOW)


def _load(offset: int) -> Instruction:
    return (LOAD, 0, 0, offset)


def _load_argument(number: int) -> Instruction:
    return _load(ARGUMENTS_AT + 8 * number)  # the lower half: both machines are little-endian


def _refuse(error: int) -> Instruction:
    return (RETURN, 0, 0, REFUSE | error)


def _if_equal(value: int, then: list[Instruction]) -> list[Instruction]:
    return [(EQUAL, 0, len(then), value), *then]


def _unless_equal(value: int, error: int) -> list[Instruction]:
    return [(EQUAL, 1, 0, value), _refuse(error)]


def _if_any_bit(argument: int, bits: int, error: int) -> list[Instruction]:
    check: list[Instruction] = [_load_argument(argument), (ANY_BIT, 0, 1, bits), _refuse(error)]
    return [*check, (RETURN, 0, 0, ALLOW)]


def _if_one_of(argument: int, values: tuple[int, ...], error: int) -> list[Instruction]:
    tests = [words for value in values for words in _if_equal(value, [_refuse(error)])]
    return [_load_argument(argument), *tests, (RETURN, 0, 0, ALLOW)]


def _unless_one_of(argument: int, values: tuple[int, ...], error: int) -> list[Instruction]:
    allow: Instruction = (RETURN, 0, 0, ALLOW)
    tests = [words for value in values for words in _if_equal(value, [allow])]
    return [_load_argument(argument), *tests, _refuse(error)]


def _unless_family() -> list[Instruction]:
    allow: Instruction = (RETURN, 0, 0, ALLOW)
    netlink = [_load_argument(2), *_if_equal(NETLINK_ROUTE, [allow])]
    families = [words for family in FAMILIES for words in _if_equal(family, [allow])]
    refused = _refuse(errno.EAFNOSUPPORT)
    return [_load_argument(0), *families, *_if_equal(NETLINK, netlink), refused]
