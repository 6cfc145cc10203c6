"""How unit 13 is graded: points, cases, what people get wrong, and other right answers.

Networks are compared under weights that depend on the kind and shape of each layer only
(:func:`nand2resnet.networks.filled`). Where a network is made of the learner's blocks, blocks of
probes.py stand in for them, so a wrong block costs the block's exercise alone.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from autograder.exercise import Case, Criterion, Exercise, build

PACKAGES = ("torch",)

SINGLE = {"rtol": 1e-3, "atol": 1e-4}
"""Sums in single precision may be taken in any order."""


def pixels(rng, *shape):
    """A tensor of numbers with two decimals."""
    return build("tensor", values=rng.uniform(-2, 2, size=shape).round(2))


# --- BasicBlock -------------------------------------------------------------------------------

SAME, PADDED, PROJECTED = "the shape stays", "option A", "option B"
COUNTED, LEARNS, CUTTABLE = "what it learns", "in training", "its shortcut can be cut"
BasicBlock = Exercise(
    points={
        SAME: Criterion(1, **SINGLE),
        PADDED: Criterion(0.5, **SINGLE),
        PROJECTED: Criterion(1, **SINGLE),
        COUNTED: 0.5,
        LEARNS: Criterion(0.5, **SINGLE),
        CUTTABLE: Criterion(0.5, **SINGLE),
    },
    visible=(SAME, PADDED, PROJECTED, PROJECTED, COUNTED, COUNTED),
)


@BasicBlock.cases
def _(rng):
    for n, width, height, across in ((1, 2, 3, 4), (2, 3, 5, 2), (1, 1, 1, 3)):
        x = pixels(rng, n, width, height, across)
        yield Case(SAME, "block_output", x=x, settings=[width, width])
        yield Case(SAME, "block_output", x=x, settings=[width, width, 1, "A"])
    for inputs, width, stride in ((2, 4, 2), (3, 5, 2), (2, 3, 1), (2, 4, 3)):
        for option, criterion in (("A", PADDED), ("B", PROJECTED)):
            x = pixels(rng, 2, inputs, 5, 4)
            yield Case(criterion, "block_output", x=x, settings=[inputs, width, stride, option])
            x = pixels(rng, 3, inputs, 4, 5)
            settings = [inputs, width, stride, option]
            yield Case(LEARNS, "block_in_training", x=x, settings=settings)
    yield Case(PROJECTED, "block_output", x=pixels(rng, 1, 2, 4, 5), settings=[2, 2, 2])
    for settings in ([4, 4], [4, 6, 2, "A"], [4, 6, 2, "B"], [3, 5, 1, "B"], [4, 4, 2, "B"]):
        yield Case(COUNTED, "block_parameters", settings=settings)
    yield Case(COUNTED, "block_expansion")
    yield Case(LEARNS, "block_loaded", x=pixels(rng, 1, 2, 4, 3), settings=[2, 3, 2, "B"])
    yield Case(LEARNS, "block_moved", size=[2, 3, 6, 5], settings=[3, 4, 2, "A"])
    yield Case(LEARNS, "block_gradients", x=pixels(rng, 2, 2, 3, 3), settings=[2, 3, 2, "B"])
    for settings in ([2, 2], [2, 4, 2, "A"], [2, 4, 2, "B"]):
        x = pixels(rng, 1, 2, 4, 3)
        yield Case(CUTTABLE, "block_without_shortcut", x=x, settings=settings)


BasicBlock.mistake(
    "ReLU before the addition",
    "What is the smallest number your layers can add to x? Can the branch subtract?",
    "torch.relu(self.residual(x) + self.shortcut(x))",
    "torch.relu(self.residual(x)) + self.shortcut(x)",
)
BasicBlock.mistake(
    "no ReLU at the end",
    "Follow the row of bold words to its end. Can your block give a negative number?",
    "torch.relu(self.residual(x) + self.shortcut(x))",
    "self.residual(x) + self.shortcut(x)",
)
BasicBlock.mistake(
    "the shortcut is not added",
    "Set all weights of the two convolutions to zero in your mind. What should come out?",
    "self.residual(x) + self.shortcut(x)",
    "self.residual(x)",
)
BasicBlock.mistake(
    "a shortcut only where the stride is not 1",
    "Two channels come in and three go out, with stride 1. Which shapes are added?",
    "stride == 1 and inputs == width",
    "stride == 1",
)
BasicBlock.mistake(
    "a shortcut only where the channels change",
    "Two channels in and two out, but stride 2. Which shapes are added?",
    "stride == 1 and inputs == width",
    "inputs == width",
)
BasicBlock.mistake(
    "biases before batch norm",
    "What becomes of a bias that batch norm subtracts again? How many parameters has the text's block?",
    "padding=1, bias=False),\n            nn.BatchNorm2d(width),\n            nn.ReLU(),\n"
    "            nn.Conv2d(width, width, 3, padding=1, bias=False)",
    "padding=1),\n            nn.BatchNorm2d(width),\n            nn.ReLU(),\n"
    "            nn.Conv2d(width, width, 3, padding=1)",
)
BasicBlock.mistake(
    "no batch norm behind the projection",
    "What does option B consist of? There are two parts.",
    "nn.Sequential(projection, nn.BatchNorm2d(width))",
    "projection",
)
BasicBlock.mistake(
    "always projected",
    "Which of the two options has no parameters? Try both, and count.",
    'elif option == "A":',
    'elif option == "C":',
)
BasicBlock.mistake(
    "the stride stands at the second convolution",
    "Which of the two convolutions jumps? Of a picture of 5 pixels, what does the other one see?",
    "3, stride, padding=1, bias=False),\n            nn.BatchNorm2d(width),\n            nn.ReLU(),\n"
    "            nn.Conv2d(width, width, 3, padding=1",
    "3, padding=1, bias=False),\n            nn.BatchNorm2d(width),\n            nn.ReLU(),\n"
    "            nn.Conv2d(width, width, 3, stride, padding=1",
)
BasicBlock.mistake(
    "no ReLU between the convolutions",
    "Without anything bent between them, two convolutions are one. What stands between yours?",
    "            nn.ReLU(),\n",
    "",
)
BasicBlock.mistake(
    "the identity is projected, too",
    "Same shape in and out: how many parameters may the shortcut have?",
    "if stride == 1 and inputs == width:",
    "if stride == 0:",
)


@BasicBlock.alternative("layer by layer")
class LayerByLayer(nn.Module):
    """As most programs write it."""

    expansion = 1

    def __init__(self, inputs, width, stride=1, option="B"):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, kernel_size=3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Sequential()
        if (inputs, stride) != (width, 1):
            if option == "A":
                self.shortcut = PadChannels(inputs, width, stride)  # noqa: F821
            if option == "B":
                self.shortcut.append(nn.Conv2d(inputs, width, 1, stride=stride, bias=False))
                self.shortcut.append(nn.BatchNorm2d(width))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)), inplace=True)
        out = self.bn2(self.conv2(out))
        out = out + self.shortcut(x)
        return F.relu(out)


@BasicBlock.alternative("the shortcut first, made by a method")
class ShortcutFirst(nn.Module):
    """Lists of layers, bent by hand."""

    expansion = 1

    def __init__(self, inputs, width, stride=1, option="B"):
        super().__init__()
        self.shortcut = self.make_shortcut(inputs, width, stride, option)
        self.norms = nn.ModuleList([nn.BatchNorm2d(width), nn.BatchNorm2d(width)])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(channels, width, (3, 3), jump, (1, 1), bias=False)
            for channels, jump in ((inputs, stride), (width, 1))
        )

    @staticmethod
    def make_shortcut(inputs, width, stride, option):
        if stride == 1 and inputs == width:
            return nn.Identity()
        if option == "A":
            return PadChannels(inputs, width, stride)  # noqa: F821
        layers = [nn.Conv2d(inputs, width, 1, stride, bias=False), nn.BatchNorm2d(width)]
        return nn.Sequential(*layers)

    def forward(self, x):
        past = self.shortcut(x)
        x = self.norms[0](self.convolutions[0](x)).clamp(min=0)
        x = self.norms[1](self.convolutions[1](x))
        return torch.maximum(x + past, torch.zeros_like(x))


# --- CifarResNet ------------------------------------------------------------------------------

HOW_MANY, SHAPES, SCORES, REFUSED = (
    "how many parameters",
    "shapes",
    "scores",
    "depths that are none",
)
CifarResNet = Exercise(
    points={HOW_MANY: 1, SHAPES: 1, SCORES: Criterion(1.5, **SINGLE), REFUSED: 0.5},
    visible=(HOW_MANY, HOW_MANY, SCORES, SCORES, REFUSED),
)


@CifarResNet.cases
def _(rng):
    for settings in ([20], [32, "B"], [44, "A", 8], [56, "B", 4, 7], [110]):
        yield Case(HOW_MANY, "network_parameters", settings=settings)
    for settings in ([8], [20, "B"], [14, "A", 3, 5]):
        yield Case(SHAPES, "network_shapes", size=[2, 3, 32, 32], settings=settings)
    yield Case(SHAPES, "network_shapes", size=[1, 3, 20, 28], settings=[14])
    yield Case(SHAPES, "network_moved", size=[2, 3, 16, 16], settings=[14, "A", 4])
    for settings, size in (
        ([8, "A", 2], (2, 8, 8)),
        ([14, "B", 2, 4], (1, 9, 6)),
        ([20], (1, 4, 4)),
    ):
        n, height, across = size
        x = pixels(rng, n, 3, height, across)
        yield Case(SCORES, "network_scores", x=x, settings=settings)
    x = pixels(rng, 2, 3, 8, 8)
    yield Case(SCORES, "network_loaded", x=x, settings=[14, "B", 2, 3])
    for depth in (18, 2, 21, 55, 11, 20, 8):
        yield Case(REFUSED, "is_refused", depth=depth)


CifarResNet.mistake(
    "stride 2 in the first stage, too",
    "How high and wide are the maps of stage 1 in the table?",
    "stride = 2 if stage > 0 and place == 0 else 1",
    "stride = 2 if place == 0 else 1",
)
CifarResNet.mistake(
    "stride 2 in every block",
    "How high are the maps behind the last block of ResNet-20? Count the halvings.",
    "stride = 2 if stage > 0 and place == 0 else 1",
    "stride = 2 if stage > 0 else 1",
)
CifarResNet.mistake(
    "twice as many blocks",
    "How many layers with weights has a block? Count those of the whole network.",
    "range(depth // 6)",
    "range(depth // 3)",
)
CifarResNet.mistake(
    "the option is not passed on",
    "Count the parameters with option A and with option B. Do they differ?",
    "block(inputs, width * 2**stage, stride, option)",
    "block(inputs, width * 2**stage, stride)",
)
CifarResNet.mistake(
    "the sum of each map",
    "Show the network a picture of twice the height and width. Do the scores grow?",
    ".mean(dim=(2, 3))",
    ".sum(dim=(2, 3))",
)
CifarResNet.mistake(
    "the largest of each map",
    "What is taken of each map at the end: its largest number?",
    ".mean(dim=(2, 3))",
    ".amax(dim=(2, 3))",
)
CifarResNet.mistake(
    "no batch norm behind the first convolution",
    "Look at the first line of the table: three layers are named.",
    "nn.BatchNorm2d(width), nn.ReLU()]",
    "nn.ReLU()]",
)
CifarResNet.mistake(
    "no ReLU behind the first batch norm",
    "Look at the first line of the table: three layers are named.",
    "nn.BatchNorm2d(width), nn.ReLU()]",
    "nn.BatchNorm2d(width)]",
)
CifarResNet.mistake(
    "the first convolution has a bias",
    "What follows upon the first convolution, and what does it do to a bias?",
    "3, padding=1, bias=False)",
    "3, padding=1)",
)
CifarResNet.mistake(
    "every depth is taken",
    "Ask for a depth of 18. Which network did you get, and how many layers has it?",
    '            raise ValueError(f"a depth of {depth} is not 6 n + 2")',
    "            pass",
)
CifarResNet.mistake(
    "the maps do not become more",
    "How many maps has stage 3 in the table?",
    "layers.append(block(inputs, width * 2**stage, stride, option))\n"
    "                inputs = width * 2**stage",
    "layers.append(block(inputs, width, stride, option))\n                inputs = width",
)


@CifarResNet.mistake(
    "blocks in a plain list",
    "Print the number of parameters. Did PyTorch notice the blocks in your list?",
)
class InAList(nn.Module):
    """Blocks that PyTorch does not notice."""

    def __init__(self, depth, option="A", width=16, classes=10, block=None):
        super().__init__()
        if depth < 8 or depth % 6 != 2:
            raise ValueError("depth")
        block = block or BasicBlock
        self.first = nn.Conv2d(3, width, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.blocks = []
        inputs = width
        for stage in range(3):
            for place in range(depth // 6):
                outputs = width * 2**stage
                stride = 2 if stage > 0 and place == 0 else 1
                self.blocks.append(block(inputs, outputs, stride, option))
                inputs = outputs
        self.scores = nn.Linear(inputs, classes)

    def forward(self, x):
        x = torch.relu(self.norm(self.first(x)))
        for block in self.blocks:
            x = block(x)
        return self.scores(x.mean(dim=(2, 3)))


for least in (4, 7):
    CifarResNet.equivalent(
        f"if depth < {least} or depth % 6 != 2:", "no depth between 2 and 8 is of the form 6 n + 2"
    )
FROM_THE_END = "return self.scores(self.stages(x).mean(dim=(-2, 3)))"
CifarResNet.equivalent(FROM_THE_END, "of four axes, the last but one is the third")


@CifarResNet.alternative("three stages by a method")
class ByStages(nn.Module):
    """As torchvision would write it."""

    def __init__(self, depth, option="A", width=16, classes=10, block=None):
        super().__init__()
        n, rest = divmod(depth - 2, 6)
        if rest or n < 1:
            raise ValueError("the depth must be 6 n + 2")
        self.block, self.option = block if block is not None else BasicBlock, option
        self.head = nn.Linear(4 * width, classes)
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, (3, 3), 1, (1, 1), bias=False), nn.BatchNorm2d(width)
        )
        self.stage1 = self.stage(width, width, n, 1)
        self.stage2 = self.stage(width, 2 * width, n, 2)
        self.stage3 = self.stage(2 * width, 4 * width, n, 2)

    def stage(self, inputs, outputs, n, stride):
        first = self.block(inputs, outputs, stride, self.option)
        others = [self.block(outputs, outputs, 1, self.option) for _ in range(n - 1)]
        return nn.Sequential(first, *others)

    def forward(self, x):
        x = F.relu(self.stem(x))
        x = self.stage3(self.stage2(self.stage1(x)))
        return self.head(F.adaptive_avg_pool2d(x, 1).flatten(1))


@CifarResNet.alternative("one list of all blocks")
class OneList(nn.Module):
    """All widths first, then all blocks."""

    def __init__(self, depth, option="A", width=16, classes=10, block=None):
        super().__init__()
        if depth not in range(8, 10_000, 6):
            raise ValueError(depth)
        kind = block or BasicBlock
        widths = [w for w in (width, 2 * width, 4 * width) for _ in range(depth // 6)]
        self.blocks = nn.ModuleList()
        before = width
        for now in widths:
            self.blocks.append(kind(before, now, stride=1 + (now != before), option=option))
            before = now
        self.convolution = nn.Conv2d(3, width, 3, padding="same", bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.affine = nn.Linear(before, classes)

    def forward(self, x):
        x = self.norm(self.convolution(x)).relu()
        for block in self.blocks:
            x = block(x)
        return self.affine(x.flatten(2).mean(2))


# --- plain ------------------------------------------------------------------------------------

EVERY, KEPT = "every shortcut is cut", "the same network"
plain = Exercise(
    points={EVERY: Criterion(1, **SINGLE), KEPT: Criterion(0.5, **SINGLE)},
    visible=(EVERY, EVERY, KEPT),
)


@plain.cases
def _(rng):
    for widths in ([2, 2, 3], [1, 2, 2, 2], [3, 2, 4, 3, 2], [2, 3]):
        x = pixels(rng, 2, widths[0], 7, 6)
        yield Case(EVERY, "cut_output", x=x, widths=widths)
        yield Case(KEPT, "cut_in_place", x=x, widths=widths)


plain.mistake(
    "the shortcuts become identities",
    "What does a block compute when its shortcut passes on what it gets?",
    "module.shortcut = Cut()",
    "module.shortcut = nn.Identity()",
)
plain.mistake(
    "only the outermost modules",
    "Put a block into a Sequential in a Sequential. Is its shortcut found?",
    "model.modules()",
    "model.children()",
)
plain.mistake(
    "only identities are cut",
    "How many of the shortcuts in ResNet-56 have a convolution? Are those cut?",
    'hasattr(module, "shortcut")',
    'isinstance(getattr(module, "shortcut", None), nn.Identity)',
)
plain.mistake(
    "the shortcut is taken away",
    "Run the network that you return. What does a block call that has no shortcut any more?",
    "module.shortcut = Cut()",
    "del module.shortcut",
)
plain.mistake(
    "nothing is returned",
    "What does your function give back?",
    "return model",
    "return None",
)
plain.mistake(
    "only the first one",
    "How many blocks has the stack, and how many shortcuts has it left?",
    "            module.shortcut = Cut()\n    return model",
    "            module.shortcut = Cut()\n            break\n    return model",
)


plain.equivalent(
    "for module in list(model.modules())[:-1]:",
    "what has a shortcut comes before it, so the last module has none",
)


@plain.alternative("by names, in a list")
def by_names(model):
    places = [name for name, _ in model.named_modules() if name.split(".")[-1] == "shortcut"]
    for name in places:
        owner, _, last = name.rpartition(".")
        setattr(model.get_submodule(owner), last, Cut())  # noqa: F821
    return model


@plain.alternative("by apply")
def by_apply(model):
    def cut(module):
        if "shortcut" in dict(module.named_children()):
            module.shortcut = Cut()  # noqa: F821

    return model.apply(cut)


# --- Bottleneck -------------------------------------------------------------------------------

Bottleneck = Exercise(
    points={
        SAME: Criterion(1, **SINGLE),
        PROJECTED: Criterion(1, **SINGLE),
        COUNTED: 0.5,
        LEARNS: Criterion(0.5, **SINGLE),
    },
    visible=(SAME, PROJECTED, COUNTED, COUNTED, COUNTED),
)


@Bottleneck.cases
def _(rng):
    for n, width, height, across in ((1, 1, 3, 4), (2, 2, 2, 5), (1, 2, 1, 1)):
        x = pixels(rng, n, 4 * width, height, across)
        yield Case(SAME, "block_output", x=x, settings=[4 * width, width])
    for inputs, width, stride in ((4, 2, 2), (3, 1, 1), (8, 2, 2), (2, 2, 1), (8, 2, 3)):
        x = pixels(rng, 2, inputs, 5, 4)
        yield Case(PROJECTED, "block_output", x=x, settings=[inputs, width, stride])
        x = pixels(rng, 3, inputs, 4, 7)
        yield Case(LEARNS, "block_in_training", x=x, settings=[inputs, width, stride])
    for settings in ([64, 16], [64, 64], [16, 8, 2], [8, 2, 2]):
        yield Case(COUNTED, "block_parameters", settings=settings)
    yield Case(COUNTED, "block_expansion")
    yield Case(LEARNS, "block_loaded", x=pixels(rng, 1, 2, 4, 3), settings=[2, 1, 2])
    yield Case(LEARNS, "block_moved", size=[2, 8, 6, 5], settings=[8, 2])
    yield Case(LEARNS, "block_gradients", x=pixels(rng, 2, 2, 3, 3), settings=[2, 1])
    for settings in ([4, 1], [4, 2, 2]):
        x = pixels(rng, 1, 4, 4, 3)
        yield Case(LEARNS, "block_without_shortcut", x=x, settings=settings)


Bottleneck.mistake(
    "ReLU before the addition",
    "What is the smallest number your layers can add to x? Can the branch subtract?",
    "torch.relu(self.residual(x) + self.shortcut(x))",
    "torch.relu(self.residual(x)) + self.shortcut(x)",
)
Bottleneck.mistake(
    "a shortcut only where the stride is not 1",
    "Check the channels of the first block of stage 1: how many come in, how many go out?",
    "stride == 1 and inputs == outputs",
    "stride == 1",
)
Bottleneck.mistake(
    "the width is taken for the output",
    "How many channels come out? Compare that with `inputs`, and not something narrower.",
    "stride == 1 and inputs == outputs",
    "stride == 1 and inputs == width",
)
Bottleneck.mistake(
    "biases before batch norm",
    "What cancels a bias that stands right before batch norm?",
    "nn.Conv2d(inputs, width, 1, bias=False)",
    "nn.Conv2d(inputs, width, 1)",
    "nn.Conv2d(width, width, 3, stride, padding=1, bias=False)",
    "nn.Conv2d(width, width, 3, stride, padding=1)",
    "nn.Conv2d(width, outputs, 1, bias=False)",
    "nn.Conv2d(width, outputs, 1)",
)
Bottleneck.mistake(
    "the stride stands at the first convolution",
    "Which of the three convolutions has the stride in this course's text?",
    "nn.Conv2d(inputs, width, 1, bias=False)",
    "nn.Conv2d(inputs, width, 1, stride, bias=False)",
    "nn.Conv2d(width, width, 3, stride, padding=1, bias=False)",
    "nn.Conv2d(width, width, 3, padding=1, bias=False)",
)
Bottleneck.mistake(
    "no batch norm at the end",
    "Count: three convolutions, and how many batch norms? The text's row of words has as many.",
    "bias=False),\n            nn.BatchNorm2d(outputs),\n        )",
    "bias=False),\n        )",
)
Bottleneck.mistake(
    "no ReLU in the middle",
    "How many ReLUs stand in the text's row of words, and how many in yours?",
    "            nn.BatchNorm2d(width),\n            nn.ReLU(),\n            nn.Conv2d(width, outputs",
    "            nn.BatchNorm2d(width),\n            nn.Conv2d(width, outputs",
)
Bottleneck.mistake(
    "the shortcut is not added",
    "Set all weights of the convolutions to zero in your mind. What should come out?",
    "self.residual(x) + self.shortcut(x)",
    "self.residual(x)",
)


@Bottleneck.alternative("layer by layer")
class BottleneckByLayers(nn.Module):
    """As torchvision writes it."""

    expansion = 4

    def __init__(self, inputs, width, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, width, kernel_size=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, kernel_size=3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, width * self.expansion, kernel_size=1, bias=False)
        self.bn3 = nn.BatchNorm2d(width * self.expansion)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != width * self.expansion:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, width * self.expansion, 1, stride, bias=False),
                nn.BatchNorm2d(width * self.expansion),
            )

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        return self.relu(self.bn3(self.conv3(out)) + self.shortcut(x))


@Bottleneck.alternative("by a list of sizes")
class BottleneckBySizes(nn.Module):
    """Three steps of one kind."""

    expansion = 4

    def __init__(self, inputs, width, stride=1):
        super().__init__()
        sizes = ((inputs, width, 1, 1), (width, width, 3, stride), (width, 4 * width, 1, 1))
        self.steps = nn.ModuleList(self.step(*size) for size in sizes)
        same = (inputs, stride) == (4 * width, 1)
        self.shortcut = nn.Identity() if same else self.step(inputs, 4 * width, 1, stride)

    @staticmethod
    def step(inputs, outputs, side, stride):
        convolution = nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(outputs))

    def forward(self, x):
        squeeze, convolve, widen = self.steps
        out = widen(F.relu(convolve(F.relu(squeeze(x)))))
        return F.relu(out.add(self.shortcut(x)))


# --- ResNet -----------------------------------------------------------------------------------

SHALLOW, DEEP, DEEPEST = "18 and 34", "50 and 101", "152 ★"
ResNet = Exercise(
    points={SHALLOW: 1, DEEP: 1, SCORES: Criterion(1, **SINGLE), DEEPEST: 0},
    visible=(SHALLOW, SHALLOW, DEEP, SCORES, SCORES),
)


@ResNet.cases
def _(rng):
    for depth, criterion in ((18, SHALLOW), (34, SHALLOW), (50, DEEP), (101, DEEP), (152, DEEPEST)):
        yield Case(criterion, "network_parameters", settings=[depth])
        yield Case(criterion, "network_parameters", settings=[depth, 8, 7])
    for depth, criterion in ((18, SHALLOW), (34, SHALLOW), (50, DEEP)):
        size = [1, 3, 224, 224]
        yield Case(criterion, "network_shapes", size=size, settings=[depth])
    yield Case(DEEP, "network_shapes", size=[2, 3, 97, 65], settings=[50, 4, 5])
    yield Case(SHALLOW, "network_moved", size=[2, 3, 64, 64], settings=[18, 4, 5])
    for depth, height, across in ((18, 33, 40), (34, 48, 32), (50, 35, 36)):
        x = pixels(rng, 1, 3, height, across)
        yield Case(SCORES, "network_scores", x=x, settings=[depth, 2, 3])
    x = pixels(rng, 2, 3, 32, 32)
    yield Case(SCORES, "network_loaded", x=x, settings=[18, 2, 4])


ResNet.mistake(
    "bottlenecks in the short ones, too",
    "Which kind of block has ResNet-34? Compare its number of parameters with that of ResNet-50.",
    "BasicBlock if depth < 50 else Bottleneck",
    "Bottleneck",
)
ResNet.mistake(
    "basic blocks only",
    "ResNet-34 and ResNet-50 have as many blocks. Why are there 16 layers more?",
    "BasicBlock if depth < 50 else Bottleneck",
    "BasicBlock",
)
ResNet.mistake(
    "stride 2 in the first stage, too",
    "Behind the pooling a picture of 224 pixels is 56 high. How high is it behind stage 1?",
    "stride = 2 if stage > 0 and place == 0 else 1",
    "stride = 2 if place == 0 else 1",
)
ResNet.mistake(
    "no max pooling",
    "224 pixels: how high are the maps that stage 1 gets? Two things halve them.",
    "            nn.MaxPool2d(3, stride=2, padding=1),\n",
    "",
)
ResNet.mistake(
    "pooling without padding",
    "112 pixels, pooled 3 x 3 with stride 2: 56 or 55? Which is the text's?",
    "nn.MaxPool2d(3, stride=2, padding=1)",
    "nn.MaxPool2d(3, stride=2)",
)
ResNet.mistake(
    "pooling by the mean",
    "Which kind of pooling does the text ask for behind the first convolution?",
    "nn.MaxPool2d(3",
    "nn.AvgPool2d(3",
)
ResNet.mistake(
    "the first convolution has a bias",
    "What follows upon the first convolution, and what does it do to a bias?",
    "padding=3, bias=False)",
    "padding=3)",
)
ResNet.mistake(
    "34 like 18",
    "Hold your numbers of blocks against the table, row by row.",
    "34: (3, 4, 6, 3)",
    "34: (2, 2, 2, 2)",
)
ResNet.mistake(
    "101 like 50",
    "Hold your numbers of blocks against the table, row by row.",
    "101: (3, 4, 23, 3)",
    "101: (3, 4, 6, 3)",
)
ResNet.mistake(
    "the largest of each map",
    "What is taken of each map at the end: its largest number?",
    ".mean(dim=(2, 3))",
    ".amax(dim=(2, 3))",
)


ResNet.equivalent(
    "block = block or (BasicBlock if depth < 49 else Bottleneck)", "there is no depth 49"
)
ResNet.equivalent(FROM_THE_END, "of four axes, the last but one is the third")


@ResNet.alternative("four stages by a method")
class ByFourStages(nn.Module):
    """As torchvision writes it."""

    def __init__(self, depth, width=64, classes=1000, block=None):
        super().__init__()
        if block is None:
            block = Bottleneck if depth in (50, 101, 152) else BasicBlock
        counts = [2, 2, 2, 2] if depth == 18 else [3, 4, 6, 3]
        if depth > 100:
            counts = [3, 4, 23, 3] if depth == 101 else [3, 8, 36, 3]
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, kernel_size=7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(kernel_size=3, stride=2, padding=1)
        self.layer1 = self.make_layer(block, width, counts[0], 1)
        self.layer2 = self.make_layer(block, 2 * width, counts[1], 2)
        self.layer3 = self.make_layer(block, 4 * width, counts[2], 2)
        self.layer4 = self.make_layer(block, 8 * width, counts[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(8 * width * block.expansion, classes)

    def make_layer(self, block, planes, count, stride):
        layers = []
        for step in [stride] + [1] * (count - 1):
            layers.append(block(self.inplanes, planes, step))
            self.inplanes = planes * block.expansion
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


@ResNet.alternative("the middle of the table from the depth")
class FromTheDepth(nn.Module):
    """A table of digits."""

    def __init__(self, depth, width=64, classes=1000, block=None):
        super().__init__()
        kind = block or (BasicBlock, Bottleneck)[depth >= 50]
        table = {18: "2222", 34: "3463", 50: "3463", 101: "34x3", 152: "38y3"}
        repeats = [{"x": 23, "y": 36}.get(c) or int(c) for c in table[depth]]
        self.body = nn.Sequential()
        before = width
        for stage, times in enumerate(repeats):
            for i in range(times):
                jump = 2 if i == 0 and stage else 1
                self.body.append(kind(before, width << stage, jump))
                before = (width << stage) * kind.expansion
        self.end = nn.Linear(before, classes)
        self.begin = nn.Sequential(
            nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU()
        )

    def forward(self, x):
        x = F.max_pool2d(self.begin(x), 3, 2, 1)
        return self.end(self.body(x).mean(3).mean(2))


# --- train ------------------------------------------------------------------------------------

STEP, MOMENTUM, RATE, RETURNED = "one step", "many steps", "the falling rate", "the training error"
EXACT = {"rtol": 1e-6, "atol": 1e-9}
train = Exercise(
    points={
        STEP: Criterion(0.75, **EXACT),
        MOMENTUM: Criterion(0.75, **EXACT),
        RATE: Criterion(0.75, **EXACT),
        RETURNED: Criterion(0.75, **EXACT),
    },
    visible=(STEP, MOMENTUM, RATE, RETURNED),
)


@train.cases
def _(rng):
    def samples(count):
        return {"x": rng.normal(size=(count, 2)).round(2), "y": rng.integers(3, size=count)}

    for lr in (0.1, 1.0):
        sizes = {"sizes": [5], "epochs": 1, "milestones": [], "lr": lr}
        yield Case(STEP, "trained_weights", **samples(5), **sizes)
    yield Case(STEP, "second_training", **samples(4), sizes=[4], lr=0.5)
    for sizes, epochs in (([3, 4], 1), ([4, 4, 3], 2), ([2], 4)):
        more = {"sizes": sizes, "epochs": epochs, "milestones": [], "lr": 0.3}
        yield Case(MOMENTUM, "trained_weights", **samples(sum(sizes)), **more)
    for epochs, milestones in ((3, [1]), (4, [1, 3]), (3, [2]), (2, [5])):
        more = {"sizes": [4, 3], "epochs": epochs, "milestones": milestones, "lr": 0.5}
        yield Case(RATE, "trained_weights", **samples(7), **more)
    for sizes, epochs in (([6], 3), ([5, 2], 4), ([4, 4, 2], 2)):
        yield Case(RETURNED, "training_errors", **samples(sum(sizes)), sizes=sizes, epochs=epochs)


train.equivalent(
    "schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones)",
    "a tenth is what MultiStepLR takes where nothing is said",
)
train.equivalent(
    "for _ in range(epochs):", "the bar is for the eye; it changes nothing that is computed"
)
train.equivalent(
    "wrong += (scores.argmax(dim=-1) != y).sum()", "of two axes, the last is the second"
)
train.equivalent("errors.append(wrong / seen)", "a tensor with one number is a number")
train.mistake(
    "slopes are never set back",
    "Print the gradient before and after the second batch. Has the first one left anything?",
    "            optimizer.zero_grad()\n",
    "",
)
train.mistake(
    "no weight decay",
    "Which four numbers does the recipe name? Does your optimizer know all of them?",
    ", weight_decay=1e-4",
    "",
)
train.mistake(
    "no momentum",
    "What does the second step keep of the first one?",
    "momentum=0.9, ",
    "",
)
train.mistake(
    "unit 11's weight decay",
    "Compare the weight decay with the recipe: is it AlexNet's or ResNet's?",
    "weight_decay=1e-4",
    "weight_decay=5e-4",
)
train.mistake(
    "the rate falls after batches",
    "A milestone counts epochs. What does your schedule count?",
    "        schedule.step()\n        errors",
    "        errors",
    "            optimizer.step()\n",
    "            optimizer.step()\n            schedule.step()\n",
)
train.mistake(
    "the rate never falls",
    "Print the learning rate in every epoch. When does it change?",
    "        schedule.step()\n",
    "",
)
train.mistake(
    "the rate is halved",
    "By what is the learning rate divided at a milestone?",
    "gamma=0.1",
    "gamma=0.5",
)
train.mistake(
    "not in training mode",
    "The network came in evaluation mode. Whose means does its batch norm take?",
    "    model.train()\n",
    "",
)
train.mistake(
    "the share that is right",
    "An error of 0: is everything wrong, or everything right?",
    "!= y)",
    "== y)",
)
train.mistake(
    "the last batch only",
    "Of which pictures is the share asked for: those of the last batch, or of the epoch?",
    "            wrong += (scores",
    "            wrong = (scores",
    "            seen += len(y)",
    "            seen = len(y)",
)
train.mistake(
    "counts instead of shares",
    "With ten times as many pictures, should the training error be ten times as large?",
    "float(wrong) / seen",
    "float(wrong)",
)


@train.mistake(
    "the mean over batches",
    "A batch of 1 and one of 99 pictures: does each picture count the same in your mean?",
)
def mean_over_batches(model, batches, epochs, milestones=(), lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1)
    model.train()
    errors = []
    for _ in range(epochs):
        shares = []
        for x, y in batches:
            scores = model(x)
            optimizer.zero_grad()
            F.cross_entropy(scores, y).backward()
            optimizer.step()
            shares.append((scores.argmax(dim=1) != y).double().mean().item())
        schedule.step()
        errors.append(sum(shares) / len(shares))
    return errors


@train.mistake(
    "asked again after the step",
    "At which moment is the answer to be counted: before the step, or after it?",
)
def asked_after_the_step(model, batches, epochs, milestones=(), lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1)
    model.train()
    errors = []
    for _ in range(epochs):
        wrong = seen = 0
        for x, y in batches:
            optimizer.zero_grad()
            F.cross_entropy(model(x), y).backward()
            optimizer.step()
            wrong += (model(x).argmax(dim=1) != y).sum().item()
            seen += len(y)
        schedule.step()
        errors.append(wrong / seen)
    return errors


@train.alternative("the rate set by hand")
def rate_by_hand(model, batches, epochs, milestones=(), lr=0.1):
    optimizer = torch.optim.SGD(model.parameters(), lr, 0.9, weight_decay=0.0001)
    errors = []
    for epoch in range(epochs):
        for group in optimizer.param_groups:
            group["lr"] = lr / 10 ** sum(epoch >= milestone for milestone in milestones)
        model.train(True)
        right = [0, 0]
        for x, y in batches:
            scores = model(x)
            loss = nn.CrossEntropyLoss()(scores, y)
            model.zero_grad()
            loss.backward()
            optimizer.step()
            right[0] += int((scores.detach().argmax(1) == y).sum())
            right[1] += y.shape[0]
        errors.append(1 - right[0] / right[1])
    return errors


@train.alternative("the optimizer by hand")
def optimizer_by_hand(model, batches, epochs, milestones=(), lr=0.1):
    model.train()
    weights = list(model.parameters())
    velocity = [torch.zeros_like(w) for w in weights]
    errors = []
    for epoch in range(epochs):
        rate = lr * 0.1 ** len([m for m in milestones if m <= epoch])
        answers = []
        for x, y in batches:
            log_p = torch.log_softmax(model(x), dim=1)
            loss = -log_p[torch.arange(len(y)), y].mean()
            slopes = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                for w, v, slope in zip(weights, velocity, slopes, strict=True):
                    v.mul_(0.9).add_(slope + 1e-4 * w)
                    w.sub_(rate * v)
            answers += (log_p.argmax(dim=1) != y).tolist()
        errors.append(float(np.mean(answers)))
    return errors
