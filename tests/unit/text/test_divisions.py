"""Which division a name means, by year and by region."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.text.divisions import divisions_in, load_divisions, short_of

ROWS = load_divisions(Path(__file__).parents[3] / "seeds" / "divisions.csv")


@pytest.mark.parametrize(
    ("year", "name", "code"),
    [
        # 建德 was a county until 1992, then a city under the province's own numbers, then under the prefecture's
        (1985, "建德县", "330126"),
        (1993, "建德市", "339013"),
        (2009, "建德市", "330182"),
        (2009, "建德县", None),
        (1980, "余杭县", "330125"),
        (2005, "余杭区", "330110"),
        (2013, "富阳市", "330183"),
        (2020, "富阳区", "330111"),
    ],
)
def test_a_name_has_the_code_of_its_year(year: int, name: str, code: str | None) -> None:
    assert divisions_in(ROWS, year, "杭州市", "330100").code_of(name) == code


def test_namesakes_are_told_apart_by_the_region_of_the_book() -> None:
    assert divisions_in(ROWS, 2009, "南京市", "320100").code_of("鼓楼区") == "320106"
    assert divisions_in(ROWS, 2009, "福州市", "350100").code_of("鼓楼区") == "350102"
    assert divisions_in(ROWS, 2009, "杭州市", "330100").code_of("鼓楼区") is None


def test_a_county_book_sees_its_neighbours_in_the_same_prefecture() -> None:
    seen = divisions_in(ROWS, 2009, "桐庐县", "330122")
    assert seen.code_of("淳安") == "330127"
    assert seen.code_of("西湖区") == "330106"


def test_short_names_mean_the_larger_place() -> None:
    assert divisions_in(ROWS, 2009, None, None).code_of("吉林") == "220000"


def test_a_region_that_no_table_knows_is_still_a_name() -> None:
    seen = divisions_in(ROWS, 2009, "临澜市", None)
    assert {"临澜市", "临澜"} <= set(seen.names)
    assert seen.code_of("临澜市") is None
    assert seen.is_full("临澜市")


def test_years_outside_the_table_take_the_nearest() -> None:
    assert divisions_in(ROWS, 2031, "杭州市").code_of("临平区") == "330113"
    assert divisions_in(ROWS, 1956, "杭州市").code_of("半山区") == "330107"


@pytest.mark.parametrize(
    ("name", "short"), [("临河市", "临河"), ("长宁县", "长宁"), ("通县", "通县"), ("清河镇", "清河镇")]
)
def test_short_forms(name: str, short: str) -> None:
    assert short_of(name) == short


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "divisions.csv"
    path.write_text(
        "code,name,short_name,level,prefecture_code,province_code,first_year,last_year\n1,甲,甲,county,,,x,2000\n",
        encoding="utf-8",
    )
    with pytest.raises(ValueError, match="line 2"):
        load_divisions(path)
