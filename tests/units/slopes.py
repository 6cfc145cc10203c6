"""Slopes by a difference of fourth order: independent of what the units teach."""

import numpy as np

SMALLEST_GRADIENT = 1e-3


def relative_errors(f, arrays, gradients, h=1e-4):
    """Each array's relative error of the gradients of ``f(*arrays)`` that were derived."""
    errors = []
    for k, (array, derived) in enumerate(zip(arrays, gradients, strict=True)):
        measured = np.zeros(array.shape)
        for i in np.ndindex(array.shape):

            def at(shift, k=k, i=i):
                moved = [part.astype(float) for part in arrays]
                moved[k][i] += shift
                return f(*moved)

            near, far = at(h) - at(-h), at(2 * h) - at(-2 * h)
            measured[i] = (8 * near - far) / (12 * h)
        size = np.linalg.norm(derived) + np.linalg.norm(measured)
        errors.append(np.linalg.norm(derived - measured) / max(size, SMALLEST_GRADIENT))
    return errors
