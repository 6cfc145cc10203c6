"""Linux namespaces through bubblewrap: the default backend.

The runner sees an empty root with the interpreter, the unit's packages and the runner, all
read-only; a small /tmp in memory; no network, no /proc, no other process, no capability, and
fewer system calls. Started as root, it first becomes an unprivileged user.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from autograder.sandbox.cgroup import Group, make_group
from autograder.sandbox.doors import open_doors
from autograder.sandbox.interface import Contents, Limits, Running
from autograder.sandbox.seccomp import program
from autograder.sandbox.watchdog import Watchdog

UNPRIVILEGED_USER: Final = 65534
ROOT: Final = Path(__file__).resolve().parents[2]
INSIDE_PACKAGES: Final = "/grader/packages"
INSIDE_RUNNER: Final = "/grader/code/autograder/runner"
INSIDE_COMPANION: Final = "/grader/code/nand2resnet"
START: Final = (
    "import sys; sys.path[:0] = ['/grader/code', '/grader/packages']; "
    "from autograder.runner.main import main; main({job}, {reports})"
)
ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "NAND2RESNET_OFFLINE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "IPYTHONDIR": "/tmp/ipython",
}
# Programs and libraries, and the data that libraries look for. Not /usr/local, /usr/share or
# /usr/src: what people put there is their own business.
SYSTEM: Final = ("/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share/fonts", "/usr/share/zoneinfo")
ETC: Final = ("ld.so.cache", "fonts", "localtime", "alternatives")
# Two harmless files stand for /proc, which also tells where on the host everything lies.
PROC: Final = ("cpuinfo", "meminfo")
# Should memory run out after all, the kernel ends the sandbox before anything else.
FIRST_TO_DIE: Final = 'echo 1000 > /proc/self/oom_score_adj; exec "$@"'
SECONDS_TO_DIE: Final = 10.0


class Bubblewrap:
    """Runs the runner in namespaces of its own."""

    name = "bubblewrap"

    @functools.cache  # noqa: B019 - one backend lives as long as the program
    def trouble(self) -> str | None:
        """Why bubblewrap does not work here, or None: found by running something in it."""
        if sys.platform != "linux" or shutil.which("bwrap") is None:
            return "bubblewrap (the program `bwrap`) is not installed"
        if not Path(f"/proc/self/task/{os.getpid()}/children").exists():
            return "this kernel does not say which processes a process has started"
        with ExitStack() as stack:
            words, descriptors = _isolation(Limits(), stack)
            result = subprocess.run(
                [*drop_privileges(), *words, "--", *resource_limits(Limits()), "true"],
                capture_output=True,
                text=True,
                check=False,
                pass_fds=descriptors,
            )
        if result.returncode == 0 and program() is None:
            warnings.warn(NO_FILTER, RuntimeWarning, stacklevel=2)
        return None if result.returncode == 0 else f"`bwrap` says: {result.stderr.strip()}"

    def expect(self, contents: Contents) -> None:
        """Every start is a new one."""

    def launch(self, contents: Contents, limits: Limits) -> Running:
        """Start the runner; the caller writes the job and reads the reports."""
        job_read, job_write = os.pipe()
        reports_read, reports_write = os.pipe()
        information_read, information_write = os.pipe()
        group = make_group(limits)
        with ExitStack() as stack:
            for descriptor in (job_read, reports_write, information_write):
                stack.callback(os.close, descriptor)
            words, descriptors = _isolation(limits, stack)
            open_the_doors, mounts = mounts_of(contents)
            fonts, font_descriptors = font_mount(stack)
            command = [
                *(group.entrance() if group else []),
                *("sh", "-ec", FIRST_TO_DIE, "sh"),
                *open_the_doors,
                *drop_privileges(),
                *words,
                *("--info-fd", str(information_write)),
                *mounts,
                *fonts,
                *("--remount-ro", "/"),
                "--",
                *resource_limits(limits),
                *(os.path.realpath(sys.executable), "-I", "-S", "-c"),
                START.format(job=job_read, reports=reports_write),
            ]
            handed_over = (job_read, reports_write, information_write)
            process = start(command, (*handed_over, *descriptors, *font_descriptors))
        running = Bubble(
            process, job_write, reports_read, limits, group, information=information_read
        )
        if group is None:
            running.watch()
        return running


def start(command: list[str], descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    """Start a command that hears and says nothing but through these descriptors."""
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=descriptors,
        start_new_session=True,
        env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
    )


@dataclass
class Counted(Running):
    """A running sandbox whose memory is counted: by a control group, or else by a watchdog."""

    limits: Limits
    group: Group | None = None
    watchdog: Watchdog | None = field(default=None, init=False)
    _hit: str | None = field(default=None, init=False)

    def watch(self) -> None:
        """Let a watchdog look after the memory."""
        self.watchdog = Watchdog(self.pid, self.limits.total_memory, self.signal)
        self.watchdog.start()

    def signal(self) -> None:
        """Tell it to end, without waiting for it."""
        raise NotImplementedError

    def settle(self) -> None:
        """Once nothing of it is alive: see whether it had too much memory, and stop counting.

        Raises
        ------
        RuntimeError
            Something in its control group could not be ended.
        """
        if self.watchdog is not None:
            self.watchdog.stop()
        bitten = self.watchdog is not None and self.watchdog.bit
        if bitten or (self.group is not None and self.group.ran_out_of_memory()):
            self._hit = f"it used more than {self.limits.total_memory >> 20} MiB of memory"
        if self.group is not None:
            self.group.remove()

    def limit_hit(self) -> str | None:
        """Once it has ended: the limit that ended it, if one did."""
        return self._hit


@dataclass
class Bubble(Counted):
    """A running sandbox: once killed, nothing of it is alive.

    ``information`` is a pipe on which bubblewrap tells its first process inside. When that one
    has ended, the kernel has ended all others of its namespace before.
    """

    information: int = field(kw_only=True)

    def kill(self) -> None:
        """End it with everything it started.

        Raises
        ------
        RuntimeError
            Something in it could not be ended.
        """
        first = self._first_process()
        self.signal()
        self.process.wait()
        if first is not None:
            end(first)
        self.settle()

    def signal(self) -> None:
        """Tell it to end, without waiting for it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _first_process(self) -> int | None:
        """A descriptor of the first process inside; None if there is none any more.

        Until bubblewrap has told, waiting is right: what it has not told it has not yet made.
        """
        with os.fdopen(self.information, "rb") as pipe:
            if not select.select([pipe], [], [], SECONDS_TO_DIE)[0]:
                return None
            told = pipe.read(1 << 16)
        if not told:
            return None
        data = json.loads(told)
        try:
            descriptor = os.pidfd_open(data["child-pid"])
        except ProcessLookupError:
            return None
        with contextlib.suppress(OSError):
            # The number may since have been given to another process.
            namespace = Path(f"/proc/{data['child-pid']}/ns/pid").stat().st_ino
            if namespace == data["pid-namespace"]:
                return descriptor
        os.close(descriptor)
        return None


