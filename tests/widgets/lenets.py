"""LeNet as a learner might have written it, for the figures' tests."""

import torch
from torch import nn

from nand2resnet import data

DIGITS = data.mnist(download=False)
IMAGES, LABELS = DIGITS.train


class LeNet(nn.Module):
    """The simplified LeNet."""

    def __init__(self, classes=10):
        super().__init__()
        self.c1, self.s2 = nn.Conv2d(1, 6, 5, padding=2), nn.MaxPool2d(2)
        self.c3, self.s4 = nn.Conv2d(6, 16, 5), nn.MaxPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6, self.output = nn.Linear(120, 84), nn.Linear(84, classes)

    def forward(self, x):
        x = self.s4(torch.relu(self.c3(self.s2(torch.relu(self.c1(x))))))
        return self.output(torch.relu(self.f6(torch.relu(self.c5(x)).flatten(1))))


def layer_table(model, input_size):
    rows, handles = [], []
    for name, layer in model.named_children():

        def hook(layer, _, output, name=name):
            count = sum(weight.numel() for weight in layer.parameters())
            rows.append((name, tuple(output.shape[1:]), count))

        handles.append(layer.register_forward_hook(hook))
    with torch.no_grad():
        model(torch.zeros(1, *input_size))
    for handle in handles:
        handle.remove()
    return rows


def prepare(images):
    return (torch.tensor(images, dtype=torch.float32) - IMAGES.mean()) / IMAGES.std()


def trained(epochs):
    """A network that has seen the digits a few times."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = LeNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    x, y = prepare(IMAGES), torch.tensor(LABELS)
    for _ in range(epochs):
        for rows in torch.randperm(len(y)).split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
    return model


def loaded(path):
    """A network that was trained before."""
    model = LeNet()
    model.load_state_dict(torch.load(path))
    return model
