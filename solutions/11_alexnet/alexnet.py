# %% [markdown]
# # AlexNet
#
# *120 minutes, 20 points. You need units 09 and 10: convolution, and networks in PyTorch. Take a
# break after part 3.*
#
# In September 2012 a network with eight layers won a competition in recognising pictures, and the
# second was not even close. Much of what has been called artificial intelligence since then began
# on that day. What was new in it, and what was not? In this unit you build the network, part by part,
# exactly as its authors describe it, down to the last of its 60,965,224 parameters.
#
# **At the end you can**
#
# * tell what changed in 2012: the data, the machines, or the ideas;
# * measure a classifier by its top-1 and top-5 error, and read such numbers with care;
# * split a convolution into groups, and let neighbouring maps compete;
# * say where a network keeps its parameters, and where it spends its time;
# * make billions of pictures out of a million, and see what a trained network looks at.
#
# | part | | minutes |
# |---|---|---|
# | 1 | Pictures to learn from | 24 |
# | 2 | Two halves of a network | 18 |
# | 3 | Neighbours compete | 18 |
# | 4 | AlexNet | 28 |
# | 5 | Sixty million parameters, and no overfitting? | 16 |
# | 6 | Training, and what it looks at | 12 |
# | 7 | What came next | 4 |

# %% setup=true
import numpy as np

from nand2resnet import data, network_plots, plots
from nand2resnet.check import check
from nand2resnet.pictures import colour_portrait, portrait

plots.use_style()

# %% setup=true
import torch
from torch import nn
from torch.nn import functional as F

from nand2resnet.networks import filled

# %% [markdown]
# ## 1. Pictures to learn from
#
# In the 2000s hardly anybody in computer vision used neural networks. One designed **features** by
# hand: numbers that should stay the same when the light changes or a thing moves a little, and then
# trained a simple classifier on them. A famous one is **HOG**, histograms of oriented gradients (Dalal
# and Triggs 2005). Cut the picture into cells. In each, ask every pixel in which direction the
# brightness rises and how steeply, and count the directions, the steep ones more.


