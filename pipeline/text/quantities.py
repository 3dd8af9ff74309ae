"""Quantities: numerals with a unit, and how they are bounded.

Here: the unit of each numeral, ranks, fractions and tenths, bounds (余 约 超过 以上), the indefinite 一; `groups`,
`unit_context` and `roles` do the rest. Everything is columns over the numerals of a block. Not here: dates, and
what a number measures.
"""

from __future__ import annotations

import numpy as np

from pipeline.text.clauses import Clauses, Cues
from pipeline.text.groups import (
    compounds,
    lent_multiplier,
    multiplier,
    order_of,
    proportions,
    ranges,
    share_units,
    stepped,
    with_proportions,
)
from pipeline.text.lexer import Bools, Codes, Ints, code_set, find, last_before
from pipeline.text.numerals import CHINESE, DIGITS, Numerals
from pipeline.text.roles import set_roles
from pipeline.text.rows import ABOUT, AT_LEAST, EXACT, OVER, RANGE, RULE, TOP_N, Quantities
from pipeline.text.unit_context import noun_units, rates_below, table_units
from pipeline.text.units import FoundContexts, Units

_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_END = code_set("，。；：、！？）)”\n\f\0,;:!?（(")
_PARTS_PER = ((100, "%"), (1000, "‰"), (10000, "‱"), (1000000, "ppm"))
_INVENTORY = code_set("，。；、）)\n\f\0和及与")


def printed_units(codes: Codes, numerals: Numerals, units: Units) -> tuple[Ints, Ints, Ints]:
    """The unit surface right after each numeral (-1 none), and its start and end in the view."""
    surface, length = units.at(codes, numerals.end)
    start, end = numerals.end.copy(), numerals.end + length
    # 5个多月, 3个半小时
    each, month = units.named("个"), units.named("个月")
    more = (surface == each) & code_set("多余")[codes[end]] & (codes[end + 1] == ord("月"))
    surface[more], end[more] = month, end[more] + 2
    numerals.over |= more
    return surface, start, end


