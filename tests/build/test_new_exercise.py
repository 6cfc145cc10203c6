"""`n2r new-exercise`: a skeleton that loads, that audits red, and that can be made good."""

import difflib
import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from typer.testing import CliRunner

from autograder import unit as units
from autograder.audit import audit_unit
from autograder.build.cells import verify_cells
from autograder.cli import app
from autograder.errors import BadUnit, UnknownName
from autograder.skeleton import new_exercise
from autograder.unit import SOLUTIONS, load_unit, unit_names

UNITS = unit_names()
FILES = ("exercises.py", "probes.py")


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """Copies a unit's sources into a folder of its own, where alone units are looked for."""

    def copy(name):
        ours = load_unit(name)
        folder = tmp_path / "solutions" / ours.name
        folder.mkdir(parents=True)
        for file in (ours.path.name, *FILES):
            shutil.copy(SOLUTIONS / ours.name / file, folder)
        monkeypatch.setattr(units, "SOLUTIONS", folder.parent)
        load_unit.cache_clear()
        return load_unit(name)

    yield copy
    load_unit.cache_clear()


def texts_of(unit):
    return {
        path: path.read_text(encoding="utf-8")
        for path in (unit.path, *(unit.path.with_name(name) for name in FILES))
    }


@pytest.mark.parametrize("name", UNITS)
def test_it_fits_into_every_unit(copied, name):
    unit = copied(name)
    before = texts_of(unit)
    first = next(iter(unit.exercises))
    places = new_exercise(name, "brand_new", after=first)
    again = load_unit(name)
    names = list(again.exercises)
    assert names[names.index(first) + 1] == "brand_new"
    assert [each for each in names if each != "brand_new"] == list(unit.exercises)
    for place in places:
        text = place.path.read_text(encoding="utf-8")
        old, new = before[place.path].splitlines(), text.splitlines()
        taken_away = [line for line in difflib.ndiff(old, new) if line.startswith("- ")]
        assert taken_away == []
        begins = new[place.line - 1]
        assert begins.startswith(("# %% [markdown]", "# --- brand_new -", "def brand_new_input("))
    formatted = [sys.executable, "-m", "ruff", "format", "--diff", "--config", "pyproject.toml"]
    ran = subprocess.run(
        [*formatted, *before], cwd=SOLUTIONS.parent, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout


def test_without_a_wish_it_follows_the_last_exercise(copied):
    unit = copied("01")
    new_exercise("01", "brand_new")
    assert list(load_unit("01").exercises) == [*unit.exercises, "brand_new"]
    assert "What we learnt" in load_unit("01").cells[-1].source


def test_a_unit_without_exercises_gets_its_first(copied):
    unit = copied("01")
    unit.path.write_text("# %% [markdown]\n# # Nothing yet\n", encoding="utf-8")
    for name in FILES:
        unit.path.with_name(name).write_text('"""Nothing yet."""\n', encoding="utf-8")
    load_unit.cache_clear()
    new_exercise("01", "brand_new")
    assert list(load_unit("01").exercises) == ["brand_new"]


def test_missing_imports_are_added(copied):
    unit = copied("01")
    exercises = unit.path.with_name("exercises.py")
    text = exercises.read_text(encoding="utf-8")
    imported = "from autograder.exercise import Case, Criterion, Exercise, build"
    assert imported in text
    qualified = re.sub(r"\b(Case|Criterion|Exercise|build)\(", r"exercise.\1(", text)
    exercises.write_text(qualified.replace(imported, "from autograder import exercise"))
    load_unit.cache_clear()
    new_exercise("01", "brand_new")
    added = load_unit("01").exercises["brand_new"]
    assert len(list(added.draw(np.random.default_rng(0)))) == 2


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("two words", "cannot be the name of a function"),
        ("2nd", "cannot be the name of a function"),
        ("class", "cannot be the name of a function"),
        ("derivative", "already; choose another name"),
        ("square", "already; choose another name"),
        ("np", "already; choose another name"),
        ("wave", "probes.py of 01_gradient_descent has something called 'wave' already"),
    ],
)
def test_a_name_that_cannot_be_taken(copied, name, words):
    unit = copied("01")
    before = texts_of(unit)
    with pytest.raises(BadUnit, match=words):
        new_exercise("01", name)
    assert texts_of(unit) == before


def test_it_follows_no_exercise_that_is_not_there(copied):
    before = texts_of(unit := copied("01"))
    with pytest.raises(UnknownName, match="Did you mean derivative"):
        new_exercise("01", "brand_new", after="derivativ")
    assert texts_of(unit) == before


def test_the_command_says_where_to_write(copied):
    unit = copied("01")
    ran = CliRunner().invoke(app, ["new-exercise", "01", "brand_new", "--after", "derivative"])
    assert ran.exit_code == 0, ran.output
    notebook, *_ = ran.output.splitlines()
    path, _, line = notebook.rpartition(":")
    assert path == str(unit.path)
    lines = unit.path.read_text(encoding="utf-8").splitlines()
    assert lines[int(line)] == "# ### Exercise: `brand_new`"
    assert "n2r audit 01 brand_new" in ran.output


# --- From red to good, one step after another

STEPS = [
    (
        "exercises.py",
        [
            ('"FILL IN: text that occurs once in the reference"', '"x * x"'),
            ('"FILL IN: what is there instead"', '"2 * x"'),
        ],
        "which occurs 0 times",
    ),
    (
        "gradient_descent.py",
        [
            (
                'raise NotImplementedError("FILL IN: the reference solution of squares")',
                "return x * x",
            ),
            ('expected="FILL IN: what comes back"', "expected=np.array([1.0, 4.0, 16.0])"),
        ],
        "which occurs 0 times",
    ),
    (
        "exercises.py",
        [('raise NotImplementedError("FILL IN: another right solution")', "return np.square(x)")],
        "the alternative 'FILL IN: how it differs from the reference' is refused",
    ),
]


def test_it_audits_red_until_it_is_good(copied):
    unit = copied("01")
    new_exercise("01", "squares")
    for file, replacements, problem in STEPS:
        (audit,) = audit_unit("01", exercises=["squares"], seeds=["one"])
        assert problem in " ".join(audit.problems)
        path = unit.path.with_name(file)
        text = path.read_text(encoding="utf-8")
        for old, new in replacements:
            assert text.count(old) == 1
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
        load_unit.cache_clear()
    (audit,) = audit_unit("01", exercises=["squares"], seeds=["one"])
    assert audit.is_clean, (audit.problems, audit.survivors)


@pytest.mark.parametrize("filled_in", [(), ("gradient_descent.py",), ("probes.py",)])
def test_nothing_is_released_that_is_left_to_fill_in(copied, filled_in):
    unit = copied("01")
    new_exercise("01", "squares", after="derivative")
    for name in filled_in:
        path = unit.path.with_name(name)
        path.write_text(path.read_text(encoding="utf-8").replace("FILL IN", "filled in"))
    left = next(name for name in (unit.path.name, *FILES) if name not in filled_in)
    lines = unit.path.with_name(left).read_text(encoding="utf-8").splitlines()
    first = next(number for number, line in enumerate(lines, 1) if "FILL IN" in line)
    with pytest.raises(BadUnit, match=rf"{left}:{first}: something is left to fill in"):
        verify_cells(load_unit("01"))
