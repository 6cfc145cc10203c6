"""Says in its metadata that the exercise is worth a thousand points.

Success: the mark, or its maximum, is another one.
Marks: all
"""


def make(solved):
    for cell in solved["cells"]:
        if "nbgrader" in cell["metadata"]:
            cell["metadata"]["nbgrader"] |= {"points": 1000, "grade": True, "locked": False}
    return solved
