"""The event verbs of a page, entry by entry: each opens a frame, and a happening told twice is one event.

Here: the order of reading and the end of an entry, when every mention of an event's name is marked. Not here: the
frames (`meetings`, `deeds`) and the names themselves (`entities`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People
from pipeline.text.entities.words import Lexicon, Page, Use
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
        starts, _, uses = page.columns
        self.sheet = Sheet(
            page, lexicon, brackets, found, people, names, Lists(page, lexicon, brackets, found, people), dates,
            quantities,
            dict(brackets.works), {end: start for start, end in brackets.works}, dict(brackets.quotes), common,
            np.flatnonzero(_SENTENCE_END[page.codes]).tolist(),
            {end: start for start, end in brackets.parens if end - start <= 8},
            starts[(uses & int(Use.EVENT)) != 0].tolist(),
        )  # fmt: skip
        self.story = Story()

    def read(self, entries: Sequence[EntrySpan]) -> Story:
        """Read every entry, in order."""
        if not entries:
            return self.story
        page, lexicon = self.sheet.page, self.sheet.lexicon
        starts, ends = (column[page.verbs] for column in page.columns[:2])
        edges = np.array(entries, np.int64).reshape(-1, len(EntrySpan._fields))
        first, last = np.searchsorted(starts, edges[:, 0]), np.searchsorted(starts, edges[:, 1])
        hosts = np.concatenate(([0], np.cumsum(lexicon.hosts[page.verb_words])))
        # verbs in titles, works and quotations tell nothing
        bare = np.frombuffer(self.sheet.brackets.inside, np.uint8)[starts] == 0
        title_end = np.concatenate((edges[:1, 0], edges[:, 3]))[np.searchsorted(edges[:, 0], starts, "right")]
        kept = np.flatnonzero(bare & (starts >= title_end))
        begins, stops = np.searchsorted(kept, first).tolist(), np.searchsorted(kept, last).tolist()
        verbs = list(
            zip(
                starts[kept].tolist(),
                ends[kept].tolist(),
                map(lexicon.trie.words.__getitem__, page.verb_words[kept].tolist()),
                strict=True,
            )
        )
        spoken, roled = (last > first).tolist(), (hosts[last] > hosts[first]).tolist()
        for n, entry in enumerate(entries):
            if spoken[n] and (begins[n] < stops[n] or self.sheet.names.any_between(entry.start, entry.end)):
                _Entry(self.sheet, entry).read(verbs[begins[n] : stops[n]], roled[n], self.story)
        return self.story


class _Entry(Meetings, Deeds):
    """The frames of one entry."""

    _HANDLERS: ClassVar[dict[str, Callable[[_Entry, int, int, str], None]]] = {
        "convene": Meetings._convene, "carry": Meetings._carry, "sign": Deeds._sign, "grant": Deeds._grant,
        "win": Deeds._win, "honour": Deeds._honour, "found": Deeds._found, "publish": Deeds._publish,
        "appoint": Deeds._appoint, "speak": Meetings._speak, "attend": Meetings._attend, "preside": Meetings._preside,
    }  # fmt: skip

    def read(self, verbs: Sequence[tuple[int, int, str]], roled: bool, story: Story) -> None:
        """Read the frame of each verb, given as start, end and word.

        `roled` says that a verb of the entry shows who held something, so that 支持 and the like are parts too.
        """
        roles, frames = self.f.lexicon.roles, self.f.lexicon.frames
        for start, end, word in verbs:
            if self.pending:
                self._settle(start)
            role = roles.get(word)
            if role and (roled or role in ("host", "organiser", "co_organiser") or word.endswith("单位")):
                self._role(role, word, start, end)
                if self.pending:
                    self._settle(start)
            frame = frames.get(word)
            if frame is not None:
                self._HANDLERS[frame](self, start, end, word)
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
        entry, names = self.entry, self.f.names
        spans = names.spans
        self.events.sort(key=lambda event: event.start)
        story.events.extend([(entry, event) for event in self.events])
        story.parts.extend([(entry, part) for part in self.parts])
        first, last = bisect_left(spans, (entry.start, 0)), bisect_left(spans, (entry.end, 0))
        if first == last:
            return
        found, view = self.f.found, self.view
        meetings = [event for event in self.events if event.kind not in _DEEDS]
        places = [event.start for event in meetings]
        told = {span: event for event in meetings for span in event.same}
        for start, end in spans[first:last]:
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


__all__ = ["EntrySpan", "Frames", "Items", "Story"]
