"""Ways to break a good warehouse, one for every rule: derived from the schemas, so that a new rule asks for one.

Rules on single columns say themselves what they forbid (their statistics do); rules between columns and laws are
broken by hand, below. What the gate makes of it is asserted in `test_gates`.
"""

import datetime
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

import schemas
from pipeline import stages, storage
from pipeline.quality import rules
from pipeline.read import find_volumes
from pipeline.storage import PartWriter, Warehouse
from pipeline.storage.parts import kind_of, open_part
from schemas.tables import TABLES

Row = dict[str, Any]
Change = Callable[[list[Row]], list[Row]]
"""What is done to the rows of a part; raises StopIteration where no row is fit to be broken."""


@dataclass(frozen=True)
class Breakage:
    """One way to break one rule.

    Attributes:
        table: the published table.
        check: the asset check that has to fail.
        rule: what its verdict has to name; the check itself for a law.
        change: done to the rows of `part` of one volume.
        proved: whether the stage that proves the laws runs again, as it does after any stage.
    """

    table: str
    check: str
    rule: str
    change: Change
    part: str = ""
    proved: bool = False
    label: str = ""

    @property
    def name(self) -> str:
        return f"{self.table}-{self.rule}{f'-{self.label}' if self.label else ''}"


def one(fit: Callable[[Row], bool], patch: Callable[[Row], Row]) -> Change:
    """Change the first row that fits."""

    def change(rows: list[Row]) -> list[Row]:
        i = next(i for i, row in enumerate(rows) if fit(row))
        return [*rows[:i], rows[i] | patch(rows[i]), *rows[i + 1 :]]

    return change


def to(**values: Any) -> Change:
    """Put values into the first row."""
    return one(lambda row: True, lambda row: values)


def _forbidden(check: Any) -> Iterator[Any]:
    """Values that a rule on one column forbids, read from what the rule knows of itself; none where it says nothing."""
    about = check.statistics or {}
    if "values" in about:
        yield "no_such_word"
        yield about["values"][0].upper()
    if "pattern" in about:
        yield "§ 1"
    if "minimum" in about:
        yield about["minimum"] - 1
    if "up_to" in about:
        yield from (about["above"], about["up_to"] + 0.5, float("nan"))


BETWEEN: dict[str, Sequence[Change]] = {
    "span_order": [one(lambda r: True, lambda r: {"span_start": r["span_end"] + 1})],
    "body_inside": [
        one(lambda r: r["span_start"] > 0, lambda r: {"body_start": r["span_start"] - 1}),
        one(lambda r: True, lambda r: {"body_end": r["span_end"] + 1}),
        one(lambda r: r["body_end"] > r["body_start"] + 1, lambda r: {"body_start": r["body_end"] + 1}),
    ],
    "has_value": [to(value=None, low=None, high=None, terms=None)],
    "value_in_bounds": [
        one(lambda r: r["value"] is not None, lambda r: {"low": r["value"] + 1}),
        one(lambda r: r["value"] is not None, lambda r: {"high": r["value"] - 1}),
        to(value=None, low=5, high=4, bound="range"),
    ],
    "bound_states_ends": [
        to(bound="range", low=1, high=None, value=None),
        to(bound="top_n", low=None, high=1, value=None),
        to(bound="over", low=1, high=2, value=1),
        to(bound="over", low=None, high=None, value=1),
        to(bound="at_least", low=None, high=None, value=1),
        to(bound="at_most", low=None, high=None, value=1),
    ],
    "exact_is_exact": [
        to(bound="exact", value=3, low=3, high=4),
        to(bound="exact", value=3, low=None, high=3),
    ],
    "change_has_kind": [to(role="change", change_kind=None)],
    "dated_or_partial": [to(date_start=None, date_end=None, partial=None)],
    "claim_named": [to(claim_id=None, reason=None)],
}
"""How to break a rule between columns, by its name."""

EMPTY_SPANS = ("quantities", "dates", "numerals", "entities")
"""Tables in which a span of no length is refused too."""


def _pair(first: str, second: str) -> Iterator[Change]:
    """The ways to break a rule that two columns stand together, in order."""
    dated = "date" in first or "period" in first
    early, late = (datetime.date(2012, 1, 1), datetime.date(2012, 2, 1)) if dated else (3, 7)
    yield to(**{first: late, second: None})
    yield to(**{first: None, second: late})
    yield to(**{first: late, second: early})


def of_rules() -> list[Breakage]:
    """Breakages of every rule of every published table, as far as they can be derived or are listed."""
    found = []
    for name in rules.CHECKS:
        schema = TABLES[name]
        for column in schema.columns.values():
            if not column.nullable:
                found.append((name, f"{column.name}_missing", to(**{column.name: None})))
            for check in column.checks:
                found += [
                    (name, f"{column.name}_{check.name}", to(**{column.name: value}))
                    for value in _forbidden(check)
                ]
        for check in schema.checks:
            pair = check.statistics["pair"]
            changes = list(_pair(*pair)) if pair else [*BETWEEN.get(check.name, ())]
            if check.name == "span_order" and name in EMPTY_SPANS:
                changes.append(one(lambda r: True, lambda r: {"span_start": r["span_end"]}))
            found += [(name, check.name, change) for change in changes]
    count: dict[tuple[str, str], int] = {}
    made = []
    for name, rule, change in found:
        n = count[(name, rule)] = count.get((name, rule), 0) + 1
        made.append(
            Breakage(name, rules.check_of(name, rule), rule, change, name, label="" if n == 1 else str(n))
        )
    return made


