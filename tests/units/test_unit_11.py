"""Unit 11: every formula the text shows agrees with running code, and every number it quotes."""

import re
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from autograder.unit import load_unit
from nand2resnet import data
from nand2resnet.pictures import colour_portrait
from nand2resnet.training.loop import Recipe, train
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("11_alexnet")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**31 - 1)
CLOSE = {"rtol": 1e-4, "atol": 1e-5}


def namespace_with(*words, **names):
    """The solved notebook after the cells with these words."""
    namespace = {**notebook, **names}
    for each in words:
        exec(solved.source_with(each), namespace)
    return namespace


def on_meta(network, *sizes):
    with torch.device("meta"):
        return network(*sizes)


# 1. History and errors


def test_hog_counts_edges_by_their_direction():
    steps = np.outer(np.ones(10), np.arange(10.0))  # rises to the right everywhere, by 1
    counted = notebook["hog"](steps, 5, 4)
    np.testing.assert_allclose(counted[0], 25)
    assert not counted[1:].any()
    assert notebook["hog"](steps.T, 5, 4)[2].sum() == 100


@given(seed=seeds, classes=st.integers(2, 9), n=st.integers(1, 20))
def test_more_guesses_are_never_worse_and_all_guesses_are_right(seed, classes, n):
    chance = torch.Generator().manual_seed(seed)
    scores = torch.randn(n, classes, generator=chance)
    labels = torch.randint(classes, (n,), generator=chance)
    errors = [notebook["top_k_error"](scores, labels, k) for k in range(1, classes + 1)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] == 0
    right = (scores.argmax(1) == labels).double().mean()
    assert errors[0] == pytest.approx(1 - float(right))


def test_numbers_of_the_history():
    text = " ".join(cell.source for cell in UNIT.cells)
    for quoted in ("15.3%", "16.4%", "18.2%", "14.8%", "11.7%", "11,530", "60,965,224"):
        assert quoted in text


# 2. Groups


@settings(max_examples=40)
@given(
    seed=seeds,
    groups=st.integers(1, 4),
    inside=st.integers(1, 3),
    filters=st.integers(1, 3),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
)
def test_grouped_convolution_is_pytorchs(seed, groups, inside, filters, stride, padding):
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn(2, groups * inside, 6, 5, generator=chance)
    weight = torch.randn(groups * filters, inside, 3, 2, generator=chance)
    bias = torch.randn(groups * filters, generator=chance)
    own = notebook["grouped_conv2d"](x, weight, bias, stride, padding, groups)
    theirs = F.conv2d(x, weight, bias, stride, padding, groups=groups)
    torch.testing.assert_close(own, theirs, **CLOSE)


def test_what_groups_save(capsys):
    told = solved.printed_by("largest difference:", capsys)
    assert "307200" in told
    assert "614400" in told
    assert float(re.search(r"difference: (\S+)", told)[1]) < 1e-4
    assert "230400" in (depthwise := solved.printed_by("depthwise:", capsys))
    assert "2400" in depthwise


# 3. Normalisation and pooling


@settings(max_examples=40)
@given(seed=seeds, maps=st.integers(1, 9), n=st.sampled_from([1, 3, 5, 7]))
def test_normalisation_is_pytorchs_with_n_alpha(seed, maps, n):
    x = 3 * torch.randn(2, maps, 3, 2, generator=torch.Generator().manual_seed(seed))
    own = notebook["local_response_norm"](x, n, 2.0, 0.3, 0.75)
    torch.testing.assert_close(own, F.local_response_norm(x, n, 0.3 * n, 0.75, 2.0), **CLOSE)


