"""Choose where to train: on a GPU of NVIDIA or Apple if there is one, else on the CPU."""

from __future__ import annotations

import os

import torch

from nand2resnet.training.errors import TrainingError

KINDS = ("cuda", "mps", "cpu")
"""What the course trains on, the fastest first."""


def choose_device(wanted: str | torch.device | None = None) -> torch.device:
    """Choose the device to train on, and print which it is.

    Parameters
    ----------
    wanted : str or torch.device, optional
        "cuda" (also "cuda:1"), "mps" or "cpu"; by default the first of them that is there.

    Returns
    -------
    torch.device
        Where ``model.to(device)`` and the pictures go. Under ``torchrun``, each process gets a GPU
        of its own, and only the first process prints.

    Raises
    ------
    TrainingError
        The device named is not there; the message says why, and what is.
    """
    device = best_device() if wanted is None else named_device(wanted)
    if os.environ.get("RANK", "0") == "0":
        print(f"Device: {describe(device)}", flush=True)
    return device


def best_device() -> torch.device:
    """The first kind of device that is there; the CPU always is."""
    return next(named_device(kind) for kind in KINDS if not why_missing(torch.device(kind)))


def named_device(wanted: str | torch.device) -> torch.device:
    """The device of that name; under ``torchrun``, of several GPUs the process's own.

    Raises
    ------
    TrainingError
        The course does not train on what is called so, or it is not there.
    """
    device = understood(wanted)
    if str(device) == "cuda":
        device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    reason = why_missing(device)
    if reason:
        here = ", ".join(kind for kind in KINDS if not why_missing(torch.device(kind)))
        raise TrainingError(f"There is no device {str(device)!r} here: {reason} There is: {here}.")
    return device


def understood(wanted: str | torch.device) -> torch.device:
    """The device that a name means, whether it is there or not."""
    unknown = TrainingError(f"{str(wanted)!r} is no device to train on: use {', '.join(KINDS)}.")
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise unknown from None
    if device.type not in KINDS:
        raise unknown
    return device


def why_missing(device: torch.device) -> str | None:
    """Why a device is not there, or None where it is."""
    if device.type == "cuda":
        return why_no_cuda(device.index or 0)
    if device.type == "mps" and not torch.backends.mps.is_available():
        return (
            "PyTorch finds no Apple GPU (it needs a Mac with Apple's own chip, macOS 14 or later)."
        )
    return None


def why_no_cuda(index: int) -> str | None:
    """Why there is no GPU of NVIDIA with this number, or None where there is."""
    if not torch.cuda.is_available():
        if torch.version.cuda is None:
            return (
                f"this PyTorch ({torch.__version__}) was built without CUDA; "
                "https://pytorch.org/get-started/locally/ says how to install one that has it."
            )
        return "PyTorch finds no NVIDIA GPU. Does `nvidia-smi` in a terminal show one?"
    count = torch.cuda.device_count()
    if index >= count:
        return (
            f"of NVIDIA GPUs there are {count}, counted from 0; start no more processes than that."
        )
    return None


def describe(device: torch.device) -> str:
    """A device in words, with its name where it has one."""
    if device.type == "cuda":
        return f"CUDA ({torch.cuda.get_device_name(device)})"
    if device.type == "mps":
        return "MPS (Apple GPU)"
    return f"CPU ({torch.get_num_threads()} threads)"
