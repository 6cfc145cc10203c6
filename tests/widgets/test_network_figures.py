"""The kernel's side of unit 11's figures."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet import ilsvrc
from nand2resnet.widgets import ErrorByYear, Occlusion
from nand2resnet.widgets.occlusion import GREY, STEP, with_patch

NAMES = ("dark", "bright")
RNG = np.random.default_rng(0)
IMAGES = RNG.integers(256, size=(3, 3, 16, 20), dtype=np.uint8)
LABELS = [0, 1, 1]


def by_the_corner(images):
    """A network that looks at the upper left corner only."""
    bright = images[:, :, :4, :4].mean(axis=(1, 2, 3)) / 255
    return np.stack([1 - bright, bright], axis=1)


# ErrorByYear


def test_ideas_are_switched_off():
    figure = ErrorByYear()
    assert figure.best[-1]["error"] == 2.251
    assert len(figure.entries) == len(ilsvrc.ENTRIES)
    figure.without = [ilsvrc.SQUEEZE]
    assert figure.best[-1]["team"] == "Trimps-Soushen"
    figure.without = [ilsvrc.CONVOLUTION]
    assert {entry["from"] for entry in figure.best} == {2010, 2011}
    assert [entry["year"] for entry in figure.best] == list(range(2010, 2018))


# Occlusion


@given(row=st.integers(0, 15), column=st.integers(0, 19), size=st.integers(1, 12))
def test_a_patch_covers_its_square_and_nothing_else(row, column, size):
    image = np.zeros((3, 16, 20), dtype=np.uint8)
    patched = with_patch(image, row, column, size)
    rows, columns = np.nonzero(patched[0])
    assert (patched[:, rows, columns] == GREY).all()
    assert row in rows
    assert column in columns
    assert np.ptp(rows) < size
    assert np.ptp(columns) < size
    assert not image.any()
    if size <= min(row, column, 15 - row, 19 - column):
        assert len(rows) == size**2


def test_the_network_is_asked_about_the_picture_with_the_patch():
    figure = Occlusion(by_the_corner, IMAGES, LABELS, NAMES)
    assert figure.trouble == ""
    assert figure.alone == pytest.approx(by_the_corner(IMAGES[:1])[0, 0])
    figure.size, figure.place = 8, [2, 2]
    covered = with_patch(IMAGES[0], 2, 2, 8)[np.newaxis]
    np.testing.assert_allclose(figure.shares, by_the_corner(covered)[0])
    assert figure.picture[2][2] == [GREY] * 3
    figure.place = [15, 19]  # far from the corner it looks at
    assert figure.shares[0] == pytest.approx(figure.alone)


def test_the_map_marks_where_the_network_looks():
    figure = Occlusion(by_the_corner, IMAGES, LABELS, NAMES)
    assert figure.map == []
    figure.chosen, figure.wants_map = 1, True
    found = np.array(figure.map)
    assert found.shape == (16 // STEP, 20 // STEP)
    changed = np.abs(found - figure.alone) > 1e-3
    assert changed[0, 0]
    assert not changed[:, 6:].any()
    figure.wants_map = False
    assert figure.map == []


def test_grey_pictures_are_shown_in_grey():
    figure = Occlusion(by_the_corner, IMAGES[:, :1], LABELS, NAMES)
    assert figure.trouble == ""
    assert len(set(figure.picture[0][0])) == 1


def unwritten(_):
    raise NotImplementedError("write me")


@pytest.mark.parametrize(
    ("probabilities", "says"),
    [
        (unwritten, "is not written yet"),
        (lambda images: by_the_corner(images)[:, :1], "here it should be (2, 2)"),
        (lambda images: 5 * by_the_corner(images), "Is there a softmax?"),
        (lambda _: "certainly", "not an array"),
        (lambda images: by_the_corner(images) * np.nan, "add up to 1"),
    ],
)
def test_trouble_is_told(probabilities, says):
    figure = Occlusion(probabilities, IMAGES, LABELS, NAMES)
    assert says in figure.trouble
    assert figure.picture == []
