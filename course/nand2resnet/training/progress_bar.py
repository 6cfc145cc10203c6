"""A bar that shows how far a loop has got, and how well it does."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Any, TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

PATIENCE = 0.3
"""Seconds after which a bar appears: what is done by then needs none."""
WIDTH = 72
"""Of the bar with its numbers, in characters."""
WIDTH_OF_RUN = 100
"""Of a run's bar, which tells more."""


def progress(items: Iterable[Item], name: str = "epochs") -> Iterable[Item]:
    """Go through some items, and draw a bar where it takes longer than a moment.

    Parameters
    ----------
    items : iterable
        What to go through, such as ``range(epochs)``.
    name : str
        What they are, written before the bar.

    Returns
    -------
    iterable
        The same items in the same order.
    """
    return tqdm(items, desc=name, delay=PATIENCE, ncols=WIDTH, file=sys.stdout)


class RunBar:
    """The bar of a training run: one mark per step, with loss, accuracy and pictures a second.

    Parameters
    ----------
    epochs, steps_per_epoch : int
        How long the run is.
    done : int
        Steps that an earlier part of the run has taken.
    shown : bool
        False draws nothing.
    """

    def __init__(self, epochs: int, steps_per_epoch: int, done: int, *, shown: bool) -> None:
        self.epochs = epochs
        self.bar: Any = tqdm(
            desc=f"epoch {min(done // steps_per_epoch + 1, epochs)}/{epochs}",
            total=epochs * steps_per_epoch,
            initial=done,
            bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}",
            disable=not shown,
            delay=PATIENCE,
            ncols=WIDTH_OF_RUN,
            file=sys.stdout,
        )

    def __enter__(self) -> RunBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        self.bar.close()

    def step(self) -> bool:
        """Count a step; True if it is time to tell the figures (on a GPU, asking costs time)."""
        return bool(self.bar.update())

    def tell(self, epoch: int, loss: float, accuracy: float, images_per_second: float) -> None:
        """Have the figures of an epoch, as far as it has got, stand beside the bar from now on."""
        self.bar.set_description_str(f"epoch {epoch}/{self.epochs}", refresh=False)
        self.bar.set_postfix_str(
            f"loss {loss:.3f}, accuracy {accuracy:.1%}, {images_per_second:,.0f} images/s",
            refresh=False,
        )