def together(breakages: Sequence[Breakage]) -> Breakage:
    """One breakage of many of the same check: the part keeps its rows and gets a broken one for each of them."""
    first = breakages[0]

    def change(rows: list[Row]) -> list[Row]:
        return rows + [_broken_row(rows, one.change(rows)) for one in breakages]

    return Breakage(first.table, first.check, first.check, change, first.part)


def _broken_row(before: list[Row], after: list[Row]) -> Row:
    return next(new for old, new in zip(before, after, strict=True) if str(new) != str(old))


def _twice(rows: list[Row]) -> list[Row]:
    return [*rows, rows[0]]


def _wrong_digits(row: Row) -> Row:
    return {"source_text": row["source_text"][:-1] + "§"}


def _shifted(row: Row) -> Row:
    return {"span_start": row["span_start"] + 100_000, "span_end": row["span_end"] + 100_000}


def _collision(rows: list[Row]) -> list[Row]:
    """Three rejects that get the same id when those of all stages are put together."""
    first = rows[0]
    again = first | {"detail": "told by another stage"}
    return [*rows, again, first | {"reject_id": first["reject_id"] + "~2", "detail": "named so by itself"}]


LAWS = [
    *(
        Breakage(name, "keys", "keys", _twice, name, proved=True)
        for name in (
            "documents", "entries", "quantities", "dates", "numerals", "entities", "events", "roles", "audits",
            "audit_terms", "corrections_applied",
        )
    ),
    Breakage("volumes", "keys", "keys", to(volume_id="linjiang-2012"), "volumes"),
    Breakage("rejects", "keys", "keys", _collision, "facts.rejects", proved=True),
    *(
        Breakage(
            name, "references", "references", to(**{column: "nowhere"}),
            "facts.rejects" if name == "rejects" else name, proved=True, label=column,
        )
        for name in rules.CHECKS
        for column in schemas.references_of(name)
    ),
    *(
        Breakage(
            name, "slice", "slice", one(lambda r: bool(r["source_text"]), how),
            "facts.rejects" if name == "rejects" else name, proved=True, label=how.__name__,
        )
        for name in ("quantities", "dates", "numerals", "entities", "rejects")
        for how in (_wrong_digits, _shifted)
    ),
    Breakage("entries", "tiling", "tiling", lambda rows: rows[1:], "entries", proved=True, label="gap"),
    Breakage(
        "entries", "tiling", "tiling", one(lambda r: True, lambda r: {"span_end": r["span_end"] + 5}), "entries",
        proved=True, label="overlap",
    ),
    Breakage(
        "numerals", "numerals", "numerals",
        lambda rows: [r for r in rows if r["claimed_by"] != "quantity"], "numerals", proved=True,
    ),
    Breakage("numerals", "claims", "claims", to(claim_id="nowhere@1"), "numerals", proved=True),
    *(
        Breakage(
            table, "conservation", "conservation",
            one(lambda r, by=by: r["claimed_by"] == by, lambda r: {"claim_id": None, "reason": "word"}),  # type: ignore[misc]
            "numerals", proved=True,
        )
        for table, by in (("quantities", "quantity"), ("dates", "date"))
    ),
    Breakage("documents", "one_volume", "one_volume", _twice, "documents"),
]  # fmt: skip
"""Breakages of the laws: what one row alone cannot show."""

WARNINGS = [
    Breakage("audits", "consistent", "consistent", to(verdict="inconsistent"), "audits", proved=True),
    Breakage(
        "quantities", "plausible", "plausible",
        one(lambda r: r["dimension"] == "percent", lambda r: {"role": "share", "value_float": 100.5}),
        "quantities", proved=True,
    ),
    Breakage(
        "documents", "readable", "readable", to(reason="facts_failed"), "facts.rejects", proved=True,
    ),
]  # fmt: skip
"""What is reported and stops nothing."""


def break_part(warehouse: Warehouse, breakage: Breakage) -> str:
    """Break a part on disk, as a defect somewhere in the code would; returns the volume it was done to."""
    for volume_id in warehouse.volumes():
        path = warehouse.part(volume_id, breakage.part)
        rows = open_part(path).read_all().to_pylist()
        try:
            broken = breakage.change(rows) if rows else None
        except StopIteration:
            broken = None
        if broken is not None:
            write_part(path, pa.Table.from_pylist(broken, schema=schemas.arrow_schema(kind_of(breakage.part))))
            return volume_id
    raise AssertionError(f"no volume has a row of {breakage.part} that {breakage.name} could be tried on")


def write_part(path: Path, table: pa.Table) -> None:
    """Write a part as it is, with no regard to its schema; exactly one batch, like the parts beside it."""
    beside = path.with_suffix(".new")  # the old file may still be mapped into memory
    with pa.ipc.new_file(beside, table.schema) as writer:
        batches = table.combine_chunks().to_batches()
        writer.write_batch(batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema))
    beside.replace(path)


def set_rows(warehouse: Warehouse, volume_id: str, stage: str, table: str, rows: int) -> None:
    """Make the manifest of a volume say that a part has so many rows."""
    path = warehouse.folder(volume_id) / "manifest.json"
    manifest = json.loads(path.read_text("utf-8"))
    manifest["stages"][stage]["tables"][table]["rows"] = rows
    path.write_text(json.dumps(manifest), "utf-8")


def prove_again(warehouse: Warehouse, seeds: Path, volume_id: str) -> None:
    """Run the stage that proves the laws of a volume, as a run does after any other stage."""
    source = next(s for s in find_volumes(seeds) if s.volume_id == volume_id)
    key = storage.part_key(source, seeds)
    with PartWriter(warehouse, volume_id, "laws", key) as part:
        stages.MAKE["laws"](source, warehouse, seeds, part)
