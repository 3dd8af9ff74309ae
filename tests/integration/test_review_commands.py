"""`nianjian corrections check` and `nianjian report`, as a person uses them between two runs."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from tests.integration.books import Bench

HEADER = "correction_id,document,entry_title,quote,occurrence,field,expect,action,set_to,reason,author,date"
GOOD = ",linjiang-2012/001.txt,「码头扩建」,「1.2亿元」,1,,「120000000 CNY」,read_as,「1.3亿元」,据原书,,"
STALE = ",linjiang-2012/001.txt,「码头扩建」,「3个」,1,,「4 个」,read_as,「5个」,据原书,,"
IDLE = ",heshan-2012/001.txt,「粮食生产」,「56.3万亩」,1,,「563000 亩」,read_as,「563000亩」,据原书,,"
STRAY = ",heshan-2012/002.txt,,「1个」,1,,「1 个」,drop,,据原书,,"


def _check(bench: Bench, *options: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["corrections", "check", "--seeds", str(bench.seeds), *options])
    return result.exit_code, result.stdout, result.stderr


def _write(bench: Bench, *lines: str) -> None:
    (bench.seeds / "corrections.csv").write_text("\r\n".join((HEADER, *lines)) + "\r\n", encoding="utf-8-sig")


def test_every_line_is_tried_and_nothing_is_written(bench: Bench) -> None:
    _write(bench, GOOD, STALE, IDLE, STRAY)
    code, out, err = _check(bench)

    assert code == 1
    assert [line.split()[:3] for line in out.splitlines()] == [
        ["line", "2", "applied"],
        ["line", "3", "drift"],
        ["line", "4", "redundant"],
        ["line", "5", "no_match"],
    ]
    assert "2 to mend" in err
    assert not bench.warehouse.exists()


def test_lines_that_hold_exit_with_zero_and_do_the_same_in_a_run(bench: Bench) -> None:
    _write(bench, GOOD, IDLE)
    code, out, _ = _check(bench, "--json")
    found = json.loads(out)

    assert code == 0
    assert [f["outcome"] for f in found] == ["applied", "redundant"]
    assert bench.run().code == 0
    assert {row["correction_id"] for row in bench.rows("corrections_applied")} == {found[0]["correction_id"]}


@pytest.mark.parametrize("content", ["quote,reason\n", "\udcff\udcfe"])
def test_a_file_that_is_no_table_is_used_wrongly(bench: Bench, content: str) -> None:
    (bench.seeds / "corrections.csv").write_bytes(content.encode("utf-8", "surrogateescape"))
    code, _, err = _check(bench)
    assert code == 2
    assert "corrections.csv" in err


def test_pages_can_be_written_again(bench: Bench) -> None:
    assert bench.run().code == 0
    index = bench.warehouse / "review" / "index.html"
    before = index.read_bytes()
    index.unlink()
    result = CliRunner().invoke(app, ["report", "--warehouse", str(bench.warehouse)])
    assert (result.exit_code, result.stdout.strip()) == (0, str(index))
    assert index.read_bytes() == before
    assert CliRunner().invoke(app, ["report", "--warehouse", str(bench.seeds)]).exit_code == 2
