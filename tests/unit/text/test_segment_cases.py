"""Pages and how they are cut, as cases: `tests/cases/segmentation.csv` holds a text and its outline.

An outline names the items of a document in order, joined by ` / `:

* `H 城市供水` a heading (`H1 城市建设`: and its level);
* `E 概况` an entry and its title (`E -`: without title), followed, where the case asks for them, by its contributors
  (`（何小舟）` signed, `（何小舟*）` inherited), the zones inside it (`[caption note]`) and its paragraphs (`¶2`);
* `F page_number` furniture between items.

Levels and paragraphs are compared only where an outline names any.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.text.segment import segment

CASES = Path(__file__).resolve().parents[2] / "cases" / "segmentation.csv"
MARKS = "■◆●▲★◇□※▌◎·— "


def _cases() -> list[tuple[str, str, str]]:
    with CASES.open(encoding="utf-8", newline="") as rows:
        return [(row["case"], _unescape(row["text"]), row["outline"]) for row in csv.DictReader(rows)]


def _unescape(text: str) -> str:
    return re.sub(
        r"\\(n|r|t|u[0-9a-f]{4})",
        lambda m: {"n": "\n", "r": "\r", "t": "\t"}.get(m[1]) or chr(int(m[1][1:], 16)),
        text,
    )


def outline(text: str) -> str:
    """Describe how a text is cut, in the notation of the cases."""
    table = pa.table({"document_id": ["page.txt"], "volume_id": ["book"], "text": [text]})
    found = segment(table)
    entries, zones = found.entries.to_pylist(), found.zones.to_pylist()
    items = []
    for entry in entries:
        words = ["E", entry["title"] or "-"]
        if entry["contributors"]:
            words[-1] += (
                f"（{entry['contributors']}{'*' if entry['contributor_scope'] == 'inherited' else ''}）"
            )
        inside = [
            zone["kind"]
            for zone in zones
            if entry["span_start"] <= zone["span_start"] and zone["span_end"] <= entry["span_end"]
        ]
        shown = [kind for kind in inside if kind not in ("title", "signature")]
        if shown:
            words.append(f"[{' '.join(shown)}]")
        if entry["paragraphs"] > 1:
            words.append(f"¶{entry['paragraphs']}")
        items.append((entry["span_start"], " ".join(words)))
    for zone in zones:
        if any(entry["span_start"] <= zone["span_start"] < entry["span_end"] for entry in entries):
            continue
        name = text[zone["span_start"] : zone["span_end"]].strip().strip(MARKS)
        shown_as = f"H{zone['level']} {name}" if zone["kind"] == "heading" else f"F {zone['kind']}"
        items.append((zone["span_start"], shown_as))
    return " / ".join(item for _, item in sorted(items))


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in _cases()], ids=[case[0] for case in _cases()]
)
def test_a_page_is_cut_as_its_outline_says(text: str, expected: str) -> None:
    found = outline(text)
    if not re.search(r"\bH\d ", expected):
        found = re.sub(r"\bH\d ", "H ", found)
    if "¶" not in expected:
        found = re.sub(r" ¶\d+", "", found)
    assert found == expected
