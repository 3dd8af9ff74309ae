"""A volume at a glance: how many of its numerals were read, what was refused and why, how its arithmetic came out.

Here: counting in the tables of one volume. Not here: laying the counts out, on a page (`publish`) or in the user
interface (`pipeline.checks`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa


@dataclass
class Glance:
    """Counts of one volume, or of several together.

    Attributes:
        characters: code points of its documents.
        claims: numerals by what they belong to (quantity, date, non_quantity, reject).
        rejects: what could not be made a row, by reason.
        audits: statements computed again, by kind and verdict.
    """

    characters: int = 0
    claims: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    audits: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def numerals(self) -> int:
        return self.claims.total()

    @property
    def coverage(self) -> float:
        """Share of the numerals that are a quantity, a date or a named non-quantity; 1 where there are none."""
        return 1 - self.claims["reject"] / self.numerals if self.numerals else 1.0

    @property
    def contradictions(self) -> int:
        return sum(n for (_, verdict), n in self.audits.items() if verdict == "inconsistent")

    @property
    def contradictions_per_10000(self) -> float:
        """Contradictions per 10 000 characters, the way editors count errors."""
        return self.contradictions * 10_000 / self.characters if self.characters else 0.0

    def verdicts(self) -> Counter[str]:
        """Audits by verdict, whatever their kind."""
        found: Counter[str] = Counter()
        for (_, verdict), n in self.audits.items():
            found[verdict] += n
        return found

    def merge(self, other: Glance) -> None:
        """Add the counts of another one."""
        self.characters += other.characters
        self.claims.update(other.claims)
        self.rejects.update(other.rejects)
        self.audits.update(other.audits)


COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "documents": ("volume_id", "characters"),
    "numerals": ("volume_id", "claimed_by"),
    "rejects": ("volume_id", "reason"),
    "audits": ("volume_id", "kind", "verdict"),
}
"""The tables that are counted in, and the columns that are needed of them."""


def glances(tables: Mapping[str, pa.Table]) -> dict[str, Glance]:
    """Count in the tables of `COLUMNS`, or those of them that are given; one glance a volume.

    Example: a volume with 40 numerals, 2 of them claimed by a reject, has a coverage of 0.95.
    """
    found: dict[str, Glance] = {}
    for name, columns in COLUMNS.items():
        if name not in tables:
            continue
        grouped = tables[name].group_by(list(columns)).aggregate([([], "count_all")])
        for row in grouped.to_pylist():
            seen, count = found.setdefault(row["volume_id"], Glance()), row["count_all"]
            if name == "documents":
                seen.characters += row["characters"] * count
            elif name == "numerals":
                seen.claims[row["claimed_by"]] += count
            elif name == "rejects":
                seen.rejects[row["reason"] or "none"] += count
            else:
                seen.audits[(row["kind"], row["verdict"])] += count
    return found