def end(first: int) -> None:
    """End the first process of a namespace, and with it all others, and see that it is so."""
    try:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(first, signal.SIGKILL)
        if not select.select([first], [], [], SECONDS_TO_DIE)[0]:
            raise RuntimeError("a process of a sandbox could not be ended")
    finally:
        os.close(first)


NO_FILTER: Final = (
    "there is no filter of system calls for this processor; learners' code is still kept apart by "
    "namespaces, limits and an unprivileged user"
)


def drop_privileges() -> list[str]:
    """As root: become nobody first, so that the limit on processes and the files' modes hold."""
    if os.geteuid() != 0:
        return []
    user = str(UNPRIVILEGED_USER)
    return [
        *("setpriv", "--reuid", user, "--regid", user, "--clear-groups"),
        *("--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"),
    ]


def namespaces(limits: Limits) -> list[str]:
    """The start of a command in namespaces of its own, with the system and folders in memory."""
    return [
        *("bwrap", "--unshare-all", "--unshare-user", "--die-with-parent"),
        *("--new-session", "--cap-drop", "ALL", "--hostname", "grader"),
        *("--uid", str(UNPRIVILEGED_USER), "--gid", str(UNPRIVILEGED_USER)),
        *_system(),
        *("--dev", "/dev"),
        *("--size", str(limits.temporary_files), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"),
        *("--size", str(limits.temporary_files), "--tmpfs", "/tmp", "--dir", "/tmp/matplotlib"),
        *("--chdir", "/tmp", "--clearenv"),
        *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
    ]


def _isolation(limits: Limits, stack: ExitStack) -> tuple[list[str], list[int]]:
    """Everything that keeps what is inside apart, and the descriptors to be handed over."""
    words = [*namespaces(limits), "--disable-userns"]
    filter_ = program()
    if filter_ is None:
        return words, []
    read, write = os.pipe()
    stack.callback(os.close, read)
    os.write(write, filter_)  # 2 KiB: a pipe holds them
    os.close(write)
    return [*words, "--seccomp", str(read)], [read]


def _system() -> Iterator[str]:
    """Programs, libraries and the interpreter, without the packages somebody has installed."""
    trees = system_trees()
    for tree in trees:
        yield from ("--ro-bind-try", tree, tree)
    for place in ("bin", "lib", "lib64"):
        yield from ("--symlink", f"usr/{place}", f"/{place}")
    for name in ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")
    for name in PROC:
        yield from ("--ro-bind-try", f"/proc/{name}", f"/proc/{name}")
    for hidden in hidden_folders(trees):
        yield from ("--tmpfs", str(hidden), "--remount-ro", str(hidden))


def system_trees() -> list[str]:
    """The folders with the system's programs and libraries, and the interpreter's."""
    prefix = Path(sys.base_prefix)
    if prefix == Path("/usr"):
        return list(SYSTEM)
    return [*SYSTEM, str(prefix / "bin"), str(prefix / "lib")]


def hidden_folders(trees: list[str]) -> list[Path]:
    """Folders in what is shown that are nobody's business: other packages, this repository."""
    library = Path(sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix}))
    places = [library / "site-packages", library / "dist-packages", ROOT]
    places += [library.parent / "python3" / "dist-packages"]
    return [
        place
        for place in places
        if place.is_dir() and any(place.is_relative_to(tree) for tree in trees)
    ]


