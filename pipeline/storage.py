"""Tables on disk: the parts of a volume, the published tables, and the order in which they are replaced.

Here belongs everything that touches the warehouse folder: writing beside and renaming, manifests, what is still fresh,
cleaning up after a killed run, reading back. What a table must look like stands in `schemas`, what must be true of it
in `pipeline.quality.laws`; this module calls both and decides nothing about the language.

Two promises. A reader of `<warehouse>/<table>.parquet` sees a whole old file or a whole new one, and `manifest.json`,
written last, says which files belong together. The same books, code and reference tables give the same bytes.

    parts/<volume>/<table>.arrow      working files of one volume, one record batch for each batch of documents
    parts/<volume>/manifest.json      the key each stage was made with, and its rows
    <table>.parquet, manifest.json    what readers open
    publishing.json                   only while a set is being swapped in: the renames that remain
"""

import atexit
import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

import schemas
from pipeline.quality import laws, settle
from pipeline.quality.correction_lines import Correction, Finding, read_corrections
from pipeline.quality.place import combined
from pipeline.read import VolumeSource
from schemas import export

# Documents are handed on in batches of about this many characters: large enough that the cost of a call vanishes,
# small enough that a batch and everything read from it stay in a few hundred megabytes.
BATCH_CHARACTERS = 2_000_000
# Published row groups: as many rows or bytes as readers like to skip over, and as memory can hold.
GROUP_ROWS = 131_072
GROUP_BYTES = 64 << 20

# Columns whose values rarely repeat: a dictionary page for them costs time and saves nothing.
_PLAIN = re.compile(
    r"^(quantity_id|date_id|entity_id|role_id|event_id|reject_id|claim_id|of_quantity_id|text|detail"
    r"|explanation|sha256|span_\w+|value_float|base_value)$"
)
# The stages of a volume in order, and the tables each of them writes; one key holds for all of them.
FACTS = ("quantities", "dates", "numerals")
NAMES = ("entities", "events", "roles")
AUDITS = ("audits", "audit_terms")
STAGES: Mapping[str, tuple[str, ...]] = {
    "documents": ("volumes", "documents", "documents.rejects"),
    "entries": ("entries", "zones", "entries.rejects"),
    "facts": (*FACTS, "corrections_applied", "facts.rejects"),
    "names": (*NAMES, "names.rejects"),
    "audits": (*AUDITS, "audits.rejects"),
    "laws": ("rejects", "laws"),
}
PUBLISHED = ("volumes", "documents", "entries", *FACTS, *NAMES, *AUDITS, "rejects", "corrections_applied")

# Text columns that people filter on; the smallest and largest of the others help nobody and cost a fifth of the time.
_FILTERED = frozenset({"volume_id", "document_id", "unit", "dimension", "region_code"})
CORRECTIONS = "corrections.csv"
_HERE = Path(__file__).resolve().parent
# What decides the content of a part: the code below these, beside the book and the reference tables.
_SOURCES = ("read", "text", "quality", "storage.py", "../schemas")


class GateError(RuntimeError):
    """An error-level check failed; nothing was published. `verdicts` holds all verdicts, the failed ones included."""

    def __init__(self, verdicts: Sequence[laws.Verdict]) -> None:
        self.verdicts = list(verdicts)
        failed = [f"{v.table}.{v.check} ({v.failed} of {v.checked})" for v in verdicts if v.blocks]
        super().__init__(f"not published, checks failed: {', '.join(failed)}")


class StaleError(RuntimeError):
    """A published volume has no consistent parts any more; reading it again mends that."""


@dataclass(frozen=True)
class Published:
    """What one publication left.

    Rows of each table, the verdicts, whether any file was replaced, and the volumes that have never been read.
    """

    rows: dict[str, int]
    verdicts: list[laws.Verdict]
    replaced: bool
    unread: list[str]


# --- what a part depends on ---------------------------------------------------------------------------------------


