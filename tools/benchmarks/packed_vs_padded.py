#!/usr/bin/env python3
"""Times training steps of ext5 on packed real batches beside PyTorch + transformers on padded ones.

    cargo build --release -p ext5-train --example packed_step
    python tools/benchmarks/packed_vs_padded.py target/release/examples/packed_step DATA_ROOT \\
        [--recipe recipes/local/exmix-real.toml] [--tasks tests/realdata_tasks] [--rounds 3]

Needs torch and transformers. Both sides train T5 1.1 small on the same examples, batch by batch: what
ext5 has packed into so many rows, PyTorch gets as one padded batch with a row for each example, so that
an update means the same. Padded to the longest example of the batch, as transformers' collator does, or
to the lengths of the recipe, as T5 did. A useful token is one that is not padding. Rounds interleave the
systems; PyTorch's better OpenMP wait policy counts.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

from step_vs_pytorch import SHAPES, WARM_UP, measured, t5

LENGTHS = (256, 64)


def padded(rows, length):
    import torch

    length = length or max(map(len, rows))
    ids = torch.zeros(len(rows), length, dtype=torch.int64)
    for line, row in zip(ids, rows):
        line[: len(row)] = torch.tensor(row)
    return ids


def pytorch_steps(path, threads, fixed):
    import torch

    torch.set_num_threads(threads)
    model, optimizer = t5(SHAPES["small"])
    batches = json.loads(Path(path).read_text())
    lengths = LENGTHS if fixed else (None, None)
    prepared = []
    for examples in batches:
        inputs = padded([inputs for inputs, _ in examples], lengths[0])
        labels = padded([targets for _, targets in examples], lengths[1])
        prepared.append(dict(input_ids=inputs, attention_mask=(inputs != 0).long(),
                             labels=labels.masked_fill(labels == 0, -100)))
    seconds = []
    for batch in prepared[:1] * WARM_UP + prepared:
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        model(**batch).loss.backward()
        optimizer.step()
        seconds.append(time.perf_counter() - start)
    return seconds[WARM_UP:]


def compare(arguments, r, scratch):
    threads = arguments.threads
    command = [arguments.binary, arguments.recipe, arguments.tasks, arguments.data_root,
               arguments.cache or scratch / "cache", r, arguments.batches]
    totals, memory = {}, {}
    examples = scratch / "examples.json"
    for _ in range(arguments.rounds):
        ours, most = measured(command, {"RAYON_NUM_THREADS": str(threads)})
        totals.setdefault("ext5, packed", []).append(sum(ours["seconds"]))
        memory["ext5, packed"] = max(memory.get("ext5, packed", 0), most)
        examples.write_text(json.dumps(ours["examples"]))
        for form in ["longest", "fixed"]:
            for policy, word in [("ACTIVE", "spin"), ("PASSIVE", "sleep")]:
                theirs, most = measured(
                    [sys.executable, __file__, "--child", examples, threads, form],
                    {"OMP_WAIT_POLICY": policy})
                name = f"pytorch, {form}, {word}"
                totals.setdefault(name, []).append(sum(theirs))
                memory[name] = max(memory.get(name, 0), most)
    batches = ours["examples"]
    useful = sum(len(i) + len(t) for batch in batches for i, t in batch)
    count = sum(map(len, batches))
    print(f"\nR = {r}: {len(batches)} batches, {count} examples, {useful} useful tokens, "
          f"{threads} threads")
    speeds = {name: useful / statistics.median(values) for name, values in totals.items()}
    for name, values in totals.items():
        print(f"{name:24}  {speeds[name]:8.0f} useful tokens/s, {min(values):.2f} to "
              f"{max(values):.2f} s for all batches, {memory[name] / 1e6:.0f} MB, "
              f"ext5 is {speeds['ext5, packed'] / speeds[name]:.2f} times as fast")


def main():
    if sys.argv[1:2] == ["--child"]:
        _, _, path, threads, form = sys.argv
        print(json.dumps(pytorch_steps(path, int(threads), form == "fixed")))
        return
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", help="the `packed_step` example of ext5-train, in release")
    parser.add_argument("data_root", type=Path)
    parser.add_argument("--recipe", default="recipes/local/exmix-real.toml")
    parser.add_argument("--tasks", default="tests/realdata_tasks")
    parser.add_argument("--cache", type=Path, help="token stores that may be there already")
    parser.add_argument("--r", type=float, nargs="+", default=[0.0, 2.0])
    parser.add_argument("--batches", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    print({name: metadata.version(name) for name in ["torch", "transformers"]},
          "Python", platform.python_version())
    with tempfile.TemporaryDirectory() as scratch:
        for r in arguments.r:
            compare(arguments, r, Path(scratch))


if __name__ == "__main__":
    main()
