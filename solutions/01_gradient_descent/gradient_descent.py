# %% [markdown]
# # Gradient descent
#
# *75 minutes, 20 points. You need functions, vectors and a little NumPy.*
#
# A straight line fitted to ten points and a network of 152 layers learn in the same way: find out
# which way is downhill, take a small step, look again. In this unit you write that way of learning
# yourself, starting from nothing but subtraction and division, and you find out when it can be
# trusted and when it cannot.
#
# **At the end you can**
#
# * say what a derivative and a gradient tell you, and estimate both for any function;
# * check a gradient that somebody derived on paper, and catch the one that is wrong;
# * write gradient descent, and say when it stops;
# * work out which learning rates are safe in a given valley;
# * tell a minimum from a saddle, and say what descent does not promise.
#
# | part | | minutes |
# |---|---|---|
# | 1 | How much does it move? The derivative | 12 |
# | 2 | Many directions: the gradient | 15 |
# | 3 | Trust, but check | 10 |
# | 4 | Down into the valley: the algorithm | 15 |
# | 5 | How long a step? The learning rate | 15 |
# | 6 | Beyond bowls | 8 |

# %% setup=true
import numpy as np

from nand2resnet import plots
from nand2resnet.check import check

# %% [markdown]
# ## 1. How much does it move?
#
# Turn a tap by one degree. Does the water get much warmer, a little warmer, or (wrong tap) colder?
# The answer is the tap's *derivative*: how much the output changes for each unit by which you
# change the input. A derivative is a **sensitivity**.
#
# For a function $f$ of one number $v$,
#
# $$f'(v) = \lim_{h \to 0} \frac{f(v + h) - f(v)}{h}, \qquad\text{so for a small nudge } h\qquad
# f(v + h) \approx f(v) + f'(v)\,h .$$
#
# Its size says how strongly $f$ reacts. Its **sign** says which way is up: where $f'(v) > 0$, a
# larger $v$ gives a larger $f$; where $f'(v) < 0$, a larger $v$ gives a smaller $f$; where
# $f'(v) = 0$, the ground is level.


# %% setup=true
def square(v):
    """v²: its slope is 2v."""
    return v**2


def cube(v):
    """v³: its slope is 3v²."""
    return v**3


# %% [markdown]
# **A worked example.** What is the slope of $v^3$ at $v = 2$? The rule from school says
# $3 \cdot 2^2 = 12$. Suppose we did not know the rule. Then we nudge, and look:

# %%
h = 0.1
rise = cube(2 + h) - cube(2)
print(f"Step of {h} to the right: f rises by {rise:.3f}, a slope of {rise / h:.2f}")
rise = cube(2) - cube(2 - h)
print(f"Step of {h} to the left:  f falls by {rise:.3f}, a slope of {rise / h:.2f}")

# %% [markdown]
# The curve bends upwards, so the step to the right sees too steep a slope, 12.61, and the step to
# the left too gentle a one, 11.41. Why choose? Step to *both* sides and the two errors nearly
# cancel. This is the **central difference**:
#
# $$f'(v) \approx \frac{f(v + h) - f(v - h)}{2h} .$$
#
# **Your turn to finish.** One number is missing below: how far apart are the two points?

# %%
rise = cube(2 + h) - cube(2 - h)
run = None  # your turn: replace None
print("slope:", run if run is None else rise / run)  # 12.01, if run is right

# %% [markdown]
# ### Exercise: `derivative`
#
# Write the central difference as a function. It uses exactly the formula above, with whatever `h`
# it is given. If `v` is an array, it returns the slope at each of its points.
#
# <details><summary>Hint 1, a nudge</summary>
#
# You have just computed it for one function and one point. What was particular about them?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `f` is an ordinary argument that happens to be a function: `f(v + h)` calls it. The divisor is the
# distance between the two points. Mind the brackets: `6 / 2 * 3` is 9 in Python.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The mean of `f` over the two neighbouring points would be
#
# ```python
# def mean_of_neighbours(f, v, h):
#     return (f(v + h) + f(v - h)) / 2
# ```
#
# No loop is needed for arrays: NumPy adds `h` to every entry, and `f` works on every entry.
#
# </details></details></details>


# %% exercise="derivative"
def derivative(f, v, h=1e-5):
    """Slope of f at v by the central difference.

    Parameters
    ----------
    f : function
        Takes a number and gives a number. Given an array, it works on each entry.
    v : float, or array of any shape
        The point, or many points at once.
    h : float
        The nudge, to either side.

    Returns
    -------
    float, or array of v's shape

    Example
    -------
    >>> derivative(cube, 2.0, h=0.1)
    12.01
    """
    ### BEGIN SOLUTION
    return (f(v + h) - f(v - h)) / (2 * h)
    ### END SOLUTION


# %% check="derivative"
check(derivative, cube, 2.0, 0.1, expected=12.01)
check(derivative, square, -3, 0.5, expected=-6.0)
points = np.array([-1.0, 0.0, 2.0])
check(derivative, cube, points, 1.0, expected=np.array([4.0, 1.0, 13.0]))

