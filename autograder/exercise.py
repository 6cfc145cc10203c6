"""What an author writes about an exercise: points, cases, known mistakes, other right answers.

Everything here stays outside the sandbox. A unit's ``exercises.py`` makes one
:class:`Exercise` per thing the learner writes; the variable's name is the exercise's name.
"""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Build:
    """A case value made by a builder of probes.py, on both sides of the sandbox's wall."""

    builder: str
    arguments: Mapping[str, Any]


def build(builder: str, /, **arguments: Any) -> Build:
    """Stand for the value that probes.py's function ``builder`` makes from ``arguments``."""
    return Build(builder, arguments)


@dataclass(frozen=True)
class Case:
    """Inputs for one call, and what is done with the learner's object on them.

    Parameters
    ----------
    criterion : str
        The criterion of the exercise this case counts for.
    probe : str, optional
        A function of probes.py called as ``probe(subject, *inputs)``, or, in an exercise with
        several names, the one of them that is called. By default the learner's object itself is
        called with the inputs, by position.
    **inputs
        Values, in the order in which they are passed; the names serve messages only. Names that
        begin with an underscore are the probe's own business and appear in no message.
    """

    criterion: str
    probe: str | None
    inputs: Mapping[str, Any]

    def __init__(self, criterion: str, probe: str | None = None, /, **inputs: Any) -> None:
        object.__setattr__(self, "criterion", criterion)
        object.__setattr__(self, "probe", probe)
        object.__setattr__(self, "inputs", inputs)


@dataclass(frozen=True)
class Criterion:
    """A named group of cases: its points, its tolerance, and whether inputs must be left alone.

    Parameters
    ----------
    points : float
        What passing every case of the group is worth.
    rtol, atol : float, optional
        Tolerance of the comparison; by default the one for the expected dtype.
    untouched : tuple of str
        Names of inputs. If given, the group judges only that these are unchanged after the call,
        and counts only when another criterion of the exercise has passed (returning None at once
        earns nothing).
    """

    points: float
    rtol: float | None = None
    atol: float | None = None
    untouched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """A known wrong version of the reference, and the hint for whoever wrote it."""

    name: str
    hint: str
    edits: tuple[tuple[str, str], ...] = ()
    source: str | None = None


@dataclass(frozen=True)
class Alternative:
    """Another right version, which the grader must not refuse."""

    name: str
    source: str


@dataclass(frozen=True)
class Equivalent:
    """A mutant of the reference that behaves the same: the mutated line, and why."""

    line: str
    reason: str


@dataclass(frozen=True)
class Right:
    """A right answer about which there is something to say: ``Right("4 NAND gates")``."""

    remark: str


@dataclass(frozen=True)
class Leaderboard:
    """What an exercise shows of those who want to be seen, and how they say so.

    Parameters
    ----------
    pseudonym : str
        The variable of the notebook into which a learner writes a pseudonym; empty means no.
    measure : callable
        ``measure(case, observation)`` gives what is shown, as the oracle measures it: shares as
        floats, of which more is better, and costs as whole numbers, of which less is better.
    """

    pseudonym: str
    measure: Measure


CaseMaker = Callable[[np.random.Generator], Iterable[Case]]
Accept = Callable[..., "bool | str | Right"]
Measure = Callable[..., Mapping[str, float | int]]


