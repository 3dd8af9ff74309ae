"""Numerals: one amount, however it is written, has one exact value.

Belongs here: properties of how a number is spelt (Chinese, banker's, fullwidth, separators, 万 and 亿) seen
through the values of the quantities. Does not belong here: units and bounds (test_oracle) and laws of the tables
(test_facts_laws).
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pipeline
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

Row = tuple[str, Decimal | None, Decimal | None, Decimal | None, str]

batches = settings(deadline=None, max_examples=25)
_DIGITS = "零一二三四五六七八九"
_BANKERS = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
_FULLWIDTH = str.maketrans("0123456789.,", "０１２３４５６７８９．，")


@cache
def _reference() -> Reference:
    return load_reference(pipeline.SEEDS)


def _read(numerals: list[str], unit: str = "吨") -> list[Row | None]:
    """What each numeral of a list is read as before `unit`: printed form, value, low, high, bound; None if unread."""
    text = "【产量】 "
    starts = []
    for numeral in numerals:
        text += "产煤"
        starts.append(len(text))
        text += numeral + unit + "。"
    document = {
        "document_id": "d",
        "volume_id": "d",
        "media_type": "text/plain",
        "encoding": "utf-8",
        "sha256": "",
        "characters": len(text),
        "text": text,
    }
    documents = pa.Table.from_pylist([document], schema=DOCUMENTS)
    segments = segment(documents)
    volume = Volume("d", None, None, 2009, "manifest", None, None, None)
    rows = read_facts(documents, segments.entries, segments.zones, volume, _reference())[
        "quantities"
    ].to_pylist()
    found = {
        row["span_start"]: (row["source_text"], row["value"], row["low"], row["high"], row["bound"])
        for row in rows
    }
    assert set(found) <= set(starts), (
        f"quantities that begin inside a numeral: {[found[s] for s in set(found) - set(starts)]}"
    )
    return [found.get(start) for start in starts]


def _exactly(numeral: str, value: Decimal | int, unit: str = "吨") -> Row:
    value = Decimal(value)
    return (numeral + unit, value, value, value, "exact")


def chinese(number: int) -> str:
    """A whole number below 10**16 in Chinese numerals: 10305 is 一万零三百零五."""
    if number == 0:
        return "零"
    written, gap = "", False
    for power, scale in ((12, "万亿"), (8, "亿"), (4, "万"), (0, "")):
        group = number // 10**power % 10000
        if scale == "万亿" and group and number // 10**8 % 10000:
            scale = "万"
        if not group:
            gap = bool(written)
            continue
        if written and (gap or group < 1000):
            written += "零"
        written += _group(group, leading=not written) + scale
        gap = False
    return written


def _group(number: int, leading: bool) -> str:
    written, gap = "", False
    for power, scale in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = number // 10**power % 10
        if not digit:
            gap = bool(written)
            continue
        if gap:
            written += "零"
        gap = False
        written += ("" if leading and not written and power == 1 and digit == 1 else _DIGITS[digit]) + scale
    return written


def test_the_writer_of_chinese_numerals_writes_them_as_taught() -> None:
    taught = {
        1: "一",
        10: "十",
        11: "十一",
        110: "一百一十",
        205: "二百零五",
        1003: "一千零三",
        10305: "一万零三百零五",
        100000: "十万",
        1000001: "一百万零一",
        320000000: "三亿二千万",
        10**8 + 5 * 10**5: "一亿零五十万",
        10**12: "一万亿",
    }
    assert {number: chinese(number) for number in taught} == taught


whole = st.one_of(
    st.integers(1, 10**12),
    st.integers(1, 9999),
    st.builds(lambda digit, power: digit * 10**power, st.integers(1, 99), st.integers(0, 10)),
    st.builds(
        lambda high, low, power: high * 10**power + low,
        st.integers(1, 999),
        st.integers(1, 99),
        st.integers(3, 9),
    ),
)


@batches
@given(st.lists(whole, min_size=1, max_size=60))
def test_chinese_numerals_read_back(numbers: list[int]) -> None:
    written = [chinese(number) for number in numbers]
    assert _read(written) == [
        _exactly(numeral, number) for numeral, number in zip(written, numbers, strict=True)
    ]


@batches
@given(st.lists(whole, min_size=1, max_size=60))
def test_bankers_numerals_read_as_their_plain_forms(numbers: list[int]) -> None:
    numbers = [number for number in numbers if number >= 100]
    written = [chinese(number).translate(_BANKERS) for number in numbers]
    assert _read(written) == [
        _exactly(numeral, number) for numeral, number in zip(written, numbers, strict=True)
    ]


decimals = st.builds(
    lambda number, places: Decimal(number).scaleb(-places), st.integers(1, 10**9), st.integers(0, 6)
).map(lambda number: number.normalize() if number != number.to_integral() else number.quantize(Decimal(1)))
SCALES = {"": 0, "万": 4, "亿": 8, "万亿": 12, "百万": 6, "千万": 7}


@batches
@given(st.lists(st.tuples(decimals, st.sampled_from(sorted(SCALES))), min_size=1, max_size=60))
def test_figures_are_exact(parts: list[tuple[Decimal, str]]) -> None:
    written = [f"{number:f}{scale}" for number, scale in parts]
    expected = [
        _exactly(numeral, number.scaleb(SCALES[scale]))
        for numeral, (number, scale) in zip(written, parts, strict=True)
    ]
    assert _read(written) == expected


@batches
@given(
    st.lists(
        st.tuples(st.integers(1000, 10**10), st.sampled_from([",", "，", " ", "\u2009", "\u202f", "\u00a0"])),
        min_size=1,
        max_size=60,
    )
)
def test_thousands_separators_change_nothing(parts: list[tuple[int, str]]) -> None:
    written = [f"{number:,}".replace(",", separator) for number, separator in parts]
    assert _read(written) == [
        _exactly(numeral, number) for numeral, (number, _) in zip(written, parts, strict=True)
    ]


@batches
@given(st.lists(st.tuples(decimals, st.sampled_from(sorted(SCALES)), st.booleans()), min_size=1, max_size=60))
def test_fullwidth_figures_read_as_halfwidth(parts: list[tuple[Decimal, str, bool]]) -> None:
    written = [(f"{number:,f}" if grouped else f"{number:f}") + scale for number, scale, grouped in parts]
    wide = [numeral.translate(_FULLWIDTH) for numeral in written]
    narrow_rows, wide_rows = _read(written), _read(wide)
    assert None not in narrow_rows
    assert [row and row[1:] for row in narrow_rows] == [row and row[1:] for row in wide_rows]
    assert [row and row[0] for row in wide_rows] == [numeral + "吨" for numeral in wide]


@batches
@given(st.lists(st.tuples(st.integers(1, 9999), st.integers(1, 9999)), min_size=1, max_size=60))
def test_mixed_myriads_add_up(parts: list[tuple[int, int]]) -> None:
    written = [f"{high}亿{low}万" for high, low in parts]
    assert _read(written) == [
        _exactly(numeral, high * 10**8 + low * 10**4)
        for numeral, (high, low) in zip(written, parts, strict=True)
    ]


@batches
@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 7)), min_size=1, max_size=40))
def test_two_neighbouring_digits_are_a_range(parts: list[tuple[int, int]]) -> None:
    scales = ["百", "千", "万", "十万", "百万", "千万", "亿", "千"]
    parts = [(digit, scale) for digit, scale in parts if digit < 9]
    written = [f"{_DIGITS[digit]}{_DIGITS[digit + 1]}{scales[scale]}" for digit, scale in parts]
    powers = {"百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}
    expected = [
        (
            numeral + "吨",
            None,
            Decimal(digit).scaleb(powers[scales[scale]]),
            Decimal(digit + 1).scaleb(powers[scales[scale]]),
            "range",
        )
        for numeral, (digit, scale) in zip(written, parts, strict=True)
    ]
    assert _read(written) == expected


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("二〇〇三", 2003),
        ("二千零三", 2003),
        ("廿五", 25),
        ("卅", 30),
        ("一万二千", 12000),
        ("十二万五千", 125000),
        ("三点五", "3.5"),
        ("一亿零五十万", 100500000),
        ("2万5千", 25000),
        ("3亿4500万", 345000000),
        ("1亿零50万", 100500000),
        ("两千三百", 2300),
        ("贰仟伍佰", 2500),
        ("壹拾贰万", 120000),
        ("12,345.67", "12345.67"),
        ("０．５", "0.5"),
        ("1000.50", "1000.5"),
        ("007", 7),
    ],
)
def test_single_forms(numeral: str, value: int | str) -> None:
    assert _read([numeral]) == [_exactly(numeral, Decimal(value))]


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("20余", 20),
        ("4700多", 4700),
        ("10多万", 100000),
        ("10万多", 100000),
        ("1.2万余", 12000),
        ("百余", 100),
        ("一万一千余", 11000),
        ("二十多", 20),
        ("三百余万", 3000000),
    ],
)
def test_over_inside_leaves_the_top_open(numeral: str, value: int) -> None:
    assert _read([numeral]) == [(numeral + "吨", Decimal(value), Decimal(value), None, "over")]


@pytest.mark.parametrize("numeral", ["9" * 40, "1" + "0" * 30 + "亿", "0.0000001"])
def test_what_does_not_fit_is_never_a_wrong_value(numeral: str) -> None:
    (row,) = _read([numeral])
    assert row is None or row[1] is None or abs(row[1] - Decimal(numeral.rstrip("亿"))) <= Decimal("1e-6")