# %% [markdown]
# > **Predict.** The next figure draws $f(v) = v^3 - 3v$ and colours it by the sign of *your*
# > derivative. Where will it change colour? (At which $v$ is $3v^2 - 3$ zero?)

# %% demo=true
plots.rising_and_falling(lambda v: v**3 - 3 * v, derivative, between=(-2.2, 2.2))

# %% [markdown]
# It turns at $v = -1$ and $v = 1$, where the ground is level: at the top of the hill and at the
# bottom of the hollow. Keep that in mind. To find the bottom of something, look for the place where
# the derivative is zero, and *which* way to look is what the sign tells you.
#
# > **Predict.** How small should $h$ be? If you halve it, what happens to the error of a one-sided
# > difference, and what to that of the central one? Is the smallest $h$ the best?

# %% demo=true
plots.error_against_step(derivative, np.sin, np.cos, at=1.0)

# %% [markdown]
# Read the figure from the right. The one-sided error shrinks like $h$; the central error shrinks
# like $h^2$, so halving $h$ quarters it. Then both curves turn round: a computer keeps about 16
# digits, $f(v + h)$ and $f(v - h)$ agree in ever more of them, and the subtraction leaves only
# noise. The best central step is near $10^{-5}$. That is why `h=1e-5` is the default.

# %% [markdown]
# ## 2. Many directions: the gradient
#
# A network has millions of inputs to turn: its weights. Nudge one of them and hold the others
# still, and you have a **partial derivative**, $\partial f / \partial v_i$. Collect the partial
# derivatives, one for each input, and you have the **gradient**:
#
# $$\nabla f = \left(\frac{\partial f}{\partial v_1}, \frac{\partial f}{\partial v_2}, \ldots,
# \frac{\partial f}{\partial v_n}\right) .$$
#
# The gradient has the same shape as $v$: one sensitivity for each entry.


# %% setup=true
def bowl(v):
    """f(x, y) = x² + 3y²: a valley, steeper along y."""
    return v[0] ** 2 + 3 * v[1] ** 2


def bowl_gradient(v):
    """(2x, 6y), derived on paper."""
    return np.array([2 * v[0], 6 * v[1]])


# %% [markdown]
# **Half a worked example.** At $(1, 2)$ the gradient of $x^2 + 3y^2$ is $(2x, 6y) = (2, 12)$. Here
# is the first entry by nudging. Add the second:

# %%
h = 1e-5
along_x = (bowl([1 + h, 2]) - bowl([1 - h, 2])) / (2 * h)
along_y = None  # your turn: nudge y, leave x alone
print("gradient at (1, 2):", round(along_x, 6), along_y)

# %% [markdown]
# ### Exercise: `numerical_gradient`
#
# Estimate the gradient of a function of an array, one entry at a time, each by a central
# difference with step `h`.
#
# * `v` may have any shape: a vector, a matrix of weights, a batch of images, a single number. The
#   gradient has the same shape.
# * Whatever numbers `v` holds, calculate in `float64`. In an array of integers, `1 + 1e-5` is 1.
# * `v` belongs to the caller. After the call it must be what it was before.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Each entry is the exercise you have just solved, with everything else held still. What has to
# happen between one entry and the next?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.array(v, dtype=float)` makes a copy in float64. `for index in np.ndindex(v.shape)` visits every
# entry of an array of any shape, and `v[index]` reads or writes it. Change one entry of a copy of
# `v` (or add an array that is zero but for one entry), call `f`, and start the next entry from the
# unchanged `v`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# This function asks a different question of each entry: what if it were zero?
#
# ```python
# def change_without(f, v):
#     v = np.array(v, dtype=float)
#     changes = np.zeros(v.shape)
#     for index in np.ndindex(v.shape):
#         without = v.copy()
#         without[index] = 0
#         changes[index] = f(v) - f(without)
#     return changes
# ```
#
# </details></details></details>


# %% exercise="numerical_gradient"
def numerical_gradient(f, v, h=1e-5):
    """Gradient of f at v, entry by entry, by central differences.

    Parameters
    ----------
    f : function
        Takes an array of v's shape and gives a number.
    v : array of any shape, or a number
        The point. Not changed.
    h : float
        The nudge, to either side.

    Returns
    -------
    array of v's shape, float64

    Example
    -------
    >>> numerical_gradient(bowl, np.array([1, 2]))
    array([ 2., 12.])
    """
    ### BEGIN SOLUTION
    v = np.array(v, dtype=float)
    gradient = np.zeros(v.shape)
    for index in np.ndindex(v.shape):
        nudge = np.zeros(v.shape)
        nudge[index] = h
        gradient[index] = (f(v + nudge) - f(v - nudge)) / (2 * h)
    return gradient
    ### END SOLUTION


# %% setup=true
def twisted(v):
    """f(x, y) = x²y: the two inputs work together."""
    return v[0] ** 2 * v[1]


