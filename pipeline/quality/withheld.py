"""The people whose names published tables do not show: the list seeds/withheld.csv, and what it means for a volume.

Here: reading the list, and choosing names and words that stay. Not here: finding and covering them (`veil`), and
parts, which keep the names because they are read again.

A name is covered wherever it stands in the volume, in prose that no rule took for a person too, since one place left
out tells it. That also covers 高峰 in 高峰期; what is no person is left readable in two ways: names of places and
divisions that the rules recognise (高峰村) by themselves, any other word by the column `keep` of the list. Other
names that hold a person's, of works, events or organisations (《李文传》, 李文工作室), tell it and are covered.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.correction_lines import unguard
from pipeline.quality.veil import Veil, Words
from pipeline.text.view import fold_table
from schemas.reference import EVERYBODY, ReferenceTableError, check_rows
from schemas.spreadsheet import decode, delimiter_of

FILE: Final = "withheld.csv"
_COLUMNS: Final = ("name", "volume", "keep", "reason")


@dataclass(frozen=True)
class Line:
    """One line of the list; `volume` is empty for all books, `keep` are words that hold the name and stay."""

    number: int
    name: str
    volume: str
    keep: tuple[str, ...]


@dataclass(frozen=True)
class Withheld:
    """The list. `version` is empty where it names nobody; `variants` the table of characters read as others."""

    lines: tuple[Line, ...] = ()
    variants: Path | None = None

    @property
    def version(self) -> str:
        """Hash of what the list says, wherever its lines stand."""
        said = sorted((line.name, line.volume, line.keep) for line in self.lines)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16] if said else ""

    @cached_property
    def fold(self) -> npt.NDArray[np.uint16]:
        """The character that each character is read as."""
        if self.variants is None:
            return fold_table([])
        with self.variants.open(encoding="utf-8-sig", newline="") as file:
            return fold_table([(row["variant"], row["standard"]) for row in csv.DictReader(file)])

    def unknown_volumes(self, volume_ids: Iterable[str]) -> list[Line]:
        """Lines about a volume that there is none of; a misspelt one would leave the name readable."""
        known = set(volume_ids)
        return [line for line in self.lines if line.volume and line.volume not in known]

    def veil(self, volume_id: str, entities: pa.Table) -> Veil | None:
        """What covers the names in one volume, None where there is none to cover.

        Args:
            entities: the mentions in the volume, for the people that `*` stands for and the places that stay.
        """
        lines = [line for line in self.lines if line.volume in ("", volume_id)]
        if not lines:
            return None
        names = {line.name for line in lines if line.name != EVERYBODY}
        if any(line.name == EVERYBODY for line in lines):
            people = entities.filter(pc.equal(entities["kind"], "person"))
            names |= {
                name for column in ("name", "source_text") for name in people[column].unique().to_pylist()
            }
        keep = {word for line in lines for word in line.keep}
        places = entities.filter(pc.is_in(entities["kind"], value_set=pa.array(["place", "division"])))
        covering = Veil(Words(names, self.fold), Words(keep, self.fold))
        keep |= {place for place in places["source_text"].unique().to_pylist() if covering.holds_more(place)}
        return Veil(covering.names, Words(keep, self.fold))


NOBODY: Final = Withheld()
"""The list that covers nothing."""


def read_withheld(path: Path, variants: Path | None = None) -> Withheld:
    """Read the list; a file that is not there names nobody.

    Args:
        path: withheld.csv, in any form that a spreadsheet saves.
        variants: lexicons/variants.csv, so that a name is found in traditional characters too.

    Raises:
        ReferenceTableError: the file is no such table; the message names file and line and says what to do.

    Example: the line `李文,临江年鉴2010,,本人要求` covers 李文 in that book, `*,,,未成年人` everybody everywhere.
    """
    if not path.is_file():
        return NOBODY
    try:
        text = decode(path.read_bytes())
    except UnicodeDecodeError:
        raise ReferenceTableError(f"{FILE}: neither UTF-8 nor GB18030; save it again as CSV UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    header = [cell.strip() for cell in next(reader, [])]
    while header and not header[-1]:
        header.pop()
    if header != list(_COLUMNS):
        raise ReferenceTableError(f"{FILE}:1: the header is not {','.join(_COLUMNS)}; put it back as it was")
    rows: dict[int, list[str]] = {}
    before = reader.line_num
    for cells in reader:
        number, before = before + 1, reader.line_num
        if any(cell.strip() for cell in cells[len(header) :]):
            message = "more cells than columns; a cell with a comma needs quotation marks around it"
            raise ReferenceTableError(f"{FILE}:{number}: {message}")
        if any(cell.strip() for cell in cells):
            rows[number - 2] = [unguard(cell) for cell in cells] + [""] * (len(header) - len(cells))
    frame = pd.DataFrame([r[: len(header)] for r in rows.values()], list(rows), list(_COLUMNS), dtype=str)
    if not len(frame):
        return NOBODY
    check_rows(frame, FILE)
    lines = [
        Line(
            int(number) + 2,
            "".join(row["name"].split()),
            row["volume"],
            tuple(filter(None, row["keep"].split("|"))),
        )
        for number, row in zip(frame.index, frame.to_dict("records"), strict=True)
    ]
    return Withheld(tuple(lines), variants)
