"""Real code in the report: a learner's own, short, without a name, and harmless."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.report.mistakes import MistakeCount
from autograder.report.specimens import (
    MOST_LINES,
    read_answers,
    specimens,
    without_docstrings,
)


def mistake(*students: str) -> MistakeCount:
    """A mistake in ``f``."""
    return MistakeCount("u", "f", "wrong sign", None, None, students, named=True)


def chosen(sources: dict[str, str], names: dict[str, str] | None = None) -> str | None:
    """The code that is shown for a mistake made by these students."""
    found = specimens([mistake(*sources)], lambda who: {"f": sources[who]}, names or {})
    return found["u", "f", "wrong sign"].source if found else None


def test_the_shortest_answer_without_its_authors_name_is_shown() -> None:
    sources = {"ann": "x = 1 # long", "lovelace": "x=1", "bob": "x = 1"}
    assert chosen(sources) == "x=1"
    assert chosen(sources, {"bob": "Bob Builder"}) == "x=1"
    named = {"lovelace": "x=1 #Lovelace", "bob": "x = 1 # by b. BUILDER"}
    assert chosen(named, {"bob": "Bob Builder"}) is None
    assert chosen({"ann": ""}) is None


def test_long_answers_are_cut() -> None:
    source = "\n".join(f"x = {number}" for number in range(MOST_LINES + 7))
    found = specimens([mistake("ann")], lambda _: {"f": source}, {})["u", "f", "wrong sign"]
    assert (len(found.source.splitlines()), found.left_out) == (MOST_LINES, 7)


@pytest.mark.parametrize(
    ("source", "bare"),
    [
        ('def f(x):\n    """One.\n\n    Two.\n    """\n    return x', "def f(x):\n    return x"),
        ('def f(x):\n    """Only this."""', 'def f(x):\n    """Only this."""'),
        ('class A:\n    "a"\n    b = 1', "class A:\n    b = 1"),
        ('def f(x): "all"; return x', 'def f(x): "all"; return x'),
        ("def f(x:\n    return", "def f(x:\n    return"),
        ("", ""),
    ],
)
def test_docstrings_go_and_nothing_else(source: str, bare: str) -> None:
    assert without_docstrings(source) == bare


@given(st.text(st.sampled_from("def f(): \n\"'\\x0=1#{}"), max_size=60))
def test_any_text_is_taken(source: str) -> None:
    assert len(without_docstrings(source)) <= len(source) * 6


def test_answers_are_read_from_solution_cells_only(tmp_path: Path) -> None:
    def cell(kind: str, source: Any, **mark: Any) -> dict[str, Any]:
        return {"cell_type": kind, "source": source, "metadata": {"nbgrader": mark}}

    cells = [
        cell("code", ["def f():\n", "    ..."], solution=True, grade_id="f-solution"),
        cell("code", "check(f)", grade=True, grade_id="f"),
        cell("markdown", "Because.", solution=True, grade=True, grade_id="why"),
        {"cell_type": "code", "source": "mine", "metadata": {}},
    ]
    path = tmp_path / "a.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert read_answers(path) == {"f": "def f():\n    ..."}
    for broken in ("", "[]", '{"cells": 3}', '{"cells": [3]}', '{"cells": [{"metadata": []}]}'):
        path.write_text(broken)
        assert read_answers(path) == {}
    assert read_answers(tmp_path / "none.ipynb") == {}
    (tmp_path / "link.ipynb").symlink_to("/etc/passwd")
    assert read_answers(tmp_path / "link.ipynb") == {}
