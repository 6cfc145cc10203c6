"""Fetch a whole data set into the cache, once, also when several programs want it at a time."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from nand2resnet.data.downloading import PARTIAL, NotDownloaded, Patience, download
from nand2resnet.data.places import look_in, write_whole
from nand2resnet.data.published import Published

if TYPE_CHECKING:
    import filelock

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def fetch(published: Published, cache: Path, patience: Patience | None = None) -> None:
    """Download what the cache lacks of a data set, and unpack its archive.

    One program does this at a time; another one that wants the same set waits for it.

    Parameters
    ----------
    published : Published
        What to fetch.
    cache : Path
        The cache's folder, made where it is missing.
    patience : Patience, optional
        How long to wait for what.

    Raises
    ------
    NotDownloaded
        With the reason, also where the cache cannot be written.
    """
    import filelock

    home = cache / published.folders[0]
    lock = filelock.FileLock(cache / f"{published.folders[0]}.lock")
    try:
        home.mkdir(parents=True, exist_ok=True)
        with _taken(lock, published.title):
            if not look_in(cache, published).is_all_of(published):
                _fetch(published, home, patience)
    except (OSError, NotImplementedError) as error:
        raise NotDownloaded(_not_written(published, cache, error)) from error


def _taken(lock: filelock.BaseFileLock, title: str) -> filelock.AcquireReturnProxy:
    """The lock, taken; whoever has to wait for it learns why."""
    import filelock

    try:
        return lock.acquire(timeout=0)
    except filelock.Timeout:
        print(f"Another program is downloading {title}: waiting for it.")
        return lock.acquire()


def _fetch(published: Published, home: Path, patience: Patience | None) -> None:
    kept = sum(file.stat().st_size for file in home.glob(f"*{PARTIAL}"))
    if shutil.disk_usage(home).free < published.room - kept:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    for remote in published.remotes:
        file = home / remote.name
        if not remote.is_in(file):
            download(remote, file, patience)
        if remote.name in published.archives:
            for name, content in look_in(home, published).contents.items():
                write_whole(home / name, content)
            file.unlink()


def _not_written(published: Published, cache: Path, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        return (
            f"{published.title} needs {published.room / 1e6:,.0f} MB in {cache}, and there is no "
            "room left: delete something first."
        )
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"{published.title} could not be kept in {cache} ({why})."
