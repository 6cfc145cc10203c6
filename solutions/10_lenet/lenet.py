# %% [markdown]
# # LeNet
#
# *90 minutes, 20 points. You need unit 09 (convolution), the backward passes of unit 05 and the
# momentum of unit 06. PyTorch must be installed; no graphics card is needed.*
#
# Nine units long you have written every derivative by hand. From here on a library finds the way
# back: PyTorch. You know what it does, because you have done it; first you check that it comes to
# your numbers. Then you build a network that read millions of cheques a day, train it, open it up,
# and in the end draw digits with the mouse and watch it think.
#
# **At the end you can**
#
# * compute with tensors, and let autograd find the gradients;
# * write a network as a module, and tell its parameters and shapes layer by layer;
# * write a training loop, and interrupt and resume it without losing a bit;
# * say which digits a network mixes up, and look at what its filters see.
#
# | part | | minutes |
# |---|---|---|
# | 1 | Where this network comes from | 6 |
# | 2 | Tensors, and the way back | 22 |
# | 3 | LeNet, a module | 20 |
# | 4 | A table of layers | 12 |
# | 5 | The training loop | 18 |
# | 6 | Looking inside | 12 |

# %% setup=true
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nand2resnet import data, plots
from nand2resnet.check import check
from nand2resnet.training import progress

plots.use_style()

# %% [markdown]
# ## 1. Where this network comes from
#
# * **1980.** Kunihiko Fukushima's *Neocognitron*: layers that look for features, and between them
#   layers that forgive a small shift. Convolution and pooling, in all but name. It has no
#   backpropagation; its layers find their features one after the other, without a teacher.
# * **1986.** David Rumelhart, Geoffrey Hinton and Ronald Williams show that a network learns useful
#   hidden units when errors are sent backwards. They *re*discover: Seppo Linnainmaa published the
#   chain rule run backwards in 1970, Paul Werbos proposed it for networks in 1974.
# * **1989.** Yann LeCun and colleagues at AT&T's Bell Labs put the two together: a convolutional
#   network, trained by backpropagation, reads handwritten zip codes.
# * **1998.** *LeNet-5*, the grown-up version. Systems built on it read millions of cheques a day. On
#   the MNIST digits it is wrong in 0.95 of 100 cases, or 0.8 when its training pictures are also
#   shown distorted.
#
# > **Check the source.** The slides give 1988 for the Neocognitron; Fukushima's paper is of 1980.
# > And "the best in the world for years" needs a footnote: the paper of 1998 lists a committee of
# > smaller networks, boosted LeNet-4, at 0.7%.
#
# Then, for twenty years, little. Not because something was missing in the idea: the pictures, and
# the computers, were too few. Unit 11 tells how that ended.

# %% [markdown]
# ## 2. Tensors, and the way back
#
# The next cell loads PyTorch, which takes a moment.

# %% setup=true
import torch
import torch.nn.functional as F
from torch import nn

# %% [markdown]
# A **tensor** is an array. Almost all you know about NumPy's arrays carries over: shapes,
# broadcasting, slices, `@`. Three things are new: it lives on a **device**, it usually holds **single
# precision** numbers, and it can **remember** how it was made.

# %%
array = np.array([[1.0, 2.0], [3.0, 4.0]])
tensor = torch.tensor(array)  # copies; torch.from_numpy would share the memory
print("from NumPy:     ", tensor.dtype, tuple(tensor.shape), "on", tensor.device)
print("made by torch:  ", torch.zeros(2, 3).dtype)
print("the same product:", np.array_equal((tensor @ tensor).numpy(), array @ array))

# %% [markdown]
# NumPy computes in `float64`, which has 16 digits; torch's own choice is `float32` with 7. A network
# does not need more, and memory and graphics cards are at least twice as fast with it. But a
# gradient check does: so for proofs we ask for `float64`.
#
# ### A tensor that remembers
#
# With `requires_grad=True` a tensor asks to be told its slope. Whatever is computed from it keeps a
# note of how: the computation graph of unit 05, drawn while you compute. `backward()` walks it from
# the end to the beginning, and leaves the slopes in `.grad`.
#
# > **Predict.** $f(v) = v_1^2\,v_2$ at $(3, 5)$. What are the two slopes?

# %%
v = torch.tensor([3.0, 5.0], requires_grad=True)
f = v[0] ** 2 * v[1]
print("f =", f.item(), " made by", f.grad_fn.name())
f.backward()
print("slopes:", v.grad)

# %% [markdown]
# That is **autograd**. No small step $h$: these are the exact rules you have written in unit 05, one
# for each operation, and the chain rule between them.
#
# One thing is easily forgotten: slopes are **added** to `.grad`. A value that is used twice needs
# that. But a second `backward()` adds to what the first one left.
#
# **Yours to finish:** set the slopes back to nothing before the second walk, with `v.grad = None`.
# Which numbers come out with it, which without?

# %%
for _ in range(2):
    # your turn: one line here
    (v[0] ** 2 * v[1]).backward()
print("slopes:", v.grad)

# %% [markdown]
# ### Exercise: `autograd_gradient`
#
# In unit 01 you wrote `numerical_gradient(f, v, h)`. Now without $h$: the gradient of $f$ at $v$, by
# autograd. `v` comes as a NumPy array, and a NumPy array is to be returned; in between, compute in
# double precision. `f` takes a tensor and returns a tensor with one number.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The cell above has all four steps: make a tensor that remembers, compute, walk back, read.
#
# <details><summary>Hint 2, a pointer</summary>
#
# `torch.tensor(v, dtype=..., requires_grad=True)`. Whole numbers cannot have slopes, so the dtype is
# needed. A tensor without memory becomes an array by `.numpy()`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How a volume changes with the side of its cube:
#
# ```python
# def volume_slope(side):
#     side = torch.tensor(side, dtype=torch.float64, requires_grad=True)
#     volume = side**3
#     volume.backward()
#     return side.grad.item()
# ```
#
# </details></details></details>


