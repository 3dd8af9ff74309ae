"""The file that people write corrections in, `seeds/corrections.csv`, and how it survives a spreadsheet.

Here: the form of a cell, reading the file in whatever way it was saved, one ready line for a place. Not here: what a
line must look like (`schemas.corrections`), finding the quoted place (`quoting`), doing what a line says
(`corrections`).

A spreadsheet turns `3-4` into a date, `0571` into 571, `+5.2%` into a formula and a long number into a power of ten, so
every cell that could suffer is written between 「 and 」, which no spreadsheet touches; they are taken off again when
the file is read. A cell typed without them is fine as long as it looks the same afterwards.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from pipeline.quality.quoting import escape, unescape
from schemas.corrections import ACTIONS, COLUMNS, FIELDS, REQUIRED, broken_lines
from schemas.spreadsheet import decode, delimiter_of

__all__ = (
    "ACTIONS", "COLUMNS", "FIELDS", "Correction", "CorrectionsFileError", "Finding", "fingerprint", "guard",
    "identifier", "line_of", "parse", "read_corrections", "unguard",
)  # fmt: skip

_GUARDED: Final = ("entry_title", "quote", "expect", "set_to")
_RISKY = re.compile(r"^[\s=+\-@'\"\d０-９.,%/「]|[\s]$")


@dataclass(frozen=True)
class Correction:
    """One line of the file. `line` is its number there, counted from 1 with the header."""

    line: int
    correction_id: str
    document: str
    entry_title: str
    quote: str
    occurrence: int
    field: str
    expect: str
    action: str
    set_to: str
    reason: str
    author: str = ""
    date: str = ""


@dataclass(frozen=True)
class Finding:
    """What became of one line of the file.

    Attributes:
        outcome: `applied`; `redundant` (the pipeline reads it so by itself); `drift` (it reads something else than
            the line expects); `no_match` (the quote is not there); `conflict` (two lines want the same place);
            `invalid` (the line cannot be carried out as it stands).
        message: what is the matter and what to do about it.
    """

    outcome: str
    line: int
    correction_id: str
    document: str
    message: str = ""

    @property
    def severity(self) -> str | None:
        """`error` for what a person has to mend, `warn` for a line that may go, None where all is well."""
        if self.outcome == "applied":
            return None
        return "warn" if self.outcome == "redundant" else "error"


class CorrectionsFileError(ValueError):
    """The file cannot be read as a table of corrections; the message says where and what to do."""


def guard(cell: str, always: bool = False) -> str:
    """A cell that a spreadsheet leaves as it is: between 「 and 」 where it would not, and in one line.

    >>> guard("3-4"), guard("临江年鉴/工业.txt")
    ('「3-4」', '临江年鉴/工业.txt')
    """
    text = escape(cell)
    return f"「{text}」" if text and (always or _RISKY.search(text)) else text


def unguard(cell: str) -> str:
    """The inverse of `guard`; also takes off the apostrophe that marks text in a spreadsheet, and outer blanks."""
    text = cell.strip(" \u3000\t\r\n\u00a0")
    if len(text) > 1 and text[0] == "'" and (text[1] in "=+-@" or text[1].isdigit()):
        text = text[1:]
    if len(text) > 1 and text[0] == "「" and text[-1] == "」":
        text = text[1:-1]
    return unescape(text)


def line_of(correction: Correction) -> str:
    """The line of the file for a correction, without the line end."""
    cells = []
    for name in COLUMNS:
        value = getattr(correction, name)
        if name == "occurrence":
            cells.append(str(value))
        else:
            cells.append(guard(value, always=name in _GUARDED))
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(cells)
    return buffer.getvalue()


def identifier(document: str, entry_title: str, quote: str, occurrence: int, action: str, field: str) -> str:
    """The id of a line that was given none: it depends on what the line points at and does, not on its place."""
    key = "\0".join((document, entry_title, quote, str(occurrence), action, field))
    return "c-" + hashlib.sha256(key.encode()).hexdigest()[:10]


def read_corrections(path: Path) -> tuple[list[Correction], list[Finding]]:
    """Read the file of corrections; a file that is not there holds none.

    It may be UTF-8 with or without a byte order mark, UTF-16 with one, or GB18030, separated by commas, semicolons or
    tabs, with any line end: whatever a spreadsheet saves. Returns the lines that can be tried, and a finding of
    outcome `invalid` for each that cannot.

    Raises:
        CorrectionsFileError: the bytes are no text, or the header is not the one of this table.
    """
    if not path.is_file():
        return [], []
    corrections, findings = _parsed(path.read_bytes(), path.name)
    return list(corrections), list(findings)


@lru_cache(maxsize=4)
def _parsed(data: bytes, name: str) -> tuple[list[Correction], list[Finding]]:
    """`parse`, once for all the volumes that ask."""
    return parse(data, name)


def parse(data: bytes, name: str = "corrections.csv") -> tuple[list[Correction], list[Finding]]:
    """`read_corrections` on the bytes of a file."""
    text = _decode(data, name)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
    header = [cell.strip() for cell in next(rows, [])]
    while header and not header[-1]:
        header.pop()
    _check_header(header, name)
    written: list[tuple[int, dict[str, str], bool]] = []
    line = rows.line_num
    try:
        for cells in rows:
            begin, line = line + 1, rows.line_num
            if not any(cell.strip() for cell in cells):
                continue
            row = dict.fromkeys(COLUMNS, "") | {k: unguard(v) for k, v in zip(header, cells, strict=False)}
            overlong = any(cell.strip() for cell in cells[len(header) :])
            written.append((begin, row, overlong))
    except csv.Error as error:
        raise CorrectionsFileError(
            f"{name}, line {rows.line_num}: {error}; look for a quotation mark without its twin"
        ) from error
    corrections: list[Correction] = []
    findings: list[Finding] = []
    broken = broken_lines([row for _, row, _ in written])
    for i, (begin, row, overlong) in enumerate(written):
        problems = broken.get(i, []) + ([_OVERLONG] if overlong else [])
        if problems:
            message = "; ".join(problems)
            findings.append(Finding("invalid", begin, row["correction_id"], row["document"], message))
        else:
            corrections.append(_correction(row, begin))
    return corrections, findings + _repeated(corrections)


_OVERLONG: Final = "more cells than columns; a cell with a comma needs quotation marks around it"


def _decode(data: bytes, name: str) -> str:
    try:
        return decode(data)
    except UnicodeDecodeError:
        message = f"{name}: neither UTF-8 nor GB18030; save it again as CSV UTF-8"
        raise CorrectionsFileError(message) from None


def _check_header(header: Sequence[str], name: str) -> None:
    missing = [c for c in (*REQUIRED, "expect", "set_to") if c not in header]
    unknown = [c for c in header if c not in COLUMNS]
    twice = sorted({c for c in header if header.count(c) > 1})
    if missing or unknown or twice:
        parts = [f"column {', '.join(missing)} is missing"] if missing else []
        parts += [f"column {', '.join(map(repr, unknown))} is not known"] if unknown else []
        parts += [f"column {', '.join(twice)} stands there twice"] if twice else []
        raise CorrectionsFileError(f"{name}, line 1: {'; '.join(parts)}. The header is: {','.join(COLUMNS)}")


def _correction(row: dict[str, str], line: int) -> Correction:
    occurrence = int(row["occurrence"] or 1)
    given = row["correction_id"] or identifier(
        row["document"], row["entry_title"], row["quote"], occurrence, row["action"], row["field"]
    )
    return Correction(
        line,
        given,
        row["document"],
        row["entry_title"],
        row["quote"],
        occurrence,
        row["field"],
        row["expect"],
        row["action"],
        row["set_to"],
        row["reason"],
        row["author"],
        row["date"],
    )


def _repeated(corrections: list[Correction]) -> list[Finding]:
    """Lines that share an id; none of them is tried, since nobody could tell which was applied. Edits the list."""
    lines: dict[str, list[int]] = {}
    for c in corrections:
        lines.setdefault(c.correction_id, []).append(c.line)
    findings = []
    for c in list(corrections):
        if len(lines[c.correction_id]) > 1:
            others = ", ".join(str(n) for n in lines[c.correction_id] if n != c.line)
            message = (
                f"the same correction as line {others}; keep one of them, or give each its own correction_id"
            )
            findings.append(Finding("conflict", c.line, c.correction_id, c.document, message))
            corrections.remove(c)
    return findings


def fingerprint(corrections: Iterable[Correction]) -> str:
    """Hash of what the lines say, whatever the file looks like: part of what a book's tables depend on."""
    digest = hashlib.sha256()
    for text in sorted(repr([getattr(c, name) for name in COLUMNS]) for c in corrections):
        digest.update(text.encode() + b"\n")
    return digest.hexdigest()[:16]
