"""Is empty, or nothing but white space.

Success: the class run stops.
Marks: none
"""


def make(solved):
    return b" \n\t "
