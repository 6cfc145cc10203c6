# %% [markdown]
# # Convolution
#
# *180 minutes, 20 points. You need units 03 to 05: neurons, the softmax loss, layers that run
# backwards, the gradient check. Momentum (unit 06) is used once. Take a break after part 4.*
#
# So far a picture was a long list of numbers. Shuffle the pixels of all digits in the same way, and
# the networks of unit 05 would not even notice. In this unit you build a network that knows what a
# picture is: that neighbours belong together, and that an edge is an edge wherever it stands. You
# write every part of it, forwards and backwards, and make it fast with nothing but NumPy.
#
# **At the end you can**
#
# * slide a filter over a picture, and say what it looks for;
# * tell the size of what comes out, and how much of the picture each unit sees;
# * write a convolution layer forwards and backwards, and prove it;
# * turn a slow loop into one product of matrices, and measure what that is worth;
# * train a convolutional network, and look at what it has learned to look for.
#
# | part | | minutes |
# |---|---|---|
# | 1 | A blank slate, or a window | 10 |
# | 2 | One window slides | 28 |
# | 3 | Borders, steps and sizes | 24 |
# | 4 | Volumes | 16 |
# | 5 | Faster: loops, windows, columns | 26 |
# | 6 | Backwards | 34 |
# | 7 | Pooling | 20 |
# | 8 | A network that sees | 22 |

# %% setup=true
import contextlib

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nand2resnet import data, plots
from nand2resnet.check import check
from nand2resnet.training import progress

plots.use_style()

# %% [markdown]
# ## 1. A blank slate, or a window
#
# Is there a ball in the picture? A single unit that sees all $64\cdot64\cdot3$ numbers has that many
# weights, each for one place. If the ball was never in the lower right corner of a training picture,
# then the weights of that corner have learned nothing about balls. The unit is a **blank slate**
# (*tabula rasa*): that pixels have neighbours, and that a ball here looks like a ball there, it would
# have to find out for every place anew.
#
# In 1959 David Hubel and Torsten Wiesel measured single neurons in the visual cortex of a cat. Each
# answered to a small patch of what the cat saw, its **receptive field**, and to an edge of one
# direction in it. Kunihiko Fukushima built a network on this idea in 1980, the Neocognitron. (The
# slides say 1988; the paper is of 1980.)
#
# So: give a unit a small window only, 4 × 4 pixels in 3 colours, 48 weights. And use the *same* 48
# weights at every place. There are two ways to think of this:
#
# * *Many examples for one unit:* slide the window over the picture, cut out a vector of 48 numbers
#   at each place, and ask one unit about each.
# * *Many units with tied weights:* a unit for each place, all with the same weights. When one of
#   them learns, they all do.
#
# > **Predict.** A picture of 8 × 8 pixels. At how many places does a window of 4 × 4 fit?

# %%
rng = np.random.default_rng(0)
picture, weights = rng.random((3, 8, 8)), rng.normal(size=(3, 4, 4))
places = [(row, column) for row in range(5) for column in range(5)]
vectors = np.array([picture[:, r : r + 4, c : c + 4].ravel() for r, c in places])
responses = vectors @ weights.ravel()
print("cut out:", vectors.shape, " responses:", responses.shape)
print("as a map of the places:", responses.reshape(5, 5).shape)

# %% [markdown]
# The 25 responses belong to places, so we keep them as a picture again. It is called a **feature
# map**: it says where in the picture the feature is that the weights look for.
#
# **What sharing saves.** Take pictures of 28 × 28 pixels and 20 feature maps, each with a window of
# 5 × 5 and one bias. Beside it, a layer of 30 ordinary units, and one with as many units as the 20
# maps have.
#
# > **Predict** which of the three has the fewest parameters, and by how many powers of ten the
# > largest is larger.

# %%
maps_side = 28 - 5 + 1
units = 20 * maps_side**2
print("20 feature maps:", 20 * (5 * 5 + 1), "parameters,", units, "outputs")
print("30 units:       ", 28 * 28 * 30 + 30, "parameters,", 30, "outputs")
print("as many outputs:", 28 * 28 * units + units, "parameters,", units, "outputs")

# %% [markdown]
# > **Check the source.** The notes compare the first two lines: 520 against 23,550. But one layer
# > has 11,520 outputs and the other 30. With equally many outputs it is 520 against 9,043,200.

# %% [markdown]
# ## 2. One window slides
#
# In one dimension first. A **kernel** (or **filter**) of three weights slides over a row of numbers.
# At each place: multiply with what is below, add up.

# %%
signal, kernel = np.array([1.0, 1.0, 1.0, 5.0, 5.0, 5.0, 2.0]), np.array([-1.0, 0.0, 1.0])
slid = []
for place in range(len(signal) - len(kernel) + 1):
    window = signal[place : place + len(kernel)]
    slid.append(float(np.sum(window * kernel)))
print(slid)

# %% [markdown]
# The kernel $(-1, 0, 1)$ subtracts what is on the left from what is on the right: it answers where
# the signal changes, with the sign of the change, and with 0 where nothing happens.
#
# ### Exercise: `correlate2d`
#
# The same in two dimensions: rows and columns.
#
# $$o_{rc} = \sum_{i}\sum_{j} x_{r+i,\,c+j}\; k_{ij}$$
#
# for all places where the whole kernel fits on the picture. Two loops are fine: this is the first
# rung of a ladder, and will be measured.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How many rows of places are there, if the picture has 10 rows and the kernel 3? Try it on paper
# with 3 and 3 first.
#
# <details><summary>Hint 2, a pointer</summary>
#
# A window is `image[r : r + height, c : c + width]`. Entry by entry times the kernel, then the sum
# of all. Neither picture nor kernel need be square.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The mean of every window, as a picture:
#
# ```python
# def window_means(image, height, width):
#     rows, columns = image.shape[0] - height + 1, image.shape[1] - width + 1
#     found = np.zeros((rows, columns))
#     for r in range(rows):
#         for c in range(columns):
#             found[r, c] = image[r : r + height, c : c + width].mean()
#     return found
# ```
#
# </details></details></details>


# %% exercise="correlate2d"
def correlate2d(image, kernel):
    """Slide a kernel over a picture; at each place multiply and add up.

    Parameters
    ----------
    image : array (H, W)
    kernel : array (kh, kw)
        Not larger than the image.

    Returns
    -------
    array (H - kh + 1, W - kw + 1)
        One number for each place at which the whole kernel fits.

    Example
    -------
    >>> correlate2d(np.array([[1.0, 2.0, 4.0], [0.0, 1.0, 5.0]]), np.array([[-1.0, 1.0]]))
    array([[1., 2.], [1., 4.]])
    """
    ### BEGIN SOLUTION
    (high, wide), (height, width) = image.shape, kernel.shape
    rows, columns = high - height + 1, wide - width + 1
    out = np.zeros((rows, columns))
    for r in range(rows):
        for c in range(columns):
            out[r, c] = np.sum(image[r : r + height, c : c + width] * kernel)
    return out
    ### END SOLUTION


# %% setup=true
image_few = np.array([[1.0, 2.0, 0.0, 3.0], [0.0, -1.0, 4.0, 1.0], [2.0, 1.0, 0.0, -2.0]])
kernel_few = np.array([[1.0, -1.0, 0.0], [0.0, 2.0, 1.0]])

# %% check="correlate2d"
check(correlate2d, image_few, kernel_few, expected=np.array([[1, 11], [3, -7]], float))
tall = np.array([[2.0], [-1.0]])
expected = np.array([[2, 5, -4, 5], [-2, -3, 8, 4]], float)
check(correlate2d, image_few, tall, expected=expected)
check(correlate2d, image_few.T, kernel_few.T, expected=np.array([[1, 3], [11, -7]], float))

# %% [markdown]
# Here is your function at work, on a handwritten digit. Point at a cell of the map on the right (or
# go there with the arrow keys): it shows its window, and the sum it is made of. **Padding** puts a
# frame of zeros around the picture, **stride** lets the window jump.
#
# > **Predict** before you move the sliders. Which padding makes the map as large as the picture? And
# > how large will it be with stride 2?

# %% demo=true
from nand2resnet.widgets import SlidingKernel

SlidingKernel(correlate2d)

# %% [markdown]
# ### Convolution, strictly speaking
#
# What you wrote is called **cross-correlation**. In mathematics, **convolution** turns the kernel
# round first, in both directions:
#
# $$(x * k)_{rc} = \sum_i\sum_j x_{r-i,\,c-j}\;k_{ij}.$$
#
# That makes it commute, $x * k = k * x$, which is good for proofs. A network *learns* its kernels: it
# would simply learn them turned round. So deep learning leaves the turning out and says "convolution"
# nevertheless. So does this course: **a convolution layer correlates.**
#
# **Yours to finish:** a true convolution, from your function. (`a[::-1]` turns an array round.)

# %%
spot = np.zeros((5, 5))
spot[2, 2] = 1.0
turned = None  # your turn: kernel_few, turned round in both directions
print("correlated with one bright pixel:\n", correlate2d(spot, kernel_few))
if turned is not None:
    print("convolved with it:\n", correlate2d(spot, turned))

# %% [markdown]
# A correlation writes the kernel around the bright pixel *turned round*. A convolution writes it the
# right way up.

# %% [markdown]
# ### What a filter sees
#
# A filter answers most where the picture looks like the filter itself. Below is a real photograph:
# the computer scientist Grace Hopper (an official picture of the US Navy, in the public domain; it
# comes with matplotlib), and your `correlate2d` with nine weights that you may change.
#
# > **Predict.** Which weights leave the picture as it is? Which blur it? What will weights do that
# > add up to 0 where the picture has one even tone?

# %% demo=true
from nand2resnet.widgets import FilterExplorer

FilterExplorer(correlate2d)

# %% [markdown]
# ### Edges: Sobel's filters
#
# Irwin Sobel's two filters (1968) measure how steeply the brightness rises: one across, one down.
# Each subtracts one side from the other, and averages a little along the edge, which calms noise.
#
# $$S_x = \begin{pmatrix}1&0&-1\\2&0&-2\\1&0&-1\end{pmatrix},\qquad
# S_y = \begin{pmatrix}1&2&1\\0&0&0\\-1&-2&-1\end{pmatrix},\qquad
# \text{strength} = \sqrt{(x\star S_x)^2 + (x\star S_y)^2}.$$

# %%
from nand2resnet.pictures import portrait

photo = portrait()  # grey, 0 is black and 1 is white
across = np.array([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]])
down = across.T
print("photo:", photo.shape, " filters that sum to:", across.sum(), down.sum())

# %% [markdown]
# > **Predict.** In which of the three pictures below will the brim of the cap show, and in which its
# > straight vertical neighbours in the background?

# %% demo=true
gx, gy = correlate2d(photo, across), correlate2d(photo, down)
strength = np.sqrt(gx**2 + gy**2)
shown = [1 - photo[1:-1, 1:-1], np.abs(gx) / 4, np.abs(gy) / 4, strength / 4]
plots.images(
    np.clip(shown, 0, 1),
    titles=["photo", "across", "down", "strength"],
    alt="A portrait, and dark lines where its brightness changes across, down, and either way.",
)

