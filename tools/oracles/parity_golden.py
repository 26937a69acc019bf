#!/usr/bin/env python3
"""Logits, losses and gradients of transformers' T5 for many shapes, real ones among them.

    python tools/oracles/parity_golden.py crates/model/tests/golden/parity.json

Weights and ids follow from a hash that the test computes too, so that none need be kept. Of each
large tensor the file has its norm and its sums under eight random signs: the mean square of the
differences of such sums is an unbiased estimate of the squared norm of the difference of the
tensors, whatever their size.
"""

import json
import platform
import sys

import numpy as np
import torch
import transformers
from transformers import (MT5Config, MT5ForConditionalGeneration, T5Config,
                          T5ForConditionalGeneration)

PROJECTIONS = 8

DEFAULTS = dict(relative_attention_num_buckets=32, relative_attention_max_distance=128,
                feed_forward="gated_gelu", tie_word_embeddings=False)


def shape(vocab_size, d_model, d_kv, d_ff, layers, decoder_layers, heads, **others):
    return dict(DEFAULTS, vocab_size=vocab_size, d_model=d_model, d_kv=d_kv, d_ff=d_ff,
                num_layers=layers, num_decoder_layers=decoder_layers, num_heads=heads, **others)


RELU = dict(feed_forward="relu", tie_word_embeddings=True)
# Name, shape, and the input and target lengths of each row.
CASES = [
    ("t5-1.1-small", shape(32128, 512, 64, 1024, 8, 8, 6), [(150, 135), (9, 20)]),
    # Few positions where both stacks are wide: of ten million ReLUs some stand so near their kink
    # that rounding decides their slope, and one of them is 3e-3 of its matrix's gradient. (With 140
    # and 131 positions in one row, transformers in f32 is as far from itself in f64.)
    ("t5-small", shape(32128, 512, 64, 2048, 6, 6, 8, **RELU), [(140, 3), (5, 131)]),
    ("tiny gated", shape(128, 32, 8, 48, 2, 2, 4), [(300, 200), (1, 1), (37, 21)]),
    ("tiny relu", shape(96, 32, 8, 48, 2, 3, 4, **RELU), [(200, 160), (64, 1), (1, 64)]),
    ("odd heads", shape(101, 33, 5, 49, 2, 2, 3), [(131, 129), (17, 5)]),
    ("odd heads, tied", shape(67, 30, 7, 41, 3, 1, 5, **RELU), [(129, 141), (2, 2)]),
    ("one layer", shape(64, 16, 8, 24, 1, 1, 2), [(1, 1)]),
    ("one head", shape(64, 16, 16, 24, 1, 1, 1), [(140, 130), (8, 8)]),
    ("ByT5-like", shape(384, 48, 8, 96, 6, 2, 6), [(512, 180), (130, 40)]),
    ("mT5", shape(1000, 40, 16, 72, 2, 2, 3, relative_attention_num_buckets=16,
                  relative_attention_max_distance=64), [(150, 140), (33, 9)]),
    ("mT5, tied", shape(90, 40, 16, 72, 2, 2, 3, tie_word_embeddings=True,
                        scale_decoder_outputs=False), [(15, 14), (33, 9)]),
    ("T5 1.1 form with ReLU", shape(80, 24, 8, 32, 2, 2, 3, feed_forward="relu"), [(20, 150)]),
    ("gated and tied", shape(80, 24, 8, 32, 2, 2, 3, tie_word_embeddings=True), [(150, 20)]),
]


def mix(values):
    """splitmix64's output function."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def hashes(name, count):
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    return mix(np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
               + np.uint64(seed))


def weights(name, tensor_shape):
    """Uniform around 0, or around 1 for gains; the same bits as in the test."""
    count = int(np.prod(tensor_shape))
    units = ((hashes(name, count) >> np.uint64(40)).astype(np.float32) - np.float32(2**23)) \
        / np.float32(2**23)
    fan = tensor_shape[-1]
    if "layer_norm" in name:
        return (np.float32(1) + np.float32(0.3) * units).reshape(tensor_shape)
    if "shared" in name or "relative_attention_bias" in name:
        scale = np.float32(1.75)
    elif ".q." in name:
        scale = np.float32(0.2 / np.sqrt(np.float64(fan)))
    else:
        scale = np.float32(1.75 / np.sqrt(np.float64(fan)))
    return (scale * units).reshape(tensor_shape)


def rows(what, lengths, vocabulary):
    found = np.zeros((len(lengths), max(lengths)), dtype=np.int64)
    for row, length in enumerate(lengths):
        ids = hashes(f"{what} {row}", length) % np.uint64(vocabulary - 2) + np.uint64(2)
        ids[-1] = 1
        found[row, :length] = ids
    return torch.from_numpy(found)


def summary(values):
    values = values.detach().to(torch.float64).numpy().reshape(-1)
    bits = hashes("signs", len(values))
    sums = []
    for projection in range(PROJECTIONS):
        signs = (bits >> np.uint64(projection)) & np.uint64(1)
        sums.append(float(np.where(signs == 1, values, -values).sum()))
    digits = lambda value: float(f"{value:.10g}")
    return {"norm": digits(np.linalg.norm(values)), "sums": [digits(value) for value in sums]}


def expected(name, config, lengths):
    ours = dict(config)
    feed_forward = ours.pop("feed_forward")
    ours.pop("scale_decoder_outputs", None)
    kinds = {True: (MT5Config, MT5ForConditionalGeneration),
             False: (T5Config, T5ForConditionalGeneration)}
    of_config, of_model = kinds[name.startswith("mT5")]
    model = of_model(of_config(
        **ours, feed_forward_proj={"gated_gelu": "gated-gelu", "relu": "relu"}[feed_forward],
        dropout_rate=0.0, decoder_start_token_id=0, attn_implementation="eager")).eval()
    if not config["tie_word_embeddings"]:
        # transformers 5 ties every head that it makes.
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(weights(key, tuple(parameter.shape))))
    inputs = rows("inputs", [pair[0] for pair in lengths], config["vocab_size"])
    labels = rows("targets", [pair[1] for pair in lengths], config["vocab_size"])
    decoder_inputs = torch.cat([torch.zeros(len(lengths), 1, dtype=torch.int64), labels[:, :-1]], 1)
    real = labels != 0
    logits = model(input_ids=inputs, attention_mask=(inputs != 0).long(),
                   decoder_input_ids=decoder_inputs).logits
    losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), labels, reduction="none")
    loss = (losses * real).sum() / real.sum()
    loss.backward()
    return {
        "name": name, "config": config, "lengths": lengths, "loss": loss.item(),
        "logits": summary(logits * real[:, :, None]),
        "gradients": {key: summary(parameter.grad) for key, parameter in model.named_parameters()},
    }


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    golden = {
        "python": platform.python_version(), "torch": torch.__version__,
        "transformers": transformers.__version__, "numpy": np.__version__,
        "command": "python tools/oracles/parity_golden.py crates/model/tests/golden/parity.json",
        "cases": [expected(*case) for case in CASES],
    }
    with open(sys.argv[1], "w") as file:
        json.dump(golden, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
