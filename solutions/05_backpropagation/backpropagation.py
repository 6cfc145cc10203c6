# %% [markdown]
# # Backpropagation
#
# *180 minutes, 20 points. You need units 01, 03 and 04: slopes, a layer of neurons, the softmax
# loss. Take a break after part 3.*
#
# A network has thousands of weights, and descent wants the slope of the cost along every one of
# them. Nudging each in turn works, but takes thousands of runs of the network for one step. In this
# unit you write the method that gets *all* slopes for the price of about two runs. It is the chain
# rule, applied in a clever order.
#
# **At the end you can**
#
# * tell one derivation in three ways (chain rule, graph, recursion) and get the same numbers;
# * derive the backward pass of a layer, and *prove* that it is right with a gradient check;
# * replace loops by matrix products, and say what that is worth;
# * train a network on handwritten digits with code that is yours from the first line to the last;
# * say why weights must not all start at the same value.
#
# | part | | minutes |
# |---|---|---|
# | 1 | Features that nobody designs | 12 |
# | 2 | One slope, told three ways | 40 |
# | 3 | Slopes of vectors, and a proof | 38 |
# | 4 | Loops, vectors, batches | 16 |
# | 5 | Layers that run backwards | 30 |
# | 6 | From layers to networks | 24 |
# | 7 | Learning | 20 |
#
# Part 8 is for those who want more: it has a star and no points.

# %% setup=true
import itertools

import numpy as np

from nand2resnet import data, plots
from nand2resnet.check import check
from nand2resnet.training import progress

# %% [markdown]
# ## 1. Features that nobody designs
#
# What is a house worth? An estate agent is told its size, its number of bedrooms, its postal code
# and how wealthy the neighbourhood is. She does not add these up. She first thinks of things in
# between: *how large a family fits in?* (size and bedrooms), *can one walk to the shops?* (postal
# code), *is the school good?* (postal code and wealth). Then she weighs these.
#
# That is a network with one hidden layer: four inputs, three hidden units, one output.
#
# A bank that lends money looks at income and at debt. Neither says much by itself: what counts is
# their ratio. 43% is a limit that lenders in the United States often quote. A neuron cannot divide,
# and does not have to:
#
# $$\frac{\text{debt}}{\text{income}} > 0.43 \quad\Longleftrightarrow\quad
# 1\cdot\text{debt} - 0.43\cdot\text{income} > 0 .$$

# %%
payments = np.array([[900, 2000], [900, 3000], [1500, 3600], [400, 800]])  # debt, income a month
w = np.array([1.0, -0.43])
print("ratio:          ", (payments[:, 0] / payments[:, 1]).round(3))
print("neuron responds:", (payments @ w).round(0), " over the limit:", payments @ w > 0)

# %% [markdown]
# The agent and the bank *know* their features. For a picture nobody does: which combinations of
# pixels should the first layer look for? So we do not say it. We give the network inputs and
# answers, and let the cost decide what the units in between become. This is **end-to-end
# learning**, and all it needs is the slope of the cost along every weight.
#
# **How many slopes?** Say that a network has to tell whether there is a ball in a picture of
# 64 × 64 pixels with 3 colours. **Flattened** into one long vector it has $n = 64\cdot64\cdot3$
# entries. The network has layers of 3, 2 and 1 units, each connected to everything before it, each
# unit with a bias.
#
# > **Predict.** How many parameters are that, in terms of $n$? Count the weights of each layer, then
# > the biases.

# %%
n = 64 * 64 * 3
sizes = [n, 3, 2, 1]
weights = [inputs * units for inputs, units in itertools.pairwise(sizes)]
biases = sizes[1:]
print("inputs:", n, " weights:", weights, " biases:", biases)
print("parameters:", sum(weights) + sum(biases), " and 3n + 14 =", 3 * n + 14)

# %% [markdown]
# 36,878 slopes for a toy. A central difference (unit 01) runs the network twice for each of them.
# There must be a better way.

# %% [markdown]
# ## 2. One slope, told three ways
#
# Take the smallest network that has everything: one input, one hidden unit with a ReLU, one output
# unit, and half the squared error as its cost.
#
# $$z_1 = w_1x + b_1, \qquad a_1 = \max(z_1, 0), \qquad z_2 = w_2a_1 + b_2, \qquad
# r = z_2 - y, \qquad C = \tfrac12 r^2 .$$
#
# Its numbers are small enough to be followed by hand. First **forwards**:

# %%
x, y = 3.0, 6.0
w1, b1, w2, b2 = 2.0, -1.0, -1.0, 7.0
z1 = w1 * x + b1
a1 = max(z1, 0.0)
z2 = w2 * a1 + b2
r = z2 - y
C = r**2 / 2
print(f"z1 = {z1}, a1 = {a1}, z2 = {z2}, r = {r}, C = {C}")

# %% [markdown]
# ### The first telling: a product of slopes
#
# Nudge $w_1$ by a little. Then $z_1$ moves by $x$ times as much, $a_1$ moves as $z_1$ does (the ReLU
# is on), $z_2$ by $w_2$ times that, and so on to $C$. What the links of this chain do is multiplied,
# and that is the **chain rule**:
#
# $$\frac{\partial C}{\partial w_1} = \frac{\partial C}{\partial r}\,
# \frac{\partial r}{\partial z_2}\,\frac{\partial z_2}{\partial a_1}\,
# \frac{\partial a_1}{\partial z_1}\,\frac{\partial z_1}{\partial w_1}
# = r \cdot 1 \cdot w_2 \cdot 1 \cdot x .$$
#
# > **Predict** the number. Its sign too: should $w_1$ go up or down to make the cost smaller?


# %%
def cost(w1, b1, w2, b2, x=3.0, y=6.0):
    """The whole network in one line."""
    return (w2 * max(w1 * x + b1, 0.0) + b2 - y) ** 2 / 2


dw1 = r * 1 * w2 * 1 * x
h = 1e-5
nudged = (cost(w1 + h, b1, w2, b2) - cost(w1 - h, b1, w2, b2)) / (2 * h)
print("by the chain rule:", dw1, " by nudging:", round(nudged, 6))

# %% [markdown]
# **Yours to finish:** the slope along $b_1$. Which link of the chain is another one, and which stay
# as they are?

# %%
db1 = None  # your turn: a product of five numbers
nudged = (cost(w1, b1 + h, w2, b2) - cost(w1, b1 - h, w2, b2)) / (2 * h)
print("by the chain rule:", db1, " by nudging:", round(nudged, 6))

# %% [markdown]
# Four of the five factors were the same. With a thousand weights in the first layer one would
# multiply the same numbers a thousand times, and with more paths through the network it gets much
# worse. So: compute every shared piece *once*.

# %% [markdown]
# ### The second telling: a graph
#
# Draw each number as a node and each operation as an arrow into it. Forwards, every node takes what
# comes in and makes its **value**. Backwards, every node gets its **slope**: how much $C$ changes
# when this value is nudged. It starts at the end with $\partial C/\partial C = 1$, and each node
# hands to each of its inputs *its own slope times the local slope*:
#
# | node | local slope | so it hands back |
# |---|---|---|
# | $p = u + v$ | 1 and 1 | its slope, to both |
# | $p = u \cdot v$ | $v$ and $u$ | its slope times the *other* input |
# | $p = \max(u, 0)$ | 1 or 0 | its slope if $u > 0$, else 0 |
# | $p = u - y$ | 1 | its slope |
# | $p = \frac12u^2$ | $u$ | its slope times $u$ |
#
# And a value that is used **twice** gets something back from both places: the two are **added**.
#
# > **Predict** every value, then every slope. "A chain" is the network above; the other two graphs
# > have a value that goes two ways. Slopes may be negative.

# %% demo=true
from nand2resnet.widgets import ComputationGraph

ComputationGraph()

# %% [markdown]
# Each arrow was used once forwards and once backwards. That is the whole saving: *all* slopes cost
# about as much as the values did, however many parameters there are.

# %% [markdown]
# ### The third telling: a recursion
#
# Now in terms of layers, the form in which it is programmed. A network is a composition,
#
# $$C = f_L \circ f_{L-1} \circ \dots \circ f_1, \qquad o_l = f_l(u_l, \theta_l), \qquad
# u_1 = x, \quad u_{l+1} = o_l .$$
#
# How does the output $o_m$ of a layer $m$ depend on the parameters $\theta_l$ of a layer $l$? There
# are three cases:
#
# $$\frac{\partial o_m}{\partial \theta_l} = \begin{cases}
# 0 & m < l \quad\text{(the nudge comes later: an earlier layer does not feel it)}\\[4pt]
# \dfrac{\partial f_l}{\partial \theta_l} & m = l \quad\text{(its own parameters)}\\[8pt]
# \dfrac{\partial f_m}{\partial u_m}\,\dfrac{\partial o_{m-1}}{\partial \theta_l} & m > l
# \quad\text{(it comes in with the input)}\end{cases}$$
#
# > **Check the source.** The notes have the first and the last case the other way round: 0 for
# > $m > l$. Which is it? Let four layers decide, $o_l = \tanh(\theta_l o_{l-1})$: nudge each
# > $\theta_l$ and see which outputs move. **Predict** where the zeros of this table will be.


