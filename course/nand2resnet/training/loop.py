"""Train a network by a recipe: the loop, with everything around it that long runs need.

The heart is ``Run.step``: forward, loss, backward, step. The rest is what a run of minutes or hours
wants besides: a device, a schedule, numbers of 16 bits, other processes, a bar, a checkpoint, and a
history to plot.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from nand2resnet.training import checkpoints
from nand2resnet.training.augment import Augment, name_of
from nand2resnet.training.devices import choose_device, describe, named_device
from nand2resnet.training.errors import TrainingError, memory_explained
from nand2resnet.training.parallel import Team, join
from nand2resnet.training.pictures import PictureSet, to_device
from nand2resnet.training.precision import autocast, gradient_scaler, short_type
from nand2resnet.training.progress_bar import RunBar
from nand2resnet.training.randomness import random_states, restore, seed_everything, seed_of
from nand2resnet.training.recipe import Recipe
from nand2resnet.training.schedules import learning_rate

__all__ = ["Epoch", "History", "Recipe", "train"]

ORDER, AUGMENTATION = range(2)
"""What chance is drawn for within an epoch."""
AUXILIARY_WEIGHT = 0.3
"""Of the loss of an auxiliary head. Source: Szegedy et al. 2015, section 5."""


@dataclass(frozen=True)
class Epoch:
    """What came of one pass over the training pictures.

    ``loss`` and ``accuracy`` are means over the pictures while the network was learning from them;
    ``test_loss`` and ``test_accuracy`` are those of the network at the end of the epoch.
    ``learning_rate`` is that of the last step. ``seconds`` and ``images_per_second`` count the
    training only, not the test.
    """

    number: int
    loss: float
    accuracy: float
    test_loss: float
    test_accuracy: float
    learning_rate: float
    seconds: float
    images_per_second: float


@dataclass(frozen=True)
class History:
    """A run: its epochs, and what surrounds them.

    ``seconds`` count from the first step to the end, tests and checkpoints included;
    ``start_up_seconds`` are those before it, in which the pictures move to the device;
    ``resumed_after`` is the number of epochs that were taken over from a checkpoint.
    """

    epochs: tuple[Epoch, ...]
    device: str
    processes: int
    augment: str
    start_up_seconds: float
    seconds: float
    resumed_after: int = 0


def train(
    model: nn.Module,
    pictures: PictureSet,
    recipe: Recipe,
    *,
    device: torch.device | str | None = None,
    augment: Augment | None = None,
    checkpoint: Path | None = None,
    show_progress: bool = True,
) -> History:
    """Train a network on pictures, and test it after each epoch.

    Parameters
    ----------
    model : nn.Module
        Gives scores (N, classes) for pictures (N, C, H, W), or a tuple of the scores and those of
        auxiliary heads. It is moved to the device and trained in place.
    pictures : PictureSet
        ``.train`` and ``.test``, each with ``.images``, bytes (N, C, H, W), and ``.labels`` (N,).
        They are moved to the device once, and scaled there to mean 0 and spread 1 per channel.
    recipe : Recipe
        All the numbers.
    device : torch.device or str, optional
        Where; by default :func:`nand2resnet.training.devices.choose_device` decides, and says so.
    augment : callable, optional
        Called with each batch and a ``torch.Generator``; see ``nand2resnet.training.augment``.
    checkpoint : Path, optional
        A file that is written after each epoch. If it is there, the run goes on from it; on a CPU
        with the same numbers as if it had never stopped.
    show_progress : bool
        Draw a bar.

    Returns
    -------
    History
        One :class:`Epoch` each.

    Raises
    ------
    TrainingError
        No such device, no pictures, too little memory, a loss that is no number, or a checkpoint of
        another run. The message says what to do.
    """
    begun = time.perf_counter()
    where = choose_device() if device is None else named_device(device)
    with memory_explained(where, recipe.batch, recipe.precision):
        run = Run(model, pictures, recipe, where, augment)
        done = run.resume(checkpoint)
        resumed, first_step = len(done), time.perf_counter()
        shown = show_progress and run.team.leads
        with RunBar(recipe.epochs, run.steps, resumed * run.steps, shown=shown) as bar:
            for number in range(resumed + 1, recipe.epochs + 1):
                done.append(run.epoch(number, bar))
                run.save(checkpoint, done)
    return History(
        epochs=tuple(done),
        device=describe(where),
        processes=run.team.size,
        augment=name_of(augment),
        start_up_seconds=first_step - begun,
        seconds=time.perf_counter() - first_step,
        resumed_after=resumed,
    )


class Run:
    """A network with all that changes while it trains."""

    def __init__(
        self,
        model: nn.Module,
        pictures: PictureSet,
        recipe: Recipe,
        device: torch.device,
        augment: Augment | None,
    ) -> None:
        self.recipe, self.device, self.augment = recipe, device, augment
        self.team = join(device)
        # Batches keep their size, so it pays to try which way to convolve is the quickest.
        torch.backends.cudnn.benchmark = device.type == "cuda"
        seed_everything(seed_of(recipe.seed, self.team.rank))
        self.train_part, self.test_part = to_device(pictures, device)
        self.steps = math.ceil(len(self.train_part) / (recipe.batch * self.team.size))
        self.layout = torch.channels_last if recipe.channels_last else torch.contiguous_format
        self.model = model.to(device, memory_format=self.layout)  # type: ignore[call-overload]
        network = self.team.copies(self.model, device)
        self.network: Any = torch.compile(network) if recipe.compiled else network
        self.short = short_type(recipe.precision, device)
        self.scaler = gradient_scaler(device, self.short)
        self.optimizer = make_optimizer(self.model, recipe)
        self.belongs_to = {
            "recipe": asdict(recipe),
            "augment": name_of(augment),
            "processes": self.team.size,
            "network": network_of(model),
            "pictures": {
                "name": getattr(pictures, "name", ""),
                "train": list(self.train_part.images.shape),
                "test": list(self.test_part.images.shape),
            },
        }

    def epoch(self, number: int, bar: RunBar) -> Epoch:
        """Learn from every training picture once, in a new order, and test."""
        begun = time.perf_counter()
        self.network.train()
        chance = torch.Generator(self.device)
        chance.manual_seed(seed_of(self.recipe.seed, number, AUGMENTATION, self.team.rank))
        sums = Sums(self.device)
        rate = 0.0
        for index, batch in enumerate(self.batches(number)):
            rate = learning_rate(self.recipe, (number - 1) * self.steps + index, self.steps)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            mine = self.team.share(batch)
            images, labels = self.train_part.batch(mine)
            if self.augment is not None:
                images = self.augment(images, chance)
            part = len(mine) * self.team.size / len(batch)
            scores, loss = self.step(images, labels, part)
            sums.add(loss, scores, labels)
            if bar.step():
                seconds = time.perf_counter() - begun
                loss_now, accuracy_now, seen = sums.means()
                bar.tell(number, loss_now, accuracy_now, seen * self.team.size / seconds)
        loss_mean, accuracy, seen = sums.over(self.team).means()
        seconds = time.perf_counter() - begun
        if not math.isfinite(loss_mean):
            raise TrainingError(
                f"The loss is {loss_mean} in epoch {number}: the weights have grown beyond all "
                f"numbers. Try a smaller learning rate than {rate:.2g}, or warmup=1."
            )
        test_loss, test_accuracy = self.test()
        bar.tell(number, loss_mean, accuracy, seen / seconds)
        found = (loss_mean, accuracy, test_loss, test_accuracy)
        return Epoch(number, *found, rate, seconds, seen / seconds)

    def batches(self, number: int) -> Iterator[torch.Tensor]:
        """The numbers of the training pictures in an order of this epoch's own, batch by batch.

        All batches are about equally large, so that none is left with a picture or two; a batch
        is for all processes together.
        """
        chance = torch.Generator().manual_seed(seed_of(self.recipe.seed, number, ORDER))
        order = torch.randperm(len(self.train_part), generator=chance)
        yield from order.to(self.device).tensor_split(self.steps)

    def step(
        self, images: torch.Tensor, labels: torch.Tensor, part: float = 1
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """One step downhill; ``part`` weighs this process's share of a batch among the others'."""
        images = images.contiguous(memory_format=self.layout)
        with autocast(self.device, self.short):
            answer = self.network(images)
        scores, loss = loss_of(answer, labels, self.recipe.label_smoothing)
        self.optimizer.zero_grad()
        self.scaler.scale(part * loss).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return scores.detach(), loss.detach()

    @torch.no_grad()
    def test(self) -> tuple[float, float]:
        """Mean loss and accuracy over the test pictures."""
        self.network.eval()
        sums = Sums(self.device)
        numbers = self.team.share(torch.arange(len(self.test_part), device=self.device))
        for which in numbers.split(self.recipe.batch):
            images, labels = self.test_part.batch(which)
            images = images.contiguous(memory_format=self.layout)
            with autocast(self.device, self.short):
                answer = self.network(images)
            scores, loss = loss_of(answer, labels)
            sums.add(loss, scores, labels)
        loss_mean, accuracy, _ = sums.over(self.team).means()
        return loss_mean, accuracy

    def resume(self, checkpoint: Path | None) -> list[Epoch]:
        """Take up a run where a checkpoint left it; return the epochs that are done."""
        state = checkpoints.load(checkpoint, self.belongs_to) if checkpoint else None
        if state is None:
            return []
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        restore(state["random"][self.team.rank])
        return [Epoch(**epoch) for epoch in state["epochs"]]

    def save(self, checkpoint: Path | None, done: list[Epoch]) -> None:
        """Write all that a later run needs to go on from here."""
        if checkpoint is None:
            return
        states = self.team.gathered(random_states())
        if self.team.leads:
            state = {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "scaler": self.scaler.state_dict(),
                "random": states,
                "epochs": [asdict(epoch) for epoch in done],
            }
            checkpoints.save(checkpoint, self.belongs_to, state)


class Sums:
    """Loss, right answers and pictures, added up on the device: to read them makes it wait."""

    def __init__(self, device: torch.device) -> None:
        self.numbers = torch.zeros(3, device=device)

    def add(self, loss: torch.Tensor, scores: torch.Tensor, labels: torch.Tensor) -> None:
        """Add a batch with its mean loss."""
        right = (scores.argmax(1) == labels).sum()
        count = torch.full_like(loss, len(labels))
        self.numbers += torch.stack([loss * count, right.to(loss.dtype), count])

    def over(self, team: Team) -> Sums:
        """The sums of all processes."""
        self.numbers = team.total(self.numbers)
        return self

    def means(self) -> tuple[float, float, int]:
        """Mean loss, share of right answers, and number of pictures."""
        loss, right, count = self.numbers.tolist()
        return loss / count, right / count, int(count)


def make_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The optimizer of a recipe; its learning rate is set before each step."""
    weights, decay = model.parameters(), recipe.weight_decay
    if recipe.optimizer == "adam":
        return torch.optim.Adam(weights, betas=(recipe.momentum, 0.999), weight_decay=decay)
    return torch.optim.SGD(weights, lr=0, momentum=recipe.momentum, weight_decay=decay)


def loss_of(
    answer: torch.Tensor | tuple[torch.Tensor, ...],
    labels: torch.Tensor,
    label_smoothing: float = 0,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Scores, and the mean loss in 32 bits; auxiliary heads' losses count a little."""
    scores, *auxiliary = answer if isinstance(answer, tuple) else (answer,)
    losses = [
        cross_entropy(one.float(), labels, label_smoothing=label_smoothing)
        for one in (scores, *auxiliary)
    ]
    return scores, losses[0] + AUXILIARY_WEIGHT * sum(losses[1:])


def network_of(model: nn.Module) -> dict[str, Any]:
    """What tells one network from another: its class, and the shapes of its weights by name."""
    shapes = {name: str(list(weight.shape)) for name, weight in model.state_dict().items()}
    return {"class": type(model).__name__, "weights": shapes}
