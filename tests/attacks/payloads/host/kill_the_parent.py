"""Sends every deadly signal to the processes around it, and to the grader.

Success: the grader, or a process of the host, ends.
"""

import signal

for target in (os.getppid(), KNOWN["grader"], KNOWN["bystander"], 1):
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP, signal.SIGABRT):
        try:
            os.kill(target, number)
        except OSError:
            pass
