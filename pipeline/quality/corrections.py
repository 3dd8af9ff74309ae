"""Carrying out corrections: what a person has decided about a place of a book, guarded, traced, and never half done.

Here: finding what the pipeline made of the quoted place, comparing it with what the line expects, replacing rows and
keeping every other table true to them. Not here: the file (`correction_lines`), finding quotes (`quoting`), the
language: a reading that a person gives is read by the ordinary reader, in its sentence, in place of what is printed.

A line is tried on copies and counts only when every row it makes passes the schema of its table. Nothing enters that
the book does not say: a line points at printed words, and what it makes has its place there.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline.quality.correction_lines import Correction, Finding
from pipeline.quality.laws import EXAMPLES, Verdict
from pipeline.quality.quoting import Quotes, number, reading_of

Row = dict[str, Any]
Reread = Callable[[pa.Table, pa.Table, pa.Table], Mapping[str, pa.Table]]
"""The ordinary reader: documents, entries and zones in; at least quantities and dates out."""

CHECKS: Mapping[str, str] = {
    "corrections_fresh": "Every line of corrections.csv finds its place and what it expects there.",
    "corrections_needed": "Every line of corrections.csv still changes something.",
}
"""The checks that `verdicts` speaks of, by name, for the table corrections_applied."""

_READING = ("read_as", "fix_misprint", "merge", "split", "drop", "accept")
_TABLES = ("quantities", "dates", "numerals", "rejects")
_ID = {"quantities": "quantity_id", "dates": "date_id", "rejects": "reject_id"}
_UNTRACED = frozenset({"correction_id", "document_id", "entry_id", "volume_id", *_ID.values()})
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
_WORDS_BETWEEN = re.compile(r"[、，。；：,;][^\d０-９〇零一二三四五六七八九十百千万亿两]")
_POSITIONS = ("title_start", "title_end", "span_start", "span_end", "body_start", "body_end")


MISPRINT = "misprint, meant is"
"""How the note of a row begins that stands for a misprint of the book."""


class Corrected(NamedTuple):
    """The outcome: the tables, the rows of corrections_applied, one finding for each line that was tried.

    `accepted` holds the quantities that a person confirmed as printed, with the reason.
    """

    tables: dict[str, pa.Table]
    applied: pa.Table
    findings: list[Finding]
    accepted: dict[str, str]


class _Refusal(Exception):  # noqa: N818  it is an outcome, not an error
    """Why a line is not carried out: outcome and message."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome, self.message = outcome, message


def apply_corrections(
    tables: Mapping[str, pa.Table], corrections: Sequence[Correction], reread: Reread
) -> Corrected:
    """Carry out the corrections that point at documents of a batch.

    Args:
        tables: documents, entries, zones, quantities, dates, numerals and rejects of a batch, as stored; others pass
            through untouched.
        corrections: lines of the file; those about other documents are left alone (see `unknown_documents`).
        reread: the ordinary reader, called with one entry at a time.

    Returns:
        the tables with the same schemas and order, and what was done. A line that is refused changes nothing.
    """
    ids = tables["documents"]["document_id"].to_pylist()
    mine = [c for c in corrections if c.document in set(ids)]
    if not mine:
        return Corrected(dict(tables), schemas.empty("corrections_applied"), [], {})
    traces: list[Row] = []
    findings: list[Finding] = []
    accepted: dict[str, str] = {}
    sheets = {d: _Sheet.of(tables, d) for d in dict.fromkeys(c.document for c in mine)}
    for document_id, sheet in sheets.items():
        for finding, trace in _correct(sheet, [c for c in mine if c.document == document_id], reread):
            findings.append(finding)
            traces += trace
        accepted |= sheet.accepted
    changed = [d for d, s in sheets.items() if s.changed]
    after = dict(tables)
    for name in _TABLES if changed else ():
        after[name] = _put_back(tables[name], name, {d: sheets[d].rows[name] for d in changed}, ids)
    findings.sort(key=lambda f: f.line)
    return Corrected(after, _trace_table(traces), findings, accepted)


def unknown_documents(corrections: Iterable[Correction], document_ids: Iterable[str]) -> list[Finding]:
    """A `no_match` for every line whose document is in no book, with the name that was probably meant."""
    known = set(document_ids)
    findings = []
    for c in corrections:
        if c.document not in known:
            near = difflib.get_close_matches(c.document, known, 1, 0.6)
            hint = (
                f"; did you mean {near[0]}?" if near else "; documents are named by their path under seeds/"
            )
            findings.append(
                Finding("no_match", c.line, c.correction_id, c.document, f"no such document{hint}")
            )
    return findings


