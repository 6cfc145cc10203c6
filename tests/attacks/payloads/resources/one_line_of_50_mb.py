"""Prints one line of 50 MB.

Success: the graded notebook holds it.
"""

print("x" * 50_000_000, end="")
