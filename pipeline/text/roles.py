"""What a number does in its clause: level, change, share, threshold, rank or target, and what a change compares with.

Here: joins between numbers and the cue words before them. Not here: which level a change speaks of (`measures`).
"""

from __future__ import annotations

import numpy as np

from pipeline.text.clauses import (
    CUE_ACTUAL,
    CUE_BASIS,
    CUE_CHANGE,
    CUE_COMPARED,
    CUE_LEVEL,
    CUE_NEUTRAL,
    CUE_SHARE,
    CUE_TARGET,
    Clauses,
    CuesBefore,
)
from pipeline.text.lexer import Bools, Codes, Ints, code_set, find, han, last_before
from pipeline.text.numerals import DIGITS, Numerals
from pipeline.text.rows import (
    AT_LEAST,
    AT_MOST,
    BASES,
    BY_MULTIPLE,
    CHANGE,
    DELTA,
    DOUBLE,
    DOWN,
    LEVEL,
    OTHER,
    OVER,
    POINTS,
    RANGE,
    RANK,
    RATE,
    RATIO_TO,
    RULE,
    SHARE,
    TARGET,
    THRESHOLD,
    UP,
    Quantities,
)
from pipeline.text.units import Units

_LIST = code_set("、和及与或")
_END = code_set("，。；：、！？）)”\n\f\0,;:!?（(")
_CARRIED_ON = [BASES.index(name) for name in ("yoy", "mom", "previous_day")]
"""Bases that a paragraph keeps from sentence to sentence; 比年初 and 比2005年 hold for their own."""
_REACH = 18
"""How far from its verb a number may stand and still state the change: 增加城镇就业岗位3200个."""


