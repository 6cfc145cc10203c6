"""Containers of podman or docker, where bubblewrap does not serve: on macOS, for instance.

On Linux, podman shows the container the host's own interpreter and packages, as bubblewrap does,
and no image is needed. Elsewhere (and with docker) the container's root is an image that
``autograder.sandbox.image`` builds. The rest is the same: everything read-only, a small /tmp in
memory, no network, no capability, an unprivileged user, fewer system calls, and limits that the
first process finds to be there before anything else is run.
"""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import select
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from autograder.errors import NoSandbox
from autograder.hashes import hash_of
from autograder.sandbox import bubblewrap, first
from autograder.sandbox.bubblewrap import (
    ENVIRONMENT,
    ETC,
    NO_FILTER,
    PROC,
    ROOT,
    SECONDS_TO_DIE,
    UNPRIVILEGED_USER,
    font_list,
    hidden_folders,
    places_of,
    resource_limits,
    system_trees,
)
from autograder.sandbox.engine import Engine, engines
from autograder.sandbox.image import image_name
from autograder.sandbox.interface import MEBI, Contents, Limits, Running
from autograder.sandbox.seccomp import program

INSIDE_FIRST: Final = "/grader/start/first.py"
START_FIRST: Final = (
    "import sys; sys.path.insert(0, '/grader/start'); import first; del sys.path[0]; "
    "first.stay_first({memory}, {processes}, bytes.fromhex('{filter}')); del first; "
)
TRY: Final = "import os; os.write({reports}, b'up')"
# Root's containers live in a user namespace of their own: a range that no user has.
FIRST_USER_OUTSIDE: Final = 1_000_000_000
USERS: Final = 1 << 16
# Podman's own default is more than some machines allow.
PROCESSES_OF_A_USER: Final = 4096
# The engine's own statuses; all others are the container's, which then has ended.
ENGINES_STATUSES: Final = (125, 126, 127)
KILLED: Final = 137
SECONDS_TO_ANSWER: Final = 60.0
OF_PROCESSES: Final = ("self", "thread-self", "mounts", "net")  # links in /proc


class Container:
    """Runs the runner in a container."""

    name = "container"

    def trouble(self) -> str | None:
        """Why no engine works here, or None: found by running something in a container."""
        return usable_engine()[1]

    def expect(self, contents: Contents) -> None:
        """Every start is a new one."""

    def launch(self, contents: Contents, limits: Limits) -> Running:
        """Start the runner; the caller writes the job and reads the reports.

        Raises
        ------
        NoSandbox
            No engine works here.
        """
        engine, trouble = usable_engine()
        if engine is None:
            raise NoSandbox(f"learners' code cannot be run in a container here: {trouble}")
        return _start(engine, contents, limits, bubblewrap.START)


@functools.cache
def usable_engine() -> tuple[Engine | None, str | None]:
    """An engine that runs containers as they have to be, or why there is none."""
    troubles = []
    for engine in engines():
        try:
            trouble = _trouble(engine)
        except (OSError, RuntimeError) as error:
            trouble = str(error)
        if trouble is None:
            if program() is None:
                warnings.warn(NO_FILTER, RuntimeWarning, stacklevel=2)
            return engine, None
        troubles.append(f"`{engine.program}` says: {trouble}")
    return None, "; ".join(troubles) or "neither podman nor docker is installed"


@dataclass
class Contained(Running):
    """A running container: once killed, nothing of it is alive.

    The first process inside ends when ``leash`` is closed, by us or because the grader has died,
    and the kernel ends all others before it. The engine's client ends last, with the first
    process's exit status.
    """

    engine: Engine
    name: str
    leash: int
    limits: Limits

    @property
    def pid(self) -> int:
        """The first process inside, where the engine runs on this machine; 0 before it is there."""
        told = _ask(self.engine, "inspect", "--format", "{{.State.Pid}}", self.name).stdout
        return int(told or 0)

    def kill(self) -> None:
        """End it with everything it started.

        Raises
        ------
        RuntimeError
            It could not be ended.
        """
        os.close(self.leash)
        if not self._client_ends():
            self.process.kill()
        status = self.process.wait()
        if status < 0 or status in ENGINES_STATUSES:
            self._remove()

    def limit_hit(self) -> str | None:
        """Once it has ended: the limit that ended it, if one did."""
        if self.process.returncode in (first.OUT_OF_MEMORY, KILLED):
            return f"it used more than {self.limits.total_memory >> 20} MiB of memory"
        return None

    def _client_ends(self) -> bool:
        """Wait for it, and throw away what it still has to report: it may be waiting for that."""
        deadline = time.monotonic() + SECONDS_TO_DIE
        while (left := deadline - time.monotonic()) > 0:
            if select.select([self.reports], [], [], left)[0] and not os.read(
                self.reports, 1 << 16
            ):
                return True
        return False

    def _remove(self) -> None:
        """The engine's own way to end a container and all that is in it."""
        ended = _ask(self.engine, "rm", "--force", self.name)
        if ended.returncode != 0 and "no such container" not in ended.stderr.lower():
            raise RuntimeError(f"the container {self.name} could not be ended: {ended.stderr}")


