"""autograder/doctor.py, run for real, on this machine and on machines that lack something."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder import doctor

DOCTOR = Path(doctor.__file__)
ONE_CHECK = "import json, doctor; print(json.dumps(doctor.{}))"


def look(check, *on, python=sys.executable, folder=DOCTOR.parent, **variables):
    """The finding of one check (``"bubblewrap()"``), made by a process on such a machine."""
    path = f"{folder}:{variables.pop('PYTHONPATH', '')}"
    done = subprocess.run(
        [*on, str(python), "-c", ONE_CHECK.format(check)],
        env=os.environ | {"PYTHONPATH": path} | {name: str(v) for name, v in variables.items()},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return doctor.Finding(*json.loads(done.stdout))


@pytest.fixture(scope="module")
def found():
    return doctor.diagnose()


def test_it_prints_every_finding_and_each_remedy(found):
    printed = subprocess.run([sys.executable, DOCTOR], capture_output=True, text=True, timeout=120)
    lines = printed.stdout.splitlines()
    for finding in found:
        mark = "ok  " if finding.ok else "MEND"
        assert any(line.startswith(f"{mark} {finding.name}") for line in lines), printed.stdout
        assert finding.ok or finding.what_to_do.splitlines()[0] in printed.stdout
    assert printed.returncode == (0 if all(finding.ok for finding in found) else 1)


def test_this_machine_can_grade(found):
    findings = {finding.name: finding for finding in found}
    for name in ("Python", "packages, grader", "sandbox", "user namespaces", "writable folders"):
        assert findings[name].ok, findings[name]


# --- What it is written in


def test_its_syntax_is_that_of_python_3_6():
    ast.parse(DOCTOR.read_text(), feature_version=(3, 6))


def test_it_imports_the_standard_library_only():
    tree = ast.parse(DOCTOR.read_text())
    names = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else map(_name, node.names))
    }
    assert names <= sys.stdlib_module_names


def _name(alias):
    return alias.name


OLD_PYTHONS = sorted(Path.home().glob(".pyenv/versions/3.[6-9].*/bin/python"))


@pytest.mark.skipif(not OLD_PYTHONS, reason="this machine has no old Python under ~/.pyenv")
@pytest.mark.parametrize("python", OLD_PYTHONS, ids=lambda path: path.parts[-3])
def test_an_old_python_is_told_so(python):
    told = subprocess.run([python, DOCTOR], capture_output=True, text=True, timeout=120)
    assert told.returncode == 1, told.stderr
    assert told.stdout.startswith("MEND Python ")
    assert "Python 3.11 or newer is needed" in told.stdout
    assert "not looked at: this Python is too old" in told.stdout


# --- Packages and environments


@pytest.fixture(scope="module")
def bare_venv(tmp_path_factory):
    """An environment without any package."""
    folder = tmp_path_factory.mktemp("bare") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder


def test_missing_packages_are_named_with_the_command_that_installs_them(bare_venv):
    python = bare_venv / "bin/python"
    assert look("environment()", python=python).seen == f"virtual environment {bare_venv}"
    learner = look("packages('learner')", python=python)
    assert not learner.ok
    assert "numpy>=2.2 (not installed)" in learner.seen
    assert learner.what_to_do.endswith(f"{python} -m pip install -e '.'")
    grader = look("packages('grader')", python=python)
    assert grader.what_to_do.endswith(f"{python} -m pip install -e '.[grader]'")


def test_a_package_that_is_too_old(tmp_path):
    info = tmp_path / "numpy-1.26.4.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: numpy\nVersion: 1.26.4\n")
    finding = look("packages('learner')", PYTHONPATH=tmp_path)
    assert not finding.ok
    assert finding.seen == "numpy>=2.2 (is 1.26.4)"


def test_a_package_that_is_installed_and_broken(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('libopenblas.so: cannot open')")
    finding = look("packages('learner')", PYTHONPATH=tmp_path)
    assert not finding.ok
    assert "libopenblas.so: cannot open" in finding.seen


def test_the_systems_python_is_no_environment():
    python = Path(sys.base_prefix) / "bin" / "python3"
    finding = look("environment()", python=python)
    assert not finding.ok
    assert str(DOCTOR) in finding.what_to_do or "make lab" in finding.what_to_do
    assert "See environment" in look("packages('learner')", python=python).what_to_do


# --- The sandbox


def test_no_bubblewrap(programs):
    finding = look("bubblewrap()", PATH=programs(without=["bwrap"]))
    assert (finding.ok, finding.seen) == (False, "no bubblewrap")
    assert "apt-get install bubblewrap" in finding.what_to_do


def test_bubblewrap_that_does_not_start(programs):
    refusal = "echo 'bwrap: No permissions to create new namespace' >&2; exit 1\n"
    finding = look("bubblewrap()", PATH=programs(bwrap=refusal))
    assert not finding.ok
    assert "No permissions to create new namespace" in finding.seen
    assert finding.what_to_do == doctor.namespaces_todo()


def test_user_namespaces_that_are_forbidden():
    forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"'
    machine = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid, "sh"]
    for check in ("user_namespaces()", "bubblewrap()"):
        finding = look(check, *machine)
        assert not finding.ok
        assert finding.what_to_do == "sudo sysctl user.max_user_namespaces=10000"


def test_no_engine_for_containers_is_no_trouble_where_bubblewrap_works(programs):
    path = programs(without=["podman", "docker"])
    _open_up_to(path / "bwrap")
    finding = look("containers()", PATH=path)
    assert finding.ok
    assert "not needed" in finding.seen
    path = programs(bwrap="exit 1\n")
    finding = look("containers()", PATH=path)
    assert (finding.ok, finding.seen) == (False, "no podman, no docker")
    assert "apt-get install podman" in finding.what_to_do


def test_engines_that_do_not_answer(programs):
    refusal = "echo 'Cannot connect to the daemon' >&2; exit 1\n"
    path = programs(podman=refusal, docker=refusal, bwrap="exit 1\n")
    finding = look("containers()", PATH=path)
    assert not finding.ok
    assert finding.seen.count("Cannot connect to the daemon") == 2
    path = programs(docker="exit 0\n")
    finding = look("containers()", PATH=path)
    assert finding.ok
    assert "make image" in finding.seen


# --- Files


def test_a_python_in_a_private_home(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    python = Path(shutil.copy(sys.executable, home / "python"))
    _open_up_to(python)
    assert doctor.closed_door(python) is None
    home.chmod(0o700)
    assert doctor.closed_door(python) == home
    home.chmod(0o755)
    python.chmod(0o700)
    assert doctor.closed_door(python) == python


def test_a_private_environment_serves_its_owner_unless_root_cannot_mount(bare_venv, machine):
    """As root, whose sandbox runs as somebody else; without the right to mount it cannot serve."""
    bare_venv.parent.chmod(0o700)
    python = bare_venv / "bin" / "python"
    finding = look("interpreter_for_all()", python=python)
    assert finding.ok
    assert "closed to others" in finding.seen
    powerless = machine("--unshare-user", "--uid", "0", "--cap-drop", "ALL")
    finding = look("interpreter_for_all()", *powerless, python=python)
    assert not finding.ok
    assert "cannot be mounted elsewhere" in finding.seen


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's sandbox is that user")
def test_files_that_only_root_can_read(repository, tmp_path):
    copy = tmp_path / "copy"
    for name in ("autograder", "course/nand2resnet"):
        shutil.copytree(repository / name, copy / name)
    _open_up_to(copy / "file")
    (copy / "autograder" / "runner").chmod(0o700)
    finding = look("interpreter_for_all()", folder=copy / "autograder")
    assert not finding.ok
    assert finding.what_to_do == f"chmod -R go+rX {copy}/autograder/runner"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
@pytest.mark.parametrize("mode", [0o755, 0o700])
def test_a_door_is_closed_to_others_when_it_is_called_so(tmp_path, mode):
    file = tmp_path / "door" / "file"
    file.parent.mkdir()
    file.write_text("")
    _open_up_to(file)
    file.parent.chmod(mode)
    nobody = str(doctor.UNPRIVILEGED_UID)
    command = ["setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups", "cat", file]
    readable = subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert readable == (doctor.closed_door(file) is None) == (mode == 0o755)


def _open_up_to(path):
    """Let others enter the folders that pytest made, as they may enter most of a machine's."""
    for folder in path.parents:
        if any(part.startswith("pytest-of-") for part in folder.parts):
            folder.chmod(0o755)


def test_a_read_only_machine(machine):
    finding = look("writable_folders()", *machine("--remount-ro", "/"))
    assert not finding.ok
    assert "Read-only file system" in finding.seen


def test_a_full_disk(machine, tmp_path):
    folder = tmp_path / "full"
    folder.mkdir()
    tiny = ["--size", "1000000", "--tmpfs", str(folder)]
    tiny += ["--ro-bind", str(DOCTOR), str(folder / "autograder" / "doctor.py")]
    finding = look("disk_space()", *machine(*tiny), folder=folder / "autograder")
    assert not finding.ok
    assert finding.seen.startswith("0.0 GB free")


def test_no_browser(programs):
    finding = look("chromium()", PATH=programs(without=["chromium"]))
    assert not finding.ok
    assert "apt-get install chromium" in finding.what_to_do


def test_a_browser_that_its_driver_cannot_drive(machine):
    library = next(Path("/usr/lib").glob("*/libatomic.so.1"))
    finding = look("chromium()", *machine("--ro-bind", os.devnull, str(library.resolve())))
    assert not finding.ok
    assert "libatomic" in finding.seen
    assert "apt-get install libatomic1" in finding.what_to_do