def set_roles(
    codes: Codes,
    numerals: Numerals,
    q: Quantities,
    units: Units,
    clauses: Clauses,
    ranked: Bools,
    dated: Bools,
    years: Ints,
) -> None:
    """Set role, change and basis of every row, in order: changes, shares, thresholds, targets, ranks."""
    n = len(q.numeral)
    if not n:
        return
    clause = clauses.begin(q.start)
    sentence = clauses.sentence_begin(q.start)
    dimensions = units.dimension[q.row]
    point, rate, multiple = (
        np.isin(dimensions, units.of_dimension(name)) for name in ("percentage_point", "percent", "multiple")
    )
    # the verb: the last change or level word of the clause decides
    cues = clauses.before(q.start)
    verb = cues.last((CUE_CHANGE, CUE_COMPARED, CUE_LEVEL, CUE_NEUTRAL, CUE_SHARE), clause)
    kind = np.where(verb >= 0, clauses.cue_kind[verb], -1)
    verb_end = np.where(verb >= 0, clauses.cue_end[verb], -1)
    value = np.where(verb >= 0, clauses.cue_value[verb], -1)
    basis_here = cues.last((CUE_BASIS,), clause)
    previous = np.concatenate((np.full(1, -1), np.arange(n - 1)))
    previous_end = np.where(previous >= 0, q.end[previous], -1)
    adjacent = q.start - verb_end
    between_clear = previous_end <= verb_end
    at_once = _gap_of_bounds(codes, verb_end, q.start)
    compared = (kind == CUE_COMPARED) & (basis_here >= 0) & (at_once | point)
    changing = (kind == CUE_CHANGE) & (adjacent <= _REACH) & between_clear
    near = np.flatnonzero(changing)
    changing[near] = ~_contains(codes, verb_end[near], q.start[near], ord("的"))
    lasting = (codes[q.start - 1] == ord("续")) & (codes[q.start - 2] == ord("连"))  # 增幅连续3年高于
    changing &= ~(lasting & np.isin(dimensions, units.of_dimension("duration")))
    short = (verb >= 0) & (clauses.cue_end[verb] - clauses.cue_start[verb] == 1)
    changing &= ~short | at_once  # 降 in 连降暴雨3天 is no change of the days
    than = (
        (verb >= 0) & (codes[np.maximum(verb_end, 1) - 1] == ord("于")) & ~point
    )  # 不低于100元 compares with nothing
    changing |= compared & between_clear & (adjacent <= 4) & ~than
    # 翻一番, 是上年的2倍
    doubling = (kind == CUE_CHANGE) & (value == DOUBLE) & (adjacent <= 2)
    for i in np.flatnonzero(changing & (value == DOUBLE)):
        changing[i] = q.row[i] >= 0 and units.rows[q.row[i]].unit == "番"
    changing |= (
        point & (kind != CUE_LEVEL) & (kind != CUE_SHARE) & between_clear & (verb >= 0) & (kind == CUE_CHANGE)
    )
    # members of a list after their verb: 分别增长3.2%和5.1%
    joint = codes[np.maximum(previous_end, 0)]
    listed = (
        (previous >= 0)
        & (q.start - previous_end <= 2)
        & (_LIST[joint] | ((joint == ord("以")) & (codes[np.maximum(previous_end, 0) + 1] == ord("及"))))
        & (clause[np.maximum(previous, 0)] == clause)
    )
    listed &= (dimensions[previous] == dimensions) | q.shared[previous]
    carry = np.zeros(n, np.bool_)
    source = np.arange(n)
    follows = listed & (verb == verb[previous])
    for _ in range(12):
        more = follows & ~carry & (changing | carry)[previous]
        if not more.any():
            break
        carry |= more
        source[more] = source[previous[more]]
    changing = changing | carry
    value = value[source]
    direction = np.where(changing, np.where(value == DOUBLE, UP, value), -1)
    # a point difference without a verb of change is still one: 高于全省平均水平2.1个百分点
    over = cues.last((CUE_COMPARED, CUE_CHANGE), clause)
    loose_point = point & ~changing & ((over >= 0) | (basis_here >= 0)) & (kind != CUE_SHARE)
    direction = np.where(loose_point & (over >= 0), clauses.cue_value[np.maximum(over, 0)], direction)
    basis_word = np.where(basis_here >= 0, clauses.cue_start[np.maximum(basis_here, 0)], -1)
    higher = code_set("高多快优")[codes[np.maximum(basis_word, 0)]] & (basis_word >= 0)
    lower = code_set("低少慢")[codes[np.maximum(basis_word, 0)]] & (basis_word >= 0)
    direction = np.where(loose_point & (direction < 0) & higher, UP, direction)
    direction = np.where(loose_point & (direction < 0) & lower, DOWN, direction)
    changing |= loose_point
    # （同比+8.6%）, （+8.6%）: the sign is the verb
    sign = codes[q.start]
    told = (basis_here >= 0) & (clauses.cue_end[basis_here] == q.start)
    signed = (rate | point) & ~changing
    signed &= ((sign == ord("+")) & (told | code_set("（(")[codes[q.start - 1]])) | ((sign == ord("-")) & told)
    changing |= signed
    direction = np.where(signed, UP, direction)
    negative = (q.mantissa < 0) & changing & (rate | point)
    direction = np.where(negative, np.where(direction == DOWN, UP, DOWN), direction)
    q.doubled_sign[:] = negative & (value == DOWN)
    q.mantissa[negative] = -q.mantissa[negative]
    q.high[negative] = -q.high[negative]

    ratio = (
        multiple
        & ~changing
        & (code_set("的为于达是")[codes[q.start - 1]] | ((kind == CUE_LEVEL) & (adjacent <= 3)))
    )
    ratio |= rate & ~changing & (kind != CUE_SHARE) & _of_the_year_before(codes, clauses, basis_here, q.start)
    for _ in range(12):  # 分别为上年的96.4%、101.3%和105.1%
        more = listed & (rate | multiple) & ~changing & ~ratio & ratio[previous]
        if not more.any():
            break
        ratio |= more
    which = np.flatnonzero(ratio)
    larger = q.mantissa[which] * np.power(10.0, q.exponent[which]) > np.where(rate[which], 100, 1)
    direction[which] = np.where(larger, UP, DOWN)
    change_kind = np.where(changing, DELTA, -1)
    change_kind = np.where(changing & rate, RATE, change_kind)
    change_kind = np.where(changing & point, POINTS, change_kind)
    change_kind = np.where(changing & multiple, BY_MULTIPLE, change_kind)
    change_kind = np.where(changing & doubling, RATIO_TO, change_kind)
    change_kind = np.where(ratio, RATIO_TO, change_kind)
    changing |= ratio
    q.role[changing] = CHANGE
    q.change_kind[:], q.direction[:] = change_kind, direction

    _set_bases(codes, numerals, q, cues, clause, sentence, basis_here, changing, ratio, verb, dated, years)

    share_word = cues.last((CUE_SHARE, CUE_CHANGE), clause)
    share_kind = np.where(share_word >= 0, clauses.cue_kind[share_word], -1)
    part = (rate | (q.denominator > 0)) & (share_kind == CUE_SHARE) & ~changing
    part &= previous_end <= np.where(share_word >= 0, clauses.cue_end[share_word], 0)
    for i in np.flatnonzero(listed & (rate | (q.denominator > 0)) & ~changing):
        if part[previous[i]]:
            part[i] = True
    q.role[part] = SHARE
    broken = np.flatnonzero((q.denominator > 0) & ~changing)
    of_noun = (codes[q.end[broken]] == ord("的")) & han(codes[q.end[broken] + 1])
    q.role[broken[of_noun]] = SHARE

    q.role[_thresholds(codes, numerals, q, units, changing, part)] = THRESHOLD

    aim = cues.last((CUE_TARGET, CUE_ACTUAL), sentence)
    aimed = (aim >= 0) & (clauses.cue_kind[aim] == CUE_TARGET)
    q.role[aimed & ((q.role == LEVEL) | (q.role == CHANGE))] = TARGET
    q.role[ranked] = RANK
    for column in (q.change_kind, q.direction, q.basis, q.basis_stated):
        column[ranked] = -1


