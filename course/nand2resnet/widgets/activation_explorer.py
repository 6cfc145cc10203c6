"""Activation explorer: eight activations and their slopes, by the learner's own functions."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import traitlets

from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call
from nand2resnet.widgets.step_and_sigmoid import values_of

CLASSIFIERS_CSS = (Path(__file__).parent / "classifiers.css").read_text(encoding="utf-8")

Function = Callable[..., object]

REACH = (-6.0, 6.0)
POINTS = 481  # one of them at 0
NUDGE = 0.1
LABELS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "prelu": "PReLU",
    "elu": "ELU",
    "selu": "SELU ★",
    "maxout": "maxout ★",
}
WITH_A = ("prelu", "maxout")
FIRST_LEAK = 0.25
FIRST = {"chosen": "sigmoid", "place": -4.0, "a": FIRST_LEAK}


class ActivationExplorer(Figure):
    """Choose an activation, move along it, and read what is left of a nudge.

    Parameters
    ----------
    single : mapping of str to (callable, callable)
        For "sigmoid", "tanh" and "relu" the learner's value and slope.
    table : callable
        The learner's ``activation_table(z, a)`` for the others. Rows with a star may be missing.

    Attributes
    ----------
    chosen : str
        One of `LABELS`.
    place : float
        z, where the nudge is tried.
    a : float
        PReLU's slope on the left.
    missing : list of str
        Activations with a star that the learner's table does not hold.
    curves : dict
        ``z`` and, at each, ``value`` and ``slope``; empty in trouble.
    here : dict
        ``value``, ``slope`` and ``nudged``, the value at z + `NUDGE`, at `place`.
    trouble : str
        What is wrong with the learner's functions, in words for the learner, or empty.

    Examples
    --------
    >>> ActivationExplorer({"relu": (relu, relu_derivative)}, activation_table)  # doctest: +SKIP
    """

    _esm = module_text("activation_explorer.js")
    _css = Figure._css + NEURONS_CSS + CLASSIFIERS_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)
    place = traitlets.Float().tag(sync=True)
    a = traitlets.Float().tag(sync=True)
    missing: traitlets.List[str] = traitlets.List().tag(sync=True)
    curves = traitlets.Dict().tag(sync=True)
    here = traitlets.Dict().tag(sync=True)

    def __init__(self, single: Mapping[str, tuple[Function, Function]], table: Function) -> None:
        self._single = single
        self._table = table
        super().__init__(
            scale={"reach": REACH, "nudge": NUDGE, "labels": LABELS, "with_a": WITH_A},
            missing=self._left_out(),
            **FIRST,
        )
        self._compute()
        self.observe(lambda _: self._compute(), names=["chosen", "place", "a"])

    def _left_out(self) -> list[str]:
        """Rows with a star that the table does not have; none while it cannot be asked."""
        try:
            held = rows_of(self._table, np.array([1.0]), FIRST_LEAK)
        except LearnerTroubleError:
            return []
        return [name for name, label in LABELS.items() if "★" in label and name not in held]

    def _compute(self) -> None:
        """Run the learner's functions along the axis and at the probe, and publish the values."""
        z = np.linspace(*REACH, POINTS)
        asked = np.concatenate([z, [self.place, self.place + NUDGE]])
        try:
            value, slope = self._value_and_slope(asked)
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.curves, self.here = {}, {}
            return
        self.trouble = ""
        self.here = {
            "value": float(value[POINTS]),
            "nudged": float(value[POINTS + 1]),
            "slope": float(slope[POINTS]),
        }
        self.curves = {
            "z": z.tolist(),
            "value": value[:POINTS].tolist(),
            "slope": slope[:POINTS].tolist(),
        }

    def _value_and_slope(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        if self.chosen in self._single:
            function, derivative = self._single[self.chosen]
            name = self.chosen
            return values_of(function, z, name), values_of(derivative, z, f"{name}_derivative")
        rows = rows_of(self._table, z, self.a)
        if self.chosen not in rows:
            raise LearnerTroubleError(
                f"`activation_table` has no row `{self.chosen}` yet. Its rows are "
                f"{', '.join(map(str, rows)) or 'none'}."
            )
        return pair_of(rows[self.chosen], z, self.chosen)


def rows_of(table: Function, z: FloatArray, a: float) -> Mapping[object, object]:
    """Run the learner's table and make sure that a dictionary came back.

    Raises
    ------
    LearnerTroubleError
        If it is not written yet, raises, or returns something else.
    """
    rows = call(table, z.copy(), a, name="activation_table")
    if not isinstance(rows, Mapping):
        raise LearnerTroubleError(
            "`activation_table` should return a dictionary of names and pairs; it returned "
            f"{type(rows).__name__}."
        )
    return rows


def pair_of(row: object, z: FloatArray, name: str) -> tuple[FloatArray, FloatArray]:
    """Make two arrays of a row of the table, or say what is wrong with it."""
    if not isinstance(row, tuple | list) or len(row) != 2:
        raise LearnerTroubleError(
            f"The row `{name}` of `activation_table` should be a pair (value, slope)."
        )
    value, slope = (values_of(lambda _, part=part: part, z, f"{name}") for part in row)
    return value, slope
