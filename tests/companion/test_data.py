"""The data sets that are shipped are the published ones, and nobody can spoil them."""

import hashlib
import re
from pathlib import Path

import numpy as np
import pytest

from nand2resnet import data

FOLDER = Path(data.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["digits.npz", "diabetes.npz"])
def test_the_files_are_those_of_the_readme(name):
    (listed,) = re.findall(rf"^\| {name} \|.*`([0-9a-f]{{64}})` \|$", README, re.MULTILINE)
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == listed


def test_digits():
    images, labels = data.digits()
    assert (images.shape, images.dtype) == ((1797, 8, 8), np.float64)
    assert (labels.shape, labels.dtype) == ((1797,), np.int64)
    assert (images.min(), images.max()) == (0.0, 1.0)
    assert images.mean() * 16 == pytest.approx(4.884164579855314)
    # As the data's own description counts its test set.
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert labels[:10].tolist() == list(range(10))


def test_the_first_digit_looks_like_a_zero():
    ink = data.digits().images[0] > 0.5
    assert ink[1:7, 2:6].any(axis=0).all()
    assert not ink[2:5, 4].any()


def test_the_split_of_the_digits():
    digits = data.digits()
    train, test = digits.split()
    assert (train.images.shape, test.images.shape) == ((1498, 8, 8), (299, 8, 8))
    together = np.concatenate([train.images, test.images]).reshape(1797, -1)
    assert sorted(map(tuple, together)) == sorted(map(tuple, digits.images.reshape(1797, -1)))
    assert np.array_equal(test.images[0], digits.images[5])
    assert test.labels[0] == digits.labels[5]
    assert np.bincount(test.labels).min() >= 25


def test_diabetes():
    features, target, names = data.diabetes()
    assert (features.shape, features.dtype) == ((442, 10), np.float64)
    assert (target.shape, target.dtype) == ((442,), np.float64)
    assert features[0].tolist() == [59, 2, 32.1, 101, 157, 93.2, 38, 4, 4.8598, 87]
    assert target[:3].tolist() == [151, 75, 141]
    assert (target.min(), target.max()) == (25, 346)
    assert target.mean() == pytest.approx(152.13348416289594)
    assert len(names) == 10
    means = dict(zip(names, features.mean(axis=0), strict=True))
    assert means["age"] == pytest.approx(48.51809954751131)
    assert means["body mass index"] == pytest.approx(26.37579185520362)
    assert set(features[:, names.index("sex")]) == {1.0, 2.0}
    ratio = features[:, names.index("total cholesterol")] / features[:, names.index("HDL")]
    stated = features[:, names.index("cholesterol / HDL")]
    assert np.corrcoef(ratio, stated)[0, 1] > 0.95


@pytest.mark.parametrize("name", data.diabetes().names)
def test_every_column_is_described(name):
    assert f"\n| {name} | " in README


def test_changing_an_array_spoils_nothing():
    data.digits().images[:] = 7
    data.diabetes().features[:] = 7
    assert data.digits().images.max() == 1
    assert data.diabetes().features[0, 0] == 59
