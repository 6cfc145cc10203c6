# %% [markdown]
# # Regression
#
# *90 minutes, 20 points. You need unit 01: gradients, descent, the stable learning rate.*
#
# In unit 01 somebody handed you the valley. Here you build one, out of measurements: to each line
# that one could draw through a cloud of points belongs a number that says how badly it fits, and
# gradient descent rolls down to the line that fits best. Then comes the idea on which all of deep
# learning runs: you need not look at all the data to know which way is down.
#
# **At the end you can**
#
# * turn data into a cost, and a cost into a gradient, for one feature or many;
# * solve a linear regression exactly, and use that as a yardstick;
# * say why features are scaled before descent, and by how much that helps;
# * write stochastic gradient descent, and say what the size of a batch buys and costs;
# * choose between squared and absolute errors when one of the points is wrong.
#
# | part | | minutes |
# |---|---|---|
# | 1 | A line, and how wrong it is | 12 |
# | 2 | Downhill | 16 |
# | 3 | The yardstick, and real data | 20 |
# | 4 | A few samples at a time | 25 |
# | 5 | One point that lies | 12 |
# | 6 | A line with a bend | 5 |

# %% setup=true
import numpy as np

from nand2resnet import data, fits, plots
from nand2resnet.check import check

# %% [markdown]
# ## 1. A line, and how wrong it is
#
# Hang a weight on a spring and measure its length. Here are eight such measurements (made up, so
# that the numbers stay small).

# %% setup=true
load = np.array([0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0])  # kg
length = np.array([2.6, 3.7, 4.0, 5.3, 5.6, 6.3, 7.5, 7.8])  # cm

# %% [markdown]
# The simplest **model** of such data is a line. It has two **parameters**, the slope $w$ and the
# intercept $b$:
#
# $$y(x) = w x + b .$$
#
# **A worked example.** Take $w = 1$ and $b = 3$, a guess. What does this line say about a load of
# 2 kg, and how far is that from what was measured?

# %%
w, b = 1.0, 3.0
print("the line says:", w * load[3] + b, " measured:", length[3])

# %% [markdown]
# **More than one feature.** A patient is not described by one number but by ten: age, blood
# pressure and so on. Each **feature** gets a weight of its own, and there is still one intercept:
#
# $$y(x) = w_1 x_1 + w_2 x_2 + \dots + w_D x_D + b .$$
#
# The data come as a table `x` of shape `(N, D)`: a row for each sample, a column for each feature.
# **Half a worked example:** two samples with three features each. Compute the second prediction.

# %%
x = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]])
w, b = np.array([2.0, 1.0, -1.0]), 0.5
first = 1.0 * 2.0 + 0.0 * 1.0 + 2.0 * -1.0 + b
second = None  # your turn: row 1 of x
print(first, second)

# %% [markdown]
# ### Exercise: `predict`
#
# Return the model's prediction for every sample. One function serves both forms:
#
# * one feature: `x` has the shape `(N,)` and `w` is a number;
# * many features: `x` has the shape `(N, D)` and `w` the shape `(D,)`.
#
# The result has the shape `(N,)` in both cases.
#
# <details><summary>Hint 1, a nudge</summary>
#
# In the half-worked example each row of `x` met the same `w`. What is the name of "multiply entry by
# entry, then add up"?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.dot(x, w)` multiplies if `w` is a number, and if `w` is a vector it makes the dot product of
# each row of `x` with it. (`x @ w` does the second but refuses the first.)
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The bill of several customers, from how many of each article they took and what one costs:
#
# ```python
# def bills(amounts, prices, delivery):
#     return np.dot(amounts, prices) + delivery
# ```
#
# </details></details></details>


# %% exercise="predict"
def predict(x, w, b):
    """What the line (one feature) or the plane (many) says for each sample.

    Parameters
    ----------
    x : array (N,), or array (N, D)
        N samples with one feature, or with D.
    w : float, or array (D,)
        The slope along each feature.
    b : float
        The intercept.

    Returns
    -------
    array (N,)

    Example
    -------
    >>> predict(np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]]), np.array([2.0, 1.0, -1.0]), 0.5)
    array([0.5, 2.5])
    """
    ### BEGIN SOLUTION
    return np.dot(x, w) + b
    ### END SOLUTION


# %% check="predict"
check(predict, np.array([0.0, 1.0, 2.0]), 3.0, -1.0, expected=np.array([-1.0, 2.0, 5.0]))
two = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 1.0]])
check(predict, two, np.array([2.0, 1.0, -1.0]), 0.5, expected=np.array([0.5, 2.5]))
square = np.array([[1, 2], [3, 4]])
check(predict, square, np.array([10, 1]), 0, expected=np.array([12, 34]))

# %% [markdown]
# > **Predict.** Here are the springs and two guesses. Which of the two fits better? By how much? (Can
# > you say it with a number?)

# %% demo=true
guesses = {
    "w = 1, b = 3": lambda x: predict(x, 1.0, 3.0),
    "w = 2, b = 1": lambda x: predict(x, 2.0, 1.0),
}
fits.points_and_lines(load, length, guesses, names=("load in kg", "length in cm"))

# %% [markdown]
# ### One number for how wrong
#
# The difference between prediction and measurement, $y(x^i) - y^i$, is the **residual** of sample
# $i$ (the upper index counts samples; it is no power). We want to have all residuals small at once,
# so we square them, which makes them positive, and take the mean:
#
# $$C(w, b) = \frac{1}{n}\sum_{i=1}^{n} C_i(w, b)
# = \frac{1}{2n} \sum_{i=1}^{n} \bigl(y(x^i) - y^i\bigr)^2 .$$
#
# This is the **cost** or **loss**. The $\tfrac12$ changes nothing about which line is best; it is
# there to cancel a 2 in a minute. A cost per sample is what we compare: a *mean*, so that twice the
# data do not look twice as bad.

