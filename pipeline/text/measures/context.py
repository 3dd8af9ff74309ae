"""The time and the territory that a number speaks of.

Here: the date or word of time that governs each number, the word of territory before it. Not here: reading dates
(`pipeline.text.dates`) or naming divisions (`pipeline.text.divisions`).
"""

from __future__ import annotations

from datetime import date

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints
from pipeline.text.measures.lexicon import KIND, MeasureWords, Tokens

NO_DAY = -(2**31)
_WHOLE_YEAR = frozenset(("全年", "年内", "当年", "本年", "今年", "本年度", "是年", "全年度", "年均", "平均每年", "该年"))
_YEAR_BEFORE = frozenset(("上年", "去年", "上年度", "上年同期", "去年同期"))
_YEAR_END_BEFORE = frozenset(("上年末", "上年底", "去年末", "去年底"))
_YEAR_END = frozenset(("年末", "年底", "至年末", "至年底", "到年末", "到年底", "截至年末", "截至年底", "截止年末", "截止年底", "年终", "岁末", "期末", "年度末"))
_YEAR_START = frozenset(("年初", "期初"))


def day(year: int, month: int, number: int) -> int:
    """Days since 1970-01-01."""
    return (date(year, month, number) - date(1970, 1, 1)).days


def periods(codes: Codes, start: Ints, sentence: Ints, tokens: Tokens, lists: MeasureWords, date_start: Ints, date_end: Ints,
            first: Ints, last: Ints, covered: int | None) -> tuple[Ints, Ints]:
    """First and last day that each number speaks of, NO_DAY where unknown.

    The last date or word of time of the sentence before the number governs it, unless it is what a change is compared
    with (比2005年).
    """
    before = codes[np.maximum(date_start - 1, 0)]
    basis = np.isin(before, [ord(c) for c in "比较与同距离"])
    behind = next_of(codes, "相比", date_end)  # 与2000年第五次普查相比
    basis |= behind
    usable = ~basis & (first != NO_DAY)
    where, begin, stop = date_end[usable], first[usable], last[usable]
    if covered:
        words, opens, closes = [], [], []
        for k in np.flatnonzero(tokens.kind == KIND["time"]):
            word = lists.words.words[tokens.word[k]]
            if word in _WHOLE_YEAR:
                span = (day(covered, 1, 1), day(covered, 12, 31))
            elif word in _YEAR_BEFORE:
                span = (day(covered - 1, 1, 1), day(covered - 1, 12, 31))
            elif word in _YEAR_END_BEFORE:
                span = (day(covered - 1, 12, 31), day(covered - 1, 12, 31))
            elif word in _YEAR_END:
                span = (day(covered, 12, 31), day(covered, 12, 31))
            elif word in _YEAR_START:
                span = (day(covered, 1, 1), day(covered, 1, 1))
            else:
                continue
            words.append(tokens.end[k])
            opens.append(span[0])
            closes.append(span[1])
        where = np.concatenate((where, np.array(words, np.int64)))
        begin = np.concatenate((begin, np.array(opens, np.int64)))
        stop = np.concatenate((stop, np.array(closes, np.int64)))
        order = np.argsort(where, kind="stable")
        where, begin, stop = where[order], begin[order], stop[order]
    at = np.searchsorted(where, start, "right") - 1
    held = at >= 0
    held &= where[np.maximum(at, 0)] > sentence if len(where) else held
    if not len(where):
        return np.full(len(start), NO_DAY, np.int64), np.full(len(start), NO_DAY, np.int64)
    at = np.maximum(at, 0)
    return np.where(held, begin[at], NO_DAY), np.where(held, stop[at], NO_DAY)


def next_of(codes: Codes, word: str, places: Ints) -> Bools:
    """Whether a word of two characters follows each place within the clause."""
    found = np.flatnonzero((codes[:-1] == ord(word[0])) & (codes[1:] == ord(word[1])))
    if not len(found):
        return np.zeros(len(places), np.bool_)
    nearest = found[np.minimum(np.searchsorted(found, places), len(found) - 1)]
    stop = np.flatnonzero(np.isin(codes, [ord(c) for c in "，。；\n\f"]))
    limit = stop[np.minimum(np.searchsorted(stop, places), len(stop) - 1)] if len(stop) else places
    return (nearest >= places) & (nearest < limit)


def territories(start: Ints, sentence: Ints, tokens: Tokens, lists: MeasureWords) -> Ints:
    """Number of the word of territory that governs each number in its sentence, or -1."""
    places = np.flatnonzero(tokens.kind == KIND["scope"])
    if not len(places):
        return np.full(len(start), -1, np.int64)
    i = np.searchsorted(tokens.end[places], start, "right") - 1
    held = (i >= 0) & (tokens.start[places[np.maximum(i, 0)]] >= sentence)
    return np.where(held, tokens.word[places[np.maximum(i, 0)]], -1)
