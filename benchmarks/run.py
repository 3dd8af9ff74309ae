"""The command: how fast, where the time goes, how it grows, and how that compares.

    python -m benchmarks.run [--mb 100] [--density economic|seed|both] [--peers] [--scaling] [--profile]
    python -m benchmarks.run --smallest

Belongs here: choosing what to measure, printing it and writing `results.json`.
Does not belong here: what is measured (`stages.py`, `peers.py`) and on what (`corpus.py`).

Every measurement runs in a fresh process, so that peak memory is its own; this process stays small.
"""
from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.corpus import DENSITIES, corpus

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
UNITS = HERE.parent / "seeds" / "units.csv"
SCALING_MB = (1, 3, 10, 30, 100)
PEER_SAMPLE_MB = 2

# A benchmark of nothing is no benchmark: these must come out with rows.
EXPECTED = ("documents", "entries", "quantities", "dates", "numerals")

Figures = dict[str, Any]


def measure(megabytes: float, density: str, runs: int, profile: int = 0) -> Figures:
    """Run the pipeline's stages over a corpus in a fresh single-threaded process; medians over `runs`."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, "-m", "benchmarks.stages", "--mb", f"{megabytes:g}", "--density", density]
    command += ["--runs", str(runs), "--profile", str(profile)]
    done = subprocess.run(
        command, cwd=HERE.parent, env={**os.environ, **threads}, stdout=subprocess.PIPE, text=True, check=True
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    size = figures["bytes"] / 1e6
    cpu = [sum(run["cpu"].values()) for run in figures["runs"]]
    wall = [sum(run["wall"].values()) for run in figures["runs"]]
    stages = figures["runs"][0]["cpu"]
    figures["cpu_seconds"] = statistics.median(cpu)
    figures["mb_per_core_second"] = size / statistics.median(cpu)
    figures["mb_per_wall_second"] = size / statistics.median(wall)
    figures["spread"] = (size / max(cpu), size / min(cpu))
    figures["stage_cpu_seconds"] = {
        stage: statistics.median(run["cpu"][stage] for run in figures["runs"]) for stage in stages
    }
    return figures


def growth(points: list[tuple[float, float]]) -> float:
    """The exponent b of ``seconds = a * bytes ** b`` by least squares on logarithms; 1 is linear."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    slope: float = statistics.linear_regression(xs, ys).slope
    return slope


def machine() -> Figures:
    """What the figures depend on besides the code."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = (line for line in info.read_text().splitlines() if line.startswith("model name"))
        cpu = next((line.split(":")[1].strip() for line in models), cpu)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pyarrow", "pandas")},
        "commit": commit,
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def table(title: str, header: list[str], rows: list[list[str]]) -> None:
    """Print a Markdown table, so that it can be pasted into a document."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(header) + " |")
    print("| --- |" + " ---: |" * (len(header) - 1))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    sys.stdout.flush()


def show_pipeline(figures: Figures) -> None:
    size = figures["bytes"] / 1e6
    slow, fast = figures["spread"]
    spacing = figures["characters"] / figures["numbers"]
    print(
        f"\n## {figures['density']}: {size:.1f} MB, {figures['volumes']} volumes, "
        f"{figures['documents']} documents, one number per {spacing:.0f} characters\n"
    )
    print(
        f"{figures['mb_per_core_second']:.1f} MB/s a core ({slow:.1f} to {fast:.1f}), "
        f"{figures['mb_per_wall_second']:.1f} MB/s of wall clock, "
        f"peak memory {figures['peak_memory_mb']:,.0f} MB, "
        f"Parquet {figures['parquet_bytes'] / 1e6:.1f} MB, "
        f"reference tables loaded in {figures['loading_cpu_seconds']:.2f} s (once a process, not counted)"
    )
    total = figures["cpu_seconds"]
    rows = [
        [stage, f"{seconds:.2f}", f"{seconds / total:.0%}", f"{size / max(seconds, 1e-6):.0f}"]
        for stage, seconds in figures["stage_cpu_seconds"].items()
    ]
    table("Where the time goes", ["stage", "CPU s", "share", "MB/s alone"], rows)
    table(
        "Rows",
        ["table", "rows", "rows per KB"],
        [[name, f"{n:,}", f"{n / size / 1000:.2f}"] for name, n in figures["rows"].items()],
    )


