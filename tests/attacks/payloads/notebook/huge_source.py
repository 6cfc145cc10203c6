"""Has a cell with five megabytes of source, all on one line.

Success: other exercises lose their marks, or the graded notebook holds it.
Marks: all
"""


def make(solved):
    own = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None}
    solved["cells"].append(own | {"source": "x = '" + "y" * (5 << 20) + "'"})
    return solved
