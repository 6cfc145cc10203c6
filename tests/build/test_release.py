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


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('    """Two times x."""\n    ### BEGIN', '    ### BEGIN\n    """Hidden."""', "BEGIN SOL"),
        ("    ### BEGIN SOLUTION\n    return", "    return", "mark the solution"),
        ("    ### END SOLUTION\n\n# %% check", "\n# %% check", "nbgrader"),
        ('# %% check="twice"\n', '# %% check="thrice"\n', "check cells"),
        ("check(twice, 3", "### BEGIN HIDDEN TESTS\ncheck(twice, 3", "hidden"),
        ("return 2 * x", "return 2 * x + 0", "occurs"),
    ],
)
def test_a_unit_that_is_not_as_it_must_be_is_refused(
    toy: Path, old: str, new: str, reason: str
) -> None:
    text = TOY.replace(old, new)
    assert text != TOY
    (toy / "toy.py").write_text(text)
    if reason == "occurs":
        (toy / "exercises.py").write_text(EXERCISES.replace('"2 * x"', '"x * 2"'))
    load_unit.cache_clear()
    with pytest.raises(BadUnit):
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
