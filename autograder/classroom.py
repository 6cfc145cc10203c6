"""Grade a class: many processes grade, one writer keeps verdicts and fills the gradebook.

Every step can be killed and run again. A verdict is kept, with the graded notebook, as soon as it
is there; the gradebook follows in batches, and each verdict remembers whether it has arrived.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from autograder.class_folder import (
    ClassFolder,
    only_grader,
    open_class,
    write_atomically,
    writing_in,
)
from autograder.database import check_gradebook
from autograder.errors import BadUnit, GradebookTrouble
from autograder.gradebook import ClassGradebook, Entry, marks_of
from autograder.hashes import hash_of
from autograder.history import remember
from autograder.kept import Kept, fingerprint, keep, load_kept
from autograder.lateness import read_rules
from autograder.sandbox import choose
from autograder.seeds import seed_of
from autograder.submissions import SECRET, TIMESTAMP, Submission, find_submissions
from autograder.unit import Unit, load_unit
from autograder.verdict import SubmissionVerdict
from autograder.workers import Result, Task, cores, grade_all, grade_on_cluster

OnVerdict = Callable[[SubmissionVerdict, bool], None]
SUBMISSIONS_PER_TRANSACTION: Final = 25
SECONDS_BETWEEN_TRANSACTIONS: Final = 2.0
READ_ONLY: Final = 0o444  # nbgrader's own choice for graded notebooks
GROUP_WRITABLE: Final = 0o664
SHARED_FOLDER: Final = 0o2770
OUR_FAULT: Final = "The grader failed on this notebook. A person will look at it."
"""A comment learners may see, so without the reason itself, which may show a hidden case."""


def grade_class(
    unit_name: str,
    class_dir: Path | None = None,
    *,
    workers: int | None = None,
    scheduler: str | None = None,
    seed: str | None = None,
    reseed: bool = False,
    force: bool = False,
    backend: str | None = None,
    trust_submissions: bool = False,
    only: Collection[str] | None = None,
    on_verdict: OnVerdict | None = None,
) -> list[SubmissionVerdict]:
    """Grade a class's submissions of a unit, and enter them in its gradebook.

    Only what is missing or has changed is graded: another submission, unit, grader or seed.

    Parameters
    ----------
    class_dir : Path, optional
        nbgrader's course directory; by default the repository.
    workers : int, optional
        Grading processes; by default one a core.
    scheduler : str, optional
        Grade on the workers of the Dask scheduler at this address, not on this machine.
    seed : str, optional
        Use and record this seed; by default the recorded one, drawn when there is none.
    reseed : bool
        Draw a new seed.
    force : bool
        Grade what has not changed, too.
    only : collection of str, optional
        Students; by default all.
    on_verdict : callable, optional
        Called as ``on_verdict(verdict, now)`` for each submission as it comes; ``now`` is False
        for a verdict of an earlier run that still holds.

    Returns
    -------
    list of SubmissionVerdict
        One per submission, by student.

    Raises
    ------
    GraderError
        Nothing can be graded: unknown unit, no sandbox, no submissions, unusable folder or
        gradebook.
    """
    unit = load_unit(unit_name)
    if not unit.release.exists():
        raise BadUnit(f"{unit.release} is missing; `n2r build {unit.name}` makes it")
    if scheduler is None:
        choose(backend, trust_submissions=trust_submissions)
    folder = open_class(class_dir)
    read_rules(folder.root)  # an error in it is told now, not after an hour of grading
    submissions = find_submissions(folder, unit, only)
    with only_grader(folder), contextlib.ExitStack() as stack:
        check_gradebook(folder.db_url)
        chosen = seed_of(folder, unit.name, seed=seed, reseed=reseed)
        run = _Run(folder, unit, submissions, on_verdict or (lambda _verdict, _now: None))
        stack.callback(run.close)
        tasks = (Task(unit.name, one, chosen, backend, trust_submissions) for one in submissions)
        todo = (task for task in tasks if force or not run.still_holds(task))
        if scheduler is None:
            results = grade_all(todo, workers or cores())
        else:
            results = grade_on_cluster(todo, scheduler)
        with contextlib.closing(results):  # which ends its processes, also when left early
            for task, result in results:
                run.take(task, result)
        run.finish()
    return [run.verdicts[submission.student] for submission in submissions]


def enter_results(folder: ClassFolder, unit: Unit, results: Sequence[tuple[Task, Result]]) -> None:
    """Keep and enter what has been graded already; whoever calls this is the only grader.

    Raises
    ------
    ClassTrouble
        The folder or the gradebook cannot be used.
    """
    check_gradebook(folder.db_url)
    submissions = [task.submission for task, _ in results]
    run = _Run(folder, unit, submissions, lambda _verdict, _now: None)
    with contextlib.closing(run):
        for task, result in results:
            run.take(task, result)
        run.finish()


def kept_of(unit: Unit, task: Task, result: Result, before: Kept | None) -> Kept:
    """The verdict as it is kept. One of a grader that failed never holds for another run."""
    fault = result.verdict.status == "failed"
    return Kept(
        result.verdict,
        fingerprint="" if fault else fingerprint(result.digest, unit, task.seed),
        submission=result.digest,
        settled=before.settled if before else None,
    )


def entry_of(submission: Submission, kept: Kept, notebook: bytes | None) -> Entry:
    """What the gradebook is told; ``notebook`` is the graded one's text."""
    import nbformat  # a second, after the first verdicts have been shown

    reasons = {"unreadable": " ".join(kept.verdict.notes), "failed": OUR_FAULT}
    return Entry(
        student=submission.student,
        timestamp=submission.timestamp(),
        marks=marks_of(nbformat.v4.reads(notebook.decode())) if notebook is not None else None,
        reason=reasons.get(kept.verdict.status),
        same_submission=kept.settled == kept.submission,
    )


