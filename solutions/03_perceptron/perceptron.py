# %% [markdown]
# # Perceptrons and NAND
#
# *75 minutes, 20 points. You need vectors, a little NumPy, and units 01 and 02 behind you.*
#
# A neuron does next to nothing: it weighs what it is told and answers yes or no. In this unit you
# write one in a single line. Then you build with it, and with nothing else, until a circuit of your
# own multiplies numbers. And then the neuron stops being built and begins to learn.
#
# **At the end you can**
#
# * say what a neuron's weights and threshold do, and draw the line that it draws;
# * build any logical function from one kind of neuron, and prove that you can;
# * show what a single neuron cannot compute, and why a second layer can;
# * let a neuron learn from its mistakes, and say when it will come to an end;
# * explain why a step cannot be trained by gradient descent, and what to put in its place.
#
# | part | | minutes |
# |---|---|---|
# | 1 | A neuron weighs the evidence | 12 |
# | 2 | Gates: a neuron draws a line | 9 |
# | 3 | Everything from NAND | 22 |
# | 4 | What one neuron cannot do | 11 |
# | 5 | A neuron that learns | 12 |
# | 6 | From the step to the sigmoid | 9 |

# %% setup=true
import numpy as np

from nand2resnet import data, plots, regions
from nand2resnet.check import check

corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])  # every input of two bits

# %% [markdown]
# ## 1. A neuron weighs the evidence
#
# Will you go to the open-air concert on Saturday? Three things count, each of them yes (1) or
# no (0): the weather is fine ($x_1$), a friend comes along ($x_2$), a bus goes there ($x_3$). They
# do not count alike, so each gets a **weight** $w_j$: how much it speaks for going. Add up the
# weights of what is true. If the sum is above your **threshold** $b$, you go.
#
# That is a **perceptron**, the first artificial neuron (Frank Rosenblatt, 1958):
#
# $$y = \begin{cases} 1 & \text{if } w_1x_1 + w_2x_2 + \dots + w_nx_n > b
# \quad\text{(it \emph{fires})}\\ 0 & \text{otherwise (it stays silent)} \end{cases}$$
#
# > **The convention of this unit.** $b$ is a threshold: the sum must rise **above** it. A sum that
# > only *equals* the threshold leaves the neuron silent.
#
# **A worked example.** Weights 6, 2, 2 and threshold 5. The friend comes and there is a bus, but it
# will rain:

# %%
x = np.array([0, 1, 1])  # fine weather, friend, bus
w = np.array([6, 2, 2])
b = 5
print("evidence for going:", x @ w, " above the threshold?", x @ w > b)

# %% [markdown]
# `x @ w` is the sum of the products $w_jx_j$. With the **step function** $\sigma$ the perceptron is
# one short line:
#
# $$y = \sigma(w \cdot x - b) \qquad\text{with}\qquad
# \sigma(z) = \begin{cases} 1 & \text{if } z > 0\\ 0 & \text{if } z \le 0 \end{cases}$$
#
# ### Exercise: `step`
#
# Write $\sigma$. Given an array, it answers for each entry.
#
# <details><summary>Hint 1, a nudge</summary>
#
# What should come out for exactly 0? The formula says it.
#
# <details><summary>Hint 2, a pointer</summary>
#
# For an array, `z > 0` compares every entry at once. In Python, `True` counts as 1.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Marks at or above 50 pass:
#
# ```python
# def passes(marks):
#     return np.where(marks >= 50, 1, 0)
# ```
#
# </details></details></details>


# %% exercise="step"
def step(z):
    """The step function: 1 above zero, 0 at zero and below.

    Parameters
    ----------
    z : float, or array of any shape

    Returns
    -------
    0 or 1, or array of 0s and 1s of z's shape

    Example
    -------
    >>> step(np.array([-2.0, 0.0, 3.5]))
    array([0, 0, 1])
    """
    ### BEGIN SOLUTION
    return (np.asarray(z) > 0).astype(int)
    ### END SOLUTION


# %% check="step"
check(step, np.array([-2.0, -0.5, 0.0, 0.5, 2.0]), expected=np.array([0, 0, 0, 1, 1]))
check(step, 0.25, expected=1)
check(step, np.array([[3, -3], [0, 1]]), expected=np.array([[1, 0], [0, 1]]))

# %% [markdown]
# ### Exercise: `perceptron`
#
# Now the neuron. Write it with `step`, and let it work in bulk, because everything after this unit
# does:
#
# | `x` | `w` | `b` | what comes out |
# |---|---|---|---|
# | `(D,)` one input | `(D,)` one neuron | number | 0 or 1 |
# | `(N, D)` inputs, one a row | `(D,)` | number | `(N,)`: an answer for each input |
# | `(D,)` | `(D, K)` neurons, one a column | `(K,)` | `(K,)`: an answer from each neuron |
# | `(N, D)` | `(D, K)` | `(K,)` | `(N, K)`: from each neuron for each input |
#
# Several neurons that look at the same inputs are called a **layer**. A layer is a matrix.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Write it for one input and one neuron. Then read the table again: what has to change?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `@` multiplies vectors and matrices in all four rows of the table, and subtracting `b` does the
# right thing in all of them. `np.sum(x * w)` does not: it makes one single number of a whole batch.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The bill for shopping baskets `x` at prices `w`, with a discount `d`, for one basket or many and
# one shop or many, rounded to whole euros:
#
# ```python
# def bills(x, w, d):
#     return np.round(x @ w - d)
# ```
#
# </details></details></details>


# %% exercise="perceptron"
def perceptron(x, w, b):
    """Fire (1) where the weighted sum of the inputs is above the threshold, else 0.

    Parameters
    ----------
    x : array (D,) or (N, D)
        One input, or N of them.
    w : array (D,) or (D, K)
        Weights of one neuron, or of K neurons.
    b : number, or array (K,)
        The threshold of each neuron.

    Returns
    -------
    0 or 1, or array (N,), (K,) or (N, K) of 0s and 1s

    Example
    -------
    >>> perceptron(np.array([0, 1, 1]), np.array([6, 2, 2]), 5)
    0
    """
    ### BEGIN SOLUTION
    return step(x @ w - b)
    ### END SOLUTION