@given(seed=seeds)
def test_normalisation_is_the_formula_of_the_text(seed):
    a = torch.rand(1, 6, 1, 1, generator=torch.Generator().manual_seed(seed)).double()
    own = notebook["local_response_norm"](a, 5, 2.0, 0.1, 0.75).flatten()
    a, n, last = a.flatten(), 5, 5
    for i in range(6):
        near = sum(a[j] ** 2 for j in range(max(0, i - n // 2), min(last, i + n // 2) + 1))
        assert float(own[i]) == pytest.approx(float(a[i] / (2 + 0.1 * near) ** 0.75))


def test_two_conventions_of_alpha(capsys):
    told = solved.printed_by("alpha as it is", capsys)
    as_it_is, times_n = (float(found) for found in re.findall(r"by up to (\S+)", told))
    assert times_n < 1e-5 < as_it_is


def test_a_loud_unit_calms_its_neighbours_only():
    shown = namespace_with("loud = torch.linspace")
    after = shown["after"]
    assert (after[1:, 2] < after[:-1, 2]).all()
    assert torch.equal(after[0, 0], after[-1, 0])
    assert after[:, 3].argmax() < len(after) - 1  # it falls in the end, as the text says


def test_overlapping_windows_give_the_same_sizes(capsys):
    told = solved.printed_by("def pooled(", capsys)
    for first, second in re.findall(r"-> (\d+) overlapping, (\d+)", told):
        assert first == second
    assert [int(n) for n in re.findall(r"-> (\d+)", told)] == [27, 13, 6]


# 4. AlexNet


def test_parameters_added_up_by_hand():
    layers = (
        (96, 3 * 11 * 11),
        (256, 48 * 5 * 5),
        (384, 256 * 3 * 3),
        (384, 192 * 3 * 3),
        (256, 192 * 3 * 3),
        (4096, 256 * 6 * 6),
        (4096, 4096),
        (1000, 4096),
    )
    by_hand = [units * (inputs + 1) for units, inputs in layers]
    model = on_meta(notebook["AlexNet"])
    learned = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    assert [sum(w.numel() for w in layer.parameters()) for layer in learned] == by_hand
    assert sum(by_hand) == 60_965_224
    assert round(4 * sum(by_hand) / 1e6) == 244


def test_the_variant_without_groups_is_torchvisions():
    sizes = 1000, (64, 192, 384, 256, 256), 4096, 1
    model = on_meta(notebook["AlexNet"], *sizes)
    # torchvision's models.alexnet: 3 x 224 x 224, its conv1 with padding 2, hence 55 as well.
    assert sum(w.numel() for w in model.parameters()) == 61_100_840


def test_sizes_of_224_and_227(capsys):
    told = solved.printed_by("for n, padding in", capsys)
    assert re.findall(r": (\d+) places", told) == ["54", "55", "55"]


def test_0_72_billion_multiply_adds_and_where_they_are(capsys):
    told = solved.printed_by("whole = AlexNet()", capsys)
    assert "724,406,816" in told
    shown = namespace_with("whole = AlexNet()")
    shares = {name: np.array(parts) / sum(parts) for name, parts in shown["table"].items()}
    assert sum(shown["table"]["multiply-adds"]) == 724_406_816
    # The written question: 96% and 62% of the parameters, 92% of the multiply-adds, a twelfth.
    assert shares["parameters"][5:].sum() == pytest.approx(0.96, abs=0.005)
    assert shares["parameters"][5] == pytest.approx(0.62, abs=0.005)
    assert shares["multiply-adds"][:5].sum() == pytest.approx(0.92, abs=0.005)
    assert shares["multiply-adds"][5:].sum() == pytest.approx(1 / 12, abs=0.005)


@given(seed=seeds)
@settings(max_examples=15)
def test_multiply_adds_by_hand(seed):
    rng = np.random.default_rng(seed)
    groups, window, stride = (int(n) for n in rng.integers(1, 4, size=3))
    channels, filters = 2 * groups, 3 * groups
    model = nn.Sequential(
        nn.Conv2d(channels, filters, window, stride, groups=groups), nn.Flatten(), nn.LazyLinear(4)
    )
    out = (9 - window) // stride + 1
    model(torch.zeros(1, channels, 9, 9))
    by_hand = filters * out * out * 2 * window * window + filters * out * out * 4
    assert notebook["multiply_adds"](model, (channels, 9, 9)) == by_hand


# 5. More pictures from the same ones


def test_positions_of_patches():
    assert 2 * (256 - 224 + 1) ** 2 == 2178
    assert "2·33² = 2,178" in solved.source_with("2048 random patches")


def test_the_light_changes_along_the_directions_of_the_colours():
    photo, relit = colour_portrait(), notebook["relit"]
    np.testing.assert_array_equal(relit(photo, np.zeros(3)), photo)
    small = relit(photo * 0.5 + 0.25, [0, 0, 0.5]) - (photo * 0.5 + 0.25)
    assert small.reshape(-1, 3).std(axis=0).max() < 1e-12  # the same shift for every pixel
    variances = np.linalg.eigvalsh(np.cov(photo.reshape(-1, 3).T))
    assert variances[2] > 5 * variances[1]  # "one will be much stronger"


@given(seed=seeds, size=st.integers(1, 4))
def test_ten_patches_of_one_picture(seed, size):
    images = torch.rand(2, 3, 5, 6, generator=torch.Generator().manual_seed(seed))
    patches = notebook["ten_crop"](images, size)
    assert torch.equal(patches[:, 5:], patches[:, :5].flip(-1))
    mirrored = notebook["ten_crop"](images.flip(-1), size)
    swapped = [1, 0, 3, 2]  # left and right exchanged; the middle may be off by one
    assert torch.equal(mirrored[:, swapped], patches[:, 5:9])


# 6. Training


def test_the_papers_beginning():
    model = notebook["AlexNet"](5, (8, 16, 16, 16, 8), 64, 2, (3, 1), 2)
    layers = [x for x in notebook["begin_as_in_the_paper"](model).modules() if hasattr(x, "bias")]
    assert [float(layer.bias.detach().unique()) for layer in layers] == [0, 1, 0, 1, 1, 1, 1, 0]
    assert float(model.fc6.weight.detach().std()) == pytest.approx(0.01, rel=0.1)


@given(seed=seeds, mirrored=st.booleans())
@settings(max_examples=20)
def test_random_patches_are_patches(seed, mirrored):
    x = torch.arange(32.0 * 32).reshape(1, 1, 32, 32)
    chance = torch.Generator().manual_seed(seed)
    patch = notebook["random_patches"](x, chance, mirrored)
    corners = {(r, c) for r in range(5) for c in range(5)}
    found = [
        (r, c)
        for r, c in corners
        for turned in ((x, x.flip(3)) if mirrored else (x,))
        if torch.equal(turned[:, :, r : r + 28, c : c + 28], patch)
    ]
    assert len(found) == 1


def test_the_small_network_learns_the_digits():
    shown = namespace_with("def small_alexnet(classes)")
    pictures = data.cifar10(download=False)
    torch.manual_seed(0)
    small = shown["small_alexnet"](len(pictures.names))
    few = SimpleNamespace(
        train=data.Pictures(*(part[:600] for part in pictures.train)),
        test=data.Pictures(*(part[:150] for part in pictures.test)),
        name=pictures.name,
    )
    recipe = Recipe(epochs=6, batch=16, learning_rate=0.02, schedule="cosine", warmup=1)
    history = train(small, few, recipe, device="cpu", show_progress=False)
    assert history.epochs[-1].loss < 0.9 * history.epochs[0].loss
    assert history.epochs[-1].test_accuracy > 0.2


# 7. ZFNet


def test_zfnet_added_up_by_hand():
    layers = ((96, 147), (256, 2400), (384, 2304), (384, 3456), (256, 3456))
    convolutions = sum(filters * (inputs + 1) for filters, inputs in layers)
    connected = 4096 * 9217 + 4096 * 4097 + 1000 * 4097
    assert convolutions + connected == 62_357_608
    model = on_meta(notebook["ZFNet"])
    assert sum(w.numel() for w in model.parameters()) == 62_357_608


# Hints


def test_the_neighbours_do_what_they_say():
    assert worked_neighbour(UNIT, "top_k_error")(torch.tensor([[0, 1], [2, 3]])) == 0.5
    x = torch.tensor([[1.0, 2.0, 3.0]])
    torch.testing.assert_close(
        worked_neighbour(UNIT, "local_response_norm")(x), torch.tensor([[6.0, 5.0, 3.0]])
    )
    pieces = worked_neighbour(UNIT, "ten_crop")(torch.arange(5.0)[None], 2)
    assert pieces.tolist() == [[[0, 1], [3, 4], [1, 2]]]
    weight = torch.randn(4, 3)
    grouped = worked_neighbour(UNIT, "grouped_conv2d")(torch.ones(2, 6), weight, 2)
    by_hand = torch.cat([weight[:2].sum(1), weight[2:].sum(1)]).expand(2, 4)
    torch.testing.assert_close(grouped, by_hand)
    outputs = worked_neighbour(UNIT, "multiply_adds")
    assert outputs(nn.Sequential(nn.Linear(3, 4), nn.ReLU()), torch.zeros(1, 3)) == 8


def test_the_neighbour_of_alexnet_runs():
    hint = solved.source_with("### Exercise: `AlexNet`").partition("Hint 3")[2]
    namespace = dict(notebook)
    exec(re.search(r"```python\n(.*?)```", hint, re.DOTALL)[1], namespace)
    assert namespace["Small"]()(torch.zeros(2, 4, 10, 10)).shape == (2, 10)
