"""Every picture has labelled axes and a description, and shows what it claims to show."""

import html
import re

import matplotlib as mpl
import nbclient
import nbformat
import numpy as np
import pytest

from nand2resnet import plots
from nand2resnet.check import CheckFailed
from nand2resnet.described_figure import DescribedFigure
from nand2resnet.palette import LINES_ON_WHITE, PALETTE

CITIES = {"Dublin": (53.35, -6.26), "Rome": (41.9, 12.5)}
PATH = np.array([[-2.0, 1.0], [1.0, -0.5], [-0.5, 0.25]])


def wavy(v):
    return v**3 - 3 * v


def derivative(f, v, h=1e-5):
    return (f(v + h) - f(v - h)) / (2 * h)


def bowl(v):
    assert v.shape == (2,)
    return v[0] ** 2 + 3 * v[1] ** 2


def distance_to_rome(place):
    return np.hypot(place[0] - 41.9, place[1] - 12.5)


FIGURES = {
    "function_with_path": lambda **o: plots.function_with_path(wavy, [2.0, 1.5, 1.2], **o),
    "rising_and_falling": lambda **o: plots.rising_and_falling(
        wavy, derivative, between=(-2, 2), **o
    ),
    "error_against_step": lambda **o: plots.error_against_step(
        derivative, np.sin, np.cos, at=1.0, **o
    ),
    "level_sets": lambda **o: plots.level_sets(bowl, x=(-3, 3), y=(-2, 2), **o),
    "level_sets_with_path": lambda **o: plots.level_sets(
        bowl, x=(-3, 3), y=(-2, 2), path=PATH, **o
    ),
    "map_of": lambda **o: plots.map_of(CITIES, [45.0, 8.0], distance_to_rome, **o),
    "to_meet": lambda **o: plots.to_meet([0, 1, 2], {"cost": [4, 2, 1]}, names=("x", "y"), **o),
    "images": lambda **o: plots.images(np.eye(8).reshape(1, 8, 8).repeat(7, axis=0), **o),
}


@pytest.mark.parametrize("name", FIGURES)
def test_axes_are_labelled_and_the_picture_is_described(name):
    figure = FIGURES[name]()
    assert isinstance(figure, DescribedFigure)
    assert len(figure.alt) > 20
    for axes in figure.axes:
        assert not axes.axison or (axes.get_xlabel() and axes.get_ylabel())


@pytest.mark.parametrize("name", FIGURES)
def test_a_description_can_be_given(name):
    assert FIGURES[name](alt="What you see.").alt.startswith("What you see.")


@pytest.mark.parametrize("name", FIGURES)
def test_a_picture_is_one_element_with_its_text(name):
    figure = FIGURES[name](alt='less < more, "quoted"')
    (alt,) = re.findall(
        r'^<img src="data:image/png;base64,[A-Za-z0-9+/=]+" alt="([^"]*)" width=', figure.as_html()
    )
    assert html.unescape(alt) == figure.alt


def test_what_rises_and_falls_has_its_own_line():
    figure = plots.rising_and_falling(wavy, derivative, between=(-2, 2))
    rising, falling = figure.axes[0].lines
    for line, where in ((rising, lambda v: abs(v) > 1), (falling, lambda v: abs(v) < 1)):
        at, height = line.get_data()
        drawn = np.isfinite(height)
        inner = abs(abs(at) - 1) > 0.02
        assert np.array_equal(drawn[inner], where(at)[inner])
        assert np.allclose(height[drawn], wavy(at[drawn]))
    assert "rising at first and turns near -1, 1." in figure.alt


def test_errors_against_the_step_fall_as_they_should():
    figure = plots.error_against_step(derivative, np.sin, np.cos, at=1.0)
    one_sided, central = (line.get_data() for line in figure.axes[0].lines)
    large = one_sided[0] > 1e-3
    for (steps, errors), order in ((one_sided, 1), (central, 2)):
        slope = np.polyfit(np.log(steps[large]), np.log(errors[large]), 1)[0]
        assert slope == pytest.approx(order, abs=0.05)


def test_a_path_is_drawn_where_it_runs_and_does_not_move_the_picture():
    figure = plots.level_sets(bowl, x=(-3, 3), y=(-2, 2))
    limits = figure.axes[0].get_xlim(), figure.axes[0].get_ylim()
    diverging = PATH * 100
    for path, label, circles in ((PATH, "yours", False), (diverging, "lost", True)):
        assert plots.path_on(figure, path, label=label, circles=circles) is figure
    drawn = [line.get_xydata() for line in figure.axes[0].lines]
    assert np.array_equal(drawn[0], PATH)
    assert np.array_equal(drawn[1], diverging)
    assert (figure.axes[0].get_xlim(), figure.axes[0].get_ylim()) == limits
    assert "“yours” takes 2 steps from (-2, 1) to (-0.5, 0.25)" in figure.alt
    assert figure.axes[0].lines[0].get_color() != figure.axes[0].lines[1].get_color()


