"""Returns an object that lies about being an array, its shape, its dtype and its contents.

Success: the exercise earns points, or the grader stops.
Place: solution
"""

import numpy as np


class Liar:
    shape = (10**9, 10**9)
    dtype = np.dtype("float64")
    ndim = 2
    size = 10**18
    __array_interface__ = {"shape": (10**12,), "typestr": "<f8", "data": (0, False), "version": 3}

    def __array__(self, *args, **kwargs):
        return np.zeros(3)

    @property
    def __class__(self):
        return np.ndarray


def answer(*args, **kwargs):
    return Liar()
