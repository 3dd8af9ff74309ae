"""The published tables: all of them made from the parts of all volumes and put in place together, or none.

Here belong the gate, the swap and its journal, and cleaning up after a killed run. The verdicts that decide come from
`pipeline.quality`.
"""

import fcntl
import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import schemas
from pipeline.quality import laws, rules, settle
from pipeline.quality.withheld import NOBODY, Withheld
from pipeline.storage import history
from pipeline.storage.covering import Curtain
from pipeline.storage.files import alive, beside, fsync, read_json, sha256_of, write_text
from pipeline.storage.keys import code_version
from pipeline.storage.parts import PUBLISHED, SERIES, STAGES, Warehouse, document_ids, open_part
from pipeline.storage.series import uncompared
from schemas import export

# Published row groups: as many rows or bytes as readers like to skip over, and as memory can hold.
GROUP_ROWS = 131_072
GROUP_BYTES = 64 << 20

# Columns whose values rarely repeat: a dictionary page for them costs time and saves nothing.
_PLAIN = re.compile(
    r"^(quantity_id|date_id|entity_id|role_id|event_id|reject_id|claim_id|of_quantity_id|text|detail"
    r"|explanation|sha256|span_\w+|value_float|base_value)$"
)
# Text columns that people filter on; the smallest and largest of the others help nobody and cost a fifth of the time.
_FILTERED = frozenset({"volume_id", "document_id", "unit", "dimension", "region_code"})
# Characters of detail that a verdict keeps in quality_results.
_DETAIL = 500
# The files that say what the tables are; the manifest last, since it says which files belong together.
_DESCRIPTIONS = ("dictionary.md", "datapackage.json", "manifest.json")


class GateError(RuntimeError):
    """An error-level check failed; nothing was published. `verdicts` holds all verdicts, the failed ones included."""

    def __init__(self, verdicts: Sequence[laws.Verdict]) -> None:
        self.verdicts = list(verdicts)
        failed = [
            f"{v.table}.{v.check} ({v.failed} of {v.checked}{f': {v.detail}' if v.detail else ''})"
            for v in verdicts
            if v.blocks
        ]
        super().__init__(f"not published, checks failed: {', '.join(failed)}")


class StaleError(RuntimeError):
    """The parts of a volume do not fit together, or not its neighbours; running its stages again mends that."""


@dataclass(frozen=True)
class Published:
    """What one publication left.

    Rows of each table, the verdicts, whether any file was replaced, and the volumes that have never been read.
    """

    rows: dict[str, int]
    verdicts: list[laws.Verdict]
    replaced: bool
    unread: list[str]


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
            if not (pid.isdigit() and alive(int(pid))):
                path.unlink(missing_ok=True)


def _roll_forward(root: Path) -> None:
    """Do the renames that a swap had announced and not finished; every file they name is complete."""
    journal = root / "publishing.json"
    for target, temporary in read_json(journal).get("renames", []):
        with suppress(FileNotFoundError):
            (root / temporary).replace(root / target)
    journal.unlink(missing_ok=True)


