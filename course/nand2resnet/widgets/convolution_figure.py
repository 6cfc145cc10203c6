"""What the figures of convolution share: their style, and a look at the learner's answer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError

_HERE = Path(__file__).parent

CONVOLUTION_CSS = (_HERE / "convolution.css").read_text(encoding="utf-8")


def map_of(answer: object, shape: tuple[int, ...], name: str) -> FloatArray:
    """Make sure that a map of finite numbers of this shape came back from the learner.

    Raises
    ------
    LearnerTroubleError
        If something else came back; the text says what.
    """
    if answer is None:
        raise LearnerTroubleError(f"`{name}` returned None. Does it end with `return`?")
    try:
        found = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        raise LearnerTroubleError(
            f"`{name}` returned {type(answer).__name__}, which is not an array of numbers."
        ) from None
    if found.shape != shape:
        raise LearnerTroubleError(
            f"`{name}` returned an array of shape {found.shape}; here it should be {shape}."
        )
    if not np.isfinite(found).all():
        raise LearnerTroubleError(f"`{name}` returned numbers that are not finite.")
    return found