# %% exercise="autograd_gradient"
def autograd_gradient(f, v):
    """The gradient of a function, found by autograd.

    Parameters
    ----------
    f : function
        From a tensor of v's shape to a tensor with one number.
    v : array of any shape
        Where; its numbers may be integers.

    Returns
    -------
    array of v's shape, float64

    Example
    -------
    >>> autograd_gradient(lambda v: v[0] ** 2 * v[1], np.array([3.0, 5.0]))
    array([30., 9.])
    """
    ### BEGIN SOLUTION
    remembered = torch.tensor(v, dtype=torch.float64, requires_grad=True)
    f(remembered).backward()
    return remembered.grad.numpy()
    ### END SOLUTION


# %% setup=true
def product_of_powers(v):
    """v1^2 v2."""
    return v[0] ** 2 * v[1]


def bent(v):
    """The sum of tanh(v) times 1, 2, 3, ... in the order of its entries."""
    weights = torch.arange(1, v.numel() + 1, dtype=v.dtype).reshape(v.shape)
    return (weights * torch.tanh(v)).sum()


# %% check="autograd_gradient"
check(autograd_gradient, product_of_powers, np.array([3.0, 5.0]), expected=np.array([30.0, 9.0]))
check(autograd_gradient, product_of_powers, np.array([2, -1]), expected=np.array([-4.0, 4.0]))
column = np.array([[0.1], [-0.7], [3.0]])
expected = (1 - np.tanh(column) ** 2) * [[1], [2], [3]]
check(autograd_gradient, bent, column, expected=expected, rtol=1e-12)
check.dtype(autograd_gradient, bent, np.array([1.0, 2.0]), expected="float64")

# %% [markdown]
# ### Your convolution, and theirs
#
# In unit 09 you wrote a convolution layer forwards and backwards. Here both are, in short:


# %% setup=true
def windows_of(x, size, stride, pad):
    """All windows of pictures in a frame of zeros, (N, C, rows, columns, height, width)."""
    framed = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    return sliding_window_view(framed, size, axis=(2, 3))[:, :, ::stride, ::stride]


def conv_forward(x, w, b, stride, pad):
    """Unit 09's convolution layer."""
    windows = windows_of(x, w.shape[2:], stride, pad)
    out = np.einsum("ncrsij,fcij->nfrs", windows, w) + b[:, np.newaxis, np.newaxis]
    return out, (x, w, b, stride, pad)


# %% setup=true
def conv_backward(dout, cache):
    """The way back through it: the slopes along x, w and b."""
    x, w, _, stride, pad = cache
    dw = np.einsum("nfrs,ncrsij->fcij", dout, windows_of(x, w.shape[2:], stride, pad))
    (n, channels, high, wide), (rows, columns) = x.shape, dout.shape[2:]
    framed = np.zeros((n, channels, high + 2 * pad, wide + 2 * pad))
    for i, j in np.ndindex(w.shape[2:]):
        down = slice(i, i + stride * rows, stride)
        across = slice(j, j + stride * columns, stride)
        framed[:, :, down, across] += np.einsum("nfrs,fc->ncrs", dout, w[:, :, i, j])
    dx = framed[:, :, pad : pad + high, pad : pad + wide]
    return dx, dw, dout.sum(axis=(0, 2, 3))


# %% [markdown]
# PyTorch calls it `F.conv2d(x, w, b, stride=..., padding=...)`, with the same shapes as ours: pictures
# `(N, C, H, W)`, kernels `(F, C, kh, kw)`. It has no `conv_backward` for you to call. Autograd knows
# it.
#
# How does one hand in $G = \partial C/\partial o$, the slopes along the outputs, when there is no cost
# yet? A tensor with many numbers can walk back too, if it is told the slope along each of them:
# `out.backward(G)`.
#
# > **Predict.** Which cost $C$ has exactly the slopes $G$ along the outputs? (You have used it in
# > the gradient checks of unit 09.)
#
# ### Exercise: `our_conv_in_torch`
#
# The convolution of unit 09, forwards and backwards, but by torch. NumPy arrays in, NumPy arrays out,
# in double precision all the way.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Along which three arrays are slopes asked for? Those must remember.
#
# <details><summary>Hint 2, a pointer</summary>
#
# Three tensors with `requires_grad=True`, one call of `F.conv2d`, one `out.backward(...)` with `dout`
# as a tensor. The output remembers too, and `.numpy()` refuses that: `.detach().numpy()`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# An affine layer and its way back:
#
# ```python
# def affine_in_torch(X, W, dout):
#     X, W = (torch.tensor(array, requires_grad=True) for array in (X, W))
#     out = X @ W
#     out.backward(torch.tensor(dout))
#     return out.detach().numpy(), X.grad.numpy(), W.grad.numpy()
# ```
#
# </details></details></details>


# %% exercise="our_conv_in_torch"
def our_conv_in_torch(x, w, b, stride, pad, dout):
    """A convolution layer forwards and backwards, by PyTorch.

    Parameters
    ----------
    x : array (N, C, H, W)
    w : array (F, C, kh, kw)
    b : array (F,)
    stride : int
    pad : int
        Rows and columns of zeros on either side.
    dout : array (N, F, rows, columns)
        The slope of a cost along each output.

    Returns
    -------
    out : array (N, F, rows, columns)
    dx, dw, db : arrays of the shapes of x, w and b
        The slopes of that cost. All four are float64.

    Example
    -------
    >>> x, w = np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[-1.0, 1.0]]]])
    >>> our_conv_in_torch(x, w, np.zeros(1), 1, 0, np.array([[[[1.0, 3.0]]]]))[1]
    array([[[[-1., -2., 3.]]]])
    """
    ### BEGIN SOLUTION
    x, w, b = (torch.tensor(array, requires_grad=True) for array in (x, w, b))
    out = F.conv2d(x, w, b, stride=stride, padding=pad)
    out.backward(torch.tensor(dout))
    return out.detach().numpy(), x.grad.numpy(), w.grad.numpy(), b.grad.numpy()
    ### END SOLUTION