def accept_audits(audits: pa.Table, terms: pa.Table, accepted: Mapping[str, str]) -> pa.Table:
    """Take back the contradictions in which a quantity takes part that a person confirmed as printed.

    The verdict becomes `unchecked`, and the explanation says who is to be asked.
    """
    wanted = pa.array(list(accepted), pa.string())
    named = terms.filter(pc.is_in(terms["quantity_id"], value_set=wanted))
    reason = {t["audit_id"]: accepted[t["quantity_id"]] for t in named.to_pylist()}
    rows = audits.to_pylist()
    for row in rows:
        if row["verdict"] == "inconsistent" and row["audit_id"] in reason:
            row["verdict"] = "unchecked"
            row["explanation"] += f"（核定照印：{reason[row['audit_id']]}）"
    return pa.Table.from_pylist(rows, schema=audits.schema)


def verdicts(findings: Sequence[Finding]) -> list[Verdict]:
    """The two verdicts on the file: lines that a person has to mend are an error, lines that may go a warning."""
    found = []
    for check, severity in (("corrections_fresh", "error"), ("corrections_needed", "warn")):
        failed = [f for f in findings if f.severity == severity]
        examples = tuple(
            {"line": f.line, "outcome": f.outcome, "document": f.document, "message": f.message}
            for f in failed[:EXAMPLES]
        )
        found.append(
            Verdict("corrections_applied", check, severity, len(findings), len(failed), examples=examples)
        )
    return found


# --- one document ---------------------------------------------------------------------------------------------------


@dataclass
class _Sheet:
    """One document with its rows as plain dicts, which corrections may change."""

    document: Row
    entries: list[Row]
    zones: list[Row]
    rows: dict[str, list[Row]]
    quotes: Quotes
    accepted: dict[str, str]
    changed: bool = False

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table], document_id: str) -> _Sheet:
        def rows(name: str) -> list[Row]:
            table = tables.get(name)
            if table is None:
                return []
            found: list[Row] = table.filter(pc.equal(table["document_id"], document_id)).to_pylist()
            return found

        document = rows("documents")[0]
        entries = sorted(rows("entries"), key=lambda e: int(e["span_start"]))
        own = {name: rows(name) for name in _TABLES}
        quotes = Quotes(
            document["text"],
            [(e["title"], e["span_start"], e["span_end"]) for e in entries],
            sorted((n["span_start"], n["span_end"]) for n in own["numerals"]),
        )
        return cls(document, entries, rows("zones"), own, quotes, {})

    @property
    def text(self) -> str:
        return str(self.document["text"])

    @property
    def document_id(self) -> str:
        return str(self.document["document_id"])

    def entry_at(self, start: int) -> Row | None:
        return next((e for e in self.entries if e["span_start"] <= start < e["span_end"]), None)

    def stretch(self, start: int, end: int) -> tuple[int, int]:
        """The entry around a place, or the lines that it stands in."""
        entry = self.entry_at(start)
        if entry:
            return entry["span_start"], entry["span_end"]
        last = self.text.find("\n", end)
        return self.text.rfind("\n", 0, start) + 1, len(self.text) if last < 0 else last

    def targets(self, start: int, end: int) -> list[tuple[str, Row]]:
        """What the pipeline made of a place: quantities, dates, rejects and named non-quantities, in order."""
        found = []
        for name in _TABLES:
            for row in self.rows[name]:
                if row["span_start"] is None or row["span_start"] >= end or row["span_end"] <= start:
                    continue
                if name != "numerals" or row["claimed_by"] == "non_quantity":
                    found.append((name, row))
        return sorted(found, key=lambda t: (t[1]["span_start"], t[1]["span_end"]))

    def commit(self, change: _Change) -> None:
        for name, rows in change.removed.items():
            gone = {id(row) for row in rows}
            self.rows[name] = [row for row in self.rows[name] if id(row) not in gone]
        for name, rows in change.added.items():
            self.rows[name] = sorted(
                self.rows[name] + rows, key=lambda r: (r["span_start"] or 0, r["span_end"] or 0)
            )
        self.changed = True


