"""What one entry tells, as its event verbs are read: the events so far, who waits for one, which date holds.

Here: the steps that all frames share. Not here: the frames themselves (`meetings`, `deeds`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People
from pipeline.text.entities.words import Lexicon, Page, Use
from pipeline.text.events.lists import Lists
from pipeline.text.events.names import Event, EventNames, Part, same_event

_ATTEND_CUE = re.compile(
    r"参加|参会|到会|与会|出席|参观|观众|代表|参赛|参训|听众|客商|来宾|嘉宾|莅会|与会者|运动员"
)
_EXPECTED = re.compile(r"应到|应出席|应参加|请假")
_PEOPLE = frozenset(("person", "visit"))
_CARRIED = re.compile(
    r"\s*(?:会上|会议|大会|论坛|其间|期间|会议期间|同日|当日|当天|同时|活动|仪式|开幕式|博览会|展会|此次|本次|该|双方|协议|培训班|赛|比赛)"
)
_SENTENCE = frozenset("。；！？\n\f")


class Item(NamedTuple):
    """A date or a quantity of the page: its place and number in its table; `sort` is its precision or dimension."""

    start: int
    end: int
    row: int
    sort: str


class EntrySpan(NamedTuple):
    """An entry in the view; a null title is the empty span at its start."""

    start: int
    end: int
    title_start: int
    title_end: int
    row: int


@dataclass
class Story:
    """What the frames made of one page."""

    events: list[tuple[EntrySpan, Event]] = field(default_factory=list)
    parts: list[tuple[EntrySpan, Part]] = field(default_factory=list)


@dataclass(frozen=True)
class Sheet:
    """What the frames read: a page with everything found on it so far.

    Attributes:
        dates, quantities: in order of place.
        work_end, work_start: where a work ends by its start, and the other way round.
        quote_end: where the inside of a quotation ends, by its start.
    """

    page: Page
    lexicon: Lexicon
    brackets: Brackets
    found: Found
    people: People
    names: EventNames
    lists: Lists
    dates: Sequence[Item]
    quantities: Sequence[Item]
    work_end: Mapping[int, int]
    work_start: Mapping[int, int]
    quote_end: Mapping[int, int]


class Telling:
    """The events of one entry as they become known."""

    def __init__(self, sheet: Sheet, entry: EntrySpan, date: int, quantity: int, span: int) -> None:
        self.f, self.entry = sheet, entry
        self.view = sheet.page.view
        self.date, self.quantity, self.span = date, quantity, span
        self.events: list[Event] = []
        self.current: Event | None = None
        self.pending: list[Part] = []
        self.pending_at = -1
        self.held = False  # the waiting parts came from 举办, which says nothing without its event
        self.parts: list[Part] = []
        self.attended: tuple[int, list[Mention]] = (-1, [])
        self.spoken = entry.start

    def _sentence(self, place: int) -> int:
        """Where the sentence that holds a place begins."""
        low = max(self.entry.title_end, self.entry.start)
        while place > low and self.view[place - 1] not in _SENTENCE:
            place -= 1
        return place

    def _sentence_end(self, place: int) -> int:
        while place < self.entry.end and self.view[place] not in _SENTENCE:
            place += 1
        return place

    def _settle(self, place: int, last: bool = False) -> None:
        """Hand roles that wait for their event to the event told before, once their sentence is over."""
        if not self.pending or (not last and self._sentence(place) <= self.pending_at):
            return
        for part in self.pending:
            part.event = self.current
            if self.current is not None or not self.held:
                self.parts.append(part)
        self.pending = []
        self.held = False

    def _event(self, span: tuple[int, int], trigger: int, rule: str, confidence: float) -> Event:
        """The event of this name: one already told in the entry, or a new one."""
        start, end = span
        name = self.view[start:end]
        edition = self.f.names.edition(start, end)
        date = self._date(trigger)
        for event in self.events:
            if event.kind in ("signing", "award", "founding", "publication") or not same_event(
                event.name, name
            ):
                continue
            parts = edition and edition.endswith("期") and edition != event.edition
            apart = date >= 0 and event.date >= 0 and date != event.date and self.f.dates[date].sort == "day"
            if parts or (apart and self.f.dates[event.date].sort == "day"):
                continue
            event.same.append(span)
            if len(name) > len(event.name):
                event.name, event.start, event.end = name, start, end
            event.edition = event.edition or edition
            if event.date < 0:
                event.date = date
            self._join(event)
            return event
        kind = self.f.names.kind.get(span, "conference")
        event = Event(kind, start, end, name, trigger, rule, confidence, edition, None, date, same=[span])
        self.events.append(event)
        self._join(event)
        return event

    def _join(self, event: Event) -> None:
        for part in self.pending:
            part.event = event
            self.parts.append(part)
        self.pending = []
        self.current = event

    def _new(self, kind: str, start: int, end: int, trigger: int, rule: str, confidence: float) -> Event:
        """An event without a name of its own class: a signing, an award …"""
        event = Event(
            kind, start, end, self.view[start:end], trigger, rule, confidence, None, None, self._date(trigger)
        )
        for other in self.events:
            if other.kind == kind and (other.name == event.name or same_event(other.name, event.name)):
                if other.date < 0:
                    other.date = event.date
                return other
        self.events.append(event)
        return event

    def _date(self, place: int) -> int:
        """The date that holds at a place: the first of its sentence, else the last of the entry before it."""
        dates = self.f.dates
        sentence = self._sentence(place)
        carried = _CARRIED.match(self.view, sentence) is not None
        best = -1
        n = self.date
        while n < len(dates) and dates[n].start < place:
            item = dates[n]
            if item.start >= self.entry.title_end and not self.f.brackets.inside[item.start]:
                if item.start >= sentence:
                    if (
                        best < 0
                        or dates[best].start < sentence
                        or (item.sort in ("day", "month") and dates[best].sort == "year")
                    ):
                        best = n
                elif carried and item.sort in ("day", "month"):
                    best = n
            n += 1
        return best

    def _attendance(self, event: Event, sentence: int, place: int) -> None:
        """The number of people that came, from this sentence or the two after it."""
        if event.attendance >= 0:
            return
        stop = place
        for _ in range(6):
            stop = min(self._sentence_end(stop) + 1, self.entry.end)
        quantities = self.f.quantities
        n = self.quantity
        while n < len(quantities) and quantities[n].start < stop:
            item = quantities[n]
            if item.start >= sentence and item.sort in _PEOPLE:
                clause = self.view[max(item.start - 12, sentence) : item.end + 14]
                if (
                    _ATTEND_CUE.search(clause)
                    and not _EXPECTED.search(clause[:12])
                    and not any(other.attendance == n for other in self.events)
                ):
                    event.attendance = n
                    return
            n += 1

    def _part(
        self,
        role: str,
        members: Iterable[Mention],
        event: Event | None,
        confidence: float,
        opened: bool = False,
        title: str | None = None,
    ) -> None:
        for order, member in enumerate(members, start=1):
            self.parts.append(Part(role, member, event, confidence, title, None, order, opened))

    def _topic(self, start: int) -> list[Mention]:
        """Who a sentence is about: the names it opens with (after a date), before a verb; later clauses keep them."""
        low = max(self.entry.title_end, self.entry.start)
        # a semicolon does not end what is spoken of
        place = max(low, *(self.view.rfind(mark, low, start) + 1 for mark in "。！？\n\f"))
        while place < start and self.view[place] in " \u3000\n】":
            place += 1
        dates = self.f.dates
        n = self.date
        while n < len(dates) and dates[n].start <= place:
            if dates[n].start == place:
                place = dates[n].end
                place += self.view[place] in "，,"
            n += 1
        members, end, _ = self.f.lists.known_after(place, ("organisation", "division", "abbreviation"))
        if not members or end >= start or self.view[end] in "的、：；。":
            return []
        use, _ = self.f.page.use_starting(end)
        return members if use & int(Use.PREDICATE | Use.MIXED) or self.view[end] == "，" else []

    def _subject(self, start: int) -> list[Mention]:
        """Who a passive clause without a subject speaks of: the one person of its sentence so far, else its topic."""
        people = self._people_between(self.entry.start, start)
        return people if len(people) == 1 else self._topic(start)

    def _mentions(self, start: int, end: int) -> list[Mention]:
        by_start = self.f.found.by_start
        return [
            by_start[place] for place in range(start, end) if place in by_start and by_start[place].end <= end
        ]

    def _people_between(self, low: int, start: int) -> list[Mention]:
        sentence = max(self._sentence(start), low)
        return [m for m in self._mentions(sentence, start) if m.kind == "person"]

    def _without_place(self, place: int) -> int:
        """Step back over `在某地` before a verb."""
        place = self.f.lists.skip_adverbs(place)
        low = max(place - 26, self.entry.start)
        at = self.view.rfind("在", low, place)
        if at >= 0 and place - at >= 3 and not any(c in "，。；" for c in self.view[at:place]):
            return at
        return place
