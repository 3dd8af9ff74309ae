"""Sentences, clauses, and the words in them that say what a number does (增长, 占, 比上年, 力争).

Here: where clauses begin and end, and the last cue word before a place. The words are seeds/lexicons/cues.csv.
Not here: what follows from a cue.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Codes, Ints, Trie, code_set, last_before
from pipeline.text.numerals import DIGITS, Numerals

_STOPS = code_set("，。；：！？\n\f（,;:!?\0")
_SENTENCE = code_set("。！？\n\f\0")
_AFTER_NOUN = code_set("为是达，；。：、（")
CUE_KINDS = (
    "change",
    "compared",
    "level",
    "neutral",
    "basis",
    "share",
    "target",
    "distribute",
    "of_which",
    "actual",
)
(
    CUE_CHANGE,
    CUE_COMPARED,
    CUE_LEVEL,
    CUE_NEUTRAL,
    CUE_BASIS,
    CUE_SHARE,
    CUE_TARGET,
    CUE_DISTRIBUTE,
    CUE_OF_WHICH,
    CUE_ACTUAL,
) = range(10)
NO_CUE = -9
"""The value of a word that says nothing and hides the shorter words in it: 比重 is no comparison, 虚拟 no plan."""


@dataclass(frozen=True)
class Cues:
    """The words that say what a number does, from seeds/lexicons/cues.csv, as tries with a kind and a value each."""

    bound_left: Trie
    bound_left_value: Ints
    bound_right: Trie
    bound_right_value: Ints
    clause: Trie
    clause_kind: Ints
    clause_value: Ints
    basis: Trie
    basis_value: Ints
    noun: Trie
    noun_surface: Ints  # unit surface named by the noun; -1 for a noun of index (指数), which takes no unit


@dataclass
class Clauses:
    """Places of a block that sentences and clauses begin at, and the cue words between them."""

    number: NDArray[np.int32]  # of the clause at each place of the block: one look-up instead of a search
    clause: Ints  # where each clause begins
    stop: Ints  # where each ends; a bracket that opens ends none
    sentence: Ints  # where the sentence of each begins
    cue_start: Ints
    cue_end: Ints
    cue_kind: Ints
    cue_value: Ints

    @classmethod
    def of(
        cls,
        codes: Codes,
        numerals: Numerals,
        cues: Cues,
        cue_places: Ints | None = None,
        basis_places: Ints | None = None,
    ) -> Clauses:
        """Cut the block; a comma inside a figure (1，234) is no stop. `*_places` may begin a cue or a basis."""
        stop = np.flatnonzero(_STOPS.take(codes))
        figured = np.flatnonzero(DIGITS[codes[stop - 1]])
        if len(numerals) and len(figured):
            inside = last_before(numerals.start, stop[figured] + 1)
            stop = np.delete(stop, figured[(inside >= 0) & (numerals.end[inside] > stop[figured])])
        clause = stop + 1
        number = np.zeros(len(codes) + 1, np.int32)
        number[clause[1:]] = 1
        np.cumsum(number, out=number)
        closing = np.where(code_set("（(")[codes[stop]], len(codes), stop)
        closing = np.append(np.minimum.accumulate(closing[::-1])[::-1][1:], len(codes))
        word, start, end = cues.clause.everywhere(codes, cue_places)
        base, base_start, base_end = cues.basis.everywhere(
            codes, basis_places
        )  # apart, since 年均 lies inside 年均增长
        said = np.flatnonzero(cues.clause_value[word] != NO_CUE)
        word, start, end = word[said], start[said], end[said]
        # the 比 of 存贷比上升 and of 比为3:1 is a noun
        verb = start[np.isin(cues.clause_kind[word], (CUE_CHANGE, CUE_LEVEL))]
        noun = (base_end - base_start == 1) & (np.isin(base_end, verb) | _AFTER_NOUN[codes[base_end]])
        said = np.flatnonzero(~noun & (cues.basis_value[base] != NO_CUE))
        base, base_start, base_end = base[said], base_start[said], base_end[said]
        far = np.full(1, len(codes) - 1)  # so that no column is ever empty
        return cls(
            number,
            clause,
            closing,
            np.maximum.accumulate(np.where(_SENTENCE[codes[stop]], clause, clause[0])),
            np.concatenate((start, base_start, far)),
            np.concatenate((end, base_end, far)),
            np.concatenate((cues.clause_kind[word], np.full(len(base), CUE_BASIS), np.full(1, CUE_NEUTRAL))),
            np.concatenate((cues.clause_value[word], cues.basis_value[base], np.zeros(1, np.int64))),
        )

    def begin(self, places: Ints) -> Ints:
        """Where the clause of each place begins."""
        return self.clause.take(self.number.take(places))

    def end(self, places: Ints) -> Ints:
        """Where the clause of each place ends."""
        return self.stop.take(self.number.take(places))

    def sentence_begin(self, places: Ints) -> Ints:
        """Where the sentence of each place begins."""
        return self.sentence.take(self.number.take(places))

    def before(self, places: Ints) -> CuesBefore:
        """The cues that end at or before each place."""
        based = np.flatnonzero(self.cue_kind == CUE_BASIS)
        first, last = (based[0], based[-1] + 1) if len(based) else (len(self.cue_kind) - 1,) * 2
        return CuesBefore(
            self,
            np.searchsorted(self.cue_end[:first], places, "right"),
            np.searchsorted(self.cue_end[first:last], places, "right"),
            int(first),
        )


@dataclass(frozen=True)
class CuesBefore:
    """How many cues, and how many words of a basis, end at or before each place of a list."""

    clauses: Clauses
    cues: Ints
    bases: Ints
    first_basis: int  # the cues of a block stand before its words of a basis, each in order

    def last(self, kinds: tuple[int, ...], since: Ints) -> Ints:
        """Index of the last cue of these kinds before each place that begins at or after `since`; -1."""
        clauses, first = self.clauses, self.first_basis
        if kinds == (CUE_BASIS,):
            found = np.where(self.bases > 0, self.bases - 1 + first, -1)
        else:
            own = np.isin(clauses.cue_kind[:first], kinds)
            latest = np.maximum.accumulate(np.append(-1, np.where(own, np.arange(first), -1)))
            found = latest.take(self.cues)
        return np.where((found >= 0) & (clauses.cue_start.take(found) >= since), found, -1)
