"""Names that are withheld: what the list says, where they stand, and what covers them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

import schemas
from pipeline.quality.laws import Verdict
from pipeline.quality.veil import MARK, Pages, Veil, covered_columns, law, telling_paths
from pipeline.quality.withheld import Withheld, read_withheld
from schemas.reference import ReferenceTableError

SEEDS = Path(__file__).parents[3] / "seeds"
HEADER = "name,volume,keep,reason\n"
TEXT = (
    "【水库除险】 市水利局局长高峰到高峰村查看险情，高　峰要求加快施工，早高峰绕行。"
    "《高峰传》印行500册。\n（高 峰　李文）\n"
)


def mentions(*rows: tuple[str, str]) -> pa.Table:
    """Mentions of a volume: kind and the words as printed."""
    spots = [
        {"entity_id": f"b/1.txt@{i}", "document_id": "b/1.txt", "volume_id": "b", "entry_id": "b/1.txt#001",
         "kind": kind, "span_start": i, "span_end": i + len(said), "source_text": said,
         "name": said.replace(" ", ""), "rule_id": "person/title", "confidence": 0.9}
        for i, (kind, said) in enumerate(rows)
    ]  # fmt: skip
    return pa.Table.from_pylist(spots, schema=schemas.arrow_schema("entities"))


def listed(folder: Path, *lines: str) -> Withheld:
    path = folder / "withheld.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return read_withheld(path, SEEDS / "lexicons" / "variants.csv")


def veil_of(withheld: Withheld, *rows: tuple[str, str]) -> Veil:
    veil = withheld.veil("b", mentions(*rows))
    assert veil is not None
    return veil


def covered(veil: Veil, text: str) -> str:
    return str(veil.cover(pa.array([text]))[0].as_py())


def test_the_list_that_is_shipped_names_nobody() -> None:
    assert (SEEDS / "withheld.csv").read_bytes().startswith(b"\xef\xbb\xbfname,")
    assert not read_withheld(SEEDS / "withheld.csv").lines
    assert read_withheld(SEEDS / "withheld.csv").version == ""


def test_a_name_is_covered_wherever_it_stands_and_places_are_not(tmp_path: Path) -> None:
    veil = veil_of(listed(tmp_path, "高峰,,,本人要求"), ("person", "高峰"), ("place", "高峰村"))
    assert covered(veil, TEXT) == (
        "【水库除险】 市水利局局长██到高峰村查看险情，█　█要求加快施工，早██绕行。"
        "《██传》印行500册。\n（█ █　李文）\n"
    )


def test_words_to_keep_stay_readable(tmp_path: Path) -> None:
    veil = veil_of(listed(tmp_path, "高峰,,早高峰|高峰期,本人要求"))
    assert covered(veil, "早高峰与高峰期之间，高峰到岗。") == "早高峰与高峰期之间，██到岗。"


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("王嘉敏、王嘉 敏", "███、██ █"),
        ("王\u3000嘉\u3000敏", "█\u3000█\u3000█"),
        ("组长王嘉\n敏主持", "组长██\n█主持"),
        ("王嘉\u200b敏", "██\u200b█"),
        ("王\n\n\n\n\n\n嘉敏", "王\n\n\n\n\n\n嘉敏"),
        ("小王嘉奖敏感", "小王嘉奖敏感"),
    ],
)
def test_a_name_is_found_however_it_is_set(tmp_path: Path, printed: str, shown: str) -> None:
    assert covered(veil_of(listed(tmp_path, "王 嘉敏,,,未成年人")), printed) == shown


def test_a_name_is_found_in_traditional_characters_and_beyond_the_basic_plane(tmp_path: Path) -> None:
    veil = veil_of(listed(tmp_path, "张国华,,,本人要求", "李𠅤,,,本人要求"))
    assert covered(veil, "張國華与李𠅤") == "███与██"


def test_names_that_overlap_are_both_covered(tmp_path: Path) -> None:
    veil = veil_of(listed(tmp_path, "王小明,,,甲", "小明华,,,乙"))
    assert covered(veil, "王小明华到会") == "████到会"


def test_the_end_of_one_cell_and_the_beginning_of_the_next_are_no_name(tmp_path: Path) -> None:
    veil = veil_of(listed(tmp_path, "李文,,,本人要求"))
    column = pa.array(["桃李", "文化", None, "李文"])
    assert veil.cover(column).to_pylist() == ["桃李", "文化", None, "██"]


def test_a_star_covers_the_people_of_the_volume(tmp_path: Path) -> None:
    withheld = listed(tmp_path, "*,b,,学校名册")
    veil = veil_of(withheld, ("person", "李 文"), ("person", "欧阳嘉敏"), ("organisation", "市水务局"))
    assert covered(veil, "市水务局李文、欧阳嘉敏、赵强") == "市水务局██、████、赵强"
    assert withheld.veil("c", mentions(("person", "李文"))) is None


def test_quotations_quote_what_is_published(tmp_path: Path) -> None:
    text = "高峰在高峰村种树300棵。"
    veil = veil_of(listed(tmp_path, "高峰,,,本人要求"), ("place", "高峰村"))
    documents = pa.Table.from_pylist(
        [{"document_id": "b/1.txt", "volume_id": "b", "media_type": "text/plain", "sha256": "0" * 64,
          "characters": len(text), "text": text}], schema=schemas.arrow_schema("documents"),
    )  # fmt: skip
    pages = Pages(documents, veil)
    shown, left = veil.table("documents", documents, pages)
    assert shown.to_pylist()[0]["text"] == "██在高峰村种树300棵。"
    assert shown.to_pylist()[0]["sha256"] is None
    assert not left
    spots = [(0, 2), (1, 4), (3, 5), (3, 6)]
    rows = [
        {"reject_id": f"b/1.txt!{a}:{b}", "document_id": "b/1.txt", "volume_id": "b", "span_start": a,
         "span_end": b, "source_text": text[a:b], "stage": "names", "reason": "unclear",
         "detail": f"{text[a:b]}，未收"} for a, b in spots
    ]  # fmt: skip
    table, left = veil.table(
        "rejects", pa.Table.from_pylist(rows, schema=schemas.arrow_schema("rejects")), pages
    )
    for (a, b), row in zip(spots, table.to_pylist(), strict=True):
        assert row["source_text"] == shown["text"][0].as_py()[a:b]
    assert [row["detail"] for row in table.to_pylist()] == [
        f"{MARK * 2}，未收", "峰在高，未收", f"{MARK * 2}，未收", "高峰村，未收"
    ]  # fmt: skip
    assert not left


def test_what_is_left_is_seen(tmp_path: Path) -> None:
    veil = veil_of(listed(tmp_path, "高峰,,,本人要求"))
    told = telling_paths(veil, "b", ["b/高峰讲话.txt", "b/2.txt"])
    assert [row["document_id"] for row in told] == ["b/██讲话.txt"]
    verdict = law(told, 2)
    assert verdict.blocks
    assert verdict.failed == 1


def test_verdicts_name_nobody(tmp_path: Path) -> None:
    veil = veil_of(listed(tmp_path, "高峰,,,本人要求"))
    said = veil.verdict(Verdict("roles", "keys", "warn", 3, 1, "高峰 twice", ({"name": "高峰", "row": 3},)))
    assert said.detail == "██ twice"
    assert said.examples == ({"name": "██", "row": 3},)


def test_every_column_that_can_hold_words_is_covered() -> None:
    found = {name: covered_columns(name, schemas.arrow_schema(name)) for name in schemas.TABLES}
    assert found["documents"] == ["title", "text"]
    assert {"source_text", "measured_text", "head_text", "note"} <= set(found["quantities"])
    assert {"title", "section", "contributors"} <= set(found["entries"])
    assert {"name", "title", "organisation"} <= set(found["roles"])
    assert {"source_text", "name"} <= set(found["entities"])
    assert {"name", "place", "edition"} <= set(found["events"])
    assert {"before", "after", "reason"} <= set(found["corrections_applied"])
    assert {"source_text", "detail"} <= set(found["rejects"])
    assert "explanation" in found["audits"]
    assert not any(column.endswith("_id") for columns in found.values() for column in columns)


def test_whatever_a_spreadsheet_saves_is_read(tmp_path: Path) -> None:
    path = tmp_path / "withheld.csv"
    content = HEADER + "李 文,,,本人要求\n\n高峰,linjiang,早高峰|高峰期,「2024年来函」\n"
    wanted = [("李文", "", ()), ("高峰", "linjiang", ("早高峰", "高峰期"))]
    for data in (
        content.encode("utf-8-sig"),
        content.replace("\n", "\r\n").encode("gb18030"),
        content.replace(",", "\t").encode("utf-16"),
        content.replace(",", ";").encode(),
    ):
        path.write_bytes(data)
        found = read_withheld(path)
        assert [(line.name, line.volume, line.keep) for line in found.lines] == wanted
        assert [line.number for line in found.lines] == [2, 4]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("李,,,本人要求", r"withheld\.csv:2: 李: one person's name"),
        ("李文、高峰,,,本人要求", r"withheld\.csv:2: .*one name a line"),
        ("李文,,,", r"withheld\.csv:2: .*say why"),
        ("高峰,,山顶|高峰期,本人要求", r"withheld\.csv:2: .*hold the name"),
        ("高峰,,,本人要求,多余", r"withheld\.csv:2: more cells than columns"),
    ],
)
def test_a_broken_line_is_told_with_its_number(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(ReferenceTableError, match=told):
        listed(tmp_path, line)


def test_a_broken_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ReferenceTableError, match=r"withheld\.csv:3: 李文: .*keep one"):
        listed(tmp_path, "李文,,,甲", "李文,,,乙")
    path = tmp_path / "withheld.csv"
    path.write_text("姓名,书\n", encoding="utf-8")
    with pytest.raises(ReferenceTableError, match=r"withheld\.csv:1: the header is not name,volume"):
        read_withheld(path)


def test_a_line_about_no_volume_is_known_as_such(tmp_path: Path) -> None:
    withheld = listed(tmp_path, "李文,linjang,,甲", "高峰,,,乙")
    assert [line.number for line in withheld.unknown_volumes(["linjiang"])] == [2]
