"""Meetings and what people do there: who held them, where, who spoke, who came.

Here: the frames of 主办, 举行, 讲话, 主持, 参加. Not here: what bodies do to one another (`deeds`).
"""

from __future__ import annotations

import re
from bisect import bisect_left

from pipeline.text.entities.mention import Mention
from pipeline.text.entities.words import Use
from pipeline.text.events.lists import BODIES, NAMELESS, Members
from pipeline.text.events.names import Event, Part
from pipeline.text.events.telling import Telling

_BEING_HELD = re.compile(
    r"^[”\"]?(?:第[一二三四五六七八九十0-9]{1,3}(?:[、，和至～-]第?[一二三四五六七八九十0-9]{1,3})*期)?(?:（[^（）]{1,30}）)?(?:陆续|先后|分别|隆重|正式|成功|顺利|如期|联合|胜利|首次|再次|同时|也|于|从|[0-9]{1,4}[年月]?(?:[0-9～—~至、日月]+)?|上午|下午|晚)*(?:(在|假)(.{2,30}?))?(?:隆重|正式|成功|顺利|如期|联合|胜利|陆续|先后|分别|同时|首次|再次|全面)*$"
)
_AFTER_VERB = re.compile(r"(?:了|的)?(?:为期[一二三四五六七八九十0-9]+天的)?(?:由.{2,40}?(?:主办|承办)的)?")
_WATERS = re.compile(r"[\u4e00-\u9fff](?:湖|山|江|河|岛|湾|滩|草原|沟|岭|海滩|水域|海域|峡谷)$")
_OFFICIALS = re.compile(
    r"(?:的)?(?:各省（市）公司)?(?:客服中心)?(?:主要|有关|相关|分管)?(?:负责人|负责同志|代表|领导|领导人|同志)?(?:等)?(?:进行|分别|先后|作|在会上|在大会上)*$"
)

_OBJECT = 40  # characters within which what is convened is named
_OFFICIALS_END = frozenset("的）司心要关管人志表导等行别后作上")
"""The characters that what `_OFFICIALS` finds can end with."""


