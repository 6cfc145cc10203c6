"""The kernel's side of unit 08's three figures."""

import numpy as np
import pytest

from nand2resnet.widgets import CapacityExplorer, SearchDuel, Subnetworks
from nand2resnet.widgets.capacity_explorer import (
    DOTS,
    NOISE,
    PRICES,
    UNITS,
    error,
    fitted,
    responses,
    spread_out,
    truth,
)
from nand2resnet.widgets.search_duel import DUELS, SIDES
from nand2resnet.widgets.subnetworks import MOST, slopes, trained_network
from nand2resnet.widgets.subnetworks import UNITS as HIDDEN
from tests.widgets import tuners

# CapacityExplorer


@pytest.fixture
def explorer():
    return CapacityExplorer()


def errors(explorer, **chosen):
    for name, value in chosen.items():
        setattr(explorer, name, value)
    return np.array(explorer.fit["own"]), np.array(explorer.fit["new"])


def test_more_units_fit_their_own_dots_ever_better_and_new_ones_worse(explorer):
    own, new = errors(explorer, dots=20, price=0.0)
    assert (np.diff(own) < 1e-9).all()
    best = new.argmin()
    assert 0 < best < len(UNITS) - 1
    assert new[0] > 1.3 * new[best]
    assert new[-1] > 2 * new[best]


def test_more_dots_help_against_overfitting(explorer):
    gaps = []
    for dots in DOTS:
        own, new = errors(explorer, dots=dots, price=0.0)
        gaps.append(new[-1] - own[-1])
    assert gaps[-1] < 0.2 * gaps[0]


def test_a_price_helps_and_too_high_a_price_hurts(explorer):
    free, modest, dear = (
        errors(explorer, dots=20, price=price)[1][-1] for price in (0.0, 1e-4, max(PRICES))
    )
    assert modest < 0.5 * free
    assert dear > 1.3 * modest
    assert modest > NOISE  # nobody foresees the noise


def test_the_curve_is_that_of_the_chosen_size(explorer):
    explorer.units, explorer.dots, explorer.price = 6, 40, 1e-3
    x, y = (np.array(explorer.scale[key])[:40] for key in "xy")
    kinks = spread_out(6)
    weights = fitted(x, y, kinks, 1e-3)
    curve = responses(np.array(explorer.scale["at"]), kinks) @ weights
    np.testing.assert_allclose(explorer.fit["curve"], curve, atol=1e-3)
    place = UNITS.index(6)
    assert explorer.fit["own"][place] == pytest.approx(
        error(responses(x, kinks) @ weights, y), abs=1e-3
    )


def test_the_fit_is_the_bottom_of_error_plus_price():
    rng = np.random.default_rng(0)
    x, kinks, price = rng.uniform(size=30), spread_out(4), 0.01
    y = truth(x)
    weights = fitted(x, y, kinks, price)

    def cost(w):
        return np.mean((responses(x, kinks) @ w - y) ** 2) + price * np.sum(w[1:] ** 2)

    for direction in rng.normal(size=(20, len(weights))):
        assert cost(weights + 1e-3 * direction) > cost(weights)


def test_places_are_spread_out():
    np.testing.assert_allclose(spread_out(5), [1 / 2, 1 / 4, 3 / 4, 1 / 8, 5 / 8])
    assert len(set(spread_out(40))) == 40


# Subnetworks


@pytest.fixture
def networks():
    return Subnetworks(tuners.dropout_forward)


def test_many_subnetworks_average_to_test_mode_and_one_does_not(networks):
    gaps = {}
    for networks.count in (1, MOST):
        gaps[networks.count] = []
        for networks.seed in range(8):
            gaps[networks.count].append(networks.drawn["gap"])
    assert np.mean(gaps[MOST]) < 0.3 * np.mean(gaps[1])
    assert len(networks.drawn["curves"]) == MOST
    assert networks.trouble == ""


def test_the_average_is_that_of_the_curves(networks):
    networks.count, networks.drop_prob = 7, 0.5
    curves = np.array(networks.drawn["curves"])
    assert curves.shape == (7, len(networks.scale["at"]))
    np.testing.assert_allclose(networks.drawn["average"], curves.mean(axis=0), atol=1e-3)
    assert len({tuple(curve) for curve in curves}) == 7


def test_without_dropout_all_are_the_network(networks):
    networks.drop_prob = 0.0
    for curve in networks.drawn["curves"]:
        np.testing.assert_allclose(curve, networks.drawn["test"], atol=1e-3)