# %% [markdown]
# ### A curve detector at two places
#
# The filter need not be an edge. Here it is a small arc, and the picture holds that arc twice, beside
# a straight line.
#
# > **Predict** where the map is darkest.

# %% demo=true
arc = np.array(
    [[0, 0, 0, 1, 1], [0, 0, 1, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 0]]
)
scene = np.zeros((14, 18))
scene[1:6, 1:6] = arc
scene[8:13, 10:15] = arc
scene[0:7, 16] = 1
found = correlate2d(scene, arc - arc.mean())
plots.images([scene, np.pad(np.maximum(found, 0), 2) / found.max()], titles=["picture", "map"])

# %% [markdown]
# One detector, and it finds its curve wherever it is. Move the curve, and the answer moves along:
# that is called **equivariance**. In numbers: slide first and then filter, or filter first and then
# slide, it is the same. (Away from the border, where `np.roll` brings in what fell out on the other
# side.)

# %%
moved = np.roll(scene, (1, 2), axis=(0, 1))
one = correlate2d(moved, arc)[1:, 2:]
other = np.roll(correlate2d(scene, arc), (1, 2), axis=(0, 1))[1:, 2:]
print("the same:", np.array_equal(one, other))

# %% [markdown]
# ## 3. Borders, steps and sizes
#
# Three numbers decide how large a map becomes, along each side: the size $f$ of the filter, the
# **padding** $p$ (rows of pixels put on before the first and behind the last), and the **stride** $s$
# (how far the window goes from one place to the next).
#
# ### Exercise: `output_size`
#
# With $n$ pixels and padding there are $n + 2p$. The first window begins at 0, the next at $s$, then
# $2s$, and so on; the last one must still fit. Count them:
#
# $$\left\lfloor\frac{n + 2p - f}{s}\right\rfloor + 1 .$$
#
# <details><summary>Hint 1, a nudge</summary>
#
# 7 pixels, a filter of 2, stride 3: write the windows down. Which pixel does none of them see?
#
# <details><summary>Hint 2, a pointer</summary>
#
# The brackets $\lfloor\;\rfloor$ round *down*: `//` does that for whole numbers. What is asked for is
# a whole number.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How many fence posts a fence needs, with a post at its beginning:
#
# ```python
# def posts(length, gap):
#     return length // gap + 1
# ```
#
# </details></details></details>


# %% exercise="output_size"
def output_size(n, f, pad, stride):
    """How many places a window has along one side.

    Parameters
    ----------
    n : int
        Pixels along this side.
    f : int
        Size of the window along this side, at most n + 2 pad.
    pad : int
        Pixels put on at either end.
    stride : int
        From one place to the next.

    Returns
    -------
    int

    Example
    -------
    >>> output_size(7, 2, 0, 3)
    2
    """
    ### BEGIN SOLUTION
    return (n + 2 * pad - f) // stride + 1
    ### END SOLUTION


# %% check="output_size"
check(output_size, 28, 5, 0, 1, expected=24)
check(output_size, 10, 3, 2, 4, expected=3)
check(output_size, 5, 3, 2, 1, expected=7)
check(output_size, 24, 2, 0, 2, expected=12)

# %% [markdown]
# > **Check the source.** The notes have the formula without rounding down: for 10, 3, 2, 4 it would
# > say 3.75 places. A window that does not fit any more is left out, and with it the last pixels.

# %% [markdown]
# ### Exercise: `pad2d`
#
# What to put around a picture? Three answers are in use:
#
# | mode | | `1 2 3` with two on either side |
# |---|---|---|
# | `"zero"` | nothing | `0 0 1 2 3 0 0` |
# | `"reflect"` | a mirror; the border pixel itself is not repeated | `3 2 1 2 3 2 1` |
# | `"replicate"` | the border pixel, again and again | `1 1 1 2 3 3 3` |
#
# Pad the last two axes of an array: of one picture $(H, W)$, or of a whole batch $(N, C, H, W)$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# An array with 4 axes: how much must be put on along each of them?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.pad` does the work. It wants a pair (before, after) for *every* axis, and has its own names for
# the three modes: see its documentation, `np.pad?`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Repeat the last value of the last axis, whatever the number of axes:
#
# ```python
# def hold_the_end(x, count):
#     widths = [(0, 0)] * (x.ndim - 1) + [(0, count)]
#     return np.pad(x, widths, mode="edge")
# ```
#
# </details></details></details>


# %% exercise="pad2d"
def pad2d(x, pad, mode):
    """Put a frame around pictures.

    Parameters
    ----------
    x : array (..., H, W)
        One picture, or any number of them.
    pad : int
        Width of the frame, 0 or more (for "reflect" less than H and W).
    mode : {"zero", "reflect", "replicate"}
        What the frame holds.

    Returns
    -------
    array (..., H + 2 pad, W + 2 pad)

    Example
    -------
    >>> pad2d(np.array([[1.0, 2.0]]), 1, "replicate")
    array([[1., 1., 2., 2.], [1., 1., 2., 2.], [1., 1., 2., 2.]])
    """
    ### BEGIN SOLUTION
    widths = [(0, 0)] * (x.ndim - 2) + [(pad, pad)] * 2
    names = {"zero": "constant", "reflect": "reflect", "replicate": "edge"}
    return np.pad(x, widths, mode=names[mode])
    ### END SOLUTION


# %% setup=true
frame_few = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]])
batch_few = np.array([[[[1.0, 2.0]], [[3.0, 5.0]]]])  # one sample, two channels, 1 x 2 pixels

# %% check="pad2d"
expected = np.array([[1, 1, 2, 3, 3], [1, 1, 2, 3, 3], [4, 4, 5, 7, 7], [4, 4, 5, 7, 7]], float)
check(pad2d, frame_few, 1, "replicate", expected=expected)
expected = np.array([[5, 4, 5, 7, 5], [2, 1, 2, 3, 2], [5, 4, 5, 7, 5], [2, 1, 2, 3, 2]], float)
check(pad2d, frame_few, 1, "reflect", expected=expected)
check(
    pad2d,
    batch_few,
    1,
    "zero",
    expected=np.array(
        [[0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 3, 5, 0, 0, 0, 0, 0]], float
    ).reshape(1, 2, 3, 4),
)
check(pad2d, frame_few, 0, "reflect", expected=frame_few)

# %% [markdown]
# Zeros are what most networks use, and they have a price: a frame of zeros is a frame of black. At
# the border the edge filter finds an edge that is not in the picture.
#
# > **Predict** which of the three frames invents the strongest edges.

# %% demo=true
small = photo[30:70, 20:65]
for mode in ("zero", "reflect", "replicate"):
    edges = np.abs(correlate2d(pad2d(small, 1, mode), across))
    border = edges[:, [0, -1]].mean()
    print(f"{mode:9}: mean edge at the left and right border {border:.2f}, inside ", end="")
    print(f"{edges[:, 1:-1].mean():.2f}")

# %% [markdown]
# With zeros the border is all edge. A mirror looks the same on both sides, so the filter finds exactly
# nothing there, and the repeated border comes close to that.
#
# ### How far a unit sees
#
# A unit of the second layer sees a window of the first layer's map, and each entry of that sees a
# window of the picture. Together that is the unit's **receptive field**: layers of small windows
# see far. With layers $l = 1, 2, \dots$ of kernel $k_l$ and stride $s_l$, the input side first:
#
# $$R = 1 + \sum_{l}\,(k_l - 1)\;\underbrace{s_1 s_2\cdots s_{l-1}}_{\text{the jump}} .$$
#
# Each layer adds $k_l - 1$ of *its own* steps, and a step of layer $l$ is as many pixels long as all
# strides before it multiply to.
#
# ### Exercise: `receptive_field`
#
# <details><summary>Hint 1, a nudge</summary>
#
# After a layer of stride 2, how many pixels of the picture lie between two neighbours in the map?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Keep two numbers while you go through the layers: the size so far (1 before the first layer) and
# the jump so far (also 1). Which of them must be updated first?
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Savings: each year brings some money, and all that was earned counts in a currency that is worth
# less every year.
#
# ```python
# def worth(years):
#     total, price = 0.0, 1.0
#     for earned, inflation in years:
#         total = total + earned / price
#         price = price * inflation
#     return total
# ```
#
# </details></details></details>


# %% exercise="receptive_field"
def receptive_field(layers):
    """How many pixels, along one side, a unit of the last layer depends on.

    Parameters
    ----------
    layers : list of (kernel, stride)
        Whole numbers for each layer, input side first. May be empty.

    Returns
    -------
    int

    Example
    -------
    >>> receptive_field([(3, 2), (3, 1)])
    7
    """
    ### BEGIN SOLUTION
    size, jump = 1, 1
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump *= stride
    return size
    ### END SOLUTION


# %% check="receptive_field"
check(receptive_field, [(5, 1)], expected=5)
check(receptive_field, [(3, 1), (3, 1), (3, 1)], expected=7)
check(receptive_field, [(5, 1), (2, 2), (5, 1), (2, 2)], expected=16)
check(receptive_field, [(3, 2), (2, 3), (4, 1)], expected=23)
check(receptive_field, [], expected=1)

# %% [markdown]
# > **Check the source.** The notes give $1 + L(K-1)$ for $L$ layers of kernel $K$. That is the formula
# > above for stride 1 only. The second check follows it; the third does not.
#
# In the figure, put layer on layer. The lit cells are what the one unit at the top depends on.
#
# > **Predict** before each click on "Add this layer" how many pixels it will see.

# %% demo=true
from nand2resnet.widgets import ReceptiveField

ReceptiveField(receptive_field)

# %% [markdown]
# ## 4. Volumes
#
# A colour picture has three **channels**. A filter spans all of them: its weights have the shape
# $(C, k_h, k_w)$, and it adds everything up to *one* map. A layer has $F$ filters and makes $F$ maps,
# which are the channels of the next layer. With a bias for each filter, and $\hat x$ for the input
# with its frame of zeros:
#
# $$o_{nfrc} = b_f + \sum_{a}\sum_{i}\sum_{j}\; w_{faij}\;\hat x_{n,\,a,\,rs+i,\,cs+j} .$$
#
# $n$ counts pictures, $f$ filters, $a$ input channels, $r$ and $c$ the places. Written down as it
# stands, it is six loops, one inside the other:


