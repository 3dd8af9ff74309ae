"""The noun that ends a phrase, and the head in it.

Here: listed nouns, and what is taken for the head where none is listed. Not here: where phrases begin and end (`left`,
`right`).
"""

from __future__ import annotations

import numpy as np

from pipeline.text.lexer import Codes, Ints, code_set
from pipeline.text.measures.lexicon import KIND, SUFFIXES, MeasureWords, Tokens
from pipeline.text.measures.stops import last_at

_CLOSING_MARKS = code_set("”’》〉」』")
_MEASURED_OUT = code_set("长宽厚")
_LETTER = code_set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.")
_OPENING_MARKS = code_set("“‘《〈「『")


def noun_ending(
    codes: Codes, begin: Ints, stop: Ints, tokens: Tokens, lists: MeasureWords
) -> tuple[Ints, Ints]:
    """The longest listed noun that ends each phrase: its number among the heads or -1, and its length."""
    word, length = lists.heads.at(codes, np.maximum(stop - 1, 0), -1)
    i = tokens.ending_by(stop)
    token = (tokens.end[i] == stop) & (tokens.kind[i] == KIND["head"]) & (tokens.start[i] >= begin)
    long = (length > stop - begin) | (word < 0)  # 其中医院: 中医院 reaches out of the phrase
    word = np.where(long, np.where(token, lists.head_of[tokens.word[i]], -1), word)
    length = np.where(long, stop - tokens.start[i], length)
    return np.where(stop > begin, word, -1), length


def heads_of(
    codes: Codes, start: Ints, end: Ints, lists: MeasureWords, tokens: Tokens
) -> tuple[Ints, Ints, Ints]:
    """Where the head noun of each phrase begins (-1 for no phrase) and ends; the number of its listed word or -1."""
    quoted = _CLOSING_MARKS[codes[np.maximum(end - 1, 0)]] & (start >= 0)
    i = tokens.ending_by(end)
    noun = np.maximum(i - 1, 0)
    classed = (tokens.end[i] == end) & (tokens.kind[i] == KIND["attribute"]) & (tokens.start[i] > start + 1)
    classed &= (tokens.end[noun] == tokens.start[i]) & (tokens.kind[noun] == KIND["head"])
    sized = _MEASURED_OUT[codes[np.maximum(end - 1, 0)]] & (end - start > 2)  # 路面宽: the head is 路面
    begin, stop = start.copy(), end - (quoted | sized)
    stop = np.where(classed, tokens.start[i], stop)  # 参训学员男120人
    which = np.flatnonzero(quoted)
    if len(
        which
    ):  # a name in quotation marks: the head is inside, and where it is not listed it is all of the name
        opening = last_at(np.flatnonzero(_OPENING_MARKS[codes]), end[which])
        begin[which] = np.maximum(start[which], opening + 1)
    last = np.maximum(stop - 1, 0)
    word, length = noun_ending(codes, begin, stop, tokens, lists)
    size = stop - begin
    known = word >= 0
    fallback = np.where((size <= 3) | quoted, size, np.where(SUFFIXES[codes[last]], 3, 2))
    i = tokens.ending_by(stop)
    whole = (
        (tokens.end[i] == stop)
        & (tokens.kind[i] == KIND["keep"])
        & (tokens.start[i] >= begin)
        & (stop - tokens.start[i] < 5)
    )
    fallback = np.where(whole, stop - tokens.start[i], fallback)
    listed = tokens.end[i] > tokens.start[i] + 1
    rest = stop - tokens.end[i]  # what is left behind the last listed word
    fallback = np.where(
        ~whole & ~quoted & (tokens.end[i] > begin) & (rest > 1) & (rest < 4) & listed, rest, fallback
    )
    # a listed noun of one character is a head only where it ends a longer noun of two or three
    length = np.where(known & (length > 1), lists.core[word], fallback)
    head = stop - length
    for k in np.flatnonzero((start >= 0) & _LETTER[codes[head]]).tolist():  # ATM机, not TM机
        while head[k] > start[k] and _LETTER[codes[head[k] - 1]]:
            head[k] -= 1
    return np.where(start >= 0, head, -1), stop, np.where(known & (start >= 0), word, -1)
