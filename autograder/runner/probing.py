"""Apply a probe to an object and write down what came back. Both sides of the wall use this.

Inside the sandbox the object is the learner's; outside, the oracle does the very same with the
reference, with each known mistake and, in an audit, with each mutant.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import itertools
import random
import signal
import sys
import time
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from nand2resnet.hints import case_key
from nand2resnet.tensors import as_arrays

LONGEST_GENERATED_LIST: Final = 10_000
LONGEST_MESSAGE: Final = 2_000
SEED_OF_EVERY_PROBE: Final = 20_240_229

_current: dict[str, Any] = {}


class TimeLimit(BaseException):
    """A cell or a case took longer than it may. Not an Exception, so that `except` lets it by."""


@dataclass(frozen=True)
class Trouble:
    """An exception, as data."""

    type: str
    ancestors: tuple[str, ...]
    message: str
    line: str | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain data for a frame."""
        return {
            "type": self.type,
            "ancestors": list(self.ancestors),
            "message": self.message,
            "line": self.line,
        }


@dataclass(frozen=True)
class Observation:
    """What a probe brought back: a value or an error, and the inputs after the call."""

    value: Any = None
    error: Trouble | None = None
    after: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Subject:
    """What is probed: the namespace of a notebook, the names of the exercise, its helpers."""

    namespace: dict[str, Any]
    names: tuple[str, ...]
    probes: Mapping[str, Any]

    def find(self) -> Any:
        """The learner's object, or all of them where the exercise has several names."""
        missing = [name for name in self.names if name not in self.namespace]
        if missing:
            raise NameError(f"name {missing[0]!r} is not defined")
        if len(self.names) == 1:
            return self.namespace[self.names[0]]
        return types.SimpleNamespace(**{name: self.namespace[name] for name in self.names})


@dataclass
class Patience:
    """How long one call may take, and how many of an exercise's calls may take longer.

    An endless loop is endless for every case: after a few, the others are not waited for.
    """

    seconds: float
    most_timeouts: int = 2
    timeouts: int = 0

    @property
    def is_lost(self) -> bool:
        """Whether the exercise has used up its timeouts."""
        return self.timeouts >= self.most_timeouts

    def timeout(self) -> Observation:
        """What is observed instead of an answer."""
        message = f"no answer after {self.seconds:g} seconds"
        return Observation(error=Trouble("TimeLimit", (), message))


