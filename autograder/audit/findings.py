"""What an audit found out about one exercise: plain data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Final


@dataclass(frozen=True)
class Survivor:
    """A mutant that earns full marks."""

    description: str
    line: str
    diff: str


PUBLIC: Final = (
    *("unit", "exercise", "reference_passes", "alternatives", "alternatives_passed", "mistakes"),
    *("mistakes_caught", "mistakes_named", "mutants", "mutants_killed", "survivors"),
    *("blank_message", "seconds"),
)


@dataclass(frozen=True)
class ExerciseAudit:
    """The audit of one exercise.

    Attributes
    ----------
    reference_passes : bool
        With every seed, and in the sandbox.
    alternatives, alternatives_passed : int
        How many there are, and how many earn full marks with every seed and in the sandbox.
    mistakes, mistakes_caught, mistakes_named, mistakes_named_at_once : int
        How many there are, lose marks with every seed, are recognised as themselves with every
        seed, and are named by the notebook's own check before anything is handed in.
    mutants, mutants_killed, mutants_accepted, mutants_equivalent : int
        How many there are; lose marks; give other answers that `accept` finds right; are marked
        as equivalent. The others are the survivors.
    blank_message : str
        What a learner reads who has handed in the empty exercise.
    problems : tuple of str
        Sentences that say what is wrong and what to do; survivors come on top of them.
    notes : tuple of str
        Sentences worth reading that ask for nothing.
    """

    unit: str
    exercise: str
    reference_passes: bool
    alternatives: int
    alternatives_passed: int
    mistakes: int
    mistakes_caught: int
    mistakes_named: int
    mistakes_named_at_once: int
    mutants: int
    mutants_killed: int
    mutants_accepted: int
    mutants_equivalent: int
    survivors: tuple[Survivor, ...] = ()
    blank_message: str = ""
    seconds: float = 0.0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def is_clean(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.problems and not self.survivors

    def as_json(self) -> dict[str, Any]:
        """The public form of ``n2r audit --json``; survivors as their diffs."""
        data = asdict(self)
        public = {key: data.pop(key) for key in PUBLIC}
        public["survivors"] = [survivor.diff for survivor in self.survivors]
        return public | data

    def as_record(self) -> dict[str, Any]:
        """All of it as plain data, to be kept; :meth:`from_record` takes it back."""
        return asdict(self)

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> ExerciseAudit:
        """The audit that :meth:`as_record` gave."""
        survivors = tuple(Survivor(**survivor) for survivor in record["survivors"])
        sentences = {key: tuple(record[key]) for key in ("problems", "notes")}
        return cls(**{**record, "survivors": survivors, **sentences})

    def says_the_same(self, other: ExerciseAudit) -> bool:
        """Whether two audits found the same, however long they took."""
        ours, theirs = self.as_record(), other.as_record()
        return {**ours, "seconds": 0.0} == {**theirs, "seconds": 0.0}
