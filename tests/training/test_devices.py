"""Which device is chosen, and what is said where one is missing."""

import pytest
import torch

from nand2resnet.training.devices import KINDS, choose_device, named_device
from nand2resnet.training.errors import TrainingError


@pytest.fixture
def has(monkeypatch):
    """Say which devices there are."""

    def there_are(cuda=0, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"GPU {device.index}")
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return there_are


@pytest.mark.parametrize(
    ("devices", "best", "said"),
    [
        ({}, "cpu", "Device: CPU ("),
        ({"mps": True}, "mps", "Device: MPS (Apple GPU)"),
        ({"cuda": 1, "mps": True}, "cuda:0", "Device: CUDA (GPU 0)"),
    ],
)
def test_the_fastest_device_is_chosen_and_said(has, capsys, devices, best, said):
    has(**devices)
    assert str(choose_device()) == best
    assert capsys.readouterr().out.startswith(said)


def test_a_named_device_is_taken(has, capsys):
    has(cuda=2)
    assert str(choose_device("cpu")) == "cpu"
    assert str(choose_device("cuda:1")) == "cuda:1"
    assert capsys.readouterr().out.splitlines()[1] == "Device: CUDA (GPU 1)"


def test_each_process_has_a_gpu_of_its_own_and_the_first_speaks(has, capsys, monkeypatch):
    has(cuda=2)
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setenv("RANK", "1")
    assert str(choose_device()) == "cuda:1"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("devices", "wanted", "told"),
    [
        ({}, "cuda", "no device 'cuda:0' here: .* There is: cpu"),
        ({}, "mps", "no device 'mps' here: PyTorch finds no Apple GPU"),
        ({"cuda": 1}, "cuda:3", "of NVIDIA GPUs there are 1.* There is: cuda, cpu"),
        ({}, "gpu", "'gpu' is no device to train on: use cuda, mps, cpu"),
        ({}, "meta", "'meta' is no device to train on"),
    ],
)
def test_a_device_that_is_not_there_is_refused(has, devices, wanted, told):
    has(**devices)
    with pytest.raises(TrainingError, match=told):
        choose_device(wanted)


@pytest.mark.parametrize(
    ("version", "told"), [(None, "built without CUDA"), ("12.8", "`nvidia-smi`")]
)
def test_it_says_why_there_is_no_cuda(has, monkeypatch, version, told):
    has()
    monkeypatch.setattr(torch.version, "cuda", version)
    with pytest.raises(TrainingError, match=told):
        named_device("cuda")


def test_this_machine_has_a_device():
    assert choose_device().type in KINDS