def read_quantities(
    codes: Codes,
    numerals: Numerals,
    taken: Bools,
    units: Units,
    cues: Cues,
    clauses: Clauses,
    found: FoundContexts,
    surface: Ints,
    printed: Ints,
    unit_start: Ints,
    unit_end: Ints,
    dated: Bools,
    years: Ints,
) -> Quantities:
    """All quantities of a block.

    Args:
        codes, numerals: the view and its numerals.
        taken: numerals that are already a date or a look-alike.
        units, cues, clauses: the unit table, the cue words, and where clauses begin.
        found: the words of the block that decide between senses of a unit.
        surface, unit_start, unit_end: from `printed_units`; `printed` is the unit row of each surface, or -1.
        dated: numerals inside a date (of `taken`), for 比2005年; years: the year each of them states, or -1.
    """
    n = len(numerals)
    start, end = numerals.start.copy(), unit_end.copy()
    clause = clauses.begin(numerals.start)
    exponent = numerals.exponent.copy()
    mantissa, high = numerals.mantissa.copy(), numerals.high.copy()
    high_exponent = exponent.copy()
    rule = np.full(n, RULE["number_unit"], np.int64)
    free = ~taken

    # ranks and tops: 第9位, 居全省第2, 前10名
    ordinal = codes[start - 1] == ord("第")
    placed = code_set("位名")[codes[numerals.end]]
    places = find(codes, "居列排")
    listed = codes[places] == ord("列")  # 名列, 列全省, but not 系列
    places = places[
        ~listed | code_set("位名分排并")[codes[places - 1]] | code_set("全省市世国同第")[codes[places + 1]]
    ]
    verb = last_before(places, start)
    verb_at = places[np.maximum(verb, 0)] if len(places) else start * 0
    said = (verb >= 0) & (verb_at >= clause) & (start - verb_at <= 14)
    rank = ordinal & (numerals.integer() > 0) & (placed | (said & code_set("，。；）)")[codes[numerals.end]]))
    start[rank] -= 1
    end[rank & placed] = numerals.end[rank & placed] + 1
    end[rank & ~placed] = numerals.end[rank & ~placed]
    rule[rank] = RULE["rank"]
    top = (
        (codes[start - 1] == ord("前"))
        & code_set("名位强家个大所")[codes[numerals.end]]
        & ~((codes[numerals.end] == ord("个")) & code_set("月半小")[codes[numerals.end + 1]])
        & free
        & (numerals.integer() > 1)
    )
    top &= ~code_set("提目以之日年从先空向超生眼面跟")[codes[start - 2]]
    start[top] -= 1
    missing_top = top & (surface < 0)
    unit_end[missing_top] += 1
    end[missing_top] += 1
    rule[top] = RULE["top_n"]
    free |= rank

    # 百分之五, 三分之二; 三成, 两成半
    percent, tenth = units.named("%"), units.named("成")
    fraction = numerals.denominator > 0
    parts_per = [
        (numerals.denominator == size, units.named(name))
        for size, name in _PARTS_PER
        if units.named(name) >= 0
    ]
    bare_fraction = fraction & ~np.logical_or.reduce([mask for mask, _ in parts_per])
    as_printed, surface = surface, surface.copy()
    points = units.named("个百分点")
    already = np.isin(surface, [points, units.named("百分点")])
    for mask, name in parts_per:
        change = mask & ~already
        surface[change], unit_end[change], end[change] = name, numerals.end[change], numerals.end[change]
    surface[bare_fraction] = -1
    end[bare_fraction] = numerals.end[bare_fraction]
    unit_end[bare_fraction] = numerals.end[bare_fraction]
    rule[fraction] = RULE["fraction"]
    halves = (
        free
        & (surface < 0)
        & ~numerals.arabic
        & (numerals.integer() == 1)
        & (numerals.digits == 1)
        & (codes[end] == ord("半"))
    )
    halves &= ~code_set("天日年月径晌夜山岛球")[codes[end + 1]] & ~ordinal
    surface[halves], mantissa[halves], high[halves], exponent[halves], high_exponent[halves] = (
        percent,
        5,
        5,
        1,
        1,
    )
    end[halves] += 1
    unit_start[halves], unit_end[halves] = numerals.end[halves], end[halves]
    rule[halves] = RULE["fraction"]
    tenths = (surface == tenth) & free
    tenths &= (numerals.integer() >= 1) & (numerals.integer() <= 10)
    not_tenths = (surface == tenth) & free & ~tenths
    surface[not_tenths] = -1
    absorbed = np.zeros(n, np.bool_)
    if tenths.any():
        i = np.flatnonzero(tenths)
        surface[i] = percent
        exponent[i] += 1
        high_exponent[i] += 1
        rule[i] = RULE["tenths"]
        half = codes[end[i]] == ord("半")
        follow = np.minimum(i + 1, n - 1)
        digit = (
            (follow > i)
            & (numerals.start[follow] == end[i])
            & (numerals.digits[follow] == 1)
            & ~numerals.arabic[follow]
            & (surface[follow] < 0)
        )
        extra = np.where(half, 5, np.where(digit, numerals.integer()[follow], 0))
        some = extra > 0
        mantissa[i] = np.where(some, mantissa[i] * 10 + extra, mantissa[i])
        high[i] = np.where(some, high[i] * 10 + extra, high[i])
        exponent[i] -= some
        high_exponent[i] -= some
        end[i] = np.where(half, end[i] + 1, np.where(digit, numerals.end[follow], end[i]))
        unit_end[i] = end[i]
        absorbed[follow[digit]] = True
    # 6岁半, 两年半
    halved = (
        free
        & (surface >= 0)
        & (codes[end] == ord("半"))
        & ~code_set("数价年天月径导成票决制脱挂山岛路球场")[codes[end + 1]]
    )
    halved &= (
        np.isin(
            surface,
            [units.named(name) for name in ("年", "岁", "天", "周", "倍", "米", "斤", "亩", "里", "尺")],
        )
        & (exponent == 0)
        & ~tenths
    )
    mantissa = np.where(halved, mantissa * 10 + 5, mantissa)
    high = np.where(halved, high * 10 + 5, high)
    exponent, high_exponent = exponent - halved, high_exponent - halved
    end, unit_end = end + halved, unit_end
    # 两个半月, 三个半小时, 1个多小时
    piece, month, hour = units.named("个"), units.named("个月"), units.named("小时")
    i = np.flatnonzero(free & (surface == piece) & (exponent == 0) & code_set("半多")[codes[end]])
    timed = np.where(codes[end[i] + 1] == ord("月"), month, -1)
    timed = np.where((codes[end[i] + 1] == ord("小")) & (codes[end[i] + 2] == ord("时")), hour, timed)
    i, timed = i[timed >= 0], timed[timed >= 0]
    surface[i] = timed
    half = codes[end[i]] == ord("半")
    numerals.over[i[~half]] = True
    for ends in (mantissa, high):
        ends[i] = np.where(half, ends[i] * 10 + 5, ends[i])
    exponent[i], high_exponent[i] = exponent[i] - half, high_exponent[i] - half
    end[i] += np.where(timed == month, 2, 3)
    unit_end[i] = end[i]
    # 零下5度, -3.2%, +8.6%
    plus = (
        numerals.arabic
        & (codes[start - 1] == ord("+"))
        & ~DIGITS[codes[start - 2]]
        & ~_LETTER[codes[start - 2]]
        & (surface >= 0)
    )
    start[plus] -= 1
    minus = (
        numerals.arabic
        & (codes[start - 1] == ord("-"))
        & ~DIGITS[codes[start - 2]]
        & ~_LETTER[codes[start - 2]]
        & ~_unit_before(codes, start, units, unit_end)
    )
    below_zero = (codes[start - 1] == ord("下")) & (codes[start - 2] == ord("零"))
    start[minus] -= 1
    mantissa = np.where(minus | below_zero, -mantissa, mantissa)
    high = np.where(minus | below_zero, -high, high)

    usable = free & ~absorbed
    # ranges
    lent = _denominators_lent(codes, numerals, usable, surface)
    numerals.denominator[lent] = numerals.denominator[lent - 1]
    surface[lent], unit_start[lent], unit_end[lent] = surface[lent - 1], end[lent], end[lent]
    joined = ranges(codes, numerals, usable, surface, start, end, clause)
    second = np.zeros(n, np.bool_)
    second[1:] = joined[:-1]
    i = np.flatnonzero(joined)
    j = i + 1
    power_i, power_j = multiplier(numerals, i), multiplier(numerals, j)
    lend = (
        (power_i == 0)
        & (power_j > 0)
        & (surface[i] < 0)
        & (
            numerals.mantissa[i] * np.power(10.0, numerals.exponent[i])
            < numerals.mantissa[j] * np.power(10.0, numerals.exponent[j] - power_j)
        )
    )
    exponent[i[lend]] += power_j[lend]
    surface[i], unit_start[i], unit_end[i] = surface[j], unit_start[j], unit_end[j]
    tenfold = tenths[j] & ~tenths[i]  # 三至五成
    exponent[i[tenfold]] += 1
    exponent[i] += lent_multiplier(codes, numerals, i)
    special = stepped(codes, numerals, usable, surface)  # 3、400万
    k = np.flatnonzero(special)
    step = order_of(numerals.mantissa[k + 1] * np.power(10.0, numerals.exponent[k + 1])) - order_of(
        numerals.mantissa[k].astype(float)
    )
    exponent[k] += step
    surface[k], unit_start[k], unit_end[k] = surface[k + 1], unit_start[k + 1], unit_end[k + 1]
    second[k + 1] = True
    joined = joined | special

    # units shared along a list, from the right
    shared = np.zeros(n, np.bool_)
    share_units(
        codes, numerals, usable, surface, unit_start, unit_end, end, exponent, high_exponent, shared, joined
    )
    rule[shared] = RULE["shared_unit"]
    # units that stand in the noun before
    from_noun = usable & (surface < 0) & ~bare_fraction & ~shared & ~joined & ~second
    noun, indexed = noun_units(codes, numerals, from_noun, clause, cues)
    from_noun &= noun >= 0
    surface[from_noun] = noun[from_noun]
    rule[from_noun] = RULE["unit_in_noun"]
    rule[indexed] = RULE["index"]
    scaled = table_units(
        codes,
        numerals,
        usable & (surface < 0) & ~bare_fraction & ~indexed & numerals.arabic,
        surface,
        rule,
        units,
    )
    exponent, high_exponent = exponent + scaled, high_exponent + scaled

    row = printed.copy()
    i = np.flatnonzero(surface != as_printed)
    row[i] = units.rows_of(
        found,
        surface[i],
        start[i],
        np.maximum(unit_end, end)[i],
        clause[i],
        clauses.sentence_begin(numerals.start[i]),
        clauses.end(unit_end[i]),
    )
    compound = compounds(
        codes,
        numerals,
        usable & ~second & ~joined,
        row,
        units,
        mantissa,
        exponent,
        high,
        high_exponent,
        end,
        unit_start,
        unit_end,
    )
    second |= compound
    # 5分 and 3角 are told in yuan, 20个基点 in percentage points
    minor = np.append(units.shift, 0)[row]
    exponent, high_exponent = exponent + minor, high_exponent + minor
    below, below_count, below_time, end, unit_end = rates_below(
        codes, numerals, usable, row, surface, end, unit_end, units, clause
    )
    below_line = np.zeros(n, np.bool_)  # the 100 of 毫克/100毫升
    below_line[1:] = (below[:-1] >= 0) & (numerals.start[1:] < end[:-1])
    second |= below_line
    _share_denominators(shared, row, below, below_count, below_time)
    # 2元/平方米～3元/平方米
    again = ranges(codes, numerals, usable & ~second & ~joined & (below >= 0), surface, start, end, clause)
    again[:-1] &= (below[:-1] == below[1:]) & (below_count[:-1] == below_count[1:])
    joined |= again
    second[1:] |= again[:-1]
    ratio_start, ratio_end, terms, in_ratio = proportions(codes, numerals, usable & (surface < 0), clause)

    kept = usable & ((row >= 0) | bare_fraction | rank | indexed) & ~second & ~in_ratio
    graded = (codes[end] == ord("级")) & (codes[end + 1] != ord("别"))  # 69公斤级, 500吨级 are classes
    kept &= ~(graded & ~rank)
    kept &= ~_indefinite(codes, numerals, row, end, start, units) | halves
    left_value, left_start = left_bound(codes, start, cues)
    left_value = np.where(left_start >= clause, left_value, -1)
    kept &= ~(numerals.bare & ~_stands_alone(codes, numerals, end, left_value, cues))
    kept &= numerals.broken >= 0
    q = np.flatnonzero(kept)
    last = np.where(joined[q], q + 1, q)
    bound, q_end = _bounds(codes, numerals, q, last, end, left_value, cues, rank | top, joined, top)
    hi, hi_exp = high[q].copy(), high_exponent[q].copy()
    hi[joined[q]], hi_exp[joined[q]] = mantissa[last][joined[q]], exponent[last][joined[q]]
    result = Quantities(
        numeral=q,
        start=start[q],
        end=q_end,
        mantissa=mantissa[q],
        exponent=exponent[q],
        high=hi,
        high_exponent=hi_exp,
        bound=bound,
        row=np.where(joined[q], row[last], row[q]),
        below=np.maximum(below[last], below[q]),
        below_count=np.maximum(below_count[last], below_count[q]),
        below_time=below_time[last],
        unit_start=np.where(joined[q], unit_start[last], unit_start[q]),
        unit_end=np.where(joined[q], unit_end[last], unit_end[q]),
        role=np.zeros(len(q), np.int64),
        change_kind=np.full(len(q), -1),
        direction=np.full(len(q), -1),
        basis=np.full(len(q), -1),
        basis_stated=np.full(len(q), -1),
        terms={},
        denominator=np.where(bare_fraction, numerals.denominator, 0)[q],
        shared=shared[q],
        from_noun=from_noun[q],
        broken=numerals.broken[q],
        rule=np.where(joined[q], RULE["range"], rule[q]),
        doubled_sign=np.zeros(len(q), np.bool_),
    )
    neighbouring = (numerals.high != numerals.mantissa)[q] & ~joined[q]
    result.rule[neighbouring] = RULE["neighbouring_digits"]
    result.rule[numerals.bare[q]] = RULE["bare_multiplier"]
    result = with_proportions(result, ratio_start, ratio_end, terms, numerals)
    of_numeral = np.full(n, -1, np.int64)
    of_numeral[result.numeral] = np.arange(len(result.numeral))
    both = np.flatnonzero(joined & kept)
    of_numeral[both + 1] = of_numeral[both]
    follow = np.flatnonzero(absorbed | compound | below_line)
    for _ in range(2):
        of_numeral[follow] = np.where(of_numeral[follow] < 0, of_numeral[follow - 1], of_numeral[follow])
    of_numeral[follow] = of_numeral[follow - 1]
    member = np.flatnonzero(in_ratio)
    of_numeral[member] = of_numeral[np.searchsorted(numerals.start, ratio_start)][
        np.searchsorted(ratio_start, numerals.start[member], "right") - 1
    ]
    result.of_numeral = of_numeral
    set_roles(codes, numerals, result, units, clauses, (rank | top)[result.numeral], dated, years)
    return result


