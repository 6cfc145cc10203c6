"""The recorder that takes the place of `check` when a visible check's cell is graded.

It has the methods of :class:`nand2resnet.check.Check`, but compares nothing: it writes down what
the learner's function gave, for the oracle to compare with what the reference gave.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.runner.circuits import gates_before, truth_table
from autograder.runner.probing import Observation, Patience, observe, replaced
from nand2resnet.calling import after_call, dtype_of, shape_of
from nand2resnet.circuit import NAND, Workbench, inputs_of
from nand2resnet.hints import case_key


class Recorder:
    """Takes the calls a check cell makes and reports one observation for each.

    Parameters
    ----------
    patience : Patience
        Limits the calls.
    report : callable
        Called as ``report(key, observation)``; ``key`` is the case key of the check.
    """

    def __init__(
        self,
        namespace: dict[str, Any],
        patience: Patience,
        report: Callable[[str, Observation], None],
    ) -> None:
        self._namespace = namespace
        self._patience = patience
        self._report = report

    def __call__(self, function: Any, *args: Any, **_: Any) -> Any:
        """Stand for ``check(f, *args, expected=...)``."""
        return self._record("call", function, args, lambda copies: function(*copies))

    def gradient(self, df: Any, f: Any, x: Any, **_: Any) -> Any:
        """Stand for ``check.gradient(df, f, x)``."""
        return self._record("gradient", df, (f, x), lambda copies: df(copies[1]))

    def shape(self, function: Any, *args: Any, **_: Any) -> Any:
        """Stand for ``check.shape(f, *args, expected=...)``."""
        return self._record("shape", function, args, lambda copies: shape_of(function(*copies)))

    def dtype(self, function: Any, *args: Any, **_: Any) -> Any:
        """Stand for ``check.dtype(f, *args, expected=...)``."""
        return self._record("dtype", function, args, lambda copies: dtype_of(function(*copies)))

    def untouched(self, function: Any, *args: Any, **_: Any) -> Any:
        """Stand for ``check.untouched(f, *args)``: the arguments after the call."""

        def after(copies: tuple[Any, ...]) -> list[Any]:
            function(*copies)
            return after_call(copies)

        return self._record("untouched", function, args, after)

    def raises(self, error: type[BaseException], function: Any, *args: Any, **_: Any) -> Any:
        """Stand for ``check.raises(Error, f, *args)``: whether it raised that error."""

        def raised(copies: tuple[Any, ...]) -> bool:
            try:
                function(*copies)
            except error:
                return True
            return False

        return self._record("raises", function, args, raised)

    def circuit(self, function: Any, *, expected: Any, of: str = NAND, **_: Any) -> Any:
        """Stand for ``check.circuit(f, expected=..., of=...)``: the truth table.

        The gates made earlier are right here, whatever the learner made of them.
        """
        inputs = inputs_of(expected)

        def table(_: Any) -> np.ndarray:
            earlier = gates_before(getattr(function, "__name__", "")) if of == NAND else {}
            bench = Workbench(inputs, of=of, earlier=earlier)
            with replaced(self._namespace, bench.parts):
                return truth_table(bench.netlist(function(*bench.inputs)))

        return self._record("circuit", function, (inputs,), table)

    def close(self, value: Any, *_: Any, of: str = "", **__: Any) -> Any:
        """Stand for ``check.close(value, expected, of=...)``."""
        return self._record("close", of, (), lambda _: value)

    def _record(
        self, method: str, subject: Any, args: tuple[Any, ...], call: Callable[[Any], Any]
    ) -> Any:
        name = subject if isinstance(subject, str) else getattr(subject, "__name__", "it")
        key = case_key(method, str(name), args)
        copies = tuple(part if callable(part) else copy.deepcopy(part) for part in args)
        observation = observe(lambda: call(copies), self._namespace, self._patience)
        self._report(key, observation)
        return observation.value
