"""The numbers of the reports: everybody is counted once, and the rules find who they describe."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.report.course import Mark, course_of
from autograder.report.distribution import BINS, distribution
from autograder.report.overview import concern_of, hardest_exercise, help_for, overview
from autograder.report.punctuality import band_of, grading_time, punctuality
from autograder.report.roll import HandIn, Roll
from autograder.report.stuck import FALL, LOW, MISSED, SAME_CRITERION, troubles
from autograder.standing import NOT_WRITTEN
from autograder.verdict import CriterionVerdict, ExerciseVerdict, SubmissionVerdict

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
STATUSES = ("graded", "waiting", "unreadable", "stopped", "failed")


def exercise(name: str, points: float | None, blank: bool = False) -> ExerciseVerdict:
    """An exercise of 4 points with one criterion."""
    if points is None:
        return ExerciseVerdict("u", name, None, 4.0, status="waiting")
    criterion = CriterionVerdict(f"{name} works", points, 4.0, points == 4.0)
    error = NOT_WRITTEN if blank and not points else None
    return ExerciseVerdict("u", name, points, 4.0, (criterion,), error=error)


@st.composite
def submissions(draw: st.DrawFn) -> SubmissionVerdict:
    """Whatever grading may leave behind."""
    status = draw(st.sampled_from(STATUSES))
    points = st.none() | st.floats(0, 4) | st.sampled_from([0.0, 4.0])
    entries = [
        exercise(f"e{number}", value, draw(st.booleans()))
        for number, value in enumerate(draw(st.lists(points, max_size=3)))
    ]
    seconds = draw(st.floats(0, 100))
    notes = tuple(draw(st.lists(st.sampled_from(["odd", "very odd"]), max_size=2)))
    student = draw(st.sampled_from("abcdefgh"))
    return SubmissionVerdict(student, "u", status, seconds, tuple(entries), notes)  # type: ignore[arg-type]


CLASSES = st.lists(submissions(), max_size=8, unique_by=lambda one: one.student)
PEOPLE = st.sets(st.sampled_from("abcdefghijkl"))


@given(CLASSES, PEOPLE, PEOPLE)
def test_everybody_is_in_exactly_one_group(
    verdicts: list[SubmissionVerdict], people: set[str], ungraded: set[str]
) -> None:
    found = distribution(verdicts, people, ungraded)
    everybody = people | ungraded | {one.student for one in verdicts}
    named = [*found.zeros.values(), *found.undecided.values()]
    counted = Counter(student for group in named for student in group)
    assert found.people == len(everybody)
    assert len(found.bins) == BINS
    assert sum(found.bins) == len(found.shares)
    assert set(counted.values()) <= {1}
    assert counted.keys() <= everybody
    assert all(share > 0 for share in found.shares)
    handed_in = {one.student for one in verdicts}
    missing = everybody - handed_in - ungraded
    assert set(found.zeros.get("not handed in", ())) == missing
    assert set(found.undecided.get("not graded yet", ())) == ungraded - handed_in
    assert found.mean is None or 0 <= found.mean <= 1


@settings(max_examples=50)
@given(CLASSES)
def test_the_counts_of_an_exercise_are_those_of_its_submissions(
    verdicts: list[SubmissionVerdict],
) -> None:
    seen = overview(verdicts)
    for count in seen.exercises:
        usable = [one for one in verdicts if one.status not in ("unreadable", "failed")]
        entries = [e for one in usable for e in one.exercises if e.exercise == count.exercise]
        decided = [e for e in entries if e.points is not None]
        assert count.graded == len(decided)
        assert count.right == sum(e.points == 4.0 for e in decided)
        assert all(0 <= part.passed <= part.graded <= count.graded for part in count.criteria)
        assert (count in seen.nobody_passes) == (count.right == 0)
        assert (count in seen.everybody_passes) == (count.right == len(decided))
    shares = [one.share for one in seen.hardest_criteria]
    assert shares == sorted(shares)
    assert all(share < 1 for share in shares)
    listed = {id(concern.verdict) for concern in seen.concerns}
    assert listed == {id(one) for one in verdicts if concern_of(one) or help_for(one)}


def test_a_question_that_waits_is_not_the_hardest_for_one_empty_answer() -> None:
    question = ExerciseVerdict("u", "why", 0.0, 2.0, error=NOT_WRITTEN)
    blank = SubmissionVerdict("a", "u", "graded", 1.0, (exercise("e", 2.0), question))
    waits = ExerciseVerdict("u", "why", None, 2.0, status="waiting")
    others = [SubmissionVerdict(n, "u", "waiting", 1.0, (exercise("e", 4.0), waits)) for n in "bc"]
    seen = overview([blank, *others])
    hardest = hardest_exercise(seen)
    assert hardest is not None
    assert hardest.exercise == "e"
    assert [count.waiting for count in seen.exercises] == [0, 2]


@pytest.mark.parametrize(
    ("entries", "status", "why"),
    [
        ((), "unreadable", "unreadable"),
        ([exercise("a", 0.0)], "stopped", "stopped"),
        ([exercise("a", 0.0, blank=True)], "graded", "nothing written"),
        ([exercise("a", 0.0), exercise("b", 0.0, blank=True)], "graded", "nothing right yet"),
    ],
)
def test_what_counts_as_nothing_has_its_reason(entries: Any, status: Any, why: Any) -> None:
    verdict = SubmissionVerdict("a", "u", status, 1.0, tuple(entries))
    assert distribution([verdict]).zeros == {why: ("a",)}


def test_marks_by_hand_lift_an_unreadable_submission_off_nothing() -> None:
    by_hand = SubmissionVerdict("a", "u", "unreadable", 0.0, (exercise("a", 3.0),))
    assert distribution([by_hand]).shares == (0.75,)


# Stuck


def marks(*shares: float | None) -> list[Mark]:
    """A learner's units: a share, or None where nothing was handed in."""
    return [
        Mark(f"{number:02}_unit", "missing" if share is None else "graded", share)
        for number, share in enumerate(shares)
    ]


