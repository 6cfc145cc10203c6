"""Enter ``class.toml`` into nbgrader's gradebook: due dates and extensions."""

from __future__ import annotations

from typing import Any

from autograder.lateness.rules import Rules


def enter_rules(gradebook: Any, unit: str, rules: Rules) -> None:
    """Enter a unit's due date and extensions, within a transaction of nbgrader's ``gradebook``.

    For a unit that has a due date in ``class.toml`` the file is the truth, and whoever is not in
    it has no extension. Of other units the gradebook keeps what somebody entered there.
    """
    due = rules.due.get(unit)
    if due is None:
        return
    longer = rules.extensions.get(unit, {})
    assignment = gradebook.find_assignment(unit)
    assignment.duedate = due.replace(tzinfo=None)  # nbgrader's times are UTC and do not say so
    for submission in assignment.submissions:
        until = longer.get(submission.student_id)
        submission.extension = None if until is None else until - due
