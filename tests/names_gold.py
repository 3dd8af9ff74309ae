"""Annotated names and how far the rules agree with them: reading the cases, running the rules, counting.

Not a test module: `test_entities` and `test_events` hold the counts against floors.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.names import read_names
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
CASES = ROOT / "tests" / "cases"
BOOK = SEEDS / "hangzhou-2010" / "000_c06bb3e7b6855ebf.txt"


@lru_cache(maxsize=1)
def reference() -> Reference:
    """The reference tables of the repository."""
    return load_reference(SEEDS)


@dataclass(frozen=True)
class Read:
    """Rows of the tables for one text."""

    text: str
    entries: list[dict[str, Any]]
    entities: list[dict[str, Any]]
    events: list[dict[str, Any]]
    roles: list[dict[str, Any]]
    quantities: dict[str, dict[str, Any]]

    def of_kind(self, kind: str) -> list[str]:
        """Texts of the mentions of a kind, in order."""
        return [row["source_text"] for row in self.entities if row["kind"] == kind]

    def names(self, kind: str) -> list[str]:
        """Canonical names of the mentions of a kind, in order."""
        return [row["name"] for row in self.entities if row["kind"] == kind]

    def parts(self, role: str) -> list[str]:
        """Who takes a part, in order."""
        return [row["name"] for row in self.roles if row["role"] == role]


def read(text: str, year: int | None = 2009, region: str | None = "临河市", code: str | None = None) -> Read:
    """Run the whole text stage over one document."""
    volume = Volume("case", None, None, year, "manifest" if year else "unknown", code, region, None)
    row = {
        "document_id": "case",
        "volume_id": "case",
        "media_type": "text/plain",
        "encoding": "utf-8",
        "sha256": "",
        "characters": len(text),
        "text": text,
    }
    documents = pa.Table.from_pylist([row], schema=DOCUMENTS)
    segments = segment(documents)
    facts = read_facts(documents, segments.entries, segments.zones, volume, reference())
    tables = read_names(
        documents, segments.entries, segments.zones, facts["dates"], facts["quantities"], volume, reference()
    )
    return Read(
        text,
        segments.entries.to_pylist(),
        tables["entities"].to_pylist(),
        tables["events"].to_pylist(),
        tables["roles"].to_pylist(),
        {quantity["quantity_id"]: quantity for quantity in facts["quantities"].to_pylist()},
    )


@dataclass
class Tally:
    """Right, superfluous and missing rows by kind, and what they were."""

    right: Counter[str] = field(default_factory=Counter)
    superfluous: dict[str, list[Hashable]] = field(default_factory=dict)
    missing: dict[str, list[Hashable]] = field(default_factory=dict)

    def add(self, kind: str, gold: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """Compare two bags of rows."""
        want, have = Counter(gold), Counter(found)
        self.right[kind] += (want & have).total()
        self.superfluous.setdefault(kind, []).extend((have - want).elements())
        self.missing.setdefault(kind, []).extend((want - have).elements())

    def precision(self, kind: str) -> float:
        """Share of the rows found that are right."""
        return self.right[kind] / max(1, self.right[kind] + len(self.superfluous.get(kind, [])))

    def recall(self, kind: str) -> float:
        """Share of the annotated rows that were found."""
        return self.right[kind] / max(1, self.right[kind] + len(self.missing.get(kind, [])))


@dataclass(frozen=True)
class Case:
    """One annotated entry: what was annotated, what the rules made of its text, and the entries meant there."""

    gold: dict[str, Any]
    made: Read
    own: frozenset[str]

    @property
    def entities(self) -> list[dict[str, Any]]:
        """The mentions in the entries that are meant."""
        return [row for row in self.made.entities if row["entry_id"] in self.own]

    @property
    def stretches(self) -> list[tuple[int, int]]:
        """Where these entries lie in the text."""
        mine = (entry for entry in self.made.entries if entry["entry_id"] in self.own)
        return [(entry["span_start"], entry["span_end"]) for entry in mine]


def annotated(name: str) -> Iterator[Case]:
    """The entries of one annotated file (`seed`, `made`, `blind` …), each read by the rules."""
    lines = (CASES / f"entities_{name}.jsonl").read_text(encoding="utf-8").splitlines()
    book = read(BOOK.read_text(encoding="utf-8"), 2009, "杭州市", "330100") if name == "seed" else None
    for line in lines:
        gold = json.loads(line)
        made = book or read(gold["text"], gold["covered_year"], gold["region_name"], gold["region_code"])
        title = gold["title"] if book else None
        own = (entry["entry_id"] for entry in made.entries if title is None or entry["title"] == title)
        yield Case(gold, made, frozenset(own))


def tally(name: str) -> Tally:
    """Hold the rules against one file of annotated entries: `seed`, `made`, `blind` or `third`."""
    result = Tally()
    for case in annotated(name):
        _compare(result, case.gold, case.made, case.own)
    return result


def _compare(result: Tally, gold: dict[str, Any], made: Read, own: frozenset[str]) -> None:
    entities = [row for row in made.entities if row["entry_id"] in own]
    events = [row for row in made.events if row["entry_id"] in own]
    roles = [row for row in made.roles if row["entry_id"] in own and not row["rule_id"].endswith("inherited")]
    for kind in {one[0] for one in gold["entities"]} | {row["kind"] for row in entities}:
        result.add(
            kind,
            ((one[1], one[2], one[3]) for one in gold["entities"] if one[0] == kind),
            (
                (row["span_start"], row["span_end"], row["source_text"])
                for row in entities
                if row["kind"] == kind
            ),
        )
    detail = {(one[0], one[1], one[2]): one[4] for one in gold["entities"] if len(one) > 4}
    column = {"division": "admin_code", "quoted": "subkind"}
    for row in entities:
        want = detail.get((row["kind"], row["span_start"], row["span_end"]))
        if want is not None:
            result.add(f"{row['kind']}.detail", [want], [row[column.get(row["kind"], "name")]])
    names = {row["event_id"]: row["name"] for row in events}
    told = gold["events"]
    result.add("event row", ((e["kind"], e["name"]) for e in told), ((e["kind"], e["name"]) for e in events))
    result.add(
        "event date",
        ((e["name"], e["date_start"], e["date_end"]) for e in told),
        ((e["name"], _iso(e["date_start"]), _iso(e["date_end"])) for e in events),
    )
    for key in ("place", "edition"):
        result.add(
            f"event {key}",
            ((e["name"], e[key]) for e in told if e[key]),
            ((e["name"], e[key]) for e in events if e[key]),
        )
    result.add(
        "event attendance",
        ((e["name"], e["attendance"]) for e in told if e["attendance"]),
        (
            (e["name"], made.quantities[e["attendance_quantity_id"]]["source_text"])
            for e in events
            if e["attendance_quantity_id"]
        ),
    )
    result.add(
        "part in an event",
        ((r[0], r[1], e["name"]) for e in told for r in e["roles"]),
        ((r["role"], r["name"], names[r["event_id"]]) for r in roles if r["event_id"]),
    )
    result.add(
        "part in an entry",
        (tuple(r) for r in gold["roles"]),
        ((r["role"], r["name"], r["title"], r["organisation"]) for r in roles if not r["event_id"]),
    )


def _iso(day: Any) -> str | None:
    return day.isoformat() if day is not None else None
