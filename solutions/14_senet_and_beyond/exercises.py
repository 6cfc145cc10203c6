"""How unit 14 is graded: points, cases, what people get wrong, and other right answers.

SEResNet is asked while a simple gate stands in for the learner's SEBlock, so that a wrong block
costs once. Of the capstone only a plan comes out of the sandbox; it is counted, built, trained and
examined here.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from autograder.exercise import Case, Criterion, Exercise, build
from nand2resnet import contest
from nand2resnet.blueprints import NoPlanError

PACKAGES = ("torch",)


def numbers(rng, *shape):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.normal(0.5, 1.5, size=shape).round(2)


def tensor(values):
    """A tensor of these values."""
    return build("tensor", values=values)


# --- SEBlock ----------------------------------------------------------------------------------

GATES, SCALED, COUNT, TRAVELS = "the gates", "the scaled maps", "parameters", "a module like others"
SEBlock = Exercise(
    # Single precision, summed in another order: slopes that nearly cancel differ most.
    points={GATES: 2, SCALED: 1.5, COUNT: 0.5, TRAVELS: Criterion(1, rtol=1e-3, atol=1e-4)},
    visible=(GATES, SCALED, COUNT, COUNT),
)


@SEBlock.cases
def _(rng):
    for n, channels, reduction, height, width in (
        (2, 6, 2, 3, 5),
        (1, 8, 4, 4, 2),
        (3, 10, 4, 2, 7),
        (2, 5, 5, 1, 1),
        (4, 4, 3, 6, 3),
    ):
        x = tensor(numbers(rng, n, channels, height, width))
        made = {"channels": channels, "reduction": reduction, "bias": True}
        yield Case(GATES, "gates", **made, x=x)
        yield Case(SCALED, "scaled", **made, x=x)
    x = build("turned", values=numbers(rng, 2, 6, 5, 3))
    yield Case(SCALED, "scaled", channels=6, reduction=3, bias=True, x=x)
    for channels, reduction, bias in (
        (64, 16, True),
        (64, 16, False),
        (10, 4, True),
        (9, 2, False),
    ):
        yield Case(COUNT, "count", channels=channels, reduction=reduction, bias=bias)
    yield Case(COUNT, "by_default", channels=48)
    x = tensor(numbers(rng, 2, 6, 3, 4))
    yield Case(TRAVELS, "slopes", channels=6, reduction=2, x=x)
    yield Case(TRAVELS, "reloaded", channels=6, reduction=2, x=x)
    yield Case(TRAVELS, "moved", channels=6, reduction=2, _size=[2, 6, 3, 4])


SEBlock.mistake(
    "no ReLU between the layers",
    "Two linear layers with nothing between them: what are they together (unit 04)?",
    "torch.relu(self.squeezed(means))",
    "self.squeezed(means)",
)
SEBlock.mistake(
    "gates without a sigmoid",
    "Print the smallest and the largest of your gates. Can a gate be more than open?",
    "torch.sigmoid(self.excited(torch.relu(self.squeezed(means))))",
    "self.excited(torch.relu(self.squeezed(means)))",
)
SEBlock.mistake(
    "sigmoid and ReLU exchanged",
    "Which of the two brings numbers between 0 and 1, and where are such numbers needed?",
    "torch.sigmoid(self.excited(torch.relu(self.squeezed(means))))",
    "torch.relu(self.excited(torch.sigmoid(self.squeezed(means))))",
)
SEBlock.mistake(
    "softmax in place of the sigmoid",
    "Can two gates be open at the same time, or do yours add up to 1?",
    "torch.sigmoid(self.excited(torch.relu(self.squeezed(means))))",
    "torch.softmax(self.excited(torch.relu(self.squeezed(means))), dim=1)",
)
SEBlock.mistake(
    "squeezed to the maximum",
    "Double the brightness of all pixels but the brightest one. Do your squeezed numbers change?",
    "x.mean(dim=(2, 3))",
    "x.amax(dim=(2, 3))",
)
SEBlock.mistake(
    "summed, not averaged",
    "Give it the same picture twice as wide. Should the squeezed numbers double?",
    "x.mean(dim=(2, 3))",
    "x.sum(dim=(2, 3))",
)
SEBlock.mistake(
    "the gates are returned alone",
    "What shape goes into forward, and what shape should come out?",
    "return x * self.gates(x)[:, :, None, None]",
    "return self.gates(x)",
)
SEBlock.mistake(
    "added, not multiplied",
    "What should come out of a channel whose gate is closed, at 0?",
    "x * self.gates(x)[:, :, None, None]",
    "x + self.gates(x)[:, :, None, None]",
)
SEBlock.mistake(
    "a shortcut of its own",
    "Close all gates in your mind. Does your block still let the picture through?",
    "x * self.gates(x)[:, :, None, None]",
    "x + x * self.gates(x)[:, :, None, None]",
)
SEBlock.mistake(
    "always with biases",
    "Make a block with bias=False and count its parameters. Where does `bias` go?",
    "hidden, bias)",
    "hidden)",
    "self.excited = nn.Linear(hidden, channels, bias)",
    "self.excited = nn.Linear(hidden, channels)",
)
SEBlock.mistake(
    "the reduction is the hidden size",
    "How many hidden numbers should 256 channels have with a reduction of 16: 16 by chance, or why?",
    "channels // reduction",
    "reduction",
)
SEBlock.mistake(
    "one channel for all pictures",
    "Are the gates of one picture allowed to depend on its neighbours in the batch?",
    "means = x.mean(dim=(2, 3))",
    "means = x.mean(dim=(0, 2, 3))[None].expand(len(x), -1)",
)


SEBlock.equivalent("means = x.mean(dim=(-2, 3))", "of four axes, -2 is the same as 2")


@SEBlock.alternative("a sequence, and shapes kept")
class Sequence(nn.Module):
    """One sequence gives the gates."""

    def __init__(self, channels, reduction=16, bias=True):
        super().__init__()
        self.excite = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(channels, channels // reduction, bias=bias),
            nn.ReLU(inplace=True),
            nn.Linear(channels // reduction, channels, bias=bias),
            nn.Sigmoid(),
        )

    def gates(self, x):
        return self.excite(x)

    def forward(self, x):
        n, c, _, _ = x.shape
        return self.gates(x).view(n, c, 1, 1) * x


@SEBlock.alternative("a sum in one line")
class InOneLine(nn.Module):
    """Sums in place of means, and everything written out."""

    def __init__(self, channels, reduction=16, bias=True):
        super().__init__()
        self.w2 = nn.Linear(channels // reduction, channels, bias)
        self.w1 = nn.Linear(channels, channels // reduction, bias)

    def gates(self, x):
        squeezed = x.flatten(2).sum(-1) / (x.shape[2] * x.shape[3])
        return 1 / (1 + torch.exp(-self.w2(self.w1(squeezed).clamp(min=0))))

    def forward(self, x):
        return torch.einsum("nchw,nc->nchw", x, self.gates(x))


# --- SEResNet ---------------------------------------------------------------------------------

PLACE, WHOLE_COUNT, WHOLE_TRAVELS = "where the gates stand", "how many gates", "one module"
SEResNet = Exercise(
    points={WHOLE_COUNT: 1.5, PLACE: 1.5, WHOLE_TRAVELS: 1},
    visible=(WHOLE_COUNT, WHOLE_COUNT, PLACE),
)


@SEResNet.cases
def _(rng):
    for depth, classes, width, reduction, bias in (
        (50, 10, 16, 8, False),
        (26, 7, 12, 5, True),
    ):
        made = {"depth": depth, "classes": classes, "width": width, "reduction": reduction}
        yield Case(WHOLE_COUNT, "whole_count", **made, bias=bias)
    for depth, n, height, width in ((26, 2, 33, 40), (26, 1, 32, 47)):
        x = tensor(numbers(rng, n, 3, height, width))
        yield Case(PLACE, "whole", depth=depth, width=4, reduction=3, x=x)
    x = tensor(numbers(rng, 2, 3, 33, 35))
    made = {"depth": 26, "width": 4, "reduction": 4}
    yield Case(WHOLE_TRAVELS, "whole_reloaded", **made, x=x)
    yield Case(WHOLE_TRAVELS, "whole_slopes", **made, x=x)
    yield Case(WHOLE_TRAVELS, "whole_moved", **made, _size=[2, 3, 32, 32])


SEResNet.mistake(
    "the gate behind the addition",
    "Close a gate in your mind. Does the shortcut still bring the picture through?",
    "block.branch.append(SEBlock(block.channels, reduction, bias))",
    "self.features[list(self.features).index(block)] = nn.Sequential(\n"
    "                    block, SEBlock(block.channels, reduction, bias)\n"
    "                )",
)
SEResNet.mistake(
    "the gate before the branch's layers",
    "Which channels should a gate judge: those that come into the branch, or what it has made of "
    "them?",
    "block.branch.append(SEBlock(block.channels, reduction, bias))",
    "block.branch.insert(0, SEBlock(next(block.branch.children())[0].in_channels, reduction, bias))",
)
SEResNet.mistake(
    "the gate in the middle of the branch",
    "How many channels has the 3 x 3 convolution, and how many has what the branch gives?",
    "block.branch.append(SEBlock(block.channels, reduction, bias))",
    "block.branch.insert(4, SEBlock(block.channels // 4, reduction, bias))",
)
SEResNet.mistake(
    "the reduction is not passed on",
    "Make two networks with reductions of 4 and 8. Do they differ in their parameters?",
    "SEBlock(block.channels, reduction, bias)",
    "SEBlock(block.channels, bias=bias)",
)
SEResNet.mistake(
    "bias is not passed on",
    "Make two networks, with bias=True and bias=False. Do they differ in their parameters?",
    "SEBlock(block.channels, reduction, bias)",
    "SEBlock(block.channels, reduction)",
)
SEResNet.mistake(
    "no gates",
    "Print your network. How often does your block stand in it?",
    "block.branch.append(SEBlock(block.channels, reduction, bias))",
    "pass",
)
SEResNet.mistake(
    "one gate for a whole stage",
    "Print your network. Has every bottleneck a gate, or only some?",
    "isinstance(block, Bottleneck)",
    "isinstance(block, Bottleneck) and not isinstance(block.shortcut, nn.Identity)",
)
SEResNet.mistake(
    "the gates are in a plain list",
    "How many parameters does PyTorch see? Which containers does it look into?",
    "block.branch.append(SEBlock(block.channels, reduction, bias))",
    "gate = [SEBlock(block.channels, reduction, bias)]\n"
    "                block.branch.register_forward_hook(lambda _, __, y, gate=gate: gate[0](y))",
)


SEResNet.equivalent("for block in list(self.features)[1:]:", "the first layer belongs to the stem")


SEResNet.alternative(
    "a bottleneck of its own",
    """
    class SEBottleneck(Bottleneck):
        def __init__(self, inputs, width, stride, reduction, bias):
            super().__init__(inputs, width, stride)
            self.gate = SEBlock(4 * width, reduction, bias)

        def forward(self, x):
            return torch.relu(self.gate(self.branch(x)) + self.shortcut(x))


    class SEResNet(nn.Module):
        def __init__(self, depth=50, classes=1000, width=64, reduction=16, bias=True):
            super().__init__()
            self.stem = nn.Sequential(normalised(3, width, 7, 2), nn.ReLU())
            self.pool = nn.MaxPool2d(3, stride=2, padding=1)
            blocks, inputs = [], width
            for stage in range(4):
                inner = width * 2**stage
                for number in range(BLOCKS[depth][stage]):
                    stride = 2 if stage and not number else 1
                    blocks.append(SEBottleneck(inputs, inner, stride, reduction, bias))
                    inputs = 4 * inner
            self.blocks = nn.ModuleList(blocks)
            self.head = nn.Linear(inputs, classes)

        def forward(self, x):
            x = self.pool(self.stem(x))
            for block in self.blocks:
                x = block(x)
            return self.head(x.flatten(2).mean(-1))
    """,
)
SEResNet.alternative(
    "all modules are looked through",
    """
    class SEResNet(ResNet):
        def __init__(self, depth=50, classes=1000, width=64, reduction=16, bias=True):
            super().__init__(depth, classes=classes, width=width)
            for module in list(self.modules()):
                if type(module) is Bottleneck:
                    gate = SEBlock(module.branch[-1][1].num_features, reduction, bias)
                    module.branch = nn.Sequential(module.branch, gate)
    """,
)


# --- weighted_ensemble ------------------------------------------------------------------------

MEAN, ANY, SUM = "the weighted mean", "any number of networks", "probabilities again"
weighted_ensemble = Exercise(
    points={MEAN: 1.5, ANY: 0.75, SUM: 0.75},
    visible=(MEAN, ANY, SUM),
)


def opinions(rng, *shape):
    """Probabilities along the last axis."""
    return rng.dirichlet(np.ones(shape[-1]), size=shape[:-1]).round(4)


@weighted_ensemble.cases
def _(rng):
    for models, n, classes in ((2, 3, 4), (5, 2, 3), (3, 4, 2), (4, 7, 10)):
        p = tensor(opinions(rng, models, n, classes))
        a = tensor(rng.uniform(0.2, 0.95, size=models).round(2))
        yield Case(MEAN, probabilities=p, accuracies=a)
    for models, n, classes in ((1, 3, 4), (1, 1, 2), (6, 1, 5)):
        p = tensor(opinions(rng, models, n, classes))
        a = tensor(rng.uniform(0.2, 0.95, size=models).round(2))
        yield Case(ANY, probabilities=p, accuracies=a)
    for models, n, classes in ((3, 3, 3), (2, 5, 2)):
        p = tensor(opinions(rng, models, n, classes))
        a = tensor(rng.uniform(0.05, 0.3, size=models).round(2))
        yield Case(SUM, probabilities=p, accuracies=a)
    p = tensor(opinions(rng, 3, 2, 4))
    yield Case(SUM, probabilities=p, accuracies=tensor(np.array([0.0, 0.8, 0.0])))


weighted_ensemble.mistake(
    "the weights do not add up to 1",
    "Add up the probabilities of one picture in your result. What should come out?",
    "accuracies / accuracies.sum()",
    "accuracies",
)
weighted_ensemble.mistake(
    "the plain mean",
    "Change the accuracies. Does your result change?",
    "return (weights[:, None, None] * probabilities).sum(dim=0)",
    "return probabilities.mean(dim=0)",
)
weighted_ensemble.mistake(
    "a mean of weighted opinions",
    "Two equally good networks that agree in 0.6: what does your function say?",
    "(weights[:, None, None] * probabilities).sum(dim=0)",
    "(weights[:, None, None] * probabilities).mean(dim=0)",
)
weighted_ensemble.mistake(
    "accuracies through a softmax",
    "A network with accuracy 0: how much does it count in the formula, and how much in yours?",
    "accuracies / accuracies.sum()",
    "torch.softmax(accuracies, dim=0)",
)
weighted_ensemble.mistake(
    "only the best is asked",
    "How many networks does your result depend on?",
    "return (weights[:, None, None] * probabilities).sum(dim=0)",
    "return probabilities[weights.argmax()]",
)
weighted_ensemble.mistake(
    "error rates as weights",
    "Which of two networks should count more: the one that is right more often, or less often?",
    "accuracies / accuracies.sum()",
    "(1.0001 - accuracies) / (1.0001 - accuracies).sum()",
)
weighted_ensemble.mistake(
    "the networks vote",
    "Two networks say 0.6 to 0.4, one says 0 to 1. What is the mean, and what do votes give?",
    "return (weights[:, None, None] * probabilities).sum(dim=0)",
    "votes = nn.functional.one_hot(probabilities.argmax(dim=2), probabilities.shape[2])\n"
    "    return (weights[:, None, None] * votes).sum(dim=0)",
)
weighted_ensemble.mistake(
    "the largest, scaled back",
    "Is what you take of the networks' opinions a mean?",
    "return (weights[:, None, None] * probabilities).sum(dim=0)",
    "strongest = (weights[:, None, None] * probabilities).amax(dim=0)\n"
    "    return strongest / strongest.sum(dim=1, keepdim=True)",
)


@weighted_ensemble.alternative("one sum over an axis")
def by_einsum(probabilities, accuracies):
    shares = accuracies / torch.sum(accuracies)
    return torch.einsum("m,mnc->nc", shares, probabilities)


@weighted_ensemble.alternative("network by network, divided at the end")
def one_by_one(probabilities, accuracies):
    total = torch.zeros_like(probabilities[0])
    for p, a in zip(probabilities, accuracies, strict=True):
        total = total + a * p
    return total / accuracies.sum()


# --- capstone ---------------------------------------------------------------------------------

LEARNS, READS = "reads 60% within the budget", "reads 88% within the budget"
LEAST = {LEARNS: 0.60, READS: 0.88}
capstone = Exercise(
    points={LEARNS: 2.5, READS: 2.5},
)


@capstone.cases
def _(rng):
    exam = int(rng.integers(1, 2**31))
    for criterion in LEAST:
        yield Case(criterion, "plan", classes=contest.CLASSES, _exam=exam)


@capstone.accept()
def _(case, observation, _reference):
    """Count, build, train and examine what came, outside the sandbox."""
    least = LEAST[case.criterion]
    try:
        result = contest.measured(observation.value, case.inputs["_exam"])
    except NoPlanError as error:
        return f"the contest does not take it: {error}"
    if result.accuracy < least:
        return f"it reads {result.accuracy:.1%} of the digits; {least:.0%} are asked for"
    return True


@capstone.leaderboard("pseudonym")
def _(case, observation):
    """What the class's leaderboard shows."""
    result = contest.measured(observation.value, case.inputs["_exam"])
    return {
        "accuracy": result.accuracy,
        "parameters": result.cost.parameters,
        "multiply-adds": result.cost.multiply_adds,
    }


