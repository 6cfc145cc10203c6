"""Unit 13: the paper's networks to the last parameter, and what the text claims, measured."""

import importlib.util
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from autograder.unit import ROOT, load_unit
from nand2resnet import degradation
from nand2resnet.networks import filled
from tests.units.neighbours import worked_neighbour
from tests.units.solved import Solved

UNIT = load_unit("13_resnet")
notebook = UNIT.namespace()
solved = Solved(UNIT, notebook)
SCRIPT = ROOT / "assets" / "degradation.py"


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


# Parameters, counted by hand


def convolution(inputs, outputs, side):
    """Its weights, and the scales and shifts of the batch norm behind it."""
    return side * side * inputs * outputs + 2 * outputs


def by_hand(depth, option):
    """The network for small pictures, from the paper's table."""
    total, inputs = convolution(3, 16, 3), 16
    for width in (16, 32, 64):
        for _ in range((depth - 2) // 6):
            total += convolution(inputs, width, 3) + convolution(width, width, 3)
            total += convolution(inputs, width, 1) if option == "B" and inputs != width else 0
            inputs = width
    return total + 64 * 10 + 10


def bottlenecks_by_hand(repeats):
    """The network for large pictures, of bottlenecks."""
    total, inputs = convolution(3, 64, 7), 64
    for width, count in zip((64, 128, 256, 512), repeats, strict=True):
        for place in range(count):
            outputs = 4 * width
            total += convolution(inputs, width, 1) + convolution(width, width, 3)
            total += convolution(width, outputs, 1)
            total += convolution(inputs, outputs, 1) if place == 0 else 0
            inputs = outputs
    return total + 2048 * 1000 + 1000


def basic_by_hand(repeats):
    """The network for large pictures, of basic blocks with option B."""
    total, inputs = convolution(3, 64, 7), 64
    for width, count in zip((64, 128, 256, 512), repeats, strict=True):
        for _ in range(count):
            total += convolution(inputs, width, 3) + convolution(width, width, 3)
            total += convolution(inputs, width, 1) if inputs != width else 0
            inputs = width
    return total + 512 * 1000 + 1000


@pytest.mark.parametrize(
    ("option", "sizes"),
    [
        ("A", (269_722, 464_154, 658_586, 853_018, 1_727_962)),
        ("B", (272_474, 466_906, 661_338, 855_770, 1_730_714)),
    ],
)
def test_the_small_networks_have_the_published_sizes(option, sizes):
    for depth, size in zip((20, 32, 44, 56, 110), sizes, strict=True):
        counted = notebook["parameters_of"](notebook["CifarResNet"], depth, option)
        assert counted == by_hand(depth, option) == size


@pytest.mark.parametrize(
    ("depth", "size", "count", "repeats"),
    [
        (18, 11_689_512, basic_by_hand, (2, 2, 2, 2)),
        (34, 21_797_672, basic_by_hand, (3, 4, 6, 3)),
        (50, 25_557_032, bottlenecks_by_hand, (3, 4, 6, 3)),
        (101, 44_549_160, bottlenecks_by_hand, (3, 4, 23, 3)),
        (152, 60_192_808, bottlenecks_by_hand, (3, 8, 36, 3)),
    ],
)
def test_the_large_networks_have_torchvisions_sizes(depth, size, count, repeats):
    assert notebook["parameters_of"](notebook["ResNet"], depth) == count(repeats) == size
    assert f"{size:_}" in solved.source_with("TORCHVISION") or f"{size:,}" in solved.source_with(
        "★ ResNet-152"
    )


def test_the_learners_table_shows_no_difference(capsys):
    for words in ("PUBLISHED = {", "TORCHVISION = {"):
        told = solved.printed_by(words, capsys)
        assert "=" in told
        assert "≠" not in told


def test_shapes_of_resnet_50_at_224():
    model = filled_on_meta("ResNet", 50)
    x = torch.empty(1, 3, 224, 224, device="meta")
    seen = []
    for layer in model.stages:
        x = layer(x)
        seen.append(tuple(x.shape[1:]))
    assert seen[0] == (64, 112, 112)
    assert seen[3] == (64, 56, 56)
    assert [seen[place] for place in (6, 10, 16, 19)] == [
        (256, 56, 56),
        (512, 28, 28),
        (1024, 14, 14),
        (2048, 7, 7),
    ]


def filled_on_meta(name, *settings):
    with torch.device("meta"):
        return notebook[name](*settings).eval()


# What the text says about blocks


def test_a_bias_before_batch_norm_does_nothing(capsys):
    told = solved.printed_by("convolution.bias += 100", capsys)
    assert float(re.search(r"[\d.]+e[+-]\d+", told)[0]) < 1e-3


def test_a_block_that_has_learned_nothing_passes_on_what_is_positive(capsys):
    assert "True" in solved.printed_by("nn.init.zeros_(last_norm.weight)", capsys)


def test_option_a_puts_zeros_behind(capsys):
    told = solved.printed_by("PadChannels(2, 4, 2)(x)", capsys)
    assert "[[[0.0, 2.0, 6.0, 8.0], [9.0, 11.0, 15.0, 17.0], [0.0" in told


def test_a_bottleneck_is_cheaper_than_one_convolution(capsys):
    told = solved.printed_by("squeezed = 256", capsys)
    assert "69,632" in told
    assert "589,824" in told


def test_with_option_a_plain_and_residual_networks_have_equally_many_parameters(capsys):
    lines = solved.printed_by('for option in ("A", "B"):\n    model', capsys).splitlines()
    a, b = ([int(n.replace(",", "")) for n in re.findall(r"[\d,]{6,}", line)] for line in lines)
    assert a == [853_018, 853_018]
    assert b == [855_770, 853_018]


@pytest.mark.parametrize("kind", ["BasicBlock", "Bottleneck"])
def test_a_block_reads_views_and_gives_gradients_to_all_its_weights(kind):
    torch.manual_seed(0)
    block = notebook[kind](4, 3, 2)
    x = torch.randn(2, 4, 6, 5).transpose(2, 3).requires_grad_()
    out = block(x)
    torch.testing.assert_close(block(x.contiguous()), out)
    out.sum().backward()
    assert x.grad is not None
    assert all(weight.grad is not None for weight in block.parameters())


def test_blocks_agree_with_finite_differences():
    """In double precision; the slopes of autograd belong to the formula of the text."""
    torch.manual_seed(0)
    for block in (notebook["BasicBlock"](2, 3, 2), notebook["Bottleneck"](2, 1)):
        block = block.double().train()
        x = torch.randn(3, 2, 4, 4, dtype=torch.float64, requires_grad=True)
        assert torch.autograd.gradcheck(block, (x,), atol=1e-6)


# What the text says about gradients


def test_the_gradient_does_not_vanish_but_explodes(capsys):
    told = solved.printed_by('("plain", 20, True)', capsys, **gradients_cell())
    first, last = np.array(re.findall(r"layer +([\d.]+), last layer ([\d.]+)", told), float).T
    plain_20, plain_56, residual_56 = first / last
    assert plain_56 > 100
    assert plain_56 > 20 * plain_20 > 20
    assert residual_56 < plain_56 / 50


def gradients_cell():
    x, y = notebook["pictures_for_gradients"]()
    return {"x": x, "y": y}


def test_the_gradient_grows_by_somewhat_less_than_a_fifth_per_layer(capsys):
    told = solved.printed_by("the growth per layer", capsys, **gradients_cell())
    assert 1.05 < float(re.search(r"[\d.]+$", told.strip())[0]) < 1.2


@pytest.mark.parametrize("cuts", [range(27), range(10), range(17, 27)])
def test_every_cut_makes_the_first_gradient_larger(cuts):
    first = {}
    for name, chosen in (("whole", []), ("cut", cuts)):
        torch.manual_seed(0)
        first[name] = notebook["gradients_of"](notebook["network_with_cuts"](56, chosen))[0]
    assert first["cut"] > 2 * first["whole"]


def test_batch_norm_alone_notices_that_a_batch_is_shared_out(capsys):
    told = solved.printed_by('"a convolution": nn.Conv2d(3, 10, 3)', capsys)
    without, with_norm = (float(share) for share in re.findall(r"([\d.]+)%", told))
    assert without < 0.1
    assert with_norm > 1


# Training


def test_56_layers_that_would_not_train_do():
    """The notebook's own small run, with half as many pictures as it takes."""
    x, y = digits(500)
    last = {}
    for name in ("plain", "residual"):
        torch.manual_seed(0)
        model = notebook["he_start"](notebook["CifarResNet"](56, "A", 4))
        model = notebook["plain"](model) if name == "plain" else model
        batches = notebook["Batches"](x, y, size=32)
        last[name] = notebook["train"](model, batches, 4)[-1]
    assert last["residual"] < 0.5
    assert last["plain"] > last["residual"] + 0.2


def digits(count):
    from nand2resnet import data

    found = data.digits()
    x = torch.from_numpy(found.images[:count]).float()[:, None].repeat(1, 3, 1, 1)
    x = nn.functional.interpolate(x, size=(16, 16))
    return (x - x.mean()) / x.std(), torch.from_numpy(found.labels[:count]).long()


def test_training_learns_small_pictures_by_heart():
    x, y = digits(24)
    torch.manual_seed(0)
    model = notebook["he_start"](notebook["CifarResNet"](8, "B", 4))
    errors = notebook["train"](model, notebook["Batches"](x, y, size=8), 25, [20])
    assert errors[-1] == 0


def test_batches_come_in_a_new_order_and_hold_every_picture_once():
    x = torch.arange(10.0)[:, None]
    batches = notebook["Batches"](x, torch.arange(10), size=4)
    orders = [torch.cat([rows[:, 0] for rows, _ in batches]).tolist() for _ in range(3)]
    assert all(sorted(order) == list(range(10)) for order in orders)
    assert orders[0] != orders[1] != orders[2]
    assert all(torch.equal(rows[:, 0].long(), labels) for rows, labels in batches)
    assert [len(labels) for _, labels in batches] == [4, 4, 2]


# The experiment that is shipped


def test_the_shipped_runs_say_what_they_are():
    said = degradation.measured()["provenance"]
    wanted = {"what", "networks", "data", "recipe", "length", "seeds", "device", "date", "versions"}
    assert said.keys() == wanted | {"script"}
    assert not re.search(r"/(home|root|work|tmp|mnt)\b", json.dumps(said))
    assert all(f"{name}: {text}" in degradation.provenance() for name, text in said.items())
    epochs = int(re.search(r"(\d+) epochs", said["recipe"])[1])
    for name in degradation.LINES:
        run = degradation.run(name)
        assert 4 <= len(run["training_error"]) == len(run["learning_rate"]) <= epochs
        assert all(0 < error < 1 for error in run["training_error"])


def test_degradation_is_in_the_shipped_runs():
    errors = {name: degradation.run(name)["training_error"] for name in degradation.LINES}
    shallow, deep = errors["plain-20"], errors["plain-56"]
    assert all(d > s + 0.05 for s, d in zip(shallow, deep, strict=False))
    for depth in (20, 56):
        pairs = zip(errors[f"residual-{depth}"], errors[f"plain-{depth}"], strict=False)
        assert all(residual < plain for residual, plain in pairs)
    epochs = len(errors["residual-56"])
    assert errors["residual-56"][-1] < deep[epochs - 1] - 0.05
    assert errors["residual-56"][-1] < min(deep)


def test_the_figure_says_in_words_what_it_shows():
    figure = degradation.training_errors("plain-20", "residual-56")
    assert "plain-20 from" in figure.alt
    assert "residual-56 from" in figure.alt
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.lines] == ["plain-20", "residual-56"]
    assert axes.get_xlabel() == "epoch"
    assert "CIFAR-10" in axes.get_title()


