"""Days of the traditional calendar, one at a time, from seeds/lunar_years.csv.

Belongs here: the written forms of lunar days and their civil day. Does not belong here: the year, which the calendar of
`dates` knows, and feasts without a day.
"""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from functools import cache

from tests.oracle.numerals import SEEDS, MalformedError, value_of

_ONES = "一二三四五六七八九"
_MONTH = f"闰?(?:正|冬|腊|十[一二]?|[{_ONES}])月"
_DAY = f"(?:初[{_ONES}十]|廿[{_ONES}]?|二十[{_ONES}]?|三十|卅|十[{_ONES}]?)"
_AFTER = "(?![日个批名次家])"
_FEAST = "(?=[，。、；赏闹祭节庙赶烧])"
DAY = re.compile(
    rf"(?P<month>(?:闰)?(?:正|冬|腊)月|{_MONTH}(?=初|廿)|(?<=农历){_MONTH}|{_MONTH}(?=十[{_ONES}]?{_FEAST}))"
    rf"(?P<day>{_DAY})(?:[～—至到-](?P<last>{_DAY}))?{_AFTER}"
)
"""农历八月十五, 正月初八至十五, 腊月廿三, 八月十五赏月; in the last the word behind tells that 十五 counts nothing."""


@cache
def _years() -> dict[int, dict[str, str]]:
    with (SEEDS / "lunar_years.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["year"]): row for row in csv.DictReader(file)}


def civil_days(found: dict[str, str], year: int) -> tuple[date, date]:
    """First and last civil day of the groups of DAY in a lunar year.

    Raises:
        MalformedError: the year has no such day.
    """
    row = _years().get(year)
    if row is None:
        raise MalformedError("a lunar year beyond the table")
    leap = int(row["leap_month"] or 0)
    name = found["month"].removeprefix("闰").removesuffix("月")
    number = {"正": 1, "冬": 11, "腊": 12}.get(name) or int(value_of(name))
    doubled = found["month"].startswith("闰")
    if doubled and number != leap:
        raise MalformedError("no such leap month")
    names = [(month, again) for month in range(1, 13) for again in ((False, True) if month == leap else (False,))]
    place = names.index((number, doubled))
    begin = date.fromisoformat(row["first_day"])
    begin += timedelta(sum(30 if month == "大" else 29 for month in row["months"][:place]))
    first = int(value_of(found["day"].removeprefix("初")))
    last = int(value_of(found["last"].removeprefix("初"))) if "last" in found else first
    if not first <= last <= (30 if row["months"][place] == "大" else 29):
        raise MalformedError("no such day in the month")
    return begin + timedelta(first - 1), begin + timedelta(last - 1)
