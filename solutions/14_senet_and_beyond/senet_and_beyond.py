# %% [markdown]
# # SENet and beyond
#
# *90 minutes, 20 points. You need units 10 to 13: modules in PyTorch, bottleneck blocks, residual
# networks. Everything here runs on a processor in seconds.*
#
# In 2017 the last ImageNet challenge was won by a block so small that you will write it in five
# lines. It asks of every channel: does it matter for *this* picture? Then the course comes to its
# end as ImageNet did: with many networks that vote, with what five years of winners have in common,
# and with a network that is all your own.
#
# **At the end you can**
#
# * write a squeeze-and-excitation block, and say what it costs and where;
# * put it into a ResNet-50 and account for every one of its 28,088,024 parameters;
# * let several networks decide together, each by what it is worth;
# * name the six lessons of the ImageNet years, and design a network under a budget.
#
# | part | | minutes |
# |---|---|---|
# | 1 | A gate for every channel | 24 |
# | 2 | Into a ResNet-50 | 18 |
# | 3 | What the gates do | 10 |
# | 4 | Many networks, one answer | 12 |
# | 5 | Six lessons | 8 |
# | 6 | A network of your own | 18 |

# %% setup=true
from functools import partial

import numpy as np

from nand2resnet import plots
from nand2resnet.check import check

plots.use_style()

# %% [markdown]
# PyTorch, and two modules of the course: one counts what a network costs, one holds the contest of
# part 6.

# %% setup=true
import torch
from torch import nn

from nand2resnet import contest
from nand2resnet.blueprints import cost_of, plan_of
from nand2resnet.networks import filled

# %% [markdown]
# ## 1. A gate for every channel
#
# A feature map says *where* a feature is. Most features matter for some pictures and only disturb
# in others: a detector of fur has nothing to add when the picture shows a bridge. A convolution
# cannot know that. Its window sees a few pixels, and whether this is a bridge shows in the whole
# picture only.
#
# Jie Hu, Li Shen and Gang Sun (2018) let every block look at the whole picture before it decides
# how much of each channel to let through:
#
# 1. **Squeeze.** Average each channel over all places. A picture with $C$ channels becomes $C$
#    numbers.
# 2. **Excite.** Two small linear layers turn them into $C$ gates between 0 and 1. The layer between
#    has only $C/r$ numbers; $r$ is the **reduction**, usually 16.
# 3. **Scale.** Multiply each channel by its gate, at all places alike.
#
# $$s_c = \frac{1}{HW}\sum_{i,j} x_{cij},\qquad
# g = \sigma\bigl(W_2\,\mathrm{ReLU}(W_1 s + b_1) + b_2\bigr),\qquad
# \tilde x_{cij} = g_c\, x_{cij}.$$
#
# First by hand, with one picture, two channels, and gates that somebody has chosen:

# %%
x = torch.tensor([[[[1.0, 3.0], [0.0, 4.0]], [[5.0, 5.0], [6.0, 8.0]]]])  # (1, 2, 2, 2)
squeezed = x.mean(dim=(2, 3))
gates = torch.tensor([[1.0, 0.5]])
print("squeezed:", squeezed)
print("scaled:\n", x * gates[:, :, None, None])

# %% [markdown]
# `[:, :, None, None]` gives the gates two axes of length 1, so that they fit the rows and columns of
# every map.
#
# > **Predict.** What does `x * gates` do without it? It may be worse than an error.

# %%
print((x * gates).shape, "and the second channel:\n", (x * gates)[0, 1])

# %% [markdown]
# No error: with two channels and two columns the gates were matched with the *columns*. Broadcasting
# counts axes from the end. That is why the checks below use maps whose sides all differ.
#
# **Yours to finish**, before the exercise: how many weights and biases have the two linear layers,
# for 256 channels and a reduction of 16?

# %%
channels, reduction = 256, 16
hidden = channels // reduction
weights = 2 * channels * hidden
biases = None  # your turn
print("weights:", weights, " biases:", biases)

