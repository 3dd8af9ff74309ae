"""`nianjian run` from outside: tables, exit codes, what is redone and what is left alone."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import schemas
from pipeline import assets, stages, storage
from pipeline.quality import rereading
from pipeline.quality.correction_lines import COLUMNS
from pipeline.text.facts import read_facts
from pipeline.text.segment import Segments, segment
from tests.integration.books import FARMS, HARBOUR, SCHOOLS, Bench


def test_two_books_become_tables_that_keep_the_contract(bench: Bench) -> None:
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert "quantities" in outcome.out
    assert "documents 1/2 heshan-2012" in outcome.err

    texts = {row["document_id"]: row["text"] for row in bench.rows("documents")}
    assert sorted(texts) == ["heshan-2012/001.txt", "linjiang-2012/001.txt", "linjiang-2012/002.txt"]
    assert texts["linjiang-2012/001.txt"] == HARBOUR
    for table in ("quantities", "dates", "numerals"):
        rows = bench.rows(table)
        assert rows
        for row in rows:
            assert texts[row["document_id"]][row["span_start"] : row["span_end"]] == row["source_text"]
        places = [(row["volume_id"], row["document_id"], row["span_start"]) for row in rows]
        assert places == sorted(places)
    titles = {row["title"] for row in bench.rows("entries")}
    assert {"码头扩建", "航道疏浚", "基础教育", "职业教育", "粮食生产"} <= titles
    money = {row["source_text"]: row["value"] for row in bench.rows("quantities") if row["unit"] == "CNY"}
    assert money == {"1.2亿元": Decimal(120_000_000), "3600万元": Decimal(36_000_000)}

    volume = next(row for row in bench.rows("volumes") if row["volume_id"] == "linjiang-2012")
    assert (volume["title"], volume["covered_year"], volume["documents"]) == ("临江年鉴", 2011, 2)
    mine = [row for row in bench.rows("quantities") if row["volume_id"] == "linjiang-2012"]
    assert volume["quantities"] == len(mine)


def test_files_are_flat_commented_and_as_the_manifest_says(bench: Bench) -> None:
    bench.run()
    manifest = bench.manifest()
    assert set(manifest["tables"]) == {p.stem for p in bench.warehouse.glob("*.parquet")}
    for name, facts in manifest["tables"].items():
        file = pq.ParquetFile(bench.warehouse / f"{name}.parquet")
        assert file.metadata.num_rows == facts["rows"]
        assert file.schema_arrow.equals(schemas.arrow_schema(name), check_metadata=True)
        assert b"pandas" not in (file.schema_arrow.metadata or {})
        if file.num_row_groups:
            assert file.metadata.row_group(0).column(0).compression == "SNAPPY"
    assert storage.verify(storage.Warehouse(bench.warehouse)) == []
    package = json.loads((bench.warehouse / "datapackage.json").read_text("utf-8"))
    assert [r["name"] for r in package["resources"]] == list(manifest["tables"])
    assert not list(bench.warehouse.rglob("*.tmp"))


def test_checks_are_published_with_the_tables(bench: Bench) -> None:
    bench.run()
    checks = {(row["table_name"], row["check_name"]): row for row in bench.rows("quality_results")}
    for check in [
        ("quantities", "slice"),
        ("entries", "tiling"),
        ("numerals", "numerals"),
        ("dates", "references"),
    ]:
        assert checks[check]["passed"]
        assert checks[check]["rows_checked"] > 0


def test_second_run_touches_nothing(bench: Bench) -> None:
    bench.run()
    before = bench.files("**/*.[pa][ar]*") | bench.files("*.json")
    outcome = bench.run()
    assert outcome.code == 0
    assert "nothing has changed" in outcome.err
    assert "quantities" in outcome.out
    assert bench.files("**/*.[pa][ar]*") | bench.files("*.json") == before


def test_only_the_changed_book_is_redone(bench: Bench) -> None:
    bench.run()
    still, before = bench.files("parts/heshan-2012/*"), bench.files("parts/linjiang-2012/*")
    bench.book("linjiang-2012", {"002.txt": SCHOOLS.replace("215所", "216所")})
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert "heshan" not in outcome.err
    assert bench.files("parts/heshan-2012/*") == still
    assert bench.files("parts/linjiang-2012/*")["parts/linjiang-2012/quantities.arrow"] not in before.values()
    assert "216所" in {row["source_text"] for row in bench.rows("quantities")}
    assert "215所" not in {row["source_text"] for row in bench.rows("quantities")}


def test_a_table_beside_the_books_replaces_the_projects_own(bench: Bench) -> None:
    bench.run()
    assert "8.5%" in {row["source_text"] for row in bench.rows("quantities")}
    before = bench.files("parts/*/quantities.arrow")
    project = Path(assets.__file__).parent.parent / "seeds" / "units.csv"
    lines = project.read_text("utf-8").splitlines(keepends=True)
    (bench.seeds / "units.csv").write_text(
        "".join(x for x in lines if not x.startswith("%,")), encoding="utf-8"
    )
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert not set(bench.files("parts/*/quantities.arrow").values()) & set(before.values())
    assert "8.5%" not in {row["source_text"] for row in bench.rows("quantities")}
    (bench.seeds / "units.csv").unlink()
    assert bench.run().code == 0
    assert "8.5%" in {row["source_text"] for row in bench.rows("quantities")}


def _correct(bench: Bench, *lines: str) -> None:
    header = ",".join(COLUMNS)
    (bench.seeds / "corrections.csv").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")


def test_a_correction_redoes_its_book_alone_and_a_stale_one_stops(bench: Bench) -> None:
    bench.run()
    still = bench.files("parts/heshan-2012/*")
    _correct(bench, "c1,linjiang-2012/002.txt,基础教育,215所,1,,215 所,drop,,印错的一行,编辑,2013-01-05")
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert "215所" not in {row["source_text"] for row in bench.rows("quantities")}
    assert {row["correction_id"] for row in bench.rows("corrections_applied")} == {"c1"}
    assert bench.files("parts/heshan-2012/*") == still
    before = bench.tables()
    _correct(bench, "c2,linjiang-2012/002.txt,基础教育,999所,1,,,drop,,书里没有,编辑,2013-01-05")
    outcome = bench.run()
    assert outcome.code == 1
    assert "corrections_applied.corrections_fresh" in outcome.err
    assert bench.tables() == before
    (bench.seeds / "corrections.csv").write_text("what,is,this\n", encoding="utf-8")
    outcome = bench.run()
    assert outcome.code == 2
    assert "corrections.csv" in outcome.err
    (bench.seeds / "corrections.csv").unlink()
    assert bench.run().code == 0
    assert "215所" in {row["source_text"] for row in bench.rows("quantities")}


def test_review_pages_come_with_the_tables_and_never_hold_them_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run()
    page = bench.warehouse / "review" / "linjiang-2012" / "001.txt.html"
    assert "860万吨" in page.read_text("utf-8")
    assert (bench.warehouse / "review" / "index.html").is_file()

    def broken(*arguments: Any) -> list[Path]:
        raise OSError("no room for pages")

    monkeypatch.setattr(assets, "write_pages", broken)
    bench.book("linjiang-2012", {"001.txt": HARBOUR.replace("860万吨", "861万吨")})
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert "861万吨" in {row["source_text"] for row in bench.rows("quantities")}


def test_removed_book_loses_its_rows_and_parts(bench: Bench) -> None:
    bench.run()
    shutil.rmtree(bench.seeds / "linjiang-2012")
    assert bench.run().code == 0
    assert {row["volume_id"] for row in bench.rows("entries")} == {"heshan-2012"}
    assert {row["volume_id"] for row in bench.rows("volumes")} == {"heshan-2012"}
    assert not (bench.warehouse / "parts" / "linjiang-2012").exists()


def test_same_books_give_the_same_bytes_whatever_the_way(
    bench: Bench, new_bench: Callable[[str], Bench]
) -> None:
    bench.run()
    other = new_bench("other")
    other.book("heshan-2012", {"001.txt": FARMS, "002.txt": "待删。"})
    other.run()
    shutil.copytree(bench.seeds / "linjiang-2012", other.seeds / "linjiang-2012")
    other.run()
    (other.seeds / "heshan-2012" / "002.txt").unlink()
    other.run()
    assert other.tables() == bench.tables()


def test_one_volume_can_be_asked_for(bench: Bench) -> None:
    outcome = bench.run("--volume", "heshan-2012")
    assert outcome.code == 0
    assert "not read yet" in outcome.err
    assert "linjiang-2012" in outcome.err
    assert {row["volume_id"] for row in bench.rows("documents")} == {"heshan-2012"}
    assert bench.run("--volume", "linjiang-2012").code == 0
    assert {row["volume_id"] for row in bench.rows("documents")} == {"heshan-2012", "linjiang-2012"}


def _overlapping(documents: pa.Table) -> Segments:
    """A segmentation gone wrong: the first entry runs on into the second."""
    found = segment(documents)
    ends = found.entries["span_end"].to_pylist()
    if len(ends) > 1:
        ends[0] += 5
    column = found.entries.schema.get_field_index("span_end")
    return replace(found, entries=found.entries.set_column(column, "span_end", pa.array(ends, pa.int32())))


def test_failed_gate_keeps_the_previous_tables_and_says_what_failed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.run()
    before = bench.tables()
    bench.book("linjiang-2012", {"001.txt": HARBOUR.replace("860万吨", "861万吨")})
    monkeypatch.setattr(stages, "segment", _overlapping)
    outcome = bench.run()
    assert outcome.code == 1
    assert "entries.tiling" in outcome.err
    assert "linjiang-2012/001.txt" in outcome.err
    assert bench.tables() == before
    # The verdict stays until the cause is gone; a rerun does not forget it.
    assert bench.run().code == 1
    monkeypatch.undo()
    bench.book("linjiang-2012", {"001.txt": HARBOUR.replace("860万吨", "862万吨")})
    assert bench.run().code == 0
    assert "862万吨" in {row["source_text"] for row in bench.rows("quantities")}


def test_row_that_breaks_a_rule_becomes_a_reject_and_a_warning(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*arguments: Any) -> dict[str, pa.Table]:
        tables = read_facts(*arguments)
        quantities = tables["quantities"]
        shifted = pc.if_else(pc.equal(quantities["source_text"], "215所"), "216所", quantities["source_text"])
        column = quantities.column_names.index("source_text")
        return tables | {
            "quantities": quantities.set_column(column, quantities.schema.field(column), shifted)
        }

    monkeypatch.setattr(rereading, "read_facts", careless)
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert "warn: quantities.contract" in outcome.out
    (reject,) = [row for row in bench.rows("rejects") if row["reason"] == "quantities_slice"]
    assert reject["source_text"] == "215所"
    assert reject["reject_id"] in {row["claim_id"] for row in bench.rows("numerals")}


@pytest.mark.parametrize(
    ("module", "stage"),
    [(stages, "segment"), (rereading, "read_facts"), (stages, "read_names"), (stages, "audit_text")],
    ids=["segment", "facts", "names", "audits"],
)
def test_one_document_that_breaks_a_rule_costs_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, module: ModuleType, stage: str
) -> None:
    real = getattr(module, stage)

    def brittle(documents: pa.Table, *more: Any) -> Any:
        if any("码头扩建" in text for text in documents["text"].to_pylist()):
            raise IndexError("no rule has foreseen this")
        return real(documents, *more)

    monkeypatch.setattr(module, stage, brittle)
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert "warn: documents.readable" in outcome.out
    (reject,) = [row for row in bench.rows("rejects") if row["reason"].endswith("_failed")]
    assert reject["document_id"] == "linjiang-2012/001.txt"
    assert "no rule has foreseen this" in reject["detail"]
    assert "215所" in {row["source_text"] for row in bench.rows("quantities")}
    assert len([row for row in bench.rows("numerals") if row["document_id"] == reject["document_id"]]) > 5


def test_a_broken_pipeline_is_told_from_a_failed_check(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run()
    before = bench.tables()
    bench.book("linjiang-2012", {"001.txt": HARBOUR * 2})

    def broken(*arguments: Any) -> dict[str, pa.Table]:
        raise ZeroDivisionError("no rule survives this")

    monkeypatch.setattr(rereading, "read_facts", broken)
    outcome = bench.run()
    assert outcome.code == 3
    assert "ZeroDivisionError" in outcome.err
    assert "no rule survives this" in outcome.err
    assert bench.tables() == before
    monkeypatch.undo()
    assert bench.run().code == 0
    assert bench.tables() != before


def test_broken_manifest_names_file_line_and_remedy(bench: Bench) -> None:
    bench.run()
    before = bench.tables()
    bench.book("linjiang-2012", {"volume.toml": MANIFEST_BROKEN})
    outcome = bench.run()
    assert outcome.code == 2
    assert "volume.toml" in outcome.err
    assert "2" in outcome.err
    assert "Traceback" not in outcome.err
    assert bench.tables() == before


MANIFEST_BROKEN = 'title = "临江年鉴"\nedition_year = "二〇一二"\n'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--colour", "red"], "--colour"),
        (["run", "--seeds", "no/such/folder"], "no/such/folder"),
        (["run", "--volume", "no-such-book"], "no-such-book"),
        (["walk"], "walk"),
    ],
)
def test_wrong_use_ends_with_two(bench: Bench, arguments: list[str], said: str) -> None:
    if "--seeds" not in arguments and arguments[0] == "run":
        arguments = [*arguments, "--seeds", str(bench.seeds)]
    process = bench.process(*arguments)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == ""
    assert said in err


def test_two_processes_on_two_warehouses_do_not_meet(bench: Bench, tmp_path: Path) -> None:
    """And each prints its result as JSON on stdout, everything else on stderr."""
    other = tmp_path / "second"
    processes = [
        bench.process("run", "--seeds", str(bench.seeds), "--warehouse", str(w), "--json")
        for w in (bench.warehouse, other)
    ]
    for process in processes:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        report = json.loads(out)
        assert report["tables"]["documents"] == 3
        assert report["volumes"] == ["heshan-2012", "linjiang-2012"]
        assert "facts 2/2 linjiang-2012" in err
        assert "Warning" not in err
    assert Bench(bench.seeds, other).tables() == bench.tables()


def test_odd_books_are_recorded_not_refused(bench: Bench) -> None:
    bench.book("空卷", {})
    bench.book("blank", {"001.txt": ""})
    bench.book(
        "坏...字节 50%",
        {"001.txt": "全市有人口".encode("gb18030") + b"\xff\xff\x81" + "42万人。".encode("gb18030")},
    )
    (bench.seeds / "散页.txt").write_text("临江港全年到港船舶3215艘次。", encoding="utf-8")
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    volumes = {row["volume_id"]: row for row in bench.rows("volumes")}
    assert volumes["空卷"]["documents"] == 0
    assert volumes["blank"]["entries"] == 0
    assert volumes["散页"]["quantities"] == 1
    rejects = {row["volume_id"] for row in bench.rows("rejects")}
    assert {"空卷", "blank", "坏...字节 50%"} <= rejects


def test_no_books_at_all_gives_empty_tables(new_bench: Callable[[str], Bench]) -> None:
    nothing = new_bench("nothing")
    outcome = nothing.run()
    assert outcome.code == 0, outcome.err
    assert "no books" in outcome.err
    assert nothing.rows("quantities") == []


def test_a_volume_of_many_batches_reads_like_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.run()
    once = bench.tables()
    shutil.rmtree(bench.warehouse)
    monkeypatch.setattr(storage.in_batches, "__defaults__", (40,))
    bench.run()
    store = storage.Warehouse(bench.warehouse)
    assert len(list(store.batches("linjiang-2012", "documents", "quantities"))) == 2
    assert bench.tables() == once


def test_query_reads_and_cannot_write(bench: Bench) -> None:
    from typer.testing import CliRunner

    from pipeline.cli import app

    bench.run()

    def ask(*arguments: str) -> Any:
        return CliRunner().invoke(app, ["query", "--warehouse", str(bench.warehouse), *arguments])

    found = ask("--json", "select count(*) n from quantities where unit = 'CNY'")
    assert json.loads(found.stdout) == [{"n": 2}]
    assert "码头扩建" in ask("select title from entries order by entry_id").stdout
    assert ask("--csv", "select volume_id from volumes order by 1").stdout.splitlines()[1] == '"heshan-2012"'
    target = bench.warehouse / "quantities.parquet"
    before = target.read_bytes()
    refused = ask(f"copy (select 1) to '{target}'")
    assert refused.exit_code == 2
    assert target.read_bytes() == before
    assert ask("select from").exit_code == 2


def test_doctor_finds_what_is_stale_or_damaged(bench: Bench) -> None:
    from typer.testing import CliRunner

    from pipeline.cli import app

    def doctor() -> Any:
        return CliRunner().invoke(
            app, ["doctor", "--seeds", str(bench.seeds), "--warehouse", str(bench.warehouse)]
        )

    assert doctor().exit_code == 1
    bench.run()
    assert doctor().exit_code == 0
    bench.book("heshan-2012", {"001.txt": FARMS + "又一句。"})
    assert "heshan-2012: not read" in doctor().stdout
    bench.run()
    (bench.warehouse / "dates.parquet").write_bytes(b"PAR1")
    assert "dates.parquet" in doctor().stdout
    assert bench.run().code == 0
    assert doctor().exit_code == 0
