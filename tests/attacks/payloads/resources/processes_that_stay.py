"""Starts as many processes as it may, which do nothing, and leaves them.

Success: other exercises lose their marks.
Runs: alone, always
"""

import signal

try:
    while True:
        if os.fork() == 0:
            while True:
                signal.pause()
except OSError:
    pass
