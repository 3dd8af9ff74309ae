"""The pieces of dates: 2009年, 5月, 26日, 三季度, 上半年, 民国26年, 正月十五, each with its kind and value.

Here: which numerals and words are pieces of a date, and the marks that a list or range gives to its first members.
Not here: which pieces are one date (`chains`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.dates.lunar import LunarDays, LunarYears
from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, find
from pipeline.text.lookalikes import PlanPeriods
from pipeline.text.numerals import CHINESE, Numerals

YEAR, MONTH, DAY, QUARTER, WORD, RELATIVE, DECADE, CENTURY, ERA, PLAN, LUNAR = range(1, 12)
"""Kinds of date piece: 2009年, 5月, 26日, 三季度, 上半年 or 年底, 去年, 90年代, 20世纪, 民国26年, “十一五”期间, and
正月十五."""

DECADES = 10_000
"""A piece of two decades is the first and this many times the second."""
CONNECTOR = code_set("～-—–―─至到")
_BEFORE_FIRST_MONTH = code_set("年，。、；：\n\f\0（(　 】至～-—–到于从自在起")
_LISTED = code_set("、和及与或")
_NOT_MONTH = code_set("龄嫂饼薪票球亮之半")
_NO_INITIAL = code_set("步中级次始赛衷稿战")
_WORD_VALUES = ("H1", "H2", "YE", "T1", "T2", "T3", "SD")


@dataclass(frozen=True)
class DateWords:
    """The closed words of dates: 上半年 (date_word), 去年 (year_word), 民国 (era), each with its value."""

    trie: Trie
    kind: tuple[str, ...]
    value: tuple[str, ...]
    eras: Trie
    era_base: tuple[str, ...]
    lunar: LunarYears


@dataclass
class Pieces:
    start: Ints
    end: Ints
    kind: Ints
    value: Ints
    numeral: Ints
    suffix: Ints  # 0 none, 1 the end of it, 2 its beginning
    marked: Bools  # 年 月 日 is printed at this very piece


def read_pieces(
    codes: Codes,
    numerals: Numerals,
    busy: Bools,
    words: DateWords,
    plans: PlanPeriods,
    lunar: LunarDays,
) -> Pieces:
    value = numerals.integer()
    start, end = numerals.start.copy(), numerals.end.copy()
    whole = (
        (value >= 0)
        & (numerals.decimals == 0)
        & ~numerals.over
        & ~numerals.bare
        & ~numerals.vague
        & ~busy
        & (numerals.high == numerals.mantissa)
        & ~numerals.chained
        & (numerals.denominator == 0)
    )
    mark, after, third = codes[end], codes[end + 1], codes[end + 2]
    before = codes[start - 1]
    kind = np.zeros(len(numerals), np.int64)
    plain = numerals.exponent == 0
    four = (numerals.digits == 4) & (value >= 1000) & (value <= 2100) & plain
    long_ago = (value < 1900) & _word_at(
        codes, end + 1, ("历史", "来", "前", "的历史", "以来", "左右", "一遇")
    )
    long_ago |= _word_at(codes, end + 1, ("一遇", "树龄", "古树", "的树龄"))
    long_ago |= (value < 1900) & code_set("约近达逾过超有")[before]  # 树龄约1200年
    aged = start - 1 - code_set("约近已有达逾")[before]
    long_ago |= code_set("今龄")[codes[aged]] & code_set("距树")[codes[aged - 1]]
    kind[whole & four & (mark == ord("年")) & ~long_ago] = YEAR
    gloss = whole & numerals.arabic & (value >= 100) & (value < 1000) & (mark == ord("年"))
    kind[gloss & code_set("（(")[before] & code_set("）)")[after]] = YEAR  # 兴平二年（195年）
    is_month = (
        whole
        & (mark == ord("月"))
        & ((value >= 1) & (value <= 99))
        & ~_NOT_MONTH[after]
        & (before != ord("个"))
        & plain
    )
    kind[is_month] = MONTH
    day = whole & (mark == ord("日")) & (value <= 99) & plain
    day |= whole & (mark == ord("号")) & (value <= 31) & (before == ord("月"))
    kind[day] = DAY
    kind[whole & (mark == ord("季")) & (after == ord("度")) & (value >= 1) & (value <= 4)] = QUARTER
    kind[
        whole
        & (mark == ord("年"))
        & (after == ord("代"))
        & (value % 10 == 0)
        & (value >= 10)
        & (value <= 2020)
    ] = DECADE
    # 六七十年代: both decades in one number
    both = (numerals.high > numerals.mantissa) & (mark == ord("年")) & (after == ord("代")) & ~busy
    both &= (numerals.exponent == 0) & (numerals.mantissa % 10 == 0) & (numerals.high % 10 == 0)
    both &= (numerals.mantissa >= 10) & (numerals.high < 100)
    kind[both] = DECADE
    # 2009学年, 2009—2010学年度
    kind[whole & four & (mark == ord("学")) & (after == ord("年"))] = YEAR
    kind[whole & (mark == ord("世")) & (after == ord("纪")) & (value >= 1) & (value <= 30)] = CENTURY
    width = np.where(np.isin(kind, (QUARTER, DECADE, CENTURY)) | (mark == ord("学")), 2, 1)
    mark_end = end + width
    number = np.where(both, numerals.mantissa + numerals.high * DECADES, value)
    # 民国26年, 公元618年
    era, length = words.eras.at(codes, start - 1, -1)
    of_era = whole & (era >= 0) & (mark == ord("年")) & plain
    for i in np.flatnonzero(of_era):
        base = words.era_base[era[i]]
        if base == "before":
            kind[i] = 0
            continue
        kind[i], number[i], start[i] = ERA, value[i] + int(base), start[i] - length[i]
        if base == "0":
            kind[i] = YEAR
    first_years = np.concatenate((_first_years(codes, words), _first_months(codes)))
    _eras_carried(codes, numerals, whole, value, (era, length, words.era_base), first_years, kind, number, start)
    mark_end[(kind == ERA) & (mark != ord("年"))] -= 1
    marked = kind > 0
    mark_end = _dashed(codes, numerals, whole, value, kind, mark_end)
    _lifetimes(codes, numerals, whole, value, kind, mark_end)
    marked |= kind > 0
    _inherit_marks(codes, numerals, whole, value, kind, mark_end)
    prefix = codes[start - 1]
    ordinal = (kind == QUARTER) & ((prefix == ord("第")) | (prefix == ord("前")) | (prefix == ord("头")))
    cumulative = ordinal & (prefix != ord("第"))
    start[ordinal] -= 1
    suffix = np.zeros(len(numerals), np.int64)
    follow, second = codes[mark_end], codes[mark_end + 1]
    yearly, monthly = (kind == YEAR) | (kind == ERA), kind == MONTH
    closes = (
        (yearly | monthly)
        & marked
        & ((follow == ord("末")) | (follow == ord("底")) | ((follow == ord("终")) & yearly))
    )
    closes |= yearly & marked & (follow == ord("年")) & ((second == ord("末")) | (second == ord("底")))
    opens = (yearly | monthly) & marked & (follow == ord("初")) & ~_NO_INITIAL[second]
    opens |= (
        yearly & marked & (follow == ord("年")) & (second == ord("初")) & ~_NO_INITIAL[codes[mark_end + 2]]
    )
    doubled = (closes | opens) & (follow == ord("年"))
    silent = (yearly & marked & (follow == ord("度"))) | (monthly & marked & (follow == ord("份")))
    silent |= (kind == DECADE) & ((follow == ord("初")) | (follow == ord("末"))) & ~_NO_INITIAL[second]
    suffix[closes], suffix[opens] = 1, 2
    mark_end = mark_end + (closes | opens | silent) + doubled
    number = np.where(cumulative, number + 10, number)
    kind[numerals_of(numerals, lunar)[0]] = 0
    chosen = np.flatnonzero(kind > 0)
    reign = ~numerals.arabic & (mark == ord("年")) & code_set("（(")[after] & code_set("0123456789")[third]
    busy |= reign & (kind == 0)
    word, at, to = words.trie.everywhere(codes)
    word_kind = np.array([RELATIVE if kind_ == "year_word" else WORD for kind_ in words.kind] + [0])[word]
    coded = np.array(
        [
            _WORD_VALUES.index(v) if v in _WORD_VALUES else {"-1": -1, "0": 0, "same": 5, "+1": 1}[v]
            for v in words.value
        ]
        + [0]
    )[word]
    month_word = (word_kind == WORD) & (coded >= 3) & (coded <= 5)
    # 年底 after a year was read with the year; 中旬 needs its month
    follows_year = codes[at - 1] == ord("年")
    kept = ~((word_kind == WORD) & (coded == 2) & follows_year & (codes[at] == ord("年")))
    kept &= ~((codes[at] == ord("年")) & (code_set("0123456789")[codes[at - 1]] | CHINESE[codes[at - 1]]))
    kept &= ~month_word | (codes[at - 1] == ord("月"))
    word, at, to, word_kind, coded = word[kept], at[kept], to[kept], word_kind[kept], coded[kept]
    dotted = np.concatenate((_dotted(codes, numerals, busy), first_years))
    many = len(lunar.start)
    others = len(at) + len(plans.numeral) + len(dotted) + many
    place = np.concatenate((start[chosen], at, plans.start, dotted[:, 0], lunar.start))
    order = np.argsort(place, kind="stable")
    return Pieces(
        place[order],
        np.concatenate((mark_end[chosen], to, plans.end, dotted[:, 1], lunar.end))[order],
        np.concatenate(
            (kind[chosen], word_kind, np.full(len(plans.numeral), PLAN), dotted[:, 2], np.full(many, LUNAR))
        )[order],
        np.concatenate((number[chosen], coded, plans.year, dotted[:, 3], lunar.written))[order],
        np.concatenate((chosen, np.full(len(at), -1), plans.numeral, dotted[:, 4], np.full(many, -1)))[order],
        np.concatenate((suffix[chosen], np.zeros(others, np.int64)))[order],
        np.concatenate((marked[chosen], np.ones(others, np.bool_)))[order],
    )


def numerals_of(numerals: Numerals, lunar: LunarDays) -> tuple[Ints, Ints]:
    """The numerals inside lunar days, and the number of the day that holds each."""
    which = np.searchsorted(lunar.start, numerals.start, "right") - 1
    inside = (
        np.flatnonzero((which >= 0) & (numerals.end <= lunar.end[which]))
        if len(lunar.start)
        else np.zeros(0, np.int64)
    )
    return inside, which[inside]


def _dashed(codes: Codes, numerals: Numerals, whole: Bools, value: Ints, kind: Ints, mark_end: Ints) -> Ints:
    """2009-06-30 and 2009/6/30: give its three numerals their kinds, and let each end past its dash."""
    n = len(numerals)
    if n < 3:
        return mark_end
    dash = code_set("-/—–")[codes[numerals.end]] & (np.append(numerals.start[1:], -1) == numerals.end + 1)
    first = whole & dash & (numerals.digits == 4) & (value >= 1900) & (value <= 2100) & (kind == 0)
    i = np.flatnonzero(first[:-2] & dash[1:-1] & (codes[numerals.end[:-2]] == codes[numerals.end[1:-1]]))
    good = (
        (value[i + 1] >= 1)
        & (value[i + 1] <= 12)
        & (value[i + 2] >= 1)
        & (value[i + 2] <= 31)
        & (kind[i + 1] == 0)
        & (kind[i + 2] == 0)
    )
    good &= whole[i + 1] & whole[i + 2] & ~code_set("-/0123456789")[codes[numerals.end[i + 2]]]
    i = i[good]
    kind[i], kind[i + 1], kind[i + 2] = YEAR, MONTH, DAY
    mark_end = mark_end.copy()
    mark_end[i], mark_end[i + 1], mark_end[i + 2] = (
        numerals.end[i] + 1,
        numerals.end[i + 1] + 1,
        numerals.end[i + 2],
    )
    return mark_end


def _lifetimes(
    codes: Codes, numerals: Numerals, whole: Bools, value: Ints, kind: Ints, mark_end: Ints
) -> None:
    """（1920—2009）after a name: two years without 年."""
    if len(numerals) < 2:
        return
    year = whole & (numerals.digits == 4) & (value >= 1000) & (value <= 2100) & (kind == 0)
    dash = code_set("～-—–―─至")[codes[numerals.end[:-1]]]
    near = year[:-1] & year[1:] & dash & (numerals.start[1:] - numerals.end[:-1] <= 2)
    near &= code_set("（(")[codes[numerals.start[:-1] - 1]] & code_set("）)")[codes[numerals.end[1:]]]
    i = np.flatnonzero(near & (value[:-1] < value[1:]))
    kind[i], kind[i + 1] = YEAR, YEAR
    mark_end[i], mark_end[i + 1] = numerals.end[i], numerals.end[i + 1]


def _dotted(codes: Codes, numerals: Numerals, busy: Bools) -> Ints:
    """2009.6.30 is one numeral and three pieces: rows of start, end, kind, value, numeral."""
    rows = []
    for i in np.flatnonzero(numerals.chained & ~busy):
        begin, end = int(numerals.start[i]), int(numerals.end[i])
        year, month, day = codes[begin:end].tobytes().decode("utf-16-le").split(".")
        rows += [
            (begin, end, YEAR, int(year), i),
            (end, end, MONTH, int(month), i),
            (end, end, DAY, int(day), i),
        ]
    return np.array(rows, np.int64).reshape(-1, 5)


def _first_years(codes: Codes, words: DateWords) -> Ints:
    """民国元年, 宣统元年: rows of start, end, kind, value, and no numeral."""
    place = find(codes, "元")
    glossed = code_set("（(")[codes[place + 2]] & code_set("0123456789")[codes[place + 3]]
    place = place[(codes[place + 1] == ord("年")) & ~glossed]  # 贞观元年（627年）is dated by its gloss
    era, length = words.eras.at(codes, place - 1, -1)
    known = [n for n in np.flatnonzero(era >= 0) if words.era_base[era[n]] not in ("before", "0")]
    rows = [(place[n] - length[n], place[n] + 2, ERA, int(words.era_base[era[n]]) + 1, -1) for n in known]
    return np.array(rows, np.int64).reshape(-1, 5)


def _first_months(codes: Codes) -> Ints:
    """元月, the first month: rows of start, end, kind, value, and no numeral; not the 元月 of 3万元月均."""
    place = find(codes, "元")
    place = place[(codes[place + 1] == ord("月")) & _BEFORE_FIRST_MONTH[codes[place - 1]]]
    rows = [(at, at + 2 + (codes[at + 2] == ord("份")), MONTH, 1, -1) for at in place]
    return np.array(rows, np.int64).reshape(-1, 5)


def _eras_carried(
    codes: Codes,
    numerals: Numerals,
    whole: Bools,
    value: Ints,
    eras: tuple[Ints, Ints, tuple[str, ...]],
    first_years: Ints,
    kind: Ints,
    number: Ints,
    start: Ints,
) -> None:
    """民国5～8年, 民国元年至十年, 乾隆三十年、四十五年: the later years are of the same era."""
    era, length, bases = eras
    opening = [
        (int(i), int(numerals.end[i]) + int(codes[numerals.end[i]] == ord("年")), int(bases[era[i]]))
        for i in np.flatnonzero((era >= 0) & whole)
        if bases[era[i]] not in ("before", "0")
    ]
    opening += [(-1, int(end), int(first) - 1) for _, end, what, first, _ in first_years if what == ERA]
    joint = CONNECTOR | _LISTED
    for i, end, base in opening:
        followers: list[int] = []
        while joint[codes[end]]:
            j = int(np.searchsorted(numerals.start, end + 1))
            if j == len(numerals) or numerals.start[j] != end + 1 or not whole[j] or kind[j] or value[j] > 99:
                break
            followers.append(j)
            end = int(numerals.end[j]) + int(codes[numerals.end[j]] == ord("年"))
        while followers and codes[numerals.end[followers[-1]]] != ord("年"):
            followers.pop()
        if not followers:
            continue
        kind[followers], number[followers] = ERA, value[followers] + base
        if i >= 0 and not kind[i]:
            kind[i], number[i], start[i] = ERA, value[i] + base, start[i] - length[i]


def _inherit_marks(
    codes: Codes, numerals: Numerals, whole: Bools, value: Ints, kind: Ints, mark_end: Ints
) -> None:
    """Give the 10 of 10～13日 and the 3 of 3、5月 the mark printed after their neighbour."""
    n = len(numerals)
    if n < 2:
        return
    start, end = numerals.start, numerals.end
    gap = start[1:] - end[:-1]
    joint = codes[end[:-1]]
    near = (gap == 1) & (CONNECTOR[joint] | _LISTED[joint])
    near |= (gap == 2) & (joint == ord("—")) & (codes[end[:-1] + 1] == ord("—"))
    near |= (
        (gap == 2)
        & (kind[1:] == QUARTER)
        & (codes[start[1:] - 1] == ord("第"))
        & (CONNECTOR | _LISTED)[joint]
    )
    near &= whole[:-1] & (numerals.exponent[:-1] == 0)
    limit = np.array([0, 2100, 12, 31, 4, 0, 0, 2020, 0, 0])
    least = np.array([0, 1000, 1, 1, 1, 0, 0, 10, 0, 0])
    for _ in range(8):
        target = kind[1:]
        v = value[:-1]
        able = near & (kind[:-1] == 0) & (target > 0) & (v >= least[target]) & (v <= limit[target])
        able &= (target != YEAR) | (numerals.digits[:-1] == 4)
        able &= (target != DECADE) | (v % 10 == 0)
        able &= (target != DAY) | (numerals.digits[:-1] <= 2)
        i = np.flatnonzero(able)
        if not len(i):
            return
        kind[i] = kind[i + 1]
        mark_end[i] = end[i]


def _word_at(codes: Codes, places: Ints, words: tuple[str, ...]) -> Bools:
    found = np.zeros(len(places), np.bool_)
    for word in words:
        hit = np.ones(len(places), np.bool_)
        for k, character in enumerate(word):
            hit &= codes[places + k] == ord(character)
        found |= hit
    return found
