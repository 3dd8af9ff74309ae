"""The pages as text: what is marked and counted, that nothing of the book is lost, and that no text can break out."""

from __future__ import annotations

import base64
import csv
import hashlib
import html
import io
import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import schemas
from pipeline.publish.marks import Mark, marked
from pipeline.publish.review import review_page
from pipeline.publish.write import dossiers, write_pages
from pipeline.quality.correction_lines import COLUMNS, parse
from pipeline.quality.corrections import apply_corrections
from tests.unit.quality import books

PAGE = "临江年鉴/工业.txt"
TEXT = (
    "工业\n\n【规模以上工业】 2011年，全市工业总产值386.4亿元，比上年增长12.3%，其中轻工业142.6亿元。"
    "“十一五”期间建成3G基站850。\n\n【粮油购销】 2月30日开会，到会160余人，订货860，又订860。\n"
)
HOSTILE = (
    '<script>alert(1)</script>\n\n【"><img src=x onerror=alert(1)>】 投资3亿元</mark></section><script>x()</script>，'
    "&lt;5家&gt;，\u202e反转12人\u202c，响铃\x07、空\x00、零宽\u200b，]]>--><!-- </style><style>*{display:none}</style>"
    "' onmouseover='x' 7台\u2028换行850。\r\n"
)

PIECES = (
    "<",
    ">",
    "&",
    '"',
    "'",
    "</mark>",
    "<!--",
    "]]>",
    "\x00",
    "\u202e",
    "\r\n",
    "\n",
    "【",
    "】",
    "12",
    "万元",
    "3家",
    "\\",
    "「",
    "」",
    "=",
    "=cmd|x",
    "，",
    "5月",
    "31日",
    "𠮷",
    "{{",
    "%",
)


