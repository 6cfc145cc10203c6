# %% [markdown]
# # Activations and losses
#
# *120 minutes, 20 points. You need units 01 to 03, vectors, matrices, and the chain rule for one
# variable.*
#
# A network needs two things besides its weights: something that **bends** between its layers, and
# something that **says how wrong** it is. In this unit you write eight bends and four ways of being
# wrong, and find out what each is good for. Then you put one of each together and teach a machine
# to read digits. At the end you can look at what it has learnt, because it is a picture.
#
# **At the end you can**
#
# * say what becomes of a network without activations, and what an activation costs and brings;
# * see from a slope when a unit is saturated or dead;
# * turn scores into probabilities without ever overflowing;
# * say why classes are trained with the cross entropy and not with squares;
# * derive the gradient of the softmax loss, and train a classifier with it.
#
# | part | | minutes |
# |---|---|---|
# | 1 | From one neuron to a network | 12 |
# | 2 | Three activations | 18 |
# | 3 | Five more, and how to choose | 20 |
# | 4 | What should being wrong cost? | 13 |
# | 5 | From scores to probabilities | 19 |
# | 6 | Cross entropy | 20 |
# | 7 | Reading digits | 18 |

# %% setup=true
import numpy as np

from nand2resnet import data, plots
from nand2resnet.check import check

# %% [markdown]
# ## 1. From one neuron to a network
#
# The neuron of unit 03 did two things: it weighed its inputs, and then it decided. We give the two
# steps names, because from now on the second one may be something else than a decision.
#
# $$z = w \cdot x + b \quad\text{(the \textbf{linear response})}, \qquad
# a = g(z) \quad\text{(the \textbf{activation})}$$
#
# > **The convention from here on.** $b$ is a **bias**: it is *added*. In unit 03 it was a threshold
# > and was subtracted. Whoever carries numbers over turns the sign.
#
# Units stand in **layers**. A number in square brackets says in which: $a^{[l]}_i$ is the activation
# of unit $i$ of layer $l$. The inputs count as layer 0, $a^{[0]} = x$. So, for every layer after that,
#
# $$z^{[l]} = a^{[l-1]} W^{[l]} + b^{[l]}, \qquad a^{[l]} = g\bigl(z^{[l]}\bigr) .$$
#
# The first layer holds the **input units**, the last one the **output units**; whatever is between
# them is **hidden**. (In this course the inputs are rows and the units columns of $W$, as in
# `X @ W + b`.)
#
# **Worked:** one input with four numbers, three hidden units, one output unit.

# %%
rng = np.random.default_rng(0)
a0 = np.array([[1.0, 2.0, 0.0, -1.0]])  # (N, D): one input, four input units
W1, b1 = rng.normal(size=(4, 3)), np.zeros(3)
W2, b2 = rng.normal(size=(3, 1)), np.zeros(1)
a1 = np.maximum(a0 @ W1 + b1, 0)  # three hidden units; g cuts off at zero
a2 = 1 / (1 + np.exp(-(a1 @ W2 + b2)))  # one output unit; g is the sigmoid
print("hidden:", a1.round(3), " output:", a2.round(3))

# %% [markdown]
# What does the first hidden unit *mean*? Nobody knows. Nobody told it what to look for, so the
# features it computes need not be anything with a name. That is why networks are called **black
# boxes**: every number inside can be read, and still it is hard to say what it stands for.
#
# Leave the hidden layer out, and what remains is $a = \sigma(w\cdot x + b)$. Statisticians have used
# it for a long time under the name **logistic regression**. It is a network with no hidden layer.
#
# ### Why bend at all?
#
# **Worked:** two layers that only weigh, in one dimension. First $2x + 1$, then three times that
# plus 4: $3(2x + 1) + 4 = 6x + 7$. The two layers are one. **Your turn to finish:** the same with
# matrices. Which one bias `b` does the work of both?

# %%
rng = np.random.default_rng(1)
X = rng.normal(size=(5, 3))
W1, b1 = rng.normal(size=(3, 4)), rng.normal(size=4)
W2, b2 = rng.normal(size=(4, 2)), rng.normal(size=2)
two_layers = (X @ W1 + b1) @ W2 + b2
W = W1 @ W2
b = None  # your turn: replace None
print("one layer does it:", "b?" if b is None else np.allclose(two_layers, X @ W + b))

# %% [markdown]
# $(XW_1 + b_1)W_2 + b_2 = X\,(W_1W_2) + (b_1W_2 + b_2)$. However many layers are stacked, without a
# bend between them they **collapse** into one, and one layer cannot even do XOR. The activation is
# what makes depth worth having.

# %% [markdown]
# ## 2. Three activations
#
# Descent has to pass through the activations, so each one needs two functions: its value and its
# slope.
#
# The **sigmoid**, $\sigma(z) = \dfrac{1}{1 + e^{-z}}$, is an old friend.
#
# ### Exercise: `sigmoid`
#
# You wrote it in unit 03: bring it along, or write it anew. As there, it must never ask for a power
# of $e$ that no computer number can hold.
#
# <details><summary>Hint 1, a nudge</summary>
#
# For $z = -1000$ the formula asks for $e^{1000}$. Multiply numerator and denominator by $e^z$: for
# which $z$ is that form safe?
#
# <details><summary>Hint 2, a pointer</summary>
#
# $e^{-|z|}$ is never above 1. Both forms can be written with it. `np.where` computes both of its
# branches for all entries.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The same trick for $e^z / (1 + e^{2z})$, which does not change when $z$ becomes $-z$:
#
# ```python
# def bump(z):
#     small = np.exp(-np.abs(z))
#     return small / (1 + small**2)
# ```
#
# </details></details></details>


# %% exercise="sigmoid"
def sigmoid(z):
    """The sigmoid 1 / (1 + exp(-z)), without overflow for any z.

    Parameters
    ----------
    z : float, or array of any shape

    Returns
    -------
    float, or array of z's shape, between 0 and 1

    Example
    -------
    >>> sigmoid(np.array([-1000.0, 0.0, 1000.0]))
    array([0. , 0.5, 1. ])
    """
    ### BEGIN SOLUTION
    small = np.exp(-np.abs(z))
    return np.where(z > 0, 1, small) / (1 + small)
    ### END SOLUTION


# %% setup=true
def overflows(f, values):
    """For each value, whether f overflows there."""

    def fails(z):
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            try:
                f(np.array([z]))
            except FloatingPointError:
                return True
        return False

    return [fails(z) for z in values]


# %% check="sigmoid"
expected = np.array([6.1441746e-06, 0.26894142, 0.5, 0.73105858, 0.99999386])
check(sigmoid, np.array([-12.0, -1.0, 0.0, 1.0, 12.0]), expected=expected)
check(sigmoid, np.log(3.0), expected=0.75)
check(overflows, sigmoid, [-1000.0, 0.0, 1000.0], expected=[False, False, False])

# %% [markdown]
# Its slope has a beautiful form. With the chain rule, and $e^{-z} = (1 - \sigma)/\sigma$,
#
# $$\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2} = \sigma(z)\,\bigl(1 - \sigma(z)\bigr) .$$
#
# Whoever has the value has the slope almost for nothing.
#
# > **Predict.** Where is the sigmoid steepest, and how steep is it there?
#
# ### Exercise: `sigmoid_derivative`
#
# It takes $z$, not $\sigma(z)$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The formula speaks of $\sigma(z)$ twice. Compute it once and give it a name.
#
# <details><summary>Hint 2, a pointer</summary>
#
# Call your own `sigmoid`. It is safe everywhere, and then so is this.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The exponential is its own slope, so $1/e^z$ has a slope that can be told from its value, too:
#
# ```python
# def decay_derivative(z):
#     value = np.exp(-z)
#     return -value
# ```
#
# </details></details></details>


