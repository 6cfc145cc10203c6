"""Stock nbgrader: the assignment with hidden tests, and a class that is autograded."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from tests.attacks.attack import Attack
from tests.benchmarks.others.cage import run_in_cage, workplace
from tests.benchmarks.others.stock import (
    HIDDEN,
    HONEST,
    LEAVING_AT_ONCE,
    POINTS,
    SETUP,
    VICTIM,
    VISIBLE,
    Seen,
    Words,
    before_all,
    code_cell,
    deserved,
    harm_in,
    notebook,
    reference,
    victims_source,
)

ENVIRONMENT: Final = Path(sys.prefix)
UNIT: Final = "unit"
SECONDS: Final = 400  # for two notebooks, to each cell of which nbgrader gives 30 s
LARGEST_OUTPUT_BYTES: Final = 20 << 20
# What judges here are asserts in cells, so they are what the attacker takes away; and the hidden
# tests are such cells while the notebook runs, so the attacker just looks.
ADAPTED: Final = {
    "leaves_the_process": LEAVING_AT_ONCE,
    "ast_transformer": """
class AssertRemover(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_Expr(self, node):
        return ast.Pass() if "assert" in ast.dump(node) else node
get_ipython().ast_transformers.append(AssertRemover())
""",
    "input_transformer": """
def without_asserts(lines):
    return [line.replace("np.testing.assert_allclose", "(lambda *_, **__: 0)") for line in lines]
get_ipython().input_transformers_post.append(without_asserts)
""",
    "expected_values": """
get_ipython().events.register("pre_run_cell", lambda info: print(info.raw_cell))
""",
}
OF_OTHERS: Final = ("patch_check", "frames_with_verdicts", "pickle_bomb")
SCORES: Final = """
select submitted_assignment.student_id, base_cell.name,
       coalesce(grade.manual_score, grade.auto_score)
from grade
join base_cell on base_cell.id = grade.cell_id
join submitted_notebook on submitted_notebook.id = grade.notebook_id
join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
"""


class Nbgrader:
    """A class with an honest submission that has been graded; attacks come in beside it."""

    adapted = ADAPTED

    def __init__(self, folder: Path) -> None:
        self.words = Words()
        self._template = folder / "nbgrader"
        self._template.mkdir()
        source = self._template / "source" / UNIT
        source.mkdir(parents=True)
        (source / "stock.ipynb").write_text(json.dumps(self._source()))
        (self._template / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'course'\n"
        )
        self._nbgrader("generate_assignment", UNIT)
        honest = self._solved()
        honest["cells"].append(code_cell(f"# {self.words.submission}", "own"))
        self._hand_in(self._template, "alice", honest)
        self._nbgrader("db", "student", "add", "alice", f"--last-name={self.words.gradebook}")
        self._nbgrader("autograde", UNIT)

    def applies(self, attack: Attack) -> bool:
        """Nothing stands for a mark but a cell's outcome: no check object, no report, no pickle."""
        return attack.name not in OF_OTHERS

    def attack(self, attack: Attack) -> Seen:
        """Autograde the attacker, and somebody honest after."""
        with workplace() as folder:
            place = folder / "class"
            shutil.copytree(self._template, place)
            self._hand_in(place, "mallory", self._hostile(attack, folder))
            self._hand_in(place, "zed", self._solved())
            observed = run_in_cage(folder, [ENVIRONMENT], self._plan(place))
            return self._seen(attack, place, folder, observed)

    def _plan(self, place: Path) -> dict[str, Any]:
        known = {
            "repository": str(place / "source"),
            "class": str(place),
            "gradebook": str(place / "gradebook.db"),
            "submission": str(place / "submitted" / "alice" / UNIT / "stock.ipynb"),
            "secret": str(place / "nbgrader_config.py"),
        }
        return {
            "commands": [[str(ENVIRONMENT / "bin" / "nbgrader"), "autograde", UNIT]],
            "cwd": str(place),
            "environment": _environment(place.parent) | {"SECRET": self.words.environment},
            "seconds": SECONDS,
            "known": known,
            "precious": [known["submission"], known["secret"]],
        }

    def _seen(self, attack: Attack, place: Path, folder: Path, observed: dict[str, Any]) -> Seen:
        scores = _scores(place / "gradebook.db")
        mine, theirs = scores.get("mallory", {}), scores.get("zed", {})
        harm = harm_in(observed)
        if scores.get("alice") != {name: float(points) for name, points in POINTS.items()}:
            harm.append("changed the gradebook")
        graded = place / "autograded" / "mallory" / UNIT / "stock.ipynb"
        text, size = _outputs(graded)
        with contextlib.suppress(OSError):
            text += (folder / "found").read_text(errors="replace")
        leaked = self.words.found_in(text)
        if size > LARGEST_OUTPUT_BYTES:
            harm.append(f"made a notebook of {size >> 20} MiB")
        total = sum(theirs.values()) if theirs and None not in theirs.values() else None
        mark, beside = mine.get(VICTIM), mine.get(HONEST)
        return Seen(deserved(attack), mark, beside, total, leaked, harm)

    def _hostile(self, attack: Attack, folder: Path) -> dict[str, Any] | bytes:
        if attack.family == "notebook":
            return attack.make(self._solved())
        made = self._solved()
        cells = {cell["id"]: cell for cell in made["cells"]}
        cells[f"{VICTIM}-solution"]["source"] = victims_source(attack)
        sources = before_all(attack, str(folder / "known.json"), str(folder / "found"))
        sources.append(ADAPTED.get(attack.name, ""))
        own = [code_cell(text, f"own-{number}") for number, text in enumerate(sources)]
        made["cells"] = own + made["cells"]
        return made

    def _solved(self) -> dict[str, Any]:
        release = self._template / "release" / UNIT / "stock.ipynb"
        made: dict[str, Any] = json.loads(release.read_text())
        for cell in made["cells"]:
            data = cell["metadata"].get("nbgrader", {})
            cell["id"] = data.get("grade_id", cell["id"])
            if data.get("solution"):
                cell["source"] = reference(cell["id"].removesuffix("-solution"))
        return made

    def _source(self) -> dict[str, Any]:
        cells = [code_cell(SETUP, "setup")]
        for name, points in POINTS.items():
            head, body = reference(name), f"# {self.words.reference}"
            solution = f"### BEGIN SOLUTION\n{body}\n{head}\n### END SOLUTION"
            hidden = HIDDEN[name].format(word=self.words.hidden)
            tests = f"{VISIBLE[name]}\n### BEGIN HIDDEN TESTS\n{hidden}\n### END HIDDEN TESTS"
            cells.append(code_cell(solution, f"{name}-solution", _metadata(name, None)))
            cells.append(code_cell(tests, name, _metadata(name, points)))
        return notebook(cells)

    def _hand_in(self, place: Path, student: str, made: dict[str, Any] | bytes) -> None:
        folder = place / "submitted" / student / UNIT
        folder.mkdir(parents=True)
        data = made if isinstance(made, bytes) else json.dumps(made).encode()
        (folder / "stock.ipynb").write_bytes(data)

    def _nbgrader(self, *words: str) -> None:
        subprocess.run(
            [str(ENVIRONMENT / "bin" / "nbgrader"), *words],
            cwd=self._template,
            env=_environment(self._template.parent),
            check=True,
            capture_output=True,
        )


def _metadata(name: str, points: int | None) -> dict[str, Any]:
    data: dict[str, Any] = {"schema_version": 3, "task": False, "cell_type": "code"}
    if points is None:
        return {"nbgrader": data | _flags(f"{name}-solution", solution=True)}
    return {"nbgrader": data | _flags(name, solution=False) | {"points": points}}


def _flags(grade_id: str, *, solution: bool) -> dict[str, Any]:
    return {
        "grade_id": grade_id,
        "solution": solution,
        "grade": not solution,
        "locked": not solution,
    }


def _environment(home: Path) -> dict[str, str]:
    """Nobody's personal settings of Jupyter or nbgrader."""
    return {
        "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _scores(gradebook: Path) -> dict[str, dict[str, float]]:
    """By student and cell; nothing if the gradebook is no more."""
    scores: dict[str, dict[str, float]] = {}
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_read(gradebook)) as book:
        for student, cell, score in book.execute(SCORES):
            scores.setdefault(student, {})[cell] = score
    return scores


def _read(gradebook: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{gradebook}?mode=ro", uri=True)


def _outputs(path: Path) -> tuple[str, int]:
    """What a graded notebook shows, without the sources; and how large its file is."""
    try:
        data = path.read_bytes()
        cells = json.loads(data)["cells"]
    except (OSError, ValueError, KeyError):
        return "", 0
    return json.dumps([cell.get("outputs") for cell in cells]), len(data)
