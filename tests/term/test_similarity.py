"""Alike beyond the given code: copies are found whatever they are called, right answers are not."""

from __future__ import annotations

import ast
import builtins
import itertools
import random
import re
import subprocess
import sys

import pytest
from playwright.sync_api import Browser

from autograder.similarity import ALIKE, compare
from autograder.similarity.long_answers import FEWEST_STATEMENTS, long_answers
from autograder.similarity.page import write_page
from autograder.unit import Unit, load_unit, unit_names
from tests.feedback.hostile import PAYLOADS
from tests.grading.handed_in import hand_in, released, solved

LONG = "gradient_descent"
FORGED = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>"


class Renamed(ast.NodeTransformer):
    """Somebody else's answer with other names, and without its comments and documentation."""

    def __init__(self, kept: set[str]) -> None:
        self.kept, self.names = kept, {}

    def other(self, name: str) -> str:
        if name in self.kept or name in dir(builtins) or name == "self":
            return name
        return self.names.setdefault(name, f"renamed_{len(self.names)}")

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.other(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self.other(node.arg)
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:]
        self.generic_visit(node)
        return node


def renamed(source: str, unit: Unit) -> str:
    kept = {name for exercise in unit.exercises for name in unit.names_of(exercise)}
    return ast.unparse(Renamed(kept | {"np", "torch", "nn"}).visit(ast.parse(source)))


def versions(unit: Unit, name: str) -> dict[str, str]:
    """The reference and the other right answers of an exercise."""
    exercise = unit.exercises[name]
    others = {f"other-{n}": unit.variant_source(name, one)
              for n, one in enumerate(exercise.alternatives)}  # fmt: skip
    return {"reference": unit.reference_source(name)} | others


@pytest.mark.parametrize("name", [one for one in unit_names() if long_answers(load_unit(one))])
def test_a_renamed_copy_is_found_and_independent_right_answers_are_not(name):
    unit = load_unit(name)
    by_student: dict[str, dict[str, str]] = {}
    for exercise in long_answers(unit):
        for author, source in versions(unit, exercise).items():
            by_student.setdefault(author, {})[exercise] = source
            by_student.setdefault(f"{author}, renamed", {})[exercise] = renamed(source, unit)
    found = {
        (exercise, frozenset(pair.students))
        for pair in compare(unit, by_student).pairs
        for exercise in pair.exercises
    }
    copies = {
        (exercise, frozenset((author, f"{author}, renamed")))
        for exercise in long_answers(unit)
        for author in versions(unit, exercise)
    }
    assert found - copies == set(), "independent answers"
    assert copies - found == set(), "copies"


def test_only_long_answers_are_compared(unit, small_unit):
    assert list(long_answers(unit)) == [LONG]
    assert FEWEST_STATEMENTS == 10
    assert long_answers(small_unit) == {}
    same = {name: unit.reference_source(name) for name in unit.exercises}
    (pair,) = compare(unit, {"ann": same, "bob": same}).pairs
    assert set(pair.exercises) == {LONG}
    assert pair.share == 1.0


def test_what_half_the_class_wrote_and_what_was_given_is_discounted(unit):
    reference = {LONG: unit.reference_source(LONG)}
    many = {f"student-{n}": reference for n in range(6)}
    assert compare(unit, many).pairs == ()
    few = dict(itertools.islice(many.items(), 2))
    others = {
        f"other-{n}": {LONG: one}
        for n, one in enumerate(list(versions(unit, LONG).values())[1:] * 2)
    }
    assert ("student-0", "student-1") in [
        pair.students for pair in compare(unit, few | others).pairs
    ]
    blank = "".join(
        line
        for cell in released(unit)["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == f"{LONG}-solution"
        for line in cell["source"]
    )
    assert compare(unit, {"ann": {LONG: blank}, "bob": {LONG: blank}}).pairs == ()


def test_code_that_is_no_python_or_endless_stops_nothing(unit):
    rubbish = {
        "open": "def f(:\n  '''",
        "long": "x = 1\n" * 100_000,
        "odd": "\x00\u202e(",
        "no": "",
    }
    answers = {name: {LONG: source} for name, source in rubbish.items()}
    copy = {LONG: unit.reference_source(LONG)}
    found = compare(unit, answers | {"ann": copy, "bob": copy})
    assert [pair.students for pair in found.pairs] == [("ann", "bob")]


def test_the_copy_among_two_hundred_is_found():
    """Everybody puts lines of their own between; one copies one other, under other names."""
    unit, chance = load_unit("09_convolution"), random.Random(1)
    exercise = "conv_backward"
    right = list(versions(unit, exercise).values())
    answers = {}
    for number in range(200):
        lines = chance.choice(right).splitlines(keepends=True)
        for place in sorted(chance.sample(range(1, len(lines)), 8), reverse=True):
            own = " ".join(chance.choice("abc+-*/()[]") for _ in range(12))
            lines.insert(place, f"    {own}\n")
        answers[f"s{number:03}"] = {exercise: "".join(lines)}
    answers["s007"] = {exercise: re.sub(r"\b[abc]\b", "other", answers["s150"][exercise])}
    told: list[str] = []
    found = compare(unit, answers, on_exercise=told.append)
    assert told == list(long_answers(unit))
    best = max(found.pairs, key=lambda pair: pair.share)
    assert best.students == ("s007", "s150")
    assert best.share == 1.0


def test_the_command_writes_a_page_with_both_sides(tmp_path, unit, browser: Browser):
    versions_of = versions(unit, LONG)
    copied = versions_of["reference"] + f"\n# {FORGED}\n"
    hand_in(tmp_path, unit, "ann", solved(unit))
    hand_in(tmp_path, unit, FORGED.replace("/", "∕"), solved(unit, {LONG: renamed(copied, unit)}))
    hand_in(tmp_path, unit, "cid", solved(unit, {LONG: versions_of["other-0"] + copied[-60:]}))
    hand_in(tmp_path, unit, "bad", next(iter(PAYLOADS.values())).encode())
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "similar", "01", "--class", str(tmp_path)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Comparing 4 submissions: gradient_descent (10 statements)" in done.stdout
    assert "1 pair to look at" in done.stdout
    assert "not a verdict" in done.stdout
    path = tmp_path / "reports" / f"{unit.name}-similar.html"
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda _dialog: complaints.append("a dialog"))
    page.goto(path.as_uri())
    assert page.locator("script").count() == 0
    assert page.locator("main .sides figure").count() == 2
    boxes = [figure.bounding_box() for figure in page.locator("figure").all()]
    assert boxes[0]["y"] == boxes[1]["y"], "beside each other"
    assert page.locator("figure").first.locator(".same").count() > 5
    assert "as given" in page.locator("figure").nth(1).inner_text()
    assert "Parameters" not in page.locator("figure").nth(1).inner_text()
    assert "not a verdict" in page.locator(".caution").inner_text()
    assert "bad" in page.locator("main").inner_text()
    assert complaints == []
    page.close()


def test_the_page_of_a_class_without_pairs_says_so(tmp_path, unit):
    path = write_page(compare(unit, {"ann": {}, "bob": {}}), tmp_path / "page.html", "A title")
    assert "No two of them are alike." in path.read_text()
    assert f"{round(100 * ALIKE)} in 100" in path.read_text()
