"""Unit 12: the counts of the papers, every number the text quotes, and how it is graded."""

import re
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from autograder.oracle import Oracle
from autograder.unit import load_unit
from tests.units.solved import Solved

UNIT = load_unit("12_inception_and_vgg")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
seeds = st.integers(0, 2**32 - 1)

STEM = 9_472 + 4_160 + 110_784
MODULES = {
    "3a": 163_696,
    "3b": 388_736,
    "4a": 376_176,
    "4b": 449_160,
    "4c": 510_104,
    "4d": 605_376,
    "4e": 868_352,
    "5a": 1_043_456,
    "5b": 1_444_080,
}
"""Weights and biases, added up by hand from table 1 of Szegedy et al. 2015."""
LAST = 1_025_000


def size_of(make):
    return notebook["parameters"](notebook["on_meta"](make))


# The counts


def test_googlenet_has_the_parameters_of_the_papers_table():
    assert STEM + sum(MODULES.values()) + LAST == 6_998_552
    assert size_of(lambda: notebook["GoogLeNet"](notebook["Inception"])) == 6_998_552


def test_each_module_has_its_share():
    channels = 192
    for name, numbers in notebook["INCEPTIONS"].items():
        made = size_of(lambda c=channels, n=numbers: notebook["Inception"](c, *n))
        assert made == MODULES[name], name
        channels = sum(numbers) - numbers[1] - numbers[3]
    assert channels == 1024


def test_heads_have_the_parameters_of_the_paper():
    by_hand = (512 + 528) * 128 + 2 * (128 + 2048 * 1024 + 1024 + LAST)
    with_heads = size_of(lambda: notebook["GoogLeNet"](notebook["Inception"], heads=True))
    assert with_heads == 6_998_552 + by_hand == 13_378_280


def test_torchvisions_number_is_explained(capsys):
    namespace = dict(notebook)
    exec(solved.source_with("it should be 6,998,552"), namespace)
    told = capsys.readouterr().out
    assert told.count("6,998,552") == 2
    assert told.count("13,378,280") == 2
    told = solved.printed_by("reduced = sum(reduce5", capsys, **namespace)
    assert told.strip().endswith("= 6,624,904")


def test_torchvisions_network_has_that_many():
    """Batch normalisation for each bias, windows of 3 x 3 for 5 x 5."""

    class Unit(nn.Sequential):
        def __init__(self, before, after, side):
            convolution = nn.Conv2d(before, after, side, bias=False)
            super().__init__(convolution, nn.BatchNorm2d(after))

    layers = [Unit(3, 64, 7), Unit(64, 64, 1), Unit(64, 192, 3), nn.Linear(1024, 1000)]
    channels = 192
    for n1, reduce3, n3, reduce5, n5, pool in notebook["INCEPTIONS"].values():
        layers += [Unit(channels, n1, 1), Unit(channels, reduce3, 1), Unit(reduce3, n3, 3)]
        layers += [Unit(channels, reduce5, 1), Unit(reduce5, n5, 3), Unit(channels, pool, 1)]
        channels = n1 + n3 + n5 + pool
    assert size_of(lambda: nn.Sequential(*layers)) == 6_624_904


@pytest.mark.parametrize(
    ("depth", "size"), [(11, 132_863_336), (13, 133_047_848), (16, 138_357_544), (19, 143_667_240)]
)
def test_vgg_has_the_parameters_of_its_paper(depth, size):
    channels, by_hand = [3, 64, 128, 256, 512, 512], 0
    for (before, after), repeats in zip(
        pairwise(channels), notebook["VGG_STAGES"][depth], strict=True
    ):
        by_hand += after * (9 * before + 1) + (repeats - 1) * after * (9 * after + 1)
    by_hand += 4096 * (512 * 49 + 1) + 4096 * 4097 + 1000 * 4097
    assert by_hand == size == size_of(lambda: notebook["VGG"](depth))
    assert sum(notebook["VGG_STAGES"][depth]) + 3 == depth


def test_575_megabytes():
    assert round(4 * 143_667_240 / 1e6) == 575


def test_network_in_network_for_small_pictures(capsys):
    told = solved.printed_by('print(f"parameters:    {parameters(on_meta(nin))', capsys)
    assert "966,986" in told


@pytest.mark.parametrize(
    ("make", "side", "billions"),
    [
        (lambda: notebook["alexnet"](), 227, 0.72),
        (lambda: notebook["VGG"](16), 224, 15.47),
        (lambda: notebook["VGG"](19), 224, 19.63),
        (lambda: notebook["GoogLeNet"](notebook["Inception"]), 224, 1.58),
    ],
)
def test_multiply_adds(make, side, billions):
    assert round(notebook["multiply_adds"](make, (3, side, side)) / 1e9, 2) == billions


