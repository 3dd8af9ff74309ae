"""Good rows and bad rows of a table, told apart by the rules of `tables`.

A row that breaks a rule is handed back with the name of the rule, so that it can become a reject; a table whose
structure is wrong (a column missing, another type) is an error in the code and raises. Pandera is the one engine;
this module knows the corners of its failure report and nothing about files.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from schemas.export import arrow_schema
from schemas.tables import TABLES


class StructureError(TypeError):
    """A table does not have the columns or types that its schema declares."""


@dataclass(frozen=True)
class Split:
    """The outcome of a validation.

    `good` holds the rows that passed, `bad` the others, in the order given; `reasons` names for each bad row the
    first rule it broke, for example `value_in_bounds` or `bound_vocabulary`.
    """

    good: pa.Table
    bad: pa.Table
    reasons: list[str]


def conform(table: pa.Table, name: str) -> pa.Table:
    """Return the table with the declared columns in the declared order and types; absent nullable columns are null.

    Raises StructureError when a column that must be filled is absent, when one is not declared at all, or when the
    values cannot be cast without loss.
    """
    schema = arrow_schema(name)
    unknown = [c for c in table.column_names if c not in schema.names]
    if unknown:
        raise StructureError(f"{name}: columns {unknown} are not declared in schemas/tables.py")
    arrays = []
    for field in schema:
        if field.name in table.column_names:
            try:
                arrays.append(table.column(field.name).cast(field.type))
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
                raise StructureError(f"{name}.{field.name}: {error}") from error
        elif field.nullable or not table.num_rows:
            arrays.append(pa.nulls(table.num_rows, field.type))
        else:
            raise StructureError(f"{name}: column {field.name} is missing")
    return pa.Table.from_arrays(arrays, schema=schema)


def empty(name: str) -> pa.Table:
    """Return the table without rows."""
    return arrow_schema(name).empty_table()


def split(table: pa.Table, name: str) -> Split:
    """Conform a table and separate the rows that break a rule.

    Raises StructureError where no row could be blamed. Takes about 5 ms for a small table and a second for three
    million quantities: call it with whole blocks, never once a document.
    """
    table = conform(table, name)
    broken = broken_rules(table, name)
    if not broken:
        return Split(table, table.slice(0, 0), [])
    rules = list(broken)
    first = np.full(table.num_rows, -1, np.intp)
    for i, failed in enumerate(broken.values()):
        first[failed & (first < 0)] = i
    bad = np.flatnonzero(first >= 0)
    return Split(
        table.filter(pa.array(first < 0)), table.take(pa.array(bad)), [rules[i] for i in first[bad]]
    )


def broken_rules(table: pa.Table, name: str) -> dict[str, npt.NDArray[np.bool_]]:
    """Return every rule that some row of a conformed table breaks, with a mask over the rows that break it.

    Rules are named as in `rules_of`. Raises StructureError where no row could be blamed.
    """
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    try:
        TABLES[name].validate(frame, lazy=True, inplace=True)
    except pandera.errors.SchemaErrors as errors:
        return {_reason(e): _failed(e, name, frame) for e in errors.schema_errors}
    return {}


FILLED: Final = "missing"
"""What a column breaks that has no value where it must have one."""


def rules_of(name: str) -> dict[str, str]:
    """Return every rule that a row of a table can break, with what it asks for.

    A rule on one column is named `<column>_<check>` (`bound_vocabulary`, `span_start_missing`), a rule between
    columns has a name of its own (`value_in_bounds`).
    """
    schema = TABLES[name]
    rules: dict[str, str] = {}
    for column in schema.columns.values():
        if not column.nullable:
            rules[f"{column.name}_{FILLED}"] = f"{column.name} has a value"
        for check in column.checks:
            rules[f"{column.name}_{check.name}"] = f"{column.name} keeps to its {check.name}"
    return rules | {check.name: str(check.error) for check in schema.checks}


def _reason(error: pandera.errors.SchemaError) -> str:
    """The name in `rules_of` of the rule that was broken."""
    check = error.check.name if isinstance(error.check, pandera.Check) else str(error.check)
    if isinstance(error.schema, pandera.Column):
        return f"{error.schema.name}_{FILLED if check == 'not_nullable' else check}"
    return str(check)


def _failed(error: pandera.errors.SchemaError, name: str, frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark the rows that an error blames.

    The row masks of the errors are used, not `failure_cases`: those hold one line a cell, cap their number, and keep
    index labels where positions are wanted.
    """
    if error.check == "not_nullable":
        passed = frame[error.schema.name].notna()
    else:
        passed = getattr(error, "check_output", None)
    if not isinstance(passed, pd.Series) or len(passed) != len(frame):
        raise StructureError(f"{name}: {error}")
    return ~passed.to_numpy(dtype=bool, na_value=True)