def sum_of_squares(v):
    """The sum of the squares of all entries: its gradient is 2v."""
    return np.sum(np.square(v))


# %% check="numerical_gradient"
point = np.array([1.0, 2.0])
check.untouched(numerical_gradient, twisted, point, 0.1)
check(numerical_gradient, twisted, point, 0.1, expected=np.array([4.0, 1.0]))
matrix = np.array([[1.0, -4.0], [2.0, 5.0], [3.0, 6.0]]).T
check(numerical_gradient, sum_of_squares, matrix, 0.1, expected=2 * matrix)
whole = np.array([1, 2, 3])
check(numerical_gradient, sum_of_squares, whole, 0.001, expected=2.0 * whole)

# %% [markdown]
# ### Steepest ascent
#
# Which way is up? Take a small step of length $\varepsilon$ in the direction $u$, an arrow of
# length 1. Nudging every input a little adds up:
#
# $$f(v + \varepsilon u) - f(v) \;\approx\; \varepsilon\, \nabla f \cdot u
# \;=\; \varepsilon\, \lVert \nabla f \rVert \cos\theta ,$$
#
# where $\theta$ is the angle between $u$ and the gradient. Three directions are special:
#
# * $\theta = 0$, along the gradient: the gain is the largest possible. **The gradient points the
#   way of steepest ascent.**
# * $\theta = 180°$, against it: the steepest *descent*.
# * $\theta = 90°$, across it: no gain at all. That is the direction of the **level set**, the
#   contour line on which $f$ keeps its value. The gradient is at right angles to it.
#
# > **Predict.** The landscape below is $f(x, y) = x\,e^{-(x^2 + y^2)}$: a hill on the right, a
# > hollow on the left, and every arrow is computed by **your** `numerical_gradient`. Which way does
# > the arrow point at $(0, 0)$? Where is it longest? Where does it vanish? Then move the probe, and
# > turn the direction in which the slope is read.

# %% demo=true
from nand2resnet.widgets import GradientField

GradientField(numerical_gradient)

# %% [markdown]
# At the origin the arrow points straight to the right, to the hill, and nowhere is the slope
# greater. It vanishes on the hilltop $(1/\sqrt2, 0)$ and at the bottom of the hollow
# $(-1/\sqrt2, 0)$.
#
# Is the arrow really the *steepest* way? Do not take it on trust. Here we try 360 directions and
# keep the one that gains most; compare it with your gradient. Change `place` and run it again.


# %% setup=true
def hill_and_hollow(v):
    """f(x, y) = x exp(-(x² + y²))."""
    x, y = v
    return x * np.exp(-(x**2 + y**2))


# %%
place = np.array([0.3, -0.8])
angles = np.radians(np.arange(360))
directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
gains = [hill_and_hollow(place + 0.001 * u) - hill_and_hollow(place) for u in directions]
best = directions[np.argmax(gains)]

gradient = numerical_gradient(hill_and_hollow, place)
print("best of 360 directions:   ", best.round(3))
print("direction of the gradient:", (gradient / np.linalg.norm(gradient)).round(3))

# %% [markdown]
# ## 3. Trust, but check
#
# Your `numerical_gradient` works for any function, but it calls `f` twice for each entry: for a
# network with a million weights, two million times for *one* step. So networks use gradients that
# somebody derived on paper, and people make slips on paper. The way out is to have both: the fast
# formula, and the slow number to check it against.
#
# How far apart may the two be? A difference of 0.001 is nothing if the gradient is 1000, and
# everything if it is 0.001. So compare the difference with the size of what is compared, the
# **relative error**:
#
# $$\text{error} = \frac{\lVert a - n \rVert}{\lVert a \rVert + \lVert n \rVert} ,$$
#
# with $a$ the gradient from paper, $n$ the numerical one, and $\lVert\cdot\rVert$ the square root of
# the sum of the squares of *all* entries. If both gradients are zero, they agree: the error is 0.
#
# The number reads like a thermometer:
#
# | error | what it tells |
# |---|---|
# | below $10^{-7}$ | right, up to rounding |
# | about $10^{-4}$ | suspicious: perhaps a kink in $f$, perhaps a slip |
# | 1/3 | twice or half of what it should be |
# | 1 | the opposite sign, or zero where it should not be |

# %% [markdown]
# ### Exercise: `gradient_check`
#
# Return the relative error between `df` and *your* `numerical_gradient` of `f` at `x` (with its
# default step).
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which two arrays do you compare, and which of them do you still have to compute? And what is 0 / 0?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `np.linalg.norm(a)` is $\lVert a \rVert$ for an array of any shape. Look at the divisor before
# you divide by it.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The relative difference of two prices:
#
# ```python
# def relative_difference(p, q):
#     size = abs(p) + abs(q)
#     if size == 0:
#         return 0.0
#     return abs(p - q) / size
# ```
#
# </details></details></details>


