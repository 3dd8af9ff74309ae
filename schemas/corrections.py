"""The table that people write corrections in, corrections.csv: what a line of it must look like.

Here: its columns, its words, the rules within one line, and what to tell whoever wrote it. Not here: reading the file
in whatever way a spreadsheet saved it (`pipeline.quality.correction_lines`), and whether a line finds its place in a
book (`pipeline.quality.corrections`). Unlike a reference table, this one is not refused for a bad line: each is told
for itself, and the others are carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pandera

COLUMNS: Final = (
    "correction_id",
    "document",
    "entry_title",
    "quote",
    "occurrence",
    "field",
    "expect",
    "action",
    "set_to",
    "reason",
    "author",
    "date",
)
REQUIRED: Final = ("document", "quote", "action", "reason")
ACTIONS: Final = ("read_as", "fix_misprint", "merge", "split", "drop", "accept", "set_measured", "set")
SETTING: Final = ("read_as", "fix_misprint", "merge", "split", "set_measured")
"""Actions that say what is to stand there."""
FIELDS: Final = (
    "role",
    "change_kind",
    "change_direction",
    "change_basis",
    "period",
    "region_code",
    "scope",
)
"""Columns of a quantity that the action `set` may set; what the text itself says is changed by the other actions."""

Row = Mapping[str, str]


def _counts(cell: str) -> bool:
    """Whether a cell is empty or a whole number from 1 up."""
    return not cell or (cell.isascii() and cell.isdigit() and int(cell) > 0)


def _cell(name: str, holds: Callable[[str], bool], message: str) -> pandera.Check:
    return pandera.Check(lambda column: column.map(holds).astype(bool), name=name, error=message)


def _line(name: str, holds: Callable[[Row], bool], message: str) -> pandera.Check:
    """A rule between the cells of a line; the message may name cells, in braces."""

    def check(frame: pd.DataFrame) -> pd.Series:
        return pd.Series([holds(row) for row in frame.to_dict("records")], index=frame.index, dtype=bool)

    return pandera.Check(check, name=name, error=message)


def _column(name: str) -> pandera.Column:
    checks = [_cell("filled", bool, f"{name} is empty")] if name in REQUIRED else []
    if name == "occurrence":
        checks.append(_cell("counts", _counts, "occurrence {occurrence!r} is no number from 1 up"))
    if name == "action":
        known = f"action {{action!r}} is not known; there are {', '.join(ACTIONS)}"
        checks.append(_cell("vocabulary", lambda s: not s or s in ACTIONS, known))
    return pandera.Column(str, checks=checks)


CORRECTIONS: Final = pandera.DataFrameSchema(
    {name: _column(name) for name in COLUMNS},
    checks=[
        _line("has_value", lambda r: r["action"] not in SETTING or bool(r["set_to"]), "{action} needs set_to"),
        _line(
            "names_field",
            lambda r: r["action"] != "set" or r["field"] in FIELDS,
            f"set needs a field, one of {', '.join(FIELDS)}",
        ),
        _line(
            "field_only_for_set",
            lambda r: r["action"] == "set" or not r["field"],
            "field is for the action set only",
        ),
        _line(
            "accepts_as_it_is",
            lambda r: r["action"] != "accept" or not r["set_to"],
            "accept leaves things as they are; empty set_to, or use read_as",
        ),
    ],
    strict=True,
    ordered=True,
    name="corrections",
)


def broken_lines(rows: Sequence[Row]) -> dict[int, list[str]]:
    """Hold lines against the schema; returns what is wrong with each that breaks it, by its place among them.

    Args:
        rows: the lines as dicts, every column of `COLUMNS` a string, empty where nothing was written.

    Example: `{"action": "read_as", "set_to": "", …}` is told "read_as needs set_to".
    """
    told: dict[int, list[str]] = {}
    if not rows:
        return told
    frame = pd.DataFrame(list(rows), columns=list(COLUMNS), dtype=str)
    try:
        CORRECTIONS.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        for error in errors.schema_errors:
            for i in np.flatnonzero(~error.check_output.to_numpy(dtype=bool)):
                told.setdefault(int(i), []).append(str(error.check.error).format(**rows[int(i)]))
    return told
