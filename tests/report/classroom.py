"""A class of 24 as grading would find it: the pages are looked at and tested with it."""

from __future__ import annotations

from autograder.standing import NOT_WRITTEN
from autograder.verdict import CriterionVerdict, Example, ExerciseVerdict, SubmissionVerdict

UNIT = "01_gradient_descent"
UNIT_TITLE = "Gradient descent"

CRITERIA = {
    "derivative": {"central difference": 2.0, "any function": 1.0},
    "numerical_gradient": {"any shape": 2.0, "integers": 1.0, "input left alone": 1.0},
    "gradient_check": {"relative error": 2.0},
    "gradient_descent": {"the path": 3.0, "stops at the tolerance": 1.0, "any shape": 1.0},
    "largest_stable_lr": {"two over the largest eigenvalue": 2.0},
}
QUESTIONS = {"why_it_diverges": 2.0, "which_basin": 2.0}

# Name of the mistake -> criteria it fails, hint, an example.
MISTAKES = {
    "one-sided difference": (
        "derivative",
        ("central difference",),
        "Halve `h`: does the error halve, or shrink to a quarter?",
        Example("derivative(f=power(exponent=3), v=2.0, h=0.01)", "12.0601", "12.0001"),
    ),
    "divided by h instead of 2h": (
        "derivative",
        ("central difference", "any function"),
        "How far apart are the two points at which `f` is evaluated?",
        Example("derivative(f=power(exponent=2), v=1.5, h=0.001)", "6.0", "3.0"),
    ),
    "v is changed": (
        "numerical_gradient",
        ("input left alone",),
        "Print `v` before and after the call. Who moved it?",
        None,
    ),
    "integers stay integers": (
        "numerical_gradient",
        ("integers",),
        "Which dtype can hold `1 + 1e-5`?",
        Example(
            "numerical_gradient(f=squares(), v=[1, 2, 3] (shape (3,)), h=1e-05)",
            "[0., 0., 0.] (shape (3,))",
            "[2., 4., 6.] (shape (3,))",
        ),
    ),
    "step along the gradient": (
        "gradient_descent",
        ("the path", "stops at the tolerance", "any shape"),
        "The gradient points uphill. Which way is down?",
        Example(
            "gradient_descent(grad=bowl(), v0=[3., -2.], lr=0.1, tolerance=0.001, max_steps=2)",
            "[[ 3., -2.], [ 3.6, -2.4], [ 4.32, -2.88]] (shape (3, 2))",
            "[[ 3., -2.], [ 2.4, -1.6], [ 1.92, -1.28]] (shape (3, 2))",
        ),
    ),
    "tolerance checked after the step": (
        "gradient_descent",
        ("stops at the tolerance",),
        "Start at a minimum. How many points should the path have?",
        Example(
            "gradient_descent(grad=bowl(), v0=[0., 0.], lr=0.1, tolerance=0.001, max_steps=5)",
            "[[0., 0.], [0., 0.]] (shape (2, 2))",
            "[[0., 0.]] (shape (1, 2))",
        ),
    ),
    "smallest eigenvalue": (
        "largest_stable_lr",
        ("two over the largest eigenvalue",),
        "Along which direction does the ball overshoot first: the flat one or the steep one?",
        Example("largest_stable_lr([[4., 0.], [0., 1.]] (shape (2, 2)))", "2.0", "0.5"),
    ),
}

