"""What each known mistake gives on the visible checks: data, so that a notebook can name it."""

from __future__ import annotations

import json
from typing import Any

from autograder.exercise import Criterion
from autograder.oracle import SECONDS_PER_REFERENCE_CASE, agree
from autograder.runner.main import visible_checks
from autograder.runner.probing import Observation, Patience, Subject
from autograder.unit import Unit
from nand2resnet.explain import explain
from nand2resnet.hints import from_plain, to_plain


def hints_bytes(unit: Unit) -> bytes:
    """The hints file of a unit."""
    checks: dict[str, list[dict[str, Any]]] = {}
    for name, exercise in unit.exercises.items():
        right = visible_observations(unit, name, unit.reference_source(name))
        for mistake in exercise.mistakes:
            wrong = visible_observations(unit, name, unit.variant_source(name, mistake))
            for (key, reference), (_, observation) in zip(right, wrong, strict=False):
                if not agree(observation, reference, Criterion(0)):
                    entry = {"exercise": name, "mistake": mistake.name, "hint": mistake.hint}
                    checks.setdefault(key, []).append(entry | {"observation": plain(observation)})
    text = json.dumps({"unit": unit.name, "checks": checks}, indent=1, sort_keys=True)
    return (text + "\n").encode()


def visible_observations(unit: Unit, name: str, source: str) -> list[tuple[str, Observation]]:
    """What a version of an exercise gives on its visible checks, in order, by case key."""
    namespace = unit.namespace(**{name: source})
    subject = Subject(namespace, unit.names_of(name), unit.probes)
    found: list[tuple[str, Observation]] = []
    visible_checks(
        subject,
        unit.cell("check", name).source,
        Patience(SECONDS_PER_REFERENCE_CASE),
        lambda key, observation: found.append((key, observation)),
    )
    return found


def plain(observation: Observation) -> Any:
    """An observation as JSON-able data."""
    if observation.error is not None:
        return {"error": observation.error.type, "message": observation.error.message}
    return to_plain(observation.value)


def same_hints(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two hints files say the same; numbers within tolerance (BLAS differs)."""
    if one["unit"] != other["unit"] or one["checks"].keys() != other["checks"].keys():
        return False
    for key, entries in one["checks"].items():
        others = other["checks"][key]
        if len(entries) != len(others):
            return False
        for entry, counterpart in zip(entries, others, strict=True):
            words = ("exercise", "mistake", "hint")
            if any(entry[word] != counterpart[word] for word in words):
                return False
            one_plain, other_plain = entry["observation"], counterpart["observation"]
            if one_plain == other_plain:
                continue
            if explain(from_plain(one_plain), from_plain(other_plain)) is not None:
                return False
    return True
