"""From documents and entries to the tables of names: entities, events, roles.

Here: cutting a volume into blocks, running the readers over each in their order, giving every name its canonical
form in the book's region, laying the rows out as the warehouse wants them. Not here: any rule of the language.
"""

from __future__ import annotations

import gc
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.read import Volume
from pipeline.text.divisions import Division, divisions_in, load_divisions
from pipeline.text.entities.abbreviations import find_abbreviations
from pipeline.text.entities.brackets import Brackets, find_brackets, quote_kinds, work_kind
from pipeline.text.entities.canonical import Canonical
from pipeline.text.entities.counties import find_counties
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import NEAR, People
from pipeline.text.entities.references import resolve_reference
from pipeline.text.entities.runs import Runs
from pipeline.text.entities.words import Lexicon, Page, Use, load_lexicon, page_of
from pipeline.text.events.frames import EntrySpan, Frames, Items, Story
from pipeline.text.events.names import EventNames
from pipeline.text.lexer import Ints
from pipeline.text.name_rows import ENTITIES, EVENTS, REJECTS, ROLES, Rows
from pipeline.text.reference import Reference
from pipeline.text.segment.signatures import known_surnames, parse_names
from pipeline.text.view import Block, block_of

BLOCK = 1 << 20
"""Characters read at once."""

_FURNITURE = frozenset(
    (
        "running_head",
        "page_number",
        "contents",
        "index_line",
        "heading",
        "signature",
        "table",
        "cross_reference",
    )
)
_SORTED = frozenset(("quoted", "work", "event"))
_SHORT_RULES = frozenset(
    ("organisation/suffix", "organisation/short", "organisation/again", "organisation/role")
)
_BLANKS = frozenset(" \u3000\u00a0\u2002\u2003\u2009\t\r\n")
_SETTING = re.compile(r"[\r\n\t]|(?<=[\u4e00-\u9fff])[ \u3000\u00a0]+(?=[\u4e00-\u9fff])")
_BODY = re.compile(
    r"(?:局|委|办|会|院|所|部|司|中心|组|公司|集团|校|行|社|厅|站|团|队|厂|馆|府|台|室|处|署)$"
)


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
    layout = _Layout.of(documents, entries, zones, dates, quantities)
    tables = _Tables()
    collecting = gc.isenabled()
    gc.disable()  # every row lives until the end: passes over them would find nothing and cost a fifth of the time
    try:
        for block in _blocks(documents, layout, reference):
            _Sheet(block, layout, lexicon, volume, tables).read()
    finally:
        if collecting:
            gc.enable()
    return {
        "entities": tables.entities.table(),
        "events": tables.events.table(),
        "roles": tables.roles.table(),
        "rejects": tables.rejects.table(),
    }


class _Tables:
    """The tables of a volume as they grow."""

    def __init__(self) -> None:
        self.entities, self.events = Rows(ENTITIES), Rows(EVENTS)
        self.roles, self.rejects = Rows(ROLES), Rows(REJECTS)


@dataclass
class _Layout:
    """Rows of the tables that were made before, by document number."""

    document_ids: list[str]
    entries: dict[int, list[dict[str, Any]]]
    zones: dict[int, list[tuple[int, int, str]]]
    dates: dict[int, list[tuple[int, int, int]]]
    quantities: dict[int, list[tuple[int, int, int]]]
    date_columns: dict[str, list[Any]]
    quantity_columns: dict[str, list[Any]]
    titles: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, documents: pa.Table, entries: pa.Table, zones: pa.Table, dates: pa.Table, quantities: pa.Table
    ) -> _Layout:
        ids = documents["document_id"].to_pylist()
        number = {name: n for n, name in enumerate(ids)}
        by_entry: dict[int, list[dict[str, Any]]] = defaultdict(list)
        wanted = [
            "entry_id",
            "document_id",
            "section",
            "title",
            "title_start",
            "title_end",
            "span_start",
            "span_end",
            "contributors",
            "contributor_scope",
        ]
        for row in entries.select(wanted).to_pylist():
            by_entry[number[row["document_id"]]].append(row)
        by_zone: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        for name, start, end, kind in zip(
            *(zones[c].to_pylist() for c in ("document_id", "span_start", "span_end", "kind")), strict=True
        ):
            by_zone[number[name]].append((start, end, kind))

        def spans(table: pa.Table) -> dict[int, list[tuple[int, int, int]]]:
            found: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
            names, starts, ends = (table[c].to_pylist() for c in ("document_id", "span_start", "span_end"))
            for n, (name, start, end) in enumerate(zip(names, starts, ends, strict=True)):
                found[number[name]].append((start, end, n))
            return found

        people = pc.is_in(quantities["dimension"], value_set=pa.array(["person", "visit"]))
        quantities = quantities.select(
            ["quantity_id", "document_id", "span_start", "span_end", "dimension"]
        ).filter(people)
        layout = cls(
            ids,
            by_entry,
            by_zone,
            spans(dates),
            spans(quantities),
            {c: dates[c].to_pylist() for c in ("date_start", "date_end", "precision")},
            {c: quantities[c].to_pylist() for c in ("quantity_id", "dimension")},
        )
        for row in entries.select(["entry_id", "title", "section"]).to_pylist():
            if row["title"]:
                layout.titles.setdefault(row["section"] or "", []).append(
                    (row["title"], row["entry_id"], row["section"] or "")
                )
        return layout


