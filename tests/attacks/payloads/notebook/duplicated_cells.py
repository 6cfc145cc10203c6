"""Has every cell three times, as a slip of copying makes it, with the same ids.

Success: the class run stops (as it does in stock nbgrader), or an honest solution loses its marks.
Marks: all
"""

import copy


def make(solved):
    return solved | {
        "cells": [twin for cell in solved["cells"] for twin in (cell, *copy.deepcopy([cell, cell]))]
    }