# %% [markdown]
# ### Exercise: `squared_error_loss`
#
# Return $C(w, b)$, using your `predict`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Read the formula from the inside: a difference, then what is done to it, then what is done to all
# of them together.
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.mean` sums and divides by $n$. What of the formula is then still missing?
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The mean distance between forecast and actual temperature:
#
# ```python
# def mean_distance(forecast, actual):
#     return np.mean(np.abs(forecast - actual))
# ```
#
# </details></details></details>


# %% exercise="squared_error_loss"
def squared_error_loss(x, y, w, b):
    """The cost C = 1/(2n) * (sum of the squared residuals) of a line or plane.

    Parameters
    ----------
    x : array (N,), or array (N, D)
        The features.
    y : array (N,)
        What was measured.
    w : float, or array (D,)
        The slope along each feature.
    b : float
        The intercept.

    Returns
    -------
    float

    Example
    -------
    >>> squared_error_loss(np.array([0.0, 1.0]), np.array([1.0, 5.0]), 2.0, 0.0)
    2.5
    """
    ### BEGIN SOLUTION
    residuals = predict(x, w, b) - y
    return np.mean(residuals**2) / 2
    ### END SOLUTION


# %% check="squared_error_loss"
x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([-1.0, 3.0, 1.0, 5.0])
check(squared_error_loss, x, y, 2.0, 0.0, expected=1.5)
three = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
y = np.array([1.0, 4.0, 0.0])
check(squared_error_loss, three, y, np.array([1.0, -1.0]), 2.0, expected=6.0)

# %%
print("w = 1, b = 3:", round(squared_error_loss(load, length, 1.0, 3.0), 4))
print("w = 2, b = 1:", round(squared_error_loss(load, length, 2.0, 1.0), 4))

# %% [markdown]
# ## 2. Downhill
#
# Now the data stay as they are, and $w$ and $b$ move. To each pair $(w, b)$ belongs one line, and
# one height $C(w, b)$: a landscape over the plane of all lines. Where it is lowest, there is the
# line that fits best. To get there we need its gradient.
#
# Take one sample. Its cost is $C_i = \tfrac12 (w x^i + b - y^i)^2$. By the chain rule the 2 of the
# square cancels the $\tfrac12$ (there it is), and what stands inside the bracket contributes its own
# derivative: $x^i$ along $w$, and 1 along $b$. The gradient of a mean is the mean of the gradients:
#
# $$\frac{\partial C}{\partial w} = \frac1n \sum_{i=1}^n \bigl(y(x^i) - y^i\bigr)\,x^i ,
# \qquad
# \frac{\partial C}{\partial b} = \frac1n \sum_{i=1}^n \bigl(y(x^i) - y^i\bigr) .$$
#
# With many features the first formula holds for each of them, with its own column of `x`.
#
# **A worked example**, two samples, with $w = 2$ and $b = 0$:

# %%
x, y = np.array([0.0, 1.0]), np.array([1.0, 5.0])
residuals = 2.0 * x + 0.0 - y
print("residuals:", residuals)
print("dC/dw:", (residuals[0] * x[0] + residuals[1] * x[1]) / 2)
print("dC/db:", (residuals[0] + residuals[1]) / 2)

# %% [markdown]
# Both are negative: to make the cost smaller, make $w$ and $b$ larger. Does that agree with the
# points $(0, 1)$ and $(1, 5)$ and the line $y = 2x$?

# %% [markdown]
# ### Exercise: `squared_error_gradient`
#
# Return the pair `(dw, db)`. `dw` has the shape of `w`: a number for one feature, `(D,)` for many.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Both formulas begin with the same array of residuals. What is then done with it, once with `x`, and
# once without?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.dot(residuals, x)` multiplies and sums over the samples, for `x` of shape `(N,)` as well as
# `(N, D)`. Then look at what stands before the sum.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How far does each feature go along with `y`, on average?
#
# ```python
# def mean_product(x, y):
#     return np.dot(y, x) / len(y)
# ```
#
# </details></details></details>


# %% exercise="squared_error_gradient"
def squared_error_gradient(x, y, w, b):
    """Gradient of C = 1/(2n) * (sum of the squared residuals).

    Parameters
    ----------
    x : array (N,), or array (N, D)
        The features.
    y : array (N,)
        What was measured.
    w : float, or array (D,)
        The slope along each feature.
    b : float
        The intercept.

    Returns
    -------
    (dw, db)
        dw has the shape of w; db is a float.

    Example
    -------
    >>> squared_error_gradient(np.array([0.0, 1.0]), np.array([1.0, 5.0]), 2.0, 0.0)
    (-1.5, -2.0)
    """
    ### BEGIN SOLUTION
    residuals = predict(x, w, b) - y
    return np.dot(residuals, x) / len(y), np.mean(residuals)
    ### END SOLUTION


# %% check="squared_error_gradient"
x, y = np.array([1.0, 2.0, 4.0]), np.array([3.0, 1.0, 2.0])
check(squared_error_gradient, x, y, 1.0, 1.0, expected=(5.0, 4 / 3))
x, y = np.array([0.0, 1.0]), np.array([1.0, 5.0])
check(squared_error_gradient, x, y, 2.0, 0.0, expected=(-1.5, -2.0))
three = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
expected = (np.array([14 / 3, -4 / 3]), 2 / 3)
y = np.array([1.0, 4.0, 0.0])
check(squared_error_gradient, three, y, np.array([1.0, -1.0]), 2.0, expected=expected)

# %% [markdown]
# ### Trust, but check
#
# You know how to make sure of a formula: nudge. The next cell compares yours with a central
# difference of your own loss, at a place with nothing special about it.

