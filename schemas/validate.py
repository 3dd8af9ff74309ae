"""Good rows and bad rows of a table, told apart by the rules of `tables`.

A row that breaks a rule is handed back with the name of the rule, so that it can become a reject; a table whose
structure is wrong (a column missing, another type) is an error in the code and raises. Pandera is the one engine;
this module knows the corners of its failure report and nothing about files.
"""

from dataclasses import dataclass

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
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    try:
        TABLES[name].validate(frame, lazy=True, inplace=True)
    except pandera.errors.SchemaErrors as errors:
        first = _first_broken_rule(errors, name, frame)
        bad = np.flatnonzero(first >= 0)
        names = [_reason(e) for e in errors.schema_errors]
        return Split(
            table.filter(pa.array(first < 0)),
            table.take(pa.array(bad)),
            [names[i] for i in first[bad]],
        )
    return Split(table, table.slice(0, 0), [])


def _reason(error: pandera.errors.SchemaError) -> str:
    """Name what was broken: `<column>_<check>` for a column, the rule's own name for a rule between columns."""
    check = error.check.name if isinstance(error.check, pandera.Check) else str(error.check)
    if isinstance(error.schema, pandera.Column):
        return f"{error.schema.name}_{'missing' if check == 'not_nullable' else check}"
    return str(check)


def _first_broken_rule(
    errors: pandera.errors.SchemaErrors, name: str, frame: pd.DataFrame
) -> npt.NDArray[np.intp]:
    """Return for each row the index of the first error that blames it, or -1.

    The row masks of the errors are used, not `failure_cases`: those hold one line a cell, cap their number, and keep
    index labels where positions are wanted.
    """
    first = np.full(len(frame), -1, np.intp)
    for i, error in enumerate(errors.schema_errors):
        if error.check == "not_nullable":
            passed = frame[error.schema.name].notna()
        else:
            passed = getattr(error, "check_output", None)
        if not isinstance(passed, pd.Series) or len(passed) != len(frame):
            raise StructureError(f"{name}: {error}")
        failed = ~passed.to_numpy(dtype=bool, na_value=True)
        first[failed & (first < 0)] = i
    return first
