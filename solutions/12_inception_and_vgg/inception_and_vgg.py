# %% [markdown]
# # Inception and VGG
#
# *120 minutes, 20 points. You need units 09 to 11: convolutions, PyTorch modules, the training loop,
# AlexNet and its multiply-adds. Take a break after part 3.*
#
# In 2014 two networks left AlexNet far behind, and they could hardly be less alike. One of them,
# GoogLeNet, is a piece of clockwork: branches, shortcuts in the arithmetic, a twelfth of the
# parameters. The other, VGG, repeats one plain idea until it is 19 layers deep. In this unit you
# build both, count them, and let them race.
#
# **At the end you can**
#
# * say what a 1 × 1 convolution is good for, and what it saves;
# * build a module with branches, and a network of 22 layers from nine of them;
# * build VGG from a list of numbers, and say why its kernels are small;
# * run a network on pictures larger than it was made for, in one go;
# * compare networks by what they cost, and not by their accuracy alone.
#
# | part | | minutes |
# |---|---|---|
# | 1 | A small network at every place | 18 |
# | 2 | The inception module | 26 |
# | 3 | GoogLeNet | 28 |
# | 4 | VGG | 22 |
# | 5 | Larger pictures | 14 |
# | 6 | The race | 12 |

# %% setup=true
from itertools import pairwise

import numpy as np

from nand2resnet import data, network_plots, plots
from nand2resnet.check import check

plots.use_style()

# %% setup=true
import torch
import torch.nn.functional as F
from torch import nn

from nand2resnet.networks import filled
from nand2resnet.training.loop import Recipe, train

# %% [markdown]
# From units 10 and 11, in short: how many numbers a network learns, and what one picture costs. On
# the device **meta** tensors have a shape and no values, so even the largest network takes no memory.


# %% setup=true
def parameters(model):
    """How many numbers a network learns."""
    return sum(weight.numel() for weight in model.parameters())


def on_meta(make):
    """A network whose weights have shapes but no values."""
    with torch.device("meta"):
        return make().eval()


# %% setup=true
def multiply_adds(make, size):
    """How many products, each with its sum, one picture of this size costs (unit 11)."""
    model, counted = on_meta(make), []

    def count(layer, _, output):
        counted.append(layer.weight[0].numel() * output.numel())

    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(count)
    model(torch.empty(1, *size, device="meta"))
    return sum(counted)


# %% [markdown]
# ## 1. A small network at every place
#
# A convolution asks one question at each place: how well does the window match this filter? The
# answer is a weighted sum, and so whatever it looks for must be found by one sum. In 2013 Min Lin,
# Qiang Chen and Shuicheng Yan asked: why only a sum? Put a small network there, with hidden layers of
# its own, and slide *that* over the picture. They called it **Network in Network**.
#
# Written down, it turns out to be simple. The first layer of the small network sees the window: that
# is a convolution. Its next layer sees only what the first one said *at this place*: all channels of
# one place, and no neighbour. This is a convolution with a window of 1 × 1.
#
# > **Predict.** A 1 × 1 convolution from 5 channels to 2, without biases: how many weights has it?
# > And a fully connected layer from 5 numbers to 2?

# %%
torch.manual_seed(0)
maps = torch.rand(1, 5, 3, 4)
one_by_one, linear = nn.Conv2d(5, 2, 1), nn.Linear(5, 2)
linear.weight.data = one_by_one.weight.data.reshape(2, 5)
linear.bias.data = one_by_one.bias.data
place = maps[0, :, 1, 2]
print("the convolution there:", one_by_one(maps)[0, :, 1, 2].detach().numpy())
print("the layer on 5 numbers:", linear(place).detach().numpy())

# %% [markdown]
# The same ten weights. A 1 × 1 convolution is a fully connected layer, used at every place.
#
# ### Exercise: `MLPConv`
#
# One layer of a Network in Network: a convolution with a real window, then any number of 1 × 1
# convolutions, and a ReLU after **each** of them, the last one too. `widths` tells how many channels
# each convolution gives, so `MLPConv(3, (192, 160, 96), 5, 2)` has three. All have biases; only the
# first has padding.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Write the convolutions of the example down on paper, each with how many channels go in and how many
# come out. Where does each first number come from?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Collect the layers in a list and hand it to `nn.Sequential(*layers)`. `pairwise(widths)` gives
# neighbouring pairs: what goes in and what comes out of every convolution but the first.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A network of fully connected layers, with a tanh after each:
#
# ```python
# class Perceptrons(nn.Module):
#     def __init__(self, sizes):
#         super().__init__()
#         layers = []
#         for before, after in pairwise(sizes):
#             layers += [nn.Linear(before, after), nn.Tanh()]
#         self.layers = nn.Sequential(*layers)
#
#     def forward(self, x):
#         return self.layers(x)
# ```
#
# </details></details></details>


# %% exercise="MLPConv"
class MLPConv(nn.Module):
    """A small network that slides: a convolution, then 1 x 1 convolutions, a ReLU after each.

    Parameters
    ----------
    in_channels : int
        Of the maps that come in.
    widths : sequence of int
        How many channels each convolution gives; all but the first have windows of 1 x 1.
    kernel_size : int
        Side of the first convolution's window.
    padding : int
        Of the first convolution.

    Example
    -------
    >>> tuple(MLPConv(3, (8, 6, 4), 5, 1)(torch.zeros(2, 3, 7, 9)).shape)
    (2, 4, 5, 7)
    """

    def __init__(self, in_channels, widths, kernel_size, padding=0):
        super().__init__()
        ### BEGIN SOLUTION
        layers = [nn.Conv2d(in_channels, widths[0], kernel_size, padding=padding), nn.ReLU()]
        for before, after in pairwise(widths):
            layers += [nn.Conv2d(before, after, 1), nn.ReLU()]
        self.layers = nn.Sequential(*layers)
        ### END SOLUTION

    def forward(self, x):
        """From maps (N, in_channels, H, W) to maps (N, widths[-1], H', W')."""
        ### BEGIN SOLUTION
        return self.layers(x)
        ### END SOLUTION


# %% [markdown]
# How do we compare your network with ours, if weights are drawn by chance? `filled(network)` gives
# every weight a value that depends on the kind and shape of its layer only, so the same network has
# the same answers everywhere, whatever its parts are called.


# %% setup=true
def outputs(make, x, *line):
    """What make(*line) gives for x, with the weights that are the same everywhere."""
    with torch.no_grad():
        return filled(make(*line)).eval()(x)


def outputs_of_first(make, x, *line):
    """The first map of the first sample of these."""
    return outputs(make, x, *line)[0, 0]


