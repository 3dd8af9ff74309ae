"""What stands around a numeral and keeps this grammar from judging it.

Belongs here: one row for each reason, as what stands before and after. Does not belong here: doubts that arise while
a rule reads (they are raised there).
"""

from __future__ import annotations

import csv
import re
from functools import cache

from tests.oracle.numerals import CHINESE, NUMBER, SEEDS
from tests.oracle.rows import DoubtError
from tests.oracle.units import unit_at

ERAS = {
    "康熙": 1662, "雍正": 1723, "乾隆": 1736, "嘉庆": 1796, "道光": 1821, "咸丰": 1851, "同治": 1862, "光绪": 1875,
    "宣统": 1909, "民国": 1912,
}  # fmt: skip
"""The civil year that the first year of an era is told as."""
ERA = f"(?:{'|'.join(ERAS)}|嘉靖|洪武|武德|贞观|兴平|始皇|高祖|[太高]宗)"
CLAUSE_END = re.compile("[，。；！？\n]|$")

# before the numeral, the numeral, after it, whether the whole clause is in doubt, reason
AROUND = [
    (re.compile(f"(?:{before})$"), re.compile(numeral), re.compile(after), clause, reason)
    for before, numeral, after, clause, reason in (
        (r"[A-Za-z×]|[+\-.]|\d[ \n]", "", "", True, "a code, a sign or a broken figure before the numeral"),
        ("", "", r"[A-Za-z]?\d|[ \n]*\d|\.[.一二三四五六七八九]|[OIl\n]", True, "a code or a broken figure after it"),
        ("每[^，。；]{0,10}", "", "", True, "a rate with 每"),
        ("(亩产|单产)[^，。；]{0,6}", "", "", True, "a yield: the area stands in the noun"),
        ("(东经|西经|北纬|南纬|经度|纬度)[^，。；]{0,4}", "", "", True, "a coordinate"),
        ("[几零半]", "", "", False, "几, 数, 半"),
        ("数", "[十百千万亿]", "", False, "几, 数, 半"),
        ("", "", "个?[几半多]", False, "几, 数, 半"),
        ("", "零$", "", False, "几, 数, 半"),
        ("", f"[{CHINESE}]", "[期次级届]", False, "二期, 三次 counts or orders"),
        ("", "", rf"级|[～—至到-][\d{CHINESE}]+级", False, "a grade or a force"),
        ("", r"(2[0-3]|1?\d)$", r":[0-5]\d(?!\d)", True, "a time of day, or a ratio"),
        (f"{ERA}|[（(]", "", "年", False, "a year of an era"),
        (rf"{ERA}[\d{CHINESE}元]+年?[～—至到、和-]", "", "年", False, "a year of an era"),
        (r"\d\. |\.\d+ ", r"\d", "", False, "a blank inside the decimals"),
        ("", "1?[0十百]+万?$|[十百]?万$", "[人吨][^，。；]{0,6}(死亡|发病|患病)率", False, "in the name of a rate"),
    )
]


@cache
def cues(*kinds: str) -> dict[str, str]:
    """The words of seeds/lexicons/cues.csv of some kinds, with their value."""
    with (SEEDS / "lexicons" / "cues.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    first = next(iter(rows[0]))
    return {row[first]: row["value"] for row in rows if row["kind"] in kinds}


@cache
def _listed_words() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """Words of the look-alike list that hold more than numerals (一般, 三峡, 万吨级), and what must follow them."""
    with (SEEDS / "lexicons" / "lookalikes.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if not set(row["surface"]) <= set(CHINESE)]
    words = {row["surface"]: tuple(filter(None, row["right"].split("|"))) for row in rows}
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True)))), words


def listed_words(text: str) -> list[tuple[int, int]]:
    """Where words of the look-alike list stand."""
    pattern, right = _listed_words()
    return [
        found.span()
        for found in pattern.finditer(text)
        if not right[found[0]] or text.startswith(right[found[0]], found.end())
    ]


def raise_doubts(text: str, place: int, bounded: bool) -> None:
    """Raise if anything around the numeral at `place` is beyond this grammar.

    Args:
        bounded: a word like 超过 stands before the numeral, so that a bare 万 is one.
    """
    found = re.compile(NUMBER).match(text, place)
    if not found:
        return
    end = found.end()
    clause_end = CLAUSE_END.search(text, end)
    before = text[max(0, place - 16) : place]
    for left, numeral, right, clause, reason in AROUND:
        if left.search(before) and numeral.match(found[0]) and right.match(text, end):
            raise DoubtError(clause_end.start() if clause and clause_end else end + 1, reason)
    if text[place] not in "0123456789两" and unit_at(text, place):
        raise DoubtError(end + 1, "a unit that begins like a number: 千瓦")
    counted = re.search(r"[\d一二两三四五六七八九十廿卅余多来]", found[0])
    if not counted and not bounded and not text.startswith("分之", end):
        raise DoubtError(end + 1, "a bare multiplier without a word like 超过")
    since = max((part.end() for part in re.finditer("[，。；\n]", text[:place])), default=0)
    alone = unit_at(text, end) is None and not re.match("[～—至到、和与及-]", text[end:])
    if alone and any(noun in text[since:place] for noun in cues("index_noun", "noun_unit")):
        raise DoubtError(end, "a number whose unit may stand in the noun")
