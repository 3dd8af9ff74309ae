"""One document as a sheet of rows that corrections change: looking at it, changing it, proving and tracing a change.

Here: the rows of a document as plain dicts, what stands at a place, one change with its proof by the schemas and its
trace, putting rows back into tables. Not here: what a line of the file asks for (`correction_actions`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline.quality.correction_lines import Correction
from pipeline.quality.quoting import Quotes, number

Row = dict[str, Any]

TABLES: Final = ("quantities", "dates", "numerals", "rejects")
"""The tables that corrections change."""
ID: Final = {"quantities": "quantity_id", "dates": "date_id", "rejects": "reject_id"}
_UNTRACED = frozenset({"correction_id", "document_id", "entry_id", "volume_id", *ID.values()})


class Refusal(Exception):  # noqa: N818  it is an outcome, not an error
    """Why a line is not carried out: outcome and message."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome, self.message = outcome, message


@dataclass
class Sheet:
    """One document with its rows as plain dicts, which corrections may change."""

    document: Row
    entries: list[Row]
    zones: list[Row]
    rows: dict[str, list[Row]]
    quotes: Quotes
    accepted: dict[str, str]
    changed: bool = False

    @classmethod
    def of(cls, tables: Mapping[str, pa.Table], document_id: str) -> Sheet:
        def rows(name: str) -> list[Row]:
            table = tables.get(name)
            if table is None:
                return []
            found: list[Row] = table.filter(pc.equal(table["document_id"], document_id)).to_pylist()
            return found

        document = rows("documents")[0]
        entries = sorted(rows("entries"), key=lambda e: int(e["span_start"]))
        own = {name: rows(name) for name in TABLES}
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
        for name in TABLES:
            for row in self.rows[name]:
                if row["span_start"] is None or row["span_start"] >= end or row["span_end"] <= start:
                    continue
                if name != "numerals" or row["claimed_by"] == "non_quantity":
                    found.append((name, row))
        return sorted(found, key=lambda t: (t[1]["span_start"], t[1]["span_end"]))

    def commit(self, change: Change) -> None:
        for name, rows in change.removed.items():
            gone = {id(row) for row in rows}
            self.rows[name] = [row for row in self.rows[name] if id(row) not in gone]
        for name, rows in change.added.items():
            self.rows[name] = sorted(
                self.rows[name] + rows, key=lambda r: (r["span_start"] or 0, r["span_end"] or 0)
            )
        self.changed = True


@dataclass
class Change:
    """Rows to take out and rows to put in, by table; a row that stays the same row is in both."""

    removed: dict[str, list[Row]]
    added: dict[str, list[Row]]

    def swap(self, name: str, before: Row | None, after: Row | None) -> None:
        if before is not None:
            self.removed.setdefault(name, []).append(before)
        if after is not None:
            self.added.setdefault(name, []).append(after)


def validated(change: Change) -> None:
    """Hold every new row against the schema of its table; refuses with the rule that is broken."""
    for name, rows in change.added.items():
        try:
            outcome = schemas.split(pa.Table.from_pylist(rows, schema=schemas.arrow_schema(name)), name)
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise Refusal("invalid", f"{name}: {error}") from error
        if outcome.reasons:
            broken = ", ".join(dict.fromkeys(outcome.reasons))
            raise Refusal("invalid", f"the corrected row breaks the rules of {name}: {broken}")


def trace_of(c: Correction, change: Change) -> list[Row]:
    """One row of corrections_applied for each value that a line changed."""
    traces = []
    for name in TABLES:
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
    return str(row[ID[name]]) if name in ID else f"{row['document_id']}@{row['span_start']}"


def _shown(value: Any) -> str | None:
    if value is None:
        return None
    return number(value) if hasattr(value, "as_tuple") else str(value)


def trace_table(traces: list[Row]) -> pa.Table:
    order = sorted(traces, key=lambda t: (t["correction_id"], t["table"], t["row"], t["column"]))
    return pa.Table.from_pylist(order, schema=schemas.arrow_schema("corrections_applied"))


def put_back(table: pa.Table, name: str, rows: Mapping[str, list[Row]], ids: Sequence[str]) -> pa.Table:
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
