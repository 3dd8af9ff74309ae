"""Every column of the warehouse, described once.

Here belong names, Arrow types, Chinese titles, English descriptions, units and closed vocabularies: what is true of a
column wherever it stands. Which table holds which column, keys and rules between columns belong in `tables`.
A name that means different things in two tables (`kind`, `title`) is entered as `table.column`.
"""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

STRING: Final = pa.string()
COUNT: Final = pa.int32()  # offsets, counts, ordinals and years
DECIMAL: Final = pa.decimal128(28, 6)
DOUBLE: Final = pa.float64()
DATE: Final = pa.date32()
BOOLEAN: Final = pa.bool_()
INSTANT: Final = pa.timestamp("us", tz="UTC")


def _mask(result: pa.Array | pa.ChunkedArray, index: pd.Index) -> pd.Series:
    """Turn an Arrow mask into the boolean Series pandera wants; null (nothing to judge) counts as passed."""
    filled = pc.fill_null(result, True)
    if isinstance(filled, pa.ChunkedArray):
        filled = filled.combine_chunks()
    return pd.Series(filled.to_numpy(zero_copy_only=False), index=index)


def _arrow(series: pd.Series) -> pa.ChunkedArray:
    return series.array.__arrow_array__()


def one_of(values: Sequence[str]) -> pandera.Check:
    """Check that a text column holds only words of a closed vocabulary."""
    allowed = pa.array(values, pa.string())
    return pandera.Check(
        lambda s: _mask(pc.or_(pc.is_null(_arrow(s)), pc.is_in(_arrow(s), value_set=allowed)), s.index),
        name="vocabulary",
        ignore_na=False,
        n_failure_cases=20,
        statistics={"values": list(values)},
    )


def matches(pattern: str, name: str = "form") -> pandera.Check:
    """Check the form of a text column; the pattern is tried on its distinct values only, never on every row."""

    def check(series: pd.Series) -> pd.Series:
        encoded = _arrow(series).combine_chunks().dictionary_encode()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        good = pc.match_substring_regex(encoded.dictionary, pattern)
        return _mask(pc.take(good, encoded.indices), series.index)

    return pandera.Check(
        check, name=name, ignore_na=False, n_failure_cases=20, statistics={"pattern": pattern}
    )


def at_least(limit: float) -> pandera.Check:
    """Check that a numeric column never falls below `limit`."""
    return pandera.Check(
        lambda s: _mask(pc.greater_equal(_arrow(s), limit), s.index),
        name="minimum",
        ignore_na=False,
        n_failure_cases=20,
        statistics={"minimum": limit},
    )


def _share() -> pandera.Check:
    return pandera.Check(
        lambda s: _mask(pc.and_(pc.greater(_arrow(s), 0.0), pc.less_equal(_arrow(s), 1.0)), s.index),
        name="share",
        ignore_na=False,
        n_failure_cases=20,
        statistics={"above": 0.0, "up_to": 1.0},
    )


_SNAKE = matches(r"^[a-z][a-z0-9_]*$", "snake_case")

BOUNDS: Final = ("exact", "over", "at_least", "at_most", "about", "range", "top_n")
ROLES_OF_NUMBERS: Final = ("level", "change", "share", "threshold", "rank", "target")
CHANGE_KINDS: Final = ("rate", "points", "delta", "increase_by_multiple", "ratio_to")
CLAIMS: Final = ("quantity", "date", "non_quantity", "reject")
SEVERITIES: Final = ("error", "warn")


def _column(
    type_: pa.DataType,
    title: str,
    description: str,
    *checks: pandera.Check,
    unit: str | None = None,
    values: Sequence[str] | None = None,
    nullable: bool = False,
) -> pandera.Column:
    """Make one pandera column; `values` closes its vocabulary, `unit` says what its numbers count."""
    all_checks = list(checks)
    if values is not None:
        all_checks.insert(0, one_of(values))
    return pandera.Column(
        pd.ArrowDtype(type_),
        checks=all_checks,
        nullable=nullable,
        title=title,
        description=description,
        metadata={"unit": unit, "values": list(values) if values else None},
    )


def _text(title: str, description: str, *checks: pandera.Check, **more: object) -> pandera.Column:
    return _column(STRING, title, description, *checks, **more)  # type: ignore[arg-type]


def _maybe(title: str, description: str, *checks: pandera.Check, **more: object) -> pandera.Column:
    return _column(STRING, title, description, *checks, nullable=True, **more)  # type: ignore[arg-type]


def _position(title: str, description: str, nullable: bool = False) -> pandera.Column:
    return _column(COUNT, title, description, at_least(0), unit="code point", nullable=nullable)


def _decimal(title: str, description: str) -> pandera.Column:
    return _column(DECIMAL, title, description, unit="see column unit", nullable=True)