@dataclass
class _Change:
    """Rows to take out and rows to put in, by table; a row that stays the same row is in both."""

    removed: dict[str, list[Row]]
    added: dict[str, list[Row]]

    def swap(self, name: str, before: Row | None, after: Row | None) -> None:
        if before is not None:
            self.removed.setdefault(name, []).append(before)
        if after is not None:
            self.added.setdefault(name, []).append(after)


def _correct(
    sheet: _Sheet, corrections: Sequence[Correction], reread: Reread
) -> list[tuple[Finding, list[Row]]]:
    """Try the lines about one document, readings before single columns, in order of place."""
    outcomes: list[tuple[Finding, list[Row]]] = []

    def refuse(c: Correction, refusal: _Refusal) -> None:
        outcomes.append((Finding(refusal.outcome, c.line, c.correction_id, c.document, refusal.message), []))

    placed: list[tuple[int, int, Correction]] = []
    for c in corrections:
        try:
            placed.append((*_place(sheet, c), c))
        except _Refusal as refusal:
            refuse(c, refusal)
    clashes = _clashes(placed)
    placed.sort(key=lambda p: (p[2].action not in _READING, p[0], p[2].line))
    for start, end, c in placed:
        try:
            if c.line in clashes:
                raise _Refusal(
                    "conflict", f"line {clashes[c.line]} corrects the same place; keep one of the two"
                )
            change = _change(sheet, c, start, end, reread)
            _validated(change)
            trace = _trace(c, change)
            sheet.commit(change)
            outcomes.append((Finding("applied", c.line, c.correction_id, c.document), trace))
        except _Refusal as refusal:
            refuse(c, refusal)
    return outcomes


def _place(sheet: _Sheet, c: Correction) -> tuple[int, int]:
    """The span that a line quotes; refuses with `no_match` and the nearest thing that is there."""
    quotes, text = sheet.quotes, sheet.text
    if c.entry_title not in quotes:
        titles = [str(e["title"]) for e in sheet.entries if e["title"]]
        near = difflib.get_close_matches(c.entry_title, titles, 1, 0.5)
        hint = f"; did you mean 「{near[0]}」?" if near else ""
        raise _Refusal("no_match", f"the document has no entry titled 「{c.entry_title}」{hint}")
    found = quotes.occurrences(c.entry_title, c.quote)
    if c.occurrence <= len(found):
        start = found[c.occurrence - 1]
        return start, start + len(c.quote)
    where = f"in 「{c.entry_title}」" if c.entry_title else "in the document"
    if found:
        raise _Refusal(
            "no_match", f"the quote stands {where} {len(found)} times, not {c.occurrence}; set occurrence"
        )
    elsewhere = quotes.occurrences("", c.quote)
    if elsewhere:
        title = quotes.title_at(elsewhere[0])
        place = f"「{title}」" if title else "no entry"
        raise _Refusal("no_match", f"the quote is not {where}, but in {place}; set entry_title")
    if c.quote in text:
        raise _Refusal("no_match", "the quote begins or ends inside a longer number; quote the whole number")
    raise _Refusal(
        "no_match", "the quote is not in the document; copy it again from the review page, or delete the line"
    )


def _clashes(placed: Sequence[tuple[int, int, Correction]]) -> dict[int, int]:
    """Lines that want the same thing of overlapping places: line → another line that it clashes with."""
    clashes: dict[int, int] = {}
    ordered = sorted(placed, key=lambda p: (p[0], p[1]))
    for i, (_, end, a) in enumerate(ordered):
        for start, _, b in ordered[i + 1 :]:
            if start >= end:
                break
            if _same_thing(a, b):
                clashes.setdefault(a.line, b.line)
                clashes.setdefault(b.line, a.line)
    return clashes


def _same_thing(a: Correction, b: Correction) -> bool:
    if a.action in _READING and b.action in _READING:
        return True
    removing = {"drop", "split"}
    if a.action in removing or b.action in removing:
        return True
    return a.action == b.action and a.field == b.field


# --- what a line does -------------------------------------------------------------------------------------------------


