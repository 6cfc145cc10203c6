# %% [markdown]
# # Optimisers
#
# *90 minutes, 20 points. You need units 01, 02 and 05: descent, minibatches, gradients of a
# network.*
#
# Backpropagation says which way is down. How to *walk* there is another question. A ball does not
# creep down a valley as plain descent does: it gathers speed. And why should a weight that is
# needed once a day take steps as short as one that is needed all the time? In this unit you write
# the seven step rules that nearly all networks are trained with, race them against each other, and
# find out what each is good for.
#
# **At the end you can**
#
# * say why plain descent is slow in a ravine, and what momentum does about it;
# * write momentum and Nesterov's look-ahead in both forms, and say when the two forms agree;
# * write AdaGrad, RMSProp and Adam, and say what each cures and what it costs;
# * change the learning rate on the way: steps, cosine, warm-up;
# * compare optimisers fairly on a network, and say why "always use Adam" is bad advice.
#
# | part | | minutes |
# |---|---|---|
# | 1 | One rate for all directions | 8 |
# | 2 | Momentum, told twice | 20 |
# | 3 | Looking ahead, told twice | 15 |
# | 4 | A rate for every weight | 24 |
# | 5 | A rate that changes | 9 |
# | 6 | The race on digits | 14 |

# %% setup=true
import math

import numpy as np

from nand2resnet import data, plots
from nand2resnet.check import check
from nand2resnet.training import progress

# %% [markdown]
# ## 1. One rate for all directions
#
# Our first racetrack is a **ravine**, $f(x, y) = \tfrac12(x^2 + 25y^2)$: 25 times as much curvature
# across as along. The bottom is at $(0, 0)$.
#
# All optimisers of this unit have the same form. They are called once for each step,
#
# $$\texttt{w, state = step(w, dw, state, lr)} ,$$
#
# with the weights `w`, the gradient `dw` at `w`, the learning rate `lr`, and whatever they
# **remember** from earlier steps in a dict, `state`. Before the first step there is nothing to
# remember: the state is `{}`. Plain descent remembers nothing at all:


# %% setup=true
def descent(w, dw, state, lr):
    """One step of plain descent."""
    return w - lr * dw, state


def ravine_slope(w):
    """The gradient of (x^2 + 25 y^2) / 2."""
    return np.array([1.0, 25.0]) * w


# %% setup=true
def walk(step, w, gradient, rates, momenta=None):
    """Every place on the way, the start first; one learning rate (and momentum) for each step."""
    path, state = [np.array(w, dtype=float)], {}
    for t, lr in enumerate(rates):
        momentum = () if momenta is None else (momenta[t],)
        w, state = step(path[-1].copy(), gradient(path[-1]), state, lr, *momentum)
        path.append(np.array(w))
    return np.array(path)


def steps_needed(path, share=0.01):
    """How many steps it takes until the distance to (0, 0) is 1% of what it was, or None."""
    distance = np.linalg.norm(path, axis=1)
    arrived = distance < share * distance[0]
    return int(np.argmax(arrived)) if arrived.any() else None


# %% setup=true
START = np.array([4.0, 1.0])


def steady(w):
    """A slope of 1 everywhere."""
    return np.ones_like(w)


# %% [markdown]
# > **Predict.** Unit 01 says: stable for $\eta < 2/\lambda_{\max} = 2/25 = 0.08$. Which of these
# > rates arrives first, and in about how many steps? What does $y$ do at 0.079?

# %%
for lr in (0.01, 0.04, 0.07, 0.079, 0.081):
    path = walk(descent, START, ravine_slope, [lr] * 500)
    print(f"rate {lr:5}: {steps_needed(path)} steps; y begins {path[:5, 1].round(2)}")

# %% [markdown]
# Each step multiplies $x$ by $1 - \eta$ and $y$ by $1 - 25\eta$. The steep direction forbids long
# steps, so the shallow one has to crawl, and near the limit $y$ jumps from wall to wall.
#
# > **Check the source.** The slides say that *noisy data* make us jump back and forth across
# > valleys, and that momentum is the cure. Look at the last column again. How much noise was there
# > in the walk at 0.079? None: these are exact gradients of a formula. The jumping comes from the
# > shape of the valley. Noise adds to it.

# %% [markdown]
# ## 2. Momentum, told twice
#
# Let the ball have a **velocity** $v$. The slope pushes it, friction slows it down, and it moves by
# its velocity:
#
# $$v_{t+1} = \rho\, v_t - \eta\, \nabla f(w_t), \qquad w_{t+1} = w_t + v_{t+1} , \qquad v_0 = 0 .$$
#
# The **momentum** $\rho$ (rho) is the share of the velocity that is kept: 0 is plain descent again,
# 0.9 is the usual choice; 0.5, 0.95 and 0.99 are often tried as well.
#
# **A worked example.** On a slope that is 1 everywhere, with $\eta = 0.1$ and $\rho = 0.9$:

# %%
v = 0.0
for t in range(1, 41):
    v = 0.9 * v - 0.1 * 1.0
    if t in (1, 2, 3, 10, 40):
        print(f"step {t:2}: velocity {v:.3f}")

# %% [markdown]
# Pushes in the same direction add up, $-0.1\,(1 + 0.9 + 0.9^2 + \dots)$. **Yours to finish:** what
# does the velocity approach? (A geometric series: $1 + \rho + \rho^2 + \dots = 1/(1 - \rho)$.)

# %%
final = None  # your turn: the velocity after very many steps
print("it approaches", final, "and has reached", round(v, 3))

# %% [markdown]
# Ten times as fast as plain descent where the slope stays the same. And where it changes its sign
# at every step, as $y$ did above, the pushes cancel. That is just what a ravine needs.
#
# ### Exercise: `sgd_momentum`
#
# Write one step. The velocity is in the state, under the name `"v"`; a state without it (the first
# step) means velocity 0.
#
# **Leave what you are given as it is:** return a new array and a new dict, and change neither `w`
# nor `dw` nor `state`. Whoever compares two optimisers from one start will be grateful.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which velocity moves the ball: the one from before this step, or the one after the push?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `state.get("v", 0.0)` is the velocity, or 0.0 where there is none. `{"v": ...}` makes a new dict.
# `a = a + b` makes a new array, `a += b` changes the one that was given.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A savings account with interest. What it remembers is the balance:
#
# ```python
# def save(total_paid, payment, state, interest):
#     balance = (1 + interest) * state.get("balance", 0.0) + payment
#     return total_paid + payment, {"balance": balance}
# ```
#
# </details></details></details>


# %% exercise="sgd_momentum"
def sgd_momentum(w, dw, state, lr, rho=0.9):
    """One step of descent with momentum: v <- rho v - lr dw, then w <- w + v.

    Parameters
    ----------
    w : array of any shape, or a number
        The weights. Stay as they are.
    dw : array of w's shape
        The gradient at w. Stays as it is.
    state : dict
        {"v": velocity, of w's shape}, or {} before the first step. Stays as it is.
    lr : float
        The learning rate.
    rho : float
        The share of the velocity that is kept.

    Returns
    -------
    w : array of w's shape
    state : dict
        {"v": the new velocity}

    Example
    -------
    >>> sgd_momentum(np.array([1.0, 2.0]), np.array([5.0, -1.0]), {"v": np.array([0.5, 0.0])}, 0.1)
    (array([0.95, 2.1 ]), {'v': array([-0.05,  0.1 ])})
    """
    ### BEGIN SOLUTION
    v = rho * state.get("v", 0.0) - lr * dw
    return w + v, {"v": v}
    ### END SOLUTION


