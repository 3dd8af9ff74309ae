"""One mention of a name, as all rules hand it on.

Here: the record and the store that keeps mentions from overlapping. Not here: how they are found or written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Mention:
    """A stretch of the view that names something.

    Attributes:
        kind: as in the `entities` table.
        start, end: place in the view.
        name: canonical name; null means the text itself.
        code: division code.
        sort: kind within the kind: of a quotation (`award`), a work (`plan`), an event (`forum`).
        region: text that the name inherits or implies in front (`市` of a list member), for later canonical names.
        parent: the mention that this one lies in.
        row: its row in the `entities` table, -1 before it has one.
    """

    kind: str
    start: int
    end: int
    rule: str
    name: str | None = None
    code: str | None = None
    sort: str | None = None
    parent: Mention | None = None
    row: int = -1


@dataclass
class Found:
    """Mentions of one block by the place where they start and end."""

    by_start: dict[int, Mention] = field(default_factory=dict)
    by_end: dict[int, Mention] = field(default_factory=dict)
    nested: list[Mention] = field(default_factory=list)

    def add(self, mention: Mention) -> Mention:
        """Keep a mention; the one that starts or ends at the same place and is shorter gives way."""
        held = self.by_start.get(mention.start)
        if held is not None:
            if held.end >= mention.end:
                return held
            self.drop(held)
        other = self.by_end.get(mention.end)
        if other is not None:
            if other.start <= mention.start:
                return other
            self.drop(other)
        self.by_start[mention.start] = mention
        self.by_end[mention.end] = mention
        return mention

    def force(self, mention: Mention) -> Mention:
        """Keep a mention whatever it overlaps at its ends."""
        self.clear(mention.start, mention.end)
        other = self.by_end.get(mention.end)
        if other is not None:
            self.drop(other)
        return self.add(mention)

    def drop(self, mention: Mention) -> None:
        """Forget a mention."""
        if self.by_start.get(mention.start) is mention:
            del self.by_start[mention.start]
        if self.by_end.get(mention.end) is mention:
            del self.by_end[mention.end]

    def at(self, start: int, end: int) -> Mention | None:
        """The mention of exactly this span."""
        held = self.by_start.get(start)
        return held if held is not None and held.end == end else None

    def clear(self, start: int, end: int) -> None:
        """Forget every mention that starts inside a span; a name claimed by a stronger rule covers it."""
        for place in range(start, end):
            held = self.by_start.get(place)
            if held is not None:
                self.drop(held)

    def covers(self, place: int, reach: int) -> bool:
        """Whether a mention that starts up to `reach` characters before a place goes on past it."""
        by_start = self.by_start
        for start in range(place - 1, place - reach - 1, -1):
            held = by_start.get(start)
            if held is not None and held.end > place:
                return True
        return False

    def touches(self, start: int, end: int, reach: int) -> bool:
        """Whether a mention starts inside a span, or covers its start from up to `reach` characters before."""
        by_start = self.by_start
        return any(place in by_start for place in range(start, end)) or self.covers(start, reach)

    def ordered(self, more: Iterable[Mention] = ()) -> list[Mention]:
        """Mentions by place, a wider one before what lies in it; of two that overlap the wider or first stays.

        What two rules made of the same characters is settled here once more, so that nothing is counted twice.
        """
        kept: list[Mention] = []
        reach = 0
        for one in sorted(
            (*self.by_start.values(), *self.nested, *more), key=lambda one: (one.start, -one.end)
        ):
            if one.end <= one.start:
                continue
            if one.start >= reach:
                kept.append(one)
                reach = one.end
            elif one.parent is not None and one.parent in kept[-3:] and one.end <= one.parent.end:
                kept.append(one)
        return kept
