"""How right measured heads and the links between numbers are.

    python -m benchmarks.accuracy_measures [FILE …] [--errors]

Scored on the passages of tests/cases/passages*.jsonl: the head noun where the annotation gives one, the level that a
change or share speaks of, the total that a part belongs to. Fields that the annotator marked as doubtful are skipped.
Only quantities that are found are scored; those missed are the business of `benchmarks.accuracy`.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline import SEEDS
from pipeline.text.reference import load_reference
from pipeline.text.single import read_single

CASES = Path(__file__).parent.parent / "tests" / "cases"


def read(text: str, covered_year: int | None, region: str | None, reference: Any) -> list[dict[str, Any]]:
    """The quantities of one text, measured."""
    table = read_single(text, reference, covered_year, region)["quantities"]
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def skipped(item: dict[str, Any], name: str) -> bool:
    doubt = str(item.get("doubt", ""))
    named = {part.split(":")[0].strip() for part in doubt.split(";")}
    return bool(doubt) and (name in named or (name != "measured_head" and "role" in named))


def score(path: Path, reference: Any, show: bool) -> Counter[str]:
    """Count over one file; with `show`, print each error."""
    count: Counter[str] = Counter()
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        text = item["text"]
        got = {
            (r["span_start"], r["span_end"]): r
            for r in read(text, item["covered_year"], item.get("region_name"), reference)
        }
        at = {q["start"]: q for q in item["quantities"]}
        for q in item["quantities"]:
            row = got.get((q["start"], q["end"]))
            if row is None:
                continue
            left, right = text[max(0, q["start"] - 22) : q["start"]], text[q["end"] : q["end"] + 10]
            around = f"{item['id']} {left}[{q['source_text']}]{right}".replace("\n", "/")
            if row["measured_start"] is not None:
                count["positions"] += 1
                count["positions right"] += (
                    text[row["measured_start"] : row["measured_end"]] == row["measured_text"]
                )
            wanted, head = q["measured_head"], row["head_text"]
            if not skipped(q, "measured_head"):
                if wanted is not None:
                    count["heads"] += 1
                    same = head == wanted
                    near = head is not None and (head.endswith(wanted) or wanted.endswith(head))
                    count["heads right"] += same
                    count["heads near"] += near
                    if show and not same:
                        print(
                            f"HEAD{'~' if near else ' '} {around} want {wanted} got {head} ({row['measured_text']})"
                        )
                else:
                    count["no head"] += 1
                    count["no head given"] += head is None
                    if show and head is not None:
                        print(f"HEAD+ {around} want none got {head} ({row['measured_text']})")
            for name, column in (("of", "of_quantity_id"), ("part_of", "part_of_quantity_id")):
                if skipped(q, name):
                    continue
                stated, linked = q[name], row[column]
                place = None if linked is None else int(linked.rsplit("@", 1)[1])
                count[f"{name} stated"] += stated is not None
                count[f"{name} given"] += place is not None
                count[f"{name} right"] += stated is not None and place == stated
                if show and place != stated:
                    label = [
                        None if p is None else at.get(p, {}).get("source_text", p) for p in (stated, place)
                    ]
                    print(f"{name.upper()} {around} role {q['role']} want {label[0]} got {label[1]}")
    return count


def main() -> None:
    show = "--errors" in sys.argv
    reference = load_reference(SEEDS)
    paths = [Path(a) for a in sys.argv[1:] if not a.startswith("--")] or sorted(CASES.glob("passages*.jsonl"))
    for path in paths:
        c = score(path, reference, show)
        heads, silent, placed = max(c["heads"], 1), max(c["no head"], 1), max(c["positions"], 1)
        parts = [
            f"heads {c['heads']}, right {c['heads right'] / heads:.1%}, near {c['heads near'] / heads:.1%}",
            f"no head {c['no head']}, left empty {c['no head given'] / silent:.1%}",
            f"positions {c['positions']}, right {c['positions right'] / placed:.1%}",
        ]
        for name in ("of", "part_of"):
            parts.append(
                f"{name} {c[f'{name} stated']}: precision {c[f'{name} right'] / max(c[f'{name} given'], 1):.1%}, "
                f"recall {c[f'{name} right'] / max(c[f'{name} stated'], 1):.1%}"
            )
        print(f"{path.name}: " + "; ".join(parts))


if __name__ == "__main__":
    main()