# %% setup=true
def conv_loops(x, w, b, stride, pad):
    """A convolution layer in loops: the first rung of the ladder."""
    n, _, height, width = x.shape
    filters, _, kh, kw = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, columns = ((size + 2 * pad - k) // stride + 1 for size, k in ((height, kh), (width, kw)))
    out = np.zeros((n, filters, rows, columns))
    for m, f, r, c in np.ndindex(out.shape):
        total = b[f]
        for a, i, j in np.ndindex(w.shape[1:]):
            total += w[f, a, i, j] * x[m, a, r * stride + i, c * stride + j]
        out[m, f, r, c] = total
    return out


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
x_deep = np.array(
    [
        [
            [[1.0, 2.0, 0.0], [3.0, -1.0, 4.0], [0.0, 1.0, 2.0]],
            [[2.0, 0.0, 1.0], [-2.0, 1.0, 3.0], [1.0, 0.0, 0.0]],
        ]
    ]
)  # one picture with two channels, 3 x 3 pixels
w_deep = np.array([[[[1.0, -1.0]], [[2.0, 3.0]]]])  # one filter over both, 1 x 2
b_deep = np.array([0.25])

# %%
print("two pictures:   ", conv_loops(x_few, w_few, b_few, 1, 0).shape)
print("two channels in:", conv_loops(x_deep, w_deep, b_deep, 1, 0).shape)
print(
    "28 -> 24:       ",
    conv_loops(np.zeros((1, 1, 28, 28)), np.zeros((2, 1, 5, 5)), np.zeros(2), 1, 0).shape,
)

# %% [markdown]
# ### Exercise: `conv_parameters`
#
# How many numbers does such a layer learn? They do not depend on the size of the picture.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What is the shape of the weights of one filter? And how many biases are there?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Count for one filter, its bias included, then multiply.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The same for a layer of ordinary units:
#
# ```python
# def layer_parameters(inputs, units):
#     return units * (inputs + 1)
# ```
#
# </details></details></details>


# %% exercise="conv_parameters"
def conv_parameters(channels, filters, height, width):
    """The number of weights and biases of a convolution layer.

    Parameters
    ----------
    channels : int
        Of the input.
    filters : int
        How many maps the layer makes.
    height : int
    width : int
        Of the kernels.

    Returns
    -------
    int

    Example
    -------
    >>> conv_parameters(1, 20, 5, 5)
    520
    """
    ### BEGIN SOLUTION
    return filters * (channels * height * width + 1)
    ### END SOLUTION


# %% check="conv_parameters"
check(conv_parameters, 1, 20, 5, 5, expected=520)
check(conv_parameters, 6, 16, 5, 5, expected=2416)
check(conv_parameters, 3, 2, 4, 1, expected=26)

# %% [markdown]
# ## 5. Faster: loops, windows, columns
#
# Six loops in Python are far too slow to learn with. This part climbs a ladder; at its end you
# measure every rung.
#
# **First rung: loops.** `conv_loops` above.
#
# **Second rung: windows.** `sliding_window_view` gives every window at once, *without copying
# anything*: it is the same memory, read with other strides. Two new axes at the end count the rows
# and columns of each window. One sum over three axes, with `np.tensordot`, is the whole layer (here
# with stride 1 and no padding):


# %% setup=true
def conv_windows(x, w, b):
    """A convolution layer by windows, for stride 1 and no padding: the second rung."""
    windows = sliding_window_view(x, w.shape[2:], axis=(2, 3))  # (N, C, rows, columns, kh, kw)
    out = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3)))  # (N, rows, columns, F)
    return out.transpose(0, 3, 1, 2) + b[:, np.newaxis, np.newaxis]


# %%
windows = sliding_window_view(x_few, (2, 3), axis=(2, 3))
print("windows:", windows.shape, " is a view:", np.shares_memory(windows, x_few))
print(
    "as by loops:",
    np.allclose(conv_windows(x_few, w_few, b_few), conv_loops(x_few, w_few, b_few, 1, 0)),
)

# %% [markdown]
# **Third rung: columns.** Processors are fastest at one thing, products of matrices. So write each
# window as a *column* of numbers, all columns side by side. Then a filter is a row of weights, and
# the whole layer is one product:
#
# $$\underbrace{W}_{F\,\times\, C k_h k_w}\;\underbrace{K}_{C k_h k_w\,\times\,\text{places}}
# = \underbrace{O}_{F\,\times\,\text{places}} .$$
#
# ### Exercise: `im2col`
#
# "Image to columns", one matrix for each picture, padded with zeros. Down a column: the channels, in
# each of them the rows of the window, in each of those its columns, in the order in which
# `w.reshape(F, -1)` has its weights. From column to column: the places, row by row.
#
# Every pixel is copied as often as a window sees it. Python loops over the few positions *inside* a
# window are fine; loops over the many places or pictures are what we want to be rid of.
#
# <details><summary>Hint 1, a nudge</summary>
#
# All places at once: which pixels of the picture are the *first* in their window? With stride 2? And
# which are the second in the first row?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Make an array `(N, C, height, width, rows, columns)`. Its entry `[:, :, i, j]` is a slice of the
# padded pictures that begins at row `i` and column `j` and goes on in steps of `stride`. Or begin
# with `sliding_window_view`, take every `stride`-th place, and put the axes in order. `reshape` at
# the very end.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The windows of a batch of signals `(N, length)`, as columns:
#
# ```python
# def signals_to_columns(signals, width, stride):
#     places = (signals.shape[1] - width) // stride + 1
#     found = np.zeros((len(signals), width, places))
#     for j in range(width):
#         found[:, j] = signals[:, j : j + stride * places : stride]
#     return found
# ```
#
# </details></details></details>


# %% exercise="im2col"
def im2col(x, height, width, stride, pad):
    """The windows of pictures as the columns of matrices.

    Parameters
    ----------
    x : array (N, C, H, W)
    height : int
    width : int
        Of the windows.
    stride : int
    pad : int
        Zeros to put around the pictures first.

    Returns
    -------
    array (N, C * height * width, rows * columns)
        rows and columns as told by output_size.

    Example
    -------
    >>> im2col(np.array([[[[1.0, 2.0, 4.0]]]]), 1, 2, 1, 0)
    array([[[1., 2.], [2., 4.]]])
    """
    ### BEGIN SOLUTION
    x = pad2d(x, pad, "zero")
    n, channels, rows, columns = x.shape
    rows, columns = output_size(rows, height, 0, stride), output_size(columns, width, 0, stride)
    found = np.zeros((n, channels, height, width, rows, columns), dtype=x.dtype)
    for i in range(height):
        down = slice(i, i + stride * rows, stride)
        for j in range(width):
            found[:, :, i, j] = x[:, :, down, j : j + stride * columns : stride]
    return found.reshape(n, channels * height * width, rows * columns)
    ### END SOLUTION


# %% check="im2col"
expected = np.array(
    [[1, 2, 3, -1, 0, 1], [2, 0, -1, 4, 1, 2], [2, 0, -2, 1, 1, 0], [0, 1, 1, 3, 0, 0]], float
).reshape(1, 4, 6)
check(im2col, x_deep, 1, 2, 1, 0, expected=expected)
expected = np.array(
    [[0, 0, 0, -1], [0, 0, 0, 4], [0, 0, -1, 1], [0, 2, 0, 1], [1, 0, 2, 0], [2, 3, 1, -2]], float
).reshape(1, 6, 4)
check(im2col, x_few[:1], 2, 3, 2, 1, expected=expected)
expected = np.array([[[1, 3], [0, 1], [2, -2]], [[0, -3], [2, 1], [1, 2]]], float)
check(im2col, x_few, 3, 1, 3, 0, expected=expected)

# %% [markdown]
# **Yours to finish:** the third rung. The shapes lead you: `(F, C kh kw) @ (N, C kh kw, places)`.


# %%
columns, rows_of_w = im2col(x_few, 2, 3, 1, 0), w_few.reshape(2, -1)
print("two factors:", rows_of_w.shape, columns.shape, " and the biases:", b_few.shape)
mine = None  # your turn: one product of matrices, plus b_few[:, np.newaxis]
right = conv_loops(x_few, w_few, b_few, 1, 0)
print("as by loops:", mine is not None and np.allclose(mine, right.reshape(2, 2, 4)))

# %% [markdown]
# ### Exercise: `conv_forward`
#
# The layer, with padding and stride, and with the cache that is agreed on: `(x, w, b, stride, pad)`.
# By windows, by columns, or your own way: all that counts is that it is right, and that no Python
# loop runs over pictures or places.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What is missing in the second and the third rung: padding, stride, cache. Which of these has
# `im2col` already?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `w.reshape(len(w), -1)` makes a row of each filter. After the product the places stand in one axis;
# `output_size`, once for the height and once for the width, gives them back their shape. The bias
# belongs to a filter, so it needs a new axis behind it.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# For one-dimensional signals `(N, length)` and filters `(F, width)`:
#
# ```python
# def signal_forward(x, w, b, stride):
#     columns = signals_to_columns(x, w.shape[1], stride)
#     out = w @ columns + b[:, np.newaxis]
#     return out, (x, w, b, stride)
# ```
#
# </details></details></details>


# %% exercise="conv_forward"
def conv_forward(x, w, b, stride, pad):
    """A convolution layer (it correlates), for a batch.

    Parameters
    ----------
    x : array (N, C, H, W)
    w : array (F, C, kh, kw)
    b : array (F,)
    stride : int
        The same along both sides.
    pad : int
        Zeros put around x first, the same on all sides.

    Returns
    -------
    out : array (N, F, rows, columns)
        rows and columns as told by output_size.
    cache : tuple
        (x, w, b, stride, pad), for the backward pass.

    Example
    -------
    >>> x, w, b = np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[-1.0, 1.0]]]]), np.array([0.5])
    >>> conv_forward(x, w, b, 1, 0)[0]
    array([[[[1.5, 2.5]]]])
    """
    ### BEGIN SOLUTION
    # Line by line of the kernel: columns of windows one row high hold all there is, and the
    # windows of the next line are the same columns, read one row further down.
    n, channels, high, wide = x.shape
    filters, _, height, width = w.shape
    rows = output_size(high, height, pad, stride)
    columns = output_size(wide, width, pad, stride)
    strips = im2col(x, 1, width, 1, pad)
    strips = strips.reshape(n, channels * width, high + 2 * pad, wide + 2 * pad - width + 1)
    out = b[:, np.newaxis]
    for i in range(height):
        line = strips[:, :, i : i + stride * rows : stride, ::stride]
        line = line.reshape(n, channels * width, rows * columns)
        out = out + w[:, :, i].reshape(filters, channels * width) @ line
    return out.reshape(n, filters, rows, columns), (x, w, b, stride, pad)
    ### END SOLUTION


# %% setup=true
def note_columns(x, w, stride, pad):
    """Most solutions ask im2col for these; asked here, a wrong im2col costs nothing there."""
    with contextlib.suppress(Exception):
        im2col(x, *w.shape[2:], stride, pad)


def out_of(conv_forward, x, w, b, stride, pad):
    """The output without the cache."""
    note_columns(x, w, stride, pad)
    return conv_forward(x, w, b, stride, pad)[0]


def cache_of(conv_forward, x, w, b, stride, pad):
    """The cache without the output."""
    note_columns(x, w, stride, pad)
    return conv_forward(x, w, b, stride, pad)[1]