# %% exercise="sigmoid_derivative"
def sigmoid_derivative(z):
    """The slope of the sigmoid at z.

    Parameters
    ----------
    z : float, or array of any shape

    Returns
    -------
    float, or array of z's shape

    Example
    -------
    >>> sigmoid_derivative(np.array([0.0, 2.0]))
    array([0.25, 0.10499359])
    """
    ### BEGIN SOLUTION
    value = sigmoid(z)
    return value * (1 - value)
    ### END SOLUTION


# %% check="sigmoid_derivative"
check(
    sigmoid_derivative,
    np.array([0.0, 2.0, -2.0]),
    expected=np.array([0.25, 0.10499359, 0.10499359]),
)
check.gradient(sigmoid_derivative, sigmoid, 1.5)
check.gradient(sigmoid_derivative, sigmoid, -0.3)

# %% [markdown]
# Never steeper than $\tfrac14$. Remember this number.
#
# The **hyperbolic tangent** is a sigmoid that runs from $-1$ to $1$:
#
# $$\tanh z = \frac{e^z - e^{-z}}{e^z + e^{-z}} .$$
#
# ### Exercise: `tanh`
#
# NumPy has it, as `np.tanh`. It is worth more to see that you have it already: stretch and shift
# your `sigmoid`. It must stay finite at $z = \pm 1000$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Divide numerator and denominator by $e^z$. What reminds you of the sigmoid's denominator, and what
# stands in the exponent?
#
# <details><summary>Hint 2, a pointer</summary>
#
# The sigmoid goes from 0 to 1, $\tanh$ from $-1$ to $1$: twice as high, and one lower. And its slope
# at 0 is 1, where a sigmoid that is twice as high has $\tfrac12$.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# $\cos 2z$ from $\sin z$, by a stretched and shifted square:
#
# ```python
# def cosine_of_twice(z):
#     return 1 - 2 * np.sin(z) ** 2
# ```
#
# </details></details></details>


# %% exercise="tanh"
def tanh(z):
    """The hyperbolic tangent, made from the sigmoid.

    Parameters
    ----------
    z : float, or array of any shape

    Returns
    -------
    float, or array of z's shape, between -1 and 1

    Example
    -------
    >>> tanh(np.array([-1000.0, 0.0, 0.5]))
    array([-1., 0., 0.46211716])
    """
    ### BEGIN SOLUTION
    return 2 * sigmoid(2 * z) - 1
    ### END SOLUTION


# %% check="tanh"
check(tanh, np.array([-2.0, 0.0, 0.5]), expected=np.array([-0.96402758, 0.0, 0.46211716]))
check(tanh, np.log(2.0), expected=0.6)
check(tanh, np.array([-1000.0, 1000.0]), expected=np.array([-1.0, 1.0]))

# %% [markdown]
# ### Exercise: `tanh_derivative`
#
# Its slope can be told from its value as well: $\tanh'(z) = 1 - \tanh^2 z$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What is squared here: $z$, or the value?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Call your `tanh` once. At $z = 0$ the slope must be 1, and far away it must be 0.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The slope of $\sqrt z$ from its value, $1 / (2\sqrt z)$:
#
# ```python
# def root_derivative(z):
#     value = np.sqrt(z)
#     return 1 / (2 * value)
# ```
#
# </details></details></details>


# %% exercise="tanh_derivative"
def tanh_derivative(z):
    """The slope of the hyperbolic tangent at z.

    Parameters
    ----------
    z : float, or array of any shape

    Returns
    -------
    float, or array of z's shape

    Example
    -------
    >>> tanh_derivative(np.array([0.0, 0.5]))
    array([1., 0.78644773])
    """
    ### BEGIN SOLUTION
    return 1 - tanh(z) ** 2
    ### END SOLUTION


# %% check="tanh_derivative"
check(tanh_derivative, np.array([0.0, 0.5, -2.0]), expected=np.array([1.0, 0.78644773, 0.07065082]))
check.gradient(tanh_derivative, tanh, 1.5)
check.gradient(tanh_derivative, tanh, -0.3)

# %% [markdown]
# The third is the simplest and by now the most used: the **rectified linear unit**, ReLU, which you
# met in unit 02. It lets through what is positive and cuts off the rest.
#
# ### Exercise: `relu`
#
# $\operatorname{relu}(z) = \max(z, 0)$, entry by entry.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Python's `max` of an array and a number does not know what to do. Which function of NumPy compares
# entry by entry?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.max(z)` is the largest entry of an array, one number. `np.maximum(z, ...)` compares two things
# entry by entry.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# No value above 1:
#
# ```python
# def at_most_one(z):
#     return np.minimum(z, 1)
# ```
#
# </details></details></details>


# %% exercise="relu"
def relu(z):
    """The rectified linear unit: z where it is positive, else 0.

    Parameters
    ----------
    z : float, or array of any shape

    Returns
    -------
    float, or array of z's shape

    Example
    -------
    >>> relu(np.array([-2.0, 0.0, 3.5]))
    array([0., 0., 3.5])
    """
    ### BEGIN SOLUTION
    return np.maximum(z, 0)
    ### END SOLUTION


# %% check="relu"
check(relu, np.array([-2.0, -0.5, 0.0, 0.25, 3.5]), expected=np.array([0.0, 0.0, 0.0, 0.25, 3.5]))
check(relu, -1.5, expected=0.0)
check(relu, np.array([[3, -3], [0, 1]]), expected=np.array([[3, 0], [0, 1]]))

# %% [markdown]
# ### Exercise: `relu_derivative`
#
# The slope is 1 where $z > 0$ and 0 where $z < 0$. At 0 itself there is a corner and no slope; you
# may give 0 or 1 there, as you like.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Does the slope at $z = 7$ differ from the slope at $z = 2$?
#
# <details><summary>Hint 2, a pointer</summary>
#
# A comparison asks all entries at once, and `True` counts as 1.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The slope of $|z|$:
#
# ```python
# def abs_derivative(z):
#     return np.where(z > 0, 1.0, -1.0)
# ```
#
# </details></details></details>


# %% exercise="relu_derivative"
def relu_derivative(z):
    """The slope of the rectified linear unit at z.

    Parameters
    ----------
    z : float, or array of any shape

    Returns
    -------
    0 or 1, or array of 0s and 1s of z's shape

    Example
    -------
    >>> relu_derivative(np.array([-2.0, 3.5]))
    array([0., 1.])
    """
    ### BEGIN SOLUTION
    return np.where(z > 0, 1.0, 0.0)
    ### END SOLUTION


# %% setup=true
def relu_at(z):
    """Your relu, at a single z."""
    return relu(z)


# %% check="relu_derivative"
check(relu_derivative, np.array([-2.0, -0.5, 0.25, 3.5]), expected=np.array([0.0, 0.0, 1.0, 1.0]))
check.gradient(relu_derivative, relu_at, 1.5)
check.gradient(relu_derivative, relu_at, -0.3)

# %% [markdown]
# ### Saturated and dead
#
# A unit passes a nudge on, multiplied by its slope. Where the slope is nearly 0, hardly anything
# comes through: the unit is **saturated**. Behind it, nothing learns.
#
# > **Predict.** Ten sigmoid layers, one unit each, every unit at its *steepest* place. A nudge of 1
# > goes in. What comes out at the other end? And if every unit sits at $z = 3$?

# %%
for z in (0.0, 3.0):
    through = {g.__name__: float(g(z) ** 10) for g in (sigmoid_derivative, tanh_derivative)}
    print(f"ten units at z = {z}:", {name: f"{value:.1e}" for name, value in through.items()})

