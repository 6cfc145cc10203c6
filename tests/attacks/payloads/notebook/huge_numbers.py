"""Holds numbers of a million digits, infinities and what is no number.

Success: the class run stops.
Marks: none
"""

import json


def make(solved):
    text = json.dumps(solved)
    return text[:-1].encode() + b', "big": ' + b"1" * 1_000_000 + b', "not": NaN, "end": -Infinity}'
