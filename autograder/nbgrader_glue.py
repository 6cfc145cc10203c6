"""Our grader behind nbgrader's commands and the formgrader's buttons: same marks, same feedback.

nbgrader reads a submission twice: from submitted/, to "sanitize" it into autograded/, and from
there, to grade it. Here the first reading grades in the sandbox and enters the marks; the second
one finds our graded notebook and does nbgrader's own rest, such as late penalties. The settings
are ``c.Autograde`` and ``c.GenerateFeedback`` in nbgrader_config.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from traitlets import default

from autograder.class_folder import ClassFolder, make_ours, open_class, writing_in
from autograder.classroom import entry_of, kept_of, recorded
from autograder.errors import GraderError
from autograder.gradebook import ClassGradebook
from autograder.grading import oracle_for
from autograder.history import remember
from autograder.kept import keep, load_kept, unit_version
from autograder.publishing import feedback_page
from autograder.report.records import HumanMarks, human_marks
from autograder.seeds import seed_of
from autograder.submissions import Submission
from autograder.unit import Unit, load_unit
from autograder.workers import Task, grade_task

_versions: dict[str, str] = {}


class GradingExporter(NotebookExporter):
    """Reads a submission by grading it, and any other notebook as it is."""

    def from_filename(
        self, filename: str, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[Any, dict[str, Any]]:
        """Return the graded notebook as text, for nbgrader to write into autograded/."""
        assert self.parent is not None, "nbgrader's converter is the parent of its exporter"
        folder = class_of(self.parent.coursedir, self.config)
        if resources is None or not Path(filename).is_relative_to(folder.submitted):
            return super().from_filename(filename, resources, **kw)
        unit = current_unit(resources["nbgrader"]["assignment"])
        student = resources["nbgrader"]["student"]
        submission = Submission(student, Path(filename).parent, unit.notebook_name)
        notebook = grade_into_gradebook(folder, unit, submission)
        return self.from_notebook_node(nbformat.reads(notebook, as_version=4), resources, **kw)


class FeedbackExporter(NotebookExporter):
    """Makes our feedback page of a graded notebook, in place of nbgrader's."""

    @default("file_extension")
    def _file_extension_default(self) -> str:
        return ".html"

    def from_filename(
        self,
        filename: str,  # noqa: ARG002 - the notebook is found by whose it is
        resources: dict[str, Any] | None = None,
        **kw: Any,  # noqa: ARG002
    ) -> tuple[Any, dict[str, Any]]:
        """Return the page, for nbgrader to write into feedback/."""
        assert self.parent is not None, "nbgrader's converter is the parent of its exporter"
        assert resources is not None, "nbgrader says whose notebook it is"
        folder = class_of(self.parent.coursedir, self.config)
        unit, student = (resources["nbgrader"][key] for key in ("assignment", "student"))
        unit = current_unit(unit)
        kept = load_kept(folder, unit.name, student)
        if kept is None:
            raise GraderError(f"{unit.name} of {student} has not been graded by this grader")
        added = human_marks(folder, unit).get(student, HumanMarks())
        resources["output_extension"] = self.file_extension
        return feedback_page(folder, unit, kept.verdict, added), resources


def grade_into_gradebook(folder: ClassFolder, unit: Unit, submission: Submission) -> str:
    """Grade one submission, keep the verdict, enter it; return the graded notebook's text.

    Raises
    ------
    GraderError
        The grader failed; the gradebook says so and asks for a human.
    """
    seed = seed_of(folder, unit.name)
    task = Task(unit.name, submission, seed)
    result = grade_task(task)
    kept = kept_of(unit, task, result, load_kept(folder, unit.name, submission.student))
    remember(folder, kept, submission.timestamp())
    keep(folder, kept)
    gradebook = ClassGradebook(folder, unit)
    try:
        gradebook.register()
        gradebook.record([entry_of(submission, kept, result.notebook)])
        gradebook.enter_rules()
    finally:
        gradebook.close()
    keep(folder, recorded(folder, submission, kept))
    if result.notebook is None:
        raise GraderError(" ".join(result.verdict.notes))
    return result.notebook.decode()


def register_unit(assignment: str, student: str, notebooks: Sequence[str]) -> None:  # noqa: ARG001
    """See, before nbgrader looks for it, that the unit is in the gradebook of this folder."""
    gradebook = ClassGradebook(open_class(Path.cwd()), current_unit(assignment))
    try:
        gradebook.register()
    finally:
        gradebook.close()


def class_of(course: Any, settings: Any) -> ClassFolder:
    """The class folder that nbgrader is at work in, by its CourseDirectory."""
    root = Path(course.root)
    with writing_in(root):
        make_ours(root)
    return ClassFolder(
        root=root,
        submitted=root / course.submitted_directory,
        autograded=root / course.autograded_directory,
        db_url=course.db_url,
        course_id=course.course_id,
        group_shared=course.groupshared,
        settings=settings,
    )


def current_unit(name: str) -> Unit:
    """The unit as its files are now: a formgrader may run for weeks."""
    unit = load_unit(name)
    version = unit_version(unit)
    if _versions.setdefault(unit.name, version) != version:
        load_unit.cache_clear()
        oracle_for.cache_clear()
        _versions[unit.name] = version
        unit = load_unit(name)
    return unit
