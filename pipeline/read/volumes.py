"""From a folder of books to volumes and documents.

Belongs here: finding the volumes under `seeds/`, their fingerprints, and reading one volume into its documents.
What could not be read becomes a reject with a reason; only a broken `volume.toml` stops a book, since every
row would inherit its mistake. Does not belong here: how bytes become text (`encoding`), what the book is
(`manifest`, `years`, `regions`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.read.divisions import names_and_codes
from pipeline.read.encoding import decode
from pipeline.read.manifest import Manifest, read_manifest
from pipeline.read.regions import Region, infer_region
from pipeline.read.years import infer_years

MANIFEST = "volume.toml"
MEDIA_TYPES = {".txt": "text/plain"}
# Folders beside the books that hold reference tables, not documents.
REFERENCE_FOLDERS = frozenset({"lexicons"})
# Notes and tables may lie beside the documents of a book; they are not taken for documents that failed.
_COMPANIONS = frozenset({".md", ".csv", ".toml", ".json", ".py", ".yaml", ".yml"})

DOCUMENTS = pa.schema(
    [
        ("document_id", pa.string()),
        ("volume_id", pa.string()),
        ("title", pa.string()),
        ("media_type", pa.string()),
        ("encoding", pa.string()),
        ("sha256", pa.string()),
        ("characters", pa.int32()),
        ("text", pa.string()),
    ]
)
REJECTS = pa.schema(
    [
        ("reject_id", pa.string()),
        ("document_id", pa.string()),
        ("volume_id", pa.string()),
        ("entry_id", pa.string()),
        ("span_start", pa.int32()),
        ("span_end", pa.int32()),
        ("source_text", pa.string()),
        ("stage", pa.string()),
        ("reason", pa.string()),
        ("detail", pa.string()),
    ]
)


@dataclass(frozen=True)
class VolumeSource:
    """A book as it lies on disk: its files in reading order, its manifest, and a hash of names and contents."""

    volume_id: str
    files: tuple[Path, ...]
    manifest: Path | None
    fingerprint: str


@dataclass(frozen=True)
class Volume:
    """What is known of a book: what its manifest states, else what was inferred (or null)."""

    volume_id: str
    title: str | None
    edition_year: int | None
    covered_year: int | None
    covered_year_source: str
    region_code: str | None
    region_name: str | None
    category: str | None


def find_volumes(seeds: Path) -> list[VolumeSource]:
    """The books under `seeds`, sorted by `volume_id`.

    One folder is one book, files of its sub-folders included; a `.txt` directly in `seeds` belongs to the book
    named after it. Hidden files and the folder `lexicons` are passed over. The fingerprint changes with any
    name or content, never with a time stamp. Raises NotADirectoryError where `seeds` is no folder.
    """
    if not seeds.is_dir():
        raise NotADirectoryError(f"{seeds} is no folder; give the folder that holds the books")
    files: dict[str, list[Path]] = {}
    for path in seeds.iterdir():
        if path.name.startswith("."):
            continue
        if path.is_dir() and path.name not in REFERENCE_FOLDERS:
            files.setdefault(path.name, []).extend(_files_below(path))
        elif path.is_file() and path.suffix.lower() in MEDIA_TYPES:
            files.setdefault(path.stem, []).append(path)
    return [_source(seeds, volume_id, found) for volume_id, found in sorted(files.items())]


def _files_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_file() and not any(part.startswith((".", "~$")) for part in inside):
            yield path


def _source(seeds: Path, volume_id: str, found: list[Path]) -> VolumeSource:
    ordered = sorted(found, key=lambda path: path.relative_to(seeds).as_posix())
    manifest = seeds / volume_id / MANIFEST
    digest = hashlib.sha256()
    for path in ordered:
        digest.update(path.relative_to(seeds).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    documents = tuple(path for path in ordered if path != manifest)
    return VolumeSource(volume_id, documents, manifest if manifest in ordered else None, digest.hexdigest())


def read_volume(source: VolumeSource, seeds: Path) -> tuple[Volume, pa.Table, pa.Table]:
    """Read one book: the volume, its documents and what could not be read (tables of the contract's columns).

    Documents come in the order of their ids (paths under `seeds`). A file whose bytes equal an earlier one's is
    not ingested again: it leaves a `duplicate_document` reject without a document. An empty file is a document of
    0 characters and an `empty_document` reject. Raises ManifestError for a broken `volume.toml`.
    """
    manifest = read_manifest(source.manifest) if source.manifest else Manifest()
    documents: list[dict[str, Any]] = []
    rejects: list[dict[str, Any]] = []
    seen: dict[str, str] = {}
    for path in source.files:
        document_id = path.relative_to(seeds).as_posix()
        media_type = MEDIA_TYPES.get(path.suffix.lower())
        if media_type is None:
            if path.suffix.lower() not in _COMPANIONS:
                rejects.append(
                    _file_reject(source, document_id, "unsupported_media_type", _unsupported(path))
                )
            continue
        data = path.read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in seen:
            detail = (
                f"{document_id} has the same bytes as {seen[sha256]} and was skipped; remove one of the two"
            )
            rejects.append(_file_reject(source, document_id, "duplicate_document", detail))
            continue
        seen[sha256] = document_id
        decoded = decode(data)
        text = decoded.text
        for problem in decoded.problems:
            rejects.append(
                _reject(source, document_id, text, problem.start, problem.end, problem.reason, problem.detail)
            )
        if not text or text.isspace():
            detail = f"{document_id} holds no text; deliver the page again or remove the file"
            rejects.append(_reject(source, document_id, text, 0, len(text), "empty_document", detail))
        documents.append(
            {
                "document_id": document_id,
                "volume_id": source.volume_id,
                "title": document_title(text, path.stem),
                "media_type": media_type,
                "encoding": decoded.encoding,
                "sha256": sha256,
                "characters": len(text),
                "text": text,
            }
        )
    if not documents:
        detail = (
            f"the book {source.volume_id} holds no .txt document; put its pages into the folder or remove it"
        )
        rejects.append(_file_reject(source, source.volume_id, "no_documents", detail))
    volume = describe(source.volume_id, manifest, documents, seeds)
    return (
        volume,
        pa.Table.from_pylist(documents, schema=DOCUMENTS),
        pa.Table.from_pylist(rejects, schema=REJECTS),
    )


def describe(volume_id: str, manifest: Manifest, documents: Sequence[dict[str, Any]], seeds: Path) -> Volume:
    """Say what a book is from its manifest and, for what that leaves out, from its names and its text.

    `documents` are rows with `document_id`, `title` and `text`.
    """
    texts = [row["text"] for row in documents]
    names = [manifest.title] if manifest.title else []
    names += [name for row in documents[:50] if (name := _book_title(row["text"]))]
    names += [volume_id, *(Path(row["document_id"]).stem for row in documents)]
    years = infer_years(manifest, list(dict.fromkeys(names)), texts)
    region = Region(manifest.region_name, manifest.region_code)
    if not (region.name and region.code):
        divisions = names_and_codes(seeds, years.covered_year)
        if region.code:
            region = Region(
                next((name for name, code in divisions.items() if code == region.code), None), region.code
            )
        elif region.name:
            region = Region(region.name, divisions.get(region.name))
        else:
            region = infer_region(names, texts, divisions)
    title = manifest.title or next((found for name in names if (found := _yearbook_name(name))), None)
    return Volume(
        volume_id, title, years.edition_year, years.covered_year, years.source, region.code, region.name,
        manifest.category,
    )  # fmt: skip


# --- titles ---------------------------------------------------------------------------------------------------

_LINE = re.compile(r"[^\n\r\x0c]*\S[^\n\r\x0c]*")
_MARKS = " \t\u00a0\u3000\u200b\ufeff■◆●▲★◇□※▌◎"
_PAGE_LINE = re.compile(r"[\d\W_]+|.*年鉴[》）)\d\s（(·•年卷版-]*|第\s*\d+\s*页")
_NOT_A_HEADING = re.compile(r"[。！？；，：!?;【】〖〗［］\[\]…]|^\d{1,2}[月日]")
_SPACED_LETTERS = re.compile(r"\S(?:[ \t\u00a0\u3000]+\S)+")
_BOOK_LINE = re.compile(
    r"^[ \t　《]*((?:(?:19|20)\d\d[年卷]?)?[\u4e00-\u9fff·]{2,14}年鉴[》）)]?"
    r"[ \t　·（(]*(?:(?:19|20)\d\d)?(?:年?卷|年版)?[）)》]*)[ \t　\r]*$",
    re.MULTILINE,
)
_YEARBOOK_NAME = re.compile(r"[\u4e00-\u9fff]{2,14}年鉴")


def document_title(text: str, stem: str) -> str | None:
    """The heading a document opens with, else its file name where that is a name, else null.

    >>> document_title("城市供水\\n【概况】 全年供水2.5亿立方米。", "000_c06b")
    '城市供水'
    """
    for match in islice(_LINE.finditer(text, 0, 2000), 4):  # running head and page may stand above it
        line = match.group().strip(_MARKS)
        if _PAGE_LINE.fullmatch(line):
            continue
        if 2 <= len(line) <= 25 and not _NOT_A_HEADING.search(line):
            return "".join(line.split()) if _SPACED_LETTERS.fullmatch(line) else line
        break
    return stem if re.search(r"[\u4e00-\u9fff]", stem) else None


def _book_title(text: str) -> str | None:
    """A line at the front which is the book's own title (`《临江年鉴（2010）》`, running head `临江年鉴 2010`)."""
    match = _BOOK_LINE.search(text, 0, 4000)
    return match.group(1).strip() if match else None


def _yearbook_name(name: str) -> str | None:
    match = _YEARBOOK_NAME.search(name)
    return match.group() if match else None


# --- rejects --------------------------------------------------------------------------------------------------


def _reject(
    source: VolumeSource, document_id: str, text: str, start: int, end: int, reason: str, detail: str
) -> dict[str, Any]:
    return {
        "reject_id": f"{document_id}!{start}:{reason}",
        "document_id": document_id,
        "volume_id": source.volume_id,
        "span_start": start,
        "span_end": end,
        "source_text": text[start:end],
        "stage": "read",
        "reason": reason,
        "detail": detail,
    }


def _file_reject(source: VolumeSource, name: str, reason: str, detail: str) -> dict[str, Any]:
    """A reject of something that did not become a document: it has a name but no document and no place."""
    return {
        "reject_id": f"{name}!0:{reason}",
        "volume_id": source.volume_id,
        "stage": "read",
        "reason": reason,
        "detail": detail,
    }


def _unsupported(path: Path) -> str:
    kind = path.suffix or "no extension"
    return f"{path.name} ({kind}) is not read; deliver the pages as .txt"