# %% check="sgd_momentum"
w, dw, v = np.array([1.0, -2.0, 0.5]), np.array([3.0, 0.0, -1.0]), np.array([0.2, -0.4, 1.0])
expected = np.array([0.7, -2.0, 0.6]), {"v": np.array([-0.3, 0.0, 0.1])}
check(sgd_momentum, w, dw, {}, 0.1, expected=expected)
expected = np.array([0.5, -2.2, 1.2]), {"v": np.array([-0.5, -0.2, 0.7])}
check(sgd_momentum, w, dw, {"v": v}, 0.2, 0.5, expected=expected)
check(sgd_momentum, 1.0, 0.5, {"v": 2.0}, 0.2, 0.6, expected=(2.1, {"v": 1.1}))
check.untouched(sgd_momentum, w, dw, {}, 0.1)
check.untouched(sgd_momentum, w, dw, {"v": v}, 0.1)
# Three steps on the slope 1 everywhere, the last with a tenth of the rate.
expected = np.array([0.0, -0.1, -0.29, -0.471])
check(walk, sgd_momentum, 0.0, steady, [0.1, 0.1, 0.01], expected=expected)

# %% [markdown]
# > **Predict.** The ravine from above, the same 60 steps with the same rate, 0.01. Draw with a
# > finger how plain descent goes and how your ball goes. Which of them overshoots the bottom?


# %% demo=true
def ravine(w):
    return (w[0] ** 2 + 25 * w[1] ** 2) / 2


picture = plots.level_sets(ravine, x=(-2.8, 4.6), y=(-1.4, 2.2))
for name, step in (("plain descent", descent), ("your momentum", sgd_momentum)):
    picture = plots.path_on(picture, walk(step, START, ravine_slope, [0.01] * 60), label=name)
picture

# %% [markdown]
# The ball swings, but it swings *along* the ravine. How much does that save? Let $\kappa$ (kappa)
# be the ratio of the largest to the smallest curvature. Below, both methods get the best constants
# for each ravine, $\eta = 2/(\kappa + 1)$ for plain descent, and B. Polyak's (1964) for momentum:
#
# $$\eta = \Big(\frac{2}{1 + \sqrt\kappa}\Big)^2, \qquad
# \rho = \Big(\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}\Big)^2 .$$
#
# > **Predict.** From $\kappa = 10$ to $\kappa = 1000$, by about what factor does the number of
# > steps grow for each?

# %% demo=true
for kappa in (10, 100, 1000):
    root, slope = math.sqrt(kappa), np.diag([1.0, kappa]).dot
    plain = walk(descent, [1.0, 1.0], slope, [2 / (kappa + 1)] * 3000)
    rates, rhos = [(2 / (1 + root)) ** 2] * 3000, [((root - 1) / (root + 1)) ** 2] * 3000
    ball = walk(sgd_momentum, [1.0, 1.0], slope, rates, rhos)
    told = f"plain {steps_needed(plain):4} steps, momentum {steps_needed(ball):3}"
    print(f"kappa {kappa:4}: {told}, with rho = {rhos[0]:.2f}")

# %% [markdown]
# A hundred times the ratio costs plain descent about a hundred times the steps, and momentum not
# much more than ten times: about $\kappa$ against $\sqrt\kappa$. (And the harder the ravine, the
# larger the best $\rho$.)

# %% [markdown]
# ### The second telling: a moving average
#
# Many texts, and the slides, write momentum differently. Keep a moving average $m$ of the
# gradients, and take a plain step with it:
#
# $$m_{t+1} = \beta\, m_t + (1 - \beta)\, \nabla f(w_t), \qquad w_{t+1} = w_t - \alpha\, m_{t+1} ,
# \qquad m_0 = 0 .$$
#
# ### Exercise: `ema_momentum`
#
# Write it, with the average under the name `"m"`. (EMA stands for exponential moving average.) From
# here on it is up to you whether you work in place or not, except where an exercise says so.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Where does the learning rate stand now: in what is remembered, or outside?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Two lines, as before: first the new average from the old one and `dw`, then the step.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How warm has it been lately? The average trusts the past with `keep`, and today with the rest:
#
# ```python
# def lately(today, state, keep=0.8):
#     average = keep * state.get("average", today) + (1 - keep) * today
#     return average, {"average": average}
# ```
#
# (This average begins with the first day itself. Yours begins with 0.)
#
# </details></details></details>


# %% exercise="ema_momentum"
def ema_momentum(w, dw, state, lr, beta=0.9):
    """One step along the moving average of the gradients.

    m <- beta m + (1 - beta) dw, then w <- w - lr m.

    Parameters
    ----------
    w : array of any shape, or a number
        The weights.
    dw : array of w's shape
        The gradient at w.
    state : dict
        {"m": moving average, of w's shape}, or {} before the first step: then m is 0.
    lr : float
        The learning rate, alpha in the formula.
    beta : float
        The share of the average that is kept.

    Returns
    -------
    w : array of w's shape
    state : dict
        {"m": the new average}

    Example
    -------
    >>> ema_momentum(np.array([1.0]), np.array([3.0]), {"m": np.array([-1.0])}, 0.1, 0.5)
    (array([0.9]), {'m': array([1.])})
    """
    ### BEGIN SOLUTION
    m = beta * state.get("m", 0.0) + (1 - beta) * dw
    return w - lr * m, {"m": m}
    ### END SOLUTION


# %% check="ema_momentum"
w, dw, m = np.array([1.0, -2.0, 0.5]), np.array([3.0, 0.0, -1.0]), np.array([0.5, -0.5, 1.0])
expected = np.array([0.8, -1.92, 0.38]), {"m": np.array([1.0, -0.4, 0.6])}
check(ema_momentum, w, dw, {"m": m}, 0.2, 0.8, expected=expected)
expected = np.array([0.7, -2.0, 0.6]), {"m": np.array([0.3, 0.0, -0.1])}
check(ema_momentum, w, dw, {}, 1.0, expected=expected)
# Three steps on the slope 1 everywhere, the last with a tenth of the rate.
expected = np.array([0.0, -0.1, -0.29, -0.3171])
check(walk, ema_momentum, 0.0, steady, [1.0, 1.0, 0.1], expected=expected)

# %% [markdown]
# ### Are they the same?
#
# **Yours to finish.** With one and the same rate the two walks differ. By which factor must the
# second rate be multiplied, so that they agree to the last digit? (What multiplies the *newest*
# gradient in each form?)

# %%
factor = 1.0  # your turn
ball = walk(sgd_momentum, START, ravine_slope, [0.02] * 40)
average = walk(ema_momentum, START, ravine_slope, [factor * 0.02] * 40)
print(f"largest distance between the two walks: {np.abs(ball - average).max():.3g}")

# %% [markdown]
# Put $v = -\alpha m$ into the second form. As long as $\alpha$ stays the same,
#
# $$v_{t+1} = -\alpha\, m_{t+1} = \beta\, v_t - \alpha\,(1 - \beta)\, \nabla f(w_t) ,$$
#
# which is the first form with $\rho = \beta$ and $\eta = \alpha\,(1 - \beta)$. So $\alpha = \eta/(1
# - \beta)$: for 0.9 the rates differ by a factor of **ten**. Whoever copies a rate from one form
# into the other without knowing has a run that crawls or explodes.
#
# > **Predict.** The condition was that $\alpha$ stays the same. Now the rate is cut to a tenth
# > after 20 of 40 steps. Do the walks stay together? If not: which one brakes at once, and which
# > goes on rolling?

# %% demo=true
for name, rates in (("constant rate", [0.02] * 40), ("cut at step 20", [0.02] * 20 + [0.002] * 20)):
    ball = walk(sgd_momentum, START, ravine_slope, rates)
    average = walk(ema_momentum, START, ravine_slope, [10 * lr for lr in rates])
    apart = np.abs(ball - average).max(axis=1)
    print(f"{name}: {apart[20]:.3f} apart after 20 steps, {apart[25]:.3f} after 25")
    after = [np.linalg.norm(path[21] - path[20]) for path in (ball, average)]
    print(f"   the step after that: ball {after[0]:.3f}, average {after[1]:.3f}")