def test_an_unknown_run_is_told():
    with pytest.raises(AssertionError, match="There are: plain-20"):
        degradation.run("plain-110")


# Hints


def test_the_neighbours_run():
    highway = worked_neighbour(UNIT, "BasicBlock")(3)
    x = torch.randn(5, 3)
    gate = filled(highway).gate(x)
    torch.testing.assert_close(highway(x), gate * highway.bent(x) + (1 - gate) * x)
    assert worked_neighbour(UNIT, "CifarResNet")(16, 2, 1)(torch.zeros(2, 16)).shape == (2, 4)
    assert worked_neighbour(UNIT, "ResNet")(3, [(4, 2), (5, 1)])(torch.zeros(2, 3)).shape == (2, 5)
    assert worked_neighbour(UNIT, "Bottleneck")(8)(torch.zeros(2, 8)).shape == (2, 8)
    dropped = worked_neighbour(UNIT, "plain")(nn.Sequential(nn.Sequential(nn.Dropout(0.1))))
    assert dropped[0][0].p == 0.5


def test_the_neighbour_that_trains_returns_a_falling_loss():
    torch.manual_seed(0)
    x, y = digits(60)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 256, 10))
    batches = notebook["Batches"](x, y, size=20)
    means = worked_neighbour(UNIT, "train")(model, batches, 5)
    assert means[-1] < means[0]


# How it was measured


def script():
    spec = importlib.util.spec_from_file_location("degradation_script", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_gives_the_same_for_the_same_seed():
    measure = script().one_run
    images, labels = digits(48)
    once, again = (measure(notebook, "plain", 8, images, labels, 2) for _ in range(2))
    assert once == again
    assert len(once["training_error"]) == len(once["learning_rate"]) == 2
    assert measure(notebook, "residual", 8, images, labels, 2) != once


def test_the_script_does_not_take_digits_for_cifar(tmp_path):
    environment = os.environ | {"NAND2RESNET_OFFLINE": "1", "XDG_CACHE_HOME": str(tmp_path)}
    environment.pop("NAND2RESNET_DATA", None)
    written = tmp_path / "runs.json"
    command = [sys.executable, str(SCRIPT), "--out", str(written)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "digits would show something else" in done.stderr
    assert not written.exists()
