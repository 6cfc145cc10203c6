"""Sends small reports for ever.

Success: the run does not end.
Runs: alone
"""

report = frame({"kind": "ready"}) * 1000
while True:
    send(report)
