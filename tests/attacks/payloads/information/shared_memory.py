"""Looks for memory that other processes share: System V, POSIX, queues, abstract sockets.

Success: the token in the host's shared memory is in the outputs.
"""

import ctypes

libc = ctypes.CDLL(None)
print(os.listdir("/dev/shm"))
for key in (KNOWN["shared memory"], 0, 1, 2, 3):
    segment = libc.shmget(key, 0, 0)
    if segment >= 0:
        libc.shmat.restype = ctypes.c_void_p
        print("came:", ctypes.string_at(libc.shmat(segment, None, 0o10000), 100))
attempt(lambda: open("/proc/net/unix").read())
attempt(os.listdir, "/dev/mqueue")
