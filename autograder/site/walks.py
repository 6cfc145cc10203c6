"""Which states of a figure are recorded for a page: the reach of each of its controls.

A state gives the figure's inputs a value each. Where all combinations would take too much room,
one or two controls move while the others stay where they begin. The page goes to the recorded
state that is nearest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain, combinations, product
from typing import Any, Final

import numpy as np

State = dict[str, Any]
Walk = Callable[[Any], list[State]]


def _grid(**values: Iterable[Any]) -> list[State]:
    """Every combination of these values."""
    return [dict(zip(values, row, strict=True)) for row in product(*values.values())]


def _subsets(items: Iterable[Any]) -> list[list[Any]]:
    """All selections, each in the given order."""
    items = list(items)
    chosen = chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))
    return [list(one) for one in chosen]


def _places(x: Iterable[float], y: Iterable[float]) -> list[list[float]]:
    return [[float(one), float(other)] for one, other in product(x, y)]


def _learning_rate_explorer(figure: Any) -> list[State]:
    reach = figure.reach
    places = _places(np.linspace(-3.2, 3.2, 5), np.linspace(-2.6, 2.6, 4))
    fit = [p for p in places if abs(np.dot(p, figure.steepest)) <= reach["cut"]]
    return _grid(start=fit)


def _gradient_field(_: Any) -> list[State]:
    return _grid(probe=_places(np.linspace(-2, 2, 33), np.linspace(-1.5, 1.5, 25)))


def _fit_explorer(figure: Any) -> list[State]:
    best, half = figure.surface["best"], figure.surface["halfWidth"]
    w, b = (best[i] + half[i] * np.linspace(-0.9, 0.9, 5) for i in (0, 1))
    rates = list(figure.learning_rates)
    here = _grid(learning_rate=rates, start=[list(figure.start)])
    return here + _grid(learning_rate=rates[::6], start=_places(w, b))


def _outlier_lines(figure: Any) -> list[State]:
    (left, right), (low, high) = figure.reach["x"], figure.reach["y"]
    return _grid(outlier=_places(np.linspace(left, right, 17), np.linspace(low, high, 16)))


def _decision_boundary(figure: Any) -> list[State]:
    gates, levels = list(figure.plane["gates"]), [-2.0, -1.0, 1.0, 2.0]
    return _grid(gate=gates, weights=_places(levels, levels), threshold=[-1.5, -0.5, 0.5, 1.5])


def _step_and_sigmoid(figure: Any) -> list[State]:
    low, high = figure.scale["reach"]
    return _grid(steepness=figure.scale["steepnesses"], place=np.arange(low, high, 0.25).tolist())


def _activation_explorer(figure: Any) -> list[State]:
    low, high = figure.scale["reach"]
    known = [name for name in figure.scale["labels"] if name not in figure.missing]
    everywhere = _grid(chosen=known, place=np.arange(low, high + 0.1, 0.5).tolist(), a=[figure.a])
    slopes = _grid(
        chosen=[name for name in figure.scale["with_a"] if name in known],
        place=[figure.place],
        a=np.arange(-0.5, 2.1, 0.25).tolist(),
    )
    return everywhere + slopes


def _softmax_temperature(figure: Any) -> list[State]:
    low, high = figure.scale["reach"]
    moved = [
        [score if i == j else old for j, old in enumerate(figure.scores)]
        for i in range(len(figure.scores))
        for score in np.arange(low, high + 0.1, 1.0).tolist()
    ]
    temperatures = list(figure.scale["temperatures"])
    here = _grid(scores=[list(figure.scores)], temperature=temperatures, shifted=[False, True])
    return here + _grid(scores=moved, temperature=temperatures[::2], shifted=[False])


def _optimizer_race(figure: Any) -> list[State]:
    return [
        {"track": name, "start": list(track["start"]), "momentum": beta, "rates": track["rates"]}
        for name, track in figure.tracks.items()
        for beta in (0.0, 0.5, 0.9)
    ]


def _signal_by_depth(figure: Any) -> list[State]:
    scale = figure.scale
    kinds = _grid(
        start=scale["starts"],
        activation=scale["activations"],
        depth=[figure.depth],
        power=[figure.power],
        norm=[False, True],
    )
    sizes = _grid(
        start=scale["starts"],
        activation=[figure.activation],
        depth=[figure.depth],
        power=np.arange(-scale["power"], scale["power"] + 0.1, 0.5).tolist(),
        norm=[False],
    )
    return kinds + sizes


def _capacity_explorer(figure: Any) -> list[State]:
    scale = figure.scale
    here = _grid(units=scale["units"], dots=scale["dots"], price=[figure.price])
    return here + _grid(units=scale["units"][-5:], dots=[figure.dots], price=scale["prices"])


def _subnetworks(figure: Any) -> list[State]:
    return _grid(count=[1, 5, 50], drop_prob=figure.scale["probabilities"], seed=[figure.seed])


def _search_duel(figure: Any) -> list[State]:
    seeds = range(figure.seed, figure.seed + 4)
    return _grid(side=figure.scale["sides"], matters=["one", "both"], seed=seeds)


def _sliding_kernel(figure: Any) -> list[State]:
    padding, stride = figure.scale["limits"]
    kernels = figure.scale["kernels"]
    return _grid(kernel=kernels, pad=range(padding + 1), stride=range(1, stride + 1))


def _filter_explorer(figure: Any) -> list[State]:
    return _grid(weights=list(figure.scale["presets"].values()))


def _pooling(figure: Any) -> list[State]:
    window, stride = figure.scale["limits"]
    far = range(-figure.scale["farthest"], figure.scale["farthest"] + 1)
    shifts = [[down, right] for down in far for right in far]
    sizes = {"window": range(1, window + 1), "stride": range(1, stride + 1)}
    return _grid(kind=["max", "mean"], **sizes, shift=shifts)


def _receptive_field(figure: Any) -> list[State]:
    kernel, stride = figure.scale["limits"]
    stacks = [list(figure.layers)[:kept] for kept in range(1, len(figure.layers) + 1)]
    return _grid(layers=stacks, kernel=range(1, kernel + 1), stride=range(1, stride + 1))


def _occlusion(figure: Any) -> list[State]:
    pictures, size = range(len(figure.scale["labels"])), figure.size
    rows, columns = len(figure.picture), len(figure.picture[0])
    steps = max(rows // 4, 1)
    places = [[r, c] for r in range(0, rows, steps) for c in range(0, columns, steps)]
    here = list(figure.place)
    every = {"chosen": pictures, "size": [size], "wants_map": [False, True]}
    moved = _grid(chosen=[figure.chosen], size=[size], wants_map=[False], place=places)
    return _grid(**every, place=[here]) + moved


def _shortcut_cutter(figure: Any) -> list[State]:
    return [
        {"depth": depth, "cuts": cuts}
        for depth in figure.scale["depths"]
        for cuts in [[], *([block] for block in range((depth - 2) // 2))]
    ]


def _channel_gates(figure: Any) -> list[State]:
    channels = len(figure.gates[0]) if figure.gates else 0
    return [{"closed": closed} for closed in [[], *([channel] for channel in range(channels))]]


WALKS: Final[Mapping[str, Walk]] = {
    "ActivationExplorer": _activation_explorer,
    "CapacityExplorer": _capacity_explorer,
    "ChannelGates": _channel_gates,
    "ClassTemplates": lambda figure: _grid(stop=range(len(figure.scale["stops"]))),
    "DecisionBoundary": _decision_boundary,
    "DigitReader": lambda _: _grid(example=range(10)),
    "ErrorByYear": lambda figure: _grid(
        without=_subsets(idea for idea, _ in figure.scale["ideas"])
    ),
    "FilterExplorer": _filter_explorer,
    "FitExplorer": _fit_explorer,
    "GradientField": _gradient_field,
    "InceptionModule": lambda figure: _grid(
        module=figure.modules, reduced=_subsets(figure.switches)
    ),
    "LearningBoundary": lambda figure: _grid(examples=list(figure.sets)),
    "LearningRateExplorer": _learning_rate_explorer,
    "Occlusion": _occlusion,
    "OptimizerRace": _optimizer_race,
    "OutlierLines": _outlier_lines,
    "Pooling": _pooling,
    "ReceptiveField": _receptive_field,
    "SearchDuel": _search_duel,
    "ShortcutCutter": _shortcut_cutter,
    "SignalByDepth": _signal_by_depth,
    "SlidingKernel": _sliding_kernel,
    "SoftmaxTemperature": _softmax_temperature,
    "StepAndSigmoid": _step_and_sigmoid,
    "Subnetworks": _subnetworks,
}
"""By the name of the figure's class. What is missing computes in JavaScript alone, or cannot be
recorded, because what it shows depends on what was done before."""
