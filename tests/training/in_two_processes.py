"""A run for the test of several processes: writes the losses of each epoch.

    torchrun --standalone --nproc-per-node 2 -m tests.training.in_two_processes FOLDER

Process 0 writes losses.json; each process writes its weights, and those of a network with batch
normalisation.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from nand2resnet.training.loop import Recipe, train
from nand2resnet.training.parallel import join
from tests.training.small import small_network, small_set, weights_of

RECIPE = Recipe(epochs=3, batch=16, learning_rate=0.05, schedule="cosine", label_smoothing=0.1)
"""For each of two processes; one process takes batches twice as large."""
UNEVEN = 203
"""Training pictures: batches and shares are of different sizes."""
TESTED = 65
"""Test pictures: the first process has a batch more than the second."""


def losses(recipe, checkpoint=None, **arguments):
    """The run, wherever it is."""
    model = small_network(**arguments)
    history = train(
        model, small_set(UNEVEN, test=TESTED), recipe, device="cpu", checkpoint=checkpoint
    )
    return model, [asdict(epoch) for epoch in history.epochs]


def main(folder):
    """Train, and write what came of it."""
    torch.set_num_threads(1)
    model, epochs = losses(RECIPE, Path(folder) / "run.pt")
    team = join(torch.device("cpu"))
    np.savez(Path(folder) / f"weights{team.rank}.npz", *weights_of(model))
    if team.leads:
        (Path(folder) / "losses.json").write_text(json.dumps(epochs))
    model, epochs = losses(RECIPE, normalised=True)
    torch.save({"weights": model.state_dict(), "epoch": epochs[-1]}, f"{folder}/norm{team.rank}.pt")


if __name__ == "__main__":
    main(sys.argv[1])
