"""What the user interface shows of a table: its columns, a readable sample, its counts, and the verdicts on it.

Only the translation into Dagster's words belongs here. The rules themselves are `schemas.tables` (rows) and
`pipeline.quality.laws` (everything else); the verdicts are those that decided whether the tables were published, so
that a check never says anything else than the gate did.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import storage
from pipeline.publish.findings import address_of
from pipeline.quality import corrections, laws, rules
from pipeline.quality.glance import Glance
from schemas import export
from schemas.tables import TABLES, key_of

CHECKS: Mapping[str, Mapping[str, str]] = {
    name: {
        **laws.CHECKS.get(name, {}),
        **checks,
        **(corrections.CHECKS if name == "corrections_applied" else {}),
    }
    for name, checks in rules.CHECKS.items()
}
# Checks that stop nothing, except where they fail for most of a table; then `settle.weigh` makes errors of them.
_WARNINGS = frozenset({"contract", "readable", "consistent", "plausible", "corrections_needed"})
# Markdown beyond this is not shown in line.
_SAMPLE_CHARACTERS = 990
_SAMPLE_ROWS = 4
_CELL = 24
_SAMPLE_COLUMNS = {
    "volumes": ("volume_id", "title", "covered_year", "region_name", "entries", "quantities"),
    "documents": ("document_id", "title", "encoding", "characters"),
    "entries": ("ordinal", "section", "title", "kind", "contributors"),
    "quantities": ("source_text", "value", "unit", "dimension", "bound", "role"),
    "dates": ("source_text", "date_start", "date_end", "precision", "year_source"),
    "numerals": ("source_text", "claimed_by", "claim_id", "reason"),
    "entities": ("source_text", "kind", "name", "admin_code"),
    "events": ("name", "kind", "date_start", "place", "edition"),
    "roles": ("name", "role", "title", "organisation", "ordinal"),
    "audits": ("kind", "verdict", "explanation"),
    "corrections_applied": ("row", "column", "before", "after", "reason"),
    "rejects": ("document_id", "source_text", "stage", "reason"),
    "quality_results": ("table_name", "check_name", "severity", "passed", "rows_checked", "rows_failed"),
}


def column_schema(name: str) -> dg.TableSchema:
    """The columns of a table as Dagster shows them: type, Chinese title and description, unit as a tag."""
    columns = []
    for field in export.arrow_schema(name):
        unit = export.note(field, "unit")
        title, description = export.note(field, "title"), export.note(field, "description")
        columns.append(
            dg.TableColumn(
                name=field.name,
                type=str(field.type),
                description=f"{title}: {description}" + (f" [{unit}]" if unit else ""),
                constraints=dg.TableColumnConstraints(
                    nullable=field.nullable, unique=key_of(name) == [field.name]
                ),
            )
        )
    return dg.TableSchema(columns=columns)


def table_spec(name: str, deps: Iterable[dg.AssetKey]) -> dg.AssetSpec:
    """The asset of one published table, its columns known before any run."""
    schema = TABLES[name]
    return dg.AssetSpec(
        name,
        deps=list(deps),
        group_name="published",
        description=f"{schema.title}: {schema.description}",
        metadata={"dagster/column_schema": column_schema(name), "dagster/table_name": f"warehouse.{name}"},
        kinds={"parquet", "table"},
    )


def check_specs(names: Iterable[str]) -> list[dg.AssetCheckSpec]:
    """Every check of the named tables, reported by the asset that publishes them."""
    return [
        dg.AssetCheckSpec(check, asset=name, description=meaning, blocking=check not in _WARNINGS)
        for name in names
        for check, meaning in CHECKS.get(name, {}).items()
    ]


@dataclass(frozen=True)
class Pages:
    """Where the review pages lie, and under which address a browser finds them, if any server gives them out."""

    folder: Path
    address: str = ""

    def of(self, document_id: str, start: object = None, table: str = "") -> str:
        """The page of a document, at the mark of a row where it has one."""
        page = address_of(document_id)
        anchor = f"#{_MARKS[table]}-{start}" if table in _MARKS and start is not None else ""
        if self.address:
            return f"{self.address.rstrip('/')}/{quote(page)}{anchor}"
        return f"{(self.folder / page).resolve()}{anchor}"

    @property
    def index(self) -> str:
        """The page that lists all volumes."""
        return (
            f"{self.address.rstrip('/')}/index.html"
            if self.address
            else str((self.folder / "index.html").resolve())
        )

    def link(self, where: str) -> dg.MetadataValue[Any]:
        """As the interface shows it: a browser opens no local file from a page, so that a path is shown to copy."""
        return dg.MetadataValue.url(where) if self.address else dg.MetadataValue.path(where)


def results(
    names: Iterable[str], verdicts: Sequence[laws.Verdict], pages: Pages
) -> list[dg.AssetCheckResult]:
    """The verdicts in Dagster's words, one result for each check of the named tables.

    A check that no volume had rows for has passed on nothing.
    """
    found = {(v.table, v.check): v for v in verdicts}
    made = []
    for name in names:
        for check in CHECKS.get(name, {}):
            verdict = found.get((name, check)) or laws.Verdict(name, check, "error", 0, 0)
            severity = (
                dg.AssetCheckSeverity.ERROR if verdict.severity == "error" else dg.AssetCheckSeverity.WARN
            )
            metadata: dict[str, Any] = {
                "rows_checked": verdict.checked,
                "rows_failed": verdict.failed,
                "share_failed": verdict.failed / verdict.checked if verdict.checked else 0.0,
            }
            if verdict.examples:
                metadata["failing_rows"] = failing_rows(verdict.examples, pages, name)
                if document := next(
                    (r["document_id"] for r in verdict.examples if r.get("document_id")), None
                ):
                    metadata["review"] = pages.link(pages.of(str(document)))
            made.append(
                dg.AssetCheckResult(
                    asset_key=dg.AssetKey(name),
                    check_name=check,
                    passed=verdict.passed,
                    severity=severity,
                    metadata=metadata,
                    description=verdict.detail or f"{verdict.failed} of {verdict.checked} failed",
                )
            )
    return made


def failing_rows(
    examples: Sequence[Mapping[str, object]], pages: Pages, name: str = ""
) -> dg.TableMetadataValue:
    """The first offenders of a table: which rule, which document, where, the words, the page; then what else is known.

    A column appears if any of them has a value in it.
    """
    rows = []
    for row in examples:
        document = row.get("document_id")
        page = {"page": pages.of(str(document), row.get("span_start"), name)} if document else {}
        rows.append({**row, **page})
    held = {key for row in rows for key in row}
    first = [n for n in _FIRST if n in held]
    return table(rows, first + [n for n in dict.fromkeys(k for row in rows for k in row) if n not in first])


_FIRST = ("rule", "document_id", "span_start", "span_end", "source_text", "page")
# The letters that marks on a review page are named by.
_MARKS = {"quantities": "q", "dates": "d", "numerals": "n", "rejects": "r"}


def table(rows: Sequence[Mapping[str, object]], names: Sequence[str]) -> dg.TableMetadataValue:
    """Rows as a table of the interface; numbers stay numbers."""
    numeric = {n for n in names if all(isinstance(row.get(n), int | float) for row in rows)}
    records = [dg.TableRecord({n: _cell(row.get(n), n in numeric) for n in names}) for row in rows]
    kinds = {n: "float" if any(isinstance(row[n], float) for row in rows) else "int" for n in numeric}
    columns = [dg.TableColumn(n, kinds.get(n, "string")) for n in names]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns=columns))


def _cell(value: object, numeric: bool) -> Any:
    return value if numeric else "" if value is None else str(value)


def numbers(name: str, verdicts: Sequence[laws.Verdict]) -> dict[str, int]:
    """What the interface plots of the checks on a table: failed rows of each, and how many checks failed."""
    mine = [v for v in verdicts if v.table == name]
    failed = {f"failed: {v.check}": v.failed for v in mine}
    counts = {s: sum(not v.passed and v.severity == s for v in mine) for s in ("error", "warn")}
    return {"checks_failed_error": counts["error"], "checks_failed_warn": counts["warn"], **failed}


def glance_metadata(seen: Glance) -> dict[str, Any]:
    """What the interface shows of a volume, or of all of them: numbers that it plots, and two tables."""
    verdicts = seen.verdicts()
    reasons = seen.rejects.most_common()
    kinds = sorted({kind for kind, _ in seen.audits})
    by_kind = [{"kind": kind, **{v: seen.audits[(kind, v)] for v in _VERDICTS}} for kind in kinds]
    return {
        "coverage": round(seen.coverage, 6),
        "numerals": seen.numerals,
        "numerals_rejected": seen.claims["reject"],
        "rejects": seen.rejects.total(),
        "rejects_by_reason": table([{"reason": r, "rejects": n} for r, n in reasons], ("reason", "rejects")),
        **{f"rejects: {reason}": count for reason, count in reasons},
        "audits": seen.audits.total(),
        "audits_by_verdict": table(by_kind, ("kind", *_VERDICTS)),
        **{f"audits: {verdict}": verdicts[verdict] for verdict in _VERDICTS},
        "contradictions_per_10k": round(seen.contradictions_per_10000, 4),
    }


def volumes_metadata(seen: Mapping[str, Glance], pages: Pages) -> dict[str, Any]:
    """All volumes at a glance, those with most contradictions first, and the numbers of the whole."""
    whole = Glance()
    for one in seen.values():
        whole.merge(one)
    worst = sorted(seen.items(), key=lambda item: (-item[1].contradictions, item[1].coverage, item[0]))
    rows = [
        {
            "volume_id": volume_id,
            "coverage": round(one.coverage, 6),
            "rejects": one.rejects.total(),
            **{verdict: one.verdicts()[verdict] for verdict in _VERDICTS},
            "contradictions_per_10k": round(one.contradictions_per_10000, 4),
        }
        for volume_id, one in worst[:_VOLUMES_SHOWN]
    ]
    names = list(rows[0]) if rows else ["volume_id"]
    # Plots of a partitioned asset compare its partitions; those of this one, which has none, run over time.
    trends = {
        f"{volume_id}: {what}": number
        for volume_id, one in worst[:_TRENDS]
        for what, number in (
            ("coverage", round(one.coverage, 6)),
            ("rejects", one.rejects.total()),
            ("inconsistent", one.contradictions),
        )
    }
    return {
        **glance_metadata(whole),
        "by_volume": table(rows, names),
        "review_index": pages.link(pages.index),
        **trends,
    }


# Volumes that one table of the interface lists; every volume has a partition of its own to look at.
_VOLUMES_SHOWN = 200
# Volumes whose numbers are plotted over the runs, three plots each.
_TRENDS = 40
_VERDICTS = ("inconsistent", "rounding", "consistent", "unchecked")


def table_metadata(warehouse: storage.Warehouse, name: str) -> dict[str, Any]:
    """What the interface shows after a publication: rows and size (it plots numbers over time) and a sample."""
    path = warehouse.table(name)
    with pq.ParquetFile(path) as file:
        first = file.read_row_group(0) if file.num_row_groups else file.schema_arrow.empty_table()
        rows = file.metadata.num_rows
    return {
        "dagster/row_count": rows,
        "rows": rows,
        "megabytes": round(path.stat().st_size / 1e6, 3),
        "dagster/uri": path.resolve().as_uri(),
        "sample": dg.MetadataValue.md(sample(first.slice(0, _SAMPLE_ROWS), name)),
    }


def sample(table: pa.Table, name: str) -> str:
    """A few rows as a Markdown table of less than 1000 characters, in the columns a reader would look at first."""
    columns = [c for c in _SAMPLE_COLUMNS.get(name, table.column_names[:6]) if c in table.column_names]
    titles = [export.note(export.arrow_schema(name).field(c), "title") for c in columns]
    lines = ["| " + " | ".join(titles) + " |", "|" + " --- |" * len(columns)]
    for row in table.select(columns).to_pylist():
        cells = [
            "" if v is None else f"{v:f}".rstrip("0").rstrip(".") if hasattr(v, "as_tuple") else str(v)
            for v in row.values()
        ]
        line = "| " + " | ".join(c[:_CELL].replace("|", "\\|").replace("\n", " ") for c in cells) + " |"
        if sum(map(len, lines)) + len(line) + len(lines) > _SAMPLE_CHARACTERS:
            break
        lines.append(line)
    return "\n".join(lines)
