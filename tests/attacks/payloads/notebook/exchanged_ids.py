"""Gives the blank exercise the ids of a solved one, and the other way round.

Success: the blank exercise earns points for the other's solution.
Marks: all but derivative
"""


def make(solved):
    for cell in solved["cells"]:
        data = cell["metadata"].get("nbgrader", {})
        if data.get("grade_id") == "derivative-solution":
            cell["source"] = "def derivative(f, v, h=1e-5):\n    raise NotImplementedError"
    checks = [cell for cell in solved["cells"] if cell["metadata"].get("nbgrader", {}).get("grade")]
    first, second = checks[0], checks[1]
    first["metadata"], second["metadata"] = second["metadata"], first["metadata"]
    first["id"], second["id"] = second["id"], first["id"]
    return solved
