"""Dates and periods: from numerals followed by 年 月 日 季度, and from words such as 上半年 and 年底.

Here: putting date pieces together (2009年9月10～13日 is one row), ranges, inheriting the month and the year,
finding the impossible. Not here: durations (3个月, 历时2年), which are quantities.
Source of the rules: GB/T 15835-2011 for the forms, GB/T 7408 for their meaning; how yearbooks leave out the
year is described in `pipeline/text/__init__.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.text.dates.calendar import edges, lunar_edges
from pipeline.text.dates.chains import PRECISION, Chains, ranges, worthy
from pipeline.text.dates.context import Standing, given_months, given_years, same_days
from pipeline.text.dates.lunar import read_lunar
from pipeline.text.dates.pieces import LUNAR, DateWords, numerals_of, read_pieces
from pipeline.text.lexer import Bools, Codes, Ints
from pipeline.text.lookalikes import PlanPeriods
from pipeline.text.numerals import Numerals

NO_DAY = np.iinfo(np.int64).min


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
        numerals: its numerals; `busy` marks those that are already something else (a model, a law article), and
            comes back with the years of reigns marked that a gloss dates: 武德五年（622年）.
        words: the closed words of dates; `plans`: five-year plans named as a time.
        standing: the entries, sentences, documents and headings that dates stand in.
        covered_year: the year the volume covers, for dates that leave it out.
    """
    lunar = read_lunar(codes)
    pieces = read_pieces(codes, numerals, busy, words, plans, lunar)
    of_numeral = np.full(len(numerals), -1, np.int64)
    if not len(pieces.start):
        none = np.zeros(0, np.int64)
        return Dates(none, none, none, none, none, none, (none, none), none, of_numeral)
    chains, chain_of = Chains.of(pieces, lunar.opens)
    keep = worthy(codes, pieces, chains)
    joined = ranges(codes, chains, keep)
    year, source = given_years(codes, chains, keep, joined, standing, covered_year)
    same_days(chains, keep, standing.document(chains.start))
    month, missing = given_months(chains, keep, standing)
    impossible = np.where(missing, 2, 0)
    first, bad_first = edges(chains, year, month, last=False)
    last, bad_last = edges(chains, year, month, last=True)
    bad = lunar_edges(chains, words.lunar, year, source, covered_year, first, last)
    impossible = np.where(bad_first | bad_last | bad, 1, impossible)
    begins = keep.copy()
    begins[np.flatnonzero(joined) + 1] = False
    starts = np.flatnonzero(begins)
    ends = starts + joined[starts]
    backwards = (first[starts] > last[ends]) & (year[starts] > 0) & joined[starts]
    # 12月28日～1月3日: the end lies in the next year when only the beginning states or inherits one
    wrap = (
        backwards
        & ~chains.has_year[ends]
        & (chains.month[starts] > chains.month[ends])
        & (chains.month[ends] > 0)
    )
    late = ends[wrap]
    year[late] += 1
    first[late], _ = edges(chains.take(late), year[late], month[late], last=False)
    last[late], _ = edges(chains.take(late), year[late], month[late], last=True)
    backwards = (first[starts] > last[ends]) & (year[starts] > 0) & joined[starts]
    impossible[starts] = np.maximum.reduce([impossible[starts], impossible[ends], np.where(backwards, 1, 0)])
    known = (year[starts] > 0) & (year[ends] > 0)
    precision = chains.precision[ends].copy()
    multi = joined[starts] & (precision == PRECISION["year"])
    precision[multi] = PRECISION["years"]
    row_of_chain = np.full(len(chains.start), -1, np.int64)
    row_of_chain[starts] = np.arange(len(starts))
    row_of_chain[ends] = np.arange(len(starts))
    has = pieces.numeral >= 0
    of_numeral[pieces.numeral[has]] = row_of_chain[chain_of[has]]
    within, which = numerals_of(numerals, lunar)
    of_numeral[within] = row_of_chain[chain_of[np.flatnonzero(pieces.kind == LUNAR)]][which]
    unresolved = known & (impossible[starts] == 0)
    month_day = (
        month[starts] * 100 + np.maximum(chains.day[starts], 0),
        month[ends] * 100 + np.maximum(chains.day[ends], 0),
    )
    return Dates(
        chains.start[starts],
        chains.end[ends],
        np.where(unresolved, first[starts], NO_DAY),
        np.where(unresolved, last[ends], NO_DAY),
        precision,
        source[starts],
        month_day,
        impossible[starts],
        of_numeral,
    )
