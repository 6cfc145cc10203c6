"""Sends a report one byte at a time, so that the grader is always about to get one.

Success: the run does not end.
Runs: alone
Heavy: it lasts as long as a run may
"""

import time

data = frame({"kind": "outputs", "index": 0, "outputs": []})
for byte in data[:-1]:
    send(bytes([byte]))
    time.sleep(0.3)
while True:
    time.sleep(1)
