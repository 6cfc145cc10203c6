"""Which installed packages a unit's sandbox holds: its roots and what they need, nothing else."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from autograder.sandbox.interface import Contents

NUMPY_UNITS: Final = ("numpy", "matplotlib", "ipywidgets", "anywidget", "tqdm", "ipython", "psutil")
ROOT: Final = Path(__file__).resolve().parents[2]


@functools.cache
def contents_for(roots: tuple[str, ...] = NUMPY_UNITS, data: tuple[Path, ...] = ()) -> Contents:
    """What is mounted for a unit that may import these distributions."""
    return Contents(
        packages=tuple(sorted(top_level_paths(closure(roots)))),
        runner=ROOT / "autograder" / "runner",
        companion=ROOT / "course" / "nand2resnet",
        data=data,
    )


def closure(roots: Iterable[str]) -> set[str]:
    """The names of these distributions and of everything they need here, extras left out."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        try:
            requirements = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        for text in requirements:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def top_level_paths(names: Iterable[str]) -> set[Path]:
    """The files and folders directly under site-packages that belong to these distributions."""
    paths: set[Path] = set()
    for name in names:
        distribution = metadata.distribution(name)
        for file in distribution.files or []:
            top = file.parts[0]
            if top not in ("..", "__pycache__"):
                paths.add(Path(str(distribution.locate_file(top))))
    return {path for path in paths if path.exists()}
