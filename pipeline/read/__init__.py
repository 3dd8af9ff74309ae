"""Bytes to documents: the first step of a book.

Reading order: `volumes` finds the books and reads one of them; `encoding` turns bytes into text; `manifest` checks
what an editor states in `volume.toml`; `years` and `regions` infer what it leaves out, with `divisions` for codes.
Nothing here looks at entries or numbers, and nothing edits a text.
"""

from pipeline.read.manifest import Manifest, ManifestError, read_manifest
from pipeline.read.volumes import (
    Volume,
    VolumeSource,
    describe,
    document_title,
    find_volumes,
    read_volume,
)

__all__ = [
    "Manifest",
    "ManifestError",
    "Volume",
    "VolumeSource",
    "describe",
    "document_title",
    "find_volumes",
    "read_manifest",
    "read_volume",
]