# %% [markdown]
# In the first form the rate sits *inside* the velocity: what was pushed before the cut keeps its
# speed, and the ball rolls on. In the second, the new rate multiplies the whole memory, and the
# walk brakes at once. Neither is wrong, but a schedule (part 5) does not mean the same in both.
# (PyTorch's `SGD` keeps $v \leftarrow \rho v + \nabla f$ and steps by $\eta v$: rates like ours,
# brakes like the average's.)

# %% [markdown]
# ## 3. Looking ahead, told twice
#
# A ball that rolls at velocity $v$ will be near $w + \rho v$ in a moment, whatever the slope says
# here. Yu. Nesterov's idea (1983): read the slope **there**. If it rises ahead, brake now.
#
# $$v_{t+1} = \rho\, v_t - \eta\, \nabla f(w_t + \rho\, v_t), \qquad w_{t+1} = w_t + v_{t+1} .$$
#
# **Half a worked example.** In the valley $f(w) = w^2$ with slope $2w$, the ball is at $w = 1$ with
# $v = -2$: it will overshoot. Momentum reads the slope at 1, which still pushes it forward. Finish
# the look-ahead:

# %%
w, v, lr, rho = 1.0, -2.0, 0.1, 0.9
v_momentum = rho * v - lr * 2 * w
ahead = None  # your turn: where will the ball be in a moment?
v_nesterov = None if ahead is None else rho * v - lr * 2 * ahead
print("velocity with momentum:", v_momentum, " with the look-ahead:", v_nesterov)

# %% [markdown]
# ### Exercise: `nesterov`
#
# The gradient is needed at a place that only this step knows, so here it comes as a **function**:
# `grad(w)` is the gradient at `w`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# There are two places in this step: where the slope is read, and where the ball moves from. Which
# is which?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Take the velocity out of the state first (0.0 if there is none). Only `grad` sees the place ahead.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The midpoint method for a clock hand whose speed depends on where it is: read the speed half a
# step ahead, then move from here.
#
# ```python
# def midpoint(place, speed, dt):
#     half_way = place + dt / 2 * speed(place)
#     return place + dt * speed(half_way)
# ```
#
# </details></details></details>


# %% exercise="nesterov"
def nesterov(w, grad, state, lr, rho=0.9):
    """One step of Nesterov's momentum: the slope is read where the ball is going to be.

    v <- rho v - lr grad(w + rho v), then w <- w + v.

    Parameters
    ----------
    w : array of any shape, or a number
        The weights.
    grad : function
        grad(w) is the gradient at w, of w's shape.
    state : dict
        {"v": velocity, of w's shape}, or {} before the first step: then v is 0.
    lr : float
        The learning rate.
    rho : float
        The share of the velocity that is kept.

    Returns
    -------
    w : array of w's shape
    state : dict
        {"v": the new velocity}

    Example
    -------
    >>> nesterov(np.array([1.0, 1.0]), ravine_slope, {"v": np.array([-1.0, 0.0])}, 0.02, 0.5)
    (array([0.49, 0.5 ]), {'v': array([-0.51, -0.5 ])})
    """
    ### BEGIN SOLUTION
    v = state.get("v", 0.0)
    v = rho * v - lr * grad(w + rho * v)
    return w + v, {"v": v}
    ### END SOLUTION


# %% setup=true
def walk_ahead(step, w, grad, rates, momenta):
    """Every place on the way, and the places ahead where the slope was read."""
    path, ahead, state = [np.array(w, dtype=float)], [], {}
    for lr, rho in zip(rates, momenta, strict=True):
        ahead.append(path[-1] + rho * state.get("v", 0.0))
        w, state = step(path[-1].copy(), grad, state, lr, rho)
        path.append(np.array(w))
    return np.array(path), np.array(ahead)


# %% check="nesterov"
w, v = np.array([1.0, -2.0]), np.array([0.5, 1.0])
expected = np.array([0.98, -1.0]), {"v": np.array([-0.02, 1.0])}
check(nesterov, w, ravine_slope, {}, 0.02, expected=expected)
expected = np.array([1.386, -0.9]), {"v": np.array([0.386, 1.1])}
check(nesterov, w, ravine_slope, {"v": v}, 0.01, 0.8, expected=expected)
path = np.array([[4.0, 1.0], [3.92, 0.5], [3.77104, 0.025]])
ahead = np.array([[4.0, 1.0], [3.848, 0.05]])
check(walk_ahead, nesterov, START, ravine_slope, [0.02] * 2, [0.9] * 2, expected=(path, ahead))

# %% [markdown]
# ### The second telling: only ever look from where you stand
#
# Backpropagation gives the gradient at the weights the network *has*. To read it at $w + \rho v$,
# one would have to move all weights there and back at every step. So call the place ahead $\tilde
# w_t = w_t + \rho v_t$ and rewrite the rule in terms of $\tilde w$ alone. As $w_t = \tilde w_t -
# \rho v_t$,
#
# $$v_{t+1} = \rho\, v_t - \eta\, \nabla f(\tilde w_t), \qquad
# \tilde w_{t+1} = w_{t+1} + \rho\, v_{t+1} = \tilde w_t - \rho\, v_t + (1 + \rho)\, v_{t+1} .$$
#
# ### Exercise: `nesterov_rearranged`
#
# Write this form, with the velocity under the name `"v"`. It takes an ordinary gradient `dw` at
# `w`, where `w` now stands for $\tilde w$.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Two velocities turn up in the second formula. Do you still have both when you need them?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Give the old and the new velocity different names. Only the new one goes into the state.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The same with a pair of pendulum readings: the newest swing, and by how much it grew.
#
# ```python
# def swing(angle, push, state):
#     before = state.get("speed", 0.0)
#     speed = 0.5 * before + push
#     return angle + speed, speed - before, {"speed": speed}
# ```
#
# </details></details></details>


# %% exercise="nesterov_rearranged"
def nesterov_rearranged(w, dw, state, lr, rho=0.9):
    """One step of Nesterov's momentum in terms of the places ahead.

    v_new = rho v - lr dw, then w <- w - rho v + (1 + rho) v_new.

    Parameters
    ----------
    w : array of any shape, or a number
        The place ahead, where the slope is read.
    dw : array of w's shape
        The gradient at w.
    state : dict
        {"v": velocity, of w's shape}, or {} before the first step: then v is 0.
    lr : float
        The learning rate.
    rho : float
        The share of the velocity that is kept.

    Returns
    -------
    w : array of w's shape
        The next place ahead.
    state : dict
        {"v": the new velocity}

    Example
    -------
    >>> nesterov_rearranged(np.array([1.0]), np.array([5.0]), {"v": np.array([-1.0])}, 0.1, 0.5)
    (array([0.]), {'v': array([-1.])})
    """
    ### BEGIN SOLUTION
    before = state.get("v", 0.0)
    v = rho * before - lr * dw
    return w - rho * before + (1 + rho) * v, {"v": v}
    ### END SOLUTION


# %% check="nesterov_rearranged"
w, dw, v = np.array([1.0, -2.0, 0.5]), np.array([3.0, 0.0, -1.0]), np.array([0.2, -0.4, 1.0])
expected = np.array([0.43, -2.0, 0.69]), {"v": np.array([-0.3, 0.0, 0.1])}
check(nesterov_rearranged, w, dw, {}, 0.1, expected=expected)
expected = np.array([0.15, -2.1, 1.05]), {"v": np.array([-0.5, -0.2, 0.7])}
check(nesterov_rearranged, w, dw, {"v": v}, 0.2, 0.5, expected=expected)
# Three steps on the slope 1 everywhere, the last with a tenth of the rate.
expected = np.array([0.0, -0.19, -0.461, -0.6339])
check(walk, nesterov_rearranged, 0.0, steady, [0.1, 0.1, 0.01], expected=expected)

