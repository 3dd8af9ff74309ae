"""Every table of the warehouse: its columns in order, its key, what it refers to, and the rules between columns.

Columns are only named here; what they mean stands in `columns`. The rules hold for one row at a time and are
vectorised; what needs the text or a second table (slices, tiling, foreign keys) is a law in `pipeline.quality.laws`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from schemas.columns import column

Rule = Callable[[Mapping[str, pa.ChunkedArray]], pa.ChunkedArray]


class _Lazy(Mapping[str, pa.ChunkedArray]):
    """Columns of a frame as Arrow arrays, taken only when a rule asks for them."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def __getitem__(self, name: str) -> pa.ChunkedArray:
        return self._frame[name].array.__arrow_array__()

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._frame.columns)

    def __len__(self) -> int:
        return len(self._frame.columns)


def _rule(name: str, rule: Rule, message: str, pair: Sequence[str] = ()) -> pandera.Check:
    """Make a row rule: `rule` gives a mask over the rows, null meaning that there was nothing to judge.

    `pair` names the two columns of a rule that is about nothing else.
    """

    def check(frame: pd.DataFrame) -> pd.Series:
        mask = pc.fill_null(rule(_Lazy(frame)), True)
        values = mask.to_numpy() if len(mask) else np.zeros(0, bool)
        return pd.Series(values.astype(bool), index=frame.index)

    about = {"pair": list(pair)}
    return pandera.Check(
        check, name=name, error=message, ignore_na=False, n_failure_cases=20, statistics=about
    )


