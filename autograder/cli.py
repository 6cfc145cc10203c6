"""The command line: `n2r`. Every command imports what it needs when it runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn, Optional

import typer

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Build, try, grade and report on the units of nand2resnet.",
)

UnitArgument = Annotated[str, typer.Argument(help="a unit, such as 01_gradient_descent or 01")]
BackendOption = Annotated[
    Optional[str],  # noqa: UP045 - Typer reads this at run time
    typer.Option(
        "--backend",
        help="warm (default: bubblewrap, loaded once), bubblewrap, container, or none with "
        "--trust-submissions",
    ),
]
TrustOption = Annotated[
    bool,
    typer.Option("--trust-submissions", help="the submissions are your own; allow no sandbox"),
]
ClassOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--class",
        envvar="N2R_CLASS",
        help="nbgrader's course directory; this repository by default",
    ),
]
JsonOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option("--json", help="write the results to this file"),
]


@contextmanager
def errors_for_people() -> Iterator[None]:
    """Show our own errors as a message, without a traceback; exit status 2."""
    from autograder.errors import GraderError

    try:
        yield
    except GraderError as error:
        _fail(str(error))


def _fail(message: str) -> NoReturn:
    typer.secho(f"n2r: {message}", fg=typer.colors.RED, err=True)
    raise typer.Exit(2)


def _write_json(data: Any, path: Path) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


@app.command()
def build(
    units: Annotated[Optional[list[str]], typer.Argument(help="units; all by default")] = None,  # noqa: UP045
    check: Annotated[
        bool, typer.Option("--check", help="change nothing; fail if course/ is out of date")
    ] = False,
    bundle: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--bundle", help="write the learner's bundle of these units to this folder"),
    ] = None,
) -> None:
    """Make the learner's notebooks and hints from the sources."""
    from autograder.build import build_units, check_units, write_bundle

    with errors_for_people():
        if check:
            differences = check_units(units or None)
            for difference in differences:
                typer.echo(f"{_relative(difference.path)} {difference.reason}")
            if differences:
                _fail("course/ is out of date; run `n2r build` and commit what changed")
            typer.echo("course/ is what the sources give.")
            return
        changed = build_units(units or None, progress=lambda name: typer.echo(f"building {name}"))
        for path in changed:
            typer.echo(f"  wrote {_relative(path)}")
        if not changed:
            typer.echo("Everything was up to date.")
        if bundle is not None:
            files = write_bundle(bundle, units)
            typer.echo(f"The learner's bundle is in {bundle}: {len(files)} files.")


def _relative(path: Path) -> Path:
    from autograder.unit import ROOT

    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


@app.command(name="try")
def try_(
    unit: UnitArgument,
    exercise: Annotated[str, typer.Argument(help="an exercise of the unit")],
    files: Annotated[list[Path], typer.Argument(help="Python files that define it")],
    as_json: Annotated[bool, typer.Option("--json", help="print the verdict as JSON")] = False,
    seed: Annotated[str, typer.Option(help="decides the cases")] = "try",
    backend: BackendOption = None,
    trust_submissions: TrustOption = False,
) -> None:
    """Grade one exercise from a Python file, in the sandbox."""
    from autograder.grading import try_sources
    from autograder.sandbox import choose
    from autograder.unit import find_exercise, load_unit

    with errors_for_people():
        loaded = load_unit(unit)
        find_exercise(loaded, exercise)
        chosen = choose(backend, trust_submissions=trust_submissions)
        verdicts = [try_sources(loaded, exercise, _read(file), seed, chosen) for file in files]
    if as_json:
        data = [verdict.as_json() for verdict in verdicts]
        typer.echo(json.dumps(data[0] if len(data) == 1 else data, indent=1))
        return
    from autograder.show import show_exercise

    for file, verdict in zip(files, verdicts, strict=True):
        show_exercise(verdict, title=str(file))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"cannot read {file}: {error}")


