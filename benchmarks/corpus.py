"""Invented yearbooks for measuring speed: any size, always the same bytes for the same request.

Belongs here: putting sentences together from `language.toml` and writing them as a folder of books.
Does not belong here: anything about accuracy. The sentences look like a yearbook to a tokenizer, not to a
reader; nobody annotated them.

    python -m benchmarks.corpus --mb 10 --density economic --out DIR

Two densities, because cost depends on how much there is to read in a page:

* ``seed``: an administrative chapter, about one number per 110 characters;
* ``economic``: an economic chapter, about one number per 25 characters, with growth rates, points, shares,
  ranks, ratios, ranges, per-unit rates, lists with 分别 and 其中.

Every book has its own places, companies and people, every number is drawn anew, and documents differ in
typography (full-width digits, range marks, title marks, line ends), so that a repeated string helps nobody.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

HERE = Path(__file__).parent
LANGUAGE = HERE / "language.toml"
CACHE = HERE / ".cache" / "corpus"

Density = Literal["seed", "economic"]
DENSITIES: tuple[Density, ...] = ("seed", "economic")

# Share of statistical, dated and number-free sentences, chosen so that the densities named above come out.
MIXTURE: dict[str, tuple[float, float, float]] = {"seed": (0.03, 0.15, 0.82), "economic": (0.43, 0.06, 0.51)}

# A number for counting density: a run of digits that is no part of a date, a code or a document number.
NUMBER = re.compile(
    r"(?<![A-Za-z0-9０-９.．〔])[0-9０-９]+(?:[.,．][0-9０-９]+)*(?![0-9０-９.．年月日〕号A-Za-z]|[～—-][0-9０-９]+[年月日])"
)
SLOT = re.compile(r"\{(\w+)(?::([^}]*))?\}")
FULL_WIDTH = str.maketrans("0123456789%", "０１２３４５６７８９％")
DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
CHINESE = "零一二三四五六七八九十"

# Pieces of a pattern: (literal, "") or ("\0" + slot name, argument).
Template = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Indicator:
    """What a yearbook states a value of: 粮食总产量, in 万吨, its usual range, its decimals and its parts."""

    name: str
    unit: str
    low: float
    high: float
    decimals: int
    parts: tuple[str, ...]

    @classmethod
    def parse(cls, line: str) -> Indicator:
        name, unit, low, high, decimals, parts = line.split("|")
        return cls(name, unit, float(low), float(high), int(decimals), tuple(parts.split("、")))


@dataclass(frozen=True)
class Corpus:
    """A folder of books on disk and what is in it; `numbers` counts digit runs outside dates and codes."""

    path: Path
    density: str
    bytes: int
    characters: int
    numbers: int
    documents: int
    volumes: int

    @property
    def megabytes(self) -> float:
        return self.bytes / 1e6


def compile_template(text: str) -> Template:
    """Cut ``{place}{I}{v}，{change}`` into literals and slots once; filling is then a walk over a tuple."""
    parts: list[tuple[str, str]] = []
    end = 0
    for match in SLOT.finditer(text):
        if match.start() > end:
            parts.append((text[end : match.start()], ""))
        parts.append(("\0" + match.group(1), match.group(2) or ""))
        end = match.end()
    if end < len(text):
        parts.append((text[end:], ""))
    return tuple(parts)


class Language:
    """`language.toml`, parsed and compiled."""

    def __init__(self, path: Path = LANGUAGE) -> None:
        raw: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        self.names: dict[str, Any] = raw["names"]
        self.topics: list[dict[str, Any]] = raw["topic"]
        self.indicators = {t["name"]: tuple(map(Indicator.parse, t["indicators"])) for t in self.topics}
        self.lists: dict[str, tuple[Template, ...]] = {}
        for table in ("prose", "events", "stats", "titles"):
            for key, values in raw[table].items():
                self.lists[f"{table}.{key}"] = tuple(map(compile_template, values))


class Writer:
    """Fills templates for one document: its topic and its typography; names and year belong to the book."""

    def __init__(self, language: Language, book: Book, rng: random.Random, topic: dict[str, Any]) -> None:
        self.language, self.book, self.rng, self.topic = language, book, rng, topic
        self.indicators = language.indicators[topic["name"]]
        self.indicator = self.indicators[0]
        self.value = 1.0
        self.last = 1
        self.range_mark = rng.choice("～～～—-至")
        self.thousands = rng.random() < 0.15
        self.section = topic["sections"][0]

    # -- templates
    def fill(self, template: Template) -> str:
        out = []
        for text, argument in template:
            if text[0] != "\0":
                out.append(text)
                continue
            out.append(SLOTS[text[1:]](self, argument))
        return "".join(out)

    def one_of(self, key: str) -> str:
        return self.fill(self.rng.choice(self.language.lists[key]))

    # -- numbers
    def figure(self, value: float, decimals: int) -> str:
        if decimals:
            return f"{value:.{self.rng.randint(1, decimals) if self.rng.random() < .3 else decimals}f}"
        whole = max(1, round(value))
        return f"{whole:,}" if self.thousands and whole > 999 else str(whole)

    def stated(self, scale: float = 1.0) -> str:
        """A value of the current indicator, skewed towards the low end as real places are."""
        i, rng = self.indicator, self.rng
        self.value = (i.low + (i.high - i.low) * rng.random() ** 3 + rng.random()) * scale
        return self.figure(self.value, i.decimals) + i.unit

    def approximate(self, unit: str) -> str:
        rng = self.rng
        number, form = self.count(), rng.random()
        if form < 0.45:
            return number + unit
        if form < 0.60:
            return f"{number}{rng.choice('余余多')}{unit}"
        if form < 0.72:
            return rng.choice(("近", "约", "超过", "逾", "突破", "不足")) + number + unit
        if form < 0.82:
            return number + unit + rng.choice(("以上", "左右", "以下"))
        if form < 0.90:
            return number + self.range_mark + str(int(number) + rng.randint(1, 60)) + unit
        return self.chinese(rng.randint(2, 999)) + unit

    def count(self) -> str:
        self.last = round(10 ** (self.rng.random() * 3.3)) + 1
        return str(self.last)

    def chinese(self, n: int) -> str:
        """一 to 九百九十九 as a count is written."""
        hundreds, tens, ones = n // 100, n // 10 % 10, n % 10
        out = f"{CHINESE[hundreds]}百" if hundreds else ""
        if tens:
            out += ("" if tens == 1 and not hundreds else CHINESE[tens]) + "十"
        elif hundreds and ones:
            out += "零"
        return out + (CHINESE[ones] if ones else "")

    # -- dates
    def day(self, _: str) -> str:
        return f"{self.rng.randint(1, 12)}月{self.rng.randint(1, 28)}日"

    def day_range(self, _: str) -> str:
        month, first = self.rng.randint(1, 11), self.rng.randint(1, 24)
        if self.rng.random() < 0.2:
            return f"{month}月{first}日至{month + 1}月{self.rng.randint(1, 28)}日"
        return f"{month}月{first}{self.range_mark}{first + self.rng.randint(1, 4)}日"

    def month_range(self, _: str) -> str:
        first = self.rng.randint(1, 9)
        return f"{first}{self.range_mark}{first + self.rng.randint(1, 3)}月"

    # -- indicators
    def pick_indicator(self, _: str) -> str:
        self.indicator = self.rng.choice(self.indicators)
        return self.indicator.name


def _named(pool: str) -> Callable[[Writer, str], str]:
    return lambda w, _: w.rng.choice(getattr(w.book, pool))


def _word(pool: str) -> Callable[[Writer, str], str]:
    return lambda w, _: w.rng.choice(w.language.names[pool])


def _list(key: str) -> Callable[[Writer, str], str]:
    return lambda w, _: w.one_of(key)


def _money(w: Writer, _: str) -> str:
    return f"{w.figure(10 ** (w.rng.random() * 2.6), 2)}亿元" if w.rng.random() < 0.45 else f"{w.count()}万元"


def _structure(w: Writer, _: str) -> str:
    first, second = w.rng.uniform(2, 30), w.rng.uniform(20, 60)
    return f"{first:.1f}∶{second:.1f}∶{100 - first - second:.1f}"


def _area(w: Writer, _: str) -> str:
    return w.figure(10 ** (w.rng.random() * 3), 2) + w.rng.choice(("万平方米", "公顷", "亩", "万亩"))


def _dollars(w: Writer, _: str) -> str:
    return w.figure(10 ** (w.rng.random() * 2.5), 2) + w.rng.choice(("亿美元", "万美元"))


def _document_number(w: Writer, _: str) -> str:
    office = w.book.city[0] + "政" + w.rng.choice(("发", "办发", "函"))
    return f"{office}〔{w.book.covered_year}〕{w.rng.randint(1, 240)}号"


# What each slot of a pattern becomes: a draw from a list, a name of the book, or a number.
SLOTS: dict[str, Callable[[Writer, str], str]] = {
    "place": _named("places"),
    "town": _named("towns"),
    "company": _named("companies"),
    "person": _named("people"),
    "office": _word("offices"),
    "quoted": _word("quoted"),
    "plan": _word("plans"),
    "scope": _word("ranks_scope"),
    "non_number": _word("non_numbers"),
    "object": lambda w, _: w.rng.choice(w.topic["objects"]),
    "topic": lambda w, _: w.topic["name"],
    "section": lambda w, _: w.section,
    "facility": _list("titles.facilities"),
    "goal": _list("prose.goal"),
    "principle": _list("prose.principle"),
    "verb": _list("prose.verb"),
    "manner": _list("prose.manner"),
    "result": _list("prose.result"),
    "means": _list("prose.means"),
    "meeting": _list("events.meeting"),
    "fair": _list("events.fair"),
    "change": _list("stats.change"),
    "up": _list("stats.up"),
    "down": _list("stats.down"),
    "I": Writer.pick_indicator,
    "I2": Writer.pick_indicator,
    "v": lambda w, _: w.stated(),
    "va": lambda w, unit: w.approximate(unit) if unit else w.rng.choice(("", "约", "近", "")) + w.stated(),
    "part": lambda w, _: w.rng.choice(w.indicator.parts),
    "pv": lambda w, _: w.stated(w.rng.uniform(0.02, 0.6)),
    "delta": lambda w, _: w.stated(w.rng.uniform(0.01, 0.2)),
    "n": lambda w, unit: w.count() + unit,
    "n2": lambda w, unit: str(w.last + w.rng.randint(1, 40)) + unit,
    "dec": lambda w, unit: f"{10 ** (w.rng.random() * 2.4):.{w.rng.randint(1, 2)}f}{unit}",
    "pct": lambda w, _: f"{w.rng.random() ** 2 * 99 + .1:.{w.rng.choice((0, 1, 1, 1, 2))}f}%",
    "pp": lambda w, _: f"{w.rng.random() * 9 + .1:.{w.rng.choice((1, 1, 2))}f}个百分点",
    "permille": lambda w, _: f"{w.rng.random() * 18 + .1:.2f}‰",
    "multiple": lambda w, _: f"{w.rng.random() * 6 + 1:.1f}",
    "index": lambda w, _: f"{w.rng.uniform(96, 109):.1f}",
    "money": _money,
    "usd": _dollars,
    "price": lambda w, _: f"{w.rng.randint(1800, 68000)}元/平方米",
    "area": _area,
    "per_mu": lambda w, _: f"{w.rng.randint(180, 980)}公斤/亩",
    "ratio3": _structure,
    "ratio2": lambda w, _: f"{w.rng.uniform(1, 4):.2f}:1",
    "fraction": lambda w, _: f"{CHINESE[w.rng.randint(3, 9)]}分之{CHINESE[w.rng.randint(1, 2)]}",
    "rank": lambda w, _: str(w.rng.randint(1, 18)),
    "ordinal": lambda w, _: w.chinese(w.rng.randint(1, 40)),
    "m": lambda w, _: str(w.rng.randint(2, 12)),
    "cn_small": lambda w, _: CHINESE[w.rng.randint(1, 9)],
    "cn_count": lambda w, _: w.chinese(w.rng.randint(2, 260)),
    "cn_pct": lambda w, _: w.chinese(w.rng.randint(60, 99)) + w.rng.choice(("", "", "点五", "点二")),
    "year": lambda w, _: str(w.book.covered_year - w.rng.randint(0, 9)),
    "year2": lambda w, _: str(w.book.covered_year + w.rng.randint(0, 1)),
    "day": Writer.day,
    "day_range": Writer.day_range,
    "month_range": Writer.month_range,
    "month": lambda w, _: f"{w.rng.randint(1, 12)}月",
    "docno": _document_number,
}


class Book:
    """One volume: its city, its year and the names that occur in it."""

    def __init__(self, language: Language, density: str, number: int) -> None:
        rng = random.Random(f"{density} volume {number}")
        n = language.names
        self.number = number
        self.covered_year: int = rng.randint(1986, 2023)
        self.places = [rng.choice(n["place_first"]) + rng.choice(n["place_second"]) for _ in range(60)]
        self.city = self.places[0]
        self.towns = [p + rng.choice(("镇", "乡", "街道", "区", "县")) for p in self.places[10:]]
        self.companies = [
            rng.choice(self.places) + rng.choice(n["brand_first"]) + rng.choice(n["brand_second"])
            + rng.choice(n["company_field"]) + rng.choice(n["company_tail"]) for _ in range(150)
        ]
        self.people = [
            rng.choice(n["surnames"]) + "".join(rng.choice(n["given"]) for _ in range(rng.choice((1, 2, 2))))
            for _ in range(300)
        ]
        if number % 5 == 0:  # names have characters outside the basic plane: offsets must survive them
            self.people[0] = self.people[0][0] + "\U00020BB7"

    @property
    def volume_id(self) -> str:
        return f"{self.number:03d}-{self.covered_year + 1}"

    def manifest(self) -> str:
        return (
            f'title = "{self.city}年鉴"\nedition_year = {self.covered_year + 1}\n'
            f'covered_year = {self.covered_year}\nregion_name = "{self.city}市"\n'
        )


def _signature(w: Writer) -> str:
    name, form = w.rng.choice(w.book.people), w.rng.random()
    if form < 0.6:
        return f"（{name[0]} {name[1]}）" if len(name) == 2 else f"（{name}）"
    if form < 0.8:
        return f"（{w.rng.choice(w.language.names['offices'])}）"
    return f"（{name} {w.rng.choice(w.book.people)}）"


def _sentence(w: Writer, mixture: tuple[float, float, float]) -> str:
    kind = w.rng.random()
    if kind >= mixture[0] + mixture[1]:
        return w.one_of("prose.sentences")
    if kind >= mixture[0]:
        return w.one_of("events.sentences")
    if w.rng.random() < 0.2:  # a run of short clauses, as in a paragraph that reads a table aloud
        return "；".join(w.one_of("stats.short") for _ in range(w.rng.randint(2, 5))) + "。"
    return w.one_of("stats.sentences")


def write_document(language: Language, book: Book, density: str, number: int, target: int) -> tuple[str, str]:
    """One chapter of about `target` characters: its file name and its text."""
    rng = random.Random(f"{density} volume {book.number} document {number}")
    topic = rng.choice(language.topics)
    writer = Writer(language, book, rng, topic)
    marks = rng.choice((("【", "】 "),) * 17 + (("【", "】　"), ("〖", "〗 "), ("◆", "\n")))
    out, size = [topic["name"] + "\n"], 0
    while size < target:
        writer.section = rng.choice(topic["sections"])
        out.append(f"{writer.section}\n")
        for _ in range(rng.randint(3, 11)):
            body = [_sentence(writer, MIXTURE[density]) for _ in range(rng.randint(2, 9))]
            if len(body) > 4 and rng.random() < 0.3:
                body.insert(len(body) // 2, "　　")
            entry = marks[0] + writer.one_of("titles.patterns") + marks[1] + "".join(body)
            if rng.random() < 0.25:
                entry += _signature(writer)
            out.append(entry + "\n")
            size += len(entry)
        if rng.random() < 0.1:
            out.append(f"· {rng.randint(20, 900)} ·\n")
    text = "".join(out)
    if rng.random() < 0.06:
        text = DECIMAL_POINT.sub("．", text).translate(FULL_WIDTH)
    if rng.random() < 0.1:
        text = text.replace("\n", "\r\n")
    return f"{number:03d}-{topic['name']}.txt", ("\ufeff" if rng.random() < 0.05 else "") + text


def build(out: Path, megabytes: float, density: Density) -> Corpus:
    """Write books into the empty or new folder `out` until they hold `megabytes` (10^6 bytes of UTF-8 text).

    Books are 5 to 10 MB, documents 50 to 200 KB; a smaller corpus is the beginning of a larger one.
    """
    language = Language()
    left = round(megabytes * 1e6)
    total = characters = numbers = documents = volumes = 0
    while left > 0:
        volumes += 1
        book = Book(language, density, volumes)
        sizes = random.Random(f"{density} sizes {volumes}")
        room = min(left, sizes.randint(5_000_000, 10_000_000))
        folder = out / book.volume_id
        folder.mkdir(parents=True)
        (folder / "volume.toml").write_text(book.manifest(), "utf-8")
        written = number = 0
        while written < room:
            number += 1
            target = min(sizes.randint(50_000, 200_000), room - written)
            name, text = write_document(language, book, density, number, max(400, round(target / 2.78)))
            data = text.encode()
            (folder / name).write_bytes(data)
            written += len(data)
            characters += len(text)
            numbers += sum(1 for _ in NUMBER.finditer(text))
        documents += number
        total += written
        left -= written
    return Corpus(out, density, total, characters, numbers, documents, volumes)


def corpus(megabytes: float, density: Density) -> Corpus:
    """The corpus of this size from the cache, written first if it is missing or the generator changed."""
    version = hashlib.sha256(Path(__file__).read_bytes() + LANGUAGE.read_bytes()).hexdigest()[:10]
    folder = CACHE / f"{density}-{megabytes:g}-{version}"
    facts = folder.with_suffix(".json")
    if facts.exists():
        return Corpus(path=folder, **json.loads(facts.read_text("utf-8")))
    if folder.exists():  # an interrupted run left it without its facts
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    built = build(folder, megabytes, density)
    facts.write_text(json.dumps({k: v for k, v in vars(built).items() if k != "path"}), "utf-8")
    return built


def main() -> None:
    parser = argparse.ArgumentParser(description="Write invented yearbooks for measuring speed.")
    parser.add_argument("--mb", type=float, default=1)
    parser.add_argument("--density", choices=DENSITIES, default="economic")
    parser.add_argument("--out", type=Path, help="a new folder instead of the cache")
    options = parser.parse_args()
    if options.out:
        made = build(options.out, options.mb, options.density)
    else:
        made = corpus(options.mb, options.density)
    print(
        f"{made.path}: {made.volumes} volumes, {made.documents} documents, {made.megabytes:.1f} MB, "
        f"one number per {made.characters / made.numbers:.0f} characters"
    )


if __name__ == "__main__":
    main()