# %%
def outputs(theta):
    """The outputs of all four layers."""
    made = [0.7]
    for weight in theta:
        made.append(np.tanh(weight * made[-1]))
    return np.array(made[1:])


theta = np.array([0.5, -1.2, 0.8, 1.5])
nudges = 1e-5 * np.eye(4)
table = np.array([(outputs(theta + n) - outputs(theta - n)) / 2e-5 for n in nudges]).T
print("row m, column l:\n", table.round(3))

# %% [markdown]
# The zeros stand above the diagonal, where $m < l$: what comes later cannot change what was before.
#
# Put the third case into itself until $m = l$ is reached. For the cost, $m = L$:
#
# $$\frac{\partial C}{\partial \theta_l} =
# \underbrace{\frac{\partial f_L}{\partial u_L}\,\frac{\partial f_{L-1}}{\partial u_{L-1}}\cdots
# \frac{\partial f_{l+1}}{\partial u_{l+1}}}_{\text{the same for all parameters of layer } l}\;
# \frac{\partial f_l}{\partial \theta_l} .$$
#
# (The product ends at $l + 1$. In the notes it ends at $l - 1$, which would be a layer before the
# one in question.) The brace is the slope of the cost along the *output* of layer $l$. Read from the
# left, it grows by one factor per layer, so one buffer is enough:
#
# 1. **Forwards:** for $l = 1, \dots, L$ compute $o_l$, and store what comes in.
# 2. **Backwards:** set the buffer to 1. For $l = L, \dots, 1$: the slope along $\theta_l$ is the
#    buffer times $\partial f_l/\partial\theta_l$; then multiply the buffer by
#    $\partial f_l/\partial u_l$.

# %%
buffer = 1.0
buffer = buffer * r  # back through the cost: now dC/dz2
dw2, db2 = buffer * a1, buffer * 1
buffer = buffer * w2  # back through the second layer: now dC/da1
buffer = buffer * (z1 > 0)  # back through the ReLU: now dC/dz1
dw1, db1 = buffer * x, buffer * 1
print(f"dw1 = {dw1}, db1 = {db1}, dw2 = {dw2}, db2 = {db2}")

# %% [markdown]
# The same numbers a third time. The slopes along the weighted sums, $\partial C/\partial z_2 = -4$
# and $\partial C/\partial z_1 = 4$, turn up so often that they have a name of their own: the
# **deltas** $\delta^{[l]} = \partial C/\partial z^{[l]}$. For a whole layer, in the column form
# $z^{[l]} = W^{[l]}a^{[l-1]} + b^{[l]}$ with $a^{[l]} = g(z^{[l]})$:
#
# $$\delta^{[l-1]} = g'(z^{[l-1]}) \odot \big(W^{[l]\top}\delta^{[l]}\big), \qquad
# \frac{\partial C}{\partial W^{[l]}} = \delta^{[l]}a^{[l-1]\top}, \qquad
# \frac{\partial C}{\partial b^{[l]}} = \delta^{[l]},$$
#
# where $\odot$ multiplies entry by entry.
#
# > **Check the source.** The slides write this with $W^{[l]}$ in place of $W^{[l]\top}$. With three
# > units feeding two, $W^{[l]}$ has the shape (2, 3) and $\delta^{[l]}$ has 2 entries:
# > $W^{[l]}\delta^{[l]}$ does not even exist. Let the shapes guard you.

# %% [markdown]
# ### Where it starts: $a - y$
#
# Unit 04's output for yes or no was a sigmoid with the log loss,
# $\mathcal L = -\big(y\ln a + (1-y)\ln(1-a)\big)$ with $a = \sigma(z)$. Its first delta is a small
# wonder:
#
# $$\delta = \frac{\partial\mathcal L}{\partial a}\,\frac{\partial a}{\partial z}
# = \left(\frac{1-y}{1-a} - \frac{y}{a}\right) a\,(1-a) = (1-y)\,a - y\,(1-a) = a - y .$$
#
# What was said minus what is true. The softmax loss has the same delta, divided by the number of
# samples because it is a mean. **Yours to finish:** put the formula in, and compare.


# %%
def log_loss_of(z, y):
    """The log loss of one output unit with the sum z."""
    a = 1 / (1 + np.exp(-z))
    return -(y * np.log(a) + (1 - y) * np.log(1 - a))


for z, label in ((0.3, 1), (0.3, 0), (-2.0, 1)):
    delta = None  # your turn: a - y
    nudged = (log_loss_of(z + h, label) - log_loss_of(z - h, label)) / (2 * h)
    print(f"z = {z}, y = {label}: delta {delta}, by nudging {nudged:.6f}")

# %% [markdown]
# ## 3. Slopes of vectors, and a proof
#
# Real layers are vectors and matrices. Nothing new happens: every entry has a slope, and the slope
# along an array is an array **of its shape**. Take
#
# $$f(W, x) = \lVert Wx \rVert^2, \qquad q = Wx, \quad q_k = \sum_j W_{kj}x_j,
# \quad f = \sum_k q_k^2 .$$
#
# Backwards: $\partial f/\partial q_k = 2q_k$. The entry $W_{ij}$ is in $q_i$ only, with the factor
# $x_j$. The entry $x_j$ is in *every* $q_k$, with the factor $W_{kj}$, so its slopes add up:
#
# $$\frac{\partial f}{\partial W_{ij}} = 2q_i\,x_j, \qquad
# \frac{\partial f}{\partial x_j} = \sum_k 2q_k\,W_{kj} .$$
#
# ### Exercise: `norm_squared_gradients`
#
# Write both for all entries at once, without a loop. (Part 3 keeps to the column form $z = Wx + b$
# of the notes; from part 4 on, samples are rows.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# What are the shapes of $W$, of $x$ and of $q$? And which shapes must the two results have?
#
# <details><summary>Hint 2, a pointer</summary>
#
# A matrix with the entries $u_iv_j$ is `np.outer(u, v)`. A sum over the *first* index of a matrix
# is a product with its transpose, `W.T @ ...`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The gradients of $g(W, x) = \sum_k s_kq_k$, a weighted sum of the entries of $q = Wx$:
#
# ```python
# def weighted_sum_gradients(W, x, s):
#     dW = np.outer(s, x)
#     dx = W.T @ s
#     return dW, dx
# ```
#
# </details></details></details>


# %% exercise="norm_squared_gradients"
def norm_squared_gradients(W, x):
    """The gradients of f = ||W x||^2.

    Parameters
    ----------
    W : array (M, D)
    x : array (D,)

    Returns
    -------
    dW : array (M, D)
        The slope of f along each entry of W.
    dx : array (D,)
        The slope of f along each entry of x.

    Example
    -------
    >>> norm_squared_gradients(np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 1.0]))
    (array([[6., 6.], [2., 2.]]), array([ 6., 14.]))
    """
    ### BEGIN SOLUTION
    q = W @ x
    return 2 * np.outer(q, x), 2 * W.T @ q
    ### END SOLUTION


# %% check="norm_squared_gradients"
W, x = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([1.0, 1.0])
expected = np.array([[6.0, 6.0], [2.0, 2.0]]), np.array([6.0, 14.0])
check(norm_squared_gradients, W, x, expected=expected)
W, x = np.array([[1.0, -2.0, 0.0], [3.0, 1.0, 1.0]]), np.array([2.0, 0.0, -1.0])
expected = np.array([[8.0, 0.0, -4.0], [20.0, 0.0, -10.0]]), np.array([34.0, 2.0, 10.0])
check(norm_squared_gradients, W, x, expected=expected)

# %% [markdown]
# ### A proof by numbers
#
# Derivations go wrong. In unit 01 you met the cure: compare with the numerical gradient by the
# **relative error**
#
# $$\text{error} = \frac{\lVert d - n\rVert}{\lVert d\rVert + \lVert n\rVert} ,$$
#
# where $d$ is what was derived and $n$ what was measured; 0 if both are zero. A right derivation in
# 64-bit numbers reaches $10^{-7}$ and less; a forgotten factor of 2 gives $0.33$.
#
# A network has *many* arrays. Each deserves an error of its own: in one number for all of them, a
# wrong bias would drown among thousands of right weights. Here is unit 01's numerical gradient.


# %% setup=true
def numerical_gradient(f, v, h=1e-5):
    """The gradient of f at v by central differences, as in unit 01; v is an array."""
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


# %% [markdown]
# ### Exercise: `gradient_check`
#
# For each array, nudge *that* array with `numerical_gradient` while all the others stay as they are,
# and return the relative error between its measured and its derived gradient.
#
# <details><summary>Hint 1, a nudge</summary>
#
# `numerical_gradient` wants a function of *one* array. How do you make one out of `f`, which takes
# several?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `f(*arrays[:k], v, *arrays[k + 1:])` calls `f` with `v` in place number `k`. Put that into a small
# function of `v`, inside your loop over `k`. `np.linalg.norm` takes arrays of any shape.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How much a function changes when its inputs, one after the other, are set to zero:
#
# ```python
# def effects_of_zero(f, numbers):
#     effects = []
#     for k in range(len(numbers)):
#         def with_other(v):
#             return f(*numbers[:k], v, *numbers[k + 1:])
#         effects.append(with_other(0.0) - with_other(numbers[k]))
#     return effects
# ```
#
# </details></details></details>


