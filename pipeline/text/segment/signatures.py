"""Who wrote an entry: the signature in parentheses at its end.

Belongs here: telling a signature from any other parenthesis that ends an entry, and reading the names in it.
Does not belong here: which entries a signature covers (`segment` knows the order of entries).

A signature follows the last sentence and holds nothing but names of people and bodies and the roles they had. The
test is the shape of each part, because no list holds all names, plus what a parenthesis says that is no name
(`（试行）`, `（含水域）`, `（见表2）`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

_BLANK = "[ \t\u00a0\u3000\u2002-\u200b]"
_HAN = "[\u3400-\u9fff〇]"
# The last parenthesis of a text; the sentence before it has ended, or the parenthesis is all there is.
_CLOSING = re.compile(
    rf"(?:^|[。！？；!?”’」』）)…】》\n])(?:{_BLANK}|[\r\n])*([（(]([^（）()\n\r]{{2,60}})[)）])$"
)
_OPEN = re.compile(
    rf"(?:^|[。！？；!?”\n]{_BLANK}*)((?:撰稿人?|供稿单?位?|撰文|执笔人?|作者){_BLANK}*[：:]?{_BLANK}*({_HAN}[^。，；！？\n\r]{{1,40}}))$"
)

_COMPOUND_SURNAMES = frozenset(
    "欧阳 司马 上官 诸葛 皇甫 令狐 东方 司徒 尉迟 公孙 慕容 夏侯 长孙 宇文 轩辕 端木 南宫 西门 东郭 呼延 闻人 赫连 澹台 钟离".split()
)
_AUTHOR_ROLES = "撰稿人|撰稿|供稿单位|供稿|撰文|执笔人|执笔|作者|整理|编写|编辑|供文|文字|撰写|文|撰|稿"
_PHOTO_ROLES = "摄影|摄|供图|图片|图|绘图|绘|题字|制图"
_ROLE_BEFORE = re.compile(rf"^(?:{_AUTHOR_ROLES}|{_PHOTO_ROLES}){_BLANK}*[：:]{_BLANK}*")
_AUTHOR_AFTER = re.compile(rf"(?:{_BLANK}*[/／]{_BLANK}*|{_BLANK}+|(?<=[局委办会院校厅部处科室社团中心公司馆所站队行]))(?:{_AUTHOR_ROLES})$")
_PHOTO_AFTER = re.compile(rf"(?:{_BLANK}*[/／]{_BLANK}*|{_BLANK}*)(?:{_PHOTO_ROLES})$")
_PHOTO_BEFORE = re.compile(rf"^(?:{_PHOTO_ROLES}){_BLANK}*[：:/／]")

# What a parenthesis at the end of an entry may say that is no name.
_NO_SIGNATURE = re.compile(
    r"^(?:以下|以上|简称|下简称|含|不含|其中|见|详见|参见|另见|注|附|据|按|至|截至|约|共|计|即|如|由|除|包括|不包括|"
    r"单位|同比|同上|同前|下同|试行|暂行|草案|修订|修正|全文|节选|摘要|摘编|摘录|待续|续完|续|完|未完|略|有删节|"
    r"一|二|三|四|五|六|七|八|九|十|第|原|现|前|后|上|下|左|右|部分|略去|转|接|男|女|等|第[一二三四五六七八九十]+)"
)
_NOT_NAME = frozenset(
    "试行 暂行 草案 修订 修正 节选 摘要 摘录 摘编 全文 待续 续完 未完 下同 同上 同前 不详 暂缺 待补 已故 汉族 回族 满族 党员 主任 "
    "在建 续建 新建 改建 扩建 拟建 停产 合并 撤销 代理 兼任 兼职 正职 副职 女性 男性 甲级 乙级 一级 二级 三级 合计 小计 总计 其他 "
    "税前 税后 含税 净值 原值 内部 公开 机密 绝密 秘密 现役 退役 退休 离休 本科 专科 硕士 博士 一期 二期 三期 上册 下册 左图 右图".split()
)
_ORGANISATION = re.compile(
    rf"^{_HAN}(?:{_HAN}|[A-Za-z0-9·、]){{1,24}}"
    r"(?:局|委|办|办公室|委员会|会|院|校|学校|大学|学院|厅|部|处|科|室|社|团|中心|公司|集团|馆|所|站|队|行|银行|政府|法院|检察院|"
    r"联合会|协会|工会|妇联|团市委|团委|纪委|党委|工委|政协|人大|人大办|编辑部|年鉴社|党校|街道|镇|乡|区|县|厂|台|报社|海关|支行|分行|"
    r"支队|大队|总队|基地|园区|管委会|文联|科协|社科联|残联|侨联|台联|红十字会|军分区|人武部|史志办|志办|档案馆)$"
)
_PERSON = re.compile(rf"^{_HAN}{{2,4}}$")
_DOTTED = re.compile(rf"^{_HAN}{{1,8}}(?:[·•・‧．]{_HAN}{{1,8}}){{1,3}}$")
_TWO_SINGLE = re.compile(rf"(?<!{_HAN})({_HAN}){_BLANK}+({_HAN})(?!{_HAN})")
_COMPOUND_AND_ONE = re.compile(rf"(?<!{_HAN})({'|'.join(sorted(_COMPOUND_SURNAMES))}){_BLANK}+({_HAN}{{1,2}})(?!{_HAN})")
_SEPARATOR = re.compile(rf"{_BLANK}*[、，,；;]{_BLANK}*|{_BLANK}+")


class Signature(NamedTuple):
    """A signature: its place (parentheses included), who wrote, and who only photographed or drew."""

    start: int
    end: int
    contributors: tuple[str, ...]
    photographers: tuple[str, ...]


def closing_signature(text: str, start: int, end: int) -> Signature | None:
    """The signature that ends text[start:end], or null where the end is no signature.

    `end` is where the text of an entry ends, blanks excluded. Names are given as printed, without the blanks of
    name spacing: `（周　平）` is 周平, `（林大海 周 平）` is 林大海 and 周平.
    """
    tail = text[max(start, end - 90) : end]
    offset = end - len(tail)
    match = _CLOSING.search(tail) or _OPEN.search(tail)
    if not match:
        return None
    if match.group(1) == tail and offset == start and match.start(1) == 0 and len(tail) < 2:
        return None
    names = parse_names(match.group(2 if match.re is _CLOSING else 1))
    if not names or not (names[0] or names[1]):
        return None
    return Signature(offset + match.start(1), end, names[0], names[1])


def parse_names(inner: str) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Authors and photographers named by the inside of a signature; null where any part is no name.

    >>> parse_names("市档案局　林大海")
    (('市档案局', '林大海'), ())
    """
    inner = inner.strip(" \t\u00a0\u3000\u200b")
    if _NO_SIGNATURE.match(inner) and not _ROLE_BEFORE.match(inner) and not _looks_named(inner):
        return None
    photo_all = bool(_PHOTO_BEFORE.match(inner))
    inner = _ROLE_BEFORE.sub("", inner)
    inner = _COMPOUND_AND_ONE.sub(r"\1\2", inner)
    inner = _join_spaced_names(inner)
    authors: list[str] = []
    photographers: list[str] = []
    pending: list[str] = []
    for part in _SEPARATOR.split(inner):
        if not part:
            return None
        name, role = _split_role(part)
        if not name:  # a role that stands apart closes the names before it: `林大海 周平 摄影`
            target = photographers if role == "photo" else authors
            target.extend(pending)
            pending = []
            continue
        if not _is_name(name):
            return None
        pending.append(name)
        if role:
            (photographers if role == "photo" else authors).extend(pending)
            pending = []
    (photographers if photo_all else authors).extend(pending)
    return tuple(authors), tuple(photographers)