# %% exercise="gradient_check"
def gradient_check(f, x, df):
    """Relative error between a gradient derived on paper and the numerical one.

    error = ||df - n|| / (||df|| + ||n||) with n the numerical gradient of f at x,
    and 0 if both gradients are zero.

    Parameters
    ----------
    f : function
        Takes an array of x's shape and gives a number.
    x : array of any shape
        The point.
    df : array of x's shape
        The gradient of f at x that is to be checked.

    Returns
    -------
    float, from 0 (they agree) to 1

    Example
    -------
    >>> gradient_check(bowl, np.array([1.0, 2.0]), np.array([-2.0, -12.0]))
    1.0
    """
    ### BEGIN SOLUTION
    numeric = numerical_gradient(f, x)
    size = np.linalg.norm(df) + np.linalg.norm(numeric)
    if size == 0:
        return 0.0
    return np.linalg.norm(df - numeric) / size
    ### END SOLUTION


# %% setup=true
def ramp(v):
    """f(x, y) = 4x + 3y: the gradient is (4, 3) everywhere."""
    return 4 * v[0] + 3 * v[1]


# %% check="gradient_check"
point, right = np.array([1.0, 2.0]), np.array([2.0, 12.0])
check(gradient_check, bowl, point, right, expected=0.0, atol=1e-7)
check(gradient_check, bowl, point, 2 * right, expected=1 / 3)
check(gradient_check, ramp, point, np.array([3.0, 4.0]), expected=np.sqrt(2) / 10)
bottom = np.array([0.0, 0.0])
check(gradient_check, bowl, bottom, np.array([0.0, 0.0]), expected=0.0)

# %% [markdown]
# ### Three derivations, one of them right
#
# Ada, Ben and Chloe each worked out the gradient of $f(x, y) = x\,e^{-(x^2+y^2)}$ on paper. Two of
# them made a slip. You could redo the algebra. Or you could let your `gradient_check` find out.


# %% setup=true
def by_ada(v):
    """((1 - 2x²) e, -2xy e) with e = exp(-(x² + y²))."""
    x, y = v
    return np.array([1 - 2 * x**2, -2 * x * y]) * np.exp(-(x**2 + y**2))


def by_ben(v):
    """((1 - 2x²) e, -2y e)."""
    x, y = v
    return np.array([1 - 2 * x**2, -2 * y]) * np.exp(-(x**2 + y**2))


def by_chloe(v):
    """((1 + 2x²) e, -2xy e)."""
    x, y = v
    return np.array([1 + 2 * x**2, -2 * x * y]) * np.exp(-(x**2 + y**2))


# %% [markdown]
# > **Predict.** We start with the simplest place there is, the origin. Who passes?

# %%
place = np.array([0.0, 0.0])
for derived in (by_ada, by_ben, by_chloe):
    error = gradient_check(hill_and_hollow, place, derived(place))
    print(f"{derived.__name__:9s} relative error {error:.1e}")

# %% [markdown]
# At the origin all three pass, because the slips are multiplied by zero there. **Check at a place
# with nothing special about it**, never at 0, never at 1. Set `place` to something like
# `np.array([0.7, -0.4])` and run the cell again.
#
# <details><summary>What you should find</summary>
#
# Ada is right to ten digits. Ben lost an $x$ when he differentiated along $y$, Chloe a minus sign
# along $x$; their errors are about 0.2 and 0.7, and no choice of $h$ makes them small.
#
# </details>
#
# A few lines of your own have just refereed three derivations. You will use them in every unit that
# has a gradient in it, and in unit 05 they convict a formula that was really published.

# %% [markdown]
# ## 4. Down into the valley
#
# Much of the world can be put as one question: *for which $v$ is $C(v)$ smallest?* $C$ may be the
# error of a network, the cost of a delivery round or the energy of a molecule. In general there is
# no recipe. But imagine the graph of $C$ as a valley and put a ball on its slope. It needs no map to
# reach the bottom: it follows, at every moment, the steepest way down. And you know which way that
# is: against the gradient.
#
# > **Gradient descent**
# >
# > 1. Start somewhere: $v = v_0$.
# > 2. While the gradient is not yet nearly zero: $\;v \leftarrow v - \eta\, \nabla C(v)$.
#
# The factor $\eta$ (eta; `lr` in code) is the **learning rate**: how far to go for a given slope. A
# steep slope makes a long step, and close to the bottom, where the gradient fades, the steps
# shrink by themselves.
#
# (A real ball has momentum and rolls through the bottom. Ours stops dead after each step. Unit 06
# gives it back its momentum.)

# %% [markdown]
# **A worked example**, on $v^2$, with slope $2v$, from $v_0 = 8$ and with $\eta = 0.25$. Before you
# run it: where is $v$ after one step?

# %%
v = 8.0
for _ in range(4):
    slope = 2 * v
    print(f"at {v:5.2f} the slope is {slope:5.2f}: go {-0.25 * slope:+.2f}")
    v = v - 0.25 * slope