capstone.mistake(
    "over the budget of parameters",
    "Print your network's cost layer by layer. Which budget is passed, and where does most of it go?",
    "nn.Linear(144, classes)",
    "nn.Linear(144, 64), nn.ReLU(), nn.Linear(64, classes)",
)
capstone.mistake(
    "over the budget of multiply-adds",
    "Where are your maps largest, and how many channels have they there?",
    "nn.MaxPool2d(2)),\n        *(normalised(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),",
    "nn.Identity()),\n        *(normalised(8, 16, 3), nn.ReLU(), nn.MaxPool2d(4)),",
)
capstone.mistake(
    "scores for too few classes",
    "What does `classes` say, and what does your last layer give?",
    "nn.Linear(144, classes)",
    "nn.Linear(144, classes - 1)",
)
capstone.mistake(
    "one place for all",
    "Move a digit by two pixels. Does anything in your network know that it is the same digit?",
    "*(normalised(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)),\n"
    "        *(normalised(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),\n"
    "        *(nn.Flatten(), nn.Linear(144, classes)),",
    "nn.Flatten(), nn.Linear(144, classes)",
)
capstone.mistake(
    "nothing but linear layers",
    "What are several convolutions with nothing between them (unit 04)?",
    "*(normalised(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)),\n"
    "        *(normalised(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),",
    "*(normalised(1, 8, 3), nn.AvgPool2d(2)),\n        *(normalised(8, 16, 3), nn.AvgPool2d(2)),",
)


