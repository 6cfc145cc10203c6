"""Is a text that begins like a notebook.

Success: the class run stops.
Marks: none
"""


def make(solved):
    return b'{"cells": [{"cell_type": "code", "source": ["x = 1'