# %% check="conv_forward"
expected = np.array(
    [[2.5, -6.5, -0.5, 0.5, 5.0, 11.0, 6.0, 2.0], [3.5, 5.5, 2.5, 5.5, -2.0, -8.0, -6.0, -3.0]]
).reshape(2, 2, 2, 2)
check(out_of, conv_forward, x_few, w_few, b_few, 1, 0, expected=expected)
expected = np.array([[[[3.25, 5.25], [3.25, 6.25], [1.25, -0.75]]]])
check(out_of, conv_forward, x_deep, w_deep, b_deep, 1, 0, expected=expected)
expected = np.array(
    [[-0.5, 4.5, -0.5, 0.5, 1.0, -2.0, -3.0, 2.0], [0.5, 1.5, -0.5, 5.5, 0.0, -6.0, 4.0, -3.0]]
).reshape(2, 2, 2, 2)
check(out_of, conv_forward, x_few, w_few, b_few, 2, 1, expected=expected)
inputs = x_deep, w_deep, b_deep, 3, 0
check(cache_of, conv_forward, *inputs, expected=inputs)

# %% [markdown]
# ### The ladder, measured
#
# > **Predict.** Pictures of 28 × 28 pixels, 6 filters of 5 × 5. How many times faster than the loops
# > are windows? And columns?


# %% setup=true
def fastest(layer, *inputs, times=3):
    """Seconds of the fastest of a few runs: the others were disturbed by something."""
    from time import perf_counter

    seconds = []
    for _ in range(times):
        begun = perf_counter()
        layer(*inputs)
        seconds.append(perf_counter() - begun)
    return min(seconds)


# %%
def by_columns(x, w, b):
    """The third rung again, without a word."""
    return w.reshape(len(w), -1) @ im2col(x, *w.shape[2:], 1, 0) + b[:, np.newaxis]


def yours(x, w, b):
    """Your conv_forward with stride 1 and no padding."""
    return conv_forward(x, w, b, 1, 0)[0]


def by_loops(x, w, b):
    """The first rung. One picture takes long enough: the others would take as long, each."""
    return conv_loops(x[:1], w, b, 1, 0)


# %% demo=true
rng = np.random.default_rng(0)
inputs = rng.random((32, 1, 28, 28)), rng.normal(size=(6, 1, 5, 5)), np.zeros(6)
milliseconds = {"loops": 32 * 1000 * fastest(by_loops, *inputs, times=1)}
for name, layer in (("windows", conv_windows), ("columns", by_columns), ("yours", yours)):
    milliseconds[name] = 1000 * fastest(layer, *inputs, times=9)
figure, axes = plots.new_figure(height=2.6)
bars = axes.barh(list(milliseconds), list(milliseconds.values()), color=plots.COLOURS[0])
loops = milliseconds["loops"]
labels = [f" {ms:,.1f} ms ({loops / ms:,.0f} ×)" for ms in milliseconds.values()]
axes.bar_label(bars, labels)
axes.set(xscale="log", xlabel="milliseconds for 32 pictures (how many times as fast)")
axes.set_xlim(right=40 * loops)
axes.invert_yaxis()
figure.alt = f"Bars of times on a logarithmic axis: {', '.join(map(str.strip, labels))}."
figure

# %% [markdown]
# The numbers are the same on every rung, the arithmetic too. What changes is who runs the loops, and
# in which order memory is read.
#
# The third rung pays with memory: each pixel is copied up to 25 times. Can that be had cheaper? Make
# columns for windows of *one row* only, `im2col(x, 1, kw, 1, pad)`: that copies each pixel 5 times.
# The next row of the window needs the same columns, read one row further down, so five smaller
# products are added up. Try it, if you like to see your line sink.

# %% [markdown]
# ## 6. Backwards
#
# The layer is handed $G = \partial C/\partial o$, of the shape of its output, and owes three
# gradients. In columns the way forth was $O = WK + b$: an affine layer! You know the way back through
# that from unit 05, for every picture $n$:
#
# $$\frac{\partial C}{\partial W} = \sum_n G_n K_n^{\top}, \qquad
# \frac{\partial C}{\partial K_n} = W^{\top}G_n, \qquad
# \frac{\partial C}{\partial b} = \sum_n\sum_{\text{places}} G_n .$$
#
# New is only the last step: from slopes along the *columns* to slopes along the *pixels*. A pixel was
# copied into several columns. It is a value that goes several ways, and what comes back is added.
#
# ### Exercise: `col2im`
#
# The way back of `im2col`: each entry of the columns is added to the pixel it came from. What came
# from the padding is dropped; a pixel that no window saw gets 0.
#
# <details><summary>Hint 1, a nudge</summary>
#
# In `im2col` numbers were copied from `x` to the columns, slice by slice. Where do the two sides of
# that line go?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Begin with zeros of the *padded* size. `+=`, with the same slices as before. At the end cut the
# frame off, and mind `pad = 0`: `x[0:-0]` is empty, so say where to stop as `pad + H`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# For signals:
#
# ```python
# def columns_to_signals(columns, length, width, stride):
#     signals = np.zeros((len(columns), length))
#     for j in range(width):
#         signals[:, j : j + stride * columns.shape[2] : stride] += columns[:, j]
#     return signals
# ```
#
# </details></details></details>


# %% exercise="col2im"
def col2im(columns, shape, height, width, stride, pad):
    """Add every entry of the columns to the pixel that im2col took it from.

    Parameters
    ----------
    columns : array (N, C * height * width, places)
    shape : tuple
        (N, C, H, W), of the pictures that im2col was given.
    height : int
    width : int
    stride : int
    pad : int
        As for im2col.

    Returns
    -------
    array (N, C, H, W)

    Example
    -------
    >>> col2im(np.array([[[1.0, 2.0], [2.0, 4.0]]]), (1, 1, 1, 3), 1, 2, 1, 0)
    array([[[[1., 4., 4.]]]])
    """
    ### BEGIN SOLUTION
    n, channels, rows, cols = shape
    down, across = output_size(rows, height, pad, stride), output_size(cols, width, pad, stride)
    columns = columns.reshape(n, channels, height, width, down, across)
    x = np.zeros((n, channels, rows + 2 * pad, cols + 2 * pad), dtype=columns.dtype)
    for i in range(height):
        for j in range(width):
            along = slice(j, j + stride * across, stride)
            x[:, :, i : i + stride * down : stride, along] += columns[:, :, i, j]
    return x[:, :, pad : pad + rows, pad : pad + cols]
    ### END SOLUTION


# %% setup=true
six_columns = np.arange(1.0, 25.0).reshape(1, 4, 6)  # the 6 windows 2 x 2 of 3 x 4 pixels
four_columns = np.arange(1.0, 25.0).reshape(1, 6, 4)[:, ::-1]  # with padding 1 and stride 2
two_columns = np.arange(1.0, 13.0).reshape(2, 3, 2)  # two pictures, windows 3 x 1, stride 3

# %% check="col2im"
expected = np.array([[[[1, 9, 11, 9], [17, 48, 52, 33], [16, 39, 41, 24]]]], float)
check(col2im, six_columns, (1, 1, 3, 4), 2, 2, 1, 0, expected=expected)
expected = np.array([[[[5, 11, 6, 2], [19, 39, 20, 16], [7, 15, 8, 4]]]], float)
check(col2im, four_columns, (1, 1, 3, 4), 2, 3, 2, 1, expected=expected)
expected = np.array(
    [
        [1, 0, 0, 2, 0, 3, 0, 0, 4, 0, 5, 0, 0, 6, 0],
        [7, 0, 0, 8, 0, 9, 0, 0, 10, 0, 11, 0, 0, 12, 0],
    ],
    float,
).reshape(2, 1, 3, 5)
check(col2im, two_columns, (2, 1, 3, 5), 3, 1, 3, 0, expected=expected)

# %% [markdown]
# ### A test without a derivative
#
# `im2col` is linear: twice the picture gives twice the columns. Every linear map $A$ has a
# **transpose** $A^\top$, the one map with
#
# $$\langle Ax, y\rangle = \langle x, A^\top y\rangle \quad\text{for all } x, y,$$
#
# where $\langle u, v\rangle$ is the sum of all products of entries. And the way back through a linear
# layer *is* its transpose. So there is a test with random numbers that needs no small step $h$ and is
# exact up to rounding.
#
# ### Exercise: `transpose_test`
#
# Compute both sides, $p = \langle Ax, y\rangle$ and $q = \langle x, A^\top y\rangle$, and return
#
# $$\frac{|p - q|}{|p| + |q|}, \qquad\text{or 0 if both are 0.}$$
#
# The arrays may have any shape.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What are the shapes of $Ax$ and $y$? Of $x$ and $A^\top y$?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.sum(u * v)` for two arrays of one shape. Ask whether the denominator is 0 before you divide.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Does a map keep lengths? (A rotation does.)
#
# ```python
# def length_test(f, x):
#     before, after = np.sqrt(np.sum(x**2)), np.sqrt(np.sum(f(x) ** 2))
#     size = before + after
#     return abs(after - before) / size if size > 0 else 0.0
# ```
#
# </details></details></details>


# %% exercise="transpose_test"
def transpose_test(forward, backward, x, y):
    """How far two linear maps are from being each other's transpose.

    Parameters
    ----------
    forward : function
        From an array of x's shape to one of y's shape.
    backward : function
        From an array of y's shape to one of x's shape.
    x : array of any shape
    y : array of any shape

    Returns
    -------
    float
        |p - q| / (|p| + |q|) with p = <forward(x), y> and q = <x, backward(y)>; 0 if both are 0.

    Example
    -------
    >>> A = np.array([[1.0, 2.0], [0.0, 3.0]])
    >>> transpose_test(lambda x: A @ x, lambda y: A @ y, np.array([1.0, 1.0]), np.array([1.0, 0.0]))
    0.5
    """
    ### BEGIN SOLUTION
    p, q = np.sum(forward(x) * y), np.sum(x * backward(y))
    size = abs(p) + abs(q)
    return abs(p - q) / size if size > 0 else 0.0
    ### END SOLUTION


# %% setup=true
def differences(x):
    """From 3 numbers to the 2 differences of neighbours."""
    return x[1:] - x[:-1]


def differences_back(y):
    """The transpose of that."""
    return np.array([-y[0], y[0] - y[1], y[1]])


def sums_back(y):
    """Not the transpose of that."""
    return np.array([y[0], y[0] + y[1], y[1]])


# %% check="transpose_test"
x, y = np.array([1.0, -2.0, 4.0]), np.array([3.0, 1.0])
check(transpose_test, differences, differences_back, x, y, expected=0.0)
check(transpose_test, differences, sums_back, x, y, expected=0.5)
check(transpose_test, differences, sums_back, np.zeros(3), y, expected=0.0)
check(transpose_test, differences, sums_back, -x, y, expected=0.5)

# %% [markdown]
# Does your `col2im` pass, with uneven stride and padding?

