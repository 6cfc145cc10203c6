"""Sends datagrams to a server on the host's loopback interface.

Success: the server is reached.
"""

import socket

for family, host, port in ((2, "127.0.0.1", KNOWN["udp port"]), (10, "::1", KNOWN["udp port"])):
    try:
        socket.socket(family, socket.SOCK_DGRAM).sendto(b"reached", (host, port))
    except OSError:
        pass
