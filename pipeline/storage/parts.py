"""The parts of a volume: what each stage has read from one book, and whether it is still fresh.

A part is an Arrow file with one record batch for each batch of documents, so that the batches of all tables keep in
step and a stage can read them without decoding anything. Parts are the pipeline's own; what readers open is made from
them in `publishing`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

import schemas
from pipeline.quality.place import combined
from pipeline.storage.files import beside, read_json, write_text
from schemas import export

# Documents are handed on in batches of about this many characters: large enough that the cost of a call vanishes,
# small enough that a batch and everything read from it stay in a few hundred megabytes.
BATCH_CHARACTERS = 2_000_000
# The stages of a volume in order, and the tables each of them writes; one key holds for all of them.
FACTS = ("quantities", "dates", "numerals")
NAMES = ("entities", "events", "roles")
AUDITS = ("audits", "audit_terms")
STAGES: Mapping[str, tuple[str, ...]] = {
    "documents": ("volumes", "documents", "documents.rejects"),
    "entries": ("entries", "zones", "entries.rejects"),
    "facts": (*FACTS, "corrections_applied", "facts.rejects"),
    "names": (*NAMES, "names.rejects"),
    "audits": (*AUDITS, "tellings", "audits.rejects"),
    "laws": ("rejects", "laws"),
}
# What is seen only beyond one batch, in a whole volume or in two of a series. It has a key of its own, since it also
# depends on other volumes, and its tables have one batch; published, they follow the rows of the stages above.
SERIES = ("series.audits", "series.audit_terms", "series.links", "series.rejects", "series.laws")
PUBLISHED = ("volumes", "documents", "entries", *FACTS, *NAMES, *AUDITS, "rejects", "corrections_applied")


def open_part(path: Path) -> pa.RecordBatchFileReader:
    """A part, mapped into memory: a batch costs nothing until its columns are read."""
    return pa.ipc.open_file(pa.memory_map(str(path)))


def kind_of(part: str) -> str:
    """The table a part is a piece of: `entries.rejects` is a piece of rejects."""
    return part.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Warehouse:
    """A warehouse folder. Two of them never share anything."""

    root: Path

    def folder(self, volume_id: str) -> Path:
        """Folder of the parts of one volume."""
        return self.root / "parts" / volume_id

    def part(self, volume_id: str, name: str) -> Path:
        """File of one table of one volume."""
        return self.folder(volume_id) / f"{name}.arrow"

    def table(self, name: str) -> Path:
        """File of one published table."""
        return self.root / f"{name}.parquet"

    def volumes(self) -> list[str]:
        """Volumes that have parts, sorted."""
        parts = self.root / "parts"
        return sorted(p.name for p in parts.iterdir() if p.is_dir()) if parts.is_dir() else []

    def manifest(self) -> dict[str, Any]:
        """What was published last: `tables` (rows, bytes, sha256), `key`, `volumes`."""
        return read_json(self.root / "manifest.json")

    def stages(self, volume_id: str) -> dict[str, Any]:
        """The stages of a volume that were finished: their key and their tables."""
        return dict(read_json(self.folder(volume_id) / "manifest.json").get("stages", {}))

    def rows(self, volume_id: str) -> dict[str, int]:
        """Rows of each part of a volume."""
        return {
            table: facts["rows"]
            for stage in self.stages(volume_id).values()
            for table, facts in stage["tables"].items()
        }

    def fresh(self, volume_id: str, stage: str, key: str) -> bool:
        """Whether a stage was finished with this key and its files are all there."""
        made = self.stages(volume_id).get(stage)
        if not made or made["key"] != key:
            return False
        for name, facts in made["tables"].items():
            path = self.part(volume_id, name)
            if not path.is_file() or path.stat().st_size != facts["bytes"]:
                return False
        return True

    def batches(self, volume_id: str, *names: str) -> Iterator[dict[str, pa.Table]]:
        """The parts of a volume, batch by batch: the same documents in every table of one batch.

        Raises FileNotFoundError where a part was never made.
        """
        readers = {name: open_part(self.part(volume_id, name)) for name in names}
        for i in range(next(iter(readers.values())).num_record_batches):
            yield {
                name: schemas.conform(pa.Table.from_batches([reader.get_batch(i)]), kind_of(name))
                for name, reader in readers.items()
            }

    def notes(self, volume_id: str, stage: str) -> dict[str, Any]:
        """What a stage noted about a volume."""
        return dict(self.stages(volume_id)[stage]["notes"])

    def complete(self, volume_id: str) -> bool:
        """Whether all stages of a volume were made from the same book by the same code."""
        stages = self.stages(volume_id)
        return stages.keys() >= STAGES.keys() and len({stages[name]["key"] for name in STAGES}) == 1

    def read_part(self, volume_id: str, name: str) -> pa.Table:
        """One part of a volume as a whole."""
        return schemas.conform(open_part(self.part(volume_id, name)).read_all(), kind_of(name))

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A published table, or some of its columns. Raises FileNotFoundError where it was never published."""
        return pq.read_table(self.table(name), columns=columns)


