"""Train plain and residual networks of 20 and of 56 layers, and write down their training errors.

The networks, the start and the recipe are those of unit 13's solved notebook, so this stands here
and not in the companion package, where it would give the unit's answers away. Unit 13 shows what it
writes, course/nand2resnet/degradation.json.

    python assets/degradation.py                        # small enough for a CPU: half an hour or so
    python assets/degradation.py --full --device cuda   # as in the paper: 50,000 pictures, 32 x 32

CIFAR-10 is looked for as everywhere in the course (NAND2RESNET_DATA, the cache, the internet); with
the digits that stand in for it, it refuses to run.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # for the unit's solution

from autograder.unit import load_unit  # noqa: E402
from nand2resnet import data  # noqa: E402
from nand2resnet.training.augment import crop_and_flip  # noqa: E402

NETWORKS = (("plain", 20), ("plain", 56), ("residual", 56), ("residual", 20))
BATCH, SEED, LARGEST_SHIFT, SIDE = 128, 0, 4, 32
FULL_EPOCHS, SMALL_EPOCHS = 164, 16
"""The paper's 64,000 steps, and what a CPU can do while one waits."""
HALVED = "; each 2 × 2 pixels averaged to one"
OUT = ROOT / "course" / "nand2resnet" / "degradation.json"


def main() -> None:
    """Run what the options ask for, and write the file after each network."""
    options = parsed()
    torch.set_num_threads(options.threads)
    unit = load_unit("13").namespace()
    pictures = data.cifar10()
    if pictures.name != "cifar10":
        sys.exit("CIFAR-10 was not found, and digits would show something else.")
    side, epochs = (SIDE, FULL_EPOCHS) if options.full else (SIDE // 2, SMALL_EPOCHS)
    device = torch.device(options.device)
    images, labels = on_device(pictures.train, side, device)
    runs = {}
    for kind, depth in NETWORKS:
        runs[f"{kind}-{depth}"] = one_run(unit, kind, depth, images, labels, epochs)
        found = {"provenance": provenance(pictures, side, epochs, device, options)}
        options.out.write_text(as_text({**found, "runs": runs}), "utf-8")


def as_text(found: dict[str, Any]) -> str:
    """The file's text, one number a line, so that a difference shows."""
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def parsed() -> argparse.Namespace:
    """The options of the command line."""
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--full", action="store_true", help="whole pictures, and all epochs")
    options.add_argument("--device", default="cpu")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--out", type=Path, default=OUT)
    return options.parse_args()


def on_device(part: Any, side: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures with mean 0 and deviation 1, halved in size where asked for, and their labels."""
    images = F.avg_pool2d(torch.from_numpy(part.images).float() / 255, SIDE // side)
    mean, deviation = images.mean((0, 2, 3), True), images.std((0, 2, 3), keepdim=True)
    images = ((images - mean) / deviation).contiguous(memory_format=torch.channels_last)
    return images.to(device), torch.from_numpy(part.labels).to(device)


def one_run(
    unit: dict[str, Any], kind: str, depth: int, images: Any, labels: Any, epochs: int
) -> dict[str, Any]:
    """Train one network; its errors and learning rates, epoch by epoch."""
    torch.manual_seed(SEED)
    model = unit["he_start"](unit["CifarResNet"](depth, "A"))
    model = unit["plain"](model) if kind == "plain" else model
    model = model.to(images.device, memory_format=torch.channels_last)
    shift = partial(crop_and_flip, padding=LARGEST_SHIFT * images.shape[2] // SIDE)
    batches = unit["Batches"](images, labels, BATCH, shift)
    milestones = milestones_of(epochs)
    errors = unit["train"](model, batches, epochs, milestones)
    print(f"{kind}-{depth}: {errors[-1]:.1%}", flush=True)
    rates = [0.1 / 10 ** sum(epoch >= one for one in milestones) for epoch in range(epochs)]
    return {"training_error": [round(error, 4) for error in errors], "learning_rate": rates}


def milestones_of(epochs: int) -> list[int]:
    """The paper divides the learning rate after half and after three quarters of all steps."""
    return [epochs // 2, epochs * 3 // 4]


def provenance(
    pictures: Any, side: int, epochs: int, device: torch.device, options: Any
) -> dict[str, str]:
    """What was run, on what, and when."""
    count = len(pictures.train.labels)
    half, later = milestones_of(epochs)
    rates = f"0.1, divided by 10 after {half} and {later}"
    shift = f"shifted by up to {LARGEST_SHIFT * side // SIDE} pixels and mirrored at random"
    name = torch.cuda.get_device_name() if device.type == "cuda" else "CPU"
    size = f"{side} × {side}"
    return {
        "what": f"CIFAR-10, {count:,} pictures, {size} pixels",
        "networks": "the paper's, 16 maps in the first stage; residual ones with option A",
        "data": which_part(pictures, count) + ("" if side == SIDE else HALVED),
        "recipe": f"{epochs} epochs, batches of {BATCH}, learning rate {rates}; {shift}",
        "length": f"{epochs} epochs each",
        "seeds": f"one run each, seed {SEED}",
        "device": f"{name}, {options.threads} thread, float32, channels last",
        "date": time.strftime("%Y-%m-%d"),
        "versions": f"torch {torch.__version__}, Python {platform.python_version()}",
        "script": "assets/degradation.py" + (" --full" if options.full else ""),
    }


def which_part(pictures: Any, count: int) -> str:
    """Which of the training batches were found; not where."""
    found = re.findall(r"data_batch_\d", pictures.note)
    batches = ", ".join(found) or "all five training batches"
    return f"CIFAR-10 (Krizhevsky 2009): {count:,} training pictures ({batches})"


if __name__ == "__main__":
    main()
