"""Instant feedback: call what the learner wrote, compare, and say what is wrong in plain words.

    from nand2resnet.check import check

    check(derivative, cube, 2.0, expected=12.0)

A check prints one line when it passes and raises one short :class:`CheckFailed` when it does not.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from nand2resnet import wording
from nand2resnet.advice import advice
from nand2resnet.calling import after_call, call, dtype_of, shape_of
from nand2resnet.circuit import NAND, NotACircuit, assignment, inputs_of, record, rows
from nand2resnet.comparison import as_numbers
from nand2resnet.explain import Difference, explain
from nand2resnet.failure import CheckFailed, learners_lines, name_of_stub
from nand2resnet.hints import Hint, Raised, case_key, lookup
from nand2resnet.progress.watching import watch_checks
from nand2resnet.tensors import as_arrays
from nand2resnet.unwritten import tell_calmly

__all__ = ["Check", "CheckFailed", "check"]

STEP = 1e-5
"""Relative step of the central difference: a balance of rounding and curvature in float64."""
SMALLEST_GRADIENT = 1e-3
"""Gradients are compared relative to at least this, below which rounding is all one sees."""
FUNCTION = Callable[..., Any]


class Check:
    """The checks of a notebook; ``check`` is the one instance.

    Every method calls the learner's function by position, each time on copies of its own of the
    arguments. It prints one line or raises, and returns nothing: a cell that ends with a check
    shows that line alone.
    """

    def __call__(
        self,
        f: FUNCTION,
        *args: Any,
        expected: Any,
        rtol: float | None = None,
        atol: float | None = None,
    ) -> None:
        """Check what ``f(*args)`` returns.

        Parameters
        ----------
        f : callable
            What the learner wrote.
        *args
            Its arguments, by position.
        expected : plain data
            The right result.
        rtol, atol : float, optional
            Tolerance, by default that of :func:`nand2resnet.explain.explain`.

        Raises
        ------
        CheckFailed
            If the function is not written yet, stops with an error or returns something else.
        """
        asked = Question("call", f, args)
        value, expected = asked.value(), as_arrays(expected)
        difference = explain(value, expected, rtol=rtol, atol=atol, inputs=asked.inputs)
        if difference is not None:
            raise asked.failed("is not right yet.", value, difference, expected)
        passed(f"{asked.call}: {wording.shown(value)}")

    def gradient(self, df: FUNCTION, f: FUNCTION, x: Any, *, rtol: float = 1e-6) -> None:
        """Check that ``df(x)`` is the gradient of ``f`` at ``x``.

        The comparison is with a central difference of ``f`` in float64, by relative error.

        Parameters
        ----------
        df : callable
            What the learner wrote; takes what ``f`` takes, returns the shape of ``x``.
        f : callable
            A function with one number as its result.
        x : float or ndarray
            Where to look.
        rtol : float, optional
            The largest relative error ``|df - d| / (|df| + |d|)`` that passes.
        """
        asked = Question("gradient", df, (x,), key_args=(f, x))
        value = asked.value()
        numeric = central_difference(f, x)
        error = relative_error(value, numeric)
        measured = f"a central difference of {wording.shown(f)}"
        if error is None or not error <= rtol:
            difference = explain(value, numeric, rtol=rtol, atol=1e-8, inputs=asked.inputs)
            difference = difference or Difference("values", "It is close, but not close enough.")
            size = "" if error is None else f" (relative error {error:.1e})"
            headline = f"does not agree with {measured}{size}."
            raise asked.failed(headline, value, difference, numeric)
        passed(f"{asked.call} agrees with {measured} (relative error {error:.0e})")

    def shape(self, f: FUNCTION, *args: Any, expected: Any) -> None:
        """Check the shape of ``f(*args)``; several returned values have a tuple of shapes."""
        asked = Question("shape", f, args)
        value = asked.called().value
        wanted = (int(expected),) if isinstance(expected, (int, np.integer)) else expected
        came = shape_of(value)
        if came != wanted:
            text = f"{wording.shown(value)} has the shape {came}; {wanted} was expected."
            raise asked.failed("has the wrong shape.", came, Difference("shape", text))
        passed(f"{asked.call} has the shape {came}")

    def dtype(self, f: FUNCTION, *args: Any, expected: Any) -> None:
        """Check the dtype of ``f(*args)``; several returned values have a tuple of dtypes."""
        asked = Question("dtype", f, args)
        value = asked.called().value
        came = dtype_of(value)
        if came != expected:
            text = f"{wording.shown(value)} has the dtype {came}; {expected} was expected."
            raise asked.failed("has the wrong dtype.", came, Difference("dtype", text))
        passed(f"{asked.call} has the dtype {came}")

    def untouched(self, f: FUNCTION, *args: Any) -> None:
        """Check that ``f(*args)`` leaves its arguments as they were."""
        asked = Question("untouched", f, args)
        left = asked.called().arguments
        for name, before, after in zip(asked.inputs, *map(as_arrays, (args, left)), strict=True):
            # A generator, say, is meant to be changed by a call, and is no data to compare.
            is_data = isinstance(before, (np.ndarray, list, tuple, dict))
            difference = explain(after, before, rtol=0, atol=0) if is_data else None
            if difference is not None:
                text = f"`{name}` was {wording.shown(before)} and is now {wording.shown(after)}."
                advice = " Work on a copy, or write `a = a + b` in place of `a += b`."
                changed = Difference(difference.kind, text + advice, text)
                raise asked.failed("changes what it was given.", after_call(left), changed)
        passed(f"{asked.call} leaves what it was given as it was")

    def raises(self, error: type[Exception], f: FUNCTION, *args: Any) -> None:
        """Check that ``f(*args)`` raises ``error``."""
        asked = Question("raises", f, args)
        try:
            value = asked.called(error).value
        except error as raised:
            passed(f"{asked.call} raises {type(raised).__name__}: {raised}")
            return
        text = f"It returned {wording.shown(value)}; a {error.__name__} was expected."
        raise asked.failed("does not raise an error.", False, Difference("values", text))

    def circuit(
        self, f: FUNCTION, *, expected: Any, of: str = NAND, layers: int | None = None
    ) -> None:
        """Check that ``f`` only connects wires, and that its truth table is right.

        Parameters
        ----------
        f : callable
            What the learner wrote; takes wires by position.
        expected : sequence
            The truth table: what comes out for 00, 01, 10, 11 and so on; where several bits come
            out, a sequence of them.
        of : {"nand", "perceptron"}
            What the circuit is made of, in the end.
        layers : int, optional
            How deep it may be.
        """
        inputs = inputs_of(expected)
        asked = Question("circuit", f, (), key_args=(inputs,))
        netlist = asked.running(lambda: record(f, inputs, of=of))
        table = asked.running(lambda: [f(*bits) for bits in rows(inputs)])
        wrong = [
            (bits, difference)
            for bits, came, wanted in zip(rows(inputs), table, expected, strict=True)
            if (difference := explain(came, tuple(wanted) if np.ndim(wanted) else wanted))
        ]
        observed = np.array(table) if all(map(is_row_of_bits, table)) else table
        if wrong:
            raise asked.wrong_rows(wrong, observed)
        parts = wording.counted(netlist.count(of), "NAND gate" if of == NAND else of)
        told = f"{asked.call} is right in all {len(table)} cases"
        deep = 1 + max(netlist.layers(), default=-1)
        if layers is not None and deep > layers:
            raise CheckFailed(f"{told}, but it is {deep} layers deep. {layers} are enough.")
        passed(f"{told}, with {parts}" + (f" in {deep} layers" if layers else ""))

    def close(
        self,
        value: Any,
        expected: Any,
        of: str,
        *,
        rtol: float | None = None,
        atol: float | None = None,
    ) -> None:
        """Check a value rather than a call; ``of`` says what it is."""
        value, expected = as_arrays((value, expected))
        difference = explain(value, expected, rtol=rtol, atol=atol)
        if difference is not None:
            key = case_key("close", of, ())
            raise failure(f"{of}: not right yet.", key, value, difference, expected)
        passed(f"{of}: {wording.shown(value)}")


check = Check()
tell_calmly()
watch_checks()


@dataclass(frozen=True)
class Question:
    """One call that a check makes, and how it is written and found among the hints.

    Parameters
    ----------
    method : str
        The method of ``check``, "call" for ``check(...)`` itself.
    function : callable
        What the learner wrote.
    args : tuple
        What it is called with.
    key_args : tuple, optional
        What identifies the case, if not ``args``.
    """

    method: str
    function: FUNCTION
    args: tuple[Any, ...]
    key_args: tuple[Any, ...] | None = None

    @property
    def name(self) -> str:
        """The function's name."""
        return wording.name_of(self.function) or wording.described(self.function)

    @property
    def call(self) -> str:
        """The call as one would type it; a circuit is called in every way, so only its name."""
        return self.name if self.method == "circuit" else wording.call(self.name, self.args)

    @property
    def key(self) -> str:
        """The case key of the check."""
        return case_key(self.method, self.name, self.key_args or self.args)

    @property
    def inputs(self) -> dict[str, Any]:
        """The arguments by the names of the learner's parameters."""
        try:
            parameters = list(inspect.signature(self.function).parameters)
        except (TypeError, ValueError):
            parameters = []
        further = [f"argument {index + 1}" for index in range(len(parameters), len(self.args))]
        return dict(zip([*parameters, *further], as_arrays(self.args), strict=False))

    def value(self) -> Any:
        """What the function returns, tensors as arrays."""
        return as_arrays(self.called().value)

    def called(self, expected_error: type[Exception] | None = None) -> Any:
        """Call the function; an error other than the expected one becomes a CheckFailed."""
        return self.running(lambda: call(self.function, self.args), expected_error)

    def running(self, calls: FUNCTION, expected_error: type[Exception] | None = None) -> Any:
        """Do something that calls the function; see :meth:`called`."""
        if not callable(self.function):
            raise CheckFailed(f"A function was to be checked, but this is {self.name}.")
        try:
            return calls()
        except NotImplementedError as error:
            stub = name_of_stub(error) or self.name
            needed = "" if stub == self.name else f" ({self.call} needs it)"
            message = f"`{stub}` is not written yet{needed}.\n{error}"
            raise CheckFailed(message.rstrip()) from error
        except Exception as error:
            if expected_error is not None and isinstance(error, expected_error):
                raise
            raise self.stopped(error, expected_error) from error

    def stopped(self, error: Exception, expected: type[Exception] | None) -> CheckFailed:
        """The learner's function raised an error, and not the one that was expected."""
        lines = [f"{self.call} stopped with an error.", f"{type(error).__name__}: {error}"]
        if isinstance(error, NotACircuit):
            lines = [f"{self.call} is not a circuit yet.", str(error)]
        lines += [f"A {expected.__name__} was expected."] if expected else []
        lines += [f"  {line}" for line in learners_lines(error)]
        meaning = None if isinstance(error, NotACircuit) else advice(error)
        lines += [meaning] if meaning else []
        known = find_hint(self.key, Raised(type(error).__name__, str(error)))
        return CheckFailed("\n".join(lines + ([f"Hint: {known.hint}"] if known else [])))

    def wrong_rows(
        self, wrong: list[tuple[tuple[int, ...], Difference]], observed: Any
    ) -> CheckFailed:
        """A circuit's truth table is not right: show the first row that is wrong."""
        (bits, difference), cases = wrong[0], wording.counted(2 ** len(wrong[0][0]), "case")
        names = list(inspect.signature(self.function).parameters)
        row = assignment(names[: len(bits)], bits)
        verb = "is" if len(wrong) == 1 else "are"
        lines = [
            f"{self.call} is not right yet: {len(wrong)} of {cases} {verb} wrong.",
            f"With {row}: {difference.text}",
        ]
        known = find_hint(self.key, observed)
        return CheckFailed("\n".join(lines + ([f"Hint: {known.hint}"] if known else [])))

    def failed(
        self, headline: str, value: Any, difference: Difference, *expected: Any
    ) -> CheckFailed:
        """What came differs from what was expected."""
        return failure(f"{self.call} {headline}", self.key, value, difference, *expected)


