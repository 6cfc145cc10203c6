"""Two processes on one machine do what one does with batches twice as large."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from nand2resnet.training import checkpoints
from nand2resnet.training.errors import CheckpointRefused
from nand2resnet.training.loop import Run
from nand2resnet.training.parallel import Team, join
from tests.training.in_two_processes import RECIPE, TESTED, UNEVEN, losses
from tests.training.small import small_network, small_set, weights_of

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """The folder in which two processes have left their results."""
    folder = tmp_path_factory.mktemp("together")
    command = [*TORCHRUN, "-m", "tests.training.in_two_processes", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return folder


def test_two_processes_have_the_losses_of_one_with_the_doubled_batch(together):
    _, alone = losses(replace(RECIPE, batch=2 * RECIPE.batch))
    both = json.loads((together / "losses.json").read_text())
    assert len(both) == RECIPE.epochs
    for one, other in zip(both, alone, strict=True):
        for name in ("loss", "test_loss"):
            assert abs(one[name] - other[name]) < 1e-5
        for name in ("accuracy", "test_accuracy", "learning_rate"):
            assert one[name] == pytest.approx(other[name])
    assert alone[-1]["loss"] < 0.8 * alone[0]["loss"]


def test_both_processes_keep_the_same_weights(together):
    one, other = (np.load(together / f"weights{rank}.npz") for rank in (0, 1))
    for name in one.files:
        np.testing.assert_array_equal(one[name], other[name])


def test_batch_normalisation_ends_with_the_statistics_of_the_first(together):
    one, other = (torch.load(together / f"norm{rank}.pt", weights_only=True) for rank in (0, 1))
    for name, weight in one["weights"].items():
        assert torch.equal(weight, other["weights"][name]), name
    model = small_network(normalised=True)
    model.load_state_dict(one["weights"])
    alone = Run(model, small_set(UNEVEN, test=TESTED), RECIPE, torch.device("cpu"), None)
    assert alone.test()[0] == pytest.approx(one["epoch"]["test_loss"], abs=1e-6)


def test_the_checkpoint_of_two_is_refused_by_one(together):
    with pytest.raises(CheckpointRefused, match="processes was 2 there and is 1 now"):
        losses(RECIPE, together / "run.pt")


def test_a_checkpoint_of_two_holds_the_chance_of_both(together):
    content = torch.load(together / "run.pt", weights_only=True)
    state = checkpoints.load(together / "run.pt", content["run"])
    one, other = state["random"]
    assert not torch.equal(one["torch"], other["torch"])


def test_alone_without_torchrun(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    assert join(torch.device("cpu")) == Team(rank=0, size=1)


@pytest.mark.parametrize("size", [1, 2, 3])
def test_shares_make_up_the_batch(size):
    batch = torch.arange(10)
    shares = [Team(rank, size).share(batch) for rank in range(size)]
    assert torch.equal(torch.cat(shares), batch)
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_weights_are_those_of_a_network():
    model, _ = losses(replace(RECIPE, epochs=0))
    assert len(weights_of(model)) == 6
