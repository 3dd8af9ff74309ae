"""Printed numbers stand for intervals that hold every value they can have been rounded from."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import SEEDS
from pipeline.quality.audits.intervals import INCONSISTENT, Interval, Number, judge, printed
from pipeline.quality.audits.rules import load_rules


def number(source: str, base: float, unit: float = 1.0, bound: str = "exact", counted: bool = False) -> Number:
    found = printed(source, base, unit, bound, counted)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("source", "base", "counted", "low", "high"),
    [
        ("2.5亿元", 2.5e8, False, 2.45e8, 2.55e8),
        ("4500万元", 4.5e7, False, 4.4995e7, 4.5005e7),
        ("1 286.5万元", 1.2865e7, False, 1.28645e7, 1.28655e7),
        ("38家", 38, True, 38, 38),
        ("１.２万人", 12000, True, 11500, 12500),
        ("16.0%", 16.0, False, 15.95, 16.05),
        ("百分之五", 5.0, False, 4.5, 5.5),
        ("五十六人", 56, True, 56, 56),
    ],
)
def test_the_last_printed_digit(source: str, base: float, counted: bool, low: float, high: float) -> None:
    found = number(source, base, counted=counted)
    assert (found.tight.low, found.tight.high) == pytest.approx((low, high))


def test_bounds_open_the_interval() -> None:
    assert number("4700余人", 4700, bound="over", counted=True).tight.high > 4800
    assert number("100亿元", 1e10, bound="at_least").tight.high > 1e20
    assert number("100亿元", 1e10, bound="at_most").tight.low == 0


def test_what_cannot_be_told_has_no_interval() -> None:
    assert printed("1万5千元", 15000, 1.0, "exact", False) is None
    assert printed("前10名", 10, 1.0, "top_n", True) is None


def test_a_computed_value_is_shown_as_the_book_prints() -> None:
    assert number("50家", 50, counted=True).show(49) == "49家"
    assert number("2.50亿元", 2.5e8).show(3.1e8) == "3.10亿元"


@given(st.lists(st.floats(0.01, 9_000), min_size=2, max_size=6), st.integers(0, 2))
def test_rounded_parts_never_contradict_their_rounded_total(parts: list[float], digits: int) -> None:
    shown = [f"{part:.{digits}f}万吨" for part in parts]
    total = f"{sum(parts):.{digits}f}万吨"
    terms = [number(text, float(text[:-2]) * 1e7) for text in shown]
    outcome = judge(number(total, float(total[:-2]) * 1e7), lambda *all_: sum(all_[1:], all_[0]), *terms)
    assert outcome.verdict != INCONSISTENT


@given(st.floats(100, 9_000), st.floats(0.5, 2.0))
def test_rounded_levels_never_contradict_their_growth(before: float, factor: float) -> None:
    now = before * factor
    growth = f"{(factor - 1) * 100:.1f}%"
    levels = [number(f"{value:.1f}亿元", round(value, 1) * 1e8) for value in (now, before)]
    outcome = judge(number(growth, float(growth[:-1])), lambda n, b: (n / b - 1) * 100, *levels)
    assert outcome.verdict != INCONSISTENT


@given(st.floats(-50, 50), st.floats(0, 20), st.floats(-50, 50), st.floats(0, 20))
def test_interval_arithmetic_holds_every_pair(a: float, wide: float, b: float, broad: float) -> None:
    one, two = Interval(a, a + wide), Interval(b, b + broad)
    for result, value in ((one + two, a + b), (one - two, a - b), (one * two, a * b)):
        assert result.low - 1e-9 <= value <= result.high + 1e-9


@pytest.mark.parametrize(
    ("file", "line", "complaint"),
    [
        ("audit_thresholds.csv", "about,ein Zehntel,x", "no number"),
        ("audit_ranges.csv", "合格率,%,100,0,", "below"),
        ("lexicons/audit_words.csv", "of_which,其中", "repeated"),
        ("lexicons/partitions.csv", "sex,true", "cells"),
    ],
)
def test_a_broken_file_is_named_with_its_line(tmp_path: Path, file: str, line: str, complaint: str) -> None:
    names = ("audit_thresholds.csv", "audit_ranges.csv", "lexicons/audit_words.csv", "lexicons/partitions.csv")
    (tmp_path / "lexicons").mkdir()
    for name in names:
        shutil.copy(SEEDS / name, tmp_path / name)
    with (tmp_path / file).open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    with pytest.raises(ValueError, match=f"{Path(file).name}, line .*{complaint}"):
        load_rules(tmp_path)