def publish(
    warehouse: Warehouse,
    volume_ids: Sequence[str],
    run_id: str,
    more: Sequence[laws.Verdict] = (),
    corrections: str = "",
    withheld: Withheld = NOBODY,
    limits: Mapping[str, float] = MappingProxyType({}),
    clock: Callable[[], float] = time.time,
) -> Published:
    """Make the published tables from the parts of the given volumes, all of them or none.

    `more` are verdicts on something else than a volume, which count like the others; `corrections` is the version of
    the file they are about. `limits` are the thresholds by which a warning about most of a table becomes an error.

    `withheld` are the names that stand covered in all that is written.

    A volume that was never read yet (another was asked for) is left out. One that is published already and half
    remade, because a run was killed, is not: raises StaleError, since its rows would vanish.

    Raises StaleError too where the stage `series` was not run since a volume or its neighbours were made.

    Rows come by volume, document and place; audits over more than one batch or volume come last in their volume. The
    verdicts on the volumes are added up, and every row is proved on its way into a file; when a verdict of level
    error has failed, GateError is raised and every published table stays as it is. When nothing has changed since the
    last publication, no table is touched. Whatever comes of it, the verdicts are added to quality_results, the one
    table that grows with every run. Parts of volumes that are not among `volume_ids` are removed in the end.
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
        if old := uncompared(warehouse, volume_ids):
            raise StaleError(f"not compared with their neighbours yet: {', '.join(old)}; run the stage series")
        verdicts = [settle.weigh(v, limits) for v in laws.add_up([*_verdicts(warehouse, volume_ids), *more])]
        curtain = Curtain(warehouse, withheld, volume_ids, broken)
        verdicts = curtain.verdicts(verdicts)
        key = _set_key(warehouse, volume_ids, corrections, withheld.version)
        stands = before.get("key") == key and set(_damaged(warehouse, before)) <= {history.TABLE}
        write = not stands and not any(v.blocks for v in verdicts)
        proof = rules.Proof()
        try:
            rows = _prove(warehouse, volume_ids, proof, curtain, write)
            name = history.name_of_run(warehouse, run_id)
            verdicts, kept = _judged(
                [*verdicts, *curtain.verdicts(proof.verdicts()), *curtain.law()], name, clock()
            )
            refused = any(v.blocks for v in verdicts)
            manifest = before or {"key": "", "run_id": "", "code_version": "", "volumes": [], "tables": {}}
            if not refused:
                manifest["judged"] = name
            if write and not refused:
                _expect(warehouse, volume_ids, rows)
                manifest |= {"key": key, "run_id": run_id, "code_version": code_version()}
                manifest |= {"volumes": volume_ids, "tables": {}}
            else:
                rows = {}
            rows[history.TABLE] = _concatenate(
                beside(warehouse.table(history.TABLE)),
                history.TABLE,
                _groups(history.TABLE, [history.remember(warehouse, kept, curtain.results)]),
            )
            targets = _described(warehouse, rows, manifest)
        except BaseException:
            _clear(warehouse, ())
            raise
        _clear(warehouse, targets)
        _swap(warehouse, targets)
        if refused:
            raise GateError(verdicts)
        if write:
            for gone in set(warehouse.volumes()) - set(volume_ids) - set(broken):
                shutil.rmtree(warehouse.folder(gone))
        rows = {n: facts["rows"] for n, facts in warehouse.manifest()["tables"].items()}
        return Published(rows, verdicts, replaced=write, unread=broken)


def _verdicts(warehouse: Warehouse, volume_ids: Sequence[str]) -> list[laws.Verdict]:
    """The verdicts of all volumes, and what only the whole set shows."""
    found: list[laws.Verdict] = []
    seen: dict[str, str] = {}
    twice: list[dict[str, object]] = []
    documents = 0
    for volume_id in volume_ids:
        for name in ("laws", "series.laws"):
            found += verdicts_of(warehouse, volume_id, name)
        for document_id in document_ids(warehouse, volume_id):
            documents += 1
            if document_id in seen:
                twice.append(
                    {"document_id": document_id, "volume_id": volume_id, "also_in": seen[document_id]}
                )
            seen[document_id] = volume_id
    examples = tuple(twice[: laws.EXAMPLES])
    found.append(laws.Verdict("documents", "one_volume", "error", documents, len(twice), examples=examples))
    found.append(_one_name(warehouse, volume_ids))
    return found


def _one_name(warehouse: Warehouse, volume_ids: Sequence[str]) -> laws.Verdict:
    """Whether no two volumes go by the same name; their rows say it, whatever their folders are called."""
    folders: dict[str, list[str]] = {}
    for folder in volume_ids:
        for name in open_part(warehouse.part(folder, "volumes")).read_all()["volume_id"].to_pylist():
            folders.setdefault(name, []).append(folder)
    twice = {name: found for name, found in folders.items() if len(found) > 1}
    examples: tuple[dict[str, object], ...] = tuple(
        {"volume_id": name, "folders": ", ".join(found)} for name, found in twice.items()
    )
    failed = sum(len(found) - 1 for found in twice.values())
    return laws.Verdict("volumes", "keys", "error", len(volume_ids), failed, examples=examples[: laws.EXAMPLES])


def verdicts_of(warehouse: Warehouse, volume_id: str, part: str = "laws") -> list[laws.Verdict]:
    """The verdicts on one volume as a part keeps them."""
    return [_verdict(row) for row in warehouse.read_part(volume_id, part).to_pylist()]


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


def _set_key(warehouse: Warehouse, volume_ids: Sequence[str], corrections: str, withheld: str) -> str:
    """The key of a set of published tables: which volumes, each made from what, published how by which code."""
    made = [(v, sorted((s, m["key"]) for s, m in warehouse.stages(v).items())) for v in volume_ids]
    content = [made, PUBLISHED, code_version(), corrections, withheld]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def up_to_date(warehouse: Warehouse, keys: Mapping[str, str], corrections: str, withheld: str) -> bool:
    """Whether the published tables are those of exactly these volumes (volume → part key), and undamaged."""
    published = warehouse.manifest()
    return (
        bool(published)
        and published["volumes"] == sorted(keys)
        and all(warehouse.fresh(v, stage, key) for v, key in keys.items() for stage in STAGES)
        and not uncompared(warehouse, keys)
        and published["key"] == _set_key(warehouse, sorted(keys), corrections, withheld)
        and not _damaged(warehouse, published)
    )


def _damaged(warehouse: Warehouse, manifest: Mapping[str, Any]) -> list[str]:
    """The published tables that are missing or not the very files of the manifest."""
    damaged = []
    for name, facts in manifest["tables"].items():
        path = warehouse.table(name)
        if not path.is_file() or path.stat().st_size != facts["bytes"] or sha256_of(path) != facts["sha256"]:
            damaged.append(name)
    return damaged


def _prove(
    warehouse: Warehouse, volume_ids: Sequence[str], proof: rules.Proof, curtain: Curtain, write: bool
) -> dict[str, int]:
    """Hold every row of every table against its rules, and write those that are to go out beside the old files.

    Returns the rows written of each table.
    """
    rows: dict[str, int] = {}
    for name in PUBLISHED:
        chunks = (
            table
            for v in volume_ids
            for table in curtain.tables(
                name, v, _volumes(warehouse, [v]) if name == "volumes" else _parts(warehouse, [v], name)
            )
        )
        proved = proof.watch(name, _groups(name, chunks))
        if write:
            rows[name] = _concatenate(beside(warehouse.table(name)), name, proved)
        else:
            for _ in proved:
                pass
    return rows


def _expect(warehouse: Warehouse, volume_ids: Sequence[str], rows: Mapping[str, int]) -> None:
    """Raises OSError where other rows were written than the parts hold."""
    for name, written in rows.items():
        expected = sum(warehouse.rows(v)[n] for v in volume_ids for n in (name, *_beyond(name)))
        if written != expected:
            raise OSError(f"{name}: the parts say {expected} rows, {written} were written")


def _judged(
    verdicts: Sequence[laws.Verdict], run_id: str, now: float
) -> tuple[list[laws.Verdict], pa.Table]:
    """The verdicts with those on the verdicts themselves, and their rows for quality_results.

    A verdict that breaks a rule of that table is not kept; what is kept says so.
    """
    proof = rules.Proof()
    rows = _results(verdicts, run_id, now)
    for _ in proof.watch(history.TABLE, [rows]):
        pass
    own = proof.verdicts()
    kept = pa.concat_tables([schemas.split(rows, history.TABLE).good, _results(own, run_id, now)])
    return [*verdicts, *own], kept


def _described(
    warehouse: Warehouse, rows: Mapping[str, int], manifest: Mapping[str, Any]
) -> list[Path]:
    """Write what describes the whole set beside the tables that were written; returns all that is to be replaced."""
    facts = dict(manifest["tables"])
    for name, count in rows.items():
        file = beside(warehouse.table(name))
        facts[name] = {"rows": count, "bytes": file.stat().st_size, "sha256": sha256_of(file)}
    counts = {name: fact["rows"] for name, fact in facts.items()}
    described = json.dumps({**manifest, "tables": facts}, ensure_ascii=False, indent=1) + "\n"
    texts = (export.dictionary(list(counts)), export.datapackage(counts), described)
    targets = [warehouse.table(name) for name in rows]
    for file_name, text in zip(_DESCRIPTIONS, texts, strict=True):
        targets.append(warehouse.root / file_name)
        beside(targets[-1]).write_text(text, encoding="utf-8", newline="\n")
    for target in targets:
        fsync(beside(target))
    return targets


def _clear(warehouse: Warehouse, targets: Sequence[Path]) -> None:
    """Remove what this process has written beside the published files, those excepted that are to go out."""
    tables = [warehouse.table(name) for name in (*PUBLISHED, history.TABLE)]
    for path in (*tables, *(warehouse.root / name for name in _DESCRIPTIONS)):
        if path not in targets:
            beside(path).unlink(missing_ok=True)


def _swap(warehouse: Warehouse, targets: Sequence[Path]) -> None:
    """Put files in place together. Once the journal stands they are the truth: who comes next finishes the renames."""
    renames = [(t.name, beside(t).name) for t in targets]
    write_text(warehouse.root / "publishing.json", json.dumps({"renames": renames}))
    _roll_forward(warehouse.root)
    fsync(warehouse.root)


def _beyond(name: str) -> tuple[str, ...]:
    """The part of a table that the stage `series` has made, if it makes any."""
    own = f"series.{name}"
    return (own,) if own in SERIES else ()


def _parts(warehouse: Warehouse, volume_ids: Sequence[str], name: str) -> Iterator[pa.Table]:
    for volume_id in volume_ids:
        links = warehouse.read_part(volume_id, "series.links") if name == "entities" else None
        for part in (name, *_beyond(name)):
            for batch in warehouse.batches(volume_id, part):
                yield _linked(batch[part], links) if links is not None and links.num_rows else batch[part]


def _linked(entities: pa.Table, links: pa.Table) -> pa.Table:
    """Mentions with the entries that they point at, as the whole volume and its series show them."""
    row = pc.index_in(entities["entity_id"], value_set=links["entity_id"].combine_chunks()).combine_chunks()
    found = links["target_entry_id"].combine_chunks().take(row)
    target = pc.if_else(pc.is_valid(row), found, entities["target_entry_id"].combine_chunks())
    place = entities.column_names.index("target_entry_id")
    return entities.set_column(place, entities.schema.field(place), target)


def _volumes(warehouse: Warehouse, volume_ids: Sequence[str]) -> Iterator[pa.Table]:
    """The row of each volume, with what was counted in its parts."""
    for volume_id in volume_ids:
        rows = warehouse.rows(volume_id)
        row = warehouse.read_part(volume_id, "volumes").to_pylist()[0]
        row |= {name: rows.get(name, 0) for name in ("documents", "entries", "quantities")}
        yield pa.Table.from_pylist([row], schema=schemas.arrow_schema("volumes"))


def _groups(name: str, chunks: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Chunks of a table in row groups of even size. Memory holds one of them."""
    waiting: list[pa.Table] = []
    for chunk in chunks:
        conformed = schemas.conform(chunk, name)
        while conformed.num_rows:
            room = GROUP_ROWS - sum(t.num_rows for t in waiting)
            waiting.append(conformed.slice(0, room))
            conformed = conformed.slice(room)
            if (
                sum(t.num_rows for t in waiting) >= GROUP_ROWS
                or sum(t.nbytes for t in waiting) >= GROUP_BYTES
            ):
                yield pa.concat_tables(waiting).combine_chunks()
                waiting.clear()
    if waiting:
        yield pa.concat_tables(waiting).combine_chunks()


def _concatenate(path: Path, name: str, groups: Iterable[pa.Table]) -> int:
    """Write row groups as one Parquet file; returns the rows."""
    total = 0
    with _parquet(path, export.arrow_schema(name)) as writer:
        for group in groups:
            writer.write_table(group, row_group_size=max(group.num_rows, 1))
            total += group.num_rows
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
            "detail": _shortened(
                v.detail or (json.dumps(v.examples[0], ensure_ascii=False, default=str) if v.examples else "")
            ),
        }
        for v in verdicts
    ]
    return pa.Table.from_pylist(rows, schema=schemas.arrow_schema("quality_results"))


def _shortened(text: str) -> str:
    """A detail that is kept for good: no longer than a person reads."""
    return text if len(text) <= _DETAIL else text[: _DETAIL - 1] + "…"


def verify(warehouse: Warehouse) -> list[str]:
    """Compare the published files with their manifest; returns one line for each difference, none when all is well."""
    manifest = warehouse.manifest()
    if not manifest:
        return [f"{warehouse.root}: nothing was published here yet; run `nianjian run`"]
    return [
        f"{warehouse.table(name)}: not the file that was published; run `nianjian run` again"
        for name in _damaged(warehouse, manifest)
    ]