def _trouble(engine: Engine) -> str | None:
    """Why an engine does not run containers as they have to be, or None."""
    if not engine.takes_folder and (trouble := _image_trouble(engine)) is not None:
        return f"{trouble} (`make image` builds what containers start from)"
    contents = Contents((), ROOT / "autograder" / "runner", ROOT / "course" / "nand2resnet")
    with tempfile.TemporaryFile("w+") as said:
        running = _start(engine, contents, Limits(), TRY, said)
        os.close(running.job)
        waited = select.select([running.reports], [], [], SECONDS_TO_ANSWER)[0]
        up = bool(waited) and os.read(running.reports, 2) == b"up"
        with contextlib.suppress(RuntimeError):  # what the engine said is the reason
            running.kill()
        os.close(running.reports)
        said.seek(0)
        text = _last_line(said.read())
    status = running.process.returncode
    if up and status == first.ENDED:
        return None
    if status == first.NO_LIMITS:
        return "it does not limit the memory and the processes of a container here"
    return text or (f"exit status {status}" if waited else "nothing, for a minute")


def _image_trouble(engine: Engine) -> str | None:
    """What an engine says against the image that containers start from, or None."""
    asked = _ask(engine, "image", "inspect", image_name())
    return None if asked.returncode == 0 else _last_line(asked.stderr)