def kinds(units: list[Mark]) -> list[str]:
    """The rules that hold."""
    return [trouble.kind for trouble in troubles(units)]


@pytest.mark.parametrize(
    ("shares", "found"),
    [
        ((), []),
        ((None,), []),
        ((1.0, None), []),
        ((1.0, None, None), ["missing"]),
        ((None, None, 1.0), []),
        ((0.4,), []),
        ((0.4, 0.49), ["low"]),
        ((0.4, None, 0.4), ["low"]),
        ((0.4, 0.5), []),
        ((1.0, 1.0, 0.8, 0.7), ["falling"]),
        ((1.0, 1.0, 0.8, 0.8), []),
        ((1.0, 0.6, 0.6), []),
        ((0.9, 0.9, 0.1, 0.1, None, None), ["missing", "low", "falling"]),
    ],
)
def test_the_rules_at_their_edges(shares: Any, found: list[str]) -> None:
    assert kinds(marks(*shares)) == found


@given(st.lists(st.none() | st.sampled_from([tenth / 10 for tenth in range(11)]), max_size=8))
def test_the_rules_hold_exactly_where_their_words_say(shares: list[float | None]) -> None:
    found = kinds(marks(*shares))
    handed_in = [share for share in shares if share is not None]
    at_the_end = next((n for n, share in enumerate(reversed(shares)) if share is not None), None)
    missed = len(shares) if at_the_end is None else at_the_end
    assert ("missing" in found) == (missed >= MISSED)
    assert ("low" in found) == (len(handed_in) >= 2 and max(handed_in[-2:]) < LOW)
    if "falling" in found:
        assert sum(handed_in[:-2]) / len(handed_in[:-2]) - sum(handed_in[-2:]) / 2 > FALL - 1e-9
        assert len(handed_in) >= 4


@given(st.lists(st.sampled_from(["open", "ungraded", "failed"]), max_size=4), st.data())
def test_what_cannot_be_judged_yet_changes_nothing(states: list[Any], data: st.DataObject) -> None:
    before = marks(0.9, 0.9, 0.1, 0.1, None, None)
    place = data.draw(st.integers(0, len(before)))
    passed_over = [Mark("99_unit", state) for state in states]
    assert kinds(before[:place] + passed_over + before[place:]) == kinds(before)


def test_the_same_criterion_counts_where_it_was_tried() -> None:
    def unit(number: int, blank: bool) -> Mark:
        wrong = CriterionVerdict("any shape", 0.0, 4.0, False)
        error = NOT_WRITTEN if blank else None
        entry = ExerciseVerdict("u", f"e{number}", 0.0, 4.0, (wrong,), error=error)
        verdict = SubmissionVerdict("a", f"{number:02}_unit", "graded", 1.0, (entry,))
        return Mark(verdict.unit, "graded", 0.9, verdict=verdict)

    tried = [unit(number, blank=False) for number in range(SAME_CRITERION)]
    assert [trouble.words for trouble in troubles(tried)] == [
        "missed again and again: “any shape” (00, 01, 02)"
    ]
    assert not kinds([*tried[1:], unit(3, blank=True)])


def test_nobody_misses_a_unit_before_it_is_due() -> None:
    done = {
        unit: [SubmissionVerdict("a", unit, "graded", 1.0, (exercise("e", 4.0),))]
        for unit in ("00_a", "01_b", "02_c")
    }
    people = {"a": "", "b": ""}
    due = dict.fromkeys(done, NOW - timedelta(days=1))
    course = course_of(done, Roll(people, due), NOW)
    assert [learner.student for learner in course.stuck] == ["b"]
    assert course.stuck[0].mean == 0.0
    later = due | dict.fromkeys(("01_b", "02_c"), NOW + timedelta(days=1))
    course = course_of(done, Roll(people, later), NOW)
    assert course.stuck == []
    assert [mark.state for mark in course.learners[1].marks] == ["missing", "open", "open"]


# Time


@pytest.mark.parametrize(
    ("hours", "band"),
    [
        (24, "a day or more before"), (23.9, "on the last day"), (1, "on the last day"),
        (0.9, "in the last hour"), (0, "in the last hour"), (-0.01, "late"),
    ],
)  # fmt: skip
def test_the_bands_of_handing_in(hours: float, band: str) -> None:
    assert band_of(timedelta(hours=hours)) == band


@given(st.dictionaries(st.text(max_size=3), st.none() | st.floats(-100, 100), max_size=9))
def test_every_hand_in_is_in_a_band_or_unknown(hours: dict[str, float | None]) -> None:
    known = {
        student: HandIn(None if early is None else NOW - timedelta(hours=early), NOW)
        for student, early in hours.items()
    }
    found = punctuality(known)
    assert found.known + found.unknown == len(hours)
    assert len(found.late) == found.bands.get("late", 0)


def test_grading_time_of_nobody_is_none_and_the_slowest_come_first() -> None:
    assert grading_time([]) is None
    found = grading_time(SubmissionVerdict(f"s{n}", "u", "graded", float(n)) for n in range(9))
    assert found is not None
    assert (found.total, found.typical) == (36.0, 4.0)
    assert [one.student for one in found.slowest] == ["s8", "s7", "s6", "s5", "s4"]
