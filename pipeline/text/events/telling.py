"""What one entry tells, as its event verbs are read: the events so far, who waits for one, which date holds.

Here: the steps that all frames share. Not here: the frames themselves (`meetings`, `deeds`).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People
from pipeline.text.entities.words import Lexicon, Page
from pipeline.text.events.lists import NAMELESS, Lists
from pipeline.text.events.names import Event, EventNames, Part, same_event

_ATTEND_CUE = re.compile(
    r"参加|参会|到会|与会|出席|参观|观众|代表|参赛|参训|听众|客商|来宾|嘉宾|莅会|与会者|运动员"
)
_EXPECTED = re.compile(r"应到|应出席|应参加|请假")
_FINE = frozenset(("day", "month"))
_PEOPLE = frozenset(("person", "visit"))
_CARRIED = re.compile(
    r"\s*(?:会上|会议|大会|论坛|其间|期间|会议期间|同日|当日|当天|同时|活动|仪式|开幕式|博览会|展会|此次|本次|该|双方|协议|培训班|赛|比赛)"
)
_FAR = 600  # no sentence is longer; what looks like one is a list or a table
_AHEAD = 6  # sentences in which the number of those who came is looked for
_RECENT = 200  # parts back in which one of the same event is looked for
_NEAR = 40  # events back in which the same happening is looked for


@dataclass(frozen=True)
class Items:
    """Dates or quantities of the page in order: places, numbers in their table, precisions or dimensions."""

    start: list[int]
    end: list[int]
    row: list[int]
    sort: list[str]

    def before(self, place: int) -> int:
        """How many start before a place."""
        return bisect_left(self.start, place)


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
        work_end, work_start: where a work ends by its start, and the other way round.
        common: where bodies named by common words only end, by their start; they count where a verb makes them one.
        stops: places of the marks that end a sentence.
        quote_end: where the inside of a quotation ends, by its start.
        paren_start: where a short parenthesis begins, by its end.
        event_words: where the class words of events begin.
    """

    page: Page
    lexicon: Lexicon
    brackets: Brackets
    found: Found
    people: People
    names: EventNames
    lists: Lists
    dates: Items
    quantities: Items
    work_end: Mapping[int, int]
    work_start: Mapping[int, int]
    quote_end: Mapping[int, int]
    common: Mapping[int, int]
    stops: Sequence[int]
    paren_start: Mapping[int, int]
    event_words: Sequence[int]

    def event_words_between(self, start: int, end: int) -> bool:
        """Whether a class word of an event begins inside a span."""
        n = bisect_left(self.event_words, start)
        return n < len(self.event_words) and self.event_words[n] < end


