"""The pipeline's own stages over one corpus, timed one by one, in a process of its own.

Belongs here: calling the stages that the assets call (`pipeline.stages`), in their order, with a clock around each.
Does not belong here: Dagster (it adds a fixed time a volume, none a megabyte), or a shortcut that the real run does
not take.

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

from benchmarks.corpus import DENSITIES, Corpus, corpus
from pipeline import storage
from pipeline.read import find_volumes
from pipeline.stages import MAKE, compare
from pipeline.storage import PartWriter, Warehouse
from pipeline.text.reference import load_reference

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


def run(books: Corpus, folder: Path, clock: Clock) -> dict[str, int]:
    """Read all books of a corpus into a new warehouse and publish it; returns the rows of each table.

    Raises pipeline.storage.GateError where a table did not keep the laws: then there is no time to report.
    """
    store = Warehouse(folder)
    with clock.lap("find books"):
        sources = find_volumes(books.path)
    for source in sources:
        key = storage.part_key(source, books.path)
        for stage, make in MAKE.items():
            with clock.lap(stage), PartWriter(store, source.volume_id, stage, key) as part:
                make(source, store, books.path, part)
    volume_ids = [source.volume_id for source in sources]
    for volume_id, beside in storage.neighbours(store, volume_ids).items():
        with clock.lap("series"), PartWriter(store, volume_id, "series", beside.key) as part:
            compare(volume_id, beside, store, books.path, part)
    with clock.lap("publish"):
        return storage.publish(store, volume_ids, "benchmark").rows


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
    load_reference(REFERENCE)
    loading = time.process_time() - began

    runs, rows, size = [], {}, 0
    for _ in range(options.runs):
        with tempfile.TemporaryDirectory(prefix="nianjian-benchmark-") as folder:
            clock = Clock()
            rows = run(books, Path(folder), clock)
            size = sum(path.stat().st_size for path in Path(folder).glob("*.parquet"))
            runs.append({"cpu": clock.cpu, "wall": clock.wall})
    peak = peak_memory_mb()

    profile: list[dict[str, Any]] = []
    if options.profile:
        with tempfile.TemporaryDirectory(prefix="nianjian-benchmark-") as folder, Sampler() as sampler:
            run(books, Path(folder), Clock())
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
