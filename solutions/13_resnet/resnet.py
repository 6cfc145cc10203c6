# %% [markdown]
# # ResNet
#
# *150 minutes, 20 points. You need unit 10 (modules, the training loop) and unit 07 (how signal and
# gradient change with depth). Unit 12 is good to have. PyTorch must be installed; no graphics card is
# needed. Take a break after part 4.*
#
# In 2014 networks had about twenty layers with weights. In 2015 one with 152 won ImageNet. What lay
# between was no faster machine and no new layer, but a plus sign. In this unit you find out what goes
# wrong without it, put it in, and build the family: from 20 layers on small pictures to 101 on large
# ones.
#
# **At the end you can**
#
# * say what degradation is, and show that it is neither overfitting nor a gradient that vanishes;
# * write both kinds of residual block, and the networks made of them, to the last parameter;
# * cut a network's shortcuts one by one, and say what that does to its gradient;
# * train by the recipe of the paper, and say what changes on a graphics card, or on several.
#
# | part | | minutes |
# |---|---|---|
# | 1 | Deeper, and worse | 12 |
# | 2 | A block that learns what is missing | 32 |
# | 3 | Twenty layers, or a hundred and ten | 28 |
# | 4 | What the gradient sees | 20 |
# | 5 | Bottlenecks, and the large family | 24 |
# | 6 | The recipe | 22 |
# | 7 | Faster, and on several machines | 12 |

# %% setup=true
import numpy as np

from nand2resnet import data, degradation, plots
from nand2resnet.check import check
from nand2resnet.training import progress

plots.use_style()

# %% [markdown]
# ## 1. Deeper, and worse
#
# Take a network of 20 layers and put 36 more into it. Whatever the short one can compute, the long
# one can too: 20 of its layers do the same, and the other 36 pass on what they get. So the deep
# network has weights with which its **training error** is not larger. It may be larger on *new*
# pictures, if it learns its own by heart: that is overfitting, unit 08.
#
# Kaiming He and his colleagues at Microsoft tried it in 2015, on CIFAR-10: 50,000 pictures of ten
# kinds of things, 32 × 32 pixels in colour. Their networks are as plain as can be: 3 × 3
# convolutions, each followed by batch normalisation and ReLU.
#
# We repeat it, smaller. What exactly has been run stands below the picture.
#
# > **Predict.** Draw two curves: the training error of the plain network with 20 layers, epoch after
# > epoch, and that of the one with 56.

# %% demo=true
degradation.training_errors("plain-20", "plain-56")

# %%
print(degradation.provenance())

# %% [markdown]
# The deep network is worse *on the pictures it learns from*. That is not overfitting: who learns by
# heart is good at what was learned. There are weights with which it would be as good; the descent
# does not find them. The paper calls this **degradation**.
#
# Is the deep one only slower? From so short a run nobody can tell. The paper's runs are ten times as
# long, on five times as many pictures, and the gap stays, also on ImageNet: there a plain network of
# 34 layers gets 28.54% of the pictures wrong, one of 18 layers 27.94% (top-1 error, ten crops; its
# table 2), and its training error is the larger one all the way.
#
# > **Think.** To be as good as the short network, the extra layers would have to pass on what they
# > get. A 3 × 3 convolution, batch normalisation and ReLU: which of them makes that hard?

# %% [markdown]
# The next cell loads PyTorch, which takes a moment.

# %% setup=true
import torch
import torch.nn.functional as F
from torch import nn

from nand2resnet.networks import filled

# %% [markdown]
# ## 2. A block that learns what is missing
#
# If passing on is so hard to learn, do not ask for it: build it in. Let two layers compute
# $\mathcal F(x)$, and add $x$ itself:
#
# $$y = \mathrm{ReLU}\bigl(\mathcal F(x) + x\bigr).$$
#
# The line past the layers is called a **shortcut**. If the block should compute
# $\mathcal H(x) = \mathcal F(x) + x$, then what is left for its layers to learn is the **residual**
# $\mathcal F(x) = \mathcal H(x) - x$: what is missing. If nothing is missing, all weights may go to
# zero, and that is an easy thing to learn.
#
# > **Check the source.** The slides define $\mathcal F(x) = \mathcal H(x) - x$, and then say that the
# > block computes $\mathcal F(x)$ at its output. At its output stands $\mathcal F(x) + x$, which is
# > $\mathcal H(x)$ again: else the shortcut would be of no use.
#
# The **basic block** of the paper:
#
# **convolution** 3 × 3 → **batch norm** → **ReLU** → **convolution** 3 × 3 → **batch norm** → **plus
# the shortcut** → **ReLU**
#
# The last ReLU comes *after* the addition. And the convolutions have **no bias**.
#
# > **Predict.** Batch norm subtracts the mean of each channel. What becomes of a bias that stands
# > right before it?

# %%
torch.manual_seed(0)
x = torch.randn(8, 3, 5, 5)
convolution, norm = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4)
before = norm(convolution(x))
with torch.no_grad():
    convolution.bias += 100
after = norm(convolution(x))
print("changed by at most", f"{(after - before).abs().max().item():.0e}")

# %% [markdown]
# Nothing but rounding. So the bias is left out, and batch norm brings its own.

# %% [markdown]
# ### When the sizes differ
#
# $\mathcal F(x) + x$ needs two arrays of the same shape. Twice in the network the maps get half as
# high and wide (stride 2) and twice as many. Then the shortcut must do likewise. The paper tries two
# ways:
#
# * **Option A**, without a parameter: take every second pixel, and fill up with channels of zeros.
# * **Option B**, learned: a 1 × 1 convolution with the same stride, and batch norm.
#
# Option A, worked out. The paper does not say where the zeros go; ours go behind:


