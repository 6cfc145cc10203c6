"""Begins with a byte order mark, as some editors of Windows write it.

Success: an honest solution loses its marks.
Marks: all
"""

import json


def make(solved):
    return b"\xef\xbb\xbf" + json.dumps(solved).encode()