# %% setup=true
def hog(picture, cell, directions):
    """How much edge there is in each cell, by direction (an edge has no front and no back)."""
    down, across = np.gradient(picture)
    steepness, angle = np.hypot(down, across), np.arctan2(down, across) % np.pi
    which = np.rint(angle / np.pi * directions).astype(int) % directions
    rows, columns = (size // cell for size in picture.shape)
    counted = np.zeros((directions, rows, columns))
    for r, c in np.ndindex(rows * cell, columns * cell):
        counted[which[r, c], r // cell, c // cell] += steepness[r, c]
    return counted


# %% [markdown]
# > **Predict.** Four directions, cells of 5 × 5 pixels, the photograph of Grace Hopper you know from
# > unit 09. In which of the four maps will the brim of her cap stand out? And her shoulders?

# %% demo=true
strengths = hog(portrait(), 5, 4)
plots.images(
    np.concatenate([[1 - portrait()[::5, ::5]], strengths / strengths.max()]),
    titles=["picture", "rises right", "down-right", "rises down", "down-left"],
    alt="A portrait in coarse pixels, and four maps of where its edges of one direction are.",
)

# %% [markdown]
# That is a convolution with filters that somebody thought of, and a pooling. Unit 09 *learned* such
# filters from 1,498 digits. For photographs one needed more to learn from than there was. So the
# story of 2012 is first of all a story of data.
#
# **PASCAL VOC**, from 2005 to 2012, was a yearly challenge on photographs with labels: 4 classes at
# first, 10 in 2006, 20 from 2007 on (person, six animals, seven vehicles, six things of the house). It had five
# tasks:
#
# | task | the answer is |
# |---|---|
# | classification | is there a cat in the picture, yes or no? |
# | detection | a box around each cat |
# | segmentation | the class of every single pixel |
# | action classification | what is this person doing: reading, riding, running? |
# | person layout | boxes around head, hands and feet |
#
# > **Check the source.** The slides let VOC begin in 2006 with 20 categories. It began in 2005 with 4.
#
# HOG and its relatives made progress on VOC year by year, then hardly any. Its last edition had 11,530
# pictures to train on. Was that too few? Fei-Fei Li thought that the field had been improving the wrong
# thing. In 2007 she set out to collect pictures for all the nouns of **WordNet**, the dictionary of
# concepts that George Miller had begun in 1985, in which a *corgi* is a *dog* is an *animal*. There was
# little money. What made it possible was **Amazon Mechanical Turk**, where people all over the
# world look at pictures for cents. **ImageNet** was shown in 2009, on a poster; in the end it had 15
# million pictures in 22,000 classes. From 2010 to 2017 a challenge was held on a part of it, **ILSVRC**:
# 1,000 classes, 1.2 million pictures to train on.

# %% [markdown]
# ### How wrong is an answer?
#
# A photograph of a dog on a sofa has one label in ILSVRC: perhaps *sofa*. So a classifier may name
# five classes, and is wrong only if the label is not among them: the **top-5 error**. With one guess
# allowed it is called the top-1 error.
#
# ### Exercise: `top_k_error`
#
# A network gives a score for each class, the higher the likelier. Over a batch, how large is the
# share of pictures whose label is *not* among the $k$ classes with the highest scores?
#
# <details><summary>Hint 1, a nudge</summary>
#
# With as many guesses as there are classes, what is the error? And with which kind of number do you
# answer: a share, a percentage, a count?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `scores.topk(k)` gives the `k` largest values of each row and, in `.indices`, where they
# stand. `labels[:, None]` makes a column of the labels, to compare each row with.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The share of rows in which some number is 0:
#
# ```python
# def rows_with_a_zero(x):
#     return (x == 0).any(dim=1).double().mean().item()
# ```
#
# </details></details></details>


# %% exercise="top_k_error"
def top_k_error(scores, labels, k):
    """The share of samples whose label is not among the k highest scores.

    Parameters
    ----------
    scores : tensor (N, classes)
        No two scores of a row are equal.
    labels : tensor (N,)
        The right classes, whole numbers.
    k : int
        How many guesses are allowed, from 1 to the number of classes.

    Returns
    -------
    float
        From 0 (always among them) to 1 (never).

    Example
    -------
    >>> top_k_error(torch.tensor([[0.1, 0.7, 0.2], [0.5, 0.2, 0.3]]), torch.tensor([2, 0]), 1)
    0.5
    """
    ### BEGIN SOLUTION
    guesses = scores.topk(k).indices
    found = (guesses == labels[:, None]).any(dim=1)
    return 1 - float(found.double().mean())
    ### END SOLUTION


# %% setup=true
scores_few = torch.tensor(
    [
        [2.0, -1.0, 0.5, 1.0],
        [0.0, 3.0, 1.0, 2.0],
        [-4.0, -1.0, -2.0, -3.0],
        [1.5, 0.3, 0.2, 0.1],
        [0.4, 0.3, 0.2, 0.1],
    ]
)
labels_few = torch.tensor([3, 1, 0, 3, 3])

# %% check="top_k_error"
check(top_k_error, scores_few, labels_few, 1, expected=0.8, rtol=1e-5)
check(top_k_error, scores_few, labels_few, 2, expected=0.6, rtol=1e-5)
check(top_k_error, scores_few, labels_few, 3, expected=0.6, rtol=1e-5)
check(top_k_error, scores_few[2:3], labels_few[2:3], 4, expected=0.0)

# %% [markdown]
# > **Predict.** Somebody guesses five of the 1,000 classes at random. What is the top-5 error?

# %%
print(f"by chance: {1 - 5 / 1000:.1%}")

# %% [markdown]
# ### Eight years
#
# Here is the smallest top-5 error of the challenge, year by year. Each number is from the organisers'
# page of results for that year (`https://image-net.org/challenges/LSVRC/2012/results` and so on;
# SPP-net's is from its paper).
#
# Every winner brought an idea. **Switch one off**, and of each year only those teams count that did
# without it, as far as one knows.
#
# > **Predict** which idea cannot be spared. And how much worse 2015 would have been without residual
# > learning, which you will meet in unit 13.

# %% demo=true
from nand2resnet.widgets import ErrorByYear

ErrorByYear()

# %% [markdown]
# Two readings, and both are right. Without convolutional networks the line stays where it was in 2011.
# Without any one of the *later* ideas somebody else came nearly as far: in 2015 an inception network
# (its authors kept the rest to themselves) was 0.014 points behind. A figure like this tells who
# won. What an idea is worth, only an experiment tells that changes nothing else.
#
# > **Check the source.** The slides say that the error dropped from 26% to 15.3%. That was seven
# > networks together, two of them trained on further pictures of ImageNet. With the challenge's own
# > pictures it was 16.4%, five networks together. A single one made 18.2%.

# %% [markdown] question="fair_comparison" points=1
# ### Written question: a fair comparison
#
# A newspaper writes: "In 2012 the new network had an error of 15.3%; the best of the old methods had
# 26.2%. So networks are 10.9 points better." Name two things that differ between the two numbers
# *besides* the network, and say which of the numbers in the box above you would compare instead, and
# why. (Three or four sentences; a human reads them.)
#
# ### BEGIN SOLUTION
# The 15.3% were measured with seven networks that vote, and two of them had seen further pictures
# (the whole of ImageNet's autumn 2011 release). Neither was true of the other entry. (Half a point.)
#
# 16.4% against 26.2% is fair as far as the pictures go: both teams used those of the challenge only.
# Both are combinations of several classifiers. Somebody who wants to know what *one* network is worth
# takes 18.2% (measured on the validation pictures). All three are far below 26.2%. (Half a point for a
# choice with its reason.)
# ### END SOLUTION

# %% [markdown]
# ## 2. Two halves of a network
#
# Alex Krizhevsky, Ilya Sutskever and Geoffrey Hinton trained on two graphics cards, GTX 580, with
# 3 GB of memory each. Their network did not fit on one. So they cut it in two: half of the
# maps of each layer live on either card. In some layers a unit sees the maps of its own card only,
# because what is on the other card must first be sent. This is a **grouped convolution**: channels and
# filters are dealt into $g$ groups, and each group of filters sees only its own group of channels.
#
# With $C$ channels and $F$ filters, in order: channels $0$ to $C/g - 1$ and filters $0$ to $F/g - 1$
# are the first group, and so on. A filter then has $C/g$ channels instead of $C$, and the layer
# needs a $g$-th of the weights. The second layer of AlexNet has 96 channels below it; its filters
# have 48.
#
# ### Exercise: `grouped_conv2d`
#
# PyTorch's `F.conv2d` has an argument `groups`. Do without it: with what you know about tensors, and
# `F.conv2d(x, weight, bias, stride, padding)` as it was in unit 10.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What would you do if there really were two cards, each with its half of the channels, of the filters
# and of the biases?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `tensor.chunk(groups, dim=1)` cuts a tensor along its channels; filters and biases lie along axis 0.
# `torch.cat(list_of_tensors, dim=1)` puts maps side by side again.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A layer of ordinary units in groups, without biases:
#
# ```python
# def grouped_linear(x, weight, groups):
#     parts = zip(x.chunk(groups, dim=1), weight.chunk(groups, dim=0))
#     return torch.cat([part @ rows.T for part, rows in parts], dim=1)
# ```
#
# </details></details></details>


# %% exercise="grouped_conv2d"
def grouped_conv2d(x, weight, bias, stride, padding, groups):
    """A convolution in which each group of filters sees its own group of channels only.

    Parameters
    ----------
    x : tensor (N, C, H, W)
        C is a multiple of groups.
    weight : tensor (F, C / groups, kh, kw)
        F is a multiple of groups.
    bias : tensor (F,)
    stride : int
    padding : int
        Zeros around the maps.
    groups : int

    Returns
    -------
    tensor (N, F, rows, columns)

    Example
    -------
    >>> x, weight = torch.tensor([[[[1.0]], [[10.0]]]]), torch.tensor([[[[2.0]]], [[[3.0]]]])
    >>> grouped_conv2d(x, weight, torch.zeros(2), 1, 0, 2).flatten().tolist()
    [2.0, 30.0]
    """
    ### BEGIN SOLUTION
    parts = zip(x.chunk(groups, dim=1), weight.chunk(groups), bias.chunk(groups), strict=True)
    maps = [F.conv2d(channels, w, b, stride, padding) for channels, w, b in parts]
    return torch.cat(maps, dim=1)
    ### END SOLUTION


# %% setup=true
x_few = torch.tensor(
    [[[[1.0, 2.0, 0.0]], [[0.0, 1.0, 3.0]], [[2.0, -1.0, 1.0]], [[4.0, 0.0, 5.0]]]]
)
w_pairs = torch.tensor([[[[1.0, 0.0]], [[0.0, 2.0]]], [[[-1.0, 1.0]], [[1.0, 0.0]]]])
w_single = torch.tensor([[[[1.0]]], [[[2.0]]], [[[-1.0]]], [[[0.5]]]])
x_two = torch.tensor(
    [
        [[[0.0, 1.0, 0.0], [2.0, 1.0, 3.0]], [[1.0, 0.0, -1.0], [0.0, 2.0, 4.0]]],
        [[[2.0, 0.0, 1.0], [1.0, -1.0, 0.0]], [[0.0, 3.0, 1.0], [2.0, 0.0, 1.0]]],
    ]
)  # two pictures with two channels, 2 x 3 pixels
w_tall = torch.tensor([[[[1.0], [2.0]]], [[[-1.0], [1.0]]]])  # for two groups
b_pair, b_four = torch.tensor([0.0, 10.0]), torch.tensor([0.0, 1.0, 2.0, 3.0])

# %% check="grouped_conv2d"
expected = [[[[3.0, 8.0]], [[11.0, 12.0]]]]
check(grouped_conv2d, x_few, w_pairs, b_pair, 1, 0, 2, expected=torch.tensor(expected))
expected = [[[[1, 2, 0]], [[1, 3, 7]], [[0, 3, 1]], [[5, 3, 5.5]]]]
check(grouped_conv2d, x_few, w_single, b_four, 1, 0, 4, expected=torch.tensor(expected))
first = [[[0, 2, 0], [0, 1, 0]], [[10, 10, 10], [10, 8, 10]]]
second = [[[0, 0, 0], [0, -1, 0]], [[10, 13, 10], [10, 10, 10]]]
expected = [first, second]
check(grouped_conv2d, x_two, w_tall, b_pair, 2, 1, 2, expected=torch.tensor(expected).float())

# %% [markdown]
# PyTorch's own, beside yours, on the shapes of AlexNet's second layer. The last line is what the two
# cards saved.

# %%
x, weight, bias = torch.randn(1, 96, 27, 27), torch.randn(256, 48, 5, 5), torch.randn(256)
own, theirs = grouped_conv2d(x, weight, bias, 1, 2, 2), F.conv2d(x, weight, bias, 1, 2, 1, 2)
print("shapes:", tuple(own.shape), tuple(theirs.shape))
print(f"largest difference: {float((own - theirs).abs().max() / theirs.abs().max()):.0e}")
print("weights in two groups:", weight.numel(), " in one:", 256 * 96 * 5 * 5)

# %% [markdown]
# The paper compares with a network on one card that has half as many filters: two cards made the
# top-5 error 1.2 points smaller. And a curious thing happened: one card's filters of the first layer came
# out colourful, the other's grey, in every run. Nobody had told them to share the work so.
#
# > **Predict.** With $g = C = F$ each map is filtered by itself (**depthwise** convolution). By which
# > factor does the number of weights of this layer shrink, if it has 96 channels and 96 filters?

# %%
print("5 x 5, 96 to 96:", 96 * 96 * 25, " depthwise:", 96 * 25)

# %% [markdown]
# ## 3. Neighbours compete
#
# In a retina, a cell that is excited calms the cells around it. AlexNet does that between *maps*: at
# each place, what a unit says is divided by something that grows with what the units of the
# neighbouring maps say, at the same place. With $a_i$ for map $i$ after the ReLU, of $N$ maps in all:
#
# $$b_i = \frac{a_i}{\left(k + \alpha\sum_{j=\max(0,\;i-\lfloor n/2\rfloor)}^{\min(N-1,\;i+\lfloor n/2\rfloor)} a_j^2\right)^{\beta}}
# \qquad k = 2,\; n = 5,\; \alpha = 10^{-4},\; \beta = 0.75 .$$
#
# The sum runs over $n$ maps, the unit's own in the middle; at either end there are fewer. This is
# **local response normalisation**.
#
# > **Two conventions.** PyTorch's `F.local_response_norm` divides $\alpha$ by $n$ first. Write the
# > paper's formula: $\alpha$ times the *sum*. To get the same from PyTorch, give it $n\alpha$.
#
# ### Exercise: `local_response_norm`
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which axis counts the maps? And what do you do for map 0, which has no neighbour on one side?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Put `n // 2` empty maps (zeros) before the first and behind the last: then every map has all its
# neighbours, and zeros add nothing. `F.pad(x, (0, 0, 0, 0, before, behind))` does that for the channels.
# Then add up `n` slices of the padded squares.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# For each entry of a row of numbers, the sum of it and the next two:
#
# ```python
# def with_the_next_two(x):
#     longer = F.pad(x, (0, 2))
#     return sum(longer[:, shift : shift + x.shape[1]] for shift in range(3))
# ```
#
# </details></details></details>


# %% exercise="local_response_norm"
def local_response_norm(x, n=5, k=2.0, alpha=1e-4, beta=0.75):
    """Divide each unit by a power of k plus alpha times the sum of squares over n maps around it.

    Parameters
    ----------
    x : tensor (N, C, H, W)
    n : int
        How many maps count as neighbours, the unit's own in the middle; odd.
    k : float
    alpha : float
        Times the sum of squares, not divided by n.
    beta : float

    Returns
    -------
    tensor (N, C, H, W)

    Example
    -------
    >>> x = torch.tensor([[[[1.0]], [[2.0]], [[4.0]]]])
    >>> local_response_norm(x, n=3, k=0.0, alpha=1.0, beta=1.0).flatten().tolist()
    [0.2, 0.0952381, 0.2]
    """
    ### BEGIN SOLUTION
    maps, reach = x.shape[1], n // 2
    squares = F.pad(x**2, (0, 0, 0, 0, reach, reach))
    near = sum(squares[:, shift : shift + maps] for shift in range(n))
    return x / (k + alpha * near) ** beta
    ### END SOLUTION


# %% setup=true
maps_few = torch.tensor([[[[1.0, -2.0]], [[0.0, 3.0]], [[2.0, 1.0]], [[4.0, 0.0]]]])  # four maps

# %% check="local_response_norm"
expected = [[[[1, -0.153846]], [[0, 0.214286]], [[0.1, 0.1]], [[0.2, 0]]]]
check(local_response_norm, maps_few, 3, 0.0, 1.0, 1.0, expected=torch.tensor(expected), rtol=1e-4)
expected = [[[[0.447214, -0.648886]], [[0, 0.973329]], [[0.5547, 0.324443]], [[1.131371, 0]]]]
check(local_response_norm, maps_few, 5, 2.5, 0.5, 0.5, expected=torch.tensor(expected), rtol=1e-4)
expected = [[[[0.594492, -1.188583]], [[0, 1.782875]], [[1.188272, 0.594292]], [[2.376632, 0]]]]
check(local_response_norm, maps_few, expected=torch.tensor(expected), rtol=1e-4)

# %% [markdown]
# PyTorch's, and yours, on 96 maps. Which of the two lines agrees with yours?

# %%
x = 30 * torch.rand(2, 96, 5, 5)
own = local_response_norm(x)
for name, alpha in (("alpha as it is", 1e-4), ("n times alpha", 5e-4)):
    theirs = F.local_response_norm(x, 5, alpha, 0.75, 2.0)
    print(f"{name:14}: differs by up to {float((own / theirs - 1).abs().max()):.0e}")

# %% [markdown]
# > **Predict.** Seven maps. In the middle one a unit says 20; its neighbours say 10. How does what comes
# > out of the *neighbours* change, while the unit in the middle grows from 0 to 300? (Here with
# > $\alpha = 10^{-3}$, so that one sees it.)

# %% demo=true
loud = torch.linspace(0, 300, 61)
seven = torch.full((61, 7, 1, 1), 10.0)
seven[:, 3, 0, 0] = loud
after = local_response_norm(seven, alpha=1e-3)[:, :, 0, 0]
figure, axes = plots.new_figure()
for number, name in ((3, "the loud one"), (2, "its neighbour"), (0, "three maps away")):
    axes.plot(loud, after[:, number], label=name)
axes.set(xlabel="what the middle unit says", ylabel="after normalisation")
axes.legend()
figure.alt = "The neighbour falls as the middle unit grows; a unit three maps away stays as it was."
figure

# %% [markdown]
# The loud one itself falls in the end, because it is divided by a power of its own square. The paper
# found 1.2 points of top-5 error in this layer. Two years later the authors of VGG found nothing in it
# (unit 12), and batch normalisation (unit 07) put an end to it.
#
# ### Windows that overlap
#
# A pooling window of 2 with stride 2 sees each unit once. AlexNet's windows are **3 wide, with stride
# 2**: they share a row and a column with their neighbours. The sizes come out the same:
#
# > **Predict** what 55, 27 and 13 become with window 3, stride 2. Then with window 2, stride 2.


# %%
def pooled(n, window, stride):
    """How many places a window has along a side of n (unit 09)."""
    return (n - window) // stride + 1


for n in (55, 27, 13):
    print(n, "->", pooled(n, 3, 2), "overlapping,", pooled(n, 2, 2), "side by side")

# %% [markdown]
# The paper reports 0.3 points of top-5 error for the overlap, and that such a network overfits a
# little less.

# %% [markdown]
# ## 4. AlexNet
#
# The paper opens with five arguments. They are worth knowing, because none of them is about a clever
# layer:
#
# 1. Nature is extremely diverse. To learn that, one needs **extremely large datasets**.
# 2. To learn from millions of pictures one needs a model with **large capacity**.
# 3. The capacity of a convolutional network can be controlled, by its **depth and breadth**.
# 4. It has **far fewer parameters** than a fully connected network of like size, and is easier to train.
# 5. What it assumes about pictures in return is mostly **right**: what is worth seeing looks alike
#    everywhere (statistics are stationary), and pixels depend mostly on pixels nearby.
#
# And here is the network. ReLU after every layer but the last.
#
# | layer | filters or units | window, stride, padding | groups | then | map |
# |---|---|---|---|---|---|
# | picture | | | | | 3 × 227 × 227 |
# | conv1 | 96 | 11, 4, 0 | 1 | normalise, pool | 96 × 27 × 27 |
# | conv2 | 256 | 5, 1, 2 | 2 | normalise, pool | 256 × 13 × 13 |
# | conv3 | 384 | 3, 1, 1 | 1 | | 384 × 13 × 13 |
# | conv4 | 384 | 3, 1, 1 | 2 | | 384 × 13 × 13 |
# | conv5 | 256 | 3, 1, 1 | 2 | pool | 256 × 6 × 6 |
# | fc6 | 4096 | | | dropout | 4096 |
# | fc7 | 4096 | | | dropout | 4096 |
# | fc8 | 1000 | | | | 1000 scores |
#
# Pooling is always 3 wide with stride 2. Dropout sets each *output of fc6 and fc7* to 0 with
# probability one half, while training.
#
# > **Check the source.** Four lines of the slides differ from the paper.
# > *Pictures of 224.* With a window of 11 and stride 4 they give 54 × 54; the paper's 55 × 55 needs 227,
# > or a padding of 2. *Dropout in the first two convolutional layers:* it is in the first two fully
# > connected ones. *conv5, ReLU only:* it is pooled; else fc6 would have 256·13·13 inputs. *Outputs
# > halved when testing:* right for the paper; PyTorch doubles them in training instead (unit 08).

# %%
for n, padding in ((224, 0), (227, 0), (224, 2)):
    print(f"{n} pixels, padding {padding}: {(n + 2 * padding - 11) // 4 + 1} places")

# %% setup=true
# The filters of AlexNet's five convolutions.
WIDTHS = (96, 256, 384, 384, 256)

# %% [markdown]
# ### Exercise: `AlexNet`
#
# Write it as a module, with its sizes as arguments, so that small pictures and small computers have
# their AlexNet too:
#
# * `channels`: the filters of the five convolutions; `hidden`: the units of fc6 and fc7;
# * `first`: window and stride of conv1; `side`: 6, the side of the last map, from which fc6 reads;
# * `groups`: of conv2, conv4 and conv5;
# * `norm`: a function that normalises maps, such as your `local_response_norm`. It is called after the
#   ReLU of conv1 and conv2, before the pooling. With `None` nothing is normalised.
#
# All layers have biases. What comes out are scores: no softmax, the loss does that.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Go down the table with a pencil and write two numbers at each layer: what goes in, what comes out.
# What are they in layers with groups?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `nn.Conv2d(inputs, outputs, window, stride=..., padding=..., groups=...)`, `nn.MaxPool2d(3, 2)`,
# `nn.Linear`, `nn.Dropout(0.5)`. Layers are made in `__init__`, as attributes of `self` (or inside an
# `nn.Sequential` that is one), and used in `forward`. `x.flatten(1)` makes a row of each sample.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A network with one grouped convolution, pooled, and one fully connected layer:
#
# ```python
# class Small(nn.Module):
#     def __init__(self, classes=10, side=5):
#         super().__init__()
#         self.conv = nn.Conv2d(4, 6, 3, padding=1, groups=2)
#         self.pool = nn.MaxPool2d(2)
#         self.scores = nn.Linear(6 * side * side, classes)
#
#     def forward(self, x):
#         x = self.pool(F.relu(self.conv(x)))
#         return self.scores(x.flatten(1))
# ```
#
# </details></details></details>


# %% exercise="AlexNet"
class AlexNet(nn.Module):
    """Five convolutions and three fully connected layers: (N, 3, H, W) to scores (N, classes).

    Parameters
    ----------
    classes : int
    channels : tuple of 5 int
        Filters of each convolution.
    hidden : int
        Units of fc6 and of fc7.
    groups : int
        Of conv2, conv4 and conv5.
    first : (int, int)
        Window and stride of conv1.
    side : int
        Of the last map, which is side by side pixels after pooling.
    norm : function, optional
        Takes and gives maps (N, C, H, W); used after the ReLU of conv1 and of conv2.

    Example
    -------
    >>> small = AlexNet(classes=10, channels=(2, 4, 6, 4, 2), hidden=8, groups=2)
    >>> tuple(small(torch.zeros(1, 3, 227, 227)).shape)
    (1, 10)
    """

    def __init__(
        self, classes=1000, channels=WIDTHS, hidden=4096, groups=2, first=(11, 4), side=6, norm=None
    ):
        ### BEGIN SOLUTION
        super().__init__()
        one, two, three, four, five = channels
        self.norm = norm if norm is not None else nn.Identity()
        self.conv1 = nn.Conv2d(3, one, *first)
        self.conv2 = nn.Conv2d(one, two, 5, padding=2, groups=groups)
        self.conv3 = nn.Conv2d(two, three, 3, padding=1)
        self.conv4 = nn.Conv2d(three, four, 3, padding=1, groups=groups)
        self.conv5 = nn.Conv2d(four, five, 3, padding=1, groups=groups)
        self.pool = nn.MaxPool2d(3, 2)
        self.dropout = nn.Dropout(0.5)
        self.fc6 = nn.Linear(five * side * side, hidden)
        self.fc7 = nn.Linear(hidden, hidden)
        self.fc8 = nn.Linear(hidden, classes)
        ### END SOLUTION

    def forward(self, x):
        """The scores (N, classes) of pictures (N, 3, H, W)."""
        ### BEGIN SOLUTION
        x = self.pool(self.norm(F.relu(self.conv1(x))))
        x = self.pool(self.norm(F.relu(self.conv2(x))))
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = self.pool(F.relu(self.conv5(x)))
        x = self.dropout(F.relu(self.fc6(x.flatten(1))))
        x = self.dropout(F.relu(self.fc7(x)))
        return self.fc8(x)
        ### END SOLUTION


# %% setup=true
def parameters_of(network, *settings):
    """How many numbers a network learns; on "meta" it has shapes, but takes no memory."""
    with torch.device("meta"):
        return sum(weights.numel() for weights in network(*settings).parameters())


def shapes_of(model, size):
    """Kind and output of each layer that learns, in the order of the way forward (unit 10)."""
    seen = []
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            layer.register_forward_hook(
                lambda layer, _, out: seen.append([type(layer).__name__, *out.shape[1:]])
            )
    model.eval()(torch.empty(1, *size, device="meta"))
    return seen


# %% setup=true
def full_shapes(network):
    """What each layer of the full-size network gives for a picture of 227 x 227."""
    with torch.device("meta"):
        return shapes_of(network(), (3, 227, 227))


def calmed(maps):
    """Stands where a network normalises: each unit is divided by 1 plus the mean of all maps."""
    return maps / (1 + maps.mean(dim=1, keepdim=True))


# %% setup=true
# classes, channels, hidden, groups, first, side: for pictures of 25 x 25
TINY = 3, (4, 6, 8, 4, 6), 10, 2, (3, 1), 2
rng = np.random.default_rng(0)
tiny_pictures = torch.tensor(rng.normal(size=(2, 3, 25, 25)), dtype=torch.float32)


def answers_of(network, *settings):
    """What a network says to two pictures, with the weights that everybody's has here."""
    with torch.no_grad():
        return filled(network(*settings)).eval()(tiny_pictures)


# %% setup=true
def dropped(network):
    """Which of the three fully connected layers receive more zeros in training than else."""
    model, zeros = filled(network(3, (4, 6, 8, 4, 6), 200, 2, (3, 1), 2)), {}

    def note(_, inputs, __):
        zeros[model.training].append(float((inputs[0] == 0).float().mean()))

    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            layer.register_forward_hook(note)
    for training in (True, False):
        zeros[training] = []
        model.train(training)(tiny_pictures)
    return [a > b + 0.1 for a, b in zip(zeros[True], zeros[False], strict=True)]


# %% [markdown]
# Four checks: the parameters (the second line is the variant without groups that torchvision has, with
# fewer filters), the shapes, the values with given weights, and the dropout.

# %% check="AlexNet"
check(parameters_of, AlexNet, expected=60_965_224)
check(parameters_of, AlexNet, 1000, (64, 192, 384, 256, 256), 4096, 1, expected=61_100_840)
convolutions = [["Conv2d", 96, 55, 55], ["Conv2d", 256, 27, 27], ["Conv2d", 384, 13, 13]]
convolutions += [["Conv2d", 384, 13, 13], ["Conv2d", 256, 13, 13]]
connected = [["Linear", 4096], ["Linear", 4096], ["Linear", 1000]]
check(full_shapes, AlexNet, expected=convolutions + connected)
expected = torch.tensor([[-0.1269, 0.1839, 1.3202], [-1.0552, 0.2419, 1.3045]])
check(answers_of, AlexNet, *TINY, expected=expected, rtol=1e-3, atol=1e-4)
expected = torch.tensor([[-0.2503, 0.2783, 0.5722], [-0.1772, 0.2612, 0.4958]])
check(answers_of, AlexNet, *TINY, calmed, expected=expected, rtol=1e-3, atol=1e-4)
check(dropped, AlexNet, expected=[False, True, True])

# %% [markdown]
# Whose count is it? The paper says "60 million parameters". 60,965,224 is what its table gives with all
# biases, and you can add it up by hand. On "meta" the network cost nothing; real weights would have
# taken 244 MB.
#
# ### What a network costs
#
# Parameters are what must be stored. What takes *time* is something else: the **multiply-adds**. In a
# convolution each number of the output is a sum of (channels in its group) × (window) products; in a
# fully connected layer, of as many products as there are inputs. Biases, ReLUs and pooling are not
# counted: next to the sums they are cheap.
#
# ### Exercise: `multiply_adds`
#
# Count them for one picture, over all `nn.Conv2d` and `nn.Linear` layers of a network, each time a
# layer is used. The network may live on "meta", where tensors have shapes and no values. Leave nothing
# of yours behind on it: a second call gives the same number.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How many numbers does the layer put out, and how many products is each of them made of? Which of the
# two depends on the size of the picture?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `layer.register_forward_hook(f)` makes PyTorch call `f(layer, inputs, output)` whenever the layer is
# used, and returns a handle with `.remove()`. Let one picture of zeros run through, on the device
# where the parameters are. What is `layer.weight[0].numel()`, for either kind of layer?
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How many numbers all layers of a network put out together:
#
# ```python
# def outputs(model, x):
#     sizes = []
#     def note(layer, inputs, output):
#         sizes.append(output.numel())
#     handles = [layer.register_forward_hook(note) for layer in model.modules()
#                if not list(layer.children())]
#     model(x)
#     for handle in handles:
#         handle.remove()
#     return sum(sizes)
# ```
#
# </details></details></details>


# %% exercise="multiply_adds"
def multiply_adds(model, size):
    """The multiply-adds of a network's convolutions and fully connected layers for one picture.

    Parameters
    ----------
    model : nn.Module
        All its parameters are on one device, perhaps "meta".
    size : tuple (C, H, W)
        Of one picture.

    Returns
    -------
    int

    Example
    -------
    >>> multiply_adds(nn.Conv2d(3, 2, 5), (3, 9, 6))
    1500
    """
    ### BEGIN SOLUTION
    counted = []

    def note(layer, _, output):
        counted.append(output.numel() * layer.weight[0].numel())

    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    handles = [layer.register_forward_hook(note) for layer in layers]
    with torch.no_grad():
        model(torch.zeros(1, *size, device=layers[0].weight.device))
    for handle in handles:
        handle.remove()
    return sum(counted)
    ### END SOLUTION


# %% setup=true
one_layer = nn.Conv2d(3, 4, (3, 2), stride=2, padding=1)
some_layers = nn.Sequential(
    nn.Conv2d(2, 6, 3, groups=2), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 3 * 4, 5), nn.Linear(5, 5)
)


def left_behind(multiply_adds, model, size):
    """A second count of the same network, and how many hooks are on it then."""
    multiply_adds(model, size)
    return multiply_adds(model, size), sum(len(layer._forward_hooks) for layer in model.modules())


# %% check="multiply_adds"
check(multiply_adds, one_layer, (3, 6, 5), expected=4 * 3 * 3 * 3 * 3 * 2)
check(multiply_adds, some_layers, (2, 5, 6), expected=6 * 3 * 4 * 9 + 72 * 5 + 25)
check(left_behind, multiply_adds, one_layer, (3, 8, 8), expected=(1440, 0))

# %% [markdown]
# > **Predict.** Two sums over AlexNet's layers: parameters and multiply-adds. Which share of each is in
# > the three fully connected layers?

# %% demo=true
with torch.device("meta"):
    whole = AlexNet()
print(f"multiply-adds: {multiply_adds(whole, (3, 227, 227)):,}")
table = {"parameters": [], "multiply-adds": []}
layers = [layer for layer in whole.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
for layer, (_, *shape) in zip(layers, full_shapes(AlexNet), strict=True):
    table["parameters"].append(sum(weights.numel() for weights in layer.parameters()))
    table["multiply-adds"].append(int(np.prod(shape)) * layer.weight[0].numel())
network_plots.shares(table, [f"conv{i}" for i in range(1, 6)] + ["fc6", "fc7", "fc8"])

# %% [markdown] question="where_it_is" points=1
# ### Written question: where it is
#
# Use the figure. (a) Which layers would you look at first to make the network *smaller*, which to make
# it *faster*? (b) The paper has dropout in fc6 and fc7 only. Why there? (c) GoogLeNet, two years later, puts
# the mean over each map in the place of fc6 and fc7. What does that do to the two sums? (A sentence or
# two each; a human reads them.)
#
# ### BEGIN SOLUTION
# (a) Smaller: fc6, which alone has 62% of the parameters, then fc7. Faster: the convolutions, which take
# 92% of the multiply-adds. (Half a point.)
#
# (b) Overfitting comes from parameters that are free to learn single samples by heart, and 96% of them
# are in the fully connected layers; shared weights of a convolution see every place of every picture.
# (Quarter of a point.)
#
# (c) Nearly all parameters go, and only a twelfth of the time. (Quarter of a point.)
# ### END SOLUTION

# %% [markdown]
# ## 5. Sixty million parameters, and no overfitting?
#
# There are 50 times more parameters than pictures. Two things held it together: dropout, which you know
# from unit 08, and **more pictures from the same ones**, in three ways.
#
# **Patches.** All pictures are brought to 256 × 256. In training the network never sees one whole, but a
# patch of 224 × 224 at a random place, in every second case mirrored. A new patch in every epoch.
#
# **Yours to finish:** at how many places is there such a patch, and with mirroring?

# %%
places_along_a_side = None  # your turn
if places_along_a_side is not None:
    print("patches:", 2 * places_along_a_side**2)

# %% [markdown]
# > **Check the source.** "2048 random patches", say the slides. 2,048 = 2·32² is the paper's factor by
# > which the data grow, not a number of patches that anybody draws. And a patch of 224 has 33 places along
# > each side of 256, not 32: 2·33² = 2,178.
#
# **Light.** The third way changes the colour of the light. Take all pixels of all training pictures as
# points in a space of three axes, red, green and blue, and find the three directions along which they
# vary most (the eigenvectors of their covariance). Then shift all pixels of a picture together along
# these directions, by random amounts that are larger where the pixels vary more.


# %% setup=true
def relit(picture, amounts):
    """A picture (H, W, 3) in another light: shifted along its colours' main directions."""
    pixels = picture.reshape(-1, 3)
    variances, directions = np.linalg.eigh(np.cov(pixels.T))
    return np.clip(picture + directions @ (np.asarray(amounts) * variances), 0, 1)


# %% [markdown]
# The paper draws the amounts from a normal distribution with standard deviation 0.1. Here it is 3: what
# they did one would hardly see. (It made the top-1 error more than a point smaller all the same.)
#
# > **Predict.** One of the three directions will be much stronger than the others. What does a picture
# > do that is shifted along it?

# %% demo=true
rng = np.random.default_rng(1)
amounts = [np.zeros(3), *rng.normal(0, 3, size=(5, 3))]
network_plots.colour_pictures(
    [relit(colour_portrait(), amount) for amount in amounts],
    titles=["as it is"] + [""] * 5,
    alt="A portrait in six lights: as it is, darker, lighter, and with slightly changed colours.",
)

# %% [markdown]
# **Ten opinions.** When testing, the network gives its opinion on ten patches of a picture: the four
# corners, the middle, and the mirror images of these five. Its answer is the mean of the ten
# (of the probabilities, after the softmax).
#
# > **Check the source.** The slides have five patches. With the mirror images it is ten.
#
# ### Exercise: `ten_crop`
#
# Cut ten patches out of every picture of a batch, in this order: top left, top right, bottom left,
# bottom right, middle; then each of the five mirrored (left to right), in the same order. Where the
# middle does not come out even, take the place rounded down: $\lfloor (H - \text{size})/2\rfloor$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# In which row and column does each of the five patches begin?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `images[..., r : r + size, c : c + size]` cuts, `.flip(-1)` turns the last axis round, and
# `torch.stack(list, dim=1)` makes a new axis behind that of the pictures.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The first, the last and the middle piece of each row of numbers:
#
# ```python
# def three_pieces(x, size):
#     width = x.shape[-1]
#     starts = [0, width - size, (width - size) // 2]
#     return torch.stack([x[..., s : s + size] for s in starts], dim=1)
# ```
#
# </details></details></details>


# %% exercise="ten_crop"
def ten_crop(images, size):
    """Four corners and the middle of each picture, and their mirror images.

    Parameters
    ----------
    images : tensor (N, C, H, W)
    size : int
        Side of the patches, at most H and W.

    Returns
    -------
    tensor (N, 10, C, size, size)

    Example
    -------
    >>> ten_crop(torch.tensor([[[[1, 2, 3]]]]), 1).flatten().tolist()
    [1, 3, 1, 3, 2, 1, 3, 1, 3, 2]
    """
    ### BEGIN SOLUTION
    low, right = images.shape[2] - size, images.shape[3] - size
    corners = [(0, 0), (0, right), (low, 0), (low, right), (low // 2, right // 2)]
    patches = [images[:, :, r : r + size, c : c + size] for r, c in corners]
    return torch.stack([*patches, *(patch.flip(3) for patch in patches)], dim=1)
    ### END SOLUTION


# %% setup=true
board = torch.arange(12.0).reshape(1, 1, 3, 4)
two_boards = torch.arange(40).reshape(2, 1, 4, 5)
coloured = torch.arange(24).reshape(1, 2, 3, 4)

# %% check="ten_crop"
check.shape(ten_crop, two_boards, 3, expected=(2, 10, 1, 3, 3))
plain = [[0, 1, 4, 5], [2, 3, 6, 7], [4, 5, 8, 9], [6, 7, 10, 11], [1, 2, 5, 6]]
turned = [[1, 0, 5, 4], [3, 2, 7, 6], [5, 4, 9, 8], [7, 6, 11, 10], [2, 1, 6, 5]]
expected = torch.tensor(plain + turned).reshape(1, 10, 1, 2, 2)
check(ten_crop, board, 2, expected=expected.float())
expected = [[0, 12], [3, 15], [8, 20], [11, 23], [5, 17]]
check(ten_crop, coloured, 1, expected=torch.tensor(2 * expected).reshape(1, 10, 2, 1, 1))
corners = [0, 4, 15, 19, 7, 0, 4, 15, 19, 7]
expected = torch.tensor([corners, [20 + entry for entry in corners]]).reshape(2, 10, 1, 1, 1)
check(ten_crop, two_boards, 1, expected=expected)

# %% [markdown]
# > **Predict** what the ten patches of the portrait have in common, and which of them leave out the
# > most.

# %% demo=true
whole_photo = torch.tensor(colour_portrait()).permute(2, 0, 1)[None]
patches = ten_crop(whole_photo, 64)[0].permute(0, 2, 3, 1).numpy()
five = ["top left", "top right", "low left", "low right", "middle"]
network_plots.colour_pictures(
    patches,
    titles=five + [f"{name}, mirrored" for name in five],
    columns=5,
    alt="Ten patches of a portrait: four corners and the middle, and the same mirrored.",
)

# %% [markdown]
# ## 6. Training, and what it looks at
#
# **The recipe of the paper.** Stochastic gradient descent, batches of 128, momentum 0.9, weight decay
# 0.0005. The rate begins at 0.01 and is divided by ten whenever the validation error stands still (three
# times). Weights begin as normal numbers of *standard deviation* 0.01; the biases of conv2, conv4,
# conv5, fc6 and fc7 at 1, so that their ReLUs begin in the part where they let something through, all
# other biases at 0. Ninety times through 1.2 million pictures: five to six days.
#
# > **Check the source.** The slides write $\mathcal N(0, 0.01)$, which would be read as a *variance* of
# > 0.01; the paper has a standard deviation of 0.01. The biases are 0 in conv1, conv3 and the last layer.


# %% setup=true
def begin_as_in_the_paper(model):
    """Normal weights of standard deviation 0.01, biases 1 where the paper has them, else 0."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]
    for layer, bias in zip(layers, (0, 1, 0, 1, 1, 1, 1, 0), strict=True):
        nn.init.normal_(layer.weight, std=0.01)
        nn.init.constant_(layer.bias, bias)
    return model


# %% [markdown]
# Is 0.01 right for every network? Unit 07 would scale the weights by the number of inputs, $\sqrt{2/n}$.
# For fc6 that is $\sqrt{2/9216} = 0.015$: close. For a small network with a few hundred inputs 0.01 is far too
# little, so ours begins as PyTorch's layers do.
#
# **A small AlexNet.** An eighth of the filters, windows of 5 with stride 1 in conv1: fit for pictures of
# 32 × 32, and for patches of 28 × 28 cut out of them. It learns from CIFAR-10, or from the digits that
# stand in where CIFAR-10 cannot be had.


# %%
def small_alexnet(classes):
    """An eighth of AlexNet, for pictures of 32 x 32, with He's weights (unit 07)."""
    channels = tuple(width // 8 for width in WIDTHS)
    model = AlexNet(classes, channels, 128, 2, (5, 1), 2, local_response_norm)
    for weights in model.parameters():
        if weights.ndim > 1:
            nn.init.kaiming_normal_(weights)
    return model


# %% [markdown]
# Patches at random places. A mirrored dog is a dog; a mirrored 2 is no 2. So digits are not mirrored.


# %% setup=true
from nand2resnet.training.augment import crop_and_flip, shift


def random_patches(x, chance, mirrored):
    """Patches of 28 x 28 at random places: (N, C, 32, 32) to (N, C, 28, 28)."""
    moved = crop_and_flip(x, chance, padding=2) if mirrored else shift(x, chance, pixels=2)
    return moved[:, :, 2:30, 2:30]


# %% [markdown]
# Twelve times through at most 3,000 pictures: that takes less than two minutes on two processor cores.
# (All 50,000 pictures of CIFAR-10 want a graphics card, and the command of unit 10:
# `python -m nand2resnet.training alexnet.ipynb:small_alexnet --help`. That was not run for this text.)
#
# > **Predict.** Dropout is on while it trains, and patches are harder than whole pictures. Which error
# > will be larger: the one while training, or the one on pictures it has never seen?

# %% demo=true
from functools import partial

from nand2resnet.training.devices import choose_device
from nand2resnet.training.loop import Recipe, train

pictures = data.cifar10()
train_part = data.Pictures(*(part[:3000] for part in pictures.train))
shown = data.Pictures(*(part[:1000] for part in pictures.test))
some = pictures._replace(train=train_part, test=shown)
mirrored = pictures.name == "cifar10"
device = choose_device()
torch.manual_seed(0)
small = small_alexnet(len(pictures.names))
recipe = Recipe(epochs=12, batch=32, learning_rate=0.03, schedule="cosine", warmup=1)
cut = partial(random_patches, mirrored=mirrored)
history = train(small, some, recipe, device=device, augment=cut)

# %% demo=true
network_plots.learning_curve(history)

# %% [markdown]
# ### Ten opinions, measured
#
# > **Predict.** Is the mean of ten opinions (of five for digits) better than the middle patch alone? And
# > the error with three guesses: half of the top-1 error, or less?

# %% demo=true
mean = some.train.images.mean(axis=(0, 2, 3), keepdims=True)
spread = some.train.images.std(axis=(0, 2, 3), keepdims=True)


def probabilities(images):
    """What the small network says about pictures, bytes (N, 3, H, W)."""
    x = torch.tensor((images - mean) / spread, dtype=torch.float32, device=device)
    with torch.no_grad():
        return F.softmax(small.eval()(x), dim=1).cpu().numpy()


# %% demo=true
labels = torch.tensor(shown.labels)
patches = ten_crop(torch.tensor(shown.images), 28)[:, : 10 if mirrored else 5]
opinions = np.stack([probabilities(patches[:, i].numpy()) for i in range(patches.shape[1])])
for name, said in (("middle patch", opinions[4]), ("mean of all", opinions.mean(axis=0))):
    errors = [top_k_error(torch.tensor(said), labels, k) for k in (1, 3)]
    print(f"{name}: top-1 error {errors[0]:.1%}, top-3 error {errors[1]:.1%}")

# %% [markdown]
# ### What it looks at
#
# A network that says "dog": does it see the dog, or the lawn? Cover a part of the picture with a grey
# patch and ask again. Where the right answer's probability falls, there was something it needed. Zeiler
# and Fergus did that in 2013 with the network of part 7.
#
# > **Predict.** Which part of the picture must be covered, so that the network is fooled? Then move the
# > patch. *Try every place* makes a map: dark where covering hurts most.

# %% demo=true
from nand2resnet.widgets import Occlusion

said = probabilities(shown.images)
sure = np.argsort(-said[np.arange(len(said)), shown.labels])[: len(said) // 4 : 10]
Occlusion(probabilities, shown.images[sure], shown.labels[sure], pictures.names)

# %% [markdown]
# ## 7. What came next
#
# **2013.** Nearly every entry was an AlexNet. Matthew Zeiler and Rob Fergus had looked inside one: they
# sent what a unit said back down through the layers, to see which pattern it answers to. Filters of conv1
# were blurred or dead, conv2 showed artefacts of the large stride. So their network, ZFNet, has windows
# of 7 with stride 2 in conv1, and stride 2 in conv2.
#
# > **Check the source.** "In 2013 a tweaked AlexNet made 12%." The winner, Zeiler's company Clarifai, made
# > 11.7%; the best result in the ZFNet *paper* is 14.8%, of six networks together.
#
# ### Exercise: `ZFNet` ★ (optional, no points)
#
# | layer | filters or units | window, stride, padding | then | map |
# |---|---|---|---|---|
# | picture | | | | 3 × 224 × 224 |
# | conv1 | 96 | 7, 2, 1 | pool (padding 1) | 96 × 55 × 55 |
# | conv2 | 256 | 5, 2, 0 | pool (padding 1) | 256 × 13 × 13 |
# | conv3, conv4 | 384, 384 | 3, 1, 1 | | 384 × 13 × 13 |
# | conv5 | 256 | 3, 1, 1 | pool (no padding) | 256 × 6 × 6 |
# | fc6, fc7, fc8 | 4096, 4096, 1000 | | dropout after the first two | 1000 scores |
#
# ReLU after every layer but the last, pooling 3 wide with stride 2, no groups. (The paper also normalises
# the contrast of maps; leave it out.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# What is different from AlexNet? Begin with a copy.
#
# <details><summary>Hint 2, a pointer</summary>
#
# Two kinds of pooling are needed: `nn.MaxPool2d(3, 2, padding=1)`, and the one without padding.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A layer that halves the side of its maps, then pools with a padding:
#
# ```python
# halving = nn.Sequential(
#     nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)
# )
# ```
#
# </details></details></details>


# %% exercise="ZFNet"
class ZFNet(nn.Module):
    """The network of Zeiler and Fergus: (N, 3, 224, 224) to scores (N, classes).

    Parameters
    ----------
    classes : int
    channels : tuple of 5 int
        Filters of each convolution.
    hidden : int
        Units of fc6 and of fc7.

    Example
    -------
    >>> small = ZFNet(classes=10, channels=(2, 4, 6, 4, 2), hidden=8)
    >>> tuple(small(torch.zeros(1, 3, 224, 224)).shape)
    (1, 10)
    """

    def __init__(self, classes=1000, channels=WIDTHS, hidden=4096):
        ### BEGIN SOLUTION
        super().__init__()
        one, two, three, four, five = channels
        self.features = nn.Sequential(
            *(nn.Conv2d(3, one, 7, 2, 1), nn.ReLU(), nn.MaxPool2d(3, 2, 1)),
            *(nn.Conv2d(one, two, 5, 2), nn.ReLU(), nn.MaxPool2d(3, 2, padding=1)),
            *(nn.Conv2d(two, three, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(three, four, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(four, five, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2)),
        )
        self.classifier = nn.Sequential(
            *(nn.Flatten(), nn.Linear(five * 6 * 6, hidden), nn.ReLU(), nn.Dropout(0.5)),
            *(nn.Linear(hidden, hidden), nn.ReLU(), nn.Dropout()),
            nn.Linear(hidden, classes),
        )
        ### END SOLUTION

    def forward(self, x):
        """The scores (N, classes) of pictures (N, 3, 224, 224)."""
        ### BEGIN SOLUTION
        return self.classifier(self.features(x))
        ### END SOLUTION


# %% setup=true
def zeiler_shapes(network):
    """What each layer of the full-size network gives for a picture of 224 x 224."""
    with torch.device("meta"):
        return shapes_of(network(), (3, 224, 224))


# %% check="ZFNet"
check(parameters_of, ZFNet, expected=62_357_608)
convolutions = [["Conv2d", 96, 110, 110], ["Conv2d", 256, 26, 26], ["Conv2d", 384, 13, 13]]
convolutions += [["Conv2d", 384, 13, 13], ["Conv2d", 256, 13, 13]]
connected = [["Linear", 4096], ["Linear", 4096], ["Linear", 1000]]
check(zeiler_shapes, ZFNet, expected=convolutions + connected)

# %% [markdown]
# ### The hype cycle
#
# From 2012 on, nearly everything in this challenge was a convolutional network, and then came the
# money. The slides end that part of the story with the **hype cycle**, a curve that the company Gartner has
# drawn since 1995: a trigger, a peak of inflated expectations, a trough of disillusionment, a slope of
# enlightenment, a plateau of productivity. In 2020 they drew several kinds of artificial intelligence on
# their way to the peak, or near it.
#
# It is a story, not a measurement: its axes have no units, and nobody can say afterwards whether a
# point was in the wrong place. Put it beside the figure of part 1, where each point can be
# checked. But do ask of each new success what AlexNet's authors could answer: on which pictures, against
# whom, with how many networks, and what happens if you leave the new thing out?

# %% [markdown]
# ## What we learnt, where next
#
# * Before 2012 features were designed; since then they are learned. It took a data set of a million
#   pictures to make that worthwhile.
# * AlexNet's layers were not new. Their size was, and that somebody trained them: ReLUs, two graphics
#   cards, dropout and patches made it possible.
# * Nearly all of its parameters are in the fully connected layers, nearly all of its time goes into the
#   convolutions.
# * A number such as "15.3%" needs its small print: top-1 or top-5, how many networks, which pictures.
# * Cover a part of a picture, and a network tells you what it looked at.
#
# **Next**, in unit 12: smaller windows, more layers, and modules that look with several windows at once.
