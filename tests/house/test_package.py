"""pyproject.toml, the lock file and environment.yml: in step, and as light as a learner needs."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[2]
HEAVY = {"nbgrader", "dask", "distributed", "torch", "torchvision"}


@pytest.fixture
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text())["project"]


@pytest.fixture
def pins(repository):
    """Package -> (version, its hashes), as the lock file pins them."""
    entries = re.split(r"\n(?=\w)", (repository / "requirements.lock").read_text())
    pinned = {}
    for entry in entries:
        if found := re.match(r"([\w.-]+)==(\S+)", entry):
            hashes = re.findall(r"--hash=(sha256:[0-9a-f]{64})", entry)
            pinned[canonicalize_name(found[1])] = (found[2], hashes)
    return pinned


def wanted(project, *extras):
    texts = project["dependencies"] + [
        text for extra in extras for text in project["optional-dependencies"][extra]
    ]
    return [Requirement(text) for text in texts]


# --- The lock file


def test_the_lock_pins_every_package_that_is_asked_for(project, pins):
    for requirement in wanted(project, "grader", "dev"):
        version, _ = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"make lock: {requirement}, not {version}"


def test_every_pin_has_hashes(pins):
    assert len(pins) > 100
    assert [name for name, (_, hashes) in pins.items() if not hashes] == []


def test_torch_is_not_locked(pins):
    assert not {"torch", "torchvision"} & pins.keys()
    assert [name for name in pins if name.startswith("nvidia")] == []


# --- The learner's install


def test_a_learners_install_is_light():
    needed, todo = set(), ["nand2resnet"]
    while todo:
        name = todo.pop()
        if name in needed:
            continue
        needed.add(name)
        for text in importlib.metadata.requires(name) or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                todo.append(canonicalize_name(requirement.name))
    assert {"numpy", "jupyterlab", "anywidget"} <= needed
    assert not needed & HEAVY


def test_the_extras_are_few(project):
    assert set(project["optional-dependencies"]) == {"torch", "grader", "dev"}


# --- The package


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """What is inside the wheel made from a copy of the tracked files."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in tracked_files():
        (folder / "copy" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, folder / "copy" / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    command += ["--wheel-dir", folder, folder / "copy"]
    built = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert built.returncode == 0, built.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        return set(archive.namelist())


def tracked_files():
    command = ["git", "-C", REPOSITORY, "ls-files"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_wheel_holds_both_packages_and_their_data(wheel):
    suffixes = (".py", ".js", ".css", ".json", ".npz", ".html", ".toml", ".j2", "py.typed")
    ours = [
        name.removeprefix("course/")
        for name in tracked_files()
        if name.startswith(("course/nand2resnet/", "autograder/")) and name.endswith(suffixes)
    ]
    assert "autograder/doctor.py" in ours
    assert [name for name in ours if name not in wheel] == []


def test_the_wheel_holds_no_solution_and_no_test(wheel):
    folders = {name.partition("/")[0] for name in wheel if ".dist-info/" not in name}
    assert folders == {"nand2resnet", "autograder"}
    assert [name for name in wheel if name.endswith(("exercises.py", "probes.py", ".ipynb"))] == []


# --- conda and Binder


def test_environment_yml_takes_its_dependencies_from_pyproject(repository, project):
    environment = yaml.safe_load((repository / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert conda == [f"python{project['requires-python']}", "pip"]
    assert pip == {"pip": ["-e .[grader]"]}


def test_binder_reads_environment_yml_and_nothing_before_it(repository):
    # repo2docker's order; the lock file must not be taken for the whole environment either.
    earlier = ["Dockerfile", "binder", ".binder", "requirements.txt", "setup.py", "Project.toml"]
    assert [name for name in earlier if (repository / name).exists()] == []
