"""One exercise under audit: what is run for it, and what has come of that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from autograder.audit.findings import ExerciseAudit, Survivor
from autograder.audit.forked import Alive, Ended, Task
from autograder.audit.marks import compare_marks
from autograder.audit.spoiled import (
    Spoil,
    answer_to,
    blank_source,
    problems_of_answer,
    problems_of_blank,
    spoils_for,
)
from autograder.audit.survival import LONGER, Fate, Pace, fate_of, pace_of
from autograder.audit.versions import (
    Outcome,
    Version,
    is_caught,
    is_named,
    is_named_at_once,
    judge_versions,
    notes_on,
    passes,
    problems_of,
    problems_of_trial,
    versions_of,
)
from autograder.grading import LIMITS, try_sources
from autograder.mutants import Mutant, mutants
from autograder.oracle import Oracle
from autograder.sandbox import Backend
from autograder.unit import Unit

SECONDS_TO_SPARE: Final = 60.0
"""What a task that is getting on may take beyond what its calls take, on a busy machine."""
SECONDS_TO_NOTICE: Final = 5.0
"""A mutant that has outlived its time limit by so much hangs where no signal reaches it."""


class Examination:
    """The audit of one exercise while it goes on.

    Parameters
    ----------
    unit : Unit
        The unit.
    name : str
        One of its exercises.
    seeds : sequence of str
        Each decides the hidden cases of one round.
    backend : Backend
        The sandbox in which reference, alternatives and the empty exercise are tried as well.
    """

    def __init__(self, unit: Unit, name: str, seeds: Sequence[str], backend: Backend) -> None:
        self.unit = unit
        self.name = name
        self._seeds = seeds
        self._backend = backend
        self._versions, broken = versions_of(unit, name)
        self._problems: dict[str, list[str]] = {"versions": broken}
        self._mutants = mutants(unit.reference_source(name))
        self._spoils = list(spoils_for(unit.exercises[name]))
        self._outcomes: dict[Version, dict[str, Outcome]] = {
            version: {} for version in self._versions
        }
        self._tried: dict[Version, bool] = {}
        self._fates: dict[Mutant, Fate] = {}
        self._blank_message = ""
        self._seconds = 0.0

    @property
    def size(self) -> int:
        """How many tasks there are, if all goes well."""
        return len(self._seeds) + len(self._mutants) + len(self._spoils) + len(self._right) + 1

    @property
    def _right(self) -> list[Version]:
        """Reference and alternatives."""
        return [version for version in self._versions if version.kind != "mistake"]

    def tasks(self) -> Iterator[Task]:
        """Everything to run. The reference answers its cases before the first task."""
        begun = time.monotonic()
        try:
            oracles = [Oracle(self.unit, seed) for seed in self._seeds]
            for oracle in oracles:
                oracle.expectation(self.name)
            pace = pace_of(oracles[0], self.name)
        except Exception as error:  # noqa: BLE001 - the author's builders, cases and reference
            what = f"The cases cannot be made: {type(error).__name__}: {error}."
            advice = "Mend exercises.py, probes.py or the reference first."
            self._problems["cases"] = [f"{what} {advice}"]
            return
        self._seconds += time.monotonic() - begun
        yield from (self._judging(oracle, pace) for oracle in oracles)
        if not self._problems["versions"]:  # else every diagnosis would stumble over them
            yield from (self._trying(version) for version in self._right)
            yield self._trying_blank()
            yield from (self._spoiling(oracles[0], spoil, pace) for spoil in self._spoils)
        self._problems["mutants"] = []
        yield from (self._mutating(oracles, mutant, pace) for mutant in self._mutants)

    # The tasks

    def _task(
        self,
        what: str,
        run: Callable[[Alive], Any],
        take: Callable[[Any], list[str]],
        patience: float,
        **limits: Any,
    ) -> Task:
        """A task whose trouble is a problem; otherwise its result is taken, and tells problems.

        They are kept in the order in which tasks are made, not in that in which they end.
        """
        self._problems[what] = []

        def took(ended: Ended) -> None:
            self._seconds += ended.seconds
            if ended.trouble is None:
                self._problems[what] = take(ended.result)
            else:
                self._problems[what] = [f"{what} was not finished: {ended.trouble}."]

        return Task(self.name, run, took, patience, **limits)

    def _judging(self, oracle: Oracle, pace: Pace) -> Task:
        """All versions with one seed."""

        def run(alive: Alive) -> Any:
            return judge_versions(oracle, self.name, self._versions, LIMITS.case, alive)

        def take(outcomes: list[dict[str, Any]]) -> list[str]:
            for version, outcome in zip(self._versions, outcomes, strict=True):
                self._outcomes[version][oracle.seed] = Outcome(**outcome)
            return []

        rounds = 1 + len(self._versions)
        patience = SECONDS_TO_SPARE + 3 * LIMITS.case + 3 * rounds * pace.all_cases
        return self._task(f"Judging all versions (seed {oracle.seed})", run, take, patience)

    def _trying(self, version: Version) -> Task:
        """A version that must earn full marks in the sandbox, too."""

        def take(verdict: dict[str, Any]) -> list[str]:
            problems = problems_of_trial(version, verdict)
            self._tried[version] = not problems
            return problems

        return self._task(
            f"Trying {version} in the sandbox",
            self._trial_of(version.source),
            take,
            LIMITS.wall + SECONDS_TO_SPARE,
            memory=None,
        )

    def _trying_blank(self) -> Task:
        """The exercise as it is released."""

        def take(verdict: dict[str, Any]) -> list[str]:
            self._blank_message = verdict["error"] or verdict["criteria"][0]["message"] or ""
            return problems_of_blank(verdict)

        source = blank_source(self.unit.cell("exercise", self.name).source)
        return self._task(
            "Trying the empty exercise in the sandbox",
            self._trial_of(source),
            take,
            LIMITS.wall + SECONDS_TO_SPARE,
            memory=None,
        )

    def _trial_of(self, source: str) -> Callable[[Alive], Any]:
        def run(alive: Alive) -> Any:
            alive("the sandbox")
            seed = self._seeds[0]
            return try_sources(self.unit, self.name, source, seed, self._backend).as_json()

        return run

    def _spoiling(self, oracle: Oracle, spoil: Spoil, pace: Pace) -> Task:
        """A version that anybody could hand in."""

        def run(alive: Alive) -> Any:
            return answer_to(oracle, self.name, spoil, LIMITS.case, alive)

        def take(answer: dict[str, Any]) -> list[str]:
            return problems_of_answer(spoil, answer)

        rounds = 1 + len(self._versions)
        patience = SECONDS_TO_SPARE + 3 * LIMITS.case + 3 * rounds * pace.all_cases
        return self._task(f"A version that {spoil.name}", run, take, patience)

    def _mutating(self, oracles: Sequence[Oracle], mutant: Mutant, pace: Pace) -> Task:
        """A mutant; one that has to be killed from outside does not survive either."""

        def run(alive: Alive) -> Any:
            return fate_of(oracles, self.name, mutant.source, pace.mutant_call, alive)

        def take(ended: Ended) -> None:
            self._seconds += ended.seconds
            if ended.is_fault:
                problem = f"The mutant {mutant.line!r} could not be run: {ended.trouble}."
                self._problems["mutants"].append(problem)
            self._fates[mutant] = "killed" if ended.trouble is not None else ended.result

        # The visible checks may take four times as long as a call, and longer on a busy machine.
        patience = 4 * LONGER * pace.mutant_call + SECONDS_TO_NOTICE
        return Task(self.name, run, take, patience)

    # What has come of them

    def result(self) -> ExerciseAudit:
        """The audit, once all tasks have been taken."""
        exercise = self.unit.exercises[self.name]
        fates = {mutant: self._fates[mutant] for mutant in self._mutants if mutant in self._fates}
        marked = compare_marks(exercise.equivalents, fates)
        problems = [problem for found in self._problems.values() for problem in found]
        notes = []
        for version, outcomes in self._outcomes.items():
            problems += problems_of(version, outcomes)
            notes += notes_on(version, outcomes)
        accepted = [mutant for mutant, fate in fates.items() if fate == "accepted"]
        notes += [f"`accept` finds this right: `{mutant.line}`." for mutant in accepted]
        return ExerciseAudit(
            unit=self.unit.name,
            exercise=self.name,
            alternatives=len(exercise.alternatives),
            mistakes=len(exercise.mistakes),
            **self._version_counts(),
            mutants=len(self._mutants),
            mutants_killed=sum(fate == "killed" for fate in fates.values()),
            mutants_accepted=len(accepted),
            mutants_equivalent=len(marked.equivalent),
            survivors=tuple(
                Survivor(mutant.description, mutant.line, mutant.diff)
                for mutant in marked.survivors
            ),
            blank_message=self._blank_message,
            seconds=round(self._seconds, 1),
            problems=(*problems, *marked.problems),
            notes=tuple(notes),
        )

    def _version_counts(self) -> dict[str, Any]:
        """How many versions are as they should be; those that were not judged are not."""
        judged = {
            version: outcomes
            for version, outcomes in self._outcomes.items()
            if len(outcomes) == len(self._seeds)
        }
        right = [
            version.kind
            for version, outcomes in judged.items()
            if passes(outcomes) and self._tried.get(version)
        ]
        mistakes = [pair for pair in judged.items() if pair[0].kind == "mistake"]
        return {
            "reference_passes": "reference" in right,
            "alternatives_passed": right.count("alternative"),
            "mistakes_caught": sum(is_caught(outcomes) for _, outcomes in mistakes),
            "mistakes_named": sum(is_named(*pair) for pair in mistakes),
            "mistakes_named_at_once": sum(is_named_at_once(*pair) for pair in mistakes),
        }
