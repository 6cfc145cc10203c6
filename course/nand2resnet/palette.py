"""The course's colours, for Python and JavaScript: eight that all kinds of eyes tell apart.

Source: M. Okabe and K. Ito (2008), Color Universal Design, https://jfly.uni-koeln.de/color/
"""

PALETTE = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "purple": "#CC79A7",
}
"""Hexadecimal values by name."""

LINES_ON_WHITE = ("blue", "vermillion", "green", "purple", "black")
"""Names in the order in which lines on white take them; orange, sky and yellow are too pale."""