class Meetings(Telling):
    """The frames of meetings."""

    def _role(self, role: str, word: str, start: int, end: int) -> None:
        view = self.view
        if word.endswith("单位"):
            after = end
            while view[after] in "：:为是":
                after += 1
            members, _, opened = self.f.lists.known_after(after)
            if not members:
                before = start
                for linking in ("担任", "作为", "为", "是"):
                    if view.startswith(linking, before - len(linking)):
                        before -= len(linking)
                        break
                known = self.f.lists.known_before(before)
                members, opened = known.members, known.open_list
            if not members:
                return
            parts = [
                Part(role, one, self.current, None, None, n, opened)
                for n, one in enumerate(members, start=1)
            ]
            if self.current is not None:
                self.parts.extend(parts)
            else:
                self.pending.extend(parts)
                self.pending_at = start
            return
        if role == "supporter" and not self.pending and self.current is None:
            return
        listed: Members = self.f.lists.any_before(start)
        if not listed.members:
            return
        parts = [
            Part(role, one, None, None, None, n, listed.open_list)
            for n, one in enumerate(listed.members, start=1)
        ]
        following = self.f.names.starting(end + 1) if view[end] == "的" else None
        if following is None and view[end] == "的" and end + 2 in self.f.quote_end and view[end + 1] in '“"':
            quoted = end + 2, self.f.quote_end[end + 2]
            if quoted[1] - quoted[0] >= 2:
                following = quoted
                self.f.names.take(*following, "activity")
        if following is None and view[end] not in "的，、。；）":
            following = self.f.names.starting(end)
            if following is None and role in ("supporter", "guide"):
                return
        sentence = self._sentence(start)
        if self.pending_at < sentence:
            self._settle(start)
        self.pending.extend(parts)
        self.pending_at = start
        self.held = word.endswith("举办")
        if following is not None:
            event = self._event(following, start, "event/hosted")
            self._attendance(event, sentence, end)

    def _convene(self, start: int, end: int, word: str) -> None:
        view, names = self.view, self.f.names
        sentence = self._sentence(start)
        skip = _AFTER_VERB.match(view, end)
        after = skip.end() if skip else end
        ahead = names.starting(after) or names.starting(end) or self._object(after)
        if ahead is not None:
            event = self._event(ahead, start, "event/convened")
            self._place_before(event, start, sentence)
            subject = self.f.lists.known_before(self._without_place(start), NAMELESS)
            if subject.members and not self._filled(event, "host"):
                self._part("host", subject.members, event, subject.open_list)
            self._attendance(event, sentence, end)
            return
        behind = self._behind(start, sentence)
        if behind is None:
            if self.current is not None and self.current.place is None:
                self._place_before(self.current, start, sentence)
            return
        span, place = behind
        event = self._event(span, start, "event/held")
        if event.place is None and place is not None:
            event.place = place
        self._attendance(event, sentence, end)

    def _carry(self, start: int, end: int, word: str) -> None:
        """What bodies carry out is an event where its name is one of a contest, a course, a festival or an edition."""
        after = end + (self.view[end] == "了")
        ahead = self.f.names.starting(after)
        if ahead is None:
            return
        kind = self.f.names.kind.get(ahead)
        if kind in ("competition", "training", "festival", "exhibition") or self.f.names.edition(*ahead):
            self._convene(start, end, word)

    def _object(self, place: int) -> tuple[int, int] | None:
        """The whole object of 召开 up to its last class word, where a word inside it had broken it."""
        page, view = self.f.page, self.view
        quoted = view[place] in '“"'
        place += quoted
        closing = self.f.quote_end.get(place, -1) if quoted else -1
        n = page.word_at[place]
        end = -1
        if not self.f.event_words_between(place, place + _OBJECT):
            return None
        while n < len(page.starts) and page.starts[n] < place + _OBJECT:
            use, at = page.uses[n], page.starts[n]
            if use & int(Use.BREAK) and not (view[at].isdigit() or view[at] in "“”（）"):
                break
            if view[at : page.ends[n]] == "的":
                break
            if use & int(Use.EVENT) and page.ends[n] - at > 1:
                end = page.ends[n]
            n += 1
        if end < 0 or (quoted and end != closing) or not self.f.names.add_span(place, end):
            return None
        return place, end

    def _behind(self, start: int, sentence: int) -> tuple[tuple[int, int], Mention | str | None] | None:
        """The name before a verb with nothing but place, time and adverbs between, and that place."""
        spans = self.f.names.spans
        best = None
        for n in range(bisect_left(spans, (start, 0)) - 1, -1, -1):
            if spans[n][0] < sentence:
                break
            if spans[n][1] <= start:
                best = spans[n]
                break
        if best is None or start - best[1] > 60:
            return None
        match = _BEING_HELD.match(self.view[best[1] : start])
        if match is None:
            return None
        if match.group(2) is None:
            return best, None
        at = best[1] + match.start(2)
        return best, self._place_at(at, best[1] + match.end(2))

    def _place_at(self, start: int, end: int) -> Mention | str:
        found = self.f.found
        held = found.by_start.get(start)
        if held is not None and held.end == end:
            return held
        inner = found.by_end.get(end)
        text = self.view[start:end]
        if held is inner is None and 2 <= end - start <= 6 and _WATERS.search(text):
            return found.add(Mention("place", start, end, "place/venue"))
        if inner is not None and inner.start >= start and inner.start - start <= 3:
            return inner if held is None or held is inner or held.kind == "division" else text
        return text

    def _place_before(self, event: Event, start: int, sentence: int) -> None:
        if event.place is not None:
            return
        end = self.f.lists.skip_adverbs(start)
        at = self._without_place(start)
        if at < end and at >= sentence:
            event.place = self._place_at(at + 1, end)

    def _chain(self, start: int) -> list[Mention]:
        """Who does what a verb says: the names right before it, officials and quotations stepped over."""
        lists, view = self.f.lists, self.view
        place = lists.skip_adverbs(start)
        if view[place - 1] in _OFFICIALS_END:
            match = _OFFICIALS.search(view, max(place - 24, self.entry.start), place)
            if match is not None:
                place = match.start()
        return lists.known_before(place, BODIES).members

    def _speak(self, start: int, end: int, word: str) -> None:
        if start < self.spoken:
            return
        members = self._people_between(self.spoken, start)
        if not members and self.attended[0] >= self._sentence(start):
            members = self.attended[1]
        if word == "介绍" and not members:
            clause = self._back(start, "，。；\n】")
            if "会上" not in self.view[clause:start]:
                return
        if (
            word in ("介绍", "讲授", "授课", "主讲")
            and members
            and "会上" not in self.view[self._sentence(start) : start]
        ):
            return
        if not members:
            members = [m for m in self._chain(start) if m.kind != "person"]
            if word in ("讲话", "授课") and not members:
                return
        self.spoken = end
        self.attended = (-1, [])
        self._part("speaker", members, self.current)

    def _preside(self, start: int, end: int, word: str) -> None:
        if self.current is None:
            return
        members = [m for m in self._chain(start) if m.kind == "person"]
        self.spoken = max(self.spoken, end)
        self._part("chair", members, self.current)

    def _attend(self, start: int, end: int, word: str) -> None:
        ahead = self.f.names.starting(end) if word in ("出席", "参加") else None
        if ahead is not None and self._told(ahead):
            self._event(ahead, start, "event/attended")
        if self.current is None:
            return
        view = self.view
        members = self._chain(start)
        delegates_open = False
        if not members:
            members, delegates_open = self._delegates(start)
        if members and view.startswith("来自", members[0].start - 2):
            return
        people = self._people_between(self.spoken, start)
        self.attended = (start, people)
        if people and not members:
            members = people
        if not members:
            return
        after = view[end : end + 24]
        speaks = re.match(
            r"[^，。；]{0,10}并?(?:作|发表)?[^，。；]{0,6}(?:讲话|致辞|致词|发言|报告|演讲)", after
        )
        if speaks and all(m.kind == "person" for m in members):
            self.attended = (start, members)
            return
        _, opened = self.f.lists.skip_open(start)
        self._part("participant", members, self.current, opened or delegates_open)

    def _told(self, span: tuple[int, int]) -> bool:
        """Whether a name after 出席 is one happening: an edition, a date before it or a territory, not any meeting."""
        text = self.view[slice(*span)]
        return (
            self.f.names.edition(*span) is not None or text.startswith(("全市", "全省", "全国", "全县", "全区"))
        ) and self._date(span[0]) >= 0

    def _delegates(self, start: int) -> tuple[list[Mention], bool]:
        """The bodies whose people come: `A、B和C各分公司150位负责人参加`."""
        people = self.f.quantities
        n = people.before(start) - 1
        place = people.start[n] if n >= 0 and 0 <= start - people.end[n] <= 8 else -1
        if place < 0:
            return [], False
        view = self.view
        for mark in ("的", "等"):
            if view[place - 1] == mark:
                place -= 1
        match = re.search(
            r"(?:各[^，。；、]{0,16}|等[^，。；、]{0,10}|的代表|代表|负责人)$",
            view[max(place - 24, self.entry.start) : place],
        )
        opened = False
        if match is not None:
            place -= len(match.group())
            opened = match.group().startswith("等")
        return self.f.lists.known_before(place, NAMELESS).members, opened
