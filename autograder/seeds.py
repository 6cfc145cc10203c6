"""The seed of a class and unit: drawn once, kept outside every sandbox, used by whoever grades."""

from __future__ import annotations

import contextlib
import fcntl
import json
import secrets
from collections.abc import Iterator
from typing import Final

from autograder.class_folder import ClassFolder, write_atomically, writing_in
from autograder.errors import ClassTrouble

SEED_BYTES: Final = 16


def seed_of(
    folder: ClassFolder, unit: str, *, seed: str | None = None, reseed: bool = False
) -> str:
    """The seed by which a unit is graded in this class; drawn and recorded if there is none.

    Parameters
    ----------
    seed : str, optional
        Record this one from now on.
    reseed : bool
        Draw a new one.

    Raises
    ------
    ClassTrouble
        The record cannot be read or written.
    """
    path = folder.ours / "seeds.json"
    with writing_in(folder.ours), _alone(folder):
        try:
            seeds = json.loads(path.read_text()) if path.exists() else {}
            known = seeds.get(unit)
        except (ValueError, AttributeError):
            raise ClassTrouble(
                f"{path} is damaged. Grade with `--seed` and the seed you used, or delete the "
                "file: then new seeds are drawn and everything is graded again."
            ) from None
        chosen = seed or (None if reseed else known) or secrets.token_hex(SEED_BYTES)
        if chosen != known:
            text = json.dumps(seeds | {unit: chosen}, indent=1, sort_keys=True)
            write_atomically(path, text.encode() + b"\n", mode=0o600)
    return chosen


@contextlib.contextmanager
def _alone(folder: ClassFolder) -> Iterator[None]:
    """No two programs (`n2r grade`, the formgrader) draw a seed at the same time."""
    with (folder.ours / "seeds.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
