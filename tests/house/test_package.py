"""pyproject.toml, the lock file and environment.yml: in step, and as light as a learner needs."""

import ast
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
    for requirement in wanted(project, "grader", "cluster", "postgres", "hub", "site", "dev"):
        version, _ = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"make lock: {requirement}, not {version}"


def test_every_pin_has_hashes(pins):
    assert len(pins) > 100
    assert [name for name, (_, hashes) in pins.items() if not hashes] == []


def test_torch_is_not_locked(pins):
    assert not {"torch", "torchvision"} & pins.keys()
    assert [name for name in pins if name.startswith("nvidia")] == []


# --- The learner's install


def closure(project, *extras):
    """What is installed with nand2resnet and these extras, directly or not."""
    needed, todo = set(), wanted(project, *extras)
    while todo:
        requirement = todo.pop()
        for extra in ("", *requirement.extras):
            wish = (canonicalize_name(requirement.name), extra)
            if wish in needed:
                continue
            needed.add(wish)
            further = map(Requirement, importlib.metadata.requires(requirement.name) or [])
            todo += [r for r in further if r.marker is None or r.marker.evaluate({"extra": extra})]
    return {name for name, _ in needed}


def test_a_learners_install_is_light(project):
    needed = closure(project)
    assert {"numpy", "jupyterlab", "anywidget"} <= needed
    assert not needed & HEAVY


@pytest.mark.parametrize(
    ("folder", "extras"),
    [
        ("course/nand2resnet", ()),
        ("autograder", ("grader", "hub", "site")),
        ("tests", ("grader", "dev")),
    ],
)
def test_everything_imported_is_asked_for(repository, project, folder, extras):
    """What happens to be installed on the author's machine is not on the next one."""
    distributions = importlib.metadata.packages_distributions()
    known = closure(project, *extras)
    for name, path in third_party_imports(repository / folder):
        providers = {canonicalize_name(provider) for provider in distributions.get(name, [])}
        assert providers & known, f"{path} imports {name}, which pyproject.toml does not ask for"


def third_party_imports(folder):
    ours = {"nand2resnet", "autograder", "solutions", "tests"}
    optional = {"torch", "torchvision", "dask", "distributed", "atheris"}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                modules = [node.module]
            for module in modules:
                name = module.partition(".")[0]
                if name not in sys.stdlib_module_names | ours | optional:
                    yield name, path.relative_to(folder)


def test_the_extras_are_few(project):
    assert set(project["optional-dependencies"]) == {
        "torch",
        "grader",
        "cluster",
        "postgres",
        "hub",
        "site",
        "dev",
    }


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
