"""The file in which the outcome of checks is kept: one line each, only ever added to.

A line is one JSON object. Notebooks that are open at the same time add their lines to the same
file; a crash can cut the last line at most, and a line that cannot be read costs no other.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

FOLDER_VARIABLE = "NAND2RESNET_PROGRESS"
"""The environment variable that names another folder for the file."""
OFF = "off"
"""What the variable holds where nothing is to be kept."""
FILE_NAME = "progress.jsonl"


class NothingKept(Exception):
    """Progress cannot be kept, or is not meant to be; the message says why."""


@dataclass(frozen=True)
class Entry:
    """What a check cell gave.

    Attributes
    ----------
    unit, exercise : str
        What was checked.
    passed : bool
        Whether all its checks passed; if not, one of them refused the answer.
    when : str
        The date and time, ISO 8601, UTC.
    """

    unit: str
    exercise: str
    passed: bool
    when: str

    @property
    def key(self) -> tuple[str, str]:
        """The unit and the exercise."""
        return self.unit, self.exercise


@dataclass(frozen=True)
class Record:
    """What a file holds, oldest first, and what there is to say about the file."""

    entries: tuple[Entry, ...] = ()
    remark: str = ""


def record_file() -> Path:
    """Where progress is kept.

    Raises
    ------
    NothingKept
        It is switched off, or this user has no home.
    """
    chosen = os.environ.get(FOLDER_VARIABLE, "")
    if chosen.lower() == OFF:
        raise NothingKept(f"{FOLDER_VARIABLE} is {OFF}, so nothing is noted.")
    if chosen:
        return Path(chosen).expanduser() / FILE_NAME
    import platformdirs  # only where it is needed: a check should begin quickly

    try:
        return platformdirs.user_data_path("nand2resnet", appauthor=False) / FILE_NAME
    except RuntimeError as error:  # no home, and no entry for this user
        raise NothingKept(
            f"This user has no home folder, so nothing is noted. {ADVICE_ON_FOLDER}"
        ) from error


ADVICE_ON_FOLDER = (
    f"If you want your progress kept, let the environment variable {FOLDER_VARIABLE} name a folder "
    "that you can write to, before you start JupyterLab."
)


def note(file: Path, unit: str, exercise: str, *, passed: bool) -> None:
    """Add what a check gave, unless that is what stands there already.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    held, _ = parse(file.read_bytes()) if file.exists() else ([], 0)
    before = {entry.key: entry.passed for entry in held}
    if before.get((unit, exercise)) != passed:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        add(file, [Entry(unit, exercise, passed, now)])


def add(file: Path, entries: Iterable[Entry]) -> None:
    """Add lines to the end of the file, in one piece, and have them written to the disk."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(asdict(entry)) + "\n" for entry in entries).encode()
    with file.open("ab+") as stream:
        if ends_in_a_cut_line(stream):
            text = b"\n" + text
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def ends_in_a_cut_line(stream: BinaryIO) -> bool:
    """Whether the last line was not written to its end."""
    if stream.seek(0, os.SEEK_END) == 0:
        return False
    stream.seek(-1, os.SEEK_END)
    return bool(stream.read(1) != b"\n")


def parse(content: bytes) -> tuple[list[Entry], int]:
    """The entries of a file's content, and the number of lines that are none."""
    entries, unreadable = [], 0
    for line in content.splitlines():
        entry = parse_line(line)
        if entry is not None:
            entries.append(entry)
        elif line.strip():
            unreadable += 1
    return entries, unreadable


def parse_line(line: bytes) -> Entry | None:
    """The entry on a line, if there is one."""
    try:
        data = json.loads(line)
        unit, exercise, passed, when = (data[name] for name in Entry.__annotations__)
        datetime.fromisoformat(when)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    is_one = isinstance(unit, str) and isinstance(exercise, str) and isinstance(passed, bool)
    return Entry(unit, exercise, passed, when) if is_one else None


def read() -> Record:
    """What has been noted so far; whatever is wrong with the file is said, not raised."""
    try:
        file = record_file()
    except NothingKept as reason:
        return Record(remark=str(reason))
    try:
        entries, unreadable = parse(file.read_bytes()) if file.exists() else ([], 0)
        if unreadable:
            return set_aside(file)
    except OSError as error:
        return Record(
            remark=f"{file} cannot be read ({error.strerror}), so what passed is not known here. "
            "Your notebooks are not affected."
        )
    return Record(tuple(entries), remark_on_place(file))


def set_aside(file: Path) -> Record:
    """Give a damaged file another name, and begin a new one with what could be read of it."""
    aside = file.with_name(f"progress.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.jsonl")
    try:
        file.rename(aside)
        # Read again: another notebook may have added a line to it meanwhile.
        entries, unreadable = parse(aside.read_bytes())
        if entries:
            add(file, entries)
    except OSError as error:
        entries, unreadable = parse(file.read_bytes() if file.exists() else aside.read_bytes())
        outcome = f"The file could not be set aside ({error.strerror})"
    else:
        outcome = f"The file was set aside as {aside.name}, and nothing in it was lost"
    lines = "1 line" if unreadable == 1 else f"{unreadable} lines"
    return Record(
        tuple(entries),
        f"{file} was damaged: {lines} of it could not be read. {outcome}. What may be missing "
        "here comes back when you run those checks again.",
    )


def remark_on_place(file: Path) -> str:
    """Why nothing can be added to the file, if that is so."""
    place = file if file.exists() else file.parent
    while not place.exists() and place != place.parent:
        place = place.parent
    if os.access(place, os.W_OK) and (place.is_dir() or place == file):
        return ""
    return f"{place} cannot be written, so what passes is not noted. {ADVICE_ON_FOLDER}"
