"""The one assembly that Dagster loads: assets, job, schedule, sensor and the folders they work on.

Nothing is defined here. `NIANJIAN_SEEDS` and `NIANJIAN_WAREHOUSE` move the folders; a run may also be given others
in its configuration.
"""

import os

import dagster as dg

from pipeline import assets, automation

defs = dg.Definitions(
    assets=[
        assets.documents,
        assets.entries,
        assets.facts,
        assets.names,
        assets.audits,
        assets.laws,
        assets.series,
        assets.published,
        assets.review,
    ],
    jobs=[automation.nianjian],
    schedules=[automation.daily],
    sensors=[automation.arriving_books],
    resources={
        "folders": assets.Folders(
            seeds=os.environ.get("NIANJIAN_SEEDS", "seeds"),
            warehouse=os.environ.get("NIANJIAN_WAREHOUSE", "warehouse"),
            pages=os.environ.get("NIANJIAN_PAGES", ""),
        )
    },
    # In process: a step of its own process would spend two seconds on imports to do a tenth of a second of work.
    executor=dg.in_process_executor,
)
