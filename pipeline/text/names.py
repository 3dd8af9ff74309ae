"""From documents and entries to the tables of names: entities, events, roles.

Here: the order in which the readers go over each block of a volume. Not here: any rule of the language (`entities`,
`events`), where the earlier rows lie (`name_layout`), the rows that are made (`name_rows`, `name_parts`).
"""

from __future__ import annotations

import gc
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from pipeline.read import Volume
from pipeline.text.divisions import Division, divisions_in, load_divisions
from pipeline.text.entities.abbreviations import find_abbreviations
from pipeline.text.entities.bodies import quoted_bodies, repeat_bodies, short_bodies
from pipeline.text.entities.brackets import Brackets, find_brackets, quote_kinds
from pipeline.text.entities.canonical import Canonical
from pipeline.text.entities.counties import find_counties
from pipeline.text.entities.marked import add_quotes, add_works
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People
from pipeline.text.entities.references import resolve_reference
from pipeline.text.entities.runs import Key, Runs, Said
from pipeline.text.entities.signed import signed_by
from pipeline.text.entities.words import Lexicon, load_lexicon, page_of
from pipeline.text.events.frames import Frames
from pipeline.text.events.names import EventNames
from pipeline.text.layout import Layout as Zones
from pipeline.text.layout import blocks
from pipeline.text.name_layout import Layout
from pipeline.text.name_parts import Parts
from pipeline.text.name_rows import ENTITIES, EVENTS, REJECTS, ROLES, Sheet
from pipeline.text.reference import Reference
from pipeline.text.view import Block

BLOCK = 1 << 20
"""Characters read at once."""


@lru_cache(maxsize=4)
def _divisions(path: Path) -> tuple[Division, ...]:
    return load_divisions(path)


@lru_cache(maxsize=8)
def _lexicon(folder: Path, year: int | None, region: str | None, code: str | None) -> Lexicon:
    return load_lexicon(
        folder / "lexicons", divisions_in(_divisions(folder / "divisions.csv"), year, region, code)
    )


def read_names(
    documents: pa.Table,
    entries: pa.Table,
    zones: pa.Table,
    dates: pa.Table,
    quantities: pa.Table,
    volume: Volume,
    reference: Reference,
) -> dict[str, pa.Table]:
    """The names of one volume, what happened, and who took which part.

    Args:
        documents, entries, zones: the tables of `pipeline.read` and `pipeline.text.segment`.
        dates, quantities: those of `pipeline.text.facts`, for when an event was and how many came.
        volume: what is known of the book; year and region decide what 市 and a district's name mean.
        reference: the loaded reference tables; the word lists are read from its folder.

    Returns:
        "entities", "events", "roles", "rejects", each in order of document and place. In
        `8月24日，临河市召开推进大会` the city is a division and, as host, a role of the event 推进大会.
    """
    lexicon = _lexicon(reference.folder, volume.covered_year, volume.region_name, volume.region_code)
    layout = Layout.of(documents, entries, zones, dates, quantities)
    reader = _Reader(layout, lexicon, Canonical(lexicon.divisions), {}, volume.volume_id)
    schemas = {"entities": ENTITIES, "events": EVENTS, "roles": ROLES, "rejects": REJECTS}
    parts: dict[str, list[pa.Table]] = {name: [schema.empty_table()] for name, schema in schemas.items()}
    collecting = gc.isenabled()
    gc.disable()  # nothing of a block refers back to itself: passes over its mentions would find nothing
    try:
        for block in blocks(documents, Zones.of(documents, entries, zones), reference, BLOCK):
            for name, table in _read_block(block, reader).items():
                parts[name].append(table)
    finally:
        if collecting:
            gc.enable()
    named = {name: pa.concat_tables(tables) for name, tables in parts.items()}
    return {name: reference.confidence.rated(t) if "rule_id" in t.column_names else t for name, t in named.items()}


@dataclass(frozen=True)
class _Reader:
    """What the blocks of a volume share; `known` are the runs read so far."""

    layout: Layout
    lexicon: Lexicon
    canonical: Canonical
    known: dict[Key, Said]
    volume_id: str


def _read_block(block: Block, reader: _Reader) -> dict[str, pa.Table]:
    """Run every rule over a block: bodies and places, people, what marks hold, short forms, then what happened."""
    layout, lexicon = reader.layout, reader.lexicon
    page = page_of(block, lexicon)
    view = page.view
    brackets = find_brackets(view, block.codes)
    entries = layout.entry_spans(block)
    starts = [entry.start for entry in entries]
    signatures, references = _close_furniture(block, layout, brackets)
    found = Found()
    runs = Runs(page, lexicon, brackets, found, reader.known)
    runs.read()
    find_counties(page, brackets.inside, found)
    people = People(page, lexicon, found, brackets.inside)
    people.read()
    people.listed()
    people.masked()
    people.of_peoples()
    people.born(brackets.parens)
    kinds = quote_kinds(view, brackets.quotes, lexicon)
    quoted_bodies(page, lexicon, brackets, kinds, found)
    names = EventNames(page, lexicon, brackets, runs.events, kinds)
    find_abbreviations(page, brackets, found, names.by_end)
    short_bodies(page, starts, runs.passed, found)
    dates = layout.items_of(block, layout.dates, layout.precisions)
    quantities = layout.items_of(block, layout.quantities, layout.dimensions)
    frames = Frames(page, lexicon, brackets, found, people, names, dates, quantities, dict(runs.passed))
    story = frames.read(entries)
    spans = [(entry.start, entry.end) for entry in entries]
    people.repeat(spans)
    repeat_bodies(view, spans, brackets.inside, found)
    add_quotes(brackets, kinds, found)
    add_works(view, brackets, lexicon, found)

    signed = signed_by(view, signatures)
    signing = [mention for group in signed.values() for mention, _ in group]
    sheet = Sheet(block, view, layout, entries, reader.volume_id)
    named = sheet.entities(found.ordered([*signing, *_referenced(view, references, layout)]), reader.canonical)
    happened = sheet.events(story.events, dates, quantities)
    parts = Parts(sheet, found, named.names)
    parts.add_told(story.parts, {id(event): n for n, (_, event) in enumerate(story.events)})
    parts.add_posts(people.people, lexicon.titles)
    parts.add_contributors(entries, signatures, signed)
    roles = sheet.roles(parts.by_entry, named.table, happened)
    return {"entities": named.table, "events": happened, "roles": roles}


def _close_furniture(
    block: Block, layout: Layout, brackets: Brackets
) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Close headings, tables, signatures and the like to every rule; returns the signatures and cross-references."""
    inside = brackets.inside
    found: dict[str, list[tuple[int, int]]] = {"signature": [], "cross_reference": []}
    items = layout.items_of(block, layout.furniture, layout.furniture_kinds)
    for start, end, kind in zip(items.start, items.end, items.sort, strict=True):
        inside[start:end] = b"\x03" * (end - start)
        if kind in found:
            found[kind].append((start, end))
    return found["signature"], found["cross_reference"]


def _referenced(view: str, references: list[tuple[int, int]], layout: Layout) -> list[Mention]:
    """The cross-references with the entries they mean."""
    found = []
    for start, end in references:
        while end > start and view[end - 1] in "。）) \n":
            end -= 1
        target, name = resolve_reference(view[start:end], layout.named)
        found.append(Mention("reference", start, end, "reference/clause", name=name, sort=target))
    return found


__all__ = ["read_names"]