@app.command()
def check(
    notebook: Annotated[Path, typer.Argument(help="a learner's notebook")],
    unit: Annotated[
        Optional[str], typer.Option(help="its unit; by default found by the file's name")  # noqa: UP045
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the verdicts as JSON")] = False,
    seed: Annotated[str, typer.Option(help="decides the cases")] = "check",
    backend: BackendOption = None,
    trust_submissions: TrustOption = False,
) -> None:
    """Grade one notebook without a gradebook and show the verdict with hints."""
    from autograder.grading import grade_submission
    from autograder.show import show_submission
    from autograder.unit import unit_of_notebook

    with errors_for_people():
        name = unit or unit_of_notebook(notebook)
        graded = grade_submission(
            name, notebook.stem, notebook, seed, backend, trust_submissions=trust_submissions
        )
    if as_json:
        typer.echo(json.dumps(graded.verdict.as_json(), indent=1))
    else:
        show_submission(graded.verdict)
    if graded.verdict.status in ("unreadable", "failed"):
        raise typer.Exit(1)


@app.command()
def audit(
    unit: Annotated[Optional[str], typer.Argument(help="a unit; all by default")] = None,  # noqa: UP045
    exercise: Annotated[Optional[str], typer.Argument(help="one exercise only")] = None,  # noqa: UP045
    json_file: JsonOption = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="ignore earlier results")] = False,
    workers: Annotated[Optional[int], typer.Option(help="processes; one a core by default")] = None,  # noqa: UP045
) -> None:
    """Prove that an exercise's cases, mistakes and hints are good."""
    from autograder import audit as audits

    with errors_for_people():
        status = audits.run(unit, exercise, json_file, fresh=fresh, workers=workers)
    raise typer.Exit(status)


@app.command()
def new_exercise(
    unit: UnitArgument,
    name: Annotated[str, typer.Argument(help="what the learner's function is called")],
    after: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="the exercise that it follows; the unit's last one by default"),
    ] = None,
) -> None:
    """Begin an exercise: write a skeleton into the unit's three files."""
    from autograder.skeleton import new_exercise as begin

    with errors_for_people():
        for place in begin(unit, name, after):
            typer.echo(f"{_relative(place.path)}:{place.line}")
    typer.echo(f"Write what stands there as FILL IN. `n2r audit {unit} {name}` says what is wrong")
    typer.echo("until the exercise is good; the points of a unit are 20 in all.")


@app.command()
def collect(
    download: Annotated[Path, typer.Argument(help="Canvas's or Moodle's archive, or its folder")],
    unit: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="its unit; by default found by the notebooks' names"),
    ] = None,
    class_dir: ClassOption = None,
    force: Annotated[bool, typer.Option("--force", help="replace what differs")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="write nothing")] = False,
    times: Annotated[
        bool,
        typer.Option(
            "--times",
            help="the files' times are when they were handed in (Canvas and Moodle put the time "
            "of the download there)",
        ),
    ] = False,
    students: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="a CSV table with columns lms (name or number) and student (the id)"),
    ] = None,
    json_file: JsonOption = None,
) -> None:
    """Take a download of Canvas or Moodle into the class's submitted/ folder.

    Exit status 0: all of it was taken in, or was there before. 1: some of it needs a look. 2: it
    cannot be used, and nothing was written. 3: something else was handed in before and was kept.
    """
    from autograder.class_folder import open_class
    from autograder.collect import Options
    from autograder.collect import collect as take_in
    from autograder.collect.table import show_collection

    with errors_for_people():
        options = Options(force=force, dry_run=dry_run, times=times)
        collection = take_in(download, open_class(class_dir), unit, options, students)
    if json_file is not None:
        _write_json(collection.as_json(), json_file)
    show_collection(collection, dry_run=dry_run)
    raise typer.Exit(collection.status)


