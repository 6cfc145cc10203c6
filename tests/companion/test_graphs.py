"""The picture of how a number was made."""

import itertools
from dataclasses import dataclass, field

from nand2resnet import graphs


@dataclass
class Made:
    data: float
    parents: tuple = ()
    grad: float = field(default=1.0)


def test_everything_stands_to_the_right_of_what_it_was_made_from():
    a, b = Made(2.0), Made(3.0)
    product = Made(6.0, (a, b))
    total = Made(8.0, (product, a))
    columns = graphs.placed(total)
    assert columns == [[a, b], [product], [total]]


def test_a_number_by_itself_is_a_graph():
    alone = Made(1.5)
    assert graphs.placed(alone) == [[alone]]
    assert graphs.graph_of(alone).alt == "A graph of 1 number that leads to 1.5."


def test_the_picture_shows_values_slopes_and_names():
    a = Made(2.0, grad=12.0)
    square = Made(4.0, (a, a))
    figure = graphs.graph_of(square, {"a": a})
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert "a = 2\nslope 12" in texts
    assert "4\nslope 1" in texts
    assert "Slopes: a 12." in figure.alt


def test_nothing_overlaps():
    nodes = [Made(float(k)) for k in range(6)]
    for _ in range(3):
        nodes = [Made(0.0, pair) for pair in itertools.pairwise(nodes)]
    result = Made(0.0, tuple(nodes))
    figure = graphs.graph_of(result)
    figure.canvas.draw()
    boxes = [
        text.get_bbox_patch().get_window_extent()
        for text in figure.axes[0].texts
        if text.get_text()
    ]
    for k, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[k + 1 :])
