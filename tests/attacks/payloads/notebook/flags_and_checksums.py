"""Changes flags, checksums, kinds and the schema's version of every cell.

Success: the class run stops (an old version does that to stock nbgrader), or a mark changes.
Marks: all
"""


def make(solved):
    for number, cell in enumerate(solved["cells"]):
        data = cell["metadata"].get("nbgrader")
        if data:
            data |= {"schema_version": (0, 1, "3", None, 10**30)[number % 5], "checksum": "0" * 32}
            data |= {"task": True, "solution": "yes", "cell_type": "raw", "grade": number % 2 == 0}
    return solved
