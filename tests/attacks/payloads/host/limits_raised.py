"""Raises its own limits, and its own importance.

Success: a limit is higher than before.
"""

import resource

for name in ("AS", "NPROC", "NOFILE", "FSIZE", "CPU", "CORE", "MEMLOCK", "NICE", "RTPRIO"):
    number = getattr(resource, f"RLIMIT_{name}", None)
    if number is None:
        continue
    soft, hard = resource.getrlimit(number)
    try:
        resource.setrlimit(
            number, (hard + 1 if hard >= 0 else hard, hard + 1 if hard >= 0 else hard)
        )
        if hard >= 0:
            print("came:", name)
    except (OSError, ValueError):
        pass
for call in (
    lambda: os.nice(-5),
    lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
):
    try:
        call()
        print("came: more important")
    except OSError:
        pass
