"""Read what a learning management system gave: a zip or tar archive, or a folder.

Nothing is unpacked: names inside the download are never used as paths, links are not followed, and
only notebooks are read, each and all together within bounds. Archives inside stay closed.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import resource
import stat
import struct
import tarfile
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from autograder.errors import ClassTrouble, UnreadableNotebook
from autograder.submissions import LARGEST_SUBMISSION_BYTES, printable, read_file

MOST_FILES: Final = 20_000
LARGEST_DOWNLOAD_BYTES: Final = 2 << 30  # of notebooks read; of a tar archive, all of it unpacked
LARGEST_RATIO: Final = 200  # text with many equal lines is packed to a hundredth; a bomb, further
SMALLEST_BOMB_BYTES: Final = 1 << 20
LARGEST_MEMORY_BYTES: Final = 1 << 30
LONGEST_NAME: Final = 1000
NOTEBOOK: Final = ".ipynb"
ARCHIVES: Final = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")
OF_SYSTEMS: Final = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".ipynb_checkpoints")
BLOCK: Final = 512
CHUNK: Final = 1 << 20
EXTENDED_TIME: Final = 0x5455

DAMAGED: Final = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RecursionError,
    OSError,
)


@dataclass(frozen=True)
class Member:
    """One file of a download: ``content`` if it is a notebook, or the ``trouble`` with it.

    ``name`` has ``/`` between folders. ``time`` is what the archive or folder says.
    """

    name: str
    content: bytes | None = None
    trouble: str | None = None
    time: datetime | None = None


class _Bounds:
    """How much more a download may hold."""

    def __init__(self, download: Path) -> None:
        self._download = download
        self._files = MOST_FILES
        self._bytes = LARGEST_DOWNLOAD_BYTES

    def take_file(self) -> None:
        self._files -= 1
        if self._files < 0:
            raise ClassTrouble(
                f"{self._download} holds more than {MOST_FILES} files, as no class's download "
                "does. Nothing was collected; look into it, and give its parts one by one."
            )

    def take_bytes(self, number: int) -> None:
        self._bytes -= number
        if self._bytes < 0:
            raise ClassTrouble(
                f"{self._download} unpacks to more than {LARGEST_DOWNLOAD_BYTES >> 30} GiB. "
                "Nothing was collected; if it is a class's download, give it in parts."
            )


def read_download(path: Path) -> Iterator[Member]:
    """Read a download file by file, in its own order.

    Raises
    ------
    ClassTrouble
        It cannot be read, is damaged, or is larger than a class's download can be.
    """
    bounds = _Bounds(path)
    try:
        with _memory_bounded():
            for member in _members(path, bounds):
                bounds.take_file()
                yield member
    except DAMAGED as error:
        raise ClassTrouble(
            f"{path} cannot be read to its end ({printable(str(error)) or type(error).__name__}).\n"
            "Nothing was collected. Download it once more."
        ) from error
    except MemoryError:
        raise ClassTrouble(
            f"{path} needs more memory than a class's download may. Nothing was collected."
        ) from None


def _members(path: Path, bounds: _Bounds) -> Iterator[Member]:
    if path.is_dir():
        return _of_folder(path, bounds)
    if not path.is_file():
        raise ClassTrouble(f"there is no {path}: give the archive you downloaded, or its folder")
    with path.open("rb") as file:
        if zipfile.is_zipfile(file):
            return _of_zip(path, bounds)
        file.seek(0)
        start = file.read(BLOCK)
    if start[:2] == b"\x1f\x8b" or start[257:262] == b"ustar":
        return _of_tar(path, bounds)
    raise ClassTrouble(
        f"{path} is not a whole zip, tar or tar.gz archive.\n"
        "Download it once more; if it is an archive of another kind, unpack it and give the folder."
    )


def _of_zip(path: Path, bounds: _Bounds) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                yield _zip_member(archive, info, bounds)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, bounds: _Bounds) -> Member:
    name = info.orig_filename  # ``filename`` ends at a null byte
    kind = stat.S_IFMT(info.external_attr >> 16)
    trouble = _trouble_of_name(name)
    if kind == stat.S_IFLNK:
        trouble = "it is a link; links are not followed"
    elif kind not in (0, stat.S_IFREG):
        trouble = "it is not a file"
    if trouble or not _is_notebook(name):
        return Member(_slashes(name), trouble=trouble)
    trouble = _trouble_of_packing(info) or _too_large(info.file_size)
    if trouble:
        return Member(_slashes(name), trouble=trouble)
    bounds.take_bytes(info.file_size)
    try:
        content = archive.read(info)
    except DAMAGED as error:
        why = printable(str(error)) or type(error).__name__
        return Member(_slashes(name), trouble=f"it is damaged in the archive ({why})")
    return Member(_slashes(name), content, time=_zip_time(info))


def _trouble_of_packing(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & 1:
        return "it is encrypted"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed by a method that is not read"
    size = info.file_size
    if size > SMALLEST_BOMB_BYTES and size > LARGEST_RATIO * max(info.compress_size, 1):
        return f"it unpacks to more than {LARGEST_RATIO} times its size; that is a bomb"
    return None


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    """The time of change: with a time zone if the archive has it, else by this machine's clock."""
    extra = info.extra
    with contextlib.suppress(struct.error, ValueError, OverflowError, OSError):
        while len(extra) >= 9:
            kind, length = struct.unpack_from("<HH", extra)
            if kind == EXTENDED_TIME and length >= 5 and extra[4] & 1:
                return datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], UTC)
            extra = extra[4 + length :]
        return datetime(*info.date_time).astimezone(UTC)
    return None


