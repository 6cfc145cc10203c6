"""A server for the tests of downloads, and an environment that is the same everywhere."""

import pytest

from tests.data import file_server


@pytest.fixture
def server():
    files = file_server.running()
    yield files
    file_server.stop(files)


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch):
    """No proxy, for the server is on this machine."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
