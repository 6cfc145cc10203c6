"""Plain text from a learner: bounded, printable, and meaning what it looks like."""

from __future__ import annotations

import re
from typing import Any

LONGEST_TEXT = 20_000
LONGEST_NAME = 120

# Terminal colours and cursor movements: CSI sequences, OSC sequences, two-character escapes.
_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n|[\u2028\u2029]")
# Characters that reorder or hide what stands beside them ("Trojan source", invisible tags).
_DECEPTIVE = re.compile(
    r"[\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def clean_text(value: Any, longest: int = LONGEST_TEXT) -> str:
    r"""Return ``value`` as text that is safe to write anywhere text belongs (escape it for HTML).

    Terminal colours go, a line a progress bar rewrote keeps its last state, control characters
    go, characters that reorder or hide text become visible as ``\u202e``, and of a very long
    text the middle is left out, with a note that says so.

    Parameters
    ----------
    value : str, or list of str as notebook files hold it
        Anything else is no text and gives ``""``.
    longest : int
        Characters kept.
    """
    text = _joined(value)
    if len(text) > 8 * longest:  # Bound the work below; colours may take most of the length.
        text = _shortened(text, 8 * longest)
    text = _LINE_END.sub("\n", _TERMINAL.sub("", text))
    if "\r" in text:
        text = "\n".join(_last_state(line) for line in text.split("\n"))
    text = _SURROGATE.sub("\ufffd", _CONTROL.sub("", text))
    text = _DECEPTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return _shortened(text, longest)


def clean_name(value: Any, longest: int = LONGEST_NAME) -> str:
    """Return a name or an id as one line of text, ``"?"`` if nothing of it can be shown."""
    name = " ".join(clean_text(value, 8 * longest).split())
    return (name if len(name) <= longest else name[: longest - 1] + "…") or "?"


def _joined(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return "".join(part for part in value if isinstance(part, str))
    return ""


def _last_state(line: str) -> str:
    """What a terminal shows of a line that was rewritten after carriage returns."""
    return line.rstrip("\r").rsplit("\r", 1)[-1]


def _shortened(text: str, longest: int) -> str:
    """Keep the beginning and the end: errors are explained at the end."""
    if len(text) <= longest:
        return text
    head, tail = longest - longest // 3, longest // 3
    left_out = len(text) - head - tail
    return f"{text[:head]}\n[... {left_out:,} characters left out ...]\n{text[-tail:]}"