# %%
h = 1e-5
w, b = 0.7, 1.9
along_w = squared_error_loss(load, length, w + h, b) - squared_error_loss(load, length, w - h, b)
along_b = squared_error_loss(load, length, w, b + h) - squared_error_loss(load, length, w, b - h)
print("by nudging:", along_w / (2 * h), along_b / (2 * h))
print("by formula:", *squared_error_gradient(load, length, w, b))

# %% [markdown]
# ### Let it roll
#
# This is the loop of unit 01 with two parameters in place of $v$. **Your turn to finish** it: the
# intercept does not move yet.

# %%
w, b, lr = 0.0, 0.0, 0.1
for step in range(201):
    if step in (0, 1, 2, 10, 50, 200):
        print(
            f"step {step:3}: w {w:.3f}, b {b:.3f}, C {squared_error_loss(load, length, w, b):.4f}"
        )
    dw, db = squared_error_gradient(load, length, w, b)
    w = w - lr * dw
    b = b - lr * 0  # your turn

# %% [markdown]
# > **Predict.** On the left below is the line, on the right the landscape over the plane of all
# > lines, with the path of **your** gradient. Move through the steps: in what order does the descent
# > get the slope and the intercept right? Then raise the learning rate: which of the four regimes of
# > unit 01 do you meet?

# %% demo=true
from nand2resnet.widgets import FitExplorer

FitExplorer(squared_error_gradient, load, length, ("load in kg", "length in cm"))

# %% [markdown]
# The first steps find the valley floor: a line through the middle of the points. After that slope
# and intercept creep along together, for a line that is too flat and starts too high is nearly as
# good as the best one. A long narrow valley again; in a moment you will see what makes it long.

# %% [markdown]
# ## 3. The yardstick, and real data
#
# How do we know that descent has arrived? For this cost, and only because the model is linear, the
# bottom can be *computed*. Put the intercept in with the weights, as the weight of a feature that is
# always 1:
#
# $$A = \begin{pmatrix} x^1 & 1 \\ \vdots & \vdots \\ x^n & 1 \end{pmatrix}, \qquad
# v = \begin{pmatrix} w \\ b \end{pmatrix}, \qquad
# \nabla C = \frac1n A^\top (A v - y) .$$
#
# At the bottom the gradient is zero, and that is a system of linear equations, the **normal
# equation**:
#
# $$A^\top A\, v = A^\top y .$$
#
# For a network there is no such equation. That is why we use it here: it is the yardstick for a
# method that will work later, when there is no yardstick.

# %% [markdown]
# ### Exercise: `normal_equation`
#
# Return the best `(w, b)`. As always, `w` is a number if `x` has the shape `(N,)`, and an array of
# shape `(D,)` if it has the shape `(N, D)`. (No column of `x` is a combination of the others here, so
# there is exactly one answer.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# Build $A$ first and print its shape. How many unknowns does the system have with $D$ features?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.column_stack([x, np.ones(len(x))])` makes $A$ from `x` of either shape, `A.T` is the transpose,
# and `np.linalg.solve(M, r)` solves $M v = r$. The last entry of $v$ is the intercept. `np.ndim(x)`
# tells the two forms apart.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The parabola through three points, from three equations:
#
# ```python
# def parabola_through(x, y):
#     powers = np.column_stack([x**2, x, np.ones(3)])
#     solution = np.linalg.solve(powers, y)
#     return solution[:2], solution[2]
# ```
#
# Ours has more equations than unknowns, which is what the two $A^\top$ are for.
#
# </details></details></details>


# %% exercise="normal_equation"
def normal_equation(x, y):
    """The line or plane with the smallest sum of squared residuals, by solving for it.

    Parameters
    ----------
    x : array (N,), or array (N, D)
        The features. No column is constant or a combination of others.
    y : array (N,)
        What was measured.

    Returns
    -------
    (w, b)
        w is a float for one feature, shape (D,) for D features; b is a float.

    Example
    -------
    >>> normal_equation(np.array([0.0, 1.0, 2.0]), np.array([1.0, 4.0, 4.0]))
    (1.5, 1.5)
    """
    ### BEGIN SOLUTION
    design = np.column_stack([x, np.ones(len(y))])
    solution = np.linalg.solve(design.T @ design, design.T @ y)
    if np.ndim(x) == 1:
        return solution[0], solution[1]
    return solution[:-1], solution[-1]
    ### END SOLUTION


# %% check="normal_equation"
x, y = np.array([0.0, 1.0, 2.0]), np.array([1.0, 4.0, 4.0])
check(normal_equation, x, y, expected=(1.5, 1.5))
four = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 2.0]])
plane = four @ np.array([3.0, -2.0]) + 0.5
check(normal_equation, four, plane, expected=(np.array([3.0, -2.0]), 0.5))

# %%
w, b = normal_equation(load, length)
print(f"best line: w {w:.3f}, b {b:.3f}, C {squared_error_loss(load, length, w, b):.4f}")

# %% [markdown]
# Compare that with the loop above, once its intercept moves. After 200 steps its cost is within 0.001
# of the best, but its intercept is still off by 0.03: along the valley floor progress is slow.
#
# ### Real data
#
# Efron and others (2004) published ten measurements of 442 diabetes patients, and a number for how
# far the illness had progressed one year later. Which of the measurements tell something about it?

# %% setup=true
features, target, names = data.diabetes()
bmi = features[:, names.index("body mass index")]

# %% [markdown]
# > **Predict.** Does the illness progress faster with a larger body mass index? How much of the
# > scatter in the progression will a line explain: nearly all, about a third, next to nothing?

# %% demo=true
lines = {"least squares": lambda x: predict(x, *normal_equation(bmi, target))}
fits.points_and_lines(bmi, target, lines, names=("body mass index in kg/m²", "progression"))

