"""The words that say what a number measures: left of it, right of it, and the head noun.

Here: finding the phrase of each number by itself, as columns over a block. Not here: what a number without words of
its own takes from its neighbours (`relations`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set
from pipeline.text.measures.lexicon import KIND, SUFFIXES, MeasureWords, Tokens

_STOPS = code_set("，。；：！？、\n\f\0（）()【】〔〕[],;:!?\t")
_CLAUSE = code_set("，。；：！？\n\f\0【】,;:!?")
_SENTENCE = code_set("。！？\n\f\0【】")
_OPEN = code_set("（(")
_CLOSE = code_set("）)")
_CLOSING_MARKS = code_set("”’》〉」』")
_OPENING_MARKS = code_set("“‘《〈「『")
_PEELS = 10
"""How many words at most are taken off between a phrase and its number."""


@dataclass
class Stops:
    """Places where phrases, clauses and sentences end, sorted."""

    phrase: Ints
    clause: Ints
    sentence: Ints
    opening: Ints

    @classmethod
    def of(cls, codes: Codes) -> Stops:
        phrase = np.flatnonzero(_STOPS[codes])
        code = codes[phrase]
        return cls(phrase, phrase[_CLAUSE[code]], phrase[_SENTENCE[code]], phrase[_OPEN[code]])


@dataclass
class Phrases:
    """For each quantity, the phrase of its own and where its head begins; start -1 where it has none.

    `peeled` is the first place of the words between the phrase and the number; `side` is 0 left, 1 right, 2 a verb.
    """

    start: Ints
    end: Ints
    head: Ints
    nature: Ints
    peeled: Ints
    side: Ints
    touches: Bools


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


def own_phrases(codes: Codes, start: Ints, end: Ints, counted: Bools, timed: Bools, relative: Bools, tokens: Tokens, stops: Stops,
                lists: MeasureWords, bound_right: Trie) -> Phrases:
    """The phrase of each number, as far as it has one of its own.

    Args:
        codes: the view. start, end: spans of the quantities in it, in order.
        counted: the unit is a classifier, so that the noun may stand on the right.
        timed: a duration or an age, which seldom measures a noun. relative: a percent, point, multiple or rank.
        tokens, stops, lists, bound_right: what the block is cut by.
    """
    n = len(start)
    left_start, left_end, verb = _left(codes, start, end, tokens, stops)
    right_start, right_end, touches = _right(codes, start, end, tokens, stops, bound_right)
    left_word, left_length = lists.heads.at(codes, np.maximum(left_end - 1, 0), -1)
    right_word, right_length = lists.heads.at(codes, np.maximum(right_end - 1, 0), -1)
    has_left, has_right = left_end > left_start, right_end > right_start
    left_known = has_left & (left_word >= 0) & (left_length <= left_end - left_start)
    right_known = has_right & (right_word >= 0) & (right_length <= right_end - right_start)
    behind = codes[end] == ord("的")
    right = counted & has_right & ~(touches & has_left) & (right_known | ~left_known)
    right |= ~counted & has_right & ~has_left & (~relative | behind)
    right &= ~timed
    left = has_left & ~right & (~timed | left_known)
    by_verb = ~left & ~right & (verb >= 0) & ~relative & ~timed
    phrase_start = np.where(right, right_start, np.where(left, left_start, -1))
    phrase_end = np.where(right, right_end, np.where(left, left_end, -1))
    some = np.flatnonzero(by_verb)
    phrase_start[some], phrase_end[some] = tokens.start[verb[some]], tokens.end[verb[some]]
    side = np.where(right, 1, np.where(by_verb, 2, 0))
    head, nature = heads_of(codes, phrase_start, phrase_end, lists)
    head = np.where(by_verb, phrase_start, head)
    del n
    return Phrases(phrase_start, phrase_end, head, nature, left_end, side, touches)


def heads_of(codes: Codes, start: Ints, end: Ints, lists: MeasureWords) -> tuple[Ints, Ints]:
    """Where the head noun of each phrase begins, and its nature; -1 for no phrase."""
    last = np.maximum(end - 1, 0)
    word, length = lists.heads.at(codes, last, -1)
    size = end - start
    known = (word >= 0) & (length <= size)
    code = codes[last]
    fallback = np.where(size <= 3, size, np.where(SUFFIXES[code], 3, 2))
    # a listed noun of one character is a head only where it ends a longer noun of two or three
    single = known & (length == 1)
    length = np.where(single, fallback, length)
    length = np.where(known, length, fallback)
    return np.where(start >= 0, end - length, -1), np.where(known, lists.nature[word], 0)


def _left(codes: Codes, start: Ints, end: Ints, tokens: Tokens, stops: Stops) -> tuple[Ints, Ints, Ints]:
    """The phrase that ends before each number, and the last verb among the words taken off (index of token, or -1)."""
    n = len(start)
    stop = start.copy()
    previous = np.concatenate((np.zeros(1, np.int64), end))[:n]
    floor = np.maximum(last_at(stops.phrase, start) + 1, previous)
    verb = np.full(n, -1, np.int64)
    live = np.arange(n)
    for _ in range(_PEELS):
        if not len(live):
            break
        place = stop[live]
        before = codes[place - 1]
        moved = np.zeros(len(live), np.bool_)
        blank = (before == 32) & (place > floor[live])
        stop[live[blank]] -= 1
        moved |= blank
        closed = _CLOSE[before]
        if closed.any():
            which = live[closed]
            opening = last_at(stops.opening, place[closed])
            good = (opening > 0) & (opening > last_at(stops.clause, place[closed]))
            which, opening = which[good], opening[good]
            stop[which] = opening
            earlier = np.searchsorted(end, opening, "right") - 1
            held = np.where(earlier >= 0, end[np.maximum(earlier, 0)], 0)
            floor[which] = np.maximum(last_at(stops.phrase, opening) + 1, held)
            moved |= np.isin(live, which)
        i = np.searchsorted(tokens.end, place, "right") - 1
        word = (i >= 0) & (tokens.end[np.maximum(i, 0)] == place) & ~moved
        word &= tokens.peeled[np.maximum(i, 0)] & (tokens.start[np.maximum(i, 0)] >= floor[live])
        which, taken = live[word], i[word]
        first_verb = (verb[which] < 0) & tokens.verb[taken]
        verb[which[first_verb]] = taken[first_verb]
        stop[which] = tokens.start[taken]
        live = live[moved | word]
    cut = np.flatnonzero(tokens.cuts)
    last = np.searchsorted(tokens.end[cut], stop, "right") - 1
    cut_end = np.where(last >= 0, tokens.end[cut[np.maximum(last, 0)]], 0)
    begin = np.maximum(floor, cut_end)
    begin = _lead(codes, begin, stop, tokens)
    return begin, np.maximum(stop, begin), verb


def _lead(codes: Codes, begin: Ints, stop: Ints, tokens: Tokens) -> Ints:
    """Take joints, verbs of one character and the like off the beginning of phrases."""
    begin = begin.copy()
    live = np.flatnonzero(begin < stop)
    for _ in range(4):
        if not len(live):
            break
        place = begin[live]
        i = np.minimum(np.searchsorted(tokens.start, place), len(tokens.start) - 1)
        word = (tokens.start[i] == place) & tokens.led[i] & (tokens.end[i] <= stop[live])
        blank = (codes[place] == 32) | _CLOSING_MARKS[codes[place]]
        begin[live] = np.where(word, tokens.end[i], place + blank)
        live = live[word | blank]
        live = live[begin[live] < stop[live]]
    return begin


def _right(codes: Codes, start: Ints, end: Ints, tokens: Tokens, stops: Stops, bound_right: Trie) -> tuple[Ints, Ints, Bools]:
    """The phrase that begins after each number, and whether it runs straight into the next number."""
    far = len(codes) - 1
    begin = end.copy()
    _, length = bound_right.at(codes, begin)
    word, _ = bound_right.at(codes, begin)
    begin = np.where(word >= 0, begin + length, begin)
    begin += codes[begin] == 32
    begin += codes[begin] == ord("的")
    following = np.concatenate((start[1:], np.full(1, far)))
    stop_tokens = tokens.start[tokens.stops]
    limit = np.minimum(next_at(stops.phrase, begin, far), following)
    stop = np.minimum(limit, next_at(stop_tokens, begin, far))
    stop = np.maximum(stop, begin)
    touches = (stop == following) & (stop > begin)
    stop -= (codes[stop - 1] == 32) & (stop > begin)
    opened = _CLOSING_MARKS[codes[stop - 1]] & False
    del opened
    return begin, stop, touches


def index_of_kind(tokens: Tokens, name: str) -> Ints:
    return np.flatnonzero(tokens.kind == KIND[name])
