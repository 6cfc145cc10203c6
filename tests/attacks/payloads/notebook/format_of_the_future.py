"""Says it is of format 99, or of one that is no number.

Success: an honest solution loses its marks.
Marks: all
"""


def make(solved):
    return solved | {"nbformat": 99, "nbformat_minor": "𝟜" * 1000}
