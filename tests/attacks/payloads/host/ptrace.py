"""Attaches a debugger to other processes, and lets itself be debugged.

Success: it is attached to one.
"""

import ctypes

libc = ctypes.CDLL(None)
for process in (os.getppid(), KNOWN["grader"], KNOWN["bystander"]):
    for request in (16, 0x4206):
        if libc.ptrace(request, process, 0, 0) == 0:
            print("came: attached to", process)
print("came: traced" if libc.ptrace(0, 0, 0, 0) == 0 else "not traced")