# %%
w, b = normal_equation(bmi, target)
without = squared_error_loss(bmi, target, 0.0, target.mean())
alone = squared_error_loss(bmi, target, w, b)
together = squared_error_loss(features, target, *normal_equation(features, target))
print(
    f"C: the mean alone {without:.0f}, with the body mass index {alone:.0f}, all ten {together:.0f}"
)

# %% [markdown]
# The body mass index takes away about a third of the cost, all ten features about half. The other
# half is in nothing that was measured. No model, however deep, finds in the data what is not there.

# %% [markdown]
# ### Why descent dislikes raw data
#
# Unit 01 says when descent is stable: $\eta < 2/\lambda_{\max}$, with $\lambda_{\max}$ the largest
# eigenvalue of the Hessian. From $\nabla C = \frac1n A^\top(Av - y)$ we read off the Hessian:
# $H = \frac1n A^\top A$. Nothing but the features is in it.
#
# > **Predict.** The body mass index is between 18 and 42, the constant feature is 1. Which learning
# > rate is safe, roughly: 0.5, 0.05 or 0.002? And how elongated is the valley,
# > $\lambda_{\max}/\lambda_{\min}$?


# %% setup=true
def curvatures(x):
    """Eigenvalues of the Hessian of C, from the shallowest direction to the steepest."""
    design = np.column_stack([x, np.ones(len(x))])
    return np.linalg.eigvalsh(design.T @ design / len(x))


# %%
for name, x in (("body mass index", bmi), ("all ten features", features)):
    least, *_, most = curvatures(x)
    print(f"{name}: lr below {2 / most:.2g}, elongated {most / least:.2g} to 1")

# %% [markdown]
# The steepest direction sets the learning rate, the shallowest takes the time, and here they are
# apart by a factor of 26 thousand, or 52 million. The cure is to measure every feature in a
# unit of its own: how many **standard deviations** is it away from its **mean**?
#
# $$z = \frac{x - \text{mean}}{\text{standard deviation}} \qquad\text{for each column by itself.}$$

# %% [markdown]
# ### Exercise: `standardize`
#
# Return `(z, mean, scale)`. You need `mean` and `scale` again later: a *new* patient has to be
# measured with the same yardstick, not with one of their own.
#
# * The standard deviation is NumPy's: the root of the mean squared deviation (divided by $N$).
# * A column in which all values are the same has the standard deviation 0. Use 1 as its scale, so
#   that it becomes all zeros.
#
# <details><summary>Hint 1, a nudge</summary>
#
# The table has one row for each patient. Along which direction do you average to get one mean for
# each feature?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `x.mean(axis=0)` and `x.std(axis=0)` have the shape `(D,)`, and `x - mean` then works row by row.
# `np.where(condition, a, b)` chooses entry by entry.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Stretch each column to the range from 0 to 1, and leave an all-equal one alone:
#
# ```python
# def to_unit_range(x):
#     low, high = x.min(axis=0), x.max(axis=0)
#     width = np.where(high == low, 1, high - low)
#     return (x - low) / width, low, width
# ```
#
# </details></details></details>


# %% exercise="standardize"
def standardize(x):
    """Shift and scale each feature to mean 0 and standard deviation 1.

    Parameters
    ----------
    x : array (N, D)
        The features, one a column.

    Returns
    -------
    z : array (N, D)
        (x - mean) / scale
    mean : array (D,)
        Of each column.
    scale : array (D,)
        The standard deviation of each column; 1 where that is 0.

    Example
    -------
    >>> standardize(np.array([[1.0, 5.0], [3.0, 5.0]]))
    (array([[-1.,  0.], [ 1.,  0.]]), array([2., 5.]), array([1., 1.]))
    """
    ### BEGIN SOLUTION
    mean = x.mean(axis=0)
    deviation = x.std(axis=0)
    scale = np.where(deviation == 0, 1.0, deviation)
    return (x - mean) / scale, mean, scale
    ### END SOLUTION


# %% check="standardize"
table = np.array([[1.0, 10.0, -4.0], [3.0, 30.0, 0.0], [1.0, 10.0, 4.0], [3.0, 30.0, 0.0]])
z = np.array([[-1.0, -1.0, -np.sqrt(2)], [1, 1, 0], [-1, -1, np.sqrt(2)], [1, 1, 0]])
expected = (z, np.array([2.0, 20.0, 0.0]), np.array([1.0, 10.0, np.sqrt(8)]))
check(standardize, table, expected=expected)
z, mean, scale = standardize(features)
check.close(z.mean(axis=0), np.zeros(10), of="mean of each of the ten features", atol=1e-9)
check.close(z.std(axis=0), np.ones(10), of="standard deviation of each of the ten features")
level = np.array([[1.0, 5.0], [3.0, 5.0]])
expected = (np.array([[-1.0, 0.0], [1.0, 0.0]]), np.array([2.0, 5.0]), np.array([1.0, 1.0]))
check(standardize, level, expected=expected)

# %%
z, mean, scale = standardize(features)
least, *_, most = curvatures(z)
print(f"standardised: lr below {2 / most:.2g}, elongated {most / least:.3g} to 1")
w, b = normal_equation(z, target)
for name, weight in sorted(zip(names, w, strict=True), key=lambda pair: -abs(pair[1])):
    print(f"{name:20s} {weight:6.1f}")

# %% [markdown]
# From 52 million to less than five hundred, by a subtraction and a division. (What is left comes
# from features that rise and fall together: the cholesterols.) And the weights can now be compared:
# each says how much the prediction moves when its feature moves by one standard deviation.

