"""The folders of a hub, and who may read what: learners get what is named here, no more."""

from __future__ import annotations

import grp
import json
import os
import pwd
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from autograder.build import write_bundle
from autograder.class_folder import write_atomically
from autograder.deploy.roster import INSTRUCTOR, LEARNER, Person
from autograder.deploy.settings import COURSE_ID, HubSettings
from autograder.unit import COURSE, ROOT, SOLUTIONS

ENVIRONMENT: Final = ROOT / ".venv"  # the only part of the repository that learners may enter
CLASS: Final = "class"  # the instructor's class folder, in the home
# Kernels listen on TCP by default, and whoever has an account here could listen in on what they
# send. Sockets in a private folder cannot be reached by others.
MESSAGES_BY_FILES: Final = {"KernelManager": {"transport": "ipc"}}
HOUR: Final = 3600
# A learner's kernel that no tab shows ends after a while, and a server without kernels too.
WHEN_IDLE: Final = {
    "MappingKernelManager": {"cull_idle_timeout": HOUR, "cull_connected": False},
    "ServerApp": {"shutdown_no_activity_timeout": 2 * HOUR},
}
INSTRUCTORS_TOOLS: Final = ("formgrader", "course_list")


def make_folders(settings: HubSettings, instructor: Person) -> None:
    """Make what is missing, and give every folder the owner and the rights it must have."""
    teacher = pwd.getpwnam(instructor.username)
    _folder(settings.folder, 0o755)
    _folder(settings.secrets, 0o700)
    # As nbgrader wants it: everybody may begin a course here, nobody may remove another's.
    _folder(settings.exchange, 0o1777)
    course = settings.course_of_exchange
    _folder(course, 0o755, teacher)
    _folder(course / "outbound", 0o755, teacher)
    # Learners may put something in, see nothing, and rename nothing but their own.
    _folder(course / "inbound", 0o3733, teacher)
    _folder(course / "feedback", 0o711, teacher)
    _folder(class_folder(instructor.username), 0o700, teacher)


def class_folder(username: str) -> Path:
    """The class folder of the instructor's account."""
    return Path(pwd.getpwnam(username).pw_dir) / CLASS


def close_repository(settings: HubSettings) -> None:
    """Let only root and the instructors into the repository, but for its Python environment.

    By name nobody else can enter any part of it: solutions, tests, the history in .git, and the
    later units, which begin with what earlier ones had built.
    """
    group = grp.getgrnam(settings.instructors).gr_gid
    for entry in ROOT.iterdir():
        if entry == ENVIRONMENT or entry.is_symlink():
            continue
        os.chown(entry, 0, group)
        entry.chmod(0o750 if entry.is_dir() else 0o640)
    for folder in (SOLUTIONS, COURSE):  # whoever cloned it may have had another umask
        for path in folder.rglob("*"):
            os.chown(path, 0, group)
            path.chmod(0o750 if path.is_dir() else 0o640)
    os.chown(ROOT, 0, group)
    ROOT.chmod(0o751)  # learners pass through to the environment, and cannot list it


def install_package(settings: HubSettings) -> None:
    """Put there what learners import: the learner's bundle, without its notebooks."""
    with tempfile.TemporaryDirectory(dir=settings.folder) as staging:
        bundle = Path(staging) / "bundle"
        write_bundle(bundle)
        _folder(settings.package, 0o755)
        new = Path(staging) / "nand2resnet"
        (bundle / "nand2resnet").rename(new)
        for path in (new, *new.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        place = settings.package / "nand2resnet"
        if place.exists():
            place.rename(Path(staging) / "old")
        new.rename(place)


def write_jupyter_settings(settings: HubSettings, instructor: Person) -> None:
    """Write what Jupyter and nbgrader are set to, for the servers of each role."""
    for role in (INSTRUCTOR, LEARNER):
        folder = settings.jupyter(role)
        _folder(folder.parent, 0o755)
        _folder(folder, 0o755)
        server: dict[str, Any] = dict(MESSAGES_BY_FILES)
        lab = {"@jupyterlab/apputils-extension:announcements": True}
        if role == LEARNER:
            off = {f"nbgrader.server_extensions.{name}": False for name in INSTRUCTORS_TOOLS}
            server |= WHEN_IDLE
            server["ServerApp"] = {**WHEN_IDLE["ServerApp"], "jpserver_extensions": off}
            for name in (*INSTRUCTORS_TOOLS, "create_assignment"):
                lab[f"@jupyter/nbgrader:{name.replace('_', '-')}"] = True
        _write(folder / "jupyter_server_config.json", json.dumps(server, indent=1))
        _folder(folder / "labconfig", 0o755)
        _write(folder / "labconfig/page_config.json", json.dumps({"disabledExtensions": lab}))
        _write(folder / "nbgrader_config.py", _nbgrader_settings(settings, instructor, role))


def _nbgrader_settings(settings: HubSettings, instructor: Person, role: str) -> str:
    if role == LEARNER:
        text = Path(__file__).with_name("learner_nbgrader_config.py").read_text(encoding="utf-8")
        return text.replace("@COURSE@", COURSE_ID).replace("@EXCHANGE@", str(settings.exchange))
    return f'''"""Made by setup.sh: the repository's settings, and where things are."""

c = get_config()  # noqa: F821 - traitlets provides it to configuration files
load_subconfig("nbgrader_config.py", path={str(ROOT)!r})  # noqa: F821
c.CourseDirectory.root = {str(class_folder(instructor.username))!r}
c.CourseDirectory.source_directory = {str(SOLUTIONS)!r}
c.CourseDirectory.release_directory = {str(COURSE)!r}
c.Exchange.root = {str(settings.exchange)!r}
'''


def _write(path: Path, text: str) -> None:
    write_atomically(path, text.encode())


def _folder(path: Path, mode: int, owner: pwd.struct_passwd | None = None) -> None:
    path.mkdir(parents=True, exist_ok=True)
    os.chown(path, owner.pw_uid if owner else 0, owner.pw_gid if owner else 0)
    path.chmod(mode)


def install_proxy_sources(settings: HubSettings) -> Path:
    """Copy the proxy's pinned versions to where npm installs them; return that folder."""
    place = settings.secrets / "proxy"
    _folder(place, 0o700)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(Path(__file__).with_name(name), place / name)
    return place
