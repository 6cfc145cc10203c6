"""Writes one file of a terabyte, sparse and by copying.

Success: the file is there.
"""

for folder in ("/tmp", "/dev/shm"):
    try:
        with open(f"{folder}/sparse", "wb") as file:
            file.truncate(1 << 40)
            print("came:", os.path.getsize(f"{folder}/sparse"))
    except OSError:
        pass