# %% setup=true
x_few = np.array(
    [
        [[[1.0, 2.0, 0.0, 3.0], [0.0, -1.0, 4.0, 1.0], [2.0, 1.0, 0.0, -2.0]]],
        [[[0.0, 1.0, 1.0, -3.0], [2.0, 0.0, -1.0, 1.0], [1.0, 3.0, 0.0, 2.0]]],
    ]
)  # two pictures with one channel, 3 x 4 pixels
w_few = np.array([[[[1.0, 0.0, -1.0], [2.0, -1.0, 0.0]]], [[[0.0, 1.0, 3.0], [-2.0, 0.0, 1.0]]]])
b_few = np.array([0.5, -1.0])  # two filters of 2 x 3


# %% setup=true
dout_few = np.array(
    [
        [[[1.0, 2.0], [0.0, -1.0]], [[3.0, 0.0], [1.0, 1.0]]],
        [[[0.0, 1.0], [2.0, -2.0]], [[1.0, -1.0], [0.0, 2.0]]],
    ]
)


def result(our_conv_in_torch, name, stride, pad):
    """One of the four results: "out", "dx", "dw" or "db"."""
    answers = our_conv_in_torch(x_few, w_few, b_few, stride, pad, dout_few)
    return answers[("out", "dx", "dw", "db").index(name)]


# %% check="our_conv_in_torch"
expected = conv_forward(x_few, w_few, b_few, 1, 0)[0]
check(result, our_conv_in_torch, "out", 1, 0, expected=expected)
expected = conv_forward(x_few, w_few, b_few, 2, 1)[0]
check(result, our_conv_in_torch, "out", 2, 1, expected=expected)
dx, dw, db = conv_backward(dout_few, (x_few, w_few, b_few, 2, 1))
check(result, our_conv_in_torch, "dx", 2, 1, expected=dx)
check(result, our_conv_in_torch, "dw", 2, 1, expected=dw)
check(result, our_conv_in_torch, "db", 2, 1, expected=db)
check.dtype(result, our_conv_in_torch, "dw", 1, 0, expected="float64")

# %% [markdown]
# The expected numbers in this check are those of *your* backward pass. On larger random pictures, the
# relative differences between the two:

# %%
rng = np.random.default_rng(0)
x, w, b = rng.normal(size=(4, 3, 9, 8)), rng.normal(size=(5, 3, 3, 2)), rng.normal(size=5)
out, cache = conv_forward(x, w, b, 2, 1)
dout = rng.normal(size=out.shape)
ours = (out, *conv_backward(dout, cache))
theirs = our_conv_in_torch(x, w, b, 2, 1, dout)
for name, one, other in zip(("out", "dx", "dw", "db"), ours, theirs, strict=True):
    print(f"{name}: {np.linalg.norm(one - other) / np.linalg.norm(one):.0e}")

# %% [markdown]
# Sixteen digits, all the same. You may trust autograd, for you could have written it.
#
# ### Where to compute
#
# A tensor lives on a **device**: the processor (`cpu`), a graphics card of NVIDIA or AMD (`cuda`), or
# Apple's (`mps`). All tensors of one computation must live on the same. The course chooses for you,
# and says what it found; `.to(device)` moves a tensor, or a whole network.

# %%
from nand2resnet.training.devices import choose_device

device = choose_device()
print(torch.ones(2, 2).to(device).device)

# %% [markdown]
# ## 3. LeNet, a module
#
# A layer with weights is an object: an **`nn.Module`**. `nn.Conv2d(3, 8, 5)` has 8 filters of 5 × 5
# over 3 channels, drawn at random when it is made. Call it like a function.

# %%
layer = nn.Conv2d(3, 8, 5, padding=2)
print("gives:", tuple(layer(torch.zeros(1, 3, 10, 12)).shape))
for name, weight in layer.named_parameters():
    print(f"{name}: {tuple(weight.shape)}, {weight.numel()} numbers")

# %% [markdown]
# A network is a module made of modules. It says two things: which layers it **has** (`__init__`),
# and what it **does** with an input (`forward`). There is no `backward` to write.


