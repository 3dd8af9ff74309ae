"""The phenomena of yearbook prose as cases: a text and what its tables must say, one fact a row.

Belongs here: reading `tests/cases/*.csv`, the small language of their `expected` column, and the report of a
case that does not hold. Does not belong here: expectations (they are rows of the CSV files), whole annotated
passages, and tests of single modules.

A row of a case file is `item,core,text,table,expected,note`; text and expected may hold `\\n` and `\\uXXXX`.

* `table` names the table that is asked (`quantities`, `dates`, `numerals`, `rejects`, `entries`, `zones`; two
  names joined by `|` where either may hold the row). `later` marks what another stage will have to show, and
  `test` names a function of this module.
* `expected` is a `;`-joined list of conditions that one row of the table must meet together:
  `column=value`, `column!=value`, `column^=prefix`, `column*=part`. A value may offer alternatives
  (`money|price`), be `null`, or be `*` for "something". `span=…` asks that the row
  overlap that string (`nth=2`: its second occurrence).
* `none;span=…` asks that no row of the table overlap the string; `rows=0` and `rows<=3` count the table.
* `given_year=none` reads the text without a covered year; `given_repeat=9` reads nine copies of it.

`phenomena_open.csv` lists, by case name, what is known not to hold yet. A listed case that holds fails the
run, so the list cannot grow stale.
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

import schemas
from pipeline import read_text
from pipeline.read import find_volumes, read_volume
from pipeline.text.segment import segment

CASES = Path(__file__).resolve().parents[1] / "cases"
CASE_FILES = ("phenomena.csv", "phenomena_structure.csv", "more.csv")
COVERED_YEAR = 2009
REGION = "临江市"
CORE_SHARE = 0.95

_CONDITION = re.compile(r"(\w+)(!=|\^=|\*=|<=|=)(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(n|t|r|u[0-9a-fA-F]{4})")
_NOT_ASKED = ("later", "test")


@dataclass(frozen=True)
class Condition:
    """One `column=value` of an expectation: the column, the comparison, and what is acceptable."""

    column: str
    operator: str
    wanted: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """One row of a case file; `name` is its item and, where an item has several rows, its place in it."""

    name: str
    item: str
    core: bool
    text: str
    table: str
    expected: str
    note: str

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return tuple(_parse(part) for part in self.expected.split(";") if part != "none")

    @property
    def absent(self) -> bool:
        return "none" in self.expected.split(";")


def _unescape(text: str) -> str:
    plain = {"n": "\n", "t": "\t", "r": "\r"}
    return _ESCAPE.sub(lambda m: plain.get(m[1]) or chr(int(m[1][1:], 16)), text)


def _parse(part: str) -> Condition:
    match = _CONDITION.fullmatch(part)
    if match is None:
        raise ValueError(f"not a condition: {part!r}; write column=value, joined by ';'")
    wanted = (match[3],) if match[1] == "span" else tuple(match[3].split("|"))
    return Condition(match[1], match[2], wanted)


def _read_cases(file: str) -> Iterator[Case]:
    with (CASES / file).open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    total, seen = Counter(row["item"] for row in rows), Counter[str]()
    for row in rows:
        item = row["item"]
        seen[item] += 1
        yield Case(
            name=item if total[item] == 1 else f"{item}/{seen[item]}",
            item=item,
            core=row["core"] == "1",
            text=_unescape(row["text"]),
            table=row["table"],
            expected=_unescape(row["expected"]),
            note=row["note"],
        )


def _read_open() -> dict[str, str]:
    with (CASES / "phenomena_open.csv").open(encoding="utf-8", newline="") as handle:
        return {row["item"]: row["reason"] for row in csv.DictReader(handle)}


ALL_CASES = [case for file in CASE_FILES for case in _read_cases(file)]
ASKED = [case for case in ALL_CASES if case.table not in _NOT_ASKED]
OPEN = _read_open()


@cache
def _tables(text: str, covered_year: int | None) -> Mapping[str, pd.DataFrame]:
    tables = dict(read_text(text, covered_year=covered_year, region_name=REGION))
    documents = pa.Table.from_pandas(tables["documents"], preserve_index=False)
    tables["zones"] = segment(documents).zones.to_pandas()
    return tables


def _given(case: Case) -> tuple[str, int | None]:
    """The text as the case wants it read, and the covered year that goes with it."""
    given = {c.column: c.wanted[0] for c in case.conditions if c.column.startswith("given_")}
    year = None if given.get("given_year") == "none" else COVERED_YEAR
    repeat = int(given.get("given_repeat", "1"))
    return "　　".join([case.text] * repeat), year


def _is_null(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and math.isnan(cell))


def _equal(cell: object, wanted: str) -> bool:
    """Whether a cell says what the case file writes: exact for decimals, to nine digits for doubles."""
    if wanted == "null" or _is_null(cell):
        return wanted == "null" and _is_null(cell)
    if wanted == "*":
        return True
    if isinstance(cell, bool) or type(cell).__name__ == "bool_":
        return str(bool(cell)).lower() == wanted
    if isinstance(cell, str):
        return cell == wanted
    try:
        number = Decimal(wanted)
    except InvalidOperation:
        return str(cell).removesuffix(" 00:00:00") == wanted
    if isinstance(cell, float):
        return math.isclose(cell, float(number), rel_tol=1e-9)
    return Decimal(str(cell)) == number


def _meets(row: Mapping[str, Any], condition: Condition) -> bool:
    if condition.column not in row:
        raise KeyError(f"the table has no column {condition.column!r}; it has {sorted(map(str, row))}")
    cell = row[condition.column]
    if condition.operator == "=":
        return any(_equal(cell, wanted) for wanted in condition.wanted)
    if condition.operator == "!=":
        return not any(_equal(cell, wanted) for wanted in condition.wanted)
    if _is_null(cell):
        return False
    if condition.operator == "^=":
        return any(str(cell).startswith(wanted) for wanted in condition.wanted)
    return any(wanted in str(cell) for wanted in condition.wanted)


def _occurrences(text: str, part: str) -> list[tuple[int, int]]:
    found = [(m.start(), m.start() + len(part)) for m in re.finditer(re.escape(part), text)]
    if not found:
        raise ValueError(f"the case asks about {part!r}, which its text does not hold")
    return found


def _rows(table: pd.DataFrame, text: str) -> list[dict[str, Any]]:
    rows = [dict(zip(table.columns, values, strict=True)) for values in table.itertuples(index=False)]
    for row in rows:
        if "body_start" in row:
            row["body"] = text[int(row["body_start"]) : int(row["body_end"])]
    return rows


def _candidates(case: Case, rows: list[dict[str, Any]], text: str) -> list[dict[str, Any]]:
    """The rows that overlap the span a case names; all of them when it names none."""
    asked = {c.column: c.wanted[0] for c in case.conditions}
    if "span" not in asked:
        return rows
    spans = _occurrences(text, asked["span"])
    if "nth" in asked:
        spans = [spans[int(asked["nth"]) - 1]]
    return [r for r in rows if any(r["span_start"] < end and start < r["span_end"] for start, end in spans)]


def _describe(rows: list[dict[str, Any]], columns: list[str]) -> str:
    shown = [c for c in ("source_text", "title", "kind", "claimed_by", "reason", *columns) if c != "span"]
    lines = [
        "; ".join(f"{c}={row[c]!s}" for c in dict.fromkeys(shown) if c in row and not _is_null(row[c]))
        for row in rows[:12]
    ]
    return "\n    ".join(lines) if lines else "(no row)"


def _complaint(case: Case, name: str, tables: Mapping[str, pd.DataFrame], text: str) -> str | None:
    """What is wrong with one table for one case, or None where the case holds."""
    rows = _rows(tables[name], text)
    special = {"span", "nth", "rows"}
    conditions = [c for c in case.conditions if c.column not in special and not c.column.startswith("given_")]
    for count in (c for c in case.conditions if c.column == "rows"):
        limit = int(count.wanted[0])
        if (len(rows) > limit) if count.operator == "<=" else (len(rows) != limit):
            return f"{name} has {len(rows)} rows, wanted {count.operator}{limit}:\n    {_describe(rows, [])}"
    if not conditions and not case.absent and "span=" not in case.expected:
        return None
    near = _candidates(case, rows, text)
    known = set(tables[name].columns) | {"body"}
    applicable = [c for c in conditions if "|" not in case.table or c.column in known]
    matching = [row for row in near if all(_meets(row, c) for c in applicable)]
    if case.absent:
        if not matching:
            return None
        return f"{name} must hold no such row, but has:\n    {_describe(matching, [])}"
    if matching:
        return None
    columns = [c.column for c in applicable]
    quoted = [c.wanted[0] for c in applicable if c.column == "source_text"]
    closest = [row for row in near if row.get("source_text") in quoted] or near
    return f"{name} has:\n    {_describe(closest, columns)}"


@cache
def _verdict(case: Case) -> str | None:
    text, year = _given(case)
    try:
        tables = _tables(text, year)
        complaints = [_complaint(case, name, tables, text) for name in case.table.split("|")]
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"
    return None if None in complaints else "\n  ".join(c for c in complaints if c is not None)


def _parameters() -> list[Any]:
    return [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(strict=True, reason=OPEN[case.name])] if case.name in OPEN else [],
        )
        for case in ASKED
    ]


@pytest.mark.parametrize("case", _parameters())
def test_phenomenon(case: Case) -> None:
    complaint = _verdict(case)
    assert complaint is None, (
        f"\n  {case.name} {case.note}\n  text:   {case.text[:200]!r}\n"
        f"  wanted: {case.expected}\n  {complaint}"
    )


def test_nearly_all_core_items_hold() -> None:
    core = {case.item for case in ASKED if case.core and case.item.isdigit()}
    failing = {case.item for case in ASKED if case.core and case.item in core and _verdict(case)}
    share = 1 - len(failing) / len(core)
    assert share >= CORE_SHARE, f"{share:.1%} of {len(core)} core items hold; not {sorted(failing, key=int)}"


def test_every_item_of_the_checklist_has_a_row() -> None:
    items = {case.item for case in ALL_CASES if case.item.isdigit()}
    assert items == {str(number) for number in range(1, 286)}


def test_every_case_asks_for_something_its_text_and_its_table_have() -> None:
    wrong = []
    for case in ASKED:
        columns = set[str]().union(
            *(schemas.TABLES[name].columns for name in case.table.split("|") if name in schemas.TABLES)
        )
        known = columns | {"span", "nth", "rows", "body", "given_year", "given_repeat"}
        for condition in case.conditions:
            if condition.column in ("span", "source_text") and condition.wanted[0] not in case.text:
                wrong.append((case.name, condition.wanted[0]))
            if condition.column not in known and case.table != "zones":
                wrong.append((case.name, condition.column))
        if not case.conditions:
            wrong.append((case.name, "nothing"))
    assert wrong == []


def test_what_is_left_for_later_says_why() -> None:
    assert [case.name for case in ALL_CASES if case.table == "later" and not case.note] == []


def test_named_tests_exist_and_open_items_are_cases() -> None:
    named = [case.expected for case in ALL_CASES if case.table == "test"]
    assert [name for name in named if name not in globals()] == []
    assert set(OPEN) <= {case.name for case in ASKED}
    assert all(reason.strip() for reason in OPEN.values())


def test_case_names_are_unique() -> None:
    assert [name for name, count in Counter(case.name for case in ALL_CASES).items() if count > 1] == []


@pytest.mark.parametrize("table", ["quantities", "dates", "numerals", "rejects"])
def test_every_span_of_every_case_is_a_slice_of_its_text(table: str) -> None:
    wrong = [
        (case.name, row["source_text"])
        for case in ASKED
        for text, year in [_given(case)]
        for row in _rows(_tables(text, year)[table], text)
        if text[int(row["span_start"]) : int(row["span_end"])] != row["source_text"]
    ]
    assert wrong == []


def test_every_arabic_number_of_every_case_is_accounted_for() -> None:
    loose = []
    for case in ASKED:
        text, year = _given(case)
        runs = [(r["span_start"], r["span_end"]) for r in _rows(_tables(text, year)["numerals"], text)]
        for digit in re.finditer(r"[0-9０-９]+", text):
            if not any(start <= digit.start() and digit.end() <= end for start, end in runs):
                loose.append((case.name, digit[0]))
    assert sorted(set(loose)) == []


def test_reading_twice_gives_the_same_tables() -> None:
    text = next(case.text for case in ALL_CASES if case.item == "258")
    first, second = (read_text(text, covered_year=COVERED_YEAR, region_name=REGION) for _ in range(2))
    assert list(first) == list(second)
    assert len(first["quantities"]) == 3
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name])


def _read_book(seeds: Path, files: Mapping[str, bytes]) -> tuple[Any, pa.Table, pa.Table]:
    """One volume read from bytes on disk, as a run would read it."""
    for name, content in files.items():
        path = seeds / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (source,) = find_volumes(seeds)
    return read_volume(source, seeds)


def test_byte_order_mark_and_carriage_returns_leave_offsets_true(tmp_path: Path) -> None:
    written = "【航标】 更新航标26座。\r\n【渡口】 改造渡口5处。\r\n"
    _, documents, _ = _read_book(tmp_path, {"linjiang/1.txt": b"\xef\xbb\xbf" + written.encode()})
    text = documents.column("text")[0].as_py()
    assert text == written
    entries = segment(documents).entries.to_pylist()
    assert [text[e["title_start"] : e["title_end"]].strip("【】") for e in entries] == ["航标", "渡口"]
    assert entries[0]["title"] == "航标"


def test_covered_year_follows_the_title_of_the_book(tmp_path: Path) -> None:
    manifest = 'title = "临江年鉴2010"\nedition_year = 2010\n'
    page = "【渡口】 渡口改造完工。\n"
    files = {"linjiang/volume.toml": manifest.encode(), "linjiang/1.txt": page.encode()}
    volume, _, _ = _read_book(tmp_path, files)
    assert (volume.covered_year, volume.covered_year_source) == (2009, "title")


def test_covered_year_follows_a_statement_in_the_text(tmp_path: Path) -> None:
    text = "编辑说明\n本卷记述2009年1月1日至12月31日临江市的基本情况。\n【评优】 表彰2007年度文明窗口16个。\n"
    volume, _, _ = _read_book(tmp_path, {"linjiang/1.txt": text.encode()})
    assert (volume.covered_year, volume.covered_year_source) == (2009, "statement")


def test_a_book_without_any_year_keeps_an_unknown_covered_year(tmp_path: Path) -> None:
    volume, _, _ = _read_book(tmp_path, {"linjiang/1.txt": "【渔港】 6月12日，渔港奠基。\n".encode()})
    assert (volume.covered_year, volume.covered_year_source) == (None, "unknown")


def test_an_empty_file_is_told_and_stops_nothing(tmp_path: Path) -> None:
    files = {"linjiang/1.txt": b"", "linjiang/2.txt": "【渡口】 渡口改造完工。\n".encode()}
    _, documents, rejects = _read_book(tmp_path, files)
    told = rejects.to_pylist()
    assert [r["document_id"] for r in told] == ["linjiang/1.txt"]
    assert "linjiang/2.txt" in documents.column("document_id").to_pylist()
