# %% [markdown]
# # Initialisation and normalisation
#
# *120 minutes, 20 points. You need unit 05: layers that run forwards and backwards.*
#
# Fifty layers should be able to do more than two. For a long time they did less: mostly they did not
# learn at all. In this unit you find out why, by measuring what arrives at each layer. Then you cure
# it, twice: by starting with weights of the right size, and by a layer that sets the size right
# again wherever it stands.
#
# **At the end you can**
#
# * say why signals and gradients vanish or explode with depth, and measure it in any network;
# * derive how large random weights should be, for tanh, for ReLU, and for convolutions;
# * find out by an experiment that a formula in print is wrong;
# * write batch normalisation, forwards and backwards, for features and for pictures;
# * show what it buys.
#
# | part | | minutes |
# |---|---|---|
# | 1 | Why deep networks are hard | 12 |
# | 2 | Measure it | 18 |
# | 3 | Weights of the right size | 38 |
# | 4 | Batch normalisation | 38 |
# | 5 | What it buys | 14 |
#
# Part 6 has a star and no points.

# %% setup=true
import numpy as np

from nand2resnet import data, plots
from nand2resnet.check import check
from nand2resnet.training import progress

# %% [markdown]
# ## 1. Why deep networks are hard
#
# **There are many weights.** Connect a picture of 224 × 224 pixels to one layer of 1,000 units.
#
# > **Predict.** About how many weights is that: fifty thousand, five million, fifty million?

# %%
pixels = 224 * 224
print(f"{pixels:,} pixels, {pixels * 1000:,} weights and {1000:,} biases in one layer")
print(f"the notes multiply 65,536 by 1000: {65_536 * 1000:,}")

# %% [markdown]
# > **Check the source.** Two of the texts behind this course write $65{,}536\cdot1000\approx
# > 50\cdot10^6$ here. But 65,536 is $256^2$; the pixels of this picture are $224^2 = 50{,}176$. Their
# > result is about right, the product before it is not.
#
# Fifty million numbers in one layer can learn almost anything by heart. What helps against that is
# the subject of units 08 and 09.

# %% [markdown]
# **Gradients are unstable.** This one is for today. Take the simplest deep network there is: one
# unit in each layer, $a_l = \sigma(w_la_{l-1} + b_l)$. By unit 05's recursion
#
# $$\frac{\partial C}{\partial b_1} = \sigma'(z_1)\cdot w_2\,\sigma'(z_2)\cdot w_3\,\sigma'(z_3)
# \cdots w_L\,\sigma'(z_L)\cdot\frac{\partial C}{\partial a_L} .$$
#
# Each layer multiplies by $w_l\,\sigma'(z_l)$. How large can $\sigma'$ be?

# %%
z = np.linspace(-10, 10, 2001)
s = 1 / (1 + np.exp(-z))
slope = s * (1 - s)
print("largest slope:", slope.max(), "at z =", round(abs(z[slope.argmax()]), 9))
print("at z = 5 and -5:", slope[[1500, 500]].round(4))

# %% [markdown]
# A sigmoid passes on at most a quarter of a gradient: $\sigma' = \sigma(1 - \sigma) \le \frac14$. Away
# from $z = 0$ it is much less.
#
# > **Predict.** Weights of 1, and every $z$ at the best place. What is left of a gradient after 10
# > layers: a tenth, a thousandth, a millionth? And with weights of 8?
#
# **Yours to finish:** the factor of one layer.

# %%
for w in (1, 4, 8):
    factor = None  # your turn: the weight times the largest slope of a sigmoid
    if factor is not None:
        print(f"weights of {w}: {factor**10:.1e} after 10 layers, {factor**50:.1e} after 50")

# %% [markdown]
# Multiply fifty numbers a bit smaller than 1, and the product **vanishes**: the first layers get no
# gradient and do not learn. Fifty numbers a bit larger than 1, and it **explodes**: one step throws
# the weights far away. Only factors *very* close to 1 survive, and nobody has set them so.
#
# The same happens on the way forth. There the factor of a layer is how much larger or smaller it
# makes what comes in.

# %% [markdown]
# ## 2. Measure it
#
# Here are unit 05's layers in short: `forward` gives the output and a cache, `backward` takes the
# slopes along the outputs and returns those along the inputs, and the gradients of the parameters.


# %% setup=true
class Affine:
    """X W + b."""

    def __init__(self, W, b):
        self.params, self.grads = {"W": W, "b": b}, {}

    def forward(self, X):
        return X @ self.params["W"] + self.params["b"], X

    def backward(self, dout, X):
        grads = {"W": X.T @ dout, "b": dout.sum(axis=0)}
        return dout @ self.params["W"].T, grads


# %% setup=true
class Activation:
    """A function applied entry by entry; slope_at_output is its slope, told by what came out."""

    def __init__(self, function, slope_at_output):
        self.params, self.grads = {}, {}
        self.function, self.slope_at_output = function, slope_at_output

    def forward(self, z):
        out = self.function(z)
        return out, out

    def backward(self, dout, out):
        return dout * self.slope_at_output(out), {}


# %% setup=true
def sigmoid():
    """A layer of sigmoids."""
    return Activation(lambda z: (1 + np.tanh(z / 2)) / 2, lambda a: a * (1 - a))


def tanh():
    """A layer of tanh units."""
    return Activation(np.tanh, lambda a: 1 - a**2)


def relu():
    """A layer of ReLUs."""
    return Activation(lambda z: np.maximum(z, 0), lambda a: (a > 0) * 1.0)


# %% [markdown]
# How large is an array? Take its **root mean square**: square the entries, take the mean, take the
# root. If the mean is 0, that is the standard deviation.
#
# $$\text{size}(v) = \sqrt{\text{mean of all } v_i^2}$$
#
# ### Exercise: `signal_by_depth`
#
# Send a batch through a list of layers and note the size of what goes in and of what comes out of
# each. Then send `dout` back, and note the size of the slopes at the very same places. With $L$
# layers there are $L + 1$ places, from the input to the last output.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which loop of unit 05 does this remind you of? What does each layer need on the way back?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `out, cache = layer.forward(x)` and `dx, grads = layer.backward(dout, cache)`. On the way back the
# sizes come in the order from the last place to the first; the answer lists them from the first to
# the last. `list[::-1]` turns a list round.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How warm is it at each stop of a walk there and back? The way back begins where the way forth
# ended, with another temperature, and its list is turned round at the end:
#
# ```python
# def there_and_back(stops, warmth, evening):
#     forth = [warmth]
#     for stop in stops:
#         warmth = warmth + stop
#         forth.append(warmth)
#     back = [evening]
#     for stop in reversed(stops):
#         evening = evening - stop
#         back.append(evening)
#     return forth, back[::-1]
# ```
#
# </details></details></details>


# %% exercise="signal_by_depth"
def signal_by_depth(layers, x, dout):
    """How large the signal and the gradient are at each place of a network.

    Parameters
    ----------
    layers : list of L layers
        Each with forward(x) -> (out, cache) and backward(dout, cache) -> (dx, grads).
    x : array
        The input of the first layer.
    dout : array
        The slopes along the outputs of the last layer.

    Returns
    -------
    signal : list of L + 1 floats
        The root mean square of x and of each layer's output.
    gradient : list of L + 1 floats
        The root mean square of the slopes along x and along each layer's output, in this order;
        so its last entry is the size of dout.

    Example
    -------
    >>> signal_by_depth([Affine(np.array([[3.0]]), np.zeros(1))], np.ones((2, 1)), np.ones((2, 1)))
    ([1.0, 3.0], [3.0, 1.0])
    """
    ### BEGIN SOLUTION
    caches = []

    def size(array):
        return np.sqrt(np.mean(array**2))

    signal = [size(x)]
    for layer in layers:
        x, cache = layer.forward(x)
        caches.append(cache)
        signal.append(size(x))
    gradient = [size(dout)]
    for layer, cache in zip(reversed(layers), reversed(caches), strict=True):
        dout, _ = layer.backward(dout, cache)
        gradient.append(size(dout))
    return signal, gradient[::-1]
    ### END SOLUTION