# %% [markdown]
# ### Exercise: `SEBlock`
#
# A module with the three steps. Make the two `nn.Linear` layers in `__init__`; the hidden one has
# `channels // reduction` numbers, and both have a bias or both have none. `gates` squeezes and
# excites, `forward` scales.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Write down the shape after each step: $(N, C, H, W)$, then squeezed, then hidden, then the gates,
# then the result. Which function belongs between the two layers, and which after the second?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `x.mean(dim=(2, 3))` squeezes. `torch.relu` keeps the hidden numbers from being linear,
# `torch.sigmoid` brings the gates between 0 and 1. `nn.Linear(a, b, bias)` takes `bias` as its third
# argument.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A dimmer: one number for the whole picture, from its largest value, that scales everything:
#
# ```python
# def dimmer(x, layer):
#     brightest = x.amax(dim=(1, 2, 3))[:, None]
#     strength = torch.tanh(layer(brightest))
#     return x * strength[:, :, None, None]
# ```
#
# </details></details></details>


# %% exercise="SEBlock"
class SEBlock(nn.Module):
    """Squeeze and excitation: a gate for every channel, from the whole picture.

    Parameters
    ----------
    channels : int
    reduction : int
        The hidden layer has channels // reduction numbers.
    bias : bool
        Whether both linear layers have one.

    Example
    -------
    >>> SEBlock(8, 2)(torch.zeros(1, 8, 3, 5)).shape
    (1, 8, 3, 5)
    """

    def __init__(self, channels, reduction=16, bias=True):
        super().__init__()
        ### BEGIN SOLUTION
        hidden = channels // reduction
        self.squeezed = nn.Linear(channels, hidden, bias)
        self.excited = nn.Linear(hidden, channels, bias)
        ### END SOLUTION

    def gates(self, x):
        """One number between 0 and 1 for each picture and channel: (N, C, H, W) -> (N, C)."""
        ### BEGIN SOLUTION
        means = x.mean(dim=(2, 3))
        return torch.sigmoid(self.excited(torch.relu(self.squeezed(means))))
        ### END SOLUTION

    def forward(self, x):
        """The maps, each times its gate: (N, C, H, W) -> (N, C, H, W)."""
        ### BEGIN SOLUTION
        return x * self.gates(x)[:, :, None, None]
        ### END SOLUTION


# %% [markdown]
# The checks fill every layer with numbers that are the same for everybody (`filled`), so that
# outputs can be compared.

# %% setup=true
maps_few = torch.tensor(np.random.default_rng(0).normal(0.5, 2, (2, 6, 3, 5)), dtype=torch.float32)


def gates_of(block, channels, reduction, bias, x):
    """The gates of a filled block."""
    return filled(block(channels, reduction, bias)).gates(x)


def scaled_by(block, channels, reduction, x):
    """What a filled block makes of x, at the middle of each map."""
    return filled(block(channels, reduction))(x)[:, :, 1, 2]


def parameters_of(block, *arguments):
    """How many parameters a module has; it takes no memory here."""
    with torch.device("meta"):
        return sum(weight.numel() for weight in block(*arguments).parameters())


# %% check="SEBlock"
gates = [
    [0.979445, 0.161253, 0.944564, 0.12455, 0.744524, 0.008448],
    [0.804578, 0.339474, 0.662527, 0.314152, 0.566772, 0.156147],
]
check(gates_of, SEBlock, 6, 2, True, maps_few, expected=np.array(gates), rtol=1e-4)
scaled = [
    [2.344949, -0.133903, 0.227425, 0.061166, 2.338342, -0.002155],
    [-0.539918, 0.11834, 0.673728, 0.39032, 0.163149, 0.364338],
]
check(scaled_by, SEBlock, 6, 2, maps_few, expected=np.array(scaled), rtol=1e-3)
check(parameters_of, SEBlock, 256, 16, expected=8_464)
check(parameters_of, SEBlock, 10, 4, False, expected=40)

