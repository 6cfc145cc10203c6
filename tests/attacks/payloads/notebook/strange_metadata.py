"""Has lists, numbers and texts where metadata should be.

Success: the class run stops, or an honest solution loses its marks.
Marks: all
"""


def make(solved):
    strange = [
        None,
        5,
        "text",
        [],
        {"nbgrader": []},
        {"nbgrader": {"grade_id": {}}},
        {"nbgrader": {"grade_id": 5}},
    ]
    for number, value in enumerate(strange):
        solved["cells"].append(
            {
                "cell_type": "code",
                "id": [number],
                "metadata": value,
                "source": ["x = 1\n", "y = 2"],
                "outputs": 7,
            }
        )
    return solved | {"metadata": ["not", "a", "dict"]}
