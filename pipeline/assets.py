"""The stages of a book as Dagster assets, and the publication of all books.

Each asset is thin: take the batches of the stage before, call one pure function, hand the tables to storage. What a
volume is partitioned by, and when it runs, stands in `automation`; what the interface shows, in `checks`. Four assets
run volume by volume (`parts/…`, one asset a stage, since each costs Dagster an event for every volume); one asset
publishes every table together, because the tables are replaced together or not at all.
"""

import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline import checks, storage
from pipeline.quality import laws, settle
from pipeline.quality.fence import read_each
from pipeline.quality.place import Text
from pipeline.read import Volume, VolumeSource, find_volumes, read_volume
from pipeline.storage import PartWriter, Warehouse
from pipeline.text.facts import read_facts
from pipeline.text.measures import measure
from pipeline.text.names import read_names
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

# Single-run backfills are marked beta; they are what keeps a thousand books in one run.
warnings.filterwarnings("ignore", message=".*`backfill_policy`", category=dg.BetaWarning)

VOLUMES = dg.DynamicPartitionsDefinition(name="volumes")
_ONE_RUN = dg.BackfillPolicy.single_run()
PUBLISHED = (*storage.PUBLISHED, "quality_results")
# Whoever shows progress listens here; records carry `stage`, `volume`, `done` and `total`.
PROGRESS = logging.getLogger("nianjian.progress")


class Folders(dg.ConfigurableResource[Any]):
    """Where the books lie and where the tables go; relative paths start at the working directory."""

    seeds: str = "seeds"
    warehouse: str = "warehouse"

    @property
    def books(self) -> Path:
        return Path(self.seeds)

    @property
    def store(self) -> Warehouse:
        return Warehouse(Path(self.warehouse))


def partition_key(volume_id: str) -> str:
    """The partition of a volume: its name, with the few characters that Dagster refuses written as %XX."""
    return re.sub(r"%|[\x00-\x1f\x7f]|\.(?=\.\.)|(?<=\.\.)\.", lambda m: f"%{ord(m[0]):02X}", volume_id)


def volume_of(key: str) -> str:
    """The volume of a partition; the inverse of `partition_key`."""
    return unquote(key)


@lru_cache(maxsize=2)
def _books(run_id: str, seeds: Path) -> dict[str, tuple[VolumeSource, str]]:
    """The books and their part keys as they are at the beginning of a run; all stages of a run see the same."""
    return {
        source.volume_id: (source, storage.part_key(source.fingerprint, seeds))
        for source in find_volumes(seeds)
    }


Make = Callable[[VolumeSource, Warehouse, Path, PartWriter], None]


def _run_stage(
    context: dg.AssetExecutionContext, folders: Folders, stage: str, make: Make
) -> dg.MaterializeResult[Any]:
    """Run one stage over the volumes of the run, those excepted whose parts are still fresh."""
    books = _books(context.run.run_id, folders.books)
    chosen = [books[v] for v in map(volume_of, context.partition_keys) if v in books]
    made, rows = 0, 0
    for done, (source, key) in enumerate(chosen):
        PROGRESS.info(stage, extra={"volume": source.volume_id, "done": done, "total": len(chosen)})
        if not folders.store.fresh(source.volume_id, stage, key):
            with PartWriter(folders.store, source.volume_id, stage, key) as part:
                make(source, folders.store, folders.books, part)
            made += 1
        rows += sum(folders.store.rows(source.volume_id).get(t, 0) for t in storage.STAGES[stage])
    PROGRESS.info(stage, extra={"volume": "", "done": len(chosen), "total": len(chosen)})
    return dg.MaterializeResult(
        metadata={
            "volumes": len(chosen),
            "volumes_made": made,
            "volumes_unchanged": len(chosen) - made,
            "rows": rows,
        }
    )


def _stage(name: str, group: str, deps: Sequence[str] = ()) -> Callable[[Any], dg.AssetsDefinition]:
    return dg.asset(
        name=name,
        key_prefix="parts",
        partitions_def=VOLUMES,
        backfill_policy=_ONE_RUN,
        group_name=group,
        deps=[dg.AssetKey(["parts", d]) for d in deps],
        kinds={"parquet"},
    )


