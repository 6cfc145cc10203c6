"""The sandboxes under test: every backend, and every way in which its memory is counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.errors import NoSandbox
from autograder.sandbox import bubblewrap, choose, warm
from autograder.sandbox.cgroup import places
from autograder.sandbox.warm import WarmBubblewrap
from tests.sandbox.forked import Forked, trouble
from tests.sandbox.inside import Sandbox


@pytest.fixture
def bubblewrapped(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The default backend."""
    return Sandbox(choose("bubblewrap"), monkeypatch)


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The same, with runners that are forked."""
    if (reason := trouble()) is not None:
        pytest.skip(f"nothing can be forked here: {reason}")
    backend = WarmBubblewrap()
    yield Forked(backend, monkeypatch)
    backend.end()


@pytest.fixture
def contained(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The backend with podman or docker, where one of them works."""
    try:
        return Sandbox(choose("container"), monkeypatch)
    except NoSandbox as trouble:
        pytest.skip(f"no engine for containers: {trouble}")


@pytest.fixture(params=["bubblewrapped", "forked", "contained"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    """Every backend in turn."""
    return request.getfixturevalue(request.param)


COUNTS = [f"{name} by {who}" for name in ("bubblewrapped", "forked") for who in ("kernel", "us")]


@pytest.fixture(params=[*COUNTS, "contained by podman"])
def counting_sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Memory counted by the kernel, where this user may make a control group; by us; by podman."""
    name, _, who = request.param.split()
    if who == "us":
        for module in (bubblewrap, warm):
            monkeypatch.setattr(module, "make_group", lambda _: None)
    elif who == "kernel" and places() is None:
        pytest.skip("this user may not make control groups")
    return request.getfixturevalue(name)