# %% check="perceptron"
weights = np.array([6.0, 2.0, 3.0])
check(perceptron, np.array([1.0, 0.0, 1.0]), weights, 7.0, expected=1)
check(perceptron, np.array([0.0, 1.0, 0.0]), weights, -3.0, expected=1)
check(perceptron, np.array([0.0, 1.0, 0.0]), weights, 3.0, expected=0)
check(perceptron, np.array([1.0, 0.0, 1.0]), weights, 9.0, expected=0)
inputs = np.array([[1, 0, 0], [0, 1, 1], [0, 0, 1], [0, 0, 0]])
check(perceptron, inputs, weights, 4.0, expected=np.array([1, 1, 0, 0]))
layer = np.array([[6.0, -1.0], [2.0, -1.0], [3.0, -1.0]])
both = np.array([[1, 1], [1, 0], [0, 1], [0, 1]])
check(perceptron, inputs, layer, np.array([4.0, -1.5]), expected=both)

# %% [markdown]
# > **Predict.** Weights 6, 2, 2 and threshold 5 once more. Among the eight possible Saturdays,
# > which ones see you at the concert? Then lower the threshold to 3 and predict again.

# %%
w, threshold = np.array([6, 2, 2]), 5  # then try 3
saturdays = np.array(
    [[fine, friend, bus] for fine in (0, 1) for friend in (0, 1) for bus in (0, 1)]
)
for saturday, go in zip(saturdays, perceptron(saturdays, w, threshold), strict=True):
    print("fine, friend, bus =", saturday, "->", "go" if go else "stay")

# %% [markdown]
# With threshold 5 you go exactly when the weather is fine: friend and bus together weigh only 4, so
# they never decide anything. (The notes this course follows use these very numbers, for a cheese
# festival, as an example of weighing *three* pieces of evidence.) With threshold 3 they begin to
# count: fine weather is enough, and so are a friend *and* a bus. The same inputs, the same weights,
# another threshold: another way to decide.

# %% [markdown]
# > **Check the source.** The same notes call the threshold $b$ a bias, too, and say that this is
# > the better word. Another set of notes writes $w \cdot x + b > 0$ and calls *that* $b$ the bias.
# > Is it only a name? Run the same numbers both ways. **Predict** the second line.

# %%
w, b = np.array([-2, -2]), -3
print("b is a threshold, w.x > b:    ", (corners @ w > b).astype(int))
print("b is a bias,      w.x + b > 0:", (corners @ w + b > 0).astype(int))

# %% [markdown]
# The second neuron never fires. A bias is a threshold **with the opposite sign**: bias $= -b$.
# Whoever takes numbers from one text into the formula of another gets a dead neuron. In this unit
# $b$ is a threshold; from unit 04 on it will be a bias and be *added*, and we shall say so again.

# %% [markdown]
# ## 2. Gates: a neuron draws a line
#
# With two inputs that are 0 or 1, a neuron is a **gate**, the stuff that computers are made of:
#
# | $x_1$ | $x_2$ | AND | OR | NAND (not AND) | XOR (one or the other) |
# |---|---|---|---|---|---|
# | 0 | 0 | 0 | 0 | 1 | 0 |
# | 0 | 1 | 0 | 1 | 1 | 1 |
# | 1 | 0 | 0 | 1 | 1 | 1 |
# | 1 | 1 | 1 | 1 | 0 | 0 |
#
# **Worked:** AND should fire only if both are 1. With weights 1 and 1 the sums are 0, 1, 1, 2; a
# threshold between 1 and 2 does it. **Your turn to finish:** OR, with the same weights.

# %%
print("AND:", perceptron(corners, np.array([1, 1]), 1.5))
threshold = None  # your turn: replace None
print("OR: ", threshold if threshold is None else perceptron(corners, np.array([1, 1]), threshold))

# %% [markdown]
# Where the weighted sum equals the threshold, $w_1x_1 + w_2x_2 = b$, the neuron is just about to
# fire. That is the equation of a **straight line**. On one side of it the neuron fires, on the
# other it is silent; the weights turn the line, the threshold shifts it.
#
# > **Predict.** The figure asks **your** `perceptron`, at every point of the plane. Find a line for
# > AND, for OR and for NAND. One of the four gates will resist. Which one, and why?

# %% demo=true
from nand2resnet.widgets import DecisionBoundary

DecisionBoundary(perceptron)

# %% [markdown]
# ### Exercise: `nand`
#
# Build NAND from **one** perceptron: choose two weights and a threshold, and call `perceptron`
# once. Many choices are right.
#
# <details><summary>Hint 1, a nudge</summary>
#
# NAND is AND with every answer turned round. What does that do to the line you found, and what to
# the side on which the neuron fires?
#
# <details><summary>Hint 2, a pointer</summary>
#
# The neuron must fire for *small* sums of inputs, so every 1 among the inputs has to speak
# *against* firing. With no evidence at all the sum is 0, and it must still fire: 0 > b.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# NOR fires only if neither input is 1. The sums are 0, -1, -1, -2, and only the first is above
# -0.5:
#
# ```python
# def nor(a, b):
#     return perceptron(np.array([a, b]), np.array([-1, -1]), -0.5)
# ```
#
# </details></details></details>


# %% exercise="nand"
def nand(a, b):
    """NAND of two bits, by one perceptron: 0 if both are 1, else 1.

    Parameters
    ----------
    a : 0 or 1
    b : 0 or 1

    Returns
    -------
    0 or 1

    Example
    -------
    >>> nand(1, 1)
    0
    """
    ### BEGIN SOLUTION
    return perceptron(np.array([a, b]), np.array([-2, -2]), -3)
    ### END SOLUTION


