"""The review page of one document: its text as printed, every extraction marked, what needs a look in the margin.

Here: laying out one document. Marks come from `marks`, margin notes from `findings`, the frame from `shell`; which
pages are written, and where, stands in `write`.

The page is read without any script: colours, what a mark means (on hover and on focus), the filters and the links all
work by style sheet alone. The script adds keys, a search for entries and ready correction lines for every mark.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pipeline.publish.findings import Look, of_audits, of_rejects, of_uncovered
from pipeline.publish.labels import both, label
from pipeline.publish.marks import Mark, marked, marks_of
from pipeline.publish.shell import attribute, page, visible
from pipeline.quality.correction_lines import ACTIONS
from pipeline.quality.corrections import MISPRINT
from pipeline.quality.quoting import Quotes

Row = Mapping[str, Any]
Piece = Callable[[int, int], str]
"""Markup for a stretch of the text."""

FILTERS = (
    ("money", "family"),
    ("people", "family"),
    ("count", "family"),
    ("rate", "family"),
    ("physical", "family"),
    ("time", "family"),
    ("rank", "family"),
    ("date", "kind"),
    ("non_quantity", "kind"),
    ("entity", "family"),
)
_OFF = "entity"  # names stand in every line; whoever wants to see them switches them on
_CLASS = {"non_quantity": "non"}


@dataclass(frozen=True)
class Dossier:
    """Everything known of one document: its row, and the rows about it, by table.

    `rows` may hold entries, quantities, dates, numerals, rejects, entities and audits of the document; `terms` the
    terms of the audits and `quantities` what they name, both by id, in other documents too.
    """

    document: Row
    volume: Row
    rows: Mapping[str, Sequence[Row]]
    terms: Mapping[str, Sequence[Row]]
    quantities: Mapping[str, Row]

    @property
    def document_id(self) -> str:
        return str(self.document["document_id"])

    @property
    def text(self) -> str:
        return str(self.document["text"])

    @cached_property
    def entries(self) -> list[Row]:
        return sorted(self.rows.get("entries", ()), key=lambda e: int(e["span_start"]))

    @cached_property
    def quotes(self) -> Quotes:
        spans = [(n["span_start"], n["span_end"]) for n in self.rows.get("numerals", ())]
        return Quotes(self.text, [(e["title"], e["span_start"], e["span_end"]) for e in self.entries], spans)

    @cached_property
    def contradicted(self) -> set[str]:
        wrong = [a["audit_id"] for a in self.rows.get("audits", ()) if a["verdict"] == "inconsistent"]
        return {t["quantity_id"] for a in wrong for t in self.terms.get(a, ())}

    @cached_property
    def marks(self) -> list[Mark]:
        return marks_of(self.text, self.rows, self.contradicted)

    @cached_property
    def looks(self) -> list[Look]:
        """What needs a look, in order of place; what concerns the whole file comes first."""
        found = of_rejects(self.document_id, self.rows.get("rejects", ()), self.quotes)
        found += of_audits(
            self.document_id, self.rows.get("audits", ()), self.terms, self.quantities, self.quotes
        )
        found += of_uncovered(self.marks, self.text)
        return sorted(
            found, key=lambda look: (-1 if look.start is None else look.start, look.kind, look.head)
        )

    @cached_property
    def checked(self) -> list[Look]:
        """The arithmetic of the book that was done again and gives no reason to doubt, in order of place."""
        rows = (self.rows.get("audits", ()), self.terms, self.quantities)
        found = of_audits(self.document_id, *rows, self.quotes, checked=True)
        return sorted(found, key=lambda look: (look.start or 0, look.head))

    def _begins_here(self, audit: Row) -> bool:
        """Whether the first place of an audit is in this document; one over two documents counts once."""
        named = (self.quantities.get(t["quantity_id"]) for t in self.terms.get(audit["audit_id"], ()))
        first = next((row for row in named if row is not None), None)
        return first is None or first["document_id"] == self.document_id

    @cached_property
    def score(self) -> Score:
        claims = Counter(n["claimed_by"] for n in self.rows.get("numerals", ()))
        loose = sum(m.letter == "u" for m in self.marks)
        return Score(
            characters=len(self.text),
            entries=len(self.entries),
            quantities=len(self.rows.get("quantities", ())),
            dates=len(self.rows.get("dates", ())),
            numerals=sum(claims.values()) + loose,
            read=sum(claims.values()) - claims["reject"],
            rejects=Counter(str(r["reason"]) for r in self.rows.get("rejects", ())),
            audits=Counter(str(a["verdict"]) for a in self.rows.get("audits", ()) if self._begins_here(a)),
            loose=loose,
            misprints=sum(
                (m.row.get("note") or "").startswith(MISPRINT) for m in self.marks if m.letter in "qd"
            ),
        )


@dataclass(frozen=True)
class Score:
    """The quality of a document or volume in numbers.

    `numerals` counts numeral runs, `read` those of them that are a quantity, a date or a named non-quantity; `loose`
    are digits that no row accounts for.
    """

    characters: int = 0
    entries: int = 0
    quantities: int = 0
    dates: int = 0
    numerals: int = 0
    read: int = 0
    rejects: Counter[str] = None  # type: ignore[assignment]
    audits: Counter[str] = None  # type: ignore[assignment]
    loose: int = 0
    misprints: int = 0

    @property
    def coverage(self) -> str:
        """Share of the numerals that are read, cut (not rounded up) to a tenth of a percent."""
        if not self.numerals:
            return "—"
        return f"{self.read * 1000 // self.numerals / 10:.1f}%"

    @property
    def errors(self) -> int:
        """Errors of the book: contradictions with itself, dates that no calendar has, misprints put right by hand.

        A number that the pipeline could not read is no error of the book; it is counted as a reject.
        """
        return self.audits["inconsistent"] + self.rejects["impossible_date"] + self.misprints

    @property
    def rate(self) -> str:
        """Errors per ten thousand characters, as editors state the quality of a book."""
        return f"{self.errors * 10_000 / self.characters:.2f}" if self.characters else "—"

    def __add__(self, other: Score) -> Score:
        return Score(
            self.characters + other.characters,
            self.entries + other.entries,
            self.quantities + other.quantities,
            self.dates + other.dates,
            self.numerals + other.numerals,
            self.read + other.read,
            self.rejects + other.rejects,
            self.audits + other.audits,
            self.loose + other.loose,
            self.misprints + other.misprints,
        )


EMPTY = Score(rejects=Counter(), audits=Counter())


def review_page(dossier: Dossier, home: str = "index.html") -> str:
    """The review page of a document as one HTML text; the same rows give the same text.

    Args:
        dossier: the document and what was read from it.
        home: relative address of the index page.
    """
    title = dossier.document["title"] or dossier.document_id.rsplit("/", 1)[-1]
    body = [
        '<a class="skip" href="#text">跳到正文</a>',
        _header(dossier, str(title), home),
        '<div class="page">',
        _contents(dossier),
        '<main id="text">',
        *_text(dossier),
        "</main></div>",
        _dock(),
    ]
    document = f' class="review" data-document="{attribute(dossier.document_id)}"'
    return page(f"{title} · 审读页", "\n".join(body), "review.js", document)


def _header(dossier: Dossier, title: str, home: str) -> str:
    score, volume = dossier.score, dossier.volume
    where = [
        f'<a href="{attribute(home)}">全部书卷</a>',
        f"<span>{visible(str(volume['title'] or volume['volume_id']))}</span>",
    ]
    if volume["covered_year"]:
        where.append(f"<span>记述 {volume['covered_year']} 年</span>")
    facts = [
        ("条目", score.entries, ""),
        ("数量", score.quantities, ""),
        ("日期", score.dates, ""),
        ("数字归属", score.coverage, f"{score.read} / {score.numerals}"),
        ("未收", sum(score.rejects.values()), "warn" if score.rejects else ""),
        ("矛盾", score.audits["inconsistent"], "bad" if score.audits["inconsistent"] else ""),
        ("每万字差错", score.rate, ""),
    ]
    cells = []
    for name, value, more in facts:
        kind = f' class="{more}"' if more in ("warn", "bad") else ""
        shown = f"<small>{more}</small>" if "/" in more else ""
        cells.append(f"<div{kind}><dt>{name}</dt><dd>{value}{shown}</dd></div>")
    return (
        f'<header><p class="where">{" <i>/</i> ".join(where)} <i>/</i> <code>{visible(dossier.document_id)}</code></p>'
        f"<h1>{visible(title)}</h1><dl>{''.join(cells)}</dl></header>\n{_bar(dossier)}"
    )


def _bar(dossier: Dossier) -> str:
    """Filters that are the legend at the same time, the search, and what the keys do."""
    counts: Counter[str] = Counter()
    for mark in dossier.marks:
        counts["non_quantity" if mark.letter == "n" else mark.classes.split()[0]] += 1
    boxes = []
    for code, group in FILTERS:
        name = _CLASS.get(code, code)
        off = "" if counts[code] else ' class="none"'
        boxes.append(
            f'<label{off}><input type="checkbox" id="f-{name}"{"" if code == _OFF else " checked"}>'
            f'<mark class="key {name}">{label(group, code)}</mark><small>{counts[code]}</small></label>'
        )
    signs = (
        '<span><mark class="key reject">未收</mark></span><span><mark class="key loose">未归属</mark></span>'
        '<span><mark class="key wavy">矛盾</mark></span><span><mark class="key fixed">已订正</mark></span>'
    )
    return (
        f'<nav class="bar" aria-label="筛选"><div class="boxes">{"".join(boxes)}'
        f'<span class="signs">{signs}</span></div>'
        '<div class="tools"><label class="only"><input type="checkbox" id="only">只看有问题的条目</label>'
        '<input type="search" id="find" placeholder="查条目（/）" aria-label="查条目" hidden>'
        '<span class="keys" hidden><kbd>j</kbd><kbd>k</kbd>问题 <kbd>n</kbd><kbd>p</kbd>条目 '
        "<kbd>c</kbd>复制订正行</span></div></nav>"
    )


def _number(look_or_entry: Row) -> str:
    return str(look_or_entry["entry_id"]).rsplit("#", 1)[-1]


def _contents(dossier: Dossier) -> str:
    """The entries under their headings, each with the number of its findings."""
    starts = [look.start for look in dossier.looks if look.start is not None]
    lines: list[str] = []
    section: object = None
    for entry in dossier.entries:
        if entry["section"] != section or not lines:
            if lines:
                lines.append("</ol></section>")
            section = entry["section"]
            heading = f"<h2>{visible(str(section))}</h2>" if section else ""
            lines.append(f'<section>{heading}<ol start="{entry["ordinal"]}">')
        count = bisect_left(starts, entry["span_end"]) - bisect_left(starts, entry["span_start"])
        badge = f"<b>{count}</b>" if count else ""
        title = entry["title"] or _first_words(dossier.text, entry)
        lines.append(f'<li><a href="#e-{_number(entry)}">{visible(title)}{badge}</a></li>')
    if lines:
        lines.append("</ol></section>")
    return f'<nav class="toc" aria-label="条目">{"".join(lines)}</nav>'


def _first_words(text: str, entry: Row) -> str:
    words = text[entry["body_start"] : entry["body_end"]].split()
    return f"（无题）{words[0][:14]}…" if words else "（空条目）"


def _text(dossier: Dossier) -> list[str]:
    """The whole text, entry by entry, and what stands between them."""
    occurrence = {
        m.anchor: dossier.quotes.nth(dossier.quotes.title_at(m.start), dossier.text[m.start : m.end], m.start)
        for m in dossier.marks
        if m.reading
    }
    starts = [m.start for m in dossier.marks]
    longest = max((m.end - m.start for m in dossier.marks), default=0)
    looks = dossier.looks
    places = [-1 if look.start is None else look.start for look in looks]

    def piece(first: int, last: int) -> str:
        near = slice(bisect_left(starts, first - longest), bisect_left(starts, last))
        return marked(dossier.text, dossier.marks[near], first, last, occurrence)

    done = [look.start or 0 for look in dossier.checked]

    def notes(first: int, last: int) -> str:
        return "".join(_note(look) for look in looks[bisect_left(places, first) : bisect_left(places, last)])

    def agreed(first: int, last: int) -> str:
        return _agreed(dossier.checked[bisect_left(done, first) : bisect_left(done, last)])

    out: list[str] = []
    section: object = None
    general = notes(-1, 0)
    if general:
        out.append(f'<section class="gap"><div></div><aside>{general}</aside></section>')
    at = 0
    for entry in [*dossier.entries, None]:
        until = len(dossier.text) if entry is None else entry["span_start"]
        between, margin = dossier.text[at:until], notes(at, until)
        if between.strip() or margin:
            words = piece(at, at + len(between.rstrip()))
            aside = f"<aside>{margin}</aside>" if margin else ""
            out.append(f'<section class="gap"><div class="b">{words}</div>{aside}</section>')
        if entry is not None:
            out.append(_entry(entry, dossier.text, piece, (notes, agreed), entry["section"] != section))
            section = entry["section"]
            at = max(at, entry["span_end"])
    return out


def _entry(entry: Row, text: str, piece: Piece, margins: tuple[Piece, Piece], new_section: bool) -> str:
    first, body, last = entry["span_start"], entry["body_start"], entry["span_end"]
    margin, agreed = (part(first, last) for part in margins)
    shown = body + len(text[body:last].rstrip())  # the blank lines at its end are no part of what is read
    number, title = _number(entry), entry["title"] or ""
    about = [both("entry", entry["kind"])] if entry["kind"] else []
    about += (
        [f"{entry['contributors']}{'（承后）' if entry['contributor_scope'] == 'inherited' else ''}"]
        if entry["contributors"]
        else []
    )
    meta = f'<small class="meta">{visible(" · ".join(about))}</small>' if about else ""
    section = (
        f'<small class="sec">{visible(entry["section"])}</small>' if entry["section"] and new_section else ""
    )
    head = piece(first, body)
    heading = f"<h3>{head}</h3>" if head.strip() else ""
    return (
        f'<section class="e{" f" if margin else ""}" id="e-{number}" tabindex="-1" data-title="{attribute(title)}">'
        f'<div><p class="no"><a href="#e-{number}">{int(number)}</a>{section}{meta}</p>{heading}'
        f'<div class="b">{piece(body, shown)}</div></div>'
        + (f"<aside>{margin}{agreed}</aside>" if margin or agreed else "")
        + "</section>"
    )


def _agreed(looks: Sequence[Look]) -> str:
    """What was computed again without a doubt, in a fold: an editor may want to know that somebody looked."""
    if not looks:
        return ""
    lines = "".join(
        f'<p><a href="#{look.anchor}">{visible(look.head)}</a>　{visible(look.detail)}</p>' for look in looks
    )
    return f'<details class="agreed"><summary>已复算 {len(looks)} 处</summary>{lines}</details>'


def _note(look: Look) -> str:
    """One finding: what and where on its first line, the reason below, what to do in a fold."""
    places = look.others or (((f"#{look.anchor}", look.quote),) if look.anchor else ())
    links = " ".join(f'<a href="{attribute(to)}">{visible(_short(text))}</a>' for to, text in places)
    lines = "".join(f'<code class="line">{visible(line)}</code>' for line in look.lines)
    detail = f"<p>{visible(look.detail)}</p>"
    fold = f"<details><summary>怎么改</summary>{detail}{lines}</details>" if lines else detail
    if look.kind == "contradiction":
        fold = detail + (f"<details><summary>怎么改</summary>{lines}</details>" if lines else "")
    target = f' data-at="{look.anchor}"' if look.anchor else ""
    return (
        f'<article class="note is-{look.kind}" tabindex="0"{target}><h4><b>{label("kind", look.kind)}</b>{links}</h4>'
        f"<p>{visible(look.head)}</p>{fold}</article>"
    )


def _short(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[:length] + "…"


def _dock() -> str:
    """Where the script shows the mark in focus and its correction line; hidden without a script."""
    options = "".join(f"<option>{action}</option>" for action in ACTIONS if action != "set")
    return (
        '<div id="dock" hidden><div id="what" aria-live="polite"></div><div class="fix"><label>动作 '
        f'<select id="action">{options}</select></label> '
        '<button id="copy" type="button">复制订正行 <kbd>c</kbd></button>'
        ' <button id="close" type="button">关闭 <kbd>Esc</kbd></button><output id="line"></output>'
        "<small>贴入 seeds/corrections.csv，填 set_to 与 reason，再运行一次。</small></div></div>"
    )
