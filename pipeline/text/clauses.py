"""Sentences, clauses, and the words in them that say what a number does (增长, 占, 比上年, 力争).

Here: where clauses begin and end, and the last cue word before a place. The words are seeds/lexicons/cues.csv.
Not here: what follows from a cue.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipeline.text.lexer import Codes, Ints, Trie, code_set, last_before
from pipeline.text.numerals import Numerals

_STOPS = code_set("，。；：！？\n\f（,;:!?\0")
_SENTENCE = code_set("。！？\n\f\0")
CUE_KINDS = ("change", "compared", "level", "neutral", "basis", "share", "target", "distribute", "of_which")
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
) = range(9)


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

    clause: Ints
    stop: Ints  # ends of clauses; a bracket that opens is none
    sentence: Ints
    cue_start: Ints
    cue_end: Ints
    cue_kind: Ints
    cue_value: Ints
    chosen: dict[tuple[int, ...], Ints] = field(default_factory=dict)  # cues by kinds asked for

    @classmethod
    def of(cls, codes: Codes, numerals: Numerals, cues: Cues) -> Clauses:
        """Cut the block; a comma inside a figure (1，234) is no stop."""
        stop = np.flatnonzero(_STOPS[codes])
        if len(numerals):
            inside = last_before(numerals.start, stop + 1)
            stop = stop[(inside < 0) | (numerals.end[np.maximum(inside, 0)] <= stop)]
        sentence = stop[_SENTENCE[codes[stop]]]
        word, start, end = cues.clause.everywhere(codes)
        base, base_start, base_end = cues.basis.everywhere(codes)  # apart, since 年均 lies inside 年均增长
        far = np.full(1, len(codes) - 1)  # so that no column is ever empty
        return cls(
            stop + 1,
            stop[~code_set("（(")[codes[stop]]],
            sentence + 1,
            np.concatenate((start, base_start, far)),
            np.concatenate((end, base_end, far)),
            np.concatenate((cues.clause_kind[word], np.full(len(base), CUE_BASIS), np.full(1, CUE_NEUTRAL))),
            np.concatenate((cues.clause_value[word], cues.basis_value[base], np.zeros(1, np.int64))),
        )

    def begin(self, places: Ints) -> Ints:
        """Where the clause of each place begins."""
        return self.clause[np.maximum(last_before(self.clause, places + 1), 0)]

    def end(self, places: Ints) -> Ints:
        """Where the clause of each place ends."""
        i = np.searchsorted(self.stop, places)
        return np.where(i < len(self.stop), self.stop[np.minimum(i, len(self.stop) - 1)], places)

    def sentence_begin(self, places: Ints) -> Ints:
        """Where the sentence of each place begins."""
        return self.sentence[np.maximum(last_before(self.sentence, places + 1), 0)]

    def last_cue(self, places: Ints, kinds: tuple[int, ...], since: Ints) -> Ints:
        """Index of the last cue of these kinds that ends at or before each place and begins at or after `since`; -1."""
        if kinds not in self.chosen:
            self.chosen[kinds] = np.flatnonzero(np.isin(self.cue_kind, kinds))
        which = self.chosen[kinds]
        i = last_before(self.cue_end[which], places + 1)
        if not len(which):
            return i
        found = np.where(i >= 0, which[np.maximum(i, 0)], -1)
        good = (found >= 0) & (self.cue_start[np.maximum(found, 0)] >= since)
        return np.where(good, found, -1)