# %% [markdown]
# **What it will look like.** In the bowl $x^2 + 3y^2$ each step multiplies $x$ by $1 - 2\eta$ and $y$
# by $1 - 6\eta$. So for this one valley we know on paper where the ball must be after each step. Here
# it is for $\eta = 0.29$, with the level sets of the bowl.
#
# > **Predict.** $1 - 2\eta$ is positive here and $1 - 6\eta$ is negative. What will that look like?

# %% demo=true
from_here, factors = np.array([-2.5, 1.2]), 1 - 0.29 * np.array([2, 6])
by_formula = from_here * factors ** np.arange(16)[:, np.newaxis]
plots.path_on(
    plots.level_sets(bowl, x=(-3, 3), y=(-1.6, 1.6)), by_formula, label="by formula", circles=True
)

# %% [markdown]
# Along $x$ the ball comes in from one side; along $y$ it jumps from one side to the other, each time
# a little less far. Your function will do the same in *any* valley, from the gradient alone.

# %% [markdown]
# ### Exercise: `gradient_descent`
#
# Follow the gradient downhill and return the whole **path**, the start included.
#
# * Before each step look at the gradient. If its norm is **below** `tolerance`, stop: the path ends
#   where you stand. (At a norm exactly equal to `tolerance` you go on.)
# * Take at most `max_steps` steps.
# * `v0` may have any shape and may hold integers: calculate in `float64`. `v0` itself stays as it is.
#
# With $T$ steps taken, the path has $T + 1$ points, so its shape is $(T + 1, \ldots)$, where the
# dots stand for the shape of `v0`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Play it by hand for $v^2$ from 8, as above. What do you write down before the first
# step? When you notice that you have arrived, have you already written that point down?
#
# <details><summary>Hint 2, a pointer</summary>
#
# A `for` loop over `range(max_steps)`, with a `break`. Keep the points in a list, and turn it into
# an array at the end. `v = v - ...` makes a new array; `v -= ...` changes the old one, also in the
# list where you have put it.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Halve until small, and keep every value:
#
# ```python
# def halve_until_small(x0, tolerance, max_steps):
#     x = float(x0)
#     path = [x]
#     for _ in range(max_steps):
#         if abs(x) < tolerance:
#             break
#         x = x / 2
#         path.append(x)
#     return np.array(path)
# ```
#
# </details></details></details>


# %% exercise="gradient_descent"
def gradient_descent(grad, v0, lr, tolerance=1e-6, max_steps=1000):
    """Walk downhill from v0 and return every point of the way.

    Parameters
    ----------
    grad : function
        Takes an array of v0's shape and gives the gradient there, an array of the same shape.
    v0 : array of any shape, or a number
        The start. Not changed.
    lr : float
        The learning rate: each step is -lr * grad(v).
    tolerance : float
        Stop, without a further step, where the gradient's norm is below this.
    max_steps : int
        The largest number of steps.

    Returns
    -------
    array (T + 1, ...), float64
        The path: v0 and the points after each of the T steps.

    Example
    -------
    >>> gradient_descent(bowl_gradient, np.array([8, 1]), lr=0.25, max_steps=2)
    array([[ 8.  ,  1.  ],
           [ 4.  , -0.5 ],
           [ 2.  ,  0.25]])
    """
    ### BEGIN SOLUTION
    v = np.array(v0, dtype=float)
    path = [v]
    for _ in range(max_steps):
        slope = grad(v)
        if np.linalg.norm(slope) < tolerance:
            break
        v = v - lr * slope
        path.append(v)
    return np.array(path)
    ### END SOLUTION


# %% setup=true
def slope_of_square(v):
    """2v, the slope of v²."""
    return 2 * v


# %% check="gradient_descent"
start, path = np.array([8.0, 1.0]), np.array([[8.0, 1.0], [4.0, -0.5], [2.0, 0.25]])
check(gradient_descent, bowl_gradient, start, 0.25, 1e-6, 2, expected=path)
path = np.array([[8.0], [4.0], [2.0], [1.0], [0.5], [0.25]])
check(gradient_descent, slope_of_square, path[0], 0.25, 1.0, 100, expected=path)
path = np.array([[6.0, 8.0], [3.0, 4.0], [1.5, 2.0], [0.75, 1.0]])
check(gradient_descent, slope_of_square, path[0], 0.25, 4.5, 100, expected=path)
whole = np.array([[1, -2]])
path = np.array([[[1, -2]], [[0.5, -1]], [[0.25, -0.5]]])
check(gradient_descent, slope_of_square, whole, 0.25, 1e-6, 2, expected=path)
check.untouched(gradient_descent, bowl_gradient, start, 0.25, 1e-6, 2)

# %% [markdown]
# Now the picture from above again, with your path as a line. It should pass through every circle,
# and leave each point at right angles to the level set there. (The axes have the same scale.)

# %% demo=true
from_above = plots.level_sets(bowl, x=(-3, 3), y=(-1.6, 1.6))
plots.path_on(from_above, by_formula, label="by formula", circles=True)
plots.path_on(from_above, gradient_descent(bowl_gradient, from_here, 0.29, 0, 15), label="yours")