# %% check="nand"
check.circuit(nand, expected=[1, 1, 1, 0], of="perceptron")

# %% [markdown]
# The check did two things. It ran your function on all four inputs, and it ran it once more on
# **wires**: places for a bit that has no value yet. That is how a circuit is built, with solder,
# once, long before any current flows. So inside a circuit there is no `if`, no `==` and no `+`:
# Python would have to look at a value that is not there. From here on, the check of every circuit
# does this.

# %% [markdown]
# ## 3. Everything from NAND
#
# NAND looks like the least useful of the gates. It is the only one you need. In this part you build
# a pocket calculator's heart from it, each piece from the pieces before. The rule: call `nand`, or
# gates that you have made of it, and do nothing else with the bits.
#
# ### Exercise: `not_`
#
# Turn a bit round: 0 becomes 1, 1 becomes 0. (The names end in `_` because `not`, `and` and `or`
# are taken.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# `nand` wants two inputs, and you have one. What could you put into the second?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Look at NAND's table and keep only the rows in which both inputs are equal.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# A gate that gives 1 whatever `a` is. A bit and its opposite are never both 1:
#
# ```python
# def always(a):
#     return nand(a, nand(a, 1))
# ```
#
# </details></details></details>


# %% exercise="not_"
def not_(a):
    """The opposite of a bit, from nand alone.

    Parameters
    ----------
    a : 0 or 1

    Returns
    -------
    0 or 1

    Example
    -------
    >>> not_(0)
    1
    """
    ### BEGIN SOLUTION
    return nand(a, a)
    ### END SOLUTION


# %% check="not_"
check.circuit(not_, expected=[1, 0])

# %% [markdown]
# ### Exercise: `and_`
#
# 1 if both bits are 1.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Say the full name of NAND aloud.
#
# <details><summary>Hint 2, a pointer</summary>
#
# Compare the columns AND and NAND in the table of part 2, row by row.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# "a, but not b", from NAND and NOT:
#
# ```python
# def a_without_b(a, b):
#     return not_(nand(a, not_(b)))
# ```
#
# </details></details></details>


# %% exercise="and_"
def and_(a, b):
    """1 if both bits are 1, from nand alone.

    Parameters
    ----------
    a : 0 or 1
    b : 0 or 1

    Returns
    -------
    0 or 1

    Example
    -------
    >>> and_(1, 1)
    1
    """
    ### BEGIN SOLUTION
    return not_(nand(a, b))
    ### END SOLUTION


# %% check="and_"
check.circuit(and_, expected=[0, 0, 0, 1])

# %% [markdown]
# ### Exercise: `or_`
#
# 1 if at least one bit is 1.
#
# <details><summary>Hint 1, a nudge</summary>
#
# "At least one is 1" is the same as "it is not so that ...". Finish the sentence.
#
# <details><summary>Hint 2, a pointer</summary>
#
# NAND gives 0 in one row only: 1, 1. OR gives 0 in one row only: 0, 0. What turns the one row into
# the other?
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# "b follows from a" (whenever a is 1, b is too) is 0 only in the row 1, 0:
#
# ```python
# def implies(a, b):
#     return nand(a, not_(b))
# ```
#
# </details></details></details>


# %% exercise="or_"
def or_(a, b):
    """1 if at least one bit is 1, from nand alone.

    Parameters
    ----------
    a : 0 or 1
    b : 0 or 1

    Returns
    -------
    0 or 1

    Example
    -------
    >>> or_(0, 1)
    1
    """
    ### BEGIN SOLUTION
    return nand(not_(a), not_(b))
    ### END SOLUTION


# %% check="or_"
check.circuit(or_, expected=[0, 1, 1, 1])

# %% [markdown]
# ### Why NAND is enough for everything
#
# Take *any* table of bits in and bits out, however long. Look at the rows in which it says 1. Each
# such row is an AND: "$a$ is 1 and $b$ is 0 and ..." is `and_(a, and_(not_(b), ...))`. The function
# is 1 if *some* of these rows is the one we are in: the OR of them all. So NOT, AND and OR compute
# everything that can be written as a table, and you have just made all three from NAND. NAND is
# **universal**. And since NAND is one perceptron, so are **networks of perceptrons**.
#
# The recipe always works, but it is wasteful. With a little thought one needs far fewer gates.

# %% [markdown]
# ### Exercise: `xor`
#
# 1 if exactly one of the two bits is 1. Four NANDs are enough, but any circuit that is right will
# do.
#
# <details><summary>Hint 1, a nudge</summary>
#
# XOR is nearly OR. In which row do they differ, and which of your gates knows about that row?
#
# <details><summary>Hint 2, a pointer</summary>
#
# "At least one, but not both." There is a gate for each half of this sentence, and one for the word
# in the middle.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# "Both, or neither" is the opposite of XOR, by the recipe above:
#
# ```python
# def same(a, b):
#     return or_(and_(a, b), and_(not_(a), not_(b)))
# ```
#
# </details></details></details>


# %% exercise="xor"
def xor(a, b):
    """1 if exactly one of two bits is 1, from nand alone.

    Parameters
    ----------
    a : 0 or 1
    b : 0 or 1

    Returns
    -------
    0 or 1

    Example
    -------
    >>> xor(1, 1)
    0
    """
    ### BEGIN SOLUTION
    neither_both = nand(a, b)
    return nand(nand(a, neither_both), nand(b, neither_both))
    ### END SOLUTION


# %% check="xor"
check.circuit(xor, expected=[0, 1, 1, 0])

