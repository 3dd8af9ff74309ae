"""The tables entities, events and roles, column by column: what was found on a page, laid out as rows.

Here: their columns, ids made of positions, text as printed, which entry a row belongs to. Not here: what stands in
them (`entities`, `events`), who takes which part (`name_parts`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.text.arrow import ids, owned, positions
from pipeline.text.entities.bodies import longer_names
from pipeline.text.entities.canonical import Canonical
from pipeline.text.entities.mention import Mention
from pipeline.text.events.names import Event
from pipeline.text.events.telling import EntrySpan, Items
from pipeline.text.lexer import Ints
from pipeline.text.name_layout import Layout
from pipeline.text.view import Block

_WHERE = [("entry_id", pa.string()), ("document_id", pa.string()), ("volume_id", pa.string())]
_HOW = [("rule_id", pa.string())]

ENTITIES = pa.schema(
    [
        ("entity_id", pa.string()),
        *_WHERE,
        ("kind", pa.string()),
        ("subkind", pa.string()),
        ("span_start", pa.int32()),
        ("span_end", pa.int32()),
        ("source_text", pa.string()),
        ("name", pa.string()),
        ("admin_code", pa.string()),
        ("parent_entity_id", pa.string()),
        ("target_entry_id", pa.string()),
        *_HOW,
    ]
)
EVENTS = pa.schema(
    [
        ("event_id", pa.string()),
        *_WHERE,
        ("kind", pa.string()),
        ("name", pa.string()),
        ("name_start", pa.int32()),
        ("name_end", pa.int32()),
        ("date_start", pa.date32()),
        ("date_end", pa.date32()),
        ("date_precision", pa.string()),
        ("place", pa.string()),
        ("edition", pa.string()),
        ("attendance_quantity_id", pa.string()),
        *_HOW,
    ]
)
ROLES = pa.schema(
    [
        ("role_id", pa.string()), *_WHERE, ("event_id", pa.string()), ("entity_id", pa.string()), ("name", pa.string()),
        ("role", pa.string()), ("title", pa.string()), ("organisation", pa.string()),
        ("organisation_entity_id", pa.string()), ("ordinal", pa.int32()), ("open_list", pa.bool_()), *_HOW,
    ]
)  # fmt: skip
REJECTS = pa.schema(
    [
        ("reject_id", pa.string()), *_WHERE, ("span_start", pa.int32()), ("span_end", pa.int32()),
        ("source_text", pa.string()), ("stage", pa.string()), ("reason", pa.string()), ("detail", pa.string()),
    ]
)  # fmt: skip

_SORTED = frozenset(("quoted", "work", "event"))
_SETTING = re.compile(r"[\r\n\t]|(?<=[\u4e00-\u9fff])[ \u3000\u00a0]+(?=[\u4e00-\u9fff])")


class Role(NamedTuple):
    """A row of roles without its place; event, entity and organisation_entity are rows of their tables, or -1."""

    event: int
    entity: int
    name: str
    role: str
    title: str | None
    organisation: str | None
    organisation_entity: int
    ordinal: int | None
    open_list: bool
    rule_id: str


@dataclass(frozen=True)
class Named:
    """The entities of a block: the table, and name of each row, for the parts that they take."""

    table: pa.Table
    names: list[str]


def printed(source: str, width: int) -> str:
    """A text as printed, without the breaks and blanks that setting put between its characters.

    `width` is how many characters of it the view keeps.
    """
    broken = len(source) > width or " " in source or "\u3000" in source
    return _SETTING.sub("", source) if broken else source


class Sheet:
    """The rows of one block."""

    def __init__(self, block: Block, view: str, layout: Layout, spans: Sequence[EntrySpan], volume_id: str) -> None:
        self.block, self.view, self.layout = block, view, layout
        self._volume_id = volume_id
        part = layout.entries.within(block)
        self._table = layout.entry_table.slice(part.start, part.stop - part.start)
        self._entry_ids = self._table["entry_id"].combine_chunks()
        self._document_ids = self._table["document_id"].combine_chunks()
        self._starts = np.array([span.start for span in spans], np.int64)
        self._ends = np.array([span.end for span in spans], np.int64)
        self._base = layout.entries.base(block)

    def entry_of(self, start: Ints) -> Ints:
        """The number of the entry that holds each place of the view, -1 outside entries."""
        if not len(self._starts):
            return np.full(len(start), -1, np.int64)
        number = np.searchsorted(self._starts, start, "right") - 1
        return np.where((number >= 0) & (start < self._ends[np.maximum(number, 0)]), number, -1)

    def contributors(self) -> tuple[list[str | None], list[str | None]]:
        """The names that sign each entry, joined by ；, and how far the signature reaches."""
        return self._table["contributors"].to_pylist(), self._table["contributor_scope"].to_pylist()

    def _where(self, entry: Ints) -> list[pa.Array]:
        """The columns entry_id, document_id, volume_id of rows that lie in these entries."""
        owner = pa.array(entry)
        volume = pa.repeat(pa.scalar(self._volume_id, pa.string()), len(entry))
        return [self._entry_ids.take(owner), self._document_ids.take(owner), volume]

    def entities(self, mentions: Sequence[Mention], canonical: Canonical) -> Named:
        """The rows of the mentions that lie in an entry, in their order; each is told its row."""
        view, text, place = self.view, self.block.text, self.block.place
        start = np.array([one.start for one in mentions], np.int64)
        end = np.array([one.end for one in mentions], np.int64)
        texts = [view[one.start : one.end] for one in mentions]
        entry = self.entry_of(start)
        longer = longer_names(self.block.codes, mentions, texts, entry, end, canonical)
        inside = entry >= 0
        inside[inside] = end[inside] <= self._ends[entry[inside]]
        if not inside.all():
            kept = np.flatnonzero(inside)
            entry, start, end = entry[kept], start[kept], end[kept]
            longer = {n: longer[i] for n, i in enumerate(kept.tolist()) if i in longer}
            mentions, texts = [mentions[i] for i in kept.tolist()], [texts[i] for i in kept.tolist()]
        begin, stop = place[start], place[end - 1] + 1
        names, codes = canonical.in_order(mentions, texts, entry.tolist())
        sources = [text[a:b] for a, b in zip(begin.tolist(), stop.tolist(), strict=True)]
        if sources != texts:
            for n, (source, seen) in enumerate(zip(sources, texts, strict=True)):
                if source != seen:
                    fair = printed(source, len(seen))
                    names[n] = fair if names[n] == seen else names[n].replace(seen[1:], fair[1:], 1)
        for n, name in longer.items():
            names[n] = name
        for n, one in enumerate(mentions):
            one.row = n
        base = self._base[entry]
        where = self._where(entry)
        kinds = [one.kind for one in mentions]
        sorts = [one.sort for one in mentions]
        targets = [s if k == "reference" else None for s, k in zip(sorts, kinds, strict=True)]
        own = ids(ids(where[1], begin - base), stop - base, "-")
        parents = np.array([one.parent.row if one.parent else -1 for one in mentions], np.int64)
        columns = [
            own,
            *where,
            pa.array(kinds, pa.string()),
            pa.array([s if k in _SORTED else None for s, k in zip(sorts, kinds, strict=True)], pa.string()),
            positions(begin - base),
            positions(stop - base),
            pa.array(sources, pa.string()),
            pa.array(names, pa.string()),
            pa.array(codes, pa.string()),
            owned(own, parents) if (parents >= 0).any() else pa.nulls(len(own), pa.string()),
            pa.array(targets, pa.string()),
            pa.array([one.rule for one in mentions], pa.string()),
        ]
        return Named(pa.Table.from_arrays(columns, schema=ENTITIES), names)

    def events(self, told: Sequence[tuple[EntrySpan, Event]], dates: Items, quantities: Items) -> pa.Table:
        """The rows of the events, in the order in which they are told."""
        entry = np.array([span.row for span, _ in told], np.int64)
        events = [event for _, event in told]
        start = np.array([event.start for event in events], np.int64)
        width = np.array([event.end for event in events], np.int64) - start
        begin, stop = self.block.span(start, start + width)
        base = self._base[entry]
        where = self._where(entry)
        sources = [self.block.text[a:b] for a, b in zip(begin.tolist(), stop.tolist(), strict=True)]
        places = [self._place(event) for event in events]
        date = pa.array([dates.row[event.date] if event.date >= 0 else None for event in events], pa.int64())
        came = [quantities.row[event.attendance] if event.attendance >= 0 else None for event in events]
        columns = [
            numbered(where[0], entry, "!{:02d}"),
            *where,
            pa.array([event.kind for event in events], pa.string()),
            pa.array(list(map(printed, sources, width.tolist())), pa.string()),
            positions(begin - base),
            positions(stop - base),
            *(column.take(date) for column in self.layout.date_columns),
            pa.array(places, pa.string()),
            pa.array([event.edition for event in events], pa.string()),
            self.layout.quantity_ids.take(pa.array(came, pa.int64())),
            pa.array([event.rule for event in events], pa.string()),
        ]
        return pa.Table.from_arrays(columns, schema=EVENTS)

    def _place(self, event: Event) -> str | None:
        place = event.place
        return (self.view[place.start : place.end] if isinstance(place, Mention) else place) or None

    def roles(self, by_entry: dict[int, list[Role]], entities: pa.Table, events: pa.Table) -> pa.Table:
        """The rows of the parts taken, entry by entry, none twice.

        Args:
            by_entry: the parts by the number of their entry.
            entities, events: the tables that the parts speak of.
        """
        entity_ids = entities["entity_id"].combine_chunks()
        event_ids = events["event_id"].combine_chunks()
        rows: list[Role] = []
        owners: list[int] = []
        for n in sorted(by_entry):
            seen: set[tuple[Any, ...]] = set()
            for role in by_entry[n]:
                key = role.event, role.name, role.role, role.title, role.organisation
                if key not in seen:
                    seen.add(key)
                    rows.append(role)
                    owners.append(n)
        entry = np.array(owners, np.int64)
        where = self._where(entry)
        columns: dict[str, Sequence[Any]] = dict(
            zip(Role._fields, zip(*rows, strict=True) if rows else ([] for _ in Role._fields), strict=True)
        )

        def of(values: pa.Array, rows: Sequence[int]) -> pa.Array:
            return owned(values, np.array(rows, np.int64))

        own = {
            "role_id": numbered(where[0], entry, "%{:03d}"),
            **dict(zip(("entry_id", "document_id", "volume_id"), where, strict=True)),
            "event_id": of(event_ids, columns["event"]),
            "entity_id": of(entity_ids, columns["entity"]),
            "organisation_entity_id": of(entity_ids, columns["organisation_entity"]),
        }
        return pa.Table.from_arrays(
            [own[f.name] if f.name in own else pa.array(columns[f.name], f.type) for f in ROLES], schema=ROLES
        )


def numbered(owner_ids: pa.Array, owner: Ints, mark: str) -> pa.Array:
    """Ids of rows as the number of each within its owner, from 1: `…@12!01`; rows of an owner follow one another."""
    if not len(owner):
        return pa.array([], pa.string())
    first = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    number = np.arange(len(owner)) - np.repeat(first, np.diff(np.append(first, len(owner)))) + 1
    marks = pa.array([mark.format(n) for n in range(int(number.max()) + 1)])
    return pc.binary_join_element_wise(owner_ids, marks.take(pa.array(number)), "")
