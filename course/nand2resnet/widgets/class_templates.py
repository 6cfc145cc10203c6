"""Class templates: what the ten units of a linear classifier look for, while it learns."""

from collections.abc import Callable

import numpy as np
import traitlets

from nand2resnet.data import Digits
from nand2resnet.widgets.activation_explorer import CLASSIFIERS_CSS
from nand2resnet.widgets.decision_boundary import NEURONS_CSS
from nand2resnet.widgets.figure import Figure, module_text
from nand2resnet.widgets.learner import FloatArray, LearnerTroubleError, call

SIDE, CLASSES = 8, 10
STOPS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 400]
RATE, PENALTY = 1.0, 1e-3
FIRST = {"stop": 1}


class ClassTemplates(Figure):
    """Move through the steps of training and see the columns of W as pictures.

    Parameters
    ----------
    train_linear_classifier : callable
        The learner's ``train_linear_classifier(X, y, lr, l2, steps)``, run once for each of the
        stops that is looked at.
    train, test : Digits
        Pictures to learn from and pictures to test on.

    Attributes
    ----------
    stop : int
        Which of `STOPS` is shown.
    templates : list of list of float
        Ten rows of 64 weights, divided by the largest of all in size; empty in trouble.
    right : int
        How many of the test pictures are read correctly.
    shown : int
        The stop that `templates` and `right` belong to.
    trouble : str
        What is wrong with the learner's function, in words for the learner, or empty.

    Examples
    --------
    >>> ClassTemplates(train_linear_classifier, *data.digits().split())  # doctest: +SKIP
    """

    _esm = module_text("class_templates.js")
    _css = Figure._css + NEURONS_CSS + CLASSIFIERS_CSS

    scale = traitlets.Dict().tag(sync=True)
    first = traitlets.Dict(FIRST).tag(sync=True)
    stop = traitlets.Int().tag(sync=True)
    templates: traitlets.List[list[float]] = traitlets.List().tag(sync=True)
    right = traitlets.Int().tag(sync=True)
    shown = traitlets.Int(-1).tag(sync=True)

    def __init__(
        self, train_linear_classifier: Callable[..., object], train: Digits, test: Digits
    ) -> None:
        self._train_it = train_linear_classifier
        self._train, self._test = train, test
        self._known: dict[int, tuple[FloatArray, FloatArray]] = {}
        super().__init__(
            scale={"stops": STOPS, "side": SIDE, "tested": len(test.labels)},
            **FIRST,
        )
        self._compute()
        self.observe(lambda _: self._compute(), names="stop")

    def _compute(self) -> None:
        """Train up to the chosen stop, unless it is known, and publish the pictures."""
        try:
            W, b = self._parameters(STOPS[self.stop])
        except LearnerTroubleError as trouble:
            self.trouble = str(trouble)
            self.templates, self.right, self.shown = [], 0, -1
            return
        said = np.argmax(self._test.images.reshape(-1, SIDE**2) @ W + b, axis=1)
        largest = np.abs(W).max()
        self.trouble = ""
        self.templates = (W / (largest or 1.0)).T.round(3).tolist()
        self.right = int(np.sum(said == self._test.labels))
        self.shown = self.stop

    def _parameters(self, steps: int) -> tuple[FloatArray, FloatArray]:
        if steps not in self._known:
            X, y = self._train.images.reshape(-1, SIDE**2), self._train.labels
            name = "train_linear_classifier"
            trained = call(self._train_it, X, y, RATE, PENALTY, steps, name=name)
            self._known[steps] = parameters_of(trained, name)
        return self._known[steps]


def parameters_of(trained: object, name: str) -> tuple[FloatArray, FloatArray]:
    """Make sure that (W, b) of a classifier of ten digits came back, in finite numbers."""
    if trained is None:
        raise LearnerTroubleError(f"`{name}` returned None. Does it end with `return`?")
    try:
        W, b = (np.asarray(part, dtype=float) for part in trained)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise LearnerTroubleError(
            f"`{name}` should return the pair (W, b); it returned {type(trained).__name__}."
        ) from None
    if W.shape != (SIDE**2, CLASSES) or b.shape != (CLASSES,):
        raise LearnerTroubleError(
            f"For 64 pixels and ten digits `{name}` should return arrays of the shapes (64, 10) "
            f"and (10,); they have {W.shape} and {b.shape}."
        )
    if not (np.isfinite(W).all() and np.isfinite(b).all()):
        raise LearnerTroubleError(f"The weights of `{name}` ran away to infinity.")
    return W, b
