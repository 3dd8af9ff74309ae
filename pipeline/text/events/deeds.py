"""Deeds: agreements signed, titles granted and won, bodies founded, works published, posts filled.

Here: the frames of 签署, 授予, 获, 表彰, 成立, 印发, 任命. Not here: meetings (`meetings`).
"""

from __future__ import annotations

import re

from pipeline.text.entities.mention import Mention
from pipeline.text.entities.words import Use
from pipeline.text.events.lists import BODIES, NAMELESS
from pipeline.text.events.names import Part
from pipeline.text.events.telling import Telling

_AGREEMENT = re.compile(
    r"(?:了|首个|第[一二三四五六七八九十0-9]+[个份])?[“\"《]?([^，。；：“”《》]{0,30}?(?:协议书|协议|合同书|合同|备忘录|协定|意向书|责任书|责任状|公约|议定书))"
)
_HONOUR = re.compile(
    r"([^，。；：“”《》]{0,30}?(?:一等奖|二等奖|三等奖|特等奖|金奖|银奖|铜奖|大奖|优秀奖|等奖|奖项|奖杯|奖章|奖|称号|冠军|亚军|季军|[一二三]等功|荣誉|金牌|银牌|铜牌|第[一二三四五六]名|流动红旗|认证))"
)
_HONOURED = frozenset("奖号军功誉牌名旗证")
"""One of these stands in whatever `_HONOUR` finds."""
_FORMAL = re.compile(r"(?:[经由][^，。；]{2,16}?)?(?:批准|同意|宣告|宣布|揭牌|挂牌|注册|登记|筹备|正式)+$")
_GRANTED = re.compile(r"(?:了|为|的|年度)?((?:[^，。；：“”《》（）]|（[^（）]{1,12}）){2,30}?)(?=[，。；）])")
_ENTRY_WORK = re.compile(
    r"(?:的|生产的|研制的|完成的|主持的|承担的|出品的|推荐的|表演的|选送的|报送的|申报的|创作的)?[“《][^”》“《]{1,30}[”》](?:牌[^，。；“”的]{1,8}|项目|课题|作品|产品|节目|论文|剧目|一文|等)?(?:分别|均|先后)?$"
)
_TAIL = 13  # characters that can stand between the mark that closes such a work and the verb


