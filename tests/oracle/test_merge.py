"""Merge, don't trust: whatever a notebook claims about itself, the master's frame stands."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.errors import UnreadableNotebook
from autograder.grading import read_notebook
from autograder.merge import Merged, merge
from autograder.unit import load_unit

UNIT = load_unit("01")
RELEASE = json.loads(UNIT.release.read_bytes())


def masters(merged: Merged) -> list[int]:
    return [cell.master for cell in merged.cells if cell.master is not None]


def place(cells: list[dict[str, Any]], grade_id: str) -> int:
    return next(
        n
        for n, cell in enumerate(cells)
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )


def notebook() -> dict[str, Any]:
    return copy.deepcopy(RELEASE)


def test_an_untouched_release_merges_to_the_master() -> None:
    merged = merge(UNIT, notebook())
    assert masters(merged) == list(range(len(UNIT.cells)))
    assert len(merged.cells) == len(UNIT.cells)
    assert merged.notes == ()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_master_cell_is_there_once_and_in_order_whatever_is_handed_in(data: Any) -> None:
    cells = notebook()["cells"]
    chosen = data.draw(st.lists(st.sampled_from(range(len(cells))), max_size=60))
    submitted = {"cells": [copy.deepcopy(cells[number]) for number in chosen]}
    merged = merge(UNIT, submitted)
    assert masters(merged) == list(range(len(UNIT.cells)))
    checks = [UNIT.cells[number] for number in masters(merged)]
    assert [cell.source for cell in checks if cell.role == "check"] == [
        cell.source for cell in UNIT.cells if cell.role == "check"
    ]


def test_a_changed_check_or_demonstration_is_put_back() -> None:
    submitted = notebook()
    cell = submitted["cells"][place(submitted["cells"], "derivative")]
    cell["source"] = "print('full marks')"
    cell["metadata"]["nbgrader"]["points"] = 1000
    merged = merge(UNIT, submitted)
    assert "full marks" not in "".join(cell.source for cell in merged.cells)


def test_of_copies_all_run_and_the_last_one_counts() -> None:
    submitted = notebook()
    cells = submitted["cells"]
    where = place(cells, "derivative-solution")
    cells.insert(where, copy.deepcopy(cells[where]) | {"source": "first = 1"})
    merged = merge(UNIT, submitted)
    sources = [cell.source for cell in merged.cells]
    assert sources.index("first = 1") < sources.index("".join(cells[where + 1]["source"]))
    assert any("2 times" in note for note in merged.notes)


def test_own_cells_stay_behind_the_cell_they_followed() -> None:
    submitted = notebook()
    cells = submitted["cells"]
    where = place(cells, "derivative-solution")
    mine = {"cell_type": "code", "id": "mine", "metadata": {}, "source": "mine = 1"}
    cells.insert(where + 1, mine)
    merged = merge(UNIT, submitted)
    place_of_mine = [cell.source for cell in merged.cells].index("mine = 1")
    before = merged.cells[place_of_mine - 1].master
    assert before is not None
    assert UNIT.cells[before].name == "derivative"


def test_missing_cells_are_told() -> None:
    submitted = notebook()
    cells = submitted["cells"]
    del cells[place(cells, "derivative")]
    del cells[place(cells, "numerical_gradient-solution")]
    merged = merge(UNIT, submitted)
    assert any("`derivative` had been deleted" in note for note in merged.notes)
    assert any("`numerical_gradient` was missing" in note for note in merged.notes)


def test_a_notebook_without_cell_ids_still_merges() -> None:
    submitted = notebook()
    for cell in submitted["cells"]:
        cell.pop("id")
    merged = merge(UNIT, submitted)
    assert masters(merged) == list(range(len(UNIT.cells)))
    assert len(merged.cells) == len(UNIT.cells)


@pytest.mark.parametrize(("kind", "longest"), [("code", 50_000), ("markdown", 1_000_000)])
def test_a_cell_of_absurd_length_is_left_out(kind: str, longest: int) -> None:
    submitted = notebook()
    for extra in (0, 1):
        source = "#" * (longest + extra)
        submitted["cells"].append({"cell_type": kind, "metadata": {}, "source": source})
    merged = merge(UNIT, submitted)
    kept, left_out = merged.cells[-2:]
    assert len(kept.source) == longest
    assert "left out" in left_out.source
    assert [note for note in merged.notes if f"{longest + 1:,} characters" in note]


def code_cells(number: int, length: int) -> bytes:
    """A notebook of cells that are all just short enough."""
    code = {"cell_type": "code", "metadata": {}, "source": "#" * length}
    return json.dumps({"cells": number * [code]}).encode()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"   \n", "empty"),
        (b"not json", "not JSON"),
        (b"[1, 2]", "format 4"),
        (b'{"cells": 5}', "format 4"),
        (b'{"cells": [1]}', "format 4"),
        (b'{"cells": [{"cell_type": "code"}]}', "format 4"),
        (b'{"cells": [{"cell_type": "code", "source": [1]}]}', "format 4"),
        (b'{"worksheets": []}', "format 4"),
        (b'{"cells": []}', "not the notebook of"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 20_000, "not JSON"),
        (b"[" * 200_000, "hundreds of thousands of values"),
        (b"x" * (21 << 20), "MiB"),
        (code_cells(7, 49_000), "343,000 characters of code"),
    ],
)
def test_what_is_not_a_notebook_of_the_unit_is_refused_with_its_reason(
    data: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableNotebook, match=reason):
        read_notebook(data, UNIT)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=10),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["cells", "cell_type", "source", "metadata", "nbgrader", "id"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_any_json_is_refused_or_merged(value: Any) -> None:
    try:
        read = read_notebook(json.dumps(value).encode(), UNIT)
    except UnreadableNotebook:
        return
    merge(UNIT, read)
