"""A run for the test of resuming: FILES epochs-and-weights. It can stand still in mid-epoch.

    python -m tests.training.interrupted CHECKPOINT RESULT [STEP]

With STEP, it says so when it has come to that step and waits there to be killed.
"""

import sys
import time
from pathlib import Path

import torch

from nand2resnet.training.augment import shift
from nand2resnet.training.loop import Recipe, train
from tests.training.small import small_network, small_set

RECIPE = Recipe(epochs=5, batch=32, schedule="cosine", learning_rate=0.05, seed=3)
STEPS_PER_EPOCH = 7


def main(checkpoint, result, stop_at=None):
    """Train, and save the weights and the losses."""
    torch.set_num_threads(1)
    taken = 0

    def moved(images, generator):
        nonlocal taken
        taken += 1
        if stop_at is not None and taken == int(stop_at):
            print("standing still", flush=True)
            time.sleep(600)
        return shift(images, generator, pixels=1)

    model = small_network(drop=0.3)
    history = train(
        model,
        small_set(),
        RECIPE,
        device="cpu",
        augment=moved,
        checkpoint=Path(checkpoint),
        show_progress=False,
    )
    losses = [(epoch.loss, epoch.test_loss) for epoch in history.epochs]
    found = {"weights": model.state_dict(), "losses": losses, "resumed": history.resumed_after}
    torch.save(found, result)


if __name__ == "__main__":
    main(*sys.argv[1:])
