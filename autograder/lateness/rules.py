"""``class.toml``: when units are due, who has longer, and what each day late costs."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from autograder.errors import ClassTrouble, UnknownName
from autograder.unit import load_unit

RULES: Final = "class.toml"
SECTIONS: Final = ("due", "extensions", "late")
SECONDS_IN_A_DAY: Final = 86_400
EXAMPLE: Final = "2026-10-05T23:59:00+02:00"


@dataclass(frozen=True)
class Policy:
    """What it costs to be late, as a share of the points that were earned.

    Parameters
    ----------
    percent_per_day : float
        For every day begun after the due date.
    at_most_percent : float
        However late it is.
    grace_minutes : float
        So much later costs nothing; it is shown as late all the same.
    """

    percent_per_day: float
    at_most_percent: float = 100.0
    grace_minutes: float = 0.0

    def penalty(self, points: float, seconds_late: float) -> float:
        """The points that are lost."""
        counted = seconds_late - 60 * self.grace_minutes
        days = math.ceil(counted / SECONDS_IN_A_DAY) if counted > 0 else 0
        return points * min(days * self.percent_per_day, self.at_most_percent) / 100


@dataclass(frozen=True)
class Rules:
    """What ``class.toml`` says; times are in UTC. Without ``policy`` being late costs nothing."""

    due: Mapping[str, datetime] = field(default_factory=dict)
    extensions: Mapping[str, Mapping[str, datetime]] = field(default_factory=dict)
    policy: Policy | None = None


def read_rules(root: Path) -> Rules:
    """Read the rules of a class folder; there are none without ``class.toml``.

    Raises
    ------
    ClassTrouble
        The file cannot be read, or says something that is not understood.
    """
    path = root / RULES
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Rules()
    except (OSError, ValueError) as error:
        raise ClassTrouble(f"{path} cannot be read: {error}") from error
    for name in data:
        if name not in SECTIONS:
            raise _trouble(path, f"there is no [{name}]; there are {', '.join(SECTIONS)}")
    due = {
        _unit(path, name): _time(path, f"[due] {name}", value)
        for name, value in _table(path, "due", data.get("due", {})).items()
    }
    extensions = {
        _unit(path, name): _extensions(path, name, value)
        for name, value in _table(path, "extensions", data.get("extensions", {})).items()
    }
    for unit in extensions.keys() - due.keys():
        raise _trouble(path, f"[extensions.{unit}] needs a date for {unit} under [due]")
    return Rules(due, extensions, _policy(path, data["late"]) if "late" in data else None)


def _extensions(path: Path, unit: str, value: Any) -> dict[str, datetime]:
    where = f"extensions.{unit}"
    return {
        student: _time(path, f"[{where}] {student}", time)
        for student, time in _table(path, where, value).items()
    }


def _unit(path: Path, name: str) -> str:
    try:
        return load_unit(name).name
    except UnknownName as error:
        raise _trouble(path, str(error)) from None


def _time(path: Path, where: str, value: Any) -> datetime:
    """A time in UTC; one without a time zone is by the clock of this machine."""
    if not isinstance(value, datetime):
        raise _trouble(path, f"{where} must be a date and time without quotes, such as {EXAMPLE}")
    return value.astimezone(UTC)


def _table(path: Path, where: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _trouble(path, f"[{where}] must hold lines such as NAME = {EXAMPLE}")
    return value


def _policy(path: Path, value: Any) -> Policy:
    table = _table(path, "late", value)
    known = [one.name for one in fields(Policy)]
    for name, number in table.items():
        if name not in known:
            raise _trouble(path, f"[late] has no {name}; there are {', '.join(known)}")
        if isinstance(number, bool) or not isinstance(number, int | float) or not number >= 0:
            raise _trouble(path, f"[late] {name} must be a number, 0 or more")
    if "percent_per_day" not in table:
        raise _trouble(path, "[late] needs percent_per_day")
    return Policy(**{name: float(number) for name, number in table.items()})


def _trouble(path: Path, what: str) -> ClassTrouble:
    return ClassTrouble(f"{path}: {what}.\nNothing was changed; mend the file and run this again.")