# %% setup=true
class PadChannels(nn.Module):
    """Option A: every stride-th pixel, and channels of zeros behind those that are there."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.more, self.stride = outputs - inputs, stride

    def forward(self, x):
        """From (N, inputs, H, W) to (N, outputs, H / stride, W / stride), both rounded up."""
        x = x[:, :, :: self.stride, :: self.stride]
        # F.pad counts from the last axis: left, right, above, below, channels before and behind.
        return F.pad(x, (0, 0, 0, 0, 0, self.more))


# %%
x = torch.arange(18.0).reshape(1, 2, 3, 3)
out = PadChannels(2, 4, 2)(x)
print("shape", tuple(out.shape), " and its channels:")
print(out.flatten(2).tolist())

# %% [markdown]
# **Yours to finish:** option B for the same `x`. No bias: batch norm follows.

# %%
projection = None  # your turn: nn.Sequential of a 1 x 1 convolution from 2 to 4 maps and batch norm
if projection is not None:
    print("the same shape:", projection(x).shape == out.shape)

# %% [markdown]
# ### Exercise: `BasicBlock`
#
# The block above, with its shortcut:
#
# * The first convolution has the stride, the second has stride 1. Both pad with 1, so that with stride
#   1 the maps keep their size.
# * The shortcut is the identity where input and output have the same shape: stride 1 *and*
#   `inputs == width`. Otherwise it is `PadChannels` (option "A") or the projection (option "B").
# * Keep the shortcut as a module under the name **`self.shortcut`** (`nn.Identity()` where it does
#   nothing), and call it in `forward`. In part 3 you will cut it.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which of the layers learn something? Those must be made in `__init__`. And how many batch norms are
# there, when each keeps means of its own?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False)`. `nn.Sequential(...)` makes one module
# of several. In `forward`, add first and bend afterwards.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A layer for rows of numbers that lets a gate decide how much of its input passes by (a *highway*,
# 2015):
#
# ```python
# def highway(inputs):
#     class Highway(nn.Module):
#         def __init__(self):
#             super().__init__()
#             self.bent = nn.Sequential(nn.Linear(inputs, inputs), nn.Tanh())
#             self.gate = nn.Sequential(nn.Linear(inputs, inputs), nn.Sigmoid())
#
#         def forward(self, x):
#             return self.gate(x) * self.bent(x) + (1 - self.gate(x)) * x
#
#     return Highway()
# ```
#
# </details></details></details>


# %% exercise="BasicBlock"
class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions, and a shortcut past them.

    Parameters
    ----------
    inputs : int
        Channels that come in.
    width : int
        Channels of both convolutions, and so of the output.
    stride : int
        Of the first convolution and of the shortcut.
    option : {"A", "B"}
        The shortcut where the shape changes: padded with zeros, or projected.

    Example
    -------
    >>> tuple(BasicBlock(16, 32, 2)(torch.zeros(1, 16, 8, 6)).shape)
    (1, 32, 4, 3)
    """

    expansion = 1  # the block gives this many times its width

    def __init__(self, inputs, width, stride=1, option="B"):
        super().__init__()
        ### BEGIN SOLUTION
        self.residual = nn.Sequential(
            nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )
        if stride == 1 and inputs == width:
            self.shortcut = nn.Identity()
        elif option == "A":
            self.shortcut = PadChannels(inputs, width, stride)
        else:
            projection = nn.Conv2d(inputs, width, 1, stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(width))
        ### END SOLUTION

    def forward(self, x):
        """From (N, inputs, H, W) to (N, width, H / stride, W / stride), both rounded up."""
        ### BEGIN SOLUTION
        return torch.relu(self.residual(x) + self.shortcut(x))
        ### END SOLUTION


# %% setup=true
def output_of(Block, x, *settings):
    """What a block gives in evaluation mode, with weights that are the same for every author."""
    with torch.no_grad():
        return filled(Block(*settings)).eval()(x)


def parameters_of(Network, *settings):
    """How many numbers a network learns; on "meta" tensors have a shape and take no memory."""
    with torch.device("meta"):
        return sum(weight.numel() for weight in Network(*settings).parameters())


# %% setup=true
x_few = torch.tensor(
    [
        [
            [[1.0, -2.0, 0.5], [3.0, 0.0, -1.0]],
            [[-0.5, 1.5, 2.0], [0.0, -1.0, 1.0]],
        ]
    ]
)  # one picture, two channels, 2 x 3 pixels
x_tall = torch.tensor(
    [[[[1.0, 2.0], [-1.0, 0.5], [0.0, 3.0]], [[0.5, -2.0], [1.0, 1.0], [-1.0, 0.0]]]]
)  # one picture, two channels, 3 x 2 pixels

# %% check="BasicBlock"
expected = np.array(
    [[[[1.52775, 0, 0.34965], [2.81671, 0.6853, 0]], [[0, 0.8108, 1.59642], [0, 0, 0.52958]]]]
)
check(output_of, BasicBlock, x_few, 2, 2, expected=expected, rtol=1e-4, atol=1e-5)
expected = np.array([[[[1.0381, 0.2012]], [[0, 2.33109]], [[0, 0]]]])
check(output_of, BasicBlock, x_few, 2, 3, 2, "A", expected=expected, rtol=1e-4, atol=1e-5)
expected = np.array([[[[0.00412], [0.46434]], [[0.20586], [0]], [[0], [0.3485]]]])
check(output_of, BasicBlock, x_tall, 2, 3, 2, "B", expected=expected, rtol=1e-4, atol=1e-5)
expected = np.array([[[[1.74116, 1.27921], [0, 1.19457], [0, 3.44336]]]])
check(output_of, BasicBlock, x_tall, 2, 1, 1, "B", expected=expected, rtol=1e-4, atol=1e-5)
check(parameters_of, BasicBlock, 4, 6, 2, "A", expected=564)
check(parameters_of, BasicBlock, 4, 6, 2, "B", expected=600)

# %% [markdown]
# What is a block worth that has learned nothing? Set the scale of its last batch norm to zero:
# $\mathcal F(x) = 0$, whatever the other weights are.
#
# > **Predict** what comes out.

# %%
block = filled(BasicBlock(2, 2)).eval()
last_norm = [layer for layer in block.modules() if isinstance(layer, nn.BatchNorm2d)][-1]
nn.init.zeros_(last_norm.weight)
nn.init.zeros_(last_norm.bias)
print("passes on what is positive:", torch.equal(block(x_few), torch.relu(x_few)))