class PartWriter(AbstractContextManager["PartWriter"]):
    """Writes the tables of one stage of one volume, batch by batch, and puts them in place at the end.

    Leaving the block with an exception leaves the volume as it was.
    """

    def __init__(self, warehouse: Warehouse, volume_id: str, stage: str, key: str) -> None:
        self._warehouse, self._volume, self._stage, self._key = warehouse, volume_id, stage, key
        self._tables = SERIES if stage == "series" else STAGES[stage]
        self._writers: dict[str, pa.RecordBatchFileWriter] = {}
        self._rows: dict[str, int] = dict.fromkeys(self._tables, 0)
        self._notes: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._warehouse.folder(self._volume).mkdir(parents=True, exist_ok=True)
        for name in self._tables:
            path = beside(self._warehouse.part(self._volume, name))
            self._writers[name] = pa.ipc.new_file(path, export.arrow_schema(kind_of(name)))
        return self

    def write(self, **tables: pa.Table) -> None:
        """Add one batch of each table of the stage; rejects are given as `rejects` and kept by stage."""
        own = f"{self._stage}.rejects"
        for name, table in tables.items():
            self._add(own if name == "rejects" and own in self._tables else name, table)

    def _add(self, name: str, table: pa.Table) -> None:
        """Add exactly one record batch, so that batches of all tables keep in step."""
        whole = schemas.conform(table, kind_of(name)).combine_chunks()
        batch = pa.RecordBatch.from_arrays([combined(c) for c in whole.columns], schema=whole.schema)
        self._writers[name].write_batch(batch)
        self._rows[name] += batch.num_rows

    def note(self, **facts: Any) -> None:
        """Keep facts about the stage in the manifest; numbers and lists under one name add up over the batches."""
        for name, value in facts.items():
            self._notes[name] = self._notes[name] + value if name in self._notes else value

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        paths = {n: self._warehouse.part(self._volume, n) for n in self._tables}
        for writer in self._writers.values():
            writer.close()
        if kind is not None:
            for path in paths.values():
                beside(path).unlink(missing_ok=True)
            return
        facts = {n: {"rows": self._rows[n], "bytes": beside(p).stat().st_size} for n, p in paths.items()}
        manifest = self._warehouse.folder(self._volume) / "manifest.json"
        stages = {s: m for s, m in self._warehouse.stages(self._volume).items() if s != self._stage}
        # From here until the manifest is written the stage counts as not made, whatever kills the process.
        if self._stage in self._warehouse.stages(self._volume):
            write_text(manifest, json.dumps({"stages": stages}))
        for path in paths.values():
            beside(path).replace(path)
        stages[self._stage] = {"key": self._key, "tables": facts, "notes": self._notes}
        write_text(manifest, json.dumps({"stages": stages}, ensure_ascii=False, indent=1))


def in_batches(documents: pa.Table, characters: int = BATCH_CHARACTERS) -> Iterator[pa.Table]:
    """Cut a table of documents into runs of whole documents of about `characters` code points; at least one run."""
    start, size = 0, 0
    for i, length in enumerate(documents["characters"].to_pylist()):
        if size and size + length > characters:
            yield documents.slice(start, i - start)
            start, size = i, 0
        size += length
    yield documents.slice(start)


def document_ids(warehouse: Warehouse, volume_id: str) -> list[str]:
    """The documents of a volume, in order."""
    reader = open_part(warehouse.part(volume_id, "documents"))
    return [
        d for i in range(reader.num_record_batches) for d in reader.get_batch(i)["document_id"].to_pylist()
    ]