# %%
rng = np.random.default_rng(4)
x, y = rng.normal(size=(2, 3, 7, 8)), rng.normal(size=(2, 3 * 3 * 2, 4 * 5))
error = transpose_test(
    lambda x: im2col(x, 3, 2, 2, 1), lambda y: col2im(y, x.shape, 3, 2, 2, 1), x, y
)
print(f"{error:.0e}")

# %% [markdown]
# ### Exercise: `conv_backward`
#
# Put the four pieces together: the slopes along `x`, `w` and `b`, each of the shape of its array.
# Without columns they read, with the places $(r, c)$ of the output,
#
# $$\frac{\partial C}{\partial w_{faij}} = \sum_{n,r,c} G_{nfrc}\,\hat x_{n,a,rs+i,cs+j},
# \qquad \frac{\partial C}{\partial \hat x_{n,a,rs+i,cs+j}} \mathrel{+}= \sum_f G_{nfrc}\,w_{faij},
# \qquad \frac{\partial C}{\partial b_f} = \sum_{n,r,c}G_{nfrc} .$$
#
# <details><summary>Hint 1, a nudge</summary>
#
# How many outputs saw one pixel? How many pictures saw one weight?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Give `dout` the shape `(N, F, places)`. `A.transpose(0, 2, 1)` transposes each matrix of a batch,
# and `@` multiplies batches of matrices one by one. Sum over the pictures where a formula does.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# For signals:
#
# ```python
# def signal_backward(dout, cache):
#     x, w, b, stride = cache
#     columns = signals_to_columns(x, w.shape[1], stride)
#     dw = (dout @ columns.transpose(0, 2, 1)).sum(axis=0)
#     dx = columns_to_signals(w.T @ dout, x.shape[1], w.shape[1], stride)
#     return dx, dw, dout.sum(axis=(0, 2))
# ```
#
# </details></details></details>


# %% exercise="conv_backward"
def conv_backward(dout, cache):
    """The way back through a convolution layer.

    Parameters
    ----------
    dout : array (N, F, rows, columns)
        The slope of the cost along each output.
    cache : tuple
        (x, w, b, stride, pad) with the shapes (N, C, H, W), (F, C, kh, kw) and (F,).

    Returns
    -------
    dx : array (N, C, H, W)
    dw : array (F, C, kh, kw)
    db : array (F,)
        The slopes of the cost along x, w and b.

    Example
    -------
    >>> cache = np.array([[[[1.0, 2.0, 4.0]]]]), np.array([[[[-1.0, 1.0]]]]), np.zeros(1), 1, 0
    >>> conv_backward(np.array([[[[1.0, 3.0]]]]), cache)
    (array([[[[-1., -2., 3.]]]]), array([[[[7., 14.]]]]), array([4.]))
    """
    ### BEGIN SOLUTION
    # Line by line of the kernel, as on the way forth.
    x, w, _, stride, pad = cache
    n, channels, high, wide = x.shape
    filters, _, height, width = w.shape
    *_, rows, columns = dout.shape
    slopes = dout.reshape(n, filters, rows * columns)
    copied = im2col(x, 1, width, 1, pad)
    strips = copied.reshape(n, channels * width, high + 2 * pad, wide + 2 * pad - width + 1)
    dstrips, dw = np.zeros_like(strips), np.zeros_like(w)
    for i in range(height):
        lines = np.s_[:, :, i : i + stride * rows : stride, ::stride]
        line = strips[lines].reshape(n, channels * width, rows * columns)
        dweights = (slopes @ line.transpose(0, 2, 1)).sum(axis=0)
        dw[:, :, i] = dweights.reshape(filters, channels, width)
        dline = w[:, :, i].reshape(filters, channels * width).T @ slopes
        dstrips[lines] += dline.reshape(n, channels * width, rows, columns)
    dx = col2im(dstrips.reshape(copied.shape), x.shape, 1, width, 1, pad)
    return dx, dw, slopes.sum(axis=(0, 2))
    ### END SOLUTION


# %% setup=true
def note_slopes(dout, x, w, stride, pad):
    """Most solutions ask col2im for these; asked here, a wrong col2im costs nothing there."""
    with contextlib.suppress(Exception):
        slopes = np.einsum("fk,nfrc->nkrc", w.reshape(len(w), -1), dout)
        col2im(slopes.reshape(*slopes.shape[:2], -1), x.shape, *w.shape[2:], stride, pad)


def part_of(conv_backward, part, dout, x, w, stride, pad):
    """One of the three gradients: "dx", "dw" or "db"."""
    note_columns(x, w, stride, pad)
    note_slopes(dout, x, w, stride, pad)
    cache = x, w, np.zeros(len(w)), stride, pad
    return conv_backward(dout, cache)[("dx", "dw", "db").index(part)]


# %% setup=true
dout_few = np.array(
    [
        [[[1.0, 2.0], [0.0, -1.0]], [[3.0, 0.0], [1.0, 1.0]]],
        [[[0.0, 1.0], [2.0, -2.0]], [[1.0, -1.0], [0.0, 2.0]]],
    ]
)
dout_deep = np.array([[[[1.0], [2.0]]]])  # with stride 2: no window reaches the last column

# %% check="conv_backward"
expected = np.array(
    [[1, 5, 8, -2, -4, 3, 5, 4, -2, -4, 2, 1], [0, 2, 2, -4, 0, 2, 0, 7, 4, -10, 2, 2]], float
).reshape(2, 1, 3, 4)
check(part_of, conv_backward, "dx", dout_few, x_few, w_few, 1, 0, expected=expected)
expected = np.array(
    [[-1, 7, -2, 0, 1, 2, 1, 4, 0, -3, 1, 1], [0, 5, -1, -1, 0, -4, 2, 8, -2, -8, 2, 2]], float
).reshape(2, 1, 3, 4)
check(part_of, conv_backward, "dx", dout_few, x_few, w_few, 2, 1, expected=expected)
expected = np.array([[[[1, 2, -3], [-2, 4, 9]]], [[[-1, 2, 2], [6, 4, 13]]]], float)
check(part_of, conv_backward, "dw", dout_few, x_few, w_few, 2, 1, expected=expected)
check(part_of, conv_backward, "db", dout_few, x_few, w_few, 1, 0, expected=np.array([3.0, 7.0]))
expected = np.array([[1, -1, 0, 0, 0, 0, 2, -2, 0], [2, 3, 0, 0, 0, 0, 4, 6, 0]], float).reshape(
    1, 2, 3, 3
)
check(part_of, conv_backward, "dx", dout_deep, x_deep, w_deep, 2, 0, expected=expected)

# %% [markdown]
# Prove it, with unit 05's relative errors. Stride 2 on an uneven picture with padding, 1 × 1 kernels,
# stride 3 without padding:


# %% setup=true
def relative_error(f, array, derived, h=1e-5):
    """How far a derived gradient is from central differences of f along one array (unit 05)."""
    measured = np.zeros(array.shape)
    for place in np.ndindex(array.shape):
        kept, ends = array[place], []
        for nudged in (kept + h, kept - h):
            array[place] = nudged
            ends.append(f())
        array[place] = kept
        measured[place] = (ends[0] - ends[1]) / (2 * h)
    return np.linalg.norm(derived - measured) / (np.linalg.norm(derived) + np.linalg.norm(measured))


# %%
def errors_of(arrays, stride, pad):
    """The relative errors of conv_backward along x, w and b."""
    out, cache = conv_forward(*arrays, stride, pad)
    G = rng.normal(size=out.shape)

    def weighed():
        return np.sum(G * conv_forward(*arrays, stride, pad)[0])

    gradients = conv_backward(G, cache)
    return [relative_error(weighed, a, g) for a, g in zip(arrays, gradients, strict=True)]


# %%
rng = np.random.default_rng(5)
for shape, kernel, stride, pad in (
    ((2, 3, 6, 7), (4, 3, 3, 2), 2, 1),
    ((3, 2, 4, 5), (2, 2, 1, 1), 1, 0),
    ((1, 1, 8, 7), (3, 1, 2, 4), 3, 0),
):
    arrays = rng.normal(size=shape), rng.normal(size=kernel), rng.normal(size=kernel[0])
    print([f"{error:.0e}" for error in errors_of(arrays, stride, pad)])

# %% [markdown] question="as_a_convolution" points=2
# ### Written question: backwards is a convolution
#
# Take one picture with one channel, one filter $w$ of $k\times k$ weights without bias, stride 1, no
# padding: $o_{rc} = \sum_{i,j} w_{ij}\,x_{r+i,\,c+j}$. Let $G_{rc} = \partial C/\partial o_{rc}$.
#
# (a) Derive $\partial C/\partial w_{ij}$ by the chain rule, and say in words which correlation it is.
# (b) Derive $\partial C/\partial x_{uv}$: which outputs did the pixel $(u, v)$ take part in, and with
# which weight? Write the sum over $i$ and $j$. (c) Show that (b) is a *convolution*, kernel turned
# round, of $G$ with $w$, and say how many zeros must be put around $G$ first. (Formulas and a few
# sentences; a human reads them.)
#
# ### BEGIN SOLUTION
# (a) $o_{rc}$ contains $w_{ij}$ once, with the factor $x_{r+i,c+j}$. The weight is used at every
# place, so the slopes add up: $\partial C/\partial w_{ij} = \sum_{r,c}G_{rc}\,x_{r+i,\,c+j}$. That is
# the picture correlated with $G$ as its kernel. (Half a point.)
#
# (b) The pixel $(u, v)$ is in $o_{rc}$ if $u = r + i$ and $v = c + j$ for some $i, j$ between 0 and
# $k-1$, with the factor $w_{ij}$; so $r = u - i$, $c = v - j$. The chain rule adds over all these
# outputs: $\partial C/\partial x_{uv} = \sum_{i,j} G_{u-i,\,v-j}\,w_{ij}$, where $G$ counts as 0
# outside its map. (One point: which outputs, and that they are added.)
#
# (c) The indices of $G$ run *against* those of $w$: that is the convolution $G * w$. With the turned
# kernel $w'_{ij} = w_{k-1-i,\,k-1-j}$ it is the correlation of $w'$ with $G$ in a frame of $k - 1$
# zeros on every side, because $u - i$ runs from $u-(k-1)$ to $u$: the result has
# $(H-k+1) + 2(k-1) - k + 1 = H$ rows, as it must. (Half a point.)
# ### END SOLUTION

# %% [markdown]
# ## 7. Pooling
#
# Has the edge been found at (5, 7) or at (5, 8)? For telling a 3 from an 8 it hardly matters. **Max
# pooling** keeps the largest value of each small window of a map and forgets where in the window it
# was. It has no parameters, and it treats every map by itself. After 5 × 5 filters and 2 × 2 pooling
# with stride 2, a picture of 28 × 28 is down from 24 × 24 to 12 × 12 numbers a map.
#
# Windows need not be square, and they may overlap: that is the case when the stride is smaller than
# the window. There is no padding here. Sizes are told by `output_size`, once more.
#
# ### Exercise: `max_pool_forward`
#
# <details><summary>Hint 1, a nudge</summary>
#
# Is a window of $2\times3$ two high or three high? And what should come out where all values are
# negative?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `sliding_window_view` with every `stride`-th place, then `.max(axis=...)` over two axes. Or a few
# slices, as in `im2col`, and `np.maximum` of one after the other.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The largest of every window of signals `(N, length)`:
#
# ```python
# def signal_max(x, width, stride):
#     windows = sliding_window_view(x, width, axis=1)[:, ::stride]
#     return windows.max(axis=2), (x, width, stride)
# ```
#
# </details></details></details>