# %% exercise="gradient_check"
def gradient_check(f, arrays, gradients):
    """Compare derived gradients with numerical ones, array by array.

    Parameters
    ----------
    f : function
        f(*arrays) is a number.
    arrays : list of K arrays of any shapes
        The point. They stay as they are.
    gradients : list of K arrays, of the same shapes
        The derived gradient of f along each of the arrays.

    Returns
    -------
    list of K floats
        The relative errors ||d - n|| / (||d|| + ||n||), 0 where both gradients are zero.

    Example
    -------
    >>> gradient_check(product, [np.array([2.0]), np.array([3.0])], [np.array([3.0]), np.zeros(1)])
    [0.0, 1.0]
    """
    ### BEGIN SOLUTION
    errors = []
    for k, derived in enumerate(gradients):

        def along(v, k=k):
            return f(*arrays[:k], v, *arrays[k + 1 :])

        measured = numerical_gradient(along, arrays[k])
        size = np.linalg.norm(derived) + np.linalg.norm(measured)
        errors.append(np.linalg.norm(derived - measured) / size if size > 0 else 0.0)
    return errors
    ### END SOLUTION


# %% setup=true
def product(u, v):
    """The sum of all u_i v_i, as a number."""
    return float(np.sum(u * v))


def norm_squared(W, x):
    """The function whose gradients were derived above."""
    return float(np.sum((W @ x) ** 2))


# %% check="gradient_check"
u, v = np.array([1.0, 2.0, -3.0]), np.array([0.5, 4.0, 1.0])
check(gradient_check, product, [u, v], [v[::-1], u], expected=[0.085126, 0.0], rtol=1e-4, atol=1e-7)
check(gradient_check, product, [u, v], [2 * v, -u], expected=[1 / 3, 1.0], rtol=1e-5)
check(gradient_check, product, [u, 0 * u], [0 * u, -u], expected=[0.0, 1.0], rtol=1e-5)
W, x = np.array([[2.0, 1.0]]), np.array([1.0, -1.0])
derived = [np.array([[2.0, -2.0]]), np.array([4.0, 1.0])]
check(gradient_check, norm_squared, [W, x], derived, expected=[0.0, 0.116344], rtol=1e-5, atol=1e-7)

# %% [markdown]
# Now prove your gradients of $\lVert Wx\rVert^2$, at a random point and for shapes that are not
# square (with a square $W$, a transposed gradient has the right shape by luck):

# %%
rng = np.random.default_rng(5)
W, x = rng.normal(size=(3, 5)), rng.normal(size=5)
print(gradient_check(norm_squared, [W, x], list(norm_squared_gradients(W, x))))

# %% [markdown]
# ### Exercise: `tanh_network_gradients`
#
# A whole network now, two layers of tanh units:
#
# $$y_1 = W_1x + b_1, \quad y_2 = \tanh y_1, \quad y_3 = W_2y_2 + b_2, \quad y_4 = \tanh y_3,
# \qquad f = \lVert y_4\rVert^2 .$$
#
# Go forwards and keep every $y$. Then go backwards, one step at a time: the slope along $y_4$, then
# along $y_3$, then along $W_2$, $b_2$ and $y_2$, and so on. You know each step: $\lVert\cdot\rVert^2$
# and $Wx$ from the last exercises, and $\tanh'(u) = 1 - \tanh^2(u)$ from unit 04.
#
# <details><summary>Hint 1, a nudge</summary>
#
# In which order do you meet the five arrays on the way back? And which shape has each slope?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Name the slope along `y3` `dy3`. Then `W2`, `b2` and `y2` all get theirs from `dy3`, just as `W`
# and `x` got theirs from the slope along `q`. Through a tanh, multiply by its slope entry by entry;
# the tanh's *output* is all you need for it.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# One layer with another bend, $f = \sum_k s_k\sin(q_k)$ with $q = Wx + b$:
#
# ```python
# def sine_layer_gradients(W, b, x, s):
#     q = W @ x + b
#     dq = s * np.cos(q)
#     return np.outer(dq, x), dq, W.T @ dq
# ```
#
# </details></details></details>


# %% exercise="tanh_network_gradients"
def tanh_network_gradients(W1, b1, W2, b2, x):
    """The gradients of f = ||tanh(W2 tanh(W1 x + b1) + b2)||^2.

    Parameters
    ----------
    W1 : array (H, D)
    b1 : array (H,)
    W2 : array (M, H)
    b2 : array (M,)
    x : array (D,)

    Returns
    -------
    dW1, db1, dW2, db2, dx : arrays of the shapes of W1, b1, W2, b2 and x
        The slope of f along each entry.

    Example
    -------
    >>> tanh_network_gradients(np.eye(1), np.zeros(1), np.eye(1), np.zeros(1), np.zeros(1))
    (array([[0.]]), array([0.]), array([[0.]]), array([0.]), array([0.]))
    """
    ### BEGIN SOLUTION
    y2 = np.tanh(W1 @ x + b1)
    y4 = np.tanh(W2 @ y2 + b2)
    dy3 = 2 * y4 * (1 - y4**2)
    dy1 = W2.T @ dy3 * (1 - y2**2)
    return np.outer(dy1, x), dy1, np.outer(dy3, y2), dy3, W1.T @ dy1
    ### END SOLUTION


# %% setup=true
def tanh_network(W1, b1, W2, b2, x):
    """The function itself: a number."""
    return float(np.sum(np.tanh(W2 @ np.tanh(W1 @ x + b1) + b2) ** 2))


rng = np.random.default_rng(0)
point = [rng.normal(size=shape).round(1) for shape in ((3, 4), (3,), (2, 3), (2,), (4,))]


def errors_of(tanh_network_gradients, *arrays):
    """The largest difference from the numerical gradient, array by array."""
    numeric = [
        numerical_gradient(lambda v, k=k: tanh_network(*arrays[:k], v, *arrays[k + 1 :]), arrays[k])
        for k in range(len(arrays))
    ]
    derived = tanh_network_gradients(*arrays)
    return [float(np.abs(d - n).max()) for d, n in zip(derived, numeric, strict=True)]


# %% check="tanh_network_gradients"
one = [np.array([[0.5]]), np.array([0.0]), np.array([[2.0]]), np.array([-0.5]), np.array([1.0])]
dW1, db1 = np.array([[1.057789]]), np.array([1.057789])
dW2, db2, dx = np.array([[0.310779]]), np.array([0.672511]), np.array([0.528895])
check(tanh_network_gradients, *one, expected=(dW1, db1, dW2, db2, dx), rtol=1e-5)
shapes = ((3, 4), (3,), (2, 3), (2,), (4,))
check.shape(tanh_network_gradients, *point, expected=shapes)
check(errors_of, tanh_network_gradients, *point, expected=[0.0] * 5, atol=1e-7)

# %% [markdown]
# ### An error in print
#
# The notes this course is built on derive these very gradients. Here they are, exactly as printed:
#
# $$\frac{\partial f}{\partial y_3} = 2\,(1 + y_4)(1 - y_4), \quad
# \frac{\partial f}{\partial y_2} = W_2^\top \nabla_{y_3}f, \quad
# \frac{\partial f}{\partial W_2} = \nabla_{y_3}f \cdot y_2^\top, \quad
# \frac{\partial f}{\partial y_1} = \nabla_{y_2}f \odot (1+y_2)(1-y_2), \;\dots$$
#
# They look good. All shapes fit. But your `gradient_check` has no respect for print.
#
# > **Predict.** Suppose one step of the five is wrong. Whose gradients will be wrong if it is the
# > first of the way back? And if it is the last?


# %% setup=true
def published_gradients(W1, b1, W2, b2, x):
    """The gradients of the tanh network as they are printed in the notes."""
    y2 = np.tanh(W1 @ x + b1)
    y4 = np.tanh(W2 @ y2 + b2)
    dy3 = 2 * (1 + y4) * (1 - y4)
    dy1 = W2.T @ dy3 * (1 + y2) * (1 - y2)
    return np.outer(dy1, x), dy1, np.outer(dy3, y2), dy3, W1.T @ dy1


# %%
for name, gradients in (("printed", published_gradients), ("yours", tanh_network_gradients)):
    errors = gradient_check(tanh_network, point, list(gradients(*point)))
    print(name)
    for array, error in zip(("W1", "b1", "W2", "b2", "x"), errors, strict=True):
        print(f"  {array:2}  relative error {error:.1e}", "" if error < 1e-7 else "  <- wrong")

# %% [markdown]
# > **Check the source.** All five are wrong, so the fault lies where the way back begins, at $y_3$.
# > By the chain rule $\partial f/\partial y_3 = 2y_4 \cdot (1 - y_4^2)$: in print the factor $y_4$
# > got lost. Think of $y_4 = 0$: there $f = y_4^2$ is at its bottom and flat, but the printed slope
# > is 2. You have just found an error in published lecture notes, and you need to believe neither
# > them nor us: you have measured it.