# %% [markdown]
# ### Now it adds
#
# Two digits of one bit each have three possible sums: $0 + 0 = 0$, $0 + 1 = 1$, and $1 + 1 = 10$ in
# binary, which is 2: the **sum** digit is 0 and there is a **carry** of 1 to the next place.
#
# ### Exercise: `half_adder`
#
# Add two bits. Return the sum digit first, then the carry: `return sum_bit, carry`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Write down the four rows. Then look at the sum digit alone, and at the carry alone. Have you seen
# these columns before?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Each of the two outputs is one of the gates you have.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The larger and the smaller of two bits:
#
# ```python
# def sorted_bits(a, b):
#     return or_(a, b), and_(a, b)
# ```
#
# </details></details></details>


# %% exercise="half_adder"
def half_adder(a, b):
    """Add two bits, from nand alone: a + b = 2 * carry + sum.

    Parameters
    ----------
    a : 0 or 1
    b : 0 or 1

    Returns
    -------
    (sum, carry), each 0 or 1

    Example
    -------
    >>> half_adder(1, 1)
    (0, 1)
    """
    ### BEGIN SOLUTION
    return xor(a, b), and_(a, b)
    ### END SOLUTION


# %% check="half_adder"
check.circuit(half_adder, expected=[(0, 0), (1, 0), (1, 0), (0, 1)])

# %% [markdown]
# ### Exercise: `full_adder`
#
# In a longer number every place has three bits to add: its two digits, and the carry that comes
# *in* from the place to its right. The largest sum is $1 + 1 + 1 = 11$ in binary. Return the sum
# digit first, then the carry that goes out.
#
# <details><summary>Hint 1, a nudge</summary>
#
# How would you add three numbers if you could only ever add two?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Two half adders, one after the other. Each of them may produce a carry. Can both do so at once?
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Adding 1 to a number of two bits, with a chain of half adders:
#
# ```python
# def plus_one(a1, a0):
#     s0, carry = half_adder(a0, 1)
#     s1, overflow = half_adder(a1, carry)
#     return overflow, s1, s0
# ```
#
# </details></details></details>


# %% exercise="full_adder"
def full_adder(a, b, carry_in):
    """Add three bits, from nand alone: a + b + carry_in = 2 * carry_out + sum.

    Parameters
    ----------
    a : 0 or 1
    b : 0 or 1
    carry_in : 0 or 1

    Returns
    -------
    (sum, carry_out), each 0 or 1

    Example
    -------
    >>> full_adder(1, 1, 1)
    (1, 1)
    """
    ### BEGIN SOLUTION
    partial, first_carry = half_adder(a, b)
    total, second_carry = half_adder(partial, carry_in)
    return total, or_(first_carry, second_carry)
    ### END SOLUTION


# %% check="full_adder"
sums = [(0, 0), (1, 0), (1, 0), (0, 1), (1, 0), (0, 1), (0, 1), (1, 1)]
check.circuit(full_adder, expected=sums)

# %% [markdown]
# Chain full adders, carry to carry, and you add numbers of any length. Here are eight places. The
# `for` only lays out eight copies of your adder; in the end it is all NAND.


# %%
def add(a, b, places=8):
    digits, carry = [], 0
    for place in range(places):
        digit, carry = full_adder(a >> place & 1, b >> place & 1, carry)
        digits.append(digit)
    return sum(int(digit) << place for place, digit in enumerate(digits))


print("100 + 55 =", add(100, 55))
print("100 + 200 =", add(100, 200), "(eight places hold no more than 255)")

# %% [markdown]
# ### Exercise: `multiply_2bit`
#
# Multiply two numbers from 0 to 3. Each has two bits, $a = 2a_1 + a_0$ and $b = 2b_1 + b_0$; the
# product, at most 9, has four: $p = 8p_3 + 4p_2 + 2p_1 + p_0$. Do it as at school. One bit times
# one bit is an AND, and then the columns are added:
#
# $$\begin{array}{rrrr}
#  & & a_1b_0 & a_0b_0\\
#  & a_1b_1 & a_0b_1 & \\ \hline
# p_3 & p_2 & p_1 & p_0
# \end{array}$$
#
# The leftmost bit comes first, both in the inputs and in what you return.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Do $11 \times 11$ (that is $3 \times 3$) on paper, in binary. In which columns is there a carry?
#
# <details><summary>Hint 2, a pointer</summary>
#
# The column on the right holds one product and needs no adding. The next holds two products: which
# of your parts adds two bits? It leaves a carry for the third column.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The *sum* of two numbers of two bits, column by column:
#
# ```python
# def add_2bit(a1, a0, b1, b0):
#     s0, carry = half_adder(a0, b0)
#     s1, s2 = full_adder(a1, b1, carry)
#     return s2, s1, s0
# ```
#
# </details></details></details>


# %% exercise="multiply_2bit"
def multiply_2bit(a1, a0, b1, b0):
    """Multiply two numbers of two bits, from nand alone.

    Parameters
    ----------
    a1 : 0 or 1, worth 2
    a0 : 0 or 1, worth 1
    b1 : 0 or 1, worth 2
    b0 : 0 or 1, worth 1

    Returns
    -------
    (p3, p2, p1, p0), each 0 or 1, worth 8, 4, 2 and 1

    Example
    -------
    >>> multiply_2bit(1, 1, 1, 0)
    (0, 1, 1, 0)
    """
    ### BEGIN SOLUTION
    p0 = and_(a0, b0)
    p1, carry = half_adder(and_(a1, b0), and_(a0, b1))
    p2, p3 = half_adder(and_(a1, b1), carry)
    return p3, p2, p1, p0
    ### END SOLUTION


# %% setup=true
def bits(number, places):
    """The binary digits of a number, the leftmost first: bits(6, 4) is (0, 1, 1, 0)."""
    return tuple(number >> place & 1 for place in reversed(range(places)))


# %% check="multiply_2bit"
products = [bits(a * b, 4) for a in range(4) for b in range(4)]
check.circuit(multiply_2bit, expected=products)

# %% [markdown]
# > **Predict.** Here is your circuit, every box a part that you wrote, every small shape one of
# > your NANDs. Press the input bits and watch. Before you set $3 \times 3$: which outputs will
# > light up?

