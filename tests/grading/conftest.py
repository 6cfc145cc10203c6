"""Class folders of their own for every test, and real programs at work in them."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.class_folder import open_class
from autograder.database import check_gradebook, open_database
from autograder.unit import Unit, load_unit

Program = Callable[..., subprocess.CompletedProcess[str]]
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def small_unit() -> Unit:
    """One exercise: for tests that are not about marks."""
    return load_unit("00_start_here")


@pytest.fixture(scope="session")
def unit() -> Unit:
    """Several exercises and a written question."""
    return load_unit("01_gradient_descent")


@pytest.fixture(scope="session")
def new_gradebook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A gradebook with nothing in it, which takes a while to make."""
    folder = open_class(tmp_path_factory.mktemp("new"))
    check_gradebook(folder.db_url)
    open_database(folder).close()
    return (folder.root / "gradebook.db").read_bytes()


@pytest.fixture(scope="session")
def own_jupyter(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which nobody's personal settings of Jupyter or nbgrader are seen."""
    home = tmp_path_factory.mktemp("home")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    return os.environ | {name: str(home / name.lower()) for name in names} | {"PATH": path}


@pytest.fixture(scope="session")
def nbgrader(own_jupyter: dict[str, str]) -> Program:
    """``nbgrader(folder, "autograde", ...)``: the stock program, started in that folder."""

    def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["nbgrader", *arguments],
            cwd=folder,
            env=own_jupyter,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return run
