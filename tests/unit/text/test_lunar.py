"""Days of the traditional calendar, in sentences as gazetteers and yearbooks write them."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from pipeline import SEEDS, read_text
from pipeline.text.dates.lunar import LunarYears

CASES = [
    ("农历八月十五，渡口村举办赛舟会。", "八月十五", "2009-10-03", "2009-10-03"),
    ("正月初八至十五，灯会接待游客2万人。", "正月初八至十五", "2009-02-02", "2009-02-09"),
    ("腊月廿四，全镇清扫街巷。", "腊月廿四", "2009-01-19", "2009-01-19"),
    ("闰五月降雨偏多。", "闰五月", "2009-06-23", "2009-07-21"),
    ("一九八七年农历四月初八，寺内举行法会。", "一九八七年农历四月初八", "1987-05-05", "1987-05-05"),
    ("光绪三十二年八月，邑人集资办学堂。", "光绪三十二年八月", "1906-09-18", "1906-10-17"),
    ("宣统元年三月初五，铁路开工。", "宣统元年三月初五", "1909-04-24", "1909-04-24"),
    ("民国元年八月，改州为县。", "民国元年八月", "1912-08-01", "1912-08-31"),
]


@pytest.mark.parametrize(("text", "span", "first", "last"), CASES)
def test_lunar_day_is_a_day_of_the_civil_calendar(text: str, span: str, first: str, last: str) -> None:
    dates = read_text(f"【岁时】 {text}", covered_year=2009)["dates"]
    assert dates[["source_text", "date_start", "date_end"]].astype(str).to_numpy().tolist() == [[span, first, last]]


@pytest.mark.parametrize(
    "text", ["5月初一批设备到货。", "初三学生1200人。", "农历年画展出80幅。", "修正月报3份。", "公历日期不改。"]
)
def test_what_only_looks_lunar(text: str) -> None:
    dates = read_text(f"【教育】 {text}", covered_year=2009)["dates"]
    assert [d for d in dates["source_text"] if d not in ("5月初",)] == []


def test_a_day_the_calendar_does_not_have_is_a_reject() -> None:
    tables = read_text("【岁时】 2009年农历正月三十日至二月初二举办庙会。闰四月无雨。", covered_year=2009)
    assert "闰四月" in list(tables["rejects"]["source_text"])


def test_the_table_reaches_from_new_year_to_new_year() -> None:
    with (Path(SEEDS) / "lunar_years.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    years = LunarYears.of(rows)
    assert date.fromordinal(int(years.new_year[2012 - years.first]) + date(1970, 1, 1).toordinal()) == date(2012, 1, 23)
    broken = [dict(row) for row in rows]
    broken[200]["months"] = broken[200]["months"].replace("大", "小", 1)
    with pytest.raises(ValueError, match=r"lunar_years\.csv:202"):
        LunarYears.of(broken)
