"""Shows a million outputs, and changes one of them a million times.

Success: the graded notebook holds them, or other exercises lose their marks.
Runs: alone
"""

import sys

from IPython.display import display

handle = display({"text/plain": "0"}, raw=True, display_id=True)
for number in range(200_000):
    sys.stdout.write("x")
    sys.stderr.write("y")
    if number < 20_000:
        display({"text/plain": str(number)}, raw=True)
