"""The phrase right of a number: 623个企业, 250余人参会.

Here: where it ends. Not here: whether a number goes by its left or its right (`phrases`).
"""

from __future__ import annotations

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, Trie
from pipeline.text.measures.kinds import Kinds
from pipeline.text.measures.lexicon import KIND, MeasureWords, Tokens
from pipeline.text.measures.nouns import noun_ending
from pipeline.text.measures.stops import Stops, next_at

_DEEDS = [KIND["right"], KIND["measure_verb"]]
_OBJECTS = [KIND["head"], KIND["measure_verb"]]


def right_phrases(
    codes: Codes, start: Ints, end: Ints, kinds: Kinds, tokens: Tokens, stops: Stops, bound_right: Trie
) -> tuple[Ints, Ints, Bools, Bools]:
    """The phrase after each number; whether it runs straight into the next number; whether 的 stands between."""
    far = len(codes) - 1
    begin = end.copy()
    _, length = bound_right.at(codes, begin)
    word, _ = bound_right.at(codes, begin)
    begin = np.where(word >= 0, begin + length, begin)
    begin += codes[begin] == 32
    behind = codes[begin] == ord("的")
    begin += behind
    following = np.concatenate((start[1:], np.full(1, far)))
    stop_tokens = tokens.start[tokens.stops]
    limit = np.minimum(next_at(stops.phrase, begin, far), following)
    stop = np.minimum(limit, next_at(stop_tokens, begin, far))
    # 27家景区接待: what comes behind a noun and begins with a verb says what it did
    first_act = next_at(tokens.start[tokens.acts & _behind_noun(tokens)], begin, far)
    stop = np.where(kinds.agents, np.minimum(stop, first_act), stop)
    stop = np.where(kinds.people, np.minimum(stop, next_at(tokens.start[tokens.acts], begin, far)), stop)
    stop = np.maximum(stop, begin)
    touches = (stop == following) & (stop > begin)
    stop -= (codes[stop - 1] == 32) & (stop > begin)
    return begin, stop, touches, behind


def _behind_noun(tokens: Tokens) -> Bools:
    """Whether each word follows a listed noun without a gap."""
    result = np.zeros(len(tokens.start), np.bool_)
    result[1:] = (tokens.kind[:-1] == KIND["head"]) & (tokens.end[:-1] == tokens.start[1:])
    return result


def known_right(
    codes: Codes, start: Ints, end: Ints, tokens: Tokens, lists: MeasureWords
) -> tuple[Ints, Bools]:
    """The phrase right of a number, cut behind its last listed noun; and whether there is one."""
    word, _ = noun_ending(codes, start, end, tokens, lists)
    known = word >= 0
    nouns = np.flatnonzero(tokens.kind == KIND["head"])
    if not len(nouns):
        return end, known
    i = nouns[np.maximum(np.searchsorted(tokens.end[nouns], end, "right") - 1, 0)]
    inside = ~known & (tokens.start[i] >= start) & (tokens.end[i] <= end) & (end > start)
    return np.where(inside, tokens.end[i], end), known | inside


def attended(begin: Ints, tokens: Tokens) -> tuple[Ints, Ints, Ints]:
    """The verb right of a count of people with its listed object (参会, 参加培训): start, end, start of head; -1."""
    i = tokens.from_on(begin)
    verb = np.isin(tokens.kind[i], _DEEDS) & (tokens.end[i] > begin + 1)
    verb = (verb | tokens.acts[i]) & (tokens.start[i] == begin)
    following = np.minimum(i + 1, len(tokens.start) - 1)
    noun = np.isin(tokens.kind[following], _OBJECTS) & (tokens.start[following] == tokens.end[i])
    end = np.where(noun, tokens.end[following], tokens.end[i])
    return np.where(verb, begin, -1), np.where(verb, end, -1), np.where(noun, tokens.start[following], begin)
