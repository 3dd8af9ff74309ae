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
class Units:
    """The unit table, ready for look-up.

    Attributes:
        rows: every sense, in file order.
        trie: surfaces, and surfaces with a continuation after which they are no unit (部分).
        surface: for each word of `trie`, the number of its surface, or -1 for such a continuation.
        default: for each surface, the row without a sense, or -1.
        senses: for each surface, the rows that need a neighbour, in file order.
        fused: for each surface, whether it begins with the 千 or 百 of a longer unit (千瓦).
        letter: for each surface, whether it is written in Latin letters.
        factor, offset: of each row, as doubles.
    """

    rows: tuple[UnitRow, ...]
    surfaces: tuple[str, ...]
    trie: Trie
    surface: Ints
    default: Ints
    senses: tuple[tuple[int, ...], ...]
    fused: Bools
    letter: Bools
    factor: NDArray[np.float64]
    offset: NDArray[np.float64]

    def at(self, codes: Codes, places: Ints) -> tuple[Ints, Ints]:
        """The surface that starts at each place, or -1, and its length."""
        word, length = self.trie.at(codes, places)
        surface = np.where(word >= 0, self.surface[np.maximum(word, 0)], -1)
        end = places + length
        split = (surface >= 0) & self.letter[np.maximum(surface, 0)] & _LETTER[codes[end - 1]] & _LETTER[codes[end]]
        surface[split] = -1
        length[surface < 0] = 0
        return surface, length

    def row_of(self, codes: Codes, surface: Ints, start: Ints, end: Ints, clause: Ints) -> Ints:
        """The row meant by each surface, or -1 where no sense fits.

        Args:
            codes: the view.
            surface: surface numbers, -1 for none.
            start, end: the numeral's start and the unit's end.
            clause: where the clause of each numeral begins; only words inside it decide.
        """
        row = np.where(surface >= 0, self.default[np.maximum(surface, 0)], -1)
        open_to_sense = np.array([bool(senses) for senses in self.senses] + [False])
        for i in np.flatnonzero(open_to_sense[surface]):
            left = codes[max(clause[i], start[i] - _LEFT) : start[i]].tobytes().decode("utf-16-le", "replace")
            right = codes[end[i] : end[i] + _RIGHT].tobytes().decode("utf-16-le", "replace")
            near = left + "\0" + right
            for candidate in self.senses[surface[i]]:
                if any(word in near for word in self.rows[candidate].context):
                    row[i] = candidate
                    break
        return row

    def named(self, surface: str) -> int:
        """The number of a surface, or -1."""
        return self.surfaces.index(surface) if surface in self.surfaces else -1


_NO_VISIT = "要|干|会|品|生|日|年|于|序|数|氯|级|第|投|入"


def _visits(rows: list[UnitRow]) -> list[UnitRow]:
    """条次, 羽次, 个次: any classifier of one character with 次 counts occasions."""
    known = {row.surface for row in rows}
    heads = [row for row in rows if row.kind == "classifier" and len(row.surface) == 1 and not row.sense and row.surface not in "次批届"]
    return [UnitRow(head.surface + "次", head.surface + "次", "count", head.surface + "次", Fraction(1), Fraction(0), "classifier", "", ())
            for head in heads if head.surface + "次" not in known]


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
                raise ValueError(f"{path.name}: {record['surface']}: factor {record['factor']!r} is no fraction") from error
            context = tuple(word for word in record["context"].split("|") if word)
            rows.append(UnitRow(record["surface"], record["unit"], record["dimension"], record["base_unit"], factor, offset,
                                record["kind"], record["sense"], context))
            blocked.setdefault(record["surface"], set()).update(word for word in record["not_before"].split("|") if word)
    rows += _visits(rows)
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
    return Units(
        rows=tuple(rows),
        surfaces=surfaces,
        trie=Trie.of(list(words)),
        surface=np.array(list(words.values()), np.int64),
        default=default,
        senses=tuple(tuple(each) for each in senses),
        fused=np.array([surface[0] in "千百" and len(surface) > 1 for surface in surfaces]),
        letter=np.array([bool(_LETTER[ord(surface[0])]) if ord(surface[0]) < 65536 else False for surface in surfaces]),
        factor=np.array([float(row.factor) for row in rows]),
        offset=np.array([float(row.offset) for row in rows]),
    )