def shape_and_size(make, size, *line):
    """The shape of what make(*line) gives for inputs of this size, and how much it learns."""
    model = on_meta(lambda: make(*line))
    return tuple(model(torch.empty(size, device="meta")).shape), parameters(model)


# %% setup=true
pixels_few = torch.tensor(
    [[[[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]], [[2.0, 1.0, 0.0], [-1.0, 0.5, 4.0]]]]
)

# %% check="MLPConv"
size, line = (2, 3, 32, 30), (3, (192, 160, 96), 5, 2)
check(shape_and_size, MLPConv, size, *line, expected=((2, 96, 32, 30), 60928))
expected = [[1.91088, 0.0, 0.0], [0.57798, 0.62289, 2.17046]]
first_map = outputs_of_first, MLPConv, pixels_few, 2, (5, 4, 3), 1
check(*first_map, expected=np.array(expected), rtol=1e-3, atol=1e-4)
expected = np.array([[[[1.485, 0.0]], [[1.63172, 0.11701]]]])
check(outputs, MLPConv, pixels_few, 2, (3, 2), 2, expected=expected, rtol=1e-3, atol=1e-4)

# %% [markdown]
# ### No fully connected layers at the end
#
# The second idea of that paper: let the last small network give one map **for each class**, and take
# the mean of each map as its score. There is nothing to learn in a mean. AlexNet's last three layers
# hold 58.6 of its 61 million parameters; here they are gone.
#
# > **Predict.** What does the mean over a whole map do to the place of what was found? Think of the
# > rings and crosses of unit 09.


# %% setup=true
def scaled(channels, width):
    """So many channels, in a network that is narrower or wider."""
    return max(1, round(channels * width))


