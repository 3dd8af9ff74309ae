"""Units and classifiers: the reviewed table seeds/units.csv as something to look things up in.

Here: finding the unit printed after a numeral, choosing among the senses of 度 分 太 兆, composing rates
(元/平方米). Not here: factors and names themselves, which are data; multipliers (万 亿), which `numerals` reads.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Codes, Ints, Trie, code_set

_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
FAR = np.int64(1 << 40)
_LEFT, _RIGHT = 24, 8
"""How many characters beside a numeral may decide the sense of its unit."""


@dataclass(frozen=True)
class UnitRow:
    """One sense of one surface, as in the table."""

    surface: str
    unit: str
    dimension: str
    base_unit: str
    factor: Fraction
    offset: Fraction
    kind: str
    sense: str
    context: tuple[str, ...]


@dataclass(frozen=True)
class Contexts:
    """The words that decide between the senses of a surface.

    Attributes:
        trie: every such word of every row.
        of_row: for each row that needs one, the words of the trie that begin with one of its own, and how long that is.
    """

    trie: Trie
    of_row: dict[int, list[tuple[int, int]]]

    @classmethod
    def of(cls, rows: list[UnitRow]) -> Contexts:
        words = sorted({word for row in rows for word in row.context})
        of_row = {}
        for n, row in enumerate(rows):
            if row.context:
                begins = [
                    (k, [len(own) for own in row.context if word.startswith(own)])
                    for k, word in enumerate(words)
                ]
                of_row[n] = [(k, min(sizes)) for k, sizes in begins if sizes]
        return cls(Trie.of(words), of_row)

    def found(self, codes: Codes, places: Ints | None = None) -> FoundContexts:
        """All context words of a block, overlapping ones too, grouped by word; `places` may begin one."""
        word, places, _ = self.trie.anywhere(codes, places)
        order = np.argsort(
            word.astype(np.uint16), kind="stable"
        )  # sixteen bits, which numpy sorts by counting
        return FoundContexts(
            self, places[order], np.searchsorted(word[order], np.arange(len(self.trie.words) + 1))
        )


@dataclass(frozen=True)
class FoundContexts:
    """Where each context word stands in a block: `places` by word, those of word w from bound[w] to bound[w + 1]."""

    contexts: Contexts
    places: Ints
    bound: Ints

    def distance(self, row: int, left: Ints, start: Ints, end: Ints, right: Ints) -> Ints:
        """How far the nearest word of the row's stands between left and start or end and right, else FAR."""
        groups = [
            (self.places[self.bound[w] : self.bound[w + 1]], size)
            for w, size in self.contexts.of_row.get(row, [])
        ]
        groups = [(places, size) for places, size in groups if len(places)]
        if not groups:
            return np.full(len(start), FAR)
        begins = np.concatenate([places for places, _ in groups])
        ends = np.concatenate([places + size for places, size in groups])
        order = np.argsort(begins, kind="stable")
        begins, ends = begins[order], ends[order]
        # the earliest end among the words that begin at or after each of them
        earliest = np.append(np.minimum.accumulate(ends[::-1])[::-1], FAR)
        after = np.searchsorted(begins, end)
        behind = np.where(earliest[after] <= right, np.append(begins, FAR)[after] - end, FAR)
        by_end = np.argsort(ends, kind="stable")
        last = np.searchsorted(ends[by_end], start, "right") - 1
        held = by_end[np.maximum(last, 0)]
        before = np.where((last >= 0) & (begins[held] >= left), start - ends[held], FAR)
        return np.minimum(before, behind)