def _share_denominators(shared: Bools, row: Ints, below: Ints, count: Ints, time: Ints) -> None:
    """Carry the unit below the line back along a list: 18、34微克/立方米."""
    for _ in range(16):
        i = np.flatnonzero(shared[:-1] & (below[:-1] < 0) & (below[1:] >= 0) & (row[:-1] == row[1:]))
        if not len(i):
            return
        below[i], count[i], time[i] = below[i + 1], count[i + 1], time[i + 1]


def _denominators_lent(codes: Codes, numerals: Numerals, usable: Bools, surface: Ints) -> Ints:
    """The numerals that end a range whose beginning alone names the parts: the 十五 of 百分之十至十五."""
    value = numerals.value()
    lent = (numerals.denominator[:-1] > 0) & (numerals.denominator[1:] == 0) & (surface[:-1] >= 0)
    lent &= usable[:-1] & usable[1:] & (surface[1:] < 0) & ~numerals.arabic[1:] & (value[:-1] < value[1:])
    lent &= code_set("至到～-—–")[codes[numerals.end[:-1]]] & (numerals.start[1:] - numerals.end[:-1] == 1)
    return np.flatnonzero(lent) + 1


def _unit_before(codes: Codes, start: Ints, units: Units, unit_end: Ints) -> Bools:
    """Whether the sign before a numeral is the dash of a range: 5%-8%, 2元/平方米-3元/平方米."""
    previous_end = np.concatenate((np.zeros(1, np.int64), unit_end[:-1]))
    below_line = (
        (codes[previous_end] == ord("/"))
        & (start - previous_end <= 8)
        & ~code_set("，。；\n")[codes[start - 2]]
    )
    return (previous_end == start - 1) | below_line


