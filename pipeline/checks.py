"""What the user interface shows of a table: its columns, a readable sample, its counts, and the verdicts on it.

Only the translation into Dagster's words belongs here. The rules themselves are `schemas.tables` (rows) and
`pipeline.quality.laws` (everything else); the verdicts are those that decided whether the tables were published, so
that a check never says anything else than the gate did.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import storage
from pipeline.quality import corrections, laws, rules
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
        dg.AssetCheckSpec(check, asset=name, description=meaning)
        for name in names
        for check, meaning in CHECKS.get(name, {}).items()
    ]


def results(names: Iterable[str], verdicts: Sequence[laws.Verdict]) -> list[dg.AssetCheckResult]:
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
            metadata: dict[str, Any] = {"rows_checked": verdict.checked, "rows_failed": verdict.failed}
            if verdict.examples:
                metadata["failing_rows"] = failing_rows(verdict.examples)
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


def failing_rows(examples: Sequence[dict[str, object]]) -> dg.TableMetadataValue:
    """The first offenders as a table; a column appears if any of them has a value in it."""
    names = list(dict.fromkeys(key for row in examples for key in row))
    records = [dg.TableRecord({n: str(row.get(n, "")) for n in names}) for row in examples]
    columns = [dg.TableColumn(n, "string") for n in names]
    return dg.MetadataValue.table(records, schema=dg.TableSchema(columns=columns))


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
