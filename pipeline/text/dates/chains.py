"""Chains of pieces: one date expression each, and the two ends of a range.

Here: which pieces belong together (2009年9月10日), which of them are no date after all (30日内), which two are joined
by a dash. Not here: the year and the month that the text leaves out (`context`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.dates.lunar import has_day, written
from pipeline.text.dates.pieces import (
    CENTURY,
    CONNECTOR,
    DAY,
    DECADE,
    DECADES,
    ERA,
    LUNAR,
    MONTH,
    PLAN,
    QUARTER,
    RELATIVE,
    WORD,
    YEAR,
    Pieces,
)
from pipeline.text.lexer import Bools, Codes, Ints, code_set

PRECISIONS = ("day", "ten_days", "month", "quarter", "half_year", "year", "years", "decade", "century")
PRECISION = {name: n for n, name in enumerate(PRECISIONS)}

_LINK = np.zeros((12, 12), np.bool_)
for _before, _after in (
    (YEAR, (MONTH, WORD, QUARTER, LUNAR)),
    (ERA, (MONTH, WORD, QUARTER, LUNAR)),
    (MONTH, (DAY, WORD)),
    (RELATIVE, (MONTH, WORD, QUARTER, LUNAR)),
    (CENTURY, (DECADE,)),
):
    _LINK[_before, list(_after)] = True

_NOT_DAY_AFTER = code_set("内游龄均电供产志报")
_NOT_DAY_BEFORE = code_set("第每近达为逾满经共约过各期时足")
_CIVIL_CALENDAR = 1912
"""The first year whose months are those of the civil calendar; 光绪三十二年八月 is a lunar month."""


@dataclass
class Chains:
    """Chains of pieces: one date expression each, before ranges are joined."""

    start: Ints
    end: Ints
    year: Ints
    has_year: Bools
    relative: Ints  # offset to the covered year, 5 for 同年, 9 for none
    month: Ints
    day: Ints
    quarter: Ints
    word: Ints
    decade: Ints
    last_decade: Ints
    century: Ints
    plan: Ints
    lunar: Ints  # as in LunarDays.written
    suffix: Ints
    precision: Ints
    marked: Bools
    head_kind: Ints
    tail_kind: Ints

    def take(self, which: Ints) -> Chains:
        return Chains(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    @classmethod
    def of(cls, pieces: Pieces, lunar_opens: Ints) -> tuple[Chains, Ints]:
        """The chains of a block, and for each piece the number of its chain.

        Args:
            pieces: the pieces in order.
            lunar_opens: where the word 农历 before each lunar piece begins, so that a year before it is seen to touch.
        """
        linked = np.zeros(len(pieces.start), np.bool_)
        opens = pieces.start.copy()
        opens[pieces.kind == LUNAR] = lunar_opens
        linked[1:] = (
            (pieces.end[:-1] == opens[1:]) & _LINK[pieces.kind[:-1], pieces.kind[1:]] & pieces.marked[:-1]
        )
        head = np.flatnonzero(~linked)
        chain_of = np.cumsum(~linked) - 1
        tail = np.append(head[1:], len(linked)) - 1
        n = len(head)

        def spread(kind: int, default: int = -1) -> Ints:
            column = np.full(n, default, np.int64)
            which = np.flatnonzero(pieces.kind == kind)
            column[chain_of[which]] = pieces.value[which]
            return column

        year, era = spread(YEAR), spread(ERA)
        year = np.where(year < 0, era, year)
        month, day, quarter, word = spread(MONTH), spread(DAY), spread(QUARTER), spread(WORD)
        decade, century, relative, plan = spread(DECADE), spread(CENTURY), spread(RELATIVE, 9), spread(PLAN)
        last_decade = np.where(decade >= DECADES, decade // DECADES, decade)
        decade = np.where(decade >= DECADES, decade % DECADES, decade)
        imperial = (era >= 0) & (era < _CIVIL_CALENDAR) & (month > 0)
        lunar = np.where(imperial, written(month, np.maximum(day, 0)), spread(LUNAR))
        suffix = pieces.suffix[tail]
        year_tail = (pieces.kind[tail] == YEAR) | (pieces.kind[tail] == ERA)
        precision = np.full(n, PRECISION["year"], np.int64)
        for column, name in ((decade, "decade"), (month, "month"), (quarter, "quarter"), (day, "day")):
            precision[column >= 0] = PRECISION[name]
        of_day = has_day(lunar)
        precision[lunar >= 0] = np.where(of_day, PRECISION["day"], PRECISION["month"])[lunar >= 0]
        precision[(century >= 0) & (decade < 0)] = PRECISION["century"]
        precision[plan >= 0] = PRECISION["years"]
        precision[(word == 0) | (word == 1)] = PRECISION["half_year"]
        precision[(word >= 3) & (word <= 5)] = PRECISION["ten_days"]
        precision[(word == 2) | (word == 6) | ((suffix > 0) & (year_tail | (pieces.kind[tail] == MONTH)))] = (
            PRECISION["day"]
        )
        chains = cls(
            pieces.start[head],
            pieces.end[tail],
            year,
            year >= 0,
            relative,
            month,
            day,
            quarter,
            word,
            decade,
            last_decade,
            century,
            plan,
            lunar,
            suffix,
            precision,
            pieces.marked[tail],
            pieces.kind[head],
            pieces.kind[tail],
        )
        return chains, chain_of


def worthy(codes: Codes, pieces: Pieces, chains: Chains) -> Bools:
    """Chains that are dates: not a lone 去年, not 30日内, not a month number out of a list of other things."""
    lone_relative = (chains.head_kind == RELATIVE) & (chains.tail_kind == RELATIVE)
    bare_day = (chains.head_kind == DAY) & (chains.tail_kind == DAY)
    before, after = codes[chains.start - 1], codes[chains.end]
    duration = bare_day & (_NOT_DAY_AFTER[after] | _NOT_DAY_BEFORE[before])
    chinese_day = bare_day & ~code_set("0123456789")[codes[chains.start]]
    if len(chinese_day) > 1:  # 九月十日至十三日
        chinese_day[1:] &= ~(
            (chains.start[1:] - chains.end[:-1] == 1)
            & CONNECTOR[codes[chains.end[:-1]]]
            & (chains.tail_kind[:-1] == DAY)
        )
    odd_month = (chains.month > 12) & (chains.day < 0) & (chains.year < 0)
    compared = (
        (chains.head_kind == WORD)
        & (chains.word == 2)
        & (code_set("比较")[before] | (before == ord("上")) | (before == ord("每")) | (before == ord("半")))
    )
    compared &= before != ord("上")
    return ~(lone_relative | duration | chinese_day | odd_month | compared)


def ranges(codes: Codes, chains: Chains, keep: Bools) -> Bools:
    """For each chain, whether it and the next are the two ends of one range."""
    n = len(chains.start)
    joined = np.zeros(n, np.bool_)
    if n < 2:
        return joined
    gap = chains.start[1:] - chains.end[:-1]
    joint = codes[chains.end[:-1]]
    near = (gap == 1) & CONNECTOR[joint]
    near |= (gap == 2) & (joint == ord("—")) & (codes[chains.end[:-1] + 1] == ord("—"))
    same = chains.tail_kind[:-1] == chains.tail_kind[1:]
    same |= (chains.tail_kind[1:] == WORD) & ((chains.word[1:] == 2) | (chains.tail_kind[:-1] == WORD))
    same |= (chains.tail_kind[:-1] == YEAR) & (chains.tail_kind[1:] == YEAR)
    near &= same & keep[:-1] & keep[1:]
    for i in np.flatnonzero(near):
        joined[i] = not (i and joined[i - 1])
    return joined
