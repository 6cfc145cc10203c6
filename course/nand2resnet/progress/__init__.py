"""What a learner has done so far: noted as the checks pass, shown on request, kept on this machine.

An exercise counts as passed when its whole check cell ran to the end, and for as long as that is
what happened last: if the answer is changed and a check then refuses it, the exercise is open
again until the check passes once more. A check that could not judge (nothing is written yet, the
kernel was restarted, the run was interrupted) changes nothing.

    from nand2resnet.progress import show_progress     in a notebook
    python -m nand2resnet progress                     in a terminal
"""


def show_progress() -> None:
    """Show what has passed so far, unit by unit, and a link to the next step."""
    # Here, because every check imports this package, and only this function needs more of it.
    from nand2resnet.progress.panel import show_panel

    show_panel()
