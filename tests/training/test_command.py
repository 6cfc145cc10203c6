"""`python -m nand2resnet.training`: a headline run in one line, and a report to believe."""

import json
import subprocess
import sys
import time

import pytest

from nand2resnet.training import command
from nand2resnet.training.recipe import Recipe
from tests.training.test_notebooks import notebook

SETUP = "import torch\nfrom torch import nn\n"
NET = '''
class Small(nn.Module):
    """A network for any small picture."""

    def __init__(self, width=2, name="plain"):
        super().__init__()
        self.layers = nn.Sequential(
            nn.LazyConv2d(width, 5, stride=3), nn.ReLU(), nn.Flatten(), nn.LazyLinear(10)
        )
        self.layers(torch.zeros(1, 1, 28, 28))

    def forward(self, x):
        return self.layers(x)
'''
UNWRITTEN = """
class Unwritten(nn.Module):
    def __init__(self):
        raise NotImplementedError("__init__ is not written yet")
"""
FUNCTION = "def number(depth):\n    return depth"


@pytest.fixture
def solved(tmp_path, monkeypatch):
    """A solved notebook, on a machine without data: the digits stand in."""
    monkeypatch.setenv("NAND2RESNET_OFFLINE", "1")
    monkeypatch.delenv("NAND2RESNET_DATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home"))
    return notebook(tmp_path / "solved.ipynb", [SETUP, NET, UNWRITTEN, FUNCTION])


def run(*arguments):
    return command.main(time.perf_counter(), list(map(str, arguments)))


def test_a_run_from_a_shell_writes_a_report(solved, tmp_path):
    options = ["--data", "mnist", "--epochs", "2", "--batch", "64", "--learning-rate", "0.05"]
    options += ["--set", "width=3", "--set", "name=wide", "--augment", "shift", "cutout"]
    options += ["--pictures", "300", "--seed", "7", "--device", "cpu", "--out", "runs/run.json"]
    ended = subprocess.run(
        [sys.executable, "-m", "nand2resnet.training", f"{solved}:Small", *options],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Device: CPU" in ended.stdout
    assert "of the test pictures are right" in ended.stdout
    report = json.loads((tmp_path / "runs" / "run.json").read_text())
    assert report["arguments"] == {"width": 3, "name": "wide"}
    assert report["parameters"] == 3 * 25 + 3 + 10 * 3 * 64 + 10
    assert report["recipe"]["seed"] == 7
    assert report["recipe"]["learning_rate"] == 0.05
    assert report["augment"] == "shift, cutout"
    assert report["data"]["name"] == "digits"
    assert report["data"]["train"] == 300
    assert "first 300" in report["data"]["note"]
    assert [epoch["number"] for epoch in report["epochs"]] == [1, 2]
    seconds = report["seconds"]
    assert seconds["training"] < seconds["without_start_up"] < seconds["with_start_up"]
    assert report["images_per_second"] > 0
    assert report["device"].startswith("CPU")
    assert {"torch", "numpy", "python"} <= report["versions"].keys()


def test_a_py_file_a_checkpoint_and_the_same_numbers_again(solved, tmp_path):
    source = tmp_path / "solved.py"
    source.write_text(f"# %% setup=true\n{SETUP}\n# %% exercise='Small'\n{NET}")
    options = ["--epochs", 2, "--pictures", 200, "--device", "cpu", "--precision", "bf16"]
    reports = []
    for place, name in ((solved, "a"), (source, "b")):
        out, checkpoint = tmp_path / f"{name}.json", tmp_path / f"{name}.pt"
        assert run(f"{place}:Small", *options, "--out", out, "--checkpoint", checkpoint) == 0
        reports.append(json.loads(out.read_text()))
    losses = [[epoch["loss"] for epoch in report["epochs"]] for report in reports]
    assert losses[0] == losses[1]
    assert reports[0]["recipe"]["precision"] == "bfloat16"
    assert run(f"{source}:Small", *options, "--out", out, "--checkpoint", checkpoint) == 0
    again = json.loads(out.read_text())
    assert again["resumed_after"] == 2
    assert again["epochs"] == reports[1]["epochs"]
    assert again["images_per_second"] is None


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["{}:Smal"], "defines no 'Smal'"),
        (["{}"], "name a file and a class"),
        (["{}:Unwritten"], "solved.ipynb:Unwritten is not written yet"),
        (["{}:Small", "--set", "depth=20"], r"Small(depth=20) cannot be made"),
        (["{}:number", "--set", "depth=20"], "gives a int, not an nn.Module"),
        (["{}:Small", "--device", "cuda:99"], "There is no device 'cuda:99'"),
        (["{}:Small", "--schedule", "steps"], "milestones"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(solved, capsys, options, told):
    assert run(*(option.format(solved) for option in options)) == command.FAILED
    printed = capsys.readouterr().err
    assert told in printed
    assert "Traceback" not in printed


def test_ctrl_c_is_no_failure_of_the_program(solved, tmp_path, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "train", interrupted)
    assert run(f"{solved}:Small", "--checkpoint", tmp_path / "run.pt") == command.INTERRUPTED
    assert "The same command goes on from" in capsys.readouterr().err
    assert run(f"{solved}:Small") == command.INTERRUPTED
    assert "Nothing is kept" in capsys.readouterr().err


def test_every_setting_of_a_recipe_is_an_option():
    text = (
        "f.py:N --epochs 4 --batch 9 --learning-rate 0.3 --momentum 0.8 --weight-decay 1e-4"
        " --optimizer adam --schedule steps --milestones 1,2.5 --warmup 1 --label-smoothing 0.1"
        " --precision fp16 --channels-last --compile --seed 5"
    )
    recipe = command.recipe_of(command.make_parser().parse_args(text.split()))
    settings = (4, 9, 0.3, 0.8, 1e-4, "adam", "steps", (1.0, 2.5), 1.0, 0.1, "float16", True, True)
    assert recipe == Recipe(*settings, seed=5)
    assert command.recipe_of(command.make_parser().parse_args(["f.py:N"])) == Recipe()


def test_an_argument_that_is_none_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.make_parser().parse_args(["f.py:N", "--set", "depth"])
    assert "not of the form NAME=VALUE" in capsys.readouterr().err