@dataclass
class Exercise:
    """One thing the learner writes.

    Parameters
    ----------
    points : mapping of str to float or Criterion
        The criteria in the order they are shown.
    names : tuple of str
        What the solution cell defines, if more than (or other than) the exercise's own name.
    uses : tuple of str
        Earlier exercises this one may call. While it is graded the reference's recorded answers
        stand in for the learner's, so that one mistake costs once.
    visible : tuple of str
        The criterion that each visible check counts for, in the order of the check cell. By
        default all count for the first criterion.
    """

    points: Mapping[str, float | Criterion]
    names: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    visible: tuple[str, ...] = ()
    name: str = field(default="", init=False)
    mistakes: list[Mistake] = field(default_factory=list, init=False)
    alternatives: list[Alternative] = field(default_factory=list, init=False)
    equivalents: list[Equivalent] = field(default_factory=list, init=False)
    accepts: dict[str | None, Accept] = field(default_factory=dict, init=False)
    make_cases: CaseMaker | None = field(default=None, init=False)
    board: Leaderboard | None = field(default=None, init=False)

    @property
    def criteria(self) -> dict[str, Criterion]:
        """The criteria by name, in the order they are shown."""
        return {
            name: value if isinstance(value, Criterion) else Criterion(float(value))
            for name, value in self.points.items()
        }

    @property
    def max_points(self) -> float:
        """The sum over the criteria."""
        return sum(criterion.points for criterion in self.criteria.values())

    def criterion_of_check(self, number: int) -> str:
        """The criterion that a visible check counts for."""
        if not self.visible:
            return next(iter(self.points))
        if number >= len(self.visible) or self.visible[number] not in self.points:
            raise ValueError(
                f"{self.name}: `visible` must name one of the criteria {list(self.points)} for "
                f"each visible check; it is {self.visible}"
            )
        return self.visible[number]

    def cases(self, maker: CaseMaker) -> CaseMaker:
        """Register the generator of hidden cases: ``maker(rng)`` yields :class:`Case`."""
        self.make_cases = maker
        return maker

    def mistake(self, name: str, hint: str, *edit: str) -> Callable[[Any], Any]:
        """Add a known mistake: an edit ``old, new[, old, new ...]`` of the reference.

        Each ``old`` must occur exactly once in the reference. Where an edit cannot say it,
        decorate a whole function (or class) instead.
        """
        if len(edit) % 2:
            raise ValueError(f"mistake {name!r}: give edits as pairs of old and new text")
        if edit:
            pairs = tuple(zip(edit[::2], edit[1::2], strict=True))
            self.mistakes.append(Mistake(name, hint, edits=pairs))
            return lambda version: version

        def register(version: Any) -> Any:
            self.mistakes.append(Mistake(name, hint, source=source_of(version)))
            return version

        return register

    def alternative(self, name: str, source: str | None = None) -> Callable[[Any], Any]:
        """Add another right version: decorate it, or give its source as text."""
        if source is not None:
            self.alternatives.append(Alternative(name, textwrap.dedent(source)))
            return lambda version: version

        def register(version: Any) -> Any:
            self.alternatives.append(Alternative(name, source_of(version)))
            return version

        return register

    def equivalent(self, line: str, reason: str) -> None:
        """Say why the mutant that turns a line of the reference into ``line`` is still right.

        ``line`` is what ``n2r audit`` prints after the plus sign; a dropped statement is printed
        as if it were commented out.
        """
        self.equivalents.append(Equivalent(line, reason))

    def accept(self, criterion: str | None = None) -> Callable[[Accept], Accept]:
        """Judge a criterion (or all) by ``accept(case, observation, reference)``.

        The function returns True for a right answer (or :class:`Right`, with a remark for the
        learner), the name of a known mistake, or a message for the learner.
        ``observation.value`` is what came back, ``reference.value`` what the reference gave. Two
        wrong answers count as the same mistake when the function says the same of both.
        """

        def register(function: Accept) -> Accept:
            self.accepts[criterion] = function
            return function

        return register

    def leaderboard(self, pseudonym: str) -> Callable[[Measure], Measure]:
        """Put the exercise on its unit's leaderboard: see :class:`Leaderboard`.

        It shows a submission that has all points of the exercise, by what the decorated function
        measures of its first graded case.
        """

        def register(measure: Measure) -> Measure:
            self.board = Leaderboard(pseudonym, measure)
            return measure

        return register

    def draw(self, rng: np.random.Generator) -> Iterator[Case]:
        """The hidden cases for one seed."""
        if self.make_cases is None:
            return
        for case in self.make_cases(rng):
            if case.criterion not in self.points:
                raise ValueError(
                    f"{self.name}: a case counts for {case.criterion!r}, which is not among the "
                    f"criteria {list(self.points)}"
                )
            yield case


def source_of(version: Any) -> str:
    """The source of a decorated function or class, without its decorators."""
    source = textwrap.dedent(inspect.getsource(version))
    start = re.search(r"^(def|class|async def) ", source, re.MULTILINE)
    assert start is not None, "only functions and classes are decorated"
    return source[start.start() :]
