"""The stages of a book as Dagster assets, and the publication of all books.

Each asset is thin: which volumes are stale, one call for each, counts for the interface. What a stage does stands in
`stages`; what a volume is partitioned by, and when it runs, in `automation`; what the interface shows, in `checks`.
One asset a stage runs volume by volume (`parts/…`; each costs Dagster an event for every volume); one asset publishes
every table together, because the tables are replaced together or not at all.
"""

import logging
import re
import shutil
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import dagster as dg

from pipeline import checks, stages, storage
from pipeline.publish.write import write_pages
from pipeline.quality.glance import COLUMNS, Glance, glances
from pipeline.read import VolumeSource, find_volumes
from pipeline.storage import PartWriter, Warehouse

# Single-run backfills are marked beta; they are what keeps a thousand books in one run.
warnings.filterwarnings("ignore", message=".*`backfill_policy`", category=dg.BetaWarning)

VOLUMES = dg.DynamicPartitionsDefinition(name="volumes")
_ONE_RUN = dg.BackfillPolicy.single_run()
PUBLISHED = (*storage.PUBLISHED, "quality_results")
PAGES_CHARACTERS = 4_000_000
# Whoever shows progress listens here; records carry `stage`, `volume`, `done` and `total`.
PROGRESS = logging.getLogger("nianjian.progress")


class Folders(dg.ConfigurableResource[Any]):
    """Where the books lie and where the tables go; relative paths start at the working directory.

    `pages` is the address under which a web server gives out `<warehouse>/review`; without one, the interface shows
    paths, since no browser opens a local file from its pages.
    """

    seeds: str = "seeds"
    warehouse: str = "warehouse"
    pages: str = ""

    @property
    def books(self) -> Path:
        return Path(self.seeds)

    @property
    def store(self) -> Warehouse:
        return Warehouse(Path(self.warehouse))

    @property
    def review(self) -> checks.Pages:
        return checks.Pages(self.store.root / "review", self.pages)


def partition_key(volume_id: str) -> str:
    """The partition of a volume: its name, with the few characters that Dagster refuses written as %XX."""
    return re.sub(r"%|[\x00-\x1f\x7f]|\.(?=\.\.)|(?<=\.\.)\.", lambda m: f"%{ord(m[0]):02X}", volume_id)


def volume_of(key: str) -> str:
    """The volume of a partition; the inverse of `partition_key`."""
    return unquote(key)


@lru_cache(maxsize=2)
def _books(run_id: str, seeds: Path) -> dict[str, tuple[VolumeSource, str]]:
    """The books and their part keys as they are at the beginning of a run; all stages of a run see the same."""
    return {source.volume_id: (source, storage.part_key(source, seeds)) for source in find_volumes(seeds)}


def _run_stage(context: dg.AssetExecutionContext, folders: Folders, stage: str) -> dg.MaterializeResult[Any]:
    """Run one stage over the volumes of the run, those excepted whose parts are still fresh.

    Every volume gets metadata of its own: its partition shows them, and plots their numbers over the runs.
    """
    books = _books(context.run.run_id, folders.books)
    chosen = [books[v] for v in map(volume_of, context.partition_keys) if v in books]
    made, rows = 0, 0
    for done, (source, key) in enumerate(chosen):
        PROGRESS.info(stage, extra={"volume": source.volume_id, "done": done, "total": len(chosen)})
        if not folders.store.fresh(source.volume_id, stage, key):
            with PartWriter(folders.store, source.volume_id, stage, key) as part:
                stages.MAKE[stage](source, folders.store, folders.books, part)
            made += 1
        counts = {t: folders.store.rows(source.volume_id).get(t, 0) for t in storage.STAGES[stage]}
        rows += sum(counts.values())
        metadata: dict[str, Any] = {f"rows: {t}": n for t, n in counts.items()}
        if stage == "laws":
            metadata |= _seen(folders, source.volume_id)
        context.add_asset_metadata(metadata, partition_key=partition_key(source.volume_id))
    PROGRESS.info(stage, extra={"volume": "", "done": len(chosen), "total": len(chosen)})
    return dg.MaterializeResult(
        metadata={
            "volumes": len(chosen),
            "volumes_made": made,
            "volumes_unchanged": len(chosen) - made,
            "rows": rows,
        }
    )


def _seen(folders: Folders, volume_id: str) -> dict[str, Any]:
    """A volume at a glance, with the pages where all of it can be looked at."""
    store = folders.store
    seen = glances({name: store.read_part(volume_id, name) for name in COLUMNS}).get(volume_id, Glance())
    failed = [v for v in storage.verdicts_of(store, volume_id) if not v.passed]
    shown = [{"table": v.table, "check": v.check, "severity": v.severity, "failed": v.failed} for v in failed]
    metadata = {
        **checks.glance_metadata(seen),
        "characters": seen.characters,
        "checks_failed": len(failed),
        "checks_not_passed": checks.table(shown, ("table", "check", "severity", "failed")),
        "review_index": folders.review.link(folders.review.index),
    }
    for document_id in storage.document_ids(store, volume_id)[:1]:
        metadata["review"] = folders.review.link(folders.review.of(document_id))
    return metadata


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
    return _run_stage(context, folders, "documents")