# %% [markdown]
# ## 4. Loops, vectors, batches
#
# From here on samples are the **rows** of a table $X$ of shape $(N, D)$, and a layer of $H$ units
# has a weight matrix of shape $(D, H)$: one *column* of weights for each unit. Sample $i$, unit $j$:
#
# $$a_{ij} = \max\Big(\sum_{k} X_{ik}W_{kj} + b_j,\; 0\Big) .$$
#
# You write this layer three times, with ever fewer loops, and then let the three race.
#
# ### Exercise: `layer_loop`
#
# With Python's loops only: one over the samples, one over the units, one over the inputs.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How many numbers come out? How many products does each of them need?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Start from `np.zeros((N, H))`. For each `i` and `j`, begin with the bias `b[j]`, add one product
# after the other, and only then apply the ReLU.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How far each row of one table lies from each row of another (distances squared), with loops only:
#
# ```python
# def distances_loop(A, B):
#     found = np.zeros((len(A), len(B)))
#     for i in range(len(A)):
#         for j in range(len(B)):
#             total = 0.0
#             for k in range(A.shape[1]):
#                 total += (A[i, k] - B[j, k]) ** 2
#             found[i, j] = total
#     return found
# ```
#
# </details></details></details>


# %% exercise="layer_loop"
def layer_loop(X, W, b):
    """A layer of ReLU units, by three loops.

    Parameters
    ----------
    X : array (N, D)
        The samples, one a row.
    W : array (D, H)
        The weights, one column for each unit.
    b : array (H,)
        The biases.

    Returns
    -------
    array (N, H)
        max(X W + b, 0).

    Example
    -------
    >>> layer_loop(np.array([[1.0, 2.0]]), np.array([[1.0, -1.0], [1.0, 0.0]]), np.array([0.5, 0]))
    array([[3.5, 0. ]])
    """
    ### BEGIN SOLUTION
    out = np.zeros((len(X), len(b)))
    for i in range(len(X)):
        for j in range(len(b)):
            total = b[j]
            for k in range(len(W)):
                total = total + X[i, k] * W[k, j]
            out[i, j] = max(total, 0)
    return out
    ### END SOLUTION


# %% setup=true
X_few = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 4.0]])  # three samples of two inputs
W_few, b_few = np.array([[2.0, 1.0], [3.0, -1.0]]), np.array([-4.0, 1.5])  # two units

# %% check="layer_loop"
expected = np.array([[4.0, 0.5], [0.0, 5.5], [8.0, 0.0]])
check(layer_loop, X_few, W_few, b_few, expected=expected)
check(layer_loop, X_few[:1], W_few[:, :1], b_few[:1], expected=expected[:1, :1])

# %% [markdown]
# ### Exercise: `layer_vectorized`
#
# Keep the loop over the samples; let NumPy do the rest of each sample at once. A product of a vector
# and a matrix is one call into a library called **BLAS** (basic linear algebra subprograms), tuned
# for your processor over decades. So is adding `b` and taking the maximum, entry by entry.
#
# <details><summary>Hint 1, a nudge</summary>
#
# One sample is a vector of $D$ numbers. Which product with $W$ gives $H$ numbers?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `X[i] @ W` has the shape `(H,)`. `np.maximum(values, 0)` is a ReLU for any array; `np.max` is
# something else.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The distances again, one row of `A` at a time:
#
# ```python
# def distances_vectorized(A, B):
#     found = np.zeros((len(A), len(B)))
#     for i in range(len(A)):
#         found[i] = np.sum((A[i] - B) ** 2, axis=1)
#     return found
# ```
#
# </details></details></details>


# %% exercise="layer_vectorized"
def layer_vectorized(X, W, b):
    """A layer of ReLU units, one sample at a time.

    Parameters
    ----------
    X : array (N, D)
        The samples, one a row.
    W : array (D, H)
        The weights, one column for each unit.
    b : array (H,)
        The biases.

    Returns
    -------
    array (N, H)
        max(X W + b, 0).

    Example
    -------
    >>> layer_vectorized(np.array([[2.0]]), np.array([[1.0, -1.0]]), np.array([0.5, 0.5]))
    array([[2.5, 0. ]])
    """
    ### BEGIN SOLUTION
    out = np.zeros((len(X), len(b)))
    for i in range(len(X)):
        out[i] = np.maximum(X[i] @ W + b, 0)
    return out
    ### END SOLUTION


# %% check="layer_vectorized"
expected = np.array([[4.0, 0.5], [0.0, 5.5], [8.0, 0.0]])
check(layer_vectorized, X_few, W_few, b_few, expected=expected)
check(layer_vectorized, X_few[:1], W_few[:, :1], b_few[:1], expected=expected[:1, :1])

# %% [markdown]
# ### Exercise: `layer_batched`
#
# And now without any loop: all samples in one product. The bias has the shape $(H,)$ and $XW$ the
# shape $(N, H)$; NumPy adds it to every row, which is called **broadcasting**.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Row $i$ of a product $XW$ is made of row $i$ of $X$ and of all of $W$. Do you need to say $i$ at
# all?
#
# <details><summary>Hint 2, a pointer</summary>
#
# One line. Shapes: `(N, D) @ (D, H)` is `(N, H)`, and `(N, H) + (H,)` is `(N, H)`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The distances without a loop, by $\lVert a - b\rVert^2 = \lVert a\rVert^2 - 2a\cdot b +
# \lVert b\rVert^2$:
#
# ```python
# def distances_batched(A, B):
#     lengths = np.sum(A**2, axis=1)[:, np.newaxis]
#     return lengths - 2 * A @ B.T + np.sum(B**2, axis=1)
# ```
#
# </details></details></details>


# %% exercise="layer_batched"
def layer_batched(X, W, b):
    """A layer of ReLU units, for all samples at once.

    Parameters
    ----------
    X : array (N, D)
        The samples, one a row.
    W : array (D, H)
        The weights, one column for each unit.
    b : array (H,)
        The biases.

    Returns
    -------
    array (N, H)
        max(X W + b, 0).

    Example
    -------
    >>> layer_batched(np.array([[2.0]]), np.array([[1.0, -1.0]]), np.array([0.5, 0.5]))
    array([[2.5, 0. ]])
    """
    ### BEGIN SOLUTION
    return np.maximum(X @ W + b, 0)
    ### END SOLUTION


# %% check="layer_batched"
expected = np.array([[4.0, 0.5], [0.0, 5.5], [8.0, 0.0]])
check(layer_batched, X_few, W_few, b_few, expected=expected)
check(layer_batched, X_few[:1], W_few[:, :1], b_few[:1], expected=expected[:1, :1])

# %% [markdown]
# > **Predict.** 300 digits through a layer of 50 units: 960,000 products. How many times faster is
# > one sample at a time than three loops? And all at once?


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


# %% demo=true
rng = np.random.default_rng(0)
inputs = data.digits().images[:300].reshape(300, 64), rng.normal(size=(64, 50)), rng.normal(size=50)
slow = fastest(layer_loop, *inputs, times=1)
for layer in (layer_loop, layer_vectorized, layer_batched):
    seconds = slow if layer is layer_loop else fastest(layer, *inputs)
    print(f"{layer.__name__:17} {1000 * seconds:8.2f} ms, {slow / seconds:8,.0f} times as fast")

# %% [markdown]
# Same numbers, same formula. The products themselves take next to nothing; Python's way of getting
# from one to the next takes all the time. That is why every pass in this course, forwards or
# backwards, is written for whole batches.

# %% [markdown]
# ## 5. Layers that run backwards
#
# Here is the idea that makes networks of any size manageable: a layer knows nothing of the network.
# Forwards it takes inputs and gives outputs. Backwards it is handed `dout`, the slope of the cost
# along each of its **outputs**, and answers with the slopes along its **inputs** and parameters.
# What it needs to remember from the forward pass it puts in a **cache**:
#
# `out, cache = some_forward(...)` and later `gradients = some_backward(dout, cache)`.
#
# What the caches hold is agreed: `(X, W, b)` for the affine layer, the input `x` for the ReLU.
#
# ### Exercise: `affine_forward`
#
# $XW + b$, with a cache. (Weighted sums and a bias without a bend: such a map is called *affine*.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# You wrote the first half in part 4. What is not part of it any more?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Return two things: the output, and a tuple of the three inputs in the order of the call.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A layer that multiplies each feature by a number of its own:
#
# ```python
# def scale_forward(x, gamma):
#     return x * gamma, (x, gamma)
# ```
#
# </details></details></details>


# %% exercise="affine_forward"
def affine_forward(X, W, b):
    """Weighted sums and a bias, for a batch.

    Parameters
    ----------
    X : array (N, D)
        The samples, one a row.
    W : array (D, H)
    b : array (H,)

    Returns
    -------
    out : array (N, H)
        X W + b.
    cache : tuple
        (X, W, b), for the backward pass.

    Example
    -------
    >>> affine_forward(np.array([[2.0]]), np.array([[1.0, -1.0]]), np.array([0.5, 0.5]))[0]
    array([[ 2.5, -1.5]])
    """
    ### BEGIN SOLUTION
    return X @ W + b, (X, W, b)
    ### END SOLUTION


# %% check="affine_forward"
expected = np.array([[4.0, 0.5], [-1.0, 5.5], [8.0, -2.5]])
check(affine_forward, X_few, W_few, b_few, expected=(expected, (X_few, W_few, b_few)))
one = X_few[:1]
check(affine_forward, one, W_few, b_few, expected=(expected[:1], (one, W_few, b_few)))

