"""The same prose in another guise reads the same: traditional characters, fullwidth forms, line breaks, neighbours.

Belongs here: changes to made-up prose that must not change what is read. Does not belong here: what is read
(test_oracle).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pipeline
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment
from tests import prose

Row = tuple[Any, ...]

HEAD = "【概况】 "
composed = settings(deadline=None, max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))


@cache
def _reference() -> Reference:
    return load_reference(pipeline.SEEDS)


def _rows(body: str, place: Callable[[int], int] = lambda place: place) -> list[Row]:
    """Quantities and dates of an entry's body, their places moved by `place`, without what is printed."""
    text = HEAD + body
    document = {
        "document_id": "d", "volume_id": "d", "media_type": "text/plain", "encoding": "utf-8", "sha256": "",
        "characters": len(text), "text": text,
    }  # fmt: skip
    documents = pa.Table.from_pylist([document], schema=DOCUMENTS)
    segments = segment(documents)
    volume = Volume("d", None, None, 2009, "manifest", None, None, None)
    tables = read_facts(documents, segments.entries, segments.zones, volume, _reference())
    columns = {
        "quantities": ("value", "low", "high", "bound", "unit", "dimension", "base_value", "role", "terms"),
        "dates": ("date_start", "date_end", "precision", "year_source"),
    }
    found = []
    for name, names in columns.items():
        for row in tables[name].to_pylist():
            span = (place(row[side] - len(HEAD)) for side in ("span_start", "span_end"))
            found.append((name, *span, *(row[column] for column in names)))
    return found


@cache
def _guises(reason: str) -> dict[int, str]:
    """For each plain character one of its variants."""
    with (pipeline.SEEDS / "lexicons" / "variants.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["reason"] == reason]
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(row["standard"], row["variant"])
    return str.maketrans(first)


@composed
@given(prose.mixed_text)
def test_traditional_characters(body: str) -> None:
    assert _rows(body.translate(_guises("traditional"))) == _rows(body)


@composed
@given(prose.mixed_text)
def test_fullwidth_figures_and_signs(body: str) -> None:
    wide = body.translate(str.maketrans("0123456789%-/:.,", "０１２３４５６７８９％－／：．，"))
    assert _rows(wide) == _rows(body)


@composed
@given(st.lists(st.tuples(prose.SUBJECTS, prose.chinese, st.sampled_from("元人吨家户件")), min_size=1, max_size=9))
def test_bankers_numerals(clauses: list[tuple[str, str, str]]) -> None:
    bankers = str.maketrans("二三四五六七八九十百千", "贰叁肆伍陆柒捌玖拾佰仟")
    clauses = [clause for clause in clauses if len(clause[1]) > 1 and "点" not in clause[1]]
    plain = "".join(f"{subject}{numeral}{unit}，" for subject, numeral, unit in clauses)
    guised = "".join(f"{subject}{numeral.translate(bankers)}{unit}，" for subject, numeral, unit in clauses)
    assert _rows(guised) == _rows(plain)


@composed
@given(prose.amount_text, st.randoms(use_true_random=False))
def test_a_figure_broken_by_the_end_of_a_line(body: str, random: Any) -> None:
    figures = re.finditer(r"(?<![\d.,、～—至到~–-])\d\d(?=\d*[万亿]?[元吨人])", body)
    units = re.finditer("平方米|公里|小时", body)
    places = [found.start() + 1 for found in (*figures, *units)]
    if not places:
        return
    broken = random.choice(places)
    whole = _rows(body)
    assert _rows(body[:broken] + "\n" + body[broken:], lambda place: place - (place > broken)) == whole


@composed
@given(prose.amount_text, prose.amount_text)
def test_sentences_do_not_touch_each_other(first: str, second: str) -> None:
    first, second = first.rstrip("，") + "。", second.rstrip("，") + "。"
    together = _rows(first + second)
    apart = _rows(first) + _rows(second, lambda place: place + len(first))
    roleless = [row[:8] + row[10:] for row in together]
    assert roleless == [row[:8] + row[10:] for row in apart]
