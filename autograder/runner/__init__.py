"""The only part of the grader that enters the sandbox: it runs cells and reports what it saw.

It knows inputs, never an expected value. What it reports decides nothing by itself: the oracle
outside compares it with what the reference gave.
"""
