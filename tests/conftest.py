"""What tests of several kinds share: one browser (Playwright runs only once in a process),
property tests that do not measure time, for the machine may be busy with something else, and
notebooks that download no data sets and note no progress of whoever runs the tests.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile(
    "busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("busy machine")
os.environ["NAND2RESNET_OFFLINE"] = "1"
os.environ["NAND2RESNET_PROGRESS"] = "off"


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """A headless chromium; without one the test is skipped, or fails where all tests must run."""
    from playwright.sync_api import sync_playwright

    from tests.browser.lab import CHROMIUM, CHROMIUM_ARGUMENTS

    if not CHROMIUM.exists():
        reason = f"no browser at {CHROMIUM}: install it with `apt-get install chromium`"
        if os.environ.get("N2R_FULL") == "1" or os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(CHROMIUM_ARGUMENTS)
        )
        yield chromium
        chromium.close()