def test_a_missing_scale_shows_as_a_gap(networks):
    weak = Subnetworks(tuners.dropout_without_scale)
    for figure in (networks, weak):
        figure.drop_prob = 0.5
    assert weak.drawn["gap"] > 4 * networks.drawn["gap"]
    assert np.abs(weak.drawn["average"]).mean() < 0.7 * np.abs(weak.drawn["test"]).mean()


def test_the_network_follows_the_dots(networks):
    at, test = np.array(networks.scale["at"]), np.array(networks.drawn["test"])
    assert np.sqrt(np.mean((test - np.sin(2 * at)) ** 2)) < 0.25


def test_the_network_was_trained_down_its_gradient():
    x, y, params = trained_network()
    rng = np.random.default_rng(0)
    params = [p + 0.1 * rng.normal(size=p.shape) for p in params]
    mask = (rng.random((len(x), HIDDEN)) >= 0.3) / 0.7

    def cost(arrays):
        w, b, v, c = arrays
        hidden = np.maximum(x[:, np.newaxis] * w + b, 0) * mask
        return np.sum((hidden @ v + c - y) ** 2) / (2 * len(x))

    for k, derived in enumerate(slopes(x, y, params, mask)):
        measured = np.zeros(params[k].shape)
        for i in range(measured.size):
            sides = []
            for h in (1e-6, -1e-6):
                nudged = [p.copy() for p in params]
                nudged[k][i] += h
                sides.append(cost(nudged))
            measured[i] = (sides[0] - sides[1]) / 2e-6
        np.testing.assert_allclose(derived, measured, atol=1e-7)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (tuners.unwritten, "is not written yet"),
        (lambda *_: None, "should return the pair (out, cache); it returned NoneType"),
        (lambda x, *_: x, "should return the pair"),
        (lambda *_: ("out", None), "not an array of numbers"),
        (lambda x, *_: (x[0], None), "its shape is (40,)"),
        (lambda x, *_: (x / 0, None), "finite numbers"),
    ],
)
def test_trouble_with_dropout_is_told(function, says):
    figure = Subnetworks(function)
    assert says in figure.trouble
    assert figure.drawn == {}


# SearchDuel


@pytest.fixture
def duel():
    return SearchDuel(tuners.random_search)


@pytest.mark.parametrize("side", SIDES)
def test_both_get_the_same_number_of_trials(duel, side):
    duel.side = side
    for name in ("grid", "random"):
        places = np.array(duel.duel[name]["places"])
        assert places.shape == (side**2, 2)
        assert ((places >= -1e-9) & (places <= 1 + 1e-9)).all()
    grid, random = (np.array(duel.duel[name]["places"]) for name in ("grid", "random"))
    assert len(set(grid[:, 0].tolist())) == side
    assert len(set(random[:, 0].tolist())) == side**2


def test_the_best_is_the_highest_of_the_landscape(duel):
    for duel.seed in range(5):
        told = duel.duel
        for name in ("grid", "random"):
            places, axis = np.array(told[name]["places"]), told["axis"]
            away = np.abs(places[:, axis] - told["top"][axis])
            assert told[name]["number"] == away.argmin()
            assert told[name]["best"] == pytest.approx(np.exp(-((away.min() / 0.15) ** 2)))


def test_random_wins_where_one_setting_matters_and_the_grid_where_both_do(duel):
    tallies = {}
    for duel.matters in ("one", "both"):
        won = []
        for duel.seed in range(10):
            assert duel.duel["won"] + duel.duel["lost"] == DUELS
            won.append(duel.duel["won"])
        tallies[duel.matters] = np.mean(won)
    assert tallies["one"] > 65
    assert tallies["both"] < 45


def test_a_generator_of_its_own_draws_the_same_every_time():
    def stubborn(score, ranges, trials, _rng):
        return tuners.random_search(score, ranges, trials, np.random.default_rng(0))

    figure = SearchDuel(stubborn)
    before = figure.duel["random"]["places"]
    figure.seed = 3
    assert figure.duel["random"]["places"] == before


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (tuners.unwritten, "is not written yet"),
        (lambda *_: [], "called score 0 times for 16 trials"),
        (lambda score, *_: score({"a": 0.1}), "a dict of numbers named a and b"),
        (lambda score, *_: score([0.1, 0.2]), "a dict of numbers named a and b"),
        (lambda score, *_: score({"a": -1.0, "b": 1.0}), "settings are more than 0"),
        (
            lambda score, *_: [score({"a": 0.1, "b": 0.1}) for _ in range(1000)],
            "went on after 64 calls",
        ),
    ],
)
def test_trouble_with_the_search_is_told(function, says):
    figure = SearchDuel(function)
    assert says in figure.trouble
    assert figure.duel == {}