# %% [markdown]
# ### Where the two walks meet
#
# > **Predict.** Both forms start at the same place in the ravine. Will they go through the same
# > places? And if not: which places of `nesterov` should the walk of `nesterov_rearranged` meet?
# > Once you know, say whether that still holds when the *rate* changes on the way, and when the
# > *momentum* does.

# %%
changes = {
    "nothing changes": ([0.02] * 40, [0.9] * 40),
    "the rate is cut": ([0.02] * 20 + [0.002] * 20, [0.9] * 40),
    "the momentum grows": ([0.02] * 40, [0.5] * 5 + [0.9] * 35),
}
for name, (rates, rhos) in changes.items():
    path, ahead = walk_ahead(nesterov, START, ravine_slope, rates, rhos)
    rearranged = walk(nesterov_rearranged, START, ravine_slope, rates, rhos)
    apart = [np.abs(rearranged[:-1] - places).max() for places in (path[:-1], ahead)]
    print(f"{name}: {apart[0]:.3f} from its places, {apart[1]:.3f} from the places ahead")

# %% [markdown]
# The second form walks through the **places ahead** of the first. In contrast to part 2, a changing
# rate does no harm: in both forms it multiplies the newest gradient only. But the place ahead holds
# the *next* step's $\rho$, and the rearranged form has only this step's to put there. Where $\rho$
# changes the two part. To sum up:
#
# | the two forms of | stay together while |
# |---|---|
# | momentum (velocity, average) | rate **and** momentum are constant, $\alpha = \eta/(1-\beta)$ |
# | Nesterov's (ahead, rearranged) | the momentum is constant; compare places *ahead* |

# %% [markdown]
# ## 4. A rate for every weight
#
# Now for the other question: must all weights have the same rate? Here is a network for the digits,
# what you built in unit 05, in short.

# %% setup=true
train, test = data.digits().split()
X_train, y_train = train.images.reshape(-1, 64), train.labels
X_test, y_test = test.images.reshape(-1, 64), test.labels


def random_params(rng):
    """64 inputs, 64 hidden units with ReLU, 10 classes."""
    W1, W2 = rng.normal(size=(64, 64)), rng.normal(size=(64, 10))
    return {"W1": W1 / 32**0.5, "b1": np.zeros(64), "W2": W2 / 32**0.5, "b2": np.zeros(10)}


# %% setup=true
def mlp_loss(params, X, y):
    """The softmax loss of the network, and its gradients."""
    hidden = np.maximum(X @ params["W1"] + params["b1"], 0)
    scores = hidden @ params["W2"] + params["b2"]
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    dscores = np.exp(logs)
    dscores[rows, y] -= 1
    dscores /= len(y)
    dsums = dscores @ params["W2"].T * (hidden > 0)
    grads = {"W1": X.T @ dsums, "b1": dsums.sum(axis=0)}
    grads |= {"W2": hidden.T @ dscores, "b2": dscores.sum(axis=0)}
    return -logs[rows, y].mean(), grads


# %% [markdown]
# > **Predict.** A pixel in the middle of the picture is inked in most digits, one at the edge
# > hardly ever. By what factor will the slopes of their weights differ: 10? 1000?

# %%
_, grads = mlp_loss(random_params(np.random.default_rng(0)), X_train, y_train)
per_pixel = np.abs(grads["W1"]).mean(axis=1)
used = per_pixel[per_pixel > 0]
print(f"{len(per_pixel) - len(used)} pixels are never inked: slope 0")
print(f"the others: mean slope from {used.min():.1e} to {used.max():.1e}")

# %% [markdown]
# A factor of several thousand. A rate that suits the busy weights leaves the rare ones where they
# are, and a rare pixel may be the very one that tells two digits apart.
#
# **AdaGrad** (J. Duchi, E. Hazan, Y. Singer, 2011) gives every weight a rate of its own. It keeps
# the sum of the squares of all slopes so far, and divides by its root, entry by entry:
#
# $$s_{t+1} = s_t + (\nabla f)^2 , \qquad
# w_{t+1} = w_t - \eta\, \frac{\nabla f}{\sqrt{s_{t+1}} + \varepsilon} , \qquad s_0 = 0 .$$
#
# ### Exercise: `adagrad`
#
# Write one step. The sum is in the state, under the name `"s"`. $\varepsilon$ stands *outside* the
# root.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What is the very first step for a weight with slope 7, and for one with slope 0.007? What would it
# be for a slope of 0 without $\varepsilon$?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `dw**2` and `np.sqrt` work entry by entry: no loop is needed, and every weight gets its own sum.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A running total that a reading is compared with:
#
# ```python
# def share_of_total(reading, state, eps=1e-8):
#     total = state.get("total", 0.0) + np.abs(reading)
#     return reading / (total + eps), {"total": total}
# ```
#
# </details></details></details>


# %% exercise="adagrad"
def adagrad(w, dw, state, lr, eps=1e-8):
    """One step of AdaGrad: s <- s + dw^2, then w <- w - lr dw / (sqrt(s) + eps).

    Parameters
    ----------
    w : array of any shape, or a number
        The weights.
    dw : array of w's shape
        The gradient at w.
    state : dict
        {"s": sum of the squared gradients, of w's shape}, or {} before the first step.
    lr : float
        The learning rate.
    eps : float
        Added to the root, so that nothing is divided by 0.

    Returns
    -------
    w : array of w's shape
    state : dict
        {"s": the new sum}

    Example
    -------
    >>> adagrad(np.array([1.0, 1.0]), np.array([4.0, 0.0]), {"s": np.array([9.0, 0.0])}, 0.5)
    (array([0.6, 1. ]), {'s': array([25.,  0.])})
    """
    ### BEGIN SOLUTION
    s = state.get("s", 0.0) + dw**2
    return w - lr * dw / (np.sqrt(s) + eps), {"s": s}
    ### END SOLUTION


# %% check="adagrad"
w, dw, s = np.array([1.0, -2.0, 0.5]), np.array([3.0, 0.0, -4.0]), np.array([16.0, 0.0, 9.0])
expected = np.array([0.9, -2.0, 0.6]), {"s": np.array([9.0, 0.0, 16.0])}
check(adagrad, w, dw, {}, 0.1, expected=expected)
expected = np.array([0.7, -2.0, 0.9]), {"s": np.array([25.0, 0.0, 25.0])}
check(adagrad, w, dw, {"s": s}, 0.5, expected=expected)
expected = np.array([0.75, -2.0, 5 / 6]), {"s": np.array([25.0, 0.0, 25.0])}
check(adagrad, w, dw, {"s": s}, 0.5, 1.0, expected=expected)
expected = np.array([0.0, -0.1, -0.170711, -0.228446])
check(walk, adagrad, 0.0, steady, [0.1] * 3, expected=expected, rtol=1e-5)

# %% [markdown]
# > **Check the source.** The notes say that weights with small or infrequent slopes "will have
# > their effective learning rate increased". The effective rate is $\eta/(\sqrt s + \varepsilon)$.
# > Below, one weight has slope 1 at every step, the other at every tenth. **Predict:** does the
# > rate of the rare one ever go up?

# %%
w, state = np.zeros(2), {}
for t in range(1, 101):
    w, state = adagrad(w, np.array([1.0, 1.0 if t % 10 == 1 else 0.0]), state, 0.1)
    if t in (1, 2, 10, 11, 50, 100):
        print(f"step {t:3}: effective rates {0.1 / np.sqrt(state['s'])}")

# %% [markdown]
# Never: $s$ only grows, so every rate only falls. The rare weight's is *larger than the other's*,
# and that is all that can be said.
#
# And there is AdaGrad's weakness. On a slope that stays at 1, plain descent covers $\eta t$ in $t$
# steps. AdaGrad's $t$-th step is $\eta/\sqrt t$.
#
# > **Predict.** How far does it get in 100 steps, and how far in 10,000, at $\eta = 0.1$?

