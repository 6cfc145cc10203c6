"""Judge the versions an author has named: reference, alternatives and mistakes.

The functions that run versions run in a forked process (:mod:`autograder.audit.forked`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from autograder.audit.forked import Alive
from autograder.audit.survival import is_timeout, patiently
from autograder.errors import BadUnit
from autograder.exercise import Alternative, Criterion, Mistake
from autograder.job import Observed
from autograder.oracle import Oracle, agree
from autograder.unit import Unit
from autograder.verdict import ExerciseVerdict

Kind = Literal["reference", "alternative", "mistake"]


@dataclass(frozen=True)
class Version:
    """One version of an exercise."""

    kind: Kind
    name: str
    source: str

    def __str__(self) -> str:
        return "the reference" if self.kind == "reference" else f"the {self.kind} {self.name!r}"


@dataclass(frozen=True)
class Outcome:
    """What the oracle made of one version for one seed.

    Attributes
    ----------
    full : bool
        Whether every criterion was passed.
    diagnosis : str or None
        The mistake it was recognised as.
    at_once : str or None
        The mistake that the notebook's own check names for it.
    says : str
        Why the first failed criterion failed.
    stopped : str or None
        Why it could not be judged: its cell raises, or its calls take too long.
    """

    full: bool = False
    diagnosis: str | None = None
    at_once: str | None = None
    says: str = ""
    stopped: str | None = None


def versions_of(unit: Unit, name: str) -> tuple[list[Version], list[str]]:
    """The versions of an exercise, and what is wrong with those that cannot be made."""
    exercise = unit.exercises[name]
    written: list[tuple[Kind, Alternative | Mistake]] = [
        *(("alternative", alternative) for alternative in exercise.alternatives),
        *(("mistake", mistake) for mistake in exercise.mistakes),
    ]
    versions = [Version("reference", "", unit.reference_source(name))]
    problems = []
    for kind, version in written:
        try:
            made = Version(kind, version.name, unit.variant_source(name, version))
            compile(made.source, "<version>", "exec")
            versions.append(made)
        except BadUnit as error:
            problems.append(f"{error}.")
        except SyntaxError as error:
            problems.append(f"the {kind} {version.name!r} is not Python: {error}.")
    return versions, problems


# In the forked process


def judge_versions(
    oracle: Oracle, name: str, versions: Sequence[Version], seconds: float, alive: Alive
) -> list[dict[str, Any]]:
    """The outcome of each version for the oracle's seed, as plain data."""
    observed: dict[Version, Observed] = {}
    outcomes: dict[Version, Outcome] = {}
    for version in versions:
        alive(str(version))
        seen, stopped = observe(oracle, name, version.source, seconds)
        if stopped is None:
            observed[version] = seen
        else:
            outcomes[version] = Outcome(stopped=stopped)
    mistakes = {version.name: seen for version, seen in observed.items() if is_mistake(version)}
    # The oracle observes every mistake when it looks for a diagnosis; one that comes to no end
    # would keep it. This process is a fork: nobody else misses the mistake.
    exercise = oracle.unit.exercises[name]
    exercise.mistakes[:] = [mistake for mistake in exercise.mistakes if mistake.name in mistakes]
    for version, seen in observed.items():
        alive(f"the diagnosis of {version}")
        verdict = oracle.judge(name, seen)
        at_once = named_at_once(oracle, name, seen, mistakes)
        message = first_message(verdict)
        outcomes[version] = Outcome(is_full(verdict), verdict.diagnosis, at_once, message)
    return [asdict(outcomes[version]) for version in versions]


def is_mistake(version: Version) -> bool:
    """Whether a version is a known mistake."""
    return version.kind == "mistake"


def observe(oracle: Oracle, name: str, source: str, seconds: float) -> tuple[Observed, str | None]:
    """What a version gives on all cases, or why it gives nothing."""
    try:
        namespace = oracle.unit.namespace(**{name: source})
    except Exception as error:  # noqa: BLE001 - the version's cell may raise anything
        return Observed(), f"its cell stops with {type(error).__name__}: {error}"
    observed = patiently(
        lambda patience: oracle.observe_namespace(name, namespace, patience.seconds),
        is_late,
        seconds,
    )
    if is_late(observed):
        return observed, f"it takes longer than {seconds:g} seconds for one call"
    return observed, None


def is_late(observed: Observed) -> bool:
    """Whether a call did not end in time."""
    return any(map(is_timeout, [*(came for _, came in observed.visible), *observed.cases.values()]))


def named_at_once(
    oracle: Oracle, name: str, observed: Observed, mistakes: Mapping[str, Observed]
) -> str | None:
    """The mistake that the notebook's check names, as the check finds it: see build/hints.py."""
    reference = oracle.expectation(name).visible
    for place, (_, right) in enumerate(reference[: len(observed.visible)]):
        came = observed.visible[place][1]
        if agree(came, right, Criterion(0)):
            continue
        for mistake, seen in mistakes.items():
            if place < len(seen.visible) and agree(came, seen.visible[place][1], Criterion(0)):
                return mistake
        return None
    return None


