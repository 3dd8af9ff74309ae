"""Where phrases, clauses and sentences end, and looking for the nearest such place.

Here: places by their characters alone. Not here: words (`lexicon`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Codes, Ints, code_set

_STOPS = code_set("，。；：！？、\n\f\0（）()【】〔〕[],;:!?\t")
_CLAUSE = code_set("，。；：！？\n\f\0【】,;:!?")
_SENTENCE = code_set("。！？\n\f\0【】")
_OPEN = code_set("（(")


@dataclass
class Stops:
    """Places where phrases, clauses and sentences end, sorted."""

    phrase: Ints
    clause: Ints
    sentence: Ints
    opening: Ints

    @classmethod
    def of(cls, codes: Codes) -> Stops:
        phrase = np.flatnonzero(_STOPS.take(codes))
        code = codes[phrase]
        return cls(phrase, phrase[_CLAUSE[code]], phrase[_SENTENCE[code]], phrase[_OPEN[code]])


def last_at(places: Ints, at: Ints) -> Ints:
    """The last of the sorted places that is < each position, or -1 (as a position)."""
    i = np.searchsorted(places, at, "left") - 1
    return np.where(i >= 0, places[np.maximum(i, 0)], -1) if len(places) else np.full(len(at), -1, np.int64)


def next_at(places: Ints, at: Ints, far: int) -> Ints:
    """The first of the sorted places that is >= each position, or `far`."""
    if not len(places):
        return np.full(len(at), far, np.int64)
    i = np.searchsorted(places, at, "left")
    return np.where(i < len(places), places[np.minimum(i, len(places) - 1)], far)