# %% [markdown]
# ### When does the ball find *the* bottom?
#
# A function is **convex** if the straight line between any two points of its graph never runs below
# the graph: for all $a$, $b$ and $0 < t < 1$,
#
# $$f(ta + (1 - t)b) \;\le\; t f(a) + (1 - t) f(b) .$$
#
# It is **strictly** convex if that holds with $<$ whenever $a \ne b$. A strictly convex function has
# **one minimum at most**. For suppose it had two, at $a \neq b$, both with the smallest value $m$:
# then half-way between them $f$ would be *below* $\tfrac12 m + \tfrac12 m = m$, which is impossible.
#
# > **Check the source.** The notes this course follows (S. Chilamkurthy, *Deep Learning Crash
# > Course*, part 1) say that convex functions have only one minimum. Here is a convex function with a
# > flat floor, $\max(|v| - 1, 0)^2$. **Predict:** where does descent end if it starts at $-3$, at
# > $0.4$, and at $3$?


# %% setup=true
def trough_slope(v):
    """Slope of the trough max(|v| - 1, 0)²."""
    return 2 * np.sign(v) * np.maximum(np.abs(v) - 1, 0)


# %%
for start in (-3, 0.4, 3):
    path = gradient_descent(trough_slope, start, lr=0.2)
    print(f"from {start:4} to {path[-1]:+.4f} in {len(path) - 1} steps")

# %% [markdown]
# Three starts, three ends, and all of them are minima: every point from $-1$ to $1$ is one. What
# holds for a convex function is that every *local* minimum is a *global* one, so no matter where the
# ball comes to rest, nowhere is lower. There may be one such point (strictly convex), many (the
# trough), or none at all: $e^v$ is strictly convex, and always gets lower to the left.

# %% [markdown]
# ## 5. How long a step?
#
# The learning rate is the one number in the algorithm that you have to choose, and it decides
# everything.
#
# > **Predict.** On the left of the figure is a curve, on the right a valley with level sets. As you
# > move the learning rate from very small to very large, what are the different things that can
# > happen to the path? Name as many as you can, then move the slider. Every path is computed by
# > **your** `gradient_descent`.

# %% demo=true
from nand2resnet.widgets import LearningRateExplorer

LearningRateExplorer(gradient_descent)

# %% [markdown]
# There are four regimes. *Too small*: the right way, but it takes for ever. *Good*: a few steps.
# *Large*: every step jumps over the bottom to the other side, each time a little lower. *Too
# large*: every jump lands **higher** than it started, where the slope is steeper, so that the next
# jump is longer still. The path runs away: it **diverges**.
#
# The figure marks the border. Where does this number come from?

# %% [markdown]
# ### The stable range, in three lines
#
# Take the simplest valley, $f(v) = \tfrac12 \lambda v^2$, with **curvature** $\lambda > 0$. Its
# slope is $\lambda v$, so
#
# $$\begin{aligned}
# v_{t+1} &= v_t - \eta\,\lambda v_t = (1 - \eta\lambda)\, v_t , && \text{each step multiplies by the
# same number;}\\
# v_t &= (1 - \eta\lambda)^t\, v_0 \;\to\; 0 \quad\text{if } |1 - \eta\lambda| < 1 , && \text{so this
# number must be smaller than 1 in size;}\\
# &\text{that is,} \quad 0 < \eta < 2 / \lambda .
# \end{aligned}$$
#
# > **Check the source.** The same notes say that descent is guaranteed to reach the minimum of a
# > convex function. The function $v^2$ is as convex as it gets; its curvature is $\lambda = 2$.
# > **Predict** for each learning rate below: slow, quick, or never?

# %%
for lr in (0.001, 0.1, 0.5, 0.9, 0.999, 1.0, 1.1):
    path = gradient_descent(slope_of_square, 1.0, lr, tolerance=1e-6, max_steps=200)
    print(f"lr {lr:5}: after {len(path) - 1:3} steps v = {path[-1]:.3g}")

# %% [markdown]
# At $\eta = 1 = 2/\lambda$ the ball jumps between $1$ and $-1$ for ever; beyond it, it flies away.
# (Did you notice the symmetry? 0.1 is as quick as 0.9, and 0.001 as slow as 0.999: all that counts
# is the size of $1 - \eta\lambda$.) The promise needs two more conditions: the function must *have* a minimum, and the learning rate
# must be below $2/\lambda$, with $\lambda$ the largest curvature anywhere.
#
# **In many dimensions** a quadratic valley is $f(v) = \tfrac12 v^\top H v$. The matrix $H$ of second
# derivatives, the **Hessian**, is symmetric, so it has perpendicular axes (eigenvectors), and along
# each of them the valley is a parabola with its own curvature (eigenvalue $\lambda_i$). Descent runs
# along all axes at once, with the *same* $\eta$: the coordinate along axis $i$ is multiplied by
# $1 - \eta\lambda_i$. To be safe, $\eta$ must be safe for the **steepest** axis:
#
# $$0 < \eta < \frac{2}{\lambda_{\max}} .$$

