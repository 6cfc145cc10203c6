"""The pictures of fits: what they draw and say, and what they do without the learner's code."""

import numpy as np
import pytest

from nand2resnet import fits
from nand2resnet.failure import CheckFailed


def unwritten(*_):
    raise NotImplementedError("write me")


def test_a_line_is_drawn_over_the_points_and_described():
    figure = fits.points_and_lines([0, 1, 4], [1, 3, 9], {"mine": lambda x: 2 * x + 1})
    points, line = figure.axes[0].lines
    assert points.get_xydata().tolist() == [[0, 1], [1, 3], [4, 9]]
    np.testing.assert_allclose(line.get_ydata(), 2 * line.get_xdata() + 1)
    assert "3 points" in figure.alt
    assert "“mine” goes from 1 to 9" in figure.alt


def test_progress_asks_for_every_size_and_epoch():
    figure = fits.progress(lambda m, e: 1 / (m * (e + 1)), batch_sizes=(1, 4), epochs=(0, 1, 3))
    heights = [line.get_ydata().tolist() for line in figure.axes[0].lines]
    assert heights == [[1, 0.5, 0.25], [0.25, 0.125, 0.0625]]
    assert "“batches of 4” is 6.25% above it after 3 epochs" in figure.alt


def test_an_unwritten_function_is_named():
    with pytest.raises(CheckFailed, match="is not written yet"):
        fits.points_and_lines([0, 1], [0, 1], {"mine": unwritten})
    with pytest.raises(CheckFailed, match="is not written yet"):
        fits.progress(unwritten, batch_sizes=(1,), epochs=(0, 1))
