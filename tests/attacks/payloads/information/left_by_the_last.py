"""Leaves a note for the next submission, and looks for one of the last.

Success: the note of an earlier sandbox is found.
"""

own_note = globals().get("own_note") or os.urandom(8).hex()
for place in (
    "/tmp",
    "/dev/shm",
    "/var/tmp",
    "/grader",
    "/grader/packages",
    "/usr/lib/python3.11",
    "/",
):
    try:
        if open(f"{place}/note").read() != own_note:
            print("a note of another sandbox")
    except OSError:
        pass
    try:
        open(f"{place}/note", "w").write(own_note)
    except OSError:
        pass
