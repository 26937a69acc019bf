r"""The overlap check beside the same in Python: a dictionary of n-grams.

    python tools/benchmarks/overlap.py --ext5 target/release/ext5 --data DIR \
        [--megabytes 64] [--rounds 3]

DIR holds `corpus/books_*.txt`. Their text is repeated up to the given size in a temporary folder.
Both read it from there and are timed from their start to their end, in turns: ext5 with one thread
and with as many as it takes, Python with the one that it has. Prints the median MB/s of each, as a
table, and how many examples each finds.
"""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import tempfile
import time

WORD = re.compile(r"[^\W_]+")
N = 13


def words(text):
    return [word.lower() for word in WORD.findall(text)]


def ngrams(text):
    sequence = words(text)
    return (tuple(sequence[i : i + N]) for i in range(len(sequence) - N + 1))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ext5", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--megabytes", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()

    # Paragraphs, as documents of their own.
    documents = []
    for path in sorted((options.data / "corpus").glob("books_*.txt")):
        documents += [d for d in path.read_text().split("\n") if len(words(d)) >= N]
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        # Evaluation texts: every twentieth paragraph, half of them not in the corpus.
        held = documents[::20]
        inside, outside = held[::2], held[1::2]
        left = set(outside)
        once = "\n\n".join(document for document in documents if document not in left) + "\n\n"
        times = max(1, options.megabytes * 1_000_000 // len(once.encode()))
        (root / "corpus.txt").write_text(once * times)
        rows = [{"text": text, "word": "x"} for text in inside + outside]
        (root / "held").mkdir()
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (root / "held" / "validation.jsonl").write_text(lines)
        (root / "tasks").mkdir()
        (root / "tasks" / "held.toml").write_text(
            'name = "held"\nfamily = "x"\nmetrics = ["accuracy"]\n'
            '[template]\ninputs = "{{ text }}"\ntargets = "{{ word }}"\n'
        )
        (root / "r.toml").write_text(
            'name = "r"\nvocabulary = "bytes"\n[mixture]\nr = inf\n'
            '[[mixture.corpus]]\nname = "books"\ntrain = ["corpus.txt"]\n'
            "[batch]\nrows = 1\ninputs = 64\ntargets = 64\n"
        )
        size = (root / "corpus.txt").stat().st_size / 1e6

        def ext5(**environment):
            command = [pathlib.Path(options.ext5).absolute(), "mix", "check-overlap", "r.toml"]
            command += ["--tasks", "tasks", "--data-root", ".", "--task", "held", "--json"]
            environment = {**os.environ, **environment}
            run = subprocess.run(command, cwd=root, env=environment, check=True, stdout=subprocess.PIPE)
            found = json.loads(run.stdout)
            return found[0]["overlapping"] if found else 0

        def python():
            index = {}
            for number, row in enumerate(rows):
                for ngram in ngrams(row["text"]):
                    index.setdefault(ngram, set()).add(number)
            found = set()
            for document in (root / "corpus.txt").read_text().split("\n\n"):
                for ngram in ngrams(document):
                    found |= index.get(ngram, set())
            return len(found)

        peers = {
            "ext5, one thread": lambda: ext5(RAYON_NUM_THREADS="1"),
            f"ext5, {os.cpu_count()} threads": ext5,
            f"Python {platform.python_version()}": python,
        }
        times, found = {name: [] for name in peers}, {}
        for _ in range(options.rounds):
            for name, run in peers.items():
                start = time.perf_counter()
                found[name] = run()
                times[name].append(time.perf_counter() - start)

    python_time = statistics.median(times[f"Python {platform.python_version()}"])
    print(f"{size:.0f} MB of text, {len(rows)} evaluation texts, runs of {N} words\n")
    print("| | MB/s | times Python | examples found |\n|---|---:|---:|---:|")
    for name, seconds in times.items():
        median = statistics.median(seconds)
        print(f"| {name} | {size / median:.1f} | {python_time / median:.1f} | {found[name]} |")


if __name__ == "__main__":
    main()
