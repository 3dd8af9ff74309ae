"""Every rule has a measured confidence, every row has that of its rule."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from pipeline import read_text
from pipeline.text.confidence import FILE, UNKNOWN, Confidences, laplace
from pipeline.text.rows import RULES
from schemas.reference import check_reference
from tests.names_gold import BOOK, reference

SEEDS = Path(__file__).parents[3] / "seeds"
TEXT = (
    "【码头扩建】 5月26日，市港务局局长马力到高峰村调研。全年完成投资1.2亿元，比上年增长8.5%，"
    "其中设备4500万元；接待游客200余万人次，居全省第3位，3～5天办结。"
)


def test_the_confidence_of_a_rule_follows_from_what_was_seen() -> None:
    for row in check_reference(SEEDS / FILE).to_dict("records"):
        assert float(row["confidence"]) == laplace(int(row["right"]), int(row["seen"])), row["rule_id"]


def test_every_rule_that_finds_something_has_a_line() -> None:
    table = reference().confidence.of_rule
    assert set(RULES) <= set(table)
    for text in (TEXT, BOOK.read_text("utf-8")):
        for name, frame in read_text(text, 2009, "临江市").items():
            if "rule_id" in frame:
                assert set(frame["rule_id"].dropna()) <= set(table), name


def test_rows_have_the_confidence_of_their_rule() -> None:
    table = reference().confidence.of_rule
    seen = set()
    for name, frame in read_text(TEXT, 2009, "临江市").items():
        if "rule_id" in frame:
            seen.add(name)
            for rule, confidence in zip(frame["rule_id"], frame["confidence"], strict=True):
                assert confidence == table[rule]
    assert seen == {"quantities", "dates", "entities", "events", "roles"}


def test_a_rule_without_a_line_is_one_that_nobody_knows() -> None:
    rows = pa.table({"rule_id": ["range", "rule/unheard_of"], "note": ["a", "b"]})
    rated = Confidences({"range": 0.9}).rated(rows)
    assert rated.column_names == ["rule_id", "confidence", "note"]
    assert rated["confidence"].to_pylist() == [0.9, UNKNOWN]
