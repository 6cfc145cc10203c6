"""Sleeps for a day, in Python and in C.

Success: the run does not end, or other exercises lose their marks.
Runs: alone
"""

import ctypes
import time

try:
    time.sleep(86_400)
finally:
    ctypes.CDLL(None).sleep(86_400)
