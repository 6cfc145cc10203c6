# %% [markdown]
# # Start here
#
# *15 minutes, 2 points. You need to have seen some Python.*
#
# In this course you build the networks that learned to see, from a single logic gate to a residual
# network with 152 layers, and you write every part of them yourself. This first notebook is about
# the workshop: what a cell, a check and a hint are, how to hand something in, and what to do when
# you are stuck. Start by running the cell below: click on it and press **Shift+Enter**.

# %% demo=true
try:
    from nand2resnet.environment import check_environment
except ImportError:
    print("This Python does not find the course's package, nand2resnet. Close JupyterLab, open a")
    print("terminal in the course's folder, and start again: with `make lab` if you have the whole")
    print("repository, else with `pip install .` and `jupyter lab`.")
else:
    check_environment()

# %% [markdown]
# It says which Python you are running, whether a package is missing (and how to get it), and which
# **device** was found: the CPU, or a graphics processor (CUDA for Nvidia, MPS for Apple). Units 00 to
# 09 need the CPU only. From unit 10 on the same cells run on whatever is there, and where a graphics
# processor saves you hours, the text says so.

# %% setup=true
import numpy as np

from nand2resnet.check import check

# %% [markdown]
# ## Cells
#
# A notebook is a list of cells. **Shift+Enter** runs a cell and goes on to the next. What a cell
# defines stays in memory until the *kernel*, the Python behind the notebook, is restarted; so what
# matters is not where a cell stands but when it was run.
#
# > **Predict.** What does the second of these two cells print if you run it three times? And if you
# > then run the first one again, and the second once more?
#
# Such questions come before nearly every figure and experiment. Answer them *before* you run the
# cell, on paper or in your head: a wrong guess teaches more than a right picture.

# %%
steps = 0

# %%
steps = steps + 1
print(steps)

# %% [markdown]
# It counts up, 1, 2, 3, although there is a single `steps = 0` above it; running the first cell sets
# it back. When a notebook behaves oddly, the cause is nearly always some cell that was run twice,
# or not at all. The cure is **Kernel → Restart Kernel and Run All Cells**: the notebook is then what
# it seems to be, from top to bottom.
#
# Cells that draw a figure of the course's own are locked: you can run and read them, but not change
# them. All others are yours, and you may add as many as you like.
#
# **Without a mouse.** A bar at its side marks the cell where you are. **Enter** lets you write in
# it, and **Esc** takes you out again; then **↓** and **↑** (or **J** and **K**) go from cell to cell.
# **Ctrl+Enter** runs a cell and stays there. **Tab** goes into what a cell shows: to a hint, which
# Enter opens, or to a figure, whose sliders the arrow keys move and which **Esc** leaves.
# JupyterLab's other keys are listed by **Ctrl+Shift+H**.

# %% [markdown]
# ## An exercise
#
# An exercise has three parts: a text that says exactly what is asked, a cell in which you write, and
# a cell that checks. Here is a small one. Run its cells first, before you write anything.
#
# ### Exercise: `mean_square`
#
# Return the mean of the squares of all the numbers in `x`. The array `x` may have any shape.
#
# For $1, 2, 6$ this is $(1 + 4 + 36) / 3 \approx 13.67$. (You will meet the mean square again: with
# it unit 02 measures the error of a prediction.)
#
# <details><summary>Hint 1, a nudge</summary>
#
# Say it aloud from the inside out. What is done to each number? What is then done to all of them?
#
# <details><summary>Hint 2, a pointer</summary>
#
# `x**2` squares every entry of a NumPy array. `np.mean` averages the entries of an array of any
# shape.
#
# <details><summary>Hint 3, a worked neighbour</summary>
#
# The mean *size* of the numbers, whatever their sign, is
#
# ```python
# def mean_size(x):
#     return np.mean(np.abs(x))
# ```
#
# </details></details></details>


# %% exercise="mean_square"
def mean_square(x):
    """Mean of the squares of all entries of x.

    Parameters
    ----------
    x : array of any shape

    Returns
    -------
    float

    Example
    -------
    >>> mean_square(np.array([1, 3]))
    5.0
    """
    ### BEGIN SOLUTION
    return np.mean(x**2)
    ### END SOLUTION


