"""Small changes to a reference, each of which the tests of its exercise should notice.

A mutant that still earns full marks shows a test that is missing (or a change that makes no
difference). Everything is changed that a learner could get wrong by one slip; docstrings,
annotations, decorators and the texts of error messages are left alone, and so is the signature:
the stub gives it to the learner, with its defaults.
"""

from __future__ import annotations

import ast
import copy
import difflib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

LONGEST_QUOTATION: Final = 100
LINES_AROUND_A_CHANGE: Final = 2


@dataclass(frozen=True)
class Mutant:
    """One changed version of a source.

    Attributes
    ----------
    source : str
        The whole changed source, as :func:`ast.unparse` writes it.
    description : str
        One line: what was changed into what.
    diff : str
        The change as a unified diff of a few lines.
    line : str
        The changed line without its indentation; a dropped statement as if it were commented out
        (``# total += x``), an added one after the one before it (``total = x; return total``).
        :meth:`Exercise.equivalent` knows a mutant by it.
    """

    source: str
    description: str
    diff: str
    line: str


def mutants(source: str) -> list[Mutant]:
    """Every mutant of a source that compiles and differs from it and from all the others.

    The order is that of the source, and the same every time.
    """
    tree = ast.parse(source)
    original = ast.unparse(tree)
    seen = {ast.dump(ast.parse(original))}
    found = []
    for place in list(places(tree)):
        old = place.node
        for new in list(changes_of(place)):
            text = place.text_with(new, tree)
            identity = parsed(text)
            if identity is not None and identity not in seen:
                seen.add(identity)
                found.append(mutant(original, text, old, new))
    return found


def parsed(text: str) -> str | None:
    """A text as a dump that equals those of the same code; None if it does not compile."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<mutant>", "exec")
            return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError):
        return None


def mutant(original: str, text: str, old: ast.AST, new: Change) -> Mutant:
    """Put the parts of a mutant together."""
    before, after = original.splitlines(), text.splitlines()
    names = ("reference", "mutant")
    diff = list(difflib.unified_diff(before, after, *names, "", "", LINES_AROUND_A_CHANGE, ""))
    removed = [line[1:].strip() for line in diff[2:] if line.startswith("-")]
    added = [line[1:].strip() for line in diff[2:] if line.startswith("+")]
    if new == [] or not added:
        line = f"# {removed[0]}"
        description = f"{quoted(removed[0])} is left out"
    elif not removed:
        first = ast.unparse(old).splitlines()[0]
        line = f"{first} {added[0]}" if first.endswith(":") else f"{first}; {added[0]}"
        description = f"{quoted(added[0])} is added: {quoted(line)}"
    else:
        line = added[0]
        pair = removed[0], added[0]
        if isinstance(old, ast.expr) and isinstance(new, ast.expr):
            pair = ast.unparse(old), ast.unparse(new)
        description = " becomes ".join(map(quoted, pair))
    return Mutant(text, description, "\n".join(diff), line)


def quoted(code: str) -> str:
    """Code in one line, cut where it grows long."""
    text = " ".join(code.split())
    if len(text) > LONGEST_QUOTATION:
        text = f"{text[: LONGEST_QUOTATION - 3]}..."
    return f"`{text}`"


# Where changes are made

Change = ast.AST | list[ast.stmt]
"""What stands in the place of an expression, or the statements in the place of a statement."""

NEVER_CHANGED: Final = frozenset(
    ("annotation", "returns", "decorator_list", "bases", "type_comment", "type_params")
    + ("ctx", "op", "ops", "msg")
)
"""Fields that say nothing about what the code computes, or that are changed from above."""
NEVER_ENTERED: Final = (ast.JoinedStr, ast.Raise, ast.Import, ast.ImportFrom)


@dataclass(frozen=True)
class Place:
    """Where a node hangs in its tree: a field of its parent, or one entry of a list of nodes.

    ``function`` says whether it lies inside a function, ``following`` is the next statement.
    """

    parent: ast.AST
    field: str
    index: int | None
    function: bool

    @property
    def node(self) -> ast.AST:
        """The node itself."""
        held = getattr(self.parent, self.field)
        return held if self.index is None else held[self.index]

    @property
    def following(self) -> ast.AST | None:
        """The statement after this one in the same block."""
        held = getattr(self.parent, self.field)
        after = held[self.index + 1 : self.index + 2] if self.index is not None else []
        return after[0] if after else None

    def text_with(self, new: Change, tree: ast.AST) -> str:
        """The tree's source with ``new`` in this place; the tree is as before afterwards."""
        held = getattr(self.parent, self.field)
        if self.index is None:
            changed: Any = new
        else:
            pieces = new if isinstance(new, list) else [new]
            changed = [*held[: self.index], *pieces, *held[self.index + 1 :]]
            if not changed and isinstance(new, list):
                changed = [] if self.field == "orelse" else [ast.Pass()]
        setattr(self.parent, self.field, changed)
        try:
            return ast.unparse(ast.fix_missing_locations(tree))
        finally:
            setattr(self.parent, self.field, held)


