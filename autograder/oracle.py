"""The judge, outside the sandbox: compares what was observed with what the reference gives.

The reference, the mistakes and the alternatives are the author's own code and run here; a
learner's code never does. One comparison (:func:`nand2resnet.explain.explain`, with one
tolerance) serves verdict, message and diagnosis.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from autograder.exercise import Accept, Build, Case, Criterion, Exercise, Mistake, Right
from autograder.job import Observed, PackedCase, PackedExercise
from autograder.runner.frames import TAG, pack, unpack_whole
from autograder.runner.main import visible_checks
from autograder.runner.probing import (
    Observation,
    Patience,
    Subject,
    Trouble,
    make_special,
    observe_case,
    recording_calls,
    replaying,
)
from autograder.unit import Unit
from autograder.verdict import CriterionVerdict, Example, ExerciseVerdict
from nand2resnet.explain import equal, explain

SECONDS_PER_REFERENCE_CASE: Final = 60.0
SECONDS_PER_MISTAKE_CASE: Final = 10.0  # an endless loop is a mistake, too, and must not detain us
NOT_WRITTEN: Final = "it is not written yet"
SEED_OF_EXAMPLES: Final = "example"
MOST_EXAMPLES_PER_CRITERION: Final = 12


@dataclass(frozen=True)
class Judged:
    """One observation judged: right (perhaps with a remark), or why not, or which mistake."""

    right: bool
    message: str | None = None
    mistake: str | None = None


@dataclass(frozen=True, eq=False)
class Prepared:
    """A case with its packed inputs and what the reference answers."""

    case: Case
    packed: PackedCase
    reference: Observation


@dataclass(frozen=True, eq=False)
class Expectation:
    """All there is to know about one exercise for one seed.

    ``cases`` holds the graded cases first, then those of the examples' seed, which never count.
    ``examples`` are the numbers of the cases that may be shown: the latter, and graded ones that
    the examples' seed gives as well because no chance is in them.
    """

    exercise: Exercise
    cases: tuple[Prepared, ...]
    graded: int
    examples: tuple[int, ...]
    visible: tuple[tuple[str, Observation], ...]
    packed: PackedExercise


class Oracle:
    """Judges the exercises of one unit for one seed.

    Parameters
    ----------
    unit : Unit
        The unit, with reference, mistakes and cases.
    seed : str
        Decides the graded cases; it never enters the sandbox.
    """

    def __init__(self, unit: Unit, seed: str) -> None:
        self.unit = unit
        self.seed = seed
        self._observe_mistake = functools.cache(self._observe_mistake_uncached)

    @functools.cached_property
    def _reference(self) -> dict[str, Any]:
        return self.unit.namespace()

    @functools.cache  # noqa: B019 - an oracle lives as long as its class is graded
    def expectation(self, name: str) -> Expectation:
        """Draw the cases of an exercise and let the reference answer them."""
        exercise = self.unit.exercises[name]
        subject = Subject(self._reference, self.unit.names_of(name), self.unit.probes)
        cases = [self._prepare(subject, exercise, case) for case in self._draw(exercise)]
        graded = len(cases)
        numbers = {identity(prepared): number for number, prepared in enumerate(cases)}
        examples = []
        for prepared in self._examples(subject, exercise):
            examples.append(numbers.get(identity(prepared), len(cases)))
            if examples[-1] == len(cases):
                cases.append(prepared)
        visible, replays = self._visible(subject, exercise)
        packed = PackedExercise(
            self.unit.names_of(name),
            self.unit.cell("check", name).source,
            replays,
            tuple(prepared.packed for prepared in cases),
        )
        return Expectation(exercise, tuple(cases), graded, tuple(examples), tuple(visible), packed)

    def judge(self, name: str, observed: Observed) -> ExerciseVerdict:
        """The verdict on one exercise of one submission."""
        expectation = self.expectation(name)
        exercise = expectation.exercise
        verdicts = []
        everywhere = common_error(observed)
        judged_by_criterion: dict[str, dict[int, Judged]] = {}
        for criterion_name in exercise.criteria:
            judged = self._judge_criterion(expectation, criterion_name, observed)
            judged_by_criterion[criterion_name] = judged
        something_right = any(
            all(result.right for result in judged.values())
            for criterion_name, judged in judged_by_criterion.items()
            if not exercise.criteria[criterion_name].untouched and judged
        )
        for criterion_name, criterion in exercise.criteria.items():
            judged = judged_by_criterion[criterion_name]
            passed = all(result.right for result in judged.values()) and bool(judged)
            message = remark(judged) if passed else None
            if not passed:
                message = everywhere or self._message(expectation, criterion_name, observed)
            if passed and criterion.untouched and not something_right:
                passed, message = False, "this counts once another part of the exercise is right"
            earned = criterion.points if passed else 0.0
            verdicts.append(
                CriterionVerdict(criterion_name, earned, criterion.points, passed, message)
            )
        mistake = None
        if not all(verdict.passed for verdict in verdicts):
            mistake = self._diagnose(expectation, observed, judged_by_criterion)
        return ExerciseVerdict(
            unit=self.unit.name,
            exercise=name,
            points=sum(verdict.points for verdict in verdicts),
            max_points=exercise.max_points,
            criteria=tuple(verdicts),
            diagnosis=mistake.name if mistake else None,
            hint=mistake.hint if mistake else None,
            error=everywhere,
            example=self._example(expectation, observed),
        )

    def observe_version(self, name: str, source: str) -> Observed:
        """What another version of an exercise (the author's own code) gives on all its cases."""
        namespace = self.unit.namespace(**{name: source})
        return self.observe_namespace(name, namespace, SECONDS_PER_REFERENCE_CASE)

    def observe_namespace(self, name: str, namespace: dict[str, Any], seconds: float) -> Observed:
        """What the exercise's object in a namespace gives; for the author's own code only."""
        expectation = self.expectation(name)
        subject = Subject(namespace, self.unit.names_of(name), self.unit.probes)
        observed = Observed()
        patience = Patience(seconds)
        with replaying(namespace, expectation.packed.check_replays):
            visible_checks(
                subject,
                expectation.packed.check,
                patience,
                lambda key, observation: observed.visible.append((key, observation)),
            )
        for number, prepared in enumerate(expectation.cases):
            observed.cases[number] = observe_packed(subject, prepared.packed, patience)
        return observed

    # Making expectations

    def _draw(self, exercise: Exercise, seed: str | None = None) -> Iterator[Case]:
        return exercise.draw(generator(seed or self.seed, self.unit.name, exercise.name))

    def _examples(self, subject: Subject, exercise: Exercise) -> Iterator[Prepared]:
        taken: dict[str, int] = {}
        for case in self._draw(exercise, SEED_OF_EXAMPLES):
            taken[case.criterion] = taken.get(case.criterion, 0) + 1
            if taken[case.criterion] <= MOST_EXAMPLES_PER_CRITERION:
                yield self._prepare(subject, exercise, case)

    def _prepare(self, subject: Subject, exercise: Exercise, case: Case) -> Prepared:
        inputs = pack({key: _Packable.of(value) for key, value in case.inputs.items()})
        report = exercise.criteria[case.criterion].untouched
        packed = PackedCase(case.probe, inputs, report)
        replays: dict[str, dict[str, Any]] = {}
        with recording_calls(subject.namespace, exercise.uses, replays):
            reference = observe_packed(subject, packed, Patience(SECONDS_PER_REFERENCE_CASE))
        return Prepared(case, PackedCase(case.probe, inputs, report, replays), reference)

    def _visible(
        self, subject: Subject, exercise: Exercise
    ) -> tuple[list[tuple[str, Observation]], dict[str, dict[str, Any]]]:
        visible: list[tuple[str, Observation]] = []
        replays: dict[str, dict[str, Any]] = {}
        source = self.unit.cell("check", exercise.name).source
        with recording_calls(subject.namespace, exercise.uses, replays):
            visible_checks(
                subject,
                source,
                Patience(SECONDS_PER_REFERENCE_CASE),
                lambda key, observation: visible.append((key, observation)),
            )
        return visible, replays

    # Judging

    def _judge_criterion(
        self, expectation: Expectation, criterion_name: str, observed: Observed
    ) -> dict[int, Judged]:
        """Visible checks (negative numbers) and graded cases of one criterion."""
        judged: dict[int, Judged] = {}
        for number, (_, reference) in enumerate(expectation.visible):
            if expectation.exercise.criterion_of_check(number) == criterion_name:
                came = observed.visible[number][1] if number < len(observed.visible) else None
                judged[-1 - number] = judge_value(came, reference, Criterion(0), say_why=False)
        for number, prepared in enumerate(expectation.cases[: expectation.graded]):
            if prepared.case.criterion == criterion_name:
                came = observed.cases.get(number)
                exercise = expectation.exercise
                judged[number] = self.judge_case(exercise, prepared, came, say_why=False)
        return judged

    def judge_case(
        self,
        exercise: Exercise,
        prepared: Prepared,
        came: Observation | None,
        *,
        say_why: bool = True,
    ) -> Judged:
        """Judge one case: by `accept` where there is one, else against the reference.

        Saying why costs more than judging; of the cases that are graded nobody is told.
        """
        criterion = exercise.criteria[prepared.case.criterion]
        if came is None or came.error is not None:
            return judge_value(came, prepared.reference, criterion, say_why=say_why)
        if criterion.untouched:
            return judge_untouched(came, self._inputs(prepared), criterion)
        accept = accept_for(exercise, prepared.case)
        if accept is None:
            return judge_value(
                came,
                prepared.reference,
                criterion,
                lambda: self._inputs(prepared),
                say_why=say_why,
            )
        try:
            answer = accept(prepared.case, came, prepared.reference)
        except Exception as error:  # noqa: BLE001 - the value may be of any shape and type
            return Judged(False, f"what came back could not be understood: {error}")
        if answer is True:
            return Judged(True)
        if isinstance(answer, Right):
            return Judged(True, answer.remark)
        if any(mistake.name == answer for mistake in exercise.mistakes):
            return Judged(False, None, str(answer))
        return Judged(False, str(answer))

    @functools.cache  # noqa: B019 - as long as its expectations
    def _inputs(self, prepared: Prepared) -> Mapping[str, Any]:
        special = make_special(self.unit.probes)
        inputs: dict[str, Any] = unpack_whole(prepared.packed.inputs, special)
        return inputs

    def _message(self, expectation: Expectation, criterion_name: str, observed: Observed) -> str:
        """Why a criterion failed, told by an example that is never graded."""
        for number in expectation.examples:
            prepared = expectation.cases[number]
            if prepared.case.criterion != criterion_name:
                continue
            judged = self.judge_case(expectation.exercise, prepared, observed.cases.get(number))
            if not judged.right:
                mistakes = {mistake.name: mistake for mistake in expectation.exercise.mistakes}
                text = judged.message
                if judged.mistake in mistakes:
                    text = mistakes[judged.mistake].hint
                call = call_text(expectation, prepared.case)
                return f"{call}: {text}" if call else str(text)
        for number, (_, reference) in enumerate(expectation.visible):
            if expectation.exercise.criterion_of_check(number) == criterion_name:
                came = observed.visible[number][1] if number < len(observed.visible) else None
                judged = judge_value(came, reference, Criterion(0))
                if not judged.right:
                    return f"check {number + 1} of the notebook: {judged.message}"
        return "it is wrong for some inputs other than those of the examples"

    def _example(self, expectation: Expectation, observed: Observed) -> Example | None:
        """The first example that went wrong."""
        for number in expectation.examples:
            prepared = expectation.cases[number]
            came = observed.cases.get(number)
            if came is None or came.error is not None:
                continue
            if self.judge_case(expectation.exercise, prepared, came).right:
                continue
            if call := call_text(expectation, prepared.case):
                return Example(call, short(came.value), short(prepared.reference.value))
        return None

    # Diagnosis

    def _diagnose(
        self,
        expectation: Expectation,
        observed: Observed,
        judged: Mapping[str, Mapping[int, Judged]],
    ) -> Mistake | None:
        """The known mistake that gives these very observations, if there is one."""
        exercise = expectation.exercise
        named = {result.mistake for results in judged.values() for result in results.values()}
        for mistake in exercise.mistakes:
            if mistake.name in named:
                return mistake
        wrong = [
            number
            for results in judged.values()
            for number, result in results.items()
            if not result.right
        ]
        best: tuple[int, Mistake] | None = None
        for number, mistake in enumerate(exercise.mistakes):
            shown = self._observe_mistake(exercise.name, number)
            if all(self._same(expectation, observed, shown, case) for case in wrong):
                agreeing = sum(
                    self._same(expectation, observed, shown, case)
                    for case in range(len(expectation.cases))
                )
                if best is None or agreeing > best[0]:
                    best = (agreeing, mistake)
        return best[1] if best else None

    def _same(
        self, expectation: Expectation, observed: Observed, shown: Observed, number: int
    ) -> bool:
        """Whether submission and mistake did the same on one case or visible check."""
        if number < 0:
            place = -1 - number
            if place >= len(observed.visible) or place >= len(shown.visible):
                return place >= len(observed.visible) and place >= len(shown.visible)
            return agree(observed.visible[place][1], shown.visible[place][1], Criterion(0))
        ours, theirs = observed.cases.get(number), shown.cases.get(number)
        if ours is None or theirs is None:
            return ours is theirs
        exercise, prepared = expectation.exercise, expectation.cases[number]
        if agree(ours, theirs, exercise.criteria[prepared.case.criterion]):
            return True
        if accept_for(exercise, prepared.case) is None or ours.error or theirs.error:
            return False
        # Where many answers are right, mistakes too take many forms, of which `accept` says the
        # same.
        return self.judge_case(exercise, prepared, ours) == self.judge_case(
            exercise, prepared, theirs
        )

    def _observe_mistake_uncached(self, name: str, number: int) -> Observed:
        mistake = self.unit.exercises[name].mistakes[number]
        namespace = self.unit.namespace(**{name: self.unit.variant_source(name, mistake)})
        return self.observe_namespace(name, namespace, SECONDS_PER_MISTAKE_CASE)


def observe_packed(subject: Subject, packed: PackedCase, patience: Patience) -> Observation:
    """Unpack a case's inputs and apply its probe, as the runner does inside."""
    return observe_case(
        subject,
        packed.probe,
        unpack_whole(packed.inputs, make_special(subject.probes)),
        report=packed.report,
        replays=packed.replays,
        patience=patience,
    )


def identity(prepared: Prepared) -> tuple[str, str | None, bytes]:
    """What makes a case the same as another: two criteria may look at the same inputs."""
    return prepared.case.criterion, prepared.case.probe, prepared.packed.inputs


def accept_for(exercise: Exercise, case: Case) -> Accept | None:
    """The function that judges a case, where comparing with the reference would not do."""
    return exercise.accepts.get(case.criterion, exercise.accepts.get(None))


def remark(judged: Mapping[int, Judged]) -> str | None:
    """What there is to say about a criterion that was passed."""
    return next((result.message for result in judged.values() if result.message), None)


def generator(seed: str, unit: str, exercise: str) -> np.random.Generator:
    """The random numbers of one exercise's cases: no exercise's depend on another's."""
    digest = hashlib.sha256(f"{seed}/{unit}/{exercise}".encode()).digest()
    return np.random.default_rng(np.frombuffer(digest, np.uint32))


@dataclass(frozen=True)
class _Packable:
    """A ``build`` value on its way into a frame."""

    build: Build

    @staticmethod
    def of(value: Any) -> Any:
        """Wrap every build value inside nested data."""
        if isinstance(value, Build):
            return _Packable(value)
        if isinstance(value, list | tuple):
            return type(value)(_Packable.of(part) for part in value)
        if isinstance(value, dict):
            return {key: _Packable.of(part) for key, part in value.items()}
        return value

    def to_tree(self, inner: Callable[[Any], Any]) -> dict[str, Any]:
        """The tagged form, with the arguments packed like any other data."""
        arguments = {key: _Packable.of(part) for key, part in self.build.arguments.items()}
        return {TAG: "build", "builder": self.build.builder, "arguments": inner(arguments)}


def judge_value(
    came: Observation | None,
    reference: Observation,
    criterion: Criterion,
    inputs: Callable[[], Mapping[str, Any] | None] = lambda: None,
    *,
    say_why: bool = True,
) -> Judged:
    """Judge by comparison with the reference's answer.

    What is wrong is told with the sizes of the case's ``inputs``: "3 is the length of `x`".
    """
    if came is None:
        return Judged(False, "it was not reached")
    if came.error is not None:
        expected = reference.error
        if expected is not None and expected.type in (came.error.type, *came.error.ancestors):
            return Judged(True)
        return Judged(False, error_text(came.error))
    if reference.error is not None:
        return Judged(False, f"it should raise {reference.error.type} and gave an answer instead")
    same = functools.partial(
        equal, came.value, reference.value, rtol=criterion.rtol, atol=criterion.atol
    )
    if same() or same(inputs=inputs()):
        return Judged(True)
    if not say_why:
        return Judged(False)
    difference = explain(
        came.value,
        reference.value,
        rtol=criterion.rtol,
        atol=criterion.atol,
        inputs=inputs(),
    )
    return Judged(False, difference.text if difference else None)


def judge_untouched(came: Observation, before: Mapping[str, Any], criterion: Criterion) -> Judged:
    """Judge whether the inputs are after the call what they were before."""
    for name in criterion.untouched:
        if not equal(came.after.get(name), before[name], rtol=0, atol=0):
            return Judged(False, f"the call changed its input `{name}`")
    return Judged(True)


def agree(one: Observation, other: Observation, criterion: Criterion) -> bool:
    """Whether two observations are the same: value within tolerance, error by type, inputs."""
    if one.error is not None or other.error is not None:
        return (
            one.error is not None and other.error is not None and one.error.type == other.error.type
        )
    if not equal(one.value, other.value, rtol=criterion.rtol, atol=criterion.atol):
        return False
    return all(equal(one.after.get(name), other.after.get(name)) for name in criterion.untouched)


def error_text(error: Trouble) -> str:
    """An error in words a learner can act on."""
    if error.type == "NotImplementedError":
        return NOT_WRITTEN
    if error.type == "TimeLimit":
        return f"it took too long: {error.message}"
    if error.type in ("Died", "TooLarge"):
        return error.message
    where = f" at `{error.line}`" if error.line else ""
    return f"it raised {error.type}{where}: {error.message}"


def common_error(observed: Observed) -> str | None:
    """The error, if every call of the exercise ended in the same one."""
    everything = [observation for _, observation in observed.visible]
    everything += list(observed.cases.values())
    texts = {error_text(entry.error) if entry.error else None for entry in everything}
    if not everything:
        return "the exercise was not reached"
    return texts.pop() if len(texts) == 1 else None


def call_text(expectation: Expectation, case: Case) -> str:
    """A case as the call it stands for; the learner knows the exercise's name, not the probe's.

    Empty if all its inputs are the probe's own business.
    """
    shown = {key: value for key, value in case.inputs.items() if not key.startswith("_")}
    if case.inputs and not shown:
        return ""
    inputs = ", ".join(f"{key}={short(value)}" for key, value in shown.items())
    named = case.probe is not None and case.probe in expectation.packed.names
    return f"{case.probe if named else expectation.exercise.name}({inputs})"


def short(value: Any) -> str:
    """A value in one line, cut where it grows long."""
    if isinstance(value, Build):
        arguments = ", ".join(f"{key}={short(part)}" for key, part in value.arguments.items())
        return f"{value.builder}({arguments})"
    if isinstance(value, np.ndarray | np.generic):
        text = np.array2string(
            np.asarray(value), precision=5, threshold=12, edgeitems=3, separator=", "
        )
        text = " ".join(text.split())
        return text if value.ndim == 0 else f"{text} (shape {value.shape})"
    if isinstance(value, tuple | list):
        inner = ", ".join(short(part) for part in value[:6])
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = repr(value[:80] if isinstance(value, str | bytes) else value)  # it may be megabytes
    return text if len(text) <= 80 else f"{text[:77]}..."
