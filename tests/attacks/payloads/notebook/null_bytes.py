"""Holds null bytes in the source of a solution and of a text.

Success: the class run stops, or other exercises lose their marks.
Marks: all but derivative
"""


def make(solved):
    for cell in solved["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "derivative-solution":
            cell["source"] = "x = 1\0\n" + cell["source"]
    solved["cells"][0]["source"] += "\0<script>"
    return solved
