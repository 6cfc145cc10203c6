"""Has cells of unknown kinds, with numbers as sources.

Success: the class run stops.
Marks: none
"""


def make(solved):
    return solved | {
        "cells": [*solved["cells"], {"cell_type": "heading", "source": 5}, None, 7, []]
    }
