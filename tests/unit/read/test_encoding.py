"""Bytes to text: every encoding a book arrives in, and every way it arrives broken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.read.encoding import PLACES_NAMED, decode

PAGE = "港口航运\r\n【码头扩建】 全年完成投资1.2亿元，新增泊位6个。　　航道疏浚18公里。（何　平）\r\n"
TRADITIONAL = (
    "【碼頭擴建】 全年完成投資一億二千萬元，較上年增長百分之五，主要產品產量穩定增長，港口貨物吞吐量增加。"
)


@pytest.mark.parametrize(
    ("codec", "mark", "name"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", b"\xef\xbb\xbf", "utf-8-sig"),
        ("utf-16-le", b"\xff\xfe", "utf-16-le"),
        ("utf-16-be", b"\xfe\xff", "utf-16-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", b"\xff\xfe\0\0", "utf-32-le"),
        ("gb18030", b"", "gb18030"),
        ("gbk", b"", "gb18030"),
    ],
)
def test_each_encoding_is_told_apart_and_the_text_comes_out_unedited(
    codec: str, mark: bytes, name: str
) -> None:
    decoded = decode(mark + PAGE.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.problems) == (PAGE, name, ())


def test_big5_is_recognised_by_its_frequent_characters() -> None:
    decoded = decode(TRADITIONAL.encode("big5"))
    assert (decoded.text, decoded.encoding) == (TRADITIONAL, "big5")


def test_traditional_text_in_gb_is_not_taken_for_big5() -> None:
    decoded = decode(TRADITIONAL.encode("gb18030"))
    assert (decoded.text, decoded.encoding) == (TRADITIONAL, "gb18030")


def test_utf16_of_digits_and_line_ends_without_a_mark() -> None:
    text = "1200\r\n800\r\n合计 2000\r\n"
    assert decode(text.encode("utf-16-le")).text == text


@pytest.mark.parametrize("text", ["", "Water supply 2009\n", "水", "全"])
def test_short_texts(text: str) -> None:
    decoded = decode(text.encode())
    assert (decoded.text, decoded.encoding, decoded.problems) == (text, "utf-8", ())


def test_rare_characters_of_names_survive_gb18030() -> None:
    text = "【任免】 任命𠮷田和㛃为顾问，任命马骉为馆长，编制十二人，年内到任。"
    assert decode(text.encode("gb18030")).text == text


def test_damaged_bytes_of_utf8_are_named_where_they_stand() -> None:
    data = "全年完成投资1.2亿元，".encode() * 20 + b"\xe5\x85" + "新增泊位6个。".encode()
    decoded = decode(data)
    (problem,) = decoded.problems
    assert decoded.encoding == "utf-8"
    assert problem.reason == "undecodable_bytes"
    assert decoded.text[problem.start : problem.end] == "\ufffd"
    assert decoded.text[problem.end :] == "新增泊位6个。"
    assert "UTF-8" in problem.detail


def test_damaged_bytes_of_gb18030_are_named_where_they_stand() -> None:
    data = "全年完成投资1.2亿元，".encode("gb18030") * 20 + b"\xff" + "\n新增泊位6个。".encode("gb18030")
    decoded = decode(data)
    assert decoded.encoding == "gb18030"
    assert [problem.reason for problem in decoded.problems] == ["undecodable_bytes"]
    assert decoded.text.endswith("\n新增泊位6个。")


def test_a_short_damaged_file_is_still_known() -> None:
    assert decode("【泊位】".encode() + b"\xff\xfe").encoding == "utf-8"
    assert decode("【泊位】".encode("gb18030") + b"\xff").encoding == "gb18030"


def test_a_file_broken_all_over_is_told_in_a_bounded_number_of_places() -> None:
    decoded = decode(("泊位".encode() * 30 + b"\xff\n") * (PLACES_NAMED + 50))
    assert len(decoded.problems) == PLACES_NAMED + 1
    assert "50 more places" in decoded.problems[-1].detail


def test_text_garbled_before_it_came_is_suspected() -> None:
    western = "全年完成投资".encode("gb18030").decode("latin-1")
    misread = "全年完成投资一亿二千万元，新增泊位六个。".encode().decode("gb18030", "replace")
    already_lost = "全年完成投资\ufffd\ufffd亿元"
    for text in (western, "港口\n" + misread, already_lost):
        (problem,) = decode(text.encode()).problems
        assert problem.reason == "encoding_suspect"
        assert 0 <= problem.start < problem.end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        TRADITIONAL,
        "与法国Île-de-France、Besançon市及德国Düsseldorf市结好，±5℃，12×8米，§3，©2009。",
        "年末有小(1)型水库3座；±0.5‰；αβγ；ㄅㄆㄇ；㎡、㎏、℃、Ⅲ、①。",
    ],
)
def test_sound_text_is_not_suspected(text: str) -> None:
    assert decode(text.encode()).problems == ()


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=60))
def test_any_han_text_in_utf8_comes_back(text: str) -> None:
    assert decode(text.encode()).text == text


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    decoded = decode(data)
    for problem in decoded.problems:
        assert 0 <= problem.start < problem.end <= len(decoded.text)
