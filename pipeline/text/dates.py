"""Dates and periods: from numerals followed by 年 月 日 季度, and from words such as 上半年 and 年底.

Here: putting date pieces together (2009年9月10～13日 is one row), ranges, inheriting the month and the year,
finding the impossible. Not here: durations (3个月, 历时2年), which are quantities.
Source of the rules: GB/T 15835-2011 for the forms, GB/T 7408 for their meaning; how yearbooks leave out the
year is described in `pipeline/text/__init__.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set, find
from pipeline.text.lookalikes import PlanPeriods
from pipeline.text.lunar import LunarDays, LunarYears, has_day, read_lunar, written
from pipeline.text.numerals import CHINESE, Numerals

YEAR, MONTH, DAY, QUARTER, WORD, RELATIVE, DECADE, CENTURY, ERA, PLAN, LUNAR = range(1, 12)
"""Kinds of date piece: 2009年, 5月, 26日, 三季度, 上半年 or 年底, 去年, 90年代, 20世纪, 民国26年, “十一五”期间, and
正月十五."""

PRECISIONS = ("day", "ten_days", "month", "quarter", "half_year", "year", "years", "decade", "century")
_PRECISION = {name: n for n, name in enumerate(PRECISIONS)}
YEAR_SOURCES = ("stated", "entry", "volume", "unknown")

_LINK = np.zeros((12, 12), np.bool_)
for _before, _after in (
    (YEAR, (MONTH, WORD, QUARTER, LUNAR)),
    (ERA, (MONTH, WORD, QUARTER, LUNAR)),
    (MONTH, (DAY, WORD)),
    (RELATIVE, (MONTH, WORD, QUARTER, LUNAR)),
    (CENTURY, (DECADE,)),
):
    _LINK[_before, list(_after)] = True

_CONNECTOR = code_set("～-—–―─至到")
_LISTED = code_set("、和及与或")
_NOT_MONTH = code_set("龄嫂饼薪票球亮之")
_NOT_DAY_AFTER = code_set("内游龄均电供产志报")
_NOT_DAY_BEFORE = code_set("第每近达为逾满经共约过各期时足")
_NO_INITIAL = code_set("步中级次始赛衷稿战")
_CIVIL_CALENDAR = 1912
"""The first year whose months are those of the civil calendar; 光绪三十二年八月 is a lunar month."""


@dataclass
class Dates:
    """Dates of a block in order of place; positions are in the view, days are counted from 1970-01-01.

    Attributes:
        start, end: the span.
        first, last: first and last day, or NO_DAY where the year is not known.
        precision: index into PRECISIONS; source: index into YEAR_SOURCES.
        month_day: month * 100 + day of both ends, for dates without a year.
        impossible: no such day or month in the calendar, or a month that cannot be inherited (2).
        of_numeral: for each numeral, the date that holds it, or -1.
    """

    start: Ints
    end: Ints
    first: Ints
    last: Ints
    precision: Ints
    source: Ints
    month_day: tuple[Ints, Ints]
    impossible: Ints
    of_numeral: Ints


@dataclass(frozen=True)
class Standing:
    """Edges in the view: where entries begin and end, sentences end, documents begin, headings begin and end."""

    entry_edge: Ints
    sentence_edge: Ints
    document_edge: Ints
    heading_start: Ints
    heading_end: Ints

    def entry(self, place: Ints) -> Ints:
        """A number that changes wherever another entry begins or ends."""
        return np.searchsorted(self.entry_edge, place, "right")

    def sentence(self, place: Ints) -> Ints:
        """A number of the sentence of each place."""
        return np.searchsorted(self.sentence_edge, place)

    def document(self, place: Ints) -> Ints:
        """A number of the document of each place."""
        return np.searchsorted(self.document_edge, place, "right")

    def headed(self, place: Ints) -> Bools:
        """Whether each place lies in a heading, such as the month over the lines of a chronicle."""
        return np.searchsorted(self.heading_start, place, "right") > np.searchsorted(
            self.heading_end, place, "right"
        )


NO_DAY = np.iinfo(np.int64).min


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
class _Pieces:
    start: Ints
    end: Ints
    kind: Ints
    value: Ints
    numeral: Ints
    suffix: Ints  # 0 none, 1 the end of it, 2 its beginning
    marked: Bools  # 年 月 日 is printed at this very piece


_WORD_VALUES = ("H1", "H2", "YE", "T1", "T2", "T3", "SD")


def read_dates(
    codes: Codes,
    numerals: Numerals,
    busy: Bools,
    words: DateWords,
    plans: PlanPeriods,
    standing: Standing,
    covered_year: int | None,
) -> Dates:
    """All dates of a block.

    Args:
        codes: the view.
        numerals: its numerals; `busy` marks those that are already something else (a model, a law article).
        words: the closed words of dates; `plans`: five-year plans named as a time.
        standing: the entries, sentences, documents and headings that dates stand in.
        covered_year: the year the volume covers, for dates that leave it out.
    """
    lunar = read_lunar(codes)
    pieces = _pieces(codes, numerals, busy, words, plans, lunar)
    n = len(pieces.start)
    of_numeral = np.full(len(numerals), -1, np.int64)
    if not n:
        none = np.zeros(0, np.int64)
        return Dates(none, none, none, none, none, none, (none, none), none, of_numeral)
    linked = np.zeros(n, np.bool_)
    opens = pieces.start.copy()
    opens[pieces.kind == LUNAR] = lunar.opens  # 2009年农历正月十五
    linked[1:] = (
        (pieces.end[:-1] == opens[1:]) & _LINK[pieces.kind[:-1], pieces.kind[1:]] & pieces.marked[:-1]
    )
    head = np.flatnonzero(~linked)
    atom_of = np.cumsum(~linked) - 1
    tail = np.append(head[1:], n) - 1
    atoms = _Atoms.of(pieces, head, tail, atom_of)
    keep = _worthy(codes, pieces, atoms)
    entry, sentence = standing.entry(atoms.start), standing.sentence(atoms.start)
    joined = _ranges(codes, atoms, keep)
    year, source = _years(codes, atoms, keep, joined, entry, sentence, covered_year)
    _same_days(atoms, keep, standing.document(atoms.start))
    month, missing = _months(atoms, keep, entry, standing.document(atoms.start), standing.headed(atoms.start))
    impossible = np.where(missing, 2, 0)
    first, bad_first = _edges(atoms, year, month, last=False)
    last, bad_last = _edges(atoms, year, month, last=True)
    bad = _lunar_edges(atoms, words.lunar, year, source, covered_year, first, last)
    impossible = np.where(bad_first | bad_last | bad, 1, impossible)
    begins = keep.copy()
    begins[np.flatnonzero(joined) + 1] = False
    starts = np.flatnonzero(begins)
    ends = starts + joined[starts]
    backwards = (first[starts] > last[ends]) & (year[starts] > 0) & joined[starts]
    # 12月28日～1月3日: the end lies in the next year when only the beginning states or inherits one
    wrap = (
        backwards
        & ~atoms.has_year[ends]
        & (atoms.month[starts] > atoms.month[ends])
        & (atoms.month[ends] > 0)
    )
    late = ends[wrap]
    year[late] += 1
    first[late], _ = _edges(atoms.take(late), year[late], month[late], last=False)
    last[late], _ = _edges(atoms.take(late), year[late], month[late], last=True)
    backwards = (first[starts] > last[ends]) & (year[starts] > 0) & joined[starts]
    impossible[starts] = np.maximum.reduce([impossible[starts], impossible[ends], np.where(backwards, 1, 0)])
    known = (year[starts] > 0) & (year[ends] > 0)
    precision = atoms.precision[ends].copy()
    multi = joined[starts] & (precision == _PRECISION["year"])
    precision[multi] = _PRECISION["years"]
    row_of_atom = np.full(len(atoms.start), -1, np.int64)
    row_of_atom[starts] = np.arange(len(starts))
    row_of_atom[ends] = np.arange(len(starts))
    has = pieces.numeral >= 0
    of_numeral[pieces.numeral[has]] = row_of_atom[atom_of[has]]
    within, which = _numerals_of(numerals, lunar)
    of_numeral[within] = row_of_atom[atom_of[np.flatnonzero(pieces.kind == LUNAR)]][which]
    unresolved = known & (impossible[starts] == 0)
    month_day = (
        month[starts] * 100 + np.maximum(atoms.day[starts], 0),
        month[ends] * 100 + np.maximum(atoms.day[ends], 0),
    )
    return Dates(
        atoms.start[starts],
        atoms.end[ends],
        np.where(unresolved, first[starts], NO_DAY),
        np.where(unresolved, last[ends], NO_DAY),
        precision,
        source[starts],
        month_day,
        impossible[starts],
        of_numeral,
    )


def _numerals_of(numerals: Numerals, lunar: LunarDays) -> tuple[Ints, Ints]:
    """The numerals inside lunar days, and the number of the day that holds each."""
    which = np.searchsorted(lunar.start, numerals.start, "right") - 1
    inside = (
        np.flatnonzero((which >= 0) & (numerals.end <= lunar.end[which]))
        if len(lunar.start)
        else np.zeros(0, np.int64)
    )
    return inside, which[inside]


def _pieces(
    codes: Codes,
    numerals: Numerals,
    busy: Bools,
    words: DateWords,
    plans: PlanPeriods,
    lunar: LunarDays,
) -> _Pieces:
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
    long_ago |= _word_at(codes, end + 1, ("一遇",))
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
    kind[whole & (mark == ord("世")) & (after == ord("纪")) & (value >= 1) & (value <= 30)] = CENTURY
    width = np.where(np.isin(kind, (QUARTER, DECADE, CENTURY)), 2, 1)
    mark_end = end + width
    number = value.copy()
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
    kind[_numerals_of(numerals, lunar)[0]] = 0
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
    dotted = np.concatenate((_dotted(codes, numerals, busy), _first_years(codes, words)))
    many = len(lunar.start)
    others = len(at) + len(plans.numeral) + len(dotted) + many
    place = np.concatenate((start[chosen], at, plans.start, dotted[:, 0], lunar.start))
    order = np.argsort(place, kind="stable")
    return _Pieces(
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
    place = place[codes[place + 1] == ord("年")]
    era, length = words.eras.at(codes, place - 1, -1)
    known = [n for n in np.flatnonzero(era >= 0) if words.era_base[era[n]] not in ("before", "0")]
    rows = [
        (place[n] - length[n], place[n] + 2, ERA, int(words.era_base[era[n]]) + 1, -1) for n in known
    ]
    return np.array(rows, np.int64).reshape(-1, 5)


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
    near = (gap == 1) & (_CONNECTOR[joint] | _LISTED[joint])
    near |= (gap == 2) & (joint == ord("—")) & (codes[end[:-1] + 1] == ord("—"))
    near |= (
        (gap == 2)
        & (kind[1:] == QUARTER)
        & (codes[start[1:] - 1] == ord("第"))
        & (_CONNECTOR | _LISTED)[joint]
    )
    near &= whole[:-1] & (numerals.exponent[:-1] == 0)
    limit = np.array([0, 2100, 12, 31, 4, 0, 0, 0, 0, 0])
    least = np.array([0, 1000, 1, 1, 1, 0, 0, 0, 0, 0])
    for _ in range(8):
        target = kind[1:]
        v = value[:-1]
        able = near & (kind[:-1] == 0) & (target > 0) & (v >= least[target]) & (v <= limit[target])
        able &= (target != YEAR) | (numerals.digits[:-1] == 4)
        able &= (target != DAY) | (numerals.digits[:-1] <= 2)
        i = np.flatnonzero(able)
        if not len(i):
            return
        kind[i] = kind[i + 1]
        mark_end[i] = end[i]


@dataclass
class _Atoms:
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
    century: Ints
    plan: Ints
    lunar: Ints  # as in LunarDays.written
    suffix: Ints
    precision: Ints
    marked: Bools
    head_kind: Ints
    tail_kind: Ints

    def take(self, which: Ints) -> _Atoms:
        return _Atoms(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    @classmethod
    def of(cls, pieces: _Pieces, head: Ints, tail: Ints, atom_of: Ints) -> _Atoms:
        n = len(head)

        def spread(kind: int, default: int = -1) -> Ints:
            column = np.full(n, default, np.int64)
            which = np.flatnonzero(pieces.kind == kind)
            column[atom_of[which]] = pieces.value[which]
            return column

        year, era = spread(YEAR), spread(ERA)
        year = np.where(year < 0, era, year)
        month, day, quarter, word = spread(MONTH), spread(DAY), spread(QUARTER), spread(WORD)
        decade, century, relative, plan = spread(DECADE), spread(CENTURY), spread(RELATIVE, 9), spread(PLAN)
        imperial = (era >= 0) & (era < _CIVIL_CALENDAR) & (month > 0)
        lunar = np.where(imperial, written(month, np.maximum(day, 0)), spread(LUNAR))
        suffix = pieces.suffix[tail]
        year_tail = (pieces.kind[tail] == YEAR) | (pieces.kind[tail] == ERA)
        precision = np.full(n, _PRECISION["year"], np.int64)
        for column, name in ((decade, "decade"), (month, "month"), (quarter, "quarter"), (day, "day")):
            precision[column >= 0] = _PRECISION[name]
        of_day = has_day(lunar)
        precision[lunar >= 0] = np.where(of_day, _PRECISION["day"], _PRECISION["month"])[lunar >= 0]
        precision[(century >= 0) & (decade < 0)] = _PRECISION["century"]
        precision[plan >= 0] = _PRECISION["years"]
        precision[(word == 0) | (word == 1)] = _PRECISION["half_year"]
        precision[(word >= 3) & (word <= 5)] = _PRECISION["ten_days"]
        precision[(word == 2) | (word == 6) | ((suffix > 0) & (year_tail | (pieces.kind[tail] == MONTH)))] = (
            _PRECISION["day"]
        )
        return cls(
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
            century,
            plan,
            lunar,
            suffix,
            precision,
            pieces.marked[tail],
            pieces.kind[head],
            pieces.kind[tail],
        )


def _worthy(codes: Codes, pieces: _Pieces, atoms: _Atoms) -> Bools:
    """Atoms that are dates: not a lone 去年, not 30日内, not a month number out of a list of other things."""
    lone_relative = (atoms.head_kind == RELATIVE) & (atoms.tail_kind == RELATIVE)
    bare_day = (atoms.head_kind == DAY) & (atoms.tail_kind == DAY)
    before, after = codes[atoms.start - 1], codes[atoms.end]
    duration = bare_day & (_NOT_DAY_AFTER[after] | _NOT_DAY_BEFORE[before])
    chinese_day = bare_day & ~code_set("0123456789")[codes[atoms.start]]
    if len(chinese_day) > 1:  # 九月十日至十三日
        chinese_day[1:] &= ~(
            (atoms.start[1:] - atoms.end[:-1] == 1)
            & _CONNECTOR[codes[atoms.end[:-1]]]
            & (atoms.tail_kind[:-1] == DAY)
        )
    odd_month = (atoms.month > 12) & (atoms.day < 0) & (atoms.year < 0)
    compared = (
        (atoms.head_kind == WORD)
        & (atoms.word == 2)
        & (code_set("比较")[before] | (before == ord("上")) | (before == ord("每")) | (before == ord("半")))
    )
    compared &= before != ord("上")
    return ~(lone_relative | duration | chinese_day | odd_month | compared)


def _ranges(codes: Codes, atoms: _Atoms, keep: Bools) -> Bools:
    """For each atom, whether it and the next are the two ends of one range."""
    n = len(atoms.start)
    joined = np.zeros(n, np.bool_)
    if n < 2:
        return joined
    gap = atoms.start[1:] - atoms.end[:-1]
    joint = codes[atoms.end[:-1]]
    near = (gap == 1) & _CONNECTOR[joint]
    near |= (gap == 2) & (joint == ord("—")) & (codes[atoms.end[:-1] + 1] == ord("—"))
    same = atoms.tail_kind[:-1] == atoms.tail_kind[1:]
    same |= (atoms.tail_kind[1:] == WORD) & ((atoms.word[1:] == 2) | (atoms.tail_kind[:-1] == WORD))
    same |= (atoms.tail_kind[:-1] == YEAR) & (atoms.tail_kind[1:] == YEAR)
    near &= same & keep[:-1] & keep[1:]
    for i in np.flatnonzero(near):
        joined[i] = not (i and joined[i - 1])
    return joined


def _years(
    codes: Codes, atoms: _Atoms, keep: Bools, joined: Bools, entry: Ints, sentence: Ints, covered: int | None
) -> tuple[Ints, Ints]:
    """The year of each atom (-1 unknown) and where it comes from.

    A stated year is carried on to later dates of the same sentence; past the sentence only when it opened one
    (2005年，…) and the later date does not fall before it in the calendar while another year is covered.
    """
    n = len(atoms.start)
    year, source = atoms.year.copy(), np.zeros(n, np.int64)
    source[:] = 3
    source[atoms.has_year] = 0
    opening = code_set("。；\n\f】　 ！？\0")[codes[atoms.start - 1]]
    ahead = opening & code_set("，,")[codes[atoms.end]]
    setter = keep & atoms.has_year & ((atoms.month > 0) | opening)
    index = np.where(setter, np.arange(n), -1)
    carried = np.maximum.accumulate(np.concatenate((np.full(1, -1), index[:-1])))
    need = ~atoms.has_year & (atoms.decade < 0) & (atoms.century < 0) & (atoms.plan < 0)
    has = need & (carried >= 0)
    by = np.maximum(carried, 0)
    has &= entry[by] == entry
    same_sentence = sentence[by] == sentence
    opener = opening[by]
    later = (atoms.month[by] <= 0) | (atoms.month < 0) | (atoms.month >= atoms.month[by])
    beyond = (
        opener & (ahead | (atoms.month > 0))[by] & ((year[by] == (covered or -1)) | later | (covered is None))
    )
    inherits = has & (same_sentence | beyond)
    year[inherits], source[inherits] = year[by[inherits]], 1
    from_volume = need & ~inherits
    if covered is not None:
        year[from_volume], source[from_volume] = covered, 2
        # the covered year written earlier in the entry is where a reader takes it from
        written = np.where(atoms.has_year & (atoms.year == covered), np.arange(n), -1)
        latest = np.maximum.accumulate(written)
        told = from_volume & (latest >= 0) & (entry[np.maximum(latest, 0)] == entry)
        source[told] = 1
    relative = need & (atoms.relative != 9)
    if covered is not None:
        offset = relative & (atoms.relative <= 0)
        year[offset], source[offset] = covered + atoms.relative[offset], 2
    same = relative & (atoms.relative == 5) & has
    year[same], source[same] = year[by[same]], 1
    following = relative & (atoms.relative == 1)
    reference = np.where(has, atoms.year[by], covered if covered is not None else -1)
    shift = following & (reference > 0)
    year[shift], source[shift] = reference[shift] + 1, np.where(has[shift], 1, 2)
    # the end of a range has the year of its beginning
    begin = np.flatnonzero(joined)
    end = begin + 1
    borrow = need[end] & (atoms.relative[end] == 9)
    year[end[borrow]], source[end[borrow]] = year[begin[borrow]], source[begin[borrow]]
    forward = need[begin] & atoms.has_year[end] & (atoms.head_kind[begin] == YEAR)
    year[begin[forward]] = year[end[forward]]
    decade = (atoms.decade >= 0) | (atoms.century >= 0) | (atoms.plan >= 0)
    source[decade] = 0
    return year, source


def _same_days(atoms: _Atoms, keep: Bools, document: Ints) -> None:
    """同日 and 是日 take day, month and year of the last full day before them."""
    n = len(atoms.start)
    same = atoms.word == 6
    if not same.any():
        return
    index = np.where((atoms.day >= 0) & keep & ~same, np.arange(n), -1)
    last = np.maximum.accumulate(index)
    found = same & (last >= 0) & (document[np.maximum(last, 0)] == document)
    by = np.maximum(last, 0)
    atoms.day[found], atoms.month[found] = atoms.day[by][found], atoms.month[by][found]
    keep &= ~same | found


def _months(atoms: _Atoms, keep: Bools, entry: Ints, document: Ints, headed: Bools) -> tuple[Ints, Bools]:
    """The month of each atom; a bare day takes that of the last date before it in its entry, else of the heading."""
    n = len(atoms.start)
    month = atoms.month.copy()
    bare = (atoms.day >= 0) & (atoms.month < 0)
    index = np.where((atoms.month > 0) & keep, np.arange(n), -1)
    last = np.maximum.accumulate(np.concatenate((np.full(1, -1), index[:-1])))
    found = bare & (last >= 0) & (entry[np.maximum(last, 0)] == entry)
    month[found] = atoms.month[np.maximum(last, 0)][found]
    over = np.where((atoms.month > 0) & headed, np.arange(n), -1)
    above = np.maximum.accumulate(over)
    under = bare & ~found & (above >= 0) & (document[np.maximum(above, 0)] == document)
    month[under] = atoms.month[np.maximum(above, 0)][under]
    return month, bare & ~found & ~under


_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def _length(year: Ints, month: Ints) -> Ints:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)) | (year < 0)
    return _DAYS_IN_MONTH[np.clip(month, 0, 12)] + (leap & (month == 2))


def _edges(atoms: _Atoms, year: Ints, month: Ints, last: bool) -> tuple[Ints, Bools]:
    """The first (or last) day of each atom, and whether the calendar has no such day."""
    y = year.copy()
    m = np.full(len(y), 12 if last else 1, np.int64)
    quarter = atoms.quarter
    cumulative = quarter > 10
    q = np.where(cumulative, quarter - 10, quarter)
    has_quarter = quarter > 0
    m = np.where(has_quarter, np.where(cumulative & (not last), 1, 3 * q if last else 3 * q - 2), m)
    m = np.where(atoms.word == 0, 6 if last else 1, m)
    m = np.where(atoms.word == 1, 12 if last else 7, m)
    m = np.where(month > 0, month, m)
    bad = m > 12
    length = _length(y, np.minimum(m, 12))
    d = np.where(atoms.day >= 0, atoms.day, length if last else 1)
    for code, low, high in ((3, 1, 10), (4, 11, 20), (5, 21, 31)):
        d = np.where(atoms.word == code, np.minimum(high, length) if last else low, d)
    closing = (atoms.word == 2) | ((atoms.suffix == 1) & (atoms.day < 0))
    m = np.where(closing & (month <= 0), 12, m)
    d = np.where(closing, _length(y, np.minimum(m, 12)), d)
    opening = (atoms.suffix == 2) & (atoms.day < 0)
    m = np.where(opening & (month <= 0), 1, m)
    d = np.where(opening, 1, d)
    decade, century = atoms.decade, atoms.century
    base = np.where(decade >= 1000, decade, np.where(century > 0, (century - 1) * 100, 1900) + decade)
    is_decade = decade >= 0
    y = np.where(is_decade, base + (9 if last else 0), y)
    is_century = (century > 0) & ~is_decade
    y = np.where(is_century, (century - 1) * 100 + (100 if last else 1), y)
    bad |= (d > _length(np.where(y > 0, y, -4), np.minimum(m, 12))) | (d < 1) | (m < 1)
    m, d = np.clip(m, 1, 12), np.clip(d, 1, 31)
    is_plan = atoms.plan >= 0
    y = np.where(is_plan, atoms.plan + (4 if last else 0), y)
    year[is_decade | is_century | is_plan] = y[is_decade | is_century | is_plan]
    return _day_number(y, m, d), bad


def _lunar_edges(
    atoms: _Atoms, lunar: LunarYears, year: Ints, source: Ints, covered: int | None, first: Ints, last: Ints
) -> Bools:
    """Put the civil days of lunar dates into `first` and `last`; marks those that the calendar does not have.

    腊月 mostly falls into the next civil year: where the year is not printed, the book speaks of the 腊月 whose days
    lie in the year that it covers.
    """
    bad = np.zeros(len(year), np.bool_)
    which = np.flatnonzero((atoms.lunar >= 0) & (year > 0))
    if not len(which):
        return bad
    begin, end, wrong = lunar.days(year[which], atoms.lunar[which])
    civil = begin.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    late = (civil > year[which]) & (source[which] == YEAR_SOURCES.index("volume")) & (year[which] == covered)
    begin[late], end[late], wrong[late] = lunar.days(year[which][late] - 1, atoms.lunar[which][late])
    first[which], last[which], bad[which] = begin, end, wrong
    return bad


def _day_number(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970-01-01 in the Gregorian calendar."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def _word_at(codes: Codes, places: Ints, words: tuple[str, ...]) -> Bools:
    found = np.zeros(len(places), np.bool_)
    for word in words:
        hit = np.ones(len(places), np.bool_)
        for k, character in enumerate(word):
            hit &= codes[places + k] == ord(character)
        found |= hit
    return found
