"""A learner's bundle: the course and what it needs, by an allow-list."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

from autograder.errors import GraderError
from autograder.unit import COURSE, ROOT, load_unit, unit_names

ALLOWED: Final = (".ipynb", ".py", ".js", ".css", ".json", ".npz", ".md", ".png", ".typed")
TOP_LEVEL: Final = ("LICENSE",)


def write_bundle(folder: Path, units: Collection[str] | None = None) -> list[Path]:
    """Copy what a learner gets into an empty folder; return the files written.

    Parameters
    ----------
    units : collection of str, optional
        Only these units; by default all. A class gets those it has reached: later ones begin with
        what earlier ones had built.

    Raises
    ------
    GraderError
        The folder holds something already, or there is no such unit.
    """
    wanted = {load_unit(name).name for name in units or unit_names()}
    others = set(unit_names()) - wanted
    if folder.exists() and any(folder.iterdir()):
        raise GraderError(f"{folder} is not empty; name a new folder for the bundle")
    written = []
    for path in sorted(COURSE.rglob("*")):
        parts = path.relative_to(COURSE).parts
        hidden = any(part.startswith(".") or part == "__pycache__" for part in parts)
        of_a_unit = parts[1:2] in (("hints",), ("contents",))
        left_out = parts[0] in others or (of_a_unit and path.stem in others)
        if path.is_file() and path.suffix in ALLOWED and not hidden and not left_out:
            written.append(_copy(path, folder / path.relative_to(COURSE)))
    written += [_copy(ROOT / name, folder / name) for name in TOP_LEVEL]
    pyproject = folder / "pyproject.toml"
    pyproject.write_text(learner_pyproject(), encoding="utf-8")
    return [*written, pyproject]


def learner_pyproject() -> str:
    """The learner's part of pyproject.toml: the companion package and what it needs."""
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs, torch = (
        "\n".join(f'    "{requirement}",' for requirement in requirements)
        for requirements in (project["dependencies"], project["optional-dependencies"]["torch"])
    )
    return (
        '[build-system]\nrequires = ["setuptools>=77"]\n'
        'build-backend = "setuptools.build_meta"\n\n'
        f'[project]\nname = "{project["name"]}"\nversion = "{project["version"]}"\n'
        f'requires-python = "{project["requires-python"]}"\ndependencies = [\n{needs}\n]\n\n'
        f"[project.optional-dependencies]\ntorch = [\n{torch}\n]\n\n"
        '[tool.setuptools.packages.find]\ninclude = ["nand2resnet*"]\n\n'
        "[tool.setuptools.package-data]\n"
        '"*" = ["*.js", "*.css", "*.json", "*.npz", "py.typed"]\n'
    )


def _copy(source: Path, destination: Path) -> Path:
    destination.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, destination)
    return destination
