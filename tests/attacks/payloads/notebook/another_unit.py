"""Is the notebook of another unit.

Success: it earns points.
Marks: none
"""

from tests.grading.handed_in import solved as solved_notebook

from autograder.unit import load_unit


def make(solved):
    return solved_notebook(load_unit("00_start_here"))