def _ask(engine: Engine, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one of the engine's short commands.

    Raises
    ------
    RuntimeError
        It does not come to an end.
    """
    try:
        return subprocess.run(
            [*engine.words, *words],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS_TO_ANSWER,
        )
    except subprocess.TimeoutExpired as error:
        raise RuntimeError(f"`{engine.program} {words[0]}` does not answer") from error


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def _start(
    engine: Engine, contents: Contents, limits: Limits, runner: str, said: IO[str] | None = None
) -> Contained:
    """Start a container with a program in it; what the engine has to say goes to ``said``."""
    name = f"n2r-{secrets.token_hex(8)}"
    job_read, job_write = os.pipe()
    reports_read, reports_write = os.pipe()
    start = START_FIRST.format(
        memory=limits.total_memory, processes=limits.processes, filter=(program() or b"").hex()
    )
    try:
        process = subprocess.Popen(
            [
                *(*engine.words, "run", "--name", name),
                *_isolation(engine, limits),
                *_contents(engine, contents),
                *("/usr/bin/env", "-i"),
                *(f"{variable}={value}" for variable, value in ENVIRONMENT.items()),
                *_limits_of_a_process(engine, limits),
                *(_interpreter(engine), "-I", "-S", "-c"),
                start + runner.format(job=first.JOB, reports=first.REPORTS),
            ],
            stdin=job_read,
            stdout=reports_write,
            stderr=said or subprocess.DEVNULL,
            start_new_session=True,
            cwd=_own_folder(),  # where podman's helper notes that memory ran out
        )
    finally:
        os.close(job_read)
        os.close(reports_write)
    return Contained(process, os.dup(job_write), reports_read, engine, name, job_write, limits)


def _interpreter(engine: Engine) -> str:
    return os.path.realpath(sys.executable) if engine.takes_folder else "python3"


def _limits_of_a_process(engine: Engine, limits: Limits) -> list[str]:
    """The kernel's limits per process.

    That on the number of processes counts all of a user's. Where the users of a container are its
    own, it makes a fork that is refused cheap; elsewhere the control group alone refuses it.
    """
    words = resource_limits(limits)
    return words if _has_own_users(engine) else [w for w in words if not w.startswith("--nproc")]


def _has_own_users(engine: Engine) -> bool:
    return engine.takes_folder and os.geteuid() == 0


def _isolation(engine: Engine, limits: Limits) -> list[str]:
    """Everything that keeps what is inside apart."""
    user, size = UNPRIVILEGED_USER, limits.temporary_files
    words = [
        *("--rm", "--interactive", "--detach-keys=", "--log-driver", "none"),
        *("--network", "none", "--hostname", "grader", "--user", f"{user}:{user}"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
        *("--read-only", "--tmpfs", f"/tmp:rw,nosuid,nodev,mode=1777,size={size}"),
        *("--shm-size", str(size), "--workdir", "/tmp"),
        *("--tmpfs", "/sys:rw,nosuid,nodev,mode=755,size=4k"),
        *("--memory", str(limits.total_memory), "--memory-swap", str(limits.total_memory)),
        *("--pids-limit", str(limits.processes), "--oom-score-adj", "1000"),
        *("--ulimit", f"nofile={limits.open_files}:{limits.open_files}"),
        *("--ulimit", f"nproc={PROCESSES_OF_A_USER}:{PROCESSES_OF_A_USER}"),
        *("--stop-signal", "KILL", "--pull", "never"),
        # The repository may lie in a home, which a label of SELinux keeps from containers.
        *("--security-opt", "label=disable"),
    ]
    return words + (_isolation_by_podman(engine) if engine.takes_folder else [])


def _isolation_by_podman(engine: Engine) -> list[str]:
    """What docker has no words for."""
    names = {path.name for path in Path("/proc").iterdir()} - {*OF_PROCESSES, *PROC}
    masked = [f"/proc/{name}" for name in sorted(names) if not name.isdigit()]
    words = ["--no-hosts", "--read-only-tmpfs=false", "--security-opt", "mask=" + ":".join(masked)]
    if _has_own_users(engine):
        users = f"0:{FIRST_USER_OUTSIDE}:{USERS}"
        words += ["--uidmap", users, "--gidmap", users]
    return words


def _contents(engine: Engine, contents: Contents) -> list[str]:
    """The read-only mounts, and at the end the root: a folder, or an image."""
    places = places_of(contents) | {Path(first.__file__): INSIDE_FIRST}
    if not engine.takes_folder:
        mounted = places.keys() - set(contents.packages)
        return [*_mounts((path, places[path]) for path in mounted), image_name()]
    fonts = font_list() if contents.packages else None
    if fonts is not None:
        places[fonts] = str(first.MATPLOTLIB / fonts.name)
    mounts = _mounts([*_system(), *places.items()])
    folder = ("--tmpfs", f"{first.MATPLOTLIB}:rw,nosuid,nodev,mode=1777,size={MEBI}")
    return [*folder, *mounts, "--rootfs", str(_root_folder(hash_of(repr(mounts).encode())))]


def _mounts(places: Iterable[tuple[Path, str]]) -> list[str]:
    return [
        word
        for path, place in places
        for word in ("--mount", f"type=bind,src={path},dst={place},readonly")
    ]


def _system() -> Iterator[tuple[Path, str]]:
    """Programs, libraries and the interpreter, without the packages somebody has installed."""
    trees = [tree for tree in system_trees() if Path(tree).exists()]
    yield from ((Path(tree), tree) for tree in trees)
    for path in (Path("/etc", name) for name in ETC):
        if path.exists():
            yield path.resolve(), str(path)
    empty = _own_folder() / "empty"
    empty.mkdir(exist_ok=True)
    yield from ((empty, str(hidden)) for hidden in hidden_folders(trees))


def _root_folder(key: str) -> Path:
    """A root with nothing in it, in which the engine makes the places to mount at.

    Different contents need different folders, or one could see the empty places of another.
    """
    root = _own_folder() / key[:16]
    if root.exists():
        return root
    making = Path(tempfile.mkdtemp(dir=root.parent))
    making.chmod(0o755)
    for name in ("dev", "etc", "grader", "proc", "run", "sys", "tmp", "usr"):
        (making / name).mkdir()
    for name in ("bin", "lib", "lib64"):
        (making / name).symlink_to(f"usr/{name}")
    (making / "tmp").chmod(0o1777)  # podman gives its own /tmp the mode of what it covers
    if os.geteuid() == 0:
        for path in (making, *making.iterdir()):
            os.chown(path, FIRST_USER_OUTSIDE, FIRST_USER_OUTSIDE, follow_symlinks=False)
    try:
        making.rename(root)
    except OSError:  # another grader was faster
        shutil.rmtree(making)
    return root


def _own_folder() -> Path:
    """Where the empty folders lie: nobody else may write there, and a container may enter."""
    folder = (Path("/run") if os.geteuid() == 0 else Path.home() / ".cache") / "nand2resnet"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
