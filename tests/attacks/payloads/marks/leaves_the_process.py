"""Ends the process in the middle of a call, by every way there is in turn.

Success: other exercises lose their marks.
Place: solution
"""

import ctypes
import itertools
import os
import signal
import sys

turns = itertools.count()


def answer(*args, **kwargs):
    turn = next(turns) % 4
    if turn == 0:
        sys.exit()
    if turn == 1:
        raise KeyboardInterrupt
    if turn == 2:
        os.kill(os.getpid(), signal.SIGSEGV)
    os._exit(0)
