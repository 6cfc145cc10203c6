"""A cage for graders that have none, so that attacks on them harm nobody here.

bubblewrap's namespaces without network, an unprivileged user, a bound on memory, processes, file
size and time. Inside, the other graders run as they are: what the cage stops counts for them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from autograder.sandbox.cgroup import make_group
from autograder.sandbox.interface import Limits

NOBODY: Final = 65534
LIMITS: Final = Limits(total_memory=3 << 30, processes=400)
HOST: Final = Path(__file__).parent / "host.py"
SYSTEM: Final = (
    "/usr",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/nsswitch.conf",
)
SECONDS_MORE: Final = 60


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder on disk the cage's user can write to."""
    folder = Path(tempfile.mkdtemp(prefix="n2r-others-", dir="/var/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_in_cage(folder: Path, environments: list[Path], plan: dict[str, Any]) -> dict[str, Any]:
    """Carry a plan out in a cage, and return what ``host.py`` observed.

    Parameters
    ----------
    folder : Path
        The one folder that can be written to; it is at the same path inside.
    environments : list of Path
        Shown read-only.

    Returns
    -------
    dict
        ``host.py``'s observations; empty if it did not live to write them.
    """
    shutil.copy(HOST, folder)
    (folder / "plan.json").write_text(json.dumps(plan))
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
    group = make_group(LIMITS)
    command = [*(group.entrance() if group else []), *_words(folder, environments)]
    command += [sys.executable, "-I", str(folder / "host.py"), str(folder)]
    process = subprocess.Popen(command, start_new_session=True, env={"PATH": os.environ["PATH"]})
    seconds = len(plan["commands"]) * plan["seconds"] + SECONDS_MORE
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        ran_out = group is not None and group.ran_out_of_memory()
        if group is not None:
            group.remove()
    observed = folder / "observed.json"
    return (json.loads(observed.read_text()) if observed.exists() else {}) | {"memory": ran_out}


def _words(folder: Path, environments: list[Path]) -> list[str]:
    shown = [word for place in SYSTEM for word in ("--ro-bind-try", place, place)]
    for place in ("bin", "lib", "lib64"):
        shown += ["--symlink", f"usr/{place}", f"/{place}"]
    for place in {*environments, Path(sys.executable).parents[1], *map(_base, environments)}:
        shown += ["--ro-bind", str(place), str(place)]
    become = ["setpriv", "--reuid", str(NOBODY), "--regid", str(NOBODY), "--clear-groups"]
    return [
        *(become if os.geteuid() == 0 else []),
        *("bwrap", "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"),
        *("--cap-drop", "ALL", "--hostname", "others", "--proc", "/proc", "--dev", "/dev"),
        *("--tmpfs", "/dev/shm", "--tmpfs", "/tmp", *shown),
        *("--bind", str(folder), str(folder), "--chdir", str(folder), "--"),
        *("prlimit", f"--as={4 << 30}", f"--fsize={1 << 30}", "--core=0", "--"),
    ]


def _base(environment: Path) -> Path:
    """The folder of the interpreter an environment was made with."""
    return (environment / "bin" / "python").resolve().parents[1]