# %% [markdown]
# ### Exercise: `affine_backward`
#
# Now backwards. With $o_{ij} = \sum_k X_{ik}W_{kj} + b_j$ and $G_{ij} = \partial C/\partial o_{ij}$
# (that is `dout`):
#
# * $X_{ik}$ is in row $i$ of the output, in every column $j$, with the factor $W_{kj}$;
# * $W_{kj}$ is in column $j$, in every row $i$, with the factor $X_{ik}$;
# * $b_j$ is in column $j$, in every row $i$, with the factor 1.
#
# $$\frac{\partial C}{\partial X_{ik}} = \sum_j G_{ij}W_{kj}, \qquad
# \frac{\partial C}{\partial W_{kj}} = \sum_i X_{ik}G_{ij}, \qquad
# \frac{\partial C}{\partial b_j} = \sum_i G_{ij} .$$
#
# There is no division by $N$ here: whether the cost is a mean is the business of the loss, and is
# already in `dout`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Write down the shapes of `dout`, `X`, `W`, and of the three results. For two of them there is only
# one product that fits.
#
# <details><summary>Hint 2, a pointer</summary>
#
# A sum over an index that stands last in both factors is `A @ B.T`; over one that stands first in
# both, `A.T @ B`. A sum over the rows is `.sum(axis=0)`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The way back through the layer that multiplies each feature by a number of its own:
#
# ```python
# def scale_backward(dout, cache):
#     x, gamma = cache
#     return dout * gamma, (dout * x).sum(axis=0)
# ```
#
# </details></details></details>


# %% exercise="affine_backward"
def affine_backward(dout, cache):
    """The way back through an affine layer.

    Parameters
    ----------
    dout : array (N, H)
        The slope of the cost along each output.
    cache : tuple
        (X, W, b) with the shapes (N, D), (D, H) and (H,).

    Returns
    -------
    dX : array (N, D)
    dW : array (D, H)
    db : array (H,)
        The slopes of the cost along X, W and b.

    Example
    -------
    >>> cache = np.array([[2.0]]), np.array([[1.0, -1.0]]), np.zeros(2)
    >>> affine_backward(np.array([[1.0, 3.0]]), cache)
    (array([[-2.]]), array([[2., 6.]]), array([1., 3.]))
    """
    ### BEGIN SOLUTION
    X, W, _ = cache
    return dout @ W.T, X.T @ dout, dout.sum(axis=0)
    ### END SOLUTION


# %% setup=true
def part_of(affine_backward, dout, cache, part):
    """One of the three gradients: "dX", "dW" or "db"."""
    return affine_backward(dout, cache)[("dX", "dW", "db").index(part)]


# %% check="affine_backward"
dout, cache = np.array([[1.0, 3.0], [-1.0, 2.0], [0.0, 1.0]]), (X_few, W_few, b_few)
dX = np.array([[5.0, 0.0], [0.0, -5.0], [1.0, -1.0]])
check(part_of, affine_backward, dout, cache, "dX", expected=dX)
dW = np.array([[-2.0, 9.0], [3.0, 8.0]])
check(part_of, affine_backward, dout, cache, "dW", expected=dW)
check(part_of, affine_backward, dout, cache, "db", expected=np.array([0.0, 6.0]))

# %% [markdown]
# ### Exercise: `relu_forward`
#
# $\max(x, 0)$ entry by entry, for an array of any shape, and the input as the cache.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What does the way back need to know of the way forth?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.maximum(x, 0)` makes a new array; the cache is `x` itself.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# ```python
# def square_forward(x):
#     return x**2, x
# ```
#
# </details></details></details>


# %% exercise="relu_forward"
def relu_forward(x):
    """max(x, 0), entry by entry.

    Parameters
    ----------
    x : array of any shape

    Returns
    -------
    out : array of x's shape
    cache : array
        x, for the backward pass.

    Example
    -------
    >>> relu_forward(np.array([-1.0, 2.0]))
    (array([0., 2.]), array([-1.,  2.]))
    """
    ### BEGIN SOLUTION
    return np.maximum(x, 0), x
    ### END SOLUTION


# %% check="relu_forward"
x = np.array([[-2.0, 3.0, 0.5], [0.0, -0.1, 4.0]])
expected = np.array([[0.0, 3.0, 0.5], [0.0, 0.0, 4.0]]), x
check(relu_forward, x, expected=expected)
check(relu_forward, np.array([-5.0, 7.0]), expected=(np.array([0.0, 7.0]), np.array([-5.0, 7.0])))

# %% [markdown]
# ### Exercise: `relu_backward`
#
# The slope of a ReLU is 1 where the input was positive and 0 where it was negative. (Exactly at 0
# there is a kink and no slope; either 0 or 1 will do.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# A `dout` can be negative. Whose sign decides what gets through: that of `dout`, or that of the
# input?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `cache > 0` is an array of True and False; multiplied with numbers they count as 1 and 0.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# ```python
# def square_backward(dout, cache):
#     return dout * 2 * cache
# ```
#
# </details></details></details>


# %% exercise="relu_backward"
def relu_backward(dout, cache):
    """The way back through a ReLU.

    Parameters
    ----------
    dout : array of any shape
        The slope of the cost along each output.
    cache : array of the same shape
        The input x of the forward pass.

    Returns
    -------
    dx : array of the same shape
        The slope of the cost along each input.

    Example
    -------
    >>> relu_backward(np.array([5.0, -7.0]), np.array([-1.0, 2.0]))
    array([ 0., -7.])
    """
    ### BEGIN SOLUTION
    return dout * (cache > 0)
    ### END SOLUTION


# %% check="relu_backward"
dout, x = np.array([[1.0, -2.0, 3.0], [4.0, -5.0, 6.0]]), np.array([[-2.0, 3.0, 0.5], [1, -0.1, 4]])
check(relu_backward, dout, x, expected=np.array([[0.0, -2.0, 3.0], [4.0, 0.0, 6.0]]))
check(relu_backward, np.array([-1.0]), np.array([0.25]), expected=np.array([-1.0]))

# %% [markdown]
# Prove both of your layers. To get one number out of a layer, give each output a weight $G_{ij}$ and
# add up: then the slopes along the outputs are $G$ itself, which is what `dout` stands for.
#
# > **Predict.** Which errors will you see if both layers are right?

# %%
rng = np.random.default_rng(1)
X, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
G = rng.normal(size=(4, 2))


def weighed(X, W, b):
    """A number made of the outputs of an affine layer and a ReLU."""
    return np.sum(G * relu_forward(affine_forward(X, W, b)[0])[0])


out, cache = affine_forward(X, W, b)
gradients = affine_backward(relu_backward(G, out), cache)
print([f"{error:.0e}" for error in gradient_check(weighed, [X, W, b], list(gradients))])

# %% [markdown]
# ## 6. From layers to networks
#
# Now chain them: affine, ReLU, affine, softmax loss. A network with one hidden layer, for ten
# classes or any other number. The last layer is given, it is unit 04's: the mean cross entropy of
# the scores, and its slope along each score, $(a - y)/N$.


