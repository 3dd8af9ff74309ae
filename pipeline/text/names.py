"""From documents and entries to the tables of names: entities, events, roles.

Here: cutting a volume into blocks, running the readers over each in their order, giving every name its canonical
form in the book's region, laying the rows out as the warehouse wants them. Not here: any rule of the language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.read import Volume
from pipeline.text.divisions import Division, Divisions, divisions_in, load_divisions, short_of
from pipeline.text.entities.abbreviations import find_abbreviations
from pipeline.text.entities.brackets import Brackets, find_brackets, quote_kinds, work_kind
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People
from pipeline.text.entities.references import resolve_reference
from pipeline.text.entities.runs import Runs, region_of
from pipeline.text.entities.words import Lexicon, Page, Use, load_lexicon, page_of
from pipeline.text.events.frames import EntrySpan, Frames, Item, Story
from pipeline.text.events.names import EventNames
from pipeline.text.lexer import Ints
from pipeline.text.reference import Reference
from pipeline.text.segment.signatures import known_surnames, parse_names
from pipeline.text.view import Block, block_of

BLOCK = 1 << 20
"""Characters read at once."""

_FURNITURE = frozenset(("running_head", "page_number", "contents", "index_line", "heading", "signature", "table", "cross_reference"))
_BLANK = "[ \u3000\u00a0\u2002\u2003\u2009\t\r\n]*"
_SETTING = re.compile(r"[\r\n\t]|(?<=[\u4e00-\u9fff])[ \u3000\u00a0]+(?=[\u4e00-\u9fff])")
_BODY = re.compile(r"(?:局|委|办|会|院|所|部|司|中心|组|公司|集团|校|行|社|厅|站|团|队|厂|馆|府|台|室|处|署)$")
_COUNTY_LEVEL = "县区旗"

ENTITIES = pa.schema(
    [
        ("entity_id", pa.string()), ("entry_id", pa.string()), ("document_id", pa.string()), ("volume_id", pa.string()),
        ("kind", pa.string()), ("subkind", pa.string()), ("span_start", pa.int32()), ("span_end", pa.int32()),
        ("source_text", pa.string()), ("name", pa.string()), ("admin_code", pa.string()),
        ("parent_entity_id", pa.string()), ("target_entry_id", pa.string()), ("rule_id", pa.string()),
        ("confidence", pa.float64()),
    ]
)  # fmt: skip
EVENTS = pa.schema(
    [
        ("event_id", pa.string()), ("entry_id", pa.string()), ("document_id", pa.string()), ("volume_id", pa.string()),
        ("kind", pa.string()), ("name", pa.string()), ("name_start", pa.int32()), ("name_end", pa.int32()),
        ("date_start", pa.date32()), ("date_end", pa.date32()), ("date_precision", pa.string()), ("place", pa.string()),
        ("edition", pa.string()), ("attendance_quantity_id", pa.string()), ("rule_id", pa.string()),
        ("confidence", pa.float64()),
    ]
)  # fmt: skip
ROLES = pa.schema(
    [
        ("role_id", pa.string()), ("entry_id", pa.string()), ("document_id", pa.string()), ("volume_id", pa.string()),
        ("event_id", pa.string()), ("entity_id", pa.string()), ("name", pa.string()), ("role", pa.string()),
        ("title", pa.string()), ("organisation", pa.string()), ("organisation_entity_id", pa.string()),
        ("ordinal", pa.int32()), ("open_list", pa.bool_()), ("rule_id", pa.string()), ("confidence", pa.float64()),
    ]
)  # fmt: skip
REJECTS = pa.schema(
    [
        ("reject_id", pa.string()), ("document_id", pa.string()), ("entry_id", pa.string()), ("volume_id", pa.string()),
        ("span_start", pa.int32()), ("span_end", pa.int32()), ("source_text", pa.string()), ("stage", pa.string()),
        ("reason", pa.string()), ("detail", pa.string()),
    ]
)  # fmt: skip
_SCHEMAS = {"entities": ENTITIES, "events": EVENTS, "roles": ROLES, "rejects": REJECTS}


@lru_cache(maxsize=4)
def _divisions(path: Path) -> tuple[Division, ...]:
    return load_divisions(path)


@lru_cache(maxsize=8)
def _lexicon(folder: Path, year: int | None, region: str | None, code: str | None) -> Lexicon:
    return load_lexicon(folder / "lexicons", divisions_in(_divisions(folder / "divisions.csv"), year, region, code))


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
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _SCHEMAS}
    for block in _blocks(documents, layout, reference):
        _Sheet(block, layout, lexicon, volume, rows).read()
    return {name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in _SCHEMAS.items()}


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
    def of(cls, documents: pa.Table, entries: pa.Table, zones: pa.Table, dates: pa.Table, quantities: pa.Table) -> _Layout:
        ids = documents["document_id"].to_pylist()
        number = {name: n for n, name in enumerate(ids)}
        by_entry: dict[int, list[dict[str, Any]]] = defaultdict(list)
        wanted = ["entry_id", "document_id", "section", "title", "title_start", "title_end", "span_start", "span_end", "contributors", "contributor_scope"]
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
                layout.titles.setdefault(row["section"] or "", []).append((row["title"], row["entry_id"], row["section"] or ""))
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


class _Sheet:
    """The readers over one block, and their rows."""

    def __init__(
        self, block: Block, layout: _Layout, lexicon: Lexicon, volume: Volume, rows: dict[str, list[dict[str, Any]]]
    ) -> None:
        self.block, self.layout, self.lexicon, self.volume, self.rows = block, layout, lexicon, volume, rows
        self.page: Page = page_of(block, lexicon)
        self.brackets: Brackets = find_brackets(self.page.view, block.codes)
        self.found = Found()
        self.spans: list[EntrySpan] = []
        self.owner: list[tuple[dict[str, Any], int]] = []  # entry row and base of its document, by entry number
        self.signatures: list[tuple[int, int]] = []
        self.references: list[tuple[int, int]] = []
        self.region_code = lexicon.divisions.region_code

    def _views(self, places: Ints) -> list[int]:
        found: list[int] = np.searchsorted(self.block.place, places).tolist()
        return found

    def read(self) -> None:
        """Run every rule and append the rows."""
        self._lay_out()
        page, found, lexicon = self.page, self.found, self.lexicon
        runs = Runs(page, lexicon, self.brackets, found)
        runs.read()
        people = People(page, lexicon, found, self.brackets.inside)
        people.read()
        kinds = quote_kinds(page.view, self.brackets.quotes, lexicon)
        self._quoted_bodies(kinds)
        names = EventNames(page, lexicon, self.brackets, runs.events, kinds)
        find_abbreviations(page, self.brackets, found, names.by_end)
        self._short_bodies(runs.passed)
        dates = self._items(self.layout.dates, self.layout.date_columns["precision"])
        quantities = self._items(self.layout.quantities, self.layout.quantity_columns["dimension"])
        frames = Frames(page, lexicon, self.brackets, found, people, names, dates, quantities)
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
                [(r["span_start"], r["span_end"], r["title_start"] or r["span_start"], r["title_end"] or r["span_start"]) for r in rows],
                np.int64,
            ).reshape(-1, 4)
            places = self._views((edges + base).ravel())
            for n, row in enumerate(rows):
                start, end, title_start, title_end = places[4 * n : 4 * n + 4]
                self.spans.append(EntrySpan(start, end, title_start, title_end, len(self.owner)))
                self.owner.append((row, base))
            zones = layout.zones.get(number, [])
            spots = self._views(np.array([(z[0], z[1]) for z in zones], np.int64).reshape(-1, 2).ravel() + base)
            for n, (_, _, kind) in enumerate(zones):
                start, end = spots[2 * n : 2 * n + 2]
                if kind in _FURNITURE:
                    inside[start:end] = b"\x03" * (end - start)
                    if kind == "signature":
                        self.signatures.append((start, end))
                    elif kind == "cross_reference":
                        self.references.append((start, end))

    def _items(self, spans: dict[int, list[tuple[int, int, int]]], sorts: list[Any]) -> list[Item]:
        found: list[Item] = []
        for base, number in zip(self.block.base.tolist(), self.block.documents.tolist(), strict=True):
            rows = spans.get(number, [])
            if not rows:
                continue
            places = self._views(np.array([(r[0], r[1]) for r in rows], np.int64).ravel() + base)
            found.extend(
                Item(places[2 * n], places[2 * n + 1], row[2], sorts[row[2]]) for n, row in enumerate(rows)
            )
        return found

    # -- what the readers leave to be done ------------------------------------------------------------------------

    def _quoted_bodies(self, kinds: list[str]) -> None:
        """Quotations that are the name of a body: `成立“水韵文化联盟”`."""
        page = self.page
        for n, (start, end) in enumerate(self.brackets.quotes):
            if self.brackets.inside[start] != 2 or kinds[n] in ("award", "theme", "goal", "slogan", "brand"):
                continue
            use, begin = page.use_ending(end)
            text = page.view[start:end]
            if use & int(Use.STRONG) and 5 <= len(text) <= 30 and text not in self.lexicon.generic:
                if not any(page.uses[w] & int(Use.PREDICATE) and not page.uses[w] & int(Use.NOMINAL) for w in page.words_in(start, end)):
                    kinds[n] = "organisation"
                    self.found.clear(start, end)
                    self.found.add(Mention("organisation", start, end, "organisation/quoted", 0.85))

    def _repeat_bodies(self) -> None:
        """Names that only a role or a post showed to be bodies, found again within their entry."""
        view, found = self.page.view, self.found
        starts = [span.start for span in self.spans]
        for mention in [m for m in found.by_start.values() if m.rule in ("organisation/role", "organisation/employer", "organisation/defined")]:
            name = view[mention.start : mention.end]
            at_entry = bisect_right(starts, mention.start) - 1
            if len(name) < 4 or at_entry < 0:
                continue
            span = self.spans[at_entry]
            place = view.find(name, span.start, span.end)
            while place >= 0:
                end = place + len(name)
                if not self.brackets.inside[place] and not any(p in found.by_start for p in range(place, end)) and not self._covered(place):
                    found.add(Mention("organisation", place, end, "organisation/again", 0.8, sort=mention.sort))
                place = view.find(name, end, span.end)

    def _short_bodies(self, passed: list[tuple[int, int]]) -> None:
        """Common nouns that stand for the one body of the entry whose name ends with them: 交易中心 after 市产权交易中心."""
        view, found = self.page.view, self.found
        starts = [span.start for span in self.spans]
        by_entry: dict[int, set[str]] = defaultdict(set)
        if not passed:
            return
        for mention in found.by_start.values():
            if mention.kind == "organisation":
                by_entry[bisect_right(starts, mention.start) - 1].add(view[mention.start : mention.end])
        for start, end in passed:
            name = view[start:end]
            longer = [one for one in by_entry.get(bisect_right(starts, start) - 1, ()) if one.endswith(name) and len(one) > len(name)]
            if len(longer) == 1 and start not in found.by_start and not self._covered(start):
                found.add(Mention("organisation", start, end, "organisation/short", 0.75))

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
            found.add(Mention("quoted", start, end, f"quoted/{kind}", 0.6 if kind == "phrase" else 0.85, sort=kind))

    def _works(self) -> None:
        found, view = self.found, self.page.view
        for start, end in self.brackets.works:
            if self.brackets.inside[start] == 3:
                continue
            mention = Mention("work", start, end, "work/marks", 0.98, name=view[start + 1 : end - 1], sort=work_kind(view[start + 1 : end - 1], self.lexicon))
            held = found.by_start.get(start)
            if held is not None and held.end > end:
                mention.parent = held
                found.nested.append(mention)
                continue
            found.clear(start, end)
            found.by_start[start] = mention
            found.by_end.setdefault(end, mention)

    # -- names ----------------------------------------------------------------------------------------------------

    def _printed(self, start: int, end: int) -> str:
        """The characters of a span as printed, without the breaks and blanks that setting put between them."""
        place = self.block.place
        text = self.block.text[int(place[start]) : int(place[end - 1]) + 1]
        return _SETTING.sub("", text) if len(text) > end - start or " " in text or "\u3000" in text else text

    def _canonical(self, mention: Mention, county: Mention | None) -> tuple[str, str | None]:
        """The name in full and its division code, in the book's region: 市水务局 → 临河市水务局."""
        view = self.page.view
        text = view[mention.start : mention.end]
        if mention.kind == "abbreviation" and mention.name:
            return self._with_region(mention.name, county)
        if mention.kind in ("person", "event", "work") and mention.name:
            return mention.name, None
        if mention.kind == "division":
            return self._full(text, mention.code), mention.code
        if mention.kind not in ("organisation", "facility", "place"):
            return mention.name or text, None
        text = text.replace("\n", "")
        prefix = mention.sort or ""
        if mention.kind == "organisation" and mention.rule == "organisation/list" and prefix and not text.startswith((prefix, "团")):
            text = prefix + text
        return self._with_region(text, county, mention.kind)

    def _with_region(self, text: str, county: Mention | None, kind: str = "organisation") -> tuple[str, str | None]:
        """A name with the region that it only implies, and the code of that region."""
        view, divisions = self.page.view, self.lexicon.divisions
        named = region_of(text, self.lexicon)
        if named:
            return text, divisions.code_of(named)
        region = divisions.region
        if text[0] == "团" and text[1:2] in "市县区" and region:
            return "团" + region + text[2:], self.region_code
        if text[0] == "市" and region and region.endswith("市") and kind != "place":
            return region + text[1:], self.region_code
        if text.startswith("自治区") and self.region_code:
            code = self.region_code[:2] + "0000"
            return self._province(code) + text[3:] if self._province(code) else text, code
        if text[0] == "省" and self.region_code and kind == "organisation":
            code = self.region_code[:2] + "0000"
            return self._province(code) + text[1:] if self._province(code) else text, code
        if text[0] in _COUNTY_LEVEL and kind == "organisation":
            if region and region[-1] == text[0]:
                return region + text[1:], self.region_code
            if county is not None:
                return view[county.start : county.end] + text[1:], county.code
        return text, None

    def _province(self, code: str) -> str:
        return _province_names(self.lexicon.divisions).get(code, "")

    def _full(self, text: str, code: str | None) -> str:
        if code is None:
            region = self.lexicon.divisions.region
            return region if region and text == short_of(region) else text
        for one in self.lexicon.divisions.names.get(text, ()):
            if one.code == code:
                return one.name
        return text

    # -- rows -----------------------------------------------------------------------------------------------------

    def _write(self, people: People, story: Story, dates: list[Item], quantities: list[Item]) -> None:
        starts = [span.start for span in self.spans]
        mentions = self.found.ordered()
        ids: dict[int, str] = {}
        names: dict[int, str] = {}
        view, place = self.page.view, self.block.place
        text = self.block.text
        county: Mention | None = None
        last_entry = -1
        rows = self.rows["entities"]
        signed = self._signed()
        mentions = sorted([*mentions, *(m for group in signed.values() for m, _ in group), *self._referenced()], key=lambda m: (m.start, -m.end))
        longer = self._longer(mentions, starts)
        for mention in mentions:
            n = bisect_right(starts, mention.start) - 1
            if n < 0 or mention.start >= self.spans[n].end:
                continue
            if n != last_entry:
                county, last_entry = None, n
            if mention.kind == "division" and view[mention.end - 1] in "县区市旗" and mention.code and mention.code != self.region_code:
                county = mention
            row, base = self.owner[n]
            begin, stop = int(place[mention.start]), int(place[mention.end - 1]) + 1
            document = row["document_id"]
            entity_id = f"{document}@{begin - base}-{stop - base}"
            name, code = self._canonical(mention, county)
            seen = view[mention.start : mention.end]
            printed = self._printed(mention.start, mention.end)
            if printed != seen:
                name = printed if name == seen else name.replace(seen[1:], printed[1:], 1)
            name = longer.get(id(mention), name)
            ids[id(mention)], names[id(mention)] = entity_id, name
            rows.append(
                {
                    "entity_id": entity_id, "entry_id": row["entry_id"], "document_id": document,
                    "volume_id": self.volume.volume_id, "kind": mention.kind,
                    "subkind": mention.sort if mention.kind in ("quoted", "work", "event") else None,
                    "span_start": begin - base, "span_end": stop - base, "source_text": text[begin:stop],
                    "name": name, "admin_code": mention.code or code,
                    "parent_entity_id": ids.get(id(mention.parent)) if mention.parent else None,
                    "target_entry_id": mention.sort if mention.kind == "reference" else None,
                    "rule_id": mention.rule, "confidence": mention.confidence,
                }
            )  # fmt: skip
        self._write_events(story, ids, names, dates, quantities)
        self._write_roles(story, people, signed, ids, names, starts)

    def _longer(self, mentions: list[Mention], starts: list[int]) -> dict[int, str]:
        """Short forms nobody defines: 专家咨询委员会 is the one longer name of its entry that ends like it."""
        view = self.page.view
        by_entry: dict[int, list[Mention]] = defaultdict(list)
        for mention in mentions:
            if mention.kind == "organisation":
                by_entry[bisect_right(starts, mention.start) - 1].append(mention)
        found: dict[int, str] = {}
        for group in by_entry.values():
            for mention in group:
                if mention.rule not in ("organisation/suffix", "organisation/short", "organisation/again", "organisation/role"):
                    continue
                name = view[mention.start : mention.end]
                longer = {
                    view[m.start : m.end]
                    for m in group
                    if m.end - m.start > len(name) and view[m.start : m.end].endswith(name)
                    and (mention.rule == "organisation/short" or region_of(view[m.start : m.end], self.lexicon))
                }
                if len(longer) == 1:
                    found[id(mention)] = longer.pop()
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
            at = 0
            for names, role in ((parsed[0], "contributor"), (parsed[1], "photographer")):
                for name in names:
                    match = re.search(_BLANK.join(map(re.escape, name)), printed)
                    if match is None:
                        continue
                    at = match.start()
                    body = len(name) >= 4 and _BODY.search(name) or (len(name) == 3 and name[0] in "市县省区" and _BODY.search(name))
                    kind = "organisation" if body else "person"
                    group.append((Mention(kind, start + at, start + match.end(), f"{kind}/signature", 0.95, name=None if body else name), role))
            found[n] = group
        return found

    def _referenced(self) -> list[Mention]:
        view = self.page.view
        found = []
        for start, end in self.references:
            while end > start and view[end - 1] in "。）) \n":
                end -= 1
            target, name = resolve_reference(view[start:end], self.layout.titles)
            found.append(Mention("reference", start, end, "reference/clause", 0.9 if target else 0.6, name=name, sort=target))
        return found

    def _write_events(self, story: Story, ids: dict[int, str], names: dict[int, str], dates: list[Item], quantities: list[Item]) -> None:
        place = self.block.place
        counts: dict[str, int] = defaultdict(int)
        columns, numbers = self.layout.date_columns, self.layout.quantity_columns["quantity_id"]
        self.event_ids: dict[int, str] = {}
        for entry, event in story.events:
            row, base = self.owner[entry.row]
            counts[row["entry_id"]] += 1
            event_id = f"{row['entry_id']}!{counts[row['entry_id']]:02d}"
            self.event_ids[id(event)] = event_id
            date = dates[event.date].row if event.date >= 0 else -1
            where: str | None = None
            if isinstance(event.place, Mention):
                where = self.page.view[event.place.start : event.place.end]
            elif event.place:
                where = event.place
            self.rows["events"].append(
                {
                    "event_id": event_id, "entry_id": row["entry_id"], "document_id": row["document_id"],
                    "volume_id": self.volume.volume_id, "kind": event.kind, "name": self._printed(event.start, event.end),
                    "name_start": int(place[event.start]) - base, "name_end": int(place[event.end - 1]) + 1 - base,
                    "date_start": columns["date_start"][date] if date >= 0 else None,
                    "date_end": columns["date_end"][date] if date >= 0 else None,
                    "date_precision": columns["precision"][date] if date >= 0 else None,
                    "place": where, "edition": event.edition,
                    "attendance_quantity_id": numbers[quantities[event.attendance].row] if event.attendance >= 0 else None,
                    "rule_id": event.rule, "confidence": event.confidence,
                }
            )  # fmt: skip

    def _write_roles(
        self,
        story: Story,
        people: People,
        signed: dict[int, list[tuple[Mention, str]]],
        ids: dict[int, str],
        names: dict[int, str],
        starts: list[int],
    ) -> None:
        by_entry: dict[int, list[dict[str, Any]]] = defaultdict(list)

        def current(mention: Mention) -> Mention:
            """The mention as it stands now: another rule may have taken its place since."""
            return mention if id(mention) in ids else self.found.at(mention.start, mention.end) or mention

        def name_of(mention: Mention) -> str:
            mention = current(mention)
            return names.get(id(mention)) or mention.name or self.page.view[mention.start : mention.end]

        def add(n: int, mention: Mention, role: str, **more: Any) -> None:
            by_entry[n].append({"entity_id": ids.get(id(current(mention))), "name": name_of(mention), "role": role, **more})

        for entry, part in story.parts:
            add(
                entry.row, part.who, part.role, title=part.title, ordinal=part.order, open_list=part.open_list,
                event_id=self.event_ids.get(id(part.event)) if part.event is not None else None,
                organisation=name_of(part.organisation) if part.organisation is not None else None,
                organisation_entity_id=ids.get(id(current(part.organisation))) if part.organisation is not None else None,
                rule_id=f"role/{part.role}", confidence=part.confidence,
            )  # fmt: skip
        for person in people.people:
            n = bisect_right(starts, person.mention.start) - 1
            if n < 0 or id(person.mention) not in ids:
                continue
            for order, (title, organisation) in enumerate(person.posts, start=1):
                if organisation is None and self.lexicon.titles.get(title) == "occupation":
                    continue
                add(
                    n, person.mention, "affiliation", title=title, ordinal=order,
                    organisation=name_of(organisation) if organisation is not None else None,
                    organisation_entity_id=ids.get(id(current(organisation))) if organisation is not None else None,
                    rule_id="role/affiliation", confidence=0.9 if organisation is not None else 0.8,
                )  # fmt: skip
        signature_starts = [start for start, _ in self.signatures]
        for n, span in enumerate(self.spans):
            row, _ = self.owner[n]
            if not row["contributors"]:
                continue
            direct = row["contributor_scope"] == "direct"
            at = bisect_right(signature_starts, span.start)
            group = signed.get(at, [])
            order = 0
            for name in row["contributors"].split("；"):
                order += 1
                mention = next((m for m, role in group if role == "contributor" and (m.name or self.page.view[m.start : m.end]) == name), None)
                title = None
                full = name_of(mention) if mention is not None else name
                by_entry[n].append(
                    {
                        "entity_id": ids.get(id(mention)) if mention is not None else None, "name": full,
                        "role": "contributor", "title": title, "ordinal": order, "rule_id": f"role/contributor_{row['contributor_scope']}",
                        "confidence": 0.95 if direct else 0.8,
                    }
                )  # fmt: skip
            if direct:
                for order, mention in enumerate((m for m, role in group if role == "photographer"), start=1):
                    add(n, mention, "photographer", ordinal=order, rule_id="role/photographer", confidence=0.9)
        for n in sorted(by_entry):
            row, _ = self.owner[n]
            seen: set[tuple[Any, ...]] = set()
            count = 0
            for role in by_entry[n]:
                key = (role.get("event_id"), role["name"], role["role"], role.get("title"), role.get("organisation"))
                if key in seen:
                    continue
                seen.add(key)
                count += 1
                self.rows["roles"].append(
                    {
                        "event_id": None, "title": None, "organisation": None, "organisation_entity_id": None,
                        "ordinal": None, "open_list": False, **role,
                        "role_id": f"{row['entry_id']}%{count:03d}", "entry_id": row["entry_id"],
                        "document_id": row["document_id"], "volume_id": self.volume.volume_id,
                    }
                )  # fmt: skip


def _province_names(divisions: Divisions) -> dict[str, str]:
    return {one.code: one.name for group in divisions.names.values() for one in group if one.level == "province"}


__all__ = ["ENTITIES", "EVENTS", "ROLES", "read_names"]
