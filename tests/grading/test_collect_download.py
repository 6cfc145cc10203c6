"""Downloads are read within bounds, whoever made them: real archives, honest and hostile."""

import gzip
import io
import os
import stat
import subprocess
import sys
import tarfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.collect import download as downloads
from autograder.collect.download import read_download
from autograder.errors import ClassTrouble

NAME = "doejane_12_678_start_here.ipynb"
NOTEBOOK = b'{"cells": []}'
LINK, PIPE = (stat.S_IFLNK | 0o777) << 16, (stat.S_IFIFO | 0o777) << 16


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    return path


def tarred(path: Path, *members: tarfile.TarInfo, mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return path


def tar_member(name: str, size: int = 0, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member


def troubles(path: Path) -> dict[str, str | None]:
    return {member.name: member.trouble for member in read_download(path)}


def contents(path: Path) -> list[tuple[str, bytes | None]]:
    return [(member.name, member.content) for member in read_download(path)]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_zip_a_tar_and_a_folder_say_the_same(tmp_path, mode):
    folder = tmp_path / "folder"
    (folder / "Jane_1_assignsubmission_file_").mkdir(parents=True)
    names = [NAME, "Jane_1_assignsubmission_file_/ä b.ipynb", "picture.png"]
    for name in names:
        (folder / name).write_bytes(NOTEBOOK)
    archive = zipped(tmp_path / "a.zip", *((name, NOTEBOOK) for name in names))
    with tarfile.open(tmp_path / "a.tar", mode) as tar:
        tar.add(folder, arcname="")
    expected = {(names[0], NOTEBOOK), (names[1], NOTEBOOK), (names[2], None)}
    for place in (folder, archive, tmp_path / "a.tar"):
        assert set(contents(place)) == expected


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/passwd.ipynb", "out of the download"),
        ("a/../../b.ipynb", "out of the download"),
        ("/etc/a.ipynb", "out of the download"),
        ("\\\\server\\share\\a.ipynb", "out of the download"),
        ("C:\\a.ipynb", "out of the download"),
        ("..\\a.ipynb", "out of the download"),
        ("a\nb.ipynb", "not text"),
        ("a\x1b[31m.ipynb", "not text"),
        ("a" * 2000 + ".ipynb", "more than 1000 characters"),
        ("doejane_12_678_work.zip", "stays closed"),
        ("doejane_12_678_work.tar.gz", "stays closed"),
        ("doejane_12_678_work.7z", "stays closed"),
    ],
)
def test_names_that_are_not_honest(tmp_path, name, why):
    for path in (
        zipped(tmp_path / "a.zip", (name, NOTEBOOK), (NAME, NOTEBOOK)),
        tarred(tmp_path / "a.tar", tar_member(name), tar_member(NAME)),
    ):
        first, second = read_download(path)
        assert why in first.trouble
        assert first.content is None
        assert (second.name, second.trouble) == (NAME, None)


def test_a_null_byte_does_not_end_a_name(tmp_path):
    path = zipped(tmp_path / "a.zip", (f"{NAME}?.png", NOTEBOOK))
    path.write_bytes(path.read_bytes().replace(b".ipynb?.png", b".ipynb\0.png"))
    (member,) = read_download(path)
    assert (member.content, member.trouble) == (None, "its name is not text")


def test_backslashes_stand_between_folders(tmp_path):
    path = zipped(tmp_path / "a.zip", ("Jane_1_assignsubmission_file_\\a.ipynb", NOTEBOOK))
    assert contents(path) == [("Jane_1_assignsubmission_file_/a.ipynb", NOTEBOOK)]


@pytest.mark.parametrize(("kind", "why"), [(LINK, "is a link"), (PIPE, "is not a file")])
def test_no_link_or_pipe_in_a_zip_is_followed(tmp_path, kind, why):
    info = zipfile.ZipInfo(NAME)
    info.create_system, info.external_attr = 3, kind
    assert why in troubles(zipped(tmp_path / "a.zip", (info, b"/etc/passwd")))[NAME]


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        (tarfile.SYMTYPE, "is a link"),
        (tarfile.LNKTYPE, "is a link"),
        (tarfile.FIFOTYPE, "not an ordinary file"),
        (tarfile.CHRTYPE, "not an ordinary file"),
    ],
)
def test_no_link_or_device_in_a_tar_is_followed(tmp_path, kind, why):
    member = tar_member(NAME, kind=kind)
    member.linkname = "/etc/passwd"
    assert why in troubles(tarred(tmp_path / "a.tar", member))[NAME]