def _looks_named(inner: str) -> bool:
    """Surnames such as 前, 上官 or 左 also begin ordinary words; a role or a compound surname settles it."""
    return inner[:2] in _COMPOUND_SURNAMES or bool(re.fullmatch(rf"(?:左|原|计|由|如|上官|后|完|共|单|第五){_BLANK}*{_HAN}{{1,2}}", inner)) and inner[:1] == "左"


def _join_spaced_names(inner: str) -> str:
    """Close the blank inside two-character names: a lone character pairs with the lone character after it."""
    return _TWO_SINGLE.sub(r"\1\2", inner)


def _split_role(part: str) -> tuple[str, str | None]:
    if re.fullmatch(_AUTHOR_ROLES, part):
        return "", "author"
    if re.fullmatch(_PHOTO_ROLES, part):
        return "", "photo"
    author = re.sub(rf"[/／](?:{_AUTHOR_ROLES})$", "", part)
    if author != part:
        return author, "author"
    photo = re.sub(rf"[/／](?:{_PHOTO_ROLES})$", "", part)
    if photo != part:
        return photo, "photo"
    supplied = re.sub(r"(?:供稿|撰稿|供文|撰文|执笔|整理)$", "", part)
    if supplied != part:
        return supplied, "author"
    shot = re.sub(r"(?:摄影|摄|供图|绘)$", "", part)
    if shot != part and len(shot) >= 2:
        return shot, "photo"
    return part, None


def _is_name(name: str) -> bool:
    if name in _NOT_NAME:
        return False
    if _ORGANISATION.match(name) and len(name) >= 3:
        return True
    if _DOTTED.match(name):
        return True
    return bool(_PERSON.match(name)) and (len(name) <= 3 or name[:2] in _COMPOUND_SURNAMES)
