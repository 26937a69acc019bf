"""Encoding speed, side by side: ext5, sentencepiece and tokenizers, one thread each.

    cargo build --release -p ext5-text --example encode_lines
    python tools/benchmarks/encoding.py --realdata DIR [--binary FILE] [--rounds N]

Encodes the lines of the English files of DIR/corpus with DIR/vocab. The three take turns, file by
file and round by round; a time is the median over the rounds. Each keeps its process; the vocabulary
is loaded before and the lines are in memory as each wants them. ext5 starts every measurement with
fresh working memory. The ids of ext5 and sentencepiece must be equal; those of tokenizers, which
breaks ties in another way, are counted where they differ. Prints a table in Markdown.

Needs: sentencepiece, tokenizers, blake3.
"""

import argparse
import os
import platform
import struct
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from statistics import median

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import blake3  # noqa: E402
import sentencepiece  # noqa: E402
import tokenizers  # noqa: E402

BINARY = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[2] / "target"))


def digest(lists):
    """As the example does it: each list of ids closed by 2^32 - 1."""
    hasher = blake3.blake3()
    for ids in lists:
        hasher.update(struct.pack(f"<{len(ids) + 1}I", *ids, 0xFFFFFFFF))
    return hasher.hexdigest()


class Ours:
    """A process that encodes all lines for each line on its standard input."""

    def __init__(self, binary, vocabulary, file):
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([binary, vocabulary, file], **pipes)

    def measure(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        seconds, _, self.digest = self.process.stdout.readline().split()
        return float(seconds)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def timed(encode):
    start = time.perf_counter()
    result = encode()
    return time.perf_counter() - start, result


def measure(path, args, piece_encoder, tokenizer):
    """Medians of seconds (ext5, sentencepiece, tokenizers), bytes, lines, lines that tokenizers has
    otherwise."""
    data = path.read_bytes()
    lines = data.decode().removesuffix("\n").split("\n")
    ours = Ours(args.binary, args.realdata / "vocab/spiece.model", path)
    seconds = [[], [], []]
    for _ in range(args.rounds):
        seconds[0].append(ours.measure())
        passed, ids = timed(lambda: piece_encoder.encode(lines, out_type=int, num_threads=1))
        seconds[1].append(passed)
        passed, theirs = timed(lambda: tokenizer.encode_batch(lines, add_special_tokens=False))
        seconds[2].append(passed)
    if digest(ids) != ours.digest:
        raise SystemExit(f"{path}: ext5 and sentencepiece have different ids")
    ours.close()
    differ = sum(a != b.ids for a, b in zip(ids, theirs, strict=True))
    return [median(times) for times in seconds], len(data), len(lines), differ


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--realdata", type=Path, required=True)
    parser.add_argument("--binary", type=Path, default=BINARY / "release/examples/encode_lines")
    parser.add_argument("--rounds", type=int, default=7)
    args = parser.parse_args()
    names = [f"{name} {version(name)}" for name in ("sentencepiece", "tokenizers")]
    piece_encoder = sentencepiece.SentencePieceProcessor(
        model_file=str(args.realdata / "vocab/spiece.model")
    )
    tokenizer = tokenizers.Tokenizer.from_file(str(args.realdata / "vocab/tokenizer.json"))
    print(f"{platform.machine()}, one thread each, medians of {args.rounds} interleaved rounds\n")
    print(f"| text | MB | ext5, MB/s | {names[0]}, MB/s | {names[1]}, MB/s | ext5 / sentencepiece "
          "| ext5 / tokenizers | lines tokenizers splits otherwise |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|")
    for path in sorted(args.realdata.glob("corpus/*.txt")):
        if path.name == "SOURCE.txt":
            continue
        (a, b, c), size, lines, differ = measure(path, args, piece_encoder, tokenizer)
        rates = " | ".join(f"{size / 1e6 / seconds:.1f}" for seconds in (a, b, c))
        print(f"| {path.stem} | {size / 1e6:.1f} | {rates} | {b / a:.2f} | {c / a:.2f} "
              f"| {differ} of {lines} |", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