def _of_the_year_before(codes: Codes, clauses: Clauses, basis: Ints, start: Ints) -> Bools:
    """Which rates stand right behind 为上年的, 是去年同期的, 相当于上年的: a share of that year's level is stated.

    In 由上年的52.3%上升到53.9% and 上年的52.3% the rate itself is last year's level.
    """
    begin, end = clauses.cue_start[basis], clauses.cue_end[basis]
    tied = (basis >= 0) & (codes[start - 1] == ord("的")) & (end >= start - 1)
    opens, before = codes[begin], codes[begin - 1]
    equal = (before == ord("于")) & code_set("当等")[codes[begin - 2]]
    return tied & (code_set("为是相")[opens] | code_set("为是达到及")[before] | equal)


def _thresholds(
    codes: Codes, numerals: Numerals, q: Quantities, units: Units, changing: Bools, part: Bools
) -> Ints:
    """The rows that bound a class of things (500人以上的企业, 60岁以上老人); only bounded ones can."""
    rows = np.flatnonzero(np.isin(q.bound, (AT_LEAST, AT_MOST, OVER, RANGE)))
    bound, follow, free = q.bound[rows], q.end[rows], ~(changing | part)[rows]
    age = np.isin(units.dimension[q.row[rows]], units.of_dimension("age"))
    edged = (bound == AT_LEAST) | (bound == AT_MOST)
    word_len = _right_bound_length(codes, follow)
    after = follow + word_len
    noun = ~code_set("增下比和与及至到左上")[codes[after]] & han(codes[after])
    counted = DIGITS[codes[after]] | (codes[after] == ord("占"))  # 38℃以上22天, 60岁以上占17.5%
    threshold = free & (((word_len > 0) & (noun | counted)) | ((codes[follow] == ord("的")) & noun))
    threshold &= (word_len > 0) | edged
    threshold |= age & ((word_len > 0) | ((bound == RANGE) & noun))
    closing = code_set("）)")[codes[after]] | (
        (codes[after + 1] == ord("下")) & (codes[after + 2] == ord("同"))
    )
    threshold |= (word_len > 0) & closing & free  # （年主营业务收入2000万元以上，下同）
    threshold |= edged & free & noun & _names_a_class(codes, numerals, after)
    bare = (q.rule[rows] == RULE["bare_multiplier"]) & (bound == AT_LEAST)
    threshold |= bare & noun & free
    return rows[threshold]


def _names_a_class(codes: Codes, numerals: Numerals, after: Ints) -> Bools:
    """Whether a noun of two to eight characters and then a number follow: 超10亿元企业24家."""
    i = np.minimum(np.searchsorted(numerals.start, after), len(numerals) - 1)
    width = numerals.start[i] - after
    near = (width >= 2) & (width <= 8)
    filled = near.copy()
    for k in range(8):
        filled &= (k >= width) | han(codes[after + k])
    return filled & ~code_set("增比和与及至到达其")[codes[after]]


def _right_bound_length(codes: Codes, places: Ints) -> Ints:
    """Length of 以上 以下 以内 及以上 at each place."""
    length = np.zeros(len(places), np.int64)
    yi = codes[places] == ord("以")
    length[yi & code_set("上下内")[codes[places + 1]]] = 2
    ji = (
        code_set("及或含")[codes[places]]
        & (codes[places + 1] == ord("以"))
        & code_set("上下内")[codes[places + 2]]
    )
    length[ji] = 3
    bracket = (
        code_set("（(")[codes[places]] & (codes[places + 1] == ord("含")) & (codes[places + 3] == ord("以"))
    )
    length[bracket] = 5
    return length