@dataclass(frozen=True)
class Units:
    """The unit table, ready for look-up.

    Attributes:
        rows: every sense, in file order.
        trie: surfaces, and surfaces with a continuation after which they are no unit (部分).
        surface: for each word of `trie`, the number of its surface, or -1 for such a continuation.
        default: for each surface, the row without a sense, or -1.
        senses: for each surface, the rows that need a neighbour, in file order.
        ambiguous: for each surface (and for -1), whether it has such rows.
        fused: for each word of `trie` (and for -1), whether it begins with the 千 or 百 of a longer unit (千瓦).
        letter: for each surface, whether it is written in Latin letters.
        factor, offset: from the unit to the base, of each row, as doubles.
        shift: power of ten from each row's surface to its unit: -2 for 分, whose unit is CNY.
        shares: for each row (and for -1), whether it is a per cent, a point, a multiple or money.
        dimensions: every dimension of the table; dimension: the number of each row's (and -1 for row -1).
        objects: for each row (and for -1), whether it counts things rather than measures: a classifier or a noun.
        contexts: the words that choose among senses.
        latin: surfaces in Latin or Greek letters that mean their unit anywhere; a capital alone (A, T) may be a label.
    """

    rows: tuple[UnitRow, ...]
    surfaces: tuple[str, ...]
    trie: Trie
    surface: Ints
    default: Ints
    senses: tuple[tuple[int, ...], ...]
    ambiguous: Bools
    fused: Bools
    letter: Bools
    factor: NDArray[np.float64]
    offset: NDArray[np.float64]
    shift: Ints
    shares: Bools
    dimensions: tuple[str, ...]
    dimension: Ints
    objects: Bools
    contexts: Contexts
    latin: Trie

    def of_dimension(self, *names: str) -> Ints:
        """The numbers of the dimensions of these names that the table has."""
        return np.array([self.dimensions.index(name) for name in names if name in self.dimensions], np.int64)

    def at(self, codes: Codes, places: Ints) -> tuple[Ints, Ints]:
        """The surface that starts at each place, or -1, and its length."""
        word, length = self.trie.at(codes, places)
        surface = np.where(word >= 0, self.surface[np.maximum(word, 0)], -1)
        end = places + length
        split = (
            (surface >= 0)
            & self.letter[np.maximum(surface, 0)]
            & _LETTER[codes[end - 1]]
            & _LETTER[codes[end]]
        )
        surface[split] = -1
        length[surface < 0] = 0
        return surface, length

    def row_of(
        self, found: FoundContexts, surface: Ints, start: Ints, end: Ints, clause: Ints, stop: Ints
    ) -> Ints:
        """The row meant by each surface, or -1 where no sense fits.

        Args:
            found: the context words of the block.
            surface: surface numbers, -1 for none.
            start, end: the numeral's start and the unit's end.
            clause, stop: where the clause of each numeral begins and ends; only words inside it decide.
        """
        row = np.where(surface >= 0, self.default[np.maximum(surface, 0)], -1)
        asked = np.flatnonzero(self.ambiguous[surface])
        asked = asked[np.argsort(surface[asked], kind="stable")]
        for group in np.split(asked, np.flatnonzero(np.diff(surface[asked])) + 1):
            nearest = np.full(len(group), FAR)
            for candidate in self.senses[surface[group[0]]] if len(group) else ():
                left = np.maximum(clause[group], start[group] - _LEFT)
                right = np.minimum(end[group] + _RIGHT, stop[group])
                distance = found.distance(candidate, left, start[group], end[group], right)
                nearer = distance < nearest
                row[group[nearer]] = candidate
                nearest = np.minimum(nearest, distance)
        return row

    def rows_of(
        self,
        found: FoundContexts,
        surface: Ints,
        start: Ints,
        end: Ints,
        clause: Ints,
        sentence: Ints,
        stop: Ints,
    ) -> Ints:
        """`row_of` by the words of the clause; where they leave a unit without sense, by those of the sentence."""
        row = self.row_of(found, surface, start, end, clause, stop)
        i = np.flatnonzero((surface >= 0) & (row < 0))
        row[i] = self.row_of(found, surface[i], start[i], end[i], sentence[i], stop[i])
        return row

    def named(self, surface: str) -> int:
        """The number of a surface, or -1."""
        return self.surfaces.index(surface) if surface in self.surfaces else -1


def _power_of_ten(ratio: Fraction) -> int:
    """n where the ratio is 10**n, else 0: 1/100 of a yuan is told in yuan, but 斤 is not told in kilograms."""
    for n in (-4, -3, -2, -1, 1, 2, 3, 4):
        if ratio == Fraction(10) ** n:
            return n
    return 0


_NO_VISIT = "要|干|会|品|生|日|年|于|序|数|氯|级|第|投|入"


