"""The gates themselves: whatever is broken in whatever way, it is named, nothing goes out, and it is remembered.

A good small warehouse is broken in every way that its schemas and laws forbid (`breakage`), past the code that would
have set the broken row aside, and published again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import schemas
from pipeline import checks, stages, storage
from pipeline.quality import laws, rules, settle
from pipeline.quality.correction_lines import COLUMNS, Finding
from pipeline.quality.corrections import verdicts as correction_verdicts
from pipeline.quality.place import Text
from pipeline.quality.withheld import Line, Withheld
from pipeline.storage import Warehouse, history, parts
from schemas.tables import TABLES
from tests.integration.books import FARMS, HARBOUR, MANIFEST, SCHOOLS, Bench
from tests.integration.breakage import (
    LAWS,
    WARNINGS,
    Breakage,
    break_part,
    of_rules,
    prove_again,
    set_rows,
    together,
    write_part,
)

FAIR = """会展与商贸

【第三届临江航运博览会】 2011年9月10～13日，第三届临江航运博览会在临江国际会展中心举行。博览会由临江市人民政府主办，\
临江市港务局、临江市商务局承办，参展企业230家，观众4.6万人次，占全年观众的23%。开幕式上，市长周文海致辞。合计：12345。

【商品粮】 2011年，全市收购粮食30万吨，其中稻谷18万吨、小麦12万吨。
"""
CORRECTION = "c1,linjiang-2012/002.txt,基础教育,215所,1,,215 所,drop,,印错的一行,编辑,2013-01-05"
LINJIANG = "linjiang-2012"

RULES = of_rules()
# The counts of a volume are made when it is published, so no part can hold wrong ones; its manifest can.
COUNTS = {"documents": "documents", "entries": "entries", "quantities": "facts"}
THROUGH_MANIFEST = [b for b in RULES if b.table == "volumes" and b.rule.removesuffix("_minimum") in COUNTS]
ONLY_WITH_A_LIST = ("documents", "withheld")
# Verdicts are no part of a volume.
OF_VERDICTS = [b for b in RULES if b.table == "quality_results"]
# Counts are never null: they are counted.
UNREACHABLE = {("volumes", f"{name}_missing") for name in COUNTS}
THROUGH_PARTS = [
    b
    for b in RULES
    if b not in THROUGH_MANIFEST and b not in OF_VERDICTS and (b.table, b.rule) not in UNREACHABLE
]
# A volume has one row, so one rule of it is broken at a time; of other tables, all that one check reports.
BY_CHECK = [[b] for b in THROUGH_PARTS if b.table == "volumes"] + [
    [b for b in THROUGH_PARTS if (b.table, b.check) == group]
    for group in dict.fromkeys((b.table, b.check) for b in THROUGH_PARTS if b.table != "volumes")
]


@pytest.fixture(scope="module")
def good() -> Iterator[Bench]:
    """Two books that fill every table, read and published by the command."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as folder, pytest.MonkeyPatch.context() as patch:
        patch.delenv("DAGSTER_HOME", raising=False)
        bench = Bench(Path(folder) / "seeds", Path(folder) / "warehouse")
        bench.book(
            LINJIANG, {"001.txt": HARBOUR, "002.txt": SCHOOLS, "003.txt": FAIR, "volume.toml": MANIFEST}
        )
        bench.book("heshan-2012", {"001.txt": FARMS})
        (bench.seeds / "corrections.csv").write_text(f"{','.join(COLUMNS)}\n{CORRECTION}\n", "utf-8")
        outcome = bench.run()
        assert outcome.code == 0, outcome.err
        empty = [name for name in storage.PUBLISHED if not bench.rows(name)]
        assert not empty, f"nothing could be broken in {empty}"
        yield bench