# %% [markdown]
# ### Exercise: `largest_stable_lr`
#
# Return this limit for a given Hessian: symmetric, with no negative eigenvalue and at least one
# positive one. It need not be diagonal.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which of the curvatures sets the limit? Is it always one of the numbers you see in the matrix?
#
# <details><summary>Hint 2, a pointer</summary>
#
# NumPy finds the eigenvalues of a symmetric matrix: look up `np.linalg.eigvalsh`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How *elongated* is the valley? The condition number is the largest curvature over the smallest:
#
# ```python
# def condition_number(hessian):
#     curvatures = np.linalg.eigvalsh(hessian)
#     return curvatures.max() / curvatures.min()
# ```
#
# </details></details></details>


# %% exercise="largest_stable_lr"
def largest_stable_lr(hessian):
    """The learning rate below which gradient descent converges in a quadratic valley.

    Parameters
    ----------
    hessian : array (D, D)
        Symmetric, no negative eigenvalue, at least one positive.

    Returns
    -------
    float
        2 / (largest curvature in any direction)

    Example
    -------
    >>> largest_stable_lr(np.array([[2.0, 0.0], [0.0, 10.0]]))
    0.2
    """
    ### BEGIN SOLUTION
    return 2 / np.linalg.eigvalsh(hessian).max()
    ### END SOLUTION


# %% check="largest_stable_lr"
check(largest_stable_lr, np.array([[2.0, 0.0], [0.0, 10.0]]), expected=0.2)
check(largest_stable_lr, np.array([[7.0, 2.0], [2.0, 4.0]]), expected=0.25)
check(largest_stable_lr, np.array([[4]]), expected=0.5)

# %% [markdown]
# **Does the theory hold?** Walk in a valley whose axes are not those of $x$ and $y$, with a learning
# rate just below and just above your limit. **Predict** both distances from the bottom after 500
# steps; the start is at distance 5.

# %%
hessian, start = np.array([[7.0, 2.0], [2.0, 4.0]]), np.array([3.0, 4.0])
limit = largest_stable_lr(hessian)
for share in (0.99, 1.01):
    path = gradient_descent(lambda v: hessian @ v, start, share * limit, 0, 500)
    print(f"{share} of the limit: distance {np.linalg.norm(path[-1]):.3g}")

# %% [markdown] question="why_it_diverges" points=2
# ### Written question: steep and shallow
#
# In the valley $f(x, y) = \tfrac12 (x^2 + 100\,y^2)$, descent with $\eta = 0.03$ brings $x$ closer to
# zero in every step, while $y$ runs away. Explain in your own words how one and the same learning
# rate can converge along one direction and diverge along another. Then name the largest learning
# rate that is stable for both, and say what this limit costs the shallow direction. (Four or five
# sentences; a human reads them.)
#
# ### BEGIN SOLUTION
# Along each axis a step multiplies the coordinate by $1 - \eta\lambda$. For $x$, $\lambda = 1$: the
# factor is $0.97$, so $x$ shrinks by 3% a step. For $y$, $\lambda = 100$: the factor is
# $1 - 3 = -2$. The step overshoots the bottom and lands on the other side twice as high up the
# slope, where the gradient is twice as large, and so on. (1 point: the factor per direction, or the
# overshoot that feeds itself.)
#
# The limit is $2/100 = 0.02$. Just below it $x$ still shrinks by less than 2% a step, so the shallow
# direction needs hundreds of steps: the steepest direction dictates the learning rate, the
# shallowest the time. (1 point: 0.02 and slow progress along $x$.)
# ### END SOLUTION

# %% [markdown]
# ## 6. Beyond bowls
#
# A network's cost is not convex. Two things happen there that cannot happen in a bowl.
#
# **Local minima.** The ball rolls into *a* valley, not always the deepest. Which one depends on where
# it starts: all starting points that lead to the same valley are its **basin**. And it depends on
# the learning rate: a long step can carry the ball over a ridge, and a valley that is too narrow for
# the step (large curvature, small $2/\lambda$) cannot hold it at all.
#
# > **Predict.** A ball lies on the slope, and its learning rate is given. Say where it will come to
# > rest, and only then let it go. How many of the first five do you get right?

# %% demo=true
from nand2resnet.widgets import WhichBasin

WhichBasin(gradient_descent)

# %% [markdown]
# **Saddles.** Where the gradient is zero, the ground is level, but this need not be a bottom. The
# function $x^2 + (y^2 - 1)^2$ has minima at $(0, 1)$ and $(0, -1)$. Between them, at $(0, 0)$, it
# goes up along $x$ and *down* along $y$: a mountain pass, or saddle.
#
# > **Predict.** We start at $x = 1$ and exactly on the ridge, $y = 0$; then a millionth beside it, and
# > so on. Where does each path end, and how long does it linger near the ridge?


