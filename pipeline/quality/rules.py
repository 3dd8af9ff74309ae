"""The rules of `schemas.tables` as checks: whether every row that is about to go out keeps to them.

Rows that break a rule are set aside when a book is read (`settle`), so none should be left here; this is the proof,
made on the very rows that are written. Rules on single columns are gathered by what they ask for, one check a table;
a rule between columns is a check by its own name. What a second table or the text must show stands in `laws`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pyarrow as pa

import schemas
from pipeline.quality import laws
from schemas.tables import TABLES, WORKING

TYPES: Final = "types"
_ASKED: Final = {
    TYPES: "Columns have the declared names and types.",
    "filled": "No column is empty that must have a value.",
    "vocabulary": "Columns with a closed vocabulary hold no other word.",
    "form": "Codes and words have the form of their column.",
    "range": "Numbers lie in the range of their column.",
}
_GATHERED: Final = {
    "missing": "filled",
    "vocabulary": "vocabulary",
    "form": "form",
    "snake_case": "form",
    "minimum": "range",
    "share": "range",
}
"""Which check a rule on one column belongs to, by the end of its name."""


def check_of(name: str, rule: str) -> str:
    """The check that a rule of a table is reported by: `bound_vocabulary` by `vocabulary`, `span_order` by itself.

    Raises KeyError for a rule on one column whose kind is not known here.
    """
    if rule in {check.name for check in TABLES[name].checks}:
        return rule
    column = next(c for c in sorted(TABLES[name].columns, key=len, reverse=True) if rule.startswith(f"{c}_"))
    return _GATHERED[rule.removeprefix(f"{column}_")]


def _checks(name: str) -> dict[str, str]:
    """The checks on the rows of a table, each with what it asks for."""
    found = {TYPES: _ASKED[TYPES]}
    for rule, meaning in schemas.rules_of(name).items():
        check = check_of(name, rule)
        found[check] = _ASKED.get(check) or f"{meaning[0].upper()}{meaning[1:]}."
    return found


CHECKS: Final[Mapping[str, Mapping[str, str]]] = {n: _checks(n) for n in TABLES if n not in WORKING}
"""Every check there is on rows, by table."""


@dataclass
class _Tally:
    failed: int = 0
    rules: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, object]] = field(default_factory=list)


class Proof:
    """Judges the rows of tables on their way out.

    Example: `for group in proof.watch("quantities", groups): writer.write(group)`, then `proof.verdicts()`.
    """

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._tallies: dict[tuple[str, str], _Tally] = {}

    def watch(self, name: str, groups: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Hand on the groups of rows in which no rule is broken; the others only leave a verdict.

        A table whose columns are not the declared ones ends there.
        """
        self._rows.setdefault(name, 0)
        try:
            for group in groups:
                self._rows[name] += group.num_rows
                if not self._judge(name, group):
                    yield group
        except schemas.StructureError as error:
            self._rows[name] += 1
            tally = self._tallies.setdefault((name, TYPES), _Tally())
            tally.failed += 1
            tally.rules[str(error)] += 1

    def _judge(self, name: str, group: pa.Table) -> bool:
        """Whether any rule is broken by the rows of a group."""
        broken = schemas.broken_rules(group, name)
        by_check: dict[str, list[str]] = {}
        for rule in broken:
            by_check.setdefault(check_of(name, rule), []).append(rule)
        for check, rules in by_check.items():
            tally = self._tallies.setdefault((name, check), _Tally())
            tally.failed += int(np.logical_or.reduce([broken[rule] for rule in rules]).sum())
            for rule in rules:
                tally.rules[rule] += int(broken[rule].sum())
                tally.examples += _offenders(group.filter(pa.array(broken[rule])), rule)
        return bool(broken)

    def verdicts(self) -> list[laws.Verdict]:
        """One verdict for each check of each table that was watched; every broken rule is named."""
        found = []
        for name, rows in self._rows.items():
            for check in CHECKS[name]:
                tally = self._tallies.get((name, check), _Tally())
                detail = "; ".join(f"{rule} ({count})" for rule, count in tally.rules.items())
                examples = tuple(tally.examples[: laws.EXAMPLES])
                found.append(laws.Verdict(name, check, "error", rows, tally.failed, detail, examples))
        return found


def _offenders(table: pa.Table, rule: str) -> Sequence[dict[str, Any]]:
    return [{"rule": rule, **row} for row in laws.examples(table)]