# %% check="mean_square"
check(mean_square, np.array([1.0, 2.0, 6.0]), expected=41 / 3)
check(mean_square, np.array([[1, -1], [2, -2], [3, -6]]), expected=55 / 6)

# %% [markdown]
# If you have written nothing yet, the check says so, and that is not a fault: it is where every
# exercise begins. Now **make a mistake on purpose**. Replace the line `raise NotImplementedError(...)`
# by
#
# ```python
#     return np.mean(x) ** 2
# ```
#
# and run both cells again. Read what the check says: what it called, what was expected, what came,
# and, because others have made this mistake before you, a question that leads you on. Then write it
# as it should be. One line is enough.
#
# Under the text of each exercise there is a **ladder of three hints**: a nudge, a pointer, and a
# worked neighbour of the problem. Each stands inside the one before it, so you open them one at a
# time. Try again in between.

# %% [markdown]
# ## Handing in
#
# Before you hand in, restart the kernel, run all cells, and save. Then
#
# * on your course's **hub**, open the assignments list (*Nbgrader* menu) and press *Submit*, as
#   often as you like before the deadline: the last one counts;
# * without a hub, hand in the saved notebook the way your instructor has asked you to;
# * on your own, with the whole repository, type `n2r check course/00_start_here/start_here.ipynb`.
#
# The grader runs your notebook in a closed room, calls your functions with more inputs than the
# checks you see (other shapes, whole numbers, awkward values, but only what the text promises), and
# gives points for each *criterion* by itself: a function that works for vectors and not for matrices
# is worth something. The feedback tells which criterion failed, and why. Some questions are to be
# answered in words; a human reads these.
#
# Three things to know: keep the name of the function you are asked to write; never mind if you have
# changed or deleted a check, the grader uses its own; and if one exercise beats you, go on to the
# next, for no exercise's marks depend on another's.

# %% [markdown]
# ## Where the data come from
#
# Two small sets of real data travel with the course: handwritten digits, and measurements of
# diabetes patients. Larger ones (MNIST, CIFAR-10) are downloaded when a unit first needs them,
# checked, and kept. The course never sends anything anywhere.
#
# > **Predict.** Here are twelve of the 1,797 digits, 8 by 8 pixels each, written by real people. Can
# > you read them all? By the end of unit 04 a function of yours will read most of them.

# %% demo=true
from nand2resnet import data, plots

images, labels = data.digits()
plots.images(images[:12], titles=labels[:12])

# %% [markdown]
# ## How to be stuck
#
# Everybody who does this is stuck much of the time. What helps, in this order:
#
# 1. **Read the message**, to the last line. It names the input on which your function went wrong.
# 2. **Make it smaller.** Call your function yourself in a new cell, with two or three numbers for
#    which you can work out the answer by hand.
# 3. **Print shapes.** More than half of all mistakes in this course are visible in `x.shape` and
#    `x.dtype`.
# 4. **Open one hint**, and try again.
# 5. **Say it to somebody**, or write it down as if you would: what did you expect, what came?
# 6. **Go for a walk**, or to the next exercise. Both are allowed.

# %% [markdown]
# ## Where you are
#
# When a check passes, this is noted in a small file on this machine. The panel below shows what has
# passed in which unit, with a link to what comes next; come back and run its cell whenever you like.
# (In a terminal, `python -m nand2resnet progress` shows the same, and says where the file is.)
#
# An exercise counts while its check, all of it, passed when it was last run. A check that refuses a
# later answer opens it again, and one that could not judge, say after a restart, changes nothing.

# %% demo=true
from nand2resnet.progress import show_progress

show_progress()

# %% [markdown]
# ## What we learnt, where next
#
# * Run from top to bottom: *Restart Kernel and Run All Cells*.
# * Predict first, then run.
# * An exercise is a text, a cell of yours and a check; the check names known mistakes, and three
#   hints stand by.
#
# **Next**, in unit 01, you write the one algorithm by which everything in this course learns.
