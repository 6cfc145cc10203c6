"""Inception module: four branches side by side, their 1 x 1 convolutions switched off and on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import traitlets

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import LearnerTroubleError, call

# Channels in, side of the maps, then n1, reduce3, n3, reduce5, n5, pool of the modules of
# GoogLeNet. Source: Szegedy et al. 2015, table 1.
MODULES = {
    "3a": (192, 28, 64, 96, 128, 16, 32, 32),
    "3b": (256, 28, 128, 128, 192, 32, 96, 64),
    "4a": (480, 14, 192, 96, 208, 16, 48, 64),
    "4b": (512, 14, 160, 112, 224, 24, 64, 64),
    "4c": (512, 14, 128, 128, 256, 24, 64, 64),
    "4d": (512, 14, 112, 144, 288, 32, 64, 64),
    "4e": (528, 14, 256, 160, 320, 32, 128, 128),
    "5a": (832, 7, 256, 160, 320, 32, 128, 128),
    "5b": (832, 7, 384, 192, 384, 48, 128, 128),
}
SWITCHES = ("3 x 3", "5 x 5", "pooling")
FIRST = {"module": "3a", "reduced": list(SWITCHES)}


class InceptionModule(Figure):
    """Switch the 1 x 1 convolutions of an inception module, and see what each branch costs.

    Parameters
    ----------
    Inception : callable
        The learner's class ``Inception(in_channels, n1, reduce3, n3, reduce5, n5, pool)``.

    Attributes
    ----------
    module : str
        Which module of GoogLeNet: "3a" to "5b".
    reduced : list of str
        Before (or, of the pooling, after) which branches there is a 1 x 1 convolution, of SWITCHES.
    branches : list of dict
        Each with its ``name``, the ``steps`` in it, and the ``channels``, ``parameters`` and
        ``multiply_adds`` it comes to.
    sizes : dict
        ``channels`` that come in, ``side`` of the maps, and ``direct``: the multiply-adds of each
        branch with no 1 x 1 convolution in its way.
    said : int or None
        How many parameters the learner's module has; it has all its 1 x 1 convolutions.
    trouble : str
        What is wrong with the learner's class, in words for the learner, or empty.

    Examples
    --------
    >>> InceptionModule(Inception)  # doctest: +SKIP
    """

    _esm = module_text("inception_module.js")
    _css = Figure._css + Path(__file__).with_suffix(".css").read_text(encoding="utf-8")

    modules: traitlets.List[str] = traitlets.List(list(MODULES)).tag(sync=True)
    switches: traitlets.List[str] = traitlets.List(list(SWITCHES)).tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    module = traitlets.Unicode().tag(sync=True)
    reduced: traitlets.List[str] = traitlets.List().tag(sync=True)
    branches: traitlets.List[dict[str, object]] = traitlets.List().tag(sync=True)
    sizes = traitlets.Dict().tag(sync=True)
    said = traitlets.Int(None, allow_none=True).tag(sync=True)

    def __init__(self, Inception: Callable[..., Any]) -> None:
        self._inception = Inception
        super().__init__(**FIRST)
        self._compute()
        self.observe(lambda _: self._compute(), names=["module", "reduced"])

    def _compute(self) -> None:
        channels, side, *_ = MODULES[self.module]
        trouble, said = "", None
        try:
            said = parameters_of(self._inception, self.module)
        except LearnerTroubleError as error:
            trouble = str(error)
        direct = [branch["multiply_adds"] for branch in branches_of(self.module, ())]
        with self.hold_sync():
            self.trouble = trouble
            self.said = said
            self.sizes = {"channels": channels, "side": side, "direct": direct}
            self.branches = branches_of(self.module, self.reduced)


def parameters_of(Inception: Callable[..., Any], module: str) -> int:
    """How many numbers the learner's module learns.

    Raises
    ------
    LearnerTroubleError
        If it cannot be made, or is no module.
    """
    channels, _, *numbers = MODULES[module]
    made: Any = call(Inception, channels, *numbers, name="Inception")
    try:
        return sum(int(weight.numel()) for weight in made.parameters())
    except AttributeError:
        raise LearnerTroubleError(
            f"`Inception` should make an `nn.Module`; it made {type(made).__name__}."
        ) from None


def branches_of(module: str, reduced: Any) -> list[dict[str, Any]]:
    """The four branches of a module, with 1 x 1 convolutions where they are asked for.

    Source: a convolution with F filters of k x k on C channels has F (C k^2 + 1) parameters, and
    costs F C k^2 multiply-adds at each place.
    """
    channels, side, n1, reduce3, n3, reduce5, n5, pool = MODULES[module]
    small, large, pooling = (name in reduced for name in SWITCHES)
    plans: list[tuple[str, list[tuple[int, int, int]]]] = [
        ("1 x 1", [(channels, n1, 1)]),
        ("3 x 3", behind(channels, reduce3, n3, 3) if small else [(channels, n3, 3)]),
        ("5 x 5", behind(channels, reduce5, n5, 5) if large else [(channels, n5, 5)]),
        ("pooling", [(channels, pool, 1)] if pooling else []),
    ]
    return [
        {
            "name": name,
            "steps": [f"{k} x {k}: {before} to {after}" for before, after, k in plan],
            "channels": plan[-1][1] if plan else channels,
            "parameters": sum(after * (before * k * k + 1) for before, after, k in plan),
            "multiply_adds": side**2 * sum(b * a * k * k for b, a, k in plan),
        }
        for name, plan in plans
    ]


def behind(channels: int, reduced: int, wanted: int, k: int) -> list[tuple[int, int, int]]:
    """A convolution behind a 1 x 1 convolution that reduces the channels."""
    return [(channels, reduced, 1), (reduced, wanted, k)]
