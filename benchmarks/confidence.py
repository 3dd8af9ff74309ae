"""How far each rule can be trusted: `python -m benchmarks.confidence [--write]`.

Runs the readers over every annotated passage and entry (tests/cases/passages_*.jsonl, entities_*.jsonl) and counts
for each `rule_id` how many of its rows are right in every respect that was annotated: place, value, ends, bound, unit,
role and change of a quantity; place, days and source of a date; kind and place of a mention; kind, name and days of
an event; who, which part and in what of a role. Rows on which the annotator was in doubt are left out.

A rule that was seen often enough in the files that were annotated last, and kept from whoever writes the rules until
their first run, is judged by these alone (`kept`); any other by all files (`all`), most slips in which have been mended
since. A rule that no annotated text tries has seen nothing (`nothing`). The outcome is printed beside
seeds/rule_confidence.csv, where the readers take it from; --write writes that table anew.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.accuracy import CASES, DATE_FIELDS, FIELDS, doubtful, doubts, rows_of, same
from pipeline import SEEDS, read_text
from pipeline.text.confidence import FILE, laplace
from tests.names_gold import annotated

KEPT = ("passages_c", "passages_d", "entities_held_out", "entities_fourth")
ENOUGH = 20  # rows of a rule in the kept files, from which on they alone are asked
COLUMNS = ("rule_id", "confidence", "right", "seen", "measured_on")

Judged = tuple[str, bool]  # the rule of a row, and whether the row is right


def numbers(path: Path) -> Iterator[Judged]:
    """The quantities and dates found in a file of passages, judged."""
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        tables = read_text(item["text"], item["covered_year"], item.get("region_name"))
        for table, fields in (("quantities", FIELDS), ("dates", DATE_FIELDS)):
            wanted = {(one["start"], one["end"]): one for one in item[table]}
            unsure = doubts(item, table)
            for (start, end), row in rows_of(tables[table]).items():
                one = wanted.get((start, end))
                if one is not None:
                    right = all(doubtful(one, f) or same(f, one.get(f), row[f]) for f in fields)
                    yield str(row["rule_id"]), right
                elif not any(start < b and a < end for a, b in unsure):
                    yield str(row["rule_id"]), False


def names(name: str) -> Iterator[Judged]:
    """The mentions, events and roles found in a file of annotated entries, judged."""
    for case in annotated(name):
        gold, made = case.gold, case.made
        mentions = [(kind, start, end) for kind, start, end, *_ in gold["entities"]]
        yield from judged(
            mentions, ((r["rule_id"], (r["kind"], r["span_start"], r["span_end"])) for r in case.entities)
        )
        events = [row for row in made.events if row["entry_id"] in case.own]
        told = [(e["kind"], e["name"], e["date_start"], e["date_end"]) for e in gold["events"]]
        yield from judged(
            told,
            (
                (e["rule_id"], (e["kind"], e["name"], day(e["date_start"]), day(e["date_end"])))
                for e in events
            ),
        )
        called = {event["event_id"]: event["name"] for event in events}
        parts: list[Hashable] = [(r[0], r[1], e["name"]) for e in gold["events"] for r in e["roles"]]
        parts += [tuple(role) for role in gold["roles"]]
        yield from judged(
            parts,
            (
                (
                    r["rule_id"],
                    (r["role"], r["name"], called[r["event_id"]])
                    if r["event_id"]
                    else (r["role"], r["name"], r["title"], r["organisation"]),
                )
                for r in made.roles
                if r["entry_id"] in case.own and not r["rule_id"].endswith("inherited")
            ),
        )


def judged(gold: Iterable[Hashable], found: Iterable[tuple[str, Hashable]]) -> Iterator[Judged]:
    """Rows found, each right as long as an annotated one like it is left."""
    left = Counter(gold)
    for rule, row in found:
        yield rule, left[row] > 0
        left[row] -= 1


def day(date: Any) -> str | None:
    """A date as the annotations write it."""
    return date.isoformat() if date is not None else None


def counts() -> dict[str, Counter[str]]:
    """For each file of annotated text: rows right and seen, `right <rule>` and `seen <rule>`."""
    found: dict[str, Counter[str]] = {}
    for path in sorted([*CASES.glob("passages_*.jsonl"), *CASES.glob("entities_*.jsonl")]):
        rows = (
            names(path.stem.removeprefix("entities_")) if path.stem.startswith("entities") else numbers(path)
        )
        found[path.stem] = Counter()
        for rule, right in rows:
            found[path.stem][f"seen {rule}"] += 1
            found[path.stem][f"right {rule}"] += right
    return found


def tried() -> set[str]:
    """The rules that find anything in the cases without whole annotations, so that none is without a line."""
    rules: set[str] = set()
    for path in sorted(CASES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts = list(dict.fromkeys(row["text"] for row in csv.DictReader(file) if row.get("text")))
        for text in texts:
            tables = read_text(text.replace("\\n", "\n"), 2009, "临江市")
            for table in ("quantities", "dates", "entities", "events", "roles"):
                rules.update(map(str, tables[table]["rule_id"].dropna().unique()))
    return rules


def measured(found: Mapping[str, Counter[str]], rules: Iterable[str]) -> list[dict[str, str]]:
    """The lines of the table for these rules."""
    kept = sum((count for name, count in found.items() if name in KEPT), Counter[str]())
    every = sum(found.values(), Counter[str]())
    lines = []
    for rule in sorted(rules):
        basis, count = ("kept", kept) if kept[f"seen {rule}"] >= ENOUGH else ("all", every)
        right, seen = count[f"right {rule}"], count[f"seen {rule}"]
        basis = basis if seen else "nothing"
        cells = (rule, f"{laplace(right, seen):.4f}", str(right), str(seen), basis)
        lines.append(dict(zip(COLUMNS, cells, strict=True)))
    return lines


def main() -> None:
    path = SEEDS / FILE
    with path.open(encoding="utf-8-sig", newline="") as file:
        before = {row["rule_id"]: row for row in csv.DictReader(file)}
    found = counts()
    rules = {key.split(" ", 1)[1] for count in found.values() for key in count} | tried()
    lines = measured(found, rules)
    for line in lines:
        was = before.get(line["rule_id"], {}).get("confidence", "new")
        print(
            f"{line['rule_id']:<32} {line['right']:>5} of {line['seen']:>5} {line['measured_on']:<8}", end=""
        )
        print(f" {line['confidence']}" + ("" if was == line["confidence"] else f"  (table: {was})"))
    for gone in sorted(set(before) - rules):
        print(f"{gone:<32} finds nothing any more")
    if "--write" in sys.argv:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)


if __name__ == "__main__":
    main()