def test_no_link_in_a_folder_is_followed(tmp_path):
    folder, secret = tmp_path / "folder", tmp_path / "secret"
    folder.mkdir()
    secret.mkdir()
    (secret / NAME).write_bytes(b"secret")
    (folder / NAME).symlink_to(secret / NAME)
    (folder / "elsewhere").symlink_to(secret)
    os.mkfifo(folder / "pipe.ipynb")
    assert troubles(folder) == {
        NAME: "it is a link; links are not followed",
        "elsewhere": "it is a link; links are not followed",
        "pipe.ipynb": "pipe.ipynb is not a file",
    }


def test_a_bomb_in_a_zip_is_not_unpacked(tmp_path):
    bomb, large = bytes(10 << 20), os.urandom(21 << 20)
    found = troubles(zipped(tmp_path / "a.zip", ("a.ipynb", bomb), ("b.ipynb", large)))
    assert "that is a bomb" in found["a.ipynb"]
    assert "21 MiB; 20 MiB are allowed" in found["b.ipynb"]


def test_a_member_that_lies_about_its_size_is_damaged(tmp_path):
    path = zipped(tmp_path / "a.zip", (NAME, bytes(5 << 20)))
    size = (5 << 20).to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(size, (100).to_bytes(4, "little")))
    (member,) = read_download(path)
    assert member.content is None
    assert "damaged in the archive" in member.trouble


def test_all_together_are_bounded(tmp_path, monkeypatch):
    path = zipped(tmp_path / "a.zip", *((f"{i}.ipynb", os.urandom(1000)) for i in range(4)))
    monkeypatch.setattr(downloads, "LARGEST_DOWNLOAD_BYTES", 3500)
    with pytest.raises(ClassTrouble, match="Nothing was collected"):
        contents(path)
    monkeypatch.undo()
    monkeypatch.setattr(downloads, "MOST_FILES", 3)
    with pytest.raises(ClassTrouble, match="more than 3 files"):
        contents(path)


