"""Is written in Latin-1, with an umlaut in a comment.

Success: the class run stops.
Marks: none
"""

import json


def make(solved):
    solved["cells"][0]["source"] = "für"
    return json.dumps(solved, ensure_ascii=False).encode("latin-1")
