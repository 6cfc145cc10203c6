"""nbgrader's exchange, collected from with care: a submission is taken only from its owner.

On a machine that a class shares, everybody may put anything into the exchange under any name:
``nbgrader submit --student=alice`` makes Bob's work Alice's newest. Here a name counts for nothing
where the files belong to somebody else, and nothing is followed that leads out of a submission.
`nbgrader collect` and the formgrader's button both come here (``c.ExchangeFactory.collect``).
"""

from __future__ import annotations

import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from nbgrader.exchange.default import ExchangeCollect

KILOBYTE: Final = 1000  # as nbgrader counts its max_dir_size
MOST_FILES: Final = 1000
CHUNK_BYTES: Final = 1 << 20


class RefusedSubmission(Exception):
    """A submission is not what its name says; the message says why."""


class CollectFromOwners(ExchangeCollect):
    """Collects what its owner put there; where `check_owner` is off, from anybody."""

    inbound_path: str
    src_records: list[dict]

    def start(self) -> Any:
        """Collect, through a private folder that nobody can change any more."""
        with tempfile.TemporaryDirectory() as private:
            self._private = Path(private)
            return super().start()

    def init_src(self) -> None:
        """Choose each student's newest submission, and copy it out of the others' reach."""
        super().init_src()
        inbound, kept = Path(self.inbound_path), []
        for record in self.src_records:
            name = record["filename"]
            try:
                self._refuse_another_owner(record)
                owner = (inbound / name).lstat().st_uid
                most = self.coursedir.max_dir_size * KILOBYTE
                copy_owned(inbound / name, self._private / name, owner, most)
            except (RefusedSubmission, OSError) as error:
                self.log.error("Not collected: %s: %s", inbound / name, error)
                continue
            kept.append(record)
        self.src_records = kept
        # From here on nbgrader works on the copies, and they are all ours.
        self.inbound_path = str(self._private)
        self.check_owner = False

    def _sort_by_timestamp(self, records: list[dict]) -> list[dict]:
        """Newest first, and all that are their owner's before any that are not."""
        newest = super()._sort_by_timestamp(records)
        honest = [record for record in newest if self._is_owners(record)]
        return honest or newest

    def _is_owners(self, record: dict) -> bool:
        try:
            self._refuse_another_owner(record)
        except RefusedSubmission as error:
            self.log.warning("Passed over: %s: %s", record["filename"], error)
            return False
        return True

    def _refuse_another_owner(self, record: dict) -> None:
        """Raise RefusedSubmission unless the folder belongs to the student it is named after."""
        if not self.check_owner:
            return
        try:
            owner = (Path(self.inbound_path) / record["filename"]).lstat().st_uid
            expected = pwd.getpwnam(record["username"]).pw_uid
        except KeyError:
            raise RefusedSubmission(f"this machine has no user {record['username']}") from None
        except OSError as error:
            raise RefusedSubmission(f"it cannot be looked at: {error.strerror}") from None
        if owner != expected:
            raise RefusedSubmission(f"it was put there by {_name_of(owner)}")


def copy_owned(source: Path, destination: Path, owner: int, most_bytes: int) -> None:
    """Copy a folder of plain files that all belong to one user; follow no link.

    What is copied is what was looked at, whatever happens in the folder meanwhile: files are opened
    first and examined then.

    Raises
    ------
    RefusedSubmission
        Something in it is a link or no plain file, belongs to somebody else, or is too much.
    """
    room, count = most_bytes, 0
    top = os.open(source, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for inside, name, folder in _entries(top, owner):
            count += 1
            if count > MOST_FILES:
                raise RefusedSubmission(f"it holds more than {MOST_FILES} files")
            place = destination / inside
            place.mkdir(parents=True, exist_ok=True)
            if name is not None:
                room = _copy_file(folder, name, place / name, owner, room)
    finally:
        os.close(top)


def _entries(top: int, owner: int) -> Iterator[tuple[Path, str | None, int]]:
    """(folder inside, file name or None for the folder itself, the folder's descriptor)."""

    def fail(error: OSError) -> None:
        raise RefusedSubmission(f"it cannot be read: {error.strerror}")

    for inside, folders, files, folder in os.fwalk(".", dir_fd=top, onerror=fail):
        _refuse_stranger(os.fstat(folder), inside, owner)
        for name in folders:  # fwalk lists links to folders here, and does not follow them
            if stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                raise RefusedSubmission(f"{name!r} is a link; links are not followed")
        yield Path(inside), None, folder
        for name in files:
            yield Path(inside), name, folder


def _copy_file(folder: int, name: str, place: Path, owner: int, room: int) -> int:
    """Copy one file, at most `room` bytes; return how many more there may be."""
    try:
        # NONBLOCK, or a pipe would make this wait for whoever writes into it.
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        raise RefusedSubmission(f"{name!r} is a link, or cannot be read") from error
    with os.fdopen(file, "rb") as reader, place.open("xb") as writer:
        found = os.fstat(reader.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise RefusedSubmission(f"{name!r} is not a plain file")
        _refuse_stranger(found, name, owner)
        while chunk := reader.read(min(CHUNK_BYTES, room + 1)):
            room -= len(chunk)
            if room < 0:
                raise RefusedSubmission("it is larger than nbgrader's max_dir_size allows")
            writer.write(chunk)
    return room


def _refuse_stranger(found: os.stat_result, name: str, owner: int) -> None:
    if found.st_uid != owner:
        raise RefusedSubmission(f"{name!r} in it belongs to {_name_of(found.st_uid)}")


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the unknown user {uid}"