# %% [markdown]
# Of the sigmoids, a millionth at best. (The $\tanh$ passes everything at its middle, and even less
# than the sigmoid far out.) That $\tfrac14$ is why deep networks of sigmoids hardly ever learnt anything,
# and why their hidden layers use other activations today. At an *output* the sigmoid is still at
# home: part 4 shows how its loss repairs what it spoils.
#
# ReLU has the slope 1 for every positive $z$, however large. But to the left its slope is not small:
# it is exactly 0. A unit whose $z$ is negative for **every** input passes nothing on at all, gets no
# gradient, and so never comes back. It is **dead**. One learning step that was too long is enough.
#
# > **Predict.** A hundred ReLU units look at 1,498 pictures of digits. A step that was too long
# > has lowered all their biases by 1, 2 or 3. How many units are still alive, that is, positive for
# > at least one picture?

# %% setup=true
train, test = data.digits().split()
X_train, y_train = train.images.reshape(-1, 64), train.labels
X_test, y_test = test.images.reshape(-1, 64), test.labels

# %%
W = np.random.default_rng(0).normal(size=(64, 100)) / 4
for lowered in (0, 1, 2, 3):
    slopes = relu_derivative(X_train @ W - lowered)
    alive = (slopes.max(axis=0) > 0).sum()
    print(f"biases lowered by {lowered}: {alive} of 100 units are alive")

# %% [markdown]
# ## 3. Five more, and how to choose
#
# Most later activations try to give ReLU a slope on the left.
#
# | name | value for $z > 0$ | value for $z \le 0$ | comes from |
# |---|---|---|---|
# | leaky ReLU | $z$ | $0.01\,z$ | Maas, Hannun, Ng 2013 |
# | PReLU | $z$ | $a\,z$, with $a$ **learned** | He et al. 2015 |
# | ELU | $z$ | $e^z - 1$ | Clevert et al. 2015 |
# | SELU ★ | $\lambda z$ | $\lambda\alpha(e^z - 1)$ | Klambauer et al. 2017 |
# | maxout ★ | the largest of several linear functions of the inputs | | Goodfellow et al. 2013 |
#
# SELU's two numbers are $\lambda = 1.0507009873554805$ and $\alpha = 1.6732632423543772$. They are
# computed, not tuned: with them, layers keep a mean of 0 and a variance of 1 by themselves. Maxout
# has no fixed shape. It takes several weighted sums and keeps the largest; we write the one of the
# two lines $z$ and $az$, that is $\max(z, az)$.
#
# The marks show what the first three give, PReLU for $a = 0.25$:

# %% demo=true
places = [-4, -3, -2, -1, 0, 1, 2]
circles = {
    "leaky ReLU": [-0.04, -0.03, -0.02, -0.01, 0, 1, 2],
    "PReLU": [-1, -0.75, -0.5, -0.25, 0, 1, 2],
    "ELU": [-0.982, -0.95, -0.865, -0.632, 0, 1, 2],
}
plots.to_meet(places, circles, names=("z", "value"))

# %% [markdown]
# ### Exercise: `activation_table`
#
# Write the values **and** the slopes of all rows as one function, which returns a dictionary: for
# each name the pair (value, slope), both of the shape of $z$. Leaky ReLU, PReLU and ELU earn the
# points. SELU and maxout are optional (★): leave their two names out if you like, or write them for
# the pleasure of it. At $z = 0$ you may give either slope.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Every row has two parts, and so has its slope. Take the slope of each part by itself.
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.where(z > 0, right, left)`, once for the value and once for the slope. The slope of $e^z - 1$
# is not $e^z - 1$. PReLU's $a$ may also be above 1: does your formula still follow the table?
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A table with one row, for a function that is $z$ on the right and $-z^2$ on the left:
#
# ```python
# def table_of_one(z):
#     value = np.where(z > 0, z, -(z**2))
#     slope = np.where(z > 0, 1.0, -2 * z)
#     return {"bent": (value, slope)}
# ```
#
# </details></details></details>


# %% exercise="activation_table"
def activation_table(z, a):
    """Value and slope of leaky ReLU, PReLU and ELU; if you like, also of SELU and maxout.

    Parameters
    ----------
    z : array of any shape
    a : float
        PReLU's slope on the left, and maxout's second line a * z. Any number.

    Returns
    -------
    dict of str to (value, slope), two arrays of z's shape each
        Names: "leaky_relu", "prelu", "elu", and optionally "selu", "maxout".

    Example
    -------
    >>> activation_table(np.array([-2.0, 3.0]), 0.25)["prelu"]
    (array([-0.5, 3.]), array([0.25, 1.]))
    """
    ### BEGIN SOLUTION
    right = z > 0
    larger = z > a * z
    power = np.exp(np.minimum(z, 0))
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return {
        "leaky_relu": (np.where(right, z, 0.01 * z), np.where(right, 1.0, 0.01)),
        "prelu": (np.where(right, z, a * z), np.where(right, 1.0, a)),
        "elu": (np.where(right, z, power - 1), np.where(right, 1.0, power)),
        "selu": (
            scale * np.where(right, z, alpha * (power - 1)),
            scale * np.where(right, 1.0, alpha * power),
        ),
        "maxout": (np.where(larger, z, a * z), np.where(larger, 1.0, a)),
    }
    ### END SOLUTION


# %% setup=true
def row(table, name, z, a):
    """Value and slope of one activation of the table."""
    return table(z, a)[name]


# %% check="activation_table"
z = np.array([-2.0, -0.5, 1.5])
expected = np.array([-0.02, -0.005, 1.5]), np.array([0.01, 0.01, 1.0])
check(row, activation_table, "leaky_relu", z, 0.25, expected=expected)
expected = np.array([-0.5, -0.125, 1.5]), np.array([0.25, 0.25, 1.0])
check(row, activation_table, "prelu", z, 0.25, expected=expected)
expected = np.array([-4.0, -1.0, 1.5]), np.array([2.0, 2.0, 1.0])
check(row, activation_table, "prelu", z, 2.0, expected=expected)
expected = np.array([-0.86466472, -0.39346934, 1.5]), np.array([0.13533528, 0.60653066, 1.0])
check(row, activation_table, "elu", z, 0.25, expected=expected)

# %% [markdown]
# Every slope can be measured, as in unit 01. Here are all the rows that your table has, the
# optional ones too:

# %%
z, h = np.array([-1.2, 0.7]), 1e-6
above, below = activation_table(z + h, 0.25), activation_table(z - h, 0.25)
for name, (_, slope) in activation_table(z, 0.25).items():
    measured = (above[name][0] - below[name][0]) / (2 * h)
    print(f"{name:10}  slopes {slope.round(4)}  measured {measured.round(4)}")

# %% [markdown]
# > **Predict.** Which of the eight have a slope of nearly 0 at $z = -6$, which of them exactly 0? And
# > at $z = 6$? Look them up in the figure, which draws **your** functions.

# %% demo=true
from nand2resnet.widgets import ActivationExplorer

ActivationExplorer(
    {
        "sigmoid": (sigmoid, sigmoid_derivative),
        "tanh": (tanh, tanh_derivative),
        "relu": (relu, relu_derivative),
    },
    activation_table,
)

