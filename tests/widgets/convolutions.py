"""Convolution and pooling as a learner might have written them, for the figures' tests."""

import numpy as np


def correlate2d(image, kernel):
    rows, columns = np.subtract(image.shape, kernel.shape) + 1
    out = np.zeros((rows, columns))
    for (i, j), weight in np.ndenumerate(kernel):
        out += weight * image[i : i + rows, j : j + columns]
    return out


def receptive_field(layers):
    size = 1
    for kernel, stride in reversed(layers):
        size = (size - 1) * stride + kernel
    return size


def pool(reduce, x, height, width, stride):
    windows = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(2, 3))
    return reduce(windows[:, :, ::stride, ::stride], axis=(4, 5)), (x, height, width, stride)


def max_pool_forward(x, height, width, stride):
    return pool(np.max, x, height, width, stride)


def avg_pool_forward(x, height, width, stride):
    return pool(np.mean, x, height, width, stride)


def unwritten(*arguments):
    raise NotImplementedError("write me")
