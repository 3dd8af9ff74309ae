"""Row rules of the tables: what is let through, what is refused and under which name."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

import schemas
from schemas import export
from schemas.tables import TABLES, WORKING

QUANTITY: dict[str, Any] = {
    "quantity_id": "临江-2012/1.txt@20",
    "entry_id": "临江-2012/1.txt#001",
    "document_id": "临江-2012/1.txt",
    "volume_id": "临江-2012",
    "span_start": 20,
    "span_end": 25,
    "source_text": "2.6亿元",
    "value": Decimal("260000000"),
    "value_float": 2.6e8,
    "low": Decimal("260000000"),
    "high": Decimal("260000000"),
    "bound": "exact",
    "unit_text": "亿元",
    "unit": "CNY",
    "dimension": "money",
    "base_value": 2.6e8,
    "base_unit": "CNY",
    "role": "level",
    "rule_id": "number_unit",
    "confidence": 0.95,
}


def quantities(*changes: dict[str, Any]) -> pa.Table:
    schema = schemas.arrow_schema("quantities")
    return pa.Table.from_pylist([QUANTITY | change for change in changes], schema=schema)


def test_good_row_passes_unchanged() -> None:
    table = quantities({})
    split = schemas.split(table, "quantities")
    assert split.good.equals(table)
    assert split.bad.num_rows == 0


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"span_end": 20}, "span_order"),
        ({"span_start": -1}, "span_start_minimum"),
        ({"low": Decimal(3), "high": Decimal(2), "value": None, "bound": "range"}, "value_in_bounds"),
        ({"low": Decimal(300_000_000)}, "value_in_bounds"),
        ({"high": None}, "exact_is_exact"),
        ({"bound": "over"}, "bound_states_ends"),
        ({"bound": "at_most", "low": None, "high": None}, "bound_states_ends"),
        ({"bound": "range", "value": None, "high": None}, "bound_states_ends"),
        ({"bound": "roughly"}, "bound_vocabulary"),
        ({"value": None, "low": None, "high": None, "bound": "about"}, "has_value"),
        ({"role": "change"}, "change_has_kind"),
        ({"change_kind": "rate", "change_basis": "year:12"}, "change_basis_vocabulary"),
        ({"dimension": "Money"}, "dimension_snake_case"),
        ({"confidence": 0.0}, "confidence_share"),
        ({"confidence": 1.5}, "confidence_share"),
        ({"source_text": None}, "source_text_missing"),
        ({"measured_start": 3}, "measured_pair"),
    ],
)
def test_broken_row_is_named_and_its_neighbours_stay(change: dict[str, Any], reason: str) -> None:
    split = schemas.split(quantities({}, change, {"quantity_id": "临江-2012/1.txt@90"}), "quantities")
    assert split.good["quantity_id"].to_pylist() == ["临江-2012/1.txt@20", "临江-2012/1.txt@90"]
    assert split.bad.num_rows == 1
    assert split.reasons == [reason]


@pytest.mark.parametrize(
    "change",
    [
        {"bound": "over", "value": Decimal(4700), "low": Decimal(4700), "high": None},  # 4700余人
        {"bound": "at_most", "value": Decimal(5), "low": None, "high": Decimal(5)},  # 不足5%
        {"bound": "at_least", "value": None, "low": Decimal(3), "high": Decimal(5)},  # 3至5人以上
        {"bound": "about", "low": None, "high": None},  # 约2.6亿元
        {"bound": "range", "value": None, "low": Decimal(3), "high": Decimal(5)},  # 三五天
        {"value": None, "value_float": None, "low": None, "high": None, "terms": "3；4；3"},  # 3:4:3
        {"role": "change", "change_kind": "rate", "change_basis": "year:2005", "value": Decimal(-3)},
    ],
)
def test_what_books_print_is_let_through(change: dict[str, Any]) -> None:
    if change.get("value") == Decimal(-3):
        change |= {"low": Decimal(-3), "high": Decimal(-3)}
    if "terms" in change:
        change |= {"bound": "exact"}
    assert schemas.split(quantities(change), "quantities").reasons == []


def test_missing_column_is_an_error_in_the_code() -> None:
    with pytest.raises(schemas.StructureError, match="bound is missing"):
        schemas.conform(quantities({}).drop_columns(["bound"]), "quantities")


def test_unknown_column_is_an_error_in_the_code() -> None:
    table = quantities({}).append_column("colour", pa.array(["red"]))
    with pytest.raises(schemas.StructureError, match="colour"):
        schemas.conform(table, "quantities")


def test_value_that_does_not_fit_is_an_error_in_the_code() -> None:
    table = pa.table({"document_id": ["a"], "span_start": [0], "span_end": ["many"], "kind": ["note"]})
    with pytest.raises(schemas.StructureError, match="span_end"):
        schemas.conform(table, "zones")


def test_absent_optional_columns_are_filled_with_null() -> None:
    table = pa.table({"document_id": ["a"], "span_start": [0], "span_end": [3], "kind": ["note"]})
    assert schemas.conform(table, "zones")["level"].to_pylist() == [None]


@pytest.mark.parametrize("name", TABLES)
def test_every_column_is_described_and_flat(name: str) -> None:
    for field in schemas.arrow_schema(name):
        assert export.note(field, "description")
        assert any("\u4e00" <= c <= "\u9fff" for c in export.note(field, "title"))
        assert not pa.types.is_nested(field.type)
    for column, target in schemas.references_of(name).items():
        assert column in TABLES[name].columns
        assert target in TABLES
    assert set(schemas.key_of(name)) <= set(TABLES[name].columns)


@pytest.mark.parametrize("name", TABLES)
def test_empty_table_is_valid(name: str) -> None:
    assert schemas.split(schemas.empty(name), name).good.num_rows == 0


def test_duckdb_comments_are_accepted_and_complete() -> None:
    import duckdb

    connection = duckdb.connect()
    connection.register("source", schemas.empty("quantities"))
    connection.execute("create table quantities as select * from source")
    for statement in export.duckdb_comments("quantities"):
        connection.execute(statement)
    rows = connection.execute(
        "select column_name, comment from duckdb_columns() where table_name = 'quantities'"
    ).fetchall()
    assert len(rows) == len(TABLES["quantities"].columns)
    assert all(comment for _, comment in rows)


def test_dictionary_and_package_name_every_published_column() -> None:
    import json

    text = export.dictionary()
    published = [n for n in TABLES if n not in WORKING]
    package = json.loads(export.datapackage(dict.fromkeys(published, 0)))
    assert [r["name"] for r in package["resources"]] == published
    for name in published:
        assert f"## {name} " in text
    bound = next(f for f in package["resources"][3]["schema"]["fields"] if f["name"] == "bound")
    assert "top_n" in bound["constraints"]["enum"]
