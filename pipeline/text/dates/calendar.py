"""First and last day of dates, in the civil and in the traditional calendar, as day numbers from 1970-01-01.

Here: lengths of months, quarters, half years, decades, the days that no calendar has. Not here: anything of the text.
"""

from __future__ import annotations

import numpy as np

from pipeline.text.dates.chains import Chains
from pipeline.text.dates.context import YEAR_SOURCES
from pipeline.text.dates.lunar import LunarYears
from pipeline.text.lexer import Bools, Ints

_DAYS_IN_MONTH = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


def edges(chains: Chains, year: Ints, month: Ints, last: bool) -> tuple[Ints, Bools]:
    """The first (or last) day of each chain, and whether the calendar has no such day."""
    y = year.copy()
    m = np.full(len(y), 12 if last else 1, np.int64)
    quarter = chains.quarter
    cumulative = quarter > 10
    q = np.where(cumulative, quarter - 10, quarter)
    has_quarter = quarter > 0
    m = np.where(has_quarter, np.where(cumulative & (not last), 1, 3 * q if last else 3 * q - 2), m)
    m = np.where(chains.word == 0, 6 if last else 1, m)
    m = np.where(chains.word == 1, 12 if last else 7, m)
    m = np.where(month > 0, month, m)
    bad = m > 12
    length = _length(y, np.minimum(m, 12))
    d = np.where(chains.day >= 0, chains.day, length if last else 1)
    for code, low, high in ((3, 1, 10), (4, 11, 20), (5, 21, 31)):
        d = np.where(chains.word == code, np.minimum(high, length) if last else low, d)
    closing = (chains.word == 2) | ((chains.suffix == 1) & (chains.day < 0))
    m = np.where(closing & (month <= 0), 12, m)
    d = np.where(closing, _length(y, np.minimum(m, 12)), d)
    opening = (chains.suffix == 2) & (chains.day < 0)
    m = np.where(opening & (month <= 0), 1, m)
    d = np.where(opening, 1, d)
    decade, century = chains.last_decade if last else chains.decade, chains.century
    base = np.where(decade >= 1000, decade, np.where(century > 0, (century - 1) * 100, 1900) + decade)
    is_decade = decade >= 0
    y = np.where(is_decade, base + (9 if last else 0), y)
    is_century = (century > 0) & ~is_decade
    y = np.where(is_century, (century - 1) * 100 + (100 if last else 1), y)
    bad |= (d > _length(np.where(y > 0, y, -4), np.minimum(m, 12))) | (d < 1) | (m < 1)
    m, d = np.clip(m, 1, 12), np.clip(d, 1, 31)
    is_plan = chains.plan >= 0
    y = np.where(is_plan, chains.plan + (4 if last else 0), y)
    year[is_decade | is_century | is_plan] = y[is_decade | is_century | is_plan]
    return _day_number(y, m, d), bad


def lunar_edges(
    chains: Chains, lunar: LunarYears, year: Ints, source: Ints, covered: int | None, first: Ints, last: Ints
) -> Bools:
    """Put the civil days of lunar dates into `first` and `last`; marks those that the calendar does not have.

    腊月 mostly falls into the next civil year: where the year is not printed, the book speaks of the 腊月 whose days
    lie in the year that it covers.
    """
    bad = np.zeros(len(year), np.bool_)
    which = np.flatnonzero((chains.lunar >= 0) & (year > 0))
    if not len(which):
        return bad
    begin, end, wrong = lunar.days(year[which], chains.lunar[which])
    civil = begin.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    late = (civil > year[which]) & (source[which] == YEAR_SOURCES.index("volume")) & (year[which] == covered)
    begin[late], end[late], wrong[late] = lunar.days(year[which][late] - 1, chains.lunar[which][late])
    first[which], last[which], bad[which] = begin, end, wrong
    return bad


def _length(year: Ints, month: Ints) -> Ints:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0)) | (year < 0)
    return _DAYS_IN_MONTH[np.clip(month, 0, 12)] + (leap & (month == 2))


def _day_number(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970-01-01 in the Gregorian calendar."""
    shifted = year - (month <= 2)
    era = shifted // 400
    of_era = shifted - era * 400
    of_year = (153 * (month + np.where(month > 2, -3, 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468
