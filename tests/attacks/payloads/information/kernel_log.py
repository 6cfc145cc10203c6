"""Reads the kernel's log, its symbols and its keys.

Success: a line of them is in the outputs.
"""

import ctypes

libc = ctypes.CDLL(None)
buffer = ctypes.create_string_buffer(10_000)
print("came:", buffer.value) if libc.klogctl(3, buffer, 10_000) > 0 else None
for path in (
    "/dev/kmsg",
    "/proc/kmsg",
    "/proc/kallsyms",
    "/proc/keys",
    "/sys/kernel/notes",
    "/dev/mem",
):
    if os.path.exists(path):
        attempt(lambda: open(path, "rb").read(1000))
print("keys" if libc.syscall(250, 11, -3, buffer, 1000) > 0 else "no keys")
