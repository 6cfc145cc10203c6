"""Look for a data set's files in a folder, in any of the forms in which they are published.

A file counts only if its unpacked content is the published one: a wrong file with the right name
is left out, and it is said why.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import lzma
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, TypeAlias

from nand2resnet.data.published import Part, Published

Stream: TypeAlias = BinaryIO | gzip.GzipFile | lzma.LZMAFile

LARGEST_PART = 64 * 2**20
"""Bytes of one part at most; the largest one published has 47 million."""

OPENERS: dict[str, Callable[[Path, Literal["rb"]], Stream]] = {
    "": open,
    ".gz": gzip.open,
    ".xz": lzma.open,
}
SLOW_TO_UNPACK = ".xz"
UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError)
"""What reading a damaged, cut or forbidden file raises."""


@dataclass
class Found:
    """What a folder has of a data set.

    Attributes
    ----------
    place : Path
        The folder.
    contents : dict from str to bytes
        The unpacked content of every part that is there and right, by the part's name.
    problems : list of str
        One sentence for each file that is there, and why it was left out.
    """

    place: Path
    contents: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def suffices(self, published: Published) -> bool:
        """Whether this is enough to learn from and to test on."""
        has_batch = not published.batches or any(
            part.name in self.contents for part in published.batches
        )
        return has_batch and all(part.name in self.contents for part in published.required)

    def is_all_of(self, published: Published) -> bool:
        """Whether no part is missing."""
        return len(self.contents) == len(published.parts)


def look_in(folder: Path, published: Published, copies: Path | None = None) -> Found:
    """Read what a folder has of a data set; several parts at a time, for unpacking takes a while.

    Parameters
    ----------
    folder : Path
        May lack any or all of the files, and need not exist.
    published : Published
        What to look for.
    copies : Path, optional
        Where to keep what took long to unpack, for the next time.
    """
    found = Found(folder)
    parts = published.parts
    with ThreadPoolExecutor(max_workers=len(parts)) as threads:
        for part, (content, problems) in zip(
            parts,
            threads.map(lambda part: _read_part(folder, published, part, copies), parts),
            strict=True,
        ):
            if content is not None:
                found.contents[part.name] = content
            else:
                found.problems += problems
    for archive in _paths(folder, published.folders, published.archives):
        if not found.is_all_of(published):
            _read_archive(archive, parts, found)
    return found


def is_content_of(part: Part, content: bytes) -> bool:
    """Whether these bytes are the published ones."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest() == part.md5


def write_whole(file: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees a part of it."""
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=file.name, delete=False) as new:
        try:
            new.write(content)
            new.close()
            Path(new.name).replace(file)
        except OSError:
            Path(new.name).unlink()
            raise


def _paths(folder: Path, below: tuple[str, ...], names: tuple[str, ...]) -> Iterator[Path]:
    for place in below:
        for name in names:
            yield folder / place / name


def _read_part(
    folder: Path, published: Published, part: Part, copies: Path | None
) -> tuple[bytes | None, list[str]]:
    """Its content, or None and what was wrong with each file that has its name."""
    problems = []
    for path in _paths(folder, published.folders, (part.name,)):
        for ending, open_file in OPENERS.items():
            file = path.with_name(path.name + ending)
            copy = copies / part.name if copies and ending == SLOW_TO_UNPACK else None
            try:
                with file.open("rb"):
                    content = _kept(copy, part)
                if content is not None:
                    return content, []
                with open_file(file, "rb") as stream:
                    content = stream.read(LARGEST_PART)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except UNREADABLE as error:
                problems.append(f"{file} was left out: it cannot be read ({_reason(error)}).")
                continue
            if is_content_of(part, content):
                _keep(copy, content)
                return content, []
            problems.append(f"{file} was left out: it is not the published file (wrong checksum).")
    return None, problems


def _kept(copy: Path | None, part: Part) -> bytes | None:
    """What was unpacked earlier, if it was and is still right."""
    try:
        content = copy.read_bytes() if copy else b""
    except OSError:
        return None
    return content if is_content_of(part, content) else None


def _keep(copy: Path | None, content: bytes) -> None:
    """Keep an unpacked part where that is possible; it only saves time."""
    if copy:
        with contextlib.suppress(OSError):
            copy.parent.mkdir(parents=True, exist_ok=True)
            write_whole(copy, content)


def _read_archive(archive: Path, parts: tuple[Part, ...], found: Found) -> None:
    """Add what is missing from an archive, member by member: nothing is written anywhere."""
    missing = {part.name: part for part in parts if part.name not in found.contents}
    try:
        with tarfile.open(archive, "r:*") as members:
            for member in members:
                part = missing.get(PurePosixPath(member.name).name)
                stream = members.extractfile(member) if member.isfile() else None
                if part is None or stream is None:
                    continue
                content = stream.read(LARGEST_PART)
                if is_content_of(part, content):
                    found.contents[part.name] = content
                else:
                    found.problems.append(
                        f"{member.name} in {archive} was left out: wrong checksum."
                    )
    except (FileNotFoundError, NotADirectoryError):
        return
    except UNREADABLE as error:
        found.problems.append(f"{archive} was read in part only: it is damaged ({_reason(error)}).")


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