def test_alexnet_in_short_is_the_grouped_one():
    assert size_of(notebook["alexnet"]) == 60_965_224
    last = sum(
        notebook["parameters"](layer)
        for layer in nn.ModuleList(
            [nn.Linear(9216, 4096), nn.Linear(4096, 4096), nn.Linear(4096, 1000)]
        )
    )
    assert round(last / 1e6, 1) == 58.6


def test_googlenet_at_224_has_the_shapes_of_its_table():
    seen = []
    with torch.device("meta"):
        network = notebook["GoogLeNet"](notebook["Inception"]).eval()
    for module in network.modules():
        if isinstance(module, notebook["Inception"]):
            module.register_forward_hook(lambda _, _in, out: seen.append(tuple(out.shape[1:])))
    assert network(torch.empty(1, 3, 224, 224, device="meta")).shape == (1, 1000)
    sides = [28] * 2 + [14] * 5 + [7] * 2
    channels = [256, 480, 512, 512, 512, 528, 832, 832, 1024]
    assert seen == [(c, s, s) for c, s in zip(channels, sides, strict=True)]


def test_vgg_at_224_halves_five_times():
    with torch.device("meta"):
        network = notebook["VGG"](16).eval()
    x, shapes = torch.empty(1, 3, 224, 224, device="meta"), []
    for layer in network.features:
        x = layer(x)
        if isinstance(layer, nn.MaxPool2d):
            shapes.append(tuple(x.shape[1:]))
    assert shapes == [(64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)]


# The text


def test_a_1_x_1_convolution_is_a_layer_at_every_place(capsys):
    told = solved.printed_by("one_by_one, linear", capsys)
    one, other = re.findall(r"\[(.*?)\]", told)
    assert np.allclose(*(np.fromstring(text, sep=" ") for text in (one, other)), atol=1e-6)


def test_the_detour_costs_about_a_tenth(capsys):
    told = solved.printed_by("def by_a_detour", capsys)
    direct, detour = (int(n.replace(",", "")) for n in re.findall(r"([\d,]+) multiply", told))
    assert (direct, detour) == (120_422_400, 12_443_648)


def test_three_small_kernels_have_55_percent_of_the_weights(capsys):
    told = solved.printed_by("stack = nn.Sequential", capsys)
    assert "55%" in told
    assert round(27 / 49, 2) == 0.55


def test_only_hes_start_keeps_the_signal(capsys):
    told = solved.printed_by("def signal(model)", capsys)
    after = {line[:10].strip(): float(line.split()[-1]) for line in told.splitlines()}
    assert after["PyTorch's"] < 1e-2 * after["He's"]
    assert after["Glorot's"] < 0.1 * after["He's"]
    assert 0.1 < after["He's"] < 10


def test_dense_evaluation_says_the_same_as_the_network_and_its_crops(capsys):
    told = solved.printed_by("as the network itself:", capsys)
    assert told.count("True") == 4
    assert "False" not in told


@settings(max_examples=20, deadline=None)
@given(seed=seeds, side=st.integers(1, 3), more=st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_each_place_of_the_dense_map_is_a_crop(seed, side, more):
    features, classifier = notebook["small_network"](3, side, 4)
    crop = 2 * side + 1
    x = notebook["picture"](crop + 2 * more[0], crop + 2 * more[1], 2, seed)
    with torch.no_grad():
        everywhere = notebook["dense_evaluation"](features, classifier, x)
        assert everywhere.shape == (2, 4, more[0] + 1, more[1] + 1)
        for r, c in np.ndindex(more[0] + 1, more[1] + 1):
            piece = x[:, :, 2 * r : 2 * r + crop, 2 * c : 2 * c + crop]
            alone = classifier(features(piece).flatten(1))
            torch.testing.assert_close(everywhere[..., r, c], alone, rtol=1e-4, atol=1e-5)


def test_vgg_16_on_320_x_288_gives_a_map_of_4_x_3():
    with torch.device("meta"):
        network = notebook["VGG"](16).eval()
        x = torch.empty(1, 3, 320, 288)
    scores = notebook["dense_evaluation"](network.features, network.classifier, x)
    assert scores.shape == (1, 1000, 4, 3)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, height=st.integers(5, 12), width=st.integers(5, 12))
