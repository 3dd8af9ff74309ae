"""The columns of entries, the zones and the notices of pages, where an outline does not show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest

import schemas
from pipeline.text.segment import BLOCK_CHARACTERS, Segments, segment
from pipeline.text.segment.signatures import known_surnames, parse_names

PAGE = (
    "城市供水\r\n"
    "【概况】\u00a0 年末有水厂6座。　　参见农业类目的小流域治理。\r\n"
    "【水质】　水质达标率100%①。（周　平）\r\n"
    "①指出厂水。\r\n"
    "· 118 ·\r\n"
)


def cut(*texts: str) -> Segments:
    names = [f"书/{number}.txt" for number in range(len(texts))]
    return segment(pa.table({"document_id": names, "volume_id": ["书"] * len(names), "text": list(texts)}))


def rows(text: str) -> list[dict[str, Any]]:
    return cut(text).entries.to_pylist()


def zones(text: str, *kinds: str) -> list[str]:
    found = cut(text).zones.to_pylist()
    return [text[zone["span_start"] : zone["span_end"]] for zone in found if zone["kind"] in kinds]


def notices(text: str) -> list[tuple[str, str]]:
    return [(row["reason"], row["source_text"]) for row in cut(text).rejects.to_pylist()]


def test_the_columns_of_a_page() -> None:
    first, second = rows(PAGE)
    assert (first["entry_id"], first["ordinal"], second["entry_id"]) == ("书/0.txt#001", 1, "书/0.txt#002")
    assert first["section"] == second["section"] == "城市供水"
    assert PAGE[first["title_start"] : first["title_end"]] == first["title"] == "概况"
    assert PAGE[first["span_start"] : first["span_end"]].startswith("【概况】")
    assert PAGE[first["body_start"] : first["body_end"]] == "年末有水厂6座。　　参见农业类目的小流域治理。"
    assert first["span_end"] == second["span_start"]
    assert (first["paragraphs"], first["kind"], second["kind"]) == (2, "overview", "composite")
    assert PAGE[second["span_end"] :] == "· 118 ·\r\n"


def test_the_zones_of_a_page() -> None:
    assert zones(PAGE, "heading") == ["城市供水\r\n"]
    assert zones(PAGE, "title") == ["【概况】", "【水质】"]
    assert zones(PAGE, "cross_reference") == ["参见农业类目的小流域治理"]
    assert zones(PAGE, "signature") == ["（周　平）"]
    assert zones(PAGE, "note") == ["①指出厂水。"]
    assert zones(PAGE, "page_number") == ["· 118 ·\r\n"]


def test_the_tables_keep_their_contract() -> None:
    found = cut(PAGE, "【】 甲。")
    for name, table in (("entries", found.entries), ("rejects", found.rejects)):
        assert table.schema.equals(schemas.arrow_schema(name))
        schemas.conform(table, name)


def test_a_signature_before_a_note_stays_outside_the_end_of_the_body_only_if_it_is_last() -> None:
    (entry,) = rows("【水质】 达标。（周　平）\n注：指出厂水。")
    assert entry["contributors"] == "周平"
    assert entry["body_end"] == len("【水质】 达标。（周　平）\n注：指出厂水。")
    (entry,) = rows("【水质】 达标。 （周　平）\n\n")
    assert entry["body_end"] == len("【水质】 达标。")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("【水质 达标率100%。", [("bracket_unbalanced", "【水质")]),
        ("水质】 达标率100%。", [("bracket_unbalanced", "水质】")]),
        ("【全年抽检1200份，全部合格。", [("bracket_unbalanced", "【")]),
        ("【水质] 达标率100%。", [("bracket_mismatch", "【水质]")]),
        ("［水质】 达标率100%。", [("bracket_mismatch", "［水质】")]),
        ("【】 达标率100%。", [("empty_title", "【】")]),
        ("【水质】\n【水价】 未变。", [("empty_body", "【水质】")]),
        ("【水质】（周　平）\n【水价】 未变。", [("empty_body", "【水质】")]),
        ("【】\n", [("empty_body", "【】"), ("empty_title", "【】")]),
        ("【水质】 达标。\n未署名。", []),
    ],
)
def test_what_an_editor_should_look_at(text: str, found: list[tuple[str, str]]) -> None:
    assert notices(text) == found


def test_a_notice_says_where_and_what_to_do() -> None:
    found = cut("【水价】 未变。", "【水价】 未变。\n【水质] 达标。").rejects.to_pylist()
    assert found == [
        {
            "reject_id": "书/1.txt!9:bracket_mismatch",
            "document_id": "书/1.txt",
            "volume_id": "书",
            "entry_id": "书/1.txt#002",
            "span_start": 9,
            "span_end": 13,
            "source_text": "【水质]",
            "stage": "segment",
            "reason": "bracket_mismatch",
            "detail": "opened by 【, closed by ]; make the pair match",
        }
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("【概况】 年末有水厂6座。", "overview"),
        ("【气候概况】 年平均气温16.5℃。", "overview"),
        ("【望江大道通车】 全长23公里。", "event"),
        ("【港口论坛】 5月26日，港口发展论坛在望川举行。", "event"),
        ("【节水】 5月起实行阶梯水价。", "composite"),
        ("【1月】 4日，召开会议。", "chronicle"),
        ("4日　召开会议。\n12日　大风。", "chronicle"),
        ("年末有水厂6座。", "article"),
        ("城市供水\n年末有水厂6座。\n【水质】 达标。", "overview"),
    ],
)
def test_kinds_of_entries(text: str, kind: str) -> None:
    assert rows(text)[0]["kind"] == kind


def test_levels_of_headings() -> None:
    text = "第三编　水利\n第一章　河道\n第一节　干流\n一、东溪\n（一）上游\n上游长12公里。\n"
    found = cut(text).zones.to_pylist()
    assert [zone["level"] for zone in found if zone["kind"] == "heading"] == [1, 2, 3, 4, 5]


def test_a_long_entry_is_whole() -> None:
    text = "【水质】 " + "抽检水样1200份，合格率100%。" * 400 + "（周　平）"
    (entry,) = rows(text)
    assert (entry["span_start"], entry["span_end"], entry["contributors"]) == (0, len(text), "周平")


def test_rare_characters_count_one_position() -> None:
    text = "𠮷田\n【𠮷祥】 𠮷祥。\n【水质】 达标。（周　平）"
    first, second = rows(text)
    assert [text[row["title_start"] : row["title_end"]] for row in (first, second)] == ["𠮷祥", "水质"]
    assert text[second["body_start"] : second["body_end"]] == "达标。"


def test_more_text_than_one_block_is_cut_alike() -> None:
    page = "供水\n【概况】 " + "年末有水厂6座，日供水能力80万吨。" * 2000 + "（周　平）\n"
    count = BLOCK_CHARACTERS // len(page) + 2
    found = cut(*[page] * count)
    assert found.entries.num_rows == count
    assert set(found.entries["contributors"].to_pylist()) == {"周平"}
    assert set(found.entries["span_end"].to_pylist()) == {len(page)}


def test_no_documents_make_empty_tables() -> None:
    found = cut()
    assert (found.entries.num_rows, found.zones.num_rows, found.rejects.num_rows) == (0, 0, 0)


@pytest.mark.parametrize(
    ("inner", "authors", "photographers"),
    [
        ("周平", ["周平"], []),
        ("周平　摄", [], ["周平"]),
        ("摄影：周平", [], ["周平"]),
        ("撰稿：林大海　摄影：周平", ["林大海"], ["周平"]),
        ("林大海、周平/文　何小舟/图", ["林大海", "周平"], ["何小舟"]),
        ("东方　红", ["东方红"], []),
        ("国　平", ["国平"], []),
        ("撰稿：林大海　审稿：周平", ["林大海"], []),
        ("市渔业局：林大海", ["市渔业局", "林大海"], []),
        ("市档案局、林大海", ["市档案局", "林大海"], []),
    ],
)
def test_names_and_roles(inner: str, authors: Sequence[str], photographers: Sequence[str]) -> None:
    names = parse_names(inner, known_surnames())
    assert names
    assert (list(names.authors), list(names.photographers)) == (authors, photographers)


@pytest.mark.parametrize(
    "inner",
    [
        "东岸",
        "国内",
        "试行",
        "含水域",
        "以下简称水务局",
        "见表2",
        "2009年",
        "单位：万元",
        "市区",
        "林大海等3人",
        "、",
        " ",
    ],
)
def test_what_is_no_name(inner: str) -> None:
    assert parse_names(inner, known_surnames()) is None