# %% [markdown]
# ## 3. Twenty layers, or a hundred and ten
#
# The paper's networks for pictures of 32 × 32 pixels, with $n$ blocks a stage:
#
# | | maps | size | layers with weights |
# |---|---|---|---|
# | convolution 3 × 3, batch norm, ReLU | 16 | 32 × 32 | 1 |
# | stage 1: $n$ blocks | 16 | 32 × 32 | $2n$ |
# | stage 2: $n$ blocks, the first with stride 2 | 32 | 16 × 16 | $2n$ |
# | stage 3: $n$ blocks, the first with stride 2 | 64 | 8 × 8 | $2n$ |
# | mean of each map, then affine | 10 scores | | 1 |
#
# Together $6n+2$ layers: 20, 32, 44, 56, 110. (Projections and batch norms are not counted.)
#
# > **Predict.** ResNet-56 is almost three times as deep as ResNet-20. Has it three times as many
# > parameters? And AlexNet, with 8 layers, had 61 million: where were they?
#
# In the checks a smaller block stands in for yours: one convolution and a shortcut. So a slip in the
# block costs you nothing here.


# %% setup=true
class SmallBlock(nn.Module):
    """One convolution and a shortcut; with option "B" the convolution has a bias."""

    expansion = 1

    def __init__(self, inputs, width, stride=1, option="B"):
        super().__init__()
        self.layer = nn.Conv2d(inputs, width, 3, stride, padding=1, bias=option == "B")
        same = stride == 1 and inputs == width
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, width, 1, stride, bias=False)

    def forward(self, x):
        return torch.relu(self.layer(x) + self.shortcut(x))


# %% [markdown]
# ### Exercise: `CifarResNet`
#
# The network of the table, with `width` maps in the first stage (the paper's 16), twice as many in
# the second, four times as many in the third.
#
# * A block is made by `block(inputs, width, stride, option)`; without `block` given it is your
#   `BasicBlock`.
# * A depth that is not $6n+2$ with $n \ge 1$ is refused with a `ValueError`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Write down for depth 14 all six blocks, one a line: inputs, width, stride. Which of the lines are not
# like the one above?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Two loops, over stages and over places in a stage. Collect the layers in a list, and make one
# `nn.Sequential(*layers)` of them: modules in a plain list are not noticed. The mean of each map is
# `x.mean(dim=(2, 3))`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A stack of affine layers that halves its width again and again:
#
# ```python
# def funnel(width, stages, repeats):
#     layers = []
#     for stage in range(stages):
#         for _ in range(repeats):
#             layers += [nn.Linear(width, width), nn.ReLU()]
#         layers.append(nn.Linear(width, width // 2))
#         width //= 2
#     return nn.Sequential(*layers)
# ```
#
# </details></details></details>


