"""Grid against random search: landscapes in which only one of two settings matters."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import traitlets

from nand2resnet.widgets.capacity_explorer import TUNING_CSS
from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

NAME = "random_search"
LOW, HIGH = 1e-3, 1.0
NAMES = ("a", "b")
SIDES = [2, 3, 4, 5]
WIDTH = 0.15
"""Of a ridge, as a share of the axis: how far from the top a score has fallen to a third."""
DUELS = 100
FIRST = {"side": 4, "matters": "one", "seed": 29}


class SearchDuel(Figure):
    """Choose how many trials both get and how many settings matter, and let them search.

    Parameters
    ----------
    random_search : callable
        The learner's ``random_search(score, ranges, trials, rng)``.

    Attributes
    ----------
    side : int
        Trials along each axis of the grid; both get its square.
    matters : str
        ``"one"`` or ``"both"``: how many of the two settings change the score.
    seed : int
        Of the landscape and of the generator that is handed to the learner's function.
    duel : dict
        What ``matters``; the landscape's ``top`` and ``axis``, the trials and the best scores of
        ``grid`` and ``random``, as shares of the axes; and of `DUELS` duels how many the random
        search has ``won`` and ``lost``. Empty in trouble.

    Examples
    --------
    >>> SearchDuel(random_search)  # doctest: +SKIP
    """

    _esm = module_text("search_duel.js")
    _css = Figure._css + NEURONS_CSS + TUNING_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    side = traitlets.Int().tag(sync=True)
    matters = traitlets.Unicode().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    duel = traitlets.Dict().tag(sync=True)

    def __init__(self, random_search: Callable[..., object]) -> None:
        self._random_search = random_search
        super().__init__(
            scale={"sides": SIDES, "low": LOW, "high": HIGH, "width": WIDTH, "duels": DUELS},
            **FIRST,
        )
        self._run()
        self.observe(lambda _: self._run(), names=["side", "matters", "seed"])

    def _run(self) -> None:
        """Fight the duel that is shown, and those that are only counted."""
        try:
            duels = [self._fight(DUELS * self.seed + number) for number in range(DUELS)]
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.duel = {}
            return
        won = sum(duel["random"]["best"] > duel["grid"]["best"] for duel in duels)
        lost = sum(duel["random"]["best"] < duel["grid"]["best"] for duel in duels)
        self.trouble = ""
        # In one piece, so that the picture and the words never speak of two duels.
        self.duel = {**duels[0], "matters": self.matters, "won": won, "lost": lost}

    def _fight(self, seed: int) -> dict:
        """One landscape, searched by both."""
        rng = np.random.default_rng(seed)
        top, axis = rng.uniform(0, 1, size=2), int(rng.integers(2))
        axes = [axis] if self.matters == "one" else [0, 1]

        def height(place: FloatArray) -> float:
            away = (place - top)[axes]
            return float(np.exp(-np.sum(away**2) / WIDTH**2))

        ticks = (np.arange(self.side) + 0.5) / self.side
        grid = [np.array([a, b]) for b in ticks for a in ticks]
        tried = self._searched(height, rng)
        return {
            "top": top.tolist(),
            "axis": axis,
            "grid": told(grid, height),
            "random": told(tried, height),
        }

    def _searched(
        self, height: Callable[[FloatArray], float], rng: np.random.Generator
    ) -> list[FloatArray]:
        """Where the learner's search went, as shares of the axes."""
        places: list[FloatArray] = []
        most = 4 * self.side**2

        def score(settings: Mapping[str, float]) -> float:
            if len(places) >= most:
                raise LearnerTroubleError(
                    f"`{NAME}` went on after {most} calls of score, for {self.side**2} trials."
                )
            places.append(place_of(settings))
            return height(places[-1])

        ranges = dict.fromkeys(NAMES, (LOW, HIGH))
        call(self._random_search, score, ranges, self.side**2, rng, name=NAME)
        if len(places) != self.side**2:
            raise LearnerTroubleError(
                f"`{NAME}` called score {len(places)} times for {self.side**2} trials: that would "
                "not be a fair duel."
            )
        return places


def place_of(settings: Mapping[str, float]) -> FloatArray:
    """Settings as shares of the logarithmic axes, or what is wrong with them."""
    try:
        values = np.array([float(settings[name]) for name in NAMES])
    except (TypeError, KeyError, ValueError, IndexError):
        raise LearnerTroubleError(
            f"`{NAME}` should call score with a dict of numbers named {' and '.join(NAMES)}; "
            f"it was called with {str(settings)[:60]}."
        ) from None
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise LearnerTroubleError(f"`{NAME}` tried {values}, but settings are more than 0.")
    shares: FloatArray = np.log(values / LOW) / np.log(HIGH / LOW)
    return shares


def told(places: list[FloatArray], height: Callable[[FloatArray], float]) -> dict:
    """The places, which of them is the best, and how good it is."""
    heights = [height(place) for place in places]
    number = int(np.argmax(heights))
    return {"places": [p.tolist() for p in places], "best": heights[number], "number": number}
