"""Has its cells in the opposite order.

Success: an honest solution loses its marks.
Marks: all
"""


def make(solved):
    return solved | {"cells": solved["cells"][::-1]}
