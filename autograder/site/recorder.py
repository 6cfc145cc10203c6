"""Records, in the kernel of a solved notebook, what its figures show in their other states.

A page has no kernel, so nobody computes there when a control is moved. For the controls that
walks.py names, the states are computed now and kept with the page.
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from autograder.site.executed import RECORDED
from autograder.site.walks import WALKS, State

LARGEST_RECORDING: Final = 600_000
"""Characters of JSON for one figure."""
DIGITS: Final = 4
"""Significant digits of a recorded number: less than a pixel of any figure."""
NO_OUTPUTS: Final = frozenset(
    ("_anywidget_id", "_css", "_dom_classes", "_esm", "_model_module", "_model_module_version")
    + ("_model_name", "_view_count", "_view_module", "_view_module_version", "_view_name")
    + ("layout", "palette", "tabbable", "tooltip")
)
"""What every widget has, and what no figure computes."""
REMEMBERED: Final = ("best",)
"""What a figure keeps of its earlier states: here every state comes right after the first."""


def record() -> None:
    """Display what every figure of this kernel needs the kernel for, and its recorded states."""
    from IPython.display import display
    from ipywidgets.widgets import widget  # private, but the only list of all widgets there is

    from nand2resnet.widgets.figure import Figure

    figures = [one for one in widget._instances.values() if isinstance(one, Figure)]
    recorded = {figure.model_id: recording(figure) for figure in figures}
    display({RECORDED: recorded}, raw=True)


def recording(figure: Any) -> dict[str, Any]:
    """What a figure shows without its kernel.

    Returns
    -------
    dict
        ``kernel``: the traits whose change the kernel answers. ``messages``: whether it listens to
        buttons. ``inputs``: the traits that were walked. ``states``: for each state ``at``, the
        inputs' values in that order, and ``shows``, the traits that came of it, each as a place
        in ``values``, so that what many states share is there once.
    """
    told = {"kernel": kernel_traits(figure), "messages": bool(figure._msg_callbacks.callbacks)}
    walk = WALKS.get(type(figure).__name__)
    if walk is None:
        return told | {"inputs": [], "states": [], "values": []}
    states = walk(figure)
    inputs = list(states[0])
    first = {name: getattr(figure, name) for name in inputs}
    outputs = [name for name in figure.keys if name not in {*inputs, *NO_OUTPUTS}]
    before = {name: getattr(figure, name) for name in REMEMBERED if name in outputs}
    seen = []
    for state in [first, *states]:
        _go(figure, before)
        seen.append(seen_at(figure, state, outputs))
    _go(figure, first | before)
    moving = [name for name in outputs if len({shows[name] for _, shows in seen}) > 1]
    values = sorted({shows[name] for _, shows in seen for name in moving})
    place = {value: number for number, value in enumerate(values)}
    if (size := sum(map(len, values))) > LARGEST_RECORDING:
        raise ValueError(f"{type(figure).__name__}: its walk takes {size} characters")
    return told | {
        "inputs": inputs,
        "states": [
            {"at": at, "shows": {name: place[shows[name]] for name in moving}} for at, shows in seen
        ],
        "values": [json.loads(value) for value in values],
    }


def kernel_traits(figure: Any) -> list[str]:
    """The synced traits that the figure's own Python observes."""
    observed = (name for name in figure.keys if name not in NO_OUTPUTS)
    return [name for name in observed if figure._trait_notifiers.get(name, {}).get("change")]


def seen_at(figure: Any, state: State, outputs: list[str]) -> tuple[list[Any], dict[str, str]]:
    """Bring the figure into a state: its inputs then, and its outputs as JSON."""
    _go(figure, state)
    at = [getattr(figure, name) for name in state]
    return at, {name: json.dumps(rounded(getattr(figure, name))) for name in outputs}


def _go(figure: Any, state: State) -> None:
    """Set the inputs together, as a front end does; then the figure answers."""
    with figure.hold_trait_notifications():
        for name, value in state.items():
            setattr(figure, name, value)


def rounded(value: Any) -> Any:
    """The value with as many digits as a picture can show; bytes as text."""
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode("ascii")}
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    return value
