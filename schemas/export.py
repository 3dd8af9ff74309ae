"""The tables of `tables` in the forms other tools read.

Arrow schema with field comments, `COMMENT ON` statements for DuckDB, a Markdown dictionary and a Frictionless
`datapackage.json`. Everything is derived; nothing about a column is written down here. What Dagster shows is built
from the same Arrow schema by `pipeline.checks`, since nothing in this package knows Dagster.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import pyarrow as pa

from schemas.tables import TABLES, WORKING, key_of, references_of


@cache
def arrow_schema(name: str) -> pa.Schema:
    """Return the Arrow schema of a table; each field carries title, description, unit and values as metadata.

    The keys `comment` and `description` hold the same sentence, because tools look for either.
    Raises KeyError for an unknown table.
    """
    schema = TABLES[name]
    fields = []
    for column_name, column in schema.columns.items():
        notes = {"title": column.title, "comment": column.description, "description": column.description}
        if column.metadata["unit"]:
            notes["unit"] = column.metadata["unit"]
        if column.metadata["values"]:
            notes["values"] = " ".join(column.metadata["values"])
        fields.append(pa.field(column_name, column.dtype.type.pyarrow_dtype, column.nullable, notes))
    return pa.schema(fields, {"title": schema.title, "description": schema.description})


def note(field: pa.Field, key: str) -> str:
    """Return one of the notes a field carries (`title`, `description`, `unit`, `values`), or an empty string."""
    return (field.metadata or {}).get(key.encode(), b"").decode()


def duckdb_comments(name: str) -> list[str]:
    """Return the `COMMENT ON` statements that put titles and descriptions into a DuckDB file."""

    def quoted(text: str) -> str:
        return "'" + text.replace("'", "''") + "'"

    schema = arrow_schema(name)
    statements = [
        f'COMMENT ON TABLE "{name}" IS {quoted(f"{TABLES[name].title}: {TABLES[name].description}")};'
    ]
    for field in schema:
        text = f"{note(field, 'title')}: {note(field, 'description')}"
        statements.append(f'COMMENT ON COLUMN "{name}"."{field.name}" IS {quoted(text)};')
    return statements


def dictionary(names: Sequence[str] | None = None) -> str:
    """Return the data dictionary as Markdown, one section a table."""
    lines = ["# Data dictionary 数据字典", ""]
    for name in names or [n for n in TABLES if n not in WORKING]:
        schema, references = TABLES[name], references_of(name)
        lines += [
            f"## {name} {schema.title}",
            "",
            schema.description,
            "",
            f"Key: `{', '.join(key_of(name))}`.",
            "",
        ]
        lines += ["| column | 中文 | type | null | unit | meaning |", "| --- | --- | --- | --- | --- | --- |"]
        for field in arrow_schema(name):
            meaning = note(field, "description")
            if note(field, "values"):
                meaning += " One of: " + ", ".join(f"`{v}`" for v in note(field, "values").split()) + "."
            if field.name in references:
                meaning += f" Refers to {references[field.name]}."
            null = "yes" if field.nullable else ""
            lines.append(
                f"| {field.name} | {note(field, 'title')} | {field.type} | {null} | {note(field, 'unit')} | {meaning} |"
            )
        lines.append("")
    return "\n".join(lines)


_FRICTIONLESS = {
    "string": "string",
    "int32": "integer",
    "int64": "integer",
    "double": "number",
    "bool": "boolean",
    "date32[day]": "date",
    "timestamp[us, tz=UTC]": "datetime",
}


def datapackage(rows: Mapping[str, int]) -> str:
    """Return a Frictionless `datapackage.json` for the tables named in `rows` (table → number of rows)."""
    resources: list[dict[str, Any]] = []
    for name, count in rows.items():
        fields: list[dict[str, Any]] = []
        for field in arrow_schema(name):
            described: dict[str, Any] = {
                "name": field.name,
                "type": _FRICTIONLESS.get(str(field.type), "number"),
                "title": note(field, "title"),
                "description": note(field, "description"),
                "constraints": {"required": not field.nullable},
            }
            if note(field, "values"):
                described["constraints"]["enum"] = note(field, "values").split()
            if note(field, "unit"):
                described["unit"] = note(field, "unit")
            fields.append(described)
        foreign = [
            {"fields": [c], "reference": {"resource": "" if t == name else t, "fields": key_of(t)[:1]}}
            for c, t in references_of(name).items()
            if t in rows
        ]
        resources.append(
            {
                "name": name,
                "path": f"{name}.parquet",
                "format": "parquet",
                "title": TABLES[name].title,
                "description": TABLES[name].description,
                "rows": count,
                "schema": {"fields": fields, "primaryKey": key_of(name), "foreignKeys": foreign},
            }
        )
    package = {"name": "nianjian", "title": "年鉴数据", "profile": "data-package", "resources": resources}
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"