# %%
path = walk(adagrad, 0.0, steady, [0.1] * 10_000)
for t in (1, 100, 10_000):
    print(f"after {t:6} steps: {-path[t]:7.2f}   the next step: {0.1 / (t + 1) ** 0.5:.4f}")

# %% [markdown]
# A hundred times the steps, ten times the way. In a valley with a fixed bottom that is often just
# right. A network that has to learn for weeks stops learning while there is still a lot to learn:
# the sum never forgets how steep it was at the start.
#
# ### RMSProp: forget
#
# G. Hinton's remedy, from a lecture of 2012: in place of the sum, keep a moving *average* of the
# squares.
#
# $$s_{t+1} = d\, s_t + (1 - d)\, (\nabla f)^2 , \qquad
# w_{t+1} = w_t - \eta\, \frac{\nabla f}{\sqrt{s_{t+1}} + \varepsilon} , \qquad s_0 = 0 .$$
#
# The decay $d$ is 0.9, 0.99 or 0.999: it remembers some 10, 100 or 1000 steps.
#
# ### Exercise: `rmsprop`
#
# Write one step. The average is in the state, again under the name `"s"`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Of your AdaGrad, one term changes. Which?
#
# <details><summary>Hint 2, a pointer</summary>
#
# You have written a moving average in part 2. This one is of `dw**2`.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# How loud is it here? The level of a sound is the root of the moving average of its square:
#
# ```python
# def loudness(sample, state, decay=0.9):
#     power = decay * state.get("power", 0.0) + (1 - decay) * sample**2
#     return np.sqrt(power), {"power": power}
# ```
#
# </details></details></details>


# %% exercise="rmsprop"
def rmsprop(w, dw, state, lr, decay=0.99, eps=1e-8):
    """One step of RMSProp.

    s <- decay s + (1 - decay) dw^2, then w <- w - lr dw / (sqrt(s) + eps).

    Parameters
    ----------
    w : array of any shape, or a number
        The weights.
    dw : array of w's shape
        The gradient at w.
    state : dict
        {"s": moving average of the squared gradients}, or {} before the first step: then s is 0.
    lr : float
        The learning rate.
    decay : float
        The share of the average that is kept.
    eps : float
        Added to the root, so that nothing is divided by 0.

    Returns
    -------
    w : array of w's shape
    state : dict
        {"s": the new average}

    Example
    -------
    >>> rmsprop(np.array([1.0, 1.0]), np.array([4.0, 0.0]), {"s": np.array([2.0, 0.0])}, 0.5, 0.5)
    (array([0.33333333, 1.        ]), {'s': array([9., 0.])})
    """
    ### BEGIN SOLUTION
    s = decay * state.get("s", 0.0) + (1 - decay) * dw**2
    return w - lr * dw / (np.sqrt(s) + eps), {"s": s}
    ### END SOLUTION


# %% check="rmsprop"
w, dw, s = np.array([1.5, -2.0, 0.5]), np.array([3.0, 0.0, -4.0]), np.array([41.0, 0.0, 34.0])
expected = np.array([0.5, -2.0, 1.5]), {"s": np.array([0.09, 0.0, 0.16])}
check(rmsprop, w, dw, {}, 0.1, expected=expected)
expected = np.array([1.2, -2.0, 0.9]), {"s": np.array([25.0, 0.0, 25.0])}
check(rmsprop, w, dw, {"s": s}, 0.5, 0.5, expected=expected)
expected = np.array([1.25, -2.0, 5 / 6]), {"s": np.array([25.0, 0.0, 25.0])}
check(rmsprop, w, dw, {"s": s}, 0.5, 0.5, 1.0, expected=expected)
expected = np.array([0.0, -0.2, -0.351186, -0.482705])
check(walk, rmsprop, 0.0, steady, [0.1] * 3, [0.75] * 3, expected=expected, rtol=1e-5)

# %% [markdown]
# > **Predict.** The slope is 1 at every step, $\eta = 0.1$. How long is RMSProp's *first* step with
# > $d = 0.99$: 0.1, 0.01 or 1?

# %%
path = walk(rmsprop, 0.0, steady, [0.1] * 500)
for t in (1, 2, 10, 100, 500):
    print(f"step {t:3} is {path[t - 1] - path[t]:.3f} long")

# %% [markdown]
# It does not stop, as AdaGrad does. But it begins with a leap ten times as long as planned. Why?
# The average starts at 0, and after one step only $1 - d = 1/100$ of the first square has come in.
# The root of that is 1/10, and one divides by it. The average is **biased** towards its start, 0.
#
# ### Adam: both memories, and no bias
#
# Adam (D. Kingma and J. Ba, 2015) keeps the average of the slopes (for the direction, as in part 2)
# *and* that of their squares (for the size, as in RMSProp). And it repairs the bias of both.
#
# If every slope is $g$, then $m_t = (1 - \beta^t)\, g$ after $t$ steps. So divide by
# $1 - \beta^t$, and the average is right from the first step on:

# %%
m = 0.0
for t in range(1, 7):
    m = 0.9 * m + 0.1 * 5.0  # every slope is 5
    corrected = None  # your turn: what the average should be, from m and t
    print(f"t = {t}: m = {m:.3f}, corrected {corrected}")

# %% [markdown]
# In full, with $t = 1$ at the first step:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, \nabla f , \qquad
# s \leftarrow \beta_2 s + (1 - \beta_2)\, (\nabla f)^2 ,$$
#
# $$\hat m = \frac{m}{1 - \beta_1^t} , \qquad \hat s = \frac{s}{1 - \beta_2^t} , \qquad
# w \leftarrow w - \eta\, \frac{\hat m}{\sqrt{\hat s} + \varepsilon} .$$
#
# The paper recommends $\beta_1 = 0.9$, $\beta_2 = 0.999$ and $\varepsilon = 10^{-8}$, and many
# begin with $\eta = 0.001$. (It calls our $s$ "v". Here $v$ is taken.)
#
# ### Exercise: `adam`
#
# What it remembers are `"t"` (how many steps have been taken), `"m"` and `"s"`, the averages as
# they are, *without* the correction. Here, too, leave `w`, `dw` and `state` as they are.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Which number must $t$ be at the first step, so that nothing is divided by 0? And should tomorrow
# inherit today's correction?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Five lines: `t`, `m`, `s`, the two corrected averages (with names of their own), and the step.
# `state.get("t", 0) + 1` is the number of this step.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A moving average of temperatures that is right from the first day:
#
# ```python
# def fair_average(today, state, keep=0.8):
#     days = state.get("days", 0) + 1
#     average = keep * state.get("average", 0.0) + (1 - keep) * today
#     fair = average / (1 - keep**days)
#     return fair, {"days": days, "average": average}
# ```
#
# </details></details></details>