# %% [markdown]
# ## 4. A few samples at a time
#
# Each step of descent so far has looked at all $n$ samples. With 442 that is nothing; with a million
# pictures it would be an hour for one step. But the gradient is a *mean*, and a mean can be
# estimated from a few: draw a **minibatch** $S$ of $m$ samples and use
#
# $$\nabla C = \frac1n\sum_{i=1}^n \nabla C_i \;\approx\; \frac1m \sum_{i \in S} \nabla C_i .$$
#
# The estimate is off, now this way, now that. But on average it is right, and one can take $n/m$
# steps for the price of one. This is **stochastic gradient descent**, SGD.
#
# > **Check the source.** The first of the sources writes this sum as
# > $\frac{\eta}{m}\sum_{i \in S_m} \nabla C_j$: it counts with $i$ and sums something with $j$. Taken
# > literally, that is $m$ times one and the same term. Another source averages over a minibatch by
# > dividing by $n$, the size of the whole data set. **Predict:** what does each slip do to the length
# > of the step?

# %%
rng = np.random.default_rng(0)
batch, j = rng.choice(442, size=20, replace=False), 7
dw, db = squared_error_gradient(bmi, target, 0.0, 0.0)
print(f"all 442 samples:        dC/db = {db:.1f}")
residuals = predict(bmi[batch], 0.0, 0.0) - target[batch]
print(f"one index, divided by m:        {residuals.sum() / 20:.1f}")
print(f"two indices, divided by m:      {sum(-target[j] for i in batch) / 20:.1f}")
print(f"one index, divided by n:        {residuals.sum() / 442:.1f}")

# %% [markdown]
# With two indices, the twenty samples come down to one. Divided by $n$, the step is $n/m$, here 22,
# times too short. One index, divided by the size of *this batch*, is what estimates the gradient.

# %% [markdown]
# ### How wrong is the estimate?
#
# > **Predict.** Each dot below is **your** gradient of one random minibatch of patients, the cross
# > that of all 442. If you make the batches four times as large, how much closer do the dots come: a
# > quarter of the distance, half, or the same? What would you pay for ten times the precision?

# %% demo=true
from nand2resnet.widgets import GradientNoise

GradientNoise(squared_error_gradient, (bmi - bmi.mean()) / bmi.std(), target)

# %% [markdown]
# Half. The spread shrinks like $1/\sqrt m$, so ten times the precision costs a hundred times the
# samples. That is why small batches are a bargain: the first few samples tell most of the direction.

# %% [markdown]
# ### Which samples?
#
# There are two ways to draw the minibatches.
#
# * **Random partition.** Shuffle the samples as one shuffles cards, and deal them out in piles of
#   $m$. When the pack is used up, every sample has had its turn exactly once: an **epoch**. Then
#   shuffle anew.
# * **Repeated sampling.** Draw each batch from the whole pack. No bookkeeping, but chance decides who
#   gets a turn.
#
# > **Predict.** Draw 442 times from 442 samples, putting each back. What share of them is never
# > drawn?

# %%
drawn = np.random.default_rng(1).integers(442, size=442)
visits = np.bincount(drawn, minlength=442)
print(f"never drawn: {np.mean(visits == 0):.0%}; the luckiest sample came {visits.max()} times")
print(f"expected share never drawn: (1 - 1/442)^442 = {(1 - 1 / 442) ** 442:.1%}")

# %% [markdown]
# More than a third of the data is not looked at ($1/e$, about 37%). We shall deal out partitions.

# %% [markdown]
# ### Exercise: `minibatches`
#
# Return the minibatches of one epoch: a list of arrays of sample numbers.
#
# * Every number from 0 to `n - 1` is in exactly one of them.
# * Each holds `batch_size` numbers, except that the last one holds what is left over. It is kept.
# * The order is random, drawn from the generator `rng` and from nothing else: so a call with a
#   generator in the same state gives the same batches, and the next call with the same generator
#   gives others.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Think of the pack of cards: one shuffle, then deal. With 10 cards in piles of 4, how large is the
# last pile?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `rng.permutation(n)` is a shuffled pack. `range(0, n, batch_size)` gives the places where the piles
# begin. A slice that reaches beyond the end simply ends there.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Cut a text into lines of a given width, from the left, without a shuffle:
#
# ```python
# def lines_of(text, width):
#     return [text[start : start + width] for start in range(0, len(text), width)]
# ```
#
# </details></details></details>


# %% exercise="minibatches"
def minibatches(n, batch_size, rng):
    """Deal the numbers 0 ... n - 1 out at random into batches: one epoch.

    Parameters
    ----------
    n : int
        How many samples there are.
    batch_size : int
        How many go into a batch, from 1 to n; the last one may hold fewer.
    rng : numpy.random.Generator
        Where all randomness comes from.

    Returns
    -------
    list of arrays of int

    Example
    -------
    >>> [len(batch) for batch in minibatches(10, 4, np.random.default_rng(0))]
    [4, 4, 2]
    """
    ### BEGIN SOLUTION
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
    ### END SOLUTION


# %% [markdown]
# With chance in play many answers are right. So the checks ask questions to which all of them have
# the same answer. How they ask stands in the next three cells, which you need not read.


# %% setup=true
def epoch_of(deal, n, batch_size, rng):
    """The sample numbers of one epoch, in the order in which their turn comes."""
    return np.concatenate(list(deal(n, batch_size, rng)))


def numbers_dealt(deal, n, batch_size):
    """All sample numbers of an epoch, sorted."""
    return np.sort(epoch_of(deal, n, batch_size, np.random.default_rng(0)))


def sizes_dealt(deal, n, batch_size):
    """How many samples are in each batch of an epoch."""
    return [len(batch) for batch in deal(n, batch_size, np.random.default_rng(0))]