def _visits(rows: list[UnitRow], blocked: dict[str, set[str]]) -> list[UnitRow]:
    """条次, 羽次, 个次: any classifier of one character with 次 counts occasions."""
    known = {row.surface for row in rows}
    heads = [
        row
        for row in rows
        if row.kind == "classifier"
        and len(row.surface) == 1
        and not row.sense
        and row.surface not in "次批届"
    ]
    heads = [row for row in heads if "次" not in blocked[row.surface]]
    return [
        UnitRow(
            head.surface + "次",
            head.surface + "次",
            "count",
            head.surface + "次",
            Fraction(1),
            Fraction(0),
            "classifier",
            "",
            (),
        )
        for head in heads
        if head.surface + "次" not in known
    ]


def load_units(path: Path) -> Units:
    """Read seeds/units.csv.

    Raises:
        ValueError: a factor that is no fraction, with the surface it stands at.
    """
    rows: list[UnitRow] = []
    blocked: dict[str, set[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as handle:
        for record in csv.DictReader(handle):
            try:
                factor, offset = Fraction(record["factor"] or 1), Fraction(record["offset"] or 0)
            except ValueError as error:
                raise ValueError(
                    f"{path.name}: {record['surface']}: factor {record['factor']!r} is no fraction"
                ) from error
            context = tuple(word for word in record["context"].split("|") if word)
            rows.append(
                UnitRow(
                    record["surface"],
                    record["unit"],
                    record["dimension"],
                    record["base_unit"],
                    factor,
                    offset,
                    record["kind"],
                    record["sense"],
                    context,
                )
            )
            blocked.setdefault(record["surface"], set()).update(
                word for word in record["not_before"].split("|") if word
            )
    rows += _visits(rows, blocked)
    surfaces = tuple(dict.fromkeys(row.surface for row in rows))
    number = {surface: n for n, surface in enumerate(surfaces)}
    words: dict[str, int] = dict(number)
    for surface in surfaces:
        if surface.endswith("次") and len(surface) == 2:
            blocked.setdefault(surface, set()).update(_NO_VISIT.split("|"))
    for surface, continuations in blocked.items():
        for continuation in continuations:
            words.setdefault(surface + continuation, -1)
    default = np.full(len(surfaces), -1, np.int64)
    senses: list[list[int]] = [[] for _ in surfaces]
    for n, row in enumerate(rows):
        if row.sense or row.context:
            senses[number[row.surface]].append(n)
        elif default[number[row.surface]] < 0:
            default[number[row.surface]] = n
    own = {row.unit: row.factor for row in reversed(rows) if row.sense == "" and not row.context}
    shift = np.array([_power_of_ten(row.factor / own.get(row.unit, row.factor)) for row in rows], np.int64)
    dimensions = tuple(dict.fromkeys(row.dimension for row in rows))
    return Units(
        rows=tuple(rows),
        surfaces=surfaces,
        trie=Trie.of(list(words)),
        surface=np.array(list(words.values()), np.int64),
        default=default,
        senses=tuple(tuple(each) for each in senses),
        ambiguous=np.array([bool(each) for each in senses] + [False]),
        fused=np.array([word[0] in "千百" and len(word) > 1 for word in words] + [False]),
        letter=np.array(
            [bool(_LETTER[ord(surface[0])]) if ord(surface[0]) < 65536 else False for surface in surfaces]
        ),
        factor=np.array(
            [float(row.factor / Fraction(10) ** int(power)) for row, power in zip(rows, shift, strict=True)]
        ),
        shift=shift,
        shares=np.array(
            [row.dimension in ("percent", "percentage_point", "multiple", "money") for row in rows] + [False]
        ),
        offset=np.array([float(row.offset) for row in rows]),
        dimensions=dimensions,
        dimension=np.array([dimensions.index(row.dimension) for row in rows] + [-1], np.int64),
        objects=np.array([row.kind in ("classifier", "noun") for row in rows] + [True]),
        contexts=Contexts.of(rows),
        latin=Trie.of(
            [
                surface
                for surface, row in zip(surfaces, default, strict=True)
                if row >= 0 and not surface.isupper() and (_LETTER[ord(surface[0])] or surface[0] in "μµΩ")
            ]
            + ["MW", "GW", "TEU", "GB", "TB", "PB", "MB"]
        ),
    )