def _either(condition: pa.ChunkedArray, *columns: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where the condition holds, all the columns must have a value."""
    present = pc.is_valid(columns[0])
    for more in columns[1:]:
        present = pc.and_(present, pc.is_valid(more))
    return pc.or_(pc.invert(condition), present)


_SPAN = _rule(
    "span_order", lambda t: pc.less(t["span_start"], t["span_end"]), "a span must end after it begins"
)
_MENTION = ("span_start", "span_end", "source_text")
_WHERE = ("entry_id", "document_id", "volume_id")
_IN_ENTRY: Final = {"entry_id": "entries", "document_id": "documents", "volume_id": "volumes"}


def _pair(first: str, second: str) -> pandera.Check:
    """Two columns that have a value together or not at all, the second never below the first."""
    stem = first.rsplit("_", 1)[0]

    def rule(t: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
        together = pc.equal(pc.is_valid(t[first]), pc.is_valid(t[second]))
        ordered = pc.fill_null(pc.less_equal(t[first], t[second]), True)
        return pc.and_(together, ordered)

    return _rule(f"{stem}_pair", rule, f"{first} and {second} stand together, in order", (first, second))


def _title_case_of_entries(t: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    inside = pc.and_(
        pc.less_equal(t["span_start"], t["body_start"]), pc.less_equal(t["body_end"], t["span_end"])
    )
    return pc.and_(inside, pc.less_equal(t["body_start"], t["body_end"]))


def _bounds(t: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    """`bound` says which ends the text states, and the ends agree with it."""
    bound = t["bound"]
    low, high = pc.is_valid(t["low"]), pc.is_valid(t["high"])
    both = pc.and_(low, high)
    return pc.case_when(
        pc.make_struct(
            pc.is_in(bound, value_set=pa.array(["range", "top_n"])),
            pc.equal(bound, "over"),
            pc.equal(bound, "at_least"),
            pc.equal(bound, "at_most"),
        ),
        both,
        pc.and_(low, pc.invert(high)),
        low,
        high,
        pa.scalar(True),
    )


def _exact(t: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    same = pc.and_(pc.equal(t["low"], t["value"]), pc.equal(t["high"], t["value"]))
    needed = pc.and_(pc.equal(t["bound"], "exact"), pc.is_valid(t["value"]))
    return pc.or_(pc.invert(needed), pc.fill_null(same, False))


def _inside(t: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    above = pc.fill_null(pc.less_equal(t["low"], t["value"]), True)
    below = pc.fill_null(pc.less_equal(t["value"], t["high"]), True)
    ordered = pc.fill_null(pc.less_equal(t["low"], t["high"]), True)
    return pc.and_(pc.and_(above, below), ordered)


def _has_content(t: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    return pc.or_(
        pc.or_(pc.is_valid(t["value"]), pc.is_valid(t["terms"])),
        pc.or_(pc.is_valid(t["low"]), pc.is_valid(t["high"])),
    )


def _changes(t: Mapping[str, pa.ChunkedArray]) -> pa.ChunkedArray:
    return pc.or_(pc.not_equal(t["role"], "change"), pc.is_valid(t["change_kind"]))


def _table(
    name: str,
    title: str,
    description: str,
    columns: Sequence[str],
    *,
    key: Sequence[str],
    nullable: Sequence[str] = (),
    references: Mapping[str, str] | None = None,
    checks: Sequence[pandera.Check] = (),
) -> pandera.DataFrameSchema:
    return pandera.DataFrameSchema(
        {c: column(name, c, True if c in nullable else None) for c in columns},
        checks=list(checks),
        strict=True,
        ordered=True,
        coerce=False,
        name=name,
        title=title,
        description=description,
        metadata={"key": list(key), "references": dict(references or {})},
    )


_ALL: Final = (
    _table(
        "volumes",
        "卷",
        "One row a volume: one edition of a yearbook.",
        (
            "volume_id",
            "title",
            "edition_year",
            "covered_year",
            "covered_year_source",
            "region_code",
            "region_name",
            "category",
            "documents",
            "entries",
            "quantities",
        ),
        key=("volume_id",),
    ),
    _table(
        "documents",
        "文档",
        "One row a document as received, with its text.",
        ("document_id", "volume_id", "title", "media_type", "encoding", "sha256", "characters", "text"),
        key=("document_id",),
        references={"volume_id": "volumes"},
    ),
    _table(
        "entries",
        "条目",
        "One row an entry (条目), the unit the book is written in.",
        (
            "entry_id",
            "document_id",
            "volume_id",
            "ordinal",
            "section",
            "title",
            "title_start",
            "title_end",
            "span_start",
            "span_end",
            "body_start",
            "body_end",
            "paragraphs",
            "contributors",
            "contributor_scope",
            "kind",
        ),
        key=("entry_id",),
        references={"document_id": "documents", "volume_id": "volumes"},
        checks=[
            _rule(
                "span_order", lambda t: pc.less_equal(t["span_start"], t["span_end"]), "span runs backwards"
            ),
            _rule("body_inside", _title_case_of_entries, "the body lies inside the span"),
            _pair("title_start", "title_end"),
        ],
    ),
    _table(
        "quantities",
        "数量",
        "One row a number that states an amount, count, share, rate, rank, size, duration or age.",
        (
            "quantity_id",
            *_WHERE,
            *_MENTION,
            "value",
            "value_float",
            "low",
            "high",
            "bound",
            "terms",
            "unit_text",
            "unit",
            "dimension",
            "base_value",
            "base_unit",
            "measured_text",
            "measured_start",
            "measured_end",
            "head_text",
            "role",
            "change_kind",
            "change_direction",
            "change_basis",
            "change_basis_stated",
            "of_quantity_id",
            "part_of_quantity_id",
            "period_start",
            "period_end",
            "region_code",
            "scope",
            "rule_id",
            "confidence",
            "correction_id",
            "note",
        ),
        key=("quantity_id",),
        nullable=("entry_id",),
        references={**_IN_ENTRY, "of_quantity_id": "quantities", "part_of_quantity_id": "quantities"},
        checks=[
            _SPAN,
            _rule("has_value", _has_content, "a value, an end or terms must be stated"),
            _rule("value_in_bounds", _inside, "low <= value <= high where they are stated"),
            _rule("bound_states_ends", _bounds, "the ends that bound promises must be stated, and no other"),
            _rule("exact_is_exact", _exact, "an exact value is its own low and high"),
            _rule("change_has_kind", _changes, "a change must say how it is expressed"),
            _pair("measured_start", "measured_end"),
            _pair("period_start", "period_end"),
        ],
    ),
    _table(
        "dates",
        "日期",
        "One row a date or period that the text states.",
        (
            "date_id",
            *_WHERE,
            *_MENTION,
            "date_start",
            "date_end",
            "precision",
            "year_source",
            "partial",
            "rule_id",
            "confidence",
            "note",
        ),
        key=("date_id",),
        nullable=("entry_id", "rule_id", "confidence"),
        references=_IN_ENTRY,
        checks=[
            _SPAN,
            _pair("date_start", "date_end"),
            _rule(
                "dated_or_partial",
                lambda t: pc.or_(pc.is_valid(t["date_start"]), pc.is_valid(t["partial"])),
                "a date without a year keeps what it has in `partial`",
            ),
        ],
    ),
    _table(
        "numerals",
        "数字串",
        "One row a numeral run of the text, and what it belongs to: nothing disappears.",
        ("document_id", "entry_id", "volume_id", *_MENTION, "claimed_by", "claim_id", "reason"),
        key=("document_id", "span_start"),
        nullable=("entry_id",),
        references=_IN_ENTRY,
        checks=[
            _SPAN,
            _rule(
                "claim_named",
                lambda t: pc.or_(pc.is_valid(t["claim_id"]), pc.is_valid(t["reason"])),
                "a claim names a row, or its reason",
            ),
        ],
    ),
    _table(
        "entities",
        "实体",
        "One row a mention of an organisation, person, place, work, event or quoted name.",
        (
            "entity_id",
            *_WHERE,
            "kind",
            "subkind",
            *_MENTION,
            "name",
            "admin_code",
            "parent_entity_id",
            "target_entry_id",
            "rule_id",
            "confidence",
        ),
        key=("entity_id",),
        references={**_IN_ENTRY, "parent_entity_id": "entities"},
        checks=[_SPAN],
    ),
    _table(
        "events",
        "事件",
        "One row an event: a conference, an exhibition, a signing, an award …",
        (
            "event_id",
            *_WHERE,
            "kind",
            "name",
            "name_start",
            "name_end",
            "date_start",
            "date_end",
            "date_precision",
            "place",
            "edition",
            "attendance_quantity_id",
            "rule_id",
            "confidence",
        ),
        key=("event_id",),
        references={**_IN_ENTRY, "attendance_quantity_id": "quantities"},
        checks=[_pair("name_start", "name_end"), _pair("date_start", "date_end")],
    ),
    _table(
        "roles",
        "角色",
        "One row a part that a person or organisation takes, in an event or in an entry.",
        (
            "role_id",
            *_WHERE,
            "event_id",
            "entity_id",
            "name",
            "role",
            "title",
            "organisation",
            "organisation_entity_id",
            "ordinal",
            "open_list",
            "rule_id",
            "confidence",
        ),
        key=("role_id",),
        nullable=("event_id", "entity_id", "ordinal"),
        references={
            **_IN_ENTRY,
            "event_id": "events",
            "entity_id": "entities",
            "organisation_entity_id": "entities",
        },
    ),
    _table(
        "audits",
        "核算",
        "One row a statement of the book that its own figures allow to re-compute.",
        (
            "audit_id",
            "volume_id",
            "entry_id",
            "kind",
            "stated",
            "computed",
            "tolerance",
            "verdict",
            "explanation",
        ),
        key=("audit_id",),
        nullable=("entry_id",),
        references={"entry_id": "entries", "volume_id": "volumes"},
    ),
    _table(
        "audit_terms",
        "核算项",
        "The quantities that an audit used.",
        ("audit_id", "position", "quantity_id", "part"),
        key=("audit_id", "position"),
        references={"audit_id": "audits", "quantity_id": "quantities"},
    ),
    _table(
        "rejects",
        "未收",
        "What was seen and could not be made a valid row, with its place and a stable reason.",
        ("reject_id", "document_id", "entry_id", "volume_id", *_MENTION, "stage", "reason", "detail"),
        key=("reject_id",),
        nullable=("document_id", "entry_id", "span_start", "span_end", "source_text"),
        references={"volume_id": "volumes"},
        checks=[_pair("span_start", "span_end")],
    ),
    _table(
        "quality_results",
        "质量检查",
        "Outcome of every check of the run that published the tables.",
        (
            "run_id",
            "checked_at",
            "table_name",
            "check_name",
            "severity",
            "passed",
            "rows_checked",
            "rows_failed",
            "detail",
        ),
        key=("run_id", "table_name", "check_name"),
    ),
    _table(
        "corrections_applied",
        "订正",
        "What a human hand changed, and why.",
        ("correction_id", "table", "row", "column", "before", "after", "reason"),
        key=("correction_id", "table", "row", "column"),
        nullable=(),
    ),
    # Working tables, kept with the parts of a volume and not published.
    _table(
        "laws",
        "定律",
        "What the laws said about one volume; added up into quality_results when tables are published.",
        (
            "volume_id",
            "table_name",
            "check_name",
            "severity",
            "passed",
            "rows_checked",
            "rows_failed",
            "detail",
            "examples",
        ),
        key=("table_name", "check_name"),
    ),
    _table(
        "tellings",
        "记事",
        "Figures that a sentence gives of a named occasion on a day, for comparing the entries of a volume.",
        ("document_id", "span_start", "name", "date_start", "date_end", "entry_id", "quantity_id"),
        key=("document_id", "span_start", "name", "quantity_id"),
        references={"entry_id": "entries", "quantity_id": "quantities"},
    ),
    _table(
        "links",
        "参见",
        "References whose entry was only found in the whole volume or in another one; they complete `entities`.",
        ("entity_id", "target_entry_id"),
        key=("entity_id",),
        references={"entity_id": "entities"},
    ),
    _table(
        "zones",
        "区域",
        "Stretches of a document that are no running prose: headings, captions, notes, signatures …",
        ("document_id", "span_start", "span_end", "kind", "level"),
        key=("document_id", "span_start", "kind"),
        references={"document_id": "documents"},
        checks=[_SPAN],
    ),
)

TABLES: Final[dict[str, pandera.DataFrameSchema]] = {schema.name: schema for schema in _ALL}
WORKING: Final = frozenset({"zones", "laws", "links", "tellings"})


def key_of(name: str) -> list[str]:
    """Return the key columns of a table, for example `["document_id", "span_start"]` of numerals."""
    return list(TABLES[name].metadata["key"])


def references_of(name: str) -> dict[str, str]:
    """Return column → table for the foreign keys of a table; each points at the first key column there."""
    return dict(TABLES[name].metadata["references"])
