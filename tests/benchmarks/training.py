"""The headline runs of the units with PyTorch, from the command line's own machine; prints JSON.

On a GPU of NVIDIA, with all of MNIST and CIFAR-10 at hand (NAND2RESNET_DATA), these are the runs of
the papers, several seeds each: the last epoch's figures, their mean and standard deviation. On any
other machine the same code runs on a small part, and the result says so: its figures then say that
the code works, and nothing about the headline.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from autograder.unit import load_unit
from nand2resnet import data
from nand2resnet.data.pictures import Pictures, PictureSet
from nand2resnet.training.augment import Augment, crop_and_flip, name_of, shift
from nand2resnet.training.devices import best_device, describe
from nand2resnet.training.loop import History, Recipe, train
from nand2resnet.training.notebooks import take
from nand2resnet.training.randomness import seed_everything

WHOLE = {"mnist": 60_000, "cifar10": 50_000}
SEEDS, SMALL_SEEDS = (0, 1, 2, 3, 4), (0, 1)
SIDE, BATCH, BATCHES = 224, 256, 30
SMALL_SIDE, SMALL_BATCH, SMALL_BATCHES = 64, 4, 3
TURNS = 3
QUICK = {"precision": "auto", "channels_last": True, "compiled": True}


class QuickNet(nn.Module):
    """Eight convolutions and a linear layer, with two shortcuts: made to be trained in seconds.

    The plan is David Page's, "How to Train Your ResNet" (2018): few layers, all of them wide, for
    a GPU computes one large product sooner than many small ones.
    """

    def __init__(self, width: int = 64, classes: int = 10) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            self.block(3, width),
            *(self.block(width, 2 * width), nn.MaxPool2d(2), self.shortcut(2 * width)),
            *(self.block(2 * width, 4 * width), nn.MaxPool2d(2)),
            *(self.block(4 * width, 8 * width), nn.MaxPool2d(2), self.shortcut(8 * width)),
            *(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8 * width, classes, bias=False)),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores, an eighth of what the last layer says: softer at the start."""
        return self.layers(x) / 8

    @staticmethod
    def block(before: int, after: int) -> nn.Module:
        """A convolution with batch normalisation."""
        convolution = nn.Conv2d(before, after, 3, padding=1, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU())

    def shortcut(self, width: int) -> nn.Module:
        """Two blocks, and a way around them."""
        return Around(nn.Sequential(self.block(width, width), self.block(width, width)))


class Around(nn.Module):
    """What goes in is added to what comes out."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The sum."""
        return x + self.inner(x)


def of_unit(unit: str, name: str) -> Callable[..., nn.Module]:
    """A network of a unit's reference."""
    return lambda **arguments: take(load_unit(unit).path, name)(**arguments)


@dataclass(frozen=True)
class Headline:
    """A run that is held against a published figure.

    ``arguments`` are the network's, ``small`` those of a small version besides; ``part`` is how
    many pictures that one trains on, and is tested on.
    """

    aim: str
    make: Callable[..., nn.Module]
    pictures: str
    recipe: Recipe
    augment: Augment
    arguments: dict[str, Any] = field(default_factory=dict)
    small: dict[str, Any] = field(default_factory=dict)
    part: int = 256


HEADLINES = {
    "lenet_mnist": Headline(
        "99.2% of MNIST's test pictures right, in under 10 s of training",
        of_unit("10", "LeNet"),
        "mnist",
        Recipe(12, 256, 0.1, schedule="one cycle", precision="auto"),
        shift,
        part=8_000,
    ),
    "resnet20_cifar10": Headline(
        "at most 8.3% error with the paper's recipe, in under 2 minutes",
        of_unit("13", "CifarResNet"),
        "cifar10",
        Recipe(
            *(164, 128, 0.1, 0.9, 1e-4),
            schedule="steps",
            milestones=(82, 123),
            **QUICK,
        ),
        crop_and_flip,
        {"depth": 20},
    ),
    "quick_cifar10": Headline(
        "94% of CIFAR-10's test pictures right in under 15 s",
        QuickNet,
        "cifar10",
        Recipe(24, 512, 0.4, schedule="one cycle", warmup=5.0, **QUICK),
        crop_and_flip,
        small={"width": 8},
    ),
}


def why_small(pictures: PictureSet, wanted: str, device: torch.device) -> list[str]:
    """What keeps a headline run from being run here."""
    reasons = [] if device.type == "cuda" else ["this machine has no GPU of NVIDIA"]
    if pictures.name != wanted or len(pictures.train.labels) < WHOLE[wanted]:
        reasons.append(f"{wanted} is not here as a whole: {pictures.note}")
    return reasons


def part_of(pictures: PictureSet, count: int) -> PictureSet:
    """The first pictures of both parts."""
    parts = (Pictures(*(array[:count] for array in one)) for one in pictures[:2])
    return PictureSet(*parts, *pictures[2:])


