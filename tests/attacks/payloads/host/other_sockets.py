"""Makes sockets of the families that lead out of a network namespace, or into the kernel.

Success: such a socket can be made.
"""

import socket

for family, kind, protocol in (
    (40, 1, 0),
    (17, 3, 768),
    (2, 3, 255),
    (38, 5, 0),
    (16, 3, 9),
    (31, 3, 1),
    (29, 3, 1),
):
    try:
        socket.socket(family, kind, protocol)
        print("came:", family, kind)
    except OSError:
        pass