def _change(sheet: _Sheet, c: Correction, start: int, end: int, reread: Reread) -> _Change:
    """What a line would change; refuses when it does not expect what is there, or cannot be carried out."""
    if c.action in ("set", "set_measured"):
        return _set_column(sheet, c, start, end)
    targets = sheet.targets(start, end)
    for _, row in targets:
        if row["span_start"] < start or row["span_end"] > end:
            raise _Refusal("no_match", f"the quote cuts 「{row['source_text']}」 in two; quote it whole")
    if not targets:
        raise _Refusal("no_match", "there is no number in the quote; quote the number with its unit")
    current = "；".join(reading_of(name, row) for name, row in targets)
    if c.action == "accept":
        return _accept(sheet, c, targets, current)
    if c.action == "drop":
        return _drop(c, sheet, targets, current)
    if c.action == "merge" and len(targets) == 1:
        raise _Refusal("invalid", "the quote holds one extraction only; use read_as")
    if c.action in ("read_as", "fix_misprint") and len(targets) > 1:
        raise _Refusal(
            "invalid", f"the quote holds {len(targets)} extractions ({current}); quote one, or use merge"
        )
    if c.action == "split":
        made = [_read(sheet, c, start, end, part, reread) for part in _parts(c, start)]
    else:
        made = [_read(sheet, c, start, end, _Part(start, end, c.set_to), reread)]
    _no_overlap(sheet, targets, made)
    reading = "；".join(reading_of(name, row) for name, row in made)
    if reading == current and [(n, r["span_start"], r["span_end"]) for n, r in targets] == [
        (n, r["span_start"], r["span_end"]) for n, r in made
    ]:
        raise _Refusal(
            "redundant", f"the pipeline reads 「{c.quote}」 as {reading} by itself; delete the line"
        )
    _expect(c, current)
    return _replace(sheet, c, targets, made)


def _expect(c: Correction, current: str) -> None:
    if _loose(c.expect) != _loose(current):
        said = c.expect or "nothing"
        raise _Refusal(
            "drift",
            f"the line expects {said}, but the pipeline now reads {current or 'nothing'}; "
            "look again, then write that into expect or delete the line",
        )


def _loose(reading: str) -> str:
    """A reading as a spreadsheet may leave it: blanks and separators of thousands do not count."""
    return re.sub(r"[\s,，]", "", reading).casefold()


def _accept(sheet: _Sheet, c: Correction, targets: Sequence[tuple[str, Row]], current: str) -> _Change:
    if all(name == "numerals" for name, _ in targets):
        raise _Refusal("redundant", f"nothing is doubted here ({current}); delete the line")
    _expect(c, current)
    change = _Change({}, {})
    for name, row in targets:
        if name == "rejects":
            change.swap("rejects", row, None)
            _disclaim(sheet, change, row["span_start"], row["span_end"], "accepted")
        elif name in ("quantities", "dates"):
            change.swap(name, row, _signed(name, row, c, "accepted as printed") | {"confidence": 1.0})
            if name == "quantities":
                sheet.accepted[row["quantity_id"]] = c.reason
    return change


def _drop(c: Correction, sheet: _Sheet, targets: Sequence[tuple[str, Row]], current: str) -> _Change:
    if all(name == "numerals" for name, _ in targets):
        raise _Refusal(
            "redundant", f"the pipeline takes it for no amount by itself ({current}); delete the line"
        )
    _expect(c, current)
    change = _Change({}, {})
    for name, row in targets:
        if name != "numerals":
            change.swap(name, row, None)
            _disclaim(sheet, change, row["span_start"], row["span_end"], c.set_to or "dropped")
    _unlink(sheet, change)
    return change


def _disclaim(sheet: _Sheet, change: _Change, start: int, end: int, reason: str) -> None:
    """Account the numerals of a place to a named non-quantity."""
    for row in sheet.rows["numerals"]:
        if start <= row["span_start"] < end and row["claimed_by"] != "non_quantity":
            change.swap(
                "numerals", row, row | {"claimed_by": "non_quantity", "claim_id": None, "reason": reason}
            )


def _signed(name: str, row: Row, c: Correction, note: str) -> Row:
    """A row with the mark of the correction on it; dates have no column for it and keep it in the note."""
    if name == "quantities":
        return row | {"correction_id": c.correction_id, "note": note}
    return row | {"note": f"{note} (correction {c.correction_id})"}


