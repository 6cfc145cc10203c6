"""An earlier audit holds as long as nothing has changed that it depends on."""

import json
import subprocess
import sys

import pytest

from autograder import unit as units
from autograder.audit.findings import ExerciseAudit, Survivor
from autograder.audit.record import (
    JUDGES,
    OF_NETWORKS,
    Record,
    fingerprint,
    judges,
    modules_of,
    read_records,
    write_records,
)
from autograder.unit import ROOT

EXERCISES = ("total", "halvings", "root", "Tally")
AUDIT = ExerciseAudit(
    *("01_toy", "root", True, 1, 1, 2, 2, 2, 1, 9, 7, 1, 1),
    survivors=(Survivor("`x` becomes `y`", "return y", "- x\n+ y"),),
    blank_message="it is not written yet",
    seconds=1.5,
    problems=("a", "b"),
    notes=("c",),
)


@pytest.fixture
def unit(toy):
    """The toy unit, whose files are as before afterwards."""
    kept = {path: path.read_bytes() for path in toy.glob("*.py")}
    units.load_unit.cache_clear()
    yield units.load_unit("01")
    for path, content in kept.items():
        path.write_bytes(content)
    (toy / "audit.json").unlink(missing_ok=True)


def changed_by(unit, file, old, new):
    """The exercises whose fingerprint an edit changes."""
    before = {name: fingerprint(unit, name, ["seed"]) for name in EXERCISES}
    path = unit.path.parent / file
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    units.load_unit.cache_clear()
    edited = units.load_unit("01")
    return [name for name in EXERCISES if fingerprint(edited, name, ["seed"]) != before[name]]


@pytest.mark.parametrize(
    ("file", "old", "new", "exercises"),
    [
        ("exercises.py", '"Sum, or mean?"', '"The sum?"', ["total"]),
        ("exercises.py", "result = 0", "result = 0.0", ["total"]),
        ("exercises.py", "for length in (1, 2, 7)", "for length in (1, 2, 8)", ["Tally"]),
        ("exercises.py", '"rounding down never', '"because rounding down never', ["halvings"]),
        ("exercises.py", "import numpy as np", "import numpy as np\nSIZE = 2", [*EXERCISES]),
        ("toy.py", "import numpy as np", "import numpy as np\nSIZE = 2", [*EXERCISES]),
        ("toy.py", "n = n / 2", "n = 0.5 * n", ["halvings", "root", "Tally"]),
        (
            "toy.py",
            "check(halvings, 8, expected=4)",
            "check(halvings, 4, expected=3)",
            ["halvings"],
        ),
        ("toy.py", '# %% check="root"', '# %%\nprint(1)\n\n# %% check="root"', []),
        ("probes.py", "for kind in kinds", "for kind in list(kinds)", [*EXERCISES]),
    ],
)
def test_what_an_edit_makes_doubtful(unit, file, old, new, exercises):
    assert changed_by(unit, file, old, new) == exercises


def test_seeds_belong_to_the_fingerprint(unit):
    assert fingerprint(unit, "root", ["a"]) != fingerprint(unit, "root", ["a", "b"])


def test_records_come_back(unit):
    records = {"root": Record("f" * 64, AUDIT)}
    write_records(unit, records)
    assert read_records(unit) == records


def test_records_of_exercises_that_are_gone_are_dropped(unit):
    write_records(unit, {"root": Record("f", AUDIT)})
    path = unit.path.parent / "audit.json"
    path.write_text(path.read_text().replace('"root": {', '"route": {'))
    assert read_records(unit) == {}


@pytest.mark.parametrize(
    "damage",
    ["", "[]", "{", "null", '{"root": {}}', '{"root": {"fingerprint": "f", "audit": {"a": 1}}}'],
)
def test_damaged_records_are_as_good_as_none(unit, damage):
    (unit.path.parent / "audit.json").write_text(damage)
    assert read_records(unit) == {}


DECIDES_NOTHING = {
    "autograder/hashes.py",
    *("autograder/__init__.py", "autograder/errors.py", "autograder/verdict.py"),
    *("autograder/audit/__init__.py", "autograder/audit/forked.py", "autograder/audit/record.py"),
    *("autograder/audit/table.py", "course/nand2resnet/__init__.py"),
}


def test_all_code_that_judges_belongs_to_the_fingerprint():
    """What the oracle imports of ours, and the audit itself, except what decides nothing."""
    program = (
        "import json, sys, autograder.oracle;"
        "print(json.dumps([m.__file__ for n, m in sys.modules.items()"
        " if n.startswith(('autograder', 'nand2resnet')) and m.__file__]))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    needed = {path.removeprefix(f"{ROOT}/") for path in json.loads(output.stdout.decode())}
    sandbox = ("autograder/sandbox/", "autograder/doctor.py")
    needed = {path for path in needed if not path.startswith(sandbox)}
    needed |= {str(path.relative_to(ROOT)) for path in ROOT.glob("autograder/audit/*.py")}
    listed = {str(path.relative_to(ROOT)) for pattern in JUDGES for path in ROOT.glob(pattern)}
    assert needed - listed == DECIDES_NOTHING
    assert all(list(ROOT.glob(pattern)) for pattern in JUDGES)


def test_code_that_judges_networks_matters_to_units_with_torch_only():
    assert set(judges(True)) - set(judges(False)) == {
        (ROOT / name).read_text(encoding="utf-8") for name in OF_NETWORKS
    }


def test_a_module_of_the_grader_that_the_cases_come_from_belongs_to_the_unit():
    source = "import numpy\nfrom autograder.trained import pictures\nfrom nand2resnet import data\n"
    text = (ROOT / "autograder" / "trained.py").read_text(encoding="utf-8")
    assert list(modules_of(source)) == [text]