def measured(headline: Headline, pictures: PictureSet, device: torch.device) -> dict[str, Any]:
    """A headline run with several seeds, or its small version."""
    arguments, recipe = headline.arguments, headline.recipe
    reasons = why_small(pictures, headline.pictures, device)
    if reasons:
        arguments, pictures = arguments | headline.small, part_of(pictures, headline.part)
        small_steps = {"schedule": "constant", "milestones": (), "warmup": 0.0, "compiled": False}
        recipe = replace(recipe, epochs=1, batch=32, learning_rate=0.02, **small_steps)
    runs = []
    for seed in SMALL_SEEDS if reasons else SEEDS:
        seed_everything(seed)
        seeded = replace(recipe, seed=seed)
        model, options = headline.make(**arguments), {"augment": headline.augment}
        runs.append(train(model, pictures, seeded, device=device, show_progress=False, **options))
    return {
        "aim": headline.aim,
        "measured": "the aim's run" if not reasons else "a small version: the aim is open",
        "why_small": reasons,
        "pictures": f"{pictures.name}, {len(pictures.train.labels)} to train on",
        "augment": name_of(headline.augment),
        **summary(runs, recipe),
    }


def summary(runs: list[History], recipe: Recipe) -> dict[str, Any]:
    """Figures of the last epochs, over all seeds."""
    right = [run.epochs[-1].test_accuracy for run in runs]
    seconds = [sum(epoch.seconds for epoch in run.epochs) for run in runs]
    return {
        "epochs": recipe.epochs,
        "seeds": len(runs),
        "test_error_percent": [round(100 * (1 - one), 2) for one in right],
        "mean_percent": round(100 * (1 - statistics.mean(right)), 2),
        "sd_percent": round(100 * statistics.stdev(right), 2),
        "training_seconds": [round(one, 2) for one in seconds],
        "seconds_with_tests": [round(run.seconds, 2) for run in runs],
        "images_per_second": round(
            statistics.median(run.epochs[-1].images_per_second for run in runs)
        ),
    }


def resnet50(device: torch.device) -> dict[str, Any]:
    """Our ResNet-50 in our loop against torchvision's in a bare one, in turn."""
    whole = device.type == "cuda"
    side, batch, count = (
        (SIDE, BATCH, BATCHES) if whole else (SMALL_SIDE, SMALL_BATCH, SMALL_BATCHES)
    )
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, size=(batch * count, 3, side, side), dtype=np.uint8)
    part = Pictures(images, rng.integers(1000, size=len(images)))
    pictures = PictureSet(part, part_of_one(part), (), "noise", "noise, to measure the speed")
    recipe = Recipe(2, batch, 0.01, precision="bfloat16", channels_last=True)
    ours = of_unit("13", "ResNet")(depth=50)
    if importlib.util.find_spec("torchvision"):
        from torchvision.models import resnet50 as torchvision_resnet50

        theirs, name = torchvision_resnet50(), "torchvision's"
    else:
        theirs, name = of_unit("13", "ResNet")(depth=50), "ours (torchvision is not installed)"
    x = torch.randn(batch, 3, side, side, device=device).contiguous(
        memory_format=torch.channels_last
    )
    bare = bare_loop(theirs.to(device, memory_format=torch.channels_last), x, count)
    turns = []
    for _ in range(TURNS):
        run = train(ours, pictures, recipe, device=device, show_progress=False)
        turns.append((run.epochs[-1].images_per_second, bare()))
    return {
        "aim": "at least 85% of the images/s of torchvision's in a bare loop",
        "measured": "the aim's run" if whole else "a small version: the aim is open",
        "pictures": f"{side} x {side} pixels, batches of {batch}",
        "in_the_bare_loop": name,
        "images_per_second": round(statistics.median(turn[0] for turn in turns), 1),
        "bare_images_per_second": round(statistics.median(turn[1] for turn in turns), 1),
        "ratio": round(statistics.median(turn[0] / turn[1] for turn in turns), 3),
    }


def part_of_one(part: Pictures) -> Pictures:
    """One picture: there is nothing to test."""
    return Pictures(part.images[:1], part.labels[:1])


def bare_loop(model: nn.Module, x: torch.Tensor, count: int) -> Callable[[], float]:
    """Steps with nothing around them; returns what gives the images per second."""
    walker = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)
    y = torch.zeros(len(x), dtype=torch.int64, device=x.device)

    def steps(number: int) -> None:
        for _ in range(number):
            with torch.autocast(x.device.type, torch.bfloat16):
                loss = nn.functional.cross_entropy(model(x), y)
            walker.zero_grad()
            loss.backward()
            walker.step()
        loss.item()  # waits until the device has done all

    def images_per_second() -> float:
        steps(1)
        begun = time.perf_counter()
        steps(count)
        return count * len(x) / (time.perf_counter() - begun)

    return images_per_second


def results() -> Iterator[tuple[str, Any]]:
    """Everything that is measured, by name."""
    device = best_device()
    pictures = {"mnist": data.mnist(download=False), "cifar10": data.cifar10(download=False)}
    yield "device", describe(device)
    yield "torch", torch.__version__
    for name, headline in HEADLINES.items():
        yield name, measured(headline, pictures[headline.pictures], device)
    yield "resnet50_speed", resnet50(device)


def main() -> None:
    """Measure, and print."""
    with contextlib.redirect_stdout(sys.stderr):  # what the data say about themselves
        found = dict(results())
    print(json.dumps({"training": found}))


if __name__ == "__main__":
    main()