# %% demo=true
from nand2resnet.widgets import MultiplierCircuit

MultiplierCircuit(multiply_2bit, nand)

# %% [markdown]
# Every one of these gates is a neuron with two weights and a threshold. You have built a neural
# network, by hand, that multiplies. Nobody had to teach it; but it was you who had to think of
# every wire.
#
# (For those who like to save: ours takes 20 NANDs, 14 are enough. How few can you do it with?)

# %% [markdown]
# ## 4. What one neuron cannot do
#
# In the figure of part 2 no line would do for XOR. Perhaps you were unlucky? Let us try 35,937
# neurons at once. (A layer is a matrix: that is one call of your `perceptron`.)

# %%
gates = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}
grid = np.linspace(-4, 4, 33)
w1, w2, thresholds = (axis.ravel() for axis in np.meshgrid(grid, grid, grid))
answers = perceptron(corners, np.stack([w1, w2]), thresholds)
for name, table in gates.items():
    right = (answers == np.array(table)[:, np.newaxis]).sum(axis=0)
    print(f"{name:4}: {np.sum(right == 4):5} neurons are right, the best gets {right.max()} of 4")

# %% [markdown]
# Trying is no proof. Here is one, in four lines. For XOR the neuron has to satisfy
#
# $$\begin{aligned}
# (0,0) \to 0: &\quad 0 \le b & (0,1) \to 1: &\quad w_2 > b\\
# (1,1) \to 0: &\quad w_1 + w_2 \le b & (1,0) \to 1: &\quad w_1 > b
# \end{aligned}$$
#
# Add the two on the right: $w_1 + w_2 > 2b$. Because $b \ge 0$, also $2b \ge b$, so
# $w_1 + w_2 > b$. But the line below on the left says $w_1 + w_2 \le b$. No numbers do both.
#
# In the picture: the two ones lie at opposite corners, and so do the two zeros. The segment between
# the ones and the segment between the zeros cross in the middle. A line that has both ones on one
# side has that middle on the same side; and then one of the zeros is there, too.
#
# Your circuit `xor` has no such problem, because it is not one neuron: it is three layers of them.
# Two layers are enough.

# %% [markdown]
# ### Exercise: `xor_network`
#
# Compute XOR with **two layers** of perceptrons: a *hidden* layer that sees the inputs, and an
# output neuron that sees the hidden layer. Choose the numbers yourself, and use nothing but
# `perceptron`.
#
# <details><summary>Hint 1, a nudge</summary>
#
# You said it in words above: "at least one, but not both". Which neuron of the hidden layer says
# "at least one"?
#
# <details><summary>Hint 2, a pointer</summary>
#
# Two lines cut a *band* out of the plane, with both ones inside it. One hidden neuron for each
# line; the output neuron fires if both of them do. In a layer the weights of each neuron are a
# **column**.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# "Both, or neither". Hidden: AND (weights 1, 1, threshold 1.5) and NOR (weights -1, -1, threshold
# -0.5). Output: OR.
#
# ```python
# def same_network(a, b):
#     hidden = perceptron(np.array([a, b]), np.array([[1, -1], [1, -1]]), np.array([1.5, -0.5]))
#     return perceptron(hidden, np.array([1, 1]), 0.5)
# ```
#
# </details></details></details>


# %% exercise="xor_network"
def xor_network(a, b):
    """XOR of two bits by two layers of perceptrons.

    Parameters
    ----------
    a : 0 or 1
    b : 0 or 1

    Returns
    -------
    0 or 1

    Example
    -------
    >>> xor_network(1, 0)
    1
    """
    ### BEGIN SOLUTION
    # Columns: OR fires above 0.5, NAND above -1.5.
    hidden = perceptron(np.array([a, b]), np.array([[1, -1], [1, -1]]), np.array([0.5, -1.5]))
    return perceptron(hidden, np.array([1, 1]), 1.5)
    ### END SOLUTION


# %% check="xor_network"
check.circuit(xor_network, expected=[0, 1, 1, 0], of="perceptron", layers=2)

# %% [markdown]
# > **Predict.** Your network also answers *between* the corners. Which shape has the region where
# > it says 1?

# %% demo=true
regions.where_it_fires(xor_network, corners, gates["XOR"])

# %% [markdown]
# Each hidden neuron still draws one straight line. The output neuron *combines* the two
# half-planes, and so draws what no single neuron can.

# %% [markdown]
# ### Edges, shapes, objects
#
# This is how deep networks are hoped to see. The first layer finds the simplest things, say strokes
# and edges. The second weighs *their* answers and finds shapes. The third weighs shapes and finds
# objects. Every layer decides about something more abstract than the one before, and has an easy
# job, because the hard part has been done below it.
#
# Here is such a network, wired by hand from your `perceptron`. Layer 1 knows six strokes, layer 2 a
# box and a roof, layer 3 a house.


# %% setup=true
row, column = np.indices((7, 7))
strokes = {
    "left slope": (row < 4) & (row + column == 3),
    "right slope": (row < 4) & (column - row == 3),
    "beam": row == 3,
    "floor": row == 6,
    "left wall": (row >= 3) & (column == 0),
    "right wall": (row >= 3) & (column == 6),
}


def picture_of(names):
    """A picture of 7 by 7 pixels with these strokes, as 49 numbers."""
    return np.any([strokes[name] for name in names], axis=0).ravel().astype(float)


# %% demo=true
box, roof = ["beam", "floor", "left wall", "right wall"], ["left slope", "right slope", "beam"]
house = picture_of(strokes)
smudged = np.maximum(house, np.random.default_rng(1).random(49) < 0.3)
broken = house * (np.arange(49) != 28)  # one pixel of the left wall is missing
pictures = np.stack([house, picture_of(box), picture_of(roof), smudged, broken])

