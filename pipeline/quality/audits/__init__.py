"""The book's own arithmetic, re-done: which statements its own figures allow to compute again, and whether they agree.

    rules      the reviewed word lists, partitions, ranges and tolerances
    intervals  what a printed number can have been, and the verdict on a stated against a computed one
    sheet      the quantities of a stretch of text as the rules see them
    parts      totals and the parts that the text announces
    wholes     families that make up a whole, proportions, shares that make up 100
    changes    differences, growth, percentage points, average growth
    shares     a part against its total, completion of a plan
    products   yield times area, price times amount, figures per head
    running    stock and flow told in prose
    told       counts against lists, days against dates, limits of what can be, years
    books      the same thing told twice in one book
    occasions  one occasion told in two entries
    indicators levels of a year, and which of two books tell of the same
    editions   what a book says of last year against last year's book
    pointers   where the cross-references of a volume lead
    output     findings as rows of the two tables

A false alarm costs the trust of the editor: where the text allows one reading under which it is right, it is not wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import schemas
from pipeline import SEEDS
from pipeline.quality.audits import books, changes, parts, products, running, shares, told, wholes
from pipeline.quality.audits.editions import Book, compare
from pipeline.quality.audits.occasions import Occasions, told_of
from pipeline.quality.audits.output import Output
from pipeline.quality.audits.pointers import Index, follow
from pipeline.quality.audits.rules import Rules, load_rules
from pipeline.quality.audits.sheet import BLOCK, Finding, Sheet
from pipeline.quality.series import Edition
from pipeline.text.lexer import Ints

RULES: tuple[Callable[[Sheet], Iterator[Finding]], ...] = (
    parts.parts,
    wholes.families,
    wholes.ratios,
    wholes.share_sums,
    changes.changes,
    shares.shares,
    shares.members,
    products.products,
    running.running,
    told.told,
)


def audit(
    documents: pa.Table,
    entries: pa.Table,
    quantities: pa.Table,
    dates: pa.Table,
    volumes: pa.Table,
    seeds: Path = SEEDS,
) -> dict[str, pa.Table]:
    """Compute again what the text states, and compare.

    Args:
        documents, entries, quantities, dates, volumes: the tables of the warehouse, of one volume or of several; the
            quantities with the columns that `pipeline.text.measures` fills.
        seeds: folder of the reviewed files.

    Returns:
        The tables "audits" and "audit_terms".

    Raises:
        ValueError: a reviewed file is broken; the message names file and line.

    Example:
        企业50家，其中内资38家、外资11家 gives one row of kind sum, inconsistent, with the explanation
        `企业50家，其中内资38家、外资11家：合计49家，比总数少1家`.
    """
    found = audit_text(documents, entries, quantities, dates, volumes, seeds)
    whole = audit_volume(entries, quantities, volumes, found["tellings"], seeds)
    return {name: pa.concat_tables([found[name], whole[name]]) for name in whole}


def audit_text(
    documents: pa.Table,
    entries: pa.Table,
    quantities: pa.Table,
    dates: pa.Table,
    volumes: pa.Table,
    seeds: Path = SEEDS,
) -> dict[str, pa.Table]:
    """The part of `audit` that looks at one stretch of text after the other, so that a volume may come in batches.

    Arguments and errors as there; beside its tables gives "tellings", which `audit_volume` takes for a whole volume.
    """
    rules = load_rules(seeds)
    output, occasions = Output(), Occasions()
    for sheet in sheets(documents, entries, quantities, dates, volumes, rules):
        for finding in _ordered(sheet):
            output.add(sheet, finding)
        occasions.look(sheet)
    return {**output.tables(), "tellings": occasions.table()}


def audit_volume(
    entries: pa.Table, quantities: pa.Table, volumes: pa.Table, tellings: pa.Table, seeds: Path = SEEDS
) -> dict[str, pa.Table]:
    """The part of `audit` that compares what lies far apart in a volume: 大事记 with the chapter on the same fair.

    Args:
        entries, quantities, volumes: tables of a whole volume.
        tellings: those of `audit_text` over all its batches.
        seeds: as in `audit`.
    """
    rules, output = load_rules(seeds), Output()
    named = quantities.filter(pc.is_in(quantities["quantity_id"], value_set=tellings["quantity_id"].combine_chunks()))
    titles = dict(zip(entries["entry_id"].to_pylist(), entries["title"].to_pylist(), strict=True))
    for found in told_of(tellings, titles, named, rules):
        output.add_twice(named, found)
    for found in books.told_twice(entries, quantities, volumes, rules):
        output.add_twice(quantities, found)
    return output.tables()


def audit_editions(earlier: Book, later: Book, seeds: Path = SEEDS) -> dict[str, pa.Table]:
    """What a book says of the year before, held against the book of that year.

    Args:
        earlier, later: two editions of one series that cover two years in a row.
        seeds: folder of the reviewed files.

    Returns:
        The tables "audits" and "audit_terms"; the audits stand in the later volume, their terms in both.

    Raises:
        ValueError: as in `audit`.

    Example:
        80.5亿元 in the book of 2008 and `上年为80.5万元` in that of 2009: one row of kind cross_volume, inconsistent.
    """
    output = Output()
    for found in compare(earlier, later, load_rules(seeds)):
        output.add_across(found)
    return output.tables()


def audit_references(
    references: pa.Table, own: Index, others: Mapping[int, Index], edition: Edition, seeds: Path = SEEDS
) -> dict[str, pa.Table]:
    """Follow the references of a whole volume to the entries that they mean.

    Args:
        references: rows of entities, as `pointers.references_in` takes them.
        own: what of the volume can be referred to.
        others: the same of other editions, by the years they are called by.
        edition: what is known of the volume.
        seeds: as in `audit`.

    Returns:
        The tables "audits" (of kind cross_reference, without terms), "audit_terms" (empty), and "links": the references
        that lead elsewhere than their row says.
    """
    output, least = Output(), int(load_rules(seeds).limit("reference_entries"))
    links = []
    for led in follow(references.to_pylist(), own, others, edition.stem, edition.named, least):
        row = led.row
        where = row["entity_id"], row["volume_id"], row["entry_id"]
        output.row(*where, "cross_reference", (None, None, None), led.verdict, led.explanation, [])
        if led.target != row["target_entry_id"]:
            links.append({"entity_id": row["entity_id"], "target_entry_id": led.target})
    return {**output.tables(), "links": pa.Table.from_pylist(links, schema=schemas.arrow_schema("links"))}


def _by_document(table: pa.Table, names: pa.Array) -> tuple[pa.Table, Ints]:
    """A table in the order of the documents and of place, and where the rows of each document begin."""
    owner = pc.index_in(table["document_id"], value_set=names).to_numpy().astype(np.int64)
    start = table["span_start"].to_numpy()
    if (
        len(owner) > 1
        and ((owner[1:] < owner[:-1]) | ((owner[1:] == owner[:-1]) & (start[1:] < start[:-1]))).any()
    ):
        order = np.lexsort((start, owner))
        table, owner = table.take(pa.array(order)), owner[order]
    return table, np.searchsorted(owner, np.arange(len(names) + 1))


def sheets(
    documents: pa.Table,
    entries: pa.Table,
    quantities: pa.Table,
    dates: pa.Table,
    volumes: pa.Table,
    rules: Rules,
) -> Iterator[Sheet]:
    """The documents in blocks of about a million characters, with their entries, quantities and dates."""
    if not len(documents):
        return
    # a year that was only guessed from the text is no ground for a contradiction
    covered = {
        row["volume_id"]: None if row["covered_year_source"] == "vote" else row["covered_year"]
        for row in volumes.select(["volume_id", "covered_year", "covered_year_source"]).to_pylist()
    }
    names = documents["document_id"].combine_chunks()
    quantities, first = _by_document(quantities, names)
    entries, first_entry = _by_document(entries, names)
    dates, first_date = _by_document(dates, names)
    lengths = pc.utf8_length(documents["text"]).to_numpy()
    years = [covered.get(v) for v in documents["volume_id"].to_pylist()]
    begin = 0
    while begin < len(documents):
        end, size = begin, 0
        while end < len(documents) and (size == 0 or size + lengths[end] <= BLOCK):
            size += int(lengths[end])
            end += 1
        rows = quantities.slice(first[begin], first[end] - first[begin])
        told = entries.slice(first_entry[begin], first_entry[end] - first_entry[begin])
        when = dates.slice(first_date[begin], first_date[end] - first_date[begin])
        yield Sheet(
            documents.slice(begin, end - begin),
            told,
            rows.combine_chunks(),
            when,
            rules,
            years[begin:end],
        )
        begin = end


def _ordered(sheet: Sheet) -> list[Finding]:
    found = [finding for rule in RULES for finding in rule(sheet)]
    return sorted(found, key=lambda f: (sheet.start[f.anchor] if f.anchor >= 0 else f.place, f.kind))
