"""People: a name is read where a title stands before it, in lists, and again wherever the entry repeats it.

Here: names by title, what each person is where (affiliations), further mentions of a known name. Not here:
signatures (`segment` finds them), roles in events (`events`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pipeline.text.entities.mention import Found, Mention
from pipeline.text.entities.words import Lexicon, Page, Use

_TITLE, _OCCUPATION, _HONORIFIC = int(Use.TITLE), int(Use.OCCUPATION), int(Use.HONORIFIC)
_POST = _TITLE | _OCCUPATION
_FOLLOWS = int(
    Use.PREDICATE | Use.CONJUNCTION | Use.TITLE | Use.OCCUPATION | Use.HONORIFIC | Use.ROLE | Use.MIXED
)
_PUNCTUATION = frozenset('，。；：、！？（）()《》“”"\n\f\u3000 ,;:/—…】【0123456789')
NEAR = 4_000
"""How far from its first mention, in characters, a name is looked for again within its entry."""
_AFTER = frozenset("作率任当就致赴受应获被将把均曾说带来偕携")
_LIFE = re.compile(r"[（(](?:约)?[0-9]{4}[年.0-9月日]*[—－–~～-]+(?:[0-9]{4}[年.0-9月日]*)?[）)]，[男女]")
_DOTTED = re.compile(r"[\u4e00-\u9fff]{1,8}(?:[·•][\u4e00-\u9fff]{1,8}){1,3}")
_SPACED = re.compile(
    r"[ \u3000]{1,2}([\u4e00-\u9fff])"
    r"(?:[ \u3000]{1,2}([\u4e00-\u9fff])(?![\u4e00-\u9fff]?[ \u3000][\u4e00-\u9fff]))?"
)
_SOUNDS = frozenset(
    "古丽娜尔阿依曲比乌兰其格巴图吉木拉提买热汗江克孜别努沙扎西卓玛次仁旺顿珠达瓦央金德多杰才让嘎桑日勒苏那高娃萨"
    "托娅斯琴毕力特朝鲁海米迪里夏祖帕艾再合则麦不都肉外伊布拉音甫夫莫色什哈铁朗罗洛姑果呼和额宝青敖登"
)
"""Characters that write names of other tongues; a name of four and more of nothing else is one."""
_GOING_ON = frozenset("其格提江尔别克孜木拉汗依丁甫夫斯娃古丽娜旦热买合姆德巴力罕什")
_CUE = re.compile(r"(?:选举|授予|任命|聘请|聘任|推选|推举|补选|增选|选出|由|追授|表彰|增补|免去|罢免)[了:]?")
_LIST_ENDS = re.compile(
    r"(?:等(?:[0-9一二三四五六七八九十]+(?:余)?(?:人|名|位)|人|同志)|(?:[0-9一二三四五六七八九十]+|两)(?:人|名|位)|(?:同志)?(?:为|任|担任|当选|被|荣获|出席|陪同|参加|“|的))"
)
_MASKED = re.compile(r"某(?:某|[\u4e00-\u9fff])?")
_NOT_MASKED = frozenset("些种个日月年地方时项市县区省村乡镇单公企学校银医院中部局")
_PEOPLE = re.compile(r"族(?:干部|群众|农民|牧民|教师|村民|学生|青年|妇女|医生|村医|姑娘|女)?(?=[\u4e00-\u9fff])")
_PREFIXES = ("常务", "名誉", "首席", "代理", "执行", "第一", "原", "兼")


@dataclass(slots=True)
class Person:
    """A person with what the text says he or she is: (title, organisation) pairs, in order."""

    mention: Mention
    posts: list[tuple[str, Mention | None]] = field(default_factory=list)
    front: int = -1  # where what stands before the name begins: 市水务局局长|周平


def han(character: str) -> bool:
    """Whether a character is a Han ideograph of the basic plane."""
    return "\u4e00" <= character <= "\u9fff"


class People:
    """Reads the people of one page."""

    def __init__(self, page: Page, lexicon: Lexicon, found: Found, inside: bytearray) -> None:
        self.page, self.lexicon, self.found, self.inside = page, lexicon, found, inside
        self.people: list[Person] = []
        self.by_start: dict[int, Person] = {}

    def read(self) -> None:
        """Find every name that a title introduces, with its list."""
        page = self.page
        view, ends, uses = page.view, page.ends, page.uses
        surnames = self.lexicon.surnames
        for n in page.titles:
            at = ends[n]
            character = view[at]
            if character in " \u3000" and han(view[at + 1]):
                at += 1
                character = view[at]
            if (
                character not in surnames
                and view[at : at + 2] not in surnames
                and character not in _SOUNDS
                and not _DOTTED.match(view, at)
            ):
                continue
            if self.inside[at] == 1 or (at > 0 and at in self.by_start):
                continue
            end = self.name_at(at, bool(uses[n] & _TITLE))
            if not end:
                continue
            person = self._note(at, end, "person/title")
            person.posts, person.front = self._posts(n)
            self._list(person, end)

    def listed(self) -> None:
        """Names after a verb of choosing or honouring, alone or in a row: 授予张建军、刘玉兰等10人称号."""
        view, inside = self.page.view, self.inside
        for cue in _CUE.finditer(view):
            at = cue.end()
            names: list[tuple[int, int]] = []
            while True:
                end = self.name_at(at, True) if self.likely(at) else 0
                if not end:
                    break
                names.append((at, end))
                at = end + (view[end] in "、和")
                if at == end:
                    break
            if not names and cue.group() == "免去" and self.likely(at):
                names = self._glued(at)
            if not names or inside[names[0][0]] in (1, 3):
                continue
            last = names[-1][1]
            whole = last == at or (len(names) > 1 and view[last] in "、和" and at == last + 1)
            if cue.group() != "免去" and not (whole and _LIST_ENDS.match(view, last)):
                continue
            if cue.group() == "由" and len(names) == 1 and not view.startswith(("担任", "任"), last):
                continue
            for start, end in names:
                if start not in self.by_start:
                    self._note(start, end, "person/chosen")

    def _glued(self, at: int) -> list[tuple[int, int]]:
        """A name and the body right after it, which an earlier rule read as one: 免去｜林大海｜市教育局."""
        held = self.found.by_start.get(at)
        view = self.page.view
        for size in (3, 2):
            end = at + size
            if held is not None and view[end] in "市省县区" and end < held.end:
                self.found.drop(held)
                self.found.add(Mention("organisation", end, held.end, held.rule))
                return [(at, end)]
        return []

    def likely(self, at: int) -> bool:
        """Whether a place may begin a name where no title says so: a common surname and no word of a list."""
        view, lexicon = self.page.view, self.lexicon
        surname = lexicon.surnames.get(view[at : at + 2]) or lexicon.surnames.get(view[at])
        if surname is None or surname == "ambiguous":
            return False
        held = self.found.by_start.get(at)
        if held is not None and held.kind != "person" and held.rule != "organisation/suffix":
            return False
        return not any(view[at : at + size] in lexicon.use_of for size in (2, 3, 4))

    def masked(self) -> None:
        """Names of which all but the surname, or a part, is withheld: 吴某, 蔡某雄."""
        view, surnames = self.page.view, self.lexicon.surnames
        at = view.find("某")
        while at > 0:
            start = at - 1
            following = view[at + 1]
            if (
                surnames.get(view[start]) == "common"
                and following not in _NOT_MASKED
                and not self.inside[start]
                and start not in self.by_start
                and (following == "某" or self._opens(start))
            ):
                end = at + 1
                if following == "某" or (
                    han(following) and not self._follows(end) and self._follows(end + 1)
                ):
                    end += 1
                self._note(start, end, "person/masked")
                at = end - 1
            at = view.find("某", at + 1)

    def _opens(self, start: int) -> bool:
        """Whether something ends right before a place: a mark, or any word of a list."""
        view = self.page.view
        before = view[start - 1]
        return not han(before) or self.page.use_ending(start)[1] < start or before in "人为与和及将对把被因从由"

    def of_peoples(self) -> None:
        """People told by their nationality, 蒙古族教师乌兰其其格."""
        view = self.page.view
        for match in _PEOPLE.finditer(view):
            end = self._sounded(match.end())
            if end and match.end() not in self.by_start and not self.inside[match.end()]:
                front = match.start()
                while han(view[front - 1]) and match.start() - front < 5 and not self.page.use_ending(front)[1] < front:
                    front -= 1
                self._note(match.end(), end, "person/people").front = front

    def _sounded(self, at: int) -> int:
        """End of a name of three to seven characters that write the sounds of another tongue, or 0."""
        view = self.page.view
        end = at
        while view[end] in _SOUNDS and end - at < 7:
            end += 1
        last = end
        while end - at >= 4:
            if self._follows(end):
                return end
            end -= 1
        return last if 4 <= last - at <= 6 else 0

    def name_at(self, at: int, strong: bool) -> int:
        """End of the name that starts at a place, or 0; `strong` where a post stands before it."""
        view, lexicon = self.page.view, self.lexicon
        dotted = _DOTTED.match(view, at)
        if dotted and dotted.end() - at >= 4:
            last = view.rfind("·", at, dotted.end())
            last = last if last > at else view.rfind("•", at, dotted.end())
            for end in range(last + 2, min(dotted.end(), last + 8) + 1):
                if view[end] not in _GOING_ON and self._follows(end):
                    return end
            return 0
        if view[at] in _SOUNDS:
            sounded = self._sounded(at)
            if sounded:
                return sounded
        surnames, use_of = lexicon.surnames, lexicon.use_of
        compound = view[at : at + 2] in surnames
        size = 2 if compound else 1
        frequency = surnames.get(view[at : at + size])
        if frequency is None:
            return 0
        if not compound:
            for more in (2, 3, 4):
                if view[at : at + more] in use_of and not use_of[view[at : at + more]] & int(Use.DIVISION):
                    return 0
            if frequency == "ambiguous" and any(view[at + 1 : at + 1 + more] in use_of for more in (2, 3)):
                return 0
        if view[at + size] in " \u3000":
            spaced = _SPACED.match(view, at + size)
            if spaced is not None:
                for end in (spaced.end(2), spaced.end(1)):
                    if end > 0 and (not han(view[end]) or self._follows(end)):
                        return end
        for given in (2, 1):
            end = at + size + given
            if not all(han(c) for c in view[at:end]):
                continue
            if given == 2 and (
                use_of.get(view[end - 1 : end + 1], 0) & _FOLLOWS
                or use_of.get(view[end - 1 : end + 2], 0) & _FOLLOWS
            ):
                continue
            if (
                given == size == 1
                and not strong
                and view[end] not in _PUNCTUATION
                and not self._honoured(end)
            ):
                continue  # 学生高分通过: two characters after an occupation are seldom a name
            if given == 2 and view[end - 1] in _AFTER:
                continue  # 耿直作总结讲话
            if self._follows(end):
                return end
        end = at + size + 2
        if strong and frequency != "ambiguous" and all(han(c) for c in view[at:end]):
            for place in range(at + 1, end):
                if any(view[place : place + more] in use_of for more in (2, 3, 4)):
                    return 0
            return end
        return 0

    def _honoured(self, end: int) -> bool:
        """Whether 博士, 先生 … follows."""
        use_of = self.lexicon.use_of
        return any(use_of.get(self.page.view[end : end + size], 0) & _HONORIFIC for size in (2, 3))

    def _follows(self, end: int) -> bool:
        view, use_of = self.page.view, self.lexicon.use_of
        if view[end] in _PUNCTUATION or view[end] in _AFTER:
            return True
        for size in (4, 3, 2, 1):
            use = use_of.get(view[end : end + size])
            if use is not None and (use & _FOLLOWS):
                return True
        return False

    def keep(self, start: int, end: int, rule: str) -> Mention:
        """Note a person whose name another rule has found; returns the mention."""
        return self._note(start, end, rule).mention

    def _note(self, start: int, end: int, rule: str) -> Person:
        name = self.page.view[start:end].replace(" ", "").replace("\u3000", "")
        self.found.clear(start, end)
        mention = Mention("person", start, end, rule, name=name)
        self.found.by_start[start] = mention
        self.found.by_end[end] = mention
        person = Person(mention)
        self.people.append(person)
        self.by_start[start] = person
        return person

    def _list(self, first: Person, end: int) -> None:
        """Names that follow the first by 、 or 和 share its title, unless a title of their own comes."""
        view = self.page.view
        use_of = self.lexicon.use_of
        while True:
            for size in (2, 3):
                if use_of.get(view[end : end + size], 0) & _HONORIFIC and view[end : end + size] != "等人":
                    end += size
                    break
            step = 1 if view[end] in "、和与及" else 0
            if not step:
                return
            at = end + step
            stop = self.name_at(at, False)
            if not stop or at in self.by_start:
                return
            if view[stop] not in "、，。等和与及）" and not self._follows(stop):
                return
            if any(view[at : at + size] in use_of for size in (2, 3, 4)):
                return
            person = self._note(at, stop, "person/list")
            person.posts = list(first.posts)
            end = stop

    def _posts(self, n: int) -> tuple[list[tuple[str, Mention | None]], int]:
        """The posts that end with word n, nearest last (ORG1 TITLE1、ORG2 TITLE2 NAME), and where the first begins."""
        page = self.page
        view, starts, ends, uses = page.view, page.starts, page.ends, page.uses
        found = self.found
        posts: list[tuple[str, Mention | None]] = []
        while True:
            start, end = starts[n], ends[n]
            while True:
                more = next((p for p in _PREFIXES if view.startswith(p, start - len(p))), "")
                if more:
                    start -= len(more)
                    continue
                use, begin = page.use_ending(start)
                if use & _POST and begin < start and not found.by_end.get(start):
                    start = begin
                    continue
                if view[start - 1] in "、兼" and not found.by_end.get(start):
                    use, begin = page.use_ending(start - 1)
                    if use & _TITLE:
                        start = begin
                        continue
                break
            held = found.by_end.get(start)
            if held is not None and held.kind not in ("organisation", "division", "abbreviation", "place"):
                held = None
            if held is None and uses[n] & _TITLE:
                held = self._employer(start)
            if held is None and not posts and not any(c in view[start:end] for c in "市省县区州镇乡村"):
                held = self._colleague(start)
                if held is not None:
                    return [(view[start:end], held)], start
            posts.insert(0, (view[start:end], held))
            front = start if held is None else held.start
            if held is None or view[held.start - 1] != "、":
                return posts, front
            use, _ = page.use_ending(held.start - 1)
            if not use & _POST:
                return posts, front
            n = page.word_at[held.start - 1] - 1

    def _colleague(self, start: int) -> Mention | None:
        """The body of the person named before, 省农科院研究员A、助理研究员B: the second is of the same one."""
        if self.page.view[start - 1] not in "、和":
            return None
        held = self.found.by_end.get(start - 1)
        person = self.by_start.get(held.start) if held is not None else None
        return person.posts[-1][1] if person is not None and person.posts else None

    def born(self, parens: list[tuple[int, int]]) -> None:
        """People whose life an entry tells: 林大海（1931—2009），男 …"""
        view = self.page.view
        for start, end in parens:
            if not _LIFE.match(view, start, end + 3):
                continue
            for size in (3, 2, 4):
                at = start - size
                if (
                    view[at - 1] in " \u3000\n】"
                    and self.name_at(at, True) == start
                    and at not in self.by_start
                ):
                    self._note(at, start, "person/life")
                    break

    def _employer(self, end: int) -> Mention | None:
        """The unknown name between the last break and a title, taken for an organisation where it is long enough."""
        page = self.page
        n = page.word_at[end] - 1
        start = page.ends[n] if n >= 0 else end
        while n >= 0 and not page.uses[n] & int(Use.BREAK | Use.PREDICATE | Use.CONJUNCTION | Use.TITLE):
            n -= 1
            start = page.ends[n]
        if not 4 <= end - start <= 24 or self.inside[start]:
            return None
        if page.view[end - 1] in "级任属的各" or page.view[start - 1] in "0123456789":
            return None
        place, unknown = start, 0
        while place < end:
            use, stop = page.use_starting(place)
            if stop == place:
                unknown += 1
                stop += 1
            elif use & int(Use.STRONG | Use.WEAK | Use.DIVISION | Use.NAME | Use.ANCHOR):
                unknown += 2
            place = stop
        if unknown < 2:
            return None
        self.found.clear(start, end)
        return self.found.add(Mention("organisation", start, end, "organisation/employer"))

    def repeat(self, spans: list[tuple[int, int]]) -> None:
        """Further mentions of the same names within the same entry; `spans` are the entries in the view, in order."""
        view, found = self.page.view, self.found
        if not self.people or not spans:
            return
        bounds = iter(spans)
        start, end = next(bounds)
        for person in sorted(self.people, key=lambda one: one.mention.start):
            while person.mention.start >= end:
                span = next(bounds, None)
                if span is None:
                    return
                start, end = span
            name = person.mention.name or ""
            if len(name) < 3 or person.mention.start < start:
                continue
            first = max(start, person.mention.start - NEAR)
            last = min(end, person.mention.start + NEAR)
            at = view.find(name, first, last)
            while at >= 0:
                if at not in self.by_start and self.inside[at] == 0 and not found.by_start.get(at):
                    again = self._note(at, at + len(name), "person/again")
                    again.mention.name = name
                at = view.find(name, at + len(name), last)
