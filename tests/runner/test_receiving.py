"""Reports that no runner would send are refused, and harm nothing."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.job import Execution, Job, JobCell, PackedCase, PackedExercise
from autograder.receiving import Receiver
from autograder.runner.frames import MalformedFrame, opaque

PACKED = PackedExercise(("f",), "", {}, (PackedCase(None, b""),))
JOB = Job((JobCell(0, "1"), JobCell(1, "", "f")), {"f": PACKED}, "")
strange = st.sampled_from(
    [None, True, 0, 1, -1, 10**400, 2.5, float("nan"), 1j, "stream", "cell", "f", [], {}, (1, 2)]
    + [np.arange(3), np.array(1), np.zeros((2, 0)), opaque("thing"), "\ud800\x1b[2J" * 5, [[{}]]]
)
keys = ["kind", "index", "outputs", "exercise", "step", "value", "error", "after", "key"]
parts = ["output_type", "name", "text", "data", "ename", "evalue", "traceback", "message", "line"]
parts += ["type", "ancestors", "text/plain", "image/png"]
deep = st.recursive(
    strange,
    lambda inner: st.dictionaries(st.sampled_from(parts), inner) | st.lists(inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None)
@given(st.dictionaries(st.sampled_from(keys), deep), st.sampled_from(["", *keys]))
def test_any_report_is_taken_or_refused(report: dict[str, Any], kind: str) -> None:
    execution = Execution()
    receiver = Receiver(JOB, execution)
    usual = {"outputs": {"kind": "outputs", "index": 0}, "index": {"kind": "cell"}}
    usual |= {"value": {"kind": "observation", "exercise": "f", "step": 1}}
    with contextlib.suppress(MalformedFrame):
        receiver.take(report | usual.get(kind, {}))
    assert execution.outputs.keys() <= {0, 1}
    assert execution.observed.keys() <= {"f"}


@pytest.mark.parametrize("key", ["kind", "index", "exercise", "step"])
def test_an_array_is_no_name(key: str) -> None:
    """Found by fuzzing: comparing an array with text gives an array."""
    report = {"kind": "observation", "exercise": "f", "step": 1} | {key: np.arange(12.0)}
    with pytest.raises(MalformedFrame):
        Receiver(JOB, Execution()).take(report | ({"kind": "cell"} if key == "index" else {}))
