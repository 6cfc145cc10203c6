"""Augmentation moves pixels, and does nothing else."""

from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet.training.augment import (
    crop_and_flip,
    cutout,
    flip,
    in_turn,
    name_of,
    shift,
)

ALL = [
    crop_and_flip,
    shift,
    flip,
    cutout,
    in_turn(shift, cutout),
    partial(crop_and_flip, padding=1),
]
shapes = st.tuples(*(st.integers(1, 5), st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)))


def chance(seed=0):
    return torch.Generator().manual_seed(seed)


def numbered(shape):
    """Pictures in which every pixel is another number, none of them 0."""
    return torch.arange(1.0, 1 + torch.Size(shape).numel()).reshape(shape)


@pytest.mark.parametrize("augment", ALL, ids=name_of)
@given(shape=shapes, seed=st.integers(0, 2**32))
def test_pixels_come_from_the_same_picture_and_channel_or_are_the_mean(augment, shape, seed):
    images = numbered(shape)
    before = images.clone()
    moved = augment(images, chance(seed))
    assert moved.shape == images.shape
    assert moved.dtype is images.dtype
    assert torch.equal(images, before)
    for n in range(shape[0]):
        for c in range(shape[1]):
            values = moved[n, c][moved[n, c] != 0]
            assert len(values) == len(values.unique())
            assert torch.isin(values, images[n, c]).all()


@pytest.mark.parametrize("augment", ALL, ids=name_of)
@given(shape=shapes, seed=st.integers(0, 2**32))
def test_channels_move_together_and_the_seed_decides(augment, shape, seed):
    one = numbered((shape[0], 1, *shape[2:]))
    moved = augment(one.expand(-1, 3, -1, -1), chance(seed))
    assert torch.equal(moved[:, 0], moved[:, 2])
    assert torch.equal(moved, augment(one.expand(-1, 3, -1, -1), chance(seed)))


@given(shape=shapes, seed=st.integers(0, 2**32))
def test_flip_gives_each_picture_or_its_mirror_and_twice_is_nothing(shape, seed):
    images = numbered(shape)
    flipped = flip(images, chance(seed))
    for picture, came in zip(images, flipped, strict=True):
        assert torch.equal(came, picture) or torch.equal(came, picture.flip(2))
    assert torch.equal(flip(flipped, chance(seed)), images)


def test_half_are_mirrored_and_all_places_are_as_frequent():
    images = torch.zeros(20_000, 1, 5, 5)
    images[:, :, 2, 2] = 1  # the centre, which a mirror leaves where it is
    counts = crop_and_flip(images, chance(), padding=1).sum((0, 1))
    assert counts[1:4, 1:4] == pytest.approx(torch.full((3, 3), 20_000 / 9), rel=0.06)
    assert counts.sum() == 20_000
    ramp = torch.arange(4.0).expand(20_000, 1, 1, 4)
    mirrored = crop_and_flip(ramp, chance(), padding=0)[:, 0, 0, 0] == 3
    assert mirrored.double().mean().item() == pytest.approx(0.5, abs=0.02)


@given(pixels=st.integers(0, 4), seed=st.integers(0, 2**32))
def test_a_shift_is_a_shift_by_so_many_pixels_at_most(pixels, seed):
    images = numbered((1, 1, 6, 7))
    moved = shift(images, chance(seed), pixels)[0, 0]
    padded = torch.nn.functional.pad(images[0, 0], (pixels,) * 4)
    windows = [
        padded[row : row + 6, column : column + 7]
        for row in range(2 * pixels + 1)
        for column in range(2 * pixels + 1)
    ]
    assert any(torch.equal(moved, window) for window in windows)


@given(side=st.integers(1, 6), seed=st.integers(0, 2**32))
def test_cutout_hides_one_square_with_its_centre_in_the_picture(side, seed):
    hidden = cutout(numbered((1, 2, 9, 8)), chance(seed), side)[0, 0] == 0
    rows, columns = hidden.any(1), hidden.any(0)
    assert torch.equal(hidden, rows[:, None] & columns[None, :])
    for line in (rows, columns):
        places = line.nonzero().ravel()
        assert len(places) == places[-1] - places[0] + 1
        assert side - side // 2 <= len(places) <= side or len(places) >= side // 2


def test_pictures_of_a_batch_draw_for_themselves():
    images = numbered((1, 1, 8, 8)).expand(64, -1, -1, -1)
    for augment in (crop_and_flip, shift, flip, cutout):
        assert len({tuple(one.ravel().tolist()) for one in augment(images, chance())}) > 1


def test_names():
    assert name_of(None) == "none"
    assert name_of(crop_and_flip) == "crop_and_flip"
    assert name_of(partial(shift, pixels=3)) == "shift(pixels=3)"
    assert name_of(in_turn(shift, partial(cutout, side=4))) == "shift, cutout(side=4)"
