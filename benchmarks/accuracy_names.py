"""How right the names are beside LAC and jieba: `python -m benchmarks.accuracy_names [NAME …] [--ours]`.

Held against the entries annotated by hand, tests/cases/entities_*.jsonl (NAME is `blind`, `held_out` …; all of them
when none is given). Organisations, people, and places of every sort (divisions, places, facilities), which is what
the tag sets have in common: LAC's ORG, PER and LOC, jieba's nt, nr and ns. Two counts, since the tools draw the edges
of a name differently: *exact*, both ends right, and *touching*, any character in common with a name of that kind.

A name found inside a longer annotated one of another kind (the town in the name of a bureau, a person in the title of
a book) counts neither for nor against, whoever finds it: our annotations leave out what is nested.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.peers import SENTENCE, PeerError, names_in
from tests.names_gold import CASES, annotated

KINDS = {
    "organisation": "organisation",
    "person": "person",
    "division": "place",
    "place": "place",
    "facility": "place",
}
Span = tuple[str, int, int]


@dataclass
class Count:
    """Names of one kind: how many were annotated and found, and how many of each are right."""

    wanted: int = 0
    found: int = 0
    exact: int = 0
    good: int = 0  # found that touch an annotated one
    met: int = 0  # annotated that are touched

    def shares(self) -> tuple[float, float, float, float]:
        """Precision and recall, exact and touching."""
        found, wanted = max(1, self.found), max(1, self.wanted)
        return self.exact / found, self.exact / wanted, self.good / found, self.met / wanted


@dataclass
class Score:
    """What one reader made of some texts."""

    counts: dict[str, Count] = field(default_factory=lambda: {k: Count() for k in dict.fromkeys(KINDS.values())})

    def add(self, gold: Sequence[tuple[str, int, int]], found: Sequence[Span]) -> None:
        """Hold the names found in one text against those annotated."""
        for kind, count in self.counts.items():
            wanted = {(a, b) for k, a, b in gold if KINDS.get(k) == kind}
            others = [(a, b) for k, a, b in gold if KINDS.get(k) != kind]
            mine = {
                (a, b)
                for k, a, b in found
                if k == kind and not any(x <= a and b <= y and (x, y) != (a, b) for x, y in others)
            }
            count.wanted += len(wanted)
            count.found += len(mine)
            count.exact += len(wanted & mine)
            count.good += sum(any(a < y and x < b for x, y in wanted) for a, b in mine)
            count.met += sum(any(a < y and x < b for x, y in mine) for a, b in wanted)


def ours(text: str, rows: Sequence[dict[str, Any]]) -> list[Span]:
    """The rows of our table as the other readers give theirs."""
    return [(KINDS[r["kind"]], r["span_start"], r["span_end"]) for r in rows if r["kind"] in KINDS]


def theirs(task: str, texts: Sequence[str]) -> list[list[Span]]:
    """What a peer finds in each text, given to it sentence by sentence."""
    places = [(i, m.start(), m[0]) for i, text in enumerate(texts) for m in SENTENCE.finditer(text)]
    found: list[list[Span]] = [[] for _ in texts]
    for (i, start, _), names in zip(places, names_in(task, [s for _, _, s in places]), strict=True):
        found[i] += [(kind, start + a, start + b) for kind, a, b in names]
    return found


def main() -> None:
    names = [name for name in sys.argv[1:] if not name.startswith("--")]
    names = names or sorted(path.stem.removeprefix("entities_") for path in CASES.glob("entities_*.jsonl"))
    cases = [case for name in names for case in annotated(name)]
    texts = [case.made.text for case in cases]
    readers: dict[str, Callable[[], list[list[Span]]]] = {
        "ours": lambda: [ours(case.made.text, case.entities) for case in cases]
    }
    if "--ours" not in sys.argv:
        readers |= {task: lambda task=task: theirs(task, texts) for task in ("lac", "jieba")}  # type: ignore[misc]
    print(f"{len(cases)} entries: {', '.join(names)}")
    print("| kind | annotated | reader | precision | recall | touching: precision | recall |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: |")
    scores: dict[str, Score] = {}
    for reader, read in readers.items():
        try:
            found = read()
        except PeerError as error:
            print(f"{reader} could not run: {error}", file=sys.stderr)
            continue
        scores[reader] = Score()
        for case, spans in zip(cases, found, strict=True):
            inside = [s for s in spans if any(a <= s[1] and s[2] <= b for a, b in case.stretches)]
            scores[reader].add([(k, a, b) for k, a, b, *_ in case.gold["entities"]], inside)
    for kind in dict.fromkeys(KINDS.values()):
        for reader, score in scores.items():
            count = score.counts[kind]
            shares = " | ".join(f"{share:.2f}" for share in count.shares())
            print(f"| {kind} | {count.wanted} | {reader} | {shares} |")


if __name__ == "__main__":
    main()
