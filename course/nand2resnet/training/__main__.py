"""Train a network from a notebook, from the command line, and write down what came of it.

    python -m nand2resnet.training lenet.ipynb:LeNet --data mnist --epochs 5 --out run.json
    python -m nand2resnet.training resnet.ipynb:CifarResNet --set depth=20 --data cifar10 \
        --epochs 164 --schedule steps --milestones 82,123 --augment crop_and_flip --precision auto

With several GPUs: ``torchrun --standalone --nproc-per-node 2 -m nand2resnet.training ...``.
"""

from __future__ import annotations

import sys
import time

BEGUN = time.perf_counter()
"""Before the slow imports: they are a part of the start-up."""

from nand2resnet.training.command import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(BEGUN))
