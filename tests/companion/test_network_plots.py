"""The results of the ImageNet challenge, and the pictures of networks beside each other."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nand2resnet import ilsvrc, network_plots
from nand2resnet.ilsvrc import ENTRIES, IDEAS, best_without
from nand2resnet.pictures import colour_portrait, portrait

WON = {2010: 28.2, 2011: 25.8, 2012: 15.3, 2014: 6.66, 2015: 3.57, 2016: 2.99, 2017: 2.25}


def test_the_winners_are_those_of_the_pages_of_results():
    best = {year: entry.error for year, entry in best_without(())}
    assert {year: best[year] for year in WON} == pytest.approx(WON, rel=3e-3)
    own_pictures = {year: e.error for year, e in best_without({ilsvrc.MORE_PICTURES})}
    assert own_pictures[2012] == pytest.approx(16.4, abs=0.05)
    assert own_pictures[2013] == pytest.approx(11.7, abs=0.05)
    assert all(str(entry.year) in entry.source for entry in ENTRIES)


@given(st.sets(st.sampled_from(sorted(IDEAS))))
def test_doing_without_ideas_never_helps_and_no_year_takes_back_a_result(without):
    errors = [entry.error for _, entry in best_without(without)]
    assert errors == sorted(errors, reverse=True)
    assert all(entry.ideas.isdisjoint(without) for _, entry in best_without(without))
    everything = [entry.error for _, entry in best_without(())]
    assert all(some >= best for some, best in zip(errors, everything, strict=True))


def test_each_idea_first_appears_in_its_year():
    for idea, year in IDEAS.items():
        assert min(entry.year for entry in ENTRIES if idea in entry.ideas) == year


def test_without_convolutions_the_line_stays_where_it_was():
    assert [e.error for _, e in best_without({ilsvrc.CONVOLUTION})][-1] == 25.77


def test_error_by_year_tells_its_numbers():
    figure = network_plots.error_by_year({ilsvrc.SQUEEZE})
    assert "2.48 (Trimps-Soushen)" in figure.alt
    (axes,) = figure.axes
    assert "%" in axes.get_ylabel()
    assert "year" in axes.get_xlabel()


def test_shares_add_up_to_a_hundred():
    figure = network_plots.shares({"one": [1, 3], "other": [2, 2]}, ["a", "b"])
    (axes,) = figure.axes
    heights = [bar.get_height() for bar in axes.patches]
    assert heights == [25, 75, 50, 50]
    assert "a 25, b 75" in figure.alt


def test_the_learning_curve_shows_errors_in_per_cent():
    epochs = [
        SimpleNamespace(number=n, accuracy=0.1 * n, test_accuracy=0.2 * n) for n in range(1, 4)
    ]
    figure = network_plots.learning_curve(SimpleNamespace(epochs=epochs))
    (axes,) = figure.axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [90, 80, 70])
    np.testing.assert_allclose(axes.lines[1].get_ydata(), [80, 60, 40])
    assert "not seen before: from 80 to 40" in figure.alt


def test_colour_pictures_stand_in_rows():
    photo = colour_portrait()
    assert photo.shape == (100, 85, 3)
    np.testing.assert_allclose(photo.mean(axis=2), portrait())
    assert photo.min() >= 0
    assert photo.max() <= 1
    figure = network_plots.colour_pictures([photo] * 5, columns=3, titles=list("abcde"), alt="five")
    assert len(figure.axes) == 5
    assert figure.alt == "five"


COSTS = {"small": (60_000, 4e5, 56.5), "large": (138_357_544, 15.5e9, 71.6)}


def test_costs_stand_on_two_axes_beside_one_accuracy():
    figure = network_plots.cost_against_accuracy(COSTS, accuracy="right, per cent")
    left, right = figure.axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("parameters", "multiply-adds for a picture")
    assert left.get_xscale() == right.get_xscale() == "log"
    for axes, place in ((left, 0), (right, 1)):
        drawn = [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines]
        assert drawn == [(numbers[place], numbers[2]) for numbers in COSTS.values()]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(COSTS)
    assert "large 1.38e+08 parameters, 1.55e+10, 71.6" in figure.alt


def test_a_race_has_a_line_for_each_network_and_one_for_guessing():
    figure = network_plots.race({"LeNet": [0.5, 0.75], "VGG": [0.1, 0.9]}, chance=0.1)
    (axes,) = figure.axes
    assert [list(line.get_ydata()) for line in axes.lines[:2]] == [[50, 75], [10, 90]]
    assert [text.get_text() for text in axes.get_legend().get_texts()][-1] == "guessing"
    assert "LeNet 75.0%, VGG 90.0%" in figure.alt
