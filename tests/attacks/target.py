"""The host under attack: secrets to find, servers to reach, files to spoil, a class to disturb."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import secrets
import select
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograder.runner
import nand2resnet
from autograder import execution, grading
from autograder.grading import Graded, grade_submission
from autograder.sandbox import Backend, Contents, Limits, Running, choose
from autograder.sandbox.bubblewrap import font_list
from autograder.sandbox.watchdog import descendants
from autograder.unit import ROOT, load_unit
from tests.sandbox.inside import namespace_of

QUICK = Limits(cell=4.0, case=2.0, wall=60.0)
ALL_MAY = 0o777


@dataclass
class Outcome:
    """One graded notebook, and the text of everything that came out of it."""

    graded: Graded
    shown: str

    @property
    def marks(self) -> dict[str, float | None]:
        """Points by exercise; written questions are for humans."""
        written = {question.name for question in load_unit("01").questions}
        verdicts = self.graded.verdict.exercises
        return {one.exercise: one.points for one in verdicts if one.exercise not in written}


class Watched:
    """A backend that remembers which namespaces its sandboxes live in."""

    def __init__(self, backend: Backend) -> None:
        self.name = backend.name
        self.trouble = backend.trouble
        self._backend = backend
        self.namespaces: set[int] = set()
        self._held: list[int] = []

    def launch(self, contents: Contents, limits: Limits) -> Running:
        """Start the runner, and see where."""
        running = self._backend.launch(contents, limits)
        deadline, ours = time.monotonic() + 5, Path("/proc/self/ns/pid").stat().st_ino
        while time.monotonic() < deadline and running.process.poll() is None:
            for process in descendants(running.pid):
                if namespace_of(process) not in (ours, None):
                    self._hold(process)
                    return running
            time.sleep(0.005)
        return running

    def _hold(self, process: int) -> None:
        """Keep a namespace's number: the kernel gives one that is free to the next sandbox."""
        with contextlib.suppress(OSError):
            held = os.open(f"/proc/{process}/ns/pid", os.O_RDONLY)
            self._held.append(held)
            self.namespaces.add(os.fstat(held).st_ino)

    def release(self) -> None:
        """Give the numbers back."""
        while self._held:
            os.close(self._held.pop())


