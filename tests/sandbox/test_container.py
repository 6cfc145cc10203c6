"""What is particular to containers: engines, their words, and how they fail."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from autograder.errors import NoSandbox
from autograder.sandbox import choose, container, engine
from autograder.sandbox.contents import NUMPY_UNITS, closure, contents_for
from autograder.sandbox.engine import Engine
from autograder.sandbox.image import pinned
from tests.sandbox.inside import SMALL, Sandbox, namespace_inside, processes_in, read_until


@pytest.fixture
def fresh():
    """Engines are looked for anew, and again afterwards."""
    container.usable_engine.cache_clear()
    yield
    container.usable_engine.cache_clear()


@pytest.fixture
def engine_in_between(contained, tmp_path, monkeypatch, fresh):
    """``engine_in_between(script)``: podman behind a shell script that sees its words first."""
    program = shutil.which("podman") or pytest.skip("podman is not installed")

    def put(script: str) -> None:
        (tmp_path / "podman").write_text(f"#!/bin/bash\nENGINE={program}\n{script}\n")
        (tmp_path / "podman").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setattr(engine, "NAMES", ("podman",))

    return put


def test_without_an_engine_nothing_runs(monkeypatch, fresh):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(NoSandbox, match="neither podman nor docker is installed"):
        choose("container")
    with pytest.raises(NoSandbox, match="cannot be run in a container"):
        container.Container().launch(contents_for(), SMALL)


def test_an_engine_that_does_not_start_says_why(engine_in_between):
    engine_in_between("echo 'no subuid ranges found' >&2; exit 125")
    with pytest.raises(NoSandbox, match="no subuid ranges found"):
        choose("container")


def test_an_engine_that_hangs_is_given_up(engine_in_between, monkeypatch):
    engine_in_between("exec sleep 600")
    for name in ("SECONDS_TO_ANSWER", "SECONDS_TO_DIE"):
        monkeypatch.setattr(container, name, 0.2)
    with pytest.raises(NoSandbox, match="nothing, for a minute"):
        choose("container")


@pytest.mark.parametrize("limit", ["--memory*", "--pids-limit"])
def test_an_engine_that_forgets_a_limit_is_not_used(limit, engine_in_between):
    engine_in_between(f"""
words=()
while (($#)); do
    case $1 in
        {limit}) shift 2 ;;
        *) words+=("$1"); shift ;;
    esac
done
exec $ENGINE "${{words[@]}}"
""")
    with pytest.raises(NoSandbox, match="does not limit"):
        choose("container")


def test_new_privileges_that_are_not_ruled_out_stop_the_start(engine_in_between):
    engine_in_between('exec $ENGINE "${@/no-new-privileges/label=disable}"')
    with pytest.raises(NoSandbox, match="the kernel refuses"):
        choose("container")


def test_a_filter_the_kernel_refuses_stops_the_start(contained, monkeypatch, fresh):
    monkeypatch.setattr(container, "program", lambda: b"not a filter")
    with pytest.raises(NoSandbox, match="the kernel refuses"):
        choose("container")


def test_nothing_of_it_is_left_with_the_engine(contained):
    with contained.started("print('up')") as running:
        read_until(running, b"up")
        running.kill()
    assert running.process.returncode == 0
    listed = subprocess.run(
        [*running.engine.words, "ps", "--all", "--format", "{{.Names}}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert running.name not in listed.stdout.split()


@pytest.mark.parametrize("_", range(3))
def test_nothing_is_alive_when_the_engines_client_was_killed(_, contained):
    with contained.started("import time; print('up'); time.sleep(60)") as running:
        read_until(running, b"up")
        namespace = namespace_inside(running)
        running.process.send_signal(signal.SIGKILL)
        running.kill()
        assert processes_in(namespace) == []


def test_it_can_be_ended_while_it_is_flooding_its_pipe(contained):
    source = "import os\nwhile True: os.write(1, bytes(1 << 16))"
    with contained.started(source) as running:
        read_until(running, bytes(10))
        namespace = namespace_inside(running)
        running.kill()
        assert processes_in(namespace) == []


def test_users_of_a_root_container_are_nobody_outside(contained):
    if os.geteuid() != 0:
        pytest.skip("another user's containers are theirs")
    with contained.started("import time; print('up'); time.sleep(60)") as running:
        read_until(running, b"up")
        (inside, *_) = processes_in(namespace_inside(running))
        status = Path(f"/proc/{inside}/status").read_text()
        outside = container.FIRST_USER_OUTSIDE + container.UNPRIVILEGED_USER
        assert f"Uid:\t{outside}\t{outside}" in status


@pytest.mark.parametrize(
    "one", [Engine("podman", True), Engine("docker", False)], ids=lambda one: one.program
)
def test_the_engine_knows_every_option(one):
    if shutil.which(one.program) is None:
        pytest.skip(f"{one.program} is not installed")
    help_ = subprocess.run([one.program, "run", "--help"], capture_output=True, text=True)
    known = set(re.findall(r"--[a-z][a-z-]+", help_.stdout))
    words = container._isolation(one, SMALL) + container._contents(one, contents_for())
    used = {word.partition("=")[0] for word in words if word.startswith("--")}
    assert used - known == set()


def test_where_the_interpreter_is_not_linuxs_the_image_holds_the_packages():
    words = container._contents(Engine("docker", False), contents_for())
    assert words[-1] == container.image_name()
    places = {word.split("dst=")[1].split(",")[0] for word in words if "dst=" in word}
    assert places == {
        container.INSIDE_FIRST,
        container.bubblewrap.INSIDE_RUNNER,
        container.bubblewrap.INSIDE_COMPANION,
    }
    assert all(word.endswith(",readonly") for word in words if "dst=" in word)


def test_the_image_gets_every_package_with_a_version_and_hashes():
    entries = [line for line in pinned(NUMPY_UNITS).splitlines() if not line.startswith(" ")]
    assert {entry.partition("==")[0] for entry in entries} == closure(NUMPY_UNITS)
    assert pinned(NUMPY_UNITS).count("--hash=sha256:") >= len(entries)


@pytest.fixture
def imaged(monkeypatch, fresh):
    """The backend as it is where only an image will do, if `make image` has been run."""
    one = Engine("podman", takes_folder=False)
    if shutil.which("podman") is None or container._image_trouble(one) is not None:
        pytest.skip(f"there is no image {container.image_name()}: `make image` builds it")
    monkeypatch.setattr(container, "engines", lambda: [one])
    return Sandbox(choose("container"), monkeypatch)


def test_an_image_holds_the_units_packages_and_no_others(imaged):
    source = """
    import sys
    sys.path[:0] = ["/grader/code", "/grader/packages"]
    import matplotlib.font_manager, numpy, nand2resnet, IPython, autograder.runner.main
    print(matplotlib.font_manager.json_load is not None, numpy.ones(2).sum())
    for name in ("nbgrader", "autograder.oracle", "torch"):
        try: __import__(name); print("found", name)
        except ImportError: pass
    """
    assert imaged.run(source).text == "True 2.0\n"
