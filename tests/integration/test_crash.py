"""Whatever kills a run, readers keep whole files that belong together, and the next run cleans up."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import schemas
from pipeline import storage
from pipeline.storage import PartWriter, Warehouse
from tests.integration.books import HARBOUR, Bench


def _volume(warehouse: Warehouse, volume_id: str, mark: str, rows: int = 1) -> None:
    """Parts of a made-up volume whose every table carries `mark`, written by the real writer."""
    document = f"{volume_id}/1.txt"
    text = mark * rows
    row = {
        "document_id": document, "entry_id": f"{document}#001", "volume_id": volume_id, "ordinal": 1,
        "span_start": 0, "span_end": len(text), "body_start": 0, "body_end": 1, "paragraphs": 1,
        "title": mark, "media_type": "text/plain", "encoding": mark, "sha256": "0", "characters": len(text),
        "text": text, "covered_year_source": "unknown", "documents": 1, "entries": 0, "quantities": 0,
        "source_text": mark, "dimension": "count", "bound": "exact", "role": "level", "rule_id": mark,
        "confidence": 1.0, "value": 1, "low": 1, "high": 1, "precision": "day", "year_source": "unknown",
        "partial": "--05", "claimed_by": "date", "claim_id": "x",
    }  # fmt: skip

    def table(name: str, count: int = rows) -> pa.Table:
        schema = schemas.arrow_schema(name.rsplit(".", 1)[-1])
        made = [
            {k: v for k, v in row.items() if k in schema.names}
            | {
                "quantity_id": f"{document}@{i}",
                "date_id": f"{document}@{i}",
                "span_start": i,
                "span_end": i + 1,
            }
            for i in range(count)
        ]
        return pa.Table.from_pylist(
            [{k: v for k, v in r.items() if k in schema.names} for r in made], schema=schema
        )

    for stage, names in storage.STAGES.items():
        with PartWriter(warehouse, volume_id, stage, mark) as part:
            given: dict[str, pa.Table] = {
                n: table(n, 1) for n in ("volumes", "documents", "entries") if n in names
            }
            given |= {n: table(n) for n in storage.FACTS if n in names}
            empty = (*storage.NAMES, *storage.AUDITS, "corrections_applied")
            given |= {n: schemas.empty(n) for n in empty if n in names}
            given |= {"rejects": schemas.empty("rejects")} if stage != "laws" else {}
            if stage == "entries":
                given["zones"] = schemas.empty("zones")
            if stage == "laws":
                given |= {"rejects": schemas.empty("rejects"), "laws": storage.laws_table(volume_id, [])}
            part.write(**given)
    alone = storage.neighbours(warehouse, [volume_id])[volume_id]
    with PartWriter(warehouse, volume_id, "series", alone.key) as part:
        part.write(**{n: schemas.empty(n.removeprefix("series.")) for n in storage.SERIES})


def _marks(warehouse: Path) -> set[str]:
    """The marks that a reader finds in the published tables; every file must be whole."""
    columns = {"entries": "title", "quantities": "rule_id", "dates": "rule_id", "documents": "encoding"}
    return {
        m
        for t, c in columns.items()
        for m in pq.read_table(warehouse / f"{t}.parquet")[c].unique().to_pylist()
    }


_LOOP = """
import sys, itertools
from pathlib import Path
sys.path.insert(0, {root!r})
from pipeline import storage
from tests.integration.test_crash import _volume
warehouse = storage.Warehouse(Path({warehouse!r}))
for i in itertools.count():
    _volume(warehouse, "v", "甲乙"[i % 2], 3000)
    storage.publish(warehouse, ["v"], str(i))
    print(i, flush=True)
