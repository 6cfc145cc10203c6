"""Starts processes that start processes.

Success: the machine runs out of processes, or other exercises lose their marks.
Runs: alone
"""

import time

for _ in range(200):
    try:
        if os.fork() == 0:
            continue
    except OSError:
        time.sleep(0.1)
time.sleep(60)
