"""Which exercises have long answers: by the number of statements in the reference."""

from __future__ import annotations

import ast
from typing import Final

from autograder.unit import Unit

FEWEST_STATEMENTS: Final = 10


def long_answers(unit: Unit) -> dict[str, int]:
    """The exercises of a unit that are long enough to compare, with their statements."""
    counts = {name: statements(unit.reference_source(name)) for name in unit.exercises}
    return {name: count for name, count in counts.items() if count >= FEWEST_STATEMENTS}


def statements(source: str) -> int:
    """Count the statements, definitions included, documentation not."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.stmt)]
    texts = [node for node in nodes if isinstance(node, ast.Expr) and _is_text(node.value)]
    return len(nodes) - len(texts)


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)
