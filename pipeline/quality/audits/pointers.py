"""Cross-references of a whole volume: where `参见农业类目的水利工程` leads, and where it leads nowhere.

Here: which book a reference names, the entry that it means there, and the verdict. Not here: finding the clause
(`text.segment`), reading section and title from it and comparing titles (`text.entities.references`).

A reference is called inconsistent only where it says that it means an entry, the book has the section that it names
(or is no mere excerpt), and no title or heading of the book is anything like it. 《…》 may be any work; pages, tables
and figures cannot be looked up in a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.quality.audits.intervals import CONSISTENT, INCONSISTENT, UNCHECKED
from pipeline.quality.series import Edition, stem_of
from pipeline.text.entities.references import Titles, parse_reference

Row = Mapping[str, Any]

_YEAR = r"(?P<{0}>(?:19|20)\d\d|[一二〇○零九八七六五四三]{{4}})年?"
_VERB = re.compile(r"[（(]?[并可另详参互]*[见阅]")
_EDITION = re.compile(
    rf"(?:{_YEAR.format('before')}(?:版|卷|刊)?的?)?《?(?P<title>[\u4e00-\u9fff]{{2,14}}年鉴)》?"
    rf"(?:[（(·\s—-]*{_YEAR.format('behind')}[）)]?(?:版|卷|刊)?)?》?"
    rf"|(?:本?年鉴|本书)?{_YEAR.format('alone')}(?:版|卷|刊|年鉴)"
    r"|(?P<last>上一?年度?|去年|上一?|前一)(?:卷|版|刊|年鉴)"
)
_ENTRY = re.compile(
    r"【[^】]{2,40}】|[”》]?(?:条目|一文)[。）)]?$|(?:类目|部类|分目|栏目)(?:中|下|内|里)?的?[^，。]{2,}"
)
_ELSEWHERE = re.compile(
    r"附录|附件|附表|附图|彩页|插页|封面|封底|目录|索引|卷首|前文|后文|上文|下文|网站"
    r"|[表图]\s?[\d一二三四五六七八九十]|第?[\d一二三四五六七八九十]+页"
)
_LIKE = 0.3


def references_in(entities: pa.Table) -> pa.Table:
    """The references among the rows of entities."""
    wanted = entities.select(["entity_id", "entry_id", "volume_id", "kind", "source_text", "target_entry_id"])
    return wanted.filter(pc.equal(wanted["kind"], "reference"))


def editions_named(references: pa.Table, own: Edition) -> list[int]:
    """The other editions that references name, by the years they are called by."""
    clauses = references["source_text"].unique().to_pylist()
    return sorted({year for clause in clauses if (year := read_pointer(clause, own.stem, own.named).edition)})


class Pointer(NamedTuple):
    """What a reference names: the edition (None for the book itself), section and title.

    `edition` is the year an edition is called by, 0 for one that cannot be told.
    """

    edition: int | None
    section: str | None
    title: str | None


def read_pointer(clause: str, stem: str, called: int | None) -> Pointer:
    """What a clause names.

    Args:
        clause: the reference as printed.
        stem: the title of the book without its year, 临江年鉴.
        called: the year the book is called by.

    Example:
        >>> read_pointer("参见《临江年鉴（2009）》“水利工程”条目", "临江年鉴", 2010)
        Pointer(edition=2009, section=None, title='水利工程')
    """
    verb = _VERB.match(clause)
    head = verb.end() if verb else 0
    found = _EDITION.match(clause, head)
    if not found:
        return Pointer(None, *parse_reference(clause))
    year = next((found[name] for name in ("before", "behind", "alone") if found[name]), None)
    edition: int | None
    if found["last"]:
        edition = called - 1 if called else 0
    elif found["title"] and not year:
        edition = None if stem_of(found["title"]) in (stem, "本年鉴") else 0
    else:
        edition = _number(year or "")
        if found["title"] and stem and stem_of(found["title"]) not in (stem, "本年鉴"):
            edition = 0
    edition = None if edition is not None and edition == called else edition
    return Pointer(edition, *parse_reference(clause[:head] + clause[found.end() :]))


def _number(year: str) -> int:
    plain = year.translate(str.maketrans("〇○零一二三四五六七八九", "000123456789"))
    return int(plain) if plain.isdigit() else 0


@dataclass(frozen=True)
class Index:
    """What of a volume can be referred to.

    Attributes:
        name: the volume as a reader calls it.
        ids, titles, sections: of its entries.
        printed_headings: gives its headings; asked only where no entry fits.
    """

    name: str
    ids: Sequence[str]
    titles: Sequence[str | None]
    sections: Sequence[str | None]
    printed_headings: Callable[[], Sequence[str]]

    @cached_property
    def by_title(self) -> Titles:
        return Titles(self.titles, self.sections, self.ids)

    @cached_property
    def title_of(self) -> Mapping[str, str | None]:
        return dict(zip(self.ids, self.titles, strict=True))

    @cached_property
    def headings(self) -> frozenset[str]:
        printed = (*self.printed_headings(), *filter(None, self.sections))
        found = {re.sub(r"[\s\u3000·]+", "", one) for one in printed}
        return frozenset(found - {""})

    @cached_property
    def named(self) -> frozenset[str]:
        return frozenset(re.sub(r"\s+", "", title) for title in self.titles if title)

    def entry(self, pointer: Pointer) -> str | None:
        """The entry that a reference means: the closest under its section, or the very title under another."""
        if not pointer.title:
            return None
        found = self.by_title.closest(pointer.title, pointer.section)
        if found is None and pointer.section is not None:
            other = self.by_title.closest(pointer.title, None)
            found = other if other and self.title_of[other] == pointer.title else None
        return found

    def heading(self, words: str) -> str | None:
        """A heading that is these words, or holds them, or is held by them."""
        if words in self.headings:
            return words
        near = (h for h in self.headings if len(h) > 1 and words and (h in words or words in h))
        return min(near, default=None)

    @cached_property
    def _printed(self) -> list[tuple[str, int]]:
        """Titles and headings in order, and how many pairs of characters each holds."""
        return [(one, len(_pairs(one))) for one in sorted(self.named | self.headings)]

    @cached_property
    def _holding(self) -> Mapping[str, Sequence[int]]:
        """For each pair of characters, the numbers of the titles and headings that hold it."""
        found: dict[str, list[int]] = {}
        for n, (one, _) in enumerate(self._printed):
            for pair in _pairs(one):
                found.setdefault(pair, []).append(n)
        return found

    def like(self, title: str) -> str | None:
        """A title or heading that is anything like a phrase; only those that share a pair with it are looked at."""
        pairs = _pairs(title)
        if not pairs:
            return next((one for one, _ in self._printed if len(one) > 1 and title in one), None)
        shared = Counter(n for pair in pairs for n in self._holding.get(pair, ()))
        for n in sorted(shared):
            one, size = self._printed[n]
            if 2 * shared[n] / (len(pairs) + size) >= _LIKE or one in title or title in one:
                return one
        return None


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


@dataclass(frozen=True)
class Led:
    """One reference followed: the entry it leads to, if any, and the verdict."""

    row: Row
    target: str | None
    verdict: str
    explanation: str


def follow(
    references: Sequence[Row], own: Index, others: Mapping[int, Index], stem: str, called: int | None, least: int
) -> Iterator[Led]:
    """Follow the references of a volume.

    Args:
        references: rows of entities of kind reference.
        own: what of the volume itself can be referred to.
        others: the same of other editions of its series, by the year they are called by.
        stem, called: title and year of the volume, as for `read_pointer`.
        least: titled entries from which a volume is taken for more than an excerpt.
    """
    for row in references:
        clause = str(row["source_text"])
        pointer = read_pointer(clause, stem, called)
        index = own if pointer.edition is None else others.get(pointer.edition)
        if index is None:
            yield Led(row, None, UNCHECKED, f"{clause}：所指的一卷未收入，未作核对")
            continue
        target = index.entry(pointer)
        where = "本卷" if index is own else f"《{index.name}》"
        if target is not None:
            yield Led(row, target, CONSISTENT, f"{clause}：{where}有条目【{index.title_of[target]}】")
            continue
        verdict, reason = _lost(clause, pointer, index, least)
        verdict = verdict if index is own or verdict == CONSISTENT else UNCHECKED
        yield Led(row, None, verdict, f"{clause}：{reason.replace('本卷', where)}")


def _lost(clause: str, pointer: Pointer, index: Index, least: int) -> tuple[str, str]:
    """The verdict on a reference that leads to no entry."""
    section, title = pointer.section, pointer.title
    if not title and not section:
        return UNCHECKED, "没有写明条目，未作核对"
    if _ELSEWHERE.search(clause):
        return UNCHECKED, "所指为页码、图表或附录，文本中无从核对"
    found = index.heading(section or title or "")
    if not title or (section is None and found == title):
        if found:
            return CONSISTENT, f"本卷有类目“{found}”"
        return UNCHECKED, f"本卷所收文本中没有类目“{section or title}”"
    if section is not None and found is None:
        return UNCHECKED, f"本卷所收文本中没有类目“{section}”，未作核对"
    like = index.like(title)
    if like:
        return UNCHECKED, f"本卷没有同题条目，相近的有“{like}”，未能确定"
    if not _ENTRY.search(clause):
        return UNCHECKED, "本卷没有同题条目，所指或为书籍、文件，未能确定"
    if section is None and len(index.named) < least:
        return UNCHECKED, f"本卷没有同题条目，但所收条目只有{len(index.named)}个，或为节选，未作判断"
    under = f"“{section}”类目下" if section else ""
    return INCONSISTENT, f"本卷{under}没有题为“{title}”的条目，也没有题目相近的"