# %% setup=true
class Bend:
    """A toy layer: out = s x^2, with one number s."""

    def __init__(self, s):
        self.params, self.grads, self.s = {}, {}, s

    def forward(self, x):
        return self.s * x**2, x

    def backward(self, dout, x):
        return 2 * self.s * x * dout, {}


def sizes_in(signal_by_depth, scales, x, dout, asked):
    """The "signal" or the "gradient" in a chain of bends, as a list."""
    came = signal_by_depth([Bend(s) for s in scales], x, dout)
    if not isinstance(came, tuple | list) or len(came) != 2:
        return came
    return np.asarray(came[asked == "gradient"]).tolist()


# %% check="signal_by_depth"
x, dout = np.array([[1.0, 2.0], [-1.0, 0.0]]), np.array([[1.0, -1.0], [2.0, 4.0]])
inputs = signal_by_depth, [2.0], x, dout
check(sizes_in, *inputs, "signal", expected=[1.224745, 4.242641], rtol=1e-5)
check(sizes_in, *inputs, "gradient", expected=[6.0, 2.345208], rtol=1e-5)
inputs = signal_by_depth, [2.0, -0.5], x, dout
check(sizes_in, *inputs, "signal", expected=[1.224745, 4.242641, 16.062378], rtol=1e-5)
check(sizes_in, *inputs, "gradient", expected=[33.226495, 4.582576, 2.345208], rtol=1e-5)

# %% [markdown]
# Now real digits. We stack `depth` times an affine layer of 64 units and an activation, and look
# behind each activation only (`[::2]` leaves out the sums before it). The digits are scaled to the
# size 1, and so is the random `dout`: then every number says directly how much has been lost or
# gained.


# %% setup=true
WIDTH = 64
train_digits, test_digits = data.digits().split()
RMS = np.sqrt(np.mean(train_digits.images**2))
X_train, y_train = train_digits.images.reshape(-1, 64) / RMS, train_digits.labels
X_test, y_test = test_digits.images.reshape(-1, 64) / RMS, test_digits.labels


# %% setup=true
def deep_network(depth, initialiser, activation, scale=1.0, norm=False):
    """Layers for digits: `depth` times affine, batch norm if it is wanted, and an activation."""
    rng, layers, inputs = np.random.default_rng(0), [], 64
    for _ in range(depth):
        W = scale * initialiser((inputs, WIDTH), rng)
        layers.append(Affine(W, np.zeros(WIDTH)))
        if norm:
            layers.append(BatchNorm(WIDTH))  # you will meet it in part 5
        layers.append(activation())
        inputs = WIDTH
    return layers


# %% setup=true
def zero(shape, _rng):
    """All weights 0; nothing is drawn from the generator."""
    return np.zeros(shape)


def one_tenth(shape, rng):
    """N(0, 0.1^2): a standard deviation of 0.1, whatever the shape."""
    return rng.normal(scale=0.1, size=shape)


def one(shape, rng):
    """N(0, 1)."""
    return rng.normal(size=shape)


# %% [markdown]
# Two ways to start that one finds in many old programs: all weights 0, and random numbers "small and
# close to 0", often with a standard deviation of 0.1. That second one is a recommendation of our
# slides, too. (They write $\mathcal N(0, 0.1)$; as elsewhere in them, the second number is the standard
# deviation.)
#
# > **Predict.** 20 layers of tanh or ReLU. Which of the three starts brings the digits through to
# > the last layer? And which brings the gradient back to the first?

# %%
dout = np.random.default_rng(1).normal(size=(64, WIDTH))
for activation in (tanh, relu):
    for initialiser in (zero, one_tenth, one):
        layers = deep_network(20, initialiser, activation)
        signal, gradient = signal_by_depth(layers, X_train[:64], dout)
        name = f"{activation.__name__}, {initialiser.__name__}"
        print(
            f"{name:16} signal at layer 20: {signal[-1]:8.1e}   gradient at 1: {gradient[2]:8.1e}"
        )

# %% [markdown]
# With 0 nothing moves (and if it did, all units of a layer would stay alike, unit 05). With a
# standard deviation of 0.1 less than a hundredth of the signal is left for tanh and a few millionths
# for ReLU, and each further layer shrinks it again. With 1 the ReLUs explode in both directions. The
# signal of the tanh units looks healthy, but only because they cannot go beyond 1: most of them are
# saturated, and the gradient has grown beyond all use. The right size lies somewhere between. Where?

# %% [markdown]
# ## 3. Weights of the right size
#
# Take one weighted sum $z = \sum_{i=1}^n w_ix_i$. The weights are drawn independently of each other
# and of the inputs, with mean 0 and variance $\text{Var}(w)$. Square the sum. What remains on
# average? In the mixed terms $w_iw_jx_ix_j$ the weights have the mean $0\cdot0$. The squares remain:
#
# $$E(z^2) = \sum_{i=1}^n E(w_i^2)\,E(x_i^2) = n\,\text{Var}(w)\cdot E(x^2) .$$
#
# So a layer multiplies the mean square of what it gets by $n\,\text{Var}(w)$, and $n$ is the number
# of inputs of *one* unit: the **fan-in**. To keep the size, choose
#
# $$n\,\text{Var}(w) = 1, \qquad\text{standard deviation of } w = \frac1{\sqrt n} .$$
#
# (The notes assume inputs with mean 0 here. With mean squares one can do without: good, because
# what comes out of a ReLU never has mean 0.)
#
# For a weight matrix of shape $(D_{in}, D_{out})$ the fan-in is $D_{in}$. For a kernel of a
# convolution (unit 09), shape $(F, C, k_h, k_w)$, one output looks at a window of
# $k_h \times k_w$ pixels in each of $C$ maps: the fan-in is $C\,k_h\,k_w$.
#
# ### Exercise: `xavier`
#
# Random weights with the standard deviation $1/\sqrt n$, where $n$ is the fan-in that you find from
# the shape.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Two entries in the shape, or four? Which of them count the inputs of *one* output?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `len(shape)` tells the two kinds apart; `np.prod(shape[1:])` multiplies all entries but the first.
# `rng.normal(size=shape)` has the standard deviation 1.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Random weights by the fan-*out*, the number of outputs that one input reaches, drawn evenly between
# two limits:
#
# ```python
# def evenly_by_fan_out(shape, rng):
#     if len(shape) == 2:
#         fan_out = shape[1]
#     else:
#         fan_out = shape[0] * shape[2] * shape[3]
#     return rng.uniform(-1, 1, size=shape) / fan_out
# ```
#
# </details></details></details>


# %% exercise="xavier"
def xavier(shape, rng):
    """Normally distributed weights with mean 0 and variance 1 / fan-in.

    Parameters
    ----------
    shape : tuple
        (D_in, D_out) of a weight matrix, or (F, C, kh, kw) of a convolution's kernels.
    rng : numpy.random.Generator
        Where all randomness comes from.

    Returns
    -------
    array of this shape

    Example
    -------
    >>> xavier((2, 3), np.random.default_rng(0)).shape
    (2, 3)
    """
    ### BEGIN SOLUTION
    fan_in = shape[0] if len(shape) == 2 else np.prod(shape[1:])
    return rng.normal(size=shape) / np.sqrt(fan_in)
    ### END SOLUTION


