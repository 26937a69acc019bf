#!/usr/bin/env python3
"""Times one training step of ext5 beside PyTorch + transformers, interleaved, on the same shapes.

    cargo build --release -p ext5-train --example step
    cargo build --release -p ext5-model --example gemm_floor
    python tools/benchmarks/step_vs_pytorch.py target/release/examples [--threads 1 2] [--rounds 5]

Needs torch and transformers; `--compile` adds torch.compile, which needs a C++ compiler. All sides
run the same number of threads, in f32, with full rows of one segment, z-loss off and dropout off; a
step is forward, backward and Adafactor. Each round runs a few steps of each system, each in a process
of its own; medians over all counted steps are compared, and the largest peak of memory. PyTorch's
OpenMP threads spin or sleep between parallel regions: both policies are measured, and the better of
the two is the one to quote. The floor is the step's matrix products alone.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

SHAPES = {
    # d_model, d_kv, d_ff, layers in each stack, heads, rows, inputs, targets
    "mini": (256, 64, 512, 4, 4, 16, 256, 64),
    "small": (512, 64, 1024, 8, 6, 8, 256, 64),
}
VOCABULARY = 32_128
WARM_UP = 2


def t5(shape):
    """A T5 1.1 of transformers with its optimiser."""
    import torch
    from transformers import Adafactor, T5Config, T5ForConditionalGeneration

    torch.manual_seed(0)
    d_model, d_kv, d_ff, layers, heads = shape[:5]
    config = T5Config(
        vocab_size=VOCABULARY, d_model=d_model, d_kv=d_kv, d_ff=d_ff, num_layers=layers,
        num_decoder_layers=layers, num_heads=heads, feed_forward_proj="gated-gelu",
        tie_word_embeddings=False, dropout_rate=0.0, decoder_start_token_id=0,
    )
    model = T5ForConditionalGeneration(config).train()
    # transformers 5 ties every head that it makes; T5 1.1 has one of its own.
    model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight))
    return model, Adafactor(model.parameters(), lr=0.01, relative_step=False, scale_parameter=True)


def pytorch_steps(shape, threads, steps, compiled):
    import torch

    torch.set_num_threads(threads)
    model, optimizer = t5(shape)
    run = torch.compile(model) if compiled else model
    rows, inputs, targets = shape[5:]
    ids = torch.randint(3, VOCABULARY - 128, (rows, inputs))
    labels = torch.randint(3, VOCABULARY - 128, (rows, targets))

    def step():
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        run(input_ids=ids, labels=labels).loss.backward()
        gradients = time.perf_counter()
        optimizer.step()
        return gradients - start, time.perf_counter() - start

    for _ in range(WARM_UP):
        step()
    return [step() for _ in range(steps)]


def products(shape):
    """[m, k, n, count] of every matrix product of a forward pass."""
    d_model, d_kv, d_ff, layers, heads, rows, inputs, targets = shape
    inner, encoder, decoder = heads * d_kv, rows * inputs, rows * targets
    attention = lambda m, n: [[m, d_kv, n, rows * heads * layers], [m, n, d_kv, rows * heads * layers]]
    return [
        # Queries, keys and values; outputs; the feed-forward block's.
        [encoder, d_model, inner, (3 + 2) * layers], [encoder, inner, d_model, layers],
        [encoder, d_model, d_ff, 2 * layers], [encoder, d_ff, d_model, layers],
        [decoder, d_model, inner, (3 + 1) * layers], [decoder, inner, d_model, 2 * layers],
        [decoder, d_model, d_ff, 2 * layers], [decoder, d_ff, d_model, layers],
        *attention(inputs, inputs), *attention(targets, targets), *attention(targets, inputs),
        [decoder, d_model, VOCABULARY, 1],
    ]


def measured(command, environment=None, stdin=None):
    """What a process prints as JSON, and its peak memory in bytes."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as given:
        given.write(stdin or "")
        given.seek(0)
        process = subprocess.Popen(
            [str(part) for part in command], stdin=given, stdout=output,
            stderr=subprocess.DEVNULL, env={**os.environ, **(environment or {})})
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{' '.join(map(str, command))} ended with {status}")
        output.seek(0)
        return json.load(output), usage.ru_maxrss * 1024


