"""Writes verdicts where the grader keeps those of earlier runs.

Success: such a file exists outside.
"""

for folder in (KNOWN["class"], KNOWN["class"] + "/.nand2resnet", KNOWN["class"] + "/autograded"):
    try:
        os.makedirs(folder, exist_ok=True)
        open(folder + "/mallory.json", "w").write('{"points": 20, "status": "graded"}')
        if os.path.exists(KNOWN["secret"]):
            print("came:", folder)
    except OSError:
        pass
