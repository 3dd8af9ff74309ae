"""The tools a user would take instead, each in an environment of its own, on sentences of the same corpus.

Belongs here: making those environments, drawing the sample, collecting the figures.
Does not belong here: what is called in each tool, which is in `peer_worker.py`.

No peer does the whole job: JioNLP reads money and time, Recognizers-Text numbers, dimensions, currencies and
dates, cn2an only rewrites Chinese numerals, LAC and jieba tag names, and the plain loop neither knows a date from
an amount nor writes a file. Ratios compare speed alone; how right LAC and jieba are is in `accuracy_names`.

Peers get single sentences, which is kinder to them than whole chapters: their patterns are worse than linear.
"""
from __future__ import annotations

import csv
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.corpus import Corpus

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".cache" / "peers"
SENTENCE = re.compile(r"[^。；\r\n]+[。；]?")
SAMPLE_SENTENCES = 40_000

# Task of peer_worker.py -> (requirements file, what it is called in a report).
PEERS: dict[str, tuple[str, str]] = {
    "jionlp": ("jionlp", "JioNLP, money and time"),
    "jionlp_money": ("jionlp", "JioNLP, money alone"),
    "jionlp_time": ("jionlp", "JioNLP, time alone"),
    "recognizers": ("recognizers", "Recognizers-Text, numbers, units, dates"),
    "recognizers_numbers": ("recognizers", "Recognizers-Text, numbers and units"),
    "recognizers_dates": ("recognizers", "Recognizers-Text, dates alone"),
    "cn2an": ("cn2an", "cn2an, transform"),
    "regex": ("regex", "seven-group re loop"),
    "lac": ("lac", "LAC on ONNX Runtime, words and names"),
    "jieba": ("jieba", "jieba.posseg, words and names"),
}

NAMING = frozenset({"lac", "jieba"})
"""The peers of one stage alone, which finds names (and, with us, events and roles)."""


class PeerError(RuntimeError):
    """A peer could not be installed or broke down; the message is what it said."""


@dataclass(frozen=True)
class PeerFigure:
    """What one peer did: MB of UTF-8 per second of CPU time, the median of its runs."""

    task: str
    title: str
    version: str
    mb_per_core_second: float
    spread: tuple[float, float]  # slowest and fastest run, MB/s
    sample_bytes: int
    found: int
    raised: dict[str, int]
    loading_seconds: float
    peak_rss_mb: float


def environment(name: str) -> Path:
    """The interpreter of the environment in ``requirements-peers-<name>.txt``, made when first asked for."""
    requirements = HERE / f"requirements-peers-{name}.txt"
    folder = ENVIRONMENTS / name
    python = folder / "bin" / "python"
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_text("utf-8") == requirements.read_text("utf-8"):
        return python
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder))
    run(uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(requirements))
    stamp.write_text(requirements.read_text("utf-8"), "utf-8")
    return python


def run(*command: str) -> str:
    """Output of a command; one thread only, so that CPU time means one core."""
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    settings = {**os.environ, **single}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=settings)
    except FileNotFoundError as error:
        raise PeerError(f"{command[0]} is not installed") from error
    except subprocess.CalledProcessError as error:
        raise PeerError(f"{' '.join(command[:4])} …: {error.stderr.strip()[-2000:]}") from error
    return done.stdout


def sample_sentences(corpus: Corpus, limit: int = SAMPLE_SENTENCES) -> list[str]:
    """Sentences from all documents in random order, so that any beginning of the list is a fair sample."""
    rng = random.Random(2009)
    documents = sorted(corpus.path.rglob("*.txt"))
    rng.shuffle(documents)
    sentences: list[str] = []
    for path in documents:
        sentences.extend(SENTENCE.findall(path.read_text("utf-8")))
        if len(sentences) > 4 * limit:
            break
    rng.shuffle(sentences)
    return sentences[:limit]


def names_in(task: str, sentences: list[str]) -> list[list[tuple[str, int, int]]]:
    """The names that a tagger (`lac`, `jieba`) finds in each sentence: kind, start, end."""
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample.json"
        sample.write_text(json.dumps({"sentences": sentences}, ensure_ascii=False), "utf-8")
        python = str(environment(PEERS[task][0]))
        worker = str(HERE / "peer_worker.py")
        found: list[list[tuple[str, int, int]]] = json.loads(
            run(python, "-W", "ignore", worker, task, str(sample), "--spans")
        )
    return found


def unit_surfaces(units: Path) -> list[str]:
    """The first column of the unit table: the plain loop gets the same surfaces as the pipeline."""
    with units.open(encoding="utf-8", newline="") as file:
        return [row[0] for row in csv.reader(file) if row][1:]


def measure(
    corpus: Corpus, units: Path, tasks: list[str], *, seconds: float = 4, runs: int = 3
) -> list[PeerFigure]:
    """Time each peer on its own sample, in `runs` runs of about `seconds` of CPU time each."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder) / "sample.json"
        content = {"sentences": sample_sentences(corpus), "units": unit_surfaces(units)}
        sample.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
        for task in tasks:
            name, title = PEERS[task]
            python = environment(name)
            worker = str(HERE / "peer_worker.py")
            settings = ("--seconds", str(seconds), "--runs", str(runs))
            answer: dict[str, Any] = json.loads(
                run(str(python), "-W", "ignore", worker, task, str(sample), *settings)
            )
            size = answer["bytes"] / 1e6
            cpu = answer["cpu_seconds"]
            figures.append(
                PeerFigure(
                    task,
                    title,
                    f"{answer['package'] or 'python'} {answer['version']}",
                    size / statistics.median(cpu),
                    (size / max(cpu), size / min(cpu)),
                    answer["bytes"],
                    answer["found"],
                    answer["raised"],
                    answer["loading_seconds"],
                    answer["peak_rss_mb"],
                )
            )
    return figures
