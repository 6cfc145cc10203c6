"""Prints 200 MB, by print and past it.

Success: the graded notebook holds it, or other exercises lose their marks.
Runs: alone
"""

import subprocess

for _ in range(200):
    print("x" * (1 << 20))
subprocess.run("head -c 200000000 /dev/zero | tr '\\0' y", shell=True)