@app.command()
def grade(
    unit: UnitArgument,
    class_dir: ClassOption = None,
    workers: Annotated[Optional[int], typer.Option(help="processes; one a core by default")] = None,  # noqa: UP045
    scheduler: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="grade on the workers of the Dask scheduler at this address"),
    ] = None,
    seed: Annotated[Optional[str], typer.Option(help="use and record this seed")] = None,  # noqa: UP045
    reseed: Annotated[bool, typer.Option("--reseed", help="draw a new seed")] = False,
    force: Annotated[bool, typer.Option("--force", help="grade what has not changed, too")] = False,
    student: Annotated[
        Optional[list[str]], typer.Option(help="only this student; may be repeated")  # noqa: UP045
    ] = None,
    json_file: JsonOption = None,
    backend: BackendOption = None,
    trust_submissions: TrustOption = False,
) -> None:
    """Grade a class's submissions of a unit into the gradebook.

    Exit status 0: every submission was graded. 1: some were unreadable, stopped, or failed; they
    are named. 2: nothing could be graded.
    """
    from autograder.class_folder import open_class
    from autograder.classroom import grade_class
    from autograder.lateness import late_ones
    from autograder.progress import grading_progress
    from autograder.show import show_class, show_late
    from autograder.submissions import find_submissions
    from autograder.unit import load_unit
    from autograder.workers import get_ready

    with errors_for_people():
        if scheduler is None:
            get_ready()
        submissions = find_submissions(open_class(class_dir), load_unit(unit), student)
        with grading_progress(len(submissions)) as on_verdict:
            verdicts = grade_class(
                unit,
                class_dir,
                workers=workers,
                scheduler=scheduler,
                seed=seed,
                reseed=reseed,
                force=force,
                backend=backend,
                trust_submissions=trust_submissions,
                only=student,
                on_verdict=on_verdict,
            )
        late = late_ones(open_class(class_dir), load_unit(unit))
    if json_file is not None:
        _write_json([entry for verdict in verdicts for entry in verdict.as_json()], json_file)
    show_class(verdicts)
    show_late(list(late.values()))
    if any(verdict.status in ("unreadable", "stopped", "failed") for verdict in verdicts):
        raise typer.Exit(1)


@app.command()
def feedback(unit: UnitArgument, class_dir: ClassOption = None) -> None:
    """Write a feedback page for every graded submission of a unit."""
    from autograder.class_folder import open_class
    from autograder.publishing import write_feedback
    from autograder.unit import load_unit

    with errors_for_people():
        folder = open_class(class_dir)
        pages = list(write_feedback(folder, load_unit(unit)))
    typer.echo(f"{len(pages)} feedback pages in {folder.root / 'feedback'}")


@app.command()
def report(
    unit: Annotated[
        Optional[str],  # noqa: UP045
        typer.Argument(help="a unit, such as 01; without one: every unit, and the whole course"),
    ] = None,
    class_dir: ClassOption = None,
    formgrader: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--formgrader",
            help="address of your formgrader, for the links to what waits to be marked; "
            "http://localhost:8888/formgrader by default",
        ),
    ] = None,
) -> None:
    """Write the class report: a page with pictures, and a table; of a unit, or of the course."""
    from autograder.class_folder import open_class
    from autograder.progress import reporting_progress
    from autograder.publishing import write_course, write_report
    from autograder.report.formgrader import DEFAULT, formgrader_at
    from autograder.standing import counted
    from autograder.unit import load_unit

    with errors_for_people():
        folder, address = open_class(class_dir), formgrader_at(formgrader or DEFAULT)
        if unit is None:
            with reporting_progress() as on_unit:
                course = write_course(folder, formgrader=address, on_unit=on_unit)
            number = counted(len(course.units), "unit")
            typer.echo(f"{number}, each with a report in {course.page.parent}")
            typer.echo(f"The report on the course is {course.page}\nThe table is {course.table}")
            return
        written = write_report(folder, load_unit(unit), formgrader=address)
    typer.echo(f"The report is {written.page}\nThe table is {written.table}")
    if written.leaderboard is not None:
        typer.echo(f"A leaderboard that the class may see is {written.leaderboard}")


@app.command()
def marks(
    units: Annotated[list[str], typer.Argument(help="units, such as 01")],
    out: Annotated[Path, typer.Argument(help="the CSV file to write")],
    system: Annotated[str, typer.Option("--as", help="canvas, moodle or csv")] = "csv",
    table: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="the system's own table, as it was exported: marks are entered there"),
    ] = None,
    column: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(help="UNIT=TITLE: the table's column for a unit; may be repeated"),
    ] = None,
    students: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="a CSV table with columns lms and student, as for collect"),
    ] = None,
    scale: Annotated[
        bool, typer.Option("--scale", help="fit marks to the points the system counts a unit of")
    ] = False,
    class_dir: ClassOption = None,
) -> None:
    """Write a class's marks as a table that Canvas, Moodle or a spreadsheet takes.

    Exit status 0: every mark was written. 1: some were not; they are named. 2: nothing was.
    """
    from autograder.class_folder import open_class
    from autograder.marks import Request, write_marks
    from autograder.marks.columns import named_columns
    from autograder.marks.show import show_filled

    with errors_for_people():
        columns = named_columns(column or ())
        request = Request(units, system, out, table, students, columns, scale)
        filled = write_marks(open_class(class_dir), request)
    show_filled(filled, out)
    raise typer.Exit(0 if filled.complete else 1)