@_stage("documents", "source")
def documents(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """文档: the documents of a volume, decoded, and what is known of the book."""

    def make(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
        volume, table, rejects = read_volume(source, seeds)
        part.write(volumes=_volume_row(volume, table.num_rows))
        table = schemas.conform(table, "documents")
        inside = pc.is_in(rejects["document_id"], value_set=table["document_id"].combine_chunks())
        loose = rejects.filter(pc.invert(pc.fill_null(inside, False)))  # about files that are no documents
        for batch in storage.in_batches(table):
            mine = rejects.filter(
                pc.is_in(rejects["document_id"], value_set=batch["document_id"].combine_chunks())
            )
            quoted = settle.place_rejects(mine, Text(batch))
            part.write(documents=batch, rejects=pa.concat_tables([schemas.conform(loose, "rejects"), quoted]))
            loose = loose.slice(0, 0)

    return _run_stage(context, folders, "documents", make)


@_stage("entries", "text", ["documents"])
def entries(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """条目: the entries of a volume, and the zones between and inside them."""

    def make(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
        for batch in store.batches(source.volume_id, "documents"):
            found = read_each(_segment, batch, "entries")
            text = Text(batch["documents"])
            tables = {name: found.get(name, schemas.empty(name)) for name in ("entries", "zones")}
            kept = settle.settle(tables, text, None, source.volume_id)
            part.write(**kept.tables, rejects=_joined(found["rejects"], kept.rejects, text))
            part.note(**{f"removed_{name}": count for name, count in kept.removed.items()})

    return _run_stage(context, folders, "entries", make)


@_stage("facts", "facts", ["documents", "entries"])
def facts(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """数量、日期: every number and date of a volume, and the accounting of its numerals."""

    def make(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
        volume = _volume(store, source.volume_id)
        reference = _reference(seeds, storage.reference_version(seeds))
        for batch in store.batches(source.volume_id, "documents", "entries", "zones"):
            found = read_each(lambda given: _facts(given, volume, reference), batch, "facts")
            text = Text(batch["documents"])
            tables = {name: found.get(name, schemas.empty(name)) for name in storage.FACTS}
            kept = settle.settle(tables, text, batch["entries"], source.volume_id)
            part.write(**kept.tables, rejects=_joined(found["rejects"], kept.rejects, text))
            part.note(**{f"removed_{name}": count for name, count in kept.removed.items()})

    return _run_stage(context, folders, "facts", make)


@_stage("names", "facts", ["documents", "entries", "facts"])
def names(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """实体、事件: who and what a volume names, what happened, and who took which part."""

    def make(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
        volume = _volume(store, source.volume_id)
        reference = _reference(seeds, storage.reference_version(seeds))
        before = ("documents", "entries", "zones", "dates", "quantities")
        for batch in store.batches(source.volume_id, *before):
            found = read_each(lambda given: _names(given, volume, reference), batch, "names")
            text = Text(batch["documents"])
            tables = {name: found.get(name, schemas.empty(name)) for name in storage.NAMES}
            kept = settle.settle(tables, text, batch["entries"], source.volume_id)
            part.write(**kept.tables, rejects=_joined(found["rejects"], kept.rejects, text))
            part.note(**{f"removed_{name}": count for name, count in kept.removed.items()})

    return _run_stage(context, folders, "names", make)


@_stage("laws", "quality", ["documents", "entries", "facts", "names"])
def laws_of_volume(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """定律: what could not be read in a volume, in one table, and whether its tables keep the laws."""

    def make(source: VolumeSource, store: Warehouse, seeds: Path, part: PartWriter) -> None:
        names = ("documents", "entries", "zones", *storage.FACTS, *storage.NAMES)
        stages = [f"{stage}.rejects" for stage in ("documents", "entries", "facts", "names")]
        volume = store.read_part(source.volume_id, "volumes")
        verdicts: list[laws.Verdict] = []
        rejects: list[pa.Table] = []
        order: list[str] = []
        for batch in store.batches(source.volume_id, *names, *stages):
            rejects.append(
                settle.merge_rejects(
                    [batch[s] for s in stages], batch["documents"]["document_id"].to_pylist()
                )
            )
            tables = {name: batch[name] for name in names} | {"rejects": rejects[-1]}
            verdicts += laws.judge(tables, Text(batch["documents"]), volume)
            order += batch["documents"]["document_id"].to_pylist()
        merged = settle.merge_rejects(rejects, order)
        verdicts += settle.contract(*_counts(store, source.volume_id), merged)
        verdicts.append(settle.readable(merged, len(order)))
        part.write(rejects=merged, laws=storage.laws_table(source.volume_id, laws.add_up(verdicts)))

    return _run_stage(context, folders, "laws", make)


@dg.multi_asset(
    specs=[
        checks.table_spec(
            name, [dg.AssetKey(["parts", d]) for d in ("documents", "entries", "facts", "laws")]
        )
        for name in PUBLISHED
    ],
    check_specs=checks.check_specs(PUBLISHED),
)
def published(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[Any]:
    """The published tables: all volumes, every table, replaced together once every error-level check has passed."""
    books = _books(context.run.run_id, folders.books)
    PROGRESS.info("publish", extra={"volume": "", "done": 0, "total": 1})
    try:
        outcome = storage.publish(folders.store, sorted(books), context.run.run_id)
    except storage.GateError as gate:
        yield from checks.results(PUBLISHED, gate.verdicts)
        raise dg.Failure(str(gate), metadata={"gate": "failed"}, allow_retries=False) from gate
    PROGRESS.info("publish", extra={"volume": "", "done": 1, "total": 1})
    yield from checks.results(PUBLISHED, outcome.verdicts)
    for name in PUBLISHED:
        metadata = checks.table_metadata(folders.store, name)
        metadata |= {"replaced": outcome.replaced, "volumes_not_read_yet": len(outcome.unread)}
        yield dg.MaterializeResult(asset_key=name, metadata=metadata)


def _segment(given: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    found = segment(given["documents"])
    return {"entries": found.entries, "zones": found.zones, "rejects": found.rejects}


def _facts(given: Mapping[str, pa.Table], volume: Volume, reference: Reference) -> dict[str, pa.Table]:
    before = (given["documents"], given["entries"], given["zones"])
    found = read_facts(*before, volume, reference)
    found["quantities"] = measure(*before, found["quantities"], found["dates"], volume, reference)
    return found


def _names(given: Mapping[str, pa.Table], volume: Volume, reference: Reference) -> dict[str, pa.Table]:
    before = (given["documents"], given["entries"], given["zones"], given["dates"], given["quantities"])
    return read_names(*before, volume, reference)


def _volume_row(volume: Volume, documents: int) -> pa.Table:
    """The row of a volume; entries and quantities are counted when it is published."""
    row = {name: getattr(volume, name) for name in Volume.__dataclass_fields__}
    row |= {"documents": documents, "entries": 0, "quantities": 0}
    return pa.Table.from_pylist([row], schema=schemas.arrow_schema("volumes"))


def _volume(store: Warehouse, volume_id: str) -> Volume:
    """What is known of a volume, as its part keeps it."""
    row = store.read_part(volume_id, "volumes").to_pylist()[0]
    return Volume(**{name: row[name] for name in Volume.__dataclass_fields__})


@lru_cache(maxsize=2)
def _reference(seeds: Path, version: str) -> Reference:
    """The reference tables, loaded once for all volumes of a run."""
    return load_reference(storage.reference_folder(seeds))


def _joined(found: pa.Table, settled: pa.Table, text: Text) -> pa.Table:
    return pa.concat_tables([settle.place_rejects(found, text), settle.place_rejects(settled, text)])


def _counts(store: Warehouse, volume_id: str) -> tuple[dict[str, int], dict[str, int]]:
    """Rows kept and rows removed, by table, over the stages of a volume."""
    kept, removed = {}, {}
    for stage in store.stages(volume_id).values():
        for name, count in stage["notes"].items():
            table = name.removeprefix("removed_")
            if table in laws.CHECKS:
                removed[table] = count
                kept[table] = stage["tables"][table]["rows"]
    return kept, removed
