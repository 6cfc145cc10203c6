"""Opens its descriptors again, for writing and as folders.

Success: a file or folder of the host is behind one of them.
"""

import fcntl

for descriptor in range(256):
    for flags in (os.O_RDWR, os.O_RDONLY | os.O_DIRECTORY):
        try:
            again = os.open(f"/dev/fd/{descriptor}", flags)
            if flags & os.O_DIRECTORY:
                print("came:", os.listdir(again))
        except OSError:
            pass
    try:
        os.fchdir(descriptor)
        print("came: a folder,", os.getcwd())
    except OSError:
        pass
