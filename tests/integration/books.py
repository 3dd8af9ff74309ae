"""Small invented books, and the command run on them as a user runs it; fixtures stand in `conftest`."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from typer.testing import CliRunner

HARBOUR = """港口与航运

【码头扩建】 2011年，临江市港务局投资1.2亿元扩建北岸码头，新增万吨级泊位3个，全年吞吐量达到860万吨，比上年增长8.5%。

【航道疏浚】 全年疏浚航道42.6公里，清淤约130万立方米。9月10～13日，举办第六届临江航运博览会，参展企业230余家。
"""
SCHOOLS = """教育

【基础教育】 年末全市有小学215所，在校学生18.4万人，专任教师9630人。小学适龄儿童入学率99.9%，比上年提高0.2个百分点。

【职业教育】 投入专项资金3600万元，新建实训基地12个。
"""
FARMS = """农业

【粮食生产】 全年粮食播种面积56.3万亩，总产量23.7万吨，增长2.1%，其中稻谷19.5万吨。
"""
MANIFEST = """title = "临江年鉴"
edition_year = 2012
covered_year = 2011
region_name = "临江市"
"""


@dataclass
class Bench:
    """A folder of books and a warehouse, and the command over both."""

    seeds: Path
    warehouse: Path

    def book(self, name: str, documents: Mapping[str, str | bytes]) -> None:
        """Lay a book down; a value is the content of the file of that name."""
        folder = self.seeds / name
        folder.mkdir(parents=True, exist_ok=True)
        for file, content in documents.items():
            (folder / file).write_bytes(content.encode() if isinstance(content, str) else content)

    def run(self, *options: str) -> "Outcome":
        """`nianjian run` on these folders, in this process."""
        from pipeline.cli import app

        arguments = ["run", "--seeds", str(self.seeds), "--warehouse", str(self.warehouse), *options]
        result = CliRunner().invoke(app, arguments)
        return Outcome(result.exit_code, result.stdout, result.stderr)

    def process(self, *arguments: str, **more: Any) -> "subprocess.Popen[str]":
        """The command as a process of its own, as a shell starts it."""
        environment = {k: v for k, v in os.environ.items() if k != "DAGSTER_HOME"}
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            cwd=Path(__file__).resolve().parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            **more,
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A published table, read as a stranger would."""
        rows: list[dict[str, Any]] = pq.read_table(self.warehouse / f"{table}.parquet").to_pylist()
        return rows

    def manifest(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.warehouse / "manifest.json").read_text("utf-8"))
        return found

    def tables(self) -> dict[str, bytes]:
        """Bytes of the published tables, the log of checks excepted: it says when the run was."""
        return {
            p.name: p.read_bytes() for p in self.warehouse.glob("*.parquet") if p.stem != "quality_results"
        }

    def files(self, pattern: str) -> dict[str, tuple[int, int]]:
        """Which files there are and whether they were replaced: inode and time of writing tell."""
        return {
            str(p.relative_to(self.warehouse)): (p.stat().st_ino, p.stat().st_mtime_ns)
            for p in self.warehouse.glob(pattern)
        }


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str
