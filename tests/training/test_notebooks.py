"""A network comes out of a notebook without the notebook being run."""

import ast
import json

import pytest
import torch

from nand2resnet.training.errors import TrainingError
from nand2resnet.training.notebooks import bound, parsed, take

NET = """
class Net(nn.Module):
    size = WIDTH

    def __init__(self, depth=1):
        super().__init__()
        model = [Block() for _ in range(depth)]
        self.blocks = nn.Sequential(*model)

    def forward(self, x):
        return self.blocks(x)
"""
CELLS = [
    "%matplotlib inline\nimport torch\nfrom torch import nn\n!ls",
    "raise SystemExit('a cell that must not run')",
    "WIDTH = 3\nunused = 1 / 0",
    "def later(x):\n    return scale * x\n",
    "class Block(nn.Module):\n    def forward(self, x):\n        return later(x)\n",
    "class Other(nn.Module):\n    def __init__(self):\n        raise NotImplementedError('Other')",
    NET,
    "model = Net()\nmodel.no_such_method()",
    "this is not finished (",
    "scale = 2.0",
]


def notebook(path, cells):
    written = [{"cell_type": "markdown", "source": "# Title"}]
    written += [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in cells]
    path.write_text(json.dumps({"cells": written, "nbformat": 4}))
    return path


@pytest.fixture
def solved(tmp_path):
    return notebook(tmp_path / "solved.ipynb", CELLS)


def test_a_class_and_what_it_refers_to(solved):
    made = take(solved, "Net")(depth=3)
    assert torch.equal(made(torch.ones(2)), torch.full((2,), 8.0))
    assert made.size == 3


def test_the_same_from_a_py_file(tmp_path):
    cells = [cell for cell in CELLS if "%" not in cell and "finished" not in cell]
    path = tmp_path / "solved.py"
    path.write_text("# %% setup=true\nimport torch\nfrom torch import nn\n\n# %%\n")
    path.write_text(path.read_text() + "\n\n# %%\n".join(cells))
    assert take(path, "Net")(depth=2)(torch.ones(1)) == 4


def test_a_later_definition_replaces_an_earlier_one(tmp_path):
    path = notebook(tmp_path / "twice.ipynb", ["def f():\n    return 1", "def f():\n    return 2"])
    assert take(path, "f")() == 2


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import torch.nn as nn", {"nn"}),
        ("import torch.nn", {"torch"}),
        ("from torch import nn, optim", {"nn", "optim"}),
        ("from torch import *", {"*"}),
        ("a, (b, *c) = 1, (2, 3)", {"a", "b", "c"}),
        ("with open('x') as file:\n    text = file.read()", {"file", "text"}),
        ("def f(x):\n    y = x", {"f"}),
        ("print(f(x))", set()),
    ],
)
def test_what_a_statement_defines(source, names):
    (statement,) = ast.parse(source).body
    assert bound(statement) == names


def test_an_unfinished_cell_has_no_statements():
    assert parsed("def f(:") == []


@pytest.mark.parametrize(
    ("cells", "name", "told"),
    [
        (CELLS, "Nett", "solved.ipynb defines no 'Nett'. Its classes are: Block, Other, Net"),
        (["x = 1"], "Net", "It defines no class"),
        (["import no_such_module\n", "Net = no_such_module.Net"], "Net", "does not run: ModuleNot"),
    ],
)
def test_what_cannot_be_taken_is_said(tmp_path, cells, name, told):
    path = notebook(tmp_path / "solved.ipynb", cells)
    with pytest.raises(TrainingError, match=told):
        take(path, name)


def test_what_is_no_notebook(tmp_path):
    with pytest.raises(TrainingError, match="no file"):
        take(tmp_path / "none.ipynb", "Net")
    (tmp_path / "broken.ipynb").write_text("{}")
    with pytest.raises(TrainingError, match="no notebook that can be read"):
        take(tmp_path / "broken.ipynb", "Net")