# %% [markdown]
# ## 2. Into a ResNet-50
#
# The block changes no shape. So it fits everywhere; in a residual network it goes to the end of
# each branch, **before** the shortcut is added. The shortcut stays free.
#
# Here is your residual network of unit 13, in short: a convolution with its batch norm, the
# bottleneck, and the whole.


# %% setup=true
def normalised(inputs, outputs, kernel, stride=1):
    """A convolution without a bias, and batch norm."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 in the branch, and a shortcut; `channels` is what comes out of both."""

    def __init__(self, inputs, width, stride=1):
        super().__init__()
        self.channels = 4 * width
        down, middle = normalised(inputs, width, 1), normalised(width, width, 3, stride)
        up, same = normalised(width, self.channels, 1), inputs == 4 * width and stride == 1
        self.branch = nn.Sequential(down, nn.ReLU(), middle, nn.ReLU(), up)
        self.shortcut = nn.Identity() if same else normalised(inputs, self.channels, 1, stride)

    def forward(self, x):
        return torch.relu(self.branch(x) + self.shortcut(x))


# %% setup=true
BLOCKS = {26: (2, 2, 2, 2), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


class ResNet(nn.Module):
    """A stem, four stages of bottlenecks (each after the first halves the size), a linear layer."""

    def __init__(self, depth=50, classes=1000, width=64):
        super().__init__()
        layers, inputs = [normalised(3, width, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)], width
        for stage, blocks in enumerate(BLOCKS[depth]):
            for number in range(blocks):
                stride = 2 if stage > 0 and number == 0 else 1
                layers.append(Bottleneck(inputs, width << stage, stride))
                inputs = layers[-1].channels
        self.features, self.scores = nn.Sequential(*layers), nn.Linear(inputs, classes)

    def forward(self, x):
        return self.scores(self.features(x).mean(dim=(2, 3)))


# %% [markdown]
# (26 layers are for trying things out.) It is the network of unit 13, to the last parameter:

# %%
print(f"ResNet-50: {parameters_of(ResNet, 50):,}")

# %% [markdown]
# > **Predict.** Sixteen bottlenecks get a gate. By how many per cent does the number of parameters
# > grow, and by how many the number of multiply-adds? One of the two surprises most people.
#
# ### Exercise: `SEResNet`
#
# The same network with an `SEBlock` at the end of the branch of every bottleneck. Build on `ResNet`:
# it is done by `super().__init__(depth, classes, width)`. What is left is to give each of its
# bottlenecks a gate for the channels that its branch gives.
#
# <details><summary>Hint 1, a nudge</summary>
#
# A branch is a list of layers that are called one after the other. What would have to stand where
# in that list?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `self.features` holds the stem and then the bottlenecks; `isinstance(layer, Bottleneck)` tells
# which is which. An `nn.Sequential` has `append`. `block.channels` says how many channels a branch
# gives.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Dropout behind the stem's pooling and every other pooling layer of a network:
#
# ```python
# def with_dropout(network, share):
#     for name, layer in list(network.named_children()):
#         if isinstance(layer, nn.MaxPool2d):
#             setattr(network, name, nn.Sequential(layer, nn.Dropout2d(share)))
#         else:
#             with_dropout(layer, share)
#     return network
# ```
#
# </details></details></details>


# %% exercise="SEResNet"
class SEResNet(ResNet):
    """A ResNet with squeeze and excitation at the end of the branch of each bottleneck.

    Parameters
    ----------
    depth : int
        A key of BLOCKS.
    classes : int
    width : int
        Channels after the stem.
    reduction : int
        Of every SEBlock.
    bias : bool
        Of every SEBlock.

    Example
    -------
    >>> SEResNet(26, 5, width=4, reduction=4)(torch.zeros(2, 3, 40, 32)).shape
    (2, 5)
    """

    def __init__(self, depth=50, classes=1000, width=64, reduction=16, bias=True):
        ### BEGIN SOLUTION
        super().__init__(depth, classes, width)
        for block in self.features:
            if isinstance(block, Bottleneck):
                block.branch.append(SEBlock(block.channels, reduction, bias))
        ### END SOLUTION


# %% [markdown]
# The checks of this exercise put a simple gate into the place of your `SEBlock`, one that multiplies
# each channel by a number it has learnt. So they judge where your gates stand, whatever is inside.


# %% setup=true
class SimpleGate(nn.Module):
    """Stands in for SEBlock: a learnt number for each channel, and as many more as it hides."""

    def __init__(self, channels, reduction=16, bias=True):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels // reduction + 1000 * bias))

    def forward(self, x):
        return x * self.weight[:, None, None] + self.bias.mean()


# %% setup=true
def with_simple_gates(ask, network, *arguments):
    """Ask something while SimpleGate stands in for SEBlock."""
    own = globals().get("SEBlock")
    globals()["SEBlock"] = SimpleGate
    try:
        return ask(network, *arguments)
    finally:
        globals()["SEBlock"] = own


def scores_for(network, depth, reduction, bias, pictures):
    """The scores of a filled network of width 4 for three classes."""
    return filled(network(depth, 3, 4, reduction, bias)).eval()(pictures)


pictures_few = torch.tensor(np.random.default_rng(1).normal(size=(2, 3, 33, 40))).float()

# %% check="SEResNet"
check(with_simple_gates, parameters_of, SEResNet, 50, expected=25_589_080)
check(with_simple_gates, parameters_of, SEResNet, 26, 10, 8, 4, False, expected=226_082)
expected = np.array([[36.170727, -8.497872, -18.250868], [44.70106, -15.862641, -17.21822]])
inputs = scores_for, SEResNet, 26, 4, True, pictures_few
check(with_simple_gates, *inputs, expected=expected, rtol=1e-3)

# %% [markdown]
# Now the real thing, with your own gates. The paper and its successors count it in two ways: with
# biases in the two small layers (28,088,024 parameters) and without (28,071,976).

# %%
for bias in (True, False):
    print(f"bias={bias}: {parameters_of(SEResNet, 50, 1000, 64, 16, bias):,} parameters")

# %% [markdown]
# And what does it cost to run? A linear layer on one squeezed number per channel is nothing beside
# a convolution that goes to every place of a map.

# %%
with torch.device("meta"):  # shapes, no values: a second instead of a minute
    costs = {net.__name__: cost_of(net(50), (3, 224, 224)) for net in (ResNet, SEResNet)}
plain, gated = costs["ResNet"], costs["SEResNet"]
for name, cost in costs.items():
    print(f"{name:9} {cost.parameters:>11,} parameters {cost.multiply_adds:>14,} multiply-adds")
print(f"more parameters:    {gated.parameters / plain.parameters - 1:.2%}")
print(f"more multiply-adds: {gated.multiply_adds / plain.multiply_adds - 1:.2%}")

# %% [markdown]
# For a tenth more parameters and almost no time, the authors report (their table 2, ImageNet, one
# crop) a top-1 error of 23.29% in place of 24.80%: nearly what ResNet-101 reaches with twice the
# work. That is quoted; training it takes days on several graphics cards.
#
# > **Check the source.** The slides give 2.25% for the SENet of 2017. It is the top-5 error of
# > *several* networks together, as are all winners' numbers since 2012. One network alone does not
# > reach it.

# %% [markdown]
# ## 3. What the gates do
#
# A small network to look into: three convolutions, a gate of yours behind the first and the second,
# on the digits of the contest (part 6), moved about, on noisy paper.


# %%
class Small(nn.Module):
    """Three convolutions, two gates, and the strongest answer of each channel."""

    def __init__(self):
        super().__init__()
        self.early, self.early_gate = normalised(1, 10, 3), SEBlock(10, 5)
        self.middle, self.middle_gate = normalised(10, 16, 3), SEBlock(16, 4)
        self.late, self.scores = normalised(16, 16, 3), nn.Linear(16, 10)

    def forward(self, x):
        x = self.early_gate(torch.relu(self.early(x)))
        x = torch.relu(self.middle(torch.max_pool2d(x, 2)))
        x = self.middle_gate(torch.max_pool2d(x, 2))
        return self.scores(torch.relu(self.late(x)).amax(dim=(2, 3)))


# %%
torch.manual_seed(0)
small = contest.train(Small(), epochs=8)
digits, labels = contest.exam(0)
print(f"{contest.accuracy(small, (digits, labels)):.1%} of {len(labels)} digits are read")

# %% [markdown]
# Below are the gates of its second block: a row for each digit, a column for each channel, the mean
# over all pictures of that digit. On the right, how many of them the network reads.
#
# > **Predict.** Will the ten rows look alike? And when you close one gate, will all digits suffer a
# > little, or a few of them much? Switch a channel off by its number. Or choose a digit: the channel
# > that it needs most is closed.

# %% demo=true
from nand2resnet.widgets import ChannelGates

ChannelGates(small, small.middle_gate, digits, labels)

# %% [markdown]
# A gate can do much, and its own rows differ little: in so small a network most channels are needed
# for most digits. How much do the gates of one channel differ between digits, in either block?

# %%
with torch.no_grad():
    maps = {"early": torch.relu(small.early(digits))}
    x = torch.max_pool2d(small.early_gate(maps["early"]), 2)
    maps["middle"] = torch.max_pool2d(torch.relu(small.middle(x)), 2)
    for name, x in maps.items():
        gates = getattr(small, f"{name}_gate").gates(x)
        means = torch.stack([gates[labels == digit].mean(dim=0) for digit in range(10)])
        print(f"{name:6} standard deviation between digits: {means.std(dim=0).mean():.4f}")

# %% [markdown]
# The authors found the same order of things in their SE-ResNet-50, with classes such as goldfish and
# pug. In early stages the gates are nearly alike for all classes: edges serve everybody. Further up
# they become a matter of class. In the very last stage nearly all stand open; there the block could
# be left out.

# %% [markdown] question="where_it_pays" points=3
# ### Written question: where it pays
#
# An `SEBlock` without biases has $2C^2/r$ weights. The four stages of SE-ResNet-50 have 3, 4, 6 and
# 3 bottlenecks with 256, 512, 1024 and 2048 channels, and $r = 16$.
#
# (a) How many weights do the gates of each stage have, and what share of all gates' weights is in
# the last stage?
#
# (b) The authors found that the gates of the last stage stand open for nearly every picture. Which
# change would you make to the network, and what would it save?
#
# (c) A layer of 7 × 7 convolutions in place of the gate would see more of the picture, too. Why is
# the squeeze cheaper, and what does it throw away?
#
# ### BEGIN SOLUTION
# (a) $3\cdot2\cdot256^2/16 = 24{,}576$; $4\cdot2\cdot512^2/16 = 131{,}072$;
# $6\cdot2\cdot1024^2/16 = 786{,}432$; $3\cdot2\cdot2048^2/16 = 1{,}572{,}864$; together
# $2{,}514{,}944$. The last stage has $62.5\%$ of them.
#
# (b) A gate that is always open multiplies by (nearly) 1: leave the blocks of the last stage out.
# That saves 1,572,864 weights, more than half of what squeeze and excitation adds, and hardly
# changes what the network says.
#
# (c) The squeeze adds each channel up once and works on $C$ numbers, however large the map: about
# $2C^2/r$ products. A convolution of $7\times7$ from $C$ to $C$ channels takes $49C^2$ products at
# every place. What is lost is the place: the gate knows that something is in the picture, not where.
# ### END SOLUTION

# %% [markdown]
# ## 4. Many networks, one answer
#
# In 2016 the team Trimps-Soushen won with a top-5 error of 2.99%. It had no new architecture. It had
# Inception networks and ResNets of several kinds, and let them decide together, each weighted by how
# good it was.
#
# Why does that help? Different networks make different mistakes. Where three are right and one is
# wrong, the mean is right. In numbers: the mean of several probabilities for the right class never
# has a larger log loss than the networks have on average, since $-\log$ is convex.
#
# ### Exercise: `weighted_ensemble`
#
# The mean of the networks' probabilities, weighted by their accuracies $a_m$:
#
# $$\bar p = \frac{\sum_m a_m\,p_m}{\sum_m a_m}.$$
#
# <details><summary>Hint 1, a nudge</summary>
#
# What do the weights have to add up to, if the result is to be probabilities again? Along which axis
# do the networks lie?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Divide the accuracies by their sum, give them two more axes, multiply, and sum over the networks.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The mean position of a swarm, heavier insects counting more; one swarm in each row:
#
# ```python
# def middle_of_mass(places, masses):
#     shares = masses / masses.sum(dim=1, keepdim=True)
#     return (shares[:, :, None] * places).sum(dim=1)
# ```
#
# </details></details></details>


# %% exercise="weighted_ensemble"
def weighted_ensemble(probabilities, accuracies):
    """The mean of several networks' probabilities, weighted by how often each is right.

    Parameters
    ----------
    probabilities : tensor (M, N, C)
        For each of M networks and N pictures, C probabilities that add up to 1.
    accuracies : tensor (M,)
        Between 0 and 1.

    Returns
    -------
    tensor (N, C)
        Probabilities that add up to 1 for each picture.

    Example
    -------
    >>> opinions = torch.tensor([[[0.0, 1.0]], [[1.0, 0.0]]])
    >>> weighted_ensemble(opinions, torch.tensor([0.6, 0.9]))
    array([[0.6, 0.4]])
    """
    ### BEGIN SOLUTION
    weights = accuracies / accuracies.sum()
    return (weights[:, None, None] * probabilities).sum(dim=0)
    ### END SOLUTION


# %% setup=true
opinions_few = torch.tensor(
    [
        [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2]],
        [[0.1, 0.1, 0.8], [0.2, 0.6, 0.2]],
        [[0.3, 0.4, 0.3], [0.1, 0.1, 0.8]],
        [[0.6, 0.3, 0.1], [0.0, 0.9, 0.1]],
    ]
)
accuracies_few = torch.tensor([0.8, 0.5, 0.2, 0.9])

