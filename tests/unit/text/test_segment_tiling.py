"""What holds for any text: entries, headings and furniture tile it, positions are true, nothing depends on company."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.text.segment import Segments, segment

BETWEEN = {"heading", "running_head", "page_number", "contents", "index_line"}
BLANKS = " \t\r\n\x0b\x0c\x85\u00a0\u3000\u200b\ufeff\u2028\u2029"

PIECES = st.sampled_from(
    [
        *"【】〖〗〔〕［］[]「」『』■◆●▲★◇□※▌（）()。！？；，：、…·△①*#\n\n\n\r\t \u3000\u00a0\u200b\x0c\ufeff\u2028𠮷",
        *("\r\n", "\u3000\u3000", "    ", "概况", "城市供水", "灯塔修缮", "目录", "索引", "大事记", "3月"),
        *(
            "5日",
            "同日",
            "注",
            "【注】",
            "【表1】",
            "续表",
            "单位：万元",
            "表1",
            "图为",
            "临江年鉴 2010",
            "· 118 ·",
        ),
        *("- 253 -", "253", "118a", "………………118", "第一编", "第二章　总述", "第三节", "一、", "（一）", "1."),
        *(
            "1．",
            "合计 1200",
            "何　平",
            "（何小舟）",
            "（周 平）",
            "（市港航局 供稿）",
            "（林大海 摄）",
            "（以下简称港发公司）",
            "撰稿　何小舟",
        ),
        *(
            "2009年",
            "参见农业类目的小流域治理",
            "见表3",
            "全年修缮灯塔3座",
            "投入资金46万元。",
            "〔2009〕15号",
        ),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


def cut(*texts: str) -> Segments:
    names = [f"{number}.txt" for number in range(len(texts))]
    return segment(pa.table({"document_id": names, "volume_id": ["book"] * len(names), "text": list(texts)}))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("【")
@example("】")
@example("【\n")
@example("\n】灯塔")
@example("一、\n一、\n【】")
@example("\r\r\n\r")
@example("𠮷田\n【𠮷】 𠮷。（周 平）")
def test_any_text_is_tiled(text: str) -> None:
    found = cut(text)
    entries = [(row["span_start"], row["span_end"]) for row in found.entries.to_pylist()]
    between = [
        (row["span_start"], row["span_end"])
        for row in found.zones.to_pylist()
        if row["kind"] in BETWEEN
        and not any(start <= row["span_start"] and row["span_end"] <= end for start, end in entries)
    ]
    spans = sorted(entries + between)
    if not text.strip(BLANKS + "\u2000"):
        assert spans == []
        return
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    assert [end for _, end in spans[:-1]] == [start for start, _ in spans[1:]]


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_positions_are_in_order_and_true(text: str) -> None:
    found = cut(text)
    for row in found.entries.to_pylist():
        assert row["span_start"] <= row["body_start"] <= row["body_end"] <= row["span_end"]
        body = text[row["body_start"] : row["body_end"]]
        assert body == body.strip(BLANKS)
        assert row["paragraphs"] >= (1 if body else 0)
        assert (row["contributors"] is None) == (row["contributor_scope"] is None)
        if row["title"] is not None:
            printed = text[row["title_start"] : row["title_end"]]
            assert "".join(row["title"].split()) == "".join(printed.strip(BLANKS).split())
            assert row["span_start"] <= row["title_start"] <= row["title_end"] <= row["span_end"]
    zones = found.zones.to_pylist()
    assert [zone["span_start"] for zone in zones] == sorted(zone["span_start"] for zone in zones)
    assert all(0 <= zone["span_start"] < zone["span_end"] <= len(text) for zone in zones)
    for row in found.rejects.to_pylist():
        assert text[row["span_start"] : row["span_end"]] == row["source_text"]
        assert row["source_text"]
        assert row["detail"]


@settings(max_examples=150, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
def test_documents_do_not_touch_one_another(texts: list[str]) -> None:
    together = cut(*texts)
    for number, text in enumerate(texts):
        alone = cut(text)
        for name in ("entries", "zones", "rejects"):
            mine = [
                {key: value for key, value in row.items() if not key.endswith("_id")}
                for row in getattr(together, name).to_pylist()
                if row["document_id"] == f"{number}.txt"
            ]
            single = [
                {key: value for key, value in row.items() if not key.endswith("_id")}
                for row in getattr(alone, name).to_pylist()
            ]
            assert mine == single


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_carriage_returns_move_positions_and_nothing_else(text: str) -> None:
    plain = text.replace("\r", "")
    returned = plain.replace("\n", "\r\n")
    keys = ("title", "section", "contributors", "contributor_scope", "kind", "paragraphs")
    rows = [[row[key] for key in keys] for row in cut(plain).entries.to_pylist()]
    assert [[row[key] for key in keys] for row in cut(returned).entries.to_pylist()] == rows
