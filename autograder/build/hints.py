"""What each known mistake gives on the visible checks: data, so that a notebook can name it."""

from __future__ import annotations

import contextlib
import io
import json
import warnings
from typing import Any

from autograder.build.places import (
    CHECK_CELL,
    errors_of_cells,
    lines_passed,
    place_in_cell,
    place_of_mistake,
    told,
)
from autograder.errors import BadUnit
from autograder.exercise import Criterion, Mistake
from autograder.oracle import SECONDS_PER_REFERENCE_CASE, agree
from autograder.runner.main import visible_checks
from autograder.runner.probing import Observation, Patience, Subject
from autograder.unit import Unit
from nand2resnet.explain import explain
from nand2resnet.failure import CheckFailed
from nand2resnet.hints import from_plain, to_plain


def hints_bytes(unit: Unit) -> bytes:
    """The hints file of a unit."""
    checks: dict[str, list[dict[str, Any]]] = {}
    for name, exercise in unit.exercises.items():
        verify_check(unit, name)
        with errors_of_cells(unit):
            right = visible_observations(unit, name, unit.reference_source(name))
        for mistake in exercise.mistakes:
            wrong = observations_of_mistake(unit, name, mistake)
            for (key, reference), (_, observation) in zip(right, wrong, strict=False):
                if not agree(observation, reference, Criterion(0)):
                    entry = {"exercise": name, "mistake": mistake.name, "hint": mistake.hint}
                    checks.setdefault(key, []).append(entry | {"observation": plain(observation)})
    text = json.dumps({"unit": unit.name, "checks": checks}, indent=1, sort_keys=True)
    return (text + "\n").encode()


def verify_check(unit: Unit, name: str) -> None:
    """The check cell must be Python, and pass the reference."""
    cell = unit.cell("check", name)
    with errors_of_cells(unit):
        namespace = unit.namespace()
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a check may well look at what overflows
            exec(compile(cell.source, CHECK_CELL, "exec"), namespace)
    except SyntaxError as error:
        raise BadUnit(f"{place_in_cell(unit, cell, error.lineno or 1)}: {told(error)}") from error
    except Exception as error:
        passed = lines_passed(error)
        line = next((line for filename, line in reversed(passed) if filename == CHECK_CELL), 0)
        where = place_in_cell(unit, cell, line)
        said = str(error) if isinstance(error, CheckFailed) else told(error)
        raise BadUnit(f"{where}: the reference does not pass its check. {said}") from error


def observations_of_mistake(
    unit: Unit, name: str, mistake: Mistake
) -> list[tuple[str, Observation]]:
    """What a mistake gives on the visible checks; if it cannot be made, where it is written."""
    where = place_of_mistake(unit, name, mistake)
    try:
        return visible_observations(unit, name, unit.variant_source(name, mistake))
    except BadUnit as error:
        raise BadUnit(f"{where}: {error}") from error
    except Exception as error:
        what = f"the mistake {mistake.name!r} of `{name}` cannot be run"
        raise BadUnit(f"{where}: {what}: {told(error)}") from error


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
