"""Is a picture with the name of a notebook.

Success: the class run stops.
Marks: none
"""


def make(solved):
    return b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100
