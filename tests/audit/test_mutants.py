"""Mutants: every one compiles, differs, and leaves alone what says nothing about the result."""

import ast
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.mutants import Mutant, mutants
from autograder.unit import load_unit, unit_names

NAMES = st.sampled_from("abxyn")
NUMBERS = st.integers(-3, 100) | st.floats(allow_nan=False, allow_infinity=False, width=16)
EXPRESSIONS = st.recursive(
    NAMES | NUMBERS.map(repr) | st.sampled_from(["True", "'text'", "None"]),
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*/@%"), inner)
        | st.builds("({} {} {})".format, inner, st.sampled_from(["<", ">=", "==", "in"]), inner)
        | st.builds("({} {} {})".format, inner, st.sampled_from(["and", "or"]), inner)
        | st.builds("np.sum({}, axis={}, keepdims={})".format, inner, inner, inner)
        | st.builds("{}[{}:, ::{}]".format, NAMES, inner, inner)
        | st.builds("({} if {} else {})".format, inner, inner, inner)
        | st.builds("[v for v in {} if {}]".format, inner, inner)
        | st.builds("-{}.T.copy()".format, NAMES)
    ),
    max_leaves=5,
)
SIMPLE = (
    st.builds("{} = {}".format, NAMES, EXPRESSIONS)
    | st.builds("{} -= {}".format, NAMES, EXPRESSIONS)
    | st.builds("return {}, {}".format, EXPRESSIONS, EXPRESSIONS)
    | st.builds("{}.append({})".format, NAMES, EXPRESSIONS)
)
COMPOUND = (
    st.builds("if {}:\n    {}\nelse:\n    {}".format, EXPRESSIONS, SIMPLE, SIMPLE)
    | st.builds("for {} in range({}):\n    {}".format, NAMES, EXPRESSIONS, SIMPLE)
    | st.builds("while {}:\n    {}\n    break".format, EXPRESSIONS, SIMPLE)
)


@st.composite
def functions(draw):
    body = draw(st.lists(SIMPLE | COMPOUND, min_size=1, max_size=3))
    lines = [f"    {line}" for statement in body for line in statement.splitlines()]
    head = 'def f(x: "array (2, 1)", h=1e-5) -> "float, 2 * x":\n    """Adds 1 + 1, not 2 - 2."""\n'
    return head + "\n".join(lines) + "\n"


def untouchable(source: str) -> Counter[str]:
    """Docstrings, annotations and decorators, and the signatures that a stub gives."""
    kept = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            kept.append(repr(ast.get_docstring(node)))
            kept += [ast.unparse(decorator) for decorator in node.decorator_list]
        if isinstance(node, ast.FunctionDef):
            kept.append(ast.unparse(node.returns) if node.returns else "")
        if isinstance(node, ast.arg) and node.annotation:
            kept.append(ast.unparse(node.annotation))
    outermost = ast.parse(source).body
    kept += [ast.unparse(node.args) for node in outermost if isinstance(node, ast.FunctionDef)]
    return Counter(kept)


def check_all(source: str, found: list[Mutant]) -> None:
    dumps = [ast.dump(ast.parse(mutant.source)) for mutant in found]
    assert len(set(dumps)) == len(dumps), "two mutants are the same"
    assert ast.dump(ast.parse(ast.unparse(ast.parse(source)))) not in dumps
    docstrings = list(map(ast.get_docstring, ast.parse(source).body))
    for mutant in found:
        compile(mutant.source, "mutant", "exec")
        # A function within it may be taken out as a whole.
        assert untouchable(mutant.source) <= untouchable(source)
        assert list(map(ast.get_docstring, ast.parse(mutant.source).body)) == docstrings
        assert mutant.line
        assert "\n" not in mutant.line + mutant.description
        assert mutant.diff.startswith("--- reference\n+++ mutant\n@@ ")


@settings(deadline=None, max_examples=30)
@given(functions())
def test_every_mutant_is_other_valid_code(source):
    found = mutants(source)
    assert found
    check_all(source, found)
    assert found == mutants(source)