def nin(classes=10, width=1.0, drop=0.5):
    """Network in Network for pictures of 32 x 32 pixels."""
    a, b, c = (scaled(channels, width) for channels in (192, 160, 96))
    shrink = {"kernel_size": 3, "stride": 2, "ceil_mode": True}
    parts = [MLPConv(3, (a, b, c), 5, 2), nn.MaxPool2d(**shrink), nn.Dropout(drop)]
    parts += [MLPConv(c, (a, a, a), 5, 2), nn.AvgPool2d(**shrink), nn.Dropout(drop)]
    parts += [MLPConv(a, (a, a, classes), 3, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*parts)


# %%
print(f"parameters:    {parameters(on_meta(nin)):11,}")
print(f"multiply-adds: {multiply_adds(nin, (3, 32, 32)):11,}")

# %% [markdown]
# ## 2. The inception module
#
# How large should the windows of a layer be? A nose fills 3 × 3 cells in one photo and 5 × 5 in the
# next. Christian Szegedy and his colleagues at Google refused to choose: take **all** sizes, side by
# side, and stack what they give. The next layer may pick.
#
# An **inception module** has four branches, which all see the same input and keep its height and
# width:
#
# | branch | | channels it gives |
# |---|---|---|
# | 1 | a 1 × 1 convolution | `n1` |
# | 2 | 1 × 1 to `reduce3` channels, then 3 × 3 | `n3` |
# | 3 | 1 × 1 to `reduce5` channels, then 5 × 5 | `n5` |
# | 4 | max pooling 3 × 3 with stride 1, then 1 × 1 | `pool` |
#
# > **Check the source.** The slides name three sizes of convolution. The module has a fourth branch,
# > one that pools: pooling had worked well in every network before, so the authors wanted it at
# > every stage. It has no window of weights, and what comes out differs from what goes in.
#
# **Why the 1 × 1 convolutions in front?** A window of 5 × 5 over 192 channels has $25\cdot192 = 4800$
# weights, for each channel that comes out. First squeeze the 192 channels into 16, and it has 400.
#
# > **Predict.** Maps of 28 × 28 with 192 channels, 32 channels come out of the 5 × 5 branch. By which
# > factor does the detour through 16 channels cut the multiply-adds: 2, 5, or 10?


# %%
def direct():
    return nn.Conv2d(192, 32, 5, padding=2)


def by_a_detour():
    return nn.Sequential(nn.Conv2d(192, 16, 1), nn.ReLU(), nn.Conv2d(16, 32, 5, padding=2))


for way in (direct, by_a_detour):
    cost = multiply_adds(way, (192, 28, 28))
    print(f"{way.__name__:12} {cost:12,} multiply-adds, {parameters(on_meta(way)):8,} parameters")

# %% [markdown]
# The detour costs a layer, has a ReLU more, and needs about a tenth. That is called a **bottleneck**,
# and you will meet it again in unit 13.
#
# ### Exercise: `Inception`
#
# The module of the table. **Every** convolution has biases and is followed by a ReLU, also the 1 × 1
# ones in front. The four results are stacked along the channels in the order of the table.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The maps of all branches must be equally large, or they cannot be stacked. Which padding keeps the
# size with a window of 3? With 5? And for the pooling?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Six convolutions. `torch.cat([...], dim=1)` stacks along the channels. A ReLU may come before or
# after stacking: it looks at each number alone.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Two branches, one of which looks at a blurred picture, stacked:
#
# ```python
# class SharpAndBlurred(nn.Module):
#     def __init__(self, in_channels, sharp, blurred):
#         super().__init__()
#         self.sharp = nn.Conv2d(in_channels, sharp, 3, padding=1)
#         self.blurred = nn.Conv2d(in_channels, blurred, 3, padding=1)
#
#     def forward(self, x):
#         soft = F.avg_pool2d(x, 3, stride=1, padding=1)
#         return torch.cat([F.relu(self.sharp(x)), F.relu(self.blurred(soft))], dim=1)
# ```
#
# </details></details></details>


# %% exercise="Inception"
class Inception(nn.Module):
    """Four branches side by side: 1 x 1, 3 x 3, 5 x 5 and pooling, stacked along the channels.

    Parameters
    ----------
    in_channels : int
        Of the maps that come in.
    n1 : int
        Channels of the 1 x 1 branch.
    reduce3 : int
        Channels between the two convolutions of the 3 x 3 branch.
    n3 : int
        Channels of the 3 x 3 branch.
    reduce5 : int
        Channels between the two convolutions of the 5 x 5 branch.
    n5 : int
        Channels of the 5 x 5 branch.
    pool : int
        Channels of the branch that pools.

    Example
    -------
    >>> tuple(Inception(6, 1, 2, 3, 2, 4, 5)(torch.zeros(2, 6, 7, 9)).shape)
    (2, 13, 7, 9)
    """

    def __init__(self, in_channels, n1, reduce3, n3, reduce5, n5, pool):
        super().__init__()
        ### BEGIN SOLUTION
        self.one = nn.Conv2d(in_channels, n1, 1)
        self.before_three = nn.Conv2d(in_channels, reduce3, 1)
        self.three = nn.Conv2d(reduce3, n3, 3, padding=1)
        self.before_five = nn.Conv2d(in_channels, reduce5, 1)
        self.five = nn.Conv2d(reduce5, n5, 5, padding=2)
        self.after_pooling = nn.Conv2d(in_channels, pool, 1)
        ### END SOLUTION

    def forward(self, x):
        """From maps (N, in_channels, H, W) to maps (N, n1 + n3 + n5 + pool, H, W)."""
        ### BEGIN SOLUTION
        one = self.one(x)
        three = self.three(F.relu(self.before_three(x)))
        five = self.five(F.relu(self.before_five(x)))
        pooled = self.after_pooling(F.max_pool2d(x, 3, stride=1, padding=1))
        return F.relu(torch.cat([one, three, five, pooled], dim=1))
        ### END SOLUTION


# %% setup=true
line_few = 2, 2, 3, 2, 2, 2, 2


def channels_at(make, x, row, column, *line):
    """All channels at one place of what comes out."""
    return outputs(make, x, *line)[0, :, row, column]


# %% check="Inception"
size, line = (2, 192, 28, 28), (192, 64, 96, 128, 16, 32, 32)
check(shape_and_size, Inception, size, *line, expected=((2, 256, 28, 28), 163696))
expected = np.array([0.83788, 0.0, 0.0, 0.23075, 0.0, 0.32602, 0.0, 1.6304])
there = channels_at, Inception, pixels_few, 0, 1, *line_few
check(*there, expected=expected, rtol=1e-3, atol=1e-4)
expected = np.array([0.0, 0.0, 0.40119, 0.10564, 0.0, 0.55821, 0.0, 1.25681])
there = channels_at, Inception, pixels_few, 1, 0, *line_few
check(*there, expected=expected, rtol=1e-3, atol=1e-4)

# %% [markdown]
# Here are the four branches of a module of GoogLeNet. Switch the 1 × 1 convolutions off and on, and
# watch what each branch costs.
#
# > **Predict.** Which of the three switches saves most in module 3b? And what happens to the number
# > of channels that come out, if the pooling branch has no 1 × 1 convolution?

# %% demo=true
from nand2resnet.widgets import InceptionModule

InceptionModule(Inception)

# %% [markdown]
# Without its 1 × 1 convolution the pooling branch hands on *all* channels that came in, so the maps
# would grow from module to module. That alone forbids the naive form.
#
# ## 3. GoogLeNet
#
# Nine such modules on top of each other, with a short plain network in front, won the ILSVRC of 2014.
# The name bows to LeNet. The numbers of each module were found by trial:

# %% setup=true
INCEPTIONS = {
    # n1, reduce3, n3, reduce5, n5, pool
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}

# %% [markdown]
# **Help on the way.** 22 layers with weights were many in 2014: little of the gradient arrived at the
# first ones. So the authors hung two small classifiers onto the middle, after 4a and 4d. In training
# their losses are added, each with weight 0.3; afterwards they are taken off.


# %% setup=true
def head(in_channels, classes, width=1.0):
    """An auxiliary classifier, for maps of 14 x 14."""
    squeezed, hidden = scaled(128, width), scaled(1024, width)
    layers = [nn.AvgPool2d(5, stride=3), nn.Conv2d(in_channels, squeezed, 1), nn.ReLU()]
    layers += [nn.Flatten(), nn.Linear(squeezed * 4 * 4, hidden), nn.ReLU()]
    return nn.Sequential(*layers, nn.Dropout(0.7), nn.Linear(hidden, classes))


# %% [markdown]
# ### Exercise: `GoogLeNet`
#
# | part | | at 224 × 224 |
# |---|---|---|
# | stem | convolution 7 × 7, 64 channels, stride 2, padding 3; ReLU | 64 × 112 × 112 |
# | | max pooling | 64 × 56 × 56 |
# | | convolution 1 × 1, 64 channels; ReLU | 64 × 56 × 56 |
# | | convolution 3 × 3, 192 channels, padding 1; ReLU | 192 × 56 × 56 |
# | | max pooling | 192 × 28 × 28 |
# | modules | 3a, 3b, then max pooling | 480 × 14 × 14 |
# | | 4a, 4b, 4c, 4d, 4e, then max pooling | 832 × 7 × 7 |
# | | 5a, 5b | 1024 × 7 × 7 |
# | end | mean of each map | 1024 |
# | | dropout 0.4, fully connected | classes |
#
# All poolings have windows of 3 × 3 and stride 2, and the size is **rounded up** (`ceil_mode=True`).
# In a network of another `width` each number of channels $n$ becomes `scaled(n, width)`.
#
# The first argument is the class that makes a module: `GoogLeNet(Inception)` is the real network, and
# with another block you have another network of the same plan. With `heads=True` there is a `head`
# after 4a and one after 4d; then the network returns three scores **in training mode**: its own, the
# one after 4a, the one after 4d. In evaluation mode it returns its own alone.
#
# (The paper also normalises twice, as AlexNet did. VGG found no use in it, and we leave it out.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# What must you know of one module to make the next one? Do not look it up in the paper: add it up.
#
# <details><summary>Hint 2, a pointer</summary>
#
# Keep the modules in an `nn.ModuleDict` (a plain dict would hide their weights from PyTorch), made in
# a loop over `INCEPTIONS` that remembers how many channels the last one gave. `self.training` tells
# the mode. `nn.AdaptiveAvgPool2d(1)` takes the mean of maps of any size.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A chain of layers by name, with a second result from halfway when training:
#
# ```python
# class Chain(nn.Module):
#     def __init__(self, block, sizes):
#         super().__init__()
#         self.links = nn.ModuleDict()
#         for name, (before, after) in zip("abc", pairwise(sizes)):
#             self.links[name] = block(before, after)
#         self.aside = nn.Linear(sizes[2], 1)
#
#     def forward(self, x):
#         for name, link in self.links.items():
#             x = link(x)
#             if name == "b":
#                 halfway = x
#         return (x, self.aside(halfway)) if self.training else x
# ```
#
# </details></details></details>


# %% exercise="GoogLeNet"
class GoogLeNet(nn.Module):
    """Nine inception modules between a stem and one fully connected layer.

    Parameters
    ----------
    block : class
        Makes a module: block(in_channels, n1, reduce3, n3, reduce5, n5, pool).
    classes : int
        How many scores come out.
    width : float
        Every number of channels n of the table is scaled(n, width).
    heads : bool
        Whether there are auxiliary heads, whose scores are returned in training mode.

    Example
    -------
    >>> parameters(on_meta(lambda: GoogLeNet(Inception)))
    6998552
    """

    def __init__(self, block, classes=1000, width=1.0, heads=False):
        super().__init__()
        ### BEGIN SOLUTION
        narrow, channels = scaled(64, width), scaled(192, width)
        stem = [nn.Conv2d(3, narrow, 7, stride=2, padding=3), nn.ReLU()]
        stem += [nn.MaxPool2d(3, 2, ceil_mode=True), nn.Conv2d(narrow, narrow, 1), nn.ReLU()]
        stem += [nn.Conv2d(narrow, channels, 3, padding=1), nn.ReLU()]
        self.stem = nn.Sequential(*stem, nn.MaxPool2d(3, 2, ceil_mode=True))
        self.inceptions, self.heads = nn.ModuleDict(), nn.ModuleDict()
        for name, numbers in INCEPTIONS.items():
            n1, reduce3, n3, reduce5, n5, pool = (scaled(n, width) for n in numbers)
            self.inceptions[name] = block(channels, n1, reduce3, n3, reduce5, n5, pool)
            channels = n1 + n3 + n5 + pool
            if heads and name in ("4a", "4d"):
                self.heads[name] = head(channels, classes, width)
        end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4)]
        self.end = nn.Sequential(*end, nn.Linear(channels, classes))
        ### END SOLUTION

    def forward(self, x):
        """From pictures (N, 3, H, W) to scores (N, classes), three of them with heads."""
        ### BEGIN SOLUTION
        x, halfway = self.stem(x), []
        for name, module in self.inceptions.items():
            x = module(x)
            if self.training and name in self.heads:
                halfway.append(self.heads[name](x))
            if name in ("3b", "4e"):
                x = F.max_pool2d(x, 3, stride=2, ceil_mode=True)
        scores = self.end(x)
        return (scores, *halfway) if halfway else scores
        ### END SOLUTION