def _indefinite(codes: Codes, numerals: Numerals, row: Ints, end: Ints, start: Ints, units: Units) -> Bools:
    """一批, 一条亮丽的风景: 一 and a classifier that point at no number.

    一所 counts when nothing follows it (新建小学一所、幼儿园两所) and so does one money, measure or time.
    """
    one = (
        ~numerals.arabic
        & (numerals.integer() == 1)
        & (numerals.digits == 1)
        & ~numerals.over
        & (numerals.denominator == 0)
    )
    if not one.any():
        return one
    one &= units.objects[row]
    closed = _INVENTORY[codes[end]]
    before = codes[start - 1]
    opens = _END[before] | code_set("这那每另某同新第是为成有了的以")[before]
    return one & ~(closed & ~opens)


def _stands_alone(codes: Codes, numerals: Numerals, end: Ints, left: Ints, cues: Cues) -> Bools:
    """Whether a bare multiplier (亿元, 万余人) states a number: something bounds it, or a change ends in it."""
    word, _ = cues.bound_right.at(codes, end)
    reached = code_set("至到达破过")[codes[numerals.start - 1]]
    return (left >= 0) | numerals.over | (word >= 0) | reached


_NO_BOUND_AFTER = {
    "约": "节签合预条制公违契履续邀特相隐简俭婚誓爽",
    "近": "最附邻临靠亲就远接贴逼晚相新",
    "超": "赶马高黄胡孟王李张刘陈",
    "上": "以之会网线路桥海世地身马台市",
    "逾": "不",
}
"""Characters that make 约 or 近 the end of another word: 节约投资2.5亿元 bounds nothing."""


