"""The style that the figures of regression share."""

from pathlib import Path

REGRESSION_CSS = (Path(__file__).parent / "regression.css").read_text(encoding="utf-8")
"""What they add to drawing.css."""