def test_every_second_crop_is_a_mirror_image(seed, height, width):
    image = notebook["picture"](height, width, 1, seed)[0]
    crops = notebook["crops_144"](image, (6, 8, 9, 12), 4)
    assert crops.shape == (144, 3, 4, 4)
    assert torch.equal(crops[1::2], crops[::2].flip(3))


def test_the_heads_listen_after_4a_and_4d():
    torch.manual_seed(0)
    network = notebook["GoogLeNet"](notebook["PlainBlock"], 3, 1 / 16, True).train()
    x = notebook["picture"](224, 224, 2)
    own, first, second = network(x)
    assert own.shape == first.shape == second.shape == (2, 3)
    labels = torch.tensor([0, 2])
    (functional.cross_entropy(second, labels)).backward()
    reached = [any(w.grad is not None for w in m.parameters()) for m in network.inceptions.values()]
    assert reached == [True] * 6 + [False] * 3
    assert network.eval()(x).shape == (2, 3)


# Small networks


@pytest.mark.parametrize(
    "make",
    [
        lambda: notebook["lenet"](10),
        lambda: notebook["SmallAlexNet"](10),
        lambda: notebook["nin"](10, 1 / 6, 0.1),
        lambda: notebook["VGG"](11, 10, 1 / 8, 32),
        lambda: notebook["small_googlenet"](10, 1 / 6),
    ],
)
def test_small_networks_learn_a_few_pictures_by_heart(make):
    torch.manual_seed(0)
    model = notebook["start"](make(), notebook["he"]).eval()  # without dropout
    x, y = notebook["picture"](32, 32, 8), torch.arange(8) % 3
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = []
    for _ in range(25):
        loss = functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


# Grading


@pytest.fixture(scope="module")
def oracle():
    return Oracle(UNIT, "a seed")


def judged(oracle, name, **versions):
    """The verdict on one exercise in a notebook with these versions of some exercises."""
    namespace = UNIT.namespace(**versions)
    return oracle.judge(name, oracle.observe_namespace(name, namespace, 5))


@pytest.mark.parametrize(
    ("wrong", "spared"),
    [
        ("MLPConv", "Inception"),
        ("Inception", "GoogLeNet"),
        ("GoogLeNet", "VGG"),
        ("VGG", "dense_evaluation"),
    ],
)
def test_a_mistake_costs_once(oracle, wrong, spared):
    for mistake in UNIT.exercises[wrong].mistakes[:3]:
        source = UNIT.variant_source(wrong, mistake)
        own = judged(oracle, wrong, **{wrong: source})
        assert own.points < own.max_points
        verdict = judged(oracle, spared, **{wrong: source})
        assert verdict.points == verdict.max_points, mistake.name


def test_a_missing_inception_module_costs_googlenet_nothing(oracle):
    source = "class Inception(nn.Module):\n    def __init__(self, *_):\n        raise ValueError\n"
    verdict = judged(oracle, "GoogLeNet", Inception=source)
    assert verdict.points == verdict.max_points


def test_crops_144_is_optional():
    assert UNIT.exercises["crops_144"].max_points == 0
    assert "★ (optional, no points)" in solved.source_with("### Exercise: `crops_144`")


# Hints


def neighbour(name, **more):
    """What the third hint of an exercise shows."""
    text = solved.source_with(f"### Exercise: `{name}`").partition("Hint 3")[2]
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    namespace = {**notebook, **more}
    exec(code, namespace)
    return namespace[re.search(r"^(?:def|class) (\w+)", code, re.MULTILINE)[1]]


def test_the_neighbours_do_what_they_say():
    assert neighbour("MLPConv")((3, 5, 2))(torch.zeros(4, 3)).shape == (4, 2)
    assert neighbour("Inception")(3, 2, 4)(torch.zeros(1, 3, 5, 6)).shape == (1, 6, 5, 6)
    chain = neighbour("GoogLeNet")(nn.Linear, (2, 3, 4, 5))
    assert chain.eval()(torch.zeros(1, 2)).shape == (1, 5)
    own, aside = chain.train()(torch.zeros(1, 2))
    assert (own.shape, aside.shape) == ((1, 5), (1, 1))
    assert neighbour("VGG")(8, (1, 2))(torch.zeros(3, 8)).shape == (3, 2)
    layer, signal = nn.Linear(2 * 3, 4), torch.rand(1, 2, 5)
    slid = neighbour("dense_evaluation")(layer, signal)
    for at in range(3):
        torch.testing.assert_close(slid[..., at], layer(signal[:, :, at : at + 3].flatten(1)))
    ends = neighbour("crops_144")(torch.rand(3, 4, 6), 2)
    assert ends.shape == (4, 3, 4, 2)
