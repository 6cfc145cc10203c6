"""Sends reports backwards, twice, for steps there are not, and of cells that do not exist.

Success: the blank exercise earns points.
Runs: alone
"""

for step in (99, 3, 2, 1, 1, 0, -1, 10**6, 10**30):
    send(observation(step, 1.0))
send(frame({"kind": "cell", "index": 10**9}))