def _of_tar(path: Path, bounds: _Bounds) -> Iterator[Member]:
    with tempfile.TemporaryFile() as unpacked:
        _unpack(path, unpacked, bounds)
        unpacked.seek(0)
        with tarfile.open(fileobj=unpacked, mode="r:") as archive:
            for info in archive:
                if not info.isdir():
                    yield _tar_member(archive, info)
            unpacked.seek(archive.offset)
            if unpacked.read(BLOCK) != bytes(BLOCK):  # tarfile stops at nonsense without a word
                raise tarfile.ReadError("its end is missing")


def _unpack(path: Path, to: IO[bytes], bounds: _Bounds) -> None:
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        source = gzip.GzipFile(fileobj=raw) if packed else raw
        size, largest = 0, LARGEST_RATIO * max(path.stat().st_size, SMALLEST_BOMB_BYTES)
        while chunk := source.read(CHUNK):
            size += len(chunk)
            bounds.take_bytes(len(chunk))
            if size > largest:
                raise ClassTrouble(
                    f"{path} unpacks to more than {LARGEST_RATIO} times its size; that is a bomb. "
                    "Nothing was collected."
                )
            to.write(chunk)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    trouble = _trouble_of_name(info.name)
    if info.issym() or info.islnk():
        trouble = "it is a link; links are not followed"
    elif not info.isreg() or info.issparse():
        trouble = "it is not an ordinary file"
    if trouble or not _is_notebook(info.name):
        return Member(_slashes(info.name), trouble=trouble)
    trouble = _too_large(info.size)
    if trouble:
        return Member(_slashes(info.name), trouble=trouble)
    source = archive.extractfile(info)
    assert source is not None, "it is an ordinary file"
    time = None
    with contextlib.suppress(ValueError, OverflowError, OSError):
        time = datetime.fromtimestamp(info.mtime, UTC)
    return Member(_slashes(info.name), source.read(), time=time)


def _of_folder(folder: Path, bounds: _Bounds) -> Iterator[Member]:
    for place, folders, files in os.walk(folder, onerror=_raise):
        folders.sort()
        links = [name for name in folders if Path(place, name).is_symlink()]
        for name in sorted([*files, *links]):
            yield _folder_member(folder, Path(place, name), bounds)


def _raise(error: OSError) -> None:
    raise error


def _folder_member(folder: Path, path: Path, bounds: _Bounds) -> Member:
    name = path.relative_to(folder).as_posix()
    trouble = _trouble_of_name(name)
    if path.is_symlink():
        trouble = "it is a link; links are not followed"
    if trouble or not _is_notebook(name):
        return Member(name, trouble=trouble)
    try:
        content = read_file(path, LARGEST_SUBMISSION_BYTES)
        time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (UnreadableNotebook, OSError) as error:
        return Member(name, trouble=printable(str(error)))
    bounds.take_bytes(len(content))
    return Member(name, content, time=time)


def _trouble_of_name(name: str) -> str | None:
    """Why a name cannot be an honest one. It is not used as a path all the same."""
    parts = _slashes(name).split("/")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name):
        return "its name is not text"
    if len(name) > LONGEST_NAME:
        return f"its name has more than {LONGEST_NAME} characters"
    if parts[0] == "" or parts[0][1:2] == ":" or ".." in parts:
        return "its name leads out of the download"
    if _is_archive(name):
        return "it is an archive, and stays closed; if the notebook is in it, ask for the notebook"
    return None


def _slashes(name: str) -> str:
    """Some programs on Windows write backslashes between folders."""
    return name.replace("\\", "/")


def _too_large(size: int) -> str | None:
    if size <= LARGEST_SUBMISSION_BYTES:
        return None
    largest = LARGEST_SUBMISSION_BYTES >> 20
    return f"it has {size >> 20} MiB; {largest} MiB are allowed (clear the outputs and save again)"


def _is_notebook(name: str) -> bool:
    return name.lower().endswith(NOTEBOOK) and not made_by_a_system(_slashes(name))


def _is_archive(name: str) -> bool:
    return name.lower().endswith(ARCHIVES)


def made_by_a_system(name: str) -> bool:
    """Whether nobody handed this in: what macOS, Windows and Jupyter leave beside a file."""
    parts = name.split("/")
    return any(part in OF_SYSTEMS for part in parts) or parts[-1].startswith("._")


@contextlib.contextmanager
def _memory_bounded() -> Iterator[None]:
    """Let this process need little more memory than it has, so that a bomb ends in an error.

    Only Linux says how much it has; elsewhere the other bounds must do.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        yield
        return
    bound = pages * resource.getpagesize() + LARGEST_MEMORY_BYTES
    if soft != resource.RLIM_INFINITY:
        bound = min(bound, soft)
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
