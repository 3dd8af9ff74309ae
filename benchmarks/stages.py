"""The pipeline's own stages over one corpus, timed one by one, in a process of its own.

Belongs here: calling the functions that the assets call, in their order and on the same batches, with a clock
around each. Does not belong here: Dagster (it adds a fixed time a volume, none a megabyte), or a shortcut that
the real run does not take. When a stage of `pipeline.assets` changes, its twin here changes.

    python -m benchmarks.stages --mb 1 --density economic --runs 3     prints JSON
"""
from __future__ import annotations

import argparse
import json
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, Self

import pyarrow as pa

import schemas
from benchmarks.corpus import DENSITIES, Corpus, corpus
from pipeline import storage
from pipeline.quality import laws, settle
from pipeline.quality.place import Text
from pipeline.read import Volume, VolumeSource, find_volumes, read_volume
from pipeline.storage import PartWriter, Warehouse
from pipeline.text.facts import read_facts
from pipeline.text.reference import Reference, load_reference
from pipeline.text.segment import segment

REPOSITORY = Path(__file__).parent.parent
REFERENCE = REPOSITORY / "seeds"
OWN = (str(REPOSITORY / "pipeline"), str(REPOSITORY / "schemas"))


class Clock:
    """Seconds of CPU and of wall by stage, summed over the volumes of a run."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}

    @contextmanager
    def lap(self, stage: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.cpu[stage] = self.cpu.get(stage, 0.0) + time.process_time() - cpu
            self.wall[stage] = self.wall.get(stage, 0.0) + time.perf_counter() - wall


def run(books: Corpus, folder: Path, reference: Reference, clock: Clock) -> dict[str, int]:
    """Read all books of a corpus into a new warehouse and publish it; returns the rows of each table.

    Raises pipeline.storage.GateError where a table did not keep the laws: then there is no time to report.
    """
    store = Warehouse(folder)
    with clock.lap("find books"):
        sources = find_volumes(books.path)
    for source in sources:
        key = storage.part_key(source.fingerprint, REFERENCE)
        _documents(source, store, books.path, key, clock)
        _entries(source, store, key, clock)
        _facts(source, store, key, reference, clock)
        _laws(source, store, key, clock)
    with clock.lap("publish"):
        return storage.publish(store, [source.volume_id for source in sources], "benchmark").rows


def _documents(source: VolumeSource, store: Warehouse, seeds: Path, key: str, clock: Clock) -> None:
    with clock.lap("read"):
        volume, table, rejects = read_volume(source, seeds)
    with clock.lap("store parts"), PartWriter(store, source.volume_id, "documents", key) as part:
        row = {name: getattr(volume, name) for name in Volume.__dataclass_fields__}
        row |= {"documents": table.num_rows, "entries": 0, "quantities": 0}
        part.write(volumes=pa.Table.from_pylist([row], schema=schemas.arrow_schema("volumes")))
        for batch in storage.in_batches(schemas.conform(table, "documents")):
            part.write(documents=batch, rejects=settle.place_rejects(rejects, Text(batch)))
            rejects = rejects.slice(0, 0)


def _entries(source: VolumeSource, store: Warehouse, key: str, clock: Clock) -> None:
    batches = store.batches(source.volume_id, "documents")
    with PartWriter(store, source.volume_id, "entries", key) as part:
        while batch := _next(batches, clock):
            with clock.lap("segment"):
                found = segment(batch["documents"])
            with clock.lap("settle"):
                text = Text(batch["documents"])
                tables = {"entries": found.entries, "zones": found.zones}
                kept = settle.settle(tables, text, None, source.volume_id)
            _write(part, found.rejects, kept, text, clock)


def _facts(source: VolumeSource, store: Warehouse, key: str, reference: Reference, clock: Clock) -> None:
    row = store.read_part(source.volume_id, "volumes").to_pylist()[0]
    volume = Volume(**{name: row[name] for name in Volume.__dataclass_fields__})
    batches = store.batches(source.volume_id, "documents", "entries", "zones")
    with PartWriter(store, source.volume_id, "facts", key) as part:
        while batch := _next(batches, clock):
            with clock.lap("facts"):
                found = read_facts(batch["documents"], batch["entries"], batch["zones"], volume, reference)
            with clock.lap("settle"):
                text = Text(batch["documents"])
                tables = {name: found[name] for name in storage.FACTS}
                kept = settle.settle(tables, text, batch["entries"], source.volume_id)
            _write(part, found["rejects"], kept, text, clock)


def _laws(source: VolumeSource, store: Warehouse, key: str, clock: Clock) -> None:
    names = ("documents", "entries", "zones", *storage.FACTS)
    stages = [f"{stage}.rejects" for stage in ("documents", "entries", "facts")]
    volume = store.read_part(source.volume_id, "volumes")
    batches = store.batches(source.volume_id, *names, *stages)
    verdicts: list[laws.Verdict] = []
    rejects: list[pa.Table] = []
    order: list[str] = []
    with PartWriter(store, source.volume_id, "laws", key) as part:
        while batch := _next(batches, clock):
            with clock.lap("judge"):
                documents = batch["documents"]["document_id"].to_pylist()
                rejects.append(settle.merge_rejects([batch[stage] for stage in stages], documents))
                tables = {name: batch[name] for name in names} | {"rejects": rejects[-1]}
                verdicts += laws.judge(tables, Text(batch["documents"]), volume)
                order += documents
        with clock.lap("store parts"):
            merged = settle.merge_rejects(rejects, order)
            found = storage.laws_table(source.volume_id, laws.add_up(verdicts))
            part.write(rejects=merged, laws=found)


def _next(batches: Iterator[dict[str, pa.Table]], clock: Clock) -> dict[str, pa.Table] | None:
    with clock.lap("load parts"):
        return next(batches, None)


def _write(part: PartWriter, found: pa.Table, kept: settle.Settled, text: Text, clock: Clock) -> None:
    with clock.lap("settle"):
        rejects = [settle.place_rejects(found, text), settle.place_rejects(kept.rejects, text)]
    with clock.lap("store parts"):
        part.write(**kept.tables, rejects=pa.concat_tables(rejects))


def peak_memory_mb() -> float:
    """The most memory this process has held, in MB of 10^6 bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # exact; the resource module's figure includes the parent before exec
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) * 1024 / 1e6
    import resource  # absent on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


