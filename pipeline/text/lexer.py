"""Words of a closed list found in a block of text, many places at once.

Here: the trie, the two ways of asking it (at given places, or everywhere), and small helpers on sorted spans.
Not here: what the words mean (the CSV tables under seeds/) or what a numeral is (`numerals`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint16]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@lru_cache(maxsize=512)
def code_set(characters: str) -> Bools:
    """A table of 65 536 flags, true at the characters given: `code_set("，。")[codes]` is a mask."""
    table = np.zeros(65536, np.bool_)
    table[[ord(character) for character in characters]] = True
    return table


def find(codes: Codes, characters: str) -> Ints:
    """Places of any of the characters given; for a handful, comparing with each beats looking every place up."""
    if len(characters) > 8:
        return np.flatnonzero(code_set(characters).take(codes))
    mask = codes == ord(characters[0])
    for character in characters[1:]:
        mask |= codes == ord(character)
    return np.flatnonzero(mask)


_PAIR = np.uint16(40503)
"""Odd, so that every first letter scatters its pairs over the whole table."""


def _pair_keys(codes: Codes) -> Codes:
    """A number below 65 536 for each letter with the one after it; a few pairs share one."""
    return codes[:-1] * _PAIR + codes[1:]


@dataclass(frozen=True)
class Trie:
    """A word list as a dense transition table, walked in lock-step for all places asked about.

    State 0 is the root, states from `leaves` on have nothing below them, and the last of those is dead: no word
    begins so. The longest word on the way to a state depends on the state alone, so a walk need not look at words.

    Attributes:
        words: the list; `words[n]` is the word that number n stands for.
        letters: number of each character in the list's own alphabet, 0 for all others.
        opening: the state after each character as first letter.
        step: the state after each state and letter.
        word, length: for each state, the longest word on the way to it (-1, 0 for none).
        first: characters that open a word.
        pairs: keys of the two letters that open a longer word; single: characters that are a word.
    """

    words: tuple[str, ...]
    letters: NDArray[np.uint16]
    opening: NDArray[np.uint16]
    step: NDArray[np.uint16]
    leaves: int
    word: Ints
    length: Ints
    first: Bools
    pairs: Bools
    single: Bools

    @classmethod
    def of(cls, words: Sequence[str], backwards: bool = False) -> Trie:
        """Build from distinct words; `backwards` reads each word from its last character to its first."""
        spelled = [word[::-1] for word in words] if backwards else list(words)
        alphabet = sorted({character for word in spelled for character in word})
        number = {character: n + 1 for n, character in enumerate(alphabet)}
        letters = np.zeros(65536, np.uint16)
        letters[[ord(character) for character in alphabet]] = np.arange(1, len(alphabet) + 1)
        edges: list[dict[int, int]] = [{}]
        longest = [(-1, 0)]
        own: dict[int, int] = {}
        for n, word in enumerate(spelled):
            state = 0
            for character in word:
                nxt = edges[state].get(number[character])
                if nxt is None:
                    nxt = edges[state][number[character]] = len(edges)
                    edges.append({})
                    longest.append((-1, 0))
                state = nxt
            own[state] = n
        for state, out in enumerate(edges):  # a state comes after the one above it
            if state in own:
                longest[state] = own[state], len(spelled[own[state]])
            for nxt in out.values():
                longest[nxt] = longest[state]
        inner = [state for state, out in enumerate(edges) if out or not state]
        order = [*inner, *(state for state, out in enumerate(edges) if state and not out)]
        rank = {state: n for n, state in enumerate(order)}
        dead = len(order)
        step = np.full((len(inner), len(alphabet) + 1), dead, np.uint16)
        for state in inner:
            for letter, nxt in edges[state].items():
                step[rank[state], letter] = rank[nxt]
        found = np.array([longest[state] for state in order] + [(-1, 0)], np.int64)
        first, pairs, single = (np.zeros(65536, np.bool_) for _ in range(3))
        first[[ord(word[0]) for word in spelled]] = True
        single[[ord(word) for word in spelled if len(word) == 1]] = True
        openings = np.array(
            [[ord(word[0]), ord(word[1])] for word in spelled if len(word) > 1], np.uint16
        ).reshape(-1, 2)
        pairs[[int(_pair_keys(pair)[0]) for pair in openings]] = True
        return cls(
            tuple(words),
            letters,
            step[0].take(letters),
            step,
            len(inner),
            found[:, 0].copy(),
            found[:, 1].copy(),
            first,
            pairs,
            single,
        )

    def at(self, codes: Codes, places: Ints, direction: int = 1) -> tuple[Ints, Ints]:
        """The longest word starting at each place (ending there, for direction -1): its number or -1, its length."""
        reached = self.opening.take(codes.take(places))
        live = np.flatnonzero(reached < self.leaves)
        state, position = reached[live], places[live]
        dead = len(self.word) - 1
        while len(live):
            position = position + direction
            below = self.step[state, self.letters.take(codes.take(position))]
            reached[live] = np.where(below == dead, state, below)
            onward = np.flatnonzero(below < self.leaves)
            live, state, position = live[onward], below[onward], position[onward]
        return self.word.take(reached), self.length.take(reached)

    def candidates(self, codes: Codes) -> Ints:
        """Places that may begin a word, by its first two letters; the last place of the block is none."""
        mask = self.pairs.take(_pair_keys(codes))
        if self.single.any():
            mask |= self.single.take(codes[:-1])
        return np.flatnonzero(mask)

    def anywhere(self, codes: Codes, places: Ints | None = None) -> tuple[Ints, Ints, Ints]:
        """The longest word at every place of the block where one begins, overlapping ones too: number, start, end.

        `places` are the candidates where they are known already, from `Openings`.
        """
        places = self.candidates(codes) if places is None else places
        word, length = self.at(codes, places)
        hit = np.flatnonzero(word >= 0)
        start = places[hit]
        return word[hit], start, start + length[hit]

    def everywhere(self, codes: Codes, places: Ints | None = None) -> tuple[Ints, Ints, Ints]:
        """All words of the block, leftmost and longest first, without overlaps: number, start, end."""
        word, start, end = self.anywhere(codes, places)
        keep = leftmost(start, end)
        return word[keep], start[keep], end[keep]


@dataclass(frozen=True)
class Openings:
    """The openings of up to eight word lists, a bit each, so that one pass over a block serves them all."""

    lists: int
    pairs: NDArray[np.uint8]
    single: NDArray[np.uint8]

    @classmethod
    def of(cls, *tries: Trie) -> Openings:
        """The openings of these lists, in this order."""
        pairs, single = np.zeros(65536, np.uint8), np.zeros(65536, np.uint8)
        for n, trie in enumerate(tries):
            pairs |= trie.pairs.astype(np.uint8) << n
            single |= trie.single.astype(np.uint8) << n
        return cls(len(tries), pairs, single)

    def candidates(self, codes: Codes) -> tuple[Ints, ...]:
        """For each list the places that `Trie.candidates` gives."""
        marks = self.pairs.take(_pair_keys(codes)) | self.single.take(codes[:-1])
        some = np.flatnonzero(marks != 0)
        marks = marks.take(some)
        return tuple(some.take(np.flatnonzero(marks & np.uint8(1 << n) != 0)) for n in range(self.lists))


def leftmost(start: Ints, end: Ints) -> Bools:
    """Of spans sorted by start, keep each one that begins at or after the end of the last one kept.

    All groups of overlapping spans are walked in step; most spans overlap nothing.
    """
    keep = np.ones(len(start), np.bool_)
    if len(start) < 2:
        return keep
    keep[1:] = start[1:] >= np.maximum.accumulate(end)[:-1]
    opens = np.append(keep, True)
    last = np.flatnonzero(opens[:-1] & ~opens[1:])
    while len(last):
        following = np.searchsorted(start, end[last])
        last = following[~opens[following]]
        keep[last] = True
    return keep


def han(codes: Codes) -> Bools:
    """Which codes are Chinese characters."""
    return (codes >= 0x4E00) & (codes <= 0x9FFF)


def last_before(sorted_places: Ints, places: Ints) -> Ints:
    """Index of the last of `sorted_places` that is smaller than each place, or -1."""
    return np.searchsorted(sorted_places, places, "left") - 1


def runs(mask: Bools) -> tuple[Ints, Ints]:
    """Starts and ends of the runs of True in a mask whose first and last items are False."""
    edge = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    return edge[::2], edge[1::2]