# %% setup=true
class EdgeCounter(nn.Module):
    """A small network: one convolution, pooled, then three scores."""

    def __init__(self):
        super().__init__()  # first of all, else PyTorch has nowhere to note the layers
        self.edges = nn.Conv2d(1, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.scores = nn.Linear(4 * 5 * 6, 3)

    def forward(self, x):
        """From pictures (N, 1, 10, 12) to scores (N, 3)."""
        maps = self.pool(torch.relu(self.edges(x)))
        return self.scores(maps.flatten(1))


# %%
small = EdgeCounter()
print(small)
print("parameters:", sum(weight.numel() for weight in small.parameters()))
print("scores:", tuple(small(torch.zeros(7, 1, 10, 12)).shape))

# %% [markdown]
# PyTorch noticed each layer when it was assigned to `self`. So `parameters()` finds all weights,
# `.to(device)` moves them, and **`state_dict()`** is a plain dict of them by name:

# %%
print({name: tuple(weight.shape) for name, weight in small.state_dict().items()})

# %% [markdown]
# **Yours to finish:** put a second convolution from 4 to 6 maps, 3 × 3 with padding, and its ReLU
# after the first one in the class above. Two lines change and one more is new. What happens if you
# forget that `scores` sees 6 maps now?
#
# ### The network of 1998, a little simplified
#
# | layer | | maps × rows × columns |
# |---|---|---|
# | input | a digit | 1 × 28 × 28 |
# | C1 | convolution, 6 filters of 5 × 5, padding 2; ReLU | 6 × 28 × 28 |
# | S2 | max pooling, 2 × 2, stride 2 | 6 × 14 × 14 |
# | C3 | convolution, 16 filters of 5 × 5, no padding; ReLU | 16 × 10 × 10 |
# | S4 | max pooling, 2 × 2, stride 2 | 16 × 5 × 5 |
# | C5 | convolution, 120 filters of 5 × 5, no padding; ReLU | 120 × 1 × 1 |
# | F6 | fully connected; ReLU | 84 |
# | output | fully connected | a score for each class |
#
# The original got pictures of 32 × 32: a digit in an empty frame. Padding of 2 does the same here. Its
# other differences, and what they save:
#
# * its units bend by a scaled tanh, ours by ReLU, which was found to learn faster (unit 04);
# * its pooling layers take the mean, times a weight, plus a bias: $6\cdot2 = 12$ and $16\cdot2 = 32$
#   parameters. Ours take the maximum and learn nothing;
# * its C3 is not fully connected: a table says which maps each filter sees. Six see 3 maps, nine
#   see 4, one sees all 6;
# * its last layer compares with ten fixed drawings of digits; ours gives scores for the softmax loss.
#
# > **Predict.** How many parameters does C3 have in ours, and in the original with its table?

# %%
ours = [(5 * 5 * 1 + 1) * 6, 0, (5 * 5 * 6 + 1) * 16, 0, (5 * 5 * 16 + 1) * 120]
ours += [(120 + 1) * 84, (84 + 1) * 10]
table = 6 * (3 * 25 + 1) + 9 * (4 * 25 + 1) + 1 * (6 * 25 + 1)
original = [156, 6 * 2, table, 16 * 2, 48_120, 10_164]
print("ours:    ", ours, "together", sum(ours))
print("original:", original, "together", sum(original))

# %% [markdown]
# ### Exercise: `LeNet`
#
# Build ours. Name the layers `c1`, `s2`, `c3`, `s4`, `c5`, `f6` and `output`, in small letters: the
# tables and figures below show these names. C5 is to be a convolution, as in the table. `classes` is
# how many scores come out.
#
# <details><summary>Hint 1, a nudge</summary>
#
# `EdgeCounter` has one layer of each kind that you need. Which numbers change?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `nn.Conv2d(in, out, 5)`, `nn.MaxPool2d(2)`, `nn.Linear(in, out)`. Between C5 and F6 the 120 × 1 × 1
# maps become rows of 120 numbers: `.flatten(1)` keeps the samples apart. After the last layer comes
# nothing: the loss will do the softmax.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# `EdgeCounter` above is a worked neighbour. Here is another, as a function that makes the network:
#
# ```python
# def two_convolutions(classes):
#     return nn.Sequential(
#         nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Conv2d(4, 8, 3), nn.ReLU(), nn.MaxPool2d(2),
#         nn.Flatten(), nn.Linear(8 * 12 * 12, classes),
#     )
# ```
#
# </details></details></details>


# %% exercise="LeNet"
class LeNet(nn.Module):
    """The simplified LeNet-5, from pictures of 28 x 28 to a score for each class.

    Parameters
    ----------
    classes : int
        How many.

    Example
    -------
    >>> tuple(LeNet(7)(torch.zeros(2, 1, 28, 28)).shape)
    (2, 7)
    """

    def __init__(self, classes=10):
        super().__init__()
        ### BEGIN SOLUTION
        self.c1 = nn.Conv2d(1, 6, 5, padding=2)
        self.s2 = nn.MaxPool2d(2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.s4 = nn.MaxPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, classes)
        ### END SOLUTION

    def forward(self, x):
        """From pictures (N, 1, 28, 28) to scores (N, classes)."""
        ### BEGIN SOLUTION
        x = self.s2(torch.relu(self.c1(x)))
        x = self.s4(torch.relu(self.c3(x)))
        x = torch.relu(self.c5(x)).flatten(1)
        x = torch.relu(self.f6(x))
        return self.output(x)
        ### END SOLUTION


# %% setup=true
from nand2resnet.networks import filled


def parameter_count(LeNet, classes):
    """How many numbers the network learns."""
    return sum(weight.numel() for weight in LeNet(classes).parameters())


def scores_of(LeNet, count):
    """The scores of so many pictures of stripes, with weights that do not depend on luck."""
    at = torch.arange(count * 28 * 28, dtype=torch.float32)
    with torch.no_grad():
        return filled(LeNet())(torch.sin(at**2 / 999).reshape(count, 1, 28, 28))


# %% [markdown]
# Two networks have different random weights, so their scores cannot be compared. The check fills
# yours with fixed numbers, by `filled`: the same for every layer of the same kind and shape.

# %% check="LeNet"
check(parameter_count, LeNet, 10, expected=61_706)
check(parameter_count, LeNet, 3, expected=61_706 - 7 * 85)
check.shape(scores_of, LeNet, 3, expected=(3, 10))
first_half = [0.45227, 2.45061, -1.88482, -0.48589, 0.35446]
second_half = [-1.83721, -2.24346, 0.44783, -1.31495, -0.07763]
expected = np.array([first_half + second_half])
check(scores_of, LeNet, 1, expected=expected, rtol=1e-3, atol=1e-4)

# %% [markdown]
# ## 4. A table of layers
#
# The table above was written by hand. Now let the network tell it itself. How do you look into the
# middle of a network, without changing its `forward`? By a **hook**: a function of yours that a
# module calls each time it has computed something.
#
# > **Predict.** In which order will the names appear, and how often each?

# %%
seen = []


def note(layer, _inputs, output):
    """Note what went through a layer."""
    seen.append((type(layer).__name__, tuple(output.shape)))


handles = [layer.register_forward_hook(note) for layer in small.children()]
small(torch.zeros(1, 1, 10, 12))
for handle in handles:
    handle.remove()  # else the hook stays for ever
print(seen)

# %% [markdown]
# ### Exercise: `layer_table`
#
# Send one picture of zeros through a model and return a row for each **layer that holds no other
# layers**, in the order in which the picture goes *through* them (which need not be the order in
# which they were made): the layer's name, the shape it gives (without the batch), and how many
# parameters it has.
#
# Leave the model as you found it: in the same mode (`model.training`), and without hooks. Some layers
# take notes in training mode, so look at them in `eval()` mode.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The hook is called with the layer, its inputs and its output. Which of the three columns does it
# know, and which one do you have to bring along?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `model.named_modules()` gives every module with its name, also those inside others, also the model
# itself. `any(layer.children())` tells whether one holds others. To bring the name along, give each
# layer a hook of its own: a function that makes functions, or an argument with a default.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The largest number that each child gives:
#
# ```python
# def largest_of_each(model, x):
#     found = {}
#
#     def remember(name):
#         def hook(layer, inputs, output):
#             found[name] = output.max().item()
#
#         return hook
#
#     handles = [child.register_forward_hook(remember(n)) for n, child in model.named_children()]
#     model(x)
#     for handle in handles:
#         handle.remove()
#     return found
# ```
#
# </details></details></details>


# %% exercise="layer_table"
def layer_table(model, input_size):
    """What each layer of a network gives, and how many parameters it has.

    Parameters
    ----------
    model : nn.Module
        On the CPU. It is left as it was.
    input_size : tuple
        The shape of one input without the batch, such as (1, 28, 28).

    Returns
    -------
    list of (name, shape, parameters)
        For each layer that holds no others, as they are run through: a str as in named_modules(),
        a tuple without the batch, an int.

    Example
    -------
    >>> small = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())
    >>> [row[1:] for row in layer_table(small, (1, 4, 4))]
    [((2, 2, 2), 20), ((2, 2, 2), 0)]
    """
    ### BEGIN SOLUTION
    rows, handles, mode = [], [], model.training

    def row_for(name):
        def hook(layer, _, output):
            count = sum(weight.numel() for weight in layer.parameters())
            rows.append((name, tuple(output.shape[1:]), count))

        return hook

    for name, layer in model.named_modules():
        if not any(layer.children()):
            handles.append(layer.register_forward_hook(row_for(name)))
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, *input_size))
    model.train(mode)
    for handle in handles:
        handle.remove()
    return rows
    ### END SOLUTION


