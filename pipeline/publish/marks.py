"""The marks of a document: which stretch of text shows which extraction, and what is said of it.

Here: one mark for each quantity, date, named non-quantity, reject, entity and unaccounted digit; nesting them into
markup. Not here: the page around the text (`review`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.publish.labels import both, label
from pipeline.publish.shell import attribute, visible
from pipeline.quality.quoting import escape, number, reading_of

Row = Mapping[str, Any]

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "money": ("money", "price"),
    "people": ("person", "visit", "age"),
    "count": ("count",),
    "rate": ("percent", "percentage_point", "ratio", "multiple", "fraction", "index", "rate"),
    "time": ("duration",),
    "rank": ("rank", "score"),
}
"""Dimensions that share a colour; every other one is a physical quantity."""
_FAMILY = {dimension: family for family, dimensions in FAMILIES.items() for dimension in dimensions}
_DIGITS = re.compile(r"[0-9０-９]+(?:[.,．，][0-9０-９]+)*")
_TABLE = {"q": "quantities", "d": "dates", "n": "numerals", "r": "rejects"}


def family(dimension: str) -> str:
    """The family of a dimension: money, people, count, rate, time, rank or physical."""
    return _FAMILY.get(dimension, "physical")


@dataclass(frozen=True)
class Mark:
    """A marked stretch of a document.

    Attributes:
        letter: `q` quantity, `d` date, `n` non-quantity, `r` reject, `u` unaccounted digits, `x` entity.
        classes: CSS classes beside the letter.
        about: what is said of it, in lines.
        reading: what the pipeline reads, in the form that a correction expects; empty where none can be made.
        row: the row of its table.
    """

    start: int
    end: int
    letter: str
    classes: str
    about: str
    reading: str
    row: Row

    @property
    def anchor(self) -> str:
        """The id of the mark in the page: `q-89` is the quantity at code point 89."""
        return f"{self.letter}-{self.start}"


def marks_of(text: str, rows: Mapping[str, Sequence[Row]], wavy: Iterable[str] = ()) -> list[Mark]:
    """All marks of a document, outer before inner, in order of place.

    Args:
        text: the text of the document.
        rows: rows of quantities, dates, numerals, rejects, entities of the document, by table; absent ones are none.
        wavy: quantity_ids that take part in a contradiction.
    """
    contradicted = set(wavy)
    printed = {row["quantity_id"]: row["source_text"] for row in rows.get("quantities", ())}
    found: list[Mark] = []
    for row in rows.get("quantities", ()):
        classes = family(row["dimension"])
        classes += " wavy" if row["quantity_id"] in contradicted else ""
        found.append(_mark("q", classes, row, _about_quantity(row, printed)))
    found += [_mark("d", "date", row, _about_date(row)) for row in rows.get("dates", ())]
    for row in rows.get("numerals", ()):
        if row["claimed_by"] == "non_quantity":
            found.append(_mark("n", "non", row, f"非数量 {both('reason', row['reason'])}"))
    rejects: dict[int, Row] = {}
    for row in rows.get("rejects", ()):
        if row["span_start"] is not None and row["span_end"] > row["span_start"]:
            rejects.setdefault(row["span_start"], row)
    found += [_mark("r", "reject", row, _about_reject(row)) for row in rejects.values()]
    for row in rows.get("entities", ()):
        about = f"{both('entity', row['kind'])}：{row['name']}"
        found.append(Mark(row["span_start"], row["span_end"], "x", f"entity {row['kind']}", about, "", row))
    found += _unaccounted(text, found, rows.get("numerals", ()))
    return sorted(found, key=lambda m: (m.start, -m.end, m.letter == "q", m.letter))


def _mark(letter: str, classes: str, row: Row, about: str) -> Mark:
    if row.get("correction_id"):
        classes += " fixed"
        about += f"\n订正 {row['correction_id']}"
    return Mark(
        row["span_start"], row["span_end"], letter, classes, about, reading_of(_TABLE[letter], row), row
    )


def _unaccounted(text: str, marks: Sequence[Mark], numerals: Sequence[Row]) -> Iterator[Mark]:
    """Digits that no row accounts for: by law there are none inside entries, so each one is worth a look."""
    covered = bytearray(len(text))
    spans = [(m.start, m.end) for m in marks if m.letter != "x"] + [
        (r["span_start"], r["span_end"]) for r in numerals
    ]
    for start, end in spans:
        covered[start:end] = b"\x01" * (end - start)
    for found in _DIGITS.finditer(text):
        if not any(covered[found.start() : found.end()]):
            yield Mark(found.start(), found.end(), "u", "loose", "未归属的数字：没有任何一行记它", "", {})


def _grouped(value: Decimal) -> str:
    whole, _, rest = number(value).partition(".")
    return f"{int(whole):,}" + (f".{rest}" if rest else "") if whole not in ("-0", "") else number(value)


def _about_quantity(row: Row, printed: Mapping[str, str]) -> str:
    """`45,000,000 CNY` and what kind of number it is, one aspect a line; `printed` quotes the others by their id."""
    unit = f" {row['unit']}" if row["unit"] else ""
    if row["terms"]:
        first = row["terms"].replace("；", " : ")
    elif row["value"] is not None:
        first = _grouped(row["value"]) + unit
    else:
        ends = [_grouped(row[e]) if row[e] is not None else "…" for e in ("low", "high")]
        first = f"{ends[0]} ～ {ends[1]}{unit}"
    kinds = [both("dimension", row["dimension"]), both("bound", row["bound"]), both("role", row["role"])]
    lines = [first, " · ".join(kinds)]
    if row["base_unit"] and row["base_unit"] != row["unit"] and row["base_value"] is not None:
        lines.append(
            f"折合 {row['base_value']:.10g}" + ("" if row["base_unit"] == "1" else f" {row['base_unit']}")
        )
    if row["role"] == "change":
        basis = row["change_basis"]
        parts = [both("change_kind", row["change_kind"]), label("direction", row["change_direction"])]
        parts += (
            [both("basis", basis) + ("" if row["change_basis_stated"] else "（承上文）")] if basis else []
        )
        lines.append("变化 " + " · ".join(p for p in parts if p))
    if row["measured_text"]:
        head = row["head_text"]
        lines.append(f"计量 {escape(row['measured_text'])}" + (f"（中心词 {escape(head)}）" if head else ""))
    if row["period_start"]:
        lines.append(f"时期 {row['period_start']} — {row['period_end']}")
    for column, what in (("part_of_quantity_id", "部分，总量为"), ("of_quantity_id", "所依水平值为")):
        if row[column]:
            lines.append(f"{what} {escape(printed.get(row[column], row[column]))}")
    if row["note"]:
        lines.append(f"附注 {row['note']}")
    lines.append(f"规则 {row['rule_id']} · 置信 {row['confidence']:.2f}")
    return "\n".join(lines)


def _about_date(row: Row) -> str:
    if row["date_start"] is None:
        first = str(row["partial"])
    else:
        first = str(row["date_start"])
        first += f" — {row['date_end']}" if row["date_end"] != row["date_start"] else ""
    lines = [first, f"日期 date · 精确到{label('precision', row['precision'])} {row['precision']}"]
    lines.append(f"年份 {both('year_source', row['year_source'])}")
    return "\n".join(lines)


def _about_reject(row: Row) -> str:
    return f"未收 {both('reason', row['reason'])}\n{remedy_of(row)}".rstrip()


def remedy_of(reject: Row) -> str:
    """What to do about a reject, in Chinese where it is a usual one, else what its stage wrote."""
    remedy = label("remedy", reject["reason"])
    return str(remedy if remedy != reject["reason"] else reject["detail"] or "")


def marked(text: str, marks: Sequence[Mark], start: int, end: int, occurrence: Mapping[str, int]) -> str:
    """The text from `start` to `end` as markup, with the marks that begin there.

    A mark that crosses the end of one around it, or the end of the stretch, is shown in two pieces; the second has
    no id.
    """
    out: list[str] = []
    open_until: list[int] = []
    at = start
    # Pieces still to be opened, nearest last.
    waiting = [
        (m.start, min(m.end, end), m, True) for m in reversed(marks) if m.start < end and m.end > start
    ]

    def close(limit: int) -> None:
        nonlocal at
        while open_until and open_until[-1] <= limit:
            stop = open_until.pop()
            out.append(visible(text[at:stop]))
            out.append("</mark>")
            at = stop

    while waiting:
        first, last, mark, whole = waiting.pop()
        if first < start:
            first, whole = start, False
        close(first)
        out.append(visible(text[at:first]))
        at = first
        if open_until and last > open_until[-1]:
            rest = (open_until[-1], last, mark, False)
            last = open_until[-1]
            where = len(waiting)
            while where and waiting[where - 1][0] < rest[0]:
                where -= 1
            waiting.insert(where, rest)
        out.append(_opening(mark, whole, occurrence))
        open_until.append(last)
    close(end)
    out.append(visible(text[at:end]))
    return "".join(out)


def _opening(mark: Mark, whole: bool, occurrence: Mapping[str, int]) -> str:
    if not whole:
        return f'<mark class="{mark.letter} {mark.classes} rest">'
    reading = f' data-x="{attribute(mark.reading)}"' if mark.reading else ""
    nth = occurrence.get(mark.anchor, 0)
    repeat = f' data-n="{nth}"' if nth > 1 else ""
    quote = mark.row.get("source_text") or ""
    written = f' data-q="{attribute(escaped)}"' if (escaped := escape(quote)) != quote else ""
    anchor = f'id="{mark.anchor}" tabindex="0" ' if mark.letter != "x" else ""
    measured = mark.row.get("measured_text")
    about = f' data-m="{attribute(escape(measured))}"' if measured else ""
    more = f'{reading}{repeat}{about}{written} data-t="{attribute(mark.about)}"'
    return f'<mark {anchor}class="{mark.letter} {mark.classes}"{more}>'