class _Page(HTMLParser):
    """What a browser makes of a page: the elements, their attributes, and the text inside main."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.marks: dict[str, dict[str, str | None]] = {}
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.pieces: list[str] = []
        self._path: list[str] = []
        self._skip = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags[tag] += 1
        self.attributes |= set(given)
        if given.get("id"):
            self.ids[str(given["id"])] += 1
        if tag == "a":
            self.links.append(str(given.get("href")))
        if tag == "mark" and given.get("id"):
            self.marks[str(given["id"])] = given
        if tag not in ("meta", "input"):
            self._path.append("text" if given.get("class") == "b" or tag == "h3" else tag)

    def handle_endtag(self, tag: str) -> None:
        self._path.pop()

    def handle_data(self, data: str) -> None:
        if "text" in self._path:
            self.pieces.append(data)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


@cache
def _tables(text: str = TEXT) -> dict[str, pa.Table]:
    return books.read({PAGE: text})


def _page(tables: Mapping[str, pa.Table]) -> str:
    return review_page(next(dossiers(tables)))


def _plain(text: str) -> str:
    """Text without blanks, hidden characters in the form that the page shows them in."""
    shown = re.sub(
        r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]",
        lambda m: f"U+{ord(m[0]):04X}",
        text,
    )
    return re.sub(r"\s", "", shown)


def test_every_extraction_has_its_mark_and_the_text_is_whole() -> None:
    tables = _tables()
    page = _Page(_page(tables))

    wanted = {f"q-{r['span_start']}" for r in tables["quantities"].to_pylist()}
    wanted |= {f"d-{r['span_start']}" for r in tables["dates"].to_pylist()}
    wanted |= {f"r-{r['span_start']}" for r in tables["rejects"].to_pylist()}
    wanted |= {
        f"n-{r['span_start']}" for r in tables["numerals"].to_pylist() if r["claimed_by"] == "non_quantity"
    }
    assert wanted == {i for i in page.marks if i[0] in "qdrn"}
    assert _plain(page.text) == _plain(TEXT)


def test_a_mark_says_what_was_read() -> None:
    tables = _tables()
    page = _Page(_page(tables))
    start = TEXT.index("12.3%")
    mark = page.marks[f"q-{start}"]
    about = str(mark["data-t"])

    assert "rate" in str(mark["class"]).split()
    assert about.startswith("12.3 %\n百分比 percent · 确数 exact · 变化 change")
    assert "比上年 yoy" in about
    assert "所依水平值为 386.4亿元" in about
    assert mark["data-x"] == "12.3 % change up"
    assert "型号" in str(page.marks[f"n-{TEXT.index('3G')}"]["data-t"]) or "model_code" in str(
        page.marks[f"n-{TEXT.index('3G')}"]["data-t"]
    )


def test_families_have_their_colours() -> None:
    page = _Page(_page(_tables()))
    classes = {i: str(m["class"]).split()[1] for i, m in page.marks.items()}
    assert classes[f"q-{TEXT.index('386.4')}"] == "money"
    assert classes[f"q-{TEXT.index('160余')}"] == "people"
    assert classes[f"d-{TEXT.index('2011年')}"] == "date"
    assert classes[f"r-{TEXT.index('2月30日')}"] == "reject"


def test_links_lead_somewhere_and_ids_are_unique() -> None:
    page = _Page(_page(_tables()))
    assert [i for i, n in page.ids.items() if n > 1] == []
    assert [a for a in page.links if a.startswith("#") and a[1:] not in page.ids] == []


def test_correction_lines_of_the_margin_are_carried_out_as_copied() -> None:
    """A person copies the line of the second 860, fills in two cells, and that place is corrected."""
    tables = _tables()
    lines = re.findall(r'<code class="line">(.*?)</code>', _page(tables))
    chosen = [html.unescape(line) for line in lines if "860" in line and ",2,," in line and "read_as" in line]
    assert len(chosen) == 1
    cells = next(csv.reader(io.StringIO(chosen[0])))
    cells[COLUMNS.index("set_to")], cells[COLUMNS.index("reason")] = "860吨", "上文单位为吨"
    buffer = io.StringIO()
    csv.writer(buffer).writerows([COLUMNS, cells])
    corrections, findings = parse(buffer.getvalue().encode())
    done = apply_corrections(tables, corrections, books.reread)

    assert findings == []
    assert [f.outcome for f in done.findings] == ["applied"]
    read = [r for r in done.tables["quantities"].to_pylist() if r["source_text"] == "860"]
    assert [r["span_start"] for r in read] == [TEXT.rindex("860")]
    again = _Page(_page(done.tables))
    mark = again.marks[f"q-{TEXT.rindex('860')}"]
    assert "fixed" in str(mark["class"]).split()
    assert f"订正 {corrections[0].correction_id}" in str(mark["data-t"])


def test_contradictions_stand_in_the_margin_and_under_their_numbers() -> None:
    tables = dict(_tables())
    total, part = (
        next(r for r in tables["quantities"].to_pylist() if r["source_text"] == t)
        for t in ("386.4亿元", "142.6亿元")
    )
    audit = dict.fromkeys(schemas.arrow_schema("audits").names) | {
        "audit_id": "a",
        "volume_id": "临江年鉴",
        "entry_id": total["entry_id"],
        "kind": "sum",
        "verdict": "inconsistent",
        "explanation": "合计<142.6亿元，少243.8亿元",
    }
    tables["audits"] = pa.Table.from_pylist(
        [audit, audit | {"audit_id": "b", "verdict": "consistent"}], schema=schemas.arrow_schema("audits")
    )
    terms = [
        {"audit_id": a, "position": n, "quantity_id": r["quantity_id"], "part": p}
        for a in "ab"
        for n, (r, p) in enumerate([(total, "total"), (part, "part")], 1)
    ]
    tables["audit_terms"] = pa.Table.from_pylist(terms, schema=schemas.arrow_schema("audit_terms"))
    text = _page(tables)
    page = _Page(text)

    wavy = {i for i, m in page.marks.items() if "wavy" in str(m["class"]).split()}
    assert wavy == {f"q-{total['span_start']}", f"q-{part['span_start']}"}
    assert text.count('class="note is-contradiction"') == 1
    assert "合计&lt;142.6亿元，少243.8亿元" in text


def test_digits_that_no_row_accounts_for_are_underlined() -> None:
    tables = dict(_tables())
    keep = [r for r in tables["numerals"].to_pylist() if r["source_text"] != "850"]
    tables["numerals"] = pa.Table.from_pylist(keep, schema=tables["numerals"].schema)
    rejects = [r for r in tables["rejects"].to_pylist() if r["source_text"] != "850"]
    tables["rejects"] = pa.Table.from_pylist(rejects, schema=tables["rejects"].schema)
    kept = [r for r in tables["quantities"].to_pylist() if "850" not in r["source_text"]]
    tables["quantities"] = pa.Table.from_pylist(kept, schema=tables["quantities"].schema)
    text = _page(tables)

    assert f'id="u-{TEXT.index("850")}"' in text
    assert "note is-uncovered" in text


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    tables = _tables(HOSTILE)
    text = _page(tables)
    page = _Page(text)

    assert page.tags["script"] == 1
    assert page.tags["style"] == 1
    assert page.tags["img"] == 0
    assert not [a for a in page.attributes if a.startswith("on") or a in ("style", "src", "srcdoc")]
    assert _plain(page.text) == _plain(HOSTILE)
    raw = re.sub(r"[\n]", "", text)
    assert not re.search(r"[\x00-\x1f\x7f\u200b\u202a-\u202e\u2028\u2066-\u2069]", raw)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@example(HOSTILE)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=30,
    ).map("".join)
)
def test_no_text_breaks_a_page(text: str) -> None:
    """Whatever a book says, its page has one script, no id twice, and all of the text."""
    page = _Page(_page(_read_once(text)))
    assert _plain(page.text) == _plain(text)
    assert page.tags["script"] == 1
    assert [i for i, n in page.ids.items() if n > 1] == []


def _read_once(text: str) -> dict[str, pa.Table]:
    return books.read({PAGE: text})


def test_the_policy_allows_exactly_the_style_and_script_of_the_page() -> None:
    text = _page(_tables())
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    style, script = (
        re.search(r"<style>(.*?)</style>", text, re.S),
        re.search(r"<script>(.*?)</script>", text, re.S),
    )
    assert policy
    assert style
    assert script
    for kind, found in (("style", style[1]), ("script", script[1])):
        digest = base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert not re.search(r"https?:|//[a-z]+\.|url\(|@import", text)


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([(0, 4), (1, 2)], "<0-4:甲<1-2:乙>丙丁>戊"),
        ([(0, 3), (2, 5)], "<0-3:甲乙<rest:丙>><rest:丁戊>".replace("rest:丙", "2-5:丙")),
        ([(1, 3), (1, 3)], "甲<1-3:乙丙<>>丁戊"),
    ],
)
def test_marks_nest_and_crossing_ones_are_cut(spans: list[tuple[int, int]], shown: str) -> None:
    marks = [Mark(a, b, "q", "count", "", "", {}) for a, b in spans]
    got = marked("甲乙丙丁戊", marks, 0, 5, {})
    assert re.sub(r"<[^>]*>", "", got) == "甲乙丙丁戊"
    assert got.count("<mark") == got.count("</mark>")
    if spans[0] != spans[1]:
        for a, _ in spans:
            assert f'id="q-{a}"' in got
        simple = re.sub(r'<mark id="q-(\d)"[^>]*>', lambda m: f"<{m[1]}-{dict(spans)[int(m[1])]}:", got)
        simple = re.sub(r'<mark class="[^"]*rest">', "<rest:", simple).replace("</mark>", ">")
        assert simple == shown


def test_pages_and_index_are_written_and_stale_ones_removed(tmp_path: Path) -> None:
    tables = books.read(
        {PAGE: TEXT, "临江年鉴/a b#?%.txt": "【码头】 新建泊位3个。", "index": "独立文档，5家。"}
    )
    (tmp_path / "临江年鉴").mkdir()
    (tmp_path / "临江年鉴" / "旧.txt.html").write_text("old", encoding="utf-8")

    pages = write_pages(tables, tmp_path)

    found = sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.html"))
    assert found == ["index.html", "index.page.html", "临江年鉴/a b#?%.txt.html", "临江年鉴/工业.txt.html"]
    assert pages[0] == tmp_path / "index.html"
    index = _Page(pages[0].read_text("utf-8"))
    assert "%E4%B8%B4%E6%B1%9F%E5%B9%B4%E9%89%B4/a%20b%23%3F%25.txt.html" in index.links
    start = TEXT.index("2月30日")
    assert f"%E4%B8%B4%E6%B1%9F%E5%B9%B4%E9%89%B4/%E5%B7%A5%E4%B8%9A.txt.html#r-{start}" in index.links


def test_the_index_counts_what_the_pages_show(tmp_path: Path) -> None:
    tables = _tables()
    text = write_pages(tables, tmp_path)[0].read_text("utf-8")
    numerals = tables["numerals"].to_pylist()
    read = sum(n["claimed_by"] != "reject" for n in numerals)

    assert f"{read * 1000 // len(numerals) / 10:.1f}%" in text
    assert f"未收 {'历书上没有这一天 impossible_date'} × 1" in text
    rate = f"{10_000 / len(TEXT):.2f}"  # the date that no calendar has
    assert f"<dt>每万字差错</dt><dd>{rate}</dd>" in text
    assert not re.search(r"https?:", text)


def test_an_empty_warehouse_has_an_index(tmp_path: Path) -> None:
    tables = {name: schemas.empty(name) for name in ("volumes", "documents", "entries", "quantities")}
    assert "还没有读入任何书卷" in write_pages(tables, tmp_path)[0].read_text("utf-8")


def test_the_same_tables_give_the_same_bytes_and_untouched_files(tmp_path: Path) -> None:
    first = write_pages(_tables(), tmp_path)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in first}
    write_pages(_tables(), tmp_path)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in first} == before


def test_a_page_is_laid_out_again_only_when_its_document_has_changed(tmp_path: Path) -> None:
    """Pages are told by what they show: a page that was damaged is made again, an unchanged one is left alone."""
    texts = {PAGE: TEXT, "临江年鉴/码头.txt": "【码头】 新建泊位3个。"}
    index, first, second = write_pages(books.read(texts), tmp_path)
    shown = index.read_bytes()
    marked_page = first.read_text("utf-8").replace("规模以上", "规模以下")
    first.write_text(marked_page, encoding="utf-8")  # of the same size, so that only memory can tell
    write_pages(books.read(texts), tmp_path)
    assert first.read_text("utf-8") == marked_page
    assert index.read_bytes() == shown

    write_pages(books.read(texts | {"临江年鉴/码头.txt": "【码头】 新建泊位4个。"}), tmp_path)
    assert "4 个" in second.read_text("utf-8")
    assert first.read_text("utf-8") == marked_page

    second.write_text("", encoding="utf-8")
    (tmp_path / "pages.json").write_text("{broken", encoding="utf-8")
    write_pages(books.read(texts), tmp_path)
    assert "3 个" in second.read_text("utf-8")
    assert "规模以上" in first.read_text("utf-8")
    assert index.read_bytes() == shown


def test_files_that_could_not_be_read_stand_in_the_index(tmp_path: Path) -> None:
    tables = dict(_tables())
    row = dict.fromkeys(tables["rejects"].column_names) | {
        "reject_id": "临江年鉴/扫描.pdf!0:no_text",
        "document_id": "临江年鉴/扫描.pdf",
        "volume_id": "临江年鉴",
        "stage": "read",
        "reason": "no_text",
        "detail": "a PDF <holds> no text",
    }
    loose = pa.Table.from_pylist([row], schema=tables["rejects"].schema)
    tables["rejects"] = pa.concat_tables([tables["rejects"], loose])
    text = write_pages(tables, tmp_path)[0].read_text("utf-8")
    assert "临江年鉴/扫描.pdf" in text
    assert "a PDF &lt;holds&gt; no text" in text
    assert "未收 no_text × 1" in text


def test_the_index_names_the_checks_that_failed_in_the_last_run(tmp_path: Path) -> None:
    def row(run: str, minute: int, check: str, failed: int) -> dict[str, object]:
        at = datetime(2012, 5, 1, 8, minute, tzinfo=UTC)
        return {"run_id": run, "checked_at": at, "table_name": "quantities", "check_name": check, "severity": "warn",
                "passed": not failed, "rows_checked": 9, "rows_failed": failed, "detail": ""}  # fmt: skip

    rows = [row("new", 5, "plausible", 2), row("new", 5, "keys", 0), row("old", 1, "slice", 7)]
    results = pa.Table.from_pylist(rows, schema=schemas.arrow_schema("quality_results"))
    text = write_pages({**_tables(), "quality_results": results}, tmp_path)[0].read_text("utf-8")
    assert "检查 1 / 2 通过" in text
    assert "quantities.plausible：2 / 9" in text
    assert "slice" not in text
