"""Look at this machine and say what is missing for the course, and what to type to mend it.

``python autograder/doctor.py`` works with no package installed and under any Python from 3.6 on:
only the standard library is imported, and no newer syntax is used.
"""

import ctypes
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

REPOSITORY = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)
FREE_BYTES_WANTED = 2 * 10**9  # the environment takes 1 GB, the Debian packages half of one
UNPRIVILEGED_UID = 65534  # "nobody": whom root becomes before it starts a sandbox
CLONE_NEWUSER = 0x10000000  # from Linux's sched.h
SECONDS_FOR_A_COMMAND = 60
ENGINES = ("podman", "docker")  # for containers, the better one first


class Finding(NamedTuple):
    """One thing that was looked at."""

    name: str
    ok: bool
    seen: str
    what_to_do: str = ""


def diagnose() -> List[Finding]:
    """Look at everything, in the order in which it should be mended."""
    findings = [python(), environment(), packages("learner"), packages("grader")]
    findings += [bubblewrap(), user_namespaces(), containers(), interpreter_for_all(), chromium()]
    findings += [disk_space(), writable_folders()]
    return findings


def main() -> int:
    """Print the findings; the exit status is 1 if something is to be mended."""
    findings = diagnose()
    for finding in findings:
        print("{:4} {:22} {}".format("ok" if finding.ok else "MEND", finding.name, finding.seen))
        for line in [] if finding.ok else finding.what_to_do.splitlines():
            print("       -> " + line)
    broken = sum(not finding.ok for finding in findings)
    print("\nAll is well." if not broken else "\n{} to mend.".format(broken))
    return 1 if broken else 0


def python() -> Finding:
    """The Python that runs this file is new enough."""
    seen = "{} at {}".format(platform.python_version(), sys.executable)
    todo = (
        "Python {}.{} or newer is needed.\n"
        "On Debian 12 or newer: sudo apt-get install python3-venv\n"
        "With conda: conda env create -f environment.yml"
    ).format(*OLDEST_PYTHON)
    return Finding("Python", sys.version_info >= OLDEST_PYTHON, seen, todo)


def environment() -> Finding:
    """Packages go into an environment of their own, not into the system's Python."""
    in_venv = sys.prefix != sys.base_prefix
    in_conda = (Path(sys.prefix) / "conda-meta").is_dir()
    if in_venv:
        return Finding("environment", True, "virtual environment " + sys.prefix)
    if in_conda:
        name = os.environ.get("CONDA_DEFAULT_ENV", sys.prefix)
        todo = "The base environment is conda's own: conda env create -f environment.yml"
        return Finding("environment", name != "base", "conda environment " + name, todo)
    ours = REPOSITORY / ".venv" / "bin" / "python"
    if ours.exists():
        todo = "The course's environment is there, but this is not it: {} {}".format(
            ours, Path(__file__).resolve()
        )
    else:
        todo = "Make one: make lab (or, with conda: conda env create -f environment.yml)"
    return Finding("environment", False, "the system's Python, " + sys.prefix, todo)


def packages(who: str) -> Finding:
    """The packages that pyproject.toml asks for are installed, new enough, and can be imported."""
    name = "packages, " + who
    if sys.version_info < OLDEST_PYTHON:
        return Finding(name, False, "not looked at: this Python is too old", "See Python, above.")
    wanted = requirements(who)
    missing = [
        "{} ({})".format(requirement, "not installed" if version is None else "is " + version)
        for requirement, version in wanted.items()
        if version is None or _numbers(version) < _numbers(requirement.partition(">=")[2])
    ]
    seen = ", ".join(missing)
    if not missing:
        seen = _run([sys.executable, "-c", "import " + ", ".join(modules_of(wanted))])
    todo = "See environment, above."
    if environment().ok:
        extra = "[grader]" if who == "grader" else ""
        todo = "cd {} && {} -m pip install -e '.{}'".format(REPOSITORY, sys.executable, extra)
    return Finding(name, not seen, seen or "all there", todo)


def requirements(who: str) -> Dict[str, Optional[str]]:
    """Requirement of pyproject.toml -> the installed version, or None."""
    import importlib.metadata  # Python 3.8
    import tomllib  # Python 3.11

    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = [project["name"]]
    wanted += project["dependencies"] if who == "learner" else project["optional-dependencies"][who]
    installed: Dict[str, Optional[str]] = {}
    for requirement in wanted:
        try:
            installed[requirement] = importlib.metadata.version(_distribution(requirement))
        except importlib.metadata.PackageNotFoundError:
            installed[requirement] = None
    return installed