# %% [markdown]
# The check puts a plain 1 × 1 convolution where the inception modules belong. So it tests your plan,
# and nothing else.


# %% setup=true
class PlainBlock(nn.Module):
    """Stands where an inception module would: one 1 x 1 convolution, scaled by the numbers."""

    def __init__(self, in_channels, n1, reduce3, n3, reduce5, n5, pool):
        super().__init__()
        self.mix = nn.Conv2d(in_channels, n1 + n3 + n5 + pool, 1)
        self.scale = 1 + (2 * n1 - 3 * reduce3 + n3 - 5 * reduce5 + 4 * n5 - pool) / 1e4

    def forward(self, x):
        return self.scale * F.relu(self.mix(x))


# %% setup=true
def picture(height, width, number=1, seed=0):
    """Pictures (number, 3, height, width) of random pixels."""
    rng = np.random.default_rng(seed)
    return torch.tensor(rng.normal(size=(number, 3, height, width)), dtype=torch.float32)


def shapes_in_training(make, side, *line):
    """The shapes of all that comes out in training mode."""
    with torch.device("meta"):
        return tuple(tuple(out.shape) for out in make(*line).train()(torch.empty(2, 3, side, side)))


# %% check="GoogLeNet"
size = 2, 3, 224, 224
check(shape_and_size, GoogLeNet, size, PlainBlock, expected=((2, 1000), 4350808))
narrow, expected = (PlainBlock, 3, 1 / 8), np.array([[0.7518, 0.56593, -0.92422]])
check(outputs, GoogLeNet, picture(70, 97), *narrow, expected=expected, rtol=1e-3, atol=1e-4)
with_heads = PlainBlock, 5, 1 / 8, True
check(shapes_in_training, GoogLeNet, 224, *with_heads, expected=((2, 5),) * 3)

# %% [markdown]
# Now with your own modules. The table of the paper, and the number at which you should arrive:

# %%
network = on_meta(lambda: GoogLeNet(Inception))
found = [module for module in network.modules() if isinstance(module, Inception)]


def tell(name):
    return lambda module, _, out: print(name, list(out.shape[1:]), f"{parameters(module):11,}")


for name, module in zip(INCEPTIONS, found, strict=True):
    module.register_forward_hook(tell(name))
network(torch.empty(1, 3, 224, 224, device="meta"))
print(f"in all{parameters(network):29,} (it should be 6,998,552)")
with_heads = on_meta(lambda: GoogLeNet(Inception, heads=True))
print(f"with its heads{parameters(with_heads):21,} (it should be 13,378,280)")

# %% [markdown]
# > **Check the source.** The slides say: from 60 million parameters down to 4 million. It is about
# > 7 million, by the paper's own table as well as by your count.
#
# **Another number you may meet is 6,624,904**, torchvision's. That network differs in two ways. Its
# third branch has windows of 3 × 3 instead of 5 × 5 (a known slip that was kept, because the trained
# weights depend on it). And every bias has made way for batch normalisation, which learns two numbers
# for each channel instead of one.

# %%
reduced = sum(reduce5 * n5 for _, _, _, reduce5, n5, _ in INCEPTIONS.values())
channels = sum(c.out_channels for c in network.modules() if isinstance(c, nn.Conv2d))
print(f"{parameters(network):,} - {(25 - 9) * reduced:,} + {channels:,} =", end=" ")
print(f"{parameters(network) - (25 - 9) * reduced + channels:,}")

# %% [markdown]
# ### Seven models and 144 crops
#
# What won was not one network on one picture. Seven networks were trained, which differed only in how
# their training pictures were drawn. And each test picture was shown 144 times:
#
# * at four sizes: the shorter side becomes 256, 288, 320 and 352 pixels long;
# * of each, three squares: left, middle, right (of an upright picture top, middle, bottom);
# * of each square, six pieces of 224 × 224: the four corners, the middle, and the whole square, shrunk;
# * of each piece, its mirror image too: $4\cdot3\cdot6\cdot2 = 144$.
#
# The probabilities of all are averaged. The paper gives the top-5 error on the validation set:
#
# | | 1 crop | 10 crops | 144 crops |
# |---|---|---|---|
# | 1 model | 10.07% | 9.15% | 7.89% |
# | 7 models | 8.09% | 7.62% | 6.67% |
#
# *Source: Szegedy et al. 2015, table 3.*
#
# > **Predict** before you look at the table again: what is worth more, six further models or 143 further
# > crops? Which is cheaper to train, and which is cheaper to use?
#
# <details><summary>An answer</summary>
#
# The crops, by a little: 7.89% against 8.09%. They need no training at all. But whoever uses them pays
# 144 passes for each picture, and with seven models only seven. Most who use a network take one crop.
# </details>

