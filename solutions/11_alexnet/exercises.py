"""How unit 11 is graded: points, cases, what people get wrong, and other right answers."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.exercise import Case, Criterion, Exercise, build

PACKAGES = ("torch",)


def numbers(rng, shape, low=-2.0, high=2.0):
    """Random numbers with two decimals, so that the feedback that shows them can be read."""
    return rng.uniform(low, high, size=shape).round(2)


def tensor(values):
    """A tensor, made on both sides."""
    return build("tensor", values=np.asarray(values))


def different(rng, shape):
    """Scores of which no two in a row are equal, some of them negative."""
    rows = [rng.permutation(4 * shape[1])[: shape[1]] for _ in range(shape[0])]
    return (np.array(rows) - shape[1]) / 4


# --- top_k_error ------------------------------------------------------------------------------

ONE_GUESS, MANY_GUESSES = "one guess", "several guesses"
top_k_error = Exercise(
    points={ONE_GUESS: Criterion(1, rtol=1e-5), MANY_GUESSES: Criterion(1, rtol=1e-5)},
    visible=(ONE_GUESS, MANY_GUESSES, MANY_GUESSES, MANY_GUESSES),
)


@top_k_error.cases
def _(rng):
    for count, classes in ((1, 3), (7, 4), (12, 10), (20, 2)):
        scores, labels = different(rng, (count, classes)), rng.integers(classes, size=count)
        yield Case(ONE_GUESS, scores=tensor(scores), labels=tensor(labels), k=1)
    for count, classes, k in ((1, 6, 5), (9, 7, 5), (15, 12, 5), (8, 5, 2), (11, 5, 4), (6, 4, 4)):
        scores, labels = different(rng, (count, classes)), rng.integers(classes, size=count)
        yield Case(MANY_GUESSES, scores=tensor(scores), labels=tensor(labels), k=k)


top_k_error.mistake(
    "the accuracy",
    "With as many guesses as there are classes nobody is wrong. What do you get there?",
    "1 - float(",
    "float(",
)
top_k_error.mistake(
    "the lowest scores",
    "Print the guesses for one row. Are these the classes that the network believes in?",
    "topk(k)",
    "topk(k, largest=False)",
)
top_k_error.mistake(
    "how many, not which share",
    "Double the batch: should the error double?",
    "return 1 - float(found.double().mean())",
    "return int((~found).sum())",
)
top_k_error.mistake(
    "always one guess",
    "Compare the results for k = 1 and k = 3. Is more guessing no help?",
    "topk(k)",
    "topk(1)",
)
top_k_error.mistake(
    "one guess too many",
    "With k = 1 and three classes: how many columns do your guesses have?",
    "topk(k)",
    "topk(min(k + 1, scores.shape[1]))",
)
top_k_error.mistake(
    "in per cent",
    "What is the largest number that the text allows?",
    "1 - float(found.double().mean())",
    "100 * (1 - float(found.double().mean()))",
)
top_k_error.mistake(
    "all guesses must be right",
    "A row of five guesses has one right one. Is the row right?",
    ".any(dim=1)",
    ".all(dim=1)",
)


top_k_error.equivalent(
    "found = (guesses == labels[:, None]).any(dim=-1)", "the last axis of two is axis 1"
)
top_k_error.equivalent("return 1 - found.double().mean()", "a tensor that holds one number")


@top_k_error.alternative("by the rank of the right class")
def by_rank(scores, labels, k):
    own = scores.gather(1, labels.reshape(-1, 1))
    rank = (scores > own).sum(dim=1)
    return float(torch.mean((rank >= k).to(torch.float64)))


@top_k_error.alternative("sorted, picture by picture")
def picture_by_picture(scores, labels, k):
    wrong = 0
    for row, label in zip(scores.tolist(), labels.tolist(), strict=True):
        best = sorted(range(len(row)), key=row.__getitem__, reverse=True)[:k]
        wrong += label not in best
    return wrong / len(labels)


# --- grouped_conv2d ---------------------------------------------------------------------------

TWO_GROUPS, ANY_GROUPS = "two groups", "any number of groups"
grouped_conv2d = Exercise(
    points={TWO_GROUPS: 1.5, ANY_GROUPS: 1.5}, visible=(TWO_GROUPS, ANY_GROUPS, TWO_GROUPS)
)


def convolution(rng, n, channels, filters, groups, window, size, stride, padding):
    """The inputs of one grouped convolution."""
    return {
        "x": tensor(numbers(rng, (n, channels, *size))),
        "weight": tensor(numbers(rng, (filters, channels // groups, *window))),
        "bias": tensor(numbers(rng, filters)),
        "stride": stride,
        "padding": padding,
        "groups": groups,
    }


@grouped_conv2d.cases
def _(rng):
    for shape in (
        (2, 4, 6, 2, (3, 2), (5, 4), 1, 0),
        (1, 6, 4, 2, (3, 3), (6, 7), 2, 1),
        (3, 2, 2, 2, (1, 1), (2, 3), 1, 0),
        (1, 4, 2, 2, (2, 3), (7, 5), 3, 2),
    ):
        yield Case(TWO_GROUPS, **convolution(rng, *shape))
    for shape in (
        (2, 3, 5, 1, (2, 2), (3, 4), 1, 1),
        (1, 6, 9, 3, (2, 1), (4, 3), 1, 0),
        (2, 4, 4, 4, (3, 3), (4, 5), 1, 1),
        (1, 3, 6, 3, (3, 2), (5, 5), 2, 0),
    ):
        yield Case(ANY_GROUPS, **convolution(rng, *shape))
    some = convolution(rng, 1, 4, 4, 2, (2, 2), (6, 4), 1, 0)
    yield Case(TWO_GROUPS, **some | {"x": build("every_other", values=numbers(rng, (1, 4, 8, 4)))})


grouped_conv2d.mistake(
    "channels dealt out like cards",
    "Four channels, two groups: which two belong to the first? Read the order in the text again.",
    "x.chunk(groups, dim=1)",
    "[x[:, g::groups] for g in range(groups)]",
)
grouped_conv2d.mistake(
    "everybody sees the first group",
    "Change the last channel of x. Does anything change in the result?",
    "x.chunk(groups, dim=1)",
    "[x.chunk(groups, dim=1)[0]] * groups",
)
grouped_conv2d.mistake(
    "maps interleaved",
    "Which filter does the second map of your result come from?",
    "torch.cat(maps, dim=1)",
    "torch.stack(maps, dim=2).flatten(1, 2)",
)
grouped_conv2d.mistake(
    "no biases",
    "Let all weights be 0. What is left?",
    "F.conv2d(channels, w, b, stride, padding)",
    "F.conv2d(channels, w, None, stride, padding)",
)
grouped_conv2d.mistake(
    "always two groups",
    "Try it with as many groups as channels. How many parts do you cut?",
    "x.chunk(groups, dim=1), weight.chunk(groups), bias.chunk(groups)",
    "x.chunk(2, dim=1), weight.chunk(2), bias.chunk(2)",
)
grouped_conv2d.mistake(
    "stride and padding exchanged",
    "In which order does F.conv2d take its arguments? Try stride 2 without padding.",
    "b, stride, padding)",
    "b, max(padding, 1), stride)",
)
grouped_conv2d.mistake(
    "groups added up",
    "How many maps should come out: F, or F divided by the groups?",
    "torch.cat(maps, dim=1)",
    "sum(maps)",
)


SAME_LENGTHS = "all three have as many parts as there are groups"
grouped_conv2d.equivalent(
    "parts = zip(x.chunk(groups, dim=1), weight.chunk(groups), bias.chunk(groups))", SAME_LENGTHS
)
grouped_conv2d.equivalent(
    "parts = zip(x.chunk(groups, dim=1), weight.chunk(groups), bias.chunk(groups), strict=False)",
    SAME_LENGTHS,
)


@grouped_conv2d.alternative("one convolution with blocks of zeros")
def with_blocks_of_zeros(x, weight, bias, stride, padding, groups):
    filters, inside = weight.shape[:2]
    full = weight.new_zeros(filters, inside * groups, *weight.shape[2:])
    for f in range(filters):
        first = f // (filters // groups) * inside
        full[f, first : first + inside] = weight[f]
    return F.conv2d(x, full, bias, stride=stride, padding=padding)


@grouped_conv2d.alternative("columns and one product per group")
def columns(x, weight, bias, stride, padding, groups):
    n, channels, high, _ = x.shape
    filters, _, kh, kw = weight.shape
    cut = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    cut = cut.reshape(n, groups, channels // groups * kh * kw, -1)
    rows = weight.reshape(groups, filters // groups, -1)
    out = torch.einsum("gfc,ngcp->ngfp", rows, cut).reshape(n, filters, -1)
    out = out + bias[:, None]
    return out.reshape(n, filters, (high + 2 * padding - kh) // stride + 1, -1)


# --- local_response_norm ----------------------------------------------------------------------

THE_FORMULA, ANY_SETTING, AS_IN_THE_PAPER = "the formula", "any n, k, alpha, beta", "by default"
local_response_norm = Exercise(
    points={THE_FORMULA: 1.5, ANY_SETTING: 1, AS_IN_THE_PAPER: 0.5},
    visible=(THE_FORMULA, ANY_SETTING, AS_IN_THE_PAPER),
)


@local_response_norm.cases
def _(rng):
    for shape in ((2, 7, 2, 3), (1, 6, 3, 2), (3, 9, 1, 1), (1, 2, 2, 2)):
        x = tensor(numbers(rng, shape, 0, 3))
        yield Case(THE_FORMULA, x=x, n=5, k=2.0, alpha=0.5, beta=0.75)
    x = build("every_other", values=numbers(rng, (2, 6, 4, 3)))
    yield Case(THE_FORMULA, x=x, n=5, k=2.0, alpha=0.25, beta=0.75)
    for n, k, alpha, beta in (
        (3, 1.0, 1.0, 0.5),
        (1, 2.0, 0.3, 1.0),
        (7, 0.5, 0.1, 0.75),
        (9, 3.0, 2.0, 0.25),
    ):
        x = tensor(numbers(rng, (2, 5, 2, 3)))
        yield Case(ANY_SETTING, x=x, n=n, k=k, alpha=alpha, beta=beta)
    for size in (1, 60):
        x = tensor(numbers(rng, (1, 8, 2, 3), 0, size))
        yield Case(AS_IN_THE_PAPER, "with_defaults", x=x)


local_response_norm.mistake(
    "alpha divided by n",
    "Does your formula divide by n anywhere? Does the paper's?",
    "alpha * near",
    "alpha / n * near",
)
local_response_norm.mistake(
    "no squares",
    "Two units of 3 and -3: do they cancel each other in the sum?",
    "x**2",
    "x",
)
local_response_norm.mistake(
    "neighbours on one side only",
    "Let only the last map be loud. Which maps does it calm?",
    "(0, 0, 0, 0, reach, reach)",
    "(0, 0, 0, 0, 0, 2 * reach)",
)
local_response_norm.mistake(
    "the ends meet",
    "Is the last map a neighbour of the first? Look at the bounds of the sum.",
    "squares = F.pad(x**2, (0, 0, 0, 0, reach, reach))\n",
    "squares = torch.cat([x.roll(reach, 1)[:, :reach], x, x.roll(-reach, 1)[:, -reach:]], 1) ** 2\n",
)
local_response_norm.mistake(
    "neighbours in the picture",
    "Does a unit look at its neighbours in other maps, or at other places?",
    "    maps, reach = x.shape[1], n // 2\n"
    "    squares = F.pad(x**2, (0, 0, 0, 0, reach, reach))\n"
    "    near = sum(squares[:, shift : shift + maps] for shift in range(n))\n",
    "    reach = n // 2\n"
    "    squares = F.pad(x**2, (reach, reach))\n"
    "    near = sum(squares[..., shift : shift + x.shape[3]] for shift in range(n))\n",
)
local_response_norm.mistake(
    "the mean of the squares",
    "With fewer neighbours at either end: is it a sum, or a mean of those there are?",
    "return x / (k + alpha * near) ** beta",
    "there = sum(\n"
    "        F.pad(torch.ones_like(x), (0, 0, 0, 0, reach, reach))[:, s : s + maps] for s in range(n)\n"
    "    )\n"
    "    return x / (k + alpha * near / there) ** beta",
)
local_response_norm.mistake(
    "k outside the power",
    "Where do the brackets of the power begin: before k, or behind it?",
    "(k + alpha * near) ** beta",
    "(k + (alpha * near) ** beta)",
)
local_response_norm.mistake(
    "the unit itself left out",
    "With n = 1 there are no neighbours. Is anything divided then?",
    "near = sum(squares[:, shift : shift + maps] for shift in range(n))",
    "near = sum(squares[:, shift : shift + maps] for shift in range(n)) - x**2",
)


@local_response_norm.alternative("map by map")
def map_by_map(x, n=5, k=2.0, alpha=1e-4, beta=0.75):
    out = torch.empty_like(x)
    for i in range(x.shape[1]):
        near = x[:, max(0, i - n // 2) : i + n // 2 + 1]
        out[:, i] = x[:, i] / (k + alpha * (near * near).sum(dim=1)).pow(beta)
    return out


@local_response_norm.alternative("a band of ones")
def band_of_ones(x, n=5, k=2.0, alpha=1e-4, beta=0.75):
    at = torch.arange(x.shape[1])
    band = ((at[:, None] - at).abs() <= n // 2).to(x.dtype)
    near = torch.einsum("ij,njhw->nihw", band, x.square())
    return x * (k + alpha * near) ** -beta


@local_response_norm.alternative("PyTorch's, with n alpha")
def by_the_library(x, n=5, k=2.0, alpha=1e-4, beta=0.75):
    return F.local_response_norm(x, n, n * alpha, beta, k)


# --- AlexNet ----------------------------------------------------------------------------------

PARAMETERS, SHAPES, VALUES, DROPOUT, MODULE = (
    "the parameters",
    "the shapes",
    "what it computes",
    "dropout where it belongs",
    "a module like any other",
)
AlexNet = Exercise(
    points={
        PARAMETERS: 1,
        SHAPES: 1,
        VALUES: Criterion(1.5, rtol=1e-3, atol=1e-4),
        DROPOUT: 1,
        MODULE: Criterion(0.5, rtol=1e-3, atol=1e-4),
    },
    visible=(PARAMETERS, PARAMETERS, SHAPES, VALUES, VALUES, DROPOUT),
)
FULL = [1000, [96, 256, 384, 384, 256], 4096, 2, [11, 4], 6]
UNGROUPED = [1000, [64, 192, 384, 256, 256], 4096, 1, [11, 4], 6]
SMALL = [4, [4, 6, 8, 4, 6], 12, 2, [3, 1], 2]
"""For pictures of 25 x 25: 23, 11, 5, 2."""
SMALLER = [3, [3, 6, 3, 9, 3], 7, 3, [5, 2], 1]
"""For pictures of 35 x 35: 16, 7, 3, 1."""
WIDE = [3, [4, 4, 4, 4, 8], 400, 2, [3, 1], 2]
"""With enough hidden units to see how many are dropped."""


@AlexNet.cases
def _(rng):
    for settings in (FULL, UNGROUPED, SMALL, SMALLER, [7, *FULL[1:]]):
        yield Case(PARAMETERS, "learns", settings=settings)
    for settings, size in (
        (FULL, (2, 3, 227, 227)),
        (UNGROUPED, (1, 3, 229, 230)),
        (SMALL, (3, 3, 25, 25)),
        (SMALLER, (1, 3, 35, 35)),
    ):
        yield Case(SHAPES, "shapes", settings=settings, size=list(size))
    small, smaller = ((2, 3, 25, 25), SMALL), ((1, 3, 35, 35), SMALLER)
    for shape, settings in (small, smaller):
        for calm in (False, True):
            x = tensor(3 * rng.normal(size=shape).round(2))
            yield Case(VALUES, "values", settings=settings, x=x, calm=calm)
    pictures = tensor(rng.normal(size=(4, 3, 25, 25)).round(2))
    yield Case(DROPOUT, "dropped", settings=WIDE, x=pictures)
    yield Case(DROPOUT, "share_kept", settings=WIDE, x=pictures)
    pictures = tensor(rng.normal(size=(2, 3, 25, 25)).round(2))
    yield Case(MODULE, "slopes", settings=SMALL, x=pictures)
    yield Case(MODULE, "round_trip", settings=SMALL, x=pictures)
    yield Case(MODULE, "moved", settings=SMALL, size=[2, 3, 25, 25])


AlexNet.mistake(
    "windows side by side",
    "How wide is a pooling window in the table, and how far does it jump? Do they overlap?",
    "nn.MaxPool2d(3, 2)",
    "nn.MaxPool2d(2)",
)
AlexNet.mistake(
    "no groups in conv2",
    "How many channels do the filters of conv2 have: 96, or 48?",
    "nn.Conv2d(one, two, 5, padding=2, groups=groups)",
    "nn.Conv2d(one, two, 5, padding=2)",
)
AlexNet.mistake(
    "groups in conv3 too",
    "In which one of the upper layers does every filter see all maps of the layer below?",
    "nn.Conv2d(two, three, 3, padding=1)",
    "nn.Conv2d(two, three, 3, padding=1, groups=groups)",
)
AlexNet.mistake(
    "dropout after convolutions",
    "In training, which layers receive more zeros than usual? Compare with the last column.",
    "        x = self.pool(self.norm(F.relu(self.conv1(x))))\n"
    "        x = self.pool(self.norm(F.relu(self.conv2(x))))\n",
    "        x = self.dropout(self.pool(self.norm(F.relu(self.conv1(x)))))\n"
    "        x = self.dropout(self.pool(self.norm(F.relu(self.conv2(x)))))\n",
    "self.dropout(F.relu(self.fc6(x.flatten(1))))",
    "F.relu(self.fc6(x.flatten(1)))",
    "self.dropout(F.relu(self.fc7(x)))",
    "F.relu(self.fc7(x))",
)
AlexNet.mistake(
    "dropout before fc6",
    "Are inputs of fc6 dropped, or outputs? Which layers does the table name?",
    "self.dropout(F.relu(self.fc6(x.flatten(1))))",
    "F.relu(self.fc6(self.dropout(x.flatten(1))))",
    "self.dropout(F.relu(self.fc7(x)))",
    "F.relu(self.fc7(self.dropout(x)))",
)
AlexNet.mistake(
    "dropout once",
    "How many layers are followed by dropout in the table?",
    "self.dropout(F.relu(self.fc7(x)))",
    "F.relu(self.fc7(x))",
)
AlexNet.mistake(
    "a softmax at the end",
    "Add up the scores of one picture. Should that be exactly 1?",
    "return self.fc8(x)",
    "return F.softmax(self.fc8(x), dim=1)",
)
AlexNet.mistake(
    "a ReLU behind the scores",
    "Can your network say anything negative about a class?",
    "return self.fc8(x)",
    "return F.relu(self.fc8(x))",
)
AlexNet.mistake(
    "no ReLU between conv3 and conv4",
    "Which layers are not followed by a ReLU? The table's first line says how many there are.",
    "x = F.relu(self.conv3(x))",
    "x = self.conv3(x)",
)
AlexNet.mistake(
    "normalised after pooling",
    "In which order do ReLU, normalisation and pooling stand in the text?",
    "x = self.pool(self.norm(F.relu(self.conv1(x))))",
    "x = self.norm(self.pool(F.relu(self.conv1(x))))",
    "x = self.pool(self.norm(F.relu(self.conv2(x))))",
    "x = self.norm(self.pool(F.relu(self.conv2(x))))",
)
AlexNet.mistake(
    "normalised before the ReLU",
    "What goes into norm: can it be negative in the text's order?",
    "x = self.pool(self.norm(F.relu(self.conv1(x))))",
    "x = self.pool(F.relu(self.norm(self.conv1(x))))",
    "x = self.pool(self.norm(F.relu(self.conv2(x))))",
    "x = self.pool(F.relu(self.norm(self.conv2(x))))",
)
AlexNet.mistake(
    "norm is never used",
    "Hand in a norm that gives zeros. Does your network notice?",
    "self.norm = norm if norm is not None else nn.Identity()",
    "self.norm = nn.Identity()",
)
AlexNet.mistake(
    "no biases in the convolutions",
    "Compare the parameters of conv1: 34,848 or 34,944? What is the difference made of?",
    "nn.Conv2d(3, one, *first)",
    "nn.Conv2d(3, one, *first, bias=False)",
    "padding=2, groups=groups)",
    "padding=2, groups=groups, bias=False)",
    "nn.Conv2d(two, three, 3, padding=1)",
    "nn.Conv2d(two, three, 3, padding=1, bias=False)",
    "nn.Conv2d(three, four, 3, padding=1, groups=groups)",
    "nn.Conv2d(three, four, 3, padding=1, groups=groups, bias=False)",
    "nn.Conv2d(four, five, 3, padding=1, groups=groups)",
    "nn.Conv2d(four, five, 3, padding=1, groups=groups, bias=False)",
)
AlexNet.mistake(
    "made anew in every call",
    "Print list(AlexNet().parameters()). Where is fc8? When is it made?",
    "        self.fc8 = nn.Linear(hidden, classes)\n",
    "        self.last = hidden, classes\n",
    "return self.fc8(x)",
    "return nn.Linear(*self.last).to(x.device)(x)",
)


@AlexNet.alternative("two Sequentials")
class TwoSequentials(nn.Module):
    """The convolutions that are normalised stand alone."""

    def __init__(
        self,
        classes=1000,
        channels=(96, 256, 384, 384, 256),
        hidden=4096,
        groups=2,
        first=(11, 4),
        side=6,
        norm=None,
    ):
        super().__init__()
        a, b, c, d, e = channels
        self.normalise = norm
        self.one = nn.Conv2d(3, a, *first)
        self.two = nn.Conv2d(a, b, 5, 1, 2, groups=groups)
        self.rest = nn.Sequential(
            nn.Conv2d(b, c, 3, 1, 1),
            nn.ReLU(inplace=True),
            nn.Conv2d(c, d, 3, 1, 1, groups=groups),
            nn.ReLU(inplace=True),
            nn.Conv2d(d, e, 3, 1, 1, groups=groups),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=3, stride=2),
            nn.Flatten(),
        )
        self.top = nn.Sequential(
            nn.Linear(e * side**2, hidden),
            nn.Dropout(),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Dropout(p=0.5),
            nn.Linear(hidden, classes),
        )

    def forward(self, x):
        for layer in (self.one, self.two):
            x = layer(x).clamp(min=0)
            if self.normalise is not None:
                x = self.normalise(x)
            x = F.max_pool2d(x, 3, stride=2)
        return self.top(self.rest(x))


@AlexNet.alternative("a list of layers, made from the table")
class FromTheTable(nn.Module):
    """The table of the text, as data."""

    def __init__(
        self,
        classes=1000,
        channels=(96, 256, 384, 384, 256),
        hidden=4096,
        groups=2,
        first=(11, 4),
        side=6,
        norm=None,
    ):
        super().__init__()
        table = [
            (*first, 0, 1),
            (5, 1, 2, groups),
            (3, 1, 1, 1),
            (3, 1, 1, groups),
            (3, 1, 1, groups),
        ]
        sizes = [3, *channels]
        self.convolutions = nn.ModuleList(
            nn.Conv2d(i, o, window, stride, padding, groups=g)
            for i, o, (window, stride, padding, g) in zip(sizes, sizes[1:], table, strict=False)
        )
        sizes = [channels[-1] * side * side, hidden, hidden, classes]
        self.connected = nn.ModuleList(nn.Linear(sizes[i], sizes[i + 1]) for i in range(3))
        self.norm = norm or (lambda maps: maps)

    def forward(self, x):
        for number, layer in enumerate(self.convolutions):
            x = torch.relu(layer(x))
            x = self.norm(x) if number < 2 else x
            x = F.max_pool2d(x, 3, 2) if number not in (2, 3) else x
        x = x.reshape(len(x), -1)
        for layer in self.connected[:-1]:
            x = F.dropout(F.relu(layer(x)), 0.5, training=self.training)
        return self.connected[-1](x)


# --- multiply_adds ----------------------------------------------------------------------------

CONVOLUTIONS, LAYERS, ANY_NETWORK = "convolutions", "fully connected layers", "any network"
multiply_adds = Exercise(
    points={CONVOLUTIONS: 1, LAYERS: 0.5, ANY_NETWORK: 1},
    visible=(CONVOLUTIONS, LAYERS, ANY_NETWORK),
)


@multiply_adds.cases
def _(rng):
    channels, filters, side = (int(number) for number in rng.integers(2, 7, size=3))
    for layer, size in (
        (["conv", channels, filters, [2, 2], 1, 0, 1], (channels, side, side + 1)),
        (["conv", 3, 4, [3, 2], 1, 0, 1], (3, 5, 6)),
        (["conv", 4, 6, [2, 3], 2, 1, 2], (4, 7, 4)),
        (["conv", 6, 6, [3, 3], 1, 1, 6], (6, 4, 3)),
        (["conv", 2, 5, [1, 1], 3, 0, 1], (2, 8, 5)),
    ):
        model = build("network", layers=[layer])
        yield Case(CONVOLUTIONS, "counted", model=model, size=list(size))
    layers = [["conv", 1, 2, [2, 2], 1, 0, 1], ["relu"], ["flat"], ["linear", 12, 5]]
    model = build("network", layers=layers)
    yield Case(LAYERS, "counted", model=model, size=[1, 3, 4])
    layers = [["flat"], ["linear", 6, 7], ["relu"], ["linear", 7, 3]]
    yield Case(LAYERS, "counted", model=build("network", layers=layers), size=[1, 2, 3])
    layers = [["conv", 2, 1, [2, 1], 1, 0, 1], ["flat"], ["linear", 12, 1]]
    yield Case(ANY_NETWORK, "counted", model=build("network", layers=layers), size=[2, 4, 4])
    layers = [["conv", 3, 3, [3, 3], 1, 1, 1], ["again"], ["relu"], ["again"]]
    yield Case(ANY_NETWORK, "counted", model=build("network", layers=layers), size=[3, 4, 6])
    layers = [["conv", 3, 64, [11, 11], 4, 2, 1], ["relu"], ["conv", 64, 8, [5, 5], 1, 2, 2]]
    model = build("network", layers=layers, device="meta")
    yield Case(ANY_NETWORK, "counted", model=model, size=[3, 224, 224])
    layers = [["linear", 5, 4], ["relu"], ["linear", 4, 2]]  # used at every row of every channel
    yield Case(ANY_NETWORK, "counted", model=build("network", layers=layers), size=[2, 3, 5])
    layers = [["conv", 2, 2, [2, 2], 1, 0, 1], ["flat"], ["linear", 8, 3]]
    yield Case(ANY_NETWORK, "left_behind", model=build("network", layers=layers), size=[2, 3, 3])


multiply_adds.mistake(
    "parameters counted",
    "Hand in a larger picture. Does your count grow?",
    "output.numel() * layer.weight[0].numel()",
    "layer.weight.numel()",
)
multiply_adds.mistake(
    "biases counted too",
    "A convolution of 1 x 1 from one channel to one, on one pixel: how many products?",
    "output.numel() * layer.weight[0].numel()",
    "output.numel() * (layer.weight[0].numel() + 1)",
)
multiply_adds.mistake(
    "multiplications and additions apart",
    "Is a product that is added to a sum one multiply-add, or two?",
    "output.numel() * layer.weight[0].numel()",
    "2 * output.numel() * layer.weight[0].numel()",
)
multiply_adds.mistake(
    "groups forgotten",
    "With two groups, how many channels does each filter see?",
    "output.numel() * layer.weight[0].numel()",
    "output.numel() * layer.weight[0].numel() * getattr(layer, 'groups', 1)",
)
multiply_adds.mistake(
    "convolutions only",
    "Which of the two kinds of layers does your count leave out?",
    "isinstance(layer, nn.Conv2d | nn.Linear)",
    "isinstance(layer, nn.Conv2d)",
    "device=layers[0].weight.device",
    "device=next(model.parameters()).device",
)
multiply_adds.mistake(
    "the hooks stay",
    "Count the same network twice in a row and print both. What is still listening?",
    "    counted = []\n",
    "    counted = model.__dict__.setdefault('counted', [])\n",
    "    for handle in handles:\n        handle.remove()\n",
    "",
)
multiply_adds.mistake(
    "as large as the input",
    "With stride 4, how many places does the window have: as many as the input has pixels?",
    "def note(layer, _, output):\n        counted.append(output.numel() * layer.weight[0].numel())",
    "def note(layer, inputs, output):\n"
    "        places = inputs[0].numel() // inputs[0].shape[1]\n"
    "        counted.append(places * layer.weight.numel())",
)


multiply_adds.equivalent(
    "counted.append(output.numel() * layer.weight[-1].numel())", "all filters are equally large"
)
multiply_adds.equivalent(
    "model(torch.zeros(1, *size))", "on the CPU and on meta, which is all the grader has"
)
multiply_adds.equivalent(
    "model(torch.ones(1, *size, device=layers[0].weight.device))", "no value is looked at"
)
multiply_adds.equivalent(
    "model(torch.zeros(1, *size, device=layers[-1].weight.device))", "all are on one device"
)


@multiply_adds.alternative("by the formula of each kind")
def by_formula(model, size):
    total = 0

    def of_convolution(layer, _, output):
        nonlocal total
        filters, rows, columns = output.shape[1:]
        kh, kw = layer.kernel_size
        total += filters * rows * columns * (layer.in_channels // layer.groups) * kh * kw

    def of_linear(layer, _, output):
        nonlocal total
        places = output.numel() // layer.out_features
        total += places * layer.in_features * layer.out_features

    handles = []
    for layer in model.modules():
        if type(layer) is nn.Conv2d:
            handles.append(layer.register_forward_hook(of_convolution))
        if type(layer) is nn.Linear:
            handles.append(layer.register_forward_hook(of_linear))
    device = next(iter(model.parameters())).device
    model(torch.randn(1, *size).to(device))
    [handle.remove() for handle in handles]
    return total


@multiply_adds.alternative("on a copy that lives on meta")
def on_a_copy(model, size):
    from copy import deepcopy

    twin, found = deepcopy(model).to("meta"), [0]

    def note(layer, _, output):
        found[0] += output.numel() * layer.weight.numel() // layer.weight.shape[0]

    for layer in twin.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(note)
    twin(torch.empty((1, *size), device="meta"))
    return found[0]


# --- ten_crop ---------------------------------------------------------------------------------

CORNERS, MIRRORED, SIZES = "corners and middle", "mirror images", "any picture, any size"
ten_crop = Exercise(
    points={CORNERS: 1, MIRRORED: 1, SIZES: 0.5}, visible=(SIZES, MIRRORED, SIZES, SIZES)
)


@ten_crop.cases
def _(rng):
    for kind, probe in ((CORNERS, "five"), (MIRRORED, None)):
        for side, size in ((6, 4), (5, 3), (4, 4), (3, 1)):
            images = tensor(numbers(rng, (2, 3, side, side)))
            yield Case(kind, probe, images=images, size=size)
    for shape, size in (
        ((1, 1, 4, 7), 3),
        ((3, 2, 6, 3), 2),
        ((2, 3, 5, 8), 5),
        ((1, 2, 9, 4), 3),
    ):
        yield Case(SIZES, images=tensor(numbers(rng, shape)), size=size)
    bytes_ = rng.integers(256, size=(1, 3, 4, 5))
    yield Case(SIZES, images=tensor(bytes_), size=2)
    yield Case(SIZES, images=build("every_other", values=numbers(rng, (2, 1, 8, 5))), size=3)


ten_crop.mistake(
    "turned upside down",
    "Mirrored left to right: which axis is turned round, rows or columns?",
    "patch.flip(3)",
    "patch.flip(2)",
)
ten_crop.mistake(
    "the corners of the mirrored picture",
    "Is your sixth patch the mirror image of your first?",
    "*(patch.flip(3) for patch in patches)",
    "*(images.flip(3)[:, :, r : r + size, c : c + size] for r, c in corners)",
)
ten_crop.mistake(
    "not mirrored",
    "Compare the first and the sixth patch. Are they the same?",
    "patch.flip(3)",
    "patch",
)
ten_crop.mistake(
    "one after the other",
    "Each mirror image right behind its patch, or all five at the end? Read the order again.",
    "return torch.stack([*patches, *(patch.flip(3) for patch in patches)], dim=1)",
    "return torch.stack([p for patch in patches for p in (patch, patch.flip(3))], dim=1)",
)
ten_crop.mistake(
    "the ten before the pictures",
    "Print the shape. Which axis should count the pictures?",
    "dim=1)",
    "dim=0)",
)
ten_crop.mistake(
    "the middle rounded up",
    "4 pixels, a patch of 3: in which column does the middle patch begin?",
    "(low // 2, right // 2)",
    "((low + 1) // 2, (right + 1) // 2)",
)
ten_crop.mistake(
    "rows and columns exchanged",
    "Try a picture that is wider than high. Where does the top right patch begin?",
    "(0, 0), (0, right), (low, 0)",
    "(0, 0), (low, 0), (0, right)",
)


ten_crop.equivalent(
    "low, right = (images.shape[-2] - size, images.shape[3] - size)", "of four axes that is axis 2"
)


@ten_crop.alternative("written out")
def written_out(images, size):
    height, width = images.shape[-2:]
    top, left = (height - size) // 2, (width - size) // 2
    five = [
        images[..., :size, :size],
        images[..., :size, width - size :],
        images[..., height - size :, :size],
        images[..., height - size :, width - size :],
        images[..., top : top + size, left : left + size],
    ]
    out = torch.stack(five, 1)
    return torch.cat([out, torch.flip(out, dims=[-1])], 1)


@ten_crop.alternative("filled in, one by one")
def filled_in(images, size):
    n, channels, height, width = images.shape
    out = images.new_empty(n, 10, channels, size, size)
    rows = [0, 0, height - size, height - size, (height - size) // 2]
    starts = [0, width - size, 0, width - size, (width - size) // 2]
    for i in range(5):
        patch = images.narrow(2, rows[i], size).narrow(3, starts[i], size)
        out[:, i] = patch
        out[:, i + 5] = patch[..., torch.arange(size - 1, -1, -1)]
    return out


# --- ZFNet ------------------------------------------------------------------------------------

ZFNet = Exercise(
    points={PARAMETERS: 0, SHAPES: 0, VALUES: Criterion(0, rtol=1e-3, atol=1e-4), DROPOUT: 0},
    visible=(PARAMETERS, SHAPES),
)


@ZFNet.cases
def _(rng):
    narrow = [5, [2, 4, 3, 4, 2], 6]
    for settings in ([1000, [96, 256, 384, 384, 256], 4096], narrow):
        yield Case(PARAMETERS, "learns", settings=settings)
        yield Case(SHAPES, "shapes", settings=settings, size=[2, 3, 224, 224])
    yield Case(VALUES, "drawn", settings=narrow, seed=int(rng.integers(1000)))
    yield Case(DROPOUT, "dropped_when_drawn", settings=[3, [2, 4, 3, 4, 2], 400])


ZFNet.mistake(
    "AlexNet's first layer",
    "Which windows did Zeiler and Fergus find too coarse?",
    "nn.Conv2d(3, one, 7, 2, 1)",
    "nn.Conv2d(3, one, 11, 4, 2)",
    "nn.MaxPool2d(3, 2, 1)",
    "nn.Identity()",
)
ZFNet.mistake(
    "groups as in AlexNet",
    "On how many graphics cards did this network run? Look at the text below the table.",
    "nn.Conv2d(three, four, 3, padding=1)",
    "nn.Conv2d(three, four, 3, padding=1, groups=2)",
)
ZFNet.mistake(
    "dropout once",
    "How many layers are followed by dropout in the table?",
    "nn.Dropout()",
    "nn.Identity()",
)
ZFNet.mistake(
    "no ReLU after conv3",
    "Which layer is the only one without a ReLU?",
    "*(nn.Conv2d(two, three, 3, padding=1), nn.ReLU())",
    "nn.Conv2d(two, three, 3, padding=1)",
)


@ZFNet.alternative("attributes and a long forward")
class LongForward(nn.Module):
    """Every layer has a name."""

    def __init__(self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096):
        super().__init__()
        a, b, c, d, e = channels
        self.c1 = nn.Conv2d(3, a, kernel_size=7, stride=2, padding=1)
        self.c2 = nn.Conv2d(a, b, kernel_size=5, stride=2)
        self.c3 = nn.Conv2d(b, c, kernel_size=3, padding="same")
        self.c4 = nn.Conv2d(c, d, kernel_size=3, padding="same")
        self.c5 = nn.Conv2d(d, e, kernel_size=3, padding="same")
        self.f6 = nn.Linear(36 * e, hidden)
        self.f7 = nn.Linear(hidden, hidden)
        self.f8 = nn.Linear(hidden, classes)
        self.drop = nn.Dropout()

    def forward(self, x):
        x = F.max_pool2d(self.c1(x).relu(), 3, 2, padding=1)
        x = F.max_pool2d(self.c2(x).relu(), 3, 2, padding=1)
        x = self.c4(self.c3(x).relu()).relu()
        x = F.max_pool2d(self.c5(x).relu(), 3, 2)
        x = self.drop(self.f6(torch.flatten(x, 1)).relu())
        return self.f8(self.drop(self.f7(x).relu()))


@ZFNet.alternative("a Sequential of its own")
class OnlyASequential(nn.Sequential):
    """Has no forward of its own."""

    def __init__(self, classes=1000, channels=(96, 256, 384, 384, 256), hidden=4096):
        layers, inputs = [], 3
        for number, filters in enumerate(channels):
            window, stride, padding = [(7, 2, 1), (5, 2, 0)][number] if number < 2 else (3, 1, 1)
            layers += [nn.Conv2d(inputs, filters, window, stride, padding), nn.ReLU()]
            if number in (0, 1, 4):
                layers.append(nn.MaxPool2d(3, 2, padding=int(number < 2)))
            inputs = filters
        layers += [nn.Flatten(), nn.Linear(36 * inputs, hidden), nn.ReLU(), nn.Dropout()]
        layers += [nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(), nn.Linear(hidden, classes)]
        super().__init__(*layers)