capstone.alternative(
    "separable, and no place at the end",
    """
    def capstone(classes):
        return nn.Sequential(
            *(normalised(1, 12, 3), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(12, 12, 3, padding=1, groups=12, bias=False), normalised(12, 24, 1)),
            *(nn.ReLU(), normalised(24, 10, 1), nn.ReLU(), normalised(10, 16, 3), nn.ReLU()),
            *(nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(16, classes)),
        )
    """,
)
capstone.alternative(
    "a module with a shortcut and a gate",
    """
    class Mine(nn.Module):
        def __init__(self, classes):
            super().__init__()
            self.stem = normalised(1, 8, 3)
            self.grow, self.branch = normalised(8, 12, 3), normalised(12, 12, 3)
            self.squeeze, self.excite = nn.Linear(12, 4), nn.Linear(4, 12)
            self.scores = nn.Linear(12 * 9, classes)

        def forward(self, x):
            x = torch.max_pool2d(torch.relu(self.stem(x)), 2)
            x = torch.relu(self.grow(x))
            y = self.branch(x)
            gates = torch.sigmoid(self.excite(torch.relu(self.squeeze(y.mean(dim=(2, 3))))))
            x = torch.relu(x + y * gates.view(y.shape[0], -1, 1, 1))
            x = torch.max_pool2d(x, 2)
            return self.scores(x.reshape(x.size(0), -1))


    def capstone(classes):
        return Mine(classes)
    """,
)