# %% check="weighted_ensemble"
expected = np.array([[0.5041667, 0.2333333, 0.2625], [0.2166667, 0.5708333, 0.2125]])
check(weighted_ensemble, opinions_few, accuracies_few, expected=expected)
check(weighted_ensemble, opinions_few[1:2], accuracies_few[1:2], expected=opinions_few[1])
expected = np.array([[0.1571429, 0.1857143, 0.6571429], [0.1714286, 0.4571429, 0.3714286]])
check(weighted_ensemble, opinions_few[1:3], accuracies_few[1:3], expected=expected)

# %% [markdown]
# Four networks of very different worth: a linear classifier, one with a hidden layer, and two small
# convolutional ones.
#
# > **Predict.** Will the mean of all four be better than the best of them? And if every network has
# > the same weight?

# %%
pixels = contest.SIZE[1] * contest.SIZE[2]
flat, pool = nn.Flatten, partial(nn.MaxPool2d, 2)
team = {
    "linear": [flat(), nn.Linear(pixels, 10)],
    "hidden layer": [flat(), nn.Linear(pixels, 24), nn.ReLU(), nn.Linear(24, 10)],
    "convolution, 5 x 5": [normalised(1, 6, 5), nn.ReLU(), pool(), flat(), nn.Linear(216, 10)],
    "convolution, 3 x 3": [normalised(1, 8, 3), nn.ReLU(), pool(), flat(), nn.Linear(288, 10)],
}
team = {name: contest.train(nn.Sequential(*layers), 8, 1) for name, layers in team.items()}

