"""The command ``python -m nand2resnet.training``: its options, and what it does with them."""

from __future__ import annotations

import argparse
import ast
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from torch import nn

from nand2resnet import data
from nand2resnet.data.pictures import Pictures, PictureSet
from nand2resnet.training import augment, notebooks
from nand2resnet.training.devices import choose_device
from nand2resnet.training.errors import TrainingError
from nand2resnet.training.loop import train
from nand2resnet.training.parallel import join
from nand2resnet.training.randomness import seed_everything
from nand2resnet.training.recipe import Recipe
from nand2resnet.training.report import report

SETS = {"mnist": data.mnist, "cifar10": data.cifar10}
AUGMENTATIONS: dict[str, augment.Augment] = {
    "crop_and_flip": augment.crop_and_flip,
    "cutout": augment.cutout,
    "flip": augment.flip,
    "shift": augment.shift,
}
SHORT_NAMES = {"bf16": "bfloat16", "fp16": "float16", "fp32": "float32"}
FAILED = 1
INTERRUPTED = 130


def main(begun: float, arguments: Sequence[str] | None = None) -> int:
    """Train as the options say; return the exit status.

    Parameters
    ----------
    begun : float
        When the program started, by ``time.perf_counter``.
    arguments : sequence of str, optional
        By default those of the command line.
    """
    options = make_parser().parse_args(arguments)
    try:
        run(options, begun)
    except NotImplementedError as error:
        print(f"\nA part of {options.network} is not written yet: {error}", file=sys.stderr)
        return FAILED
    except (TrainingError, ValueError) as error:
        print(f"\n{error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        kept = f"The same command goes on from {options.checkpoint}."
        print(f"\nStopped. {kept if options.checkpoint else 'Nothing is kept.'}", file=sys.stderr)
        return INTERRUPTED
    return 0


def run(options: argparse.Namespace, begun: float) -> None:
    """Train, say how well it went, and write the report."""
    recipe = recipe_of(options)
    arguments = dict(options.set)
    device = choose_device(options.device)
    team = join(device)
    pictures = only(team.one_first(SETS[options.data]), options.pictures)
    seed_everything(recipe.seed)
    model = make_network(options.network, arguments)
    wanted = [AUGMENTATIONS[name] for name in options.augment]
    how = augment.in_turn(*wanted) if wanted else None
    start_up = time.perf_counter() - begun
    history = train(
        model, pictures, recipe, device=device, augment=how, checkpoint=options.checkpoint
    )
    if not team.leads:
        return
    for epoch in history.epochs[-1:]:
        print(f"Epoch {epoch.number}: {epoch.test_accuracy:.2%} of the test pictures are right.")
    if options.out:
        written = {"network": options.network, "arguments": arguments}
        written |= report(history, recipe, pictures, model, start_up + history.start_up_seconds)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
        print(f"Written: {options.out}")


def make_network(place: str, arguments: dict[str, Any]) -> nn.Module:
    """A network of the class that is named as ``FILE:Name``.

    Raises
    ------
    TrainingError
        There is none, or it does not take these arguments.
    """
    file, _, name = place.rpartition(":")
    if not file:
        raise TrainingError(f"{place!r}: name a file and a class, such as lenet.ipynb:LeNet")
    make = notebooks.take(Path(file), name)
    try:
        model = make(**arguments)
    except TypeError as error:
        given = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
        raise TrainingError(f"{name}({given}) cannot be made: {error}") from error
    if not isinstance(model, nn.Module):
        raise TrainingError(f"{name} of {file} gives a {type(model).__name__}, not an nn.Module.")
    return model


def only(pictures: PictureSet, count: int | None) -> PictureSet:
    """The first pictures to train on, if not all are wanted; all to test on."""
    if count is None:
        return pictures
    images, labels = (array[:count] for array in pictures.train)
    note = f"{pictures.note} Of these, the first {len(labels)} to train on."
    return pictures._replace(train=Pictures(images, labels), note=note)


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe that the options spell out."""
    given = {field.name: getattr(options, field.name) for field in fields(Recipe)}
    return Recipe(**{name: value for name, value in given.items() if value is not None})


def make_parser() -> argparse.ArgumentParser:
    """The options; each field of a recipe is one."""
    parser = argparse.ArgumentParser("python -m nand2resnet.training", description=run.__doc__)
    parser.add_argument(
        "network",
        metavar="FILE:NAME",
        help="a notebook, and a class or function in it that makes a network",
    )
    parser.add_argument("--data", choices=SETS, default="mnist")
    parser.add_argument("--pictures", type=int, metavar="N", help="train on the first N only")
    parser.add_argument(
        "--set",
        type=setting,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an argument of the network, such as depth=20; may be repeated",
    )
    parser.add_argument("--augment", nargs="+", choices=AUGMENTATIONS, default=[])
    parser.add_argument("--device", help="cuda, mps or cpu; by default the fastest there is")
    parser.add_argument("--checkpoint", type=Path, help="written each epoch, and resumed from")
    parser.add_argument("--out", type=Path, help="where the report goes, as JSON")
    recipe = parser.add_argument_group("recipe", "see nand2resnet.training.recipe")
    for field in fields(Recipe):
        names = [f"--{field.name.replace('_', '-')}"]
        if field.name == "compiled":
            names.append("--compile")
        if isinstance(field.default, bool):
            recipe.add_argument(*names, dest=field.name, action="store_true", default=None)
        else:
            shown = f"by default {field.default!r}"
            recipe.add_argument(*names, dest=field.name, type=of_kind(field.default), help=shown)
    return parser


def of_kind(default: Any) -> Any:
    """What makes a value of the default's type from an option's text."""
    if isinstance(default, tuple):
        return lambda text: tuple(float(one) for one in text.split(","))
    if isinstance(default, str):
        return lambda text: SHORT_NAMES.get(text, text)
    return type(default)


def setting(text: str) -> tuple[str, Any]:
    """``depth=20`` as a name and a value; what is no literal of Python is a text."""
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form NAME=VALUE")
    try:
        return name, ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return name, value