# %% [markdown]
# ### Which one, then?
#
# | | slope | saturates | mean output near 0 | can die | cost | extra parameters |
# |---|---|---|---|---|---|---|
# | sigmoid | at most ¼ | both sides | no, always above 0 | no | exponential | 0 |
# | tanh | at most 1 | both sides | yes | no | exponential | 0 |
# | ReLU | 0 or 1 | left | no, never below 0 | yes | a comparison | 0 |
# | leaky ReLU | 0.01 or 1 | no | hardly better | no | a comparison | 0 |
# | PReLU | $a$ or 1 | no, while $a \ne 0$ | depends on $a$ | only if $a$ becomes 0 | a comparison | 1 a unit, or a channel |
# | ELU | above 0 | left, at $-1$ | nearly | hardly | exponential | 0 |
# | SELU | above 0 | left, at $-\lambda\alpha$ | yes, keeps itself there | hardly | exponential | 0 |
# | maxout | that of its largest line | no | depends on its lines | no | $k$ weighted sums | $k$ times the weights |
#
# Saturation is not always bad. To the left, ELU and SELU answer "absent" with nearly the same number
# whether the evidence is slightly or wildly against it, which makes them **robust to noise**; a
# leaky ReLU passes the noise on.
#
# Why does the mean matter? If all inputs of a unit are positive, then for each example the gradients
# of its weights all have the same sign: its weights can only rise together or fall together.
#
# Let us measure some of this. First, 200 random inputs go through 30 random layers: does the mean stay
# near 0, and do the outputs still differ from input to input (their spread)? Second, $z = -10$ with
# noise of spread 1: how much of the noise comes through?
#
# > **Predict.** Behind which activations will all inputs look alike after 30 layers?

# %%
everything = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}
for name in activation_table(np.zeros(1), 0.25):
    everything[name] = lambda z, name=name: activation_table(z, 0.25)[name][0]
for name, g in everything.items():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 100))
    for _ in range(30):
        x = g(x @ rng.normal(size=(100, 100)) / 10)
    noisy, spread = g(-10 + rng.normal(size=10_000)).std(), x.std(axis=0).mean()
    print(f"{name:10}  mean {x.mean():8.5f}  spread {spread:.5f}  of noise at -10: {noisy:.5f}")

# %% [markdown]
# With these weights ReLU and its leaky kin fade away (unit 07 will say which weights they want), and
# behind the sigmoids nothing at all is left of the difference between one input and another. $\tanh$ and
# ELU keep about a tenth. If you wrote SELU: mean near 0, spread near 1. That is what
# *self-normalising* means. And of the noise at $z = -10$, ELU lets through a ninetieth of what the leaky
# ReLU does.
#
# So which one? Begin with ReLU. It is the cheapest, and it is what most networks in this course use.
# If many units die, lower the learning rate first and then try a leaky one or ELU. Take $\tanh$ where
# outputs have to be bounded on both sides, the sigmoid where they are probabilities.

# %% [markdown]
# > **Check the source.** The notes this course follows list "will not die" among the advantages of
# > leaky ReLU, and dead units among its problems, one line apart. The first is right: with the
# > slope 0.01 on the left some gradient always comes through. They also write PReLU as
# > $\max(\alpha z, z)$, for every $\alpha$. **Predict** what that gives for $\alpha = 2$.

# %%
z = np.array([-2.0, -1.0, 1.0, 2.0])
for a in (0.25, 2.0):
    print(
        f"a = {a}: az left, z right {np.where(z > 0, z, a * z)}  max(az, z) {np.maximum(a * z, z)}"
    )

# %% [markdown]
# The bend has turned round: for $a > 1$ the larger of the two lines is $az$ on the *right*. The short
# form needs $a \le 1$, and a learned $a$ has promised nothing of the kind.

# %% [markdown]
# ## 4. What should being wrong cost?
#
# The cost of unit 02 was a mean of squares. Whatever cost we choose, descent and the layers to come
# need two things from it:
#
# 1. it is a **mean over the examples**, $C = \frac1n\sum_i C_i$, so that a minibatch can estimate it;
# 2. each $C_i$ depends on the weights **only through the network's output**, $C_i = L(y(x^i), y^i)$, so
#    that the output is where all gradients begin.
#
# ### Squares, and an output that is a class
#
# A sigmoid output $a = \sigma(z)$ is to say 1. With the squared error, $C = \frac12 (a - 1)^2$, the
# slope is $\dfrac{dC}{dz} = (a - 1)\,\sigma'(z)$.
#
# > **Predict.** One unit says 0.9 where it should say 1, another 0.002. Which of them gets the
# > larger slope, and so learns faster?

# %%
for z in (2.2, 0.0, -2.2, -6.2):
    a = sigmoid(z)
    print(f"says {a:.3f}:  squares {(a - 1) * sigmoid_derivative(z):8.4f}   a - y {a - 1:8.4f}")

# %% [markdown]
# The unit that is nearly right learns four times as fast as the one that is hopelessly wrong: far off
# it is saturated, and $\sigma'$ swallows the slope. That is why $L_2$, and $L_1$ as well, do badly for classes. The last column is what one
# would wish for: simply the error, $a - y$.
#
# Is there a cost with that slope? Read the output as a probability. If $a$ is the probability of
# class 1, then what really happened had the probability $a$ if $y = 1$ and $1 - a$ if $y = 0$. Make it
# as large as possible; that is, make its negative logarithm as small as possible:
#
# $$L(a, y) = -\bigl[\,y \ln a + (1 - y)\ln(1 - a)\,\bigr] \qquad\text{(the \textbf{log loss}).}$$
#
# ### Exercise: `log_loss`
#
# The mean of the log loss over the examples. All $a$ lie strictly between 0 and 1.
#
# <details><summary>Hint 1, a nudge</summary>
#
# For each example one of the two terms is 0. Which one, if $y = 1$?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `a` and `y` are arrays of the same length: write the bracket as it stands and take `np.mean`. And
# mind the minus in front of it: a loss is never negative.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Brier's score, the mean squared difference between probabilities and what happened, in the same
# two-term form:
#
# ```python
# def brier(a, y):
#     return np.mean(y * (1 - a) ** 2 + (1 - y) * a**2)
# ```
#
# </details></details></details>


# %% exercise="log_loss"
def log_loss(a, y):
    """The mean log loss of predicted probabilities.

    Parameters
    ----------
    a : array (N,)
        The predicted probability of class 1, strictly between 0 and 1.
    y : array (N,)
        The true class, 0 or 1.

    Returns
    -------
    float

    Example
    -------
    >>> log_loss(np.array([0.5, 0.25]), np.array([1, 0]))
    0.490414627
    """
    ### BEGIN SOLUTION
    return -np.mean(y * np.log(a) + (1 - y) * np.log(1 - a))
    ### END SOLUTION


# %% check="log_loss"
check(log_loss, np.array([0.8]), np.array([1]), expected=0.22314355)
check(log_loss, np.array([0.5, 0.25, 0.995]), np.array([1, 0, 1]), expected=0.32861393)
check(log_loss, np.array([0.8]), np.array([0]), expected=1.60943791)

# %% [markdown]
# And its slope? $\dfrac{dL}{da} = \dfrac{a - y}{a(1 - a)}$, and $\sigma'(z) = a(1 - a)$ cancels the
# denominator. What is left is $a - y$, the very thing we wished for. Measure it, and count how many
# steps it takes a unit to get from "0.002" to "more likely than not":

# %%
for name, slope in (("squares ", lambda a: (a - 1) * a * (1 - a)), ("log loss", lambda a: a - 1)):
    z, steps = -6.2, 0
    while sigmoid(z) < 0.5:
        z, steps = z - slope(sigmoid(z)), steps + 1
    print(f"{name}: {steps} steps of learning rate 1")
z, h = -6.2, 1e-5
losses = [log_loss(np.array([sigmoid(z + s)]), np.array([1])) for s in (h, -h)]
print(f"slope of the log loss, measured: {(losses[0] - losses[1]) / (2 * h):.4f}")

