"""Lacks every check cell, and all text.

Success: an honest solution loses its marks, or waits for a human for ever.
Marks: all
"""


def make(solved):
    def is_solution(cell):
        return cell["metadata"].get("nbgrader", {}).get("grade_id", "").endswith("-solution")

    return solved | {"cells": [cell for cell in solved["cells"] if is_solution(cell)]}
