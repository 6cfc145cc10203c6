"""Fixtures for tests that drive JupyterLab in a real browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.lab import LabPage, LabServer


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """A running JupyterLab; put notebooks into `lab.notebooks`."""
    server = LabServer(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture
def page(lab: LabServer, browser: Browser) -> Iterator[LabPage]:
    """A page that opens notebooks; the test fails if anything went wrong behind the scenes."""
    opened = LabPage(lab, browser)
    yield opened
    hidden = opened.hidden_errors()
    opened.close()
    assert not hidden, "errors that no cell shows:\n" + "\n".join(hidden)
