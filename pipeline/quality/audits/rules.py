"""The reviewed files that steer the audits: words that introduce relations, classes that exclude each other, limits.

Here: loading and checking lexicons/audit_words.csv, lexicons/partitions.csv, audit_thresholds.csv and
audit_ranges.csv. Not here: what is done with them.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Trie

TRIGGERS = (
    "of_which",
    "total",
    "per",
    "annual",
    "previous",
    "base",
    "final",
    "days",
    "plan",
    "yield",
    "price",
    "identity",
)
"""Kinds of words whose places in the text make candidates; the others are only looked for beside a number."""


TOTALS = "total_"
"""Kinds of words that name the total of a family begin so; under this name itself stand the words of all of them."""

_LONGEST_MEMBER = 6


@dataclass(frozen=True)
class Range:
    """What a head noun can be at most and at least, and words that say that something else is meant."""

    head: str
    unit: str
    low: float
    high: float
    unless: tuple[str, ...]


@dataclass(frozen=True)
class Rules:
    """Everything of the reviewed files that the audits look up."""

    limits: dict[str, float]
    ranges: tuple[Range, ...]
    patterns: dict[str, re.Pattern[str]]
    words: Trie
    kinds: tuple[str, ...]
    kind_of_word: NDArray[np.bool_]
    members: dict[str, list[tuple[str, str]]]
    complete: dict[str, frozenset[str]]

    def limit(self, name: str) -> float:
        """A threshold by name."""
        return self.limits[name]

    def says(self, kind: str, text: str) -> bool:
        """Whether a text holds a word of a kind."""
        return self.patterns[kind].search(text) is not None

    def begins(self, kind: str, text: str) -> bool:
        """Whether a text begins with a word of a kind."""
        return self.patterns[kind].match(text) is not None

    @cached_property
    def _by_head(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, one in enumerate(self.ranges):
            found.setdefault(one.head, []).append(number)
        return found

    @cached_property
    def _head_lengths(self) -> tuple[int, ...]:
        return tuple(sorted({len(one.head) for one in self.ranges}, reverse=True))

    def range_of(self, words: str) -> int:
        """The number of the range that a phrase falls under by the longest head it ends with, or -1."""
        for size in self._head_lengths:
            for number in self._by_head.get(words[-size:], ()):
                if not any(word in words for word in self.ranges[number].unless):
                    return number
        return -1

    def classes(self, words: str) -> list[tuple[str, str]]:
        """The families and members that a phrase names: `女职工` is (sex, female), by the word `女*` of the list."""
        found = self.members.get(words)
        if found is None and words and len(words) <= _LONGEST_MEMBER:
            found = self.members.get(words[0] + "*")
        return found or []

    def partition(self, phrases: Sequence[str]) -> tuple[bool, bool]:
        """Whether phrases name distinct members of one family, and whether they are all its members.

        A phrase may hold several readings, joined by a bar.
        """
        if len(phrases) < 2:
            return False, False
        options = [{c for word in p.split("|") for c in self.classes(word)} for p in phrases]
        if not all(options):
            return False, False
        for family in sorted({f for f, _ in options[0]}):
            members = [m for one in options for f, m in sorted(one) if f == family]
            if len(members) == len(phrases) and len(set(members)) == len(members):
                return True, frozenset(members) == self.complete.get(family)
        return False, False


def _read(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a reviewed file; complains about missing columns and empty or repeated cells by line."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != columns:
            raise ValueError(
                f"{path}: the columns must be {','.join(columns)}, not {','.join(reader.fieldnames or ())}"
            )
        rows = list(reader)
    seen: set[tuple[str, ...]] = set()
    for line, row in enumerate(rows, 2):
        if None in row.values() or None in row:
            raise ValueError(f"{path}, line {line}: needs {len(columns)} cells")
        key = tuple(row.values())
        if not row[columns[0]].strip() or key in seen:
            raise ValueError(f"{path}, line {line}: empty or repeated")
        seen.add(key)
    return rows


def _number(path: Path, line: int, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{path}, line {line}: {text!r} is no number") from None


@lru_cache(maxsize=4)
def load_rules(seeds: Path) -> Rules:
    """Load the reviewed files of a folder of reference tables; ValueError names the file and line of a mistake."""
    path = seeds / "audit_thresholds.csv"
    limits = {
        row["name"]: _number(path, line, row["value"])
        for line, row in enumerate(_read(path, ("name", "value", "meaning")), 2)
    }
    path = seeds / "audit_ranges.csv"
    ranges = []
    for line, row in enumerate(_read(path, ("head", "unit", "low", "high", "except")), 2):
        low, high = _number(path, line, row["low"]), _number(path, line, row["high"])
        if low >= high:
            raise ValueError(f"{path}, line {line}: low must be below high")
        ranges.append(
            Range(row["head"], row["unit"], low, high, tuple(w for w in row["except"].split("|") if w))
        )
    by_kind: dict[str, list[str]] = {}
    for row in _read(seeds / "lexicons" / "audit_words.csv", ("kind", "word")):
        by_kind.setdefault(row["kind"], []).append(row["word"])
    by_kind[TOTALS] = [word for kind, words in by_kind.items() if kind.startswith(TOTALS) for word in words]
    patterns = {
        kind: re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))
        for kind, words in by_kind.items()
    }
    spelled = tuple(dict.fromkeys(word for kind in TRIGGERS for word in by_kind[kind]))
    kind_of_word = np.array([[word in by_kind[kind] for kind in TRIGGERS] for word in spelled], np.bool_)
    members: dict[str, list[tuple[str, str]]] = {}
    whole: dict[str, set[str]] = {}
    for row in _read(seeds / "lexicons" / "partitions.csv", ("family", "complete", "member", "words")):
        for word in row["words"].split("|"):
            members.setdefault(word, []).append((row["family"], row["member"]))
        if row["complete"] == "true":
            whole.setdefault(row["family"], set()).add(row["member"])
    return Rules(
        limits,
        tuple(sorted(ranges, key=lambda r: -len(r.head))),
        patterns,
        Trie.of(spelled),
        TRIGGERS,
        kind_of_word,
        members,
        {f: frozenset(m) for f, m in whole.items()},
    )
