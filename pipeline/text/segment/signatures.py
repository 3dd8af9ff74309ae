"""Who wrote an entry: the signature in parentheses at its end.

Belongs here: telling a signature from any other parenthesis that ends an entry, and reading the names in it.
Does not belong here: which entries a signature covers (`entries` knows their order).

A signature follows the last sentence and holds nothing but names of people and bodies and the roles they had. Each
part must have the shape of a name: a person's begins with a surname, a body's ends like one. What a parenthesis at
the end also says (`（试行）`, `（含水域）`, `（见表2）`, `（市区）`) has neither.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_LEXICON = Path(__file__).resolve().parents[3] / "seeds" / "lexicons" / "surnames.csv"

_B = "[ \t\u00a0\u3000\u2002-\u200b]"
_HAN = "[\u3400-\u9fff\U00020000-\U0003ffff〇]"
_LONGEST = 60

# What stands before a signature in parentheses: the end of a sentence, or nothing on its line.
_AFTER = frozenset("。！？；!?”’」』）)…】》\n\r\x0c")
_BLANKS = " \t\u00a0\u3000\u200b" + "".join(chr(c) for c in range(0x2002, 0x200B))
_ROLE_FIRST = re.compile(
    rf"(?:^|[。！？；!?”\n]){_B}*((?:撰稿人?|供稿单位|供稿|撰文|执笔人?|作者){_B}*(?:[：:]{_B}*|{_B}+)"
    rf"({_HAN}[^。，；！？：\n\r]{{1,40}}))$"
)

_AUTHOR = "供稿单位|撰稿人|撰稿|供稿|撰文|执笔人|执笔|作者|整理|编写|编辑|供文|文字|撰写|文|撰|稿"
_PHOTO = "摄影|摄|供图|图片|图|绘图|绘|题字|制图"
_CHECKED = "审稿人?|审核|审定|核稿|统稿|责任编辑|责编|校对|校核|编审"
_ROLE = rf"(?:(?P<author>{_AUTHOR})|(?P<photo>{_PHOTO})|(?P<checked>{_CHECKED}))"
_ROLE_ALONE = re.compile(_ROLE)
_ROLE_BEFORE = re.compile(rf"{_ROLE}[：:／/](?={_HAN})")
_ROLE_AFTER = re.compile(
    rf"(?P<name>.+?)(?:[/／]{_ROLE}"
    r"|(?P<said>供稿|撰稿|供文|撰文|执笔|整理)|(?P<shot>摄影|摄|供图))"
)

_NO_SIGNATURE = re.compile(
    r"以下|以上|下?简称|含|不含|其中|见|详见|参见|另见|注[：:]|附|据|按|至|截至|约|共|计|即|如|除|包括|单位[：:]|同比|"
    r"同上|同前|下同|试行|暂行|草案|修订|修正|全文|节选|摘要|摘编|摘自|摘录|待续|续|完$|未完|略|有删节|第[一二三四五六七八九十\d]"
)
# Words of two characters that a parenthesis holds and that begin like a surname.
_WORDS = frozenset(
    (
        "甲级",
        "乙级",
        "党员",
        "华侨",
        "万元",
        "时任",
        "金额",
        "方便",
        "应届",
        "高中",
        "高职",
        "文中",
        "左图",
        "右图",
    )
)
_ORGANISATION = re.compile(
    rf"{_HAN}(?:{_HAN}|[A-Za-z0-9·、]){{1,24}}"
    r"(?:局|委|办|会|院|校|学|厅|部|处|科|室|社|团|中心|公司|集团|馆|所|站|队|行|政府|政协|人大|妇联|工会|街道|镇|乡|区|县|厂|台|报"
    r"|基地|文联|科协|社科联|残联|侨联|台联|法院|检察院|军分区|海关)"
)
# These end an ordinary word of two to four characters as well (社会, 城区, 部分地区).
_NOT_BODY = re.compile(r".{0,2}(?:市区|城区|郊区|地区|社会|全县|全会|小学|大学|中学|各[县区]|新区|大会|机会)")
_PERSON = re.compile(rf"{_HAN}{{2,4}}")
_DOTTED = re.compile(rf"{_HAN}{{1,8}}(?:[·•・‧．]{_HAN}{{1,8}}){{1,3}}")
_TWO_SINGLE = re.compile(rf"(?<!{_HAN})({_HAN}){_B}+({_HAN})(?!{_HAN})")
_TWO_AND_ONE = re.compile(rf"(?<!{_HAN})({_HAN}{{2}}){_B}+({_HAN}{{1,2}})(?!{_HAN})")
_SPACED = re.compile(rf"{_HAN}{_B}+{_HAN}")
_SEPARATOR = re.compile(rf"{_B}*[、，,；;]{_B}*|{_B}+")
_AROUND_ROLE = re.compile(rf"{_B}*([：:／/]){_B}*")

Surnames = Mapping[str, bool]


class Names(NamedTuple):
    """Who a signature names: authors, those who only photographed or drew, and whether it states a role."""

    authors: tuple[str, ...]
    photographers: tuple[str, ...]
    role_stated: bool = False


class Signature(NamedTuple):
    """A signature: its place (parentheses included) and whom it names."""

    start: int
    end: int
    names: Names


@cache
def known_surnames() -> Surnames:
    """The project's surnames of one and two characters; false for those that more often begin a word (东, 国)."""
    with _LEXICON.open(encoding="utf-8", newline="") as rows:
        return {row["surface"]: row["frequency"] != "ambiguous" for row in csv.DictReader(rows)}