@pytest.mark.parametrize("unit", unit_names())
def test_mutants_of_the_course(unit):
    loaded = load_unit(unit)
    for name in loaded.exercises:
        source = loaded.reference_source(name)
        check_all(source, mutants(source))


def lines(body: str) -> set[str]:
    return {mutant.line for mutant in mutants(f"def f(x, y, n):\n    {body}\n")}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return x - y", {"return x + y", "return y - x", "return x", "return y", "return None"}),
        ("return x @ y", {"return x * y", "return y @ x"}),
        ("return x / y", {"return x // y", "return x * y", "return y / x"}),
        ("return -x", {"return x", "return --x"}),
        ("return x < 2", {"return x <= 2", "return x > 2", "return x < 3", "return x < 1"}),
        ("return x and y", {"return x or y", "return x", "return y"}),
        (
            "return 0.5 * x",
            {"return 0.25 * x", "return 1.5 * x", "return 1 * x", "return -0.5 * x"},
        ),
        (
            "return x.sum(axis=0, keepdims=True)",
            {
                "return x.sum(axis=1, keepdims=True)",
                "return x.sum(axis=-1, keepdims=True)",
                "return x.sum(axis=None, keepdims=True)",
                "return x.sum(axis=0, keepdims=False)",
                "return x.sum(keepdims=True)",
                "return x.sum(axis=0)",
                "return x.mean(axis=0, keepdims=True)",
                "return x",
            },
        ),
        ("return x[1:n]", {"return x[2:n]", "return x[:n]", "return x[1:]", "return x[1:n + 1]"}),
        ("return x[:]", {"return x[1:]", "return x[:-1]"}),
        ("return x[n]", {"return x[n + 1]", "return x[n - 1]"}),
        ("return np.dot(x, y)", {"return np.dot(y, x)", "return x"}),
        ("return x.copy()", {"return x"}),
        ("return np.asarray(x, dtype=float)", {"return np.asarray(x)", "return x"}),
        ("return x.T", {"return x"}),
        ("return x, y", {"return (y, x)"}),
        ("return range(n)", {"return range(n - 1)", "return range(n + 1)", "return range(1, n)"}),
        ("return y if x else n", {"return y if not x else n", "return y if True else n"}),
        ("return [v for v in x if v]", {"return [v for v in list(x)[1:] if v]"}),
        ("x += y", {"x = y", "x -= y", "# x += y"}),
        ("x = x - y", {"x -= y", "# x = x - y", "x = x - y; return x"}),
        ("print(x)", {"# print(x)"}),
        ("for v in x: n += v", {"for v in x: break", "for v in list(x)[:-1]:", "# for v in x:"}),
        ("while x: x -= 1", {"while not x:", "while True:", "while False:"}),
        ("return max(x)", {"return min(x)"}),
    ],
)
def test_changes(body, expected):
    assert expected <= lines(body)


@pytest.mark.parametrize(
    ("body", "absent"),
    [
        (
            "raise ValueError(f'{x + 1} is too large')",
            {"raise ValueError(f'{x - 1} is too large')"},
        ),
        ("return np.linalg.norm(x)", {"return np.linalg", "return np"}),
        ("x.append(y)", {"y", "x"}),
        ("x = y; return x", {"x = y; return x"}),
        ("return 'text'", {"return ''"}),
    ],
)
def test_changes_that_say_nothing(body, absent):
    assert not absent & lines(body)


def test_defaults_are_changed_only_where_the_learner_writes_them():
    source = "def f(x, h=0.5):\n    def g(y, k=3):\n        return y\n    return g(x)\n"
    changed = {mutant.line for mutant in mutants(source)}
    assert "def g(y, k=4):" in changed
    assert not any(line.startswith("def f") for line in changed)


def test_a_dropped_statement_reads_like_one_commented_out():
    source = "def f(x):\n    if x:\n        x = 2\n    return x\n"
    dropped = [mutant for mutant in mutants(source) if mutant.line == "# x = 2"]
    assert [mutant.source for mutant in dropped] == [
        "def f(x):\n    if x:\n        pass\n    return x"
    ]
    assert dropped[0].description == "`x = 2` is left out"