# %% setup=true
class Crossed(nn.Module):
    """Its layers are made in another order than they are used, and one lies in another."""

    def __init__(self):
        super().__init__()
        self.last = nn.Linear(6, 2)
        self.first = nn.Sequential(nn.Conv2d(1, 3, (2, 3)), nn.BatchNorm2d(3))
        self.pool = nn.MaxPool2d(2)

    def forward(self, x):
        """From (N, 1, 3, 6) to (N, 2)."""
        return self.last(self.pool(self.first(x)).flatten(1))


# %% setup=true
def left_behind(layer_table, training):
    """How a network is afterwards: its mode, its hooks, how many pictures were counted."""
    model = Crossed().train(training)
    layer_table(model, (1, 3, 6))
    hooks = sum(len(layer._forward_hooks) for layer in model.modules())
    return model.training, hooks, int(model.first[1].num_batches_tracked)


def table_of(layer_table, network, input_size):
    """The table of a network that is made for it."""
    return layer_table(network(), input_size)


# %% check="layer_table"
expected = [
    ("first.0", (3, 2, 4), 21),
    ("first.1", (3, 2, 4), 6),
    ("pool", (3, 1, 2), 0),
    ("last", (2,), 14),
]
check(table_of, layer_table, Crossed, (1, 3, 6), expected=expected)
check(left_behind, layer_table, True, expected=(True, 0, 0))
check(left_behind, layer_table, False, expected=(False, 0, 0))

# %% [markdown]
# Now your LeNet. Do you find the numbers of the table in part 3 again?

# %%
rows = layer_table(LeNet(), (1, 28, 28))
for name, shape, count in rows:
    print(f"{name:8} {shape!s:14} {count:7,}")
print(f"{'together':23} {sum(count for *_, count in rows):7,}")

# %% [markdown]
# The figure draws that table. Point at a row, or go through them with the arrow keys: it shows the
# volume the layer gives, what one of its cells sees of the digit, and where the number of its
# parameters comes from.
#
# > **Predict** first: which layer holds most of the parameters? And which one gives most numbers?

# %% demo=true
from nand2resnet.widgets import LayerTable

LayerTable(layer_table, LeNet, (1, 28, 28))

# %% [markdown] question="one_reading_or_many" points=2
# ### Written question: a convolution that sees everything
#
# (a) C5 is a convolution, but its maps have one cell each. Show that for pictures of 28 × 28 a fully
# connected layer with 400 inputs and 120 units could do the same, with equally many parameters. Why
# may one nevertheless call it a convolution? (b) Give the network, with F6 and the output rewritten
# as convolutions of 1 × 1, a strip of paper of 28 × 44 pixels. Which shapes do the layers give, and
# what do the numbers that come out at the end mean? (Shapes and a few sentences; a human reads them.)
#
# ### BEGIN SOLUTION
# (a) S4 gives 16 × 5 × 5 = 400 numbers. A filter of C5 has 16 × 5 × 5 weights and fits on them at one
# place only, so each of the 120 maps is one weighted sum of all 400 numbers plus a bias: that is a
# fully connected layer, 120 · (400 + 1) = 48,120 parameters either way. It is a convolution because
# the weights are tied to a window and not to a picture: on a larger picture the same filters fit at
# several places, and there give a map. (One point.)
#
# (b) C1 6 × 28 × 44, S2 6 × 14 × 22, C3 16 × 10 × 18, S4 16 × 5 × 9, C5 120 × 1 × 5, F6 84 × 1 × 5,
# output 10 × 1 × 5: five readings of the strip, by windows of 28 pixels that begin 4 pixels apart
# (the two strides of 2). It reads a row of digits without cutting them apart first, and shares most of
# the work. (Half a point for the shapes, half for the meaning. The padding of C1 makes the inner
# windows a little different from cut-out pictures; nobody loses marks for not saying so.)
# ### END SOLUTION

# %% [markdown]
# ## 5. The training loop
#
# Four lines do all the work, for LeNet as for the largest network:
#
# ```python
# optimizer.zero_grad()                        # forget the slopes of the last batch
# loss = F.cross_entropy(model(images), labels)
# loss.backward()                              # the slopes of this batch
# optimizer.step()                             # one step of descent
# ```
#
# `F.cross_entropy` is unit 04's `softmax_loss`: it takes *scores*, not probabilities, and gives the
# mean over the batch. The optimizer knows the model's weights and does unit 06's arithmetic:
# `torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)`. (Its velocity leaves the learning rate
# out: $v \leftarrow \rho v + g$, $w \leftarrow w - \eta v$. While $\eta$ stays the same, the path does
# too.)
#
# Batches are worked out for you. Here they are tensors:


# %% setup=true
def batches(images, labels, size, rng=None):
    """Pairs of images and labels; shuffled if there is a generator of random numbers."""
    order = np.arange(len(labels)) if rng is None else rng.permutation(len(labels))
    for first in range(0, len(order), size):
        rows = torch.from_numpy(order[first : first + size]).to(labels.device)
        yield images[rows], labels[rows]


# %%
for images, labels in batches(torch.zeros(10, 1, 28, 28), torch.arange(10), 4):
    print(tuple(images.shape), labels)

# %% [markdown]
# A module has two **modes**: `model.train()` for learning and `model.eval()` for use. LeNet does not
# care. But dropout (unit 08) and batch norm (unit 07) do, and every network after this one has one or
# the other. So say which mode you mean, every time.
#
# ### Exercise: `train_epoch`
#
# One pass over the batches, in training mode, one step of the optimizer for each. Return the mean loss
# over all *pictures* of the epoch, as it was while learning.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The last batch is often smaller. How much should it count in the mean?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `loss.item()` is the loss as a plain number; without `.item()` you would keep the graph of every
# batch in memory. Add up `loss.item() * len(labels)`, and count the pictures.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Fit one number to many, by descent, and tell how far it was on average:
#
# ```python
# def fit_number(number, optimizer, values):
#     total = 0.0
#     for value in values:
#         optimizer.zero_grad()
#         loss = (number - value) ** 2
#         loss.backward()
#         optimizer.step()
#         total += loss.item()
#     return total / len(values)
# ```
#
# </details></details></details>


# %% exercise="train_epoch"
def train_epoch(model, batches, optimizer):
    """One pass over the training data.

    Parameters
    ----------
    model : nn.Module
        From images (N, ...) to scores (N, classes). It learns, in training mode.
    batches : iterable of (images, labels)
        Tensors on the model's device; labels (N,) are class indices.
    optimizer : torch.optim.Optimizer
        Knows the model's weights.

    Returns
    -------
    float
        The mean over all pictures of the cross entropy, each as it was in its batch.

    Example
    -------
    >>> model = filled(nn.Linear(2, 3))
    >>> optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    >>> pairs = [(torch.zeros(4, 2), torch.tensor([0, 1, 2, 0]))]
    >>> [round(train_epoch(model, pairs, optimizer), 3) for _ in range(2)]
    [1.093, 1.089]
    """
    ### BEGIN SOLUTION
    model.train()
    total, count = 0.0, 0
    for images, labels in batches:
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        count += len(labels)
    return total / count
    ### END SOLUTION


# %% setup=true
class Watched(nn.Module):
    """A linear classifier that notes in which mode it was asked, and whether slopes were kept."""

    def __init__(self, features, classes):
        super().__init__()
        self.linear = nn.Linear(features, classes)
        self.asked = []

    def forward(self, x):
        """From (N, features) to scores."""
        self.asked.append((self.training, torch.is_grad_enabled()))
        return self.linear(x.flatten(1))


# %% setup=true
digits = data.digits()
digits_few = torch.tensor(digits.images[:10], dtype=torch.float32), torch.tensor(digits.labels[:10])


# %% setup=true
def after_epochs(train_epoch, epochs, momentum):
    """The biases of three classes, after epochs over 10 digits in batches of 4, 4 and 2."""
    model = filled(Watched(64, 10))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=momentum)
    for _ in range(epochs):
        train_epoch(model, batches(*digits_few, 4), optimizer)
    return model.linear.bias.detach()[2:5]


def loss_of_epoch(train_epoch, size, lr):
    """What one epoch over 10 digits in batches of some size returns."""
    model = filled(Watched(64, 10))
    return train_epoch(model, batches(*digits_few, size), torch.optim.SGD(model.parameters(), lr))


# %% setup=true
def modes_of(train_epoch):
    """In which mode a network that was in use is asked, batch by batch."""
    model = filled(Watched(64, 10)).eval()
    train_epoch(model, batches(*digits_few, 4), torch.optim.SGD(model.parameters(), 0.5))
    return [training for training, _ in model.asked]


# %% check="train_epoch"
expected = np.array([0.05544, -0.07151, 0.04085])
check(after_epochs, train_epoch, 1, 0.0, expected=expected, rtol=1e-3, atol=2e-5)
expected = np.array([0.01376, -0.04621, 0.20103])
check(after_epochs, train_epoch, 2, 0.9, expected=expected, rtol=1e-3, atol=2e-5)
check(loss_of_epoch, train_epoch, 10, 0.5, expected=2.499424, rtol=1e-4)
check(loss_of_epoch, train_epoch, 4, 0.0, expected=2.499424, rtol=1e-4)
check(modes_of, train_epoch, expected=[True, True, True])

# %% [markdown]
# ### Exercise: `evaluate`
#
# How good is it on data it has not learned from? The mean loss and the share of right answers, in
# `eval` mode, and **without remembering**: inside `with torch.no_grad():` no graph is kept, which
# saves half the time and most of the memory.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which lines of the training loop must not be here?
#
# <details><summary>Hint 2, a pointer</summary>
#
# The answer is the class with the largest score, `scores.argmax(dim=1)`. Count right ones with
# `(answers == labels).sum().item()`. As in training, each picture counts once.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How sure is it on average of what it answers?
#
# ```python
# def mean_confidence(model, batches):
#     model.eval()
#     total, count = 0.0, 0
#     with torch.no_grad():
#         for images, _ in batches:
#             chances = torch.softmax(model(images), dim=1)
#             total += chances.max(dim=1).values.sum().item()
#             count += len(images)
#     return total / count
# ```
#
# </details></details></details>


