"""What one run does: it learns, by its recipe, from its seed."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from nand2resnet.data.pictures import Pictures
from nand2resnet.training.errors import OutOfMemory, TrainingError
from nand2resnet.training.loop import Recipe, Run, loss_of, train
from nand2resnet.training.pictures import channel_statistics, to_device
from tests.training.small import small_network, small_set, weights_of

CPU = torch.device("cpu")
QUICK = Recipe(epochs=1, batch=50, learning_rate=0.05)


def run(recipe=QUICK, model=None, pictures=None, **options):
    model = model or small_network()
    pictures = pictures or small_set()
    history = train(model, pictures, recipe, device="cpu", show_progress=False, **options)
    return model, history


def test_it_learns(capsys):
    _, history = run(replace(QUICK, epochs=8))
    first, last = history.epochs[0], history.epochs[-1]
    assert [epoch.number for epoch in history.epochs] == list(range(1, 9))
    assert last.loss < first.loss / 2
    assert last.test_accuracy > 0.9
    assert history.device.startswith("CPU")
    assert capsys.readouterr().out == ""


def test_what_it_says_of_the_test_is_what_the_network_does():
    pictures = small_set(test=33)
    model, history = run(pictures=pictures)
    mean, spread = channel_statistics(pictures.train.images)
    scaled = torch.tensor((pictures.test.images - mean) / spread, dtype=torch.float32)
    labels = torch.tensor(pictures.test.labels)
    model.eval()
    with torch.no_grad():
        scores = model(scaled)
    assert history.epochs[-1].test_accuracy == (scores.argmax(1) == labels).double().mean()
    expected = nn.functional.cross_entropy(scores, labels).item()
    assert history.epochs[-1].test_loss == pytest.approx(expected, rel=1e-5)


def test_the_seed_fixes_a_run_and_another_does_not():
    options = {"augment": lambda images, generator: images + torch.rand(1, generator=generator)}
    one, same, other = (
        run(replace(QUICK, seed=seed), model=small_network(drop=0.5), **options)
        for seed in (1, 1, 2)
    )
    assert one[1].epochs[0].loss == same[1].epochs[0].loss
    assert one[1].epochs[0].loss != other[1].epochs[0].loss
    for a, b in zip(weights_of(one[0]), weights_of(same[0]), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("count", "batch"), [(200, 50), (201, 50), (7, 3), (5, 100)])
def test_every_picture_is_seen_once_an_epoch_in_a_new_order(count, batch):
    seen = Run(small_network(), small_set(count), replace(QUICK, batch=batch), CPU, None)
    first, again, second = (list(seen.batches(number)) for number in (1, 1, 2))
    assert torch.equal(torch.cat(first).sort().values, torch.arange(count))
    assert torch.equal(torch.cat(first), torch.cat(again))
    assert not torch.equal(torch.cat(first), torch.cat(second))
    sizes = [len(one) for one in first]
    assert max(sizes) <= batch
    assert max(sizes) - min(sizes) <= 1


def test_pictures_are_scaled_by_the_training_part():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, size=(30, 3, 5, 7), dtype=np.uint8)
    images[:, 2] = 9
    mean, spread = channel_statistics(images)
    np.testing.assert_allclose(mean.ravel(), images.mean((0, 2, 3)), rtol=1e-12)
    np.testing.assert_allclose(spread.ravel()[:2], images.std((0, 2, 3))[:2], rtol=1e-12)
    assert spread.ravel()[2] == 1
    pictures = small_set()
    on_device, tested = to_device(pictures, CPU)
    scaled, labels = on_device.batch(torch.arange(len(on_device)))
    assert scaled.mean().item() == pytest.approx(0, abs=1e-5)
    assert scaled.std().item() == pytest.approx(1, abs=1e-3)
    assert torch.equal(labels, torch.tensor(pictures.train.labels))
    assert torch.equal(tested.mean, on_device.mean)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_steps_are_those_of_a_bare_loop(optimizer):
    recipe = Recipe(2, 50, 0.03, 0.8, 1e-3, optimizer, "cosine", label_smoothing=0.1, warmup=1.0)
    model, history = run(recipe)
    bare, pictures = small_network(), small_set()
    data, _ = to_device(pictures, CPU)
    again = Run(small_network(), pictures, recipe, CPU, None)
    kind = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer]
    settings = {"momentum": 0.8} if optimizer == "sgd" else {"betas": (0.8, 0.999)}
    walker = kind(bare.parameters(), lr=1.0, weight_decay=1e-3, **settings)
    rates = [0.03 * part for part in (1 / 4, 2 / 4, 3 / 4, 1, 1, 0.8535533906, 0.5, 0.1464466094)]
    for rate, which in zip(
        rates, [one for number in (1, 2) for one in again.batches(number)], strict=True
    ):
        walker.param_groups[0]["lr"] = rate
        images, labels = data.batch(which)
        walker.zero_grad()
        nn.functional.cross_entropy(bare(images), labels, label_smoothing=0.1).backward()
        walker.step()
    for a, b in zip(weights_of(model), weights_of(bare), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert [epoch.learning_rate for epoch in history.epochs] == pytest.approx([rates[3], rates[7]])


def test_auxiliary_heads_count_a_little():
    scores, other = torch.randn(2, 6, 3)
    labels = torch.tensor([0, 1, 2, 0, 1, 2])
    main, loss = loss_of((scores, other), labels)
    losses = [nn.functional.cross_entropy(one, labels) for one in (scores, other)]
    assert main is scores
    assert loss.item() == pytest.approx((losses[0] + 0.3 * losses[1]).item())


def test_a_bar_tells_loss_accuracy_and_speed(capsys, monkeypatch):
    monkeypatch.setattr("nand2resnet.training.progress_bar.PATIENCE", 0)
    train(small_network(), small_set(), replace(QUICK, epochs=2), device="cpu")
    bar = capsys.readouterr().out.split("\r")[-1]
    assert "epoch 2/2 100%" in bar
    for word in ("loss", "accuracy", "images/s"):
        assert word in bar


class Full(nn.Module):
    """A layer at which memory is full."""

    def __init__(self, error):
        super().__init__()
        self.error, self.weight = error, nn.Parameter(torch.zeros(1))

    def forward(self, _):
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 bytes"),
        RuntimeError("MPS backend out of memory"),
    ],
)
def test_full_memory_says_what_to_lower(error):
    with pytest.raises(OutOfMemory, match=r"(?s)memory of the device 'cpu' is full.*batch=25 inst"):
        run(model=Full(error))


def test_other_errors_pass_as_they_are():
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        run(model=Full(RuntimeError("mat1 and mat2 shapes cannot be multiplied")))


def test_a_loss_that_is_no_number_stops_the_run():
    with pytest.raises(TrainingError, match=r"(?s)loss is nan in epoch 1.*smaller learning rate"):
        run(replace(QUICK, learning_rate=1e9))


BYTES = np.zeros((3, 1, 8, 8), np.uint8)


@pytest.mark.parametrize(
    ("images", "labels", "told"),
    [
        (BYTES[:0], np.zeros(0, int), "no training pictures.*NAND2RESNET_DATA"),
        (BYTES[:, 0], np.zeros(3, int), r"\(3, 8, 8\).*\(N, C, H, W\)"),
        (BYTES / 255, np.zeros(3, int), "float64.*must be bytes"),
        (BYTES, np.zeros(4, int), "3 training images, but labels"),
    ],
)
def test_pictures_that_are_none_are_refused(images, labels, told):
    pictures = small_set()._replace(train=Pictures(images, labels))
    with pytest.raises(TrainingError, match=told):
        run(pictures=pictures)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"optimizer": "adagrad"}, "optimizer='adagrad'.*'sgd', 'adam'"),
        ({"schedule": "cyclic"}, "'one cycle'"),
        ({"batch": 0}, "batch=0 must lie between 1"),
        ({"momentum": 1.5}, "momentum=1.5"),
        ({"schedule": "steps"}, "milestones"),
        ({"milestones": (3,)}, "milestones"),
    ],
)
def test_a_recipe_refuses_what_cannot_be_meant(settings, told):
    with pytest.raises(ValueError, match=told):
        Recipe(**settings)
