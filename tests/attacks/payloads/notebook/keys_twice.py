"""Says everything twice: each key of the notebook stands there two times, with different cells.

Success: the blank exercise earns points.
Marks: all
"""

import json


def make(solved):
    return b'{"cells": [], "metadata": {}, ' + json.dumps(solved).encode()[1:]