def _set_column(sheet: _Sheet, c: Correction, start: int, end: int) -> _Change:
    """The actions `set` and `set_measured`: columns of one quantity."""
    rows = [r for r in sheet.rows["quantities"] if r["span_start"] < end and r["span_end"] > start]
    if len(rows) != 1:
        what = "no quantity" if not rows else f"{len(rows)} quantities"
        raise _Refusal("no_match", f"there is {what} in the quote; quote exactly one")
    row = rows[0]
    if row["span_start"] < start or row["span_end"] > end:
        raise _Refusal("no_match", f"the quote cuts 「{row['source_text']}」 in two; quote it whole")
    if c.action == "set_measured":
        current, new = row["measured_text"] or "", _measured(sheet, c, row)
    else:
        current, new = _field(row, c.field), _fields(row, c)
    if all(row[k] == v for k, v in new.items()):
        raise _Refusal("redundant", f"it is {current or 'nothing'} already; delete the line")
    _expect(c, current)
    change = _Change({}, {})
    change.swap("quantities", row, _signed("quantities", row | new, c, row["note"] or "set by hand"))
    return change


def _measured(sheet: _Sheet, c: Correction, row: Row) -> Row:
    """The columns of a measured phrase; it has to stand in the same entry, before the number if it can."""
    first, last = sheet.stretch(row["span_start"], row["span_end"])
    phrase, head = c.set_to, ""
    if phrase not in sheet.text[first:last] and "/" in phrase:
        phrase, _, head = phrase.rpartition("/")
    at = sheet.text.rfind(phrase, first, row["span_start"])
    at = sheet.text.find(phrase, row["span_end"], last) if at < 0 else at
    if at < 0 or not phrase:
        raise _Refusal("no_match", f"「{phrase}」 is not in the entry; only what the book says can be set")
    if head and head not in phrase:
        raise _Refusal("invalid", f"the head 「{head}」 is not in 「{phrase}」")
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
            raise _Refusal(
                "invalid", f"set_to {c.set_to!r} is no period; write 2011-01-01/2011-12-31"
            ) from error
        return {"period_start": ends[0], "period_end": ends[1]}
    if c.field != "role":
        return {c.field: value}
    role, kind, direction = [*(value or "").split("/"), "", ""][:3]
    if role != "change" and (kind or direction):
        raise _Refusal("invalid", f"set_to {c.set_to!r}: only a change has a kind and a direction")
    new: Row = {"role": role or None, "change_kind": kind or None, "change_direction": direction or None}
    if role != "change":
        new |= {"change_basis": None, "change_basis_stated": None}
    return new


# --- readings that a person gives -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Part:
    """A stretch of the text, and how it is to be read."""

    start: int
    end: int
    reading: str


def _parts(c: Correction, start: int) -> list[_Part]:
    """The parts of a split: `3=3万吨|400万吨` cuts 「3、400万吨」 in two."""
    parts, at = [], 0
    for piece in re.split(r"[|｜]", c.set_to):
        printed, _, reading = piece.partition("=")
        found = c.quote.find(printed, at) if printed else -1
        if found < 0:
            raise _Refusal(
                "invalid",
                f"part 「{printed}」 is not in the quote, or not in this order; write parts as printed, with |",
            )
        parts.append(_Part(start + found, start + found + len(printed), reading or printed))
        at = found + len(printed)
    if len(parts) < 2:
        raise _Refusal("invalid", "split needs two parts or more, with | between them")
    return parts


