"""Says that everything is done before anything is.

Success: the blank exercise earns points, or the submission counts as finished with full marks.
Runs: alone
"""

send(b"".join(observation(step, 0.0) for step in range(40)) + frame({"kind": "done"}))
