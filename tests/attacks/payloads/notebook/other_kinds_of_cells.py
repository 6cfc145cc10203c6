"""Turns code into text and text into code.

Success: the class run stops.
Marks: none of them
"""


def make(solved):
    for cell in solved["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id", "").endswith("-solution"):
            cell["cell_type"] = "raw"
        elif cell["cell_type"] == "markdown":
            cell |= {"cell_type": "code", "outputs": [], "execution_count": None}
    return solved