# %% setup=true
def mean_and_spread(initialiser, shape):
    """Shape, mean and standard deviation, and the share of weights within one of it, rounded."""
    W = initialiser(shape, np.random.default_rng(0))
    near = np.mean(np.abs(W) < W.std())
    return W.shape, round(float(W.mean()), 2), round(float(W.std()), 3), round(float(near), 1)


def are_alike(initialiser, shape):
    """Two draws with one seed; two with two seeds; two, one after the other, from one rng."""
    rng = np.random.default_rng(5)
    first, second = initialiser(shape, rng), initialiser(shape, rng)
    again, other = (initialiser(shape, np.random.default_rng(seed)) for seed in (5, 6))
    return [bool(np.all(first == W)) for W in (again, other, second)]


# %% [markdown]
# The first two checks draw many weights and tell their shape, mean and standard deviation, and which
# share of them is closer to 0 than one standard deviation: 0.7 for a normal distribution. The last
# check draws again: with the same seed the weights must be the same, with another seed
# others, and a second layer from the same `rng` must not be a copy of the first.

# %% check="xavier"
check(mean_and_spread, xavier, (400, 500), expected=((400, 500), 0.0, 0.05, 0.7))
check(mean_and_spread, xavier, (500, 25, 4, 4), expected=((500, 25, 4, 4), 0.0, 0.05, 0.7))
check(are_alike, xavier, (2, 3), expected=[True, False, False])

# %% [markdown]
# ### And on the way back?
#
# A gradient goes the other way: the slope along an input is a sum over all *outputs* it reaches,
# $\partial C/\partial x_i = \sum_j w_{ij}\,\partial C/\partial z_j$. By the same argument its mean
# square is multiplied by $m\,\text{Var}(w)$, where $m$ is the **fan-out**: $D_{out}$, or
# $F\,k_h\,k_w$ for a kernel. If $n \ne m$, both cannot be kept. Glorot and Bengio (2010) took the
# middle:
#
# $$\text{Var}(w) = \frac{2}{n + m} .$$
#
# > **Check the source.** The slides call $\mathcal N\big(0, \sqrt{2/(n + m)}\big)$ "Xavier/He". It is
# > Glorot's; the root is the *standard deviation*, where the second place of $\mathcal N$ usually
# > holds the variance; and He's is another one, which comes below. To make matters worse, *Xavier*
# > Glorot is one man: what PyTorch calls `xavier_normal_` is Glorot's formula. In this course
# > `xavier` has the fan-in alone, as in the notes.
#
# ### Exercise: `glorot`
#
# Random weights with this variance, for matrices and for kernels.
#
# <details><summary>Hint 1, a nudge</summary>
#
# For a kernel, through how many numbers does one *input* pixel reach the outputs?
#
# <details><summary>Hint 2, a pointer</summary>
#
# $n$ is that of `xavier`. For a kernel the fan-out is `shape[0] * shape[2] * shape[3]`. The formula
# gives the variance; `rng.normal` wants its root.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The larger of the two fans in place of their mean:
#
# ```python
# def careful(shape, rng):
#     window = np.prod(shape[2:])
#     largest = max(shape[0] * window, shape[1] * window)
#     return rng.normal(scale=np.sqrt(1 / largest), size=shape)
# ```
#
# (`np.prod` of nothing is 1, so this serves matrices as well.)
#
# </details></details></details>


# %% exercise="glorot"
def glorot(shape, rng):
    """Normally distributed weights with mean 0 and variance 2 / (fan-in + fan-out).

    Parameters
    ----------
    shape : tuple
        (D_in, D_out) of a weight matrix, or (F, C, kh, kw) of a convolution's kernels.
    rng : numpy.random.Generator
        Where all randomness comes from.

    Returns
    -------
    array of this shape

    Example
    -------
    >>> glorot((2, 3), np.random.default_rng(0)).shape
    (2, 3)
    """
    ### BEGIN SOLUTION
    window = np.prod(shape[2:])
    return rng.normal(size=shape) * np.sqrt(2 / ((shape[0] + shape[1]) * window))
    ### END SOLUTION


# %% check="glorot"
check(mean_and_spread, glorot, (300, 500), expected=((300, 500), 0.0, 0.05, 0.7))
check(mean_and_spread, glorot, (200, 50, 4, 5), expected=((200, 50, 4, 5), 0.0, 0.02, 0.7))
check(are_alike, glorot, (2, 3), expected=[True, False, False])

# %% [markdown]
# ### What a ReLU takes away
#
# So far there was no activation in the argument. A tanh is nearly the identity for small sums, so
# the argument holds for it, more or less. A ReLU sets every negative sum to 0. The sums are as often
# negative as positive, and equally large on both sides.
#
# **Yours to finish:** which share of the mean square is left? Predict first, then measure.

# %%
z = np.random.default_rng(2).normal(size=100_000)
a = np.maximum(z, 0)
share = None  # your turn: the mean of a**2, divided by the mean of z**2
print("left of the mean square:", share)

# %% [markdown]
# A layer with ReLUs multiplies the mean square by $\frac12\,n\,\text{Var}(w)$. To keep it, the
# variance has to be *twice* as large. That is the initialisation of Kaiming He and his colleagues
# (2015), and the usual start of deep networks with ReLUs:
#
# $$\text{Var}(w) = \frac2n, \qquad\text{standard deviation of } w = \sqrt{\frac2n} .$$
#
# ### Exercise: `kaiming`
#
# Random weights with this standard deviation, for matrices and for kernels.
#
# <details><summary>Hint 1, a nudge</summary>
#
# By which factor does the *standard deviation* differ from Xavier's?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Multiply by the root of 2 over the fan-in. Should the weights become smaller or larger when there
# are more inputs?
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# For a maxout of two sums, of which the larger always gets through, the mean square stays as it is;
# so there the weights would be
#
# ```python
# def for_maxout(shape, rng):
#     return rng.normal(scale=shape[0] ** -0.5, size=shape)
# ```
#
# </details></details></details>


# %% exercise="kaiming"
def kaiming(shape, rng):
    """Normally distributed weights with mean 0 and variance 2 / fan-in.

    Parameters
    ----------
    shape : tuple
        (D_in, D_out) of a weight matrix, or (F, C, kh, kw) of a convolution's kernels.
    rng : numpy.random.Generator
        Where all randomness comes from.

    Returns
    -------
    array of this shape

    Example
    -------
    >>> kaiming((2, 3), np.random.default_rng(0)).shape
    (2, 3)
    """
    ### BEGIN SOLUTION
    fan_in = shape[0] if len(shape) == 2 else np.prod(shape[1:])
    return rng.normal(size=shape) * np.sqrt(2 / fan_in)
    ### END SOLUTION


# %% check="kaiming"
check(mean_and_spread, kaiming, (800, 200), expected=((800, 200), 0.0, 0.05, 0.7))
check(mean_and_spread, kaiming, (200, 32, 5, 5), expected=((200, 32, 5, 5), 0.0, 0.05, 0.7))
check(are_alike, kaiming, (2, 3), expected=[True, False, False])

# %% [markdown]
# ### An error in print
#
# The notes give this line for Kaiming's initialisation, and say that one should "divide by 2":
#
# `W = np.random.randn(Din, Dout) / np.sqrt(2/Din)`
#
# > **Predict.** Ten layers of 512 ReLUs, and inputs of size 1. What comes out with this line, and
# > what with yours?


