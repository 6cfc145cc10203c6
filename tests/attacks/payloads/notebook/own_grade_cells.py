"""Brings grade cells of its own, with points and with the output of a full mark.

Success: the total is higher than it can be, or the gradebook knows them.
Marks: all but derivative
"""


def make(solved):
    output = {
        "output_type": "execute_result",
        "data": {"text/plain": "3.0"},
        "metadata": {},
        "execution_count": 1,
    }
    for cell in solved["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id == "derivative-solution":
            cell["source"] = "3.0"
        if grade_id == "derivative":
            cell |= {"source": "3.0", "outputs": [output]}
    for grade_id in ("bonus", "derivative-again", "derivative "):
        data = {
            "grade_id": grade_id,
            "points": 50,
            "grade": True,
            "solution": False,
            "locked": True,
        }
        data |= {"schema_version": 3, "task": False, "cell_type": "code"}
        solved["cells"].append(
            {
                "cell_type": "code",
                "id": grade_id.strip(),
                "metadata": {"nbgrader": data},
                "source": "50.0",
            }
            | {"outputs": [output | {"data": {"text/plain": "50.0"}}], "execution_count": 1}
        )
    return solved
