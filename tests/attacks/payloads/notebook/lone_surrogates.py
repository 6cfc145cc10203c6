"""Holds halves of characters, which no encoding can write, in code, text and outputs.

Success: the class run stops when the graded notebook, the gradebook or a page is written.
Marks: all but derivative
"""


def make(solved):
    for cell in solved["cells"]:
        cell["source"] = (
            cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        )
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id == "derivative-solution":
            cell["source"] = "raise ValueError('\ud800\udfff\ud800')  # \ud800"
        elif grade_id == "why_it_diverges":
            cell["source"] = "my answer \ud800"
    own = {"cell_type": "code", "id": "own", "metadata": {}, "outputs": [], "execution_count": None}
    solved["cells"].append(own | {"source": "print('\\ud800', chr(0xDFFF))\n'\\udc80'"})
    return solved