class Deeds(Telling):
    """The frames of deeds."""

    def _sign(self, start: int, end: int, word: str) -> None:
        view = self.view
        if view[end] == "的":
            return  # speaks of an agreement, does not tell of one
        stop = self._sentence_end(end)
        after = end + 1 if view[end] == "了" else end
        if after in self.f.work_end:
            name = (after + 1, self.f.work_end[after] - 1)
            if not view[name[0] : name[1]].endswith(
                ("协议", "协议书", "合同", "备忘录", "协定", "意向书", "责任书", "宣言", "书", "约")
            ):
                return
        else:
            match = _AGREEMENT.match(view, end, min(stop, end + 46))
            if match is None:
                return
            name = match.span(1)
            if re.match(r"[0-9一二三四五六七八九十]", view[name[0]]) and not re.search(
                r"[\u4e00-\u9fff]{2}(?:协议|合同)", view[name[0] : name[1]]
            ):
                return
        if view[name[1] : name[1] + 1] in ("额", "金", "总", "款") or view[name[1]] in "0123456789":
            return  # 签订合同额146亿元 tells of a sum
        parties = self._parties(start) or self._topic(start)
        if not parties and (word in ("达成", "缔结", "签") or name[1] - name[0] <= 2):
            return
        event = self._new("signing", name[0], name[1], start, "event/signed")
        if not self._filled(event, "party"):
            self._part("party", parties, event)

    def _parties(self, start: int) -> list[Mention]:
        """Who signs: `A与B`, `A、B和C`, `A与4个专业市场`, or the subject of the clause before."""
        lists = self.f.lists
        place = self._without_place(start)
        known = lists.known_before(place, BODIES)
        members = known.members
        clause = self._back(start, "，。；\n】")
        if not members:
            for joint in ("与", "和", "同"):
                at = self.view.rfind(joint, clause, start)
                if at > clause:
                    members = lists.known_before(at, BODIES).members
                    if members:
                        break
            return members
        if len(members) == 1 and self.view[members[0].start - 1] in "与和同":
            sentence = self._sentence(start)
            subject = [
                m
                for m in self._mentions(sentence, members[0].start - 1)
                if m.kind in ("organisation", "abbreviation", "division", "person")
                and not self.f.page.use_starting(m.end)[0] & int(Use.TITLE)
            ]
            if subject:
                members = [subject[0], *members]
        return members

    def _grant(self, start: int, end: int, word: str) -> None:
        view, lists = self.view, self.f.lists
        stop = self._sentence_end(end)
        clause = self._back(start, "，。；\n】")
        given, after, _ = lists.known_after(end + 1 if view[end] == "了" else end)
        passive = view.rfind("被", clause, start)
        naming = word.endswith(("为", "定"))
        title = self._title_after(after, stop, not naming)
        if title is None:
            return
        receivers: list[Mention] = []
        givers: list[Mention] = []
        opened = False
        if passive >= 0:
            subject = lists.known_before(passive)
            receivers = subject.members or self._named_before(passive) or self._subject(passive)
            opened = subject.open_list
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
        if not receivers and not givers and view.startswith("证书", title[1]):
            return
        if view.startswith("荣誉证书", title[0]) or view[title[0] : title[1]] == "荣誉":
            return
        event = self._new("award", title[0], title[1], start, "event/granted")
        self._part("giver", givers, event)
        self._part("receiver", receivers, event, opened)

    def _win(self, start: int, end: int, word: str) -> None:
        view, lists = self.view, self.f.lists
        stop = self._sentence_end(end)
        after = end + 1 if view[end] == "得" or view[end] == "了" else end
        givers, beyond, _ = lists.known_after(after, NAMELESS)
        if givers and view.startswith(("颁发", "授予", "评定", "颁授"), beyond):
            beyond += 2
            beyond += view[beyond] == "的"
        elif givers and givers[-1].kind == "division":
            givers, beyond = [], after
        passive = word.startswith("被") or word in ("获评", "获颁")
        title = self._title_after(beyond, stop, not passive)
        if title is None:
            return
        subject = lists.known_before(
            start, ("organisation", "division", "abbreviation", "person", "place", "facility")
        )
        receivers = subject.members
        if not receivers:
            low = max(start - 46, self.entry.start)
            near = max(start - _TAIL, low)
            if view.rfind("”", near, start) >= 0 or view.rfind("》", near, start) >= 0:
                match = _ENTRY_WORK.search(view, low, start)
                if match is not None:
                    receivers = lists.known_before(match.start()).members
        if not receivers:
            receivers = self._named_before(start)
        if not receivers and (passive or view[start - 1] == "，"):
            receivers = self._subject(start)
        if not receivers and not givers and word == "获" and view[title[0] - 1] not in '“"':
            return
        event = self._new("award", title[0], title[1], start, "event/won")
        self._part("giver", givers, event)
        self._part("receiver", receivers, event, subject.open_list)

    def _named_before(self, place: int) -> list[Mention]:
        """A person whom only the place of the name shows, between a mark or a date and the verb: 11月，王海鹏被授予."""
        people, view = self.f.people, self.view
        place = self.f.lists.skip_adverbs(place)
        for size in (3, 2):
            at = place - size
            if (
                view[at - 1] in "，。；、\n】 月日年"
                and people.name_at(at, True) == place
                and people.likely(at)
            ):
                return [people.keep(at, place, "person/receiver")]
        return []

    def _honour(self, start: int, end: int, word: str) -> None:
        after = end + 1 if self.view[end] == "了" else end
        if after + 1 in self.f.quote_end and self.view[after] in '“"':
            span = after + 1, self.f.quote_end[after + 1]
            event = self._new("award", span[0], span[1], start, "event/honoured")
            self._part(
                "giver", self.f.lists.known_before(start, ("organisation", "division")).members, event
            )

    def _found(self, start: int, end: int, word: str) -> None:
        view, found, lists = self.view, self.f.found, self.f.lists
        if word not in ("揭牌", "挂牌"):
            after = end + 1 if view[end] in '了“"' else end
            after += view[after] in '“"'
            if (
                view[end : end + 8]
                .lstrip("0123456789一二三四五六七八九十百")
                .startswith(("周年", "年", "余年"))
            ):
                return
            members, _, _ = lists.known_after(after, ("organisation", "facility"))
            common = self.f.common.get(after, -1)
            if not members and common - after >= 6 and word != "创建":
                members = [found.add(Mention("organisation", after, common, "organisation/founded"))]
            if members and word != "创建":
                subject = lists.known_before(start, NAMELESS).members
                for made in members:
                    event = self._new("founding", made.start, made.end, start, "event/founded")
                    self._part("founder", subject or self._topic(start), event)
                return
        if word in ("成立", "揭牌", "挂牌") and (view[end] in "，。；、）\n " or view.startswith("仪式", end)):
            place = lists.skip_adverbs(start)
            joined = _FORMAL.search(view, max(place - 24, self.entry.start), place)
            if joined is not None:
                place = lists.skip_adverbs(joined.start())
            where = found.by_end.get(place)
            if (
                where is not None
                and where.kind in ("facility", "place", "division")
                and view[where.start - 1] == "在"
            ):
                place = where.start - 1
            place -= view[place - 1] in '”"'
            made_before = found.by_end.get(place)
            if made_before is not None and made_before.kind in ("organisation", "facility"):
                self._new("founding", made_before.start, made_before.end, start, "event/founded")

    def _publish(self, start: int, end: int, word: str) -> None:
        view, lists = self.view, self.f.lists
        if word in ("制定", "制订"):
            return
        after = end + 1 if view[end] in "了的" else end
        if after in self.f.work_end and word != "出版":
            known = lists.known_before(start, NAMELESS)
            subject = known.members or self._topic(start)
            place = after
            while place in self.f.work_end:
                stop = self.f.work_end[place]
                event = self._new("publication", place + 1, stop - 1, start, "event/published")
                self._part("issuer", subject, event, known.open_list)
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
            event = self._new("publication", begin + 1, place - 1, start, "event/published")
            self._part("publisher", publishers, event)
        elif word == "出版" and after in self.f.work_end:
            stop = self.f.work_end[after]
            event = self._new("publication", after + 1, stop - 1, start, "event/published")
            if view[stop] == "（":
                publishers, _, _ = lists.known_after(stop + 1, ("organisation",))
                n = self.f.dates.before(stop)
                date = n if n < len(self.f.dates.start) and self.f.dates.start[n] < stop + 24 else -1
                if publishers:
                    self._part("publisher", publishers, event)
                    if date >= 0:
                        event.date = date

    def _appoint(self, start: int, end: int, word: str) -> None:
        view = self.view
        if word in ("任命", "选举", "聘任", "推选", "选举产生"):
            place = end + (view[end] in "了:")
            while True:
                chosen = self._people_at(place)
                if not chosen:
                    return
                after = chosen[-1].end + 1
                for one in chosen:
                    place = self._post(one, after)
                if place < 0 or view[place] not in "、，":
                    return
                place += 1
        elif word in ("当选", "担任", "出任", "调任", "就任", "接任", "兼任", "任"):
            before = self.f.lists.skip_adverbs(start)
            known = self.f.lists.known_before(before, ("person",)).members if word in ("担任", "当选") else []
            if len(known) > 1:
                for one in known:
                    self._post(one, end + (view[end] == "为"))
                return
            if view.startswith("同志", before - 2):
                before -= 2
            elif view[before - 1] == "）" and before in self.f.paren_start:
                before = self.f.paren_start[before]
            held = self.f.found.by_end.get(before)
            who = held if held is not None and held.kind == "person" else None
            if who is None:
                for size in (3, 2):
                    at = before - size
                    if view[at - 1] in "，。；、\n】 " and self.f.people.name_at(at, True) == before:
                        who = self.f.people.keep(at, before, "person/appointed")
                        break
            if who is not None:
                self._post(who, end + (view[end] == "为"))

    def _people_at(self, place: int) -> list[Mention]:
        """The people named in a row before 为: 周敏、李红兵为副主席."""
        row: list[tuple[int, int]] = []
        view, people = self.view, self.f.people
        while True:
            who = self._person_at(place)
            if who is not None and view[who.end] in "为任":
                return [*(people.keep(a, b, "person/appointed") for a, b in row), who]
            end = who.end if who is not None else people.name_at(place, True)
            if not end or view[end] not in "、和" or len(row) > 30:
                return []
            row.append((place, end))
            place = end + 1

    def _person_at(self, place: int) -> Mention | None:
        held = self.f.found.by_start.get(place)
        if held is not None and held.kind == "person":
            return held
        view = self.view
        for size in (2, 3, 4):
            end = place + size
            if view[end] in "为任" and self.f.people.name_at(place, True) == end:
                return self.f.people.keep(place, end, "person/appointed")
            if size == 3 and view[place + 1] in " \u3000" and view[end] in "为任":
                return self.f.people.keep(place, end, "person/appointed")
        return None

    def _post(self, who: Mention, place: int) -> int:
        """Read `(机构)职务` after 为 and note the appointment; returns where it ends, or -1."""
        found = self.f.found
        held = found.by_start.get(place)
        organisation = (
            held if held is not None and held.kind in ("organisation", "abbreviation", "division") else None
        )
        at = organisation.end if organisation is not None else place
        use_of, view = self.f.lexicon.use_of, self.view
        stop = next(
            (at + size for size in range(7, 1, -1) if use_of.get(view[at : at + size], 0) & int(Use.TITLE)),
            -1,
        )
        if stop < 0:
            return -1
        title = view[at:stop]
        self.parts.append(Part("appointee", who, None, title, organisation))
        return stop

    def _title_after(self, place: int, stop: int, needs_cue: bool) -> tuple[int, int] | None:
        """The title granted: the first quotation within reach, else a phrase that ends in 奖, 称号 …"""
        view = self.view
        for at in range(place, min(stop, place + 40)):
            if at in self.f.quote_end and view[at - 1] in '“"「':
                return at, self.f.quote_end[at]
            if view[at] in "，。；":
                break
        high = min(stop, place + 40)
        if not _HONOURED.isdisjoint(view[place:high]):
            match = _HONOUR.match(view, place, high)
            if match is not None and match.end() - place >= 2:
                return match.span(1)
        if not needs_cue:
            match = _GRANTED.match(view, place, min(stop + 1, place + 40))
            if match is not None:
                return match.span(1)
        return None
