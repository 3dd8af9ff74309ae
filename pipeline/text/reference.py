"""The reference tables of seeds/ as the word lists that the rules look things up in.

Here: reading the CSV files once and building their tries. Not here: what a rule makes of a word.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.text.clauses import CUE_KINDS, NO_CUE, Cues
from pipeline.text.confidence import FILE as CONFIDENCES
from pipeline.text.confidence import Confidences
from pipeline.text.dates.lunar import LunarYears
from pipeline.text.dates.pieces import DateWords
from pipeline.text.lexer import Openings, Trie
from pipeline.text.lookalikes import CODE, PLANS, LookAlikes
from pipeline.text.rows import ABOUT, AT_LEAST, AT_MOST, BASES, DIRECTIONS, DOUBLE
from pipeline.text.units import Units, load_units
from pipeline.text.view import fold_table

_BOUND = {"about": ABOUT, "at_least": AT_LEAST, "at_most": AT_MOST, "none": -1}


@dataclass(frozen=True)
class Reference:
    """Everything the rules look up: units, cue words, look-alikes, date words, and the folding of characters.

    Attributes:
        folder: the seeds/ folder that the tables were read from.
        confidence: how far the rows of each rule can be trusted.
        openings: of look-alikes, contexts of units, cues and words of a basis, looked for all at once.
    """

    folder: Path
    units: Units
    cues: Cues
    lookalikes: LookAlikes
    dates: DateWords
    fold: NDArray[np.uint16]
    openings: Openings
    confidence: Confidences


def load_reference(seeds: Path) -> Reference:
    """Read units.csv, rule_confidence.csv and lexicons/*.csv under `seeds`.

    Raises:
        FileNotFoundError: a table is missing.
        ValueError: a row of a table cannot be used; the message names the file and the row.
    """
    units = load_units(seeds / "units.csv")
    lexicons = seeds / "lexicons"
    rows = _rows(lexicons / "cues.csv")
    cues = _cues(rows, units)
    lookalikes = _lookalikes(_rows(lexicons / "lookalikes.csv"), _rows(lexicons / "frames.csv"))
    return Reference(
        folder=seeds,
        units=units,
        cues=cues,
        lookalikes=lookalikes,
        dates=_date_words(rows, _rows(seeds / "lunar_years.csv")),
        fold=fold_table([(row["variant"], row["standard"]) for row in _rows(lexicons / "variants.csv")]),
        confidence=Confidences.read(seeds / CONFIDENCES),
        openings=Openings.of(lookalikes.words, units.contexts.trie, cues.clause, cues.basis),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def _cues(rows: Sequence[dict[str, str]], units: Units) -> Cues:
    by_kind: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        by_kind[row["kind"]].append((row["surface"], row["value"]))
    left, right = by_kind["bound_left"], by_kind["bound_right"]
    clause = [(word, kind, value) for kind in CUE_KINDS if kind != "basis" for word, value in by_kind[kind]]
    basis = by_kind["basis"]
    nouns = by_kind["noun_unit"] + [(word, "") for word, _ in by_kind["index_noun"]]
    return Cues(
        bound_left=Trie.of([word for word, _ in left], backwards=True),
        bound_left_value=np.array([_BOUND[value] for _, value in left], np.int64),
        bound_right=Trie.of([word for word, _ in right]),
        bound_right_value=np.array([_BOUND[value] for _, value in right], np.int64),
        clause=Trie.of([word for word, _, _ in clause]),
        clause_kind=np.array([CUE_KINDS.index(kind) for _, kind, _ in clause], np.int64),
        clause_value=np.array([_cue_value(kind, value) for _, kind, value in clause], np.int64),
        basis=Trie.of([word for word, _ in basis]),
        basis_value=np.array(
            [NO_CUE if value == "none" else BASES.index(value) for _, value in basis], np.int64
        ),
        noun=Trie.of([word for word, _ in nouns], backwards=True),
        noun_surface=np.array([units.named(surface) if surface else -1 for _, surface in nouns], np.int64),
    )


def _cue_value(kind: str, value: str) -> int:
    if value == "none":
        return NO_CUE
    if kind in ("change", "compared"):
        return DOUBLE if value == "double" else DIRECTIONS.index(value)
    return 0


def _date_words(rows: Sequence[dict[str, str]], lunar_years: Sequence[dict[str, str]]) -> DateWords:
    words = [row for row in rows if row["kind"] in ("date_word", "year_word")]
    eras = [row for row in rows if row["kind"] == "era"]
    return DateWords(
        trie=Trie.of([row["surface"] for row in words]),
        kind=tuple(row["kind"] for row in words),
        value=tuple(row["value"] for row in words),
        eras=Trie.of([row["surface"] for row in eras], backwards=True),
        era_base=tuple(row["value"] for row in eras),
        lunar=LunarYears.of(lunar_years),
    )


def _lookalikes(words: Sequence[dict[str, str]], frames: Sequence[dict[str, str]]) -> LookAlikes:
    # plans stay numerals, since “十一五”期间 is a time
    unique = list({row["surface"]: row for row in words if row["surface"] not in PLANS}.values())
    left = [row for row in frames if row["side"] == "left"]
    right = [row for row in frames if row["side"] == "right"]

    def reasons(rows: Sequence[dict[str, str]]) -> NDArray[np.int64]:
        return np.array([CODE[row["reason"]] for row in rows], np.int64)

    left, right = _one_a_surface(left), _one_a_surface(right)
    return LookAlikes(
        words=Trie.of([row["surface"] for row in unique]),
        word_reason=reasons(unique),
        word_right=tuple(tuple(word for word in row["right"].split("|") if word) for row in unique),
        left=Trie.of([row["surface"] for row in left], backwards=True),
        left_reason=reasons(left),
        left_script=tuple(row["script"] for row in left),
        right=Trie.of([row["surface"] for row in right]),
        right_reason=reasons(right),
        right_script=tuple(row["script"] for row in right),
    )


def _one_a_surface(rows: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """The first row of each surface; `any` where a surface is listed for both scripts."""
    chosen: dict[str, dict[str, str]] = {}
    for row in rows:
        held = chosen.setdefault(row["surface"], row)
        if held is not row and held["script"] != row["script"]:
            chosen[row["surface"]] = {**held, "script": "any"}
    return list(chosen.values())