# %% exercise="adam"
def adam(w, dw, state, lr, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam, with bias correction.

    Parameters
    ----------
    w : array of any shape, or a number
        The weights. Stay as they are.
    dw : array of w's shape
        The gradient at w. Stays as it is.
    state : dict
        {"t": steps taken, "m": average gradient, "s": average squared gradient}, both averages
        as they are before the correction; {} before the first step. Stays as it is.
    lr : float
        The learning rate.
    beta1 : float
        The share of m that is kept.
    beta2 : float
        The share of s that is kept.
    eps : float
        Added to the root of the corrected average.

    Returns
    -------
    w : array of w's shape
    state : dict
        {"t": ..., "m": ..., "s": ...}, all new

    Example
    -------
    >>> adam(np.array([1.0, 1.0]), np.array([5.0, -0.2]), {}, 0.1, 0.9, 0.75)
    (array([0.9, 1.1]), {'t': 1, 'm': array([ 0.5 , -0.02]), 's': array([6.25, 0.01])})
    """
    ### BEGIN SOLUTION
    t = state.get("t", 0) + 1
    m = beta1 * state.get("m", 0.0) + (1 - beta1) * dw
    s = beta2 * state.get("s", 0.0) + (1 - beta2) * dw**2
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(s_hat) + eps), {"t": t, "m": m, "s": s}
    ### END SOLUTION


# %% setup=true
def only_w(step, w, dw, state, *settings):
    """The new weights of a step, without its state."""
    return step(w, dw, state, *settings)[0]


# %% check="adam"
w, dw = np.array([1.0, -2.0, 0.5]), np.array([3.0, 0.0, -4.0])
check(only_w, adam, w, dw, {}, 0.1, expected=np.array([0.9, -2.0, 0.6]))
m, s = np.array([0.3, 0.0, -0.4]), np.array([0.009, 0.0, 0.016])
check(adam, w, dw, {}, 0.1, expected=(np.array([0.9, -2.0, 0.6]), {"t": 1, "m": m, "s": s}))
before = {"t": 1, "m": np.array([1.5, 1.0, 1.0]), "s": np.array([17.25, 12.0, 1.0])}
after = {"t": 2, "m": np.array([2.25, 0.5, -1.5]), "s": np.array([15.1875, 9.0, 4.75])}
expected = np.array([0.745412, -2.073493, 0.803488])
check(adam, w, dw, before, 0.5, 0.5, 0.75, expected=(expected, after), rtol=1e-5)
expected = np.array([0.782352, -2.060217, 0.732828])
check(only_w, adam, w, dw, before, 0.5, 0.5, 0.75, 1.0, expected=expected, rtol=1e-5)
check.untouched(adam, w, dw, {}, 0.5)
check.untouched(adam, w, dw, before, 0.5)
expected = np.array([0.0, -0.1, -0.2, -0.3])
check(walk, adam, 0.0, steady, [0.1] * 3, expected=expected)

# %% [markdown]
# Every entry of the first step is $\pm\eta$, whatever the size of its slope: divided by its own
# size, a slope is only a sign. After that, a step is long where slopes agree, short where they
# change sign.
#
# ### The race
#
# All racers below are yours (plain descent was given). On the left they are seen from above, on the
# right is how high each still is, step by step. Each has a learning rate of its own; the momentum
# is $\rho$, and $\beta_1$ for Adam.
#
# > **Predict.** Start with the **ravine**: who is first? Now **turn** it by 30 degrees, so that it
# > no longer lies along the axes: who loses most by that, and who nothing at all? On the **saddle**
# > the start is a hair's breadth beside the ridge: who gets off it at once, and who lingers? In
# > **Rosenbrock's** valley the floor is bent like a banana: who follows it? Then give each racer a
# > better rate. Does the order stay the same? Set the momentum to 0, and to 0.99.

# %% demo=true
from nand2resnet.widgets import OptimizerRace

OptimizerRace(
    sgd_momentum=sgd_momentum,
    nesterov=nesterov,
    adagrad=adagrad,
    rmsprop=rmsprop,
    adam=adam,
)

# %% [markdown]
# Plain descent and momentum do not care how the ravine lies. AdaGrad, RMSProp and Adam do: a rate
# of its own for each *axis* makes a ravine along the axes nearly round, and does much less for one
# that lies askew.
#
# On the saddle the slope across the ridge is tiny. Plain descent takes steps of that size. Those
# that divide by the size of the slope see little but its *sign*, and walk off at full speed.
#
# ### Where Adam goes the wrong way
#
# > **Check the source.** The slides say that Adam usually outperforms momentum and RMSProp on large
# > networks. "Usually" is a question of the task. Here is a task, from S. Reddi, S. Kale and S.
# > Kumar (2018), that it gets as wrong as possible. A weight between $-1$ and $1$ sees the slopes
# > $3, -1, -1, 3, -1, -1, \dots$ for ever. Their mean is $+\tfrac13$, so the best place is $-1$.
# > **Predict** where each ends.


# %%
def end_of(step, *settings):
    """Where 3000 steps lead; the rate falls like 1/sqrt(t), and w is kept from -1 to 1."""
    w, state = 0.0, {}
    for t in range(3000):
        slope = 3.0 if t % 3 == 0 else -1.0
        w, state = step(w, slope, state, 0.5 / math.sqrt(t + 1), *settings)
        w = min(max(w, -1.0), 1.0)
    return w


print(f"plain descent                   {end_of(descent):+.3f}")
print(f"Adam, beta1 = 0, beta2 = 0.1    {end_of(adam, 0.0, 0.1):+.3f}")
print(f"Adam, beta1 = 0, beta2 = 0.999  {end_of(adam, 0.0, 0.999):+.3f}")

# %% [markdown]
# With a short memory for squares, Adam ends at the *worst* place. The large slope 3 is divided by
# its own size and counts about as much as 1; the small ones count nearly as much, and there are two
# of them. A long memory ($\beta_2 = 0.999$) repairs this example, and for every $\beta_2$ there is
# another one. The rule for life: an adaptive step does not follow the mean slope.

# %% [markdown]
# ## 5. A rate that changes
#
# Early on, long steps bring us near. Later they only bounce around the bottom: a minibatch's slope
# is noisy (unit 02), and the noise of a step is proportional to its length. So let the rate depend
# on the step, $\eta_t$. Three **schedules** are common:
#
# * **steps**: divide by 10 whenever the loss stands still (or after fixed numbers of epochs);
# * **cosine**: fall along half a wave, slowly, quickly, slowly, to (nearly) 0 at the planned end;
# * **warm-up**: rise over the first steps, while averages are still empty and slopes are wild.
#
# **A worked example**, the first of the three:


# %%
def step_schedule(t, first, every, factor=0.1):
    """The rate of step t: multiplied by `factor` after each `every` steps."""
    return first * factor ** (t // every)


print([round(step_schedule(t, 0.5, every=10), 5) for t in (0, 9, 10, 19, 20, 29)])

# %% [markdown]
# The momentum can have a schedule too: it may help a little to **anneal** it from 0.5 to 0.99,
# since early velocities point nowhere in particular. **Yours to finish**, a straight line over 100
# steps:

# %%
for t in (0, 50, 100):
    rho = None  # your turn: 0.5 at t = 0, 0.99 at t = 100
    print(f"step {t:3}: rho = {rho}")

# %% [markdown]
# ### Exercise: `cosine_schedule`
#
# Warm-up and cosine in one. With $W$ steps of warm-up and $T$ steps in all, step $t$ has the rate
#
# $$\eta_t = \begin{cases}
# \eta_{\max}\, \dfrac{t + 1}{W} & t < W\\[8pt]
# \eta_{\min} + \dfrac{\eta_{\max} - \eta_{\min}}2 \left(1 + \cos\dfrac{\pi\,(t - W)}{T - W}\right)
# & W \le t \le T .\end{cases}$$
#
# The last step of the warm-up has the rate $\eta_{\max}$, and so has the first one after it. At
# $t = T$ it is $\eta_{\min}$. With $W = 0$ there is no warm-up.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How much of the way from the end of the warm-up to the end of everything is done at step $t$? That
# share goes from 0 to 1.
#
# <details><summary>Hint 2, a pointer</summary>
#
# `math.cos` takes radians, and `math.pi` is half a turn. One `if` for the warm-up, then one
# formula.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The straight-line version of the second case:
#
# ```python
# def falling_line(t, steps, lr_max, lr_min, warmup):
#     share = (t - warmup) / (steps - warmup)
#     return lr_max - share * (lr_max - lr_min)
# ```
#
# </details></details></details>


# %% exercise="cosine_schedule"
def cosine_schedule(t, steps, lr_max, lr_min=0.0, warmup=0):
    """The learning rate of step t: a warm-up, then half a cosine wave.

    Parameters
    ----------
    t : int
        The step, from 0 to steps.
    steps : int
        When the rate has arrived at lr_min. More than warmup.
    lr_max : float
        The largest rate.
    lr_min : float
        The rate at the end.
    warmup : int
        For how many steps the rate rises, in equal parts, to lr_max.

    Returns
    -------
    float

    Example
    -------
    >>> [round(cosine_schedule(t, 6, 0.8, 0.2, warmup=2), 3) for t in range(7)]
    [0.4, 0.8, 0.8, 0.712, 0.5, 0.288, 0.2]
    """
    ### BEGIN SOLUTION
    if t < warmup:
        return lr_max * (t + 1) / warmup
    share = (t - warmup) / (steps - warmup)
    return lr_min + (lr_max - lr_min) / 2 * (1 + math.cos(math.pi * share))
    ### END SOLUTION


# %% check="cosine_schedule"
check(cosine_schedule, 0, 100, 0.5, expected=0.5)
check(cosine_schedule, 50, 100, 0.5, 0.1, expected=0.3)
check(cosine_schedule, 25, 100, 0.5, 0.1, expected=0.441421, rtol=1e-5)
check(cosine_schedule, 100, 100, 0.5, 0.1, expected=0.1)
check(cosine_schedule, 0, 50, 0.5, 0.1, 10, expected=0.05)
check(cosine_schedule, 9, 50, 0.5, 0.1, 10, expected=0.5)
check(cosine_schedule, 20, 50, 0.5, 0.1, 10, expected=0.441421, rtol=1e-5)

# %% [markdown]
# > **Predict** the two curves before you run the cell: 100 steps, the largest rate 1, the smallest
# > 0. How does a warm-up of 20 steps change the rest?

# %% demo=true
at = list(range(0, 101, 10))
circles = {
    "cosine": [1, 0.976, 0.905, 0.794, 0.655, 0.5, 0.345, 0.206, 0.095, 0.024, 0],
    "with warm-up": [0.05, 0.55, 1, 0.962, 0.854, 0.691, 0.5, 0.309, 0.146, 0.038, 0],
}
yours = {
    "cosine": lambda steps: [cosine_schedule(t, 100, 1.0) for t in steps],
    "with warm-up": lambda steps: [cosine_schedule(t, 100, 1.0, 0.0, 20) for t in steps],
}
plots.to_meet(at, circles, yours, names=("step", "learning rate"))

# %% [markdown]
# ## 6. The race on digits
#
# Ravines are pretty, digits are real. One thing is missing: a training loop into which any step
# rule and any schedule can be put.
#
# ### Exercise: `train_with`
#
# Take your `train_mlp` from unit 05 (or write it anew) and change three things:
#
# * a step is taken by `step(w, dw, state, lr)`, and **every array has a state of its own**;
# * the rate of step $t$ is `lr_at(t)`, with $t = 0, 1, 2, \dots$ counted through all epochs;
# * note the loss of every batch, as `loss` gives it *before* the step is taken.
#
# <details><summary>Hint 1, a nudge</summary>
#
# When is a state made, and how many are there? What would happen to Adam's `t` if two arrays shared
# one?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `{name: {} for name in params}` is a dict of empty states. The number of the step is the number of
# losses noted so far. In every epoch, `rng.permutation(len(X))` is a new order.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A gardener, a rule for watering, and a notebook page for every plant:
#
# ```python
# def water_all(rule, plants, days, amount_on):
#     pages = {name: {} for name in plants}
#     for day in range(days):
#         watered = {}
#         for name, height in plants.items():
#             watered[name], pages[name] = rule(height, pages[name], amount_on(day))
#         plants = watered
#     return plants
# ```
#
# </details></details></details>


# %% exercise="train_with"
def train_with(step, loss, params, X, y, lr_at, batch_size, epochs, rng):
    """Train a network in minibatches, with any step rule and any schedule.

    Parameters
    ----------
    step : function
        step(w, dw, state, lr) returns (w, state).
    loss : function
        loss(params, X, y) returns the loss and a dict of gradients, named like params.
    params : dict of arrays
        Where to start.
    X : array (N, D)
    y : array (N,)
    lr_at : function
        lr_at(t) is the learning rate of step t, counted from 0 through all epochs.
    batch_size : int
    epochs : int
    rng : numpy.random.Generator
        Shuffles the samples anew in every epoch.

    Returns
    -------
    params : dict of arrays
    losses : list of float
        The loss of every batch, before its step.

    Example
    -------
    >>> loss, rng = (lambda params, X, y: (0.5, {"w": np.ones(1)})), np.random.default_rng(0)
    >>> start, X, y = {"w": np.array([3.0])}, np.ones((4, 1)), np.zeros(4)
    >>> train_with(descent, loss, start, X, y, lambda t: 1.0 + t, 2, 1, rng)
    ({'w': array([0.])}, [0.5, 0.5])
    """
    ### BEGIN SOLUTION
    states, losses = {name: {} for name in params}, []
    for _ in progress(range(epochs)):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            value, grads = loss(params, X[batch], y[batch])
            lr, stepped = lr_at(len(losses)), {}
            for name, w in params.items():
                stepped[name], states[name] = step(w, grads[name], states[name], lr)
            params = stepped
            losses.append(value)
    return params, losses
    ### END SOLUTION


# %% setup=true
def tiring(w, dw, state, lr):
    """A toy step rule: its n-th step is 1/n as long. It counts in its state."""
    n = state.get("n", 0) + 1
    return w - lr * dw / n, {"n": n}


def toy_loss(params, X, y):
    """A toy loss: half the sum of the squared distances from the batch's means."""
    away = {"w": params["w"] - X.mean(axis=0), "b": params["b"] - y.mean()}
    return float(sum(np.sum(a**2) for a in away.values())) / 2, away


def half(_):
    """The same rate for every step."""
    return 0.5


def fading(t):
    """1/2, 1/3, 1/4 and so on."""
    return 1 / (2 + t)


# %% setup=true
def trained_with(train_with, step, loss, params, X, y, lr_at, batch_size, epochs):
    """The trained params and the losses, as a list."""
    rng = np.random.default_rng(0)
    after, losses = train_with(step, loss, params, X, y, lr_at, batch_size, epochs, rng)
    return after, [float(value) for value in losses]


# %% [markdown]
# In these checks all samples are alike, so that chance plays no part.

# %% check="train_with"
start = {"w": np.array([8.0, -8.0]), "b": np.array([4.0])}
X, y = np.zeros((6, 2)), np.zeros(6)
expected = {"w": np.array([4.0, -4.0]), "b": np.array([2.0])}, [72.0]
check(trained_with, train_with, descent, toy_loss, start, X, y, half, 6, 1, expected=expected)
expected = {"w": np.array([1.6, -1.6]), "b": np.array([0.8])}, [72.0, 18.0, 8.0, 4.5]
check(trained_with, train_with, descent, toy_loss, start, X, y, fading, 3, 2, expected=expected)
after = {"w": np.array([2.1875, -2.1875]), "b": np.array([1.09375])}
expected = after, [72.0, 18.0, 10.125, 7.03125]
check(trained_with, train_with, tiring, toy_loss, start, X, y, half, 3, 2, expected=expected)
X, y = np.zeros((5, 2)), np.full(5, 2.0)
after = {"w": np.array([2.1875, -2.1875]), "b": np.array([2.546875])}
expected = after, [66.0, 16.5, 9.28125, 6.4453125]
check(trained_with, train_with, tiring, toy_loss, start, X, y, half, 3, 2, expected=expected)

# %% [markdown]
# > **Predict.** Six racers on the digits, ten epochs each, all with the *same* rate, 0.01. Who is
# > first, who last? And is that a fair race?

# %%
racers = {  # your turn, later: give each the rate it needs
    "descent": (descent, 0.01),
    "momentum": (sgd_momentum, 0.01),
    "Nesterov": (nesterov_rearranged, 0.01),
    "AdaGrad": (adagrad, 0.01),
    "RMSProp": (rmsprop, 0.01),
    "Adam": (adam, 0.01),
}


# %% setup=true
def always(lr):
    """The schedule that keeps the rate."""
    return lambda _: lr


def digits_run(train_with, step, lr_at, seed=0, epochs=10):
    """Train on the digits; return the params and the mean loss of each epoch's batches."""
    rng = np.random.default_rng(seed)
    start = random_params(rng)
    params, losses = train_with(step, mlp_loss, start, X_train, y_train, lr_at, 32, epochs, rng)
    return params, np.reshape(losses, (epochs, -1)).mean(axis=1)


def accuracy(params):
    """The share of right answers on the 299 digits that were not shown."""
    hidden = np.maximum(X_test @ params["W1"] + params["b1"], 0)
    return np.mean((hidden @ params["W2"] + params["b2"]).argmax(axis=1) == y_test)


# %% setup=true
LOOKS = {  # as in the race above
    "descent": ("gray", "o"),
    "momentum": (plots.PALETTE["blue"], "s"),
    "Nesterov": ("black", "^"),
    "AdaGrad": (plots.PALETTE["purple"], "D"),
    "RMSProp": (plots.PALETTE["green"], "v"),
    "Adam": (plots.PALETTE["vermillion"], "*"),
}


def draw(axes, at, values, name):
    """Add one racer's curve, and the list of names beside the picture."""
    colour, marker = LOOKS.get(name, ("brown", "P"))
    axes.plot(at, values, color=colour, marker=marker, label=name)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))


