"""Quantities: numerals with a unit, and what their words say about them.

Here: the unit of each numeral, units shared along a list, ranges, bounds (余 约 超过 以上), ranks, proportions,
the role of a number in its clause (level, change, share, threshold, rank, target) and what a change is compared
with. Everything is columns over the numerals of a block. Not here: dates, and what a number measures.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, last_before
from pipeline.text.numerals import CHINESE, DIGITS, Numerals
from pipeline.text.units import FoundContexts, Units

EXACT, OVER, AT_LEAST, AT_MOST, ABOUT, RANGE, TOP_N = range(7)
BOUNDS = ("exact", "over", "at_least", "at_most", "about", "range", "top_n")
LEVEL, CHANGE, SHARE, THRESHOLD, RANK, TARGET = range(6)
ROLES = ("level", "change", "share", "threshold", "rank", "target")
RATE, POINTS, DELTA, BY_MULTIPLE, RATIO_TO = range(5)
CHANGE_KINDS = ("rate", "points", "delta", "increase_by_multiple", "ratio_to")
DIRECTIONS = ("up", "down", "flat")
BASES = ("yoy", "mom", "previous_day", "since_year_start", "annual_average", "other")
"""A basis of 10000 + NNNN stands for year:NNNN."""
_OTHER = BASES.index("other")

_STOPS = code_set("，。；：！？\n\f（,;:!?\0")
_SENTENCE = code_set("。！？\n\f\0")
_LIST = code_set("、和及与或")
_CONNECTOR = code_set("～-—–―─至到")
_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_END = code_set("，。；：、！？）)”\n\f\0,;:!?（(")
_REACH = 18
"""How far from its verb a number may stand and still state the change: 增加城镇就业岗位3200个."""


_PARTS_PER = ((100, "%"), (1000, "‰"), (10000, "‱"), (1000000, "ppm"))


@dataclass(frozen=True)
class Cues:
    """The words that say what a number does, from seeds/lexicons/cues.csv, as tries with a kind and a value each."""

    bound_left: Trie
    bound_left_value: Ints
    bound_right: Trie
    bound_right_value: Ints
    clause: Trie
    clause_kind: Ints
    clause_value: Ints
    basis: Trie
    basis_value: Ints
    noun: Trie
    noun_surface: Ints  # unit surface named by the noun; -1 for a noun of index (指数), which takes no unit


CUE_KINDS = ("change", "compared", "level", "neutral", "basis", "share", "target", "distribute", "of_which")
_CHANGE, _COMPARED, _LEVEL, _NEUTRAL, _BASIS, _SHARE, _TARGET, _DISTRIBUTE, _OF_WHICH = range(9)
UP, DOWN, FLAT, DOUBLE = 0, 1, 2, 3


@dataclass
class Clauses:
    """Places of a block that sentences and clauses begin at, and the cue words between them."""

    clause: Ints
    stop: Ints  # ends of clauses; a bracket that opens is none
    sentence: Ints
    cue_start: Ints
    cue_end: Ints
    cue_kind: Ints
    cue_value: Ints

    @classmethod
    def of(cls, codes: Codes, numerals: Numerals, cues: Cues) -> Clauses:
        """Cut the block; a comma inside a figure (1，234) is no stop."""
        stop = np.flatnonzero(_STOPS[codes])
        if len(numerals):
            inside = last_before(numerals.start, stop + 1)
            stop = stop[(inside < 0) | (numerals.end[np.maximum(inside, 0)] <= stop)]
        sentence = stop[_SENTENCE[codes[stop]]]
        word, start, end = cues.clause.everywhere(codes)
        base, base_start, base_end = cues.basis.everywhere(codes)  # apart, since 年均 lies inside 年均增长
        far = np.full(1, len(codes) - 1)  # so that no column is ever empty
        return cls(
            stop + 1,
            stop[~code_set("（(")[codes[stop]]],
            sentence + 1,
            np.concatenate((start, base_start, far)),
            np.concatenate((end, base_end, far)),
            np.concatenate((cues.clause_kind[word], np.full(len(base), _BASIS), np.full(1, _NEUTRAL))),
            np.concatenate((cues.clause_value[word], cues.basis_value[base], np.zeros(1, np.int64))),
        )

    def begin(self, places: Ints) -> Ints:
        """Where the clause of each place begins."""
        return self.clause[np.maximum(last_before(self.clause, places + 1), 0)]

    def end(self, places: Ints) -> Ints:
        """Where the clause of each place ends."""
        i = np.searchsorted(self.stop, places)
        return np.where(i < len(self.stop), self.stop[np.minimum(i, len(self.stop) - 1)], places)

    def sentence_begin(self, places: Ints) -> Ints:
        """Where the sentence of each place begins."""
        return self.sentence[np.maximum(last_before(self.sentence, places + 1), 0)]

    def last_cue(self, places: Ints, kinds: tuple[int, ...], since: Ints) -> Ints:
        """Index of the last cue of these kinds that ends at or before each place and begins at or after `since`; -1."""
        which = np.flatnonzero(np.isin(self.cue_kind, kinds))
        i = last_before(self.cue_end[which], places + 1)
        if not len(which):
            return i
        found = np.where(i >= 0, which[np.maximum(i, 0)], -1)
        good = (found >= 0) & (self.cue_start[np.maximum(found, 0)] >= since)
        return np.where(good, found, -1)


@dataclass
class Quantities:
    """One row a quantity, columns of equal length; positions are in the view.

    `numeral` is the row's first numeral; `of_numeral` tells for each numeral the quantity that holds it, or -1.
    Values are mantissa * 10**exponent; `kind` says which of value, low and high are stated (see `bound`).
    """

    numeral: Ints
    start: Ints
    end: Ints
    mantissa: Ints
    exponent: Ints
    high: Ints
    high_exponent: Ints
    bound: Ints
    row: Ints
    below: Ints
    below_count: Ints
    below_time: Ints
    unit_start: Ints
    unit_end: Ints
    role: Ints
    change_kind: Ints
    direction: Ints
    basis: Ints
    basis_stated: Ints
    terms: dict[int, str]
    denominator: Ints
    shared: Bools
    from_noun: Bools
    broken: Ints
    rule: Ints
    doubled_sign: Bools
    of_numeral: Ints = field(default_factory=lambda: np.zeros(0, np.int64))


RULES = ("number_unit", "shared_unit", "unit_in_noun", "range", "neighbouring_digits", "fraction", "tenths", "rank", "top_n",
         "proportion", "index", "bare_multiplier", "table_unit")
RULE = {name: n for n, name in enumerate(RULES)}


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


def read_quantities(codes: Codes, numerals: Numerals, taken: Bools, units: Units, cues: Cues, clauses: Clauses,
                    found: FoundContexts, surface: Ints, printed: Ints, unit_start: Ints, unit_end: Ints, dated: Bools, years: Ints) -> Quantities:
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
    places = np.flatnonzero(code_set("居列排")[codes])
    listed = codes[places] == ord("列")  # 名列, 列全省, but not 系列
    places = places[~listed | code_set("位名分排并")[codes[places - 1]] | code_set("全省市世国同第")[codes[places + 1]]]
    verb = last_before(places, start)
    verb_at = places[np.maximum(verb, 0)] if len(places) else start * 0
    said = (verb >= 0) & (verb_at >= clause) & (start - verb_at <= 14)
    rank = ordinal & (numerals.integer() > 0) & (placed | (said & code_set("，。；）)")[codes[numerals.end]]))
    start[rank] -= 1
    end[rank & placed] = numerals.end[rank & placed] + 1
    end[rank & ~placed] = numerals.end[rank & ~placed]
    rule[rank] = RULE["rank"]
    top = (codes[start - 1] == ord("前")) & code_set("名位强家个大所")[codes[numerals.end]] & free & (numerals.integer() > 1)
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
    parts_per = [(numerals.denominator == size, units.named(name)) for size, name in _PARTS_PER if units.named(name) >= 0]
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
    halves = free & (surface < 0) & ~numerals.arabic & (numerals.integer() == 1) & (numerals.digits == 1) & (codes[end] == ord("半"))
    halves &= ~code_set("天日年月径晌夜山岛球")[codes[end + 1]] & ~ordinal
    surface[halves], mantissa[halves], high[halves], exponent[halves], high_exponent[halves] = percent, 5, 5, 1, 1
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
        digit = (follow > i) & (numerals.start[follow] == end[i]) & (numerals.digits[follow] == 1) & ~numerals.arabic[follow] & (surface[follow] < 0)
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
    halved = free & (surface >= 0) & (codes[end] == ord("半")) & ~code_set("数价年天月径导成票决制脱挂山岛路球场")[codes[end + 1]]
    halved &= np.isin(surface, [units.named(name) for name in ("年", "岁", "天", "周", "倍", "米", "斤", "亩", "里", "尺")]) & (exponent == 0) & ~tenths
    mantissa = np.where(halved, mantissa * 10 + 5, mantissa)
    high = np.where(halved, high * 10 + 5, high)
    exponent, high_exponent = exponent - halved, high_exponent - halved
    end, unit_end = end + halved, unit_end
    # 零下5度, -3.2%, +8.6%
    plus = numerals.arabic & (codes[start - 1] == ord("+")) & ~DIGITS[codes[start - 2]] & ~_LETTER[codes[start - 2]] & (surface >= 0)
    start[plus] -= 1
    minus = numerals.arabic & (codes[start - 1] == ord("-")) & ~DIGITS[codes[start - 2]] & ~_LETTER[codes[start - 2]] & ~_unit_before(codes, start, units, unit_end)
    below_zero = (codes[start - 1] == ord("下")) & (codes[start - 2] == ord("零"))
    start[minus] -= 1
    mantissa = np.where(minus | below_zero, -mantissa, mantissa)
    high = np.where(minus | below_zero, -high, high)

    has = (surface >= 0) | bare_fraction
    usable = free & ~absorbed
    # ranges
    joined = _ranges(codes, numerals, usable, surface, start, end, clause)
    second = np.zeros(n, np.bool_)
    second[1:] = joined[:-1]
    i = np.flatnonzero(joined)
    j = i + 1
    power_i, power_j = _multiplier(numerals, i), _multiplier(numerals, j)
    lend = (power_i == 0) & (power_j > 0) & (surface[i] < 0) & (numerals.mantissa[i] * np.power(10.0, numerals.exponent[i]) < numerals.mantissa[j] * np.power(10.0, numerals.exponent[j] - power_j))
    exponent[i[lend]] += power_j[lend]
    surface[i], unit_start[i], unit_end[i] = surface[j], unit_start[j], unit_end[j]
    special = _stepped(codes, numerals, usable, surface)  # 3、400万
    k = np.flatnonzero(special)
    step = _order(numerals.mantissa[k + 1] * np.power(10.0, numerals.exponent[k + 1])) - _order(numerals.mantissa[k].astype(float))
    exponent[k] += step
    surface[k], unit_start[k], unit_end[k] = surface[k + 1], unit_start[k + 1], unit_end[k + 1]
    second[k + 1] = True
    joined = joined | special

    # units shared along a list, from the right
    shared = np.zeros(n, np.bool_)
    _share(codes, numerals, usable, surface, unit_start, unit_end, end, exponent, high_exponent, shared, joined)
    rule[shared] = RULE["shared_unit"]
    # units that stand in the noun before
    from_noun = usable & (surface < 0) & ~bare_fraction & ~shared & ~joined & ~second
    noun, indexed = _noun_units(codes, numerals, from_noun, clause, cues)
    from_noun &= noun >= 0
    surface[from_noun] = noun[from_noun]
    rule[from_noun] = RULE["unit_in_noun"]
    rule[indexed] = RULE["index"]
    scaled = _table_units(codes, numerals, usable & (surface < 0) & ~bare_fraction & ~indexed & numerals.arabic, surface, rule, units)
    exponent, high_exponent = exponent + scaled, high_exponent + scaled

    row = printed.copy()
    i = np.flatnonzero(surface != as_printed)
    row[i] = units.rows_of(found, surface[i], start[i], np.maximum(unit_end, end)[i], clause[i], clauses.sentence_begin(numerals.start[i]), clauses.end(unit_end[i]))
    compound = _compounds(codes, numerals, usable & ~second & ~joined, row, units, mantissa, exponent, high, high_exponent, end, unit_start, unit_end)
    second |= compound
    # 5分 and 3角 are told in yuan, 20个基点 in percentage points
    minor = np.append(units.shift, 0)[row]
    exponent, high_exponent = exponent + minor, high_exponent + minor
    below, below_count, below_time, end, unit_end = _rates(codes, numerals, usable, row, surface, end, unit_end, units, clause)
    ratio_start, ratio_end, terms, in_ratio = _proportions(codes, numerals, usable & (surface < 0), clause)

    kept = usable & ((row >= 0) | bare_fraction | rank | indexed) & ~second & ~in_ratio
    graded = (codes[end] == ord("级")) & (codes[end + 1] != ord("别"))  # 69公斤级, 500吨级 are classes
    kept &= ~(graded & ~rank)
    kept &= ~_indefinite(codes, numerals, row, end, start, units) | halves
    left_value, left_start = _left_bound(codes, start, cues)
    left_value = np.where(left_start >= clause, left_value, -1)
    kept &= ~(numerals.bare & ~_stands_alone(codes, numerals, end, left_value, cues))
    kept &= numerals.broken >= 0
    q = np.flatnonzero(kept)
    last = np.where(joined[q], q + 1, q)
    bound, q_end = _bounds(codes, numerals, q, last, end, left_value, cues, rank | top, joined, top)
    hi, hi_exp = high[q].copy(), high_exponent[q].copy()
    hi[joined[q]], hi_exp[joined[q]] = mantissa[last][joined[q]], exponent[last][joined[q]]
    result = Quantities(
        numeral=q, start=start[q], end=q_end, mantissa=mantissa[q], exponent=exponent[q], high=hi, high_exponent=hi_exp, bound=bound,
        row=np.where(joined[q], row[last], row[q]), below=np.maximum(below[last], below[q]),
        below_count=np.maximum(below_count[last], below_count[q]), below_time=below_time[last],
        unit_start=np.where(joined[q], unit_start[last], unit_start[q]), unit_end=np.where(joined[q], unit_end[last], unit_end[q]),
        role=np.zeros(len(q), np.int64), change_kind=np.full(len(q), -1), direction=np.full(len(q), -1), basis=np.full(len(q), -1),
        basis_stated=np.full(len(q), -1), terms={}, denominator=np.where(bare_fraction, numerals.denominator, 0)[q], shared=shared[q],
        from_noun=from_noun[q], broken=numerals.broken[q], rule=np.where(joined[q], RULE["range"], rule[q]),
        doubled_sign=np.zeros(len(q), np.bool_),
    )
    neighbouring = (numerals.high != numerals.mantissa)[q] & ~joined[q]
    result.rule[neighbouring] = RULE["neighbouring_digits"]
    result.rule[numerals.bare[q]] = RULE["bare_multiplier"]
    result = _with_proportions(result, ratio_start, ratio_end, terms, numerals)
    of_numeral = np.full(n, -1, np.int64)
    of_numeral[result.numeral] = np.arange(len(result.numeral))
    both = np.flatnonzero(joined & kept)
    of_numeral[both + 1] = of_numeral[both]
    follow = np.flatnonzero(absorbed | compound)
    for _ in range(2):
        of_numeral[follow] = np.where(of_numeral[follow] < 0, of_numeral[follow - 1], of_numeral[follow])
    of_numeral[follow] = of_numeral[follow - 1]
    member = np.flatnonzero(in_ratio)
    of_numeral[member] = of_numeral[np.searchsorted(numerals.start, ratio_start)][np.searchsorted(ratio_start, numerals.start[member], "right") - 1]
    result.of_numeral = of_numeral
    _roles(codes, numerals, result, units, clauses, (rank | top)[result.numeral], dated, years)
    return result


def _unit_before(codes: Codes, start: Ints, units: Units, unit_end: Ints) -> Bools:
    """Whether the sign before a numeral is the dash of a range: 5%-8%."""
    previous_end = np.concatenate((np.zeros(1, np.int64), unit_end[:-1]))
    return previous_end == start - 1


def _multiplier(numerals: Numerals, which: Ints) -> Ints:
    """Power of ten of the multipliers after the first figure."""
    return np.where(numerals.arabic[which], numerals.exponent[which] + numerals.decimals[which], 0)


def _order(value: NDArray[np.float64]) -> Ints:
    return np.floor(np.log10(np.maximum(value, 1e-9)) + 1e-9).astype(np.int64)


def _ranges(codes: Codes, numerals: Numerals, usable: Bools, surface: Ints, start: Ints, end: Ints, clause: Ints) -> Bools:
    """Numerals that are the lower end of a range whose upper end is the next numeral."""
    n = len(numerals)
    joined = np.zeros(n, np.bool_)
    if n < 2:
        return joined
    gap = start[1:] - end[:-1]
    gap_plain = numerals.start[1:] - end[:-1]
    joint = codes[end[:-1]]
    near = ((gap == 1) | (gap_plain == 1)) & _CONNECTOR[joint]
    near |= (gap_plain == 2) & (joint == ord("—")) & (codes[end[:-1] + 1] == ord("—"))
    near &= usable[:-1] & usable[1:] & (surface[1:] >= 0)
    near &= (surface[:-1] < 0) | (surface[:-1] == surface[1:])
    from_to = code_set("至到")[joint] & code_set("由从自")[codes[start[:-1] - 1]] & (surface[:-1] >= 0)
    near &= ~from_to
    near &= numerals.arabic[:-1] == numerals.arabic[1:]
    near &= (numerals.denominator[:-1] == numerals.denominator[1:])
    value = numerals.value()
    near &= (value[:-1] <= value[1:]) | (surface[:-1] < 0)
    for i in np.flatnonzero(near):
        joined[i] = not (i and joined[i - 1])
    return joined


def _stepped(codes: Codes, numerals: Numerals, usable: Bools, surface: Ints) -> Bools:
    """3、400万 and 三、四十: two neighbouring digits of which only the second has its zeros printed."""
    n = len(numerals)
    found = np.zeros(n, np.bool_)
    if n < 2:
        return found
    near = (numerals.start[1:] - numerals.end[:-1] == 1) & (codes[numerals.end[:-1]] == ord("、")) & usable[:-1] & usable[1:]
    near &= (surface[:-1] < 0) & (surface[1:] >= 0) & (numerals.digits[:-1] == 1) & (numerals.decimals[1:] == 0) & ~numerals.over[:-1]
    near &= numerals.arabic[:-1] == numerals.arabic[1:]
    first = numerals.integer()[:-1]
    figure = np.where(numerals.arabic[1:], numerals.mantissa[1:], np.maximum(numerals.integer()[1:], 0))
    order = _order(figure.astype(float))
    lead = figure // np.power(10, np.maximum(order, 0))
    near &= (first >= 1) & (first <= 8) & (lead == first + 1) & (figure == lead * np.power(10, np.maximum(order, 0)))
    multiplied = _multiplier(numerals, np.arange(1, n)) > 0
    near &= np.where(numerals.arabic[1:], multiplied, order >= 1)
    found[:-1] = near
    return found


def _share(codes: Codes, numerals: Numerals, usable: Bools, surface: Ints, unit_start: Ints, unit_end: Ints, end: Ints,
           exponent: Ints, high_exponent: Ints, shared: Bools, joined: Bools) -> None:
    """Carry the unit (and the 万) of 12、15和18万元 back to the members before it."""
    n = len(numerals)
    if n < 2:
        return
    gap = numerals.start[1:] - numerals.end[:-1]
    joint = codes[numerals.end[:-1]]
    near = (gap == 1) & _LIST[joint]
    near |= (gap == 2) & (joint == ord("以")) & (codes[numerals.end[:-1] + 1] == ord("及"))
    near &= usable[:-1] & usable[1:] & ~joined[:-1]
    power = _multiplier(numerals, np.arange(n))
    carried = power.copy()
    value = numerals.value()
    for _ in range(16):
        able = near & (surface[:-1] < 0) & (surface[1:] >= 0) & (numerals.denominator[:-1] == 0) & (numerals.arabic[:-1] == numerals.arabic[1:])
        i = np.flatnonzero(able)
        if not len(i):
            break
        surface[i], unit_start[i], unit_end[i] = surface[i + 1], unit_start[i + 1], unit_end[i + 1]
        shared[i] = True
        lone = (power[i] == 0) & (carried[i + 1] > 0)
        figure = value[i + 1] / np.power(10.0, power[i + 1])
        alike = lone & (value[i] < figure * 100) & (value[i] > figure / 100)
        exponent[i[alike]] += carried[i + 1][alike]
        high_exponent[i[alike]] += carried[i + 1][alike]
        carried[i] = np.where(alike, carried[i + 1], carried[i])
    # the upper end of a range that shares its unit onward needs nothing more


def _noun_units(codes: Codes, numerals: Numerals, wanted: Bools, clause: Ints, cues: Cues) -> tuple[Ints, Bools]:
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


def _table_units(codes: Codes, numerals: Numerals, wanted: Bools, surface: Ints, rule: Ints, units: Units) -> Ints:
    """Numbers of a table told line by line under 单位：万元 take that unit; the power of ten that each is raised by."""
    raised = np.zeros(len(numerals), np.int64)
    mark = np.flatnonzero((codes == ord("单")) & (np.roll(codes, -1) == ord("位")) & np.isin(np.roll(codes, -2), [ord("："), ord(":")]))
    if not len(mark):
        return raised
    place = mark + 3
    multiplier = np.zeros(len(mark), np.int64)
    for _ in range(2):
        times = code_set("万亿千百")[codes[place]]
        fused, _ = units.at(codes, place)
        times &= fused < 0
        power = np.select([codes[place] == ord("万"), codes[place] == ord("亿"), codes[place] == ord("千"), codes[place] == ord("百")], [4, 8, 3, 2], 0)
        multiplier += np.where(times, power, 0)
        place = place + times
    word, _ = units.at(codes, place)
    limit = np.flatnonzero((codes == ord("。")) | (codes == 12) | (codes == ord("【")))
    until = np.append(limit, len(codes))[np.searchsorted(limit, mark)]
    until = np.minimum(until, np.append(mark[1:], len(codes)))
    owner = last_before(mark, numerals.start)
    inside = wanted & (owner >= 0) & (numerals.start < until[np.maximum(owner, 0)]) & (word[np.maximum(owner, 0)] >= 0)
    i = np.flatnonzero(inside)
    surface[i] = word[owner[i]]
    raised[i] = multiplier[owner[i]]
    rule[i] = RULE["table_unit"]
    return raised


def _rates(codes: Codes, numerals: Numerals, usable: Bools, row: Ints, surface: Ints, end: Ints, unit_end: Ints, units: Units,
           clause: Ints) -> tuple[Ints, Ints, Ints, Ints, Ints]:
    """The unit below the line of 元/平方米, 毫克/100毫升, 元/平方米·月 and 每亩300公斤: its row, how many of it, the row of a time."""
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
        good = word >= 0
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
        timed = np.array([row.unit if n >= 0 else "" for n, row in ((x, units.rows[max(x, 0)]) for x in second)])
        timed = np.isin(timed, ["mo", "a", "d", "h"]) | (codes[stop[again] + 1] == ord("月")) | (codes[stop[again] + 1] == ord("日"))
        month = units.named("个月")
        second = np.where((second < 0) & (codes[stop[again] + 1] == ord("月")), units.default[month] if month >= 0 else -1, second)
        timed &= second >= 0
        below_time[i[again[timed]]] = second[timed]
        stop[again[timed]] += 1 + np.maximum(length[timed], 1)
        end[i] = unit_end[i] = stop
    every = np.flatnonzero(codes == ord("每"))
    if len(every):
        place = every + 1
        number = last_before(numerals.start, place + 1)
        numbered = (number >= 0) & (numerals.start[np.maximum(number, 0)] == place)
        times = np.where(numbered, numerals.integer()[np.maximum(number, 0)], 1)
        place = np.where(numbered, numerals.end[np.maximum(number, 0)], place)
        word, length = units.at(codes, place)
        lower = np.where(word >= 0, units.default[np.maximum(word, 0)], -1)
        dimensions = np.array([units.rows[x].dimension if x >= 0 else "" for x in lower])
        named = np.array([units.rows[x].unit if x >= 0 else "" for x in lower])
        good = np.isin(dimensions, ["area", "mass", "volume", "energy", "person"]) | np.isin(named, ["户"])
        every, stop, lower, times = every[good], (place + length)[good], lower[good], np.maximum(times[good], 1)
        first = np.searchsorted(numerals.start, stop)
        okay = first < n
        first, every, stop, lower, times = first[okay], every[okay], stop[okay], lower[okay], times[okay]
        near = (numerals.start[first] - stop <= 6) & (clause[first] <= every) & (row[first] >= 0) & (below[first] < 0)
        i = first[near]
        below[i], count[i] = lower[near], times[near]
    _mu_yields(codes, numerals, usable & (row >= 0) & (below < 0), clause, below, units)
    return below, count, below_time, end, unit_end


def _mu_yields(codes: Codes, numerals: Numerals, wanted: Bools, clause: Ints, below: Ints, units: Units) -> None:
    """亩产374公斤 is so much a 亩."""
    which = np.flatnonzero(wanted & (np.array([row.dimension for row in units.rows] + [""])[below] == ""))
    place = numerals.start[which] - 1
    for _ in range(3):
        place = place - code_set("达到为约超过近")[codes[place]]
    yields = (codes[place] == ord("产")) & (codes[place - 1] == ord("亩")) & (place > clause[which])
    below[which[yields]] = units.default[units.named("亩")]


_PARTS_OF = (("小时", "分钟", "分", "秒"), ("元", "角", "分"), ("年", "个月", "天"), ("米", "厘米"), ("斤", "两", "钱"))


def _compounds(codes: Codes, numerals: Numerals, usable: Bools, row: Ints, units: Units, mantissa: Ints, exponent: Ints, high: Ints,
               high_exponent: Ints, end: Ints, unit_start: Ints, unit_end: Ints) -> Bools:
    """Amounts told in two or three units at once (2小时11分48秒, 2元5角, 57秒36), read in the smallest.

    The first numeral takes the whole; the mask returned holds the others.
    """
    n = len(numerals)
    rest = np.zeros(n, np.bool_)
    if n < 2:
        return rest
    touch = np.flatnonzero((end[:-1] == numerals.start[1:]) & usable[:-1] & usable[1:] & (row[:-1] >= 0))
    for i in touch[::-1]:
        j = i + 1
        upper = units.rows[row[i]]
        chain = next((chain for chain in _PARTS_OF if upper.surface in chain), None)
        if chain is None or numerals.decimals[i] or numerals.over[i]:
            continue
        if row[j] < 0:
            if upper.surface not in ("秒", "米") or numerals.digits[j] > 3 or not numerals.arabic[j]:
                continue
            digits = int(numerals.digits[j])
            mantissa[i] = mantissa[i] * 10**digits + mantissa[j]
            exponent[i] -= digits
        else:
            lower = units.rows[row[j]]
            surface = lower.surface
            if upper.surface in ("小时", "分") and surface == "分":
                factor = 60
            elif surface not in chain or chain.index(surface) <= chain.index(upper.surface):
                continue
            elif (upper.surface, surface) == ("年", "个月"):
                factor = 12
            else:
                ratio = upper.factor / lower.factor
                if ratio.denominator != 1 or upper.base_unit != lower.base_unit:
                    continue
                factor = int(ratio)
            if exponent[i] < 0 or abs(int(mantissa[i])) > 10**9:
                continue
            lift = 10 ** max(0, -int(exponent[j]))
            mantissa[i] = int(mantissa[i]) * 10 ** int(exponent[i]) * factor * lift + int(mantissa[j]) * 10 ** max(0, int(exponent[j]))
            exponent[i] = min(0, int(exponent[j]))
            row[i], unit_start[i], unit_end[i] = row[j], unit_start[j], unit_end[j]
        high[i], high_exponent[i], end[i] = mantissa[i], exponent[i], end[j]
        if row[j] < 0:
            end[i] = numerals.end[j]
        rest[j] = True
    return rest


def _proportions(codes: Codes, numerals: Numerals, usable: Bools, clause: Ints) -> tuple[Ints, Ints, list[str], Bools]:
    """Chains a:b:c and a比b: starts, ends, terms joined by ；, and a mask of the numerals in them."""
    n = len(numerals)
    member = np.zeros(n, np.bool_)
    starts: list[int] = []
    ends: list[int] = []
    terms: list[str] = []
    if n > 1:
        joint = codes[numerals.end[:-1]]
        near = (numerals.start[1:] - numerals.end[:-1] == 1) & code_set(":：比")[joint] & usable[:-1] & usable[1:]
        i = 0
        places = np.flatnonzero(near)
        while i < len(places):
            first = last = int(places[i])
            while i < len(places) and places[i] == last:
                last += 1
                i += 1
            chosen = list(range(first, last + 1))
            member[chosen] = True
            starts.append(int(numerals.start[first]))
            ends.append(int(numerals.end[last]))
            terms.append("；".join(_plain(numerals, k) for k in chosen))
    return np.array(starts, np.int64), np.array(ends, np.int64), terms, member


def _plain(numerals: Numerals, i: int) -> str:
    """The value of one numeral in plain decimals: 47.8, 1200."""
    mantissa, exponent = int(numerals.mantissa[i]), int(numerals.exponent[i])
    if exponent >= 0:
        return str(mantissa * 10**exponent)
    digits = str(mantissa).rjust(1 - exponent, "0")
    return f"{digits[:exponent]}.{digits[exponent:]}"


def _with_proportions(q: Quantities, starts: Ints, ends: Ints, terms: list[str], numerals: Numerals) -> Quantities:
    """Insert the rows of proportions in order of place."""
    if not len(starts):
        return q
    first = np.searchsorted(numerals.start, starts)
    place = np.searchsorted(q.start, starts)
    columns: dict[str, object] = {}
    filler = {"numeral": first, "start": starts, "end": ends, "bound": EXACT, "row": -1, "below": -1, "below_count": 1, "below_time": -1,
              "unit_start": ends, "unit_end": ends, "role": LEVEL, "change_kind": -1, "direction": -1, "basis": -1, "basis_stated": -1,
              "rule": RULE["proportion"], "denominator": -1}
    for name, column in vars(q).items():
        if name in ("terms", "of_numeral"):
            continue
        value = np.broadcast_to(np.asarray(filler.get(name, 0), column.dtype), (len(starts),))
        columns[name] = np.insert(column, place, value)
    at = place + np.arange(len(starts))
    return Quantities(**columns, terms=dict(zip(at.tolist(), terms, strict=True)))  # type: ignore[arg-type]


_INVENTORY = code_set("，。；、）)\n\f\0和及与")
_COUNTED_ONE = code_set("所座家人户项件起例次场期")


def _indefinite(codes: Codes, numerals: Numerals, row: Ints, end: Ints, start: Ints, units: Units) -> Bools:
    """一批, 一条亮丽的风景: 一 and a classifier that point at no number.

    一所 counts when nothing follows it (新建小学一所、幼儿园两所) and so does one money, measure or time.
    """
    one = ~numerals.arabic & (numerals.integer() == 1) & (numerals.digits == 1) & ~numerals.over & (numerals.denominator == 0)
    if not one.any():
        return one
    one &= np.array([each.kind in ("classifier", "noun") for each in units.rows] + [True])[row]
    closed = _INVENTORY[codes[end]]
    before = codes[start - 1]
    opens = _END[before] | code_set("这那每另某同新第是为成有了的以")[before]
    return one & ~(closed & ~opens)


def _stands_alone(codes: Codes, numerals: Numerals, end: Ints, left: Ints, cues: Cues) -> Bools:
    """Whether a bare multiplier (亿元, 万余人) states a number: something bounds it, or a change ends in it."""
    word, _ = cues.bound_right.at(codes, end)
    reached = code_set("至到达破过")[codes[numerals.start - 1]]
    return (left >= 0) | numerals.over | (word >= 0) | reached


def _left_bound(codes: Codes, start: Ints, cues: Cues) -> tuple[Ints, Ints]:
    """The bound said right before each numeral (约, 超过), or -1, and where its word begins."""
    word, length = cues.bound_left.at(codes, start - 1, -1)
    value = np.where(word >= 0, cues.bound_left_value[np.maximum(word, 0)], -1)
    begin = start - length
    before = codes[begin - 1]
    single = length == 1
    first = codes[start - 1]
    wrong = single & (first == ord("约")) & code_set("节签合预条制公违契履续邀特相隐简俭婚誓爽")[before]
    wrong |= single & (first == ord("近")) & code_set("最附邻临靠亲就远接贴逼晚相新")[before]
    recent = single & (first == ord("近"))
    after_number = codes[np.minimum(start + 1, len(codes) - 1)]
    wrong |= recent & (np.isin(after_number, [ord("年")]) | code_set("年")[codes[np.minimum(start + 2, len(codes) - 1)]]) & code_set("，。；、\n\f】 \0的是在")[before]
    wrong |= single & (first == ord("超")) & code_set("赶马高黄胡孟王李张刘陈")[before]
    wrong |= single & (first == ord("上")) & ~CHINESE[codes[start]]
    wrong |= single & (first == ord("上")) & code_set("以之会网线路桥海世地身马台市")[before]
    wrong |= single & (first == ord("逾")) & (before == ord("不"))
    wrong |= (word >= 0) & (length >= 2) & code_set("不未")[before] & code_set("超低少高")[codes[begin]]
    return np.where(wrong, -1, value), np.where(wrong, start, begin)


def _bounds(codes: Codes, numerals: Numerals, q: Ints, last: Ints, end: Ints, left: Ints, cues: Cues, ranked: Bools,
            joined: Bools, top: Bools) -> tuple[Ints, Ints]:
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
    trailing = code_set("多余")[codes[q_end]] & ~numerals.over[q] & (_END[codes[q_end + 1]] | code_set("的时")[codes[q_end + 1]])
    ranged = joined[q] | (numerals.high[q] != numerals.mantissa[q])
    bound[ranged & (bound != AT_LEAST)] = RANGE
    bound[(numerals.over[q] | trailing) & ~ranged] = OVER
    bound[numerals.loose[q] & ~ranged] = ABOUT
    bound[top[q]] = TOP_N
    return bound, q_end + trailing  # 12倍多


def _roles(codes: Codes, numerals: Numerals, q: Quantities, units: Units, clauses: Clauses, ranked: Bools, dated: Bools, years: Ints) -> None:
    """Set role, change and basis of every row, in order: changes, shares, thresholds, targets, ranks."""
    n = len(q.numeral)
    if not n:
        return
    clause = clauses.begin(q.start)
    sentence = clauses.sentence_begin(q.start)
    dimensions = np.array([row.dimension for row in units.rows] + [""])[q.row]
    point = dimensions == "percentage_point"
    rate = dimensions == "percent"
    multiple = dimensions == "multiple"
    # the verb: the last change or level word of the clause decides
    verb = clauses.last_cue(q.start, (_CHANGE, _COMPARED, _LEVEL, _NEUTRAL, _SHARE), clause)
    kind = np.where(verb >= 0, clauses.cue_kind[verb], -1)
    verb_end = np.where(verb >= 0, clauses.cue_end[verb], -1)
    value = np.where(verb >= 0, clauses.cue_value[verb], -1)
    basis_here = clauses.last_cue(q.start, (_BASIS,), clause)
    previous = np.concatenate((np.full(1, -1), np.arange(n - 1)))
    previous_end = np.where(previous >= 0, q.end[previous], -1)
    gap_start = np.maximum(verb_end, 0)
    adjacent = q.start - verb_end
    between_clear = previous_end <= verb_end
    of_between = _contains(codes, gap_start, q.start, ord("的"))
    compared = (kind == _COMPARED) & (basis_here >= 0) & (_gap_of_bounds(codes, verb_end, q.start) | point)
    changing = (kind == _CHANGE) & (adjacent <= _REACH) & ~of_between & between_clear
    short = (verb >= 0) & (clauses.cue_end[verb] - clauses.cue_start[verb] == 1)
    changing &= ~short | _gap_of_bounds(codes, verb_end, q.start)  # 降 in 连降暴雨3天 is no change of the days
    than = (verb >= 0) & (codes[np.maximum(verb_end, 1) - 1] == ord("于")) & ~point  # 不低于100元 compares with nothing
    changing |= compared & between_clear & (adjacent <= 4) & ~than
    # 翻一番, 是上年的2倍
    doubling = (kind == _CHANGE) & (value == DOUBLE) & (adjacent <= 2)
    names = np.array([row.unit for row in units.rows] + [""])[q.row]
    changing &= (value != DOUBLE) | (names == "番")
    changing |= point & (kind != _LEVEL) & (kind != _SHARE) & between_clear & (verb >= 0) & (kind == _CHANGE)
    # members of a list after their verb: 分别增长3.2%和5.1%
    joint = codes[np.maximum(previous_end, 0)]
    listed = (previous >= 0) & (q.start - previous_end <= 2) & (_LIST[joint] | ((joint == ord("以")) & (codes[np.maximum(previous_end, 0) + 1] == ord("及")))) & (clause[np.maximum(previous, 0)] == clause)
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
    over = clauses.last_cue(q.start, (_COMPARED, _CHANGE), clause)
    loose_point = point & ~changing & ((over >= 0) | (basis_here >= 0)) & (kind != _SHARE)
    direction = np.where(loose_point & (over >= 0), clauses.cue_value[np.maximum(over, 0)], direction)
    basis_word = np.where(basis_here >= 0, clauses.cue_start[np.maximum(basis_here, 0)], -1)
    higher = code_set("高多快优")[codes[np.maximum(basis_word, 0)]] & (basis_word >= 0)
    lower = code_set("低少慢")[codes[np.maximum(basis_word, 0)]] & (basis_word >= 0)
    direction = np.where(loose_point & (direction < 0) & higher, UP, direction)
    direction = np.where(loose_point & (direction < 0) & lower, DOWN, direction)
    changing |= loose_point
    negative = (q.mantissa < 0) & changing & (rate | point)
    direction = np.where(negative, np.where(direction == DOWN, UP, DOWN), direction)
    q.doubled_sign[:] = negative & (value == DOWN)
    q.mantissa[negative] = -q.mantissa[negative]
    q.high[negative] = -q.high[negative]

    ratio = multiple & ~changing & (code_set("的为于达是")[codes[q.start - 1]] | ((kind == _LEVEL) & (adjacent <= 3)))
    ratio |= listed & multiple & ~changing & ratio[previous]
    larger = q.mantissa * np.power(10.0, q.exponent) > 1
    direction = np.where(ratio, np.where(larger, UP, DOWN), direction)
    change_kind = np.where(changing, DELTA, -1)
    change_kind = np.where(changing & rate, RATE, change_kind)
    change_kind = np.where(changing & point, POINTS, change_kind)
    change_kind = np.where(changing & multiple, BY_MULTIPLE, change_kind)
    change_kind = np.where(changing & doubling, RATIO_TO, change_kind)
    change_kind = np.where(ratio, RATIO_TO, change_kind)
    changing |= ratio
    q.role[changing] = CHANGE
    q.change_kind[:], q.direction[:] = change_kind, direction

    _set_bases(codes, numerals, q, clauses, clause, sentence, basis_here, changing, ratio, verb, dated, years)

    share_word = clauses.last_cue(q.start, (_SHARE, _CHANGE), clause)
    share_kind = np.where(share_word >= 0, clauses.cue_kind[share_word], -1)
    part = (rate | (q.denominator > 0)) & (share_kind == _SHARE) & ~changing
    part &= previous_end <= np.where(share_word >= 0, clauses.cue_end[share_word], 0)
    for i in np.flatnonzero(listed):
        if part[previous[i]] and (rate[i] or q.denominator[i] > 0) and not changing[i]:
            part[i] = True
    of_noun = (codes[q.end] == ord("的")) & _han(codes[q.end + 1]) & (q.denominator > 0) & ~changing
    q.role[part | of_noun] = SHARE

    follow = q.end.copy()
    bounded = np.isin(q.bound, (AT_LEAST, AT_MOST, OVER, RANGE))
    word_len = _right_bound_length(codes, follow)
    after = follow + word_len
    noun = ~code_set("增下比和与及至到左上")[codes[after]] & _han(codes[after])
    counted = DIGITS[codes[after]] | (codes[after] == ord("占"))  # 38℃以上22天, 60岁以上占17.5%
    threshold = bounded & ~changing & ~part & (((word_len > 0) & (noun | counted)) | ((codes[follow] == ord("的")) & noun))
    threshold &= (word_len > 0) | np.isin(q.bound, (AT_LEAST, AT_MOST))
    threshold |= bounded & (dimensions == "age") & ((word_len > 0) | ((q.bound == RANGE) & noun))
    closing = code_set("）)")[codes[after]] | ((codes[after + 1] == ord("下")) & (codes[after + 2] == ord("同")))
    threshold |= bounded & (word_len > 0) & closing & ~changing & ~part  # （年主营业务收入2000万元以上，下同）
    threshold |= np.isin(q.bound, (AT_LEAST, AT_MOST)) & ~changing & ~part & noun & _names_a_class(codes, numerals, after)
    bare = (q.rule == RULE["bare_multiplier"]) & (q.bound == AT_LEAST)
    threshold |= bare & noun & ~changing & ~part
    q.role[threshold] = THRESHOLD

    aim = clauses.last_cue(q.start, (_TARGET,), sentence)
    plain = (q.role == LEVEL) | (q.role == CHANGE)
    q.role[plain & (aim >= 0)] = TARGET
    q.role[ranked] = RANK
    for column in (q.change_kind, q.direction, q.basis, q.basis_stated):
        column[ranked] = -1


def _names_a_class(codes: Codes, numerals: Numerals, after: Ints) -> Bools:
    """Whether a noun of two to eight characters and then a number follow: 超10亿元企业24家."""
    i = np.minimum(np.searchsorted(numerals.start, after), len(numerals) - 1)
    width = numerals.start[i] - after
    near = (width >= 2) & (width <= 8)
    han = np.concatenate((np.zeros(1, np.int64), np.cumsum(~_han(codes))))
    return near & (han[np.maximum(numerals.start[i], after)] == han[after]) & ~code_set("增比和与及至到达其")[codes[after]]


def _right_bound_length(codes: Codes, places: Ints) -> Ints:
    """Length of 以上 以下 以内 及以上 at each place."""
    length = np.zeros(len(places), np.int64)
    yi = codes[places] == ord("以")
    length[yi & code_set("上下内")[codes[places + 1]]] = 2
    ji = code_set("及或含")[codes[places]] & (codes[places + 1] == ord("以")) & code_set("上下内")[codes[places + 2]]
    length[ji] = 3
    bracket = code_set("（(")[codes[places]] & (codes[places + 1] == ord("含")) & (codes[places + 3] == ord("以"))
    length[bracket] = 5
    return length


def _set_bases(codes: Codes, numerals: Numerals, q: Quantities, clauses: Clauses, clause: Ints, sentence: Ints, basis_here: Ints,
               changing: Bools, ratio: Bools, verb: Ints, dated: Bools, years: Ints) -> None:
    """What each change is compared with: said in its clause, else carried over from an earlier one."""
    n = len(q.numeral)
    value = np.where(basis_here >= 0, clauses.cue_value[np.maximum(basis_here, 0)], -1)
    # 比2005年增长: the date after 比 or 较 is the basis
    before = clauses.last_cue(q.start, (_BASIS,), sentence)
    opens = (basis_here < 0) & (before >= 0) & (clauses.cue_end[before] == clause - 1) & (codes[clauses.cue_end[before] - 1] == ord("比"))
    value = np.where(opens, clauses.cue_value[np.maximum(before, 0)], value)  # 与2010年相比，共增加…
    year_of = _years_compared(codes, numerals, clauses, basis_here, np.where(opens, before, -1), q, ratio, dated, years)
    value = np.where(year_of > 0, 10000 + year_of, value)
    stated = changing & (value >= 0)
    q.basis[stated] = value[stated]
    q.basis_stated[stated] = 1
    title = np.flatnonzero(code_set("【〖\f")[codes])
    entry = np.searchsorted(title, q.start)
    # 高于全省平均 is no time, and is not carried on
    giver = np.where(stated & (q.basis != _OTHER), np.arange(n), -1)
    by = np.maximum.accumulate(giver)
    held = np.maximum(by, 0)
    relative = np.isin(q.change_kind, (RATE, POINTS, BY_MULTIPLE))
    elided = changing & ~stated & (by >= 0) & (entry[held] == entry) & (relative | (sentence[held] == sentence))
    elided &= ~_freely_growing(codes, clauses, verb)
    q.basis[elided] = q.basis[held[elided]]
    q.basis_stated[elided] = 0
    # a growth told without any basis is against the year before: 增长8.2%
    growth = changing & ~ratio & (q.basis < 0) & np.isin(q.change_kind, (RATE, POINTS)) & ~_freely_growing(codes, clauses, verb)
    q.basis[growth], q.basis_stated[growth] = BASES.index("yoy"), 0


def _freely_growing(codes: Codes, clauses: Clauses, verb: Ints) -> Bools:
    """Verbs that compare with nothing: 新增, 增设, 净增."""
    first = np.where(verb >= 0, codes[clauses.cue_start[np.maximum(verb, 0)]], 0)
    return code_set("新")[first]


def _years_compared(codes: Codes, numerals: Numerals, clauses: Clauses, basis_here: Ints, basis_before: Ints, q: Quantities,
                    ratio: Bools, dated: Bools, years: Ints) -> Ints:
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
    near = (i >= 0) & (clauses.cue_start[cue] - end[np.maximum(i, 0)] <= 14) & code_set("与和同跟")[codes[start[np.maximum(i, 0)] - 1]]
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


def _han(codes: Codes) -> Bools:
    return (codes >= 0x4E00) & (codes <= 0x9FFF)
