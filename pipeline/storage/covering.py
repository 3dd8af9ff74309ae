"""Withheld names on their way from the parts into the published tables.

Here: which veil lies over which volume, every table read through it, and the verdict that no name got past. How a
name is found and covered stands in `pipeline.quality.veil`, whose names in `pipeline.quality.withheld`. Parts keep
the names; without a list nothing here is ever called.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import pyarrow as pa

from pipeline.quality import laws
from pipeline.quality.veil import Pages, Veil, law, telling_paths
from pipeline.quality.withheld import FILE, Withheld
from pipeline.storage.parts import Warehouse, document_ids
from schemas.reference import ReferenceTableError

# Tables that may speak of two volumes at once.
_BETWEEN_VOLUMES = frozenset({"audits"})


class Curtain:
    """The veils of all volumes of one publication; an empty list of names covers nothing and costs nothing.

    Raises ReferenceTableError for a line about a volume that is not there: misspelt, it would leave a name readable.
    """

    def __init__(
        self, warehouse: Warehouse, withheld: Withheld, volume_ids: Sequence[str], unread: Sequence[str]
    ) -> None:
        self._warehouse, self._withheld, self._volume_ids = warehouse, withheld, volume_ids
        self._veils: dict[str, Veil | None] = {}
        self._pages: dict[str, Pages] = {}
        self._checked = 0
        self._left: list[dict[str, object]] = []
        if unknown := withheld.unknown_volumes([*volume_ids, *unread]):
            raise ReferenceTableError(
                "\n".join(
                    f"{FILE}:{line.number}: there is no volume {line.volume}; write the name of its folder, or "
                    "leave the cell empty for all books"
                    for line in unknown
                )
            )

    def __bool__(self) -> bool:
        return bool(self._withheld.lines)

    def veil(self, volume_id: str) -> Veil | None:
        """What lies over one volume."""
        if volume_id not in self._veils:
            self._veils[volume_id] = (
                self._withheld.veil(volume_id, self._warehouse.read_part(volume_id, "entities"))
                if self
                else None
            )
        return self._veils[volume_id]

    @cached_property
    def everywhere(self) -> Veil | None:
        """What lies over text that is of no one volume."""
        veils = [veil for v in self._volume_ids if (veil := self.veil(v))]
        return Veil.over(veils) if veils else None

    def tables(self, name: str, volume_id: str, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """The pieces of one table of one volume with their names covered."""
        veil = self.everywhere if name in _BETWEEN_VOLUMES else self.veil(volume_id)
        for table in tables:
            if veil is None:
                yield table
                continue
            self._checked += table.num_rows
            covered, left = veil.table(name, table, self._pages_of(volume_id))
            self._left += [{"volume_id": volume_id, **cell} for cell in left]
            yield covered

    def _pages_of(self, volume_id: str) -> Pages:
        """The documents of a volume, kept for one volume at a time: they are the book."""
        if volume_id not in self._pages:
            veil = self.veil(volume_id)
            self._pages.clear()
            documents = self._warehouse.read_part(volume_id, "documents")
            self._pages[volume_id] = Pages(documents, veil)
        return self._pages[volume_id]

    def verdicts(self, verdicts: Iterable[laws.Verdict]) -> list[laws.Verdict]:
        """Verdicts whose examples name nobody."""
        veil = self.everywhere
        return [veil.verdict(verdict) if veil else verdict for verdict in verdicts]

    def results(self, table: pa.Table) -> pa.Table:
        """Rows of quality_results, those of earlier runs too, that name nobody."""
        return self.everywhere.cells(table, ["detail"]) if self.everywhere else table

    def law(self) -> list[laws.Verdict]:
        """The verdict on the tables read so far: no withheld name is left in them, nor in the path of a document."""
        if not self:
            return []
        left = list(self._left)
        checked = self._checked
        for volume_id in self._volume_ids:
            if veil := self.veil(volume_id):
                left += telling_paths(veil, volume_id, document_ids(self._warehouse, volume_id))
        return [law(left, checked)]