def modules_of(wanted: Iterable[str]) -> List[str]:
    """What these requirements are imported by: ``markdown-it-py`` by ``markdown_it``."""
    import importlib.metadata  # Python 3.10 for packages_distributions

    names = {_plain(_distribution(requirement)) for requirement in wanted}
    modules = importlib.metadata.packages_distributions().items()
    return [
        module
        for module, owners in modules
        if module.isidentifier() and module[0] != "_" and names & set(map(_plain, owners))
    ]


def bubblewrap() -> Finding:
    """The sandbox is installed and really starts, under the user it will be started by."""
    if not sys.platform.startswith("linux"):
        seen = "bubblewrap does not exist for {}: see containers".format(sys.platform)
        return Finding("sandbox", True, seen)
    program = shutil.which("bwrap")
    if program is None:
        return Finding("sandbox", False, "no bubblewrap", install_line("bubblewrap"))
    command = [program, "--unshare-all", "--ro-bind", "/", "/", "true"]
    tries = {"as " + _user_name(): _run(command)}
    if os.geteuid() == 0:
        tries["after giving up root"] = _run(command, as_nobody=True)
    failed = ["{}: {}".format(who, error) for who, error in tries.items() if error]
    if failed:
        return Finding("sandbox", False, "; ".join(failed), namespaces_todo())
    return Finding("sandbox", True, "{} works {}".format(program, " and ".join(tries)))


def user_namespaces() -> Finding:
    """Linux lets an unprivileged user make a user namespace, which bubblewrap lives by."""
    if not sys.platform.startswith("linux"):
        return Finding("user namespaces", True, "not a question on " + sys.platform)
    error = _in_child(_make_user_namespace)
    if error:
        return Finding("user namespaces", False, "refused: " + error, namespaces_todo())
    return Finding("user namespaces", True, "allowed")


def containers() -> Finding:
    """An engine for containers answers; it is needed only where bubblewrap does not serve."""
    found = [name for name in ENGINES if shutil.which(name)]
    answers = {name: _run([name, "info"]) for name in found}
    working = [name for name in found if not answers[name]]
    if working and working[0] == "podman" and sys.platform.startswith("linux"):
        return Finding("containers", True, "podman works")
    if working:
        seen = "{} works; `make image` builds what it starts from".format(working[0])
        return Finding("containers", True, seen)
    seen = "; ".join(": ".join(answer) for answer in answers.items()) or "no podman, no docker"
    if sys.platform.startswith("linux") and bubblewrap().ok:
        return Finding("containers", True, seen + ": not needed, bubblewrap works")
    return Finding("containers", False, seen, containers_todo())


def containers_todo() -> str:
    """What to type to have an engine."""
    on_windows = "To grade on Windows: work in WSL 2. The notebooks themselves run here."
    remedies = {
        "Linux": install_line("podman runc"),
        "Darwin": (
            "To grade: brew install podman && podman machine init && podman machine start, then "
            "make image\n(or Docker Desktop). The notebooks themselves need none of it."
        ),
    }
    return remedies.get(platform.system(), on_windows)


