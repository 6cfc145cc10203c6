"""What of an answer is the learner's own: neither given, nor what half the class wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from autograder.similarity.tokens import Token

RUN: Final = 8
"""So many tokens in a row count as written alike; fewer are the language's habits."""
FEWEST_TO_BE_COMMON: Final = 5
"""In a small class, what so many wrote; else a few who copied would be half of it."""


def distinctive(
    streams: Mapping[str, Sequence[Token]], skeleton: Sequence[Token]
) -> dict[str, list[Token]]:
    """Leave out, of every student's tokens, what is given and what half the class wrote."""
    wrote = Counter(run for tokens in streams.values() for run in set(_runs(tokens)))
    most = max(len(streams) / 2, FEWEST_TO_BE_COMMON - 1)
    common = {run for run, count in wrote.items() if count > most} | set(_runs(skeleton))
    return {student: _without(tokens, common) for student, tokens in streams.items()}


def _runs(tokens: Sequence[Token]) -> Iterator[tuple[str, ...]]:
    texts = [token.text for token in tokens]
    for start in range(len(texts) - RUN + 1):
        yield tuple(texts[start : start + RUN])


def _without(tokens: Sequence[Token], common: set[tuple[str, ...]]) -> list[Token]:
    covered = [False] * len(tokens)
    for start, run in enumerate(_runs(tokens)):
        if run in common:
            covered[start : start + RUN] = [True] * RUN
    return [token for token, is_common in zip(tokens, covered, strict=True) if not is_common]