# %% setup=true
def are_in_order(deal, n, batch_size):
    """Whether an epoch goes through the samples as they come."""
    return bool(np.all(np.diff(epoch_of(deal, n, batch_size, np.random.default_rng(0))) > 0))


def two_epochs_agree(deal, n, batch_size):
    """Whether a generator that is used twice gives the same order twice."""
    rng = np.random.default_rng(0)
    return np.array_equal(*(epoch_of(deal, n, batch_size, rng) for _ in range(2)))


# %% setup=true
def same_seed_agrees(deal, n, batch_size):
    """Whether two generators with the same seed give the same order."""
    generators = np.random.default_rng(0), np.random.default_rng(0)
    return np.array_equal(*(epoch_of(deal, n, batch_size, rng) for rng in generators))


def batches_of_neighbours(deal, n, batch_size):
    """How many batches hold neighbours only, such as 20 to 29."""
    batches = deal(n, batch_size, np.random.default_rng(0))
    return sum(np.ptp(batch) == batch_size - 1 for batch in batches)


# %% check="minibatches"
check(numbers_dealt, minibatches, 12, 4, expected=np.arange(12))
check(sizes_dealt, minibatches, 10, 4, expected=[4, 4, 2])
check(sizes_dealt, minibatches, 8, 4, expected=[4, 4])
check(are_in_order, minibatches, 100, 10, expected=False)
check(two_epochs_agree, minibatches, 100, 10, expected=False)
check(same_seed_agrees, minibatches, 100, 10, expected=True)
check(batches_of_neighbours, minibatches, 100, 10, expected=0)

# %% [markdown]
# ### What `sgd` should give
#
# The springs again, in batches of 2, with the learning rate 0.05. The circles show the slope and the
# intercept that a right `sgd` reaches after so many epochs. The slope shoots up, beyond its goal, and
# comes back while the intercept rises. Chance will put yours a little beside the circles, not far.

# %% demo=true
after = [0, 1, 2, 4, 8, 16, 32, 64]
springs = {
    "slope w": [0, 1.66, 1.88, 1.89, 1.83, 1.74, 1.63, 1.53],
    "intercept b": [0, 0.65, 0.78, 0.88, 1.04, 1.29, 1.61, 1.89],
}
plots.to_meet(after, springs, names=("epochs", "slope and intercept"))

# %% [markdown]
# ### Exercise: `sgd`
#
# Put it together. Start at zero, `w` as well as `b`. In every epoch deal out new minibatches with
# `rng`, and for each of them take one step with the gradient *of that minibatch*:
#
# $$w \leftarrow w - \eta\, \frac{\partial C_S}{\partial w}, \qquad
# b \leftarrow b - \eta\, \frac{\partial C_S}{\partial b}, \qquad
# C_S = \frac{1}{2|S|}\sum_{i\in S} (y(x^i) - y^i)^2 .$$
#
# Each step starts from where the last one ended. `x` is `(N,)` or `(N, D)`, as before. The data stay
# as they are.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Two loops, one inside the other. Which of them is the epoch, and in which of them does the shuffle
# belong?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `x[batch]` picks the rows of a batch, `y[batch]` the measurements that belong to them; your
# `squared_error_gradient` averages over whatever it is given. `0.0 * x[0]` is a zero of the right
# shape for `w` in both forms.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The mean of a column of numbers, found by looking at one number at a time and moving a little way
# towards it:
#
# ```python
# def running_guess(values, lr, rounds, rng):
#     guess = 0.0
#     for _ in range(rounds):
#         for i in rng.permutation(len(values)):
#             guess = guess - lr * (guess - values[i])
#     return guess
# ```
#
# </details></details></details>


# %% exercise="sgd"
def sgd(x, y, lr, batch_size, epochs, rng):
    """Fit a line or plane by stochastic gradient descent, from w = 0 and b = 0.

    Parameters
    ----------
    x : array (N,), or array (N, D)
        The features.
    y : array (N,)
        What was measured.
    lr : float
        The learning rate.
    batch_size : int
        How many samples a step looks at; the last batch of an epoch may hold fewer.
    epochs : int
        How many times to go through all samples, in a new random order each time.
    rng : numpy.random.Generator
        Where all randomness comes from.

    Returns
    -------
    (w, b)
        w is a number for one feature, shape (D,) for D features; b is a float.

    Example
    -------
    >>> sgd(np.array([0.0, 1.0]), np.array([1.0, 5.0]), 0.1, 2, 1, np.random.default_rng(0))
    (0.25, 0.3)
    """
    ### BEGIN SOLUTION
    w, b = 0.0 * x[0], 0.0
    for _ in range(epochs):
        for batch in minibatches(len(y), batch_size, rng):
            dw, db = squared_error_gradient(x[batch], y[batch], w, b)
            w = w - lr * dw
            b = b - lr * db
    return w, b
    ### END SOLUTION


# %% [markdown]
# The last two checks need a word. In their data each sample has a feature of its own, and the
# learning rate is tiny. So $w_i$ tells how sample $i$ was used: in a batch of 3, it moves by a third
# of the learning rate at each visit, and alone in the last batch by all of it. In the last check it is
# one of four samples who is left over; if the cards are shuffled anew for every epoch, each of them
# will have been the one by the end.