def left_bound(codes: Codes, start: Ints, cues: Cues) -> tuple[Ints, Ints]:
    """The bound said right before each numeral (约, 超过), or -1, and where its word begins."""
    word, length = cues.bound_left.at(codes, start - 1, -1)
    begin = start - length
    head, before, single = codes[begin], codes[begin - 1], length == 1
    wrong = word < 0
    for character, makers in _NO_BOUND_AFTER.items():
        wrong |= (head == ord(character)) & code_set(makers)[before]
    wrong |= single & (head == ord("上")) & ~CHINESE[codes[start]]
    recent = code_set("年")[codes[start + 1]] | code_set("年")[codes[start + 2]]  # 近5年, the last five years
    wrong |= single & (head == ord("近")) & recent & code_set("，。；、\n\f】 \0的是在为创现属")[before]
    wrong |= (length >= 2) & code_set("不未")[before] & code_set("超低少高")[head]
    value = np.where(wrong, -1, cues.bound_left_value[np.maximum(word, 0)])
    return value, np.where(wrong, start, begin)


def _bounds(
    codes: Codes,
    numerals: Numerals,
    q: Ints,
    last: Ints,
    end: Ints,
    left: Ints,
    cues: Cues,
    ranked: Bools,
    joined: Bools,
    top: Bools,
) -> tuple[Ints, Ints]:
    """What each row's words make of its number, and where its span ends."""
    q_end = end[last]
    bound = np.full(len(q), EXACT, np.int64)
    outer = left[q]
    said = (outer >= 0) & ~ranked[q]
    bound[said] = outer[said]
    word, _ = cues.bound_right.at(codes, q_end)
    right = np.where(word >= 0, cues.bound_right_value[np.maximum(word, 0)], -1)
    said = (right >= 0) & ~ranked[q]
    bound[said & (bound == EXACT)] = right[said & (bound == EXACT)]
    bound[said & (right == ABOUT)] = ABOUT
    trailing = (
        code_set("多余")[codes[q_end]]
        & ~numerals.over[q]
        & (_END[codes[q_end + 1]] | code_set("的时")[codes[q_end + 1]])
    )
    ranged = joined[q] | (numerals.high[q] != numerals.mantissa[q])
    bound[ranged & (bound != AT_LEAST)] = RANGE
    bound[(numerals.over[q] | trailing) & ~ranged] = OVER
    bound[numerals.loose[q] & ~ranged] = ABOUT
    bound[top[q]] = TOP_N
    return bound, q_end + trailing  # 12倍多