# %% [markdown]
# What each is worth is measured on one exam; the team sits another one. Else the weights would have
# seen the answers.

# %%
worth = torch.tensor([contest.accuracy(network, contest.exam(1)) for network in team.values()])
digits, labels = contest.exam(2)
with torch.no_grad():
    said = torch.stack([network(digits).softmax(dim=1) for network in team.values()])
for name, p in zip(team, said, strict=True):
    print(f"{name:20} {(p.argmax(dim=1) == labels).float().mean():.1%}")
for name, weights in (("all alike", torch.ones(len(team))), ("by accuracy", worth)):
    right = weighted_ensemble(said, weights).argmax(dim=1) == labels
    print(f"{name:20} {right.float().mean():.1%}")

# %% [markdown]
# Four networks also cost four times as much: the winners' numbers say what was possible, not what
# anybody runs on a telephone.

# %% [markdown]
# ## 5. Six lessons
#
# What have the winners of 2012 to 2017 in common? Six things, and you have built each of them.
#
# | lesson | who showed it | your unit |
# |---|---|---|
# | Use small convolutions | VGG | 12 |
# | Go deeper | GoogLeNet, VGG, ResNet | 12, 13 |
# | Reduce dimensions and parameters where you can | GoogLeNet's 1 × 1 convolutions | 12 |
# | Combine several models | AlexNet and every winner since | 11, 14 |
# | Learn residuals rather than whole mappings | ResNet | 13 |
# | Strengthen the channels that tell something | SENet | 14 |
#
# > **Predict**, as a preparation for part 6: which of the six will help a network that may have 4,000
# > parameters and is trained for one second? Which will not?
#
# ### To read on
#
# * Goodfellow, Bengio, Courville: *Deep Learning* (2016), chapter 6 for units 04 to 08, chapter 9
#   for unit 09.
# * Bishop: *Pattern Recognition and Machine Learning* (2006), chapters 3 to 5.
# * Hastie, Tibshirani, Friedman: *The Elements of Statistical Learning* (2nd edition, 2009),
#   chapters 2 to 4 and 11.
# * Ng: the lecture notes on deep learning of Stanford's course CS229 (2017).
# * The papers themselves, in this order: Krizhevsky 2012 (AlexNet), Szegedy 2015 (GoogLeNet),
#   Simonyan 2015 (VGG), He 2016 (ResNet), Hu 2018 (SENet). Each is short, and you know the code.
# * What came after 2017: networks found by search (EfficientNet, 2019), attention in the place of
#   convolution (Vision Transformer, 2021), and convolutions that learnt from it (ConvNeXt, 2022).