def test_a_bomb_of_a_tar_stops_early(tmp_path):
    path = tmp_path / "a.tar.gz"
    with gzip.open(path, "wb") as file, tarfile.open(fileobj=file, mode="w|") as archive:
        archive.addfile(tar_member("a.bin", 300 << 20), _Zeros(300 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(ClassTrouble, match="that is a bomb"):
        contents(path)


class _Zeros(io.RawIOBase):
    """So many zero bytes, that nobody has to hold in memory."""

    def __init__(self, size: int) -> None:
        self._left = size

    def read(self, size: int = -1) -> bytes:
        given = min(size, self._left)
        self._left -= given
        return bytes(given)


def test_a_directory_of_an_archive_that_fills_memory_is_an_error(tmp_path):
    members = ((f"{i}{'x' * 200}.png", b"") for i in range(100_000))
    path = zipped(tmp_path / "a.zip", *members)
    # In a process of its own: this one may have much memory left over from other tests.
    program = (
        "from autograder.collect import download; import pathlib, sys;"
        "download.LARGEST_MEMORY_BYTES = 32 << 20;"
        "list(download.read_download(pathlib.Path(sys.argv[1])))"
    )
    ended = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True)
    assert ended.returncode == 1
    assert "ClassTrouble" in ended.stderr
    assert "needs more memory" in ended.stderr


def test_an_encrypted_member_is_told(tmp_path):
    path = zipped(tmp_path / "a.zip", (NAME, NOTEBOOK))
    data = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    path.write_bytes(data)
    assert troubles(path) == {NAME: "it is encrypted"}


def test_a_method_that_can_fill_memory_is_not_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr(NAME, NOTEBOOK)
    assert "not read" in troubles(tmp_path / "a.zip")[NAME]


def test_damage_in_a_member_is_told_and_the_others_are_read(tmp_path):
    path = zipped(tmp_path / "a.zip", (NAME, os.urandom(1000)), ("b.ipynb", NOTEBOOK))
    data = bytearray(path.read_bytes())
    data[200] ^= 255
    path.write_bytes(data)
    first, second = read_download(path)
    assert "damaged" in first.trouble
    assert second.content == NOTEBOOK


def test_every_truncation_is_an_error(tmp_path):
    members = [(f"{i}.ipynb", os.urandom(700)) for i in range(3)]
    whole = {
        "zip": zipped(tmp_path / "a.zip", *members),
        "tar": tarred(tmp_path / "a.tar", *(tar_member(name, 700) for name, _ in members)),
        "gz": tarred(tmp_path / "b", *(tar_member(name, 700) for name, _ in members), mode="w:gz"),
    }
    for kind, path in whole.items():
        data = path.read_bytes()
        needed = len(data) if kind != "tar" else 3 * (512 + 1024) + 512
        for end in range(0, needed - 1, 97):
            path.write_bytes(data[:end])
            with pytest.raises(ClassTrouble, match="Download it once more"):
                contents(path)


@pytest.mark.parametrize("make", [zipped, tarred])
@given(places=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8))
def test_whatever_the_bytes_it_is_read_or_an_error_for_people(make, places, tmp_path_factory):
    path = tmp_path_factory.mktemp("any") / "archive"
    if make is zipped:
        zipped(path, (NAME, NOTEBOOK), ("b.ipynb", b"b" * 100))
    else:
        tarred(path, tar_member(NAME, 13), tar_member("b.ipynb", 100))
    data = bytearray(path.read_bytes())
    for place, value in places:
        data[int(place * (len(data) - 1))] = value
    path.write_bytes(data)
    try:
        for member in read_download(path):
            assert member.content is None or len(member.content) <= 100
    except ClassTrouble:
        pass


def test_names_twice_are_both_given(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(tmp_path / "a.zip", (NAME, b"1"), (NAME, b"2"))
    assert contents(path) == [(NAME, b"1"), (NAME, b"2")]


@pytest.mark.parametrize(
    "name", ["__MACOSX/._a.ipynb", "x/.ipynb_checkpoints/a-checkpoint.ipynb", "._a.ipynb"]
)
def test_what_a_system_leaves_is_not_read(tmp_path, name):
    assert contents(zipped(tmp_path / "a.zip", (name, NOTEBOOK))) == [(name, None)]


def test_what_is_no_archive_is_told(tmp_path):
    for content in (b"", b"hello", b"Rar!\x1a\x07\x00", b"\x1f\x8bnonsense"):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(ClassTrouble, match="Download it once more"):
            contents(tmp_path / "a")
    with pytest.raises(ClassTrouble, match="there is no"):
        contents(tmp_path / "absent")


def test_times_are_in_utc(tmp_path):
    when = datetime(2026, 3, 1, 12, 30, 10, tzinfo=UTC)
    (tmp_path / "folder").mkdir()
    notebook = tmp_path / "folder" / NAME
    notebook.write_bytes(NOTEBOOK)
    os.utime(notebook, (when.timestamp(), when.timestamp()))
    info = zipfile.ZipInfo(NAME, when.astimezone().timetuple()[:6])
    exact = zipfile.ZipInfo(NAME, (1990, 1, 1, 0, 0, 0))
    exact.extra = b"\x55\x54\x05\x00\x01" + int(when.timestamp()).to_bytes(4, "little")
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        tar.add(notebook)
    zipped(tmp_path / "a.zip", (info, NOTEBOOK))
    zipped(tmp_path / "b.zip", (exact, NOTEBOOK))
    for place in ("folder", "a.zip", "b.zip", "a.tar"):
        assert [member.time for member in read_download(tmp_path / place)] == [when], place
    never = zipfile.ZipInfo(NAME, (1980, 0, 0, 0, 0, 0))
    (member,) = read_download(zipped(tmp_path / "c.zip", (never, NOTEBOOK)))
    assert member.time is None
