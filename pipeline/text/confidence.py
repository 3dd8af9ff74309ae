"""How far a row can be trusted, by the rule that found it: the measured table seeds/rule_confidence.csv.

Here: looking a rule up, for all rows of a table at once. Not here: how it was measured (`benchmarks.confidence`).

The confidence of a rule is (right + 1) / (seen + 2), after Laplace: of the rows it found in annotated text, how many
were right in every respect, held back where few were seen. A rule that no annotated text tried has one half, which
says that nobody knows.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

FILE: Final = "rule_confidence.csv"


def laplace(right: int, seen: int) -> float:
    """The confidence of a rule of whose rows `right` of `seen` were right, to four places.

    >>> laplace(0, 0), laplace(98, 98)
    (0.5, 0.99)
    """
    return round((right + 1) / (seen + 2), 4)


UNKNOWN: Final = laplace(0, 0)
"""Of a rule that stands in no line of the table; a test sees to it that there is none."""


@dataclass(frozen=True)
class Confidences:
    """The confidence of each rule."""

    of_rule: Mapping[str, float]

    @classmethod
    def read(cls, path: Path) -> Confidences:
        """Read the table. Raises FileNotFoundError, or ValueError where a cell is no number."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            return cls({row["rule_id"]: float(row["confidence"]) for row in csv.DictReader(file)})

    def rated(self, table: pa.Table) -> pa.Table:
        """A table with the confidence of the rule in `rule_id` beside each row.

        Example: a row of the rule `person/title` gets what stands in the line of that rule.
        """
        rules = table["rule_id"].combine_chunks().dictionary_encode()
        known = [self.of_rule.get(rule, UNKNOWN) for rule in rules.dictionary.to_pylist()]
        column = pc.take(pa.array(known, pa.float64()), rules.indices)
        if "confidence" in table.column_names:
            return table.set_column(table.column_names.index("confidence"), "confidence", column)
        return table.add_column(table.column_names.index("rule_id") + 1, "confidence", column)
