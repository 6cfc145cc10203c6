"""Pictures of what a function of two numbers decides."""

import numpy as np
import pytest
from PIL import Image

from nand2resnet import regions
from nand2resnet.failure import CheckFailed

POINTS, LABELS = [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 1, 1, 0]


def test_the_share_and_the_points_are_told():
    figure = regions.where_it_fires(lambda x, _: x > 0.5, POINTS, LABELS)
    assert "(1, 0), (1, 1) lie in it" in figure.alt
    assert "50% of what is shown" in figure.alt


def test_places_where_it_fires_are_coloured(tmp_path):
    def pale_pixels(f):
        figure = regions.where_it_fires(f, POINTS, LABELS)
        figure.savefig(tmp_path / "plane.png")
        pixels = np.asarray(Image.open(tmp_path / "plane.png").convert("RGB")).reshape(-1, 3)
        return int(np.sum(np.all(pixels == (0xBF, 0xE3, 0xF7), axis=1)))

    everywhere = pale_pixels(lambda *_: 1)
    assert pale_pixels(lambda *_: 0) == 0
    assert pale_pixels(lambda x, _: x > 0.5) == pytest.approx(everywhere / 2, rel=0.1)


def test_an_unwritten_function_is_named():
    def xor_network(a, b):
        raise NotImplementedError("Replace this line.")

    with pytest.raises(CheckFailed, match="needs `xor_network`, which is not written yet"):
        regions.where_it_fires(xor_network, POINTS, LABELS)