# %% setup=true
def softmax_loss(scores, y):
    """Mean cross entropy of scores (N, C) and labels y (N,), and its gradient (N, C)."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    dscores = np.exp(log_p)
    dscores[rows, y] -= 1
    return -log_p[rows, y].mean(), dscores / len(y)


# %% setup=true
def random_params(inputs, hidden, classes, rng):
    """Small random weights for a network with one hidden layer; its biases are zero."""
    return {
        "W1": rng.normal(size=(inputs, hidden)) / np.sqrt(inputs),
        "b1": np.zeros(hidden),
        "W2": rng.normal(size=(hidden, classes)) / np.sqrt(hidden),
        "b2": np.zeros(classes),
    }


# %% [markdown]
# ### Exercise: `mlp_loss`
#
# The loss of the whole network and the gradient along each of its four arrays. (MLP stands for
# *multi-layer perceptron*, the old name that stuck.) Use your four functions, and `softmax_loss`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Three calls forwards, three backwards. Whose result is the first `dout`?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Keep three caches under three names. On the way back each function gets the slope that the one
# *after* it in the network has just returned, and its own cache. No ReLU after the last layer:
# scores may be negative.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The same for scaling, squaring and adding up:
#
# ```python
# def scaled_squares(params, X):
#     scaled, scale_cache = scale_forward(X, params["gamma"])
#     squared, square_cache = square_forward(scaled)
#     dsquared = np.ones_like(squared)
#     dscaled = square_backward(dsquared, square_cache)
#     _, dgamma = scale_backward(dscaled, scale_cache)
#     return squared.sum(), {"gamma": dgamma}
# ```
#
# </details></details></details>


# %% exercise="mlp_loss"
def mlp_loss(params, X, y):
    """The loss of a network (affine, ReLU, affine, softmax loss) and its gradients.

    Parameters
    ----------
    params : dict
        "W1" (D, H), "b1" (H,), "W2" (H, C), "b2" (C,).
    X : array (N, D)
        The samples, one a row.
    y : array (N,)
        Their classes, 0 to C - 1.

    Returns
    -------
    loss : float
        The mean cross entropy.
    grads : dict
        The gradient of the loss along each array of params, under the same name.

    Example
    -------
    >>> zeros = {"W1": np.zeros((2, 3)), "b1": np.zeros(3), "W2": np.zeros((3, 2)), "b2": np.zeros(2)}
    >>> mlp_loss(zeros, np.ones((1, 2)), np.array([0]))[1]["b2"]
    array([-0.5,  0.5])
    """
    ### BEGIN SOLUTION
    sums, first = affine_forward(X, params["W1"], params["b1"])
    hidden, bend = relu_forward(sums)
    scores, second = affine_forward(hidden, params["W2"], params["b2"])
    loss, dscores = softmax_loss(scores, y)
    dhidden, dW2, db2 = affine_backward(dscores, second)
    _, dW1, db1 = affine_backward(relu_backward(dhidden, bend), first)
    return loss, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
    ### END SOLUTION


# %% setup=true
def loss_only(mlp_loss, params, X, y):
    """The loss without the gradients."""
    return mlp_loss(params, X, y)[0]


def gradient_of(mlp_loss, name, params, X, y):
    """One of the gradients."""
    return mlp_loss(params, X, y)[1][name]


# %% check="mlp_loss"
params = {
    "W1": np.array([[1.0, -1.0, 2.0], [0.5, 1.0, -1.0]]),
    "b1": np.array([0.0, 0.5, -0.5]),
    "W2": np.array([[1.0, -1.0], [0.0, 1.0], [2.0, 0.5]]),
    "b2": np.array([0.5, 0.0]),
}
X, y = np.array([[1.0, 0.5], [-1.0, 1.0], [0.0, -2.0]]), np.array([0, 1, 1])
check(loss_only, mlp_loss, params, X, y, expected=0.983314, rtol=1e-5)
dW2 = np.array([[-0.004578, 0.004578], [0.099336, -0.099336], [0.466294, -0.466294]])
check(gradient_of, mlp_loss, "W2", params, X, y, expected=dW2, rtol=1e-3, atol=1e-6)
db1 = np.array([-0.007325, -0.039734, 0.464463])
check(gradient_of, mlp_loss, "b1", params, X, y, expected=db1, rtol=1e-3, atol=1e-6)

# %% [markdown]
# Prove it on real data: five digits, a network with seven hidden units. `gradient_check` wants a
# function of arrays, so the names are put on inside.

# %% setup=true
train, test = data.digits().split()
X_train, y_train = train.images.reshape(-1, 64), train.labels
X_test, y_test = test.images.reshape(-1, 64), test.labels
five, five_labels = X_train[:5], y_train[:5]

# %%
params = random_params(64, 7, 10, np.random.default_rng(2))
names = list(params)


def loss_of(*arrays):
    """The loss of five digits, as a function of the four arrays."""
    return mlp_loss(dict(zip(names, arrays, strict=True)), five, five_labels)[0]


_, grads = mlp_loss(params, five, five_labels)
errors = gradient_check(loss_of, list(params.values()), [grads[name] for name in names])
print({name: f"{error:.0e}" for name, error in zip(names, errors, strict=True)})

# %% [markdown]
# ### Any list of layers
#
# Two layers by hand is fine, fifty is not. If every layer has the same form, one function can run
# them all. A layer of this course has
#
# * `layer.forward(x)`, which returns `(out, cache)`;
# * `layer.backward(dout, cache)`, which returns `(dx, grads)`, with `grads` a dict like `params`;
# * `layer.params`, a dict of its arrays, and `layer.grads`, a dict for their gradients.
#
# The last layer of a network is its loss. It also wants the labels: `loss.forward(x, y)` returns
# `(number, cache)`.


# %% setup=true
class Affine:
    """A layer around affine_forward and affine_backward."""

    def __init__(self, W, b):
        self.params, self.grads = {"W": W, "b": b}, {}

    def forward(self, x):
        return affine_forward(x, self.params["W"], self.params["b"])

    def backward(self, dout, cache):
        dx, dW, db = affine_backward(dout, cache)
        return dx, {"W": dW, "b": db}


# %% setup=true
class Relu:
    """A layer around relu_forward and relu_backward; it has no parameters."""

    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x):
        return relu_forward(x)

    def backward(self, dout, cache):
        return relu_backward(dout, cache), {}


# %% setup=true
class SoftmaxLoss:
    """The last layer: the loss, and as its cache the slope along each score."""

    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, scores, y):
        return softmax_loss(scores, y)

    def backward(self, dout, cache):
        return dout * cache, {}


# %% [markdown]
# ### Exercise: `backpropagate`
#
# The recursion of part 2, for any list of such layers. Forwards through all of them, the caches
# kept; then backwards, beginning with the slope 1 of the cost along itself. Afterwards every
# `layer.grads` holds the gradients of **this** call, under the names of `layer.params`.
#
# One more thing. A layer may stand in the list **twice**: then it has two caches, and its gradients
# are the sum over both places, as for every value that goes two ways.
#
# <details><summary>Hint 1, a nudge</summary>
#
# In which order are the caches needed? And what must `layer.grads` be before the way back begins?
#
# <details><summary>Hint 2, a pointer</summary>
#
# A list of caches, one for each *place* in the list of layers. `layers[:-1]` are all layers but the
# loss, `reversed(...)` runs through a list from its end. Set all `grads` to zeros first
# (`np.zeros_like`), then only ever add.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A chain of functions of one number, each a pair (function, slope), and the slope of the whole:
#
# ```python
# def slope_of_chain(pairs, x):
#     inputs = []
#     for f, _ in pairs:
#         inputs.append(x)
#         x = f(x)
#     slope = 1.0
#     for (_, df), u in zip(reversed(pairs), reversed(inputs)):
#         slope = slope * df(u)
#     return slope
# ```
#
# </details></details></details>


# %% exercise="backpropagate"
def backpropagate(layers, x, y):
    """Run a network forwards and backwards, and leave the gradients in its layers.

    Parameters
    ----------
    layers : list
        Layers with forward, backward, params and grads; the last one is the loss. The same
        layer may stand in several places.
    x : array (N, D)
        The input of the first layer.
    y : array
        The labels, for the loss.

    Returns
    -------
    loss : float
    dx : array (N, D)
        The gradient of the loss along x. Those along the parameters are in layer.grads.

    Example
    -------
    >>> backpropagate([SoftmaxLoss()], np.zeros((1, 2)), np.array([0]))[1]
    array([[-0.5,  0.5]])
    """
    ### BEGIN SOLUTION
    caches = []
    for layer in layers[:-1]:
        x, cache = layer.forward(x)
        caches.append(cache)
    loss, cache = layers[-1].forward(x, y)
    dx, _ = layers[-1].backward(1.0, cache)
    for layer in layers:
        layer.grads = {name: np.zeros_like(array) for name, array in layer.params.items()}
    for layer, cache in zip(reversed(layers[:-1]), reversed(caches), strict=True):
        dx, grads = layer.backward(dx, cache)
        for name in grads:
            layer.grads[name] = layer.grads[name] + grads[name]
    return loss, dx
    ### END SOLUTION


# %% setup=true
class Bend:
    """A toy layer: out = s x^2, feature by feature, with the parameter s."""

    def __init__(self, s):
        self.params, self.grads = {"s": s}, {}

    def forward(self, x):
        return self.params["s"] * x**2, (x, self.params["s"])

    def backward(self, dout, cache):
        x, s = cache
        return 2 * s * x * dout, {"s": np.sum(dout * x**2, axis=0)}


# %% setup=true
class Weighed:
    """A toy loss: the sum of the outputs, each times its label."""

    def __init__(self):
        self.params, self.grads = {}, {}

    def forward(self, x, y):
        return float(np.sum(x * y)), y

    def backward(self, dout, cache):
        return dout * cache, {}


def through_bends(backpropagate, places, scales, x, y, times=1):
    """The loss, dx and each layer's gradient; places says which layer stands where."""
    bends = [Bend(s) for s in scales]
    for _ in range(times):
        loss, dx = backpropagate([*(bends[place] for place in places), Weighed()], x, y)
    return loss, dx, [bend.grads["s"] for bend in bends]


# %% check="backpropagate"
x, y = np.array([[1.0, 2.0], [-1.0, 0.5]]), np.array([[1.0, -1.0], [2.0, 4.0]])
a, b = np.array([2.0, 1.0]), np.array([0.5, -3.0])
dx, ds = np.array([[4.0, -4.0], [-8.0, 4.0]]), [np.array([3.0, -3.0])]
check(through_bends, backpropagate, [0], [a], x, y, expected=(3.0, dx, ds))
dx = np.array([[8.0, 96.0], [-16.0, -6.0]])
ds = [np.array([6.0, 94.5]), np.array([12.0, -15.75])]
check(through_bends, backpropagate, [0, 1], [a, b], x, y, expected=(53.25, dx, ds))
dx, ds = np.array([[32.0, -32.0], [-64.0, 2.0]]), [np.array([36.0, -47.25])]
check(through_bends, backpropagate, [0, 0], [a], x, y, expected=(8.25, dx, ds))
check(through_bends, backpropagate, [0, 0], [a], x, y, 2, expected=(8.25, dx, ds))

# %% [markdown]
# Three affine layers, two ReLUs and a loss. Your own check says whether every array has its slope:

