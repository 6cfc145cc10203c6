"""How the exercises of unit 03 are put to the learner's functions.

No answer stands here: this file enters the sandbox. What a circuit connects is written down here
and evaluated outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.runner.probing import standing_in
from nand2resnet.circuit import NAND, Workbench


def circuit(function: Callable[..., Any], inputs: int, earlier: dict[str, list[int]]) -> Any:
    """What a circuit of NAND gates connects.

    Gates made in earlier exercises are noted by their names, so that a mistake in one of them costs
    nothing here. What the learner's own circuit comes to in NAND gates is noted beside it.
    """
    sizes = {name: (going_in, coming_out) for name, (going_in, coming_out) in earlier.items()}
    netlist = connected(function, Workbench(inputs, of=NAND, earlier=sizes))
    try:
        gates = connected(function, Workbench(inputs, of=NAND))
    except Exception:  # noqa: BLE001 - an earlier gate may be missing or do anything
        gates = None
    return {"netlist": netlist, "gates": gates}


def perceptrons(function: Callable[..., Any], inputs: int) -> Any:
    """What a circuit of perceptrons connects, with the weights and thresholds."""
    return {"netlist": connected(function, Workbench(inputs, of="perceptron"))}


def connected(function: Callable[..., Any], bench: Workbench) -> Any:
    """The netlist that a function builds on a workbench."""
    with standing_in(**bench.parts):
        return bench.netlist(function(*bench.inputs)).as_data()


def weights_learnt(learn: Callable[..., Any], x: Any, y: Any, epochs: int) -> Any:
    """The weights and the threshold alone, so that a wrong count costs nothing here."""
    learnt = learn(x, y, epochs)
    return learnt[:2] if is_complete(learnt) else learnt


def mistakes_made(learn: Callable[..., Any], x: Any, y: Any, epochs: int) -> Any:
    """The mistakes in each epoch alone."""
    learnt = learn(x, y, epochs)
    return learnt[2] if is_complete(learnt) else learnt


def is_complete(learnt: Any) -> bool:
    """Whether weights, threshold and mistakes have come."""
    return isinstance(learnt, tuple | list) and len(learnt) == 3


def without_overflow(function: Callable[..., Any], z: Any) -> Any:
    """What a function gives, with an overflow as an error."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return function(z)


def transposed(rows: np.ndarray) -> np.ndarray:
    """An array whose rows are not contiguous in memory."""
    return np.array(rows).T


def every_other(values: Sequence[Any]) -> np.ndarray:
    """A view that skips every second entry."""
    return np.array(values)[::2]
