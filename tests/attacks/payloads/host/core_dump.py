"""Crashes with core dumps allowed, so that the host's program for them runs.

Success: a core file is left, or the program ran.
"""

import ctypes
import resource
import signal

try:
    resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    print("came: core dumps of any size")
except (OSError, ValueError):
    pass
if os.fork() == 0:
    os.chdir("/tmp")
    os.kill(os.getpid(), signal.SIGSEGV)
os.wait()
print([name for name in os.listdir("/tmp") if name.startswith("core")])