@pytest.fixture
def bench(good: Bench) -> Iterator[Bench]:
    """A copy of it to break."""
    with tempfile.TemporaryDirectory(dir=good.seeds.parent) as folder:
        shutil.copytree(good.seeds, Path(folder) / "seeds")
        shutil.copytree(good.warehouse, Path(folder) / "warehouse", ignore=shutil.ignore_patterns("review"))
        yield Bench(Path(folder) / "seeds", Path(folder) / "warehouse")


def _publish(bench: Bench, run_id: str = "broken", **more: Any) -> storage.Published:
    store = Warehouse(bench.warehouse)
    more = {"more": stages.judge_corrections(store, bench.seeds, store.volumes())} | more
    return storage.publish(store, store.volumes(), run_id, limits=stages.limits(bench.seeds), **more)


def _remembered(bench: Bench, run_id: str = "broken") -> dict[tuple[str, str], dict[str, Any]]:
    """The verdicts of a run as a reader of quality_results finds them."""
    rows = [row for row in bench.rows("quality_results") if row["run_id"] == run_id]
    return {(row["table_name"], row["check_name"]): row for row in rows}


def _refused(bench: Bench, table: str, check: str, *named: str, **more: Any) -> laws.Verdict:
    """Publish, and hold the gate to its promises; returns the verdict that stopped it."""
    before, described = bench.tables(), bench.manifest()
    with pytest.raises(storage.GateError) as stopped:
        _publish(bench, **more)
    verdict = next(v for v in stopped.value.verdicts if (v.table, v.check) == (table, check))
    assert verdict.blocks
    assert f"{table}.{check}" in str(stopped.value)
    assert [name for name in named if name not in str(stopped.value)] == []
    assert bench.tables() == before
    after = bench.manifest()
    results = after["tables"].pop("quality_results")
    described["tables"].pop("quality_results")
    assert after == described
    assert results["rows"] == len(bench.rows("quality_results"))
    assert storage.verify(Warehouse(bench.warehouse)) == []
    assert not list(bench.warehouse.rglob("*.tmp"))
    row = _remembered(bench)[(table, check)]
    assert (row["passed"], row["severity"], row["rows_failed"]) == (False, "error", verdict.failed)
    return verdict


# --- every rule and every law is broken --------------------------------------------------------------------------


def test_every_rule_of_every_schema_is_broken_by_something() -> None:
    asked = {(name, rule) for name in rules.CHECKS for rule in schemas.rules_of(name)}
    assert {(b.table, b.rule) for b in RULES} == asked
    assert {
        (b.table, b.rule) for b in (*THROUGH_PARTS, *THROUGH_MANIFEST, *OF_VERDICTS)
    } == asked - UNREACHABLE


def test_every_law_is_broken_by_something() -> None:
    asked = {(name, check) for name, listed in checks.CHECKS.items() for check in listed} - {
        (name, check) for name, listed in rules.CHECKS.items() for check in listed
    }
    elsewhere = {(name, "contract") for name in laws.CHECKS if "contract" in laws.CHECKS[name]}
    elsewhere |= {("corrections_applied", check) for check in ("corrections_fresh", "corrections_needed")}
    elsewhere |= {ONLY_WITH_A_LIST}
    assert {(b.table, b.check) for b in (*LAWS, *WARNINGS)} | elsewhere == asked
    linked = {(b.table, b.label) for b in LAWS if b.check == "references"}
    assert linked == {(name, column) for name in rules.CHECKS for column in schemas.references_of(name)}
    assert {b.table for b in LAWS if b.check == "keys"} == set(storage.PUBLISHED)


def test_every_check_is_listed_with_what_it_asks_for(good: Bench) -> None:
    listed = {(name, check) for name, found in checks.CHECKS.items() for check in found}
    made = {(row["table_name"], row["check_name"]): row["severity"] for row in good.rows("quality_results")}
    assert made.keys() == listed - {ONLY_WITH_A_LIST}
    blocking = {
        (s.asset_key.to_user_string(), s.name) for s in checks.check_specs(checks.CHECKS) if s.blocking
    }
    assert {check for check, severity in made.items() if severity == "error"} == blocking - {ONLY_WITH_A_LIST}
    assert all(meaning.endswith(".") for found in checks.CHECKS.values() for meaning in found.values())


