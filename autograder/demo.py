"""One full round with a simulated class: build, submit, grade, feedback, report, and compare."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from autograder.build import build_units
from autograder.class_folder import open_class
from autograder.classroom import grade_class
from autograder.errors import GraderError
from autograder.grading import oracle_for
from autograder.progress import grading_progress
from autograder.publishing import write_feedback, write_report
from autograder.sandbox import choose
from autograder.seeds import seed_of
from autograder.simulate import Simulated, simulated_class
from autograder.unit import ROOT, Unit, load_unit, unit_names
from autograder.verdict import SubmissionVerdict

FOLDER: Final = ROOT / "build" / "demo"
FIRST_UNIT: Final = "01_gradient_descent"
MARK: Final = "made by n2r demo\n"

console = Console()


@dataclass(frozen=True)
class Outcome:
    """One learner of the simulated class: what was deserved, and what the grader gave."""

    learner: Simulated
    verdict: SubmissionVerdict

    @property
    def differences(self) -> list[str]:
        """The exercises whose marks, or named mistakes, are not what they should be."""
        given = {one.exercise: one for one in self.verdict.exercises}
        marks = {name for name, p in self.learner.expected.items() if given[name].points != p}
        named = self.learner.diagnoses.items()
        return sorted(marks | {name for name, one in named if given[name].diagnosis != one})


def run(*, every_unit: bool = False, folder: Path = FOLDER) -> int:
    """Play the round; return 0 if every mark was what it should be."""
    choose()  # without a sandbox there is nothing to show
    names = unit_names() if every_unit else [FIRST_UNIT]
    _empty(folder)
    console.print("Building the course")
    build_units()
    differing = 0
    for name in names:
        differing += sum(bool(outcome.differences) for outcome in play(load_unit(name), folder))
    _say_where(names, folder)
    return 1 if differing else 0


def play(unit: Unit, folder: Path) -> Sequence[Outcome]:
    """One unit's round: hand in, grade, write feedback and report, show the comparison."""
    classroom = open_class(folder)
    seed = seed_of(classroom, unit.name)
    learners = simulated_class(unit, oracle_for(unit.name, seed), _other(unit))
    for learner in learners:
        place = classroom.submitted / learner.student / unit.name
        place.mkdir(parents=True)
        (place / f"{unit.notebook_name}.ipynb").write_bytes(learner.content)
    console.print(f"{unit.name}: {len(learners)} simulated learners have handed in")
    with grading_progress(len(learners)) as on_verdict:
        verdicts = grade_class(unit.name, folder, on_verdict=on_verdict)
    by_student = {verdict.student: verdict for verdict in verdicts}
    outcomes = [Outcome(learner, by_student[learner.student]) for learner in learners]
    show(outcomes)
    pages = sum(1 for _ in write_feedback(classroom, unit))
    report, table, _ = write_report(classroom, unit)
    console.print(f"{pages} feedback pages; report: {report}; table: {table}")
    return outcomes


def show(outcomes: Sequence[Outcome]) -> None:
    """Print expected and given marks of every learner."""
    table = Table(title="Expected and given marks")
    for column in ("learner", "expected", "given", "status", "what the grader saw"):
        table.add_column(column, justify="right" if column in ("expected", "given") else "left")
    for outcome in outcomes:
        seen = [one.diagnosis for one in outcome.verdict.exercises if one.diagnosis]
        remark = "; ".join(outcome.verdict.notes) or ", ".join(dict.fromkeys(seen))
        if outcome.differences:
            remark = f"DIFFERS in {', '.join(outcome.differences)}. {remark}"
        table.add_row(
            outcome.learner.student,
            f"{outcome.learner.total:g}",
            f"{outcome.verdict.points:g}",
            outcome.verdict.status,
            remark,
            style="red" if outcome.differences else None,
        )
    console.print(table)
    wrong = sum(bool(outcome.differences) for outcome in outcomes)
    if wrong:
        console.print(f"{wrong} of {len(outcomes)} learners got other marks than expected")
    else:
        console.print(f"All {len(outcomes)} learners got the marks they should get.")


def _other(unit: Unit) -> Unit:
    """Another unit, for the learner who hands in the wrong notebook."""
    return load_unit(next(name for name in unit_names() if name != unit.name))


def _empty(folder: Path) -> None:
    """Start from nothing; a folder that the demo did not make is left alone."""
    marker = folder / "made-by-demo"
    if folder.exists():
        if not marker.exists():
            raise GraderError(f"{folder} was not made by the demo; move it away")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    marker.write_text(MARK, encoding="utf-8")


def _say_where(names: Sequence[str], folder: Path) -> None:
    console.print("\n[bold]Where to look[/bold]")
    console.print(f"  gradebook  {folder / 'gradebook.db'}")
    for name in names:
        console.print(f"  report     {folder / 'reports' / name}.html")
    console.print(f"  feedback   {folder / 'feedback'}")
    console.print(f"  formgrader `cd {folder} && jupyter lab`, then Nbgrader > Formgrader")
    console.print("  course     `make lab` opens it in JupyterLab")