def recorded(folder: ClassFolder, submission: Submission, kept: Kept) -> Kept:
    """The verdict once the gradebook has it."""
    return replace(kept, recorded=_record_mark(folder, submission), settled=kept.submission)


def _record_mark(folder: ClassFolder, submission: Submission) -> str:
    return hash_of(folder.db_url.encode(), (submission.timestamp() or "").encode())


class _Run:
    """One run over a class: the one writer of graded notebooks, kept verdicts and gradebook."""

    def __init__(
        self,
        folder: ClassFolder,
        unit: Unit,
        submissions: list[Submission],
        on_verdict: OnVerdict,
    ) -> None:
        self.verdicts: dict[str, SubmissionVerdict] = {}
        self._folder = folder
        self._unit = unit
        self._submissions = {one.student: one for one in submissions}
        self._on_verdict = on_verdict
        self._not_in_gradebook: list[Kept] = []
        self._gradebook: ClassGradebook | None = None
        self._gradebook_is_there = True
        self._last_transaction = time.monotonic()
        self._import = threading.Thread(target=importlib.import_module, args=("nbgrader.api",))

    def still_holds(self, task: Task) -> bool:
        """Whether an earlier run's verdict is right for this task; then it is taken over."""
        student, digest = task.submission.student, task.submission.content().digest
        kept = load_kept(self._folder, self._unit.name, student)
        if kept is None or kept.fingerprint != fingerprint(digest, self._unit, task.seed):
            return False
        if not self._folder.graded_notebook(self._unit, student).exists():
            return False
        self._report(kept, now=False)
        if kept.recorded != _record_mark(self._folder, task.submission):
            self._not_in_gradebook.append(kept)
            write_companions(self._folder, self._unit, task.submission)
        return True

    def take(self, task: Task, result: Result) -> None:
        """Keep a verdict, show it, and let the gradebook follow."""
        before = load_kept(self._folder, self._unit.name, task.submission.student)
        kept = kept_of(self._unit, task, result, before)
        if result.notebook is not None:
            write_graded(self._folder, self._unit, task.submission, result.notebook)
        remember(self._folder, kept, task.submission.timestamp())
        keep(self._folder, kept)
        self._report(kept, now=True)
        self._not_in_gradebook.append(kept)
        self._fill_gradebook_if_due()

    def finish(self) -> None:
        """Bring the gradebook up to date, also where it is an old copy, or a new one."""
        gradebook = self._open_gradebook()
        while self._not_in_gradebook:
            self._fill_gradebook()
        known = gradebook.scores()
        for student in self._submissions:
            kept = load_kept(self._folder, self._unit.name, student)
            if kept is not None and not _agrees(kept.verdict, known.get(student)):
                self._not_in_gradebook.append(kept)
        while self._not_in_gradebook:
            self._fill_gradebook()
        gradebook.assign_late_penalties()

    def close(self) -> None:
        """Give the gradebook back, whatever happened."""
        if self._gradebook is not None:
            self._gradebook.close()

    def _report(self, kept: Kept, *, now: bool) -> None:
        self.verdicts[kept.verdict.student] = kept.verdict
        self._on_verdict(kept.verdict, now)

    def _fill_gradebook_if_due(self) -> None:
        """Not before nbgrader has been imported, which takes two seconds, aside from grading."""
        if self._import.ident is None:
            self._import.start()
        if not self._gradebook_is_there:
            return
        since = time.monotonic() - self._last_transaction
        many = len(self._not_in_gradebook) >= SUBMISSIONS_PER_TRANSACTION
        if not self._import.is_alive() and (many or since > SECONDS_BETWEEN_TRANSACTIONS):
            self._open_gradebook()
            self._fill_gradebook_if_it_can_be()

    def _fill_gradebook_if_it_can_be(self) -> None:
        """If not, go on grading: the verdicts are kept, and the end of the run tries once more."""
        try:
            self._fill_gradebook()
        except GradebookTrouble:
            self._gradebook_is_there = False

    def _open_gradebook(self) -> ClassGradebook:
        if self._gradebook is None:
            self._gradebook = ClassGradebook(self._folder, self._unit)
            self._gradebook.register()
        return self._gradebook

    def _fill_gradebook(self) -> None:
        """One transaction; then each verdict remembers that it has arrived."""
        batch = self._not_in_gradebook[:SUBMISSIONS_PER_TRANSACTION]
        self._open_gradebook().record([self._entry(kept) for kept in batch])
        for kept in batch:
            submission = self._submissions[kept.verdict.student]
            keep(self._folder, recorded(self._folder, submission, kept))
        del self._not_in_gradebook[: len(batch)]
        self._last_transaction = time.monotonic()

    def _entry(self, kept: Kept) -> Entry:
        student = kept.verdict.student
        path = self._folder.graded_notebook(self._unit, student)
        notebook = None if kept.verdict.status == "failed" else path.read_bytes()
        return entry_of(self._submissions[student], kept, notebook)


