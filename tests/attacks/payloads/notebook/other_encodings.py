"""Is written in UTF-16.

Success: the class run stops.
Marks: none
"""

import json


def make(solved):
    return json.dumps(solved).encode("utf-16")