# %% setup=true
def as_printed(shape, rng):
    """Kaiming's initialisation as the notes print it, for a weight matrix."""
    return rng.normal(size=shape) / np.sqrt(2 / shape[0])


# %%
rng = np.random.default_rng(0)
inputs = rng.normal(size=(100, 512))
for name, initialiser in (("as printed", as_printed), ("yours", kaiming)):
    a = inputs
    for _ in range(10):
        a = np.maximum(a @ initialiser((512, 512), rng), 0)
    print(f"{name:11} standard deviation of the outputs: {a.std():.2g}")

# %% [markdown]
# > **Check the source.** The line divides where it should multiply: with 512 inputs its weights have
# > the standard deviation 16 in place of 0.0625. The words are wrong, too: the *variance* is doubled,
# > not halved, to make up for what the ReLU takes away. Again you need to believe neither the notes
# > nor us: ten layers settle it.

# %% [markdown]
# ### A network to play with
#
# Below is your `signal_by_depth`, on 64 digits, with your initialisers. Left the signal on its way
# forth, right the gradient on its way back (read it from right to left). At the dashed line nothing
# is lost.
#
# > **Predict**, then try: (a) Which start is best for ReLU, which for tanh? (b) The scale multiplies
# > all weights. With Kaiming and ReLU: how far from 1 may it be so that 50 layers still work? (c) Is
# > there any start with which 50 layers of *sigmoids* pass a gradient back?

# %% demo=true
from nand2resnet.widgets import SignalByDepth

starts = {"N(0, 0.1²)": one_tenth, "Xavier": xavier, "Glorot": glorot, "Kaiming": kaiming}
starts["Kaiming as printed"] = as_printed
activations = {"sigmoid": sigmoid, "tanh": tanh, "ReLU": relu}
SignalByDepth(signal_by_depth, deep_network, starts, activations, X_train[:64])

# %% [markdown]
# (a) Kaiming for ReLU; for tanh Xavier or Glorot (with 64 inputs and 64 outputs they are the same).
# (b) Hardly at all: a scale of 1.19 is $1.19^{50} \approx 6000$. (c) With none of the first four:
# a quarter is all a sigmoid passes back at its best. (Very large weights do bring a gradient back,
# through the few units that happen not to be saturated. Part 5 has a button to try whether such a
# network learns. It does not.) That is why you hardly see sigmoids in hidden layers any more.

# %% [markdown]
# ### A small positive bias?
#
# A ReLU that is off for *every* sample gets no gradient and stays off: it is dead (unit 04). Some
# books advise to start the biases of ReLUs not at 0 but at a small positive number, such as 0.1, so
# that at the start they are on for most samples.
#
# > **Predict.** 1,000 ReLUs look at 1,498 digits. How many of the units are off for *all* digits, with
# > biases of 0? And does 0.1 change much?

# %%
rng = np.random.default_rng(0)
for name, W in (("Kaiming", kaiming((64, 1000), rng)), ("N(0, 0.01²)", one((64, 1000), rng) / 100)):
    for bias in (0.0, 0.1):
        on = X_train @ W + bias > 0
        dead = np.sum(~on.any(axis=0))
        print(f"{name:12} bias {bias}: on in {on.mean():.0%} of all cases, {dead} units dead")

# %% [markdown]
# Next to small weights a bias of 0.1 is large: it keeps every unit on, as the advice promises (and
# as long as all are on, the layer is linear). Next to weights of the right size it changes little.
# So with Kaiming's start the biases usually begin at 0.

# %% [markdown]
# ### Does it matter for learning?
#
# Unit 05's `backpropagate` and its loss, in short, and descent with random batches:


# %% setup=true
class SoftmaxLoss:
    """The last layer: the mean cross entropy, and as its cache the slope along each score."""

    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, scores, y):
        shifted = scores - scores.max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        rows, dscores = np.arange(len(y)), np.exp(log_p)
        dscores[rows, y] -= 1
        return -log_p[rows, y].mean(), dscores / len(y)


# %% setup=true
def backpropagate(layers, x, y):
    """Run a network forwards and backwards; its gradients are left in layer.grads."""
    caches = []
    for layer in layers[:-1]:
        x, cache = layer.forward(x)
        caches.append(cache)
    loss, dx = layers[-1].forward(x, y)
    for layer, cache in zip(reversed(layers[:-1]), reversed(caches), strict=True):
        dx, layer.grads = layer.backward(dx, cache)
    return loss, dx


def for_classes(layers):
    """The same layers with ten scores and a loss at their end."""
    W = np.random.default_rng(1).normal(size=(WIDTH, 10)) / np.sqrt(WIDTH)
    return [*layers, Affine(W, np.zeros(10)), SoftmaxLoss()]


# %% setup=true
def descend(layers, X, y, lr, steps, batch_size=64):
    """Train by descent in random batches, and return the loss before each step."""
    rng, losses = np.random.default_rng(0), []
    for _ in range(steps):
        rows = rng.choice(len(X), batch_size, replace=False)
        losses.append(backpropagate(layers, X[rows], y[rows])[0])
        for layer in layers:
            for name, array in layer.params.items():
                array -= lr * layer.grads[name]
    return losses


# %% setup=true
def accuracy(layers, X, y):
    """The share of right answers, with batch norm (where there is one) in test mode."""
    for layer in layers[:-1]:
        layer.training = False
        X, _ = layer.forward(X)
    for layer in layers:
        layer.training = True
    return np.mean(X.argmax(axis=1) == y)


# %% [markdown]
# > **Predict.** The same network of 12 layers of ReLUs, the same descent, 400 steps. Only the start
# > differs. Which of these learn?

# %% demo=true
told, names = [], ("zero", "N(0, 0.1²)", "Xavier", "Kaiming", "N(0, 1)")
initialisers = zero, one_tenth, xavier, kaiming, one
for name, initialiser in progress(list(zip(names, initialisers, strict=True)), "networks"):
    layers = for_classes(deep_network(12, initialiser, relu))
    with np.errstate(all="ignore"):
        losses = descend(layers, X_train, y_train, lr=0.05, steps=400)
        right = accuracy(layers, X_test, y_test)
    end = np.mean(losses[-20:])
    told.append(f"{name:11} loss {losses[0]:8.3g} -> {end:8.3g}, {right:.0%} right")
print("\n".join(told))

# %% [markdown]
# One line of code, run once before any learning, decides whether there will be any.

# %% [markdown] question="leaky_start" points=3
# ### Written question: the start for a leaky ReLU
#
# A leaky ReLU gives $z$ for $z > 0$ and $\alpha z$ for $z < 0$, with a fixed $\alpha$ between 0 and 1.
# The sums $z$ are equally often negative and positive, and equally large on both sides.
#
# (a) Which share of the mean square $E(z^2)$ is left behind the activation? (b) Which standard
# deviation of the weights keeps the size from layer to layer, for a fan-in of $n$? (c) What does your
# formula say for $\alpha = 0$ and for $\alpha = 1$, and why must it say that? (Formulas and a few
# sentences; a human reads them.)
#
# ### BEGIN SOLUTION
# (a) Half of the mean square comes from the positive sums and passes whole, the other half is
# multiplied by $\alpha^2$: $E(a^2) = \frac12E(z^2) + \frac12\alpha^2E(z^2)
# = \frac{1 + \alpha^2}2E(z^2)$. (One point.)
#
# (b) A layer multiplies the mean square by $n\,\text{Var}(w)\,\frac{1+\alpha^2}2$. That is 1 for
# $\text{Var}(w) = \frac{2}{(1+\alpha^2)\,n}$, a standard deviation of
# $\sqrt{2/\big((1+\alpha^2)\,n\big)}$. (One point; half if the variance is given as the standard
# deviation.)
#
# (c) $\alpha = 0$ is the ReLU, and gives Kaiming's $\sqrt{2/n}$. $\alpha = 1$ is no activation at all,
# and gives Xavier's $1/\sqrt n$. (Half a point each.)
# ### END SOLUTION

