"""Squeeze and excitation as a learner might have written it, for the figure's tests."""

import torch
from torch import nn

from nand2resnet import contest


class SEBlock(nn.Module):
    def __init__(self, channels, reduction=16, bias=True):
        super().__init__()
        self.w1 = nn.Linear(channels, channels // reduction, bias)
        self.w2 = nn.Linear(channels // reduction, channels, bias)

    def gates(self, x):
        return torch.sigmoid(self.w2(torch.relu(self.w1(x.mean((2, 3))))))

    def forward(self, x):
        return x * self.gates(x)[:, :, None, None]


class Small(nn.Module):
    def __init__(self, block=SEBlock):
        super().__init__()
        self.early, self.gate = nn.Conv2d(1, 8, 3, padding=1), block(8, 2)
        self.norm, self.late = nn.BatchNorm2d(8), nn.Conv2d(8, 12, 3, padding=1)
        self.scores = nn.Linear(12, 10)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.norm(self.early(x))), 2)
        return self.scores(torch.relu(self.late(self.gate(x))).amax((2, 3)))


torch.manual_seed(0)
small = contest.train(Small(), epochs=5)
pictures, labels = contest.exam(0)
