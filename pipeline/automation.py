"""When a volume is read: on arrival, on change, on leaving, and once a night.

Here belong the job, the sensor over the folder of books and the schedule. Both start with the server. What changed is
decided from names and content hashes, never from times: a file copied with an old date is still new. Which stages
have to be redone is not decided here; every stage knows by its key whether its part is still fresh.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.storage.tags import ASSET_PARTITION_RANGE_END_TAG, ASSET_PARTITION_RANGE_START_TAG

from pipeline import storage
from pipeline.assets import PUBLISHED, VOLUMES, Folders, partition_key
from pipeline.read import VolumeSource, find_volumes

# What a run remakes when no book has to be read again: what compares volumes, and what all of them make together.
PUBLISHED_KEYS = [dg.AssetKey(["parts", "series"]), *(dg.AssetKey(name) for name in (*PUBLISHED, "review"))]

nianjian = dg.define_asset_job(
    "nianjian",
    selection=dg.AssetSelection.all(),
    description="Read the chosen volumes and publish every table.",
)


def on_disk(folders: Folders) -> dict[str, str]:
    """The partitions that lie in the folder of books, each with the fingerprint of its content."""
    return on_disk_of(find_volumes(folders.books))


def on_disk_of(sources: Sequence[VolumeSource]) -> dict[str, str]:
    """The partitions of some books, each with the fingerprint of its content."""
    return {partition_key(source.volume_id): source.fingerprint for source in sources}


def range_tags(order: Sequence[str], wanted: Sequence[str]) -> dict[str, str]:
    """Tags for one run over the wanted partitions, which are a stretch of `order`, the order Dagster holds them in.

    Partitions between two wanted ones run too; they cost nothing, because their parts are fresh.
    """
    places = sorted(order.index(key) for key in wanted)
    return {
        ASSET_PARTITION_RANGE_START_TAG: order[places[0]],
        ASSET_PARTITION_RANGE_END_TAG: order[places[-1]],
    }


def request(order: Sequence[str], wanted: Sequence[str]) -> dg.RunRequest:
    """One run over the wanted partitions, or over the published tables alone when none is wanted.

    No run key: a book that is changed back to what it was must run again.
    """
    if not wanted:
        return dg.RunRequest(asset_selection=PUBLISHED_KEYS)
    if len(wanted) == 1:
        return dg.RunRequest(partition_key=wanted[0])
    return dg.RunRequest(tags=range_tags(order, wanted))


def synchronise(instance: dg.DagsterInstance, present: Mapping[str, str]) -> list[str]:
    """Make the partitions Dagster knows those that lie on disk; returns them in Dagster's order."""
    name = str(VOLUMES.name)
    known = list(instance.get_dynamic_partitions(name))
    for gone in (k for k in known if k not in present):
        instance.delete_dynamic_partition(name, gone)
    if new := [k for k in present if k not in known]:
        instance.add_dynamic_partitions(name, new)
    return [k for k in known if k in present] + new


@dg.sensor(job=nianjian, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def arriving_books(context: dg.SensorEvaluationContext, folders: Folders) -> dg.SensorResult:
    """Start a run for books that are new, changed or gone, once their content has stood still for two ticks.

    The cursor holds what was seen at the last tick and what was last asked for. A book still being copied differs
    from one tick to the next and is left alone. When only the list of withheld names has changed, the tables are
    published anew and no book is read.
    """
    cursor: dict[str, Any] = json.loads(context.cursor) if context.cursor else {}
    withheld = storage.withheld_names(folders.books).version
    relisted = cursor.get("withheld", withheld) != withheld
    before, asked = cursor.get("seen", {}), cursor.get("asked", {})
    seen = on_disk(folders)
    settled = {key: print_ for key, print_ in seen.items() if before.get(key) == print_}
    new = [key for key, print_ in settled.items() if asked.get(key) != print_]
    gone = [key for key in asked if key not in seen and key not in before]
    asked = {key: p for key, p in asked.items() if key not in gone} | {key: settled[key] for key in new}
    state = json.dumps({"seen": seen, "asked": asked, "withheld": withheld})
    if not new and not gone and not relisted:
        moving = sorted(set(seen) - set(settled))
        reason = (
            f"waiting for these to stand still: {', '.join(moving)}"
            if moving
            else f"{len(seen)} books, none new"
        )
        return dg.SensorResult(skip_reason=reason, cursor=state)
    known = list(context.instance.get_dynamic_partitions(str(VOLUMES.name)))
    add, delete = [k for k in new if k not in known], [k for k in gone if k in known]
    requests: list[Any] = []
    if add:
        requests.append(VOLUMES.build_add_request(add))
    if delete:
        requests.append(VOLUMES.build_delete_request(delete))
    order = [k for k in known if k not in delete] + add
    return dg.SensorResult(
        run_requests=[request(order, new)], dynamic_partitions_requests=requests, cursor=state
    )


@dg.schedule(
    job=nianjian,
    cron_schedule="0 3 * * *",
    execution_timezone="Asia/Shanghai",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def daily(context: dg.ScheduleEvaluationContext, folders: Folders) -> dg.RunRequest:
    """Every night at three in China: all books, which redoes what new code or new reference tables ask for."""
    order = synchronise(context.instance, on_disk(folders))
    return request(order, order)
