"""Connects to a server on the host's loopback interface, and to the world.

Success: the server is reached.
"""

import socket

for place in (("127.0.0.1", KNOWN["port"]), ("::1", KNOWN["port6"]), ("localhost", KNOWN["port"])):
    attempt(lambda: socket.create_connection(place, 1).sendall(b"reached"))
