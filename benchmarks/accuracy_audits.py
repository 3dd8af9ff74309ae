"""Slips planted into consistent passages, found or missed: `python -m benchmarks.accuracy_audits [FILE …] [--misses]`.

Every passage is audited as it stands: each inconsistency reported there is a false alarm. Then each number that takes
part in a consistent audit is altered by one slip of each kind, the text is read again from the start, and the slip
counts as found where some audit of the passage turns inconsistent. Slips that rounding hides count as missed.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from pipeline import SEEDS
from pipeline.quality.audits import audit
from pipeline.read import Volume
from pipeline.read.volumes import DOCUMENTS
from pipeline.text.facts import read_facts
from pipeline.text.measures import measure
from pipeline.text.reference import load_reference
from pipeline.text.segment import segment

CASES = Path(__file__).parent.parent / "tests" / "cases"
DEFAULT = ("audits_consistent.jsonl", "passages_a.jsonl", "passages_b.jsonl", "passages_c.jsonl")


@dataclass(frozen=True)
class Text:
    """One passage: its name, the year it covers, its text."""

    name: str
    year: int | None
    text: str


def audits_of(texts: list[Text], year: int | None) -> tuple[dict[str, pa.Table], pa.Table]:
    """Read passages that cover one year as the documents of one volume, and audit them."""
    volume = Volume("v", None, None, year, "manifest" if year else "unknown", None, None, None)
    documents = pa.Table.from_pylist(
        [
            {
                "document_id": t.name, "volume_id": "v", "media_type": "text/plain", "encoding": "utf-8",
                "sha256": hashlib.sha256(t.text.encode()).hexdigest(), "characters": len(t.text), "text": t.text,
            }
            for t in texts
        ],
        schema=DOCUMENTS,
    )  # fmt: skip
    reference = load_reference(SEEDS)
    segments = segment(documents)
    facts = read_facts(documents, segments.entries, segments.zones, volume, reference)
    quantities = measure(
        documents, segments.entries, segments.zones, facts["quantities"], facts["dates"], volume, reference
    )
    volumes = pa.table({
        "volume_id": ["v"], "title": pa.array([None], pa.string()), "covered_year": pa.array([year], pa.int32()),
        "covered_year_source": ["manifest"],
        "region_code": pa.array([None], pa.string()), "region_name": pa.array([None], pa.string()),
    })  # fmt: skip
    return audit(documents, segments.entries, quantities, facts["dates"], volumes), quantities


def slips(source: str) -> Iterator[tuple[str, str]]:
    """The slips that a printed number may suffer: its name and the number as it would stand."""
    found = re.search(r"\d[\d,]*(?:\.\d+)?", source)
    if not found:
        return
    number, rest = found[0], source[found.end():]
    digits = list(number)
    for k in range(len(digits) - 1):
        if digits[k].isdigit() and digits[k + 1].isdigit() and digits[k] != digits[k + 1] and (k or digits[1] != "0"):
            swapped = [*digits[:k], digits[k + 1], digits[k], *digits[k + 2:]]
            yield "transposed", "".join(swapped) + rest
            break
    whole, _, fraction = number.partition(".")
    moved = f"{whole}{fraction[:1]}.{fraction[1:]}".rstrip(".") if fraction else f"{whole}0"
    yield "times ten", moved + rest
    if "万" in rest[:1]:
        yield "万 for 亿", number + rest.replace("万", "亿", 1)
    elif "亿" in rest[:1]:
        yield "亿 for 万", number + rest.replace("亿", "万", 1)
    if rest.startswith("个百分点"):
        yield "% for points", number + "%" + rest.removeprefix("个百分点")
    elif rest.startswith("%"):
        yield "points for %", number + "个百分点" + rest[1:]
    if number.isdigit() and int(number) < 1000 and "." not in rest[:1]:
        yield "off by one", f"{int(number) + 1}{rest}"
    place = next((k for k, d in enumerate(digits) if d in "123456789"), None)
    if place is not None:
        changed = [*digits]
        changed[place] = str((int(digits[place]) + 2) % 9 + 1)
        yield "digit changed", "".join(changed) + rest


def main(arguments: list[str]) -> int:
    names = [a for a in arguments if not a.startswith("--")] or list(DEFAULT)
    found: Counter[tuple[str, str]] = Counter()
    missed: Counter[tuple[str, str]] = Counter()
    alarms: Counter[str] = Counter()
    verdicts: Counter[tuple[str, str]] = Counter()
    passages = 0
    for name in names:
        path = Path(name) if Path(name).exists() else CASES / name
        items = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        for year in sorted({i.get("covered_year") or 0 for i in items}):
            texts = [
                Text(f"{path.stem}-{i['id']}", year or None, i["text"])
                for i in items
                if (i.get("covered_year") or 0) == year
            ]
            passages += len(texts)
            by_name = {t.name: t for t in texts}
            tables, quantities = audits_of(texts, year or None)
            places = quantities.select(["quantity_id", "document_id", "span_start", "span_end"])
            spans = {r["quantity_id"]: r for r in places.to_pylist()}
            kinds, said = {}, {}
            for row in tables["audits"].to_pylist():
                verdicts[row["kind"], row["verdict"]] += 1
                if row["verdict"] == "inconsistent":
                    alarms[row["kind"]] += 1
                    print(f"FALSE ALARM {row['audit_id']} {row['kind']}: {row['explanation']}")
                elif row["verdict"] != "unchecked":
                    kinds[row["audit_id"]], said[row["audit_id"]] = row["kind"], row["explanation"]
            planted: list[tuple[Text, str, str, str]] = []
            for term in tables["audit_terms"].to_pylist():
                kind = kinds.get(term["audit_id"])
                if kind is None:
                    continue
                span = spans[term["quantity_id"]]
                source = by_name[span["document_id"]]
                a, b = span["span_start"], span["span_end"]
                for slip, printed in slips(source.text[a:b]):
                    altered = source.text[:a] + printed + source.text[b:]
                    what = f"{source.text[a:b]} -> {printed} in {said[term['audit_id']]}"
                    planted.append((Text(f"p{len(planted)}", year or None, altered), kind, slip, what))
            if not planted:
                continue
            tables, _ = audits_of([t for t, *_ in planted], year or None)
            wrong = [r for r in tables["audits"].to_pylist() if r["verdict"] == "inconsistent"]
            hit = {row["audit_id"].split("@")[0] for row in wrong}
            for text, kind, slip, what in planted:
                (found if text.name in hit else missed)[kind, slip] += 1
                if text.name not in hit and "--misses" in arguments:
                    print(f"MISSED {kind} {slip}: {what}")
    print(f"\n{passages} passages as they stand: {sum(alarms.values())} false alarms")
    print("audits: " + ", ".join(f"{k} {v} {n}" for (k, v), n in sorted(verdicts.items())))
    both = set(found) | set(missed)
    for title, pick in (("kind", 0), ("slip", 1)):
        print(f"\n{title:<16}{'found':>7}{'missed':>8}{'false alarms':>14}")
        for one in sorted({key[pick] for key in both}):
            f, m = (sum(n for key, n in c.items() if key[pick] == one) for c in (found, missed))
            print(f"{one:<16}{f:>7}{m:>8}{alarms[one] if not pick else '':>14}")
    print(f"\nall {sum(found.values())} found, {sum(missed.values())} missed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