# %%
rng = np.random.default_rng(3)
shapes = ((64, 12), (12, 8), (8, 10))
affines = [Affine(rng.normal(size=s) / 4, rng.normal(size=s[1])) for s in shapes]
layers = [affines[0], Relu(), affines[1], Relu(), affines[2], SoftmaxLoss()]


def deep_loss(*arrays):
    """The loss of five digits with these weights and biases, W first for each layer."""
    for k, affine in enumerate(affines):
        affine.params = {"W": arrays[2 * k], "b": arrays[2 * k + 1]}
    return backpropagate(layers, five, five_labels)[0]


# %%
arrays = [array for affine in affines for array in affine.params.values()]
deep_loss(*arrays)
slopes = [affine.grads[name] for affine in affines for name in ("W", "b")]
print([f"{error:.0e}" for error in gradient_check(deep_loss, arrays, slopes)])

# %% [markdown]
# > **Predict.** How many runs of the network does the numerical gradient need for all of these
# > slopes, and how many does yours? So how much faster will yours be?


# %% demo=true
def all_by_nudging():
    """The numerical gradients along all arrays (and, for next to nothing, their errors)."""
    return gradient_check(deep_loss, arrays, slopes)


nudging, backwards = fastest(all_by_nudging, times=1), fastest(deep_loss, *arrays)
print("slopes in all:", sum(array.size for array in arrays))
print(f"by nudging, one after the other: {1000 * nudging:8.1f} ms")
print(f"backwards, all at once:          {1000 * backwards:8.1f} ms")
print(f"{nudging / backwards:.0f} times as fast")

# %% [markdown]
# Twice as many runs as there are parameters, against one run forwards and one backwards. For a
# network of a million weights the ratio would be in the millions. Without this, there would be no
# deep learning.

# %% [markdown] question="from_the_back" points=2
# ### Written question: from the back
#
# A friend says: "A product can be multiplied in any order. I could as well start at the *front*:
# take $\partial o_1/\partial\theta_1$, multiply by $\partial f_2/\partial u_2$, then by
# $\partial f_3/\partial u_3$, and so on up to the cost." (a) Does she get the right slope? (b) Her
# network has a million parameters and one cost. What would her order cost her, and why is the order
# from the back so much cheaper? (c) Name a function for which the order from the front would be the
# better one. (Five or six sentences; a human reads them.)
#
# ### BEGIN SOLUTION
# (a) Yes: it is the same product, and products of matrices may be bracketed in any way. (Half a
# point.)
#
# (b) From the front she carries the slope of *every* value along *one* parameter. For the next
# parameter she starts again: a million passes, or one pass with a million numbers at each value.
# From the back one carries the slope of the *one* cost along every value: the same buffer serves
# all parameters of a layer and of all layers before it, so one pass is enough. (One point: one pass
# per parameter against one pass in all, because there is one cost.)
#
# (c) A function with few inputs and many outputs: the position of a thousand points of a robot's arm
# as one motor turns. (Half a point for any such example.)
# ### END SOLUTION

# %% [markdown]
# ## 7. Learning
#
# Everything is there: a loss, its gradient, and unit 02's descent in minibatches. Below is what
# comes out when they are put together, for a network with 64 hidden units: its loss on the 1,498
# digits it learns from, and on 299 that it never sees. Yours will meet the circles and squares.
#
# > **Predict** before you look. Ten classes, and weights that know nothing: about how large is the
# > loss at the start? (A probability of 1/10 costs $-\ln 0.1$.) And will the two go on together?

# %% demo=true
epochs_done = [0, 1, 2, 4, 8, 16, 32]
losses = {
    "learnt from": [2.328, 0.557, 0.284, 0.164, 0.092, 0.044, 0.016],
    "never seen": [2.342, 0.577, 0.319, 0.226, 0.174, 0.151, 0.135],
}
plots.to_meet(epochs_done, losses, names=("epochs", "loss"))

# %% [markdown]
# ### Exercise: `train_mlp`
#
# In every epoch shuffle the samples with `rng`, cut the order into batches of `batch_size` (the last
# one may be shorter), and for each batch take one step, $p \leftarrow p - \eta\,\partial C/\partial p$
# for **every** array $p$ of `params`. The gradients come from `loss(params, X, y)`, called with the
# batch; for our network that is `mlp_loss`.
#
# Return new arrays: those in `params` stay as they are, so that we can compare before and after.
# `progress(range(epochs))` counts like `range(epochs)`, and draws a bar when it takes longer than a
# moment.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Two loops, as in unit 02. What has to be shuffled *together*?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `rng.permutation(len(X))` is a random order. A slice of it picks the same rows of `X` and of `y`.
# A new dict for every step, `{name: ... for name in params}`, leaves the old one alone.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Going through the pages of a book in random order, several at a time, and growing tired:
#
# ```python
# def read(pages, at_once, evenings, rng):
#     state = {"energy": np.array([100.0])}
#     for _ in progress(range(evenings)):
#         order = rng.permutation(len(pages))
#         for start in range(0, len(pages), at_once):
#             lengths = pages[order[start : start + at_once]]
#             state = {name: value - 0.1 * lengths.sum() for name, value in state.items()}
#     return state
# ```
#
# </details></details></details>


# %% exercise="train_mlp"
def train_mlp(loss, params, X, y, lr, batch_size, epochs, rng):
    """Train a network by descent in minibatches.

    Parameters
    ----------
    loss : function
        loss(params, X, y) returns the loss and a dict of gradients, named like params.
    params : dict of arrays
        Where to start. They stay as they are.
    X : array (N, D)
    y : array (N,)
    lr : float
        The learning rate.
    batch_size : int
        How many samples a step looks at; the last batch of an epoch may hold fewer.
    epochs : int
        How often to go through all samples, in a new random order each time.
    rng : numpy.random.Generator
        Where all randomness comes from.

    Returns
    -------
    dict of arrays, the trained params

    Example
    -------
    >>> bowl, rng = (lambda params, X, y: (0.0, params)), np.random.default_rng(0)
    >>> train_mlp(bowl, {"w": np.array([8.0])}, np.ones((4, 1)), np.ones(4), 0.5, 2, 1, rng)
    {'w': array([2.])}
    """
    ### BEGIN SOLUTION
    for _ in progress(range(epochs)):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            _, grads = loss(params, X[batch], y[batch])
            params = {name: params[name] - lr * grads[name] for name in params}
    return params
    ### END SOLUTION


# %% setup=true
def valley(params, X, y):
    """A toy loss: how far the params are from the means of the batch."""
    away = {"w": params["w"] - X.mean(axis=0), "b": params["b"] - y.mean()}
    return sum(np.sum(a**2) for a in away.values()) / 2, away


def params_afterwards(train_mlp, params, X, y):
    """What has become of the params that were handed in."""
    train_mlp(valley, params, X, y, 0.5, 2, 1, np.random.default_rng(0))
    return params


# %% setup=true
def uses_of_samples(train_mlp, n, batch_size, epochs):
    """How the ten samples were dealt out, in five numbers."""
    rows, labels = [], []

    def watching(_params, X, y):
        rows.append(X[:, 0])
        labels.append(y)
        return 0.0, {"w": np.zeros(1)}

    X, rng = np.arange(n)[:, np.newaxis], np.random.default_rng(0)
    train_mlp(watching, {"w": np.zeros(1)}, X, np.arange(n), 0.1, batch_size, epochs, rng)
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

# %% check="train_mlp"
start = {"w": np.array([3.0, -1.0]), "b": np.array([[2.0]])}
X, y = np.array([[1.0, 0.0], [3.0, 2.0]]), np.array([0.0, 1.0])
rng = np.random.default_rng(0)
expected = {"w": np.array([2.5, 0.0]), "b": np.array([[1.25]])}
check(train_mlp, valley, start, X, y, 0.5, 2, 1, rng, expected=expected)
expected = {"w": np.array([2.125, 0.75]), "b": np.array([[0.6875]])}
check(train_mlp, valley, start, X, y, 0.5, 2, 3, rng, expected=expected)
check(params_afterwards, train_mlp, start, X, y, expected=start)
expected = [4, 4, 2, 4, 4, 2], np.full(10, 2), True, 0, 2
check(uses_of_samples, train_mlp, 10, 4, 2, expected=expected)

# %% [markdown]
# ### Digits
#
# Now for real: 1,498 pictures to learn from, 299 to be tested on, 64 hidden units, forty epochs.


# %% setup=true
def predict(params, X):
    """The class with the largest score, for each row of X."""
    hidden, _ = relu_forward(affine_forward(X, params["W1"], params["b1"])[0])
    return affine_forward(hidden, params["W2"], params["b2"])[0].argmax(axis=1)


def accuracy(params, X, y):
    """The share of right answers."""
    return np.mean(predict(params, X) == y)


# %% [markdown]
# > **Predict.** 4,810 parameters, of which nobody has set a single one. How many of the 299 pictures
# > will it get right? (Blind guessing gets about 30.)

# %%
before = random_params(64, 64, 10, np.random.default_rng(0))
after = train_mlp(mlp_loss, before, X_train, y_train, 0.3, 32, 40, np.random.default_rng(0))
for name, params in (("before", before), ("after", after)):
    loss, _ = mlp_loss(params, X_test, y_test)
    right = accuracy(params, X_test, y_test)
    print(f"{name:6} loss {loss:.3f}, right {round(299 * right)} of 299: {right:.1%}")

