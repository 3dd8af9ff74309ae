"""How right the numbers are, on passages annotated by hand: `python -m benchmarks.accuracy [FILE …] [--errors]`.

Reports, for each file of tests/cases/passages*.jsonl: spans found and invented, values right, whole rows right
(span, value, ends, bound, unit, dimension, role, change and basis), dates, look-alikes kept out. A field that the
annotator marked as doubtful is not counted for or against.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline import read_text

CASES = Path(__file__).parent.parent / "tests" / "cases"
FIELDS = (
    "value",
    "low",
    "high",
    "bound",
    "unit",
    "dimension",
    "role",
    "change_kind",
    "change_direction",
    "change_basis",
    "change_basis_stated",
)
VALUES = ("value", "low", "high", "unit")
DATE_FIELDS = ("date_start", "date_end", "precision", "year_source")


def same(field: str, wanted: Any, got: Any) -> bool:
    """Whether a field of a row says what the annotation says; numbers are compared as numbers."""
    if got is None or got != got:
        got = None
    if wanted is None or got is None:
        return wanted is None and got is None
    if field in ("value", "low", "high"):
        return abs(Decimal(str(got)) - Decimal(str(wanted))) <= Decimal("0.000001")
    if field == "dimension":  # dimensions outside the contract's list are the annotator's own words
        return str(got) == str(wanted)
    return str(got) == str(wanted)


def rows_of(frame: Any) -> dict[tuple[int, int], dict[str, Any]]:
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return {(int(r["span_start"]), int(r["span_end"])): r for r in records}


def doubtful(item: dict[str, Any], field: str) -> bool:
    doubt = str(item.get("doubt", ""))
    named = {name.strip() for part in doubt.split(";") for name in part.split(":")[0].split(",")}
    return bool(doubt) and (
        field in named
        or not any(name in (*FIELDS, *DATE_FIELDS, "exists", "span", "of", "part_of") for name in named)
    )


def doubts(item: dict[str, Any], table: str) -> list[tuple[int, int]]:
    """Stretches of a passage where the annotator would not say whether there is a row of `table`, or where it ends."""
    marked = item["lookalikes"] if table == "quantities" else item["dates"]
    found = [(one["start"], one["end"]) for one in marked if "doubt" in one]
    if table == "quantities":
        unsure = (q for q in item["quantities"] if any(w in str(q.get("doubt", "")) for w in ("exists", "span")))
        found += [(q["start"], q["end"]) for q in unsure]
    return found


def score(path: Path, show: bool) -> Counter[str]:
    """Count what is right and wrong over one file; with `show`, print each error."""
    count: Counter[str] = Counter()
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        tables = read_text(
            item["text"], covered_year=item["covered_year"], region_name=item.get("region_name")
        )
        got = rows_of(tables["quantities"])
        text = item["text"]
        expected = {(q["start"], q["end"]): q for q in item["quantities"]}
        unsure = {table: doubts(item, table) for table in ("quantities", "dates")}
        loose = set(unsure["quantities"]) & set(expected)

        def near_doubt(key: tuple[int, int], stretches: list[tuple[int, int]]) -> bool:
            return any(key[0] < end and start < key[1] for start, end in stretches)

        for key, q in expected.items():
            if key in loose and key not in got:
                count["doubtful"] += 1
                continue
            count["expected"] += 1
            row = got.get(key)
            if row is None:
                count["missed"] += 1
                if show:
                    near = [text[a:b] for a, b in got if a < key[1] and key[0] < b]
                    print(
                        f"{item['id']} MISS {q['source_text']} in {text[max(0, key[0] - 12) : key[1] + 8]!r} got {near}"
                    )
                continue
            count["found"] += 1
            wrong = [f for f in FIELDS if not doubtful(q, f) and not same(f, q.get(f), row[f])]
            for field in wrong:
                count[f"wrong {field}"] += 1
            count["value right"] += not any(f in VALUES for f in wrong)
            count["row right"] += not wrong
            if wrong and show:
                detail = ", ".join(f"{f}: {q.get(f)} != {row[f]}" for f in wrong)
                print(
                    f"{item['id']} ROW {q['source_text']} in {text[max(0, key[0] - 16) : key[1] + 8]!r}: {detail}"
                )
        for key in got:
            if key not in expected and not near_doubt(key, unsure["quantities"]):
                count["invented"] += 1
                if show:
                    print(
                        f"{item['id']} EXTRA {text[key[0] : key[1]]} in {text[max(0, key[0] - 12) : key[1] + 8]!r}"
                    )
        dates = rows_of(tables["dates"])
        for d in item["dates"]:
            key = (d["start"], d["end"])
            row = dates.pop(key, None)
            if row is None and "doubt" in d:
                continue
            count["dates"] += 1
            wrong = (
                ["span"]
                if row is None
                else [f for f in DATE_FIELDS if not doubtful(d, f) and not same(f, d[f], row[f])]
            )
            count["dates right"] += not wrong
            if wrong and show:
                detail = ", ".join(f"{f}: {d.get(f)} != {row and row.get(f)}" for f in wrong)
                print(f"{item['id']} DATE {d['source_text']} in {text[max(0, key[0] - 8) : key[1] + 8]!r}: {detail}")
        for key in dates:
            if not near_doubt(key, unsure["dates"]):
                count["dates invented"] += 1
                if show:
                    print(
                        f"{item['id']} EXTRADATE {text[key[0] : key[1]]} in {text[max(0, key[0] - 8) : key[1] + 8]!r}"
                    )
        for a in item["lookalikes"]:
            if "doubt" in a:
                continue
            count["look-alikes"] += 1
            taken = [k for k in got if k[0] < a["end"] and a["start"] < k[1]]
            count["look-alikes kept out"] += not taken
    return count


def main() -> None:
    show = "--errors" in sys.argv
    paths = [Path(a) for a in sys.argv[1:] if not a.startswith("--")] or sorted(CASES.glob("passages*.jsonl"))
    for path in paths:
        c = score(path, show)
        expected = max(c["expected"], 1)
        print(
            f"{path.name}: {c['expected']} quantities, found {c['found'] / expected:.1%}, invented {c['invented']}, "
            f"value right {c['value right'] / expected:.1%}, whole row right {c['row right'] / expected:.1%}; "
            f"dates {c['dates']}, right {c['dates right'] / max(c['dates'], 1):.1%}, invented {c['dates invented']}; "
            f"look-alikes {c['look-alikes']}, kept out {c['look-alikes kept out'] / max(c['look-alikes'], 1):.1%}"
        )
        print("   ", {k: v for k, v in sorted(c.items()) if k.startswith("wrong")})


if __name__ == "__main__":
    main()