# %% check="sgd"
x, y = np.array([0.0, 1.0]), np.array([1.0, 5.0])
check(sgd, x, y, 0.1, 2, 1, np.random.default_rng(0), expected=(0.25, 0.3))
twins = np.array([2.0, 2.0]), np.array([3.0, 3.0])
check(sgd, *twins, 0.1, 1, 1, np.random.default_rng(0), expected=(0.9, 0.45))
check(sgd, x, y, 0.1, 2, 2, np.random.default_rng(0), expected=(0.4725, 0.5575))
three = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
expected = (np.array([1 / 30, 8 / 30]), 5 / 30)
y = np.array([1.0, 4.0, 0.0])
check(sgd, three, y, 0.1, 3, 1, np.random.default_rng(0), expected=expected)
w, b = sgd(np.eye(7), np.ones(7), 1e-9, 3, 1, np.random.default_rng(0))
expected = np.array([1 / 3] * 6 + [1.0])
check.close(np.sort(w) / 1e-9, expected, of="how each of 7 samples was used in an epoch")
w, b = sgd(np.eye(4), np.ones(4), 1e-9, 3, 60, np.random.default_rng(0))
alone = np.sum(w / 1e-9 > 20.5)  # in a batch of 3 in each of 60 epochs: 60 / 3 = 20
check.close(alone, 4, of="how many of 4 samples came last, and alone, at least once in 60 epochs")


# %% demo=true
def fitted(epochs):
    return sgd(load, length, 0.05, 2, epochs, np.random.default_rng(0))


yours = {
    "slope w": lambda epochs: [fitted(count)[0] for count in epochs],
    "intercept b": lambda epochs: [fitted(count)[1] for count in epochs],
}
plots.to_meet(after, springs, yours, names=("epochs", "slope and intercept"))

# %% [markdown]
# ### Batch, stochastic, minibatch
#
# Now the 442 patients, all ten features, standardised, with the same learning rate three times: all
# samples in one batch (*batch* gradient descent), one sample at a time (*stochastic* in the narrow
# sense), and minibatches of 32. The cost of the computation is nearly the same: each epoch looks at
# each sample once.
#
# > **Predict.** Which of the three has got closest to the yardstick after 1 epoch? After 30?

# %% demo=true
z, _, _ = standardize(features)


def excess(batch_size, epochs):
    """How far above the best possible cost, as a share of it."""
    best = squared_error_loss(z, target, *normal_equation(z, target))
    w, b = sgd(z, target, 0.01, batch_size, epochs, np.random.default_rng(0))
    return squared_error_loss(z, target, w, b) / best - 1


fits.progress(excess, batch_sizes=(442, 32, 1), epochs=(0, 1, 2, 4, 8, 16, 30))

# %% [markdown]
# One sample at a time makes 442 steps an epoch: it is within 11% of the best after the first, but
# then it does not come to rest. All samples at once makes one step an epoch, and after thirty of
# them it is only half-way down. Batches of 32 take longer to arrive and then stay closer; and since
# computers multiply matrices faster than single rows, their epochs take less time. This is how every
# network in this course is trained.
#
# > **Predict.** Batches of one do not come to rest at a learning rate of 0.01. What will a tenth of
# > that do?

# %%
for lr in (0.01, 0.001):
    for epochs in (10, 20, 30):
        w, b = sgd(z, target, lr, 1, epochs, np.random.default_rng(0))
        print(f"lr {lr}, {epochs} epochs: C = {squared_error_loss(z, target, w, b):.1f}")
best = squared_error_loss(z, target, *normal_equation(z, target))
print(f"the yardstick:       C = {best:.1f}")

# %% [markdown] question="never_at_rest" points=2
# ### Written question: never at rest
#
# Start SGD with batches of one *exactly* at the best line of the diabetes data: it moves away. Start
# it at the best line of points that all lie exactly on a line: it stays. Explain both. Then say
# what a smaller learning rate and what a larger batch change about the wandering, and what each of
# them costs. (Four or five sentences; a human reads them.)
#
# ### BEGIN SOLUTION
# At the best line the *mean* of the gradients is zero, but the gradient of a single sample is its
# residual times its features, which is zero only if the line goes through that sample. In the
# diabetes data every sample pulls towards itself, so each step leaves the bottom. If all points lie
# on the line, every residual is zero, and so is every step. (1 point: zero mean, single gradients not
# zero.)
#
# A smaller learning rate makes each step away shorter, so the line stays closer to the best one, but
# it also takes more steps to get there. In a larger batch more of the pulls cancel, so that the
# noise shrinks like one over the root of the batch size, but each step costs more samples, so there
# are fewer steps an epoch. (1 point: both effects with their costs.)
# ### END SOLUTION

# %% [markdown]
# ## 5. One point that lies
#
# Suppose a digit was mistyped, and one of the points is wildly off. A residual ten times as large
# costs a *hundred* times as much when it is squared: the line will do nearly anything to please that
# one point. What if we did not square?
#
# $$\text{L2:}\quad \frac{1}{2n}\sum_i \bigl(y(x^i) - y^i\bigr)^2
# \qquad\qquad \text{L1:}\quad \frac1n\sum_i \bigl|y(x^i) - y^i\bigr|$$
#
# The derivative of $|r|$ is its sign: $+1$ where $r > 0$, and $-1$ where $r < 0$. At $r = 0$ there is
# a kink and no derivative; we take 0 there. So, for the L1 loss,
#
# $$\frac{\partial}{\partial w} = \frac1n \sum_i \operatorname{sign}\bigl(y(x^i) - y^i\bigr)\, x^i ,
# \qquad
# \frac{\partial}{\partial b} = \frac1n \sum_i \operatorname{sign}\bigl(y(x^i) - y^i\bigr) .$$
#
# Compare with the L2 gradient: each sample still pulls at the line, but all of them **equally hard**,
# however far away they are. At the bottom as many pull up as down.
#
# > **Predict.** What is the best *constant* (a line with $w = 0$) for the numbers 1, 2, 3, 4 and 90
# > under L2? And under L1?

# %%
values = np.array([1.0, 2.0, 3.0, 4.0, 90.0])
guesses = np.linspace(0, 100, 1001)
l2 = [np.mean((guess - values) ** 2) / 2 for guess in guesses]
l1 = [np.mean(np.abs(guess - values)) for guess in guesses]
print(f"L2: {guesses[np.argmin(l2)]:.1f}, the mean    L1: {guesses[np.argmin(l1)]:.1f}, the median")

