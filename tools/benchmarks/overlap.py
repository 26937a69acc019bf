"""The overlap check beside the same in Python: a dictionary of n-grams.

    python tools/benchmarks/overlap.py --ext5 target/release/ext5 --data DIR [--megabytes 64]

DIR holds `corpus/*.txt` and the tasks of tests/realdata_tasks. Text of the corpus is repeated up to
the given size in a temporary folder. Both read it once, on all cores that they use (Python: one).
Prints the MB/s of each and whether they find the same examples.
"""

import argparse
import json
import pathlib
import platform
import re
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

        start = time.perf_counter()
        command = [options.ext5, "mix", "check-overlap", "r.toml", "--tasks", "tasks"]
        command += ["--data-root", ".", "--task", "held", "--json"]
        found = json.loads(subprocess.run(command, cwd=root, check=True, capture_output=True).stdout)
        ours = time.perf_counter() - start

        start = time.perf_counter()
        index = {}
        for number, row in enumerate(rows):
            for ngram in ngrams(row["text"]):
                index.setdefault(ngram, set()).add(number)
        theirs = set()
        for document in (root / "corpus.txt").read_text().split("\n\n"):
            for ngram in ngrams(document):
                theirs |= index.get(ngram, set())
        python = time.perf_counter() - start

    # Texts of fewer words than n are compared as wholes by ext5 alone.
    count = found[0]["overlapping"] if found else 0
    print(f"{size:.0f} MB of text, {len(rows)} evaluation texts, Python {platform.python_version()}")
    print(f"ext5    {size / ours:8.1f} MB/s  {count} overlap")
    print(f"python  {size / python:8.1f} MB/s  {len(theirs)} overlap (long texts alone)")
    print(f"ratio   {python / ours:8.1f}")


if __name__ == "__main__":
    main()