# --- what is broken does not go out ------------------------------------------------------------------------------


@pytest.mark.parametrize("breakages", BY_CHECK, ids=lambda found: f"{found[0].name}")
def test_rows_that_break_a_rule_do_not_go_out(bench: Bench, breakages: list[Breakage]) -> None:
    everything = breakages[0] if breakages[0].table == "volumes" else together(breakages)
    volume_id = break_part(Warehouse(bench.warehouse), everything)
    rules_broken = {b.rule for b in breakages}
    verdict = _refused(bench, everything.table, everything.check, *rules_broken)
    assert verdict.failed == len(breakages)
    assert {example["rule"] for example in verdict.examples} <= set(schemas.rules_of(everything.table))
    # Each of the broken rows is blamed for the very rule that it was made to break.
    path = Warehouse(bench.warehouse).part(volume_id, everything.part)
    made = parts.open_part(path).read_all()[-len(breakages) :]
    masks = schemas.broken_rules(made, everything.table)
    assert [bool(masks[b.rule][i]) for i, b in enumerate(breakages)] == [True] * len(breakages)


@pytest.mark.parametrize("breakage", THROUGH_MANIFEST, ids=lambda b: b.name)
def test_a_count_below_nothing_does_not_go_out(bench: Bench, breakage: Breakage) -> None:
    table = breakage.rule.removesuffix("_minimum")
    set_rows(Warehouse(bench.warehouse), LINJIANG, COUNTS[table], table, -1)
    _refused(bench, breakage.table, breakage.check, breakage.rule)


