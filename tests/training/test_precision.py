"""16 bits: which, where, and that they run; channels last; compiled."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from nand2resnet.training.loop import Recipe, Run, train
from nand2resnet.training.precision import autocast, gradient_scaler, short_type
from tests.training.small import small_network, small_set

CPU, GPU = torch.device("cpu"), torch.device("cuda")
QUICK = Recipe(epochs=4, batch=25, learning_rate=0.05)


@pytest.mark.parametrize(
    ("precision", "short"),
    [("float32", None), ("auto", None), ("bfloat16", torch.bfloat16), ("float16", torch.float16)],
)
def test_the_type_on_a_cpu(precision, short):
    assert short_type(precision, CPU) is short


@pytest.mark.parametrize(("has", "short"), [(True, torch.bfloat16), (False, torch.float16)])
def test_automatic_on_a_gpu_is_what_it_has(monkeypatch, has, short):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: has)
    assert short_type("auto", GPU) is short


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_a_network_computes_in_16_bits_and_keeps_weights_in_32(precision):
    model, kinds = small_network(), set()
    model.convolution.register_forward_hook(lambda _, __, out: kinds.add(str(out.dtype)))
    recipe = replace(QUICK, precision=precision)
    history = train(model, small_set(), recipe, device="cpu", show_progress=False)
    assert kinds == {f"torch.{precision}"}
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert history.epochs[-1].loss < 0.8 * history.epochs[0].loss


def test_the_scaler_saves_what_float16_would_lose():
    tiny = torch.tensor(1e-9)
    assert tiny.half() == 0
    scaler = gradient_scaler(CPU, torch.float16)
    assert scaler.scale(tiny).half() > 0
    weight = nn.Parameter(torch.zeros(()))
    walker = torch.optim.SGD([weight], lr=1.0)
    scaler.scale(weight * 1e-9).backward()
    scaler.step(walker)
    assert weight.item() == pytest.approx(-1e-9)


def test_only_float16_is_scaled():
    for short in (None, torch.bfloat16):
        assert gradient_scaler(CPU, short).scale(torch.tensor(3.0)) == 3


def test_without_a_short_type_nothing_is_cast():
    with autocast(CPU, None):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype is torch.float32


def test_channels_last_changes_the_layout_and_not_the_numbers():
    layouts = []

    def look(module, inputs, _):
        weight = module.weight.is_contiguous(memory_format=torch.channels_last)
        layouts.append((weight, inputs[0].is_contiguous(memory_format=torch.channels_last)))

    histories = []
    for wanted in (False, True):
        model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3), nn.Flatten(1))
        for weight in model.parameters():
            nn.init.constant_(weight, 0.02)
        model[2].register_forward_hook(look)
        pictures = small_set()
        images = pictures.train.images.repeat(3, 1)
        pictures = pictures._replace(
            train=pictures.train._replace(images=images),
            test=pictures.test._replace(images=pictures.test.images.repeat(3, 1)),
        )
        recipe = replace(QUICK, epochs=1, channels_last=wanted)
        histories.append(train(model, pictures, recipe, device="cpu", show_progress=False))
        assert set(layouts) == {(wanted, wanted)}
        layouts.clear()
    one, other = histories
    assert one.epochs[0].loss == pytest.approx(other.epochs[0].loss, rel=1e-4)


def test_compiling_is_one_flag(monkeypatch):
    compiled = []
    monkeypatch.setattr(torch, "compile", lambda model: compiled.append(model) or model)
    model = small_network()
    Run(model, small_set(), replace(QUICK, compiled=False), CPU, None)
    assert compiled == []
    Run(model, small_set(), replace(QUICK, compiled=True), CPU, None)
    assert compiled == [model]
