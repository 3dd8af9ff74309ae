"""Documents into entries: where each 条目 begins and ends, what it is called, who signed it, what lies around it.

Reading order: `lines` turns text into a table of lines; `furniture` takes out running heads, pages, contents and
index; `titles` finds titles with marks; `apparatus` finds notes, captions, tables, references; `headings` finds
headings and titles without marks; `layout` puts the pieces in order; `signatures` reads names; `entries` fills in
the rows.

Entries, headings and page furniture between them tile a document: no gap, no overlap, and blank space belongs to
what stands before it. An entry's span runs from its title mark to the next item, signature, notes and captions
included; its body is the text after the title up to the signature.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from pipeline.text.segment.entries import ENTRIES, REJECTS, ZONES, Rows
from pipeline.text.segment.layout import lay_out
from pipeline.text.segment.signatures import Surnames, known_surnames

__all__ = ["Segments", "segment"]

# Documents are looked at together up to this many characters, so that many short pages cost no more than one book.
BLOCK_CHARACTERS = 4_000_000


@dataclass(frozen=True)
class Segments:
    """Entries and rejects with the contract's columns, and zones: where in a document is no plain text.

    Zone kinds `heading`, `running_head`, `page_number`, `contents` and `index_line` lie between entries (a running
    head inside an entry broken by a page lies within it); `title`, `caption`, `note`, `table`, `signature` and
    `cross_reference` lie inside. `level` is that of a heading (1 is the highest), null for all else.
    """

    entries: pa.Table
    zones: pa.Table
    rejects: pa.Table


def segment(documents: pa.Table, surnames: Surnames | None = None) -> Segments:
    """Cut documents into entries.

    `documents` has `document_id`, `volume_id` and `text`; `surnames` (default: the project's list) says what the
    names of a signature begin with. Every position in the result is a code point of that document's text. A document
    without any title is one entry with a null title a heading.

    >>> text = "城市供水\\n【概况】 全年供水2.5亿立方米。（周　平）"
    >>> table = pa.table({"document_id": ["a.txt"], "volume_id": ["a"], "text": [text]})
    >>> segment(table).entries.select(["section", "title", "contributors", "kind"]).to_pylist()
    [{'section': '城市供水', 'title': '概况', 'contributors': '周平', 'kind': 'overview'}]
    """
    known = known_surnames() if surnames is None else surnames
    document_ids = documents["document_id"].to_pylist()
    volume_ids = documents["volume_id"].to_pylist()
    texts = documents["text"].to_pylist()
    blocks = [
        Rows(lay_out(texts[begin:end]), document_ids[begin:end], volume_ids[begin:end], known)
        for begin, end in _block_bounds([len(text) for text in texts])
    ]
    return Segments(
        pa.concat_tables([ENTRIES.empty_table(), *(block.entries() for block in blocks)]).combine_chunks(),
        pa.concat_tables([ZONES.empty_table(), *(block.zone_table() for block in blocks)]).combine_chunks(),
        pa.concat_tables([REJECTS.empty_table(), *(block.rejects() for block in blocks)]).combine_chunks(),
    )


def _block_bounds(lengths: list[int]) -> list[tuple[int, int]]:
    """Runs of whole documents of at most BLOCK_CHARACTERS, or of one longer document."""
    bounds, begin, size = [], 0, 0
    for index, length in enumerate(lengths):
        if index > begin and size + length > BLOCK_CHARACTERS:
            bounds.append((begin, index))
            begin, size = index, 0
        size += length
    if lengths:
        bounds.append((begin, len(lengths)))
    return bounds