@cache
def code_version() -> str:
    """Hash of the sources that decide what is read from a text; a comment counts, since nothing parses them here."""
    digest = hashlib.sha256(f"pyarrow {pa.__version__}".encode())
    for name in _SOURCES:
        root = _HERE / name
        for path in sorted(root.rglob("*.py")) if root.is_dir() else [root]:
            digest.update(f"{name}/{path.relative_to(root)}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def reference_tables(seeds: Path) -> dict[str, Path]:
    """The reference tables a run over these books uses, by name: `units.csv`, `lexicons/cues.csv` …

    A table that the folder of books does not bring comes from the project, whose own lie in `seeds/` beside the
    package; a folder of books therefore needs nothing but books. Corrections are no reference table: they are about
    single places, and only the books they name depend on them.
    """
    tables: dict[str, Path] = {}
    for folder in (_HERE.parent / "seeds", seeds):
        for path in (*folder.glob("*.csv"), *folder.glob("lexicons/**/*.csv")):
            if path.name != CORRECTIONS:
                tables[path.relative_to(folder).as_posix()] = path
    return tables


def reference_version(seeds: Path) -> str:
    """Hash of names and contents of the reference tables that a run over these books uses."""
    digest = hashlib.sha256()
    for name, path in sorted(reference_tables(seeds).items()):
        digest.update(name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def reference_folder(seeds: Path) -> Path:
    """A folder that holds the reference tables of a run; a temporary one where they come from two places."""
    tables = reference_tables(seeds)
    for folder in (seeds, _HERE.parent / "seeds"):
        if all(path == folder / name for name, path in tables.items()):
            return folder
    return _gathered(tuple(sorted(tables.items())), reference_version(seeds))


@cache
def _gathered(tables: tuple[tuple[str, Path], ...], version: str) -> Path:
    """Copies of reference tables in a temporary folder, which goes when the process ends."""
    folder = Path(tempfile.mkdtemp(prefix="nianjian-reference-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, path in tables:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    return folder


def corrections_version(seeds: Path, volume_id: str | None = None) -> str:
    """Hash of `corrections.csv`, or of its lines about one volume; they stand by their place in the file.

    Raises CorrectionsFileError where the file is no table of corrections.
    """
    lines, findings = read_corrections(seeds / CORRECTIONS)
    mine: list[Correction | Finding] = [*lines, *findings]
    if volume_id is not None:
        mine = [line for line in mine if volume_of_document(line.document) == volume_id]
    return hashlib.sha256(repr(mine).encode()).hexdigest()[:16] if mine else ""


def volume_of_document(document_id: str) -> str:
    """The volume a document lies in: its folder, or its own name where it lies loose."""
    first, inside, _ = document_id.partition("/")
    return first if inside else Path(first).stem


def part_key(source: VolumeSource, seeds: Path) -> str:
    """The key of everything read from one book: content, code, reference tables and the corrections to it."""
    parts = (
        source.fingerprint,
        code_version(),
        reference_version(seeds),
        corrections_version(seeds, source.volume_id),
    )
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()


# --- files --------------------------------------------------------------------------------------------------------


def _temporary(path: Path) -> Path:
    """The name to write under before `path` is replaced; it ends in .tmp, which no reader of Parquet opens."""
    return path.with_name(f"{path.name}.{os.getpid()}.tmp")


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_text(path: Path, text: str) -> None:
    temporary = _temporary(path)
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file; empty where there is none or where it cannot be read (then it is made anew)."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def _open_part(path: Path) -> pa.RecordBatchFileReader:
    """A part, mapped into memory: a batch costs nothing until its columns are read."""
    return pa.ipc.open_file(pa.memory_map(str(path)))


def _parquet(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """A writer with the settings of every published table: snappy, and statistics where readers filter."""
    strings = [f.name for f in schema if pa.types.is_string(f.type)]
    return pq.ParquetWriter(
        path,
        schema,
        compression="snappy",
        use_dictionary=[name for name in strings if not _PLAIN.match(name)],
        write_statistics=[f.name for f in schema if f.name not in strings or f.name in _FILTERED],
        write_page_index=True,
    )


def _kind(part: str) -> str:
    """The table a part is a piece of: `entries.rejects` is a piece of rejects."""
    return part.rsplit(".", 1)[-1]


# --- parts of a volume --------------------------------------------------------------------------------------------


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
        return _read_json(self.root / "manifest.json")

    def stages(self, volume_id: str) -> dict[str, Any]:
        """The stages of a volume that were finished: their key and their tables."""
        return dict(_read_json(self.folder(volume_id) / "manifest.json").get("stages", {}))

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
        readers = {name: _open_part(self.part(volume_id, name)) for name in names}
        for i in range(next(iter(readers.values())).num_record_batches):
            yield {
                name: schemas.conform(pa.Table.from_batches([reader.get_batch(i)]), _kind(name))
                for name, reader in readers.items()
            }

    def notes(self, volume_id: str, stage: str) -> dict[str, Any]:
        """What a stage noted about a volume."""
        return dict(self.stages(volume_id)[stage]["notes"])

    def complete(self, volume_id: str) -> bool:
        """Whether all stages of a volume were made from the same book by the same code."""
        stages = self.stages(volume_id)
        return set(stages) == set(STAGES) and len({made["key"] for made in stages.values()}) == 1

    def read_part(self, volume_id: str, name: str) -> pa.Table:
        """One part of a volume as a whole."""
        return schemas.conform(_open_part(self.part(volume_id, name)).read_all(), _kind(name))

    def read(self, name: str, columns: Sequence[str] | None = None) -> pa.Table:
        """A published table, or some of its columns. Raises FileNotFoundError where it was never published."""
        return pq.read_table(self.table(name), columns=columns)


class PartWriter(AbstractContextManager["PartWriter"]):
    """Writes the tables of one stage of one volume, batch by batch, and puts them in place at the end.

    Leaving the block with an exception leaves the volume as it was.
    """

    def __init__(self, warehouse: Warehouse, volume_id: str, stage: str, key: str) -> None:
        self._warehouse, self._volume, self._stage, self._key = warehouse, volume_id, stage, key
        self._tables = STAGES[stage]
        self._writers: dict[str, pa.RecordBatchFileWriter] = {}
        self._rows: dict[str, int] = dict.fromkeys(self._tables, 0)
        self._notes: dict[str, Any] = {}

    def __enter__(self) -> Self:
        self._warehouse.folder(self._volume).mkdir(parents=True, exist_ok=True)
        for name in self._tables:
            path = _temporary(self._warehouse.part(self._volume, name))
            self._writers[name] = pa.ipc.new_file(path, export.arrow_schema(_kind(name)))
        return self

    def write(self, **tables: pa.Table) -> None:
        """Add one batch of each table of the stage; rejects are given as `rejects` and kept by stage."""
        own = f"{self._stage}.rejects"
        for name, table in tables.items():
            self._add(own if name == "rejects" and own in self._tables else name, table)

    def _add(self, name: str, table: pa.Table) -> None:
        """Add exactly one record batch, so that batches of all tables keep in step."""
        whole = schemas.conform(table, _kind(name)).combine_chunks()
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
                _temporary(path).unlink(missing_ok=True)
            return
        facts = {n: {"rows": self._rows[n], "bytes": _temporary(p).stat().st_size} for n, p in paths.items()}
        manifest = self._warehouse.folder(self._volume) / "manifest.json"
        stages = {s: m for s, m in self._warehouse.stages(self._volume).items() if s != self._stage}
        # From here until the manifest is written the stage counts as not made, whatever kills the process.
        if self._stage in self._warehouse.stages(self._volume):
            _write_text(manifest, json.dumps({"stages": stages}))
        for path in paths.values():
            _temporary(path).replace(path)
        stages[self._stage] = {"key": self._key, "tables": facts, "notes": self._notes}
        _write_text(manifest, json.dumps({"stages": stages}, ensure_ascii=False, indent=1))


def in_batches(documents: pa.Table, characters: int = BATCH_CHARACTERS) -> Iterator[pa.Table]:
    """Cut a table of documents into runs of whole documents of about `characters` code points; at least one run."""
    start, size = 0, 0
    for i, length in enumerate(documents["characters"].to_pylist()):
        if size and size + length > characters:
            yield documents.slice(start, i - start)
            start, size = i, 0
        size += length
    yield documents.slice(start)


# --- publishing ---------------------------------------------------------------------------------------------------


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Hold the warehouse for one publisher at a time; another one waits."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def recover(warehouse: Warehouse) -> None:
    """Clean up after killed runs: finish a swap that had begun, remove files that no living process is writing."""
    if not warehouse.root.is_dir():
        return
    with _alone(warehouse.root):
        _roll_forward(warehouse.root)
        for path in warehouse.root.rglob("*.tmp"):
            pid = path.name.rsplit(".", 2)[-2]
            if not (pid.isdigit() and _alive(int(pid))):
                path.unlink(missing_ok=True)


def _roll_forward(root: Path) -> None:
    """Do the renames that a swap had announced and not finished; every file they name is complete."""
    journal = root / "publishing.json"
    for target, temporary in _read_json(journal).get("renames", []):
        with suppress(FileNotFoundError):
            (root / temporary).replace(root / target)
    journal.unlink(missing_ok=True)


def publish(
    warehouse: Warehouse,
    volume_ids: Sequence[str],
    run_id: str,
    more: Sequence[laws.Verdict] = (),
    corrections: str = "",
    clock: Callable[[], float] = time.time,
) -> Published:
    """Make the published tables from the parts of the given volumes, all of them or none.

    `more` are verdicts on something else than a volume, which count like the others; `corrections` is the version of
    the file they are about.

    A volume that was never read yet (another was asked for) is left out. One that is published already and half
    remade, because a run was killed, is not: raises StaleError, since its rows would vanish.

    Rows come by volume, document and place. The verdicts on the volumes are added up first; when one of level error
    has failed, GateError is raised and every published file stays as it is. When nothing has changed since the last
    publication, no file is touched. Parts of volumes that are not among `volume_ids` are removed in the end.
    """
    with _alone(warehouse.root):
        _roll_forward(warehouse.root)
        before = warehouse.manifest()
        broken = [v for v in volume_ids if not warehouse.complete(v)]
        if half := sorted(set(broken) & set(before.get("volumes", []))):
            raise StaleError(
                f"half made by a run that was stopped: {', '.join(half)}; run these volumes again"
            )
        volume_ids = [v for v in volume_ids if v not in broken]
        verdicts = [*_verdicts(warehouse, volume_ids), *more]
        if any(v.blocks for v in verdicts):
            raise GateError(verdicts)
        key = _set_key(warehouse, volume_ids, corrections)
        if before.get("key") == key and not _damaged(warehouse, before):
            rows = {n: facts["rows"] for n, facts in before["tables"].items()}
            return Published(rows, verdicts, replaced=False, unread=broken)
        rows = _replace(warehouse, volume_ids, verdicts, key, run_id, clock())
        for gone in set(warehouse.volumes()) - set(volume_ids) - set(broken):
            shutil.rmtree(warehouse.folder(gone))
        return Published(rows, verdicts, replaced=True, unread=broken)


def _verdicts(warehouse: Warehouse, volume_ids: Sequence[str]) -> list[laws.Verdict]:
    """The verdicts of all volumes added up, and what only the whole set shows."""
    found: list[laws.Verdict] = []
    seen: dict[str, str] = {}
    twice: list[dict[str, object]] = []
    documents = 0
    for volume_id in volume_ids:
        found += [_verdict(row) for row in warehouse.read_part(volume_id, "laws").to_pylist()]
        for document_id in document_ids(warehouse, volume_id):
            documents += 1
            if seen.setdefault(document_id, volume_id) != volume_id:
                twice.append(
                    {"document_id": document_id, "volume_id": volume_id, "also_in": seen[document_id]}
                )
    examples = tuple(twice[: laws.EXAMPLES])
    found.append(laws.Verdict("documents", "one_volume", "error", documents, len(twice), examples=examples))
    return [settle.weigh(verdict) for verdict in laws.add_up(found)]


def document_ids(warehouse: Warehouse, volume_id: str) -> list[str]:
    """The documents of a volume, in order."""
    reader = _open_part(warehouse.part(volume_id, "documents"))
    return [
        d for i in range(reader.num_record_batches) for d in reader.get_batch(i)["document_id"].to_pylist()
    ]


def _verdict(row: Mapping[str, Any]) -> laws.Verdict:
    return laws.Verdict(
        row["table_name"],
        row["check_name"],
        row["severity"],
        row["rows_checked"],
        row["rows_failed"],
        row["detail"] or "",
        tuple(json.loads(row["examples"])),
    )


def laws_table(volume_id: str, verdicts: Iterable[laws.Verdict]) -> pa.Table:
    """Verdicts as the working table `laws` of a volume."""
    return pa.Table.from_pylist(
        [
            {
                "volume_id": volume_id,
                "table_name": v.table,
                "check_name": v.check,
                "severity": v.severity,
                "passed": v.passed,
                "rows_checked": v.checked,
                "rows_failed": v.failed,
                "detail": v.detail,
                "examples": json.dumps(v.examples, ensure_ascii=False),
            }
            for v in verdicts
        ],
        schema=schemas.arrow_schema("laws"),
    )


def _set_key(warehouse: Warehouse, volume_ids: Sequence[str], corrections: str) -> str:
    """The key of a set of published tables: which volumes, each made from what, published by which code."""
    made = [(v, sorted((s, m["key"]) for s, m in warehouse.stages(v).items())) for v in volume_ids]
    return hashlib.sha256(json.dumps([made, PUBLISHED, code_version(), corrections]).encode()).hexdigest()


def up_to_date(warehouse: Warehouse, keys: Mapping[str, str], corrections: str) -> bool:
    """Whether the published tables are those of exactly these volumes (volume → part key), and undamaged."""
    published = warehouse.manifest()
    return (
        bool(published)
        and published["volumes"] == sorted(keys)
        and all(warehouse.fresh(v, stage, key) for v, key in keys.items() for stage in STAGES)
        and published["key"] == _set_key(warehouse, sorted(keys), corrections)
        and not _damaged(warehouse, published)
    )


def _damaged(warehouse: Warehouse, manifest: Mapping[str, Any]) -> list[str]:
    """The published tables that are missing or not the very files of the manifest."""
    damaged = []
    for name, facts in manifest["tables"].items():
        path = warehouse.table(name)
        if not path.is_file() or path.stat().st_size != facts["bytes"] or _sha256(path) != facts["sha256"]:
            damaged.append(name)
    return damaged


def _replace(
    warehouse: Warehouse,
    volume_ids: Sequence[str],
    verdicts: Sequence[laws.Verdict],
    key: str,
    run_id: str,
    now: float,
) -> dict[str, int]:
    """Write all tables beside the old ones, then swap them in; returns the rows of each."""
    rows: dict[str, int] = {}
    targets: list[Path] = []
    try:
        for name in PUBLISHED:
            path = warehouse.table(name)
            targets.append(path)
            chunks = (
                _volumes(warehouse, volume_ids) if name == "volumes" else _parts(warehouse, volume_ids, name)
            )
            rows[name] = _concatenate(_temporary(path), name, chunks)
            expected = sum(warehouse.rows(v)[name] for v in volume_ids)
            if rows[name] != expected:
                raise OSError(f"{name}: the parts say {expected} rows, {rows[name]} were written")
        path = warehouse.table("quality_results")
        targets.append(path)
        rows["quality_results"] = _concatenate(
            _temporary(path), "quality_results", [_results(verdicts, run_id, now)]
        )
        facts = {
            n: {"rows": rows[n], "bytes": _temporary(t).stat().st_size, "sha256": _sha256(_temporary(t))}
            for n, t in ((n, warehouse.table(n)) for n in rows)
        }
        manifest = {
            "key": key,
            "run_id": run_id,
            "code_version": code_version(),
            "volumes": list(volume_ids),
            "tables": facts,
        }
        texts = {
            "dictionary.md": export.dictionary(list(rows)),
            "datapackage.json": export.datapackage(rows),
            "manifest.json": json.dumps(manifest, ensure_ascii=False, indent=1) + "\n",
        }
        for file_name, text in texts.items():
            targets.append(warehouse.root / file_name)
            _temporary(targets[-1]).write_text(text, encoding="utf-8", newline="\n")
        for target in targets:
            _fsync(_temporary(target))
    except BaseException:
        for target in targets:
            _temporary(target).unlink(missing_ok=True)
        raise
    # Once the journal stands, the new set is the truth: whoever comes next finishes the renames.
    renames = [(t.name, _temporary(t).name) for t in targets]
    _write_text(warehouse.root / "publishing.json", json.dumps({"renames": renames}))
    _roll_forward(warehouse.root)
    _fsync(warehouse.root)
    return rows


def _parts(warehouse: Warehouse, volume_ids: Sequence[str], name: str) -> Iterator[pa.Table]:
    for volume_id in volume_ids:
        for batch in warehouse.batches(volume_id, name):
            yield batch[name]


def _volumes(warehouse: Warehouse, volume_ids: Sequence[str]) -> Iterator[pa.Table]:
    """The row of each volume, with what was counted in its parts."""
    for volume_id in volume_ids:
        rows = warehouse.rows(volume_id)
        row = warehouse.read_part(volume_id, "volumes").to_pylist()[0]
        row |= {name: rows.get(name, 0) for name in ("documents", "entries", "quantities")}
        yield pa.Table.from_pylist([row], schema=schemas.arrow_schema("volumes"))


def _concatenate(path: Path, name: str, chunks: Iterable[pa.Table]) -> int:
    """Write chunks as one Parquet file with row groups of even size; returns the rows. Memory holds one row group."""
    total = 0
    waiting: list[pa.Table] = []
    with _parquet(path, export.arrow_schema(name)) as writer:

        def flush() -> None:
            if waiting:
                table = pa.concat_tables(waiting).combine_chunks()
                writer.write_table(table, row_group_size=max(table.num_rows, 1))
                waiting.clear()

        for chunk in chunks:
            conformed = schemas.conform(chunk, name)
            total += conformed.num_rows
            while conformed.num_rows:
                room = GROUP_ROWS - sum(t.num_rows for t in waiting)
                waiting.append(conformed.slice(0, room))
                conformed = conformed.slice(room)
                if (
                    sum(t.num_rows for t in waiting) >= GROUP_ROWS
                    or sum(t.nbytes for t in waiting) >= GROUP_BYTES
                ):
                    flush()
        flush()
    return total


def _results(verdicts: Sequence[laws.Verdict], run_id: str, now: float) -> pa.Table:
    rows = [
        {
            "run_id": run_id,
            "checked_at": int(now * 1e6),
            "table_name": v.table,
            "check_name": v.check,
            "severity": v.severity,
            "passed": v.passed,
            "rows_checked": v.checked,
            "rows_failed": v.failed,
            "detail": v.detail
            or (json.dumps(v.examples[0], ensure_ascii=False, default=str) if v.examples else ""),
        }
        for v in verdicts
    ]
    return pa.Table.from_pylist(rows, schema=schemas.arrow_schema("quality_results"))


def verify(warehouse: Warehouse) -> list[str]:
    """Compare the published files with their manifest; returns one line for each difference, none when all is well."""
    manifest = warehouse.manifest()
    if not manifest:
        return [f"{warehouse.root}: nothing was published here yet; run `nianjian run`"]
    return [
        f"{warehouse.table(name)}: not the file that was published; run `nianjian run` again"
        for name in _damaged(warehouse, manifest)
    ]
