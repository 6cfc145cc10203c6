"""Linux namespaces through bubblewrap: the default backend.

The runner sees an empty root with the interpreter, the unit's packages and the runner, all
read-only; a small /tmp in memory; no network, no other process, no capability. Started as root,
it first becomes an unprivileged user.
"""

from __future__ import annotations

import functools
import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from autograder.sandbox.doors import open_doors
from autograder.sandbox.interface import Contents, Limits, Running

UNPRIVILEGED_USER: Final = 65534
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
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "IPYTHONDIR": "/tmp/ipython",
}


class Bubblewrap:
    """Runs the runner in namespaces of its own."""

    name = "bubblewrap"

    @functools.cache  # noqa: B019 - one backend lives as long as the program
    def trouble(self) -> str | None:
        """Why bubblewrap does not work here, or None: found by running something in it."""
        if sys.platform != "linux" or shutil.which("bwrap") is None:
            return "bubblewrap (the program `bwrap`) is not installed"
        command = [*drop_privileges(), "bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        return None if result.returncode == 0 else f"`bwrap` says: {result.stderr.strip()}"

    def launch(self, contents: Contents, limits: Limits) -> Running:
        """Start the runner; the caller writes the job and reads the reports."""
        job_read, job_write = os.pipe()
        reports_read, reports_write = os.pipe()
        with ExitStack() as stack:
            stack.callback(os.close, job_read)
            stack.callback(os.close, reports_write)
            open_the_doors, mounts, descriptors = stack.enter_context(mounts_of(contents))
            start = START.format(job=job_read, reports=reports_write)
            command = [
                *open_the_doors,
                *drop_privileges(),
                *namespaces(limits),
                *mounts,
                *("--remount-ro", "/", "--chdir", "/tmp", "--clearenv"),
                *(
                    word
                    for name, value in ENVIRONMENT.items()
                    for word in ("--setenv", name, value)
                ),
                "--",
                *resource_limits(limits),
                *(os.path.realpath(sys.executable), "-I", "-S", "-c", start),
            ]
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(job_read, reports_write, *descriptors),
                start_new_session=True,
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin")},
            )
        return Running(process, job_write, reports_read)


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
    """An empty root of its own with /usr, /proc, a minimal /dev and a /tmp in memory."""
    words = "bwrap --unshare-all --unshare-user --disable-userns --die-with-parent --cap-drop ALL"
    words += " --hostname grader --ro-bind /usr /usr --symlink usr/bin /bin"
    words += " --symlink usr/lib /lib --symlink usr/lib64 /lib64 --dir /etc"
    for name in ("ld.so.cache", "fonts", "localtime"):
        words += f" --ro-bind-try /etc/{name} /etc/{name}"
    size = str(limits.temporary_files)
    words += f" --proc /proc --dev /dev --size {size} --tmpfs /dev/shm --remount-ro /dev"
    words += f" --size {size} --tmpfs /tmp --dir /tmp/matplotlib"
    return words.split()


@contextmanager
def mounts_of(contents: Contents) -> Iterator[tuple[list[str], list[str], list[int]]]:
    """What must run before, the read-only mounts, the descriptors to be handed over with them."""
    places = {path: f"{INSIDE_PACKAGES}/{path.name}" for path in contents.packages}
    places |= {contents.runner: INSIDE_RUNNER, contents.companion: INSIDE_COMPANION}
    places |= {path: f"/grader/data/{path.name}" for path in contents.data}
    prefix = Path(sys.base_prefix)
    if not prefix.is_relative_to("/usr"):
        places[prefix] = str(prefix)
    before, shown = open_doors(places)
    words = [
        word for path, place in places.items() for word in ("--ro-bind", str(shown[path]), place)
    ]
    fonts = font_list()
    if fonts is None:
        yield before, words, []
        return
    with fonts.open("rb") as stream:  # a copy: the list lies in a home that may be private
        place = f"/tmp/matplotlib/{fonts.name}"
        words += ["--ro-bind-data", str(stream.fileno()), place]
        yield before, words, [stream.fileno()]


def resource_limits(limits: Limits) -> list[str]:
    """The kernel's limits per process; totals are the watchdog's (execution.py)."""
    return [
        "prlimit",
        f"--as={limits.address_space}",
        f"--nproc={limits.processes}",
        f"--fsize={limits.file_size}",
        f"--nofile={limits.open_files}",
        f"--cpu={limits.cpu}",
        "--core=0",
        "--",
    ]


@functools.cache
def font_list() -> Path | None:
    """Matplotlib's list of fonts: taking it along saves each runner seconds of searching."""
    import matplotlib as mpl

    importlib.import_module("matplotlib.font_manager")  # writes the list
    lists = sorted(Path(mpl.get_cachedir()).glob("fontlist-*.json"))
    return lists[-1] if lists else None
