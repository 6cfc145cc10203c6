"""Returns generators without end, lists that contain themselves, and huge arrays.

Success: the run does not end, or other exercises lose their marks.
Place: solution
"""

import itertools

import numpy as np

calls = itertools.count()


def answer(*args, **kwargs):
    turn = next(calls) % 4
    if turn == 0:
        return (number for number in itertools.count())
    if turn == 1:
        endless = []
        endless.append(endless)
        return endless
    if turn == 2:
        return np.zeros(20_000_000)
    return np.broadcast_to(np.float64(0), (10**6, 10**6))
