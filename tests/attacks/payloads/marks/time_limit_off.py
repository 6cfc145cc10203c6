"""Switches the alarm off that ends a call which takes too long, and hangs in the exercise.

Success: the run does not end, or other exercises lose their marks.
Runs: alone
"""

import signal

signal.setitimer = lambda *args: (0.0, 0.0)
signal.signal = lambda *args: None


def derivative(*args, **kwargs):
    while True:
        pass
