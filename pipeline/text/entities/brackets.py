"""What stands between marks: titles of works 《》, quotations “”, parentheses.

Here: pairing the marks, the kind of a work by its last word, the kind of a quotation by the words beside it.
Not here: quotations that turn out to be the name of an event or a body (`runs`, `events`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from pipeline.text.entities.words import Lexicon
from pipeline.text.lexer import Codes, code_set

_CLOSERS = {"》": "《", "”": "“", "）": "（", ")": "(", "」": "「", "』": "『", "’": "‘"}
_MARKS = code_set('《》“”（）()「」『』"\n\f')
_LONGEST = {"《": 120, "“": 160, "「": 160, "『": 160, "（": 120, "(": 120, "‘": 120}
_PRIZES = ("奖", "奖章", "勋章")
_BETWEEN = re.compile(r"[、，和与及]|以及|或")
_PLAN = re.compile(r"^(?:[一二三四五六七八九十]{1,3}五|[七八九]五|[0-9]{2,3}计划)$")
_TAIL = re.compile(r"（[^（）]{1,20}）$")
_SEIZED = frozenset("查抓缴破收捕俘截")
_UNDERTAKINGS = ("工程", "计划", "行动", "项目")
_LOOK = 9


@dataclass(frozen=True)
class Brackets:
    """Spans between marks, in order.

    Attributes:
        works: 《…》 with the marks, outermost only.
        quotes: “…” without the marks, outermost only and outside works.
        parens: （…） with the marks, outside works.
        inside: for each position, 1 inside a work, 2 inside a quotation, else 0.
    """

    works: list[tuple[int, int]]
    quotes: list[tuple[int, int]]
    parens: list[tuple[int, int]]
    inside: bytearray


def find_brackets(view: str, codes: Codes) -> Brackets:
    """Pair the marks of a block; a mark without its partner in the same paragraph pairs with nothing."""
    open_marks: list[tuple[str, int]] = []
    found: dict[str, list[tuple[int, int]]] = {}
    for at in np.flatnonzero(_MARKS[codes]).tolist():
        mark = view[at]
        if mark in "\n\f":
            open_marks.clear()
        elif mark == '"':
            if any(one == '"' for one, _ in open_marks):
                while (held := open_marks.pop())[0] != '"':
                    pass
                found.setdefault("“", []).append((held[1], at + 1))
            else:
                open_marks.append((mark, at))
        elif mark in _CLOSERS:
            wanted = _CLOSERS[mark]
            depth = len(open_marks) - 1
            while depth >= 0 and open_marks[depth][0] != wanted:
                depth -= 1
            if depth >= 0:
                start = open_marks[depth][1]
                del open_marks[depth:]
                if at - start <= _LONGEST[wanted]:
                    found.setdefault(wanted, []).append((start, at + 1))
        else:
            open_marks.append((mark, at))
    inside = bytearray(len(view) + 1)
    works = _outermost(found.get("《", []))
    for start, end in works:
        inside[start:end] = b"\x01" * (end - start)
    quotes = []
    for start, end in _outermost(sorted([*found.get("“", []), *found.get("「", []), *found.get("『", [])])):
        if not inside[start]:
            quotes.append((start + 1, end - 1))
            inside[start:end] = inside[start:end].replace(b"\0", b"\2")
    parens = [
        one for one in _outermost(sorted([*found.get("（", []), *found.get("(", [])])) if inside[one[0]] != 1
    ]
    return Brackets(works, quotes, parens, inside)


def _outermost(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for span in sorted(spans, key=lambda one: (one[0], -one[1])):
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def work_kind(title: str, lexicon: Lexicon) -> str:
    """The kind of a work by the last word of its title: `…规划` is a plan; `work` where no word tells.

    >>> work_kind("临河市城市总体规划（2006—2020年）", lexicon)  # doctest: +SKIP
    'plan'
    """
    title = _TAIL.sub("", title)
    for size in range(min(6, len(title)), 0, -1):
        kind = lexicon.works.get(title[-size:])
        if kind:
            return kind
    return "work"


def quote_kinds(view: str, quotes: list[tuple[int, int]], lexicon: Lexicon) -> list[str]:
    """The kind of each quotation: award, theme, goal, slogan, project, brand, organisation, plan or phrase.

    Quotations joined by 、 or 和 are of one kind, told by the words before the first or after the last.
    """
    kinds: list[str] = []
    group: list[int] = []
    for n, (_, end) in enumerate(quotes):
        group.append(n)
        following = quotes[n + 1][0] if n + 1 < len(quotes) else -1
        gap = view[end + 1 : following - 1] if following - end < 6 else "…"
        if following > 0 and _BETWEEN.fullmatch(gap):
            kinds.append("")
            continue
        first = quotes[group[0]][0]
        after = view[end + 1 : end + 1 + _LOOK]
        before = view[first - 1 - _LOOK : first - 1]
        kind = next((k for cue, k in lexicon.quoted_after.get(after[:1], ()) if after.startswith(cue)), "")
        if not kind:
            cue, kind = next(
                (one for one in lexicon.quoted_before.get(before[-1:], ()) if before.endswith(one[0])),
                ("", "phrase"),
            )
            if cue == "获" and before[-2:-1] in _SEIZED:
                kind = "phrase"
            if kind == "phrase" and view.endswith(_UNDERTAKINGS, first, end):
                kind = "project"
            elif kind == "phrase" and view.endswith(_PRIZES, first, end):
                kind = "award"
        kinds.append("")
        for member in group:
            kinds[member] = "plan" if _PLAN.match(view[slice(*quotes[member])]) else kind
        group = []
    return kinds
