"""The year that heads a chronicle is that of the dates under it."""

from __future__ import annotations

import pytest

from pipeline import read_text

THREE = ["1958-03-05", "1958-04-01", "1959-01-12"]
CASES = [
    ("1958年\n3月5日　县委召开会议。\n4月　修建水库。\n1959年\n1月12日　大雪。\n", THREE),
    ("【1958年】　3月5日，召开会议。4月，修水库。\n【1959年】　1月12日，大雪。\n", THREE),
    ("民国26年（1937年）\n7月　成立抗敌会。\n", ["1937-07-01"]),
    ("1958年　3月5日　会议召开。\n4月　修水库。\n", ["1958-03-05", "1958-04-01"]),
    (
        "大事记\n1989年\n1月\n3日　召开会议。\n1990年\n3月2日　竣工。\n工业\n【概况】　全年产值3亿元，5月投产。\n",
        ["1989-01-01", "1989-01-03", "1990-03-02", "1990-05-01"],
    ),
]


@pytest.mark.parametrize(("text", "days"), CASES)
def test_year_of_heading(text: str, days: list[str]) -> None:
    dates = read_text(text, covered_year=1990)["dates"]
    under = dates[~dates["source_text"].str.contains("年")]
    assert under["date_start"].astype(str).tolist() == days
