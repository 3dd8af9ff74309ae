"""A person's name withheld from everything that is published, through the command."""

import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import CliRunner

import schemas
from pipeline.cli import app
from tests.integration.books import Bench

SCHOOL = """教育

【名师工作】 2011年，市教育局局长马力率队到高峰村调研，培训教师150人。高　峰获省级表彰3次，校长高峰出席表彰会。
（李 文　高 峰）
"""
NAMES = "﻿name,volume,keep,reason\r\n"
NAME = "高峰"


def withhold(bench: Bench, *lines: str) -> None:
    text = NAMES + "".join(f"{line}\r\n" for line in lines)
    (bench.seeds / "withheld.csv").write_bytes(text.encode())


def note_in_history(bench: Bench, words: str) -> None:
    """Let a verdict of an earlier run quote some words, as one on a failing row does."""
    path = next((bench.warehouse / "history").glob("*.parquet"))
    rows = pq.read_table(path).to_pylist()
    rows[0]["detail"] = words
    pq.write_table(pa.Table.from_pylist(rows, schema=schemas.arrow_schema("quality_results")), path)


def holding(bench: Bench, word: str) -> set[str]:
    """Files of the warehouse, parts excepted, in which a word stands; Parquet is looked at cell by cell too."""
    found = set()
    for path in bench.warehouse.rglob("*"):
        inside = path.relative_to(bench.warehouse)
        if path.is_dir() or inside.parts[0] == "parts":
            continue
        told = word.encode() in path.read_bytes()
        if path.suffix == ".parquet":
            told = told or any(word in str(row) for row in pq.read_table(path).to_pylist())
        if told:
            found.add(inside.as_posix())
    return found


def test_a_withheld_name_stands_in_nothing_that_is_published(bench: Bench) -> None:
    bench.book("linjiang-2012", {"003.txt": SCHOOL})
    assert bench.run().code == 0
    before, parts = holding(bench, NAME), bench.files("parts/*/*.arrow")
    assert {"documents.parquet", "entities.parquet", "roles.parquet"} <= before
    rows = {name: len(bench.rows(name)) for name in bench.manifest()["tables"]}
    ids = [row["entity_id"] for row in bench.rows("entities")]
    sums = {row["document_id"]: row["sha256"] for row in bench.rows("documents")}

    note_in_history(bench, "例：校长高峰")
    withhold(bench, "高峰,linjiang-2012,,本人来函")
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert "例：校长██" in {row["detail"] for row in bench.rows("quality_results")}
    assert bench.files("parts/*/*.arrow") == parts
    texts = {row["document_id"]: row["text"] for row in bench.rows("documents")}
    assert texts["linjiang-2012/003.txt"] == SCHOOL.replace("校长高峰", "校长██").replace(
        "高　峰", "█　█"
    ).replace("高 峰", "█ █")
    for name in ("quantities", "dates", "numerals", "entities"):
        for row in bench.rows(name):
            assert texts[row["document_id"]][row["span_start"] : row["span_end"]] == row["source_text"]
    assert [row["entity_id"] for row in bench.rows("entities")] == ids
    now = {name: len(bench.rows(name)) for name in rows}
    assert {k: v for k, v in now.items() if k != "quality_results"} == {
        k: v for k, v in rows.items() if k != "quality_results"
    }
    for document_id, sha256 in {r["document_id"]: r["sha256"] for r in bench.rows("documents")}.items():
        assert sha256 == (None if document_id == "linjiang-2012/003.txt" else sums[document_id])
    assert {"██", "李文", "马力"} <= {row["name"] for row in bench.rows("roles")}
    told = holding(bench, NAME)
    for name in told:  # the village stays, the person does not
        assert name.endswith((".parquet", ".html", ".json"))
    assert not holding(bench, "校长高峰") | holding(bench, "高　峰") | holding(bench, "高 峰")
    checks = {(r["table_name"], r["check_name"]): r for r in bench.rows("quality_results")[-200:]}
    assert checks["documents", "withheld"]["passed"]
    assert checks["documents", "withheld"]["rows_checked"] > 0

    assert "nothing has changed" in bench.run().err
    withhold(bench)
    assert bench.run().code == 0
    assert holding(bench, NAME) >= {"documents.parquet", "roles.parquet"}
    assert bench.files("parts/*/*.arrow") == parts


def test_everybody_can_be_withheld(bench: Bench) -> None:
    bench.book("linjiang-2012", {"003.txt": SCHOOL})
    withhold(bench, "*,,,内部试用")
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    for name in ("李文", "李 文", "马力", "校长高峰", "高 峰"):
        assert not holding(bench, name)
    assert {row["name"] for row in bench.rows("entities") if row["kind"] == "person"} == {"██"}
    assert "高峰村" in {row["name"] for row in bench.rows("entities")}


def test_a_line_that_would_withhold_nothing_stops_the_run(bench: Bench) -> None:
    withhold(bench, "高峰,linjang-2012,,本人来函")
    outcome = bench.run()
    assert outcome.code == 2
    assert "withheld.csv:2: there is no volume linjang-2012" in outcome.err
    assert not list(bench.warehouse.glob("*.parquet"))
    withhold(bench, "高,,,本人来函")
    outcome = bench.run()
    assert outcome.code == 2
    assert "withheld.csv:2" in outcome.err


def test_the_doctor_sees_a_name_that_is_not_covered_yet(bench: Bench) -> None:
    assert bench.run().code == 0
    arguments = ["doctor", "--seeds", str(bench.seeds), "--warehouse", str(bench.warehouse)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    withhold(bench, "高峰,,,本人来函")
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 1
    assert "withheld names have changed" in told.stdout
    withhold(bench, "高,,,本人来函")
    assert "withheld.csv:2" in CliRunner().invoke(app, arguments).stdout


def test_a_file_called_after_the_person_is_not_published(bench: Bench) -> None:
    bench.book("linjiang-2012", {"高峰先进事迹.txt": SCHOOL})
    withhold(bench, "高峰,,,本人来函")
    outcome = bench.run()
    assert outcome.code == 1
    assert "rename the file" in outcome.err
    assert NAME not in outcome.err
    assert not list(bench.warehouse.glob("documents.parquet"))