@pytest.mark.parametrize("breakage", OF_VERDICTS, ids=lambda b: b.name)
def test_a_verdict_that_breaks_a_rule_is_not_kept_and_stops(
    bench: Bench, breakage: Breakage, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = storage.publishing._results

    def careless(verdicts: Any, run_id: str, now: float) -> pa.Table:
        table = real(verdicts, run_id, now)
        if len(table) < len(laws.CHECKS):  # those on the verdicts themselves
            return table
        return pa.Table.from_pylist(breakage.change(table.to_pylist()), schema=table.schema)

    monkeypatch.setattr(storage.publishing, "_results", careless)
    _refused(bench, breakage.table, breakage.check, breakage.rule)
    assert len(schemas.split(pa.Table.from_pylist(
        bench.rows("quality_results"), schema=schemas.arrow_schema("quality_results")
    ), "quality_results").bad) == 0  # fmt: skip


@pytest.mark.parametrize("breakage", LAWS, ids=lambda b: b.name)
def test_what_breaks_a_law_does_not_go_out(bench: Bench, breakage: Breakage) -> None:
    store = Warehouse(bench.warehouse)
    volume_id = break_part(store, breakage)
    if breakage.proved:
        prove_again(store, bench.seeds, volume_id)
    verdict = _refused(bench, breakage.table, breakage.check, breakage.rule)
    assert verdict.examples


@pytest.mark.parametrize("name", storage.PUBLISHED)
def test_a_column_of_another_type_does_not_go_out(bench: Bench, name: str) -> None:
    for column in TABLES[name].columns:
        with pytest.raises(schemas.StructureError, match=rf"{name}\.{column}\b"):
            schemas.conform(_mistyped(schemas.empty(name), column, rows=1), name)
    path = Warehouse(bench.warehouse).part(LINJIANG, name)
    last = list(TABLES[name].columns)[-1]
    if name == "volumes":
        last = "edition_year"  # the counts are made when it is published
    write_part(path, _mistyped(parts.open_part(path).read_all(), last))
    if name == "volumes":  # it is opened before there are any verdicts: told as a defect of the code
        with pytest.raises(schemas.StructureError, match=f"{name}.{last}"):
            _publish(bench, more=())
    else:
        _refused(bench, name, "types", f"{name}.{last}", more=())


def _mistyped(table: pa.Table, column: str, rows: int | None = None) -> pa.Table:
    """The table with a column of a type that nothing can be made of."""
    if rows is not None:
        table = pa.table({n: pa.nulls(rows, table.schema.field(n).type) for n in table.column_names})
    wrong = pa.array([{"a": 1}] * len(table), pa.struct([("a", pa.int8())]))
    return table.set_column(table.column_names.index(column), column, wrong)


def test_an_undeclared_or_missing_column_does_not_go_out(bench: Bench) -> None:
    store = Warehouse(bench.warehouse)
    path = store.part(LINJIANG, "dates")
    table = parts.open_part(path).read_all()
    write_part(path, table.append_column("colour", pa.array(["red"] * len(table))))
    _refused(bench, "dates", "types", "colour")
    write_part(path, table.drop_columns(["precision"]))
    _refused(bench, "dates", "types", "precision", run_id="broken#2")


# --- what warns, and what sets aside -----------------------------------------------------------------------------


@pytest.mark.parametrize("breakage", WARNINGS, ids=lambda b: b.name)
def test_a_warning_is_kept_and_stops_nothing(bench: Bench, breakage: Breakage) -> None:
    store = Warehouse(bench.warehouse)
    volume_id = break_part(store, breakage)
    prove_again(store, bench.seeds, volume_id)
    set_rows(store, volume_id, "laws", "laws", 0)  # so that the set counts as another one
    (verdict,) = [
        v for v in _publish(bench).verdicts if (v.table, v.check) == (breakage.table, breakage.check)
    ]
    assert (verdict.severity, verdict.passed, verdict.failed) == ("warn", False, 1)
    row = _remembered(bench)[(breakage.table, breakage.check)]
    assert (row["passed"], row["severity"]) == (False, "warn")


def test_lines_of_corrections_that_miss_stop_and_idle_ones_warn(bench: Bench) -> None:
    idle = correction_verdicts([Finding("redundant", 2, "c1", "x")])
    assert _publish(bench, "idle", more=idle).verdicts
    assert _remembered(bench, "idle")[("corrections_applied", "corrections_needed")]["severity"] == "warn"
    missed = correction_verdicts([Finding("no_match", 2, "c1", "x", "the quote is not there")])
    verdict = _refused(bench, "corrections_applied", "corrections_fresh", "corrections_fresh", more=missed)
    assert verdict.examples[0]["message"] == "the quote is not there"


def test_a_withheld_name_in_a_path_stops(bench: Bench) -> None:
    withheld = Withheld((Line(2, "linjiang", "", ()),))
    _refused(bench, *ONLY_WITH_A_LIST, "withheld", withheld=withheld)


SETTLED = [g for g in BY_CHECK if g[0].table in ("entries", *storage.FACTS, *storage.NAMES, *storage.AUDITS)]


@pytest.mark.parametrize("breakages", SETTLED, ids=lambda found: f"{found[0].table}-{found[0].check}")
def test_a_reader_that_makes_broken_rows_costs_those_rows_alone(
    good: Bench, breakages: list[Breakage]
) -> None:
    everything = together(breakages)
    name, store = everything.table, Warehouse(good.warehouse)
    batch = next(iter(store.batches(LINJIANG, "documents", "entries", name)))
    rows = batch[name].to_pylist()
    broken = pa.Table.from_pylist(everything.change(rows), schema=batch[name].schema)
    entries = None if name == "entries" else batch["entries"]
    kept = settle.settle({name: broken}, Text(batch["documents"]), entries, LINJIANG)
    assert kept.removed == {name: len(breakages)}
    assert kept.tables[name].num_rows == len(rows)
    reasons = set(kept.rejects["reason"].to_pylist())
    assert reasons <= {f"{name}_{rule}" for rule in schemas.broken_rules(broken, name)}
    (verdict,) = settle.contract({name: len(rows)}, kept.removed, kept.rejects)
    assert (verdict.severity, verdict.failed) == ("warn", len(breakages))


# --- the same through the front door -----------------------------------------------------------------------------

SAMPLE = [
    next(b for b in RULES if (b.table, b.rule) == wanted)
    for wanted in [
        ("quantities", "exact_is_exact"),
        ("roles", "role_snake_case"),
        ("corrections_applied", "row_missing"),
    ]
]


def _defect(breakage: Breakage, patch: pytest.MonkeyPatch) -> None:
    """A defect in whatever writes a table of the book, after all that would have set the row aside."""
    real = parts.PartWriter._add

    def add(self: parts.PartWriter, name: str, table: pa.Table) -> None:
        if name == breakage.part and self._volume == LINJIANG:
            table = pa.Table.from_pylist(breakage.change(table.to_pylist()), schema=table.schema)
        real(self, name, table)

    patch.setattr(parts.PartWriter, "_add", add)


@pytest.mark.parametrize(
    "breakage",
    [*SAMPLE, *(next(b for b in LAWS if b.check == c) for c in ("references", "slice"))],
    ids=lambda b: b.name,
)
def test_the_command_ends_with_one_and_says_what_failed(
    bench: Bench, breakage: Breakage, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = bench.tables()
    bench.book(LINJIANG, {"002.txt": SCHOOLS.replace("9630人", "9631人")})
    _defect(breakage, monkeypatch)
    outcome = bench.run()
    assert outcome.code == 1, outcome.err
    assert outcome.out == ""
    assert f"{breakage.table}.{breakage.check}" in outcome.err
    assert breakage.rule in outcome.err
    assert LINJIANG in outcome.err
    assert bench.tables() == before
    assert not _newest(bench)[(breakage.table, breakage.check)]["passed"]


def test_a_process_ends_with_one_and_leaves_the_old_files(bench: Bench) -> None:
    before = bench.tables()
    (bench.seeds / "corrections.csv").write_text(
        f"{','.join(COLUMNS)}\n{CORRECTION.replace('215所', '999所')}\n", "utf-8"
    )
    arguments = ["run", "--seeds", str(bench.seeds), "--warehouse", str(bench.warehouse)]
    process = bench.process(*arguments)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, err
    assert out == ""
    assert "corrections_applied.corrections_fresh" in err
    assert "Traceback" not in err
    assert bench.tables() == before
    assert not _newest(bench)[("corrections_applied", "corrections_fresh")]["passed"]


def _newest(bench: Bench) -> dict[tuple[str, str], dict[str, Any]]:
    newest = history.last_run(Warehouse(bench.warehouse).read("quality_results"))
    assert newest is not None
    return _remembered(bench, newest)


# --- the history -------------------------------------------------------------------------------------------------


def test_every_run_keeps_its_verdicts_and_a_chart_is_one_line(bench: Bench) -> None:
    import json

    from typer.testing import CliRunner

    from pipeline.cli import app

    first = history.last_run(Warehouse(bench.warehouse).read("quality_results"))
    tables = bench.tables()
    _publish(bench, "same", clock=lambda: 4e9)
    break_part(Warehouse(bench.warehouse), next(b for b in RULES if b.rule == "bound_vocabulary"))
    with pytest.raises(storage.GateError):
        _publish(bench, "broken", clock=lambda: 4e9 + 3600)
    assert bench.tables() == tables
    question = (
        "select run_id, checked_at, rows_failed from quality_results "
        "where table_name = 'quantities' and check_name = 'vocabulary' order by checked_at"
    )
    asked = CliRunner().invoke(app, ["query", "--json", "--warehouse", str(bench.warehouse), question])
    found = json.loads(asked.stdout)
    assert [row["run_id"] for row in found] == [first, "same", "broken"]
    assert [row["rows_failed"] for row in found] == [0, 0, 1]
    assert found[1]["checked_at"].startswith("2096-10-02 07:06:40")
    runs = {run: len(_remembered(bench, run)) for run in (first, "same", "broken")}  # type: ignore[arg-type]
    assert len(set(runs.values())) == 1
    assert bench.manifest()["judged"] == "same"


def test_a_run_that_is_tried_again_keeps_both_verdicts(bench: Bench) -> None:
    _publish(bench, "once")
    _publish(bench, "once")
    assert _remembered(bench, "once").keys() == _remembered(bench, "once#2").keys()
    keys = [tuple(row[k] for k in schemas.key_of("quality_results")) for row in bench.rows("quality_results")]
    assert len(set(keys)) == len(keys)


def test_the_first_run_that_fails_leaves_its_verdicts(bench: Bench) -> None:
    for path in (*bench.warehouse.glob("*.*"), *bench.warehouse.glob("history/*")):
        path.unlink()
    break_part(Warehouse(bench.warehouse), next(b for b in RULES if b.rule == "bound_vocabulary"))
    with pytest.raises(storage.GateError):
        _publish(bench)
    assert [p.stem for p in bench.warehouse.glob("*.parquet")] == ["quality_results"]
    assert not _remembered(bench)[("quantities", "vocabulary")]["passed"]
    assert bench.run().code == 0  # the part is not the one that was made, so the book is read again
    assert _remembered(bench)
    assert bench.rows("quantities")


@pytest.mark.parametrize("gone", ["history", "published", "both halves"])
def test_a_file_that_is_lost_or_cut_short_loses_no_verdict(bench: Bench, gone: str) -> None:
    _publish(bench, "second")
    before = bench.rows("quality_results")
    (month,) = (bench.warehouse / "history").glob("*.parquet")
    published = bench.warehouse / "quality_results.parquet"
    if gone == "history":
        month.write_bytes(month.read_bytes()[:-100])
    elif gone == "published":
        published.write_bytes(b"PAR1")
    else:  # each lacks another run
        for path, run in ((month, "second"), (published, before[0]["run_id"])):
            table = pq.read_table(path)
            pq.write_table(table.filter(pc.not_equal(table["run_id"], run)), path)
    _publish(bench, "third")
    after = bench.rows("quality_results")
    assert [row for row in after if row["run_id"] != "third"] == before
    assert {row["run_id"] for row in pq.read_table(month).to_pylist()} == {row["run_id"] for row in after}
    damaged = [p.name for p in bench.warehouse.rglob("*.damaged")]
    assert bool(damaged) == (gone != "both halves")


def test_killed_at_any_moment_no_verdict_is_lost(bench: Bench) -> None:
    import random
    import signal
    import time

    code = f"""
import sys, itertools
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).resolve().parents[2])!r})
from pipeline import storage
warehouse = storage.Warehouse(Path({str(bench.warehouse)!r}))
for i in itertools.count():
    storage.publish(warehouse, warehouse.volumes(), f"{{sys.argv[1]}}-{{i}}")
    print(f"{{sys.argv[1]}}-{{i}}", flush=True)
"""
    chance = random.Random(11)
    told: list[str] = []
    for n in range(2):
        process = subprocess.Popen([sys.executable, "-c", code, str(n)], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            told.append(process.stdout.readline().strip())
            time.sleep(chance.uniform(0.1, 0.6))
            os.kill(process.pid, signal.SIGKILL)
            told += process.stdout.read().split()
            process.wait()
        storage.recover(Warehouse(bench.warehouse))
        runs = pq.read_table(bench.warehouse / "quality_results.parquet")["run_id"].value_counts().to_pylist()
        assert {run["values"] for run in runs} >= set(told)
        assert len({run["counts"] for run in runs if "-" in run["values"][:2]}) == 1
        assert storage.verify(Warehouse(bench.warehouse)) == []
