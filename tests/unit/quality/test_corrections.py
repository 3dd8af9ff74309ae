"""Corrections on pages that the real reader has read: every action, every refusal, and that nothing is half done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from pipeline.quality import laws
from pipeline.quality.correction_lines import ACTIONS, FIELDS, Correction
from pipeline.quality.corrections import (
    Corrected,
    accept_audits,
    apply_corrections,
    unknown_documents,
    verdicts,
)
from pipeline.quality.place import Text
from tests.unit.quality import books

PAGE = "临江年鉴/工业.txt"
TEXT = (
    "工业\n\n"
    "【规模以上工业】 2011年，临江市规模以上工业企业实现总产值386.4亿元，比上年增长12.3%，"
    "其中轻工业产值142.6亿元，重工业产值243.8亿元。从业人员约6.8万人。\n\n"
    "【粮油购销】 全年收购稻谷2.3万吨、菜籽850。2月30日，全市粮食工作会议召开，到会160余人。"
    "仓库编号3017号，新建仓容3、400万吨，出库1万吨、2000吨。\n\n"
    "【概况】 年末全市有小学215所，教师9630人。\n\n"
    "【概况】 年末全市有中学48所，教师9630人。\n"
)


@cache
def _read() -> dict[str, pa.Table]:
    return books.read({PAGE: TEXT, "临江年鉴/别的.txt": "【码头】 新建泊位3个，投资1.2亿元。"})


def _line(
    quote: str, action: str, set_to: str = "", expect: str = "", title: str = "粮油购销", **more: Any
) -> Correction:
    plain = Correction(2, "c-1", PAGE, title, quote, 1, "", expect, action, set_to, "据原书核对")
    return replace(plain, **more)


def _apply(*corrections: Correction) -> Corrected:
    return apply_corrections(_read(), corrections, books.reread)


def _outcomes(corrected: Corrected) -> list[str]:
    return [finding.outcome for finding in corrected.findings]


def _row(corrected: Corrected, table: str, **where: Any) -> Mapping[str, Any]:
    found = [r for r in corrected.tables[table].to_pylist() if all(r[k] == v for k, v in where.items())]
    assert len(found) == 1, f"{len(found)} rows of {table} with {where}"
    row: Mapping[str, Any] = found[0]
    return row


def _laws_hold(tables: Mapping[str, pa.Table]) -> None:
    """Everything that the gate checks, on the corrected tables."""
    named = ("documents", "entries", "zones", "quantities", "dates", "numerals", "rejects")
    judged = laws.judge({name: tables[name] for name in named}, Text(tables["documents"]), tables["volumes"])
    assert [f"{v.table}.{v.check}: {v.examples}" for v in judged if v.failed] == []
    for name in named:
        assert schemas.split(tables[name], name).reasons == []
        assert tables[name].schema.equals(_read()[name].schema)


def test_a_reject_is_read_as_a_person_says() -> None:
    done = _apply(_line("850", "read_as", "850吨", "unit_missing"))

    assert _outcomes(done) == ["applied"]
    row = _row(done, "quantities", source_text="850")
    assert (row["value"], row["unit"], row["base_value"], row["bound"]) == (
        Decimal(850),
        "t",
        850_000.0,
        "exact",
    )
    assert (row["measured_text"], row["correction_id"], row["rule_id"]) == ("菜籽", "c-1", "correction")
    assert row["unit_text"] == "吨"  # printed elsewhere in the entry
    assert not [r for r in done.tables["rejects"].to_pylist() if r["source_text"] == "850"]
    assert _row(done, "numerals", source_text="850")["claim_id"] == row["quantity_id"]
    trace = {(t["table"], t["column"]): (t["before"], t["after"]) for t in done.applied.to_pylist()}
    assert trace["quantities", "value"] == (None, "850")
    assert trace["rejects", "reason"] == ("unit_missing", None)
    assert trace["numerals", "claimed_by"] == ("reject", "quantity")
    _laws_hold(done.tables)


def test_a_value_keeps_what_its_sentence_says_of_it() -> None:
    """The reading of a person is read in its sentence: role, basis and measured phrase come from there."""
    done = _apply(_line("12.3%", "read_as", "13.2%", "12.3 % change up", "规模以上工业"))

    row = _row(done, "quantities", source_text="12.3%")
    assert (row["value"], row["role"], row["change_direction"], row["change_basis"]) == (
        Decimal("13.2"), "change", "up", "yoy",
    )  # fmt: skip
    assert row["of_quantity_id"] == _row(done, "quantities", source_text="386.4亿元")["quantity_id"]
    traced = {t["column"]: (t["before"], t["after"]) for t in done.applied.to_pylist()}
    assert traced["value"] == ("12.3", "13.2")
    assert "measured_text" not in traced
    _laws_hold(done.tables)


def test_a_misprint_is_read_as_meant_and_said_so() -> None:
    done = _apply(_line("2月30日", "fix_misprint", "2月28日", "impossible_date"))

    row = _row(done, "dates", source_text="2月30日")
    assert (str(row["date_start"]), row["year_source"]) == ("2011-02-28", "volume")
    assert row["note"] == "misprint, meant is 2月28日 (correction c-1)"
    claims = [n["claim_id"] for n in done.tables["numerals"].to_pylist() if n["source_text"] in ("2", "30")]
    assert claims == [row["date_id"]] * 2
    _laws_hold(done.tables)


def test_what_is_no_amount_is_dropped_and_nothing_points_at_it() -> None:
    done = _apply(_line("386.4亿元", "drop", "name", "38640000000 CNY", "规模以上工业"))

    assert not [r for r in done.tables["quantities"].to_pylist() if r["source_text"] == "386.4亿元"]
    numeral = _row(done, "numerals", source_text="386.4亿")
    assert (numeral["claimed_by"], numeral["claim_id"], numeral["reason"]) == ("non_quantity", None, "name")
    parts = [r for r in done.tables["quantities"].to_pylist() if r["source_text"] in ("142.6亿元", "12.3%")]
    assert {(r["of_quantity_id"], r["part_of_quantity_id"]) for r in parts} == {(None, None)}
    cut = [t for t in done.applied.to_pylist() if t["column"] in ("of_quantity_id", "part_of_quantity_id")]
    assert len(cut) >= 2
    assert all(t["after"] is None for t in cut)
    _laws_hold(done.tables)


def test_a_reject_is_accepted_as_printed() -> None:
    done = _apply(_line("2月30日", "accept", expect="impossible_date"))

    assert not [r for r in done.tables["rejects"].to_pylist() if r["source_text"] == "2月30日"]
    assert _row(done, "numerals", source_text="30")["reason"] == "accepted"
    _laws_hold(done.tables)


def test_an_odd_value_is_accepted_and_its_contradictions_with_it() -> None:
    done = _apply(_line("243.8亿元", "accept", expect="24380000000CNY", title="规模以上工业"))

    row = _row(done, "quantities", source_text="243.8亿元")
    assert (row["value"], row["confidence"], row["correction_id"]) == (Decimal(24_380_000_000), 1.0, "c-1")
    _laws_hold(done.tables)
    audit = {
        "audit_id": "a", "volume_id": "临江年鉴", "entry_id": row["entry_id"], "kind": "sum", "stated": None,
        "computed": None, "tolerance": None, "verdict": "inconsistent", "explanation": "分项合计不等于总数",
    }  # fmt: skip
    audits = pa.Table.from_pylist([audit, audit | {"audit_id": "b"}], schema=schemas.arrow_schema("audits"))
    term = {"audit_id": "a", "position": 1, "quantity_id": row["quantity_id"], "part": "part"}
    terms = pa.Table.from_pylist([term], schema=schemas.arrow_schema("audit_terms"))
    after = accept_audits(audits, terms, done.accepted).to_pylist()
    assert [a["verdict"] for a in after] == ["unchecked", "inconsistent"]
    assert after[0]["explanation"] == "分项合计不等于总数（核定照印：据原书核对）"


def test_what_is_measured_is_set_from_the_text() -> None:
    done = _apply(_line("243.8亿元", "set_measured", "规模以上工业企业/企业", "重工业产值", "规模以上工业"))

    row = _row(done, "quantities", source_text="243.8亿元")
    assert (row["measured_text"], row["head_text"]) == ("规模以上工业企业", "企业")
    assert TEXT[row["measured_start"] : row["measured_end"]] == "规模以上工业企业"
    _laws_hold(done.tables)


def test_one_extraction_becomes_two() -> None:
    quote = "3、400万吨"
    before = _line(quote, "split", "3=3万吨|400万吨", _reading(quote))
    done = _apply(before)

    assert _outcomes(done) == ["applied"], done.findings
    made = [r for r in done.tables["quantities"].to_pylist() if r["correction_id"] == "c-1"]
    assert [(r["source_text"], r["value"], r["unit"]) for r in made] == [
        ("3", Decimal(30_000), "t"),
        ("400万吨", Decimal(4_000_000), "t"),
    ]
    _laws_hold(done.tables)


def test_two_extractions_become_one() -> None:
    """A stray mark in print has cut 1万2000吨 in two."""
    done = _apply(_line("1万吨、2000吨", "merge", "12000吨", "10000 t；2000 t"))

    assert _outcomes(done) == ["applied"], done.findings
    row = _row(done, "quantities", source_text="1万吨、2000吨")
    assert (row["value"], row["unit"]) == (Decimal(12_000), "t")
    claims = [
        n["claim_id"] for n in done.tables["numerals"].to_pylist() if n["source_text"] in ("1万", "2000")
    ]
    assert claims == [row["quantity_id"]] * 2
    _laws_hold(done.tables)


def test_single_columns_are_set() -> None:
    done = _apply(
        _line("142.6亿元", "set", "target", "level", "规模以上工业", field="role"),
        _line("142.6亿元", "set", "2011-01-01/2011-06-30", _period("142.6亿元"), "规模以上工业", field="period",
              line=3, correction_id="c-2"),
    )  # fmt: skip

    assert _outcomes(done) == ["applied", "applied"], done.findings
    row = _row(done, "quantities", source_text="142.6亿元")
    assert (row["role"], str(row["period_end"])) == ("target", "2011-06-30")
    _laws_hold(done.tables)


def test_a_role_brings_the_columns_of_a_change() -> None:
    back = _apply(_line("12.3%", "set", "share", "change/rate/up", "规模以上工业", field="role"))
    row = _row(back, "quantities", source_text="12.3%")
    assert (row["role"], row["change_kind"], row["change_basis"]) == ("share", None, None)
    there = _apply(_line("142.6亿元", "set", "change/delta/up", "level", "规模以上工业", field="role"))
    row = _row(there, "quantities", source_text="142.6亿元")
    assert (row["role"], row["change_kind"], row["change_direction"]) == ("change", "delta", "up")
    _laws_hold(there.tables)


def test_occurrences_run_through_all_entries_of_a_title() -> None:
    done = _apply(_line("9630人", "read_as", "963人", "9630 人", "概况", occurrence=2))

    values = [r["value"] for r in done.tables["quantities"].to_pylist() if r["source_text"] == "9630人"]
    assert values == [Decimal(9630), Decimal(963)]
    _laws_hold(done.tables)


def test_a_quote_is_not_found_inside_a_longer_number() -> None:
    """`5所` stands in `215所` and nowhere else; `8所` in `48所`."""
    done = _apply(_line("5所", "drop", expect="215 所", title="概况"))
    assert _outcomes(done) == ["no_match"]
    assert "longer number" in done.findings[0].message


@pytest.mark.parametrize(
    ("correction", "outcome", "says"),
    [
        (_line("850", "read_as", "850吨", "1 t"), "drift", "now reads unit_missing"),
        (_line("850", "read_as", "850吨", ""), "drift", "expects nothing"),
        (_line("2.3万吨", "read_as", "23000吨", "23000 t"), "redundant", "by itself"),
        (_line("2.3万吨", "read_as", "23000吨", "9 t"), "redundant", "by itself"),
        (_line("3017", "drop", expect="1 个"), "redundant", "no amount by itself"),
        (_line("3017", "accept", expect="1 个"), "redundant", "nothing is doubted"),
        (_line("160余人", "set", "level", "level", field="role"), "redundant", "already"),
        (_line("160余人", "set_measured", "到会", "到会"), "redundant", "already"),
        (_line("851", "read_as", "851吨", "unit_missing"), "no_match", "not in the document"),
        (_line("850", "read_as", "850吨", "unit_missing", "██购销"), "no_match", "covers a withheld name"),
        (_line("850", "read_as", "850吨", "unit_missing", "粮油购消"), "no_match", "did you mean 「粮油购销」"),
        (_line("850", "read_as", "850吨", "unit_missing", "概况"), "no_match", "but in 「粮油购销」"),
        (_line("850", "read_as", "850吨", "unit_missing", occurrence=2), "no_match", "1 times, not 2"),
        (_line("月30日", "fix_misprint", "月28日", "impossible_date"), "no_match", "cuts 「2月30日」"),
        (_line("菜籽", "read_as", "5吨", ""), "no_match", "no number in the quote"),
        (_line("菜籽", "set", "share", "", field="role"), "no_match", "no quantity"),
        (_line("160余人", "set_measured", "参会代表", "到会"), "no_match", "not in the entry"),
        (_line("160余人", "set_measured", "粮食工作会议/论坛", "到会"), "invalid", "the head"),
        (_line("850", "read_as", "若干", "unit_missing"), "invalid", "no amount and no date"),
        (_line("850", "read_as", "8吨、50吨", "unit_missing"), "invalid", "2 amounts"),
        (_line("850", "read_as", "菜籽饼约850吨", "unit_missing"), "invalid", "words around"),
        (_line("850", "merge", "850吨", "unit_missing"), "invalid", "use read_as"),
        (_line("2.3万吨、菜籽850", "merge", "2.3万吨", "23000 t；unit_missing"), "invalid", "quote less"),
        (_line("2.3万吨、菜籽850", "read_as", "2.3万吨", "x"), "invalid", "2 extractions"),
        (_line("3、400万吨", "split", "400万吨|3", "x"), "invalid", "not in this order"),
        (_line("3、400万吨", "split", "400万吨", "x"), "invalid", "two parts"),
        (_line("160余人", "set", "boss", "level", field="role"), "invalid", "role_vocabulary"),
        (_line("160余人", "set", "level/up", "level", field="role"), "invalid", "only a change"),
        (_line("160余人", "set", "去年", "2011-01-01/2011-12-31", field="period"), "invalid", "no period"),
        (_line("850", "drop", "Not A Code", "unit_missing"), "invalid", "reason_snake_case"),
    ],
)  # fmt: skip
def test_a_line_that_does_not_fit_is_refused_with_a_remedy(
    correction: Correction, outcome: str, says: str
) -> None:
    done = _apply(correction)

    assert _outcomes(done) == [outcome], done.findings
    assert says in done.findings[0].message
    assert done.findings[0].line == 2
    assert done.applied.num_rows == 0
    for name, table in _read().items():
        assert done.tables[name].equals(table), name


def test_two_lines_for_one_place_are_both_refused() -> None:
    done = _apply(
        _line("850", "read_as", "850吨", "unit_missing"),
        _line("菜籽850", "drop", expect="unit_missing", line=9, correction_id="c-2"),
        _line("160余人", "read_as", "180余人", ">160 人", line=10, correction_id="c-3"),
    )

    assert [(f.line, f.outcome) for f in done.findings] == [(2, "conflict"), (9, "conflict"), (10, "applied")]
    assert "line 9" in done.findings[0].message
    assert _row(done, "quantities", source_text="160余人")["low"] == Decimal(180)
    _laws_hold(done.tables)


def test_a_reading_and_what_it_measures_may_be_set_together() -> None:
    done = _apply(
        _line("160余人", "set_measured", "粮食工作会议", "到会", line=3, correction_id="c-2"),
        _line("160余人", "read_as", "180余人", ">160 人"),
    )

    assert _outcomes(done) == ["applied", "applied"], done.findings
    row = _row(done, "quantities", source_text="160余人")
    assert (row["low"], row["measured_text"], row["correction_id"]) == (Decimal(180), "粮食工作会议", "c-2")
    _laws_hold(done.tables)


def test_a_refused_line_leaves_the_others_standing() -> None:
    done = _apply(
        _line("850", "read_as", "850吨", "unit_missing"),
        _line("215所", "set", "boss", "level", "概况", field="role", line=3, correction_id="c-2"),
    )
    assert _outcomes(done) == ["applied", "invalid"]
    assert {t["correction_id"] for t in done.applied.to_pylist()} == {"c-1"}


def test_a_second_run_over_the_same_book_does_the_same() -> None:
    line = _line("850", "read_as", "850吨", "unit_missing")
    first, second = _apply(line), _apply(line)
    assert first.applied.equals(second.applied)
    assert all(first.tables[n].equals(second.tables[n]) for n in first.tables)


def test_other_documents_are_untouched_and_unknown_ones_named() -> None:
    stray = _line("3个", "drop", expect="3 个", title="", document="临江年鉴/工业")
    done = _apply(stray)
    assert (done.findings, done.applied.num_rows) == ([], 0)
    found = unknown_documents([stray], _read()["documents"]["document_id"].to_pylist())
    assert [f.outcome for f in found] == ["no_match"]
    assert f"did you mean {PAGE}" in found[0].message


def test_stale_lines_fail_the_gate_and_idle_ones_only_warn() -> None:
    done = _apply(
        _line("850", "read_as", "850吨", "1 t"),
        _line("2.3万吨", "read_as", "23000吨", "23000 t", line=3, correction_id="c-2"),
        _line("215所", "read_as", "125所", "215 所", "概况", line=4, correction_id="c-3"),
    )
    stale, idle = verdicts(done.findings)
    assert (stale.check, stale.severity, stale.checked, stale.failed) == ("corrections_fresh", "error", 3, 1)
    assert (idle.check, idle.severity, idle.failed) == ("corrections_needed", "warn", 1)
    assert stale.blocks
    assert not idle.blocks
    assert "line" in stale.examples[0]


def _reading(quote: str) -> str:
    """What the pipeline reads inside a quote, as a refused line says it."""
    (finding,) = _apply(_line(quote, "drop", expect="?")).findings
    found = re.search(r"now reads (.*); look", finding.message)
    assert found, finding
    return found[1]


def _period(quote: str) -> str:
    row = next(r for r in _read()["quantities"].to_pylist() if r["source_text"] == quote)
    return f"{row['period_start']}/{row['period_end']}" if row["period_start"] else ""


_READINGS = (
    "5吨",
    "2.8亿元",
    "约6万人",
    "3～4个",
    "百分之五",
    "2月28日",
    "2011年5月",
    "第3位",
    "名称",
    "3=3万吨|400万吨",
    "O",
    "5吨、6吨",
    "",
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, len(TEXT) - 1),
    st.integers(1, 12),
    st.sampled_from(ACTIONS),
    st.sampled_from(_READINGS),
    st.sampled_from((*FIELDS, "")),
)
def test_whatever_a_line_asks_for_the_laws_hold(
    start: int, length: int, action: str, set_to: str, field: str
) -> None:
    """Any stretch of the page, any action: carried out in full or refused, and never an exception."""
    quote = TEXT[start : start + length]
    line = _line(quote, action, set_to, "?", title="", field=field)
    (first,) = _apply(line).findings
    found = re.search(r"now reads (.*); look", first.message)
    if found:  # a line with the right expectation
        line = replace(line, expect="" if found[1] == "nothing" else found[1])
    done = _apply(line)

    assert len(done.findings) == 1
    assert (done.findings[0].outcome == "applied") == (done.applied.num_rows > 0)
    _laws_hold(done.tables)
