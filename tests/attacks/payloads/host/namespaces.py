"""Makes new namespaces, in which it would be root, and enters those of others.

Success: it has capabilities, or is in another namespace.
"""

import ctypes

libc = ctypes.CDLL(None)
for flag in (
    0x10000000,
    0x10000000 | 0x20000,
    0x40000000,
    0x20000000,
    0x02000000,
    0x04000000,
    0x08000000,
):
    if libc.unshare(flag) == 0:
        print("came: unshared", hex(flag))
    if libc.syscall(56, flag | 17, 0, 0, 0, 0) > 0:
        print("came: cloned", hex(flag))
for name in ("user", "mnt", "net", "pid"):
    try:
        if libc.setns(os.open(f"/proc/1/ns/{name}", os.O_RDONLY), 0) == 0:
            print("came: entered", name)
    except OSError:
        pass
attempt(__import__("subprocess").check_output, ["unshare", "-Ur", "id"])
