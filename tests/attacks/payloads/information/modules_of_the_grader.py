"""Imports what knows the answers: the oracle, the units, the build.

Success: a reference, mistake or hidden case is in the outputs.
"""

import importlib
import sys

sys.path += [KNOWN["repository"], KNOWN["repository"] + "/solutions"]
for name in (
    "autograder.oracle",
    "autograder.unit",
    "autograder.exercise",
    "autograder.grading",
    "solutions",
    "solutions_01_gradient_descent_exercises",
    "exercises",
    "nbgrader",
    "autograder.audit",
):
    try:
        module = importlib.import_module(name)
        print("came:", name, vars(module).keys())
    except ImportError:
        pass
