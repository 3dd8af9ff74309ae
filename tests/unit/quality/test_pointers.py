"""References: which book and entry a clause names, and when one that leads nowhere is certain to be wrong."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.quality.audits.pointers import Index, Led, Pointer, follow, read_pointer

STEM, CALLED, LEAST = "临江年鉴", 2010, 20


def index(name: str, entries: dict[str, str], headings: Sequence[str] = ()) -> Index:
    """A volume of entries, title → section."""
    ids = [f"{name}#{n}" for n in range(len(entries))]
    return Index(name, ids, list(entries), list(entries.values()), lambda: headings)


OWN = index(
    "临江年鉴（2010）",
    {"水利工程建设": "农业", "污水处理": "城市建设", "公园建设": "城市建设", "粮食生产": "种植业"},
    ["农业", "种植业", "城市建设"],
)
LAST = index("临江年鉴（2009）", {"渡口改造": "水路运输"})


def followed(clause: str, own: Index = OWN) -> Led:
    row = {"source_text": clause}
    (led,) = follow([row], own, {2009: LAST}, STEM, CALLED, LEAST)
    return led


@pytest.mark.parametrize(
    ("clause", "pointer"),
    [
        ("参见农业类目的水利工程", Pointer(None, "农业", "水利工程")),
        ("参见《临江年鉴（2009）》“渡口改造”条目", Pointer(2009, None, "渡口改造")),
        ("参见2009年《临江年鉴》水运类目的渡口改造", Pointer(2009, "水运", "渡口改造")),
        ("参见《临江年鉴》二〇〇九年卷【渡口改造】", Pointer(2009, None, "渡口改造")),
        ("见本年鉴2008年卷“渡口改造”", Pointer(2008, None, "渡口改造")),
        ("并见上年卷《渡口改造》条目", Pointer(2009, None, "渡口改造")),
        ("参见《临江年鉴（2010）》【污水处理】", Pointer(None, None, "污水处理")),
        ("详见《临江年鉴》农业类目的水利工程", Pointer(None, "农业", "水利工程")),
        ("参见《河东年鉴（2009）》“渡口改造”条目", Pointer(0, None, "渡口改造")),
        ("详见《临江市2009年统计公报》", Pointer(None, None, "临江市2009年统计公报")),
    ],
)
def test_what_a_clause_names(clause: str, pointer: Pointer) -> None:
    assert read_pointer(clause, STEM, CALLED) == pointer


@pytest.mark.parametrize(
    ("clause", "verdict", "target"),
    [
        ("参见农业类目的水利工程", "consistent", "水利工程建设"),
        ("参见农业类目的粮食生产", "consistent", "粮食生产"),
        ("参见《临江年鉴（2009）》“渡口改造”条目", "consistent", "渡口改造"),
        ("见“种植业”", "consistent", None),
        ("参见农业类目的乡村电网", "inconsistent", None),
        ("参见农业类目的水利建设", "unchecked", None),
        ("参见工业类目的供水工程", "unchecked", None),
        ("参见【雨污分流】", "unchecked", None),
        ("详见《临江市城市总体规划》", "unchecked", None),
        ("见本书第125页", "unchecked", None),
        ("见表3", "unchecked", None),
        ("详见附录", "unchecked", None),
        ("参见《河东年鉴（2009）》“渡口改造”条目", "unchecked", None),
        ("参见《临江年鉴（2009）》水路运输类目的大桥通车", "unchecked", None),
        ("参见《临江年鉴（2007）》“大桥通车”条目", "unchecked", None),
    ],
)
def test_where_a_reference_leads(clause: str, verdict: str, target: str | None) -> None:
    led = followed(clause)
    titles = dict(zip([*OWN.ids, *LAST.ids], [*OWN.titles, *LAST.titles], strict=True))
    assert (led.verdict, titles.get(led.target or "")) == (verdict, target)
    assert led.explanation.startswith(f"{clause}：")


def test_a_book_of_many_entries_is_no_excerpt() -> None:
    many = index("临江年鉴（2010）", {f"第{n}水厂扩建": "供水" for n in range(LEAST)})
    assert followed("参见【雨污分流】", many).verdict == "inconsistent"
    assert followed("参见【水厂】", many).verdict == "unchecked"
    assert followed("参见“雨污分流”", many).verdict == "unchecked"


def test_headings_are_read_only_where_no_entry_fits() -> None:
    def headings() -> Sequence[str]:
        raise AssertionError("the text was opened")

    assert followed("参见农业类目的水利工程", replace(OWN, printed_headings=headings)).verdict == "consistent"
