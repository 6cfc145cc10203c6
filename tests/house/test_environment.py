"""autograder/environment.sh, run for real on a toy repository, on machines that lack something."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

# A package that needs nothing to be built, so that no test needs a network.
TOY_PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "toy"
version = "1"
"""
TOY_BACKEND = """
import zipfile

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "toy-1-py3-none-any.whl"
    with zipfile.ZipFile(folder + "/" + name, "w") as wheel:
        info = "toy-1.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: toy\\nVersion: 1\\n")
        kind = "Root-Is-Purelib: true\\nTag: py3-none-any\\n"
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\n" + kind)
        wheel.writestr(info + "RECORD", "")
    return name
"""
OLD_PYTHON = """exec {python} -c '
import platform, sys
sys.version_info = (3, 9, 2)
platform.python_version = lambda: "3.9.2"
exec(sys.argv[1])' "$2"
"""
SYSTEM_PYTHON = Path("/usr/bin/python3")
WITHOUT_SYSTEM_PYTHON = ("--ro-bind", os.devnull, str(SYSTEM_PYTHON))
PYTHONS = ["python3", "python3.11", "python3.12", "python3.13", "python3.14"]
OFFLINE = {"PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}


@pytest.fixture
def toy(tmp_path, repository):
    folder = tmp_path / "a toy"
    (folder / "autograder").mkdir(parents=True)
    (folder / "course" / "nand2resnet").mkdir(parents=True)
    original = repository / "autograder" / "environment.sh"
    script = original.read_text().replace("TORCH=torch==2.13.0", "TORCH=pip")  # as if it were there
    assert "TORCH=pip\n" in script
    (folder / "autograder" / original.name).write_text(script)
    (folder / "autograder" / original.name).chmod(0o755)
    (folder / "pyproject.toml").write_text(TOY_PYPROJECT)
    (folder / "backend.py").write_text(TOY_BACKEND)
    (folder / "requirements.lock").write_text("# nothing\n")
    return folder


def make(folder, *arguments, on=(), **variables):
    return subprocess.run(
        [*on, "autograder/environment.sh", *arguments],
        cwd=folder,
        env=os.environ | {name: str(value) for name, value in variables.items()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


def has_toy(folder):
    command = [folder / ".venv/bin/python", "-m", "pip", "show", "toy"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_it_is_made_once_and_again_when_something_changed(toy):
    first = make(toy)
    assert first.returncode == 0, first.stderr
    assert "making .venv" in first.stdout
    assert has_toy(toy)

    second = make(toy)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")

    (toy / "requirements.lock").write_text("# nothing, but another nothing\n")
    third = make(toy)
    assert third.returncode == 0, third.stderr
    assert "installing" in third.stdout
    assert "making .venv" not in third.stdout


def test_every_user_can_read_it_whatever_the_umask(toy):
    old = os.umask(0o077)
    try:
        assert make(toy).returncode == 0
    finally:
        os.umask(old)
    assert (toy / ".venv").stat().st_mode & 0o777 == 0o755
    assert (
        next(toy.glob(".venv/lib/*/site-packages/toy-1.dist-info")).stat().st_mode & 0o005 == 0o005
    )


def test_it_is_made_anew_in_a_folder_that_was_moved(toy):
    assert make(toy).returncode == 0
    moved = toy.rename(toy.with_name("moved"))
    again = make(moved)
    assert again.returncode == 0, again.stderr
    assert "making .venv" in again.stdout
    assert str(moved) in (moved / ".venv/bin/activate").read_text()
    assert has_toy(moved)


def test_a_failed_installation_shows_why_and_is_repeated(toy):
    (toy / "backend.py").write_text("raise SystemExit('the disk is full')")
    failed = make(toy)
    assert failed.returncode == 1
    assert "the disk is full" in failed.stderr
    assert "pip failed" in failed.stderr

    (toy / "backend.py").write_text(TOY_BACKEND)
    again = make(toy)
    assert again.returncode == 0, again.stderr
    assert has_toy(toy)


def test_offline(toy, machine):
    (toy / "requirements.lock").write_text("numpy==2.4.6 --hash=sha256:" + 64 * "0" + "\n")
    offline = make(toy, on=machine("--unshare-net"), **OFFLINE)
    assert offline.returncode == 1
    assert "the machine is offline" in offline.stderr
    assert not (toy / ".venv/made-from").exists()


def test_a_folder_that_cannot_be_written_to(toy, machine):
    refused = make(toy, on=machine("--ro-bind", str(toy), str(toy)))
    assert refused.returncode == 1
    assert f"cannot write in {toy}" in refused.stderr
    assert not (toy / ".venv").exists()


def test_the_systems_python_is_preferred_because_every_user_can_read_it(toy, programs):
    path = programs(python3=f'exec {sys.executable} "$@"\n')
    made = make(toy, PATH=path)
    assert "with /usr/bin/python3 (" in made.stdout, made.stderr
    assert "every user can read it" in made.stdout


@pytest.fixture
def copied_python(tmp_path):
    """The system's Python under another path: to hide /usr/bin/python3 hides what it links to."""
    return Path(shutil.copy(SYSTEM_PYTHON, tmp_path / "python"))


def test_another_python_where_the_systems_is_missing(toy, programs, machine, copied_python):
    path = programs(without=["apt-get"], python3=f'exec {copied_python} "$@"\n')
    made = make(toy, on=machine(*WITHOUT_SYSTEM_PYTHON), PATH=path)
    assert f"with {path}/python3 (" in made.stdout, made.stderr
    assert "/usr/bin/python3 is missing" in made.stdout


def test_no_python_that_is_new_enough(toy, programs, machine, copied_python):
    old = OLD_PYTHON.format(python=copied_python)
    path = programs(without=["apt-get"], **dict.fromkeys(PYTHONS, old))
    refused = make(toy, on=machine(*WITHOUT_SYSTEM_PYTHON), PATH=path)
    assert refused.returncode == 1
    assert "Python 3.11 or newer is needed; found: " in refused.stderr
    assert f"{path}/python3 3.9.2" in refused.stderr
    assert "conda env create -f environment.yml" in refused.stderr
    assert not (toy / ".venv").exists()


# --- Debian's packages; apt-get and sudo are stood in for, so that no test changes the machine.

APT_GET = """
echo "apt-get $@" >> "{log}"
if [[ $1 == install ]]; then printf '#!/bin/sh\\n' > "{folder}/bwrap"; chmod +x "{folder}/bwrap"; fi
"""


@pytest.fixture
def debian(tmp_path, programs):
    """A Debian machine without bubblewrap: its PATH, and what apt-get was asked for."""
    log = tmp_path / "log"
    folder = programs(without=["bwrap"], chromium="")
    scripts = {
        "sudo": f'echo "sudo $@" >> "{log}"; exec "$@"\n',
        "apt-get": APT_GET.format(log=log, folder=folder),
    }
    return programs(**scripts), log


@pytest.fixture
def root(machine):
    return machine("--unshare-user", "--uid", "0")


@pytest.fixture
def user(machine):
    return machine("--unshare-user", "--uid", "1000")


def test_root_installs_what_is_missing_and_says_so(toy, debian, root):
    path, log = debian
    made = make(toy, "--system", on=root, PATH=path)
    assert made.returncode == 0, made.stderr
    assert "installing Debian packages: bubblewrap\n" in made.stdout
    assert log.read_text().splitlines() == [
        "apt-get update -q",
        "apt-get install -q -y --no-install-recommends bubblewrap",
    ]


def test_a_library_is_installed_too(toy, debian, programs, root):
    path, log = debian
    programs(ldconfig="echo 'libc.so.6 (libc6,x86-64) => /lib/libc.so.6'\n")
    made = make(toy, "--system", on=root, PATH=path)
    assert "installing Debian packages: bubblewrap libatomic1\n" in made.stdout, made.stderr
    assert log.read_text().endswith(" bubblewrap libatomic1\n")


def test_a_user_without_a_terminal_is_told_what_to_type(toy, debian, user):
    path, log = debian
    refused = make(toy, "--system", on=user, PATH=path)
    assert refused.returncode == 1
    assert "sudo apt-get update && sudo apt-get install bubblewrap" in refused.stderr
    assert not log.exists()


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1), ("", 1)])
def test_a_user_on_a_terminal_is_asked_first(toy, debian, user, answer, status):
    path, log = debian
    program, *arguments = [*user, "autograder/environment.sh", "--system"]
    variables = os.environ | {"PATH": str(path)}
    terminal = pexpect.spawn(
        program, arguments, cwd=str(toy), env=variables, timeout=300, encoding="utf-8"
    )
    terminal.expect_exact("missing Debian packages: bubblewrap. Install with sudo? [y/N] ")
    assert not log.exists()
    terminal.sendline(answer)
    said = terminal.read()
    terminal.close()
    assert terminal.exitstatus == status, said
    assert log.exists() == (status == 0)


def test_apt_get_fails(toy, debian, programs, root):
    path, _ = debian
    programs(**{"apt-get": "echo 'E: Unable to locate package' >&2; exit 100\n"})
    failed = make(toy, "--system", on=root, PATH=path)
    assert failed.returncode == 1
    assert "E: Unable to locate package" in failed.stderr
    assert "Is the machine online?" in failed.stderr


def test_not_a_debian_machine(toy, programs):
    refused = make(toy, "--system", PATH=programs(without=["bwrap", "apt-get"]))
    assert refused.returncode == 1
    assert "missing on this machine: bubblewrap" in refused.stderr


def test_python3_venv_is_installed_where_debian_left_it_out(toy, debian, machine):
    path, log = debian
    ensurepip = next(SYSTEM_PYTHON.resolve().parents[1].glob("lib/python3.*/ensurepip"))
    bare = machine("--tmpfs", str(ensurepip), "--unshare-user", "--uid", "0")
    refused = make(toy, on=bare, PATH=path)
    assert refused.returncode == 1
    assert "installing Debian packages: python3-venv" in refused.stdout, refused.stderr
    assert log.read_text().splitlines()[1].endswith(" python3-venv")
