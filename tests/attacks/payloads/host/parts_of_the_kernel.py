"""Calls the parts of the kernel with the most holes in their past.

Success: one of them answers.
"""

import ctypes

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)
for name, call in {
    "io_uring": (425, 8, buffer),
    "bpf": (321, 0, buffer, 48),
    "perf": (298, buffer, 0, -1, -1, 0),
    "userfaultfd": (323, 1),
    "keys": (248, b"user", b"n2r", b"x", 1, -3),
    "keyctl": (250, 0, -3, 1),
    "new mounts": (430, b"tmpfs", 0),
    "modules": (175, buffer, 10, b""),
    "kexec": (246, 0, 0, 0, 0),
    "vmsplice": (278, 1, buffer, 1, 0),
}.items():
    if libc.syscall(*call) >= 0:
        print("came:", name)
