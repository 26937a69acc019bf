#!/usr/bin/env python3
"""Times one training step of ext5 beside PyTorch + transformers, interleaved, on the same shapes.

    cargo build --release -p ext5-train --example step
    python tools/benchmarks/step_vs_pytorch.py target/release/examples/step [--shape mini] [--rounds 5]

Needs torch and transformers. Both sides run the same number of threads, in f32, with full rows of
one segment, z-loss off and dropout off; a step is forward, backward and Adafactor. Each round runs
a few steps of one system, then a few of the other, each in a process of its own; medians over all
counted steps are compared. PyTorch's OpenMP threads spin or sleep between parallel regions: both
policies are measured, and the better of the two is the one to quote.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from importlib import metadata

SHAPES = {
    # d_model, d_kv, d_ff, layers in each stack, heads, rows, inputs, targets
    "mini": (256, 64, 512, 4, 4, 16, 256, 64),
    "small": (512, 64, 1024, 8, 6, 8, 256, 64),
}
VOCABULARY = 32_128
WARM_UP = 2


def pytorch_steps(shape, threads, steps):
    import torch
    from transformers import Adafactor, T5Config, T5ForConditionalGeneration

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    d_model, d_kv, d_ff, layers, heads, rows, inputs, targets = shape
    config = T5Config(
        vocab_size=VOCABULARY, d_model=d_model, d_kv=d_kv, d_ff=d_ff, num_layers=layers,
        num_decoder_layers=layers, num_heads=heads, feed_forward_proj="gated-gelu",
        tie_word_embeddings=False, dropout_rate=0.0, decoder_start_token_id=0,
    )
    model = T5ForConditionalGeneration(config).train()
    # transformers 5 ties every head that it makes; T5 1.1 has one of its own.
    model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.lm_head.weight))
    optimizer = Adafactor(model.parameters(), lr=0.01, relative_step=False, scale_parameter=True)
    ids = torch.randint(3, VOCABULARY - 128, (rows, inputs))
    labels = torch.randint(3, VOCABULARY - 128, (rows, targets))

    def step():
        start = time.perf_counter()
        optimizer.zero_grad(set_to_none=True)
        model(input_ids=ids, labels=labels).loss.backward()
        gradients = time.perf_counter()
        optimizer.step()
        return gradients - start, time.perf_counter() - start

    for _ in range(WARM_UP):
        step()
    return [step() for _ in range(steps)]


def pytorch(name, threads, steps, policy):
    command = [sys.executable, __file__, "--pytorch-steps", str(steps), "--shape", name,
               "--threads", str(threads)]
    environment = {**os.environ, "OMP_WAIT_POLICY": policy}
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(output.stdout)


def ext5(binary, name, threads, steps):
    command = [binary, *map(str, SHAPES[name]), str(VOCABULARY), str(steps)]
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(output.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", nargs="?", help="the `step` example of ext5-train, in release")
    parser.add_argument("--shape", choices=SHAPES, default="mini")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4, help="counted steps a round")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--pytorch-steps", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    name, threads = arguments.shape, arguments.threads
    if arguments.pytorch_steps:
        print(json.dumps(pytorch_steps(SHAPES[name], threads, arguments.pytorch_steps)))
        return
    if not arguments.binary:
        parser.error("the path of the `step` example is missing")

    times = {"ext5": [], "pytorch ACTIVE": [], "pytorch PASSIVE": []}
    for _ in range(arguments.rounds):
        times["ext5"] += ext5(arguments.binary, name, threads, arguments.steps)
        for policy in ["ACTIVE", "PASSIVE"]:
            times[f"pytorch {policy}"] += pytorch(name, threads, arguments.steps, policy)

    versions = {package: metadata.version(package) for package in ["torch", "transformers"]}
    print(f"{versions}, Python {platform.python_version()}, {threads} threads, "
          f"shape {name} {SHAPES[name]}")
    for index, part in enumerate(["forward + backward", "whole step"]):
        medians = {}
        for system, pairs in times.items():
            values = sorted(pair[index] for pair in pairs)
            medians[system] = statistics.median(values)
            print(f"{part:18}  {system:15}  median {medians[system]:.3f} s, "
                  f"{values[0]:.3f} to {values[-1]:.3f}, {len(values)} steps")
        ours = medians.pop("ext5")
        print(f"{part:18}  ext5 / better pytorch: {ours / min(medians.values()):.2f}")


if __name__ == "__main__":
    main()
