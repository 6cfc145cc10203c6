"""A recipe: everything about a training run that is not the network and not the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from nand2resnet.training.precision import Precision

Optimizer = Literal["sgd", "adam"]
Schedule = Literal["constant", "cosine", "steps", "one cycle"]


@dataclass(frozen=True)
class Recipe:
    """How to train.

    Attributes
    ----------
    epochs : int
        How often each picture is seen.
    batch : int
        Pictures in a batch, at most; with several processes, in each process.
    learning_rate : float
        The largest one; the schedule says how it changes.
    momentum : float
        Of "sgd"; for "adam" the first of its two decays.
    weight_decay : float
        How much of a weight is added to its gradient.
    optimizer : str
        "sgd" (with momentum) or "adam".
    schedule : str
        "constant"; "cosine", down to 0; "steps", a tenth from each milestone on; "one cycle", up
        and down to 0 on two straight lines.
    milestones : tuple of float
        For "steps": after how many epochs.
    warmup : float
        Over how many epochs the learning rate first grows from near 0 to its full size.
    label_smoothing : float
        How much of the wanted probability is spread over all classes.
    precision : str
        "float32", "bfloat16", "float16", or "auto": whichever the device is quick with.
    channels_last : bool
        Keep the channels of a pixel together in memory, which a GPU prefers in 16 bits.
    compiled : bool
        Let ``torch.compile`` make the network faster; that takes a minute at the start.
    seed : int
        Decides about the order of the pictures, how they are augmented, and dropout.

    Raises
    ------
    ValueError
        A value that cannot be meant; the message says which would do.
    """

    epochs: int = 3
    batch: int = 128
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4
    optimizer: Optimizer = "sgd"
    schedule: Schedule = "constant"
    milestones: tuple[float, ...] = ()
    warmup: float = 0.0
    label_smoothing: float = 0.0
    precision: Precision = "float32"
    channels_last: bool = False
    compiled: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be meant, before hours are spent on it."""
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                known = ", ".join(map(repr, choices))
                raise ValueError(f"{name}={value!r} is not known; choose one of {known}")
        for name, (smallest, largest) in RANGES.items():
            value = getattr(self, name)
            if not smallest <= value <= largest:
                raise ValueError(f"{name}={value!r} must lie between {smallest} and {largest}")
        if bool(self.milestones) != (self.schedule == "steps"):
            raise ValueError(
                f"milestones={self.milestones} with schedule={self.schedule!r}: "
                "milestones belong to the schedule 'steps', and it needs one at least"
            )


CHOICES = {
    "optimizer": get_args(Optimizer),
    "schedule": get_args(Schedule),
    "precision": get_args(Precision),
}
MANY = 10**9
RANGES: dict[str, tuple[float, float]] = {
    "epochs": (0, MANY),
    "batch": (1, MANY),
    "learning_rate": (0, MANY),
    "momentum": (0, 1),
    "weight_decay": (0, MANY),
    "warmup": (0, MANY),
    "label_smoothing": (0, 1),
    "seed": (0, MANY),
}
"""The smallest and the largest value of what is a number."""
