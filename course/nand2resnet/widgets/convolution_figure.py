"""What the figures of convolution share: their style, their grid of cells, a look at the answer."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from nand2resnet.widgets.controls import module_with_controls
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError

_HERE = Path(__file__).parent
_IMPORT_OF_GRID = re.compile(r'^import \{[^}]*\} from "\./grid\.js";\n', re.MULTILINE)
_IMPORT_OF_DRAWING = re.compile(r'^import \{[^}]*\} from "\./drawing\.js";\n', re.MULTILINE)

CONVOLUTION_CSS = (_HERE / "convolution.css").read_text(encoding="utf-8")


def module_with_grid(name: str) -> str:
    """Join a figure's JavaScript module with drawing.js, controls.js and grid.js.

    Parameters
    ----------
    name : str
        File name of the figure's module in this folder.

    Returns
    -------
    str
        One ES module.

    Raises
    ------
    ValueError
        If the module does not import from each of the three once.
    """
    grid = _IMPORT_OF_DRAWING.sub("", (_HERE / "grid.js").read_text(encoding="utf-8"))
    module, imports = _IMPORT_OF_GRID.subn(lambda _: grid, module_with_controls(name))
    if imports != 1:
        raise ValueError(f'{name} must import from "./grid.js" once, not {imports} times')
    return module


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