@_stage("entries", "text", ["documents"])
def entries(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """条目: the entries of a volume, and the zones between and inside them."""
    return _run_stage(context, folders, "entries")


@_stage("facts", "facts", ["documents", "entries"])
def facts(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """数量、日期: every number and date of a volume, what each measures, corrections carried out."""
    return _run_stage(context, folders, "facts")


@_stage("names", "facts", ["documents", "entries", "facts"])
def names(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """实体、事件: who and what a volume names, what happened, and who took which part."""
    return _run_stage(context, folders, "names")


@_stage("audits", "quality", ["documents", "entries", "facts"])
def audits(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """核算: the arithmetic of a volume done again from its own figures."""
    return _run_stage(context, folders, "audits")


@_stage("laws", "quality", ["documents", "entries", "facts", "names", "audits"])
def laws(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """定律: what could not be read in a volume, in one table, and whether its tables keep the laws."""
    return _run_stage(context, folders, "laws")


@dg.asset(
    key_prefix="parts",
    group_name="quality",
    deps=[dg.AssetKey(["parts", d]) for d in ("documents", "entries", "facts", "names", "audits", "laws")],
    kinds={"parquet"},
)
def series(context: dg.AssetExecutionContext, folders: Folders) -> dg.MaterializeResult[Any]:
    """前后卷: what only a whole volume shows, or two editions of one series: 上年 against last year's book.

    Not partitioned, since one volume's findings depend on another volume; it looks at all that were read, and
    compares again those that are new, have changed, or have a neighbour that has.
    """
    store = folders.store
    read = [v for v in sorted(_books(context.run.run_id, folders.books)) if store.complete(v)]
    found = storage.neighbours(store, read)
    stale = [v for v in read if not store.fresh(v, "series", found[v].key)]
    for done, volume_id in enumerate(stale):
        PROGRESS.info("series", extra={"volume": volume_id, "done": done, "total": len(stale)})
        with PartWriter(store, volume_id, "series", found[volume_id].key) as part:
            stages.compare(volume_id, found[volume_id], store, folders.books, part)
    PROGRESS.info("series", extra={"volume": "", "done": len(stale), "total": len(stale)})
    return dg.MaterializeResult(
        metadata={
            "volumes": len(read),
            "volumes_made": len(stale),
            "volumes_unchanged": len(read) - len(stale),
            "with_the_year_before": sum(one.before is not None for one in found.values()),
            "rows": sum(store.rows(v)["series.audits"] for v in read),
        }
    )


@dg.multi_asset(
    specs=[
        checks.table_spec(
            name, [dg.AssetKey(["parts", d]) for d in ("documents", "entries", "facts", "laws", "series")]
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
        outcome = storage.publish(
            folders.store,
            sorted(books),
            context.run.run_id,
            more=stages.judge_corrections(folders.store, folders.books, sorted(books)),
            corrections=storage.corrections_version(folders.books),
            withheld=storage.withheld_names(folders.books),
            limits=stages.limits(folders.books),
        )
    except storage.GateError as gate:
        yield from checks.results(PUBLISHED, gate.verdicts, folders.review)
        for name in sorted({v.table for v in gate.verdicts if v.blocks}):
            yield dg.AssetObservation(name, metadata=checks.numbers(name, gate.verdicts))
        raise dg.Failure(str(gate), metadata={"gate": "failed"}, allow_retries=False) from gate
    PROGRESS.info("publish", extra={"volume": "", "done": 1, "total": 1})
    yield from checks.results(PUBLISHED, outcome.verdicts, folders.review)
    for name in PUBLISHED:
        metadata = checks.table_metadata(folders.store, name)
        metadata |= {"replaced": outcome.replaced, "volumes_not_read_yet": len(outcome.unread)}
        metadata |= checks.numbers(name, outcome.verdicts)
        if name == "volumes":
            read = {n: folders.store.read(n, list(columns)) for n, columns in COLUMNS.items()}
            metadata |= checks.volumes_metadata(glances(read), folders.review)
        yield dg.MaterializeResult(asset_key=name, metadata=metadata)


@dg.asset(
    group_name="published",
    deps=list(PUBLISHED),
    check_specs=[
        dg.AssetCheckSpec("pages_written", asset="review", description="Every page could be written.")
    ],
)
def review(context: dg.AssetExecutionContext, folders: Folders) -> Iterator[dg.MaterializeResult[Any]]:
    """校阅页: one offline page a document, everything that was read from it marked in its text, and an index.

    The tables are out by now, so a page that cannot be written is a warning. A warehouse of more than
    `PAGES_CHARACTERS` gets none: the pages are for people, who read a book, not a library.
    """
    store = folders.store
    characters = sum(store.read("documents", ["characters"])["characters"].to_pylist())
    pages: list[Path] = []
    problem = ""
    if characters <= PAGES_CHARACTERS:
        PROGRESS.info("review", extra={"volume": "", "done": 0, "total": 1})
        try:
            pages = write_pages({name: store.read(name) for name in PUBLISHED}, store.root / "review")
        except Exception as error:
            context.log.exception("a review page could not be written")
            problem = f"{type(error).__name__}: {error}"
        PROGRESS.info("review", extra={"volume": "", "done": 1, "total": 1})
    if not pages and storage.withheld_names(folders.books).lines:
        shutil.rmtree(store.root / "review", ignore_errors=True)  # pages of an earlier run may show a name
    check = dg.AssetCheckResult(
        check_name="pages_written",
        passed=not problem,
        severity=dg.AssetCheckSeverity.WARN,
        description=problem or f"{len(pages)} pages",
    )
    metadata: dict[str, Any] = {"pages": len(pages), "characters": characters}
    if pages:
        metadata["index"] = dg.MetadataValue.url(pages[0].resolve().as_uri())
    yield dg.MaterializeResult(metadata=metadata, check_results=[check])
