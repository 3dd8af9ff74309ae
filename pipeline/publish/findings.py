"""What a person should look at: rejects, contradictions of the book with itself, digits nobody accounts for.

Here: turning rows of rejects and audits into findings with a place, a sentence and ready correction lines. Not here:
where they are shown (`review`, `index`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pipeline.publish.labels import both, label
from pipeline.publish.marks import Mark, remedy_of
from pipeline.quality.correction_lines import Correction, line_of
from pipeline.quality.quoting import Quotes, reading_of

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Look:
    """One thing to look at.

    Attributes:
        start: where it stands, or None for what concerns a whole file.
        anchor: id of the mark on the page, empty where there is none.
        kind: `reject`, `contradiction` or `uncovered`.
        head: what it is, in a few words; `detail` says more, `quote` is the text at the place.
        lines: correction lines for the ways a person may decide, ready to copy.
        others: all places that it is about, as address and text; those in other books have a page in their address.
    """

    start: int | None
    anchor: str
    kind: str
    head: str
    detail: str
    quote: str
    lines: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()


def line_for(document_id: str, quotes: Quotes, start: int, quote: str, expect: str, action: str) -> str:
    """A correction line for a place, with `set_to` and `reason` left to the person; empty where none can be made."""
    title = quotes.title_at(start)
    occurrence = quotes.nth(title, quote, start)
    if not occurrence:
        return ""
    return line_of(Correction(0, "", document_id, title, quote, occurrence, "", expect, action, "", ""))


def of_rejects(document_id: str, rejects: Sequence[Row], quotes: Quotes) -> list[Look]:
    """Findings for the rejects of a document."""
    found = []
    for row in rejects:
        start, quote = row["span_start"], row["source_text"] or ""
        lines: tuple[str, ...] = ()
        anchor = ""
        if start is not None and quote:
            anchor = f"r-{start}"
            made = [
                line_for(document_id, quotes, start, quote, reading_of("rejects", row), action)
                for action in ("read_as", "accept")
            ]
            lines = tuple(line for line in made if line)
        head = both("reason", row["reason"])
        detail = remedy_of(row)
        found.append(Look(start, anchor, "reject", head, detail, quote, lines))
    return found


def of_audits(
    document_id: str,
    audits: Sequence[Row],
    terms: Mapping[str, Sequence[Row]],
    quantities: Mapping[str, Row],
    quotes: Quotes,
    checked: bool = False,
) -> list[Look]:
    """Findings for the contradictions among the audits of a document; with `checked`, all its other audits.

    Args:
        audits: audits that stand in the document: by a term, or by their own place where they have none.
        terms: the terms of each audit, by audit_id, in order.
        quantities: the quantities they name, by quantity_id, those of other books too.
    """
    found = []
    for audit in audits:
        if (audit["verdict"] == "inconsistent") == checked:
            continue
        rows = [
            quantities[t["quantity_id"]]
            for t in terms.get(audit["audit_id"], ())
            if t["quantity_id"] in quantities
        ]
        here = [row for row in rows if row["document_id"] == document_id]
        kind = "checked" if checked else "contradiction"
        head = f"{both('audit', audit['kind'])}：{label('verdict', audit['verdict'])}"
        if not here:
            place = place_of(audit["audit_id"])
            if not rows and place:
                entry = f"e-{audit['entry_id'].rsplit('#', 1)[-1]}" if audit["entry_id"] else ""
                words = audit["explanation"].split("：")[0]
                found.append(Look(place[1], entry, kind, head, audit["explanation"], words))
            continue
        first = here[0]
        line = line_for(
            document_id,
            quotes,
            first["span_start"],
            first["source_text"],
            reading_of("quantities", first),
            "fix_misprint",
        )
        others = tuple(_place(row, document_id) for row in rows)
        found.append(
            Look(
                first["span_start"],
                f"q-{first['span_start']}",
                kind,
                head,
                audit["explanation"],
                first["source_text"],
                (line,) if line else (),
                others,
            )
        )
    return found


_PLACE = re.compile(r"(?P<document>.+)@(?P<start>\d+)(?:-\d+)?:[^:@]*$", re.DOTALL)


def place_of(audit_id: str) -> tuple[str, int] | None:
    """The document and the place of an audit, which its id says; of use where it has no terms that say it."""
    found = _PLACE.match(audit_id)
    return (found["document"], int(found["start"])) if found else None


def address_of(document_id: str) -> str:
    """Path of the page of a document under review/; a document named like the index gets a name of its own."""
    return f"{document_id}.html" if document_id != "index" else "index.page.html"


def _place(row: Row, document_id: str) -> tuple[str, str]:
    """A quantity as a link from the page of a document, with the volume named where it is another one."""
    anchor, other = f"#q-{row['span_start']}", str(row["document_id"])
    if other == document_id:
        return anchor, row["source_text"]
    back = "../" * address_of(document_id).count("/")
    return f"{back}{quote(address_of(other))}{anchor}", f"{row['source_text']}（{other}）"


def of_uncovered(marks: Sequence[Mark], text: str) -> list[Look]:
    """Findings for digits that nothing accounts for."""
    return [
        Look(m.start, m.anchor, "uncovered", "未归属的数字", "没有任何一行记它", text[m.start : m.end])
        for m in marks
        if m.letter == "u"
    ]
