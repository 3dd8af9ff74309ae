"""The tables entities, events and roles, filled column by column.

Here: their columns, ids made of positions, text as printed. Not here: what stands in them (`names`).
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa

_WHERE = [("entry_id", pa.string()), ("document_id", pa.string()), ("volume_id", pa.string())]
_HOW = [("rule_id", pa.string()), ("confidence", pa.float64())]

ENTITIES = pa.schema(
    [
        ("entity_id", pa.string()),
        *_WHERE,
        ("kind", pa.string()),
        ("subkind", pa.string()),
        ("span_start", pa.int32()),
        ("span_end", pa.int32()),
        ("source_text", pa.string()),
        ("name", pa.string()),
        ("admin_code", pa.string()),
        ("parent_entity_id", pa.string()),
        ("target_entry_id", pa.string()),
        *_HOW,
    ]
)
EVENTS = pa.schema(
    [
        ("event_id", pa.string()),
        *_WHERE,
        ("kind", pa.string()),
        ("name", pa.string()),
        ("name_start", pa.int32()),
        ("name_end", pa.int32()),
        ("date_start", pa.date32()),
        ("date_end", pa.date32()),
        ("date_precision", pa.string()),
        ("place", pa.string()),
        ("edition", pa.string()),
        ("attendance_quantity_id", pa.string()),
        *_HOW,
    ]
)
ROLES = pa.schema(
    [
        ("role_id", pa.string()), *_WHERE, ("event_id", pa.string()), ("entity_id", pa.string()), ("name", pa.string()),
        ("role", pa.string()), ("title", pa.string()), ("organisation", pa.string()),
        ("organisation_entity_id", pa.string()), ("ordinal", pa.int32()), ("open_list", pa.bool_()), *_HOW,
    ]
)  # fmt: skip
REJECTS = pa.schema(
    [
        ("reject_id", pa.string()), *_WHERE, ("span_start", pa.int32()), ("span_end", pa.int32()),
        ("source_text", pa.string()), ("stage", pa.string()), ("reason", pa.string()), ("detail", pa.string()),
    ]
)  # fmt: skip


class Rows:
    """One table as it grows: rows are tuples in the order of the schema."""

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self.rows: list[tuple[Any, ...]] = []

    def table(self) -> pa.Table:
        """The rows so far as an Arrow table."""
        columns = zip(*self.rows, strict=True) if self.rows else ([] for _ in self.schema)
        return pa.Table.from_arrays(
            [pa.array(list(values), field.type) for values, field in zip(columns, self.schema, strict=True)],
            schema=self.schema,
        )
