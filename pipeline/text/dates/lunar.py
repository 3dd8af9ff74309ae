"""Days of the traditional calendar (农历): where a text names one, and which day of the civil calendar it was.

Here: 农历八月十五, 正月初八至十五, 闰四月, 腊月廿三; the months of the late empire's eras. Not here: years and their
inheritance (`dates`), festivals named without a day (中秋节), which are no date.
Source of the rules: GB/T 33661-2017 for the calendar; seeds/lunar_years.csv holds its months, year by year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.text.lexer import Bools, Codes, Ints, code_set, find

_ONES = "一二三四五六七八九"
_DAY = rf"(?:初[{_ONES}十]|廿[{_ONES}]?|二十[{_ONES}]?|三十|卅|十[{_ONES}]?|[{_ONES}]|[12]\d|30|[1-9])"
_NAMED_MONTH = {"正": 1, "冬": 11, "腊": 12}
_MONTH = rf"(闰)?(正|冬|腊|十[一二]?|[{_ONES}]|1[0-2]|[1-9])月份?"
_FORM = re.compile(rf"{_MONTH}(?:({_DAY})日?(?:[至到～—–-]{{1,2}}({_DAY})日?)?)?(?![{_ONES}十]?[个批名次家])")
_WINDOW = 20
_CALENDAR_WORDS = code_set("农阴旧夏")
_NUMERAL = code_set(_ONES + "十")
_CLOSES_DAY = code_set("，。、；（(赏闹祭节庙赶朝烧吃为是前晚夜这举逢")
"""What follows a day that is told without 日: 八月十五赏月."""
_LEAP, _MONTHS, _DAYS = 1_000_000, 10_000, 100


@dataclass(frozen=True)
class LunarYears:
    """The months of each year of the traditional calendar.

    Attributes:
        first: the first year of the table.
        new_year: the day number (from 1970-01-01) of the first day of each year.
        leap: the number of the month that is doubled, 0 for none.
        before: days of the year before each of its 13 months, in the order of the calendar; the 14th is its length.
    """

    first: int
    new_year: Ints
    leap: Ints
    before: Ints

    @classmethod
    def of(cls, rows: Sequence[dict[str, str]]) -> LunarYears:
        """The table of seeds/lunar_years.csv: year, first_day, leap_month, months (大 for 30 days, 小 for 29).

        Raises:
            ValueError: the years do not follow one another, or a year does not end where the next begins.
        """
        new_year = np.array([row["first_day"] for row in rows], "datetime64[D]").astype(np.int64)
        before = np.zeros((len(rows), 14), np.int64)
        for n, row in enumerate(rows):
            days = [30 if month == "大" else 29 for month in row["months"]]
            before[n] = np.cumsum([0, *days, *[0] * (13 - len(days))])
            if int(row["year"]) != int(rows[0]["year"]) + n:
                raise ValueError(f"lunar_years.csv:{n + 2}: {row['year']} does not follow the year before it")
        gap = np.flatnonzero(new_year[:-1] + before[:-1, -1] != new_year[1:])
        if len(gap):
            raise ValueError(
                f"lunar_years.csv:{gap[0] + 2}: the months do not reach the next year's first day"
            )
        return cls(
            int(rows[0]["year"]), new_year, np.array([int(r["leap_month"] or 0) for r in rows]), before
        )

    def days(self, year: Ints, written: Ints) -> tuple[Ints, Ints, Bools]:
        """First and last day number of lunar days and months, and which of them the calendar does not have.

        Args:
            year: the lunar year of each.
            written: what `LunarDays.written` holds.

        Example: the 15th of the first month of 2009 (正月十五) is 2009-02-09.
        """
        doubled, rest = written // _LEAP > 0, written % _LEAP
        month, day, last = rest // _MONTHS, rest % _MONTHS // _DAYS, rest % _DAYS
        row = year - self.first
        bad = (row < 0) | (row >= len(self.new_year))
        row = np.where(bad, 0, row)
        leap = self.leap[row]
        bad |= doubled & (leap != month)
        place = month - 1 + ((leap > 0) & (doubled | (month > leap)))
        begin = self.new_year[row] + self.before[row, place]
        length = self.before[row, place + 1] - self.before[row, place]
        first = begin + np.maximum(day, 1) - 1
        end = begin + np.where(day == 0, length, np.maximum(day, last)) - 1
        return first, end, bad | (end >= begin + length) | (end < first)


@dataclass(frozen=True)
class LunarDays:
    """Lunar days and months as printed, in order; positions are in the view.

    Attributes:
        start, end: the span, without 农历.
        opens: where 农历 begins, so that a year before it is seen to touch.
        written: leap, month, day and last day of a range as one number; `LunarYears.days` reads it.
    """

    start: Ints
    end: Ints
    opens: Ints
    written: Ints


def read_lunar(codes: Codes) -> LunarDays:
    """Every lunar day or month of a block.

    Args:
        codes: the view. A month is lunar after 农历, with a name of its own (正月, 腊月), with 闰, or with a day that
            only this calendar writes (九月初九, 八月廿四). 三月三 and 中秋节 are festivals and no date.
    """
    places = []
    after = find(codes, "历")
    after = after[_CALENDAR_WORDS[codes[after - 1]]]
    places += [(int(at) + 1, int(at) - 1, True) for at in after]
    month = find(codes, "月")
    before, behind = codes[month - 1], codes[month + 1]
    named = code_set("正冬腊")[before] & ~code_set("修改校更秋")[codes[month - 2]]
    counted = _NUMERAL[before] & code_set("初廿卅")[behind] & _NUMERAL[codes[month + 2]]
    counted |= _NUMERAL[before] & (behind == ord("十")) & _CLOSES_DAY[codes[month + 2 + _NUMERAL[codes[month + 2]]]]
    doubled = _NUMERAL[before] & (code_set("闰")[codes[month - 2]] | code_set("闰")[codes[month - 3]])
    for at in month[named | counted | doubled]:
        start = int(at) - 1
        while codes[start - 1] in _HEAD:
            start -= 1
        places.append((start, start, False))
    rows: dict[int, tuple[int, int, int]] = {}
    for start, opens, told in sorted(places):
        window = codes[start : start + _WINDOW].tobytes().decode("utf-16-le", "replace")
        found = _FORM.match(window)
        if found and (
            told or found[1] or found[2] in _NAMED_MONTH or (found[3] or "")[:1] in ("初", "廿", "卅", "十")
        ):
            rows.setdefault(start, (start + found.end(), opens, _written(found)))
    kept = [(start, *rows[start]) for start in sorted(rows)]
    columns = np.array(kept, np.int64).reshape(-1, 4)
    once = np.append(True, columns[1:, 0] >= columns[:-1, 1])[: len(columns)]
    start, end, opening, written = columns[once].T
    return LunarDays(start, end, opening, written)


_HEAD = frozenset(ord(c) for c in "闰十" + _ONES)


def written(month: Ints, day: Ints) -> Ints:
    """Months and days of the calendar, 0 where no day is named, as `LunarDays.written` holds them."""
    return month * _MONTHS + day * _DAYS


def has_day(written: Ints) -> Bools:
    """Which of the dates name a day, not a whole month."""
    return written % _MONTHS > 0


def _written(found: re.Match[str]) -> int:
    month = _NAMED_MONTH.get(found[2]) or _value(found[2])
    day, last = (_value(part) if part else 0 for part in (found[3], found[4]))
    return bool(found[1]) * _LEAP + month * _MONTHS + day * _DAYS + last


def _value(printed: str) -> int:
    """A number up to thirty, with 初 before it or 廿 in it."""
    if printed.isdigit():
        return int(printed)
    printed = printed.removeprefix("初").replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = printed.rpartition("十")
    value = (_ONES.find(tens) + 1 if tens else 1) * 10 if ten else 0
    return value + _ONES.find(ones) + 1 if ones else value
