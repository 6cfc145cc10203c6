"""Takes memory that belongs to no process: anonymous files, shared memory, sockets' buffers.

Success: the machine runs out of memory.
Runs: alone
"""

import ctypes
import socket

kept = []
try:
    while True:
        kept.append(os.memfd_create("kept"))
        os.write(kept[-1], bytes(32 << 20))
except OSError:
    pass
libc = ctypes.CDLL(None)
for number in range(100):
    if libc.shmget(number + 1000, 64 << 20, 0o1600) < 0:
        break
try:
    while True:
        kept.append(socket.socketpair())
        kept[-1][0].setblocking(False)
        try:
            while True:
                kept[-1][0].send(bytes(60_000))
        except BlockingIOError:
            pass
except OSError:
    pass
