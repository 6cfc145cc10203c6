"""How unit 12 is graded: points, cases, what people get wrong, and other right answers.

GoogLeNet takes the class of its modules as an argument, so its probes hand in one of their own: a
wrong inception module costs nothing there.
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import nn

from autograder.exercise import Case, Criterion, Exercise, build

PACKAGES = ("torch",)

PRECISION = {"rtol": 1e-3, "atol": 1e-4}
"""Sums of many numbers in single precision depend on their order."""

SIZES, VALUES, MODULE = "shapes and sizes", "values", "a module like any other"


def drawn(rng):
    """A seed for a builder."""
    return int(rng.integers(1_000_000))


def pixels(rng, *shape):
    """Pictures or maps of this shape, made where they are needed."""
    return build("pixels", shape=shape, seed=drawn(rng))


# --- MLPConv ----------------------------------------------------------------------------------

MLPConv = Exercise(
    points={SIZES: 0.5, VALUES: Criterion(1.5, **PRECISION), MODULE: Criterion(0.5, **PRECISION)},
    visible=(SIZES, VALUES, VALUES),
)


@MLPConv.cases
def _(rng):
    for in_channels, widths, side, padding, size in (
        (3, (6, 5, 4), 3, 1, (2, 3, 7, 6)),
        (1, (4,), 5, 0, (1, 1, 5, 8)),
        (2, (3, 4), 1, 0, (3, 2, 3, 1)),
        (4, (5, 4, 3, 2), 5, 2, (1, 4, 5, 6)),
        (2, (4, 4, 4), 3, 0, (2, 2, 4, 5)),
    ):
        line = {"in_channels": in_channels, "widths": widths, "kernel_size": side}
        line["padding"] = padding
        yield Case(SIZES, "shape_and_size", _size=size, **line)
        yield Case(VALUES, "values", x=pixels(rng, *size), **line)
        yield Case(MODULE, "slopes", x=pixels(rng, *size), **line)
        yield Case(MODULE, "copied", x=pixels(rng, *size), **line)
        yield Case(MODULE, "moved", _size=size, **line)
    line = {"in_channels": 3, "widths": (192, 160, 96), "kernel_size": 5, "padding": 2}
    yield Case(SIZES, "shape_and_size", _size=(1, 3, 32, 32), **line)
    line = {"in_channels": 2, "widths": [3, 5], "kernel_size": 3}
    yield Case(VALUES, "values", x=pixels(rng, 1, 2, 4, 6), **line)


MLPConv.mistake(
    "no ReLU after the last convolution",
    "Can a number that comes out of your layer be negative? Should it?",
    "        self.layers = nn.Sequential(*layers)",
    "        self.layers = nn.Sequential(*layers[:-1])",
)
MLPConv.mistake(
    "no ReLU after the first convolution",
    "Count the ReLUs: print your module. Is there one for each convolution?",
    "padding=padding), nn.ReLU()]",
    "padding=padding)]",
)
MLPConv.mistake(
    "the small network has no ReLUs of its own",
    "Two linear layers with nothing between them: how much more can they do than one?",
    "layers += [nn.Conv2d(before, after, 1), nn.ReLU()]",
    "layers += [nn.Conv2d(before, after, 1)]",
)
MLPConv.mistake(
    "every convolution has the window",
    "Which of the convolutions may see a neighbour? Count the weights of the second one.",
    "nn.Conv2d(before, after, 1)",
    "nn.Conv2d(before, after, kernel_size, padding=kernel_size // 2)",
)
MLPConv.mistake(
    "padding in every convolution",
    "A window of 1 x 1 that is padded: what does it see beyond the border? Compare the shapes.",
    "nn.Conv2d(before, after, 1)",
    "nn.Conv2d(before, after, 1, padding=padding)",
)
MLPConv.mistake(
    "padding is not used",
    "Try a window of 5 with padding 2. Are the maps as large as the picture?",
    "kernel_size, padding=padding)",
    "kernel_size)",
)
MLPConv.mistake(
    "without biases",
    "Set all pixels to 0. What should come out of the first convolution then?",
    "nn.Conv2d(before, after, 1)",
    "nn.Conv2d(before, after, 1, bias=False)",
)


@MLPConv.mistake(
    "a list hides the layers",
    "Print list(module.parameters()). Why does PyTorch not find the weights in a plain list?",
)
class HiddenLayers(nn.Module):
    """Keeps its layers where PyTorch does not look."""

    def __init__(self, in_channels, widths, kernel_size, padding=0):
        super().__init__()
        self.layers = [nn.Conv2d(in_channels, widths[0], kernel_size, padding=padding)]
        self.layers += [nn.Conv2d(a, b, 1) for a, b in pairwise(widths)]

    def forward(self, x):
        for layer in self.layers:
            x = F.relu(layer(x))
        return x


@MLPConv.alternative("a list of modules, ReLUs on the way")
class ListOfModules(nn.Module):
    """A loop in forward."""

    def __init__(self, in_channels, widths, kernel_size, padding=0):
        super().__init__()
        self.window = nn.Conv2d(in_channels, widths[0], kernel_size, padding=padding)
        rest = [nn.Conv2d(widths[i], widths[i + 1], (1, 1)) for i in range(len(widths) - 1)]
        self.rest = nn.ModuleList(rest)

    def forward(self, x):
        x = self.window(x).clamp(min=0)
        for layer in self.rest:
            x = layer(x).clamp(min=0)
        return x


@MLPConv.alternative("a kind of Sequential")
class KindOfSequential(nn.Sequential):
    """Is what it is made of."""

    def __init__(self, in_channels, widths, kernel_size, padding=0):
        super().__init__()
        for place, width in enumerate(widths):
            window = {"kernel_size": kernel_size, "padding": padding} if place == 0 else {}
            self.append(nn.Conv2d(in_channels, width, **({"kernel_size": 1} | window)))
            self.append(nn.ReLU())
            in_channels = width


# --- Inception --------------------------------------------------------------------------------

Inception = Exercise(
    points={SIZES: 1, VALUES: Criterion(3, **PRECISION), MODULE: Criterion(0.5, **PRECISION)},
    visible=(SIZES, VALUES, VALUES),
)
NUMBERS = ("in_channels", "n1", "reduce3", "n3", "reduce5", "n5", "pool")


@Inception.cases
def _(rng):
    for line, size in (
        ((2, 3, 4, 5, 2, 6, 4), (2, 2, 4, 6)),
        ((5, 1, 2, 3, 4, 5, 6), (1, 5, 5, 3)),
        ((3, 2, 1, 1, 1, 1, 1), (3, 3, 2, 2)),
        ((1, 2, 3, 2, 1, 3, 2), (1, 1, 7, 1)),
        ((4, 6, 5, 4, 3, 2, 1), (2, 4, 3, 8)),
    ):
        named = dict(zip(NUMBERS, line, strict=True))
        yield Case(SIZES, "shape_and_size", _size=size, **named)
        yield Case(VALUES, "values", x=pixels(rng, *size), **named)
        yield Case(MODULE, "slopes", x=pixels(rng, *size), **named)
        yield Case(MODULE, "copied", x=pixels(rng, *size), **named)
        yield Case(MODULE, "moved", _size=size, **named)
    named = dict(zip(NUMBERS, (480, 192, 96, 208, 16, 48, 64), strict=True))
    yield Case(SIZES, "shape_and_size", _size=(1, 480, 14, 14), **named)


Inception.mistake(
    "no ReLU after the 1 x 1 in front of 3 x 3",
    "How many ReLUs does the branch of 3 x 3 have? Two convolutions with nothing in between are one.",
    "self.three(F.relu(self.before_three(x)))",
    "self.three(self.before_three(x))",
)
Inception.mistake(
    "no ReLU after the 1 x 1 in front of 5 x 5",
    "How many ReLUs does the branch of 5 x 5 have? Two convolutions with nothing in between are one.",
    "self.five(F.relu(self.before_five(x)))",
    "self.five(self.before_five(x))",
)
Inception.mistake(
    "no ReLU at the end",
    "Can a number that comes out of the module be negative? Count the ReLUs of each branch.",
    "return F.relu(torch.cat([one, three, five, pooled], dim=1))",
    "return torch.cat([one, three, five, pooled], dim=1)",
)
Inception.mistake(
    "no pooling in the fourth branch",
    "Move the brightest pixel of the input by one. Which branch should hardly notice?",
    "self.after_pooling(F.max_pool2d(x, 3, stride=1, padding=1))",
    "self.after_pooling(x)",
)
Inception.mistake(
    "the mean instead of the maximum",
    "Put one bright pixel into a dark map. What does pooling make of its neighbours, in your branch?",
    "F.max_pool2d(x, 3, stride=1, padding=1)",
    "F.avg_pool2d(x, 3, stride=1, padding=1)",
)
Inception.mistake(
    "the branches in another order",
    "Which channels are the first ones of the result: those of 1 x 1, or those of the pooling?",
    "[one, three, five, pooled]",
    "[pooled, one, three, five]",
)
Inception.mistake(
    "5 x 5 is 3 x 3",
    "Count the weights of your third branch. How large is its window?",
    "nn.Conv2d(reduce5, n5, 5, padding=2)",
    "nn.Conv2d(reduce5, n5, 3, padding=1)",
)
Inception.mistake(
    "the pooling before its convolution is the other way round",
    "What stands first in the fourth row of the table: the pooling, or the 1 x 1 convolution?",
    "self.after_pooling(F.max_pool2d(x, 3, stride=1, padding=1))",
    "F.max_pool2d(self.after_pooling(x), 3, stride=1, padding=1)",
)
Inception.mistake(
    "the branches are added along the rows",
    "Two maps of 7 x 9 side by side are not two channels. Which dimension do the channels have?",
    "dim=1)",
    "dim=2)",
)
Inception.mistake(
    "without biases",
    "Set all pixels to 0. What should come out of the first branch then?",
    "self.one = nn.Conv2d(in_channels, n1, 1)",
    "self.one = nn.Conv2d(in_channels, n1, 1, bias=False)",
)


@Inception.alternative("four branches of layers")
class FourBranches(nn.Module):
    """Each branch a Sequential."""

    def __init__(self, in_channels, n1, reduce3, n3, reduce5, n5, pool):
        super().__init__()

        def conv(before, after, side):
            return nn.Sequential(nn.Conv2d(before, after, side, padding="same"), nn.ReLU())

        self.branches = nn.ModuleList(
            [
                conv(in_channels, n1, 1),
                nn.Sequential(conv(in_channels, reduce3, 1), conv(reduce3, n3, 3)),
                nn.Sequential(conv(in_channels, reduce5, 1), conv(reduce5, n5, 5)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), conv(in_channels, pool, 1)),
            ]
        )

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


@Inception.alternative("made in another order, written into one array")
class IntoOneArray(nn.Module):
    """Makes the last branch first."""

    def __init__(self, in_channels, n1, reduce3, n3, reduce5, n5, pool):
        super().__init__()
        self.ends = nn.ModuleDict(
            {
                "pool": nn.Conv2d(in_channels, pool, 1),
                "five": nn.Conv2d(reduce5, n5, (5, 5), padding=(2, 2)),
                "three": nn.Conv2d(reduce3, n3, (3, 3), padding=(1, 1)),
                "one": nn.Conv2d(in_channels, n1, 1),
            }
        )
        self.squeeze = nn.ModuleDict(
            {
                "five": nn.Conv2d(in_channels, reduce5, 1),
                "three": nn.Conv2d(in_channels, reduce3, 1),
            }
        )
        self.pool = nn.MaxPool2d(kernel_size=3, stride=1, padding=1)

    def forward(self, x):
        parts = []
        for name in ("one", "three", "five", "pool"):
            inner = self.pool(x) if name == "pool" else x
            if name in self.squeeze:
                inner = torch.relu(self.squeeze[name](inner))
            parts.append(self.ends[name](inner).relu())
        return torch.cat(parts, dim=1)


# --- GoogLeNet --------------------------------------------------------------------------------

PLAN, TRAINING, HEADS = "the plan", "training mode", "auxiliary heads"
GoogLeNet = Exercise(
    points={
        PLAN: 1.5,
        VALUES: Criterion(1.5, **PRECISION),
        TRAINING: 0.5,
        HEADS: Criterion(1, **PRECISION),
    },
    visible=(PLAN, VALUES, HEADS),
)


@GoogLeNet.cases
def _(rng):
    yield Case(PLAN, "plan_layers", _size=(2, 3, 224, 224))
    yield Case(PLAN, "plan_layers", _size=(1, 3, 97, 161), classes=10, width=0.25)
    yield Case(PLAN, "plan_size", _size=(1, 3, 64, 64), classes=7, width=0.5)
    yield Case(PLAN, "plan_moved", _size=(1, 3, 64, 64), classes=3, width=0.125)
    for size, classes, width in (((2, 3, 65, 52), 4, 0.125), ((1, 3, 130, 91), 2, 0.0625)):
        x = pixels(rng, *size)
        yield Case(VALUES, "plan_values", x=x, classes=classes, width=width)
        yield Case(VALUES, "plan_copied", x=x, classes=classes, width=width)
    line = {"classes": 3, "width": 0.125}
    yield Case(TRAINING, "plan_modes", x=pixels(rng, 4, 3, 48, 48), **line)
    yield Case(TRAINING, "plan_dropouts", _size=(2, 3, 64, 64), **line)
    yield Case(HEADS, "size_with_heads", classes=1000, width=1.0)
    x = pixels(rng, 1, 3, 224, 224)
    for training in (True, False):
        line = {"classes": 3, "width": 0.0625, "training": training}
        yield Case(HEADS, "with_heads", x=x, **line)


GoogLeNet.mistake(
    "sizes are rounded down",
    "How large are the maps after the first pooling, by the table? And by your network?",
    "nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(narrow",
    "nn.MaxPool2d(3, 2), nn.Conv2d(narrow",
)
GoogLeNet.mistake(
    "one pooling is missing",
    "After which two modules are the maps halved? Print the shapes after each.",
    'if name in ("3b", "4e"):',
    'if name == "3b":',
)
GoogLeNet.mistake(
    "the pooling's channels are forgotten",
    "How many branches does a module have? Add up what comes out of 3a.",
    "            channels = n1 + n3 + n5 + pool\n",
    "            channels = n1 + n3 + n5\n",
)
GoogLeNet.mistake(
    "no ReLU in the stem",
    "Two convolutions with nothing in between are one. Which of the stem's three has no ReLU?",
    "nn.Conv2d(narrow, narrow, 1), nn.ReLU()]",
    "nn.Conv2d(narrow, narrow, 1)]",
)
GoogLeNet.mistake(
    "the width stops at the stem",
    "Make a network of width 1/8 and count. Did the modules shrink, too?",
    "(scaled(n, width) for n in numbers)",
    "(n for n in numbers)",
)
GoogLeNet.mistake(
    "half is dropped",
    "With which probability does the table drop a number before the last layer?",
    "nn.Dropout(0.4)",
    "nn.Dropout(0.5)",
)
GoogLeNet.mistake(
    "nothing is dropped",
    "Show the network the same picture twice, in training mode. Should the scores be the same?",
    "nn.Flatten(), nn.Dropout(0.4)]",
    "nn.Flatten()]",
)
GoogLeNet.mistake(
    "the heads answer in evaluation mode, too",
    "Call eval() on a network with heads. How many scores does it give?",
    "if self.training and name in self.heads:",
    "if name in self.heads:",
)
GoogLeNet.mistake(
    "the second head sits one module early",
    "After which modules does the text put the heads? How many channels come in there?",
    'name in ("4a", "4d"):',
    'name in ("4a", "4c"):',
)
GoogLeNet.mistake(
    "the heads come first",
    "Which of the three scores is the first one, in the text: the network's own, or a head's?",
    "(scores, *halfway)",
    "(*halfway, scores)",
)
GoogLeNet.mistake(
    "always an inception module",
    "Hand in another block than Inception. Does your network notice?",
    "= block(channels, n1, reduce3, n3, reduce5, n5, pool)",
    "= nn.Conv2d(channels, n1 + n3 + n5 + pool, 3, padding=1)",
)


GoogLeNet.equivalent(
    "narrow, channels = (scaled(width, 64), scaled(192, width))", "a product has no order"
)
GoogLeNet.equivalent(
    "narrow, channels = (scaled(64, width), scaled(width, 192))", "a product has no order"
)
GoogLeNet.equivalent(
    "n1, reduce3, n3, reduce5, n5, pool = (scaled(width, n) for n in numbers)",
    "a product has no order",
)


@GoogLeNet.alternative("every module by name")
class ByName(nn.Module):
    """Written out, as in the paper."""

    def __init__(self, block, classes=1000, width=1.0, heads=False):
        super().__init__()

        def n(channels):
            return scaled(channels, width)  # noqa: F821

        def module(channels, name):
            return block(channels, *map(n, INCEPTIONS[name]))  # noqa: F821

        def out(name):
            numbers = list(map(n, INCEPTIONS[name]))  # noqa: F821
            return sum(numbers) - numbers[1] - numbers[3]

        self.conv1 = nn.Conv2d(3, n(64), (7, 7), stride=(2, 2), padding=3)
        self.conv2 = nn.Conv2d(n(64), n(64), 1)
        self.conv3 = nn.Conv2d(n(64), n(192), 3, padding="same")
        names = list(INCEPTIONS)  # noqa: F821
        before = [n(192), *map(out, names[:-1])]
        self.parts = nn.ModuleList(map(module, before, names))
        self.head_a = head(out("4a"), classes, width) if heads else None  # noqa: F821
        self.head_d = head(out("4d"), classes, width) if heads else None  # noqa: F821
        self.drop = nn.Dropout(p=0.4)
        self.last = nn.Linear(out("5b"), classes)

    def forward(self, x):
        def half(x):
            return F.max_pool2d(x, kernel_size=3, stride=2, ceil_mode=True)

        x = half(F.relu(self.conv1(x)))
        x = half(F.relu(self.conv3(F.relu(self.conv2(x)))))
        a3, b3, a4, b4, c4, d4, e4, a5, b5 = self.parts
        first = a4(half(b3(a3(x))))
        second = d4(c4(b4(first)))
        x = b5(a5(half(e4(second)))).mean(dim=(2, 3))
        scores = self.last(self.drop(x))
        if self.head_a is not None and self.training:
            return scores, self.head_a(first), self.head_d(second)
        return scores


@GoogLeNet.alternative("one long list")
class OneLongList(nn.Module):
    """Layers in the order of the table; the heads know their places."""

    def __init__(self, block, classes=1000, width=1.0, heads=False):
        super().__init__()
        a, c = scaled(64, width), scaled(192, width)  # noqa: F821
        self.line = nn.ModuleList([nn.Conv2d(3, a, 7, 2, 3), nn.ReLU(), self.half()])
        self.line.extend([nn.Conv2d(a, a, 1), nn.ReLU(), nn.Conv2d(a, c, 3, 1, 1), nn.ReLU()])
        self.line.append(self.half())
        self.aside = nn.ModuleDict()
        for name in INCEPTIONS:  # noqa: F821
            row = [scaled(n, width) for n in INCEPTIONS[name]]  # noqa: F821
            self.line.append(block(c, *row))
            c = row[0] + row[2] + row[4] + row[5]
            if heads and name in "4a 4d":
                self.aside[str(len(self.line) - 1)] = head(c, classes, width)  # noqa: F821
            if name in {"3b", "4e"}:
                self.line.append(self.half())
        self.last = nn.Linear(c, classes)

    @staticmethod
    def half():
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    def forward(self, x):
        more = []
        for place, layer in enumerate(self.line):
            x = layer(x)
            if self.training and str(place) in self.aside:
                more.append(self.aside[str(place)](x))
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        x = self.last(F.dropout(x, 0.4, self.training))
        return (x, *more) if more else x


# --- crops_144 --------------------------------------------------------------------------------

CROPS = "every crop"
crops_144 = Exercise(points={CROPS: Criterion(0, rtol=1e-3, atol=1e-3)})


@crops_144.cases
def _(rng):
    for shape, sizes, side in (
        ((1, 6, 9), (6,), 4),
        ((1, 9, 6), (7,), 4),
        ((3, 8, 8), (8, 11), 5),
        ((2, 7, 12), (9,), 8),
        ((1, 5, 6), (5, 6, 7, 8), 5),
    ):
        yield Case(CROPS, image=pixels(rng, *shape), sizes=sizes, side=side)


crops_144.mistake(
    "no mirror images",
    "Count your crops of one size: is it 18 or 36?",
    "crops += [piece, piece.flip(2)]",
    "crops += [piece]",
)
crops_144.mistake(
    "upside down",
    "Is a mirror image upside down? Which dimension runs from left to right?",
    "piece.flip(2)",
    "piece.flip(1)",
)
crops_144.mistake(
    "the whole square is missing",
    "Six pieces come from each square. Which one is larger than the others before it is shrunk?",
    "(*pieces, resize(square, [side, side]))",
    "pieces",
)
crops_144.mistake(
    "always the middle square",
    "Compare the first crop of the left square with that of the right one. Are they the same?",
    "n * part // 2",
    "n // 2",
)
crops_144.mistake(
    "all mirror images at the end",
    "Which crop comes right after the first: its mirror image, or the next corner?",
    "    return torch.stack(crops)",
    "    return torch.stack(crops[::2] + crops[1::2])",
)


@crops_144.alternative("places first")
def places_first(image, sizes=(256, 288, 320, 352), side=224):
    found = []
    high, wide = image.shape[1:]
    for size in sizes:
        target = (round(high * size / min(high, wide)), round(wide * size / min(high, wide)))
        large = F.interpolate(image[None], target, mode="bilinear", align_corners=False)
        for at in range(3):
            r, c = ((long - size) * at // 2 for long in target)
            square = large[:, :, r : r + size, c : c + size]
            rest = size - side
            for top, left in ((0, 0), (0, rest), (rest, 0), (rest, rest), (rest // 2, rest // 2)):
                found.append(square[:, :, top : top + side, left : left + side])
                found.append(found[-1].flip(-1))
            small = F.interpolate(square, (side, side), mode="bilinear", align_corners=False)
            found += [small, torch.flip(small, [3])]
    return torch.cat(found)


@crops_144.alternative("by the longer side")
def by_the_longer_side(image, sizes=(256, 288, 320, 352), side=224):
    if image.shape[1] > image.shape[2]:  # lying is enough: turn it, and turn the crops back
        upright = True
        image = image.transpose(1, 2)
    else:
        upright = False
    rows = []
    for size in sizes:
        length = round(image.shape[2] * size / image.shape[1])
        large = F.interpolate(image[None], (size, length), mode="bilinear", align_corners=False)[0]
        for left in (0, (length - size) // 2, length - size):
            square = large[:, :, left : left + size]
            far = size - side
            corners = [(0, 0), (far, 0), (0, far)] if upright else [(0, 0), (0, far), (far, 0)]
            for top, start in (*corners, (far, far), (far // 2, far // 2)):
                rows.append(square[:, top : top + side, start : start + side])
            rows.append(
                F.interpolate(square[None], (side, side), mode="bilinear", align_corners=False)[0]
            )
    crops = torch.stack([row.transpose(1, 2) if upright else row for row in rows])
    return torch.stack([crops, crops.flip(3)], dim=1).flatten(0, 1)


# --- VGG --------------------------------------------------------------------------------------

VGG = Exercise(
    points={PLAN: 1.5, VALUES: Criterion(1.25, **PRECISION), TRAINING: 0.75},
    visible=(PLAN, PLAN, VALUES),
)


@VGG.cases
def _(rng):
    for depth in (11, 13, 16, 19):
        yield Case(PLAN, "layers", _size=(1, 3, 224, 224), depth=depth)
    line = {"classes": 10, "width": 0.25, "side": 96}
    yield Case(PLAN, "layers", _size=(2, 3, 96, 96), depth=11, **line)
    yield Case(PLAN, "moved", _size=(2, 3, 96, 96), depth=11, **line)
    line = {"classes": 10, "width": 1 / 32, "side": 992}
    yield Case(PLAN, "layers", _size=(1, 3, 992, 992), depth=11, **line)
    for depth, side in ((11, 32), (16, 64)):
        line = {"depth": depth, "classes": 3, "width": 1 / 32, "side": side}
        x = pixels(rng, 2, 3, side, side)
        yield Case(VALUES, "values", x=x, **line)
        yield Case(VALUES, "taken_apart", x=x, **line)
        yield Case(VALUES, "copied", x=x, **line)
    line = {"depth": 11, "classes": 3, "width": 1 / 32, "side": 32}
    yield Case(TRAINING, "modes", x=pixels(rng, 4, 3, 32, 32), **line)
    yield Case(TRAINING, "dropouts", _size=(2, 3, 32, 32), **line)


VGG.mistake(
    "no ReLU between the convolutions",
    "Two convolutions with nothing in between are one. Print the first stage of VGG-16.",
    "3, padding=1), nn.ReLU()]\n",
    "3, padding=1)]\n",
)
VGG.mistake(
    "the maps shrink too fast",
    "How large are the maps after the first convolution, and after each stage? Print the shapes.",
    "3, padding=1)",
    "3)",
)
VGG.mistake(
    "no dropout",
    "Show the network the same picture twice, in training mode. Should the scores be the same?",
    "nn.ReLU(), nn.Dropout(0.5)]\n        second = [nn.Linear(hidden, hidden), nn.ReLU(), "
    "nn.Dropout(0.5)]",
    "nn.ReLU()]\n        second = [nn.Linear(hidden, hidden), nn.ReLU()]",
)
VGG.mistake(
    "only one dropout",
    "After which of the fully connected layers does the text drop half of the numbers?",
    "nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.5)]",
    "nn.Linear(hidden, hidden), nn.ReLU()]",
)
VGG.mistake(
    "the last maps are always 7 x 7",
    "How large are the last maps of a picture of 64 x 64?",
    "(side // 32) ** 2",
    "7**2",
)
VGG.mistake(
    "one fully connected layer too few",
    "Count the layers with weights of your VGG-16. Are there sixteen?",
    "nn.Sequential(*first, *second, nn.Linear(hidden, classes))",
    "nn.Sequential(*first, nn.Linear(hidden, classes))",
)
VGG.mistake(
    "the width stops before the last layers",
    "Make a network of width 1/8 and count. Have the fully connected layers shrunk?",
    "hidden = scaled(4096, width)",
    "hidden = 4096",
)
VGG.mistake(
    "no ReLU between the fully connected layers",
    "What is the use of two linear layers with nothing but dropout between them?",
    "nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.5)]",
    "nn.Linear(hidden, hidden), nn.Dropout(0.5)]",
)


VGG.equivalent(
    "layers += [nn.Conv2d(channels, scaled(width, wanted), 3, padding=1), nn.ReLU()]",
    "a product has no order",
)
VGG.equivalent("channels = scaled(width, wanted)", "a product has no order")
VGG.equivalent(
    "first = [nn.Linear(channels * (side // -32) ** 2, hidden), nn.ReLU(), nn.Dropout(0.5)]",
    "a square has no sign, and the side is a multiple of 32",
)
VGG.equivalent("hidden = scaled(width, 4096)", "a product has no order")
VGG.equivalent(
    "for repeats, wanted in zip(VGG_STAGES[depth], VGG_CHANNELS):", "both have five entries"
)
VGG.equivalent(
    "for repeats, wanted in zip(VGG_STAGES[depth], VGG_CHANNELS, strict=False):",
    "both have five entries",
)


@VGG.alternative("a line of letters")
class LineOfLetters(nn.Module):
    """Writes the plan down first."""

    def __init__(self, depth, classes=1000, width=1.0, side=224):
        super().__init__()
        plan = []
        for stage, repeats in enumerate(VGG_STAGES[depth]):  # noqa: F821
            plan += [scaled(VGG_CHANNELS[stage], width)] * repeats + ["M"]  # noqa: F821
        self.features = nn.Sequential()
        before = 3
        for entry in plan:
            if entry == "M":
                self.features.append(nn.MaxPool2d(kernel_size=2, stride=2))
            else:
                self.features.append(nn.Conv2d(before, entry, kernel_size=3, padding="same"))
                self.features.append(nn.ReLU(inplace=True))
                before = entry
        wide = scaled(4096, width)  # noqa: F821
        sizes = [before * (side // 32) * (side // 32), wide, wide, classes]
        self.classifier = nn.Sequential()
        for a, b in pairwise(sizes):
            self.classifier.append(nn.Linear(a, b))
            self.classifier.extend([nn.ReLU(), nn.Dropout()])
        self.classifier = self.classifier[:7]

    def forward(self, x):
        x = torch.flatten(self.features(x), start_dim=1)
        return self.classifier(x)


@VGG.alternative("stages that are made by a function")
class ByStages(nn.Module):
    """A function for a stage."""

    def __init__(self, depth, classes=1000, width=1.0, side=224):
        super().__init__()
        n = [3] + [scaled(c, width) for c in VGG_CHANNELS]  # noqa: F821

        def stage(number):
            before, after = n[number : number + 2]
            convs = [nn.Conv2d(before, after, 3, 1, 1), nn.ReLU()]
            for _ in range(VGG_STAGES[depth][number] - 1):  # noqa: F821
                convs.extend([nn.Conv2d(after, after, 3, 1, 1), nn.ReLU()])
            return nn.Sequential(*convs, nn.MaxPool2d(2, 2))

        self.features = nn.Sequential(*map(stage, range(5)))
        h, s = scaled(4096, width), side // 32  # noqa: F821
        self.classifier = nn.Sequential(
            nn.Linear(n[5] * s * s, h),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(h, h),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Linear(h, classes),
        )

    def forward(self, x):
        maps = self.features(x)
        return self.classifier(maps.reshape(len(maps), -1))


# --- dense_evaluation -------------------------------------------------------------------------

SAME, LARGER = "the same numbers", "larger pictures"
dense_evaluation = Exercise(
    points={SAME: Criterion(1.5, **PRECISION), LARGER: Criterion(1.5, **PRECISION)},
    visible=(SAME, LARGER),
)


@dense_evaluation.cases
def _(rng):
    for criterion, number, size, channels, side, widths, classes in (
        (SAME, 1, (5, 5), 3, 2, (4,), 2),
        (SAME, 3, (7, 7), 2, 3, (5, 6), 4),
        (SAME, 2, (3, 3), 4, 1, (), 3),
        (SAME, 1, (9, 9), 5, 4, (), 2),
        (LARGER, 2, (9, 5), 3, 2, (4,), 2),
        (LARGER, 1, (8, 13), 2, 3, (5, 4), 3),
        (LARGER, 2, (6, 9), 4, 1, (3,), 2),
        (LARGER, 1, (11, 9), 5, 2, (), 4),
    ):
        line = {
            "features": build("features_of", channels=channels, seed=drawn(rng)),
            "classifier": build(
                "classifier_of",
                inputs=channels * side * side,
                widths=widths,
                classes=classes,
                seed=drawn(rng),
            ),
            "x": pixels(rng, number, 3, *size),
        }
        yield Case(criterion, "dense", **line)
        yield Case(criterion, "kept", **line)


dense_evaluation.mistake(
    "rows, columns and channels mixed up",
    "Flattened numbers run through one whole channel before the next. Does your kernel, too?",
    "layer.weight.reshape(-1, channels, side, side)",
    "layer.weight.reshape(-1, side, side, channels).permute(0, 3, 1, 2)",
)
dense_evaluation.mistake(
    "without biases",
    "Set all pixels to 0. Does your map still say what the network says?",
    "F.conv2d(maps, kernel, layer.bias)",
    "F.conv2d(maps, kernel)",
)
dense_evaluation.mistake(
    "the kernel jumps",
    "How far apart are neighbouring places: by the side of the kernel, or by one?",
    "F.conv2d(maps, kernel, layer.bias)",
    "F.conv2d(maps, kernel, layer.bias, stride=side)",
)
dense_evaluation.mistake(
    "the mean over all places",
    "What shape does the text ask for? The places are still in it.",
    "    return maps\n",
    "    return maps.mean(dim=(2, 3))\n",
)
dense_evaluation.mistake(
    "only the fully connected layers",
    "Which layers of the classifier does your function skip?",
    "            maps = layer(maps)\n",
    "            pass\n",
)
dense_evaluation.mistake(
    "padded",
    "How many places does a window of 7 have on maps of 7 x 7? Print the shape.",
    "F.conv2d(maps, kernel, layer.bias)",
    "F.conv2d(maps, kernel, layer.bias, padding=side // 2)",
)
dense_evaluation.mistake(
    "turned by a quarter",
    "Which comes first in the flattened maps: the pixel to the right, or the one below?",
    "layer.weight.reshape(-1, channels, side, side)",
    "layer.weight.reshape(-1, channels, side, side).transpose(2, 3)",
)


dense_evaluation.equivalent(
    "side = round((layer.in_features // channels) ** 0.5)", "the channels divide the inputs"
)


@dense_evaluation.alternative("window by window")
def window_by_window(features, classifier, x):
    maps = features(x)
    count, channels, high, wide = maps.shape
    side = round((classifier[0].in_features // channels) ** 0.5)
    columns = F.unfold(maps, side).transpose(1, 2)
    scores = classifier(columns).transpose(1, 2)
    return scores.reshape(count, -1, high - side + 1, wide - side + 1)


@dense_evaluation.alternative("convolutions made anew")
def made_anew(features, classifier, x):
    maps = features(x)
    layers = []
    channels = maps.size(1)
    for layer in classifier:
        if not isinstance(layer, nn.Linear):
            layers.append(layer)
            continue
        side = int((layer.in_features / channels) ** 0.5 + 0.5)
        conv = nn.Conv2d(channels, layer.out_features, side)
        conv.weight.data = layer.weight.data.view(layer.out_features, channels, side, side)
        conv.bias.data = layer.bias.data
        layers.append(conv)
        channels = layer.out_features
    return nn.Sequential(*layers)(maps)
