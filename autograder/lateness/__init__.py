"""Due dates, extensions and what lateness costs: ``class.toml``, nbgrader's gradebook, the report.

The instructor writes ``class.toml`` in the class folder. Grading enters it into nbgrader's
gradebook, so that the formgrader, ``nbgrader autograde`` and ``n2r`` know the same dates. What
counts as handed in late is decided there, by the time in ``timestamp.txt``.
"""

from autograder.lateness.entering import enter_rules
from autograder.lateness.late import Lateness, in_words, late_ones
from autograder.lateness.marked import marked_late, remember_marks
from autograder.lateness.rules import RULES, Policy, Rules, read_rules

__all__ = [
    "RULES",
    "Lateness",
    "Policy",
    "Rules",
    "enter_rules",
    "in_words",
    "late_ones",
    "marked_late",
    "read_rules",
    "remember_marks",
]
