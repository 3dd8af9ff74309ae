"""Whole passages, annotated by hand: the seed page in full, and floors under the figures on passages of every kind."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from benchmarks.accuracy import CASES, score
from pipeline import SEEDS, read_text

FLOORS = {  # found, value right, whole row right, each a share; invented rows a share of those expected
    "passages_a.jsonl": (0.99, 0.985, 0.97, 0.005),
    "passages_b.jsonl": (0.985, 0.97, 0.92, 0.01),
    "passages_c.jsonl": (0.99, 0.975, 0.92, 0.005),
    "passages_d.jsonl": (0.99, 0.985, 0.98, 0.005),
}

SEED_QUANTITIES = [
    ("4500万元", "45000000", "CNY"), ("2.5亿元", "250000000", "CNY"), ("6个", "6", "个"), ("44个", "44", "个"),
    ("122个", "122", "个"), ("7个", "7", "个"), ("16个", "16", "个"), ("23个", "23", "个"), ("200太", "200", "TBy"),
    ("32条", "32", "条"), ("93个", "93", "个"), ("222个", "222", "个"), ("262个", "262", "个"), ("20余期", "20", "期"),
    ("2000余人", "2000", "人"), ("29人", "29", "人"), ("150位", "150", "人"), ("10余位", "10", "人"),
    ("4个", "4", "个"),
    ("250余人", "250", "人"), ("80余人", "80", "人"), ("623个", "623", "个"), ("958个", "958", "个"),
    ("2.5万人", "25000", "人"), ("4700余人", "4700", "人"), ("2000余名", "2000", "人"),
]  # fmt: skip
SEED_DATES = [
    ("2009年度", "2009-01-01", "2009-12-31"), ("2009年", "2009-01-01", "2009-12-31"),
    ("2009年", "2009-01-01", "2009-12-31"), ("5月26日", "2009-05-26", "2009-05-26"),
    ("6月25日", "2009-06-25", "2009-06-25"), ("8月24日", "2009-08-24", "2009-08-24"),
    ("2008年度", "2008-01-01", "2008-12-31"), ("8月31日", "2009-08-31", "2009-08-31"),
    ("11月2～8日", "2009-11-02", "2009-11-08"), ("9月10～13日", "2009-09-10", "2009-09-13"),
    ("9月12日", "2009-09-12", "2009-09-12"), ("11月6日", "2009-11-06", "2009-11-06"),
]  # fmt: skip


@pytest.fixture(scope="module")
def seed() -> dict[str, list[dict[str, object]]]:
    page = next((SEEDS / "hangzhou-2010").glob("*.txt"))
    tables = read_text(page.read_text("utf-8"), covered_year=2009, region_name="杭州市")
    return {name: frame.to_dict("records") for name, frame in tables.items()}


def test_every_quantity_of_the_seed_page_and_no_other(seed: dict[str, list[dict[str, object]]]) -> None:
    got = [(row["source_text"], row["value"], row["unit"]) for row in seed["quantities"]]
    assert got == [(text, Decimal(value), unit) for text, value, unit in SEED_QUANTITIES]


def test_every_date_of_the_seed_page_and_no_other(seed: dict[str, list[dict[str, object]]]) -> None:
    got = [(row["source_text"], str(row["date_start"]), str(row["date_end"])) for row in seed["dates"]]
    assert got == SEED_DATES


def test_nothing_of_the_seed_page_is_left_over(seed: dict[str, list[dict[str, object]]]) -> None:
    assert seed["rejects"] == []
    assert {row["claimed_by"] for row in seed["numerals"]} == {"quantity", "date", "non_quantity"}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_passages_are_read_as_their_annotators_read_them(name: str) -> None:
    found, value, row, invented = FLOORS[name]
    count = score(Path(CASES / name), show=False)
    expected = count["expected"]
    assert expected > 700
    assert count["found"] / expected >= found
    assert count["value right"] / expected >= value
    assert count["row right"] / expected >= row
    assert count["invented"] / expected <= invented
    assert count["dates right"] / count["dates"] >= 0.98
    assert count["look-alikes kept out"] / count["look-alikes"] >= 0.98
