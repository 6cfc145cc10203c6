"""Wait for what another process does."""

import time
from collections.abc import Callable

SECONDS = 60


def wait_until(condition: Callable[[], object]) -> None:
    """Return as soon as it is so; after a minute the test fails."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within a minute"
        time.sleep(0.05)
