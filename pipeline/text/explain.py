"""Why a text was read as it was: its tokens in order, and the rows that they made.

For people at a terminal; the rules themselves are elsewhere.
"""

from __future__ import annotations

import numpy as np

from pipeline.text.clauses import CUE_KINDS, Clauses
from pipeline.text.lookalikes import REASONS, mask_words
from pipeline.text.numerals import read_numerals
from pipeline.text.quantities import left_bound, printed_units
from pipeline.text.reference import Reference
from pipeline.text.rows import BASES, BOUNDS, DIRECTIONS
from pipeline.text.single import read_single
from pipeline.text.view import block_of

_KINDS = {
    "change": "变化 change",
    "compared": "比较 compared",
    "level": "水平 level",
    "neutral": "名词 neutral",
    "basis": "基期 basis",
    "share": "占比 share",
    "target": "目标 target",
    "distribute": "分别 distribute",
    "of_which": "其中 of which",
}
_SHOWN = (
    "measured_text",
    "value",
    "low",
    "high",
    "bound",
    "unit",
    "dimension",
    "base_value",
    "base_unit",
    "role",
    "change_kind",
    "change_direction",
    "change_basis",
    "change_basis_stated",
    "terms",
    "note",
    "rule_id",
    "confidence",
)


def explain(text: str, reference: Reference, covered_year: int | None = None) -> str:
    """Tell which tokens a text was cut into and what was made of them, as lines for a terminal.

    Args:
        text: a few words or an entry.
        reference: the loaded reference tables.
        covered_year: the year that dates without one take.

    Example:
        `explain("2.5亿元左右", reference)` names the numeral 2.5 × 10^8, the unit 元 = CNY, the bound 左右 and
        the quantity with value 250000000, bound about.
    """
    lines = ["词 tokens"]
    lines += [f"  {start:>4}  {piece}  {what}" for start, piece, what in sorted(_tokens(text, reference))]
    facts = read_single(text, reference, covered_year)
    for row in facts["quantities"].to_pylist():
        said = "  ".join(f"{name} {_plain(row[name])}" for name in _SHOWN if row[name] is not None)
        lines += [f"数量 quantity  {row['source_text']}", f"        {said}"]
    for row in facts["dates"].to_pylist():
        when = row["partial"] or (
            f"{row['date_start']}"
            if row["date_start"] == row["date_end"]
            else f"{row['date_start']} – {row['date_end']}"
        )
        lines.append(
            f"日期 date  {row['source_text']}  {when}  {row['precision']}  year {row['year_source']}"
        )
    for row in facts["numerals"].to_pylist():
        if row["claimed_by"] == "non_quantity":
            lines.append(f"不是数量 no quantity  {row['source_text']}  {row['reason']}")
    for row in facts["rejects"].to_pylist():
        lines.append(f"未收 reject  {row['source_text']}  {row['reason']}: {row['detail']}")
    return "\n".join(lines)


def _plain(value: object) -> str:
    text = str(value)
    return (
        text.rstrip("0").rstrip(".") if "." in text and text.replace(".", "").lstrip("-").isdigit() else text
    )


def _tokens(text: str, reference: Reference) -> list[tuple[int, str, str]]:
    """Position, characters and meaning of each token."""
    block = block_of([text], np.zeros(1, np.int64), reference.fold, np.zeros(0, np.int64))
    codes = block.codes
    mask, word_start, word_end, word_reason = mask_words(codes, reference.lookalikes)
    numerals = read_numerals(codes, mask, reference.units)
    surface, _, unit_end = printed_units(codes, numerals, reference.units)
    clauses = Clauses.of(codes, numerals, reference.cues)
    place = numerals.start
    meant = reference.units.rows_of(
        reference.units.contexts.found(codes),
        surface,
        place,
        unit_end,
        clauses.begin(place),
        clauses.sentence_begin(place),
        clauses.end(unit_end),
    )
    bound, bound_start = left_bound(codes, numerals.start, reference.cues)
    found: list[tuple[int, str, str]] = []

    def add(start: int, end: int, what: str) -> None:
        begin, stop = int(block.place[start]), int(block.place[end - 1]) + 1
        if stop <= len(text):
            found.append((begin, text[begin:stop], what))

    for i in range(len(numerals)):
        over = "，内含余/多 over" if numerals.over[i] else ""
        value = f"{numerals.mantissa[i]} × 10^{numerals.exponent[i]}"
        below = f" / {numerals.denominator[i]}" if numerals.denominator[i] else ""
        add(numerals.start[i], numerals.end[i], f"数 numeral  {value}{below}{over}")
        if surface[i] >= 0:
            row = reference.units.rows[meant[i]] if meant[i] >= 0 else None
            sense = (
                f"{row.unit} {row.dimension} {row.sense}".rstrip()
                if row
                else "没有一义相合 no sense fits here"
            )
            add(numerals.end[i], unit_end[i], f"单位 unit  {sense}")
        word, length = reference.cues.bound_right.at(codes, unit_end[i : i + 1])
        if word[0] >= 0:
            add(
                unit_end[i],
                unit_end[i] + length[0],
                f"界限 bound  {BOUNDS[reference.cues.bound_right_value[word[0]]]}",
            )
        if bound[i] >= 0:
            add(bound_start[i], numerals.start[i], f"界限 bound  {BOUNDS[bound[i]]}")
    for start, end, kind, value in zip(
        clauses.cue_start, clauses.cue_end, clauses.cue_kind, clauses.cue_value, strict=True
    ):
        name = CUE_KINDS[kind]
        more = (
            BASES[value]
            if name == "basis"
            else DIRECTIONS[value]
            if name in ("change", "compared") and value < len(DIRECTIONS)
            else ""
        )
        if end < len(codes) - 1:
            add(start, end, f"{_KINDS[name]}  {more}".rstrip())
    for start, end, reason in zip(word_start, word_end, word_reason, strict=True):
        add(start, end, f"词中数字 word  {REASONS[reason]}")
    return found