def closing_signature(text: str, start: int, end: int, surnames: Surnames) -> Signature | None:
    """The signature that ends text[start:end], or null where the end is no signature.

    `end` is where the text of an entry ends, blanks excluded. Names are given as printed, without the blanks of
    name spacing: `（周　平）` is 周平, `（林大海 周 平）` is 林大海 and 周平. A parenthesis that follows no finished
    sentence, or stands before its full stop, signs only if it states a role (`（市水务局供稿）。`): else it may belong
    to the sentence (`评选先进2名（林大海、周平）。`).
    """
    stopped = text[end - 1] == "。" and end - start > 1
    end -= stopped
    if text[end - 1] in "）)":
        tail = max(start, end - _LONGEST - 2)
        begin = max(text.rfind("（", tail, end), text.rfind("(", tail, end))
        if begin < 0 or end - begin < 4:
            return None
        names = parse_names(text[begin + 1 : end - 1], surnames)
        if not names or not (names.role_stated or (not stopped and _follows_a_sentence(text, start, begin))):
            return None
        return Signature(begin, end, names)
    tail = max(start, end - _LONGEST)
    match = _ROLE_FIRST.search(text[tail:end])
    if stopped or not match or (tail > start and match.start(1) == 0):
        return None
    names = parse_names(match.group(2), surnames)
    return Signature(tail + match.start(1), end, names) if names else None


def _follows_a_sentence(text: str, start: int, position: int) -> bool:
    before = position - 1
    while before >= start and text[before] in _BLANKS:
        before -= 1
    return before < start or text[before] in _AFTER


def parse_names(inner: str, surnames: Surnames) -> Names | None:
    """Whom the inside of a signature names; null where any part of it is no name and no role.

    A surname that more often begins a word counts only beside better evidence: another name, a body, a role, or
    the blank of name spacing.

    >>> parse_names("市档案局　林大海", {"林": True})
    Names(authors=('市档案局', '林大海'), photographers=(), role_stated=False)
    """
    inner = inner.strip(" \t\u00a0\u3000\u200b")
    if _PERSON.fullmatch(inner) and _person(inner, surnames):
        return Names((inner,), ())
    if _SPACED.fullmatch(inner) and inner[0] in surnames:
        return Names((inner[0] + inner[-1],), ())
    if _NO_SIGNATURE.match(inner):
        return None
    parts, sure = _parts(inner, surnames)
    named: dict[str, list[str]] = {"author": [], "photo": [], "checked": []}
    role_before, stated = "author", False
    pending: list[str] = []
    for part in parts:
        leading = _ROLE_BEFORE.match(part)
        if leading:  # `撰稿人：林大海`
            named[role_before].extend(pending)
            pending, role_before, stated = [], str(leading.lastgroup), True
            part = part[leading.end() :]
        alone = _ROLE_ALONE.fullmatch(part)
        if alone:  # a role that stands apart: `林大海 周平 摄影`, `摄影 周平`
            if pending:
                named[str(alone.lastgroup)].extend(pending)
            else:
                role_before = str(alone.lastgroup)
            pending, stated = [], True
            continue
        known = _known(part, surnames)
        role = None
        if known is None and (trailing := _ROLE_AFTER.fullmatch(part)):
            part, role, stated = trailing.group("name"), str(trailing.lastgroup), True
            known = _known(part, surnames)
        if known is None:
            return None
        sure = sure or known
        pending.append(part)
        if role:
            named["photo" if role in ("photo", "shot") else role if role == "checked" else "author"].extend(
                pending
            )
            pending = []
    named[role_before].extend(pending)
    if not (sure or stated) or not (named["author"] or named["photo"]):
        return None
    return Names(tuple(named["author"]), tuple(named["photo"]), stated)


def _parts(inner: str, surnames: Surnames) -> tuple[list[str], bool]:
    """The names and roles of a signature, name spacing closed, and whether a name was spaced.

    A lone character pairs with the lone one after it, and a surname of two characters with what follows it.
    """
    inner = _AROUND_ROLE.sub(r"\1", inner).replace(":", "：")
    inner = _TWO_AND_ONE.sub(
        lambda m: m.group(1) + m.group(2) if m.group(1) in surnames else m.group(), inner
    )
    spaced = _TWO_SINGLE.sub(r"\1\2", inner)
    parts: list[str] = []
    for part in _SEPARATOR.split(spaced):
        body, colon, name = part.partition("：")
        # `市渔业局：林大海`, but not `撰稿人：林大海`
        parts += [body, name] if colon and not _ROLE_ALONE.fullmatch(body) else [part]
    return [part for part in parts if part], spaced != inner


def _known(name: str, surnames: Surnames) -> bool | None:
    """True for what is surely a name, false for what may be one, null for what is none."""
    if _PERSON.fullmatch(name):
        person = _person(name, surnames)
        if person:
            return True
    else:
        person = None
    if len(name) >= 3 and _ORGANISATION.fullmatch(name) and not _NOT_BODY.fullmatch(name):
        return True
    return True if _DOTTED.fullmatch(name) else person


def _person(name: str, surnames: Surnames) -> bool | None:
    if name in _WORDS:
        return None
    if len(name) > 2 and name[:2] in surnames:
        return True
    return surnames.get(name[0]) if len(name) <= 3 else None