def pytorch(name, threads, steps, policy, compiled=False):
    command = [sys.executable, __file__, "--pytorch-steps", steps, "--shape", name,
               "--threads", threads, *(["--compile"] if compiled else [])]
    return measured(command, {"OMP_WAIT_POLICY": policy})


def run(binaries, name, threads, arguments):
    """All seconds of forward + backward and of whole steps of each system, and its peak memory."""
    shape, steps = SHAPES[name], arguments.steps
    pool = {"RAYON_NUM_THREADS": str(threads)}
    systems = {
        "ext5": lambda: measured([binaries / "step", *shape, VOCABULARY, steps], pool),
        "pytorch, spin": lambda: pytorch(name, threads, steps, "ACTIVE"),
        "pytorch, sleep": lambda: pytorch(name, threads, steps, "PASSIVE"),
    }
    if arguments.compile:
        systems["pytorch, compiled"] = lambda: pytorch(name, threads, steps, "ACTIVE", True)
    found = {system: {"steps": [], "bytes": 0} for system in systems}
    floor = []
    for _ in range(arguments.rounds):
        for system, measure in systems.items():
            pairs, most = measure()
            found[system]["steps"] += pairs
            found[system]["bytes"] = max(found[system]["bytes"], most)
        floor += measured([binaries / "gemm_floor", 3], pool, json.dumps(products(shape)))[0]
    return found, floor


def report(found, floor, work, threads):
    print(f"\n{threads} threads")
    medians = {}
    for index, part in enumerate(["forward + backward", "whole step"]):
        for system, values in found.items():
            seconds = sorted(pair[index] for pair in values["steps"])
            medians[system] = statistics.median(seconds)
            print(f"{part:18}  {system:17}  median {medians[system]:.3f} s, "
                  f"{seconds[0]:.3f} to {seconds[-1]:.3f}, {len(seconds)} steps, "
                  f"{values['bytes'] / 1e6:.0f} MB")
        eager = min(medians[name] for name in ["pytorch, spin", "pytorch, sleep"])
        best = min(value for name, value in medians.items() if name != "ext5")
        print(f"{part:18}  ext5 / better eager pytorch: {medians['ext5'] / eager:.2f}, "
              f"/ best pytorch: {medians['ext5'] / best:.2f}")
        if part == "forward + backward":
            median = statistics.median(floor)
            print(f"{'matrix products':18}  floor  median {median:.3f} s, {min(floor):.3f} to "
                  f"{max(floor):.3f}, {work / 1e9:.0f} GFLOP, {work / 1e9 / median:.0f} GFLOP/s; "
                  f"ext5 / floor: {medians['ext5'] / median:.2f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binaries", nargs="?", type=Path,
                        help="the folder of the examples `step` and `gemm_floor`, in release")
    parser.add_argument("--shape", choices=SHAPES, default="small")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4, help="counted steps a round")
    parser.add_argument("--threads", type=int, nargs="+", default=[os.cpu_count()])
    parser.add_argument("--compile", action="store_true", help="measure torch.compile as well")
    parser.add_argument("--pytorch-steps", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    name = arguments.shape
    if arguments.pytorch_steps:
        print(json.dumps(pytorch_steps(
            SHAPES[name], arguments.threads[0], arguments.pytorch_steps, arguments.compile)))
        return
    if not arguments.binaries:
        parser.error("the folder of the examples is missing")

    versions = {package: metadata.version(package) for package in ["torch", "transformers"]}
    print(f"{versions}, Python {platform.python_version()}, shape {name} {SHAPES[name]}")
    # Forward, and twice as much backward.
    work = 3 * sum(2 * m * k * n * count for m, k, n, count in products(SHAPES[name]))
    for threads in arguments.threads:
        found, floor = run(arguments.binaries, name, threads, arguments)
        report(found, floor, work, threads)


if __name__ == "__main__":
    main()
