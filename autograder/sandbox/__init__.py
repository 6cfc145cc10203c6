"""Where learners' code runs: no network, no view of the host, limits on everything.

One interface, several backends: :func:`choose` picks one, ``backend.launch(contents, limits)``
starts the runner in it and returns a :class:`Running` with a pipe each way.
"""

from __future__ import annotations

from typing import Final

from autograder.errors import NoSandbox
from autograder.sandbox.bubblewrap import Bubblewrap
from autograder.sandbox.container import Container
from autograder.sandbox.interface import Backend, Contents, Limits, Running
from autograder.sandbox.unprotected import Unprotected
from autograder.sandbox.warm import WarmBubblewrap

__all__ = ["Backend", "Contents", "Limits", "Running", "choose"]

BACKENDS: Final[tuple[Backend, ...]] = (WarmBubblewrap(), Bubblewrap(), Container())  # best first
HOW_TO_GET_ONE: Final = (
    "Install bubblewrap (`sudo apt-get install bubblewrap`) or, where there is none, podman or "
    "docker; `n2r doctor` says more."
)


def choose(name: str | None = None, *, trust_submissions: bool = False) -> Backend:
    """The backend of that name, or the best one that works here.

    Raises
    ------
    NoSandbox
        None works, or ``none`` was asked for without trusting the submissions.
    """
    if name == Unprotected.name:
        if not trust_submissions:
            raise NoSandbox(
                "without a sandbox a submission can read and change everything you can.\n"
                "If you wrote every submission yourself, add --trust-submissions."
            )
        return Unprotected()
    candidates = [backend for backend in BACKENDS if name in (None, backend.name)]
    if not candidates:
        names = ", ".join([*(backend.name for backend in BACKENDS), Unprotected.name])
        raise NoSandbox(f"there is no sandbox backend {name!r}; there are {names}")
    troubles = []
    for backend in candidates:
        trouble = backend.trouble()
        if trouble is None:
            return backend
        troubles.append(trouble)
    raise NoSandbox(
        f"learners' code cannot be run safely here: {'; '.join(troubles)}\n{HOW_TO_GET_ONE}"
    )