# %% [markdown]
# Every line that made this happen is yours: the layers, the way back, the descent. Do you meet the
# circles and squares?


# %% demo=true
def yours_on(X, y):
    """From numbers of epochs to the losses after them."""

    def losses_after(counts):
        params, done, found, rng = before, 0, [], np.random.default_rng(0)
        for count in counts:
            params = train_mlp(mlp_loss, params, X_train, y_train, 0.3, 32, count - done, rng)
            done = count
            found.append(mlp_loss(params, X, y)[0])
        return found

    return losses_after


yours = {"learnt from": yours_on(X_train, y_train), "never seen": yours_on(X_test, y_test)}
plots.to_meet(epochs_done, losses, yours, names=("epochs", "loss"))

# %% [markdown]
# The two curves part: the network gets to know its own pictures better than those of others. What
# can be done about that is unit 08.
#
# ### What the hidden units became
#
# The weights of a hidden unit are a picture of 64 pixels, too. Here is what training has **added** to
# the random numbers they began with. Dark pixels speak for the unit, light ones against it.
#
# > **Predict.** Part 1 asked which combinations of pixels the first layer should look for. Will you
# > see whole digits, as in unit 04's templates? Strokes? Noise?

# %% demo=true
busiest = np.argsort(-np.linalg.norm(after["W2"], axis=1))[:12]
added = (after["W1"] - before["W1"])[:, busiest].T.reshape(-1, 8, 8)
names = [
    " and ".join(str(digit) for digit in np.argsort(-after["W2"][unit])[:2]) for unit in busiest
]
plots.images(
    0.5 + added / (2 * np.abs(added).max()),
    titles=names,
    alt="What training added to twelve hidden units: patches and strokes, not whole digits.",
)

# %% [markdown]
# Patches and strokes, each useful for more than one digit: above each unit stand the two digits it
# speaks for most. The network has designed its own features, end to end.

# %% [markdown]
# ### If all start alike
#
# Why did the weights start at random? It would be simpler to start them all at 0.
#
# > **Predict** what the same training makes of a network whose weights all start at 0. And if they
# > all start at 0.1?

# %% demo=true
for value in (0.0, 0.1):
    alike = {name: np.full_like(array, value) for name, array in before.items()}
    end = train_mlp(mlp_loss, alike, X_train, y_train, 0.3, 32, 10, np.random.default_rng(0))
    different = len(np.unique(end["W1"].round(9), axis=1).T)
    right = accuracy(end, X_test, y_test)
    print(f"all start at {value}: {different} different hidden unit, {right:.1%} right")

# %% [markdown]
# Started at 0, nothing happens: the hidden units give 0, so $W_2$ gets no slope, and through
# $W_2 = 0$ nothing gets back to $W_1$. Only the last biases learn. Started at 0.1, it learns, but
# all 64 hidden units see the same inputs, get the same `dout`, take the same step, and so stay the
# same for ever: you paid for 64 units and have one. Random weights break the **symmetry**. How
# *large* they should be is a question for unit 07.

# %% [markdown]
# ## 8. ★ For those who want more: an engine in forty lines
#
# You derived each backward pass by hand. Libraries such as PyTorch do not ask for that: there you
# write the way forth only, in ordinary arithmetic, and the slopes come by themselves. How? Every
# number remembers *what it was made from*, and its slope along each of these. The graph of part 2
# builds itself while you calculate.
#
# ### Exercise: `Value` ★ (optional, no points)
#
# Write the sum, the product and tanh, each with the slopes along its parents, and `backward`: it
# sets `grad` of every value that this one was made from, directly or not. Nothing is left over from
# an earlier call.
#
# <details><summary>Hint 1, a nudge</summary>
#
# In which order must the values be visited, so that each has its whole slope before it hands
# anything on? Think of a value that is used twice.
#
# <details><summary>Hint 2, a pointer</summary>
#
# Make a list in which everybody stands after his parents: a function that visits a value's parents
# first, then appends the value, and does nothing where it has been before (`value in seen`, with a
# set). Run through that list from its end, and add with `+=`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# In which order to put on clothes, if each knows what must be worn below it:
#
# ```python
# def dressing_order(outermost, below):
#     order, seen = [], set()
#     def put_on(piece):
#         if piece in seen:
#             return
#         seen.add(piece)
#         for other in below.get(piece, ()):
#             put_on(other)
#         order.append(piece)
#     put_on(outermost)
#     return order
# ```
#
# </details></details></details>


# %% exercise="Value"
class Value:
    """A number that remembers how it was made, and can tell its slope along all it was made from.

    Parameters
    ----------
    data : float
        The number.
    parents : tuple of Value
        What it was made from.
    slopes : tuple of float
        Its slope along each of the parents.

    Example
    -------
    >>> with_slopes(Value, 2.0, 3.0)
    (8.0, 4.0, 2.0)
    """

    def __init__(self, data, parents=(), slopes=()):
        self.data, self.grad = data, 0.0
        self.parents, self.slopes = parents, slopes

    def __add__(self, other):
        """The sum of two Values, as a Value."""
        ### BEGIN SOLUTION
        return Value(self.data + other.data, (self, other), (1.0, 1.0))
        ### END SOLUTION

    def __mul__(self, other):
        """The product of two Values, as a Value."""
        ### BEGIN SOLUTION
        return Value(self.data * other.data, (self, other), (other.data, self.data))
        ### END SOLUTION

    def tanh(self):
        """The hyperbolic tangent of a Value, as a Value."""
        ### BEGIN SOLUTION
        made = float(np.tanh(self.data))
        return Value(made, (self,), (1 - made**2,))
        ### END SOLUTION

    def backward(self):
        """Set grad of this and of all that it was made from to the slope of this along it."""
        ### BEGIN SOLUTION
        order = []

        def visit(value):
            if value not in order:
                for parent in value.parents:
                    visit(parent)
                order.append(value)

        visit(self)
        for value in order:
            value.grad = 0.0
        self.grad = 1.0
        for value in reversed(order):
            for parent, slope in zip(value.parents, value.slopes, strict=True):
                parent.grad += value.grad * slope
        ### END SOLUTION


# %% setup=true
def with_slopes(Value, a, b):
    """The sum a b + a, and its slopes along a and b."""
    a, b = Value(a), Value(b)
    f = a * b + a
    f.backward()
    return f.data, a.grad, b.grad


def unit_with_slopes(Value, w, x, b, times=1):
    """A tanh unit y of one input, then y + y^2, and its slopes along w, x and b."""
    w, x, b = Value(w), Value(x), Value(b)
    y = (w * x + b).tanh()
    f = y + y * y
    for _ in range(times):
        f.backward()
    return f.data, w.grad, x.grad, b.grad


# %% check="Value"
check(with_slopes, Value, 2.0, 3.0, expected=(8.0, 4.0, 2.0))
expected = 0.675669, 1.513310, 0.756655, 1.513310
check(unit_with_slopes, Value, 0.5, 1.0, 0.0, expected=expected, rtol=1e-5)
check(unit_with_slopes, Value, 0.5, 1.0, 0.0, 2, expected=expected, rtol=1e-5)

# %% [markdown]
# > **Predict.** The network of part 3 with one unit in each layer, and without biases. Which of the
# > numbers in the graph will get its slope from two arrows?

# %% demo=true
from nand2resnet import graphs

w1, x, w2 = Value(1.5), Value(-0.4), Value(2.0)
y4 = (w2 * (w1 * x).tanh()).tanh()
f = y4 * y4
f.backward()
graphs.graph_of(f, {"w1": w1, "x": x, "w2": w2, "y4": y4, "f": f})

# %% [markdown]
# The graph was not drawn by hand: it is what your `Value`s remembered. PyTorch does the same, with
# arrays in place of numbers. If it is installed here (this unit does not need it), the two can be
# compared:

# %%
try:
    import torch
except ImportError:
    print("PyTorch is not installed here. You will meet it in unit 10.")
else:
    t1, t, t2 = (torch.tensor(v, requires_grad=True) for v in (1.5, -0.4, 2.0))
    (torch.tanh(t2 * torch.tanh(t1 * t)) ** 2).backward()
    print("PyTorch:", [round(float(v.grad), 5) for v in (t1, t, t2)])
    ours = Value(1.5), Value(-0.4), Value(2.0)
    y = (ours[2] * (ours[0] * ours[1]).tanh()).tanh()
    (y * y).backward()
    print("yours:  ", [round(v.grad, 5) for v in ours])

# %% [markdown]
# ## What we learnt, where next
#
# * The chain rule multiplies slopes along a path and adds them over paths. Told backwards through a
#   graph, or as a recursion over layers, it computes each shared piece once.
# * The slope along an array has the array's shape: half of every derivation is getting the shapes to
#   fit. The other half is proved by a gradient check.
# * Formulas in print can be wrong. You have found one, and can find the next.
# * A layer needs no knowledge of the network: `dout` in, slopes out, and a cache in between.
# * All slopes cost about as much as two runs, by nudging two runs *each*.
# * Loops belong into the library: a batch is one product.
# * Units that start alike stay alike.
#
# **Next**, in unit 06: the same gradients, better steps. Momentum, RMSProp, Adam, and when each of
# them wins.