def builders_of(probes: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """The functions a case value may be built by: a unit's own, and the random generator."""
    return {"rng": np.random.default_rng, **{k: v for k, v in probes.items() if callable(v)}}


def make_special(probes: Mapping[str, Any]) -> Callable[[str, dict[str, Any]], Any]:
    """What :func:`frames.unpack` needs to turn ``build`` tags into values."""
    builders = builders_of(probes)

    def special(_: str, parts: dict[str, Any]) -> Any:
        return builders[parts["builder"]](**parts["arguments"])

    return special


def observe_case(
    subject: Subject,
    probe: str | None,
    inputs: Mapping[str, Any],
    *,
    report: tuple[str, ...] = (),
    replays: Mapping[str, Mapping[str, Any]] | None = None,
    patience: Patience,
) -> Observation:
    """Apply one probe to the subject with fresh inputs, and write down what happens.

    Parameters
    ----------
    report : tuple of str
        The inputs whose state after the call belongs to the observation.
    replays : mapping, optional
        For each earlier exercise this one may call, what the reference answered by case key:
        these answers stand in for the learner's own, so that one mistake costs once.
    """

    def call() -> Any:
        target = subject.find()
        if probe is None:
            return target(*inputs.values())
        if probe in subject.names:
            return subject.namespace[probe](*inputs.values())
        return subject.probes[probe](target, *inputs.values())

    with replaying(subject.namespace, replays or {}):
        observation = observe(call, subject.namespace, patience)
    after = {name: as_arrays(inputs[name]) for name in report}
    return Observation(observation.value, observation.error, after)


def observe(call: Callable[[], Any], namespace: dict[str, Any], patience: Patience) -> Observation:
    """Call, with known random state, no prints and a time limit; an error is an observation too."""
    if patience.is_lost:
        return patience.timeout()
    _current["namespace"] = namespace
    seed_everything(SEED_OF_EVERY_PROBE)
    try:
        with time_limit(patience.seconds), quiet():
            value = call()
            if isinstance(value, types.GeneratorType | map | filter | zip | range):
                value = list(itertools.islice(value, LONGEST_GENERATED_LIST))
            value = as_arrays(value)
        return Observation(value)
    except TimeLimit:
        patience.timeouts += 1
        return patience.timeout()
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are answers too
        return Observation(error=describe(error))


def seed_everything(seed: int | None = None) -> None:
    """Set the random states that a learner may draw from; without a seed, to something new."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - a learner may use the global state
    if "torch" in sys.modules:
        # Not torch.manual_seed: it writes down the whole stack for each kind of accelerator.
        generator = sys.modules["torch"].default_generator
        generator.manual_seed(generator.seed() if seed is None else seed)


def describe(error: BaseException) -> Trouble:
    """An exception as data: its type, its message and the learner's line that raised it."""
    line = None
    with contextlib.suppress(Exception):
        for frame in traceback.extract_tb(error.__traceback__):
            if "ipython-input" in frame.filename or frame.filename.startswith("<cell"):
                line = frame.line or None
    try:
        message = str(error)[:LONGEST_MESSAGE]
    except BaseException:  # noqa: BLE001 - a learner's __str__ may do anything
        message = ""
    ancestors = tuple(ancestor.__name__ for ancestor in type(error).__mro__[:8])
    return Trouble(type(error).__name__, ancestors, message, line)


@contextlib.contextmanager
def standing_in(**stand_ins: Any) -> Iterator[None]:
    """Within a probe: let these stand in for names of the notebook that is being probed."""
    with replaced(_current["namespace"], stand_ins):
        yield


@contextlib.contextmanager
def replaced(namespace: dict[str, Any], values: Mapping[str, Any]) -> Iterator[None]:
    """Put values into a namespace and, at the end, what was there before."""
    before = {name: namespace[name] for name in values if name in namespace}
    namespace.update(values)
    try:
        yield
    finally:
        for name in values:
            namespace.pop(name, None)
        namespace.update(before)


def replaying(
    namespace: dict[str, Any], replays: Mapping[str, Mapping[str, Any]]
) -> contextlib.AbstractContextManager[None]:
    """Let recorded answers stand in for earlier exercises; what was not recorded is called."""
    stand_ins = {
        name: _replay(name, answers, namespace.get(name)) for name, answers in replays.items()
    }
    return replaced(namespace, stand_ins)


def _replay(name: str, answers: Mapping[str, Any], own: Any) -> Callable[..., Any]:
    def stand_in(*args: Any, **kwargs: Any) -> Any:
        key = case_key("call", name, (*args, *kwargs.values()))
        if key in answers:
            answer = answers[key]
            for generator, state in zip(
                generators(args, kwargs), answer["generators"], strict=True
            ):
                generator.bit_generator.state = state
            return copy.deepcopy(answer["value"])
        if own is None:
            raise NameError(f"name {name!r} is not defined")
        return own(*args, **kwargs)

    stand_in.__name__ = name
    return stand_in


@contextlib.contextmanager
def recording_calls(
    namespace: dict[str, Any], names: tuple[str, ...], answers: dict[str, dict[str, Any]]
) -> Iterator[None]:
    """Outside the sandbox: write down what the reference's earlier exercises answer."""

    def recorder(name: str, own: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            # The keys first: a call may change what it is given, a random generator for instance.
            keys = [case_key("call", name, form) for form in forms_of_call(own, args, kwargs)]
            value = own(*args, **kwargs)
            states = [generator.bit_generator.state for generator in generators(args, kwargs)]
            answer = {"value": copy.deepcopy(value), "generators": states}
            answers.setdefault(name, {}).update(dict.fromkeys(keys, answer))
            return value

        call.__name__ = name
        return call

    with replaced(namespace, {name: recorder(name, namespace[name]) for name in names}):
        yield


def generators(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[np.random.Generator]:
    """The random generators among the arguments: a call moves them on, and so must a replay."""
    values = (*args, *kwargs.values())
    return [value for value in values if isinstance(value, np.random.Generator)]


def forms_of_call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> Iterator[tuple[Any, ...]]:
    """The arguments as given, and with defaults written out or left out: all the same call."""
    yield (*args, *kwargs.values())
    bound = inspect.signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    full, defaults = bound.args, [p.default for p in bound.signature.parameters.values()]
    for length in range(len(full), 0, -1):
        yield full[:length]
        last, default = full[length - 1], defaults[length - 1]
        if default is inspect.Parameter.empty or not same_argument(last, default):
            return


def same_argument(one: Any, other: Any) -> bool:
    """Whether two arguments are the same to the record of calls."""
    return case_key("call", "", (one,)) == case_key("call", "", (other,))


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Swallow prints and warnings: they never cost marks."""
    sink = io.StringIO()
    with (
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`TimeLimit` in the main thread after so many seconds of wall-clock time."""

    def ring(*_: Any) -> None:
        # Once is not enough for code that catches everything, so the bell rings on.
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        raise TimeLimit

    begun = time.monotonic()
    before = signal.signal(signal.SIGALRM, ring)
    outer, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if outer:  # limits nest: a check cell has one, and so has each check in it
            left = max(outer - (time.monotonic() - begun), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left)
