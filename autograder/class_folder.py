"""A class on disk: nbgrader's layout and settings, and a folder of our own beside them.

What is ours lies in ``.n2r/``: the seeds, which never enter a sandbox, and one verdict per
submission, from which feedback and reports are made without grading again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.errors import ClassTrouble
from autograder.unit import COURSE, ROOT, SOLUTIONS, Unit

OURS: Final = ".n2r"
SETTINGS: Final = "nbgrader_config.py"
LAYOUT: Final = "{nbgrader_step}/{student_id}/{assignment_id}"
NEW_SETTINGS: Final = '''"""Made by `n2r grade`: nbgrader finds the course from here."""

from pathlib import Path

c = get_config()  # noqa: F821 - traitlets provides it to configuration files
load_subconfig("nbgrader_config.py", path={root!r})  # noqa: F821
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.source_directory = {source!r}
c.CourseDirectory.release_directory = {release!r}
'''


@dataclass(frozen=True)
class ClassFolder:
    """Where things are, by nbgrader's settings; ``settings`` holds all of these."""

    root: Path
    submitted: Path
    autograded: Path
    db_url: str
    course_id: str
    group_shared: bool
    settings: Any

    @property
    def ours(self) -> Path:
        """The grader's own folder."""
        return self.root / OURS

    def graded_notebook(self, unit: Unit, student: str) -> Path:
        """Where nbgrader looks for a graded notebook."""
        return self.autograded / student / unit.name / f"{unit.notebook_name}.ipynb"


def open_class(class_dir: Path | None = None) -> ClassFolder:
    """Find a class by its folder; by default the repository itself.

    A folder without nbgrader's settings gets some, so that nbgrader works there too.

    Raises
    ------
    ClassTrouble
        It is no folder, cannot be written to, or its settings cannot be used.
    """
    root = (class_dir or ROOT).resolve()
    if not root.is_dir():
        raise ClassTrouble(
            f"there is no class folder {root}.\n"
            "It should hold what was handed in, as submitted/<student>/<unit>/<notebook>.ipynb."
        )
    with writing_in(root):
        make_ours(root)
        if not (root / SETTINGS).exists():
            settings = NEW_SETTINGS.format(
                root=str(ROOT), source=str(SOLUTIONS), release=str(COURSE)
            )
            write_atomically(root / SETTINGS, settings.encode())
    return _located(root, read_settings(root))


def make_ours(root: Path) -> None:
    """Make our own folder in a class's; it holds seeds, so it is the instructor's alone."""
    (root / OURS).mkdir(mode=0o700, exist_ok=True)
    write_atomically(root / OURS / ".gitignore", b"*\n")


def read_settings(root: Path) -> Any:
    """What nbgrader, started in this folder, would be configured to.

    Raises
    ------
    ClassTrouble
        A settings file cannot be read.
    """
    from jupyter_core.paths import jupyter_config_path
    from traitlets.config.loader import Config, PyFileConfigLoader

    settings = Config()
    for folder in (*reversed(jupyter_config_path()), str(root)):
        path = Path(folder) / SETTINGS
        if not path.is_file():
            continue
        try:
            settings.merge(PyFileConfigLoader(SETTINGS, path=folder).load_config())
        except Exception as error:  # settings are a program: anything may go wrong
            raise ClassTrouble(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    return settings


def _located(root: Path, settings: Any) -> ClassFolder:
    course = settings.CourseDirectory
    layout = course.get("directory_structure", LAYOUT)
    if Path(layout) != Path(LAYOUT):
        raise ClassTrouble(
            f"{SETTINGS} sets CourseDirectory.directory_structure to {layout!r}; "
            f"n2r knows only nbgrader's own layout, {LAYOUT!r}"
        )
    root = Path(course.get("root", root))
    return ClassFolder(
        root=root,
        submitted=root / course.get("submitted_directory", "submitted"),
        autograded=root / course.get("autograded_directory", "autograded"),
        db_url=course.get("db_url", f"sqlite:///{root / 'gradebook.db'}"),
        course_id=course.get("course_id", ""),
        group_shared=course.get("groupshared", False),
        settings=settings,
    )


@contextlib.contextmanager
def only_grader(folder: ClassFolder) -> Iterator[None]:
    """Be the only ``n2r grade`` at work on this class.

    Raises
    ------
    ClassTrouble
        Another one is.
    """
    with writing_in(folder.ours):
        lock = os.open(folder.ours / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise ClassTrouble(
            f"another `n2r grade` is at work on {folder.root}; wait until it has finished"
        ) from None
    try:
        yield
    finally:
        os.close(lock)  # which gives the lock back, as the death of this process would


@contextlib.contextmanager
def writing_in(folder: Path) -> Iterator[None]:
    """Turn an error of writing into one that says where, and what to do.

    Raises
    ------
    ClassTrouble
        In place of any OSError.
    """
    try:
        yield
    except OSError as error:
        raise ClassTrouble(
            f"cannot write {error.filename or folder}: {error.strerror}.\n"
            f"Make {folder} writable, with room on its disk, and run this again; "
            "what has been graded so far is kept."
        ) from error


def write_atomically(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that whoever looks, at any moment, finds the old one or the new one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{os.getpid()}.partial")
    partial.unlink(missing_ok=True)
    with open(partial, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    partial.chmod(mode)
    partial.replace(path)