# %% exercise="CifarResNet"
class CifarResNet(nn.Module):
    """The paper's residual network for small pictures.

    Parameters
    ----------
    depth : int
        Layers with weights: 6 n + 2, with n blocks in each of three stages.
    option : {"A", "B"}
        Of the shortcuts that change the shape.
    width : int
        Channels of the first stage.
    classes : int
    block : class, optional
        Made by block(inputs, width, stride, option); by default BasicBlock.

    Example
    -------
    >>> tuple(CifarResNet(8, "B", 4)(torch.zeros(2, 3, 32, 32)).shape)
    (2, 10)
    """

    def __init__(self, depth, option="A", width=16, classes=10, block=None):
        super().__init__()
        ### BEGIN SOLUTION
        if depth < 8 or depth % 6 != 2:
            raise ValueError(f"a depth of {depth} is not 6 n + 2")
        block = block or BasicBlock
        layers = [nn.Conv2d(3, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
        inputs = width
        for stage in range(3):
            for place in range(depth // 6):
                stride = 2 if stage > 0 and place == 0 else 1
                layers.append(block(inputs, width * 2**stage, stride, option))
                inputs = width * 2**stage
        self.stages = nn.Sequential(*layers)
        self.scores = nn.Linear(inputs, classes)
        ### END SOLUTION

    def forward(self, x):
        """From pictures (N, 3, H, W) to scores (N, classes)."""
        ### BEGIN SOLUTION
        return self.scores(self.stages(x).mean(dim=(2, 3)))
        ### END SOLUTION


# %% setup=true
def scores_of(Network, x, *settings):
    """The scores of a network of small blocks, with weights that are the same for everybody."""
    return output_of(Network, x, *settings, SmallBlock)


def parameters_with_small_blocks(Network, *settings):
    """How many numbers a network of small blocks learns."""
    return parameters_of(Network, *settings, SmallBlock)


# %% setup=true
picture_few = torch.linspace(-1, 1, 3 * 6 * 9).sin().reshape(1, 3, 6, 9) * 2

# %% check="CifarResNet"
check(parameters_with_small_blocks, CifarResNet, 20, "A", 16, 10, expected=125_786)
check(parameters_with_small_blocks, CifarResNet, 14, "B", 2, 3, expected=1_305)
expected = np.array([[1.06789, -1.11022, 0.58608]])
check(scores_of, CifarResNet, picture_few, 8, "A", 2, 3, expected=expected, rtol=1e-4)
expected = np.array([[2.52606, -2.22318, -0.8811]])
check(scores_of, CifarResNet, picture_few, 14, "B", 2, 3, expected=expected, rtol=1e-4)
check.raises(ValueError, CifarResNet, 18)

# %% [markdown]
# Now with your own blocks. The numbers on the right are the paper's networks, counted by hand in this
# course's tests. (The paper itself rounds: 0.27M, 0.46M, 0.66M, 0.85M, 1.7M.)

# %%
PUBLISHED = {
    "A": {20: 269_722, 32: 464_154, 44: 658_586, 56: 853_018, 110: 1_727_962},
    "B": {20: 272_474, 32: 466_906, 44: 661_338, 56: 855_770, 110: 1_730_714},
}
for option, sizes in PUBLISHED.items():
    for depth, size in sizes.items():
        yours = parameters_of(CifarResNet, depth, option)
        print(f"ResNet-{depth:<3} {option} {yours:>9,} {'=' if yours == size else '≠'} {size:>9,}")

# %% [markdown]
# With 110 layers it is still one thirty-fifth of AlexNet: no affine layer of 4,096 units, and most
# layers work on few maps.
#
# ### The same without shortcuts
#
# For a fair comparison we need the same network *without* shortcuts. It is easily had: each block
# calls its `self.shortcut`. Put a module in its place that lets nothing through:


# %% setup=true
class Cut(nn.Module):
    """A shortcut that lets nothing through."""

    def forward(self, x):
        """Zero, which may be added to any array."""
        return x.new_zeros(())


# %% [markdown]
# ### Exercise: `plain`
#
# Replace **every** shortcut of a network by a `Cut()`: a shortcut is a module's attribute of the name
# `shortcut`, however deep inside the network that module lies. Change the network you are given, and
# return it.
#
# <details><summary>Hint 1, a nudge</summary>
#
# A network is modules in modules in modules. Which method goes through all of them?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `model.modules()` gives every module, the network itself included. `hasattr(module, "shortcut")`
# tells whether it has one.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Make every dropout of a network drop half:
#
# ```python
# def drop_half(model):
#     for module in model.modules():
#         if isinstance(module, nn.Dropout):
#             module.p = 0.5
#     return model
# ```
#
# </details></details></details>


# %% exercise="plain"
def plain(model):
    """Cut every shortcut of a network.

    Parameters
    ----------
    model : nn.Module
        Modules in it, at any depth, may have an attribute shortcut.

    Returns
    -------
    nn.Module
        The same network, changed in place.

    Example
    -------
    >>> isinstance(plain(SmallBlock(2, 4)).shortcut, Cut)
    True
    """
    ### BEGIN SOLUTION
    for module in model.modules():
        if hasattr(module, "shortcut"):
            module.shortcut = Cut()
    return model
    ### END SOLUTION


# %% setup=true
def small_stack():
    """Three small blocks, two of them one level deeper, always with the same weights."""
    inner = nn.Sequential(SmallBlock(2, 3), SmallBlock(3, 3))
    return filled(nn.Sequential(inner, SmallBlock(3, 2, 2))).eval()


def plain_output(plain, x):
    """What the stack gives without shortcuts."""
    with torch.no_grad():
        return plain(small_stack())(x)


# %% setup=true
def parameters_left(plain):
    """How many parameters the stack has before, and after."""
    model = small_stack()
    before = sum(weight.numel() for weight in model.parameters())
    return [before, sum(weight.numel() for weight in plain(model).parameters())]


def same_network(plain):
    """Whether it is the very network that was handed in."""
    model = small_stack()
    return plain(model) is model


# %% check="plain"
expected = np.array([[[[0, 0]], [[0.37513, 0.19239]]]])
check(plain_output, plain, x_few, expected=expected, rtol=1e-4, atol=1e-5)
check(parameters_left, plain, expected=[209, 197])
check(same_network, plain, expected=True)

# %% [markdown]
# > **Predict.** How many parameters has plain-56, compared to ResNet-56 with option A? And with
# > option B?

# %%
for option in ("A", "B"):
    model = CifarResNet(56, option)
    whole = sum(weight.numel() for weight in model.parameters())
    left = sum(weight.numel() for weight in plain(model).parameters())
    print(f"option {option}: {whole:,} with shortcuts, {left:,} without")

# %% [markdown]
# With option A the two differ by nothing but an addition. Whatever one of them learns better, it is
# not because it has more to learn with.

# %% [markdown]
# ## 4. What the gradient sees
#
# A frequent story: in the deep plain network the gradient vanishes on its way back, and the first
# layers learn nothing. You have seen that happen in unit 07. But here every layer has batch norm.
# Measure it.
#
# First the start of the weights: He's, from unit 07, as in the paper.


# %% setup=true
def he_start(model):
    """Draw the weights of all convolutions with variance 2 / fan-in (unit 07)."""
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    return model


def gradient_sizes(model, x, y):
    """The norm of the gradient along the weights of each convolution, the input side first."""
    model.zero_grad()
    F.cross_entropy(model(x), y).backward()
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d)]
    return [layer.weight.grad.norm().item() for layer in layers]


# %% setup=true
def pictures_for_gradients():
    """32 digits in three colours, 16 x 16 pixels, and their labels: enough to see a gradient."""
    digits = data.digits()
    x = torch.from_numpy(digits.images[:32]).float()[:, None].repeat(1, 3, 1, 1)
    x = F.interpolate(x, size=(16, 16))
    return (x - x.mean()) / x.std(), torch.from_numpy(digits.labels[:32]).long()


# %% [markdown]
# > **Predict** for plain-20, plain-56 and ResNet-56, before the first step of training: is the
# > gradient at the first layer larger or smaller than at the last?

# %%
x, y = pictures_for_gradients()
for name, depth, cut in (("plain", 20, True), ("plain", 56, True), ("ResNet", 56, False)):
    torch.manual_seed(0)
    model = he_start(CifarResNet(depth, "A", width=8))
    sizes = gradient_sizes(plain(model) if cut else model, x, y)
    print(f"{name}-{depth}: first layer {sizes[0]:9.3f}, last layer {sizes[-1]:.3f}")

# %% [markdown]
# It does not vanish. Without shortcuts it **explodes**, from layer to layer on its way back: batch
# norm keeps the signal at size 1 on the way forth, and pays for it on the way back. The shortcuts
# keep it nearly even.
#
# In the figure is your network with 56 layers, 27 blocks. Click on a shortcut to cut it, or to mend
# it (or go there with the Tab key and press Space).
#
# > **Predict.** Cut the first ten, next to the input. Does the gradient at layer 1 grow? Now mend them
# > and cut the last ten. Is that the same?


# %% setup=true
def network_with_cuts(depth, cuts):
    """Your network with 4 maps in its first stage, and some of its shortcuts cut."""
    torch.manual_seed(0)
    model = he_start(CifarResNet(depth, "A", width=4))
    blocks = [module for module in model.modules() if hasattr(module, "shortcut")]
    for number in cuts:
        blocks[number].shortcut = Cut()
    return model


def gradients_of(model):
    """The size of the gradient at each layer, on a few digits."""
    x, y = pictures_for_gradients()
    return gradient_sizes(model, x[:16], y[:16])


# %% demo=true
from nand2resnet.widgets import ShortcutCutter

ShortcutCutter(network_with_cuts, gradients_of)

# %% [markdown]
# > **Check the source.** The slides say that degradation is "purely" due to a training signal that
# > vanishes. The paper argues that vanishing gradients are unlikely to be the reason: it uses batch
# > normalisation and has found gradients of healthy size. You have measured that they do not vanish.
# > The paper leaves open what the reason is; it supposes that deep plain networks learn, but
# > exponentially slowly.
#
# What is known since: in very wide networks with batch norm and ReLU the gradient must grow, by about a
# fifth per layer (Yang and colleagues, 2019). In ours, which are narrow, it is somewhat less. A step
# that suits the last layers can then be far too long for the first.

# %%
torch.manual_seed(0)
sizes = gradient_sizes(plain(he_start(CifarResNet(56, "A", width=8))), x, y)
print("the growth per layer, on average:", round((sizes[0] / sizes[-1]) ** (1 / len(sizes)), 2))

# %% [markdown] question="not_overfitting" points=1.5
# ### Written question: two explanations that fail (1.5 points)
#
# A friend looks at the two curves of part 1 and says: "Plain-56 has three times as many parameters as
# plain-20, so of course it overfits." Another says: "No, its gradients vanish." Answer both, in three
# or four sentences in all. Name for each what *you have measured or seen in this unit* that speaks
# against it, and say what ResNet-56 adds to the case.
#
# ### BEGIN SOLUTION
# Overfitting means a small error on the training pictures and a large one on new ones; the curves show
# the error on the training pictures themselves, and there plain-56 is worse. ResNet-56 with option A
# has exactly as many parameters and does better on the same pictures, so the number of parameters
# cannot be the reason. The gradient at the first layer of plain-56 was measured: it is hundreds of times
# larger than at the last layer, not smaller. With the shortcuts put back, the same weights give
# gradients of nearly even size: what changes is how well descent works, not what the network could
# compute.
# ### END SOLUTION

# %% [markdown]
# ## 5. Bottlenecks, and the large family
#
# On ImageNet the maps are many: up to 512 in VGG. A 3 × 3 convolution from 256 to 256 maps has
# $256\cdot256\cdot9 = 589{,}824$ weights. So the deeper networks squeeze first, as the inception
# module did: a 1 × 1 convolution to a quarter of the maps, 3 × 3 there, and 1 × 1 back again.
#
# > **Predict.** 256 maps, squeezed to 64. Count the weights of the three convolutions. Is a bottleneck
# > cheaper than *one* 3 × 3 convolution on all the maps?

# %%
squeezed = 256 * 64 + 64 * 64 * 9 + 64 * 256
print(f"bottleneck: {squeezed:,}   one 3 x 3 convolution: {256 * 256 * 9:,}")

# %% [markdown]
# ### Exercise: `Bottleneck`
#
# **convolution** 1 × 1 to `width` → **batch norm** → **ReLU** → **convolution** 3 × 3 → **batch
# norm** → **ReLU** → **convolution** 1 × 1 to `4 * width` → **batch norm** → **plus the shortcut** →
# **ReLU**
#
# * The stride stands at the 3 × 3 convolution. (The paper has it at the first 1 × 1. Most programs
#   moved it, because a 1 × 1 convolution with stride 2 never looks at three of four pixels.)
# * The shortcut is the identity if the shape stays, otherwise option B. Again `self.shortcut`.
# * No biases.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The very first block of ResNet-50 gets 64 maps and gives 256, with stride 1. What must its shortcut
# be?
#
# <details><summary>Hint 2, a pointer</summary>
#
# As in `BasicBlock`, with three convolutions. The shape stays if the stride is 1 *and* `inputs` is
# what comes out, `4 * width`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# For rows of numbers: squeeze to a quarter, bend, and back, with a shortcut.
#
# ```python
# def squeezed_layer(inputs):
#     class Squeezed(nn.Module):
#         def __init__(self):
#             super().__init__()
#             self.squeeze = nn.Linear(inputs, inputs // 4)
#             self.widen = nn.Linear(inputs // 4, inputs)
#
#         def forward(self, x):
#             return x + self.widen(torch.relu(self.squeeze(x)))
#
#     return Squeezed()
# ```
#
# </details></details></details>


# %% exercise="Bottleneck"
class Bottleneck(nn.Module):
    """Squeeze, convolve, widen; and a shortcut past them.

    Parameters
    ----------
    inputs : int
        Channels that come in.
    width : int
        Channels of the 3 x 3 convolution; the block gives four times as many.
    stride : int
        Of the 3 x 3 convolution and of the shortcut.

    Example
    -------
    >>> tuple(Bottleneck(64, 16, 2)(torch.zeros(1, 64, 8, 6)).shape)
    (1, 64, 4, 3)
    """

    expansion = 4  # the block gives this many times its width

    def __init__(self, inputs, width, stride=1):
        super().__init__()
        ### BEGIN SOLUTION
        outputs = 4 * width
        self.residual = nn.Sequential(
            nn.Conv2d(inputs, width, 1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        if stride == 1 and inputs == outputs:
            self.shortcut = nn.Identity()
        else:
            projection = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(outputs))
        ### END SOLUTION

    def forward(self, x):
        """From (N, inputs, H, W) to (N, 4 width, H / stride, W / stride), both rounded up."""
        ### BEGIN SOLUTION
        return torch.relu(self.residual(x) + self.shortcut(x))
        ### END SOLUTION


# %% setup=true
x_four = torch.tensor(
    [[[[1.0, -2.0, 0.5]], [[3.0, 0.0, -1.0]], [[-0.5, 1.5, 2.0]], [[0.25, -1.0, 1.0]]]]
)  # one picture, four channels, 1 x 3 pixels

# %% check="Bottleneck"
expected = np.array(
    [0.74168, 0, 0.128, 3.35374, 0.6019, 0, 0, 0.95333, 1.51776, 0, 0, 0.22881]
).reshape(1, 4, 1, 3)
check(output_of, Bottleneck, x_four, 4, 1, expected=expected, rtol=1e-4, atol=1e-5)
expected = np.array([1.93714, 0, 0, 1.14233, 1.40788, 0.91006, 0, 0]).reshape(1, 4, 1, 2)
check(output_of, Bottleneck, x_few, 2, 1, 2, expected=expected, rtol=1e-4, atol=1e-5)
check(parameters_of, Bottleneck, 8, 2, expected=92)
check(parameters_of, Bottleneck, 8, 3, expected=297)
check(parameters_of, Bottleneck, 8, 2, 2, expected=172)

# %% [markdown]
# ### Exercise: `ResNet`
#
# The family for ImageNet. A convolution 7 × 7 with stride 2 (padding 3, no bias) to `width` maps,
# batch norm, ReLU; max pooling 3 × 3 with stride 2 (padding 1); four stages of blocks, of width
# `width`, `2 width`, `4 width` and `8 width`; the mean of each map; affine. The first block of stages
# 2, 3 and 4 has stride 2.
#
# | depth | blocks in the four stages | of the kind |
# |---|---|---|
# | 18 | 2, 2, 2, 2 | `BasicBlock` |
# | 34 | 3, 4, 6, 3 | `BasicBlock` |
# | 50 | 3, 4, 6, 3 | `Bottleneck` |
# | 101 | 3, 4, 23, 3 | `Bottleneck` |
# | 152 ★ | 3, 8, 36, 3 | `Bottleneck` |
#
# (152 is optional and brings no points.) A block is made by `block(inputs, width, stride)` and gives
# `block.expansion * width` maps. Where `block` is given, it takes the place of both kinds.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How many maps does a bottleneck give, and so how many does the next block get? And how many does the
# very first block get?
#
# <details><summary>Hint 2, a pointer</summary>
#
# As in `CifarResNet`, with the numbers of blocks from a dict. `inputs` begins with `width`; after each
# block it is `block.expansion` times the width of that block.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Affine layers of several widths, each repeated as often as a table says:
#
# ```python
# def by_table(inputs, table):
#     layers = []
#     for width, repeats in table:
#         for _ in range(repeats):
#             layers += [nn.Linear(inputs, width), nn.ReLU()]
#             inputs = width
#     return nn.Sequential(*layers)
# ```
#
# </details></details></details>


# %% exercise="ResNet"
class ResNet(nn.Module):
    """The paper's residual network for large pictures.

    Parameters
    ----------
    depth : {18, 34, 50, 101, 152}
        152 is optional.
    width : int
        Channels of the first convolution, and width of the first stage's blocks.
    classes : int
    block : class, optional
        Made by block(inputs, width, stride); by default BasicBlock up to 34, then Bottleneck.

    Example
    -------
    >>> tuple(ResNet(18, 4, 7)(torch.zeros(2, 3, 64, 64)).shape)
    (2, 7)
    """

    def __init__(self, depth, width=64, classes=1000, block=None):
        super().__init__()
        ### BEGIN SOLUTION
        repeats = {
            18: (2, 2, 2, 2),
            34: (3, 4, 6, 3),
            50: (3, 4, 6, 3),
            101: (3, 4, 23, 3),
            152: (3, 8, 36, 3),
        }
        block = block or (BasicBlock if depth < 50 else Bottleneck)
        layers = [
            nn.Conv2d(3, width, 7, stride=2, padding=3, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.MaxPool2d(3, stride=2, padding=1),
        ]
        inputs = width
        for stage, count in enumerate(repeats[depth]):
            for place in range(count):
                stride = 2 if stage > 0 and place == 0 else 1
                layers.append(block(inputs, width * 2**stage, stride))
                inputs = block.expansion * width * 2**stage
        self.stages = nn.Sequential(*layers)
        self.scores = nn.Linear(inputs, classes)
        ### END SOLUTION

    def forward(self, x):
        """From pictures (N, 3, H, W) to scores (N, classes)."""
        ### BEGIN SOLUTION
        return self.scores(self.stages(x).mean(dim=(2, 3)))
        ### END SOLUTION


# %% setup=true
class WideBlock(SmallBlock):
    """A small block that gives four times its width, as a bottleneck does."""

    expansion = 4

    def __init__(self, inputs, width, stride=1):
        super().__init__(inputs, 4 * width, stride)


# %% setup=true
picture_odd = torch.linspace(-2, 2, 3 * 35 * 33).cos().reshape(1, 3, 35, 33)

# %% check="ResNet"
check(parameters_of, ResNet, 18, 64, 1000, SmallBlock, expected=5_415_080)
check(parameters_of, ResNet, 34, 64, 1000, SmallBlock, expected=10_467_304)
check(parameters_of, ResNet, 50, 8, 1000, WideBlock, expected=2_738_672)
expected = np.array([[0.41506, 4.17009, 0.58457]])
check(output_of, ResNet, picture_odd, 18, 2, 3, SmallBlock, expected=expected, rtol=1e-3)
expected = np.array([[-114.0034, 50.70588, 68.99348]])
check(output_of, ResNet, picture_odd, 50, 2, 3, WideBlock, expected=expected, rtol=1e-3)

# %% [markdown]
# With your own blocks, beside torchvision's table (the library that most people take these networks
# from):

# %%
TORCHVISION = {18: 11_689_512, 34: 21_797_672, 50: 25_557_032, 101: 44_549_160}
for depth, size in TORCHVISION.items():
    yours = parameters_of(ResNet, depth)
    print(f"ResNet-{depth:<3} {yours:>10,} {'=' if yours == size else '≠'} {size:>10,}")

# %% [markdown]
# ★ ResNet-152 has 60,192,808: about as many as AlexNet with its 8 layers.
#
# What depth bought, on ImageNet, top-1 error with one crop, as published by the authors: ResNet-50
# 24.7%, ResNet-101 23.6%, ResNet-152 23.0%. VGG-16 had 28.5%.
#
# > **Check the source.** The slides give ResNet-152 a top-5 error of 3.56%, and a footnote says that
# > Baidu had an entry that was better and was disqualified. The paper has 3.57%, and that is an
# > *ensemble* of six networks. Baidu's withdrawn figure was 4.58%, earlier in 2015, and so not better
# > but worse.

# %% [markdown]
# ## 6. The recipe
#
# How the paper trains on CIFAR-10:
#
# * descent with momentum 0.9, batches of 128;
# * weight decay $10^{-4}$: to each gradient is added $10^{-4}$ times the weight;
# * learning rate 0.1, divided by 10 after half and after three quarters of the 64,000 steps;
# * pictures padded by 4 pixels, cut out at random, and mirrored half of the time.
#
# Batches come from an object that can be gone through again and again, each time in a new order:


# %% setup=true
class Batches:
    """Pictures and labels in batches, in a new order each time they are gone through."""

    def __init__(self, images, labels, size=128, augment=None):
        self.images, self.labels, self.size, self.augment = images, labels, size, augment

    def __iter__(self):
        order = torch.randperm(len(self.labels))
        for rows in order.split(self.size):
            images = self.images[rows]
            yield (self.augment(images) if self.augment else images), self.labels[rows]


# %% [markdown]
# ### Exercise: `train`
#
# The paper's recipe, for any network and any batches. In each epoch go once through `batches`; for
# each batch one step of `torch.optim.SGD` along the cross entropy, with momentum and weight decay as
# above. When as many epochs are done as a milestone says, divide the learning rate by 10. Put the
# network in training mode before you begin.
#
# Return the **training error** of each epoch: of all pictures seen in it, the share that the network
# got wrong at the moment it saw them, before the step.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Slopes are added to `.grad`. Who sets them back, and when? And is the last batch as large as the
# others?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `torch.optim.SGD(model.parameters(), lr=lr, momentum=..., weight_decay=...)` and
# `torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1)`, whose `step()` is called
# once an epoch. Count wrong answers and pictures, and divide at the end of the epoch.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Adam, with a learning rate that shrinks a little every epoch, returning the mean loss of each:
#
# ```python
# def train_with_adam(model, batches, epochs):
#     optimizer = torch.optim.Adam(model.parameters())
#     schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.95)
#     means = []
#     for _ in progress(range(epochs)):
#         losses = []
#         for x, y in batches:
#             loss = F.cross_entropy(model(x), y)
#             optimizer.zero_grad()
#             loss.backward()
#             optimizer.step()
#             losses.append(loss.item())
#         schedule.step()
#         means.append(sum(losses) / len(losses))
#     return means
# ```
#
# </details></details></details>


# %% exercise="train"
def train(model, batches, epochs, milestones=(), lr=0.1):
    """Train a network by the recipe of the paper.

    Parameters
    ----------
    model : nn.Module
        Gives scores (N, classes). It is changed in place.
    batches : iterable of (x, y)
        Can be gone through once an epoch; batches may be of different sizes.
    epochs : int
    milestones : sequence of int
        After so many epochs the learning rate is divided by 10.
    lr : float
        The learning rate at the start.

    Returns
    -------
    list of float, one an epoch
        The share of pictures that the network got wrong.

    Example
    -------
    >>> model, batch = nn.Linear(2, 2), (torch.tensor([[3.0, 1.0]]), torch.tensor([1]))
    >>> train(model, [batch], 5)[-1]
    0.0
    """
    ### BEGIN SOLUTION
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones, gamma=0.1)
    errors = []
    model.train()
    for _ in progress(range(epochs)):
        wrong = seen = 0
        for x, y in batches:
            scores = model(x)
            optimizer.zero_grad()
            F.cross_entropy(scores, y).backward()
            optimizer.step()
            wrong += (scores.argmax(dim=1) != y).sum()
            seen += len(y)
        schedule.step()
        errors.append(float(wrong) / seen)
    return errors
    ### END SOLUTION


# %% setup=true
def tiny_model():
    """Batch norm and an affine layer in double precision, always with the same weights."""
    model = nn.Sequential(nn.BatchNorm1d(2), nn.Linear(2, 3))
    return filled(model).double().eval()


def tiny_batches():
    """Two batches, of three and of two samples."""
    x = torch.tensor([[1.0, 2.0], [-1.0, 0.5], [3.0, -2.0], [0.0, 1.0], [2.0, 2.5]])
    x, y = x.double(), torch.tensor([0, 0, 0, 2, 1])
    return [(x[:3], y[:3]), (x[3:], y[3:])]


# %% setup=true
def weights_after(train, batches, epochs, milestones):
    """The weights of the affine layer when that many batches are used."""
    model = tiny_model()
    train(model, tiny_batches()[:batches], epochs, milestones)
    return model[1].weight


def errors_while(train, epochs):
    """What the function returns."""
    return train(tiny_model(), tiny_batches(), epochs)


# %% check="train"
expected = np.array([[1.141696, 1.232604], [0.776706, -1.452004], [1.023386, 0.426318]])
check(weights_after, train, 1, 1, (), expected=expected, rtol=1e-5)
expected = np.array([[1.118873, 1.168867], [0.853681, -1.326691], [0.969178, 0.364737]])
check(weights_after, train, 2, 1, (), expected=expected, rtol=1e-5)
expected = np.array([[1.114847, 1.152349], [0.874386, -1.294054], [0.952478, 0.348617]])
check(weights_after, train, 2, 3, (1, 2), expected=expected, rtol=1e-5)
check(errors_while, train, 5, expected=[0.8, 0.6, 0.4, 0.2, 0.6])

# %% [markdown]
# ### Fifty-six layers
#
# Now your networks, your recipe: 56 layers with 4 maps in the first stage, on a thousand pictures of
# 16 × 16 pixels, four times over. CIFAR-10 is taken if it lies on this computer (`data.cifar10()`
# fetches it, 170 MB); otherwise digits stand in.
#
# > **Predict** the four training errors of plain-56, and those of ResNet-56. Blind guessing is wrong
# > in 9 of 10 cases.

# %% demo=true
from nand2resnet.training.devices import choose_device

device = choose_device()
found = data.cifar10(download=False)
images = F.avg_pool2d(torch.from_numpy(found.train.images[:1000]).float(), 2)
images = (images - images.mean((0, 2, 3), True)) / images.std((0, 2, 3), keepdim=True)
labels = torch.from_numpy(found.train.labels[:1000])
small_set = Batches(images.to(device), labels.to(device), size=32)

# %% demo=true
for name in ("plain-56", "ResNet-56"):
    torch.manual_seed(0)
    network = he_start(CifarResNet(56, "A", width=4))
    network = (plain(network) if name == "plain-56" else network).to(device)
    wrong = train(network, small_set, 4)
    print(f"{name}: training error", ", ".join(f"{share:.0%}" for share in wrong))

# %% [markdown]
# Same layers, same parameters, same start, same recipe: 56 layers that would not train do.
#
# The longer run of part 1, now with both halves. The four networks are the paper's own, with all
# their maps; only pictures and time were saved. The residual ones were broken off after a few epochs.
#
# > **Predict.** Where is ResNet-56 by then: near plain-56, between the others, or best of all?

# %% demo=true
degradation.training_errors("plain-20", "plain-56", "residual-20", "residual-56")

# %% [markdown]
# Compare at the same epoch. Each residual network is ahead of the plain one of its depth, and ResNet-56
# is soon better than plain-56 ever becomes. It has not caught up with 20 layers; so short a run does
# not show that it will. The paper's does.
#
# With all 50,000 pictures at full size and 64,000 steps, the paper's errors on the *test* pictures
# are: ResNet-20 8.75%, ResNet-32 7.51%, ResNet-44 7.17%, ResNet-56 6.97%, and ResNet-110 6.43% (the
# best of five runs; 6.61% on average; its first few hundred steps are taken with a learning rate of
# 0.01, because 0.1 is too much at the start). A plain network of 110 layers stays above 60%. On a
# graphics card you can repeat it, with the class of your own notebook:
#
# ```
# python -m nand2resnet.training resnet.ipynb:CifarResNet --set depth=20 --data cifar10 \
#     --augment crop_and_flip --epochs 164 --schedule steps --milestones 82,123 \
#     --weight-decay 1e-4 --precision auto --channels-last --compile --out resnet20.json
# ```
#
# It has not been run for this course at that size; the figures are the paper's.

# %% [markdown]
# ## 7. Faster, and on several machines
#
# A deep network is a long way to go for a single processor. Four things help, and none of them
# changes what is computed, but for rounding:
#
# * **Mixed precision.** Products in 16 bits, sums and weights in 32. A graphics card multiplies 16-bit
#   numbers several times as fast. `with torch.autocast(device_type, dtype=torch.bfloat16):` around
#   the way forth is all. (`float16` has a narrower range: there small gradients become 0, unless the
#   loss is scaled up before the way back.)
# * **Channels last.** In memory, put the channels of one pixel side by side:
#   `model.to(memory_format=torch.channels_last)`. Shapes stay as they are; only the order changes.
# * **Compile.** `torch.compile(model)` fuses many small steps (batch norm, addition, ReLU) into few
#   large ones. It takes a minute at the start, and pays for itself in long runs.
# * **More machines.** See below.
#
# > **Predict.** Which of the two below helps on *your* computer, and by how much?


# %% setup=true
def pictures_per_second(model, x, short=None):
    """How many pictures go forth and back in a second; the best of three tries."""
    import time

    best = float("inf")
    for _ in range(3):
        begun = time.perf_counter()
        with torch.autocast(x.device.type, dtype=short, enabled=short is not None):
            loss = model(x).sum()
        loss.backward()
        loss.item()  # a graphics card runs behind: wait for it
        best = min(best, time.perf_counter() - begun)
    return len(x) / best


# %% demo=true
batch = torch.randn(16, 3, 32, 32, device=device)
network = CifarResNet(20).to(device)
as_is = pictures_per_second(network, batch)
last = network.to(memory_format=torch.channels_last)
batch_last = batch.to(memory_format=torch.channels_last)
print(f"as it is:      {as_is:6.0f} pictures a second")
print(f"channels last: {pictures_per_second(last, batch_last):6.0f}")
if device.type == "cuda":
    print(f"and 16 bits:   {pictures_per_second(last, batch_last, torch.bfloat16):6.0f}")

# %% [markdown]
# ### Several graphics cards
#
# `torchrun` starts the same script once for each card. Each process has a copy of the network and
# takes a part of every batch; on the way back *DistributedDataParallel* (DDP) averages the gradients
# over all of them. So all copies take the same step and stay the same:
#
# ```
# torchrun --standalone --nproc-per-node 2 -m nand2resnet.training resnet.ipynb:CifarResNet \
#     --set depth=20 --data cifar10 --batch 64 --epochs 164 ...   (and so on, as above)
# ```
#
# A mean of means, over parts of equal size, is the mean of all. So two processes with 64 pictures each
# should take the very step of one process with 128. Do they? Without any second process, we can do the
# arithmetic: the gradient of a whole batch, and the average over its two halves.
#
# > **Predict.** For which of the two networks below are they the same?


# %% setup=true
def gradient_of(model, x, y):
    """All gradients of the mean loss, in one row."""
    model.zero_grad()
    F.cross_entropy(model(x).mean(dim=(2, 3)), y).backward()
    return torch.cat([weight.grad.flatten() for weight in model.parameters()])


# %%
x, y = pictures_for_gradients()
networks = {
    "a convolution": nn.Conv2d(3, 10, 3),
    "with batch norm": nn.Sequential(nn.Conv2d(3, 10, 3), nn.BatchNorm2d(10)),
}
for name, model in networks.items():
    whole = gradient_of(filled(model), x, y)
    halves = gradient_of(model, x[:16], y[:16]) / 2 + gradient_of(model, x[16:], y[16:]) / 2
    print(f"{name}: differ by {((whole - halves).norm() / whole.norm()).item():.1%}")

# %% [markdown]
# **What batch norm changes.** Its means are over the pictures that *this process* sees. With a part of
# the batch they are other means, and so other gradients; and each process keeps running statistics
# of its own, of which those of the first are saved. With 64 pictures a process the difference does no
# harm. With two it does: then `nn.SyncBatchNorm.convert_sync_batchnorm(model)` lets all processes
# average together, at the price of an exchange in every layer.

# %% [markdown]
# ## What we learnt, where next
#
# * Deeper networks can compute more, and yet learn less: their *training* error grows. That is
#   degradation, and no overfitting.
# * A residual block adds its input to what its layers compute. Doing nothing is then the easiest thing
#   to learn, and depth does no harm.
# * It is not the vanishing gradient: with batch norm the plain network's gradient explodes towards the
#   input. Each shortcut brings it down.
# * Bottlenecks squeeze the maps before the expensive convolution: 152 layers for the parameters of
#   AlexNet's 8.
# * Mixed precision, channels last, compiling and more cards make it faster. Batch norm alone notices
#   when a batch is shared out.
#
# **Next**, in unit 14: a block that looks at its own maps and turns some of them up and others down.
# It won the last ImageNet contest, and then you build a network of your own.