# %% [markdown]
# ### And when the output is a number
#
# The same reasoning leads back to squares where they belong. If the true $y$ scatters around the
# output $a = z$ like a bell curve (a **Gaussian** with spread 1), its negative log density is
#
# $$-\ln\!\left(\tfrac{1}{\sqrt{2\pi}}\,e^{-(y - a)^2/2}\right) = \tfrac12 (y - a)^2 + \text{a constant},$$
#
# with the slope $a - y$ once more. Each kind of output has the loss that belongs to it: a **linear**
# output and squares, a **sigmoid** output and the log loss, and, for more than two classes, the pair
# that we build now. In all three the slope at the output is *what it said minus what is true*.

# %% [markdown]
# ## 5. From scores to probabilities
#
# Ten classes, ten **scores**: any numbers $z_0, \dots, z_9$, the higher the more likely. (Scores are
# also called *logits*.) To read them as probabilities, make them positive and then make them sum
# to 1:
#
# $$\operatorname{softmax}(z)_j = \frac{e^{z_j}}{\sum_k e^{z_k}} .$$
#
# ### Exercise: `softmax`
#
# For one row of scores or for a batch, a row for each example. Scores of $\pm 1000$ are to be no
# trouble.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Add the same number $c$ to all scores of a row. What happens to $e^c$ in the fraction? Which $c$ would
# keep every exponential from being too large?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Subtract the largest score **of each row**: then the largest exponent is 0. With `axis=-1` and
# `keepdims=True`, one line serves both `(C,)` and `(N, C)`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Shares of a total, for one shop or a shop a row:
#
# ```python
# def shares(sales):
#     return sales / np.sum(sales, axis=-1, keepdims=True)
# ```
#
# </details></details></details>


# %% exercise="softmax"
def softmax(z):
    """Turn scores into probabilities, row by row, without overflow.

    Parameters
    ----------
    z : array (C,) or (N, C)
        Scores of C classes; for N examples one row each.

    Returns
    -------
    array of z's shape
        Positive, and every row sums to 1.

    Example
    -------
    >>> softmax(np.array([0.0, np.log(3.0)]))
    array([0.25, 0.75])
    """
    ### BEGIN SOLUTION
    powers = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)
    ### END SOLUTION


# %% check="softmax"
check(softmax, np.array([0.0, np.log(3.0)]), expected=np.array([0.25, 0.75]))
check(softmax, np.array([3.0, 1.0, 2.0]), expected=np.array([0.66524096, 0.09003057, 0.24472847]))
z = np.array([[0.0, 0.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0]])
expected = np.array([[0.25, 0.25, 0.25, 0.25], [0.0320586, 0.08714432, 0.23688282, 0.64391426]])
check(softmax, z, expected=expected)
z = np.array([[1000.0, 1001.0], [-1000.0, -1001.0]])
expected = np.array([[0.26894142, 0.73105858], [0.73105858, 0.26894142]])
check(softmax, z, expected=expected)

# %% [markdown]
# Four properties, each of them visible in the formula:
#
# 1. every probability is positive (in exact arithmetic; a computer may round $e^{-800}$ to 0);
# 2. they sum to 1;
# 3. raise one score, and its probability grows while all the others shrink;
# 4. if one score is far above the rest, its probability is nearly 1 and the others nearly 0.
#
# The last one is why it is a **smooth version of argmax**, which says 1 for the largest and 0 for all
# others. ("Softargmax" would have been the better name.) Divide the scores by a **temperature** $T$
# first, and you can choose how soft.
#
# > **Predict.** What becomes of the probabilities for $T \to 0$? For $T \to \infty$? And what happens
# > if you add 1000 to all the scores?

# %% demo=true
from nand2resnet.widgets import SoftmaxTemperature

SoftmaxTemperature(softmax)

# %% [markdown]
# With two classes softmax is nothing new: $\dfrac{e^{z_1}}{e^{z_0} + e^{z_1}} = \sigma(z_1 - z_0)$.

# %%
print(softmax(np.array([0.3, 1.7]))[1], sigmoid(1.7 - 0.3))

# %% [markdown]
# ### Exercise: `log_softmax`
#
# The loss will need the *logarithm* of a probability. The probability may round to 0, and then its
# logarithm is $-\infty$, though the true value is a perfectly harmless number such as $-2000$. So let
# the logarithm and the exponential cancel on paper, **before** anything is computed:
#
# $$\ln\frac{e^{z_j}}{\sum_k e^{z_k}} = z_j - \ln\sum_k e^{z_k} .$$
#
# <details><summary>Hint 1, a nudge</summary>
#
# Is $\sum_k e^{z_k}$ safe at $z = 1000$? What did you do about it in `softmax`, and does it do any harm
# here?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Shift each row so that its largest score is 0, and use the shifted scores on *both* sides of the
# minus sign. `softmax` itself is of no use here.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The logarithm of a mean of exponentials, safely, of one row:
#
# ```python
# def log_mean_exp(z):
#     largest = np.max(z)
#     return largest + np.log(np.mean(np.exp(z - largest)))
# ```
#
# </details></details></details>


# %% exercise="log_softmax"
def log_softmax(z):
    """The logarithm of softmax, row by row, exact also where softmax rounds to 0.

    Parameters
    ----------
    z : array (C,) or (N, C)
        Scores of C classes; for N examples one row each.

    Returns
    -------
    array of z's shape

    Example
    -------
    >>> log_softmax(np.array([1000.0, -1000.0]))
    array([0., -2000.])
    """
    ### BEGIN SOLUTION
    shifted = z - np.max(z, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))
    ### END SOLUTION


# %% check="log_softmax"
expected = np.array([-0.40760596, -2.40760596, -1.40760596])
check(log_softmax, np.array([3.0, 1.0, 2.0]), expected=expected)
z = np.array([[0.0, 0.0], [0.0, np.log(3.0)]])
expected = np.array([[-0.69314718, -0.69314718], [-1.38629436, -0.28768207]])
check(log_softmax, z, expected=expected)
z = np.array([[1000.0, -1000.0], [-1000.0, -1000.0]])
expected = np.array([[0.0, -2000.0], [-0.69314718, -0.69314718]])
check(log_softmax, z, expected=expected)

# %% [markdown]
# ## 6. Cross entropy
#
# With a probability for every class, the loss of an example is again the negative logarithm of the
# probability of what is true. In the notation of unit 02, with the true class $y^i$ of example $i$:
#
# $$C = -\frac1n \sum_i \ln p^i_{\,y^i} .$$
#
# ### Exercise: `cross_entropy`
#
# `p` is a batch of probabilities, a row for each example, `y` the classes as whole numbers. The
# probabilities of the true classes are all above 0.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Of each row you need exactly one entry. How many numbers is that for N examples?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `p[rows, y]` with `rows = np.arange(len(y))` picks entry `y[0]` of row 0, entry `y[1]` of row 1 and
# so on. `p[:, y]` is something else: look at its shape.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The mean price of what was bought, from a table with a row for each customer:
#
# ```python
# def mean_price(prices, bought):
#     customers = np.arange(len(bought))
#     return np.mean(prices[customers, bought])
# ```
#
# </details></details></details>


# %% exercise="cross_entropy"
def cross_entropy(p, y):
    """The mean negative log probability of the true classes.

    Parameters
    ----------
    p : array (N, C)
        Probabilities: every row sums to 1.
    y : array (N,) of int
        The true classes, from 0 to C - 1.

    Returns
    -------
    float

    Example
    -------
    >>> cross_entropy(np.array([[0.25, 0.75], [0.5, 0.5]]), np.array([1, 0]))
    0.490414627
    """
    ### BEGIN SOLUTION
    return -np.mean(np.log(p[np.arange(len(y)), y]))
    ### END SOLUTION