def failure(
    headline: str, key: str, value: Any, difference: Difference, *expected: Any
) -> CheckFailed:
    """Put the message together: what was expected, what came, and a hint or an explanation."""
    lines = [headline]
    if expected and not all(map(is_short, (value, *expected))):
        lines += [
            f"  expected  {wording.shown(expected[0])}",
            f"  came      {wording.shown(value)}",
        ]
    known = find_hint(key, value)
    if known is None:
        lines.append(difference.text)
    else:
        lines += [difference.first or difference.text, f"Hint: {known.hint}"]
    return CheckFailed("\n".join(lines))


def is_row_of_bits(value: Any) -> bool:
    """Whether a circuit gave a bit, or a tuple of bits."""
    bits = value if isinstance(value, (tuple, list)) else [value]
    return all(wording.is_number(bit) and bit in (0, 1) for bit in bits)


def is_short(value: Any) -> bool:
    """Whether a value is always shown in full where a difference is explained."""
    return value is None or wording.is_number(value) or isinstance(value, str)


def find_hint(key: str, value: Any) -> Hint | None:
    """The hint of the known mistake that gives this very observation."""
    for known in lookup(key):
        if isinstance(value, Raised) or isinstance(known.observation, Raised):
            # Only the type: messages hold addresses and differ between versions of libraries.
            if getattr(value, "error", None) == getattr(known.observation, "error", False):
                return known
        elif explain(value, known.observation) is None:
            return known
    return None


