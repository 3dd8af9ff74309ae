"""Families whose members make up a whole: 男性 and 女性, the three industries, proportions and shares that make up 100.

Here: totals and shares whose parts are all the members of a family of lexicons/partitions.csv, and proportions. Not
here: parts that a word like 其中 announces (`parts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from pipeline.quality.audits.intervals import INCONSISTENT, Interval, Number, judge
from pipeline.quality.audits.parts import add, agreed, differed, of_parts
from pipeline.quality.audits.rules import TOTALS
from pipeline.quality.audits.sheet import LEVEL, SHARE, Finding, Sheet
from pipeline.quality.audits.slips import slip


def families(sheet: Sheet) -> Iterator[Finding]:
    """Totals followed by all members of a family without 其中: 总人口63.47万人，男性32.58万人，女性30.89万人."""
    kinds = {kind.removeprefix(TOTALS): kind for kind in sheet.rules.patterns if kind.startswith(TOTALS)}
    kinds.pop("", None)
    told = [sheet.rules.says(TOTALS, words) for words in sheet.measured_names]
    named = np.array([*told, False], np.bool_)[np.array(sheet.measured, np.int64)] & sheet.amounts
    named[:-2] &= sheet.sentences[2:] == sheet.sentences[:-2]
    named[-2:] = False
    for t in np.flatnonzero(named).tolist():
        for family, kind in kinds.items():
            size = len(sheet.rules.complete.get(family, ()))
            run = list(range(t + 1, t + 1 + size))
            if not sheet.rules.says(kind, sheet.words(t)) or run[-1] >= sheet.n:
                continue
            if any(
                sheet.sentence[k] != sheet.sentence[t]
                or sheet.unit[k] != sheet.unit[t]
                or sheet.role[k] != LEVEL
                or sheet.depth[k] != sheet.depth[t]
                or sheet.rules.says("of_which", sheet.before(k))
                for k in run
            ):
                continue
            if not sheet.rules.partition([sheet.names(k) for k in run])[1]:
                continue
            total, parts_ = sheet.number(t), [(k, n) for k in run if (n := sheet.number(k)) is not None]
            if total is None or len(parts_) < size:
                continue
            outcome = judge(total, add, *(n for _, n in parts_))
            if outcome.agrees:
                said = agreed(total, outcome)
            else:
                said = differed(total, outcome) + slip(total, add, *(n for _, n in parts_))
            yield of_parts(sheet, "sum", t, parts_, outcome, said)


def ratios(sheet: Sheet) -> Iterator[Finding]:
    """Audit proportions such as 5.2∶47.8∶47.0 that must make up 100."""
    terms = sheet.table["terms"]
    if terms.null_count == len(terms):
        return
    low, high = sheet.rules.limit("share_sum_low"), sheet.rules.limit("share_sum_high")
    for i in np.flatnonzero(terms.is_valid().to_numpy()).tolist():
        printed = [p for p in re.split("[；;]", terms[i].as_py()) if p]
        try:
            values = [float(p) for p in printed]
        except ValueError:
            continue
        around = sheet.text[max(sheet.begin_of(i), sheet.start[i] - 40) : sheet.start[i]]
        if (
            len(values) < 3
            or not re.search("结构|比重|比例|构成|之比|产业", around)
            or re.search("[男女收支]", around)
        ):
            continue
        total = sum(values)
        three = len(values) == 3 and "产业" in around and min(values) >= 0.1
        if not (low <= total <= high) and not (
            three and any("." in p for p in sheet.source(i).split("∶")) and total > 30
        ):
            continue
        digits = max(len(p.partition(".")[2].rstrip()) for p in re.split("[∶:：]", sheet.source(i)))
        half = 0.5 * 10.0**-digits * len(values)
        off = abs(total - 100)
        verdict = "consistent" if off < 1e-9 else "rounding" if off <= 2 * half + 1e-9 else INCONSISTENT
        said = f"各项合计{total:g}" + ("" if off < 1e-9 else f"，与100相差{off:g}")
        yield Finding(
            "ratio", i, verdict, f"{sheet.quote(i, i)}：{said}", [(i, "ratio")], 100.0, round(total, 9), half
        )


def share_sums(sheet: Sheet) -> Iterator[Finding]:
    """Audit shares of all members of a family, which must make up 100 %: 男性占51.0%，女性占49.0%."""
    share = sheet.roles == SHARE
    misnamed = sheet.of_dimension("percentage_point") & (sheet.roles == LEVEL)
    share |= misnamed & (sheet.codes[sheet.starts - 1] == ord("占"))  # 占51.3个百分点
    both = np.flatnonzero(share[:-1] & share[1:] & (np.diff(sheet.sentences) == 0))
    done = -1
    for i in both.tolist():
        if i <= done:
            continue
        run = [i]
        while (
            run[-1] + 1 < sheet.n and share[run[-1] + 1] and sheet.sentence[run[-1] + 1] == sheet.sentence[i]
        ):
            run.append(run[-1] + 1)
        done = run[-1]
        phrases = [
            "|".join(re.sub(r"(?:所)?(?:占|比重|占比|比例).*$", "", w) for w in p.split("|"))
            for p in (sheet.names(k) for k in run)
        ]
        if not sheet.rules.partition(phrases)[1]:
            continue
        points = [k for k in run if sheet.dimension_name(k) == "percentage_point"]
        if len(points) == len(run):
            continue
        numbers = [n for k in run if (n := sheet.number(k)) is not None]
        if len(numbers) < len(run):
            continue
        hundred = Number(
            100.0,
            Interval(100, 100),
            Interval(100, 100),
            1.0,
            0,
            "%",
            True,
        )
        outcome = judge(hundred, add, *numbers)
        said = f"合计{outcome.computed:.{numbers[0].digits}f}%"
        if outcome.verdict == INCONSISTENT:
            said += "，各部分应合为100%"
        elif points:
            outcome = outcome.but(INCONSISTENT)
            said += f"，{sheet.source(points[0])}是比重，“个百分点”疑为“%”"
        yield Finding(
            "share_sum",
            run[0],
            outcome.verdict,
            f"{sheet.quote(run[0], run[-1])}：{said}",
            [(k, "part") for k in run],
            100.0,
            outcome.computed,
            outcome.tolerance,
        )