def _set_bases(
    codes: Codes,
    numerals: Numerals,
    q: Quantities,
    cues: CuesBefore,
    clause: Ints,
    sentence: Ints,
    basis_here: Ints,
    changing: Bools,
    ratio: Bools,
    verb: Ints,
    dated: Bools,
    years: Ints,
) -> None:
    """What each change is compared with: said in its clause, else carried over from an earlier one."""
    n, clauses = len(q.numeral), cues.clauses
    growing = _freely_growing(codes, clauses, verb)
    value = np.where(basis_here >= 0, clauses.cue_value[np.maximum(basis_here, 0)], -1)
    # 比2005年增长: the date after 比 or 较 is the basis
    before = cues.last((CUE_BASIS,), sentence)
    opens = (
        (basis_here < 0)
        & (before >= 0)
        & (clauses.cue_end[before] == clause - 1)
        & (codes[clauses.cue_end[before] - 1] == ord("比"))
    )
    value = np.where(opens, clauses.cue_value[np.maximum(before, 0)], value)  # 与2010年相比，共增加…
    year_of = _years_compared(
        codes, numerals, clauses, basis_here, np.where(opens, before, -1), q, ratio, dated, years
    )
    value = np.where(year_of > 0, 10000 + year_of, value)
    stated = changing & (value >= 0)
    q.basis[stated] = value[stated]
    q.basis_stated[stated] = 1
    title = find(codes, "【〖\f")
    entry = np.searchsorted(title, q.start)
    # 高于全省平均 is no time, and is not carried on
    giver = np.where(stated & (q.basis != OTHER), np.arange(n), -1)
    by = np.maximum.accumulate(giver)
    held = np.maximum(by, 0)
    relative = np.isin(q.change_kind, (RATE, POINTS, BY_MULTIPLE))
    near = sentence[held] == sentence
    onward = relative & np.isin(q.basis[held], _CARRIED_ON) & (entry[held] == entry)
    elided = changing & ~stated & (by >= 0) & (near | onward)
    elided &= ~growing
    q.basis[elided] = q.basis[held[elided]]
    q.basis_stated[elided] = 0
    # a growth told without any basis is against the year before: 增长8.2%
    growth = (
        changing & ~ratio & (q.basis < 0) & np.isin(q.change_kind, (RATE, POINTS, BY_MULTIPLE)) & ~growing
    )
    q.basis[growth], q.basis_stated[growth] = BASES.index("yoy"), 0


def _freely_growing(codes: Codes, clauses: Clauses, verb: Ints) -> Bools:
    """Verbs that compare with nothing: 新增, 增设, 净增."""
    first = np.where(verb >= 0, codes[clauses.cue_start[np.maximum(verb, 0)]], 0)
    return code_set("新")[first]


def _years_compared(
    codes: Codes,
    numerals: Numerals,
    clauses: Clauses,
    basis_here: Ints,
    basis_before: Ints,
    q: Quantities,
    ratio: Bools,
    dated: Bools,
    years: Ints,
) -> Ints:
    """The year of 比2005年, 与2010年相比 and 是1978年的3倍 for each row, else -1."""
    found = np.full(len(basis_here), -1, np.int64)
    year_at = np.flatnonzero(dated & (years > 0))
    if not len(year_at):
        return found
    start, end = numerals.start[year_at], numerals.end[year_at] + 1
    which = np.flatnonzero(basis_here >= 0)
    place = clauses.cue_end[basis_here[which]]
    i = np.minimum(np.searchsorted(start, place), len(start) - 1)
    hit = start[i] == place
    found[which[hit]] = years[year_at[i[hit]]]
    which = np.flatnonzero((basis_before >= 0) | ((basis_here >= 0) & (found < 0)))
    cue = np.maximum(basis_before[which], basis_here[which])
    closes = codes[clauses.cue_end[cue] - 1] == ord("比")
    which, cue = which[closes], cue[closes]
    i = last_before(start, clauses.cue_start[cue])
    near = (
        (i >= 0)
        & (clauses.cue_start[cue] - end[np.maximum(i, 0)] <= 14)
        & code_set("与和同跟")[codes[start[np.maximum(i, 0)] - 1]]
    )
    found[which[near]] = years[year_at[i[near]]]
    which = np.flatnonzero(ratio & (codes[q.start - 1] == ord("的")))
    i = last_before(end, q.start[which])
    near = (i >= 0) & (end[np.maximum(i, 0)] == q.start[which] - 1)
    found[which[near]] = years[year_at[i[near]]]
    return found


def _contains(codes: Codes, begin: Ints, end: Ints, code: int) -> Bools:
    """Whether a character stands between each pair of places."""
    places = np.flatnonzero(codes == code)
    return np.searchsorted(places, end) > np.searchsorted(places, begin)


def _gap_of_bounds(codes: Codes, begin: Ints, end: Ints) -> Bools:
    """Whether nothing but 了 出 达 约 近 stands between."""
    width = end - begin
    first = codes[np.maximum(begin, 0)]
    return (width == 0) | ((width == 1) & code_set("了出达约近过")[first])
