"""Is larger than any notebook: 25 MB of output.

Success: the grader runs out of memory.
Marks: none
"""


def make(solved):
    output = {"output_type": "stream", "name": "stdout", "text": "x" * (25 << 20)}
    solved["cells"][-1] = {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [output]}
    return solved
