"""The optimiser race's Python side: what the learner's functions did is what is drawn."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet.widgets import OptimizerRace
from nand2resnet.widgets.optimizer_race import MOMENTA, RACERS, RATES, WITH_MOMENTUM, outcome
from nand2resnet.widgets.racetracks import TRACKS
from tests.widgets import learners_code

LEARNERS = {racer: getattr(learners_code, racer) for racer in RACERS if racer != "descent"}


def race(**others):
    return OptimizerRace(**(LEARNERS | others))


def go_to(shown, name):
    """What the front end sends when another track is chosen."""
    track = TRACKS[name]
    shown.set_state({"track": name, "start": list(track.start), "rates": dict(track.rates)})


def by_hand(racer, track, start, rate, momentum):
    """The path of one racer, step by step, without the figure."""
    w, state, path = np.array(start, dtype=float), {}, [np.array(start, dtype=float)]
    for _ in range(track.steps):
        if racer == "descent":
            w = w - rate * track.gradient(w)
        else:
            slope = track.gradient if racer == "nesterov" else track.gradient(w)
            extra = (momentum,) if racer in WITH_MOMENTUM else ()
            w, state = LEARNERS[racer](w, slope, state, rate, *extra)
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize("name", TRACKS)
def test_drawn_is_what_the_learners_functions_did(name):
    shown, track = race(), TRACKS[name]
    go_to(shown, name)
    for racer, run in shown.runs.items():
        path = by_hand(racer, track, track.start, track.rates[racer], 0.9)
        np.testing.assert_allclose(run["path"], path, atol=1e-4)
        heights = np.log10(np.maximum(track.height(path), 1e-12))
        np.testing.assert_allclose(run["heights"], heights, atol=1e-4)


@pytest.mark.parametrize("name", TRACKS)
@given(x=st.floats(-2, 2), y=st.floats(-1, 2))
def test_slopes_are_those_of_the_heights(name, x, y):
    track, h = TRACKS[name], 1e-6
    for step in np.eye(2) * h:
        at = np.array([x, y])
        slope = (track.height(at + step) - track.height(at - step)) / (2 * h)
        assert np.isclose(slope, track.gradient(at) @ step / h, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("track", TRACKS.values())
def test_the_bottoms_are_the_lowest_places(track):
    for bottom in track.bottoms:
        assert track.height(np.array(bottom, dtype=float)) == pytest.approx(track.lowest)
        np.testing.assert_allclose(track.gradient(np.array(bottom, dtype=float)), 0, atol=1e-12)
    x, y = np.meshgrid(np.linspace(*track.x, 50), np.linspace(*track.y, 50))
    assert (track.height(np.stack([x, y], axis=-1)) >= track.lowest).all()


@pytest.mark.parametrize("track", TRACKS.values())
def test_first_rates_are_stops_of_the_sliders(track):
    assert set(track.rates) == set(RACERS)
    assert set(track.rates.values()) <= set(RATES)
    assert 0.9 in MOMENTA


def test_turning_the_ravine_changes_nothing_but_for_those_with_a_rate_for_each_axis():
    shown = race()
    before = {racer: run["arrived"] for racer, run in shown.runs.items()}
    go_to(shown, "turned ravine")
    after = {racer: run["arrived"] for racer, run in shown.runs.items()}
    for racer in ("descent", "sgd_momentum", "nesterov"):
        assert before[racer] == after[racer]
    for racer in ("adagrad", "rmsprop", "adam"):
        assert after[racer] is None or after[racer] > before[racer]


def test_signs_leave_the_saddle_at_once_and_slopes_linger():
    shown = race()
    go_to(shown, "saddle")
    left = {
        racer: int(np.argmax(np.abs(np.array(run["path"])[:, 1]) > 0.3))
        for racer, run in shown.runs.items()
    }
    assert max(left["adagrad"], left["rmsprop"], left["adam"]) < 20
    assert min(left["sgd_momentum"], left["nesterov"]) > 40
    assert left["descent"] > 100


def test_only_who_is_changed_runs_again():
    asked = []

    def watched(w, dw, state, lr):
        asked.append(lr)
        return learners_code.adagrad(w, dw, state, lr)

    shown = race(adagrad=watched)
    asked.clear()
    shown.rates = shown.rates | {"adam": 0.1}
    shown.momentum = 0.5
    assert not asked
    shown.rates = shown.rates | {"adagrad": 0.1}
    assert set(asked) == {0.1}
    shown.start = [1.0, 1.0]
    assert all(run["path"][0] == [1.0, 1.0] for run in shown.runs.values())


def test_who_flies_out_is_drawn_as_far_as_it_can_be_seen():
    shown = race()
    shown.rates = shown.rates | {"descent": 1.0}
    run = shown.runs["descent"]
    assert run["words"] == f"flew out at step {run['out']}"
    assert run["arrived"] is None
    assert len(run["path"]) == run["out"]
    json.dumps(run, allow_nan=False)


def test_who_swings_through_the_bottom_has_not_arrived():
    track = TRACKS["ravine"]
    path = np.array([[4.0, 0.0], [0.0, 0.0], [3.0, 0.0], [0.01, 0.0], [0.0, 0.0]])
    told = outcome(path, track)
    assert told["arrived"] == 3
    assert told["words"] == "there after 3 steps"
    assert outcome(path[:3], track)["words"] == "still 4.5 too high after 2 steps"


def test_the_others_race_while_one_is_not_written():
    shown = race(adam=learners_code.unwritten)
    assert "is not written yet" in shown.runs["adam"]["trouble"]
    assert list(shown.runs["adam"]) == ["trouble"]
    assert shown.runs["rmsprop"]["arrived"]
    assert shown.trouble == ""


@pytest.mark.parametrize(
    ("result", "told"),
    [
        (None, "`rmsprop` returned None. Does it end with `return`?"),
        (np.zeros(2), "returned ndarray. Two things are needed"),
        ((np.zeros(3), {}), "has the shape (3,); that of the old one was (2,)"),
        (("w", {}), "has the shape ()"),
        ((np.zeros(2), np.zeros(2)), "The new state of `rmsprop` is a ndarray"),
    ],
)
def test_anything_else_than_weights_and_a_state_is_told(result, told):
    shown = race(rmsprop=lambda *_: result)
    assert told in shown.runs["rmsprop"]["trouble"]


def test_a_learner_who_works_in_place_races_all_the_same():
    def in_place(w, dw, state, lr, rho=0.9):
        state["v"] = rho * state.get("v", 0.0) - lr * dw
        w += state["v"]
        return w, state

    assert race(sgd_momentum=in_place).runs == race().runs
