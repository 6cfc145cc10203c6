"""A bar that shows how far a loop has got."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TypeVar

from tqdm import tqdm

Item = TypeVar("Item")

PATIENCE = 0.3
"""Seconds after which a bar appears: what is done by then needs none."""
WIDTH = 72
"""Of the bar with its numbers, in characters."""


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
