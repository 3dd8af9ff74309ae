"""The corrections file as people save it: encodings, separators, what a spreadsheet does, what is refused."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pipeline
from pipeline.quality.correction_lines import (
    COLUMNS,
    Correction,
    CorrectionsFileError,
    fingerprint,
    guard,
    line_of,
    parse,
    read_corrections,
    unguard,
)
from pipeline.quality.quoting import escape, unescape

HEADER = ",".join(COLUMNS)
LINE = Correction(
    2, "c-7", "临江年鉴/工业.txt", "粮油购销", "3-4万吨", 2, "", "30000~40000 t", "read_as", "3.4万吨",
    "连接号为小数点之误", "王编辑", "2012-05-06",
)  # fmt: skip


def _file(*lines: str, end: str = "\r\n") -> str:
    return end.join([HEADER, *lines]) + end


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_whatever_a_spreadsheet_saves_is_read(encoding: str, end: str, separator: str) -> None:
    rows = list(csv.reader(io.StringIO(_file(line_of(LINE)), newline="")))
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator=end).writerows(rows)

    lines, findings = parse(buffer.getvalue().encode(encoding))

    assert findings == []
    assert lines == [LINE]


@pytest.mark.parametrize(
    "cell",
    ["3-4", "0571", "+5.2%", "-3", "=SUM(A1)", "@x", "1/2", "12.50%", "5月26日", "1234567890123456", "１２", "「网商」",
     "带,逗号和\"引号\"", "两\n行", "末尾空格 ", "\u202e反", "\\n", "%", ".5", "2.10"],
)  # fmt: skip
def test_cells_that_a_spreadsheet_would_change_are_guarded(cell: str) -> None:
    """Nothing that begins with 「 is a number, a date or a formula to any spreadsheet."""
    line = line_of(replace(LINE, quote=cell, set_to=cell, expect=cell, reason=cell))
    (row,) = csv.reader(io.StringIO(line))
    for column in ("quote", "set_to", "expect"):
        shown = row[COLUMNS.index(column)]
        assert shown.startswith("「")
        assert "\n" not in shown
    assert row[COLUMNS.index("reason")][0] not in "=+-@0123456789"
    lines, _ = parse(_file(line).encode())
    assert (lines[0].quote, lines[0].set_to, lines[0].expect, lines[0].reason) == (cell,) * 4


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_the_file(text: str) -> None:
    assert unescape(escape(text)) == text
    assert unguard(guard(text, always=True)) == text
    assert "\n" not in escape(text)


def test_what_people_type_by_hand_is_understood() -> None:
    """No guards, an apostrophe before a number, blanks around, no id, no occurrence, blank lines, idle columns."""
    text = _file(
        "",
        ",临江年鉴/工业.txt, 粮油购销 ,850吨,,,850 t,read_as,'805吨,据原书,,,,,",
        ",,,,,,,,,,,",
    )
    (line,), findings = parse(text.encode())
    assert findings == []
    assert (line.line, line.entry_title, line.occurrence, line.set_to) == (3, "粮油购销", 1, "805吨")
    assert line.correction_id.startswith("c-")
    assert parse(text.encode())[0] == [line]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (",,t,q,1,,e,read_as,x,r,,", "document is empty"),
        (",d,t,,1,,e,read_as,x,r,,", "quote is empty"),
        (",d,t,q,1,,e,read_as,x,,,", "reason is empty"),
        (",d,t,q,1,,e,,x,r,,", "action is empty"),
        (",d,t,q,1,,e,add,x,r,,", "action 'add' is not known"),
        (",d,t,q,0,,e,read_as,x,r,,", "occurrence '0'"),
        (",d,t,q,二,,e,read_as,x,r,,", "occurrence '二'"),
        (",d,t,q,1,,e,read_as,,r,,", "read_as needs set_to"),
        (",d,t,q,1,,e,accept,x,r,,", "accept leaves things as they are"),
        (",d,t,q,1,value,e,set,x,r,,", "set needs a field"),
        (",d,t,q,1,role,e,drop,,r,,", "field is for the action set only"),
        (",d,t,q,1,,e,read_as,x,r,,,多出一格", "more cells than columns"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_read(line: str, says: str) -> None:
    lines, findings = parse(_file(line, line_of(LINE)).encode())
    assert [f.outcome for f in findings] == ["invalid"]
    assert findings[0].line == 2
    assert says in findings[0].message
    assert [c.correction_id for c in lines] == ["c-7"]


def test_lines_with_the_same_id_are_both_refused() -> None:
    lines, findings = parse(_file(line_of(LINE), line_of(replace(LINE, quote="1万吨"))).encode())
    assert lines == []
    assert [(f.line, f.outcome) for f in findings] == [(2, "conflict"), (3, "conflict")]


def test_the_same_line_twice_is_a_conflict_even_without_ids() -> None:
    line = line_of(replace(LINE, correction_id=""))
    _, findings = parse(_file(line, line).encode())
    assert [f.outcome for f in findings] == ["conflict", "conflict"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "missing"),
        (HEADER.replace("quote", "quotation").encode(), "'quotation' is not known"),
        (HEADER.replace("author", "reason").encode(), "stands there twice"),
        (HEADER.encode() + b"\n\xff\x80\x80", "neither UTF-8 nor GB18030"),
    ],
)
def test_a_file_that_is_no_table_of_corrections_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(CorrectionsFileError, match=says):
        parse(data)


def test_no_file_is_no_corrections(tmp_path: Path) -> None:
    assert read_corrections(tmp_path / "corrections.csv") == ([], [])


def test_the_file_of_the_project_opens_in_a_spreadsheet() -> None:
    data = (pipeline.SEEDS / "corrections.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")  # or a spreadsheet takes it for GBK
    parse(data)


def test_the_fingerprint_is_of_what_is_said_not_of_the_file() -> None:
    again = replace(LINE, line=9)
    assert fingerprint([LINE]) == fingerprint([again])
    assert fingerprint([LINE]) != fingerprint([replace(LINE, set_to="3.5万吨")])
