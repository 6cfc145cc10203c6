"""The race: the learner's own optimisers on two ravines, a saddle and Rosenbrock's valley."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import traitlets

from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call
from nand2resnet.widgets.racetracks import DECIMALS, TRACKS, Racetrack

Step = Callable[..., object]

# The letters stand on the balls; a name is what the controls say.
RACERS: Final = {
    "descent": ("D", "Plain descent"),
    "sgd_momentum": ("M", "Momentum"),
    "nesterov": ("N", "Nesterov"),
    "adagrad": ("G", "AdaGrad"),
    "rmsprop": ("R", "RMSProp"),
    "adam": ("A", "Adam"),
}
WITH_MOMENTUM: Final = {"sgd_momentum", "nesterov", "adam"}
RATES: Final = [float(f"{10**power:.3g}") for power in np.arange(-40, 4) / 10]
MOMENTA: Final = [0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99]
USUAL_MOMENTUM: Final = 0.9
STOPS: Final = {"rates": RATES, "momenta": MOMENTA, "usual": USUAL_MOMENTUM}

ARRIVED: Final = 1e-4  # of the height at the start: at the bottom, to the eye
OUT_OF_SIGHT: Final = 1e3  # nothing is drawn this far away
SMALLEST_HEIGHT: Final = 1e-12  # what is lower is drawn as if it were this high

OPTIMIZERS_CSS = (Path(__file__).parent / "optimizer_race.css").read_text(encoding="utf-8")


class OptimizerRace(Figure):
    """Race five optimisers and plain descent, each with its own learning rate.

    On the left the track from above, on the right everyone's height above the bottom by steps. The
    learner's functions run in the kernel at every movement of a slider; the steps can be shown one
    by one.

    Parameters
    ----------
    sgd_momentum, adagrad, rmsprop, adam : callable
        The learner's: ``step(w, dw, state, lr) -> (w, state)`` for w of shape (2,). Momentum and
        Adam take the momentum as a fifth argument. One that is not written says so, and the others
        race.
    nesterov : callable
        The learner's: ``nesterov(w, grad, state, lr, rho) -> (w, state)``.

    Attributes
    ----------
    track : str
        One of `TRACKS`.
    start : list of float
        Where everyone starts.
    momentum : float
        The share of the velocity, or of Adam's first average, that is kept.
    rates : dict of str to float
        Everyone's learning rate.
    runs : dict of str to dict
        For each racer ``path``, ``heights`` (logarithms to base 10), ``arrived`` (the step after
        which it stayed at the bottom, or None), ``out`` (the step at which it flew out, or None)
        and ``words``; or only ``trouble``.

    Examples
    --------
    >>> OptimizerRace(
    ...     sgd_momentum=sgd_momentum,
    ...     nesterov=nesterov,
    ...     adagrad=adagrad,
    ...     rmsprop=rmsprop,
    ...     adam=adam,
    ... )  # doctest: +SKIP
    """

    _esm = module_text("optimizer_race.js")
    _css = Figure._css + OPTIMIZERS_CSS

    tracks = traitlets.Dict().tag(sync=True)
    racers = traitlets.Dict(RACERS).tag(sync=True)
    with_momentum = traitlets.List(sorted(WITH_MOMENTUM)).tag(sync=True)
    stops = traitlets.Dict(STOPS).tag(sync=True)
    track = traitlets.Unicode().tag(sync=True)
    start = traitlets.List(traitlets.Float()).tag(sync=True)
    momentum = traitlets.Float().tag(sync=True)
    rates = traitlets.Dict().tag(sync=True)
    runs = traitlets.Dict().tag(sync=True)

    def __init__(
        self, *, sgd_momentum: Step, nesterov: Step, adagrad: Step, rmsprop: Step, adam: Step
    ) -> None:
        self._steps: dict[str, Step] = {
            "descent": _descent,
            "sgd_momentum": sgd_momentum,
            "nesterov": nesterov,
            "adagrad": adagrad,
            "rmsprop": rmsprop,
            "adam": adam,
        }
        self._settings: dict[str, object] = {}
        first = next(iter(TRACKS))
        super().__init__(
            tracks={name: track.as_dict() for name, track in TRACKS.items()},
            track=first,
            start=list(TRACKS[first].start),
            momentum=USUAL_MOMENTUM,
            rates=dict(TRACKS[first].rates),
        )
        self._run_changed()
        self.observe(lambda _: self._run_changed(), names=["track", "start", "momentum", "rates"])

    def _run_changed(self) -> None:
        """Run those again for whom anything has changed, and publish all."""
        runs = dict(self.runs)
        for racer in RACERS:
            momentum = self.momentum if racer in WITH_MOMENTUM else None
            settings = (self.track, tuple(self.start), self.rates[racer], momentum)
            if self._settings.get(racer) != settings:
                self._settings[racer] = settings
                runs[racer] = self._run(racer)
        self.runs = runs

    def _run(self, racer: str) -> dict[str, object]:
        """Let one racer run from the start, and say what it did."""
        track = TRACKS[self.track]
        momentum = (self.momentum,) if racer in WITH_MOMENTUM else ()
        try:
            path = run(self._steps[racer], racer, track, self.start, self.rates[racer], momentum)
        except LearnerTroubleError as trouble:
            return {"trouble": str(trouble)}
        return outcome(path, track)


def run(
    step: Step,
    name: str,
    track: Racetrack,
    start: list[float],
    rate: float,
    momentum: tuple[float, ...],
) -> FloatArray:
    """Take steps with the learner's function until the track's end, or until it flies out.

    Parameters
    ----------
    step : callable
        The learner's.
    name : str
        What the exercise calls it.
    track : Racetrack
    start : list of two floats
    rate : float
    momentum : tuple of float
        What the function gets after the learning rate.

    Returns
    -------
    ndarray of shape (T + 1, 2)
        The path, the start first.

    Raises
    ------
    LearnerTroubleError
        If the function is not written yet, raises, or returns something else than (w, state).
    """
    path = [np.array(start, dtype=float)]
    state: Mapping[str, object] = {}
    for _ in range(track.steps):
        slope = track.gradient if name == "nesterov" else track.gradient(path[-1])
        came = call(step, path[-1].copy(), slope, state, rate, *momentum, name=name)
        place, state = _checked(came, name)
        path.append(place)
        if not np.all(np.abs(place) < OUT_OF_SIGHT):
            break
    return np.array(path)


def outcome(path: FloatArray, track: Racetrack) -> dict[str, object]:
    """Say what a run came to; see `OptimizerRace.runs`."""
    flew = not np.all(np.abs(path[-1]) < OUT_OF_SIGHT)
    steps = len(path) - 1
    drawn = path[:-1] if flew else path
    heights = track.height(drawn) - track.lowest
    above = np.flatnonzero(~(heights < ARRIVED * heights[0]))
    arrived = int(above[-1]) + 1 if above.size else 0
    told = {
        "path": drawn.round(DECIMALS).tolist(),
        "heights": np.log10(np.maximum(heights, SMALLEST_HEIGHT)).round(DECIMALS).tolist(),
        "arrived": None,
        "out": None,
    }
    if flew:
        return told | {"out": steps, "words": f"flew out at step {steps}"}
    if arrived <= steps:
        return told | {"arrived": arrived, "words": f"there after {arrived} steps"}
    return told | {"words": f"still {heights[-1]:.2g} too high after {steps} steps"}


def _checked(came: object, name: str) -> tuple[FloatArray, Mapping[str, Any]]:
    if came is None:
        raise LearnerTroubleError(f"`{name}` returned None. Does it end with `return`?")
    if not isinstance(came, tuple | list) or len(came) != 2:
        raise LearnerTroubleError(
            f"`{name}` returned {type(came).__name__}. Two things are needed: the new w and the "
            "new state."
        )
    place, state = came
    try:
        place = np.array(place, dtype=float)
    except (TypeError, ValueError):
        place = np.array(np.nan)
    if place.shape != (2,):
        raise LearnerTroubleError(
            f"The new w of `{name}` has the shape {place.shape}; that of the old one was (2,)."
        )
    if not isinstance(state, Mapping):
        raise LearnerTroubleError(
            f"The new state of `{name}` is a {type(state).__name__}; it should be a dict."
        )
    return place, state


def _descent(w: FloatArray, dw: FloatArray, state: object, lr: float) -> tuple[FloatArray, object]:
    return w - lr * dw, state
