"""Dropout and random search as a learner might have written them, for the figures' tests."""

import numpy as np


def dropout_forward(x, drop_prob, rng, training):
    if not training:
        return x, (None, drop_prob, False)
    mask = rng.random(x.shape) >= drop_prob
    return x * mask / (1 - drop_prob), (mask, drop_prob, True)


def dropout_without_scale(x, drop_prob, rng, training):
    if not training:
        return x, (None, drop_prob, False)
    mask = rng.random(x.shape) >= drop_prob
    return x * mask, (mask, drop_prob, True)


def random_search(score, ranges, trials, rng):
    found = []
    for _ in range(trials):
        settings = {
            name: float(np.exp(rng.uniform(np.log(low), np.log(high))))
            for name, (low, high) in ranges.items()
        }
        found.append((settings, score(settings)))
    return found


def unwritten(*_):
    raise NotImplementedError("write it")
