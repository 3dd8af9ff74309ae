"""The clause round each event verb: what happened, when, where, how many came, who took which part.

Here: one frame a kind of verb (举行, 主办, 签署, 授予, 获, 成立, 印发, 任命, 讲话, 参加), read in the order of the text, entry by
entry; a happening told twice in an entry is one event. Not here: finding the names themselves (`entities`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.text.entities.brackets import Brackets
from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.people import People, Person
from pipeline.text.entities.words import Lexicon, Page, Use
from pipeline.text.events.lists import Lists, Members
from pipeline.text.events.names import Event, EventNames, Part, same_event


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


_BEING_HELD = re.compile(r"^[”\"]?(?:第[一二三四五六七八九十0-9]{1,3}(?:[、，和至～-]第?[一二三四五六七八九十0-9]{1,3})*期)?(?:（[^（）]{1,30}）)?(?:陆续|先后|分别|隆重|正式|成功|顺利|如期|联合|胜利|首次|再次|同时|也|于|从|[0-9]{1,4}[年月]?(?:[0-9～—~至、日月]+)?|上午|下午|晚)*(?:(在|假)(.{2,30}?))?(?:隆重|正式|成功|顺利|如期|联合|胜利|陆续|先后|分别|同时|首次|再次|全面)*$")
_AFTER_VERB = re.compile(r"(?:了|的)?(?:为期[一二三四五六七八九十0-9]+天的)?(?:由.{2,40}?(?:主办|承办)的)?")
_AGREEMENT = re.compile(r"(?:了|首个|第[一二三四五六七八九十0-9]+[个份])?[“\"《]?([^，。；：“”《》]{0,30}?(?:协议书|协议|合同书|合同|备忘录|协定|意向书|责任书|责任状|公约|议定书))")
_HONOUR = re.compile(r"([^，。；：“”《》]{0,30}?(?:一等奖|二等奖|三等奖|特等奖|金奖|银奖|铜奖|大奖|优秀奖|等奖|奖项|奖杯|奖章|奖|称号|冠军|亚军|季军|[一二三]等功|荣誉|金牌|银牌|铜牌|第[一二三四五六]名|流动红旗|认证))")
_GRANTED = re.compile(r"(?:了|为|的|年度)?((?:[^，。；：“”《》（）]|（[^（）]{1,12}）){2,30}?)(?=[，。；）])")
_ATTEND_CUE = re.compile(r"参加|参会|到会|与会|出席|参观|观众|代表|参赛|参训|听众|客商|来宾|嘉宾|莅会|与会者|运动员")
_PEOPLE = frozenset(("person", "visit"))
_BODIES = ("organisation", "division", "abbreviation", "person")
_OFFICIALS = re.compile(r"(?:的)?(?:各省（市）公司)?(?:客服中心)?(?:主要|有关|相关|分管)?(?:负责人|负责同志|代表|领导|领导人|同志)?(?:等)?(?:进行|分别|先后|作|在会上|在大会上)*$")
_CARRIED = re.compile(r"\s*(?:会上|会议|大会|论坛|其间|期间|会议期间|同日|当日|当天|同时|活动|仪式|开幕式|博览会|展会|此次|本次|该|双方|协议|培训班|赛|比赛)")
_ENTRY_WORK = re.compile(r"(?:的|选送的|报送的|申报的|创作的)?[“《][^”》“《]{1,30}[”》](?:项目|作品|产品|节目|论文|剧目|一文|等)?(?:分别|均|先后)?$")
_SENTENCE = frozenset("。；！？\n\f")
_ADDRESS = re.compile(r"[“”\"][^“”]{0,60}[“”\"]|[、和与及]|以及")


@dataclass
class Story:
    """What the frames made of one page."""

    events: list[tuple[EntrySpan, Event]] = field(default_factory=list)
    parts: list[tuple[EntrySpan, Part]] = field(default_factory=list)


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
        dates: Sequence[Item],
        quantities: Sequence[Item],
    ) -> None:
        self.page, self.lexicon, self.brackets, self.found = page, lexicon, brackets, found
        self.people, self.names = people, names
        self.lists = Lists(page, lexicon, brackets, found, people)
        self.dates, self.quantities = dates, quantities
        self.work_end = {start: end for start, end in brackets.works}
        self.work_start = {end: start for start, end in brackets.works}
        self.quote_end = dict(brackets.quotes)
        self.quote_start = {end: start for start, end in brackets.quotes}
        self.story = Story()

    def read(self, entries: Iterable[EntrySpan]) -> Story:
        """Read every entry, in order."""
        verbs, starts = self.page.verbs, self.page.starts
        at, date, quantity, span = 0, 0, 0, 0
        names = self.names.spans
        for entry in entries:
            while at < len(verbs) and starts[verbs[at]] < entry.start:
                at += 1
            stop = at
            while stop < len(verbs) and starts[verbs[stop]] < entry.end:
                stop += 1
            while date < len(self.dates) and self.dates[date].start < entry.start:
                date += 1
            while quantity < len(self.quantities) and self.quantities[quantity].start < entry.start:
                quantity += 1
            while span < len(names) and names[span][0] < entry.start:
                span += 1
            if stop > at:
                _Entry(self, entry, date, quantity, span).read(verbs[at:stop])
            at = stop
        return self.story


class _Entry:
    """The frames of one entry."""

    def __init__(self, frames: Frames, entry: EntrySpan, date: int, quantity: int, span: int) -> None:
        self.f, self.entry = frames, entry
        self.view = frames.page.view
        self.date, self.quantity, self.span = date, quantity, span
        self.events: list[Event] = []
        self.current: Event | None = None
        self.pending: list[Part] = []
        self.pending_at = -1
        self.held = False  # the waiting parts came from 举办, which says nothing without its event
        self.parts: list[Part] = []
        self.attended: tuple[int, list[Mention]] = (-1, [])
        self.spoken = entry.start

    def read(self, verbs: Sequence[int]) -> None:
        page = self.f.page
        lexicon = self.f.lexicon
        handlers = {
            "convene": self._convene, "sign": self._sign, "grant": self._grant, "win": self._win, "honour": self._honour,
            "found": self._found, "publish": self._publish, "appoint": self._appoint, "speak": self._speak,
            "attend": self._attend, "preside": self._preside,
        }  # fmt: skip
        roled = any(page.view[page.starts[n] : page.ends[n]] in ("主办", "承办", "协办", "联办", "合办") or lexicon.roles.get(page.view[page.starts[n] : page.ends[n]]) == "host" for n in verbs)
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
        self._finish()

    # -- shared steps ---------------------------------------------------------------------------------------------

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
            if event.kind in ("signing", "award", "founding", "publication") or not same_event(event.name, name):
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
        event = Event(kind, start, end, self.view[start:end], trigger, rule, confidence, None, None, self._date(trigger))
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
                    if best < 0 or dates[best].start < sentence or item.sort in ("day", "month") and dates[best].sort == "year":
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
                if _ATTEND_CUE.search(clause) and not any(other.attendance == n for other in self.events):
                    event.attendance = n
                    return
            n += 1

    def _part(self, role: str, members: Iterable[Mention], event: Event | None, confidence: float, opened: bool = False, title: str | None = None) -> None:
        for order, member in enumerate(members, start=1):
            self.parts.append(Part(role, member, event, confidence, title, None, order, opened))

    # -- frames ---------------------------------------------------------------------------------------------------

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
            parts = [Part(role, one, self.current, 0.85, None, None, n, opened) for n, one in enumerate(members, start=1)]
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
        parts = [Part(role, one, None, 0.95, None, None, n, listed.open_list) for n, one in enumerate(listed.members, start=1)]
        following = self.f.names.starting(end + 1) if view[end] == "的" else None
        if following is None and view[end] == "的" and end + 2 in self.f.quote_end and view[end + 1] in "“\"":
            following = end + 2, self.f.quote_end[end + 2]
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
            event = self._event(following, start, "event/hosted", 0.95)
            self._attendance(event, sentence, end)

    def _convene(self, start: int, end: int, word: str) -> None:
        view, names = self.view, self.f.names
        sentence = self._sentence(start)
        skip = _AFTER_VERB.match(view, end)
        after = skip.end() if skip else end
        ahead = names.starting(after) or names.starting(end) or self._object(after)
        if ahead is not None:
            event = self._event(ahead, start, "event/convened", 0.9)
            self._place_before(event, start, sentence)
            subject = self.f.lists.known_before(self._without_place(start), ("organisation", "division", "abbreviation"))
            if subject.members and not any(p.event is event and p.role == "host" for p in self.parts):
                self._part("host", subject.members, event, 0.8, subject.open_list)
            self._attendance(event, sentence, end)
            return
        behind = self._behind(start, sentence)
        if behind is None:
            if self.current is not None and self.current.place is None:
                self._place_before(self.current, start, sentence)
            return
        span, place = behind
        event = self._event(span, start, "event/held", 0.9)
        if event.place is None and place is not None:
            event.place = place
        self._attendance(event, sentence, end)

    def _object(self, place: int) -> tuple[int, int] | None:
        """The whole object of 召开 up to its last class word, where a word inside it had broken it."""
        page, view = self.f.page, self.view
        place += view[place] in "“\""
        n = page.word_at[place]
        end = -1
        while n < len(page.starts) and page.starts[n] < place + 40:
            use, at = page.uses[n], page.starts[n]
            if use & int(Use.BREAK) and not (view[at].isdigit() or view[at] in "“”（）"):
                break
            if view[at : page.ends[n]] == "的":
                break
            if use & int(Use.EVENT) and page.ends[n] - at > 1:
                end = page.ends[n]
            n += 1
        if end < 0 or not self.f.names.add_span(place, end):
            return None
        return place, end

    def _behind(self, start: int, sentence: int) -> tuple[tuple[int, int], Mention | str | None] | None:
        """The name before a verb with nothing but place, time and adverbs between, and that place."""
        spans = self.f.names.spans
        n = self.span
        best = None
        while n < len(spans) and spans[n][0] < start:
            if spans[n][0] >= sentence and spans[n][1] <= start:
                best = spans[n]
            n += 1
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
        if inner is not None and inner.start >= start and inner.start - start <= 3:
            return inner if held is None or held is inner or held.kind == "division" else text
        return text

    def _without_place(self, place: int) -> int:
        """Step back over `在某地` before a verb."""
        place = self.f.lists.skip_adverbs(place)
        low = max(place - 26, self.entry.start)
        at = self.view.rfind("在", low, place)
        if at >= 0 and place - at >= 3 and not any(c in "，。；" for c in self.view[at:place]):
            return at
        return place

    def _place_before(self, event: Event, start: int, sentence: int) -> None:
        if event.place is not None:
            return
        end = self.f.lists.skip_adverbs(start)
        at = self._without_place(start)
        if at < end and at >= sentence:
            event.place = self._place_at(at + 1, end)

    def _sign(self, start: int, end: int, word: str) -> None:
        view = self.view
        if view[end] == "的":
            return  # speaks of an agreement, does not tell of one
        stop = self._sentence_end(end)
        after = end + 1 if view[end] == "了" else end
        if after in self.f.work_end:
            name = (after + 1, self.f.work_end[after] - 1)
            if not view[name[0] : name[1]].endswith(("协议", "协议书", "合同", "备忘录", "协定", "意向书", "责任书", "宣言", "书", "约")):
                return
        else:
            match = _AGREEMENT.match(view, end, min(stop, end + 46))
            if match is None:
                return
            name = match.span(1)
            if re.match(r"[0-9一二三四五六七八九十]", view[name[0]]) and not re.search(r"[\u4e00-\u9fff]{2}(?:协议|合同)", view[name[0] : name[1]]):
                return
        parties = self._parties(start) or self._topic(start)
        if not parties and word in ("达成", "缔结", "签"):
            return
        event = self._new("signing", name[0], name[1], start, "event/signed", 0.9)
        if not any(p.event is event and p.role == "party" for p in self.parts):
            self._part("party", parties, event, 0.9)

    def _parties(self, start: int) -> list[Mention]:
        """Who signs: `A与B`, `A、B和C`, `A与4个专业市场`, or the subject of the clause before."""
        lists = self.f.lists
        place = self._without_place(start)
        known = lists.known_before(place, _BODIES)
        members = known.members
        clause = max(self.view.rfind(mark, self.entry.start, start) for mark in "，。；\n】") + 1
        if not members:
            for joint in ("与", "和", "同"):
                at = self.view.rfind(joint, clause, start)
                if at > clause:
                    members = lists.known_before(at, _BODIES).members
                    if members:
                        break
            return members
        if len(members) == 1 and self.view[members[0].start - 1] in "与和同":
            sentence = self._sentence(start)
            subject = [
                m
                for m in self._mentions(sentence, members[0].start - 1)
                if m.kind in ("organisation", "abbreviation", "division", "person") and not self.f.page.use_starting(m.end)[0] & int(Use.TITLE)
            ]
            if subject:
                members = [subject[0], *members]
        return members

    def _topic(self, start: int) -> list[Mention]:
        """Who a sentence is about: the names it opens with (after a date), before a verb; later clauses keep them."""
        place = self._sentence(start)
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
        return [by_start[place] for place in range(start, end) if place in by_start and by_start[place].end <= end]

    def _title_after(self, place: int, stop: int, needs_cue: bool) -> tuple[int, int] | None:
        """The title granted: the first quotation within reach, else a phrase that ends in 奖, 称号 …"""
        view = self.view
        for at in range(place, min(stop, place + 40)):
            if at in self.f.quote_end and view[at - 1] in "“\"「":
                return at, self.f.quote_end[at]
            if view[at] in "，。；":
                break
        match = _HONOUR.match(view, place, min(stop, place + 40))
        if match is not None and match.end() - place >= 2:
            return match.span(1)
        if not needs_cue:
            match = _GRANTED.match(view, place, min(stop + 1, place + 40))
            if match is not None:
                return match.span(1)
        return None

    def _grant(self, start: int, end: int, word: str) -> None:
        view, lists = self.view, self.f.lists
        stop = self._sentence_end(end)
        clause = max(view.rfind(mark, self.entry.start, start) for mark in "，。；\n】") + 1
        given, after, _ = lists.known_after(end + 1 if view[end] == "了" else end)
        passive = view.rfind("被", clause, start)
        naming = word.endswith("为") or word.endswith("定")
        title = self._title_after(after, stop, naming and passive < 0 and "“" not in view[after : after + 3])
        if title is None:
            return
        receivers: list[Mention] = []
        givers: list[Mention] = []
        opened = False
        if passive >= 0:
            subject = lists.known_before(passive)
            receivers, opened = subject.members or self._subject(passive), subject.open_list
            givers = [m for m in lists.known_before(start).members if m.start > passive]
        else:
            towards = view.rfind("向", clause, start)
            if towards > clause:
                known = lists.known_before(start)
                receivers, opened = [m for m in known.members if m.start > towards], known.open_list
                givers = lists.known_before(towards).members
            else:
                subject = lists.known_before(start)
                if given:
                    receivers, givers = given, subject.members
                elif naming:
                    receivers, opened = subject.members, subject.open_list
                else:
                    givers = subject.members
        event = self._new("award", title[0], title[1], start, "event/granted", 0.9)
        self._part("giver", givers, event, 0.9)
        self._part("receiver", receivers, event, 0.9, opened)

    def _win(self, start: int, end: int, word: str) -> None:
        view, lists = self.view, self.f.lists
        stop = self._sentence_end(end)
        after = end + 1 if view[end] == "得" or view[end] == "了" else end
        givers, beyond, _ = lists.known_after(after, ("organisation", "abbreviation", "division"))
        if givers and view.startswith(("颁发", "授予", "评定", "颁授"), beyond):
            beyond += 2
            beyond += view[beyond] == "的"
        elif givers and givers[-1].kind == "division":
            givers, beyond = [], after
        passive = word.startswith("被") or word in ("获评", "获颁")
        title = self._title_after(beyond, stop, not passive)
        if title is None:
            return
        subject = lists.known_before(start, ("organisation", "division", "abbreviation", "person", "place", "facility"))
        receivers = subject.members
        if not receivers:
            match = _ENTRY_WORK.search(view, max(start - 46, self.entry.start), start)
            if match is not None:
                receivers = lists.known_before(match.start()).members
        if not receivers and passive:
            receivers = self._subject(start)
        if not receivers and not givers and word == "获" and view[title[0] - 1] not in "“\"":
            return
        event = self._new("award", title[0], title[1], start, "event/won", 0.85)
        self._part("giver", givers, event, 0.8)
        self._part("receiver", receivers, event, 0.85, subject.open_list)

    def _honour(self, start: int, end: int, word: str) -> None:
        after = end + 1 if self.view[end] == "了" else end
        if after + 1 in self.f.quote_end and self.view[after] in "“\"":
            span = after + 1, self.f.quote_end[after + 1]
            event = self._new("award", span[0], span[1], start, "event/honoured", 0.8)
            self._part("giver", self.f.lists.known_before(start, ("organisation", "division")).members, event, 0.8)

    def _found(self, start: int, end: int, word: str) -> None:
        view, found, lists = self.view, self.f.found, self.f.lists
        if word not in ("揭牌", "挂牌"):
            after = end + 1 if view[end] in "了“\"" else end
            after += view[after] in "“\""
            if view[end : end + 8].lstrip("0123456789一二三四五六七八九十百").startswith(("周年", "年", "余年")):
                return
            members, _, _ = lists.known_after(after, ("organisation", "facility"))
            if members and word != "创建":
                subject = lists.known_before(start, ("organisation", "division", "abbreviation")).members
                sure = 0.75 if subject else 0.6
                for made in members:
                    event = self._new("founding", made.start, made.end, start, "event/founded", 0.85)
                    self._part("founder", subject or self._topic(start), event, sure)
                return
        if word in ("成立", "揭牌", "挂牌") and view[end] in "，。；、）\n ":
            place = lists.skip_adverbs(start)
            where = found.by_end.get(place)
            if where is not None and where.kind in ("facility", "place", "division") and view[where.start - 1] == "在":
                place = where.start - 1
            place -= view[place - 1] in "”\""
            made_before = found.by_end.get(place)
            if made_before is not None and made_before.kind in ("organisation", "facility"):
                self._new("founding", made_before.start, made_before.end, start, "event/founded", 0.85)

    def _publish(self, start: int, end: int, word: str) -> None:
        view, lists = self.view, self.f.lists
        if word in ("制定", "制订"):
            return
        after = end + 1 if view[end] in "了的" else end
        if after in self.f.work_end and word != "出版":
            known = lists.known_before(start, ("organisation", "division", "abbreviation"))
            subject = known.members or self._topic(start)
            place = after
            while place in self.f.work_end:
                stop = self.f.work_end[place]
                event = self._new("publication", place + 1, stop - 1, start, "event/published", 0.9)
                self._part("issuer", subject, event, 0.9 if known.members else 0.6, known.open_list)
                place = stop + 1 if view[stop] in "、和" else stop
            return
        place = lists.skip_adverbs(start)
        publishers: list[Mention] = []
        if word == "出版":
            known = lists.known_before(start, ("organisation",))
            if known.members and view[known.start - 1] == "由":
                publishers, place = known.members, known.start - 1
        if place in self.f.work_start:
            begin = self.f.work_start[place]
            event = self._new("publication", begin + 1, place - 1, start, "event/published", 0.85)
            self._part("publisher", publishers, event, 0.9)
        elif word == "出版" and after in self.f.work_end:
            stop = self.f.work_end[after]
            event = self._new("publication", after + 1, stop - 1, start, "event/published", 0.85)
            if view[stop] == "（":
                publishers, _, _ = lists.known_after(stop + 1, ("organisation",))
                date = next((n for n in range(self.date, len(self.f.dates)) if stop <= self.f.dates[n].start < stop + 24), -1)
                if publishers:
                    self._part("publisher", publishers, event, 0.85)
                    if date >= 0:
                        event.date = date

    def _appoint(self, start: int, end: int, word: str) -> None:
        view = self.view
        if word in ("任命", "选举", "聘任", "推选", "选举产生"):
            place = end + (view[end] == "了")
            while True:
                who = self._person_at(place)
                if who is None or view[who.end] not in "为任":
                    return
                place = self._post(who, who.end + 1)
                if place < 0 or view[place] not in "、，":
                    return
                place += 1
        elif word in ("当选", "担任", "出任", "调任", "就任", "接任", "兼任", "任"):
            before = self.f.lists.skip_adverbs(start)
            held = self.f.found.by_end.get(before)
            who = held if held is not None and held.kind == "person" else None
            if who is None:
                for size in (3, 2):
                    at = before - size
                    if view[at - 1] in "，。；、\n】" and self.f.people.name_at(at, False) == before:
                        who = self._person_at(at)
                        break
            if who is not None:
                self._post(who, end + (view[end] == "为"))

    def _person_at(self, place: int) -> Mention | None:
        held = self.f.found.by_start.get(place)
        if held is not None and held.kind == "person":
            return held
        view = self.view
        for size in (2, 3, 4):
            end = place + size
            if view[end] in "为任" and self.f.people.name_at(place, False):
                return self.f.people.keep(place, end, "person/appointed", 0.85)
            if size == 3 and view[place + 1] in " \u3000" and view[end] in "为任":
                return self.f.people.keep(place, end, "person/appointed", 0.85)
        return None

    def _post(self, who: Mention, place: int) -> int:
        """Read `(机构)职务` after 为 and note the appointment; returns where it ends, or -1."""
        found = self.f.found
        held = found.by_start.get(place)
        organisation = held if held is not None and held.kind in ("organisation", "abbreviation", "division") else None
        at = organisation.end if organisation is not None else place
        use_of, view = self.f.lexicon.use_of, self.view
        stop = next((at + size for size in range(7, 1, -1) if use_of.get(view[at : at + size], 0) & int(Use.TITLE)), -1)
        if stop < 0:
            return -1
        title = view[at:stop]
        self.parts.append(Part("appointee", who, None, 0.85, title, organisation))
        return stop

    def _chain(self, start: int) -> list[Mention]:
        """Who does what a verb says: the names right before it, officials and quotations stepped over."""
        lists, view = self.f.lists, self.view
        place = lists.skip_adverbs(start)
        match = _OFFICIALS.search(view, max(place - 24, self.entry.start), place)
        if match is not None:
            place = match.start()
        known = lists.known_before(place, _BODIES)
        return known.members

    def _people_between(self, low: int, start: int) -> list[Mention]:
        sentence = max(self._sentence(start), low)
        return [m for m in self._mentions(sentence, start) if m.kind == "person"]

    def _speak(self, start: int, end: int, word: str) -> None:
        if start < self.spoken:
            return
        members = self._people_between(self.spoken, start)
        if not members and self.attended[0] >= self._sentence(start):
            members = self.attended[1]
        if word == "介绍" and not members:
            clause = max(self.view.rfind(mark, self.entry.start, start) for mark in "，。；\n】") + 1
            if "会上" not in self.view[clause:start]:
                return
        if word in ("介绍", "讲授", "授课", "主讲") and members and "会上" not in self.view[self._sentence(start) : start]:
            return
        if not members:
            members = [m for m in self._chain(start) if m.kind != "person"]
            if word in ("讲话", "授课") and not members:
                return
        self.spoken = end
        self._part("speaker", members, self.current, 0.8)

    def _preside(self, start: int, end: int, word: str) -> None:
        members = [m for m in self._chain(start) if m.kind == "person"]
        self.spoken = max(self.spoken, end)
        self._part("chair", members, self.current, 0.85)

    def _attend(self, start: int, end: int, word: str) -> None:
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
        speaks = re.match(r"[^，。；]{0,10}并?(?:作|发表)?[^，。；]{0,6}(?:讲话|致辞|致词|发言|报告|演讲)", after)
        if speaks and all(m.kind == "person" for m in members):
            self.attended = (start, members)
            return
        _, opened = self.f.lists.skip_open(start)
        self._part("participant", members, self.current, 0.75, opened or delegates_open)

    def _delegates(self, start: int) -> tuple[list[Mention], bool]:
        """The bodies whose people come: `A、B和C各分公司150位负责人参加`."""
        quantities = self.f.quantities
        n = self.quantity
        place = -1
        while n < len(quantities) and quantities[n].start < start:
            if start - quantities[n].end <= 8 and quantities[n].sort in ("person", "count", "visit"):
                place = quantities[n].start
            n += 1
        if place < 0:
            return [], False
        view = self.view
        for mark in ("的", "等"):
            if view[place - 1] == mark:
                place -= 1
        match = re.search(r"(?:各[^，。；、]{0,16}|等[^，。；、]{0,10}|的代表|代表|负责人)$", view[max(place - 24, self.entry.start) : place])
        opened = False
        if match is not None:
            place -= len(match.group())
            opened = match.group().startswith("等")
        return self.f.lists.known_before(place, ("organisation", "division", "abbreviation")).members, opened

    # -- end of the entry -----------------------------------------------------------------------------------------

    def _meets(self, start: int, end: int) -> bool:
        """Whether a session is spoken of as a meeting, not as the body that decides: 在…会议上, not …会议任命."""
        held = self.f.found.by_start.get(start)
        if held is None or held.kind != "organisation" or held.end >= end:
            return True
        return self.view[end] in "上期中" or self.view.startswith(("开幕", "闭幕", "召开", "举行"), end)

    def _finish(self) -> None:
        """Mark every mention of each event's name and hand the entry's rows on."""
        found, names, view = self.f.found, self.f.names, self.view
        spans = names.spans
        n = self.span
        while n < len(spans) and spans[n][0] < self.entry.end:
            start, end = spans[n]
            n += 1
            name = view[start:end]
            event = next((e for e in self.events if (start, end) in e.same), None)
            if event is None:
                event = next((e for e in self.events if e.kind not in ("signing", "award", "founding", "publication") and same_event(e.name, name)), None)
            if event is not None:
                event.same.append((start, end))
                confidence = event.confidence
            elif self._meets(start, end) and (names.edition(start, end) or view[start - 1] in "“\""):
                confidence = 0.7
            else:
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
            mention = Mention("event", start, end, event.rule if event else "event/named", confidence, name=event.name if event else None, sort=names.kind.get((start, end)))
            found.by_start[start] = mention
            found.by_end[end] = mention
        self.f.story.events.extend((self.entry, event) for event in sorted(self.events, key=lambda e: e.start))
        self.f.story.parts.extend((self.entry, part) for part in self.parts)


__all__ = ["EntrySpan", "Frames", "Item", "Person", "Story"]
