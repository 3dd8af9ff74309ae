"""The index page: every book with its quality at a glance, its documents, and what needs a look.

Here: laying out what `review` counted. Not here: counting, and where the pages lie (`write`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.publish.findings import Look
from pipeline.publish.labels import both, label
from pipeline.publish.review import EMPTY, Score
from pipeline.publish.shell import attribute, page, visible

Row = Mapping[str, Any]

SHOWN = 200
"""Findings of one book that the index lists; the pages of its documents show all."""


@dataclass(frozen=True)
class Line:
    """A document as the index shows it: its row, its score, the address of its page, its findings."""

    document: Row
    score: Score
    address: str
    looks: Sequence[Look]


def index_page(
    volumes: Sequence[Row],
    documents: Mapping[str, Sequence[Line]],
    checks: Sequence[Row] = (),
    loose: Mapping[str, Sequence[Row]] | None = None,
) -> str:
    """The index of a warehouse as one HTML text.

    Args:
        volumes: rows of the volumes table, in order.
        documents: the documents of each volume, by volume_id.
        checks: rows of quality_results of the last run; those that failed are named.
        loose: rejects about files that became no document, by volume_id.
    """
    refused = loose or {}
    totals = {
        v["volume_id"]: _total(documents.get(v["volume_id"], ()), refused.get(v["volume_id"], ()))
        for v in volumes
    }
    whole = EMPTY
    for score in totals.values():
        whole = whole + score
    above = '<header><p class="where"><span>年鉴数据审读</span></p><h1>全部书卷</h1>'
    body = [f"{above}{_facts(whole, len(volumes))}{_checks(checks)}</header>", '<main class="books">']
    if not volumes:
        body.append("<p>还没有读入任何书卷。把书放进 seeds/ 后运行 nianjian run。</p>")
    if len(volumes) > 1:
        body.append(_overview(volumes, totals))
    for number, volume in enumerate(volumes, 1):
        name = volume["volume_id"]
        body.append(_book(number, volume, totals[name], documents.get(name, ()), refused.get(name, ())))
    body.append("</main>")
    return page("年鉴数据审读 · 全部书卷", "\n".join(body), body_attributes=' class="index"')


def _total(lines: Sequence[Line], loose: Sequence[Row]) -> Score:
    total = replace(EMPTY, rejects=Counter(str(row["reason"]) for row in loose))
    for line in lines:
        total = total + line.score
    return total


def _facts(score: Score, volumes: int | None = None) -> str:
    pairs: list[tuple[str, object, str]] = [("书卷", volumes, "")] if volumes is not None else []
    pairs += [
        ("字数", f"{score.characters:,}", ""),
        ("条目", f"{score.entries:,}", ""),
        ("数量", f"{score.quantities:,}", ""),
        ("日期", f"{score.dates:,}", ""),
        ("数字归属", score.coverage, ""),
        ("未收", f"{sum(score.rejects.values()):,}", "warn" if score.rejects else ""),
        ("矛盾", f"{score.audits['inconsistent']:,}", "bad" if score.audits["inconsistent"] else ""),
        ("每万字差错", score.rate, ""),
    ]
    cells = [f'<div class="{kind}"><dt>{name}</dt><dd>{value}</dd></div>' for name, value, kind in pairs]
    return f"<dl>{''.join(cells)}</dl>"


def _checks(checks: Sequence[Row]) -> str:
    if not checks:
        return ""
    failed = [c for c in checks if not c["passed"]]
    chips = [f'<span class="chip">检查 {len(checks) - len(failed)} / {len(checks)} 通过</span>']
    chips += [
        f'<span class="chip red">{visible(c["table_name"])}.{visible(c["check_name"])}：'
        f"{c['rows_failed']} / {c['rows_checked']}</span>"
        for c in failed
    ]
    return f'<div class="chips">{"".join(chips)}</div>'


def _overview(volumes: Sequence[Row], totals: Mapping[str, Score]) -> str:
    rows = []
    for number, volume in enumerate(volumes, 1):
        name = volume["title"] or volume["volume_id"]
        year = volume["covered_year"] or "—"
        rows.append(
            f'<tr><td><a href="#v-{number}">{visible(str(name))}</a></td><td>{year}</td>'
            f"{_cells(totals[volume['volume_id']])}</tr>"
        )
    return f"<table><thead><tr><th>书卷</th><th>记述年份</th>{_HEAD}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


_HEAD = "".join(
    f"<th>{name}</th>" for name in ("字数", "条目", "数量", "日期", "数字归属", "未收", "矛盾", "每万字差错")
)


def _cells(score: Score) -> str:
    meter = f'<meter min="0" max="{score.numerals}" value="{score.read}"></meter>' if score.numerals else ""
    return (
        f"<td>{score.characters:,}</td><td>{score.entries:,}</td><td>{score.quantities:,}</td><td>{score.dates:,}</td>"
        f"<td>{score.coverage}{meter}</td><td>{sum(score.rejects.values()):,}</td><td>{score.audits['inconsistent']:,}</td>"
        f"<td>{score.rate}</td>"
    )


def _book(number: int, volume: Row, score: Score, lines: Sequence[Line], loose: Sequence[Row]) -> str:
    name = visible(str(volume["title"] or volume["volume_id"]))
    about = [str(volume["volume_id"])]
    about += [f"{volume['edition_year']} 版"] if volume["edition_year"] else []
    if volume["covered_year"]:
        about.append(
            f"记述 {volume['covered_year']} 年（{label('covered_year_source', volume['covered_year_source'])}）"
        )
    about += [str(volume["region_name"])] if volume["region_name"] else []
    about += [str(volume["category"])] if volume["category"] else []
    rejects = [
        f'<span class="chip red">未收 {visible(both("reason", r))} × {n}</span>'
        for r, n in score.rejects.most_common()
    ]
    verdicts = [
        f'<span class="chip {attribute(v)}">核算{label("verdict", v)} {v} × {score.audits[v]}</span>'
        for v in ("inconsistent", "rounding", "consistent", "unchecked")
        if score.audits[v]
    ]
    unclaimed = [f'<span class="chip red">未归属的数字 × {score.loose}</span>'] if score.loose else []
    chips = "".join(rejects + unclaimed + verdicts)
    rows = [
        f'<tr><td><a href="{attribute(line.address)}">{visible(_title(line.document))}</a></td>'
        f"{_cells(line.score)}</tr>"
        for line in lines
    ]
    return (
        f'<section class="book" id="v-{number}"><h2>{name}<small>{visible(" · ".join(about))}</small></h2>'
        f'{_facts(score)}<div class="chips">{chips}</div>'
        f"<table><thead><tr><th>文档</th>{_HEAD}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
        f"{_refused(loose)}{_looks(lines)}</section>"
    )


def _title(document: Row) -> str:
    name = str(document["document_id"]).rsplit("/", 1)[-1]
    return f"{document['title']}（{name}）" if document["title"] else name


def _refused(loose: Sequence[Row]) -> str:
    """Files of a book that could not be read at all."""
    items = [
        f"<li><b>未收</b>{visible(str(row['document_id'] or row['reject_id']))}"
        f"<small>{visible(both('reason', row['reason']))}：{visible(row['detail'] or '')}</small></li>"
        for row in loose
    ]
    return f'<ul class="looks">{"".join(items)}</ul>' if items else ""


def _looks(lines: Sequence[Line]) -> str:
    items, total = [], 0
    for line in lines:
        for look in line.looks:
            total += 1
            if total > SHOWN:
                continue
            address = line.address + (f"#{look.anchor}" if look.anchor else "")
            quote = look.quote if len(look.quote) <= 24 else look.quote[:24] + "…"
            shown = visible(quote) or visible(_title(line.document))
            items.append(
                f'<li class="is-{look.kind}"><b>{label("kind", look.kind)}</b>'
                f'<a href="{attribute(address)}">{shown}</a>'
                f"<small>{visible(look.detail if look.kind == 'contradiction' else look.head)}</small></li>"
            )
    if not items:
        return ""
    more = f"<p><small>另有 {total - SHOWN:,} 处，见各文档页。</small></p>" if total > SHOWN else ""
    return f'<ul class="looks">{"".join(items)}</ul>{more}'