# %% exercise="max_pool_forward"
def max_pool_forward(x, height, width, stride):
    """The largest value of each window, map by map.

    Parameters
    ----------
    x : array (N, C, H, W)
    height : int
    width : int
        Of the windows.
    stride : int
        The same along both sides; windows may overlap.

    Returns
    -------
    out : array (N, C, rows, columns)
        rows and columns as told by output_size, without padding.
    cache : tuple
        (x, height, width, stride), for the backward pass.

    Example
    -------
    >>> max_pool_forward(np.array([[[[1.0, 5.0, 2.0], [0.0, 3.0, 4.0]]]]), 2, 2, 1)[0]
    array([[[[5., 5.]]]])
    """
    ### BEGIN SOLUTION
    *_, high, wide = x.shape
    rows, columns = output_size(high, height, 0, stride), output_size(wide, width, 0, stride)
    out = x[:, :, : stride * rows : stride, : stride * columns : stride]
    for i in range(height):
        down = slice(i, i + stride * rows, stride)
        for j in range(width):
            out = np.maximum(out, x[:, :, down, j : j + stride * columns : stride])
    return out, (x, height, width, stride)
    ### END SOLUTION


# %% setup=true
map_few = np.array([[[[3.0, -1.0, 2.0, 0.0], [5.0, 1.0, 4.0, -3.0], [-2.0, 6.0, 0.5, -4.0]]]])
map_two = np.array(
    [
        [[[-1.0, -2.0, -3.0], [-4.0, -0.5, -6.0]], [[7.0, 1.0, 2.0], [0.0, 3.0, 9.0]]],
        [[[0.0, 4.0, 1.0], [2.0, 8.0, 5.0]], [[-7.0, -9.0, -5.0], [-6.0, -8.0, -4.0]]],
    ]
)  # two samples with two maps


def pooled(max_pool_forward, x, height, width, stride):
    """The output without the cache."""
    return max_pool_forward(x, height, width, stride)[0]


def pool_cache(max_pool_forward, x, height, width, stride):
    """The cache without the output."""
    return max_pool_forward(x, height, width, stride)[1]


# %% check="max_pool_forward"
expected = np.array([[[[5, 4, 4], [6, 6, 4]]]], float)
check(pooled, max_pool_forward, map_few, 2, 2, 1, expected=expected)
expected = np.array([[[[3], [6]]]], float)
check(pooled, max_pool_forward, map_few, 1, 3, 2, expected=expected)
expected = np.array([[[[-1, -3]], [[7, 9]]], [[[2, 5]], [[-6, -4]]]], float)
check(pooled, max_pool_forward, map_two, 2, 1, 2, expected=expected)
check(pool_cache, max_pool_forward, map_few, 2, 3, 1, expected=(map_few, 2, 3, 1))

# %% [markdown]
# ### Exercise: `max_pool_backward`
#
# Nudge a pixel. If it is the largest of its window, the output moves with it, slope 1; if not, nothing
# moves, slope 0. So each entry of `dout` goes whole to the **winner** of its window. Where windows
# overlap, a pixel may win several times; then it gets the sum. In a tie any *one* of the largest may
# have it.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which cells of the map win twice, with windows of 2 × 2 and stride 1?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `argmax` of a flattened window tells the winner's place in it, `np.unravel_index` makes row and
# column of it. Where does window $(r, c)$ begin? Then `+=`. Or, without loops over places: slice by
# slice, as in `col2im`, `+=` of `dout` where the slice equals the output.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# For one signal:
#
# ```python
# def signal_max_back(dout, cache):
#     x, width, stride = cache
#     dx = np.zeros(len(x))
#     for r in range(len(dout)):
#         begin = r * stride
#         winner = begin + np.argmax(x[begin : begin + width])
#         dx[winner] += dout[r]
#     return dx
# ```
#
# </details></details></details>


# %% exercise="max_pool_backward"
def max_pool_backward(dout, cache):
    """The way back through max pooling.

    Parameters
    ----------
    dout : array (N, C, rows, columns)
        The slope of the cost along each output.
    cache : tuple
        (x, height, width, stride), with x of the shape (N, C, H, W).

    Returns
    -------
    array (N, C, H, W)
        The slope of the cost along each entry of x.

    Example
    -------
    >>> cache = np.array([[[[1.0, 5.0, 2.0], [0.0, 3.0, 4.0]]]]), 2, 2, 1
    >>> max_pool_backward(np.array([[[[10.0, 1.0]]]]), cache)
    array([[[[0., 11., 0.], [0., 0., 0.]]]])
    """
    ### BEGIN SOLUTION
    x, height, width, stride = cache
    out, _ = max_pool_forward(x, height, width, stride)
    *_, rows, columns = out.shape
    dx = np.zeros_like(x)
    waiting = np.ones(out.shape, dtype=bool)  # windows whose winner has not been met
    for i in range(height):
        for j in range(width):
            part = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            won = waiting & (x[part] == out)
            dx[part] += dout * won
            waiting &= ~won
    return dx
    ### END SOLUTION


# %% setup=true
slopes_six = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]]])
slopes_two = np.array([[[[1.0, 2.0]], [[3.0, 4.0]]], [[[5.0, 6.0]], [[7.0, 9.0]]]])


# %% setup=true
def of_a_tie(max_pool_backward, slope):
    """Three equal numbers and a smaller one: how much comes back in all, and to how many cells."""
    x = np.array([[[[1.0, 2.0], [2.0, 2.0]]]])
    dx = max_pool_backward(np.array([[[[slope]]]]), (x, 2, 2, 2))
    return dx.sum(), np.count_nonzero(dx)


# %% check="max_pool_backward"
expected = np.array([[[[0, 0, 0, 0], [1, 0, 12, 0], [0, 9, 0, 0]]]], float)
check(max_pool_backward, slopes_six, (map_few, 2, 2, 1), expected=expected)
expected = np.array([[[[0, 0, 0, 0], [1, 0, 2, 0], [0, 9, 0, 0]]]], float)
check(max_pool_backward, slopes_six[:, :, :, :2], (map_few, 2, 3, 1), expected=expected)
expected = np.array(
    [[1, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0, 4], [0, 0, 0, 5, 0, 6, 0, 0, 0, 7, 0, 9]], float
).reshape(2, 2, 2, 3)
check(max_pool_backward, slopes_two, (map_two, 2, 1, 2), expected=expected)
check(of_a_tie, max_pool_backward, 5.0, expected=(5.0, 1))

# %% [markdown]
# ### Exercise: `avg_pool_forward`
#
# The other kind takes the **mean** of each window. It keeps something of every value, where the
# maximum keeps the strongest alone.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How many numbers are in a window of $2\times3$?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Whatever you did for the maximum: one word of it changes, and for slices there is a division too.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# ```python
# def signal_mean(x, width, stride):
#     windows = sliding_window_view(x, width, axis=1)[:, ::stride]
#     return windows.mean(axis=2), (x, width, stride)
# ```
#
# </details></details></details>


# %% exercise="avg_pool_forward"
def avg_pool_forward(x, height, width, stride):
    """The mean of each window, map by map.

    Parameters
    ----------
    x : array (N, C, H, W)
    height : int
    width : int
        Of the windows.
    stride : int
        The same along both sides; windows may overlap.

    Returns
    -------
    out : array (N, C, rows, columns)
        rows and columns as told by output_size, without padding.
    cache : tuple
        (x, height, width, stride), for the backward pass.

    Example
    -------
    >>> avg_pool_forward(np.array([[[[1.0, 5.0, 2.0], [0.0, 2.0, 3.0]]]]), 2, 2, 1)[0]
    array([[[[2., 3.]]]])
    """
    ### BEGIN SOLUTION
    windows = sliding_window_view(x, (height, width), axis=(2, 3))
    return windows[:, :, ::stride, ::stride].mean(axis=(4, 5)), (x, height, width, stride)
    ### END SOLUTION


# %% check="avg_pool_forward"
expected = np.array([[[[2.0, 1.5, 0.75], [2.5, 2.875, -0.625]]]])
check(pooled, avg_pool_forward, map_few, 2, 2, 1, expected=expected)
expected = np.array([[[[1.333333], [1.5]]]])
check(pooled, avg_pool_forward, map_few, 1, 3, 2, expected=expected)
expected = np.array([[[[-2.5, -4.5]], [[3.5, 5.5]]], [[[1.0, 3.0]], [[-6.5, -4.5]]]])
check(pooled, avg_pool_forward, map_two, 2, 1, 2, expected=expected)
check(pool_cache, avg_pool_forward, map_few, 2, 3, 1, expected=(map_few, 2, 3, 1))

# %% [markdown]
# Now with your functions. Shift the pattern by a pixel and watch both sides.
#
# > **Predict.** How many cells of the map change when the pattern moves by one pixel, and how many of
# > the pooled ones? And with the mean instead of the maximum?

# %% demo=true
from nand2resnet.widgets import Pooling

Pooling(max_pool_forward, avg_pool_forward)

# %% [markdown]
# ### Exercise: `avg_pool_backward` ★ (optional, no points)
#
# The way back of the mean: every pixel of a window has the same share in it.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Nudge one pixel of a window of 6 by 0.6. By how much does the mean move?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `dout` divided by the number of cells in a window, added with `+=` to every cell of that window.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# ```python
# def signal_mean_back(dout, cache):
#     x, width, stride = cache
#     dx = np.zeros(x.shape)
#     for j in range(width):
#         dx[:, j : j + stride * dout.shape[1] : stride] += dout / width
#     return dx
# ```
#
# </details></details></details>


# %% exercise="avg_pool_backward"
def avg_pool_backward(dout, cache):
    """The way back through average pooling.

    Parameters
    ----------
    dout : array (N, C, rows, columns)
        The slope of the cost along each output.
    cache : tuple
        (x, height, width, stride), with x of the shape (N, C, H, W).

    Returns
    -------
    array (N, C, H, W)
        The slope of the cost along each entry of x.

    Example
    -------
    >>> cache = np.array([[[[1.0, 5.0, 2.0], [0.0, 2.0, 3.0]]]]), 2, 2, 1
    >>> avg_pool_backward(np.array([[[[4.0, 8.0]]]]), cache)
    array([[[[1., 3., 2.], [1., 3., 2.]]]])
    """
    ### BEGIN SOLUTION
    x, height, width, stride = cache
    *_, rows, columns = dout.shape
    dx = np.zeros_like(x)
    for i in range(height):
        for j in range(width):
            part = np.s_[:, :, i : i + stride * rows : stride, j : j + stride * columns : stride]
            dx[part] += dout / (height * width)
    return dx
    ### END SOLUTION


