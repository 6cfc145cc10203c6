"""The build: the same source gives the same bytes, and nothing a learner gets holds an answer."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from autograder import unit as units
from autograder.build import build_units, check_units, source_notebook, write_bundle
from autograder.build import release as releases
from autograder.build.source import notebook_bytes
from autograder.errors import BadUnit, GraderError
from autograder.sandbox.contents import contents_for
from autograder.unit import COURSE, ROOT, Unit, load_unit, unit_names
from nand2resnet.contents import checked_by, course

TOY = '''# %% setup=true
import numpy as np
from nand2resnet.check import check

# %% exercise="twice"
def twice(x):
    """Two times x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% check="twice"
check(twice, 3, expected=6)

# %% [markdown] question="why" points=2
# ### Why?
#
# ### BEGIN SOLUTION
# The model answer.
# ### END SOLUTION
'''
EXERCISES = '''"""How the toy is graded."""

from autograder.exercise import Case, Exercise

twice = Exercise(points={"numbers": 3})


@twice.cases
def _(rng):
    yield Case("numbers", x=4)


twice.mistake("thrice", "Count again.", "2 * x", "3 * x")
'''


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one small unit; returns the folder of its sources."""
    folder = tmp_path / "solutions" / "50_toy"
    folder.mkdir(parents=True)
    (folder / "toy.py").write_text(TOY)
    (folder / "exercises.py").write_text(EXERCISES)
    (folder / "probes.py").write_text('"""No probes."""\n')
    learners = tmp_path / "course"
    monkeypatch.setattr(units, "SOLUTIONS", folder.parent)
    monkeypatch.setattr(units, "COURSE", learners)
    monkeypatch.setattr(releases, "SOLUTIONS", folder.parent)
    monkeypatch.setattr(releases, "COURSE", learners)
    monkeypatch.setattr(releases, "HINTS", learners / "nand2resnet" / "hints")
    monkeypatch.setattr(releases, "CONTENTS", learners / "nand2resnet" / "contents")
    load_unit.cache_clear()
    yield folder
    load_unit.cache_clear()


def released_cells(folder: Path) -> list[dict]:
    path = folder.parents[1] / "course" / "50_toy" / "toy.ipynb"
    return json.loads(path.read_bytes())["cells"]


def test_the_release_holds_stubs_and_points_but_no_answer(toy: Path) -> None:
    build_units()
    setup, solution, check, question = released_cells(toy)
    text = "".join(solution["source"])
    assert "2 * x" not in text
    assert 'raise NotImplementedError("' in text
    assert check["metadata"]["nbgrader"]["points"] == 3
    assert check["metadata"]["nbgrader"]["grade_id"] == "twice"
    assert "model answer" not in "".join(question["source"])
    assert question["metadata"]["nbgrader"]["points"] == 2
    assert "nbgrader" not in setup["metadata"]


def test_two_builds_give_the_same_bytes_and_check_agrees(toy: Path) -> None:
    changed = build_units()
    before = {path: path.read_bytes() for path in changed}
    shutil.rmtree(toy.parents[1] / "course")
    load_unit.cache_clear()
    build_units()
    assert {path: path.read_bytes() for path in changed} == before
    assert check_units() == []
    assert build_units() == []


def test_check_tells_what_is_out_of_date(toy: Path) -> None:
    build_units()
    (toy / "toy.py").write_text(TOY.replace("Two times x", "Twice x"))
    load_unit.cache_clear()
    assert [difference.path.name for difference in check_units()] == ["toy.ipynb"]
    stray = toy.parents[1] / "course" / "51_stray" / "stray.ipynb"
    stray.parent.mkdir()
    stray.write_text("{}")
    assert stray in [difference.path for difference in check_units()]


def test_the_hints_say_what_a_mistake_gives(toy: Path) -> None:
    build_units()
    hints = json.loads((toy.parents[1] / "course/nand2resnet/hints/50_toy.json").read_text())
    ((entry,),) = hints["checks"].values()
    assert entry["mistake"] == "thrice"
    assert entry["observation"] == 9


def test_the_contents_list_what_a_learner_can_pass(toy: Path) -> None:
    build_units()
    folder = toy.parents[1] / "course/nand2resnet/contents"
    ((unit,), cells) = course(folder), released_cells(toy)
    assert (unit.name, unit.title, unit.notebook) == ("50_toy", "toy", "toy.ipynb")
    assert (unit.exercises[0].points, unit.questions) == (3, 1)
    assert checked_by("".join(cells[2]["source"]), folder) == (unit, unit.exercises[0])
    (folder / "50_toy.json").write_text("{}")
    assert [difference.path.name for difference in check_units()] == ["50_toy.json"]


TWICE_AGAIN = """# %% exercise="twice"
def twice(x):
    ### BEGIN SOLUTION
    return x + x
    ### END SOLUTION

# %% check="twice"
check(twice, 4, expected=8)

# %% [markdown] question"""
BROKEN = {
    # what is wrong: (file, old text, new text, where the message says it is, and what)
    "no end": ("toy.py", "    ### END SOLUTION\n\n# %% check", "\n# %% check", 8, "has no ### END"),
    "no beginning": ("toy.py", "    ### BEGIN SOLUTION\n    r", "    r", 9, "without ### BEGIN"),
    "no markers": (
        *("toy.py", "    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION\n"),
        *("    return 2 * x\n", 5, "mark the solution"),
    ),
    "a solution elsewhere": (
        *(
            "toy.py",
            "import numpy",
            "### BEGIN SOLUTION\nimport numpy",
            2,
            "outside of an exercise",
        ),
    ),
    "the docstring inside": (
        *("toy.py", '    """Two times x."""\n    ### BEGIN SOLUTION\n'),
        *('    ### BEGIN SOLUTION\n    """Two."""\n', 5, "signature or docstring differs"),
    ),
    "another name": ("toy.py", "def twice(x)", "def double(x)", 5, "it must define twice"),
    "two of a name": ("toy.py", "# %% [markdown] question", TWICE_AGAIN, 15, "in line 5 already"),
    "a question's name": ("toy.py", 'question="why"', 'question="twice"', 15, "in line 12 already"),
    "hidden tests": ("toy.py", "check(twice", "### BEGIN HIDDEN TESTS\ncheck(twice", 13, "hidden"),
    "an unknown option": ("toy.py", "# %% setup", "# %% set_up", 1, "no option 'set_up'"),
    "points in words": ("toy.py", "points=2", 'points="two"', 15, "could not convert"),
    "a raw cell": (
        "toy.py",
        "# %% [markdown]",
        "# %% [raw]\n\n# %% [markdown]",
        15,
        "only markdown",
    ),
    "a check of nothing": (
        "toy.py",
        '# %% check="twice"',
        '# %% check="thrice"',
        12,
        "check cells",
    ),
    "no check": ("toy.py", '# %% check="twice"', "# %%", 5, "check cells are []"),
    "setup is not Python": (
        "toy.py",
        "import numpy as np",
        "import numpy as np\n)",
        3,
        "unmatched",
    ),
    "setup stops": ("toy.py", "import numpy as np", "import numpy as np\n1 / 0", 3, "ZeroDivision"),
    "the solution is not Python": ("toy.py", "return 2 * x", "return 2 * x)", 9, "does not parse"),
    "the solution stops": (
        "toy.py",
        "### END SOLUTION",
        "### END SOLUTION\n1 / y\n",
        11,
        "NameError",
    ),
    "the check is not Python": ("toy.py", "expected=6)", "expected=6", 13, "was never closed"),
    "the check is wrong": ("toy.py", "expected=6", "expected=7", 13, "does not pass its check"),
    "the check calls nothing": ("toy.py", "check(twice", "check(twise", 13, "NameError"),
    "left in the notebook": ("toy.py", "Two times x", "FILL IN: what", 7, "left to fill in"),
    "left in exercises.py": ("exercises.py", "Count again", "FILL IN", 13, "left to fill in"),
    "left in probes.py": ("probes.py", "No probes", "FILL IN", 1, "left to fill in"),
    "an exercise without cells": (
        *("exercises.py", "\n\n\n@", "\nother = Exercise(points={})\n\n\n@", 6, "lacks ['other']"),
    ),
    "cells without an exercise": ("exercises.py", "twice", "double", "toy.py:5", "lacks ['twice']"),
    "an edit of nothing": ("exercises.py", '"2 * x"', '"x * 2"', 13, "occurs 0 times"),
    "half an edit": ("exercises.py", '"2 * x", "3 * x"', '"2 * x"', 13, "as pairs"),
    "a mistake that is not Python": ("exercises.py", '"3 * x"', '"3 * x)"', 13, "cannot be run"),
    "an unknown argument": ("exercises.py", "points=", "visable=(), points=", 5, "visable"),
    "exercises.py is not Python": ("exercises.py", "x=4)", "x=4", 10, "was never closed"),
    "exercises.py stops": ("exercises.py", "import Case,", "import Caze,", 3, "cannot import"),
    "probes.py is not Python": ("probes.py", '"""No', 'def (:\n"""No', 1, "SyntaxError"),
    "probes.py stops": ("probes.py", '."""\n', '."""\nx = y\n', 2, "NameError"),
}


@pytest.mark.parametrize("wrong", BROKEN)
def test_what_is_wrong_with_a_unit_is_said_with_file_and_line(toy: Path, wrong: str) -> None:
    file, old, new, where, what = BROKEN[wrong]
    text = (toy / file).read_text()
    assert old in text
    (toy / file).write_text(text.replace(old, new))
    load_unit.cache_clear()
    place = toy / (where if isinstance(where, str) else f"{file}:{where}")
    with pytest.raises(BadUnit) as raised:
        build_units()
    assert str(raised.value).startswith(f"{place}: ")
    assert what in str(raised.value)


def test_a_unit_without_probes_is_told_so(toy: Path) -> None:
    (toy / "probes.py").unlink()
    load_unit.cache_clear()
    with pytest.raises(BadUnit, match=r"there is no probes\.py"):
        build_units()


# What is really in the repository


def secrets_of(unit: Unit) -> list[str]:
    """Lines that only an author may see: long lines of solutions and of exercises.py."""
    lines = (unit.path.parent / "exercises.py").read_text().splitlines()
    outside = "\n".join(cell.source for cell in unit.cells if cell.role != "exercise")
    for name in unit.exercises:
        stub, *rest = unit.cell("exercise", name).source.split("### BEGIN SOLUTION")
        outside += stub
        for part in rest:
            inside, after = part.split("### END SOLUTION")
            lines += inside.splitlines()
            outside += after
    return [
        line.strip()
        for line in lines
        if len(line.strip()) > 30 and "import " not in line and line.strip() not in outside
    ]


def hint_texts(unit: Unit) -> str:
    """Hints and mistakes' names may be read: the hints file is made of them."""
    mistakes = [mistake for one in unit.exercises.values() for mistake in one.mistakes]
    return "\n".join(text for mistake in mistakes for text in (mistake.name, mistake.hint))


@pytest.mark.parametrize("name", unit_names())
def test_no_answer_reaches_the_bundle(name: str, tmp_path: Path) -> None:
    unit = load_unit(name)
    so_far = unit_names()[: 1 + unit_names().index(name)]  # later units build on its answers
    files = write_bundle(tmp_path / "bundle", so_far)
    names = {path.name for path in files}
    assert not names & {"exercises.py", "probes.py", "gradebook.db"}
    public = (
        "\n".join(
            path.read_text(encoding="utf-8")
            for path in files
            if path.suffix not in (".npz", ".png")
        )
        .replace("\\n", "\n")
        .replace('\\"', '"')
    )
    hints = hint_texts(unit)
    leaked = [
        line for line in secrets_of(unit) if line in public and line.strip('",() ') not in hints
    ]
    assert leaked == []
    assert unit.release.name in names


def test_a_bundle_holds_the_units_a_class_has_reached(tmp_path: Path) -> None:
    files = write_bundle(tmp_path / "bundle", ["00", "02_regression"])
    folders = {path.relative_to(tmp_path / "bundle").parts[0] for path in files}
    assert {one for one in folders if one[0].isdigit()} == {"00_start_here", "02_regression"}
    for data in ("hints", "contents"):
        of_units = {one.stem for one in files if one.suffix == ".json" and one.parent.name == data}
        assert of_units == {"00_start_here", "02_regression"}
    assert (tmp_path / "bundle" / "nand2resnet" / "check.py").exists()
    with pytest.raises(GraderError, match="there is no unit"):
        write_bundle(tmp_path / "other", ["77"])


def test_a_learner_installs_torch_only_when_asking_for_it(tmp_path: Path) -> None:
    write_bundle(tmp_path / "bundle", ["00"])
    project = tomllib.loads((tmp_path / "bundle" / "pyproject.toml").read_text())["project"]
    assert not any(one.startswith("torch") for one in project["dependencies"])
    assert list(project["optional-dependencies"]) == ["torch"]
    assert any(one.startswith("torch>=") for one in project["optional-dependencies"]["torch"])


def test_nothing_that_is_mounted_holds_an_answer() -> None:
    contents = contents_for()
    mounted = [contents.runner, contents.companion, *contents.packages, *contents.data]
    for path in mounted:
        assert not (ROOT / "solutions").is_relative_to(path)
        assert not path.is_relative_to(ROOT / "solutions")
        assert not (ROOT / "autograder" / "oracle.py").is_relative_to(path)
    assert not any("nbgrader" in path.name or "torch" in path.name for path in contents.packages)


@pytest.mark.parametrize("name", unit_names())
def test_the_committed_release_is_what_its_source_gives(name: str) -> None:
    assert check_units([name]) == []


@pytest.mark.parametrize("name", unit_names())
def test_a_release_has_no_outputs(name: str) -> None:
    cells = json.loads(load_unit(name).release.read_bytes())["cells"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)


def test_a_bundle_never_overwrites(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(GraderError, match="not empty"):
        write_bundle(tmp_path)


def test_cell_ids_are_stable_when_other_cells_change() -> None:
    unit = load_unit("01")
    notebook = source_notebook(unit)
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert notebook_bytes(notebook) == notebook_bytes(source_notebook(unit))
    assert (COURSE / unit.name).exists()