W1 = np.stack([mask.ravel() for mask in strokes.values()], axis=1).astype(float)
W2 = np.array([[name in box, name in roof] for name in strokes], dtype=float)
found = perceptron(pictures, W1, W1.sum(axis=0) - 1)  # strokes: every pixel must be there
shapes = perceptron(found, W2, W2.sum(axis=0) - 1)
houses = perceptron(shapes, np.ones(2), 1)
titles = [f"{s.sum()} strokes\n{'box ' * b}{'roof ' * r}\n{'HOUSE' * h}"
          for s, (b, r), h in zip(found, shapes, houses, strict=True)]  # fmt: skip
plots.images(pictures.reshape(-1, 7, 7), titles=titles)

# %% [markdown]
# Smudges do not matter, because no neuron looks at them. One missing pixel does: our strokes are
# too strict. Finding *good* weights for such a network by hand is hopeless; for a real picture
# there would be millions. They have to be learnt.

# %% [markdown]
# ## 5. A neuron that learns
#
# Rosenblatt's neuron found its weights by itself. The rule: go through the examples, one after the
# other, and let the neuron answer.
#
# * Is the answer right? Change nothing.
# * Was it silent though it should fire? The sum was too low. **Add** the input to the weights, and
#   *lower* the threshold by 1.
# * Did it fire though it should be silent? The sum was too high. **Subtract** the input from the
#   weights, and *raise* the threshold by 1.
#
# With the error $e = y - \text{answer}$, which is 0, 1 or $-1$, this is
#
# $$w \leftarrow w + e\,x, \qquad b \leftarrow b - e .$$
#
# Once round all the examples is an **epoch**.
#
# **Worked.** We begin with $w = (0, 0)$ and $b = 0$. The first example is $x = (2, 1)$ with label
# 1. The sum is 0, not above 0, so the neuron is silent: $e = 1$. **Your turn to finish:** the new
# weights and threshold.

# %%
w, b = np.array([0.0, 0.0]), 0.0
x, y = np.array([2.0, 1.0]), 1
error = y - perceptron(x, w, b)
w_new, b_new = None, None  # your turn: by the rule
print("before:", w, b, " error:", error, " after:", w_new, b_new)  # [2. 1.] -1.0

# %% [markdown]
# Epoch after epoch the mistakes become fewer. So should yours, if you write it right: here for AND,
# and for 301 pictures of handwritten 3s and 8s, which you will meet below.

# %% demo=true
learning = {"AND": [1, 3, 3, 2, 1, 0, 0], "3s and 8s": [16, 12, 8, 0, 0]}
plots.to_meet([1, 2, 3, 4, 5, 6, 7], learning, names=("epoch", "mistakes in this epoch"))

# %% [markdown]
# ### Exercise: `perceptron_learn`
#
# Write the rule. Start from zero weights and a zero threshold, take the examples in their order,
# change the weights after *every* mistake (not once an epoch), and count the mistakes of each
# epoch. Do all the epochs, also when there is nothing left to learn.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Two loops, one inside the other. What begins anew with each epoch, and what must not?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `for inputs, label in zip(x, y)` gives the examples one by one. The error tells both what to add
# to `w` and whether to count a mistake. Mind the sign of the threshold's change: to fire more
# easily, it must go *down*.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# Another learner: it keeps the mean of the inputs that belong to label 1, updated after each
# example, and notes after each epoch how long the mean is.
#
# ```python
# def learn_mean(x, y, epochs):
#     mean, seen, lengths = np.zeros(x.shape[1]), 0, []
#     for _ in range(epochs):
#         for inputs, label in zip(x, y):
#             if label == 1:
#                 seen += 1
#                 mean = mean + (inputs - mean) / seen
#         lengths.append(np.linalg.norm(mean))
#     return mean, seen, lengths
# ```
#
# </details></details></details>


# %% exercise="perceptron_learn"
def perceptron_learn(x, y, epochs):
    """Learn the weights and the threshold of one perceptron from examples.

    Parameters
    ----------
    x : array (N, D)
        The examples, one a row.
    y : array (N,)
        What the neuron should answer: 0 or 1.
    epochs : int
        How often to go through all examples.

    Returns
    -------
    w : array (D,)
    b : float
        The threshold: fire if x @ w > b.
    mistakes : list of whole numbers, one for each epoch
        How many answers were wrong in it.

    Example
    -------
    >>> perceptron_learn(np.array([[1.0], [-1.0]]), np.array([1, 0]), 2)
    (array([1.]), -1.0, [1, 0])
    """
    ### BEGIN SOLUTION
    w, b = np.zeros(x.shape[1]), 0.0
    mistakes = []
    for _ in range(epochs):
        wrong = 0
        for inputs, label in zip(x, y, strict=True):
            error = int(label) - int(perceptron(inputs, w, b))
            w = w + error * inputs
            b = b - error
            wrong += abs(error)
        mistakes.append(wrong)
    return w, b, mistakes
    ### END SOLUTION


# %% setup=true
def weights_learnt(learn, x, y, epochs):
    """The weights and the threshold, without the mistakes."""
    return learn(x, y, epochs)[:2]


def mistakes_made(learn, x, y, epochs):
    """The mistakes in each epoch, without the weights."""
    return learn(x, y, epochs)[2]


def threes_and_eights(part):
    """Pictures of handwritten 3s and 8s as rows of 64 numbers; label 1 is an 8."""
    kept = np.isin(part.labels, (3, 8))
    return part.images[kept].reshape(-1, 64), (part.labels[kept] == 8).astype(int)


train, test = (threes_and_eights(part) for part in data.digits().split())

