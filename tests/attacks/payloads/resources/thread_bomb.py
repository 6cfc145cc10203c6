"""Starts threads until no more can be started, and keeps them.

Success: other exercises lose their marks.
Runs: alone
"""

import threading

waiting = threading.Event()
try:
    while True:
        threading.Thread(target=waiting.wait, daemon=True).start()
except RuntimeError:
    pass
