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


@dataclass(frozen=True)
class Trie:
    """A word list as a dense transition table, walked in lock-step for all places asked about.

    `words[n]` is the word that number n stands for; state 0 is dead, state 1 the root.
    """

    words: tuple[str, ...]
    letters: NDArray[np.uint16]
    step: NDArray[np.uint16]
    accept: NDArray[np.int32]
    depth: int
    first: Bools
    second: Bools

    @classmethod
    def of(cls, words: Sequence[str], backwards: bool = False) -> Trie:
        """Build from distinct words; `backwards` reads each word from its last character to its first."""
        spelled = [word[::-1] for word in words] if backwards else list(words)
        alphabet = sorted({character for word in spelled for character in word})
        number = {character: n + 1 for n, character in enumerate(alphabet)}
        letters = np.zeros(65536, np.uint16)
        letters[[ord(character) for character in alphabet]] = np.arange(1, len(alphabet) + 1)
        edges: list[dict[int, int]] = [{}, {}]
        accept = [-1, -1]
        for n, word in enumerate(spelled):
            state = 1
            for character in word:
                nxt = edges[state].get(number[character])
                if nxt is None:
                    nxt = len(edges)
                    edges[state][number[character]] = nxt
                    edges.append({})
                    accept.append(-1)
                state = nxt
            accept[state] = n
        step = np.zeros((len(edges), len(alphabet) + 1), np.uint16)
        for state, out in enumerate(edges):
            for letter, nxt in out.items():
                step[state, letter] = nxt
        first = np.zeros(65536, np.bool_)
        first[[ord(word[0]) for word in spelled]] = True
        second = np.zeros(65536, np.bool_)
        second[[ord(word[1]) for word in spelled if len(word) > 1]] = True
        if any(len(word) == 1 for word in spelled):
            second[:] = True
        depth = max((len(word) for word in spelled), default=0)
        return cls(tuple(words), letters, step, np.array(accept, np.int32), depth, first, second)

    def at(self, codes: Codes, places: Ints, direction: int = 1) -> tuple[Ints, Ints]:
        """The longest word starting at each place (ending there, for direction -1): its number or -1, its length."""
        word = np.full(len(places), -1, np.int64)
        length = np.zeros(len(places), np.int64)
        live = np.flatnonzero(self.first[codes[places]])
        position = places[live]
        state = np.ones(len(live), np.uint16)
        for size in range(1, self.depth + 1):
            state = self.step[state, self.letters[codes[position]]]
            keep = np.flatnonzero(state)
            if len(keep) < len(state):
                live, state, position = live[keep], state[keep], position[keep]
            if not len(live):
                break
            found = self.accept[state]
            hit = np.flatnonzero(found >= 0)
            word[live[hit]] = found[hit]
            length[live[hit]] = size
            position = position + direction
        return word, length

    def everywhere(self, codes: Codes) -> tuple[Ints, Ints, Ints]:
        """All words of the block, leftmost and longest first, without overlaps: number, start, end."""
        places = np.flatnonzero(self.first[codes])
        second = self.second[codes[places + 1]]
        places = places[second]
        word, length = self.at(codes, places)
        hit = np.flatnonzero(word >= 0)
        start, end, word = places[hit], places[hit] + length[hit], word[hit]
        keep = leftmost(start, end)
        return word[keep], start[keep], end[keep]


def leftmost(start: Ints, end: Ints) -> Bools:
    """Of spans sorted by start, keep each one that begins at or after the end of the last one kept.

    A loop is needed only inside groups of overlapping spans, which are few.
    """
    keep = np.ones(len(start), np.bool_)
    if len(start) < 2:
        return keep
    reach = np.maximum.accumulate(end)
    for i in np.flatnonzero(start[1:] < reach[:-1]) + 1:
        j = i - 1
        while not keep[j]:
            j -= 1
        keep[i] = start[i] >= end[j]
    return keep


def last_before(sorted_places: Ints, places: Ints) -> Ints:
    """Index of the last of `sorted_places` that is smaller than each place, or -1."""
    return np.searchsorted(sorted_places, places, "left") - 1


def runs(mask: Bools) -> tuple[Ints, Ints]:
    """Starts and ends of the runs of True in a mask whose first and last items are False."""
    edge = np.flatnonzero(mask[1:] != mask[:-1]) + 1
    return edge[::2], edge[1::2]
