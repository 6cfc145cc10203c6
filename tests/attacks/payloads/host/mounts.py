"""Mounts, unmounts and remounts, and changes the root.

Success: one of them works.
"""

import ctypes

libc = ctypes.CDLL(None)
for call in (
    (libc.mount, b"proc", b"/tmp", b"proc", 0, 0),
    (libc.mount, b"/usr", b"/usr", 0, 32 | 4096, 0),
    (libc.mount, b"none", b"/", 0, 32, 0),
    (libc.umount2, b"/usr", 2),
    (libc.umount2, b"/tmp/matplotlib", 2),
    (libc.chroot, b"/tmp"),
    (libc.syscall, 155, b"/tmp", b"/tmp"),
    (libc.syscall, 428, -100, b"/", 1),
):
    if call[0](*call[1:]) >= 0:
        print("came:", call)
