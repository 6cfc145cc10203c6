"""Where learners' code runs: no network, no view of the host, limits on everything.

One interface, several backends: :func:`choose` picks one, ``backend.launch(contents, limits)``
starts the runner in it and returns a :class:`Running` with a pipe each way.
"""

from __future__ import annotations

from autograder.errors import NoSandbox
from autograder.sandbox.bubblewrap import Bubblewrap
from autograder.sandbox.interface import Backend, Contents, Limits, Running
from autograder.sandbox.unprotected import Unprotected

__all__ = ["Backend", "Contents", "Limits", "Running", "choose"]

NAMES = ("bubblewrap", "none")


def choose(name: str | None = None, *, trust_submissions: bool = False) -> Backend:
    """The backend of that name, or the best one that works here.

    Raises
    ------
    NoSandbox
        None works, or ``none`` was asked for without trusting the submissions.
    """
    if name == "none":
        if not trust_submissions:
            raise NoSandbox(
                "without a sandbox a submission can read and change everything you can.\n"
                "If you wrote every submission yourself, add --trust-submissions."
            )
        return Unprotected()
    if name not in (None, *NAMES):
        raise NoSandbox(f"there is no sandbox backend {name!r}; there are {', '.join(NAMES)}")
    backend = Bubblewrap()
    trouble = backend.trouble()
    if trouble is not None:
        raise NoSandbox(
            f"learners' code cannot be run safely here: {trouble}\n"
            "Install bubblewrap (`sudo apt-get install bubblewrap`), then see `n2r doctor`."
        )
    return backend