@app.command()
def regrade(
    unit: UnitArgument,
    class_dir: ClassOption = None,
    yes: Annotated[bool, typer.Option("--yes", help="enter the new marks without asking")] = False,
    workers: Annotated[Optional[int], typer.Option(help="processes; one a core by default")] = None,  # noqa: UP045
    student: Annotated[
        Optional[list[str]], typer.Option(help="only this student; may be repeated")  # noqa: UP045
    ] = None,
    backend: BackendOption = None,
    trust_submissions: TrustOption = False,
) -> None:
    """Grade again after an exercise was mended; say who changes before anything is entered."""
    from autograder.class_folder import open_class
    from autograder.progress import grading_progress
    from autograder.regrade import enter_regraded
    from autograder.regrade import regrade as grade_again
    from autograder.regrade.table import show_regrading
    from autograder.submissions import find_submissions
    from autograder.unit import load_unit
    from autograder.workers import get_ready

    with errors_for_people():
        get_ready()
        number = len(find_submissions(open_class(class_dir), load_unit(unit), student))
        with grading_progress(number) as on_verdict:
            regrading = grade_again(
                unit,
                class_dir,
                workers=workers,
                backend=backend,
                trust_submissions=trust_submissions,
                only=student,
                on_verdict=on_verdict,
            )
        show_regrading(regrading)
        if not regrading.different:
            return
        if not yes and not (sys.stdin.isatty() and typer.confirm("Enter these marks?")):
            typer.echo(f"Nothing was changed. `n2r regrade {unit} --yes` enters these marks.")
            return
        entered = enter_regraded(unit, class_dir, student)
    typer.echo(f"{entered} submissions were entered. What people gave and wrote stays.")


@app.command()
def history(
    student: Annotated[str, typer.Argument(help="a student's id, as in submitted/")],
    unit: Annotated[Optional[str], typer.Argument(help="one unit only")] = None,  # noqa: UP045
    class_dir: ClassOption = None,
) -> None:
    """Show every graded version of a student's submissions; the last one counts."""
    from autograder.class_folder import open_class
    from autograder.history import history as versions_of
    from autograder.history.table import show_history
    from autograder.unit import load_unit, unit_names

    with errors_for_people():
        folder = open_class(class_dir)
        units = [load_unit(unit).name] if unit else unit_names()
        found = {name: versions_of(folder, name, student) for name in units}
    for name, versions in found.items():
        if versions:
            show_history(student, name, versions)
    if not any(found.values()):
        _fail(f"nothing that {student!r} handed in has been graded in {folder.root}")
    typer.echo("The last one counts, as in nbgrader. Marks by people are in the gradebook only.")


@app.command()
def similar(unit: UnitArgument, class_dir: ClassOption = None) -> None:
    """Show which long answers are alike, on a page with both sides: a place to look, no verdict."""
    from autograder.class_folder import open_class
    from autograder.similarity.command import write_similar
    from autograder.unit import load_unit

    with errors_for_people():
        folder, loaded = open_class(class_dir), load_unit(unit)
        for line in write_similar(folder, loaded):
            typer.echo(line)


@app.command()
def demo(
    every_unit: Annotated[bool, typer.Option("--all", help="every unit, not only 01")] = False,
) -> None:
    """Play one full round with a simulated class and compare the marks with what they should be."""
    from autograder import demo as demos

    with errors_for_people():
        status = demos.run(every_unit=every_unit)
    raise typer.Exit(status)


@app.command()
def lab(
    unit: Annotated[Optional[str], typer.Argument(help="open this unit")] = None,  # noqa: UP045
) -> None:
    """Open the course in JupyterLab."""
    import os

    from autograder.unit import COURSE, load_unit

    with errors_for_people():
        place = COURSE if unit is None else load_unit(unit).release
    command = [sys.executable, "-m", "jupyterlab", str(place)]
    if os.geteuid() == 0:  # which JupyterLab refuses unless told
        command.append("--allow-root")
    os.execv(sys.executable, command)


@app.command()
def doctor() -> None:
    """Say what is missing on this machine, and what to type."""
    from autograder import doctor as doctors

    raise typer.Exit(doctors.main())


def main() -> None:
    """The entry point of `python -m autograder`."""
    app()
