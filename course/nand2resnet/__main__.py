"""``python -m nand2resnet progress``: what has passed so far, and what to do next."""

from __future__ import annotations

import argparse
import io
import sys

from nand2resnet.progress.text import progress_text


def main() -> None:
    """Print the learner's progress."""
    parser = argparse.ArgumentParser(prog="python -m nand2resnet", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    help_ = "what has passed so far, and what to do next"
    commands.add_parser("progress", help=help_, description=help_)
    parser.parse_args()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that knows few letters
    print(progress_text())


if __name__ == "__main__":
    main()
