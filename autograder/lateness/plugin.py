"""The late policy of ``class.toml`` behind nbgrader's own door for such policies."""

from __future__ import annotations

from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin

from autograder.lateness.rules import read_rules


class ClassPolicy(LateSubmissionPlugin):
    """What ``[late]`` in ``class.toml`` says; without it nbgrader's own ``penalty_method``."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """Return the points a late notebook loses."""
        root = Path(self.config.CourseDirectory.get("root", "") or Path.cwd())
        policy = read_rules(root).policy
        if policy is None:
            without: float | None = super().late_submission_penalty(
                student_id, score, total_seconds_late
            )
            return without
        return policy.penalty(score, total_seconds_late)