def places(node: ast.AST, function: bool = False) -> Iterator[Place]:
    """Every place below a node where something may be changed, in the order of the source."""
    if isinstance(node, NEVER_ENTERED):
        return
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    given = "keywords" if isinstance(node, ast.ClassDef) else ""
    if is_function and not function:
        given = "args"
    function = function or is_function
    for field, held in ast.iter_fields(node):
        if field in NEVER_CHANGED or field == given:
            continue
        children = held if isinstance(held, list) else [held]
        for number, child in enumerate(children):
            if isinstance(child, ast.AST) and not is_remark(child):
                yield Place(node, field, number if isinstance(held, list) else None, function)
                yield from places(child, function)


def is_remark(node: ast.AST) -> bool:
    """A docstring, or another constant that stands alone and does nothing."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


# What is changed


def changes_of(place: Place) -> Iterator[Change]:
    """Everything that may stand in the place of a node."""
    node = place.node
    if isinstance(node, ast.stmt):
        yield from changes_of_statement(node, place)
    for kind, changes in CHANGES:
        if isinstance(node, kind):
            for new in changes(node):
                # A call that stands alone, with the call left out, does nothing: it is dropped.
                if not isinstance(place.parent, ast.Expr) or isinstance(new, ast.Call):
                    yield new


def with_fields(node: Any, **fields: Any) -> Any:
    """A copy of a node with other fields."""
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def plus(node: ast.expr, number: int) -> ast.expr:
    """The expression ``node + number`` (or ``node - number``)."""
    operation = ast.Add() if number > 0 else ast.Sub()
    return ast.BinOp(node, operation, ast.Constant(abs(number)))


# Statements

NEVER_DROPPED: Final = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass),
)


def changes_of_statement(node: ast.stmt, place: Place) -> Iterator[list[ast.stmt]]:
    """A statement dropped, or turned into another one."""
    if not isinstance(node, NEVER_DROPPED):
        yield []
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            yield from changes_of_assignment(node, name, place)
        case ast.AugAssign():
            yield from changes_of_update(node)
        case ast.Return(value=value) if value is not None:
            yield from changes_of_return(value)
        case ast.Break():
            yield [ast.Continue()]
        case ast.Continue():
            yield [ast.Break()]
        case ast.For() | ast.While():
            yield [with_fields(node, body=[*node.body, ast.Break()])]
        case ast.If(orelse=[_, *_]):
            yield [with_fields(node, orelse=[])]


def changes_of_assignment(node: ast.Assign, name: str, place: Place) -> Iterator[list[ast.stmt]]:
    """What has been assigned returned at once; an array changed in place instead of replaced."""
    yield from updated_in_place(node, name)
    if place.function and not returns_name(place.following, name):
        yield [node, ast.Return(ast.Name(name, ast.Load()))]


def changes_of_update(node: ast.AugAssign) -> Iterator[list[ast.stmt]]:
    """``=`` for ``+=``, and another operator."""
    yield [ast.Assign([node.target], node.value)]
    for other in OPERATORS[type(node.op)]:
        yield [with_fields(node, op=other())]


def updated_in_place(node: ast.Assign, name: str) -> Iterator[list[ast.stmt]]:
    """``v = v - step`` as ``v -= step``, which changes the array that v shares with others."""
    match node.value:
        case ast.BinOp(left=ast.Name(id=left), op=op, right=right) if left == name:
            yield [ast.AugAssign(ast.Name(name, ast.Store()), op, right)]


def returns_name(node: ast.AST | None, name: str) -> bool:
    """Whether a statement is ``return name``."""
    match node:
        case ast.Return(value=ast.Name(id=returned)):
            return returned == name
    return False


def changes_of_return(value: ast.expr) -> Iterator[list[ast.stmt]]:
    """Nothing returned, the opposite, or returned values that have changed places."""
    yield [ast.Return(ast.Constant(None))]
    if not isinstance(value, ast.Constant):
        yield [ast.Return(ast.UnaryOp(ast.USub(), value))]
    if isinstance(value, ast.Tuple):
        for first in range(len(value.elts) - 1):
            parts = list(value.elts)
            parts[first : first + 2] = parts[first + 1], parts[first]
            yield [ast.Return(with_fields(value, elts=parts))]


# Operators

OPERATORS: Final[dict[type[ast.operator], tuple[type[ast.operator], ...]]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr, ast.BitXor),
    ast.BitOr: (ast.BitAnd, ast.BitXor),
    ast.BitXor: (ast.BitAnd, ast.BitOr),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
}
ORDER_MATTERS: Final = (
    *(ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult, ast.LShift, ast.RShift),
)
COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


def changes_of_operation(node: ast.BinOp) -> Iterator[ast.expr]:
    """Another operator, operands that have changed places, one operand alone."""
    for other in OPERATORS[type(node.op)]:
        yield with_fields(node, op=other())
    if isinstance(node.op, ORDER_MATTERS):
        yield with_fields(node, left=node.right, right=node.left)
    yield node.left
    yield node.right


def changes_of_sign(node: ast.UnaryOp) -> Iterator[ast.expr]:
    """The operand alone."""
    yield node.operand


def changes_of_comparison(node: ast.Compare) -> Iterator[ast.expr]:
    """Another comparison, one at a time."""
    for number, operation in enumerate(node.ops):
        for other in COMPARISONS[type(operation)]:
            yield with_fields(node, ops=[*node.ops[:number], other(), *node.ops[number + 1 :]])


def changes_of_logic(node: ast.BoolOp) -> Iterator[ast.expr]:
    """`and` for `or`, and the reverse; one operand left out."""
    yield with_fields(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    for number in range(len(node.values)):
        rest = [*node.values[:number], *node.values[number + 1 :]]
        yield with_fields(node, values=rest) if len(rest) > 1 else rest[0]


# Constants


def changes_of_constant(node: ast.Constant) -> Iterator[ast.expr]:
    """Neighbours of a number; the other truth value."""
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        half = value // 2 if isinstance(value, int) else value / 2
        for other in (value + 1, value - 1, 0, 1, half, -value):
            if other != value:
                yield ast.Constant(other)


# Calls

AXES: Final = (0, 1, -1, None)
AXIS_KEYWORDS: Final = ("axis", "axes", "dim")
MODULES: Final = ("np", "math", "itertools", "torch", "nn", "F")
OTHER_TYPES: Final = ("float32", "int64")
RELATED_NAMES: Final = {
    name: related
    for names in (
        *(("min", "max"), ("argmin", "argmax"), ("minimum", "maximum"), ("any", "all")),
        *(("sum", "mean", "prod"), ("std", "var"), ("floor", "ceil", "round")),
        *(("zeros", "ones"), ("zeros_like", "ones_like"), ("exp", "log"), ("sin", "cos")),
        *(("hstack", "vstack"), ("cumsum", "cumprod"), ("float64", "float32")),
    )
    for name, related in ((one, [other for other in names if other != one]) for one in names)
}


def changes_of_call(node: ast.Call) -> Iterator[ast.expr]:
    """The call left out, arguments exchanged or left out, ranges one off."""
    if node.args and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]
    if isinstance(node.func, ast.Attribute) and not is_module(node.func.value):
        yield node.func.value
    if len(node.args) > 1:
        yield with_fields(node, args=[node.args[1], node.args[0], *node.args[2:]])
    if isinstance(node.func, ast.Name) and node.func.id == "range":
        yield from changes_of_range(node)
    for number, keyword in enumerate(node.keywords):
        before, after = node.keywords[:number], node.keywords[number + 1 :]
        yield with_fields(node, keywords=[*before, *after])
        for value in changes_of_keyword(keyword):
            yield with_fields(node, keywords=[*before, with_fields(keyword, value=value), *after])


def is_module(node: ast.expr) -> bool:
    """Whether an expression is a module, or something inside one (``np.linalg``)."""
    if isinstance(node, ast.Attribute):
        return is_module(node.value)
    return isinstance(node, ast.Name) and node.id in MODULES


def changes_of_keyword(keyword: ast.keyword) -> Iterator[ast.expr]:
    """Other axes, other types."""
    if keyword.arg in AXIS_KEYWORDS:
        yield from (ast.Constant(axis) for axis in AXES)
    if keyword.arg == "dtype":
        yield from (ast.Constant(name) for name in OTHER_TYPES)


def changes_of_range(node: ast.Call) -> Iterator[ast.expr]:
    """A range that begins or ends one too early or too late."""
    for number, argument in enumerate(node.args):
        for step in (1, -1):
            arguments = list(node.args)
            arguments[number] = plus(argument, step)
            yield with_fields(node, args=arguments)
    if len(node.args) == 1:
        yield with_fields(node, args=[ast.Constant(1), *node.args])


def changes_of_name(node: ast.Name) -> Iterator[ast.expr]:
    """A related builtin: max for min."""
    if isinstance(node.ctx, ast.Load):
        for other in RELATED_NAMES.get(node.id, []):
            yield with_fields(node, id=other)


def changes_of_attribute(node: ast.Attribute) -> Iterator[ast.expr]:
    """A related function or method; a transposition left out."""
    if isinstance(node.ctx, ast.Load):
        for other in RELATED_NAMES.get(node.attr, []):
            yield with_fields(node, attr=other)
        if node.attr in ("T", "mT"):
            yield node.value


# Indices, conditions, loops


def changes_of_subscript(node: ast.Subscript) -> Iterator[ast.expr]:
    """An index one too small or too large; numbers are changed as constants."""
    several = isinstance(node.slice, ast.Tuple)
    indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for number, index in enumerate(indices):
        if isinstance(index, ast.Slice | ast.Constant | ast.Starred):
            continue
        for step in (1, -1):
            changed = [*indices[:number], plus(index, step), *indices[number + 1 :]]
            whole = with_fields(node.slice, elts=changed) if several else changed[0]
            yield with_fields(node, slice=whole)


def changes_of_slice(node: ast.Slice) -> Iterator[ast.expr]:
    """A slice that begins or ends elsewhere, or takes every entry."""
    if node.lower is None:
        yield with_fields(node, lower=ast.Constant(1))
    if node.upper is None:
        yield with_fields(node, upper=ast.Constant(-1))
    for field in ("lower", "upper", "step"):
        bound = getattr(node, field)
        if bound is not None:
            yield with_fields(node, **{field: None})
        if bound is not None and not isinstance(bound, ast.Constant):
            yield with_fields(node, **{field: plus(bound, 1)})
            yield with_fields(node, **{field: plus(bound, -1)})


def changes_of_condition(node: ast.If | ast.While | ast.IfExp) -> Iterator[ast.AST]:
    """A condition turned round, always met, never met."""
    for test in other_conditions(node.test):
        yield with_fields(node, test=test)


def other_conditions(test: ast.expr) -> Iterator[ast.expr]:
    """The opposite, always, never."""
    yield ast.UnaryOp(ast.Not(), test)
    yield ast.Constant(True)
    yield ast.Constant(False)


def changes_of_comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    """Conditions changed or dropped; the first or last turn missing."""
    for number, test in enumerate(node.ifs):
        for other in other_conditions(test):
            yield with_fields(node, ifs=[*node.ifs[:number], other, *node.ifs[number + 1 :]])
    yield from changes_of_loop(node)


def changes_of_loop(node: ast.For | ast.comprehension) -> Iterator[ast.AST]:
    """The first or the last turn missing."""
    for lower, upper in ((ast.Constant(1), None), (None, ast.Constant(-1))):
        everything = ast.Call(ast.Name("list", ast.Load()), [node.iter], [])
        turns = ast.Subscript(everything, ast.Slice(lower, upper), ast.Load())
        yield with_fields(node, iter=turns)


CHANGES: Final[tuple[tuple[Any, Callable[[Any], Iterator[Any]]], ...]] = (
    (ast.BinOp, changes_of_operation),
    (ast.UnaryOp, changes_of_sign),
    (ast.Compare, changes_of_comparison),
    (ast.BoolOp, changes_of_logic),
    (ast.Constant, changes_of_constant),
    (ast.Call, changes_of_call),
    (ast.Name, changes_of_name),
    (ast.Attribute, changes_of_attribute),
    (ast.Subscript, changes_of_subscript),
    (ast.Slice, changes_of_slice),
    (ast.If | ast.While | ast.IfExp, changes_of_condition),
    (ast.For, changes_of_loop),
    (ast.comprehension, changes_of_comprehension),
)