# %% setup=true
def pass_slope(v):
    """Gradient (2x, 4y(y² - 1)) of x² + (y² - 1)²."""
    x, y = v
    return np.array([2 * x, 4 * y * (y**2 - 1)])


# %%
for y in (0.0, 1e-6, -1e-6, 1e-3, 0.1):
    path = gradient_descent(pass_slope, np.array([1.0, y]), lr=0.05)
    lingering = np.sum(np.abs(path[:, 1]) < 0.5)
    print(f"from (1, {y:g}) to {path[-1].round(3) + 0.0}: {lingering} points near the ridge")

# %% [markdown]
# Exactly on the ridge the ball comes to rest *on the saddle* and stays: descent sees a zero gradient
# and stops. A millionth beside the ridge it gets away, but it lingers: the smaller the offset, the
# longer. A network has millions of directions, and a level place is a bottom only if *all* of them
# go up; most are thought to be saddles. A little noise (unit 02) is what gets a ball off them.

# %% [markdown]
# ### Your tools on a real map
#
# Six friends live in Dublin, Madrid, Rome, Athens, Warsaw and Stockholm. Where should they meet, if
# the **sum of their journeys** is to be as short as possible? On the round Earth, nobody can write
# the answer down as a formula, and even the gradient would be a nuisance. You need neither: you have
# `numerical_gradient` and `gradient_descent`.
#
# > **Predict.** Near which city will it be?

# %% setup=true
CITIES = {  # latitude and longitude in degrees
    "Dublin": (53.35, -6.26),
    "Madrid": (40.42, -3.70),
    "Rome": (41.90, 12.50),
    "Athens": (37.98, 23.73),
    "Warsaw": (52.23, 21.01),
    "Stockholm": (59.33, 18.07),
}

# %% setup=true
EARTH_RADIUS = 6371  # km


def total_distance(place):
    """Sum of the great-circle distances, in km, from (latitude, longitude) to every city."""
    lat, lon = np.radians(place)
    lats, lons = np.radians(list(CITIES.values())).T
    across = np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    chord = np.sqrt(np.sin((lats - lat) / 2) ** 2 + across)
    return 2 * EARTH_RADIUS * np.arcsin(chord).sum()


# %% [markdown]
# The learning rate below is far too small: two hundred steps from the start, and the slope is still
# steep. Find one that arrives. What happens when you overdo it?

# %%
lr = 1e-5  # your turn


def slope_of_distance(place):
    return numerical_gradient(total_distance, place)


north_sea = np.array([58.0, 0.0])
way = gradient_descent(slope_of_distance, north_sea, lr, tolerance=0.01, max_steps=200)
print(f"{len(way) - 1} steps, to latitude {way[-1][0]:.2f} and longitude {way[-1][1]:.2f}")
print(f"{total_distance(way[0]):.0f} km in all at the start, {total_distance(way[-1]):.0f} km now")

# %% [markdown]
# Close to its bottom, every smooth valley looks like a quadratic one. So your theory should say how
# large `lr` may be: take the gradient of each entry of the gradient, and you have the Hessian.


# %% demo=true
def second_derivatives(place, h=1e-2):
    def entry(i):
        return lambda p: numerical_gradient(total_distance, p, h)[i]

    return np.array([numerical_gradient(entry(i), place, h) for i in range(2)])


meeting_place = gradient_descent(slope_of_distance, np.array([50.0, 10.0]), 0.01, 0.01)[-1]
limit = largest_stable_lr(second_derivatives(meeting_place))
print(f"meeting place {meeting_place.round(2)}: stable near it for lr < {limit:.3f}")
plots.map_of(CITIES, meeting_place, total_distance)

# %% [markdown]
# They meet in the foothills of the Alps, between Munich and Salzburg. Nothing about this problem was
# arranged for you: a function off the street, your slope, your descent, your limit.
#
# (From the North Sea, a rate of 0.05 swings between north and south for ever, although it is below
# the limit. That is no contradiction: the limit holds near the bottom, where the valley looks
# quadratic, and with steps that long the walk never comes near it.)

# %% [markdown]
# ## What we learnt, where next
#
# * A derivative is a sensitivity; its sign says which way is up. A gradient is one sensitivity per
#   input, and points the way of steepest ascent, at right angles to the level sets.
# * The central difference estimates both, for any function, with an error like $h^2$.
# * The relative error checks a derivation. Check at a place with nothing special about it.
# * $v \leftarrow v - \eta \nabla C$ goes down. In a quadratic valley it arrives if
#   $\eta < 2/\lambda_{\max}$: the steepest direction sets the limit, the shallowest takes the time.
# * Convex: every local minimum is global. Strictly convex: there is one at most. Networks are
#   neither: there are basins and saddles, and where you start matters.
#
# **Next**, in unit 02, the valley is made of *data*: you fit a line to real measurements, find that
# the gradient of a few samples is nearly as good as that of all, and meet the noise that shakes balls
# off saddles.
