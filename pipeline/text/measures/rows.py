"""The columns that the walk over the quantities reads (`walk.Row`), laid out from a block and its phrases.

Here: what a column says of each number by its own surroundings. Not here: what numbers say of one another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.text.lexer import Bools, Codes, Ints, code_set, find
from pipeline.text.measures.kinds import Column, Kinds
from pipeline.text.measures.lexicon import KIND, Tokens
from pipeline.text.measures.phrases import Phrases, attributes
from pipeline.text.measures.stops import Stops, last_at, next_at
from pipeline.text.measures.walk import Row
from pipeline.text.rows import DELTA, LEVEL

_JOINTS = code_set("、和及与")
_CLAUSE_START = code_set("，；（、")
_CLOSING = code_set("）)")
_DIVIDING, _DIVIDED = code_set("看分中"), code_set("从按分就")
_PAUSE = code_set("，：:,")
_DIGIT = code_set("0123456789")
_POWERS = 10.0 ** np.arange(-20, 21)


def row_of(codes: Codes, rows: pa.Table, start: Ints, end: Ints, kinds: Kinds, phrases: Phrases, tokens: Tokens,
           stops: Stops, period: Ints, here: Bools) -> Row:  # fmt: skip
    """All columns of the walk.

    Args:
        codes: the view. rows: the quantities of the block. start, end: their spans in the view.
        kinds, phrases, tokens, stops: what was found in the block. period: equal for numbers of one period.
        here: the period is said in the clause of the number itself.
    """
    clause = last_at(stops.clause, start) + 1
    sentence = last_at(stops.sentence, start) + 1
    unit = Column.of(rows["base_unit"])
    milestone = code_set("大台关")[codes[end]] & code_set("关阶口")[codes[end + 1]]
    columns = {
        "start": start, "end": end, "entry": Column.of(rows["entry_id"]).code, "sentence": sentence, "clause": clause,
        "unit": unit.code, "kin": unit.numerators(), "rated": unit.having("/"), "relative": kinds.relative,
        "timed": kinds.timed, "material": kinds.material, "counted": kinds.counted, "role": kinds.role,
        "change_kind": kinds.change, "value": _values(rows), "grain": _grains(codes, rows, start, end),
        "own": phrases.start, "own_end": phrases.end, "head": phrases.head, "head_end": phrases.head_end,
        "known": phrases.known, "abstract": phrases.measuring, "attribute": attributes(codes, phrases, tokens),
        "growth": phrases.growth, "people": kinds.people, "here": here,
        "per": _per(codes, start, phrases), "based": phrases.based, "by_verb": phrases.side == 2,
        "on_right": phrases.side == 1, "portion": _portions(codes, phrases),
        "aged": kinds.aged, "milestone": milestone, "period": period,
        "apart": _last_token(tokens, "distribute", start, clause),
        "of_which": _of_which(codes, tokens, stops, start, sentence),
        "bracket": _brackets(codes, start, clause, stops), "linked": _linked(codes, start, end, phrases),
    }  # fmt: skip
    columns["like"] = _alike(codes, columns)
    columns["classed"] = _classed(phrases, tokens)
    columns["plain"] = _plain(columns)
    columns["crowded"] = _crowded(sentence, unit.code, (kinds.role == LEVEL) | (kinds.change == DELTA))
    text = codes.tobytes().decode("utf-16-le", "replace")
    return Row(
        text=text, cuts=tokens.end[tokens.cuts], **{name: column.tolist() for name, column in columns.items()}
    )


def _values(rows: pa.Table) -> NDArray[np.float64]:
    """One number a row, in the base unit of its printed unit: the value, else its lower end, else 0."""
    low = rows["low"].combine_chunks().cast(pa.float64())
    value = pc.coalesce(rows["base_value"].combine_chunks(), low, pa.scalar(0.0))
    return np.asarray(value.to_numpy(zero_copy_only=False), np.float64)


def _grains(codes: Codes, rows: pa.Table, start: Ints, end: Ints) -> NDArray[np.float64]:
    """The place value of the last printed digit of each number, in its base unit: 1.25亿元 is exact to a million."""
    far = len(codes) - 1
    point = next_at(find(codes, "."), start, far)
    behind = np.where(point < end, point + 1, far)
    power = np.zeros(len(start))
    live = np.flatnonzero(_DIGIT[codes[behind]])
    while len(live):
        power[live] -= 1
        behind[live] += 1
        live = live[_DIGIT[codes[behind[live]]] & (behind[live] < end[live])]
    for sign, order in (("千", 3), ("万", 4), ("亿", 8)):
        power += order * (next_at(find(codes, sign), start, far) < end)
    value = pc.coalesce(rows["value_float"].combine_chunks(), pa.scalar(0.0)).to_numpy(zero_copy_only=False)
    base = pc.coalesce(rows["base_value"].combine_chunks(), pa.scalar(0.0)).to_numpy(zero_copy_only=False)
    factor = np.divide(base, value, out=np.ones_like(base), where=value != 0)
    return np.asarray(_POWERS.take(power.astype(np.int64) + 20) * np.abs(factor), np.float64)


def _last_token(tokens: Tokens, kind: str, start: Ints, since: Ints) -> Ints:
    found = last_at(tokens.start[tokens.kind == KIND[kind]], start)
    return np.where(found >= since, found, -1)


def _brackets(codes: Codes, start: Ints, clause: Ints, stops: Stops) -> Ints:
    """Place of the bracket that each number stands in, or -1."""
    opened, closed = stops.opening, np.flatnonzero(_CLOSING.take(codes))
    if len(opened) and len(closed):  # leaving out the brackets of 小（一）型
        before = np.searchsorted(opened, closed) - 1
        small = (before >= 0) & (closed - opened[before] <= 3)
        opened, closed = np.delete(opened, before[small]), closed[~small]
    opening, closing = last_at(opened, start), last_at(closed, start)
    return np.where((opening >= clause) & (closing < opening), opening, -1)


def _per(codes: Codes, start: Ints, phrases: Phrases) -> Bools:
    """Whether a phrase begins with 每 or has a word like 人均 in or behind it: an average is no part of a total."""
    average = np.flatnonzero(codes == ord("均"))
    inside = np.searchsorted(average, np.maximum(phrases.end, start)) > np.searchsorted(average, phrases.start)
    return (phrases.start >= 0) & ((codes[np.maximum(phrases.start, 0)] == ord("每")) | inside)


def _portions(codes: Codes, phrases: Phrases) -> Bools:
    """Whether a phrase is nothing but 比重, 占比, 比例 or 份额, perhaps with 所占 before it."""
    size, last = phrases.end - phrases.start, np.maximum(phrases.end - 1, 1)
    tails = [ord(word[0]) << 16 | ord(word[1]) for word in ("比重", "占比", "比例", "份额")]
    pair = codes[last - 1].astype(np.int64) << 16 | codes[last]
    taken = codes[np.maximum(phrases.start, 0)]
    bare = (size == 2) | ((size <= 4) & ((taken == ord("所")) | (taken == ord("占"))))
    return (phrases.start >= 0) & bare & np.isin(pair, tails)


def _of_which(codes: Codes, tokens: Tokens, stops: Stops, start: Ints, since: Ints) -> Ints:
    """Place of the last 其中 before each number in its sentence, or of what says the same; -1 for none.

    That is 内 and 包括 at the beginning of a clause, and before a pause the end of 从原因看, 按行业分, 党员中.
    """
    inside = (codes[1:-1] == ord("内")) | ((codes[1:-1] == ord("包")) & (codes[2:] == ord("括")))
    inner = np.flatnonzero(inside & _CLAUSE_START[codes[:-2]]) + 1
    closing = stops.clause[_DIVIDING[codes[stops.clause - 1]] & _PAUSE[codes[stops.clause]]] - 1
    opens = last_at(stops.clause, closing) + 1
    named = (codes[closing] == ord("中")) & (codes[closing - 1] != ord("其"))
    divided = named | (codes[closing] != ord("中")) & _DIVIDED[codes[opens]] & (closing - opens <= 12)
    marks = np.concatenate((tokens.start[tokens.kind == KIND["of_which"]], inner, closing[divided]))
    found = last_at(np.unique(marks), start)
    return np.where(found >= since, found, -1)


def _linked(codes: Codes, start: Ints, end: Ints, phrases: Phrases) -> Bools:
    """Whether nothing but 、 和 及 stands between each number (its own words included) and the one before."""
    right = (phrases.side == 1) & (phrases.start >= 0)
    previous = np.concatenate((np.zeros(1, np.int64), np.where(right, phrases.end, end)[:-1]))
    own = (phrases.start >= 0) & (phrases.side == 0)
    gap = np.where(own, phrases.start, np.minimum(phrases.reach, start)) - previous
    first = codes[np.minimum(previous, len(codes) - 1)]
    joint = _JOINTS[first]
    return (joint & (gap <= 1)) | ((first == ord("以")) & (gap <= 2)) | ((first == ord("、")) & (gap == 2))


def _alike(codes: Codes, columns: Mapping[str, NDArray[Any]]) -> Ints:
    """Numbers equal for levels of one unit whose own phrases end with the same two characters; -1 for others."""
    last = np.maximum(columns["own_end"] - 1, 1)
    tail = codes[last - 1].astype(np.int64) << 16 | codes[last]
    amount = (columns["own"] >= 0) & (columns["role"] == LEVEL) & (columns["unit"] >= 0) & (columns["based"] == 0)
    amount &= ~columns["relative"] & ~columns["timed"] & ~columns["per"] & ~columns["by_verb"]
    return np.where(amount, columns["unit"] << 32 | tail, -1)


def _classed(phrases: Phrases, tokens: Tokens) -> Bools:
    """Whether each phrase begins with a word for a class of what follows: 女党员, 大专以上学历职工."""
    i = tokens.from_on(np.maximum(phrases.start, 0))
    classed = (tokens.kind[i] == KIND["attribute"]) & (tokens.start[i] == phrases.start)
    return classed & (tokens.end[i] < phrases.end)


def _plain(columns: Mapping[str, NDArray[Any]]) -> Bools:
    """Levels with words of their own and nothing about them that ties them to a neighbour."""
    level = (columns["role"] == LEVEL) & (columns["own"] >= 0) & (columns["based"] == 0)
    level &= ~columns["by_verb"] & ~columns["milestone"]
    inside = (columns["of_which"] >= 0) | (columns["bracket"] >= 0)
    amount = columns["abstract"] & ~columns["counted"]
    headed = columns["relative"] | amount | (~columns["material"] & ~columns["attribute"])
    return level & ~inside & headed & ~np.append(columns["linked"][1:], False)


def _crowded(sentence: Ints, unit: Ints, amount: Bools) -> Bools:
    """Whether the sentence of each number has two amounts of one unit."""
    number = np.cumsum(np.diff(sentence, prepend=-1) != 0)
    units = np.max(unit, initial=0) + 2
    key = np.sort((number * units + unit)[amount])
    flags = np.zeros(len(sentence) + 1, np.bool_)
    flags[key[1:][key[1:] == key[:-1]] // units] = True
    return flags[number]