BLANK, DEAD = "blank", "dead"
# Student -> what went wrong, by exercise. A word is a mistake, BLANK, or an error.
CLASS: dict[str, dict[str, str]] = {
    "ada": {},
    "alonzo": {"derivative": "one-sided difference"},
    "barbara": {},
    "claude": {"numerical_gradient": "v is changed"},
    "donald": {
        "numerical_gradient": "integers stay integers",
        "gradient_descent": "tolerance checked after the step",
    },
    "edsger": {"largest_stable_lr": "smallest eigenvalue"},
    "emmy": {},
    "frances": {"numerical_gradient": "v is changed"},
    "grace": {"gradient_descent": "tolerance checked after the step"},
    "hedy": {"derivative": "divided by h instead of 2h", "largest_stable_lr": BLANK},
    "joan": {"numerical_gradient": "v is changed", "largest_stable_lr": "smallest eigenvalue"},
    "john": {
        "derivative": "one-sided difference",
        "gradient_check": BLANK,
        "gradient_descent": "it raised TypeError at `path.append(v)`: append() takes one argument",
        "largest_stable_lr": BLANK,
    },
    "katherine": {"gradient_descent": "step along the gradient"},
    "kurt": dict.fromkeys(CRITERIA, BLANK),
    "leslie": {"numerical_gradient": "integers stay integers"},
    "lotfi": {"gradient_descent": "it took too long: 10 seconds for one call"},
    "margaret": {"gradient_check": "all values differ"},
    "mary": {},
    "mohammed": {"largest_stable_lr": BLANK},
    "radia": {"numerical_gradient": "v is changed", "gradient_descent": "step along the gradient"},
    "sofia": {"largest_stable_lr": "smallest eigenvalue"},
}
NOTES = {
    "grace": ("the grade cell of `derivative` had been deleted; it was put back",),
    "mary": ("the notebook comes from an older release; it was graded with today's checks",),
    "leslie": ("two cells carried the id `gradient_check-solution`; the first was graded",),
}
UNREADABLE = {
    "niklaus": "the file is empty",
    "tim": "the file is not JSON: it ends in the middle of a string (line 212)",
}


def class_of_24() -> list[SubmissionVerdict]:
    """The class's verdicts, in the order of names."""
    graded = [_submission(student, wrong) for student, wrong in CLASS.items()]
    unreadable = [_unreadable(student, reason) for student, reason in UNREADABLE.items()]
    stopped = SubmissionVerdict(
        "ken", UNIT, "stopped", 62.0, _exercises({"gradient_descent": DEAD}),
        ("grading was stopped after 60 seconds of processor time",),
    )  # fmt: skip
    return sorted([*graded, *unreadable, stopped], key=lambda verdict: verdict.student)


def _submission(student: str, wrong: dict[str, str]) -> SubmissionVerdict:
    seconds = 0.3 + 0.07 * (len(student) % 5)
    return SubmissionVerdict(
        student, UNIT, "graded", seconds, _exercises(wrong), NOTES.get(student, ())
    )


def _exercises(wrong: dict[str, str]) -> tuple[ExerciseVerdict, ...]:
    written = tuple(
        ExerciseVerdict(UNIT, question, None, points, status="waiting")
        for question, points in QUESTIONS.items()
    )
    return tuple(exercise_verdict(name, wrong.get(name)) for name in CRITERIA) + written


def exercise_verdict(name: str, wrong: str | None) -> ExerciseVerdict:
    """One exercise with a known mistake, an error, a stub, or nothing wrong."""
    criteria = CRITERIA[name]
    _, missed, hint, example = MISTAKES.get(wrong or "", (name, tuple(criteria), None, None))
    if wrong is None:
        missed = ()
    error = NOT_WRITTEN if wrong == BLANK else wrong if wrong and wrong.startswith("it ") else None
    if wrong == DEAD:
        error = "the process ended while it ran"
    message = error or (hint if wrong in MISTAKES else "every value is wrong by a different factor")
    verdicts = tuple(
        CriterionVerdict(
            criterion,
            0.0 if criterion in missed else points,
            points,
            criterion not in missed,
            message if criterion in missed else None,
        )
        for criterion, points in criteria.items()
    )
    return ExerciseVerdict(
        UNIT, name,
        points=sum(verdict.points for verdict in verdicts),
        max_points=sum(criteria.values()),
        criteria=verdicts,
        diagnosis=wrong if wrong in MISTAKES else None,
        hint=hint,
        error=error,
        status="stopped" if wrong == DEAD else "graded",
        example=example,
    )  # fmt: skip


def _unreadable(student: str, reason: str) -> SubmissionVerdict:
    exercises = tuple(
        ExerciseVerdict(UNIT, name, 0.0, points, error=reason, status="unreadable")
        for name, points in [
            *((name, sum(criteria.values())) for name, criteria in CRITERIA.items()),
            *QUESTIONS.items(),
        ]
    )
    return SubmissionVerdict(student, UNIT, "unreadable", 0.02, exercises, (reason,))
