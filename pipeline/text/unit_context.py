"""Units that do not stand right after their number.

Here: in the noun before it (总流通人次90135万), in the head of a table (单位：万元), below a line (元/平方米·月), after
每 (每亩300公斤) and in 亩产. Not here: the unit printed after the number, which `units` looks up.
"""

from __future__ import annotations

import numpy as np

from pipeline.text.clauses import Cues
from pipeline.text.lexer import Bools, Codes, Ints, code_set, find, last_before
from pipeline.text.numerals import Numerals
from pipeline.text.rows import RULE
from pipeline.text.units import Units

_END = code_set("，。；：、！？）)”\n\f\0,;:!?（(")
_ROUND = (1, 10, 50, 100, 500, 1000, 10_000, 100_000)
"""How many of a unit stand below the line: 毫克/100毫升, 人/10万人."""


def noun_units(
    codes: Codes, numerals: Numerals, wanted: Bools, clause: Ints, cues: Cues
) -> tuple[Ints, Bools]:
    """The unit that the noun before a bare number names (总流通人次90135万), and numbers of an index without unit."""
    noun = np.full(len(numerals), -1, np.int64)
    indexed = np.zeros(len(numerals), np.bool_)
    which = np.flatnonzero(wanted & (_END[codes[numerals.end]] | (numerals.exponent > 0) | numerals.arabic))
    if not len(which):
        return noun, indexed
    place = numerals.start[which] - 1
    bound, length = cues.bound_left.at(codes, place, -1)
    place = place - np.where(bound >= 0, length, 0)
    for _ in range(2):
        place = place - code_set("为达至是共")[codes[place]]
    word, length = cues.noun.at(codes, place, -1)
    inside = (word >= 0) & (place - length + 1 >= clause[which])
    surface = np.where(inside, cues.noun_surface[np.maximum(word, 0)], -2)
    noun[which] = np.where(surface >= 0, surface, -1)
    closed = _END[codes[numerals.end[which]]]
    noun[which[~closed]] = -1
    indexed[which[(surface == -1) & closed]] = True
    return noun, indexed


def table_units(
    codes: Codes, numerals: Numerals, wanted: Bools, surface: Ints, rule: Ints, units: Units
) -> Ints:
    """Numbers of a table told line by line under 单位：万元 take that unit; the power of ten that each is raised by."""
    raised = np.zeros(len(numerals), np.int64)
    mark = find(codes, "单")
    mark = mark[(codes[mark + 1] == ord("位")) & code_set("：:")[codes[mark + 2]]]
    if not len(mark):
        return raised
    place = mark + 3
    multiplier = np.zeros(len(mark), np.int64)
    for _ in range(2):
        times = code_set("万亿千百")[codes[place]]
        fused, _ = units.at(codes, place)
        times &= fused < 0
        power = np.select(
            [
                codes[place] == ord("万"),
                codes[place] == ord("亿"),
                codes[place] == ord("千"),
                codes[place] == ord("百"),
            ],
            [4, 8, 3, 2],
            0,
        )
        multiplier += np.where(times, power, 0)
        place = place + times
    word, _ = units.at(codes, place)
    limit = find(codes, "。\f【")
    until = np.append(limit, len(codes))[np.searchsorted(limit, mark)]
    until = np.minimum(until, np.append(mark[1:], len(codes)))
    owner = last_before(mark, numerals.start)
    inside = (
        wanted
        & (owner >= 0)
        & (numerals.start < until[np.maximum(owner, 0)])
        & (word[np.maximum(owner, 0)] >= 0)
    )
    i = np.flatnonzero(inside)
    surface[i] = word[owner[i]]
    raised[i] = multiplier[owner[i]]
    rule[i] = RULE["table_unit"]
    return raised


