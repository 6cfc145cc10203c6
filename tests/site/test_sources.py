"""What Sphinx is given: the pages in order, their links, diagrams as words, and figures' states."""

import json
import math

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import GraderError, UnknownName
from autograder.site import __main__ as program
from autograder.site.executed import in_order
from autograder.site.recorder import recording, rounded
from autograder.site.sources import DOCS, as_script, documents_in_order, with_links
from autograder.site.walks import WALKS
from nand2resnet import widgets

PAGE = DOCS / "security.md"


def test_pages_that_nobody_has_placed_come_before_the_changelog(tmp_path):
    for name in ("zebra", "changelog", "learners", "architecture", "aardvark", "hub"):
        (tmp_path / f"{name}.md").touch()
    order = [page.stem for page in documents_in_order(tmp_path)]
    assert order == ["learners", "hub", "architecture", "aardvark", "zebra", "changelog"]


@pytest.mark.parametrize(
    ("link", "published", "alone"),
    [
        ("[it](large_classes.md)", "[it](large_classes.md)", None),
        ("[it](https://dask.org)", "[it](https://dask.org)", None),
        ("[it](#the-boundary)", "[it](#the-boundary)", None),
        (
            "[it](../sandbox/interface.py)",
            "[it](https://github.com/a/b/blob/main/autograder/sandbox/interface.py)",
            "it (`autograder/sandbox/interface.py`)",
        ),
        ("[00](../../course/00_start_here)", "[00](../units/00_start_here.ipynb)", None),
    ],
)
def test_links_lead_somewhere_from_the_site_too(link, published, alone, tmp_path, monkeypatch):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert with_links(link, PAGE, tmp_path) == (alone or published)
    monkeypatch.setenv("GITHUB_REPOSITORY", "a/b")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    assert with_links(link, PAGE, tmp_path) == published


def test_a_link_to_nowhere_is_named(tmp_path):
    with pytest.raises(UnknownName, match=r"security\.md links to gone\.md"):
        with_links("See [this](gone.md).", PAGE, tmp_path)


def test_a_link_in_code_stays_as_it_is(tmp_path):
    text = "```python\nx = y[0](gone.md)\n```"
    assert with_links(text, PAGE, tmp_path) == text


def test_a_diagram_becomes_its_words(tmp_path):
    diagram = "flowchart LR\n    accTitle: A path\n    accDescr: From a to b.\n    a --> b"
    words = with_links(f"```mermaid\n{diagram}\n```", PAGE, tmp_path)
    assert "A path" in words
    assert "From a to b." in words
    assert "flowchart" not in words


def test_data_cannot_end_the_script_they_stand_in():
    script = as_script("application/json", {"text": "</script><b>"})
    assert script.count("</script>") == 1


def test_without_sphinx_it_says_what_to_type(monkeypatch, tmp_path):
    monkeypatch.setattr(program.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(GraderError, match="make environment"):
        program.build_site(tmp_path / "site", executed=["00"])


def test_without_torch_units_from_ten_on_say_so_before_anything_is_executed(monkeypatch, tmp_path):
    real = program.importlib.util.find_spec
    monkeypatch.setattr(
        program.importlib.util, "find_spec", lambda name: None if name == "torch" else real(name)
    )
    with pytest.raises(GraderError, match=r"10_lenet .* PyTorch"):
        program.build_site(tmp_path / "site", executed=["00", "10"], cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


# --- Recordings


def test_every_walk_is_of_a_figure_there_is():
    assert set(WALKS) <= set(widgets.__all__)


def softmax(z):
    z = z - max(z)
    powers = [math.exp(one) for one in z]
    return [one / sum(powers) for one in powers]


def test_a_recording_has_what_the_kernel_would_answer():
    figure = widgets.SoftmaxTemperature(softmax)
    recorded = recording(figure)
    assert recorded["kernel"] == ["scores", "shifted", "temperature"]
    for state in recorded["states"][::97]:
        scores, temperature, shifted = state["at"]
        shown = recorded["values"][state["shows"]["probabilities"]]
        figure.shifted, figure.scores, figure.temperature = shifted, scores, temperature
        assert shown == rounded(figure.probabilities)


def test_a_recording_leaves_the_figure_where_it_was():
    figure = widgets.SoftmaxTemperature(softmax)
    before = {name: getattr(figure, name) for name in ("scores", "temperature", "probabilities")}
    recording(figure)
    assert before == {name: getattr(figure, name) for name in before}


def perceptron(x, w, b):
    return (x @ w > b).astype(int)


def test_a_recorded_state_remembers_no_state_before_it():
    figure = widgets.DecisionBoundary(perceptron)
    best = figure.best
    recorded = recording(figure)
    assert figure.best == best
    for state in recorded["states"]:
        gate = state["at"][recorded["inputs"].index("gate")]
        corners = recorded["values"][state["shows"]["asked"]]["corners"]
        right = sum(map(int.__eq__, corners, figure.plane["gates"][gate]))
        kept = recorded["values"][state["shows"]["best"]] if "best" in state["shows"] else best
        assert kept[gate] == max(best[gate], right)


def test_a_figures_choices_keep_their_order():
    notebook = nbformat.v4.new_notebook(metadata={"choices": {"b": 1, "a": 2}})
    assert list(json.loads(in_order(notebook))["metadata"]["choices"]) == ["b", "a"]


def test_a_figure_that_computes_by_itself_needs_no_recording():
    recorded = recording(widgets.ComputationGraph())
    assert recorded["kernel"] == []
    assert recorded["states"] == []


@given(st.floats(-1e100, 1e100))
def test_a_rounded_number_is_near_and_stays(value):
    once = rounded(value)
    assert rounded(once) == once
    assert math.isclose(once, value, rel_tol=1e-3)