class Sampler:
    """Where the project's own code spends its CPU time, by line: one look every millisecond.

    A call into numpy or Arrow counts for the line that made it. Unlike a tracing profiler this makes no function
    look dearer for being called often.
    """

    def __init__(self) -> None:
        self.lines: Counter[tuple[str, int, str]] = Counter()
        self.samples = 0

    def __enter__(self) -> Self:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, 0.001, 0.001)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        self.samples += 1
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(OWN):
                self.lines[file, frame.f_lineno or 0, frame.f_code.co_name] += 1
                return
            frame = frame.f_back

    def functions(self, limit: int) -> list[dict[str, Any]]:
        """The functions with the most samples, each with its dearest lines."""
        total: Counter[tuple[str, str]] = Counter()
        lines: dict[tuple[str, str], list[tuple[int, int]]] = {}
        for (file, line, name), count in self.lines.most_common():
            where = Path(file).relative_to(REPOSITORY).as_posix(), name
            total[where] += count
            lines.setdefault(where, []).append((line, count))
        return [
            {
                "function": f"{file} {name}",
                "share": count / self.samples,
                "lines": [f"{line}: {n / self.samples:.1%}" for line, n in lines[file, name][:4]],
            }
            for (file, name), count in total.most_common(limit)
        ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mb", type=float, default=1)
    parser.add_argument("--density", choices=DENSITIES, default="economic")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--profile", type=int, default=0, help="list this many functions by their time")
    options = parser.parse_args()

    pa.set_cpu_count(1)  # a core's worth of work is what is asked for
    pa.set_io_thread_count(1)
    books = corpus(options.mb, options.density)
    began = time.process_time()
    reference = load_reference(REFERENCE)
    loading = time.process_time() - began

    runs, rows, size = [], {}, 0
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="nianjian-benchmark-") as folder:
            clock = Clock()
            rows = run(books, Path(folder), reference, clock)
            size = sum(path.stat().st_size for path in Path(folder).glob("*.parquet"))
            runs.append({"cpu": clock.cpu, "wall": clock.wall})
    peak = peak_memory_mb()

    profile: list[dict[str, Any]] = []
    if options.profile:
        with tempfile.TemporaryDirectory(prefix="nianjian-benchmark-") as folder, Sampler() as sampler:
            run(books, Path(folder), reference, Clock())
        profile = sampler.functions(options.profile)
    print(
        json.dumps(
            {
                "density": books.density,
                "bytes": books.bytes,
                "characters": books.characters,
                "numbers": books.numbers,
                "volumes": books.volumes,
                "documents": books.documents,
                "loading_cpu_seconds": loading,
                "runs": runs,
                "rows": rows,
                "parquet_bytes": size,
                "peak_memory_mb": peak,
                "profile": profile,
            }
        )
    )


if __name__ == "__main__":
    main()
