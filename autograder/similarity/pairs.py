"""Compare every answer with every other: how much of two rows of tokens is the same, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from autograder.similarity.tokens import Token

ALIKE: Final = 0.8
"""From this share on two answers are shown; independent right answers stay below (tested)."""
FEWEST_TOKENS: Final = 40
"""An answer of which less is the learner's own is compared with nobody's."""
SHORTEST_PIECE: Final = 4
"""Fewer tokens in a row mean nothing, and are not marked on the page."""
MARKED: Final = 0.5
"""A line is marked from this share of its own tokens on."""


@dataclass(frozen=True)
class Alike:
    """Two answers to one exercise.

    Parameters
    ----------
    share : float
        Of the tokens that are their own, how many are the same in the same order.
    sources : (str, str)
        What they wrote.
    own : (sequence of Token, sequence of Token)
        The tokens of each that are their own.
    """

    share: float
    sources: tuple[str, str]
    own: tuple[Sequence[Token], Sequence[Token]]

    def same_lines(self) -> tuple[frozenset[int], frozenset[int]]:
        """The lines of each that are the same, from 0."""
        from rapidfuzz.distance import Indel

        texts = ([token.text for token in self.own[0]], [token.text for token in self.own[1]])
        same: tuple[list[int], list[int]] = ([], [])
        for piece in Indel.opcodes(*texts):
            if piece.tag == "equal" and piece.src_end - piece.src_start >= SHORTEST_PIECE:
                same[0].extend(range(piece.src_start, piece.src_end))
                same[1].extend(range(piece.dest_start, piece.dest_end))
        return _mostly(self.own[0], same[0]), _mostly(self.own[1], same[1])


def alike_pairs(
    sources: Mapping[str, str], streams: Mapping[str, Sequence[Token]]
) -> dict[tuple[str, str], Alike]:
    """Find the pairs of students whose answers are alike."""
    from rapidfuzz import process
    from rapidfuzz.distance import Indel

    students = sorted(one for one, tokens in streams.items() if len(tokens) >= FEWEST_TOKENS)
    letters = _alphabet(streams)
    texts = ["".join(letters[token.text] for token in streams[one]) for one in students]
    if len(students) < 2:
        return {}
    shares = process.cdist(
        texts, texts, scorer=Indel.normalized_similarity, score_cutoff=ALIKE, workers=-1
    )
    found = {}
    for row, one in enumerate(students):
        for column in range(row + 1, len(students)):
            if shares[row, column] >= ALIKE:
                other = students[column]
                share, both = float(shares[row, column]), (sources[one], sources[other])
                found[one, other] = Alike(share, both, (streams[one], streams[other]))
    return found


def _alphabet(streams: Mapping[str, Sequence[Token]]) -> dict[str, str]:
    """A letter for each token, for a library that compares text."""
    texts = sorted({token.text for tokens in streams.values() for token in tokens})
    return {text: chr(0x100 + number) for number, text in enumerate(texts)}


def _mostly(tokens: Sequence[Token], same: Sequence[int]) -> frozenset[int]:
    every = Counter(token.line for token in tokens)
    found = Counter(tokens[place].line for place in same)
    return frozenset(line for line, count in found.items() if count >= MARKED * every[line])