def places_of(contents: Contents) -> dict[Path, str]:
    """What a unit's sandbox holds, and where it stands inside."""
    places = {path: f"{INSIDE_PACKAGES}/{path.name}" for path in contents.packages}
    places |= {contents.runner: INSIDE_RUNNER, contents.companion: INSIDE_COMPANION}
    return places | {path: f"/grader/data/{path.name}" for path in contents.data}


def mounts_of(contents: Contents) -> tuple[list[str], list[str]]:
    """What must run before, and the read-only mounts of what a unit's sandbox holds."""
    places = places_of(contents)
    before, shown = open_doors(places)
    words = [
        word for path, place in places.items() for word in ("--ro-bind", str(shown[path]), place)
    ]
    return before, words


def font_mount(stack: ExitStack) -> tuple[list[str], list[int]]:
    """A copy of matplotlib's list of fonts, which may lie in a home that is private."""
    fonts = font_list()
    if fonts is None:
        return [], []
    file = stack.enter_context(fonts.open("rb"))
    place = f"/tmp/matplotlib/{fonts.name}"
    return ["--ro-bind-data", str(file.fileno()), place], [file.fileno()]


def resource_limits(limits: Limits) -> list[str]:
    """The kernel's limits per process; the control group or the watchdog sees to the total."""
    return [
        "prlimit",
        f"--as={limits.address_space}",
        f"--nproc={limits.processes}",
        f"--fsize={limits.file_size}",
        f"--nofile={limits.open_files}",
        f"--cpu={limits.cpu}",
        "--core=1",  # no byte fits in it; 0 would still call a program that collects core dumps
        "--",
    ]


@functools.cache
def font_list() -> Path | None:
    """Matplotlib's list of fonts: taking it along saves each runner seconds of searching."""
    import matplotlib as mpl

    importlib.import_module("matplotlib.font_manager")  # writes the list
    lists = sorted(Path(mpl.get_cachedir()).glob("fontlist-*.json"))
    return lists[-1] if lists else None
