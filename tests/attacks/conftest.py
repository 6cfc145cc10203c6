"""The target of all attacks of a file, and what an honest notebook earns."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from autograder.unit import Unit, load_unit
from tests.attacks.target import Target, planted


@pytest.fixture(scope="session")
def unit() -> Unit:
    """The unit under attack."""
    return load_unit("01_gradient_descent")


@pytest.fixture(scope="module")
def target() -> Iterator[Target]:
    """A host with secrets; N2R_BACKEND names another backend than the default."""
    with planted(os.environ.get("N2R_BACKEND")) as made:
        yield made


@pytest.fixture(scope="session")
def full_marks(unit: Unit) -> dict[str, float | None]:
    """What somebody earns who has solved every exercise."""
    return {name: exercise.max_points for name, exercise in unit.exercises.items()}
