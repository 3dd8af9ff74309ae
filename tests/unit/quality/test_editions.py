"""Two editions of one series: what contradicts last year's book, what only differs from it, and who is a neighbour."""

from dataclasses import replace
from typing import Any

import pytest

from pipeline.quality.audits import audit_editions
from pipeline.quality.audits.editions import Book
from pipeline.quality.audits.indicators import COLUMNS
from pipeline.quality.series import Edition, Shelf, stem_of
from tests.unit.quality.test_audits import book


def edition(year: int, text: str) -> Book:
    tables = book(f"y{year}", year, {"1.txt": text}, "330199")
    texts = dict(
        zip(tables["documents"]["document_id"].to_pylist(), tables["documents"]["text"].to_pylist(), strict=True)
    )
    entries = tables["entries"].select(["entry_id", "title", "section"])
    return Book(year, entries, tables["quantities"].select(COLUMNS), texts.__getitem__)


def compared(before: str, now: str) -> list[dict[str, Any]]:
    """The audits of the later of two books of 2008 and 2009."""
    rows: list[dict[str, Any]] = audit_editions(edition(2008, before), edition(2009, now))["audits"].to_pylist()
    return rows


BEFORE = "【商贸流通】全年实现社会消费品零售总额80.5亿元，比上年增长12.0%。\n【供水情况】城区供水总量4210万立方米。"
NOW = (
    "【商贸流通】全年实现社会消费品零售总额{now}亿元，比上年增长{growth}%。\n"
    "【供水情况】城区供水总量4410万立方米，上年供水总量{before}万立方米。"
)


@pytest.mark.parametrize(
    ("now", "growth", "before", "expected"),
    [
        ("93.4", "16.0", "4210", ["consistent", "consistent"]),
        ("93.4", "16.0", "4190", ["consistent", "unchecked"]),
        ("934", "16.0", "4210", ["inconsistent", "consistent"]),
        ("93.4", "19.0", "4210", ["unchecked", "consistent"]),
        ("93.4", "16.0", "42100", ["consistent", "inconsistent"]),
    ],
)
def test_last_years_level_and_growth(now: str, growth: str, before: str, expected: list[str]) -> None:
    rows = compared(BEFORE, NOW.format(now=now, growth=growth, before=before))
    assert [r["verdict"] for r in rows] == expected
    assert {(r["kind"], r["volume_id"]) for r in rows} == {("cross_volume", "y2009")}


def test_terms_cite_both_books() -> None:
    terms = audit_editions(
        edition(2008, BEFORE), edition(2009, NOW.format(now="93.4", growth="16.0", before="4210"))
    )["audit_terms"].to_pylist()
    assert [(t["quantity_id"].split("/")[0], t["part"]) for t in terms] == [
        ("y2009", "change"),
        ("y2009", "level"),
        ("y2008", "previous"),
        ("y2009", "level"),
        ("y2008", "previous"),
    ]


WATER = "【供水情况】城区供水总量4210万立方米。"


@pytest.mark.parametrize(
    ("before", "now", "verdict", "said"),
    [
        (WATER, "【供水情况】上年城区供水总量4190万立方米。", "unchecked", "两卷不同，或经修订，未作判断"),
        (WATER, "【供水情况】上年城区供水总量2190万立方米。", "unchecked", "口径或有变动，未作判断"),
        (WATER, "【供水情况】上年城区供水总量42100万立方米。", "inconsistent", "两卷相差十倍，疑为单位或小数点之误"),
        (
            WATER,
            "【供水情况】上年城区供水总量42100万立方米（据水利普查修订）。",
            "unchecked",
            "本卷注明“普查”，两卷不同而有说明，未作判断",
        ),
        (
            "【供水情况】城区供水总量4210万立方米（快报数）。",
            "【供水情况】上年城区供水总量4190万立方米。",
            "unchecked",
            "上年卷注明“快报”，两卷不同而有说明，未作判断",
        ),
        (
            WATER,
            "【供水情况】上年城区供水总量42100万立方米。（注：上年数已按普查结果修订）",
            "unchecked",
            "本卷注明“普查”，两卷不同而有说明，未作判断",
        ),
        (
            WATER,
            "【供水情况】上年城区供水总量42100万立方米。开展水利普查。",
            "inconsistent",
            "两卷相差十倍，疑为单位或小数点之误",
        ),
        (WATER, "【供水情况】上年城区供水总量0.42亿立方米。", "consistent", "本卷称上年为0.42亿立方米"),
        (WATER, "【供水情况】上年城区供水总量4210.3万立方米。", "rounding", "本卷称上年为4210.3万立方米"),
        (
            "【植树造林】完成造林面积3200亩。",
            "【植树造林】上年完成造林面积213.3公顷。",
            "consistent",
            "本卷称上年为213.3公顷",
        ),
        (
            "【植树造林】完成造林面积3210亩。",
            "【植树造林】上年完成造林面积3210公顷。",
            "inconsistent",
            "两卷相差15倍（亩与公顷），疑为单位或小数点之误",
        ),
        ("【校舍】新建校舍5幢。", "【校舍】上年新建校舍50幢。", "unchecked", "口径或有变动，未作判断"),
    ],
    ids=["近", "远", "十倍", "修订", "快报", "注", "下句普查", "约数", "更细", "换算", "亩公顷", "一位数"],
)
def test_a_difference_alone_proves_nothing(before: str, now: str, verdict: str, said: str) -> None:
    rows = compared(before, now)
    assert [r["verdict"] for r in rows] == [verdict]
    assert rows[0]["explanation"].endswith(said)


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        (
            "【普通教育】年末有在校学生8230人。",
            "【普通教育】年末有在校学生8353人，比上年增加123人。",
            "consistent",
        ),
        (
            "【普通教育】年末有在校学生8230人。",
            "【普通教育】年末有在校学生8353人，比上年减少123人。",
            "inconsistent",
        ),
        (
            "【普通教育】年末有在校学生8230人。",
            "【普通教育】年末有在校学生8353人，比上年减少260人。",
            "unchecked",
        ),
        (
            "【公路客运】公路客运量500.0万人次。",
            "【公路客运】公路客运量474.0万人次，比上年增长5.2%。",
            "unchecked",
        ),
        (
            "【普通教育】小学适龄儿童入学率99.7%。",
            "【普通教育】小学适龄儿童入学率99.9%，比上年提高0.2个百分点。",
            "consistent",
        ),
        (
            "【经济总量】全市地区生产总值320亿元。",
            "【经济总量】全市地区生产总值356.2亿元，比上年增长9.3%。",
            "unchecked",
        ),
    ],
    ids=["增加", "方向相反", "减少", "或为巧合", "百分点", "可比价"],
)
def test_increase_and_points(before: str, now: str, verdict: str) -> None:
    assert [r["verdict"] for r in compared(before, now)] == [verdict]


