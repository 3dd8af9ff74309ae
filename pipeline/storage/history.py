"""Every verdict of every run, for good: month files under `history/`, from which quality_results is published.

Here belong adding the verdicts of a run and putting together what was ever found. When a run counts as judged, and
how the published file is swapped in, is the business of `publishing`.

Each verdict lies in two files, that of its month and the published one, and each is replaced whole. What kills a run
between the two leaves a verdict in at least one of them, and the next run puts it back into the other; a file that
cannot be read is set aside as `.damaged`, never written over.

    nianjian query "select checked_at, rows_failed from quality_results
                    where table_name = 'audits' and check_name = 'consistent' order by checked_at"
"""

from collections.abc import Callable, Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import schemas
from pipeline.storage.files import beside, fsync
from pipeline.storage.parts import Warehouse

TABLE = "quality_results"


def folder(warehouse: Warehouse) -> Path:
    """Where the month files lie."""
    return warehouse.root / "history"


def name_of_run(warehouse: Warehouse, run_id: str) -> str:
    """The name to keep the verdicts of a run under: its id, or `<id>#2` when it was judged before (a step retried)."""
    known = set(every(warehouse)["run_id"].unique().to_pylist())
    names = (run_id if n == 1 else f"{run_id}#{n}" for n in range(1, len(known) + 2))
    return next(name for name in names if name not in known)


def every(warehouse: Warehouse) -> pa.Table:
    """All verdicts ever given, oldest first; a run that only one of the two places knows counts like the others."""
    return _whole(_months(warehouse), _published(warehouse))


def remember(warehouse: Warehouse, verdicts: pa.Table, cover: Callable[[pa.Table], pa.Table]) -> pa.Table:
    """Add the verdicts of one run to the file of their month; returns all verdicts ever given, oldest first.

    To be called by whoever holds the warehouse. Costs the reading of all files and the writing of one; `cover` puts
    █ over names withheld since, and a file that it changes is written anew.
    """
    months, published = _months(warehouse), cover(_published(warehouse))
    for month, table in months.items():
        months[month] = cover(table)
        if months[month] is not table:
            _replace(folder(warehouse) / f"{month}.parquet", months[month])
    fresh = pa.concat_tables([_unknown(published, months.values()), verdicts])
    month_of = pc.strftime(fresh["checked_at"], format="%Y-%m")
    for month in month_of.unique().to_pylist():
        mine = fresh.filter(pc.equal(month_of, month))
        months[month] = pa.concat_tables([months[month], mine]) if month in months else mine
        _replace(folder(warehouse) / f"{month}.parquet", months[month])
    return _whole(months, schemas.empty(TABLE))


def last_run(results: pa.Table) -> str | None:
    """The run that made the newest verdicts of a table of quality_results; None where there are none."""
    if not results.num_rows:
        return None
    newest = pc.index(results["checked_at"], pc.max(results["checked_at"])).as_py()
    return str(results["run_id"][newest])


def of_run(results: pa.Table, run_id: str | None) -> pa.Table:
    """The verdicts of one run; all of those where it is None."""
    return results if run_id is None else results.filter(pc.equal(results["run_id"], run_id))


def _whole(months: dict[str, pa.Table], published: pa.Table) -> pa.Table:
    table = pa.concat_tables([*months.values(), _unknown(published, months.values())])
    return table.take(
        pc.sort_indices(table, sort_keys=[("checked_at", "ascending"), ("run_id", "ascending")])
    )


def _unknown(published: pa.Table, months: Iterable[pa.Table]) -> pa.Table:
    """The published verdicts of runs that no month file holds."""
    known = pa.concat_tables([schemas.empty(TABLE), *months])["run_id"].unique()
    return published.filter(pc.invert(pc.is_in(published["run_id"], value_set=known)))


def _months(warehouse: Warehouse) -> dict[str, pa.Table]:
    return {path.stem: _read(path) for path in sorted(folder(warehouse).glob("*.parquet"))}


def _published(warehouse: Warehouse) -> pa.Table:
    path = warehouse.table(TABLE)
    return _read(path) if path.is_file() else schemas.empty(TABLE)


def _read(path: Path) -> pa.Table:
    """The verdicts of a file; none where it cannot be read, and then it is set aside for a person to look at."""
    try:
        return schemas.conform(pq.read_table(path), TABLE)
    except (OSError, pa.ArrowException, schemas.StructureError):
        taken = len(list(path.parent.glob(f"{path.name}.damaged*")))
        path.replace(path.with_name(f"{path.name}.damaged{taken or ''}"))
        return schemas.empty(TABLE)


def _replace(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = beside(path)
    try:
        pq.write_table(table, temporary, compression="snappy")
        fsync(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    fsync(path.parent)