# %% check="cross_entropy"
check(cross_entropy, np.array([[0.2, 0.7, 0.1]]), np.array([1]), expected=0.35667494)
p = np.array([[0.2, 0.7, 0.1], [0.5, 0.2, 0.3], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3]])
check(cross_entropy, p, np.array([1, 0, 2, 2]), expected=0.61923462)

# %% [markdown]
# > **Check the source.** The notes argue that the loss is at least 0 because $\ln x < 0$ on $[0, 1]$.
# > Nearly: $\ln 1 = 0$. A classifier that is certain *and* right has a loss of exactly 0, and that is
# > the only way to get there. It is the other end of the interval that hurts. **Predict** the last
# > line.

# %%
for probability in (1.0, 0.99, 0.5, 0.01, 1e-10):
    print(f"true class has probability {probability:g}: loss {np.log(1 / probability):.3f}")

# %% [markdown]
# The name comes from a more general quantity. Let $P$ be what is true and $Q$ what is believed, two
# distributions over the same classes. The **cross entropy** between them is
#
# $$H(P, Q) = -\sum_j P_j \ln Q_j .$$
#
# It is your mean surprise if the world follows $P$ and you expected $Q$.
#
# ### Exercise: `entropy_between`
#
# A class that never happens ($P_j = 0$) never surprises: its term is 0, even if $Q_j = 0$. A class
# that happens although you held it to be impossible ($P_j > 0$, $Q_j = 0$) surprises without limit:
# then $H = \infty$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What does NumPy say to `0 * np.log(0)`? It knows neither that you mean 0 nor why.
#
# <details><summary>Hint 2, a pointer</summary>
#
# Leave the classes with $P_j = 0$ out before taking any logarithm: `P > 0` is a mask. After that
# $-\infty$ comes by itself where it belongs.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# $\sum_j P_j / Q_j$ over those classes that happen:
#
# ```python
# def mean_odds(P, Q):
#     happens = P > 0
#     return np.sum(P[happens] / Q[happens])
# ```
#
# </details></details></details>


# %% exercise="entropy_between"
def entropy_between(P, Q):
    """The cross entropy H(P, Q) of two distributions, in natural units.

    Parameters
    ----------
    P : array (C,)
        What is true: at least 0, sums to 1.
    Q : array (C,)
        What is believed: at least 0, sums to 1.

    Returns
    -------
    float
        Infinite where something happens that Q holds to be impossible.

    Example
    -------
    >>> entropy_between(np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.75, 0.0]))
    0.836988216
    """
    ### BEGIN SOLUTION
    happens = P > 0
    return -np.sum(P[happens] * np.log(Q[happens]))
    ### END SOLUTION


# %% check="entropy_between"
P, Q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.2, 0.6])
check(entropy_between, P, Q, expected=1.38971526)
check(entropy_between, Q, P, expected=1.34508674)
check(entropy_between, np.array([0.0, 1.0]), np.array([0.0, 1.0]), expected=0.0)
check(entropy_between, np.array([0.5, 0.5]), np.array([1.0, 0.0]), expected=np.inf)

# %% [markdown]
# > **Predict.** For a fixed $P$, which $Q$ gives the smallest $H(P, Q)$? Is that smallest value 0?
# > And if $P$ is certain of one class, which earlier exercise does $H$ become?

# %%
P = np.array([0.7, 0.3])
for q in (0.5, 0.6, 0.7, 0.8, 0.9):
    print(f"Q = ({q}, {1 - q:.1f}): H = {entropy_between(P, np.array([q, 1 - q])):.4f}")
p = np.array([0.2, 0.7, 0.1])
print(entropy_between(np.array([0, 1, 0]), p), cross_entropy(p[np.newaxis], np.array([1])))

# %% [markdown]
# The best belief is the truth. What is left then, $H(P, P)$, is the **entropy** of $P$: the surprise
# that nobody can avoid. With a label, $P$ is 1 for one class and 0 for the others, and $H(P, Q)$ is
# the loss of one example.
#
# ### The likelihood, once more
#
# Statisticians come here from another side. A **generalised linear model** for several classes (a
# *multinomial* outcome) has the probabilities
#
# $$p(y = i \mid x) = \frac{e^{\theta_i \cdot x}}{\sum_j e^{\theta_j \cdot x}} :$$
#
# linear scores and softmax. If the examples are independent, the probability of all their labels
# together is a product, the **likelihood** $\prod_i p(y^i \mid x^i)$. Its logarithm is a sum, and
#
# $$C = -\frac1n \ln(\text{likelihood}) .$$
#
# The smallest cross entropy *is* the maximum likelihood.

# %%
p = softmax(np.array([[2.0, 1.0, 0.0], [0.0, 0.5, 1.0], [1.0, 1.0, 1.0]]))
y = np.array([0, 2, 1])
likelihood = p[0, 0] * p[1, 2] * p[2, 1]
print("likelihood", likelihood, " C:", cross_entropy(p, y), -np.log(likelihood) / 3)

# %% [markdown]
# ### Exercise: `softmax_loss`
#
# Now the layer with which nearly every classifier ends: from scores straight to the loss **and** its
# gradient. For one example with the true class $y$ the gradient is
#
# $$\frac{\partial L}{\partial z_j} = p_j - [\,j = y\,], \qquad p = \operatorname{softmax}(z),$$
#
# where $[\,j = y\,]$ is 1 for the true class and 0 for the others: what it said minus what is true.
# (That it is so, you will derive yourself in a moment.) The loss is the mean over the batch, so what
# is the gradient of that? Scores of $\pm 1000$ must give finite numbers.
#
# <details><summary>Hint 1, a nudge</summary>
#
# If the whole batch were written twice, the loss would stay the same. What would happen to the
# gradient of one row?
#
# <details><summary>Hint 2, a pointer</summary>
#
# The loss needs logarithms of probabilities, the gradient needs the probabilities themselves. You
# have a safe function for each. `dscores[rows, y] -= 1` takes 1 from one entry in every row.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Loss and gradient of squares against one-hot labels, a mean over the rows:
#
# ```python
# def squared_loss(scores, y):
#     rows = np.arange(len(y))
#     difference = scores.copy()
#     difference[rows, y] -= 1
#     return np.sum(difference**2) / (2 * len(y)), difference / len(y)
# ```
#
# </details></details></details>


# %% exercise="softmax_loss"
def softmax_loss(scores, y):
    """Mean cross entropy of the softmax of scores, and its gradient.

    Parameters
    ----------
    scores : array (N, C)
    y : array (N,) of int
        The true classes, from 0 to C - 1.

    Returns
    -------
    loss : float
    dscores : array (N, C)
        The gradient of the loss with respect to the scores.

    Example
    -------
    >>> softmax_loss(np.array([[0.0, np.log(3.0)]]), np.array([1]))
    (0.287682072, array([[0.25, -0.25]]))
    """
    ### BEGIN SOLUTION
    rows = np.arange(len(y))
    loss = -np.mean(log_softmax(scores)[rows, y])
    dscores = softmax(scores)
    dscores[rows, y] -= 1
    return loss, dscores / len(y)
    ### END SOLUTION


# %% setup=true
def loss_for(f, scores, y):
    """The loss, without the gradient."""
    return f(scores, y)[0]


def gradient_for(f, scores, y):
    """The gradient, without the loss."""
    return f(scores, y)[1]


two_labels = np.array([2, 0])


