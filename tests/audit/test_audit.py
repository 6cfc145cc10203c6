"""An audit finds what is weak in a unit's exercises, and nothing where nothing is."""

import contextlib
import json

import psutil
import pytest

from autograder import audit
from autograder.audit.findings import PUBLIC, ExerciseAudit


class Watched:
    """Which exercises something was run for."""

    def __init__(self):
        self.exercises = set()
        self.last = None

    def __call__(self, exercise, done, tasks):
        self.exercises.add(exercise)
        self.last = (exercise, done, tasks)


@pytest.fixture
def watched():
    return Watched()


@pytest.fixture(scope="module")
def audits(toy):
    return {found.exercise: found for found in audit.audit_unit("01")}


def sentence(found: ExerciseAudit, *words: str) -> str:
    """The one problem with these words in it."""
    fitting = [problem for problem in found.problems if all(word in problem for word in words)]
    assert len(fitting) == 1, found.problems
    return fitting[0]


def test_exercises_come_in_the_order_of_the_notebook(audits):
    assert list(audits) == ["total", "halvings", "root", "Tally"]


def test_a_weak_exercise_is_found_out(audits):
    total = audits["total"]
    assert not total.is_clean
    assert total.reference_passes
    assert (total.mistakes, total.mistakes_caught, total.mistakes_named) == (3, 2, 1)
    assert sentence(total, "'mean' earns full marks with every seed", "Add a case")
    assert sentence(total, "'sum of sums' is taken for 'twice' with every seed")


def test_survivors_are_shown_with_what_changed(audits):
    lines = {survivor.line: survivor for survivor in audits["total"].survivors}
    assert "return np.mean(x)" in lines
    diff = lines["return np.mean(x)"].diff
    assert "-    return np.sum(x)\n+    return np.mean(x)" in diff
    assert "return np.prod(x)" not in lines, "it is marked as equivalent"
    assert audits["total"].mutants_equivalent == 1


def test_every_mutant_has_one_fate(audits):
    for found in audits.values():
        settled = found.mutants_killed + found.mutants_accepted + found.mutants_equivalent
        assert settled + len(found.survivors) == found.mutants > 0


def test_marks_that_hold_for_nothing_are_reported(audits):
    assert sentence(audits["total"], "'return 7'", "fits no mutant")
    assert sentence(audits["total"], "'return None'", "is killed", "Take it away")
    assert sentence(audits["halvings"], "'# count = 0'", "is killed")


def test_a_refused_alternative_is_reported(audits):
    total = audits["total"]
    assert (total.alternatives, total.alternatives_passed) == (2, 1)
    refusals = [problem for problem in total.problems if "'rounded' is refused" in problem]
    assert len(refusals) == 2, "once outside, once in the sandbox"
    assert "in the sandbox" in refusals[0]


def test_mutants_that_never_end_are_killed(audits):
    halvings = audits["halvings"]
    assert halvings.survivors == ()
    assert halvings.mutants_equivalent == 2
    assert len(halvings.problems) == 1
    assert halvings.mistakes_named_at_once == 1


def test_other_answers_that_are_accepted_do_not_count_as_survivors(audits):
    root = audits["root"]
    assert root.is_clean, root.problems
    assert root.mutants_accepted == 1
    assert root.notes == ("`accept` finds this right: `return -np.sqrt(n)`.",)


def test_a_class_is_audited_like_a_function(audits):
    tally = audits["Tally"]
    assert tally.is_clean, (tally.problems, tally.survivors)
    assert (tally.mistakes_caught, tally.mistakes_named, tally.mistakes_named_at_once) == (1, 1, 0)


def test_the_message_for_the_empty_exercise(audits):
    assert {found.blank_message for found in audits.values()} == {"it is not written yet"}


def test_the_json_has_the_public_keys(audits):
    for found in audits.values():
        public = json.loads(json.dumps(found.as_json()))
        assert list(public)[: len(PUBLIC)] == list(PUBLIC)
        assert public["survivors"] == [survivor.diff for survivor in found.survivors]


def test_only_a_sample_is_audited_again(audits, toy, watched):
    kept = (toy / "audit.json").read_bytes()
    again = audit.audit_unit("01", watch=watched)
    assert len(watched.exercises) == 1
    assert {found.exercise: found for found in again} == audits
    assert (toy / "audit.json").read_bytes() == kept


def test_a_named_exercise_that_has_not_changed_is_not_audited_again(audits, watched):
    (found,) = audit.audit_unit("01", exercises=["root"], watch=watched)
    assert found == audits["root"]
    assert watched.exercises == set()


def test_fresh_audits_all_the_same(audits, watched):
    (found,) = audit.audit_unit("01", exercises=["root"], fresh=True, watch=watched)
    assert found.says_the_same(audits["root"])
    assert watched.exercises == {"root"}
    assert watched.last == ("root", watched.last[2], watched.last[2]), "every task was counted"


def test_run_prints_writes_and_says_by_its_status(audits, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    file = tmp_path / "audits.json"
    assert audit.run("01", "total", file) == 1
    printed = capsys.readouterr().out
    assert "✗ total" in printed
    assert "+ return np.mean(x)" in printed
    assert "- return np.sum(x)" in printed
    assert "✗ 1 exercise needs work." in printed
    assert [entry["exercise"] for entry in json.loads(file.read_text())] == ["total"]
    assert audit.run("01", "root") == 0
    assert "✓ Nothing left to do." in capsys.readouterr().out


def test_no_process_is_left(audits):
    # A fork looks like its parent; another test's browser does not, and what has ended is not left.
    own = psutil.Process()
    left = []
    for child in own.children():
        with contextlib.suppress(psutil.NoSuchProcess):  # as a ZombieProcess is, too
            if child.cmdline() == own.cmdline():
                left.append(child)
    assert left == []