def namespaces_todo() -> str:
    """The settings of this machine that forbid user namespaces, each with its remedy."""
    reasons = []
    for setting, forbidding, remedy in (
        ("kernel/unprivileged_userns_clone", "0", "1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
        ("user/max_user_namespaces", "0", "10000"),
    ):
        path = Path("/proc/sys") / setting
        if path.exists() and path.read_text().strip() == forbidding:
            reasons.append("sudo sysctl {}={}".format(setting.replace("/", "."), remedy))
    if not reasons:
        reasons.append(
            "In a container: start it with --privileged, or with --security-opt seccomp=unconfined "
            "--security-opt apparmor=unconfined.\nElsewhere: ask whoever runs the machine to allow "
            "unprivileged user namespaces."
        )
    return "\n".join(reasons)


def interpreter_for_all() -> Finding:
    """The sandbox's unprivileged user can read Python and packages, or be shown them by root."""
    name = "Python for every user"
    if os.name != "posix":
        return Finding(name, True, "not a question on " + sys.platform)
    paths = [Path(sys.executable).resolve(), Path(os.__file__).parent, Path(sys.prefix)]
    paths += [REPOSITORY / "autograder" / "runner", REPOSITORY / "course" / "nand2resnet"]
    closed = [door for door in map(closed_door, paths) if door is not None]
    if not closed:
        return Finding(name, True, "readable")
    unreadable = [path for path in paths if path in closed]
    if unreadable and os.geteuid() == 0:
        todo = "chmod -R go+rX " + " ".join(map(str, unreadable))
        return Finding(name, False, "only root can read {}".format(unreadable[0]), todo)
    seen = "{} is closed to others".format(closed[0])
    error = "" if os.geteuid() != 0 else _run(["unshare", "--mount", "true"])
    if not error:
        return Finding(name, True, seen + ": you can grade, others cannot use this environment")
    todo = (
        "Make the environment where every user can read it: clone into a folder such as /srv or "
        "/opt,\nand let it use /usr/bin/python3 (sudo apt-get install python3-venv)."
    )
    return Finding(name, False, "{}, and cannot be mounted elsewhere: {}".format(seen, error), todo)


def closed_door(path: Path) -> Optional[Path]:
    """The first folder on the way to ``path`` that others may not enter, or ``path`` itself."""
    for folder in reversed(path.parents):
        if not folder.stat().st_mode & 0o001:
            return folder
    needed = 0o005 if path.is_dir() or os.access(str(path), os.X_OK) else 0o004
    return None if path.stat().st_mode & needed == needed else path


def chromium() -> Finding:
    """A browser for the tests that drive JupyterLab, and what their driver needs."""
    name = "Chromium (tests only)"
    program = shutil.which("chromium")
    if program is None:
        return Finding(name, False, "not found", install_line("chromium"))
    error = _run([program, "--version"])
    if error:
        return Finding(name, False, error, install_line("chromium"))
    if sys.platform.startswith("linux"):
        try:
            ctypes.CDLL("libatomic.so.1")  # Playwright's own Node.js is linked to it
        except OSError as missing:
            return Finding(name, False, str(missing), install_line("libatomic1"))
    return Finding(name, True, program)


def install_line(package: str) -> str:
    """What to type to install a system package."""
    if shutil.which("apt-get") is None:
        return "Install {} with this system's package manager.".format(package)
    sudo = "" if os.geteuid() == 0 else "sudo "
    return "{0}apt-get update && {0}apt-get install {1}".format(sudo, package)


def disk_space() -> Finding:
    """There is room for the environment."""
    free = shutil.disk_usage(str(REPOSITORY)).free
    seen = "{:.1f} GB free at {}".format(free / 1e9, REPOSITORY)
    todo = "Make room: {:.0f} GB are needed.".format(FREE_BYTES_WANTED / 1e9)
    return Finding("disk space", free >= FREE_BYTES_WANTED, seen, todo)


def writable_folders() -> Finding:
    """The repository, the folder for temporary files and the home folder can be written to."""
    folders = [REPOSITORY, _temporary_folder(), Path(os.path.expanduser("~"))]
    tried = map(_try_to_write, folders)
    closed = ["{} ({})".format(folder, error) for folder, error in tried if error]
    todo = "Work on a copy in a folder of your own, and set TMPDIR or HOME if it is one of those."
    return Finding("writable folders", not closed, ", ".join(closed) or "all", todo)


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:  # gettempdir gives up where no candidate can be written to
        return Path(os.environ.get("TMPDIR", "/tmp"))


def _try_to_write(folder: Path) -> Tuple[Path, str]:
    try:
        with tempfile.TemporaryFile(dir=str(folder)):
            return folder, ""
    except OSError as error:
        return folder, error.strerror or str(error)


def _run(command: List[str], as_nobody: bool = False) -> str:
    """Run a command; what went wrong, or an empty string."""
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            cwd="/",
            timeout=SECONDS_FOR_A_COMMAND,
            preexec_fn=_become_nobody if as_nobody else None,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else "exit status {}".format(done.returncode)


def _in_child(action: Callable[[], int]) -> str:
    """Run ``action`` in a forked child without privileges; the error it ended with, if any."""
    child = os.fork()
    if child == 0:
        status = 255
        try:
            if os.geteuid() == 0:
                _become_nobody()
            status = action()
        except OSError as error:
            status = error.errno or status
        finally:
            os._exit(status)
    _, state = os.waitpid(child, 0)
    status = os.WEXITSTATUS(state) if os.WIFEXITED(state) else 255
    return os.strerror(status) if status else ""


def _make_user_namespace() -> int:
    """Try it by the system call itself; its errno."""
    libc = ctypes.CDLL(None, use_errno=True)
    return 0 if libc.unshare(CLONE_NEWUSER) == 0 else ctypes.get_errno()


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(UNPRIVILEGED_UID)
    os.setuid(UNPRIVILEGED_UID)


def _user_name() -> str:
    return "root" if os.geteuid() == 0 else "this user"


def _distribution(requirement: str) -> str:
    """The name in front of the version."""
    return re.split(r"[^\w.-]", requirement)[0]


def _plain(distribution: str) -> str:
    """One spelling for ``Markdown_It.py`` and ``markdown-it-py``."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _numbers(version: str) -> List[int]:
    """``"2.4.6"`` as ``[2, 4, 6]``; what cannot be compared so is not asked for."""
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


if __name__ == "__main__":
    sys.exit(main())