class Target:
    """A host with a class on it, all of it open to every user, so that only the sandbox protects.

    Parameters
    ----------
    backend_name : str or None
        The sandbox's backend.
    """

    def __init__(self, place: Path, backend_name: str | None = None) -> None:
        self.place = place
        self.backend_name = backend_name
        self.token = secrets.token_hex(16)
        self.memory = f"in memory {self.token}".encode()
        self._servers: list[socket.socket] = []
        self._plant()
        self._listen()
        self.bystander = subprocess.Popen(["sleep", "3600"])
        self._digest = self._digest_now()

    def _plant(self) -> None:
        folder = self.place / "class" / "submitted" / "alice" / "01_gradient_descent"
        folder.mkdir(parents=True)
        self.submission = folder / "gradient_descent.ipynb"
        self.submission.write_text(f'{{"cells": [], "secret": "{self.token}"}}')
        self.secret = self.place / "secret"
        self.secret.write_text(self.token)
        (self.place / "canary").mkdir()
        (self.place / "canary" / "file").write_text("sings")
        self.gradebook = self.place / "class" / "gradebook.db"
        with sqlite3.connect(self.gradebook) as book:
            book.execute("create table grade (auto_score, manual_score, needs_manual_grade, note)")
            book.execute("insert into grade values (1, 1, 0, ?)", (self.token,))
        book.close()
        for path in (self.place, *self.place.rglob("*")):
            path.chmod(ALL_MAY)
        os.environ["N2R_SECRET"] = self.token
        self._shared = self._share()
        self._file_in_memory = Path(f"/dev/shm/n2r-{self.token[:8]}")
        self._file_in_memory.write_text(self.token)

    def _share(self) -> tuple[int, int]:
        """System V shared memory that everybody may read."""
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        key = int(self.token[:7], 16)
        segment = libc.shmget(key, 4096, 0o1666)
        if segment >= 0:
            address = libc.shmat(segment, None, 0)
            ctypes.memmove(address, self.token.encode(), len(self.token))
        return key, segment

    def _listen(self) -> None:
        self.name = f"n2r-{self.token}"
        self.socket_path = str(self.place / "socket")
        self._servers.append(socket.create_server(("127.0.0.1", 0)))
        with contextlib.suppress(OSError):
            self._servers.append(socket.create_server(("::1", 0), family=socket.AF_INET6))
        for address in (self.socket_path, f"\0{self.name}"):
            server = socket.socket(socket.AF_UNIX)
            server.bind(address)
            server.listen()
            self._servers.append(server)
        Path(self.socket_path).chmod(ALL_MAY)
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", 0))
        self._servers.append(datagrams)

    @property
    def known(self) -> dict[str, Any]:
        """What an attacker may know of this host."""
        ports = [server.getsockname()[1] for server in self._servers if server.family != 1]
        return {
            "repository": str(ROOT),
            "class": str(self.gradebook.parent),
            "gradebook": str(self.gradebook),
            "submission": str(self.submission),
            "secret": str(self.secret),
            "canary": str(self.place / "canary"),
            "port": ports[0],
            "port6": ports[-2],
            "udp port": ports[-1],
            "socket": self.socket_path,
            "abstract socket": self.name,
            "host name": socket.gethostname(),
            "shared memory": self._shared[0],
            "grader": os.getpid(),
            "bystander": self.bystander.pid,
            "address": id(self.memory) + bytes.__basicsize__ - 1,
        }

    def grade(
        self, notebook: dict[str, Any] | bytes, monkeypatch: pytest.MonkeyPatch, unit: str = "01"
    ) -> Outcome:
        """Grade one hostile notebook, and see that the host is unharmed."""
        watched = Watched(choose(self.backend_name))
        monkeypatch.setattr(grading, "choose", lambda *_, **__: watched)
        monkeypatch.setattr(grading, "LIMITS", replace(QUICK))
        monkeypatch.setattr(execution, "GRACE_SECONDS", 3.0)
        data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
        graded = grade_submission(unit, "mallory", data, f"seed {self.token}")
        shown = [cell.get("outputs", []) for cell in graded.notebook.cells]
        outcome = Outcome(
            graded, json.dumps([shown, graded.verdict.as_json(), graded.verdict.notes])
        )
        try:
            self._is_unharmed(outcome, watched)
        finally:
            watched.release()
        return outcome

    def _is_unharmed(self, outcome: Outcome, watched: Watched) -> None:
        assert self.token not in outcome.shown, "a secret is in the outputs"
        reached, _, _ = select.select(self._servers, [], [], 0)
        assert reached == [], "a server of the host was reached"
        assert self._digest_now() == self._digest, "a file of the host has changed"
        assert self.bystander.poll() is None, "a process of the host was killed"
        stat = Path(f"/proc/{self.bystander.pid}/stat").read_text()
        assert stat.rpartition(")")[2].split()[0] != "T", "a process of the host was stopped"
        for name in ("n2r-kernel-ran", "n2r-attached.png", "later", "pickled"):
            assert not Path("/tmp", name).exists(), f"/tmp/{name} was made"
        for module in (nand2resnet, np, autograder.runner):
            folder = Path(module.__path__[0])
            left = [*folder.rglob("left-behind"), *folder.rglob("evil.pyc"), *folder.glob("*.old")]
            assert left == [], "a package was changed"
        namespaces = {namespace_of(int(path.name)) for path in Path("/proc").glob("[0-9]*")}
        assert not namespaces & watched.namespaces, "a process of the sandbox is still alive"

    def _digest_now(self) -> str:
        digest = hashlib.sha256()
        fonts = font_list()
        for path in sorted([*self.place.rglob("*"), *([fonts] if fonts else [])]):
            digest.update(f"{path} {path.lstat().st_mode}".encode())
            if path.is_file():
                digest.update(path.read_bytes())
        return digest.hexdigest()

    def clear(self) -> None:
        """Take everything away again."""
        self.bystander.kill()
        self.bystander.wait()
        for server in self._servers:
            server.close()
        if self._shared[1] >= 0:
            ctypes.CDLL(None).shmctl(self._shared[1], 0, None)
        self._file_in_memory.unlink(missing_ok=True)
        os.environ.pop("N2R_SECRET", None)
        shutil.rmtree(self.place)


@contextlib.contextmanager
def planted(backend_name: str | None = None) -> Iterator[Target]:
    """A target, for as long as the block lasts."""
    target = Target(Path(tempfile.mkdtemp(prefix="n2r-attack-", dir="/var/tmp")), backend_name)
    try:
        yield target
    finally:
        target.clear()
