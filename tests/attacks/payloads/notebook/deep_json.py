"""Is nested half a million deep.

Success: the class run stops.
Marks: none
"""


def make(solved):
    return b'{"cells": ' + b"[" * 500_000 + b"]" * 500_000 + b"}"
