"""What an instructor reads about a class: a page for each unit, one for the course, and tables.

Pages and tables take verdicts; marks a person has given are put in before, with
:func:`autograder.standing.with_manual_scores`.
"""

from autograder.report.course_page import course_report
from autograder.report.leaderboard_page import leaderboard_page
from autograder.report.spreadsheet import write_course_csv, write_csv
from autograder.report.unit_page import class_report, report_html

__all__ = [
    "class_report",
    "course_report",
    "leaderboard_page",
    "report_html",
    "write_course_csv",
    "write_csv",
]