# %% check="perceptron_learn"
points = np.array([[2.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [0.5, 2.0]])
labels, weights = np.array([0, 1, 1, 0]), (np.array([-1.5, -1.0]), -2.0)
check(weights_learnt, perceptron_learn, points, labels, 2, expected=weights)
and_gate, mistakes = np.array([0, 0, 0, 1]), [1, 3, 3, 2, 1, 0, 0]
check(mistakes_made, perceptron_learn, corners, and_gate, 7, expected=mistakes)
check(mistakes_made, perceptron_learn, *train, 5, expected=[16, 12, 8, 0, 0])

# %% [markdown]
# The last check was on real handwriting: 301 pictures of 3s and 8s.
#
# > **Predict.** Which of the four gates will the neuron learn, and what will it do with the one it
# > cannot? Move through the epochs, and watch the line and the number of mistakes. Every state is
# > computed by **your** `perceptron_learn`.

# %% demo=true
from nand2resnet.widgets import LearningBoundary

LearningBoundary(perceptron_learn)

# %% [markdown]
# ### Does it always come to an end?
#
# If *some* line separates the examples, yes. Treat the threshold as the weight of one more input
# that is always $-1$. Let $R$ be the length of the longest of these extended examples, and $\gamma$
# the distance of the nearest one from a separating plane (any that you happen to know). Then the
# rule makes at most
#
# $$\left(\frac{R}{\gamma}\right)^2$$
#
# mistakes in all its life, in whatever order the examples come (A. Novikoff, 1962). For AND we know
# a line from part 2. **Predict:** will the neuron need nearly as many mistakes as it is allowed?

# %%
extended = np.hstack([corners, -np.ones((4, 1))])
known_line = np.array([1, 1, 1.5])
signs = np.array([-1, -1, -1, 1])
gamma = np.min(signs * (extended @ known_line)) / np.linalg.norm(known_line)
R = np.linalg.norm(extended, axis=1).max()
made = perceptron_learn(corners, np.array([0, 0, 0, 1]), 10)[2]
print(f"mistakes by epoch {made}: {sum(made)} in all; allowed are {(R / gamma) ** 2:.0f}")

# %% [markdown]
# Once an epoch passes without a mistake, nothing changes any more: the neuron has **converged**.
# For XOR no line exists, the theorem promises nothing, and the mistakes go on for ever:

# %%
print("XOR:", perceptron_learn(corners, np.array([0, 1, 1, 0]), 20)[2])

# %% [markdown]
# ### Threes and eights
#
# The 64 inputs are now the pixels of a scan. There is a "line" here too, in 64 dimensions.
#
# > **Predict.** The neuron will see 301 pictures, over and over. How many epochs until it makes no
# > mistake? And on pictures that it has never seen? If you draw its 64 weights as a picture, where
# > will they speak for an 8?

# %% demo=true
w, b, mistakes = perceptron_learn(*train, 6)
right = perceptron(test[0], w, b) == test[1]
print("mistakes by epoch:", mistakes)
print(f"pictures never seen before: {right.sum()} of {len(right)} right")
threes, eights = (train[0][train[1] == label].mean(axis=0) for label in (0, 1))
pictures = np.array([threes, eights, np.maximum(w, 0), np.maximum(-w, 0)])
pictures = pictures.reshape(-1, 8, 8) / pictures.max(axis=1)[:, np.newaxis, np.newaxis]
plots.images(pictures, titles=["mean 3", "mean 8", "for an 8", "against it"])

# %% [markdown]
# Ink at the left, where an 8 is closed and a 3 is open, speaks for an 8. Nobody told the neuron
# where to look: it was only ever told right or wrong.

# %% [markdown]
# ## 6. From the step to the sigmoid
#
# The rule of part 5 trains one layer. In a network, which label has a *hidden* neuron? None; we
# know only what the output should be. Unit 01 has a way that needs no such labels: nudge each
# weight, see how the **cost** changes, and go downhill. Let us ask a step neuron for its slopes.


# %% setup=true
NAND_TABLE = np.array([1, 1, 1, 0])


def cost(sigma, v):
    """Mean squared difference from NAND of a neuron with v = (w1, w2, b)."""
    return np.mean((sigma(corners @ v[:2] - v[2]) - NAND_TABLE) ** 2)


def slopes(sigma, v, h=1e-4):
    """Gradient of the cost by central differences, as in unit 01."""
    nudges = h * np.eye(len(v))
    return np.array([cost(sigma, v + n) - cost(sigma, v - n) for n in nudges]) / (2 * h)


# %% [markdown]
# > **Predict.** The neuron below gives two wrong answers of four. Which way is downhill?

# %%
v = np.array([0.6, 0.9, 0.4])
print("cost:", cost(step, v), " slopes:", slopes(step, v))

# %% [markdown]
# No way at all. A small nudge changes no answer, so the cost stays as it is: it is a **staircase**.
# On a stair the slope is 0, and descent never takes a step. At an edge an answer flips, the cost
# jumps, and there is no slope.
#
# > **Check the source.** The notes say that gradient descent has great difficulty converging here,
# > because of the jumps. "Difficulty" is too kind. The gradient is 0 wherever it exists: descent
# > does not even start.
#
# What we need is a step without an edge, the **sigmoid**:
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}} .$$
#
# Far to the left it is nearly 0, far to the right nearly 1, and in between it climbs smoothly, as
# these circles do. Yours will go through them.

# %% demo=true
z = [-6, -4, -3, -2, -1, 0, 1, 2, 3, 4, 6]
heights = [0.0025, 0.018, 0.0474, 0.1192, 0.2689, 0.5, 0.7311, 0.8808, 0.9526, 0.982, 0.9975]
plots.to_meet(z, {"sigmoid": heights}, names=("z", "σ(z)"))

# %% [markdown]
# ### Exercise: `sigmoid`
#
# Write it, for numbers and for arrays, for every $z$ from $-1000$ to $1000$ and beyond. Typed in as
# it stands, the formula needs $e^{1000}$ for $z = -1000$. No computer number is that large: NumPy
# warns of an **overflow**. Yours must never try. The check counts an overflow as an error.
#
# <details><summary>Hint 1, a nudge</summary>
#
# Multiply numerator and denominator by $e^{z}$. For which $z$ is the new form safe, and for which
# the old one?
#
# <details><summary>Hint 2, a pointer</summary>
#
# $e^{-|z|}$ is never above 1, whatever $z$ is. Both forms can be written with it. And mind that
# `np.where(condition, this, that)` computes *both* `this` and `that` for every entry before it
# chooses.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The same trick for $\ln(1 + e^z)$, which is $z + \ln(1 + e^{-z})$ as well:
#
# ```python
# def softplus(z):
#     small = np.exp(-np.abs(z))
#     return np.where(z > 0, z, 0) + np.log(1 + small)
# ```
#
# </details></details></details>


