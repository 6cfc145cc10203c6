"""The sandboxes under test: every backend, and every way in which its memory is counted."""

from __future__ import annotations

import pytest

from autograder.errors import NoSandbox
from autograder.sandbox import bubblewrap, choose
from autograder.sandbox.cgroup import places
from tests.sandbox.inside import Sandbox


@pytest.fixture
def bubblewrapped(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The default backend."""
    return Sandbox(choose("bubblewrap"), monkeypatch)


@pytest.fixture
def contained(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The backend with podman or docker, where one of them works."""
    try:
        return Sandbox(choose("container"), monkeypatch)
    except NoSandbox as trouble:
        pytest.skip(f"no engine for containers: {trouble}")


@pytest.fixture(params=["bubblewrapped", "contained"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Every backend in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture(params=["bubblewrap by control group", "bubblewrap by watchdog", "container"])
def counting_sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Memory counted by the kernel, where this user may make a control group; by us; by podman."""
    if request.param == "container":
        return request.getfixturevalue("contained")
    if request.param.endswith("watchdog"):
        monkeypatch.setattr(bubblewrap, "make_group", lambda _: None)
    elif places() is None:
        pytest.skip("this user may not make control groups")
    return request.getfixturevalue("bubblewrapped")
