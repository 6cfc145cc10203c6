"""What earlier audits found, kept beside the unit, and whether it still holds.

``solutions/<unit>/audit.json`` holds one entry per exercise: its audit, and the fingerprint of
everything the audit depends on. An exercise with another fingerprint is audited again.
"""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograder.audit.findings import ExerciseAudit
from autograder.unit import ROOT, Unit

FILE: Final = "audit.json"
JUDGES: Final = (
    *("autograder/exercise.py", "autograder/job.py", "autograder/mutants.py"),
    *("autograder/oracle.py", "autograder/unit.py", "autograder/runner/*.py"),
    *("autograder/audit/examination.py", "autograder/audit/findings.py"),
    *("autograder/audit/marks.py", "autograder/audit/spoiled.py"),
    *("autograder/audit/survival.py", "autograder/audit/versions.py"),
    *("course/nand2resnet/calling.py", "course/nand2resnet/circuit.py"),
    *("course/nand2resnet/comparison.py", "course/nand2resnet/explain.py"),
    *("course/nand2resnet/hints/__init__.py", "course/nand2resnet/relations.py"),
    *("course/nand2resnet/shapes.py", "course/nand2resnet/tensors.py"),
    "course/nand2resnet/wording.py",
)
"""The code that decides what an audit finds."""
OF_NETWORKS: Final = ("autograder/runner/networks.py", "course/nand2resnet/networks.py")
"""The same, for units that import torch only."""


GRADER: Final = "autograder."


@dataclass(frozen=True)
class Record:
    """An audit, and what it held for."""

    fingerprint: str
    audit: ExerciseAudit


def read_records(unit: Unit) -> dict[str, Record]:
    """What is known about the unit's exercises; nothing if the file is missing or damaged."""
    try:
        data = json.loads(file_of(unit).read_text(encoding="utf-8"))
        return {
            name: Record(entry["fingerprint"], ExerciseAudit.from_record(entry["audit"]))
            for name, entry in data.items()
            if name in unit.exercises
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_records(unit: Unit, records: Mapping[str, Record]) -> None:
    """Keep what is known, in the order of the notebook, all of it or nothing."""
    data = {
        name: {"fingerprint": records[name].fingerprint, "audit": records[name].audit.as_record()}
        for name in unit.exercises
        if name in records
    }
    file = file_of(unit)
    beside = file.with_suffix(".json.new")
    beside.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    beside.replace(file)


def file_of(unit: Unit) -> Path:
    """Where the unit's records are kept."""
    return unit.path.parent / FILE


def fingerprint(unit: Unit, name: str, seeds: Sequence[str]) -> str:
    """A digest of everything the audit of an exercise depends on, except installed packages."""
    digest = hashlib.sha256()
    for part in (*judges("torch" in unit.roots), *parts_of(unit, name), *seeds):
        digest.update(f"{len(part)}\n{part}\n".encode())
    return digest.hexdigest()


def judges(networks: bool) -> Iterator[str]:
    """The text of the code that judges, with that for networks of PyTorch where it is wanted."""
    only_for_networks = {ROOT / name for name in OF_NETWORKS}
    for pattern in (*JUDGES, *(OF_NETWORKS if networks else ())):
        for path in sorted({*ROOT.glob(pattern)} - (set() if networks else only_for_networks)):
            yield path.read_text(encoding="utf-8")


def parts_of(unit: Unit, name: str) -> Iterator[str]:
    """The text of a unit that one exercise depends on: nothing of the exercises after it."""
    for cell in unit.cells:
        if cell.role in ("setup", "exercise"):
            yield cell.source
        if cell.role == "exercise" and cell.name == name:
            break
    yield unit.cell("check", name).source
    yield unit.probes_source
    source = (unit.path.parent / "exercises.py").read_text(encoding="utf-8")
    yield from modules_of(source)
    yield from statements_for(source, name, unit.exercises)


def modules_of(source: str) -> Iterator[str]:
    """The text of the grader's modules that exercises.py imports from."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.ImportFrom) and (statement.module or "").startswith(GRADER):
            path = ROOT / f"{str(statement.module).replace('.', '/')}.py"
            yield path.read_text(encoding="utf-8")


def statements_for(source: str, name: str, exercises: Mapping[str, Any]) -> Iterator[str]:
    """The statements of exercises.py but for those that belong to other exercises."""
    lines = source.splitlines()
    for statement in ast.parse(source).body:
        if owner_of(statement, exercises) in (None, name):
            decorators = getattr(statement, "decorator_list", [])
            first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
            yield "\n".join(lines[first - 1 : statement.end_lineno])


def owner_of(statement: ast.stmt, exercises: Mapping[str, Any]) -> str | None:
    """The exercise that a statement makes or adds something to; None if it serves all."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name if name in exercises else None
        case ast.FunctionDef(decorator_list=[first, *_]) | ast.ClassDef(decorator_list=[first, *_]):
            return root_of(first, exercises)
        case ast.Expr(value=value):
            return root_of(value, exercises)
    return None


def root_of(node: ast.expr, exercises: Mapping[str, Any]) -> str | None:
    """The exercise that ``exercise.mistake(...)`` begins with."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) and node.id in exercises else None