def passed(line: str) -> None:
    """Print what was checked."""
    print(f"✓ {line}")


def central_difference(f: FUNCTION, x: Any) -> Any:
    """The gradient of ``f`` at ``x`` by a central difference, in the shape of ``x``.

    Source: (f(x + h) - f(x - h)) / 2h, whose error falls with the square of h.
    """
    point = np.array(x, dtype=np.float64)
    slopes = np.empty_like(point)
    for index in np.ndindex(point.shape):
        step = STEP * max(1.0, abs(float(point[index])))
        ends = []
        for moved in (point[index] + step, point[index] - step):
            beside = point.copy()
            beside[index] = moved
            ends.append((moved, one_number(f, beside)))
        (right, above), (left, below) = ends
        slopes[index] = (above - below) / (right - left)
    return slopes if slopes.ndim else float(slopes)


def one_number(f: FUNCTION, point: np.ndarray) -> float:
    """The value of ``f`` at a point, which must be one number."""
    value = Question("gradient", f, (point if point.ndim else float(point),)).value()
    number = as_numbers(value)
    if number is None or number.size != 1:
        raise CheckFailed(
            f"The slope of {wording.shown(f)} cannot be measured: at {wording.shown(point)} it "
            f"gave {wording.described(value)}, where one number is needed."
        )
    return float(number.item())


def relative_error(value: Any, numeric: Any) -> float | None:
    """``|a - b| / (|a| + |b|)`` in Euclidean norm; None if the shapes do not allow it."""
    came, asked = as_numbers(value), np.asarray(numeric)
    if came is None or came.shape != asked.shape:
        return None
    size = float(np.linalg.norm(came.ravel()) + np.linalg.norm(asked.ravel()))
    return float(np.linalg.norm((came - asked).ravel())) / max(size, SMALLEST_GRADIENT)