# %%
curves = {}
for name, (step, lr) in progress(racers.items(), "racers"):
    params, curves[name] = digits_run(train_with, step, always(lr))
    print(f"{name:9} at {lr}: loss {curves[name][-1]:.4f}, {accuracy(params):.1%} right")

plots.use_style()
figure, axes = plots.new_figure()
for name, curve in curves.items():
    draw(axes, range(1, 11), curve, name)
axes.set(xlabel="epoch", ylabel="loss", yscale="log")
figure.alt = "The loss of each racer by epoch, on a logarithmic axis."
figure

# %% [markdown]
# The plot is yours: change the rates above until you think the race is fair, add a racer (your
# `ema_momentum`, Adam without its memory of slopes, ...), and run both cells again. Who changes
# places?
#
# At 0.01 Adam leads by far and plain descent is hopeless. Was that Adam, or was it the rate? One
# and the same number means a step of 0.01 to Adam and a hundredth of the slope to descent. It is
# fair only if each is given *its* best rate, so try many, the same way for all.
#
# > **Predict** what the picture will look like: the loss after ten epochs against the rate, one
# > curve for each. Where will the six lowest points lie?

# %% demo=true
plots.use_style()
rates = np.geomspace(0.0003, 3, 9)
figure, axes = plots.new_figure()
for name, (step, _) in progress(racers.items(), "racers"):
    ends = [digits_run(train_with, step, always(lr))[1][-1] for lr in rates]
    draw(axes, rates, ends, name)
    print(f"{name:9} at its best rate, {rates[np.argmin(ends)]:.4f}: loss {min(ends):.4f}")