def test_another_scope_is_another_indicator() -> None:
    assert not compared(
        "【居民收入】市区居民人均可支配收入2.31万元。", "【居民收入】上年全市居民人均可支配收入23100万元。"
    )


def test_tellings_of_one_book_count_only_where_they_agree() -> None:
    now = "【旅游综述】上年旅游总收入4.56亿元。"
    agreeing = "【旅游综述】旅游总收入4.6亿元。\n【旅游综述】旅游总收入4.56亿元。"
    assert [r["verdict"] for r in compared(agreeing, now)] == ["consistent"]
    assert not compared(agreeing.replace("4.6", "8.6"), now)


def test_an_indicator_is_found_under_another_title_where_its_name_is_long() -> None:
    before = "【商贸概况】社会消费品零售总额80.5亿元。"
    now = "【市场建设】社会消费品零售总额93.4亿元，比上年增长16.0%。"
    assert [r["verdict"] for r in compared(before, now)] == ["consistent"]
    assert not compared(before.replace("社会消费品零售总额", "利税"), now.replace("社会消费品零售总额", "利税"))


ONE = Edition("a-2010", "临江年鉴（2010）", 2009, 2010, "330199", "临江市")
BEFORE_ONE = replace(ONE, volume_id="a-2009", title="临江年鉴2009", covered_year=2008, edition_year=2009)


def test_titles_without_their_years() -> None:
    names = ["临江年鉴（2010）", "2009 临江年鉴", "《临江年鉴·２０１０》", "临江年鉴 二〇〇九年卷"]
    names.append("临江年鉴（总第12卷）")
    assert {stem_of(name) for name in names} == {"临江年鉴"}
    assert stem_of("临江统计年鉴（2010）") != stem_of(names[0])


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (BEFORE_ONE, True),
        (replace(BEFORE_ONE, region_code=None), True),
        (replace(BEFORE_ONE, region_code="330299"), False),
        (replace(BEFORE_ONE, title="临江统计年鉴（2009）"), False),
        (replace(BEFORE_ONE, covered_year=2007), False),
        (replace(BEFORE_ONE, covered_year=None), False),
    ],
)
def test_the_edition_of_the_year_before(other: Edition, found: bool) -> None:
    shelf = Shelf([other, ONE])
    assert shelf.before("a-2010") == ("a-2009" if found else None)
    assert shelf.before("a-2009") is None


def test_two_books_that_claim_one_year_are_no_neighbours() -> None:
    assert Shelf([BEFORE_ONE, replace(BEFORE_ONE, volume_id="copy"), ONE]).before("a-2010") is None


def test_an_edition_is_called_by_its_own_year() -> None:
    shelf = Shelf([BEFORE_ONE, ONE])
    assert shelf.called("a-2010", 2009) == "a-2009"
    assert shelf.called("a-2010", 2010) is None
    assert shelf.called("a-2010", 2008) is None


def test_a_guessed_year_makes_no_edition() -> None:
    row = vars(ONE) | {"covered_year_source": "vote"}
    assert Edition.of(row).covered_year is None
    assert Edition.of(row | {"covered_year_source": "title"}).covered_year == 2009
