"""Says it is of format 3, which had worksheets.

Success: the class run stops.
Marks: none
"""


def make(solved):
    return {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [{"cells": solved["cells"]}],
    }