# %% exercise="sigmoid"
def sigmoid(z):
    """The smooth step 1 / (1 + exp(-z)), without overflow for any z.

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
        with np.errstate(over="raise", invalid="raise"):
            try:
                f(np.array([z]))
            except FloatingPointError:
                return True
        return False

    return [fails(z) for z in values]


# %% check="sigmoid"
expected = np.array([6.1441746e-06, 0.26894142, 0.5, 0.73105858, 0.95257413])
check(sigmoid, np.array([-12.0, -1.0, 0.0, 1.0, 3.0]), expected=expected)
check(sigmoid, np.log(3.0), expected=0.75)
check(overflows, sigmoid, [-1000.0, 0.0, 1000.0], expected=[False, False, False])

# %% [markdown]
# > **Predict.** The figure draws $\sigma(kz)$ and the step, both yours. What does a larger $k$ do
# > to the curve, and what to its slope at 0? And what to its slope at $z = 1$? Nudge $z$ and
# > compare.

# %% demo=true
from nand2resnet.widgets import StepAndSigmoid

StepAndSigmoid(step, sigmoid)

# %% [markdown]
# A steep sigmoid is nearly a step: for large $k$ the two differ only in a narrow strip around 0.
# But a sigmoid always has *some* slope, $k/4$ at the middle, and so the stairs of the cost become a
# hillside:

# %% demo=true
plots.use_style()
weights = np.linspace(-8, 8, 401)
figure, axes = plots.new_figure()
for name, sigma, line in (("step", step, "--"), ("sigmoid", sigmoid, "-")):
    axes.plot(weights, [cost(sigma, np.array([w, -2, -3])) for w in weights], line, label=name)
axes.set(xlabel="weight $w_1$ (with $w_2 = -2$, $b = -3$)", ylabel="cost")
axes.legend()
figure.alt = (
    "The cost against one weight: for the step a staircase of flat pieces, for the sigmoid a "
    "smooth valley."
)
figure

# %% [markdown]
# > **Predict.** We start a sigmoid neuron at zero and let it descend. Which weights will it find
# > for NAND?

# %%
v = np.zeros(3)
for _ in range(1000):
    v = v - 5 * slopes(sigmoid, v)
print("weights", v[:2].round(2), "threshold", v[2].round(2), "cost", cost(sigmoid, v).round(4))
print("answers", sigmoid(corners @ v[:2] - v[2]).round(2), " should be", NAND_TABLE)
print("threshold / weight:", (v[2] / v[0]).round(2))

# %% [markdown]
# A NAND gate, and nobody wired it: a neuron that began with nothing has gone downhill until it was
# one. Its weights are about $-2$, $-2$ and $-3$, times a factor that makes the step steeper. And
# since nothing here needed a label for the neuron *itself*, only a cost at the end, the same will
# work for hidden layers: that is what units 04 and 05 are about.

# %% [markdown] question="no_slope_no_learning" points=2
# ### Written question: no slope, no learning
#
# A friend trains a network of *step* neurons by gradient descent, with a numerical gradient. A
# third of the answers are wrong, and yet the cost is the same after a thousand steps. (a) Explain
# to her what happened, in terms of nudges and answers.
#
# She then takes $\sigma(kz)$ with $k = 100$ for every neuron, "because I want it to be nearly a
# step". (b) Now the cost changes, but hardly, and only now and then. Why? What would you advise?
# (Five or six sentences in all; a human reads them.)
#
# ### BEGIN SOLUTION
# (a) A tiny change of a weight changes a neuron's sum by a tiny amount. Unless the sum happens to
# lie right at the threshold, it stays on the same side, so no neuron's answer changes, no output
# changes, and neither does the cost: every slope is 0. Descent multiplies this 0 by the learning
# rate and stays where it is, however wrong the answers are. (1 point: the answers do not change, so
# the slope is 0 and the weights never move.)
#
# (b) The steep sigmoid has a slope only in a narrow strip around the threshold, of width about
# $1/k$. For $z = 0.5$ it is $k\,\sigma(kz)(1 - \sigma(kz)) \approx 2 \cdot 10^{-20}$: as good as 0.
# Only an example whose sum falls into the strip moves the weights, and then the slope is up to $k/4
# = 25$, a big jump. A smaller $k$, such as 1, gives slopes to many examples at once; a trained
# neuron can still become steep by growing its weights. (1 point: flat almost everywhere, or slope
# only near the threshold; smaller $k$.)
# ### END SOLUTION

# %% [markdown]
# ## What we learnt, where next
#
# * A perceptron weighs evidence: it fires exactly when $w \cdot x > b$. Here $b$ is a threshold; a
#   bias is its opposite.
# * One neuron draws one straight line. NAND lies within its reach, XOR does not, and that is a
#   proof, not bad luck.
# * NAND is universal, so networks of neurons compute every table of bits. Yours multiplies.
# * A layer is a matrix. A second layer combines lines into regions; deeper ones combine regions
#   into shapes and objects.
# * The perceptron rule learns whatever a line can separate, after a number of mistakes that can be
#   bounded. It cannot train hidden neurons.
# * A step has no slope, so descent cannot move. The sigmoid is a step with a slope.
#
# **Next**, in unit 04: which smooth steps there are besides the sigmoid (most networks today use a
# much simpler one), what "wrong" should cost when the answer is one of ten digits, and your first
# classifier for all of them.
