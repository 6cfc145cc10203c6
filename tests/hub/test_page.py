"""The page on hubs says what is so: each promise has its test, its links lead somewhere."""

import ast
import re
import tomllib
from pathlib import Path

from autograder.deploy.settings import EXAMPLE

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "autograder/docs/hub.md"
TEXT = PAGE.read_text(encoding="utf-8")


def test_every_test_of_a_hub_holds_a_promise_of_the_page():
    tree = ast.parse(Path(__file__).with_name("test_round.py").read_text(encoding="utf-8"))
    there = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert named == {name for name in there if name.startswith("test_")}


def test_its_links_lead_somewhere():
    links = re.findall(r"\]\((?!http)([^)#]+)\)", TEXT)
    assert links
    for target in links:
        assert (PAGE.parent / target).exists(), target


def test_its_limits_are_those_of_the_settings():
    limits = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["limits"]
    assert f"{limits['memory_mb'] / 1024:.1f} GB of memory" in TEXT
    assert f"{limits['processes']} processes and threads" in TEXT
    assert limits["cpus"] == 1  # "one processor"