axes.set(xlabel="learning rate", ylabel="loss in the tenth epoch", xscale="log", yscale="log")
figure.alt = "A valley for each racer: the loss after ten epochs against the learning rate."
figure

# %% [markdown]
# Six valleys, in different places, with their lowest points close together: at its *own* best rate
# every racer comes down to a few hundredths. Ten times too much or too little costs far more than
# the choice of the optimiser. And Adam's valley is not the deepest: on these digits momentum ends
# lower, and plain descent about as low. (Momentum's best rate is about a tenth of plain descent's,
# as the factor $1/(1 - \rho)$ of part 2 says.)
#
# What Adam is good for is a *first* try. Its steps are about $\eta$ long whatever the size of the
# slopes, so a rate from 0.001 to 0.01 works nearly everywhere. A. Wilson and others (2017) compared
# larger networks, each method tuned with the same care: the adaptive ones often ended worse on data
# never seen. The picture networks of units 11 to 13 were trained with momentum 0.9; for language,
# where most words are rare, Adam is the usual choice. Try both.
#
# ### What a schedule buys
#
# > **Predict.** The same ten epochs (470 steps) with rates that were rather too large: constant, on
# > a cosine, and on a cosine after a warm-up of one epoch. Whom does the warm-up help most? (Think
# > of the first step of RMSProp.)

# %% demo=true
schedules = {
    "constant": always,
    "cosine": lambda lr: lambda t: cosine_schedule(t, 470, lr),
    "warm-up": lambda lr: lambda t: cosine_schedule(t, 470, lr, 0.0, 47),
}
too_large = (("momentum", sgd_momentum, 0.3), ("RMSProp", rmsprop, 0.03), ("Adam", adam, 0.03))
for name, step, lr in too_large:
    for told, schedule in schedules.items():
        params, curve = digits_run(train_with, step, schedule(lr))
        right = accuracy(params)
        print(f"{name:8} {told:8}: loss {curve[0]:.3f} ... {curve[-1]:.4f}, {right:.1%} right")

# %% [markdown]
# With a falling rate, momentum and Adam end many times lower than with the same rate held: the
# bouncing stops. The warm-up does most for RMSProp. Its leaps at the start throw the network so far
# away that the first epoch is worse than guessing, and ten epochs do not quite repair it. Adam's
# correction has removed the leaps already, so that a warm-up changes less there.

# %% [markdown] question="another_kitchen" points=2
# ### Written question: a recipe from another kitchen
#
# A friend found a recipe in a paper: *momentum 0.9, learning rate 0.1, divided by 10 after epoch
# 30.* The paper uses the moving-average form. She has your `sgd_momentum`, the velocity form, types
# the numbers in, and her loss explodes. (a) Why, and what should she type? (b) With the right
# number, will her run be the same as the paper's before epoch 30, and right after it? Say why. (c)
# "Never mind," she says, "I take Adam with its defaults. It is the best anyway." Name two things
# you have *measured* in this unit that speak against that sentence. (Six or seven sentences; a
# human reads them.)
#
# ### BEGIN SOLUTION
# (a) The average weighs the newest gradient with $1 - \beta = 0.1$, the velocity form with 1. At
# the same rate her steps are ten times as long as the paper's. She should type $0.1 \cdot (1 - 0.9)
# =
# 0.01$. (Half a point: factor 10 in the right direction.)
#
# (b) Before epoch 30 yes, to the last digit, since $v = -\alpha m$ as long as the rate is constant.
# After it no: in the average's form the new rate multiplies the whole memory, so the paper's run
# brakes at once, while her velocity still holds pushes of the old rate and needs some ten steps to
# lose them. (Half a point.)
#
# (c) Any two of: on the digits, at its best rate, momentum came as low or lower than Adam; on the
# slopes 3, -1, -1 Adam went to the worst place; Adam too needs its rate chosen (at 0.3 it was bad,
# at 0.0003 slow); with a cosine schedule momentum gained more than the change of optimiser had
# brought; in the ravine of the race it was not first. (Half a point each.)
# ### END SOLUTION

# %% [markdown]
# ## What we learnt, where next
#
# * In a ravine, the steepest direction sets the rate and the shallowest takes the time. Momentum adds
#   up what stays the same and cancels what alternates: $\sqrt\kappa$ in place of $\kappa$.
# * Velocity and moving average are the same walk with $\alpha = \eta/(1 - \beta)$, while the rate is
#   constant. Nesterov's two forms meet at the places ahead, while the momentum is.
# * AdaGrad gives every weight its own rate, and stops. RMSProp forgets, and leaps at the start. Adam
#   corrects that, and follows signs more than means.
# * A rate means something different to each optimiser. Compare at the best rate of each.
# * A schedule ends the bouncing; a warm-up tames the beginning.
#
# **Next**, in unit 07: how to *start*. Why fifty layers are dead before the first step, and what
# brings them to life.
