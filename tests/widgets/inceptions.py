"""An inception module as a learner might have written it, for the figure's tests."""

import torch
from torch import nn


class Inception(nn.Module):
    def __init__(self, in_channels, n1, reduce3, n3, reduce5, n5, pool):
        super().__init__()

        def conv(before, after, side):
            return nn.Sequential(nn.Conv2d(before, after, side, padding="same"), nn.ReLU())

        three = nn.Sequential(conv(in_channels, reduce3, 1), conv(reduce3, n3, 3))
        five = nn.Sequential(conv(in_channels, reduce5, 1), conv(reduce5, n5, 5))
        pooled = nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(in_channels, pool, 1))
        self.branches = nn.ModuleList([conv(in_channels, n1, 1), three, five, pooled])

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], dim=1)