def _blocks(documents: pa.Table, layout: _Layout, reference: Reference) -> Iterator[Block]:
    """The documents in blocks of about BLOCK characters."""
    lengths = documents["characters"].to_pylist()
    begin = 0
    while begin < len(lengths):
        end, size = begin, 0
        while end < len(lengths) and (size == 0 or size + lengths[end] <= BLOCK):
            size += lengths[end] + 1
            end += 1
        texts = documents["text"].slice(begin, end - begin).to_pylist()
        edges: list[int] = []
        base = 0
        for number, text in zip(range(begin, end), texts, strict=True):
            for start, stop, _ in layout.zones.get(number, ()):
                edges.extend((start - 1 + base, stop - 1 + base, stop + base))
            base += len(text) + 1
        yield block_of(texts, np.arange(begin, end), reference.fold, np.unique(np.array(edges, np.int64)))
        begin = end


class _Role(NamedTuple):
    """A row of roles without its place."""

    event_id: str | None
    entity_id: str | None
    name: str
    role: str
    title: str | None
    organisation: str | None
    organisation_entity_id: str | None
    ordinal: int | None
    open_list: bool
    rule_id: str
    confidence: float


class _Sheet:
    """The readers over one block, and their rows."""

    def __init__(
        self, block: Block, layout: _Layout, lexicon: Lexicon, volume: Volume, tables: _Tables
    ) -> None:
        self.block, self.layout, self.lexicon, self.tables = block, layout, lexicon, tables
        self.volume_id = volume.volume_id
        self.canonical = Canonical(lexicon.divisions)
        self.page: Page = page_of(block, lexicon)
        self.brackets: Brackets = find_brackets(self.page.view, block.codes)
        self.found = Found()
        self.spans: list[EntrySpan] = []
        self.owner: list[
            tuple[dict[str, Any], int]
        ] = []  # entry row and base of its document, by entry number
        self.signatures: list[tuple[int, int]] = []
        self.references: list[tuple[int, int]] = []
        self.ids: dict[int, str] = {}  # ids and names of the mentions written, by identity
        self.names: dict[int, str] = {}
        self.event_ids: dict[int, str] = {}

    def _views(self, places: Ints) -> list[int]:
        found: list[int] = np.searchsorted(self.block.place, places).tolist()
        return found

    def read(self) -> None:
        """Run every rule and append the rows."""
        self._lay_out()
        page, found, lexicon = self.page, self.found, self.lexicon
        runs = Runs(page, lexicon, self.brackets, found)
        runs.read()
        find_counties(page, self.brackets.inside, found)
        people = People(page, lexicon, found, self.brackets.inside)
        people.read()
        people.listed()
        people.masked()
        people.of_peoples()
        people.born(self.brackets.parens)
        kinds = quote_kinds(page.view, self.brackets.quotes, lexicon)
        self._quoted_bodies(kinds)
        names = EventNames(page, lexicon, self.brackets, runs.events, kinds)
        find_abbreviations(page, self.brackets, found, names.by_end)
        self._short_bodies(runs.passed)
        dates = self._items(self.layout.dates, self.layout.date_columns["precision"])
        quantities = self._items(self.layout.quantities, self.layout.quantity_columns["dimension"])
        frames = Frames(
            page, lexicon, self.brackets, found, people, names, dates, quantities, dict(runs.passed)
        )
        story = frames.read(self.spans)
        people.repeat([(span.start, span.end) for span in self.spans])
        self._repeat_bodies()
        self._quotes(kinds)
        self._works()
        self._write(people, story, dates, quantities)

    def _lay_out(self) -> None:
        """Entries and zones as places of the view; furniture is closed to every rule."""
        block, layout = self.block, self.layout
        inside = self.brackets.inside
        for base, number in zip(block.base.tolist(), block.documents.tolist(), strict=True):
            rows = layout.entries.get(number, [])
            edges = np.array(
                [
                    (
                        r["span_start"],
                        r["span_end"],
                        r["title_start"] or r["span_start"],
                        r["title_end"] or r["span_start"],
                    )
                    for r in rows
                ],
                np.int64,
            ).reshape(-1, 4)
            places = self._views((edges + base).ravel())
            for n, row in enumerate(rows):
                start, end, title_start, title_end = places[4 * n : 4 * n + 4]
                self.spans.append(EntrySpan(start, end, title_start, title_end, len(self.owner)))
                self.owner.append((row, base))
            zones = layout.zones.get(number, [])
            spots = self._views(
                np.array([(z[0], z[1]) for z in zones], np.int64).reshape(-1, 2).ravel() + base
            )
            for n, (_, _, kind) in enumerate(zones):
                start, end = spots[2 * n : 2 * n + 2]
                if kind in _FURNITURE:
                    inside[start:end] = b"\x03" * (end - start)
                    if kind == "signature":
                        self.signatures.append((start, end))
                    elif kind == "cross_reference":
                        self.references.append((start, end))

    def _items(self, spans: dict[int, list[tuple[int, int, int]]], sorts: list[Any]) -> Items:
        found = Items([], [], [], [])
        for base, number in zip(self.block.base.tolist(), self.block.documents.tolist(), strict=True):
            rows = spans.get(number, [])
            if not rows:
                continue
            places = self._views(np.array([(r[0], r[1]) for r in rows], np.int64).ravel() + base)
            found.start.extend(places[::2])
            found.end.extend(places[1::2])
            numbers = [row[2] for row in rows]
            found.row.extend(numbers)
            found.sort.extend(map(sorts.__getitem__, numbers))
        return found

    # -- what the readers leave to be done ------------------------------------------------------------------------

    def _quoted_bodies(self, kinds: list[str]) -> None:
        """Quotations that are the name of a body: `成立“水韵文化联盟”`."""
        page = self.page
        for n, (start, end) in enumerate(self.brackets.quotes):
            if self.brackets.inside[start] != 2 or kinds[n] in ("award", "theme", "goal", "slogan", "brand"):
                continue
            use, _ = page.use_ending(end)
            text = page.view[start:end]
            if not use & int(Use.STRONG) or not 5 <= len(text) <= 30 or text in self.lexicon.generic:
                continue
            if any(
                page.uses[w] & int(Use.PREDICATE) and not page.uses[w] & int(Use.NOMINAL)
                for w in page.words_in(start, end)
            ):
                continue
            kinds[n] = "organisation"
            self.found.clear(start, end)
            self.found.add(Mention("organisation", start, end, "organisation/quoted", 0.85))

    def _repeat_bodies(self) -> None:
        """Names that only a role or a post showed to be bodies, found again within their entry."""
        view, found = self.page.view, self.found
        starts = [span.start for span in self.spans]
        for mention in [
            m
            for m in found.by_start.values()
            if m.rule in ("organisation/role", "organisation/employer", "organisation/defined")
        ]:
            name = view[mention.start : mention.end]
            at_entry = bisect_right(starts, mention.start) - 1
            if len(name) < 4 or at_entry < 0:
                continue
            span = self.spans[at_entry]
            last = min(span.end, mention.start + NEAR)
            place = view.find(name, max(span.start, mention.start - NEAR), last)
            while place >= 0:
                end = place + len(name)
                if (
                    not self.brackets.inside[place]
                    and not any(p in found.by_start for p in range(place, end))
                    and not self._covered(place)
                ):
                    found.add(
                        Mention("organisation", place, end, "organisation/again", 0.8, sort=mention.sort)
                    )
                place = view.find(name, end, last)

    def _short_bodies(self, passed: list[tuple[int, int]]) -> None:
        """Common nouns that stand for the one body of the entry whose name ends so: 交易中心 after 市产权交易中心."""
        view, found = self.page.view, self.found
        starts = [span.start for span in self.spans]
        by_entry: dict[tuple[int, str], set[str]] = defaultdict(set)  # by entry and the last two characters
        if not passed:
            return
        wanted = {view[end - 2 : end] for _, end in passed}
        for mention in found.by_start.values():
            if mention.kind == "organisation" and view[mention.end - 2 : mention.end] in wanted:
                name = view[mention.start : mention.end]
                by_entry[bisect_right(starts, mention.start) - 1, name[-2:]].add(name)
        for start, end in passed:
            name = view[start:end]
            longer = [
                one
                for one in by_entry.get((bisect_right(starts, start) - 1, name[-2:]), ())
                if one.endswith(name) and len(one) > len(name)
            ]
            if len(longer) == 1 and start not in found.by_start and not self._covered(start):
                found.add(Mention("organisation", start, end, "organisation/short", 0.6))

    def _covered(self, place: int) -> bool:
        """Whether a mention that starts up to forty characters before covers a place."""
        by_start = self.found.by_start
        return any(place - k in by_start and by_start[place - k].end > place for k in range(1, 41))

    def _quotes(self, kinds: list[str]) -> None:
        found = self.found
        for (start, end), kind in zip(self.brackets.quotes, kinds, strict=True):
            if self.brackets.inside[start] != 2 or end - start < 2 or end - start > 80:
                continue
            if found.by_start.get(start) is not None and found.by_start[start].end >= end:
                continue
            if self._covered(start):
                continue
            found.clear(start, end)
            found.add(
                Mention("quoted", start, end, f"quoted/{kind}", 0.6 if kind == "phrase" else 0.85, sort=kind)
            )

    def _works(self) -> None:
        found, view = self.found, self.page.view
        for start, end in self.brackets.works:
            if end - start < 3:
                continue
            if self.brackets.inside[start] == 3:
                continue
            mention = Mention(
                "work",
                start,
                end,
                "work/marks",
                0.98,
                name=view[start + 1 : end - 1],
                sort=work_kind(view[start + 1 : end - 1], self.lexicon),
            )
            held = found.by_start.get(start)
            if held is not None and held.end > end:
                mention.parent = held
                found.nested.append(mention)
                continue
            found.clear(start, end)
            found.by_start[start] = mention
            found.by_end.setdefault(end, mention)

    # -- rows -----------------------------------------------------------------------------------------------------

    def _printed(self, start: int, end: int, text: str) -> str:
        """A text as printed, without the breaks and blanks that setting put between its characters."""
        return _SETTING.sub("", text) if len(text) > end - start or " " in text or "\u3000" in text else text

    def _write(self, people: People, story: Story, dates: Items, quantities: Items) -> None:
        signed = self._signed()
        signing = [mention for group in signed.values() for mention, _ in group]
        self._write_entities(self.found.ordered([*signing, *self._referenced()]))
        self._write_events(story, dates, quantities)
        by_entry = self._parts(story, people)
        self._contributors(signed, by_entry)
        self._write_roles(by_entry)

    def _entry_of(self, places: list[int]) -> list[int]:
        """The number of the entry that holds each place, -1 outside entries."""
        if not self.spans:
            return [-1] * len(places)
        starts = np.array([span.start for span in self.spans], np.int64)
        ends = np.array([span.end for span in self.spans], np.int64)
        at = np.array(places, np.int64)
        number = np.searchsorted(starts, at, "right") - 1
        number[(number >= 0) & (at >= ends[np.maximum(number, 0)])] = -1
        return number.tolist()

    def _write_entities(self, mentions: list[Mention]) -> None:
        view, text, ids = self.page.view, self.block.text, self.ids
        volume_id, canonical, region = self.volume_id, self.canonical, self.canonical.region_code
        entry_of = self._entry_of([mention.start for mention in mentions])
        begins = self.block.place[[mention.start for mention in mentions]].tolist() if mentions else []
        stops = (self.block.place[[mention.end - 1 for mention in mentions]] + 1).tolist() if mentions else []
        longer = self._longer(mentions, entry_of)
        county: tuple[str, str | None] | None = None
        last_entry = -1
        append = self.tables.entities.rows.append
        for mention, n, begin, stop in zip(mentions, entry_of, begins, stops, strict=True):
            if n < 0 or mention.end > self.spans[n].end:
                continue
            if n != last_entry:
                county, last_entry = None, n
            start, end, kind = mention.start, mention.end, mention.kind
            seen = view[start:end]
            if kind == "division" and (
                (mention.code and mention.code != region and seen[-1] in "县区市旗")
                or (mention.rule == "division/class" and seen != canonical.divisions.region)
            ):
                county = seen, mention.code
            row, base = self.owner[n]
            document = row["document_id"]
            name, code = canonical.of(mention, seen, county)
            source = text[begin:stop]
            if source != seen:
                printed = self._printed(start, end, source)
                name = printed if name == seen else name.replace(seen[1:], printed[1:], 1)
            name = longer.get(id(mention), name)
            entity_id = f"{document}@{begin - base}-{stop - base}"
            ids[id(mention)], self.names[id(mention)] = entity_id, name
            append((
                entity_id, row["entry_id"], document, volume_id, kind,
                mention.sort if kind in _SORTED else None, begin - base, stop - base, source, name,
                mention.code or code,
                ids.get(id(mention.parent)) if mention.parent else None,
                mention.sort if kind == "reference" else None, mention.rule, mention.confidence,
            ))  # fmt: skip

    def _longer(self, mentions: list[Mention], entry_of: list[int]) -> dict[int, str]:
        """Short forms nobody defines: 专家咨询委员会 is the one longer name of its entry that ends like it."""
        view = self.page.view
        short: dict[int, list[Mention]] = defaultdict(list)
        for mention, n in zip(mentions, entry_of, strict=True):
            if mention.rule in _SHORT_RULES:
                short[n].append(mention)
        if not short:
            return {}
        names: dict[tuple[int, str], set[str]] = defaultdict(set)  # by entry and the last two characters
        wanted = {view[mention.end - 2 : mention.end] for group in short.values() for mention in group}
        for mention, n in zip(mentions, entry_of, strict=True):
            if (
                mention.kind == "organisation"
                and n in short
                and view[mention.end - 2 : mention.end] in wanted
            ):
                name = view[mention.start : mention.end]
                names[n, name[-2:]].add(name)
        found: dict[int, str] = {}
        for n, group in short.items():
            for mention in group:
                name = view[mention.start : mention.end]
                longer = [
                    one
                    for one in names[n, name[-2:]]
                    if len(one) > len(name)
                    and one.endswith(name)
                    and (mention.rule == "organisation/short" or self.canonical.region_of(one))
                ]
                if len(longer) == 1:
                    found[id(mention)] = longer[0]
        return found

    def _signed(self) -> dict[int, list[tuple[Mention, str]]]:
        """Who signs, by the number of the signature: mentions with their role."""
        found: dict[int, list[tuple[Mention, str]]] = {}
        surnames = known_surnames()
        for n, (start, end) in enumerate(self.signatures):
            printed = self.page.view[start:end]
            parsed = parse_names(printed.strip("（）() \n"), surnames)
            if not parsed:
                continue
            group: list[tuple[Mention, str]] = []
            kept = [at for at in range(start, end) if self.page.view[at] not in _BLANKS]
            closed = "".join(self.page.view[at] for at in kept)
            for names, role in ((parsed[0], "contributor"), (parsed[1], "photographer")):
                for name in names:
                    at = closed.find(name)
                    if at < 0:
                        continue
                    body = (len(name) >= 4 and _BODY.search(name)) or (
                        len(name) == 3 and name[0] in "市县省区" and _BODY.search(name)
                    )
                    kind = "organisation" if body else "person"
                    group.append(
                        (
                            Mention(
                                kind,
                                kept[at],
                                kept[at + len(name) - 1] + 1,
                                f"{kind}/signature",
                                0.95,
                                name=None if body else name,
                            ),
                            role,
                        )
                    )
            found[n] = group
        return found

    def _referenced(self) -> list[Mention]:
        view = self.page.view
        found = []
        for start, end in self.references:
            while end > start and view[end - 1] in "。）) \n":
                end -= 1
            target, name = resolve_reference(view[start:end], self.layout.titles)
            found.append(
                Mention(
                    "reference",
                    start,
                    end,
                    "reference/clause",
                    0.9 if target else 0.6,
                    name=name,
                    sort=target,
                )
            )
        return found

    def _write_events(self, story: Story, dates: Items, quantities: Items) -> None:
        place, text = self.block.place, self.block.text
        counts: dict[str, int] = defaultdict(int)
        columns, numbers = self.layout.date_columns, self.layout.quantity_columns["quantity_id"]
        for entry, event in story.events:
            row, base = self.owner[entry.row]
            entry_id = row["entry_id"]
            counts[entry_id] += 1
            event_id = f"{entry_id}!{counts[entry_id]:02d}"
            self.event_ids[id(event)] = event_id
            date = dates.row[event.date] if event.date >= 0 else -1
            where = event.place
            if isinstance(where, Mention):
                where = self.page.view[where.start : where.end]
            begin, stop = int(place[event.start]), int(place[event.end - 1]) + 1
            self.tables.events.rows.append((
                event_id, entry_id, row["document_id"], self.volume_id, event.kind,
                self._printed(event.start, event.end, text[begin:stop]), begin - base, stop - base,
                columns["date_start"][date] if date >= 0 else None, columns["date_end"][date] if date >= 0 else None,
                columns["precision"][date] if date >= 0 else None, where or None, event.edition,
                numbers[quantities.row[event.attendance]] if event.attendance >= 0 else None, event.rule,
                event.confidence,
            ))  # fmt: skip

    def _now(self, mention: Mention) -> Mention:
        """The mention as it stands at the end: another rule may have taken its place since."""
        return mention if id(mention) in self.ids else self.found.at(mention.start, mention.end) or mention

    def _id_of(self, mention: Mention | None) -> str | None:
        return self.ids.get(id(self._now(mention))) if mention is not None else None

    def _name_of(self, mention: Mention) -> str:
        mention = self._now(mention)
        return self.names.get(id(mention)) or mention.name or self.page.view[mention.start : mention.end]

    def _parts(self, story: Story, people: People) -> dict[int, list[_Role]]:
        """Parts in events and posts of people, by entry."""
        by_entry: dict[int, list[_Role]] = defaultdict(list)
        for entry, part in story.parts:
            body = part.organisation
            by_entry[entry.row].append(
                _Role(
                    self.event_ids.get(id(part.event)) if part.event is not None else None,
                    self._id_of(part.who),
                    self._name_of(part.who),
                    part.role,
                    part.title,
                    self._name_of(body) if body else None,
                    self._id_of(body),
                    part.order,
                    part.open_list,
                    f"role/{part.role}",
                    part.confidence,
                )
            )
        holders = [person for person in people.people if person.posts and id(person.mention) in self.ids]
        for person, n in zip(holders, self._entry_of([one.mention.start for one in holders]), strict=True):
            for order, (title, body) in enumerate(person.posts, start=1):
                if n < 0 or (body is None and self.lexicon.titles.get(title) == "occupation"):
                    continue
                by_entry[n].append(
                    _Role(
                        None,
                        self._id_of(person.mention),
                        self._name_of(person.mention),
                        "affiliation",
                        title,
                        self._name_of(body) if body else None,
                        self._id_of(body),
                        order,
                        False,
                        "role/affiliation",
                        0.9 if body else 0.8,
                    )
                )
        return by_entry

    def _contributors(
        self, signed: dict[int, list[tuple[Mention, str]]], by_entry: dict[int, list[_Role]]
    ) -> None:
        """Who signs each entry, itself or by a signature that covers several."""
        signatures = [start for start, _ in self.signatures]
        for n, span in enumerate(self.spans):
            row, _ = self.owner[n]
            if not row["contributors"]:
                continue
            direct = row["contributor_scope"] == "direct"
            group = signed.get(bisect_right(signatures, span.start), [])
            printed = {
                mention.name or self.page.view[mention.start : mention.end]: mention
                for mention, role in group
                if role == "contributor"
            }
            for order, name in enumerate(row["contributors"].split("；"), start=1):
                mention = printed.get(name)
                by_entry[n].append(
                    _Role(
                        None,
                        self._id_of(mention),
                        self._name_of(mention) if mention else name,
                        "contributor",
                        None,
                        None,
                        None,
                        order,
                        False,
                        f"role/contributor_{row['contributor_scope']}",
                        0.95 if direct else 0.8,
                    )
                )
            if direct:
                shot = (mention for mention, role in group if role == "photographer")
                by_entry[n].extend(
                    _Role(
                        None,
                        self._id_of(one),
                        self._name_of(one),
                        "photographer",
                        None,
                        None,
                        None,
                        order,
                        False,
                        "role/photographer",
                        0.9,
                    )
                    for order, one in enumerate(shot, start=1)
                )

    def _write_roles(self, by_entry: dict[int, list[_Role]]) -> None:
        for n in sorted(by_entry):
            row, _ = self.owner[n]
            seen: set[tuple[Any, ...]] = set()
            for role in by_entry[n]:
                key = (role.event_id, role.name, role.role, role.title, role.organisation)
                if key in seen:
                    continue
                seen.add(key)
                self.tables.roles.rows.append(
                    (
                        f"{row['entry_id']}%{len(seen):03d}",
                        row["entry_id"],
                        row["document_id"],
                        self.volume_id,
                        *role,
                    )
                )


__all__ = ["read_names"]