def is_full(verdict: ExerciseVerdict) -> bool:
    """Whether every criterion was passed; points would not say, where an exercise carries none."""
    return all(criterion.passed for criterion in verdict.criteria)


def first_message(verdict: ExerciseVerdict) -> str:
    """Why the first failed criterion failed."""
    for criterion in verdict.criteria:
        if not criterion.passed:
            return f"{criterion.name}: {criterion.message}"
    return ""


# What the outcomes say

BySeed = Mapping[str, Outcome]


def passes(outcomes: BySeed) -> bool:
    """Whether a version earns full marks with every seed."""
    return all(outcome.full for outcome in outcomes.values())


def is_caught(outcomes: BySeed) -> bool:
    """Whether a version loses marks with every seed."""
    return all(not outcome.full and outcome.stopped is None for outcome in outcomes.values())


def is_named(version: Version, outcomes: BySeed) -> bool:
    """Whether a mistake is recognised as itself with every seed."""
    return is_caught(outcomes) and all(
        outcome.diagnosis == version.name for outcome in outcomes.values()
    )


def is_named_at_once(version: Version, outcomes: BySeed) -> bool:
    """Whether the notebook's check names a mistake; it has the same inputs for every seed."""
    return any(outcome.at_once == version.name for outcome in outcomes.values())


def problems_of(version: Version, outcomes: BySeed) -> list[str]:
    """What is wrong with a version, and what to do about it, in sentences."""
    for seed, outcome in outcomes.items():
        if outcome.stopped is not None:
            return [f"{version}: {outcome.stopped} (seed {seed}). {ADVICE_WHERE_STOPPED}"]
    if version.kind == "mistake":
        return problems_of_mistake(version, outcomes)
    refused = [seed for seed, outcome in outcomes.items() if not outcome.full]
    if not refused:
        return []
    why = outcomes[refused[0]].says
    return [
        f"{version} is refused {with_seeds(refused, outcomes)}. {why}. "
        + (ADVICE_FOR_REFERENCE if version.kind == "reference" else ADVICE_FOR_ALTERNATIVE)
    ]


def problems_of_mistake(version: Version, outcomes: BySeed) -> list[str]:
    """A mistake that goes unnoticed, or is taken for another, or for none."""
    problems = []
    unnoticed = [seed for seed, outcome in outcomes.items() if outcome.full]
    if unnoticed:
        where = with_seeds(unnoticed, outcomes)
        problems.append(f"{version} earns full marks {where}. Add a case that shows it.")
    for other in sorted({str(outcome.diagnosis) for outcome in outcomes.values()}):
        seeds = [
            seed
            for seed, outcome in outcomes.items()
            if not outcome.full and str(outcome.diagnosis) == other != version.name
        ]
        if seeds and other == "None":
            where = with_seeds(seeds, outcomes)
            problems.append(f"{version} is not recognised {where}: does it give the same twice?")
        elif seeds:
            problems.append(
                f"{version} is taken for {other!r} {with_seeds(seeds, outcomes)}. "
                "Add a case in which the two differ."
            )
    return problems


def problems_of_trial(version: Version, verdict: Mapping[str, Any]) -> list[str]:
    """What is wrong with a right version in the sandbox, given its public verdict."""
    failed = [criterion for criterion in verdict["criteria"] if not criterion["passed"]]
    if not failed:
        return []
    why = verdict["error"] or f"{failed[0]['name']}: {failed[0]['message']}"
    return [f"{version} is refused in the sandbox, by `n2r try`. {why}. {ADVICE_FOR_SANDBOX}"]


def notes_on(version: Version, outcomes: BySeed) -> list[str]:
    """Which other mistake the notebook's check takes a mistake for: its hint may fit as well."""
    if version.kind != "mistake":
        return []
    taken = {outcome.at_once for outcome in outcomes.values()} - {None, version.name}
    return [
        f"{version} gets the hint of {other!r} from the notebook's check. If that hint does not "
        "fit, change the numbers of the check so that the two differ."
        for other in sorted(map(str, taken))
    ]


ADVICE_FOR_SANDBOX: Final = (
    "What it needs must stand in its own cell, a setup cell, probes.py, or an earlier exercise "
    "that is named in `uses`."
)
ADVICE_WHERE_STOPPED: Final = (
    "The oracle runs every version whenever a class is graded, so each must run and end."
)
ADVICE_FOR_REFERENCE: Final = (
    "Look for a criterion without cases, for state that outlives a call, for chance without a "
    "seed, or for an `accept` that refuses it."
)
ADVICE_FOR_ALTERNATIVE: Final = (
    "If it is right, widen the criterion's tolerance or write an `accept`; if it is not, the text "
    "should say why, and it belongs among the mistakes."
)


def with_seeds(seeds: Sequence[str], outcomes: BySeed) -> str:
    """Which of the seeds."""
    if len(seeds) == len(outcomes):
        return "with every seed"
    return f"with {len(seeds)} of {len(outcomes)} seeds (such as {seeds[0]})"
