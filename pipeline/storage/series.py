"""What comparing a volume with its neighbours depends on: which volumes those are, and how each was made.

Here: neighbours and the key of the stage `series`. It takes the manifest of each volume and its row of `volumes`, and
opens no other part. Which editions belong together is said by `quality.series`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.quality.series import Edition, Shelf
from pipeline.storage.parts import Warehouse


@dataclass(frozen=True)
class Neighbours:
    """The volumes that one volume is held against.

    Attributes:
        key: what the comparison depends on: the parts of the volume and those of its neighbours.
        before: the edition of the year before, or None.
        called: the editions that its references name, by the year they are called by.
    """

    key: str
    before: str | None
    called: Mapping[int, str]


def neighbours(warehouse: Warehouse, volume_ids: Iterable[str]) -> dict[str, Neighbours]:
    """The neighbours of every volume among some; all of them must be complete.

    A volume is compared again when it, or one of its neighbours, was made anew, came or went; nothing else matters to
    it, so that one new edition in a series of forty costs the comparison of two.
    """
    made = {v: warehouse.stages(v) for v in volume_ids}
    keys = {v: stages["documents"]["key"] for v, stages in made.items()}
    rows = {v: warehouse.read_part(v, "volumes").to_pylist()[0] for v in made}
    shelf = Shelf(Edition.of(row | {"volume_id": v}) for v, row in rows.items())  # whatever the row calls itself
    found = {}
    for volume_id, stages in made.items():
        before = shelf.before(volume_id)
        asked = stages["names"]["notes"].get("editions", [])
        called = {year: other for year in sorted(set(asked)) if (other := shelf.called(volume_id, year))}
        beside = sorted({before, *called.values()} - {None}, key=str)
        content = [keys[volume_id], before, sorted(called.items()), [keys[str(v)] for v in beside]]
        found[volume_id] = Neighbours(
            hashlib.sha256(json.dumps(content).encode()).hexdigest(), before, called
        )
    return found


def uncompared(warehouse: Warehouse, volume_ids: Iterable[str]) -> list[str]:
    """The volumes whose comparison no longer fits them or their neighbours; none when all is well."""
    return [
        v for v, beside in neighbours(warehouse, volume_ids).items() if not warehouse.fresh(v, "series", beside.key)
    ]