"""


def test_killed_at_any_moment_the_set_stays_whole(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    warehouse = Warehouse(tmp_path / "warehouse")
    code = _LOOP.format(root=str(root), warehouse=str(warehouse.root))
    chance = random.Random(7)
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        with process.stdout:
            process.stdout.readline()
            time.sleep(chance.uniform(0.0, 0.4))
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        for path in warehouse.root.glob("*.parquet"):
            pq.read_table(path)  # whole, although a swap may have been cut short
        storage.recover(warehouse)
        assert len(_marks(warehouse.root)) == 1
        assert storage.verify(warehouse) == []
        assert not list(warehouse.root.rglob("*.tmp"))


def test_a_swap_cut_short_is_finished_by_whoever_comes_next(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    _volume(warehouse, "v", "甲")
    storage.publish(warehouse, ["v"], "1")
    other = Warehouse(tmp_path / "other")
    _volume(other, "v", "乙")
    storage.publish(other, ["v"], "2")
    # As a process killed between two renames leaves it: journal written, one table swapped, the others not yet.
    renames = []
    for path in other.root.iterdir():
        if path.suffix in {".parquet", ".json", ".md"}:
            path.rename(tmp_path / f"{path.name}.1.tmp")
            renames.append((path.name, f"{path.name}.1.tmp"))
    (tmp_path / "publishing.json").write_text(json.dumps({"renames": renames}))
    (tmp_path / "dates.parquet.1.tmp").replace(tmp_path / "dates.parquet")
    assert _marks(tmp_path) == {"甲", "乙"}
    storage.recover(warehouse)
    assert _marks(tmp_path) == {"乙"}
    assert storage.verify(warehouse) == []
    assert not (tmp_path / "publishing.json").exists()


def test_leftovers_of_a_dead_run_go_and_those_of_a_living_one_stay(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    (tmp_path / "parts" / "v").mkdir(parents=True)
    leftover = tmp_path / "parts" / "v" / f"dates.arrow.{dead.pid}.tmp"
    living = tmp_path / f"dates.parquet.{os.getpid()}.tmp"
    leftover.touch()
    living.touch()
    storage.recover(Warehouse(tmp_path))
    assert not leftover.exists()
    assert living.exists()


def test_a_stage_that_fails_leaves_its_parts_as_they_were(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    _volume(warehouse, "v", "甲")
    before = warehouse.part("v", "entries").read_bytes()
    with pytest.raises(schemas.StructureError), PartWriter(warehouse, "v", "entries", "乙") as part:
        part.write(entries=schemas.empty("entries"), zones=pa.table({"colour": ["red"]}))
    assert warehouse.part("v", "entries").read_bytes() == before
    assert warehouse.fresh("v", "entries", "甲")
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_half_remade_volume_does_not_lose_its_published_rows(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    for name in ("v", "w"):
        _volume(warehouse, name, "甲")
    storage.publish(warehouse, ["v", "w"], "1")
    with PartWriter(
        warehouse, "v", "documents", "乙"
    ) as part:  # the book changed, the run was killed after this
        for name in storage.STAGES["documents"]:
            part.write(**{name.rsplit(".", 1)[-1]: warehouse.read_part("w", name)})
    with pytest.raises(storage.StaleError, match="v"):
        storage.publish(warehouse, ["v", "w"], "2")
    assert warehouse.manifest()["volumes"] == ["v", "w"]
    _volume(warehouse, "v", "乙")
    assert storage.publish(warehouse, ["v", "w"], "3").rows["documents"] == 2


def test_run_killed_while_reading_leaves_the_old_tables(bench: Bench) -> None:
    bench.run()
    before = bench.tables()
    bench.book("linjiang-2012", {"003.txt": HARBOUR.replace("1.2亿元", "1.3亿元") * 400})
    process = bench.process("run", "--seeds", str(bench.seeds), "--warehouse", str(bench.warehouse))
    assert process.stderr is not None
    assert process.stdout is not None
    for line in process.stderr:
        if line.startswith(("facts", "laws")):
            break
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    process.stdout.close()
    assert bench.tables() == before
    outcome = bench.run()
    assert outcome.code == 0, outcome.err
    assert bench.tables() != before
    assert not list(bench.warehouse.rglob("*.tmp"))


def test_row_groups_are_even_and_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.publishing, "GROUP_ROWS", 1000)
    warehouse = Warehouse(tmp_path)
    for name in ("u", "v", "w"):
        _volume(warehouse, name, "甲", 700)
    storage.publish(warehouse, ["u", "v", "w"], "1")
    metadata = pq.ParquetFile(warehouse.table("quantities")).metadata
    assert [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)] == [1000, 1000, 100]
