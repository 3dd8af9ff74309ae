"""Laws that the tables of facts keep on any text at all, sensible or not.

Belongs here: properties of the whole text stage (segment, then read_facts) that hold for every input: it never
raises, spans are true, nothing is lost or claimed twice, one document does not touch another. Does not belong
here: what a certain phrase means (test_oracle, test_phenomena) and the laws of the published files
(tests/unit/quality).
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import pipeline
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

Tables = dict[str, list[dict[str, Any]]]

FACTS = ("quantities", "dates", "numerals", "rejects")
CLAIMS = {"quantity", "date", "non_quantity", "reject"}
CLAIMED_TABLE = {
    "quantity": ("quantities", "quantity_id"),
    "date": ("dates", "date_id"),
    "reject": ("rejects", "reject_id"),
}



def _words(phrases: str) -> list[str]:
    return phrases.split("|")


ODD = [
    *"\ufeff\u200b\u200d\u2060\u00ad\x00\x85\u2028\x0c\ud7ff\ue000\ufffd\u0301\r\n\t\u00a0\u2009",
    *"𠮷😀𝟙𝟚①Ⅲ㎡½²٣１．，㈠㊀〸",
    "👨‍👩‍👧", "\r\n", "\u3000\u3000",
]  # fmt: skip
WORDS = _words(
    "【概况】|【机构】\n|产值|比上年增长|下降|约|超过|以上|左右|不足|第|前|百分之|分之|成|余|多|半|负|点|、|和|～|—|-|至|，|。|；"
    "|（|）|“|”|《|》|:|/|.|,|..|%|‰|O|l|亿元|万人|吨|个百分点|平方米|元/平方米|倍|番|号|届|级|位|名|家|次|小时|年|月|日"
    "|季度|上半年|一季度|年末|世纪|年代|农历|民国|次年|上年|26日|其中|分别|图|表|翻|零下|为|占|居全省第"
)
NUMERALS = _words(
    "0|1|2|3|4|5|6|7|8|9|０|９|一|二|三|四|五|六|七|八|九|十|百|千|万|亿|两|零|〇|壹|贰|叁|拾|佰|仟|廿|卅|几|数"
    "|2009|1978年|12|3.5|1,234|12，345|十五"
)

any_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
odd_text = st.lists(st.sampled_from(ODD + WORDS + NUMERALS), max_size=40).map("".join)
page_text = st.lists(st.sampled_from(WORDS + NUMERALS * 2), min_size=1, max_size=60).map("".join)
mixed_text = st.lists(
    st.one_of(st.sampled_from(ODD), st.sampled_from(WORDS), st.sampled_from(NUMERALS), any_text), max_size=25
).map("".join)
texts = st.one_of(any_text, odd_text, page_text, mixed_text)

moderate = settings(deadline=None, max_examples=100, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
few = settings(deadline=None, max_examples=50, derandomize=True, suppress_health_check=[HealthCheck.too_slow])


@cache
def _reference() -> Reference:
    return load_reference(pipeline.SEEDS)


def _documents(texts: list[str]) -> pa.Table:
    rows = [
        {
            "document_id": f"book/{number}.txt",
            "volume_id": "book",
            "media_type": "text/plain",
            "encoding": "utf-8",
            "sha256": hashlib.sha256(text.encode()).hexdigest(),
            "characters": len(text),
            "text": text,
        }
        for number, text in enumerate(texts)
    ]
    return pa.Table.from_pylist(rows, schema=DOCUMENTS)


def _read(texts: list[str], numbers: list[int] | None = None) -> Tables:
    """The tables of facts of documents as lists of rows; `numbers` picks which of `texts` are read."""
    documents = _documents(texts)
    if numbers is not None:
        documents = documents.take(pa.array(numbers, pa.int64()))
    segments = segment(documents)
    volume = Volume("book", None, None, 2009, "manifest", None, None, None)
    facts = read_facts(documents, segments.entries, segments.zones, volume, _reference())
    return {"entries": segments.entries.to_pylist(), **{name: facts[name].to_pylist() for name in FACTS}}


def _own(tables: Tables, document_id: str) -> Tables:
    return {name: [row for row in rows if row["document_id"] == document_id] for name, rows in tables.items()}


@moderate
@example("")
@example("\n")
@example("1")
@example("工作顺利。")
@example("5万吨")
@example("【概况】 \r\n全年产煤３，４００吨\u3000\u3000其中一矿12\n34吨。")
@example("𠮷林镇😀2.5万人，①3吨，½")
@given(texts)
def test_spans_are_slices_and_rows_are_sorted(text: str) -> None:
    tables = _read([text])
    for name in FACTS:
        rows = tables[name]
        for row in rows:
            assert 0 <= row["span_start"] < row["span_end"] <= len(text), (name, row)
            assert text[row["span_start"] : row["span_end"]] == row["source_text"], (name, row)
        starts = [row["span_start"] for row in rows]
        assert starts == sorted(starts), name
    for name, key in (("quantities", "quantity_id"), ("dates", "date_id"), ("rejects", "reject_id")):
        keys = [row[key] for row in tables[name]]
        assert len(set(keys)) == len(keys), name


@moderate
@example("1..5万吨")
@example("12\n34万人，5O吨，1．5万")
@given(texts)
def test_every_digit_is_accounted_for_once(text: str) -> None:
    tables = _read([text])
    claimed = [0] * len(text)
    for row in tables["numerals"]:
        for place in range(row["span_start"], row["span_end"]):
            claimed[place] += 1
    assert max(claimed, default=0) <= 1, "two rows of numerals share a character"
    missing = [
        place for place, character in enumerate(text) if character in "0123456789" and not claimed[place]
    ]
    assert not missing, f"digits in no row of numerals: {missing}"


@moderate
@given(texts)
def test_every_claim_names_a_row_that_holds_the_numeral(text: str) -> None:
    tables = _read([text])
    spans = {
        claim: {row[key]: (row["span_start"], row["span_end"]) for row in tables[table]}
        for claim, (table, key) in CLAIMED_TABLE.items()
    }
    claims: dict[str, int] = {}
    for row in tables["numerals"]:
        assert row["claimed_by"] in CLAIMS, row
        if row["claimed_by"] == "non_quantity":
            assert row["reason"], f"a numeral that is no quantity needs a reason: {row}"
            continue
        assert row["claim_id"] in spans[row["claimed_by"]], f"claim of no row: {row}"
        start, end = spans[row["claimed_by"]][row["claim_id"]]
        assert max(start, row["span_start"]) < min(end, row["span_end"]), f"claimed by a row elsewhere: {row}"
        claims[row["claim_id"]] = claims.get(row["claim_id"], 0) + 1
    for claim in ("quantity", "date"):
        table, key = CLAIMED_TABLE[claim]
        for row in tables[table]:
            bare = not any(
                unicodedata.numeric(character, None) is not None or character in "两几数仟佰拾"
                for character in row["source_text"]
            )
            assert bare or row[key] in claims, f"no numeral is claimed by {row}"


STATED: dict[str, Callable[[Any, Any, Any], bool]] = {
    "exact": lambda value, low, high: value is None or value == low == high,
    "over": lambda value, low, high: value == low is not None and high is None,
    "at_least": lambda value, low, high: low is not None and value in (low, None),
    "at_most": lambda value, low, high: low is None and high is not None and value == high,
    "about": lambda value, low, high: value is not None and low is None and high is None,
    "range": lambda value, low, high: value is None and low is not None and high is not None,
    "top_n": lambda value, low, high: low == 1 and value == high,
}
"""What value, low and high must be for each bound."""


@moderate
@given(texts)
def test_values_agree_with_their_bounds(text: str) -> None:
    for row in _read([text])["quantities"]:
        value, low, high = row["value"], row["low"], row["high"]
        assert STATED[row["bound"]](value, low, high), row
        assert None in (low, high) or low <= high, row
        assert value is None or row["value_float"] == pytest.approx(float(value)), row


@moderate
@given(texts)
def test_dates_are_in_order_or_partial(text: str) -> None:
    for row in _read([text])["dates"]:
        first, last, partial = row["date_start"], row["date_end"], row["partial"]
        assert (first is None) == (last is None), row
        assert partial if first is None else first <= last, row


@moderate
@given(texts)
def test_rows_lie_in_the_entry_they_name(text: str) -> None:
    tables = _read([text])
    entries = {row["entry_id"]: (row["span_start"], row["span_end"]) for row in tables["entries"]}
    for name in FACTS:
        for row in tables[name]:
            if row["entry_id"] is not None:
                start, end = entries[row["entry_id"]]
                assert start <= row["span_start"] < end, (name, row)


@few
@example(["【甲】 5月26日，共12人。", "【乙】 26日，3吨。"])
@example(["约", "5吨", "以上"])
@example(["2009年", "6月", "3日"])
@given(st.lists(texts, min_size=2, max_size=4))
def test_documents_do_not_touch_each_other(several: list[str]) -> None:
    together = _read(several)
    for number in range(len(several)):
        assert _own(together, f"book/{number}.txt") == _read(several, [number]), several[number]


@few
@given(st.lists(texts, min_size=1, max_size=2))
def test_same_input_gives_same_tables(several: list[str]) -> None:
    assert _read(several) == _read(several)
