"""What each action of a correction does to a sheet: `read_as`, `merge`, `split`, `drop`, `accept`, `set` …

Here: comparing what a line expects with what is there, and the rows that change, numerals included. Not here: reading
what a person wrote (`correction_readings`), trying and committing lines (`corrections`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from pipeline.quality.correction_lines import Correction
from pipeline.quality.correction_readings import Part, Reread, parts_of, read_part, signed
from pipeline.quality.correction_sheet import ID, Change, Refusal, Row, Sheet
from pipeline.quality.quoting import reading_of

_KEPT = (
    "measured_text",
    "measured_start",
    "measured_end",
    "head_text",
    "period_start",
    "period_end",
    "region_code",
    "scope",
)


def change_of(sheet: Sheet, c: Correction, start: int, end: int, reread: Reread) -> Change:
    """What a line would change; refuses when it does not expect what is there, or cannot be carried out."""
    if c.action in ("set", "set_measured"):
        return _set_column(sheet, c, start, end)
    targets = sheet.targets(start, end)
    for _, row in targets:
        if row["span_start"] < start or row["span_end"] > end:
            raise Refusal("no_match", f"the quote cuts 「{row['source_text']}」 in two; quote it whole")
    if not targets:
        raise Refusal("no_match", "there is no number in the quote; quote the number with its unit")
    current = "；".join(reading_of(name, row) for name, row in targets)
    if c.action == "accept":
        return _accept(sheet, c, targets, current)
    if c.action == "drop":
        return _drop(c, sheet, targets, current)
    if c.action == "merge" and len(targets) == 1:
        raise Refusal("invalid", "the quote holds one extraction only; use read_as")
    if c.action in ("read_as", "fix_misprint") and len(targets) > 1:
        raise Refusal(
            "invalid", f"the quote holds {len(targets)} extractions ({current}); quote one, or use merge"
        )
    if c.action == "split":
        made = [read_part(sheet, c, start, end, part, reread) for part in parts_of(c, start)]
    else:
        made = [read_part(sheet, c, start, end, Part(start, end, c.set_to), reread)]
    _no_overlap(sheet, targets, made)
    reading = "；".join(reading_of(name, row) for name, row in made)
    if reading == current and [(n, r["span_start"], r["span_end"]) for n, r in targets] == [
        (n, r["span_start"], r["span_end"]) for n, r in made
    ]:
        raise Refusal(
            "redundant", f"the pipeline reads 「{c.quote}」 as {reading} by itself; delete the line"
        )
    _expect(c, current)
    return _replace(sheet, c, targets, made)


def _expect(c: Correction, current: str) -> None:
    if _loose(c.expect) != _loose(current):
        said = c.expect or "nothing"
        raise Refusal(
            "drift",
            f"the line expects {said}, but the pipeline now reads {current or 'nothing'}; "
            "look again, then write that into expect or delete the line",
        )


def _loose(reading: str) -> str:
    """A reading as a spreadsheet may leave it: blanks and separators of thousands do not count."""
    return re.sub(r"[\s,，]", "", reading).casefold()


def _accept(sheet: Sheet, c: Correction, targets: Sequence[tuple[str, Row]], current: str) -> Change:
    if all(name == "numerals" for name, _ in targets):
        raise Refusal("redundant", f"nothing is doubted here ({current}); delete the line")
    _expect(c, current)
    change = Change({}, {})
    for name, row in targets:
        if name == "rejects":
            change.swap("rejects", row, None)
            _disclaim(sheet, change, row["span_start"], row["span_end"], "accepted")
        elif name in ("quantities", "dates"):
            change.swap(name, row, signed(name, row, c, "accepted as printed") | {"confidence": 1.0})
            if name == "quantities":
                sheet.accepted[row["quantity_id"]] = c.reason
    return change


def _drop(c: Correction, sheet: Sheet, targets: Sequence[tuple[str, Row]], current: str) -> Change:
    if all(name == "numerals" for name, _ in targets):
        raise Refusal(
            "redundant", f"the pipeline takes it for no amount by itself ({current}); delete the line"
        )
    _expect(c, current)
    change = Change({}, {})
    for name, row in targets:
        if name != "numerals":
            change.swap(name, row, None)
            _disclaim(sheet, change, row["span_start"], row["span_end"], c.set_to or "dropped")
    _unlink(sheet, change)
    return change


def _disclaim(sheet: Sheet, change: Change, start: int, end: int, reason: str) -> None:
    """Account the numerals of a place to a named non-quantity."""
    for row in sheet.rows["numerals"]:
        if start <= row["span_start"] < end and row["claimed_by"] != "non_quantity":
            change.swap(
                "numerals", row, row | {"claimed_by": "non_quantity", "claim_id": None, "reason": reason}
            )


def _set_column(sheet: Sheet, c: Correction, start: int, end: int) -> Change:
    """The actions `set` and `set_measured`: columns of one quantity."""
    rows = [r for r in sheet.rows["quantities"] if r["span_start"] < end and r["span_end"] > start]
    if len(rows) != 1:
        what = "no quantity" if not rows else f"{len(rows)} quantities"
        raise Refusal("no_match", f"there is {what} in the quote; quote exactly one")
    row = rows[0]
    if row["span_start"] < start or row["span_end"] > end:
        raise Refusal("no_match", f"the quote cuts 「{row['source_text']}」 in two; quote it whole")
    if c.action == "set_measured":
        current, new = row["measured_text"] or "", _measured(sheet, c, row)
    else:
        current, new = _field(row, c.field), _fields(row, c)
    if all(row[k] == v for k, v in new.items()):
        raise Refusal("redundant", f"it is {current or 'nothing'} already; delete the line")
    _expect(c, current)
    change = Change({}, {})
    change.swap("quantities", row, signed("quantities", row | new, c, row["note"] or "set by hand"))
    return change


def _measured(sheet: Sheet, c: Correction, row: Row) -> Row:
    """The columns of a measured phrase; it has to stand in the same entry, before the number if it can."""
    first, last = sheet.stretch(row["span_start"], row["span_end"])
    phrase, head = c.set_to, ""
    if phrase not in sheet.text[first:last] and "/" in phrase:
        phrase, _, head = phrase.rpartition("/")
    at = sheet.text.rfind(phrase, first, row["span_start"])
    at = sheet.text.find(phrase, row["span_end"], last) if at < 0 else at
    if at < 0 or not phrase:
        raise Refusal("no_match", f"「{phrase}」 is not in the entry; only what the book says can be set")
    if head and head not in phrase:
        raise Refusal("invalid", f"the head 「{head}」 is not in 「{phrase}」")
    old = row["head_text"]
    kept = old if old and phrase.endswith(old) else None
    return {
        "measured_text": phrase,
        "measured_start": at,
        "measured_end": at + len(phrase),
        "head_text": head or kept,
    }


def _field(row: Row, field: str) -> str:
    """The value of a field as a line would state it."""
    if field != "period" and field not in row:
        raise Refusal("invalid", f"there is no field {field!r} in this row")
    if field == "period":
        return f"{row['period_start']}/{row['period_end']}" if row["period_start"] else ""
    if field == "role" and row["role"] == "change":
        return "/".join(str(row[k]) for k in ("role", "change_kind", "change_direction") if row[k])
    return str(row[field] or "")


def _fields(row: Row, c: Correction) -> Row:
    """The columns that `set` gives new values; a role brings the columns of a change with it."""
    value = c.set_to or None
    if c.field == "period":
        try:
            first, _, last = (value or "").partition("/")
            ends = (date.fromisoformat(first), date.fromisoformat(last or first)) if value else (None, None)
        except ValueError as error:
            raise Refusal(
                "invalid", f"set_to {c.set_to!r} is no period; write 2011-01-01/2011-12-31"
            ) from error
        return {"period_start": ends[0], "period_end": ends[1]}
    if c.field != "role":
        return {c.field: value}
    role, kind, direction = [*(value or "").split("/"), "", ""][:3]
    if role != "change" and (kind or direction):
        raise Refusal("invalid", f"set_to {c.set_to!r}: only a change has a kind and a direction")
    new: Row = {"role": role or None, "change_kind": kind or None, "change_direction": direction or None}
    if role != "change":
        new |= {"change_basis": None, "change_basis_stated": None}
    return new


def _no_overlap(sheet: Sheet, targets: Sequence[tuple[str, Row]], made: Sequence[tuple[str, Row]]) -> None:
    """Refuse a reading that reaches into an extraction beside the quote, and numerals that no part takes."""
    old = {id(row) for _, row in targets}
    for _, row in made:
        for _, other in sheet.targets(row["span_start"], row["span_end"]):
            if id(other) not in old:
                raise Refusal(
                    "invalid",
                    f"the reading reaches into 「{other['source_text']}」 beside the quote; quote both and merge them",
                )


def _replace(
    sheet: Sheet, c: Correction, targets: Sequence[tuple[str, Row]], made: list[tuple[str, Row]]
) -> Change:
    """Put new rows for old ones, and account the numerals of the place to them."""
    change = Change({}, {})
    if len(targets) == len(made) == 1 and targets[0][0] == made[0][0] == "quantities":
        old, new = targets[0][1], made[0][1]
        if new["measured_text"] is None:
            new |= {k: old[k] for k in _KEPT if new[k] is None}
    for name, row in targets:
        if name != "numerals":
            change.swap(name, row, None)
    for name, row in made:
        change.swap(name, None, row)
    low = min(row["span_start"] for _, row in [*targets, *made])
    high = max(row["span_end"] for _, row in [*targets, *made])
    for numeral in sheet.rows["numerals"]:
        if numeral["span_start"] >= high or numeral["span_end"] <= low:
            continue
        pieces = [
            (name, r)
            for name, r in made
            if r["span_start"] < numeral["span_end"] and r["span_end"] > numeral["span_start"]
        ]
        covered = sum(
            min(r["span_end"], numeral["span_end"]) - max(r["span_start"], numeral["span_start"])
            for _, r in pieces
        )
        missed = len(numeral["source_text"]) - covered
        if not pieces or (missed and re.search(r"[0-9０-９]", _outside(numeral, [r for _, r in pieces]))):
            raise Refusal(
                "invalid",
                f"「{numeral['source_text']}」 would belong to nothing any more; give every number of the quote a part",
            )
        change.swap("numerals", numeral, None)
        for name, r in pieces:
            a, b = max(r["span_start"], numeral["span_start"]), min(r["span_end"], numeral["span_end"])
            claim = {
                "claimed_by": "quantity" if name == "quantities" else "date",
                "claim_id": r[ID[name]],
                "reason": None,
            }
            place = {"span_start": a, "span_end": b, "source_text": sheet.text[a:b]}
            change.swap("numerals", None, numeral | place | claim)
    _unlink(sheet, change)
    return change


def _outside(numeral: Row, rows: Sequence[Row]) -> str:
    """The characters of a numeral that none of the rows covers."""
    return "".join(
        char
        for at, char in enumerate(numeral["source_text"], numeral["span_start"])
        if not any(r["span_start"] <= at < r["span_end"] for r in rows)
    )


def _unlink(sheet: Sheet, change: Change) -> None:
    """Cut the references of other quantities to those that are gone."""
    gone = {r["quantity_id"] for r in change.removed.get("quantities", ())} - {
        r["quantity_id"] for r in change.added.get("quantities", ())
    }
    taken = {id(r) for r in change.removed.get("quantities", ())}
    for row in sheet.rows["quantities"] if gone else ():
        cut = {k: None for k in ("of_quantity_id", "part_of_quantity_id") if row[k] in gone}
        if cut and id(row) not in taken:
            change.swap("quantities", row, row | cut)
