"""A small unit with weak exercises and good ones, in a folder of its own."""

import pytest

from autograder import unit as units
from autograder.audit import survival

NOTEBOOK = '''
# %% setup=true
import numpy as np
from nand2resnet.check import check

# %% exercise="total"
def total(x):
    """The sum of x."""
    ### BEGIN SOLUTION
    return np.sum(x)
    ### END SOLUTION

# %% check="total"
check(total, np.array([2.0]), expected=2.0)

# %% exercise="halvings"
def halvings(n):
    """How often n can be halved before it is below 1."""
    ### BEGIN SOLUTION
    count = 0
    while n >= 1:
        n = n / 2
        count += 1
    return count
    ### END SOLUTION

# %% check="halvings"
check(halvings, 8, expected=4)

# %% exercise="root"
def root(n):
    """A number whose square is n."""
    ### BEGIN SOLUTION
    return np.sqrt(n)
    ### END SOLUTION

# %% check="root"
check.close(root(9.0) ** 2, 9.0, of="the square of root(9)")

# %% exercise="Tally"
class Tally:
    """Counts what it is shown: 0, 1 or 2."""

    def __init__(self):
        """Nothing has been seen yet."""
        ### BEGIN SOLUTION
        self.counts = np.zeros(3)
        ### END SOLUTION

    def show(self, kind):
        """Count one more of a kind; return all counts so far."""
        ### BEGIN SOLUTION
        self.counts[kind] += 1
        return self.counts.copy()
        ### END SOLUTION

# %% check="Tally"
check.close(Tally().show(1), np.array([0.0, 1.0, 0.0]), of="Tally().show(1)")
'''
PROBES = """
def show_all(Tally, kinds):
    tally = Tally()
    return [tally.show(kind) for kind in kinds]
"""
EXERCISES = """
import numpy as np

from autograder.exercise import Case, Exercise

total = Exercise(points={"one number": 1})

@total.cases
def _(rng):
    yield Case("one number", x=rng.normal(size=1))

total.mistake("mean", "Sum, or mean?", "np.sum", "np.mean")
total.mistake("twice", "How often is each number added?", "np.sum(x)", "2 * np.sum(x)")
total.mistake("sum of sums", "One sum is enough.", "np.sum(x)", "np.sum(x) + np.sum(x)")

@total.alternative("a loop")
def loop(x):
    result = 0
    for number in x:
        result += number
    return result

@total.alternative("rounded")
def rounded(x):
    return round(float(np.sum(x)), 1)

total.equivalent("return np.prod(x)", "one number is its own product")
total.equivalent("return 7", "there was such a mutant once")
total.equivalent("return None", "nothing is as good as a number")

halvings = Exercise(points={"any number": 1})

@halvings.cases
def _(rng):
    for n in (0.3, 1, 2, 3.5, rng.integers(5, 100)):
        yield Case("any number", n=n)

halvings.mistake("stops too early", "What about 1 itself?", "n >= 1", "n > 1")
halvings.equivalent("n = n // 2", "rounding down never passes a power of two")
halvings.equivalent("n /= 2", "a number is not changed where it stands")
halvings.equivalent("# count = 0", "wrong: it raises")

root = Exercise(points={"any number": 1})

@root.cases
def _(rng):
    for n in (4.0, rng.uniform(5, 9)):
        yield Case("any number", n=n)

@root.accept()
def _(case, observation, reference):
    if not isinstance(observation.value, float | np.floating | np.ndarray):
        return f"{type(observation.value).__name__} came; a number was expected, no text or list"
    if np.shape(observation.value) != ():
        return f"the shape is {np.shape(observation.value)}; one number was expected"
    if np.isnan(observation.value):
        return "nan came; a number was expected"
    return bool(np.isclose(observation.value**2, case.inputs["n"])) or "its square is not n"

Tally = Exercise(points={"counts": 1})

@Tally.cases
def _(rng):
    for length in (1, 2, 7):
        yield Case("counts", "show_all", kinds=rng.integers(0, 3, size=length))

Tally.mistake(
    "the counts themselves", "Who else holds the array you return?", "self.counts.copy()",
    "self.counts",
)
"""


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    """The folder of a unit `01_toy`, which is the only one while the module's tests run."""
    folder = tmp_path_factory.mktemp("solutions") / "01_toy"
    folder.mkdir()
    for name, text in (("toy", NOTEBOOK), ("probes", PROBES), ("exercises", EXERCISES)):
        (folder / f"{name}.py").write_text(text.lstrip(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(units, "SOLUTIONS", folder.parent)
        patch.setattr(survival, "LEAST_SECONDS", 1.0)  # several mutants here never end
        units.load_unit.cache_clear()
        yield folder
    units.load_unit.cache_clear()
