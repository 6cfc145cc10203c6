"""Loops, and catches whatever is to end it.

Success: the run does not end, or other exercises lose their marks.
Runs: alone
"""

while True:
    try:
        while True:
            pass
    except BaseException:
        pass
