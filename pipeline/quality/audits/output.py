"""Findings written as rows of the tables audits and audit_terms.

Here: ids, exact decimals in the unit that the book prints. Not here: any judgement.
"""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa

import schemas
from pipeline.quality.audits.books import Twice
from pipeline.quality.audits.editions import Across
from pipeline.quality.audits.intervals import INFINITE
from pipeline.quality.audits.sheet import Finding, Sheet

_LIMIT = 10.0**21


class Output:
    """Rows of both tables in the order in which they come."""

    def __init__(self) -> None:
        self._audits: list[dict[str, object]] = []
        self._terms: list[dict[str, object]] = []
        self._taken: dict[str, int] = {}

    def tables(self) -> dict[str, pa.Table]:
        """The two tables as the contract has them."""
        return {
            "audits": pa.Table.from_pylist(self._audits, schema=schemas.arrow_schema("audits")),
            "audit_terms": pa.Table.from_pylist(self._terms, schema=schemas.arrow_schema("audit_terms")),
        }

    def add(self, sheet: Sheet, finding: Finding) -> None:
        """One finding of a block of text."""
        anchor = finding.anchor
        ids = sheet.ids
        if anchor >= 0:
            number = sheet.entry[anchor]
            identity, volume = ids[anchor].as_py(), sheet.volumes[sheet.owner[anchor]]
            entry = sheet.entry_names[number] if number >= 0 else None
        else:
            identity, volume, entry = sheet.at(finding.place)
        values = (finding.stated, finding.computed, finding.tolerance)
        if anchor >= 0:
            values = tuple(None if v is None else sheet.in_unit(anchor, v) for v in values)  # type: ignore[assignment]
        terms = [(ids[i].as_py(), part) for i, part in finding.terms]
        self.row(identity, volume, entry, finding.kind, values, finding.verdict, finding.explanation, terms)

    def add_twice(self, quantities: pa.Table, found: Twice) -> None:
        """One finding over two places of one book or of two."""
        identity, volume, entry, plain, base, dimension = (
            quantities[name][found.row].as_py()
            for name in ("quantity_id", "volume_id", "entry_id", "value_float", "base_value", "dimension")
        )
        percent = dimension in ("percent", "percentage_point")
        factor = 1.0 if percent or not plain or not base else plain / base
        outcome = found.outcome
        values = tuple(v * factor for v in (outcome.stated, outcome.computed, outcome.tolerance))
        terms = [(identity, "level"), (quantities["quantity_id"][found.other].as_py(), found.part)]
        self.row(identity, volume, entry, found.kind, values, outcome.verdict, found.explanation, terms)

    def add_across(self, found: Across) -> None:
        """One finding over two books; it stands in the later one."""
        row, outcome = found.row, found.outcome
        percent = row["dimension"] in ("percent", "percentage_point")
        factor = 1.0 if percent or not row["base_value"] else row["value_float"] / row["base_value"]
        values = tuple(v * factor for v in (outcome.stated, outcome.computed, outcome.tolerance))
        terms = [(term["quantity_id"], part) for term, part in found.terms]
        identity, volume, entry = row["quantity_id"], row["volume_id"], row["entry_id"]
        self.row(identity, volume, entry, "cross_volume", values, outcome.verdict, found.explanation, terms)

    def row(
        self,
        identity: str,
        volume: str,
        entry: str | None,
        kind: str,
        values: tuple[float | None, ...],
        verdict: str,
        explanation: str,
        terms: list[tuple[str, str]],
    ) -> None:
        """One finding as it is; values in the unit that the book prints, terms as quantity_id and part."""
        name = f"{identity}:{kind}"
        self._taken[name] = self._taken.get(name, 0) + 1
        if self._taken[name] > 1:
            name += f"-{self._taken[name]}"
        stated, computed, tolerance = (_decimal(v) for v in values)
        self._audits.append(
            {
                "audit_id": name,
                "volume_id": volume,
                "entry_id": entry,
                "kind": kind,
                "stated": stated,
                "computed": computed,
                "tolerance": tolerance,
                "verdict": verdict,
                "explanation": explanation,
            }
        )
        for position, (quantity, part) in enumerate(terms, 1):
            self._terms.append(
                {"audit_id": name, "position": position, "quantity_id": quantity, "part": part}
            )


def _decimal(value: float | None) -> Decimal | None:
    if value is None or value != value or abs(value) >= min(_LIMIT, INFINITE):
        return None
    return Decimal(repr(float(value))).quantize(Decimal("0.000001"))
