"""Verify a release: every exercise is there as a stub that says what to do, and no solution is."""

from __future__ import annotations

import ast
import json
from typing import Any

from autograder.build.places import place_in_cell, place_of_cell
from autograder.errors import BadUnit
from autograder.unit import BEGIN_SOLUTION, Cell, Unit


def verify_stubs(unit: Unit, release: bytes) -> None:
    """Compare each released solution cell with the reference.

    Raises
    ------
    BadUnit
        A stub does not parse, has another signature or docstring than the reference, does not
        end in a NotImplementedError with a message, or still holds the solution.
    """
    cells = {
        cell["metadata"].get("nbgrader", {}).get("grade_id"): source_of(cell)
        for cell in json.loads(release)["cells"]
    }
    for cell in unit.cells:
        if cell.role == "exercise":
            _verify(unit, cell, cells[cell.grade_id])


def source_of(cell: dict[str, Any]) -> str:
    """A notebook cell's text, which may be stored as a list of lines."""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(source)


def _verify(unit: Unit, cell: Cell, stub: str) -> None:
    assert cell.name is not None, "exercise cells have a name"
    place = f"{place_of_cell(unit, cell)}: exercise {cell.name}"
    if BEGIN_SOLUTION not in cell.source:
        raise BadUnit(f"{place}: mark the solution with {BEGIN_SOLUTION} and ### END SOLUTION")
    try:
        released = _signatures(ast.parse(stub))
    except SyntaxError as error:
        raise BadUnit(f"{place}: the learner's stub does not parse: {error}") from None
    reference = _signatures(_parsed_reference(unit, cell))
    if released != reference:
        raise BadUnit(
            f"{place}: the stub's signature or docstring differs from the reference's; "
            "keep both outside of the solution's markers"
        )
    missing = [name for name in unit.names_of(cell.name) if name not in reference]
    if missing:
        raise BadUnit(f"{place}: it must define {', '.join(missing)}")
    if not _raises_with_message(ast.parse(stub)):
        raise BadUnit(f"{place}: the stub must raise NotImplementedError with a message")


def _parsed_reference(unit: Unit, cell: Cell) -> ast.Module:
    """The solved cell; its markers are comments, so that its lines are those of the source."""
    try:
        return ast.parse(cell.source)
    except SyntaxError as error:
        where = place_in_cell(unit, cell, error.lineno or 1)
        raise BadUnit(f"{where}: the solution does not parse: {error.msg}") from None


def _signatures(tree: ast.Module) -> dict[str, tuple[str, str | None]]:
    """Arguments and docstring of every function and class at the top level, methods included."""
    found: dict[str, tuple[str, str | None]] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = (ast.unparse(node.args), ast.get_docstring(node))
        elif isinstance(node, ast.ClassDef):
            found[node.name] = ("", ast.get_docstring(node))
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    signature = (ast.unparse(method.args), ast.get_docstring(method))
                    found[f"{node.name}.{method.name}"] = signature
    return found


def _raises_with_message(tree: ast.Module) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            called = node.exc.func
            if isinstance(called, ast.Name) and called.id == "NotImplementedError":
                return bool(node.exc.args)
    return False
