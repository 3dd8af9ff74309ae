"""The columns of what was read, laid out as the tables of the warehouse.

Here: quantities, dates, the accounting of numerals, rejects, in Arrow. Not here: any rule of the language, and how far
a rule can be trusted (`confidence`).
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipeline.text import rows as q_
from pipeline.text.arrow import Exact, cut, days, ids, named, owned
from pipeline.text.dates import NO_DAY, Dates
from pipeline.text.dates.chains import PRECISIONS
from pipeline.text.dates.context import YEAR_SOURCES
from pipeline.text.layout import Frame
from pipeline.text.lexer import Bools, Codes, Ints
from pipeline.text.lookalikes import CODE, REASONS
from pipeline.text.numerals import CHINESE, Numerals
from pipeline.text.rows import Quantities
from pipeline.text.units import Units
from pipeline.text.view import Block

Doubles = NDArray[np.float64]
REJECTED = ("unit_missing", "numeral_unreadable", "impossible_date", "month_unknown")
_STAGE = "facts"


_TENS = np.power(10.0, np.arange(309))
_HAS_LOW = np.isin(np.arange(len(q_.BOUNDS)), (q_.EXACT, q_.OVER, q_.AT_LEAST, q_.RANGE, q_.TOP_N))
_HAS_HIGH = np.isin(np.arange(len(q_.BOUNDS)), (q_.EXACT, q_.AT_MOST, q_.RANGE, q_.TOP_N))


def _scaled(mantissa: Ints, exponent: Ints) -> Doubles:
    """mantissa * 10**exponent as the nearest double, the one that `float("12.3")` gives."""
    power = _TENS.take(np.abs(exponent), mode="clip")
    return np.where(exponent < 0, mantissa / power, mantissa * power)


def _in_base(number: Doubles, mantissa: Ints, exponent: Ints, factor: Doubles) -> Doubles:
    """The value times the factor; a factor of ten moves the point, so that 12.3 % is 0.123 and not 0.12300…1."""
    based = number.copy()
    other = np.flatnonzero(factor != 1)
    based[other] = _moved(mantissa[other], exponent[other], factor[other])
    return based


def _moved(mantissa: Ints, exponent: Ints, factor: Doubles) -> Doubles:
    power = np.rint(np.log10(np.where(factor > 0, factor, 1))).astype(np.int64)
    tenfold = np.isclose(factor, np.power(10.0, power), rtol=1e-12, atol=0)
    return np.where(tenfold, _scaled(mantissa, exponent + power), _scaled(mantissa, exponent) * factor)


_COUNTED = {10: "十", 100: "百", 1000: "千", 10000: "万", 100000: "十万", 1000000: "百万"}
_DETAIL = (
    "a number without a unit; if the book names one elsewhere, state it in corrections.csv",
    "a numeral of more than 18 digits, or one that makes no number",
    "the calendar has no such day; check the page for a misprint",
    "a day whose month is not named before it in the entry",
)


def dates_table(frame: Frame, dates: Dates) -> pa.Table:
    i = np.flatnonzero(dates.impossible == 0)
    where, begin, _ = frame.where(dates.start[i], dates.end[i])
    known = dates.first[i] != NO_DAY
    partial = _partial(dates, i)
    source = named(YEAR_SOURCES, dates.source[i])
    return pa.table(
        {
            "date_id": frame.id_of(begin),
            **where,
            "date_start": days(dates.first[i], known),
            "date_end": days(dates.last[i], known),
            "precision": named(PRECISIONS, dates.precision[i]),
            "year_source": source,
            "partial": partial,
            "rule_id": pc.binary_join_element_wise(pa.scalar("date"), source, "_"),
            "note": pa.nulls(len(i), pa.string()),
        }
    )


def _partial(dates: Dates, which: Ints) -> pa.Array:
    """--05-26 or --05-26/--05-28 for dates whose year is not known; null for the others."""
    unknown = np.flatnonzero(dates.first[which] == NO_DAY)
    values: list[str | None] = [None] * len(which)
    for k in unknown:
        ends = []
        for column in dates.month_day:
            month, day = divmod(int(column[which[k]]), 100)
            ends.append(
                f"--{month:02d}-{day:02d}" if day and month > 0 else f"--{month:02d}" if month > 0 else "--"
            )
        values[k] = ends[0] if ends[0] == ends[1] else "/".join(ends)
    return pa.array(values, pa.string())


def quantities_table(frame: Frame, q: Quantities, units: Units) -> pa.Table:
    """The quantities of a block, in order of place; what they measure is left to `measures`."""
    where, begin, stop = frame.where(q.start, q.end)
    n = len(q.start)
    share = q.denominator > 0
    ratio = q.rule == q_.RULE["proportion"]
    ranged = (q.bound == q_.RANGE) | (
        (q.bound == q_.AT_LEAST) & ((q.high != q.mantissa) | (q.high_exponent != q.exponent))
    )
    mantissa, exponent = q.mantissa.copy(), q.exponent.copy()
    for k in np.flatnonzero(share):  # 三分之二 to six places
        mantissa[k] = round(int(mantissa[k]) * 10.0 ** (6 + int(exponent[k])) / int(q.denominator[k]))
        exponent[k] = -6
    valued = ~ranged & ~ratio
    has_low = _HAS_LOW[q.bound] & ~ratio
    has_high = (_HAS_HIGH[q.bound] | ranged) & ~ratio
    exact = Exact.of(mantissa, exponent)
    top, upper = np.flatnonzero(q.bound == q_.TOP_N), np.flatnonzero(ranged)
    low = exact.replaced(top, np.ones(len(top), np.int64), np.zeros(len(top), np.int64))
    high = exact.replaced(upper, q.high[upper], q.high_exponent[upper])
    number = _scaled(mantissa, exponent)
    ill = (q.change_kind == q_.BY_MULTIPLE) & (q.direction == q_.DOWN)
    unit, dimension, base_unit, factor, offset = _unit_columns(q, units, share, ratio)
    printed = (q.unit_end > q.unit_start) & (q.row >= 0)
    unit_text = cut(frame.points, *frame.block.span(q.unit_start, q.unit_end), printed)
    basis_names = [*q_.BASES]
    basis_code = q.basis.copy()
    for year in np.unique(q.basis[q.basis >= 10000]):
        basis_code[q.basis == year] = len(basis_names)
        basis_names.append(f"year:{year - 10000:04d}")
    of_terms = np.full(n, -1, np.int64)
    of_terms[list(q.terms)] = np.arange(len(q.terms))
    rule = named(q_.RULES, q.rule)
    notes = _notes(q, frame.block, stop - begin > q.end - q.start, ill)
    nothing = pa.nulls(n, pa.string())
    return pa.table(
        {
            "quantity_id": frame.id_of(begin),
            **where,
            "value": exact.column(valued),
            "value_float": pa.array(number, mask=~valued),
            "low": low.column(has_low),
            "high": high.column(has_high),
            "bound": named(q_.BOUNDS, q.bound),
            "terms": named(list(q.terms.values()), of_terms),
            "unit_text": unit_text,
            "unit": unit,
            "dimension": dimension,
            "base_value": pa.array(_in_base(number, mantissa, exponent, factor) + offset, mask=~valued),
            "base_unit": base_unit,
            "measured_text": nothing,
            "measured_start": pa.nulls(n, pa.int32()),
            "measured_end": pa.nulls(n, pa.int32()),
            "head_text": nothing,
            "role": named(q_.ROLES, q.role),
            "change_kind": named(q_.CHANGE_KINDS, q.change_kind),
            "change_direction": named(q_.DIRECTIONS, q.direction),
            "change_basis": named(basis_names, basis_code),
            "change_basis_stated": pa.array(q.basis_stated == 1, mask=q.basis_stated < 0),
            "of_quantity_id": nothing,
            "part_of_quantity_id": nothing,
            "period_start": pa.nulls(n, pa.date32()),
            "period_end": pa.nulls(n, pa.date32()),
            "region_code": nothing,
            "scope": nothing,
            "rule_id": rule,
            "correction_id": nothing,
            "note": notes,
        }
    )


_NOTES = (
    "unit taken from the next number of the list",
    "unit taken from the noun before",
    "unit taken from the head of the table",
    "read through a line break or a blank",
    "letter read as a digit",
    "a decrease by a multiple cannot be taken literally",
    "sign and verb both say a decrease",
    "doubled point read as one",
)


def _notes(q: Quantities, block: Block, wrapped: Bools, ill: Bools) -> pa.Array:
    """How a broken number was read; null for the plain ones."""
    letters = np.zeros(len(q.start), np.bool_)
    if len(block.mended):
        letters = np.searchsorted(block.mended, q.end) > np.searchsorted(block.mended, q.start)
    code = np.full(len(q.start), -1, np.int64)
    for note, mask in enumerate(
        (
            q.shared,
            q.from_noun,
            q.rule == q_.RULE["table_unit"],
            wrapped,
            letters,
            ill,
            q.doubled_sign,
            q.broken == 1,
        )
    ):
        code[mask] = note
    return named(_NOTES, code)


def _unit_columns(
    q: Quantities, units: Units, share: Bools, ratio: Bools
) -> tuple[pa.Array, pa.Array, pa.Array, Doubles, Doubles]:
    """unit, dimension and base unit of each row, and the factor and offset to the base."""
    names: list[str | None] = [row.unit for row in units.rows]
    dimensions: list[str | None] = [row.dimension for row in units.rows]
    bases: list[str | None] = [row.base_unit for row in units.rows]
    code = q.row.copy()
    factor = np.where(code >= 0, units.factor[np.maximum(code, 0)], 1.0)
    offset = np.where(code >= 0, units.offset[np.maximum(code, 0)], 0.0)
    rates = np.flatnonzero((q.below >= 0) & (code >= 0))
    if len(rates):
        triples = np.stack((q.row[rates], q.below[rates], q.below_count[rates], q.below_time[rates]), 1)
        distinct, which = np.unique(triples, axis=0, return_inverse=True)
        for upper, lower, count, time in distinct.tolist():
            above, under = units.rows[upper], units.rows[lower]
            printed = (
                f"{count}{under.unit}"
                if count != 1 and count not in _COUNTED
                else _COUNTED.get(count, "") + under.unit
            )
            timed = f".{units.rows[time].unit}" if time >= 0 else ""
            names.append(f"{above.unit}/{printed}{timed}")
            dimensions.append(_rate_dimension(above.dimension, under.dimension))
            bases.append(f"{above.base_unit}/{under.base_unit}{timed}")
        per = units.factor[distinct[:, 1]] * distinct[:, 2]
        factor[rates] = factor[rates] / per[which.ravel()]
        offset[rates] = 0.0
        code[rates] = len(units.rows) + which.ravel()
    for mask, name, dimension, base in (
        (share, "1", "fraction", "1"),
        (ratio, None, "ratio", None),
        ((code < 0) & (q.rule == q_.RULE["rank"]), "位", "rank", "位"),
        ((code < 0) & ~share & ~ratio & (q.rule != q_.RULE["rank"]), None, "index", None),
    ):
        if mask.any():
            code = np.where(mask, len(names), code)
            names.append(name)
            dimensions.append(dimension)
            bases.append(base)
    ranking = q.rule == q_.RULE["rank"]
    rows = np.flatnonzero(ranking | (q.bound == q_.TOP_N))
    surface = np.array([units.rows[row].surface if row >= 0 else "" for row in q.row[rows]], np.str_)
    ranked = rows[ranking[rows] | np.isin(surface, ("名", "位"))]
    if len(ranked):
        place = {label: len(names) + k for k, label in enumerate(("位", "名"))}
        for label in place:
            names.append(label)
            dimensions.append("rank")
            bases.append(label)
        code[ranked] = place["位"]
        code[rows[surface == "名"]] = place["名"]
        factor[ranked], offset[ranked] = 1.0, 0.0
    return named(names, code), named(dimensions, code), named(bases, code), factor, offset


def _rate_dimension(above: str, below: str) -> str:
    if above == "money":
        return "rate" if below in ("person", "visit", "duration", "time") else "price"
    if above == "person" and below == "area":
        return "density"
    if above == "length" and below == "duration":
        return "speed"
    if above == "mass" and below == "volume":
        return "density"
    return "rate"


def settle(
    frame: Frame,
    numerals: Numerals,
    q: Quantities,
    dates: Dates,
    reason: Ints,
    codes: NDArray[np.uint16],
    mask: Bools,
    word_start: Ints,
    word_end: Ints,
    word_reason: Ints,
    quantity_ids: pa.ChunkedArray,
    date_ids: pa.ChunkedArray,
) -> tuple[pa.Table, pa.Table]:
    """The numerals table, one row each, and the rejects among them."""
    n = len(numerals)
    owner_date = dates.of_numeral
    dated = owner_date >= 0
    wrong = dated & (dates.impossible[np.maximum(owner_date, 0)] > 0) if len(dates.start) else dated
    holder = np.maximum(np.searchsorted(q.start, numerals.start, "right") - 1, 0)
    inside = (
        (q.start[holder] < numerals.start) & (numerals.end <= q.end[holder])
        if len(q.start)
        else np.zeros(n, np.bool_)
    )
    of_numeral = np.where((q.of_numeral < 0) & inside, holder, q.of_numeral)  # the 百 of 个百分点
    claimed = np.full(n, 3, np.int64)  # reject, until something claims it
    counted = of_numeral >= 0
    claimed[reason >= 0] = 2
    claimed[dated & ~wrong] = 1
    claimed[counted] = 0
    claimed[wrong & ~counted] = 3
    loose = (claimed == 3) & ~wrong
    words = loose & ~numerals.arabic & (numerals.broken >= 0)
    reason = reason.copy()
    before = codes[numerals.start - 1]
    one = words & (numerals.integer() == 1) & (numerals.digits == 1)
    reason[words] = CODE["pointer"]
    reason[one] = CODE["indefinite"]
    reason[words & numerals.bare] = CODE["class_label"]
    reason[loose & (before == ord("每"))] = CODE["denominator"]
    claimed[words | (loose & (before == ord("每")))] = 2
    begin, stop = frame.block.span(numerals.start, numerals.end)
    d_begin, d_stop = frame.block.span(dates.start, dates.end) if len(dates.start) else (begin[:0], begin[:0])
    # the claimant's place among the ids of quantities, of possible dates, and of what is refused
    claimant = of_numeral.copy()
    in_date = np.flatnonzero(claimed == 1)
    claimant[in_date] = len(quantity_ids) + np.cumsum(dates.impossible == 0)[owner_date[in_date]] - 1
    reject_code = np.full(n, -1, np.int64)
    rejected = claimed == 3
    reject_code[rejected] = 0
    reject_code[rejected & (numerals.broken < 0)] = 1
    if wrong.any():
        reject_code[wrong & rejected] = np.where(dates.impossible[owner_date[wrong & rejected]] == 2, 3, 2)
    # Chinese numerals inside ordinary words
    inner_start, inner_end = _masked_numerals(codes, mask)
    word = np.searchsorted(word_start, inner_start, "right") - 1
    inner_reason = word_reason[np.maximum(word, 0)] if len(word_reason) else inner_start * 0
    ib, ie = frame.block.span(inner_start, inner_end) if len(inner_start) else (begin[:0], begin[:0])
    all_begin, all_stop = np.concatenate((begin, ib)), np.concatenate((stop, ie))
    order = np.argsort(all_begin, kind="stable")  # two sorted columns, merged
    kind = np.concatenate((claimed, np.full(len(ib), 2)))[order]
    why = np.concatenate((reason, inner_reason))[order]
    reject = np.concatenate((reject_code, np.full(len(ib), -1)))[order]
    claimant = np.concatenate((claimant, np.full(len(ib), -1)))[order]
    all_begin, all_stop = all_begin[order], all_stop[order]
    where = frame.where_text(all_begin, all_stop)
    date_begin = np.where(np.concatenate((wrong & rejected, np.zeros(len(ib), np.bool_)))[order], 1, 0)
    reject_begin = np.where(date_begin == 1, _date_start_of(all_begin, d_begin, d_stop), all_begin)
    refused = np.flatnonzero(kind == 3)
    refusal = pc.binary_join_element_wise(
        frame_reject(frame, reject_begin[refused]), named(REJECTED, reject[refused]), ":"
    )
    claimant[kind == 2] = -1
    claimant[refused] = len(quantity_ids) + len(date_ids) + np.arange(len(refused))
    claim_ids = pa.concat_arrays([*quantity_ids.chunks, *date_ids.chunks, refusal]).take(
        pa.array(claimant, mask=claimant < 0)
    )
    table = pa.table(
        {
            "document_id": where["document_id"],
            "entry_id": where["entry_id"],
            "volume_id": where["volume_id"],
            "span_start": where["span_start"],
            "span_end": where["span_end"],
            "source_text": where["source_text"],
            "claimed_by": named(("quantity", "date", "non_quantity", "reject"), kind),
            "claim_id": claim_ids,
            "reason": named(
                (*REASONS, *REJECTED),
                np.where(kind == 2, why, np.where(kind == 3, reject + len(REASONS), -1)),
            ),
        }
    )
    return table, _rejects_table(frame, all_begin, all_stop, reject, reject_begin, d_begin, d_stop)


def _masked_numerals(codes: Codes, mask: Bools) -> tuple[Ints, Ints]:
    """Starts and ends of the runs of Chinese numeral characters inside ordinary words."""
    place = np.flatnonzero(mask)
    place = place[CHINESE[codes[place]]]
    opens = np.diff(place, prepend=-1) > 1
    return place[opens], place[np.append(opens[1:], True)[: len(place)]] + 1


def _date_start_of(begin: Ints, d_begin: Ints, d_stop: Ints) -> Ints:
    if not len(d_begin):
        return begin
    i = np.maximum(np.searchsorted(d_begin, begin, "right") - 1, 0)
    return np.where(begin < d_stop[i], d_begin[i], begin)


def frame_reject(frame: Frame, begin: Ints) -> pa.Array:
    """`<document_id>!<span_start>` for places in the block's text."""
    owner = frame.block.document_of(begin)
    return ids(
        owned(frame.layout.document_ids, frame.block.documents[owner]),
        begin - frame.block.base[owner],
        "!",
    )


def _rejects_table(
    frame: Frame, begin: Ints, stop: Ints, reject: Ints, reject_begin: Ints, d_begin: Ints, d_stop: Ints
) -> pa.Table:
    which = np.flatnonzero(reject >= 0)
    start = reject_begin[which]
    end = stop[which]
    if len(d_begin):
        i = np.maximum(np.searchsorted(d_begin, start, "right") - 1, 0)
        end = np.where((reject[which] >= 2) & (d_begin[i] == start), d_stop[i], end)
    _, first = np.unique(
        start, return_index=True
    )  # a broken date is one reject, however many numerals it holds
    which, start, end = which[first], start[first], end[first]
    where = frame.where_text(start, end)
    reason = named(REJECTED, reject[which])
    return pa.table(
        {
            "reject_id": pc.binary_join_element_wise(frame_reject(frame, start), reason, ":"),
            **where,
            "stage": pa.array([_STAGE] * len(which), pa.string()),
            "reason": reason,
            "detail": named(_DETAIL, reject[which]),
        }
    )
