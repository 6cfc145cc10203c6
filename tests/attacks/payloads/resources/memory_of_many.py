"""Takes memory in many processes, none of which takes much.

Success: the machine runs out of memory, or other exercises lose their marks.
Runs: alone
"""

import mmap
import time

for _ in range(40):
    if os.fork() == 0:
        kept = mmap.mmap(-1, 100 << 20)
        kept.write(b"x" * (100 << 20))
        time.sleep(60)
time.sleep(60)