# %% [markdown]
# ## 6. A network of your own
#
# The contest: handwritten digits, each somewhere on a picture of 12 × 12 pixels, paler or darker, on
# noisy paper.

# %% demo=true
shown, names = contest.exam(0)
plots.images(
    shown[:12, 0].clip(0, 1).numpy(),
    titles=[f"a {label}" for label in names[:12].tolist()],
    alt="Twelve small noisy pictures, with a digit at another place in each.",
)

# %% [markdown]
# The rules are the same for everybody:
#
# * at most **4,000 parameters**, and at most **100,000 multiply-adds** a picture;
# * you hand in the network only. The grader writes down its **plan** (its layers, and what flows
#   where), builds it anew, trains it by one short recipe (twelve times through 1,498 digits), and
#   asks it about digits it has never seen. Weights that you have trained are not taken along, and
#   neither is a way of initialising them;
# * so it is made of common layers of `torch.nn`, and its `forward` may not decide by the pictures'
#   values. If something cannot be written down, the check says what.
#
# Two networks to begin with:

# %%
for layers in (
    [nn.Flatten(), nn.Linear(pixels, 10)],
    [nn.Flatten(), nn.Linear(pixels, 24), nn.ReLU(), nn.Linear(24, 10)],
):
    result = contest.measured(plan_of(nn.Sequential(*layers)), seed=0)
    print(f"{result.accuracy:.1%}  {result.cost}")

