"""What an instructor sees while a class is graded, and at its end."""

import re

from autograder.progress import grading_progress
from autograder.show import MOST_NAMED, show_class
from autograder.verdict import SubmissionVerdict


def verdict(student: str, status: str = "graded", *notes: str) -> SubmissionVerdict:
    return SubmissionVerdict(student, "00_start_here", status, 0.1, (), notes)


def test_without_a_terminal_plain_lines_say_how_many_how_fast_and_how_long(capsys):
    with grading_progress(25) as tell:
        for number in range(25):
            tell(verdict(f"learner-{number}"), True)
    lines = capsys.readouterr().err.splitlines()
    assert 10 <= len(lines) <= 14
    assert re.fullmatch(r"graded 1 of 25, [\d.]+ a second, \d+ s left: learner-0 0", lines[0])
    assert re.fullmatch(r"graded 2 of 25, [\d.]+ a second, \d+ s left: learner-1 0", lines[1])
    assert re.fullmatch(r"graded 25 of 25, [\d.]+ a second: learner-24 0", lines[-1])


def test_on_a_terminal_a_bar_shows_the_rate(capsys, monkeypatch):
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with grading_progress(3) as tell:
        for number in range(3):
            tell(verdict(f"learner-{number}"), True)
    shown = capsys.readouterr().err
    assert "3/3" in shown
    assert "learner-2 0" in shown
    assert re.search(r"[\d.]+/s", shown)


def test_the_summary_names_whoever_needs_a_human(capsys):
    many = [f"w{number:03}" for number in range(MOST_NAMED + 5)]
    show_class(
        [
            verdict("ann"),
            verdict("bob", "unreadable", "the file is empty"),
            verdict("cid", "failed", "the grader failed: no room"),
            verdict("dan", "stopped", "it ran for more than 300 seconds"),
            *(verdict(name, "waiting") for name in many),
        ]
    )
    shown = " ".join(capsys.readouterr().out.split())
    assert f"{1 + len(many)} of {4 + len(many)} submissions graded" in shown
    assert "bob: unreadable: the file is empty" in shown
    assert "cid: failed: the grader failed: no room" in shown
    assert "dan: stopped: it ran for more than 300 seconds" in shown
    assert f"{len(many)} have written answers that wait for a human" in shown
    assert all(name in shown for name in many[:MOST_NAMED])
    assert "and 5 more" in shown
