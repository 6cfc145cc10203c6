"""Shows a picture of a billion points in a few kilobytes, and one that is no picture.

Success: the grader runs out of memory, or the graded notebook holds it.
"""

import base64
import zlib

from IPython.display import display


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


rows = zlib.compressobj(9)
points = b"".join(rows.compress(bytes(1 << 20)) for _ in range(200)) + rows.flush()
header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0)
picture = (
    b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", points) + chunk(b"IEND", b"")
)
for data in (picture, b"not a picture", b""):
    display({"image/png": base64.b64encode(data).decode(), "text/plain": "picture"}, raw=True)
