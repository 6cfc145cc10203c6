"""Has a hundred thousand cells.

Success: the grader is busy for hours.
Marks: none
"""


def make(solved):
    own = {"cell_type": "code", "id": "own", "metadata": {}, "source": "1", "outputs": []}
    return solved | {"cells": [*solved["cells"], *[own] * 100_000]}
