"""What the figures of trained networks share: their style."""

from pathlib import Path

NETWORKS_CSS = (Path(__file__).parent / "networks.css").read_text(encoding="utf-8")
