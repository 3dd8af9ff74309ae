"""Readings that a person gives, read by the ordinary reader in place of what is printed.

Here: one entry with the quote replaced, the row that the reader finds there, and that row moved to its place in the
book. Not here: the reader itself (`rereading`), what a row replaces (`correction_actions`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

import schemas
from pipeline.quality.correction_lines import Correction
from pipeline.quality.correction_sheet import ID, Refusal, Row, Sheet

Reread = Callable[[pa.Table, pa.Table, pa.Table], Mapping[str, pa.Table]]
"""The ordinary reader: documents, entries and zones in; at least quantities and dates out."""

MISPRINT: Final = "misprint, meant is"
"""How the note of a row begins that stands for a misprint of the book."""

_WORDS_BETWEEN = re.compile(r"[、，。；：,;][^\d０-９〇零一二三四五六七八九十百千万亿两]")
_POSITIONS = ("title_start", "title_end", "span_start", "span_end", "body_start", "body_end")


def signed(name: str, row: Row, c: Correction, note: str) -> Row:
    """A row with the mark of the correction on it; dates have no column for it and keep it in the note."""
    if name == "quantities":
        return row | {"correction_id": c.correction_id, "note": note}
    return row | {"note": f"{note} (correction {c.correction_id})"}


@dataclass(frozen=True)
class Part:
    """A stretch of the text, and how it is to be read."""

    start: int
    end: int
    reading: str


def parts_of(c: Correction, start: int) -> list[Part]:
    """The parts of a split: `3=3万吨|400万吨` cuts 「3、400万吨」 in two."""
    parts, at = [], 0
    for piece in re.split(r"[|｜]", c.set_to):
        printed, _, reading = piece.partition("=")
        found = c.quote.find(printed, at) if printed else -1
        if found < 0:
            raise Refusal(
                "invalid",
                f"part 「{printed}」 is not in the quote, or not in this order; write parts as printed, with |",
            )
        parts.append(Part(start + found, start + found + len(printed), reading or printed))
        at = found + len(printed)
    if len(parts) < 2:
        raise Refusal("invalid", "split needs two parts or more, with | between them")
    return parts


def read_part(
    sheet: Sheet, c: Correction, start: int, end: int, part: Part, reread: Reread
) -> tuple[str, Row]:
    """What the ordinary reader makes of a part, read in place of the quote; refuses unless it is one amount or date."""
    first, last = sheet.stretch(start, end)
    before, after = sheet.text[first:start], sheet.text[end:last]
    tables = reread(
        *_excerpt(sheet, first, last, before + part.reading + after, start, end, len(part.reading))
    )
    low, high = len(before), len(before) + len(part.reading)
    found = [
        (name, row)
        for name in ("quantities", "dates")
        for row in tables[name].to_pylist()
        if row["span_start"] < high and row["span_end"] > low
    ]
    if len(found) != 1:
        what = "no amount and no date" if not found else f"{len(found)} amounts or dates"
        raise Refusal(
            "invalid",
            f"「{part.reading}」 is read as {what}; write one number with its unit, as the book would print it",
        )
    name, row = found[0]
    lead, tail = row["span_start"] - low, high - row["span_end"]
    printed = sheet.text[part.start : part.end]
    if (
        lead < 0
        or printed[: max(lead, 0)] != part.reading[: max(lead, 0)]
        or (tail > 0 and not printed.endswith(part.reading[-tail:]))
    ):
        raise Refusal(
            "invalid", f"「{part.reading}」 has words around the number that are not in 「{printed}」"
        )
    if _WORDS_BETWEEN.search(printed):
        raise Refusal("invalid", f"「{printed}」 holds words that are no part of a number; quote less")
    place = (part.start + lead, part.end - tail)  # a unit that follows the quote is taken along
    if place[0] >= place[1]:
        raise Refusal("invalid", f"「{part.reading}」 leaves nothing of 「{printed}」")
    return name, _at_place(
        sheet, c, name, row, place, _Shift(first, low, high, end - start - len(part.reading))
    )


@dataclass(frozen=True)
class _Shift:
    """From positions of an excerpt to positions of the document."""

    base: int
    low: int
    high: int
    delta: int

    def __call__(self, position: int | None) -> int | None:
        if position is None or self.low < position < self.high:
            return None
        return self.base + position + (self.delta if position >= self.high else 0)


def _excerpt(
    sheet: Sheet, first: int, last: int, text: str, start: int, end: int, length: int
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """One entry as a document of its own, with the quote replaced: documents, entries and zones."""
    delta = length - (end - start)

    def moved(position: int) -> int:
        inside = min(max(position, first), last)
        if inside > start:
            inside = max(inside + delta, start + length) if inside >= end else min(inside, start + length)
        return inside - first

    document = sheet.document | {"text": text, "characters": len(text)}
    entry = sheet.entry_at(start)
    entries = (
        [] if entry is None else [entry | {k: moved(entry[k]) for k in _POSITIONS if entry[k] is not None}]
    )
    zones = [
        z | {"span_start": moved(z["span_start"]), "span_end": moved(z["span_end"])}
        for z in sheet.zones
        if z["span_start"] < last and z["span_end"] > first
    ]
    zones = [
        z | {"source_text": text[z["span_start"] : z["span_end"]]} if "source_text" in z else z for z in zones
    ]
    made = {
        "documents": [document],
        "entries": entries,
        "zones": [z for z in zones if z["span_start"] < z["span_end"]],
    }
    documents, entry_table, zone_table = (
        pa.Table.from_pylist(rows, schema=schemas.arrow_schema(name)) for name, rows in made.items()
    )
    return documents, entry_table, zone_table


def _at_place(sheet: Sheet, c: Correction, name: str, row: Row, place: tuple[int, int], shift: _Shift) -> Row:
    """A row that was read in an excerpt, at its place in the document and under the hand of the correction."""
    start, end = place
    entry = sheet.entry_at(start)
    new = row | {
        ID[name]: f"{sheet.document_id}@{start}",
        "entry_id": entry["entry_id"] if entry else None,
        "document_id": sheet.document_id,
        "volume_id": sheet.document["volume_id"],
        "span_start": start,
        "span_end": end,
        "source_text": sheet.text[start:end],
        "rule_id": "correction",
        "confidence": 1.0,
    }
    what = MISPRINT if c.action == "fix_misprint" else "read by hand as"
    new = signed(name, new, c, f"{what} {c.set_to}")
    if name == "quantities":
        first, last = sheet.stretch(start, end)
        if new["unit_text"] and new["unit_text"] not in sheet.text[first:last]:
            new["unit_text"] = None  # the column holds what is printed
        a, b = shift(row["measured_start"]), shift(row["measured_end"])
        if a is None or b is None or sheet.text[a:b] != row["measured_text"]:
            a = b = None
        new |= {"measured_start": a, "measured_end": b}
        known = {q["quantity_id"] for q in sheet.rows["quantities"]}
        for column in ("of_quantity_id", "part_of_quantity_id"):
            at = shift(int(row[column].rsplit("@", 1)[1])) if row[column] else None
            new[column] = f"{sheet.document_id}@{at}" if f"{sheet.document_id}@{at}" in known else None
    return new