# %% [markdown]
# ## 4. Batch normalisation
#
# A good start is good at the start. Then the weights move, and nobody watches the sizes any more.
# In 2015 Sergey Ioffe and Christian Szegedy asked: if every layer wants sums with mean 0 and
# variance 1, why not simply *make* them so? Between the affine layer and the activation they put a
# layer of its own. It looks at a batch of samples and, for each feature (each column) by itself,
#
# $$\mu = \frac1N\sum_i x_i, \qquad v = \frac1N\sum_i (x_i - \mu)^2, \qquad
# s = \frac{1}{\sqrt{v + \varepsilon}}, \qquad
# \hat x_i = (x_i - \mu)\,s, \qquad \text{out}_i = \gamma\,\hat x_i + \beta .$$
#
# * $\varepsilon$ is a tiny number against division by zero. It stands *inside* the root.
# * $\gamma$ and $\beta$ are parameters, one of each per feature, learnt like all others: if mean 0
#   and variance 1 are not what the network needs, it can have others.
#
# **And a single picture?** When the trained network is used, a picture may come alone. There is no
# batch, and its answer must not depend on who else is asking. So during training the layer keeps
# **running** averages of the means and variances it has seen,
#
# $$\text{running} \leftarrow \text{decay}\cdot\text{running} + (1 - \text{decay})\cdot\text{batch} ,$$
#
# and in test mode it uses these in place of $\mu$ and $v$.

# %% [markdown]
# ### Exercise: `batchnorm_forward`
#
# The conventions: `decay` is the share of the running value that is **kept** (PyTorch's `momentum` is
# $1 -$ decay); the variance is the mean of the squares, divided by $N$ (not $N - 1$), in the running
# average as well (there PyTorch divides by $N - 1$); `running` is updated **in place**, that is, the dict you were handed holds the new
# values afterwards; in test mode it stays as it is.
#
# Large numbers must come out right, too: a feature may lie near ten million and vary by 3. So
# subtract the mean first, then square.
#
# The cache is `(x_hat, gamma, inv_std)`, with `inv_std` for $s$, in both modes.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What is different in the two modes: the whole calculation, or only where the mean and the variance
# come from?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `x.mean(axis=0)` and `x.var(axis=0)` have the shape `(D,)`; NumPy's `var` divides by $N$ unless told
# otherwise. `running["mean"] = ...` changes the dict that the caller holds; `running = {...}` makes a
# new one that nobody sees.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A layer that divides each feature by its largest size, and remembers that:
#
# ```python
# def by_largest(x, running, training, decay=0.9):
#     if training:
#         largest = np.abs(x).max(axis=0)
#         running["largest"] = decay * running["largest"] + (1 - decay) * largest
#     else:
#         largest = running["largest"]
#     return x / largest
# ```
#
# </details></details></details>


