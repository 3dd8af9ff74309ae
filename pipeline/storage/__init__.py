"""Tables on disk: the parts of a volume, the published tables, and the order in which they are replaced.

Here belongs everything that touches the warehouse folder: `files` (beside first, then renamed), `keys` (what a part
depends on), `parts` (one volume), `series` (what a volume is held against), `publishing` (all volumes, the gate).
What a table must look like stands in `schemas`, what must be true of it in `pipeline.quality.laws`; this package calls
both and decides nothing about the language.

Two promises. A reader of `<warehouse>/<table>.parquet` sees a whole old file or a whole new one, and `manifest.json`,
written last, says which files belong together. The same books, code and reference tables give the same bytes.

    parts/<volume>/<table>.arrow      working files of one volume, one record batch for each batch of documents
    parts/<volume>/manifest.json      the key each stage was made with, and its rows
    <table>.parquet, manifest.json    what readers open
    publishing.json                   only while a set is being swapped in: the renames that remain
"""

from pipeline.storage.keys import (
    CORRECTIONS,
    code_version,
    corrections_version,
    part_key,
    reference_folder,
    reference_tables,
    reference_version,
    volume_of_document,
    withheld_names,
)
from pipeline.storage.parts import (
    AUDITS,
    FACTS,
    NAMES,
    PUBLISHED,
    SERIES,
    STAGES,
    PartWriter,
    Warehouse,
    document_ids,
    in_batches,
)
from pipeline.storage.publishing import (
    GateError,
    Published,
    StaleError,
    laws_table,
    publish,
    recover,
    up_to_date,
    verdicts_of,
    verify,
)
from pipeline.storage.series import Neighbours, neighbours, uncompared

__all__ = [
    "AUDITS",
    "CORRECTIONS",
    "FACTS",
    "NAMES",
    "PUBLISHED",
    "SERIES",
    "STAGES",
    "GateError",
    "Neighbours",
    "PartWriter",
    "Published",
    "StaleError",
    "Warehouse",
    "code_version",
    "corrections_version",
    "document_ids",
    "in_batches",
    "laws_table",
    "neighbours",
    "part_key",
    "publish",
    "recover",
    "reference_folder",
    "reference_tables",
    "reference_version",
    "uncompared",
    "up_to_date",
    "verdicts_of",
    "verify",
    "volume_of_document",
    "withheld_names",
]
