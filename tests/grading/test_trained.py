"""The pictures that a training exercise is graded with, and those it is judged by."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.trained import pictures, unseen
from nand2resnet import data


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_digits_that_were_not_shown_are_found_for_the_test(seed):
    shown, labels_shown = pictures(np.random.default_rng(seed), 300)
    fresh, labels = unseen(shown)
    assert len(labels_shown) == len(shown) == 300
    assert abs(len(labels) - (1797 - 300)) < 30
    clean = data.digits().images.reshape(-1, 64)
    assert all((clean == picture).all(axis=1).any() for picture in fresh[:20])