class Telling:
    """The events of one entry as they become known."""

    def __init__(self, sheet: Sheet, entry: EntrySpan) -> None:
        self.f, self.entry = sheet, entry
        self.view = sheet.page.view
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
        stops = self.f.stops
        n = bisect_left(stops, place) - 1
        low = max(self.entry.title_end, self.entry.start, place - _FAR)
        return max(low, stops[n] + 1) if n >= 0 else low

    def _sentence_end(self, place: int) -> int:
        """Where the sentence that holds a place ends."""
        stops = self.f.stops
        n = bisect_left(stops, place)
        high = min(self.entry.end, place + _FAR)
        return min(high, stops[n]) if n < len(stops) else high

    def _back(self, place: int, marks: str) -> int:
        """Where the stretch before a place begins that holds none of the marks."""
        low = max(self.entry.title_end, self.entry.start, place - _FAR)
        while place > low and self.view[place - 1] not in marks:
            place -= 1
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

    def _event(self, span: tuple[int, int], trigger: int, rule: str) -> Event:
        """The event of this name: one already told in the entry, or a new one."""
        start, end = span
        name = self.view[start:end]
        edition = self.f.names.edition(start, end)
        date = self._date(trigger)
        for event in self.events[-_NEAR:]:
            if event.kind in ("signing", "award", "founding", "publication") or not same_event(
                event.name, name
            ):
                continue
            parts = edition and edition.endswith("期") and edition != event.edition
            apart = date >= 0 and event.date >= 0 and date != event.date and self.f.dates.sort[date] == "day"
            if parts or (apart and self.f.dates.sort[event.date] == "day"):
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
        event = Event(kind, start, end, name, trigger, rule, edition, None, date, same=[span])
        self.events.append(event)
        self._join(event)
        return event

    def _join(self, event: Event) -> None:
        for part in self.pending:
            part.event = event
            self.parts.append(part)
        self.pending = []
        self.current = event

    def _new(self, kind: str, start: int, end: int, trigger: int, rule: str) -> Event:
        """An event without a name of its own class: a signing, an award …"""
        event = Event(
            kind, start, end, self.view[start:end], trigger, rule, None, None, self._date(trigger)
        )
        for other in self.events[-_NEAR:]:
            if other.kind == kind and (other.name == event.name or same_event(other.name, event.name)):
                if other.date < 0:
                    other.date = event.date
                return other
        self.events.append(event)
        return event

    def _date(self, place: int) -> int:
        """The date that holds at a place: the first of its sentence, else, where that goes on, the last before."""
        dates, inside = self.f.dates, self.f.brackets.inside
        sentence = self._sentence(place)
        last = dates.before(place)
        best = -1
        for n in range(dates.before(sentence), last):
            if not inside[dates.start[n]] and (
                best < 0 or (dates.sort[n] in _FINE and dates.sort[best] == "year")
            ):
                best = n
        if best >= 0 or not _CARRIED.match(self.view, sentence):
            return best
        for n in range(dates.before(sentence) - 1, max(-1, dates.before(sentence) - _NEAR), -1):
            if dates.start[n] < self.entry.title_end:
                break
            if dates.sort[n] in _FINE and not inside[dates.start[n]]:
                return n
        return -1

    def _attendance(self, event: Event, sentence: int, place: int) -> None:
        """The number of people that came, from this sentence or the five after it."""
        if event.attendance >= 0:
            return
        people = self.f.quantities
        first = people.before(sentence)
        if first == len(people.start) or people.start[first] >= place + _AHEAD * (_FAR + 1):
            return
        stop = place
        for _ in range(_AHEAD):
            stop = min(self._sentence_end(stop) + 1, self.entry.end)
        taken = {other.attendance for other in self.events[-_NEAR:]}
        for n in range(first, people.before(stop)):
            if n in taken or people.sort[n] not in _PEOPLE:
                continue
            start = max(people.start[n] - 12, sentence)
            clause = self.view[start : people.end[n] + 14]
            if _ATTEND_CUE.search(clause) and not _EXPECTED.search(clause[:12]):
                event.attendance = n
                return

    def _filled(self, event: Event, role: str) -> bool:
        """Whether somebody already takes this part in the event."""
        return any(part.event is event and part.role == role for part in self.parts[-_RECENT:])

    def _part(
        self,
        role: str,
        members: Iterable[Mention],
        event: Event | None,
        opened: bool = False,
        title: str | None = None,
    ) -> None:
        for order, member in enumerate(members, start=1):
            self.parts.append(Part(role, member, event, title, None, order, opened))

    def _topic(self, start: int) -> list[Mention]:
        """Who a sentence is about: the names it opens with (after a date), before a verb; later clauses keep them."""
        place = self._back(start, "。！？\n\f")  # a semicolon does not end what is spoken of
        while place < start and self.view[place] in " \u3000\n】":
            place += 1
        dates = self.f.dates
        n = dates.before(place)
        if n < len(dates.start) and dates.start[n] == place:
            place = dates.end[n]
            place += self.view[place] in "，,"
        members, end, _ = self.f.lists.known_after(place, NAMELESS)
        return members if members and end < start and self.view[end] not in "的、：；。等" else []

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