# %% exercise="evaluate"
def evaluate(model, batches):
    """How good a network is on some data.

    Parameters
    ----------
    model : nn.Module
        From images (N, ...) to scores (N, classes). It is asked in evaluation mode, without
        gradients, and learns nothing.
    batches : iterable of (images, labels)
        Tensors on the model's device.

    Returns
    -------
    loss : float
        The mean over all pictures of the cross entropy.
    accuracy : float
        The share of pictures whose largest score is that of their label.

    Example
    -------
    >>> pairs = [(torch.eye(2), torch.tensor([0, 1]))]
    >>> pairs.append((torch.tensor([[4.0, 0.0]]), torch.tensor([1])))
    >>> tuple(round(number, 3) for number in evaluate(nn.Identity(), pairs))
    (1.548, 0.667)
    """
    ### BEGIN SOLUTION
    model.eval()
    total, right, count = 0.0, 0, 0
    with torch.no_grad():
        for images, labels in batches:
            scores = model(images)
            total += F.cross_entropy(scores, labels).item() * len(labels)
            right += (scores.argmax(dim=1) == labels).sum().item()
            count += len(labels)
    return total / count, right / count
    ### END SOLUTION


# %% setup=true
def judged(evaluate, size):
    """Loss and accuracy on 10 digits in batches of some size."""
    return evaluate(filled(Watched(64, 10)), batches(*digits_few, size))


def asked_by(evaluate):
    """The mode and whether slopes were kept, batch by batch, of a network that was learning."""
    model = filled(Watched(64, 10)).train()
    evaluate(model, batches(*digits_few, 4))
    return model.asked


# %% check="evaluate"
check(judged, evaluate, 10, expected=(2.499424, 0.1), rtol=1e-4)
check(judged, evaluate, 4, expected=(2.499424, 0.1), rtol=1e-4)
check(asked_by, evaluate, expected=[(False, False)] * 3)

# %% [markdown]
# ### Handwritten digits
#
# MNIST: 60,000 digits to learn from and 10,000 to test on, 28 × 28 pixels. If they cannot be had here,
# the small digits of units 04 to 09 stand in, enlarged to the same size, and everything below works
# the same. To keep the time short, at most 6,000 are used.

# %%
pictures = data.mnist()
print(pictures.name, pictures.train.images.shape, pictures.test.images.shape)
few = 6_000
X_raw, y_train = pictures.train.images[:few], torch.tensor(pictures.train.labels[:few])
X_test_raw, y_test = pictures.test.images[:few], torch.tensor(pictures.test.labels[:few])
mean, spread = X_raw.mean(), X_raw.std()


def prepare(images):
    """From grey values 0 to 255 to numbers around 0, of the size of 1, on the device."""
    return ((torch.tensor(images, dtype=torch.float32) - mean) / spread).to(device)


X_train, X_test = prepare(X_raw), prepare(X_test_raw)
y_train, y_test = y_train.to(device), y_test.to(device)

# %% [markdown]
# > **Predict.** Before any training, how large is the loss? And the accuracy?

# %%
torch.manual_seed(0)
model = LeNet(len(pictures.names)).to(device)
print("loss {:.2f}, accuracy {:.1%}".format(*evaluate(model, batches(X_test, y_test, 500))))

# %% [markdown]
# Now the training: eight epochs, under half a minute on two cores of a processor. (On MNIST itself
# a run of these cells reads 97.0% of the 10,000 test digits. With all 60,000 to learn from, in
# batches of 64, it was 98.6% after four epochs, two minutes on one core. No graphics card was at hand
# for this text. The paper's LeNet-5 reads 99.05%.)

# %%
optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
rng, history = np.random.default_rng(0), []
for _ in progress(range(8)):
    loss = train_epoch(model, batches(X_train, y_train, 32, rng), optimizer)
    history.append((loss, *evaluate(model, batches(X_test, y_test, 500))))
print(f"accuracy on new digits after each epoch: {[f'{a:.1%}' for *_, a in history]}")

# %% demo=true
figure, axes = plots.new_figure()
epochs = range(1, len(history) + 1)
axes.semilogy(epochs, [loss for loss, *_ in history], "o-", label="while learning")
axes.semilogy(epochs, [loss for _, loss, _ in history], "s--", label="on new digits")
axes.set(xlabel="epoch", ylabel="loss", title=f"{history[-1][2]:.1%} of the new digits are right")
axes.legend()
figure.alt = (
    f"Both losses fall; in the last epoch they are {history[-1][0]:.2g} and {history[-1][1]:.2g}."
)
figure

# %% [markdown]
# In the first epochs the new digits may well have the *smaller* loss: the loss while learning is a
# mean over a whole epoch, from its clumsy beginning on.
#
# ### Stop, and go on
#
# A training that takes a day should survive a power cut. What must be kept, so that it goes on as if
# nothing had happened? The weights, of course. But also the optimizer's velocities, the state of the
# random numbers, and the number of the epoch. That is a **checkpoint**.
#
# > **Predict.** Two epochs in one go, against one epoch, a checkpoint, a new start, one epoch. Will
# > the weights be equal to the last bit? And if the velocities are forgotten?

# %%
import io


def beginning():
    """A fresh network, its optimizer, its random numbers."""
    torch.manual_seed(1)
    model = LeNet(len(pictures.names)).to(device)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9)
    return model, optimizer, np.random.default_rng(1)


def one_epoch(model, optimizer, rng):
    """Over 500 digits."""
    return train_epoch(model, batches(X_train[:500], y_train[:500], 32, rng), optimizer)


# %%
whole, optimizer_1, rng_1 = beginning()
one_epoch(whole, optimizer_1, rng_1)
file = io.BytesIO()  # on a disk: a path
torch.save(
    {
        "model": whole.state_dict(),
        "optimizer": optimizer_1.state_dict(),
        "rng": rng_1.bit_generator.state,
    },
    file,
)
one_epoch(whole, optimizer_1, rng_1)

# %%
file.seek(0)
kept = torch.load(file)
resumed, optimizer_2, rng_2 = beginning()
resumed.load_state_dict(kept["model"])
optimizer_2.load_state_dict(kept["optimizer"])  # what if you leave this line out?
rng_2.bit_generator.state = kept["rng"]
one_epoch(resumed, optimizer_2, rng_2)
pairs = zip(whole.parameters(), resumed.parameters(), strict=True)
print("equal to the last bit:", all(torch.equal(one, other) for one, other in pairs))

