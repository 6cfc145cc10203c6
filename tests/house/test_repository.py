"""What README, Makefile, CI and the hooks say about each other holds."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TOP_LEVEL = {
    "README.md", "environment.yml", "pyproject.toml", "Makefile", "LICENSE", "nbgrader_config.py",
    "requirements.lock", "CITATION.cff", "course", "autograder", "solutions", "tests", "assets",
}  # fmt: skip


def tracked(*patterns):
    command = ["git", "-C", Path(__file__).parents[2], "ls-files", *patterns]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.fixture
def targets(repository):
    return set(re.findall(r"^([a-z]+):.*## ", (repository / "Makefile").read_text(), re.MULTILINE))


@pytest.fixture
def readme(repository):
    return (repository / "README.md").read_text()


def test_nothing_else_stands_at_the_top_level():
    top = {name.partition("/")[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} <= TOP_LEVEL


# --- README and Makefile


def test_every_make_command_in_the_readme_exists(readme, targets):
    mentioned = set(re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", readme, re.MULTILINE))
    names = {first or second for first, second in mentioned}
    assert {"demo", "test"} <= names
    assert names <= targets


def test_every_n2r_command_in_the_readme_exists(readme):
    from typer.main import get_command

    from autograder.cli import app

    mentioned = set(re.findall(r"\bn2r ([a-z][a-z-]*)", readme))
    assert mentioned
    assert mentioned <= set(get_command(app).commands)


def test_every_path_in_the_readme_exists(readme, repository):
    paths = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert [path for path in paths if not (repository / path).exists()] == []


def make(*arguments):
    """What make prints, also where these tests are themselves run by make."""
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    command = ["make", *arguments]
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_make_lists_its_commands(targets):
    assert {line.split()[1] for line in make().splitlines()} == targets


@pytest.mark.parametrize("target", ["demo", "test", "lab", "build", "lint", "bench", "lock"])
def test_every_command_makes_its_environment_first(target):
    first, *rest = make("--dry-run", target).splitlines()
    needs_system = target in ("demo", "test", "bench")
    assert first == "autograder/environment.sh" + (" --system" if needs_system else "")
    assert rest


def test_the_stages_stop_at_the_first_that_fails(repository, programs):
    path = programs(n2r="exit 0\n", ruff="echo 'E999 broken'; exit 1\n", pytest="echo ran\n")
    stages = subprocess.run(
        ["tests/run.sh", "build", "lint", "audit", "pytest"],
        env=os.environ | {"PATH": str(path)},
        capture_output=True,
        text=True,
    )
    assert stages.returncode == 1
    assert "== build: passed" in stages.stdout
    assert "E999 broken" in stages.stdout
    assert "== lint: FAILED" in stages.stderr
    assert "== pytest" not in stages.stdout


# --- CI


def test_ci_runs_the_readmes_two_commands(repository, programs, tmp_path):
    """In an environment made anew; ``make`` is stood in for, so that this ends."""
    copy = tmp_path / "copy"
    (copy / ".ci").mkdir(parents=True)
    (copy / ".venv").mkdir()
    shutil.copy(repository / ".ci" / "run", copy / ".ci")
    path = programs(make='echo "make $@, CI=$CI"; ls -d .venv 2>/dev/null; [[ $1 != test ]]\n')
    ran = subprocess.run(
        ["bash", ".ci/run"],
        cwd=copy,
        env=os.environ | {"PATH": str(path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert ran.stdout.splitlines() == ["make demo, CI=true", "make test, CI=true"]
    assert ran.returncode == 1  # the second make failed


def test_the_workflow_calls_the_same_script(repository):
    workflow = yaml.safe_load((repository / ".github/workflows/ci.yml").read_text())
    (job,) = workflow["jobs"].values()
    assert "bash .ci/run" in [step.get("run") for step in job["steps"]]


# --- The hooks


@pytest.fixture
def hooks(repository):
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    return {hook["id"]: hook for repo in config["repos"] for hook in repo["hooks"]}


def pre_commit(*arguments, cwd):
    program = [sys.executable, "-m", "pre_commit", *arguments]
    return subprocess.run(program, cwd=cwd, capture_output=True, text=True, timeout=300)


def test_the_hooks_need_no_network(repository, hooks):
    config = yaml.safe_load((repository / ".pre-commit-config.yaml").read_text())
    assert {repo["repo"] for repo in config["repos"]} == {"local"}
    assert {hook["language"] for hook in hooks.values()} == {"system"}
    checked = pre_commit("validate-config", ".pre-commit-config.yaml", cwd=repository)
    assert checked.returncode == 0, checked.stdout


@pytest.fixture
def checkout(repository, tmp_path):
    """A git repository with our hooks and environment, and nothing in it yet."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in (".pre-commit-config.yaml", "pyproject.toml"):
        shutil.copy(repository / name, folder)
    shutil.copytree(repository / ".ci", folder / ".ci")
    (folder / ".venv" / "bin").mkdir(parents=True)
    for program in ("ruff", "python"):
        (folder / ".venv" / "bin" / program).symlink_to(shutil.which(program, path=our_programs()))
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


def our_programs():
    return str(Path(sys.executable).parent)


def run_hook(checkout, hook, name, text):
    (checkout / name).parent.mkdir(parents=True, exist_ok=True)
    (checkout / name).write_text(text)
    subprocess.run(["git", "add", "--all"], cwd=checkout, check=True)
    return pre_commit("run", hook, "--files", name, cwd=checkout)


def notebook(**cell):
    code = {"cell_type": "code", "id": "a", "metadata": {}, "source": "1 + 1", "outputs": []}
    cells = [code | {"execution_count": None} | cell]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


OUTPUT = {"output_type": "stream", "name": "stdout", "text": "2"}


@pytest.mark.parametrize(
    ("cell", "passes"),
    [({}, True), ({"outputs": [OUTPUT]}, False), ({"execution_count": 1}, False)],
)
def test_the_hook_refuses_notebooks_that_were_run(checkout, cell, passes):
    ran = run_hook(checkout, "no-outputs", "course/unit/unit.ipynb", notebook(**cell))
    assert (ran.returncode == 0) == passes, ran.stdout
    assert ("course/unit/unit.ipynb: holds outputs" in ran.stdout) != passes


@pytest.mark.parametrize(
    ("hook", "good", "bad"),
    [
        ("ruff-check", '"""A file."""\n', '"""A file."""\n\nimport os\n'),
        ("ruff-format", '"""A file."""\n', "'''A file.'''\n"),
    ],
)
def test_the_hooks_for_python(checkout, hook, good, bad):
    good = run_hook(checkout, hook, "good.py", good)
    assert good.returncode == 0, good.stdout
    bad = run_hook(checkout, hook, "bad.py", bad)
    assert bad.returncode != 0, bad.stdout


def test_the_course_in_this_repository_passes_the_hook(repository):
    notebooks = tracked("course/*.ipynb")
    assert notebooks
    command = [sys.executable, ".ci/no_outputs.py", *notebooks]
    checked = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


def test_the_build_hook_calls_a_command_that_exists(hooks):
    from typer.testing import CliRunner

    from autograder.cli import app

    program, *arguments = hooks["build-check"]["entry"].split()
    assert program == ".venv/bin/n2r"
    shown = CliRunner().invoke(app, [arguments[0], "--help"])
    assert shown.exit_code == 0
    assert arguments[1] in re.sub(r"\x1b\[[0-9;]*m", "", shown.output)
