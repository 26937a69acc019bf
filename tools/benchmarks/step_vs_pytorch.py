#!/usr/bin/env python3
"""Times one training step of ext5 beside PyTorch + transformers, interleaved, on the same shapes.

    cargo build --release -p ext5-train --example step
    python tools/benchmarks/step_vs_pytorch.py target/release/examples/step [--shape mini] [--rounds 5]

Needs torch and transformers. Both sides run the same number of threads, in f32, with full rows of
one segment, z-loss off and dropout off; a step is forward, backward and Adafactor. Each round runs
a few steps of one system, then a few of the other; medians over all counted steps are compared.
PyTorch's OpenMP threads spin or sleep between parallel regions: OMP_WAIT_POLICY=ACTIVE or PASSIVE
in the environment chooses, and the better of the two is the one to quote.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import time

SHAPES = {
    # d_model, d_kv, d_ff, layers in each stack, heads, rows, inputs, targets
    "mini": (256, 64, 512, 4, 4, 16, 256, 64),
    "small": (512, 64, 1024, 8, 6, 8, 256, 64),
}
VOCABULARY = 32_128


def pytorch(shape, threads):
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

    return step


def ext5(binary, name, threads, steps):
    command = [binary, *map(str, SHAPES[name]), str(VOCABULARY), str(steps)]
    environment = {**os.environ, "RAYON_NUM_THREADS": str(threads)}
    output = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return [tuple(pair) for pair in json.loads(output.stdout)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("binary", help="the `step` example of ext5-train, built in release")
    parser.add_argument("--shape", choices=SHAPES, default="mini")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=4, help="counted steps a round")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()

    import torch
    import transformers

    step = pytorch(SHAPES[arguments.shape], arguments.threads)
    step(), step()
    times = {"ext5": [], "pytorch": []}
    for _ in range(arguments.rounds):
        times["ext5"] += ext5(arguments.binary, arguments.shape, arguments.threads, arguments.steps)
        step()
        times["pytorch"] += [step() for _ in range(arguments.steps)]

    print(f"torch {torch.__version__}, transformers {transformers.__version__}, "
          f"Python {platform.python_version()}, {arguments.threads} threads, "
          f"OMP_WAIT_POLICY={os.environ.get('OMP_WAIT_POLICY', 'unset')}, "
          f"shape {arguments.shape} {SHAPES[arguments.shape]}")
    medians = {}
    for system, pairs in times.items():
        for index, part in enumerate(["forward + backward", "whole step"]):
            values = sorted(pair[index] for pair in pairs)
            medians[system, part] = statistics.median(values)
            print(f"{system:8} {part:18} median {medians[system, part]:.3f} s, "
                  f"{values[0]:.3f} to {values[-1]:.3f}, {len(values)} steps")
    for part in ["forward + backward", "whole step"]:
        print(f"ext5 / pytorch, {part}: {medians['ext5', part] / medians['pytorch', part]:.2f}")


if __name__ == "__main__":
    main()
