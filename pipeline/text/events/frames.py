"""The event verbs of a page, entry by entry: each opens a frame, and a happening told twice is one event.

Here: the order of reading and the end of an entry, when every mention of an event's name is marked. Not here: the
frames (`meetings`, `deeds`) and the names themselves (`entities`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

import numpy as np

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People
from pipeline.text.entities.words import Lexicon, Page
from pipeline.text.events.deeds import Deeds
from pipeline.text.events.lists import Lists
from pipeline.text.events.meetings import Meetings
from pipeline.text.events.names import EventNames, same_event
from pipeline.text.events.telling import EntrySpan, Items, Sheet, Story
from pipeline.text.lexer import code_set

_SENTENCE_END = code_set("。；！？\n\f")
_REACH = 4_000  # characters within which a name can mean an event told elsewhere in the entry
_DEEDS = frozenset(("signing", "award", "founding", "publication"))


class Frames:
    """Reads the event verbs of one page, entry by entry."""

    def __init__(
        self,
        page: Page,
        lexicon: Lexicon,
        brackets: Brackets,
        found: Found,
        people: People,
        names: EventNames,
        dates: Items,
        quantities: Items,
        common: dict[int, int],
    ) -> None:
        self.sheet = Sheet(
            page, lexicon, brackets, found, people, names, Lists(page, lexicon, brackets, found, people), dates,
            quantities,
            dict(brackets.works), {end: start for start, end in brackets.works}, dict(brackets.quotes), common,
            np.flatnonzero(_SENTENCE_END[page.codes]).tolist(),
            {end: start for start, end in brackets.parens if end - start <= 8},
        )  # fmt: skip
        self.story = Story()

    def read(self, entries: Iterable[EntrySpan]) -> Story:
        """Read every entry, in order."""
        verbs, starts = self.sheet.page.verbs, self.sheet.page.starts
        at = 0
        for entry in entries:
            while at < len(verbs) and starts[verbs[at]] < entry.start:
                at += 1
            stop = at
            while stop < len(verbs) and starts[verbs[stop]] < entry.end:
                stop += 1
            if stop > at:
                _Entry(self.sheet, entry).read(verbs[at:stop], self.story)
            at = stop
        return self.story


class _Entry(Meetings, Deeds):
    """The frames of one entry."""

    def read(self, verbs: Sequence[int], story: Story) -> None:
        page = self.f.page
        lexicon = self.f.lexicon
        handlers = {
            "convene": self._convene, "carry": self._carry, "sign": self._sign, "grant": self._grant, "win": self._win,
            "honour": self._honour,
            "found": self._found, "publish": self._publish, "appoint": self._appoint, "speak": self._speak,
            "attend": self._attend, "preside": self._preside,
        }  # fmt: skip
        roled = any(
            page.view[page.starts[n] : page.ends[n]] in ("主办", "承办", "协办", "联办", "合办")
            or lexicon.roles.get(page.view[page.starts[n] : page.ends[n]]) == "host"
            for n in verbs
        )
        for n in verbs:
            start, end = page.starts[n], page.ends[n]
            if self.f.brackets.inside[start]:
                continue
            word = page.view[start:end]
            title = start < self.entry.title_end
            role = lexicon.roles.get(word)
            if role and not title:
                self._settle(start)
                if role in ("host", "organiser", "co_organiser") or roled or word.endswith("单位"):
                    self._role(role, word, start, end)
                if word not in lexicon.frames:
                    continue
            frame = lexicon.frames.get(word)
            if frame is None or (title and frame not in ("convene",)):
                continue
            if title:
                continue
            self._settle(start)
            handlers[frame](start, end, word)
        self._settle(self.entry.end, True)
        self._finish(story)

    def _meets(self, start: int, end: int) -> bool:
        """Whether a session is spoken of as a meeting, not as the body that decides: 在…会议上, not …会议任命."""
        held = self.f.found.by_start.get(start)
        if held is None or held.kind != "organisation" or held.end >= end:
            return True
        return self.view[end] in "上期中" or self.view.startswith(("开幕", "闭幕", "召开", "举行"), end)

    def _finish(self, story: Story) -> None:
        """Mark every mention of each event's name and hand the entry's rows on."""
        found, names, view = self.f.found, self.f.names, self.view
        spans = names.spans
        meetings = sorted((e for e in self.events if e.kind not in _DEEDS), key=lambda e: e.start)
        places = [event.start for event in meetings]
        told = {span: event for event in meetings for span in event.same}
        for n in range(bisect_left(spans, (self.entry.start, 0)), bisect_left(spans, (self.entry.end, 0))):
            start, end = spans[n]
            name = view[start:end]
            event = told.get((start, end))
            if event is None:
                near = meetings[bisect_left(places, start - _REACH) : bisect_left(places, start + _REACH)]
                event = next((e for e in near if same_event(e.name, name)), None)
            if event is not None:
                event.same.append((start, end))
            elif not (self._meets(start, end) and (names.edition(start, end) or view[start - 1] in '“"')):
                continue
            if self.f.brackets.inside[start] in (1, 3):
                continue
            wider = found.by_end.get(end)
            if wider is not None and wider.kind == "event" and wider.start < start:
                continue
            found.clear(start, end)
            held = found.by_end.get(end)
            if held is not None and held.start > start:
                found.drop(held)
            mention = Mention(
                "event",
                start,
                end,
                event.rule if event else "event/named",
                name=event.name if event else None,
                sort=names.kind.get((start, end)),
            )
            found.by_start[start] = mention
            found.by_end[end] = mention
        story.events.extend((self.entry, event) for event in sorted(self.events, key=lambda e: e.start))
        story.parts.extend((self.entry, part) for part in self.parts)


__all__ = ["EntrySpan", "Frames", "Items", "Story"]
