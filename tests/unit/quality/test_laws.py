"""The laws find what is wrong and name it, and let alone what is right."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import schemas
from pipeline import SEEDS
from pipeline.quality import laws, settle
from pipeline.quality.audits.rules import load_rules
from pipeline.quality.place import Text

FIRST = "沿江公路改建\n全年完成投资3.2亿元，新建桥梁12座。\n"
SECOND = "𠮷家村人口1480人。\n"  # the first character lies beyond the basic plane

LIMITS = load_rules(SEEDS).limits


def documents(*texts: str) -> pa.Table:
    rows = [
        {
            "document_id": f"临江-2012/{i}.txt",
            "volume_id": "临江-2012",
            "media_type": "text/plain",
            "encoding": "utf-8",
            "sha256": "0" * 64,
            "characters": len(text),
            "text": text,
        }
        for i, text in enumerate(texts, 1)
    ]
    return pa.Table.from_pylist(rows, schema=schemas.arrow_schema("documents"))


def numeral(text: str, printed: str, document: int = 1, **more: Any) -> dict[str, Any]:
    start = text.index(printed)
    return {
        "document_id": f"临江-2012/{document}.txt",
        "entry_id": f"临江-2012/{document}.txt#001",
        "volume_id": "临江-2012",
        "span_start": start,
        "span_end": start + len(printed),
        "source_text": printed,
        "claimed_by": "non_quantity",
        "reason": "test",
        **more,
    }


def table(name: str, *rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=schemas.arrow_schema(name))


def entry(
    text: str, document: int = 1, start: int = 0, end: int | None = None, ordinal: int = 1
) -> dict[str, Any]:
    end = len(text) if end is None else end
    return {
        "entry_id": f"临江-2012/{document}.txt#{ordinal:03}",
        "document_id": f"临江-2012/{document}.txt",
        "volume_id": "临江-2012",
        "ordinal": ordinal,
        "span_start": start,
        "span_end": end,
        "body_start": start,
        "body_end": end,
        "paragraphs": 1,
    }


def test_slice_law_sees_every_kind_of_mismatch() -> None:
    rows = table(
        "numerals",
        numeral(FIRST, "3.2"),
        numeral(FIRST, "3.2", source_text="3.3"),
        numeral(FIRST, "12", span_end=999),
        numeral(FIRST, "12", source_text="12座"),
        numeral(SECOND, "1480", document=2),
        numeral(SECOND, "𠮷家", document=2),
        numeral(FIRST, "3.2", document=2),
    )
    failed = laws.slice_failures(rows, Text(documents(FIRST, SECOND)))
    assert failed.tolist() == [False, True, True, True, False, False, True]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), min_size=1, max_size=6), st.data())
def test_slice_law_agrees_with_python_slices(texts: list[str], data: st.DataObject) -> None:
    rows, expected = [], []
    for i, text in enumerate(texts, 1):
        for _ in range(3):
            start = data.draw(st.integers(0, len(text) + 1))
            end = data.draw(st.integers(start, len(text) + 2))
            printed = data.draw(st.sampled_from([text[start:end], text[start : end + 1], "年"]))
            rows.append(numeral("年", "年", document=i, span_start=start, span_end=end, source_text=printed))
            expected.append(not (end <= len(text) and text[start:end] == printed))
    failed = laws.slice_failures(table("numerals", *rows), Text(documents(*texts)))
    assert failed.tolist() == expected


def test_keys_name_the_second_of_two() -> None:
    rows = table("numerals", numeral(FIRST, "3.2"), numeral(FIRST, "12"), numeral(FIRST, "3.2"))
    assert laws.key_failures(rows, ["document_id", "span_start"]).tolist() == [False, False, True]


def test_tiling_names_gap_and_overlap_and_forgives_blanks() -> None:
    text = "【甲】某事。\n  【乙】又一事。多余的话"
    cut = text.index("【乙】")
    entries = table("entries", entry(text, end=cut - 3), entry(text, start=cut, end=cut + 8, ordinal=2))
    found, _ = laws.tiling_failures(entries, schemas.empty("zones"), Text(documents(text)))
    assert found["source_text"].to_pylist() == [text[cut + 8 :]]
    entries = table("entries", entry(text, end=cut + 2), entry(text, start=cut, ordinal=2))
    found, _ = laws.tiling_failures(entries, schemas.empty("zones"), Text(documents(text)))
    assert found["source_text"].to_pylist() == ["【乙"]
    assert found["span_start"].to_pylist() == [cut]


def test_a_gap_at_the_border_of_two_documents_belongs_to_each() -> None:
    entries = table("entries", entry("甲乙", end=1), entry("丙丁", document=2, start=1))
    found, _ = laws.tiling_failures(entries, schemas.empty("zones"), Text(documents("甲乙", "丙丁")))
    assert found["document_id"].to_pylist() == ["临江-2012/1.txt", "临江-2012/2.txt"]
    assert found["source_text"].to_pylist() == ["乙", "丙"]


def test_a_digit_nobody_accounts_for_is_named() -> None:
    entries = table("entries", entry(FIRST), entry(SECOND, document=2))
    numerals = table("numerals", numeral(FIRST, "3.2"), numeral(SECOND, "1480", document=2))
    found, digits = laws.unclaimed_digits(numerals, entries, Text(documents(FIRST, SECOND)))
    assert found["source_text"].to_pylist() == ["12"]
    assert digits == 8


def test_settling_moves_offenders_to_rejects_and_accounts_for_them() -> None:
    good = numeral(FIRST, "12座")
    del good["claimed_by"], good["reason"]
    good |= {"dimension": "count", "bound": "exact", "role": "level", "rule_id": "r", "confidence": 1.0}
    good |= {"value": 12, "low": 12, "high": 12, "value_float": 12.0, "quantity_id": "临江-2012/1.txt@22"}
    wrong_slice = good | {"quantity_id": "临江-2012/1.txt@11", "span_start": 11, "span_end": 14}
    broken_rule = good | {"quantity_id": "临江-2012/1.txt@5", "low": None}
    points_at_it = good | {"quantity_id": "x", "of_quantity_id": "临江-2012/1.txt@5"}
    numerals = table(
        "numerals",
        numeral(FIRST, "3.2", claimed_by="quantity", claim_id="临江-2012/1.txt@11"),
        numeral(FIRST, "12", claimed_by="quantity", claim_id="临江-2012/1.txt@22"),
    )
    text, entries = Text(documents(FIRST)), table("entries", entry(FIRST))
    given = {
        "quantities": table("quantities", good, wrong_slice, broken_rule, points_at_it),
        "numerals": numerals,
    }
    settled = settle.settle(given, text, entries, "临江-2012")

    assert settled.tables["quantities"]["quantity_id"].to_pylist() == ["临江-2012/1.txt@22", "x"]
    assert settled.tables["quantities"]["of_quantity_id"].to_pylist() == [None, None]
    assert settled.rejects["reason"].to_pylist() == ["quantities_exact_is_exact", "quantities_slice"]
    assert settled.removed == {"quantities": 2, "numerals": 0}
    rejected = settled.rejects["reject_id"].to_pylist()[1]
    assert settled.tables["numerals"]["claimed_by"].to_pylist() == ["reject", "quantity"]
    assert settled.tables["numerals"]["claim_id"].to_pylist() == [rejected, "临江-2012/1.txt@22"]


def test_settling_orders_rows_by_document_and_place() -> None:
    rows = [numeral(SECOND, "1480", document=2), numeral(FIRST, "12"), numeral(FIRST, "3.2")]
    entries = table("entries", entry(FIRST), entry(SECOND, document=2))
    settled = settle.settle(
        {"numerals": table("numerals", *rows)}, Text(documents(FIRST, SECOND)), entries, "临江-2012"
    )
    assert settled.tables["numerals"]["source_text"].to_pylist() == ["3.2", "12", "1480"]


def test_rejects_quote_the_text_at_their_place() -> None:
    row = {
        "reject_id": "r",
        "document_id": "临江-2012/1.txt",
        "volume_id": "临江-2012",
        "stage": "s",
        "reason": "x",
    }
    rows = table(
        "rejects",
        row | {"span_start": 0, "span_end": 4, "source_text": None},
        row | {"span_start": 0, "span_end": 999, "source_text": "?"},
        row | {"document_id": "临江-2012/9.pdf", "span_start": 0, "span_end": 0, "source_text": ""},
    )
    placed = settle.place_rejects(rows, Text(documents(FIRST))).to_pylist()
    assert placed[0]["source_text"] == "沿江公路"
    assert (placed[1]["span_start"], placed[1]["source_text"]) == (None, None)
    assert placed[2] == rows.to_pylist()[2]


def test_two_rejects_of_one_name_are_told_apart_and_one_said_twice_is_one() -> None:
    row = {
        "reject_id": "d!3:bad",
        "document_id": "d",
        "volume_id": "v",
        "stage": "s",
        "reason": "bad",
        "span_start": 3,
        "span_end": 4,
    }
    merged = settle.merge_rejects(
        [table("rejects", row), table("rejects", row, row | {"span_end": 5})], ["d"]
    )
    assert merged["reject_id"].to_pylist() == ["d!3:bad", "d!3:bad~2"]


@pytest.mark.parametrize(
    ("removed", "kept", "severity"),
    [(3, 500, "warn"), (99, 0, "warn"), (300, 400, "warn"), (300, 200, "error")],
)
def test_some_bad_rows_warn_and_a_bad_table_stops(removed: int, kept: int, severity: str) -> None:
    verdicts = settle.contract({"dates": kept}, {"dates": removed}, schemas.empty("rejects"))
    (verdict,) = [settle.weigh(v, LIMITS) for v in laws.add_up(verdicts)]
    assert (verdict.severity, verdict.failed, verdict.checked) == (severity, removed, removed + kept)


def test_verdicts_add_up_over_volumes() -> None:
    one = laws.Verdict("dates", "slice", "error", 10, 0)
    two = laws.Verdict("dates", "slice", "error", 5, 2, examples=({"date_id": "x"},))
    (total,) = laws.add_up([one, two])
    assert (total.checked, total.failed, total.passed, total.blocks) == (15, 2, False, True)
    assert total.examples == ({"date_id": "x"},)


def test_judging_large_tables_stays_cheap() -> None:
    import time

    text = "全市实现增加值1234亿元，比上年增长5.6%。" * 20_000
    starts = np.flatnonzero(np.frombuffer(text.encode("utf-32-le"), np.uint32) == ord("1"))
    size = len(starts)
    rows = pa.table(
        {
            "document_id": pa.repeat("临江-2012/1.txt", size),
            "span_start": pa.array(starts.astype(np.int32)),
            "span_end": pa.array((starts + 4).astype(np.int32)),
            "source_text": pa.repeat("1234", size),
        }
    )
    batch = Text(documents(text))
    begin = time.process_time()
    assert not laws.slice_failures(rows, batch).any()
    assert time.process_time() - begin < 1.0  # about 0.02 s; a loop over the rows takes as many times longer