def _read(sheet: _Sheet, c: Correction, start: int, end: int, part: _Part, reread: Reread) -> tuple[str, Row]:
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
        raise _Refusal(
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
        raise _Refusal(
            "invalid", f"「{part.reading}」 has words around the number that are not in 「{printed}」"
        )
    if _WORDS_BETWEEN.search(printed):
        raise _Refusal("invalid", f"「{printed}」 holds words that are no part of a number; quote less")
    place = (part.start + lead, part.end - tail)  # a unit that follows the quote is taken along
    if place[0] >= place[1]:
        raise _Refusal("invalid", f"「{part.reading}」 leaves nothing of 「{printed}」")
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
    sheet: _Sheet, first: int, last: int, text: str, start: int, end: int, length: int
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


def _at_place(
    sheet: _Sheet, c: Correction, name: str, row: Row, place: tuple[int, int], shift: _Shift
) -> Row:
    """A row that was read in an excerpt, at its place in the document and under the hand of the correction."""
    start, end = place
    entry = sheet.entry_at(start)
    new = row | {
        _ID[name]: f"{sheet.document_id}@{start}",
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
    new = _signed(name, new, c, f"{what} {c.set_to}")
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


def _no_overlap(sheet: _Sheet, targets: Sequence[tuple[str, Row]], made: Sequence[tuple[str, Row]]) -> None:
    """Refuse a reading that reaches into an extraction beside the quote, and numerals that no part takes."""
    old = {id(row) for _, row in targets}
    for _, row in made:
        for _, other in sheet.targets(row["span_start"], row["span_end"]):
            if id(other) not in old:
                raise _Refusal(
                    "invalid",
                    f"the reading reaches into 「{other['source_text']}」 beside the quote; quote both and merge them",
                )


def _replace(
    sheet: _Sheet, c: Correction, targets: Sequence[tuple[str, Row]], made: list[tuple[str, Row]]
) -> _Change:
    """Put new rows for old ones, and account the numerals of the place to them."""
    change = _Change({}, {})
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
            raise _Refusal(
                "invalid",
                f"「{numeral['source_text']}」 would belong to nothing any more; give every number of the quote a part",
            )
        change.swap("numerals", numeral, None)
        for name, r in pieces:
            a, b = max(r["span_start"], numeral["span_start"]), min(r["span_end"], numeral["span_end"])
            claim = {
                "claimed_by": "quantity" if name == "quantities" else "date",
                "claim_id": r[_ID[name]],
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


def _unlink(sheet: _Sheet, change: _Change) -> None:
    """Cut the references of other quantities to those that are gone."""
    gone = {r["quantity_id"] for r in change.removed.get("quantities", ())} - {
        r["quantity_id"] for r in change.added.get("quantities", ())
    }
    taken = {id(r) for r in change.removed.get("quantities", ())}
    for row in sheet.rows["quantities"] if gone else ():
        cut = {k: None for k in ("of_quantity_id", "part_of_quantity_id") if row[k] in gone}
        if cut and id(row) not in taken:
            change.swap("quantities", row, row | cut)


# --- proof and trace --------------------------------------------------------------------------------------------------


def _validated(change: _Change) -> None:
    """Hold every new row against the schema of its table; refuses with the rule that is broken."""
    for name, rows in change.added.items():
        try:
            outcome = schemas.split(pa.Table.from_pylist(rows, schema=schemas.arrow_schema(name)), name)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise _Refusal("invalid", f"{name}: {error}") from error
        if outcome.reasons:
            broken = ", ".join(dict.fromkeys(outcome.reasons))
            raise _Refusal("invalid", f"the corrected row breaks the rules of {name}: {broken}")


def _trace(c: Correction, change: _Change) -> list[Row]:
    """One row of corrections_applied for each value that a line changed."""
    traces = []
    for name in _TABLES:
        before = {_key(name, r): r for r in change.removed.get(name, ())}
        after = {_key(name, r): r for r in change.added.get(name, ())}
        for key in dict.fromkeys([*before, *after]):
            old, new = before.get(key, {}), after.get(key, {})
            for column in dict.fromkeys([*old, *new]):
                values = [_shown(r.get(column)) for r in (old, new)]
                if values[0] != values[1] and column not in _UNTRACED:
                    traces.append(
                        {
                            "correction_id": c.correction_id,
                            "table": name,
                            "row": key,
                            "column": column,
                            "before": values[0],
                            "after": values[1],
                            "reason": c.reason,
                        }
                    )
    return traces


def _key(name: str, row: Row) -> str:
    return str(row[_ID[name]]) if name in _ID else f"{row['document_id']}@{row['span_start']}"


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    return number(value) if hasattr(value, "as_tuple") else str(value)


def _trace_table(traces: list[Row]) -> pa.Table:
    order = sorted(traces, key=lambda t: (t["correction_id"], t["table"], t["row"], t["column"]))
    return pa.Table.from_pylist(order, schema=schemas.arrow_schema("corrections_applied"))


def _put_back(table: pa.Table, name: str, rows: Mapping[str, list[Row]], ids: Sequence[str]) -> pa.Table:
    """The table with the rows of some documents replaced, in the order of documents and places."""
    others = table.filter(
        pc.invert(pc.fill_null(pc.is_in(table["document_id"], value_set=pa.array(list(rows))), False))
    )
    new = [pa.Table.from_pylist(found, schema=table.schema) for found in rows.values()]
    whole = pa.concat_tables([others, *new]).combine_chunks()
    rank = pc.index_in(whole["document_id"], value_set=pa.array(ids, pa.string()))
    keyed = whole.append_column("_rank", pc.fill_null(rank, len(ids)))
    order = pc.sort_indices(
        keyed, sort_keys=[("_rank", "ascending"), ("span_start", "ascending"), ("span_end", "ascending")]
    )
    return whole.take(order)
