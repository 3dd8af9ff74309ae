"""The phrase left of a number: 扶持资金4500万元.

Here: which words between a phrase and its number are taken off, what a number is compared with, and where the phrase
begins. Not here: whether a number goes by its left or its right (`phrases`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, code_set
from pipeline.text.measures.kinds import Kinds
from pipeline.text.measures.lexicon import BARE_BASE, KIND, VALUE_BASE, MeasureWords, Tokens
from pipeline.text.measures.stops import Stops, last_at

_STOPS = code_set("，。；：！？、\n\f\0（）()【】〔〕[],;:!?\t")
_CLOSE = code_set("）)")
_BOUND = code_set("类型式制级者率量额数费员户机器品物所站厂场队期度法型价款金")
_EXTENT = code_set("积力量率数模程度期间")
"""Last characters of nouns that a verb before them makes narrower (竣工面积, 供水能力); 资金 is its object."""
_LONE = code_set("年月日天时人户处点所家个公类期级等者线")
"""Characters that are no phrase by themselves."""
_AGENT = code_set("会司团局部委院校厂社行店府所队站心业户民员人")
_LEADING = code_set(" \n#＃*＊·•◆■●▲★◇□※△○—-…”’》〉」』")
_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.")
_HIGHER = [ord(c) for c in "高低多少快慢优超"]
_CONDITIONS = [ord(word[0]) << 16 | ord(word[1]) for word in ("扣除", "剔除", "剔去", "除去", "不含", "不计")]
_BRACKET = 80
"""How long a bracket between a phrase and its number may be."""
_PEELS = 10
"""How many words at most are taken off between a phrase and its number."""


@dataclass(frozen=True)
class Ending:
    """The listed noun that ends right before each place: its number among the heads or -1, and its length."""

    word: Ints
    length: Ints


@dataclass
class Left:
    """What stands left of each number: the phrase, how far it might have reached, the last verb taken off."""

    start: Ints
    end: Ints
    floor: Ints
    verb: Ints
    based: Ints
    noun: Ending  # that ends at `end`, wherever it begins


def left_phrases(
    codes: Codes, start: Ints, end: Ints, kinds: Kinds, tokens: Tokens, stops: Stops, lists: MeasureWords
) -> Left:
    """The phrase that ends before each number."""
    n = len(start)
    stop = start.copy()
    previous = np.concatenate((np.zeros(1, np.int64), end))[:n]
    clause = last_at(stops.phrase, start) + 1
    floor = np.maximum(clause, previous)
    verb = np.full(n, -1, np.int64)
    based = _skip_base(codes, start, kinds, tokens, clause, floor, stop)
    each = np.flatnonzero(codes == ord("每"))
    live = np.arange(n)
    for _ in range(_PEELS):
        if not len(live):
            break
        place = stop[live]
        before = codes[place - 1]
        moved = ((before == 32) | (before == 10)) & (place > floor[live])
        stop[live[moved]] -= 1
        closed = _CLOSE[before]
        if closed.any():
            which = live[closed]
            opening = last_at(stops.opening, place[closed])
            good = (opening > last_at(stops.sentence, place[closed])) & (opening > place[closed] - _BRACKET)
            which, opening = which[good], opening[good]
            stop[which] = opening
            earlier = np.searchsorted(end, opening, "right") - 1
            held = np.where(earlier >= 0, end[np.maximum(earlier, 0)], 0)
            floor[which] = np.maximum(last_at(stops.phrase, opening) + 1, held)
            moved |= np.isin(live, which)
        j = tokens.ending_by(place)
        doing = (
            kinds.repeated[live] & tokens.acts[j] & (verb[live] < 0)
        )  # 检查16次: the doing itself is counted
        loose = (tokens.peeled[j] & ~doing) | (
            (tokens.kind[j] == KIND["growth"]) & kinds.changed[live] & ~kinds.points[live]
        )  # 增幅达8.7%
        # a verb of one character is one only behind a whole word: 水库 蓄, but not 春运
        whole = (tokens.end[np.maximum(j - 1, 0)] == place - 1) | (floor[live] == place - 1)
        loose &= whole | (tokens.kind[j] != KIND["light"]) | (tokens.start[j] < place - 1)
        word = (tokens.end[j] == place) & ~moved & loose & (tokens.start[j] >= floor[live])
        which, taken = live[word], j[word]
        first_verb = (verb[which] < 0) & tokens.verb[taken]
        verb[which[first_verb]] = taken[first_verb]
        stop[which] = tokens.start[taken]
        rest = np.flatnonzero(~word & ~moved)
        per = last_at(each, place[rest])  # 每吨, 每平方米
        near = (per >= place[rest] - 5) & (per >= floor[live[rest]])
        k = j[rest]
        near &= ~(
            (tokens.end[k] == place[rest]) & (tokens.kind[k] == KIND["head"])
        )  # 每个家庭户 is what is counted
        stop[live[rest[near]]] = per[near]
        moved[rest[near]] = True
        live = live[moved | word]
    ending = Ending(*lists.heads.at(codes, np.maximum(stop - 1, 0), -1))
    begin = np.maximum(floor, _last_cut(codes, stop, ending, tokens, lists))
    begin = _lead(codes, begin, stop, ending, tokens, lists)
    begin = np.where(kinds.changed & _conditions(codes, begin, stop), stop, begin)
    return Left(begin, np.maximum(stop, begin), floor, verb, based, ending)


def _last_cut(codes: Codes, stop: Ints, ending: Ending, tokens: Tokens, lists: MeasureWords) -> Ints:
    """Where the last word that phrases begin after ends, before each place; 0 for none.

    A word that leaves one character is part of a noun (办结率, 出版物), and so is a verb between other words and a
    noun of measuring (用地出让均价, 污水处理能力), unless those are the name of one that acts (红十字会募集善款).
    """
    measuring = (ending.word >= 0) & lists.measuring[ending.word]
    before = codes[np.maximum(tokens.start - 1, 0)]
    first = np.zeros(len(tokens.start), np.bool_)  # nothing of a phrase can stand before the word
    first[1:] = tokens.cuts[:-1] & (tokens.end[:-1] == tokens.start[1:])
    inner = tokens.acts & ~first & ~_STOPS[before] & ~_AGENT[before] & ~_LETTER[before]
    result = np.zeros(len(stop), np.int64)
    last = tokens.ending_by(stop - 2)
    for which, cut in ((~measuring, tokens.cuts), (measuring, tokens.cuts & ~inner)):
        latest = np.maximum.accumulate(np.where(cut, np.arange(len(cut)), 0))
        k = latest[last[which]]
        noun = Ending(ending.word[which], ending.length[which])
        narrower = _narrowed(codes, k, stop[which], noun, tokens, lists)
        k = np.where(narrower & (k > 0), latest[k - 1], k)
        result[which] = np.where(cut[k], tokens.end[k], 0)
    return result


def _narrowed(codes: Codes, i: Ints, stop: Ints, noun: Ending, tokens: Tokens, lists: MeasureWords) -> Bools:
    """Whether the verbs numbered i make a noun of extent right behind them narrower: 竣工面积, 日供水能力."""
    word = noun.word
    whole = (word >= 0) & (stop - tokens.end[i] == lists.core[word]) & (noun.length <= stop - tokens.start[i])
    return whole & tokens.acts[i] & _EXTENT[codes[np.maximum(stop - 1, 0)]]


def _skip_base(
    codes: Codes, start: Ints, kinds: Kinds, tokens: Tokens, clause: Ints, floor: Ints, stop: Ints
) -> Ints:
    """Move `stop` before what a number is compared with: 占总户数的, 为计划的, 比上年的, 居全省.

    Returns:
        0 for none, 1 for a base of a share or ratio, 2 for a value compared with (比1985年的146万元), 3 for a rank,
        4 for a change against something named (高于全省平均水平).
    """
    based = np.zeros(len(start), np.int64)
    ranked, relative = kinds.ranked, kinds.relative & ~kinds.ranked
    i = tokens.ending_by(start)
    of = (codes[start - 1] == ord("的")) & ~(
        (tokens.end[i] == start) & (tokens.kind[i] == KIND["head"])
    )  # 标的 is a noun
    # without 的 only 占 has a base: 占总户数12%
    cases = (
        (4, kinds.changed, tokens.base & BARE_BASE > 0),
        (1, relative & of, tokens.base > 0),
        (1, relative & ~of, tokens.kind == KIND["share"]),
        (2, of & ~relative, tokens.base & VALUE_BASE > 0),
        (3, ranked, tokens.kind == KIND["rank"]),
        (1, relative, tokens.kind == KIND["share"]),
    )
    for kind, mask, words in cases:
        which, places = np.flatnonzero(mask), np.flatnonzero(words)
        if not len(which) or not len(places):
            continue
        k = places[np.maximum(np.searchsorted(tokens.end[places], start[which], "right") - 1, 0)]
        # a number may stand in what a change is compared with: 比前三年平均数高11个百分点
        since = (clause if kind == 4 else floor)[which]
        found = (tokens.end[k] <= start[which]) & (tokens.start[k] >= since)
        if kind == 4:  # 比1955年最高水位高0.42米, but not 比1955年多建水库12座
            verbs = np.flatnonzero(tokens.kind == KIND["change"])
            v = (
                verbs[np.maximum(np.searchsorted(tokens.end[verbs], start[which], "right") - 1, 0)]
                if len(verbs)
                else k
            )
            said = np.isin(codes[tokens.start[k]], _HIGHER) | (
                (tokens.start[v] >= tokens.end[k]) & (tokens.end[v] >= start[which] - 2)
            )
            found &= said
        stop[which[found]] = tokens.start[k[found]]
        based[which[found]] = kind
    loose = of & (based == 0)
    stop[loose] = floor[loose]
    return based


def _lead(codes: Codes, begin: Ints, stop: Ints, ending: Ending, tokens: Tokens, lists: MeasureWords) -> Ints:
    """Take joints, verbs of one character and the like off the beginning of phrases."""
    begin = begin.copy()
    measuring = (ending.word >= 0) & lists.measuring[ending.word]
    live = np.flatnonzero(begin < stop)
    for _ in range(4):
        if not len(live):
            break
        place = begin[live]
        i = tokens.from_on(place)
        following = np.minimum(i + 1, len(tokens.start) - 1)
        named = (tokens.kind[following] == KIND["head"]) & (tokens.start[following] == tokens.end[i])
        verbal = (
            (tokens.kind[i] == KIND["measure_verb"]) & named & ~measuring[live]
        )  # 培训农民, but not 补助资金
        word = (tokens.start[i] == place) & (tokens.led[i] | verbal) & (tokens.end[i] <= stop[live])
        word &= (tokens.kind[i] != KIND["division"]) | (tokens.end[i] < stop[live])
        # 产茶 and 建水库 lose their verb, 抢险队员 keeps it: a verb of one character has a whole noun behind it
        single = word & (tokens.end[i] == place + 1) & (tokens.kind[i] != KIND["joint"])
        bound = tokens.acts[i] & (stop[live] == tokens.end[i] + 1) & _BOUND[codes[stop[live] - 1]]  # 参观者
        noun = Ending(ending.word[live], ending.length[live])
        word &= ~bound & ~_narrowed(codes, i, stop[live], noun, tokens, lists)
        word &= ~single | (stop[live] == place + 2) | (tokens.start[following] == place + 1)
        blank = _LEADING[codes[place]]
        begin[live] = np.where(word, tokens.end[i], place + blank)
        live = live[word | blank]
        live = live[begin[live] < stop[live]]
    lone = (stop == begin + 1) & _LONE[codes[begin]]
    return np.where(lone, stop, begin)


def _conditions(codes: Codes, begin: Ints, stop: Ints) -> Bools:
    """Whether a phrase says under what condition a change is reckoned, not what changes: 扣除价格因素, 调整后."""
    pair = codes[begin].astype(np.int64) << 16 | codes[begin + 1]
    return (stop > begin) & (np.isin(pair, _CONDITIONS) | (codes[np.maximum(stop - 1, 0)] == ord("后")))
