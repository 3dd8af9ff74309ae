"""Which year a book covers, and where that is known from.

Belongs here: the evidence for `covered_year` in its order of trust. Manifest, a statement in the book (`本卷记述
2009年1月1日至12月31日…`), the title (edition year minus one), a vote over the years named in the text, or unknown.
Does not belong here: dates inside entries, which the text stage reads.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pipeline.read.manifest import FIRST_YEAR, LAST_YEAR, Manifest

# Statements and years sit at the front and are repeated throughout; more text than this adds nothing.
EVIDENCE_CHARACTERS = 400_000

_YEAR = r"(?:(?:19|20)\d\d|[一二]九?[〇○零一二三四五六七八九]{2,3})"
_DASH = r"(?:至|到|—+|－+|-+|–|～|~|〜)"


class CoveredYear(NamedTuple):
    """The edition and the covered year of a book (either may be unknown) and the kind of evidence."""

    edition_year: int | None
    covered_year: int | None
    source: str


def infer_years(manifest: Manifest, names: Sequence[str], texts: Iterable[str]) -> CoveredYear:
    """Decide the covered year of a book.

    `names` are the names a book goes by, strongest first: manifest title, headings of its documents, file and
    folder names. `texts` are its documents. The source is `manifest`, `statement`, `title`, `vote` or
    `unknown`. A book that states more than one year (`2008—2009合卷`, `1986—2005`) has no single covered year:
    null and `unknown`, since every date without a year could be either.

    >>> infer_years(Manifest(), ["临江年鉴（2010）"], ["【码头扩建】 6月开工。"])
    CoveredYear(edition_year=2010, covered_year=2009, source='title')
    """
    texts = _front(texts)
    titled = [found for name in names if (found := _year_in_title(name))]
    edition = manifest.edition_year or next((t.edition for t in titled if t.edition), None)
    if manifest.covered_year:
        return CoveredYear(edition, manifest.covered_year, "manifest")
    stated = _statement(texts)
    if stated:
        first, last = stated
        if first != last:
            return CoveredYear(edition, None, "unknown")
        return CoveredYear(edition, last, "statement")
    if manifest.edition_year:
        return CoveredYear(edition, manifest.edition_year - 1, "title")
    firm = next((t for t in titled if t.firm), None)
    if firm:
        return CoveredYear(edition, firm.covered, "title" if firm.covered else "unknown")
    voted = _vote(texts)
    if titled and voted in (None, titled[0].covered):
        return CoveredYear(edition, titled[0].covered, "title")
    if voted:
        # A folder such as `linjiang-2009` may be named for the year inside; then it names no edition.
        kept = edition if edition and voted == edition - 1 else manifest.edition_year
        return CoveredYear(kept, voted, "vote")
    return CoveredYear(edition, None, "unknown")


def _front(texts: Iterable[str]) -> list[str]:
    kept, left = [], EVIDENCE_CHARACTERS
    for text in texts:
        kept.append(text[:left])
        left -= len(kept[-1])
        if left <= 0:
            break
    return kept


# --- title ----------------------------------------------------------------------------------------------------


class _Titled(NamedTuple):
    edition: int | None
    covered: int | None
    firm: bool  # a book title says so; a bare folder name such as `linjiang-2010` does not


_SPAN_TITLE = re.compile(rf"({_YEAR})年?{_DASH}({_YEAR})年?")
_YEARBOOK = re.compile(
    rf"年鉴[》〉]?[\s　·•・\-_（(\[［〔]*({_YEAR})(?!\d)"
    rf"|(?<!\d)({_YEAR})(?:年版?|卷|版)?[\s　·_\-]*《?[^\d《》\n]{{0,12}}年鉴"
)
_BULLETIN = re.compile(rf"(?<!\d)({_YEAR})年[^\d\n]{{0,16}}(?:统计公报|发展公报|发展报告|年报)")
_BARE = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:年?卷|年版|版)?$")


def _year_in_title(name: str) -> _Titled | None:
    """What a name says about the year: `临江年鉴2010` covers 2009, `2009年…统计公报` covers 2009 itself."""
    name = name.strip()
    if len(name) > 80:
        return None
    bulletin = _BULLETIN.search(name)
    if bulletin:
        year = to_year(bulletin.group(1))
        return _Titled(None, year, True) if year else None
    span = _SPAN_TITLE.search(name)
    if span and re.search("年鉴|志|合卷|大事记", name):
        return _Titled(None, None, True)
    book = _YEARBOOK.search(name)
    if book:
        year = to_year(book.group(1) or book.group(2))
        return _Titled(year, year - 1, True) if year else None
    bare = _BARE.search(name)
    if bare and not re.search(r"[\u4e00-\u9fff，。；]{20,}", name):
        year = to_year(bare.group(1))
        return _Titled(year, year - 1, False) if year else None
    return None


_HAN_DIGIT = str.maketrans("〇○零一二三四五六七八九", "000123456789")


def to_year(text: str) -> int | None:
    """`2009` or `二〇〇九` as a year within the years a book may have, else null."""
    digits = text.translate(_HAN_DIGIT)
    return int(digits) if len(digits) == 4 and FIRST_YEAR <= int(digits) <= LAST_YEAR else None


# --- statement ------------------------------------------------------------------------------------------------

# Found first by plain search, since they are rare; the patterns then read the text around them.
_YEAR_ENDS = ("12月31日", "十二月三十一日")
_BOOKS = ("本卷", "本书", "本年鉴", "本刊", "本志", "本册", "年鉴")
_WHOLE_YEAR = re.compile(
    rf"({_YEAR})年(?:1|一|元)月(?:1|一)日(?:起)?{_DASH}(?:({_YEAR})年|同年|当年)?(?:12月31日|十二月三十一日)$"
)
_RECORDS = re.compile("记述|记载|记录|收录|收编|反映|辑录|载录|载述|断限|时限")
_ABOUT = re.compile("|".join(_BOOKS) + "|" + _RECORDS.pattern)
_RECORDS_YEAR = re.compile(
    rf"(?:年鉴[》〉]?(?:[（(]?{_YEAR}[）)]?)?|本[卷书刊志册])[^。\n]{{0,30}}?(?:{_RECORDS.pattern})(?P<limits>[^。\n《》]{{0,30}}?)"
    rf"(?P<first>{_YEAR})(?:年?{_DASH}(?P<last>{_YEAR}))?年"
)
# Words that make the year the edge of something else: `除个别内容上溯至2005年外`.
_ASIDE = re.compile("除|上溯|下延|追溯|延至|比|较|截至|截止")


def _statement(texts: Sequence[str]) -> tuple[int, int] | None:
    """First and last year that the book says it records; null where it does not say."""
    for text in texts:
        for end in _YEAR_ENDS:
            for at in _places(text, end):
                stop = at + len(end)
                match = _WHOLE_YEAR.search(text[max(0, at - 24) : stop])
                around = text[max(0, at - 80) : stop + 30]
                if match and _ABOUT.search(around):
                    years = _first_and_last(match.group(1), match.group(2))
                    if years:
                        return years
        for book in _BOOKS:
            for at in _places(text, book):
                match = _RECORDS_YEAR.match(text, at + len(book) - 2, at + 120)
                if match and not _ASIDE.search(match.group("limits")):
                    years = _first_and_last(match.group("first"), match.group("last"))
                    if years:
                        return years
    return None


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + len(word))


def _first_and_last(first: str, last: str | None) -> tuple[int, int] | None:
    begin = to_year(first)
    end = to_year(last) if last else begin
    return (begin, end) if begin and end else None


# --- vote -----------------------------------------------------------------------------------------------------

_VOTE = re.compile(r"(?<![\d.,－-])((?:19|20)\d\d)(?![\d.])(年度?)?")
_COMPARED = re.compile(r"(?:比|较|与|同|自|从|起|至|到|截至|上溯)$")
_AWARD = re.compile(r"(?:表彰|表扬|命名|授予|获|荣获|评为|评选|评出|被评|称号|奖)[^。；\n]{0,20}$")
_PLAN = re.compile(r"(?:到|至|规划|计划|预计|力争|目标)[^。，；\n]{0,4}$")
_FAIR = re.compile(
    r"[^”。\n]{0,24}(?:论坛|博览会|大会|展览会|年会|峰会|洽谈会|交易会|文化节|艺术节|会展|展销会)"
)


def _vote(texts: Sequence[str]) -> int | None:
    """The year most of the evidence in the prose names; null where nothing or two years lead.

    Weights follow the genre: a document title of the year (`《2009年度…意见》`) and a closing balance (`2009年末`)
    speak of the covered year, a fair that carries its year nearly so; a year something is compared with does
    not, and an award is mostly given for the year before.
    """
    weights: Counter[int] = Counter()
    firm: set[int] = set()
    for text in texts:
        for match in _VOTE.finditer(text):
            year = int(match.group(1))
            weight, counts = _weigh(text, match)
            if weight:
                weights[year] += weight
                if counts:
                    firm.add(year)
    ranked = weights.most_common(2)
    if not ranked or ranked[0][0] not in firm:
        return None
    if len(ranked) == 2 and ranked[0][1] < 1.25 * ranked[1][1]:
        return None
    return ranked[0][0]


def _weigh(text: str, match: re.Match[str]) -> tuple[int, bool]:
    """Weight of one year, and whether it may win without other evidence (an award alone may not)."""
    start, end = match.span()
    before = text[max(0, start - 24) : start].rsplit("\n", 1)[-1]
    suffix = match.group(2) or ""
    after = text[end : end + 28]
    if suffix == "年" and after[:1] in ("末", "底"):
        return 3, True
    if suffix == "年度":
        if before.endswith(("《", "〈")):
            return 3, True
        return 1, not (
            _AWARD.search(before) or re.match(r"[^。；，\n]{0,20}(?:先进|优秀|十强|百强|十佳|奖)", after)
        )
    if _COMPARED.search(before) or _PLAN.search(before):
        return 0, False
    if before[-1:] in ("“", "「", "《") and _FAIR.match(after):
        return 2, True
    return (1, True) if suffix else (0, False)