def show_profile(figures: Figures) -> None:
    rows = [[f"`{row['function']}`", f"{row['share']:.1%}", ", ".join(row["lines"])] for row in figures["profile"]]
    table(f"Hot spots, {figures['density']}", ["function", "share of CPU", "dearest lines"], rows)


def show_scaling(density: str, steps: list[Figures]) -> None:
    rows = [
        [
            f"{step['bytes'] / 1e6:.1f}",
            f"{step['cpu_seconds']:.2f}",
            f"{step['mb_per_core_second']:.1f}",
            f"{step['mb_per_wall_second']:.1f}",
            f"{step['peak_memory_mb']:,.0f}",
        ]
        for step in steps
    ]
    table(f"Scaling, {density}", ["MB", "CPU s", "MB/s a core", "MB/s wall", "peak MB"], rows)
    exponent = growth([(step["bytes"], step["cpu_seconds"]) for step in steps])
    print(f"\nCPU time grows with the size to the power of {exponent:.3f} (1 is linear).")


def show_peers(density: str, figures: Figures, found: list[peers.PeerFigure]) -> None:
    """Each peer beside the whole pipeline; those that only find names, beside the stage that does."""
    own = figures["mb_per_core_second"]
    naming = figures["bytes"] / 1e6 / figures["stage_cpu_seconds"]["names"]
    rows = [
        [
            figure.title,
            figure.version,
            f"{figure.mb_per_core_second:.3g}",
            f"{figure.spread[0]:.3g} to {figure.spread[1]:.3g}",
            f"{figure.sample_bytes / 1000:,.0f}",
            f"{(naming if figure.task in peers.NAMING else own) / figure.mb_per_core_second:,.1f}x",
        ]
        for figure in found
    ]
    table(
        f"Peers, {density}: nianjian {own:.1f} MB/s a core, to validated Parquet; names alone {naming:.1f}",
        ["tool", "version", "MB/s a core", "spread", "sample KB", "nianjian is"],
        rows,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the speed of the pipeline.")
    parser.add_argument("--mb", type=float, default=100, help="size of the corpus, 10^6 bytes of UTF-8 text")
    parser.add_argument("--density", choices=[*DENSITIES, "both"], default="both")
    parser.add_argument("--runs", type=int, default=3, help="runs behind each median")
    parser.add_argument("--peers", action="store_true", help="also time other tools, on small samples")
    parser.add_argument("--peer-seconds", type=float, default=4, help="CPU time of one run of one peer")
    parser.add_argument("--scaling", action="store_true", help="also 1, 3, 10, 30 MB, up to --mb")
    parser.add_argument("--profile", action="store_true", help="also list the functions that take the time")
    parser.add_argument("--smallest", action="store_true", help="1 MB once at each density, for CI")
    options = parser.parse_args()
    if options.smallest:
        options.mb, options.density, options.runs = 1, "both", 1
        options.peers = options.scaling = options.profile = False

    results: Figures = {"machine": machine(), "densities": {}}
    for density in DENSITIES if options.density == "both" else (options.density,):
        entry: Figures = {}
        steps = []
        if options.scaling:
            for size in SCALING_MB:
                if size < options.mb:
                    corpus(size, density)  # written here, so that making it is no part of the peak memory
                    steps.append(measure(size, density, max(options.runs, 5 if size < 10 else 3)))
        corpus(options.mb, density)
        figures = measure(options.mb, density, options.runs, 30 if options.profile else 0)
        entry["pipeline"] = figures
        show_pipeline(figures)
        if options.scaling:
            entry["scaling"] = [*steps, figures]
            show_scaling(density, entry["scaling"])
        if options.profile:
            show_profile(figures)
        if options.peers:
            found = peers.measure(
                corpus(PEER_SAMPLE_MB, density),
                UNITS,
                list(peers.PEERS),
                seconds=options.peer_seconds,
                runs=max(3, options.runs),
            )
            entry["peers"] = [asdict(figure) for figure in found]
            show_peers(density, figures, found)
        results["densities"][density] = entry
        if not all(figures["rows"].get(name) for name in EXPECTED):
            sys.exit(f"{density}: a table came out empty: {figures['rows']}")
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1), "utf-8")
    print(f"\n{RESULTS.relative_to(HERE.parent)} written")


if __name__ == "__main__":
    main()