def rates_below(
    codes: Codes,
    numerals: Numerals,
    usable: Bools,
    row: Ints,
    surface: Ints,
    end: Ints,
    unit_end: Ints,
    units: Units,
    clause: Ints,
) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The unit below the line of 元/平方米, 毫克/100毫升, 元/平方米·月 and 每亩300公斤.

    Returns:
        its row, how many of it, the row of a time unit behind it; and the new ends of quantity and unit.
    """
    n = len(numerals)
    below, count, below_time = np.full(n, -1, np.int64), np.ones(n, np.int64), np.full(n, -1, np.int64)
    end, unit_end = end.copy(), unit_end.copy()
    slash = np.flatnonzero(usable & (row >= 0) & (codes[end] == ord("/")))
    if len(slash):
        place = end[slash] + 1
        number = last_before(numerals.start, place + 1)
        numbered = (number >= 0) & (numerals.start[np.maximum(number, 0)] == place)
        times = np.where(numbered, numerals.integer()[np.maximum(number, 0)], 1)
        place = np.where(numbered, numerals.end[np.maximum(number, 0)], place)
        word, length = units.at(codes, place)
        good = (word >= 0) & (~numbered | np.isin(times, _ROUND))  # 462座/38127米 are two numbers
        lower = np.where(good, units.default[np.maximum(word, 0)], -1)
        for x in np.flatnonzero(good & (lower < 0)):
            senses = units.senses[word[x]]
            lower[x] = next((s for s in senses if "/" in units.rows[s].context), senses[0] if senses else -1)
        i = slash[good]
        below[i], count[i] = lower[good], np.maximum(times[good], 1)
        stop = (place + length)[good]
        again = np.flatnonzero(code_set("·•./")[codes[stop]])  # 元/平方米·月
        word, length = units.at(codes, stop[again] + 1)
        second = np.where(word >= 0, units.default[np.maximum(word, 0)], -1)
        timed = np.array(
            [row.unit if n >= 0 else "" for n, row in ((x, units.rows[max(x, 0)]) for x in second)]
        )
        timed = (
            np.isin(timed, ["mo", "a", "d", "h"])
            | (codes[stop[again] + 1] == ord("月"))
            | (codes[stop[again] + 1] == ord("日"))
        )
        month = units.named("个月")
        second = np.where(
            (second < 0) & (codes[stop[again] + 1] == ord("月")),
            units.default[month] if month >= 0 else -1,
            second,
        )
        timed &= second >= 0
        below_time[i[again[timed]]] = second[timed]
        stop[again[timed]] += 1 + np.maximum(length[timed], 1)
        end[i] = unit_end[i] = stop
    every = find(codes, "每")
    if len(every) and n:
        place = every + 1
        number = last_before(numerals.start, place + 1)
        numbered = (number >= 0) & (numerals.start[np.maximum(number, 0)] == place)
        times = np.where(numbered, numerals.integer()[np.maximum(number, 0)], 1)
        place = np.where(numbered, numerals.end[np.maximum(number, 0)], place)
        word, length = units.at(codes, place)
        lower = np.where(word >= 0, units.default[np.maximum(word, 0)], -1)
        spread = units.of_dimension("area", "mass", "volume", "energy", "person")
        good = np.isin(units.dimension[lower], spread) | np.array(
            [x >= 0 and units.rows[x].unit == "户" for x in lower], np.bool_
        )
        every, stop, lower, times = (
            every[good],
            (place + length)[good],
            lower[good],
            np.maximum(times[good], 1),
        )
        first = np.searchsorted(numerals.start, stop)
        okay = first < n
        first, every, stop, lower, times = first[okay], every[okay], stop[okay], lower[okay], times[okay]
        near = (
            (numerals.start[first] - stop <= 6)
            & (clause[first] <= every)
            & (row[first] >= 0)
            & (below[first] < 0)
        )
        i = first[near]
        below[i], count[i] = lower[near], times[near]
    _mu_yields(codes, numerals, usable & (row >= 0) & (below < 0), clause, below, units)
    return below, count, below_time, end, unit_end


def _mu_yields(
    codes: Codes, numerals: Numerals, wanted: Bools, clause: Ints, below: Ints, units: Units
) -> None:
    """亩产374公斤 is so much a 亩."""
    which = np.flatnonzero(wanted)
    place = numerals.start[which] - 1
    for _ in range(3):
        place = place - code_set("达到为约超过近")[codes[place]]
    yields = (codes[place] == ord("产")) & (codes[place - 1] == ord("亩")) & (place > clause[which])
    below[which[yields]] = units.default[units.named("亩")]
