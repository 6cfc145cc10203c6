"""A graded class whose gradebook is filled without grading, for what comes after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.class_folder import ClassFolder, open_class
from autograder.database import open_database
from autograder.gradebook import ClassGradebook, Entry, Marks
from autograder.unit import Unit, load_unit

SCORES = {"derivative": 3.0, "numerical_gradient": 5.0, "gradient_check": 3.0}
SCORES |= {"gradient_descent": 5.0, "largest_stable_lr": 2.0, "why_it_diverges": 0.0}


@pytest.fixture(scope="session")
def small_unit() -> Unit:
    return load_unit("00_start_here")


@pytest.fixture(scope="session")
def unit() -> Unit:
    return load_unit("01_gradient_descent")


@pytest.fixture(scope="session")
def new_gradebook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = open_class(tmp_path_factory.mktemp("new"))
    open_database(folder).close()
    return (folder.root / "gradebook.db").read_bytes()


@pytest.fixture
def folder(tmp_path: Path, new_gradebook: bytes) -> ClassFolder:
    place = tmp_path / "class"
    place.mkdir()
    (place / "gradebook.db").write_bytes(new_gradebook)
    return open_class(place)


def enter(folder: ClassFolder, unit: Unit, *entries: Entry) -> None:
    """What grading does at its end."""
    book = ClassGradebook(folder, unit)
    try:
        book.register()
        book.record(entries)
        book.assign_late_penalties()
    finally:
        book.close()


def entry(unit: Unit, student: str, time: str | None = None, **scores: Any) -> Entry:
    """Somebody's submission of unit 01: all points but for these, and no written answer."""
    cells = [*(f"{name}-solution" for name in unit.exercises), "why_it_diverges"]
    return Entry(student, time, Marks({**SCORES, **scores}, dict.fromkeys(cells)))


def small_entry(unit: Unit, student: str, score: float, time: str | None = None) -> Entry:
    """Somebody's submission of unit 00."""
    (name,) = unit.exercises
    return Entry(student, time, Marks({name: score}, {f"{name}-solution": None}))
