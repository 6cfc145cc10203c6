"""Makes links from the places it can write to, to those it cannot.

Success: a file of the host can be read or written through one.
"""

for target in (
    KNOWN["canary"] + "/file",
    KNOWN["secret"],
    "/proc/1/root",
    "/proc/self/fd/0",
):
    for make in (os.symlink, os.link):
        place = f"/tmp/link-{abs(hash((target, make.__name__)))}"
        try:
            make(target, place)
            if found := open(place, "rb").read(100):  # its own /dev/null is empty
                print("came:", place, found)
            open(place, "ab").write(b"written through a link")
        except OSError:
            pass
