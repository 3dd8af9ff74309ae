"""Books on disk: what is found, what a book is, and what becomes of files that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import schemas
from pipeline.read import ManifestError, VolumeSource, find_volumes, read_volume
from pipeline.read.volumes import document_title

PAGE = "港口航运\n【码头扩建】 全年完成投资1.2亿元。\n"


def _seeds(folder: Path, files: Mapping[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def _only(seeds: Path) -> VolumeSource:
    (source,) = find_volumes(seeds)
    return source


def test_a_folder_is_a_book_and_a_lone_file_is_one_too(tmp_path: Path) -> None:
    seeds = _seeds(
        tmp_path,
        {
            "b/2.txt": PAGE, "b/1.txt": "甲", "b/附录/3.TXT": "乙", "b/volume.toml": "", "b/.DS_Store": b"\0",
            "a.txt": PAGE, "units.csv": "x", "NOTICE.md": "x", ".git/x.txt": "x", "lexicons/words.csv": "x",
        },
    )  # fmt: skip
    (seeds / "empty").mkdir()
    found = find_volumes(seeds)
    assert [source.volume_id for source in found] == ["a", "b", "empty"]
    assert [path.relative_to(seeds).as_posix() for path in found[1].files] == [
        "b/1.txt",
        "b/2.txt",
        "b/附录/3.TXT",
    ]
    assert found[1].manifest == seeds / "b" / "volume.toml"
    assert found[0].manifest is None
    assert found[2].files == ()


def test_the_fingerprint_follows_names_and_contents_only(tmp_path: Path) -> None:
    seeds = _seeds(tmp_path, {"b/1.txt": PAGE, "b/volume.toml": ""})
    first = _only(seeds).fingerprint
    (seeds / "b" / "1.txt").touch()
    assert _only(seeds).fingerprint == first
    seen = {first}
    for change in ({"b/1.txt": PAGE + "改"}, {"b/volume.toml": "edition_year = 2010"}, {"b/2.txt": "新"}):
        _seeds(seeds, change)
        seen.add(_only(seeds).fingerprint)
    (seeds / "b" / "2.txt").rename(seeds / "b" / "3.txt")
    seen.add(_only(seeds).fingerprint)
    assert len(seen) == 5


def test_seeds_that_are_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="holds the books"):
        find_volumes(tmp_path / "none")


def test_documents_and_their_columns(tmp_path: Path) -> None:
    seeds = _seeds(tmp_path, {"b/1.txt": b"\xef\xbb\xbf" + PAGE.encode(), "b/2.txt": PAGE.encode("gb18030")})
    _, documents, rejects = read_volume(_only(seeds), seeds)
    assert rejects.num_rows == 0
    rows = documents.to_pylist()
    assert [row["document_id"] for row in rows] == ["b/1.txt", "b/2.txt"]
    assert [row["encoding"] for row in rows] == ["utf-8-sig", "gb18030"]
    assert {row["text"] for row in rows} == {PAGE}
    assert {(row["volume_id"], row["media_type"], row["characters"], row["title"]) for row in rows} == {
        ("b", "text/plain", len(PAGE), "港口航运")
    }
    schemas.conform(documents, "documents")
    schemas.conform(rejects, "rejects")


def test_what_the_manifest_says_is_taken(tmp_path: Path) -> None:
    manifest = 'title = "临江年鉴"\nedition_year = 2010\ncovered_year = 2009\n'
    manifest += 'region_name = "临江市"\ncategory = "港口"\n'
    seeds = _seeds(tmp_path, {"b/volume.toml": manifest, "b/1.txt": PAGE})
    volume, _, _ = read_volume(_only(seeds), seeds)
    assert (volume.title, volume.edition_year, volume.covered_year) == ("临江年鉴", 2010, 2009)
    assert (volume.covered_year_source, volume.region_name, volume.category) == ("manifest", "临江市", "港口")


def test_what_no_manifest_says_is_inferred(tmp_path: Path) -> None:
    page = "望川年鉴（2010）\n港口航运\n【码头扩建】 望川市扩建码头，望川市交通局验收。\n"
    table = "code,name,short_name,level,prefecture_code,province_code,first_year,last_year\n"
    table += "990100,望川市,望川,prefecture,,990000,1980,2024\n"
    seeds = _seeds(tmp_path, {"b/1.txt": page, "divisions.csv": table})
    volume, _, _ = read_volume(_only(seeds), seeds)
    assert (volume.title, volume.edition_year, volume.covered_year) == ("望川年鉴", 2010, 2009)
    assert (volume.covered_year_source, volume.region_name, volume.region_code) == (
        "title",
        "望川市",
        "990100",
    )


def test_an_empty_file_is_a_document_and_a_reject(tmp_path: Path) -> None:
    seeds = _seeds(tmp_path, {"b/1.txt": "", "b/2.txt": PAGE, "b/3.txt": "\r\n　"})
    _, documents, rejects = read_volume(_only(seeds), seeds)
    assert documents["characters"].to_pylist() == [0, len(PAGE), 3]
    assert [(row["document_id"], row["reason"]) for row in rejects.to_pylist()] == [
        ("b/1.txt", "empty_document"),
        ("b/3.txt", "empty_document"),
    ]


def test_a_folder_without_documents_is_a_book_of_none(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    volume, documents, rejects = read_volume(_only(tmp_path), tmp_path)
    assert (volume.volume_id, volume.covered_year_source, documents.num_rows) == ("b", "unknown", 0)
    (reject,) = rejects.to_pylist()
    assert (reject["reason"], reject["document_id"], reject["reject_id"]) == (
        "no_documents",
        None,
        "b!0:no_documents",
    )


def test_the_same_bytes_twice_are_read_once(tmp_path: Path) -> None:
    seeds = _seeds(tmp_path, {"b/1.txt": PAGE, "b/2.txt": PAGE, "b/3.txt": PAGE + " "})
    _, documents, rejects = read_volume(_only(seeds), seeds)
    assert documents["document_id"].to_pylist() == ["b/1.txt", "b/3.txt"]
    (reject,) = rejects.to_pylist()
    assert reject["reason"] == "duplicate_document"
    assert reject["reject_id"] == "b/2.txt!0:duplicate_document"
    assert "b/1.txt" in reject["detail"]
    assert "b/2.txt" in reject["detail"]


def test_a_file_of_another_kind_is_told_and_companions_are_not(tmp_path: Path) -> None:
    seeds = _seeds(tmp_path, {"b/1.txt": PAGE, "b/2.pdf": b"%PDF", "b/readme.md": "x", "b/扫描": b"\0"})
    _, _, rejects = read_volume(_only(seeds), seeds)
    assert [(row["reject_id"], row["reason"]) for row in rejects.to_pylist()] == [
        ("b/2.pdf!0:unsupported_media_type", "unsupported_media_type"),
        ("b/扫描!0:unsupported_media_type", "unsupported_media_type"),
    ]


def test_undecodable_bytes_are_rejected_with_their_place(tmp_path: Path) -> None:
    seeds = _seeds(tmp_path, {"b/1.txt": PAGE.encode() * 5 + b"\xff" + PAGE.encode()})
    _, documents, rejects = read_volume(_only(seeds), seeds)
    (reject,) = rejects.to_pylist()
    text = documents["text"][0].as_py()
    assert reject["reason"] == "undecodable_bytes"
    assert reject["source_text"] == text[reject["span_start"] : reject["span_end"]] == "\ufffd"
    assert reject["reject_id"] == f"b/1.txt!{5 * len(PAGE)}:undecodable_bytes"


def test_a_broken_manifest_stops_the_book(tmp_path: Path) -> None:
    seeds = _seeds(tmp_path, {"b/1.txt": PAGE, "b/volume.toml": "edition_year = '2010'\n"})
    with pytest.raises(ManifestError, match=r"volume\.toml:1: "):
        read_volume(_only(seeds), seeds)


@pytest.mark.parametrize(
    ("text", "stem", "title"),
    [
        ("\n  港口航运\r\n【概况】 年末有泊位64个。", "000_c06b", "港口航运"),
        ("【概况】 年末有泊位64个。", "000_c06b", None),
        ("【概况】 年末有泊位64个。", "港口航运", "港口航运"),
        ("年末有泊位64个。", "p1", None),
        ("· 118 ·\n港口航运", "p1", "港口航运"),
        ("\ufeff临江年鉴（2010）\n\n118\n◆港　航\n", "p1", "港航"),
        ("临江年鉴 2010\n118\n", "p1", None),
        ("大　事　记\n1月", "p1", "大事记"),
        ("", "p1", None),
    ],
)
def test_a_document_is_called_by_its_first_heading(text: str, stem: str, title: str | None) -> None:
    assert document_title(text, stem) == title
