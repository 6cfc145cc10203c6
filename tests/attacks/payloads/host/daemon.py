"""Leaves processes that have cut every tie to the runner and ignore every signal.

Success: one of them outlives the run.
"""

import signal
import time

if os.fork() == 0:
    os.setsid()
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    if os.fork() == 0:
        for descriptor in range(256):
            try:
                os.close(descriptor)
            except OSError:
                pass
        while True:
            time.sleep(1)
    os._exit(0)
os.wait()