def test_a_path_of_the_wrong_shape_is_refused():
    figure = plots.level_sets(bowl, x=(-3, 3), y=(-2, 2))
    with pytest.raises(CheckFailed, match=r"has the shape \(T \+ 1, 2\); this one has \(3,\)"):
        plots.path_on(figure, [1.0, 2.0, 3.0])


def test_a_path_that_diverges_can_be_drawn():
    path = [1.0, -3.0, 9.0, np.inf, np.nan]
    assert "4 steps" in plots.function_with_path(wavy, path).alt
    plots.function_with_path(wavy, path, between=(-2, 2)).as_html()


def test_circles_are_met_by_what_is_right():
    def halved(places):
        return [4 / 2**place for place in places]

    circles = {"cost": [4, 2, 1], "steps": [1, 3]}
    given = {"cost": halved, "steps": halved}
    figure = plots.to_meet([0, 1, 2], circles, given, names=("epoch", "value"))
    drawn = [line.get_ydata().tolist() for line in figure.axes[0].lines]
    assert drawn == [[4, 2, 1], [4, 2, 1], [1, 3], [4, 2]]
    assert "“steps” 1, 3 (yours: 4, 2)" in figure.alt
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["cost", "cost, yours", "steps", "steps, yours"]


def test_circles_to_meet_name_the_function_that_is_not_written_yet():
    def walk(places):
        raise NotImplementedError("the steps")

    with pytest.raises(CheckFailed, match=r"needs `walk`, which is not written yet"):
        plots.to_meet([0, 1], {"steps": [1, 2]}, {"steps": walk}, names=("x", "y"))


@pytest.mark.parametrize("count", [1, 4, 7])
def test_pictures_fill_the_width_but_do_not_grow_out_of_proportion(count):
    figure = plots.images(np.eye(8)[np.newaxis].repeat(count, axis=0), titles=["a\nb"] * count)
    figure.draw_without_rendering()
    sides = [axes.get_window_extent().width / figure.dpi for axes in figure.axes]
    assert min(sides) > 0.9
    assert max(sides) <= plots.WIDEST_IMAGE
    for axes in figure.axes:
        assert axes.title.get_window_extent().y1 <= figure.bbox.y1, "the title is cut off"


def test_a_map_has_north_up_and_every_city():
    figure = plots.map_of(CITIES, [45.0, 8.0], distance_to_rome)
    (axes,) = figure.axes
    assert {text.get_text() for text in axes.texts} >= {"Dublin", "Rome", "here"}
    cities = axes.lines[0].get_xydata()
    assert cities.tolist() == [[-6.26, 53.35], [12.5, 41.9]]
    assert axes.get_ylim()[0] < 41.9
    assert axes.get_ylim()[1] > 53.35


def test_a_function_that_is_not_written_yet_is_named():
    def derivative(f, v):
        raise NotImplementedError("the slope")

    with pytest.raises(CheckFailed) as failed:
        plots.rising_and_falling(wavy, derivative, between=(-2, 2))
    assert str(failed.value) == "This figure needs `derivative`, which is not written yet."


def test_an_error_in_the_learners_function_shows_their_line():
    def derivative(f, v):
        return f(v) / 0

    with pytest.raises(CheckFailed) as failed:
        plots.rising_and_falling(wavy, derivative, between=(-2, 2))
    assert "ZeroDivisionError" in str(failed.value)
    assert "in derivative: return f(v) / 0" in str(failed.value)
    assert ", in values" not in str(failed.value)


def test_an_error_of_the_caller_is_an_ordinary_one():
    with pytest.raises(TypeError, match="between"):
        plots.rising_and_falling(wavy, derivative)


def test_drawing_leaves_the_learners_style_alone():
    before = dict(mpl.rcParams)
    plots.level_sets(bowl, x=(-3, 3), y=(-2, 2))
    assert dict(mpl.rcParams) == before


def test_the_style_can_be_used_for_ones_own_plots():
    with mpl.rc_context():
        plots.use_style()
        cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
        assert cycle[0] == PALETTE["blue"]
        assert len(set(cycle)) == len(cycle) >= 5


def contrast_with_white(colour):
    """WCAG 2's contrast ratio."""
    channels = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


@pytest.mark.parametrize("name", LINES_ON_WHITE)
def test_lines_stand_out_from_white(name):
    assert contrast_with_white(PALETTE[name]) >= 3


def test_the_grey_of_level_sets_can_be_read():
    assert contrast_with_white(plots.QUIET) >= 4.5


def test_a_kernel_shows_a_figure_once_with_its_text():
    source = "from nand2resnet import plots\nplots.images([[[0, 1], [1, 0]]], alt='A cross.')"
    quiet = "figure = plots.images([[[0, 1], [1, 0]]])"
    cells = [nbformat.v4.new_code_cell(code) for code in (source, quiet)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert set(output.data) == {"text/html", "text/plain"}
    assert 'alt="A cross."' in output.data["text/html"]
    assert output.data["text/plain"] == "A cross."
    assert notebook.cells[1].outputs == []