def loss_at(scores):
    """Your loss of two rows of scores, with the true classes 2 and 0."""
    return loss_for(softmax_loss, scores, two_labels)


def slope_at(scores):
    """Your gradient of the same."""
    return gradient_for(softmax_loss, scores, two_labels)


# %% check="softmax_loss"
scores = np.array([[3.0, 1.0, 2.0], [0.0, 0.5, -1.0]])
check(loss_for, softmax_loss, scores, two_labels, expected=1.25586828)
expected = np.array([[0.33262048, 0.04501529, -0.37763576], [-0.33425052, 0.27327469, 0.06097583]])
check(gradient_for, softmax_loss, scores, two_labels, expected=expected)
check.gradient(slope_at, loss_at, scores)
scores = np.array([[1000.0, 0.0, -1000.0], [-1000.0, -1000.0, -1000.0]])
check(loss_for, softmax_loss, scores, two_labels, expected=1000.54930614)
expected = np.array([[0.5, 0.0, -0.5], [-1 / 3, 1 / 6, 1 / 6]])
check(gradient_for, softmax_loss, scores, two_labels, expected=expected)

# %% [markdown] question="softmax_gradient" points=3
# ### Written question: where the gradient comes from
#
# Derive, for one example with scores $z_0, \dots, z_{C-1}$ and the true class $y$,
#
# $$\frac{\partial L}{\partial z_j} = p_j - [\,j = y\,] \qquad\text{from}\qquad
# L = -\ln p_y, \quad p_j = \frac{e^{z_j}}{\sum_k e^{z_k}} .$$
#
# Say at each step which rule you use. Then answer in a sentence or two: why do the entries of this
# gradient always sum to 0, and which property of softmax is behind it? (A human reads this. Between
# dollar signs you can write formulas, as in `$p_j$`; plain text such as `p_j` will do as well.)
#
# ### BEGIN SOLUTION
# The logarithm of the fraction is a difference, so the exponential in the numerator cancels:
# $L = -z_y + \ln \sum_k e^{z_k}$. (1 point: the loss written with the logarithm of the sum, or the
# quotient rule for both cases $j = y$ and $j \ne y$ carried out correctly.)
#
# The first term has the derivative $-1$ for $j = y$ and $0$ for every other $j$: $-[\,j = y\,]$. For
# the second, the chain rule gives one over the sum, times the derivative of the sum. Only the term
# with $k = j$ depends on $z_j$, and $e^{z_j}$ is its own derivative, so it is
# $e^{z_j} / \sum_k e^{z_k} = p_j$. Together, $p_j - [\,j = y\,]$. (1 point: both cases, with the chain
# rule.)
#
# The entries sum to $\sum_j p_j - 1 = 0$, since probabilities sum to 1. Behind it is that adding the
# same number to all scores changes no probability and so no loss: along that direction the slope is
# 0, and this slope is the sum of the entries. (1 point: the sum of the probabilities and the shift.)
# ### END SOLUTION

# %% [markdown]
# ## 7. Reading digits
#
# Everything is there. A picture of 8 by 8 pixels is a row of 64 numbers; ten units, one for each
# digit, look at it; softmax and cross entropy judge them. There is no hidden layer yet.
#
# The score of class $j$ is $x \cdot w_j + b_j$, where $w_j$ is column $j$ of $W$: again 64 numbers, so
# again a picture. The score is large where ink meets a large weight, so $w_j$ is a **template** for
# digit $j$, laid over the picture to see how well it fits.
#
# **Worked:** templates made by hand, the mean picture of each digit. (The bias makes up for
# templates with much ink, which would fit everything.)

# %%
means = np.stack([X_train[y_train == digit].mean(axis=0) for digit in range(10)], axis=1)
scores = X_test @ means - np.sum(means**2, axis=0) / 2
right = scores.argmax(axis=1) == y_test
print(f"W {means.shape}, scores {scores.shape}: {right.sum()} of {len(right)} digits read")

# %% [markdown]
# Not bad for templates that have never seen the *other* digits. Learned ones should do better.
#
# ### Exercise: `linear_classifier_loss`
#
# The loss of the classifier and its gradients, with a penalty that keeps the weights small (unit 08
# is about such penalties; here it is one more term to get right):
#
# $$C = \text{softmax loss of } XW + b \;+\; \tfrac12\,\lambda \sum W^2 .$$
#
# $\lambda$ is called `l2` in the code. The biases are not penalised. With `dscores`, $(N, C)$, from
# your `softmax_loss`, the chain rule gives $X^{\mathsf T}\,\text{dscores}$ for $W$, and for $b$ the
# sum of `dscores` over the examples. (Check the shapes: there is hardly another way to multiply
# them.) Do not forget the penalty's own gradient.
#
# <details><summary>Hint 1, a nudge</summary>
#
# `softmax_loss` has already taken the mean. Is there anything left to divide by N?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `dW` has the shape of `W`, `db` that of `b`. The derivative of $\tfrac12\lambda w^2$ is $\lambda w$.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The same with squares in the place of the softmax loss, and a penalty without the $\tfrac12$:
#
# ```python
# def linear_squares_loss(W, b, X, Y, l2):
#     difference = X @ W + b - Y
#     loss = np.sum(difference**2) / (2 * len(X)) + l2 * np.sum(W**2)
#     d = difference / len(X)
#     return loss, X.T @ d + 2 * l2 * W, np.sum(d, axis=0)
# ```
#
# </details></details></details>


# %% exercise="linear_classifier_loss"
def linear_classifier_loss(W, b, X, y, l2):
    """Softmax loss of a linear classifier with a penalty on its weights, and the gradients.

    Parameters
    ----------
    W : array (D, C)
    b : array (C,)
    X : array (N, D)
        Examples, one a row.
    y : array (N,) of int
        The true classes, from 0 to C - 1.
    l2 : float
        The penalty is 1/2 * l2 * (sum of all W**2).

    Returns
    -------
    loss : float
    dW : array (D, C)
    db : array (C,)

    Example
    -------
    >>> linear_classifier_loss(np.zeros((1, 2)), np.zeros(2), np.ones((1, 1)), np.array([0]), 0.1)
    (0.693147181, array([[-0.5, 0.5]]), array([-0.5, 0.5]))
    """
    ### BEGIN SOLUTION
    data_loss, dscores = softmax_loss(X @ W + b, y)
    loss = data_loss + 0.5 * l2 * np.sum(W**2)
    return loss, X.T @ dscores + l2 * W, np.sum(dscores, axis=0)
    ### END SOLUTION


# %% setup=true
tiny_W, tiny_b = np.array([[1.0, -1.0, 0.5], [0.0, 2.0, -0.5]]), np.array([0.1, -0.2, 0.0])
tiny_X = np.array([[1.0, 2.0], [0.0, 1.0], [-1.0, 0.5], [2.0, 0.0]])
tiny_y = np.array([0, 1, 1, 2])  # four small examples


def loss_by(f, W, b, l2):
    """The loss that f gives for the four small examples."""
    return f(W, b, tiny_X, tiny_y, l2)[0]


def dW_by(f, W, b, l2):
    """The gradient of the weights for them."""
    return f(W, b, tiny_X, tiny_y, l2)[1]


def db_by(f, W, b, l2):
    """The gradient of the biases for them."""
    return f(W, b, tiny_X, tiny_y, l2)[2]


# %% setup=true
def loss_of_weights(W):
    """Your loss as a function of the weights alone."""
    return loss_by(linear_classifier_loss, W, tiny_b, 0.1)


def slope_of_weights(W):
    """Your dW as a function of the weights alone."""
    return dW_by(linear_classifier_loss, W, tiny_b, 0.1)


