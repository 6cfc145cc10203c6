"""A unit's notebook as a learner has it on disk: as released, or solved in part or in full."""

import json
from pathlib import Path

from autograder.unit import Unit


class Released:
    """A fresh copy of a released notebook.

    Attributes
    ----------
    path : Path
        Where it lies; in the folder that JupyterLab shows, its name opens it.
    notebook : dict
        What it holds.
    """

    def __init__(self, unit: Unit, folder: Path) -> None:
        self._unit = unit
        self.path = folder / f"{unit.notebook_name}.ipynb"
        self.notebook = json.loads(unit.release.read_text(encoding="utf-8"))
        self.save()

    def save(self) -> None:
        """Write the notebook to its path."""
        self.path.write_text(json.dumps(self.notebook), encoding="utf-8")

    def place(self, grade_id: str) -> int:
        """The number of the cell with this grade id, markdown cells counted."""
        marks = [
            cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in self.notebook["cells"]
        ]
        return marks.index(grade_id)

    def place_of(self, words: str) -> int:
        """The number of the first cell that holds these words."""
        sources = ("".join(cell["source"]) for cell in self.notebook["cells"])
        return next(number for number, source in enumerate(sources) if words in source)

    def solve(self, *names: str) -> None:
        """Write the reference into these exercises."""
        for name in names:
            cell = self.notebook["cells"][self.place(f"{name}-solution")]
            cell["source"] = self._unit.reference_source(name)
        self.save()