# %% check="avg_pool_backward"
expected = np.array([[[[1, 3, 5, 3], [5, 12, 17, 10], [4, 9, 12, 7]]]], float)
check(avg_pool_backward, slopes_six * 4, (map_few, 2, 2, 1), expected=expected)
expected = np.array([[[[1, 3, 3, 2], [5, 12, 12, 7], [4, 9, 9, 5]]]], float)
check(avg_pool_backward, slopes_six[:, :, :, :2] * 6, (map_few, 2, 3, 1), expected=expected)
expected = np.array(
    [
        [0.5, 0.0, 1.0, 0.5, 0.0, 1.0, 1.5, 0.0, 2.0, 1.5, 0.0, 2.0],
        [2.5, 0.0, 3.0, 2.5, 0.0, 3.0, 3.5, 0.0, 4.5, 3.5, 0.0, 4.5],
    ]
).reshape(2, 2, 2, 3)
check(avg_pool_backward, slopes_two, (map_two, 2, 1, 2), expected=expected)

# %% [markdown]
# ## 8. A network that sees
#
# All parts are there. The rest is what you built in unit 05, in short:


# %% setup=true
def affine_forward(X, W, b):
    """Weighted sums and a bias (unit 05)."""
    return X @ W + b, (X, W, b)


def affine_backward(dout, cache):
    """The way back through that: dX, dW, db."""
    X, W, _ = cache
    dX, dW = dout @ W.T, X.T @ dout
    return dX, dW, dout.sum(axis=0)


# %% setup=true
def relu_forward(x):
    """max(x, 0), and x as the cache (unit 05)."""
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    """The way back through that."""
    return dout * (cache > 0)


