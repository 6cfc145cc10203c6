"""A run that is killed goes on as if nothing had been; and a checkpoint is always whole."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
import torch

from nand2resnet.training import checkpoints
from nand2resnet.training.errors import CheckpointRefused
from nand2resnet.training.loop import Recipe, train
from tests.training import interrupted
from tests.training.small import small_network, small_set

QUICK = Recipe(epochs=2, batch=50, learning_rate=0.05)


def trained(checkpoint, recipe=QUICK, pictures=None, augment=None, **arguments):
    model = small_network(**arguments)
    pictures = pictures or small_set()
    history = train(
        model,
        pictures,
        recipe,
        device="cpu",
        augment=augment,
        checkpoint=checkpoint,
        show_progress=False,
    )
    return model, history


def test_a_run_killed_in_mid_epoch_ends_with_the_same_bits(tmp_path):
    def command(checkpoint, result, *stop_at):
        files = [str(tmp_path / checkpoint), str(tmp_path / result)]
        return [sys.executable, "-m", "tests.training.interrupted", *files, *stop_at]

    in_third_epoch = str(2 * interrupted.STEPS_PER_EPOCH + 3)
    with subprocess.Popen(
        command("killed.pt", "never.pt", in_third_epoch), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "standing still\n"
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not (tmp_path / "never.pt").exists()
    subprocess.run(command("killed.pt", "resumed.pt"), check=True)
    interrupted.main(tmp_path / "whole.pt.checkpoint", tmp_path / "whole.pt")
    resumed, whole = (torch.load(tmp_path / f"{name}.pt") for name in ("resumed", "whole"))
    assert (resumed["resumed"], whole["resumed"]) == (2, 0)
    assert resumed["losses"] == whole["losses"]
    for name, weight in whole["weights"].items():
        assert torch.equal(weight, resumed["weights"][name]), name


WRITER = """
import sys, itertools, torch
from pathlib import Path
from nand2resnet.training import checkpoints
for number in itertools.count():
    weights = torch.full((1_000_000,), float(number))
    checkpoints.save(Path(sys.argv[1]), {"name": "run"}, {"number": number, "weights": weights})
    print(number, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_checkpoint(tmp_path):
    path = tmp_path / "run.pt"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "0\n"
        partial = tmp_path / "run.pt.partial"
        while True:  # kill it while the next file is half written
            if partial.exists() and 0 < partial.stat().st_size < 3_000_000:
                process.kill()
                break
            time.sleep(0.0005)
    state = checkpoints.load(path, {"name": "run"})
    assert (state["weights"] == state["number"]).all()


def test_a_run_that_is_over_is_not_trained_again(tmp_path):
    path = tmp_path / "run.pt"
    model, history = trained(path)
    again, over = trained(path)
    assert over.resumed_after == QUICK.epochs
    assert over.epochs == history.epochs
    for name, weight in model.state_dict().items():
        assert torch.equal(weight, again.state_dict()[name])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"recipe": replace(QUICK, learning_rate=0.2)}, "learning_rate was 0.05 .* is 0.2"),
        ({"recipe": replace(QUICK, seed=4)}, "seed was 0 there and is 4 now"),
        ({"width": 5}, r"convolution.weight was '\[4, 1, 3, 3\]'"),
        ({"pictures": small_set(150)}, r"train was \[200, 1, 8, 8\]"),
        ({"augment": lambda images, _: images}, "augment was 'none'"),
    ],
)
def test_a_checkpoint_of_another_run_is_refused_by_name(tmp_path, changes, told):
    path = tmp_path / "run.pt"
    trained(path)
    before = path.read_bytes()
    with pytest.raises(CheckpointRefused, match=f"(?s)another run.*{told}.*another file"):
        trained(path, **changes)
    assert path.read_bytes() == before


def test_many_differences_are_not_all_told(tmp_path):
    path = tmp_path / "run.pt"
    one = {f"layer{number}": 1 for number in range(100)}
    checkpoints.save(path, {"weights": one}, {})
    with pytest.raises(CheckpointRefused, match="and 96 more differences") as told:
        checkpoints.load(path, {"weights": {}})
    assert len(str(told.value)) < 1000


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"PK\x03\x04 half a file"])
def test_a_damaged_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "run.pt"
    path.write_bytes(content)
    with pytest.raises(CheckpointRefused, match="damaged"):
        trained(path)
    assert path.read_bytes() == content


class Malicious:
    def __reduce__(self):
        return (print, ("code of a checkpoint ran",))


def test_a_checkpoint_runs_no_code(tmp_path, capsys):
    path = tmp_path / "run.pt"
    torch.save({"format": 1, "run": {}, "state": Malicious()}, path)
    with pytest.raises(CheckpointRefused, match="damaged"):
        checkpoints.load(path, {})
    assert capsys.readouterr().out == ""
