"""What the figures of LeNet share: their style."""

from pathlib import Path

LENET_CSS = (Path(__file__).parent / "lenet.css").read_text(encoding="utf-8")
