import itertools
from dataclasses import replace

import pytest

from nand2resnet.widgets import ComputationGraph
from nand2resnet.widgets.computation_graph import (
    FIRST,
    GRAPHS,
    OPERATIONS,
    drawn,
    local_slopes,
    slopes_of,
    values_of,
)

ROOM = 0.68  # of a column or row: closer than that two boxes would overlap


@pytest.fixture(params=GRAPHS)
def nodes(request):
    return GRAPHS[request.param]


def with_value(nodes, name, value):
    """The cost when one number of the graph is set, whatever makes it."""
    changed = [
        replace(node, made_by="", inputs=(), given=value) if node.name == name else node
        for node in nodes
    ]
    return values_of(changed)[nodes[-1].name]


def test_every_slope_is_that_of_the_cost(nodes):
    values, slopes = values_of(nodes), slopes_of(nodes)
    for node in nodes[:-1]:
        above, below = (with_value(nodes, node.name, values[node.name] + h) for h in (1e-5, -1e-5))
        assert slopes[node.name] == pytest.approx((above - below) / 2e-5, abs=1e-6)
    assert slopes[nodes[-1].name] == 1


def test_every_local_slope_is_that_of_its_node(nodes):
    values = values_of(nodes)
    for node in nodes:
        if not node.made_by:
            continue
        value = OPERATIONS[node.made_by].value
        for place, local in enumerate(local_slopes(node, values)):
            inputs = [values[name] for name in node.inputs]
            sides = []
            for h in (1e-5, -1e-5):
                moved = [v + h * (k == place) for k, v in enumerate(inputs)]
                sides.append(value(*moved))
            assert local == pytest.approx((sides[0] - sides[1]) / 2e-5, abs=1e-6)


def test_a_number_can_be_found_by_hand(nodes):
    """What a learner is to predict has at most one decimal."""
    for found in (values_of(nodes), slopes_of(nodes)):
        for number in found.values():
            assert abs(10 * number - round(10 * number)) < 1e-9


def test_every_node_comes_after_its_inputs_and_leads_to_the_cost(nodes):
    known = set()
    for node in nodes:
        assert set(node.inputs) <= known, node.name
        known.add(node.name)
    used = {name for node in nodes for name in node.inputs}
    assert known - used == {nodes[-1].name}


def test_boxes_do_not_overlap(nodes):
    for one, other in itertools.combinations(nodes, 2):
        apart = [abs(u - v) for u, v in zip(one.at, other.at, strict=True)]
        assert max(apart) >= ROOM, (one.name, other.name)


def test_the_chain_is_the_network_of_the_text():
    values, slopes = values_of(GRAPHS["a chain"]), slopes_of(GRAPHS["a chain"])
    assert [values[name] for name in ("z₁", "a₁", "z₂", "r", "C")] == [5, 5, 2, -4, 8]
    assert [slopes[name] for name in ("w₁", "b₁", "w₂", "b₂")] == [12, 4, -20, -4]


def test_some_graph_adds_what_comes_back_and_some_stops_at_a_relu():
    assert slopes_of(GRAPHS["a goes two ways"]) == {"a": 5, "b": 2, "s": 2, "f": 1}
    dead = slopes_of(GRAPHS["two hidden units"])
    assert (dead["h₂"], dead["z₂"], dead["w₂"]) == (-12, 0, 0)


def test_the_figure_knows_what_is_drawn():
    figure = ComputationGraph()
    assert (figure.graph, figure.step, figure.score) == (FIRST, 0, [0, 0])
    assert set(figure.graphs) == set(GRAPHS)
    product = next(node for node in drawn(GRAPHS[FIRST]) if node["name"] == "p₁")
    assert product["made"] == "w₁ · x"
    assert product["locals"] == [3, 2]
