"""Carrying out corrections: what a person has decided about a place of a book, guarded, traced, and never half done.

Here: finding the quoted places, settling which lines clash, trying them one by one, and the verdict on the file.
Read on in `correction_actions` (what a line does), `correction_readings` (a reading by hand goes through the ordinary
reader) and `correction_sheet` (the rows of a document); the file itself is `correction_lines`.

A line is tried on copies and counts only when every row it makes passes the schema of its table. Nothing enters that
the book does not say: a line points at printed words, and what it makes has its place there.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline.quality.correction_actions import change_of
from pipeline.quality.correction_lines import Correction, Finding
from pipeline.quality.correction_readings import MISPRINT, Reread
from pipeline.quality.correction_sheet import (
    TABLES,
    Refusal,
    Row,
    Sheet,
    put_back,
    trace_of,
    trace_table,
    validated,
)
from pipeline.quality.laws import EXAMPLES, Verdict
from pipeline.quality.veil import MARK

__all__ = (
    "CHECKS", "MISPRINT", "Corrected", "Reread", "accept_audits", "apply_corrections", "unknown_documents", "verdicts",
)  # fmt: skip

CHECKS: Mapping[str, str] = {
    "corrections_fresh": "Every line of corrections.csv finds its place and what it expects there.",
    "corrections_needed": "Every line of corrections.csv still changes something.",
}
"""The checks that `verdicts` speaks of, by name, for the table corrections_applied."""


READING = ("read_as", "fix_misprint", "merge", "split", "drop", "accept")


class Corrected(NamedTuple):
    """The outcome: the tables, the rows of corrections_applied, one finding for each line that was tried.

    `accepted` holds the quantities that a person confirmed as printed, with the reason.
    """

    tables: dict[str, pa.Table]
    applied: pa.Table
    findings: list[Finding]
    accepted: dict[str, str]


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
    sheets = {d: Sheet.of(tables, d) for d in dict.fromkeys(c.document for c in mine)}
    for document_id, sheet in sheets.items():
        for finding, trace in _correct(sheet, [c for c in mine if c.document == document_id], reread):
            findings.append(finding)
            traces += trace
        accepted |= sheet.accepted
    changed = [d for d, s in sheets.items() if s.changed]
    after = dict(tables)
    for name in TABLES if changed else ():
        after[name] = put_back(tables[name], name, {d: sheets[d].rows[name] for d in changed}, ids)
    findings.sort(key=lambda f: f.line)
    return Corrected(after, trace_table(traces), findings, accepted)


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


def _correct(
    sheet: Sheet, corrections: Sequence[Correction], reread: Reread
) -> list[tuple[Finding, list[Row]]]:
    """Try the lines about one document, readings before single columns, in order of place."""
    outcomes: list[tuple[Finding, list[Row]]] = []

    def refuse(c: Correction, refusal: Refusal) -> None:
        outcomes.append((Finding(refusal.outcome, c.line, c.correction_id, c.document, refusal.message), []))

    placed: list[tuple[int, int, Correction]] = []
    for c in corrections:
        try:
            placed.append((*_place(sheet, c), c))
        except Refusal as refusal:
            refuse(c, refusal)
    clashes = _clashes(placed)
    placed.sort(key=lambda p: (p[2].action not in READING, p[0], p[2].line))
    for start, end, c in placed:
        try:
            if c.line in clashes:
                raise Refusal(
                    "conflict", f"line {clashes[c.line]} corrects the same place; keep one of the two"
                )
            change = change_of(sheet, c, start, end, reread)
            validated(change)
            trace = trace_of(c, change)
            sheet.commit(change)
            outcomes.append((Finding("applied", c.line, c.correction_id, c.document), trace))
        except Refusal as refusal:
            refuse(c, refusal)
    return outcomes


def _place(sheet: Sheet, c: Correction) -> tuple[int, int]:
    """The span that a line quotes; refuses with `no_match` and the nearest thing that is there."""
    quotes, text = sheet.quotes, sheet.text
    if MARK in c.entry_title + c.quote and MARK not in text:
        raise Refusal("no_match", f"{MARK} covers a withheld name; write what the book prints in its place")
    if c.entry_title not in quotes:
        titles = [str(e["title"]) for e in sheet.entries if e["title"]]
        near = difflib.get_close_matches(c.entry_title, titles, 1, 0.5)
        hint = f"; did you mean 「{near[0]}」?" if near else ""
        raise Refusal("no_match", f"the document has no entry titled 「{c.entry_title}」{hint}")
    found = quotes.occurrences(c.entry_title, c.quote)
    if c.occurrence <= len(found):
        start = found[c.occurrence - 1]
        return start, start + len(c.quote)
    where = f"in 「{c.entry_title}」" if c.entry_title else "in the document"
    if found:
        raise Refusal(
            "no_match", f"the quote stands {where} {len(found)} times, not {c.occurrence}; set occurrence"
        )
    elsewhere = quotes.occurrences("", c.quote)
    if elsewhere:
        title = quotes.title_at(elsewhere[0])
        place = f"「{title}」" if title else "no entry"
        raise Refusal("no_match", f"the quote is not {where}, but in {place}; set entry_title")
    if c.quote in text:
        raise Refusal("no_match", "the quote begins or ends inside a longer number; quote the whole number")
    raise Refusal(
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
    if a.action in READING and b.action in READING:
        return True
    removing = {"drop", "split"}
    if a.action in removing or b.action in removing:
        return True
    return a.action == b.action and a.field == b.field
