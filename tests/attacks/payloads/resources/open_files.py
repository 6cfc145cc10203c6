"""Opens files until no more can be opened, and keeps them open.

Success: other exercises lose their marks.
Runs: alone
"""

kept = []
try:
    while True:
        kept.append(open("/dev/null"))
except OSError:
    pass