# %% [markdown]
# ### Exercise: `absolute_error_gradient`
#
# Return `(dw, db)` of the L1 loss $\frac1n \sum_i |y(x^i) - y^i|$. The sign of 0 counts as 0.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Put the two pairs of formulas side by side. What has taken the place of the residuals?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.sign` gives $-1$, 0 or 1 for each entry. There is no $\tfrac12$ in this loss and none in its
# gradient.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Votes: each judge says only "too high" or "too low", and the votes are averaged:
#
# ```python
# def mean_vote(price, estimates):
#     return np.mean(np.sign(price - estimates))
# ```
#
# </details></details></details>


# %% exercise="absolute_error_gradient"
def absolute_error_gradient(x, y, w, b):
    """Gradient of the L1 loss 1/n * (sum of the absolute residuals).

    Parameters
    ----------
    x : array (N,), or array (N, D)
        The features.
    y : array (N,)
        What was measured.
    w : float, or array (D,)
        The slope along each feature.
    b : float
        The intercept.

    Returns
    -------
    (dw, db)
        dw has the shape of w; db is a float. A residual of 0 counts as 0.

    Example
    -------
    >>> absolute_error_gradient(np.array([1.0, 2.0]), np.array([0.0, 5.0]), 1.0, 0.0)
    (-0.5, 0.0)
    """
    ### BEGIN SOLUTION
    signs = np.sign(predict(x, w, b) - y)
    return np.dot(signs, x) / len(y), np.mean(signs)
    ### END SOLUTION


# %% check="absolute_error_gradient"
x, y = np.array([1.0, -2.0, 4.0, 3.0]), np.array([0.0, 9.0, 0.0, 4.0])
check(absolute_error_gradient, x, y, 1.0, 1.0, expected=(1.75, 0.25))
x, y = np.array([1.0, 2.0]), np.array([0.0, 5.0])
check(absolute_error_gradient, x, y, 1.0, 0.0, expected=(-0.5, 0.0))
three = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 1.0]])
expected = (np.array([4 / 3, -1 / 3]), 1 / 3)
y = np.array([1.0, 4.0, 0.0])
check(absolute_error_gradient, three, y, np.array([1.0, -1.0]), 2.0, expected=expected)

# %% [markdown]
# > **Predict.** In the figure below, eleven points lie near a line and the twelfth does not. Drag it.
# > How far does each line follow, the L2 line of your `normal_equation`, and the L1 line found by
# > descent with your `absolute_error_gradient`?

# %% demo=true
from nand2resnet.widgets import OutlierLines

OutlierLines(normal_equation, absolute_error_gradient)

# %% [markdown]
# The L2 line gives way the further the point is dragged, and would give way without end. The L1
# line lets one point say "above" or "below", and no more: move the point up or down, and that line
# moves only when the point crosses it.
#
# What L1 costs: its gradient does not fade towards the bottom. The steps stay as long as before, so
# with a constant learning rate descent ends up hopping around the minimum; one lets the rate
# shrink. And L1 has no normal equation.

# %% [markdown]
# ## 6. A line with a bend
#
# Below 15 °C a house needs heating, and the more the colder it is. Above, it needs none, and no less
# than none. A line cannot say that. The smallest change that can is to cut the line off at zero:
#
# $$y(x) = \max(ax + b,\, 0) .$$
#
# This is the **rectified linear unit**, ReLU: one neuron of nearly every network you will meet. Its
# gradient is that of the line where the unit is *active*, $ax + b > 0$, and zero elsewhere.


# %% setup=true
def relu_unit(x, a, b):
    """The line ax + b, cut off at zero."""
    return np.maximum(a * x + b, 0)


def relu_gradient(x, y, a, b):
    """Gradient (da, db) of 1/(2n) * (sum of the squared residuals) of the unit."""
    residuals = (relu_unit(x, a, b) - y) * (a * x + b > 0)
    return np.mean(residuals * x), np.mean(residuals)


temperature = np.linspace(-1, 3, 21)  # in units of 10 °C
heating = np.maximum(6.0 - 4.0 * temperature, 0)  # kW, made up

# %% [markdown]
# > **Predict.** Descent from $(a, b) = (-1, 1)$, and from $(-1, -2)$, where the unit is silent at every
# > one of these temperatures. Where do the two end?

# %%
for a, b in ((-1.0, 1.0), (-1.0, -2.0)):
    start = (a, b)
    for _ in range(2000):
        da, db = relu_gradient(temperature, heating, a, b)
        a, b = a - 0.2 * da, b - 0.2 * db
    print(f"from {start}: a = {a:.3f}, b = {b:.3f}")

# %% [markdown]
# From the first start it finds the line and the bend, $-4$ and $6$. From the second it does not move
# at all: a unit that is silent for every sample has the gradient zero, and no way to find out which
# way is down. It is called **dead**. You will meet it again in unit 04, and its cures in unit 07.

# %% [markdown]
# ## What we learnt, where next
#
# * Data turn a model into a cost, a mean over the samples; its gradient is a mean too.
# * The normal equation gives the bottom at once, for linear models only. That makes it a yardstick.
# * The features alone shape the valley. Standardise them: the same yardstick for new data.
# * A mean can be estimated from a few. Shuffle, deal, step, and shuffle again: an epoch of SGD. Small
#   batches make many noisy steps, large ones few exact steps.
# * Squares obey outliers, absolute values outvote them.
# * A line cut off at zero is a neuron, and it can die.
#
# **Next**, in unit 03, the neuron does not measure but decides: yes or no. One kind of gate is enough
# to build everything a computer does.
