"""The shape of the warehouse, stated once.

Reading order: `columns` (what each column means), `tables` (which table holds it, keys and row rules), `validate`
(good rows and bad rows), `export` (the same facts for Arrow, DuckDB, Markdown and Frictionless). Nothing here reads a
book or a file.
"""

from schemas.export import arrow_schema
from schemas.tables import TABLES, key_of, references_of
from schemas.validate import Split, StructureError, broken_rules, conform, empty, rules_of, split

__all__ = [
    "TABLES",
    "Split",
    "StructureError",
    "arrow_schema",
    "broken_rules",
    "conform",
    "empty",
    "key_of",
    "references_of",
    "rules_of",
    "split",
]
