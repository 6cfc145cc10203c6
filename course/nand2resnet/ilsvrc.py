"""Results of the ImageNet challenge in classification, 2010 to 2017, each with its source.

Errors are top-5 errors on the challenge's test set, in per cent, as the organisers' pages of
results give them (https://image-net.org/challenges/LSVRC/2012/results and so on, by year). Nearly
all are of several networks together, not of one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

RESULTS_PAGE = "https://image-net.org/challenges/LSVRC/{year}/results"
HUMAN_ERROR = 5.1
"""Of one trained annotator on 1,500 pictures; a second, with less training, had 12.0.

Source: Russakovsky et al. 2015, "ImageNet Large Scale Visual Recognition Challenge", table 6.
"""

CONVOLUTION = "convolutional networks"
MORE_PICTURES = "more pictures than the challenge's"
DEPTH = "16 layers or more"
INCEPTION = "inception modules"
RESIDUAL = "residual learning"
FUSION = "different architectures fused"
SQUEEZE = "squeeze and excitation"
IDEAS = {
    CONVOLUTION: 2012,
    MORE_PICTURES: 2012,
    DEPTH: 2014,
    INCEPTION: 2014,
    RESIDUAL: 2015,
    FUSION: 2016,
    SQUEEZE: 2017,
}
"""What winners brought, and the year in which they did."""


@dataclass(frozen=True)
class Entry:
    """What a team handed in.

    Attributes
    ----------
    year : int
    error : float
        Top-5 error on the test set, in per cent.
    team : str
    ideas : frozenset of str
        Which of `IDEAS` it used, as its authors describe it.
    """

    year: int
    error: float
    team: str
    ideas: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """The page with the result."""
        return RESULTS_PAGE.format(year=self.year)


def _entry(year: int, error: float, team: str, *ideas: str) -> Entry:
    return Entry(year, error, team, frozenset(ideas))


ENTRIES = (
    _entry(2010, 28.191, "NEC-UIUC"),
    _entry(2011, 25.770, "XRCE"),
    _entry(2012, 15.315, "SuperVision (AlexNet), more pictures", CONVOLUTION, MORE_PICTURES),
    _entry(2012, 16.422, "SuperVision (AlexNet)", CONVOLUTION),
    _entry(2012, 26.172, "ISI"),
    _entry(2013, 11.197, "Clarifai, more pictures", CONVOLUTION, MORE_PICTURES),
    _entry(2013, 11.743, "Clarifai", CONVOLUTION),
    _entry(2014, 6.656, "GoogLeNet", CONVOLUTION, DEPTH, INCEPTION),
    _entry(2014, 7.325, "VGG", CONVOLUTION, DEPTH),
    # Source of this one: He et al. 2014, "Spatial Pyramid Pooling", table 6.
    _entry(2014, 8.06, "MSRA (SPP-net)", CONVOLUTION),
    _entry(2015, 3.567, "MSRA (ResNet)", CONVOLUTION, DEPTH, RESIDUAL),
    _entry(2015, 3.581, "ReCeption", CONVOLUTION, DEPTH, INCEPTION),
    _entry(2016, 2.991, "Trimps-Soushen", CONVOLUTION, DEPTH, INCEPTION, RESIDUAL, FUSION),
    _entry(2016, 3.031, "ResNeXt", CONVOLUTION, DEPTH, RESIDUAL),
    _entry(2017, 2.251, "WMW (SENet)", CONVOLUTION, DEPTH, RESIDUAL, SQUEEZE),
    _entry(2017, 2.481, "Trimps-Soushen", CONVOLUTION, DEPTH, INCEPTION, RESIDUAL, FUSION),
)
"""Winners, and the best of each year known to have done without one of the ideas.

ReCeption's authors kept their method to themselves; by its name it is counted among the inception
networks.
"""
YEARS = tuple(sorted({entry.year for entry in ENTRIES}))


def best_without(ideas: Collection[str]) -> Iterator[tuple[int, Entry]]:
    """The best result so far, year by year, among those that did without some ideas.

    Parameters
    ----------
    ideas : collection of str
        The ideas to do without.

    Yields
    ------
    (int, Entry)
        A year and the entry with the smallest error of this year or one before.
    """
    allowed = [entry for entry in ENTRIES if not entry.ideas & set(ideas)]
    for year in YEARS:
        yield year, min((e for e in allowed if e.year <= year), key=lambda entry: entry.error)
