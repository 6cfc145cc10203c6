"""A network and pictures so small that a run takes a moment; also run as scripts by the tests."""

import numpy as np
import torch
from torch import nn

from nand2resnet.data.pictures import Pictures, PictureSet
from nand2resnet.training.randomness import seed_everything

CLASSES = 4


class SmallLeNet(nn.Module):
    """A convolution, a hidden layer, and batch normalisation only where it is asked for."""

    def __init__(self, width=4, drop=0.0, normalised=False):
        super().__init__()
        self.convolution = nn.Conv2d(1, width, 3)
        self.normalise = nn.BatchNorm2d(width) if normalised else nn.Identity()
        self.hidden = nn.Linear(width * 9, 16)
        self.drop = nn.Dropout(drop)
        self.scores = nn.Linear(16, CLASSES)

    def forward(self, x):
        x = torch.relu(self.normalise(self.convolution(x)))
        x = nn.functional.max_pool2d(x, 2).flatten(1)
        return self.scores(self.drop(torch.relu(self.hidden(x))))


def small_network(seed=0, **arguments):
    """The network, with the same first weights every time."""
    seed_everything(seed)
    return SmallLeNet(**arguments)


def small_set(count=200, test=40, seed=0):
    """Pictures of 8 by 8 pixels: noise, and a bright quarter that is the label."""
    rng = np.random.default_rng(seed)

    def part(size):
        labels = rng.integers(CLASSES, size=size)
        images = rng.integers(0, 160, size=(size, 1, 8, 8), dtype=np.uint8)
        for image, label in zip(images, labels, strict=True):
            row, column = 4 * (label // 2), 4 * (label % 2)
            image[0, row : row + 4, column : column + 4] += 90
        return Pictures(images, labels.astype(np.int64))

    return PictureSet(part(count), part(test), tuple("abcd"), "small", "made for tests")


def weights_of(model):
    """All weights in one list of arrays."""
    return [weight.detach().numpy() for weight in model.state_dict().values()]
