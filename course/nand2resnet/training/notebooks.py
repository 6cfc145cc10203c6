"""Take a network out of the notebook in which it was written, without running the notebook.

The companion package holds no network, for those are what the course is about. So a long run takes
the class from a learner's own notebook: the class, the functions and imports that it refers to,
what those refer to, and nothing else. No figure is drawn, nothing is trained on the way.
"""

from __future__ import annotations

import ast
import json
import linecache
import symtable
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nand2resnet.training.errors import TrainingError

NOT_PYTHON = ("%", "!", "?")
"""What a line begins with that only a notebook understands."""
EVERYTHING = "*"


def take(path: Path, name: str) -> Any:
    """The class or function of that name, as the notebook defines it.

    Parameters
    ----------
    path : Path
        A notebook, or a .py file.
    name : str
        What to take.

    Raises
    ------
    TrainingError
        There is no such file or name, or the code does not run.
    """
    if not path.exists():
        raise TrainingError(f"There is no file {path}. Looked for it in {path.parent.resolve()}.")
    statements = [statement for source in sources(path) for statement in parsed(source)]
    needed = what_is_needed(statements, name)
    if not any(name in bound(statement) for statement in statements):
        classes = [one.name for one in statements if isinstance(one, ast.ClassDef)]
        known = f"Its classes are: {', '.join(classes)}." if classes else "It defines no class."
        raise TrainingError(f"{path.name} defines no {name!r}. {known}")
    source = "\n\n".join(ast.unparse(statement) for statement in needed)
    module = types.ModuleType(f"notebook_{path.stem}")
    sys.modules[module.__name__] = module  # where Python looks for a class's home
    shown = f"<{name} of {path.name}>"
    linecache.cache[shown] = (len(source), None, source.splitlines(keepends=True), shown)
    try:
        exec(compile(source, shown, "exec"), module.__dict__)
    except Exception as error:
        raise TrainingError(
            f"What {name} needs of {path.name} does not run: {type(error).__name__}: {error}"
        ) from error
    return module.__dict__[name]


def sources(path: Path) -> Iterator[str]:
    """The code of each cell of a notebook, or of a .py file as a whole."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        yield text
        return
    try:
        cells = json.loads(text)["cells"]
        codes = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, LookupError, TypeError) as error:
        raise TrainingError(f"{path} is no notebook that can be read: {error}") from error
    for code in codes:
        lines = code.splitlines()
        yield "\n".join("" if line.lstrip().startswith(NOT_PYTHON) else line for line in lines)


def parsed(source: str) -> list[ast.stmt]:
    """The statements of a cell; a cell that is not finished has none."""
    try:
        return ast.parse(source).body
    except SyntaxError:
        return []


def what_is_needed(statements: list[ast.stmt], name: str) -> list[ast.stmt]:
    """The statements that define a name, and all that they refer to, in their order."""
    defines = [bound(statement) for statement in statements]
    wanted, taken = {name, EVERYTHING}, set[int]()
    while True:
        new = {i for i, names in enumerate(defines) if names & wanted} - taken
        if not new:
            return [statements[i] for i in sorted(taken)]
        taken |= new
        for i in new:
            wanted |= referred_to(symbols_of(statements[i]))


def bound(statement: ast.stmt) -> set[str]:
    """The names that a statement defines; ``from x import *`` may define any."""
    if isinstance(statement, ast.ImportFrom) and statement.names[0].name == EVERYTHING:
        return {EVERYTHING}
    symbols = symbols_of(statement).get_symbols()
    return {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}


def referred_to(table: symtable.SymbolTable) -> set[str]:
    """The names that a statement looks up outside, now or when its functions are called."""
    outermost = table.get_type() == "module"
    found = {
        one.get_name()
        for one in table.get_symbols()
        if one.is_referenced() and (outermost or one.is_global())
    }
    return found.union(*map(referred_to, table.get_children()))


def symbols_of(statement: ast.stmt) -> symtable.SymbolTable:
    """Python's own table of a statement's names."""
    return symtable.symtable(ast.unparse(statement), "<cell>", "exec")
