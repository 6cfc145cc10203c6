"""Bubblewrap, warm: the interpreter and its packages are loaded once, and forked for each job.

One server lives in a sandbox of its own and forks; each fork enters namespaces of its own, with
the same limits and fewer rights than the server (:mod:`autograder.runner.server` says how). What
cannot be started warm is started cold, and a notice says so.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import warnings
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.runner.isolation import PROC
from autograder.sandbox.bubblewrap import (
    FIRST_TO_DIE,
    Bubblewrap,
    Counted,
    drop_privileges,
    end,
    font_mount,
    mounts_of,
    namespaces,
    start,
)
from autograder.sandbox.cgroup import make_group
from autograder.sandbox.interface import Contents, Limits, Running
from autograder.sandbox.seccomp import program

START: Final = (
    "import sys; sys.path[:0] = ['/grader/code', '/grader/packages']; "
    "from autograder.runner.server import serve; serve({control})"
)
SECONDS_TO_START: Final = 60.0
SECONDS_TO_FORK: Final = 10.0
SECONDS_TO_BE_LOST: Final = 0.2  # the server's own end comes a moment after that of its forks
LIMITS_OF_A_PROCESS: Final = ("address_space", "processes", "file_size", "open_files", "cpu")


class NotWarm(Exception):
    """A warm start is not to be had; the text says why."""


class WarmBubblewrap:
    """Forks runners from servers in namespaces, one server for each kind of contents."""

    name = "warm"

    def __init__(self) -> None:
        self._cold = Bubblewrap()
        self._servers: dict[Contents, Server] = {}
        self._owner = os.getpid()
        atexit.register(self.end)

    def trouble(self) -> str | None:
        """Why it does not work here, or None: it does where bubblewrap does."""
        return self._cold.trouble()

    def expect(self, contents: Contents) -> None:
        """Start the server that will fork for these contents, and do not wait for it."""
        self._forget_a_parents_servers()
        if contents not in self._servers:
            self._servers[contents] = Server(contents)

    def launch(self, contents: Contents, limits: Limits) -> Running:
        """Fork a runner, or start one cold where that fails."""
        try:
            return self._fork(contents, limits)
        except NotWarm as reason:
            warnings.warn(
                f"every notebook starts its own interpreter, which is slower: {reason}",
                RuntimeWarning,
                stacklevel=2,
            )
            return self._cold.launch(contents, limits)

    def _fork(self, contents: Contents, limits: Limits) -> Running:
        self._forget_a_parents_servers()
        server = self._servers.get(contents)
        if server is not None:
            with contextlib.suppress(NotWarm):  # it may have been killed meanwhile
                return server.fork(limits)
            server.end()
        self._servers[contents] = Server(contents)
        return self._servers[contents].fork(limits)

    def _forget_a_parents_servers(self) -> None:
        """A fork of the grader shares its parent's sockets, which are none of its business."""
        if self._owner != os.getpid():
            self._servers, self._owner = {}, os.getpid()

    def end(self) -> None:
        """End the servers, and with them what they have forked."""
        for server in self._servers.values():
            server.end()
        self._servers.clear()


class Server:
    """A server in its sandbox, and the socket over which it is asked to fork."""

    def __init__(self, contents: Contents) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs, ExitStack() as stack:
            open_the_doors, mounts = mounts_of(contents)
            fonts, descriptors = font_mount(stack)
            command = [
                *("sh", "-ec", FIRST_TO_DIE, "sh"),
                *open_the_doors,
                *drop_privileges(),
                *namespaces(Limits()),
                *("--proc", PROC),
                *mounts,
                *fonts,
                *("--remount-ro", "/"),
                "--",
                *(os.path.realpath(sys.executable), "-I", "-S", "-c"),
                START.format(control=theirs.fileno()),
            ]
            self.process = start(command, (theirs.fileno(), *descriptors))
        self._ready = False

    def fork(self, limits: Limits) -> Fork:
        """A runner in namespaces of its own, under these limits.

        Raises
        ------
        NotWarm
            The server did not start, or is gone, or cannot.
        """
        if not self._ready:
            self._hear(SECONDS_TO_START)
            self._ready = True
        job_read, job_write = os.pipe()
        reports_read, reports_write = os.pipe()
        go_read, go_write = os.pipe()
        theirs = (job_read, reports_write, go_read)
        fork = None
        try:
            socket.send_fds(self._socket, [request(limits)], theirs)
            first = self._hear(SECONDS_TO_FORK)
            fork = Fork(self.process, job_write, reports_read, limits, first=first)
            fork.go(go_write)
        except (OSError, NotWarm) as error:
            os.close(job_write)
            os.close(reports_read)
            if fork is not None:
                fork.kill()
            raise NotWarm(str(error)) from None
        finally:
            for descriptor in (*theirs, go_write):
                os.close(descriptor)
        return fork

    def end(self) -> None:
        """End it, and with it what it has forked."""
        self._socket.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _hear(self, seconds: float) -> int:
        """The descriptor that comes with the server's next word; -1 where none does."""
        if not select.select([self._socket], [], [], seconds)[0]:
            raise NotWarm("the server does not answer")
        word, descriptors, *_ = socket.recv_fds(self._socket, 1000, 1)
        if word not in (b"ready", b"started"):
            raise NotWarm(word.decode("utf-8", "replace") or "the server has ended")
        return descriptors[0] if descriptors else -1


def request(limits: Limits) -> bytes:
    """What a server is told: limits and the filter of system calls, never a word of the job."""
    own = {name: getattr(limits, name) for name in LIMITS_OF_A_PROCESS} | {"core": 1}
    filter_ = (program() or b"").hex()
    told = {"limits": own, "filter": filter_, "temporary_files": limits.temporary_files}
    return json.dumps(told).encode()


@dataclass
class Fork(Counted):
    """A forked runner: once killed, nothing of it is alive, and its server is unharmed.

    ``first`` is a descriptor of the first process in its namespaces; when that one has ended, the
    kernel has ended all others before.
    """

    first: int = field(kw_only=True)
    _first_pid: int = field(default=0, init=False)
    _ended: bool = field(default=False, init=False)

    @property
    def pid(self) -> int:
        """The porter outside the namespaces, which all of the fork descends from."""
        status = Path(f"/proc/{self._first_pid}/status").read_text()
        return int(status.partition("PPid:")[2].split()[0])

    def go(self, permission: int) -> None:
        """Put the fork under the limit of memory, and let it begin.

        Raises
        ------
        OSError
            It has ended already.
        """
        self._first_pid = process_of(self.first)
        self.group = make_group(self.limits)
        if self.group is not None:
            self.group.enter(self._first_pid)
        else:
            self.watch()
        os.write(permission, b"!")

    def is_lost(self) -> bool:
        """Whether its server has ended, and with it what it had forked."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_BE_LOST)
        return self.process.poll() is not None

    def kill(self) -> None:
        """End it with everything it started.

        Raises
        ------
        RuntimeError
            Something in it could not be ended.
        """
        if self._ended:
            return
        self._ended = True
        end(self.first)
        self.settle()

    def signal(self) -> None:
        """Tell it to end, without waiting for it."""
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(self.first, signal.SIGKILL)


def process_of(descriptor: int) -> int:
    """The number a process has here, from a descriptor of it."""
    information = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    return int(information.partition("Pid:")[2].split()[0])
