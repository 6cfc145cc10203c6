"""Has a dict, a number and a text where cells should be.

Success: the class run stops.
Marks: none
"""


def make(solved):
    return solved | {"cells": {"0": solved["cells"][0]}}