# %% check="linear_classifier_loss"
f = linear_classifier_loss
check(loss_by, f, tiny_W, tiny_b, 0.0, expected=0.92019275)
check(loss_by, f, tiny_W, tiny_b, 0.1, expected=1.24519275)
dW = np.array([[0.14412817, 0.24174366, -0.38587182], [-0.38216955, 0.33898917, 0.04318038]])
check(dW_by, f, tiny_W, tiny_b, 0.0, expected=dW)
db = np.array([0.02339187, 0.1206606, -0.14405248])
check(db_by, f, tiny_W, tiny_b, 0.1, expected=db)
dW = np.array([[0.24412817, 0.14174366, -0.33587182], [-0.38216955, 0.53898917, -0.00681962]])
check(dW_by, f, tiny_W, tiny_b, 0.1, expected=dW)
check.gradient(slope_of_weights, loss_of_weights, tiny_W)

# %% [markdown]
# > **Predict.** A classifier with all weights and biases 0 knows nothing about digits. What is its
# > loss on ten classes? (You need no computer for this one.)

# %%
loss, dW, db = linear_classifier_loss(np.zeros((64, 10)), np.zeros(10), X_train, y_train, 0.0)
print(f"loss {loss:.6f}, ln 10 = {np.log(10):.6f}")

# %% [markdown]
# Every probability is a tenth, so the loss is $-\ln\tfrac1{10} = \ln 10$. Whenever a network starts
# to learn, look for this number first. If it is not there, something is wrong before anything has
# been learnt. From there the loss should fall. With a learning rate of 1 and no penalty it goes
# through these circles:

# %% demo=true
circles = {"training pictures": [2.303, 1.531, 1.108, 0.723, 0.462, 0.305]}
plots.to_meet([0, 5, 10, 20, 40, 80], circles, names=("steps of descent", "loss"))

# %% [markdown]
# ### Exercise: `train_linear_classifier`
#
# Train it, by plain descent on all the examples at once: start with all weights and biases at 0, and
# take `steps` steps of learning rate `lr`. There are as many classes as the largest label says. Then
# write `predict`, which says for each example the class with the highest score.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What are the shapes of $W$ and $b$, told from `X` and `y` alone? Labels begin at 0: with a largest
# label of 9, how many classes are there?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Compute both gradients first and change `W` and `b` after that. `argmax` along the classes gives
# the predictions, and it needs no probabilities: softmax keeps the order of the scores.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Descent of another cost with two kinds of parameters, $\sum (Xw + c - t)^2 / 2n$:
#
# ```python
# def fit_plane(X, t, lr, steps):
#     w, c = np.zeros(X.shape[1]), 0.0
#     for _ in range(steps):
#         difference = (X @ w + c - t) / len(t)
#         w, c = w - lr * (X.T @ difference), c - lr * np.sum(difference)
#     return w, c
# ```
#
# </details></details></details>


# %% exercise="train_linear_classifier"
def train_linear_classifier(X, y, lr, l2, steps):
    """Train by full-batch gradient descent from zero weights and biases.

    Parameters
    ----------
    X : array (N, D)
    y : array (N,) of int
        The true classes, from 0 to C - 1; the largest is C - 1.
    lr : float
    l2 : float
    steps : int

    Returns
    -------
    (W, b) : arrays (D, C) and (C,)

    Example
    -------
    >>> train_linear_classifier(np.array([[1.0]]), np.array([1]), 1.0, 0.0, 1)
    (array([[-0.5, 0.5]]), array([-0.5, 0.5]))
    """
    ### BEGIN SOLUTION
    classes = np.max(y) + 1
    W, b = np.zeros((X.shape[1], classes)), np.zeros(classes)
    for _ in range(steps):
        _, dW, db = linear_classifier_loss(W, b, X, y, l2)
        W, b = W - lr * dW, b - lr * db
    return W, b
    ### END SOLUTION


def predict(params, X):
    """The class with the highest score, array (N,) of int; params = (W, b)."""
    ### BEGIN SOLUTION
    W, b = params
    return np.argmax(X @ W + b, axis=1)
    ### END SOLUTION


# %% setup=true
def trained(train_it, lr, l2, steps):
    """W and b after training on the four small examples."""
    return train_it(tiny_X, tiny_y, lr, l2, steps)


# %% check="train_linear_classifier"
W = np.array([[0.04166667, -0.20833333, 0.16666667], [0.10416667, 0.04166667, -0.14583333]])
b = np.array([-0.04166667, 0.08333333, -0.04166667])
check(trained, train_linear_classifier, 0.5, 0.0, 1, expected=(W, b))
W = np.array([[0.08495999, -0.46055842, 0.37559843], [0.23656174, 0.09074439, -0.32730613]])
b = np.array([-0.14320515, 0.23494902, -0.09174387])
check(trained, train_linear_classifier, 0.5, 0.2, 3, expected=(W, b))
b = np.array([0.1, -0.2, 2.0])
check(predict, (tiny_W, b), tiny_X, expected=np.array([1, 1, 1, 2]))

# %% [markdown]
# > **Predict.** How many of the 299 test pictures will be read correctly after 1 step, after 10,
# > after 300?

# %%
for steps in (1, 10, 100, 300):
    params = train_linear_classifier(X_train, y_train, 1.0, 1e-3, steps)
    shares = [np.mean(predict(params, X) == y) for X, y in ((X_train, y_train), (X_test, y_test))]
    print(
        f"{steps:3} steps: {shares[0]:.1%} of the training pictures, {shares[1]:.1%} of the others"
    )

# %% [markdown]
# Now watch what the ten units see. Each column of $W$ is drawn as a picture: where a template is
# blue, ink speaks *for* this digit; where it is orange and hatched, *against* it.
#
# > **Predict.** After one step from zero, the template of the 0 will be... what? (Look at the formula
# > of `dW`.) And which part of the template of the 0 will turn most strongly against ink?

# %% demo=true
from nand2resnet.widgets import ClassTemplates

ClassTemplates(train_linear_classifier, train, test)

# %% [markdown]
# Nobody drew these. After the first step, each template is a mean picture of its digit minus a mean
# picture of all digits; from then on every mistake adds a little of the picture to the template that
# should have won and takes it from those that were too loud.
#
# Which ones does it still get wrong?

# %% demo=true
params = train_linear_classifier(X_train, y_train, 1.0, 1e-3, 300)
said = predict(params, X_test)
wrong = np.flatnonzero(said != y_test)[:12]
titles = [f"{y_test[i]}, read as {said[i]}" for i in wrong]
plots.images(test.images[wrong], titles=titles)

# %% [markdown]
# Some of these a human would get wrong as well. Others are clear, but drawn unlike most: one template
# for each digit has to fit *every* way to write it. To have several, and to combine them, takes a
# hidden layer. To train that, gradients must get through it.

# %% [markdown]
# ## What we learnt, where next
#
# * A unit weighs, then bends. Without the bend all layers collapse into one.
# * Every activation has a value and a slope. Where the slope is nearly 0 it is saturated, where it
#   is exactly 0 for every input it is dead. ReLU first; the others when there is a reason.
# * The loss belongs to the output: squares to a linear one, log loss to a sigmoid, cross entropy to a
#   softmax. Then the slope at the output is always *said minus true*.
# * All three are negative log likelihoods. Squares on a sigmoid learn least where it is most wrong.
# * Subtract the largest score; cancel the logarithm on paper before you compute.
# * A classifier that knows nothing has the loss $\ln C$. A linear one compares with templates, which
#   you can look at.
#
# **Next**, in unit 05: how a gradient gets through a hidden layer, and through a hundred of them. You
# have the last layer's already.
