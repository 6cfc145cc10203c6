"""What lies in a private folder reaches the sandbox's unprivileged user, and nobody else."""

import os
import subprocess
from pathlib import Path

import pytest

from autograder.sandbox.bubblewrap import drop_privileges
from autograder.sandbox.doors import open_doors

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its privileges")


@pytest.fixture
def private(tmp_path):
    """A folder and a file in a folder that only its owner may enter."""
    home = tmp_path / "private home"
    (home / "package").mkdir(parents=True)
    (home / "package" / "code.py").write_text("inside the folder")
    (home / "module.py").write_text("a file")
    home.chmod(0o700)
    return home


def read_as_nobody(prefix, path):
    command = [*prefix, *drop_privileges(), "cat", path]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@only_root
def test_nobody_is_shown_what_a_private_folder_holds(private):
    assert read_as_nobody([], private / "module.py").returncode != 0
    prefix, shown = open_doors([private / "package", private / "module.py"])
    assert read_as_nobody(prefix, shown[private / "module.py"]).stdout == "a file"
    code = shown[private / "package"] / "code.py"
    assert read_as_nobody(prefix, code).stdout == "inside the folder"


@only_root
def test_neighbours_share_a_mount(private):
    (private / "package" / "more.py").touch()
    both = [private / "package" / "code.py", private / "package" / "more.py"]
    prefix, shown = open_doors(both)
    assert prefix.count(str(private / "package")) == 1
    assert read_as_nobody(prefix, shown[both[0]]).stdout == "inside the folder"


@only_root
def test_nothing_of_it_is_seen_outside(private):
    prefix, shown = open_doors([private / "module.py"])
    command = [*prefix, "sh", "-c", 'cat "$1"; sleep 60', "sh", shown[private / "module.py"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as inside:
        assert inside.stdout.read(6) == b"a file"
        assert not shown[private / "module.py"].exists()
        inside.kill()


@only_root
def test_open_doors_cost_nothing():
    prefix, shown = open_doors([Path("/usr/bin"), Path("/usr/lib")])
    assert prefix == []
    assert shown == {Path("/usr/bin"): Path("/usr/bin"), Path("/usr/lib"): Path("/usr/lib")}


@pytest.mark.skipif(os.geteuid() == 0, reason="root is another matter")
def test_a_user_reads_their_own_private_folder_as_it_is(private):
    prefix, shown = open_doors([private / "module.py"])
    assert prefix == []
    assert shown[private / "module.py"] == private / "module.py"


@only_root
def test_a_mount_that_fails_stops_the_start(private):
    (private / "gone").mkdir()
    prefix, shown = open_doors([private / "gone" / "file"])
    (private / "gone").rmdir()
    assert read_as_nobody(prefix, shown[private / "gone" / "file"]).returncode != 0