def _day(title: str, description: str) -> pandera.Column:
    return _column(DATE, title, description, unit="day", nullable=True)


COLUMNS: Final[dict[str, pandera.Column]] = {
    # --- identity and place -------------------------------------------------------------------------------------
    "volume_id": _text(
        "卷标识", "The volume (one edition of a yearbook): the name of its folder under seeds/."
    ),
    "document_id": _text("文档标识", "Path of the document under seeds/, separated by '/'."),
    "entry_id": _text("条目标识", "The entry (条目): '<document_id>#<ordinal>'."),
    "span_start": _position("起始位置", "First code point of the source text in documents.text."),
    "span_end": _position(
        "结束位置", "One past the last code point: text[span_start:span_end] == source_text."
    ),
    "source_text": _text("原文", "The text as printed, exactly text[span_start:span_end]."),
    "rule_id": _text("规则", "The rule that found the row."),
    "confidence": _column(
        DOUBLE,
        "置信度",
        "Share of the rows of this rule that are right in annotated text, held back where few were seen (Laplace), "
        "0.5 where none was; 1 after a correction.",
        _share(),
        unit="1",
    ),
    "note": _maybe("附注", "How a broken numeral was read, or what was inherited and from where."),
    "ordinal": _column(COUNT, "序号", "Position in its list, from 1.", at_least(1), unit="1"),
    "region_code": _maybe("行政区划代码", "Division code after GB/T 2260, where it is known."),
    # --- volumes ------------------------------------------------------------------------------------------------
    "volumes.title": _maybe("书名", "Title of the yearbook."),
    "edition_year": _column(
        COUNT, "版次年份", "Year of the edition, as on the cover.", unit="a", nullable=True
    ),
    "covered_year": _column(COUNT, "记述年份", "Year the book reports on.", unit="a", nullable=True),
    "covered_year_source": _text(
        "记述年份来源",
        "Where the covered year was taken from.",
        values=("manifest", "statement", "title", "vote", "unknown"),
    ),
    "region_name": _maybe("地区", "Name of the region the book is about."),
    "category": _maybe("类目", "Subject of the book, as its manifest says."),
    "documents": _column(COUNT, "文档数", "Documents of the volume.", at_least(0), unit="document"),
    "entries": _column(COUNT, "条目数", "Entries of the volume.", at_least(0), unit="entry"),
    "quantities": _column(COUNT, "数量数", "Quantities found in the volume.", at_least(0), unit="quantity"),
    # --- documents ----------------------------------------------------------------------------------------------
    "documents.title": _maybe("文档题名", "Title of the document, where one stands in it."),
    "media_type": _text("媒体类型", "Media type of the file as received, for example text/plain."),
    "encoding": _maybe("编码", "Encoding the bytes were decoded with; null where they could not be."),
    "sha256": _maybe(
        "校验和",
        "SHA-256 of the bytes as received, in hexadecimal; null where a withheld name is covered in the text.",
    ),
    "characters": _column(COUNT, "字数", "Code points of the text.", at_least(0), unit="code point"),
    "text": _text("正文", "The decoded text, never edited, but █ over withheld names. Positions refer to it."),
    # --- entries ------------------------------------------------------------------------------------------------
    "section": _maybe("分目", "Heading (类目, 分目) that the entry stands under."),
    "entries.title": _maybe("条目名", "Title of the entry; null where the document has none."),
    "title_start": _position("题名起始", "First code point of the title.", nullable=True),
    "title_end": _position("题名结束", "One past the last code point of the title.", nullable=True),
    "body_start": _position("正文起始", "First code point of the body."),
    "body_end": _position("正文结束", "One past the last code point of the body."),
    "paragraphs": _column(COUNT, "段落数", "Paragraphs of the body.", at_least(0), unit="paragraph"),
    "contributors": _maybe("撰稿人", "Contributors that sign the entry, joined by '；'."),
    "contributor_scope": _maybe(
        "署名范围",
        "Whether the entry is signed itself or by a signature that covers several entries.",
        values=("direct", "inherited"),
    ),
    "entries.kind": _maybe("条目类型", "Kind of entry: overview (综述, 概况), event, composite …", _SNAKE),
    # --- quantities ---------------------------------------------------------------------------------------------
    "quantity_id": _text("数量标识", "'<document_id>@<span_start>'."),
    "value": _decimal(
        "数值", "The number in `unit`, 万 and 亿 multiplied out; null for a range or a proportion."
    ),
    "value_float": _column(
        DOUBLE, "数值(浮点)", "The value as a double, for charts.", unit="see column unit", nullable=True
    ),
    "low": _decimal("下限", "Lower end of what the text states; null where it states none."),
    "high": _decimal("上限", "Upper end of what the text states; null where it states none."),
    "bound": _text("界限", "How the number is bounded: 余 多 以上 不足 约 至 前…名.", values=BOUNDS),
    "terms": _maybe("比例各项", "Terms of a proportion a:b:c, joined by '；'."),
    "unit_text": _maybe("原文单位", "The unit as printed."),
    "unit": _maybe(
        "单位", "Code of the unit: ISO 4217 for money, UCUM for physical units, the classifier for counts."
    ),
    "dimension": _text("量纲", "What kind of magnitude it is: money, person, area, percent …", _SNAKE),
    "base_value": _column(
        DOUBLE,
        "基准值",
        "The value in the base unit of its dimension.",
        unit="see column base_unit",
        nullable=True,
    ),
    "base_unit": _maybe("基准单位", "Base unit of the dimension."),
    "measured_text": _maybe("计量对象", "The phrase that says what is measured, as printed."),
    "measured_start": _position(
        "计量对象起始", "First code point of that phrase; null when inherited.", nullable=True
    ),
    "measured_end": _position(
        "计量对象结束", "One past its last code point; null when inherited.", nullable=True
    ),
    "head_text": _maybe("中心词", "Head noun of that phrase."),
    "quantities.role": _text(
        "角色", "What the number does: a level, a change, a share …", values=ROLES_OF_NUMBERS
    ),
    "change_kind": _maybe("变化形式", "How a change is expressed.", values=CHANGE_KINDS),
    "change_direction": _maybe("变化方向", "Up, down or flat.", values=("up", "down", "flat")),
    "change_basis": _maybe(
        "比较基期",
        "What the change compares with: yoy, mom, previous_day, since_year_start, annual_average, year:NNNN, other.",
        matches(
            r"^(yoy|mom|previous_day|since_year_start|annual_average|year:[0-9]{4}|other)$", "vocabulary"
        ),
    ),
    "change_basis_stated": _column(
        BOOLEAN, "基期是否明示", "False when the basis is carried over from an earlier clause.", nullable=True
    ),
    "of_quantity_id": _maybe("所属水平值", "Quantity that a change or share speaks of."),
    "part_of_quantity_id": _maybe("所属总量", "Stated total that this quantity is a part of."),
    "period_start": _day("期间起", "First day of the time the value speaks of."),
    "period_end": _day("期间止", "Last day of the time the value speaks of."),
    "scope": _maybe("统计口径", "Scope of the figure: whole, urban_districts, municipal_level …", _SNAKE),
    "correction_id": _maybe("订正标识", "Correction that changed the row."),
    # --- dates --------------------------------------------------------------------------------------------------
    "date_id": _text("日期标识", "'<document_id>@<span_start>'."),
    "date_start": _day("起日", "First day; null where the year is not known."),
    "date_end": _day("止日", "Last day; null where the year is not known."),
    "precision": _text(
        "精度", "Precision of the date as printed: day, month, quarter, half_year, year …", _SNAKE
    ),
    "year_source": _text(
        "年份来源", "Where the year was taken from.", values=("stated", "entry", "volume", "unknown")
    ),
    "partial": _maybe(
        "缺年日期",
        "The date without its year in ISO 8601 form (--05-26), where the year is not known.",
        matches(r"^--[0-9/-]*[0-9A-Za-z/-]*$"),
    ),
    # --- entities, events, roles --------------------------------------------------------------------------------
    "entity_id": _text("实体标识", "'<document_id>@<span_start>', with the kind where two share a place."),
    "entities.kind": _text(
        "实体类型",
        "Kind of thing that is named.",
        values=(
            "organisation",
            "person",
            "division",
            "place",
            "facility",
            "work",
            "event",
            "quoted",
            "abbreviation",
            "reference",
        ),
    ),
    "subkind": _maybe("细类", "Finer kind: what sort of organisation, place or work."),
    "name": _text("名称", "Canonical name."),
    "target_entry_id": _maybe(
        "参见条目",
        "Entry that a cross reference points at: in this volume or, where it names another edition of the series, in "
        "that; null where none fits, see audits of kind cross_reference.",
    ),
    "admin_code": _maybe("区划代码", "Division code after GB/T 2260 of a place or division."),
    "parent_entity_id": _maybe("上级实体", "Mention that this one belongs to or abbreviates."),
    "event_id": _text("事件标识", "'<entry_id>!<ordinal>' or the place of its name."),
    "events.kind": _text(
        "事件类型", "Kind of event: conference, exhibition, forum, signing, award …", _SNAKE
    ),
    "events.name": _maybe("事件名称", "Name of the event as printed."),
    "name_start": _position("名称起始", "First code point of the name.", nullable=True),
    "name_end": _position("名称结束", "One past the last code point of the name.", nullable=True),
    "date_precision": _maybe("日期精度", "Precision of the date of the event.", _SNAKE),
    "place": _maybe("地点", "Where it took place."),
    "edition": _maybe("届次", "Which edition (第…届) it was."),
    "attendance_quantity_id": _maybe("与会人数", "Quantity that says how many came."),
    "role_id": _text("角色标识", "Place of the name, and the role."),
    "roles.role": _text("角色", "Part taken: host 主办, organiser 承办, supporter 支持, appointee …", _SNAKE),
    "roles.title": _maybe("职务", "Office or title (职务, 称号)."),
    "organisation": _maybe("单位", "Organisation that a person acts for, as printed."),
    "organisation_entity_id": _maybe("单位实体", "Mention of that organisation."),
    "open_list": _column(
        BOOLEAN, "未尽列举", "True where the list ends in 等 and names only some.", nullable=True
    ),
    # --- audits -------------------------------------------------------------------------------------------------
    "audit_id": _text(
        "核算标识",
        "The statement that was re-computed: the id of its quantity, entity or place, a colon and the kind.",
    ),
    "audits.kind": _text(
        "核算类型",
        "Kind of arithmetic: sum, of_which, growth, delta, share, ratio …; cross_volume: last year's figure, growth or "
        "increase held against the book of that year; cross_reference: whether the entry referred to exists.",
        _SNAKE,
    ),
    "stated": _decimal("书中数值", "What the book states."),
    "computed": _decimal("复算数值", "What its own figures give."),
    "tolerance": _decimal("容差", "Difference that rounding can explain."),
    "verdict": _text(
        "结论",
        "Outcome of the re-computation.",
        values=("consistent", "rounding", "inconsistent", "unchecked"),
    ),
    "explanation": _text("说明", "The arithmetic in one readable line."),
    "position": _column(COUNT, "项次", "Position of the term, from 1.", at_least(1), unit="1"),
    "part": _text(
        "作用",
        "What the term is in the arithmetic: total, part, level, previous, change …; in cross_volume, previous stands "
        "in the book of the year before.",
        _SNAKE,
    ),
    # --- rejects and the accounting of numerals -----------------------------------------------------------------
    "reject_id": _text("未收标识", "'<document_id>!<span_start>:<reason>'."),
    "stage": _text("阶段", "Stage of the pipeline that could not use it.", _SNAKE),
    "reason": _maybe("原因", "Stable code of the reason.", _SNAKE),
    "detail": _maybe("详情", "What was wrong and what to do about it."),
    "claimed_by": _text("归属", "What the numeral belongs to.", values=CLAIMS),
    "claim_id": _maybe("归属标识", "Quantity, date or reject that holds the numeral."),
    # --- results of checks, corrections -------------------------------------------------------------------------
    "run_id": _text("运行标识", "Run that made the check."),
    "checked_at": _column(INSTANT, "检查时间", "When it was checked (UTC)."),
    "table_name": _text("表名", "Table that was checked."),
    "check_name": _text("检查名", "Name of the check.", _SNAKE),
    "severity": _text("严重程度", "error blocks publishing, warn does not.", values=SEVERITIES),
    "passed": _column(BOOLEAN, "是否通过", "Whether the check passed."),
    "rows_checked": _column(pa.int64(), "检查行数", "Rows that were looked at.", at_least(0), unit="row"),
    "rows_failed": _column(pa.int64(), "未通过行数", "Rows that failed.", at_least(0), unit="row"),
    "examples": _text("示例", "The first offenders, as a JSON list of rows."),
    "table": _text("表名", "Table that was corrected."),
    "row": _text("行标识", "Key of the corrected row."),
    "column": _text("列名", "Column that was corrected."),
    "before": _maybe("原值", "Value the pipeline had read."),
    "after": _maybe("新值", "Value the correction sets."),
    "corrections_applied.reason": _maybe("理由", "Why, in the words of the person who made the correction."),
    # --- zones: working table between segmentation and the rules of language ------------------------------------
    "zones.kind": _text(
        "区域类型", "What the stretch of text is: heading, caption, note, signature …", _SNAKE
    ),
    "level": _column(
        COUNT, "层级", "Level of a heading, 1 for the highest.", at_least(0), unit="1", nullable=True
    ),
}


def column(table: str, name: str, nullable: bool | None = None) -> pandera.Column:
    """Return a fresh column as it stands in `table`; `nullable` overrides the general rule.

    Raises KeyError for a name that is not described here.
    """
    known = COLUMNS.get(f"{table}.{name}") or COLUMNS[name]
    return pandera.Column(
        known.dtype,
        checks=list(known.checks),
        nullable=known.nullable if nullable is None else nullable,
        title=known.title,
        description=known.description,
        metadata=dict(known.metadata),
        name=name,
    )