# %% [markdown]
# > **Predict.** What does a 3 × 3 convolution from 8 to 16 channels on 6 × 6 places cost: how many
# > weights, and how many multiply-adds? Which of the two budgets will be spent first?
#
# ### Exercise: `capstone`
#
# Write a function that makes your network. Half of the points are for a network within the budget
# that reads 60% of the digits, half for 88%. Everything you have learnt is allowed; blocks of your
# own can be written above the function, in the same cell.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The linear classifier has weights for every place. The digit may be anywhere. What in this course
# does not care for the place?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Two or three blocks of `normalised`, `nn.ReLU()` and pooling, with few channels where maps are
# large and more where they are small; then one linear layer. `cost_of(network, contest.SIZE)` counts
# both budgets.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A network of the same kind for colour pictures of any size, too large for our budget:
#
# ```python
# def colour_network(classes):
#     return nn.Sequential(
#         *(normalised(3, 32, 5), nn.GELU(), nn.AvgPool2d(2)),
#         *(normalised(32, 64, 5), nn.GELU(), nn.AdaptiveAvgPool2d(2)),
#         *(nn.Flatten(), nn.Linear(4 * 64, classes)),
#     )
# ```
#
# </details></details></details>


# %% exercise="capstone"
def capstone(classes):
    """A network for the contest: at most 4,000 parameters and 100,000 multiply-adds.

    Parameters
    ----------
    classes : int
        How many scores it gives for each picture.

    Returns
    -------
    nn.Module
        Untrained; from pictures (N, 1, 12, 12) to scores (N, classes).

    Example
    -------
    >>> capstone(10)(torch.zeros(2, 1, 12, 12)).shape
    (2, 10)
    """
    ### BEGIN SOLUTION
    return nn.Sequential(
        *(normalised(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(normalised(8, 16, 3), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(144, classes)),
    )
    ### END SOLUTION


# %% setup=true
def inspected(network):
    """Whether the contest takes a network; else an error that says why not."""
    spent = contest.cost(plan_of(network(contest.CLASSES)))
    if trouble := contest.over_budget(spent):
        raise ValueError(trouble)
    return "within the budget"


# %% check="capstone"
check(inspected, capstone, expected="within the budget")

# %% [markdown]
# And now as the grader does it, on an exam that you may repeat. (The grader's own has other
# disturbances.) Change your network above, and run these two cells again.

# %%
mine = contest.measured(plan_of(capstone(contest.CLASSES)), seed=0)
print(f"{mine.accuracy:.1%} of the digits")
print(f"{mine.cost.parameters:,} of {contest.MOST_PARAMETERS:,} parameters")
print(f"{mine.cost.multiply_adds:,} of {contest.MOST_MULTIPLY_ADDS:,} multiply-adds")

# %% [markdown]
# ### The leaderboard
#
# Your class may have one: accuracy, parameters and multiply-adds, as the grader measured them, beside
# a **pseudonym**. Only if you want to. Write one between the quotes (at most 24 characters, not a
# name by which others know you), and you are on it. Leave it empty, and you are not.

# %%
pseudonym = ""

# %% [markdown]
# ## What we learnt, where next
#
# * A squeeze looks at the whole picture for almost nothing; an excitation decides, channel by
#   channel, what matters in it.
# * Parameters and multiply-adds are two different budgets: gates cost the first, early convolutions
#   the second.
# * Networks that err differently are better together, and how much each counts can be measured.
# * Six lessons carry from AlexNet to SENet. Each is a block of a few lines.
#
# **You began with a single NAND gate.** From it came a circuit that multiplies; from a derivative
# came descent; from a chain rule, backpropagation; from a window that slides, a network that sees;
# and from a shortcut and a gate, the networks that ended the ImageNet challenge. There is nothing in
# them that you have not written yourself.
#
# **Where next?** Take one of the papers above and rebuild it, from the paper alone. You know how to
# check a gradient, count parameters, read a loss curve, and doubt a printed number. That is most of
# the craft.
