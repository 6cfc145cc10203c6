"""Lists the processes of the machine.

Success: a process of the host is seen.
"""

import subprocess

print([name for name in os.listdir("/proc") if name.isdigit()])
attempt(subprocess.getoutput, "ps aux; top -bn1; cat /proc/*/cmdline")
for process in range(1, 100_000):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        continue
    except PermissionError:
        pass
    if process not in (1, os.getpid()):
        print("seen:", process)
attempt(os.getpgid, KNOWN["grader"])