def _agrees(verdict: SubmissionVerdict, known: Mapping[str, float | None] | None) -> bool:
    """Whether a gradebook's scores are those of the verdict, as far as this gives any."""
    return known is not None and all(
        one.points is None or known.get(one.exercise) == one.points for one in verdict.exercises
    )


def write_graded(folder: ClassFolder, unit: Unit, submission: Submission, notebook: bytes) -> None:
    """Write what nbgrader looks for in autograded/: notebook, its pictures, timestamp."""
    place = folder.graded_notebook(unit, submission.student)
    files = {
        path.name: path.read_bytes()
        for path in unit.release.parent.iterdir()
        if path.is_file() and path.suffix != ".ipynb"
    }
    mode = GROUP_WRITABLE if folder.group_shared else READ_ONLY
    with writing_in(folder.autograded):
        for name, content in {**files, place.name: notebook}.items():
            write_atomically(place.with_name(name), content, mode)
        if folder.group_shared:
            for shared in (place.parent, place.parent.parent, folder.autograded):
                shared.chmod(shared.stat().st_mode | SHARED_FOLDER)
    write_companions(folder, unit, submission)


def write_companions(folder: ClassFolder, unit: Unit, submission: Submission) -> None:
    """Write when it was handed in, and by which secret the exchange gives feedback to who did."""
    place = folder.graded_notebook(unit, submission.student).parent
    texts = {TIMESTAMP: submission.timestamp(), SECRET: submission.secret()}
    mode = GROUP_WRITABLE if folder.group_shared else READ_ONLY
    with writing_in(folder.autograded):
        for name, text in texts.items():
            if text is not None:
                write_atomically(place / name, text.encode(), mode)
