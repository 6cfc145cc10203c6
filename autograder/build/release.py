"""Make every unit's release through nbgrader's own generate_assignment, in a folder of its own."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from autograder.build.cells import verify_cells
from autograder.build.contents import contents_bytes
from autograder.build.hints import hints_bytes, same_hints
from autograder.build.loading import load_for_build
from autograder.build.source import notebook_bytes, source_notebook
from autograder.build.stubs import verify_stubs
from autograder.errors import BadUnit
from autograder.unit import COURSE, ROOT, SOLUTIONS, Unit, unit_names

HINTS: Final = COURSE / "nand2resnet" / "hints"
CONTENTS: Final = COURSE / "nand2resnet" / "contents"
PICTURES: Final = (".png", ".jpg", ".gif")


@dataclass(frozen=True)
class Difference:
    """A file of course/ that is not what its source gives."""

    path: Path
    reason: str


def build_units(
    names: Iterable[str] | None = None, progress: Callable[[str], None] = lambda _: None
) -> list[Path]:
    """Write source notebooks, releases and hints; return the files that changed."""
    changed = []
    for unit, files in _generated(names, progress):
        source = SOLUTIONS / unit.name / f"{unit.notebook_name}.ipynb"
        for path, content in {**files, source: notebook_bytes(source_notebook(unit))}.items():
            if not _is_current(path, content):
                _write(path, content)
                changed.append(path)
    return changed


def check_units(
    names: Iterable[str] | None = None, progress: Callable[[str], None] = lambda _: None
) -> list[Difference]:
    """Compare course/ with what the sources give; hints by value, everything else by byte."""
    differences = []
    expected: set[Path] = set()
    for _, files in _generated(names, progress):
        expected |= set(files)
        for path, content in files.items():
            if not path.exists():
                differences.append(Difference(path, "is missing"))
            elif not _is_current(path, content):
                differences.append(Difference(path, "differs from what its source gives"))
    if names is None:
        data = (*HINTS.glob("*.json"), *CONTENTS.glob("*.json"))
        present = [*COURSE.glob("[0-9]*/*.ipynb"), *data]
        strays = [path for path in present if path not in expected]
        differences += [Difference(path, "comes from no source") for path in strays]
    return differences


def _generated(
    names: Iterable[str] | None, progress: Callable[[str], None]
) -> Iterator[tuple[Unit, dict[Path, bytes]]]:
    """Each unit with the files of course/ that its sources give."""
    units = [load_for_build(name) for name in (unit_names() if names is None else names)]
    with _temporary_course(units) as released:
        for unit in units:
            progress(unit.name)
            notebook = (released / unit.name / f"{unit.notebook_name}.ipynb").read_bytes()
            verify_stubs(unit, notebook)
            files = {unit.release: notebook.rstrip(b"\n") + b"\n"}
            files[HINTS / f"{unit.name}.json"] = hints_bytes(unit)
            files[CONTENTS / f"{unit.name}.json"] = contents_bytes(unit)
            for picture in sorted(unit.path.parent.iterdir()):
                if picture.suffix in PICTURES:
                    files[COURSE / unit.name / picture.name] = picture.read_bytes()
            yield unit, files


@contextmanager
def _temporary_course(units: list[Unit]) -> Iterator[Path]:
    """A folder with the releases of these units, made by nbgrader."""
    with tempfile.TemporaryDirectory(prefix="n2r-build-") as name:
        root = Path(name)
        for unit in units:
            verify_cells(unit)
            source = source_notebook(unit)
            folder = root / "solutions" / unit.name
            folder.mkdir(parents=True)
            (folder / f"{unit.notebook_name}.ipynb").write_bytes(notebook_bytes(source))
        for unit in units:
            _generate(root, unit.name)
        yield root / "course"


def _generate(root: Path, unit: str) -> None:
    """Run nbgrader's generate_assignment in process, without a gradebook."""
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    config = Config(PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config())
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = unit
    config.GenerateAssignment.no_database = True
    config.SaveCells.enabled = False
    config.GenerateAssignment.force = True
    # Problems come as exceptions; what is left of its log is one line a file.
    config.GenerateAssignment.log_level = "ERROR"
    coursedir = CourseDirectory(config=config)
    converter = GenerateAssignment(coursedir=coursedir, config=config)
    converter.log.setLevel("ERROR")
    try:
        converter.start()
    except (Exception, SystemExit) as error:
        raise BadUnit(f"{unit}: nbgrader could not make the release: {error}") from error


def _is_current(path: Path, content: bytes) -> bool:
    if not path.exists():
        return False
    if path.parent == HINTS:
        return same_hints(json.loads(path.read_bytes()), json.loads(content))
    return path.read_bytes() == content


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    shutil.move(partial, path)