# %% setup=true
def softmax_loss(scores, y):
    """Mean cross entropy of scores (N, C) and labels y (N,), and its gradient (N, C)."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    return -log_p[rows, y].mean(), dscores / len(y)


# %% [markdown]
# ### Exercise: `cnn_loss`
#
# The network:
#
# **convolution** (stride 1, padded with $\lfloor k/2\rfloor$, so that the maps of an odd kernel of
# size $k$ are as large as the picture) → **ReLU** → **max pooling** (square windows of side `pool`,
# the same stride) → all maps of a picture as **one row** of numbers → **affine** → **softmax loss**.
#
# Chain them forwards, and backwards, as in `mlp_loss`. `loss` and the gradient along each of the four
# arrays are asked for.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The row of numbers that goes into the affine layer is only another shape of the pooled maps. What
# does the way back through a `reshape` do?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `maps.reshape(len(maps), -1)` makes rows of maps, `drows.reshape(maps.shape)` makes maps of rows.
# Keep a cache under a name of its own for each layer, and go back in the opposite order.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A tiny chain of the same kind: halve every entry, make rows, an affine layer, add everything up.
#
# ```python
# def halves_loss(params, X):
#     halves = X / 2
#     rows = halves.reshape(len(X), -1)
#     out, cache = affine_forward(rows, params["W"], params["b"])
#     drows, dW, db = affine_backward(np.ones_like(out), cache)
#     dhalves = drows.reshape(halves.shape)
#     return out.sum(), {"X": dhalves / 2, "W": dW, "b": db}
# ```
#
# </details></details></details>


# %% exercise="cnn_loss"
def cnn_loss(params, X, y, pool):
    """The loss of a small convolutional network and its gradients.

    Parameters
    ----------
    params : dict
        "w1" (F, C, k, k) with odd k, "b1" (F,), "W2" (F * rows * columns, classes), "b2" (classes,).
    X : array (N, C, H, W)
        Pictures.
    y : array (N,)
        Their classes.
    pool : int
        Side and stride of the pooling windows.

    Returns
    -------
    loss : float
        The mean cross entropy.
    grads : dict
        The gradient of the loss along each array of params, under the same name.

    Example
    -------
    >>> shapes = {"w1": (1, 1, 1, 1), "b1": 1, "W2": (1, 2), "b2": 2}
    >>> zeros = {name: np.zeros(shape) for name, shape in shapes.items()}
    >>> cnn_loss(zeros, np.ones((1, 1, 2, 2)), np.array([0]), 2)[1]["b2"]
    array([-0.5,  0.5])
    """
    ### BEGIN SOLUTION
    maps, conv = conv_forward(X, params["w1"], params["b1"], 1, params["w1"].shape[2] // 2)
    bent, bend = relu_forward(maps)
    pooled_maps, places = max_pool_forward(bent, pool, pool, pool)
    scores, last = affine_forward(pooled_maps.reshape(len(X), -1), params["W2"], params["b2"])
    loss, dscores = softmax_loss(scores, y)
    drows, dW2, db2 = affine_backward(dscores, last)
    dbent = max_pool_backward(drows.reshape(pooled_maps.shape), places)
    _, dw1, db1 = conv_backward(relu_backward(dbent, bend), conv)
    return loss, {"w1": dw1, "b1": db1, "W2": dW2, "b2": db2}
    ### END SOLUTION


# %% setup=true
X_tiny = np.array([[1, 0.2, -1, 0.5, 0.3, 2, 0.7, -0.4], [0, -1.5, 0.6, 1.2, 0.9, 0.1, -0.2, 0.8]])
X_tiny, y_tiny = X_tiny.reshape(2, 1, 2, 4), np.array([2, 0])  # two pictures of 2 x 4
w1_tiny = [[1, -2, 3, 5, 10, -4, 0, 2, -1], [-3, 6, 2, 1, -5, 4, 7, 0, 3]]
params_tiny = {
    "w1": np.reshape(w1_tiny, (2, 1, 3, 3)) / 10,
    "b1": np.array([0.1, -1.4]),
    "W2": np.array([[1.0, -0.5, 0.2], [0.3, 0.8, -1.0], [-0.6, 0.4, 0.9], [0.5, -0.7, 0.1]]),
    "b2": np.array([0.2, 0.0, -0.1]),
}


# %% setup=true
def loss_only(cnn_loss, params, X, y, pool):
    """The loss without the gradients."""
    return cnn_loss(params, X, y, pool)[0]


def gradient_of(cnn_loss, name, params, X, y, pool):
    """One of the gradients."""
    return cnn_loss(params, X, y, pool)[1][name]


# %% check="cnn_loss"
inputs = params_tiny, X_tiny, y_tiny, 2
check(loss_only, cnn_loss, *inputs, expected=2.68551, rtol=1e-5)
expected = np.array(
    [
        [0.618729, 0.225294, -0.844022],
        [0.815445, 0.319639, -1.135084],
        [-0.021937, 0.019896, 0.002041],
        [0.261157, 0.0359, -0.297058],
    ]
)
check(gradient_of, cnn_loss, "W2", *inputs, expected=expected, rtol=1e-3, atol=1e-6)
expected = np.array([0.848879, 0.135977])
check(gradient_of, cnn_loss, "b1", *inputs, expected=expected, rtol=1e-3, atol=1e-6)

# %% [markdown]
# Proved on five real digits, with 3 filters:

# %% setup=true
train, test = data.digits().split()
X_train, y_train = train.images[:, np.newaxis], train.labels  # one channel
X_test, y_test = test.images[:, np.newaxis], test.labels


def random_cnn(channels, filters, k, rows, classes, rng):
    """Random weights, scaled for ReLUs (unit 07); rows is how many numbers W2 takes in."""
    return {
        "w1": rng.normal(size=(filters, channels, k, k)) * np.sqrt(2 / (channels * k * k)),
        "b1": np.zeros(filters),
        "W2": rng.normal(size=(rows, classes)) / np.sqrt(rows),
        "b2": np.zeros(classes),
    }


# %%
params = random_cnn(1, 3, 3, 3 * 4 * 4, 10, np.random.default_rng(2))
params["b1"] += 0.1  # else the empty paper stands exactly at the kink of the ReLU
five = X_train[:5], y_train[:5], 2
_, grads = cnn_loss(params, *five)
for name, array in params.items():
    error = relative_error(lambda: cnn_loss(params, *five)[0], array, grads[name])
    print(f"{name}: {error:.0e}")

# %% [markdown]
# ### Exercise: `train_cnn`
#
# Unit 05's training with unit 06's momentum. In every epoch shuffle the samples with `rng` and cut
# them into batches (the last one may be shorter). For each batch, and for **every** array $p$ of
# `params`, with a velocity $v$ of its own that begins at 0,
#
# $$v \leftarrow \rho\,v - \eta\,\frac{\partial C}{\partial p}, \qquad p \leftarrow p + v .$$
#
# The gradients come from `loss(params, X, y)`, called with the batch. Return new arrays; those handed
# in stay as they are. `progress(range(epochs))` counts like `range(epochs)` and draws a bar.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What must live on from one batch to the next, and from one epoch to the next?
#
# <details><summary>Hint 2, a pointer</summary>
#
# A dict of velocities, `np.zeros_like` of each array, made once before the loops. In the innermost
# loop two new dicts: the velocities first, then the params.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A ball that rolls along a list of pushes, with friction:
#
# ```python
# def roll(place, pushes, rounds, friction):
#     speed = np.zeros_like(place)
#     for _ in progress(range(rounds)):
#         for push in pushes:
#             speed = friction * speed + push
#             place = place + speed
#     return place
# ```
#
# </details></details></details>


# %% exercise="train_cnn"
def train_cnn(loss, params, X, y, lr, rho, batch_size, epochs, rng):
    """Train a network by descent in minibatches, with momentum.

    Parameters
    ----------
    loss : function
        loss(params, X, y) returns the loss and a dict of gradients, named like params.
    params : dict of arrays
        Where to start. They stay as they are.
    X : array (N, ...)
    y : array (N,)
    lr : float
    rho : float
        How much of the velocity is kept.
    batch_size : int
    epochs : int
    rng : numpy.random.Generator

    Returns
    -------
    dict of arrays, the trained params

    Example
    -------
    >>> bowl, rng = (lambda params, X, y: (0.0, params)), np.random.default_rng(0)
    >>> train_cnn(bowl, {"w": np.array([8.0])}, np.ones((4, 1)), np.ones(4), 0.5, 0.5, 2, 1, rng)
    {'w': array([0.])}
    """
    ### BEGIN SOLUTION
    velocity = {name: np.zeros_like(array) for name, array in params.items()}
    for _ in progress(range(epochs)):
        shuffled = rng.permutation(len(y))
        for first in range(0, len(y), batch_size):
            rows = shuffled[first : first + batch_size]
            _, slopes = loss(params, X[rows], y[rows])
            velocity = {name: rho * velocity[name] - lr * slopes[name] for name in params}
            params = {name: params[name] + velocity[name] for name in params}
    return params
    ### END SOLUTION


# %% setup=true
def valley(params, X, y):
    """A toy loss: how far the params are from the means of the batch."""
    away = {"w": params["w"] - X.mean(axis=0), "b": params["b"] - y.mean()}
    return sum(np.sum(a**2) for a in away.values()) / 2, away


# %% setup=true
start_few = {"w": np.array([3.0, -1.0]), "b": np.array([[2.0]])}
X_pair, y_pair = np.array([[1.0, 0.0], [3.0, 2.0]]), np.array([0.0, 1.0])
X_same, y_same = np.array([[2.0, 1.0]] * 5), np.array([1.0] * 5)


def copied(params):
    """The same params in arrays of their own."""
    return {name: np.array(array) for name, array in params.items()}


def down_the_valley(train_cnn, X, y, lr, rho, epochs):
    """The trained params, from start_few, in batches of 2."""
    rng = np.random.default_rng(0)
    return train_cnn(valley, copied(start_few), X, y, lr, rho, 2, epochs, rng)


# %% setup=true
def start_afterwards(train_cnn):
    """What has become of the params that were handed in."""
    given = copied(start_few)
    train_cnn(valley, given, X_pair, y_pair, 0.5, 0.5, 2, 2, np.random.default_rng(0))
    return given


# %% setup=true
def uses_of_samples(train_cnn, n, batch_size, epochs):
    """How the samples were dealt out, in five numbers."""
    rows, labels = [], []

    def watching(_params, X, y):
        rows.append(X[:, 0])
        labels.append(y)
        return 0.0, {"w": np.zeros(1)}

    X, rng = np.arange(n)[:, np.newaxis], np.random.default_rng(0)
    train_cnn(watching, {"w": np.zeros(1)}, X, np.arange(n), 0.1, 0.5, batch_size, epochs, rng)
    came, sizes = np.concatenate(rows), [len(y) for y in labels]
    orders = [tuple(part) for part in np.array_split(came, epochs)]
    in_order = sum(order == tuple(range(n)) for order in orders)
    fit = np.array_equal(came, np.concatenate(labels))
    return sizes, np.bincount(came, minlength=n), fit, in_order, len(set(orders))


# %% [markdown]
# The last check hands ten samples to your function, in batches of 4, for two epochs. It tells the
# sizes of the batches, how often each sample came, whether each came with its own label, how many
# epochs went through the samples as they lay (none should), and how many different orders there
# were.

# %% check="train_cnn"
expected = {"w": np.array([2.5, 0.0]), "b": np.array([[1.25]])}
check(down_the_valley, train_cnn, X_pair, y_pair, 0.5, 0.5, 1, expected=expected)
expected = {"w": np.array([1.98877, 1.022461]), "b": np.array([[0.98877]])}
check(down_the_valley, train_cnn, X_same, y_same, 0.5, 0.25, 2, expected=expected)
expected = {"w": np.array([1.46875, 2.0625]), "b": np.array([[-0.296875]])}
check(down_the_valley, train_cnn, X_pair, y_pair, 0.5, 0.75, 3, expected=expected)
check(start_afterwards, train_cnn, expected=start_few)
expected = [4, 4, 2, 4, 4, 2], np.full(10, 2), True, 0, 2
check(uses_of_samples, train_cnn, 10, 4, 2, expected=expected)

# %% [markdown]
# ### Digits
#
# 32 filters of 3 × 3, pooled 2 × 2: $32\cdot4\cdot4 = 512$ numbers go into the last layer. Fifteen
# epochs.


# %% setup=true
def predict(params, X, pool=2):
    """The class with the largest score, for each picture."""
    maps, _ = conv_forward(X, params["w1"], params["b1"], 1, params["w1"].shape[2] // 2)
    pooled_maps, _ = max_pool_forward(relu_forward(maps)[0], pool, pool, pool)
    rows = pooled_maps.reshape(len(X), -1)
    return affine_forward(rows, params["W2"], params["b2"])[0].argmax(axis=1)


def accuracy(params, X, y, pool=2):
    """The share of right answers."""
    return np.mean(predict(params, X, pool) == y)


# %% [markdown]
# > **Predict.** The network of unit 05 had 4,810 parameters. How many has this one? And of the 299
# > digits it has never seen, how many will it read?

# %%
losses = []


def digits_loss(params, X, y):
    """The loss with pooling windows of 2 x 2; remembers what it was."""
    loss, grads = cnn_loss(params, X, y, 2)
    losses.append(loss)
    return loss, grads


before = random_cnn(1, 32, 3, 512, 10, np.random.default_rng(0))
after = train_cnn(digits_loss, before, X_train, y_train, 0.1, 0.9, 32, 15, np.random.default_rng(0))
right = accuracy(after, X_test, y_test)
print("parameters:", sum(array.size for array in after.values()))
print(f"right: {round(299 * right)} of 299, {right:.1%}")

# %% demo=true
learned = accuracy(after, X_train, y_train)
figure, axes = plots.new_figure()
per_epoch = -(-len(X_train) // 32)
means = np.reshape(losses, (-1, per_epoch)).mean(axis=1)
axes.semilogy(np.arange(len(losses)) / per_epoch, losses, ".", markersize=3, label="each batch")
axes.semilogy(np.arange(len(means)) + 0.5, means, "o-", label="mean of an epoch")
axes.set(xlabel="epochs", ylabel="loss", title=f"{learned:.1%} of its own digits are right")
axes.legend()
figure.alt = (
    f"The loss falls from {means[0]:.2g} in the first epoch to {means[-1]:.2g} in the last."
)
figure

# %% [markdown]
# ### What it looks for
#
# Each of the 32 filters is a picture of nine pixels. Dark speaks for the filter, light against it.
#
# > **Predict.** Nobody told it about edges. Will you find any?

# %% demo=true
strongest = np.argsort(-np.linalg.norm(after["w1"].reshape(32, 9), axis=1))[:12]
filters = after["w1"][strongest, 0]
plots.images(
    0.5 + filters / (2 * np.abs(filters).max()),
    titles=strongest,
    alt="Twelve learned filters of 3 by 3 pixels: dark against light, mostly edges and corners.",
)

# %% [markdown]
# And here is what they make of a digit: the picture, and the maps of five filters after the ReLU.
#
# > **Predict** from the filters above which side of the strokes each map will mark.

# %% demo=true
digit = X_test[4:5]
maps, _ = relu_forward(conv_forward(digit, after["w1"], after["b1"], 1, 1)[0])
shown = [maps[0, f] / maps[0, f].max() for f in strongest[:5] if maps[0, f].max() > 0]
plots.images(
    [digit[0, 0], *shown],
    titles=[f"a {y_test[4]}", *(f"map {f}" for f in strongest[:5] if maps[0, f].max() > 0)],
    alt="A digit, and feature maps in which different edges of its strokes are dark.",
)

# %% [markdown]
# ### Trained on the left, tested on the right
#
# Now back to the ball that was never in the corner. Rings and crosses, in some noise. In all pictures
# of the training set they stand somewhere in the *left* half.


# %% setup=true
RING = np.array(
    [[0, 1, 1, 1, 0], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [1, 0, 0, 0, 1], [0, 1, 1, 1, 0]]
)
CROSS = np.array(
    [[1, 0, 0, 0, 1], [0, 1, 0, 1, 0], [0, 0, 1, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 0, 1]]
)


def shapes(count, first_column, rng):
    """Pictures (count, 1, 9, 18) with a ring (0) or a cross (1) in one half, and labels."""
    y = rng.integers(2, size=count)
    X = 0.3 * rng.random((count, 1, 9, 18))
    for picture, label in zip(X[:, 0], y, strict=True):
        r, c = rng.integers(5), first_column + rng.integers(5)
        picture[r : r + 5, c : c + 5] += (RING, CROSS)[label]
    return X, y


# %%
rng = np.random.default_rng(0)
X_left, y_left = shapes(500, 0, rng)
tests = {"left": shapes(500, 0, rng), "right": shapes(500, 9, rng)}
examples = np.concatenate([tests["left"][0][:3, 0], tests["right"][0][:3, 0]])
plots.images(examples / 1.3, titles=["left"] * 3 + ["right"] * 3)

# %% [markdown]
# Two networks learn from the left: a linear classifier, which has a weight for each pixel, and your
# convolutional network with 8 filters, whose pooling window is the *whole* map: of each map only the
# largest value is kept.


# %%
def linear_loss(params, X, y):
    """Softmax loss of a linear classifier."""
    scores, cache = affine_forward(X.reshape(len(X), -1), params["W2"], params["b2"])
    value, slopes = softmax_loss(scores, y)
    _, dW, db = affine_backward(slopes, cache)
    return value, {"W2": dW, "b2": db}


def whole_map_loss(params, X, y):
    """The convolutional network; a frame below makes the picture square, as its window is."""
    return cnn_loss(params, square(X), y, 18)


def square(X):
    """Pictures (N, 1, 9, 18) with 9 empty rows below."""
    return np.pad(X, ((0, 0), (0, 0), (0, 9), (0, 0)))


# %% [markdown]
# > **Predict** four numbers before you run the next cell: how many per cent of shapes does each of
# > the two get right on the left, and on the right, where it has never seen one?

# %%
rng = np.random.default_rng(1)
zeros = {"W2": np.zeros((9 * 18, 2)), "b2": np.zeros(2)}
linear = train_cnn(linear_loss, zeros, X_left, y_left, 0.05, 0.9, 32, 40, rng)
start = random_cnn(1, 8, 3, 8, 2, rng)
seeing = train_cnn(whole_map_loss, start, X_left, y_left, 0.05, 0.9, 32, 6, rng)
for side, (X, y) in tests.items():
    scores = X.reshape(len(X), -1) @ linear["W2"] + linear["b2"]
    by_line, by_net = np.mean(scores.argmax(axis=1) == y), accuracy(seeing, square(X), y, 18)
    print(f"on the {side:5}: linear {by_line:.0%}, convolution and max pooling {by_net:.0%}")

# %% [markdown]
# The linear classifier has learned the left half by heart and guesses on the right. The convolution
# finds its strokes wherever they are (equivariance), and the maximum over the whole map throws the
# place away (**invariance**). It has not been *told* that a ring on the right is a ring. It has been
# built so that it cannot see the difference.

# %% [markdown]
# ## What we learnt, where next
#
# * A convolution layer is a small window with shared weights: few parameters, and an answer that
#   moves along with what it answers to.
# * Padding, stride and window decide the size of a map, rounded down; strides multiply, and so
#   receptive fields grow.
# * Backwards is the transpose: what was copied into several windows is added up again. Tested
#   without a derivative, proved by a gradient check.
# * Pooling keeps *that* something was there and drops *where*.
# * The same sums can take a hundred times longer or shorter. Loops, windows, columns: the winner is
#   who reads memory in order and leaves the loops to a matrix product.
#
# **NumPy ends here.** Every layer you added needed a backward pass by hand, every speed-up a new
# layout in memory, and all of it ran on the processor. **Next**, in unit 10: PyTorch finds the way
# back by itself, runs on graphics cards, and your convolution becomes LeNet.