# %% exercise="batchnorm_forward"
def batchnorm_forward(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    """Batch normalisation, feature by feature.

    Parameters
    ----------
    x : array (N, D)
    gamma : array (D,)
    beta : array (D,)
    running : dict
        {"mean": (D,), "var": (D,)}; updated in place in training, used in test mode.
    training : bool
        Normalise with the batch (True) or with the running mean and variance (False).
    decay : float
        The share of the running values that is kept.
    eps : float
        Added to the variance, inside the root.

    Returns
    -------
    out : array (N, D)
        gamma x_hat + beta.
    cache : tuple
        (x_hat, gamma, inv_std) with the shapes (N, D), (D,), (D,).

    Example
    -------
    >>> running = {"mean": np.zeros(1), "var": np.ones(1)}
    >>> batchnorm_forward(np.array([[1.0], [5.0]]), np.ones(1), np.ones(1), running, True, eps=0)[0]
    array([[0.], [2.]])
    """
    ### BEGIN SOLUTION
    if training:
        mean, var = x.mean(axis=0), x.var(axis=0)
        running["mean"] = decay * running["mean"] + (1 - decay) * mean
        running["var"] = decay * running["var"] + (1 - decay) * var
    else:
        mean, var = running["mean"], running["var"]
    inv_std = 1 / np.sqrt(var + eps)
    x_hat = (x - mean) * inv_std
    return gamma * x_hat + beta, (x_hat, gamma, inv_std)
    ### END SOLUTION


# %% setup=true
x_few = np.array([[1.0, 4.0], [3.0, 4.0], [8.0, 4.0]])  # the second feature is constant
gamma_few, beta_few = np.array([2.0, 1.5]), np.array([0.5, -1.0])
running_few = {"mean": np.array([1.0, 2.0]), "var": np.array([4.0, 0.25])}


def output_of(batchnorm_forward, x, gamma, beta, running, training, *options):
    """The output alone; options are decay and eps."""
    return batchnorm_forward(x, gamma, beta, running, training, *options)[0]


# %% setup=true
def cache_of(batchnorm_forward, x, gamma, beta, running, training, *options):
    """The cache alone."""
    return batchnorm_forward(x, gamma, beta, running, training, *options)[1]


def running_after(batchnorm_forward, x, gamma, beta, running, training, *options):
    """What the dict that was handed in holds afterwards."""
    batchnorm_forward(x, gamma, beta, running, training, *options)
    return running


# %% check="batchnorm_forward"
batch = x_few, gamma_few, beta_few, running_few
expected = np.array([[-1.538098, -1.0], [-0.179366, -1.0], [3.217463, -1.0]])
check(output_of, batchnorm_forward, *batch, True, expected=expected, rtol=1e-5)
check(output_of, batchnorm_forward, x_few + 1e7, *batch[1:], True, expected=expected, rtol=1e-5)
x_hat = np.array([[-0.990867, 0.0], [-0.330289, 0.0], [1.321157, 0.0]])
expected = x_hat, gamma_few, np.array([0.330289, 1.414214])
check(cache_of, batchnorm_forward, *batch, True, 0.9, 0.5, expected=expected, rtol=1e-5)
expected = {"mean": np.array([1.75, 2.5]), "var": np.array([5.166667, 0.1875])}
check(running_after, batchnorm_forward, *batch, True, 0.75, expected=expected, rtol=1e-5)
expected = np.array([[0.5, 2.464102], [2.385618, 2.464102], [7.099663, 2.464102]])
check(output_of, batchnorm_forward, *batch, False, 0.9, 0.5, expected=expected, rtol=1e-5)
alone = x_few[2:], *batch[1:]
check(output_of, batchnorm_forward, *alone, False, 0.9, 0.5, expected=expected[2:], rtol=1e-5)
check(running_after, batchnorm_forward, *batch, False, 0.75, expected=running_few)

# %% [markdown]
# Look at it on real pictures: 64 digits, and the first 16 of their pixels, which are the two top
# rows. Pixels at the corners are blank in every picture: their variance is 0.
#
# > **Predict.** What becomes of a pixel that is always blank? Which size will it have afterwards?

# %%
top = X_train[:64, :16]
running = {"mean": np.zeros(16), "var": np.ones(16)}
out, _ = batchnorm_forward(top, np.ones(16), np.zeros(16), running, True)
print("variance before:", top.var(axis=0).round(2))
print("variance after: ", out.var(axis=0).round(2))
print("pixel 7, before:", top[:, 7].var().round(4))
alone, _ = batchnorm_forward(top[:1], np.ones(16), np.zeros(16), running, True)
print("a picture alone, in training mode: largest entry", np.abs(alone).max())

# %% [markdown]
# A constant feature becomes $\beta$: thanks to $\varepsilon$ there is no 0/0. (Pixel 7 has next to no
# variance: there even an $\varepsilon$ of 0.00001 counts, and 0.96 comes out.) And a batch of one is
# all constant features: in training mode *nothing* is left of a picture that comes alone. That is
# what test mode is for.

# %% [markdown]
# ### The way back
#
# Look at one feature, and let $G_i$ be the slope along $\text{out}_i$ (`dout`). The parameters are
# easy: $\beta$ is in every output with the factor 1, $\gamma$ with the factor $\hat x_i$. And the
# slopes along $\hat x_i$ are $g_i = \gamma\,G_i$.
#
# Then it gets interesting: $x_j$ reaches the outputs on **three** ways.
#
# 1. Directly: in $\hat x_j = (x_j - \mu)\,s$, with the slope $s$.
# 2. Through the mean: $\mu$ is in *every* $\hat x_i$, with the slope $-s$; and
#    $\partial\mu/\partial x_j = 1/N$.
# 3. Through the variance: $s$ is in every $\hat x_i$, with the slope $x_i - \mu = \hat x_i/s$. And
#    since $s = (v + \varepsilon)^{-1/2}$ and $\partial v/\partial x_j = 2(x_j - \mu)/N$ (the mean moves,
#    too, but $\sum_i(x_i - \mu) = 0$, so $v$ does not feel it),
#
# $$\frac{\partial s}{\partial x_j} = -\tfrac12(v + \varepsilon)^{-3/2}\cdot\frac{2(x_j - \mu)}N
# = -\frac{s^2\,\hat x_j}N .$$
#
# ### Exercise: `batchnorm_backward`
#
# Add the three ways up. Everything you need is in the cache; you need neither $x$ nor
# $\varepsilon$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# For each of the three ways: multiply the slopes along it, and sum over all $i$ whose $\hat x_i$ it
# passes through. What does the sum for the second way remind you of?
#
# <details><summary>Hint 2, a pointer</summary>
#
# The second way is $-\frac sN\sum_i g_i$: the *mean* of the slopes. The third is
# $\sum_i g_i\frac{\hat x_i}s$ times $-\frac{s^2\hat x_j}N$. Write each as one line with `mean(axis=0)`,
# then add.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A layer that only subtracts the mean, `out = x - x.mean(axis=0)`. Its way back has the first two of
# the three ways:
#
# ```python
# def center_backward(dout):
#     return dout - dout.mean(axis=0)
# ```
#
# </details></details></details>


# %% exercise="batchnorm_backward"
def batchnorm_backward(dout, cache):
    """The way back through batch normalisation in training mode.

    Parameters
    ----------
    dout : array (N, D)
        The slope of the cost along each output.
    cache : tuple
        (x_hat, gamma, inv_std) with the shapes (N, D), (D,), (D,).

    Returns
    -------
    dx : array (N, D)
    dgamma : array (D,)
    dbeta : array (D,)
        The slopes of the cost along x, gamma and beta.

    Example
    -------
    >>> cache = np.array([[-1.0], [1.0]]), np.array([3.0]), np.array([0.5])
    >>> batchnorm_backward(np.array([[2.0], [6.0]]), cache)
    (array([[0.], [0.]]), array([4.]), array([8.]))
    """
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std = cache
    dx_hat = gamma * dout
    through_mean = dx_hat.mean(axis=0)
    through_variance = x_hat * (dx_hat * x_hat).mean(axis=0)
    dx = inv_std * (dx_hat - through_mean - through_variance)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    ### END SOLUTION


# %% setup=true
dout_few = np.array([[1.0, 2.0], [-3.0, 0.5], [4.0, -1.0]])
x_hat_few = np.array([[-0.75, 0.0], [-0.25, 0.0], [1.0, 0.0]])
cache_few = x_hat_few, gamma_few, np.array([0.25, 2.0])


def gradient_along(batchnorm_backward, dout, cache, name):
    """One of the three gradients: "x", "gamma" or "beta"."""
    return batchnorm_backward(dout, cache)[("x", "gamma", "beta").index(name)]


# %% check="batchnorm_backward"
sent = dout_few, cache_few
expected = np.array([4.0, 0.0])
check(gradient_along, batchnorm_backward, *sent, "gamma", expected=expected, rtol=1e-5)
check(gradient_along, batchnorm_backward, *sent, "beta", expected=np.array([2.0, 1.5]))
dx = np.array([[0.666667, 4.5], [-1.666667, 0.0], [1.0, -4.5]])
check(gradient_along, batchnorm_backward, *sent, "x", expected=dx, rtol=1e-5)

# %% [markdown]
# Now prove it, with the tool of units 01 and 05: nudge every entry of `x`, and compare. With
# $\varepsilon = 0.5$ a misplaced $\varepsilon$ cannot hide.


# %% setup=true
def numerical_gradient(f, v, h=1e-5):
    """The gradient of f at v by central differences, as in unit 01."""
    v = np.array(v, dtype=float)
    gradient = np.zeros_like(v)
    for i in np.ndindex(v.shape):
        middle = v[i]
        v[i] = middle + h
        above = f(v)
        v[i] = middle - h
        gradient[i] = (above - f(v)) / (2 * h)
        v[i] = middle
    return gradient


# %%
rng = np.random.default_rng(3)
x, G = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
gamma, beta = rng.normal(size=3), rng.normal(size=3)


def weighed(x, gamma, beta):
    """A number made of the outputs: their slopes are G."""
    running = {"mean": np.zeros(3), "var": np.ones(3)}
    return np.sum(G * batchnorm_forward(x, gamma, beta, running, True, 0.9, 0.5)[0])


# %%
running = {"mean": np.zeros(3), "var": np.ones(3)}
_, cache = batchnorm_forward(x, gamma, beta, running, True, 0.9, 0.5)
derived = batchnorm_backward(G, cache)
numeric = (
    numerical_gradient(lambda v: weighed(v, gamma, beta), x),
    numerical_gradient(lambda v: weighed(x, v, beta), gamma),
    numerical_gradient(lambda v: weighed(x, gamma, v), beta),
)
for name, d, n in zip(("dx", "dgamma", "dbeta"), derived, numeric, strict=True):
    error = np.linalg.norm(d - n) / (np.linalg.norm(d) + np.linalg.norm(n))
    print(f"{name:7} relative error {error:.0e}")

# %% [markdown]
# ### Pictures
#
# Behind a convolution (unit 09) there are **maps**: arrays of shape $(N, C, H, W)$, in which every
# place of a map was made by the same kernel. So all places of a map should be treated alike: one mean
# and one variance for each of the $C$ maps, over all samples **and** all places. Each pixel counts as
# a sample of its own, with $C$ features.
#
# ### Exercise: `spatial_batchnorm_forward`
#
# Bring `x` into the form (pixels, C), let `batchnorm_forward` do the work, and bring the results
# back. In the cache `x_hat` has the shape of `x`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# `reshape` reads the entries in the order in which they lie and cuts them anew. With C in second
# place, which entries would come to stand in one row?
#
# <details><summary>Hint 2, a pointer</summary>
#
# First move C to the end (`np.moveaxis` or `transpose`), *then* reshape to two axes. On the way back:
# first reshape, then move it to its place. Hand on `running`, `training`, `decay` and `eps`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Sorting each column of each map by itself, with a function that sorts the rows of a table:
#
# ```python
# def sort_columns(x):
#     moved = np.moveaxis(x, 2, 3)
#     table = np.sort(moved.reshape(-1, moved.shape[3]), axis=1)
#     return np.moveaxis(table.reshape(moved.shape), 3, 2)
# ```
#
# </details></details></details>


# %% exercise="spatial_batchnorm_forward"
def spatial_batchnorm_forward(x, gamma, beta, running, training, decay=0.9, eps=1e-5):
    """Batch normalisation of maps: one mean and one variance for each map.

    Parameters
    ----------
    x : array (N, C, H, W)
    gamma : array (C,)
    beta : array (C,)
    running : dict
        {"mean": (C,), "var": (C,)}; updated in place in training, used in test mode.
    training : bool
        Normalise with the batch (True) or with the running mean and variance (False).
    decay : float
        The share of the running values that is kept.
    eps : float
        Added to the variance, inside the root.

    Returns
    -------
    out : array (N, C, H, W)
    cache : tuple
        (x_hat, gamma, inv_std) with the shapes (N, C, H, W), (C,), (C,).

    Example
    -------
    >>> x, running = np.array([[[[1.0, 5.0]]]]), {"mean": np.zeros(1), "var": np.ones(1)}
    >>> spatial_batchnorm_forward(x, np.ones(1), np.ones(1), running, True, eps=0)[0]
    array([[[[0., 2.]]]])
    """
    ### BEGIN SOLUTION
    moved = np.moveaxis(x, 1, -1)
    rows = moved.reshape(-1, moved.shape[-1])
    out, cache = batchnorm_forward(rows, gamma, beta, running, training, decay, eps)

    def back(rows):
        return np.moveaxis(rows.reshape(moved.shape), -1, 1)

    return back(out), (back(cache[0]), gamma, cache[2])
    ### END SOLUTION


# %% setup=true
maps_few = np.array(  # two samples, two maps of 1 x 3
    [[[[1.0, 2.0, 6.0]], [[0.0, -1.0, 2.0]]], [[[3.0, 0.0, 0.0]], [[5.0, 5.0, 1.0]]]]
)

# %% check="spatial_batchnorm_forward"
batch = maps_few, gamma_few, beta_few, running_few
first = [[[-0.409718, 0.5, 4.138871]], [[-2.242118, -2.863177, -1.0]]]
second = [[[1.409718, -1.319435, -1.319435]], [[0.863177, 0.863177, -1.621059]]]
expected = np.array([first, second])
check(output_of, spatial_batchnorm_forward, *batch, True, 0.9, 0.5, expected=expected, rtol=1e-5)
first = [[[-0.454859, 0.0, 1.819435]], [[-0.828079, -1.242118, 0.0]]]
second = [[[0.454859, -0.909718, -0.909718]], [[1.242118, 1.242118, -0.414039]]]
expected = np.array([first, second]), gamma_few, np.array([0.454859, 0.414039])
check(cache_of, spatial_batchnorm_forward, *batch, True, 0.9, 0.5, expected=expected, rtol=1e-5)
first = [[[0.5, 1.442809, 5.214045]], [[-4.464102, -6.196152, -1.0]]]
expected, alone = np.array([first]), (maps_few[:1], *batch[1:])
check(output_of, spatial_batchnorm_forward, *alone, False, 0.9, 0.5, expected=expected, rtol=1e-5)

# %% [markdown]
# Real maps: shift a digit left, right, up and down, and take differences. Two maps, one for edges
# that stand and one for edges that lie.
#
# > **Predict.** Behind the layer, which mean and which variance has each of the two maps? And a single
# > place of a map, over the batch?

# %%
pictures = train_digits.images[:200]
standing = pictures[:, 1:-1, 2:] - pictures[:, 1:-1, :-2]
lying = pictures[:, 2:, 1:-1] - pictures[:, :-2, 1:-1]
maps = np.stack([standing, lying], axis=1)
running = {"mean": np.zeros(2), "var": np.ones(2)}
out, _ = spatial_batchnorm_forward(maps, np.ones(2), np.zeros(2), running, True)
print("shape", maps.shape, " variance of each map before:", maps.var(axis=(0, 2, 3)).round(3))
print(
    "mean and variance after:", out.mean(axis=(0, 2, 3)).round(6), out.var(axis=(0, 2, 3)).round(3)
)
print("variance of the top row of map 0, place by place:", out[:, 0, 0].var(axis=0).round(2))
print("running variances:", running["var"].round(3))

# %% [markdown]
# The running variances have set out from 1 towards those of the two maps: 0.941 and 0.92 after one
# batch. If yours are still 1, ask whose dict was updated.

# %% [markdown]
# ## 5. What it buys
#
# Your two functions as a layer:


# %% setup=true
class BatchNorm:
    """A layer around batchnorm_forward and batchnorm_backward."""

    def __init__(self, features):
        self.params = {"gamma": np.ones(features), "beta": np.zeros(features)}
        self.grads, self.training = {}, True
        self.running = {"mean": np.zeros(features), "var": np.ones(features)}

    def forward(self, x):
        gamma, beta = self.params["gamma"], self.params["beta"]
        return batchnorm_forward(x, gamma, beta, self.running, self.training)

    def backward(self, dout, cache):
        dx, dgamma, dbeta = batchnorm_backward(dout, cache)
        return dx, {"gamma": dgamma, "beta": dbeta}


# %% [markdown]
# > **Predict.** A network of 8 layers of ReLUs with your Kaiming start, 200 steps, and learning rates
# > from 0.01 to 3. Up to which rate does it learn, without and with batch norm?

# %% demo=true
plots.use_style()
rates, (figure, axes) = [0.01, 0.03, 0.1, 0.3, 1.0, 3.0], plots.new_figure()
figure.alt = f"The share of right answers for the learning rates {rates}. "
for norm, look in ((False, "o--"), (True, "s-")):
    right = []
    for lr in progress(rates, "with it" if norm else "without"):
        layers = for_classes(deep_network(8, kaiming, relu, norm=norm))
        with np.errstate(all="ignore"):
            descend(layers, X_train, y_train, lr, steps=200)
            right.append(accuracy(layers, X_test, y_test))
    axes.semilogx(rates, right, look, label="batch norm" if norm else "without")
    figure.alt += f"{'With' if norm else 'Without'} it: {np.round(right, 2).tolist()}. "
axes.set(xlabel="learning rate", ylabel="share of right answers", ylim=(0, 1))
axes.legend()
figure

# %% [markdown]
# With batch norm, rates from 0.03 to 3 all work: a range of a hundred. Without, it is over beyond 0.1.
# One reason: make all weights of a layer twice as large, and behind a batch norm nothing changes. A
# step that is too long mostly makes the weights longer, and long weights turn more slowly.
#
# The same holds at the start. There is **less need for care**:
#
# > **Predict.** 12 layers, a Kaiming start whose weights are too small or too large by a factor.
# > Which of them learn, without and with?

# %% demo=true
told = ["scale     without   with batch norm"]
for scale in progress((0.03, 0.1, 0.3, 1, 3), "scales"):
    right = []
    for norm in (False, True):
        layers = for_classes(deep_network(12, kaiming, relu, scale, norm))
        with np.errstate(all="ignore"):
            descend(layers, X_train, y_train, lr=0.05, steps=300)
            right.append(accuracy(layers, X_test, y_test))
    told.append(f"{scale:5}     {right[0]:7.0%}   {right[1]:7.0%}")
print("\n".join(told))

# %% [markdown]
# ### Noise
#
# In training, a picture's values depend on which other pictures happen to be in its batch. Take one
# digit, put it into 200 random batches, and see how much its values differ.
#
# > **Predict.** Batches of 4, 16, 64, 256: each four times as large as the last. By which factor does
# > the noise shrink? (Unit 02 has seen such a thing.)

# %%
rng = np.random.default_rng(0)
sums, here = X_train @ xavier((64, 30), rng), 7
running = {"mean": np.zeros(30), "var": np.ones(30)}
for size in (4, 16, 64, 256):
    seen = []
    for _ in range(200):
        batch = np.append(rng.choice(len(sums), size - 1, replace=False), here)
        out, _ = batchnorm_forward(sums[batch], np.ones(30), np.zeros(30), running, True)
        seen.append(out[-1])
    print(f"batches of {size:3}: the same digit varies by {np.std(seen, axis=0).mean():.2f}")

# %% [markdown]
# About half, as for every mean over a batch. A network that never sees a picture twice in the same
# form cannot learn it by heart so easily. The notes call that a form of **regularisation**, and we
# can watch it: 200 digits only, 600 steps, and the loss on these very digits at the end.

# %% demo=true
few, few_labels = X_train[:200], y_train[:200]
told = ["batches of   without: loss  right in test   with it: loss  right in test"]
for batch_size in progress((8, 100), "sizes"):
    row = f"{batch_size:10}"
    for norm in (False, True):
        layers = for_classes(deep_network(3, kaiming, relu, norm=norm))
        losses = descend(layers, few, few_labels, 0.1, 600, batch_size)
        right = accuracy(layers, X_test, y_test)
        row += f" {np.mean(losses[-20:]):15.4f} {right:14.0%}"
    told.append(row)
print("\n".join(told))

# %% [markdown]
# With batch norm and small batches the 200 digits are never known quite exactly. Be careful with the
# next step, though: less by heart is not yet better in the test, and here the test shows no
# difference worth mentioning. How one finds out what helps is the subject of unit 08.

# %% [markdown]
# ### The dead network
#
# Back to the figure of part 3, now with a switch and a button. The button adds ten scores and a loss,
# and trains the network on digits for 100 steps.
#
# The first state is 50 layers of tanh with $\mathcal N(0, 0.1^2)$. It is as dead as a network can be.
#
# > **Predict**, then press *Train*: how far will the loss come down from $\ln 10 = 2.30$? And then:
# > what will change if you turn on nothing but the switch?


# %% setup=true
def learn(layers):
    """The losses of 100 steps on the digits, with ten scores at the end."""
    return descend(for_classes(layers), X_train, y_train, lr=0.02, steps=100)


# %% demo=true
from nand2resnet.widgets import SignalByDepth

starts = {"N(0, 0.1²)": one_tenth, "Xavier": xavier, "Glorot": glorot, "Kaiming": kaiming}
starts["Kaiming as printed"] = as_printed
activations = {"sigmoid": sigmoid, "tanh": tanh, "ReLU": relu}
SignalByDepth(signal_by_depth, deep_network, starts, activations, X_train[:64], learn)

# %% [markdown]
# The same weights, the same descent, and a switch. Look at the gradient closely, too: with batch norm
# it is not flat. It *grows* a little with every layer on its way back, by about a tenth for tanh and
# a fifth for ReLU: with 50 layers of ReLU that is too much again, and training is slow. Batch norm
# made tens of layers possible. For hundreds it took one more idea, which you will meet in unit 13.

# %% [markdown]
# ## 6. ★ For those who want more: the way back through maps
#
# ### Exercise: `spatial_batchnorm_backward` ★ (optional, no points)
#
# The way back through `spatial_batchnorm_forward` in training mode.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which two arrays have the shape (N, C, H, W), and which form does `batchnorm_backward` want?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Move and reshape `dout` and `x_hat` exactly as `x` was on the way forth. Only `dx` has to be moved
# back.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The way back through a layer that gives each map a bias of its own, `x + b[:, None, None]`:
#
# ```python
# def map_bias_backward(dout):
#     return dout, dout.sum(axis=(0, 2, 3))
# ```
#
# </details></details></details>


# %% exercise="spatial_batchnorm_backward"
def spatial_batchnorm_backward(dout, cache):
    """The way back through batch normalisation of maps, in training mode.

    Parameters
    ----------
    dout : array (N, C, H, W)
        The slope of the cost along each output.
    cache : tuple
        (x_hat, gamma, inv_std) with the shapes (N, C, H, W), (C,), (C,).

    Returns
    -------
    dx : array (N, C, H, W)
    dgamma : array (C,)
    dbeta : array (C,)
        The slopes of the cost along x, gamma and beta.

    Example
    -------
    >>> cache = np.array([[[[-1.0, 1.0]]]]), np.array([3.0]), np.array([0.5])
    >>> spatial_batchnorm_backward(np.array([[[[2.0, 6.0]]]]), cache)
    (array([[[[0., 0.]]]]), array([4.]), array([8.]))
    """
    ### BEGIN SOLUTION
    x_hat, gamma, inv_std = cache
    moved = np.moveaxis(dout, 1, -1)

    def rows(maps):
        return np.moveaxis(maps, 1, -1).reshape(-1, maps.shape[1])

    dx, dgamma, dbeta = batchnorm_backward(rows(dout), (rows(x_hat), gamma, inv_std))
    return np.moveaxis(dx.reshape(moved.shape), -1, 1), dgamma, dbeta
    ### END SOLUTION


# %% setup=true
maps_cache = (
    np.array([[[[-1.0, 0.5, 0.5]], [[0.0, 1.0, -2.0]]], [[[1.0, 0.0, -1.0]], [[1.0, 0.0, 0.0]]]]),
    gamma_few,
    np.array([0.5, 2.0]),
)

# %% check="spatial_batchnorm_backward"
dmaps = np.array([[[[1.0, 0.0, 2.0]], [[3.0, 0.0, -1.0]]], [[[0.0, 4.0, 1.0]], [[1.0, 0.0, 2.0]]]])
expected = np.array([-1.0, 3.0])
check(gradient_along, spatial_batchnorm_backward, dmaps, maps_cache, "gamma", expected=expected)
first = [[[-0.5, -1.25, 0.75]], [[6.5, -4.0, -2.5]]]
second = [[[-1.166667, 2.666667, -0.5]], [[-1.0, -2.5, 3.5]]]
dx = np.array([first, second])
check(gradient_along, spatial_batchnorm_backward, dmaps, maps_cache, "x", expected=dx, rtol=1e-5)

# %% [markdown]
# ## What we learnt, where next
#
# * A deep network multiplies: signals on the way forth, gradients on the way back. Factors that are
#   not very close to 1 vanish or explode. A sigmoid's slope is at most 1/4.
# * Measuring the size at each layer shows at once what is wrong with a network.
# * The variance argument: $n\,\text{Var}(w) = 1$ keeps the signal, $m\,\text{Var}(w) = 1$ the gradient,
#   and a ReLU needs twice as much. The fan-in of a kernel is $C\,k_h\,k_w$.
# * A formula in print exploded; ten layers of random numbers were enough to see it.
# * Batch norm makes mean and variance what they should be, learns to change them, keeps running
#   averages for the test, and its gradient goes three ways.
# * It buys larger learning rates and carelessness about the start, and it brings noise.
#
# **Next**, in unit 08: networks that learn too well. Regularisation, and how to choose what cannot be
# learnt by descent.
