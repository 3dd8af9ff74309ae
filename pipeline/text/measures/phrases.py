"""The words that say what a number measures: left of it, right of it, and the head noun.

Here: which of the two sides each number goes by, as columns over a block. Not here: finding the sides (`left`,
`right`), or what a number without words of its own takes from its neighbours (`relations`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set
from pipeline.text.measures.kinds import Kinds
from pipeline.text.measures.left import left_phrases
from pipeline.text.measures.lexicon import KIND, MeasureWords, Tokens
from pipeline.text.measures.nouns import heads_of, noun_ending
from pipeline.text.measures.right import attended, known_right, right_phrases
from pipeline.text.measures.stops import Stops

_ENDS = code_set("，。；：！？、\n\f\0（）(),;:!?至到和的")
_CLASSES = [KIND["attribute"], KIND["division"]]
_ATTRIBUTES = code_set("级类型性制式层段者")


@dataclass
class Phrases:
    """For each quantity, the phrase of its own and where its head begins; start -1 where it has none.

    `side` is 0 left, 1 right, 2 a verb alone. `known`: the head is a listed noun. `based`: see `_skip_base`. `growth`:
    the phrase is a word for growth itself (增幅).
    """

    start: Ints
    end: Ints
    head: Ints
    head_end: Ints
    stock: Bools
    measuring: Bools
    side: Ints
    known: Bools
    based: Ints
    growth: Bools
    reach: Ints  # where the words taken off before the number begin


def own_phrases(codes: Codes, start: Ints, end: Ints, kinds: Kinds, tokens: Tokens, stops: Stops, lists: MeasureWords,
                bound_right: Trie) -> Phrases:  # fmt: skip
    """The phrase of each number, as far as it has one of its own.

    Args:
        codes: the view. start, end: spans of the quantities in it, in order.
        kinds: what each of them is. tokens, stops, lists, bound_right: what the block is cut by.
    """
    counted, timed, relative, ranked = kinds.counted, kinds.timed, kinds.relative, kinds.ranked
    left = left_phrases(codes, start, end, kinds, tokens, stops, lists)
    right_start, right_end, touches, behind = right_phrases(codes, start, end, kinds, tokens, stops, bound_right)
    left_word, left_length = left.noun.word, left.noun.length
    reach = np.maximum(left.end - left_length, left.floor)
    i = tokens.ending_by(left.start)
    verbal = (tokens.end[i] != left.start) | tokens.acts[i]  # 并处罚金, but not 其中医院
    longer = verbal & (
        (left_word >= 0)
        & (left_length > 1)
        & (left.end > left.start)
        & (reach < left.start)
        & (reach == left.end - left_length)
    )
    left.start = np.where(longer, reach, left.start)
    right_end, right_known = known_right(codes, right_start, right_end, tokens, lists)
    has_left, has_right = left.end > left.start, right_end > right_start
    left_noun, _ = noun_ending(codes, left.start, left.end, tokens, lists)
    left_known = has_left & (left_noun >= 0)
    right = counted & has_right & ~(touches & has_left) & (right_known | ~left_known)
    right |= ~counted & has_right & ~has_left & (~relative | behind) & ~timed
    right |= relative & has_right & right_known & ~has_left & ~kinds.changed & ~ranked  # 九成学生走读
    right |= timed & has_right & right_known & ~has_left
    by_left = has_left & ~(right_known & (left.verb >= 0))  # 收入500万元以上企业, but not 有110千伏以上变电站
    right |= kinds.threshold & has_right & right_known & ~by_left
    right &= ~ranked & ~(kinds.threshold & ((~timed & by_left) | (kinds.material & ~right_known)))
    closed = (
        _ENDS[codes[end]]
        | _ENDS[codes[right_start]]
        | (codes[left.end] == ord("由"))
        | (codes[left.end] == ord("从"))
    )
    thing = left_known & ~lists.measuring[left_noun]  # 黄金周7天, but not 人均收入五年翻一番
    on_left = has_left & ~right & (~timed | closed | thing)
    by_verb = ~on_left & ~right & (left.verb >= 0) & ~relative & (~timed | closed)
    phrase_start = np.where(right, right_start, np.where(on_left, left.start, -1))
    phrase_end = np.where(right, right_end, np.where(on_left, left.end, -1))
    some = np.flatnonzero(by_verb)
    phrase_start[some], phrase_end[some] = tokens.start[left.verb[some]], tokens.end[left.verb[some]]
    joining = np.flatnonzero(kinds.people & ~on_left & ~right & ~by_verb & ~kinds.changed)
    joined = attended(right_start[joining], tokens)
    which = joining[joined[0] >= 0]
    phrase_start[which], phrase_end[which], object_start = (place[joined[0] >= 0] for place in joined)
    by_verb[which] = True
    side = np.where(right, 1, np.where(by_verb, 2, 0))
    head, head_end, word = heads_of(codes, phrase_start, phrase_end, lists, tokens)
    on_verb = by_verb & (word < 0)
    head = np.where(on_verb, phrase_start, head)
    head[which] = object_start
    i = tokens.ending_by(phrase_end)
    growth = (phrase_start >= 0) & (tokens.end[i] == phrase_end) & (tokens.kind[i] == KIND["growth"])
    return Phrases(
        phrase_start,
        phrase_end,
        head,
        head_end,
        lists.stock[word],
        lists.measuring[word],
        side,
        np.where(right, right_known, left_known) & (phrase_start >= 0) & ~by_verb,
        left.based,
        growth,
        left.end,
    )


def attributes(codes: Codes, phrases: Phrases, tokens: Tokens) -> Bools:
    """Whether a phrase names a class or quality and no thing: 省级, 中型, 五星级, 城镇."""
    i = tokens.ending_by(phrases.end)
    listed = (
        (tokens.end[i] == phrases.end) & np.isin(tokens.kind[i], _CLASSES) & (phrases.head_end == phrases.end)
    )
    return (phrases.start >= 0) & (
        listed | (~phrases.known & _ATTRIBUTES[codes[np.maximum(phrases.end - 1, 0)]])
    )
