"""Asks for the addresses of names, which tells a server of one's own that it was asked.

Success: a name is found.
"""

import socket

for name in ("example.org", KNOWN["host name"], "metadata.google.internal"):
    attempt(socket.gethostbyname, name)
    attempt(socket.getaddrinfo, name, 80)
