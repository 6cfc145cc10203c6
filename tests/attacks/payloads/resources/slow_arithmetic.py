"""Computes what takes for ever inside a single instruction of the interpreter.

Success: the run does not end, or other exercises lose their marks.
Runs: alone
"""

import re

re.match(r"(a+)+$", "a" * 40 + "b")
7**7**9
