"""What each quantity is by its unit, dimension and role, as far as measuring depends on it.

Here: text columns turned into numbers and flags. Not here: anything read from the prose around a number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipeline.text.lexer import Bools, Ints
from pipeline.text.rows import CHANGE, CHANGE_KINDS, POINTS, RANK, ROLES, THRESHOLD

_TIMED = ("duration", "age", "time")
_RELATIVE = ("percent", "percentage_point", "multiple", "ratio", "fraction", "rank", "index")
_COUNTED = ("count", "person", "visit")
_PEOPLE = ("person", "visit")
_MATERIAL = ("money", "energy", "power", "price", "rate")
_AGENTS = ("家", "户", "所")
_REPEATED = ("次", "轮", "遍", "趟", "场次")


@dataclass
class Kinds:
    """What each quantity is, as far as finding its phrase depends on it.

    counted: its unit is a classifier, so that the noun may stand on the right; people: it counts people; agents: it
    counts what may itself do something (家, 户); timed: a
    duration or an age; relative: a percent, point, multiple or ratio; material: money, energy or power; repeated: it
    counts how often something is done (次); role, change: indices into ROLES and CHANGE_KINDS, -1 for none.
    """

    counted: Bools
    people: Bools
    agents: Bools
    timed: Bools
    aged: Bools
    relative: Bools
    material: Bools
    repeated: Bools
    role: Ints
    change: Ints

    @property
    def points(self) -> Bools:
        """A change in percentage points."""
        return self.change == POINTS

    @property
    def threshold(self) -> Bools:
        """A bound of a class of things."""
        return self.role == THRESHOLD

    @property
    def ranked(self) -> Bools:
        """A place in a ranking."""
        return self.role == RANK

    @property
    def changed(self) -> Bools:
        """A change."""
        return self.role == CHANGE


@dataclass(frozen=True)
class Column:
    """A text column as the number of each row's text among those that occur (-1 for null): asked of few, not of all."""

    code: Ints
    texts: tuple[str, ...]

    @classmethod
    def of(cls, column: pa.Array | pa.ChunkedArray) -> Column:
        """The column of a table."""
        one = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        coded = one.dictionary_encode()
        code = np.asarray(coded.indices.fill_null(-1).to_numpy(), np.int64)
        return cls(code, tuple(coded.dictionary.to_pylist()))

    def index(self, names: tuple[str, ...]) -> Ints:
        """The index of each row's text in `names`, -1 for null and others."""
        number = {name: n for n, name in enumerate(names)}
        return np.array([*(number.get(text, -1) for text in self.texts), -1], np.int64).take(self.code)

    def among(self, names: tuple[str, ...]) -> Bools:
        """Whether each row's text is one of `names`."""
        return np.array([*(text in names for text in self.texts), False], np.bool_).take(self.code)

    def numerators(self) -> Ints:
        """Numbers equal for texts with the same beginning before a stroke (元 and 元/人); -1 for null."""
        names = [text.split("/")[0] for text in self.texts]
        first = {name: n for n, name in reversed(list(enumerate(names)))}
        return np.array([*(first[name] for name in names), -1], np.int64).take(self.code)

    def having(self, part: str) -> Bools:
        """Whether each row's text has `part` in it."""
        return np.array([*(part in text for text in self.texts), False], np.bool_).take(self.code)


def kinds_of(rows: pa.Table) -> Kinds:
    """What each quantity of a table is, as far as finding its phrase depends on it."""
    dimension, unit = Column.of(rows["dimension"]), Column.of(rows["unit"])
    role = Column.of(rows["role"]).index(ROLES)
    return Kinds(
        counted=dimension.among(_COUNTED),
        people=dimension.among(_PEOPLE),
        agents=unit.among(_AGENTS),
        timed=dimension.among(_TIMED),
        aged=dimension.among(("age",)),
        relative=dimension.among(_RELATIVE),
        material=dimension.among(_MATERIAL),
        repeated=unit.among(_REPEATED),
        role=role,
        change=Column.of(rows["change_kind"]).index(CHANGE_KINDS),
    )