# %% [markdown]
# (On a graphics card many sums are added up in another order each time, so there the last digits may
# differ.) Load such files with `torch.load` only if you trust where they come from; it refuses anything but
# plain data by itself nowadays, which is why the checkpoint holds dicts and no objects of yours.
#
# From here on you need not write this again. `nand2resnet.training` has a loop that does it: with
# checkpoints written so that no power cut leaves half a file, learning-rate schedules, half precision
# on graphics cards, and a bar. From a terminal, with *your* network out of *your* notebook:
#
# ```
# python -m nand2resnet.training lenet.ipynb:LeNet --data mnist --epochs 5 --out run.json
# ```

# %% demo=true
from types import SimpleNamespace

from nand2resnet.training.loop import Recipe, train

part = data.Pictures(X_raw[:500], pictures.train.labels[:500])
trial = SimpleNamespace(train=part, test=part, names=pictures.names)
recipe = Recipe(epochs=2, batch=32, learning_rate=0.02, weight_decay=0.0)
history_of_trial = train(LeNet(len(pictures.names)), trial, recipe, device=device)
for epoch in history_of_trial.epochs:
    print(f"epoch {epoch.number}: loss {epoch.loss:.2f}, accuracy {epoch.accuracy:.1%}")

# %% [markdown]
# ## 6. Looking inside
#
# ### What it mixes up
#
# A **confusion matrix** counts, for each digit (row), what it was taken for (column).
#
# > **Predict** two digits that will be mixed up.

# %%
model.eval()
with torch.no_grad():
    chances = torch.softmax(model(X_test), dim=1).cpu().numpy()
answers, truth = chances.argmax(axis=1), y_test.cpu().numpy()
confusion = np.zeros((len(pictures.names),) * 2, dtype=int)
np.add.at(confusion, (truth, answers), 1)
print(confusion)

# %% demo=true
figure, axes = plots.new_figure(height=4.2)
mistaken = confusion * (1 - np.eye(len(confusion)))
axes.imshow(mistaken, cmap="gray_r", vmax=1.6 * max(mistaken.max(), 1))
for place, number in np.ndenumerate(confusion):
    if number:
        axes.text(*place[::-1], number, ha="center", va="center", fontsize=8)
axes.set(xlabel="taken for", ylabel="is", xticks=range(10), yticks=range(10))
axes.set_title("Darker: mistaken more often")
worst = np.unravel_index(mistaken.argmax(), mistaken.shape)
figure.alt = (
    f"{np.trace(confusion)} of {confusion.sum()} are right; the most frequent mistake, "
    f"{int(mistaken.max())} times: a {worst[0]} taken for a {worst[1]}."
)
figure

# %% [markdown]
# ### The hardest digits
#
# Sorted by the chance that the network gave to the right answer, smallest first.
#
# > **Predict.** Would *you* have read them?

# %% demo=true
given_to_truth = chances[np.arange(len(truth)), truth]
hardest = np.argsort(given_to_truth)[:8]
titles = [
    f"a {truth[n]}, read as {answers[n]}\n{given_to_truth[n]:.0%} for {truth[n]}" for n in hardest
]
plots.images(X_test_raw[hardest, 0] / 255, titles=titles)

# %% [markdown]
# ### What each filter sees
#
# The six filters of C1, 5 × 5 weights each. Dark speaks for the filter, light against it, the grey of
# the corner stands for 0.
#
# > **Predict.** Edges, strokes, or noise?

# %% demo=true
filters = model.c1.weight.detach().cpu().numpy()[:, 0]
plots.images(
    0.5 + filters / (2 * np.abs(filters).max()),
    titles=[f"filter {n}" for n in range(len(filters))],
    alt="Six filters of 5 by 5 weights, some of them dark along one direction.",
)

# %% [markdown]
# The filters of C3 see through all six maps at once, and cannot be drawn as a picture. But one can ask
# which piece of all test digits excites each of them *most*: a cell of C3 sees 14 × 14 pixels.

# %%
with torch.no_grad():
    c3 = model.c3(model.s2(torch.relu(model.c1(X_test)))).cpu().numpy()
framed = np.pad(X_test_raw[:, 0], ((0, 0), (2, 2), (2, 2)))
favourites = []
for f in range(16):
    n, row, column = np.unravel_index(c3[:, f].argmax(), c3[:, f].shape)
    favourites.append(framed[n, 2 * row : 2 * row + 14, 2 * column : 2 * column + 14])
print("cells of C3:", c3.shape[1:], " what a cell sees:", favourites[0].shape)

# %% demo=true
plots.images(
    np.array(favourites) / 255,
    titles=[f"C3, {f}" for f in range(16)],
    alt="For each of 16 filters the piece of a digit that excites it most: bends, ends, crossings.",
)

# %% [markdown]
# ### Draw
#
# And now your own hand. Draw a digit on the left, with the mouse or from the keyboard. Every map of
# your network follows.
#
# > **Predict.** Draw a 3, then close its left side. At which moment does it become an 8?

# %% demo=true
from nand2resnet.widgets import DigitReader

DigitReader(model, prepare, X_test_raw)

# %% [markdown]
# What can be seen there:
#
# * C1 draws the digit six times, once by each of its filters; S2 says the same on a quarter of the
#   paper.
# * In C3 and S4 the digit is gone. Cells say that there is a bend, an end, a crossing, and roughly
#   where.
# * C5 and F6 have no place any more. The output has ten numbers.
#
# Move your digit into a corner: it knows digits in the middle only, because it has never seen another.
# Pooling forgives two pixels, not ten.

# %% [markdown]
# ## What we learnt, where next
#
# * A tensor is an array with a device, and, if asked, a memory of how it was made. Autograd walks that
#   memory backwards; its numbers are those you derived.
# * A module has layers and says what it does with an input. Its parameters, its moves and its
#   `state_dict` follow from that.
# * LeNet: 61,706 parameters, more than three quarters of them in C5. Shapes tell more than drawings:
#   maps shrink, their number grows, places turn into meanings.
# * The loop is the same for every network: forget, compute, walk back, step. Learn in `train()`, use in
#   `eval()`, and a checkpoint keeps *all* that changes.
#
# **Next**, in unit 11: a thousand classes, a million photographs, and sixty million parameters. What
# had to happen between 1998 and 2012.
