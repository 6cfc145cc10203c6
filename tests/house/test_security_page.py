"""The page on security says what is so: its tests exist, its limits are the limits."""

import ast
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from autograder.sandbox.interface import MEBI, Limits

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "autograder" / "docs" / "security.md"
NAMES = {
    "memory, all processes together": "total_memory",
    "address space of one process": "address_space",
    "processes and threads": "processes",
    "open files": "open_files",
    "size of one file": "file_size",
    "temporary files, all together": "temporary_files",
    "processor time of one process": "cpu",
    "time for one cell": "cell",
    "time for one case": "case",
    "time for the whole notebook": "wall",
    "what the runner may report": "reported",
}


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_every_promise_is_held_by_a_test_there_is(page):
    rows = re.findall(r"^\| ([^|]+) \| (`tests/.+) \|$", page, re.MULTILINE)
    assert len(rows) > 10
    for _, tests in rows:
        for path, name in re.findall(r"`([^`:]+)::(\w+)`", tests):
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
            assert name in functions, f"{path} has no {name}"


def test_the_limits_are_the_limits(page):
    _, _, section = page.partition("## What one submission may use")
    said = dict(re.findall(r"^\| ([^|]+) \| ([0-9]+)(?: MiB| s)? \|$", section, re.MULTILINE))
    limits = asdict(Limits())
    sizes = {"total_memory", "address_space", "file_size", "temporary_files", "reported"}
    assert set(NAMES.values()) == set(limits)
    for words, name in NAMES.items():
        assert int(said[words]) == limits[name] // (MEBI if name in sizes else 1)


def test_its_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", page):
        assert (PAGE.parent / target).exists(), target


def test_its_commands_name_files_there_are(page):
    for path in re.findall(r"(?:pytest|python) (tests/[\w/.]+)", page):
        assert (ROOT / path).exists(), path
    for module in re.findall(r"python -m ([\w.]+)", page):
        assert (ROOT / module.replace(".", "/")).with_suffix(".py").exists(), module


def test_the_table_is_of_attacks_there_are_and_this_grader_held(page):
    rows = re.findall(r"^\| (\w+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", page, re.M)
    payloads = {path.stem for path in (ROOT / "tests" / "attacks" / "payloads").glob("*/*.py")}
    attacks = [row for row in rows if row[0] != "attack"]
    assert len(attacks) > 30
    for name, _, nbgrader, otter, ours in attacks:
        assert name in payloads
        assert nbgrader != otter or nbgrader != "–"
        assert ours.startswith("held")
