"""Collecting from the exchange: what is copied is plain, the owner's, and not too much."""

import os
import threading

import pytest

from autograder.exchange import MOST_FILES, RefusedSubmission, copy_owned

ME = os.getuid()
ENOUGH = 1000


@pytest.fixture
def submission(tmp_path):
    folder = tmp_path / "alice+00_start_here+2026-01-01"
    (folder / "pictures").mkdir(parents=True)
    (folder / "start_here.ipynb").write_text("{}")
    (folder / "pictures/plot.png").write_bytes(b"a picture")
    return folder


def test_plain_files_are_copied_with_their_folders(submission, tmp_path):
    copy_owned(submission, tmp_path / "copy", ME, ENOUGH)
    assert (tmp_path / "copy/start_here.ipynb").read_text() == "{}"
    assert (tmp_path / "copy/pictures/plot.png").read_bytes() == b"a picture"


def test_links_are_refused_wherever_they_stand(submission, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "solution.py").write_text("the answer")
    for place, target in (("a.py", secret / "solution.py"), ("b", secret), ("pictures/c", ".")):
        (submission / place).symlink_to(target)
        with pytest.raises(RefusedSubmission, match="link"):
            copy_owned(submission, tmp_path / f"copy of {place[0]}", ME, ENOUGH)
        (submission / place).unlink()
    (tmp_path / "another").symlink_to(submission)
    with pytest.raises(OSError):  # noqa: PT011 - ELOOP or ENOTDIR
        copy_owned(tmp_path / "another", tmp_path / "copy", ME, ENOUGH)


def test_a_pipe_is_refused_at_once(submission, tmp_path):
    os.mkfifo(submission / "pipe")
    refused = threading.Event()

    def copy():
        with pytest.raises(RefusedSubmission, match="not a plain file"):
            copy_owned(submission, tmp_path / "copy", ME, ENOUGH)
        refused.set()

    threading.Thread(target=copy, daemon=True).start()
    assert refused.wait(60), "it waits for somebody to write into the pipe"


def test_too_much_is_refused(submission, tmp_path):
    exactly = len("{}") + len(b"a picture")
    copy_owned(submission, tmp_path / "copy", ME, exactly)
    with pytest.raises(RefusedSubmission, match="larger"):
        copy_owned(submission, tmp_path / "another", ME, exactly - 1)
    with (submission / "sparse").open("wb") as file:
        file.truncate(1 << 40)  # takes no room, until it is copied
    with pytest.raises(RefusedSubmission, match="larger"):
        copy_owned(submission, tmp_path / "third", ME, ENOUGH)
    (submission / "sparse").unlink()
    for number in range(MOST_FILES):
        (submission / f"{number}").touch()
    with pytest.raises(RefusedSubmission, match=f"more than {MOST_FILES}"):
        copy_owned(submission, tmp_path / "fourth", ME, ENOUGH)


def test_another_owner_is_refused(submission, tmp_path):
    with pytest.raises(RefusedSubmission, match="belongs to"):
        copy_owned(submission, tmp_path / "copy", ME + 1, ENOUGH)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_one_file_of_another_owner_is_enough(submission, tmp_path):
    os.chown(submission / "pictures/plot.png", ME + 1, -1)
    with pytest.raises(RefusedSubmission, match="plot"):
        copy_owned(submission, tmp_path / "copy", ME, ENOUGH)