# %% [markdown]
# ### Exercise: `crops_144` ★ (optional, no points)
#
# All crops of one picture, in the order of the list above: by size, then by square (left or top
# first), then by piece (upper left, upper right, lower left, lower right, middle, whole), each
# followed at once by its mirror image. The sizes and the side of a crop are arguments, so that small
# ones can be tried.
#
# Resize with `F.interpolate(..., mode="bilinear", align_corners=False)`. The longer side becomes
# `round(longer * size / shorter)` pixels; what is in the middle begins at half of what is left over,
# rounded down.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Four nested loops. Which of them is the innermost?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `F.interpolate` wants a batch: `image[None]`. Of the starts 0, (long - size) // 2 and long - size
# along the longer side each gives a square; pieces of a square are cut the same way along both sides.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The two ends of a picture, each with its mirror image:
#
# ```python
# def both_ends(image, side):
#     pieces = []
#     for start in (0, image.shape[2] - side):
#         piece = image[:, :, start : start + side]
#         pieces += [piece, piece.flip(2)]
#     return torch.stack(pieces)
# ```
#
# </details></details></details>


# %% exercise="crops_144"
def crops_144(image, sizes=(256, 288, 320, 352), side=224):
    """All the pieces of a picture that GoogLeNet was tested on.

    Parameters
    ----------
    image : tensor (C, H, W)
        Upright or lying.
    sizes : sequence of int
        Lengths of the shorter side, each at least `side`.
    side : int
        Of a crop.

    Returns
    -------
    tensor (36 * len(sizes), C, side, side)

    Example
    -------
    >>> tuple(crops_144(torch.zeros(3, 40, 50), (12, 16), 8).shape)
    (72, 3, 8, 8)
    """
    ### BEGIN SOLUTION
    crops = []
    for size in sizes:
        shorter = min(image.shape[1:])
        resized = resize(image, [round(n * size / shorter) for n in image.shape[1:]])
        left = [n - size for n in resized.shape[1:]]
        for part in (0, 1, 2):
            top, start = (n * part // 2 for n in left)
            square = resized[:, top : top + size, start : start + size]
            far, middle = size - side, (size - side) // 2
            corners = [(0, 0), (0, far), (far, 0), (far, far), (middle, middle)]
            pieces = [square[:, r : r + side, c : c + side] for r, c in corners]
            for piece in (*pieces, resize(square, [side, side])):
                crops += [piece, piece.flip(2)]
    return torch.stack(crops)
    ### END SOLUTION


# %% setup=true
def resize(image, size):
    """A picture (C, H, W) at another size."""
    return F.interpolate(image[None], size, mode="bilinear", align_corners=False)[0]


scene = torch.arange(1.0, 31.0).reshape(1, 5, 6) ** 2


def corners_of(crops_144, image, sizes, side, count):
    """The upper left pixels of the first crops."""
    return crops_144(image, sizes, side)[:count, 0, 0, 0]


def last_corners_of(crops_144, image, sizes, side, count):
    """The upper left pixels of the last crops."""
    return crops_144(image, sizes, side)[-count:, 0, 0, 0]


# %% check="crops_144"
check.shape(crops_144, scene, (6, 8, 9, 12), 4, expected=(144, 1, 4, 4))
expected = [1, 9, 9, 25, 169, 225, 225, 289, 64, 100, 19.3333, 52.6667, 1, 9]
expected = np.array(expected, dtype=np.float32)
check(corners_of, crops_144, scene, (5,), 3, 14, expected=expected, rtol=1e-3)
expected = np.array([4, 16, 16, 36, 196, 256, 256, 324, 81, 121, 27, 67], dtype=np.float32)
check(last_corners_of, crops_144, scene, (5,), 3, 12, expected=expected, rtol=1e-3)

# %% [markdown]
# ## 4. VGG
#
# Second in 2014, and soon the network that everybody used: Karen Simonyan and Andrew Zisserman's, of
# the Visual Geometry Group in Oxford. Its recipe fits into a sentence. **Only 3 × 3 convolutions**,
# with padding 1; max pooling 2 × 2 with stride 2 now and then; as many layers as you can train; and
# at the end AlexNet's three fully connected layers.
#
# In the contest seven such networks together had a top-5 error of 7.3%; later a single one reached 7.0%.
# *Source: Simonyan and Zisserman 2015, table 7.*
#
# Why so small? Two 3 × 3 convolutions on top of each other see 5 × 5 pixels (unit 09), three see
# 7 × 7.
#
# > **Predict.** From $C$ channels to $C$ channels: how many weights has a 7 × 7 convolution, and how
# > many have three of 3 × 3?

# %%
C = 256
seven = nn.Conv2d(C, C, 7, bias=False, device="meta")
stack = nn.Sequential(*(nn.Conv2d(C, C, 3, bias=False, device="meta") for _ in range(3)))
print("one of 7 x 7:  ", f"{parameters(seven):,}")
print("three of 3 x 3:", f"{parameters(stack):,} = {parameters(stack) / parameters(seven):.0%}")

# %% [markdown] question="why_small_kernels" points=2
# ### Question: small kernels (2 points)
#
# One layer of 7 × 7 or three of 3 × 3, all with $C$ channels: give two reasons for the three, and one
# price that is paid for them. Say for each where you can see it: in a formula, in a count, in an
# experiment you could make.
#
# ### BEGIN SOLUTION
# For: (1) fewer weights, $27C^2$ instead of $49C^2$, for the same receptive field of 7 × 7; the same
# ratio holds for the multiply-adds. (2) Three ReLUs instead of one, so that the stack can compute what
# no single layer can; a stack without ReLUs would be no more than one 7 × 7 layer with constraints.
# Price: three layers must be trained through (the gradient passes three products, see the experiment
# on the start of the weights), and the maps of all three must be kept in memory for the way back; they
# also run one after the other.
# One point for two reasons, one for a price, each with where it is seen.
# ### END SOLUTION

# %% [markdown]
# ### Five stages
#
# Each stage has some convolutions with a ReLU after each, and ends in the pooling. The number of
# convolutions makes the four networks of the paper:

# %% setup=true
VGG_STAGES = {
    # convolutions in each of the five stages; with three fully connected layers: the depth
    11: (1, 1, 2, 2, 2),
    13: (2, 2, 2, 2, 2),
    16: (2, 2, 3, 3, 3),
    19: (2, 2, 4, 4, 4),
}
VGG_CHANNELS = (64, 128, 256, 512, 512)

# %% [markdown]
# ### Exercise: `VGG`
#
# First the stages: `VGG_STAGES[depth]` tells how many convolutions each has, `VGG_CHANNELS` how many
# channels they give. Then the maps are flattened, and there follow fully connected layers: 4096, ReLU,
# dropout 0.5; 4096 again, ReLU, dropout 0.5; and the scores. All widths but the last become
# `scaled(n, width)`. Pictures are squares with sides of `side` pixels, a multiple of 32.
#
# Put the stages into `self.features` and the fully connected layers into `self.classifier`, each an
# `nn.Sequential`: part 5 will take them apart.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How large are the maps after five poolings, if the picture had 224 pixels? And if it had 32?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Two loops, one within the other, that append to a list. Remember how many channels came out last.
# The first fully connected layer takes in channels × (side // 32)².
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Stages of fully connected layers, each of which ends by halving:
#
# ```python
# class Funnel(nn.Module):
#     def __init__(self, size, stages):
#         super().__init__()
#         layers = []
#         for repeats in stages:
#             for _ in range(repeats):
#                 layers += [nn.Linear(size, size), nn.Tanh()]
#             layers.append(nn.AvgPool1d(2))
#             size = size // 2
#         self.layers = nn.Sequential(*layers)
#
#     def forward(self, x):
#         return self.layers(x)
# ```
#
# </details></details></details>


# %% exercise="VGG"
class VGG(nn.Module):
    """3 x 3 convolutions in five stages, then three fully connected layers.

    Parameters
    ----------
    depth : int
        11, 13, 16 or 19 layers with weights, see VGG_STAGES.
    classes : int
        How many scores come out.
    width : float
        Every width n is scaled(n, width).
    side : int
        Height and width of the pictures, a multiple of 32.

    Example
    -------
    >>> parameters(on_meta(lambda: VGG(16)))
    138357544
    """

    def __init__(self, depth, classes=1000, width=1.0, side=224):
        super().__init__()
        ### BEGIN SOLUTION
        layers, channels = [], 3
        for repeats, wanted in zip(VGG_STAGES[depth], VGG_CHANNELS, strict=True):
            for _ in range(repeats):
                layers += [nn.Conv2d(channels, scaled(wanted, width), 3, padding=1), nn.ReLU()]
                channels = scaled(wanted, width)
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        hidden = scaled(4096, width)
        first = [nn.Linear(channels * (side // 32) ** 2, hidden), nn.ReLU(), nn.Dropout(0.5)]
        second = [nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout(0.5)]
        self.classifier = nn.Sequential(*first, *second, nn.Linear(hidden, classes))
        ### END SOLUTION

    def forward(self, x):
        """From pictures (N, 3, side, side) to scores (N, classes)."""
        ### BEGIN SOLUTION
        return self.classifier(self.features(x).flatten(1))
        ### END SOLUTION


# %% check="VGG"
size = 2, 3, 224, 224
check(shape_and_size, VGG, size, 16, expected=((2, 1000), 138357544))
check(shape_and_size, VGG, size, 19, expected=((2, 1000), 143667240))
expected, narrow = np.array([[-0.44664, -0.98839, -0.4854]]), (13, 3, 1 / 32, 64)
check(outputs, VGG, picture(64, 64), *narrow, expected=expected, rtol=1e-3, atol=1e-4)

# %% [markdown]
# VGG-19's weights would fill 575 megabytes. You have just counted them without making a single one.
#
# ### How to start a deep network
#
# VGG was hard to train. The authors trained the network of 11 layers first and put its layers into
# the deeper ones. Later they found that a better random start makes that needless. Let us see how
# large the signal is after each stage, for three ways to start:


# %% setup=true
def start(model, gain):
    """Draw all weights anew: normal, variance gain(inputs, outputs) of each layer; biases 0."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            window = layer.weight[0, 0].numel()
            outs, ins = (n * window for n in layer.weight.shape[:2])
            nn.init.normal_(layer.weight, std=gain(ins, outs) ** 0.5)
            nn.init.zeros_(layer.bias)
    return model


def he(ins, _):
    """He's variance, for layers with a ReLU behind them."""
    return 2 / ins


# %% [markdown]
# > **Predict.** PyTorch's own start has the variance $1/(3\cdot\text{inputs})$. Which fraction of the
# > signal is left after 13 convolutions with ReLUs: a half, a hundredth, or less?


# %%
def signal(model):
    """The standard deviation after each stage."""
    x, found = picture(64, 64), []
    for layer in model.features:
        x = layer(x)
        found += [x.std().item()] if isinstance(layer, nn.MaxPool2d) else []
    return " ".join(f"{value:8.1e}" for value in found)


torch.manual_seed(0)
ways = {"PyTorch's": lambda n, _: 1 / (3 * n), "Glorot's": lambda n, m: 2 / (n + m), "He's": he}
for name, gain in ways.items():
    with torch.no_grad():
        print(f"{name:10}", signal(start(VGG(16, 10, 1 / 4, 64), gain)))

# %% [markdown]
# > **Check the source.** The slides call $\mathcal N(0, \sqrt{2/(n_\text{in}+n_\text{out})})$
# > "Xavier/He". The formula is Xavier Glorot's alone, and $\sqrt{2/(n_\text{in}+n_\text{out})}$ is the
# > standard deviation, not the variance. Kaiming He's is $\sqrt{2/n_\text{in}}$: made for ReLUs, which
# > silence half of the numbers. The experiment shows the difference over 13 layers.
#
# ## 5. Larger pictures
#
# A network for pictures of 224 × 224, and a photo of 500 × 400. You could cut out many crops and show
# each to the network. VGG does it in one go. The convolutions do not care how large a picture is.
# Only the fully connected layers do, and they can be read as convolutions too: a layer that takes in
# all of $512\cdot7\cdot7$ numbers **is** a 7 × 7 convolution, of maps that happen to have just one
# place for it.
#
# On a larger picture there are more places, and you get a *map* of scores: one for each crop that
# would have fitted. This is called **dense evaluation**.
#
# > **Predict.** VGG-16 on a picture of 320 × 288 pixels: how large is the map of scores?
#
# ### Exercise: `dense_evaluation`
#
# Given the features and the classifier of a network (both in evaluation mode) and pictures of any
# size, return the map of scores. The classifier is an `nn.Sequential` of `nn.Linear`, `nn.ReLU` and
# `nn.Dropout`. Its first layer expects flattened square maps. Flattening goes channel by channel, and
# row by row in each.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Part 1 has told you what a fully connected layer is that looks at one place only. Which layer of the
# classifier looks at more?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `layer.weight` has the shape (outputs, inputs). Reshaped to (outputs, channels, side, side) it is a
# kernel for `F.conv2d`, which takes the bias as well. The side follows from `layer.in_features` and
# the channels of the maps.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# In one dimension: a linear layer that was made for the whole of a short signal slides over a long
# one.
#
# ```python
# def slide(layer, signal):
#     channels = signal.shape[1]
#     kernel = layer.weight.reshape(layer.out_features, channels, -1)
#     return F.conv1d(signal, kernel, layer.bias)
# ```
#
# </details></details></details>


# %% exercise="dense_evaluation"
def dense_evaluation(features, classifier, x):
    """The scores at every place of pictures that may be larger than the network was made for.

    Parameters
    ----------
    features : nn.Module
        From pictures (N, 3, H, W) to maps (N, C, h, w).
    classifier : nn.Sequential
        Of Linear, ReLU and Dropout layers. The first takes in C * s * s numbers: maps of s x s.
    x : tensor (N, 3, H, W)

    Returns
    -------
    tensor (N, classes, h - s + 1, w - s + 1)

    Example
    -------
    >>> classifier = nn.Sequential(nn.Linear(3 * 2 * 2, 5))
    >>> tuple(dense_evaluation(nn.ReLU(), classifier, torch.zeros(1, 3, 2, 4)).shape)
    (1, 5, 1, 3)
    """
    ### BEGIN SOLUTION
    maps = features(x)
    for layer in classifier:
        if not isinstance(layer, nn.Linear):
            maps = layer(maps)
            continue
        channels = maps.shape[1]
        side = round((layer.in_features / channels) ** 0.5)
        kernel = layer.weight.reshape(-1, channels, side, side)
        maps = F.conv2d(maps, kernel, layer.bias)
    return maps
    ### END SOLUTION


# %% setup=true
def small_network(channels, side, classes):
    """Features without padding, and a classifier for maps of side x side."""
    features = nn.Sequential(nn.Conv2d(3, channels, 2), nn.ReLU(), nn.MaxPool2d(2))
    end = [nn.Linear(9, 8), nn.ReLU(), nn.Dropout(0.9), nn.Linear(8, classes)]
    classifier = nn.Sequential(nn.Linear(channels * side * side, 9), nn.ReLU(), *end)
    return filled(features).eval(), filled(classifier).eval()


def dense_scores(dense_evaluation, height, width, channels, side, classes):
    """The map of scores of a small network."""
    network = small_network(channels, side, classes)
    with torch.no_grad():
        return dense_evaluation(*network, picture(height, width))


# %% check="dense_evaluation"
expected = np.array([0.34047, -0.22583, -0.27993]).reshape(1, 3, 1, 1)
alone = dense_scores, dense_evaluation, 5, 5, 4, 2, 3
check(*alone, expected=expected, rtol=1e-3, atol=1e-4)
expected = [[0.62704, 0.10254, 0.18217], [0.15644, -0.34176, 0.11198]]
expected += [[2.24828, 0.00563, -0.04638], [0.45382, 0.96278, 0.43508]]
larger = dense_scores, dense_evaluation, 7, 9, 4, 2, 2
check(*larger, expected=np.reshape(expected, (1, 2, 2, 3)), rtol=1e-3, atol=1e-4)

# %% [markdown]
# **The same numbers?** Here is your VGG on one picture of the size it was made for, and then the small
# network (it has no padding) on a larger picture: once densely, once crop by crop.

# %%
with torch.no_grad():
    vgg, x = start(VGG(11, 10, 1 / 8, 64), he).eval(), picture(64, 64)
    same = torch.allclose(
        dense_evaluation(vgg.features, vgg.classifier, x)[..., 0, 0], vgg(x), atol=1e-5
    )
    print("as the network itself:", same)
    (features, classifier), x = small_network(4, 2, 3), picture(9, 13)
    everywhere = dense_evaluation(features, classifier, x)
    for row, column in ((0, 0), (1, 3), (2, 4)):
        crop = x[:, :, 2 * row : 2 * row + 5, 2 * column : 2 * column + 5]
        alone = classifier(features(crop).flatten(1))
        print((row, column), torch.allclose(everywhere[..., row, column], alone, atol=1e-5))

# %% [markdown]
# With padding the two differ a little: at the border of a crop there are zeros, and in the large
# picture there are the neighbouring pixels. The authors count that in favour of the dense way: it
# sees more.
#
# ## 6. The race
#
# What do all these networks cost, at the size they were made for? Your own networks are counted here;
# AlexNet, in short, as you built it in unit 11.


# %% setup=true
def alexnet():
    """AlexNet for pictures of 227 x 227, with two groups in layers 2, 4 and 5; without its LRN."""
    pool = nn.MaxPool2d(3, 2)
    layers = [nn.Conv2d(3, 96, 11, stride=4), nn.ReLU(), pool]
    layers += [nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), pool]
    layers += [nn.Conv2d(256, 384, 3, padding=1), nn.ReLU()]
    layers += [nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU()]
    layers += [nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), pool, nn.Flatten()]
    layers += [nn.Linear(9216, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(4096, 1000))


# %%
made = {
    "AlexNet": (alexnet, 227),
    "GoogLeNet": (lambda: GoogLeNet(Inception), 224),
    "VGG-16": (lambda: VGG(16), 224),
    "VGG-19": (lambda: VGG(19), 224),
}
costs = {
    name: (parameters(on_meta(make)), multiply_adds(make, (3, side, side)))
    for name, (make, side) in made.items()
}
for name, (learned, work) in costs.items():
    print(f"{name:10} {learned:12,} parameters {work / 1e9:6.2f} billion multiply-adds")

# %% [markdown]
# > **Predict** where ResNet-50 (unit 13) will stand among them, which came a year later and was better
# > than all.

# %% demo=true
top_1 = {"AlexNet": 56.5, "GoogLeNet": 69.8, "VGG-16": 71.6, "VGG-19": 72.4, "ResNet-50": 76.1}
with_resnet = costs | {"ResNet-50": (25_557_032, 4.09e9)}
network_plots.cost_against_accuracy(
    {name: (*cost, top_1[name]) for name, cost in with_resnet.items()},
    accuracy="right, per cent",
)

# %% [markdown]
# *Right at the first guess, on ImageNet, from one crop: torchvision's table of its own trained weights. Its AlexNet has no
# groups and its GoogLeNet has batch normalisation. ResNet-50's costs are from the same table; all
# others are counted here.*
#
# More parameters, better network? VGG has twenty times GoogLeNet's and is hardly better; most of them
# sit in a single layer, the first fully connected one. And what *time* costs is neither of the two
# numbers alone.
#
# ### Small pictures, small networks
#
# Now all of them learn, at a width at which a processor can bear it, from pictures of 32 × 32. CIFAR-10
# if it can be had, digits otherwise. LeNet and AlexNet again in short; GoogLeNet loses its stem, which
# would leave nothing of so small a picture, and keeps four modules.


# %% setup=true
def lenet(classes):
    """LeNet for colour pictures of 32 x 32, with ReLUs."""
    layers = [nn.Conv2d(3, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU()]
    layers += [nn.MaxPool2d(2), nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84)]
    return nn.Sequential(*layers, nn.ReLU(), nn.Linear(84, classes))


# %% setup=true
class SmallAlexNet(nn.Module):
    """AlexNet's plan for pictures of 32 x 32: large windows first, three layers at the end."""

    def __init__(self, classes):
        super().__init__()
        layers = [nn.Conv2d(3, 24, 5, stride=2, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2)]
        layers += [nn.Conv2d(24, 64, 5, padding=2), nn.ReLU(), nn.Conv2d(64, 64, 3, padding=1)]
        layers += [nn.ReLU(), nn.MaxPool2d(3, 2)]
        self.features = nn.Sequential(*layers)
        end = [nn.Linear(64 * 3 * 3, 256), nn.ReLU(), nn.Dropout(0.5)]
        self.classifier = nn.Sequential(*end, nn.Linear(256, classes))

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


# %% setup=true
def small_googlenet(classes, width=1 / 4):
    """Four of GoogLeNet's modules behind one convolution."""
    channels = scaled(192, width)
    layers = [nn.Conv2d(3, channels, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    for name in ("3a", "3b", "4a", "4b"):
        numbers = [scaled(n, width) for n in INCEPTIONS[name]]
        layers.append(Inception(channels, *numbers))
        channels = sum(numbers) - numbers[1] - numbers[3]
        layers += [nn.MaxPool2d(3, 2, 1)] if name == "3b" else []
    end = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4)]
    return nn.Sequential(*layers, *end, nn.Linear(channels, classes))


# %%
everything = data.cifar10()
first, last = everything.train, everything.test
pictures = everything._replace(
    train=first._replace(images=first.images[:1500], labels=first.labels[:1500]),
    test=last._replace(images=last.images[:500], labels=last.labels[:500]),
)
classes = len(pictures.names)
racers = {
    "LeNet": lambda: lenet(classes),
    "AlexNet": lambda: SmallAlexNet(classes),
    "NiN": lambda: nin(classes, 1 / 6, 0.1),
    "VGG": lambda: VGG(11, classes, 1 / 8, 32),
    "GoogLeNet": lambda: small_googlenet(classes, 1 / 6),
}

# %% [markdown]
# Each learns from the same 1,500 pictures for eight epochs, by the same recipe, from He's start. That
# takes a minute or two in all on two cores.
#
# > **Predict.** Who wins on so few pictures? And who is in front after the first epoch: the deep
# > networks or the flat ones?

# %% demo=true
trained, histories = {}, {}
recipe = Recipe(
    epochs=8, batch=32, learning_rate=2e-3, weight_decay=0, optimizer="adam", schedule="one cycle"
)
for name, make in racers.items():
    torch.manual_seed(0)
    trained[name] = start(make(), he)
    histories[name] = train(trained[name], pictures, recipe)
    print(f"{name:10} {histories[name].epochs[-1].test_accuracy:.1%}")

# %% demo=true
curves = {name: [e.test_accuracy for e in run.epochs] for name, run in histories.items()}
network_plots.race(curves, chance=1 / classes)

# %% [markdown]
# And what each of them had to pay:

# %% demo=true
costs_small = {
    name: (
        parameters(trained[name]),
        multiply_adds(make, (3, 32, 32)),
        100 * histories[name].epochs[-1].test_accuracy,
    )
    for name, make in racers.items()
    if name in histories
}
network_plots.cost_against_accuracy(costs_small, accuracy="right, per cent")

# %% [markdown]
# On small pictures and few of them the plain networks hold their own: a race at this size says little
# about 1.2 million photographs. What carries over is the way to compare. Two numbers of cost, one of
# success, for all networks alike; the same pictures, the same recipe, the last epoch. One seed is not
# much: run it with another one before you believe an order.
#
# **Several models.** The five make different mistakes. Average their probabilities, as GoogLeNet's
# authors did with seven.
#
# > **Predict.** Will the five together beat the best of them?


# %% demo=true
seen = pictures.train.images / np.float32(255)
means, spreads = (f(seen, axis=(0, 2, 3)).reshape(1, 3, 1, 1) for f in (np.mean, np.std))
nets = {name: model.cpu().eval() for name, model in trained.items()}
x = torch.tensor((pictures.test.images / np.float32(255) - means) / spreads)
with torch.no_grad():
    each = [net(x).softmax(1).numpy() for net in nets.values()]
for name, guess in zip([*nets, "together"], [*each, np.mean(each, axis=0)], strict=True):
    print(f"{name:10} {np.mean(guess.argmax(1) == pictures.test.labels):.1%}")

# %% [markdown]
# ### A network that looks everywhere
#
# At last, dense evaluation at work. Six pictures in one large one, shown to the small AlexNet, which
# was trained on single pictures: your function gives its scores at every place, in one go.
#
# > **Predict.** The large picture has 64 × 96 pixels, and neighbours on the map of scores are 8 pixels
# > apart. How many rows and columns has the map?

# %% demo=true
six = pictures.test.images[:6]
wall = np.concatenate([np.concatenate(list(row), axis=2) for row in (six[:3], six[3:])], axis=1)
x, net = torch.tensor((wall[np.newaxis] / np.float32(255) - means) / spreads), nets["AlexNet"]
with torch.no_grad():
    scores = dense_evaluation(net.features, net.classifier, x)[0].softmax(0).numpy()
print("map of scores:", scores.shape)
print("shown:", [pictures.names[label] for label in pictures.test.labels[:6]])
print("read: ", [pictures.names[best] for best in scores[:, ::4, ::4].argmax(0).ravel()])

# %% demo=true
chosen = [int(label) for label in pictures.test.labels[:5]]
maps = [np.pad(np.kron(scores[k], np.ones((8, 8))), 12) for k in chosen]  # a window's middle
plots.images(
    [wall.mean(axis=0) / 255, *maps],
    titles=["the picture", *(f"“{pictures.names[k]}”?" for k in chosen)],
    alt="A large picture of six small ones, and maps of where the network sees five of the classes.",
)

# %% [markdown]
# ## What we learnt, where next
#
# * A 1 × 1 convolution is a small network at every place. It mixes channels, and it is the cheapest
#   way to have fewer of them.
# * An inception module asks with several windows at once and lets the next layer choose. Squeezing
#   the channels first makes that affordable: 7 million parameters, 1.6 billion multiply-adds.
# * VGG needs no clockwork: 3 × 3 and depth. Its price is 138 million parameters, most of them in the
#   first fully connected layer, and 15.5 billion multiply-adds.
# * A fully connected layer is a convolution. So a network made for small pictures reads large ones.
# * A deep network lives or dies by the scale of its first weights. GoogLeNet hangs on two heads, VGG
#   borrows from a shallower one, He's start does it with a formula.
#
# **Next**, in unit 13: 22 layers were hard, and 56 fail, even with a good start. What one plus sign
# does about it.
