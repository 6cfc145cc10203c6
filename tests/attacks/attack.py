"""Attacks as data: each payload is a file that says what it tries and how success would show."""

from __future__ import annotations

import ast
import importlib.util
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.full import FULL

PAYLOADS = Path(__file__).parent / "payloads"
full = pytest.mark.skipif(not FULL, reason="all attacks one by one: N2R_FULL=1, or CI as root")
FIELD = re.compile(r"^(Success|Place|Runs|Costs|Marks): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Attack:
    """One payload.

    ``place`` is "own cell" or "solution"; ``alone`` ones must not share a notebook with others;
    ``always`` ones run everywhere, not only in a full run; one that ``costs`` may take marks from
    the notebook it stands in. ``marks`` is what an honest notebook keeps.
    """

    family: str
    name: str
    tries: str
    success: str
    source: str
    place: str = "own cell"
    alone: bool = False
    always: bool = False
    costs: bool = False
    marks: str = "all"

    def __str__(self) -> str:
        return self.name

    @property
    def make(self) -> Callable[[dict[str, Any]], dict[str, Any] | bytes]:
        """The function that makes a hostile notebook from an honest one."""
        path = PAYLOADS / self.family / f"{self.name}.py"
        spec = importlib.util.spec_from_file_location(f"payload_{self.name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.make


def attacks(family: str) -> list[Attack]:
    """The attacks of a family, by name."""
    return [read(path) for path in sorted((PAYLOADS / family).glob("*.py"))]


def families() -> list[str]:
    """The folders of payloads."""
    return sorted(path.name for path in PAYLOADS.iterdir() if path.is_dir())


def read(path: Path) -> Attack:
    """One payload's file."""
    source = path.read_text(encoding="utf-8")
    header = ast.get_docstring(ast.parse(source)) or ""
    fields = dict(FIELD.findall(header))
    return Attack(
        family=path.parent.name,
        name=path.stem,
        tries=header.partition("\n")[0],
        success=fields.get("Success", ""),
        source=source,
        place=fields.get("Place", "own cell"),
        alone="alone" in fields.get("Runs", ""),
        always="always" in fields.get("Runs", ""),
        costs="Costs" in fields,
        marks=fields.get("Marks", "all"),
    )


def toolbox(known: dict[str, Any]) -> str:
    """The cell that stands before a payload."""
    source = (PAYLOADS / "toolbox.py").read_text(encoding="utf-8")
    return f"{source}\nKNOWN = {known!r}\n"


def as_solution(attack: Attack, exercise: str) -> str:
    """A payload that defines `answer`, as the solution of an exercise."""
    return textwrap.dedent(attack.source) + f"\n\n{exercise} = answer\n"
